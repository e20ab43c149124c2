//! Rules of a few lines each.

use crate::model::{self, quoted};
use crate::{Context, PYTHON, names};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// Errors that mypy has no code for: a method that does not take its object.
pub(crate) fn miscellaneous(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    if message.starts_with("\"self\" parameter missing")
        || message.starts_with("Self argument missing")
    {
        let function = model::function_at(&context.file, diagnostic.span.start as usize);
        let fix = function.and_then(|f| names::add_self(context, diagnostic, &f, "self"));
        return fix.into_iter().collect();
    }
    if message.contains("does not accept self argument")
        || message.contains("must have at least one argument")
    {
        return take_self(context, diagnostic);
    }
    Vec::new()
}

/// `Attribute function "f" with type "def (…)" does not accept self argument`:
/// f is declared without it.
fn take_self(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if diagnostic
        .message
        .contains("must have at least one argument")
    {
        let function = model::function_at(&context.file, diagnostic.span.start as usize);
        let fix = function.and_then(|f| names::add_self(context, diagnostic, &f, "self"));
        return fix.into_iter().collect();
    }
    let Some(name) = quoted(&diagnostic.message).first().copied() else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    for symbol in context.host.find(PYTHON, name) {
        if symbol.kind != "method" || symbol.origin != "workspace" {
            continue;
        }
        let Some(file) = context.trees.get(&symbol.path) else {
            continue;
        };
        let functions = model::functions(&file);
        let range = symbol.start as usize..symbol.end as usize;
        let Some(function) = functions.iter().find(|f| {
            range.contains(&f.node.range.start)
                && file.slice(f.name.clone()) == name
                && f.class.is_some()
        }) else {
            continue;
        };
        let takes = function
            .parameters
            .first()
            .is_some_and(|p| matches!(p.name.as_str(), "self" | "cls") || p.stars == 1);
        if takes || function.decorators.contains("staticmethod") {
            continue;
        }
        let text = if function.parameters.is_empty() {
            "self"
        } else {
            "self, "
        };
        let at = function.list.start + 1;
        let fix = edit::fix(diagnostic, "take `self`", "verified");
        fixes.push(file.edit(fix, at..at, text));
    }
    fixes
}

/// `Name "x" already defined on line 1`: only a copy is taken away; a second
/// annotation too.
pub(crate) fn redefined(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = diagnostic.span.start as usize;
    let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let around = file.around(at..at + 1);
    let definition = around.iter().find(|n| {
        matches!(
            n.kind.as_str(),
            "function_definition" | "class_definition" | "decorated_definition"
        ) && n.range.start == at
    });
    if let Some(node) = definition {
        let text = bare(file.of(node));
        let first = file
            .all(&node.kind)
            .into_iter()
            .find(|other| other.range.end <= node.range.start && bare(file.of(other)) == text);
        let same_block = first
            .is_some_and(|first| file.indent(first.range.start) == file.indent(node.range.start));
        if same_block {
            let start = file.slice(0..node.range.start).trim_end().len();
            let fix = context.replace(diagnostic, "delete the copy", start..node.range.end, "");
            return vec![fix];
        }
        return Vec::new();
    }
    let Some(assignment) = around.iter().find(|n| n.kind == "assignment") else {
        return Vec::new();
    };
    let (Some(left), Some(_)) = (
        file.field(assignment, "left"),
        file.field(assignment, "type"),
    ) else {
        return Vec::new();
    };
    let Some(right) = file.field(assignment, "right") else {
        return Vec::new();
    };
    let range = left.range.end..right.range.start;
    vec![context.replace(diagnostic, "leave the second annotation out", range, " = ")]
}

/// `Function "f" could always be true in boolean context`.
pub(crate) fn uncalled(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(node) = context.expression(diagnostic) else {
        return Vec::new();
    };
    if !matches!(node.kind.as_str(), "identifier" | "attribute") {
        return Vec::new();
    }
    let at = node.range.end;
    vec![context.replace(diagnostic, "call the function", at..at, "()")]
}

/// `Value of type "Coroutine[…]" must be used`.
pub(crate) fn unawaited(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let at = diagnostic.span.start as usize;
    let inside = model::function_at(&context.file, at).is_some_and(|f| f.is_async);
    if !inside || context.expression(diagnostic).is_none() {
        return Vec::new();
    }
    vec![context.replace(diagnostic, "await the value", at..at, "await ")]
}

/// `Unused "type: ignore" comment`.
pub(crate) fn unused_ignore(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let line = file.line(diagnostic.span.start as usize);
    let text = file.slice(line.clone());
    let Some(at) = text
        .find("# type: ignore")
        .filter(|_| !diagnostic.message.contains("narrower"))
    else {
        return Vec::new();
    };
    let rest = &text[at + "# type: ignore".len()..];
    let end = if rest.starts_with('[') {
        rest.find(']').map_or(0, |n| n + 1)
    } else {
        0
    };
    let comment_end = at + "# type: ignore".len() + end;
    let behind = text[comment_end..].trim();
    let range = if behind.is_empty() {
        line.start + text[..at].trim_end().len()..line.end
    } else {
        let gap = text[comment_end..].len() - text[comment_end..].trim_start().len();
        line.start + at..line.start + comment_end + gap
    };
    let fix = edit::fix(diagnostic, "take the unused comment away", "exact");
    vec![file.edit(fix, range, "")]
}
