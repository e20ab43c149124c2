//! Declarations whose type is the wrong one.
//!
//! Where a value and its place disagree and no conversion is at hand, one of
//! the two declarations may be what is wrong: the place is declared as the
//! value's type, or the member that gives the value as the place's.

use crate::Context;
use buildfix_fixer_support::types::shorten;
use buildfix_fixer_support::{DeclKind, scope};
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// CS0029: both declarations, as far as they stand in this file.
pub(crate) fn declarations(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    tokens: &Range<usize>,
    from: &str,
    to: &str,
) -> Vec<Fix> {
    let mut fixes = Vec::new();
    if let Some((ty, name)) = giver(context, tokens, from) {
        fixes.extend(declare(context, diagnostic, ty, &name, to));
    }
    if let Some((ty, name)) = place(context, diagnostic, tokens.start) {
        fixes.extend(declare(context, diagnostic, ty, &name, from));
    }
    fixes
}

fn declare(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    ty: Range<usize>,
    name: &str,
    new: &str,
) -> Option<Fix> {
    let known = new
        .chars()
        .all(|c| c.is_alphanumeric() || "_.<>,[] ".contains(c));
    let kinds = [
        "void",
        "lambda expression",
        "method group",
        "method",
        "anonymous method",
    ];
    let written = context.source.slice(ty.clone());
    if !known || kinds.contains(&new) || written.is_empty() || written == "var" {
        return None;
    }
    let short = shorten(new, &context.visible);
    let title = format!("declare `{name}` as `{short}`");
    Some(context.replace(diagnostic, title, ty, short))
}

/// The declared type of what gives the value: a method called, a property or
/// variable read. Only if it is written as the message has it.
fn giver(
    context: &Context<'_>,
    tokens: &Range<usize>,
    from: &str,
) -> Option<(Range<usize>, String)> {
    let source = &context.source;
    if !source.is_primary(tokens.clone()) {
        return None;
    }
    let mut last = tokens.end.checked_sub(1)?;
    if source.is(last, ")") {
        last = source.partner(last)?.checked_sub(1)?;
    }
    let name = source.word(last);
    let byte = source.bytes(last..last + 1).start;
    let short = shorten(from, &context.visible);
    let found = scope::declaration(source, byte, name)?;
    (source.is_word(last) && source.slice(found.ty.clone()) == short)
        .then(|| (found.ty, name.to_owned()))
}

/// The declared type of where the value goes: a variable, or what the member
/// returns.
fn place(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    start: usize,
) -> Option<(Range<usize>, String)> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let before = start.checked_sub(1)?;
    let member = source.member_at(byte)?;
    match source.word(before) {
        "=" => {
            let name = before.checked_sub(1).filter(|n| source.is_word(*n))?;
            let dotted =
                source.is(name.wrapping_sub(1), ".") && !source.is(name.wrapping_sub(2), "this");
            let found = scope::declaration(source, byte, source.word(name)).filter(|_| !dotted)?;
            Some((found.ty, source.word(name).to_owned()))
        }
        "return" | "=>" => {
            let own = member.arrow == Some(before) || source.block(start) == member.body;
            let returns = matches!(member.kind, DeclKind::Method | DeclKind::Property);
            (own && returns).then(|| (member.ty.clone(), source.name(member).to_owned()))
        }
        _ => None,
    }
}
