//! Reading files of others: bounded, and on record.
//!
//! A dependency is read with a [`Reader`] that notes every path it was asked
//! for and what stood there. As long as all of them stand as noted, so does
//! what was made of them: that is how an index is kept from run to run.
//!
//! Nothing here waits or fails: a path that is no regular file is never opened,
//! and what cannot be read is as if it were not there.

use crate::files::{Decoded, Stamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest text that is read, in bytes (4 MiB).
pub const MAX_TEXT: u64 = 4 << 20;
/// The most entries of one folder that are looked at.
pub const MAX_ENTRIES: usize = 20_000;

/// What stood at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seen {
    /// Nothing, or what is neither a file nor a folder.
    Nothing,
    /// A regular file.
    File(Stamp),
    /// A folder, by the time at which entries were last made or removed.
    Folder {
        /// Nanoseconds since 1970.
        modified: i128,
    },
}

impl Seen {
    /// What stands at a path now; symlinks are followed.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        path.metadata()
            .map_or(Self::Nothing, |metadata| Self::of(&metadata))
    }

    fn of(metadata: &Metadata) -> Self {
        if let Some(stamp) = Stamp::of(metadata) {
            return Self::File(stamp);
        }
        if !metadata.is_dir() {
            return Self::Nothing;
        }
        let modified = metadata.modified().unwrap_or(UNIX_EPOCH);
        let nanos = |time: std::time::Duration| i128::try_from(time.as_nanos()).unwrap_or(0);
        Self::Folder {
            modified: modified
                .duration_since(UNIX_EPOCH)
                .map_or_else(|before| -nanos(before.duration()), nanos),
        }
    }

    /// Whether a later change is certain to show.
    fn is_settled(&self, now: SystemTime) -> bool {
        match self {
            Self::Nothing => true,
            Self::File(stamp) => stamp.is_settled(now),
            Self::Folder { modified } => {
                let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
                let now = i128::try_from(now.as_nanos()).unwrap_or(i128::MAX);
                modified + 2_000_000_000 < now
            }
        }
    }
}

/// Every path that was asked for, and what stood there.
pub type Inputs = BTreeMap<PathBuf, Seen>;

/// Whether everything stands as it did.
#[must_use]
pub fn unchanged(inputs: &Inputs) -> bool {
    inputs.iter().all(|(path, seen)| Seen::at(path) == *seen)
}

/// An entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its name; entries whose name is not UTF-8 are left out.
    pub name: String,
    /// Whether it is a folder, or a symlink to one.
    pub is_folder: bool,
}

/// Reads files within a bound of files and bytes.
#[derive(Debug)]
pub struct Reader {
    inputs: Inputs,
    settled: bool,
    files: usize,
    bytes: u64,
    skipped: Vec<String>,
}

/// The most reasons that are kept of what was left out.
const MAX_SKIPPED: usize = 20;

impl Reader {
    /// May read so many files, and bytes of them all together.
    #[must_use]
    pub fn new(files: usize, bytes: u64) -> Self {
        Self {
            inputs: Inputs::new(),
            settled: true,
            files,
            bytes,
            skipped: Vec::new(),
        }
    }

    /// What was asked for, whether each stamp there can stand for the content,
    /// and what was left out for which reason.
    #[must_use]
    pub fn finish(self) -> (Inputs, bool, Vec<String>) {
        (self.inputs, self.settled, self.skipped)
    }

    /// Notes why something is left out.
    pub fn skip(&mut self, what: &Path, reason: &str) {
        if self.skipped.len() < MAX_SKIPPED {
            self.skipped.push(format!("{}: {reason}", what.display()));
        }
    }

    /// What stands at a path.
    pub fn look(&mut self, path: &Path) -> Seen {
        if let Some(seen) = self.inputs.get(path) {
            return *seen;
        }
        let now = SystemTime::now();
        let seen = Seen::at(path);
        self.settled &= seen.is_settled(now);
        self.inputs.insert(path.to_owned(), seen);
        seen
    }

    /// Whether a regular file is there.
    pub fn is_file(&mut self, path: &Path) -> bool {
        matches!(self.look(path), Seen::File(_))
    }

    /// Whether a folder is there.
    pub fn is_folder(&mut self, path: &Path) -> bool {
        matches!(self.look(path), Seen::Folder { .. })
    }

    /// A file's bytes, if it is there and no longer than `limit`.
    pub fn bytes(&mut self, path: &Path, limit: u64) -> Option<Vec<u8>> {
        if !self.is_file(path) {
            return None;
        }
        let Ok(metadata) = path.metadata() else {
            self.settled = false;
            return None;
        };
        if metadata.len() > limit {
            self.skip(path, &format!("larger than {limit} bytes"));
            return None;
        }
        if self.files == 0 || metadata.len() > self.bytes {
            self.skip(path, "more than is read of one dependency");
            return None;
        }
        let mut bytes = Vec::new();
        let read = std::fs::File::open(path)
            .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
            .map_err(|error| error.to_string());
        self.files -= 1;
        self.bytes = self.bytes.saturating_sub(bytes.len() as u64);
        match read {
            Ok(_) if bytes.len() as u64 <= limit => Some(bytes),
            Ok(_) => {
                self.skip(path, &format!("larger than {limit} bytes"));
                None
            }
            Err(reason) => {
                // A permission may change without a trace in the stamp.
                self.settled = false;
                self.skip(path, &reason);
                None
            }
        }
    }

    /// A file's text of at most [`MAX_TEXT`] bytes.
    pub fn text(&mut self, path: &Path) -> Option<String> {
        let bytes = self.bytes(path, MAX_TEXT)?;
        match Decoded::of(&bytes) {
            Ok(decoded) => Some(decoded.text),
            Err(reason) => {
                self.skip(path, &reason.to_string());
                None
            }
        }
    }

    /// What is in a folder, sorted, at most [`MAX_ENTRIES`]. Symlinks are
    /// followed to tell what they lead to.
    pub fn list(&mut self, folder: &Path) -> Vec<Entry> {
        if !self.is_folder(folder) {
            return Vec::new();
        }
        let Ok(entries) = std::fs::read_dir(folder) else {
            self.settled = false;
            self.skip(folder, "it cannot be listed");
            return Vec::new();
        };
        let mut found: Vec<Entry> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let of = entry.file_type().ok()?;
                let is_folder = of.is_dir() || of.is_symlink() && entry.path().is_dir();
                let name = entry.file_name().into_string().ok()?;
                Some(Entry { name, is_folder })
            })
            .take(MAX_ENTRIES + 1)
            .collect();
        found.sort();
        if found.len() > MAX_ENTRIES {
            self.skip(folder, "it has too many entries");
            found.truncate(MAX_ENTRIES);
        }
        found
    }
}
