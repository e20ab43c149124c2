//! A null that is dereferenced.

use crate::Context;
use buildfix_fixer_support::{DeclKind, Source, offset, replace_in, scope, span};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS8602. In order: complete a guard that tests for null and then does
/// nothing; give `ToString()` its fallback; skip a mere call on null.
pub(crate) fn dereferenced(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = source.token_at(Context::byte(diagnostic));
    let mut fixes = Vec::new();
    fixes.extend(empty_guard(context, diagnostic, token));
    let Some(end) = receiver_end(source, token) else {
        return fixes;
    };
    let file = &context.request.file;
    let is_to_string = source.is(end - 1, ")") && source.is(end.wrapping_sub(3), "ToString");
    if is_to_string {
        let bytes = source.bytes(token..end);
        let new = format!("({} ?? string.Empty)", &source.text()[bytes.clone()]);
        let fix = edit::fix(
            diagnostic,
            "use the empty string where `ToString()` gives null",
            "verified",
        );
        fixes.push(fix.replace(file, span(bytes), new));
    }
    fixes.extend(text_local(context, diagnostic, token));
    let statement = source.statement(token);
    let is_call = statement.start == token
        && source.is(statement.end.wrapping_sub(1), ";")
        && source.is(statement.end.wrapping_sub(2), ")")
        && source.is_primary(token..statement.end - 1);
    if is_call && source.is(end, ".") {
        let fix = edit::fix(
            diagnostic,
            "make the call only if there is an object",
            "verified",
        );
        fixes.push(fix.replace(file, span(source.bytes(end..end + 1)), "?."));
    }
    fixes.extend(context.forgive(diagnostic, token..end));
    fixes
}

/// A local that holds what `ToString()` gave: the fallback belongs where it is
/// made.
fn text_local(context: &Context<'_>, diagnostic: &Diagnostic, token: usize) -> Option<Fix> {
    let source = &context.source;
    let local = scope::declaration(source, Context::byte(diagnostic), source.word(token))?;
    let value = local.init? + 1;
    let value_end = source.expression_end(value);
    let text = value_end >= value + 3
        && source.is(value_end - 3, "ToString")
        && source.is(value_end - 1, ")")
        && source.is_primary(value..value_end);
    text.then(|| {
        let at = source.bytes(value..value_end).end;
        let fix = edit::fix(
            diagnostic,
            "use the empty string where `ToString()` gives null",
            "verified",
        );
        fix.insert(&context.request.file, offset(at), " ?? string.Empty")
    })
}

/// Past the receiver that begins at `token` and that the compiler means: up to
/// the last `.` or `[` of the chain where it is one name, else the first.
fn receiver_end(source: &Source, token: usize) -> Option<usize> {
    let mut at = token;
    if source.is(at, "(") {
        at = source.partner(at)? + 1;
    } else {
        if !source.is_word(at) {
            return None;
        }
        at += 1;
        at = source
            .type_args_end(at)
            .filter(|e| source.is(*e, "("))
            .unwrap_or(at);
        while matches!(source.word(at), "(") {
            at = source.partner(at)? + 1;
        }
    }
    // The point is the whole receiver's beginning: follow calls and members as
    // long as another member comes after them.
    loop {
        let next = match source.word(at) {
            "." if source.is_word(at + 1) => {
                let mut after = at + 2;
                after = source
                    .type_args_end(after)
                    .filter(|e| source.is(*e, "("))
                    .unwrap_or(after);
                if source.is(after, "(") {
                    source.partner(after)? + 1
                } else {
                    after
                }
            }
            "[" => source.partner(at)? + 1,
            _ => return Some(at),
        };
        if !matches!(source.word(next), "." | "[") {
            return Some(at);
        }
        at = next;
    }
}

/// `if (x == null) { }` before the use of `x`: the branch lost its way out.
fn empty_guard(context: &Context<'_>, diagnostic: &Diagnostic, token: usize) -> Option<Fix> {
    let source = &context.source;
    let name = source.word(token);
    let member = source.member_at(Context::byte(diagnostic))?;
    let from = member.body?;
    let guard = (from..token).rev().find(|t| {
        if !source.is(*t, "if") {
            return false;
        }
        let Some(close) = source.partner(t + 1) else {
            return false;
        };
        let tests_null = source.is(t + 2, name)
            && matches!(
                (source.word(t + 3), source.word(t + 4)),
                ("is" | "==", "null")
            )
            && close == t + 5;
        tests_null && source.is(close + 1, "{") && source.partner(close + 1) == Some(close + 2)
    })?;
    let open = source.partner(guard + 1)? + 1;
    let way_out = way_out(source, member)?;
    let close = source.bytes(open + 1..open + 2).start;
    let indent = source.indent(source.bytes(guard..guard + 1).start);
    let step = if indent.contains('\t') { "\t" } else { "    " };
    let title = format!("leave when `{name}` is null");
    let fix = edit::fix(diagnostic, title, "verified");
    let line = source.line(close);
    let alone = source.text()[line.start..close].trim().is_empty();
    Some(if alone {
        fix.insert(
            &context.request.file,
            offset(line.start),
            format!("{indent}{step}{way_out}\n"),
        )
    } else {
        fix.insert(&context.request.file, offset(close), format!(" {way_out} "))
    })
}

/// How the member leaves without a result.
fn way_out(source: &Source, member: &buildfix_fixer_support::Decl) -> Option<&'static str> {
    if member.kind == DeclKind::Constructor {
        return Some("return;");
    }
    match source.slice(member.ty.clone()) {
        "void" | "Task" | "ValueTask" => Some("return;"),
        "bool" => Some("return false;"),
        ty if ty.ends_with('?') => Some("return null;"),
        _ => None,
    }
}

/// CS8629: `x.Value` and `(int)x` of a nullable value.
pub(crate) fn value_taken(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = source.token_at(Context::byte(diagnostic));
    let end = source.expression_end(token);
    let dot = (token..end)
        .find(|t| source.is(*t, ".") && source.is(t + 1, "Value") && !source.is(t + 2, "("));
    let Some(dot) = dot else { return Vec::new() };
    let fix = edit::fix(
        diagnostic,
        "take the default where there is no value",
        "verified",
    );
    vec![replace_in(
        fix,
        &context.request.file.path,
        source.text(),
        source.bytes(dot + 1..dot + 2),
        "GetValueOrDefault()",
    )]
}
