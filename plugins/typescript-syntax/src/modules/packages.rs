//! Packages in `node_modules`.

use super::{config::json, folder, join, resolve::file};
use crate::Project;
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
        let manifest = project.text(&format!("{root}/package.json")).and_then(|text| json(&text));
        if let Some(manifest) = &manifest
            && let Some(found) = manifest_entry(project, &root, manifest, inner)
        {
            return Some(found);
        }
        let path = if inner.is_empty() { root.clone() } else { format!("{root}/{inner}") };
        if let Some(found) = file(project, &path) {
            return Some(found);
        }
    }
    None
}

fn manifest_entry(project: &Project, root: &str, manifest: &Value, inner: &str) -> Option<String> {
    if let Some(exports) = manifest.get("exports") {
        let key = if inner.is_empty() { ".".to_owned() } else { format!("./{inner}") };
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
        Value::Array(list) => list.iter().find_map(|target| condition(project, root, target)),
        _ => None,
    }
}

fn split(specifier: &str) -> (&str, &str) {
    let mut slashes = specifier.match_indices('/').map(|(at, _)| at);
    let first = slashes.next();
    let end = if specifier.starts_with('@') { slashes.next() } else { first };
    end.map_or((specifier, ""), |end| (&specifier[..end], &specifier[end + 1..]))
}

/// The packages that a file may import by name: what the `package.json` files
/// above it ask for, and what is installed where the workspace shows it. Each
/// with the folder whose `node_modules` has it.
#[must_use]
pub fn packages(project: &Project, from: &str) -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    let mut at = folder(from);
    let mut asked: Option<BTreeSet<String>> = None;
    loop {
        let manifest = join(at, "package.json").and_then(|path| project.text(&path));
        if let Some(manifest) = manifest.and_then(|text| json(&text))
            && asked.is_none()
        {
            let mut names = BTreeSet::new();
            for field in ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"] {
                if let Some(map) = manifest.get(field).and_then(Value::as_object) {
                    names.extend(map.keys().cloned());
                }
            }
            asked = Some(names);
        }
        if at.is_empty() {
            break;
        }
        at = folder(at);
    }
    let mut at = folder(from);
    loop {
        let base = if at.is_empty() { String::new() } else { format!("{at}/") };
        let mut names: BTreeSet<String> = asked.iter().flatten().cloned().collect();
        if asked.is_none() {
            for glob in ["node_modules/*/**/*.d.ts", "node_modules/*/package.json", "node_modules/@*/*/package.json"] {
                for path in project.host.list_files(&format!("{base}{glob}")).unwrap_or_default() {
                    let inner = path.strip_prefix(&base).and_then(|path| path.strip_prefix("node_modules/"));
                    if let Some(inner) = inner {
                        let (name, _) = split(inner);
                        names.insert(match name.strip_prefix("@types/") {
                            Some(plain) => match plain.split_once("__") {
                                Some((scope, name)) => format!("@{scope}/{name}"),
                                None => plain.to_owned(),
                            },
                            None => name.to_owned(),
                        });
                    }
                }
            }
        }
        for name in names {
            let plain = match name.strip_prefix("@types/") {
                Some(plain) => match plain.split_once("__") {
                    Some((scope, name)) => format!("@{scope}/{name}"),
                    None => plain.to_owned(),
                },
                None => name,
            };
            if !found.iter().any(|(known, _): &(String, String)| *known == plain) {
                found.insert((plain, at.to_owned()));
            }
        }
        if at.is_empty() {
            break;
        }
        at = folder(at);
    }
    found.into_iter().collect()
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
    if let Some(map) = manifest.as_ref().and_then(|manifest| manifest.get("exports")?.as_object()) {
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
