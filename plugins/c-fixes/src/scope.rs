//! The variables in reach of a point, as far as tokens tell.

use crate::head::{self, Head};
use buildfix_fixer_support::Source;

/// A parameter or local variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type, tokens joined by spaces; `const` and references left out.
    pub of: String,
    /// How often its function mentions it, the declaration not counted.
    pub uses: usize,
}

/// What is in reach at a token: parameters first, then locals in order.
pub fn variables(source: &Source, token: usize) -> Vec<Variable> {
    let Some(function) = head::around(source, token) else {
        return Vec::new();
    };
    let Some(body) = function.body(source) else {
        return Vec::new();
    };
    let mut found: Vec<(String, String)> = function
        .parameters
        .iter()
        .filter_map(|parameter| {
            let name = source.word(parameter.name?).to_owned();
            Some((name, bare(&head::type_of(source, parameter))))
        })
        .collect();
    for at in body.start..token.min(body.end) {
        if let Some(of) = declared_type(source, at) {
            let open = source.block(at);
            let in_reach = open.is_none_or(|open| {
                open < body.start || source.partner(open).is_some_and(|close| token < close)
            });
            if in_reach {
                found.retain(|(name, _)| name != source.word(at));
                found.push((source.word(at).to_owned(), bare(&of)));
            }
        }
    }
    found
        .into_iter()
        .map(|(name, of)| {
            let uses = body
                .clone()
                .filter(|token| source.is(*token, &name) && declared_type(source, *token).is_none())
                .count();
            Variable { name, of, uses }
        })
        .collect()
}

/// The type before a name that a statement declares, if it does.
fn declared_type(source: &Source, name: usize) -> Option<String> {
    if !source.is_word(name)
        || !matches!(
            source.word(name + 1),
            "=" | ";" | "," | "[" | "(" | ":" | "{" | ")"
        )
    {
        return None;
    }
    let mut start = name;
    while start > 0 {
        let before = source.word(start - 1);
        if source.is_word(start - 1) || matches!(before, "*" | "&" | "::" | "<" | ">") {
            start -= 1;
        } else {
            break;
        }
    }
    let begins = start == 0 || matches!(source.word(start - 1), ";" | "{" | "}" | "(");
    let first = source.word(start);
    let is_type = source.is_word(start)
        && !matches!(
            first,
            "return" | "else" | "case" | "goto" | "delete" | "new" | "throw" | "sizeof" | "do"
        );
    // `a * b;` multiplies, but nobody writes that as a statement; `f(a)` does
    // not declare.
    let called = source.is(name + 1, "(") || source.is(name + 1, ")");
    (begins
        && is_type
        && start < name
        && !(called && start + 1 >= name && source.is(start.wrapping_sub(1), "(")))
    .then(|| head::spelled(source, start..name))
}

/// A type without `const`, references and storage.
pub fn bare(of: &str) -> String {
    of.split_whitespace()
        .filter(|word| {
            !matches!(
                *word,
                "const" | "&" | "static" | "register" | "volatile" | "struct"
            )
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// A function's variable that fits a parameter best, best first.
pub fn fitting(source: &Source, token: usize, name: &str, of: &str, taken: &[&str]) -> Vec<String> {
    let wanted = bare(of);
    let mut ranked: Vec<(usize, Variable)> = variables(source, token)
        .into_iter()
        .enumerate()
        .filter(|(_, variable)| !taken.contains(&variable.name.as_str()))
        .map(|(at, variable)| {
            let alike = usize::from(variable.name != name);
            let typed = usize::from(variable.of != wanted);
            let used = usize::from(variable.uses > 0);
            (
                100 * (2 * alike.min(typed) + alike + typed) + 50 * used + (49 - at.min(49)),
                variable,
            )
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked
        .into_iter()
        .filter(|(_, variable)| wanted.is_empty() || variable.name == name || variable.of == wanted)
        .map(|(_, variable)| variable.name)
        .collect()
}

/// The function around a token, for those that change its head.
pub fn function(source: &Source, token: usize) -> Option<Head> {
    head::around(source, token)
}
