//! What the bundled TypeScript fixers share.
//!
//! The host's syntax service answers queries; the fixers here have to follow a
//! type from file to file, substitute type arguments and print the result, for
//! which they need whole typed trees. They parse with oxc, a few milliseconds a
//! file, and only the files that a diagnostic leads to.
//!
//! * [`tree`]: parsed files, places in them, what a name is bound to
//! * [`types`]: types as values: read from a tree, substituted, printed
//! * [`members`]: what a class, interface or object type has, its heritage
//!   followed
//! * [`infer`]: the type of an expression, where it can be told without a
//!   type checker
//! * [`modules`]: which module a file is, and what it exports
//! * [`context`]: what a rule sees of the file it mends
//! * [`spelling`]: names that the compiler itself offers to correct
//! * [`imports`]: adding names to a file's imports
//! * [`style`]: indentation, quotes, semicolons

pub mod context;
pub mod imports;
pub mod infer;
pub mod members;
pub mod modules;
pub mod spelling;
pub mod style;
pub mod tree;
pub mod types;

pub use context::Context;
pub use tree::{Project, Source};

#[cfg(test)]
mod tests {
    use buildfix_sdk::{Host, Node, ParseError, QueryMatch, Symbol};
    use std::collections::BTreeMap;

    /// A host that has files and nothing else.
    #[derive(Default)]
    pub(crate) struct Files(pub(crate) BTreeMap<&'static str, &'static str>);

    impl Host for Files {
        fn log(&self, _: &str, _: &str) {}
        fn read_file(&self, path: &str) -> Result<String, String> {
            self.0
                .get(path)
                .map(|text| (*text).to_owned())
                .ok_or_else(|| format!("no such file: {path}"))
        }
        fn list_files(&self, _: &str) -> Result<Vec<String>, String> {
            Ok(Vec::new())
        }
        fn query(&self, _: &str, _: &str) -> Result<Vec<QueryMatch>, String> {
            Ok(Vec::new())
        }
        fn ancestors(&self, _: &str, _: u32, _: u32) -> Result<Vec<Node>, String> {
            Ok(Vec::new())
        }
        fn parse_errors(&self, _: &str, _: Option<&str>) -> Result<Vec<ParseError>, String> {
            Ok(Vec::new())
        }
        fn find(&self, _: &str, _: &str) -> Vec<Symbol> {
            Vec::new()
        }
        fn similar(&self, _: &str, _: &str, _: u32) -> Vec<Symbol> {
            Vec::new()
        }
        fn members(&self, _: &str, _: &str) -> Vec<Symbol> {
            Vec::new()
        }
        fn declared_in(&self, _: &str) -> Result<Vec<Symbol>, String> {
            Ok(Vec::new())
        }
    }
}
