//! Control flow that runs where it must not.

use crate::Context;
use buildfix_fixer_support::{Decl, Source, offset, scope, span};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS0163 and CS8070: a switch section that runs on into the next.
pub(crate) fn missing_break(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let label = context.token(diagnostic);
    if !matches!(source.word(label), "case" | "default") {
        return Vec::new();
    }
    let colon = if source.is(label, "default") {
        label + 1
    } else {
        source.expression_end(label + 1)
    };
    let mut at = colon + 1;
    while at < source.tokens().len() {
        let starts_label = matches!(source.word(at), "case" | "default")
            && matches!(source.word(at - 1), ";" | "}" | ":");
        if source.is(at, "}") || (starts_label && !source.is(at + 1, "(")) {
            break;
        }
        at = source.partner(at).filter(|p| *p > at).unwrap_or(at) + 1;
    }
    let last = at - 1;
    if last <= colon {
        return Vec::new();
    }
    let first = source.bytes(colon + 1..colon + 2).start;
    let end = source.bytes(last..at).end;
    let new_line =
        source.line(first).start != source.line(source.bytes(label..label + 1).start).start;
    let text = if new_line {
        format!("\n{}break;", source.indent(first))
    } else {
        " break;".to_owned()
    };
    let fix = edit::fix(diagnostic, "end the section with `break`", "verified");
    vec![fix.insert(&context.request.file, offset(end), text)]
}

/// CS0161 and CS0126: the value that the member has made and does not return;
/// else, as a placeholder, an exception.
pub(crate) fn missing_return(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let Some(member) = source.member_at(byte) else {
        return Vec::new();
    };
    let ty = source.slice(member.ty.clone()).to_owned();
    let mut fixes = Vec::new();
    if diagnostic.code == "CS0126" {
        let token = context.token(diagnostic);
        for name in results(source, member, &ty) {
            fixes.push(context.insert_after(
                diagnostic,
                format!("return `{name}`"),
                token,
                format!(" {name}"),
            ));
        }
        return fixes;
    }
    let Some((open, close)) = member.body.and_then(|b| Some((b, source.partner(b)?))) else {
        return fixes;
    };
    let end = source.bytes(close..close + 1).start;
    let line = source.line(end);
    let indent = match source.tokens().get(open + 1).filter(|_| open + 1 < close) {
        Some(first) => source.indent(first.start).to_owned(),
        None => format!("{}    ", source.indent(end)),
    };
    let own_line = source.text()[line.start..end].trim().is_empty();
    let insert = |fix: Fix, statement: &str| {
        if own_line {
            fix.replace(
                &context.request.file,
                span(line.start..line.start),
                format!("{indent}{statement}\n"),
            )
        } else {
            fix.insert(&context.request.file, offset(end), format!("{statement} "))
        }
    };
    for name in results(source, member, &ty) {
        let fix = edit::fix(diagnostic, format!("return `{name}`"), "verified");
        fixes.push(insert(fix, &format!("return {name};")));
    }
    let fix = edit::fix(
        diagnostic,
        "throw where no value is returned",
        "placeholder",
    );
    fixes.push(insert(fix, "throw new System.NotImplementedException();"));
    fixes
}

/// Locals of the member's outermost block that could be its result: those
/// whose value nothing uses, then those of its type, last ones first.
fn results(source: &Source, member: &Decl, ty: &str) -> Vec<String> {
    let Some(body) = member.body else {
        return Vec::new();
    };
    let end = source.bytes(member.tokens.clone()).end;
    let outer: Vec<scope::Name> = scope::locals(source, member)
        .into_iter()
        .filter(|n| n.kind == scope::NameKind::Local && source.block(n.token) == Some(body))
        .collect();
    let ty = ty
        .strip_prefix("Task<")
        .and_then(|t| t.strip_suffix('>'))
        .unwrap_or(ty);
    let mut found: Vec<String> = Vec::new();
    for only_unread in [true, false] {
        for local in outer.iter().rev() {
            let name = source.word(local.token);
            let from = source.bytes(local.token..local.token + 1).end;
            let read = source.places(name, from..end).into_iter().any(|p| {
                let token = source.token_at(p.start);
                !matches!(
                    source.word(token + 1),
                    "=" | "+=" | "-=" | "*=" | "++" | "--"
                )
            });
            let fits = match type_of(source, local) {
                Some(known) => known == ty,
                None => only_unread,
            };
            if fits && read != only_unread && !found.iter().any(|f| f == name) {
                found.push(name.to_owned());
            }
        }
    }
    found.truncate(2);
    found
}

/// The type of a local as written, or as its first value shows it.
fn type_of(source: &Source, local: &scope::Name) -> Option<String> {
    let written = source.slice(local.ty.clone());
    if !written.is_empty() {
        return Some(written.to_owned());
    }
    let value = local.init? + 1;
    let end = source.expression_end(value);
    let word = source.word(value);
    if word == "new" {
        let ty_end = source.type_end(value + 1)?;
        return Some(source.slice(value + 1..ty_end).to_owned());
    }
    if end != value + 1 {
        return None;
    }
    let digits = |w: &str| w.starts_with(|c: char| c.is_ascii_digit());
    match word {
        "true" | "false" => Some("bool".into()),
        "string" => Some("string".into()),
        w if w.ends_with('"') => Some("string".into()),
        w if digits(w) && w.ends_with(|c: char| c.is_ascii_digit()) => {
            Some(if w.contains('.') { "double" } else { "int" }.into())
        }
        _ => None,
    }
}
