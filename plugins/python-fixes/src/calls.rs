//! Arguments that a function does not know, lacks, or has no place for.

use crate::model::{self, quoted};
use crate::{Context, PYTHON};
use buildfix_fixer_support::names;
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix, Symbol};
use std::ops::Range;

/// `call-arg`.
pub(crate) fn argument(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    let Some(list) = call(context, diagnostic) else {
        return Vec::new();
    };
    if message.starts_with("Unexpected keyword argument") {
        unexpected(context, diagnostic, &list)
    } else if message.starts_with("Missing ") {
        missing(context, diagnostic, &list)
    } else if message.starts_with("Too many ") {
        surplus(context, diagnostic, &list)
    } else {
        Vec::new()
    }
}

/// The arguments of the call that a diagnostic is about.
fn call(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<Node> {
    let file = &context.file;
    let span = context.span(diagnostic);
    let mut call = file
        .around(span.clone())
        .into_iter()
        .find(|n| n.kind == "call" && n.range == span);
    if call.is_none() {
        // Without columns: the calls that begin on the line, if there is one.
        let line = file.line(span.start);
        let message = diagnostic.message.as_str();
        let name = quoted(
            message
                .split(" for ")
                .nth(1)
                .or(message.split(" to ").nth(1))?,
        )
        .first()?
        .to_string();
        call = file.all("call").into_iter().find(|n| {
            line.contains(&n.range.start)
                && file
                    .field(n, "function")
                    .is_some_and(|f| file.of(&f).rsplit('.').next() == Some(&name))
        });
    }
    let call = call?;
    file.field(&call, "arguments")
        .filter(|l| l.kind == "argument_list")
}

/// The arguments as written.
fn written(context: &Context<'_>, list: &Node) -> Vec<Node> {
    let mut all = context.file.children(list, "_");
    all.retain(|n| n.kind != "comment");
    all
}

/// `Unexpected keyword argument "x" for "f"; did you mean "y"?`
fn unexpected(context: &Context<'_>, diagnostic: &Diagnostic, list: &Node) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    let words = quoted(message);
    let Some(name) = words.first().copied() else {
        return Vec::new();
    };
    let arguments = written(context, list);
    let at = arguments
        .iter()
        .filter(|n| n.kind == "keyword_argument")
        .filter_map(|n| context.file.field(n, "name"))
        .find(|n| context.file.of(n) == name);
    let Some(at) = at else {
        return Vec::new();
    };
    let mut near: Vec<String> = message
        .split_once("; did you mean ")
        .map_or(Vec::new(), |(_, rest)| quoted(rest))
        .into_iter()
        .map(str::to_owned)
        .collect();
    let used: Vec<String> = keywords(context, &arguments);
    let known = parameters(context, &words);
    for new in names::nearest(name, known.iter().map(String::as_str)) {
        if !near.iter().any(|n| n == new) && !used.iter().any(|u| u == new) {
            near.push(new.to_owned());
        }
    }
    near.into_iter()
        .map(|new| {
            let title = format!("correct `{name}` to `{new}`");
            context.replace(diagnostic, title, at.range.clone(), new)
        })
        .collect()
}

fn keywords(context: &Context<'_>, arguments: &[Node]) -> Vec<String> {
    arguments
        .iter()
        .filter_map(|n| context.file.field(n, "name"))
        .map(|n| context.file.of(&n).to_owned())
        .collect()
}

/// The declarations of what a message calls `"f"` or `"f" of "C"`: for a class
/// its initialiser.
fn callees(context: &Context<'_>, function: &str, class: Option<&str>) -> Vec<Symbol> {
    if let Some(class) = class {
        let members = context.members_of(class);
        return members.into_iter().filter(|s| s.name == function).collect();
    }
    let found = context.host.find(PYTHON, function);
    if found.iter().any(|s| s.kind == "class") {
        let members = context.members_of(function);
        let made: Vec<Symbol> = members
            .into_iter()
            .filter(|s| s.name == "__init__" || s.name == "__new__")
            .collect();
        if !made.is_empty() {
            return made;
        }
    }
    found
        .into_iter()
        .filter(|s| s.kind == "function" || s.kind == "method")
        .collect()
}

/// The names of the parameters of what is called.
fn parameters(context: &Context<'_>, words: &[&str]) -> Vec<String> {
    let Some(function) = words.get(1) else {
        return Vec::new();
    };
    let class = words.get(2).copied();
    callees(context, function, class)
        .iter()
        .flat_map(signature)
        .map(|(name, _)| name)
        .collect()
}

/// The parameters that a signature lists, without the object's own: names and
/// types.
fn signature(symbol: &Symbol) -> Vec<(String, String)> {
    let text = symbol.signature.as_str();
    let Some(open) = text
        .find(&format!("{}(", symbol.name))
        .map(|at| at + symbol.name.len())
    else {
        return Vec::new();
    };
    let close = text
        .rfind(')')
        .filter(|close| *close > open)
        .unwrap_or(text.len());
    let list = &text[open + 1..close];
    // A return type may hold parentheses too.
    let list = list.split(") -> ").next().unwrap_or(list);
    let own =
        matches!(symbol.kind.as_str(), "method" | "constructor") && !text.contains("@staticmethod");
    model::parameters(list, 0)
        .into_iter()
        .skip(usize::from(own))
        .filter(|p| !p.name.is_empty() && p.name != "/")
        .map(|p| (p.name, p.ty.map_or(String::new(), |ty| list[ty].to_owned())))
        .collect()
}

/// `Missing positional argument "x" in call to "f" of "C"`: what is in sight
/// under the same name, or of the same type.
fn missing(context: &Context<'_>, diagnostic: &Diagnostic, list: &Node) -> Vec<Fix> {
    let file = &context.file;
    let message = diagnostic.message.as_str();
    let Some((lacking, call)) = message.split_once(" in call to ") else {
        return Vec::new();
    };
    let lacking = quoted(lacking);
    let [name] = lacking.as_slice() else {
        return Vec::new();
    };
    let target = quoted(call);
    let Some(function) = target.first() else {
        return Vec::new();
    };
    let callees = callees(context, function, target.get(1).copied());
    let wanted = callees
        .iter()
        .flat_map(signature)
        .find(|(n, _)| n == name)
        .map_or(String::new(), |(_, ty)| ty);
    let at = list.range.start;
    let function = model::function_at(file, at);
    let mut values: Vec<String> = Vec::new();
    if model::visible(file, at).iter().any(|v| v == name) {
        values.push((*name).to_owned());
    }
    if let Some(method) = &function
        && let Some(class) = &method.class
        && let Some(own) = method.parameters.first()
    {
        let members = context.members_of(class);
        for word in [(*name).to_owned(), format!("_{name}")] {
            if members.iter().any(|s| s.name == word) {
                values.push(format!("{}.{word}", own.name));
            }
        }
    }
    if let Some(function) = &function
        && !wanted.is_empty()
    {
        let typed = function
            .parameters
            .iter()
            .filter(|p| p.ty.clone().is_some_and(|ty| file.slice(ty) == wanted));
        for parameter in typed {
            if !values.contains(&parameter.name) {
                values.push(parameter.name.clone());
            }
        }
    }
    let arguments = written(context, list);
    let positional: Vec<&Node> = arguments
        .iter()
        .filter(|n| !matches!(n.kind.as_str(), "keyword_argument" | "dictionary_splat"))
        .collect();
    // A value that is passed already is not the one that is missing.
    values.retain(|v| !positional.iter().any(|n| file.of(n) == v));
    let named = message.starts_with("Missing named");
    let index = callees
        .iter()
        .map(signature)
        .find_map(|s| s.iter().position(|(n, _)| n == name));
    values
        .into_iter()
        .take(3)
        .map(|value| {
            let by_name = named || index.is_some_and(|i| i > positional.len());
            let text = if by_name {
                format!("{name}={value}")
            } else {
                value.clone()
            };
            let (place, new) = insertion(list, &arguments, &positional, by_name, &text);
            context.replace(diagnostic, format!("pass `{text}`"), place, new)
        })
        .collect()
}

/// Where another argument goes, and its text with the comma that it needs.
fn insertion(
    list: &Node,
    all: &[Node],
    positional: &[&Node],
    by_name: bool,
    text: &str,
) -> (Range<usize>, String) {
    let last = if by_name {
        all.last()
    } else {
        positional.last().copied()
    };
    match (last, all.first()) {
        (Some(last), _) => (last.range.end..last.range.end, format!(", {text}")),
        (None, Some(first)) => (first.range.start..first.range.start, format!("{text}, ")),
        (None, None) => {
            let at = list.range.start + 1;
            (at..at, text.to_owned())
        }
    }
}

/// `Too many arguments for "f"`: the last one goes, if it does nothing.
fn surplus(context: &Context<'_>, diagnostic: &Diagnostic, list: &Node) -> Vec<Fix> {
    let file = &context.file;
    let arguments = written(context, list);
    let positional: Vec<&Node> = arguments
        .iter()
        .filter(|n| {
            !matches!(
                n.kind.as_str(),
                "keyword_argument" | "dictionary_splat" | "list_splat"
            )
        })
        .collect();
    let Some(last) = positional.last() else {
        return Vec::new();
    };
    let text = file.of(last);
    if text.contains('(') {
        return Vec::new();
    }
    let before = arguments
        .iter()
        .take_while(|n| n.range != last.range)
        .last();
    let after = arguments.iter().find(|n| n.range.start >= last.range.end);
    let range = match (before, after) {
        (Some(before), _) => before.range.end..last.range.end,
        (None, Some(after)) => last.range.start..after.range.start,
        (None, None) => last.range.clone(),
    };
    vec![context.replace(diagnostic, format!("leave out `{text}`"), range, "")]
}
