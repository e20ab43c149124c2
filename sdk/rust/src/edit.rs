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
