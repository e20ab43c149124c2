//! Whether version control could bring back what a file holds now.
//!
//! Asks git, and only about the files that are about to be touched; other
//! systems and trees without one are [`Guard::NoVcs`].

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many bytes of paths one command gets; Linux allows 128 KiB for one
/// argument and far more for all, Windows 32 KiB for all.
const ARGUMENTS: usize = 24 << 10;

/// Why git's answer is not known.
#[derive(Debug, thiserror::Error)]
pub enum VcsError {
    /// It could not be started.
    #[error("cannot run git: {0}")]
    Spawn(#[from] io::Error),
    /// It failed.
    #[error("git status failed: {0}")]
    Git(String),
}

/// What version control says of some files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// There is none here, or git is not installed.
    NoVcs,
    /// Git knows the tree.
    Git {
        /// Those of the files, sorted, that have changes which no commit has:
        /// modified, staged or, once the repository has a commit, untracked.
        dirty: Vec<String>,
    },
}

/// The files among `paths`, relative to `root`, that have uncommitted changes;
/// empty without version control.
///
/// # Errors
/// As [`guard`].
pub fn dirty(root: &Path, paths: &[String]) -> Result<Vec<String>, VcsError> {
    Ok(match guard(root, paths)? {
        Guard::NoVcs => Vec::new(),
        Guard::Git { dirty } => dirty,
    })
}

/// Asks git about `paths`, relative to `root`. A file in a submodule is looked
/// up there.
///
/// # Errors
/// When git fails for another reason than that there is no repository.
pub fn guard(root: &Path, paths: &[String]) -> Result<Guard, VcsError> {
    let mut repositories: BTreeMap<PathBuf, Vec<&str>> = BTreeMap::new();
    for path in paths {
        repositories
            .entry(repository(root, path))
            .or_default()
            .push(path);
    }
    if repositories.is_empty() {
        repositories.insert(root.to_owned(), Vec::new());
    }
    let mut dirty = BTreeSet::new();
    let mut known = false;
    for (directory, paths) in repositories {
        // What git calls the directory, from the top of the repository.
        let Some(prefix) = ask(&directory, &["rev-parse", "--show-prefix"])? else {
            continue;
        };
        let prefix = String::from_utf8_lossy(&prefix)
            .trim_end_matches('\n')
            .to_owned();
        known = true;
        let above = directory
            .strip_prefix(root)
            .ok()
            .and_then(Path::to_str)
            .unwrap_or_default();
        let born = run(&directory, &["rev-parse", "--verify", "--quiet", "HEAD"])?.0;
        for chunk in chunks(&paths) {
            let inner: Vec<&str> = chunk
                .iter()
                .map(|path| {
                    path.strip_prefix(above)
                        .unwrap_or(path)
                        .trim_start_matches('/')
                })
                .collect();
            let mut arguments = vec![
                "status",
                "--porcelain=v1",
                "-z",
                "--no-renames",
                "--ignore-submodules=all",
                if born {
                    "--untracked-files=all"
                } else {
                    "--untracked-files=no"
                },
                "--",
            ];
            arguments.extend(inner);
            let Some(output) = ask(&directory, &arguments)? else {
                continue;
            };
            for entry in output.split(|byte| *byte == 0) {
                let Some((status, path)) = entry.split_at_checked(3) else {
                    continue;
                };
                let path = String::from_utf8_lossy(path);
                // In a repository without a commit everything is new.
                if !born && matches!(status, b"A  " | b"?? ") {
                    continue;
                }
                let path = path.strip_prefix(prefix.as_str()).unwrap_or(&path);
                dirty.insert(if above.is_empty() {
                    path.to_owned()
                } else {
                    format!("{above}/{path}")
                });
            }
        }
    }
    if !known {
        return Ok(Guard::NoVcs);
    }
    Ok(Guard::Git {
        dirty: dirty.into_iter().collect(),
    })
}

/// The directory to ask git in: the innermost one above the file that has a
/// `.git`, else the root.
fn repository(root: &Path, path: &str) -> PathBuf {
    let slashes = path.rmatch_indices('/').map(|(slash, _)| &path[..slash]);
    slashes
        .map(|folder| root.join(folder))
        .find(|folder| folder.join(".git").exists())
        .unwrap_or_else(|| root.to_owned())
}

fn chunks<'a>(paths: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut chunks: Vec<Vec<&str>> = Vec::new();
    let mut size = ARGUMENTS;
    for path in paths {
        size += path.len() + 1;
        if size > ARGUMENTS {
            chunks.push(Vec::new());
            size = path.len() + 1;
        }
        if let Some(chunk) = chunks.last_mut() {
            chunk.push(path);
        }
    }
    chunks
}

/// Git's output; `None` where there is no repository or no git.
fn ask(directory: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>, VcsError> {
    match run(directory, arguments) {
        Ok((true, output, _)) => Ok(Some(output)),
        Ok((false, _, error)) if error.contains("not a git repository") => Ok(None),
        Ok((false, _, error)) => Err(VcsError::Git(error.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn run(directory: &Path, arguments: &[&str]) -> io::Result<(bool, Vec<u8>, String)> {
    let output = Command::new("git")
        // A project's own settings could start a program.
        .args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
        .args(arguments)
        .current_dir(directory)
        .env("LC_ALL", "C")
        // `[` and `*` are parts of names here.
        .env("GIT_LITERAL_PATHSPECS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::null())
        .output()?;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((output.status.success(), output.stdout, error))
}

#[cfg(test)]
mod tests;
