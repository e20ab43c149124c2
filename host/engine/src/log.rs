//! A build's output, kept as it was printed.

use serde::{Deserialize, Serialize};

/// Bytes of output up to which a build can be kept for the next run (16 MiB).
const MAX_LOG: usize = 16 << 20;

/// What a build printed on its two streams, in the order in which it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Each piece's length and whether it was printed as an error.
    pieces: Vec<(u32, bool)>,
    bytes: Vec<u8>,
}

impl Log {
    /// Adds what was read. False once there is too much of it.
    pub fn push(&mut self, error: bool, bytes: &[u8]) -> bool {
        let (Ok(length), true) = (
            u32::try_from(bytes.len()),
            self.bytes.len() + bytes.len() <= MAX_LOG,
        ) else {
            return false;
        };
        match self.pieces.last_mut() {
            Some((last, same)) if *same == error => *last += length,
            _ => self.pieces.push((length, error)),
        }
        self.bytes.extend_from_slice(bytes);
        true
    }

    /// What was printed, and whether as an error.
    pub fn pieces(&self) -> impl Iterator<Item = (bool, &[u8])> {
        let mut rest = self.bytes.as_slice();
        self.pieces.iter().map(move |(length, error)| {
            let (piece, after) = rest.split_at((*length as usize).min(rest.len()));
            rest = after;
            (*error, piece)
        })
    }
}
