//! Reading an answer as hostile input.
//!
//! What is checked here needs the request alone. Whether an edit lies inside
//! its file, inside the workspace, and still finds what it expects is for the
//! workspace to judge when it applies the edit.

use crate::text::{hostile, tame, tame_line};
use crate::{FileEdit, Fix, Limits, Note, Request, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const MAX_TITLE: usize = 200;
const MAX_NOTE: usize = 1_000;
/// Notes about one diagnostic.
const MAX_NOTES: usize = 4;
/// Pairs in a fix's `options`.
const MAX_OPTIONS: usize = 64;
/// Bytes of an option's key or value.
const MAX_OPTION: usize = 1_000;

/// A part of an answer that was dropped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// The fix's title, or `note`.
    pub what: String,
    /// The diagnostics it names, as far as they exist.
    pub diagnostics: Vec<u32>,
    /// Why; a lower-case fragment.
    pub reason: String,
}

/// Drops what cannot be meant, tames what is shown, and says what was dropped.
/// What stays is in the order it came in.
///
/// An applicability that the host does not know becomes `suggest`, a way to
/// merge that it does not know an ordinary edit: the words of a later contract
/// are read as the most careful of this one's.
#[must_use]
pub fn checked(
    response: Response,
    request: &Request,
    limits: &Limits,
) -> (Response, Vec<Rejected>) {
    let known: BTreeSet<u32> = request.diagnostics.iter().map(|d| d.id).collect();
    let mut rejected = Vec::new();
    let mut room = limits.edits;
    let mut fixes = Vec::new();
    for mut fix in response.fixes {
        let reason = check_fix(&mut fix, &known).and_then(|()| {
            let edits = fix.edits.len() + fix.files.len();
            room = room
                .checked_sub(edits)
                .ok_or_else(|| format!("the answer has more than {} edits", limits.edits))?;
            Ok(())
        });
        match reason {
            Ok(()) => fixes.push(fix),
            Err(reason) if rejected.len() < limits.edits => rejected.push(Rejected {
                what: fix.title,
                diagnostics: fix
                    .answers
                    .into_iter()
                    .filter(|id| known.contains(id))
                    .collect(),
                reason,
            }),
            Err(_) => {}
        }
    }
    let notes = check_notes(response.notes, &known, &mut rejected);
    (Response { fixes, notes }, rejected)
}

fn check_fix(fix: &mut Fix, known: &BTreeSet<u32>) -> Result<(), String> {
    fix.title = tame_line(fix.title.trim(), MAX_TITLE);
    if fix.title.is_empty() {
        "untitled fix".clone_into(&mut fix.title);
    }
    let mut seen = BTreeSet::new();
    fix.answers.retain(|id| seen.insert(*id));
    if fix.answers.is_empty() {
        return Err("it answers no diagnostic".to_owned());
    }
    if let Some(id) = fix.answers.iter().find(|id| !known.contains(id)) {
        return Err(format!(
            "it answers diagnostic {id}, which was not asked about"
        ));
    }
    if !matches!(
        fix.applicability.as_str(),
        "exact" | "verified" | "placeholder" | "suggest"
    ) {
        "suggest".clone_into(&mut fix.applicability);
    }
    if fix.edits.is_empty() && fix.files.is_empty() {
        return Err("it changes nothing".to_owned());
    }
    for edit in &mut fix.edits {
        check_path(&edit.span.path)?;
        if !matches!(edit.merge.as_str(), "" | "set") {
            edit.merge.clear();
        }
    }
    fix.files.iter().try_for_each(check_file_edit)?;
    let fits = |(key, value): &(String, String)| {
        key.len() <= MAX_OPTION && value.len() <= MAX_OPTION && !key.chars().any(hostile)
    };
    if fix.options.len() > MAX_OPTIONS || !fix.options.iter().all(fits) {
        return Err("its options are too many or too long".to_owned());
    }
    Ok(())
}

fn check_file_edit(edit: &FileEdit) -> Result<(), String> {
    check_path(&edit.path)?;
    let (needed, what) = match edit.op.as_str() {
        "create" => (edit.text.is_some(), "the new file's text"),
        "delete" => (edit.expect_hash.is_some(), "the old file's hash"),
        "rename" if edit.to.is_none() => (false, "the new path"),
        "rename" => (edit.expect_hash.is_some(), "the old file's hash"),
        op => return Err(format!("`{}` is no file operation", tame_line(op, 40))),
    };
    if let Some(to) = &edit.to {
        check_path(to)?;
    }
    match needed {
        true => Ok(()),
        false => Err(format!("its `{}` lacks {what}", edit.op)),
    }
}

/// A path is shown in reports, whatever becomes of it.
fn check_path(path: &str) -> Result<(), String> {
    let bad = path.is_empty()
        || path.len() > 4_096
        || path.chars().any(|c| hostile(c) || c == '\n' || c == '\t');
    match bad {
        true => Err(format!("`{}` is no path", tame_line(path, 100))),
        false => Ok(()),
    }
}

fn check_notes(notes: Vec<Note>, known: &BTreeSet<u32>, rejected: &mut Vec<Rejected>) -> Vec<Note> {
    let mut kept = Vec::new();
    let mut counts = std::collections::BTreeMap::<u32, usize>::new();
    let mut dropped = 0_usize;
    for note in notes {
        let count = counts.entry(note.diagnostic).or_default();
        if !known.contains(&note.diagnostic) || *count >= MAX_NOTES {
            dropped += 1;
            continue;
        }
        *count += 1;
        let message = tame(note.message.trim(), MAX_NOTE);
        kept.push(Note {
            diagnostic: note.diagnostic,
            message,
        });
    }
    if dropped > 0 {
        rejected.push(Rejected {
            what: "note".to_owned(),
            diagnostics: Vec::new(),
            reason: format!(
                "{dropped} notes are about diagnostics not asked about, or are more than \
                 {MAX_NOTES} about one"
            ),
        });
    }
    kept
}
