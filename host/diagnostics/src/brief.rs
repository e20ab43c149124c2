//! Reading a log only to count: what one line says whole is lent, and repeats
//! are told by number.

use crate::draft::complete;
use crate::head::{self, Head};
use crate::parser::{Item, pass};
use crate::repeats::{Repeats, Run};
use crate::text::utf8;
use crate::tools::Context;
use crate::tools::msbuild::{self, Spoken};
use crate::{Diagnostic, Position, Severity};
use memchr::{memchr, memchr2};
use std::borrow::Cow;

/// What comes out of [`crate::Parser::push_brief`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Brief<'a> {
    /// As from [`crate::Parser::push`]; texts in a row are still the input.
    Item(Item<'a>),
    /// A diagnostic that is one line, after its text.
    Line(Line<'a>),
    /// So many diagnostics that are, byte for byte, lines given before, after
    /// their texts.
    Repeats {
        /// Errors among them.
        errors: u64,
        /// Warnings among them.
        warnings: u64,
    },
}

/// A diagnostic that one line says whole, still in the input's bytes.
#[derive(Debug)]
pub struct Line<'a> {
    spoken: Spoken<'a>,
    cx: &'a Context,
}

impl<'a> Line<'a> {
    fn read(raw: &'a [u8], cx: &'a Context) -> Option<Self> {
        let mut line = raw;
        while let [rest @ .., b'\n' | b'\r'] = line {
            line = rest;
        }
        let head: Head<'a> = head::find(line)?;
        let spoken = msbuild::one_line(&head)?;
        // What a terminal would show must be found out first.
        memchr2(0x1b, b'\r', line)
            .is_none()
            .then_some(Self { spoken, cx })
    }

    /// How bad.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.spoken.head.severity
    }

    /// The language of its class.
    #[must_use]
    pub fn language(&self) -> &'static str {
        self.spoken.language
    }

    /// The tool's own code; empty if it has none.
    #[must_use]
    pub fn code(&self) -> Cow<'a, str> {
        utf8(self.spoken.head.code)
    }

    /// What it says.
    #[must_use]
    pub fn message(&self) -> Cow<'a, str> {
        match utf8(self.spoken.head.message) {
            Cow::Borrowed(message) => Cow::Borrowed(message.trim_end()),
            Cow::Owned(message) => Cow::Owned(message.trim_end().to_owned()),
        }
    }

    /// Where, as [`crate::Location`] has it.
    #[must_use]
    pub fn place(&self) -> Option<(Cow<'a, str>, Position)> {
        Some((self.spoken.path(self.cx)?, self.spoken.head.start))
    }

    /// All of it, copied.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic = self.spoken.diagnostic(self.cx);
        complete(&mut diagnostic);
        diagnostic
    }
}

/// Reads whole lines from the chunk's start, up to one that needs the reader.
/// Returns what is behind them.
pub(crate) fn read<'a>(
    mut chunk: &'a [u8],
    max_line: usize,
    cx: &Context,
    repeats: &mut Repeats,
    sink: &mut impl FnMut(Brief<'_>),
) -> &'a [u8] {
    loop {
        // Inside of a folder that make named, equal lines name different files.
        if cx.folder().is_some() {
            return pass(chunk, max_line, &mut |item| sink(Brief::Item(item)));
        }
        let run = repeats.follow(chunk);
        chunk = give(chunk, &run, sink);
        let Some(end) = memchr(b'\n', chunk).filter(|end| *end < max_line) else {
            return chunk;
        };
        // Before the look at what it says: where diagnostics are dense, a line
        // that came before is likely.
        let raw = &chunk[..=end];
        let new = match repeats.find(raw) {
            Ok(run) => {
                chunk = give(chunk, &run, sink);
                continue;
            }
            Err(new) => new,
        };
        let rest = pass(chunk, max_line, &mut |item| sink(Brief::Item(item)));
        if rest.len() < chunk.len() {
            chunk = rest;
            continue;
        }
        let Some(line) = Line::read(raw, cx) else {
            return chunk;
        };
        repeats.keep(new, raw, line.severity());
        sink(Brief::Item(Item::Text {
            bytes: raw,
            known: true,
        }));
        sink(Brief::Line(line));
        chunk = &chunk[end + 1..];
    }
}

fn give<'a>(chunk: &'a [u8], run: &Run, sink: &mut impl FnMut(Brief<'_>)) -> &'a [u8] {
    let (bytes, rest) = chunk.split_at(run.bytes);
    if !bytes.is_empty() {
        sink(Brief::Item(Item::Text { bytes, known: true }));
        sink(Brief::Repeats {
            errors: run.errors,
            warnings: run.warnings,
        });
    }
    rest
}
