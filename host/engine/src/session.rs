//! The tree and its builds: moves the tree from one state to another through
//! the journal, and builds it there.

use crate::ahead::Ahead;
use crate::build::{self, BuildError, BuildOutcome};
use crate::command::Instrumented;
use crate::event::{Event, Events};
use crate::failures::Failures;
use crate::log::Log;
use crate::problem::{self, LineMap, Problem};
use crate::reuse::Kept;
use crate::steps::{Steps, add};
use buildfix_diagnostics::{Matcher, Phase};
use buildfix_workspace::Workspace;
use buildfix_workspace::edits::Changeset;
use buildfix_workspace::files::Expected;
use buildfix_workspace::journal::{ApplyError, RunLog};
use buildfix_workspace::symbols::SymbolIndex;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What the tree holds where it differs from how the run found it.
pub type State = BTreeMap<String, Option<Arc<[u8]>>>;

/// A state and what its build said.
#[derive(Clone, Debug)]
pub struct Built {
    /// The state.
    pub state: State,
    /// Errors and warnings.
    pub problems: Arc<Vec<Problem>>,
    /// Whether the build is green.
    pub success: bool,
    /// Unique errors; `usize::MAX` for a build that failed without one.
    pub errors: usize,
    /// Errors as printed, repeats included; `usize::MAX` likewise.
    pub raw_errors: usize,
    /// The first phase that has an error.
    pub phase: Phase,
    /// The last output that no parser knew.
    pub tail: String,
    /// How the command ended.
    pub status: String,
    /// How long it took.
    pub elapsed: Duration,
    /// What it printed, if that is to be kept.
    pub log: Option<Arc<Log>>,
}

impl Built {
    /// Whether this state may replace `other` as the best one: green, or
    /// fewer errors, or as many of a later phase. A state with more errors
    /// than `start` in any count is never better.
    #[must_use]
    pub fn better_than(&self, other: &Self, start: &Self) -> bool {
        if self.success || other.success {
            return self.success && !other.success;
        }
        if self.errors > start.errors || self.raw_errors > start.raw_errors {
            return false;
        }
        (self.errors, std::cmp::Reverse(self.phase))
            < (other.errors, std::cmp::Reverse(other.phase))
    }
}

/// What a step of the search can fail with.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The build could not be run to its end.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The files could not be written.
    #[error(transparent)]
    Apply(#[from] ApplyError),
}

/// One run's tree and builds.
pub struct Session<'a> {
    /// Where the build runs and files are changed.
    pub workspace: Arc<Workspace>,
    /// The build.
    pub command: Instrumented,
    /// Where the command runs.
    pub dir: PathBuf,
    /// The user's matchers.
    pub matchers: Vec<Matcher>,
    /// Ends a build that takes longer.
    pub build_limit: Option<Duration>,
    /// True once the user asked to stop.
    pub cancel: watch::Receiver<bool>,
    /// Who listens.
    pub events: &'a dyn Events,
    /// The journal's run.
    pub journal: RunLog,
    /// Builds run so far.
    pub builds: usize,
    /// Time they took.
    pub build_time: Duration,
    /// The workspace's declarations.
    pub symbols: Arc<SymbolIndex>,
    /// Who works ahead while the first build runs.
    pub ahead: Option<Ahead>,
    /// Where failed calls are recorded; `None`: nowhere.
    pub failures: Option<Failures>,
    /// Time that everything else took.
    pub steps: Steps,
    /// What is on disk.
    current: State,
    /// Contents at the run's start of every file touched so far.
    originals: State,
}

impl<'a> Session<'a> {
    /// A session over a tree as it is now.
    #[expect(clippy::too_many_arguments, reason = "a plain list of parts")]
    pub fn new(
        workspace: Arc<Workspace>,
        command: Instrumented,
        dir: PathBuf,
        matchers: Vec<Matcher>,
        build_limit: Option<Duration>,
        cancel: watch::Receiver<bool>,
        events: &'a dyn Events,
        journal: RunLog,
        symbols: Arc<SymbolIndex>,
    ) -> Self {
        Self {
            workspace,
            command,
            dir,
            matchers,
            build_limit,
            cancel,
            events,
            journal,
            builds: 0,
            build_time: Duration::ZERO,
            symbols,
            ahead: None,
            failures: None,
            steps: Steps::default(),
            current: State::new(),
            originals: State::new(),
        }
    }

    /// The state that follows from `base` by `changes`, which must be composed
    /// over `base`.
    #[must_use]
    pub fn after(base: &State, changes: &Changeset) -> State {
        let mut state = base.clone();
        for (path, change) in &changes.changes {
            state.insert(path.clone(), change.after.as_deref().map(Arc::from));
        }
        state
    }

    /// Notes what files held at the run's start; to be called with every change
    /// before it is first applied.
    pub fn remember(&mut self, changes: &Changeset) {
        for (path, change) in &changes.changes {
            // A file that no state holds yet is as the run found it.
            self.originals
                .entry(path.clone())
                .or_insert_with(|| change.before.as_deref().map(Arc::from));
        }
    }

    /// Makes the tree hold `target`.
    ///
    /// # Errors
    /// When a file was changed by somebody else or cannot be written; nothing
    /// has changed then.
    pub fn move_to(&mut self, target: &State) -> Result<(), ApplyError> {
        let started = Instant::now();
        let changes = self.changes(&self.current, target);
        if !changes.is_empty() {
            self.journal.apply(&changes)?;
            self.workspace.refresh();
        }
        self.current = target.clone();
        add(&mut self.steps.apply, started.elapsed());
        Ok(())
    }

    /// What leads from one state to another.
    #[must_use]
    pub fn changes(&self, from: &State, to: &State) -> Changeset {
        let content = |state: &State, path: &String| {
            state
                .get(path)
                .or_else(|| self.originals.get(path))
                .cloned()
                .flatten()
        };
        let mut changes = Changeset::default();
        for path in from.keys().chain(to.keys()) {
            let (before, after) = (content(from, path), content(to, path));
            if before != after {
                changes.insert(path, before.map(|b| b.to_vec()), after.map(|b| b.to_vec()));
            }
        }
        changes
    }

    /// Moves to a state and builds it.
    ///
    /// # Errors
    /// [`StepError`]. The tree is at `state` unless writing it failed.
    pub async fn build(&mut self, state: State, purpose: &str) -> Result<Built, StepError> {
        self.move_to(&state)?;
        self.builds += 1;
        let number = self.builds;
        self.events.emit(Event::BuildStarted { number, purpose });
        let ahead = self.ahead.as_ref();
        let outcome = build::run(
            &self.command,
            &self.dir,
            &self.matchers,
            self.build_limit,
            self.cancel.clone(),
            self.events,
            &|diagnostic| ahead.into_iter().for_each(|ahead| ahead.saw(diagnostic)),
        )
        .await?;
        self.build_time += outcome.elapsed;
        // Only the first build is worth working ahead of.
        self.ahead = None;
        // The build may have made files or taken some away.
        self.workspace.refresh();
        let built = self.placed(state, outcome);
        self.events.emit(Event::BuildFinished {
            number,
            success: built.success,
            errors: built
                .problems
                .iter()
                .filter(|p| p.diagnostic.is_error())
                .count(),
            elapsed: built.elapsed,
        });
        Ok(built)
    }

    /// Takes what an earlier run's build of the tree as it is printed for the
    /// first build of this one. It counts as one, for it may have to be run
    /// later.
    pub fn reuse(&mut self, kept: Kept) -> Built {
        self.builds += 1;
        self.events.emit(Event::BuildReused {
            age: kept.age(),
            elapsed: kept.elapsed,
        });
        let mut outcome = build::again(kept.log, &self.command, &self.matchers, self.events);
        outcome.status = kept.status;
        outcome.elapsed = kept.elapsed;
        self.placed(State::new(), outcome)
    }

    fn placed(&mut self, state: State, outcome: BuildOutcome) -> Built {
        let started = Instant::now();
        add(&mut self.steps.parse, outcome.parsing);
        let built = built(&self.workspace, state, outcome);
        add(&mut self.steps.place, started.elapsed());
        built
    }

    /// What a file is to hold in a state that is on disk.
    #[must_use]
    pub fn expected<'s>(&'s self, state: &'s State, path: &str) -> Expected<'s> {
        match state.get(path) {
            Some(bytes) => Expected::Bytes(bytes.as_deref()),
            None if self.has_touched(path) => Expected::Same,
            None => Expected::Untouched,
        }
    }

    /// Whether this run has changed the file before.
    #[must_use]
    pub fn has_touched(&self, path: &str) -> bool {
        self.originals.contains_key(path)
    }

    /// Moves to the final state, file by file where all at once is refused, so
    /// that one file changed by somebody else does not keep the others from
    /// being restored. Gives what could not be written.
    pub fn settle(&mut self, target: &State) -> Vec<String> {
        if self.move_to(target).is_ok() {
            return Vec::new();
        }
        let mut failures = Vec::new();
        for (path, change) in self.changes(&self.current, target).changes {
            let mut one = Changeset::default();
            one.changes.insert(path.clone(), change);
            match self.journal.apply(&one) {
                Ok(_) => {
                    let content = target
                        .get(&path)
                        .or_else(|| self.originals.get(&path))
                        .cloned();
                    self.current.insert(path, content.flatten());
                }
                Err(error) => failures.push(error.to_string()),
            }
        }
        failures
    }

    /// Runs the other compiler over the tree as it is, and gives what it
    /// proposes; nothing where there is none or it cannot be run.
    pub async fn hints(&mut self) -> Vec<buildfix_diagnostics::Diagnostic> {
        let Some(argv) = self.command.hint.clone() else {
            return Vec::new();
        };
        let command = Instrumented {
            argv,
            hint: None,
            ..self.command.clone()
        };
        let quiet = crate::event::Silent;
        let limit = Some(self.build_limit.unwrap_or(Duration::from_secs(120)));
        match build::run(
            &command,
            &self.dir,
            &self.matchers,
            limit,
            self.cancel.clone(),
            &quiet,
            &|_| (),
        )
        .await
        {
            Ok(outcome) => outcome.diagnostics,
            Err(error) => {
                tracing::debug!(%error, "no hints");
                Vec::new()
            }
        }
    }

    /// How lines moved between two states.
    #[must_use]
    pub fn line_map(&self, from: &State, to: &State) -> LineMap {
        let mut map = LineMap::default();
        for (path, change) in &self.changes(from, to).changes {
            let text = |bytes: &Option<Vec<u8>>| {
                bytes
                    .as_deref()
                    .map(|b| String::from_utf8_lossy(b).into_owned())
                    .unwrap_or_default()
            };
            map.add(path, &text(&change.before), &text(&change.after));
        }
        map
    }
}

/// Places what a build said.
#[must_use]
pub fn built(workspace: &Workspace, state: State, outcome: BuildOutcome) -> Built {
    let problems = problem::place(workspace, outcome.diagnostics);
    let errors = problems.iter().filter(|p| p.diagnostic.is_error()).count();
    let silent = !outcome.success && errors == 0;
    let phase = problems
        .iter()
        .filter(|p| p.diagnostic.is_error())
        .map(Problem::phase)
        .min()
        .unwrap_or(Phase::Setup);
    Built {
        state,
        problems: Arc::new(problems),
        success: outcome.success,
        errors: if silent { usize::MAX } else { errors },
        raw_errors: if silent {
            usize::MAX
        } else {
            outcome.raw_errors
        },
        phase,
        tail: outcome.tail,
        status: outcome.status,
        elapsed: outcome.elapsed,
        log: outcome
            .log
            .filter(|_| !outcome.success && !silent)
            .map(Arc::new),
    }
}
