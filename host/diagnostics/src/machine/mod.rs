//! What tools print for machines: JSON, a line or a document at a time.

mod document;
mod gcc;
mod python;
mod rustc;
mod sarif;

pub(crate) use document::{Document, Fed};

use crate::Diagnostic;
use crate::tools::Context;

/// What a line of JSON means.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What the user sees in its place; `None` to leave the line as it is.
    pub(crate) shown: Option<String>,
}

impl Reading {
    fn hidden() -> Self {
        Self {
            diagnostics: Vec::new(),
            shown: Some(String::new()),
        }
    }
}

/// Whether [`line`] or a [`Document`] may begin with it.
pub(crate) fn may_begin(line: &[u8]) -> bool {
    matches!(line, [b'{', ..] | [b'[', b'{' | b']', ..])
}

/// Reads a line that begins with `{` or `[`. `None` if no known tool wrote it.
pub(crate) fn line(line: &[u8], cx: &mut Context) -> Option<Reading> {
    let has = |words: &[u8]| memchr::memmem::find(&line[..line.len().min(4096)], words).is_some();
    match line.first()? {
        b'[' => gcc::line(line, cx),
        b'{' if line.starts_with(b"{\"reason\":") => rustc::cargo_line(line, cx),
        b'{' if has(b"\"$message_type\"") => rustc::line(line, cx),
        // Before Rust 1.71 there was no `$message_type`.
        b'{' if has(b"\"rendered\"") || has(b"\"spans\"") => rustc::line(line, cx),
        b'{' if has(b"\"runs\"") && has(b"\"version\"") => {
            sarif::read(line).map(|diagnostics| Reading {
                diagnostics,
                shown: None,
            })
        }
        b'{' if has(b"\"hint\"") && has(b"\"severity\"") => python::mypy_line(line, cx),
        _ => None,
    }
}

/// The parts of a diagnostic that are the same for every reader.
fn new(tool: &str, language: &str, severity: crate::Severity) -> Diagnostic {
    Diagnostic {
        tool: tool.to_owned(),
        language: language.to_owned(),
        code: String::new(),
        class: String::new(),
        severity,
        phase: crate::Phase::Type,
        message: String::new(),
        arguments: Vec::new(),
        location: None,
        related: Vec::new(),
        suggestions: Vec::new(),
        targets: Vec::new(),
    }
}
