//! What a rule sees of the file it mends.

use crate::{Project, Source, infer::Infer, modules::Config};
use buildfix_sdk::{Diagnostic, Fix, SourceFile, edit};
use oxc_span::Span;
use std::{ops::Range, rc::Rc};

/// The file, its tree and its project.
pub struct Context<'p, 'a> {
    /// Other files.
    pub project: &'p Project<'a>,
    /// What edits refer to.
    pub file: &'p SourceFile,
    /// `None` where the file does not parse.
    pub parsed: Option<Rc<Source<'a>>>,
    /// The compiler options that hold for it.
    pub config: Config,
}

impl<'p, 'a> Context<'p, 'a> {
    /// Parses the file of a request.
    #[must_use]
    pub fn new(project: &'p Project<'a>, file: &'p SourceFile) -> Self {
        let parsed = project.enter(&file.path, &file.text);
        Self {
            project,
            file,
            parsed,
            config: Config::of(project, &file.path),
        }
    }

    /// The tree; rules that need one stop here where there is none.
    #[must_use]
    pub fn source(&self) -> Option<&Rc<Source<'a>>> {
        self.parsed.as_ref()
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self) -> &'p str {
        &self.file.text
    }

    /// Tells types in this file.
    #[must_use]
    pub fn infer(&self) -> Option<Infer<'p, 'a>> {
        Some(Infer::new(self.project, self.source()?))
    }

    /// A fix that the rebuild has to prove.
    #[must_use]
    pub fn verified(&self, diagnostic: &Diagnostic, title: impl Into<String>) -> Fix {
        edit::fix(diagnostic, title, "verified")
    }

    /// A fix that compiles and leaves the work to the user.
    #[must_use]
    pub fn placeholder(&self, diagnostic: &Diagnostic, title: impl Into<String>) -> Fix {
        edit::fix(diagnostic, title, "placeholder")
    }

    /// Another file as something that edits can refer to.
    #[must_use]
    pub fn other(&self, path: &str) -> Option<SourceFile> {
        if path == self.file.path {
            return Some(self.file.clone());
        }
        Some(SourceFile {
            path: path.to_owned(),
            text: self.project.text(path)?.to_string(),
            hash: String::new(),
        })
    }
}

/// A span as a range.
#[must_use]
pub fn range(span: Span) -> Range<u32> {
    span.start..span.end
}

/// What stands between two marks of a message.
#[must_use]
pub fn between<'m>(message: &'m str, before: &str, after: &str) -> Option<&'m str> {
    let start = message.find(before)? + before.len();
    let end = message[start..].find(after)?;
    Some(&message[start..start + end])
}
