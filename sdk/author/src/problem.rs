//! What went wrong, and what to do next.

use std::fmt;

/// An error for the author: what happened, where, and what to do about it.
#[derive(Debug)]
pub struct Problem {
    what: String,
    help: Option<String>,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn next_step(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

/// A file that cannot be read or written.
pub(crate) fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Problem {
    Problem::new(format!("cannot {doing} {}: {error}", path.display()))
}
