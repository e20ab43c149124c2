//! Reads and writes whole files.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// Hex BLAKE3 of a file's bytes.
pub(super) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// What is at a path.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing.
    Absent,
    /// A file.
    File(Vec<u8>, Metadata),
    /// A directory, a pipe, a device.
    Other,
}

impl Found {
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::File(bytes, _) => Some(bytes),
            Self::Absent | Self::Other => None,
        }
    }
}

/// Reads what is at a path, symlinks followed.
pub(super) fn look(path: &Path) -> io::Result<Found> {
    let metadata = match path.metadata() {
        Ok(metadata) => metadata,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Found::Absent);
        }
        Err(error) => return Err(error),
    };
    if !metadata.is_file() {
        return Ok(Found::Other);
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(Found::File(bytes, metadata))
}

/// The permission bits; `None` where there are none.
pub(super) fn mode(metadata: &Metadata) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        Some(metadata.permissions().mode() & 0o7777)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// Whether the file may be written. Renaming over a file needs no right to
/// it, so a read-only one would be replaced all the same.
pub(super) fn writable(path: &Path, metadata: &Metadata) -> io::Result<()> {
    if metadata.permissions().readonly() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the file is read-only",
        ));
    }
    OpenOptions::new().write(true).open(path).map(drop)
}

/// Puts `bytes` at `path` by writing `temporary` beside it and renaming. The
/// owner is that of `like`, as far as this process may set it; the permission
/// bits are `mode`.
pub(super) fn replace(
    path: &Path,
    temporary: &Path,
    bytes: &[u8],
    mode: Option<u32>,
    like: Option<&Metadata>,
) -> io::Result<()> {
    let written =
        write_new(temporary, bytes, mode, like).and_then(|()| fs::rename(temporary, path));
    if written.is_err() {
        // Nothing more can be done about it if this fails too; the next
        // recovery sweeps it.
        let _ = fs::remove_file(temporary);
    }
    written
}

fn write_new(
    path: &Path,
    bytes: &[u8],
    mode: Option<u32>,
    like: Option<&Metadata>,
) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
        if let Some(like) = like {
            let ours = file.metadata()?;
            if (ours.uid(), ours.gid()) != (like.uid(), like.gid()) {
                // Only root may; for others the file becomes theirs.
                let _ = fchown(&file, Some(like.uid()), Some(like.gid()));
            }
        }
        if let Some(mode) = mode {
            // After the owner, whose change clears the set-user-id bit.
            file.set_permissions(fs::Permissions::from_mode(mode))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (mode, like);
    // Data before name: after a power cut, either the old or the new content.
    file.sync_data()
}

/// Stores a file's bytes under their hash, once.
pub(super) fn store(blobs: &Path, hash: &str, bytes: &[u8]) -> io::Result<()> {
    let path = blobs.join(hash);
    if path.is_file() {
        return Ok(());
    }
    let temporary = blobs.join("new.tmp");
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    replace(&path, &temporary, bytes, None, None)
}

/// Reads bytes stored under their hash.
pub(super) fn load(blobs: &Path, hash: &str) -> io::Result<Vec<u8>> {
    // The hash comes from a file that anybody could have written.
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a hash"));
    }
    let bytes = fs::read(blobs.join(hash))?;
    if self::hash(&bytes) != hash {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the saved copy is damaged",
        ));
    }
    Ok(bytes)
}

/// Makes renames in a directory last.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    // Elsewhere a directory cannot be opened.
    if cfg!(unix) {
        File::open(path)?.sync_all()
    } else {
        Ok(())
    }
}
