//! The declaration behind a name, in this file or another.

use crate::Context;
use buildfix_fixer_support::{DeclKind, Source, scope, symbols};
use std::ops::Range;
use std::rc::Rc;

/// A declaration with a written type.
pub(crate) struct Target {
    pub path: String,
    source: Rc<Source>,
    /// The type's tokens.
    pub ty: Range<usize>,
    pub name: String,
}

impl Target {
    pub(crate) fn new(path: &str, source: Rc<Source>, ty: Range<usize>, name: &str) -> Self {
        Self {
            path: path.to_owned(),
            source,
            ty,
            name: name.to_owned(),
        }
    }

    pub(crate) fn shared(&self) -> Rc<Source> {
        Rc::clone(&self.source)
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }
}

impl Context<'_> {
    /// A target in the diagnosed file.
    pub(crate) fn here(&self, ty: Range<usize>, name: &str) -> Target {
        Target::new(&self.request.file.path, Rc::clone(&self.source), ty, name)
    }

    /// The declarations that the name at `token` may stand for, likeliest
    /// first.
    pub(crate) fn declared(&self, token: usize) -> Vec<Target> {
        let source = &self.source;
        let name = source.word(token).to_owned();
        let byte = source.bytes(token..token + 1).start;
        let dotted = matches!(source.word(token.wrapping_sub(1)), "." | "?.");
        let receiver = token.wrapping_sub(2);
        if !dotted || source.is(receiver, "this") {
            let found = if dotted {
                scope::names_at(source, byte).into_iter().find(|n| {
                    matches!(n.kind, scope::NameKind::Member(_)) && source.is(n.token, &name)
                })
            } else {
                scope::declaration(source, byte, &name)
            };
            return match found {
                Some(found) if !found.ty.is_empty() => vec![self.here(found.ty, &name)],
                Some(_) => Vec::new(),
                None => self.members_named(
                    &name,
                    source.type_at(byte).map(|t| source.name(t).to_owned()),
                ),
            };
        }
        // `a.Name` with `a` of a known type.
        let owner = scope::declaration(source, byte, source.word(receiver))
            .map(|d| symbols::simple(source.slice(d.ty)).to_owned())
            .filter(|o| {
                !o.is_empty() && !matches!(source.word(receiver.wrapping_sub(1)), "." | "?.")
            });
        self.members_named(&name, owner)
    }

    /// Fields and properties of this name: of the owner if it has one, else of
    /// this file, else the only one of the workspace.
    pub(crate) fn members_named(&self, name: &str, owner: Option<String>) -> Vec<Target> {
        let carries = |kind: DeclKind| matches!(kind, DeclKind::Field | DeclKind::Property);
        if let Some(owner) = owner {
            let found = self.members_of(&owner, name, carries);
            if !found.is_empty() {
                return found;
            }
        }
        let own: Vec<Target> = self
            .source
            .decls()
            .iter()
            .filter(|d| carries(d.kind) && self.source.name(d) == name)
            .map(|d| self.here(d.ty.clone(), name))
            .collect();
        if !own.is_empty() {
            return own;
        }
        let elsewhere: Vec<_> = self
            .host
            .find(symbols::CSHARP, name)
            .into_iter()
            .filter(|s| s.origin == "workspace" && matches!(s.kind.as_str(), "field" | "property"))
            .collect();
        match elsewhere.as_slice() {
            [only] => self.members_of(symbols::simple(&only.container), name, carries),
            _ => Vec::new(),
        }
    }

    /// The members of a type, by name and kind.
    pub(crate) fn members_of(
        &self,
        owner: &str,
        name: &str,
        keep: impl Fn(DeclKind) -> bool,
    ) -> Vec<Target> {
        let mut found = Vec::new();
        for place in symbols::declarations(&self.files, owner, Some(name)) {
            let source = place.source;
            for index in place.decls {
                let decl = &source.decls()[index];
                if keep(decl.kind) {
                    found.push(Target::new(
                        &place.path,
                        Rc::clone(&source),
                        decl.ty.clone(),
                        name,
                    ));
                }
            }
        }
        found
    }
}
