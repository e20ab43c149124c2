//! Names that exist, in a namespace that the file does not import.

use crate::Context;
use buildfix_fixer_support::{names, span, symbols, types, usings};
use buildfix_sdk::{Diagnostic, Fix, Symbol};

/// A type that would do, and how to reach it.
struct Candidate {
    namespace: String,
    /// The type around it, for a nested one.
    outer: Option<String>,
    workspace: bool,
    exported: bool,
}

/// Types of exactly the missing name.
pub(crate) fn types(context: &Context<'_>, group: &[&Diagnostic]) -> Option<Vec<Fix>> {
    let Some(written) = group[0].arguments.first() else {
        return Some(Vec::new());
    };
    let arity = if group[0].code == "CS0103" {
        None
    } else {
        Some(symbols::arity(written))
    };
    let name = symbols::simple(written);
    if group[0].code == "CS0103" && !group.iter().any(|d| is_qualifier(context, d)) {
        return Some(Vec::new());
    }
    let found = candidates(context, name, arity);
    reach(context, group, found, name)
}

/// Whether the name is used as a type could be: `Name.Member`, `nameof(Name)`.
fn is_qualifier(context: &Context<'_>, diagnostic: &Diagnostic) -> bool {
    let source = &context.source;
    let token = source.token_at(diagnostic.span.start as usize);
    let end = source.type_args_end(token + 1).unwrap_or(token + 1);
    source.is(end, ".")
        || (source.is(end, ")") && source.is(token.wrapping_sub(1), "("))
        || source
            .tokens()
            .get(token)
            .is_some_and(|t| source.text()[t.start..].starts_with('$'))
}

/// `'List<T>' requires 1 type arguments`: a type of the same name with as many
/// parameters as were written.
pub(crate) fn other_arity(context: &Context<'_>, group: &[&Diagnostic]) -> Option<Vec<Fix>> {
    let Some(named) = group[0].arguments.first() else {
        return Some(Vec::new());
    };
    let name = symbols::simple(named);
    let token = context.source.token_at(group[0].span.start as usize);
    let written = context
        .source
        .type_args_end(token + 1)
        .map_or(0, |end| symbols::arity(context.source.slice(token..end)));
    let found: Vec<Candidate> = candidates(context, name, Some(written))
        .into_iter()
        .filter(|c| c.outer.is_none())
        .collect();
    reach(context, group, found, name)
}

fn candidates(context: &Context<'_>, name: &str, arity: Option<usize>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for name in [name.to_owned(), format!("{name}Attribute")] {
        for symbol in symbols::types(context.host, &name) {
            if arity.is_some_and(|a| symbols::symbol_arity(&symbol).is_some_and(|s| s != a)) {
                continue;
            }
            let candidate = locate(context, &symbol);
            if !found
                .iter()
                .any(|f| f.namespace == candidate.namespace && f.outer == candidate.outer)
            {
                found.push(candidate);
            }
        }
    }
    if found.iter().any(|c| c.exported) {
        found.retain(|c| c.exported);
    }
    // The library's own insides are no place to import from.
    found.retain(|c| {
        c.workspace
            || (c.exported
                && !c
                    .namespace
                    .split('.')
                    .any(|p| p == "Internal" || p == "Internals"))
    });
    found
}

fn locate(context: &Context<'_>, symbol: &Symbol) -> Candidate {
    let mut namespace = symbol.container.as_str();
    let mut outer = Vec::new();
    // A container that is itself a type makes this a nested one.
    while let Some(last) = Some(symbols::simple(namespace)).filter(|l| !l.is_empty()) {
        let is_type = symbols::types(context.host, last)
            .iter()
            .any(|t| symbols::full_name(t) == namespace);
        if !is_type {
            break;
        }
        outer.insert(0, last);
        namespace = symbols::qualifier(namespace);
    }
    Candidate {
        namespace: namespace.to_owned(),
        outer: (!outer.is_empty()).then(|| outer.join(".")),
        workspace: symbol.origin == "workspace",
        exported: symbol.exported,
    }
}

/// Fixes that bring the candidates into reach, best first; `None` where a using
/// directive that is nearly right would do it: that directive is reported by
/// itself, and whatever else is done here would be wrong.
fn reach(
    context: &Context<'_>,
    group: &[&Diagnostic],
    mut found: Vec<Candidate>,
    name: &str,
) -> Option<Vec<Fix>> {
    // A type that is in sight and still not found is not what is missing.
    found.retain(|c| c.outer.is_some() || !context.sees(&c.namespace));
    // A directive that is nearly this one is what is wrong, and is reported.
    let existing: Vec<String> = usings::of(&context.source)
        .into_iter()
        .map(|u| u.name)
        .collect();
    let spoilt = |c: &Candidate| {
        c.outer.is_none()
            && existing.iter().any(|u| {
                *u != c.namespace
                    && names::distance(u, &c.namespace, 2).is_some()
                    && context.host.members(symbols::CSHARP, u).is_empty()
            })
    };
    if found.iter().any(spoilt) {
        return None;
    }
    let own = usings::own_namespaces(&context.source);
    found.sort_by_key(|c| {
        (
            c.outer.is_some(),
            !c.workspace,
            remoteness(&own, &c.namespace),
            c.namespace.clone(),
        )
    });
    let certain = if found.len() == 1 {
        "exact"
    } else {
        "verified"
    };
    let file = &context.request.file;
    let source = &context.source;
    let fixes = found
        .into_iter()
        .filter_map(|candidate| match &candidate.outer {
            None => {
                let title = format!("import `{}` for `{name}`", candidate.namespace);
                Some(usings::insert(
                    context.fix(group, title, certain)?,
                    file,
                    source,
                    &candidate.namespace,
                ))
            }
            Some(outer) => {
                let path = if context.sees(&candidate.namespace) {
                    outer.clone()
                } else {
                    format!("{}.{outer}", candidate.namespace)
                };
                let mut fix = context.fix(group, format!("write `{path}.{name}`"), "verified")?;
                for diagnostic in group {
                    let place = source.name_at(diagnostic.span.start as usize)?;
                    fix = fix.insert(file, span(place).start, format!("{path}."));
                }
                Some(fix)
            }
        })
        .collect();
    Some(fixes)
}

/// How far a namespace is from the file's own, in steps of its name; for the
/// library's, the plain ones before the special ones.
fn remoteness(own: &[String], namespace: &str) -> usize {
    let parts: Vec<&str> = namespace.split('.').collect();
    own.iter()
        .map(|o| {
            let mine: Vec<&str> = o.split('.').collect();
            let common = mine.iter().zip(&parts).take_while(|(a, b)| a == b).count();
            mine.len() + parts.len() - 2 * common
        })
        .min()
        .unwrap_or(parts.len())
}

/// Extension methods of exactly the missing name.
pub(crate) fn extensions(context: &Context<'_>, group: &[&Diagnostic]) -> Option<Vec<Fix>> {
    let [receiver, name, ..] = group[0].arguments.as_slice() else {
        return Some(Vec::new());
    };
    let mut found: Vec<(bool, Candidate)> = Vec::new();
    for symbol in context.host.find(symbols::CSHARP, name) {
        if symbol.kind != "extension-method" || !symbol.exported {
            continue;
        }
        let namespace = symbols::qualifier(&symbol.container).to_owned();
        let fits = extends(&symbol, receiver);
        match found.iter_mut().find(|(_, c)| c.namespace == namespace) {
            Some((known, _)) => *known |= fits,
            None => found.push((
                fits,
                Candidate {
                    namespace,
                    outer: None,
                    workspace: symbol.origin == "workspace",
                    exported: true,
                },
            )),
        }
    }
    if found.iter().any(|(fits, _)| *fits) {
        found.retain(|(fits, _)| *fits);
    }
    reach(
        context,
        group,
        found.into_iter().map(|(_, c)| c).collect(),
        name,
    )
}

/// Whether an extension method's first parameter can take the receiver, as far
/// as their names tell.
pub(crate) fn extends(symbol: &Symbol, receiver: &str) -> bool {
    let Some((_, parameter)) = symbol.signature.split_once("(this ") else {
        return false;
    };
    let first = symbols::split_top(parameter)
        .first()
        .map(|p| (*p).to_owned())
        .unwrap_or_default();
    let ty = first
        .rsplit_once(' ')
        .map_or(first.as_str(), |(ty, _)| ty)
        .trim();
    let (ty_name, receiver_name) = (symbols::simple(ty), symbols::simple(receiver));
    let is_array = receiver.trim_end_matches('?').ends_with(']');
    if ty.ends_with(']') || is_array {
        return (ty.ends_with(']') && is_array)
            || ty_name == "IEnumerable"
            || is_type_parameter(ty);
    }
    ty_name == receiver_name
        || ty_name == "IEnumerable"
        || ty_name == "object"
        || is_type_parameter(ty)
}

fn is_type_parameter(ty: &str) -> bool {
    ty == "T"
        || (ty.len() > 1
            && ty.starts_with('T')
            && ty[1..].starts_with(char::is_uppercase)
            && !ty.contains('<'))
}

/// `Name does not exist in the namespace N`: the type of that name elsewhere,
/// written in full.
pub(crate) fn qualified(context: &Context<'_>, group: &[&Diagnostic]) -> Vec<Fix> {
    let source = &context.source;
    let token = source.token_at(group[0].span.start as usize);
    // The whole dotted path around the name.
    let mut start = token;
    while start >= 2 && matches!(source.word(start - 1), "." | "::") && source.is_word(start - 2) {
        start -= 2;
    }
    let mut end = token;
    while source.is(end + 1, ".") && source.is_word(end + 2) {
        end += 2;
    }
    let file = &context.request.file;
    let mut fixes = Vec::new();
    // The type may be the missing part itself or follow it.
    for at in (token..=end).step_by(2) {
        let name = source.word(at);
        let found = candidates(context, name, None);
        for candidate in found
            .iter()
            .filter(|c| c.outer.is_none() && !c.namespace.is_empty())
        {
            let full = format!("{}.{name}", candidate.namespace);
            let bytes = source.bytes(start..at + 1);
            let short = types::shorten(&full, &context.visible);
            let new = if short == name {
                short
            } else {
                format!("global::{full}")
            };
            if source.text().get(bytes.clone()) == Some(new.as_str()) {
                continue;
            }
            if let Some(fix) = context.fix(&group[..1], format!("write `{new}`"), "verified") {
                fixes.push(fix.replace(file, span(bytes), new));
            }
        }
        if !fixes.is_empty() {
            break;
        }
    }
    fixes
}
