//! The host's services over a folder, without a sandbox.

use buildfix_sdk::{Capture, Host, Node, ParseError, QueryMatch, SourceFile, Symbol};
use buildfix_workspace::symbols::{self, Sources, Surroundings, SymbolIndex};
use buildfix_workspace::syntax::Syntax;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A [`Host`] over a folder. It answers from the same syntax trees and symbol
/// index as the real one, reads each file once, and refuses paths that leave
/// the folder.
pub struct LocalHost {
    files: Arc<Files>,
    syntax: Syntax,
    symbols: SymbolIndex,
    log: Mutex<Vec<(String, String)>>,
}

impl LocalHost {
    /// Over the folder `root`, as it is when it is read.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let files = Arc::new(Files {
            root: root.into(),
            read: Mutex::default(),
        });
        Self {
            // What is installed below the folder, not what this machine has.
            symbols: SymbolIndex::new(files.clone()).with_dependencies(Surroundings {
                root: files.root.clone(),
                ..Surroundings::default()
            }),
            files,
            syntax: Syntax::new(),
            log: Mutex::default(),
        }
    }

    /// A file as a request carries it.
    ///
    /// # Errors
    /// Says why it cannot be read.
    pub fn source(&self, path: &str) -> Result<SourceFile, String> {
        self.files.source(path)
    }

    /// What the fixer logged so far: levels and messages.
    #[must_use]
    pub fn logged(&self) -> Vec<(String, String)> {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The path of `named`, as a compiler printed it, in the folder: relative
    /// and with `/`, if there is such a file.
    #[must_use]
    pub fn map(&self, named: &str) -> Option<String> {
        let named = named.replace('\\', "/");
        let root = self.files.root.to_string_lossy().replace('\\', "/");
        let inside = named
            .strip_prefix(root.trim_end_matches('/'))
            .and_then(|rest| rest.strip_prefix('/'))
            .unwrap_or(&named);
        let path = normal(inside)?;
        self.files.root.join(&path).is_file().then_some(path)
    }
}

/// `path` without `.`; `None` if it is absolute, empty or has `..`.
fn normal(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for component in Path::new(path).components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

struct Files {
    root: PathBuf,
    read: Mutex<BTreeMap<String, Result<SourceFile, String>>>,
}

impl Files {
    fn source(&self, path: &str) -> Result<SourceFile, String> {
        let path = normal(path).ok_or_else(|| format!("`{path}` is outside the workspace"))?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(path.clone())
            .or_insert_with(|| load(&self.root, path))
            .clone()
    }

    fn list(&self) -> Vec<String> {
        let mut paths: Vec<String> = ignore::WalkBuilder::new(&self.root)
            .hidden(false)
            .require_git(false)
            .filter_entry(|entry| entry.file_name() != ".git")
            .build()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
            .filter_map(|entry| {
                let path = entry.path().strip_prefix(&self.root).ok()?;
                normal(path.to_str()?)
            })
            .collect();
        paths.sort_unstable();
        paths
    }
}

fn load(root: &Path, path: String) -> Result<SourceFile, String> {
    let full = root.join(&path);
    let real = full
        .canonicalize()
        .map_err(|error| format!("cannot read `{path}`: {error}"))?;
    if !root.canonicalize().is_ok_and(|root| real.starts_with(root)) {
        return Err(format!("`{path}` is outside the workspace"));
    }
    let bytes = std::fs::read(real).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("`{path}` is not UTF-8"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
    Ok(SourceFile { path, text, hash })
}

impl Sources for Files {
    fn paths(&self) -> Arc<[String]> {
        self.list().into()
    }

    fn read(&self, path: &str, with: &mut dyn FnMut(&str, &str)) -> Result<(), String> {
        self.source(path).map(|file| with(&file.text, &file.hash))
    }
}

impl Host for LocalHost {
    fn log(&self, level: &str, message: &str) {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push((level.to_owned(), message.to_owned()));
    }

    fn read_file(&self, path: &str) -> Result<String, String> {
        self.source(path).map(|file| file.text)
    }

    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        let glob = globset::GlobBuilder::new(glob)
            .literal_separator(true)
            .build()
            .map_err(|error| error.to_string())?
            .compile_matcher();
        Ok(self
            .files
            .list()
            .into_iter()
            .filter(|path| glob.is_match(path))
            .collect())
    }

    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String> {
        let file = self.source(path)?;
        let matches = self
            .syntax
            .query(&file.path, &file.text, &file.hash, query)
            .map_err(|error| error.to_string())?;
        Ok(matches
            .into_iter()
            .map(|found| QueryMatch {
                captures: found
                    .captures
                    .into_iter()
                    .map(|c| Capture {
                        name: c.name,
                        kind: c.kind,
                        start: c.start,
                        end: c.end,
                    })
                    .collect(),
            })
            .collect())
    }

    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String> {
        let file = self.source(path)?;
        let nodes = self
            .syntax
            .ancestors(&file.path, &file.text, &file.hash, start, end)
            .map_err(|error| error.to_string())?;
        Ok(nodes
            .into_iter()
            .map(|n| Node {
                kind: n.kind,
                field: n.field,
                start: n.start,
                end: n.end,
            })
            .collect())
    }

    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String> {
        let errors = match text {
            Some(text) => self.syntax.parse_errors(path, text, None),
            None => {
                let file = self.source(path)?;
                self.syntax
                    .parse_errors(&file.path, &file.text, Some(&file.hash))
            }
        };
        Ok(errors
            .map_err(|error| error.to_string())?
            .into_iter()
            .map(|e| ParseError {
                kind: e.kind.to_owned(),
                token: e.token,
                start: e.start,
                end: e.end,
            })
            .collect())
    }

    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        self.symbols
            .find(language, name)
            .into_iter()
            .map(symbol)
            .collect()
    }

    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol> {
        self.symbols
            .similar(language, name, distance)
            .into_iter()
            .map(symbol)
            .collect()
    }

    fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        self.symbols
            .members(language, container)
            .into_iter()
            .map(symbol)
            .collect()
    }

    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String> {
        let found = self
            .symbols
            .declared_in(path)
            .map_err(|error| error.to_string())?;
        Ok(found.into_iter().map(symbol).collect())
    }
}

fn symbol(s: symbols::Symbol) -> Symbol {
    Symbol {
        name: s.name,
        kind: s.kind.to_owned(),
        container: s.container,
        language: s.language.to_owned(),
        origin: s.origin.into_owned(),
        path: s.path,
        start: s.start,
        end: s.end,
        exported: s.exported,
        signature: s.signature,
    }
}
