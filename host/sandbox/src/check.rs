//! Reading an answer as hostile input.
//!
//! What is checked here needs the request alone. Whether an edit lies inside
//! its file, inside the workspace, and still finds what it expects is for the
//! workspace to judge when it applies the edit.

use crate::{FileEdit, Fix, Limits, Note, Request, Response};
use buildfix_component::text::{hostile, tame, tame_line};
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Diagnostic, SourceFile, Span, TextEdit};

    fn span() -> Span {
        Span {
            path: "a.rs".to_owned(),
            start: 0,
            end: 0,
        }
    }

    fn request() -> Request {
        let diagnostic = |id| Diagnostic {
            id,
            class: "rust/E1".to_owned(),
            code: "E1".to_owned(),
            severity: "error".to_owned(),
            message: String::new(),
            arguments: Vec::new(),
            span: span(),
            line: 1,
            column: 1,
            related: Vec::new(),
            suggestions: Vec::new(),
        };
        Request {
            class: "rust/E1".to_owned(),
            language: "rust".to_owned(),
            tool: "rustc".to_owned(),
            file: SourceFile {
                path: "a.rs".to_owned(),
                text: String::new(),
                hash: String::new(),
            },
            diagnostics: vec![diagnostic(1), diagnostic(2)],
            config: Vec::new(),
        }
    }

    fn fix() -> Fix {
        let edit = TextEdit {
            span: span(),
            expect: String::new(),
            text: ";".to_owned(),
            merge: String::new(),
        };
        Fix {
            answers: vec![1],
            title: "add".to_owned(),
            applicability: "exact".to_owned(),
            edits: vec![edit],
            files: Vec::new(),
            options: Vec::new(),
        }
    }

    fn check(fixes: Vec<Fix>, notes: Vec<Note>) -> (Response, Vec<Rejected>) {
        checked(Response { fixes, notes }, &request(), &Limits::default())
    }

    fn reason(change: impl FnOnce(&mut Fix)) -> String {
        let mut bad = fix();
        change(&mut bad);
        let (response, rejected) = check(vec![bad, fix()], Vec::new());
        assert_eq!(response.fixes, [fix()], "only the bad one is dropped");
        let [rejected] = &rejected[..] else {
            panic!("{rejected:?}")
        };
        assert_eq!(rejected.what, "add");
        rejected.reason.clone()
    }

    #[test]
    fn a_fix_must_answer_what_was_asked() {
        assert!(reason(|f| f.answers = vec![1, 9]).contains("diagnostic 9"));
        assert!(reason(|f| f.answers.clear()).contains("no diagnostic"));
        assert!(reason(|f| f.edits.clear()).contains("nothing"));
    }

    #[test]
    fn file_edits_must_be_whole() {
        let file = |op: &str| FileEdit {
            op: op.to_owned(),
            path: "b.rs".to_owned(),
            to: None,
            text: None,
            expect_hash: None,
        };
        for op in ["create", "delete", "rename", "chmod", ""] {
            let reason = reason(|f| f.files.push(file(op)));
            assert!(
                reason.contains("lacks") || reason.contains("no file operation"),
                "{reason}"
            );
        }
        let whole = FileEdit {
            to: Some("c.rs".to_owned()),
            expect_hash: Some("0".to_owned()),
            ..file("rename")
        };
        let (response, rejected) = check(
            vec![Fix {
                files: vec![whole.clone()],
                ..fix()
            }],
            Vec::new(),
        );
        assert_eq!(response.fixes[0].files, [whole]);
        assert!(rejected.is_empty());
        let empty = FileEdit {
            path: String::new(),
            text: Some(String::new()),
            ..file("create")
        };
        assert!(reason(|f| f.files.push(empty)).contains("no path"));
    }

    #[test]
    fn paths_that_would_reach_a_terminal_are_clean() {
        for path in [
            "",
            "a\0b",
            "a\nb",
            "\x1b[2J",
            "a\u{202e}b",
            &"x".repeat(5_000),
        ] {
            assert!(reason(|f| f.edits[0].span.path = path.to_owned()).contains("no path"));
        }
    }

    #[test]
    fn words_of_a_later_contract_are_read_carefully() {
        let mut later = fix();
        "certain".clone_into(&mut later.applicability);
        "ordered-set".clone_into(&mut later.edits[0].merge);
        let (response, rejected) = check(vec![later], Vec::new());
        assert_eq!(response.fixes[0].applicability, "suggest");
        assert_eq!(response.fixes[0].edits[0].merge, "");
        assert!(rejected.is_empty());
    }

    #[test]
    fn titles_and_answers_are_tidied() {
        let untidy = Fix {
            title: format!(" \x1b[31m{}\nx", "t".repeat(500)),
            answers: vec![2, 1, 2],
            ..fix()
        };
        let (response, _) = check(
            vec![
                untidy,
                Fix {
                    title: " ".to_owned(),
                    ..fix()
                },
            ],
            Vec::new(),
        );
        let title = &response.fixes[0].title;
        assert!(
            title.len() < 210 && !title.contains(['\x1b', '\n']),
            "{title:?}"
        );
        assert_eq!(response.fixes[0].answers, [2, 1]);
        assert_eq!(response.fixes[1].title, "untitled fix");
    }

    #[test]
    fn options_are_bounded() {
        let pair = || ("k".to_owned(), "v".to_owned());
        assert!(reason(|f| f.options = vec![pair(); 65]).contains("options"));
        assert!(
            reason(|f| f.options = vec![("k".to_owned(), "v".repeat(2_000))]).contains("options")
        );
    }

    #[test]
    fn notes_are_about_what_was_asked_and_few() {
        let note = |diagnostic| Note {
            diagnostic,
            message: " why\x07 ".to_owned(),
        };
        let mut notes = vec![note(9), note(2)];
        notes.extend(vec![note(1); 100]);
        let (response, rejected) = check(Vec::new(), notes);
        assert_eq!(response.notes.len(), 1 + MAX_NOTES);
        assert_eq!(response.notes[0].message, "why\u{fffd}");
        assert!(rejected[0].reason.starts_with("97 notes"), "{rejected:?}");
    }
}
