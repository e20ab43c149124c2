//! Members that are not in reach.

use crate::{Context, says};
use buildfix_fixer_support::replace_in;
use buildfix_sdk::{Diagnostic, Fix, edit};

/// A private or protected member that is used from outside, and for which the
/// compiler knows no accessor: it is made public where it is declared.
pub fn widen(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "is private",
            "is protected",
            "private member",
            "protected member",
        ],
    ) || !diagnostic.suggestions.is_empty()
    {
        return Vec::new();
    }
    let declared = diagnostic.related.iter().find(|note| {
        note.message.contains("declared private") || note.message.contains("declared protected")
    });
    let Some(span) = declared.and_then(|note| note.span.as_ref()) else {
        return Vec::new();
    };
    let Some(source) = context.files.get(&span.path) else {
        return Vec::new();
    };
    // The whole declaration: up to its `;`, or its body's end.
    let token = source.token_at(span.start as usize);
    let mut start = token;
    while start > 0 && !matches!(source.word(start - 1), ";" | "{" | "}" | ":") {
        start -= 1;
    }
    let mut end = token;
    while end < source.tokens().len() && !source.is(end, ";") {
        if source.is(end, "{") {
            end = source.partner(end).unwrap_or(end);
            break;
        }
        end += 1;
    }
    let Some(class) = source.block(start) else {
        return Vec::new();
    };
    let label = (class + 1..start)
        .rev()
        .find(|at| {
            matches!(source.word(*at), "private" | "protected" | "public") && source.is(at + 1, ":")
        })
        .map_or("private", |at| source.word(at));
    let bytes = source.bytes(start..end + 1);
    let line = source.line(bytes.start);
    let alone = source.text()[line.start..bytes.start].trim().is_empty() && {
        let after = source.text()[bytes.end..source.line(bytes.end).end].trim();
        after.is_empty() || after.starts_with("//")
    };
    let end = source.line(bytes.end).end;
    if label == "public" || !alone {
        return Vec::new();
    }
    let label_indent = source.indent(source.bytes(class..class + 1).start);
    let text = source.text()[line.start..end].trim_end();
    let new = format!("{label_indent}public:\n{text}\n{label_indent}{label}:");
    let title = format!("make `{}` public", source.word(token));
    vec![replace_in(
        edit::fix(diagnostic, title, "verified"),
        &span.path,
        source.text(),
        line.start..line.start + text.len(),
        new,
    )]
}
