//! javac, and Maven around it.

use super::{Bare, Context, Follow};
use crate::draft::{self, Draft, Taken, append, related};
use crate::head::{Head, Shape};
use crate::text::{language, lossy, trim_start};
use crate::{ColumnUnit, Diagnostic};

/// What follows a head: the source line, the caret under it, and the rest of
/// the message.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Lines that may still come before the caret.
    before_caret: u8,
    in_note: bool,
}

impl Lines {
    /// A message of two lines and the source line, at most.
    const BEFORE_CARET: u8 = 3;
}

pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    cx.bare = Some(Bare::Javac);
    if !draft::stands_alone(head.severity) {
        return None;
    }
    let mut diagnostic = draft::from_head(head, "javac", "java", ColumnUnit::Utf16, cx);
    // `[unchecked] …`: the lint that warns.
    if let Some(rest) = head.message.strip_prefix(b"[")
        && let Some(end) = memchr::memchr(b']', rest)
        && !rest[..end].is_empty()
        && rest[..end]
            .iter()
            .all(|b| b.is_ascii_lowercase() || *b == b'-')
    {
        diagnostic.code = lossy(&rest[..end]);
        diagnostic.message = lossy(trim_start(&rest[end + 1..]));
    }
    Some(Draft::new(
        diagnostic,
        Follow::Javac(Lines {
            before_caret: Lines::BEFORE_CARET,
            in_note: false,
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
        if let Some(head) = head.filter(|h| h.shape == Shape::Gnu && h.start.line > 0)
            && language(head.path) == Some("java")
        {
            if draft::stands_alone(head.severity) {
                return Taken::No;
            }
            d.related.push(related(head, ColumnUnit::Utf16, cx));
            *self = Self {
                before_caret: Self::BEFORE_CARET,
                in_note: true,
            };
            return Taken::Yes;
        }
        // A source line may look like anything, but hardly like another
        // diagnostic at the margin.
        if head.is_some() && !line.starts_with(b" ") && !line.starts_with(b"\t") {
            return Taken::No;
        }
        if self.before_caret > 0 {
            if let Some(column) = caret(line) {
                self.before_caret = 0;
                let place = if self.in_note {
                    d.related.last_mut().and_then(|r| r.location.as_mut())
                } else {
                    d.location.as_mut()
                };
                if let Some(place) = place {
                    place.start.column = column;
                }
                return Taken::Yes;
            }
            self.before_caret -= 1;
            if line.is_empty() || is_count(line) {
                return Taken::No;
            }
            return Taken::Yes;
        }
        // `  symbol:   class X`, `    (argument mismatch; …)`.
        if line.starts_with(b"  ") && !trim_start(line).is_empty() {
            match d.related.last_mut() {
                Some(note) if self.in_note => append(&mut note.message, line),
                _ => append(&mut d.message, line),
            }
            return Taken::Yes;
        }
        Taken::No
    }
}

/// `3 errors`, `1 warning`: the end of javac's output.
fn is_count(line: &[u8]) -> bool {
    crate::text::number(line).is_some_and(|(_, rest)| {
        matches!(rest, b" error" | b" errors" | b" warning" | b" warnings")
    })
}

/// The column of a line that is only a caret. javac repeats the tabs of the
/// source line in front of it and puts one space for each other UTF-16 unit,
/// so the bytes before the caret count just those.
fn caret(line: &[u8]) -> Option<u32> {
    let before = line.strip_suffix(b"^")?;
    if !before.iter().all(|b| matches!(b, b' ' | b'\t')) {
        return None;
    }
    u32::try_from(before.len()).ok()?.checked_add(1)
}

pub(crate) fn begin_maven(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    if head.start.line > 0 {
        cx.maven_named = true;
        let language = language(head.path).unwrap_or("java");
        let tool = if language == "java" { "javac" } else { "maven" };
        let mut diagnostic = draft::from_head(head, tool, language, ColumnUnit::Utf16Tabs, cx);
        // On Windows Maven prints `/C:/x`.
        if let Some(place) = &mut diagnostic.location
            && let [b'/', drive, b':', b'/', ..] = place.path.as_bytes()
            && drive.is_ascii_alphabetic()
        {
            place.path.remove(0);
        }
        if let Some(message) = diagnostic.message.strip_prefix("error: ") {
            diagnostic.message = message.to_owned();
        }
        return Some(Draft::new(diagnostic, Follow::Maven));
    }
    // Everything else is Maven's own, and matters only if no file was named.
    if cx.maven_named
        || !draft::stands_alone(head.severity)
        || head.severity != crate::Severity::Error
    {
        return None;
    }
    let said = head.message;
    let own = said.starts_with(b"Failed to execute goal ")
        || said.starts_with(b"The build could not read ")
        || said.starts_with(b"Non-resolvable ")
        || said.starts_with(b"Malformed POM ")
        || said.starts_with(b"Could not ")
        || said.starts_with(b"Unknown lifecycle phase ");
    own.then(|| {
        let diagnostic = draft::from_head(head, "maven", "java", ColumnUnit::Utf16, cx);
        Draft::new(diagnostic, Follow::Single)
    })
}

/// `  symbol:   class X`, with `[ERROR] ` in front in the closing list.
pub(crate) fn take_maven(d: &mut Diagnostic, line: &[u8], head: Option<&Head<'_>>) -> Taken {
    let rest = match head {
        Some(head) if head.shape == Shape::Maven && head.start.line == 0 => head.message,
        Some(_) => return Taken::No,
        None => line,
    };
    if rest.starts_with(b"  ") && !trim_start(rest).is_empty() {
        append(&mut d.message, rest);
        return Taken::Yes;
    }
    Taken::No
}
