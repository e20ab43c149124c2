//! A plugin's call in the real sandbox, with the template's case.

#![allow(dead_code, reason = "each test file uses a part")]

use buildfix_author::build::{Build, Built, build};
use buildfix_author::new::{New, new};
use buildfix_author::{Lang, Problem};
use buildfix_sandbox::{
    Diagnostic, Node, ParseError, Plugin, QueryMatch, Request, Response, Sandbox, SandboxOptions,
    Services, SourceFile, Span, Symbol,
};
use std::path::Path;
use std::sync::Arc;

/// A host that has nothing.
struct Nothing;

impl Services for Nothing {
    fn read_file(&self, path: &str) -> Result<String, String> {
        Err(format!("no such file: {path}"))
    }
    fn list_files(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
    fn query(&self, _: &str, _: &str) -> Result<Vec<QueryMatch>, String> {
        Ok(Vec::new())
    }
    fn ancestors(&self, _: &str, _: u32, _: u32) -> Result<Vec<Node>, String> {
        Ok(Vec::new())
    }
    fn parse_errors(&self, _: &str, _: Option<&str>) -> Result<Vec<ParseError>, String> {
        Ok(Vec::new())
    }
    fn find(&self, _: &str, _: &str) -> Vec<Symbol> {
        Vec::new()
    }
    fn similar(&self, _: &str, _: &str, _: u32) -> Vec<Symbol> {
        Vec::new()
    }
    fn members(&self, _: &str, _: &str) -> Vec<Symbol> {
        Vec::new()
    }
    fn declared_in(&self, _: &str) -> Result<Vec<Symbol>, String> {
        Ok(Vec::new())
    }
}

/// Begins the template of a language in `dir` as `acme/semicolon`.
pub fn begin(lang: Lang, dir: &Path) {
    new(&New {
        name: "acme/semicolon".to_owned(),
        lang,
        dir: dir.to_owned(),
        sdk: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../rust")),
    })
    .unwrap_or_else(|problem| panic!("{problem}"));
}

pub fn build_in(dir: &Path) -> Result<Built, Problem> {
    build(&Build {
        dir: dir.to_owned(),
        ..Build::default()
    })
}

/// The template's case: an error behind text that is not ASCII, with a second place and
/// a third where a semicolon stands already.
pub fn request() -> Request {
    let text = include_str!("../../templates/common/missing-semicolon/tree/Program.cs");
    let path = "Program.cs".to_owned();
    let after = |what: &str| text.find(what).unwrap() + what.len();
    let places = [after("bar\")"), after("Main()"), after("using System")];
    let diagnostics = places.iter().zip(1..).map(|(at, id)| {
        let at = u32::try_from(*at).unwrap();
        Diagnostic {
            id,
            class: "csharp/CS1002".to_owned(),
            code: "CS1002".to_owned(),
            severity: "error".to_owned(),
            message: "; expected".to_owned(),
            arguments: vec!["é".to_owned()],
            span: Span {
                path: path.clone(),
                start: at,
                end: at,
            },
            line: 1,
            column: 1,
            related: Vec::new(),
            suggestions: Vec::new(),
        }
    });
    Request {
        class: "csharp/CS1002".to_owned(),
        language: "csharp".to_owned(),
        tool: "csc".to_owned(),
        diagnostics: diagnostics.collect(),
        file: SourceFile {
            path: path.clone(),
            text: text.to_owned(),
            hash: "00".repeat(32),
        },
        config: vec![("key".to_owned(), "value".to_owned())],
    }
}

pub fn load(file: &Path) -> Plugin {
    let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
    let bytes = std::fs::read(file).unwrap();
    sandbox
        .load("test.wasm", &bytes)
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Calls a plugin twice, which must answer the same.
pub fn call(file: &Path) -> Result<Response, String> {
    let plugin = load(file);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let once = || match runtime.block_on(plugin.call(request(), Arc::new(Nothing))) {
        Ok(call) => Ok(call.response),
        Err(error) => Err(error.to_string()),
    };
    let (first, second) = (once(), once());
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    first
}

/// Builds a template and checks what it makes of its case.
pub fn answers_its_case(dir: &Path) {
    let built = build_in(dir)
        .unwrap_or_else(|problem| panic!("{problem}\n{}", problem.next_step().unwrap_or_default()));
    assert_eq!(built.file, dir.join("acme-semicolon.wasm"));
    assert_eq!(built.preflight.exports, ["fix"]);
    for import in &built.preflight.imports {
        assert!(import.starts_with("buildfix:fixer/"), "{import}");
    }
    let response = call(&built.file).unwrap();
    let request = request();
    let text = &request.file.text;
    let places: Vec<_> = response
        .fixes
        .iter()
        .map(|fix| {
            let [edit] = &fix.edits[..] else {
                panic!("{fix:?}")
            };
            assert_eq!(edit.span.start, edit.span.end);
            assert_eq!((edit.text.as_str(), edit.merge.as_str()), (";", ""));
            assert_eq!(edit.span.path, "Program.cs");
            assert_eq!(fix.applicability, "verified");
            (fix.answers.clone(), edit.span.start as usize)
        })
        .collect();
    let after = |what: &str| text.find(what).unwrap() + what.len();
    assert_eq!(
        places,
        [(vec![1], after("bar\")")), (vec![2], after("Main()"))]
    );
    let [note] = &response.notes[..] else {
        panic!("{response:?}")
    };
    assert_eq!(note.diagnostic, 3);
    assert_eq!(note.message, "a `;` stands there already");
}
