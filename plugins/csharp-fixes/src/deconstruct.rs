//! Taking pairs apart where the framework's pairs cannot be.

use crate::Context;
use buildfix_fixer_support::{Source, span};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// CS8129: `foreach (var (k, v) in d)` names the pair and reads its parts.
pub(crate) fn pairs(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let is_pair = diagnostic
        .arguments
        .iter()
        .any(|a| a.contains("KeyValuePair<"));
    if !is_pair {
        return Vec::new();
    }
    each(context, diagnostic).into_iter().collect()
}

fn each(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let mut open = source.opener(token, &["("])?;
    while !source.is(open.wrapping_sub(1), "foreach") {
        open = source.opener(open, &["("])?;
    }
    let close = source.partner(open)?;
    // `var (k, v)` or `(var k, var v)`.
    let list = open + 1 + usize::from(source.is(open + 1, "var"));
    let end = source.partner(list).filter(|_| source.is(list, "("))?;
    let names: Vec<usize> = source
        .arguments(list)
        .into_iter()
        .map(|part| match part.len() {
            1 => Some(part.start),
            2 if source.is(part.start, "var") => Some(part.start + 1),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let [key, value] = names.as_slice() else {
        return None;
    };
    if !source.is(end + 1, "in") {
        return None;
    }
    let body = if source.is(close + 1, "{") {
        close + 1..source.partner(close + 1)? + 1
    } else {
        close + 1..source.statement(close + 1).end
    };
    let member = source.member_at(diagnostic.span.start as usize)?;
    let reach = source.bytes(member.tokens.clone());
    let fresh = ["kvp", "pair", "entry", "keyValue"]
        .into_iter()
        .find(|n| source.places(n, reach.clone()).is_empty())?;
    let file = &context.request.file;
    let title = format!("name the pair `{fresh}`");
    let mut fix = edit::fix(diagnostic, title, "verified").replace(
        file,
        span(source.bytes(open + 1..end + 1)),
        format!("var {fresh}"),
    );
    let bytes = source.bytes(body.clone());
    let mut locals = String::new();
    for (name, part) in [(*key, "Key"), (*value, "Value")] {
        let word = source.word(name);
        if word == "_" {
            continue;
        }
        let places: Vec<_> = source
            .places(word, bytes.clone())
            .into_iter()
            .filter(|p| !follows_dot(source, p.start))
            .collect();
        if places.iter().all(|p| is_plain_read(source, p)) {
            for place in places {
                fix = fix.replace(file, span(place), format!("{fresh}.{part}"));
            }
        } else {
            locals.push_str(&format!("var {word} = {fresh}.{part};"));
        }
    }
    if locals.is_empty() {
        return Some(fix);
    }
    // What is assigned, hidden or gives its name stays a variable.
    if !source.is(body.start, "{") {
        return None;
    }
    let after = source.bytes(body.start..body.start + 1).end;
    let first = source.tokens().get(body.start + 1)?.start;
    let gap = if source.line(first).start == source.line(after).start {
        " ".to_owned()
    } else {
        format!("\n{}", source.indent(first))
    };
    let locals = locals.replace(";var", &format!(";{gap}var"));
    Some(fix.replace(file, span(after..after), format!("{gap}{locals}")))
}

fn follows_dot(source: &Source, byte: usize) -> bool {
    let before = source.text().get(..byte).unwrap_or_default().trim_end();
    before.ends_with('.') && !before.ends_with("..")
}

/// Whether this use can become `pair.Key` without another meaning.
fn is_plain_read(source: &Source, place: &Range<usize>) -> bool {
    let token = source.token_at(place.start);
    let whole = source
        .tokens()
        .get(token)
        .is_some_and(|t| t.start == place.start);
    if !whole {
        // In a string's hole.
        return true;
    }
    let (before, after) = (source.word(token.wrapping_sub(1)), source.word(token + 1));
    let assigned = after.ends_with('=') && !matches!(after, "==" | "!=" | "<=" | ">=");
    let changed = assigned || matches!(after, "++" | "--" | "=>") || matches!(before, "++" | "--");
    let declared = matches!(before, "ref" | "out" | "in")
        || (source.is_word(token.wrapping_sub(1))
            && !matches!(
                before,
                "return"
                    | "await"
                    | "throw"
                    | "is"
                    | "as"
                    | "case"
                    | "when"
                    | "and"
                    | "or"
                    | "not"
                    | "else"
                    | "do"
            ));
    let named = after == ":" && matches!(before, "(" | ",");
    let anonymous = source
        .opener(token, &["{", "(", "["])
        .is_some_and(|o| source.is(o, "{") && source.is(o.wrapping_sub(1), "new"))
        && matches!(before, "{" | ",");
    // A lambda's parameter of this name hides it.
    let parameter = matches!(before, "(" | ",")
        && matches!(after, ")" | ",")
        && source
            .opener(token, &["("])
            .and_then(|o| source.partner(o))
            .is_some_and(|c| source.is(c + 1, "=>"));
    !(changed || declared || named || anonymous || parameter)
}

#[cfg(test)]
mod tests {
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::best;

    const ERROR: &str = "CS8129: No suitable 'Deconstruct' instance or extension method was found for type 'KeyValuePair<string, int>', with 2 out parameters and a void return type.";

    fn body(text: &str) -> String {
        let text = format!("class C {{ void M() {{ {text} }} }}");
        let new = best::<CsharpFixes>(&[("a.cs", &text)], ERROR);
        new.trim_start_matches("class C { void M() { ")
            .trim_end_matches(" } }")
            .to_owned()
    }

    #[test]
    fn names_the_pair() {
        assert_eq!(
            body("foreach (var (k, v) in ¦d) { F(k, o.k, $\"{v}\"); }"),
            "foreach (var kvp in d) { F(kvp.Key, o.k, $\"{kvp.Value}\"); }"
        );
        assert_eq!(
            body("var kvp = 1; foreach ((var k, var _) in ¦d) F(k);"),
            "var kvp = 1; foreach (var pair in d) F(pair.Key);"
        );
    }

    #[test]
    fn keeps_a_variable_that_is_assigned_or_hidden() {
        assert_eq!(
            body("foreach (var (k, v) in ¦d) { F(k); v++; }"),
            "foreach (var kvp in d) { var v = kvp.Value; F(kvp.Key); v++; }"
        );
    }

    #[test]
    fn leaves_other_types_alone() {
        let error = ERROR.replace("KeyValuePair<string, int>", "Point");
        let text = "class C { void M() { foreach (var (k, v) in ¦d) { } } }";
        assert!(best::<CsharpFixes>(&[("a.cs", text)], &error).is_empty());
    }
}
