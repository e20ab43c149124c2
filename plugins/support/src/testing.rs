//! Short tests for fixers: files in, one error, files out.

use buildfix_sdk::{Fix, Fixer, Note};
use buildfix_sdk_testing::{LocalHost, apply, run};
use std::collections::BTreeMap;

/// Where the error is, in a file's text; it is taken out before the fixer sees
/// the text.
pub const MARK: char = '¦';

/// One proposed fix and what it makes of the files.
#[derive(Debug)]
pub struct Outcome {
    /// As the fixer gave it.
    pub fix: Fix,
    /// The new texts of the files it edits.
    pub files: BTreeMap<String, String>,
}

/// What a fixer proposes for the errors `code: message`, one for each [`MARK`]
/// in the files, best first.
///
/// # Panics
/// If the files cannot be written, a fix does not apply or the fixer fails: a
/// test is to stop there.
#[must_use]
pub fn propose<F: Fixer>(files: &[(&str, &str)], error: &str) -> Vec<Outcome> {
    ask::<F>(files, error).0
}

/// The reasons that the fixer gives for proposing nothing.
///
/// # Panics
/// As [`propose`].
#[must_use]
pub fn notes<F: Fixer>(files: &[(&str, &str)], error: &str) -> Vec<Note> {
    ask::<F>(files, error).1
}

/// The text of the first file after the best fix; empty without one.
///
/// # Panics
/// As [`propose`].
#[must_use]
pub fn best<F: Fixer>(files: &[(&str, &str)], error: &str) -> String {
    after::<F>(files, error)
        .into_iter()
        .next()
        .unwrap_or_default()
}

/// The text of the first file after each alternative, best first.
///
/// # Panics
/// As [`propose`].
#[must_use]
pub fn after<F: Fixer>(files: &[(&str, &str)], error: &str) -> Vec<String> {
    let first = files[0].0;
    propose::<F>(files, error)
        .into_iter()
        .map(|mut o| o.files.remove(first).unwrap_or_default())
        .collect()
}

/// Asks a fixer about each class of its manifest at odd points of odd texts; it
/// is to come back, whatever it answers.
///
/// # Panics
/// As [`propose`], and if the fixer does.
pub fn survives<F: Fixer>(manifest: &str) {
    const TEXTS: [&str; 14] = [
        "¦",
        "class C { ¦",
        "class C { void F( { ¦x[ ] } }",
        "¦)",
        "é¦→ = ;",
        "class ¦{ } }",
        "=¦x",
        "= ¦null",
        ".¦x(",
        "new ¦(",
        "(¦",
        "a¦",
        "class C<T> { T this[int i] => ¦a.b(c)?[d] ?? e; }",
        "switch (x) { ¦case 1: y }",
    ];
    let codes: Vec<&str> = manifest.split("csharp/").skip(1).map(|c| &c[..6]).collect();
    assert!(!codes.is_empty(), "a manifest names classes");
    for code in codes {
        for text in TEXTS {
            for arguments in [
                "'A' and 'B<' with 'C.D(E' of '.'",
                "'x' 'x' 'int' 'C<T>.F(T a, int b)' 'ref'",
                "nothing",
            ] {
                let _ = propose::<F>(&[("a.cs", text)], &format!("{code}: {arguments}"));
            }
        }
    }
}

/// Where a [`MARK`] stood.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub path: String,
    /// Counts from 1.
    pub line: usize,
    /// Counts UTF-16 units from 1.
    pub column: usize,
    /// The text of the line.
    pub source: String,
}

/// What a fixer makes of the first file, best first, and the tiers of its
/// fixes, for the log that a compiler writes of the marked places.
///
/// # Panics
/// As [`propose`].
#[must_use]
pub fn after_log<F: Fixer>(
    files: &[(&str, &str)],
    log: impl Fn(&[Place]) -> String,
) -> Vec<(String, String)> {
    let first = files[0].0;
    answers::<F>(files, log)
        .0
        .into_iter()
        .map(|mut o| {
            let text = o.files.remove(first).unwrap_or_default();
            (o.fix.applicability, text)
        })
        .collect()
}

fn ask<F: Fixer>(files: &[(&str, &str)], error: &str) -> (Vec<Outcome>, Vec<Note>) {
    answers::<F>(files, |places| {
        let lines = places.iter().map(|p| {
            let Place {
                path, line, column, ..
            } = p;
            format!("{path}({line},{column}): error {error}\n")
        });
        lines.collect()
    })
}

fn answers<F: Fixer>(
    files: &[(&str, &str)],
    log: impl Fn(&[Place]) -> String,
) -> (Vec<Outcome>, Vec<Note>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut places = Vec::new();
    for (path, marked) in files {
        let full = folder.path().join(path);
        std::fs::create_dir_all(full.parent().expect("a parent")).expect("a folder");
        let text = marked.replace(MARK, "");
        let (mut line, mut column) = (1, 1);
        for c in marked.chars() {
            match c {
                MARK => places.push(Place {
                    path: (*path).to_owned(),
                    line,
                    column,
                    source: text.lines().nth(line - 1).unwrap_or_default().to_owned(),
                }),
                '\n' => (line, column) = (line + 1, 1),
                _ => column += c.len_utf16(),
            }
        }
        std::fs::write(full, text).expect("a file");
    }
    let log = log(&places);
    let host = LocalHost::new(folder.path());
    let mut outcomes = Vec::new();
    let mut notes = Vec::new();
    for answer in run::<F>(&host, log.as_bytes(), |_, _| true) {
        let response = answer.response.expect("an answer");
        notes.extend(response.notes);
        for fix in response.fixes {
            let files = apply(&host, &fix).expect("a fix that applies");
            outcomes.push(Outcome { fix, files });
        }
    }
    (outcomes, notes)
}
