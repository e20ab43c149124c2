//! What is mechanical in mending Go. The compiler prints no codes, so a rule is
//! chosen by how its message begins.
//!
//! * [`imports`]: packages that are missing or not used
//! * [`names`]: misspelt names, members, fields
//! * [`unused`]: variables and labels that nothing reads
//! * [`define`]: `=` and `:=`, how many values an assignment takes
//! * [`returns`], [`calls`]: how many values, of which types
//! * [`convert`]: conversions, addresses, adapters
//! * [`operators`]: statements and operators that do not go with their operands
//! * [`implement`], [`stubs`]: methods and functions that are not there
//! * [`duplicates`]: what is declared twice
//! * [`files`]: the package clause

mod calls;
mod context;
mod convert;
mod define;
mod duplicates;
mod files;
mod implement;
mod imports;
mod message;
mod names;
mod operators;
mod returns;
mod stubs;
mod unused;
mod values;

use buildfix_fixer_support::push;
use buildfix_go_syntax::Project;
use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response};
use context::Context;

/// The fixer.
pub struct Fixes;

impl Fixer for Fixes {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let project = Project::new(host, &request.file.path, &request.file.text);
        let context = Context::new(&project, &request.file);
        let mut response = Response::default();
        for diagnostic in &request.diagnostics {
            let mut found: Vec<Fix> = Vec::new();
            for rule in rules(&diagnostic.message) {
                found.extend(rule(&context, diagnostic).unwrap_or_default());
            }
            if found.is_empty() {
                response.note(diagnostic, "no rule fits this place");
            }
            for fix in found {
                push(&mut response.fixes, fix);
            }
        }
        Ok(response)
    }
}

/// A rule gives fixes, best first, or none where it does not fit.
type Rule = for<'c, 'p, 'h, 'd> fn(&'c Context<'p, 'h>, &'d Diagnostic) -> Option<Vec<Fix>>;

/// The rules for a message, best first.
fn rules(message: &str) -> &'static [Rule] {
    let line = message.lines().next().unwrap_or_default();
    let begins = |with: &str| line.starts_with(with);
    let has = |with: &str| line.contains(with);
    if let Some(rest) = line.strip_prefix("undefined: ") {
        if rest
            .split([' ', '('])
            .next()
            .unwrap_or_default()
            .contains('.')
        {
            return &[names::package_member];
        }
        return &[
            define::first_assignment,
            define::range_assignment,
            imports::missing,
            names::misspelt,
            names::qualify,
            stubs::function,
        ];
    }
    if has(" undefined (") {
        return &[names::member, stubs::method];
    }
    if begins("cannot use ") || has(" does not implement ") {
        return &[convert::cannot, implement::missing];
    }
    if begins("invalid operation: ") {
        return match line {
            _ if has("mismatched types") => &[convert::mismatched],
            _ if has("too many arguments for") => &[calls::builtin_too_many],
            _ if has("expects 2 or 3 arguments; found 1") => &[calls::make_without_length],
            _ if has("cannot call non-function") => &[operators::not_callable],
            _ if has("cannot indirect") => &[operators::indirect],
            _ if has("operator ! not defined") => &[operators::condition],
            _ => &[],
        };
    }
    match line {
        _ if begins("declared and not used")
            || line.ends_with("declared and not used")
            || line.ends_with("declared but not used") =>
        {
            &[unused::variable]
        }
        _ if has(" imported ") && line.ends_with("not used") => &[imports::unused],
        _ if begins("label ") && line.ends_with("not used") => &[unused::label],
        _ if has("label ") && line.ends_with("not defined") => &[unused::undefined_label],
        _ if line.ends_with(" is not used") => &[operators::not_used],
        _ if begins("no new variables") => &[define::no_new],
        _ if begins("assignment mismatch") => &[define::mismatch],
        _ if begins("unknown field ") => &[names::field],
        _ if begins("missing return") => &[returns::missing],
        _ if begins("too many return values") => &[returns::too_many],
        _ if begins("not enough return values") => &[returns::too_few],
        _ if begins("too many arguments in conversion") => &[calls::conversion],
        _ if begins("too many arguments in call") => &[calls::too_many],
        _ if begins("not enough arguments in call") => &[calls::too_few],
        _ if begins("non-boolean condition") => &[operators::condition],
        _ if begins("invalid indirect") => &[operators::indirect],
        _ if has("redeclared in this block") || has(" already declared at ") => {
            &[duplicates::declaration]
        }
        _ if begins("duplicate ") => &[duplicates::element],
        _ if begins("expected 'package'") => &[files::package_clause],
        _ if begins("name ") && has("not exported by package") => &[names::package_member],
        _ => &[],
    }
}

buildfix_sdk::export!(Fixes);

#[cfg(test)]
mod tests;
