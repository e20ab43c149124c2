//! Building and testing a plugin at every save: `buildfix plugin dev`.
//!
//! What counts is the content of the project's files: events of the file system
//! only say when to look. So a file that was merely opened, or saved as it was,
//! starts nothing; nor does what a build leaves behind, which is left out of the
//! project's files ([`is_output`]). A change that comes while a build runs starts the
//! next one after it.

use crate::build::{Build, Built, build};
use crate::lang::Lang;
use crate::problem::{Problem, io};
use crate::test::{self, CaseReport};
use buildfix_sandbox::Sandbox;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// An editor's save is several events; so long after the last one it is over.
const QUIET: Duration = Duration::from_millis(150);
/// Folders that hold what tools made.
const FOLDERS: [&str; 6] = [
    "target",
    "dist",
    "build",
    "node_modules",
    "__pycache__",
    "venv",
];
/// Endings of what tools and editors leave behind.
const ENDINGS: [&str; 7] = ["wasm", "part", "swp", "swx", "tmp", "pyc", "o"];

/// What happens, in order.
#[derive(Debug)]
pub enum Step<'a> {
    /// These files are new, or have changed, or are gone; relative to the folder,
    /// sorted. At the start, none.
    Changed(&'a [PathBuf]),
    /// A build ended.
    Built(&'a Result<Built, Problem>),
    /// The cases of a good build were run.
    Tested(&'a Result<Vec<CaseReport>, Problem>),
    /// Nothing is to be done until a file changes.
    Waiting,
}

enum Wake {
    Changed,
    Stop,
}

/// Ends the loop from another thread.
#[derive(Clone, Debug)]
pub struct Stop(Sender<Wake>);

impl Stop {
    /// The loop ends after the step that it is at.
    pub fn stop(&self) {
        // Nobody listens any more: it has ended.
        let _ = self.0.send(Wake::Stop);
    }
}

/// A plugin's project, watched.
pub struct Dev {
    dir: PathBuf,
    lang: Option<Lang>,
    watcher: RecommendedWatcher,
    sender: Sender<Wake>,
    wakes: Receiver<Wake>,
}

impl std::fmt::Debug for Dev {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Dev").field(&self.dir).finish()
    }
}

impl Dev {
    /// Watches the folder with `plugin.toml`.
    ///
    /// # Errors
    /// When it is none, or the system watches no more files.
    pub fn new(dir: &Path, lang: Option<Lang>) -> Result<Self, Problem> {
        let manifest = dir.join("plugin.toml");
        if let Err(error) = manifest.metadata() {
            return Err(io("read", &manifest, &error)
                .help("name a plugin's folder, or begin one with `buildfix plugin new NAME`"));
        }
        let (sender, wakes) = channel();
        let waker = sender.clone();
        let handler = move |event: notify::Result<notify::Event>| {
            // Of an event that cannot be read, the content will tell.
            if event.is_ok_and(|event| event.kind.is_access()) {
                return;
            }
            let _ = waker.send(Wake::Changed);
        };
        let watcher =
            notify::recommended_watcher(handler).map_err(|error| cannot_watch(dir, &error))?;
        Ok(Self {
            dir: dir.to_owned(),
            lang,
            watcher,
            sender,
            wakes,
        })
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stop {
        Stop(self.sender.clone())
    }

    /// Builds and tests, and again when a file changes, until it is stopped.
    /// What a tool or a case does wrong is told and survived.
    ///
    /// # Errors
    /// When the folder cannot be read or watched any more.
    pub fn run(mut self, sandbox: &Sandbox, tell: &mut dyn FnMut(Step<'_>)) -> Result<(), Problem> {
        let mut changed = Vec::new();
        // Watched before it is read: what changes between the two is seen.
        self.watch()?;
        let mut known = content(&self.dir)?;
        loop {
            tell(Step::Changed(&changed));
            self.once(sandbox, tell);
            tell(Step::Waiting);
            loop {
                if !self.wait() {
                    return Ok(());
                }
                // There may be new folders.
                self.watch()?;
                let now = content(&self.dir)?;
                changed = differences(&known, &now);
                known = now;
                if !changed.is_empty() {
                    break;
                }
            }
        }
    }

    fn once(&self, sandbox: &Sandbox, tell: &mut dyn FnMut(Step<'_>)) {
        let built = build(&Build {
            dir: self.dir.clone(),
            lang: self.lang,
            ..Build::default()
        });
        tell(Step::Built(&built));
        if let Ok(built) = built {
            tell(Step::Tested(&self.test(&built, sandbox)));
        }
    }

    fn test(&self, built: &Built, sandbox: &Sandbox) -> Result<Vec<CaseReport>, Problem> {
        let failed = |error: &dyn std::error::Error| Problem::new(error.to_string());
        let bytes = fs::read(&built.file).map_err(|error| io("read", &built.file, &error))?;
        let label = built.file.display().to_string();
        let plugin = sandbox.load(&label, &bytes).map_err(|e| failed(&e))?;
        let cases = test::cases(&self.dir, None).map_err(|e| failed(&e))?;
        test::run(&plugin, &cases, false).map_err(|e| failed(&e))
    }

    /// Waits for a change and for the end of its events. False: it was stopped.
    fn wait(&self) -> bool {
        // The sender in `self` keeps the channel open.
        if !matches!(self.wakes.recv(), Ok(Wake::Changed)) {
            return false;
        }
        loop {
            match self.wakes.recv_timeout(QUIET) {
                Ok(Wake::Changed) => {}
                Err(RecvTimeoutError::Timeout) => return true,
                Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// Watches every folder of the project's own; those of tools may have a
    /// hundred thousand files.
    fn watch(&mut self) -> Result<(), Problem> {
        let mut folders = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            if let Err(error) = self.watcher.watch(&folder, RecursiveMode::NonRecursive) {
                // It may be gone again.
                if folder.is_dir() {
                    return Err(cannot_watch(&folder, &error));
                }
                continue;
            }
            let below = entries(&folder)?.into_iter().filter(|(_, is_dir)| *is_dir);
            folders.extend(below.map(|(path, _)| path));
        }
        Ok(())
    }
}

fn cannot_watch(path: &Path, error: &notify::Error) -> Problem {
    let problem = Problem::new(format!("cannot watch {}: {error}", path.display()));
    match error.kind {
        notify::ErrorKind::MaxFilesWatch => {
            problem.help("raise the system's limit: `sysctl fs.inotify.max_user_watches=524288`")
        }
        _ => problem,
    }
}

/// Whether a file or folder of this name is made by a tool or an editor: a plugin, an
/// intermediate file, a package, a hidden or temporary one.
#[must_use]
pub fn is_output(name: &OsStr, is_dir: bool) -> bool {
    let text = name.to_string_lossy();
    let ending = Path::new(name).extension().and_then(OsStr::to_str);
    text.starts_with('.')
        || match is_dir {
            true => FOLDERS.contains(&&*text),
            false => text.ends_with('~') || ending.is_some_and(|e| ENDINGS.contains(&e)),
        }
}

/// What of a folder is the project's own, and which of it are folders. Symlinks are
/// followed to files and not to folders, which could lead in a circle.
fn entries(folder: &Path) -> Result<Vec<(PathBuf, bool)>, Problem> {
    let listed = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        listed => listed.map_err(|error| io("list", folder, &error))?,
    };
    let entries = listed.flatten().filter_map(|entry| {
        let is_dir = entry.file_type().ok()?.is_dir();
        (!is_output(&entry.file_name(), is_dir)).then(|| (entry.path(), is_dir))
    });
    Ok(entries.collect())
}

type Content = BTreeMap<PathBuf, blake3::Hash>;

/// The project's own files, by what they hold.
fn content(dir: &Path) -> Result<Content, Problem> {
    let mut content = Content::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for (path, is_dir) in entries(&folder)? {
            if is_dir {
                folders.push(path);
            // One that is gone meanwhile, or that nobody may read, is none.
            } else if path.is_file()
                && let Ok(bytes) = fs::read(&path)
            {
                let name = path.strip_prefix(dir).unwrap_or(&path).to_owned();
                content.insert(name, blake3::hash(&bytes));
            }
        }
    }
    Ok(content)
}

fn differences(before: &Content, now: &Content) -> Vec<PathBuf> {
    let changed = now
        .iter()
        .filter(|(path, hash)| before.get(*path) != Some(*hash));
    let gone = before.keys().filter(|path| !now.contains_key(*path));
    let mut paths: Vec<PathBuf> = changed.map(|(path, _)| path).chain(gone).cloned().collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_make_is_no_content() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("src/fixer.c", "1");
        write("plugin.toml", "1");
        let before = content(dir.path()).unwrap();
        for made in [
            "target/debug/a.rs",
            "dist/a.js",
            "build/a.c",
            "node_modules/a/index.js",
            "src/__pycache__/a.py",
            ".git/HEAD",
            "acme-guest.wasm",
            "acme-guest.wasm.17.part",
            "src/.fixer.c.swp",
            "src/fixer.c~",
        ] {
            write(made, "1");
        }
        assert_eq!(content(dir.path()).unwrap(), before);
        // Saved as it was.
        write("src/fixer.c", "1");
        assert_eq!(content(dir.path()).unwrap(), before);
        write("src/fixer.c", "2");
        write("tests/new/log.txt", "");
        fs::remove_file(dir.path().join("plugin.toml")).unwrap();
        let now = content(dir.path()).unwrap();
        let paths = ["plugin.toml", "src/fixer.c", "tests/new/log.txt"].map(PathBuf::from);
        assert_eq!(differences(&before, &now), paths);
    }
}
