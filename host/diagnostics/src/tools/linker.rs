//! GNU ld and lld.

use super::{Context, Follow};
use crate::draft::{self, Draft, Taken, append};
use crate::head::{Head, Shape};
use crate::text::{extension, language, number, trim_start};
use crate::{ColumnUnit, Diagnostic, Position};
use memchr::{memmem, memrchr};

/// `l.c:(.text+0x5): undefined reference to `f'`,
/// `/usr/bin/ld: /tmp/x.o:/src/a.c:1: multiple definition of `f'; …`,
/// `/usr/bin/ld: cannot find -lx`.
pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    let said = head.message;
    if said.starts_with(b"cannot find ") && !says_ld(head.path) {
        return None;
    }
    cx.link_failed = true;
    let (path, line) = source(head);
    let place = Head {
        shape: Shape::Linker,
        path,
        start: Position { line, column: 0 },
        ..head.clone()
    };
    let language = language(path).or_else(|| cx.c.language()).unwrap_or("c");
    let mut diagnostic = draft::from_head(&place, "ld", language, ColumnUnit::Byte, cx);
    split_first_place(&mut diagnostic, cx);
    // An object file is no place to mend.
    if matches!(extension(path), b"o" | b"obj" | b"a" | b"so" | b"") {
        diagnostic.location = None;
    }
    Some(Draft::new(diagnostic, Follow::Single))
}

/// `multiple definition of `f'; /tmp/x.o:/src/a.c:1: first defined here`: the
/// second half is a place of its own.
fn split_first_place(d: &mut Diagnostic, cx: &Context) {
    let Some((what, place)) = d.message.split_once("; ") else {
        return;
    };
    let Some(place) = place.strip_suffix(": first defined here") else {
        return;
    };
    let head = Head {
        shape: Shape::Linker,
        path: place.as_bytes(),
        start: Position { line: 0, column: 0 },
        end: None,
        severity: d.severity,
        code: b"",
        message: b"first defined here",
        project: b"",
    };
    let (path, line) = source(&head);
    let head = Head {
        path: if language(path).is_some() { path } else { b"" },
        start: Position { line, column: 0 },
        ..head.clone()
    };
    d.related.push(draft::related(&head, ColumnUnit::Byte, cx));
    d.message = what.to_owned();
}

fn says_ld(path: &[u8]) -> bool {
    let name = memrchr(b'/', path).map_or(path, |at| &path[at + 1..]);
    memmem::find(name, b"ld").is_some()
}

/// The source file in what stands before the message.
fn source<'a>(head: &Head<'a>) -> (&'a [u8], u32) {
    let mut path = head.path;
    let mut line = head.start.line;
    if let Some(at) = memmem::rfind(path, b": ") {
        path = &path[at + 2..];
    }
    // `a.c:(.text+0x5)`.
    if path.ends_with(b")")
        && let Some(at) = memmem::rfind(path, b":(")
    {
        path = &path[..at];
    }
    if line == 0
        && let Some(at) = memrchr(b':', path)
        && let Some((value, [])) = number(&path[at + 1..])
    {
        line = value;
        path = &path[..at];
    }
    // `/tmp/x.o:/src/a.c`: the object first.
    if let Some(at) = memmem::rfind(path, b".o:") {
        path = &path[at + 3..];
    }
    (path, line)
}

/// `ld.lld: error: undefined symbol: f`, whose places come below.
pub(crate) fn begin_lld(head: &Head<'_>, cx: &mut Context) -> Draft {
    cx.link_failed = true;
    let language = cx.c.language().unwrap_or("c");
    let mut diagnostic = draft::from_head(head, "ld", language, ColumnUnit::Byte, cx);
    diagnostic.location = None;
    Draft::new(diagnostic, Follow::Lld)
}

/// `>>> referenced by a.c:3 (/src/a.c:3)`.
pub(crate) fn take_lld(d: &mut Diagnostic, line: &[u8], cx: &Context) -> Taken {
    let Some(rest) = line.strip_prefix(b">>>") else {
        return Taken::No;
    };
    if d.location.is_none()
        && let Some(said) = trim_start(rest).strip_prefix(b"referenced by ")
    {
        let place = match memmem::find(said, b" (") {
            Some(at) => said[at + 2..].strip_suffix(b")").unwrap_or(said),
            None => said,
        };
        if let Some(colon) = memrchr(b':', place)
            && let Some((value, [])) = number(&place[colon + 1..])
            && language(&place[..colon]).is_some()
        {
            let place = Head {
                shape: Shape::Linker,
                path: &place[..colon],
                start: Position {
                    line: value,
                    column: 0,
                },
                end: None,
                severity: d.severity,
                code: b"",
                message: b"",
                project: b"",
            };
            d.location = draft::location(&place, ColumnUnit::Byte, cx);
        }
    }

    append(&mut d.message, line);

    Taken::Yes
}
