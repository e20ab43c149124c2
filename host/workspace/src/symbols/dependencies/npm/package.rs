//! A package's declaration files: which there are, and which modules they mean.

use super::super::ecma::{self, File};
use super::super::reader::Reader;
use super::{installed, is_package_name};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;

/// The most paths of a package's `exports` that are read, its main one apart.
const MAX_SUBPATHS: usize = 64;
/// The most declaration files of one package that are parsed.
pub(super) const MAX_MODULES: usize = 1_500;

/// A module: a file, or a `declare module` block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    File(PathBuf),
    Block(String),
}

pub(super) struct Package<'r> {
    pub(super) reader: &'r mut Reader,
    /// Canonical folders of the packages that may be read.
    roots: Vec<PathBuf>,
    files: HashMap<PathBuf, Option<Rc<File>>>,
    /// The files that declare a module.
    pub(super) ambient: HashMap<String, Vec<PathBuf>>,
    pub(super) steps: usize,
}

impl<'r> Package<'r> {
    pub(super) fn new(reader: &'r mut Reader) -> Self {
        Self {
            reader,
            roots: Vec::new(),
            files: HashMap::new(),
            ambient: HashMap::new(),
            steps: 0,
        }
    }

    /// The specifiers of a package at a place, and their declaration files.
    pub(super) fn entries(&mut self, name: &str, at: &Path) -> Vec<(String, PathBuf)> {
        let Ok(root) = at.canonicalize() else {
            return Vec::new();
        };
        let manifest = self.reader.text(&root.join("package.json"));
        let manifest: Value = match manifest.as_deref().map(serde_json::from_str) {
            Some(Ok(manifest)) => manifest,
            Some(Err(error)) => {
                self.reader
                    .skip(&root.join("package.json"), &error.to_string());
                return Vec::new();
            }
            None => Value::Null,
        };
        self.roots.push(root.clone());
        let mut found = Vec::new();
        let mut add = |package: &mut Self, specifier: String, path: &str| {
            if let Some(file) = package.declaration(&root, path)
                && !found.iter().any(|(known, _)| *known == specifier)
            {
                found.push((specifier, file));
            }
        };
        let exports = manifest.get("exports");
        let text = |field: &str| manifest.get(field).and_then(Value::as_str);
        let subpaths = exports
            .and_then(Value::as_object)
            .filter(|map| map.keys().any(|key| key.starts_with('.')));
        let main = match subpaths {
            Some(map) => map.get("."),
            None => exports,
        };
        for path in main.map(conditions).unwrap_or_default() {
            add(self, name.to_owned(), &path);
        }
        let older = [text("types"), text("typings"), text("main")];
        for path in older.into_iter().flatten().chain(["index.d.ts"]) {
            add(self, name.to_owned(), path);
        }
        for (subpath, target) in subpaths.into_iter().flatten().take(MAX_SUBPATHS) {
            let Some(rest) = subpath.strip_prefix("./") else {
                continue;
            };
            if rest.contains('*') || rest == "package.json" {
                continue;
            }
            for path in conditions(target) {
                add(self, format!("{name}/{rest}"), &path);
            }
        }
        found
    }

    /// The declarations of what a manifest or an import names in a folder.
    fn declaration(&mut self, folder: &Path, named: &str) -> Option<PathBuf> {
        let plain = plain(&folder.join(named))?;
        let text = plain.to_str()?;
        let stem = |ending: &str| text.strip_suffix(ending);
        let mut candidates = Vec::new();
        if [".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|e| text.ends_with(e))
        {
            candidates.push(text.to_owned());
        } else if let Some(stem) = stem(".mjs").or(stem(".mts")) {
            candidates.push(format!("{stem}.d.mts"));
        } else if let Some(stem) = stem(".cjs").or(stem(".cts")) {
            candidates.push(format!("{stem}.d.cts"));
        } else if let Some(stem) = stem(".js").or(stem(".jsx")) {
            candidates.push(format!("{stem}.d.ts"));
        } else if [".ts", ".tsx"].iter().any(|e| text.ends_with(e)) {
            candidates.push(text.to_owned());
        }
        candidates.push(format!("{text}.d.ts"));
        candidates.push(format!("{text}.ts"));
        candidates.push(format!("{text}/index.d.ts"));
        candidates
            .into_iter()
            .map(PathBuf::from)
            .find(|file| self.reader.is_file(file) && self.is_inside(file))
    }

    /// Whether a file lies in one of the packages, symlinks followed.
    fn is_inside(&self, file: &Path) -> bool {
        file.canonicalize()
            .is_ok_and(|file| self.roots.iter().any(|root| file.starts_with(root)))
    }

    fn file(&mut self, path: &Path) -> Option<Rc<File>> {
        if let Some(known) = self.files.get(path) {
            return known.clone();
        }
        if self.files.len() >= MAX_MODULES {
            self.reader.skip(path, "the package has too many modules");
            return None;
        }
        let read = self.reader.text(path).and_then(|text| {
            match ecma::read(&path.display().to_string(), &text) {
                Ok(file) => Some(Rc::new(file)),
                Err(reason) => {
                    self.reader.skip(path, &reason);
                    None
                }
            }
        });
        self.files.insert(path.to_owned(), read.clone());
        read
    }

    /// Reads files and those that they refer to, and notes which modules they
    /// declare.
    pub(super) fn take_in(&mut self, queue: &mut Vec<PathBuf>) {
        let mut seen = HashSet::new();
        while let Some(path) = queue.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let Some(file) = self.file(&path) else {
                continue;
            };
            for (module, _) in &file.modules {
                let files = self.ambient.entry(module.clone()).or_default();
                if !files.contains(&path) {
                    files.push(path.clone());
                }
            }
            let folder = path.parent().unwrap_or(&path).to_owned();
            for reference in &file.references {
                queue.extend(self.declaration(&folder, reference));
            }
        }
    }

    /// The module that an import in `from` means.
    pub(super) fn resolve(&mut self, from: &Scope, module: &str) -> Option<Scope> {
        if let Scope::File(path) = from
            && (module.starts_with("./")
                || module.starts_with("../")
                || matches!(module, "." | ".."))
        {
            let folder = path.parent()?.to_owned();
            return self.declaration(&folder, module).map(Scope::File);
        }
        if self.ambient.contains_key(module) {
            return Some(Scope::Block(module.to_owned()));
        }
        let Scope::File(path) = from else {
            return None;
        };
        // Another package, from where this one is.
        let mut parts = module.split('/');
        let first = parts.next()?;
        let name = match (first.starts_with('@'), parts.next()) {
            (true, Some(second)) => format!("{first}/{second}"),
            (true, None) => return None,
            (false, _) => first.to_owned(),
        };
        if !is_package_name(&name) {
            return None;
        }
        let folder = path.parent()?.to_owned();
        let at = installed(&folder, &name, self.reader)?;
        let entries = self.entries(&name, &at);
        let entry = entries
            .into_iter()
            .find(|(specifier, _)| specifier == module);
        entry.map(|(_, file)| Scope::File(file))
    }

    /// What a scope's files export: several may declare one module.
    pub(super) fn exports(&mut self, scope: &Scope) -> Vec<(Scope, Rc<File>)> {
        let paths = match scope {
            Scope::File(path) => vec![path.clone()],
            Scope::Block(name) => self.ambient.get(name).cloned().unwrap_or_default(),
        };
        paths
            .into_iter()
            .filter_map(|path| Some((Scope::File(path.clone()), self.file(&path)?)))
            .collect()
    }
}

/// The files that an entry of `exports` may mean, those of types first.
fn conditions(target: &Value) -> Vec<String> {
    fn walk(target: &Value, types: bool, depth: usize, found: &mut Vec<(bool, String)>) {
        match target {
            Value::String(path) if path.starts_with("./") => found.push((!types, path.clone())),
            Value::Array(all) if depth < 8 => {
                for one in all.iter().take(16) {
                    walk(one, types, depth + 1, found);
                }
            }
            Value::Object(map) if depth < 8 => {
                for (condition, one) in map.iter().take(32) {
                    let types = types || condition == "types" || condition.starts_with("types@");
                    walk(one, types, depth + 1, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk(target, false, 0, &mut found);
    found.sort_by_key(|(other, _)| *other);
    found.into_iter().map(|(_, path)| path).collect()
}

/// A path without `.` and `..`; `None` if it leads above its beginning.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !plain.pop() {
                    return None;
                }
            }
            other => plain.push(other),
        }
    }
    Some(plain)
}
