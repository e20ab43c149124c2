//! Running a plugin's cases: the real component in the real sandbox, asked by
//! the engine as in a run over a recorded log.

use crate::case::{Case, CaseError};
use buildfix_engine::breaker::Breakers;
use buildfix_engine::dispatch::Fixer;
use buildfix_engine::event::{CallEnd, Event, Events};
use buildfix_engine::report::Fate;
use buildfix_engine::{LearnOptions, RunError, RunOptions, SearchOptions, Source};
use buildfix_sandbox::{Failure, Plugin};
use serde::Serialize;
use similar::TextDiff;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Why cases could not be run; a case that fails is no such thing.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// A case is incomplete.
    #[error(transparent)]
    Case(#[from] CaseError),
    /// The engine gave no report.
    #[error("case `{case}`: {source}")]
    Run {
        /// Which.
        case: String,
        /// Why.
        source: Box<RunError>,
    },
    /// No room for the copy of a tree, or no threads.
    #[error("cannot set up the tests: {0}")]
    Setup(#[from] std::io::Error),
}

/// One call of the plugin.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CallReport {
    /// The class of its diagnostics.
    pub class: String,
    /// `path:line:column` of the first.
    pub place: String,
    /// Diagnostics in the request.
    pub diagnostics: usize,
    /// Fuel units burned.
    pub fuel: u64,
    /// Fuel units it could have burned, all tiers together; 0 if it failed.
    pub budget: u64,
    /// The tier it ended in; the first is 1.
    pub tier: u32,
    /// The most linear memory it had, in bytes.
    pub memory: usize,
    /// Host calls, log lines included.
    pub host_calls: u32,
    /// Files that it read, sorted.
    pub files_read: Vec<String>,
    /// What it asked for and may not.
    pub denied: Vec<String>,
    /// Fixes that it answered.
    pub fixes: usize,
    /// Answers that were dropped, and why.
    pub rejected: Vec<String>,
    /// Why there is no answer.
    pub failure: Option<String>,
    /// What it wrote to the log.
    pub log: Vec<String>,
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CaseReport {
    /// The folder's name.
    pub name: String,
    /// Whether the diff is the expected one and no call failed.
    pub passed: bool,
    /// Whether `expected.diff` was written anew.
    pub updated: bool,
    /// What was applied.
    pub diff: String,
    /// How that differs from what is expected; empty if it does not.
    pub difference: String,
    /// Fixes that were applied: `title`.
    pub applied: Vec<String>,
    /// What became of the diagnostics that no fix answered.
    pub left: Vec<String>,
    /// The calls, in the order of the plan.
    pub calls: Vec<CallReport>,
}

/// Figures over a list of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figures {
    /// Calls.
    pub calls: usize,
    /// The median of the fuel burned.
    pub fuel_p50: u64,
    /// The most fuel burned.
    pub fuel_max: u64,
    /// The smallest budget of a call.
    pub budget: u64,
    /// The highest tier reached.
    pub tier: u32,
    /// The most memory, in bytes.
    pub memory: usize,
    /// Host calls of all.
    pub host_calls: u64,
    /// Different files read.
    pub files_read: usize,
}

impl Figures {
    /// Of these calls.
    pub fn of<'a>(calls: impl IntoIterator<Item = &'a CallReport>) -> Self {
        let calls: Vec<&CallReport> = calls.into_iter().collect();
        let mut fuel: Vec<u64> = calls.iter().map(|call| call.fuel).collect();
        fuel.sort_unstable();
        let files: BTreeSet<&String> = calls.iter().flat_map(|call| &call.files_read).collect();
        let budgets = calls.iter().map(|call| call.budget).filter(|b| *b > 0);
        Self {
            calls: calls.len(),
            fuel_p50: fuel.get(fuel.len() / 2).copied().unwrap_or(0),
            fuel_max: fuel.last().copied().unwrap_or(0),
            budget: budgets.min().unwrap_or(0),
            tier: calls.iter().map(|call| call.tier).max().unwrap_or(0),
            memory: calls.iter().map(|call| call.memory).max().unwrap_or(0),
            host_calls: calls.iter().map(|call| u64::from(call.host_calls)).sum(),
            files_read: files.len(),
        }
    }
}

/// Runs the cases one after another.
///
/// # Errors
/// [`TestError`]
pub fn run(plugin: &Plugin, cases: &[Case], update: bool) -> Result<Vec<CaseReport>, TestError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let reports = cases
        .iter()
        .map(|case| runtime.block_on(run_case(plugin, case, update)))
        .collect();
    runtime.shutdown_background();
    reports
}

/// Notes how the calls ended.
#[derive(Default)]
struct Calls(Mutex<Vec<CallReport>>);

impl Events for Calls {
    fn emit(&self, event: Event<'_>) {
        if let Event::Called(end) = event {
            let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            calls.push(call_report(end));
        }
    }
}

fn call_report(end: &CallEnd<'_>) -> CallReport {
    let lines = |log: &[buildfix_sandbox::LogLine]| {
        let line = |l: &buildfix_sandbox::LogLine| format!("{}: {}", l.level, l.message);
        log.iter().map(line).collect()
    };
    let denials = |denied: &[buildfix_sandbox::Denial]| {
        denied
            .iter()
            .map(|d| format!("{d}\nhelp: {}", d.help))
            .collect()
    };
    let common = CallReport {
        class: end.class.to_owned(),
        place: end.place.to_owned(),
        diagnostics: end.diagnostics,
        fuel: 0,
        budget: 0,
        tier: 0,
        memory: 0,
        host_calls: 0,
        files_read: Vec::new(),
        denied: Vec::new(),
        fixes: 0,
        rejected: Vec::new(),
        failure: None,
        log: Vec::new(),
    };
    match end.result {
        Ok(call) => CallReport {
            fuel: call.fuel_used,
            budget: call.fuel_budget,
            tier: call.tier,
            memory: call.peak_memory,
            host_calls: call.host_calls,
            files_read: call.files_read.clone(),
            denied: denials(&call.denied),
            fixes: call.response.fixes.len(),
            rejected: call
                .rejected
                .iter()
                .map(|r| format!("`{}` was dropped: {}", r.what, r.reason))
                .collect(),
            log: lines(&call.log),
            ..common
        },
        Err(error) => {
            let mut text = format!("{error}\n  for {}: {}\n", end.place, end.message);
            text.push_str(&error.details());
            if let Some(help) = error.help() {
                text.push_str(&format!("help: {help}"));
            }
            CallReport {
                fuel: error.context.fuel_used,
                budget: match error.failure {
                    Failure::OutOfFuel { used, .. } => used,
                    _ => 0,
                },
                tier: error.context.tier,
                memory: error.context.peak_memory,
                host_calls: error.context.host_calls,
                files_read: error.context.files_read.clone(),
                denied: denials(&error.context.denied),
                failure: Some(text.trim_end().to_owned()),
                log: lines(&error.context.log),
                ..common
            }
        }
    }
}

async fn run_case(plugin: &Plugin, case: &Case, update: bool) -> Result<CaseReport, TestError> {
    // Away from the author's project: neither its ignore files nor its version
    // control have a say, and the tree stays as it is.
    let temp = tempfile::tempdir()?;
    let dir = temp.path().join("tree");
    case.copy_tree(&dir)?;
    let options = RunOptions {
        dir,
        source: Source::Log(case.log.clone()),
        dry_run: false,
        state_dir: Some(temp.path().join("state")),
        matchers: Vec::new(),
        colour: false,
        build_limit: None,
        reuse: false,
        record: None,
        search: SearchOptions {
            routes: buildfix_engine::config::Routes::default(),
            max_rounds: 1,
            max_builds: Some(1),
            breakers: Arc::new(Breakers::new(None)),
            slow_call: Duration::from_secs(3_600),
            placeholders: case.settings.placeholders,
            only: Vec::new(),
            exclude: Vec::new(),
            allow_dirty: true,
            cache: None,
            sample: false,
            // A case is its plugin's own.
            learn: LearnOptions::default(),
        },
    };
    let fixer = Fixer {
        plugin: plugin.clone(),
        config: case.settings.config.clone().into_iter().collect(),
    };
    let calls = Calls::default();
    let (_keep, cancel) = tokio::sync::watch::channel(false);
    let report = buildfix_engine::run(&options, &[fixer], cancel, &calls).await;
    let report = report.map_err(|source| TestError::Run {
        case: case.name.clone(),
        source: Box::new(source),
    })?;
    let calls = calls.0.into_inner().unwrap_or_else(PoisonError::into_inner);
    let diff = report.diff;
    let failed = calls.iter().any(|call| call.failure.is_some());
    let same = plain(&case.expected) == plain(&diff);
    let updated = update && !same && !failed;
    if updated {
        case.expect(&diff)?;
    }
    let difference = if same {
        String::new()
    } else {
        TextDiff::from_lines(&case.expected, &diff)
            .unified_diff()
            .header("expected.diff", "actual")
            .to_string()
    };
    let left = report.diagnostics.iter().filter_map(|diagnostic| {
        let why = match &diagnostic.fate {
            Fate::Fixed { .. } | Fate::GoneWithAnother => return None,
            Fate::NoProposal { notes, .. } if !notes.is_empty() => notes.join("; "),
            Fate::NoProposal { .. } => "no proposal".to_owned(),
            Fate::NoFixer => "not a class of this plugin".to_owned(),
            Fate::Outside => "its file is not in tree/".to_owned(),
            Fate::FixerFailed { messages } => messages.join("; "),
            Fate::NotByDefault { attempts }
            | Fate::Overlapped { attempts }
            | Fate::Reverted { attempts } => attempts
                .iter()
                .map(|a| format!("`{}`: {}", a.title, a.reason))
                .collect::<Vec<_>>()
                .join("; "),
            Fate::OutOfBudget | Fate::Dirty => return None,
        };
        Some(format!(
            "{}: {}: {why}",
            diagnostic.location, diagnostic.class
        ))
    });
    Ok(CaseReport {
        name: case.name.clone(),
        passed: (same || updated) && !failed,
        updated,
        difference,
        applied: report.fixes.iter().map(|fix| fix.title.clone()).collect(),
        left: left.collect(),
        calls,
        diff,
    })
}

/// A diff without what two of the same changes may differ in: the line that git
/// puts before each file, which one made by hand lacks, and the line ends, which
/// a checkout may have changed.
fn plain(diff: &str) -> String {
    let lines = diff.lines().filter(|line| !line.starts_with("diff --git "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// The cases of the plugin in `dir`, those whose name holds `filter`.
///
/// # Errors
/// [`TestError::Case`]
pub fn cases(dir: &Path, filter: Option<&str>) -> Result<Vec<Case>, TestError> {
    let mut cases = Case::all(&dir.join("tests"))?;
    if let Some(filter) = filter {
        cases.retain(|case| case.name.contains(filter));
    }
    Ok(cases)
}
