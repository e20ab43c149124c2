//! A member that other types of the workspace all declare alike and this one
//! lacks, such as a logger or a table of operations.

use crate::Context;
use buildfix_fixer_support::{Source, offset, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix};

/// So many types must agree before it counts as the workspace's convention.
const AGREEING: usize = 3;
/// At most so many files are read for it.
const MOST_FILES: usize = 24;

/// Declares the missing name as the others do, if they all do it in the same
/// words and with an initial value.
pub(crate) fn member(context: &Context<'_>, group: &[&Diagnostic]) -> Vec<Fix> {
    let Some(name) = group[0].arguments.first() else {
        return Vec::new();
    };
    let mut heads: Vec<(String, Vec<String>)> = Vec::new();
    for symbol in context.host.find(symbols::CSHARP, name) {
        let carries = matches!(symbol.kind.as_str(), "field" | "property" | "constant");
        if symbol.origin != "workspace" || !carries {
            continue;
        }
        match heads.iter_mut().find(|(head, _)| *head == symbol.signature) {
            Some((_, paths)) => paths.push(symbol.path),
            None => heads.push((symbol.signature, vec![symbol.path])),
        }
    }
    heads.sort_by_key(|(_, paths)| std::cmp::Reverse(paths.len()));
    // The commonest heads first, a few files each: whole declarations are read.
    let mut paths: Vec<String> = Vec::new();
    for (_, some) in heads
        .into_iter()
        .filter(|(_, p)| p.len() >= AGREEING)
        .take(4)
    {
        for path in some.into_iter().take(MOST_FILES / 4) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    if paths.len() < AGREEING {
        return Vec::new();
    }
    let mut words: Vec<(usize, String)> = Vec::new();
    for path in paths.into_iter().take(MOST_FILES) {
        let Ok(text) = context.host.read_file(&path) else {
            continue;
        };
        let source = Source::new(&text);
        for decl in source.decls() {
            if source.name(decl) != name
                || !decl.kind.is_member()
                || (decl.init.is_none() && decl.arrow.is_none())
            {
                continue;
            }
            // Attributes and comments are the other type's own.
            let from = decl.modifiers.start.min(decl.ty.start);
            let text = source.slice(from..decl.tokens.end).to_owned();
            match words.iter_mut().find(|(_, t)| *t == text) {
                Some((count, _)) => *count += 1,
                None => words.push((1, text)),
            }
        }
    }
    words.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    words.retain(|(count, text)| *count >= AGREEING && !text.contains('\n'));
    let source = &context.source;
    let mut fixes = Vec::new();
    for (_, text) in words.into_iter().take(2) {
        // One declaration for each type of this file that misses it.
        let mut done: Vec<usize> = Vec::new();
        let Some(mut fix) = context.fix(
            group,
            format!("declare `{name}` as other types do"),
            "verified",
        ) else {
            continue;
        };
        for diagnostic in group {
            let byte = diagnostic.span.start as usize;
            let Some(owner) = source.type_at(byte) else {
                continue;
            };
            let Some(body) = owner.body.filter(|b| !done.contains(b)) else {
                continue;
            };
            if uses_foreign_parameters(&text, &scope::type_parameters(source, byte)) {
                continue;
            }
            done.push(body);
            let after = source.bytes(body..body + 1).end;
            let indent = source
                .tokens()
                .get(body + 1)
                .map_or("", |t| source.indent(t.start));
            fix = fix.insert(
                &context.request.file,
                offset(after),
                format!("\n{indent}{text}\n"),
            );
        }
        if !fix.edits.is_empty() {
            fixes.push(fix);
        }
    }
    fixes
}

/// Whether the declaration names a type parameter that is not in reach here.
fn uses_foreign_parameters(text: &str, reach: &[String]) -> bool {
    let source = Source::new(text);
    (0..source.tokens().len()).any(|t| {
        let word = source.word(t);
        let is_parameter = word == "T"
            || (word.len() > 1
                && word.starts_with('T')
                && word[1..].starts_with(char::is_uppercase));
        source.is_word(t) && is_parameter && !reach.iter().any(|r| r == word)
    })
}
