//! What has become obsolete, and calls and cases that were forgotten.

use crate::Context;
use buildfix_fixer_support::{DeclKind, Source, replace_in, span, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// CS0612, CS0618, CS0619: the member that the message names instead, if the
/// type has it.
pub(crate) fn obsolete(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(old) = diagnostic
        .arguments
        .first()
        .and_then(|a| symbols::member_ref(a))
    else {
        return Vec::new();
    };
    let byte = diagnostic.span.start as usize;
    let Some(place) = source
        .places(&old.name, byte..source.line(byte).end)
        .into_iter()
        .next()
    else {
        return Vec::new();
    };
    let known: Vec<String> = symbols::members(context.host, &old.owner)
        .into_iter()
        .map(|m| m.name)
        .chain(own_members(source, &old.owner))
        .collect();
    let mut fixes = Vec::new();
    for name in instead(&diagnostic.message) {
        let qualifier = symbols::qualifier(&name);
        let new = symbols::simple(&name);
        let fits = new != old.name
            && known.iter().any(|k| k == new)
            && (qualifier.is_empty() || symbols::simple(qualifier) == old.owner);
        if fits {
            let fix = edit::fix(diagnostic, format!("use `{new}`"), "verified");
            fixes.push(fix.replace(&context.request.file, span(place.clone()), new));
        }
    }
    fixes
}

fn own_members(source: &Source, owner: &str) -> Vec<String> {
    source
        .decls()
        .iter()
        .filter(|d| {
            d.kind.is_member()
                && d.parent
                    .and_then(|p| source.decls().get(p))
                    .is_some_and(|p| source.name(p) == owner)
        })
        .map(|d| source.name(d).to_owned())
        .collect()
}

/// The names that a text about something obsolete proposes: after `use`,
/// `replaced by`, `renamed to` and their like.
fn instead(message: &str) -> Vec<String> {
    const LEADS: [&str; 8] = [
        "use ",
        "replaced by ",
        "replaced with ",
        "renamed to ",
        "superseded by ",
        "favor of ",
        "favour of ",
        "call ",
    ];
    const FILLERS: [&str; 6] = ["the ", "new ", "method ", "property ", "instead ", "of "];
    let lower = message.to_ascii_lowercase();
    let mut found: Vec<String> = Vec::new();
    for lead in LEADS {
        for (at, _) in lower.match_indices(lead) {
            let mut rest = &message[at + lead.len()..];
            while let Some(shorter) = FILLERS.iter().find_map(|f| rest.strip_prefix(f)) {
                rest = shorter;
            }
            let rest = rest.trim_start_matches(|c: char| "'`\"‘“ ".contains(c));
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
                .unwrap_or(rest.len());
            let name = rest[..end].trim_matches('.').to_owned();
            if !name.is_empty() && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found.truncate(3);
    found
}

/// CS4014: what an `async` method calls and does not await.
pub(crate) fn not_awaited(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let inside = source
        .member_at(diagnostic.span.start as usize)
        .is_some_and(|m| {
            m.kind == DeclKind::Method && m.modifiers.clone().any(|t| source.is(t, "async"))
        });
    let begins = matches!(
        source.word(token.wrapping_sub(1)),
        ";" | "{" | "}" | ")" | "else"
    );
    if !inside || !begins {
        return Vec::new();
    }
    vec![context.insert_before(diagnostic, "await it", token, "await ")]
}

/// CS8509, CS8524: the cases that a switch expression leaves out throw.
pub(crate) fn open_switch(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let open = token + 1;
    let Some(close) = source
        .partner(open)
        .filter(|_| source.is(token, "switch") && source.is(open, "{"))
    else {
        return Vec::new();
    };
    let last = close.wrapping_sub(1);
    if last <= open {
        return Vec::new();
    }
    let comma = if source.is(last, ",") { "" } else { "," };
    let first = source.bytes(open + 1..open + 2).start;
    let after = source.bytes(open..open + 1).end;
    let gap = if source.line(first).start == source.line(after).start {
        " ".to_owned()
    } else {
        format!("\n{}", source.indent(first))
    };
    let arm = format!("{comma}{gap}_ => throw new System.NotImplementedException()");
    let end = source.bytes(last..close).end;
    let fix = edit::fix(diagnostic, "throw for what is left out", "placeholder");
    let path = &context.request.file.path;
    vec![replace_in(fix, path, source.text(), end..end, arm)]
}

#[cfg(test)]
mod tests {
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::{best, propose};

    fn one(text: &str, error: &str) -> String {
        best::<CsharpFixes>(&[("a.cs", text)], error)
    }

    #[test]
    fn takes_what_the_message_names() {
        let text = "class O { void Old() { } void New() { } void M(O o) { ¦o.Old(); } }";
        for says in [
            "Use New instead",
            "Please use 'New()' instead.",
            "Has been replaced by O.New.",
            "Old has been renamed to `New`",
        ] {
            let error = format!("CS0618: 'O.Old()' is obsolete: '{says}'");
            assert!(one(text, &error).ends_with("{ o.New(); } }"), "{says}");
        }
        for says in ["Use Missing instead", "Do not use", "Use Other.New instead"] {
            let error = format!("CS0618: 'O.Old()' is obsolete: '{says}'");
            assert!(one(text, &error).is_empty(), "{says}");
        }
    }

    #[test]
    fn awaits_what_was_forgotten() {
        let error = "CS4014: Because this call is not awaited, execution of the current method continues before the call is completed. Consider applying the 'await' operator to the result of the call.";
        assert_eq!(
            one("class C { async Task A() { ¦B(); } }", error),
            "class C { async Task A() { await B(); } }"
        );
        assert!(one("class C { Task A() { ¦B(); } }", error).is_empty());
    }

    #[test]
    fn closes_a_switch_with_a_throw() {
        let error = "CS8509: The switch expression does not handle all possible values of its input type (it is not exhaustive). For example, the pattern '0' is not covered.";
        let text = "class C { int S(int x) => x ¦switch { 1 => 2 }; }";
        let found = propose::<CsharpFixes>(&[("a.cs", text)], error);
        assert_eq!(found[0].fix.applicability, "placeholder");
        assert_eq!(
            found[0].files["a.cs"],
            "class C { int S(int x) => x switch { 1 => 2, _ => throw new System.NotImplementedException() }; }"
        );
        assert!(one("class C { int S(int x) => x ¦switch { }; }", error).is_empty());
    }
}
