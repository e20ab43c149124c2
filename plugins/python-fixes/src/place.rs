//! Where an error is that names only its line.
//!
//! mypy prints columns only when told to. What it complains of can be found
//! again by what the message says of it: the attribute, the operator, the
//! argument. Where the line has two such places, none is taken.

use crate::model::quoted;
use buildfix_fixer_support::tree::{File, Node};
use buildfix_sdk::Diagnostic;
use std::ops::Range;

/// Longer lines are no code that somebody wrote.
const LONGEST: usize = 500;

/// The diagnostic with the place that its message means, if it has none.
pub(crate) fn placed(file: &File<'_>, diagnostic: &Diagnostic) -> Diagnostic {
    let mut diagnostic = diagnostic.clone();
    if diagnostic.span.start == diagnostic.span.end
        && diagnostic.column <= 1
        && let Some(range) = meant(file, &diagnostic)
    {
        let bytes = buildfix_fixer_support::span(range);
        diagnostic.span.start = bytes.start;
        diagnostic.span.end = bytes.end;
    }
    diagnostic
}

fn meant(file: &File<'_>, diagnostic: &Diagnostic) -> Option<Range<usize>> {
    let message = diagnostic.message.as_str();
    let words = quoted(message);
    let nodes = on_line(file, diagnostic.span.start as usize);
    let of = |kinds: &[&str], fits: &dyn Fn(&Node) -> bool| {
        let mut found = nodes
            .iter()
            .filter(|n| kinds.contains(&n.kind.as_str()) && fits(n));
        let first = found.next()?;
        found.next().is_none().then(|| first.range.clone())
    };
    let field = |kinds: &[&str], name: &str| {
        let mut found = nodes.iter().filter(|n| kinds.contains(&n.kind.as_str()));
        let first = found.next()?;
        if found.next().is_some() {
            return None;
        }
        file.field(first, name).map(|part| part.range)
    };
    match diagnostic.code.as_str() {
        "union-attr" => {
            let end = format!(".{}", words.last()?);
            of(&["attribute"], &|n| file.of(n).ends_with(&end))
        }
        "index" => of(&["subscript"], &|_| true),
        "operator" => {
            let operator = message.split(" for ").nth(1)?.split_whitespace().next()?;
            of(&["binary_operator", "comparison_operator"], &|n| {
                acts(file, n, operator)
            })
        }
        "comparison-overlap" => of(&["comparison_operator"], &|_| true),
        "assignment" if message.contains("default for argument") => {
            field(&["typed_default_parameter", "default_parameter"], "value")
        }
        "assignment" => field(&["assignment"], "right"),
        "return-value" => {
            let statement = nodes.iter().find(|n| n.kind == "return_statement")?;
            let value = file.children(statement, "_").into_iter().next()?;
            Some(value.range)
        }
        "unused-coroutine" => of(&["call"], &|n| {
            file.around(n.range.clone())
                .iter()
                .any(|a| a.kind == "expression_statement" && a.range == n.range)
        }),
        "arg-type" => argument(file, &nodes, message),
        _ => None,
    }
}

/// The argument that `Argument 2 to "f" of "C"` or `Argument "n" to "f"` means.
fn argument(file: &File<'_>, nodes: &[Node], message: &str) -> Option<Range<usize>> {
    let rest = message.strip_prefix("Argument ")?;
    let (which, rest) = rest.split_once(" to ")?;
    let callee = *quoted(rest).first()?;
    let mut calls = nodes.iter().filter(|n| {
        n.kind == "call"
            && file
                .field(n, "function")
                .is_some_and(|f| file.of(&f).rsplit('.').next() == Some(callee))
    });
    let call = calls.next()?;
    if calls.next().is_some() {
        return None;
    }
    let list = file.field(call, "arguments")?;
    let mut arguments = file.children(&list, "_");
    arguments.retain(|n| n.kind != "comment");
    arguments.sort_by_key(|n| n.range.start);
    let of_keyword = |node: &Node| file.field(node, "value").map(|value| value.range);
    match which.parse::<usize>() {
        Ok(number) => {
            let found = arguments.get(number.checked_sub(1)?)?;
            if found.kind == "keyword_argument" {
                return of_keyword(found);
            }
            Some(found.range.clone())
        }
        Err(_) => {
            let name = which.trim_matches('"');
            let found = arguments.iter().find(|n| {
                n.kind == "keyword_argument"
                    && file.field(n, "name").is_some_and(|k| file.of(&k) == name)
            })?;
            of_keyword(found)
        }
    }
}

/// Whether an expression's own operator is this one.
fn acts(file: &File<'_>, node: &Node, operator: &str) -> bool {
    if node.kind == "binary_operator" {
        return file
            .field(node, "operator")
            .is_some_and(|o| file.of(&o) == operator)
            || between(file, node) == Some(operator);
    }
    file.of(node)
        .split_whitespace()
        .any(|word| word == operator)
}

/// What stands between the two operands.
fn between<'f>(file: &'f File<'_>, node: &Node) -> Option<&'f str> {
    let left = file.field(node, "left")?;
    let right = file.field(node, "right")?;
    Some(file.slice(left.range.end..right.range.start).trim())
}

/// The nodes that begin on the line of a byte, each once, in order.
fn on_line(file: &File<'_>, at: usize) -> Vec<Node> {
    let line = file.line(at);
    let text = file.slice(line.clone());
    let mut nodes: Vec<Node> = Vec::new();
    if text.len() > LONGEST {
        return nodes;
    }
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = ' ';
    for (offset, c) in text.char_indices() {
        let inside = part(c) && part(before);
        let start = !c.is_whitespace() && !inside;
        before = c;
        if !start {
            continue;
        }
        let from = line.start + offset;
        for node in file.around(from..from + c.len_utf8()) {
            if matches!(node.kind.as_str(), "block" | "module") {
                break;
            }
            let known = nodes
                .iter()
                .any(|n| n.range == node.range && n.kind == node.kind);
            if !known && line.contains(&node.range.start) {
                nodes.push(node);
            }
        }
    }
    nodes.sort_by_key(|n| (n.range.start, n.range.end));
    nodes
}
