//! Packages of npm: what their declaration files export, by the specifiers that
//! imports write.

mod exports;
mod package;

use super::reader::Reader;
use super::{Found, Offer, Search};
use package::{Package, Scope};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The packages that the project's manifests ask for, where they are installed.
pub(super) fn find(search: &Search<'_>, reader: &mut Reader) -> Vec<Found> {
    let mut found = Vec::new();
    for path in search.manifests(|name| name == "package.json") {
        let manifest = search.surroundings.root.join(path);
        let Some(asked) = reader.text(&manifest).and_then(|text| asked(&text)) else {
            continue;
        };
        let Some(folder) = manifest.parent() else {
            continue;
        };
        for name in &asked {
            match installed(folder, name, reader) {
                Some(at) => found.push(unit(name, at, false)),
                // Only its types are installed.
                None => {
                    if let Some(types) = types_of(name)
                        && let Some(at) = installed(folder, &types, reader)
                    {
                        found.push(unit(&types, at, false));
                    }
                }
            }
        }
        // The compiler takes in all of these, whoever asked for them; what they
        // declare of other modules can be imported.
        for around in folder.ancestors() {
            let types = around.join("node_modules/@types");
            for entry in reader.list(&types) {
                let name = format!("@types/{}", entry.name);
                if entry.is_folder && is_package_name(&name) && !asked.contains(&name) {
                    found.push(unit(&name, types.join(&entry.name), true));
                }
            }
        }
    }
    found
}

fn unit(name: &str, at: PathBuf, ambient_only: bool) -> Found {
    let suffix = if ambient_only { "#ambient" } else { "" };
    let specifier = specifier_of(name);
    Found {
        id: format!("npm:{name}:{}{suffix}", at.display()),
        origin: format!("npm:{specifier}"),
        read: Box::new(move |reader| read(&specifier, &at, ambient_only, reader)),
    }
}

/// What a manifest asks for.
fn asked(text: &str) -> Option<Vec<String>> {
    let manifest: Value = serde_json::from_str(text).ok()?;
    let fields = [
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "optionalDependencies",
    ];
    let mut names: Vec<String> = fields
        .iter()
        .filter_map(|field| manifest.get(field)?.as_object())
        .flat_map(|map| map.keys())
        .filter(|name| is_package_name(name))
        .cloned()
        .collect();
    names.sort_unstable();
    names.dedup();
    Some(names)
}

/// `name` or `@scope/name`, and no path to somewhere else.
fn is_package_name(name: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~'))
    };
    match name.strip_prefix('@') {
        Some(scoped) => scoped
            .split_once('/')
            .is_some_and(|(scope, name)| part(scope) && part(name)),
        None => part(name),
    }
}

/// Where Node.js finds a package from a folder.
fn installed(folder: &Path, name: &str, reader: &mut Reader) -> Option<PathBuf> {
    folder
        .ancestors()
        .map(|around| around.join("node_modules").join(name))
        .find(|at| reader.is_folder(at))
}

/// The package of another's types: `@types/scope__name`.
fn types_of(name: &str) -> Option<String> {
    if name.starts_with("@types/") {
        return None;
    }
    let plain = name.trim_start_matches('@').replace('/', "__");
    Some(format!("@types/{plain}"))
}

/// What a package's declarations are imported by.
fn specifier_of(name: &str) -> String {
    match name.strip_prefix("@types/") {
        Some(plain) => match plain.split_once("__") {
            Some((scope, name)) => format!("@{scope}/{name}"),
            None => plain.to_owned(),
        },
        None => name.to_owned(),
    }
}

fn read(specifier: &str, at: &Path, ambient_only: bool, reader: &mut Reader) -> Vec<Offer> {
    let mut package = Package::new(reader);
    let mut entries = package.entries(specifier, at);
    if entries.is_empty()
        && let Some(types) = types_of(specifier)
        && let Some(parent) = at.ancestors().find(|at| at.ends_with("node_modules"))
    {
        let types = installed(parent.parent().unwrap_or(parent), &types, package.reader);
        entries = types.map_or_else(Vec::new, |types| package.entries(specifier, &types));
    }
    let mut offers = Vec::new();
    let mut queue: Vec<PathBuf> = entries.iter().map(|(_, file)| file.clone()).collect();
    package.take_in(&mut queue);
    if !ambient_only {
        for (specifier, file) in &entries {
            package.offer_of(specifier, &Scope::File(file.clone()), &mut offers);
        }
    }
    let mut names: Vec<String> = package.ambient.keys().cloned().collect();
    names.sort_unstable();
    for name in names {
        if !name.contains('*') && !name.starts_with('.') {
            package.offer_of(&name, &Scope::Block(name.clone()), &mut offers);
        }
    }
    offers
}
