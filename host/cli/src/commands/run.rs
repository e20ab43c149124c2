//! `buildfix run`

use super::read_log;
use crate::args::{CANCELLED, Format, GREEN, IMPROVED, Run, TIMED_OUT, UNCHANGED};
use crate::events::{EventStream, Listeners};
use crate::fixers;
use crate::terminal::{self, Progress};
use anyhow::{Context as _, Result};
use buildfix_engine::breaker::BreakerState;
use buildfix_engine::build::BuildError;
use buildfix_engine::config::{self, Config};
use buildfix_engine::failures::RecordOptions;
use buildfix_engine::report::{Fate, Outcome, RunReport};
use buildfix_engine::{
    LearnOptions, RunError, RunOptions, SearchOptions, Source, StepError, command,
};
use buildfix_learn::Templates;
use buildfix_sandbox::cache::{
    CacheReport, DEFAULT_SIZE, Mode, ResultCache, ResultCacheOptions, Verdict,
};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub fn run(args: &Run, verbose: u8) -> Result<u8> {
    let dir = args
        .dir
        .canonicalize()
        .with_context(|| format!("cannot work in {}", args.dir.display()))?;
    let (config, config_dir) = match &args.manifest {
        Some(path) => {
            let parent = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty());
            (
                Config::read(path, false)?,
                parent.map_or_else(|| ".".into(), ToOwned::to_owned),
            )
        }
        None => (Config::load(&dir)?, dir.clone()),
    };
    let source = match &args.from_log {
        Some(log) => Source::Log(read_log(log)?),
        None => Source::Build(command_of(&args.build, &config, &dir)?),
    };
    if !confirmed(args)? {
        terminal::warn("buildfix: nothing was changed");
        return Ok(UNCHANGED);
    }
    let seconds = args.build_timeout.or(config.build.timeout);
    let cache = result_cache(args, &config)?;
    let learn = learned(args, &config, &config_dir)?;
    let mut options = RunOptions {
        dir,
        source,
        dry_run: args.dry_run,
        state_dir: args.state_dir.clone(),
        matchers: config.matcher.clone(),
        colour: terminal::colour(),
        build_limit: seconds.map(Duration::from_secs),
        reuse: !args.no_reuse,
        record: None,
        search: SearchOptions {
            max_rounds: args.max_rounds,
            max_builds: args.max_builds.map(|builds| builds.max(1)),
            routes: config.routes.clone(),
            breakers: Arc::new(fixers::breakers()),
            slow_call: config.limits.slow_call(),
            placeholders: args.placeholders,
            only: args.only.clone(),
            exclude: args.exclude.clone(),
            allow_dirty: args.allow_dirty || args.dry_run,
            cache: cache.clone(),
            sample: !args.no_sample,
            learn,
        },
    };
    let sandbox = fixers::sandbox(&config, args.jobs)?;
    let fixers = fixers::open(
        &sandbox,
        &config,
        &config_dir,
        &args.plugin,
        !args.no_bundled,
        args.offline,
    )?;
    if !args.no_record {
        // Those of the command line come last.
        let named = fixers[fixers.len() - args.plugin.len()..]
            .iter()
            .zip(&args.plugin)
            .map(|(fixer, file)| (fixer.plugin.digest().to_owned(), file.clone()))
            .collect();
        options.record = Some(RecordOptions { named });
    }
    let stdout_taken = args
        .events
        .as_deref()
        .is_some_and(|path| path.as_os_str() == "-");
    let progress = Progress::new(args.format == Format::Json, verbose);
    let stream = args.events.as_deref().map(EventStream::open).transpose()?;
    let events = Listeners {
        progress: &progress,
        stream: stream.as_ref(),
    };
    let timed_out = Arc::new(AtomicBool::new(false));
    let (timeout, out_of_time) = (args.timeout, timed_out.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let report = runtime.block_on(async {
        let (cancel, cancelled) = tokio::sync::watch::channel(false);
        let stop = cancel.clone();
        tokio::spawn(async move {
            let Some(timeout) = timeout else { return };
            tokio::time::sleep(timeout).await;
            out_of_time.store(true, Ordering::Relaxed);
            stop.send_replace(true);
        });
        tokio::spawn(async move {
            // The first Ctrl-C ends the run in good order. A second one ends
            // the process as it would any other; the journal mends that.
            if tokio::signal::ctrl_c().await.is_ok() {
                cancel.send_replace(true);
                terminal::warn("\nbuildfix: stopping; the tree goes back to its best state");
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(i32::from(CANCELLED));
                }
            }
        });
        let run = buildfix_engine::run(&options, &fixers, cancelled, &events);
        tokio::pin!(run);
        let mut ticks = tokio::time::interval(Duration::from_millis(250));
        loop {
            tokio::select! {
                done = &mut run => break done,
                _ = ticks.tick() => events.tick(),
            }
        }
    });
    progress.clear();
    if let Some(cache) = &cache {
        cache.close();
    }
    // A fixer's question to the host may still be worked on; nobody waits for
    // the answer.
    runtime.shutdown_background();
    let timed_out = timed_out.load(Ordering::Relaxed);
    let report = match report {
        // Before the first build has ended there is nothing to report.
        Err(RunError::Step(StepError::Build(BuildError::Cancelled))) => {
            terminal::warn("buildfix: stopped; nothing was changed");
            return Ok(if timed_out { TIMED_OUT } else { CANCELLED });
        }
        report => report?,
    };
    if let Some(stream) = &stream {
        stream.ended(&report);
    }
    match args.format {
        Format::Json if stdout_taken => {}
        Format::Json => {
            let mut text = serde_json::to_string_pretty(&report)?;
            text.push('\n');
            terminal::print(&text)?;
        }
        Format::Human => {
            if (args.dry_run || args.from_log.is_some()) && !stdout_taken {
                terminal::print(&report.diff)?;
            }
            terminal::warn(human(&report, args, verbose).trim_end());
        }
    }
    if let Some(cache) = &report.cache {
        told_by_cache(cache)?;
    }
    Ok(match report.outcome {
        _ if report.cancelled && timed_out => TIMED_OUT,
        _ if report.cancelled => CANCELLED,
        Outcome::Green => GREEN,
        Outcome::Improved => IMPROVED,
        Outcome::Unchanged => UNCHANGED,
    })
}

/// What is used of what was learned.
fn learned(args: &Run, config: &Config, dir: &std::path::Path) -> Result<LearnOptions> {
    let wanted = |wanted: bool| wanted && !args.no_learned;
    Ok(LearnOptions {
        templates: match wanted(config.learn.templates) {
            true => Arc::new(Templates::load(dir)?),
            false => Arc::default(),
        },
        verdicts: wanted(config.learn.verdicts),
    })
}

/// Where results are kept, unless the user does not want it or has no home.
fn result_cache(args: &Run, config: &Config) -> Result<Option<ResultCache>> {
    let Some(dir) = fixers::cache_dir().filter(|_| !args.no_cache) else {
        anyhow::ensure!(
            !(args.recache || args.verify_cache || args.explain),
            "there is no folder for a cache\n\
             help: name one with the variable BUILDFIX_CACHE_DIR"
        );
        return Ok(None);
    };
    let mode = match (args.recache, args.verify_cache) {
        (true, _) => Mode::Recache,
        (_, true) => Mode::Verify,
        _ => Mode::Use,
    };
    let cache = ResultCache::new(ResultCacheOptions {
        dir,
        size: DEFAULT_SIZE,
        mode,
        salt: config.cache.salt.clone(),
        explain: args.explain,
    });
    // Nobody waits for it.
    drop(cache.collect_in_background());
    Ok(Some(cache))
}

/// What `--verify-cache` found.
fn told_by_cache(cache: &CacheReport) -> Result<()> {
    let told: Vec<String> = cache
        .differences
        .iter()
        .map(|d| {
            let what = d.what.join(", ");
            format!(
                "\n  {}: {} [{}, key {}]: {what}",
                d.file, d.class, d.plugin, d.key
            )
        })
        .collect();
    anyhow::ensure!(
        told.is_empty(),
        "{} in the cache differ from what a run gives:{}\n\
         help: a fixer or the host is not deterministic; please report it",
        terminal::count(told.len(), "result"),
        told.concat(),
    );
    Ok(())
}

/// What `--explain` tells.
fn explained(cache: &CacheReport) -> String {
    let mut text = String::from("Calls:\n");
    for lookup in &cache.lookups {
        let verdict = match &lookup.verdict {
            Verdict::Hit => "hit".to_owned(),
            Verdict::Miss(why) => format!("miss: {why}"),
        };
        for place in &lookup.places {
            let _ = writeln!(
                text,
                "  {}:{}:{}: {} [{}, round {}, key {}] {verdict}",
                lookup.file,
                place.line,
                place.column,
                lookup.class,
                lookup.plugin,
                lookup.round,
                lookup.key,
            );
        }
    }
    let _ = writeln!(
        text,
        "  {} of {} answered by the cache",
        cache.counters.hits,
        terminal::count(cache.lookups.len(), "call"),
    );
    text
}

/// The build: what was given, else what is configured, else what the folder
/// looks like.
pub(super) fn command_of(
    given: &[String],
    config: &Config,
    dir: &std::path::Path,
) -> Result<Vec<String>> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    if let Some(command) = config
        .build
        .command
        .as_ref()
        .filter(|command| !command.is_empty())
    {
        return Ok(command.clone());
    }
    command::detect(dir).with_context(|| {
        format!(
            "no build is known for {}\nhelp: give it: `buildfix run -- make`, or put it into {}: \
             [build] command = [\"make\"]",
            dir.display(),
            config::FILE
        )
    })
}

/// Asks once, where there is somebody to ask.
fn confirmed(args: &Run) -> Result<bool> {
    let nobody = !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal();
    if args.yes || args.dry_run || nobody {
        return Ok(true);
    }
    terminal::warn(
        "buildfix will change files in this folder; `buildfix undo` takes it back. Go on? [Y/n]",
    );
    let mut answer = String::new();
    std::io::stdin()
        .read_line(&mut answer)
        .context("cannot read the answer")?;
    Ok(!answer.trim().to_lowercase().starts_with('n'))
}

fn human(report: &RunReport, args: &Run, verbose: u8) -> String {
    let mut text = String::from("\n");
    let mut classes: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut left: Vec<String> = Vec::new();
    for diagnostic in &report.diagnostics {
        let (fixed, open) = classes.entry(&diagnostic.class).or_default();
        let why = match &diagnostic.fate {
            Fate::Fixed { .. } | Fate::GoneWithAnother => {
                *fixed += 1;
                continue;
            }
            fate => reason(fate),
        };
        *open += 1;
        let message = diagnostic.message.lines().next().unwrap_or_default();
        left.push(format!(
            "  {}: {}: {message}\n      {why}\n",
            diagnostic.location, diagnostic.class
        ));
    }
    if !report.fixes.is_empty() {
        let _ = writeln!(text, "Kept:");
        for fix in &report.fixes {
            let at = fix.answers.first().map_or("", String::as_str);
            let more = fix.answers.len().saturating_sub(1);
            let more = if more > 0 {
                format!(" (+{more})")
            } else {
                String::new()
            };
            let _ = writeln!(
                text,
                "  {at}{more}: {} [{} {}, {}]",
                fix.title,
                fix.fixer,
                fix.version,
                fix.tier.as_str()
            );
        }
    }
    if !left.is_empty() {
        let _ = writeln!(text, "Left:");
        text.extend(left);
    }
    if classes.len() > 1 {
        let _ = writeln!(text, "{:40} {:>7} {:>6}", "Class", "fixed", "left");
        for (class, (fixed, open)) in &classes {
            let _ = writeln!(text, "{class:40} {fixed:>7} {open:>6}");
        }
    }
    if let Some(cache) = report.cache.as_ref().filter(|_| args.explain) {
        text.push_str(&explained(cache));
    }
    for breaker in &report.breakers {
        let (plugin, version) = (&breaker.plugin, &breaker.version);
        let _ = writeln!(
            text,
            "plugin {plugin} {version}: {}",
            breaker_text(&breaker.breaker)
        );
    }
    for warning in &report.warnings {
        let _ = writeln!(text, "warning: {warning}");
    }
    let outcome = match report.outcome {
        Outcome::Green => "green",
        Outcome::Improved => "improved",
        Outcome::Unchanged => "unchanged",
    };
    let unproved = if args.from_log.is_some() {
        " (not proved: nothing was built)"
    } else {
        ""
    };
    let _ = writeln!(
        text,
        "{outcome}: {} before, {} after{unproved}; {}, {} in {:.1} s, everything else {:.1} s",
        terminal::count(report.errors_before, "error"),
        report.errors_after,
        terminal::count(report.rounds, "round"),
        terminal::count(report.builds, "build"),
        report.build_seconds,
        report.own_seconds,
    );
    if let Some(reused) = &report.reused {
        let _ = writeln!(
            text,
            "the first build is the one of {} ago; --no-reuse builds again",
            terminal::ago(Duration::from_secs(reused.age_seconds)),
        );
    }
    if verbose > 0 {
        text.push_str(&spent(report));
    }
    if report.undo.is_some() {
        let _ = writeln!(text, "`buildfix undo` takes it back");
    }
    text
}

/// Where the time went.
fn spent(report: &RunReport) -> String {
    let steps = &report.steps;
    format!(
        "seconds: dispatch {:.2} (of which load {:.2}, index {:.2}), place {:.2}, apply {:.2}, \
         survey {:.2}, keep {:.2}; while building: parse {:.2}\nplugins loaded: {}\n",
        steps.dispatch,
        steps.load,
        steps.index,
        steps.place,
        steps.apply,
        steps.survey,
        steps.keep,
        steps.parse,
        if report.plugins_loaded.is_empty() {
            "none".to_owned()
        } else {
            report.plugins_loaded.join(", ")
        },
    )
}

/// How a breaker stands, for people.
pub fn breaker_text(breaker: &BreakerState) -> String {
    match breaker {
        BreakerState::Closed { failures: 0 } => "closed".to_owned(),
        BreakerState::Closed { failures } => {
            format!("closed, {} lately", terminal::count(*failures, "failure"))
        }
        BreakerState::Open { seconds_left, last } => {
            format!("left alone for {seconds_left} s more; its last failure: {last}")
        }
        BreakerState::HalfOpen { last } => {
            format!("gets a trial call next; its last failure: {last}")
        }
    }
}

fn reason(fate: &Fate) -> String {
    let attempts = |attempts: &[buildfix_engine::report::Attempt]| {
        let told: Vec<String> = attempts
            .iter()
            .map(|a| {
                format!(
                    "{} [{}, {}]: {}",
                    a.title,
                    a.fixer,
                    a.tier.as_str(),
                    a.reason
                )
            })
            .collect();
        told.join("\n      ")
    };
    match fate {
        Fate::Fixed { .. } | Fate::GoneWithAnother => "fixed".to_owned(),
        Fate::NoFixer => "no fixer handles this class".to_owned(),
        Fate::NoProposal { asked, notes } if notes.is_empty() => {
            format!("no proposal from {}", asked.join(", "))
        }
        Fate::NoProposal { notes, .. } => notes.join("; "),
        Fate::Reverted { attempts: a } => format!("taken back: {}", attempts(a)),
        Fate::Overlapped { attempts: a } => format!("overlapped: {}", attempts(a)),
        Fate::NotByDefault { attempts: a } => format!("not applied: {}", attempts(a)),
        Fate::OutOfBudget => {
            "not tried: the rounds or builds ran out (--max-rounds, --max-builds)".to_owned()
        }
        Fate::Outside => "its place is not a file of the workspace".to_owned(),
        Fate::Dirty => {
            "its file has changes that version control does not have; commit them or pass --allow-dirty".to_owned()
        }
        Fate::FixerFailed { messages } => messages.join("; "),
    }
}
