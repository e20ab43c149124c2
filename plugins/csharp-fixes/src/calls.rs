//! Calls: `new`, arguments, how they are passed, type arguments.

use crate::{Context, numeric, overloads};
use buildfix_fixer_support::{Decl, DeclKind, Source, generics, names, replace_in, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS1955: a type called like a method lacks `new`; a property called like one
/// has parentheses too many.
pub(crate) fn not_invocable(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let mut fixes = Vec::new();
    let mut last = token;
    while source.is(last + 1, ".") && source.is_word(last + 2) && !source.is(last, "(") {
        last += 2;
    }
    let open = source.type_args_end(last + 1).unwrap_or(last + 1);
    if !source.is(open, "(") {
        return fixes;
    }
    let name = diagnostic
        .arguments
        .first()
        .map_or(source.word(last), |a| symbols::simple(a));
    let start = source.primary_start(last + 1);
    let is_type = source
        .decls()
        .iter()
        .any(|d| d.kind.is_type() && source.name(d) == name)
        || !symbols::types(context.host, name).is_empty();
    let as_new = context.insert_before(
        diagnostic,
        format!("create the `{name}` with `new`"),
        start,
        "new ",
    );
    let empty = source.partner(open) == Some(open + 1);
    let as_value = empty.then(|| {
        context.replace(
            diagnostic,
            format!("read `{name}` without a call"),
            open..open + 2,
            "",
        )
    });
    if is_type && !source.is(start.wrapping_sub(1), "new") && !source.is(start, "new") {
        fixes.push(as_new);
        fixes.extend(as_value);
    } else {
        fixes.extend(as_value);
    }
    fixes
}

/// CS1615 and CS1620: an argument passed with or without `ref`, `out`, `in`.
pub(crate) fn passing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let word = diagnostic
        .arguments
        .iter()
        .rfind(|a| matches!(a.as_str(), "ref" | "out" | "in"));
    let Some(word) = word.cloned() else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    if diagnostic.code == "CS1620" {
        let keyword = matches!(source.word(token), "ref" | "out" | "in");
        fixes.push(if keyword {
            context.replace(
                diagnostic,
                format!("pass it with `{word}`"),
                token..token + 1,
                word,
            )
        } else {
            context.insert_before(
                diagnostic,
                format!("pass it with `{word}`"),
                token,
                format!("{word} "),
            )
        });
        return fixes;
    }
    // The point may be the keyword or what follows it.
    let at = if source.is(token, &word) {
        token
    } else {
        token.wrapping_sub(1)
    };
    if !source.is(at, &word) {
        return fixes;
    }
    // Who writes the keyword means it: the parameter has lost it.
    fixes.extend(parameter_with(context, diagnostic, at, &word));
    let bytes = source.bytes(at..at + 1).start..source.bytes(at + 1..at + 2).start;
    let declares = source.type_end(at + 1).is_some_and(|n| source.is_word(n));
    if !declares {
        let fix = edit::fix(diagnostic, format!("pass it without `{word}`"), "verified");
        fixes.push(replace_in(
            fix,
            &context.request.file.path,
            source.text(),
            bytes,
            "",
        ));
    }
    fixes
}

fn parameter_with(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    at: usize,
    word: &str,
) -> Option<Fix> {
    let source = &context.source;
    let (open, index) = source.argument_at(at)?;
    let count = source.arguments(open).len();
    let (owner, name) = callee(source, open)?;
    let places = symbols::declarations(&context.files, &owner, Some(&name));
    let own = places
        .iter()
        .flat_map(|place| place.decls().map(move |decl| (place, decl, 0)));
    // `a.M(out b)` of `static M(this A a, B b)` has one argument less.
    let extensions = overloads::static_methods(context, &name);
    let extensions = extensions.iter().map(|(place, decl)| (&**place, decl, 1));
    for (place, decl, shift) in own.chain(extensions) {
        let parameters = scope::parameters(&place.source, decl.params?);
        let this = parameters
            .first()
            .is_some_and(|p| place.source.is(p.modifiers.start, "this") && !p.modifiers.is_empty());
        let parameter = parameters
            .get(index + shift)
            .filter(|p| p.modifiers.is_empty() && parameters.len() == count + shift);
        let Some(parameter) = parameter.filter(|_| shift == 0 || this) else {
            continue;
        };
        let at = place.source.bytes(parameter.ty.clone()).start;
        let title = format!("take `{}` by `{word}`", place.source.word(parameter.name));
        let fix = edit::fix(diagnostic, title, "verified");
        return Some(replace_in(
            fix,
            &place.path,
            place.source.text(),
            at..at,
            format!("{word} "),
        ));
    }
    None
}

/// The type and method that the call with this `(` is of.
pub(crate) fn callee(source: &Source, open: usize) -> Option<(String, String)> {
    let mut name = open.checked_sub(1)?;
    if source.is(name, ">") {
        // Type arguments are short; a bound keeps broken text cheap.
        let start = (open.saturating_sub(64)..open)
            .rev()
            .find(|i| source.type_args_end(*i) == Some(open))?;
        name = start.checked_sub(1)?;
    }
    if !source.is_word(name) {
        return None;
    }
    let byte = source.bytes(name..open).start;
    let called = source.word(name).to_owned();
    let own = || source.type_at(byte).map(|t| source.name(t).to_owned());
    if source.is(name.wrapping_sub(1), "new") {
        return Some((called.clone(), called));
    }
    if !source.is(name.wrapping_sub(1), ".") || source.is(name.wrapping_sub(2), "this") {
        return Some((own()?, called));
    }
    let receiver = source.word(name.wrapping_sub(2));
    let declared = scope::declaration(source, byte, receiver)
        .map(|d| symbols::simple(source.slice(d.ty)).to_owned());
    Some((
        declared
            .filter(|d| !d.is_empty())
            .unwrap_or_else(|| receiver.to_owned()),
        called,
    ))
}

/// Whether a call makes up for a name that is null, `a ?? new A(…)`, or makes
/// the first value of it: `a = new A(…)`.
pub(crate) fn is_null_here(source: &Source, open: usize, name: &str) -> bool {
    let start = source.primary_start(open);
    let instead = source.is(start.wrapping_sub(1), "??") && source.is(start.wrapping_sub(2), name);
    let statement = source.statement(open);
    let target = (statement.start..start)
        .find(|t| matches!(source.word(*t), "=" | "??="))
        .is_some_and(|sign| source.is(sign.wrapping_sub(1), name));
    instead || target
}

/// CS7036: a missing argument for a parameter whose name something in reach
/// bears too.
pub(crate) fn missing_argument(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let [parameter, method, ..] = diagnostic.arguments.as_slice() else {
        return Vec::new();
    };
    let Some(member) = symbols::member_ref(method) else {
        return Vec::new();
    };
    if member.name == "this" {
        return numeric::row(context, diagnostic);
    }
    let types = member.parameters.unwrap_or_default();
    let byte = diagnostic.span.start as usize;
    let token = context.token(diagnostic);
    // The argument list after the point.
    let line_end = source.token_at(source.line(byte).end) + 1;
    let wanted = if member.name == member.owner {
        &member.owner
    } else {
        &member.name
    };
    let is_callee =
        |t: usize| source.is(t, wanted) || matches!(source.word(t), "base" | "this" | "new");
    let open = (token..line_end.max(token + 8).min(source.tokens().len())).find(|t| {
        let before = source
            .type_args_end(t.wrapping_sub(1))
            .map_or(t.wrapping_sub(1), |_| *t);
        source.is(*t, "(") && (is_callee(before) || source.is(before, ">"))
    });
    let Some(open) = open else { return Vec::new() };
    let Some(close) = source.partner(open) else {
        return Vec::new();
    };
    let arguments = source.arguments(open);
    let declared = symbols::declarations(&context.files, &member.owner, Some(wanted));
    let index = declared
        .iter()
        .flat_map(|p| p.decls().map(move |d| (p, d)))
        .filter_map(|(p, d)| {
            Some(
                scope::parameters(&p.source, d.params?)
                    .iter()
                    .map(|x| p.source.word(x.name).to_owned())
                    .collect::<Vec<_>>(),
            )
        })
        .filter(|names| names.len() == types.len())
        .find_map(|names| names.iter().position(|n| n == parameter))
        .unwrap_or(arguments.len())
        .min(arguments.len());
    let plain = |n: &str| n.trim_start_matches(['_', '@']).to_lowercase();
    let mut found: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !found.iter().any(|f| f == name)
            && !is_null_here(source, open, name)
            && !arguments.iter().any(|a| source.slice(a.clone()) == name)
        {
            found.push(name.to_owned());
        }
    };
    let implied = source
        .member_at(byte)
        .filter(|m| matches!(m.kind, DeclKind::Property | DeclKind::Indexer));
    if parameter == "value" && implied.is_some() {
        add("value");
    }
    let reach = scope::names_at(source, byte);
    for name in &reach {
        let is_data = scope::reaches(source, name, token)
            && !matches!(name.kind, scope::NameKind::Member(k) if !matches!(k, DeclKind::Field | DeclKind::Property));
        if is_data && plain(source.word(name.token)) == plain(parameter) {
            add(source.word(name.token));
        }
    }
    // The only one in reach of exactly the parameter's type.
    if let Some(ty) = types.get(index) {
        let same: Vec<&scope::Name> = reach
            .iter()
            .filter(|n| {
                source.slice(n.ty.clone()) == ty
                    && !matches!(n.kind, scope::NameKind::Member(_))
                    && scope::reaches(source, n, token)
                    && !arguments
                        .iter()
                        .any(|a| source.slice(a.clone()) == source.word(n.token))
            })
            .collect();
        if let [only] = same.as_slice() {
            add(source.word(only.token));
        }
    }
    let mut fixes = Vec::new();
    for name in found.into_iter().take(3) {
        let title = format!("pass `{name}` for `{parameter}`");
        fixes.push(match arguments.get(index) {
            Some(next) => context.insert_before(diagnostic, title, next.start, format!("{name}, ")),
            None if arguments.is_empty() => context.insert_before(diagnostic, title, close, name),
            None => context.insert_after(diagnostic, title, close - 1, format!(", {name}")),
        });
    }
    fixes
}

/// CS0411 and CS0118: a generic method or type without its type arguments.
pub(crate) fn type_arguments(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(named) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    if diagnostic.code == "CS0411" {
        let head = named.split('(').next().unwrap_or(named);
        let name = symbols::simple(head);
        let byte = diagnostic.span.start as usize;
        let Some(place) = source
            .places(name, byte..source.line(byte).end)
            .into_iter()
            .next()
        else {
            return fixes;
        };
        let token = source.token_at(place.start);
        for arguments in generics::candidates(source, token, name, Some(symbols::arity(head)), head)
        {
            fixes.push(context.insert_after(
                diagnostic,
                format!("write `{name}{arguments}`"),
                token,
                arguments,
            ));
        }
        return fixes;
    }
    // A namespace hides the type of its name only where no type arguments are
    // written: the type is generic.
    let token = context.token(diagnostic);
    let is_namespace = diagnostic.message.contains("is a namespace");
    if !is_namespace || source.type_args_end(token + 1).is_some() {
        return fixes;
    }
    let name = source.word(token).to_owned();
    for arguments in generics::candidates(source, token, &name, None, &name) {
        fixes.push(context.insert_after(
            diagnostic,
            format!("write `{name}{arguments}`"),
            token,
            arguments,
        ));
    }
    for ty in symbols::types(context.host, &name)
        .into_iter()
        .filter(|t| symbols::symbol_arity(t) == Some(0))
        .take(2)
    {
        let full = symbols::full_name(&ty);
        fixes.push(context.replace(
            diagnostic,
            format!("write `{full}`"),
            token..token + 1,
            full,
        ));
    }
    fixes
}

/// The nearest name among a type's members, for renamed overrides.
pub(crate) fn nearest_member(context: &Context<'_>, owner: &Decl, name: &str) -> Option<String> {
    let source = &context.source;
    let mut known: Vec<String> = Vec::new();
    for base in owner.bases.clone().filter(|t| source.is_word(*t)) {
        known.extend(
            symbols::members(context.host, source.word(base))
                .into_iter()
                .map(|m| m.name),
        );
    }
    for object in ["ToString", "Equals", "GetHashCode"] {
        known.push(object.to_owned());
    }
    names::nearest(name, known.iter().map(String::as_str))
        .first()
        .map(|n| (*n).to_owned())
}
