//! Renames in the project's history.
//!
//! A commit that renames something replaces one name by another on many lines
//! and leaves none of the old. Who merges such a commit into a branch that
//! still uses the old name has an error for every use; the commit says how
//! each is mended.
//!
//! Reads what `git log -p -U0` prints, as it streams: lines of a hunk with as
//! many removed as added are compared one to one, by their words.

use crate::template::Template;
use crate::words;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Bytes of the log that are read, at most.
const MAX_LOG: u64 = 512 << 20;

/// Changed lines of one commit that are looked at, at most: what changes more
/// was written by a program.
const MAX_LINES: usize = 50_000;

/// Bytes of a line that is looked at, at most.
const MAX_LINE: usize = 1_000;

/// Lines that must have been changed alike.
const LEAST: u32 = 2;

/// Commits told as evidence, at most.
const EVIDENCE: usize = 3;

/// Extensions of files that are prose or data: what changes there breaks no
/// build.
const NO_CODE: &[&str] = &[
    "md", "txt", "rst", "lock", "json", "yml", "yaml", "toml", "xml", "svg", "html", "css", "csv",
    "sum", "snap",
];

/// Why the history cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// git cannot be run.
    #[error("cannot run git: {0}")]
    Spawn(std::io::Error),
    /// It failed.
    #[error("{} has no history that git can read: {message}", dir.display())]
    Git {
        /// Where.
        dir: PathBuf,
        /// What it said.
        message: String,
    },
}

/// Calls git in a folder: its output, or what it complains of.
///
/// # Errors
/// [`HistoryError`].
pub fn git(dir: &Path, args: &[&str]) -> Result<String, HistoryError> {
    let output = command(dir)
        .args(args)
        .output()
        .map_err(HistoryError::Spawn)?;
    if !output.status.success() {
        return Err(HistoryError::Git {
            dir: dir.to_owned(),
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) fn command(dir: &Path) -> Command {
    let mut git = Command::new("git");
    // No program that the repository's settings name is run for a diff.
    git.args(["-c", "core.quotepath=off", "--no-pager"])
        .current_dir(dir)
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    git
}

/// The renames of the last `commits` commits of a folder's history.
///
/// # Errors
/// [`HistoryError`] where there is no history.
pub fn renames(dir: &Path, commits: usize) -> Result<Vec<Template>, HistoryError> {
    git(dir, &["rev-parse", "--verify", "--quiet", "HEAD^{commit}"])?;
    let mut child = command(dir)
        .args([
            "log",
            "-p",
            "-U0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-merges",
            "--find-renames",
            "--format=%x00%h %s",
        ])
        .arg(format!("-n{commits}"))
        .args(["--", "."])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(HistoryError::Spawn)?;
    let mut found = Found::default();
    if let Some(stdout) = child.stdout.take() {
        let mut reader = BufReader::new(stdout.take(MAX_LOG));
        let mut line = Vec::new();
        loop {
            line.clear();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => break,
                Ok(_) => found.line(&String::from_utf8_lossy(&line)),
            }
        }
    }
    // It may have more to say than is read.
    let _ = child.kill();
    let _ = child.wait();
    found.end_commit();
    Ok(found.templates())
}

/// One commit as it is read.
#[derive(Default)]
struct Commit {
    name: String,
    extension: Option<String>,
    removed: Vec<String>,
    added: Vec<String>,
    lines: usize,
    /// Lines on which one name took another's place, by extension.
    pairs: BTreeMap<(String, String, String), u32>,
    /// Lines that lost a name, by extension and name.
    lost: BTreeMap<(String, String), u32>,
    /// Names on lines that came.
    came: BTreeSet<String>,
}

/// What the history shows.
#[derive(Default)]
struct Found {
    commit: Commit,
    /// By extension and old name; the newest commit first.
    renames: BTreeMap<(String, String), Vec<Rename>>,
}

struct Rename {
    to: String,
    lines: u32,
    commit: String,
}

impl Found {
    fn line(&mut self, line: &str) {
        let line = line.trim_end_matches(['\n', '\r']);
        if let Some(name) = line.strip_prefix('\0') {
            self.end_commit();
            self.commit.name = name.chars().take(80).collect();
        } else if let Some(path) = line.strip_prefix("+++ ") {
            self.commit.end_hunk();
            self.commit.extension = Path::new(path.trim_end_matches('"'))
                .extension()
                .and_then(|extension| extension.to_str())
                .filter(|extension| !NO_CODE.contains(extension))
                .map(str::to_owned);
        } else if line.starts_with("--- ") || line.starts_with("@@") || line.starts_with("diff ") {
            self.commit.end_hunk();
        } else if self.commit.extension.is_some() && self.commit.lines < MAX_LINES {
            let (list, text) = match line.split_at_checked(1) {
                Some(("-", text)) => (&mut self.commit.removed, text),
                Some(("+", text)) => (&mut self.commit.added, text),
                _ => return,
            };
            self.commit.lines += 1;
            if text.len() <= MAX_LINE {
                list.push(text.to_owned());
            }
        }
    }

    fn end_commit(&mut self) {
        let mut commit = std::mem::take(&mut self.commit);
        commit.end_hunk();
        for ((extension, from, to), lines) in std::mem::take(&mut commit.pairs) {
            let lost = commit
                .lost
                .get(&(extension.clone(), from.clone()))
                .copied()
                .unwrap_or_default();
            // A rename leaves nothing of the old name on what it touches, and
            // most lines that lost it got the new one.
            let whole = lines >= LEAST && lines * 5 >= lost * 4 && !commit.came.contains(&from);
            if whole {
                let known = self.renames.entry((extension, from)).or_default();
                known.push(Rename {
                    to,
                    lines,
                    commit: commit.name.clone(),
                });
            }
        }
    }

    /// One template for each old name: what it became at last.
    fn templates(&self) -> Vec<Template> {
        let mut templates = Vec::new();
        for ((extension, from), renames) in &self.renames {
            let newest = &renames[0];
            let mut to = newest.to.clone();
            let mut commits: Vec<String> = renames
                .iter()
                .filter(|rename| rename.to == newest.to)
                .map(|rename| rename.commit.clone())
                .take(EVIDENCE)
                .collect();
            let mut seen = vec![from.clone()];
            // What was renamed again since.
            while let Some(next) = self.renames.get(&(extension.clone(), to.clone())) {
                seen.push(to.clone());
                to.clone_from(&next[0].to);
                commits.insert(0, next[0].commit.clone());
                if seen.contains(&to) {
                    break;
                }
            }
            // It was renamed and renamed back.
            if seen.contains(&to) {
                continue;
            }
            templates.push(Template {
                from: Some(from.clone()),
                to: Some(to),
                extensions: vec![extension.clone()],
                seen: newest.lines,
                commits,
                ..Template::default()
            });
        }
        join(templates)
    }
}

/// The same rename in files of several kinds is one template.
fn join(templates: Vec<Template>) -> Vec<Template> {
    let mut joined: Vec<Template> = Vec::new();
    for template in templates {
        let known = joined
            .iter_mut()
            .find(|known| (&known.from, &known.to) == (&template.from, &template.to));
        match known {
            Some(known) => {
                known.extensions.extend(template.extensions);
                known.seen += template.seen;
            }
            None => joined.push(template),
        }
    }
    joined.sort_by(|a, b| (b.seen, &a.from).cmp(&(a.seen, &b.from)));
    joined
}

impl Commit {
    fn end_hunk(&mut self) {
        let removed = std::mem::take(&mut self.removed);
        let added = std::mem::take(&mut self.added);
        let Some(extension) = &self.extension else {
            return;
        };
        for line in &added {
            self.came.extend(
                words::split(line)
                    .into_iter()
                    .filter(|part| words::is_name(part))
                    .map(str::to_owned),
            );
        }
        for line in &removed {
            let names: BTreeSet<&str> = words::split(line)
                .into_iter()
                .filter(|part| words::is_name(part))
                .collect();
            for name in names {
                let key = (extension.clone(), name.to_owned());
                *self.lost.entry(key).or_default() += 1;
            }
        }
        if removed.len() != added.len() {
            return;
        }
        for (before, after) in removed.iter().zip(&added) {
            let mut pairs: BTreeSet<(String, String)> = words::word_for_word(before, after)
                .into_iter()
                .map(|(from, to)| (from.to_owned(), to.to_owned()))
                .collect();
            if pairs.is_empty() {
                pairs.extend(words::replaced(before, after));
            }
            for (from, to) in pairs.into_iter().filter(|(from, _)| from.len() > 2) {
                let key = (extension.clone(), from, to);
                *self.pairs.entry(key).or_default() += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(log: &str) -> Vec<String> {
        let mut found = Found::default();
        log.lines().for_each(|line| found.line(line));
        found.end_commit();
        found
            .templates()
            .into_iter()
            .map(|t| format!("{} -> {}", t.from.unwrap(), t.to.unwrap()))
            .collect()
    }

    const RENAME: &str = "\0abc rename\ndiff --git a/a.c b/a.c\n--- a/a.c\n+++ b/a.c\n\
        @@ -1,2 +1,2 @@\n-int get_user(int);\n-get_user(1);\n+int fetch_user(int);\n+fetch_user(1);\n";

    #[test]
    fn a_rename_is_seen() {
        assert_eq!(found(RENAME), ["get_user -> fetch_user"]);
    }

    #[test]
    fn what_stays_in_use_was_not_renamed() {
        let log = format!("{RENAME}@@ -9,0 +9 @@\n+get_user(3);\n");
        assert_eq!(found(&log), [""; 0]);
    }

    #[test]
    fn what_went_elsewhere_as_often_was_not_renamed() {
        let log = format!("{RENAME}@@ -9,2 +9 @@\n-get_user(3);\n-get_user(4);\n+other();\n");
        assert_eq!(found(&log), [""; 0]);
    }

    #[test]
    fn renamed_twice_leads_to_the_last_name_and_back_leads_nowhere() {
        let newer = RENAME
            .replace("fetch_user", "load_user")
            .replace("get_user", "fetch_user");
        assert_eq!(
            found(&format!("{newer}{RENAME}")),
            ["fetch_user -> load_user", "get_user -> load_user"]
        );
        let back = RENAME
            .replace("fetch_user", "X")
            .replace("get_user", "fetch_user")
            .replace('X', "get_user");
        assert_eq!(found(&format!("{back}{RENAME}")), [""; 0]);
    }

    #[test]
    fn prose_is_not_code() {
        assert_eq!(found(&RENAME.replace("a.c", "a.md")), [""; 0]);
    }

    proptest! {
        #[test]
        fn any_log(log in "(\0|\\+\\+\\+ b/a\\.c|--- |@@|-a |\\+b |[a-c ]{0,5}|\n){0,60}") {
            found(&log);
        }
    }
}
