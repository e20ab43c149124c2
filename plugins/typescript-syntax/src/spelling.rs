//! Names that the compiler itself offers to correct.

use crate::{
    context::{Context, between},
    style::{is_identifier, quote, word_at},
};
use buildfix_sdk::{Diagnostic, Fix};

/// `Did you mean 'x'?`
#[must_use]
pub fn did_you_mean(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.lines().next()?;
    let wanted = message.rfind("Did you mean ").and_then(|at| {
        between(&message[at..], "'", "'?").or_else(|| between(&message[at..], "\"", "\"?"))
    })?;
    let wanted = wanted.trim_matches('"');
    let text = context.text();
    let at = diagnostic.span.start;
    let rest = text.get(at as usize..)?;
    let fix = context.verified(diagnostic, format!("change spelling to '{wanted}'"));
    if let Some(quote) = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '"' | '\'' | '`'))
    {
        let end = rest[1..].find(quote)? as u32 + at + 2;
        return Some(vec![fix.replace(
            context.file,
            at..end,
            format!("{quote}{wanted}{quote}"),
        )]);
    }
    let mut at = at;
    let mut word = word_at(text, at);
    // A member's error may point at its modifiers.
    if let Some(named) = diagnostic.arguments.first().filter(|named| *named != word)
        && is_identifier(named)
        && let Some(offset) = rest.lines().next()?.find(named.as_str())
        && word_at(text, at + offset as u32) == named
    {
        at += offset as u32;
        word = word_at(text, at);
    }
    if word.is_empty() {
        return None;
    }
    let end = at + word.len() as u32;
    if wanted
        .strip_prefix('#')
        .unwrap_or(wanted)
        .split('.')
        .all(is_identifier)
    {
        return Some(vec![fix.replace(context.file, at..end, wanted)]);
    }
    // `a.b` to `a["b-c"]`
    let before = text[..at as usize].trim_end();
    if let Some(object) = before.strip_suffix("?.") {
        let start = object.len() as u32;
        return Some(vec![fix.replace(
            context.file,
            start..end,
            format!("?.[\"{wanted}\"]"),
        )]);
    }
    if let Some(object) = before.strip_suffix('.') {
        let start = object.len() as u32;
        return Some(vec![fix.replace(
            context.file,
            start..end,
            format!("[\"{wanted}\"]"),
        )]);
    }
    Some(vec![fix.replace(
        context.file,
        at..end,
        format!("\"{wanted}\""),
    )])
}

/// `Property 'foo' comes from an index signature, so it must be accessed with
/// ['foo'].`
#[must_use]
pub fn index_access(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let at = diagnostic.span.start;
    let word = word_at(text, at);
    let before = text.get(..at as usize)?.trim_end();
    let (start, head) = match before.strip_suffix("?.") {
        Some(object) => (object.len() as u32, "?."),
        None => (before.strip_suffix('.')?.len() as u32, ""),
    };
    let quote = context.source().map_or('"', |source| quote(source));
    let fix = context.verified(diagnostic, format!("use element access for '{word}'"));
    let end = at + word.len() as u32;
    Some(vec![fix.replace(
        context.file,
        start..end,
        format!("{head}[{quote}{word}{quote}]"),
    )])
}

/// `Cannot access 'Foo.bar' because 'Foo' is a type, but not a namespace. Did
/// you mean to retrieve the type of the property 'bar' in 'Foo' with
/// 'Foo["bar"]'?`
#[must_use]
pub fn indexed_access_type(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let written = between(&diagnostic.message, "Cannot access '", "'")?;
    let wanted = between(&diagnostic.message, " with '", "'?")?;
    let text = context.text();
    let at = diagnostic.span.start;
    let end = at + written.len() as u32;
    if text.get(at as usize..end as usize)? != written {
        return None;
    }
    let quote = context.source().map_or('"', |source| quote(source));
    let wanted = if quote == '"' {
        wanted.to_owned()
    } else {
        wanted.replace('"', "'")
    };
    let fix = context.verified(
        diagnostic,
        format!("rewrite as the indexed access type '{wanted}'"),
    );
    Some(vec![fix.replace(context.file, at..end, wanted)])
}
