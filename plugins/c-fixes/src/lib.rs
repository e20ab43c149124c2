//! Mechanical repairs of C and C++.
//!
//! gcc and clang print no codes, so each rule recognises its errors by the
//! words of the message, in both compilers' phrasing. Each module holds the
//! rules for one family. All of them work on the file's tokens and on what the
//! message and its notes name; none deletes or disables code that does
//! something.

mod access;
mod calls;
mod convert;
mod declare;
mod denied;
mod head;
mod includes;
mod language;
mod names;
mod prototypes;
mod scope;
mod standard;
mod statements;

use buildfix_fixer_support::{Files, Source, push, span};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response, edit};
use std::ops::Range;
use std::rc::Rc;

/// The fixer.
#[derive(Debug)]
pub struct CFixes;

/// More alternatives than this are guesses, and each costs the user a build.
const MOST_ALTERNATIVES: usize = 5;

/// What every rule looks at.
struct Context<'a> {
    request: &'a Request,
    source: Rc<Source>,
    files: Files<'a>,
    host: &'a dyn Host,
}

/// A family's rule: what it proposes for a diagnostic, best first.
type Rule = fn(&Context<'_>, &Diagnostic) -> Vec<Fix>;

/// The most telling messages first.
const RULES: &[Rule] = &[
    names::word_of_another_language,
    names::meant,
    language::defined_later,
    language::const_for_constexpr,
    language::long_long,
    language::other_case,
    calls::unclosed,
    includes::misspelt,
    includes::missing,
    names::qualified,
    prototypes::disagreeing,
    prototypes::incomplete_parameter,
    prototypes::returned_type,
    prototypes::missing,
    names::template_parameters,
    names::well_known_alias,
    calls::too_many,
    calls::too_few,
    convert::pointer_or_value,
    language::as_bytes,
    convert::from_void,
    convert::not_assignable,
    convert::member_pointer,
    convert::pointer_to_function,
    convert::not_called,
    access::widen,
    statements::return_value,
    statements::case_colon,
    declare::repeated,
    declare::unfinished,
    denied::signedness,
    denied::unused,
    denied::unhandled,
    denied::fall_through,
];

impl Fixer for CFixes {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let source = Rc::new(Source::new(&request.file.text));
        let files = Files::new(host, &request.file.path, &source);
        let context = Context {
            request,
            source,
            files,
            host,
        };
        let mut answer = Response::default();
        for diagnostic in &request.diagnostics {
            let mut fixes: Vec<Fix> = RULES
                .iter()
                .flat_map(|rule| rule(&context, diagnostic))
                .collect();
            fixes.truncate(MOST_ALTERNATIVES);
            for fix in fixes {
                push(&mut answer.fixes, fix);
            }
        }
        Ok(answer)
    }
}

impl Context<'_> {
    /// The token at a diagnostic's point.
    fn token(&self, diagnostic: &Diagnostic) -> usize {
        self.source.token_at(diagnostic.span.start as usize)
    }

    /// Whether the file is C++. A header does not tell by its name.
    fn is_cpp(&self) -> bool {
        self.request.language == "cpp"
            || (0..self.source.tokens().len()).any(|token| {
                matches!(
                    self.source.word(token),
                    "namespace" | "template" | "class" | "::"
                )
            })
    }

    /// A fix that replaces a token range of the diagnosed file.
    fn replace(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        tokens: Range<usize>,
        new: impl Into<String>,
    ) -> Fix {
        let bytes = self.source.bytes(tokens);
        self.replace_bytes(diagnostic, title, bytes, new)
    }

    /// A fix that replaces a byte range of the diagnosed file.
    fn replace_bytes(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        bytes: Range<usize>,
        new: impl Into<String>,
    ) -> Fix {
        edit::fix(diagnostic, title, "verified").replace(&self.request.file, span(bytes), new)
    }

    /// A fix that inserts right before a token.
    fn before(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        token: usize,
        new: impl Into<String>,
    ) -> Fix {
        let at = self.source.bytes(token..token + 1).start;
        self.replace_bytes(diagnostic, title, at..at, new)
    }

    /// A fix that inserts right after a token.
    fn after(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        token: usize,
        new: impl Into<String>,
    ) -> Fix {
        let at = self.source.bytes(token..token + 1).end;
        self.replace_bytes(diagnostic, title, at..at, new)
    }
}

/// The first thing that the message quotes.
fn quoted(diagnostic: &Diagnostic) -> &str {
    diagnostic.arguments.first().map_or("", String::as_str)
}

/// Whether the message has one of these parts.
fn says(diagnostic: &Diagnostic, parts: &[&str]) -> bool {
    parts.iter().any(|part| diagnostic.message.contains(part))
}

/// Whether a text is one identifier.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic())
        && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
}

buildfix_sdk::export!(CFixes);

#[cfg(test)]
mod tests;
