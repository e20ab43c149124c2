//! Which fixer is asked about which problems: one request per fixer, class, file
//! and tool, of a bounded number of diagnostics.

use super::{Fixer, Proposals};
use crate::problem::Problem;
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

pub(super) fn plan(problems: &[Problem], fixers: &[Fixer], result: &mut Proposals) -> Vec<Job> {
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
    let mut work = Vec::new();
    for (number, fixer) in fixers.iter().enumerate() {
        for ((class, ..), all) in &groups {
            if !fixer.plugin.manifest().matches(class) {
                continue;
            }
            for chunk in all.chunks(CHUNK) {
                for index in chunk {
                    result
                        .asked
                        .entry(*index)
                        .or_default()
                        .push(fixer.name().to_owned());
                }
                work.push(Job {
                    fixer: number,
                    problems: chunk.to_vec(),
                });
            }
        }
    }
    work
}
