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

use crate::breaker::Breakers;
use crate::build::{BuildError, cancelled};
use crate::dispatch::{Cancelled, Candidate, Dispatch, FixKey, Fixer, Proposals};
use crate::event::Event;
use crate::judge::{Verdict, first_line, judge};
use crate::ledger::{Ledger, NotTried};
use crate::problem::{self, Problem, ProblemKey};
use crate::report::FixRecord;
use crate::sample::{self, Sampling};
use crate::services::RoundServices;
use crate::session::{Built, Session, State, StepError};
use crate::steps::add;
use buildfix_diagnostics::{Phase, Suggestion};
use buildfix_sandbox::cache::ResultCache;
use buildfix_workspace::edits::{self, Snapshot};
use buildfix_workspace::symbols::SymbolIndex;
use buildfix_workspace::syntax::Syntax;
use buildfix_workspace::{Applicability, FileEdit, Fix};
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
    /// Whether a build with more than [`sample::ABOVE`] errors has a sample of
    /// each kind tried before the rest.
    pub sample: bool,
}

/// A kept fix and the errors that went away with it.
#[derive(Clone, Debug)]
pub struct Kept {
    /// For the report.
    pub record: FixRecord,
    /// The errors that it answered and that are gone.
    pub answered: Vec<ProblemKey>,
    key: FixKey,
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
            services,
            cache: self.options.cache.clone(),
            workspace: &workspace,
            breakers: &self.options.breakers,
            slow: self.options.slow_call,
            cancel,
            events: self.session.events,
        };
        let proposals = dispatch
            .propose(&problems)
            .await
            .map_err(|Cancelled| BuildError::Cancelled)?;
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

    /// Why a candidate is not tried, if it is not.
    fn hold_back(
        &self,
        candidate: &Candidate,
        problems: &[Problem],
        dirty: &BTreeSet<String>,
    ) -> Option<NotTried> {
        if self.refuted.contains_key(&candidate.key) {
            return Some(NotTried::Refuted);
        }
        match candidate.fix.applicability {
            Applicability::Exact | Applicability::Verified => {}
            Applicability::Placeholder if self.options.placeholders => {}
            tier => return Some(NotTried::Tier(tier)),
        }
        let matches = |patterns: &[String]| {
            named(patterns, &candidate.fix.fixer)
                || candidate.targets.iter().any(|target| {
                    let diagnostic = &problems[*target].diagnostic;
                    named(patterns, &diagnostic.class) || named(patterns, &diagnostic.code)
                })
        };
        if matches(&self.options.exclude)
            || (!self.options.only.is_empty() && !matches(&self.options.only))
        {
            return Some(NotTried::Filtered);
        }
        touched(&candidate.fix)
            .find(|path| dirty.contains(*path))
            .map(|_| NotTried::Dirty)
    }

    /// Tries what was proposed. `None` if nothing of it holds.
    async fn round(
        &mut self,
        here: &Node,
        proposals: &Proposals,
    ) -> Result<Option<Node>, StepError> {
        let problems = here.built.problems.clone();
        let candidates = &proposals.candidates;
        let mut banned = self.banned(&problems, candidates);
        let base = self.base(candidates);
        let mut keep: Vec<usize> = Vec::new();
        let mut within: Option<BTreeSet<usize>> = None;
        let mut partly: Vec<usize> = Vec::new();
        let sampled = self.options.sample
            && problems.iter().filter(|p| p.diagnostic.is_error()).count() > sample::ABOVE;
        for attempt in 0..ATTEMPTS {
            if self.builds_left() == 0 {
                break;
            }
            self.hold_back_refuted(&problems, candidates, &mut banned);
            let mut picked = pick(
                &problems,
                candidates,
                &banned,
                &keep,
                within.as_ref(),
                self.batch_limit,
            );
            let all = picked.len();
            if sampled {
                picked = self.sampling.thin(&problems, candidates, &picked, &keep);
            }
            let thinned = picked.len() < all;
            let Some((chosen, state)) =
                self.compose(here, &problems, candidates, picked, &base, &mut banned)
            else {
                break;
            };
            let purpose = match thinned {
                true => format!("a sample, {} of {all} fixes", chosen.len()),
                false => purpose(candidates, &chosen),
            };
            let built = self.session.build(state, &purpose).await?;
            if built.success {
                let (chosen, built) = self
                    .minimize(here, candidates, chosen, built, &base)
                    .await?;
                return Ok(Some(self.keep(here, candidates, &chosen, built, None)));
            }
            let moved = self.session.line_map(&here.built.state, &built.state);
            let difference = problem::compare(&problems, &built.problems, &moved);
            let batch: Vec<&Candidate> = chosen.iter().map(|index| &candidates[*index]).collect();
            let mut verdicts = judge(
                &batch,
                &problems,
                &built.problems,
                &difference,
                &moved,
                &base,
            );
            if built.errors == usize::MAX {
                // Nothing to go by: hidden, so that the batch is halved.
                verdicts.fill(Verdict::Hidden);
            }
            if sampled {
                for (index, verdict) in chosen.iter().zip(&verdicts) {
                    if *verdict != Verdict::Hidden && !keep.contains(index) {
                        let good = *verdict == Verdict::Good;
                        self.sampling.judged(&candidates[*index], &problems, good);
                    }
                }
            }
            let bad = verdicts
                .iter()
                .any(|verdict| matches!(verdict, Verdict::Bad { .. }));
            let hidden = verdicts.contains(&Verdict::Hidden);
            if !bad && !hidden {
                return Ok(Some(self.keep(
                    here,
                    candidates,
                    &chosen,
                    built,
                    Some(&difference.gone),
                )));
            }
            if !bad && chosen.len() > 1 {
                // Something in the batch breaks what all of it depends on, and
                // its place does not say which: halve.
                within = Some(chosen[..chosen.len() / 2].iter().copied().collect());
                keep.clear();
                continue;
            }
            keep.clear();
            for (index, verdict) in chosen.iter().zip(verdicts) {
                let (reason, again) = match verdict {
                    Verdict::Good => {
                        keep.push(*index);
                        continue;
                    }
                    Verdict::Hidden if bad => {
                        keep.push(*index);
                        continue;
                    }
                    Verdict::Hidden => (hidden_reason(&built), false),
                    Verdict::Bad { reason, partly } => (reason, partly),
                };
                banned.insert(*index);
                if again {
                    partly.push(*index);
                }
                self.refute(&problems, &candidates[*index], &reason, again);
            }
            if keep.len() > LARGE && attempt > 0 {
                within = Some(keep.iter().copied().collect());
            }
        }
        self.alone(here, candidates, &partly, &base).await
    }

    /// Bans what is of a kind that did not stand the sample.
    fn hold_back_refuted(
        &mut self,
        problems: &[Problem],
        candidates: &[Candidate],
        banned: &mut BTreeSet<usize>,
    ) {
        for (index, candidate) in candidates.iter().enumerate() {
            if !banned.contains(&index)
                && let Some(tried) = self.sampling.refuted(candidate, problems)
            {
                self.ledger
                    .not_tried(problems, candidate, NotTried::Sampled(tried));
                banned.insert(index);
            }
        }
    }

    /// A last try for fixes that did mend something but brought something else
    /// where they edited: each alone, the one that leaves the fewest errors.
    async fn alone(
        &mut self,
        here: &Node,
        candidates: &[Candidate],
        partly: &[usize],
        base: &Snapshot,
    ) -> Result<Option<Node>, StepError> {
        let mut found: Option<(Vec<usize>, Built)> = None;
        for index in partly.iter().take(ALONE) {
            if self.builds_left() == 0 {
                break;
            }
            let Some(state) = composed(self.session, here, candidates, &[*index], base) else {
                continue;
            };
            let built = self.session.build(state, "one fix alone").await?;
            let fewest = found
                .as_ref()
                .map_or(here.built.errors, |(_, found)| found.errors);
            let better = built.success
                || built.errors < fewest
                || (found.is_none() && built.errors == fewest);
            if better {
                found = Some((vec![*index], built));
            }
        }
        for index in partly {
            *self.refuted.entry(candidates[*index].key).or_default() += 1;
        }
        Ok(found.map(|(chosen, built)| self.keep(here, candidates, &chosen, built, None)))
    }

    /// Resolves overlaps and composes; bans what cannot be applied. `None`
    /// where nothing is left to try.
    fn compose(
        &mut self,
        here: &Node,
        problems: &[Problem],
        candidates: &[Candidate],
        mut picked: Vec<usize>,
        base: &Snapshot,
        banned: &mut BTreeSet<usize>,
    ) -> Option<(Vec<usize>, State)> {
        loop {
            if picked.is_empty() {
                return None;
            }
            let fixes: Vec<Fix> = picked
                .iter()
                .map(|index| candidates[*index].fix.clone())
                .collect();
            let selection = edits::select(&fixes, base);
            for (at, dropped) in &selection.dropped {
                let index = picked[*at];
                if dropped.is_conflict() {
                    self.ledger
                        .overlapped(problems, &candidates[index], &dropped.to_string());
                } else {
                    banned.insert(index);
                    self.refute(problems, &candidates[index], &dropped.to_string(), false);
                }
            }
            let chosen: Vec<usize> = selection.chosen.iter().map(|at| picked[*at]).collect();
            if chosen.is_empty() {
                return None;
            }
            match composed(self.session, here, candidates, &chosen, base) {
                Some(state) if state != here.built.state => return Some((chosen, state)),
                _ => {
                    // Such as an import that the file already has.
                    for index in &chosen {
                        banned.insert(*index);
                        self.refute(
                            problems,
                            &candidates[*index],
                            "it would change nothing",
                            false,
                        );
                    }
                    picked.retain(|index| !banned.contains(index));
                }
            }
        }
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

    /// What may not be tried, told to the ledger.
    fn banned(&mut self, problems: &[Problem], candidates: &[Candidate]) -> BTreeSet<usize> {
        let dirty = self.dirty(candidates);
        let mut banned = BTreeSet::new();
        for (index, candidate) in candidates.iter().enumerate() {
            if let Some(why) = self.hold_back(candidate, problems, &dirty) {
                self.ledger.not_tried(problems, candidate, why);
                banned.insert(index);
            }
        }
        banned
    }

    /// The files that the candidates touch, as they are now.
    fn base(&self, candidates: &[Candidate]) -> Snapshot {
        let base = Snapshot::new(self.session.workspace.clone());
        base.load(
            candidates
                .iter()
                .flat_map(|candidate| touched(&candidate.fix)),
        );
        base
    }

    async fn minimize(
        &mut self,
        here: &Node,
        candidates: &[Candidate],
        mut chosen: Vec<usize>,
        mut built: Built,
        base: &Snapshot,
    ) -> Result<(Vec<usize>, Built), StepError> {
        if chosen.len() > MINIMIZE {
            return Ok((chosen, built));
        }
        for index in chosen.clone().into_iter().rev() {
            if chosen.len() == 1 || self.builds_left() == 0 {
                break;
            }
            let fewer: Vec<usize> = chosen
                .iter()
                .copied()
                .filter(|other| *other != index)
                .collect();
            let Some(state) = composed(self.session, here, candidates, &fewer, base) else {
                continue;
            };
            let without = self.session.build(state, "is each fix needed?").await?;
            if without.success {
                let record = record(
                    &candidates[index],
                    &here.built.problems,
                    "the build is green without it",
                );
                self.session.events.emit(Event::Reverted(&record));
                (chosen, built) = (fewer, without);
            }
        }
        Ok((chosen, built))
    }

    fn refute(&mut self, problems: &[Problem], candidate: &Candidate, reason: &str, again: bool) {
        if !again {
            *self.refuted.entry(candidate.key).or_default() += 1;
        }
        let record = record(candidate, problems, reason);
        let keys: Vec<ProblemKey> = candidate.targets.iter().map(|t| problems[*t].key).collect();
        self.ledger.reverted(&keys, &record, reason);
        self.session.events.emit(Event::Reverted(&record));
    }

    fn keep(
        &mut self,
        here: &Node,
        candidates: &[Candidate],
        chosen: &[usize],
        built: Built,
        gone: Option<&[usize]>,
    ) -> Node {
        let problems = &here.built.problems;
        let gone: Option<BTreeSet<usize>> = gone.map(|gone| gone.iter().copied().collect());
        let mut chain = here.chain.clone();
        for index in chosen {
            let candidate = &candidates[*index];
            let record = record(candidate, problems, "");
            self.session.events.emit(Event::Kept(&record));
            let answered = candidate
                .targets
                .iter()
                .filter(|target| gone.as_ref().is_none_or(|gone| gone.contains(target)))
                .map(|target| problems[*target].key)
                .collect();
            chain.push(Kept {
                record,
                answered,
                key: candidate.key,
            });
        }
        Node { built, chain }
    }

    /// Files that version control would lose changes of.
    fn dirty(&mut self, candidates: &[Candidate]) -> BTreeSet<String> {
        if self.options.allow_dirty {
            return BTreeSet::new();
        }
        let mut paths: Vec<String> = candidates
            .iter()
            .flat_map(|c| touched(&c.fix))
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        // What this run itself changed is not somebody's unsaved work.
        paths.retain(|path| !self.session.has_touched(path));
        match buildfix_workspace::vcs::dirty(self.session.workspace.root(), &paths) {
            Ok(dirty) => dirty.into_iter().collect(),
            Err(error) => {
                self.session.events.emit(Event::Warning(&error.to_string()));
                BTreeSet::new()
            }
        }
    }
}

fn default_builds(start: &Built) -> usize {
    if start.errors > MANY {
        BUILDS_LARGE
    } else {
        BUILDS
    }
}

fn hidden_reason(built: &Built) -> String {
    match built
        .problems
        .iter()
        .find(|p| p.diagnostic.is_error() && p.phase() == built.phase)
    {
        Some(new) => {
            format!(
                "it brought `{}` at {}",
                first_line(&new.diagnostic.message),
                new.location()
            )
        }
        None => "the build then failed without a diagnostic".to_owned(),
    }
}

fn composed(
    session: &mut Session<'_>,
    here: &Node,
    candidates: &[Candidate],
    chosen: &[usize],
    base: &Snapshot,
) -> Option<State> {
    let fixes: Vec<&Fix> = chosen.iter().map(|index| &candidates[*index].fix).collect();
    match edits::compose(&fixes, base) {
        Ok(changes) => {
            session.remember(&changes);
            Some(Session::after(&here.built.state, &changes))
        }
        Err(error) => {
            tracing::warn!(%error, "fixes that were compatible cannot be composed");
            None
        }
    }
}

/// The best proposal for every error that none of `keep` answers.
///
/// Of a file's errors only those of the earliest phase are taken, and of its
/// syntax errors only the first: what follows is mostly its echo.
fn pick(
    problems: &[Problem],
    candidates: &[Candidate],
    banned: &BTreeSet<usize>,
    keep: &[usize],
    within: Option<&BTreeSet<usize>>,
    limit: usize,
) -> Vec<usize> {
    let mut queues: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let open = !banned.contains(&index) && within.is_none_or(|within| within.contains(&index));
        if open {
            for target in &candidate.targets {
                queues.entry(*target).or_default().push(index);
            }
        }
    }
    let mut earliest: BTreeMap<&str, (Phase, usize, usize)> = BTreeMap::new();
    for target in queues.keys() {
        let problem = &problems[*target];
        if let Some(path) = problem.path() {
            let this = (problem.phase(), problem.range.start, *target);
            let known = earliest.entry(path).or_insert(this);
            *known = (*known).min(this);
        }
    }
    let mut picked = keep.to_vec();
    let mut known: BTreeSet<usize> = keep.iter().copied().collect();
    let mut answered: BTreeSet<usize> = keep
        .iter()
        .flat_map(|index| &candidates[*index].targets)
        .copied()
        .collect();
    for (target, queue) in &queues {
        if picked.len() >= limit.max(keep.len()) {
            break;
        }
        let problem = &problems[*target];
        let Some((phase, _, first)) = problem.path().and_then(|path| earliest.get(path)) else {
            continue;
        };
        let due = problem.phase() == *phase && (*phase != Phase::Syntax || target == first);
        if due
            && !answered.contains(target)
            && let Some(best) = queue.first()
        {
            answered.extend(&candidates[*best].targets);
            if known.insert(*best) {
                picked.push(*best);
            }
        }
    }
    picked
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

fn record(candidate: &Candidate, problems: &[Problem], reason: &str) -> FixRecord {
    let mut files: Vec<String> = touched(&candidate.fix).map(str::to_owned).collect();
    files.sort();
    files.dedup();
    FixRecord {
        fixer: candidate.fix.fixer.clone(),
        version: candidate.version.clone(),
        tier: candidate.fix.applicability,
        title: candidate.fix.title.clone(),
        files,
        answers: candidate
            .targets
            .iter()
            .map(|target| {
                let problem = &problems[*target];
                format!("{}: {}", problem.location(), problem.diagnostic.class)
            })
            .collect(),
        reason: reason.to_owned(),
    }
}

/// The files a fix touches, in no order, perhaps repeated.
pub fn touched(fix: &Fix) -> impl Iterator<Item = &str> {
    let files = fix.files.iter().flat_map(|edit| match edit {
        FileEdit::Create { path, .. } | FileEdit::Delete { path, .. } => [Some(path), None],
        FileEdit::Rename { path, to, .. } => [Some(path), Some(to)],
    });
    fix.edits
        .iter()
        .map(|edit| edit.path.as_str())
        .chain(files.flatten().map(String::as_str))
}

fn purpose(candidates: &[Candidate], chosen: &[usize]) -> String {
    match chosen {
        [one] => candidates[*one].fix.title.clone(),
        many => format!("{} fixes", many.len()),
    }
}

/// Whether a pattern with `*` names it.
fn named(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| {
        let short = name.rsplit_once('/').map_or(name, |(_, short)| short);
        glob(pattern, name) || glob(pattern, short)
    })
}

fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|text| {
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .any(|at| glob(rest, &text[at..]))
        }),
    }
}
