//! Names that mean two things.

use crate::Context;
use buildfix_fixer_support::types::shorten;
use buildfix_fixer_support::{scope, span, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS0104: the two types that a simple name stands for, each written in full;
/// the one that has the static member which is read first, then the one nearer
/// to the file's own namespace.
pub(crate) fn ambiguous_type(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let [name, candidates @ ..] = diagnostic.arguments.as_slice() else {
        return Vec::new();
    };
    let source = &context.source;
    let token = context.token(diagnostic);
    if !source.is(token, symbols::simple(name)) {
        return Vec::new();
    }
    let own = buildfix_fixer_support::usings::own_namespaces(source);
    let near = |full: &str| {
        own.iter()
            .map(|o| {
                o.split('.')
                    .zip(full.split('.'))
                    .take_while(|(a, b)| a == b)
                    .count()
            })
            .max()
            .unwrap_or(0)
    };
    // `Name.Member` is of the type that has such a static member.
    let accessed = source.is(token + 1, ".").then(|| source.word(token + 2));
    let fits = |full: &str| {
        let members = context
            .host
            .members(symbols::CSHARP, full.split('<').next().unwrap_or(full));
        let Some(name) = accessed.filter(|_| !members.is_empty()) else {
            return 1;
        };
        let is_static = |kind: &str, signature: &str| {
            matches!(kind, "enum-member" | "constant")
                || ["static ", "const "].iter().any(|w| signature.contains(w))
        };
        let found = members
            .iter()
            .any(|m| m.name == name && is_static(&m.kind, &m.signature));
        2 * u32::from(found)
    };
    let mut candidates: Vec<&String> = candidates.iter().collect();
    candidates.sort_by_cached_key(|c| std::cmp::Reverse((fits(c), near(c))));
    candidates
        .into_iter()
        .map(|full| {
            // Type arguments stay as written.
            let full = full.split('<').next().unwrap_or(full);
            context.replace(
                diagnostic,
                format!("write `{full}`"),
                token..token + 1,
                full,
            )
        })
        .collect()
}

/// CS0121: an extension method is called by its class; an argument `null` says
/// of which type it is.
pub(crate) fn ambiguous_call(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let mut fixes = Vec::new();
    let found: Vec<_> = diagnostic
        .arguments
        .iter()
        .filter_map(|a| Some((a, symbols::member_ref(a)?)))
        .collect();
    let [(first_text, first), (second_text, second), ..] = found.as_slice() else {
        return fixes;
    };
    let byte = diagnostic.span.start as usize;
    let Some(place) = source
        .places(&first.name, byte..source.line(byte).end)
        .into_iter()
        .next()
    else {
        return fixes;
    };
    let name = source.token_at(place.start);
    let open = source.type_args_end(name + 1).unwrap_or(name + 1);
    if !source.is(open, "(") {
        return fixes;
    }
    let arguments = source.arguments(open);
    let parameters = |m: &symbols::MemberRef| m.parameters.clone().unwrap_or_default();
    if source.is(name.wrapping_sub(1), ".")
        && first.owner != second.owner
        && parameters(first).len() == arguments.len() + 1
    {
        let start = source.primary_start(name - 1);
        let receiver = source.slice(start..name - 1).to_owned();
        for text in [first_text, second_text] {
            let Some(class) = owner_path(text) else {
                continue;
            };
            let class = shorten(class, &context.visible);
            let comma = if arguments.is_empty() { "" } else { ", " };
            let bytes = source.bytes(start..open + 1);
            let new = format!("{class}.{}({receiver}{comma}", source.slice(name..open));
            let fix = edit::fix(
                diagnostic,
                format!("call `{class}.{}`", first.name),
                "verified",
            );
            fixes.push(fix.replace(&context.request.file, span(bytes), new));
        }
        return fixes;
    }
    // The first parameter in which the two differ.
    let (a, b) = (parameters(first), parameters(second));
    let Some(index) = a.iter().zip(&b).position(|(x, y)| x != y) else {
        return fixes;
    };
    let differing = a.iter().zip(&b).filter(|(x, y)| x != y).count();
    for ty in [&a[index], &b[index]] {
        let ty = shorten(ty, &context.visible);
        let ty = at_use(context, byte, &ty, first_text, source.slice(name..open));
        let title = format!("say that the null is a `{ty}`");
        match arguments.get(index) {
            Some(argument) if source.slice(argument.clone()) == "null" => {
                fixes.push(context.replace(
                    diagnostic,
                    title,
                    argument.clone(),
                    format!("({ty})null"),
                ));
            }
            None if index == arguments.len() => {
                let Some(close) = source.partner(open) else {
                    continue;
                };
                let comma = if arguments.is_empty() { "" } else { ", " };
                fixes.push(context.insert_before(
                    diagnostic,
                    title,
                    close,
                    format!("{comma}({ty})null"),
                ));
            }
            // A value that is both says as which of them it is meant.
            Some(argument) if differing == 1 && source.is(argument.start, "new") => {
                let ty = ty.trim_end_matches('?');
                fixes.push(context.insert_before(
                    diagnostic,
                    format!("pass it as a `{ty}`"),
                    argument.start,
                    format!("({ty})"),
                ));
            }
            _ => {}
        }
    }
    fixes
}

/// A parameter's type with the type parameter of its class replaced by what is
/// written at the use: `new Layer<double>(…)`.
fn at_use(context: &Context<'_>, byte: usize, ty: &str, declared: &str, written: &str) -> String {
    let of = |text: &str| {
        let open = text.find('<')?;
        let close = text[open..].find('>')? + open;
        Some(text[open + 1..close].to_owned())
    };
    let (Some(parameter), Some(argument)) = (of(declared), of(written)) else {
        return ty.to_owned();
    };
    let in_reach = scope::type_parameters(&context.source, byte).contains(&argument);
    if parameter == argument && in_reach {
        ty.to_owned()
    } else {
        ty.replace(&format!("<{parameter}>"), &format!("<{argument}>"))
    }
}

/// The full name of the class that a printed method is of.
fn owner_path(text: &str) -> Option<&str> {
    let head = text.split(['(']).next()?;
    let head = head.split('<').next()?;
    let path = head.rsplit_once('.')?.0;
    Some(path.rsplit(' ').next().unwrap_or(path))
}

/// CS0176: a static member reached through an object.
pub(crate) fn instance_reference(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(member) = diagnostic
        .arguments
        .first()
        .and_then(|a| symbols::member_ref(a))
    else {
        return Vec::new();
    };
    let byte = diagnostic.span.start as usize;
    let Some(place) = source
        .places(&member.name, byte..source.line(byte).end)
        .into_iter()
        .next()
    else {
        return Vec::new();
    };
    let name = source.token_at(place.start);
    if !source.is(name.wrapping_sub(1), ".") {
        return Vec::new();
    }
    let start = source.primary_start(name - 1);
    // A receiver that does something is not dropped.
    if (start..name - 1).any(|t| source.is(t, "(")) {
        return Vec::new();
    }
    vec![context.replace(
        diagnostic,
        format!("reach it through `{}`", member.owner),
        start..name - 1,
        member.owner,
    )]
}
