//! Why a registry's folder was not changed.

use super::MAX_REASON;
use crate::Name;
use crate::index::Checksum;
use semver::Version;
use std::io;
use std::path::{Path, PathBuf};

/// Why a registry's folder was not changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdminError {
    /// The file system says no.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// As `write`.
        doing: &'static str,
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It has been a registry for long.
    #[error("{} is a registry already", .0.display())]
    Initialized(PathBuf),
    /// It is no registry, or one of a later format.
    #[error("{} is not a registry that can be used: {reason}", path.display())]
    NoRegistry {
        /// Its `config.json`.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of the index cannot be read.
    #[error("{file}:{line}: {reason}")]
    Broken {
        /// The file, relative to the registry.
        file: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Another plugin has a name that reads the same.
    #[error("`{wanted}` cannot be published: it differs from `{existing}` in `-` alone")]
    Collision {
        /// The new name.
        wanted: Name,
        /// The one that is there.
        existing: Name,
    },
    /// The version is taken.
    #[error(
        "`{name}` {version} is published already, with other content ({existing}, not {offered})"
    )]
    Exists {
        /// The plugin.
        name: Name,
        /// The version.
        version: Version,
        /// What is there.
        existing: String,
        /// What was to be there.
        offered: Checksum,
    },
    /// There is no such version.
    #[error("the registry has no `{name}` {version}")]
    NotFound {
        /// The plugin.
        name: Name,
        /// The version.
        version: Version,
    },
    /// A reason is no line of text.
    #[error("the reason is longer than {MAX_REASON} bytes or has control characters")]
    Reason,
}

impl AdminError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoRegistry { .. } => "make one with `buildfix registry init DIR`",
            Self::Broken { .. } => {
                "restore the file from a backup; `buildfix registry verify DIR` names all such lines"
            }
            Self::Collision { .. } => "choose another name",
            Self::Exists { .. } => {
                "a published version never changes: raise `version` in plugin.toml, build, publish"
            }
            Self::NotFound { name, .. } => {
                return Some(format!("`buildfix plugin info {name}` lists its versions"));
            }
            Self::Io { .. } | Self::Initialized(_) | Self::Reason => return None,
        };
        Some(help.to_owned())
    }
}

pub(super) fn io_error<'a>(
    doing: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> AdminError + 'a {
    move |source| AdminError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}
