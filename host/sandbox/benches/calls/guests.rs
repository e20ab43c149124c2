//! What is called, and the host that answers.

use buildfix_sandbox::{
    Diagnostic, Node, ParseError, QueryMatch, Request, Services, SourceFile, Span, Suggestion,
    Symbol, TextEdit,
};

/// Bytes that a slot of the pool keeps; the same in the floor and in buildfix.
pub const KEEP_RESIDENT: usize = 256 << 10;

pub const NOT_THERE: &str = "there is no such file";

/// A component and a request that it answers with a fix.
pub struct Guest {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub request: Request,
}

/// Two of the bundled fixers: one that needs nothing but its request, and one
/// that asks the host.
pub fn typical() -> Vec<Guest> {
    let bundled = |name: &str| {
        let path = format!(
            "{}/../../plugins/dist/{name}.wasm",
            env!("CARGO_MANIFEST_DIR")
        );
        std::fs::read(path).expect("a bundled fixer")
    };
    vec![
        Guest {
            name: "compiler-suggestions",
            bytes: bundled("compiler-suggestions"),
            request: suggestion(),
        },
        Guest {
            name: "csharp-imports",
            bytes: bundled("csharp-imports"),
            request: missing_import(),
        },
    ]
}

fn text(line: &str) -> String {
    let filler = "        public int Count(int[] values) { return values.Length + 1; }\n";
    let mut text = "using System;\n\nnamespace Shop\n{\n    class Basket\n    {\n".to_owned();
    while text.len() < 10_000 {
        text.push_str(filler);
    }
    text.push_str(line);
    text.push_str("    }\n}\n");
    text
}

fn asked(class: &str, text: String, at: &str, message: &str, name: &str) -> Request {
    let (language, code) = class.split_once('/').expect("language/code");
    let start = text.find(at).expect("the place") as u32;
    let span = Span {
        path: "src/Basket.cs".to_owned(),
        start,
        end: start + at.len() as u32,
    };
    Request {
        class: class.to_owned(),
        language: language.to_owned(),
        tool: "msbuild".to_owned(),
        file: SourceFile {
            path: span.path.clone(),
            hash: "00".repeat(32),
            text,
        },
        diagnostics: vec![Diagnostic {
            id: 0,
            class: class.to_owned(),
            code: code.to_owned(),
            severity: "error".to_owned(),
            message: message.to_owned(),
            arguments: vec![name.to_owned()],
            span,
            line: 150,
            column: 9,
            related: Vec::new(),
            suggestions: Vec::new(),
        }],
        config: Vec::new(),
    }
}

fn missing_import() -> Request {
    asked(
        "csharp/CS0246",
        text("        Widget widget;\n"),
        "Widget",
        "The type or namespace name 'Widget' could not be found (are you missing a using \
         directive or an assembly reference?)",
        "Widget",
    )
}

fn suggestion() -> Request {
    let mut request = asked(
        "rust/E0425",
        text("        let total = cuont;\n"),
        "cuont",
        "cannot find value `cuont` in this scope",
        "cuont",
    );
    "rustc".clone_into(&mut request.tool);
    let diagnostic = &mut request.diagnostics[0];
    diagnostic.suggestions.push(Suggestion {
        message: "a local variable with a similar name exists".to_owned(),
        applicability: "maybe-incorrect".to_owned(),
        edits: vec![TextEdit {
            span: diagnostic.span.clone(),
            expect: "cuont".to_owned(),
            text: "count".to_owned(),
            merge: String::new(),
        }],
    });
    request
}

pub fn symbol() -> Symbol {
    Symbol {
        name: "Widget".to_owned(),
        kind: "class".to_owned(),
        container: "Parts.Small".to_owned(),
        language: "csharp".to_owned(),
        origin: "workspace".to_owned(),
        path: "src/Widget.cs".to_owned(),
        start: 30,
        end: 60,
        exported: true,
        signature: "public class Widget".to_owned(),
    }
}

/// A host that knows one symbol and no file.
pub struct Host;

impl Services for Host {
    fn may_block(&self) -> bool {
        false
    }
    fn read_file(&self, _: &str) -> Result<String, String> {
        Err(NOT_THERE.to_owned())
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
        vec![symbol()]
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

/// The edit distance of two texts of a thousand bytes, `times` times: memory,
/// compares and branches, as in a fixer that looks for near names.
pub fn computing(times: u32) -> String {
    // One row of distances at 8192, 4 bytes each; the texts at 4096 and 6144
    // are what the memory holds there, made different by the inner counter.
    let items = r#"
      (func $distance (param $salt i32) (result i32)
        (local $i i32) (local $j i32) (local $diagonal i32) (local $above i32) (local $best i32)
        (local $at i32) (local $left i32)
        (loop $fill
          (i32.store (i32.add (i32.const 8192) (i32.shl (local.get $j) (i32.const 2))) (local.get $j))
          (br_if $fill (i32.le_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 1000))))
        (loop $rows
          (local.set $diagonal (i32.load (i32.const 8192)))
          (local.set $left (i32.add (local.get $i) (i32.const 1)))
          (i32.store (i32.const 8192) (local.get $left))
          (local.set $j (i32.const 0))
          (loop $columns
            (local.set $at (i32.add (i32.const 8196) (i32.shl (local.get $j) (i32.const 2))))
            (local.set $above (i32.load (local.get $at)))
            (local.set $best
              (i32.add (local.get $diagonal)
                (i32.ne
                  (i32.and (i32.mul (i32.load8_u (i32.add (i32.const 4096) (local.get $i))) (local.get $salt)) (i32.const 7))
                  (i32.and (i32.add (i32.load8_u (i32.add (i32.const 6144) (local.get $j))) (local.get $j)) (i32.const 7)))))
            (if (i32.lt_u (i32.add (local.get $above) (i32.const 1)) (local.get $best))
              (then (local.set $best (i32.add (local.get $above) (i32.const 1)))))
            (if (i32.lt_u (i32.add (local.get $left) (i32.const 1)) (local.get $best))
              (then (local.set $best (i32.add (local.get $left) (i32.const 1)))))
            (i32.store (local.get $at) (local.get $best))
            (local.set $left (local.get $best))
            (local.set $diagonal (local.get $above))
            (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 1000))))
          (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 1000))))
        (local.get $left))"#;
    let body = format!(
        "(loop $l
           (local.set $b (i32.add (local.get $b) (call $distance (local.get $c))))
           (br_if $l (i32.lt_u (local.tee $c (i32.add (local.get $c) (i32.const 1))) (i32.const {times}))))
         (i32.store (i32.const 2000) (local.get $b))
         {}",
        crate::support::RETURN_NOTHING
    );
    crate::support::core("", items, &body)
}
