//! Answers of registries, kept with their entity tags.

use crate::index::Checksum;
use std::path::Path;

/// An answer kept for the next time: a line with the entity tag and the
/// SHA-256 of the body, then the body. A damaged one is as if it were not there.
pub(crate) struct Kept {
    pub etag: String,
    pub body: Vec<u8>,
}

impl Kept {
    pub fn read(path: &Path) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let end = bytes.iter().position(|b| *b == b'\n')?;
        let head = std::str::from_utf8(&bytes[..end]).ok()?;
        let (sum, etag) = head.split_once(' ')?;
        let body = bytes[end + 1..].to_vec();
        (Checksum::of(&body).hex() == sum).then(|| Self {
            etag: etag.to_owned(),
            body,
        })
    }

    /// A fault here costs a request the next time.
    pub fn write(path: &Path, etag: &str, body: &[u8]) {
        let write = || -> std::io::Result<()> {
            let dir = path.parent().unwrap_or(path);
            std::fs::create_dir_all(dir)?;
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            let sum = Checksum::of(body);
            std::io::Write::write_all(&mut file, format!("{} {etag}\n", sum.hex()).as_bytes())?;
            std::io::Write::write_all(&mut file, body)?;
            file.persist(path)?;
            Ok(())
        };
        if let Err(error) = write() {
            tracing::debug!(path = %path.display(), %error, "an index file is not kept");
        }
    }
}
