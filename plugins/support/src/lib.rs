//! What the bundled fixers share.
//!
//! A fixer runs on code that does not compile, so it cannot lean on a
//! compiler's model of it. What it needs is small and must not fail: the
//! tokens of a file with their brackets paired ([`Source`]), what the file
//! declares ([`Decl`]), how far an expression or a statement reaches, which
//! names are in reach at a point, and how close two names are. All of it is a
//! single pass over the text, without backtracking on broken input, so that a
//! hostile file costs time in proportion to its length and nothing more.

pub mod assign;
pub mod names;

mod decl;
mod expr;
mod files;
pub mod generics;
mod lex;
pub mod scope;
mod source;
pub mod symbols;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tree;
pub mod types;
pub mod usings;

pub use decl::{Decl, DeclKind};
pub use files::Files;
pub use lex::{Token, TokenKind};
pub use source::Source;

/// Byte offsets as the contract counts them.
///
/// The host never hands out a file beyond 8 MiB, so the cast cannot cut.
#[must_use]
pub fn span(range: std::ops::Range<usize>) -> std::ops::Range<u32> {
    offset(range.start)..offset(range.end)
}

/// A byte offset as the contract counts it; see [`span`].
#[must_use]
pub fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Adds to a fix a replacement in any file, given the file's text.
#[must_use]
pub fn replace_in(
    mut fix: buildfix_sdk::Fix,
    path: &str,
    text: &str,
    range: std::ops::Range<usize>,
    new: impl Into<String>,
) -> buildfix_sdk::Fix {
    let bytes = span(range.clone());
    fix.edits.push(buildfix_sdk::TextEdit {
        span: buildfix_sdk::Span {
            path: path.to_owned(),
            start: bytes.start,
            end: bytes.end,
        },
        expect: text.get(range).unwrap_or_default().to_owned(),
        text: new.into(),
        merge: String::new(),
    });
    fix
}

/// Joins a fix with an equal one: one edit may answer many diagnostics. A fix
/// that changes nothing is dropped.
pub fn push(fixes: &mut Vec<buildfix_sdk::Fix>, fix: buildfix_sdk::Fix) {
    if fix.edits.is_empty() && fix.files.is_empty() {
        return;
    }
    let known = fixes.iter_mut().find(|f| {
        f.edits == fix.edits && f.files == fix.files && f.applicability == fix.applicability
    });
    match known {
        Some(known) => {
            for answer in fix.answers {
                if !known.answers.contains(&answer) {
                    known.answers.push(answer);
                }
            }
        }
        None => fixes.push(fix),
    }
}
