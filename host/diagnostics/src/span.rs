//! From a tool's line and column to a byte offset of the file's text.

use crate::{ColumnUnit, Location, Position};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// The byte offset of `position` in `text`. A column past the end of its line
/// gives the line's end (before `\r\n` or `\n`); a line past the end of the
/// text gives `None`, and so does line 0. Column 0 means the line's start. The
/// offset is always a character boundary.
#[must_use]
pub fn offset(text: &str, position: Position, unit: ColumnUnit) -> Option<usize> {
    let start = line_start(text, position.line)?;
    let rest = &text[start..];
    let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    let wanted = position.column.saturating_sub(1) as usize;
    let mut seen = 0;
    for (at, c) in line.char_indices() {
        // An accent that is put over the letter before belongs to it.
        let over = unit == ColumnUnit::Display && seen > 0 && c.width() == Some(0);
        if seen >= wanted && !over {
            return Some(start + at);
        }
        seen += match unit {
            ColumnUnit::Byte => c.len_utf8(),
            ColumnUnit::Utf16 => c.len_utf16(),
            ColumnUnit::Char => 1,
            ColumnUnit::Display | ColumnUnit::Utf16Tabs if c == '\t' => 8 - seen % 8,
            ColumnUnit::Utf16Tabs => c.len_utf16(),
            ColumnUnit::Display => c.width().unwrap_or(1),
        };
        // A column inside a character: its start is the nearest boundary.
        if seen > wanted {
            return Some(start + at);
        }
    }
    Some(start + line.len())
}

/// The byte range of `location` in `text`, from its lines and columns; empty
/// at the start where the tool named only a point. The tool's own byte range
/// counts only where it names no line: rustc's includes a byte-order mark,
/// which `text` does not have.
#[must_use]
pub fn range(text: &str, location: &Location) -> Option<Range<usize>> {
    if location.start.line == 0
        && let Some((start, end)) = location.bytes
    {
        let range = start as usize..end as usize;
        return text.get(range.clone()).map(|_| range);
    }
    let start = offset(text, location.start, location.unit)?;
    let end = match location.end {
        Some(end) => offset(text, end, location.unit)?.max(start),
        None => start,
    };
    Some(start..end)
}

/// The line (from 1) and column (from 1, in characters) of a byte offset.
#[must_use]
pub fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line = memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count();
    (to_u32(line + 1), to_u32(column + 1))
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn line_start(text: &str, line: u32) -> Option<usize> {
    match line {
        0 => None,
        1 => Some(0),
        _ => memchr::memchr_iter(b'\n', text.as_bytes())
            .nth(line as usize - 2)
            .map(|at| at + 1),
    }
}
