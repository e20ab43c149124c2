//! The rounds: propose, try, judge, keep or take back, until the build is
//! green or nothing is left to try.
//!
//! One round starts from a built state. It picks for every error the best
//! proposal not yet refuted, tries them together, charges what is new to the
//! fix that edited there, replaces the culprits by their runners-up and tries
//! again. What is left standing is the next state.
//!
//! A state may for a few rounds have more errors than the best one, for a right
//! fix often uncovers errors. When nothing better comes of it, the search goes
//! back to the best state and halves the batch: that is the bisection which
//! finds the fix that did it. The tree always ends at the best state proved.

mod choose;
mod round;

use crate::breaker::Breakers;
use crate::build::{BuildError, cancelled};
use crate::dispatch::{Cancelled, Dispatch, FixKey, Fixer, Proposals};
use crate::event::Event;
use crate::judge::first_line;
use crate::learned::{LearnOptions, Learned};
use crate::ledger::Ledger;
use crate::problem::{self, Problem, ProblemKey};
use crate::report::FixRecord;
use crate::routes::Routes;
use crate::sample::Sampling;
use crate::services::RoundServices;
use crate::session::{Built, Session, StepError};
use crate::steps::add;
use buildfix_diagnostics::Suggestion;
use buildfix_learn::Signature;
use buildfix_sandbox::cache::ResultCache;
use buildfix_workspace::symbols::SymbolIndex;
use buildfix_workspace::syntax::Syntax;
use choose::{named, pick};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Rounds that may pass without a better state before the search goes back.
const LOOK_AHEAD: usize = 3;

/// Builds that one round may take to replace culprits by their runners-up.
const ATTEMPTS: usize = 12;

/// Builds of a run, unless the user says.
pub const BUILDS: usize = 60;

/// The same for a project with many errors, whose builds take long.
pub const BUILDS_LARGE: usize = 20;

/// Errors that are many.
pub const MANY: usize = 100;

/// A batch with more sound fixes than this does not wait for the runners-up of
/// its culprits: they come in the next round.
const LARGE: usize = 20;

/// Partly working fixes that a round without any other success tries alone.
const ALONE: usize = 3;

/// A green batch up to this size is made smaller: each fix that the build
/// stays green without is taken back.
const MINIMIZE: usize = 10;

/// What the user allows and wants.
#[derive(Clone, Debug)]
pub struct SearchOptions {
    /// Rounds, at most.
    pub max_rounds: usize,
    /// Builds, at most, the first included; by default [`BUILDS`], or
    /// [`BUILDS_LARGE`] where there are more than [`MANY`] errors.
    pub max_builds: Option<usize>,
    /// Which plugins are asked about which classes.
    pub routes: Routes,
    /// The plugins' circuit breakers.
    pub breakers: Arc<Breakers>,
    /// A call of a fixer that takes longer is told of.
    pub slow_call: Duration,
    /// Whether fixes that compile but are not correct may be applied.
    pub placeholders: bool,
    /// Only these classes or fixers (`*` matches any run of characters); all
    /// if empty.
    pub only: Vec<String>,
    /// Not these.
    pub exclude: Vec<String>,
    /// Whether files may be touched that version control would lose changes of.
    pub allow_dirty: bool,
    /// Where results of calls are kept; `None` to make every call.
    pub cache: Option<ResultCache>,
    /// Whether a build with more than [`crate::sample::ABOVE`] errors has a sample of
    /// each kind tried before the rest.
    pub sample: bool,
    /// What is used of what was learned.
    pub learn: LearnOptions,
}

/// A kept fix and the errors that went away with it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// For the report.
    pub record: FixRecord,
    /// The errors that it answered and that are gone.
    pub answered: Vec<ProblemKey>,
    pub(crate) key: FixKey,
    /// What a verdict on it would be of.
    pub(crate) signature: Option<Signature>,
}

/// A built state and how it was reached.
#[derive(Clone, Debug)]
pub struct Node {
    /// The state.
    pub built: Built,
    /// The fixes from the start to here.
    pub chain: Vec<Kept>,
}

/// One run's search.
pub struct Search<'s, 'e> {
    /// The tree and its builds.
    pub session: &'s mut Session<'e>,
    /// Who can be asked.
    pub fixers: &'s [Fixer],
    /// What the user allows.
    pub options: &'s SearchOptions,
    /// What is known of each error.
    pub ledger: Ledger,
    /// The first build.
    pub start: Built,
    /// The best state proved.
    pub best: Node,
    /// Rounds begun.
    pub rounds: usize,
    /// Calls made.
    pub calls: usize,
    /// What earlier runs know, and what this one finds.
    pub(crate) learned: Learned,
    syntax: Arc<Syntax>,
    symbols: Arc<SymbolIndex>,
    refuted: BTreeMap<FixKey, usize>,
    batch_limit: usize,
    max_builds: usize,
    hinted: BTreeSet<Vec<FixKey>>,
    sampling: Sampling,
}

impl<'s, 'e> Search<'s, 'e> {
    /// A search from the first build's state.
    #[must_use]
    pub fn new(
        session: &'s mut Session<'e>,
        fixers: &'s [Fixer],
        options: &'s SearchOptions,
        start: Built,
    ) -> Self {
        let max_builds = options.max_builds.unwrap_or_else(|| default_builds(&start));
        let symbols = session.symbols.clone();
        Self {
            session,
            fixers,
            options,
            ledger: Ledger::default(),
            best: Node {
                built: start.clone(),
                chain: Vec::new(),
            },
            start,
            rounds: 0,
            calls: 0,
            learned: Learned::default(),
            syntax: Arc::new(Syntax::new()),
            symbols,
            refuted: BTreeMap::new(),
            batch_limit: usize::MAX,
            max_builds,
            hinted: BTreeSet::new(),
            sampling: Sampling::default(),
        }
    }

    /// Searches until green, no progress, or the budget's end. The tree may be
    /// at any state afterwards: move it to [`Self::best`].
    ///
    /// # Errors
    /// [`StepError`]; what was reached until then is in [`Self::best`].
    pub async fn run(&mut self) -> Result<(), StepError> {
        let mut here = self.best.clone();
        let mut without_gain = 0;
        let mut hints = false;
        while !here.built.success && self.rounds < self.options.max_rounds && self.builds_left() > 0
        {
            self.rounds += 1;
            let errors = here
                .built
                .problems
                .iter()
                .filter(|p| p.diagnostic.is_error())
                .count();
            self.session.events.emit(Event::RoundStarted {
                round: self.rounds,
                errors,
            });
            let proposals = self.propose(&here, hints).await?;
            let next = self.round(&here, &proposals).await?;
            match next {
                Some(next) if next.built.better_than(&self.best.built, &self.start) => {
                    self.best = next.clone();
                    here = next;
                    without_gain = 0;
                    hints = false;
                    self.batch_limit = self.batch_limit.saturating_mul(2);
                }
                Some(next) if without_gain + 1 < LOOK_AHEAD => {
                    here = next;
                    without_gain += 1;
                }
                // At the end of a way that led nowhere.
                other => {
                    let way =
                        other.as_ref().unwrap_or(&here).chain[self.best.chain.len()..].to_vec();
                    if way.is_empty() {
                        if !hints && self.worth_hints(&here) {
                            hints = true;
                            continue;
                        }
                        break;
                    }
                    self.give_up(&way, other.as_ref().unwrap_or(&here));
                    here = self.best.clone();
                    without_gain = 0;
                }
            }
        }
        Ok(())
    }

    fn builds_left(&self) -> usize {
        self.max_builds.saturating_sub(self.session.builds)
    }

    /// The way from the best state led nowhere: try half as much at a time,
    /// and refute what did not work alone.
    fn give_up(&mut self, way: &[Kept], end: &Node) {
        if way.len() > 1 && self.batch_limit > 1 {
            self.batch_limit = (way.len().min(self.batch_limit) / 2).max(1);
            return;
        }
        let reason = match end.built.problems.iter().find(|p| p.diagnostic.is_error()) {
            Some(problem) => format!(
                "it uncovered errors that nothing here mends, such as `{}` at {}",
                first_line(&problem.diagnostic.message),
                problem.location()
            ),
            None => "the build then failed without a diagnostic".to_owned(),
        };
        for kept in way {
            self.learned.judged(kept.key, kept.signature.clone(), false);
            *self.refuted.entry(kept.key).or_default() += 1;
            self.ledger.reverted(&kept.answered, &kept.record, &reason);
            self.session.events.emit(Event::Reverted(&FixRecord {
                reason: reason.clone(),
                ..kept.record.clone()
            }));
        }
    }

    fn worth_hints(&mut self, here: &Node) -> bool {
        self.session.command.hint.is_some()
            && self.builds_left() > 0
            && self
                .hinted
                .insert(here.chain.iter().map(|kept| kept.key).collect())
    }

    pub(crate) async fn propose(
        &mut self,
        here: &Node,
        hints: bool,
    ) -> Result<Proposals, StepError> {
        self.session.move_to(&here.built.state)?;
        let mut problems = (*here.built.problems).clone();
        if hints {
            let found = self.session.hints().await;
            attach_hints(
                &mut problems,
                problem::place(&self.session.workspace, found),
            );
        }
        let started = Instant::now();
        let workspace = self.session.workspace.clone();
        let wanted: Vec<Fixer> = self
            .fixers
            .iter()
            .filter(|fixer| !named(&self.options.exclude, fixer.name()))
            .cloned()
            .collect();
        let mut cancel = self.session.cancel.clone();
        let symbols = self.symbols.clone();
        // It may take seconds, and the user may want to stop meanwhile.
        let refreshed = tokio::task::spawn_blocking(move || symbols.refresh());
        tokio::select! {
            _ = refreshed => {}
            () = cancelled(&mut cancel) => return Err(BuildError::Cancelled.into()),
        }
        let services = Arc::new(RoundServices::new(
            workspace.clone(),
            self.syntax.clone(),
            self.symbols.clone(),
        ));
        let dispatch = Dispatch {
            fixers: &wanted,
            routes: &self.options.routes,
            services,
            cache: self.options.cache.clone(),
            workspace: &workspace,
            breakers: &self.options.breakers,
            failures: self.session.failures.as_ref(),
            slow: self.options.slow_call,
            cancel,
            events: self.session.events,
        };
        let mut proposals = dispatch
            .propose(&problems)
            .await
            .map_err(|Cancelled| BuildError::Cancelled)?;
        self.learned.add(&problems, &mut proposals);
        self.calls += proposals.calls;
        add(&mut self.session.steps.dispatch, started.elapsed());
        for message in &proposals.failure_messages {
            self.session.events.emit(Event::FixerFailed { message });
        }
        self.session.events.emit(Event::Proposed {
            fixes: proposals.candidates.len(),
            calls: proposals.calls,
            elapsed: started.elapsed(),
        });
        self.ledger.asked(&problems, &proposals);
        Ok(proposals)
    }

    /// Everything that is applied by default, composed but not built.
    pub(crate) fn once(&mut self, here: &Node, proposals: &Proposals) -> Option<Node> {
        let problems = here.built.problems.clone();
        let candidates = &proposals.candidates;
        let mut banned = self.banned(&problems, candidates);
        let base = self.base(candidates);
        let picked = pick(&problems, candidates, &banned, &[], None, usize::MAX);
        let (chosen, state) =
            self.compose(here, &problems, candidates, picked, &base, &mut banned)?;
        let answered: BTreeSet<ProblemKey> = chosen
            .iter()
            .flat_map(|index| &candidates[*index].targets)
            .map(|target| problems[*target].key)
            .collect();
        let left = problems
            .iter()
            .filter(|p| !answered.contains(&p.key))
            .cloned()
            .collect();
        let built = Built {
            state,
            problems: Arc::new(left),
            ..here.built.clone()
        };
        let mut node = self.keep(here, candidates, &chosen, here.built.clone(), None);
        node.built = built;
        Some(node)
    }
}

fn default_builds(start: &Built) -> usize {
    if start.errors > MANY {
        BUILDS_LARGE
    } else {
        BUILDS
    }
}

fn attach_hints(problems: &mut [Problem], hints: Vec<Problem>) {
    for hint in hints
        .into_iter()
        .filter(|hint| !hint.diagnostic.suggestions.is_empty())
    {
        let Some(path) = hint.path() else { continue };
        let nearest = problems
            .iter_mut()
            .filter(|problem| problem.diagnostic.is_error() && problem.path() == Some(path))
            .min_by_key(|problem| problem.place.0.abs_diff(hint.place.0));
        if let Some(problem) = nearest {
            for suggestion in hint.diagnostic.suggestions {
                let applicability = format!("hint:{}", suggestion.applicability);
                let known = problem
                    .diagnostic
                    .suggestions
                    .iter()
                    .any(|other| other.replacements == suggestion.replacements);
                if !known {
                    problem.diagnostic.suggestions.push(Suggestion {
                        applicability,
                        ..suggestion
                    });
                }
            }
        }
    }
}
