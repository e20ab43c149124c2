//! What one declaration file (`.d.ts`) exports, by itself.

use crate::symbols::collect::{self, Decl, children};
use crate::syntax::{self, Language};
use std::collections::HashMap;
use tree_sitter::Node;

/// Where a name of an import or a re-export comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct From {
    pub module: String,
    /// `*` for the module itself, `default`, or a name.
    pub name: String,
}

/// What an exported name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A declaration of this file.
    Here {
        kind: &'static str,
        signature: String,
        /// What the file calls it, for a default export.
        local: String,
    },
    /// Something of another module.
    There(From),
}

/// What `export =` names, and what that has inside if it is a namespace.
pub(super) type Whole = (Target, Vec<(String, Target)>);

/// A file, or a `declare module "name"` block in one.
#[derive(Debug, Default)]
pub(super) struct Exports {
    pub names: Vec<(String, Target)>,
    /// `export * from "…"`.
    pub stars: Vec<String>,
    /// `export = …`: what that is, and the names that it has if it is a
    /// namespace.
    pub equals: Option<Whole>,
}

/// A declaration file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub own: Exports,
    /// `declare module "name"` blocks.
    pub modules: Vec<(String, Exports)>,
    /// `/// <reference path="…" />`.
    pub references: Vec<String>,
    /// `export as namespace X`.
    pub global: Option<String>,
}

/// Reads a declaration file.
///
/// # Errors
/// Says why it cannot be parsed.
pub(super) fn read(path: &str, text: &str) -> Result<File, String> {
    let tree = syntax::parse_text(Language::TypeScript, path, text).map_err(|e| e.to_string())?;
    let decls = collect::declarations(Language::TypeScript, &tree, text);
    let root = tree.root_node();
    let mut imports = HashMap::new();
    let mut file = File {
        references: references(text),
        ..File::default()
    };
    let mut modules = Vec::new();
    top(root, text, &mut imports, &mut file.global, &mut modules, 0);
    file.own = exports(&decls, "", &imports);
    modules.sort_unstable();
    modules.dedup();
    for module in modules {
        let exports = exports(&decls, &module, &imports);
        file.modules.push((module, exports));
    }
    Ok(file)
}

fn slice<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}

fn unquoted<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    slice(node, text).trim_matches(['"', '\''])
}

/// The paths that the comments in front of the first statement name.
fn references(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with(['/', '*']))
        .filter_map(|line| {
            let rest = line.strip_prefix("///")?.trim_start();
            let rest = rest.strip_prefix("<reference")?;
            let rest = rest.split_once("path=")?.1;
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            Some(rest[1..].split(quote).next()?.to_owned())
        })
        .collect()
}

/// Finds imports, `export as namespace` and `declare module` blocks.
fn top(
    node: Node<'_>,
    text: &str,
    imports: &mut HashMap<String, From>,
    global: &mut Option<String>,
    modules: &mut Vec<String>,
    depth: usize,
) {
    for child in children(node) {
        match child.kind() {
            "import_statement" => import(child, text, imports),
            "export_statement" => {
                let words: Vec<&str> = slice(child, text).split_whitespace().take(4).collect();
                if let ["export", "as", "namespace", name] = words[..] {
                    *global = Some(name.trim_end_matches(';').to_owned());
                }
            }
            "ambient_declaration" | "expression_statement" if depth == 0 => {
                top(child, text, imports, global, modules, depth + 1);
            }
            "module" => {
                if let Some(name) = child.child_by_field_name("name")
                    && name.kind() == "string"
                {
                    modules.push(unquoted(name, text).to_owned());
                    if let Some(body) = child.child_by_field_name("body") {
                        // What a block declares for the whole program, it does
                        // not export.
                        top(body, text, imports, &mut None, &mut Vec::new(), depth + 1);
                    }
                }
            }
            _ => {}
        }
    }
}

fn import(node: Node<'_>, text: &str, imports: &mut HashMap<String, From>) {
    let mut add = |local: &str, module: &str, name: &str| {
        let from = From {
            module: module.to_owned(),
            name: name.to_owned(),
        };
        imports.insert(local.to_owned(), from);
    };
    let source = node
        .child_by_field_name("source")
        .map(|source| unquoted(source, text));
    for clause in children(node) {
        match (clause.kind(), source) {
            // `import x = require("m")`
            ("import_require_clause", _) => {
                let parts = children(clause);
                let local = parts.iter().find(|part| part.kind() == "identifier");
                let module = parts.iter().find(|part| part.kind() == "string");
                if let (Some(local), Some(module)) = (local, module) {
                    add(slice(*local, text), unquoted(*module, text), "*");
                }
            }
            ("import_clause", Some(module)) => {
                for part in children(clause) {
                    match part.kind() {
                        "identifier" => add(slice(part, text), module, "default"),
                        "namespace_import" => {
                            if let Some(local) = part.named_child(0) {
                                add(slice(local, text), module, "*");
                            }
                        }
                        "named_imports" => {
                            for specifier in children(part) {
                                let field = |field| {
                                    specifier
                                        .child_by_field_name(field)
                                        .map(|node| unquoted(node, text))
                                };
                                if let Some(name) = field("name") {
                                    add(field("alias").unwrap_or(name), module, name);
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

fn is_type(kind: &str) -> bool {
    matches!(kind, "interface" | "type")
}

/// The declaration of a name in a container; of several, one that is a value.
fn declared<'d>(decls: &'d [Decl], container: &str, name: &str) -> Option<&'d Decl> {
    let mut all = decls.iter().filter(|decl| {
        decl.kind != "export" && &*decl.container == container && &*decl.name == name
    });
    let first = all.next()?;
    if !is_type(first.kind) {
        return Some(first);
    }
    Some(all.find(|decl| !is_type(decl.kind)).unwrap_or(first))
}

fn target(
    decls: &[Decl],
    container: &str,
    imports: &HashMap<String, From>,
    local: &str,
) -> Option<Target> {
    if let Some(decl) = declared(decls, container, local) {
        return Some(Target::Here {
            kind: decl.kind,
            signature: decl.signature.to_string(),
            local: local.to_owned(),
        });
    }
    imports.get(local).cloned().map(Target::There)
}

/// What follows `from`, unquoted.
fn source(signature: &str) -> Option<&str> {
    let (_, module) = signature.rsplit_once(" from ")?;
    let module = module.split(" with ").next().unwrap_or(module).trim();
    Some(module.trim_matches(['"', '\'', ';']))
}

fn exports(decls: &[Decl], container: &str, imports: &HashMap<String, From>) -> Exports {
    let mut found = Exports::default();
    let mut seen = std::collections::HashSet::new();
    let own = decls
        .iter()
        .filter(|decl| decl.exported && &*decl.container == container);
    for decl in own {
        let signature = &*decl.signature;
        if decl.kind != "export" {
            // A module block is no name.
            if decl.kind == "module" {
                continue;
            }
            let name = if signature.starts_with("export default ") {
                "default"
            } else {
                &*decl.name
            };
            if seen.insert(name)
                && let Some(target) = target(decls, container, imports, &decl.name)
            {
                found.names.push((name.to_owned(), target));
            }
            continue;
        }
        let from = source(signature);
        match (&*decl.name, from) {
            ("*", Some(module)) => found.stars.push(module.to_owned()),
            ("export=", _) => {
                let local = signature
                    .split_once('=')
                    .map_or("", |(_, rest)| rest)
                    .trim();
                let Some(whole) = target(decls, container, imports, local) else {
                    continue;
                };
                let inside = if container.is_empty() {
                    local.to_owned()
                } else {
                    format!("{container}.{local}")
                };
                let members = decls
                    .iter()
                    .filter(|decl| &*decl.container == inside.as_str())
                    // In a declaration file all of a namespace is exported.
                    .filter(|decl| !matches!(decl.kind, "property" | "method" | "export"))
                    .filter(|decl| !matches!(decl.kind, "constructor" | "enum-member"))
                    .filter_map(|decl| {
                        let target = target(decls, &inside, imports, &decl.name)?;
                        Some((decl.name.to_string(), target))
                    });
                found.equals = Some((whole, members.collect()));
            }
            ("default", _) if signature.starts_with("export default") => {
                let local = signature.trim_start_matches("export default").trim();
                let local = local.trim_end_matches(';');
                let target = target(decls, container, imports, local).unwrap_or(Target::Here {
                    kind: "constant",
                    signature: signature.to_owned(),
                    local: String::new(),
                });
                found.names.push(("default".to_owned(), target));
            }
            (name, from) => {
                if let Some(target) = listed(decls, container, imports, signature, from, name) {
                    found.names.push((name.to_owned(), target));
                }
            }
        }
    }
    found
}

/// What an `export { a as b }`, with or without `from`, exports as `b`.
fn listed(
    decls: &[Decl],
    container: &str,
    imports: &HashMap<String, From>,
    signature: &str,
    from: Option<&str>,
    name: &str,
) -> Option<Target> {
    let there = |module: &str, name: &str| {
        Target::There(From {
            module: module.to_owned(),
            name: name.to_owned(),
        })
    };
    let Some((_, specifier)) = signature.split_once('{') else {
        // `export * as ns from "m"`
        return Some(there(from?, "*"));
    };
    let specifier = specifier.split('}').next().unwrap_or_default().trim();
    let specifier = match specifier.strip_prefix("type ") {
        Some(rest) if !rest.starts_with("as ") => rest,
        _ => specifier,
    };
    let local = specifier.split(" as ").next().unwrap_or(name).trim();
    let local = local.trim_matches(['"', '\'']);
    match from {
        Some(module) => Some(there(module, local)),
        None => target(decls, container, imports, local),
    }
}
