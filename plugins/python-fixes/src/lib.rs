//! Mechanical repairs of Python, by the code and message of mypy's and ruff's errors.
//!
//! * [`names`]: what is not defined, by near names and by [`imports`]
//! * [`calls`]: arguments unknown, missing or too many
//! * [`convert`]: values of the wrong type
//! * [`place`]: where an error is that names only its line
//! * [`optional`]: values that may be `None`
//! * [`annotate`], [`untyped`]: annotations that are wrong or missing
//! * [`returns`]: functions that end without their value
//! * [`lint`]: what ruff and flake8 say
//! * [`small`]: rules of a few lines each
//!
//! [`model`] is what they know of the code around. None of them silences an
//! error: no `type: ignore`, no `Any` that nobody wrote.

mod annotate;
mod calls;
mod convert;
mod imports;
mod lint;
mod model;
mod names;
mod optional;
mod place;
mod returns;
mod small;
mod untyped;

use buildfix_fixer_support::push;
use buildfix_fixer_support::tree::{File, Trees};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response};
use std::ops::Range;
use std::rc::Rc;

/// The fixer.
#[derive(Debug)]
pub struct PythonFixes;

/// More alternatives than this are guesses, and each costs the user a build.
const MOST_ALTERNATIVES: usize = 5;
/// The language's name in the host's index.
const PYTHON: &str = "python";

/// What every rule looks at.
struct Context<'a> {
    request: &'a Request,
    host: &'a dyn Host,
    file: Rc<File<'a>>,
    trees: Trees<'a>,
}

impl Fixer for PythonFixes {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let file = Rc::new(File::new(host, &request.file));
        let mut request = request.clone();
        for diagnostic in &mut request.diagnostics {
            *diagnostic = place::placed(&file, diagnostic);
        }
        let request = &request;
        let context = Context {
            request,
            host,
            trees: Trees::new(host, &file),
            file,
        };
        let mut answer = Response::default();
        for diagnostic in &request.diagnostics {
            let mut fixes = context.candidates(diagnostic);
            fixes.truncate(MOST_ALTERNATIVES);
            if fixes.is_empty() {
                answer.note(diagnostic, "no mechanical repair is known for this case");
            }
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
            "name-defined" => names::undefined(self, diagnostic),
            "attr-defined" => names::attribute(self, diagnostic),
            "import" | "import-not-found" => names::module(self, diagnostic),
            "valid-type" => names::not_a_type(self, diagnostic),
            "call-arg" => calls::argument(self, diagnostic),
            "arg-type" => convert::argument(self, diagnostic),
            "list-item" | "dict-item" | "comparison-overlap" => convert::literals(self, diagnostic),
            "operator" => convert::operator(self, diagnostic),
            "assignment" => annotate::assigned(self, diagnostic),
            "return-value" => annotate::returned(self, diagnostic),
            "override" => annotate::overriding(self, diagnostic),
            "no-untyped-def" => untyped::function(self, diagnostic),
            "var-annotated" => untyped::variable(self, diagnostic),
            "return" | "empty-body" => returns::missing(self, diagnostic),
            "union-attr" | "index" => optional::guard(self, diagnostic),
            "misc" => small::miscellaneous(self, diagnostic),
            "no-redef" => small::redefined(self, diagnostic),
            "truthy-function" => small::uncalled(self, diagnostic),
            "unused-coroutine" => small::unawaited(self, diagnostic),
            "F821" => lint::undefined(self, diagnostic),
            "F401" => lint::unused_import(self, diagnostic),
            "F541" => lint::plain_string(self, diagnostic),
            "unused-ignore" => small::unused_ignore(self, diagnostic),
            _ => Vec::new(),
        }
    }

    /// The place of a diagnostic. Without columns it is where its line begins.
    fn span(&self, diagnostic: &Diagnostic) -> Range<usize> {
        diagnostic.span.start as usize..diagnostic.span.end as usize
    }

    /// A `verified` fix that replaces a range of the diagnosed file.
    fn replace(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        range: Range<usize>,
        new: impl Into<String>,
    ) -> Fix {
        self.file.replace(diagnostic, title, range, new)
    }
}

buildfix_sdk::export!(PythonFixes);

#[cfg(test)]
mod tests;
