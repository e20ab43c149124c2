//! What a run did and why it did no more.

use crate::breaker::BreakerState;
use crate::steps::Steps;
use buildfix_diagnostics::Phase;
use buildfix_sandbox::cache::CacheReport;
use buildfix_workspace::Applicability;
use serde::Serialize;

/// How a run ended; each has its exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The build passes.
    Green,
    /// It fails with fewer or later errors than before.
    Improved,
    /// It fails as before and no file was changed.
    Unchanged,
}

/// A fix that was applied, kept or taken back.
#[derive(Clone, Debug, Serialize)]
pub struct FixRecord {
    /// The plugin's name.
    pub fixer: String,
    /// The plugin's version.
    pub version: String,
    /// How sure it was.
    pub tier: Applicability,
    /// What it does.
    pub title: String,
    /// The files it touches, sorted.
    pub files: Vec<String>,
    /// `location: class` of the errors it answers.
    pub answers: Vec<String>,
    /// Why it was taken back; empty for a kept one.
    pub reason: String,
}

/// What became of one diagnostic.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Fate {
    /// A fix answered it, and the rebuild proved it.
    Fixed {
        /// The plugin.
        fixer: String,
        /// How sure it was.
        tier: Applicability,
        /// What was done.
        title: String,
    },
    /// It went away with another error's fix.
    GoneWithAnother,
    /// No plugin handles its class.
    NoFixer,
    /// The plugins that handle it had nothing to propose; with what they said
    /// about it (`ambiguous: A, B`), if they did.
    NoProposal {
        /// Who was asked.
        asked: Vec<String>,
        /// What they said.
        notes: Vec<String>,
    },
    /// What was proposed did not stand the rebuild.
    Reverted {
        /// Each proposal, and why it was taken back.
        attempts: Vec<Attempt>,
    },
    /// What was proposed met another fix's edits and lost.
    Overlapped {
        /// The proposals and what they met.
        attempts: Vec<Attempt>,
    },
    /// There are proposals that are not applied by default.
    NotByDefault {
        /// The proposals; the reason names the tier.
        attempts: Vec<Attempt>,
    },
    /// Proposals were left when the rounds or builds ran out.
    OutOfBudget,
    /// Its place is not in the workspace.
    Outside,
    /// The file has changes that version control does not have.
    Dirty,
    /// The fixers that handle it failed.
    FixerFailed {
        /// What they failed with.
        messages: Vec<String>,
    },
}

/// A proposal that was not kept.
#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    /// The plugin.
    pub fixer: String,
    /// How sure it was.
    pub tier: Applicability,
    /// What it would do.
    pub title: String,
    /// Why not.
    pub reason: String,
}

/// One error and its fate.
#[derive(Clone, Debug, Serialize)]
pub struct DiagnosticReport {
    /// `path:line:column`.
    pub location: String,
    /// The class.
    pub class: String,
    /// The message.
    pub message: String,
    /// How far the compiler had got.
    pub phase: Phase,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// An earlier run's build that stood for this one's first.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ReusedBuild {
    /// Seconds since it ended.
    pub age_seconds: u64,
    /// Seconds it took.
    pub seconds: f64,
}

/// How one plugin's circuit breaker stands.
#[derive(Clone, Debug, Serialize)]
pub struct BreakerReport {
    /// The plugin's name.
    pub plugin: String,
    /// Its version.
    pub version: String,
    /// The state.
    #[serde(flatten)]
    pub breaker: BreakerState,
}

/// The whole run.
#[derive(Clone, Debug, Serialize)]
pub struct RunReport {
    /// How it ended.
    pub outcome: Outcome,
    /// The command, as run.
    pub command: Vec<String>,
    /// Unique errors before.
    pub errors_before: usize,
    /// Unique errors in the state that was kept.
    pub errors_after: usize,
    /// Rounds begun.
    pub rounds: usize,
    /// Builds run.
    pub builds: usize,
    /// Calls made to fixers.
    pub calls: usize,
    /// Seconds the builds took.
    pub build_seconds: f64,
    /// Seconds the fixers' calls and everything around took.
    pub own_seconds: f64,
    /// Where those seconds went.
    pub steps: Steps,
    /// The build that was not run because nothing had changed since it failed;
    /// not counted in `builds`.
    pub reused: Option<ReusedBuild>,
    /// The plugins that were loaded, by name; the others' classes did not
    /// occur.
    pub plugins_loaded: Vec<String>,
    /// Every error of the first build and every one that is left.
    pub diagnostics: Vec<DiagnosticReport>,
    /// What was kept, in order.
    pub fixes: Vec<FixRecord>,
    /// The changes as a unified diff.
    pub diff: String,
    /// How to take it back: the journal's run, if anything was written.
    pub undo: Option<String>,
    /// What the result cache was good for; `None` if it was not used.
    pub cache: Option<CacheReport>,
    /// The plugins whose circuit breaker is not closed, and those with failures
    /// that count.
    pub breakers: Vec<BreakerReport>,
    /// The user, or the end of the time allowed, stopped it.
    pub cancelled: bool,
    /// What the user should know besides.
    pub warnings: Vec<String>,
}
