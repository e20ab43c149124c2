//! Warnings that the build denies (`-Werror`).

use crate::{Context, quoted, says};
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// A comparison of signed with unsigned: the signed side is cast to the other's
/// type, which is what the language does silently.
pub fn signedness(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "different signedness",
            "comparison of integers of different signs",
        ],
    ) {
        return Vec::new();
    }
    let (Some(left), Some(right)) = (diagnostic.arguments.first(), diagnostic.arguments.get(1))
    else {
        return Vec::new();
    };
    let unsigned =
        |of: &str| of.contains("unsigned") || of.contains("size_t") || of.starts_with("uint");
    let (to, on_left) = match (unsigned(left), unsigned(right)) {
        (true, false) => (left, false),
        (false, true) => (right, true),
        _ => return Vec::new(),
    };
    let source = &context.source;
    let token = context.token(diagnostic);
    let compares = |at: &usize| matches!(source.word(*at), "<" | ">" | "<=" | ">=" | "==" | "!=");
    let Some(operator) = (token..token + 40).find(compares) else {
        return Vec::new();
    };
    let operand: Range<usize> = if on_left {
        source.primary_start(operator)..operator
    } else {
        let mut end = operator + 1;
        while end < source.tokens().len()
            && !matches!(source.word(end), ")" | ";" | "&&" | "||" | "?" | "," | "]")
        {
            end = source
                .partner(end)
                .filter(|close| *close > end)
                .unwrap_or(end)
                + 1;
        }
        operator + 1..end
    };
    if operand.is_empty() {
        return Vec::new();
    }
    let text = source.slice(operand.clone());
    let new = match (context.is_cpp(), source.is_primary(operand.clone())) {
        (true, _) => format!("static_cast<{to}>({text})"),
        (false, true) => format!("({to}){text}"),
        (false, false) => format!("({to})({text})"),
    };
    vec![context.replace(diagnostic, format!("compare as `{to}`"), operand, new)]
}

/// Unused variables and parameters.
pub fn unused(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let name = quoted(diagnostic);
    if name.is_empty() || !source.is(token, name) {
        return Vec::new();
    }
    if says(diagnostic, &["unused parameter"]) {
        if context.is_cpp() {
            let new = format!("/*{name}*/");
            return vec![context.replace(
                diagnostic,
                format!("leave `{name}` unnamed"),
                token..token + 1,
                new,
            )];
        }
        let body = source
            .opener(token, &["("])
            .and_then(|open| source.partner(open))
            .filter(|close| source.is(close + 1, "{"));
        return body
            .map(|close| {
                let indent = source.indent(source.bytes(close + 2..close + 3).start);
                let new = format!("\n{indent}(void){name};");
                context.after(
                    diagnostic,
                    format!("mark `{name}` as unused"),
                    close + 1,
                    new,
                )
            })
            .into_iter()
            .collect();
    }
    if !says(diagnostic, &["unused variable", "set but not used"]) || source.block(token).is_none()
    {
        return Vec::new();
    }
    let statement = source.statement(token);
    let inert = statement
        .clone()
        .all(|at| !matches!(source.word(at), "(" | "++" | "--" | "," | "new") || at == token);
    if says(diagnostic, &["unused variable"]) && inert {
        let bytes = source.with_lines(source.bytes(statement));
        return vec![context.replace_bytes(
            diagnostic,
            format!("remove the unused `{name}`"),
            bytes,
            "",
        )];
    }
    let at = source.bytes(statement.clone()).end;
    let indent = source.indent(source.bytes(statement).start);
    vec![context.replace_bytes(
        diagnostic,
        format!("mark `{name}` as unused"),
        at..at,
        format!("\n{indent}(void){name};"),
    )]
}

/// A `switch` that does not name every value: what it does for the value, which
/// is nothing, is said.
pub fn unhandled(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(diagnostic, &["not handled in switch"]) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    let switch = (token.saturating_sub(2)..token + 2).find(|at| source.is(*at, "switch"));
    let block = switch
        .and_then(|at| source.partner(at + 1))
        .filter(|close| source.is(close + 1, "{"))
        .map(|close| close + 1);
    let (Some(open), name) = (block, quoted(diagnostic)) else {
        return Vec::new();
    };
    let Some(close) = source.partner(open) else {
        return Vec::new();
    };
    let values: Vec<&String> = diagnostic
        .arguments
        .iter()
        .filter(|value| value.split("::").all(crate::is_identifier))
        .collect();
    // Other values may have a default; this one must do what it did.
    let default = (open..close).find(|at| source.is(*at, "default") && source.is(at + 1, ":"));
    let labels = |indent: &str| -> String {
        values
            .iter()
            .map(|value| format!("case {value}:\n{indent}"))
            .collect()
    };
    if values.is_empty() || name.is_empty() {
        return Vec::new();
    }
    if let Some(default) = default {
        let indent = source.indent(source.bytes(default..default + 1).start);
        return vec![context.before(
            diagnostic,
            format!("name `{name}` beside the default"),
            default,
            labels(indent),
        )];
    }
    let at = source.line(source.bytes(close..close + 1).start).start;
    let indent = source.indent(source.bytes(close..close + 1).start);
    let label = (open..close)
        .find(|at| source.is(*at, "case"))
        .map_or(indent, |case| {
            source.indent(source.bytes(case..case + 1).start)
        });
    let new = format!("{label}{}  break;\n", labels(label));
    vec![context.replace_bytes(
        diagnostic,
        format!("name `{name}`, for which nothing is done"),
        at..at,
        new,
    )]
}

/// A case that falls into the next one: said, so that it stays so.
pub fn fall_through(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &["may fall through", "unannotated fall-through"],
    ) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    let label = (token..source.tokens().len())
        .take(400)
        .find(|at| matches!(source.word(*at), "case" | "default"));
    let Some(label) = label else {
        return Vec::new();
    };
    let start = source.bytes(label..label + 1).start;
    let line = source.line(start).start;
    let word = if context.is_cpp() {
        "[[fallthrough]];"
    } else {
        "__attribute__((fallthrough));"
    };
    let new = format!("{}    {word}\n", source.indent(start));
    vec![context.replace_bytes(
        diagnostic,
        "say that the case falls through",
        line..line,
        new,
    )]
}
