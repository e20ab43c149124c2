//! The last failing build, kept so that it need not be run again.
//!
//! What a failing build printed is kept with everything that it is known to
//! depend on. If all of it is the same at the next run's start, what it printed
//! is parsed again instead of running it. Only the first build of a run is ever
//! answered so, and nothing that a run proves rests on it: a green end was
//! built, and an end with fewer errors is compared with a real build of the
//! start before it stands.
//!
//! | part of the key | how |
//! |---|---|
//! | the command, as instrumented, and its folder | hashed |
//! | the environment, but for what tells terminals and sessions apart | hashed, never stored |
//! | the user's matchers | hashed |
//! | the command's program, other words of it that are programs, and the usual compilers on PATH | real path, size, times, inode |
//! | every file of the workspace that is not ignored, symlinks, and lock files even if ignored | content; unread where size, times and inode tell |
//! | the age | a day at most |
//!
//! Not seen: ignored files (`target/`, what is inside of `node_modules/`),
//! files outside of the workspace other than those programs (headers, package
//! caches, a toolchain behind a launcher such as rustup's), the network and the
//! clock. `--no-reuse` is for those.
//!
//! Kept is a build only if no file of the workspace was touched while it ran.
//! The file is checksummed and of one version; one that is damaged is none.

use crate::command::Instrumented;
use crate::log::Log;
use buildfix_diagnostics::Matcher;
use buildfix_workspace::Workspace;
use buildfix_workspace::files::{Stamp, Survey};
use buildfix_workspace::kept::Kind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A build is not believed for longer.
const MAX_AGE: Duration = Duration::from_hours(24);

const KIND: Kind = Kind {
    name: "build",
    version: 1,
};

/// Compilers that a command such as `make` may start.
const COMPILERS: [&str; 18] = [
    "c++", "cargo", "cc", "clang", "clang++", "csc", "dotnet", "g++", "gcc", "go", "java", "javac",
    "ld", "mypy", "node", "python3", "rustc", "tsc",
];

/// Variables that no build depends on and that differ from one terminal,
/// session or call to the next. A trailing `*` stands for anything.
const IGNORED: [&str; 30] = [
    "_",
    "BUILDFIX_*",
    "COLORTERM",
    "COLUMNS",
    "DBUS_*",
    "DISPLAY",
    "GPG_*",
    "INVOCATION_ID",
    "JOURNAL_STREAM",
    "KITTY_*",
    "LINES",
    "LS_COLORS",
    "OLDPWD",
    "PS1",
    "PWD",
    "SHLVL",
    "SSH_*",
    "STARSHIP_*",
    "STY",
    "SYSTEMD_*",
    "TERM",
    "TERM_*",
    "TMUX",
    "TMUX_*",
    "VTE_*",
    "WAYLAND_DISPLAY",
    "WEZTERM_*",
    "WINDOWID",
    "WT_*",
    "XDG_SESSION_*",
];

/// The place and the key of one command's builds.
#[derive(Clone, Debug)]
pub struct Reuse {
    path: PathBuf,
    key: [u8; blake3::OUT_LEN],
}

/// A failing build.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    key: [u8; blake3::OUT_LEN],
    /// When it ended, in seconds since 1970.
    finished: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// How the command ended.
    pub status: String,
    /// What it printed.
    pub log: Log,
    /// What it was run on.
    survey: Survey,
}

impl Kept {
    /// How long ago it ended.
    #[must_use]
    pub fn age(&self) -> Duration {
        Duration::from_secs(now().saturating_sub(self.finished))
    }
}

impl Reuse {
    /// For a command in its folder, kept in the state directory.
    #[must_use]
    pub fn new(state: &Path, command: &Instrumented, dir: &Path, matchers: &[Matcher]) -> Self {
        Self {
            path: state.join("last-build"),
            key: key(command, dir, matchers, std::env::vars_os()),
        }
    }

    /// What the tree holds, and the kept build of exactly that, if there is
    /// one. No survey: the tree cannot be told from another, now or later.
    #[must_use]
    pub fn find(&self, workspace: &Workspace) -> (Option<Survey>, Option<Kept>) {
        let Some(now) = Survey::take(workspace) else {
            return (None, None);
        };
        let kept = KIND
            .read::<Kept>(&self.path)
            .filter(|kept| kept.key == self.key && kept.age() <= MAX_AGE);
        let Some(kept) = kept else {
            return (Some(now), None);
        };
        // Reads what changed, if only its times did.
        match now.clone().complete(workspace, Some(&kept.survey)) {
            Some(now) if now.same_content(&kept.survey) => (Some(now), Some(kept)),
            Some(now) => (Some(now), None),
            None => (Some(now), None),
        }
    }

    /// Keeps a failing build.
    pub fn keep(&self, survey: Survey, status: String, elapsed: Duration, log: Log) {
        let kept = Kept {
            key: self.key,
            finished: now(),
            elapsed,
            status,
            log,
            survey,
        };
        KIND.write(&self.path, &kept);
    }

    /// Keeps none.
    pub fn forget(&self) {
        // Where there is none, there is nothing to do.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

fn key(
    command: &Instrumented,
    dir: &Path,
    matchers: &[Matcher],
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> [u8; blake3::OUT_LEN] {
    let mut hasher = blake3::Hasher::new();
    let mut field = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    field(env!("CARGO_PKG_VERSION").as_bytes());
    field(dir.as_os_str().as_encoded_bytes());
    field(format!("{:?} {:?}", command.argv, command.env).as_bytes());
    field(format!("{matchers:?}").as_bytes());
    let environment: BTreeMap<OsString, OsString> = environment
        .filter(|(name, _)| !name.to_str().is_some_and(is_ignored))
        .collect();
    for (name, value) in &environment {
        field(name.as_encoded_bytes());
        field(value.as_encoded_bytes());
    }
    let words = command.argv.iter().flat_map(|word| word.split_whitespace());
    for name in words.chain(COMPILERS) {
        if let Some((path, stamp)) = program(dir, name) {
            field(path.as_os_str().as_encoded_bytes());
            field(format!("{stamp:?}").as_bytes());
        }
    }
    *hasher.finalize().as_bytes()
}

fn is_ignored(name: &str) -> bool {
    IGNORED
        .iter()
        .any(|ignored| match ignored.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == *ignored,
        })
}

/// The file that a word of the command starts, if it is a program.
fn program(dir: &Path, name: &str) -> Option<(PathBuf, Stamp)> {
    let look = |path: PathBuf| {
        let path = path.canonicalize().ok()?;
        let stamp = Stamp::of(&path.metadata().ok()?)?;
        Some((path, stamp))
    };
    if name.contains('/') {
        return look(dir.join(name));
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|dir| look(dir.join(name)))
}
