//! Which fixer is asked about which problems: one request per fixer, class, file
//! and tool, of a bounded number of diagnostics.

use super::request::diagnostic;
use super::{Fixer, Proposals};
use crate::problem::Problem;
use buildfix_sandbox as wasm;
use buildfix_workspace::Workspace;
use std::collections::BTreeMap;

/// Diagnostics in one request, at most.
const CHUNK: usize = 50;

/// One call to make.
pub(super) struct Job {
    pub fixer: usize,
    pub problems: Vec<usize>,
    pub request: wasm::Request,
}

pub(super) fn plan(
    problems: &[Problem],
    fixers: &[Fixer],
    workspace: &Workspace,
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
    let mut work = Vec::new();
    for (number, fixer) in fixers.iter().enumerate() {
        for ((class, _, tool), all) in &groups {
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
                let Some(file) = problems[chunk[0]].file.as_ref() else {
                    continue;
                };
                let request = wasm::Request {
                    class: (*class).to_owned(),
                    language: problems[chunk[0]].diagnostic.language.clone(),
                    tool: (*tool).to_owned(),
                    file: wasm::SourceFile {
                        path: file.path.clone(),
                        text: file.text.clone(),
                        hash: file.hash.clone(),
                    },
                    diagnostics: chunk
                        .iter()
                        .map(|index| diagnostic(&problems[*index], *index, file, workspace))
                        .collect(),
                    config: fixer.config.clone(),
                };
                work.push(Job {
                    fixer: number,
                    problems: chunk.to_vec(),
                    request,
                });
            }
        }
    }
    work
}
