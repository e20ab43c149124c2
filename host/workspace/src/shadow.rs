//! A copy of the tree to build in, so that the tree itself stays untouched.
//!
//! Files keep their times, so that what was built before counts as built.
//! `.git` and `.buildfix` are left out. Symlinks are made again: one that
//! points into the tree points to the same place of the copy, one that points
//! out of it still points there.

use crate::files::{Workspace, is_cache};
use std::fs::{self, File, FileTimes, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use tempfile::TempDir;

/// The most bytes that are copied unless told otherwise (4 GiB).
pub const MAX_BYTES: u64 = 4 << 30;

/// Why no copy could be made.
#[derive(Debug, thiserror::Error)]
pub enum ShadowError {
    /// It would be too large.
    #[error("`{}` is too large to copy: more than {limit} bytes even without its build caches", root.display())]
    TooLarge {
        /// The workspace.
        root: PathBuf,
        /// The bound in bytes.
        limit: u64,
    },
    /// Reading or writing failed.
    #[error("cannot copy `{}`: {source}", path.display())]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A copy of a workspace; removed when dropped.
#[derive(Debug)]
pub struct Shadow {
    path: PathBuf,
    /// Removes the copy when dropped.
    _holder: TempDir,
}

/// What is to be copied, directories before what is in them.
struct Entry {
    relative: PathBuf,
    metadata: Metadata,
}

impl Shadow {
    /// Copies a workspace of at most [`MAX_BYTES`] into the system's directory
    /// for temporary files.
    ///
    /// # Errors
    /// When it is larger, or reading or writing fails.
    pub fn create(workspace: &Workspace) -> Result<Self, ShadowError> {
        Self::within(workspace, &std::env::temp_dir(), MAX_BYTES)
    }

    /// Copies a workspace of at most `limit` bytes into a new directory in
    /// `above`. If that is too little, directories tagged as caches
    /// (`CACHEDIR.TAG`; cargo's `target`) are left out.
    ///
    /// # Errors
    /// When that is still too little, or reading or writing fails.
    pub fn within(workspace: &Workspace, above: &Path, limit: u64) -> Result<Self, ShadowError> {
        let root = workspace.root();
        let too_large = || ShadowError::TooLarge {
            root: root.to_owned(),
            limit,
        };
        let entries = match list(root, true, limit)? {
            Some(entries) => entries,
            None => list(root, false, limit)?.ok_or_else(too_large)?,
        };
        let holder = tempfile::Builder::new()
            .prefix("buildfix-")
            .tempdir_in(above)
            .map_err(failed(above))?;
        // Some tools name what they build after the directory.
        let name = root.file_name().unwrap_or_else(|| "root".as_ref());
        let base = holder
            .path()
            .canonicalize()
            .map_err(failed(holder.path()))?;
        let shadow = Self {
            path: base.join(name),
            _holder: holder,
        };
        fs::create_dir(&shadow.path).map_err(failed(&shadow.path))?;
        for entry in &entries {
            shadow.copy(root, entry)?;
        }
        // Making what is in a directory changed its time.
        for entry in entries.iter().rev().filter(|entry| entry.metadata.is_dir()) {
            let to = shadow.path.join(&entry.relative);
            set_times(&to, &entry.metadata).map_err(failed(&to))?;
            fs::set_permissions(&to, entry.metadata.permissions()).map_err(failed(&to))?;
        }
        Ok(shadow)
    }

    /// The copy of the workspace's root. Its last component is the original's.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn copy(&self, root: &Path, entry: &Entry) -> Result<(), ShadowError> {
        let (from, to) = (root.join(&entry.relative), self.path.join(&entry.relative));
        if entry.metadata.is_dir() {
            return fs::create_dir(&to).map_err(failed(&to));
        }
        if entry.metadata.is_symlink() {
            let target = fs::read_link(&from).map_err(failed(&from))?;
            let target = retarget(root, &entry.relative, &target);
            return link(&target, &to, &from).map_err(failed(&to));
        }
        match fs::copy(&from, &to) {
            Ok(_) => set_times(&to, &entry.metadata).map_err(failed(&to)),
            // Gone since it was listed: a build's temporary file.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed(&from)(error)),
        }
    }
}

impl Drop for Shadow {
    fn drop(&mut self) {
        // A directory without the right to write cannot be emptied.
        #[cfg(unix)]
        for entry in walkdir::WalkDir::new(&self.path).into_iter().flatten() {
            use std::os::unix::fs::PermissionsExt;
            if entry.file_type().is_dir()
                && let Ok(metadata) = entry.metadata()
                && metadata.permissions().mode() & 0o700 != 0o700
            {
                let mode = metadata.permissions().mode() | 0o700;
                let _ = fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode));
            }
        }
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ShadowError {
    move |source| ShadowError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Everything to copy; `None` if it is more than `limit` bytes.
fn list(root: &Path, caches: bool, limit: u64) -> Result<Option<Vec<Entry>>, ShadowError> {
    let mut entries = Vec::new();
    let mut size = 0_u64;
    let walk = walkdir::WalkDir::new(root)
        .min_depth(1)
        .follow_links(false)
        .sort_by_file_name();
    let walk = walk.into_iter().filter_entry(|entry| {
        let name = entry.file_name();
        name != ".git"
            && name != ".buildfix"
            && (caches || !entry.file_type().is_dir() || !is_cache(entry.path()))
    });
    for entry in walk {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(root).to_owned();
            ShadowError::Io {
                path,
                source: error.into(),
            }
        })?;
        let path = entry.path();
        let metadata = entry.metadata().map_err(|error| ShadowError::Io {
            path: path.to_owned(),
            source: error.into(),
        })?;
        // Pipes and sockets belong to a process, not to the project.
        if !metadata.is_dir() && !metadata.is_file() && !metadata.is_symlink() {
            continue;
        }
        size = size.saturating_add(if metadata.is_file() {
            metadata.len()
        } else {
            0
        });
        if size > limit {
            return Ok(None);
        }
        let relative = path.strip_prefix(root).unwrap_or(path).to_owned();
        entries.push(Entry { relative, metadata });
    }
    Ok(Some(entries))
}

fn set_times(path: &Path, metadata: &Metadata) -> io::Result<()> {
    let mut times = FileTimes::new();
    if let Ok(modified) = metadata.modified() {
        times = times.set_modified(modified);
    }
    if let Ok(accessed) = metadata.accessed() {
        times = times.set_accessed(accessed);
    }
    // Opening for reading is enough to set times of one's own file, and works
    // for directories and read-only files.
    File::open(path)?.set_times(times)
}

/// Where the copy of a symlink at `at` must point to.
fn retarget(root: &Path, at: &Path, target: &Path) -> PathBuf {
    let folder = at.parent().unwrap_or_else(|| Path::new(""));
    let absolute = clean(&root.join(folder).join(target));
    match absolute.strip_prefix(root) {
        Ok(_) if target.is_relative() => target.to_owned(),
        // Up to the root, and down again.
        Ok(inside) => folder
            .components()
            .map(|_| Path::new(".."))
            .collect::<PathBuf>()
            .join(inside),
        Err(_) => absolute,
    }
}

fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(unix)]
fn link(target: &Path, at: &Path, _original: &Path) -> io::Result<()> {
    let target = if target.as_os_str().is_empty() {
        Path::new(".")
    } else {
        target
    };
    std::os::unix::fs::symlink(target, at)
}

#[cfg(windows)]
fn link(target: &Path, at: &Path, original: &Path) -> io::Result<()> {
    if original.is_dir() {
        std::os::windows::fs::symlink_dir(target, at)
    } else {
        std::os::windows::fs::symlink_file(target, at)
    }
}

#[cfg(test)]
mod tests;
