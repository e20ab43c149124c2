//! Errors and how the next commit mended them.
//!
//! Where a commit does not build and the one after it does better, each error
//! that went away and the change that took it away are a pair. A pair becomes
//! a template where the change is one that the error's message leads to: a name
//! of the message replaced in the error's line, or one line of imports added to
//! the error's file.

use crate::history::{HistoryError, command, git};
use crate::template::Template;
use crate::words;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// An error of a commit's build.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Error {
    /// Its class.
    pub class: String,
    /// Its message's first line.
    pub message: String,
    /// Its file, relative to the folder whose history this is.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
}

/// What one commit changed in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Changes {
    /// Old line (from 1), the text before and after.
    lines: BTreeMap<u32, (String, String)>,
    /// Lines that came and replaced none.
    inserted: BTreeSet<String>,
}

/// Collects pairs over commits.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    /// Replacements, with the commits that made them.
    replaced: BTreeMap<Template, Evidence>,
    /// By class, message and extension: the lines that came in every file
    /// which lost this error.
    inserted: BTreeMap<(String, String, String), (BTreeSet<String>, Evidence)>,
}

#[derive(Clone, Debug, Default)]
struct Evidence {
    seen: u32,
    commits: Vec<String>,
}

impl Evidence {
    fn add(&mut self, commit: &str) {
        self.seen += 1;
        if self.commits.len() < 3 && !self.commits.iter().any(|known| known == commit) {
            self.commits.push(commit.to_owned());
        }
    }
}

impl Pairs {
    /// Learns from one commit: the errors of the build before it and of its own.
    ///
    /// # Errors
    /// [`HistoryError`] where git cannot tell what changed.
    pub fn learn(
        &mut self,
        dir: &Path,
        parent: &str,
        commit: &str,
        before: &[Error],
        after: &[Error],
    ) -> Result<(), HistoryError> {
        if after.len() >= before.len() {
            return Ok(());
        }
        let diff = git(
            dir,
            &[
                "diff",
                "-U0",
                "--no-color",
                "--no-ext-diff",
                "--no-textconv",
                "--relative",
                "--no-renames",
                parent,
                commit,
            ],
        )?;
        let name = git(dir, &["log", "-1", "--format=%h %s", commit])?;
        let name: String = name.trim().chars().take(80).collect();
        self.take(&name, before, after, &changes(&diff));
        Ok(())
    }

    fn take(
        &mut self,
        commit: &str,
        before: &[Error],
        after: &[Error],
        changes: &BTreeMap<String, Changes>,
    ) {
        let left: BTreeSet<(&str, &str, &str)> = after
            .iter()
            .map(|e| (e.class.as_str(), e.message.as_str(), e.path.as_str()))
            .collect();
        let gone = before
            .iter()
            .filter(|e| !left.contains(&(e.class.as_str(), e.message.as_str(), e.path.as_str())));
        for error in gone {
            let Some(changes) = changes.get(&error.path) else {
                continue;
            };
            let Some(extension) = Path::new(&error.path).extension().and_then(|e| e.to_str())
            else {
                continue;
            };
            let line = changes.lines.get(&error.line);
            let replaced = line.and_then(|(before, after)| words::replaced(before, after));
            if let Some((from, to)) = replaced {
                let named = words::split(&from)
                    .into_iter()
                    .any(|part| words::whole(&error.message, part).next().is_some());
                if named {
                    let template = Template {
                        from: Some(from),
                        to: Some(to),
                        class: Some(error.class.clone()),
                        extensions: vec![extension.to_owned()],
                        ..Template::default()
                    };
                    self.replaced.entry(template).or_default().add(commit);
                }
            } else if line.is_none() && !changes.inserted.is_empty() {
                let key = (
                    error.class.clone(),
                    error.message.clone(),
                    extension.to_owned(),
                );
                match self.inserted.get_mut(&key) {
                    Some((lines, evidence)) => {
                        lines.retain(|line| changes.inserted.contains(line));
                        evidence.add(commit);
                    }
                    None => {
                        let mut evidence = Evidence::default();
                        evidence.add(commit);
                        let value = (changes.inserted.clone(), evidence);
                        self.inserted.insert(key, value);
                    }
                }
            }
        }
    }

    /// The templates that the pairs come to: of replacements of one name the
    /// one seen most, if none was seen as often; of insertions those where one
    /// line alone can have done it.
    #[must_use]
    pub fn templates(self) -> Vec<Template> {
        let mut templates: Vec<Template> = Vec::new();
        let mut rivals: BTreeMap<(Option<String>, Option<String>), Vec<Template>> = BTreeMap::new();
        for (template, evidence) in self.replaced {
            let key = (template.from.clone(), template.class.clone());
            rivals.entry(key).or_default().push(Template {
                seen: evidence.seen,
                commits: evidence.commits,
                ..template
            });
        }
        for mut found in rivals.into_values() {
            found.sort_by_key(|template| std::cmp::Reverse(template.seen));
            if found.len() == 1 || found[0].seen > found[1].seen {
                templates.push(found.swap_remove(0));
            }
        }
        for ((class, message, extension), (lines, evidence)) in self.inserted {
            let mut lines = lines.into_iter();
            if let (Some(line), None) = (lines.next(), lines.next()) {
                templates.push(Template {
                    insert: Some(line),
                    class: Some(class),
                    message: Some(message),
                    extensions: vec![extension],
                    seen: evidence.seen,
                    commits: evidence.commits,
                    ..Template::default()
                });
            }
        }
        templates.sort_by(|a, b| (b.seen, a.id()).cmp(&(a.seen, b.id())));
        templates
    }
}

/// Reads `git diff -U0`.
fn changes(diff: &str) -> BTreeMap<String, Changes> {
    let mut files: BTreeMap<String, Changes> = BTreeMap::new();
    let mut path = None;
    let mut at = 0;
    let (mut removed, mut added): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let mut end =
        |path: &Option<String>, at: u32, gone: &mut Vec<String>, came: &mut Vec<String>| {
            let (gone, came) = (std::mem::take(gone), std::mem::take(came));
            let Some(path) = path else { return };
            let file = files.entry(path.clone()).or_default();
            if gone.len() == came.len() {
                file.lines.extend((at..).zip(gone.into_iter().zip(came)));
            } else if gone.is_empty() {
                file.inserted
                    .extend(came.into_iter().filter(|line| is_import(line)));
            }
        };
    for line in diff.lines() {
        if let Some(name) = line.strip_prefix("+++ ") {
            end(&path, at, &mut removed, &mut added);
            path = name.strip_prefix("b/").map(str::to_owned);
        } else if line.starts_with("diff ") || line.starts_with("--- ") {
            end(&path, at, &mut removed, &mut added);
            path = None;
        } else if let Some(place) = line.strip_prefix("@@ -") {
            end(&path, at, &mut removed, &mut added);
            let number: String = place.chars().take_while(char::is_ascii_digit).collect();
            at = number.parse().unwrap_or(0);
        } else if let Some(text) = line.strip_prefix('-') {
            removed.push(text.to_owned());
        } else if let Some(text) = line.strip_prefix('+') {
            added.push(text.to_owned());
        }
    }
    end(&path, at, &mut removed, &mut added);
    files
}

/// Whether a line brings names into its file, in any of the usual languages.
fn is_import(line: &str) -> bool {
    let line = line.trim_end();
    [
        "using ",
        "import ",
        "from ",
        "#include",
        "use ",
        "global using ",
    ]
    .iter()
    .any(|word| line.starts_with(word))
}

/// The last `count` commits of the first parents' line, newest first, and the
/// parent of the last.
///
/// # Errors
/// [`HistoryError`].
pub fn line_of_commits(dir: &Path, count: usize) -> Result<Vec<String>, HistoryError> {
    let number = format!("-n{}", count.saturating_add(1));
    let list = git(dir, &["rev-list", "--first-parent", &number, "HEAD"])?;
    Ok(list.lines().map(str::to_owned).collect())
}

/// A copy of a repository to build old commits in. It shares the objects and
/// has its own index and work tree: the project's own are not touched.
///
/// # Errors
/// [`HistoryError`].
pub fn copy(dir: &Path, to: &Path) -> Result<(), HistoryError> {
    let top = git(dir, &["rev-parse", "--show-toplevel"])?;
    let output = command(dir)
        .args(["clone", "--quiet", "--shared", "--no-checkout", "--no-tags"])
        .arg(top.trim_end_matches('\n'))
        .arg(to)
        .output()
        .map_err(HistoryError::Spawn)?;
    if output.status.success() {
        return Ok(());
    }
    Err(HistoryError::Git {
        dir: dir.to_owned(),
        message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn error(message: &str, line: u32) -> Error {
        Error {
            class: "x/1".into(),
            message: message.into(),
            path: "a.cs".into(),
            line,
        }
    }

    const DIFF: &str = "diff --git a/a.cs b/a.cs\n--- a/a.cs\n+++ b/a.cs\n@@ -1,0 +2 @@\n\
        +using New.Place;\n@@ -7 +8 @@ class\n-  var a = Old.Get(1);\n+  var a = Fresh.Get(1);\n";

    #[test]
    fn pairs_of_errors_and_changes() {
        let mut pairs = Pairs::default();
        let before = [error("no 'Old' here", 7), error("no 'Thing'", 9)];
        pairs.take("abc mend", &before, &[], &changes(DIFF));
        let found: Vec<String> = pairs.templates().iter().map(Template::title).collect();
        assert_eq!(found.len(), 2);
        assert!(found.contains(&"replace `Old` by `Fresh`, as abc did".to_owned()));
        assert!(found.contains(&"add `using New.Place;`, as abc did".to_owned()));
    }

    #[test]
    fn what_stays_was_not_mended_and_two_lines_leave_it_open() {
        let mut pairs = Pairs::default();
        let before = [error("no 'Old' here", 7), error("no 'Thing'", 9)];
        let two = DIFF.replace("+using New", "+using Other;\n+using New");
        pairs.take("abc", &before, &before[..1], &changes(&two));
        assert_eq!(pairs.clone().templates(), []);
        // A second file has one of them only.
        pairs.take("def", &before[1..], &[], &changes(DIFF));
        let found = pairs.templates();
        assert_eq!(found[0].insert.as_deref(), Some("using New.Place;"));
        assert_eq!(found[0].seen, 2);
    }

    proptest! {
        #[test]
        fn any_diff(diff in "(\\+\\+\\+ b/a\n|--- a\n|@@ -[0-9]{0,12},|[-+][a-z]{0,3}|\n){0,40}") {
            changes(&diff);
        }
    }
}
