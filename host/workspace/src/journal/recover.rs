//! Puts back what a process that died left half done.

use super::JournalError;
use super::apply::{remove_folders, temporary};
use super::log::{self, FileRecord, Log, Record, Story};
use super::state::{RunDir, State};
use super::write;
use crate::files::Workspace;
use std::fs;

/// An interrupted changeset that was put back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// The run that it belonged to.
    pub run: String,
    /// Files that have their content from before it again, sorted.
    pub restored: Vec<String>,
    /// Files that were left alone, and why.
    pub left: Vec<(String, String)>,
}

pub(super) fn recover(
    workspace: &Workspace,
    state: &State,
) -> Result<Vec<Recovered>, JournalError> {
    let mut recovered = Vec::new();
    for run in state.runs()? {
        let story = Story::of(&log::read(&run)?.0);
        if story.unknown {
            continue;
        }
        if let Some((sequence, files, folders)) = story.interrupted {
            let mut one = Recovered {
                run: run.id(),
                ..Recovered::default()
            };
            for (index, file) in files.iter().enumerate() {
                match put_back(workspace, &run, sequence, index, file) {
                    Ok(true) => one.restored.push(file.path.clone()),
                    Ok(false) => {}
                    Err(why) => one.left.push((file.path.clone(), why)),
                }
            }
            remove_folders(workspace, &folders);
            Log::open(run)?.append(Record::Rollback { sequence })?;
            recovered.push(one);
        }
    }
    Ok(recovered)
}

/// Gives whether the file had to be put back.
fn put_back(
    workspace: &Workspace,
    run: &RunDir,
    sequence: u64,
    index: usize,
    file: &FileRecord,
) -> Result<bool, String> {
    let full = workspace
        .resolve(&file.path)
        .map_err(|error| error.to_string())?;
    let temporary = temporary(&full, run, sequence, index);
    write::remove(&temporary).map_err(|error| error.to_string())?;
    let found = write::look(&full).map_err(|error| error.to_string())?;
    let hash = found.bytes().map(write::hash);
    if matches!(found, write::Found::Other) || (hash != file.before && hash != file.after) {
        return Err("it was changed by somebody else".to_owned());
    }
    if hash == file.before {
        return Ok(false);
    }
    let like = match &found {
        write::Found::File(_, metadata) => Some(metadata),
        _ => None,
    };
    match &file.before {
        None => fs::remove_file(&full),
        Some(hash) => write::load(&run.blobs(), hash)
            .and_then(|bytes| write::replace(&full, &temporary, &bytes, file.mode, like)),
    }
    .map_err(|error| error.to_string())?;
    Ok(true)
}
