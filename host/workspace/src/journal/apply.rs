//! Writes changesets.

use super::JournalError;
use super::log::{FileRecord, Log, Record, Story, VERSION};
use super::state::RunDir;
use super::write::{self, Found, New};
use crate::edits::Changeset;
use crate::files::{PathError, Workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Why a changeset was not applied. Every file is as before, but for those
/// that [`NotPutBack`](Self::NotPutBack) names.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Files do not hold what the changeset expects.
    #[error("changed under our feet, so left alone: {}", paths.join(", "))]
    Changed {
        /// Which, relative to the workspace.
        paths: Vec<String>,
    },
    /// A path is refused.
    #[error(transparent)]
    Path(#[from] PathError),
    /// Two paths lead to the same file, through a symlink.
    #[error("`{first}` and `{second}` are the same file")]
    Aliases {
        /// One path.
        first: String,
        /// The other.
        second: String,
    },
    /// A file cannot be written: read-only, a directory in its place, no
    /// space, no right.
    #[error("cannot write `{path}`: {source}")]
    Write {
        /// Which, relative to the workspace.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The journal cannot be written, so nothing was changed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// An earlier changeset of this run could not be put back.
    #[error("an earlier failure could not be put back; open the journal again to recover")]
    Broken,
    /// Something failed, and then putting back failed as well. The journal has
    /// the original; the next run or `buildfix undo` tries again.
    #[error("{cause}; and then could not be put back: {}", paths.join(", "))]
    NotPutBack {
        /// What failed first.
        cause: Box<Self>,
        /// The files that may have the new content.
        paths: Vec<String>,
    },
}

/// What [`RunLog::apply`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The files that were made, changed or removed, sorted.
    pub paths: Vec<String>,
}

/// A run: any number of changesets that can be undone together.
#[derive(Debug)]
pub struct RunLog {
    workspace: Workspace,
    pub(super) log: Log,
    sequence: u64,
    /// Set after a failure to put back: the log's end then is for recovery.
    broken: bool,
    _lock: Arc<File>,
}

/// One file of a changeset.
struct Step<'a> {
    path: &'a str,
    full: PathBuf,
    temporary: PathBuf,
    before: Option<&'a [u8]>,
    after: Option<&'a [u8]>,
    metadata: Option<Metadata>,
    mode: Option<u32>,
}

impl RunLog {
    pub(super) fn create(
        workspace: Workspace,
        run: RunDir,
        lock: Arc<File>,
        label: &str,
    ) -> Result<Self, JournalError> {
        let started = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let mut log = Log::create(run)?;
        log.append(Record::Start {
            version: VERSION,
            label: label.to_owned(),
            started,
        })?;
        Ok(Self {
            workspace,
            log,
            sequence: 0,
            broken: false,
            _lock: lock,
        })
    }

    pub(super) fn resume(
        workspace: Workspace,
        run: RunDir,
        lock: Arc<File>,
    ) -> Result<Self, JournalError> {
        let log = Log::open(run)?;
        let sequence = Story::of(&log.records).sequence;
        Ok(Self {
            workspace,
            log,
            sequence,
            broken: false,
            _lock: lock,
        })
    }

    /// How `buildfix undo` names this run.
    #[must_use]
    pub fn id(&self) -> String {
        self.log.run.id()
    }

    /// Writes all changes or none.
    ///
    /// # Errors
    /// [`ApplyError`]. Nothing has changed then, unless it is
    /// [`ApplyError::NotPutBack`].
    pub fn apply(&mut self, changes: &Changeset) -> Result<Applied, ApplyError> {
        self.apply_with(changes, &BTreeMap::new(), false)
    }

    /// Also sets permission bits, by path.
    pub(super) fn apply_with(
        &mut self,
        changes: &Changeset,
        modes: &BTreeMap<String, u32>,
        undo: bool,
    ) -> Result<Applied, ApplyError> {
        if self.broken {
            return Err(ApplyError::Broken);
        }
        self.sequence += 1;
        let steps = self.plan(changes, modes)?;
        if steps.is_empty() {
            return Ok(Applied::default());
        }
        let folders = self.missing_folders(&steps);
        self.begin(&steps, &folders, undo)?;
        let mut done = Vec::new();
        let written = self.write(&steps, &folders, &mut done).and_then(|()| {
            Ok(self.log.append(Record::Commit {
                sequence: self.sequence,
            })?)
        });
        if let Err(cause) = written {
            return Err(self.put_back(cause, &steps, &done, &folders));
        }
        if steps.iter().any(|step| step.after.is_none()) {
            remove_folders(&self.workspace, &Story::of(&self.log.records).folders);
        }
        if steps
            .iter()
            .any(|step| step.before.is_none() || step.after.is_none())
        {
            self.workspace.refresh();
        }
        Ok(Applied {
            paths: steps.iter().map(|step| step.path.to_owned()).collect(),
        })
    }

    /// Compares the files with what the changes expect.
    fn plan<'a>(
        &self,
        changes: &'a Changeset,
        modes: &BTreeMap<String, u32>,
    ) -> Result<Vec<Step<'a>>, ApplyError> {
        let mut steps = Vec::new();
        let mut changed = Vec::new();
        let mut places: BTreeMap<PathBuf, &str> = BTreeMap::new();
        for (path, change) in &changes.changes {
            if change.before == change.after {
                continue;
            }
            let full = self.workspace.resolve(path)?;
            if let Some(first) = places.insert(full.clone(), path) {
                return Err(ApplyError::Aliases {
                    first: first.to_owned(),
                    second: path.clone(),
                });
            }
            let failed = |source| ApplyError::Write {
                path: path.clone(),
                source,
            };
            let found = write::look(&full).map_err(failed)?;
            let metadata = match found {
                Found::Other => {
                    let kind = io::ErrorKind::AlreadyExists;
                    return Err(failed(io::Error::new(kind, "it is not a regular file")));
                }
                _ if found.bytes() != change.before.as_deref() => {
                    changed.push(path.clone());
                    continue;
                }
                Found::Absent => None,
                Found::File(_, metadata) => {
                    write::writable(&full, &metadata).map_err(failed)?;
                    Some(metadata)
                }
            };
            let mode = modes.get(path).copied();
            let mode = mode.or_else(|| metadata.as_ref().and_then(write::mode));
            let temporary = temporary(&full, &self.log.run, self.sequence, steps.len());
            let (before, after) = (change.before.as_deref(), change.after.as_deref());
            steps.push(Step {
                path,
                full,
                temporary,
                before,
                after,
                metadata,
                mode,
            });
        }
        if changed.is_empty() {
            Ok(steps)
        } else {
            Err(ApplyError::Changed { paths: changed })
        }
    }

    /// Directories that must be made, relative to the workspace, outer first.
    fn missing_folders(&self, steps: &[Step<'_>]) -> Vec<String> {
        let mut folders = BTreeSet::new();
        for step in steps.iter().filter(|step| step.after.is_some()) {
            for (slash, _) in step.path.match_indices('/') {
                let folder = &step.path[..slash];
                if !self.workspace.root().join(folder).exists() {
                    folders.insert(folder.to_owned());
                }
            }
        }
        folders.into_iter().collect()
    }

    fn begin(
        &mut self,
        steps: &[Step<'_>],
        folders: &[String],
        undo: bool,
    ) -> Result<(), JournalError> {
        let files: Vec<FileRecord> = steps
            .iter()
            .map(|step| FileRecord {
                path: step.path.to_owned(),
                before: step.before.map(write::hash),
                after: step.after.map(write::hash),
                mode: step.metadata.as_ref().and_then(write::mode),
            })
            .collect();
        let contents: BTreeMap<&str, &[u8]> = files
            .iter()
            .zip(steps)
            .filter_map(|(file, step)| Some((file.before.as_deref()?, step.before?)))
            .collect();
        let blobs = self.log.run.blobs();
        write::store(&blobs, &contents).map_err(JournalError::io(&blobs))?;
        let (sequence, folders) = (self.sequence, folders.to_vec());
        self.log.append(Record::Begin {
            sequence,
            files,
            folders,
            undo,
        })
    }

    fn write<'s, 'a>(
        &self,
        steps: &'s [Step<'a>],
        folders: &[String],
        done: &mut Vec<&'s Step<'a>>,
    ) -> Result<(), ApplyError> {
        let failed = |path: &str| {
            let path = path.to_owned();
            move |source| ApplyError::Write { path, source }
        };
        for folder in folders {
            let full = self.workspace.resolve(folder)?;
            fs::create_dir_all(&full).map_err(failed(folder))?;
        }
        let (written, removed): (Vec<_>, Vec<_>) =
            steps.iter().partition(|step| step.after.is_some());
        let files: Vec<New<'_>> = written
            .iter()
            .filter_map(|step| {
                let (path, like) = (step.temporary.as_path(), step.metadata.as_ref());
                step.after.map(|bytes| New {
                    path,
                    bytes,
                    mode: step.mode,
                    like,
                })
            })
            .collect();
        write::write_all(&files).map_err(|(index, error)| failed(written[index].path)(error))?;
        let mut parents = BTreeSet::new();
        for step in written.into_iter().chain(removed) {
            // Once more, for writing took its time.
            if write::look(&step.full).map_err(failed(step.path))?.bytes() != step.before {
                return Err(ApplyError::Changed {
                    paths: vec![step.path.to_owned()],
                });
            }
            match step.after {
                Some(_) => fs::rename(&step.temporary, &step.full),
                None => fs::remove_file(&step.full),
            }
            .map_err(failed(step.path))?;
            done.push(step);
            parents.extend(step.full.parent());
        }
        let parents: Vec<&Path> = parents.into_iter().collect();
        write::in_parallel(parents.len(), |index| write::sync_directory(parents[index]))
            .map_err(|(index, error)| JournalError::io(parents[index])(error).into())
    }

    /// Puts back what was written, latest first.
    fn put_back(
        &mut self,
        cause: ApplyError,
        steps: &[Step<'_>],
        done: &[&Step<'_>],
        folders: &[String],
    ) -> ApplyError {
        for step in steps {
            // One that stays does no harm.
            let _ = write::remove(&step.temporary);
        }
        let mut failed = Vec::new();
        for step in done.iter().rev() {
            let restored = write::look(&step.full).and_then(|found| match step.before {
                // Changed by somebody else in this moment: theirs.
                _ if found.bytes() != step.after => Ok(()),
                Some(bytes) => {
                    let mode = step.metadata.as_ref().and_then(write::mode);
                    let like = step.metadata.as_ref();
                    write::replace(&step.full, &step.temporary, bytes, mode, like)
                }
                None => fs::remove_file(&step.full),
            });
            if restored.is_err() {
                failed.push(step.path.to_owned());
            }
        }
        remove_folders(&self.workspace, folders);
        self.workspace.refresh();
        if failed.is_empty() {
            // If this fails, recovery finds nothing to put back.
            if self
                .log
                .append(Record::Rollback {
                    sequence: self.sequence,
                })
                .is_err()
            {
                self.broken = true;
            }
            return cause;
        }
        self.broken = true;
        ApplyError::NotPutBack {
            cause: Box::new(cause),
            paths: failed,
        }
    }

    /// Ends the run. Gives its id if files differ from before the run; a run
    /// without effect is forgotten.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn finish(&mut self) -> Result<Option<String>, JournalError> {
        let story = Story::of(&self.log.records);
        if story.interrupted.is_some() {
            return Ok(Some(self.id()));
        }
        if story.net.is_empty() {
            let path = &self.log.run.path;
            fs::remove_dir_all(path).map_err(JournalError::io(path))?;
            return Ok(None);
        }
        if !story.finished {
            self.log.append(Record::Finish)?;
        }
        // What files held between the run's changesets is of no use any more.
        let needed: BTreeSet<&str> = story
            .net
            .values()
            .filter_map(|net| net.first.as_deref())
            .collect();
        let blobs = self.log.run.blobs();
        for entry in fs::read_dir(&blobs)
            .map_err(JournalError::io(&blobs))?
            .flatten()
        {
            if !entry
                .file_name()
                .to_str()
                .is_some_and(|name| needed.contains(name))
            {
                // It only takes space.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(Some(self.id()))
    }
}

/// The name under which a file is written before it is renamed. Recovery must
/// be able to say it again.
pub(super) fn temporary(full: &Path, run: &RunDir, sequence: u64, index: usize) -> PathBuf {
    full.with_file_name(format!(".buildfix-{}-{sequence}-{index}.tmp", run.id()))
}

/// Removes directories that were made for files which are gone again; one that
/// is not empty stays.
pub(super) fn remove_folders(workspace: &Workspace, folders: &[String]) {
    for folder in folders.iter().rev() {
        if let Ok(full) = workspace.resolve(folder) {
            let _ = fs::remove_dir(full);
        }
    }
}
