//! Which lines came before, byte for byte.
//!
//! MSBuild prints every error of a multi-target build once for each target and
//! again in its summary: real logs have each line some six times, and mostly in
//! the same order. So the order is kept as well as the lines: while a part of
//! the log runs as an earlier part did, the next line is recognised by one
//! comparison, without a search for its end and without a hash. All of it is a
//! cache of fixed size; what it has forgotten is read as new.

use crate::Severity;
use foldhash::fast::RandomState;
use std::hash::BuildHasher;
use std::num::NonZeroU32;

/// Places of the table, by the hash's low bits.
const SLOTS: usize = 1 << 16;

/// Lines whose order is known.
const HISTORY: usize = 1 << 16;

/// Bytes of lines that are kept.
const MAX_TEXT: usize = 8 * 1024 * 1024;

/// A line that is longer is not kept.
const MAX_LINE: usize = 16 * 1024;

/// The lines, one behind the other, and where each is.
pub(crate) struct Repeats {
    hasher: RandomState,
    /// The line that was put there last.
    slots: Vec<Option<Number>>,
    text: Vec<u8>,
    entries: Vec<Entry>,
    /// Which lines came, the newest over the oldest.
    history: Vec<Number>,
    /// How many came. The one before stands at `(came - 1) % HISTORY`.
    came: usize,
    /// Which of them, counted likewise, the next line may repeat.
    expected: usize,
}

/// Index of an entry, plus one.
type Number = NonZeroU32;

#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    length: usize,
    /// When it came last.
    last: usize,
    severity: Severity,
}

/// Lines in a row that came before.
#[derive(Default)]
pub(crate) struct Run {
    pub(crate) bytes: usize,
    pub(crate) errors: u64,
    pub(crate) warnings: u64,
}

impl Run {
    fn add(&mut self, entry: Entry) {
        self.bytes += entry.length;
        if entry.severity == Severity::Error {
            self.errors += 1;
        } else {
            self.warnings += 1;
        }
    }
}

/// What to tell [`Repeats::keep`] of a line that is new.
pub(crate) struct New(u64);

impl Default for Repeats {
    fn default() -> Self {
        Self {
            hasher: RandomState::default(),
            slots: vec![None; SLOTS],
            text: Vec::new(),
            entries: Vec::new(),
            history: Vec::new(),
            came: 0,
            expected: 0,
        }
    }
}

impl std::fmt::Debug for Repeats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Repeats({} lines)", self.entries.len())
    }
}

impl Repeats {
    /// A line with its terminator.
    fn text(&self, number: Number) -> &[u8] {
        let entry = &self.entries[number.get() as usize - 1];
        &self.text[entry.start..entry.start + entry.length]
    }

    /// The lines at the chunk's start that come in the order in which they came
    /// before.
    pub(crate) fn follow(&mut self, chunk: &[u8]) -> Run {
        let mut run = Run::default();
        while self.expected < self.came
            && self.came - self.expected < HISTORY
            && let number = self.history[self.expected % HISTORY]
            && chunk[run.bytes..].starts_with(self.text(number))
        {
            self.note(number, &mut run);
            self.expected += 1;
        }
        run
    }

    /// Looks a line up, with its terminator.
    pub(crate) fn find(&mut self, line: &[u8]) -> Result<Run, New> {
        let hash = self.hasher.hash_one(line);
        match self.slots[slot(hash)] {
            Some(number) if self.text(number) == line => {
                let mut run = Run::default();
                self.expected = self.note(number, &mut run) + 1;
                Ok(run)
            }
            _ => Err(New(hash)),
        }
    }

    /// Keeps a line that was not found.
    pub(crate) fn keep(&mut self, New(hash): New, line: &[u8], severity: Severity) {
        if line.len() > MAX_LINE {
            return;
        }
        if self.text.len() + line.len() > MAX_TEXT {
            self.slots.fill(None);
            self.text.clear();
            self.entries.clear();
            self.history.clear();
            self.came = 0;
        }
        self.entries.push(Entry {
            start: self.text.len(),
            length: line.len(),
            last: 0,
            severity,
        });
        self.text.extend_from_slice(line);
        // There are fewer lines than bytes of them.
        let number = u32::try_from(self.entries.len()).ok();
        if let Some(number) = number.and_then(Number::new) {
            self.slots[slot(hash)] = Some(number);
            self.note(number, &mut Run::default());
            self.expected = self.came;
        }
    }

    /// A line has come. Returns when it did before.
    fn note(&mut self, number: Number, run: &mut Run) -> usize {
        let at = self.came % HISTORY;
        if at == self.history.len() {
            self.history.push(number);
        } else {
            self.history[at] = number;
        }
        let entry = &mut self.entries[number.get() as usize - 1];
        run.add(*entry);
        let before = std::mem::replace(&mut entry.last, self.came);
        self.came += 1;
        before
    }
}

fn slot(hash: u64) -> usize {
    hash as usize % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(repeats: &mut Repeats, line: &[u8]) -> bool {
        match repeats.find(line) {
            Ok(run) => run.bytes == line.len() && run.errors == 1,
            Err(new) => {
                repeats.keep(new, line, Severity::Error);
                false
            }
        }
    }

    #[test]
    fn lines_are_known_again_and_so_is_their_order() {
        let mut repeats = Repeats::default();
        for line in ["a\n", "bc\n", "a\n", "d\n"] {
            assert_eq!(
                take(&mut repeats, line.as_bytes()),
                line == "a\n" && repeats.came == 3
            );
        }
        assert!(take(&mut repeats, b"bc\n"));
        let run = repeats.follow(b"a\nd\nbc\na\nx\n");
        assert_eq!((run.bytes, run.errors, run.warnings), (9, 4, 0));
        assert_eq!(repeats.follow(b"d").bytes, 0, "half a line is none");
        let run = repeats.follow(b"d\nbc\nbc\n");
        assert_eq!(run.bytes, 5);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut repeats = Repeats::default();
        let line = |n: u32| format!("{n:>8000}\n").into_bytes();
        for n in 0..3000 {
            assert!(!take(&mut repeats, &line(n)), "{n}");
            assert!(take(&mut repeats, &line(n)), "{n}");
        }
        assert!(repeats.text.len() <= MAX_TEXT && repeats.text.capacity() <= 2 * MAX_TEXT);
        for _ in 0..HISTORY {
            take(&mut repeats, b"same\n");
        }
        assert_eq!(repeats.history.len(), HISTORY);
        assert!(take(&mut repeats, &line(2999)));
    }
}
