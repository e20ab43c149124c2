//! Values of one type where another is wanted.

use crate::{Context, construct, generalise, instances, numeric, retype};
use buildfix_fixer_support::symbols;
use buildfix_fixer_support::types::shorten;
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// From narrow to wide: a later one holds every value of an earlier one.
pub(crate) const NUMBERS: [&str; 13] = [
    "sbyte", "byte", "short", "ushort", "char", "int", "uint", "nint", "long", "ulong", "float",
    "double", "decimal",
];

/// CS0266, CS0029, CS1503: the message names both types.
pub(crate) fn repair(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let [.., from, to] = diagnostic.arguments.as_slice() else {
        return Vec::new();
    };
    let source = &context.source;
    let token = context.token(diagnostic);
    let tokens = token..source.expression_end(token);
    if tokens.is_empty() {
        return Vec::new();
    }
    let mut fixes = Vec::new();
    if let Some((have, want)) = passing_words(from, to) {
        return vec![context.replace(
            diagnostic,
            format!("pass it as `{want}`"),
            token..token + usize::from(!have.is_empty()),
            want,
        )];
    }
    let explicit = diagnostic.code == "CS0266";
    let numeric = NUMBERS.contains(&from.as_str()) && NUMBERS.contains(&to.as_str());
    if numeric {
        fixes.extend(wider_declaration(context, diagnostic, &tokens, from, to));
    }
    fixes.extend(instances::enumerator(context, diagnostic, &tokens, to));
    fixes.extend(instances::only_element(
        context, diagnostic, &tokens, from, to,
    ));
    fixes.extend(numeric::to_number(context, diagnostic, &tokens, from, to));
    if diagnostic.code == "CS1503" {
        fixes.extend(instances::copy(context, diagnostic, &tokens, from));
        fixes.extend(generalise::parameter(context, diagnostic, token, to));
    }
    fixes.extend(without_cast(context, diagnostic, &tokens, from, to));
    // When no overload of `Math` fits, the message names any of them.
    let arbitrary = wider(from, to) && numeric::in_math(context, token);
    if (explicit && !other_arguments(context, from, to))
        || (numeric && !arbitrary)
        || is_downcast(context, from, to)
    {
        fixes.push(cast(context, diagnostic, tokens.clone(), to));
    }
    if diagnostic.code == "CS0029" {
        fixes.extend(retype::declarations(context, diagnostic, &tokens, from, to));
    }
    fixes
}

/// `out int` against `ref int`: how it is passed differs, not what.
fn passing_words<'a>(from: &'a str, to: &'a str) -> Option<(&'a str, &'a str)> {
    let split = |t: &'a str| match t.split_once(' ') {
        Some((word @ ("ref" | "out" | "in"), ty)) => (word, ty),
        _ => ("", t),
    };
    let ((have, a), (want, b)) = (split(from), split(to));
    (a == b && have != want && !have.is_empty() && !want.is_empty()).then_some((have, want))
}

/// `(T)x`, with parentheses where `x` is no primary expression.
fn cast(context: &Context<'_>, diagnostic: &Diagnostic, tokens: Range<usize>, to: &str) -> Fix {
    let source = &context.source;
    let ty = shorten(to, &context.visible);
    // The point is inside parentheses that hold nothing else: they do.
    let (before, after) = (tokens.start.wrapping_sub(1), tokens.end);
    let alone = source.is(before, "(")
        && source.partner(before) == Some(after)
        && !source.is_primary(tokens.clone())
        && !source.is_word(before.wrapping_sub(1))
        && !matches!(source.word(before.wrapping_sub(1)), ")" | "]" | ">");
    let tokens = if alone { before..after + 1 } else { tokens };
    let text = source.slice(tokens.clone());
    // A cast applies to what another cast gives.
    let operand = source
        .is(tokens.start, "(")
        .then(|| source.type_end(tokens.start + 1))
        .flatten()
        .filter(|end| source.is(*end, ")") && *end + 1 < tokens.end)
        .is_some_and(|end| source.is_word(end + 1) && source.is_primary(end + 1..tokens.end));
    let new = if alone || operand || source.is_primary(tokens.clone()) {
        format!("({ty}){text}")
    } else {
        format!("({ty})({text})")
    };
    context.replace(diagnostic, format!("cast to `{ty}`"), tokens, new)
}

/// Whether the first number holds more than the second.
fn wider(from: &str, to: &str) -> bool {
    let rank = |t: &str| NUMBERS.iter().position(|n| *n == t);
    rank(from).is_some() && rank(to).is_some() && rank(from) >= rank(to)
}

/// `int z = <double>`: the variable may be what is too narrow.
fn wider_declaration(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    tokens: &Range<usize>,
    from: &str,
    to: &str,
) -> Option<Fix> {
    let source = &context.source;
    if !wider(from, to) || !source.is(tokens.start.wrapping_sub(1), "=") {
        return None;
    }
    let name = tokens.start.checked_sub(2)?;
    let ty = name.checked_sub(1)?;
    if !source.is(ty, to) || !source.is(tokens.end, ";") || source.is(ty.wrapping_sub(1), "const") {
        return None;
    }
    Some(context.replace(
        diagnostic,
        format!("declare `{}` as `{from}`", source.word(name)),
        ty..ty + 1,
        from,
    ))
}

/// Conversions that a call or keyword makes.
fn without_cast(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    tokens: &Range<usize>,
    from: &str,
    to: &str,
) -> Vec<Fix> {
    let source = &context.source;
    let text = source.slice(tokens.clone()).to_owned();
    let primary = source.is_primary(tokens.clone());
    let operand = if primary {
        text.clone()
    } else {
        format!("({text})")
    };
    let mut fixes = Vec::new();
    let mut write = |title: String, new: String| {
        fixes.push(context.replace(diagnostic, title, tokens.clone(), new))
    };
    let (from_name, to_name) = (symbols::simple(from), symbols::simple(to));
    let element = |t: &str| {
        symbols::split_top(inside(t))
            .first()
            .map(|e| (*e).to_owned())
    };
    if from == "method group" || from == "method" {
        write(format!("call `{text}`"), format!("{operand}()"));
        return fixes;
    }
    if to == "bool" && tokens.clone().any(|t| source.is(t, "=")) {
        let sign = tokens.clone().find(|t| source.is(*t, "="));
        fixes.extend(
            sign.map(|s| {
                context.replace(diagnostic, "compare instead of assigning", s..s + 1, "==")
            }),
        );
        return fixes;
    }
    if to == "string"
        && from != "string"
        && !matches!(from, "<null>" | "void")
        && !from.contains("Task")
    {
        write(
            "convert it with `ToString()`".into(),
            format!("{operand}.ToString()"),
        );
    }
    if from == "string" && to == "char" && text.len() == 3 && text.starts_with('"') {
        write("write a character".into(), format!("'{}'", &text[1..2]));
    }
    if matches!(from_name, "Task" | "ValueTask") && inside(from) == to {
        write("await it".into(), format!("await {text}"));
    }
    if matches!(to_name, "Task" | "ValueTask") && inside(to) == from {
        write(
            "wrap it in a finished task".into(),
            format!("{to_name}.FromResult({text})"),
        );
    }
    if from.strip_suffix('?') == Some(to) && NUMBERS.contains(&to) {
        write(
            "take the default where there is no value".into(),
            format!("{operand}.GetValueOrDefault()"),
        );
    }
    let sequence = |t: &str| {
        t.ends_with("[]")
            || [
                "List",
                "IEnumerable",
                "IList",
                "ICollection",
                "IReadOnlyList",
                "IReadOnlyCollection",
                "HashSet",
                "Queue",
                "Stack",
                "IOrderedEnumerable",
                "IGrouping",
            ]
            .contains(&symbols::simple(t))
    };
    let same_elements = || {
        let items = |t: &str| {
            t.strip_suffix("[]")
                .map(str::to_owned)
                .or_else(|| element(t))
        };
        items(from).is_some() && items(from) == items(to)
    };
    if sequence(from) && sequence(to) && same_elements() {
        let call = if to.ends_with("[]") {
            Some("ToArray")
        } else if matches!(
            to_name,
            "List" | "IList" | "ICollection" | "IReadOnlyList" | "IReadOnlyCollection"
        ) {
            Some("ToList")
        } else if to_name == "HashSet" {
            Some("ToHashSet")
        } else {
            None
        };
        if let Some(call) = call {
            write(
                format!("convert it with `{call}()`"),
                format!("{operand}.{call}()"),
            );
        }
    }
    // A constructor or factory that takes the value.
    let ty = shorten(to.trim_end_matches('?'), &context.visible);
    if let Some(maker) = construct::maker(context, from, to, &ty) {
        write(format!("make a `{ty}` from it"), format!("{maker}({text})"));
    }
    // A helper in reach that says it converts, such as `NumOps.FromDouble`.
    if let Some(helper) = construct::helper(context, diagnostic, from, to) {
        write(
            format!("convert it with `{helper}`"),
            format!("{helper}({text})"),
        );
    }
    fixes
}

/// What stands between the outer `<` and `>`.
pub(crate) fn inside(ty: &str) -> &str {
    match (ty.find('<'), ty.rfind('>')) {
        (Some(open), Some(close)) if open < close => &ty[open + 1..close],
        _ => "",
    }
}

/// Whether a type has the wanted interface already, with other type arguments:
/// the compiler allows the cast, and it can only fail at run time.
fn other_arguments(context: &Context<'_>, from: &str, to: &str) -> bool {
    let wanted = symbols::simple(to);
    if symbols::simple(from) == wanted {
        return inside(from) != inside(to);
    }
    !inside(to).is_empty()
        && symbols::types(context.host, symbols::simple(from))
            .iter()
            .any(|t| {
                t.signature.split_once(" : ").is_some_and(|(_, b)| {
                    symbols::split_top(b)
                        .iter()
                        .any(|n| symbols::simple(n) == wanted)
                })
            })
}

/// Whether the wanted type derives from the one that is there.
fn is_downcast(context: &Context<'_>, from: &str, to: &str) -> bool {
    let base = symbols::simple(from);
    if from.ends_with(']') || to.ends_with(']') {
        return false;
    }
    if from == "object" && to != "void" {
        return true;
    }
    symbols::types(context.host, symbols::simple(to))
        .iter()
        .filter(|t| t.origin == "workspace")
        .any(|t| {
            t.signature.split_once(" : ").is_some_and(|(_, b)| {
                symbols::split_top(b)
                    .iter()
                    .any(|n| symbols::simple(n) == base)
            })
        })
}

/// CS0664: the message names the suffix.
pub(crate) fn suffix(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let token = context.token(diagnostic);
    let suffix = diagnostic
        .arguments
        .iter()
        .rfind(|a| a.len() == 1 && a.chars().all(char::is_alphabetic));
    let literal = context.source.word(token);
    if suffix.is_none() || !literal.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Vec::new();
    }
    let suffix = suffix.map(|s| s.to_lowercase()).unwrap_or_default();
    let digits = literal.trim_end_matches(['d', 'D']);
    vec![context.replace(
        diagnostic,
        format!("write `{digits}{suffix}`"),
        token..token + 1,
        format!("{digits}{suffix}"),
    )]
}
