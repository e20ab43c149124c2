//! Passing over the lines that mean nothing to any parser, which most lines of
//! most logs are, without taking them apart.
//!
//! Only between diagnostics: inside of one, any line may belong to it. The
//! look is a local one, at each line's first and last byte and beside its
//! colons, and errs on the side of reading a line in full. It goes over blocks
//! of many lines at once, since the lines are short: to look for each one's end
//! and then for its colons takes longer than to look for both in one go.

use crate::head;
use crate::machine;
use crate::tools::Context;
use memchr::{memchr, memchr_iter, memchr2_iter, memrchr};

/// Bytes of the first block. It doubles while nothing is found, so that little
/// is looked at in vain where every other line speaks.
const FIRST: usize = 512;

/// Bytes of the largest block.
const LARGEST: usize = 16 * 1024;

/// How many bytes of whole lines at the chunk's start say nothing. Lines of
/// more than `max_line` bytes are left to be cut.
pub(crate) fn quiet(chunk: &[u8], max_line: usize) -> usize {
    let mut at = 0;
    let mut block = FIRST;
    loop {
        let window = &chunk[at..(at + block).min(chunk.len())];
        match memrchr(b'\n', window) {
            Some(last) => {
                let quiet = quiet_lines(&window[..=last], max_line);
                at += quiet;
                if quiet <= last {
                    return at;
                }
                block = (block * 2).min(LARGEST);
            }
            None if at + window.len() == chunk.len() || block > max_line => return at,
            None => block *= 2,
        }
    }
}

/// The same for whole lines.
fn quiet_lines(lines: &[u8], max_line: usize) -> usize {
    // What a terminal would show instead must be found out first.
    let lines = match hidden(lines) {
        Some(at) => &lines[..memrchr(b'\n', &lines[..at]).map_or(0, |end| end + 1)],
        None => lines,
    };
    if may_begin(lines) {
        return 0;
    }
    let mut start = 0;
    for at in memchr2_iter(b'\n', b':', lines) {
        if lines[at] == b':' {
            if head::may_stand(&lines[start..at], &lines[at + 1..]) {
                return start;
            }
            continue;
        }
        let mut line = &lines[start..at];
        while let [rest @ .., b'\r'] = line {
            line = rest;
        }
        if at - start >= max_line || line.last().is_some_and(|last| Context::may_end(*last)) {
            return start;
        }
        start = at + 1;
        if may_begin(&lines[start..]) {
            return start;
        }
    }
    start
}

/// The first escape, or carriage return inside of a line.
fn hidden(lines: &[u8]) -> Option<usize> {
    let escape = memchr(0x1b, lines);
    let lines = &lines[..escape.unwrap_or(lines.len())];
    memchr_iter(b'\r', lines)
        .find(|at| !matches!(lines.get(at + 1), Some(b'\n' | b'\r')))
        .or(escape)
}

/// Whether the line at the start may mean something by how it begins.
fn may_begin(line: &[u8]) -> bool {
    // Most lines are told by their first letter.
    matches!(
        line.first(),
        Some(b' ' | b'[' | b'{' | b'e' | b'g' | b'h' | b'm' | b'n' | b'S' | b'w')
    ) && (machine::may_begin(line) || Context::may_begin(line) || head::may_begin(line))
}
