//! From a specifier to its file, and from a name to its declaration.

use super::{ENDINGS, config::Config, exports, folder, join, packages::entry};
use crate::{Project, Source};
use oxc_ast::{
    AstKind,
    ast::{Statement, TSModuleReference},
};
use oxc_semantic::SymbolId;
use std::rc::Rc;

/// How deep re-exports and imports are followed.
const DEPTH: u32 = 12;

/// The file that a specifier in `from` leads to.
#[must_use]
pub fn resolve(project: &Project, from: &str, specifier: &str) -> Option<String> {
    if specifier.starts_with('.') {
        return file(project, &join(folder(from), specifier)?);
    }
    let config = Config::of(project, from);
    for (pattern, targets) in &config.paths {
        let matched = match pattern.split_once('*') {
            None => (pattern == specifier).then_some(""),
            Some((before, after)) => specifier
                .strip_prefix(before)
                .and_then(|rest| rest.strip_suffix(after)),
        };
        if let Some(matched) = matched {
            for target in targets {
                if let Some(found) = file(project, &target.replacen('*', matched, 1)) {
                    return Some(found);
                }
            }
        }
    }
    if let Some(base) = &config.base_url
        && let Some(found) = join(base, specifier).and_then(|path| file(project, &path))
    {
        return Some(found);
    }
    let mut at = folder(from);
    loop {
        if let Some(found) = entry(project, at, specifier) {
            return Some(found);
        }
        if at.is_empty() {
            return None;
        }
        at = folder(at);
    }
}

/// The file that a path without ending, with a JavaScript ending, or of a
/// folder means.
#[must_use]
pub(super) fn file(project: &Project, path: &str) -> Option<String> {
    let exists = |path: String| project.exists(&path).then_some(path);
    for (written, real) in [
        (".js", [".ts", ".tsx", ".d.ts"].as_slice()),
        (".jsx", &[".tsx", ".d.ts"]),
        (".mjs", &[".mts", ".d.mts"]),
        (".cjs", &[".cts", ".d.cts"]),
    ] {
        if let Some(stem) = path.strip_suffix(written) {
            for ending in real {
                if let Some(found) = exists(format!("{stem}{ending}")) {
                    return Some(found);
                }
            }
        }
    }
    if ENDINGS.iter().any(|ending| path.ends_with(ending))
        && let Some(found) = exists(path.to_owned())
    {
        return Some(found);
    }
    for ending in [
        ".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs",
    ] {
        if let Some(found) = exists(format!("{path}{ending}")) {
            return Some(found);
        }
    }
    for ending in [".ts", ".tsx", ".d.ts", ".js"] {
        let index = if path.is_empty() {
            format!("index{ending}")
        } else {
            format!("{path}/index{ending}")
        };
        if let Some(found) = exists(index) {
            return Some(found);
        }
    }
    None
}

/// The file and symbol that declare what a module exports under a name.
#[must_use]
pub fn exported<'a>(
    project: &Project<'a>,
    path: &str,
    name: &str,
) -> Option<(Rc<Source<'a>>, SymbolId)> {
    exported_within(project, path, name, DEPTH)
}

fn exported_within<'a>(
    project: &Project<'a>,
    path: &str,
    name: &str,
    depth: u32,
) -> Option<(Rc<Source<'a>>, SymbolId)> {
    let depth = depth.checked_sub(1)?;
    let source = project.source(path)?;
    let all = exports(&source);
    if let Some(export) = all.names.iter().find(|export| export.name == name) {
        if let Some((from, imported)) = &export.from {
            return exported_within(project, &resolve(project, path, from)?, imported, depth);
        }
        let symbol = source.top(export.local.as_ref()?)?;
        return follow(project, source, symbol, depth);
    }
    if name == "default"
        && let Some(local) = &all.equals
    {
        let symbol = source.top(local)?;
        return follow(project, source, symbol, depth);
    }
    all.stars
        .iter()
        .find_map(|star| exported_within(project, &resolve(project, path, star)?, name, depth))
}

/// The file and symbol that declare a name as it is meant at a place: imports
/// are followed, and names that the file does not declare are looked for among
/// the workspace's global declarations.
#[must_use]
pub fn declaring<'a>(
    project: &Project<'a>,
    source: &Rc<Source<'a>>,
    at: u32,
    name: &str,
) -> Option<(Rc<Source<'a>>, SymbolId)> {
    if let Some((namespace, member)) = name.split_once('.') {
        return qualified(project, source, at, namespace, member);
    }
    if let Some(symbol) = source.lookup(at, name) {
        return follow(project, Rc::clone(source), symbol, DEPTH);
    }
    for language in ["typescript", "javascript"] {
        for symbol in project.host.find(language, name) {
            if symbol.path == source.path || !symbol.container.is_empty() || symbol.path.is_empty()
            {
                continue;
            }
            let other = project.source(&symbol.path)?;
            if !exports(&other).is_module
                && let Some(symbol) = other.top(name)
            {
                return Some((other, symbol));
            }
        }
    }
    None
}

/// `N.I`: a member of a namespace, or of an imported module's namespace.
fn qualified<'a>(
    project: &Project<'a>,
    source: &Rc<Source<'a>>,
    at: u32,
    namespace: &str,
    member: &str,
) -> Option<(Rc<Source<'a>>, SymbolId)> {
    let symbol = source.lookup(at, namespace)?;
    for node in source.declarations(symbol) {
        match node.kind() {
            AstKind::ImportNamespaceSpecifier(_) => {
                let specifier = import_source(source, node.id())?;
                return exported(
                    project,
                    &resolve(project, &source.path, &specifier)?,
                    member,
                );
            }
            AstKind::TSNamespaceDeclaration(declaration) => {
                let scope = declaration.scope_id.get()?;
                let found = source.semantic.scoping().get_binding(scope, member.into());
                if let Some(found) = found {
                    return Some((Rc::clone(source), found));
                }
            }
            _ => {}
        }
    }
    None
}

fn import_source(source: &Source, id: oxc_semantic::NodeId) -> Option<String> {
    source
        .semantic
        .nodes()
        .ancestor_kinds(id)
        .find_map(|kind| match kind {
            AstKind::ImportDeclaration(import) => Some(import.source.value.to_string()),
            _ => None,
        })
}

/// Follows a symbol that is only imported to where it is declared.
fn follow<'a>(
    project: &Project<'a>,
    source: Rc<Source<'a>>,
    symbol: SymbolId,
    depth: u32,
) -> Option<(Rc<Source<'a>>, SymbolId)> {
    let depth = depth.checked_sub(1)?;
    let node = source.declarations(symbol).into_iter().next()?;
    let imported = match node.kind() {
        AstKind::ImportSpecifier(specifier) => specifier.imported.name().to_string(),
        AstKind::ImportDefaultSpecifier(_) => "default".to_owned(),
        AstKind::TSImportEqualsDeclaration(import) => {
            let TSModuleReference::ExternalModuleReference(reference) = &import.module_reference
            else {
                return Some((source, symbol));
            };
            let path = resolve(project, &source.path, &reference.expression.value)?;
            return exported_within(project, &path, "default", depth);
        }
        _ => return Some((source, symbol)),
    };
    let specifier = import_source(&source, node.id())?;
    if let Some(path) = resolve(project, &source.path, &specifier) {
        return exported_within(project, &path, &imported, depth);
    }
    // Perhaps a `declare module "x"` of this file has it.
    source
        .program
        .body
        .iter()
        .find_map(|statement| match statement {
            Statement::TSExternalModuleDeclaration(module)
                if module.id.value == specifier.as_str() =>
            {
                let found = source
                    .semantic
                    .scoping()
                    .get_binding(module.scope_id.get()?, imported.as_str().into())?;
                Some((Rc::clone(&source), found))
            }
            _ => None,
        })
}
