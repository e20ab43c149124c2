//! What every language needs: the workspace's build files, paths between them,
//! and additions to them.

use buildfix_fixer_support::offset;
use buildfix_sdk::{Host, Span, TextEdit};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The most build files of one kind that are looked into.
const MAX_FILES: usize = 2_000;

/// The workspace's build files, each read once a call.
pub struct Workspace<'h> {
    pub host: &'h dyn Host,
    read: RefCell<BTreeMap<String, Option<String>>>,
}

/// Something that a build file lacks.
#[derive(Clone, Debug)]
pub struct Addition {
    /// The build file.
    pub path: String,
    /// What is added, as the report says it.
    pub entry: String,
    /// Who knows it.
    pub why: String,
    /// `None` where the file has no place for it that is certain.
    pub insertions: Option<Vec<Insertion>>,
}

/// Text that is put into a file.
#[derive(Clone, Debug)]
pub struct Insertion {
    pub path: String,
    pub at: usize,
    pub text: String,
}

impl Insertion {
    pub fn edit(&self) -> TextEdit {
        let at = offset(self.at);
        TextEdit {
            span: Span {
                path: self.path.clone(),
                start: at,
                end: at,
            },
            expect: String::new(),
            text: self.text.clone(),
            merge: String::new(),
        }
    }
}

impl<'h> Workspace<'h> {
    pub fn new(host: &'h dyn Host) -> Self {
        Self {
            host,
            read: RefCell::default(),
        }
    }

    /// The paths that match a glob.
    pub fn files(&self, glob: &str) -> Vec<String> {
        let mut found = self.host.list_files(glob).unwrap_or_default();
        found.truncate(MAX_FILES);
        found
    }

    /// A file's text; `None` where it cannot be read.
    pub fn text(&self, path: &str) -> Option<String> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let text = self.host.read_file(path).ok();
        self.read.borrow_mut().insert(path.to_owned(), text.clone());
        text
    }
}

/// Of build files the nearest one above a file.
pub fn nearest<'f>(files: &'f [String], file: &str) -> Option<&'f String> {
    files
        .iter()
        .filter(|build| is_inside(file, folder(build)))
        .max_by_key(|build| folder(build).len())
}

/// The folder of a path; empty for the workspace's own.
pub fn folder(path: &str) -> &str {
    path.rfind('/').map_or("", |at| &path[..at])
}

pub fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A path below a folder, or above it, without `.` and `..`; `None` where it
/// leaves the workspace.
pub fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The way from a folder to a path, `/`-separated; `.` to itself.
pub fn relative(from: &str, to: &str) -> String {
    let split = |path: &'_ str| -> Vec<String> {
        path.split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (from, to) = (split(from), split(to));
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[common..].iter().map(|_| "..");
    let down = to[common..].iter().map(String::as_str);
    let parts: Vec<&str> = up.chain(down).collect();
    match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    }
}

/// The white space that a line begins with.
pub fn indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    let end = line
        .find(|c| !matches!(c, ' ' | '\t'))
        .unwrap_or(line.len());
    &line[..end]
}

/// The first text in quotes of a message: `` `a` ``, `'a'`, `‘a’`.
pub fn quoted(message: &str) -> Option<&str> {
    let open = message.find(['`', '\'', '‘', '"'])?;
    let mark = message[open..].chars().next()?;
    let close = if mark == '‘' { '’' } else { mark };
    let rest = &message[open + mark.len_utf8()..];
    Some(&rest[..rest.find(close)?])
}

#[cfg(test)]
mod tests {
    use super::{folder, is_inside, join, nearest, quoted, relative};

    #[test]
    fn paths_lead_from_one_folder_to_another() {
        assert_eq!(relative("a/b", "a/c"), "../c");
        assert_eq!(relative("", "a"), "a");
        assert_eq!(relative("a", ""), "..");
        assert_eq!(relative("a", "a"), ".");
        assert_eq!(join("a/b", "..\\c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(join("a", "../../b"), None);
        assert_eq!(folder("a/b.c"), "a");
        assert!(is_inside("ab/c", "") && is_inside("a/b", "a") && !is_inside("ab/c", "a"));
        let files = ["pom.xml", "a/pom.xml", "ab/pom.xml"].map(str::to_owned);
        assert_eq!(nearest(&files, "a/src/A.java"), Some(&files[1]));
        assert_eq!(nearest(&files[1..], "b/A.java"), None);
    }

    #[test]
    fn what_a_message_quotes_is_found() {
        assert_eq!(quoted("unresolved import `a::b`"), Some("a::b"));
        assert_eq!(quoted("module 'x' or"), Some("x"));
        assert_eq!(quoted("no ‘y’"), Some("y"));
        assert_eq!(quoted("nothing `open"), None);
    }
}
