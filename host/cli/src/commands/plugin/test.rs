//! `buildfix plugin test`

use crate::args::author_test::Test;
use crate::args::{Format, GREEN, IMPROVED};
use crate::{fixers, terminal};
use anyhow::{Context as _, Result};
use buildfix_author::build;
use buildfix_author::test::{self, CaseReport, Figures};
use buildfix_engine::config::Config;
use serde_json::json;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub fn run(args: &Test) -> Result<u8> {
    let (file, dir) = locate(&args.plugin)?;
    let dir = args.cases.clone().unwrap_or(dir);
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let plugin =
        fixers::sandbox(&Config::default(), None)?.load(&file.display().to_string(), &bytes)?;
    let cases = test::cases(&dir, args.filter.as_deref())?;
    anyhow::ensure!(
        !cases.is_empty(),
        "there is no case to run in {}\n\
         help: a case is a folder below it with log.txt, tree/ and expected.diff",
        dir.join("tests").display()
    );
    let reports = test::run(&plugin, &cases, args.update)?;
    let passed = reports.iter().all(|report| report.passed);
    let total = Figures::of(reports.iter().flat_map(|report| &report.calls));
    let text = match args.format {
        Format::Json => {
            let report = json!({
                "plugin": plugin.manifest().name,
                "version": plugin.manifest().version,
                "digest": plugin.digest(),
                "passed": passed,
                "total": total,
                "cases": reports,
            });
            format!("{}\n", serde_json::to_string_pretty(&report)?)
        }
        Format::Human => human(&reports, &total),
    };
    terminal::print(&text)?;
    Ok(if passed { GREEN } else { IMPROVED })
}

/// The component that the argument means, and the plugin's folder: of a folder,
/// the file that `buildfix plugin build` leaves there, or else its only one.
pub fn locate(plugin: &Path) -> Result<(PathBuf, PathBuf)> {
    if plugin.is_file() {
        let parent = plugin.parent().filter(|p| !p.as_os_str().is_empty());
        return Ok((
            plugin.to_owned(),
            parent.unwrap_or(Path::new(".")).to_owned(),
        ));
    }
    let built = build::output(plugin);
    if let Some(built) = built.as_ref().filter(|built| built.is_file()) {
        return Ok((built.clone(), plugin.to_owned()));
    }
    let entries = std::fs::read_dir(plugin)
        .with_context(|| format!("cannot read {}", plugin.display()))?
        .flatten();
    let found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "wasm"))
        .collect();
    match &found[..] {
        [one] => Ok((one.clone(), plugin.to_owned())),
        [] => {
            let dir = plugin.display();
            let what = match built {
                Some(built) => format!("{} is not there", built.display()),
                None => format!("{dir} has neither a plugin.toml nor a component"),
            };
            anyhow::bail!(
                "{what}\n\
                 help: build it with `buildfix plugin build {dir}`, or name the component's file"
            )
        }
        more => anyhow::bail!(
            "{} has {} components, and none of them is what `buildfix plugin build` makes there\n\
             help: build it with `buildfix plugin build`, or name one of the files",
            plugin.display(),
            more.len()
        ),
    }
}

/// What the cases say, for people.
pub fn human(reports: &[CaseReport], total: &Figures) -> String {
    let mut text = String::new();
    for report in reports {
        let word = match (report.passed, report.updated) {
            (true, true) => "updated",
            (true, false) => "ok",
            (false, _) => "FAILED",
        };
        let _ = writeln!(text, "{word:8} {}", report.name);
        let _ = writeln!(text, "         {}", figures(&Figures::of(&report.calls)));
        for title in &report.applied {
            let _ = writeln!(text, "         fix: {title}");
        }
        for left in &report.left {
            let _ = writeln!(text, "         left: {left}");
        }
        for call in &report.calls {
            for what in call
                .rejected
                .iter()
                .chain(&call.denied)
                .chain(&call.failure)
            {
                let _ = writeln!(text, "         {}", what.replace('\n', "\n         "));
            }
        }
        if !report.passed && !report.difference.is_empty() {
            let _ = writeln!(
                text,
                "         {}",
                report.difference.trim_end().replace('\n', "\n         ")
            );
        }
    }
    let failed = reports.iter().filter(|report| !report.passed).count();
    let _ = writeln!(
        text,
        "\n{}, {failed} failed; {}",
        terminal::count(reports.len(), "case"),
        figures(total)
    );
    text
}

fn figures(figures: &Figures) -> String {
    format!(
        "{}, fuel p50 {} max {} of {} (tier {}), memory {} KiB, {}, {}",
        terminal::count(figures.calls, "call"),
        units(figures.fuel_p50),
        units(figures.fuel_max),
        units(figures.budget),
        figures.tier,
        figures.memory.div_ceil(1024),
        terminal::count(
            usize::try_from(figures.host_calls).unwrap_or(usize::MAX),
            "host call"
        ),
        terminal::count(figures.files_read, "file") + " read",
    )
}

/// Fuel as a manifest writes it, rounded.
fn units(fuel: u64) -> String {
    match fuel {
        0..10_000 => fuel.to_string(),
        10_000..10_000_000 => format!("{}K", fuel / 1_000),
        10_000_000..10_000_000_000 => format!("{}M", fuel / 1_000_000),
        _ => format!("{}G", fuel / 1_000_000_000),
    }
}
