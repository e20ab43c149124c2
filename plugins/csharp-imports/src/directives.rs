//! Using directives that name no namespace.

use crate::Context;
use buildfix_fixer_support::symbols::{self, CSHARP};
use buildfix_fixer_support::usings::{self, Using};
use buildfix_fixer_support::{Source, names, span};
use buildfix_sdk::{Diagnostic, Fix};

/// The using directive around a byte.
pub(crate) fn at(source: &Source, byte: usize) -> Option<Using> {
    let token = source.token_at(byte);
    usings::of(source)
        .into_iter()
        .find(|u| u.name_tokens.contains(&token))
}

/// Candidates: the nearest namespace at the level that is wrong; one that only
/// adds to the written name; and, last, no directive at all.
pub(crate) fn repair(context: &Context<'_>, group: &[&Diagnostic], using: &Using) -> Vec<Fix> {
    let source = &context.source;
    let token = source.token_at(group[0].span.start as usize);
    let written = source.word(token);
    let parent: String = (using.name_tokens.start..token)
        .map(|t| source.word(t))
        .collect();
    let parent = parent.trim_end_matches('.');
    let file = &context.request.file;
    let children = children(context, parent, written);
    let mut near: Vec<String> = names::nearest(written, children.iter().map(String::as_str))
        .into_iter()
        .map(str::to_owned)
        .collect();
    let extended = children
        .iter()
        .filter(|c| c.starts_with(written) && c.len() > written.len());
    for child in extended {
        if !near.contains(child) {
            near.push(child.clone());
        }
    }
    let bytes = source.bytes(token..token + 1);
    let mut fixes = Vec::new();
    let certain = if near.len() == 1 { "exact" } else { "verified" };
    for name in near.into_iter().take(3) {
        let title = format!(
            "import `{}` instead of `{}`",
            join(parent, &name),
            join(parent, written)
        );
        // The right namespace may be imported already; then the line is only
        // a repetition, itself an error where warnings are.
        let whole: String = join(parent, &name) + &using_tail(source, using, token);
        let repeated = usings::of(source)
            .iter()
            .any(|u| u.name == whole && u.alias == using.alias);
        let Some(fix) = context.fix(group, title, certain) else {
            continue;
        };
        fixes.push(if repeated {
            usings::remove(fix, file, source, using)
        } else {
            fix.replace(file, span(bytes.clone()), name)
        });
    }
    // Where even the first part is unknown, a package is missing, and to remove
    // the line would only move the error.
    if using.alias.is_none()
        && !using.is_static
        && !parent.is_empty()
        && let Some(fix) = context.fix(group, format!("remove `using {};`", using.name), "verified")
    {
        fixes.push(usings::remove(fix, file, source, using));
    }
    fixes
}

fn using_tail(source: &Source, using: &Using, token: usize) -> String {
    (token + 1..using.name_tokens.end)
        .map(|t| source.word(t))
        .collect()
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

/// The names of the namespaces and types directly inside a namespace.
fn children(context: &Context<'_>, parent: &str, written: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |full: &str| {
        let inside = if parent.is_empty() {
            Some(full)
        } else {
            full.strip_prefix(parent).and_then(|r| r.strip_prefix('.'))
        };
        if let Some(name) = inside
            .and_then(|i| i.split('.').next())
            .filter(|n| !n.is_empty() && *n != written)
            && !found.iter().any(|f| f == name)
        {
            found.push(name.to_owned());
        }
    };
    // Namespaces stand under their full names at the top.
    let top = context.host.members(CSHARP, "");
    for symbol in context.host.members(CSHARP, parent).into_iter().chain(top) {
        if symbol.kind == "namespace" {
            add(&symbols::full_name(&symbol));
        }
    }
    for symbol in context.host.similar(CSHARP, &join(parent, written), 2) {
        if symbol.kind == "namespace" {
            add(&symbols::full_name(&symbol));
        }
    }
    for symbol in context.host.similar(CSHARP, written, 2) {
        if symbol.kind == "namespace" {
            add(&symbols::full_name(&symbol));
        } else if symbol.exported {
            add(&symbol.container);
        }
    }
    found
}
