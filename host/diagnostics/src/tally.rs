//! What a summary says of a log, without keeping what it is about.

use crate::{Diagnostic, Line, Position, Severity};
use foldhash::quality::RandomState;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher};

/// Counts different diagnostics by class, told apart as [`crate::Collector`]
/// does it: by path, line, column, code and message.
///
/// Of each only a digest of 64 bits is kept, so that ten million take some
/// 150 MB and a hundred thousand (more than any build here had) 2 MB. Two
/// different ones count as one with a probability of n²/2⁶⁵ among n: 3 in 10
/// million among 3 million. Besides, what is printed is kept: the classes with
/// an example each.
#[derive(Debug, Default)]
pub struct Tally {
    hasher: RandomState,
    seen: Digests,
    files: Digests,
    classes: HashMap<String, Class, RandomState>,
    name: String,
    has_errors: bool,
}

/// The diagnostics of one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// How many different ones.
    pub count: usize,
    /// The first line of the first one's message.
    pub example: String,
}

struct Said<'a> {
    place: Option<(&'a str, Position)>,
    code: &'a str,
    message: &'a str,
}

impl Tally {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a diagnostic. Returns whether it was new.
    pub fn add(&mut self, diagnostic: &Diagnostic) -> bool {
        let place = diagnostic.location.as_ref();
        let new = self.is_new(&Said {
            place: place.map(|place| (place.path.as_str(), place.start)),
            code: &diagnostic.code,
            message: &diagnostic.message,
        });
        if new {
            self.name.clone_from(&diagnostic.class);
            self.count(&diagnostic.message);
        }
        self.has_errors |= diagnostic.is_error();
        new
    }

    /// As [`Self::add`], and nothing is copied but a class's first example.
    pub fn add_line(&mut self, line: &Line<'_>) -> bool {
        let (place, code, message) = (line.place(), line.code(), line.message());
        if code.is_empty() {
            // The class is in the message, which takes a longer look.
            return self.add(&line.to_diagnostic());
        }
        let new = self.is_new(&Said {
            place: place.as_ref().map(|(path, start)| (&**path, *start)),
            code: &code,
            message: &message,
        });
        if new {
            self.name.clear();
            self.name.push_str(line.language());
            self.name.push('/');
            self.name.push_str(&code);
            self.count(&message);
        }
        self.has_errors |= line.severity() == Severity::Error;
        new
    }

    fn is_new(&mut self, said: &Said<'_>) -> bool {
        let mut hasher = self.hasher.build_hasher();
        let (path, start) = said.place.unwrap_or(("", Position { line: 0, column: 0 }));
        hasher.write(path.as_bytes());
        hasher.write_u64(u64::from(start.line) << 32 | u64::from(start.column));
        hasher.write(said.code.as_bytes());
        hasher.write(said.message.as_bytes());
        // The lengths keep ("ab", "c") apart from ("a", "bc").
        hasher.write_usize(path.len());
        hasher.write_usize(said.message.len());
        let new = self.seen.insert(hasher.finish());
        if new && said.place.is_some() {
            self.files.insert(self.hasher.hash_one(path));
        }
        new
    }

    /// One more of the class that `name` holds.
    fn count(&mut self, message: &str) {
        match self.classes.get_mut(self.name.as_str()) {
            Some(class) => class.count += 1,
            None => {
                let class = Class {
                    count: 1,
                    example: message.lines().next().unwrap_or_default().to_owned(),
                };
                self.classes.insert(self.name.clone(), class);
            }
        }
    }

    /// The classes by name.
    #[must_use]
    pub fn classes(&self) -> BTreeMap<&str, &Class> {
        self.classes
            .iter()
            .map(|(name, class)| (name.as_str(), class))
            .collect()
    }

    /// Different diagnostics.
    #[must_use]
    pub fn total(&self) -> usize {
        self.seen.len()
    }

    /// Different files that they are in.
    #[must_use]
    pub fn files(&self) -> usize {
        self.files.len()
    }

    /// Whether one of them was an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.has_errors
    }
}

/// A set of digests in parts by their upper bits: a table that grows holds its
/// old and its new places at once, and so only one part does at a time.
#[derive(Debug)]
struct Digests(Vec<HashSet<u64, BuildHasherDefault<Identity>>>);

const PARTS_LOG2: u32 = 6;

impl Default for Digests {
    fn default() -> Self {
        Self(vec![HashSet::default(); 1 << PARTS_LOG2])
    }
}

impl Digests {
    fn insert(&mut self, digest: u64) -> bool {
        let part = (digest >> (u64::BITS - PARTS_LOG2)) as usize;
        // The table takes its tags from the upper bits, which are all alike in
        // a part.
        self.0[part].insert(digest.rotate_left(PARTS_LOG2))
    }

    fn len(&self) -> usize {
        self.0.iter().map(HashSet::len).sum()
    }
}

/// The hash of what is a hash already.
#[derive(Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn write(&mut self, bytes: &[u8]) {
        // Only digests are put in, by `write_u64`.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
