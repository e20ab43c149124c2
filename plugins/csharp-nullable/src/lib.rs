//! Mends nullability in C#.
//!
//! The cure is where the declaration is wrong, not where the compiler noticed:
//! `?` on the parameter, field, property, local or return type that a null
//! really reaches, or an initial value where the type has a natural one. A
//! value type is never touched. The null-forgiving `!` silences the compiler
//! without an answer; it is offered last, as a placeholder.

mod flow;
mod guard;
mod members;
mod target;
mod uninitialised;

use buildfix_fixer_support::{Files, Source, push, replace_in, symbols, types};
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response, edit};
use std::rc::Rc;
use target::Target;
use types::TypeClass;

/// The fixer.
#[derive(Debug)]
pub struct CsharpNullable;

/// What every rule looks at.
struct Context<'a> {
    request: &'a Request,
    source: Rc<Source>,
    files: Files<'a>,
    host: &'a dyn Host,
}

impl Fixer for CsharpNullable {
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
            if symbols::is_repeated(host, &context.source, Context::byte(diagnostic)) {
                answer.note(diagnostic, "the type is declared twice, which comes first");
                continue;
            }
            let fixes = context.candidates(diagnostic);
            if fixes.is_empty() {
                answer.note(
                    diagnostic,
                    "the declaration that the null flows into is not in the workspace",
                );
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
            "CS8618" => uninitialised::repair(self, diagnostic),
            "CS8625" | "CS8600" | "CS8601" => flow::assigned(self, diagnostic),
            "CS8603" => flow::returned(self, diagnostic),
            "CS8604" => flow::passed(self, diagnostic),
            "CS8602" => guard::dereferenced(self, diagnostic),
            "CS8629" => guard::value_taken(self, diagnostic),
            "CS8764" | "CS8765" | "CS8766" | "CS8767" => members::align(self, diagnostic),
            _ => Vec::new(),
        }
    }

    /// The start of a diagnostic as a byte.
    fn byte(diagnostic: &Diagnostic) -> usize {
        diagnostic.span.start as usize
    }

    /// Adds `?` to the type of a declaration; nothing for a value type or one
    /// that has it.
    fn nullable(&self, diagnostic: &Diagnostic, target: &Target) -> Option<Fix> {
        let written = target.source().slice(target.ty.clone());
        if written.is_empty() || written.ends_with('?') || written == "var" || written == "void" {
            return None;
        }
        let bytes = target.source().bytes(target.ty.clone());
        if types::classify(written, target.source(), bytes.start, self.host) == TypeClass::Value {
            return None;
        }
        let title = format!("declare `{}` as `{written}?`", target.name);
        let fix = edit::fix(diagnostic, title, "verified");
        Some(replace_in(
            fix,
            &target.path,
            target.source().text(),
            bytes.end..bytes.end,
            "?",
        ))
    }

    /// `!` after the expression that begins at a token, as a last resort.
    fn forgive(&self, diagnostic: &Diagnostic, tokens: std::ops::Range<usize>) -> Option<Fix> {
        let fix = edit::fix(diagnostic, "silence the compiler with `!`", "placeholder");
        let bytes = self.source.bytes(tokens.clone());
        if bytes.is_empty() || self.source.is(tokens.end - 1, "!") {
            return None;
        }
        let text = self.source.text();
        if self.source.is_primary(tokens) {
            return Some(replace_in(
                fix,
                &self.request.file.path,
                text,
                bytes.end..bytes.end,
                "!",
            ));
        }
        let new = format!("({})!", &text[bytes.clone()]);
        Some(replace_in(fix, &self.request.file.path, text, bytes, new))
    }
}

buildfix_sdk::export!(CsharpNullable);

#[cfg(test)]
mod tests;
