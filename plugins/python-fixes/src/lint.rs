//! What pyflakes' rules say, in ruff's or flake8's words.

use crate::{Context, names};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix, edit};

/// F821: mypy's rule, asked in mypy's words.
pub(crate) fn undefined(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let mut asked = diagnostic.clone();
    asked.message = diagnostic.message.replace(['`', '\''], "\"");
    names::undefined(context, &asked)
}

/// F401: a name that is imported and not used. What a package's own file
/// imports is there for others, and what stands alone in a block holds it up.
pub(crate) fn unused_import(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let message = diagnostic.message.as_str();
    let own = file.path().rsplit('/').next() == Some("__init__.py");
    if own || message.contains("consider") || !message.contains("imported but unused") {
        return Vec::new();
    }
    let Some(name) = message.split(['`', '\'']).nth(1) else {
        return Vec::new();
    };
    let at = diagnostic.span.start as usize;
    let kinds = ["import_statement", "import_from_statement"];
    let around = file.around(at..at + 1);
    let Some(place) = around.iter().position(|n| kinds.contains(&n.kind.as_str())) else {
        return Vec::new();
    };
    let Some(statement) = around.get(place) else {
        return Vec::new();
    };
    if around
        .get(place + 1)
        .is_none_or(|parent| parent.kind != "module")
    {
        return Vec::new();
    }
    let found = file.matches(&format!("({} name: (_) @name) @whole", statement.kind));
    let mut imported: Vec<Node> = found
        .iter()
        .filter(|m| {
            m.get("whole")
                .is_some_and(|whole| whole.range == statement.range)
        })
        .filter_map(|m| m.get("name").cloned())
        .collect();
    imported.sort_by_key(|n| n.range.start);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let wanted = words(name);
    let fits = |n: &Node| {
        let text = words(file.of(n));
        text == wanted || wanted.ends_with(&format!(".{text}"))
    };
    let mut unused = (0..imported.len()).filter(|i| fits(&imported[*i]));
    let (Some(index), None) = (unused.next(), unused.next()) else {
        return Vec::new();
    };
    let range = if imported.len() == 1 {
        let end = file.line(statement.range.end).end;
        let behind = file.slice(statement.range.end..end).trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            return Vec::new();
        }
        let next = file.text().get(end..end + 1) == Some("\n");
        statement.range.start..end + usize::from(next)
    } else if let Some(next) = imported.get(index + 1) {
        imported[index].range.start..next.range.start
    } else {
        imported[index - 1].range.end..imported[index].range.end
    };
    let title = format!("leave the unused import of `{name}` out");
    vec![context.replace(diagnostic, title, range, "")]
}

/// F541: an f-string that fills nothing in.
pub(crate) fn plain_string(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = diagnostic.span.start as usize;
    let prefix: String = file
        .slice(at..file.line(at).end)
        .chars()
        .take_while(char::is_ascii_alphabetic)
        .collect();
    let Some(letter) = prefix.find(['f', 'F']) else {
        return Vec::new();
    };
    let Some(string) = file.enclosing(at..at + 1, &["string"]) else {
        return Vec::new();
    };
    // What is written twice for one would become two.
    if string.range.start != at || file.of(&string).contains(['{', '}']) {
        return Vec::new();
    }
    let fix = edit::fix(diagnostic, "leave the `f` out", "exact");
    vec![file.edit(fix, at + letter..at + letter + 1, "")]
}
