//! What a line says without what a terminal makes of it.

use memchr::memchr;
use std::borrow::Cow;

/// The line without its terminator and without ANSI escape sequences. Of a
/// line that was overwritten on the terminal (`\r` inside, as progress bars
/// do), only what was written last.
pub(crate) fn clean(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut line = raw;
    while let [rest @ .., b'\n' | b'\r'] = line {
        line = rest;
    }
    if memchr(0x1b, line).is_none() {
        return Cow::Borrowed(after_return(line));
    }
    let plain = strip_ansi(line);
    let start = plain.len() - after_return(&plain).len();
    Cow::Owned(plain[start..].to_vec())
}

fn after_return(line: &[u8]) -> &[u8] {
    memchr::memrchr(b'\r', line).map_or(line, |at| &line[at + 1..])
}

/// Only the escape sequences of a line that is not shown: a terminal must not
/// stay in the colour that they end.
pub(crate) fn escapes(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = raw;
    while let Some(at) = memchr(0x1b, rest) {
        let length = escape_length(&rest[at..]);
        out.extend_from_slice(&rest[at..at + length]);
        rest = &rest[at + length..];
    }
    out
}

/// Removes CSI sequences (colours, cursor moves), OSC sequences (titles, and
/// the hyperlinks that gcc puts on its options) and two-byte escapes. An
/// unfinished sequence at the end of the line is removed as well.
fn strip_ansi(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr(0x1b, rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + escape_length(&rest[at..])..];
    }
    out.extend_from_slice(rest);
    out
}

/// The length of the sequence that begins with the escape at the start.
fn escape_length(bytes: &[u8]) -> usize {
    let length = match bytes.get(1) {
        Some(b'[') => bytes[2..]
            .iter()
            .position(|b| (0x40..=0x7e).contains(b))
            .map(|end| end + 3),
        Some(b']') => (2..bytes.len()).find_map(|i| match bytes[i] {
            0x07 => Some(i + 1),
            b'\\' if bytes[i - 1] == 0x1b => Some(i + 1),
            _ => None,
        }),
        Some(b'(' | b')' | b'#' | b'%') => Some(3),
        _ => Some(2),
    };
    length.unwrap_or(bytes.len()).min(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(raw: &[u8], want: &str) {
        assert_eq!(String::from_utf8_lossy(&clean(raw)), want);
    }

    #[test]
    fn colours_links_and_carriage_returns_go() {
        check(b"plain\r\n", "plain");
        check(b"\x1b[1m\x1b[31merror\x1b[m: x\n", "error: x");
        check(
            b"[\x1b]8;;https://gcc.gnu.org/x\x1b\\-Wfoo\x1b]8;;\x1b\\]\n",
            "[-Wfoo]",
        );
        check(b"\x1b]0;title\x07a\n", "a");
        check(b"[1/2] building\r[2/2] done\n", "[2/2] done");
        check(b"a\x1b[1\n", "a");
        check(b"a\x1b\n", "a");
        check(b"\r\r\n", "");
        assert_eq!(
            escapes(b"\x1b[0mfix-it\x1b]8;;x\x07\n"),
            b"\x1b[0m\x1b]8;;x\x07"
        );
    }
}
