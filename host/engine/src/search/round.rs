//! One round: what was chosen is tried together, the culprits are replaced by
//! their runners-up, and what stands is the next state.

use super::choose::{composed, pick, touched};
use super::{ALONE, ATTEMPTS, Kept, LARGE, MINIMIZE, Node, Search};
use crate::dispatch::{Candidate, Proposals};
use crate::event::Event;
use crate::judge::{Verdict, first_line, judge};
use crate::learned;
use crate::ledger::NotTried;
use crate::problem::{self, Problem, ProblemKey};
use crate::report::FixRecord;
use crate::sample::{self};
use crate::session::{Built, StepError};
use buildfix_workspace::edits::Snapshot;
use std::collections::BTreeSet;

impl Search<'_, '_> {
    /// Tries what was proposed. `None` if nothing of it holds.
    pub(super) async fn round(
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
                let signature = learned::signature(&candidates[*index], &problems);
                self.learned
                    .judged(candidates[*index].key, signature, false);
                self.refute(&problems, &candidates[*index], &reason, again);
            }
            if keep.len() > LARGE && attempt > 0 {
                within = Some(keep.iter().copied().collect());
            }
        }
        self.alone(here, candidates, &partly, &base).await
    }

    /// Bans what is of a kind that did not stand the sample.
    pub(super) fn hold_back_refuted(
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
    pub(super) async fn alone(
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

    pub(super) async fn minimize(
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

    pub(super) fn refute(
        &mut self,
        problems: &[Problem],
        candidate: &Candidate,
        reason: &str,
        again: bool,
    ) {
        if !again {
            *self.refuted.entry(candidate.key).or_default() += 1;
        }
        let record = record(candidate, problems, reason);
        let keys: Vec<ProblemKey> = candidate.targets.iter().map(|t| problems[*t].key).collect();
        self.ledger.reverted(&keys, &record, reason);
        self.session.events.emit(Event::Reverted(&record));
    }

    pub(super) fn keep(
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
                signature: learned::signature(candidate, problems),
            });
        }
        Node { built, chain }
    }
}

pub(super) fn hidden_reason(built: &Built) -> String {
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

pub(super) fn record(candidate: &Candidate, problems: &[Problem], reason: &str) -> FixRecord {
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

pub(super) fn purpose(candidates: &[Candidate], chosen: &[usize]) -> String {
    match chosen {
        [one] => candidates[*one].fix.title.clone(),
        many => format!("{} fixes", many.len()),
    }
}
