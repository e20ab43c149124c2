//! Adopts the edits that the compiler itself proposes.

use buildfix_sdk::{Fix, Fixer, Host, Request, Response};

struct CompilerSuggestions;

impl Fixer for CompilerSuggestions {
    fn fix(request: &Request, _host: &dyn Host) -> Result<Response, String> {
        let mut response = Response::default();
        for diagnostic in &request.diagnostics {
            for suggestion in &diagnostic.suggestions {
                response.fixes.push(Fix {
                    answers: vec![diagnostic.id],
                    title: suggestion.message.clone(),
                    applicability: "verified".to_owned(),
                    edits: suggestion.edits.clone(),
                    files: Vec::new(),
                    options: Vec::new(),
                });
            }
        }
        Ok(response)
    }
}

buildfix_sdk::export!(CompilerSuggestions);
