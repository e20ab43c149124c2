//! Values that may be `None`: the code says that they are not.

use crate::Context;
use crate::model;
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// A name, or attributes of one: what `assert` can narrow.
fn is_path(text: &str) -> bool {
    text.split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'))
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// `Item "None" of "X | None" has no attribute "y"` and `Value of type "X |
/// None" is not indexable`.
pub(crate) fn guard(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    let words = model::quoted(message);
    if words.first().is_some_and(|w| w.starts_with("Callable[")) {
        return crate::convert::call_it(context, diagnostic);
    }
    let optional = words.iter().any(|w| model::without_none(w).is_some());
    if !optional || message.starts_with("Item \"") && words.first() != Some(&"None") {
        return Vec::new();
    }
    let Some(node) = context.expression(diagnostic) else {
        return Vec::new();
    };
    let file = &context.file;
    let target = match node.kind.as_str() {
        "attribute" if !message.contains("__iter__") => file.field(&node, "object"),
        "subscript" => file.field(&node, "value"),
        _ => Some(node),
    };
    target.map_or(Vec::new(), |target| assert(context, diagnostic, &target))
}

/// Says before the statement that an expression is not `None`. Other errors of
/// the request about the same expression in the same function are answered by
/// one such line, before the first of them.
pub(crate) fn assert(context: &Context<'_>, diagnostic: &Diagnostic, node: &Node) -> Vec<Fix> {
    let file = &context.file;
    let text = file.of(node).to_owned();
    if !is_path(&text) {
        return Vec::new();
    }
    let function = model::function_at(file, node.range.start);
    let home = function
        .as_ref()
        .map_or(0..file.text().len(), |f| f.body.clone());
    // Where a comprehension or a lambda binds the name, no statement can.
    let first_name = text.split('.').next().unwrap_or_default().to_owned();
    let binders = [
        "list_comprehension",
        "set_comprehension",
        "dictionary_comprehension",
        "generator_expression",
        "lambda",
    ];
    if let Some(inner) = file.enclosing(node.range.clone(), &binders) {
        let inner_text = file.of(&inner);
        let bound = inner_text.contains(&format!("for {first_name} "))
            || inner_text.contains(&format!("lambda {first_name}"));
        if bound {
            return Vec::new();
        }
    }
    let Some(statement) = context.statement(node.range.clone()) else {
        return Vec::new();
    };
    // `elif` and the like begin no statement.
    if !statement.kind.ends_with("_statement")
        && !matches!(statement.kind.as_str(), "decorated_definition")
    {
        return Vec::new();
    }
    let mut answers = vec![diagnostic.id];
    let mut places: Vec<Range<usize>> = vec![statement.range.clone()];
    for other in &context.request.diagnostics {
        if other.id == diagnostic.id || !home.contains(&(other.span.start as usize)) {
            continue;
        }
        let there = other.span.start as usize..other.span.end as usize;
        let names = file.slice(there.clone());
        let same = names == text
            || names.starts_with(&format!("{text}."))
            || names.starts_with(&format!("{text}["));
        if same && let Some(place) = context.statement(there) {
            answers.push(other.id);
            places.push(place.range);
        }
    }
    answers.sort_unstable();
    answers.dedup();
    let Some(at) = before_all(context, &places) else {
        return Vec::new();
    };
    let indent = file.indent(at).to_owned();
    let mut fixes = Vec::new();
    let mut add = |title: String, lines: String| {
        let mut fix = file.edit(
            edit::fix(diagnostic, title, "verified"),
            at..at,
            format!("{lines}\n{indent}"),
        );
        fix.answers.clone_from(&answers);
        fixes.push(fix);
    };
    add(
        format!("assert that `{text}` is not `None`"),
        format!("assert {text} is not None"),
    );
    if let Some(function) = function {
        let returns = function.returns.map_or("", |r| file.slice(r));
        let value = if returns == "None" {
            Some("return")
        } else if model::union(returns).contains(&"None") || returns.contains("Optional[") {
            Some("return None")
        } else {
            None
        };
        if let Some(value) = value {
            add(
                format!("leave the function if `{text}` is `None`"),
                format!("if {text} is None:\n{indent}    {value}"),
            );
        }
    }
    fixes
}

/// Where the first statement begins that comes before all of these: the
/// outermost one of the block that holds them all.
fn before_all(context: &Context<'_>, places: &[Range<usize>]) -> Option<usize> {
    let start = places.iter().map(|p| p.start).min()?;
    let end = places.iter().map(|p| p.end).max()?;
    let first = places.iter().find(|p| p.start == start)?;
    if first.end == end {
        return Some(start);
    }
    // Of the blocks around the first place the innermost that holds them all.
    let around = context.file.around(first.clone());
    let block = around.iter().position(|n| {
        matches!(n.kind.as_str(), "block" | "module")
            && n.range.start <= start
            && end <= n.range.end
    })?;
    Some(around.get(block.checked_sub(1)?)?.range.start)
}
