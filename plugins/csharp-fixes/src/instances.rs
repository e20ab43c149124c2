//! Values that a type offers in another way than asked for: copies by its
//! `Clone`, the empty one by its `Empty`, an enumeration's member by its name.

use crate::Context;
use buildfix_fixer_support::types::shorten;
use buildfix_fixer_support::{DeclKind, symbols};
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// CS1503 inside `new Grid(grid)`: there is no constructor that copies, but a
/// method that does.
pub(crate) fn copy(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    tokens: &Range<usize>,
    from: &str,
) -> Option<Fix> {
    let source = &context.source;
    let name = symbols::simple(from);
    let open = tokens.start.checked_sub(1).filter(|t| source.is(*t, "("))?;
    let close = source.partner(open).filter(|c| *c == tokens.end)?;
    let start = (open.saturating_sub(40)..open)
        .rfind(|t| source.is(*t, "new") && source.type_end(t + 1) == Some(open))?;
    let created = source.slice(start + 1..open);
    if symbols::simple(created) != name || !source.is_primary(tokens.clone()) {
        return None;
    }
    for method in ["Clone", "Copy", "DeepCopy", "DeepClone"] {
        for place in symbols::declarations(&context.files, name, Some(method)) {
            let copies = place.decls().any(|d| {
                d.kind == DeclKind::Method
                    && symbols::simple(place.source.slice(d.ty.clone())) == name
                    && d.params
                        .is_some_and(|p| place.source.partner(p) == Some(p + 1))
            });
            if copies {
                let text = source.slice(tokens.clone());
                return Some(context.replace(
                    diagnostic,
                    format!("copy it with `{method}()`"),
                    start..close + 1,
                    format!("{text}.{method}()"),
                ));
            }
        }
    }
    None
}

/// CS1729: no constructor without arguments, but a static `Empty` of the type.
pub(crate) fn empty(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let (Some(ty), true) = (
        diagnostic.arguments.first(),
        diagnostic.message.contains("takes 0 arguments"),
    ) else {
        return Vec::new();
    };
    let token = context.token(diagnostic);
    // The point is the keyword, or the type's name after it.
    let new = (token.saturating_sub(40)..=token).rfind(|t| source.is(*t, "new"));
    let Some(new) = new else { return Vec::new() };
    let open = match source.is(new + 1, "(") {
        true => new + 1,
        false => source.type_end(new + 1).unwrap_or(new + 1),
    };
    if !source.is(open, "(") || source.partner(open) != Some(open + 1) || token > open {
        return Vec::new();
    }
    // An initialiser belongs to the creation.
    if source.is(open + 2, "{") {
        return Vec::new();
    }
    let name = symbols::simple(ty);
    for member in ["Empty", "None", "Default"] {
        for place in symbols::declarations(&context.files, name, Some(member)) {
            for decl in place.decls() {
                let text = &place.source;
                let fits = decl.modifiers.clone().any(|t| text.is(t, "static"))
                    && symbols::simple(text.slice(decl.ty.clone())) == name;
                let call = match (decl.kind, decl.params) {
                    (DeclKind::Method, Some(p)) if text.partner(p) == Some(p + 1) => "()",
                    (DeclKind::Property | DeclKind::Field, None) => "",
                    _ => continue,
                };
                if fits {
                    let ty = shorten(ty, &context.visible);
                    let value = format!("{ty}.{member}{call}");
                    return vec![context.replace(
                        diagnostic,
                        format!("take `{value}`"),
                        new..open + 2,
                        value,
                    )];
                }
            }
        }
    }
    Vec::new()
}

/// `new[] { i }` where an element is wanted: its only one.
pub(crate) fn only_element(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    tokens: &Range<usize>,
    from: &str,
    to: &str,
) -> Option<Fix> {
    let source = &context.source;
    let last = tokens.end.checked_sub(1)?;
    let open = source.partner(last).filter(|o| tokens.contains(o))?;
    let begins = match source.word(open) {
        "{" => source.is(tokens.start, "new") && source.is(open.wrapping_sub(1), "]"),
        "[" => open == tokens.start,
        _ => false,
    };
    let elements = source.arguments(open);
    let [only] = elements.as_slice() else {
        return None;
    };
    if from.strip_suffix("[]") != Some(to) || !begins || source.is(only.start, "..") {
        return None;
    }
    let text = source.slice(only.clone()).to_owned();
    Some(context.replace(diagnostic, "take the only element", tokens.clone(), text))
}

/// CS0029: a text literal that spells a member of the wanted enumeration.
pub(crate) fn enumerator(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    tokens: &Range<usize>,
    to: &str,
) -> Option<Fix> {
    let literal = context.source.slice(tokens.clone());
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    let plain = |t: &str| {
        t.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let wanted = plain(text);
    let to = to.trim_end_matches('?');
    if wanted.is_empty() || tokens.len() != 1 {
        return None;
    }
    let found: Vec<String> = symbols::types(context.host, symbols::simple(to))
        .into_iter()
        .filter(|t| t.kind == "enum" && (!to.contains('.') || symbols::full_name(t) == to))
        .flat_map(|t| {
            context
                .host
                .members(symbols::CSHARP, &symbols::full_name(&t))
        })
        .map(|m| m.name)
        .filter(|name| plain(name) == wanted)
        .collect();
    let [only] = found.as_slice() else {
        return None;
    };
    let value = format!("{}.{only}", shorten(to, &context.visible));
    Some(context.replace(
        diagnostic,
        format!("write `{value}`"),
        tokens.clone(),
        value,
    ))
}

#[cfg(test)]
mod tests {
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::{after, propose};

    #[test]
    fn copies_by_the_method_that_does() {
        let text = "class Grid<T> { public Grid(int n) { } public Grid<T> Clone() => this; }\n\
            class C { Grid<int> g; Grid<int> M() => new Grid<int>(¦g); }";
        let error = "CS1503: Argument 1: cannot convert from 'Grid<int>' to 'int'";
        assert!(after::<CsharpFixes>(&[("a.cs", text)], error)[0].contains("M() => g.Clone();"));
        let text = text.replace("Grid<T> Clone()", "object Clone()");
        assert!(propose::<CsharpFixes>(&[("a.cs", &text)], error).is_empty());
    }

    #[test]
    fn takes_the_empty_one_where_nothing_is_given() {
        let text = "class Grid<T> { public Grid(int n) { } public new static Grid<T> Empty() => new(1); }\n\
            class C { Grid<int> G { get; set; } = ¦new(); }";
        let error = "CS1729: 'Grid<int>' does not contain a constructor that takes 0 arguments";
        assert!(
            after::<CsharpFixes>(&[("a.cs", text)], error)[0].contains("= Grid<int>.Empty(); }")
        );
        let text = text.replace("¦new()", "new ¦Grid<int>()");
        assert!(
            after::<CsharpFixes>(&[("a.cs", &text)], error)[0].contains("= Grid<int>.Empty(); }")
        );
    }

    #[test]
    fn writes_an_enumerator_for_its_name() {
        let text = "namespace A; enum Kind { None, NeuralEngine }\n\
            class C { Kind k; void M() { k = ¦\"Neural Engine\"; } }";
        let error = "CS0029: Cannot implicitly convert type 'string' to 'A.Kind'";
        assert!(
            after::<CsharpFixes>(&[("a.cs", text)], error)[0].contains("k = Kind.NeuralEngine;")
        );
        let text = text.replace("Neural Engine", "Turbine");
        let found = after::<CsharpFixes>(&[("a.cs", &text)], error);
        assert!(found.iter().all(|t| !t.contains("Kind.Neural")));
        let text = "enum Kind { None, Fast }\nclass C { bool M(Kind k) => ¦k == \"Fast\"; }";
        let error =
            "CS0019: Operator '==' cannot be applied to operands of type 'Kind' and 'string'";
        assert!(after::<CsharpFixes>(&[("a.cs", text)], error)[0].contains("=> k == Kind.Fast; }"));
    }

    #[test]
    fn takes_the_only_element() {
        let error = "CS1503: Argument 1: cannot convert from 'int[]' to 'int'";
        for (written, wanted) in [("new[] { i }", "i"), ("new int[] { i + 1 }", "i + 1")] {
            let text = format!("class C {{ void M(int i) {{ F(¦{written}); }} }}");
            let found = after::<CsharpFixes>(&[("a.cs", &text)], error);
            assert!(found[0].contains(&format!("F({wanted});")), "{found:?}");
        }
        let text = "class C { void M(int i) { F(¦new[] { i, i }); } }";
        assert!(propose::<CsharpFixes>(&[("a.cs", text)], error).is_empty());
    }
}
