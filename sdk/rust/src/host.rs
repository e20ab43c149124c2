//! The host's services, as a trait so that tests can stand in for them.

use crate::{Node, ParseError, QueryMatch, Symbol, bindings::buildfix::fixer as wit};

/// What the host offers a fixer. The meaning and limits of each call are
/// written in `wit/fixer-0.1.0/fixer.wit`.
pub trait Host {
    /// Writes to the host's log.
    fn log(&self, level: &str, message: &str);
    /// A file's text.
    ///
    /// # Errors
    /// Says why it cannot be read.
    fn read_file(&self, path: &str) -> Result<String, String>;
    /// The paths that match a glob.
    ///
    /// # Errors
    /// Says what is wrong with the glob.
    fn list_files(&self, glob: &str) -> Result<Vec<String>, String>;
    /// The matches of a tree-sitter query over a file.
    ///
    /// # Errors
    /// Says what is wrong with the path or the query.
    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String>;
    /// The syntax nodes around a range, innermost first.
    ///
    /// # Errors
    /// Says what is wrong with the path or the range.
    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String>;
    /// The parse errors of a file, or of `text` as if it stood there.
    ///
    /// # Errors
    /// Says what is wrong with the path.
    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String>;
    /// Declarations of exactly this name.
    fn find(&self, language: &str, name: &str) -> Vec<Symbol>;
    /// Declarations with a name close to this one.
    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol>;
    /// What stands directly inside a namespace, module or type.
    fn members(&self, language: &str, container: &str) -> Vec<Symbol>;
    /// What a file declares.
    ///
    /// # Errors
    /// Says why it cannot be read.
    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String>;
}

/// The real host, reached through the component's imports.
#[derive(Clone, Copy, Debug, Default)]
pub struct Imports;

impl Host for Imports {
    fn log(&self, level: &str, message: &str) {
        wit::log::write(level, message);
    }
    fn read_file(&self, path: &str) -> Result<String, String> {
        wit::workspace::read_file(path)
    }
    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        wit::workspace::list_files(glob)
    }
    fn query(&self, path: &str, query: &str) -> Result<Vec<QueryMatch>, String> {
        wit::syntax::query(path, query)
    }
    fn ancestors(&self, path: &str, start: u32, end: u32) -> Result<Vec<Node>, String> {
        wit::syntax::ancestors(path, start, end)
    }
    fn parse_errors(&self, path: &str, text: Option<&str>) -> Result<Vec<ParseError>, String> {
        wit::syntax::parse_errors(path, text)
    }
    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        wit::symbols::find(language, name)
    }
    fn similar(&self, language: &str, name: &str, distance: u32) -> Vec<Symbol> {
        wit::symbols::similar(language, name, distance)
    }
    fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        wit::symbols::members(language, container)
    }
    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String> {
        wit::symbols::declared_in(path)
    }
}
