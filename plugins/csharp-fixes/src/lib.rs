//! Mechanical repairs of C#.
//!
//! Each module holds the rules for one family of errors. All of them read what
//! the compiler's message names and what the declarations say; none deletes or
//! disables code that does something.

mod access;
mod arity;
mod asynchrony;
mod calls;
mod constraints;
mod construct;
mod control;
mod convert;
mod deconstruct;
mod generalise;
mod instances;
mod members;
mod modifiers;
mod numeric;
mod operators;
mod overloads;
mod qualify;
mod results;
mod retype;
mod signatures;
mod stubs;
mod unused;
mod upgrade;
mod values;

use buildfix_fixer_support::{Files, Source, push, span, symbols, usings};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response, edit};
use std::ops::Range;
use std::rc::Rc;

/// The fixer.
#[derive(Debug)]
pub struct CsharpFixes;

/// More alternatives than this are guesses, and each costs the user a build.
const MOST_ALTERNATIVES: usize = 5;

/// What every rule looks at.
struct Context<'a> {
    request: &'a Request,
    source: Rc<Source>,
    files: Files<'a>,
    host: &'a dyn Host,
    /// The namespaces whose types the file sees.
    visible: Vec<String>,
}

impl Fixer for CsharpFixes {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let source = Rc::new(Source::new(&request.file.text));
        let files = Files::new(host, &request.file.path, &source);
        let visible = usings::visible(&source, &usings::global(host));
        let context = Context {
            request,
            source,
            files,
            host,
            visible,
        };
        let mut answer = Response::default();
        for diagnostic in &request.diagnostics {
            if symbols::is_repeated(host, &context.source, diagnostic.span.start as usize) {
                answer.note(diagnostic, "the type is declared twice, which comes first");
                continue;
            }
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
            "CS0266" | "CS0029" => convert::repair(self, diagnostic),
            "CS1503" => {
                let mut fixes = overloads::hidden_overload(self, diagnostic);
                fixes.extend(convert::repair(self, diagnostic));
                fixes
            }
            "CS0664" => convert::suffix(self, diagnostic),
            "CS0019" | "CS0030" | "CS0428" | "CS0446" | "CS0665" | "CS0815" | "CS8917" => {
                operators::repair(self, diagnostic)
            }
            "CS1061" => overloads::lost_this(self, diagnostic),
            "CS1501" => {
                let mut fixes = overloads::hidden_overload(self, diagnostic);
                fixes.extend(overloads::lost_this(self, diagnostic));
                fixes.extend(arity::missing(self, diagnostic));
                fixes
            }
            "CS1729" => {
                let mut fixes = overloads::hidden_overload(self, diagnostic);
                fixes.extend(arity::missing(self, diagnostic));
                fixes.extend(instances::empty(self, diagnostic));
                fixes
            }
            "CS1929" => numeric::total(self, diagnostic),
            "CS1739" => arity::argument_name(self, diagnostic),
            "CS1955" => calls::not_invocable(self, diagnostic),
            "CS1615" | "CS1620" => calls::passing(self, diagnostic),
            "CS7036" => {
                let mut fixes = overloads::hidden_overload(self, diagnostic);
                fixes.extend(calls::missing_argument(self, diagnostic));
                fixes
            }
            "CS0411" | "CS0118" => calls::type_arguments(self, diagnostic),
            "CS0104" => qualify::ambiguous_type(self, diagnostic),
            "CS0121" => qualify::ambiguous_call(self, diagnostic),
            "CS0176" => qualify::instance_reference(self, diagnostic),
            "CS0122" | "CS0737" => access::widen(self, diagnostic),
            "CS0050" | "CS0051" | "CS0052" | "CS0053" | "CS0058" | "CS0059" | "CS0060"
            | "CS0061" => access::widen_type(self, diagnostic),
            "CS1527" => access::namespace_level(self, diagnostic),
            "CS0191" | "CS0198" => access::writable_field(self, diagnostic),
            "CS0200" | "CS0272" | "CS8852" => access::writable_property(self, diagnostic),
            "CS0163" | "CS8070" => control::missing_break(self, diagnostic),
            "CS0126" => {
                let mut fixes = results::returns_nothing(self, diagnostic);
                fixes.extend(control::missing_return(self, diagnostic));
                fixes
            }
            "CS0127" => results::returns_value(self, diagnostic),
            "CS0161" => control::missing_return(self, diagnostic),
            "CS0165" => values::unassigned(self, diagnostic),
            "CS0201" => values::statement(self, diagnostic),
            "CS0037" | "CS0403" => values::null_for_value(self, diagnostic),
            "CS1750" => values::default_value(self, diagnostic),
            "CS8978" => values::not_nullable(self, diagnostic),
            "CS0168" | "CS0219" => unused::local(self, diagnostic),
            "CS0169" | "CS0414" => unused::field(self, diagnostic),
            "CS0649" => unused::unassigned(self, diagnostic),
            "CS1998" => asynchrony::no_await(self, diagnostic),
            "CS4032" | "CS4033" | "CS4034" => asynchrony::not_async(self, diagnostic),
            "CS0738" => members::return_type(self, diagnostic),
            "CS0535" => {
                let mut fixes = members::hidden_implementation(self, diagnostic);
                fixes.extend(signatures::implementing(self, diagnostic));
                fixes.extend(stubs::missing(self, diagnostic));
                fixes
            }
            "CS0112" | "CS0133" | "CS0179" | "CS0283" | "CS0500" | "CS0501" | "CS0508"
            | "CS0513" | "CS0549" | "CS0621" | "CS0708" => modifiers::repair(self, diagnostic),
            "CS0506" => modifiers::overridable(self, diagnostic),
            "CS0509" => modifiers::sealed_base(self, diagnostic),
            "CS0273" | "CS0274" | "CS0276" => modifiers::accessor(self, diagnostic),
            "CS1597" => modifiers::semicolon(self, diagnostic),
            "CS0612" | "CS0618" | "CS0619" => upgrade::obsolete(self, diagnostic),
            "CS4014" => upgrade::not_awaited(self, diagnostic),
            "CS8509" | "CS8524" => upgrade::open_switch(self, diagnostic),
            "CS8129" => deconstruct::pairs(self, diagnostic),
            "CS0304" | "CS0310" | "CS0311" | "CS0314" | "CS0413" | "CS0452" | "CS0453"
            | "CS8377" | "CS8714" => constraints::missing(self, diagnostic),
            "CS0539" => signatures::explicit(self, diagnostic),
            "CS0533" => signatures::lost_override(self, diagnostic),
            "CS0534" => {
                let mut fixes = signatures::lost_override(self, diagnostic);
                fixes.extend(stubs::missing(self, diagnostic));
                fixes
            }
            "CS0115" => {
                let mut fixes = signatures::overriding(self, diagnostic);
                let meant = !fixes.is_empty();
                fixes.extend(members::overriding(self, diagnostic, meant));
                fixes
            }
            "CS0507" | "CS0108" | "CS0114" => members::overriding(self, diagnostic, false),
            "CS0106" | "CS0260" => members::modifier(self, diagnostic),
            _ => Vec::new(),
        }
    }

    /// The token at a diagnostic's point.
    fn token(&self, diagnostic: &Diagnostic) -> usize {
        self.source.token_at(diagnostic.span.start as usize)
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
        edit::fix(diagnostic, title, "verified").replace(&self.request.file, span(bytes), new)
    }

    /// A fix that inserts right after a token.
    fn insert_after(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        token: usize,
        new: impl Into<String>,
    ) -> Fix {
        let end = self.source.bytes(token..token + 1).end;
        edit::fix(diagnostic, title, "verified").replace(&self.request.file, span(end..end), new)
    }

    /// A fix that inserts right before a token.
    fn insert_before(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        token: usize,
        new: impl Into<String>,
    ) -> Fix {
        let start = self.source.bytes(token..token + 1).start;
        edit::fix(diagnostic, title, "verified").replace(
            &self.request.file,
            span(start..start),
            new,
        )
    }
}

buildfix_sdk::export!(CsharpFixes);

#[cfg(test)]
mod tests;
