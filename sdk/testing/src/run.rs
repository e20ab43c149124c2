//! Runs a fixer over a log.

use crate::{LocalHost, apply, examples, requests_from_log};
use buildfix_sdk::{Fixer, Request, Response};
use std::fmt::Write as _;
use std::path::Path;

/// A request and what the fixer said to it.
#[derive(Debug)]
pub struct Answer {
    /// What it was asked.
    pub request: Request,
    /// What it answered.
    pub response: Result<Response, String>,
}

/// Asks a fixer about every error of a log that `wanted` chooses, by class and
/// workspace-relative path.
#[must_use]
pub fn run<F: Fixer>(
    host: &LocalHost,
    log: &[u8],
    wanted: impl Fn(&str, &str) -> bool,
) -> Vec<Answer> {
    let answers: Vec<Answer> = requests_from_log(host, log, wanted)
        .into_iter()
        .map(|request| Answer {
            response: F::fix(&request, host),
            request,
        })
        .collect();
    examples::record::<F>(host, &answers);
    answers
}

/// The answers as text: each diagnostic with its fixes, best first, the lines
/// that each fix takes away and puts in their place, and the notes.
#[must_use]
pub fn report(host: &LocalHost, answers: &[Answer]) -> String {
    let mut out = String::new();
    for Answer { request, response } in answers {
        for d in &request.diagnostics {
            let message = d.message.lines().next().unwrap_or_default();
            let path = &d.span.path;
            let _ = writeln!(
                out,
                "{path}:{}:{}: {}: {message}",
                d.line, d.column, d.class
            );
            let response = match response {
                Ok(response) => response,
                Err(error) => {
                    let _ = writeln!(out, "  failed: {error}");
                    continue;
                }
            };
            for fix in response
                .fixes
                .iter()
                .filter(|fix| fix.answers.contains(&d.id))
            {
                let _ = writeln!(out, "  [{}] {}", fix.applicability, fix.title);
                match apply(host, fix) {
                    Ok(texts) => {
                        for (path, text) in texts {
                            let old = host.source(&path).map(|file| file.text).unwrap_or_default();
                            changed_lines(&mut out, &old, &text);
                        }
                    }
                    Err(error) => {
                        let _ = writeln!(out, "    refused: {error}");
                    }
                }
                for file in &fix.files {
                    let _ = writeln!(out, "    {} {}", file.op, file.path);
                }
            }
            for note in response.notes.iter().filter(|note| note.diagnostic == d.id) {
                let _ = writeln!(out, "  note: {}", note.message);
            }
        }
    }
    for (level, message) in host.logged() {
        let _ = writeln!(out, "{level}: {message}");
    }
    out
}

/// The lines between the first and the last that differ.
fn changed_lines(out: &mut String, old: &str, new: &str) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same..], &new[same..]);
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    for (sign, lines) in [('-', old), ('+', new)] {
        for line in &lines[..lines.len() - tail] {
            let _ = writeln!(out, "    {sign} {line}");
        }
    }
}

/// The report of a fixer over a case: a folder with the broken tree in
/// `before/` and the build's output in `log.jsonl` or `log.txt`. `class`
/// chooses the error classes by how they begin; empty means all.
///
/// # Errors
/// Says which file cannot be read.
pub fn try_fixer<F: Fixer>(case: &Path, class: &str) -> Result<String, String> {
    let log = [case.join("log.jsonl"), case.join("log.txt")];
    let log = log.iter().find(|path| path.is_file()).unwrap_or(&log[1]);
    let log = std::fs::read(log).map_err(|error| format!("{}: {error}", log.display()))?;
    let host = LocalHost::new(case.join("before"));
    let answers = run::<F>(&host, &log, |of, _| of.starts_with(class));
    Ok(report(&host, &answers))
}
