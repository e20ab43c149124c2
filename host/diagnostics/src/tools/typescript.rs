//! tsc, plain and `--pretty`.

use super::{Context, Follow};
use crate::draft::{self, Draft, Taken, append, related};
use crate::head::{Head, Shape};
use crate::text::{language, lossy, trim_start};
use crate::{ColumnUnit, Diagnostic, Related};

/// What may follow.
#[derive(Debug)]
pub(crate) struct Lines {
    pretty: bool,
    /// Whether the code frame has begun: chains of reasons come before it.
    framed: bool,
    /// Whether an indented place awaits its message.
    open: bool,
    blank: bool,
}

pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    let mut draft = new(head, cx, false)?;
    if !head.project.is_empty() {
        draft.diagnostic.targets.push(lossy(head.project));
    }
    Some(draft)
}

pub(crate) fn begin_pretty(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    new(head, cx, true)
}

/// `error TS5023: …`, about the options or the project as a whole.
pub(crate) fn begin_global(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    new(head, cx, false)
}

fn new(head: &Head<'_>, cx: &mut Context, pretty: bool) -> Option<Draft> {
    if !draft::stands_alone(head.severity) {
        return None;
    }
    let language = language(head.path)
        .filter(|language| *language == "javascript")
        .unwrap_or("typescript");
    let diagnostic = draft::from_head(head, "tsc", language, ColumnUnit::Utf16, cx);
    Some(Draft::new(
        diagnostic,
        Follow::TypeScript(Lines {
            pretty,
            framed: false,
            open: false,
            blank: false,
        }),
    ))
}

impl Lines {
    pub(crate) fn take(
        &mut self,
        d: &mut Diagnostic,
        line: &[u8],
        head: Option<&Head<'_>>,
        cx: &Context,
    ) -> Taken {
        if let Some(head) = head
            && !(self.pretty && line.starts_with(b" "))
            && matches!(head.shape, Shape::Paren | Shape::Dash | Shape::Bare)
        {
            return Taken::No;
        }
        if !self.pretty {
            // Reasons are indented by two spaces a level.
            if line.starts_with(b"  ") && !trim_start(line).is_empty() {
                append(&mut d.message, line);
                return Taken::Yes;
            }
            return Taken::No;
        }
        let text = trim_start(line);
        if text.is_empty() {
            self.framed = true;
            // One blank line sets off the frame, two end the diagnostic.
            return if std::mem::replace(&mut self.blank, true) {
                Taken::No
            } else {
                Taken::Yes
            };
        }
        self.blank = false;
        if !self.framed {
            return if line.starts_with(b"  ") {
                append(&mut d.message, line);
                Taken::Yes
            } else {
                Taken::No
            };
        }
        if line.starts_with(b"  ") {
            if let Some((path, start)) = place(text) {
                let head = Head {
                    shape: Shape::Dash,
                    path,
                    start,
                    end: None,
                    severity: crate::Severity::Note,
                    code: b"",
                    message: b"",
                    project: b"",
                };
                d.related.push(related(&head, ColumnUnit::Utf16, cx));
                self.open = true;
                return Taken::Yes;
            }
            if is_frame(text) {
                return Taken::Yes;
            }
            if let Some(Related { message, .. }) = d.related.last_mut()
                && self.open
            {
                if !message.is_empty() {
                    message.push('\n');
                }
                message.push_str(&lossy(text));
                return Taken::Yes;
            }
            return Taken::No;
        }
        // The frame: `12 code` and a line of tildes below it.
        if is_frame(line) {
            Taken::Yes
        } else {
            Taken::No
        }
    }
}

/// `12 code`, `~~~~`, `...`.
fn is_frame(text: &[u8]) -> bool {
    let text = trim_start(text);
    match text.first() {
        Some(b'~') => text.iter().all(|b| *b == b'~'),
        Some(b'.') => text.starts_with(b"..."),
        Some(b'0'..=b'9') => {
            let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
            matches!(text.get(digits), None | Some(b' ' | b'\t'))
        }
        _ => false,
    }
}

/// `path:12:8` and nothing else.
fn place(text: &[u8]) -> Option<(&[u8], crate::Position)> {
    let colon = memchr::memrchr(b':', text)?;
    let (column, []) = crate::text::number(&text[colon + 1..])? else {
        return None;
    };
    let before = &text[..colon];
    let colon = memchr::memrchr(b':', before)?;
    let (line, []) = crate::text::number(&before[colon + 1..])? else {
        return None;
    };
    (colon > 0).then_some((&before[..colon], crate::Position { line, column }))
}
