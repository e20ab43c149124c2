//! Small files that only save work: what they hold can be found out again, so
//! any doubt about one is answered by doing without it.
//!
//! ```text
//! buildfix:<kind>:<version>\n   as bytes, compared whole
//! 32 bytes                      BLAKE3 of the rest
//! the rest                      the value, as postcard
//! ```
//!
//! A file is written beside its place and renamed, without waiting for the
//! disk: after a power failure the checksum tells. Two processes that write at
//! once leave one of the two whole.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{Read as _, Write as _};
use std::path::Path;

/// The largest such file, in bytes (256 MiB); a larger one is neither written
/// nor read.
pub const MAX_KEPT: usize = 256 << 20;

/// What is kept in a file and how it is told from others.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it is.
    pub name: &'static str,
    /// Of the value's form and of what made it. Another version is no value.
    pub version: u32,
}

impl Kind {
    fn head(self) -> Vec<u8> {
        format!("buildfix:{}:{}\n", self.name, self.version).into_bytes()
    }

    /// The value in a file; `None` if there is none that is whole and of this
    /// kind and version.
    #[must_use]
    pub fn read<T: DeserializeOwned>(self, path: &Path) -> Option<T> {
        // A symlink or a pipe is none of ours.
        if !path.symlink_metadata().ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).ok()?;
        file.take(MAX_KEPT as u64 + 1)
            .read_to_end(&mut bytes)
            .ok()?;
        if bytes.len() > MAX_KEPT {
            return None;
        }
        let rest = bytes.strip_prefix(self.head().as_slice())?;
        let (sum, body) = rest.split_at_checked(blake3::OUT_LEN)?;
        if blake3::hash(body).as_bytes() != sum {
            return None;
        }
        postcard::from_bytes(body).ok()
    }

    /// Writes a value. Whether that worked is nobody's concern but the log's:
    /// the next reader does without.
    pub fn write<T: Serialize>(self, path: &Path, value: &T) {
        if let Err(reason) = self.try_write(path, value) {
            tracing::debug!(path = %path.display(), reason, "not kept");
            // An old value could be taken for the new one.
            let _ = std::fs::remove_file(path);
        }
    }

    fn try_write<T: Serialize>(self, path: &Path, value: &T) -> Result<(), String> {
        let dir = path.parent().ok_or("no folder")?;
        let body = postcard::to_allocvec(value).map_err(|error| error.to_string())?;
        let head = self.head();
        if head.len() + blake3::OUT_LEN + body.len() > MAX_KEPT {
            return Err("it is too large".to_owned());
        }
        let mut file = tempfile::Builder::new()
            .prefix(".kept-")
            .tempfile_in(dir)
            .map_err(|error| error.to_string())?;
        file.write_all(&head)
            .and_then(|()| file.write_all(blake3::hash(&body).as_bytes()))
            .and_then(|()| file.write_all(&body))
            .map_err(|error| error.to_string())?;
        file.persist(path).map_err(|error| error.to_string())?;
        Ok(())
    }
}
