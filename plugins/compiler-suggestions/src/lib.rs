//! Adopts the edits that the compiler itself proposes.
//!
//! Compilers know more repairs than they dare to apply: rustc marks most of its
//! suggestions as "maybe incorrect", gcc and clang hang theirs on notes. A host
//! that rebuilds can try them all, so every suggestion becomes a fix, the most
//! likely one first ([`rank`]). What would not help is left out
//! ([`candidate`]), and what only makes the code compile is said to be a
//! placeholder ([`placeholder`]).

mod candidate;
mod placeholder;
mod rank;
#[cfg(test)]
mod tests;

use buildfix_sdk::{Diagnostic, Fix, Fixer, Host, Request, Response, TextEdit};
use candidate::Candidate;

/// Alternatives for one diagnostic, at most: each costs a rebuild.
const MAX_ALTERNATIVES: usize = 8;

/// The fixer.
pub struct CompilerSuggestions;

impl Fixer for CompilerSuggestions {
    fn fix(request: &Request, host: &dyn Host) -> Result<Response, String> {
        let mut response = Response::default();
        for diagnostic in &request.diagnostics {
            let mut dropped = None;
            let mut candidates = candidate::of(diagnostic, &request.file, &mut dropped);
            // Each thing that keeps a trait from being dyn compatible must go.
            // For other errors, parts of one repair are the exception.
            let all_must_go = diagnostic.code == "E0038";
            let otherwise = candidate::alternatives_together(&candidates);
            rank::sort(&mut candidates, diagnostic, request, host);
            candidates.truncate(MAX_ALTERNATIVES);
            let all = candidate::all_together(&candidates);
            if all_must_go {
                candidates.splice(0..0, all.into_iter().chain(otherwise));
            } else {
                candidates.extend(all);
            }
            let sole = candidates.len() == 1;
            if let (true, Some(reason)) = (candidates.is_empty(), dropped) {
                response.note(diagnostic, reason);
            }
            for candidate in candidates {
                add(&mut response.fixes, diagnostic, candidate, sole);
            }
        }
        keep_blank_lines_apart(&mut response.fixes);
        Ok(response)
    }
}

/// Adds a fix, or lets one with the same edits answer this diagnostic too.
fn add(fixes: &mut Vec<Fix>, diagnostic: &Diagnostic, candidate: Candidate, sole: bool) {
    let applicability = tier(&candidate, sole);
    if let Some(same) = fixes.iter_mut().find(|fix| fix.edits == candidate.edits) {
        if same.answers.last() != Some(&diagnostic.id) {
            same.answers.push(diagnostic.id);
        }
        // As sure as the less sure of the two.
        if same.applicability == "exact" {
            applicability.clone_into(&mut same.applicability);
        }
        return;
    }
    fixes.push(Fix {
        answers: vec![diagnostic.id],
        title: candidate.title,
        applicability: applicability.to_owned(),
        edits: candidate.edits,
        files: Vec::new(),
        options: Vec::new(),
    });
}

fn tier(candidate: &Candidate, sole: bool) -> &'static str {
    if candidate.placeholder {
        "placeholder"
    } else if sole && candidate.level == "MachineApplicable" {
        "exact"
    } else {
        "verified"
    }
}

/// rustc ends an import with a blank line where none follows yet. Of several
/// imports at one place each would bring its own.
fn keep_blank_lines_apart(fixes: &mut [Fix]) {
    let places: Vec<_> = imports(fixes)
        .map(|edit| (edit.span.clone(), edit.text.clone()))
        .collect();
    for edit in fixes
        .iter_mut()
        .flat_map(|fix| &mut fix.edits)
        .filter(|edit| edit.merge == "set")
    {
        let alone = places
            .iter()
            .all(|(span, text)| *span != edit.span || text.trim() == edit.text.trim());
        if !alone {
            edit.text.truncate(edit.text.trim_end().len());
            edit.text.push('\n');
        }
    }
}

fn imports(fixes: &[Fix]) -> impl Iterator<Item = &TextEdit> {
    fixes
        .iter()
        .flat_map(|fix| &fix.edits)
        .filter(|edit| edit.merge == "set")
}

buildfix_sdk::export!(CompilerSuggestions);
