//! One case of a plugin's tests: a folder that tells what a build said, about
//! which files, and what the plugin is to make of them.
//!
//! ```text
//! tests/NAME/log.txt        what the build printed (or log.jsonl)
//! tests/NAME/tree/          the project; paths in the log are relative to it
//! tests/NAME/expected.diff  what is to be applied, as a unified diff; empty or
//!                           missing: nothing
//! tests/NAME/case.toml      optional settings, see [`Settings`]
//! ```

use serde::Deserialize;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// The logs that a case may have, in the order in which they are looked for.
const LOGS: [&str; 2] = ["log.txt", "log.jsonl"];
/// What is to be applied.
pub const EXPECTED: &str = "expected.diff";

/// `case.toml`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Whether `placeholder` fixes are applied, as with `run --placeholders`.
    #[serde(default)]
    pub placeholders: bool,
    /// Settings of the plugin, as `[plugins.NAME.config]` of buildfix.toml.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
}

/// A case, read.
#[derive(Clone, Debug)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// The folder.
    pub dir: PathBuf,
    /// What the build printed.
    pub log: Vec<u8>,
    /// What is expected; empty for nothing.
    pub expected: String,
    /// `case.toml`
    pub settings: Settings,
}

/// Why a case cannot be run.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// A file or folder cannot be read, or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no log.
    #[error("{} has neither log.txt nor log.jsonl", .0.display())]
    NoLog(PathBuf),
    /// There is no project.
    #[error("{} has no folder `tree`", .0.display())]
    NoTree(PathBuf),
    /// `case.toml` is not what it should be.
    #[error("{}: {source}", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What, and where.
        source: Box<toml::de::Error>,
    },
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> CaseError {
    let path = path.to_owned();
    |source| CaseError::Io { path, source }
}

impl Case {
    /// The cases below `tests`, sorted by name; none where there is no such
    /// folder. A folder without a log and without a tree is none.
    ///
    /// # Errors
    /// [`CaseError`]: the first that is incomplete.
    pub fn all(tests: &Path) -> Result<Vec<Self>, CaseError> {
        let entries = match std::fs::read_dir(tests) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(tests)(error)),
        };
        let mut folders = Vec::new();
        for entry in entries {
            let path = entry.map_err(failed(tests))?.path();
            let has_log = LOGS.iter().any(|log| path.join(log).is_file());
            if has_log || path.join("tree").is_dir() {
                folders.push(path);
            }
        }
        folders.sort();
        folders.iter().map(|dir| Self::read(dir)).collect()
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`CaseError`]
    pub fn read(dir: &Path) -> Result<Self, CaseError> {
        let log = LOGS.iter().map(|log| dir.join(log)).find(|p| p.is_file());
        let log = log.ok_or_else(|| CaseError::NoLog(dir.to_owned()))?;
        if !dir.join("tree").is_dir() {
            return Err(CaseError::NoTree(dir.to_owned()));
        }
        let optional = |path: &Path| match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.map_err(failed(path)),
        };
        let settings = dir.join("case.toml");
        let text = optional(&settings)?;
        Ok(Self {
            name: dir
                .file_name()
                .map(|name| name.to_string_lossy().into_owned())
                .unwrap_or_default(),
            log: std::fs::read(&log).map_err(failed(&log))?,
            expected: optional(&dir.join(EXPECTED))?,
            settings: toml::from_str(&text).map_err(|source| CaseError::Settings {
                path: settings,
                source: Box::new(source),
            })?,
            dir: dir.to_owned(),
        })
    }

    /// Makes `diff` what is expected.
    ///
    /// # Errors
    /// [`CaseError::Io`]
    pub fn expect(&self, diff: &str) -> Result<(), CaseError> {
        let path = self.dir.join(EXPECTED);
        std::fs::write(&path, diff).map_err(failed(&path))
    }

    /// Copies the project, so that a case never changes it.
    ///
    /// # Errors
    /// [`CaseError::Io`]
    pub fn copy_tree(&self, to: &Path) -> Result<(), CaseError> {
        copy(&self.dir.join("tree"), to)
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), CaseError> {
    std::fs::create_dir_all(to).map_err(failed(to))?;
    for entry in std::fs::read_dir(from).map_err(failed(from))? {
        let path = entry.map_err(failed(from))?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        let target = to.join(name);
        // What a link leads to is copied: a case is a folder of plain files.
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target).map_err(failed(&path))?;
        }
    }
    Ok(())
}
