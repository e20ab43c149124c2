//! Modifiers that contradict each other, the body or the type around them.

use crate::{Context, access};
use buildfix_fixer_support::{Decl, DeclKind, Source, replace_in, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// The classes that the member or type at the error's place is about.
pub(crate) fn repair(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let path = &context.request.file.path;
    let Some(owner) = source.type_at(byte) else {
        return Vec::new();
    };
    if diagnostic.code == "CS0513" {
        // A sealed or static class can have no abstract member at all.
        let closed = ["sealed", "static", "abstract"];
        let class = matches!(owner.kind, DeclKind::Class | DeclKind::Record)
            && !owner
                .modifiers
                .clone()
                .any(|t| closed.contains(&source.word(t)));
        return class
            .then(|| add(diagnostic, path, source, owner, "abstract"))
            .into_iter()
            .collect();
    }
    let Some(member) = source.member_at(byte) else {
        return Vec::new();
    };
    let without = |word: &str| drop_word(diagnostic, path, source, member, word);
    match diagnostic.code.as_str() {
        "CS0500" => without("abstract").into_iter().collect(),
        "CS0179" => without("extern").into_iter().collect(),
        "CS0501" => bodiless(context, diagnostic, owner, member),
        "CS0549" => without("virtual")
            .into_iter()
            .chain(drop_word(diagnostic, path, source, owner, "sealed"))
            .collect(),
        "CS0621" => access::with_access(diagnostic, path, source, member, "protected")
            .into_iter()
            .collect(),
        "CS0112" => match diagnostic.arguments.first().map(String::as_str) {
            Some("override") => without("static")
                .into_iter()
                .chain(without("override"))
                .collect(),
            Some(word) => without(word).into_iter().chain(without("static")).collect(),
            None => Vec::new(),
        },
        "CS0708" if !has(source, member, "static") && !has(source, member, "const") => {
            vec![add(diagnostic, path, source, member, "static")]
        }
        "CS0508" => {
            let Some(wanted) = diagnostic.arguments.get(1) else {
                return Vec::new();
            };
            let ty = buildfix_fixer_support::types::shorten(wanted, &context.visible);
            if member.ty.is_empty() || ty.contains(' ') {
                return Vec::new();
            }
            vec![context.replace(diagnostic, format!("return `{ty}`"), member.ty.clone(), ty)]
        }
        "CS0133" | "CS0283" => constant(context, diagnostic, member),
        _ => Vec::new(),
    }
}

/// CS0506: the base's member becomes `virtual`, where the workspace has it.
pub(crate) fn overridable(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(base) = diagnostic
        .arguments
        .get(1)
        .and_then(|a| symbols::member_ref(a))
    else {
        return Vec::new();
    };
    let count = base.parameters.as_ref().map(Vec::len);
    let mut fixes = Vec::new();
    for place in symbols::declarations(&context.files, &base.owner, Some(&base.name)) {
        for decl in place.decls() {
            let s = &place.source;
            let given = decl.params.map(|open| s.arguments(open).len());
            let open = ["public", "protected", "internal"]
                .iter()
                .any(|w| has(s, decl, w));
            let closed = ["static", "private", "virtual", "abstract", "override"]
                .iter()
                .any(|w| has(s, decl, w));
            let kind = matches!(
                decl.kind,
                DeclKind::Method | DeclKind::Property | DeclKind::Indexer | DeclKind::Event
            );
            if given == count && open && !closed && kind {
                fixes.push(add(diagnostic, &place.path, s, decl, "virtual"));
            }
        }
    }
    fixes
}

/// CS0509: whether a type may be derived from is its author's choice.
pub(crate) fn sealed_base(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(base) = diagnostic.arguments.get(1) else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    for place in symbols::declarations(&context.files, symbols::simple(base), None) {
        for decl in place.decls() {
            let fix = drop_word(diagnostic, &place.path, &place.source, decl, "sealed");
            fixes.extend(fix.map(|mut fix| {
                "suggest".clone_into(&mut fix.applicability);
                fix
            }));
        }
    }
    fixes
}

/// CS0273, CS0274, CS0276: an accessor's own access that cannot be.
pub(crate) fn accessor(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let path = &context.request.file.path;
    let Some(member) = source.member_at(diagnostic.span.start as usize) else {
        return Vec::new();
    };
    let Some((open, close)) = member.body.and_then(|b| Some((b, source.partner(b)?))) else {
        return Vec::new();
    };
    let named = diagnostic
        .arguments
        .first()
        .and_then(|a| a.rsplit_once('.'))
        .map(|(_, last)| last)
        .filter(|_| diagnostic.code == "CS0273");
    let mut fixes = Vec::new();
    let mut at = open + 1;
    while at < close {
        let word = source.word(at);
        if matches!(word, "get" | "set" | "init") && named.is_none_or(|n| n == word) {
            let mut from = at;
            while matches!(
                source.word(from.wrapping_sub(1)),
                "public" | "protected" | "internal" | "private"
            ) {
                from -= 1;
            }
            if from < at {
                let bytes = source.bytes(from..at).start..source.bytes(at..at + 1).start;
                let title = format!("let `{word}` be as visible as the property");
                let fix = edit::fix(diagnostic, title, "verified");
                fixes.push(replace_in(fix, path, source.text(), bytes, ""));
            }
        }
        at = source.partner(at).filter(|p| *p > at).unwrap_or(at) + 1;
    }
    fixes
}

/// CS1597: a `;` that ends nothing.
pub(crate) fn semicolon(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let previous = token.wrapping_sub(1);
    if !source.is(token, ";") || !source.is(previous, "}") {
        return Vec::new();
    }
    let bytes = source.bytes(previous..token).end..source.bytes(token..token + 1).end;
    // What stands between them may be a comment.
    let start = if source.text()[bytes.clone()].trim() == ";" {
        bytes.start
    } else {
        bytes.end.saturating_sub(1)
    };
    let fix = edit::fix(diagnostic, "drop the stray `;`", "verified");
    let path = &context.request.file.path;
    vec![replace_in(fix, path, source.text(), start..bytes.end, "")]
}

/// CS0501: an abstract class leaves it to others; else a body that throws.
fn bodiless(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    owner: &Decl,
    member: &Decl,
) -> Vec<Fix> {
    let source = &context.source;
    let path = &context.request.file.path;
    let end = member.tokens.end.wrapping_sub(1);
    if !source.is(end, ";") || member.body.is_some() || member.arrow.is_some() {
        return Vec::new();
    }
    let mut fixes = Vec::new();
    let fits = !["private", "static", "virtual", "override", "async"]
        .iter()
        .any(|w| has(source, member, w))
        && ["public", "protected", "internal"]
            .iter()
            .any(|w| has(source, member, w));
    if fits && member.kind == DeclKind::Method && has(source, owner, "abstract") {
        fixes.push(add(diagnostic, path, source, member, "abstract"));
    }
    if matches!(
        member.kind,
        DeclKind::Method | DeclKind::Constructor | DeclKind::Operator
    ) {
        let title = format!("give `{}` a body that throws", source.name(member));
        let fix = edit::fix(diagnostic, title, "placeholder");
        let start = source.bytes(end - 1..end).end;
        let bytes = start..source.bytes(end..end + 1).end;
        fixes.push(replace_in(
            fix,
            path,
            source.text(),
            bytes,
            " => throw new System.NotImplementedException();",
        ));
    }
    fixes
}

/// CS0133 and CS0283: what is made at run time is a `static readonly` field,
/// or a plain local.
fn constant(context: &Context<'_>, diagnostic: &Diagnostic, member: &Decl) -> Vec<Fix> {
    let source = &context.source;
    if let Some(word) = member.modifiers.clone().find(|t| source.is(*t, "const")) {
        let title = "make it `static readonly`";
        return vec![context.replace(diagnostic, title, word..word + 1, "static readonly")];
    }
    let statement = source.statement(context.token(diagnostic));
    if !source.is(statement.start, "const") {
        return Vec::new();
    }
    let start = source.bytes(statement.start..statement.start + 1).start;
    let next = source.bytes(statement.start + 1..statement.start + 2).start;
    let fix = edit::fix(diagnostic, "make it a variable", "verified");
    let path = &context.request.file.path;
    vec![replace_in(fix, path, source.text(), start..next, "")]
}

fn has(source: &Source, decl: &Decl, word: &str) -> bool {
    decl.modifiers.clone().any(|t| source.is(t, word))
}

/// Writes a modifier after those of access.
fn add(diagnostic: &Diagnostic, path: &str, source: &Source, decl: &Decl, word: &str) -> Fix {
    let after = decl
        .modifiers
        .clone()
        .find(|t| {
            !matches!(
                source.word(*t),
                "public" | "private" | "protected" | "internal" | "new"
            )
        })
        .unwrap_or(decl.modifiers.end);
    let at = source.bytes(after..after + 1).start;
    let title = format!("make `{}` `{word}`", source.name(decl));
    let fix = edit::fix(diagnostic, title, "verified");
    replace_in(fix, path, source.text(), at..at, format!("{word} "))
}

fn drop_word(
    diagnostic: &Diagnostic,
    path: &str,
    source: &Source,
    decl: &Decl,
    word: &str,
) -> Option<Fix> {
    let token = decl.modifiers.clone().find(|t| source.is(*t, word))?;
    let bytes = source.bytes(token..token + 1).start..source.bytes(token + 1..token + 2).start;
    let title = format!("drop `{word}` of `{}`", source.name(decl));
    let fix = edit::fix(diagnostic, title, "verified");
    Some(replace_in(fix, path, source.text(), bytes, ""))
}

#[cfg(test)]
mod tests;
