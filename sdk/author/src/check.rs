//! What would keep a plugin from being published, and what looks wrong.
//!
//! *Refusals* are facts of the file that no registry takes: it is no component
//! of the contract, its manifest cannot be read, it has no licence or no
//! description, or it does not pass its own cases. *Warnings* are for the author
//! to weigh.

use crate::case::Case;
use crate::test::{self, CaseReport, TestError};
use buildfix_component::{Access, Capabilities};
use buildfix_sandbox::Plugin;
use serde::Serialize;
use std::collections::BTreeSet;
use wasmparser::{Parser, Payload};

/// Bytes of debug sections and names from which on it is told how many.
const MANY_DEBUG_BYTES: usize = 64 << 10;
/// Per cent of its fuel that a case may burn without a warning.
const FUEL_PER_CENT: u64 = 80;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Findings {
    /// What a publish would refuse.
    pub refusals: Vec<String>,
    /// What looks wrong.
    pub warnings: Vec<String>,
}

/// Looks at a plugin that passed preflight, and runs its cases twice.
///
/// # Errors
/// [`TestError`]: the cases could not be run.
pub fn check(plugin: &Plugin, bytes: &[u8], cases: &[Case]) -> Result<Findings, TestError> {
    let mut findings = Findings::default();
    manifest(plugin, &mut findings);
    size(bytes, &mut findings);
    if cases.is_empty() {
        findings.warnings.push(
            "it has no cases: a folder below tests/ with log.txt, tree/ and expected.diff".into(),
        );
        return Ok(findings);
    }
    let first = test::run(plugin, cases, false)?;
    let second = test::run(plugin, cases, false)?;
    for (one, two) in first.iter().zip(&second) {
        let name = &one.name;
        if !one.passed {
            findings.refusals.push(format!("case `{name}` fails"));
        }
        if one != two {
            findings.refusals.push(format!(
                "case `{name}` gave two results in two runs: {}",
                differs(one, two)
            ));
        }
        for call in one.calls.iter().filter(|call| call.budget > 0) {
            let used = call.fuel.saturating_mul(100) / call.budget;
            if used >= FUEL_PER_CENT {
                findings.warnings.push(format!(
                    "case `{name}` used {used} % of its fuel on {} at {} ({} of {})",
                    call.class, call.place, call.fuel, call.budget
                ));
            }
        }
    }
    breadth(plugin, &first, &mut findings);
    Ok(findings)
}

fn manifest(plugin: &Plugin, findings: &mut Findings) {
    let manifest = plugin.manifest();
    for (key, value) in [
        ("license", &manifest.license),
        ("description", &manifest.description),
    ] {
        if value.as_deref().is_none_or(|value| value.trim().is_empty()) {
            findings
                .refusals
                .push(format!("plugin.toml has no `{key}`"));
        }
    }
    if manifest.repository.is_none() {
        findings.warnings.push(
            "plugin.toml has no `repository`: nobody can see what they let in, or report a fault"
                .into(),
        );
    }
    for class in &manifest.classes {
        let (language, rest) = class.split_once('/').unwrap_or((class, ""));
        if language == "*" || rest == "*" {
            findings.warnings.push(format!(
                "class `{class}` is broad: the plugin is called for every such error of a build"
            ));
        }
    }
}

fn size(bytes: &[u8], findings: &mut Findings) {
    let mut debug = 0;
    for payload in Parser::new(0).parse_all(bytes).flatten() {
        if let Payload::CustomSection(section) = payload
            && (section.name().starts_with(".debug") || section.name() == "name")
        {
            debug += section.data().len();
        }
    }
    if debug >= MANY_DEBUG_BYTES {
        findings.warnings.push(format!(
            "{debug} of its {} bytes are names and debug information: strip it for a release",
            bytes.len()
        ));
    }
}

/// What is declared and was of no use to any case.
fn breadth(plugin: &Plugin, reports: &[CaseReport], findings: &mut Findings) {
    let calls = || reports.iter().flat_map(|report| &report.calls);
    let read: BTreeSet<&String> = calls().flat_map(|call| &call.files_read).collect();
    let asks = calls().any(|call| call.host_calls > 0);
    for entry in &plugin.manifest().capabilities.read {
        let used = match entry.as_str() {
            // It may list files or look up symbols, which is not told apart.
            "workspace" | "diagnostic-files" => asks,
            _ => {
                let access = Access::of(&Capabilities {
                    read: vec![entry.clone()],
                });
                read.iter().any(|path| access.matches(path))
            }
        };
        if !used {
            findings.warnings.push(format!(
                "no case needs the capability `{entry}`: drop it, or add a case that does"
            ));
        }
    }
    for call in calls() {
        findings.warnings.extend(call.denied.iter().cloned());
    }
}

fn differs(one: &CaseReport, two: &CaseReport) -> String {
    let mut what = Vec::new();
    if one.diff != two.diff {
        what.push("the diff");
    }
    let fuel = |report: &CaseReport| -> Vec<u64> { report.calls.iter().map(|c| c.fuel).collect() };
    if fuel(one) != fuel(two) {
        what.push("the fuel");
    }
    if what.is_empty() {
        what.push("the calls");
    }
    what.join(" and ")
}
