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

/// Removes CSI sequences (colours, cursor moves), OSC sequences (titles, and
/// the hyperlinks that gcc puts on its options) and two-byte escapes. An
/// unfinished sequence at the end of the line is removed as well.
fn strip_ansi(line: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = memchr(0x1b, rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let length = match rest.first() {
            Some(b'[') => rest[1..]
                .iter()
                .position(|b| (0x40..=0x7e).contains(b))
                .map(|end| end + 2),
            Some(b']') => rest.iter().enumerate().find_map(|(i, b)| match b {
                0x07 => Some(i + 1),
                b'\\' if i > 0 && rest[i - 1] == 0x1b => Some(i + 1),
                _ => None,
            }),
            Some(b'(' | b')' | b'#' | b'%') => Some(2),
            _ => Some(1),
        };
        let length = length.unwrap_or(rest.len()).min(rest.len());
        rest = &rest[length..];
    }
    out.extend_from_slice(rest);
    out
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
    }
}
