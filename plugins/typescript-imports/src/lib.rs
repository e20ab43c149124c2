//! Names that TypeScript does not find: imported from where the workspace or
//! an installed package exports them, exported where they are declared but
//! hidden, corrected where they are misspelt, declared where they are new.
//!
//! * [`candidates`]: the modules that export a name, best first
//! * [`names`]: `Cannot find name`
//! * [`exported`]: what is wrong with an import that is there
//! * [`declare`]: `const` for a variable that is only assigned, a function
//!   that is only called

mod candidates;
mod declare;
mod exported;
mod names;

use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response};
use buildfix_typescript_syntax::{Context, Project, spelling};
use oxc_allocator::Allocator;

/// The fixer.
pub struct Imports;

impl Fixer for Imports {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let allocator = Allocator::default();
        let project = Project::new(host, &allocator);
        let context = Context::new(&project, &request.file);
        let mut response = Response::default();
        let code = request.class.rsplit('/').next().unwrap_or_default();
        match code {
            "TS2304" | "TS2503" | "TS2552" | "TS2686" | "TS2874" | "TS18004" | "TS2584"
            | "TS2582" | "TS2591" => {
                names::missing(&context, &request.diagnostics, &mut response);
            }
            _ => {
                for diagnostic in &request.diagnostics {
                    match one(&context, code, diagnostic) {
                        Some(fixes) if !fixes.is_empty() => response.fixes.extend(fixes),
                        _ => response.note(diagnostic, "no rule fits this place"),
                    }
                }
            }
        }
        Ok(response)
    }
}

fn one(context: &Context, code: &str, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    match code {
        "TS2662" | "TS2663" => spelling::did_you_mean(context, diagnostic),
        "TS1361" | "TS1362" => exported::not_only_type(context, diagnostic),
        "TS2459" => exported::export_it(context, diagnostic),
        "TS2305" => exported::no_such_export(context, diagnostic),
        "TS2724" => {
            let mut fixes = spelling::did_you_mean(context, diagnostic).unwrap_or_default();
            fixes.extend(exported::no_such_export(context, diagnostic).unwrap_or_default());
            Some(fixes)
        }
        "TS2595" | "TS2613" | "TS2614" | "TS2616" => exported::other_form(context, diagnostic),
        "TS2307" | "TS2834" | "TS2835" | "TS5097" => exported::other_specifier(context, diagnostic),
        _ => None,
    }
}

buildfix_sdk::export!(Imports);

#[cfg(test)]
mod tests;
