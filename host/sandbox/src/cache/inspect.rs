//! What `buildfix cache` asks.

use super::counters::Counters;
use super::evict;
use super::key::Key;
use super::record::{Damage, Entry};
use super::result_cache::ResultCache;
use super::store;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What a cache holds.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// Entries.
    pub entries: u64,
    /// Bytes of their files.
    pub bytes: u64,
    /// Files that are being written, or were when a process died.
    pub temporary: u64,
    /// When the entry that was not used for longest was last used.
    pub oldest: Option<SystemTime>,
    /// Hits and misses of all runs.
    pub counters: Counters,
}

/// What [`ResultCache::check`] found.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Entries that are whole.
    pub whole: u64,
    /// Files that are not, and were deleted.
    pub damaged: Vec<(PathBuf, Damage)>,
}

impl ResultCache {
    /// The folder of the entries.
    #[must_use]
    pub fn results_dir(&self) -> &Path {
        self.inner.store.dir()
    }

    /// Counts.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = Stats {
            counters: Counters::load(&self.results_dir().join("counters.toml")),
            ..Stats::default()
        };
        for item in self.items() {
            if item.temporary {
                stats.temporary += 1;
                continue;
            }
            stats.entries += 1;
            stats.bytes += item.bytes;
            stats.oldest = Some(stats.oldest.map_or(item.used, |known| known.min(item.used)));
        }
        stats
    }

    /// The keys that begin with these hexadecimal digits, sorted.
    #[must_use]
    pub fn find(&self, prefix: &str) -> Vec<Key> {
        let mut keys: Vec<Key> = self
            .items()
            .filter_map(|item| {
                let name = item.path.file_name()?.to_str()?;
                name.starts_with(prefix).then(|| Key::parse(name))?
            })
            .collect();
        keys.sort();
        keys
    }

    /// Reads an entry, and leaves it as it is.
    ///
    /// # Errors
    /// When there is none or it cannot be read; `InvalidData` with a [`Damage`]
    /// inside if it is damaged.
    pub fn entry(&self, key: Key) -> io::Result<Entry> {
        let (bytes, _) = store::read(&self.inner.store.path(key))?;
        Entry::decode_for(key, &bytes)
            .map_err(|damage| io::Error::new(io::ErrorKind::InvalidData, damage))
    }

    /// Reads every entry, and deletes those that are damaged.
    #[must_use]
    pub fn check(&self) -> Checked {
        let mut checked = Checked::default();
        for item in self.items().filter(|item| !item.temporary) {
            let Ok((bytes, _)) = store::read(&item.path) else {
                continue;
            };
            let name = item.path.file_name().and_then(|name| name.to_str());
            let read = match name.and_then(Key::parse) {
                Some(key) => Entry::decode_for(key, &bytes),
                None => Err(Damage::Misfiled),
            };
            match read {
                Ok(_) => checked.whole += 1,
                Err(damage) => {
                    if let Err(error) = fs::remove_file(&item.path) {
                        tracing::debug!(%error, "cannot delete a damaged result");
                    }
                    checked.damaged.push((item.path, damage));
                }
            }
        }
        checked
    }

    /// Trims every shard to its cap and sweeps abandoned temporary files.
    /// Gives files and bytes deleted.
    #[must_use]
    pub fn prune(&self) -> (u64, u64) {
        let deleted = evict::collect(&self.inner.store);
        (deleted.files, deleted.bytes)
    }

    /// Deletes all results, the counters too.
    ///
    /// # Errors
    /// When something cannot be deleted.
    pub fn clean(&self) -> io::Result<()> {
        match fs::remove_dir_all(self.results_dir()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn items(&self) -> impl Iterator<Item = evict::Item> {
        evict::shards(&self.inner.store).flat_map(|shard| evict::items(&shard))
    }
}
