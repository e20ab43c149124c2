//! From problems to proposals: groups them by class and file into chunks, asks
//! the fixers whose classes match, and checks what they answer.

mod answer;
mod plan;
mod request;
mod schedule;

use crate::problem::Problem;
use crate::services::RoundServices;
use buildfix_sandbox as wasm;
use buildfix_sandbox::cache::{ResultCache, Round};
use buildfix_workspace::{Fix, Workspace};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A plugin ready to be called, with the user's settings for it.
#[derive(Clone)]
pub struct Fixer {
    /// The plugin.
    pub plugin: wasm::Plugin,
    /// Handed to every call.
    pub config: Vec<(String, String)>,
}

impl Fixer {
    /// The plugin's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.plugin.manifest().name
    }

    /// The plugin's version.
    #[must_use]
    pub fn version(&self) -> String {
        self.plugin.manifest().version.to_string()
    }
}

/// The identity of a proposal across rounds: what it puts where, by the text
/// of the lines and not by offsets, which shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FixKey([u8; 16]);

/// A checked proposal.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What would be done.
    pub fix: Fix,
    /// The proposing plugin's version.
    pub version: String,
    /// Indices of the problems it answers, sorted.
    pub targets: Vec<usize>,
    /// Who it is.
    pub key: FixKey,
}

/// Everything the fixers said in one round.
#[derive(Debug, Default)]
pub struct Proposals {
    /// Best first for each problem.
    pub candidates: Vec<Candidate>,
    /// What fixers said about problems they did not fix.
    pub notes: BTreeMap<usize, Vec<String>>,
    /// Who was asked about a problem.
    pub asked: BTreeMap<usize, Vec<String>>,
    /// Calls that failed, by problem.
    pub failures: BTreeMap<usize, Vec<String>>,
    /// Distinct failure messages, in order.
    pub failure_messages: Vec<String>,
    /// Calls made.
    pub calls: usize,
}

/// Asks every fixer whose classes match about every problem that has a file;
/// of a call whose result is in the cache, the cache.
pub async fn propose(
    problems: &[Problem],
    fixers: &[Fixer],
    services: Arc<RoundServices>,
    cache: Option<ResultCache>,
    workspace: &Workspace,
    jobs: usize,
) -> Proposals {
    let mut result = Proposals::default();
    let work = plan::plan(problems, fixers, workspace, &mut result);
    result.calls = work.len();
    let round = Round::new(cache, services);
    schedule::run(work, fixers, round, jobs, &mut result, problems).await;
    answer::coalesce(&mut result.candidates);
    // Surest first; within a tier, the order of the fixers and of their answers.
    result
        .candidates
        .sort_by_key(|candidate| candidate.fix.applicability);
    result
}
