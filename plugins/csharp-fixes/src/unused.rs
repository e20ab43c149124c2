//! Names that nothing uses, and fields that nothing fills.

use crate::Context;
use buildfix_fixer_support::{DeclKind, Source, assign, span};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// CS0168 and CS0219: a local that nothing reads. The compiler reports it only
/// where its value is a constant, so the declaration does nothing.
pub(crate) fn local(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let Some(name) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let byte = diagnostic.span.start as usize;
    let Some(member) = source.member_at(byte) else {
        return Vec::new();
    };
    if !source.is(token, name) {
        return Vec::new();
    }
    // `catch (E e)`: the exception needs no name.
    if source.is(token + 1, ")")
        && source
            .opener(token, &["("])
            .is_some_and(|open| source.is(open.wrapping_sub(1), "catch"))
    {
        let bytes = source.bytes(token - 1..token).end..source.bytes(token..token + 1).end;
        let fix = edit::fix(diagnostic, format!("leave out the name `{name}`"), "exact");
        return vec![fix.replace(&context.request.file, span(bytes), "")];
    }
    let statement = source.statement(token);
    if !source.is(statement.end.wrapping_sub(1), ";")
        || has_effect(source, statement.clone())
        || declarators(source, statement.clone()) != 1
    {
        return Vec::new();
    }
    // Its other assignments must go with it, and must do nothing either.
    let block = source
        .block(token)
        .and_then(|open| Some(source.bytes(open..source.partner(open)? + 1)));
    let within = block.unwrap_or_else(|| source.bytes(member.tokens.clone()));
    let mut statements = vec![statement.clone()];
    for place in source.places(name, within) {
        let at = source.token_at(place.start);
        if at == token {
            continue;
        }
        let other = source.statement(at);
        let assigns = other.start == at
            && source.is(at + 1, "=")
            && source.is(other.end.wrapping_sub(1), ";")
            && !has_effect(source, at + 2..other.end);
        if !assigns || !matches!(source.word(at.wrapping_sub(1)), ";" | "{" | "}") {
            return Vec::new();
        }
        statements.push(other);
    }
    let tier = if statements.len() == 1 {
        "exact"
    } else {
        "verified"
    };
    let mut fix = edit::fix(
        diagnostic,
        format!("delete the unused variable `{name}`"),
        tier,
    );
    for statement in statements {
        fix = fix.replace(
            &context.request.file,
            span(whole_lines(source, statement)),
            "",
        );
    }
    vec![fix]
}

/// A statement with its line, but not the comments above it.
fn whole_lines(source: &Source, tokens: Range<usize>) -> Range<usize> {
    let bytes = source.bytes(tokens);
    let (first, last) = (source.line(bytes.start), source.line(bytes.end));
    let alone = source.text()[first.start..bytes.start].trim().is_empty()
        && source.text()[bytes.end..last.end].trim().is_empty();
    if alone {
        first.start..(last.end + 1).min(source.text().len())
    } else {
        bytes
    }
}

/// Whether evaluating this may do anything.
fn has_effect(source: &Source, tokens: Range<usize>) -> bool {
    tokens.into_iter().any(|t| {
        let creates = source.is(t, "(")
            && !(source.is(t.wrapping_sub(1), "default")
                || source.is(t.wrapping_sub(1), "nameof")
                || source.is(t.wrapping_sub(1), "typeof")
                || source.is(t.wrapping_sub(1), "="));
        creates
            || matches!(
                source.word(t),
                "new" | "await" | "++" | "--" | "[" | "throw"
            )
    })
}

fn declarators(source: &Source, statement: Range<usize>) -> usize {
    let mut at = statement.start;
    let mut count = 1;
    while at < statement.end {
        count += usize::from(source.is(at, ","));
        at = source
            .type_args_end(at)
            .unwrap_or_else(|| source.partner(at).filter(|p| *p > at).unwrap_or(at) + 1);
    }
    count
}

/// CS0169 and CS0414: a private field that nothing reads, declared with no
/// value or a constant one.
pub(crate) fn field(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let Some(decl) = source
        .decls()
        .iter()
        .find(|d| d.kind == DeclKind::Field && d.name == token)
    else {
        return Vec::new();
    };
    let name = source.name(decl);
    let effect = decl
        .init
        .is_some_and(|init| has_effect(source, init + 1..decl.tokens.end));
    let mentioned = source.places(name, 0..source.text().len()).len() > 1;
    let several = source
        .decls()
        .iter()
        .filter(|d| d.kind == DeclKind::Field && d.tokens == decl.tokens)
        .count()
        > 1;
    let attributed = decl.tokens.start != decl.modifiers.start;
    if effect || mentioned || several || attributed {
        return Vec::new();
    }
    let bytes = source.bytes(decl.tokens.clone());
    let fix = edit::fix(
        diagnostic,
        format!("delete the unused field `{name}`"),
        "verified",
    );
    vec![fix.replace(&context.request.file, span(source.with_lines(bytes)), "")]
}

/// CS0649: a constructor takes the field's value and forgets it.
pub(crate) fn unassigned(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let Some(field) = source
        .decls()
        .iter()
        .find(|d| d.kind == DeclKind::Field && d.name == token)
    else {
        return Vec::new();
    };
    let constructors = source
        .decls()
        .iter()
        .filter(|d| d.kind == DeclKind::Constructor && d.parent == field.parent);
    let mut fix = edit::fix(
        diagnostic,
        format!("assign the parameter to `{}`", source.name(field)),
        "verified",
    );
    let mut any = false;
    for constructor in constructors {
        if let Some(more) = assign::parameter(
            fix.clone(),
            &context.request.file,
            source,
            constructor,
            field,
        ) {
            fix = more;
            any = true;
        }
    }
    if any { vec![fix] } else { Vec::new() }
}
