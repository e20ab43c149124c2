//! A problem as the contract tells it to a fixer.

use super::Fixer;
use super::plan::Job;
use crate::problem::Problem;
use buildfix_diagnostics::{Related, Suggestion, span};
use buildfix_sandbox as wasm;
use buildfix_workspace::Workspace;
use buildfix_workspace::files::SourceFile;
use std::sync::Arc;

/// The request of one call; `None` for problems without a file.
pub(super) fn request(
    job: &Job,
    fixer: &Fixer,
    problems: &[Problem],
    workspace: &Workspace,
) -> Option<wasm::Request> {
    let first = &problems[*job.problems.first()?];
    let file = first.file.as_ref()?;
    let of = |index: &usize| diagnostic(&problems[*index], *index, file, workspace);
    Some(wasm::Request {
        class: first.diagnostic.class.clone(),
        language: first.diagnostic.language.clone(),
        tool: first.diagnostic.tool.clone(),
        file: wasm::SourceFile {
            path: file.path.clone(),
            text: file.text.clone(),
            hash: file.hash.clone(),
        },
        diagnostics: job.problems.iter().map(of).collect(),
        config: fixer.config.clone(),
    })
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn diagnostic(
    problem: &Problem,
    id: usize,
    file: &Arc<SourceFile>,
    workspace: &Workspace,
) -> wasm::Diagnostic {
    let d = &problem.diagnostic;
    let place = |location: &buildfix_diagnostics::Location| -> Option<(Arc<SourceFile>, std::ops::Range<usize>)> {
        let path = workspace.map(&location.path)?;
        let file = if path == file.path { file.clone() } else { workspace.read(&path).ok()? };
        let range = span::range(&file.text, location)?;
        Some((file, range))
    };
    let to_span = |file: &SourceFile, range: std::ops::Range<usize>| wasm::Span {
        path: file.path.clone(),
        start: to_u32(range.start),
        end: to_u32(range.end),
    };
    let related = |related: &Related| wasm::Related {
        message: related.message.clone(),
        span: related
            .location
            .as_ref()
            .and_then(place)
            .map(|(file, range)| to_span(&file, range)),
    };
    let suggestion = |suggestion: &Suggestion| {
        let edits: Option<Vec<_>> = suggestion
            .replacements
            .iter()
            .map(|replacement| {
                let (file, range) = place(&replacement.location)?;
                Some(wasm::TextEdit {
                    expect: file.text[range.clone()].to_owned(),
                    span: to_span(&file, range),
                    text: replacement.text.clone(),
                    merge: String::new(),
                })
            })
            .collect();
        Some(wasm::Suggestion {
            message: suggestion.message.clone(),
            applicability: suggestion.applicability.clone(),
            edits: edits?,
        })
    };
    wasm::Diagnostic {
        id: to_u32(id),
        class: d.class.clone(),
        code: d.code.clone(),
        severity: if d.is_error() { "error" } else { "warning" }.to_owned(),
        message: d.message.clone(),
        arguments: d.arguments.clone(),
        span: to_span(file, problem.range.clone()),
        line: problem.place.0,
        column: problem.place.1,
        related: d.related.iter().map(related).collect(),
        suggestions: d.suggestions.iter().filter_map(suggestion).collect(),
    }
}
