//! `path(1,2): error X1: message [project]`: what MSBuild, csc, tsc and msvc
//! share.

use super::{Head, NOWHERE, Shape, code_and_message, severity};
use crate::text::{extension, number, trim_end, trim_start};
use crate::{Position, Severity};
use memchr::{memchr, memmem, memrchr, memrchr_iter};

/// MSBuild allows a word of the tool's own before the severity:
/// `a.xaml(1,2): XamlC error XFC0000: …`.
pub(super) fn subcategory<'a>(before: &'a [u8], after: &'a [u8]) -> Option<Head<'a>> {
    if !before.ends_with(b")") {
        return None;
    }
    let word = after.iter().take(32).position(|b| *b == b' ')?;
    let (severity, rest) = severity(trim_start(&after[word..]))?;
    let (code, message) = code_and_message(rest)?;
    if code.is_empty() {
        return None;
    }
    paren(trim_start(before), severity, code, message)
}

pub(super) fn paren<'a>(
    origin: &'a [u8],
    severity: Severity,
    code: &'a [u8],
    message: &'a [u8],
) -> Option<Head<'a>> {
    let origin = without_node(origin);
    let (path, start, end) = places(origin).unwrap_or((origin, NOWHERE, None));
    let single = memchr(b' ', path).is_none();
    if path.is_empty() || start.line == 0 && !single && extension(path).is_empty() {
        return None;
    }
    let (message, project) = split_project(message);
    Some(Head {
        shape: Shape::Paren,
        path,
        start,
        end,
        severity,
        code,
        message,
        project,
    })
}

/// `12>` in front: the number of MSBuild's node.
fn without_node(origin: &[u8]) -> &[u8] {
    match number(origin) {
        Some((_, [b'>', rest @ ..])) => trim_start(rest),
        // `12:5>` counts the runs of one project.
        Some((_, [b':', rest @ ..])) => match number(rest) {
            Some((_, [b'>', rest @ ..])) => trim_start(rest),
            _ => origin,
        },
        _ => origin,
    }
}

/// `path(12)`, `path(12,8)`, `path(12,8-11)`, `path(12-13)`,
/// `path(12,8,13,4)`. The last `(` counts: `C:\Program Files (x86)\a.cs(1,2)`.
fn places(origin: &[u8]) -> Option<(&[u8], Position, Option<Position>)> {
    let inner = origin.strip_suffix(b")")?;
    let open = memrchr(b'(', inner)?;
    let (path, mut rest) = (&origin[..open], &inner[open + 1..]);
    let mut numbers = [0; 4];
    let mut separators = [0; 4];
    let mut count = 0;
    loop {
        let (value, tail) = number(rest)?;
        numbers[count] = value;
        count += 1;
        match tail {
            [] => break,
            [separator @ (b',' | b'-'), tail @ ..] if count < 4 => {
                separators[count] = *separator;
                // tsc and MSBuild put no space here, others do.
                rest = trim_start(tail);
            }
            _ => return None,
        }
    }
    let at = |line, column| Position { line, column };
    let [a, b, c, d] = numbers;
    let (start, end) = match (count, &separators[1..count]) {
        (1, _) => (at(a, 0), None),
        (2, [b'-']) => (at(a, 0), Some(at(b, 0))),
        (2, _) => (at(a, b), None),
        (3, [b',', b'-']) => (at(a, b), Some(at(a, c))),
        (4, [b',', b',', b',']) | (4, [b',', b'-', b',']) => (at(a, b), Some(at(c, d))),
        (4, [b'-', b',', b'-']) => (at(a, c), Some(at(b, d))),
        _ => return None,
    };
    (!path.is_empty()).then_some((path, start, end))
}

/// ` [/x/y.csproj::TargetFramework=net8.0]` at the end of a message.
fn split_project(message: &[u8]) -> (&[u8], &[u8]) {
    let trimmed = trim_end(message);
    let Some(inner) = trimmed.strip_suffix(b"]") else {
        return (message, b"");
    };
    // From the right, since messages have brackets too, and at the first one
    // that begins a whole path, since folders may have them as well.
    let mut end = inner.len();
    for _ in 0..8 {
        let Some(at) = rfind_opening(&inner[..end]) else {
            break;
        };
        let project = &inner[at + 2..];
        if crate::text::is_absolute(project) && is_project(project) {
            return (trim_end(&message[..at]), project);
        }
        end = at;
    }
    match rfind_opening(inner) {
        Some(at) if is_project(&inner[at + 2..]) => (trim_end(&message[..at]), &inner[at + 2..]),
        _ => (message, b""),
    }
}

/// The last ` [`.
fn rfind_opening(text: &[u8]) -> Option<usize> {
    memrchr_iter(b'[', text)
        .map(|at| at.wrapping_sub(1))
        .find(|at| text.get(*at) == Some(&b' '))
}

fn is_project(text: &[u8]) -> bool {
    let file = memmem::find(text, b"::").map_or(text, |at| &text[..at]);
    let kind = extension(file);
    kind.ends_with(b"proj")
        || matches!(
            kind,
            b"sln" | b"slnx" | b"slnf" | b"cs" | b"targets" | b"props"
        )
}
