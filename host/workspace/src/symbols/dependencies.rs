//! What a project's dependencies declare, read from where package managers
//! leave them.
//!
//! | language | what names them | where they lie | origin |
//! |---|---|---|---|
//! | TypeScript, JavaScript | `package.json` | `node_modules`, as declarations (`.d.ts`) | `npm:PACKAGE` |
//! | Python | the virtual environment | its `site-packages` | `pypi:DISTRIBUTION` |
//! | Java | `pom.xml`; `lib`, `libs`, `target/dependency` | the Maven repository, as jars | `maven:GROUP:ARTIFACT`, `jar:FILE` |
//! | Go | `go.mod` | the module cache, `vendor` | `go:MODULE` |
//! | C# | `project.assets.json`, `*.csproj`, `*.rsp`, `bin` | assemblies | `nuget:ASSEMBLY` |
//!
//! *When.* At the first question about the language. What was read of a
//! dependency is kept as long as every file that was looked at for it stands
//! unchanged ([`reader`]), with a [`Store`](super::Store) also from run to run.
//! After each refresh the manifests are read again.
//!
//! *What if it is damaged or hostile.* It is left out, or that part of it, and
//! the log says why. Nothing is run; every file, archive and table is read
//! within bounds of its own and within those of its dependency. Fixers see names
//! and signatures, never a file.

mod classfile;
mod dotnet;
mod ecma;
mod go;
mod java;
mod metadata;
mod npm;
mod python;
mod reader;
mod table;

use super::index::lock;
use super::store::Store;
use reader::{Inputs, Reader};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
pub(super) use table::Table;

/// The most dependencies of one language that are read.
pub const MAX_UNITS: usize = 2_000;
/// The most files of one dependency that are read.
pub const MAX_UNIT_FILES: usize = 4_000;
/// The most bytes of one dependency that are read (64 MiB).
pub const MAX_UNIT_BYTES: u64 = 64 << 20;
/// The most names that are taken from one dependency.
pub const MAX_UNIT_OFFERS: usize = 50_000;
/// The most names that are taken from all dependencies of one language.
pub const MAX_OFFERS: usize = 500_000;
/// The most manifests that are read to find dependencies.
const MAX_MANIFESTS: usize = 64;

/// Where a project's dependencies are looked for.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The folder of the workspace.
    pub root: PathBuf,
    /// Variables of the environment: `HOME`, `VIRTUAL_ENV`, `GOMODCACHE`,
    /// `GOPATH`, `NUGET_PACKAGES`; others have no effect.
    pub variables: BTreeMap<String, String>,
}

/// The variables that tell where package managers keep what they fetched.
const VARIABLES: &[&str] = &[
    "HOME",
    "USERPROFILE",
    "VIRTUAL_ENV",
    "GOMODCACHE",
    "GOPATH",
    "GOENV",
    "NUGET_PACKAGES",
];

impl Surroundings {
    /// Of a workspace, as this process's environment has it.
    #[must_use]
    pub fn of_process(root: &Path) -> Self {
        let variable = |name: &&str| Some(((*name).to_owned(), std::env::var(name).ok()?));
        Self {
            root: root.to_owned(),
            variables: VARIABLES.iter().filter_map(variable).collect(),
        }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    fn home(&self) -> Option<PathBuf> {
        let home = self
            .variable("HOME")
            .or_else(|| self.variable("USERPROFILE"))?;
        Some(PathBuf::from(home))
    }
}

/// A name that a dependency offers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Offer {
    name: Box<str>,
    kind: &'static str,
    container: Arc<str>,
    signature: Box<str>,
}

/// What was read of one dependency.
#[derive(Debug)]
struct Unit {
    origin: Arc<str>,
    offers: Vec<Offer>,
    inputs: Inputs,
    /// Whether unchanged inputs mean unchanged offers.
    settled: bool,
}

/// Reads a dependency.
type Read = dyn Fn(&mut Reader) -> Vec<Offer> + Send + Sync;

/// A dependency that a manifest names.
struct Found {
    /// Says all that reading it depends on, but for the files' content.
    id: String,
    origin: String,
    read: Box<Read>,
}

/// What finding a language's dependencies starts from.
struct Search<'s> {
    surroundings: &'s Surroundings,
    /// The workspace's files, sorted.
    paths: &'s [String],
}

impl Search<'_> {
    /// The workspace's files of this name, those nearest to its root first.
    fn manifests(&self, fits: impl Fn(&str) -> bool) -> Vec<&str> {
        let mut found: Vec<&str> = self
            .paths
            .iter()
            .map(String::as_str)
            .filter(|path| fits(path.rsplit('/').next().unwrap_or_default()))
            .collect();
        found.sort_by_key(|path| path.matches('/').count());
        found.truncate(MAX_MANIFESTS);
        found
    }
}

/// One way in which dependencies are named and kept.
struct Ecosystem {
    /// The language of what they declare.
    language: &'static str,
    find: fn(&Search<'_>, &mut Reader) -> Vec<Found>,
}

/// The ecosystem whose declarations a language sees.
fn ecosystem(language: &str) -> Option<Ecosystem> {
    Some(match language {
        "typescript" | "javascript" => Ecosystem {
            language: "typescript",
            find: npm::find,
        },
        "csharp" => Ecosystem {
            language: "csharp",
            find: dotnet::find,
        },
        "go" => Ecosystem {
            language: "go",
            find: go::find,
        },
        "java" => Ecosystem {
            language: "java",
            find: java::find,
        },
        "python" => Ecosystem {
            language: "python",
            find: python::find,
        },
        _ => return None,
    })
}

/// The dependencies of a workspace, by language.
#[derive(Debug)]
pub(super) struct Dependencies {
    surroundings: Surroundings,
    slots: Mutex<HashMap<&'static str, Arc<Mutex<Slot>>>>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Of the files that the table shows; 0 before the first.
    generation: u64,
    table: Arc<Table>,
    units: HashMap<String, Arc<Unit>>,
    /// Whether the table is made of these units.
    shown: bool,
    /// Whether what an earlier run kept was taken in.
    recalled: bool,
    /// Whether the units differ from what is kept.
    unsaved: bool,
}

impl Dependencies {
    pub fn new(surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            slots: Mutex::default(),
        }
    }

    /// What the dependencies of a language declare, as they are at this
    /// generation of the workspace's files; `None` if they are not read, or if
    /// `stop` was set meanwhile. What was read until then is not lost.
    pub fn table(
        &self,
        language: &str,
        generation: u64,
        store: Option<&Store>,
        paths: &dyn Fn() -> Arc<[String]>,
        stop: Option<&AtomicBool>,
    ) -> Option<Arc<Table>> {
        let ecosystem = ecosystem(language)?;
        let slot = lock(&self.slots)
            .entry(ecosystem.language)
            .or_default()
            .clone();
        let mut slot = lock(&slot);
        if slot.generation < generation {
            if !slot.recalled {
                slot.recalled = true;
                if let Some(store) = store {
                    slot.units = table::load(store, ecosystem.language);
                }
            }
            self.update(&ecosystem, &mut slot, &paths(), stop)?;
            slot.generation = generation;
        }
        Some(slot.table.clone())
    }

    fn update(
        &self,
        ecosystem: &Ecosystem,
        slot: &mut Slot,
        paths: &[String],
        stop: Option<&AtomicBool>,
    ) -> Option<()> {
        let mut manifests = Reader::new(MAX_UNIT_FILES, MAX_UNIT_BYTES);
        let search = Search {
            surroundings: &self.surroundings,
            paths,
        };
        let mut found = (ecosystem.find)(&search, &mut manifests);
        let (_, _, skipped) = manifests.finish();
        report("looking for dependencies", &skipped);
        let mut ids = HashSet::new();
        found.retain(|found| ids.len() < MAX_UNITS && ids.insert(found.id.clone()));
        if ids.len() >= MAX_UNITS {
            tracing::debug!(
                language = ecosystem.language,
                "only the first {MAX_UNITS} dependencies are indexed"
            );
        }
        let next = AtomicUsize::new(0);
        let read = Mutex::new(Vec::new());
        let known = &slot.units;
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(found) = found.get(number) else {
                    return;
                };
                if stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
                    return;
                }
                let kept = known
                    .get(&found.id)
                    .filter(|unit| unit.settled && reader::unchanged(&unit.inputs));
                let unit = kept.cloned().unwrap_or_else(|| Arc::new(read_unit(found)));
                lock(&read).push((number, unit));
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 1..threads.min(found.len()) {
                scope.spawn(work);
            }
            work();
        });
        let mut read = read.into_inner().unwrap_or_else(PoisonError::into_inner);
        read.sort_by_key(|(number, _)| *number);
        let whole = read.len() == found.len();
        let mut changed = false;
        for (number, unit) in &read {
            let before = slot.units.insert(found[*number].id.clone(), unit.clone());
            changed |= before.is_none_or(|before| !Arc::ptr_eq(&before, unit));
        }
        if whole {
            let before = slot.units.len();
            slot.units.retain(|id, _| ids.contains(id));
            changed |= slot.units.len() != before;
        }
        slot.unsaved |= changed;
        slot.shown &= !changed;
        if !whole {
            return None;
        }
        if !slot.shown {
            slot.table = Arc::new(Table::new(read.into_iter().map(|(_, unit)| unit)));
            slot.shown = true;
        }
        Some(())
    }

    /// Keeps what was read for the next run.
    pub fn save(&self, store: &Store) {
        let slots: Vec<_> = lock(&self.slots)
            .iter()
            .map(|(language, slot)| (*language, slot.clone()))
            .collect();
        for (language, slot) in slots {
            let mut slot = lock(&slot);
            if std::mem::take(&mut slot.unsaved) {
                table::save(store, language, &slot.units);
            }
        }
    }
}

fn read_unit(found: &Found) -> Unit {
    let mut reader = Reader::new(MAX_UNIT_FILES, MAX_UNIT_BYTES);
    let mut offers = (found.read)(&mut reader);
    offers.retain(table::is_sound);
    offers.sort_by(|left, right| {
        let key = |offer: &Offer| (offer.container.clone(), offer.name.clone(), offer.kind);
        key(left).cmp(&key(right))
    });
    offers.dedup();
    if offers.len() > MAX_UNIT_OFFERS {
        reader.skip(Path::new(&found.id), "it offers too many names");
        offers.truncate(MAX_UNIT_OFFERS);
    }
    let (inputs, settled, skipped) = reader.finish();
    report(&found.id, &skipped);
    Unit {
        origin: Arc::from(found.origin.as_str()),
        offers,
        inputs,
        settled,
    }
}

fn report(what: &str, skipped: &[String]) {
    for reason in skipped {
        tracing::debug!(what, reason, "left out of the index of dependencies");
    }
}

fn offer(name: &str, kind: &'static str, container: &Arc<str>, signature: &str) -> Offer {
    Offer {
        name: name.into(),
        kind,
        container: container.clone(),
        signature: super::collect::squeeze(signature).into(),
    }
}
