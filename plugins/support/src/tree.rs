//! A file with what the host's parser makes of it, for languages that this
//! crate has no reader of its own for.
//!
//! The host answers two questions about a tree: which nodes are around a range,
//! and what matches a query. [`File`] keeps the answers to queries, so that
//! rules may ask freely.

use buildfix_sdk::{Diagnostic, Fix, Host, SourceFile, TextEdit};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::rc::Rc;

/// A node of a syntax tree. Ranges count bytes of the file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The grammar's name for it.
    pub kind: String,
    /// The name of its field under its parent; empty if it has none, and for
    /// a query's capture.
    pub field: String,
    /// Where it is.
    pub range: Range<usize>,
}

/// What one match of a query captured, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match(Vec<(String, Node)>);

impl Match {
    /// The first node captured under a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, node)| node)
    }
}

/// A file of the workspace.
pub struct File<'a> {
    host: &'a dyn Host,
    path: String,
    text: String,
    queries: RefCell<BTreeMap<String, Rc<Vec<Match>>>>,
}

impl fmt::Debug for File<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl<'a> File<'a> {
    /// The file of a request.
    #[must_use]
    pub fn new(host: &'a dyn Host, file: &SourceFile) -> Self {
        Self {
            host,
            path: file.path.clone(),
            text: file.text.clone(),
            queries: RefCell::default(),
        }
    }

    /// Another file, if it can be read.
    #[must_use]
    pub fn read(host: &'a dyn Host, path: &str) -> Option<Self> {
        Some(Self {
            host,
            path: path.to_owned(),
            text: host.read_file(path).ok()?,
            queries: RefCell::default(),
        })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text; empty if it is none.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &str {
        self.text.get(range).unwrap_or_default()
    }

    /// A node's text.
    #[must_use]
    pub fn of(&self, node: &Node) -> &str {
        self.slice(node.range.clone())
    }

    /// The nodes around a range, innermost first, without bare tokens.
    #[must_use]
    pub fn around(&self, range: Range<usize>) -> Vec<Node> {
        let bytes = crate::span(range);
        let found = self.host.ancestors(&self.path, bytes.start, bytes.end);
        let nodes = found.unwrap_or_default().into_iter();
        nodes
            .map(|node| Node {
                kind: node.kind,
                field: node.field,
                range: node.start as usize..node.end as usize,
            })
            .filter(|node| {
                // A token's kind is its text; so is that of a few words that
                // are expressions.
                const WORDS: [&str; 5] = ["this", "super", "true", "false", "identifier"];
                node.kind != self.of(node) || WORDS.contains(&node.kind.as_str())
            })
            .collect()
    }

    /// The innermost node of one of these kinds around a range.
    #[must_use]
    pub fn enclosing(&self, range: Range<usize>, kinds: &[&str]) -> Option<Node> {
        let mut nodes = self.around(range).into_iter();
        nodes.find(|node| kinds.contains(&node.kind.as_str()))
    }

    /// The matches of a query, in order of place; none if the grammar does not
    /// know it.
    #[must_use]
    pub fn matches(&self, query: &str) -> Rc<Vec<Match>> {
        if let Some(known) = self.queries.borrow().get(query) {
            return Rc::clone(known);
        }
        let found = match self.host.query(&self.path, query) {
            Ok(found) => found,
            Err(reason) => {
                self.host.log("debug", &reason);
                Vec::new()
            }
        };
        let matches = found.into_iter().map(|one| {
            let captures = one.captures.into_iter().map(|capture| {
                let node = Node {
                    kind: capture.kind,
                    field: String::new(),
                    range: capture.start as usize..capture.end as usize,
                };
                (capture.name, node)
            });
            Match(captures.collect())
        });
        let matches = Rc::new(matches.collect::<Vec<_>>());
        self.queries
            .borrow_mut()
            .insert(query.to_owned(), Rc::clone(&matches));
        matches
    }

    /// All nodes of a kind, in order of place.
    #[must_use]
    pub fn all(&self, kind: &str) -> Vec<Node> {
        let found = self.matches(&format!("({kind}) @n"));
        found.iter().filter_map(|m| m.get("n").cloned()).collect()
    }

    /// The child in a field of a node.
    #[must_use]
    pub fn field(&self, node: &Node, field: &str) -> Option<Node> {
        let found = self.matches(&format!("({} {field}: (_) @part) @whole", node.kind));
        found
            .iter()
            .find(|m| m.get("whole").is_some_and(|w| w.range == node.range))
            .and_then(|m| m.get("part").cloned())
    }

    /// The children of a node that are of a kind, `_` for any named one.
    #[must_use]
    pub fn children(&self, node: &Node, kind: &str) -> Vec<Node> {
        let found = self.matches(&format!("({} ({kind}) @part) @whole", node.kind));
        found
            .iter()
            .filter(|m| m.get("whole").is_some_and(|w| w.range == node.range))
            .filter_map(|m| m.get("part").cloned())
            .collect()
    }

    /// The line around a byte, without its line end.
    #[must_use]
    pub fn line(&self, byte: usize) -> Range<usize> {
        let byte = byte.min(self.text.len());
        let bytes = self.text.as_bytes();
        let start = bytes[..byte].iter().rposition(|b| *b == b'\n');
        let end = bytes[byte..].iter().position(|b| *b == b'\n');
        start.map_or(0, |n| n + 1)..end.map_or(bytes.len(), |n| byte + n)
    }

    /// The white space that a byte's line begins with.
    #[must_use]
    pub fn indent(&self, byte: usize) -> &str {
        let line = self.slice(self.line(byte));
        &line[..line.len() - line.trim_start().len()]
    }

    /// The identifier that begins at a byte; empty if none does.
    #[must_use]
    pub fn word(&self, at: usize) -> Range<usize> {
        let rest = self.text.get(at..).unwrap_or_default();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'));
        at..at + end.unwrap_or(rest.len())
    }

    /// The whole lines that an element fills, its line end included; only the
    /// element itself where it shares its lines with something else.
    #[must_use]
    pub fn whole_lines(&self, element: Range<usize>) -> Range<usize> {
        let (first, last) = (self.line(element.start), self.line(element.end));
        let alone = self.slice(first.start..element.start).trim().is_empty()
            && self.slice(element.end..last.end).trim().is_empty();
        if alone {
            first.start..(last.end + 1).min(self.text.len())
        } else {
            element
        }
    }

    /// Adds to a fix a replacement in this file.
    #[must_use]
    pub fn edit(&self, fix: Fix, range: Range<usize>, new: impl Into<String>) -> Fix {
        crate::replace_in(fix, &self.path, &self.text, range, new)
    }

    /// Adds to a fix an insertion into a set, as imports are.
    #[must_use]
    pub fn insert_into_set(&self, mut fix: Fix, at: usize, new: impl Into<String>) -> Fix {
        fix = self.edit(fix, at..at, new);
        if let Some(TextEdit { merge, .. }) = fix.edits.last_mut() {
            "set".clone_into(merge);
        }
        fix
    }

    /// A `verified` fix that replaces a range of this file.
    #[must_use]
    pub fn replace(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        range: Range<usize>,
        new: impl Into<String>,
    ) -> Fix {
        let fix = buildfix_sdk::edit::fix(diagnostic, title, "verified");
        self.edit(fix, range, new)
    }
}

/// The files that a fixer looks at, each read once.
pub struct Trees<'a> {
    host: &'a dyn Host,
    read: RefCell<BTreeMap<String, Option<Rc<File<'a>>>>>,
}

impl fmt::Debug for Trees<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trees").finish_non_exhaustive()
    }
}

impl<'a> Trees<'a> {
    /// Begins with the diagnosed file.
    #[must_use]
    pub fn new(host: &'a dyn Host, first: &Rc<File<'a>>) -> Self {
        let read = BTreeMap::from([(first.path().to_owned(), Some(Rc::clone(first)))]);
        Self {
            host,
            read: RefCell::new(read),
        }
    }

    /// A file, if it can be read.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Rc<File<'a>>> {
        if let Some(known) = self.read.borrow().get(path) {
            return known.clone();
        }
        let file = File::read(self.host, path).map(Rc::new);
        let mut read = self.read.borrow_mut();
        read.insert(path.to_owned(), file.clone());
        file
    }
}
