//! Reads and writes whole files.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

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

/// A file to write.
#[derive(Clone, Copy, Debug)]
pub(super) struct New<'a> {
    /// Nothing may be there.
    pub(super) path: &'a Path,
    pub(super) bytes: &'a [u8],
    /// Its permission bits.
    pub(super) mode: Option<u32>,
    /// Whose owner it gets, as far as this process may set that.
    pub(super) like: Option<&'a Metadata>,
}

/// How many files are on their way to the disk at once. Waiting for each alone
/// takes milliseconds; a journaling file system takes many in one go.
const AT_ONCE: usize = 16;

/// Calls `work` for every index below `count`, on a few threads. Gives the
/// first failure by index, and starts nothing more after one.
pub(super) fn in_parallel<E: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<(), E> + Sync,
) -> Result<(), (usize, E)> {
    let next = AtomicUsize::new(0);
    let failure: Mutex<Option<(usize, E)>> = Mutex::new(None);
    let failure_now = || failure.lock().unwrap_or_else(PoisonError::into_inner);
    let worker = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count || failure_now().is_some() {
                return;
            }
            if let Err(error) = work(index) {
                let mut first = failure_now();
                if first.as_ref().is_none_or(|(known, _)| index < *known) {
                    *first = Some((index, error));
                }
            }
        }
    };
    match count.min(AT_ONCE) {
        0 | 1 => worker(),
        threads => std::thread::scope(|scope| {
            for _ in 1..threads {
                // Where no thread can be had, the others do its work.
                let _ = std::thread::Builder::new().spawn_scoped(scope, worker);
            }
            worker();
        }),
    }
    failure
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .map_or(Ok(()), Err)
}

/// Writes files; they are on the disk when this returns.
///
/// # Errors
/// The index of one that cannot be written. Others may have been.
pub(super) fn write_all(files: &[New<'_>]) -> Result<(), (usize, io::Error)> {
    in_parallel(files.len(), |index| {
        let New {
            path,
            bytes,
            mode,
            like,
        } = files[index];
        write_new(path, bytes, mode, like)
    })
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

/// Stores files' bytes under their hashes, each once.
pub(super) fn store(blobs: &Path, contents: &BTreeMap<&str, &[u8]>) -> io::Result<()> {
    let new: Vec<(PathBuf, PathBuf, &[u8])> = contents
        .iter()
        .map(|(hash, bytes)| (blobs.join(format!("{hash}.tmp")), blobs.join(hash), *bytes))
        .filter(|(_, path, _)| !path.is_file())
        .collect();
    for (temporary, _, _) in &new {
        remove(temporary)?;
    }
    let files: Vec<New<'_>> = new
        .iter()
        .map(|(path, _, bytes)| New {
            path,
            bytes,
            mode: None,
            like: None,
        })
        .collect();
    write_all(&files).map_err(|(_, error)| error)?;
    for (temporary, path, _) in &new {
        fs::rename(temporary, path)?;
    }
    sync_directory(blobs)
}

/// Removes a file if it is there.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error)
            if !matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Err(error)
        }
        _ => Ok(()),
    }
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
