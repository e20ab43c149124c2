//! Expressions that are one cast, `?`, `mut` or `unsafe` away.

use crate::{Context, exact, tree, words};
use buildfix_sdk::{Diagnostic, Fix, Node};

/// Kinds of expressions that a cast binds to without brackets.
const TIGHT: &[&str] = &[
    "identifier",
    "integer_literal",
    "call_expression",
    "field_expression",
    "index_expression",
    "parenthesized_expression",
    "self",
];

/// E0277 "the type `[T]` cannot be indexed by `u32`".
pub fn index(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = &diagnostic.message;
    let Some((_, by)) = message.split_once("cannot be indexed by `") else {
        return Vec::new();
    };
    let by = by.trim_end_matches('`').trim_start_matches('&');
    let number = [
        "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "isize",
    ];
    if !number.contains(&by) {
        return Vec::new();
    }
    let span = diagnostic.span.start as usize..diagnostic.span.end as usize;
    let text = context.slice(span.clone());
    let nodes = context.around(diagnostic);
    let tight = nodes
        .iter()
        .find(|node| tree::range(node) == span)
        .is_some_and(|node| TIGHT.contains(&node.kind.as_str()));
    let new = if tight {
        format!("{text} as usize")
    } else {
        format!("({text}) as usize")
    };
    vec![context.replace(diagnostic, "index by `usize`", span, new)]
}

/// E0133: the unsafe operation is said to be one.
pub fn not_unsafe(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let span = diagnostic.span.start as usize..diagnostic.span.end as usize;
    let nodes = context.around(diagnostic);
    // A bare block around nothing but it becomes the unsafe block.
    let alone = nodes.windows(2).find_map(|pair| match pair {
        [block, outer] if block.kind == "block" => Some((block, outer)),
        _ => None,
    });
    if let Some((block, outer)) = alone {
        let range = tree::range(block);
        let bare = matches!(
            outer.kind.as_str(),
            "block" | "expression_statement" | "let_declaration" | "arguments"
        );
        if bare
            && context.slice(range.start + 1..range.end - 1).trim() == context.slice(span.clone())
        {
            return vec![context.insert(
                diagnostic,
                "make the block `unsafe`",
                range.start,
                "unsafe ",
            )];
        }
    }
    let text = context.slice(span.clone());
    if text.is_empty() {
        return Vec::new();
    }
    let new = format!("unsafe {{ {text} }}");
    vec![context.replace(diagnostic, "wrap it in an `unsafe` block", span, new)]
}

/// E0308, for the cases that rustc leaves open.
pub fn mismatched(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let said = words(diagnostic);
    let nodes = context.around(diagnostic);
    let mut fixes = Vec::new();
    fixes.extend(question_mark(context, diagnostic, &said, &nodes));
    fixes.extend(mutable_parameter(context, diagnostic, &said, &nodes));
    fixes.extend(character(context, diagnostic, &said, &nodes));
    fixes
}

/// A `Result` or `Option` where its content is wanted, in a function that can
/// hand the failure on.
fn question_mark(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    said: &str,
    nodes: &[Node],
) -> Option<Fix> {
    let wraps = ["Result<", "Option<"].into_iter().find(|wrap| {
        ["found enum `", "has type `", "found `", "expected enum `"]
            .iter()
            .any(|lead| {
                said.contains(&format!("{lead}{wrap}"))
                    || said.contains(&format!("{lead}std::result::{wrap}"))
            })
    })?;
    let function = tree::find(nodes, &["function_item", "closure_expression"])?;
    let head = tree::head(context.slice(tree::range(function)));
    let hands_on = tree::returned(head)?.contains(wraps.trim_end_matches('<'));
    if !hands_on {
        return None;
    }
    // The error may be at the pattern that takes the value apart.
    if nodes
        .first()
        .is_some_and(|node| node.kind.ends_with("_pattern"))
    {
        let binding = tree::range(tree::find(nodes, &["let_declaration"])?);
        let text = context.slice(binding.clone()).trim_end();
        let value = binding.start + text.trim_end_matches(';').trim_end().len();
        let fix = context.insert(diagnostic, "hand the failure on with `?`", value, "?");
        // A pattern that cannot fail wants the content and nothing else.
        return Some(exact(fix));
    }
    let value = diagnostic.span.end as usize;
    (context.slice(value.saturating_sub(1)..value) != "?")
        .then(|| context.insert(diagnostic, "hand the failure on with `?`", value, "?"))
}

/// A `&T` parameter that is passed on as `&mut T`.
fn mutable_parameter(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    said: &str,
    nodes: &[Node],
) -> Option<Fix> {
    if !said.contains("expected mutable reference `&mut") || !said.contains("found reference `&") {
        return None;
    }
    let name = context.slice(diagnostic.span.start as usize..diagnostic.span.end as usize);
    let function = tree::find(nodes, &["function_item"])?;
    let range = tree::range(function);
    let head = tree::head(context.slice(range.clone()));
    let (_, of) = tree::parameters(head)
        .into_iter()
        .find(|(parameter, _)| parameter == name)?;
    if !of.starts_with('&') || of.starts_with("&mut") {
        return None;
    }
    let declared = head.find(&format!("{name}: {of}"))?;
    let mut at = range.start + declared + name.len() + 3;
    // Past the lifetime.
    if of[1..].starts_with('\'') {
        at += of[1..].find(' ')? + 1;
    }
    Some(context.insert(diagnostic, format!("take `{name}` as mutable"), at, "mut "))
}

/// A `char` compared with a number.
fn character(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    said: &str,
    nodes: &[Node],
) -> Option<Fix> {
    if !said.contains("expected `char`, found integer")
        && !said.contains("expected `char`, found `u32`")
    {
        return None;
    }
    let comparison = tree::find(nodes, &["binary_expression"])?;
    let range = tree::range(comparison);
    let left = context
        .slice(range.start..diagnostic.span.start as usize)
        .trim_end()
        .trim_end_matches(['<', '>', '=', '!'])
        .trim_end();
    let at = range.start + left.len();
    Some(context.insert(diagnostic, "compare the character's code", at, " as u32"))
}
