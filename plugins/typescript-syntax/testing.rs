//! Runs a fixer over a few files, for the tests of the TypeScript fixers.

use buildfix_sdk::{Diagnostic, Fix, Fixer, Request, Span, TextEdit};
use buildfix_sdk_testing::{Example, LocalHost, example};
use std::{collections::BTreeMap, fs};

/// Marks the place of the error in a file's text.
pub const MARK: char = '¦';

/// What the fixer answers to an error at the mark of the first file.
pub fn answers<F: Fixer>(code: &str, message: &str, files: &[(&str, &str)]) -> Vec<(Fix, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut at = 0;
    for (path, text) in files {
        let full = folder.path().join(path);
        fs::create_dir_all(full.parent().expect("a folder")).expect("made");
        if let Some(mark) = text.find(MARK) {
            at = mark as u32;
        }
        fs::write(full, text.replace(MARK, "")).expect("written");
    }
    let host = LocalHost::new(folder.path());
    let path = files[0].0;
    let file = host.source(path).expect("it is there");
    let language = if path.ends_with("js") || path.ends_with("jsx") {
        "javascript"
    } else {
        "typescript"
    };
    let class = format!("{language}/{code}");
    let diagnostic = Diagnostic {
        id: 0,
        class: class.clone(),
        code: code.to_owned(),
        severity: "error".to_owned(),
        message: message.to_owned(),
        arguments: Vec::new(),
        span: Span {
            path: path.to_owned(),
            start: at,
            end: at,
        },
        line: 1,
        column: 1,
        related: Vec::new(),
        suggestions: Vec::new(),
    };
    let request = Request {
        class,
        language: language.to_owned(),
        tool: "tsc".to_owned(),
        file,
        diagnostics: vec![diagnostic],
        config: Vec::new(),
    };
    let response = F::fix(&request, &host).expect("it answers");
    let answers: Vec<(Fix, String)> = response
        .fixes
        .into_iter()
        .map(|fix| {
            let text = applied(&host, &fix);
            (fix, text)
        })
        .collect();
    if let Some((fix, after)) = answers.first()
        && fix.edits.iter().all(|edit| edit.span.path == path)
    {
        let name = std::any::type_name::<F>();
        example(&Example {
            fixer: name.split("::").next().unwrap_or(name),
            class: &request.class,
            message,
            tier: &fix.applicability,
            title: &fix.title,
            files: vec![(path.to_owned(), request.file.text.clone(), after.clone())],
        });
    }
    answers
}

/// The text of the files that a fix changes; a second file's below its path.
fn applied(host: &LocalHost, fix: &Fix) -> String {
    let mut by: BTreeMap<&str, Vec<&TextEdit>> = BTreeMap::new();
    for edit in &fix.edits {
        by.entry(&edit.span.path).or_default().push(edit);
    }
    let mut all = Vec::new();
    for (path, mut edits) in by {
        let mut text = host.source(path).expect("it is there").text;
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
        for edit in edits {
            let range = edit.span.start as usize..edit.span.end as usize;
            assert_eq!(
                text.get(range.clone()),
                Some(edit.expect.as_str()),
                "{path}"
            );
            text.replace_range(range, &edit.text);
        }
        all.push(text);
    }
    all.join("\n---\n")
}

/// The text after the first fix.
pub fn first<F: Fixer>(code: &str, message: &str, files: &[(&str, &str)]) -> String {
    answers::<F>(code, message, files)
        .into_iter()
        .next()
        .map(|(_, text)| text)
        .unwrap_or_default()
}
