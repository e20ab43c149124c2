//! Members whose signature no longer agrees with the base's or interface's
//! member that they are meant for, or with how they are called.

use crate::Context;
use crate::stubs::{self, Wanted, text};
use buildfix_fixer_support::{Decl, Source, replace_in, scope, symbols};
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
