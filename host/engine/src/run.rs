//! One run from command to report.

use crate::breaker::{BreakerState, Breakers};
use crate::build;
use crate::command::{Instrumented, Rewrite, instrument};
use crate::dispatch::Fixer;
use crate::event::Events;
use crate::failures::{Failures, RecordOptions};
use crate::first::First;
use crate::learned::Learned;
use crate::problem::Problem;
use crate::report::{BreakerReport, DiagnosticReport, Fate, Outcome, ReusedBuild, RunReport};
use crate::search::{Kept, Node, Search, SearchOptions};
use crate::services::IndexSources;
use crate::session::{Built, Session, StepError, built};
use crate::steps::add;
use buildfix_diagnostics::Matcher;
use buildfix_sandbox::cache::{CacheReport, ResultCache};
use buildfix_workspace::Workspace;
use buildfix_workspace::diff;
use buildfix_workspace::files::WorkspaceError;
use buildfix_workspace::journal::{self, Journal, JournalError};
use buildfix_workspace::shadow::{Shadow, ShadowError};
use buildfix_workspace::symbols::{Store, Surroundings, SymbolIndex};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Where the errors come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Run this and what follows from it.
    Build(Vec<String>),
    /// A recorded log; nothing is built, so nothing is proved.
    Log(Vec<u8>),
}

/// What to do.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The workspace; the build runs there too.
    pub dir: PathBuf,
    /// Where the errors come from.
    pub source: Source,
    /// Change nothing: work on a copy and end in a diff.
    pub dry_run: bool,
    /// Where the journal is; `.buildfix` in the workspace by default.
    pub state_dir: Option<PathBuf>,
    /// The user's matchers.
    pub matchers: Vec<Matcher>,
    /// Whether the build's output is shown in colour.
    pub colour: bool,
    /// Ends any build that takes longer.
    pub build_limit: Option<Duration>,
    /// Whether the last failing build may stand for the first one, where
    /// nothing has changed since.
    pub reuse: bool,
    /// How calls that fail are recorded; `None`: not at all. A dry run, which
    /// leaves no trace, records none.
    pub record: Option<RecordOptions>,
    /// What the search may do.
    pub search: SearchOptions,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The workspace cannot be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// No copy could be made for a dry run.
    #[error(transparent)]
    Shadow(#[from] ShadowError),
    /// The first build could not be run.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The build fails in a way that no parser understands.
    #[error(
        "the build failed ({status}) without an error that buildfix can read{}",
        tail_of(tail)
    )]
    Unreadable {
        /// How the command ended.
        status: String,
        /// The last of its output.
        tail: String,
    },
}

fn tail_of(tail: &str) -> String {
    let lines: Vec<&str> = tail
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = &lines[lines.len().saturating_sub(5)..];
    if last.is_empty() {
        return String::new();
    }
    format!("; its last words:\n  {}", last.join("\n  "))
}

/// Runs to the end and leaves the tree at the best state proved.
///
/// # Errors
/// [`RunError`]; the tree is then as it was.
pub async fn run(
    options: &RunOptions,
    fixers: &[Fixer],
    cancel: watch::Receiver<bool>,
    events: &dyn Events,
) -> Result<RunReport, RunError> {
    let real = Workspace::open(&options.dir)?;
    let shadow = if options.dry_run {
        Some(Shadow::create(&real)?)
    } else {
        None
    };
    let workspace = match &shadow {
        Some(shadow) => Workspace::open(shadow.path())?,
        None => real.clone(),
    };
    let workspace = Arc::new(workspace);
    let started = Instant::now();
    let state_dir = if shadow.is_some() {
        None
    } else {
        options.state_dir.as_deref()
    };
    let journal = Journal::open(&workspace, state_dir)?;
    let store = match shadow {
        None => journal.dir().to_owned(),
        Some(_) => journal::dir(&real, options.state_dir.as_deref()),
    };
    let index = SymbolIndex::with_store(
        Arc::new(IndexSources(workspace.clone())),
        Some(Store {
            dir: store.clone(),
            maker: maker(),
            // A dry run leaves no trace.
            read_only: shadow.is_some(),
        }),
    );
    // Not those of the copy: what is kept goes by their paths.
    let symbols = Arc::new(index.with_dependencies(Surroundings::of_process(real.root())));
    let command = match &options.source {
        Source::Build(argv) => instrument(argv, options.colour),
        Source::Log(_) => Instrumented {
            argv: Vec::new(),
            env: Vec::new(),
            rewrite: Rewrite::None,
            hint: None,
        },
    };
    let label = command.argv.join(" ");
    let log = journal.start(&label)?;
    let dir = workspace.root().to_owned();
    let mut session = Session::new(
        workspace.clone(),
        command,
        dir,
        options.matchers.clone(),
        options.build_limit,
        cancel,
        events,
        log,
        symbols.clone(),
    );
    if let Some(record) = options.record.clone().filter(|_| shadow.is_none()) {
        session.failures = Some(Failures::new(journal.dir(), workspace.root(), record));
    }
    let mut warnings = Vec::new();
    let (learned, unread) = Learned::load(&options.search.learn, &store);
    warnings.extend(unread);
    let mut first = First::new(&session, journal.dir(), shadow.is_none(), options.reuse);
    let (search, cancelled) = match &options.source {
        Source::Build(_) => {
            let start = first.run(&mut session, fixers).await?;
            if !start.success && start.errors == usize::MAX {
                return Err(RunError::Unreadable {
                    status: start.status,
                    tail: start.tail,
                });
            }
            let (mut found, cancelled) = search(
                &mut session,
                fixers,
                &options.search,
                learned,
                start,
                &mut warnings,
            )
            .await;
            if !cancelled {
                first.confirm(&mut session, &mut found, &mut warnings).await;
            }
            warnings.extend(session.settle(&found.best.built.state));
            // A dry run leaves no trace.
            if options.search.learn.verdicts && shadow.is_none() {
                let learned = std::mem::take(&mut found.learned);
                warnings.extend(learned.save(&store));
            }
            first.keep(&mut session, &found.best.built);
            (found, cancelled)
        }
        Source::Log(bytes) => {
            let outcome = build::replay(bytes, &options.matchers);
            let start = built(&workspace, BTreeMap::new(), outcome);
            plan_once(
                &mut session,
                fixers,
                &options.search,
                learned,
                start,
                &mut warnings,
            )
            .await
        }
    };
    let diff = diff::unified(&session.changes(&BTreeMap::new(), &search.best.built.state));
    let undo = session.journal.finish()?;
    let saving = Instant::now();
    symbols.save();
    add(&mut session.steps.keep, saving.elapsed());
    session.steps.index = symbols.busy().as_secs_f64();
    let loaded: Vec<&Fixer> = fixers.iter().filter(|f| f.plugin.is_loaded()).collect();
    session.steps.load = loaded
        .iter()
        .map(|f| f.plugin.load_time().as_secs_f64())
        .sum();
    let build_time = session.build_time;
    Ok(report(
        &session,
        search,
        Totals {
            diff,
            undo: undo.filter(|_| shadow.is_none()),
            cancelled,
            breakers: breakers(fixers, &options.search.breakers),
            warnings,
            build_time,
            own_time: started.elapsed().saturating_sub(build_time),
            from_log: matches!(options.source, Source::Log(_)),
            loaded: loaded.iter().map(|f| f.name().to_owned()).collect(),
            reused: first.reused(),
            cache: options.search.cache.as_ref().map(ResultCache::report),
        },
    ))
}

fn breakers(fixers: &[Fixer], breakers: &Breakers) -> Vec<BreakerReport> {
    let reports = fixers.iter().map(|fixer| BreakerReport {
        plugin: fixer.name().to_owned(),
        version: fixer.version(),
        breaker: breakers.state(fixer.plugin.digest()),
    });
    reports
        .filter(|report| report.breaker != BreakerState::Closed { failures: 0 })
        .collect()
}

/// What the search leaves for the report.
pub struct Found {
    /// Where the tree is to end.
    pub best: Node,
    /// The first build.
    pub start: Built,
    ledger: crate::ledger::Ledger,
    rounds: usize,
    calls: usize,
    learned: Learned,
}

async fn search(
    session: &mut Session<'_>,
    fixers: &[Fixer],
    options: &SearchOptions,
    learned: Learned,
    start: Built,
    warnings: &mut Vec<String>,
) -> (Found, bool) {
    let mut search = Search::new(session, fixers, options, start);
    search.learned = learned;
    let ended = search.run().await;
    for kept in &search.best.chain {
        search
            .learned
            .judged(kept.key, kept.signature.clone(), true);
    }
    let found = Found {
        best: search.best.clone(),
        start: search.start.clone(),
        learned: std::mem::take(&mut search.learned),
        ledger: std::mem::take(&mut search.ledger),
        rounds: search.rounds,
        calls: search.calls,
    };
    let cancelled = matches!(ended, Err(StepError::Build(build::BuildError::Cancelled)));
    if let Err(error) = ended
        && !cancelled
    {
        warnings.push(error.to_string());
    }
    (found, cancelled)
}

/// Without a build nothing can be proved: everything that is applied by
/// default is applied once.
async fn plan_once(
    session: &mut Session<'_>,
    fixers: &[Fixer],
    options: &SearchOptions,
    learned: Learned,
    start: Built,
    warnings: &mut Vec<String>,
) -> (Found, bool) {
    let mut search = Search::new(session, fixers, options, start.clone());
    search.learned = learned;
    search.rounds = 1;
    let here = search.best.clone();
    let planned = search.plan(&here).await;
    let mut best = here;
    let mut cancelled = false;
    match planned {
        Ok(Some(node)) => best = node,
        Ok(None) => {}
        Err(StepError::Build(build::BuildError::Cancelled)) => cancelled = true,
        Err(error) => warnings.push(error.to_string()),
    }
    let found = Found {
        best,
        start,
        learned: Learned::default(),
        ledger: std::mem::take(&mut search.ledger),
        rounds: search.rounds,
        calls: search.calls,
    };
    warnings.extend(session.settle(&found.best.built.state));
    (found, cancelled)
}

struct Totals {
    diff: String,
    undo: Option<String>,
    cancelled: bool,
    breakers: Vec<BreakerReport>,
    warnings: Vec<String>,
    build_time: Duration,
    own_time: Duration,
    from_log: bool,
    loaded: Vec<String>,
    reused: Option<ReusedBuild>,
    cache: Option<CacheReport>,
}

/// Declarations kept by another build of buildfix may be others. (A program's
/// inode changes when somebody links to it.)
fn maker() -> String {
    let program = std::env::current_exe()
        .and_then(|path| path.metadata())
        .ok()
        .map(|metadata| (metadata.len(), metadata.modified().ok()));
    format!("{} {program:?}", env!("CARGO_PKG_VERSION"))
}

fn report(session: &Session<'_>, found: Found, totals: Totals) -> RunReport {
    let (start, best) = (&found.start, &found.best);
    let errors = |built: &Built| {
        built
            .problems
            .iter()
            .filter(|p| p.diagnostic.is_error())
            .count()
    };
    let outcome = if best.built.success {
        Outcome::Green
    } else if best.chain.is_empty() {
        Outcome::Unchanged
    } else {
        Outcome::Improved
    };
    let errors_after = if totals.from_log {
        let fixed: usize = best.chain.iter().map(|kept| kept.answered.len()).sum();
        errors(start).saturating_sub(fixed)
    } else {
        errors(&best.built)
    };
    RunReport {
        outcome,
        command: session.command.argv.clone(),
        errors_before: errors(start),
        errors_after,
        rounds: found.rounds,
        builds: session.builds - usize::from(totals.reused.is_some()),
        calls: found.calls,
        build_seconds: totals.build_time.as_secs_f64(),
        own_seconds: totals.own_time.as_secs_f64(),
        steps: session.steps,
        reused: totals.reused,
        plugins_loaded: totals.loaded,
        diagnostics: fates(&found),
        fixes: best.chain.iter().map(|kept| kept.record.clone()).collect(),
        diff: totals.diff,
        undo: totals.undo,
        cache: totals.cache,
        breakers: totals.breakers,
        cancelled: totals.cancelled,
        warnings: totals.warnings,
    }
}

/// Every error of the first build and every one that is left.
fn fates(found: &Found) -> Vec<DiagnosticReport> {
    let describe = |problem: &Problem, fate: Fate| DiagnosticReport {
        location: problem.location(),
        class: problem.diagnostic.class.clone(),
        message: problem.diagnostic.message.clone(),
        phase: problem.phase(),
        fate,
    };
    let is_error = |problem: &&Problem| problem.diagnostic.is_error();
    let mut left: BTreeMap<_, usize> = BTreeMap::new();
    if !found.best.built.success {
        for problem in found.best.built.problems.iter().filter(is_error) {
            *left.entry(problem.key).or_default() += 1;
        }
    }
    let fixed_by = |problem: &Problem| -> Option<&Kept> {
        found
            .best
            .chain
            .iter()
            .find(|kept| kept.answered.contains(&problem.key))
    };
    let mut reports = Vec::new();
    for problem in found.start.problems.iter().filter(is_error) {
        match left.get_mut(&problem.key) {
            // Reported below, where it is now.
            Some(count) if *count > 0 && fixed_by(problem).is_none() => *count -= 1,
            _ => {
                let fate = match fixed_by(problem) {
                    Some(kept) => Fate::Fixed {
                        fixer: kept.record.fixer.clone(),
                        tier: kept.record.tier,
                        title: kept.record.title.clone(),
                    },
                    None => Fate::GoneWithAnother,
                };
                reports.push(describe(problem, fate));
            }
        }
    }
    if !found.best.built.success {
        for problem in found.best.built.problems.iter().filter(is_error) {
            reports.push(describe(problem, found.ledger.fate(problem)));
        }
    }
    reports
}

impl Search<'_, '_> {
    /// What would be applied of what is proposed for a state, composed but not
    /// built.
    ///
    /// # Errors
    /// [`StepError`] when the tree cannot be moved to the state.
    pub async fn plan(&mut self, here: &Node) -> Result<Option<Node>, StepError> {
        let proposals = self.propose(here, false).await?;
        Ok(self.once(here, &proposals))
    }
}
