//! Values that are one `*`, `&`, cast or call away from the type that is
//! wanted.

use crate::{Context, says};
use buildfix_fixer_support::replace_in;
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// The expression that begins at a diagnostic's point: the argument or operand
/// around it.
pub fn operand(context: &Context<'_>, diagnostic: &Diagnostic) -> Range<usize> {
    let source = &context.source;
    let token = context.token(diagnostic);
    // An argument is named by its middle as often as by its start.
    if let Some((open, at)) = source.argument_at(token)
        && let Some(argument) = source.arguments(open).get(at)
        && source.is_word(open.saturating_sub(1))
    {
        return argument.clone();
    }
    let start = source.primary_start(token + 1).min(token);
    start..source.expression_end(token).max(token + 1)
}

/// "cannot convert ‘T’ to ‘T*’" and back.
pub fn pointer_or_value(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "cannot convert",
            "cannot initialize",
            "no viable conversion",
            "invalid conversion",
            "incompatible",
        ],
    ) {
        return Vec::new();
    }
    let (Some(first), Some(second)) = (diagnostic.arguments.first(), diagnostic.arguments.get(1))
    else {
        return Vec::new();
    };
    // clang names the wanted type first, except in "no viable conversion from".
    let reversed = says(diagnostic, &["cannot initialize"]);
    let (from, to) = if reversed {
        (second, first)
    } else {
        (first, second)
    };
    let from_points = from.trim_end().ends_with('*');
    let to_points = to
        .trim_end()
        .trim_end_matches("const")
        .trim_end()
        .ends_with('*');
    let sign = if to_points && !from_points && !from.contains('[') {
        "&"
    } else if (from_points && !to_points) || from.contains("iterator") {
        "*"
    } else {
        return Vec::new();
    };
    let source = &context.source;
    let operand = operand(context, diagnostic);
    let text = source.slice(operand.clone());
    if text.is_empty() || text.len() > 200 {
        return Vec::new();
    }
    // The two signs undo each other.
    let undone = if sign == "*" { "&" } else { "*" };
    if source.is(operand.start, undone) {
        return vec![context.replace(
            diagnostic,
            format!("take the `{undone}` away"),
            operand.start..operand.start + 1,
            "",
        )];
    }
    let new = if source.is_primary(operand.clone()) {
        format!("{sign}{text}")
    } else {
        format!("{sign}({text})")
    };
    let title = if sign == "*" {
        "dereference it"
    } else {
        "pass its address"
    };
    vec![context.replace(diagnostic, title, operand, new)]
}

/// C++ wants a cast from `void *`, as of `malloc`.
pub fn from_void(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let arguments = &diagnostic.arguments;
    if !context.is_cpp()
        || !says(
            diagnostic,
            &["invalid conversion", "cannot initialize", "assigning to"],
        )
        || arguments.len() < 2
    {
        return Vec::new();
    }
    let is_void = |of: &str| of.replace(' ', "") == "void*";
    let to = match (is_void(&arguments[0]), is_void(&arguments[1])) {
        (true, false) => &arguments[1],
        (false, true) => &arguments[0],
        _ => return Vec::new(),
    };
    let operand = operand(context, diagnostic);
    let text = context.source.slice(operand.clone());
    if text.is_empty() || !to.trim_end().ends_with('*') {
        return Vec::new();
    }
    let new = format!("static_cast<{to}>({text})");
    vec![context.replace(diagnostic, format!("cast to `{to}`"), operand, new)]
}

/// An assignment to what is no place: the pointer was not followed.
pub fn not_assignable(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "lvalue required as left operand",
            "expression is not assignable",
        ],
    ) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    // gcc points at the operator inside the left side, clang at its start.
    let statement = source.statement(token);
    let assign = statement.clone().find(|at| {
        source.is(*at, "=")
            && source
                .opener(*at, &["(", "["])
                .is_none_or(|open| open < statement.start)
    });
    let Some(assign) = assign else {
        return Vec::new();
    };
    let first = if source.is(statement.start, "(")
        && source
            .partner(statement.start)
            .is_some_and(|close| close < assign)
    {
        statement.start + 1
    } else {
        statement.start
    };
    vec![context.before(diagnostic, "assign to what it points to", first, "*")]
}

/// `.*` where `->*` is meant, and back.
pub fn member_pointer(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let (wrong, right) = if says(diagnostic, &["left hand operand to .* must be a class"]) {
        (".*", "->*")
    } else if says(diagnostic, &["left hand operand to ->* must be a pointer"]) {
        ("->*", ".*")
    } else {
        return Vec::new();
    };
    let at = diagnostic.span.start as usize;
    let text = context.source.text();
    let line = context.source.line(at);
    let found = text[at.min(line.end)..line.end]
        .find(wrong)
        .map(|found| at + found);
    found
        .map(|at| {
            let title = format!("use `{right}`");
            context.replace_bytes(diagnostic, title, at..at + wrong.len(), right)
        })
        .into_iter()
        .collect()
}

/// A member function that is named and not called.
pub fn not_called(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "did you forget the ‘()’",
            "did you forget the '()'",
            "non-static member function must be called",
        ],
    ) || !diagnostic.suggestions.is_empty()
    {
        return Vec::new();
    }
    let source = &context.source;
    let mut token = context.token(diagnostic);
    while matches!(source.word(token + 1), "." | "->" | "::") && source.is_word(token + 2) {
        token += 2;
    }
    if !source.is_word(token) || source.is(token + 1, "(") {
        return Vec::new();
    }
    vec![context.after(diagnostic, "call it", token, "()")]
}

/// A member that is declared with a function's type and initialised with a
/// function: it is meant to be a pointer to one.
pub fn pointer_to_function(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "does not name a non-static data member",
            "does not have any field named",
        ],
    ) {
        return Vec::new();
    }
    let source = &context.source;
    // gcc names the class first.
    let initialised = source.word(context.token(diagnostic));
    let Some(initialised) = diagnostic
        .arguments
        .iter()
        .find(|argument| *argument == initialised)
    else {
        return Vec::new();
    };
    let Some(member) = (1..source.tokens().len()).find(|token| {
        source.is(*token, initialised)
            && source.is(*token + 1, ";")
            && source.is_word(*token - 1)
            && matches!(source.word(token.wrapping_sub(2)), ";" | "{" | "}" | ":")
    }) else {
        return Vec::new();
    };
    let of = source.word(member - 1).to_owned();
    let mut paths = vec![context.request.file.path.clone()];
    for language in ["c", "cpp"] {
        for symbol in context.host.find(language, &of) {
            if !symbol.path.is_empty() && !paths.contains(&symbol.path) {
                paths.push(symbol.path);
            }
        }
    }
    for path in paths {
        let Some(source) = context.files.get(&path) else {
            continue;
        };
        // `typedef void (F)(int);`: the brackets tell of a `*` that is gone.
        let Some(name) = (1..source.tokens().len()).find(|token| {
            source.is(*token, &of)
                && source.is(*token - 1, "(")
                && source.is(*token + 1, ")")
                && source.is(*token + 2, "(")
                && source.statement(*token).any(|at| source.is(at, "typedef"))
        }) else {
            continue;
        };
        let at = source.bytes(name..name + 1).start;
        return vec![replace_in(
            edit::fix(
                diagnostic,
                format!("let `{of}` be a pointer to a function"),
                "verified",
            ),
            &path,
            source.text(),
            at..at,
            "*".to_owned(),
        )];
    }
    Vec::new()
}
