//! Items that are not in reach.

use crate::{Context, tree};
use buildfix_fixer_support::replace_in;
use buildfix_sdk::{Diagnostic, Fix, Span, edit};

const ITEMS: &[&str] = &[
    "function_item",
    "function_signature_item",
    "struct_item",
    "enum_item",
    "union_item",
    "trait_item",
    "type_item",
    "const_item",
    "static_item",
    "mod_item",
    "use_declaration",
    "field_declaration",
    "macro_definition",
];

/// E0603, E0616, E0624: the item is opened to the crate, or, where another
/// crate of the workspace uses it, to all.
pub fn private_item(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let noted = diagnostic
        .related
        .iter()
        .filter(|note| note.message.contains("defined here") || note.message.contains("is defined"))
        .find_map(|note| note.span.clone());
    let declared = noted.or_else(|| {
        let name = diagnostic.arguments.first()?;
        let mut found = context
            .host
            .find("rust", name)
            .into_iter()
            .filter(|symbol| !symbol.path.is_empty() && symbol.kind == "field");
        let symbol = found.next()?;
        found.next().is_none().then_some(Span {
            path: symbol.path,
            start: symbol.start,
            end: symbol.start,
        })
    });
    declared.map_or_else(Vec::new, |span| {
        ["pub(crate)", "pub"]
            .into_iter()
            .filter_map(|visibility| open(context, diagnostic, &span, visibility))
            .collect()
    })
}

/// E0446: a public interface names a private type.
pub fn private_type(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(name) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let name = name.split('<').next().unwrap_or(name);
    let name = name.rsplit("::").next().unwrap_or(name);
    let found: Vec<Span> = context
        .host
        .find("rust", name)
        .into_iter()
        .filter(|symbol| !symbol.path.is_empty() && !symbol.exported)
        .filter(|symbol| matches!(symbol.kind.as_str(), "struct" | "enum" | "trait" | "type"))
        .map(|symbol| Span {
            path: symbol.path,
            start: symbol.start,
            end: symbol.start,
        })
        .collect();
    match &found[..] {
        [only] => open(context, diagnostic, only, "pub").into_iter().collect(),
        _ => Vec::new(),
    }
}

fn open(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    span: &Span,
    visibility: &str,
) -> Option<Fix> {
    let nodes = context
        .host
        .ancestors(&span.path, span.start, span.end)
        .ok()?;
    let item = tree::find(&nodes, ITEMS)?;
    let text = context.host.read_file(&span.path).ok()?;
    let start = item.start as usize;
    let own = text.get(tree::range(item))?;
    let old = if own.starts_with("pub(") {
        own.find(')').map_or(0, |close| close + 1)
    } else if own.starts_with("pub ") {
        return None;
    } else {
        0
    };
    let new = if old == 0 {
        format!("{visibility} ")
    } else {
        visibility.to_owned()
    };
    let title = format!("make it `{visibility}`");
    let fix = edit::fix(diagnostic, title, "verified");
    Some(replace_in(fix, &span.path, &text, start..start + old, new))
}
