//! Mechanical repairs of Java, by what javac's message says.
//!
//! * [`names`], [`values`]: what cannot be found, by near names and by imports ([`imports`])
//! * [`convert`]: values of the wrong type
//! * [`flow`]: what is declared twice, never reached, never returned, not set
//! * [`exceptions`]: checked exceptions that nobody declares
//! * [`modifiers`]: `static`, `final`, access, and what an override owes its base
//! * [`calls`]: arguments too many, too few or in the wrong order
//! * [`implement`]: methods that a base type asks for
//! * [`nullness`]: what NullAway finds, by annotating declarations
//! * [`small`]: rules of a few lines each
//!
//! [`model`] is what they know of the code around, [`types`] of types' names.
//! None deletes or disables code that does something.

mod calls;
mod convert;
mod exceptions;
mod flow;
mod implement;
mod imports;
mod members;
mod model;
mod modifiers;
mod names;
mod nullness;
mod small;
mod types;
mod values;

use buildfix_fixer_support::push;
use buildfix_fixer_support::tree::{File, Trees};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response};
use std::rc::Rc;

/// The fixer.
#[derive(Debug)]
pub struct JavaFixes;

/// More alternatives than this are guesses, and each costs the user a build.
const MOST_ALTERNATIVES: usize = 5;
/// The language's name in the host's index.
const JAVA: &str = "java";

/// What every rule looks at.
struct Context<'a> {
    request: &'a Request,
    host: &'a dyn Host,
    file: Rc<File<'a>>,
    trees: Trees<'a>,
}

impl Fixer for JavaFixes {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let file = Rc::new(File::new(host, &request.file));
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
        let message = diagnostic.message.as_str();
        let first = message.lines().next().unwrap_or_default();
        let says = |words: &str| first.contains(words);
        if let Some(said) = nullness::said(first) {
            nullness::annotate(self, diagnostic, said)
        } else if says("cannot find symbol") || says("invalid method reference") {
            names::symbol(self, diagnostic)
        } else if says("package ") && says("does not exist") {
            names::package(self, diagnostic)
        } else if says("incompatible types") {
            convert::repair(self, diagnostic)
        } else if says("bad operand types") {
            small::operands(self, diagnostic)
        } else if says("cannot be dereferenced") {
            small::dereferenced(self, diagnostic)
        } else if says("array required") {
            small::indexed(self, diagnostic)
        } else if says("cannot be instantiated") {
            small::instantiated(self, diagnostic)
        } else if says("enum switch case label") {
            small::enum_label(self, diagnostic)
        } else if says("should be declared in a file named") {
            small::file_name(self, diagnostic)
        } else if says("not allowed here") || says("repeated modifier") {
            small::surplus_modifier(self, diagnostic)
        } else if says("abstract methods cannot have") {
            small::default_method(self, diagnostic)
        } else if says("unexpected type") {
            small::primitive_argument(self, diagnostic)
        } else if says("unreported exception") {
            exceptions::declare(self, diagnostic)
        } else if says("is already defined") {
            flow::duplicate(self, diagnostic)
        } else if says("unreachable statement") {
            flow::unreachable(self, diagnostic)
        } else if says("missing return statement") {
            flow::missing_return(self, diagnostic)
        } else if says("might not have been initialized") {
            flow::uninitialised(self, diagnostic)
        } else if says("cannot assign a value to final")
            || says("may not be assigned")
            || says("might already have been assigned")
        {
            modifiers::not_final(self, diagnostic)
        } else if says("cannot be referenced from a static context") {
            modifiers::add_static(self, diagnostic)
        } else if says("does not override abstract method") {
            implement::missing(self, diagnostic)
        } else if says("does not override or implement a method") {
            implement::nothing_overridden(self, diagnostic)
        } else if says("cannot override") || says("cannot implement") {
            modifiers::overriding(self, diagnostic)
        } else if says("has private access")
            || says("has protected access")
            || says("cannot be accessed from outside package")
        {
            modifiers::widen(self, diagnostic)
        } else if says("cannot be applied to given types") || says("no suitable") {
            calls::arguments(self, diagnostic)
        } else {
            Vec::new()
        }
    }

    /// A `verified` fix that replaces a range of the diagnosed file.
    fn replace(
        &self,
        diagnostic: &Diagnostic,
        title: impl Into<String>,
        range: std::ops::Range<usize>,
        new: impl Into<String>,
    ) -> Fix {
        self.file.replace(diagnostic, title, range, new)
    }
}

buildfix_sdk::export!(JavaFixes);

#[cfg(test)]
mod tests;
