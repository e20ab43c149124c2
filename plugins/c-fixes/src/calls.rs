//! Calls with too many or too few arguments, or without their end.

use crate::head::{self, Head};
use crate::{Context, quoted, says, scope};
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// The `(` of the call that an error about its arguments means.
///
/// gcc points at the function's name (or, for a macro, at the call's end), clang
/// at the first argument too many or at the closing bracket.
fn call(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<usize> {
    let source = &context.source;
    let token = context.token(diagnostic);
    if source.is(token, ")") {
        return source.partner(token);
    }
    let named = diagnostic
        .arguments
        .iter()
        .any(|argument| last_name(argument) == source.word(token));
    if source.is(token + 1, "(") && (named || context.request.tool == "gcc") {
        return Some(token + 1);
    }
    source.opener(token, &["("])
}

/// `f` of `int ns::f(int, char)`.
fn last_name(argument: &str) -> &str {
    let head = argument.split('(').next().unwrap_or_default().trim_end();
    head.rsplit([' ', ':', '*', '&']).next().unwrap_or_default()
}

/// "too many arguments": one of them goes. The compiler proves which.
pub fn too_many(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    if says(
        diagnostic,
        &["expected unqualified-id before numeric constant"],
    ) {
        return literal_parameter(context, diagnostic);
    }
    if !says(diagnostic, &["too many arguments"]) {
        return Vec::new();
    }
    let Some(open) = call(context, diagnostic) else {
        return Vec::new();
    };
    let arguments = source.arguments(open);
    // A literal is more likely to be the one too many, then the last.
    let mut order: Vec<usize> = (0..arguments.len()).rev().collect();
    order.sort_by_key(|at| {
        let tokens = &arguments[*at];
        tokens.len() > 1 || source.is_word(tokens.start)
    });
    order
        .into_iter()
        .take(3)
        .map(|at| {
            let text = source.slice(arguments[at].clone());
            context.replace(
                diagnostic,
                format!("drop the argument `{text}`"),
                with_comma(&arguments, at),
                "",
            )
        })
        .collect()
}

/// A literal where only parameters can stand: `Type(0) {`.
fn literal_parameter(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let Some(open) = source.opener(token, &["("]) else {
        return Vec::new();
    };
    let parameters = source.arguments(open);
    parameters
        .iter()
        .position(|tokens| *tokens == (token..token + 1))
        .map(|at| {
            context.replace(
                diagnostic,
                format!("drop `{}`, which is no parameter", source.word(token)),
                with_comma(&parameters, at),
                "",
            )
        })
        .into_iter()
        .collect()
}

/// An argument with the comma that goes with it.
fn with_comma(arguments: &[Range<usize>], at: usize) -> Range<usize> {
    match (at.checked_sub(1), arguments.get(at + 1)) {
        (Some(before), _) => arguments[before].end..arguments[at].end,
        (None, Some(next)) => arguments[at].start..next.start,
        (None, None) => arguments[at].clone(),
    }
}

/// "too few arguments": a variable in reach that fits the parameter's name or
/// type.
pub fn too_few(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    if says(diagnostic, &["macro \"va_start\" requires"]) {
        return last_parameter(context, diagnostic);
    }
    if !says(diagnostic, &["too few arguments"]) {
        return Vec::new();
    }
    let Some(open) = call(context, diagnostic) else {
        return Vec::new();
    };
    let arguments = source.arguments(open);
    let callee = callee(context, diagnostic, source.word(open.saturating_sub(1)));
    let count = callee.as_ref().map_or(arguments.len() + 1, Vec::len);
    if count != arguments.len() + 1 {
        return Vec::new();
    }
    let given: Vec<&str> = arguments
        .iter()
        .map(|tokens| source.slice(tokens.clone()))
        .collect();
    let mut fixes = Vec::new();
    for place in (0..count).rev() {
        let (name, of) = callee
            .as_ref()
            .map_or(("", ""), |known| (&known[place].0, &known[place].1));
        for variable in scope::fitting(source, open, name, of, &given)
            .into_iter()
            .take(2)
        {
            let title = format!("pass `{variable}`");
            fixes.push(match (arguments.get(place), place.checked_sub(1)) {
                (Some(next), _) => {
                    context.before(diagnostic, title, next.start, format!("{variable}, "))
                }
                (None, Some(last)) => context.after(
                    diagnostic,
                    title,
                    arguments[last].end - 1,
                    format!(", {variable}"),
                ),
                (None, None) => context.after(diagnostic, title, open, variable),
            });
        }
        // Without a declaration only the end is worth a guess.
        if callee.is_none() {
            break;
        }
    }
    fixes
}

/// The parameters (name, type) of the function that a call means: of the
/// declaration the compiler names, or the only one of that name.
fn callee(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    name: &str,
) -> Option<Vec<(String, String)>> {
    let noted = diagnostic
        .related
        .iter()
        .filter(|related| {
            related.message.contains("declared here") || related.message.contains("candidate")
        })
        .filter_map(|related| related.span.as_ref())
        .find_map(|span| {
            let source = context.files.get(&span.path)?;
            let head = Head::read(&source, source.token_at(span.start as usize))?;
            Some(parameters(&source, &head))
        });
    noted.or_else(|| {
        let declared = context.host.find(&context.request.language, name);
        let declared = declared.iter().find(|symbol| !symbol.path.is_empty())?;
        let source = context.files.get(&declared.path)?;
        let heads = head::named(&source, name);
        Some(parameters(&source, heads.first()?))
    })
}

fn parameters(source: &buildfix_fixer_support::Source, head: &Head) -> Vec<(String, String)> {
    head.parameters
        .iter()
        .map(|parameter| {
            let name = parameter.name.map_or("", |name| source.word(name));
            (name.to_owned(), head::type_of(source, parameter))
        })
        .collect()
}

/// `va_start` wants the last named parameter of its function.
fn last_parameter(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(open) = call(context, diagnostic) else {
        return Vec::new();
    };
    let last = scope::function(source, open).and_then(|head| {
        head.parameters
            .iter()
            .rev()
            .find_map(|parameter| parameter.name)
    });
    match (last, source.partner(open)) {
        (Some(name), Some(close)) => {
            let name = source.word(name);
            vec![context.before(
                diagnostic,
                format!("pass `{name}`"),
                close,
                format!(", {name}"),
            )]
        }
        _ => Vec::new(),
    }
}

/// A call of a macro whose bracket is not closed: the compiler then reads to the
/// end of the file, and says that the macro is undeclared, or that a `;` is
/// missing after its name.
pub fn unclosed(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let mut token = context.token(diagnostic);
    if source.is(token, "(") && token > 0 {
        token -= 1;
    }
    let undeclared = says(diagnostic, &["undeclared", "not declared"])
        && quoted(diagnostic) == source.word(token);
    let unfinished = says(
        diagnostic,
        &["expected ‘;’ before", "expected ';'", "unterminated"],
    );
    if !(undeclared || unfinished) || !source.is_word(token) || !source.is(token + 1, "(") {
        return Vec::new();
    }
    let line = source.line(source.bytes(token..token + 1).start);
    let text = &source.text()[line.clone()];
    let open = text
        .matches('(')
        .count()
        .checked_sub(text.matches(')').count());
    match (open, text.trim_end().strip_suffix(';')) {
        (Some(1), Some(statement)) => {
            let at = line.start + statement.len();
            let mut fix = context.replace_bytes(diagnostic, "close the call", at..at, ")");
            "exact".clone_into(&mut fix.applicability);
            vec![fix]
        }
        _ => Vec::new(),
    }
}
