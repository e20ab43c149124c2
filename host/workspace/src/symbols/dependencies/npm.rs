//! Packages of npm: what their declaration files export, by the specifiers that
//! imports write.

use super::ecma::{self, Exports, File, From, Target};
use super::reader::Reader;
use super::{Found, Offer, Search, offer};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// The most paths of a package's `exports` that are read, its main one apart.
const MAX_SUBPATHS: usize = 64;
/// How many modules may pass a name on.
const MAX_HOPS: usize = 16;
/// The most modules that are looked into to find out what one package exports.
const MAX_STEPS: usize = 2_000_000;
/// The most declaration files of one package that are parsed.
const MAX_MODULES: usize = 1_500;

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
    let mut package = Package {
        reader,
        roots: Vec::new(),
        files: HashMap::new(),
        ambient: HashMap::new(),
        steps: 0,
    };
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

/// A module: a file, or a `declare module` block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Scope {
    File(PathBuf),
    Block(String),
}

struct Package<'r> {
    reader: &'r mut Reader,
    /// Canonical folders of the packages that may be read.
    roots: Vec<PathBuf>,
    files: HashMap<PathBuf, Option<Rc<File>>>,
    /// The files that declare a module.
    ambient: HashMap<String, Vec<PathBuf>>,
    steps: usize,
}

impl Package<'_> {
    /// The specifiers of a package at a place, and their declaration files.
    fn entries(&mut self, name: &str, at: &Path) -> Vec<(String, PathBuf)> {
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
    fn take_in(&mut self, queue: &mut Vec<PathBuf>) {
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
    fn resolve(&mut self, from: &Scope, module: &str) -> Option<Scope> {
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
    fn exports(&mut self, scope: &Scope) -> Vec<(Scope, Rc<File>)> {
        let paths = match scope {
            Scope::File(path) => vec![path.clone()],
            Scope::Block(name) => self.ambient.get(name).cloned().unwrap_or_default(),
        };
        paths
            .into_iter()
            .filter_map(|path| Some((Scope::File(path.clone()), self.file(&path)?)))
            .collect()
    }

    /// Every name that a module exports but `default`, with where it stands.
    fn names(&mut self, scope: &Scope, seen: &mut HashSet<Scope>) -> Vec<(String, Scope, Target)> {
        self.steps += 1;
        if !seen.insert(scope.clone()) || seen.len() > MAX_MODULES || self.steps > MAX_STEPS {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (place, file) in self.exports(scope) {
            let Some(exports) = of(&file, scope) else {
                continue;
            };
            let members = exports.equals.iter().flat_map(|(_, members)| members);
            for (name, target) in exports.names.iter().chain(members) {
                found.push((name.clone(), place.clone(), target.clone()));
            }
            for star in &exports.stars {
                if let Some(module) = self.resolve(&place, star) {
                    let more = self.names(&module, seen);
                    found.extend(more.into_iter().filter(|(name, ..)| name != "default"));
                }
            }
        }
        found
    }

    /// What a name of a module is, followed to its declaration.
    fn look_up(&mut self, scope: &Scope, name: &str, hops: usize) -> Option<Target> {
        self.steps += 1;
        if hops > MAX_HOPS || self.steps > MAX_STEPS {
            return None;
        }
        for (place, file) in self.exports(scope) {
            let Some(exports) = of(&file, scope) else {
                continue;
            };
            let members = exports.equals.iter().flat_map(|(_, members)| members);
            let own = exports.names.iter().chain(members);
            if let Some((_, target)) = own.into_iter().find(|(known, _)| known == name) {
                return self.follow(&place, target, hops);
            }
            if name == "default"
                && let Some((whole, _)) = &exports.equals
            {
                return self.follow(&place, whole, hops);
            }
            for star in &exports.stars {
                if let Some(module) = self.resolve(&place, star)
                    && let Some(found) = self.look_up(&module, name, hops + 1)
                {
                    return Some(found);
                }
            }
        }
        None
    }

    /// The declaration that a target leads to; `None` if that is not found.
    fn follow(&mut self, place: &Scope, target: &Target, hops: usize) -> Option<Target> {
        let Target::There(From { module, name }) = target else {
            return Some(target.clone());
        };
        let module = self.resolve(place, module)?;
        if name == "*" {
            return Some(Target::Here {
                kind: "namespace",
                signature: String::new(),
                local: String::new(),
            });
        }
        self.look_up(&module, name, hops + 1)
    }

    /// Adds what a module offers under a specifier.
    fn offer_of(&mut self, specifier: &str, scope: &Scope, offers: &mut Vec<Offer>) {
        let container: Arc<str> = Arc::from(specifier);
        let mut names: BTreeMap<String, Offer> = BTreeMap::new();
        for (name, place, target) in self.names(scope, &mut HashSet::new()) {
            let (kind, signature, local) = match self.follow(&place, &target, 0) {
                Some(Target::Here {
                    kind,
                    signature,
                    local,
                }) => (kind, signature, local),
                // It is exported, whatever it is.
                _ => ("export", String::new(), String::new()),
            };
            if name == "default" {
                let signature = said("export default", &signature, &local);
                for name in called(specifier, &local) {
                    offers.push(offer(&name, kind, &container, &signature));
                }
                continue;
            }
            let signature = match signature.as_str() {
                "" => format!("export {name}"),
                _ => signature,
            };
            let new = offer(&name, kind, &container, &signature);
            let known = names.get(&name);
            if known.is_none_or(|known| matches!(known.kind, "interface" | "type" | "export")) {
                names.insert(name, new);
            }
        }
        offers.extend(names.into_values());
        for (place, file) in self.exports(scope) {
            let equals = of(&file, scope).and_then(|exports| exports.equals.clone());
            let Some((whole, _)) = equals else {
                continue;
            };
            if let Some(Target::Here {
                kind,
                signature,
                local,
            }) = self.follow(&place, &whole, 0)
            {
                let signature = said("export =", &signature, &local);
                let mut all = called(specifier, &local);
                all.extend(file.global.clone());
                all.sort_unstable();
                all.dedup();
                for name in all {
                    offers.push(offer(&name, kind, &container, &signature));
                }
            }
        }
    }
}

/// The exports of a scope in one of its files.
fn of<'f>(file: &'f File, scope: &Scope) -> Option<&'f Exports> {
    match scope {
        Scope::File(_) => Some(&file.own),
        Scope::Block(name) => {
            let mut blocks = file.modules.iter();
            Some(&blocks.find(|(module, _)| module == name)?.1)
        }
    }
}

/// A signature that begins with how its declaration is exported.
fn said(how: &str, signature: &str, local: &str) -> String {
    let rest = signature
        .trim_start_matches("export default ")
        .trim_start_matches("export ");
    match rest {
        "" => format!("{how} {local}"),
        _ => format!("{how} {rest}"),
    }
}

/// What a module that is one thing would be called where it is imported: after
/// its package, and as its own files call it.
fn called(specifier: &str, local: &str) -> Vec<String> {
    let base = specifier.rsplit('/').next().unwrap_or(specifier);
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
    let mut first = camel.chars();
    let pascal = first
        .next()
        .map(|c| c.to_uppercase().chain(first).collect::<String>());
    let mut names: Vec<String> = pascal.into_iter().chain([camel]).collect();
    // `declare function e(): Express; export = e;` is not called so elsewhere.
    if local.chars().count() > 2 && !local.starts_with('_') {
        names.push(local.to_owned());
    }
    names.sort_unstable();
    names.dedup();
    names
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
