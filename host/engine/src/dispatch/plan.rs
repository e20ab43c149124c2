//! Which fixer is asked about which problems: one request per fixer, class, file
//! and tool, of a bounded number of diagnostics.

use super::{Fixer, Proposals};
use crate::problem::Problem;
use crate::routes::Routes;
use std::collections::BTreeMap;

/// Diagnostics in one request, at most.
const CHUNK: usize = 50;

/// One call to make. It holds no text: a request with its file is made when the
/// call is about to start, so that a hundred thousand diagnostics cost as many
/// numbers here and no more.
pub(super) struct Job {
    /// Index of the fixer.
    pub fixer: usize,
    /// Indices of the problems, all of one class, file and tool; never empty.
    pub problems: Vec<usize>,
}

pub(super) fn plan(
    problems: &[Problem],
    fixers: &[Fixer],
    routes: &Routes,
    result: &mut Proposals,
) -> Vec<Job> {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
    for (index, problem) in problems.iter().enumerate() {
        if let Some(path) = problem.path().filter(|_| problem.diagnostic.is_error()) {
            let d = &problem.diagnostic;
            groups
                .entry((&d.class, path, &d.tool))
                .or_default()
                .push(index);
        }
    }
    // Who comes first is preferred among equals.
    let mut asked: Vec<(usize, usize, usize)> = Vec::new();
    let groups: Vec<_> = groups.into_iter().collect();
    for (number, fixer) in fixers.iter().enumerate() {
        let manifest = fixer.plugin.manifest();
        for (group, ((class, ..), _)) in groups.iter().enumerate() {
            let place = match routes.place(class, &manifest.name) {
                None => Some(number),
                Some(place) => place,
            };
            if let Some(place) = place.filter(|_| manifest.matches(class)) {
                asked.push((place, group, number));
            }
        }
    }
    asked.sort_unstable();
    let mut work = Vec::new();
    for (_, group, number) in asked {
        let fixer = &fixers[number];
        for chunk in groups[group].1.chunks(CHUNK) {
            for index in chunk {
                let asked = result.asked.entry(*index).or_default();
                asked.push(fixer.name().to_owned());
            }
            work.push(Job {
                fixer: number,
                problems: chunk.to_vec(),
            });
        }
    }
    work
}
