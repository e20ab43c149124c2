//! The records of one run.

use super::JournalError;
use super::state::RunDir;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};

/// Written into the first record; a reader that knows a lower one only must
/// not touch the run.
pub(super) const VERSION: u32 = 1;

/// Hex digits of the checksum in front of each record.
const CHECKSUM: usize = 16;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub(super) enum Record {
    /// The first one.
    Start {
        version: u32,
        label: String,
        /// Seconds since 1970.
        started: u64,
    },
    /// A changeset is about to be written.
    Begin {
        sequence: u64,
        files: Vec<FileRecord>,
        /// Directories that it makes, relative to the workspace, outer first.
        folders: Vec<String>,
        /// Whether it undoes the run.
        undo: bool,
    },
    /// It was written.
    Commit { sequence: u64 },
    /// It was put back.
    Rollback { sequence: u64 },
    /// The run ended in order.
    Finish,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileRecord {
    pub(super) path: String,
    /// Hex BLAKE3 of the bytes; `None` where there is no file.
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// The Unix permission bits before.
    pub(super) mode: Option<u32>,
}

/// An open log.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) run: RunDir,
    pub(super) records: Vec<Record>,
    file: File,
    /// Bytes of whole records.
    length: u64,
}

impl Log {
    pub(super) fn create(run: RunDir) -> Result<Self, JournalError> {
        let path = run.log();
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)
            .map_err(JournalError::io(&path))?;
        super::state::sync_directory(&run.path)?;
        Ok(Self {
            run,
            records: Vec::new(),
            file,
            length: 0,
        })
    }

    /// Opens an existing log to go on with it; what a crash left of a record
    /// is cut off.
    pub(super) fn open(run: RunDir) -> Result<Self, JournalError> {
        let (records, length) = read(&run)?;
        let path = run.log();
        let file = OpenOptions::new()
            .write(true)
            .open(&path)
            .map_err(JournalError::io(&path))?;
        let mut log = Self {
            run,
            records,
            file,
            length,
        };
        log.cut().map_err(JournalError::io(&path))?;
        Ok(log)
    }

    /// Adds a record; it is on the disk when this returns. After an error the
    /// log is as before.
    pub(super) fn append(&mut self, record: Record) -> Result<(), JournalError> {
        let path = self.run.log();
        let failed = JournalError::io(&path);
        let json = match serde_json::to_string(&record) {
            Ok(json) => json,
            Err(error) => return Err(failed(error.into())),
        };
        let line = format!("{} {json}\n", checksum(json.as_bytes()));
        let written = self
            .file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // If even this fails, the checksum shows that the rest is none.
            let _ = self.cut();
            return Err(failed(error));
        }
        self.length += line.len() as u64;
        self.records.push(record);
        Ok(())
    }

    fn cut(&mut self) -> std::io::Result<()> {
        self.file.set_len(self.length)?;
        self.file.seek(SeekFrom::Start(self.length)).map(drop)
    }
}

/// The whole records of a run, and how many bytes they take. Reading ends at
/// the first damaged one.
pub(super) fn read(run: &RunDir) -> Result<(Vec<Record>, u64), JournalError> {
    let path = run.log();
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        // The process died before it made one.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(JournalError::io(&path)(error)),
    };
    let mut records = Vec::new();
    let mut length = 0;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let Some(record) = parse(line) else { break };
        records.push(record);
        length += line.len() as u64;
    }
    Ok((records, length))
}

fn parse(line: &[u8]) -> Option<Record> {
    let line = line.strip_suffix(b"\n")?;
    let (sum, json) = line.split_at_checked(CHECKSUM)?;
    let json = json.strip_prefix(b" ")?;
    if sum != checksum(json).as_bytes() {
        return None;
    }
    serde_json::from_slice(json).ok()
}

fn checksum(json: &[u8]) -> String {
    blake3::hash(json).to_hex()[..CHECKSUM].to_owned()
}

/// What a run did to one file, all its changesets together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Net {
    /// Hash before the run; `None` where there was no file.
    pub(super) first: Option<String>,
    pub(super) mode: Option<u32>,
    /// Hash after the run.
    pub(super) last: Option<String>,
}

/// A run's records, understood.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) label: String,
    pub(super) started: u64,
    pub(super) finished: bool,
    /// Whether the run was undone, if only in part.
    pub(super) undone: bool,
    /// Whether a newer buildfix wrote it.
    pub(super) unknown: bool,
    /// Files that differ from before the run, by path.
    pub(super) net: BTreeMap<String, Net>,
    /// Directories that the run made.
    pub(super) folders: Vec<String>,
    /// The changeset that was begun and not ended.
    pub(super) interrupted: Option<(u64, Vec<FileRecord>, Vec<String>)>,
    /// The last changeset's number.
    pub(super) sequence: u64,
}

impl Story {
    pub(super) fn of(records: &[Record]) -> Self {
        let mut story = Self::default();
        let mut open: Option<(u64, Vec<FileRecord>, Vec<String>)> = None;
        let mut undoing = false;
        for record in records {
            match record {
                Record::Start {
                    version,
                    label,
                    started,
                } => {
                    story.unknown = *version > VERSION;
                    story.label.clone_from(label);
                    story.started = *started;
                }
                Record::Begin {
                    sequence,
                    files,
                    folders,
                    undo,
                } => {
                    open = Some((*sequence, files.clone(), folders.clone()));
                    story.sequence = *sequence;
                    undoing = *undo;
                }
                Record::Commit { .. } => {
                    if let Some((_, files, folders)) = open.take() {
                        story.commit(files);
                        story.folders.extend(folders);
                        story.undone |= undoing;
                    }
                }
                Record::Rollback { .. } => open = None,
                Record::Finish => story.finished = true,
            }
        }
        story.interrupted = open;
        story.net.retain(|_, net| net.first != net.last);
        story
    }

    fn commit(&mut self, files: Vec<FileRecord>) {
        for FileRecord {
            path,
            before,
            after,
            mode,
        } in files
        {
            self.net
                .entry(path)
                .and_modify(|net| net.last.clone_from(&after))
                .or_insert(Net {
                    first: before,
                    mode,
                    last: after,
                });
        }
    }
}
