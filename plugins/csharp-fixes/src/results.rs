//! Methods whose declared result is not what they return.

use crate::Context;
use buildfix_fixer_support::{Decl, DeclKind, scope};
use buildfix_sdk::{Diagnostic, Fix};

/// CS0127: a method that returns a value is not `void`.
pub(crate) fn returns_value(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let token = context.token(diagnostic);
    let Some(member) = source.member_at(byte).filter(|m| !m.ty.is_empty()) else {
        return Vec::new();
    };
    let Some(ty) = source
        .is(token, "return")
        .then(|| value_type(context, member, token + 1))
        .flatten()
    else {
        return Vec::new();
    };
    let new = match source.slice(member.ty.clone()) {
        "void" if !member.modifiers.clone().any(|t| source.is(t, "async")) => ty,
        "void" | "Task" => format!("Task<{ty}>"),
        "ValueTask" => format!("ValueTask<{ty}>"),
        _ => return Vec::new(),
    };
    vec![context.replace(
        diagnostic,
        format!("return `{new}`"),
        member.ty.clone(),
        new,
    )]
}

/// The type of a value, where the text of the file alone tells it.
fn value_type(context: &Context<'_>, member: &Decl, value: usize) -> Option<String> {
    let source = &context.source;
    let end = source.expression_end(value);
    let word = source.word(value);
    let byte = source.bytes(value..value + 1).start;
    if word == "new" {
        let ty = source.type_end(value + 1)?;
        return Some(source.slice(value + 1..ty).to_owned());
    }
    if word == "(" {
        let ty = source.type_end(value + 1)?;
        let cast = source.is(ty, ")") && source.is_word(ty + 1);
        return cast.then(|| source.slice(value + 1..ty).to_owned());
    }
    if source.is(value + 1, "(") && source.partner(value + 1).map(|p| p + 1) == Some(end) {
        // A method of the same type.
        let mut named = source.decls().iter().filter(|d| {
            d.parent == member.parent && d.kind == DeclKind::Method && source.name(d) == word
        });
        let found = named.next().filter(|_| named.next().is_none())?;
        return Some(source.slice(found.ty.clone()).to_owned()).filter(|t| t != "void");
    }
    let compares = (value..end).any(|t| {
        matches!(
            source.word(t),
            "==" | "!=" | "<=" | ">=" | "&&" | "||" | "!" | "is"
        )
    });
    if compares && !(value..end).any(|t| matches!(source.word(t), "?" | "=>" | "??")) {
        return Some("bool".to_owned());
    }
    if end != value + 1 {
        return None;
    }
    let digits = |w: &str| w.starts_with(|c: char| c.is_ascii_digit());
    match word {
        "true" | "false" => Some("bool".to_owned()),
        "this" => source.type_at(byte).map(|t| source.name(t).to_owned()),
        w if w.ends_with('"') => Some("string".to_owned()),
        w if digits(w) && w.ends_with(|c: char| c.is_ascii_digit()) => {
            Some(if w.contains('.') { "double" } else { "int" }.to_owned())
        }
        _ => {
            let found = scope::declaration(source, byte, word)?;
            let ty = source.slice(found.ty);
            (!ty.is_empty() && ty != "var").then(|| ty.to_owned())
        }
    }
}

/// CS0126: where every `return` of a method is bare, it is `void`.
pub(crate) fn returns_nothing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let Some(member) = source
        .member_at(byte)
        .filter(|m| m.kind == DeclKind::Method && !m.ty.is_empty())
    else {
        return Vec::new();
    };
    let valued = member
        .tokens
        .clone()
        .any(|t| source.is(t, "return") && !source.is(t + 1, ";"));
    if valued {
        return Vec::new();
    }
    let ty = source.slice(member.ty.clone());
    let new = match ty.split_once('<') {
        Some((task @ ("Task" | "ValueTask"), _)) => task,
        _ => "void",
    };
    vec![context.replace(
        diagnostic,
        format!("return nothing: `{new}`"),
        member.ty.clone(),
        new,
    )]
}
