//! Reading edits off the picture below a caret.
//!
//! Where the machine-readable form was not asked for, both compilers still
//! show their fix-its, as text placed under the source line:
//!
//! ```text
//!    12 |   return p->foo;
//!       |             ^~~
//!       |             fooo
//! ```
//!
//! A picture is ambiguous: text under an underlined range can replace it or
//! stand before it. Both readings are given, the likelier one first.

use crate::{ColumnUnit, Location, Position, Replacement};
use std::ops::Range;

/// Pieces of one picture that are kept; real ones have a handful.
const MAX_PIECES: usize = 64;

#[derive(Debug, Default)]
pub(crate) struct Sketch {
    /// The source line shown last.
    line: u32,
    /// Underlined and struck-out columns of it, from 1, half open.
    marks: Vec<Range<u32>>,
    struck: Vec<Range<u32>>,
    /// Below labels, text is no fix-it.
    labels: bool,
    pieces: Vec<Piece>,
    pending_line: Option<String>,
}

#[derive(Debug)]
struct Piece {
    line: u32,
    column: u32,
    /// The range that the text may replace.
    old: Option<Range<u32>>,
    /// Whether it can only be that.
    sure: bool,
    text: String,
}

impl Sketch {
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// A line that the compiler would add above the next one shown.
    pub(crate) fn new_line(&mut self, text: &[u8]) {
        let pending = self.pending_line.get_or_insert_default();
        pending.push_str(&String::from_utf8_lossy(text));
        pending.push('\n');
    }

    /// What stands right of the gutter: the source line if it has a number,
    /// else marks, labels or fix-its.
    pub(crate) fn gutter(&mut self, number: Option<u32>, row: &[u8]) {
        if let Some(number) = number {
            self.end_line();
            self.line = number;
            if let Some(text) = self.pending_line.take() {
                self.push(Piece {
                    line: number,
                    column: 1,
                    old: None,
                    sure: true,
                    text,
                });
            }
            return;
        }
        let blank = |b: &u8| matches!(b, b' ' | b'\t');
        if row.iter().all(|b| blank(b) || matches!(b, b'^' | b'~')) {
            self.marks.extend(runs(row, |b| matches!(b, b'^' | b'~')));
        } else if row.iter().all(|b| blank(b) || *b == b'-') {
            self.struck.extend(runs(row, |b| *b == b'-'));
        } else if row.iter().all(|b| blank(b) || *b == b'|') {
            self.labels = true;
        } else if !self.labels {
            for (column, text) in words(row) {
                let struck = self.struck.iter().position(|r| r.start == column);
                let sure = struck.is_some();
                let old = match struck {
                    Some(at) => Some(self.struck.swap_remove(at)),
                    None => self.marks.iter().find(|r| r.start == column).cloned(),
                };
                let line = self.line;
                self.push(Piece {
                    line,
                    column,
                    old,
                    sure,
                    text,
                });
            }
        }
    }

    /// Whether a line without a gutter is a row of fix-its.
    pub(crate) fn fits(&self, row: &[u8]) -> bool {
        let mut words = words(row).into_iter().peekable();
        words.peek().is_some()
            && words.any(|(column, _)| {
                self.marks
                    .iter()
                    .any(|mark| mark.start == column || mark.end == column)
            })
    }

    /// Struck-out text that nothing replaces is to be deleted.
    fn end_line(&mut self) {
        let line = self.line;
        for range in std::mem::take(&mut self.struck) {
            self.push(Piece {
                line,
                column: range.start,
                old: Some(range),
                sure: true,
                text: String::new(),
            });
        }
        self.marks.clear();
        self.labels = false;
    }

    fn push(&mut self, piece: Piece) {
        if self.pieces.len() < MAX_PIECES && piece.line > 0 {
            self.pieces.push(piece);
        }
    }

    /// The readings, likeliest first; each is a set of edits that belong
    /// together.
    pub(crate) fn finish(mut self, place: &Location, message: &str) -> Vec<Vec<Replacement>> {
        self.end_line();
        if self.pieces.is_empty() {
            return Vec::new();
        }
        let inserts_first = message.starts_with("expected") || message.starts_with("missing");
        let reading = |insert: bool| -> Vec<Replacement> {
            self.pieces
                .iter()
                .map(|piece| {
                    let range = match &piece.old {
                        Some(old) if piece.sure || !insert => old.clone(),
                        _ => piece.column..piece.column,
                    };
                    let at = |column| Position {
                        line: piece.line,
                        column,
                    };
                    Replacement {
                        location: Location {
                            path: place.path.clone(),
                            start: at(range.start),
                            end: Some(at(range.end)),
                            unit: ColumnUnit::Display,
                            bytes: None,
                        },
                        text: piece.text.clone(),
                    }
                })
                .collect()
        };
        let mut readings = vec![reading(inserts_first)];
        if self.pieces.iter().any(|p| p.old.is_some() && !p.sure) {
            readings.push(reading(!inserts_first));
        }
        readings
    }
}

/// Runs of bytes that `wanted` accepts, as columns from 1.
fn runs(row: &[u8], wanted: impl Fn(&u8) -> bool) -> Vec<Range<u32>> {
    let mut out: Vec<Range<u32>> = Vec::new();
    for (at, byte) in row.iter().enumerate() {
        let Ok(column) = u32::try_from(at + 1) else {
            break;
        };
        if !wanted(byte) {
            continue;
        }
        let room = out.len() < MAX_PIECES;
        match out.last_mut() {
            Some(run) if run.end == column => run.end += 1,
            _ if room => out.push(column..column + 1),
            _ => break,
        }
    }
    out
}

/// Words two or more blanks apart, with their columns. A single blank can be
/// part of a fix-it (`= 0`).
fn words(row: &[u8]) -> Vec<(u32, String)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < row.len() && out.len() < MAX_PIECES {
        if matches!(row[at], b' ' | b'\t') {
            at += 1;
            continue;
        }
        let length = memchr::memmem::find(&row[at..], b"  ").unwrap_or(row.len() - at);
        let Ok(column) = u32::try_from(at + 1) else {
            break;
        };
        let text = crate::text::lossy(crate::text::trim_end(&row[at..at + length]));
        out.push((column, text));
        at += length;
    }
    out
}
