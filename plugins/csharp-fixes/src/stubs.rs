//! Members that a base type or interface asks for and nobody wrote: stubs that
//! throw, with the signatures that the declarations give.

use crate::Context;
use buildfix_fixer_support::{Decl, DeclKind, Source, replace_in, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;
use std::rc::Rc;

pub(crate) mod text;

/// Where a missing member is declared, and what its owner's type parameters
/// stand for.
pub(crate) struct Wanted {
    pub(crate) source: Rc<Source>,
    /// The workspace's file, if it is one of its.
    pub(crate) path: Option<String>,
    pub(crate) decl: Decl,
    pub(crate) map: Vec<(String, String)>,
    /// The interface or base as it can be written here.
    pub(crate) owner: String,
    pub(crate) generic_owner: bool,
    /// The parameters' types as the message prints them.
    pub(crate) printed: Vec<String>,
}

/// CS0534 and CS0535: one fix writes everything that the type lacks.
pub(crate) fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(owner) = type_around(context, diagnostic) else {
        return Vec::new();
    };
    let decl = &source.decls()[owner];
    if let Some(fix) = accessor(context, diagnostic, owner) {
        return vec![fix];
    }
    if !decl.kind.is_type() || matches!(decl.kind, DeclKind::Enum | DeclKind::Delegate) {
        return Vec::new();
    }
    let mut all = Vec::new();
    let mut mine = false;
    for other in &context.request.diagnostics {
        if type_around(context, other) != Some(owner) {
            continue;
        }
        if let Some(wanted) = wanted(context, other, decl) {
            mine |= other.id == diagnostic.id;
            all.push(wanted);
        }
    }
    if !mine {
        return Vec::new();
    }
    // Of two that clash, the generic interface's is the public one.
    all.sort_by_key(|w| !w.generic_owner);
    let overriding = diagnostic.code == "CS0534";
    let mut stubs: Vec<String> = Vec::new();
    let mut taken: Vec<(String, String)> = source
        .decls()
        .iter()
        .filter(|d| d.parent == Some(owner) && !d.explicit)
        .map(|d| {
            let wanted = Wanted {
                source: Rc::clone(source),
                path: None,
                decl: d.clone(),
                map: Vec::new(),
                owner: String::new(),
                generic_owner: false,
                printed: Vec::new(),
            };
            (text::key(&wanted), String::new())
        })
        .collect();
    for wanted in &all {
        let key = text::key(wanted);
        let ty = text::return_type(context, wanted);
        let clash = taken.iter().find(|(k, _)| *k == key).map(|(_, t)| t);
        if clash.is_some_and(|t| *t == ty || overriding) {
            continue;
        }
        let explicit = clash.is_some();
        stubs.push(text::stub(context, wanted, overriding, explicit));
        taken.push((key, ty));
    }
    stubs.dedup();
    if stubs.is_empty() {
        return Vec::new();
    }
    let title = format!(
        "write what `{}` lacks as stubs that throw",
        source.name(decl)
    );
    let fix = edit::fix(diagnostic, title, "placeholder");
    append(context, fix, decl, &stubs).into_iter().collect()
}

/// The type that an error at its name or in its base list is about.
fn type_around(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<usize> {
    let token = context.token(diagnostic);
    let decls = context.source.decls();
    (0..decls.len())
        .rev()
        .find(|i| decls[*i].kind.is_type() && decls[*i].tokens.contains(&token))
}

/// Writes members before the `}` of a type, or gives it a body.
pub(crate) fn append(
    context: &Context<'_>,
    fix: Fix,
    decl: &Decl,
    members: &[String],
) -> Option<Fix> {
    let source = &context.source;
    let text = source.text();
    let outer = source
        .indent(source.bytes(decl.tokens.start..decl.tokens.start + 1).start)
        .to_owned();
    let path = &context.request.file.path;
    let Some(open) = decl.body else {
        let last = decl
            .tokens
            .end
            .checked_sub(1)
            .filter(|t| source.is(*t, ";"))?;
        let indent = format!("{outer}    ");
        let new = format!("\n{outer}{{\n{}\n{outer}}}", join(members, &indent));
        return Some(replace_in(
            fix,
            path,
            text,
            source.bytes(last..last + 1),
            new,
        ));
    };
    let close = source.partner(open)?;
    let first = source.bytes(open + 1..open + 2).start;
    let start = source.bytes(open..open + 1).end;
    let own_line = |byte: usize| text[source.line(byte).start..byte].trim().is_empty();
    let indent = if open + 1 < close && own_line(first) {
        source.indent(first).to_owned()
    } else {
        format!("{outer}    ")
    };
    let end = source.bytes(close..close + 1).start;
    let body = join(members, &indent);
    if own_line(end) && end > start {
        let at = source.line(end).start;
        let blank = if open + 1 < close { "\n" } else { "" };
        return Some(replace_in(
            fix,
            path,
            text,
            at..at,
            format!("{blank}{body}\n"),
        ));
    }
    let kept = text.get(start..end)?.trim_end().len();
    let blank = if open + 1 < close { "\n\n" } else { "\n" };
    Some(replace_in(
        fix,
        path,
        text,
        start + kept..end,
        format!("{blank}{body}\n{outer}"),
    ))
}

fn join(members: &[String], indent: &str) -> String {
    let lines: Vec<String> = members.iter().map(|m| format!("{indent}{m}")).collect();
    lines.join("\n\n")
}

/// `I.P.set` where the type's own automatic `P` only lacks the accessor.
fn accessor(context: &Context<'_>, diagnostic: &Diagnostic, owner: usize) -> Option<Fix> {
    let source = &context.source;
    let (head, word) = diagnostic.arguments.get(1)?.rsplit_once('.')?;
    if diagnostic.code != "CS0535" || !matches!(word, "get" | "set" | "init") {
        return None;
    }
    let name = symbols::member_ref(head)?.name;
    let property = source.decls().iter().find(|d| {
        d.parent == Some(owner) && d.kind == DeclKind::Property && source.name(d) == name
    })?;
    let open = property.body?;
    let close = source.partner(open)?;
    let automatic = (open + 1..close).all(|t| source.is_word(t) || source.is(t, ";"));
    if !automatic || close <= open + 1 {
        return None;
    }
    let title = format!("give `{name}` its `{word}`");
    Some(context.insert_after(diagnostic, title, close - 1, format!(" {word};")))
}

/// Reads what the message names and finds its declaration.
pub(crate) fn wanted(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    decl: &Decl,
) -> Option<Wanted> {
    let printed = diagnostic.arguments.get(1)?;
    let printed = ["get", "set", "init", "add", "remove"]
        .iter()
        .find_map(|w| printed.strip_suffix(w)?.strip_suffix('.'))
        .unwrap_or(printed);
    let member = symbols::member_ref(printed)?;
    let parameters = member.parameters.clone().unwrap_or_default();
    let owner = owner_of(printed, &member.name)?;
    let arity = symbols::arity(last_arguments(owner));
    // As the base list has it, where it has it.
    let bases = bases(&context.source, decl);
    let written = bases
        .into_iter()
        .find(|b| symbols::simple(b) == member.owner && symbols::arity(last_arguments(b)) == arity);
    let owner = written.as_deref().unwrap_or(owner).to_owned();
    let mut found = members_of(context, &owner, &member.name, &parameters);
    // The index has no indexers of the library; a collection's gives its last
    // type argument, and an accessor more than the interface asks does no harm.
    if let ([key], Some(value), true, "this") = (
        parameters.as_slice(),
        arguments_of(&owner).last(),
        found.is_empty(),
        member.name.as_str(),
    ) {
        let text = format!("class _ {{ {value} this[{key} key] {{ get; set; }} }}");
        let read = Rc::new(Source::new(&text));
        if let Some(candidate) = read.decls().get(1) {
            found.push(Wanted {
                source: Rc::clone(&read),
                path: None,
                decl: candidate.clone(),
                map: Vec::new(),
                generic_owner: arity > 0,
                owner,
                printed: parameters.clone(),
            });
        }
    }
    found.retain(|w| text::parameters(w).len() == parameters.len());
    let exact = found.iter().position(|w| {
        let types = text::parameter_types(w);
        types.iter().zip(&parameters).all(|(a, b)| text::same(a, b))
    });
    match (exact, found.len()) {
        (Some(at), _) => Some(found.swap_remove(at)),
        (None, 1) => found.pop(),
        _ => None,
    }
}

/// The members of this name that a base or interface, as it is written here,
/// declares: in the workspace, or else in what the index knows.
fn members_of(context: &Context<'_>, owner: &str, name: &str, printed: &[String]) -> Vec<Wanted> {
    let arguments = arguments_of(owner);
    let arity = arguments.len();
    let simple = symbols::simple(owner);
    let make = |source: &Rc<Source>, path: Option<&str>, found: &Decl, names: Vec<String>| Wanted {
        source: Rc::clone(source),
        path: path.map(str::to_owned),
        decl: found.clone(),
        map: names.into_iter().zip(arguments.clone()).collect(),
        owner: owner.to_owned(),
        generic_owner: arity > 0,
        printed: printed.to_vec(),
    };
    let mut found = Vec::new();
    for place in symbols::declarations(&context.files, simple, None) {
        for index in &place.decls {
            let source = &place.source;
            let Some(names) = source.decls().get(*index).map(|d| parameters_of(source, d)) else {
                continue;
            };
            if names.len() != arity {
                continue;
            }
            for candidate in source
                .decls()
                .iter()
                .filter(|d| d.parent == Some(*index) && !d.explicit && source.name(d) == name)
            {
                found.push(make(source, Some(&place.path), candidate, names.clone()));
            }
        }
    }
    if !found.is_empty() {
        return found;
    }
    for ty in symbols::types(context.host, simple) {
        if symbols::symbol_arity(&ty) != Some(arity) || ty.origin == "workspace" {
            continue;
        }
        let head = Rc::new(Source::new(&format!("{};", ty.signature)));
        let names = head
            .decls()
            .first()
            .map(|d| parameters_of(&head, d))
            .unwrap_or_default();
        let members = context
            .host
            .members(symbols::CSHARP, &symbols::full_name(&ty));
        for symbol in members.into_iter().filter(|s| s.name == name) {
            let end = if symbol.signature.ends_with('}') {
                ""
            } else {
                ";"
            };
            let text = format!("class _ {{ {}{end} }}", symbol.signature);
            let read = Rc::new(Source::new(&text));
            if let Some(candidate) = read.decls().get(1) {
                found.push(make(&read, None, candidate, names.clone()));
            }
        }
    }
    found
}

/// Deeper hierarchies are rare, and a broken one may go in a circle.
const MOST_BASES: usize = 24;

/// The members of this name that a type's bases and interfaces declare, its
/// own bases' first, with what their type parameters stand for here.
pub(crate) fn inherited(context: &Context<'_>, decl: &Decl, name: &str) -> Vec<Wanted> {
    let mut found = Vec::new();
    let mut queue = bases(&context.source, decl);
    let mut at = 0;
    while let Some(base) = queue.get(at).cloned().filter(|_| at < MOST_BASES) {
        at += 1;
        found.extend(members_of(context, &base, name, &[]));
        let arguments = arguments_of(&base);
        for place in symbols::declarations(&context.files, symbols::simple(&base), None) {
            for decl in place.decls() {
                let names = parameters_of(&place.source, decl);
                if names.len() != arguments.len() {
                    continue;
                }
                for next in bases(&place.source, decl) {
                    let read = Source::new(&next);
                    let words: String = (0..read.tokens().len())
                        .map(|t| {
                            let word = read.word(t);
                            let place = names.iter().position(|n| n == word);
                            place.map_or(word, |i| arguments[i].as_str())
                        })
                        .collect();
                    if !queue.contains(&words) {
                        queue.push(words);
                    }
                }
            }
        }
    }
    found
}

/// The type arguments that a written type ends with.
fn arguments_of(ty: &str) -> Vec<String> {
    let inner = last_arguments(ty)
        .trim_start_matches('<')
        .strip_suffix('>')
        .unwrap_or_default();
    symbols::split_top(inner)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// What stands before the member's own name: `A.I<B.C>` of `A.I<B.C>.M<U>(int)`.
fn owner_of<'a>(printed: &'a str, name: &str) -> Option<&'a str> {
    let mut depth = 0usize;
    let mut last = None;
    for (at, c) in printed.char_indices() {
        match c {
            '(' | '[' => break,
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            '.' if depth == 0 && printed[at + 1..].starts_with(name) => last = Some(at),
            _ => {}
        }
    }
    printed.get(..last?)
}

/// The `<…>` that a written type ends with.
fn last_arguments(ty: &str) -> &str {
    let name = symbols::simple(ty);
    let from = ty.rfind(&format!("{name}<")).map(|at| at + name.len());
    from.and_then(|at| ty.get(at..))
        .filter(|t| t.ends_with('>'))
        .unwrap_or_default()
}

/// The names of a type's parameters.
fn parameters_of(source: &Source, decl: &Decl) -> Vec<String> {
    decl.type_params
        .clone()
        .filter(|t| source.is_word(*t) && !matches!(source.word(*t), "in" | "out"))
        .map(|t| source.word(t).to_owned())
        .collect()
}

/// The base types of all parts of a type in this file, as written.
fn bases(source: &Source, decl: &Decl) -> Vec<String> {
    let mut found = Vec::new();
    let parts = source.decls().iter().filter(|d| {
        d.kind.is_type() && d.parent == decl.parent && source.name(d) == source.name(decl)
    });
    for part in parts {
        let list = source.slice(part.bases.clone());
        found.extend(symbols::split_top(list).into_iter().map(str::to_owned));
    }
    found
}

/// A token range as one line, its type parameters replaced.
pub(crate) fn written(
    context: &Context<'_>,
    wanted: &Wanted,
    tokens: Range<usize>,
    own: &[String],
) -> String {
    let source = &wanted.source;
    let mut out = String::new();
    for at in tokens.clone() {
        if at > tokens.start {
            let gap = source.bytes(at - 1..at).end..source.bytes(at..at + 1).start;
            if !source.text().get(gap).unwrap_or_default().is_empty() {
                out.push(' ');
            }
        }
        let word = source.word(at);
        let follows = source.is(at.wrapping_sub(1), ".") || source.is(at.wrapping_sub(1), "::");
        if follows || !source.is_word(at) || own.iter().any(|o| o == word) {
            out.push_str(word);
            continue;
        }
        match wanted.map.iter().find(|(name, _)| name == word) {
            Some((_, new)) => out.push_str(new),
            None => {
                let arity = source
                    .type_args_end(at + 1)
                    .map_or(0, |end| symbols::arity(source.slice(at + 1..end)));
                out.push_str(&reachable(context, word, arity));
            }
        }
    }
    out
}

/// A type's name, in full where this file does not see its namespace.
pub(crate) fn reachable(context: &Context<'_>, name: &str, arity: usize) -> String {
    let known: Vec<_> = symbols::types(context.host, name)
        .into_iter()
        .filter(|t| symbols::symbol_arity(t) == Some(arity))
        .collect();
    let seen = known
        .iter()
        .any(|t| t.container.is_empty() || context.visible.contains(&t.container));
    let own = context
        .source
        .decls()
        .iter()
        .any(|d| d.kind.is_type() && context.source.name(d) == name);
    match known.as_slice() {
        [only] if !seen && !own => symbols::full_name(only),
        _ => name.to_owned(),
    }
}

/// The parameters of a member's declaration.
pub(crate) fn declared(wanted: &Wanted) -> Vec<scope::Parameter> {
    wanted
        .decl
        .params
        .map(|open| scope::parameters(&wanted.source, open))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
