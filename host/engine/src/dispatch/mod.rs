//! From problems to proposals: groups them by class and file into chunks, asks
//! the fixers whose classes match, and checks what they answer.

pub(crate) mod answer;
mod plan;
mod request;
mod schedule;
#[cfg(test)]
mod tests;

use crate::breaker::Breakers;
use crate::event::Events;
use crate::failures::Failures;
use crate::problem::Problem;
use crate::routes::Routes;
use crate::services::RoundServices;
use buildfix_sandbox as wasm;
use buildfix_sandbox::cache::ResultCache;
use buildfix_workspace::{Fix, Workspace};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

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
    /// The most calls that were under way at once, those that wait for a slot
    /// included: what bounds the memory that calls take.
    pub most_at_once: usize,
}

/// Who is asked, who answers their questions, and who wants to know.
pub struct Dispatch<'a> {
    /// Who is asked.
    pub fixers: &'a [Fixer],
    /// Of them, who about what.
    pub routes: &'a Routes,
    /// What answers the fixers' questions.
    pub services: Arc<RoundServices>,
    /// Where results of calls are kept; `None` to make every call.
    pub cache: Option<ResultCache>,
    /// Where the problems are.
    pub workspace: &'a Workspace,
    /// Who failed too often to be asked.
    pub breakers: &'a Breakers,
    /// Where failed calls are recorded; `None`: nowhere.
    pub failures: Option<&'a Failures>,
    /// A call that takes longer is told of.
    pub slow: Duration,
    /// True once the user asked to stop.
    pub cancel: watch::Receiver<bool>,
    /// Who listens.
    pub events: &'a dyn Events,
}

/// The user asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl Dispatch<'_> {
    /// Asks every fixer whose classes match about every problem that has a
    /// file; of a call whose result is in the cache, the cache.
    ///
    /// # Errors
    /// [`Cancelled`], at once; calls that run are ended.
    pub async fn propose(mut self, problems: &[Problem]) -> Result<Proposals, Cancelled> {
        let mut result = Proposals::default();
        let work = plan::plan(problems, self.fixers, self.routes, &mut result);
        schedule::run(&mut self, work, problems, &mut result).await?;
        answer::coalesce(&mut result.candidates);
        // Surest first; within a tier, the order of the fixers and of their
        // answers. What was learned may change it.
        result
            .candidates
            .sort_by_key(|candidate| candidate.fix.applicability);
        Ok(result)
    }
}
