//! The modules that export a name, best first.

use buildfix_typescript_syntax::{
    Context, Source,
    imports::{Import, Want},
    modules::{
        ExportKind, ambient_modules, exports, folder, package_specifiers, packages, resolve,
        specifiers,
    },
    modules::{join, without_ending},
    tree::is_javascript,
};
use oxc_ast::ast::{ImportDeclarationSpecifier, Statement, TSModuleReference};
use std::{collections::BTreeSet, rc::Rc};

/// What a name is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// As a value, or as a value and type.
    Value,
    /// As a type only.
    Type,
}

/// One way to get at a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// Through a namespace that the file imports already: `ns.name`.
    Qualify(String),
    /// By an import.
    Import(Import),
}

/// How good a way is: smaller is better. Whether the module is new, the
/// specifier's style, whether it may export the importing file again, how deep
/// it is.
type Rank = (u8, usize, bool, usize, String);

/// The order of what the host knows of packages: after what the workspace has.
const FAR: usize = 50;

/// The most files that are looked into for one name.
const MAX_FILES: usize = 60;

/// The ways to get at a name, best first.
pub fn candidates(context: &Context, name: &str, need: Need) -> Vec<Candidate> {
    let Some(source) = context.source() else {
        return Vec::new();
    };
    let mut found: Vec<(Rank, Candidate)> = Vec::new();
    let imported = imported_modules(source);
    namespaces(context, name, &mut found);
    let mut files = exporting_files(context, name);
    if need == Need::Type && source.is_javascript() {
        add_typedefs(context, name, &mut files);
    }
    add_barrels(context, &mut files);
    for file in files {
        let above = is_index_above(&file, &source.path) && exports_again(context, &file, name);
        let Some(want) = wanted(context, &file, name, need) else {
            continue;
        };
        for (order, specifier) in specifiers(context.project, &source.path, &file, &context.config)
            .into_iter()
            .enumerate()
        {
            push(
                &mut found,
                &imported,
                &specifier.text,
                &want,
                need,
                (order, above),
            );
        }
    }
    for (module, want) in ambient(context, name, need) {
        push(&mut found, &imported, &module, &want, need, (0, false));
    }
    for (module, want) in offered(context, name, need) {
        push(&mut found, &imported, &module, &want, need, (FAR, false));
    }
    for (package, at) in packages(context.project, &source.path, name) {
        for (specifier, file) in package_specifiers(context.project, &at, &package) {
            if let Some(want) = wanted(context, &file, name, need)
                .or_else(|| default_of_package(context, &package, &file, name, need))
            {
                push(&mut found, &imported, &specifier, &want, need, (0, false));
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let mut all: Vec<Candidate> = Vec::new();
    for (_, candidate) in found {
        if !all.contains(&candidate) {
            all.push(candidate);
        }
    }
    all
}

fn push(
    found: &mut Vec<(Rank, Candidate)>,
    imported: &BTreeSet<String>,
    specifier: &str,
    want: &Want,
    need: Need,
    (order, above): (usize, bool),
) {
    let existing = u8::from(!imported.contains(specifier)) + 1;
    let depth = specifier.matches('/').count();
    let import = Import {
        specifier: specifier.to_owned(),
        want: want.clone(),
        type_only: need == Need::Type,
    };
    found.push((
        (existing, order, above, depth, specifier.to_owned()),
        Candidate::Import(import),
    ));
}

/// Whether a file exports a name that another one declares.
fn exports_again(context: &Context, file: &str, name: &str) -> bool {
    context.project.source(file).is_some_and(|source| {
        let mut named = exports(&source).names.into_iter();
        named
            .find(|e| e.name == name)
            .is_none_or(|e| e.from.is_some())
    })
}

/// Whether a file is the index of a folder that another one is in: what it
/// exports again may well be that file, and the import a cycle. The order is
/// that of TypeScript's own quick fixes.
fn is_index_above(file: &str, importing: &str) -> bool {
    let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
    let within = folder.is_empty()
        || importing
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'));
    without_ending(name) == "index" && within
}

/// The modules that the file imports something of already.
fn imported_modules(source: &Source) -> BTreeSet<String> {
    let imports = source
        .program
        .body
        .iter()
        .filter_map(|statement| match statement {
            Statement::ImportDeclaration(import) if import.specifiers.is_some() => {
                Some(import.source.value.to_string())
            }
            _ => None,
        });
    imports.collect()
}

/// `import * as ns` and `import ns = require()` of modules that export it.
fn namespaces(context: &Context, name: &str, found: &mut Vec<(Rank, Candidate)>) {
    let Some(source) = context.source() else {
        return;
    };
    for statement in &source.program.body {
        let (local, specifier) = match statement {
            Statement::ImportDeclaration(import) => {
                let local =
                    import
                        .specifiers
                        .iter()
                        .flatten()
                        .find_map(|specifier| match specifier {
                            ImportDeclarationSpecifier::ImportNamespaceSpecifier(namespace) => {
                                Some(namespace.local.name.to_string())
                            }
                            _ => None,
                        });
                (local, import.source.value.as_str())
            }
            Statement::TSImportEqualsDeclaration(import) => match &import.module_reference {
                TSModuleReference::ExternalModuleReference(reference) => (
                    Some(import.id.name.to_string()),
                    reference.expression.value.as_str(),
                ),
                _ => continue,
            },
            _ => continue,
        };
        let Some(local) = local else { continue };
        let exported = match resolve(context.project, &source.path, specifier) {
            Some(file) => offers(context, &file, name, 0).is_some(),
            None => ambient(context, name, Need::Value)
                .iter()
                .any(|(module, _)| module == specifier),
        };
        if exported {
            found.push(((0, 0, false, 0, local.clone()), Candidate::Qualify(local)));
        }
    }
}

/// What a file exports under a name, `export *` followed.
pub(crate) fn offers(context: &Context, file: &str, name: &str, depth: u32) -> Option<ExportKind> {
    let source = context.project.source(file)?;
    let all = exports(&source);
    if let Some(export) = all.names.iter().find(|export| export.name == name) {
        return Some(export.kind);
    }
    if depth > 6 {
        return None;
    }
    all.stars.iter().find_map(|star| {
        offers(
            context,
            &resolve(context.project, file, star)?,
            name,
            depth + 1,
        )
    })
}

/// How a file's module gives a name, if it does.
fn wanted(context: &Context, file: &str, name: &str, need: Need) -> Option<Want> {
    if file == context.file.path {
        return None;
    }
    let fits = |kind: ExportKind| need == Need::Type || kind != ExportKind::Type;
    if let Some(kind) = offers(context, file, name, 0) {
        return fits(kind).then(|| Want::Named(name.to_owned()));
    }
    if need == Need::Type && has_typedef(context, file, name) {
        return Some(Want::Named(name.to_owned()));
    }
    let source = context.project.source(file)?;
    let all = exports(&source);
    if let Some(default) = all.names.iter().find(|export| export.name == "default")
        && fits(default.kind)
        && (default.local.as_deref() == Some(name) || named_after_file(file, name))
    {
        return Some(Want::Default(name.to_owned()));
    }
    if let Some(equals) = &all.equals {
        if equals == name || named_after_file(file, name) {
            return Some(whole(context, name));
        }
        // `export = ns` gives the namespace's members by name.
        let members = context.project.host.members("typescript", equals);
        if !equals.is_empty()
            && members
                .iter()
                .any(|member| member.name == name && member.path == file)
        {
            return Some(Want::Named(name.to_owned()));
        }
    }
    if all.global.as_deref() == Some(name) {
        return Some(whole(context, name));
    }
    None
}

/// How a module that is one thing is imported.
fn whole(context: &Context, name: &str) -> Want {
    let config = &context.config;
    let javascript = context
        .source()
        .is_some_and(|source| source.is_javascript());
    if config.module == "preserve" && !javascript {
        return Want::Equals(name.to_owned());
    }
    if config.interop {
        return Want::Default(name.to_owned());
    }
    match config.module.as_str() {
        "es2015" | "es2020" | "es2022" | "esnext" | "es6" => Want::Namespace(name.to_owned()),
        _ if javascript => Want::Namespace(name.to_owned()),
        _ => Want::Equals(name.to_owned()),
    }
}

/// Whether a default export would be called so after its file or folder.
fn named_after_file(file: &str, name: &str) -> bool {
    let stem = without_ending(file);
    let stem = stem.strip_suffix("/index").unwrap_or(stem);
    let base = stem.rsplit('/').next().unwrap_or(stem);
    same_name(base, name)
}

/// Whether `foo-bar` reads as `fooBar` or `FooBar`.
fn same_name(base: &str, name: &str) -> bool {
    let mut camel = String::new();
    let mut upper = false;
    for c in base.chars() {
        if c.is_alphanumeric() || matches!(c, '_' | '$') {
            if upper {
                camel.extend(c.to_uppercase());
            } else {
                camel.push(c);
            }
            upper = false;
        } else {
            upper = true;
        }
    }
    let mut capital = camel.chars();
    let capital = capital
        .next()
        .map(|c| c.to_uppercase().chain(capital).collect::<String>());
    camel == name || capital.as_deref() == Some(name)
}

fn default_of_package(
    context: &Context,
    package: &str,
    file: &str,
    name: &str,
    need: Need,
) -> Option<Want> {
    let all = exports(&*context.project.source(file)?);
    let base = package.rsplit('/').next()?;
    if need == Need::Type || !same_name(base, name) {
        return None;
    }
    if all.names.iter().any(|export| export.name == "default") {
        return Some(Want::Default(name.to_owned()));
    }
    all.equals.is_some().then(|| whole(context, name))
}

/// The files of the workspace that declare the name at their top, or are
/// called so.
fn exporting_files(context: &Context, name: &str) -> Vec<String> {
    let host = context.project.host;
    let mut files = BTreeSet::new();
    for language in ["typescript", "javascript"] {
        for symbol in host.find(language, name) {
            if !symbol.path.is_empty() {
                files.insert(symbol.path);
            }
        }
    }
    // A default export may have no name of its own.
    let dashed: String = name
        .char_indices()
        .flat_map(|(at, c)| {
            let dash = (at > 0 && c.is_uppercase()).then_some('-');
            dash.into_iter().chain(c.to_lowercase())
        })
        .collect();
    let mut first = name.chars();
    let lower: String = first
        .next()
        .into_iter()
        .flat_map(char::to_lowercase)
        .chain(first)
        .collect();
    let mut stems = vec![name.to_owned(), lower, dashed];
    stems.sort_unstable();
    stems.dedup();
    for stem in stems {
        for pattern in [format!("**/{stem}.*"), format!("**/{stem}/index.*")] {
            for path in host.list_files(&pattern).unwrap_or_default() {
                if without_ending(&path) != path && !path.ends_with(".json") {
                    files.insert(path);
                }
            }
        }
    }
    files.remove(&context.file.path);
    files.into_iter().take(MAX_FILES).collect()
}

/// The most JavaScript files that are searched for a JSDoc type.
const MAX_SCRIPTS: usize = 300;

/// Adds the JavaScript files that define the name as a JSDoc type.
fn add_typedefs(context: &Context, name: &str, files: &mut Vec<String>) {
    let host = context.project.host;
    let scripts = ["**/*.js", "**/*.jsx", "**/*.mjs", "**/*.cjs"]
        .iter()
        .flat_map(|pattern| host.list_files(pattern).unwrap_or_default());
    for path in scripts.take(MAX_SCRIPTS) {
        if !files.contains(&path) && has_typedef(context, &path, name) {
            files.push(path);
        }
    }
}

/// Whether a JavaScript module defines the name by `@typedef`.
fn has_typedef(context: &Context, path: &str, name: &str) -> bool {
    let Some(text) = context.project.text(path).filter(|_| is_javascript(path)) else {
        return false;
    };
    text.match_indices("@typedef").any(|(at, tag)| {
        let line = text[at + tag.len()..]
            .split(['\n', '*'])
            .next()
            .unwrap_or_default();
        line.rsplit('}')
            .next()
            .is_some_and(|rest| rest.trim() == name)
    })
}

/// Adds the `index` files above, which may pass the exports on.
fn add_barrels(context: &Context, files: &mut Vec<String>) {
    let own = folder(&context.file.path).to_owned();
    let mut barrels = BTreeSet::new();
    for file in files.iter() {
        let mut at = folder(file);
        loop {
            // A barrel around the importing file would import itself.
            if own == at || own.starts_with(&format!("{at}/")) || at.is_empty() {
                break;
            }
            for index in ["index.ts", "index.tsx", "index.d.ts", "index.js"] {
                if let Some(path) = join(at, index)
                    && context.project.exists(&path)
                {
                    barrels.insert(path);
                }
            }
            at = folder(at);
        }
    }
    for barrel in barrels {
        if !files.contains(&barrel) {
            files.push(barrel);
        }
    }
}

/// The `declare module "x"` blocks of the workspace that export it.
fn ambient(context: &Context, name: &str, need: Need) -> Vec<(String, Want)> {
    let host = context.project.host;
    let mut files: BTreeSet<String> = BTreeSet::new();
    for symbol in host.find("typescript", name) {
        if !symbol.path.is_empty() {
            files.insert(symbol.path);
        }
    }
    files.insert(context.file.path.clone());
    let mut found = Vec::new();
    for file in files.into_iter().take(MAX_FILES) {
        let Some(source) = context.project.source(&file) else {
            continue;
        };
        for (module, all) in ambient_modules(&source) {
            if module.contains('*') {
                continue;
            }
            let fits = |kind: ExportKind| need == Need::Type || kind != ExportKind::Type;
            if all
                .names
                .iter()
                .any(|export| export.name == name && fits(export.kind))
            {
                found.push((module, Want::Named(name.to_owned())));
            } else if all.equals.as_deref() == Some(name) {
                found.push((module, whole(context, name)));
            } else if all
                .names
                .iter()
                .any(|export| export.name == "default" && export.local.as_deref() == Some(name))
            {
                found.push((module, Want::Default(name.to_owned())));
            }
        }
    }
    found
}

/// What the project's packages export under a name, as the host knows them:
/// also modules that a package declares of others (`fs` in `@types/node`).
fn offered(context: &Context, name: &str, need: Need) -> Vec<(String, Want)> {
    let found = context.project.host.find("typescript", name);
    let offers = found
        .into_iter()
        .filter(|symbol| symbol.origin.starts_with("npm:") && !symbol.container.is_empty())
        .filter(|symbol| {
            need == Need::Type || !matches!(symbol.kind.as_str(), "interface" | "type")
        });
    offers
        .map(|symbol| {
            let want = if symbol.signature.starts_with("export default") {
                Want::Default(name.to_owned())
            } else if symbol.signature.starts_with("export =") {
                whole(context, name)
            } else {
                Want::Named(name.to_owned())
            };
            (symbol.container, want)
        })
        .collect()
}

/// A file that edits may refer to, parsed.
pub fn parsed<'a>(context: &Context<'_, 'a>, path: &str) -> Option<Rc<Source<'a>>> {
    context.project.source(path)
}
