//! New import statements: their form and their place.

use super::{Edit, Import, Want, declarations, is_type, marks_types, quoted, sort_key};
use crate::{
    Source,
    modules::Config,
    style::{first_on_line, is_import, line_end, line_start, semicolon},
};
use oxc_ast::ast::{ImportDeclarationSpecifier, Statement, TSModuleReference};
use oxc_span::{GetSpan, Span};

/// A new import statement.
pub(super) struct Line {
    specifier: String,
    kind: u8,
    text: String,
}

/// The statements that import these names of a module.
pub(super) fn lines(
    source: &Source,
    config: &Config,
    specifier: &str,
    wanted: &[&Import],
) -> Vec<Line> {
    let from = quoted(source, specifier);
    let end = semicolon(source);
    let mut found = Vec::new();
    let beside_types =
        declarations(source).any(|import| import.source.value == specifier && is_type(import));
    let all_types = !wanted.is_empty() && wanted.iter().all(|want| want.type_only);
    let as_types = all_types && (marks_types(config) || beside_types);
    let keyword = if as_types { "import type" } else { "import" };
    let line = |kind, text| Line {
        specifier: specifier.to_owned(),
        kind,
        text,
    };
    let mut default = None;
    let mut names = Vec::new();
    for import in wanted {
        match &import.want {
            Want::Default(name) => default = Some(name.clone()),
            Want::Named(name) => names.push((name.clone(), import.type_only)),
            Want::Namespace(name) => {
                found.push(line(2, format!("{keyword} * as {name} from {from}{end}")));
            }
            Want::Equals(name) => {
                found.push(line(5, format!("import {name} = require({from}){end}")))
            }
        }
    }
    names.sort_by_key(|(name, _)| sort_key(name));
    let names: Vec<String> = names
        .into_iter()
        .map(|(name, types)| {
            if types && !as_types && marks_types(config) {
                format!("type {name}")
            } else {
                name
            }
        })
        .collect();
    let braces = format!("{{ {} }}", names.join(", "));
    match (default, names.is_empty()) {
        (None, true) => {}
        (None, false) => found.push(line(4, format!("{keyword} {braces} from {from}{end}"))),
        (Some(default), true) => {
            found.push(line(3, format!("{keyword} {default} from {from}{end}")))
        }
        (Some(default), false) if as_types => {
            found.push(line(3, format!("{keyword} {default} from {from}{end}")));
            found.push(line(4, format!("{keyword} {braces} from {from}{end}")));
        }
        (Some(default), false) => {
            found.push(line(
                3,
                format!("{keyword} {default}, {braces} from {from}{end}"),
            ));
        }
    }
    found
}

/// The `require` that takes these names of a module.
pub(super) fn require(source: &Source, specifier: &str, wanted: &[&Import]) -> Line {
    let from = quoted(source, specifier);
    let end = semicolon(source);
    let mut whole = None;
    let mut names = Vec::new();
    for import in wanted {
        match &import.want {
            Want::Default(name) => names.push((String::new(), format!("default: {name}"))),
            Want::Named(name) => names.push((name.clone(), name.clone())),
            Want::Namespace(name) | Want::Equals(name) => whole = Some(name.clone()),
        }
    }
    names.sort_by_key(|(name, _)| sort_key(name));
    let names: Vec<String> = names.into_iter().map(|(_, text)| text).collect();
    let text = match whole {
        Some(name) if names.is_empty() => format!("const {name} = require({from}){end}"),
        _ => format!("const {{ {} }} = require({from}){end}", names.join(", ")),
    };
    Line {
        specifier: specifier.to_owned(),
        kind: 6,
        text,
    }
}

/// External modules come before relative ones, then by name, then by kind.
fn key(specifier: &str, kind: u8) -> (bool, (String, String), u8) {
    (specifier.starts_with('.'), sort_key(specifier), kind)
}

fn statement_key(statement: &Statement) -> Option<(bool, (String, String), u8)> {
    match statement {
        Statement::ImportDeclaration(import) => {
            let kind = match import.specifiers.as_ref().map(|list| list.as_slice()) {
                None => 0,
                Some(_) if is_type(import) => 1,
                Some([ImportDeclarationSpecifier::ImportNamespaceSpecifier(_), ..]) => 2,
                Some([ImportDeclarationSpecifier::ImportDefaultSpecifier(_), ..]) => 3,
                Some(_) => 4,
            };
            Some(key(&import.source.value, kind))
        }
        Statement::TSImportEqualsDeclaration(import) => match &import.module_reference {
            TSModuleReference::ExternalModuleReference(reference) => {
                Some(key(&reference.expression.value, 5))
            }
            _ => None,
        },
        Statement::VariableDeclaration(_) => {
            require_source(statement).map(|specifier| key(&specifier, 6))
        }
        _ => None,
    }
}

fn require_source(statement: &Statement) -> Option<String> {
    let Statement::VariableDeclaration(variables) = statement else {
        return None;
    };
    let [declarator] = variables.declarations.as_slice() else {
        return None;
    };
    match declarator.init.as_ref()? {
        oxc_ast::ast::Expression::CallExpression(call) => {
            Some(call.common_js_require()?.value.to_string())
        }
        _ => None,
    }
}

/// Puts the statements where they belong.
pub(super) fn insert(source: &Source, mut lines: Vec<Line>) -> Vec<Edit> {
    if lines.is_empty() {
        return Vec::new();
    }
    lines.sort_by_key(|line| key(&line.specifier, line.kind));
    let text = source.text;
    let requires = lines.iter().all(|line| line.kind == 6);
    let existing: Vec<&Statement> = source
        .program
        .body
        .iter()
        .filter(|statement| {
            if requires {
                require_source(statement).is_some()
            } else {
                is_import(statement)
            }
        })
        .collect();
    let keys: Vec<_> = existing
        .iter()
        .filter_map(|statement| statement_key(statement))
        .collect();
    if existing.is_empty() || keys.len() != existing.len() {
        return vec![at_top(source, &lines)];
    }
    let sorted = keys.is_sorted();
    let mut edits: Vec<(usize, Edit)> = Vec::new();
    for line in lines {
        let own = key(&line.specifier, line.kind);
        let index = if sorted {
            keys.iter().position(|other| *other > own)
        } else {
            None
        };
        let index = index.unwrap_or(existing.len());
        let piece = if index == 0 {
            format!("{}\n", line.text)
        } else {
            format!("\n{}", line.text)
        };
        if let Some((_, edit)) = edits.iter_mut().find(|(at, _)| *at == index) {
            edit.text.push_str(&piece);
            continue;
        }
        let at = if index == 0 {
            let start = existing[0].span().start;
            let first = source
                .program
                .body
                .first()
                .is_some_and(|first| first.span().start == start);
            if first {
                start
            } else {
                attached(source, start)
            }
        } else {
            after(text, existing[index - 1].span())
        };
        edits.push((
            index,
            Edit {
                span: Span::new(at, at),
                text: piece,
                set: true,
            },
        ));
    }
    edits.into_iter().map(|(_, edit)| edit).collect()
}

/// The end of a statement, its line's trailing comment included.
fn after(text: &str, span: Span) -> u32 {
    let end = line_end(text, span.end);
    let rest = text[span.end as usize..end as usize].trim();
    if rest.is_empty() || rest.starts_with("//") {
        end
    } else {
        span.end
    }
}

/// Where the comments begin that stand right above a statement.
fn attached(source: &Source, start: u32) -> u32 {
    let text = source.text;
    let mut at = start;
    for comment in source.program.comments.iter().rev() {
        let span = comment.span;
        if span.end > at {
            continue;
        }
        let between = &text[span.end as usize..at as usize];
        if !between.trim().is_empty()
            || between.matches('\n').count() > 1
            || !first_on_line(text, span.start)
        {
            break;
        }
        at = line_start(text, span.start);
    }
    at
}

/// At the top of the file, below what belongs there: `#!`, directives, a
/// licence, `///` references.
fn at_top(source: &Source, lines: &[Line]) -> Edit {
    let text = source.text;
    let mut at = 0;
    if let Some(hashbang) = &source.program.hashbang {
        at = next_line(text, hashbang.span.end);
    }
    if let Some(directive) = source.program.directives.last() {
        at = next_line(text, directive.span.end);
    } else {
        at = header_end(source, at);
    }
    let body: String = lines
        .iter()
        .map(|line| format!("{}\n", line.text))
        .collect();
    let before = if at == 0 { "" } else { "\n" };
    let after = if text[at as usize..].starts_with(['\n', '\r']) || text[at as usize..].is_empty() {
        ""
    } else {
        "\n"
    };
    Edit {
        span: Span::new(at, at),
        text: format!("{before}{body}{after}"),
        set: true,
    }
}

fn next_line(text: &str, at: u32) -> u32 {
    let end = line_end(text, at) as usize;
    let rest = &text[end..];
    (end + if rest.starts_with("\r\n") {
        2
    } else {
        usize::from(rest.starts_with('\n'))
    }) as u32
}

fn header_end(source: &Source, from: u32) -> u32 {
    let text = source.text;
    let first = source
        .program
        .body
        .first()
        .map(|statement| statement.span().start);
    let line = |at: u32| text[..at as usize].matches('\n').count();
    let mut last: Option<(Span, bool)> = None;
    for comment in &source.program.comments {
        let span = comment.span;
        if first.is_some_and(|first| span.start >= first) {
            break;
        }
        let written = source.slice(span);
        let pinned = written.starts_with("/*!");
        let reference = written.starts_with("///") && written.contains('<');
        if pinned || reference {
            last = Some((span, true));
            continue;
        }
        if let Some((known, fixed)) = last
            && (fixed || line(span.start) >= line(known.end) + 2)
        {
            break;
        }
        if first.is_some_and(|first| line(first) < line(span.end) + 2) {
            break;
        }
        last = Some((span, false));
    }
    last.map_or(from, |(span, _)| next_line(text, span.end))
}
