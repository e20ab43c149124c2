//! A null that flows into a declaration: by assignment, return or argument.

use crate::Context;
use crate::target::Target;
use buildfix_fixer_support::types::{self, TypeClass};
use buildfix_fixer_support::{Decl, DeclKind, Source, replace_in, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::rc::Rc;

/// CS8625, CS8600, CS8601: the value at the point is assigned to something.
pub(crate) fn assigned(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = source.token_at(Context::byte(diagnostic));
    let mut fixes: Vec<Fix> = targets(context, token)
        .iter()
        .filter_map(|t| context.nullable(diagnostic, t))
        .collect();
    let end = source.expression_end(token);
    fixes.extend(fallback(context, diagnostic, token, end));
    fixes.extend(context.forgive(diagnostic, token..end));
    fixes
}

/// What the value that begins at `token` is assigned to.
fn targets(context: &Context<'_>, token: usize) -> Vec<Target> {
    let source = &context.source;
    // `(string)x`: the cast's own type. `out string x`: the variable's.
    if source.is(token, "(")
        && let Some(end) = source
            .type_end(token + 1)
            .filter(|e| source.partner(token) == Some(*e))
    {
        let mut found = vec![context.here(token + 1..end, "the cast")];
        found.extend(assignment_target(context, token));
        return found;
    }
    let declared_here = source.type_end(token).filter(|n| {
        source.is_word(*n) && matches!(source.word(n + 1), ")" | "," | "in" | "=" | ";")
    });
    if let Some(name) = declared_here.filter(|_| !source.is(token, "null")) {
        return vec![context.here(token..name, source.word(name))];
    }
    assignment_target(context, token)
}

fn assignment_target(context: &Context<'_>, token: usize) -> Vec<Target> {
    let source = &context.source;
    // Outwards over `(`, `cond ?`, `a ??`: the value of these is ours.
    let mut at = token;
    loop {
        let before = source.word(at.wrapping_sub(1));
        match before {
            "=" | "??=" => {
                let name = at.wrapping_sub(2);
                if source.is(name, "]") {
                    return element_target(context, name);
                }
                return if source.is_word(name) {
                    context.declared(name)
                } else {
                    property_init(context, at - 1)
                };
            }
            "?" | ":" | "??" => {
                let statement = source.statement(token);
                let sign = (statement.start..at)
                    .rev()
                    .find(|i| matches!(source.word(*i), "=" | "=>" | "return"));
                match sign {
                    Some(i) if source.is(i, "=") => at = i + 1,
                    _ => return Vec::new(),
                }
            }
            "(" | "," | ":=" => return argument_target(context, token),
            _ => return Vec::new(),
        }
    }
}

/// `= null` after a property's accessors.
fn property_init(context: &Context<'_>, sign: usize) -> Vec<Target> {
    let found = context.source.decls().iter().find(|d| d.init == Some(sign));
    found
        .map(|d| context.here(d.ty.clone(), context.source.name(d)))
        .into_iter()
        .collect()
}

/// `a[i] = null`: the element type of `a`.
fn element_target(context: &Context<'_>, close: usize) -> Vec<Target> {
    let source = &context.source;
    let Some(open) = source.partner(close) else {
        return Vec::new();
    };
    let Some(name) = open.checked_sub(1).filter(|n| source.is_word(*n)) else {
        return Vec::new();
    };
    context
        .declared(name)
        .into_iter()
        .filter_map(|target| {
            let (text, end) = (target.source(), target.ty.end);
            // `T[] a`: `?` goes before the brackets. `List<T>`: inside the `>`.
            let inner_end = match text.word(end.wrapping_sub(1)) {
                "]" => text.partner(end - 1)?,
                ">" => end - 1,
                _ => return None,
            };
            let ty = match text.word(inner_end) {
                "]" | "[" => target.ty.start..inner_end,
                _ => {
                    (target.ty.start..inner_end)
                        .rev()
                        .find(|t| matches!(text.word(*t), "<" | ","))
                        .map(|t| t + 1)?..inner_end
                }
            };
            let name = format!("the elements of {}", target.name);
            Some(Target::new(&target.path, target.shared(), ty, &name))
        })
        .collect()
}

/// The parameter that the argument at `token` is given to.
fn argument_target(context: &Context<'_>, token: usize) -> Vec<Target> {
    let source = &context.source;
    let Some((open, index)) = source.argument_at(token) else {
        return Vec::new();
    };
    let count = source.arguments(open).len();
    let argument = &source.arguments(open)[index];
    let named = source
        .is(argument.start + 1, ":")
        .then(|| source.word(argument.start).to_owned());
    let Some(mut callee) = open.checked_sub(1) else {
        return Vec::new();
    };
    if source.is(callee, ">") {
        callee = (0..callee)
            .rev()
            .find(|i| source.type_args_end(*i) == Some(callee + 1))
            .unwrap_or(callee)
            .wrapping_sub(1);
    }
    if !source.is_word(callee) {
        return Vec::new();
    }
    let name = source.word(callee).to_owned();
    let path_start = source.primary_start(callee + 1);
    let constructed = source.is(path_start, "new") || source.is(path_start.wrapping_sub(1), "new");
    let byte = source.bytes(callee..callee + 1).start;
    let owner = if constructed {
        Some(name.clone())
    } else if source.is(callee.wrapping_sub(1), ".") {
        let receiver = source.word(callee.wrapping_sub(2));
        scope::declaration(source, byte, receiver)
            .map(|d| symbols::simple(source.slice(d.ty)).to_owned())
            .filter(|o| !o.is_empty())
            .or_else(|| Some(receiver.to_owned()))
    } else {
        source.type_at(byte).map(|t| source.name(t).to_owned())
    };
    let Some(owner) = owner else {
        return Vec::new();
    };
    let wanted = if matches!(name.as_str(), "base" | "this") {
        owner.clone()
    } else {
        name
    };
    parameters_of(context, &owner, &wanted, count, |i, n| match &named {
        Some(named) => n == named,
        None => i == index,
    })
}

/// The matching parameters of a type's methods or constructors that can take
/// `count` arguments.
fn parameters_of(
    context: &Context<'_>,
    owner: &str,
    name: &str,
    count: usize,
    keep: impl Fn(usize, &str) -> bool,
) -> Vec<Target> {
    let mut found = Vec::new();
    let mut places = symbols::declarations(&context.files, owner, Some(name));
    if owner == name {
        places.extend(symbols::declarations(&context.files, owner, None));
    }
    for place in places {
        let source = place.source;
        for index in place.decls {
            let Some(open) = source.decls()[index].params else {
                continue;
            };
            let all = scope::parameters(&source, open);
            let extension = usize::from(
                all.first()
                    .is_some_and(|p| source.slice(p.modifiers.clone()).starts_with("this")),
            );
            if all.len() < count {
                continue;
            }
            for (i, p) in all.into_iter().enumerate() {
                if i >= extension && keep(i - extension, source.word(p.name)) {
                    found.push(Target::new(
                        &place.path,
                        Rc::clone(&source),
                        p.ty,
                        source.word(p.name),
                    ));
                }
            }
        }
    }
    found
}

/// CS8604: the message names the parameter and its method.
pub(crate) fn passed(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = source.token_at(Context::byte(diagnostic));
    let end = source.expression_end(token);
    let mut fixes = Vec::new();
    let mut string = false;
    if let [parameter, method, ..] = diagnostic.arguments.as_slice()
        && let Some(member) = symbols::member_ref(method)
    {
        let printed = member.parameters.unwrap_or_default();
        string = printed.iter().any(|p| {
            p.strip_suffix(parameter.as_str())
                .is_some_and(|t| t.trim() == "string")
        });
        let owner = member.owner.as_str();
        for target in parameters_of(context, owner, &member.name, printed.len(), |_, n| {
            n == parameter
        }) {
            fixes.extend(context.nullable(diagnostic, &target));
        }
    }
    if string {
        fixes.extend(or_empty(context, diagnostic, token, end));
    } else {
        fixes.extend(fallback(context, diagnostic, token, end));
    }
    fixes.extend(context.forgive(diagnostic, token..end));
    fixes
}

/// A value that stands in for the null where the target is a string.
fn fallback(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    token: usize,
    end: usize,
) -> Option<Fix> {
    let target = targets(context, token).into_iter().next()?;
    let written = target.source().slice(target.ty.clone());
    let byte = target.source().bytes(target.ty.clone()).start;
    (types::classify(written, target.source(), byte, context.host) == TypeClass::String
        && !context.source.is(token, "null"))
    .then(|| or_empty(context, diagnostic, token, end))?
}

fn or_empty(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    token: usize,
    end: usize,
) -> Option<Fix> {
    let source = &context.source;
    if source.is(token, "null")
        || (token..end).any(|t| matches!(source.word(t), "??" | "=>" | "?" | "="))
    {
        return None;
    }
    let at = source.bytes(token..end).end;
    let fix = edit::fix(
        diagnostic,
        "use the empty string instead of null",
        "verified",
    );
    let fix = replace_in(
        fix,
        &context.request.file.path,
        source.text(),
        at..at,
        " ?? string.Empty",
    );
    Some(fix)
}

/// CS8603: the member's return type, or else what it returns elsewhere.
pub(crate) fn returned(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = Context::byte(diagnostic);
    let token = source.token_at(byte);
    let Some(member) = source.member_at(byte) else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    let ty = value_type(
        source,
        member.ty.clone(),
        member.modifiers.clone().any(|t| source.is(t, "async")),
    );
    if member.kind != DeclKind::Field && !in_lambda(source, token, member.tokens.start) {
        fixes.extend(context.nullable(diagnostic, &context.here(ty.clone(), source.name(member))));
    }
    let end = source.expression_end(token);
    if source.is(token, "null") && end == token + 1 {
        for name in same_type(source, member, source.slice(ty), token) {
            let fix = edit::fix(diagnostic, format!("return `{name}`"), "verified");
            let bytes = source.bytes(token..end);
            fixes.push(replace_in(
                fix,
                &context.request.file.path,
                source.text(),
                bytes,
                name,
            ));
        }
    } else if source.slice(member.ty.clone()) == "string" {
        fixes.extend(or_empty(context, diagnostic, token, end));
    }
    fixes.extend(context.forgive(diagnostic, token..end));
    fixes
}

/// The type of what is returned: `T` of an async `Task<T>`.
fn value_type(
    source: &Source,
    ty: std::ops::Range<usize>,
    is_async: bool,
) -> std::ops::Range<usize> {
    let wraps = is_async && source.is(ty.start + 1, "<") && source.is(ty.end.wrapping_sub(1), ">");
    if wraps { ty.start + 2..ty.end - 1 } else { ty }
}

fn in_lambda(source: &Source, token: usize, member: usize) -> bool {
    let mut at = token;
    while let Some(open) = source.block(at).filter(|o| *o > member) {
        if source.is(open.wrapping_sub(1), "=>") {
            return true;
        }
        at = open;
    }
    false
}

/// Names that the member could return instead of null: what it returns by name
/// elsewhere, then its parameters of the return type, `?` aside. The first two.
fn same_type(source: &Source, member: &Decl, ty: &str, token: usize) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !found.iter().any(|f| f == name) {
            found.push(name.to_owned());
        }
    };
    let parameters = member
        .params
        .map(|open| scope::parameters(source, open))
        .unwrap_or_default();
    let byte = source.bytes(token..token + 1).start;
    for at in member.tokens.clone() {
        let name = source.word(at + 1);
        if source.is(at, "return") && source.is(at + 2, ";") && in_reach(source, byte, token, name)
        {
            add(name);
        }
    }
    for parameter in &parameters {
        if source.slice(parameter.ty.clone()).trim_end_matches('?') == ty.trim_end_matches('?') {
            add(source.word(parameter.name));
        }
    }
    found.truncate(2);
    found
}

/// Whether a name is a parameter, or a local that the token can see.
fn in_reach(source: &Source, byte: usize, token: usize, name: &str) -> bool {
    scope::declaration(source, byte, name).is_some_and(|n| {
        !matches!(n.kind, scope::NameKind::Member(_)) && scope::reaches(source, &n, token)
    })
}
