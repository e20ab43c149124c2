//! The index itself: files, and their declarations by name and by container.

use super::collect::{self, Decl};
use super::module;
use super::near::{self, Lengths, Wanted};
use super::{MAX_DISTANCE, MAX_FOUND, Symbol, library};
use crate::syntax::{self, Language, SyntaxError};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Where the index finds the workspace's files.
pub trait Sources: Send + Sync {
    /// The paths of all files, relative to the workspace, sorted.
    fn paths(&self) -> Arc<[String]>;

    /// Calls `with` once with a file's text and content hash.
    ///
    /// # Errors
    /// Says why the file cannot be read; it is then left out of the index.
    fn read(&self, path: &str, with: &mut dyn FnMut(&str, &str)) -> Result<(), String>;
}

/// Why a file's declarations cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    /// It cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// It has no grammar, or cannot be parsed within the limits.
    #[error(transparent)]
    Syntax(#[from] SyntaxError),
}

/// One file's declarations, by content alone.
type Decls = Arc<Vec<Decl>>;
/// A declaration: its file's number, and its place among the file's.
type Place = (u32, u32);

/// Languages whose declarations see each other, so that they share an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Family(&'static str);

impl Family {
    /// A `.h` may be either language's, whatever it holds, so C and C++ are
    /// one family.
    fn of(language: &str) -> Option<Self> {
        Some(Self(match language {
            "c" | "cpp" => "c",
            "csharp" => "csharp",
            "go" => "go",
            "java" => "java",
            "javascript" => "javascript",
            "python" => "python",
            "rust" => "rust",
            "typescript" => "typescript",
            _ => return None,
        }))
    }
}

struct File {
    path: String,
    hash: String,
    language: Language,
    /// What the path makes of the file: the module's name.
    module: String,
    decls: Decls,
}

#[derive(Default)]
struct Names {
    /// The generation of the files that it shows; 0 before the first.
    generation: u64,
    files: Vec<Option<File>>,
    free: Vec<u32>,
    by_path: HashMap<String, u32>,
    by_name: HashMap<Arc<str>, Vec<Place>>,
    by_container: HashMap<String, Vec<Place>>,
    lengths: Lengths,
}

/// Declarations of a workspace by name, kept up to date by content hash; for
/// use by many threads at once.
pub struct SymbolIndex {
    sources: Arc<dyn Sources>,
    generation: AtomicU64,
    families: RwLock<HashMap<Family, Arc<RwLock<Names>>>>,
    /// The declarations of every content seen, whether a file still has it, or
    /// why it has none: a hostile file costs its time limit once.
    contents: Mutex<HashMap<(Language, String), Result<Decls, SyntaxError>>>,
    parses: AtomicU64,
}

/// Contents are forgotten when there are this many more than files in use.
const SPARE_CONTENTS: usize = 4_096;

impl SymbolIndex {
    /// An index of these files, which reads none of them yet.
    #[must_use]
    pub fn new(sources: Arc<dyn Sources>) -> Self {
        Self {
            sources,
            generation: AtomicU64::new(1),
            families: RwLock::default(),
            contents: Mutex::default(),
            parses: AtomicU64::new(0),
        }
    }

    /// Says that files may have changed: the next question looks at their
    /// hashes again, and parses those that did change.
    pub fn refresh(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Indexes a language's files now, so that the first question need not wait:
    /// worth a thread while a build runs, for a large project takes seconds.
    pub fn prepare(&self, language: &str) {
        self.with_names(language, |_| ());
    }

    /// How many texts were parsed so far.
    #[must_use]
    pub fn parses(&self) -> u64 {
        self.parses.load(Ordering::Relaxed)
    }

    /// Declarations of exactly this name, sorted by origin (the workspace
    /// last), container, path and place; at most [`MAX_FOUND`]. A language
    /// that is not indexed has none.
    #[must_use]
    pub fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        let mut found = self.with_names(language, |names| {
            names.symbols(names.by_name.get(name).map_or(&[], Vec::as_slice), language)
        });
        if let Some(library) = library::of(language) {
            found.extend(library.find(name));
        }
        finish(&mut found);
        found
    }

    /// Declarations whose name is within this Damerau-Levenshtein distance (at
    /// most [`MAX_DISTANCE`]; the name itself included) or differs in case
    /// alone, which counts as 1. Nearest first; at one distance the workspace's
    /// own before a library's, and types before members; overloads once; at
    /// most 10 of one name and [`super::MAX_SIMILAR`] in all.
    #[must_use]
    pub fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol> {
        let limit = distance.min(MAX_DISTANCE) as usize;
        let wanted = Wanted::new(name);
        let mut found = self.with_names(language, |names| {
            let mut found = Vec::new();
            for (distance, name) in names.lengths.near(&wanted, limit) {
                let places = names.by_name.get(&name).map_or(&[][..], Vec::as_slice);
                let symbols = names.symbols(places, language).into_iter();
                found.extend(symbols.map(|symbol| (distance, symbol)));
            }
            found
        });
        if let Some(library) = library::of(language) {
            for (distance, name) in library.near(&wanted, limit) {
                let symbols = library.find(&name).into_iter();
                found.extend(symbols.map(|symbol| (distance, symbol)));
            }
        }
        near::nearest(found)
    }

    /// What stands directly inside a namespace, module or type, sorted as by
    /// [`SymbolIndex::find`]; at most [`MAX_FOUND`].
    #[must_use]
    pub fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        let mut found = self.with_names(language, |names| {
            names.symbols(
                names.by_container.get(container).map_or(&[], Vec::as_slice),
                language,
            )
        });
        if let Some(library) = library::of(language) {
            found.extend(library.members(container));
        }
        finish(&mut found);
        found
    }

    /// What a file declares, in order of place.
    ///
    /// # Errors
    /// A file that cannot be read, has no grammar, or cannot be parsed within
    /// the limits.
    pub fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, SymbolError> {
        let paths = self.sources.paths();
        let mut answer = Err(SymbolError::Syntax(SyntaxError::NoGrammar(path.to_owned())));
        self.sources
            .read(path, &mut |text, hash| {
                answer = self
                    .load(path, text, hash, &paths)
                    .map_err(SymbolError::Syntax);
            })
            .map_err(|reason| SymbolError::Read {
                path: path.to_owned(),
                reason,
            })?;
        let file = answer?;
        Ok(file.decls.iter().map(|decl| file.symbol(decl)).collect())
    }

    /// Calls `ask` with the language's names, brought up to date.
    fn with_names<T: Default>(&self, language: &str, ask: impl FnOnce(&Names) -> T) -> T {
        let Some(family) = Family::of(language) else {
            return T::default();
        };
        let known = {
            let families = self.families.read().unwrap_or_else(PoisonError::into_inner);
            families.get(&family).cloned()
        };
        let names = known.unwrap_or_else(|| {
            let mut families = self
                .families
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            families.entry(family).or_default().clone()
        });
        let generation = self.generation.load(Ordering::Acquire);
        {
            let names = names.read().unwrap_or_else(PoisonError::into_inner);
            if names.generation >= generation {
                return ask(&names);
            }
        }
        let mut names = names.write().unwrap_or_else(PoisonError::into_inner);
        if names.generation < generation {
            self.update(family, &mut names);
            names.generation = generation;
        }
        ask(&names)
    }

    /// Reads every file of a family and takes in those that changed.
    fn update(&self, family: Family, names: &mut Names) {
        let paths = self.sources.paths();
        let mine: Vec<&String> = paths
            .iter()
            .filter(|path| {
                Language::of_path(path)
                    .is_some_and(|language| Family::of(language.name()) == Some(family))
            })
            .collect();
        let next = AtomicUsize::new(0);
        let changed = Mutex::new(Vec::new());
        let gone = Mutex::new(Vec::new());
        let known = &*names;
        let work = || {
            while let Some(path) = mine.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut loaded = None;
                let read = self.sources.read(path, &mut |text, hash| {
                    if !known.is_current(path, hash, &paths) {
                        loaded = Some(self.load(path, text, hash, &paths));
                    }
                });
                let reason = match (read, loaded) {
                    (Ok(()), None) => continue,
                    (Ok(()), Some(Ok(file))) => {
                        changed
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(file);
                        continue;
                    }
                    (Ok(()), Some(Err(error))) => error.to_string(),
                    (Err(reason), _) => reason,
                };
                tracing::debug!(path = path.as_str(), reason, "left out of the symbol index");
                gone.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push((*path).clone());
            }
        };
        let threads = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(mine.len());
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        for path in gone.into_inner().unwrap_or_else(PoisonError::into_inner) {
            names.remove(&path);
        }
        let present: std::collections::HashSet<&str> =
            mine.iter().map(|path| path.as_str()).collect();
        let absent: Vec<String> = names
            .by_path
            .keys()
            .filter(|path| !present.contains(path.as_str()))
            .cloned()
            .collect();
        for path in absent {
            names.remove(&path);
        }
        let mut changed = changed.into_inner().unwrap_or_else(PoisonError::into_inner);
        changed.sort_by(|left, right| left.path.cmp(&right.path));
        for file in changed {
            names.remove(&file.path);
            names.insert(file);
        }
        self.forget_spare_contents();
    }

    fn load(
        &self,
        path: &str,
        text: &str,
        hash: &str,
        paths: &[String],
    ) -> Result<File, SyntaxError> {
        let language = Language::of_source(path, text)
            .ok_or_else(|| SyntaxError::NoGrammar(path.to_owned()))?;
        let key = (language, hash.to_owned());
        let contents = || self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = contents().get(&key).cloned();
        let decls = kept.unwrap_or_else(|| {
            self.parses.fetch_add(1, Ordering::Relaxed);
            let decls = syntax::parse_text(language, path, text)
                .map(|tree| Decls::new(collect::declarations(language, &tree, text)));
            contents().insert(key, decls.clone());
            decls
        })?;
        Ok(File {
            path: path.to_owned(),
            hash: hash.to_owned(),
            language,
            module: module_of(language, path, paths),
            decls,
        })
    }

    fn forget_spare_contents(&self) {
        let mut contents = self.contents.lock().unwrap_or_else(PoisonError::into_inner);
        let used = |decls: &Result<Decls, _>| {
            decls
                .as_ref()
                .is_ok_and(|decls| Arc::strong_count(decls) > 1)
        };
        if contents.values().filter(|decls| !used(decls)).count() > SPARE_CONTENTS {
            contents.retain(|_, decls| used(decls));
        }
    }
}

fn module_of(language: Language, path: &str, paths: &[String]) -> String {
    let exists = |file: &str| {
        paths
            .binary_search_by(|path| path.as_str().cmp(file))
            .is_ok()
    };
    module::of_path(language, path, exists)
}

fn finish(found: &mut Vec<Symbol>) {
    found.sort();
    found.truncate(MAX_FOUND);
}

impl File {
    fn container(&self, decl: &Decl) -> String {
        match (self.module.is_empty(), decl.container.is_empty()) {
            (true, _) => decl.container.to_string(),
            (false, true) => self.module.clone(),
            (false, false) => {
                let separator = if self.language == Language::Rust {
                    "::"
                } else {
                    "."
                };
                format!("{}{separator}{}", self.module, decl.container)
            }
        }
    }

    /// What a header keeps to the file that includes it, every file can have.
    fn is_header(&self) -> bool {
        matches!(self.language, Language::C | Language::Cpp)
            && self
                .path
                .rsplit('.')
                .next()
                .is_some_and(|ending| ending.starts_with(['h', 'H']))
    }

    fn symbol(&self, decl: &Decl) -> Symbol {
        Symbol {
            origin: "workspace",
            container: self.container(decl),
            path: self.path.clone(),
            start: decl.start,
            end: decl.end,
            name: decl.name.to_string(),
            kind: decl.kind,
            language: self.language.name(),
            exported: decl.exported || self.is_header() && decl.signature.starts_with("static "),
            signature: decl.signature.to_string(),
        }
    }
}

impl Names {
    /// Whether the file is known with this content, as the same module.
    fn is_current(&self, path: &str, hash: &str, paths: &[String]) -> bool {
        self.by_path
            .get(path)
            .and_then(|&number| self.files[number as usize].as_ref())
            .is_some_and(|file| {
                file.hash == hash && file.module == module_of(file.language, path, paths)
            })
    }

    /// C asked for shows nothing of C++; C++ shows both.
    fn symbols(&self, places: &[Place], language: &str) -> Vec<Symbol> {
        places
            .iter()
            .filter_map(|&(file, decl)| {
                let file = self.files[file as usize].as_ref()?;
                let seen = file.language.name() == language
                    || language == "cpp"
                    || file.path.ends_with(".h");
                seen.then(|| file.symbol(&file.decls[decl as usize]))
            })
            .collect()
    }

    fn insert(&mut self, file: File) {
        let number = self.free.pop().unwrap_or_else(|| {
            self.files.push(None);
            u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
        });
        for (index, decl) in (0_u32..).zip(file.decls.iter()) {
            if let Some(places) = self.by_name.get_mut(&*decl.name) {
                places.push((number, index));
            } else {
                let name: Arc<str> = Arc::from(&*decl.name);
                self.by_name.insert(name.clone(), vec![(number, index)]);
                self.lengths.insert(name);
            }
            self.by_container
                .entry(file.container(decl))
                .or_default()
                .push((number, index));
        }
        self.by_path.insert(file.path.clone(), number);
        self.files[number as usize] = Some(file);
    }

    fn remove(&mut self, path: &str) {
        let Some(number) = self.by_path.remove(path) else {
            return;
        };
        let Some(file) = self.files[number as usize].take() else {
            return;
        };
        self.free.push(number);
        for decl in file.decls.iter() {
            if let Some(places) = self.by_name.get_mut(&*decl.name) {
                places.retain(|place| place.0 != number);
                if places.is_empty() {
                    self.by_name.remove(&*decl.name);
                    self.lengths.remove(&decl.name);
                }
            }
            let container = file.container(decl);
            if let Some(places) = self.by_container.get_mut(&container) {
                places.retain(|place| place.0 != number);
                if places.is_empty() {
                    self.by_container.remove(&container);
                }
            }
        }
    }
}
