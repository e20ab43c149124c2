//! Reading edits off what rustc draws below a `help:`.
//!
//! ```text
//! 8 -     i++;          5 |     let mut v = 1;       1 + use std::fmt;
//! 8 +     i += 1;         |         +++
//! ```
//!
//! and, beside a caret, ``^^^ help: prefix it with an underscore: `_x` ``. Each
//! says exactly what would change, except that rustc draws a tab as four
//! blanks: on a line with tabs the columns are wrong, and the rebuild has to
//! find that out.

use crate::text::{lossy, number, trim_start};
use crate::{ColumnUnit, Location, Position, Replacement};
use unicode_width::UnicodeWidthChar;

/// Rows of one proposal that are kept; longer ones are dropped.
const MAX_ROWS: usize = 100;

#[derive(Debug, PartialEq, Eq)]
enum Row {
    /// `8 - old`.
    Removed(u32, String),
    /// `8 + new`.
    Added(u32, String),
    /// `8 | new`, and the columns (from 0, of the screen) that `+` marks.
    Marked(u32, String, Vec<(usize, usize)>),
}

/// The rows of one proposal.
#[derive(Debug, Default)]
pub(super) struct Patch {
    rows: Vec<Row>,
    too_long: bool,
}

impl Patch {
    /// Takes a row from the line number or bar on. Returns whether it ends the
    /// proposal: a bar with nothing beside it stands between alternatives.
    pub(super) fn row(&mut self, text: &[u8]) -> bool {
        let row = match number(text) {
            Some((line, rest)) => {
                let rest = trim_start(rest);
                let Some((sign, code)) = rest.split_first() else {
                    return false;
                };
                let code = lossy(code.strip_prefix(b" ").unwrap_or(code));
                match sign {
                    b'-' => Row::Removed(line, code),
                    b'+' => Row::Added(line, code),
                    b'|' => Row::Marked(line, code, Vec::new()),
                    _ => {
                        self.too_long = true;
                        return false;
                    }
                }
            }
            None => {
                let marks = text.strip_prefix(b"|").unwrap_or(text);
                let marks = marks.strip_prefix(b" ").unwrap_or(marks);
                if trim_start(marks).is_empty() {
                    return !self.rows.is_empty();
                }
                if let Some(Row::Marked(_, _, runs)) = self.rows.last_mut()
                    && marks.iter().all(|b| matches!(b, b' ' | b'+'))
                {
                    *runs = plus_runs(marks);
                } else {
                    // `~~~` replaces something of unknown length.
                    self.too_long = true;
                }
                return false;
            }
        };
        if self.rows.len() < MAX_ROWS {
            self.rows.push(row);
        } else {
            self.too_long = true;
        }
        false
    }

    /// Whether a row begins another proposal for a line that has one already:
    /// alternatives may follow each other without a blank row.
    pub(super) fn restarts(&self, text: &[u8]) -> bool {
        let Some((line, rest)) = number(text) else {
            return false;
        };
        let sign = trim_start(rest).first();
        self.rows.iter().any(|row| match row {
            Row::Marked(known, _, marks) => {
                sign == Some(&b'|') && *known == line && !marks.is_empty()
            }
            Row::Removed(known, _) => sign == Some(&b'-') && *known == line,
            Row::Added(..) => false,
        })
    }

    /// The edits, or nothing if the drawing does not tell them for sure.
    pub(super) fn finish(&mut self, path: &str) -> Vec<Replacement> {
        let Self { rows, too_long } = std::mem::take(self);
        if too_long {
            return Vec::new();
        }
        let edit = |line, start: usize, end: usize, text: String| {
            let at = |column: usize| Position {
                line,
                column: u32::try_from(column + 1).unwrap_or(u32::MAX),
            };
            Replacement {
                location: Location {
                    path: path.to_owned(),
                    start: at(start),
                    end: Some(at(end)),
                    unit: ColumnUnit::Char,
                    bytes: None,
                },
                text,
            }
        };
        // Lines that are only context carry no marks.
        let rows: Vec<Row> = rows
            .into_iter()
            .filter(|row| !matches!(row, Row::Marked(_, _, marks) if marks.is_empty()))
            .collect();
        if rows.iter().all(|row| matches!(row, Row::Marked(..))) {
            return rows
                .iter()
                .flat_map(|row| match row {
                    Row::Marked(line, code, marks) => inserted(code, marks)
                        .into_iter()
                        .map(|(column, text)| edit(*line, column, column, text))
                        .collect(),
                    _ => Vec::new(),
                })
                .collect();
        }
        if let [Row::Added(first, _), ..] = rows.as_slice() {
            let mut text = String::new();
            for row in &rows {
                let Row::Added(_, code) = row else {
                    return Vec::new();
                };
                text.push_str(code);
                text.push('\n');
            }
            return vec![edit(*first, 0, 0, text)];
        }
        let mut out = Vec::new();
        for pair in rows.chunks(2) {
            match pair {
                [Row::Removed(line, old), Row::Added(other, new)] if line == other => {
                    let (start, end, text) = difference(old, new);
                    out.push(edit(*line, start, end, text));
                }
                _ => return Vec::new(),
            }
        }
        out
    }
}

/// Runs of `+`, half open, from 0.
fn plus_runs(marks: &[u8]) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (at, _) in marks.iter().enumerate().filter(|(_, b)| **b == b'+') {
        match out.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => out.push((at, at + 1)),
        }
    }
    out
}

/// What was put into a line, and at which character of the line before.
fn inserted(code: &str, marks: &[(usize, usize)]) -> Vec<(usize, String)> {
    let chars: Vec<char> = code.chars().collect();
    let mut out: Vec<(usize, String)> = Vec::new();
    let (mut screen, mut old, mut at) = (0, 0, 0);
    while at < chars.len() {
        let end = marks
            .iter()
            .find(|(start, end)| (*start..*end).contains(&screen))
            .map(|(_, end)| *end);
        let Some(end) = end else {
            screen += chars[at].width().unwrap_or(0);
            old += 1;
            at += 1;
            continue;
        };
        let before = at.checked_sub(1).map_or(' ', |at| chars[at]);
        let mut column = old;
        let mut text = String::new();
        while at < chars.len() && screen < end {
            text.push(chars[at]);
            screen += chars[at].width().unwrap_or(0);
            at += 1;
        }
        // What is marked has lost its own blanks: `mut ` and ` + Clone` too.
        let next = chars.get(at).copied().unwrap_or(' ');
        let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | ')');
        if next == ' ' && !word(before) && text.ends_with(|c: char| c.is_alphanumeric() || c == ',')
        {
            text.push(' ');
            screen += 1;
            at += 1;
        } else if before == ' ' && next != ' ' && text.starts_with('+') && column > 0 {
            text.insert(0, ' ');
            column -= 1;
            old -= 1;
        }
        out.push((column, text));
    }
    out
}

/// The characters of `old` that differ, and what stands there in `new`.
fn difference(old: &str, new: &str) -> (usize, usize, String) {
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let common = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - common;
    let behind = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(room)
        .take_while(|(a, b)| a == b)
        .count();
    let text = new[common..new.len() - behind].iter().collect();
    (common, old.len() - behind, text)
}

/// ``^^^ help: words: `text` `` below a source line: the characters of the line
/// that the carets mark, the words, and the text.
pub(super) fn beside_caret(source: &str, row: &str) -> Option<(usize, usize, String, String)> {
    let at = row.find("^ help: ")?;
    let words = row[at + "^ help: ".len()..].strip_suffix('`')?;
    let (words, text) = words.split_once(": `")?;
    let start = row[..at].rfind(|c| c != '^').map_or(0, |before| before + 1);
    // Only blanks and marks come before, of one byte and one column each.
    if !row[..=at].is_ascii() || text.contains('`') {
        return None;
    }
    let column = |screen: usize| {
        let mut seen = 0;
        source
            .chars()
            .take_while(|c| {
                seen += c.width().unwrap_or(0);
                seen <= screen
            })
            .count()
    };
    Some((
        column(start),
        column(at + 1),
        words.to_owned(),
        text.to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits(rows: &[&str]) -> Vec<(u32, u32, u32, String)> {
        let mut patch = Patch::default();
        for row in rows {
            patch.row(row.as_bytes());
        }
        patch
            .finish("a.rs")
            .into_iter()
            .map(|r| {
                let end = r.location.end.map_or(0, |end| end.column);
                (r.location.start.line, r.location.start.column, end, r.text)
            })
            .collect()
    }

    #[test]
    fn drawings() {
        assert_eq!(
            edits(&["8 -     i++;", "8 +     i += 1;"]),
            [(8, 6, 8, " += 1".to_owned())]
        );
        assert_eq!(
            edits(&[
                "5 |     let mut v = \"日本\".to_string();",
                "|         +++           ++++++++++++"
            ]),
            [
                (5, 9, 9, "mut ".to_owned()),
                (5, 17, 17, ".to_string()".to_owned())
            ]
        );
        assert_eq!(
            edits(&["1 + use std::fmt;"]),
            [(1, 1, 1, "use std::fmt;\n".to_owned())]
        );
        assert_eq!(edits(&["3 - }", "3 +"]), [(3, 1, 2, String::new())]);
        assert!(edits(&["5 |     a.b", "|     ~~~"]).is_empty());
        assert!(edits(&["5 -     a.b", "6 -  c"]).is_empty());
        assert_eq!(
            beside_caret("    let 日 = x;", "        ^^ help: prefix it: `_日`"),
            Some((8, 9, "prefix it".to_owned(), "_日".to_owned()))
        );
        assert_eq!(beside_caret("", "^ help: remove this"), None);
    }
}
