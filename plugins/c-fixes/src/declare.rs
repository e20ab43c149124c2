//! Declarations that stand twice, or do not end.

use crate::{Context, quoted, says};
use buildfix_fixer_support::{Source, replace_in};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// A local variable declared twice: the second declaration goes if it is the
/// same, and becomes an assignment if it is not.
pub fn repeated(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(diagnostic, &["redeclaration of", "redefinition of"]) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    let name = source.word(token);
    if source.block(token).is_none()
        || !quoted(diagnostic).ends_with(name)
        || !source.is(token + 1, "=")
    {
        return Vec::new();
    }
    let statement = source.statement(token);
    let text = source.slice(statement.clone());
    let earlier = source
        .block(token)
        .map(|open| open + 1..statement.start)
        .unwrap_or_default();
    let same = earlier.clone().any(|at| {
        let end = at + statement.len();
        end <= earlier.end
            && source.slice(at..end) == text
            && matches!(source.word(at.wrapping_sub(1)), ";" | "{" | "}")
    });
    if same {
        let bytes = source.with_lines(source.bytes(statement));
        return vec![context.replace_bytes(
            diagnostic,
            format!("drop the second, equal declaration of `{name}`"),
            bytes,
            "",
        )];
    }
    let bytes = source.bytes(statement).start..source.bytes(token..token + 1).start;
    vec![context.replace_bytes(
        diagnostic,
        format!("assign to the first `{name}`"),
        bytes,
        "",
    )]
}

/// A declaration without its `;` swallows what follows: at the end of an
/// included header, or right before.
pub fn unfinished(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "storage class specified for parameter",
            "is initialized",
            "expected function body after function declarator",
            "expected ‘=’, ‘,’, ‘;’",
            "old-style parameter declarations",
            "invalid storage class specifier in function declarator",
            "expected declaration specifiers",
            "expected initializer before",
            "expected constructor, destructor, or type conversion",
            "expected ';' after",
            "expected ‘;’",
        ],
    ) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    let mut fixes = Vec::new();
    // The nearest declaration before that ends with a `)`.
    let start = (0..=token)
        .rev()
        .find(|at| *at == 0 || matches!(source.word(at - 1), ";" | "}" | ")"))
        .unwrap_or(0);
    if start > 0 && source.is(start - 1, ")") && source.block(token).is_none() {
        fixes.push(context.after(diagnostic, "end the declaration before", start - 1, ";"));
    }
    if source.block(token).is_none() {
        for header in included(context) {
            let Some(text) = context.files.get(&header) else {
                continue;
            };
            let last = text.tokens().len().checked_sub(1);
            if let Some(last) = last.filter(|last| !matches!(text.word(*last), ";" | "}")) {
                fixes.push(insert_after(diagnostic, &header, &text, last));
            }
        }
    }
    fixes
}

fn insert_after(diagnostic: &Diagnostic, path: &str, source: &Source, token: usize) -> Fix {
    let at = source.bytes(token..token + 1).end;
    replace_in(
        edit::fix(
            diagnostic,
            format!("end the last declaration of {path}"),
            "verified",
        ),
        path,
        source.text(),
        at..at,
        ";",
    )
}

/// The workspace's headers that the file includes directly.
fn included(context: &Context<'_>) -> Vec<String> {
    let here = &context.request.file.path;
    let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
    context
        .source
        .text()
        .lines()
        .filter_map(|line| {
            let rest = line.trim_start().strip_prefix('#')?.trim_start();
            let name = rest
                .strip_prefix("include")?
                .trim_start()
                .strip_prefix('"')?;
            let name = name.split('"').next()?;
            Some(if folder.is_empty() {
                name.to_owned()
            } else {
                format!("{folder}/{name}")
            })
        })
        .collect()
}
