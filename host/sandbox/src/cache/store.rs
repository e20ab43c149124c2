//! Entries as files.

use super::key::{Key, Parts};
use super::record::{Damage, Entry, MAX_ENTRY, Record};
use super::{MAX_RECORDS, evict};
use std::fs::{self, File};
use std::hash::BuildHasher as _;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// The folder of this layout of files, below the cache's own.
const RESULTS: &str = "results/v1";
/// What a file's name begins with while it is written.
pub(super) const TEMPORARY: &str = ".new-";
/// Folders that entries are spread over, by the first byte of their keys.
pub(super) const SHARDS: u64 = 256;
/// How old the time of an entry's last use may become before a hit renews it.
const RENEW: Duration = Duration::from_secs(3_600);

/// A folder of entries.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    dir: PathBuf,
    /// Bytes that one shard may hold.
    pub shard_cap: u64,
    /// Until writing fails.
    writable: AtomicBool,
}

/// Who an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    pub plugin: String,
    pub version: String,
    pub class: String,
    pub file: String,
}

/// What is filed under a key.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Damaged(Damage),
    Entry(Box<Entry>, Freshness),
}

/// Whether the time of last use should be renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Freshness(bool);

impl Store {
    /// A store below `root`; makes nothing yet.
    pub fn new(root: &Path, size: u64) -> Self {
        Self {
            root: root.to_owned(),
            dir: root.join(RESULTS),
            shard_cap: (size / SHARDS).max(1),
            writable: AtomicBool::new(true),
        }
    }

    /// Where entries are.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// An entry's file.
    pub fn path(&self, key: Key) -> PathBuf {
        let name = key.to_string();
        self.dir.join(&name[..2]).join(name)
    }

    /// Reads an entry; deletes one that cannot be read.
    pub fn load(&self, key: Key) -> Found {
        let path = self.path(key);
        let (bytes, modified) = match read(&path) {
            Ok(read) => read,
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::debug!(path = %path.display(), %error, "cannot read a cached result");
                }
                return Found::Nothing;
            }
        };
        match Entry::decode_for(key, &bytes) {
            Ok(entry) => {
                // A time in the future would never grow old.
                let renew =
                    modified.is_none_or(|time| time.elapsed().map_or(true, |age| age > RENEW));
                Found::Entry(Box::new(entry), Freshness(renew))
            }
            Err(damage) => {
                tracing::debug!(path = %path.display(), %damage, "a cached result is damaged");
                let _ = fs::remove_file(&path);
                Found::Damaged(damage)
            }
        }
    }

    /// Notes that an entry was of use.
    pub fn renew(&self, key: Key, freshness: Freshness) {
        if freshness.0
            && let Err(error) =
                File::open(self.path(key)).and_then(|file| file.set_modified(SystemTime::now()))
        {
            tracing::debug!(%key, %error, "cannot note the use of a cached result");
        }
    }

    /// Adds a record to a key's entry, or with `alone` makes it the only one.
    /// Gives whether it was written; after the first failure nothing more is.
    pub fn put(
        &self,
        key: Key,
        parts: &Parts,
        subject: &Subject,
        record: Record,
        alone: bool,
    ) -> bool {
        if !self.writable.load(Ordering::Relaxed) {
            return false;
        }
        let mut entry = Entry {
            key: key.0,
            parts: parts.clone(),
            plugin: subject.plugin.clone(),
            version: subject.version.clone(),
            class: subject.class.clone(),
            file: subject.file.clone(),
            records: vec![record],
        };
        if !alone && let Found::Entry(old, _) = self.load(key) {
            let kept = old.records.into_iter();
            let kept = kept.filter(|old| !old.is_replaced_by(&entry.records[0]));
            let kept: Vec<_> = kept.take(MAX_RECORDS - 1).collect();
            entry.records.extend(kept);
        }
        let Some(bytes) = fitting(&mut entry) else {
            tracing::debug!(%key, "a result is too large to be kept");
            return false;
        };
        match self.write(&self.path(key), &bytes) {
            Ok(()) => {
                self.make_room(key, bytes.len() as u64);
                true
            }
            Err(error) => {
                tracing::debug!(dir = %self.dir.display(), %error, "results are not kept any more");
                self.writable.store(false, Ordering::Relaxed);
                false
            }
        }
    }

    /// Writes a file whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let dir = path.parent().unwrap_or(&self.dir);
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        let mut file = match builder.tempfile_in(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.make_folder(dir)?;
                builder.tempfile_in(dir)?
            }
            other => other?,
        };
        // On any error the temporary file is removed as it is dropped.
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }

    /// Makes a folder that only its owner can enter, and on the way tells
    /// backup programs that there is nothing to keep.
    fn make_folder(&self, dir: &Path) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(dir)?;
        let tag = self.root.join("CACHEDIR.TAG");
        if !tag.exists() {
            let text = "Signature: 8a477f597d28d172789f06886806bc55\n\
                        # This folder was made by buildfix; it can be deleted at any time.\n\
                        # See https://bford.info/cachedir/\n";
            fs::write(tag, text)?;
        }
        Ok(())
    }

    /// Now and then, after a write, trims the shard that was written to.
    fn make_room(&self, key: Key, written: u64) {
        let slack = (self.shard_cap / 16).max(1);
        // Every process and every write throws its own dice, so that many short
        // runs keep to the cap as one long run does.
        let dice = std::hash::RandomState::new().hash_one(key) % slack;
        if dice < written
            && let Some(shard) = self.path(key).parent()
        {
            evict::trim(shard, self.shard_cap);
        }
    }
}

/// A file's bytes, at most one more than an entry may have, and when it was
/// last used.
pub(super) fn read(path: &Path) -> io::Result<(Vec<u8>, Option<SystemTime>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let size = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(size.min(MAX_ENTRY) + 1);
    file.take(MAX_ENTRY as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes, metadata.modified().ok()))
}

/// The entry's bytes, without as many of its oldest records as it takes to
/// stay within an entry's size.
fn fitting(entry: &mut Entry) -> Option<Vec<u8>> {
    loop {
        let bytes = entry.encode()?;
        if bytes.len() <= MAX_ENTRY {
            return Some(bytes);
        }
        if entry.records.len() == 1 {
            return None;
        }
        entry.records.pop();
    }
}
