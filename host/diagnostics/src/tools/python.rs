//! mypy, pyright, linters that print a code in front, and CPython itself.

use super::{Context, Follow};
use crate::draft::{self, Draft, Taken, append, related};
use crate::head::{Head, Shape};
use crate::text::{language, lossy, number, trim_end, trim_start};
use crate::{ColumnUnit, Diagnostic, Position, Severity};

pub(crate) fn begin_mypy(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    if !draft::stands_alone(head.severity) {
        return None;
    }
    let mut diagnostic = draft::from_head(head, "mypy", "python", ColumnUnit::Char, cx);
    let (message, code) = trailing_code(head.message, b"  [", b"]");
    diagnostic.message = lossy(message);
    if !code.is_empty() {
        diagnostic.code = lossy(code);
    }
    include_end(&mut diagnostic);
    Some(Draft::new(diagnostic, Follow::Mypy))
}

/// mypy's end column names the last character, not the place behind it.
fn include_end(d: &mut Diagnostic) {
    if let Some(end) = d.location.as_mut().and_then(|l| l.end.as_mut()) {
        end.column = end.column.saturating_add(1);
    }
}

/// Notes follow the error at the same place.
pub(crate) fn take_mypy(d: &mut Diagnostic, head: Option<&Head<'_>>, cx: &Context) -> Taken {
    match head {
        Some(head)
            if head.shape == Shape::Gnu
                && head.severity == Severity::Note
                && language(head.path) == Some("python") =>
        {
            d.related.push(related(head, ColumnUnit::Char, cx));
            Taken::Yes
        }
        _ => Taken::No,
    }
}

pub(crate) fn begin_pyright(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    if !draft::stands_alone(head.severity) {
        return None;
    }
    let language = language(head.path)?;
    let tool = if language == "python" {
        "pyright"
    } else {
        "tsc"
    };
    let mut diagnostic = draft::from_head(head, tool, language, ColumnUnit::Utf16, cx);
    code_of_pyright(&mut diagnostic);
    Some(Draft::new(diagnostic, Follow::Pyright))
}

/// The rule stands at the end of the last line: `… (reportCallIssue)`.
fn code_of_pyright(d: &mut Diagnostic) {
    let (message, code) = trailing_code(d.message.as_bytes(), b" (", b")");
    if code.starts_with(b"report") {
        d.code = lossy(code);
        d.message = lossy(message);
    }
}

/// Reasons are indented deeper than the head.
pub(crate) fn take_pyright(d: &mut Diagnostic, line: &[u8], head: Option<&Head<'_>>) -> Taken {
    if head.is_none() && line.starts_with(b"    ") && !trim_start(line).is_empty() {
        append(&mut d.message, line);
        code_of_pyright(d);
        return Taken::Yes;
    }
    Taken::No
}

/// `a.py:1:2: F401 [*] …` of ruff and flake8. Without such a code it is no
/// diagnostic.
pub(crate) fn begin_coded(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    let end = memchr::memchr(b' ', head.message)?;
    let code = head.message[..end]
        .strip_suffix(b":")
        .unwrap_or(&head.message[..end]);
    let letters = code.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let syntax = code == b"SyntaxError";
    let numbered = (1..=4).contains(&letters)
        && code.len() > letters
        && code[letters..].iter().all(u8::is_ascii_digit);
    if !numbered && !syntax {
        return None;
    }
    let mut diagnostic = draft::from_head(head, "ruff", "python", ColumnUnit::Char, cx);
    let message = trim_start(&head.message[end..]);
    diagnostic.message = lossy(message.strip_prefix(b"[*] ").unwrap_or(message));
    diagnostic.code = lossy(code);
    Some(Draft::new(diagnostic, Follow::Single))
}

/// The words between `open` and `close` at the end, if they look like a code.
fn trailing_code<'a>(message: &'a [u8], open: &[u8], close: &[u8]) -> (&'a [u8], &'a [u8]) {
    let message = trim_end(message);
    if let Some(inner) = message.strip_suffix(close)
        && let Some(at) = memchr::memmem::rfind(inner, open)
    {
        let code = &inner[at + open.len()..];
        if !code.is_empty()
            && code
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        {
            return (trim_end(&message[..at]), code);
        }
    }
    (message, b"")
}

/// The last place of a traceback, until the exception's name follows:
///
/// ```text
///   File "a.py", line 3
///     x = = 1
///         ^
/// SyntaxError: invalid syntax
/// ```
#[derive(Debug, Default)]
pub(crate) struct Memory {
    place: Option<(Vec<u8>, u32)>,
    lines: u8,
}

impl Memory {
    /// Whether no exception's name is awaited.
    pub(crate) fn expects_nothing(&self) -> bool {
        self.place.is_none()
    }
}

/// `py_compile` on an error of indentation:
/// `Sorry: IndentationError: unexpected indent (a.py, line 3)`.
fn sorry(line: &[u8], cx: &mut Context) -> Option<Draft> {
    let rest = line.strip_prefix(b"Sorry: ")?;
    let colon = memchr::memchr(b':', rest)?;
    let name = &rest[..colon];
    if !SYNTAX.contains(&name) {
        return None;
    }
    let text = trim_end(&rest[colon + 1..]).strip_suffix(b")")?;
    let open = memchr::memmem::rfind(text, b" (")?;
    let place = &text[open + 2..];
    let comma = memchr::memmem::rfind(place, b", line ")?;
    let (number, _) = number(&place[comma + b", line ".len()..])?;
    Some(of_syntax(&place[..comma], number, name, &text[..open], cx))
}

/// The exceptions that are a compiler's.
const SYNTAX: [&[u8]; 3] = [b"SyntaxError", b"IndentationError", b"TabError"];

/// Only errors of syntax are a compiler's; what a program raises when it runs
/// is not.
pub(crate) fn observe(line: &[u8], cx: &mut Context) -> Option<Draft> {
    let text = trim_start(line);
    if let Some(rest) = text.strip_prefix(b"File \"")
        && let Some(end) = memchr::memchr(b'"', rest)
        && let Some(after) = rest[end + 1..].strip_prefix(b", line ")
        && let Some((number, tail)) = number(after)
    {
        // With `, in f` behind it is a frame of a running program.
        let running = !tail.is_empty();
        cx.python = Memory {
            place: (!running).then(|| (rest[..end].to_vec(), number)),
            ..Memory::default()
        };
        return None;
    }
    if let Some(draft) = sorry(line, cx) {
        cx.python = Memory::default();
        return Some(draft);
    }
    cx.python.place.as_ref()?;
    cx.python.lines += 1;
    let memory = &mut cx.python;
    if line.starts_with(b"    ") && memory.lines <= 2 {
        return None;
    }
    let (path, number) = memory.place.take()?;
    let colon = memchr::memchr(b':', line)?;
    let name = &line[..colon];
    if !SYNTAX.contains(&name) {
        return None;
    }
    Some(of_syntax(&path, number, name, &line[colon + 1..], cx))
}

fn of_syntax(path: &[u8], number: u32, name: &[u8], message: &[u8], cx: &Context) -> Draft {
    let head = Head {
        shape: Shape::Plain,
        path,
        // The source line is shown without its indentation, so the caret
        // below it tells no column.
        start: Position {
            line: number,
            column: 0,
        },
        end: None,
        severity: Severity::Error,
        code: name,
        message: trim_start(message),
        project: b"",
    };
    let diagnostic = draft::from_head(&head, "python", "python", ColumnUnit::Char, cx);
    Draft::new(diagnostic, Follow::Single)
}
