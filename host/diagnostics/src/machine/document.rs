//! JSON documents of many lines: SARIF, pyright's report.

use super::{python, sarif};
use crate::Diagnostic;
use memchr::memmem;

/// A document says in its first lines what it is; after that many bytes
/// without a word of it, it is none of ours.
const MUST_BE_KNOWN_AFTER: usize = 4096;

/// A document that is being read.
#[derive(Debug)]
pub(crate) struct Document {
    buffer: Vec<u8>,
    limit: usize,
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// Whether it has said that it is one of ours.
    known: bool,
}

/// What became of a line.
#[derive(Debug)]
pub(crate) enum Fed {
    /// The document goes on; the line is its own only if `known`.
    More { known: bool },
    /// It is complete.
    Done(Vec<Diagnostic>),
    /// It is no document of ours, or too long.
    Dropped,
}

impl Document {
    /// Whether a document may begin with this line.
    pub(crate) fn may_begin(line: &[u8]) -> bool {
        line == b"{" || line.starts_with(b"{") && !line.ends_with(b"}")
    }

    pub(crate) fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            limit,
            depth: 0,
            in_string: false,
            escaped: false,
            known: false,
        }
    }

    pub(crate) fn feed(&mut self, line: &[u8]) -> Fed {
        if self.buffer.len() + line.len() + 1 > self.limit {
            return Fed::Dropped;
        }
        self.buffer.extend_from_slice(line);
        self.buffer.push(b'\n');
        for byte in line {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return self.done();
                    }
                }
                _ => {}
            }
        }
        // JSON's strings end on their line.
        if self.in_string {
            return Fed::Dropped;
        }
        if !self.known {
            let head = &self.buffer[..self.buffer.len().min(MUST_BE_KNOWN_AFTER)];
            self.known = [
                &b"\"runs\""[..],
                b"sarif",
                b"\"version\": \"2.1.0\"",
                b"\"generalDiagnostics\"",
            ]
            .iter()
            .any(|word| memmem::find(head, word).is_some());
            if !self.known && self.buffer.len() > MUST_BE_KNOWN_AFTER {
                return Fed::Dropped;
            }
        }
        Fed::More { known: self.known }
    }

    fn done(&mut self) -> Fed {
        let Ok(value) = serde_json::from_slice(&self.buffer) else {
            return Fed::Dropped;
        };
        match sarif::from_value(&value).or_else(|| python::pyright(&value)) {
            Some(diagnostics) => Fed::Done(diagnostics),
            None => Fed::Dropped,
        }
    }
}
