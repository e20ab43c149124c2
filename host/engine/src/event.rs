//! What happens during a run, told as it happens. The engine prints nothing.

use crate::report::FixRecord;
use buildfix_sandbox::{Call, CallError, RunningCall};
use std::time::Duration;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A build begins; the first has number 1.
    BuildStarted {
        /// Which build of this run.
        number: usize,
        /// Why it is run, in a few words.
        purpose: &'a str,
    },
    /// The first build is not run: nothing has changed since it failed.
    BuildReused {
        /// How long ago it ended.
        age: Duration,
        /// How long it took then.
        elapsed: Duration,
    },
    /// What the build prints, for the user to see.
    Output(&'a [u8]),
    /// A build ended.
    BuildFinished {
        /// Which build of this run.
        number: usize,
        /// Whether it is green.
        success: bool,
        /// Unique errors.
        errors: usize,
        /// How long it took.
        elapsed: Duration,
    },
    /// A round begins.
    RoundStarted {
        /// Counts from 1.
        round: usize,
        /// Errors to work on.
        errors: usize,
    },
    /// The fixers have answered.
    Proposed {
        /// Fixes that can be tried.
        fixes: usize,
        /// Calls made to fixers.
        calls: usize,
        /// How long that took.
        elapsed: Duration,
    },
    /// A fix was kept.
    Kept(&'a FixRecord),
    /// A fix was taken back.
    Reverted(&'a FixRecord),
    /// The fixers are at work; told each second.
    Heartbeat {
        /// What runs, longest first.
        running: &'a [RunningCall],
        /// Calls that have ended.
        ended: usize,
        /// Calls to make.
        calls: usize,
    },
    /// A call takes long; told once.
    SlowCall(&'a RunningCall),
    /// A call of a fixer ended; told in the order of the plan, which is the
    /// same in every run.
    Called(&'a CallEnd<'a>),
    /// A call of a fixer failed.
    FixerFailed {
        /// The whole message.
        message: &'a str,
    },
    /// Something the user should know.
    Warning(&'a str),
}

/// How a call of a fixer ended.
#[derive(Clone, Copy, Debug)]
pub struct CallEnd<'a> {
    /// The plugin's name.
    pub plugin: &'a str,
    /// The request's class.
    pub class: &'a str,
    /// `path:line:column` of its first diagnostic.
    pub place: &'a str,
    /// What that one says.
    pub message: &'a str,
    /// Its diagnostics.
    pub diagnostics: usize,
    /// The answer and what it cost, or why there is none.
    pub result: Result<&'a Call, &'a CallError>,
}

/// Who listens.
pub trait Events: Sync {
    /// Called on the engine's thread; should return at once.
    fn emit(&self, event: Event<'_>);
}

/// Nobody listens.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Events for Silent {
    fn emit(&self, _event: Event<'_>) {}
}
