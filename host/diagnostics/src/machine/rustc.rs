//! rustc's JSON, alone or in cargo's messages.

use super::Reading;
use crate::draft::complete;
use crate::tools::{Bare, Context};
use crate::{
    ColumnUnit, Diagnostic, Location, Position, Related, Replacement, Severity, Suggestion,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cargo {
    reason: String,
    message: Option<Message>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(default)]
    name: String,
    #[serde(default)]
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Message {
    message: String,
    code: Option<Code>,
    level: String,
    #[serde(default)]
    spans: Vec<Span>,
    #[serde(default)]
    children: Vec<Message>,
    rendered: Option<String>,
}

#[derive(Deserialize)]
struct Code {
    code: String,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: u32,
    byte_end: u32,
    line_start: u32,
    line_end: u32,
    column_start: u32,
    column_end: u32,
    #[serde(default)]
    is_primary: bool,
    label: Option<String>,
    suggested_replacement: Option<String>,
    suggestion_applicability: Option<String>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Deserialize)]
struct Expansion {
    span: Span,
}

pub(super) fn cargo_line(line: &[u8], cx: &mut Context) -> Option<Reading> {
    let cargo: Cargo = serde_json::from_slice(line).ok()?;
    cx.bare = Some(Bare::Cargo);
    match cargo.reason.as_str() {
        "compiler-message" => {
            let target = cargo.target.map(|target| match target.kind.as_slice() {
                [] => target.name,
                kinds => format!("{} ({})", target.name, kinds.join(", ")),
            });
            Some(reading(cargo.message?, target))
        }
        "compiler-artifact" | "build-script-executed" | "build-finished" | "timing-info" => {
            Some(Reading::hidden())
        }
        _ => None,
    }
}

/// rustc's own line, from `rustc --error-format=json`.
pub(super) fn line(line: &[u8], cx: &mut Context) -> Option<Reading> {
    let message: Message = serde_json::from_slice(line).ok()?;
    cx.bare = Some(Bare::Cargo);
    Some(reading(message, None))
}

fn reading(message: Message, target: Option<String>) -> Reading {
    let shown = message.rendered.clone().unwrap_or_else(|| {
        let level = &message.level;
        format!("{level}: {}\n", message.message)
    });
    Reading {
        diagnostics: diagnostic(message, target).into_iter().collect(),
        shown: Some(shown),
    }
}

fn diagnostic(message: Message, target: Option<String>) -> Option<Diagnostic> {
    let severity = match message.level.as_str() {
        "error" | "error: internal compiler error" => Severity::Error,
        "warning" => Severity::Warning,
        // `For more information about this error, try …`.
        _ => return None,
    };
    if message.code.is_none() && crate::tools::is_rustc_summary(&message.message) {
        return None;
    }
    let mut d = super::new("rustc", "rust", severity);
    d.code = message.code.map(|code| code.code).unwrap_or_default();
    d.location = message
        .spans
        .iter()
        .find(|span| span.is_primary)
        .or(message.spans.first())
        .map(place);
    for span in &message.spans {
        if let Some(label) = &span.label {
            d.related.push(Related {
                message: label.clone(),
                location: Some(place(span)),
            });
        }
    }
    add_suggestions(&mut d, &message.message, &message.spans);
    d.message = message.message;
    add_children(&mut d, message.children);
    d.targets.extend(target);
    complete(&mut d);
    Some(d)
}

/// rustc's diagnostics have one level of children; hostile ones are cut by
/// serde_json's limit on nesting.
fn add_children(d: &mut Diagnostic, children: Vec<Message>) {
    for child in children {
        add_suggestions(d, &child.message, &child.spans);
        let place = child.spans.iter().find(|span| span.is_primary).map(place);
        d.related.push(Related {
            message: child.message,
            location: place,
        });
        add_children(d, child.children);
    }
}

/// The spans of a child that replace something. Parts of one proposal do not
/// overlap; where one does, the next alternative begins: rustc writes all
/// alternatives one after the other into the same list.
fn add_suggestions(d: &mut Diagnostic, message: &str, spans: &[Span]) {
    let mut open: Option<Suggestion> = None;
    for span in spans {
        let Some(text) = &span.suggested_replacement else {
            continue;
        };
        let next_alternative = open.as_ref().is_some_and(|open| {
            open.replacements.iter().any(|part| {
                let (start, end) = part.location.bytes.unwrap_or_default();
                part.location.path == span.file_name
                    && ((start, end) == (span.byte_start, span.byte_end)
                        || start < span.byte_end && span.byte_start < end)
            })
        });
        if next_alternative {
            d.suggestions.extend(open.take());
        }
        let suggestion = open.get_or_insert_with(|| Suggestion {
            message: message.to_owned(),
            applicability: String::new(),
            replacements: Vec::new(),
        });
        suggestion.applicability = span
            .suggestion_applicability
            .clone()
            .unwrap_or_else(|| "Unspecified".to_owned());
        suggestion.replacements.push(Replacement {
            location: exact(span),
            text: text.clone(),
        });
    }
    d.suggestions.extend(open);
}

/// Where the user wrote it: inside a macro of another crate nothing can be
/// mended, at its call something can.
fn place(span: &Span) -> Location {
    let mut span = span;
    while span.file_name.starts_with('<') || span.file_name.starts_with("/rustc/") {
        let Some(expansion) = &span.expansion else {
            break;
        };
        span = &expansion.span;
    }
    exact(span)
}

fn exact(span: &Span) -> Location {
    Location {
        path: span.file_name.clone(),
        start: Position {
            line: span.line_start,
            column: span.column_start,
        },
        end: Some(Position {
            line: span.line_end,
            column: span.column_end,
        }),
        unit: ColumnUnit::Char,
        bytes: Some((span.byte_start, span.byte_end)),
    }
}
