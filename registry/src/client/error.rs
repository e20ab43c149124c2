//! Why something could not be had from a registry.

/// What went wrong, for whoever decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The registry does not have it.
    Absent,
    /// The network may not be used, and it is not here.
    Offline,
    /// The registry could not be reached, or broke off.
    Unreachable,
    /// The registry answered what cannot be used.
    Answer,
    /// The registry wants another token, or one.
    Unauthorized,
    /// What came is not what was asked for.
    Mismatch,
    /// No version is acceptable.
    Unresolved,
    /// This machine: a folder that cannot be written.
    Local,
    /// The address is wrong.
    Address,
}

/// An error that names the culprit, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ClientError {
    /// What went wrong.
    pub kind: Kind,
    message: String,
    help: Option<String>,
}

impl ClientError {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help_is(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn local(what: &std::path::Path, error: &std::io::Error) -> Self {
        use std::io::ErrorKind;
        let help = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                "make it accessible to this user, or choose another folder: BUILDFIX_CACHE_DIR"
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                "make room: `buildfix cache` tells what is kept, BUILDFIX_CACHE_DIR names another place"
            }
            _ => {
                "check that file and its folder; BUILDFIX_CACHE_DIR names another place for the cache"
            }
        };
        Self::new(Kind::Local, format!("{}: {error}", what.display())).help_is(help)
    }

    /// What the user can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }
}
