//! E0061: a call that lacks an argument.

use crate::{Context, scope, tree};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// rustc proposes the call with a comment for the missing argument, `(key, /* T
/// */)`; a variable in scope with the parameter's name or type takes its place.
pub fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let suggested = diagnostic.suggestions.iter().find_map(|suggestion| {
        let [edit] = &suggestion.edits[..] else {
            return None;
        };
        let open = edit.text.find("/* ")?;
        let close = open + edit.text[open..].find(" */")? + 3;
        // One argument is missing, and no more.
        (edit.text.matches("/* ").count() == 1).then_some((edit, open..close))
    });
    let Some((edit, comment)) = suggested else {
        return Vec::new();
    };
    let of = &edit.text[comment.start + 3..comment.end - 3];
    let before = &edit.text[1..comment.start];
    let place = tree::split(before).len();
    let name = parameter(context, diagnostic, place);
    let given = tree::split(edit.text.trim_start_matches('(').trim_end_matches(')'));
    let bare = |of: &str| {
        of.trim_start_matches('&')
            .trim_start_matches("mut ")
            .to_owned()
    };
    let mut fitting: Vec<(usize, String)> = scope::variables(context, diagnostic)
        .into_iter()
        .filter(|variable| !given.contains(&variable.name.as_str()))
        .filter_map(|variable| {
            let rank = match (
                variable.name == name,
                variable.of == of,
                bare(&variable.of) == bare(of),
            ) {
                (true, _, _) => 0,
                (_, true, _) => 1,
                (_, _, true) if !variable.of.is_empty() => 2,
                _ => return None,
            };
            Some((rank, variable.name))
        })
        .collect();
    fitting.sort();
    fitting.dedup();
    fitting
        .into_iter()
        .take(3)
        .map(|(_, variable)| {
            let mut text = edit.text.clone();
            text.replace_range(comment.clone(), &variable);
            edit::fix(diagnostic, format!("pass `{variable}`"), "verified").replace(
                &context.request.file,
                edit.span.start..edit.span.end,
                text,
            )
        })
        .collect()
}

/// The name of the callee's parameter at a place, from the declaration that a
/// note points at.
fn parameter(context: &Context<'_>, diagnostic: &Diagnostic, place: usize) -> String {
    let declared = diagnostic
        .related
        .iter()
        .find(|note| note.message.contains("defined here"));
    let span = declared.and_then(|note| note.span.as_ref());
    let found = span.and_then(|span| {
        let nodes = context
            .host
            .ancestors(&span.path, span.start, span.end)
            .ok()?;
        let function = tree::find(&nodes, &["function_item", "function_signature_item"])?;
        let text = context.host.read_file(&span.path).ok()?;
        let head = tree::head(text.get(tree::range(function))?);
        tree::parameters(head).into_iter().nth(place)
    });
    found.map(|(name, _)| name).unwrap_or_default()
}
