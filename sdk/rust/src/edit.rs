//! Building fixes.

use crate::{Diagnostic, Fix, SourceFile, Span, TextEdit};
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

impl Fix {
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
    use super::{Range, fix};
    use crate::{Diagnostic, SourceFile, Span};

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
    fn a_range_that_is_none_expects_nothing_and_does_not_panic() {
        let fix = fix(&diagnostic(), "t", "exact")
            .replace(&file(), 5..6, "cuts a character")
            .replace(&file(), Range { start: 8, end: 4 }, "reversed")
            .replace(&file(), 90..99, "outside");
        assert!(fix.edits.iter().all(|edit| edit.expect.is_empty()));
    }
}
