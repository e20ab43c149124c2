//! Changes files so that the tree is whole at every moment, and can be put
//! back as it was.
//!
//! # On disk
//!
//! ```text
//! .buildfix/               the state directory; `--state-dir` names another
//!   .gitignore             `*`
//!   lock                   held by the buildfix at work; has its process id
//!   runs/000001/
//!     log                  one record a line, each with its checksum
//!     blobs/<blake3>       what files held before
//! ```
//!
//! # A changeset
//!
//! 1. Every file is compared with what the changeset expects; if one differs,
//!    nothing is written.
//! 2. What the files hold goes into `blobs/`, then a `begin` record with the
//!    hashes before and after into the log. Both are on the disk before the
//!    next step.
//! 3. Each file is written beside itself, synced and renamed over the old one,
//!    with its permissions. Files that go away go last.
//! 4. A `commit` record.
//!
//! If a step fails, what was written is put back and a `rollback` record
//! follows. A process that dies between 2 and 4 leaves a `begin` without an
//! end: whoever opens the journal next rolls back too, so of an interrupted
//! changeset *nothing* remains. Back, not forward: what the run would have
//! done next, such as proving by a build that the change is good, will not
//! happen. During recovery a file that has neither the old nor the new content
//! was changed by somebody else, and is left alone.
//!
//! # Undo
//!
//! The net effect of a run is, for each file, the first content before and the
//! last content after. Undoing it is one more changeset in the same run's log,
//! from what is there to what was there first; so it survives a crash like any
//! other, and doing it twice does nothing the second time.
//!
//! Not kept: access control lists, extended attributes, hard links. Times are
//! not put back either, on purpose: build tools compare them, and would not
//! see that the content changed back.

mod apply;
mod log;
mod recover;
mod state;
mod undo;
mod write;

pub use apply::{Applied, ApplyError, RunLog};
pub use recover::Recovered;
pub use undo::{RunInfo, UndoError, UndoReport, runs, undo};

use crate::files::Workspace;
use state::State;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many runs are kept.
pub const MAX_RUNS: usize = 20;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process works in the same tree.
    #[error("another buildfix{} is at work in `{}`", pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(), root.display())]
    Locked {
        /// Its process id, if it could be read.
        pid: Option<u32>,
        /// The workspace.
        root: PathBuf,
    },
    /// The state directory is a file or a symlink. A symlink that a cloned
    /// project brings along could lead anywhere.
    #[error("`{}` is not a directory; it must be, and no symlink", path.display())]
    NotADirectory {
        /// The state directory, or a part of it.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("cannot use the journal: `{}`: {source}", path.display())]
    Io {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl JournalError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// Where a workspace's state directory is or would be, see [`Journal::open`].
#[must_use]
pub fn dir(workspace: &Workspace, state_dir: Option<&Path>) -> PathBuf {
    State::of(workspace.root(), state_dir).dir().to_owned()
}

/// The journal of a workspace, locked.
#[derive(Debug)]
pub struct Journal {
    workspace: Workspace,
    state: State,
    lock: Arc<std::fs::File>,
    recovered: Vec<Recovered>,
}

impl Journal {
    /// Locks the workspace's journal, making it where there is none, and puts
    /// back what an interrupted process left half done.
    ///
    /// Below `state_dir` each workspace has a directory of its own; `None`
    /// means `.buildfix` in the workspace.
    ///
    /// # Errors
    /// When another process has the lock, or the directory cannot be used.
    pub fn open(workspace: &Workspace, state_dir: Option<&Path>) -> Result<Self, JournalError> {
        let state = State::make(workspace.root(), state_dir)?;
        let lock = Arc::new(state.lock(workspace.root())?);
        let recovered = recover::recover(workspace, &state)?;
        if !recovered.is_empty() {
            workspace.refresh();
        }
        Ok(Self {
            workspace: workspace.clone(),
            state,
            lock,
            recovered,
        })
    }

    /// The state directory, which is there and no symlink. Others may keep
    /// files of their own in it; one who makes a directory there checks, as is
    /// done here, that it is none that a cloned project brought along as a symlink.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.state.dir()
    }

    /// What was put back when the journal was opened.
    #[must_use]
    pub fn recovered(&self) -> &[Recovered] {
        &self.recovered
    }

    /// Begins a run. The oldest of more than [`MAX_RUNS`] are forgotten.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn start(&self, label: &str) -> Result<RunLog, JournalError> {
        self.state.prune(MAX_RUNS - 1)?;
        let run = self.state.new_run()?;
        RunLog::create(self.workspace.clone(), run, self.lock.clone(), label)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
