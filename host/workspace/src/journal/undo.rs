//! Puts back what a whole run did, and lists the runs.

use super::apply::{ApplyError, RunLog, remove_folders};
use super::log::{self, Net, Story};
use super::state::State;
use super::write::{self, Found};
use super::{Journal, JournalError};
use crate::edits::Changeset;
use crate::files::Workspace;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// Why a run cannot be undone.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// There is no such run.
    #[error("there is no run `{0}`")]
    UnknownRun(String),
    /// A newer buildfix wrote the run's journal.
    #[error("run {0} was journaled by a newer buildfix; use that to undo it")]
    Newer(String),
}

/// What [`undo`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UndoReport {
    /// The run that was undone; empty if there is none.
    pub run: String,
    /// Files that are as before the run again, sorted.
    pub restored: Vec<String>,
    /// Files that were left alone, and why.
    pub left: Vec<(String, String)>,
}

/// A run that the journal remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInfo {
    /// How [`undo`] is told of it.
    pub id: String,
    /// What it was about: the build command.
    pub label: String,
    /// When it began, in seconds since 1970.
    pub started: u64,
    /// Whether it ended in order.
    pub finished: bool,
    /// Whether it was undone, if only in part.
    pub undone: bool,
    /// Files that it left changed, sorted.
    pub paths: Vec<String>,
}

impl fmt::Display for RunInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = match self.paths.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        write!(
            f,
            "{}  {}  {files}  {}",
            self.id,
            Utc(self.started),
            self.label.escape_debug()
        )?;
        if self.undone {
            f.write_str("  (undone)")?;
        } else if !self.finished {
            f.write_str("  (interrupted)")?;
        }
        Ok(())
    }
}

/// The runs of a workspace, oldest first.
///
/// # Errors
/// When the journal cannot be read.
pub fn runs(workspace: &Workspace, state_dir: Option<&Path>) -> Result<Vec<RunInfo>, JournalError> {
    let state = State::of(workspace.root(), state_dir);
    if !state.exists() {
        return Ok(Vec::new());
    }
    let mut infos = Vec::new();
    for run in state.runs()? {
        let story = Story::of(&log::read(&run)?.0);
        infos.push(RunInfo {
            id: run.id(),
            label: story.label,
            started: story.started,
            finished: story.finished,
            undone: story.undone,
            paths: story.net.into_keys().collect(),
        });
    }
    Ok(infos)
}

/// Puts every file that a run changed back as it was before the run: content,
/// permission bits, existence. A file that was edited since is left alone,
/// unless `force`; files that the run did not change do not matter.
///
/// Without `run`, the last one that changed something is meant; when that is
/// undone already, nothing happens.
///
/// # Errors
/// When the journal cannot be used or the run is not in it. A file that cannot
/// be restored is no error; [`UndoReport::left`] has it.
pub fn undo(
    workspace: &Workspace,
    state_dir: Option<&Path>,
    run: Option<&str>,
    force: bool,
) -> Result<UndoReport, UndoError> {
    if !State::of(workspace.root(), state_dir).exists() {
        return match run {
            Some(run) => Err(UndoError::UnknownRun(run.to_owned())),
            None => Ok(UndoReport::default()),
        };
    }
    let journal = Journal::open(workspace, state_dir)?;
    let mut chosen = None;
    for candidate in journal.state.runs()?.into_iter().rev() {
        let story = Story::of(&log::read(&candidate)?.0);
        let wanted = match run {
            Some(id) => id.parse() == Ok(candidate.number),
            None => story.undone || story.unknown || !story.net.is_empty(),
        };
        if wanted {
            chosen = Some((candidate, story));
            break;
        }
    }
    let Some((dir, story)) = chosen else {
        return match run {
            Some(run) => Err(UndoError::UnknownRun(run.to_owned())),
            None => Ok(UndoReport::default()),
        };
    };
    if story.unknown {
        return Err(UndoError::Newer(dir.id()));
    }
    let mut report = UndoReport {
        run: dir.id(),
        ..UndoReport::default()
    };
    let mut changes = Changeset::default();
    let mut modes = BTreeMap::new();
    for (path, net) in &story.net {
        match original(workspace, &dir.blobs(), path, net, force) {
            Ok(Some((before, after))) => {
                changes.insert(path, before, after);
                modes.extend(net.mode.map(|mode| (path.clone(), mode)));
            }
            Ok(None) => {}
            Err(why) => report.left.push((path.clone(), why)),
        }
    }
    if !changes.is_empty() {
        let mut log = RunLog::resume(workspace.clone(), dir, journal.lock.clone())?;
        restore(&mut log, &changes, &modes, &mut report);
    }
    remove_folders(workspace, &story.folders);
    workspace.refresh();
    report.left.sort();
    Ok(report)
}

/// What is there and what was there first; `None` if that is the same.
#[expect(clippy::type_complexity, reason = "a pair of contents, used once")]
fn original(
    workspace: &Workspace,
    blobs: &Path,
    path: &str,
    net: &Net,
    force: bool,
) -> Result<Option<(Option<Vec<u8>>, Option<Vec<u8>>)>, String> {
    let full = workspace.resolve(path).map_err(|error| error.to_string())?;
    let found = write::look(&full).map_err(|error| error.to_string())?;
    if matches!(found, Found::Other) {
        return Err("something that is not a file is in its place".to_owned());
    }
    let hash = found.bytes().map(write::hash);
    if hash == net.first {
        return Ok(None);
    }
    if hash != net.last && !force {
        return Err(match hash {
            Some(_) => "it was edited since".to_owned(),
            None => "it was removed since".to_owned(),
        });
    }
    let after = match &net.first {
        None => None,
        Some(hash) => Some(write::load(blobs, hash).map_err(|error| error.to_string())?),
    };
    Ok(Some((found.bytes().map(<[u8]>::to_vec), after)))
}

/// All at once, or, where that fails, each that can be.
fn restore(
    log: &mut RunLog,
    changes: &Changeset,
    modes: &BTreeMap<String, u32>,
    report: &mut UndoReport,
) {
    match log.apply_with(changes, modes, true) {
        Ok(applied) => {
            report.restored = applied.paths;
            return;
        }
        Err(error @ ApplyError::NotPutBack { .. }) => {
            let why = error.to_string();
            report
                .left
                .extend(changes.paths().map(|path| (path.to_owned(), why.clone())));
            return;
        }
        Err(_) => {}
    }
    for (path, change) in &changes.changes {
        let mut one = Changeset::default();
        one.changes.insert(path.clone(), change.clone());
        match log.apply_with(&one, modes, true) {
            Ok(_) => report.restored.push(path.clone()),
            Err(error) => report.left.push((path.clone(), error.to_string())),
        }
    }
}

/// Seconds since 1970 as a date and time.
struct Utc(u64);

impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, seconds) = (self.0 / 86_400, self.0 % 86_400);
        // Years that begin in March, so that the leap day is the last one; 400
        // of them have 146,097 days.
        let days = days + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 {
            (month + 3, 0)
        } else {
            (month - 9, 1)
        };
        let year = 400 * era + year + next;
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
        )
    }
}
