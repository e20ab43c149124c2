//! The index itself: files, and their declarations by name and by container.

use super::dependencies::{Dependencies, Surroundings, Table};
use super::names::{File, Names, module_of};
use super::near::{self, Wanted};
use super::store::{Decls, Remembered, Store};
use super::{MAX_DISTANCE, MAX_FOUND, Symbol, collect, library};
use crate::files::Stamp;
use crate::syntax::{self, Language, SyntaxError};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// Where the index finds the workspace's files.
pub trait Sources: Send + Sync {
    /// The paths of all files, relative to the workspace, sorted.
    fn paths(&self) -> Arc<[String]>;

    /// Calls `with` once with a file's text and content hash.
    ///
    /// # Errors
    /// Says why the file cannot be read; it is then left out of the index.
    fn read(&self, path: &str, with: &mut dyn FnMut(&str, &str)) -> Result<(), String>;

    /// What can be said of a file without reading it. `None` where nothing is
    /// known; such a file is read each time.
    fn stamp(&self, _path: &str) -> Option<Stamp> {
        None
    }
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

/// Languages whose declarations see each other, so that they share an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Family(pub &'static str);

impl Family {
    /// A `.h` may be either language's, whatever it holds, so C and C++ are
    /// one family.
    pub fn of(language: &str) -> Option<Self> {
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

/// Declarations of a workspace by name, kept up to date by content hash; for
/// use by many threads at once.
pub struct SymbolIndex {
    pub(super) sources: Arc<dyn Sources>,
    generation: AtomicU64,
    pub(super) families: RwLock<HashMap<Family, Arc<RwLock<Names>>>>,
    /// The declarations of every content seen, whether a file still has it, or
    /// why it has none: a hostile file costs its time limit once.
    pub(super) contents: Mutex<HashMap<(Language, String), Result<Decls, SyntaxError>>>,
    pub(super) store: Option<Store>,
    /// What the project's dependencies declare, where they are asked for.
    pub(super) dependencies: Option<Dependencies>,
    /// What was read in an earlier run, or ahead; by family, then path.
    pub(super) remembered: Mutex<HashMap<Family, HashMap<String, Remembered>>>,
    /// Whether a family's files differ from what is kept of them.
    pub(super) unsaved: Mutex<HashMap<Family, bool>>,
    parses: AtomicU64,
    busy: Mutex<Duration>,
}

/// Contents are forgotten when there are this many more than files in use.
const SPARE_CONTENTS: usize = 4_096;

impl SymbolIndex {
    /// An index of these files, which reads none of them yet.
    #[must_use]
    pub fn new(sources: Arc<dyn Sources>) -> Self {
        Self::with_store(sources, None)
    }

    /// An index that goes on where the one of the last run ended. Whatever is
    /// wrong with what is kept is as if nothing were.
    #[must_use]
    pub fn with_store(sources: Arc<dyn Sources>, store: Option<Store>) -> Self {
        Self {
            sources,
            generation: AtomicU64::new(1),
            families: RwLock::default(),
            contents: Mutex::default(),
            store,
            dependencies: None,
            remembered: Mutex::default(),
            unsaved: Mutex::default(),
            parses: AtomicU64::new(0),
            busy: Mutex::default(),
        }
    }

    /// Has the index also know what the project's dependencies declare.
    #[must_use]
    pub fn with_dependencies(mut self, surroundings: Surroundings) -> Self {
        self.dependencies = Some(Dependencies::new(surroundings));
        self
    }

    /// Says that files may have changed: the next question looks at their
    /// hashes again, and parses those that did change.
    pub fn refresh(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// How many texts were parsed so far.
    #[must_use]
    pub fn parses(&self) -> u64 {
        self.parses.load(Ordering::Relaxed)
    }

    /// How long questions had to wait for files to be read and parsed.
    #[must_use]
    pub fn busy(&self) -> Duration {
        *lock(&self.busy)
    }

    /// Declarations of exactly this name, sorted by origin (the standard
    /// library, the workspace, its dependencies), container, path and place; at
    /// most [`MAX_FOUND`]. A language that is not indexed has none.
    #[must_use]
    pub fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        let mut found = self.with_names(language, |names| {
            names.symbols(names.by_name.get(name).map_or(&[], Vec::as_slice), language)
        });
        if let Some(library) = library::of(language) {
            found.extend(library.find(name));
        }
        if let Some(table) = self.table(language, None) {
            add_new(&mut found, table.find(language, name));
        }
        finish(&mut found);
        found
    }

    /// Declarations whose name is within this Damerau-Levenshtein distance (at
    /// most [`MAX_DISTANCE`]; the name itself included) or differs in case
    /// alone, which counts as 1. Nearest first; at one distance the workspace's
    /// own before the library's and the dependencies', and types before members; overloads once; at
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
        if let Some(table) = self.table(language, None) {
            for (distance, name) in table.near(&wanted, limit) {
                let symbols = table.find(language, &name).into_iter();
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
        if let Some(table) = self.table(language, None) {
            add_new(&mut found, table.members(language, container));
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

    /// What the dependencies declare, brought up to date unless `stop` is set
    /// meanwhile.
    pub(super) fn table(&self, language: &str, stop: Option<&AtomicBool>) -> Option<Arc<Table>> {
        let dependencies = self.dependencies.as_ref()?;
        let generation = self.generation.load(Ordering::Acquire);
        let started = Instant::now();
        let sources = &self.sources;
        let table = dependencies.table(
            language,
            generation,
            self.store.as_ref(),
            &|| sources.paths(),
            stop,
        );
        *lock(&self.busy) += started.elapsed();
        table
    }

    /// Calls `ask` with the language's names, brought up to date.
    pub(super) fn with_names<T: Default>(
        &self,
        language: &str,
        ask: impl FnOnce(&Names) -> T,
    ) -> T {
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
            let started = Instant::now();
            self.update(family, &mut names);
            names.generation = generation;
            *lock(&self.busy) += started.elapsed();
        }
        ask(&names)
    }

    pub(super) fn load(
        &self,
        path: &str,
        text: &str,
        hash: &str,
        paths: &[String],
    ) -> Result<File, SyntaxError> {
        let language = Language::of_source(path, text)
            .ok_or_else(|| SyntaxError::NoGrammar(path.to_owned()))?;
        let key = (language, hash.to_owned());
        let contents = || lock(&self.contents);
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
            stamp: None,
            hash: hash.to_owned(),
            language,
            module: module_of(language, path, paths),
            decls,
        })
    }

    pub(super) fn forget_spare_contents(&self) {
        let mut contents = lock(&self.contents);
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

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What it guards is whole at every step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds what a dependency declares, but for what is known already: assemblies
/// of the framework are also found beside the project's.
fn add_new(found: &mut Vec<Symbol>, more: Vec<Symbol>) {
    let known: HashSet<(String, String)> = found
        .iter()
        .filter(|symbol| symbol.place() == 0)
        .map(|symbol| (symbol.container.clone(), symbol.name.clone()))
        .collect();
    found.extend(
        more.into_iter()
            .filter(|symbol| !known.contains(&(symbol.container.clone(), symbol.name.clone()))),
    );
}

fn finish(found: &mut Vec<Symbol>) {
    found.sort_by(|left, right| {
        left.place()
            .cmp(&right.place())
            .then_with(|| left.cmp(right))
    });
    found.truncate(MAX_FOUND);
}
