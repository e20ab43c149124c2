//! Annotations that are missing.

use crate::model::{self, Function, Parameter, quoted};
use crate::{Context, PYTHON, returns};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// `Function is missing a type annotation`.
pub(crate) fn function(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
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
