//! The cache of a run: its folder, its mode, and what it was good for.

use super::counters::Counters;
use super::evict;
use super::explain::{Lookup, Miss, Relatives, Verdict};
use super::record::Record;
use super::revive::differences;
use super::round::Asked;
use super::search::Search;
use super::store::{Found, Store};
use crate::{Call, CallError};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::Semaphore;

/// How to use a cache.
#[derive(Clone, Debug)]
pub struct ResultCacheOptions {
    /// The cache's folder, which is made when the first result is written.
    pub dir: PathBuf,
    /// Bytes of all entries together, about.
    pub size: u64,
    /// Whether to look results up.
    pub mode: Mode,
    /// Part of every key: another salt disowns all results.
    pub salt: String,
    /// Whether to remember every lookup for [`ResultCache::lookups`].
    pub explain: bool,
}

/// Whether results are looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// What is known is not run again.
    #[default]
    Use,
    /// Everything is run, and replaces what was known.
    Recache,
    /// Everything is run, and what is known is compared with it.
    Verify,
}

/// A cached result that a run does not give again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// The diagnosed file.
    pub file: String,
    /// The request's class.
    pub class: String,
    /// The plugin.
    pub plugin: String,
    /// The entry's key.
    pub key: String,
    /// What differs: `answer`, `failure`, `fuel`, `memory`, `host calls`, `log`.
    pub what: Vec<String>,
}

/// What a cache did in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CacheReport {
    /// Hits and misses.
    #[serde(flatten)]
    pub counters: Counters,
    /// See [`ResultCache::lookups`].
    pub lookups: Vec<Lookup>,
    /// See [`ResultCache::differences`].
    pub differences: Vec<Difference>,
}

/// Results of calls in a folder. Cheap to clone.
#[derive(Clone)]
pub struct ResultCache {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub options: ResultCacheOptions,
    pub store: Store,
    /// Threads that ask the host at a time: a round may have thousands of calls.
    pub slots: Semaphore,
    rounds: AtomicUsize,
    counters: Mutex<Counters>,
    lookups: Mutex<Vec<Lookup>>,
    differences: Mutex<Vec<Difference>>,
    relatives: Mutex<Option<Relatives>>,
}

impl ResultCache {
    /// A cache in a folder. Touches nothing yet.
    #[must_use]
    pub fn new(options: ResultCacheOptions) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let inner = Inner {
            store: Store::new(&options.dir, options.size),
            options,
            slots: Semaphore::new(cores),
            rounds: AtomicUsize::new(0),
            counters: Mutex::default(),
            lookups: Mutex::default(),
            differences: Mutex::default(),
            relatives: Mutex::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Hits and misses so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        lock(&self.inner.counters).clone()
    }

    /// Every call looked up so far, by round and place; empty unless asked for
    /// with [`ResultCacheOptions::explain`].
    #[must_use]
    pub fn lookups(&self) -> Vec<Lookup> {
        let mut lookups = lock(&self.inner.lookups).clone();
        lookups.sort();
        lookups
    }

    /// What [`Mode::Verify`] found, by place.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let mut differences = lock(&self.inner.differences).clone();
        differences.sort();
        differences
    }

    /// All of the above.
    #[must_use]
    pub fn report(&self) -> CacheReport {
        CacheReport {
            counters: self.counters(),
            lookups: self.lookups(),
            differences: self.differences(),
        }
    }

    /// Adds this run's counters to those of all runs. To be called once, at
    /// the run's end.
    pub fn close(&self) {
        let counters = self.counters();
        let dir = self.inner.store.dir();
        if counters == Counters::default() || !dir.is_dir() {
            return;
        }
        if let Err(error) = counters.add_to(&dir.join("counters.toml")) {
            tracing::debug!(%error, "cannot count the cache's hits");
        }
    }

    /// Starts a thread that collects garbage if nobody did for a day and nobody
    /// does it now. A process that ends meanwhile leaves the rest to the next
    /// one. `None` where there is no thread.
    pub fn collect_in_background(&self) -> Option<JoinHandle<()>> {
        let inner = Arc::clone(&self.inner);
        std::thread::Builder::new()
            .name("buildfix-collect".to_owned())
            .spawn(move || evict::collect_daily(&inner.store))
            .ok()
    }
}

impl fmt::Debug for ResultCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResultCache")
            .field(&self.inner.options)
            .finish()
    }
}

impl Inner {
    /// The number of a round that begins, from 1.
    pub fn next_round(&self) -> usize {
        self.rounds.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What is filed under the call's key.
    pub fn load(&self, asked: &Asked) -> Result<Search, Miss> {
        match self.store.load(asked.key) {
            Found::Entry(entry, freshness) => Ok(Search::new(*entry, freshness)),
            Found::Damaged(damage) => Err(Miss::Damaged(damage)),
            Found::Nothing => Err(Miss::NoRecord),
        }
    }

    /// What a key without an entry differs in from those that have one.
    pub fn nearest(&self, asked: &Asked) -> Result<Box<Record>, Miss> {
        let mut relatives = lock(&self.relatives);
        Err(relatives
            .get_or_insert_with(|| Relatives::read(&self.store))
            .compare(&asked.subject, &asked.parts))
    }

    /// Counts a lookup, and remembers it for those who ask why.
    pub fn count(&self, asked: &Asked, found: &Result<Box<Record>, Miss>, round: usize) {
        {
            let mut counters = lock(&self.counters);
            match found {
                Ok(record) => {
                    counters.hits += 1;
                    counters.saved_micros = counters.saved_micros.saturating_add(record.micros);
                }
                Err(miss) => counters.miss(miss),
            }
        }
        if self.options.explain {
            lock(&self.lookups).push(Lookup {
                round,
                file: asked.subject.file.clone(),
                places: asked.places.clone(),
                class: asked.subject.class.clone(),
                plugin: asked.subject.plugin.clone(),
                key: asked.key.short(),
                verdict: match found {
                    Ok(_) => Verdict::Hit,
                    Err(miss) => Verdict::Miss(miss.to_string()),
                },
            });
        }
    }

    /// Keeps a record.
    pub fn put(&self, asked: &Asked, record: Record, alone: bool) {
        let (parts, subject) = (&asked.parts, &asked.subject);
        if self.store.put(asked.key, parts, subject, record, alone) {
            lock(&self.counters).written += 1;
            if let Some(relatives) = &mut *lock(&self.relatives) {
                relatives.add(subject, parts);
            }
        }
    }

    /// Compares what is known with a run, and notes a difference.
    pub fn differs(
        &self,
        asked: &Asked,
        known: &Result<Call, CallError>,
        run: &Result<Call, CallError>,
    ) -> bool {
        let what = differences(known, run);
        if what.is_empty() {
            return false;
        }
        lock(&self.differences).push(Difference {
            file: asked.subject.file.clone(),
            class: asked.subject.class.clone(),
            plugin: asked.subject.plugin.clone(),
            key: asked.key.short(),
            what,
        });
        true
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Everything kept here is whole at every step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
