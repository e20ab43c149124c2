//! Building fixes.

use crate::{Diagnostic, Fix, Request, Response, SourceFile, Span, TextEdit};
use std::ops::Range;

/// An empty fix that answers one diagnostic. `applicability` is `exact`,
/// `verified`, `placeholder` or `suggest`.
#[must_use]
pub fn fix(diagnostic: &Diagnostic, title: impl Into<String>, applicability: &str) -> Fix {
    Fix {
        answers: vec![diagnostic.id],
        title: title.into(),
        applicability: applicability.to_owned(),
        edits: Vec::new(),
        files: Vec::new(),
        options: Vec::new(),
    }
}

/// Asks `fixer` about each diagnostic: `Ok` is its fix, `Err` the reason why there
/// is none, which becomes a note in the report.
pub fn fix_each<F>(request: &Request, mut fixer: F) -> Response
where
    F: FnMut(&Diagnostic) -> Result<Fix, String>,
{
    let mut response = Response::default();
    for diagnostic in &request.diagnostics {
        match fixer(diagnostic) {
            Ok(fix) => response.fixes.push(fix),
            Err(reason) => response.note(diagnostic, reason),
        }
    }
    response
}

/// The text of `file` before the byte `at`; empty where that is outside of the
/// text or inside of a character.
#[must_use]
pub fn before(file: &SourceFile, at: u32) -> &str {
    file.text.get(..at as usize).unwrap_or_default()
}

/// The text of `file` from the byte `at` on; empty where that is outside of the
/// text or inside of a character.
#[must_use]
pub fn after(file: &SourceFile, at: u32) -> &str {
    file.text.get(at as usize..).unwrap_or_default()
}

/// The bytes of the line that holds the byte `at`, without its line end; `at..at`
/// where that is outside of the text or inside of a character.
#[must_use]
pub fn line(file: &SourceFile, at: u32) -> Range<u32> {
    if !file.text.is_char_boundary(at as usize) {
        return at..at;
    }
    let head = before(file, at);
    let from = head.rfind('\n').map_or(0, |newline| newline + 1);
    let tail = after(file, at);
    let rest = tail.find('\n').unwrap_or(tail.len());
    let line = &file.text[from..at as usize + rest];
    let ended = rest < tail.len();
    let len = match line.strip_suffix('\r') {
        Some(line) if ended => line.len(),
        _ => line.len(),
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the host's offsets are u32"
    )]
    let (from, to) = (from as u32, (from + len) as u32);
    from..to
}

impl Fix {
    /// Deletes a range of `file`.
    #[must_use]
    pub fn delete(self, file: &SourceFile, range: Range<u32>) -> Self {
        self.replace(file, range, "")
    }

    /// Replaces a range of `file`. A range outside the text, or one that cuts a
    /// character, gives an edit that the host refuses with that reason.
    #[must_use]
    pub fn replace(
        mut self,
        file: &SourceFile,
        range: Range<u32>,
        text: impl Into<String>,
    ) -> Self {
        let expect = file
            .text
            .get(range.start as usize..range.end as usize)
            .unwrap_or_default();
        self.edits.push(TextEdit {
            span: Span {
                path: file.path.clone(),
                start: range.start,
                end: range.end,
            },
            expect: expect.to_owned(),
            text: text.into(),
            merge: String::new(),
        });
        self
    }

    /// Inserts before the byte `at` of `file`.
    #[must_use]
    pub fn insert(self, file: &SourceFile, at: u32, text: impl Into<String>) -> Self {
        self.replace(file, at..at, text)
    }

    /// Inserts an element of a set, such as an import's line: others may insert
    /// theirs at the same place, and equal ones are inserted once.
    #[must_use]
    pub fn insert_into_set(mut self, file: &SourceFile, at: u32, text: impl Into<String>) -> Self {
        self = self.insert(file, at, text);
        if let Some(edit) = self.edits.last_mut() {
            "set".clone_into(&mut edit.merge);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, after, before, fix, fix_each, line};
    use crate::{Diagnostic, Request, SourceFile, Span};

    fn file() -> SourceFile {
        SourceFile {
            path: "a.rs".to_owned(),
            text: "let é = 1".to_owned(),
            hash: String::new(),
        }
    }

    fn diagnostic() -> Diagnostic {
        Diagnostic {
            id: 7,
            class: String::new(),
            code: String::new(),
            severity: String::new(),
            message: String::new(),
            arguments: Vec::new(),
            span: Span {
                path: "a.rs".to_owned(),
                start: 0,
                end: 0,
            },
            line: 1,
            column: 1,
            related: Vec::new(),
            suggestions: Vec::new(),
        }
    }

    #[test]
    fn edits_carry_what_they_expect() {
        let fix = fix(&diagnostic(), "rename", "exact")
            .replace(&file(), 4..6, "e")
            .insert(&file(), 10, ";")
            .insert_into_set(&file(), 0, "use a;\n");
        assert_eq!(fix.answers, [7]);
        let parts: Vec<_> = fix
            .edits
            .iter()
            .map(|edit| {
                (
                    edit.expect.as_str(),
                    edit.text.as_str(),
                    edit.merge.as_str(),
                )
            })
            .collect();
        assert_eq!(
            parts,
            [("é", "e", ""), ("", ";", ""), ("", "use a;\n", "set")]
        );
    }

    #[test]
    fn a_line_ends_before_its_line_end() {
        let file = SourceFile {
            text: "é\r\nb\n\nc\r".to_owned(),
            ..file()
        };
        let lines: Vec<_> = [0, 2, 3, 4, 5, 6, 7, 8].map(|at| line(&file, at)).into();
        assert_eq!(lines, [0..2, 0..2, 0..2, 4..5, 4..5, 6..6, 7..9, 7..9]);
        assert_eq!(line(&file, 1), 1..1, "inside of a character");
        assert_eq!(line(&file, 99), 99..99);
        assert_eq!((before(&file, 2), after(&file, 7)), ("é", "c\r"));
        assert_eq!((before(&file, 1), after(&file, 99)), ("", ""));
    }

    #[test]
    fn each_diagnostic_gets_its_fix_or_its_note() {
        let request = Request {
            class: String::new(),
            language: String::new(),
            tool: String::new(),
            file: file(),
            diagnostics: vec![
                diagnostic(),
                Diagnostic {
                    id: 8,
                    ..diagnostic()
                },
            ],
            config: Vec::new(),
        };
        let answer = fix_each(&request, |diagnostic| match diagnostic.id {
            7 => Ok(fix(diagnostic, "drop", "exact").delete(&request.file, 4..6)),
            _ => Err("no".to_owned()),
        });
        assert_eq!(answer.fixes[0].edits[0].expect, "é");
        assert_eq!(answer.notes[0].diagnostic, 8);
    }

    #[test]
    fn a_range_that_is_none_expects_nothing_and_does_not_panic() {
        let fix = fix(&diagnostic(), "t", "exact")
            .replace(&file(), 5..6, "cuts a character")
            .replace(&file(), Range { start: 8, end: 4 }, "reversed")
            .replace(&file(), 90..99, "outside");
        assert!(fix.edits.iter().all(|edit| edit.expect.is_empty()));
    }
}
