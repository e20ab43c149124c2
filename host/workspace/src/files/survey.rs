//! What a whole tree holds, found out by reading as little as possible.

use super::{Stamp, Workspace, walk};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::time::SystemTime;

/// Files that say which dependencies are installed. Ignore files often name
/// them, but a build depends on them.
const INSTALLED: [&str; 14] = [
    ".venv/pyvenv.cfg",
    "Cargo.lock",
    "go.sum",
    "gradle.lockfile",
    "node_modules/.modules.yaml",
    "node_modules/.package-lock.json",
    "node_modules/.yarn-state.yml",
    "obj/project.assets.json",
    "package-lock.json",
    "packages.lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "uv.lock",
    "yarn.lock",
];

type Hash = [u8; blake3::OUT_LEN];

/// The files of a tree and what they hold: all that are neither ignored nor
/// version control's nor buildfix's own, and the lock files even if ignored.
/// Symlinks count with their target's name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    files: BTreeMap<String, Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// `None` for a symlink.
    stamp: Option<Stamp>,
    /// Whether the stamp stands for the content.
    settled: bool,
    /// Of the bytes, or of a symlink's target.
    hash: Option<Hash>,
}

/// A file as a [`Survey`] is to find it.
#[derive(Clone, Copy, Debug)]
pub enum Expected<'a> {
    /// As the survey before has it, untouched.
    Untouched,
    /// With the content that the survey before has, perhaps written again.
    Same,
    /// With these bytes; `None`: absent.
    Bytes(Option<&'a [u8]>),
}

impl Survey {
    /// Asks the file system about every file, and reads only those whose stamp
    /// says nothing yet. `None` for a tree that cannot be surveyed: too many
    /// files, a folder that cannot be read, a name that is not UTF-8.
    #[must_use]
    pub fn take(workspace: &Workspace) -> Option<Self> {
        let taken = SystemTime::now();
        let root = workspace.root();
        let mut survey = Self::default();
        for entry in walk::entries(root) {
            let entry = entry.ok()?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                continue;
            }
            let path = walk::relative(root, entry.path())?;
            let found = if kind.is_symlink() {
                link(entry.path())?
            } else if kind.is_file() {
                file(entry.path(), taken)?
            } else {
                continue;
            };
            survey.files.insert(path, found);
            if survey.files.len() > walk::MAX_FILES {
                return None;
            }
        }
        for path in INSTALLED {
            if let Ok(full) = workspace.resolve(path)
                && full.is_file()
                && !survey.files.contains_key(path)
            {
                survey.files.insert(path.to_owned(), file(&full, taken)?);
            }
        }
        Some(survey)
    }

    /// Learns what every file holds: from `known` where the stamp is the same,
    /// else by reading. `None` if a file changed meanwhile or cannot be read.
    #[must_use]
    pub fn complete(mut self, workspace: &Workspace, known: Option<&Self>) -> Option<Self> {
        for (path, entry) in &mut self.files {
            if entry.hash.is_some() {
                continue;
            }
            let before = known
                .and_then(|known| known.files.get(path))
                .filter(|before| before.settled && before.stamp == entry.stamp);
            entry.hash = match before.and_then(|before| before.hash) {
                Some(hash) => Some(hash),
                None => Some(read(&workspace.root().join(path), entry.stamp?)?),
            };
        }
        Some(self)
    }

    /// Whether two complete surveys found the same content.
    #[must_use]
    pub fn same_content(&self, other: &Self) -> bool {
        self.files.len() == other.files.len()
            && self
                .files
                .iter()
                .zip(&other.files)
                .all(|((path, one), (other_path, other))| {
                    path == other_path && one.hash.is_some() && one.hash == other.hash
                })
    }

    /// Whether nothing was written between this survey and the complete one
    /// `later`, not even the same content.
    #[must_use]
    pub fn is_untouched(&self, later: &Self) -> bool {
        self.files.len() == later.files.len()
            && self
                .files
                .iter()
                .zip(&later.files)
                .all(|((path, before), (later_path, after))| {
                    path == later_path && before.is_untouched(after)
                })
    }

    /// Whether `later` found the tree as expected, file by file. Both must be
    /// complete.
    pub fn leads_to<'a>(&self, later: &Self, expected: impl Fn(&str) -> Expected<'a>) -> bool {
        let paths = self.files.keys().chain(later.files.keys());
        paths.into_iter().all(|path| {
            let (before, after) = (self.files.get(path), later.files.get(path));
            let hash = |entry: Option<&Entry>| entry.map(|entry| entry.hash);
            match expected(path) {
                Expected::Untouched => match (before, after) {
                    (Some(before), Some(after)) => {
                        before.is_untouched(after) && before.hash == after.hash
                    }
                    _ => false,
                },
                Expected::Same => hash(before) == hash(after),
                Expected::Bytes(bytes) => {
                    hash(after) == bytes.map(|bytes| Some(*blake3::hash(bytes).as_bytes()))
                }
            }
        })
    }
}

impl Entry {
    fn is_untouched(&self, later: &Self) -> bool {
        self.stamp == later.stamp
            && (self.settled || (self.hash.is_some() && self.hash == later.hash))
    }
}

fn file(path: &Path, taken: SystemTime) -> Option<Entry> {
    let stamp = Stamp::of(&path.symlink_metadata().ok()?)?;
    let settled = stamp.is_settled(taken);
    let hash = if settled {
        None
    } else {
        Some(read(path, stamp)?)
    };
    Some(Entry {
        stamp: Some(stamp),
        settled,
        hash,
    })
}

fn link(path: &Path) -> Option<Entry> {
    let target = path.read_link().ok()?;
    Some(Entry {
        stamp: None,
        settled: false,
        hash: Some(*blake3::hash(target.as_os_str().as_encoded_bytes()).as_bytes()),
    })
}

/// The hash of a file that is as its stamp says, before and after.
fn read(path: &Path, stamp: Stamp) -> Option<Hash> {
    let file = File::open(path).ok()?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(&file).ok()?;
    let now = Stamp::of(&file.metadata().ok()?)?;
    (now == stamp).then(|| *hasher.finalize().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree() -> (tempfile::TempDir, Workspace) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.c"), "a").unwrap();
        fs::write(dir.path().join("b.c"), "b").unwrap();
        fs::write(dir.path().join(".gitignore"), "*.o\nCargo.lock\n").unwrap();
        fs::create_dir(dir.path().join(".git")).unwrap();
        let workspace = Workspace::open(dir.path()).unwrap();
        (dir, workspace)
    }

    fn complete(workspace: &Workspace) -> Survey {
        Survey::take(workspace)
            .and_then(|survey| survey.complete(workspace, None))
            .expect("a tree that can be surveyed")
    }

    #[test]
    fn what_a_build_reads_counts_and_what_it_writes_does_not() {
        let (dir, workspace) = tree();
        let path = |name: &str| dir.path().join(name);
        let before = complete(&workspace);
        fs::write(path("a.o"), "object").unwrap();
        fs::write(path(".git/HEAD"), "ref").unwrap();
        assert!(complete(&workspace).same_content(&before));
        let changes: [(&str, &str); 4] = [
            ("a.c", "A"),
            ("c.c", ""),
            (".gitignore", "*.o\nCargo.lock\n\n"),
            ("Cargo.lock", "ignored, and yet it decides what is built"),
        ];
        let mut last = before;
        for (name, text) in changes {
            fs::write(path(name), text).unwrap();
            let now = complete(&workspace);
            assert!(!now.same_content(&last), "{name}");
            last = now;
        }
        fs::remove_file(path("b.c")).unwrap();
        assert!(!complete(&workspace).same_content(&last));
    }

    #[cfg(unix)]
    #[test]
    fn a_symlink_counts_with_its_target() {
        use std::os::unix::fs::symlink;
        let (dir, workspace) = tree();
        let link = dir.path().join("link.c");
        symlink("a.c", &link).unwrap();
        let before = complete(&workspace);
        assert!(complete(&workspace).is_untouched(&before));
        fs::remove_file(&link).unwrap();
        symlink("b.c", &link).unwrap();
        assert!(!complete(&workspace).same_content(&before));
    }

    #[test]
    fn the_same_content_written_again_is_a_touch() {
        let (dir, workspace) = tree();
        let before = complete(&workspace);
        fs::remove_file(dir.path().join("a.c")).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(dir.path().join("a.c"), "a").unwrap();
        let after = complete(&workspace);
        assert!(after.same_content(&before));
        assert!(!before.is_untouched(&after));
        assert!(!before.leads_to(&after, |_| Expected::Untouched));
        assert!(before.leads_to(&after, |path| match path {
            "a.c" => Expected::Same,
            _ => Expected::Untouched,
        }));
    }

    #[test]
    fn an_end_is_what_was_written_and_nothing_else() {
        let (dir, workspace) = tree();
        let before = complete(&workspace);
        fs::write(dir.path().join("a.c"), "fixed").unwrap();
        fs::write(dir.path().join("new.c"), "new").unwrap();
        fs::remove_file(dir.path().join("b.c")).unwrap();
        let expected = |path: &str| match path {
            "a.c" => Expected::Bytes(Some(b"fixed")),
            "new.c" => Expected::Bytes(Some(b"new")),
            "b.c" => Expected::Bytes(None),
            _ => Expected::Untouched,
        };
        assert!(before.leads_to(&complete(&workspace), expected));
        fs::write(dir.path().join("d.c"), "somebody else's").unwrap();
        assert!(!before.leads_to(&complete(&workspace), expected));
    }
}
