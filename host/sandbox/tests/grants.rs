//! Capabilities are declared, granted, and looked at inside every host function.

mod support;

use buildfix_sandbox::{
    Call, CallError, Capabilities, DeniedBy, Failure, Node, ParseError, Plugin, QueryMatch,
    Request, Services, Symbol,
};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use support::{
    MANIFEST, RETURN_NOTHING, component_of, core, limits, request, runtime, sandbox, wit,
};
use wit_parser::{Resolve, WorldItem};

/// How a function tells that it refuses.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Refuses {
    /// It asks for nobody's data.
    Never,
    /// By its error.
    Err,
    /// By ending the call.
    End,
}

/// A function of the contract, the core type of its import, and a call of it
/// about `PATH` (or the name `x`) whose answer is at 4000.
struct Function {
    name: &'static str,
    params: &'static str,
    call: &'static str,
    refuses: Refuses,
}

const PATH_ARGUMENT: &str = "(i32.const 8000) (i32.const LENGTH)";
/// Three texts of one byte each: a language, a name and a query.
const X: &str = "(i32.const 7990) (i32.const 1)";

const FUNCTIONS: &[Function] = &[
    Function {
        name: "log.write",
        params: "i32 i32 i32 i32",
        call: "(call $ask X X)",
        refuses: Refuses::Never,
    },
    Function {
        name: "workspace.read-file",
        params: "i32 i32 i32",
        call: "(call $ask PATH (i32.const 4000))",
        refuses: Refuses::Err,
    },
    Function {
        name: "workspace.list-files",
        params: "i32 i32 i32",
        call: "(call $ask PATH (i32.const 4000))",
        refuses: Refuses::Err,
    },
    Function {
        name: "syntax.query",
        params: "i32 i32 i32 i32 i32",
        call: "(call $ask PATH X (i32.const 4000))",
        refuses: Refuses::Err,
    },
    Function {
        name: "syntax.ancestors",
        params: "i32 i32 i32 i32 i32",
        call: "(call $ask PATH (i32.const 0) (i32.const 1) (i32.const 4000))",
        refuses: Refuses::Err,
    },
    Function {
        name: "syntax.parse-errors",
        params: "i32 i32 i32 i32 i32 i32",
        call: "(call $ask PATH (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4000))",
        refuses: Refuses::Err,
    },
    Function {
        name: "symbols.find",
        params: "i32 i32 i32 i32 i32",
        call: "(call $ask X X (i32.const 4000))",
        refuses: Refuses::End,
    },
    Function {
        name: "symbols.similar",
        params: "i32 i32 i32 i32 i32 i32",
        call: "(call $ask X X (i32.const 1) (i32.const 4000))",
        refuses: Refuses::End,
    },
    Function {
        name: "symbols.members",
        params: "i32 i32 i32 i32 i32",
        call: "(call $ask X X (i32.const 4000))",
        refuses: Refuses::End,
    },
    Function {
        name: "symbols.declared-in",
        params: "i32 i32 i32",
        call: "(call $ask PATH (i32.const 4000))",
        refuses: Refuses::Err,
    },
];

fn function(name: &str) -> &'static Function {
    FUNCTIONS.iter().find(|f| f.name == name).unwrap()
}

impl Function {
    /// A guest that asks about `path` and fails with the refusal, if there is
    /// one; with the text, the list's length or nothing, as the answer has it.
    fn guest(&self, path: &str, declared: &str) -> Vec<u8> {
        self.guest_of(self.call, path, declared)
    }

    fn guest_of(&self, call: &str, path: &str, declared: &str) -> Vec<u8> {
        let (interface, name) = self.name.split_once('.').unwrap();
        let import = format!(
            r#"(import "buildfix:fixer/{interface}@0.1.0" "{name}" (func $ask (param {})))"#,
            self.params
        );
        let call = call
            .replace(
                "PATH",
                &PATH_ARGUMENT.replace("LENGTH", &path.len().to_string()),
            )
            .replace('X', X);
        // A result's error is at 4004; a list without a result has its length
        // there, which is handed on as the length of the title's text.
        let told = match self.refuses {
            Refuses::Err => {
                r"(if (i32.load8_u (i32.const 4000)) (then
                    (i32.store8 (i32.const 1024) (i32.const 1))
                    (i32.store (i32.const 1028) (i32.load (i32.const 4004)))
                    (i32.store (i32.const 1032) (i32.load (i32.const 4008)))
                    (return (i32.const 1024))))"
            }
            Refuses::End => {
                r"(if (i32.load (i32.const 4004)) (then
                    (i32.store8 (i32.const 1024) (i32.const 1))
                    (i32.store (i32.const 1028) (i32.const 7000))
                    (i32.store (i32.const 1032) (i32.load (i32.const 4004)))
                    (return (i32.const 1024))))"
            }
            Refuses::Never => "",
        };
        let data = format!(
            r#"(data (i32.const 8000) "{path}") (data (i32.const 7990) "x")
               (data (i32.const 7000) "********")"#
        );
        let core = core(&import, &data, &format!("{call}{told}{RETURN_NOTHING}"));
        let manifest = MANIFEST.replace(r#"read = ["workspace"]"#, declared);
        component_of(&core, &wit(), &[manifest.as_bytes()])
    }
}

/// Everything is there; links are resolved by a table. Remembers what it was
/// asked.
#[derive(Default)]
struct Host {
    asked: Mutex<Vec<String>>,
    links: Vec<(&'static str, Option<&'static str>)>,
}

impl Host {
    fn note(&self, what: &str) {
        self.asked.lock().unwrap().push(what.to_owned());
    }
}

fn symbol(path: &str) -> Symbol {
    Symbol {
        name: "x".to_owned(),
        kind: "type".to_owned(),
        container: String::new(),
        language: "rust".to_owned(),
        origin: "workspace".to_owned(),
        path: path.to_owned(),
        start: 0,
        end: 1,
        exported: true,
        signature: String::new(),
    }
}

/// In a library, in the diagnosed file, and in two others.
fn symbols() -> Vec<Symbol> {
    ["", "src/lib.rs", "src/other.rs", "secrets.env"]
        .map(symbol)
        .into()
}

impl Services for Host {
    fn real_path(&self, path: &str) -> Option<String> {
        let link = self.links.iter().find(|(from, _)| *from == path);
        link.map_or(Some(path), |(_, to)| *to).map(str::to_owned)
    }
    fn read_file(&self, path: &str) -> Result<String, String> {
        self.note(path);
        Ok("text".to_owned())
    }
    fn list_files(&self, glob: &str) -> Result<Vec<String>, String> {
        self.note(glob);
        // The guest sees the first path only; what it sees is told as an error.
        Err("listed".to_owned())
    }
    fn query(&self, path: &str, _: &str) -> Result<Vec<QueryMatch>, String> {
        self.note(path);
        Ok(Vec::new())
    }
    fn ancestors(&self, path: &str, _: u32, _: u32) -> Result<Vec<Node>, String> {
        self.note(path);
        Ok(Vec::new())
    }
    fn parse_errors(&self, path: &str, _: Option<&str>) -> Result<Vec<ParseError>, String> {
        self.note(path);
        Ok(Vec::new())
    }
    fn find(&self, _: &str, name: &str) -> Vec<Symbol> {
        self.note(name);
        symbols()
    }
    fn similar(&self, _: &str, name: &str, _: u32) -> Vec<Symbol> {
        self.note(name);
        symbols()
    }
    fn members(&self, _: &str, container: &str) -> Vec<Symbol> {
        self.note(container);
        symbols()
    }
    fn declared_in(&self, path: &str) -> Result<Vec<Symbol>, String> {
        self.note(path);
        Ok(Vec::new())
    }
}

fn load(bytes: &[u8]) -> Plugin {
    sandbox(limits()).load("guest.wasm", bytes).unwrap()
}

fn call_as(plugin: &Plugin, request: Request, host: &Arc<Host>) -> Result<Call, CallError> {
    runtime().block_on(plugin.call(request, Arc::clone(host) as Arc<dyn Services>))
}

fn call(plugin: &Plugin, host: &Arc<Host>) -> Result<Call, CallError> {
    call_as(plugin, request(), host)
}

fn grant(read: &[&str]) -> Capabilities {
    Capabilities {
        read: read.iter().map(|entry| (*entry).to_owned()).collect(),
    }
}

/// What came of a question: the answer reached the guest, or was refused.
fn was_allowed(plugin: &Plugin, host: &Arc<Host>) -> bool {
    let (denied, reached) = match call(plugin, host) {
        Ok(call) => (call.denied.len(), true),
        Err(error) => (error.context.denied.len(), false),
    };
    let asked = !host.asked.lock().unwrap().is_empty();
    assert_eq!(denied == 0, asked, "refused, or asked of the host");
    assert!(denied > 0 || reached || asked);
    denied == 0
}

#[test]
fn the_table_has_every_function_of_the_contract() {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("fixer.wit", &wit()).unwrap();
    let world = resolve.select_world(&[package], Some("fixer")).unwrap();
    let mut contract = BTreeSet::new();
    for item in resolve.worlds[world].imports.values() {
        match item {
            WorldItem::Interface { id, .. } => {
                let interface = &resolve.interfaces[*id];
                let name = interface.name.as_deref().unwrap();
                contract.extend(interface.functions.keys().map(|f| format!("{name}.{f}")));
            }
            WorldItem::Function(function) => {
                contract.insert(function.name.clone());
            }
            WorldItem::Type { .. } => {}
        }
    }
    let table: BTreeSet<String> = FUNCTIONS.iter().map(|f| f.name.to_owned()).collect();
    assert_eq!(
        table, contract,
        "a function of the contract must be in the table"
    );
}

#[test]
fn nothing_declared_or_nothing_granted_refuses_every_function() {
    for function in FUNCTIONS {
        if function.refuses == Refuses::Never {
            continue;
        }
        let undeclared = load(&function.guest("src/lib.rs", "read = []"));
        let ungranted =
            load(&function.guest("src/lib.rs", r#"read = ["workspace"]"#)).with_grant(grant(&[]));
        for (plugin, by, who, line) in [
            (
                undeclared,
                DeniedBy::Manifest,
                "its manifest does not declare",
                "under `[capabilities]`",
            ),
            (
                ungranted,
                DeniedBy::User,
                "buildfix.toml does not allow",
                "under `[plugins.guest.allow]`",
            ),
        ] {
            let host = Arc::new(Host::default());
            let error = match call(&plugin, &host) {
                Ok(call) => panic!("{} answered: {call:?}", function.name),
                Err(error) => error,
            };
            let text = error.to_string();
            let [denial] = &error.context.denied[..] else {
                panic!("{}: {:?}", function.name, error.context.denied);
            };
            assert_eq!((denial.function, denial.by), (function.name, by));
            assert!(denial.help.contains(line), "{}", denial.help);
            assert!(denial.help.contains("`read = [\""), "{}", denial.help);
            assert!(text.contains("plugin `acme/guest` asked to "), "{text}");
            assert!(text.contains(who), "{text}");
            match (&error.failure, function.refuses) {
                (Failure::Guest(_), Refuses::Err) => {}
                (Failure::Denied(same), Refuses::End) => {
                    assert_eq!(&**same, denial);
                    assert_eq!(error.help(), Some(denial.help.as_str()));
                    assert_eq!(error.failure.is_plugins_fault(), by == DeniedBy::Manifest);
                }
                other => panic!("{}: {other:?}", function.name),
            }
            assert!(
                host.asked.lock().unwrap().is_empty(),
                "the host was asked by {}",
                function.name
            );
        }
    }
}

#[test]
fn messages_to_the_log_need_no_grant() {
    let host = Arc::new(Host::default());
    let plugin = load(&function("log.write").guest("x", "read = []")).with_grant(grant(&[]));
    let call = call(&plugin, &host).unwrap();
    assert_eq!((call.log.len(), call.denied.len()), (1, 0));
}

/// The functions that are about one file.
fn about_a_file() -> impl Iterator<Item = &'static Function> {
    FUNCTIONS
        .iter()
        .filter(|f| f.refuses == Refuses::Err && f.name != "workspace.list-files")
}

#[test]
fn each_grant_opens_its_own_files_and_no_others() {
    let paths = ["src/lib.rs", "src/other.rs", "secrets.env"];
    let table: &[(&str, [bool; 3])] = &[
        ("diagnostic-files", [true, false, false]),
        ("glob:src/o*.rs", [false, true, false]),
        ("glob:**/*.rs", [true, true, false]),
        ("glob:*", [false, false, true]),
        ("workspace", [true, true, true]),
    ];
    for function in about_a_file() {
        for (path, at) in paths.iter().zip(0..) {
            let plugin = load(&function.guest(path, r#"read = ["workspace"]"#));
            for (entry, open) in table {
                let allowed =
                    was_allowed(&plugin.clone().with_grant(grant(&[entry])), &Arc::default());
                assert_eq!(
                    allowed, open[at],
                    "{} of {path} with {entry}",
                    function.name
                );
            }
        }
    }
}

#[test]
fn what_is_granted_beyond_the_manifest_stays_closed() {
    let guest = function("workspace.read-file").guest("secrets.env", r#"read = ["glob:**/*.rs"]"#);
    let host = Arc::new(Host::default());
    let error = call(&load(&guest).with_grant(grant(&["workspace"])), &host).unwrap_err();
    assert_eq!(error.context.denied[0].by, DeniedBy::Manifest);
    assert_eq!(
        error.context.denied[0].to_string(),
        "plugin `acme/guest` asked to read `secrets.env` (workspace.read-file), which its \
         manifest does not declare"
    );
    assert_eq!(
        error.context.denied[0].help,
        "its author can declare it in plugin.toml: `read = [\"glob:**/*.rs\", \
         \"glob:secrets.env\"]` under `[capabilities]`"
    );
}

#[test]
fn files_that_the_compiler_named_are_diagnostic_files() {
    let mut request = request();
    let other = |path: &str| buildfix_sandbox::Span {
        path: path.to_owned(),
        start: 0,
        end: 0,
    };
    request.diagnostics[0].related = vec![buildfix_sandbox::Related {
        message: String::new(),
        span: Some(other("related.rs")),
    }];
    request.diagnostics[0].suggestions = vec![buildfix_sandbox::Suggestion {
        message: String::new(),
        applicability: String::new(),
        edits: vec![buildfix_sandbox::TextEdit {
            span: other("suggested.rs"),
            expect: String::new(),
            text: String::new(),
            merge: String::new(),
        }],
    }];
    for (path, open) in [
        ("related.rs", true),
        ("suggested.rs", true),
        ("unnamed.rs", false),
    ] {
        let guest = function("workspace.read-file").guest(path, r#"read = ["diagnostic-files"]"#);
        let result = call_as(&load(&guest), request.clone(), &Arc::default());
        assert_eq!(result.is_ok(), open, "{path}");
        if let Ok(call) = result {
            assert_eq!(call.files_read, [path]);
        }
    }
}

#[test]
fn no_spelling_and_no_symlink_gets_around_a_glob() {
    for path in [
        "../secrets.rs",
        "src/../../secrets.rs",
        "/etc/secrets.rs",
        "./src/a.rs",
        "src//a.rs",
        "SRC/A.RS",
        "C:/secrets.rs",
    ] {
        for function in about_a_file() {
            let plugin = load(&function.guest(path, r#"read = ["glob:src/**/*.rs"]"#));
            assert!(
                !was_allowed(&plugin, &Arc::default()),
                "{} of {path}",
                function.name
            );
        }
    }
    let links = || Host {
        links: vec![
            ("src/out.rs", None),
            ("src/secret.rs", Some("secrets.env")),
            ("src/moved.rs", Some("src/deep/real.rs")),
        ],
        ..Host::default()
    };
    for (path, open) in [
        ("src/out.rs", false),
        ("src/secret.rs", false),
        ("src/moved.rs", true),
    ] {
        for function in about_a_file() {
            let plugin = load(&function.guest(path, r#"read = ["glob:src/**/*.rs"]"#));
            assert_eq!(
                was_allowed(&plugin, &Arc::new(links())),
                open,
                "{} of {path}",
                function.name
            );
        }
    }
}

#[test]
fn symbols_are_those_of_libraries_and_of_open_files() {
    for function in FUNCTIONS.iter().filter(|f| f.refuses == Refuses::End) {
        for (entry, seen) in [
            ("diagnostic-files", 2),
            ("glob:**/*.rs", 3),
            ("glob:nothing", 1),
            ("workspace", 4),
        ] {
            let plugin = load(&function.guest("x", r#"read = ["workspace"]"#));
            let error = call(&plugin.with_grant(grant(&[entry])), &Arc::default()).unwrap_err();
            assert_eq!(
                error.failure,
                Failure::Guest("*".repeat(seen)),
                "{} with {entry}",
                function.name
            );
        }
    }
}

/// A listing of four files, of which the guest is told as many as are open.
#[test]
fn a_listing_has_the_names_that_are_open() {
    struct Listing;
    impl Services for Listing {
        fn read_file(&self, _: &str) -> Result<String, String> {
            Err(String::new())
        }
        fn list_files(&self, _: &str) -> Result<Vec<String>, String> {
            let names = ["src/lib.rs", "src/other.rs", "secrets.env", ".env"];
            Ok(names.map(str::to_owned).into())
        }
        fn query(&self, _: &str, _: &str) -> Result<Vec<QueryMatch>, String> {
            Err(String::new())
        }
        fn ancestors(&self, _: &str, _: u32, _: u32) -> Result<Vec<Node>, String> {
            Err(String::new())
        }
        fn parse_errors(&self, _: &str, _: Option<&str>) -> Result<Vec<ParseError>, String> {
            Err(String::new())
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
            Err(String::new())
        }
    }
    // Fails with as many signs as the list (at 4004, its length at 4008) has.
    let call = r"(call $ask PATH (i32.const 4000))
        (i32.store8 (i32.const 1024) (i32.const 1))
        (i32.store (i32.const 1028) (i32.const 7000))
        (i32.store (i32.const 1032) (i32.load (i32.const 4008)))
        (return (i32.const 1024))";
    for (entry, seen) in [
        ("diagnostic-files", 1),
        ("glob:**/*.rs", 2),
        ("glob:*", 2),
        ("workspace", 4),
    ] {
        let guest =
            function("workspace.list-files").guest_of(call, "**/*", r#"read = ["workspace"]"#);
        let plugin = load(&guest).with_grant(grant(&[entry]));
        let error = runtime()
            .block_on(plugin.call(request(), Arc::new(Listing)))
            .unwrap_err();
        assert_eq!(error.failure, Failure::Guest("*".repeat(seen)), "{entry}");
    }
}

#[test]
fn a_refused_call_is_not_kept_and_another_grant_is_another_key() {
    use buildfix_sandbox::cache::{Mode, ResultCache, ResultCacheOptions, Round};
    let dir = tempfile::tempdir().unwrap();
    let cache = ResultCache::new(ResultCacheOptions {
        dir: dir.path().to_owned(),
        size: 1 << 20,
        mode: Mode::Use,
        salt: String::new(),
        explain: false,
    });
    let guest = function("workspace.read-file").guest("a.rs", r#"read = ["workspace"]"#);
    let plugin = load(&guest);
    let runtime = runtime();
    let ask = |plugin: &Plugin| {
        let round = Round::new(
            Some(cache.clone()),
            Arc::new(Host::default()) as Arc<dyn Services>,
        );
        let own = plugin.clone();
        runtime.block_on(round.call(plugin, request(), async |request, services| {
            own.call(request, services).await
        }))
    };
    let refused = plugin.clone().with_grant(grant(&["glob:b.rs"]));
    for _ in 0..2 {
        let error = ask(&refused).unwrap_err();
        assert!(!error.context.cached, "a refusal is not kept");
    }
    assert!(!ask(&plugin).unwrap().cached);
    let known = ask(&plugin).unwrap();
    assert!(known.cached);
    assert_eq!(known.files_read, ["a.rs"], "as the run that is kept");
    let other = plugin.clone().with_grant(grant(&["glob:*.rs"]));
    assert!(!ask(&other).unwrap().cached, "another grant, another key");
    assert!(ask(&refused).is_err(), "what is kept opens nothing");
}
