//! gcc's `-fdiagnostics-format=json`: one array a translation unit.

use super::Reading;
use crate::draft::{complete, path};
use crate::text::trim_start;
use crate::tools::{Context, snippet::FIX_IT};
use crate::{
    ColumnUnit, Diagnostic, Location, Position, Related, Replacement, Severity, Suggestion,
};
use serde::Deserialize;
use std::fmt::Write as _;

#[derive(Deserialize)]
struct Message {
    kind: String,
    message: String,
    option: Option<String>,
    #[serde(default)]
    locations: Vec<Place>,
    #[serde(default)]
    fixits: Vec<FixIt>,
    #[serde(default)]
    children: Vec<Message>,
}

#[derive(Deserialize)]
struct Place {
    caret: Option<Point>,
    start: Option<Point>,
    finish: Option<Point>,
    label: Option<String>,
}

#[derive(Deserialize)]
struct FixIt {
    start: Point,
    next: Point,
    string: String,
}

#[derive(Deserialize)]
struct Point {
    file: Option<String>,
    #[serde(default)]
    line: i64,
    #[serde(default)]
    column: i64,
    /// Since gcc 11; before, `column` counted bytes.
    #[serde(rename = "byte-column")]
    byte_column: Option<i64>,
}

pub(super) fn line(line: &[u8], cx: &mut Context) -> Option<Reading> {
    if line == b"[]" {
        // A unit without a diagnostic, if gcc is known to write this way.
        return cx.c.json.then(Reading::hidden);
    }
    if !line.starts_with(b"[{") || !line.ends_with(b"]") {
        return None;
    }
    let messages: Vec<Message> = serde_json::from_slice(line).ok()?;
    cx.c.json = true;
    let mut reading = Reading::hidden();
    let mut shown = String::new();
    for message in messages {
        render(&mut shown, &message);
        let note = severity(&message.kind) == Severity::Note;
        match reading.diagnostics.last_mut() {
            Some(last) if note => add_note(last, message, cx),
            _ if note => {}
            _ => reading.diagnostics.push(diagnostic(message, cx)),
        }
    }
    reading.diagnostics.iter_mut().for_each(complete);
    reading.shown = Some(shown);
    Some(reading)
}

fn severity(kind: &str) -> Severity {
    match kind {
        "error" | "fatal error" | "internal compiler error" | "sorry, unimplemented" => {
            Severity::Error
        }
        "warning" | "pedwarn" | "permerror" => Severity::Warning,
        _ => Severity::Note,
    }
}

fn diagnostic(message: Message, cx: &mut Context) -> Diagnostic {
    let file = caret(&message)
        .and_then(|p| p.file.as_deref())
        .unwrap_or_default();
    let language =
        cx.c.language_of(file.as_bytes(), message.message.as_bytes());
    let mut d = super::new("gcc", language, severity(&message.kind));
    d.code = message.option.as_deref().map(code).unwrap_or_default();
    d.location = message
        .locations
        .first()
        .and_then(|place| location(place, cx));
    // Further ranges of the same diagnostic carry labels.
    for place in message.locations.iter().skip(1) {
        if let Some(label) = &place.label {
            d.related.push(Related {
                message: label.clone(),
                location: location(place, cx),
            });
        }
    }
    add_fix_its(&mut d, &message.message, &message.fixits, cx);
    d.message = message.message;
    for child in message.children {
        add_note(&mut d, child, cx);
    }
    d
}

fn add_note(d: &mut Diagnostic, note: Message, cx: &Context) {
    let text = String::from_utf8_lossy(trim_start(note.message.as_bytes())).into_owned();
    add_fix_its(d, &text, &note.fixits, cx);
    d.related.push(Related {
        message: text,
        location: note.locations.first().and_then(|place| location(place, cx)),
    });
    for child in note.children {
        add_note(d, child, cx);
    }
}

fn add_fix_its(d: &mut Diagnostic, message: &str, fix_its: &[FixIt], cx: &Context) {
    let replacements: Option<Vec<_>> = fix_its
        .iter()
        .map(|fix_it| replacement(fix_it, cx))
        .collect();
    if let Some(replacements) = replacements.filter(|r| !r.is_empty()) {
        d.suggestions.push(Suggestion {
            message: message.to_owned(),
            applicability: FIX_IT.to_owned(),
            replacements,
        });
    }
}

fn replacement(fix_it: &FixIt, cx: &Context) -> Option<Replacement> {
    Some(Replacement {
        location: Location {
            path: path(fix_it.start.file.as_deref()?.as_bytes(), cx).into_owned(),
            start: position(&fix_it.start),
            end: Some(position(&fix_it.next)),
            unit: ColumnUnit::Byte,
            bytes: None,
        },
        text: fix_it.string.clone(),
    })
}

fn caret(message: &Message) -> Option<&Point> {
    message.locations.first()?.caret.as_ref()
}

fn location(place: &Place, cx: &Context) -> Option<Location> {
    // The caret, as gcc's text has it: the range may begin before it.
    let start = place.caret.as_ref().or(place.start.as_ref())?;
    let file = start.file.as_deref()?;
    // `finish` names the last byte.
    let end = place
        .finish
        .as_ref()
        .or(place.caret.as_ref())
        .map(|finish| {
            let mut end = position(finish);
            end.column = end.column.saturating_add(1);
            end
        });
    let start = position(start);
    Some(Location {
        path: path(file.as_bytes(), cx).into_owned(),
        start,
        end: end.filter(|end| *end > start && start.column > 0),
        unit: ColumnUnit::Byte,
        bytes: None,
    })
}

/// gcc writes -1 where there is none.
fn position(point: &Point) -> Position {
    let column = point.byte_column.unwrap_or(point.column);
    Position {
        line: u32::try_from(point.line).unwrap_or(0),
        column: u32::try_from(column).unwrap_or(0),
    }
}

/// `-Werror=foo` and `-Wfoo` are both `-Wfoo`; other options are no codes.
fn code(option: &str) -> String {
    match option.strip_prefix("-Werror=") {
        Some(name) => format!("-W{name}"),
        None if option.starts_with("-W") => option.to_owned(),
        None => String::new(),
    }
}

/// What gcc would have printed, without the source, which is not here.
fn render(out: &mut String, message: &Message) {
    if let Some(point) = caret(message) {
        if let Some(file) = &point.file {
            let _ = write!(out, "{file}:");
        }
        let _ = write!(out, "{}:", point.line);
        if point.column > 0 {
            let _ = write!(out, "{}:", point.column);
        }
        out.push(' ');
    }
    let _ = write!(out, "{}: {}", message.kind, message.message);
    if let Some(option) = &message.option {
        let _ = write!(out, " [{option}]");
    }
    out.push('\n');
    for child in &message.children {
        render(out, child);
    }
}
