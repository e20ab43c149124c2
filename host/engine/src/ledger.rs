//! What is known of each error across rounds, so that every one ends in a
//! reported state.

use crate::dispatch::{Candidate, Proposals};
use crate::problem::{Problem, ProblemKey};
use crate::report::{Attempt, Fate, FixRecord};
use buildfix_workspace::Applicability;
use std::collections::BTreeMap;

/// Attempts told of one error, at most.
const ATTEMPTS_TOLD: usize = 8;

/// Why a proposal was not tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTried {
    /// It did not work before.
    Refuted,
    /// Its tier is not applied.
    Tier(Applicability),
    /// `--only` or `--exclude`.
    Filtered,
    /// It touches a file with uncommitted changes.
    Dirty,
    /// So many of its kind were tried and none held.
    Sampled(usize),
}

#[derive(Clone, Debug, Default)]
struct Entry {
    asked: Vec<String>,
    notes: Vec<String>,
    failures: Vec<String>,
    proposals: usize,
    reverted: Vec<Attempt>,
    overlapped: Vec<Attempt>,
    held_back: Vec<Attempt>,
    dirty: bool,
}

/// The book.
#[derive(Clone, Debug, Default)]
pub struct Ledger(BTreeMap<ProblemKey, Entry>);

impl Ledger {
    /// Who was asked about what, and what they said.
    pub fn asked(&mut self, problems: &[Problem], proposals: &Proposals) {
        for (index, problem) in problems.iter().enumerate() {
            let entry = self.0.entry(problem.key).or_default();
            let of =
                |map: &BTreeMap<usize, Vec<String>>| map.get(&index).cloned().unwrap_or_default();
            entry.asked = of(&proposals.asked);
            entry.notes = of(&proposals.notes);
            entry.failures = of(&proposals.failures);
            entry.proposals = 0;
        }
        for target in proposals
            .candidates
            .iter()
            .flat_map(|candidate| &candidate.targets)
        {
            if let Some(entry) = self.0.get_mut(&problems[*target].key) {
                entry.proposals += 1;
            }
        }
    }

    /// A proposal was not tried.
    pub fn not_tried(&mut self, problems: &[Problem], candidate: &Candidate, why: NotTried) {
        for target in &candidate.targets {
            let entry = self.0.entry(problems[*target].key).or_default();
            let reason = match why {
                NotTried::Refuted => continue,
                NotTried::Dirty => {
                    entry.dirty = true;
                    continue;
                }
                NotTried::Tier(Applicability::Placeholder) => {
                    "it compiles but is not correct; `--placeholders` applies such fixes".to_owned()
                }
                NotTried::Tier(tier) => {
                    format!("fixes of tier {} are shown, not applied", tier.as_str())
                }
                NotTried::Sampled(tried) => format!(
                    "of {tried} like it that were tried none held; `--no-sample` tries each"
                ),
                NotTried::Filtered => "left out by --only or --exclude".to_owned(),
            };
            push(&mut entry.held_back, attempt(candidate, &reason));
        }
    }

    /// A proposal lost to another one's edits.
    pub fn overlapped(&mut self, problems: &[Problem], candidate: &Candidate, reason: &str) {
        for target in &candidate.targets {
            let entry = self.0.entry(problems[*target].key).or_default();
            push(&mut entry.overlapped, attempt(candidate, reason));
        }
    }

    /// A proposal was tried and taken back.
    pub fn reverted(&mut self, keys: &[ProblemKey], record: &FixRecord, reason: &str) {
        for key in keys {
            let attempt = Attempt {
                fixer: record.fixer.clone(),
                tier: record.tier,
                title: record.title.clone(),
                reason: reason.to_owned(),
            };
            push(&mut self.0.entry(*key).or_default().reverted, attempt);
        }
    }

    /// Why an error that is left was not fixed.
    #[must_use]
    pub fn fate(&self, problem: &Problem) -> Fate {
        if problem.file.is_none() {
            return Fate::Outside;
        }
        let Some(entry) = self.0.get(&problem.key) else {
            return Fate::OutOfBudget;
        };
        if entry.dirty {
            return Fate::Dirty;
        }
        if !entry.held_back.is_empty() && entry.reverted.is_empty() {
            return Fate::NotByDefault {
                attempts: entry.held_back.clone(),
            };
        }
        if !entry.reverted.is_empty() {
            return Fate::Reverted {
                attempts: entry.reverted.clone(),
            };
        }
        if !entry.overlapped.is_empty() {
            return Fate::Overlapped {
                attempts: entry.overlapped.clone(),
            };
        }
        if entry.proposals > 0 {
            return Fate::OutOfBudget;
        }
        if !entry.failures.is_empty() {
            return Fate::FixerFailed {
                messages: entry.failures.clone(),
            };
        }
        if entry.asked.is_empty() {
            return Fate::NoFixer;
        }
        Fate::NoProposal {
            asked: entry.asked.clone(),
            notes: entry.notes.clone(),
        }
    }
}

fn attempt(candidate: &Candidate, reason: &str) -> Attempt {
    Attempt {
        fixer: candidate.fix.fixer.clone(),
        tier: candidate.fix.applicability,
        title: candidate.fix.title.clone(),
        reason: reason.to_owned(),
    }
}

fn push(attempts: &mut Vec<Attempt>, attempt: Attempt) {
    let known = attempts.iter().any(|other| {
        (&other.fixer, &other.title, &other.reason)
            == (&attempt.fixer, &attempt.title, &attempt.reason)
    });
    if !known && attempts.len() < ATTEMPTS_TOLD {
        attempts.push(attempt);
    }
}
