//! Samples: where a build has more errors than anybody reads, a way to mend
//! them is first tried on a few of each kind.
//!
//! A *cluster* is what looks alike: errors of one class whose messages differ
//! only in what they name, and proposals of one fixer for them whose titles do
//! too. Of a cluster that nothing is known of, a handful of proposals are tried,
//! spread over files. Once the build has proved that at least half of those
//! tried hold, the cluster is free: the rest is applied with everything else,
//! and each of it is still judged by itself. While some hold but fewer than
//! half, each attempt may try as many again. Where none held, the cluster is
//! held back for the rest of the run and the report says so.

use crate::dispatch::Candidate;
use crate::problem::Problem;
use buildfix_learn::verdicts::shape;
use std::collections::{BTreeMap, BTreeSet};

/// Errors of a build above which samples are tried first.
pub const ABOVE: usize = 1000;

/// Proposals of a cluster that are tried first.
const SIZE: usize = 5;

/// What the sample of one cluster showed.
#[derive(Clone, Copy, Debug, Default)]
struct Trial {
    good: usize,
    bad: usize,
}

impl Trial {
    /// How many more may be tried.
    fn allowance(self) -> usize {
        let tried = self.good + self.bad;
        if self.is_refuted() {
            0
        } else if tried == 0 {
            SIZE
        } else if self.good * 2 >= tried {
            usize::MAX
        } else {
            tried
        }
    }

    fn is_refuted(self) -> bool {
        self.good == 0 && self.bad > 0
    }
}

/// The name of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cluster([u8; 16]);

impl Cluster {
    fn of(candidate: &Candidate, problems: &[Problem]) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut field = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        field(&candidate.fix.fixer);
        field(&shape(&candidate.fix.title));
        if let Some(target) = candidate.targets.first() {
            let diagnostic = &problems[*target].diagnostic;
            field(&diagnostic.class);
            // Without a code the class already is the message's shape.
            if !diagnostic.code.is_empty() {
                field(&shape(&diagnostic.message));
            }
        }
        let mut short = [0; 16];
        short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(short)
    }
}

/// The book of a run's samples.
#[derive(Debug, Default)]
pub(crate) struct Sampling {
    trials: BTreeMap<Cluster, Trial>,
}

impl Sampling {
    /// Of what was picked, what may be tried now: everything but the members
    /// of clusters that have to be proved first and had their share. `free`
    /// were tried before and count towards nothing.
    pub(crate) fn thin(
        &self,
        problems: &[Problem],
        candidates: &[Candidate],
        picked: &[usize],
        free: &[usize],
    ) -> Vec<usize> {
        let known: BTreeSet<usize> = free.iter().copied().collect();
        let mut clusters: BTreeMap<Cluster, Vec<usize>> = BTreeMap::new();
        for index in picked.iter().filter(|index| !known.contains(index)) {
            let cluster = Cluster::of(&candidates[*index], problems);
            clusters.entry(cluster).or_default().push(*index);
        }
        let mut chosen = free.to_vec();
        for (cluster, members) in clusters {
            let trial = self.trials.get(&cluster).copied().unwrap_or_default();
            chosen.extend(
                spread(members, problems, candidates)
                    .into_iter()
                    .take(trial.allowance()),
            );
        }
        // In the order of picking, which is that of the errors.
        let order: BTreeMap<usize, usize> =
            picked.iter().enumerate().map(|(at, i)| (*i, at)).collect();
        chosen.sort_by_key(|index| order.get(index).copied());
        chosen
    }

    /// What the build said of one proposal.
    pub(crate) fn judged(&mut self, candidate: &Candidate, problems: &[Problem], good: bool) {
        let cluster = Cluster::of(candidate, problems);
        let trial = self.trials.entry(cluster).or_default();
        if good {
            trial.good += 1;
        } else {
            trial.bad += 1;
        }
    }

    /// Of how many tried none held, where the proposal is of such a cluster.
    pub(crate) fn refuted(&self, candidate: &Candidate, problems: &[Problem]) -> Option<usize> {
        if self.trials.is_empty() {
            return None;
        }
        let trial = self.trials.get(&Cluster::of(candidate, problems))?;
        trial.is_refuted().then_some(trial.bad)
    }
}

/// Members of one cluster, one of each file first, then a second of each.
fn spread(members: Vec<usize>, problems: &[Problem], candidates: &[Candidate]) -> Vec<usize> {
    let mut of_file: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    let mut ranked: Vec<(usize, usize)> = members
        .into_iter()
        .map(|index| {
            let target = candidates[index].targets.first();
            let path = target.and_then(|target| problems[*target].path());
            let rank = of_file.entry(path).or_default();
            *rank += 1;
            (*rank, index)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trial_allows_more_as_it_proves_more() {
        let trial = |good, bad| Trial { good, bad }.allowance();
        assert_eq!(trial(0, 0), SIZE);
        assert_eq!(trial(0, 1), 0);
        assert_eq!(trial(1, 4), 5);
        assert_eq!(trial(3, 3), usize::MAX);
    }

    #[test]
    fn names_and_numbers_make_no_other_shape() {
        assert_eq!(
            shape("Argument 1 to \"f\" has type \"int\""),
            shape("Argument 23 to \"g2\" has type \"str\"")
        );
        assert_ne!(shape("add `using A;`"), shape("remove `using A;`"));
    }
}
