//! Inserts the semicolon that C# misses (CS1002).

use buildfix_sdk::{Fixer, Host, Request, Response, edit};

struct Semicolon;

impl Fixer for Semicolon {
    fn fix(request: &Request, _host: &dyn Host) -> Result<Response, String> {
        let file = &request.file;
        Ok(edit::fix_each(request, |diagnostic| {
            // Bytes, not characters: what stands before may be any UTF-8.
            let at = diagnostic.span.start;
            if edit::after(file, at).starts_with(';') {
                return Err("a `;` stands there already".to_owned());
            }
            Ok(edit::fix(diagnostic, "insert `;`", "verified").insert(file, at, ";"))
        }))
    }
}

buildfix_sdk::export!(Semicolon);
