//! Where a run's time goes.

use serde::Serialize;
use std::time::Duration;

/// Seconds that each step took, all rounds together. Steps that do not wait for
/// each other count in full, so the sum may be more than the run's time.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Steps {
    /// Finding out whether the tree is the one of the last failing build, and
    /// keeping this run's.
    pub survey: f64,
    /// Parsing what the builds print, which happens while they run.
    pub parse: f64,
    /// Finding the diagnostics' places in the files.
    pub place: f64,
    /// From problems to proposals: planning, calls, checks; loading and
    /// indexing as far as they were waited for.
    pub dispatch: f64,
    /// Loading plugins, of which some is done while the first build runs.
    pub load: f64,
    /// Reading and parsing files for the symbol index as far as questions had
    /// to wait for it.
    pub index: f64,
    /// Writing files and the journal.
    pub apply: f64,
    /// Keeping the symbol index for the next run.
    pub keep: f64,
}

/// Adds a duration to a step.
pub fn add(step: &mut f64, elapsed: Duration) {
    *step += elapsed.as_secs_f64();
}
