//! Which relative paths are allowed, and where they lead.

use std::io;
use std::path::{Path, PathBuf};

/// Folders that no fixer may see or touch, at any depth. Compared without
/// letter case, since some file systems do.
pub(crate) const RESERVED: [&str; 4] = [".git", ".hg", ".svn", ".buildfix"];

/// The longest path that is accepted, in bytes; Linux has the same limit.
const MAX_PATH: usize = 4096;

/// Why a path is refused.
#[derive(Debug, thiserror::Error)]
pub enum PathError {
    /// Empty, too long, with a NUL, or with an empty or `.` component.
    #[error("`{path}` is not a plain relative path")]
    Malformed {
        /// As given.
        path: String,
    },
    /// It starts at a root or a drive.
    #[error("`{path}` is absolute; paths must be relative to the workspace")]
    Absolute {
        /// As given.
        path: String,
    },
    /// It has a `..`.
    #[error("`{path}` leaves the workspace through `..`")]
    Parent {
        /// As given.
        path: String,
    },
    /// It is in a folder of version control or of buildfix.
    #[error("`{path}` is in a folder that fixers may not touch")]
    Reserved {
        /// As given.
        path: String,
    },
    /// A symlink on the way leads out.
    #[error("`{path}` leaves the workspace through a symlink")]
    Escapes {
        /// As given.
        path: String,
    },
    /// Something on the way is a file.
    #[error("`{path}` goes through something that is not a directory")]
    NotADirectory {
        /// As given.
        path: String,
    },
    /// The file system refused to say.
    #[error("cannot look at `{path}`: {source}")]
    Io {
        /// As given.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Refuses a path that could not be meant as one inside of a workspace,
/// without looking at the file system.
///
/// # Errors
/// [`PathError`], all but those of symlinks and of the file system.
pub fn check_relative(path: &str) -> Result<(), PathError> {
    let owned = || shown(path);
    if path.is_empty() || path.len() > MAX_PATH || path.contains('\0') {
        return Err(PathError::Malformed { path: owned() });
    }
    let bytes = path.as_bytes();
    let drive = bytes.len() > 2
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'/' | b'\\');
    if matches!(bytes[0], b'/' | b'\\') || drive {
        return Err(PathError::Absolute { path: owned() });
    }
    for component in path.split('/') {
        match component {
            "" | "." => return Err(PathError::Malformed { path: owned() }),
            ".." => return Err(PathError::Parent { path: owned() }),
            _ if is_reserved(component) => return Err(PathError::Reserved { path: owned() }),
            // On Windows a backslash separates, here it is part of a name; a
            // path that only one of them would refuse is refused by both.
            _ if component.split('\\').any(|part| part == "..") => {
                return Err(PathError::Parent { path: owned() });
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_reserved(component: &str) -> bool {
    RESERVED
        .iter()
        .any(|name| component.eq_ignore_ascii_case(name))
}

/// An overlong path would drown the message that it is quoted in.
fn shown(path: &str) -> String {
    if path.len() <= 256 {
        path.to_owned()
    } else {
        path.chars().take(256).chain(['…']).collect()
    }
}

/// See [`Workspace::resolve`](super::Workspace::resolve). `root` is canonical.
pub(super) fn resolve(root: &Path, path: &str) -> Result<PathBuf, PathError> {
    check_relative(path)?;
    let owned = || path.to_owned();
    let mut full = root.to_owned();
    let mut components = path.split('/').peekable();
    while let Some(component) = components.next() {
        full.push(component);
        let metadata = match full.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // Nothing below exists either, so no symlink can be on the way.
                full.extend(components);
                break;
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(PathError::NotADirectory { path: owned() });
            }
            Err(source) => {
                return Err(PathError::Io {
                    path: owned(),
                    source,
                });
            }
        };
        if metadata.is_symlink() {
            // A dangling one leads to a place that nobody has looked at.
            full = full
                .canonicalize()
                .map_err(|_| PathError::Escapes { path: owned() })?;
            let inside = full
                .strip_prefix(root)
                .map_err(|_| PathError::Escapes { path: owned() })?;
            if inside
                .components()
                .any(|c| c.as_os_str().to_str().is_some_and(is_reserved))
            {
                return Err(PathError::Reserved { path: owned() });
            }
        }
        if components.peek().is_some() && !full.is_dir() {
            return Err(PathError::NotADirectory { path: owned() });
        }
    }
    Ok(full)
}
