//! Who runs when: a fast lane for calls on their first budget, a slow lane for
//! those that used it up, and a bound on how many are alive.
//!
//! A call in flight is *alive* (it holds a store, hence memory) and either
//! *runs* or waits in the slow lane's queue with its state. Three rules:
//!
//! - at most `workers` run at once;
//! - while new calls wait, the slow lane has a quarter of the workers, rounded
//!   down, at least that many if it has work, and at most that many; when none
//!   waits, it may have all of them. A slow call gives its place back between
//!   two slices of fuel, so a new call waits about a millisecond for it;
//! - at most `slots` are alive. What would exceed that has not been started and
//!   costs nothing. When all that are alive are slow, they have all workers, so
//!   nothing waits for ever.
//!
//! New calls also wait for [`Admission`], but for the one that would otherwise
//! be alone: one call always runs.

use crate::admission::Admission;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How often a call that waits for memory or load looks again.
const RECHECK: Duration = Duration::from_millis(100);

/// Of the workers, the slow lane has one in this many while new calls wait.
const SHARE: usize = 4;

pub struct Lanes {
    workers: usize,
    slots: usize,
    admission: Admission,
    queues: Mutex<Queues>,
}

#[derive(Default)]
struct Queues {
    alive: usize,
    fast: usize,
    slow: usize,
    /// Calls not started yet.
    new: VecDeque<oneshot::Sender<(Seat, Place)>>,
    /// Calls that wait with their state.
    parked: VecDeque<oneshot::Sender<Place>>,
}

/// A call's right to be alive.
pub struct Seat(Arc<Lanes>);

/// A call's right to run now.
pub struct Place {
    lanes: Arc<Lanes>,
    slow: bool,
}

/// What a pump hands out, after the lock is released: a receiver that has gone
/// away drops its part, which takes the lock again.
enum Grant {
    New(oneshot::Sender<(Seat, Place)>, (Seat, Place)),
    Parked(oneshot::Sender<Place>, Place),
}

impl Lanes {
    pub fn new(workers: usize, slots: usize, admission: Admission) -> Self {
        Self {
            workers,
            slots,
            admission,
            queues: Mutex::default(),
        }
    }

    /// Calls that can be alive and one more for each worker.
    pub fn window(&self) -> usize {
        self.slots.saturating_add(self.workers)
    }

    /// Waits until a new call may start.
    pub async fn enter(self: &Arc<Self>) -> (Seat, Place) {
        let mut granted = {
            let mut queues = self.lock();
            if queues.new.is_empty() && self.may_start(&queues) {
                return self.start(&mut queues);
            }
            let (sender, receiver) = oneshot::channel();
            queues.new.push_back(sender);
            receiver
        };
        loop {
            // A slow call may have to be told to make room, and free memory or
            // load change without anybody saying so.
            match tokio::time::timeout(RECHECK, &mut granted).await {
                Ok(Ok(granted)) => return granted,
                // The sender is in the queue until it is used.
                Ok(Err(_)) => return self.start(&mut self.lock()),
                Err(_) => self.pump(),
            }
        }
    }

    /// Waits for a place in the slow lane; the caller has given its own back.
    pub async fn slow(self: &Arc<Self>) -> Place {
        let granted = {
            let mut queues = self.lock();
            if queues.parked.is_empty() && self.may_go_on(&queues) {
                return self.go_on(&mut queues);
            }
            let (sender, receiver) = oneshot::channel();
            queues.parked.push_back(sender);
            receiver
        };
        match granted.await {
            Ok(place) => place,
            Err(_) => self.go_on(&mut self.lock()),
        }
    }

    /// Whether a slow call has to give its place to a new one.
    pub fn is_crowded(&self) -> bool {
        let mut queues = self.lock();
        let share = self.share();
        queues.slow > share
            && queues.fast + queues.slow >= self.workers
            && queues.alive < self.slots
            && {
                queues.new.retain(|sender| !sender.is_closed());
                !queues.new.is_empty()
            }
            && self.admission.is_open()
    }

    fn share(&self) -> usize {
        self.workers / SHARE
    }

    fn may_start(&self, queues: &Queues) -> bool {
        let kept = match queues.parked.is_empty() {
            true => 0,
            false => self.share().saturating_sub(queues.slow),
        };
        queues.alive < self.slots
            && queues.fast + queues.slow + kept < self.workers
            && (queues.alive == 0 || self.admission.is_open())
    }

    fn may_go_on(&self, queues: &Queues) -> bool {
        if queues.fast + queues.slow >= self.workers {
            return false;
        }
        let starting = !queues.new.is_empty() && self.may_start(queues);
        queues.slow < self.share() || !starting
    }

    fn start(self: &Arc<Self>, queues: &mut Queues) -> (Seat, Place) {
        queues.alive += 1;
        queues.fast += 1;
        let place = Place {
            lanes: Arc::clone(self),
            slow: false,
        };
        (Seat(Arc::clone(self)), place)
    }

    fn go_on(self: &Arc<Self>, queues: &mut Queues) -> Place {
        queues.slow += 1;
        Place {
            lanes: Arc::clone(self),
            slow: true,
        }
    }

    /// Hands out what has become free.
    fn pump(self: &Arc<Self>) {
        let mut grants = Vec::new();
        let mut queues = self.lock();
        queues.new.retain(|sender| !sender.is_closed());
        queues.parked.retain(|sender| !sender.is_closed());
        loop {
            if !queues.parked.is_empty() && self.may_go_on(&queues) {
                if let Some(sender) = queues.parked.pop_front() {
                    grants.push(Grant::Parked(sender, self.go_on(&mut queues)));
                }
            } else if !queues.new.is_empty() && self.may_start(&queues) {
                if let Some(sender) = queues.new.pop_front() {
                    grants.push(Grant::New(sender, self.start(&mut queues)));
                }
            } else {
                break;
            }
        }
        drop(queues);
        for grant in grants {
            match grant {
                Grant::New(sender, granted) => drop(sender.send(granted)),
                Grant::Parked(sender, place) => drop(sender.send(place)),
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.lock().alive -= 1;
        self.0.pump();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queues = self.lanes.lock();
        match self.slow {
            true => queues.slow -= 1,
            false => queues.fast -= 1,
        }
        drop(queues);
        self.lanes.pump();
    }
}
