//! Was it the fix? Compares the build before a batch of fixes with the one
//! after it, and says of each fix whether it did its work, did harm, or cannot
//! be judged yet.
//!
//! Fewer errors are no proof and more errors no refutation: a mended import
//! uncovers the errors of everything that could not be looked at before, and
//! a broken brace hides every type error. So a fix is judged by its own
//! errors and by what is new *where it edited*, by phase.

use crate::dispatch::Candidate;
use crate::problem::{Difference, LineMap, Problem};
use buildfix_diagnostics::{Phase, span};
use buildfix_workspace::edits::Sources;
use std::collections::BTreeSet;

/// What became of one fix of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// An error that it answers is gone and nothing new is where it edited.
    Good,
    /// It has to go, for this reason. `partly`: an error that it answers did
    /// go away, so it may be a step of a longer way.
    Bad {
        /// For the report.
        reason: String,
        /// Whether it did something it was meant to.
        partly: bool,
    },
    /// New errors of an earlier phase hide whether it works.
    Hidden,
}

/// Lines around an edit that count as "where it edited".
const MARGIN: u32 = 1;

/// Where a fix edits, in lines after the batch.
struct Region<'a> {
    path: &'a str,
    first: u32,
    last: u32,
}

/// Judges the fixes of a batch. `before` and `after` are the errors of the two
/// builds, `difference` their comparison.
#[must_use]
pub fn judge(
    batch: &[&Candidate],
    before: &[Problem],
    after: &[Problem],
    difference: &Difference,
    moved: &LineMap,
    base: &dyn Sources,
) -> Vec<Verdict> {
    let gone: BTreeSet<usize> = difference.gone.iter().copied().collect();
    let regions: Vec<Vec<Region<'_>>> = batch.iter().map(|c| regions(c, moved, base)).collect();
    // Each new error is charged to the nearest fix that edited there.
    let mut harm: Vec<Option<&Problem>> = vec![None; batch.len()];
    let mut earliest_new: Option<Phase> = None;
    for new in difference.new.iter().map(|index| &after[*index]) {
        earliest_new = Some(earliest_new.map_or(new.phase(), |phase| phase.min(new.phase())));
        let Some(path) = new.path() else { continue };
        let nearest = regions
            .iter()
            .enumerate()
            .filter_map(|(fix, regions)| {
                let distance = regions
                    .iter()
                    .filter(|region| region.path == path)
                    .map(|region| region.distance(new.place.0))
                    .min()?;
                let target = latest_target(batch[fix], before);
                // A syntax error shows where the parser gave up, which can be
                // far below the edit. But one that a mended syntax error
                // uncovers further down is no harm.
                let near =
                    distance <= MARGIN || (new.phase() == Phase::Syntax && target > Phase::Syntax);
                (near && new.phase() <= target).then_some((distance, fix))
            })
            .min();
        if let Some((_, fix)) = nearest {
            harm[fix].get_or_insert(new);
        }
    }
    let hides = earliest_new.filter(|phase| hides_later(*phase, batch, before, &gone));
    batch
        .iter()
        .enumerate()
        .map(|(index, candidate)| {
            let answered = candidate.targets.iter().any(|target| gone.contains(target));
            if let Some(new) = harm[index] {
                let reason = format!(
                    "it brought `{}` at {}",
                    first_line(&new.diagnostic.message),
                    new.location()
                );
                return Verdict::Bad {
                    reason,
                    partly: answered,
                };
            }
            let masked = hides.is_some_and(|phase| phase < latest_target(candidate, before));
            match (answered, masked) {
                (true, true) => Verdict::Hidden,
                (true, false) => Verdict::Good,
                (false, _) => Verdict::Bad {
                    reason: "the error is still there".into(),
                    partly: false,
                },
            }
        })
        .collect()
}

/// Errors that no fix of the batch is about, from this many on, tell whether a
/// new error hides later ones.
const WITNESSES: usize = 3;

/// Whether a new error of `phase` hides those of later phases. Compilers
/// differ: an unknown name ends rustc's work before types are looked at, and
/// csc goes on. If most later errors that nobody touched are gone too, they are
/// hidden; where there are too few of them to tell, it is assumed.
fn hides_later(
    phase: Phase,
    batch: &[&Candidate],
    before: &[Problem],
    gone: &BTreeSet<usize>,
) -> bool {
    let targets: BTreeSet<usize> = batch
        .iter()
        .flat_map(|candidate| &candidate.targets)
        .copied()
        .collect();
    let witnesses: Vec<usize> = before
        .iter()
        .enumerate()
        .filter(|(index, problem)| {
            problem.diagnostic.is_error() && problem.phase() > phase && !targets.contains(index)
        })
        .map(|(index, _)| index)
        .collect();
    let vanished = witnesses
        .iter()
        .filter(|index| gone.contains(index))
        .count();
    witnesses.len() < WITNESSES || vanished * 2 > witnesses.len()
}

fn latest_target(candidate: &Candidate, before: &[Problem]) -> Phase {
    candidate
        .targets
        .iter()
        .map(|target| before[*target].phase())
        .max()
        .unwrap_or(Phase::Link)
}

impl Region<'_> {
    fn distance(&self, line: u32) -> u32 {
        if line < self.first {
            self.first - line
        } else {
            line.saturating_sub(self.last)
        }
    }
}

fn regions<'a>(candidate: &'a Candidate, moved: &LineMap, base: &dyn Sources) -> Vec<Region<'a>> {
    candidate
        .fix
        .edits
        .iter()
        .filter_map(|edit| {
            let source = base.source(&edit.path).ok()?;
            let (line, _) = span::line_and_column(&source.text, edit.range.start);
            let (old_last, _) = span::line_and_column(&source.text, edit.range.end);
            let first = moved.new_line(&edit.path, line);
            let lines = u32::try_from(edit.text.matches('\n').count()).unwrap_or(u32::MAX);
            let last = first
                .saturating_add(lines)
                .max(moved.new_line(&edit.path, old_last));
            Some(Region {
                path: &edit.path,
                first,
                last,
            })
        })
        .collect()
}

/// The first line of a message, shortened for a sentence.
#[must_use]
pub fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    match line.char_indices().nth(120) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    }
}
