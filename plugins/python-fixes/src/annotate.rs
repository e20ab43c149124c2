//! Annotations that the code shows to be wrong.

use crate::convert::{conversions, rewritten};
use crate::model::{self, Function, Parameter, quoted};
use crate::{Context, optional};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// Adds to a fix a change of an annotation to allow `None`, in the file's own
/// manner.
fn allow_none(context: &Context<'_>, fix: Fix, ty: Range<usize>) -> Fix {
    let file = &context.file;
    let text = file.slice(ty.clone());
    let quote = text.starts_with(['"', '\'']).then(|| &text[..1]);
    let inner = text.trim_matches(['"', '\'']);
    let bars = file.text().contains("| None")
        || file.text().contains("from __future__ import annotations");
    let optional = file.text().matches("Optional[").count();
    if bars && (optional == 0 || file.text().matches("| None").count() >= optional) {
        let new = match quote {
            Some(quote) => format!("{quote}{inner} | None{quote}"),
            None => format!("{text} | None"),
        };
        return file.edit(fix, ty, new);
    }
    let (fix, name) = context.typing(fix, "Optional");
    file.edit(fix, ty, format!("{name}[{text}]"))
}

/// `Incompatible default for parameter` and `Incompatible types in assignment`.
pub(crate) fn assigned(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let message = diagnostic.message.as_str();
    let words = quoted(message);
    if message.starts_with("Incompatible default for ") {
        let [name, from, to] = words.as_slice() else {
            return Vec::new();
        };
        let Some(parameter) = parameter(context, diagnostic, name) else {
            return Vec::new();
        };
        let Some(ty) = parameter.ty.clone() else {
            return Vec::new();
        };
        let mut fixes = Vec::new();
        if *from == "None" {
            let fix = edit::fix(diagnostic, format!("let `{name}` be `None`"), "verified");
            fixes.push(allow_none(context, fix, ty));
        } else {
            fixes.extend(default(context, diagnostic, &parameter, from, to));
            let title = format!("make `{name}` `{from}`");
            fixes.push(context.replace(diagnostic, title, ty, (*from).to_owned()));
        }
        return fixes;
    }
    let [from, to] = words.as_slice() else {
        return Vec::new();
    };
    let Some(node) = context.expression(diagnostic) else {
        return Vec::new();
    };
    let mut fixes: Vec<Fix> = conversions(context, &node, from, to)
        .into_iter()
        .map(|new| rewritten(context, diagnostic, &node, new))
        .collect();
    let around = file.around(node.range.clone());
    let Some(assignment) = around.iter().find(|n| n.kind == "assignment") else {
        return fixes;
    };
    let (Some(left), annotated) = (
        file.field(assignment, "left"),
        file.field(assignment, "type"),
    ) else {
        return fixes;
    };
    // The annotation may stand with an earlier assignment.
    let annotated = annotated
        .map(|n| n.range)
        .or_else(|| declared(context, &left));
    if let Some(ty) = annotated {
        let name = file.of(&left).to_owned();
        if *from == "None" || model::without_none(from).as_deref() == Some(*to) {
            let fix = edit::fix(diagnostic, format!("let `{name}` be `None`"), "verified");
            fixes.push(allow_none(context, fix, ty));
        } else {
            let title = format!("make `{name}` `{from}`");
            fixes.push(context.replace(diagnostic, title, ty, (*from).to_owned()));
        }
    } else if model::without_none(from).as_deref() == Some(*to) {
        fixes.extend(optional::assert(context, diagnostic, &node));
    }
    fixes
}

/// The annotation that a name has elsewhere in its function or file.
fn declared(context: &Context<'_>, left: &Node) -> Option<Range<usize>> {
    let file = &context.file;
    let name = file.of(left);
    let home = model::function_at(file, left.range.start).filter(|_| left.kind == "identifier");
    let within = home
        .as_ref()
        .map_or(0..file.text().len(), |f| f.body.clone());
    let found = file.matches("(assignment left: (_) @left type: (_) @type)");
    let local = found
        .iter()
        .filter(|m| {
            m.get("left")
                .is_some_and(|l| file.of(l) == name && within.contains(&l.range.start))
        })
        .find_map(|m| m.get("type").map(|t| t.range.clone()));
    local.or_else(|| home?.parameters.into_iter().find(|p| p.name == name)?.ty)
}

/// A parameter that a diagnostic names, in the function at its place.
fn parameter(context: &Context<'_>, diagnostic: &Diagnostic, name: &str) -> Option<Parameter> {
    let file = &context.file;
    let at = diagnostic.span.start as usize;
    let found = file.enclosing(at..at + 1, &["function_definition"]);
    let function = found.and_then(|n| model::function(file, n));
    let of = |f: Function| f.parameters.into_iter().find(|p| p.name == name);
    if let Some(found) = function.and_then(of) {
        return Some(found);
    }
    // Without columns the place is a line of the list.
    let line = file.line(at);
    model::functions(file)
        .into_iter()
        .filter(|f| f.node.range.start < line.end && line.start < f.body.start)
        .find_map(of)
}

/// A default of the wrong sort.
fn default(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    parameter: &Parameter,
    from: &str,
    to: &str,
) -> Vec<Fix> {
    let Some(range) = parameter.default.clone() else {
        return Vec::new();
    };
    let Some(node) = context
        .file
        .around(range.clone())
        .into_iter()
        .take_while(|n| n.range == range)
        .last()
    else {
        return Vec::new();
    };
    conversions(context, &node, from, to)
        .into_iter()
        .map(|new| rewritten(context, diagnostic, &node, new))
        .collect()
}

/// `Incompatible return value type (got "X", expected "Y")`.
pub(crate) fn returned(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let words = quoted(&diagnostic.message);
    let [from, to] = words.as_slice() else {
        return Vec::new();
    };
    let Some(function) = model::function_at(file, diagnostic.span.start as usize) else {
        return Vec::new();
    };
    let value = context.expression(diagnostic);
    let mut values = Vec::new();
    if let Some(value) = &value {
        values.extend(
            conversions(context, value, from, to)
                .into_iter()
                .map(|new| rewritten(context, diagnostic, value, new)),
        );
        // The name may be wrong where it is made.
        if value.kind == "identifier" && *to == "str" {
            let name = file.of(value);
            let made = model::bindings(file, &function.body)
                .into_iter()
                .rfind(|b| b.name == name && b.ty.is_none())
                .and_then(|b| b.value);
            if let Some(made) =
                made.filter(|m| matches!(m.kind.as_str(), "attribute" | "call" | "identifier"))
            {
                let new = format!("str({})", file.of(&made));
                values.push(rewritten(context, diagnostic, &made, new));
            }
        }
        if model::without_none(from).as_deref() == Some(*to) {
            values.extend(optional::assert(context, diagnostic, value));
        }
    }
    let annotation = function
        .returns
        .clone()
        .map(|ty| annotated_otherwise(context, diagnostic, &function, ty));
    let Some((annotation, all)) = annotation else {
        return values;
    };
    // Where every return says the same, they are right and the annotation is
    // not; so where a container is promised of what is returned.
    let wraps = to.contains(&format!("[{from}]"));
    if all > 1 || wraps || values.is_empty() {
        values.insert(0, annotation);
    } else {
        values.insert(1, annotation);
    }
    values
}

/// The annotation that fits all of a function's returns; and how many of them
/// there are, if all are in the way, else 0.
fn annotated_otherwise(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    function: &Function,
    ty: Range<usize>,
) -> (Fix, usize) {
    let file = &context.file;
    let mut types: Vec<String> = Vec::new();
    let mut answers = Vec::new();
    let mut expected = String::new();
    for other in &context.request.diagnostics {
        let inside = function.node.range.contains(&(other.span.start as usize));
        let words = quoted(&other.message);
        if let ([from, to], true) = (words.as_slice(), inside) {
            answers.push(other.id);
            (*to).clone_into(&mut expected);
            for part in model::union(from) {
                let part = part.replace("builtins.", "");
                if !types.contains(&part) {
                    types.push(part);
                }
            }
        }
    }
    let all: Vec<Node> = file
        .all("return_statement")
        .into_iter()
        .filter(|n| function.body.contains(&n.range.start))
        .filter(|n| file.of(n) != "return")
        .collect();
    let count = if all.len() == answers.len() {
        all.len()
    } else {
        0
    };
    let none = types.contains(&"None".to_owned());
    types.retain(|t| t != "None");
    let title;
    let mut fix;
    if types.is_empty() {
        title = "let it return `None`".to_owned();
        fix = allow_none(context, edit::fix(diagnostic, title, "verified"), ty);
    } else {
        if count == 0 && !types.contains(&expected) {
            types.insert(0, expected);
        }
        if none {
            types.push("None".to_owned());
        }
        let new = types.join(" | ");
        title = format!("let it return `{new}`");
        fix = context.replace(diagnostic, title, ty, new);
    }
    fix.answers = answers;
    (fix, count)
}

/// What a method of a derived class owes the one it overrides.
pub(crate) fn overriding(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let message = diagnostic.message.as_str();
    let Some(function) = model::function_at(file, diagnostic.span.start as usize) else {
        return Vec::new();
    };
    if let Some(rest) = message.strip_prefix("Return type ") {
        // `Return type "X" of "f" incompatible with return type "Y" in …`
        let wanted = rest
            .split_once("incompatible with return type ")
            .and_then(|(_, r)| quoted(r).first().map(|w| (*w).to_owned()));
        let Some((wanted, ty)) = wanted.zip(function.returns) else {
            return Vec::new();
        };
        let title = format!("return `{wanted}` as the base does");
        return vec![context.replace(diagnostic, title, ty, wanted)];
    }
    if let Some((_, wanted)) = message.split_once("supertype defines the argument type as ") {
        let number: Option<usize> = message
            .strip_prefix("Argument ")
            .and_then(|r| r.split(' ').next()?.parse().ok());
        let own =
            usize::from(function.class.is_some() && !function.decorators.contains("staticmethod"));
        let parameter = number.and_then(|n| function.parameters.get(n - 1 + own));
        let wanted = quoted(wanted).first().map(|w| (*w).to_owned());
        let Some((wanted, ty)) = wanted.zip(parameter.and_then(|p| p.ty.clone())) else {
            return Vec::new();
        };
        let title = format!("take `{wanted}` as the base does");
        return vec![context.replace(diagnostic, title, ty, wanted)];
    }
    Vec::new()
}
