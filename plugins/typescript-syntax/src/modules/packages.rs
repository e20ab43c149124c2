//! Packages in `node_modules`.

use super::{config::json, folder, join, resolve::file};
use crate::Project;
use oxc_ast::ast::Statement;
use serde_json::Value;
use std::collections::BTreeSet;

/// The file that declares what a package's specifier offers, looked for in the
/// `node_modules` of one folder.
#[must_use]
pub(super) fn entry(project: &Project, at: &str, specifier: &str) -> Option<String> {
    let (name, inner) = split(specifier);
    let typed = format!("@types/{}", name.trim_start_matches('@').replace('/', "__"));
    for package in [name.to_owned(), typed] {
        let root = join(at, &format!("node_modules/{package}"))?;
        let manifest = project
            .text(&format!("{root}/package.json"))
            .and_then(|text| json(&text));
        if let Some(manifest) = &manifest
            && let Some(found) = manifest_entry(project, &root, manifest, inner)
        {
            return Some(found);
        }
        let path = if inner.is_empty() {
            root.clone()
        } else {
            format!("{root}/{inner}")
        };
        if let Some(found) = file(project, &path) {
            return Some(found);
        }
    }
    None
}

fn manifest_entry(project: &Project, root: &str, manifest: &Value, inner: &str) -> Option<String> {
    if let Some(exports) = manifest.get("exports") {
        let key = if inner.is_empty() {
            ".".to_owned()
        } else {
            format!("./{inner}")
        };
        let target = match exports {
            Value::Object(map) if map.keys().any(|key| key.starts_with('.')) => map.get(&key),
            other => inner.is_empty().then_some(other),
        };
        if let Some(found) = target.and_then(|target| condition(project, root, target)) {
            return Some(found);
        }
    }
    if !inner.is_empty() {
        return None;
    }
    for field in ["types", "typings", "main"] {
        if let Some(path) = manifest.get(field).and_then(Value::as_str)
            && let Some(found) = file(project, &join(root, path)?)
        {
            return Some(found);
        }
    }
    None
}

fn condition(project: &Project, root: &str, target: &Value) -> Option<String> {
    match target {
        Value::String(path) => file(project, &join(root, path)?),
        Value::Object(map) => ["types", "import", "require", "node", "default"]
            .iter()
            .find_map(|name| condition(project, root, map.get(*name)?)),
        Value::Array(list) => list
            .iter()
            .find_map(|target| condition(project, root, target)),
        _ => None,
    }
}

fn split(specifier: &str) -> (&str, &str) {
    let mut slashes = specifier.match_indices('/').map(|(at, _)| at);
    let first = slashes.next();
    let end = if specifier.starts_with('@') {
        slashes.next()
    } else {
        first
    };
    end.map_or((specifier, ""), |end| {
        (&specifier[..end], &specifier[end + 1..])
    })
}

/// The packages that a file may import by name, each with the folder whose
/// `node_modules` has it: what the nearest `package.json` asks for. Without
/// one, what the file imports already, what npm's record of the installation
/// names, and what is called like `name`.
#[must_use]
pub fn packages(project: &Project, from: &str, name: &str) -> Vec<(String, String)> {
    let names = match asked(project, from) {
        Some(names) => names,
        None => {
            let mut names = imported(project, from);
            names.extend(installed(project, from));
            names.extend([name.to_owned(), name.to_lowercase()]);
            names
        }
    };
    let mut found: Vec<(String, String)> = Vec::new();
    for at in above(from) {
        for name in &names {
            let plain = without_types(name);
            if !found.iter().any(|(known, _)| *known == plain)
                && entry(project, at, &plain).is_some()
            {
                found.push((plain, at.to_owned()));
            }
        }
    }
    found.sort();
    found
}

/// The folders around a file, innermost first.
fn above(from: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(from)), |at| {
        (!at.is_empty()).then(|| folder(at))
    })
}

/// What the nearest `package.json` asks for.
fn asked(project: &Project, from: &str) -> Option<BTreeSet<String>> {
    let manifest = above(from).find_map(|at| json(&project.text(&join(at, "package.json")?)?))?;
    let fields = [
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "optionalDependencies",
    ];
    let maps = fields
        .iter()
        .filter_map(|field| manifest.get(field)?.as_object());
    Some(maps.flat_map(|map| map.keys().cloned()).collect())
}

/// The packages that a file imports.
fn imported(project: &Project, from: &str) -> BTreeSet<String> {
    let Some(source) = project.source(from) else {
        return BTreeSet::new();
    };
    source
        .program
        .body
        .iter()
        .filter_map(|statement| match statement {
            Statement::ImportDeclaration(import) if !import.source.value.starts_with('.') => {
                Some(split(&import.source.value).0.to_owned())
            }
            _ => None,
        })
        .collect()
}

/// What npm says that it installed at the top.
fn installed(project: &Project, from: &str) -> BTreeSet<String> {
    let record = above(from)
        .find_map(|at| json(&project.text(&join(at, "node_modules/.package-lock.json")?)?));
    let packages = record
        .as_ref()
        .and_then(|record| record.get("packages")?.as_object());
    packages
        .into_iter()
        .flat_map(|map| map.keys())
        .filter_map(|key| key.strip_prefix("node_modules/"))
        .filter(|name| !name.contains("/node_modules/"))
        .map(str::to_owned)
        .collect()
}

/// `@types/a__b` is about `@a/b`.
fn without_types(name: &str) -> String {
    match name
        .strip_prefix("@types/")
        .map(|plain| (plain, plain.split_once("__")))
    {
        Some((_, Some((scope, name)))) => format!("@{scope}/{name}"),
        Some((plain, None)) => plain.to_owned(),
        None => name.to_owned(),
    }
}

/// The specifiers under which a package can be imported, with the declaration
/// file of each: the package itself and the entries of its `exports`.
#[must_use]
pub fn package_specifiers(project: &Project, at: &str, name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(path) = entry(project, at, name) {
        found.push((name.to_owned(), path));
    }
    let manifest = join(at, &format!("node_modules/{name}/package.json"))
        .and_then(|path| project.text(&path))
        .and_then(|text| json(&text));
    if let Some(map) = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("exports")?.as_object())
    {
        for key in map.keys() {
            if let Some(inner) = key.strip_prefix("./").filter(|inner| !inner.contains('*'))
                && let Some(path) = entry(project, at, &format!("{name}/{inner}"))
            {
                found.push((format!("{name}/{inner}"), path));
            }
        }
    }
    found
}
