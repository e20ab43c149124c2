//! Trying candidates: the syntax tree is the judge.

use crate::candidate::{Candidate, Demand};
use buildfix_sdk::{Host, ParseError};

/// How much of a file does not parse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Damage {
    /// Places where the parser failed.
    pub count: usize,
    /// Bytes that it skipped.
    pub extent: usize,
}

impl Damage {
    /// Adds up what the host reports.
    #[must_use]
    pub fn of(errors: &[ParseError]) -> Self {
        Self {
            count: errors.len(),
            extent: errors
                .iter()
                .map(|e| e.end.saturating_sub(e.start) as usize)
                .sum(),
        }
    }

    /// Whether everything parses.
    #[must_use]
    pub fn none(self) -> bool {
        self.count == 0
    }

    /// Whether it is a step forward from `before`. A parser that recovers
    /// elsewhere may skip a little more or less, so only a place less, or as
    /// many places and far less text, counts.
    #[must_use]
    pub fn shrinks(self, before: Self) -> bool {
        self.count < before.count && self.extent <= before.extent + 200
            || self.count <= before.count
                && self.extent + 8 <= before.extent
                && self.extent * 4 <= before.extent * 3
            || self.extent * 4 <= before.extent && self.extent < before.extent
    }
}

/// A candidate that did what it should.
#[derive(Clone, Debug)]
pub struct Tried {
    /// What was tried.
    pub candidate: Candidate,
    /// What is left of the parse errors.
    pub damage: Damage,
    /// Where the first one left begins.
    pub first_error: Option<usize>,
}

/// How many texts may be parsed for one diagnostic.
pub const TRIES: usize = 48;

/// Once a candidate has made the file parse, one that is this much less likely
/// is not worth a parse.
const MARGIN: u32 = 14;

/// Where the syntax tree shows no fault, only candidates this likely are
/// proposed, and no more than so many.
const UNSEEN_COST: u32 = 13;
const UNSEEN_TRIES: usize = 6;

/// Tries candidates, likeliest first, and gives those that did what they
/// should, best first.
///
/// # Errors
/// The host's, if it cannot parse this kind of file at all.
pub fn search(
    host: &dyn Host,
    path: &str,
    text: &str,
    before: Damage,
    candidates: Vec<Candidate>,
    budget: &mut usize,
) -> Result<Vec<Tried>, String> {
    let mut kept: Vec<Tried> = Vec::new();
    let mut best: Option<u32> = None;
    let mut unseen = 0;
    for candidate in candidates.into_iter().take(TRIES) {
        if *budget == 0 || best.is_some_and(|cost| candidate.cost > cost + MARGIN) {
            break;
        }
        // Where all parses already (a macro's body is never parsed), only what
        // the compiler itself asks for can be right.
        if before.none() && candidate.demand != Demand::Keep {
            if candidate.cost > UNSEEN_COST || unseen >= UNSEEN_TRIES {
                continue;
            }
            unseen += 1;
        }
        let Some(changed) = candidate.apply(text) else {
            continue;
        };
        *budget -= 1;
        let errors = host.parse_errors(path, Some(&changed))?;
        let damage = Damage::of(&errors);
        let good = match candidate.demand {
            _ if before.none() => damage.none(),
            // Code is thrown away only where that settles it.
            Demand::Shrink if deletes(&candidate, text) && candidate.cost > 12 => damage.none(),
            Demand::Shrink | Demand::Balance => damage.shrinks(before),
            Demand::Keep => damage.shrinks(before) || damage <= before,
        };
        if !good {
            continue;
        }
        if damage.none() {
            best = Some(best.map_or(candidate.cost, |b| b.min(candidate.cost)));
        }
        let first_error = errors.iter().map(|e| e.start as usize).min();
        kept.push(Tried {
            candidate,
            damage,
            first_error,
        });
    }
    rank(&mut kept);
    Ok(kept)
}

fn deletes(candidate: &Candidate, text: &str) -> bool {
    candidate.changes.iter().any(|c| {
        c.text.trim().is_empty()
            && text
                .get(c.range.clone())
                .is_some_and(|old| !old.trim().is_empty())
    })
}

/// Sorts by cost and by what is left of the errors, weighed against the best
/// result: one place more is worth as much as a much less likely edit, while a
/// few bytes more or less are an accident of the parser's recovery.
fn rank(kept: &mut [Tried]) {
    let Some(least) = kept.iter().map(|t| t.damage.count).min() else {
        return;
    };
    let smallest = kept
        .iter()
        .filter(|t| t.damage.count == least)
        .map(|t| t.damage.extent)
        .min()
        .unwrap_or(0);
    kept.sort_by_key(|t| {
        let places = (t.damage.count - least).min(1000) * 30;
        let bytes = t.damage.extent.saturating_sub(smallest).min(2000) / 8;
        t.candidate.cost as usize + places + bytes
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_little_less_skipped_is_no_step_forward() {
        let before = Damage {
            count: 2,
            extent: 100,
        };
        assert!(
            Damage {
                count: 1,
                extent: 100
            }
            .shrinks(before)
        );
        assert!(
            Damage {
                count: 2,
                extent: 10
            }
            .shrinks(before)
        );
        assert!(
            !Damage {
                count: 2,
                extent: 98
            }
            .shrinks(before)
        );
        assert!(
            !Damage {
                count: 3,
                extent: 60
            }
            .shrinks(before)
        );
        assert!(Damage::default().shrinks(Damage {
            count: 1,
            extent: 0
        }));
        assert!(!before.shrinks(before));
    }
}
