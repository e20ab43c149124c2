//! Cutting a stream of bytes into lines, with a bound on what is held.

use memchr::memchr;

/// A part of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// A whole line with its terminator; the last one may have none.
    Line(&'a [u8]),
    /// The first `limit` bytes of a line that is longer.
    Head(&'a [u8]),
    /// More of that line; the last piece has its terminator.
    Tail(&'a [u8]),
}

/// The unfinished line at the end of what was seen.
#[derive(Debug)]
pub(crate) struct Lines {
    partial: Vec<u8>,
    in_tail: bool,
    max_line: usize,
    max_document: usize,
}

impl Lines {
    /// A line that begins as JSON does may have `max_document` bytes, since a
    /// cut one is worth nothing; every other one `max_line`.
    pub(crate) fn new(max_line: usize, max_document: usize) -> Self {
        let max_line = max_line.max(1);
        Self {
            partial: Vec::new(),
            in_tail: false,
            max_line,
            max_document: max_document.max(max_line),
        }
    }

    /// Whether the next byte begins a line.
    pub(crate) fn at_start(&self) -> bool {
        self.partial.is_empty() && !self.in_tail
    }

    /// The longest line that is given out whole, with its terminator.
    pub(crate) fn max_line(&self) -> usize {
        self.max_line
    }

    /// Takes a chunk up to the end of its first line; gives what is behind.
    pub(crate) fn push_line<'a>(
        &mut self,
        chunk: &'a [u8],
        f: &mut dyn FnMut(Piece<'_>),
    ) -> &'a [u8] {
        let end = memchr(b'\n', chunk);
        let (now, rest) = chunk.split_at(end.map_or(chunk.len(), |at| at + 1));
        if now.is_empty() {
            return rest;
        }
        if self.in_tail {
            f(Piece::Tail(now));
            self.in_tail = end.is_none();
        } else if self.partial.is_empty() && end.is_some() && now.len() <= self.max_line {
            // The common case: no copy.
            f(Piece::Line(now));
        } else {
            self.grow(now, end.is_some(), f);
        }
        rest
    }

    /// Gives the last line if it has no terminator.
    pub(crate) fn finish(&mut self, f: &mut dyn FnMut(Piece<'_>)) {
        if !self.partial.is_empty() {
            f(Piece::Line(&self.partial));
        }
        self.partial = Vec::new();
        self.in_tail = false;
    }

    /// Adds to the unfinished line and gives it out when it is whole or too
    /// long. Where a long line is cut depends on its bytes alone, never on how
    /// they came in.
    fn grow(&mut self, now: &[u8], ends: bool, f: &mut dyn FnMut(Piece<'_>)) {
        self.partial.extend_from_slice(now);
        let limit = if self.partial.len() > self.max_line
            && begins_like_json(&self.partial[..self.max_line])
        {
            self.max_document
        } else {
            self.max_line
        };
        if self.partial.len() > limit {
            let (head, tail) = self.partial.split_at(limit);
            f(Piece::Head(head));
            f(Piece::Tail(tail));
            self.in_tail = !ends;
        } else if ends {
            f(Piece::Line(&self.partial));
        } else {
            return;
        }
        // A huge line must not pin its memory for the rest of the build.
        if self.partial.capacity() > 4 * self.max_line {
            self.partial = Vec::new();
        } else {
            self.partial.clear();
        }
    }
}

fn begins_like_json(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    line.starts_with(b"{\"") || line.starts_with(b"[{") || line.starts_with(b"{ \"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(chunks: &[&[u8]]) -> Vec<(char, Vec<u8>)> {
        let mut lines = Lines::new(4, 8);
        let mut out: Vec<(char, Vec<u8>)> = Vec::new();
        let mut f = |piece: Piece<'_>| match piece {
            Piece::Line(b) => out.push(('l', b.to_vec())),
            Piece::Head(b) => out.push(('h', b.to_vec())),
            Piece::Tail(b) => match out.last_mut() {
                Some(('t', old)) => old.extend_from_slice(b),
                _ => out.push(('t', b.to_vec())),
            },
        };
        for chunk in chunks {
            let mut rest = *chunk;
            while !rest.is_empty() {
                rest = lines.push_line(rest, &mut f);
            }
        }
        lines.finish(&mut f);
        out
    }

    #[test]
    fn long_lines_are_cut_where_their_bytes_say() {
        let want: Vec<(char, Vec<u8>)> = vec![
            ('l', b"ab\n".to_vec()),
            ('h', b"long".to_vec()),
            ('t', b" line\n".to_vec()),
            ('l', b"{\"a\":1}\n".to_vec()),
            ('h', b"{\"abc\":1".to_vec()),
            ('t', b"2}\n".to_vec()),
            ('l', b"x".to_vec()),
        ];
        let all = b"ab\nlong line\n{\"a\":1}\n{\"abc\":12}\nx";
        assert_eq!(cut(&[all]), want);
        for size in 1..all.len() {
            assert_eq!(cut(&all.chunks(size).collect::<Vec<_>>()), want, "{size}");
        }
    }
}
