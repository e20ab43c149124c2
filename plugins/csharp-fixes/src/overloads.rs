//! Methods that would fit a call, but cannot be called so: extensions that have
//! lost their `this`, overloads out of sight.

use crate::{Context, access, calls};
use buildfix_fixer_support::{Decl, DeclKind, replace_in, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::rc::Rc;

/// CS1061, CS1501: an extension method that has lost its `this`.
pub(crate) fn lost_this(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let (receiver, name) = match (diagnostic.code.as_str(), diagnostic.arguments.as_slice()) {
        ("CS1061", [receiver, name, ..]) => (Some(symbols::simple(receiver)), name),
        ("CS1501", [name, ..]) => (None, name),
        _ => return Vec::new(),
    };
    let byte = diagnostic.span.start as usize;
    let Some(place) = source
        .places(name, byte..source.line(byte).end)
        .into_iter()
        .next()
    else {
        return Vec::new();
    };
    let token = source.token_at(place.start);
    let open = source.type_args_end(token + 1).unwrap_or(token + 1);
    if !source.is(open, "(") || !source.is(token.wrapping_sub(1), ".") {
        return Vec::new();
    }
    let given = source.arguments(open).len();
    let mut fixes = Vec::new();
    for (place, decl) in static_methods(context, name) {
        let read = &place.source;
        let parameters = decl
            .params
            .map(|open| scope::parameters(read, open))
            .unwrap_or_default();
        let required = parameters.iter().filter(|p| p.default.is_none()).count();
        let Some(first) = parameters.first().filter(|p| p.modifiers.is_empty()) else {
            continue;
        };
        let fits = (required..=parameters.len()).contains(&(given + 1));
        let of = symbols::simple(read.slice(first.ty.clone()));
        if !fits || receiver.is_some_and(|r| r != of && !interface_like(of)) {
            continue;
        }
        let at = read.bytes(first.tokens.clone()).start;
        let title = format!("make `{name}` an extension method again");
        let fix = edit::fix(diagnostic, title, "verified");
        fixes.push(replace_in(fix, &place.path, read.text(), at..at, "this "));
    }
    fixes.truncate(2);
    fixes
}

/// `T`, `IList`: what any receiver may be.
fn interface_like(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|c| matches!(c, 'I' | 'T'))
        && letters.next().is_none_or(char::is_uppercase)
}

/// The workspace's methods of this name in static classes.
pub(crate) fn static_methods(context: &Context<'_>, name: &str) -> Vec<(Rc<symbols::Place>, Decl)> {
    let mut owners: Vec<String> = context
        .host
        .find(symbols::CSHARP, name)
        .into_iter()
        .filter(|s| s.origin == "workspace" && s.kind.ends_with("method"))
        .map(|s| symbols::simple(&s.container).to_owned())
        .collect();
    owners.sort();
    owners.dedup();
    let mut found = Vec::new();
    for owner in owners.iter().take(8) {
        for place in symbols::declarations(&context.files, owner, Some(name)) {
            let place = Rc::new(place);
            for decl in place.decls() {
                let read = &place.source;
                let is_static = |d: &Decl| d.modifiers.clone().any(|t| read.is(t, "static"));
                let parent = decl.parent.and_then(|p| read.decls().get(p));
                if is_static(decl) && parent.is_some_and(is_static) {
                    found.push((Rc::clone(&place), decl.clone()));
                }
            }
        }
    }
    found
}

/// CS1503, CS1501, CS1729, CS7036: the overload that fits is there, but cannot
/// be seen from here.
pub(crate) fn hidden_overload(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let token = context.token(diagnostic);
    let opened = if diagnostic.code == "CS1503" {
        source
            .argument_at(token)
            .map(|(open, index)| (open, Some(index)))
    } else {
        let from = if source.is(token, "new") {
            token + 1
        } else {
            token
        };
        let end = source.type_end(from).unwrap_or(from + 1);
        source.is(end, "(").then_some((end, None))
    };
    let Some((open, index)) = opened else {
        return Vec::new();
    };
    let Some((owner, name)) = calls::callee(source, open) else {
        return Vec::new();
    };
    let here = source.type_at(byte).map(|t| source.name(t));
    if here == Some(owner.as_str()) {
        return Vec::new();
    }
    let given = source.arguments(open).len();
    let from = diagnostic.arguments.first().map(|f| symbols::simple(f));
    let mut fixes = Vec::new();
    for place in symbols::declarations(&context.files, &owner, Some(&name)) {
        let read = &place.source;
        for decl in place.decls() {
            let seen = decl
                .modifiers
                .clone()
                .any(|t| matches!(read.word(t), "public" | "internal"));
            let of_interface = decl
                .parent
                .and_then(|p| read.decls().get(p))
                .is_some_and(|p| p.kind == DeclKind::Interface);
            let Some(list) = decl.params.filter(|_| !seen && !of_interface) else {
                continue;
            };
            let parameters = scope::parameters(read, list);
            let fits = parameters.len() == given
                && match (index.and_then(|i| parameters.get(i)), from) {
                    (Some(p), Some(from)) => symbols::simple(read.slice(p.ty.clone())) == from,
                    _ => index.is_none(),
                };
            if !fits {
                continue;
            }
            for level in access::levels(read, decl, false) {
                fixes.extend(access::with_access(
                    diagnostic,
                    &place.path,
                    read,
                    decl,
                    level,
                ));
            }
        }
    }
    fixes
}
