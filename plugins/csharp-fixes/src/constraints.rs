//! Constraints that a type parameter needs for what is done with it.

use crate::Context;
use buildfix_fixer_support::types::shorten;
use buildfix_fixer_support::{Decl, DeclKind, Source, span};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// CS0304, CS0310, CS0311, CS0314, CS0413, CS0452, CS0453, CS8377, CS8714: the
/// constraint that the message asks for.
pub(crate) fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(name) = diagnostic
        .arguments
        .first()
        .map(|n| n.trim_end_matches('?'))
    else {
        return Vec::new();
    };
    let wanted = match diagnostic.code.as_str() {
        "CS0304" | "CS0310" => "new()".to_owned(),
        "CS0452" | "CS0413" => "class".to_owned(),
        "CS0453" => "struct".to_owned(),
        "CS8377" => "unmanaged".to_owned(),
        "CS8714" => "notnull".to_owned(),
        _ => match diagnostic.arguments.last() {
            Some(last) if diagnostic.arguments.len() > 2 => shorten(last, &context.visible),
            _ => return Vec::new(),
        },
    };
    let token = context.token(diagnostic);
    let holder =
        source.decls().iter().rev().find(|d| {
            d.tokens.contains(&token) && d.type_params.clone().any(|t| source.is(t, name))
        });
    // An override and an explicit implementation inherit theirs.
    let Some(decl) = holder.filter(|d| {
        !d.explicit && !d.modifiers.clone().any(|t| source.is(t, "override")) && wanted != name
    }) else {
        return Vec::new();
    };
    constrain(context, diagnostic, decl, name, &wanted)
        .into_iter()
        .collect()
}

fn constrain(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    decl: &Decl,
    name: &str,
    wanted: &str,
) -> Option<Fix> {
    let source = &context.source;
    let end = if decl.kind == DeclKind::Delegate {
        decl.tokens.end.checked_sub(1)?
    } else {
        decl.body
            .or(decl.arrow)
            .or_else(|| decl.tokens.end.checked_sub(1))?
    };
    let title = format!("constrain `{name}` to `{wanted}`");
    let file = &context.request.file;
    let given = (decl.name..end)
        .find(|t| source.is(*t, "where") && source.is(*t + 1, name) && source.is(*t + 2, ":"));
    let Some(clause) = given else {
        let text = format!(" where {name} : {wanted}");
        return Some(context.insert_after(diagnostic, title, end.checked_sub(1)?, text));
    };
    let list = clause + 3
        ..(clause + 3..end)
            .find(|t| source.is(*t, "where"))
            .unwrap_or(end);
    let mut parts: Vec<String> = split(source, list.clone());
    if parts.iter().any(|p| p == wanted) {
        return None;
    }
    let primary = |p: &str| {
        matches!(
            p.trim_end_matches('?'),
            "class" | "struct" | "unmanaged" | "notnull" | "default"
        )
    };
    let first = parts.first().cloned().unwrap_or_default();
    match wanted {
        "new()" if first == "struct" || first == "unmanaged" => return None,
        "new()" => parts.push(wanted.to_owned()),
        _ if primary(wanted) => {
            if primary(&first) {
                // Only `notnull` says less than the others do, and `struct`
                // less than `unmanaged`.
                let narrower = first == "notnull" || (first == "struct" && wanted == "unmanaged");
                if !narrower {
                    return None;
                }
                parts.remove(0);
            }
            if matches!(wanted, "struct" | "unmanaged") {
                parts.retain(|p| p != "new()");
            }
            parts.insert(0, wanted.to_owned());
        }
        _ => {
            let interface = {
                let mut letters = buildfix_fixer_support::symbols::simple(wanted).chars();
                letters.next() == Some('I') && letters.next().is_some_and(char::is_uppercase)
            };
            let at = if interface {
                parts
                    .iter()
                    .position(|p| p == "new()")
                    .unwrap_or(parts.len())
            } else {
                usize::from(primary(&first))
            };
            parts.insert(at, wanted.to_owned());
        }
    }
    let bytes = source.bytes(list);
    let fix = edit::fix(diagnostic, title, "verified");
    Some(fix.replace(file, span(bytes), parts.join(", ")))
}

fn split(source: &Source, list: Range<usize>) -> Vec<String> {
    buildfix_fixer_support::symbols::split_top(source.slice(list))
        .into_iter()
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::best;

    fn one(text: &str, error: &str) -> String {
        best::<CsharpFixes>(&[("a.cs", text)], error)
    }

    #[test]
    fn adds_what_the_message_names() {
        let error = "CS0304: Cannot create an instance of the variable type 'T' because it does not have the new() constraint";
        assert_eq!(
            one("class C { T M<T>() => ¦new T(); }", error),
            "class C { T M<T>() where T : new() => new T(); }"
        );
        assert_eq!(
            one(
                "class C<T> where T : class { T M() { return ¦new T(); } }",
                error
            ),
            "class C<T> where T : class, new() { T M() { return new T(); } }"
        );
        let error = "CS0314: The type 'T' cannot be used as type parameter 'T' in the generic type or method 'G.E<T>()'. There is no boxing conversion or type parameter conversion from 'T' to 'System.IDisposable'.";
        assert_eq!(
            one(
                "using System;\nclass C { void M<T>() where T : new() { ¦E<T>(); } }",
                error
            ),
            "using System;\nclass C { void M<T>() where T : IDisposable, new() { E<T>(); } }"
        );
        let error = "CS0453: The type 'T' must be a non-nullable value type in order to use it as parameter 'T' in the generic type or method 'G.B<T>()'";
        assert_eq!(
            one(
                "class C<T> where T : notnull, new() { void M() { ¦B<T>(); } }",
                error
            ),
            "class C<T> where T : struct { void M() { B<T>(); } }"
        );
    }

    #[test]
    fn refuses_what_contradicts_or_is_inherited() {
        let error = "CS0453: The type 'T' must be a non-nullable value type in order to use it as parameter 'T' in the generic type or method 'G.B<T>()'";
        assert!(
            one(
                "class C<T> where T : class { void M() { ¦B<T>(); } }",
                error
            )
            .is_empty()
        );
        assert!(one("class C { override void M<T>() { ¦B<T>(); } }", error).is_empty());
        let error = error.replace("type 'T' must", "type 'string' must");
        assert!(one("class C<T> { void M() { ¦B<string>(); } }", &error).is_empty());
    }
}
