//! Types that move from one file or namespace to another: what they name has
//! to be imported, or qualified.

use buildfix_sdk::{Fix, SourceFile};
use buildfix_typescript_syntax::{
    Context, Project, Source,
    imports::{self, Import, Want},
    modules::{Config, exports, resolve, specifiers},
    types::{Member, Substitution, Ty},
};
use oxc_ast::AstKind;
use std::rc::Rc;

/// Carries types into a file.
pub struct Names<'c, 'p, 'a> {
    project: &'p Project<'a>,
    target: Rc<Source<'a>>,
    at: u32,
    config: &'c Config,
    /// What has to be imported.
    pub imports: Vec<Import>,
}

impl<'c, 'p, 'a> Names<'c, 'p, 'a> {
    /// Into a place of a file.
    pub fn new(context: &'c Context<'p, 'a>, target: &Rc<Source<'a>>, at: u32) -> Self {
        Self {
            project: context.project,
            target: Rc::clone(target),
            at,
            config: &context.config,
            imports: Vec::new(),
        }
    }

    /// A member as it has to be written there.
    pub fn member(&mut self, member: &Member, from: &Rc<Source<'a>>, at: u32) -> Member {
        let mut names = Vec::new();
        member.names(&mut |name| names.push(name.to_owned()));
        let with = self.resolve(names, from, at);
        member.substitute(&with)
    }

    /// A type as it has to be written there.
    pub fn ty(&mut self, ty: &Ty, from: &Rc<Source<'a>>, at: u32) -> Ty {
        let mut names = Vec::new();
        ty.names(&mut |name| names.push(name.to_owned()));
        let with = self.resolve(names, from, at);
        ty.substitute(&with)
    }

    fn resolve(&mut self, names: Vec<String>, from: &Rc<Source<'a>>, at: u32) -> Substitution {
        let mut with = Substitution::new();
        for name in names {
            let first = name.split('.').next().unwrap_or(&name);
            if self.target.lookup(self.at, first).is_some() {
                continue;
            }
            let Some(symbol) = from.lookup(at, first) else {
                continue;
            };
            if from.path == self.target.path {
                // Declared inside a namespace of this file.
                for kind in from.around(at) {
                    if let AstKind::TSNamespaceDeclaration(namespace) = kind
                        && self.target.lookup(self.at, &namespace.id.name).is_some()
                    {
                        with.insert(
                            name.clone(),
                            Ty::named(format!("{}.{name}", namespace.id.name)),
                        );
                        break;
                    }
                }
                continue;
            }
            if let Some(import) = self.import(from, symbol, first)
                && !self.imports.contains(&import)
            {
                self.imports.push(import);
            }
        }
        with
    }

    /// How a name of another file gets here.
    fn import(
        &self,
        from: &Rc<Source<'a>>,
        symbol: oxc_semantic::SymbolId,
        name: &str,
    ) -> Option<Import> {
        let node = from.declarations(symbol).into_iter().next()?;
        let named = |specifier: String, want: Want| Import {
            specifier,
            want,
            type_only: true,
        };
        let want = match node.kind() {
            AstKind::ImportSpecifier(specifier) => {
                Some(Want::Named(specifier.imported.name().to_string()))
            }
            AstKind::ImportDefaultSpecifier(_) => Some(Want::Default(name.to_owned())),
            AstKind::ImportNamespaceSpecifier(_) => Some(Want::Namespace(name.to_owned())),
            _ => None,
        };
        if let Some(want) = want {
            let specifier = from
                .semantic
                .nodes()
                .ancestor_kinds(node.id())
                .find_map(|kind| match kind {
                    AstKind::ImportDeclaration(import) => Some(import.source.value.to_string()),
                    _ => None,
                })?;
            if !specifier.starts_with('.') {
                return Some(named(specifier, want));
            }
            let file = resolve(self.project, &from.path, &specifier)?;
            return Some(named(self.specifier(&file)?, want));
        }
        let all = exports(from);
        let export = all
            .names
            .iter()
            .find(|export| export.local.as_deref() == Some(name))?;
        let want = if export.name == "default" {
            Want::Default(name.to_owned())
        } else {
            Want::Named(export.name.clone())
        };
        Some(named(self.specifier(&from.path)?, want))
    }

    fn specifier(&self, file: &str) -> Option<String> {
        let all = specifiers(self.project, &self.target.path, file, self.config);
        all.into_iter().next().map(|specifier| specifier.text)
    }

    /// Adds the imports to a fix.
    pub fn finish(self, mut fix: Fix, file: &SourceFile) -> Fix {
        if !self.imports.is_empty() {
            fix.edits
                .extend(imports::add(&self.target, file, self.config, &self.imports));
        }
        fix
    }
}
