//! Modules of Go, in the module cache and in `vendor`: their packages, and what
//! these export.

use super::reader::Reader;
use super::{Found, Offer, Search, offer};
use crate::symbols::collect;
use crate::syntax::{self, Language};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most packages of one module that are read.
const MAX_PACKAGES: usize = 1_000;
/// How deep a module's folders are looked into.
const MAX_DEPTH: usize = 12;

/// The modules that the project's `go.mod` files require.
pub(super) fn find(search: &Search<'_>, reader: &mut Reader) -> Vec<Found> {
    let root = &search.surroundings.root;
    let caches = caches(search, reader);
    let mut found = Vec::new();
    for path in search.manifests(|name| name == "go.mod") {
        let manifest = root.join(path);
        let (Some(text), Some(folder)) = (reader.text(&manifest), manifest.parent()) else {
            continue;
        };
        for (module, version) in required(&text) {
            let vendored = folder.join("vendor").join(&module.path);
            let cached = caches.iter().map(|cache| {
                let name = format!("{}@{}", escaped(&module.source), escaped(&version));
                cache.join(name)
            });
            let at = std::iter::once(vendored)
                .chain(cached)
                .find(|at| reader.is_folder(at));
            if let Some(at) = at {
                found.push(Found {
                    id: format!("go:{}:{}", module.path, at.display()),
                    origin: format!("go:{}", module.path),
                    read: Box::new(move |reader| read(&module.path, &at, reader)),
                });
            }
        }
    }
    found
}

/// Where the go command keeps modules.
fn caches(search: &Search<'_>, reader: &mut Reader) -> Vec<PathBuf> {
    let surroundings = search.surroundings;
    let home = surroundings.home();
    // What `go env -w` writes.
    let settings = match surroundings.variable("GOENV") {
        Some("off") => None,
        Some(path) => Some(PathBuf::from(path)),
        None => home.as_ref().map(|home| home.join(".config/go/env")),
    };
    let settings = settings
        .and_then(|path| reader.text(&path))
        .unwrap_or_default();
    let setting = |name: &str| {
        let written = || {
            settings
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
        };
        surroundings
            .variable(name)
            .or_else(written)
            .map(str::to_owned)
    };
    if let Some(cache) = setting("GOMODCACHE") {
        return vec![PathBuf::from(cache)];
    }
    let path = match setting("GOPATH") {
        Some(paths) => std::env::split_paths(&paths).next(),
        None => home.map(|home| home.join("go")),
    };
    path.map(|path| path.join("pkg/mod")).into_iter().collect()
}

/// A required module: the path that imports begin with, and where it comes
/// from, which `replace` may change.
struct Module {
    path: String,
    source: String,
}

/// Modules and versions that a `go.mod` requires directly, replaced as it says.
/// A replacement by a folder is none of the cache's.
fn required(text: &str) -> Vec<(Module, String)> {
    let mut block = String::new();
    let mut required = BTreeMap::new();
    let mut replaced: BTreeMap<String, Option<(String, String)>> = BTreeMap::new();
    for line in text.lines() {
        let (line, comment) = line.split_once("//").unwrap_or((line, ""));
        let line = line.trim();
        if line == ")" {
            block.clear();
            continue;
        }
        if let Some(word) = line.strip_suffix('(') {
            block = word.trim().to_owned();
            continue;
        }
        let mut words: Vec<&str> = line
            .split_whitespace()
            .map(|w| w.trim_matches('"'))
            .collect();
        let verb = if block.is_empty() {
            if words.is_empty() {
                continue;
            }
            words.remove(0)
        } else {
            block.as_str()
        };
        match (verb, words.as_slice()) {
            ("require", [path, version]) if comment.trim() != "indirect" => {
                required.insert((*path).to_owned(), (*version).to_owned());
            }
            ("replace", [path, rest @ ..]) => {
                let target = rest.iter().position(|word| *word == "=>");
                let target = target.map(|at| &rest[at + 1..]);
                let new = match target {
                    Some([source, version]) => Some(((*source).to_owned(), (*version).to_owned())),
                    _ => None,
                };
                replaced.insert((*path).to_owned(), new);
            }
            _ => {}
        }
    }
    let modules = required.into_iter().filter_map(|(path, version)| {
        let (source, version) = match replaced.get(&path) {
            Some(new) => new.clone()?,
            None => (path.clone(), version),
        };
        let sound = is_path(&path) && is_path(&source) && is_path(&version);
        sound.then_some((Module { path, source }, version))
    });
    modules.collect()
}

/// Whether a module's path or version names no other place.
fn is_path(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-._~+".contains(c))
        })
}

/// As the cache writes a path: `!a` for `A`.
fn escaped(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for c in path.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    escaped
}

fn read(module: &str, at: &Path, reader: &mut Reader) -> Vec<Offer> {
    let mut offers = Vec::new();
    let mut queue = vec![(at.to_owned(), module.to_owned(), 0)];
    let mut packages = 0;
    while let Some((folder, path, depth)) = queue.pop() {
        let entries = reader.list(&folder);
        // A module of its own.
        if depth > 0 && entries.iter().any(|entry| entry.name == "go.mod") {
            continue;
        }
        let mut files = Vec::new();
        for entry in entries {
            let name = entry.name.as_str();
            if name.starts_with(['.', '_']) {
                continue;
            }
            if entry.is_folder {
                let hidden = matches!(name, "internal" | "testdata" | "vendor" | "node_modules");
                if !hidden && depth < MAX_DEPTH {
                    let deeper = format!("{path}/{name}");
                    queue.push((folder.join(name), deeper, depth + 1));
                }
            } else if name.ends_with(".go") && !name.ends_with("_test.go") {
                files.push(folder.join(name));
            }
        }
        if files.is_empty() {
            continue;
        }
        packages += 1;
        if packages > MAX_PACKAGES {
            reader.skip(at, "it has too many packages");
            break;
        }
        package(&path, &files, reader, &mut offers);
    }
    offers
}

fn package(path: &str, files: &[PathBuf], reader: &mut Reader, offers: &mut Vec<Offer>) {
    let mut name = String::new();
    let mut imports = BTreeSet::new();
    let mut decls = Vec::new();
    for file in files {
        let Some(text) = reader.text(file) else {
            continue;
        };
        let Some(own) = clause(&text).filter(|own| *own != "main" && *own != "documentation")
        else {
            continue;
        };
        // A generator beside the package is excluded from builds.
        if text
            .lines()
            .take(40)
            .any(|line| line.trim() == "//go:build ignore")
        {
            continue;
        }
        if name.is_empty() {
            name = own.to_owned();
        }
        if name != own {
            continue;
        }
        match syntax::parse_text(Language::Go, &file.display().to_string(), &text) {
            Ok(tree) => {
                decls.extend(collect::declarations(Language::Go, &tree, &text));
                imports.extend(imported(&text));
            }
            Err(error) => reader.skip(file, &error.to_string()),
        }
    }
    if name.is_empty() {
        return;
    }
    let mut heads = String::new();
    for import in imports.iter().take(20) {
        heads.push_str(if heads.is_empty() { "" } else { "; " });
        heads.push_str(&format!("\"{import}\""));
    }
    let head = match heads.as_str() {
        "" => format!("package {name}"),
        _ => format!("package {name}; import ({heads})"),
    };
    let own: Arc<str> = Arc::from(path);
    // The signature is no declaration of a source that could be long.
    offers.push(Offer {
        signature: head.into(),
        ..offer(&name, "module", &own, "")
    });
    for decl in decls.iter().filter(|decl| decl.exported) {
        // The package's name, and the type's around a member.
        let container = match decl.container.split_once('.') {
            None => own.clone(),
            Some((_, inner)) if inner.starts_with(char::is_uppercase) => {
                Arc::from(format!("{path}.{inner}"))
            }
            Some(_) => continue,
        };
        offers.push(Offer {
            name: decl.name.clone(),
            kind: decl.kind,
            container,
            signature: decl.signature.clone(),
        });
    }
}

/// What a file's package clause says.
fn clause(text: &str) -> Option<&str> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("package "))?;
    line.split_whitespace().next()
}

/// The paths that a file imports.
fn imported(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with("import (") {
            inside = true;
        } else if inside && line.starts_with(')') {
            inside = false;
        } else if inside || line.starts_with("import ") {
            found.extend(line.split('"').nth(1).map(str::to_owned));
        } else if line.starts_with("func ") || line.starts_with("type ") {
            break;
        }
    }
    found
}
