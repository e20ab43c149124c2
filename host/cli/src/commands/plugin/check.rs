//! `buildfix plugin check`

use super::test::locate;
use crate::args::author_test::Check;
use crate::args::{Format, GREEN, IMPROVED};
use crate::{fixers, terminal};
use anyhow::{Context as _, Result};
use buildfix_author::check::Findings;
use buildfix_author::{check, test};
use buildfix_engine::config::Config;
use buildfix_sandbox::LoadError;
use std::fmt::Write as _;

pub fn run(args: &Check) -> Result<u8> {
    let (file, dir) = locate(&args.plugin)?;
    let dir = args.cases.clone().unwrap_or(dir);
    let bytes = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let sandbox = fixers::sandbox(&Config::default(), None)?;
    let loaded = sandbox.load(&file.display().to_string(), &bytes);
    let findings = match &loaded {
        Ok(plugin) => check::check(plugin, &bytes, &test::cases(&dir, None)?)?,
        Err(error) => Findings {
            refusals: vec![refusal(error)],
            warnings: Vec::new(),
        },
    };
    let text = match args.format {
        Format::Json => format!("{}\n", serde_json::to_string_pretty(&findings)?),
        Format::Human => {
            let mut text = String::new();
            for refusal in &findings.refusals {
                let _ = writeln!(text, "error: {refusal}");
            }
            for warning in &findings.warnings {
                let _ = writeln!(text, "warning: {warning}");
            }
            let verdict = match findings.refusals.len() {
                0 => "a registry would take it".to_owned(),
                n => format!(
                    "a registry would refuse it for {}",
                    terminal::count(n, "reason")
                ),
            };
            let _ = writeln!(text, "{}: {verdict}", file.display());
            text
        }
    };
    terminal::print(&text)?;
    Ok(if findings.refusals.is_empty() {
        GREEN
    } else {
        IMPROVED
    })
}

fn refusal(error: &LoadError) -> String {
    match error.help() {
        Some(help) => format!("{error}\nhelp: {help}"),
        None => error.to_string(),
    }
}
