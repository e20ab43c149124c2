//! Guests for tests: a core module in text form becomes a component of the
//! world `fixer`, as a tool chain would make it.

#![allow(dead_code, reason = "each test file uses a part")]

pub mod cached;

use buildfix_sandbox::{
    Call, CallError, Diagnostic, Limits, Node, ParseError, Plugin, QueryMatch, Request, Sandbox,
    SandboxOptions, Services, SourceFile, Span, Symbol,
};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

pub const MANIFEST: &str = r#"
manifest-version = 1
name = "acme/guest"
version = "1.2.3"
[fixer]
world = "buildfix:fixer@0.1.0"
classes = ["rust/*"]
[capabilities]
read = ["workspace"]
"#;

/// The contract's text.
pub fn wit() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/wit/fixer-0.1.0/fixer.wit");
    std::fs::read_to_string(path).unwrap()
}

/// A component of `core`, with one manifest section per entry.
pub fn component_of(core: &str, wit: &str, manifests: &[&[u8]]) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("fixer.wit", wit).unwrap();
    let world = resolve.select_world(&[package], Some("fixer")).unwrap();
    let mut module = wat::parse_str(core).unwrap_or_else(|e| panic!("{e}\n{core}"));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    let mut component = ComponentEncoder::default()
        .module(&module)
        .unwrap()
        .validate(true)
        .encode()
        .unwrap();
    for manifest in manifests {
        append_section(&mut component, "buildfix:manifest", manifest);
    }
    component
}

/// Appends a custom section.
pub fn append_section(component: &mut Vec<u8>, name: &str, data: &[u8]) {
    use wasm_encoder::{ComponentSection, CustomSection, Encode};
    let section = CustomSection {
        name: name.into(),
        data: data.into(),
    };
    component.push(ComponentSection::id(&section));
    section.encode(component);
}

/// The core module of a guest. `imports` come first, `items` are further
/// definitions, and `body` is that of `fix`: it has the diagnostics' address in
/// `$diagnostics`, locals `$a`, `$b`, `$c`, and leaves the result's address.
pub fn core(imports: &str, items: &str, body: &str) -> String {
    format!(
        r#"(module
  {imports}
  (memory (export "memory") 2)
  (global $top (mut i32) (i32.const 65536))
  (func $alloc (param $old i32) (param $old_len i32) (param $align i32) (param $len i32) (result i32)
    (local $at i32) (local $short i32)
    (local.set $at (i32.and
      (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
      (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $len)))
    (local.set $short (i32.sub (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
    (if (i32.gt_s (local.get $short) (i32.const 0))
      (then (if (i32.eq (i32.const -1) (memory.grow (i32.add (i32.const 1)
          (i32.div_u (local.get $short) (i32.const 65536)))))
        (then unreachable))))
    (local.get $at))
  (export "cabi_realloc" (func $alloc))
  {items}
  (func $fix (export "fix")
    ;; The request's sixteen words: class, language, tool, the file's three texts.
    (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (param $diagnostics i32) (param i32 i32 i32) (result i32)
    (local $a i32) (local $b i32) (local $c i32)
    {body})
)"#
    )
}

/// A body that returns `ok` with the fixes at `$a`, `$b` of them, no notes.
pub const RETURN_FIXES: &str = r#"
    (i32.store8 (i32.const 1024) (i32.const 0))
    (i32.store (i32.const 1028) (local.get $a))
    (i32.store (i32.const 1032) (local.get $b))
    (i32.store (i32.const 1036) (i32.const 0))
    (i32.store (i32.const 1040) (i32.const 0))
    (i32.const 1024)"#;

/// A body that returns an answer without fixes.
pub const RETURN_NOTHING: &str = r#"
    (i32.store8 (i32.const 1024) (i32.const 0))
    (i64.store (i32.const 1028) (i64.const 0))
    (i64.store (i32.const 1036) (i64.const 0))
    (i32.const 1024)"#;

/// Texts at fixed addresses, and a fix record at 2048 with one edit at 2112,
/// which answers the first diagnostic by inserting `;` at `start..end`.
pub fn one_fix(path: &str, start: u32, end: u32) -> String {
    format!(
        r#"
    (i32.store (i32.const 2000) (i32.load (local.get $diagnostics)))
    {}
    (i32.store (i32.const 2112) (i32.const 3000)) (i32.store (i32.const 2116) (i32.const {len}))
    (i32.store (i32.const 2120) (i32.const {start})) (i32.store (i32.const 2124) (i32.const {end}))
    (i64.store (i32.const 2128) (i64.const 0))
    (i32.store (i32.const 2136) (i32.const 3500)) (i32.store (i32.const 2140) (i32.const 1))
    (i64.store (i32.const 2144) (i64.const 0))
    (local.set $a (i32.const 2048)) (local.set $b (i32.const 1))
    {RETURN_FIXES}"#,
        FIX_RECORD,
        len = path.len(),
    )
}

/// Fills the fix record at 2048: answers at 2000, title at 3510, applicability
/// at 3530, one edit at 2112.
pub const FIX_RECORD: &str = r#"
    (i32.store (i32.const 2048) (i32.const 2000)) (i32.store (i32.const 2052) (i32.const 1))
    (i32.store (i32.const 2056) (i32.const 3510)) (i32.store (i32.const 2060) (i32.const 10))
    (i32.store (i32.const 2064) (i32.const 3530)) (i32.store (i32.const 2068) (i32.const 5))
    (i32.store (i32.const 2072) (i32.const 2112)) (i32.store (i32.const 2076) (i32.const 1))
    (i64.store (i32.const 2080) (i64.const 0))
    (i64.store (i32.const 2088) (i64.const 0))"#;

/// The texts that [`one_fix`] points to.
pub fn texts(path: &str) -> String {
    format!(
        r#"(data (i32.const 3000) "{path}") (data (i32.const 3500) ";")
           (data (i32.const 3510) "add a semi") (data (i32.const 3530) "exact")"#
    )
}

/// A well-behaved guest: inserts `;` at byte 3 of `src/lib.rs`.
pub fn good_core() -> String {
    core("", &texts("src/lib.rs"), &one_fix("src/lib.rs", 3, 3))
}

/// A component of the current contract with [`MANIFEST`].
pub fn guest(core: &str) -> Vec<u8> {
    component_of(core, &wit(), &[MANIFEST.as_bytes()])
}

/// Small and quick limits: a test fails in milliseconds, not in seconds.
pub fn limits() -> Limits {
    Limits {
        fuel: 20_000_000,
        wall: Duration::from_secs(5),
        ..Limits::default()
    }
}

pub fn sandbox(limits: Limits) -> Sandbox {
    Sandbox::new(SandboxOptions {
        limits,
        slots: 4,
        ..SandboxOptions::default()
    })
    .unwrap()
}

pub fn load(core: &str, limits: Limits) -> Plugin {
    sandbox(limits)
        .load("guest.wasm", &guest(core))
        .unwrap_or_else(|e| panic!("{e}"))
}

pub fn request() -> Request {
    let span = Span {
        path: "src/lib.rs".to_owned(),
        start: 3,
        end: 4,
    };
    Request {
        class: "rust/E0001".to_owned(),
        language: "rust".to_owned(),
        tool: "rustc".to_owned(),
        file: SourceFile {
            path: "src/lib.rs".to_owned(),
            text: "fn main() {}\n".to_owned(),
            hash: "00".repeat(32),
        },
        diagnostics: vec![Diagnostic {
            id: 7,
            class: "rust/E0001".to_owned(),
            code: "E0001".to_owned(),
            severity: "error".to_owned(),
            message: "expected `;`".to_owned(),
            arguments: vec![";".to_owned()],
            span,
            line: 1,
            column: 4,
            related: Vec::new(),
            suggestions: Vec::new(),
        }],
        config: Vec::new(),
    }
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

pub fn call(plugin: &Plugin) -> Result<Call, CallError> {
    call_with(plugin, Arc::new(Host::default()))
}

pub fn call_with(plugin: &Plugin, host: Arc<Host>) -> Result<Call, CallError> {
    let runtime = runtime();
    let result = runtime.block_on(plugin.call(request(), host));
    // A service that sleeps must not hold up the test.
    runtime.shutdown_background();
    result
}

/// Fails a call and checks that the message names the culprit.
pub fn failure(core: &str, limits: Limits) -> CallError {
    let error = match call(&load(core, limits)) {
        Ok(call) => panic!("answered: {call:?}"),
        Err(error) => error,
    };
    let text = error.to_string();
    for part in ["`acme/guest` 1.2.3", "rust/E0001", "src/lib.rs"] {
        assert!(text.contains(part), "{text}");
    }
    error
}

/// Services that answer from memory and remember what was asked.
#[derive(Default)]
pub struct Host {
    pub asked: Mutex<Vec<String>>,
    pub reads: AtomicU32,
    /// How long a read takes.
    pub slow: Duration,
    /// Whether a read panics.
    pub broken: bool,
    /// Whether it says that it never blocks.
    pub quick: bool,
}

impl Host {
    fn note(&self, what: String) {
        self.asked.lock().unwrap().push(what);
    }
}

impl Services for Host {
    fn may_block(&self) -> bool {
        !self.quick
    }
    fn read_file(&self, path: &str) -> Result<String, String> {
        std::thread::sleep(self.slow);
        assert!(!self.broken, "a broken service");
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.note(format!("read {path}"));
        Ok(format!("text of {path}"))
    }
    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        self.note(format!("list {glob}"));
        Ok(vec![glob.to_owned(); 3])
    }
    fn query(&self, _: &str, _: &str) -> Result<Vec<QueryMatch>, String> {
        Ok(Vec::new())
    }
    fn ancestors(&self, _: &str, _: u32, _: u32) -> Result<Vec<Node>, String> {
        Ok(Vec::new())
    }
    fn parse_errors(&self, _: &str, _: Option<&str>) -> Result<Vec<ParseError>, String> {
        Err("no grammar".to_owned())
    }
    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        self.note(format!("find {language} {name}"));
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
