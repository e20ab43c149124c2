//! From a build log to the requests that the engine would make of it.

use crate::LocalHost;
use buildfix_diagnostics::{self as found, Collector, Item, Parser, ParserOptions, span};
use buildfix_sdk::{Diagnostic, Related, Request, SourceFile, Span, Suggestion, TextEdit};
use std::collections::BTreeMap;
use std::ops::Range;

/// Diagnostics in one request, at most: what the engine sends.
const CHUNK: usize = 50;

/// The diagnostics of a log, repeats merged, in order of appearance.
#[must_use]
pub fn diagnostics(log: &[u8]) -> Vec<found::Diagnostic> {
    let mut collector = Collector::new();
    let mut sink = |item: Item<'_>| {
        if let Item::Diagnostic(diagnostic) = item {
            collector.add(*diagnostic);
        }
    };
    let mut parser = Parser::new(ParserOptions::default());
    parser.push(log, &mut sink);
    parser.finish(&mut sink);
    collector.into_diagnostics()
}

/// The requests that a log's errors in the host's folder make, in the order of
/// class and path: one for each class, file and tool, and each 50 diagnostics.
/// `wanted` chooses by class and workspace-relative path.
#[must_use]
pub fn requests_from_log(
    host: &LocalHost,
    log: &[u8],
    wanted: impl Fn(&str, &str) -> bool,
) -> Vec<Request> {
    let mut groups: BTreeMap<(String, String, String), Vec<found::Diagnostic>> = BTreeMap::new();
    for diagnostic in diagnostics(log)
        .into_iter()
        .filter(found::Diagnostic::is_error)
    {
        let path = diagnostic
            .location
            .as_ref()
            .and_then(|place| host.map(&place.path));
        if let Some(path) = path.filter(|path| wanted(&diagnostic.class, path)) {
            let key = (diagnostic.class.clone(), path, diagnostic.tool.clone());
            groups.entry(key).or_default().push(diagnostic);
        }
    }
    let mut requests = Vec::new();
    let mut id = 0;
    for ((class, path, tool), group) in groups {
        let Ok(file) = host.source(&path) else {
            continue;
        };
        for chunk in group.chunks(CHUNK) {
            let diagnostics = chunk.iter().map(|one| {
                id += 1;
                convert(host, &file, id, one)
            });
            requests.push(Request {
                diagnostics: diagnostics.collect(),
                class: class.clone(),
                language: chunk[0].language.clone(),
                tool: tool.clone(),
                file: file.clone(),
                config: Vec::new(),
            });
        }
    }
    requests
}

fn convert(host: &LocalHost, file: &SourceFile, id: u32, from: &found::Diagnostic) -> Diagnostic {
    let range = from
        .location
        .as_ref()
        .and_then(|place| span::range(&file.text, place))
        .unwrap_or(file.text.len()..file.text.len());
    let (line, column) = span::line_and_column(&file.text, range.start);
    let place = |location: &found::Location| -> Option<(SourceFile, Range<usize>)> {
        let file = host.source(&host.map(&location.path)?).ok()?;
        let range = span::range(&file.text, location)?;
        Some((file, range))
    };
    Diagnostic {
        id,
        class: from.class.clone(),
        code: from.code.clone(),
        severity: if from.is_error() { "error" } else { "warning" }.to_owned(),
        message: from.message.clone(),
        arguments: from.arguments.clone(),
        span: wit_span(&file.path, &range),
        line,
        column,
        related: from
            .related
            .iter()
            .map(|one| Related {
                message: one.message.clone(),
                span: one
                    .location
                    .as_ref()
                    .and_then(place)
                    .map(|(file, range)| wit_span(&file.path, &range)),
            })
            .collect(),
        suggestions: from
            .suggestions
            .iter()
            .filter_map(|one| {
                let edits = one.replacements.iter().map(|part| {
                    let (file, range) = place(&part.location)?;
                    Some(TextEdit {
                        span: wit_span(&file.path, &range),
                        expect: file.text[range].to_owned(),
                        text: part.text.clone(),
                        merge: String::new(),
                    })
                });
                Some(Suggestion {
                    message: one.message.clone(),
                    applicability: one.applicability.clone(),
                    edits: edits.collect::<Option<_>>()?,
                })
            })
            .collect(),
    }
}

fn wit_span(path: &str, range: &Range<usize>) -> Span {
    let to_u32 = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Span {
        path: path.to_owned(),
        start: to_u32(range.start),
        end: to_u32(range.end),
    }
}
