//! What runs now: one [`Tracker`] a call, shared by the guest's store, the loop
//! that drives it and whoever asks.

use crate::Sandbox;
use crate::fuel::Ladder;
use crate::load::Inner;
use semver::Version;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A call that has been started and has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningCall {
    /// Different from that of every other call of the sandbox.
    pub id: u64,
    /// The plugin's name.
    pub plugin: String,
    /// Its version.
    pub version: Version,
    /// The request's error class.
    pub class: String,
    /// The request's file.
    pub file: String,
    /// Since it started, waiting in the slow lane included.
    pub elapsed: Duration,
    /// The tier of fuel it is in; the first is 1.
    pub tier: u32,
    /// How many there are for it.
    pub tiers: u32,
    /// Fuel burned, to the last slice.
    pub fuel_used: u64,
    /// Whether it waits in the slow lane.
    pub waiting: bool,
}

/// What is known of one call while it runs.
pub struct Tracker {
    id: u64,
    plugin: Arc<Inner>,
    class: String,
    file: String,
    pub started: Instant,
    pub ladder: Ladder,
    /// Fuel between two yields.
    pub slice: u64,
    slices: AtomicU64,
    /// What the last tick of the epoch saw; more exact than the slices.
    seen: AtomicU64,
    waiting: AtomicBool,
    /// Microseconds of waiting in the slow lane, which are not the guest's.
    waited: AtomicU64,
    /// Why the guest does not run: a host call, or a tick of the epoch. What is
    /// neither is a slice of fuel used up.
    in_host: AtomicBool,
    ticked: AtomicBool,
}

/// Every call that runs.
#[derive(Default)]
pub struct Registry {
    next: AtomicU64,
    calls: Mutex<Vec<Arc<Tracker>>>,
}

/// Takes its call out of the registry.
pub struct Registered<'a> {
    registry: &'a Registry,
    pub call: Arc<Tracker>,
}

impl Registry {
    pub fn add(
        &self,
        plugin: &Arc<Inner>,
        (class, file): (String, String),
        ladder: Ladder,
        slice: u64,
    ) -> Registered<'_> {
        let call = Arc::new(Tracker {
            id: self.next.fetch_add(1, Relaxed),
            plugin: Arc::clone(plugin),
            class,
            file,
            started: Instant::now(),
            ladder,
            slice,
            slices: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            waiting: AtomicBool::new(false),
            waited: AtomicU64::new(0),
            in_host: AtomicBool::new(false),
            ticked: AtomicBool::new(false),
        });
        self.lock().push(Arc::clone(&call));
        Registered {
            registry: self,
            call,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Tracker>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        let mut calls = self.registry.lock();
        if let Some(at) = calls.iter().position(|call| Arc::ptr_eq(call, &self.call)) {
            calls.swap_remove(at);
        }
    }
}

impl Tracker {
    /// Whose call it is.
    pub fn plugin_name(&self) -> &str {
        &self.plugin.preflight.manifest.name
    }

    /// The guest waits for the host until the answer is dropped.
    pub fn enter_host(&self) {
        self.in_host.store(true, Relaxed);
    }

    pub fn leave_host(&self) {
        self.in_host.store(false, Relaxed);
    }

    /// The epoch made the guest yield; `fuel` is what it has burned exactly.
    pub fn tick(&self, fuel: u64) {
        self.ticked.store(true, Relaxed);
        self.seen.store(fuel, Relaxed);
    }

    /// The guest does not run: if a slice of fuel used up is why, counts it and
    /// gives the fuel burned in slices until now, which depends on nothing but
    /// the guest.
    pub fn count_slice(&self) -> Option<u64> {
        if self.in_host.load(Relaxed) || self.ticked.swap(false, Relaxed) {
            return None;
        }
        let slices = self.slices.fetch_add(1, Relaxed) + 1;
        Some(slices.saturating_mul(self.slice))
    }

    /// Fuel burned, to the last slice or tick.
    fn fuel(&self) -> u64 {
        let slices = self.slices.load(Relaxed).saturating_mul(self.slice);
        slices.max(self.seen.load(Relaxed))
    }

    pub fn set_waiting(&self, waiting: bool) {
        self.waiting.store(waiting, Relaxed);
    }

    pub fn add_waited(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.waited.fetch_add(micros, Relaxed);
    }

    pub fn waited(&self) -> Duration {
        Duration::from_micros(self.waited.load(Relaxed))
    }

    fn snapshot(&self) -> RunningCall {
        let manifest = &self.plugin.preflight.manifest;
        let fuel_used = self.fuel().min(self.ladder.total());
        RunningCall {
            id: self.id,
            plugin: manifest.name.clone(),
            version: manifest.version.clone(),
            class: self.class.clone(),
            file: self.file.clone(),
            elapsed: self.started.elapsed(),
            tier: self.ladder.tier(fuel_used),
            tiers: self.ladder.tiers(),
            fuel_used,
            waiting: self.waiting.load(Relaxed),
        }
    }
}

impl Sandbox {
    /// The calls that have been started and have not ended, in the order in
    /// which they started.
    #[must_use]
    pub fn running(&self) -> Vec<RunningCall> {
        let calls = self.core.registry.lock().clone();
        let mut running: Vec<_> = calls.iter().map(|call| call.snapshot()).collect();
        running.sort_by_key(|call| call.id);
        running
    }
}
