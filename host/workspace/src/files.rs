//! The files of a workspace: which there are, what they hold, and which of
//! them a path printed by a compiler means.
//!
//! Every path that comes from outside (a fixer, a compiler's output, a journal
//! found on disk) goes through [`Workspace::resolve`]; nothing else in this
//! crate turns a relative path into one of the file system. What lies outside
//! the root, in version control's own folders or in `.buildfix` cannot be
//! named at all: an edit to `.git/hooks` would be a way out of the sandbox.

mod map;
mod path;
mod source;
mod stamp;
mod survey;
mod walk;

pub use path::{PathError, check_relative};
pub use source::{Decoded, EncodeError, Encoding, Eol, NotText, SourceFile};
pub use stamp::Stamp;
pub use survey::{Expected, Survey};
pub(crate) use walk::is_cache;
pub use walk::{GlobError, MAX_FILES, MAX_GLOB};

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The largest file that is read, in bytes (8 MiB).
pub const MAX_FILE_SIZE: u64 = 8 << 20;

/// Why a workspace cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum WorkspaceError {
    /// It does not exist, or may not be read.
    #[error("cannot open `{}` as a workspace: {source}", path.display())]
    Io {
        /// The path as given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a file.
    #[error("cannot open `{}` as a workspace: not a directory", path.display())]
    NotADirectory {
        /// The path as given.
        path: PathBuf,
    },
}

/// Why a file cannot be read as text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The path is refused.
    #[error(transparent)]
    Path(#[from] PathError),
    /// There is no such file.
    #[error("`{path}` does not exist")]
    NotFound {
        /// Relative to the workspace.
        path: String,
    },
    /// A directory, a pipe, a device.
    #[error("`{path}` is not a regular file")]
    NotAFile {
        /// Relative to the workspace.
        path: String,
    },
    /// Larger than [`MAX_FILE_SIZE`].
    #[error("`{path}` is larger than {} MiB", MAX_FILE_SIZE >> 20)]
    TooLarge {
        /// Relative to the workspace.
        path: String,
    },
    /// It is not text in an encoding that can be written back exactly.
    #[error("`{path}` is not text: {reason}")]
    NotText {
        /// Relative to the workspace.
        path: String,
        /// What is wrong with it.
        reason: NotText,
    },
    /// Anything else.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// Relative to the workspace.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// A directory tree that holds a project.
///
/// Reading always goes to the disk; only the list of files and the answers of
/// [`map`](Self::map) are kept, until [`refresh`](Self::refresh).
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Canonical: absolute and free of symlinks.
    root: PathBuf,
    /// Absolute as the user named it, which is how compilers print it.
    named: PathBuf,
    /// Shared by clones.
    cache: Arc<Mutex<Cache>>,
}

#[derive(Debug, Default)]
struct Cache {
    files: Option<Arc<[String]>>,
    index: Option<Arc<map::SuffixIndex>>,
    mapped: map::Answers,
}

impl Workspace {
    /// Opens the tree below `root`.
    ///
    /// # Errors
    /// When `root` does not exist, is not a directory or cannot be read.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, WorkspaceError> {
        let given = root.as_ref();
        let failed = |source| WorkspaceError::Io {
            path: given.to_owned(),
            source,
        };
        let root = given.canonicalize().map_err(failed)?;
        if !root.is_dir() {
            return Err(WorkspaceError::NotADirectory {
                path: given.to_owned(),
            });
        }
        let named = std::path::absolute(given).map_err(failed)?;
        Ok(Self {
            root,
            named,
            cache: Arc::default(),
        })
    }

    /// The canonical path of the tree's root.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The absolute path of a file or of a place where one may be made. A
    /// symlink on the way is followed, so that writing goes to its target.
    ///
    /// # Errors
    /// When the path is empty, absolute, holds `..`, `.`, an empty component,
    /// a NUL or a backslash-rooted prefix, names a folder of version control or
    /// of buildfix itself, or leaves the workspace through a symlink, also
    /// when its last components do not exist yet.
    pub fn resolve(&self, path: &str) -> Result<PathBuf, PathError> {
        path::resolve(&self.root, path)
    }

    /// The path, relative to the workspace, of the file that this one leads to,
    /// its symlinks followed; of one that is not there, where it would be made.
    /// `None` where [`resolve`](Self::resolve) refuses it.
    #[must_use]
    pub fn real(&self, path: &str) -> Option<String> {
        let full = self.resolve(path).ok()?;
        let full = full.canonicalize().unwrap_or(full);
        walk::relative(&self.root, &full)
    }

    /// The workspace's file that a compiler means by `printed`, relative to
    /// the workspace; `None` for a file that lies outside, is not there, or
    /// cannot be told from others.
    ///
    /// Understood are absolute paths below the root, as named or canonical;
    /// `file:` URLs; relative paths, also with `.` and `..`; and, by their
    /// longest suffix that only one file has, Windows paths, absolute paths of
    /// another machine, and paths relative to a subdirectory. Letter case only
    /// counts as equal where no path matches exactly. An absolute path below
    /// the root is given also when the file no longer exists.
    #[must_use]
    pub fn map(&self, printed: &str) -> Option<String> {
        if printed.is_empty() || printed.len() > map::MAX_PRINTED || printed.contains('\0') {
            return None;
        }
        if let Some(answer) = self.cache().mapped.get(printed) {
            return answer;
        }
        let answer = map::map(self, printed);
        self.cache().mapped.insert(printed, answer.clone());
        answer
    }

    /// Like [`map`](Self::map) for a tool that ran in `directory`, relative to
    /// the workspace (`make -C`, `ninja`): a relative path is first looked for
    /// there.
    #[must_use]
    pub fn map_in(&self, directory: &str, printed: &str) -> Option<String> {
        if !map::is_absolute(printed) {
            let joined = format!("{directory}/{printed}");
            if let Some(path) = map::relative(self, &joined) {
                return Some(path);
            }
        }
        self.map(printed)
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// [`ReadError`]: the path is refused, there is no such file, or it is no
    /// text file of at most [`MAX_FILE_SIZE`] bytes.
    pub fn read(&self, path: &str) -> Result<Arc<SourceFile>, ReadError> {
        let bytes = self.read_bytes(path)?;
        let file = SourceFile::decode(path, bytes).map_err(|reason| ReadError::NotText {
            path: path.to_owned(),
            reason,
        })?;
        Ok(Arc::new(file))
    }

    /// Reads a file's bytes, text or not.
    ///
    /// # Errors
    /// [`ReadError`], all but [`ReadError::NotText`].
    pub fn read_bytes(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let full = self.resolve(path)?;
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => ReadError::NotFound {
                path: path.to_owned(),
            },
            _ => ReadError::Io {
                path: path.to_owned(),
                source,
            },
        };
        // Before it is opened: opening a pipe waits for its writer.
        let metadata = full.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(ReadError::NotAFile {
                path: path.to_owned(),
            });
        }
        if metadata.len() > MAX_FILE_SIZE {
            return Err(ReadError::TooLarge {
                path: path.to_owned(),
            });
        }
        let file = std::fs::File::open(&full).map_err(failed)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        file.take(MAX_FILE_SIZE + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > MAX_FILE_SIZE {
            return Err(ReadError::TooLarge {
                path: path.to_owned(),
            });
        }
        Ok(bytes)
    }

    /// What the file system says of one of [`files`](Self::files), which are
    /// known to be inside and no symlinks; `None` if it is no longer there.
    #[must_use]
    pub fn stamp(&self, path: &str) -> Option<Stamp> {
        check_relative(path).ok()?;
        Stamp::of(&self.root.join(path).symlink_metadata().ok()?)
    }

    /// Whether something is at this path. A path that is refused counts as
    /// taken, for nothing can be made there.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.resolve(path)
            .map_or(true, |full| full.symlink_metadata().is_ok())
    }

    /// The files of the project, sorted: without what its ignore files name,
    /// without `.git`, `.hg`, `.svn`, `.buildfix`, `node_modules`, Python's
    /// virtual environments (`pyvenv.cfg`) and folders tagged as caches
    /// (`CACHEDIR.TAG`), whether the tree is under version
    /// control or not. Symlinks and names that are not UTF-8 are left out. At
    /// most [`MAX_FILES`].
    #[must_use]
    pub fn files(&self) -> Arc<[String]> {
        if let Some(files) = &self.cache().files {
            return files.clone();
        }
        let files: Arc<[String]> = walk::files(&self.root).into();
        self.cache().files = Some(files.clone());
        files
    }

    /// The files that match a glob, sorted. `*` stays within a folder, `**`
    /// crosses folders; `{a,b}` and `[a-z]` are understood.
    ///
    /// # Errors
    /// When the pattern is invalid, or matches more than [`MAX_GLOB`] files.
    pub fn glob(&self, pattern: &str) -> Result<Vec<String>, GlobError> {
        walk::glob(&self.files(), pattern)
    }

    /// Forgets the list of files, because some were made, moved or removed.
    pub fn refresh(&self) {
        *self.cache() = Cache::default();
    }

    fn suffixes(&self) -> Arc<map::SuffixIndex> {
        if let Some(index) = &self.cache().index {
            return index.clone();
        }
        let index = Arc::new(map::SuffixIndex::new(self.files()));
        self.cache().index = Some(index.clone());
        index
    }

    fn cache(&self) -> MutexGuard<'_, Cache> {
        // What it holds is whole at every step, so a panic elsewhere does not
        // spoil it.
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
