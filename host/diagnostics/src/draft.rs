//! A diagnostic of which more lines may follow.

use crate::head::Head;
use crate::text::{arguments, join, lossy};
use crate::tools::{Context, Follow};
use crate::{ColumnUnit, Diagnostic, Location, Phase, Related, Severity, identity, phase, text};
use std::borrow::Cow;

/// Lines and bytes that may follow a head; a longer diagnostic is cut there.
const MAX_LINES: usize = 400;
const MAX_BYTES: usize = 256 * 1024;

/// What became of a line that was offered to a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It belongs to the diagnostic.
    Yes,
    /// It does, and the user need not see it.
    Hidden,
    /// It does not.
    No,
}

#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) diagnostic: Box<Diagnostic>,
    pub(crate) follow: Follow,
    lines: usize,
    bytes: usize,
}

impl Draft {
    pub(crate) fn new(diagnostic: Diagnostic, follow: Follow) -> Self {
        Self {
            diagnostic: Box::new(diagnostic),
            follow,
            lines: 0,
            bytes: 0,
        }
    }

    /// Whether no line can follow.
    pub(crate) fn is_complete(&self) -> bool {
        matches!(self.follow, Follow::Single)
    }

    /// Offers the next line; `head` is what it looks like by itself.
    pub(crate) fn take(&mut self, line: &[u8], head: Option<&Head<'_>>, cx: &mut Context) -> Taken {
        self.lines += 1;
        self.bytes += line.len();
        if self.lines > MAX_LINES || self.bytes > MAX_BYTES {
            return Taken::No;
        }
        self.follow.take(&mut self.diagnostic, line, head, cx)
    }

    /// Fills in what follows from the rest; `None` if it turned out to be no
    /// diagnostic.
    pub(crate) fn finish(mut self, cx: &mut Context) -> Option<Box<Diagnostic>> {
        if !self.follow.finish(&mut self.diagnostic, cx) {
            return None;
        }
        complete(&mut self.diagnostic);
        Some(self.diagnostic)
    }
}

/// Arguments, class and phase, from the other fields.
pub(crate) fn complete(diagnostic: &mut Diagnostic) {
    let d = diagnostic;
    let kept = d.message.trim_end().len();
    d.message.truncate(kept);
    d.arguments = arguments(&d.message);
    d.class = if d.code.is_empty() {
        format!(
            "{}/{}",
            d.language,
            identity::class_slug(&d.tool, &d.language, &d.message)
        )
    } else {
        format!("{}/{}", d.language, d.code)
    };
    d.phase = phase::of(d);
}

/// A diagnostic with what a head says; the tool fills in the rest.
pub(crate) fn from_head(
    head: &Head<'_>,
    tool: &str,
    language: &str,
    unit: ColumnUnit,
    cx: &Context,
) -> Diagnostic {
    Diagnostic {
        tool: tool.to_owned(),
        language: language.to_owned(),
        code: lossy(head.code),
        class: String::new(),
        severity: head.severity,
        // A placeholder: `complete` sets it.
        phase: Phase::Type,
        message: lossy(head.message),
        arguments: Vec::new(),
        location: location(head, unit, cx),
        related: Vec::new(),
        suggestions: Vec::new(),
        targets: Vec::new(),
    }
}

/// The place that a head names.
pub(crate) fn location(head: &Head<'_>, unit: ColumnUnit, cx: &Context) -> Option<Location> {
    (!head.path.is_empty()).then(|| Location {
        path: path(head.path, cx).into_owned(),
        start: head.start,
        end: head.end,
        unit,
        bytes: None,
    })
}

/// A printed path, joined to the folder that make said it is in.
pub(crate) fn path<'a>(printed: &'a [u8], cx: &Context) -> Cow<'a, str> {
    let printed = text::utf8(printed);
    match cx.folder() {
        Some(folder) if !text::is_absolute(printed.as_bytes()) && !printed.starts_with('<') => {
            join(folder, &printed).into()
        }
        _ => printed,
    }
}

/// A note as it is kept with its error.
pub(crate) fn related(head: &Head<'_>, unit: ColumnUnit, cx: &Context) -> Related {
    Related {
        message: lossy(text::trim_start(head.message)),
        location: location(head, unit, cx),
    }
}

/// Appends a further line to a message.
pub(crate) fn append(message: &mut String, line: &[u8]) {
    message.push('\n');
    message.push_str(&String::from_utf8_lossy(text::trim_end(line)));
}

/// Whether this severity begins a diagnostic of its own.
pub(crate) fn stands_alone(severity: Severity) -> bool {
    severity != Severity::Note
}
