//! Deleting what was not used for longest. No index: a folder's listing and
//! the files' times are all there is.

use super::store::{SHARDS, Store, TEMPORARY};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often garbage is collected.
const COLLECT: Duration = Duration::from_secs(24 * 3_600);
/// How old a temporary file is that nobody writes to any more.
const ABANDONED: Duration = Duration::from_secs(3_600);

/// What was deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Deleted {
    pub files: u64,
    pub bytes: u64,
}

/// A file in a shard.
pub(super) struct Item {
    pub path: PathBuf,
    pub bytes: u64,
    pub used: SystemTime,
    pub temporary: bool,
}

/// What a shard holds; nothing where it cannot be read.
pub(super) fn items(shard: &Path) -> Vec<Item> {
    let Ok(entries) = fs::read_dir(shard) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            // Another process may delete it meanwhile.
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some(Item {
                bytes: metadata.len(),
                used: metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                temporary: entry.file_name().to_string_lossy().starts_with(TEMPORARY),
                path: entry.path(),
            })
        })
        .collect()
}

/// Deletes the oldest of a shard down to 80 % of its cap, if it is over it.
pub(super) fn trim(shard: &Path, cap: u64) -> Deleted {
    let mut items = items(shard);
    items.retain(|item| !item.temporary);
    let mut left: u64 = items.iter().map(|item| item.bytes).sum();
    let mut deleted = Deleted::default();
    if left <= cap {
        return deleted;
    }
    items.sort_by_key(|item| item.used);
    for item in items {
        if left <= cap / 5 * 4 {
            break;
        }
        left -= item.bytes;
        delete(&item, &mut deleted);
    }
    deleted
}

/// Trims every shard and sweeps what writers left behind that died.
pub(super) fn collect(store: &Store) -> Deleted {
    let mut all = Deleted::default();
    for shard in shards(store) {
        let now = SystemTime::now();
        for item in items(&shard).iter().filter(|item| item.temporary) {
            if now
                .duration_since(item.used)
                .is_ok_and(|age| age > ABANDONED)
            {
                delete(item, &mut all);
            }
        }
        let trimmed = trim(&shard, store.shard_cap);
        all.files += trimmed.files;
        all.bytes += trimmed.bytes;
    }
    all
}

/// [`collect`], if that was not done for a day and nobody does it now.
pub(super) fn collect_daily(store: &Store) {
    let path = store.dir().join("collect.lock");
    if !store.dir().is_dir() {
        return;
    }
    let known = path.exists();
    let Ok(file) = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
    else {
        return;
    };
    let age = file.metadata().and_then(|metadata| metadata.modified());
    let due = age.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > COLLECT));
    // A file just made: the first day has no garbage yet.
    if !known || !due || file.try_lock().is_err() {
        return;
    }
    let deleted = collect(store);
    tracing::debug!(
        deleted.files,
        deleted.bytes,
        "collected the result cache's garbage"
    );
    if let Err(error) = file.set_modified(SystemTime::now()) {
        tracing::debug!(%error, "cannot note that garbage was collected");
    }
}

/// The folders of entries.
pub(super) fn shards(store: &Store) -> impl Iterator<Item = PathBuf> {
    let dir = store.dir().to_owned();
    (0..SHARDS).map(move |shard| dir.join(format!("{shard:02x}")))
}

fn delete(item: &Item, deleted: &mut Deleted) {
    match fs::remove_file(&item.path) {
        Ok(()) => {
            deleted.files += 1;
            deleted.bytes += item.bytes;
        }
        Err(error) => {
            tracing::debug!(path = %item.path.display(), %error, "cannot delete a cached result");
        }
    }
}
