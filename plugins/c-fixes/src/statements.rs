//! Statements that lack a part.

use crate::head;
use crate::{Context, says, scope};
use buildfix_sdk::{Diagnostic, Fix};

/// `return;` where a value is wanted: a variable of the function's type.
pub fn return_value(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "return-statement with no value",
            "‘return’ with no value",
            "should return a value",
        ],
    ) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    if !source.is(token, "return") || !source.is(token + 1, ";") {
        return Vec::new();
    }
    let Some(function) = scope::function(source, token) else {
        return Vec::new();
    };
    let of = scope::bare(&head::spelled(source, function.returns));
    let mut fitting: Vec<scope::Variable> = scope::variables(source, token)
        .into_iter()
        .filter(|variable| variable.of == of)
        .collect();
    // What was worked on last is what is returned.
    fitting.reverse();
    fitting
        .into_iter()
        .take(3)
        .map(|variable| {
            let name = variable.name;
            context.after(
                diagnostic,
                format!("return `{name}`"),
                token,
                format!(" {name}"),
            )
        })
        .collect()
}

/// A `case` whose `:` is missing, so that the next line became part of its
/// expression.
pub fn case_colon(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "expected ':' after 'case'",
            "is not assignable",
            "expected ‘:’",
            "decrement operand",
            "increment operand",
        ],
    ) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    let case = (token.saturating_sub(8)..token)
        .rev()
        .find(|at| matches!(source.word(*at), "case" | "default"));
    let Some(case) = case else {
        return Vec::new();
    };
    let line = source.line(source.bytes(case..case + 1).start);
    let last = source.token_at(line.end).saturating_sub(1);
    let closed = (case..=last).any(|at| source.is(at, ":"));
    if closed || last < case || last >= token {
        return Vec::new();
    }
    let mut fix = context.after(diagnostic, "end the case's label", last, ":");
    // Nothing else ends a label, whatever the compiler made of the next line.
    "exact".clone_into(&mut fix.applicability);
    vec![fix]
}
