//! The circuit breaker: a plugin that keeps failing is left alone for a while.
//!
//! Five failures within 300 s open a plugin's breaker: it is not asked, with
//! the reason given, and every other plugin serves its classes as before. 300 s
//! later the breaker is half open: one call is let through as a trial. If that
//! is answered the breaker closes; if it fails, the 300 s begin again.
//!
//! # On disk
//!
//! The state outlives the run: one JSON file for each plugin that has failed,
//! named by its component's digest, so that a new build of a plugin starts
//! afresh. A file is changed under an exclusive lock on `lock` beside it, by
//! writing a temporary file and renaming it, so two processes lose no failure
//! and start one trial. A file that cannot be read or understood, or of another
//! version, counts as no failures; a folder that cannot be written keeps the
//! state for this run alone. A clock that was set back makes times lie in the
//! future; those are forgotten.

use buildfix_sandbox::Plugin;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Failures that open a breaker.
pub const FAILURES: usize = 5;
/// Time within which they count, and time for which it stays open.
pub const PERIOD: Duration = Duration::from_secs(300);
/// After this a trial counts as lost: its process has ended without a word.
const TRIAL: Duration = Duration::from_secs(60);
/// How long to wait for another process before going on without the disk.
const PATIENCE: Duration = Duration::from_millis(100);
/// Raised when the file's format changes.
const FORMAT: u32 = 1;
/// Bytes of a file; more is not ours.
const MAX_FILE: u64 = 64 * 1024;

/// How a plugin's breaker stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum BreakerState {
    /// The plugin is asked.
    Closed {
        /// Failures within the last 300 s; less than five.
        failures: usize,
    },
    /// It is not asked.
    Open {
        /// Seconds until a trial call is let through.
        seconds_left: u64,
        /// The last failure.
        last: String,
    },
    /// The next call, or one that runs, is a trial.
    HalfOpen {
        /// The last failure.
        last: String,
    },
}

/// What a plugin may do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Be called.
    Call,
    /// Be called once; the rest waits for how that ends.
    Trial,
    /// Nothing: why.
    Refused(String),
}

/// Milliseconds since 1970.
type Millis = u64;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Record {
    format: u32,
    plugin: String,
    /// The last ones, oldest first, at most [`FAILURES`].
    failures: Vec<Millis>,
    opened: Option<Millis>,
    trial: Option<Millis>,
    last: String,
}

impl Record {
    /// Forgets what no longer counts.
    fn age(&mut self, now: Millis) {
        let period = PERIOD.as_millis() as Millis;
        self.failures.retain(|at| *at <= now && now - *at <= period);
        self.opened = self.opened.filter(|at| *at <= now);
        let trial = TRIAL.as_millis() as Millis;
        self.trial = self.trial.filter(|at| *at <= now && now - *at <= trial);
    }

    fn state(&self, now: Millis) -> BreakerState {
        let Some(opened) = self.opened else {
            return BreakerState::Closed {
                failures: self.failures.len(),
            };
        };
        let last = self.last.clone();
        match (PERIOD.as_millis() as Millis).checked_sub(now - opened) {
            Some(left) if left > 0 => BreakerState::Open {
                seconds_left: left.div_ceil(1_000),
                last,
            },
            _ => BreakerState::HalfOpen { last },
        }
    }

    fn fail(&mut self, now: Millis, why: &str) {
        why.clone_into(&mut self.last);
        if self.opened.is_some() {
            // The trial, or a call begun before it opened.
            if self.trial.take().is_some() {
                self.opened = Some(now);
            }
            return;
        }
        self.failures.push(now);
        if self.failures.len() >= FAILURES {
            self.failures.clear();
            self.opened = Some(now);
        }
    }
}

/// The breakers of all plugins.
#[derive(Debug)]
pub struct Breakers {
    dir: Option<PathBuf>,
    clock: fn() -> Millis,
    known: Mutex<BTreeMap<String, Record>>,
}

fn now() -> Millis {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as Millis)
}

impl Breakers {
    /// Breakers whose state is kept in `dir`, which is made when the first
    /// plugin fails; without one, for this run alone.
    #[must_use]
    pub fn new(dir: Option<PathBuf>) -> Self {
        Self::with_clock(dir, now)
    }

    fn with_clock(dir: Option<PathBuf>, clock: fn() -> Millis) -> Self {
        Self {
            dir,
            clock,
            known: Mutex::default(),
        }
    }

    /// How the breaker of the component with this digest stands.
    #[must_use]
    pub fn state(&self, digest: &str) -> BreakerState {
        let now = (self.clock)();
        let mut known = self.lock();
        let record = self.record(&mut known, digest);
        record.age(now);
        record.state(now)
    }

    /// Whether a plugin may be called now. After [`Permit::Trial`] one of
    /// [`Breakers::failed`], [`Breakers::answered`] or
    /// [`Breakers::inconclusive`] has to follow.
    #[must_use]
    pub fn permit(&self, plugin: &Plugin) -> Permit {
        self.permit_of(plugin.digest(), &plugin.manifest().name)
    }

    /// A call failed by the plugin's own fault.
    pub fn failed(&self, plugin: &Plugin, why: &str) {
        self.change(plugin.digest(), &plugin.manifest().name, |record, now| {
            record.fail(now, why);
        });
    }

    /// A call was answered.
    pub fn answered(&self, plugin: &Plugin) {
        self.end_trial(plugin.digest(), &plugin.manifest().name, true);
    }

    /// A call ended without telling anything about the plugin.
    pub fn inconclusive(&self, plugin: &Plugin) {
        self.end_trial(plugin.digest(), &plugin.manifest().name, false);
    }

    fn permit_of(&self, digest: &str, name: &str) -> Permit {
        let refused = |last: &str, when: &str| {
            Permit::Refused(format!(
                "plugin `{name}` is not asked: its breaker is open after {FAILURES} failures \
                 within {} s, the last one: {last}; {when}",
                PERIOD.as_secs()
            ))
        };
        match self.state(digest) {
            BreakerState::Closed { .. } => Permit::Call,
            BreakerState::Open { seconds_left, last } => refused(
                &last,
                &format!("it gets another chance in {seconds_left} s"),
            ),
            BreakerState::HalfOpen { .. } => {
                // Of all processes, one may try.
                self.change(digest, name, |record, now| match record.state(now) {
                    BreakerState::Closed { .. } => Permit::Call,
                    BreakerState::HalfOpen { .. } if record.trial.is_none() => {
                        record.trial = Some(now);
                        Permit::Trial
                    }
                    _ => refused(&record.last, "another process is giving it a trial"),
                })
            }
        }
    }

    fn end_trial(&self, digest: &str, name: &str, answered: bool) {
        // Nearly every call ends here; only a trial's end is news.
        if self.record(&mut self.lock(), digest).trial.is_none() {
            return;
        }
        self.change(digest, name, |record, _| {
            if record.trial.take().is_some() && answered {
                record.opened = None;
                record.failures.clear();
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Record>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record<'a>(&self, known: &'a mut BTreeMap<String, Record>, digest: &str) -> &'a mut Record {
        known.entry(digest.to_owned()).or_insert_with(|| {
            let path = self.dir.as_deref().map(|dir| file(dir, digest));
            path.and_then(|path| read(&path)).unwrap_or_default()
        })
    }

    /// Changes a record here and on disk.
    fn change<T>(
        &self,
        digest: &str,
        name: &str,
        change: impl FnOnce(&mut Record, Millis) -> T,
    ) -> T {
        let mut known = self.lock();
        let held = self.dir.as_deref().and_then(hold);
        if held.is_some()
            && let Some(dir) = &self.dir
            && let Some(newer) = read(&file(dir, digest))
        {
            known.insert(digest.to_owned(), newer);
        }
        let record = self.record(&mut known, digest);
        let now = (self.clock)();
        record.age(now);
        record.format = FORMAT;
        name.clone_into(&mut record.plugin);
        let result = change(record, now);
        if held.is_some()
            && let Some(dir) = &self.dir
            && let Err(error) = write(&file(dir, digest), record)
        {
            tracing::debug!(%error, "a breaker's state is not kept");
        }
        result
    }
}

fn file(dir: &Path, digest: &str) -> PathBuf {
    dir.join(format!("{digest}.json"))
}

/// The lock of the folder, until the file is dropped.
fn hold(dir: &Path) -> Option<File> {
    std::fs::create_dir_all(dir).ok()?;
    let lock = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join("lock"))
        .ok()?;
    let until = Instant::now() + PATIENCE;
    loop {
        match lock.try_lock() {
            Ok(()) => return Some(lock),
            Err(TryLockError::WouldBlock) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(_) => return None,
        }
    }
}

fn read(path: &Path) -> Option<Record> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE {
        return None;
    }
    let mut record: Record = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    if record.format != FORMAT {
        return None;
    }
    // An edited file may hold anything.
    let surplus = record.failures.len().saturating_sub(FAILURES - 1);
    record.failures.drain(..surplus);
    Some(record)
}

fn write(path: &Path, record: &Record) -> std::io::Result<()> {
    let new = path.with_extension("new");
    std::fs::write(&new, serde_json::to_vec(record)?)?;
    std::fs::rename(&new, path)
}

#[cfg(test)]
mod tests;
