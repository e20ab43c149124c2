//! Members whose signature no longer agrees with the base's or interface's
//! member that they are meant for, or with how they are called.

use crate::stubs::{self, Wanted, text};
use crate::{Context, access, calls};
use buildfix_fixer_support::{Decl, DeclKind, Source, replace_in, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS0533 and CS0534: the member is there and only lacks `override`.
pub(crate) fn lost_override(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    if diagnostic.code == "CS0533" {
        return source
            .member_at(byte)
            .map(|member| as_override(context, diagnostic, member))
            .into_iter()
            .collect();
    }
    let Some((owner, decl)) = type_named(context, diagnostic) else {
        return Vec::new();
    };
    let Some(wanted) = stubs::wanted(context, diagnostic, decl) else {
        return Vec::new();
    };
    let types = text::parameter_types(&wanted);
    let mine = members(source, owner, wanted.source.name(&wanted.decl)).find(|d| {
        let own = own_types(source, d);
        let overrides = d.modifiers.clone().any(|t| source.is(t, "override"));
        !overrides
            && own.len() == types.len()
            && own.iter().zip(&types).all(|(a, b)| text::same(a, b))
    });
    mine.map(|member| as_override(context, diagnostic, member))
        .into_iter()
        .collect()
}

fn as_override(context: &Context<'_>, diagnostic: &Diagnostic, member: &Decl) -> Fix {
    let source = &context.source;
    let title = "override the base's member";
    let word = |w: &str| member.modifiers.clone().find(|t| source.is(*t, w));
    match word("virtual").or_else(|| word("new")) {
        Some(token) => context.replace(diagnostic, title, token..token + 1, "override"),
        None => {
            let at = member
                .modifiers
                .clone()
                .find(|t| {
                    !matches!(
                        source.word(*t),
                        "public" | "private" | "protected" | "internal"
                    )
                })
                .unwrap_or(member.modifiers.end);
            context.insert_before(diagnostic, title, at, "override ")
        }
    }
}

/// CS0535: a member of the name takes other types than the interface's.
pub(crate) fn implementing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some((owner, decl)) = type_named(context, diagnostic) else {
        return Vec::new();
    };
    let Some(wanted) = stubs::wanted(context, diagnostic, decl) else {
        return Vec::new();
    };
    let name = wanted.source.name(&wanted.decl);
    let inherited = stubs::inherited(context, decl, name);
    let candidates: Vec<&Decl> = members(source, owner, name)
        .filter(|d| d.params.is_some() == wanted.decl.params.is_some())
        .filter(|d| {
            let own = own_types(source, d);
            // What is wanted elsewhere is not what is wrong here.
            !inherited
                .iter()
                .any(|w| same_types(&own, &text::parameter_types(w)))
        })
        .collect();
    let [member] = candidates.as_slice() else {
        return Vec::new();
    };
    both_ways(context, diagnostic, member, &wanted)
}

/// CS0539: an explicit implementation whose interface declares the member with
/// other parameters.
pub(crate) fn explicit(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let (Some(member), Some(owner)) = (
        source.member_at(byte).filter(|m| m.explicit),
        source.type_at(byte),
    ) else {
        return Vec::new();
    };
    let written = source.slice(member.ty.end..member.name);
    let Some(interface) = written.strip_suffix('.') else {
        return Vec::new();
    };
    let name = source.name(member);
    let mut found = stubs::inherited(context, owner, name);
    let names = |w: &Wanted| symbols::simple(&w.owner) == symbols::simple(interface);
    found.retain(|w| names(w) && w.decl.params.is_some() == member.params.is_some());
    // Of `I<A>` and `I<B>` it names one.
    if found.iter().any(|w| text::same(&w.owner, interface)) {
        found.retain(|w| text::same(&w.owner, interface));
    }
    let own = own_types(source, member);
    found.sort_by_key(|w| text::parameter_types(w).len().abs_diff(own.len()));
    found
        .iter()
        .take(2)
        .flat_map(|w| both_ways(context, diagnostic, member, w))
        .collect()
}

/// CS0115: the base has members of this name that take other parameters.
/// Nothing where it has none.
pub(crate) fn overriding(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let (Some(member), Some(owner)) = (source.member_at(byte), source.type_at(byte)) else {
        return Vec::new();
    };
    let own = own_types(source, member);
    let mut found = stubs::inherited(context, owner, source.name(member));
    found.retain(|w| {
        let has = |words: &[&str]| {
            let mut modifiers = w.decl.modifiers.clone();
            modifiers.any(|t| words.contains(&w.source.word(t)))
        };
        // What the index prints of a library has no such modifiers.
        w.decl.params.is_some() == member.params.is_some()
            && (w.path.is_none() || has(&["virtual", "abstract", "override"]))
            && !has(&["static", "private"])
    });
    // What another member of this type overrides already is not meant.
    found.retain(|w| {
        let types = text::parameter_types(w);
        !source.decls().iter().any(|d| {
            d.parent == member.parent
                && d.name != member.name
                && source.name(d) == source.name(member)
                && same_types(&own_types(source, d), &types)
        })
    });
    found.sort_by_key(|w| text::parameter_types(w).len().abs_diff(own.len()));
    found.dedup_by_key(|w| text::parameter_types(w));
    found
        .iter()
        .take(2)
        .flat_map(|w| both_ways(context, diagnostic, member, w))
        .collect()
}

fn same_types(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| text::same(a, b))
}

/// The member takes what the declaration takes; or, where only types differ
/// and the declaration is the workspace's own, the other way round.
fn both_ways(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    member: &Decl,
    wanted: &Wanted,
) -> Vec<Fix> {
    let source = &context.source;
    let (Some(open), Some(_)) = (member.params, wanted.decl.params) else {
        return Vec::new();
    };
    let own = scope::parameters(source, open);
    let theirs = text::parameters(wanted);
    let own_types = own_types(source, member);
    let types = text::parameter_types(wanted);
    let Some(close) = source.partner(open) else {
        return Vec::new();
    };
    // A list that could not be read, or one without anything in common.
    if own.len().abs_diff(theirs.len()) > 2 || same_types(&own_types, &types) {
        return Vec::new();
    }
    let mut list = Vec::new();
    for (index, parameter) in theirs.iter().enumerate() {
        let kept = own_types
            .iter()
            .position(|o| text::same(o, &types[index]))
            .filter(|at| own.len() == theirs.len() && *at == index || own.len() != theirs.len());
        let same_place = own.get(index).filter(|_| own.len() == theirs.len());
        list.push(match (kept, same_place) {
            (Some(at), _)
                if types
                    .iter()
                    .filter(|t| text::same(t, &types[index]))
                    .count()
                    == 1
                    || at == index =>
            {
                source.slice(own[at].tokens.clone()).to_owned()
            }
            (_, Some(mine)) => {
                // The body knows it by this name.
                let written = text::parameter(context, wanted, parameter, index, false, &[]);
                let name = source.word(mine.name);
                let theirs = wanted.source.word(parameter.name);
                match written.split_once(" = ") {
                    Some((head, value)) => {
                        format!(
                            "{}{name} = {value}",
                            head.strip_suffix(theirs).unwrap_or(head)
                        )
                    }
                    None => {
                        format!("{}{name}", written.strip_suffix(theirs).unwrap_or(&written))
                    }
                }
            }
            _ => text::parameter(context, wanted, parameter, index, false, &[]),
        });
    }
    let new = list.join(", ");
    let name = source.name(member);
    let title = format!("let `{name}` take `{new}`");
    let mut fixes = vec![if open + 1 < close {
        context.replace(diagnostic, title, open + 1..close, new)
    } else {
        context.insert_after(diagnostic, title, open, new)
    }];
    fixes.extend(declaration_as(context, diagnostic, member, wanted, &own));
    fixes
}

/// The declaration takes the types that the member does.
fn declaration_as(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    member: &Decl,
    wanted: &Wanted,
    own: &[scope::Parameter],
) -> Option<Fix> {
    let source = &context.source;
    let path = wanted.path.as_deref()?;
    let theirs = text::parameters(wanted);
    if theirs.len() != own.len() || !wanted.map.is_empty() {
        return None;
    }
    let (mine, types) = (own_types(source, member), text::parameter_types(wanted));
    let title = format!(
        "let the declaration of `{}` take what this one takes",
        source.name(member)
    );
    let mut fix = edit::fix(diagnostic, title, "verified");
    for (index, parameter) in theirs.iter().enumerate() {
        if text::same(&mine[index], &types[index]) {
            continue;
        }
        let bytes = wanted.source.bytes(parameter.ty.clone());
        let ty = source.slice(own[index].ty.clone());
        fix = replace_in(fix, path, wanted.source.text(), bytes, ty);
    }
    Some(fix)
}

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
pub(crate) fn static_methods(
    context: &Context<'_>,
    name: &str,
) -> Vec<(std::rc::Rc<symbols::Place>, Decl)> {
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
            let place = std::rc::Rc::new(place);
            for decl in place.decls() {
                let read = &place.source;
                let is_static = |d: &Decl| d.modifiers.clone().any(|t| read.is(t, "static"));
                let parent = decl.parent.and_then(|p| read.decls().get(p));
                if is_static(decl) && parent.is_some_and(is_static) {
                    found.push((std::rc::Rc::clone(&place), decl.clone()));
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

/// The type that an error at its name or in its base list is about.
fn type_named<'a>(context: &'a Context<'_>, diagnostic: &Diagnostic) -> Option<(usize, &'a Decl)> {
    let token = context.token(diagnostic);
    let decls = context.source.decls();
    decls
        .iter()
        .enumerate()
        .rev()
        .find(|(_, d)| d.kind.is_type() && d.tokens.contains(&token))
}

/// A type's own members of a name.
fn members<'a>(source: &'a Source, owner: usize, name: &'a str) -> impl Iterator<Item = &'a Decl> {
    source
        .decls()
        .iter()
        .filter(move |d| d.parent == Some(owner) && !d.explicit && source.name(d) == name)
}

/// Each parameter's type with its `ref` or `out`, as it is written.
fn own_types(source: &Source, member: &Decl) -> Vec<String> {
    let Some(open) = member.params else {
        return Vec::new();
    };
    scope::parameters(source, open)
        .into_iter()
        .map(|p| format!("{} {}", source.slice(p.modifiers), source.slice(p.ty)))
        .collect()
}

#[cfg(test)]
mod tests;
