//! Calls through the cache.

use super::answers::Answers;
use super::counters::Counters;
use super::evict;
use super::explain::{Lookup, Miss, Place, Relatives, Verdict};
use super::key::{Key, Parts};
use super::normal::normalise;
use super::record::{End, Fault, Record};
use super::recorder::Recorder;
use super::store::{Found, Store, Subject};
use crate::{Call, CallContext, CallError, Failure, Plugin, Request, Services, checked};
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
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
    /// Lookups at a time: they wait for the disk and the processor, and a round
    /// may have thousands.
    slots: Semaphore,
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

    /// Starts a thread that collects garbage if nobody did for a day. A process
    /// that ends meanwhile leaves the rest to the next one.
    pub fn collect_in_background(&self) {
        let inner = Arc::clone(&self.inner);
        let started = std::thread::Builder::new()
            .name("buildfix-collect".to_owned())
            .spawn(move || evict::collect_daily(&inner.store));
        if let Err(error) = started {
            tracing::debug!(%error, "no thread to collect garbage");
        }
    }
}

impl fmt::Debug for ResultCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ResultCache")
            .field(&self.inner.options)
            .finish()
    }
}

/// The calls of one round, during which the host's answers do not change.
pub struct Round {
    cache: Option<ResultCache>,
    services: Arc<dyn Services>,
    answers: Arc<Answers>,
    number: usize,
}

/// What is known of a call before it runs.
struct Asked {
    parts: Parts,
    key: Key,
    subject: Subject,
    places: Vec<Place>,
    budget: u64,
}

impl Round {
    /// A round over these services; without a cache every call runs.
    #[must_use]
    pub fn new(cache: Option<ResultCache>, services: Arc<dyn Services>) -> Self {
        let number = cache.as_ref().map_or(0, |cache| {
            cache.inner.rounds.fetch_add(1, Ordering::Relaxed) + 1
        });
        Self {
            cache,
            services,
            answers: Arc::default(),
            number,
        }
    }

    /// The call's result, out of the cache or from `run`, which is given the
    /// request in its normal form and the services to call the plugin with.
    ///
    /// # Errors
    /// As [`Plugin::call`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn call<F, R>(
        &self,
        plugin: &Plugin,
        mut request: Request,
        run: F,
    ) -> Result<Call, CallError>
    where
        F: FnOnce(Request, Arc<dyn Services>) -> R,
        R: Future<Output = Result<Call, CallError>>,
    {
        let ids = normalise(&mut request);
        let mut result = match &self.cache {
            None => run(request, Arc::clone(&self.services)).await,
            Some(cache) => self.through(cache, plugin, request, run).await,
        };
        if let Ok(call) = &mut result {
            ids.restore(call);
        }
        result
    }

    async fn through<F, R>(
        &self,
        cache: &ResultCache,
        plugin: &Plugin,
        request: Request,
        run: F,
    ) -> Result<Call, CallError>
    where
        F: FnOnce(Request, Arc<dyn Services>) -> R,
        R: Future<Output = Result<Call, CallError>>,
    {
        let asked = Arc::new(Asked::new(cache, plugin, &request));
        let mode = cache.inner.options.mode;
        let found = match mode {
            Mode::Recache => Err(Miss::Recache),
            Mode::Use | Mode::Verify => self.look_up(cache, &asked).await,
        };
        cache.inner.count(&asked, &found, self.number);
        let known = match found {
            Ok(record) if mode == Mode::Use => return revive(*record, &asked, plugin, &request),
            Ok(record) => Some(revive(*record, &asked, plugin, &request)),
            Err(_) => None,
        };
        let recorder = Arc::new(Recorder::new(
            Arc::clone(&self.services),
            Arc::clone(&self.answers),
        ));
        let result = run(request, Arc::clone(&recorder) as Arc<dyn Services>).await;
        if let Some(known) = known
            && !cache.inner.differs(&asked, &known, &result)
        {
            return result;
        }
        let record = recorder
            .finish()
            .and_then(|trace| Record::of(trace, &result));
        if let Some(record) = record {
            let cache = cache.clone();
            let alone = mode != Mode::Use;
            // To its end, or the next run may come before it. A panic there
            // costs a later hit.
            let _ =
                tokio::task::spawn_blocking(move || cache.inner.put(&asked, record, alone)).await;
        }
        result
    }

    /// A record that still holds.
    async fn look_up(&self, cache: &ResultCache, asked: &Arc<Asked>) -> Result<Box<Record>, Miss> {
        // The semaphore is never closed.
        let _slot = cache.inner.slots.acquire().await.ok();
        let (inner, asked) = (Arc::clone(&cache.inner), Arc::clone(asked));
        let (services, answers) = (Arc::clone(&self.services), Arc::clone(&self.answers));
        tokio::task::spawn_blocking(move || inner.look_up(&asked, &*services, &answers))
            .await
            .unwrap_or(Err(Miss::Fault))
    }
}

impl Asked {
    fn new(cache: &ResultCache, plugin: &Plugin, request: &Request) -> Self {
        let options = &cache.inner.options;
        let parts = Parts::of(plugin, request, &options.salt);
        let manifest = plugin.manifest();
        let place = |d: &crate::Diagnostic| Place {
            line: d.line,
            column: d.column,
        };
        Self {
            key: parts.key(),
            parts,
            subject: Subject {
                plugin: manifest.name.clone(),
                version: manifest.version.to_string(),
                class: request.class.clone(),
                file: request.file.path.clone(),
            },
            places: match options.explain {
                true => request.diagnostics.iter().map(place).collect(),
                false => Vec::new(),
            },
            budget: plugin.inner.core.limits.fuel_for(manifest, request),
        }
    }
}

impl Inner {
    fn look_up(
        &self,
        asked: &Asked,
        services: &dyn Services,
        answers: &Answers,
    ) -> Result<Box<Record>, Miss> {
        let (entry, freshness) = match self.store.load(asked.key) {
            Found::Entry(entry, freshness) => (entry, freshness),
            Found::Damaged(damage) => return Err(Miss::Damaged(damage)),
            Found::Nothing => return Err(self.nearest(asked)),
        };
        let mut miss = None;
        for record in entry.records {
            match holds(&record, asked.budget, services, answers) {
                Ok(()) => {
                    self.store.renew(asked.key, freshness);
                    return Ok(Box::new(record));
                }
                // Of the newest: it is the run that the user remembers.
                Err(why) => drop(miss.get_or_insert(why)),
            }
        }
        Err(miss.unwrap_or(Miss::NoRecord))
    }

    fn nearest(&self, asked: &Asked) -> Miss {
        if !self.options.explain {
            return Miss::NoRecord;
        }
        let mut relatives = lock(&self.relatives);
        relatives
            .get_or_insert_with(|| Relatives::read(&self.store))
            .compare(&asked.subject, &asked.parts)
    }

    fn count(&self, asked: &Asked, found: &Result<Box<Record>, Miss>, round: usize) {
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

    fn put(&self, asked: &Asked, record: Record, alone: bool) {
        let (parts, subject) = (&asked.parts, &asked.subject);
        if self.store.put(asked.key, parts, subject, record, alone) {
            lock(&self.counters).written += 1;
            if let Some(relatives) = &mut *lock(&self.relatives) {
                relatives.add(subject, parts);
            }
        }
    }

    /// Compares what is known with a run, and notes a difference.
    fn differs(
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

/// Whether a record is what a run would give now.
fn holds(
    record: &Record,
    budget: u64,
    services: &dyn Services,
    answers: &Answers,
) -> Result<(), Miss> {
    if !record.fits(budget) {
        return Err(Miss::Budget {
            used: record.fuel_used,
            budget,
        });
    }
    // In the order of the run: a path that a later question names may have come
    // from an earlier answer.
    for read in &record.trace {
        let now = answers.ask(&read.question, services);
        if now != read.answer {
            return Err(Miss::Read(Box::new(read.clone()), now));
        }
    }
    Ok(())
}

/// The record as the call that it stands for.
fn revive(
    record: Record,
    asked: &Asked,
    plugin: &Plugin,
    request: &Request,
) -> Result<Call, CallError> {
    let peak_memory = usize::try_from(record.peak_memory).unwrap_or(usize::MAX);
    match record.end {
        End::Answer {
            response,
            mut rejected,
        } => {
            // As strict with a file as with a guest.
            let (response, more) = checked(response, request, &plugin.inner.core.limits);
            rejected.extend(more);
            Ok(Call {
                response,
                rejected,
                fuel_used: record.fuel_used,
                fuel_budget: asked.budget,
                peak_memory,
                host_calls: record.host_calls,
                log: record.log,
                elapsed: Duration::ZERO,
                cached: true,
            })
        }
        End::Failure(fault) => {
            // One that ran out of more fuel runs out of less as well.
            let fuel_used = match fault {
                Fault::OutOfFuel => asked.budget,
                _ => record.fuel_used,
            };
            let failure = fault.revive(asked.budget);
            Err(CallError {
                failure,
                context: Box::new(CallContext {
                    plugin: asked.subject.plugin.clone(),
                    version: plugin.manifest().version.clone(),
                    class: asked.subject.class.clone(),
                    file: asked.subject.file.clone(),
                    fuel_used,
                    peak_memory,
                    host_calls: record.host_calls,
                    elapsed: Duration::ZERO,
                    log: record.log,
                    cached: true,
                }),
            })
        }
    }
}

/// What differs between a hit and a run, but for the time they took.
fn differences(known: &Result<Call, CallError>, run: &Result<Call, CallError>) -> Vec<String> {
    let mut what = Vec::new();
    let mut differ = |name: &str, differs: bool| {
        if differs {
            what.push(name.to_owned());
        }
    };
    match (known, run) {
        // Not a result: the machine was slow, or the user impatient.
        (_, Err(run)) if !run.failure.is_deterministic() => {}
        (Ok(known), Ok(run)) => {
            differ(
                "answer",
                known.response != run.response || known.rejected != run.rejected,
            );
            differ("fuel", known.fuel_used != run.fuel_used);
            differ("memory", known.peak_memory != run.peak_memory);
            differ("host calls", known.host_calls != run.host_calls);
            differ("log", known.log != run.log);
        }
        (Err(known), Err(run)) => {
            differ("failure", known.failure != run.failure);
            let (a, b) = (&known.context, &run.context);
            // A record of more fuel has seen more of the same run.
            if !matches!(run.failure, Failure::OutOfFuel { .. }) {
                differ("fuel", a.fuel_used != b.fuel_used);
                differ("memory", a.peak_memory != b.peak_memory);
                differ("host calls", a.host_calls != b.host_calls);
                differ("log", a.log != b.log);
            }
        }
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => differ("answer", true),
    }
    what
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Everything kept here is whole at every step.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
