//! What the sandbox lets fixers ask, answered from the workspace.
//!
//! All answers are of one moment: the state of the tree when the round began.

use buildfix_sandbox as wasm;
use buildfix_workspace::Workspace;
use buildfix_workspace::files::{SourceFile, Stamp};
use buildfix_workspace::symbols::{Sources, Symbol, SymbolIndex};
use buildfix_workspace::syntax::Syntax;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The workspace's files as the symbol index asks for them.
pub struct IndexSources(pub Arc<Workspace>);

impl Sources for IndexSources {
    fn paths(&self) -> Arc<[String]> {
        self.0.files()
    }

    fn read(&self, path: &str, with: &mut dyn FnMut(&str, &str)) -> Result<(), String> {
        let file = self.0.read(path).map_err(|error| error.to_string())?;
        with(&file.text, &file.hash);
        Ok(())
    }

    fn stamp(&self, path: &str) -> Option<Stamp> {
        self.0.stamp(path)
    }
}

/// Answers for one round.
pub struct RoundServices {
    workspace: Arc<Workspace>,
    syntax: Arc<Syntax>,
    symbols: Arc<SymbolIndex>,
    read: Mutex<BTreeMap<String, Result<Arc<SourceFile>, String>>>,
    /// The fixers of a language ask for the same few globs at every call.
    globs: Mutex<BTreeMap<String, Arc<[String]>>>,
}

/// Globs whose answers are kept for the round.
const MAX_GLOBS: usize = 64;

impl RoundServices {
    /// For the tree as it is now.
    #[must_use]
    pub fn new(workspace: Arc<Workspace>, syntax: Arc<Syntax>, symbols: Arc<SymbolIndex>) -> Self {
        Self {
            workspace,
            syntax,
            symbols,
            read: Mutex::new(BTreeMap::new()),
            globs: Mutex::new(BTreeMap::new()),
        }
    }

    fn source(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(path.to_owned())
            .or_insert_with(|| self.workspace.read(path).map_err(|error| error.to_string()))
            .clone()
    }
}

impl wasm::Services for RoundServices {
    /// Files are bounded in size and everything else is in memory: an answer
    /// takes no longer than a few slices of fuel.
    fn may_block(&self) -> bool {
        false
    }

    fn real_path(&self, path: &str) -> Option<String> {
        self.workspace.real(path)
    }

    fn read_file(&self, path: &str) -> Result<String, String> {
        self.source(path).map(|file| file.text.clone())
    }

    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        let globs = || self.globs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = globs().get(glob).cloned() {
            return Ok(known.to_vec());
        }
        let found = self
            .workspace
            .glob(glob)
            .map_err(|error| error.to_string())?;
        let mut globs = globs();
        if globs.len() < MAX_GLOBS {
            globs.insert(glob.to_owned(), found.as_slice().into());
        }
        Ok(found)
    }

    fn query(&self, path: &str, query: &str) -> Result<Vec<wasm::QueryMatch>, String> {
        let file = self.source(path)?;
        let matches = self
            .syntax
            .query(path, &file.text, &file.hash, query)
            .map_err(|error| error.to_string())?;
        Ok(matches
            .into_iter()
            .map(|one| wasm::QueryMatch {
                captures: one
                    .captures
                    .into_iter()
                    .map(|c| wasm::Capture {
                        name: c.name.to_string(),
                        kind: c.kind.to_string(),
                        start: c.start,
                        end: c.end,
                    })
                    .collect(),
            })
            .collect())
    }

    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<wasm::Node>, String> {
        let file = self.source(path)?;
        let nodes = self
            .syntax
            .ancestors(path, &file.text, &file.hash, start, end)
            .map_err(|error| error.to_string())?;
        Ok(nodes
            .into_iter()
            .map(|n| wasm::Node {
                kind: n.kind.to_string(),
                field: n.field.to_string(),
                start: n.start,
                end: n.end,
            })
            .collect())
    }

    fn parse_errors(
        &self,
        path: &str,
        text: Option<&str>,
    ) -> Result<Vec<wasm::ParseError>, String> {
        let errors = match text {
            Some(text) => self.syntax.parse_errors(path, text, None),
            None => {
                let file = self.source(path)?;
                self.syntax.parse_errors(path, &file.text, Some(&file.hash))
            }
        };
        Ok(errors
            .map_err(|e| e.to_string())?
            .into_iter()
            .map(|e| wasm::ParseError {
                kind: e.kind.to_string(),
                token: e.token.to_string(),
                start: e.start,
                end: e.end,
            })
            .collect())
    }

    fn find(&self, language: &str, name: &str) -> Vec<wasm::Symbol> {
        self.symbols
            .find(language, name)
            .into_iter()
            .map(symbol)
            .collect()
    }

    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<wasm::Symbol> {
        self.symbols
            .similar(language, name, distance)
            .into_iter()
            .map(symbol)
            .collect()
    }

    fn members(&self, language: &str, container: &str) -> Vec<wasm::Symbol> {
        self.symbols
            .members(language, container)
            .into_iter()
            .map(symbol)
            .collect()
    }

    fn declared_in(&self, path: &str) -> Result<Vec<wasm::Symbol>, String> {
        let symbols = self
            .symbols
            .declared_in(path)
            .map_err(|error| error.to_string())?;
        Ok(symbols.into_iter().map(symbol).collect())
    }
}

fn symbol(s: Symbol) -> wasm::Symbol {
    wasm::Symbol {
        name: s.name,
        kind: s.kind.to_string(),
        container: s.container,
        language: s.language.to_string(),
        origin: s.origin.to_string(),
        path: s.path,
        start: s.start,
        end: s.end,
        exported: s.exported,
        signature: s.signature,
    }
}
