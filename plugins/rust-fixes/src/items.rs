//! Items: names that stand for nothing, receivers, repeated definitions.

use crate::{Context, exact, tree};
use buildfix_sdk::{Diagnostic, Fix};

/// E0412 and E0425: a word of another language, an associated type without
/// `Self::`, a type parameter that nobody declares.
pub fn unknown(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(name) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let span = diagnostic.span.start as usize..diagnostic.span.end as usize;
    if context.slice(span.clone()) != name {
        return Vec::new();
    }
    let called = context.slice(span.end..span.end + 1) == "(";
    if matches!(name.as_str(), "null" | "NULL" | "nil" | "undefined") && !called {
        return vec![exact(context.replace(
            diagnostic,
            "write `None`",
            span,
            "None",
        ))];
    }
    let nodes = context.around(diagnostic);
    let implements = tree::find(&nodes, &["impl_item", "trait_item"]).map(tree::range);
    if let Some(range) = implements {
        let body = context.slice(range);
        let declares = body.lines().any(|line| {
            line.trim()
                .strip_prefix("type ")
                .and_then(|rest| rest.strip_prefix(name.as_str()))
                .is_some_and(|rest| rest.trim_start().starts_with(['=', ';', ':']))
        });
        if declares {
            let new = format!("Self::{name}");
            return vec![exact(context.replace(
                diagnostic,
                "name it through `Self`",
                span,
                new,
            ))];
        }
    }
    type_parameter(context, diagnostic, name)
        .into_iter()
        .collect()
}

/// `fn f(…) -> T` gets `<T>`.
fn type_parameter(context: &Context<'_>, diagnostic: &Diagnostic, name: &str) -> Option<Fix> {
    let is_parameter = name.len() <= 2 && name.starts_with(|c: char| c.is_ascii_uppercase());
    if !is_parameter || !diagnostic.message.contains("type") {
        return None;
    }
    let nodes = context.around(diagnostic);
    let function = tree::find(&nodes, &["function_item", "function_signature_item"])?;
    let range = tree::range(function);
    let head = tree::head(context.slice(range.clone()));
    let open = tree::parameters_open(head)?;
    let at = range.start + open;
    let title = format!("declare the type parameter `{name}` on the function");
    Some(match head[..open].trim_end().strip_suffix('>') {
        Some(generics) => context.insert(
            diagnostic,
            title,
            range.start + generics.len(),
            format!(", {name}"),
        ),
        None => context.insert(diagnostic, title, at, format!("<{name}>")),
    })
}

/// E0106 in a function that takes nothing and mentions `self`: what is missing
/// is the receiver, not the lifetime.
pub fn receiver(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let nodes = context.around(diagnostic);
    let Some(function) = tree::find(&nodes, &["function_item"]) else {
        return Vec::new();
    };
    let range = tree::range(function);
    let text = context.slice(range.clone());
    let head = tree::head(text);
    let body = &text[head.len()..];
    let Some(open) = tree::parameters_open(head) else {
        return Vec::new();
    };
    let takes_self = head[open..].contains("self");
    let uses_self = body.contains("self.");
    if takes_self || !uses_self {
        return Vec::new();
    }
    let mutable = body.contains("&mut self")
        || body.contains("_mut(")
        || head.contains("&mut ")
        || head.contains("Mut<");
    let receiver = if mutable { "&mut self" } else { "&self" };
    let comma = if head[open + 1..].trim_start().starts_with(')') {
        ""
    } else {
        ", "
    };
    let at = range.start + open + 1;
    vec![exact(context.insert(
        diagnostic,
        format!("take `{receiver}`"),
        at,
        format!("{receiver}{comma}"),
    ))]
}

/// E0428: the second of two equal definitions goes.
pub fn repeated(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let nodes = context.around(diagnostic);
    let Some(second) = nodes.iter().find(|node| node.kind.ends_with("_item")) else {
        return Vec::new();
    };
    let range = tree::range(second);
    let text = context.slice(range.clone()).trim_end();
    let all = context.text();
    let others = all
        .match_indices(text)
        .filter(|(at, _)| *at != range.start)
        .count();
    if text.is_empty() || others != 1 {
        return Vec::new();
    }
    let start = tree::line_start(all, range.start);
    let end = range.start + text.len();
    let rest = all[end..]
        .find('\n')
        .map_or(all.len(), |newline| end + newline + 1);
    let alone = all[start..range.start].trim().is_empty() && all[end..rest].trim().is_empty();
    let whole = if alone { start..rest } else { range.start..end };
    vec![context.replace(diagnostic, "drop the second, equal definition", whole, "")]
}
