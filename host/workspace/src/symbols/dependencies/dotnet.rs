//! Assemblies: those that `csc`'s response files and `*.csproj` name, those that
//! NuGet resolved (`obj/project.assets.json`), and those beside the project's
//! own in `bin`.

use super::reader::Reader;
use super::{Found, Offer, Search, metadata, offer};
use roxmltree::Document;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest assembly that is read, in bytes (64 MiB).
const MAX_ASSEMBLY: u64 = 64 << 20;
/// How deep folders of `bin` are looked into.
const MAX_DEPTH: usize = 3;

/// The assemblies of the project.
pub(super) fn find(search: &Search<'_>, reader: &mut Reader) -> Vec<Found> {
    let root = &search.surroundings.root;
    // What the build makes itself is the workspace's.
    let mut own = BTreeSet::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in search.manifests(|name| name.ends_with(".csproj")) {
        let project = root.join(path);
        let folder = project.parent().unwrap_or(root).to_owned();
        let stem = project.file_stem().and_then(|stem| stem.to_str());
        own.extend(stem.map(str::to_owned));
        if let Some(text) = reader.text(&project) {
            match Document::parse(&text) {
                Ok(document) => {
                    for node in document.descendants() {
                        let value = || node.text().unwrap_or_default().trim();
                        match node.tag_name().name() {
                            "AssemblyName" => {
                                own.insert(value().to_owned());
                            }
                            "HintPath" => paths.push(folder.join(value().replace('\\', "/"))),
                            "Reference" => {
                                let named = node.attribute("Include").unwrap_or_default();
                                if named.ends_with(".dll") {
                                    paths.push(folder.join(named.replace('\\', "/")));
                                }
                            }
                            _ => {}
                        }
                    }
                }
                Err(error) => reader.skip(&project, &error.to_string()),
            }
        }
        paths.extend(resolved(&folder.join("obj/project.assets.json"), reader));
        below(&folder.join("bin"), 0, reader, &mut paths);
    }
    for path in search.manifests(|name| name.ends_with(".rsp")) {
        let file = root.join(path);
        let text = reader.text(&file).unwrap_or_default();
        let folder = file.parent().unwrap_or(root);
        paths.extend(referenced(&text).into_iter().map(|path| folder.join(path)));
    }
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for path in paths {
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        if own.contains(stem) || taken.contains(stem) || is_framework(&path, reader) {
            continue;
        }
        if reader.is_file(&path) {
            taken.insert(stem.to_owned());
            found.push(Found {
                id: format!("nuget:{stem}:{}", path.display()),
                origin: format!("nuget:{stem}"),
                read: Box::new(move |reader| read(&path, reader)),
            });
        }
    }
    found
}

/// Whether an assembly is one of the framework's, which the index has: they
/// lie together.
fn is_framework(path: &Path, reader: &mut Reader) -> bool {
    let Some(folder) = path.parent() else {
        return false;
    };
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let named = [
        "System.",
        "Microsoft.",
        "mscorlib.",
        "netstandard.",
        "WindowsBase.",
    ]
    .iter()
    .any(|start| name.starts_with(start));
    named && reader.is_file(&folder.join("System.Runtime.dll"))
}

/// What `csc`'s `-reference:` options in a response file name.
fn referenced(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let Some(option) = line.strip_prefix(['-', '/']) else {
            continue;
        };
        let Some(list) = ["r:", "reference:"]
            .iter()
            .find_map(|name| option.strip_prefix(name))
        else {
            continue;
        };
        for path in list.split([',', ';']) {
            // `alias=path`
            let path = path.rsplit('=').next().unwrap_or(path);
            found.push(path.trim_matches('"').replace('\\', "/"));
        }
    }
    found
}

/// What NuGet resolved for compiling, of the first target.
fn resolved(assets: &Path, reader: &mut Reader) -> Vec<PathBuf> {
    let Some(text) = reader.text(assets) else {
        return Vec::new();
    };
    let assets_value: Value = match serde_json::from_str(&text) {
        Ok(value) => value,
        Err(error) => {
            reader.skip(assets, &error.to_string());
            return Vec::new();
        }
    };
    let object = |value: Option<&'_ Value>| value.and_then(Value::as_object).cloned();
    let folders = object(assets_value.get("packageFolders")).unwrap_or_default();
    let libraries = object(assets_value.get("libraries")).unwrap_or_default();
    let targets = object(assets_value.get("targets")).unwrap_or_default();
    let mut found = Vec::new();
    for (package, target) in targets.values().filter_map(Value::as_object).flatten() {
        let path = libraries
            .get(package)
            .and_then(|library| library.get("path")?.as_str());
        let Some(path) = path.filter(|path| is_inner(path)) else {
            continue;
        };
        for file in object(target.get("compile")).unwrap_or_default().keys() {
            if !file.ends_with(".dll") || !is_inner(file) {
                continue;
            }
            let places = folders
                .keys()
                .map(|folder| Path::new(folder).join(path).join(file));
            found.extend(places.into_iter().find(|place| reader.is_file(place)));
        }
    }
    found
}

/// Whether a path leads to nothing outside of what it is joined to.
fn is_inner(path: &str) -> bool {
    !path.is_empty()
        && !path.contains(['\\', ':'])
        && path.split('/').all(|p| !p.is_empty() && p != "..")
}

/// The assemblies in a folder of outputs.
fn below(folder: &Path, depth: usize, reader: &mut Reader, paths: &mut Vec<PathBuf>) {
    for entry in reader.list(folder) {
        let path = folder.join(&entry.name);
        if entry.is_folder {
            if depth < MAX_DEPTH && !matches!(entry.name.as_str(), "ref" | "refint" | "runtimes") {
                below(&path, depth + 1, reader, paths);
            }
        } else if entry.name.ends_with(".dll") {
            paths.push(path);
        }
    }
}

fn read(path: &Path, reader: &mut Reader) -> Vec<Offer> {
    let Some(bytes) = reader.bytes(path, MAX_ASSEMBLY) else {
        return Vec::new();
    };
    let types = match metadata::read(&bytes) {
        Ok(types) => types,
        Err(reason) => {
            reader.skip(path, reason);
            return Vec::new();
        }
    };
    let mut containers: BTreeMap<String, Arc<str>> = BTreeMap::new();
    let full: BTreeSet<String> = types
        .iter()
        .map(|one| format!("{}.{}", one.container, one.name))
        .collect();
    let mut offers = Vec::new();
    for one in types {
        let container = containers
            .entry(one.container)
            .or_insert_with_key(|name| Arc::from(name.as_str()));
        offers.push(offer(&one.name, one.kind, container, &one.signature));
    }
    let root: Arc<str> = Arc::from("");
    for namespace in containers
        .keys()
        .filter(|name| !name.is_empty() && !full.contains(*name))
    {
        let signature = format!("namespace {namespace}");
        offers.push(offer(namespace, "namespace", &root, &signature));
    }
    offers
}
