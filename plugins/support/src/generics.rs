//! Which type arguments a generic type written without them was meant to have.

use crate::scope;
use crate::source::Source;
use crate::symbols;
use std::ops::Range;

/// Candidates such as `<TKey>`, best first, for the type name at `token`: what
/// the target of the value has, the type's own parameters where they are in
/// reach, what the file gives the same type elsewhere, nearest first, and the
/// type parameters in reach. `wanted` is the number of arguments, if known;
/// `declared` the type as the compiler prints it (`List<T>`), or just its name.
#[must_use]
pub fn candidates(
    source: &Source,
    token: usize,
    name: &str,
    wanted: Option<usize>,
    declared: &str,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |arguments: &str| {
        let fits = !arguments.is_empty() && wanted.is_none_or(|n| symbols::arity(arguments) == n);
        if fits && !found.iter().any(|f| f == arguments) {
            found.push(arguments.to_owned());
        }
    };
    let byte = source.bytes(token..token + 1).start;
    let reach = scope::type_parameters(source, byte);
    let targets = target_types(source, token);
    for same in [true, false] {
        for ty in targets
            .iter()
            .filter(|t| (symbols::simple(t) == name) == same)
        {
            add(arguments_of(ty));
        }
    }
    let own = arguments_of(declared);
    let named: Vec<&str> = symbols::split_top(own.trim_start_matches('<').trim_end_matches('>'));
    if !named.is_empty() && named.iter().all(|n| reach.iter().any(|r| r == n)) {
        add(own);
    }
    let mut elsewhere: Vec<(usize, &str)> = (0..source.tokens().len())
        .filter(|at| *at != token && source.is(*at, name))
        .filter_map(|at| {
            Some((
                at.abs_diff(token),
                source.slice(at + 1..source.type_args_end(at + 1)?),
            ))
        })
        .collect();
    elsewhere.sort_by_key(|(distance, _)| *distance);
    for (_, arguments) in elsewhere {
        add(arguments);
    }
    if let Some(count) = wanted.or_else(|| (reach.len() == 1).then_some(1))
        && count <= reach.len()
    {
        add(&format!("<{}>", reach[..count].join(", ")));
    }
    found.truncate(4);
    found
}

/// The `<…>` at the end of a written type.
fn arguments_of(ty: &str) -> &str {
    let ty = ty.trim_end_matches('?');
    match ty.find('<') {
        Some(open) if ty.ends_with('>') => &ty[open..],
        _ => "",
    }
}

/// The types that the value with this type name flows into.
fn target_types(source: &Source, token: usize) -> Vec<String> {
    let byte = source.bytes(token..token + 1).start;
    let mut start = token;
    while start >= 2 && source.is(start - 1, ".") {
        start -= 2;
    }
    let mut found = Vec::new();
    let mut push = |ty: Range<usize>| {
        if !ty.is_empty() {
            found.push(source.slice(ty).to_owned());
        }
    };
    let member_type = source.member_at(byte).map(|m| m.ty.clone());
    let Some(before) = start
        .checked_sub(2)
        .filter(|_| source.is(start.wrapping_sub(1), "new"))
    else {
        return found;
    };
    match source.word(before) {
        "=" | "??=" => {
            let name = source.word(before.wrapping_sub(1)).to_owned();
            if let Some(declared) = scope::declaration(source, byte, &name) {
                push(declared.ty);
            } else if let Some(decl) = source.decl_at(byte) {
                push(decl.ty.clone());
            }
            // `var x = new X(); … return x;`
            let returned = source.member_at(byte).is_some_and(|m| {
                m.tokens.clone().any(|t| {
                    source.is(t, "return") && source.word(t + 1) == name && source.is(t + 2, ";")
                })
            });
            if let Some(ty) = member_type.filter(|_| returned) {
                push(ty);
            }
        }
        // `x ?? new X()` is of the type of `x`.
        "??" => {
            let name = source.word(before.wrapping_sub(1));
            if let Some(declared) = scope::declaration(source, byte, name) {
                push(declared.ty);
            }
        }
        "return" | "=>" => {
            if let Some(ty) = member_type {
                push(ty);
            }
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str, name: &str, declared: &str) -> Vec<String> {
        let source = Source::new(text);
        let at = source.token_at(text.find(&format!("new {name}(")).unwrap() + 4);
        candidates(
            &source,
            at,
            name,
            Some(symbols::arity(declared)).filter(|n| *n > 0),
            declared,
        )
    }

    #[test]
    fn takes_the_arguments_of_what_it_stands_in_for() {
        let text = "class C { List<int> a; void M(List<string> s) { s = s ?? new List(); } }";
        assert_eq!(first(text, "List", "List<T>")[0], "<string>");
    }

    #[test]
    fn takes_the_targets_arguments() {
        assert_eq!(
            first(
                "class C<T> { List<T> q; C() => q = new List(); }",
                "List",
                "List<T>"
            )[0],
            "<T>"
        );
        assert_eq!(
            first(
                "class C<K> { IEnumerable<K> F() { var r = new List(); r.Add(x); return r; } }",
                "List",
                "List<T>"
            )[0],
            "<K>"
        );
        assert_eq!(
            first(
                "class C { Stack<int> s; C() { s = new Stack(); } }",
                "Stack",
                "Stack"
            )[0],
            "<int>"
        );
    }

    #[test]
    fn takes_what_is_near() {
        let text = "class C { void F() { var a = new List<string>(); var b = new List(); } void G() { var a = new List<int>(); } }";
        assert_eq!(first(text, "List", "List<T>"), ["<string>", "<int>"]);
    }
}
