//! Checked exceptions that are neither caught nor declared.

use crate::model::{self, METHODS};
use crate::{Context, types};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix, edit};

/// What code runs in, as far as exceptions are concerned.
const AROUND: [&str; 6] = [
    "lambda_expression",
    "method_declaration",
    "constructor_declaration",
    "compact_constructor_declaration",
    "static_initializer",
    "field_declaration",
];

fn thrown(message: &str) -> Option<&str> {
    let first = message.lines().next()?;
    let (_, rest) = first.split_once("unreported exception ")?;
    rest.split([';', ' ']).next()
}

/// `unreported exception X`: the method declares it; where it cannot, it is
/// caught and thrown on unchecked.
pub(crate) fn declare(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let Some(exception) = thrown(&diagnostic.message) else {
        return Vec::new();
    };
    let Some(home) = file.enclosing(at..at + 1, &AROUND) else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    let mut bound = true;
    if METHODS.contains(&home.kind.as_str())
        && let Some(method) = model::method(file, home.clone())
    {
        let modifiers = method.modifiers.clone().map_or("", |m| file.slice(m));
        bound = modifiers.contains("@Override");
        // All that this method is told about, in one edit.
        let mut names: Vec<&str> = Vec::new();
        let mut answers = Vec::new();
        for other in &context.request.diagnostics {
            let there = context.caret(other);
            let same = file
                .enclosing(there..there + 1, &AROUND)
                .is_some_and(|n| n == home);
            if let Some(name) = thrown(&other.message).filter(|_| same) {
                answers.push(other.id);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let list = names.join(", ");
        let (place, text) = match &method.throws {
            Some(throws) => (throws.end, format!(", {list}")),
            None => (method.parameters.end, format!(" throws {list}")),
        };
        let title = format!("declare `throws {list}`");
        let mut fix = file.edit(edit::fix(diagnostic, title, "verified"), place..place, text);
        fix.answers = answers;
        for name in names {
            fix = context.with_import(fix, types::simple(name));
        }
        fixes.push(fix);
    }
    if bound {
        // What a base type, or the lambda's, allows nobody here can change.
        let caught = catch(context, diagnostic, &home, exception);
        let at = if home.kind == "lambda_expression" {
            0
        } else {
            fixes.len()
        };
        if let Some(fix) = caught {
            fixes.insert(at, fix);
        }
    }
    fixes
}

fn catch(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    home: &Node,
    exception: &str,
) -> Option<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let used = |name: &str| model::variable(file, at, name).is_some();
    let name = ["e", "ex", "exception"].into_iter().find(|n| !used(n))?;
    let interrupt = if exception == "InterruptedException" {
        "Thread.currentThread().interrupt();"
    } else {
        ""
    };
    let around = file.around(at..at + 1);
    let statement = around
        .iter()
        .take_while(|n| n.range != home.range)
        .find(|n| {
            matches!(
                n.kind.as_str(),
                "expression_statement"
                    | "return_statement"
                    | "local_variable_declaration"
                    | "throw_statement"
            )
        });
    let title = format!("throw `{exception}` on unchecked");
    let fix = edit::fix(diagnostic, title, "verified");
    if let Some(statement) = statement {
        let indent = file.indent(statement.range.start).to_owned();
        let step = "    ";
        let mut text = file.of(statement).to_owned();
        let mut before = String::new();
        if statement.kind == "local_variable_declaration" {
            let declarators = file.children(statement, "variable_declarator");
            let [one] = declarators.as_slice() else {
                return None;
            };
            let ty = file.field(statement, "type")?;
            if file.of(&ty) == "var" {
                return None;
            }
            let name_end = file.field(one, "name")?.range.end;
            before = format!("{};\n{indent}", file.slice(statement.range.start..name_end));
            text = file.slice(one.range.start..statement.range.end).to_owned();
        }
        let interrupt = if interrupt.is_empty() {
            String::new()
        } else {
            format!("{indent}{step}{interrupt}\n")
        };
        let new = format!(
            "{before}try {{\n{indent}{step}{text}\n{indent}}} catch ({exception} {name}) {{\n{interrupt}{indent}{step}throw new RuntimeException({name});\n{indent}}}"
        );
        let fix = file.edit(fix, statement.range.clone(), new);
        return Some(context.with_import(fix, types::simple(exception)));
    }
    if home.kind != "lambda_expression" {
        return None;
    }
    // `x -> f(x)`: whether a value is wanted, nobody says here; a call that is
    // the body of a lambda mostly gives one.
    let body = file.field(home, "body")?;
    let indent = file.indent(home.range.start).to_owned();
    let text = file.of(&body);
    let new = format!(
        "{{\n{indent}    try {{\n{indent}        return {text};\n{indent}    }} catch ({exception} {name}) {{\n{indent}        throw new RuntimeException({name});\n{indent}    }}\n{indent}}}"
    );
    let fix = file.edit(fix, body.range, new);
    Some(context.with_import(fix, types::simple(exception)))
}
