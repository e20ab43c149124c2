//! Repairs of Rust that rustc does not propose itself.
//!
//! rustc's own suggestions are another fixer's work. What is left are errors
//! whose repair needs a look at the rest of the file: a variable that fits a
//! missing argument, the declaration behind a privacy error, the type of a
//! field that nobody declared. The syntax comes from the host's trees.

mod arguments;
mod fields;
mod infer;
mod items;
mod modules;
mod scope;
mod tree;
mod values;
mod visibility;

use buildfix_fixer_support::{push, span};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Node, Request, Response, edit};
use std::ops::Range;

/// The fixer.
#[derive(Debug)]
pub struct RustFixes;

/// More alternatives than this are guesses, and each costs the user a build.
const MOST_ALTERNATIVES: usize = 5;

/// What every rule looks at.
struct Context<'a> {
    request: &'a Request,
    host: &'a dyn Host,
}

impl Fixer for RustFixes {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let context = Context { request, host };
        let mut answer = Response::default();
        for diagnostic in &request.diagnostics {
            let mut fixes = context.candidates(diagnostic);
            fixes.truncate(MOST_ALTERNATIVES);
            for fix in fixes {
                push(&mut answer.fixes, fix);
            }
        }
        Ok(answer)
    }
}

impl Context<'_> {
    fn candidates(&self, diagnostic: &Diagnostic) -> Vec<Fix> {
        match diagnostic.code.as_str() {
            "E0061" => arguments::missing(self, diagnostic),
            "E0063" => fields::uninitialised(self, diagnostic),
            "E0106" => items::receiver(self, diagnostic),
            "E0133" => values::not_unsafe(self, diagnostic),
            "E0277" => values::index(self, diagnostic),
            "E0308" => values::mismatched(self, diagnostic),
            "E0412" | "E0425" => items::unknown(self, diagnostic),
            "E0428" => items::repeated(self, diagnostic),
            "E0432" | "E0433" => modules::unresolved(self, diagnostic),
            "E0446" => visibility::private_type(self, diagnostic),
            "E0560" | "E0609" => fields::undeclared(self, diagnostic),
            "E0603" | "E0616" | "E0624" => visibility::private_item(self, diagnostic),
            _ => Vec::new(),
        }
    }

    /// The text of the diagnosed file.
    fn text(&self) -> &str {
        &self.request.file.text
    }

    /// What a byte range of the diagnosed file holds.
    fn slice(&self, range: Range<usize>) -> &str {
        self.text().get(range).unwrap_or_default()
    }

    /// The syntax nodes around a diagnostic, innermost first.
    fn around(&self, diagnostic: &Diagnostic) -> Vec<Node> {
        let span = &diagnostic.span;
        self.host
            .ancestors(&span.path, span.start, span.end)
            .unwrap_or_default()
    }

    /// A fix that replaces a byte range of the diagnosed file.
    fn replace(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        bytes: Range<usize>,
        new: impl Into<String>,
    ) -> Fix {
        edit::fix(diagnostic, title, "verified").replace(&self.request.file, span(bytes), new)
    }

    /// A fix that inserts before a byte of the diagnosed file.
    fn insert(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        at: usize,
        new: impl Into<String>,
    ) -> Fix {
        self.replace(diagnostic, title, at..at, new)
    }
}

/// The same fix as the only reading of the error.
fn exact(mut fix: Fix) -> Fix {
    "exact".clone_into(&mut fix.applicability);
    fix
}

/// What the message and its notes quote and say, as one text.
fn words(diagnostic: &Diagnostic) -> String {
    let notes = diagnostic.related.iter().map(|note| note.message.as_str());
    std::iter::once(diagnostic.message.as_str())
        .chain(notes)
        .collect::<Vec<_>>()
        .join("\n")
}

buildfix_sdk::export!(RustFixes);

#[cfg(test)]
mod tests;
