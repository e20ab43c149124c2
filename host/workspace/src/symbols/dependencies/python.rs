//! Distributions in a virtual environment: what their modules offer.

use super::reader::Reader;
use super::{Found, Offer, Search, offer};
use crate::symbols::collect::{self, children};
use crate::syntax::{self, Language};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use tree_sitter::Node;

/// The most modules directly in one package that are read.
const MAX_MODULES: usize = 300;
/// How many modules may pass a name on.
const MAX_HOPS: usize = 12;
/// The most modules that are looked into to find out what one package offers.
const MAX_STEPS: usize = 1_000_000;

/// What every environment has, and no project imports.
const TOOLS: &[&str] = &["pip", "pkg_resources", "setuptools", "wheel"];

/// The top-level modules of the project's environments.
pub(super) fn find(search: &Search<'_>, reader: &mut Reader) -> Vec<Found> {
    let mut found = Vec::new();
    let mut taken = BTreeSet::new();
    for site in environments(search, reader)
        .iter()
        .flat_map(|environment| site_packages(environment, reader))
        .collect::<Vec<_>>()
    {
        let entries = reader.list(&site);
        let mut owners = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.is_folder) {
            if let Some(stem) = entry.name.strip_suffix(".dist-info") {
                let name = stem.rsplit_once('-').map_or(stem, |(name, _)| name);
                let name = name.to_lowercase().replace(['_', '.'], "-");
                for module in provided(&site.join(&entry.name), reader) {
                    owners.entry(module).or_insert_with(|| name.clone());
                }
            }
        }
        for entry in &entries {
            let stem = if entry.is_folder {
                entry.name.strip_suffix("-stubs").unwrap_or(&entry.name)
            } else {
                let Some(stem) = entry
                    .name
                    .strip_suffix(".pyi")
                    .or_else(|| entry.name.strip_suffix(".py"))
                else {
                    continue;
                };
                stem
            };
            if !is_public(stem) || TOOLS.contains(&stem) || !taken.insert(stem.to_owned()) {
                continue;
            }
            let owner = owners.get(stem).map_or(stem, String::as_str);
            let (module, site) = (stem.to_owned(), site.clone());
            found.push(Found {
                id: format!("pypi:{module}:{}", site.display()),
                origin: format!("pypi:{owner}"),
                read: Box::new(move |reader| read(&module, &site, reader)),
            });
        }
    }
    found
}

/// Whether a module's name can be written, and is not the package's own affair.
fn is_public(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|c| c.is_alphanumeric() || c == '_')
        && !matches!(name, "test" | "tests" | "conftest")
}

/// The virtual environments: the active one, and those of the project.
fn environments(search: &Search<'_>, reader: &mut Reader) -> Vec<PathBuf> {
    let root = &search.surroundings.root;
    let active = search.surroundings.variable("VIRTUAL_ENV");
    let mut found: Vec<PathBuf> = active.map(|path| root.join(path)).into_iter().collect();
    found.extend([".venv", "venv"].map(|name| root.join(name)));
    for entry in reader.list(root) {
        if entry.is_folder {
            found.push(root.join(entry.name));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()) && reader.is_file(&path.join("pyvenv.cfg")));
    found
}

fn site_packages(environment: &Path, reader: &mut Reader) -> Vec<PathBuf> {
    let lib = environment.join("lib");
    let mut found: Vec<PathBuf> = reader
        .list(&lib)
        .into_iter()
        .filter(|entry| entry.is_folder && entry.name.starts_with("python"))
        .map(|entry| lib.join(entry.name).join("site-packages"))
        .collect();
    // As Windows has it.
    found.push(environment.join("Lib/site-packages"));
    found.retain(|site| reader.is_folder(site));
    found
}

/// The top-level modules that a distribution says it brought.
fn provided(info: &Path, reader: &mut Reader) -> BTreeSet<String> {
    if let Some(text) = reader.text(&info.join("top_level.txt")) {
        return text.lines().map(|line| line.trim().to_owned()).collect();
    }
    let record = reader.text(&info.join("RECORD")).unwrap_or_default();
    record
        .lines()
        .filter_map(|line| {
            let path = line.split(',').next()?;
            let first = path.split('/').next()?;
            let first = first.strip_suffix("-stubs").unwrap_or(first);
            let first = first.strip_suffix(".pyi").unwrap_or(first);
            Some(first.strip_suffix(".py").unwrap_or(first).to_owned())
        })
        .collect()
}

/// A module, by itself.
#[derive(Default)]
struct Module {
    /// What it declares: kinds and signatures by name.
    declared: HashMap<String, (&'static str, String)>,
    /// Names that it takes from other modules of its package: the module, and
    /// the name there.
    taken: BTreeMap<String, (String, String)>,
    /// Modules all of whose names it takes.
    stars: Vec<String>,
    /// What `__all__` lists.
    all: Option<BTreeSet<String>>,
}

struct Package<'r> {
    reader: &'r mut Reader,
    site: &'r Path,
    modules: HashMap<String, Option<Rc<Module>>>,
    steps: usize,
}

fn read(top: &str, site: &Path, reader: &mut Reader) -> Vec<Offer> {
    let mut package = Package {
        reader,
        site,
        modules: HashMap::new(),
        steps: 0,
    };
    let mut names = BTreeSet::new();
    for folder in [site.join(format!("{top}-stubs")), site.join(top)] {
        for entry in package.reader.list(&folder) {
            let stem = match entry.is_folder {
                true => Some(entry.name.as_str()),
                false => entry
                    .name
                    .strip_suffix(".pyi")
                    .or_else(|| entry.name.strip_suffix(".py")),
            };
            if let Some(stem) = stem.filter(|stem| is_public(stem)) {
                names.insert(format!("{top}.{stem}"));
            }
        }
    }
    let mut offers = Vec::new();
    let root: Arc<str> = Arc::from("");
    for name in std::iter::once(top.to_owned()).chain(names.into_iter().take(MAX_MODULES)) {
        if package.module(&name).is_none() {
            // A folder without code of its own is still a namespace.
            if name == top && package.reader.is_folder(&site.join(top)) {
                offers.push(offer(&name, "module", &root, &format!("import {name}")));
            }
            continue;
        }
        offers.push(offer(&name, "module", &root, &format!("import {name}")));
        let container: Arc<str> = Arc::from(name.as_str());
        for visible in package.visible(&name, 0) {
            if let Some((kind, signature)) = package.look_up(&name, &visible, 0) {
                offers.push(offer(&visible, kind, &container, &signature));
            }
        }
    }
    offers
}

impl Package<'_> {
    /// The file of a module, stubs before code.
    fn path(&mut self, name: &str) -> Option<PathBuf> {
        let (top, rest) = name.split_once('.').unwrap_or((name, ""));
        let mut bases = vec![self.site.join(format!("{top}-stubs")), self.site.join(top)];
        for part in rest.split('.').filter(|part| !part.is_empty()) {
            for base in &mut bases {
                base.push(part);
            }
        }
        let mut candidates = Vec::new();
        for base in &bases {
            candidates.push(base.join("__init__.pyi"));
            candidates.push(base.join("__init__.py"));
            candidates.push(PathBuf::from(format!("{}.pyi", base.display())));
            candidates.push(PathBuf::from(format!("{}.py", base.display())));
        }
        candidates
            .into_iter()
            .find(|path| self.reader.is_file(path))
    }

    fn module(&mut self, name: &str) -> Option<Rc<Module>> {
        if let Some(known) = self.modules.get(name) {
            return known.clone();
        }
        let read = self.path(name).and_then(|path| {
            let text = self.reader.text(&path)?;
            let file = path.file_name()?.to_str()?;
            let package = match file.starts_with("__init__.") {
                true => name,
                false => name.rsplit_once('.').map_or("", |(package, _)| package),
            };
            match parse(&path.display().to_string(), &text, package) {
                Ok(module) => Some(Rc::new(module)),
                Err(reason) => {
                    self.reader.skip(&path, &reason);
                    None
                }
            }
        });
        self.modules.insert(name.to_owned(), read.clone());
        read
    }

    /// The names that a module is meant to be asked for.
    fn visible(&mut self, name: &str, hops: usize) -> BTreeSet<String> {
        self.steps += 1;
        let Some(module) = self.module(name).filter(|_| hops <= MAX_HOPS) else {
            return BTreeSet::new();
        };
        if let Some(all) = &module.all {
            return all.clone();
        }
        let mut found: BTreeSet<String> = module.declared.keys().cloned().collect();
        found.extend(module.taken.keys().cloned());
        if self.steps <= MAX_STEPS {
            for star in &module.stars {
                found.extend(self.visible(star, hops + 1));
            }
        }
        found.retain(|name| !name.starts_with('_'));
        found
    }

    /// What a name of a module is, followed to its declaration.
    fn look_up(&mut self, module: &str, name: &str, hops: usize) -> Option<(&'static str, String)> {
        self.steps += 1;
        if hops > MAX_HOPS || self.steps > MAX_STEPS {
            return None;
        }
        let found = self.module(module)?;
        if let Some((kind, signature)) = found.declared.get(name) {
            return Some((kind, signature.clone()));
        }
        if let Some((from, what)) = found.taken.get(name) {
            if let Some(there) = self.look_up(from, what, hops + 1) {
                return Some(there);
            }
            let module = format!("{from}.{what}");
            return self
                .path(&module)
                .map(|_| ("module", format!("import {module}")));
        }
        let stars = found.stars.clone();
        stars
            .iter()
            .find_map(|star| self.look_up(star, name, hops + 1))
    }
}

/// Reads a module of a package.
fn parse(path: &str, text: &str, package: &str) -> Result<Module, String> {
    let tree = syntax::parse_text(Language::Python, path, text).map_err(|e| e.to_string())?;
    let mut module = Module::default();
    for decl in collect::declarations(Language::Python, &tree, text) {
        if decl.container.is_empty() && decl.kind != "export" {
            let said = (decl.kind, decl.signature.to_string());
            // Overloads, and a name that is given again: the first says it.
            module.declared.entry(decl.name.to_string()).or_insert(said);
        }
    }
    let is_stub = path.ends_with(".pyi");
    statements(tree.root_node(), text, package, is_stub, &mut module, 0);
    Ok(module)
}

fn statements(
    node: Node<'_>,
    text: &str,
    package: &str,
    is_stub: bool,
    module: &mut Module,
    depth: usize,
) {
    for child in children(node) {
        match child.kind() {
            "import_from_statement" => import(child, text, package, is_stub, module),
            "assignment" | "augmented_assignment" => list_of_all(child, text, module),
            "expression_statement"
            | "if_statement"
            | "else_clause"
            | "elif_clause"
            | "try_statement"
            | "except_clause"
            | "block"
                if depth < 6 =>
            {
                statements(child, text, package, is_stub, module, depth + 1);
            }
            _ => {}
        }
    }
}

fn slice<'t>(node: Node<'_>, text: &'t str) -> &'t str {
    text.get(node.byte_range()).unwrap_or_default()
}

/// `__all__ = ["a", "b"]` or `+=`, as far as it is written out.
fn list_of_all(node: Node<'_>, text: &str, module: &mut Module) {
    let field = |name| node.child_by_field_name(name);
    let (Some(left), Some(right)) = (field("left"), field("right")) else {
        return;
    };
    if slice(left, text) != "__all__" || !matches!(right.kind(), "list" | "tuple") {
        return;
    }
    let names = children(right).into_iter().filter_map(|one| {
        let name = slice(one, text).trim_matches(['"', '\'']);
        (one.kind() == "string").then(|| name.to_owned())
    });
    module.all.get_or_insert_default().extend(names);
}

/// `from .part import a as b`, `from package.part import *`.
fn import(node: Node<'_>, text: &str, package: &str, is_stub: bool, module: &mut Module) {
    let Some(named) = node.child_by_field_name("module_name") else {
        return;
    };
    let named = slice(named, text);
    let Some(from) = absolute(named, package) else {
        return;
    };
    if children(node)
        .iter()
        .any(|child| child.kind() == "wildcard_import")
    {
        module.stars.push(from);
        return;
    }
    let mut cursor = node.walk();
    for one in node.children_by_field_name("name", &mut cursor) {
        let field = |name| one.child_by_field_name(name).map(|node| slice(node, text));
        let what = field("name").unwrap_or_else(|| slice(one, text));
        let alias = field("alias");
        // A stub passes on what it renames to itself, and its own modules.
        let passes_on = !is_stub || alias == Some(what) || from == package;
        if passes_on || module.all.is_some() {
            let local = alias.unwrap_or(what).to_owned();
            // Of a choice (`try: … except ImportError: …`), the first.
            let there = (from.clone(), what.to_owned());
            module.taken.entry(local).or_insert(there);
        }
    }
}

/// The full name of a module of the same package; `None` of another's.
fn absolute(named: &str, package: &str) -> Option<String> {
    let own = package.split('.').next().unwrap_or_default();
    let rest = named.trim_start_matches('.');
    let dots = named.len() - rest.len();
    if dots == 0 {
        return (named.split('.').next() == Some(own)).then(|| named.to_owned());
    }
    let mut parts: Vec<&str> = package.split('.').filter(|part| !part.is_empty()).collect();
    for _ in 1..dots {
        parts.pop()?;
    }
    parts.extend(rest.split('.').filter(|part| !part.is_empty()));
    (!parts.is_empty()).then(|| parts.join("."))
}
