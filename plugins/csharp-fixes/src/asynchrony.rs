//! `async` without `await`, and `await` without `async`.

use crate::Context;
use buildfix_fixer_support::{DeclKind, Source, offset, span, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS1998: nothing is awaited. An empty `await` says that this is meant and
/// changes nothing else, not even how exceptions arrive.
pub(crate) fn no_await(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let token = source.token_at(byte);
    let file = &context.request.file;
    let mut fixes = Vec::new();
    let body = if source.is(token, "=>") || source.is(token + 1, "=>") {
        let arrow = if source.is(token, "=>") {
            token
        } else {
            token + 1
        };
        Some(arrow + 1).filter(|b| source.is(*b, "{"))
    } else {
        let member = source.member_at(byte);
        member
            .filter(|m| m.name == token)
            .and_then(|m| m.body)
            .or_else(|| {
                // A lambda or local function: its block is the next one.
                let end = source.expression_end(token);
                (token..end).find(|t| source.is(*t, "{"))
            })
    };
    if let Some(body) = body {
        let after = source.bytes(body..body + 1).end;
        let first = source.tokens().get(body + 1).map_or(after, |t| t.start);
        let same_line = source.line(first).start == source.line(after).start;
        let text = if same_line {
            " await Task.CompletedTask;".to_owned()
        } else {
            format!("\n{}await Task.CompletedTask;", source.indent(first))
        };
        let fix = edit::fix(diagnostic, "await a finished task", "verified");
        fixes.push(fix.insert(file, offset(after), text));
    }
    fixes.extend(finished_task(context, diagnostic));
    fixes
}

/// An expression-bodied method gives a finished task instead.
fn finished_task(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<Fix> {
    let source = &context.source;
    let member = source
        .member_at(diagnostic.span.start as usize)
        .filter(|m| m.kind == DeclKind::Method)?;
    let arrow = member.arrow?;
    let keyword = member.modifiers.clone().find(|t| source.is(*t, "async"))?;
    let wrapper = symbols::simple(source.slice(member.ty.clone())).to_owned();
    let value = arrow + 1..member.tokens.end - 1;
    if member.ty.len() < 4 || source.is(value.start, "throw") {
        return None;
    }
    let inner = source
        .slice(member.ty.start + 2..member.ty.end - 1)
        .to_owned();
    let fix = edit::fix(diagnostic, "give a finished task", "verified");
    let async_word =
        source.bytes(keyword..keyword + 1).start..source.bytes(keyword + 1..keyword + 2).start;
    let new = format!(
        "{wrapper}.FromResult<{inner}>({})",
        source.slice(value.clone())
    );
    Some(
        fix.replace(&context.request.file, span(async_word), "")
            .replace(&context.request.file, span(source.bytes(value)), new),
    )
}

/// CS4032, CS4033, CS4034: what awaits is `async`.
pub(crate) fn not_async(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    if diagnostic.code == "CS4034" {
        let Some(start) = lambda_start(source, token) else {
            return Vec::new();
        };
        return vec![context.insert_before(diagnostic, "make the lambda `async`", start, "async ")];
    }
    let member = source
        .member_at(diagnostic.span.start as usize)
        .filter(|m| m.kind == DeclKind::Method);
    let Some(member) = member else {
        return Vec::new();
    };
    let ty = source.slice(member.ty.clone());
    let new = match symbols::simple(ty) {
        "Task" | "ValueTask" | "IAsyncEnumerable" => format!("async {ty}"),
        "void" => "async Task".to_owned(),
        _ => format!("async Task<{ty}>"),
    };
    vec![context.replace(
        diagnostic,
        format!("make `{}` `async`", source.name(member)),
        member.ty.clone(),
        new,
    )]
}

/// The first token of the innermost lambda around a token.
fn lambda_start(source: &Source, token: usize) -> Option<usize> {
    let mut at = token;
    let arrow = loop {
        at = at.checked_sub(1)?;
        match source.word(at) {
            "=>" => break at,
            ";" => {
                // Inside a block: look before it.
                at = source.block(at)?;
                if source.is(at.wrapping_sub(1), "=>") {
                    break at - 1;
                }
            }
            "{" if source.is(at.wrapping_sub(1), "=>") => break at - 1,
            _ => at = source.partner(at).filter(|p| *p < at).unwrap_or(at),
        }
    };
    let before = arrow.checked_sub(1)?;
    match source.partner(before) {
        Some(open) if source.is(before, ")") => Some(open),
        _ => source.is_word(before).then_some(before),
    }
}
