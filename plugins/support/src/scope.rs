//! Which names are in reach at a point of a file, as far as the file tells.

use crate::decl::{Decl, DeclKind};
use crate::lex::TokenKind;
use crate::source::Source;
use std::ops::Range;

/// A parameter. Ranges and indices count tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// All of it, attributes and default value included.
    pub tokens: Range<usize>,
    /// `this`, `ref`, `out`, `in`, `params`, `scoped`; may be empty.
    pub modifiers: Range<usize>,
    /// Its type; empty for an implicitly typed one.
    pub ty: Range<usize>,
    /// Its name.
    pub name: usize,
    /// `=` of its default value.
    pub default: Option<usize>,
}

/// The parameters in the list that `open` begins.
#[must_use]
pub fn parameters(source: &Source, open: usize) -> Vec<Parameter> {
    let mut found = Vec::new();
    for tokens in parameter_ranges(source, open) {
        let mut at = tokens.start;
        while source.is(at, "[") {
            at = source.partner(at).map_or(tokens.end, |p| p + 1);
        }
        let from = at;
        while matches!(
            source.word(at),
            "this" | "ref" | "out" | "in" | "params" | "scoped" | "readonly"
        ) {
            at += 1;
        }
        let modifiers = from..at;
        let (ty, name) = match source.type_end(at) {
            Some(end) if end < tokens.end && source.is_word(end) => (at..end, end),
            _ if source.is_word(at) => (at..at, at),
            _ => continue,
        };
        let default = Some(name + 1).filter(|d| *d < tokens.end && source.is(*d, "="));
        found.push(Parameter {
            tokens,
            modifiers,
            ty,
            name,
            default,
        });
    }
    found
}

/// Where each parameter stands. Unlike in an argument, `<` opens type arguments
/// here: `Dictionary<string, int> counts` is one parameter.
fn parameter_ranges(source: &Source, open: usize) -> Vec<Range<usize>> {
    let Some(close) = source.partner(open) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut from = open + 1;
    let mut at = from;
    while at < close {
        if source.is(at, ",") {
            found.push(from..at);
            from = at + 1;
        }
        let end = source.type_args_end(at).filter(|end| *end <= close);
        at = end.unwrap_or_else(|| source.partner(at).filter(|p| *p > at).unwrap_or(at) + 1);
    }
    if from < close {
        found.push(from..close);
    }
    found
}

/// What kind of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// Declared inside the member's code.
    Local,
    /// Of the member, a lambda, or a type's primary constructor.
    Parameter,
    /// A member of a type around the point.
    Member(DeclKind),
}

/// A name and where it is declared. Ranges and indices count tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What kind of thing.
    pub kind: NameKind,
    /// The token that names it.
    pub token: usize,
    /// Its type as written; empty where it is implied.
    pub ty: Range<usize>,
    /// `=` of its initialiser.
    pub init: Option<usize>,
}

const NO_TYPES: [&str; 24] = [
    "return", "new", "await", "else", "case", "throw", "goto", "using", "yield", "in", "is", "as",
    "out", "ref", "do", "not", "and", "or", "when", "this", "base", "where", "from", "select",
];

/// The locals that the code of a member declares, in order of place.
#[must_use]
pub fn locals(source: &Source, member: &Decl) -> Vec<Name> {
    let mut found = Vec::new();
    let from = member
        .body
        .or(member.arrow)
        .or(member.init)
        .unwrap_or(member.tokens.end);
    for at in from..member.tokens.end {
        if source.tokens()[at].kind != TokenKind::Word {
            if source.is(at, "=>") {
                lambda(source, at, &mut found);
            }
            continue;
        }
        let before = source.word(at.wrapping_sub(1));
        let is_pattern = matches!(before, "is" | "case" | "not" | "and" | "or" | "out");
        if !is_pattern
            && !matches!(
                before,
                "{" | "}"
                    | ";"
                    | "("
                    | ")"
                    | ":"
                    | "using"
                    | "const"
                    | "else"
                    | "await"
                    | "do"
                    | ","
            )
        {
            continue;
        }
        if source.is(at, "var") && source.is(at + 1, "(") {
            for argument in source.arguments(at + 1) {
                let name = argument.start;
                if argument.len() == 1 && source.is_word(name) && !source.is(name, "_") {
                    found.push(Name {
                        kind: NameKind::Local,
                        token: name,
                        ty: name..name,
                        init: None,
                    });
                }
            }
            continue;
        }
        if NO_TYPES.contains(&source.word(at)) {
            continue;
        }
        let Some(name) = source.type_end(at).filter(|n| source.is_word(*n)) else {
            continue;
        };
        // Only after a complete argument does `,` lead to a declaration: in a
        // parameter list, which the caller has already.
        let in_list = before == "," || before == "(";
        let after = source.word(name + 1);
        let declares = is_pattern
            || (!in_list && matches!(after, "=" | ";" | ","))
            || matches!(after, "in" | "=")
            || (before == "(" && after == ")");
        if !declares || is_reserved(source.word(name)) {
            continue;
        }
        let ty = if source.is(at, "var") {
            at..at
        } else {
            at..name
        };
        let init = Some(name + 1).filter(|i| source.is(*i, "="));
        found.push(Name {
            kind: NameKind::Local,
            token: name,
            ty: ty.clone(),
            init,
        });
        // `int a, b;`
        let mut more = name + 1;
        while !in_list && !is_pattern && more < member.tokens.end && !source.is(more, ";") {
            if source.is(more, ",")
                && source.is_word(more + 1)
                && matches!(source.word(more + 2), "=" | "," | ";")
            {
                let init = Some(more + 2).filter(|i| source.is(*i, "="));
                found.push(Name {
                    kind: NameKind::Local,
                    token: more + 1,
                    ty: ty.clone(),
                    init,
                });
            }
            if matches!(source.word(more), ")" | "}") {
                break;
            }
            more = source.partner(more).filter(|p| *p > more).unwrap_or(more) + 1;
        }
    }
    found
}

fn is_reserved(word: &str) -> bool {
    NO_TYPES[..12].contains(&word)
        || matches!(word, "is" | "as" | "in" | "switch" | "with" | "and" | "or")
}

fn lambda(source: &Source, arrow: usize, found: &mut Vec<Name>) {
    let Some(before) = arrow.checked_sub(1) else {
        return;
    };
    let mut push = |ty: Range<usize>, token: usize| {
        found.push(Name {
            kind: NameKind::Parameter,
            token,
            ty,
            init: None,
        })
    };
    if source.is_word(before)
        && !matches!(source.word(before.wrapping_sub(1)), "." | "case" | "," if source.is(before.wrapping_sub(1), "."))
    {
        push(before..before, before);
    } else if let Some(open) = source.partner(before).filter(|_| source.is(before, ")")) {
        for parameter in parameters(source, open) {
            push(parameter.ty, parameter.name);
        }
    }
}

/// The names in reach at a byte, nearest declarations first: locals and
/// parameters of the member there, then the members of the types around it.
/// Locals of other blocks are listed too; the compiler tells them apart.
#[must_use]
pub fn names_at(source: &Source, byte: usize) -> Vec<Name> {
    let mut found = Vec::new();
    if let Some(member) = source.member_at(byte) {
        found.extend(locals(source, member));
        let here = source.token_at(byte);
        found.sort_by_key(|n| n.token.abs_diff(here));
        found.extend(
            member
                .params
                .into_iter()
                .flat_map(|open| parameters(source, open))
                .map(|p| as_name(&p)),
        );
    }
    let token = source.token_at(byte);
    for (index, decl) in source.decls().iter().enumerate().rev() {
        if decl.kind.is_type() && decl.tokens.contains(&token) {
            found.extend(
                decl.params
                    .into_iter()
                    .flat_map(|open| parameters(source, open))
                    .map(|p| as_name(&p)),
            );
            found.extend(members(source, index));
        }
    }
    found
}

/// Whether code at `token` can see a local: it is declared before, in a block
/// around the token. Parameters and members are always in reach.
#[must_use]
pub fn reaches(source: &Source, name: &Name, token: usize) -> bool {
    name.kind != NameKind::Local
        || (name.token < token
            && source
                .block(name.token)
                .is_none_or(|open| source.partner(open).is_some_and(|close| close > token))
            // Not in its own initial value.
            && name.init.is_none_or(|init| source.expression_end(init + 1) <= token))
}

fn as_name(parameter: &Parameter) -> Name {
    Name {
        kind: NameKind::Parameter,
        token: parameter.name,
        ty: parameter.ty.clone(),
        init: parameter.default,
    }
}

/// The members that the type at this place of [`Source::decls`] declares.
#[must_use]
pub fn members(source: &Source, owner: usize) -> Vec<Name> {
    source
        .decls()
        .iter()
        .filter(|d| d.parent == Some(owner) && !d.explicit)
        .map(|d| Name {
            kind: NameKind::Member(d.kind),
            token: d.name,
            ty: d.ty.clone(),
            init: d.init,
        })
        .collect()
}

/// The nearest declaration of a name as seen from a byte.
#[must_use]
pub fn declaration(source: &Source, byte: usize, name: &str) -> Option<Name> {
    let here = source.token_at(byte);
    let all = names_at(source, byte);
    let before = all
        .iter()
        .filter(|n| n.kind == NameKind::Local && n.token <= here && source.is(n.token, name))
        .max_by_key(|n| n.token);
    before
        .or_else(|| all.iter().find(|n| source.is(n.token, name)))
        .cloned()
}

/// The type parameters in reach at a byte, innermost first.
#[must_use]
pub fn type_parameters(source: &Source, byte: usize) -> Vec<String> {
    let token = source.token_at(byte);
    let mut found = Vec::new();
    for decl in source
        .decls()
        .iter()
        .rev()
        .filter(|d| d.tokens.contains(&token))
    {
        for at in decl.type_params.clone() {
            if source.is_word(at) && !matches!(source.word(at), "in" | "out") {
                found.push(source.word(at).to_owned());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_arguments_part_no_parameters() {
        let text =
            "void M(Dictionary<string, List<int>> a, (int, int)[] b, int c = 1 < 2 ? 3 : 4) { }";
        let source = Source::new(text);
        let names: Vec<_> = parameters(&source, 2)
            .iter()
            .map(|p| (source.slice(p.ty.clone()), source.word(p.name)))
            .collect();
        assert_eq!(
            names,
            [
                ("Dictionary<string, List<int>>", "a"),
                ("(int, int)[]", "b"),
                ("int", "c")
            ]
        );
    }

    #[test]
    fn lists_what_is_in_reach() {
        let text = "class C<T>(int p) { List<T> field; void M(int a, out string b) { var x = 1; for (int i = 0; i < x; i++) { } \
            foreach (var y in field) { if (y is T z) { F(out var w); } } q.Select((k, v) => k); var (d, e) = t; int m = 1, n; return x; try { } catch (E ex) { } } }";
        let source = Source::new(text);
        let at = text.find("return").unwrap();
        let mut names: Vec<_> = names_at(&source, at)
            .iter()
            .map(|n| source.word(n.token).to_owned())
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "M", "a", "b", "d", "e", "ex", "field", "i", "k", "m", "n", "p", "v", "w", "x",
                "y", "z"
            ]
        );
        let field = declaration(&source, at, "field").unwrap();
        assert_eq!(source.slice(field.ty), "List<T>");
        assert_eq!(type_parameters(&source, at), ["T"]);
    }

    #[test]
    fn reads_parameters() {
        let source = Source::new("void F(this List<int> a, ref T? b, params int[] c, int d = 3)");
        let open = source.token_at(6);
        let found = parameters(&source, open);
        let parts: Vec<_> = found
            .iter()
            .map(|p| (source.slice(p.ty.clone()), source.word(p.name)))
            .collect();
        assert_eq!(
            parts,
            [
                ("List<int>", "a"),
                ("T?", "b"),
                ("int[]", "c"),
                ("int", "d")
            ]
        );
        assert!(found[3].default.is_some());
        assert_eq!(source.slice(found[1].modifiers.clone()), "ref");
    }
}
