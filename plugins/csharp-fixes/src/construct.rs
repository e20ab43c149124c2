//! What makes a value of one type from a value of another: a constructor, a
//! static factory, a helper object that says it converts.

use crate::Context;
use crate::convert::{NUMBERS, inside};
use buildfix_fixer_support::{scope, symbols};
use buildfix_sdk::{Diagnostic, Symbol};

/// How to call what makes a `to` from a `from`: `new Vector<int>`, or
/// `Vector<int>.FromArray`. `ty` is how the file writes the type.
pub(crate) fn maker(context: &Context<'_>, from: &str, to: &str, ty: &str) -> Option<String> {
    let to = to.trim_end_matches('?');
    let given = symbols::split_top(inside(to));
    let mut factory = None;
    for symbol in symbols::types(context.host, symbols::simple(to))
        .into_iter()
        .filter(|t| t.origin == "workspace" && t.kind != "interface")
    {
        let declared = declared_parameters(&symbol.signature);
        if declared.len() != given.len() {
            continue;
        }
        let takes = |member: &Symbol| {
            parameter_types(&member.signature).is_some_and(|list| {
                let [only] = list.as_slice() else {
                    return false;
                };
                accepts(&substituted(only, &declared, &given), from)
            })
        };
        let members = context
            .host
            .members(symbols::CSHARP, &symbols::full_name(&symbol));
        if members.iter().any(|m| m.kind == "constructor" && takes(m)) {
            return Some(format!("new {ty}"));
        }
        let gives = |m: &Symbol| {
            let head = m.signature.split('(').next().unwrap_or_default();
            let (head, _) = head.rsplit_once(' ').unwrap_or((head, ""));
            head.contains("static ")
                && symbols::simple(head.rsplit("static ").next().unwrap_or(head))
                    == symbols::simple(to)
        };
        factory = factory.or_else(|| {
            members
                .iter()
                .find(|m| m.kind == "method" && m.name.starts_with("From") && gives(m) && takes(m))
                .map(|m| format!("{ty}.{}", m.name))
        });
    }
    factory
}

/// Whether a parameter of the first type takes a value of the second.
fn accepts(parameter: &str, from: &str) -> bool {
    let array = |t: &str| t.strip_suffix("[]").map(str::to_owned);
    let element = array(from).or_else(|| {
        matches!(
            symbols::simple(from),
            "List" | "IList" | "IEnumerable" | "IReadOnlyList" | "ICollection"
        )
        .then(|| inside(from).to_owned())
    });
    let open = matches!(
        symbols::simple(parameter),
        "IEnumerable" | "IReadOnlyList" | "IReadOnlyCollection"
    ) && array(parameter).is_none();
    if open {
        return element.is_some_and(|e| e == inside(parameter));
    }
    symbols::simple(parameter) == symbols::simple(from)
        && array(parameter).is_some() == array(from).is_some()
        && inside(parameter) == inside(from)
}

/// The types of a signature's parameters.
fn parameter_types(signature: &str) -> Option<Vec<String>> {
    let (_, list) = signature.split_once('(')?;
    let list = list.rsplit_once(')').map_or(list, |(list, _)| list);
    Some(
        symbols::split_top(list)
            .into_iter()
            .map(|p| {
                let p = p.split(" = ").next().unwrap_or(p).trim();
                p.rsplit_once(' ').map_or(p, |(ty, _)| ty).to_owned()
            })
            .collect(),
    )
}

/// A type with the arguments in place of the declared type parameters.
fn substituted(ty: &str, declared: &[String], given: &[&str]) -> String {
    let mut out = String::with_capacity(ty.len());
    let mut rest = ty;
    while let Some(c) = rest.chars().next() {
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_'))
            .unwrap_or(rest.len())
            .max(c.len_utf8());
        let word = &rest[..end];
        let index = declared.iter().position(|d| d == word);
        out.push_str(index.and_then(|i| given.get(i)).copied().unwrap_or(word));
        rest = &rest[end..];
    }
    out
}

fn declared_parameters(signature: &str) -> Vec<String> {
    let head = signature.split(" : ").next().unwrap_or(signature);
    symbols::split_top(inside(head))
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// A member of a field in reach that takes a number and gives the wanted type
/// parameter: the field's type declares `To From…(double)`.
pub(crate) fn helper(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    from: &str,
    to: &str,
) -> Option<String> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    if !scope::type_parameters(source, byte).iter().any(|p| p == to) || !NUMBERS.contains(&from) {
        return None;
    }
    for (field, members) in helpers(context, byte, to) {
        let fits = |wide: &str| {
            members.iter().find(|m| {
                m.kind == "method"
                    && m.name.starts_with("From")
                    && parameter_types(&m.signature).is_some_and(|l| l.len() == 1 && l[0] == wide)
            })
        };
        if let Some(method) = fits(from).or_else(|| fits("double")) {
            return Some(format!("{field}.{}", method.name));
        }
    }
    None
}

/// The fields and properties in reach whose type has the type parameter as its
/// only argument, with what stands in their types; inherited ones after one's
/// own.
pub(crate) fn helpers(
    context: &Context<'_>,
    byte: usize,
    parameter: &str,
) -> Vec<(String, Vec<Symbol>)> {
    let source = &context.source;
    let mut fields: Vec<(String, String)> = scope::names_at(source, byte)
        .into_iter()
        .filter(|n| matches!(n.kind, scope::NameKind::Member(_)))
        .map(|n| {
            (
                source.word(n.token).to_owned(),
                source.slice(n.ty.clone()).to_owned(),
            )
        })
        .collect();
    if let Some(owner) = source.type_at(byte) {
        for base in owner.bases.clone().filter(|t| source.is_word(*t)) {
            for member in symbols::members(context.host, source.word(base)) {
                let open = ["field", "property"].contains(&member.kind.as_str())
                    && ["protected", "public", "internal"]
                        .iter()
                        .any(|w| member.signature.contains(w));
                if open {
                    fields.extend(typed(&member.signature, &member.name));
                }
            }
        }
    }
    let mut found: Vec<(String, Vec<Symbol>)> = Vec::new();
    for (field, ty) in fields {
        if inside(&ty) != parameter || found.iter().any(|(f, _)| *f == field) {
            continue;
        }
        for owner in symbols::types(context.host, symbols::simple(&ty))
            .iter()
            .filter(|t| t.origin == "workspace")
        {
            let members = context
                .host
                .members(symbols::CSHARP, &symbols::full_name(owner));
            found.push((field.clone(), members));
        }
    }
    found
}

/// The name and type of a field from its signature.
fn typed(signature: &str, name: &str) -> Option<(String, String)> {
    let at = signature.find(&format!(" {name}"))?;
    let head = &signature[..at];
    // A type's arguments may hold spaces.
    let mut depth = 0usize;
    let mut start = 0;
    for (i, c) in head.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => start = i + 1,
            _ => {}
        }
    }
    Some((name.to_owned(), head[start..].to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::best;

    #[test]
    fn constructs_from_what_the_constructor_takes() {
        let text = "class Line<T> { public Line(int n) { } public Line(IEnumerable<T> all) { } }\n\
            class C { Line<int> l; void M(int[] a) { l = ¦a; } }";
        let error = "CS0029: Cannot implicitly convert type 'int[]' to 'Line<int>'";
        let found = best::<CsharpFixes>(&[("a.cs", text)], error);
        assert!(found.contains("l = new Line<int>(a);"), "{found}");
        let text = text.replace(
            "public Line(IEnumerable<T> all) { }",
            "public static Line<T> FromArray(T[] all) => null;",
        );
        let found = best::<CsharpFixes>(&[("a.cs", &text)], error);
        assert!(found.contains("l = Line<int>.FromArray(a);"), "{found}");
        let text = text.replace("T[] all", "string[] all");
        assert!(!best::<CsharpFixes>(&[("a.cs", &text)], error).contains("FromArray(a)"));
    }

    #[test]
    fn reads_a_fields_type() {
        assert_eq!(
            typed("protected static readonly Ops<A, B> ops", "ops"),
            Some(("ops".to_owned(), "Ops<A, B>".to_owned()))
        );
    }
}
