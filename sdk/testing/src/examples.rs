//! Examples for documentation, taken from tests.
//!
//! While the environment variable `BUILDFIX_EXAMPLES` names a folder, every fix
//! that [`run`](crate::run) gets is written there too: a JSON line with the
//! error, the fix, and the lines before and after it. What a table of fixers
//! shows has then been tested.

use crate::{Answer, LocalHost, apply};
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;

/// The variable.
const VARIABLE: &str = "BUILDFIX_EXAMPLES";

/// One fix, as documentation shows it.
#[derive(Debug)]
pub struct Example<'a> {
    /// The fixer's crate.
    pub fixer: &'a str,
    /// The error's class.
    pub class: &'a str,
    /// What the compiler said.
    pub message: &'a str,
    /// The fix's applicability.
    pub tier: &'a str,
    /// The fix's title.
    pub title: &'a str,
    /// Path, text before and text after of each file that it edits.
    pub files: Vec<(String, String, String)>,
}

/// The folder, where somebody asks for examples.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty())?;
    Some(PathBuf::from(folder))
}

/// Writes an example down. Does nothing where nobody asks for it, and says
/// nothing where it cannot be written: no test is about this.
pub fn example(example: &Example<'_>) {
    let Some(folder) = folder() else { return };
    let files: Vec<_> = example
        .files
        .iter()
        .map(|(path, before, after)| json!({ "path": path, "before": before, "after": after }))
        .collect();
    let line = json!({
        "fixer": example.fixer.replace('_', "-"),
        "class": example.class,
        "message": example.message,
        "tier": example.tier,
        "title": example.title,
        "files": files,
    });
    let file = folder.join(format!("{}.jsonl", std::process::id()));
    // One write a call: tests run side by side.
    let _ = std::fs::File::options()
        .create(true)
        .append(true)
        .open(file)
        .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
}

/// Writes down the best fix for each diagnostic.
pub(crate) fn record<F>(host: &LocalHost, answers: &[Answer]) {
    if folder().is_none() {
        return;
    }
    let name = std::any::type_name::<F>();
    let fixer = name.split("::").next().unwrap_or(name);
    for Answer { request, response } in answers {
        let Ok(response) = response else { continue };
        for diagnostic in &request.diagnostics {
            let best = response
                .fixes
                .iter()
                .find(|fix| fix.answers.contains(&diagnostic.id));
            let Some(fix) = best else { continue };
            let Ok(texts) = apply(host, fix) else {
                continue;
            };
            let before = |path: &str| host.source(path).map(|file| file.text);
            example(&Example {
                fixer,
                class: &diagnostic.class,
                message: &diagnostic.message,
                tier: &fix.applicability,
                title: &fix.title,
                files: texts
                    .into_iter()
                    .map(|(path, after)| {
                        let before = before(&path).unwrap_or_default();
                        (path, before, after)
                    })
                    .collect(),
            });
        }
    }
}
