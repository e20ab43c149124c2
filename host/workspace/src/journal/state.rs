//! The state directory and its lock.

use super::JournalError;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often a lock is tried again, every 10 ms. A process that is being
/// started elsewhere in this program holds all locks for a moment, and so does
/// one that was just killed.
const PATIENCE: u32 = 25;

/// Where the journal of one workspace is.
#[derive(Clone, Debug)]
pub(super) struct State {
    dir: PathBuf,
}

/// One run's directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RunDir {
    pub(super) number: u64,
    pub(super) path: PathBuf,
}

impl RunDir {
    /// As users name it.
    pub(super) fn id(&self) -> String {
        format!("{:06}", self.number)
    }

    pub(super) fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.path.join("blobs")
    }
}

impl State {
    /// Without touching the disk.
    pub(super) fn of(root: &Path, state_dir: Option<&Path>) -> Self {
        let dir = match state_dir {
            None => root.join(".buildfix"),
            Some(dir) => {
                let hash = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
                dir.join(&hash[..16])
            }
        };
        Self { dir }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn make(root: &Path, state_dir: Option<&Path>) -> Result<Self, JournalError> {
        let state = Self::of(root, state_dir);
        if let Some(above) = state_dir {
            fs::create_dir_all(above).map_err(JournalError::io(above))?;
        }
        directory(&state.dir)?;
        directory(&state.runs_dir())?;
        let ignore = state.dir.join(".gitignore");
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&ignore)
        {
            Ok(mut file) => file.write_all(b"*\n").map_err(JournalError::io(&ignore))?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(JournalError::io(&ignore)(error)),
        }
        Ok(state)
    }

    fn runs_dir(&self) -> PathBuf {
        self.dir.join("runs")
    }

    /// Whether anything was ever journaled here.
    pub(super) fn exists(&self) -> bool {
        self.runs_dir().is_dir()
    }

    /// Held until the file is closed, also by the death of the process.
    pub(super) fn lock(&self, root: &Path) -> Result<File, JournalError> {
        let path = self.dir.join("lock");
        if path
            .symlink_metadata()
            .is_ok_and(|metadata| !metadata.is_file())
        {
            return Err(JournalError::NotADirectory { path });
        }
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(JournalError::io(&path))?;
        let mut patience = PATIENCE;
        while let Err(error) = file.try_lock() {
            match error {
                TryLockError::Error(error) => return Err(JournalError::io(&path)(error)),
                TryLockError::WouldBlock if patience > 0 => {
                    patience -= 1;
                    std::thread::sleep(Duration::from_millis(10));
                }
                TryLockError::WouldBlock => {
                    let mut pid = String::new();
                    // Only for the message.
                    let _ = Read::by_ref(&mut file).take(16).read_to_string(&mut pid);
                    let pid = pid.trim().parse().ok();
                    return Err(JournalError::Locked {
                        pid,
                        root: root.to_owned(),
                    });
                }
            }
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(JournalError::io(&path))?;
        Ok(file)
    }

    /// The runs, oldest first.
    pub(super) fn runs(&self) -> Result<Vec<RunDir>, JournalError> {
        let dir = self.runs_dir();
        let mut runs = Vec::new();
        for entry in fs::read_dir(&dir).map_err(JournalError::io(&dir))? {
            let entry = entry.map_err(JournalError::io(&dir))?;
            let number = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if let (Some(number), true) = (number, is_dir) {
                runs.push(RunDir {
                    number,
                    path: entry.path(),
                });
            }
        }
        runs.sort();
        Ok(runs)
    }

    pub(super) fn new_run(&self) -> Result<RunDir, JournalError> {
        let number = self
            .runs()?
            .last()
            .map_or(1, |last| last.number.saturating_add(1));
        let path = self.runs_dir().join(format!("{number:06}"));
        let run = RunDir { number, path };
        directory(&run.path)?;
        directory(&run.blobs())?;
        sync_directory(&self.runs_dir())?;
        Ok(run)
    }

    /// Forgets all but the newest `keep` runs.
    pub(super) fn prune(&self, keep: usize) -> Result<(), JournalError> {
        let runs = self.runs()?;
        let old = runs.len().saturating_sub(keep);
        for run in &runs[..old] {
            fs::remove_dir_all(&run.path).map_err(JournalError::io(&run.path))?;
        }
        Ok(())
    }
}

/// Makes a directory; one that is there must not be a symlink.
fn directory(path: &Path) -> Result<(), JournalError> {
    match fs::create_dir(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let metadata = path.symlink_metadata().map_err(JournalError::io(path))?;
            if metadata.is_dir() {
                Ok(())
            } else {
                Err(JournalError::NotADirectory {
                    path: path.to_owned(),
                })
            }
        }
        Err(error) => Err(JournalError::io(path)(error)),
    }
}

pub(super) fn sync_directory(path: &Path) -> Result<(), JournalError> {
    super::write::sync_directory(path).map_err(JournalError::io(path))
}
