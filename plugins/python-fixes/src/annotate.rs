//! Annotations that are missing, or that the code shows to be wrong.

use crate::convert::{conversions, rewritten};
use crate::model::{self, Function, Parameter, quoted};
use crate::{Context, PYTHON, optional, returns};
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

/// `Function is missing a type annotation`.
pub(crate) fn untyped(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let Some(function) = model::function_at(file, diagnostic.span.start as usize) else {
        return Vec::new();
    };
    let message = diagnostic.message.as_str();
    let wants_return = message.contains("return type") || !message.contains("parameters");
    let wants_parameters = message.contains("parameters") || !message.contains("return type");
    let mut fix = edit::fix(diagnostic, "annotate the function", "verified");
    if wants_return && function.returns.is_none() {
        let Some(ty) = returned_type(context, &function) else {
            return Vec::new();
        };
        let at = function.list.end;
        fix = file.edit(fix, at..at, format!(" -> {ty}"));
    }
    if wants_parameters {
        let own =
            usize::from(function.class.is_some() && !function.decorators.contains("staticmethod"));
        for parameter in function.parameters.iter().skip(own) {
            if parameter.ty.is_some() || parameter.name.is_empty() || parameter.name == "/" {
                continue;
            }
            let Some(ty) = parameter_type(context, &function, parameter) else {
                return Vec::new();
            };
            let at = parameter.name_at.end;
            fix = file.edit(fix, at..at, format!(": {ty}"));
            // `a=1` becomes `a: int = 1`.
            if let Some(default) = &parameter.default {
                fix = file.edit(fix, at..default.start, " = ");
                if let [.., ty, equals] = fix.edits.as_mut_slice() {
                    equals.text = format!("{}{}", ty.text, equals.text);
                    let keep = equals.clone();
                    fix.edits.truncate(fix.edits.len() - 2);
                    fix.edits.push(keep);
                }
            }
        }
    }
    if fix.edits.is_empty() {
        Vec::new()
    } else {
        vec![fix]
    }
}

/// What a function returns, as far as that is certain.
fn returned_type(context: &Context<'_>, function: &Function) -> Option<String> {
    let file = &context.file;
    let inner: Vec<Range<usize>> = ["function_definition", "lambda"]
        .iter()
        .flat_map(|kind| file.all(kind))
        .map(|n| n.range)
        .filter(|r| function.body.contains(&r.start))
        .collect();
    let own = |n: &Node| {
        function.body.contains(&n.range.start) && !inner.iter().any(|r| r.contains(&n.range.start))
    };
    if file.all("yield").iter().any(own) {
        return None;
    }
    if let Some(ty) = of_base(context, function) {
        return Some(ty);
    }
    let mut types: Vec<String> = Vec::new();
    let mut none = false;
    for node in file.all("return_statement").iter().filter(|n| own(n)) {
        let Some(value) = file.children(node, "_").into_iter().next() else {
            none = true;
            continue;
        };
        let ty = returns::type_of(context, function, &value)?;
        if ty == "None" {
            none = true;
        } else if !types.contains(&ty) {
            types.push(ty);
        }
    }
    if types.is_empty() {
        return Some("None".to_owned());
    }
    if none {
        types.push("None".to_owned());
    }
    Some(types.join(" | "))
}

/// The return type of the method that this one overrides.
fn of_base(context: &Context<'_>, function: &Function) -> Option<String> {
    let class = function.class.as_deref()?;
    let name = context.file.slice(function.name.clone());
    if name == "__init__" {
        return Some("None".to_owned());
    }
    let members = context.members_of(class);
    let base = members
        .iter()
        .filter(|s| s.name == name)
        .find_map(|s| s.signature.rsplit_once(" -> "))?;
    let known = base
        .1
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '[' | ']' | ',' | ' ' | '|' | '.'));
    known.then(|| base.1.to_owned())
}

/// The type of a parameter: its default's, or what others of the name have in
/// the file and, failing that, in the project.
fn parameter_type(
    context: &Context<'_>,
    function: &Function,
    parameter: &Parameter,
) -> Option<String> {
    let file = &context.file;
    let default = parameter.default.clone().map_or("", |d| file.slice(d));
    let of_default = match default {
        "True" | "False" => Some("bool"),
        _ if default.starts_with(['"', '\'']) => Some("str"),
        _ if default.starts_with("b\"") || default.starts_with("b'") => Some("bytes"),
        _ if default.parse::<i64>().is_ok() => Some("int"),
        _ if default.parse::<f64>().is_ok() => Some("float"),
        _ => None,
    };
    if let Some(ty) = of_default {
        return Some(ty.to_owned());
    }
    let mut found: Vec<String> = Vec::new();
    for other in model::functions(file)
        .iter()
        .filter(|f| f.node.range != function.node.range)
    {
        for same in other
            .parameters
            .iter()
            .filter(|p| p.name == parameter.name && p.stars == parameter.stars)
        {
            if let Some(ty) = &same.ty {
                found.push(file.slice(ty.clone()).to_owned());
            }
        }
    }
    if found.is_empty() {
        // Functions of the same name elsewhere: a protocol's, or a base's.
        let name = file.slice(function.name.clone());
        for symbol in context
            .host
            .find(PYTHON, name)
            .iter()
            .filter(|s| s.origin == "workspace")
        {
            let Some((_, list)) = symbol.signature.split_once('(') else {
                continue;
            };
            let list = list.split(") -> ").next().unwrap_or(list);
            for same in model::parameters(list.trim_end_matches(')'), 0) {
                if let Some(ty) = same.ty.filter(|_| same.name == parameter.name) {
                    found.push(list[ty].to_owned());
                }
            }
        }
    }
    // The most frequent, of equals the first.
    let uses = |ty: &String| found.iter().filter(|other| *other == ty).count();
    let most = found.iter().map(uses).max()?;
    let ty = found.iter().find(|ty| uses(ty) == most)?.clone();
    let optional = model::union(&ty).contains(&"None") || ty.contains("Optional[");
    if default == "None" && !optional {
        return Some(format!("{ty} | None"));
    }
    Some(ty)
}

/// `Need type annotation for "x"`: what the code puts into it.
pub(crate) fn variable(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let words = quoted(&diagnostic.message);
    let Some(name) = words.first().copied() else {
        return Vec::new();
    };
    let Some(at) = context.word(diagnostic, name) else {
        return Vec::new();
    };
    let function = model::function_at(file, at.start);
    let home = function
        .as_ref()
        .map_or(0..file.text().len(), |f| f.body.clone());
    let hint = words.get(1).copied().unwrap_or_default();
    let kind = hint
        .split_once(": ")
        .and_then(|(_, rest)| rest.split('[').next())
        .unwrap_or_default();
    let mut found: Option<String> = None;
    if let Some(function) = &function {
        // It is what the function returns.
        let returned = file.all("return_statement").into_iter().any(|n| {
            function.body.contains(&n.range.start) && file.of(&n) == format!("return {name}")
        });
        let ty = function.returns.clone().map_or("", |r| file.slice(r));
        if returned && ty.starts_with(&format!("{kind}[")) {
            found = Some(ty.to_owned());
        }
    }
    if found.is_none() {
        found = filled(context, function.as_ref(), name, kind, &home);
    }
    found
        .map(|ty| {
            let title = format!("make `{name}` `{ty}`");
            context.replace(diagnostic, title, at.end..at.end, format!(": {ty}"))
        })
        .into_iter()
        .collect()
}

/// The element type of what is appended, added or set.
fn filled(
    context: &Context<'_>,
    function: Option<&Function>,
    name: &str,
    kind: &str,
    home: &Range<usize>,
) -> Option<String> {
    let file = &context.file;
    let function = function?;
    let mut types: Vec<Vec<String>> = Vec::new();
    if kind == "dict" {
        for node in file.all("assignment") {
            let (Some(left), Some(right)) = (file.field(&node, "left"), file.field(&node, "right"))
            else {
                continue;
            };
            if left.kind == "subscript"
                && home.contains(&node.range.start)
                && file.of(&left).starts_with(&format!("{name}["))
            {
                let key = file.field(&left, "subscript")?;
                types.push(vec![
                    returns::type_of(context, function, &key)?,
                    returns::type_of(context, function, &right)?,
                ]);
            }
        }
    } else {
        for node in file.all("call") {
            let target = file
                .field(&node, "function")
                .map(|f| file.of(&f).to_owned());
            let fills =
                target.is_some_and(|t| t == format!("{name}.append") || t == format!("{name}.add"));
            if fills && home.contains(&node.range.start) {
                let list = file.field(&node, "arguments")?;
                let value = file.children(&list, "_").into_iter().next()?;
                types.push(vec![returns::type_of(context, function, &value)?]);
            }
        }
    }
    types.dedup();
    let [one] = types.as_slice() else {
        return None;
    };
    Some(format!("{kind}[{}]", one.join(", ")))
}
