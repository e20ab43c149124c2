//! `buildfix plugin replay`

use crate::args::{GREEN, IMPROVED, author_dev::Replay};
use crate::project::Project;
use crate::{fixers, terminal};
use anyhow::{Context as _, Result, bail};
use buildfix_author::replay;
use buildfix_component::text::tame_line;
use buildfix_engine::config::{Config, Origin};
use buildfix_sandbox::replay::{Bundle, Ending, Replayed};
use std::fmt::Write as _;
use std::path::Path;

pub fn run(args: &Replay) -> Result<u8> {
    let file = replay::file(&args.bundle);
    let bundle = replay::read(&file)?;
    let (label, component) = match &args.plugin {
        Some(path) => {
            let bytes = std::fs::read(path)
                .with_context(|| format!("cannot read the plugin {}", path.display()))?;
            (path.display().to_string(), bytes)
        }
        None => {
            let dir = args.dir.clone().or_else(|| replay::project(&file));
            find(&bundle, dir.as_deref().unwrap_or(Path::new(".")))?
        }
    };
    let cache = fixers::cache_dir().map(|dir| dir.join(fixers::COMPILED));
    let replayed = replay::run(&bundle, &label, component, cache)?;
    let differences = replayed.differences(&bundle);
    terminal::print(&human(&bundle, &replayed, &label, &differences))?;
    Ok(if differences.is_empty() {
        GREEN
    } else {
        IMPROVED
    })
}

/// The component that a bundle is of, by its digest.
fn find(bundle: &Bundle, dir: &Path) -> Result<(String, Vec<u8>)> {
    let wanted = bundle.plugin.digest.as_str();
    let is_it = |bytes: &[u8]| blake3::hash(bytes).to_hex().as_str() == wanted;
    for (name, bytes) in buildfix_bundled::components() {
        if is_it(bytes) {
            return Ok((format!("bundled {name}"), bytes.to_vec()));
        }
    }
    let config = Config::load(dir)?;
    for (key, settings) in &config.plugins {
        // One that is not there is not it.
        if let Origin::Path(path) = settings.origin(key)
            && let Ok(bytes) = std::fs::read(dir.join(path))
            && is_it(&bytes)
        {
            return Ok((dir.join(path).display().to_string(), bytes));
        }
    }
    if fixers::cache_dir().is_some() {
        for path in Project::open(dir, None, true)?.store().artifacts() {
            if let Ok(bytes) = std::fs::read(&path)
                && is_it(&bytes)
            {
                return Ok((path.display().to_string(), bytes));
            }
        }
    }
    let plugin = &bundle.plugin;
    bail!(
        "the component of {} {} with the digest {wanted} is not on this machine: it is none of the \
         bundled ones, of buildfix.toml in {}, or of the installed ones\n\
         help: name its file with `--plugin FILE.wasm`",
        tame_line(&plugin.name, 100),
        plugin.version,
        dir.display()
    )
}

/// All that is known of the call. What is in a bundle may be a stranger's words.
fn human(bundle: &Bundle, replayed: &Replayed, label: &str, differences: &[String]) -> String {
    let line = |text: &str| tame_line(text, 1_000);
    let manifest = replayed.plugin.manifest();
    let request = &bundle.request;
    let outcome = &replayed.outcome;
    let mut text = format!("{} {}\n", manifest.name, manifest.version);
    let mut row = |what: &str, value: &str| {
        let _ = writeln!(text, "  {what:8} {value}");
    };
    row("file", label);
    row("class", &line(&request.class));
    if let Some(first) = request.diagnostics.first() {
        let message = first.message.lines().next().unwrap_or_default();
        let place = format!("{}:{}:{}", first.span.path, first.line, first.column);
        row("at", &line(&format!("{place}: {message}")));
    }
    if request.diagnostics.len() > 1 {
        let more = request.diagnostics.len() - 1;
        row(
            "",
            &format!("and {}", terminal::count(more, "more diagnostic")),
        );
    }
    row("outcome", &line(&outcome.ending.text()));
    row(
        "fuel",
        &format!("{} units, tier {}", outcome.fuel, outcome.tier),
    );
    row(
        "memory",
        &format!("{} KiB", outcome.peak_memory.div_ceil(1024)),
    );
    let calls = usize::try_from(outcome.host_calls).unwrap_or(usize::MAX);
    row("host", &terminal::count(calls, "call"));
    match &outcome.ending {
        Ending::Failed { backtrace, .. } => {
            for frame in backtrace {
                let _ = writeln!(text, "  at {}", line(frame));
            }
        }
        Ending::Answered { fixes, dropped } => {
            for title in fixes {
                let _ = writeln!(text, "  fix: {}", line(title));
            }
            for reason in dropped {
                let _ = writeln!(text, "  dropped: {}", line(reason));
            }
        }
    }
    for log in &outcome.log {
        let _ = writeln!(text, "  log {}: {}", log.level, line(&log.message));
    }
    if let Err(error) = &replayed.result
        && let Some(help) = error.help()
    {
        let _ = writeln!(text, "help: {help}");
    }
    if !replayed.is_recorded_component(bundle) {
        let plugin = &bundle.plugin;
        let _ = writeln!(
            text,
            "note: this is not the component that the call was recorded of, which is {} {} with the \
             digest {}",
            line(&plugin.name),
            plugin.version,
            plugin.digest
        );
    }
    if bundle.buildfix != env!("CARGO_PKG_VERSION") {
        let recorded = line(&bundle.buildfix);
        let _ = writeln!(text, "note: it was recorded by buildfix {recorded}");
    }
    if differences.is_empty() {
        text.push_str("the same outcome as recorded\n");
    } else {
        text.push_str("another outcome than recorded:\n");
        for difference in differences {
            let _ = writeln!(text, "  {}", line(difference));
        }
    }
    text
}
