//! What the file system says of a file without reading it.

use serde::{Deserialize, Serialize};
use std::fs::Metadata;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// File systems keep times in steps, the coarsest (FAT) in steps of two
/// seconds: a second change within a step does not show.
const STEP: Duration = Duration::from_secs(2);

/// Size, times and inode of a regular file. As long as it stays the same, so
/// does the content, unless the stamp was taken within the file system's time
/// step after a change: see [`Stamp::is_settled`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Bytes.
    size: u64,
    /// Nanoseconds since 1970 of the last change of the content, which any
    /// program can set.
    modified: i128,
    /// The same of the last change of anything, which none can; 0 where the
    /// system does not tell.
    changed: i128,
    /// 0 where there is none.
    inode: u64,
}

impl Stamp {
    /// `None` for what is not a regular file.
    #[must_use]
    pub fn of(metadata: &Metadata) -> Option<Self> {
        if !metadata.is_file() {
            return None;
        }
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt as _;
            let seconds = i128::from(metadata.ctime());
            (
                seconds * 1_000_000_000 + i128::from(metadata.ctime_nsec()),
                metadata.ino(),
            )
        };
        #[cfg(not(unix))]
        let (changed, inode) = (0, 0);
        Some(Self {
            size: metadata.len(),
            modified: metadata.modified().map_or(0, nanoseconds),
            changed,
            inode,
        })
    }

    /// Whether the last change was long enough before `taken`, when the stamp
    /// was taken, that a later one must show. Only then may the stamp stand
    /// for the content: git calls the others racy
    /// (<https://git-scm.com/docs/racy-git>).
    #[must_use]
    pub fn is_settled(&self, taken: SystemTime) -> bool {
        let last = self.modified.max(self.changed);
        last < nanoseconds(taken) - i128::try_from(STEP.as_nanos()).unwrap_or(i128::MAX)
    }
}

fn nanoseconds(time: SystemTime) -> i128 {
    let signed = |d: Duration| i128::try_from(d.as_nanos()).unwrap_or(i128::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => signed(after),
        Err(before) => -signed(before.duration()),
    }
}
