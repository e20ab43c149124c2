//! What earlier runs and the project's history add to a run: templates become
//! proposals, and verdicts order all of them. Both are tried like any other
//! proposal, and what the builds say of them is written down in turn.

mod builds;

pub use builds::{PastBuilds, PastBuildsError, learn_from_builds};

use crate::dispatch::{Candidate, FixKey, Proposals, answer};
use crate::problem::Problem;
use buildfix_learn::template::{FIXER, Subject};
use buildfix_learn::{Signature, Templates, Verdicts};
use buildfix_workspace::{Applicability, Fix, Merge, TextEdit};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// What is used of what was learned.
#[derive(Clone, Debug, Default)]
pub struct LearnOptions {
    /// Ways to mend errors that the project's history shows.
    pub templates: Arc<Templates>,
    /// Whether the verdicts of earlier runs order the proposals, and those of
    /// this one are kept.
    pub verdicts: bool,
}

/// One run's use of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Learned {
    templates: Arc<Templates>,
    book: Verdicts,
    verdicts: Vec<(Signature, bool)>,
    judged: BTreeSet<(FixKey, bool)>,
}

impl Learned {
    /// Reads the book in the state folder. The second is a warning.
    pub(crate) fn load(options: &LearnOptions, state: &Path) -> (Self, Option<String>) {
        let (book, why) = match options.verdicts {
            true => Verdicts::load(state),
            false => (Verdicts::default(), None),
        };
        let learned = Self {
            templates: options.templates.clone(),
            book,
            ..Self::default()
        };
        let why = why
            .map(|why| format!("the verdicts of earlier runs are not used, and begin anew: {why}"));
        (learned, why)
    }

    /// Adds what the templates propose, and puts what is likely to hold first:
    /// a template that held before, then by tier, then by likelihood. Equals
    /// stay in their order.
    pub(crate) fn add(&self, problems: &[Problem], proposals: &mut Proposals) {
        for (index, problem) in problems.iter().enumerate() {
            self.of_templates(index, problem, problems, proposals);
        }
        if proposals.candidates.iter().any(|c| c.fix.fixer == FIXER) {
            answer::coalesce(&mut proposals.candidates);
        }
        if self.book.is_empty() {
            proposals
                .candidates
                .sort_by_key(|candidate| candidate.fix.applicability);
            return;
        }
        proposals.candidates.sort_by_cached_key(|candidate| {
            let counts = signature(candidate, problems)
                .map(|signature| self.book.of(&signature))
                .unwrap_or_default();
            let likelihood = counts.likelihood();
            let proved = candidate.fix.fixer == FIXER && counts.held > counts.reverted;
            (!proved, candidate.fix.applicability, Reverse(likelihood))
        });
    }

    fn of_templates(
        &self,
        index: usize,
        problem: &Problem,
        problems: &[Problem],
        proposals: &mut Proposals,
    ) {
        let Some(file) = &problem.file else { return };
        if !problem.diagnostic.is_error() {
            return;
        }
        let subject = Subject {
            class: &problem.diagnostic.class,
            message: &problem.diagnostic.message,
            path: &file.path,
            text: &file.text,
            range: &problem.range,
        };
        for template in &self.templates.templates {
            let Some(found) = template.apply(subject) else {
                continue;
            };
            let fix = Fix {
                fixer: FIXER.to_owned(),
                title: template.title(),
                applicability: Applicability::Verified,
                edits: vec![TextEdit {
                    path: file.path.clone(),
                    expect: file.text[found.range.clone()].to_owned(),
                    merge: match found.range.is_empty() {
                        true => Merge::Set,
                        false => Merge::None,
                    },
                    range: found.range,
                    text: found.text,
                }],
                files: Vec::new(),
            };
            let key = answer::key(&fix, problems, index);
            proposals
                .asked
                .entry(index)
                .or_default()
                .push(FIXER.to_owned());
            proposals.candidates.push(Candidate {
                fix,
                version: template.id(),
                targets: vec![index],
                key,
            });
        }
    }

    /// What a build said of a proposal: one verdict a run, however often it was
    /// tried.
    pub(crate) fn judged(&mut self, key: FixKey, signature: Option<Signature>, held: bool) {
        if self.judged.insert((key, held)) {
            self.verdicts.extend(signature.map(|s| (s, held)));
        }
    }

    /// Writes the book with this run's verdicts.
    pub(crate) fn save(mut self, state: &Path) -> Option<String> {
        if self.verdicts.is_empty() {
            return None;
        }
        for (signature, held) in self.verdicts {
            self.book.add(signature, held);
        }
        let error = self.book.save(state).err()?;
        Some(format!("the verdicts of this run are lost: {error}"))
    }
}

/// The signature of a proposal for its first error. Every template is a kind
/// of its own: its id stands for the title, which only quotes.
pub(crate) fn signature(candidate: &Candidate, problems: &[Problem]) -> Option<Signature> {
    let diagnostic = &problems[*candidate.targets.first()?].diagnostic;
    let mut signature = Signature::new(
        &diagnostic.class,
        &diagnostic.code,
        &diagnostic.message,
        &candidate.fix.fixer,
        &candidate.fix.title,
    );
    if candidate.fix.fixer == FIXER {
        signature.title.clone_from(&candidate.version);
    }
    Some(signature)
}
