//! Suggestions that a person still has to fill in.
//!
//! rustc's `HasPlaceholders` is not to be taken by its word: it marks edits
//! with `todo!()` or `/* value */` in them, and just as well similar names and
//! `?` operators. What counts is the text.

use buildfix_sdk::{Diagnostic, SourceFile, TextEdit};

/// The name that rustc writes where it means one of several lifetimes.
const LIFETIME: &str = "'lifetime";

/// Whether the new text of `edits` compiles, if at all, without being right.
pub fn holds(level: &str, edits: &[TextEdit]) -> bool {
    edits.iter().any(|edit| {
        // Code that was there is no placeholder.
        let new = |word: &str| edit.text.contains(word) && !edit.expect.contains(word);
        new("todo!(")
            || new("unimplemented!(")
            || new(LIFETIME)
            || new("FIXME")
            || (level == "HasPlaceholders" && new("/*"))
            || comment_in_place_of_code(edit)
    })
}

/// `/* value */` after `(`, `,`, `:` or `=`, where an expression or a type must
/// stand.
fn comment_in_place_of_code(edit: &TextEdit) -> bool {
    let Some(at) = edit.text.find("/* ") else {
        return false;
    };
    let before = edit.text[..at].trim_end();
    let after = edit.text[at..]
        .split_once("*/")
        .map_or("", |(_, after)| after)
        .trim_start();
    !edit.expect.contains("/*")
        && before.ends_with(['(', ',', ':', '=', '{', '<'])
        && (after.is_empty() || after.starts_with([')', ',', ';', '}', '>']))
}

/// The ways to fill in `edits`: with each lifetime in scope for
/// [`LIFETIME`]; else as they are.
pub fn fill(
    diagnostic: &Diagnostic,
    file: &SourceFile,
    edits: Vec<TextEdit>,
) -> Vec<Vec<TextEdit>> {
    if !edits.iter().any(|edit| edit.text.contains(LIFETIME)) {
        return vec![edits];
    }
    let names = lifetimes(diagnostic, file);
    if names.is_empty() {
        return vec![edits];
    }
    names
        .iter()
        .map(|name| {
            let mut edits = edits.clone();
            for edit in &mut edits {
                edit.text = edit.text.replace(LIFETIME, name);
            }
            edits
        })
        .collect()
}

/// The lifetimes that the compiler's notes point at, likeliest first: a
/// function's in order; an `impl`'s from the last, for the first one is
/// usually that of the reference to the implementing type.
fn lifetimes(diagnostic: &Diagnostic, file: &SourceFile) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut of_impl = false;
    for span in diagnostic
        .related
        .iter()
        .filter_map(|related| related.span.as_ref())
    {
        let (start, end) = (span.start as usize, span.end as usize);
        if span.path != file.path {
            continue;
        }
        let Some(text) = file.text.get(start..end) else {
            continue;
        };
        let is_name = text.strip_prefix('\'').is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        });
        if is_name && !names.iter().any(|known| known == text) {
            names.push(text.to_owned());
            let line = file.text[..start].rsplit('\n').next().unwrap_or_default();
            of_impl |= line.trim_start().starts_with("impl");
        }
    }
    if of_impl {
        names.reverse();
    }
    names
}
