//! The files and packages that a rule can see: the project's own through the
//! host, the standard library's through the host's symbol index, whose
//! declarations are put together to a file and read like any other.

use crate::ast::{Decl, Func, GenDecl, Spec, Tree};
use crate::parse::parse;
use buildfix_sdk::Host;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Files of one package that are read, at most: enough for real ones, and a
/// bound for generated ones.
const MAX_FILES: usize = 400;

/// A parsed file.
#[derive(Debug)]
pub struct File {
    /// Relative to the workspace; empty for a library's.
    pub path: String,
    /// The text.
    pub text: String,
    /// Its tree.
    pub tree: Tree,
    /// The import path of its package.
    pub package: String,
}

/// Where a package's declaration stands.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// File, declaration, specification, name.
    Spec(usize, usize, usize, usize),
    /// File, declaration.
    Func(usize, usize),
}

/// A package.
#[derive(Debug, Default)]
pub struct Package {
    /// Its import path.
    pub path: String,
    /// What its files call it.
    pub name: String,
    /// Whether it is the standard library's.
    pub library: bool,
    /// Its files.
    pub files: Vec<Rc<File>>,
    /// Its declarations, without methods.
    pub members: BTreeMap<String, Place>,
    /// The methods of its types.
    pub methods: BTreeMap<String, Vec<(usize, usize)>>,
}

impl Package {
    fn index(&mut self) {
        for (f, file) in self.files.iter().enumerate() {
            for (d, decl) in file.tree.decls.iter().enumerate() {
                match decl {
                    Decl::Func(func) => match func.receiver_type() {
                        Some(ty) => self.methods.entry(ty.to_owned()).or_default().push((f, d)),
                        None => {
                            let name = func.name.name.clone();
                            self.members.entry(name).or_insert(Place::Func(f, d));
                        }
                    },
                    Decl::Gen(decl) => {
                        for (s, spec) in decl.specs.iter().enumerate() {
                            for (n, name) in spec.names.iter().enumerate() {
                                let place = Place::Spec(f, d, s, n);
                                self.members.entry(name.name.clone()).or_insert(place);
                            }
                        }
                    }
                }
            }
        }
        for name in ["_", "init", ""] {
            self.members.remove(name);
        }
    }

    /// A function of the package.
    #[must_use]
    pub fn func(&self, name: &str) -> Option<(&Rc<File>, &Func)> {
        match self.members.get(name)? {
            Place::Func(f, d) => self.func_at(*f, *d),
            Place::Spec(..) => None,
        }
    }

    /// The function at a place.
    #[must_use]
    pub fn func_at(&self, f: usize, d: usize) -> Option<(&Rc<File>, &Func)> {
        let file = self.files.get(f)?;
        match file.tree.decls.get(d)? {
            Decl::Func(func) => Some((file, func)),
            Decl::Gen(_) => None,
        }
    }

    /// A type, variable or constant, with the place of the name in its
    /// specification.
    #[must_use]
    pub fn spec(&self, name: &str) -> Option<(&Rc<File>, &GenDecl, &Spec, usize)> {
        let Place::Spec(f, d, s, n) = *self.members.get(name)? else {
            return None;
        };
        let file = self.files.get(f)?;
        match file.tree.decls.get(d)? {
            Decl::Gen(decl) => Some((file, decl, decl.specs.get(s)?, n)),
            Decl::Func(_) => None,
        }
    }

    /// The methods declared on a type.
    pub fn methods_of(&self, ty: &str) -> impl Iterator<Item = (&Rc<File>, &Func)> {
        let places = self.methods.get(ty).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|(f, d)| self.func_at(*f, *d))
    }
}

/// A module of the workspace.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its folder, with `/` at the end unless it is the workspace's.
    pub folder: String,
    /// Its path.
    pub path: String,
}

/// What can be seen.
pub struct Project<'h> {
    host: &'h dyn Host,
    modules: RefCell<Option<Rc<Vec<Module>>>>,
    packages: RefCell<HashMap<String, Option<Rc<Package>>>>,
    current: (String, Rc<File>),
}

/// Whether the standard library or a required module declares it.
fn is_foreign(symbol: &buildfix_sdk::Symbol) -> bool {
    symbol.origin == "go" || symbol.origin.starts_with("go:")
}

/// A path's folder, with `/` at the end unless it is the workspace's.
#[must_use]
pub fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |slash| &path[..=slash])
}

/// The word that a package is most likely called by, from its path.
#[must_use]
pub fn guessed_name(path: &str) -> String {
    let mut parts = path.rsplit('/');
    let mut last = parts.next().unwrap_or_default();
    let version = |part: &str| {
        part.strip_prefix('v')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if version(last) {
        last = parts.next().unwrap_or(last);
    }
    if let Some((name, end)) = last.rsplit_once('.')
        && version(end)
    {
        last = name;
    }
    let last = last.strip_prefix("go-").unwrap_or(last);
    let last = last.strip_suffix("-go").unwrap_or(last);
    last.replace(['-', '.'], "_")
}

impl<'h> Project<'h> {
    /// A project around one file, which is taken as given.
    #[must_use]
    pub fn new(host: &'h dyn Host, path: &str, text: &str) -> Self {
        let file = File {
            path: path.to_owned(),
            text: text.to_owned(),
            tree: parse(text),
            package: String::new(),
        };
        let mut project = Self {
            host,
            modules: RefCell::default(),
            packages: RefCell::default(),
            current: (path.to_owned(), Rc::new(file)),
        };
        let package = project.path_of(folder(path));
        if let Some(file) = Rc::get_mut(&mut project.current.1) {
            file.package = package;
        }
        project
    }

    /// The file it is about.
    #[must_use]
    pub fn file(&self) -> &Rc<File> {
        &self.current.1
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &'h dyn Host {
        self.host
    }

    /// The workspace's modules, innermost folders first.
    #[must_use]
    pub fn modules(&self) -> Rc<Vec<Module>> {
        if let Some(modules) = &*self.modules.borrow() {
            return modules.clone();
        }
        let mut modules = Vec::new();
        for path in self.host.list_files("**/go.mod").unwrap_or_default() {
            let text = self.host.read_file(&path).unwrap_or_default();
            let name = text
                .lines()
                .find_map(|line| line.trim().strip_prefix("module "));
            if let Some(name) = name {
                let name = name.split("//").next().unwrap_or_default().trim();
                modules.push(Module {
                    folder: folder(&path).to_owned(),
                    path: name.trim_matches('"').to_owned(),
                });
            }
        }
        modules.sort_by_key(|module| std::cmp::Reverse(module.folder.len()));
        let modules = Rc::new(modules);
        *self.modules.borrow_mut() = Some(modules.clone());
        modules
    }

    /// The import path of a folder of the workspace.
    #[must_use]
    pub fn path_of(&self, folder: &str) -> String {
        let modules = self.modules();
        let inner = modules
            .iter()
            .find_map(|module| Some((module, folder.strip_prefix(&*module.folder)?)));
        match inner {
            Some((module, "")) => module.path.clone(),
            Some((module, rest)) => format!("{}/{}", module.path, rest.trim_end_matches('/')),
            None => format!("./{}", folder.trim_end_matches('/')),
        }
    }

    /// The folder of a package, if the workspace has it.
    #[must_use]
    pub fn folder_of(&self, path: &str) -> Option<String> {
        if let Some(folder) = path.strip_prefix("./") {
            return Some(if folder.is_empty() {
                String::new()
            } else {
                format!("{folder}/")
            });
        }
        self.modules().iter().find_map(|module| {
            let rest = path.strip_prefix(&*module.path)?;
            match rest.strip_prefix('/') {
                Some(rest) => Some(format!("{}{rest}/", module.folder)),
                None => rest.is_empty().then(|| module.folder.clone()),
            }
        })
    }

    /// The package of the file it is about.
    #[must_use]
    pub fn own(&self) -> Rc<Package> {
        self.package(&self.file().package).unwrap_or_default()
    }

    /// A package by its import path.
    #[must_use]
    pub fn package(&self, path: &str) -> Option<Rc<Package>> {
        if let Some(known) = self.packages.borrow().get(path) {
            return known.clone();
        }
        let found = self.load(path).map(Rc::new);
        let mut packages = self.packages.borrow_mut();
        packages.insert(path.to_owned(), found.clone());
        found
    }

    fn load(&self, path: &str) -> Option<Package> {
        if let Some(folder) = self.folder_of(path) {
            return self.load_folder(path, &folder);
        }
        if let Some(package) = self.load_library(path) {
            return Some(package);
        }
        let vendored: Vec<String> = self
            .modules()
            .iter()
            .map(|module| format!("{}vendor/{path}/", module.folder))
            .collect();
        vendored
            .iter()
            .find_map(|folder| self.load_folder(path, folder))
    }

    fn load_folder(&self, path: &str, folder: &str) -> Option<Package> {
        let tests = self.current.0.ends_with("_test.go");
        let mut package = Package {
            path: path.to_owned(),
            ..Package::default()
        };
        let own = folder == self::folder(&self.current.0);
        let wanted = own.then(|| self.current.1.tree.package.name.clone());
        let names = self.host.list_files(&format!("{folder}*.go")).ok()?;
        for name in names.into_iter().take(MAX_FILES) {
            let file = if name == self.current.0 {
                self.current.1.clone()
            } else {
                if name.ends_with("_test.go") && !(tests && own) {
                    continue;
                }
                let Ok(text) = self.host.read_file(&name) else {
                    continue;
                };
                Rc::new(File {
                    tree: parse(&text),
                    path: name,
                    text,
                    package: path.to_owned(),
                })
            };
            let called = &file.tree.package.name;
            if wanted.as_ref().is_some_and(|wanted| wanted != called) {
                continue;
            }
            if package.name.is_empty() || package.name == "main" {
                package.name.clone_from(called);
            }
            package.files.push(file);
        }
        if package.files.is_empty() {
            return None;
        }
        package.index();
        Some(package)
    }

    fn load_library(&self, path: &str) -> Option<Package> {
        let symbols = self.host.members("go", path);
        let head = symbols
            .iter()
            .find(|symbol| symbol.kind == "module" && is_foreign(symbol))?;
        let mut text = format!("{}\n", head.signature);
        for symbol in &symbols {
            if symbol.kind == "module" || !is_foreign(symbol) {
                continue;
            }
            text.push_str(&symbol.signature);
            text.push('\n');
            if matches!(symbol.kind.as_str(), "struct" | "type") {
                let methods = self.host.members("go", &format!("{path}.{}", symbol.name));
                for method in methods {
                    if method.kind == "method" && is_foreign(&method) {
                        text.push_str(&method.signature);
                        text.push('\n');
                    }
                }
            }
        }
        let mut package = Package {
            path: path.to_owned(),
            name: head.name.clone(),
            library: true,
            files: vec![Rc::new(File {
                path: String::new(),
                tree: parse(&text),
                text,
                package: path.to_owned(),
            })],
            ..Package::default()
        };
        package.index();
        Some(package)
    }

    /// The packages of required modules with this name.
    #[must_use]
    pub fn required_named(&self, name: &str) -> Vec<String> {
        let mut found: Vec<String> = self
            .host
            .find("go", name)
            .into_iter()
            .filter(|symbol| symbol.kind == "module" && symbol.origin.starts_with("go:"))
            .map(|symbol| symbol.container)
            .collect();
        found.sort();
        found
    }

    /// The packages of the standard library with this name.
    #[must_use]
    pub fn library_named(&self, name: &str) -> Vec<String> {
        let mut found: Vec<String> = self
            .host
            .find("go", name)
            .into_iter()
            .filter(|symbol| symbol.kind == "module" && symbol.origin == "go")
            .map(|symbol| symbol.container)
            .collect();
        found.sort();
        found
    }

    /// What an import is called in a file.
    #[must_use]
    pub fn import_name(&self, import: &crate::ast::Import) -> String {
        if let Some(alias) = &import.alias {
            return alias.name.clone();
        }
        self.name_of(&import.path)
    }

    /// What a package calls itself.
    #[must_use]
    pub fn name_of(&self, path: &str) -> String {
        // Reading a library's package only for its name is not worth it.
        let library = self.host.find("go", &guessed_name(path));
        if library
            .iter()
            .any(|symbol| symbol.kind == "module" && symbol.container == path)
        {
            return guessed_name(path);
        }
        match self.package(path) {
            Some(package) => package.name.clone(),
            None => guessed_name(path),
        }
    }

    /// The import path behind a name in a file.
    #[must_use]
    pub fn imported(&self, file: &File, name: &str) -> Option<String> {
        let imports = || file.tree.imports();
        imports()
            .find(|import| {
                import
                    .alias
                    .as_ref()
                    .is_some_and(|alias| alias.name == name)
            })
            .or_else(|| {
                imports()
                    .find(|import| import.alias.is_none() && guessed_name(&import.path) == name)
            })
            .or_else(|| {
                imports()
                    .find(|import| import.alias.is_none() && self.name_of(&import.path) == name)
            })
            .map(|import| import.path.clone())
    }
}
