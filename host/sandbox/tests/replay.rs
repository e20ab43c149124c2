//! Failed calls that are recorded and made again from the bundle alone.

mod support;

use buildfix_sandbox::replay::{
    Bundle, BundleError, Ending, NotRecorded, Question, Replayed, VERSION, record, replay,
};
use buildfix_sandbox::{
    Budget, Budgets, Capabilities, Limits, Node, ParseError, Plugin, QueryMatch, Services, Symbol,
    Tiers,
};
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use support::*;

const READ_FILE: &str =
    r#"(import "buildfix:fixer/workspace@0.1.0" "read-file" (func $read (param i32 i32 i32)))"#;
const LOG: &str =
    r#"(import "buildfix:fixer/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))"#;

/// Reads a file, logs what it says, and crashes in a function with a name.
fn crashing() -> String {
    core(
        &format!("{READ_FILE} {LOG}"),
        r#"(data (i32.const 3000) "a.txt") (data (i32.const 3010) "warn")
           (func $boom (param i32) (if (local.get 0) (then unreachable)))"#,
        r#"(call $read (i32.const 3000) (i32.const 5) (i32.const 4000))
           (call $log (i32.const 3010) (i32.const 4)
             (i32.load (i32.const 4004)) (i32.load (i32.const 4008)))
           (call $boom (i32.load (i32.const 4008)))
           unreachable"#,
    )
}

fn recorded(plugin: &Plugin, host: Arc<dyn Services>) -> Result<Bundle, NotRecorded> {
    runtime().block_on(record(plugin, request(), host))
}

fn again(bundle: &Bundle, component: &[u8]) -> Replayed {
    let made = replay(bundle, "guest.wasm", component.to_vec(), None);
    runtime().block_on(made).unwrap_or_else(|e| panic!("{e}"))
}

/// To bytes and back, as a bundle gets to its reader.
fn sent(bundle: &Bundle) -> Bundle {
    let (bytes, name) = bundle.encode().unwrap();
    assert_eq!(name.len(), 16);
    let read = Bundle::decode(&bytes).unwrap();
    assert_eq!(read, *bundle);
    read
}

fn kind(bundle: &Bundle) -> &str {
    match &bundle.outcome.ending {
        Ending::Failed { kind, .. } => kind,
        Ending::Answered { .. } => "answered",
    }
}

#[test]
fn every_failure_by_the_plugins_fault_happens_again() {
    let asks = |body: &str| core(READ_FILE, r#"(data (i32.const 3000) "a.txt")"#, body);
    let guests = [
        ("trap", crashing()),
        ("out-of-fuel", core("", "", "(loop $l (br $l)) unreachable")),
        (
            "memory",
            core(
                "",
                "",
                "(loop $l (if (i32.eq (i32.const -1) (memory.grow (i32.const 16)))
                   (then unreachable)) (br $l)) unreachable",
            ),
        ),
        (
            "stack",
            core("", "(func $deep (call $deep))", "(call $deep) unreachable"),
        ),
        (
            "guest",
            asks(
                "(call $read (i32.const 3000) (i32.const 5) (i32.const 4000))
                 (i32.store8 (i32.const 1024) (i32.const 1))
                 (i32.store (i32.const 1028) (i32.load (i32.const 4004)))
                 (i32.store (i32.const 1032) (i32.load (i32.const 4008)))
                 (i32.const 1024)",
            ),
        ),
        (
            "host-calls",
            asks(
                "(loop $l (call $read (i32.const 3000) (i32.const 5) (i32.const 4000)) (br $l))
                 unreachable",
            ),
        ),
        // No answer at all, but a bad pointer.
        ("trap", core("", "", "(i32.const -4)")),
    ];
    for (name, core) in guests {
        let limits = Limits {
            host_calls: 50,
            ..limits()
        };
        let bytes = guest(&core);
        let plugin = load(&core, limits);
        let bundle = recorded(&plugin, Arc::new(Host::default())).unwrap();
        assert_eq!(kind(&bundle), name);
        let bundle = sent(&bundle);
        let replayed = again(&bundle, &bytes);
        assert!(replayed.is_recorded_component(&bundle));
        assert_eq!(replayed.differences(&bundle), [""; 0], "{name}");
        assert_eq!(replayed.outcome, bundle.outcome);
    }
}

#[test]
fn a_bundle_tells_how_it_ended() {
    let bundle = recorded(&load(&crashing(), limits()), Arc::new(Host::default())).unwrap();
    let replayed = again(&sent(&bundle), &guest(&crashing()));
    let Ending::Failed {
        text, backtrace, ..
    } = &replayed.outcome.ending
    else {
        panic!("{replayed:?}")
    };
    assert!(text.starts_with("crashed: "), "{text}");
    assert_eq!(backtrace, &["boom", "fix"]);
    let [log] = &replayed.outcome.log[..] else {
        panic!("{replayed:?}")
    };
    assert_eq!(
        (log.level.as_str(), log.message.as_str()),
        ("warn", "text of a.txt")
    );
}

#[test]
fn what_was_not_recorded_is_asked_of_nobody() {
    let bundle = recorded(&load(&crashing(), limits()), Arc::new(Host::default())).unwrap();
    let bundle = Bundle {
        exchanges: Vec::new(),
        ..bundle
    };
    let replayed = again(&bundle, &guest(&crashing()));
    let path = "a.txt".to_owned();
    assert_eq!(replayed.unrecorded, [Question::ReadFile { path }]);
    let told = replayed.differences(&bundle).join("\n");
    assert!(
        told.contains("it asked workspace.read-file(`a.txt`), which was not recorded"),
        "{told}"
    );
}

#[test]
fn another_component_may_answer() {
    let bundle = recorded(&load(&crashing(), limits()), Arc::new(Host::default())).unwrap();
    let replayed = again(&bundle, &guest(&good_core()));
    assert!(!replayed.is_recorded_component(&bundle));
    let told = replayed.differences(&bundle).join("\n");
    assert!(told.contains("now: it answered with 1 fix\n"), "{told}");
}

#[test]
fn budgets_and_grants_are_those_of_the_recorded_call() {
    let endless = core("", "", "(loop $l (br $l)) unreachable");
    let plugin = load(&endless, limits()).with_budgets(Budgets {
        plugin: Budget {
            fuel: Some(1_000),
            ..Budget::default()
        },
        classes: vec![(
            "rust/*".to_owned(),
            Budget {
                tiers: Some(Tiers::new(&[3]).unwrap()),
                wall: Some(Duration::from_secs(3)),
                ..Budget::default()
            },
        )],
    });
    let bundle = sent(&recorded(&plugin, Arc::new(Host::default())).unwrap());
    assert_eq!(
        (bundle.limits.fuel, &bundle.limits.tiers[..]),
        (1_000, &[3][..])
    );
    assert_eq!(bundle.limits.wall_ms, 3_000);
    let replayed = again(&bundle, &guest(&endless));
    assert_eq!(replayed.differences(&bundle), [""; 0]);
    // A function without an error, which the manifest does not declare.
    let finding = core(
        r#"(import "buildfix:fixer/symbols@0.1.0" "find" (func $find (param i32 i32 i32 i32 i32)))"#,
        "",
        "(call $find (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 4000)) unreachable",
    );
    let manifest = MANIFEST.replace(r#"["workspace"]"#, "[]");
    let bytes = component_of(&finding, &wit(), &[manifest.as_bytes()]);
    let plugin = sandbox(limits()).load("guest.wasm", &bytes).unwrap();
    let bundle = sent(&recorded(&plugin, Arc::new(Host::default())).unwrap());
    assert_eq!(kind(&bundle), "denied");
    assert_eq!(again(&bundle, &bytes).differences(&bundle), [""; 0]);
    // Of a file that the user did not open, the refusal is a part of the call.
    let plugin = load(&crashing(), limits()).with_grant(Capabilities {
        read: vec!["glob:src/*".to_owned()],
    });
    let bundle = sent(&recorded(&plugin, Arc::new(Host::default())).unwrap());
    assert_eq!(bundle.granted, Some(vec!["read:glob:src/*".to_owned()]));
    let replayed = again(&bundle, &guest(&crashing()));
    assert_eq!(replayed.differences(&bundle), [""; 0]);
    assert!(replayed.outcome.log[0].message.contains("does not allow"));
}

/// Says something to everything.
struct Talkative;

impl Services for Talkative {
    fn real_path(&self, path: &str) -> Option<String> {
        Some(format!("real/{path}"))
    }
    fn read_file(&self, _: &str) -> Result<String, String> {
        Ok("text".to_owned())
    }
    fn list_files(&self, _: &str) -> Result<Vec<String>, String> {
        Ok(vec!["a".to_owned()])
    }
    fn query(&self, _: &str, _: &str) -> Result<Vec<QueryMatch>, String> {
        Ok(vec![QueryMatch {
            captures: Vec::new(),
        }])
    }
    fn ancestors(&self, _: &str, start: u32, end: u32) -> Result<Vec<Node>, String> {
        Ok(vec![Node {
            kind: "block".to_owned(),
            field: String::new(),
            start,
            end,
        }])
    }
    fn parse_errors(&self, _: &str, _: Option<&str>) -> Result<Vec<ParseError>, String> {
        Err("no grammar".to_owned())
    }
    fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        vec![Symbol {
            name: name.to_owned(),
            kind: "class".to_owned(),
            container: String::new(),
            language: language.to_owned(),
            origin: "workspace".to_owned(),
            path: "a.rs".to_owned(),
            start: 0,
            end: 1,
            exported: true,
            signature: String::new(),
        }]
    }
    fn similar(&self, language: &str, name: &str, _: u32) -> Vec<Symbol> {
        self.find(language, name)
    }
    fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        self.find(language, container)
    }
    fn declared_in(&self, _: &str) -> Result<Vec<Symbol>, String> {
        Ok(self.find("rust", "y"))
    }
}

/// Asks each function of the contract once and crashes; the memory it then has
/// tells whether it was told the same.
fn asking() -> String {
    let x = "(i32.const 0) (i32.const 1)";
    let functions = [
        ("workspace", "read-file", "i32 i32 i32", x.to_owned()),
        ("workspace", "list-files", "i32 i32 i32", x.to_owned()),
        ("syntax", "query", "i32 i32 i32 i32 i32", format!("{x} {x}")),
        (
            "syntax",
            "ancestors",
            "i32 i32 i32 i32 i32",
            format!("{x} {x}"),
        ),
        (
            "syntax",
            "parse-errors",
            "i32 i32 i32 i32 i32 i32",
            format!("{x} (i32.const 1) {x}"),
        ),
        ("symbols", "find", "i32 i32 i32 i32 i32", format!("{x} {x}")),
        (
            "symbols",
            "similar",
            "i32 i32 i32 i32 i32 i32",
            format!("{x} {x} (i32.const 2)"),
        ),
        (
            "symbols",
            "members",
            "i32 i32 i32 i32 i32",
            format!("{x} {x}"),
        ),
        ("symbols", "declared-in", "i32 i32 i32", x.to_owned()),
    ];
    let import = |(interface, name, params, _): &(&str, &str, &str, String)| {
        format!(
            r#"(import "buildfix:fixer/{interface}@0.1.0" "{name}" (func ${name} (param {params})))"#
        )
    };
    let call = |(_, name, _, arguments): &(&str, &str, &str, String)| {
        format!("(call ${name} {arguments} (i32.const 4000))")
    };
    let imports: String = functions.iter().map(import).collect();
    let calls: String = functions.iter().map(call).collect();
    core(
        &imports,
        r#"(data (i32.const 0) "x")"#,
        &format!("{calls} unreachable"),
    )
}

#[test]
fn every_question_of_the_contract_is_recorded() {
    let plugin = load(&asking(), limits()).with_grant(Capabilities {
        // Only a pattern makes the host look where a path leads.
        read: vec![
            "glob:real/**".to_owned(),
            "glob:x".to_owned(),
            "glob:a.rs".to_owned(),
        ],
    });
    let bundle = sent(&recorded(&plugin, Arc::new(Talkative)).unwrap());
    assert_eq!(bundle.outcome.host_calls, 9);
    let asked: Vec<String> = bundle
        .exchanges
        .iter()
        .map(|e| e.question.to_string())
        .collect();
    assert_eq!(
        asked,
        [
            "where `x` leads",
            "workspace.read-file(`x`)",
            "workspace.list-files(`x`)",
            "syntax.query(`x`, `x`)",
            "syntax.ancestors(`x`, 0, 1)",
            "syntax.parse-errors(`x`, a text of its own)",
            "symbols.find(x, `x`)",
            "symbols.similar(x, `x`, 2)",
            "symbols.members(x, `x`)",
            "symbols.declared-in(`x`)",
        ]
    );
    let replayed = again(&bundle, &guest(&asking()));
    assert_eq!(replayed.differences(&bundle), [""; 0]);
    // Each answer is needed.
    for left_out in 0..bundle.exchanges.len() {
        let mut less = bundle.clone();
        let left_out = less.exchanges.remove(left_out).question;
        assert_eq!(again(&less, &guest(&asking())).unrecorded, [left_out]);
    }
}

#[test]
fn what_says_nothing_about_the_plugin_is_not_recorded() {
    let answered = recorded(&load(&good_core(), limits()), Arc::new(Host::default()));
    assert_eq!(answered, Err(NotRecorded::Answered));
    let broken = Arc::new(Host {
        broken: true,
        ..Host::default()
    });
    let host = recorded(&load(&crashing(), limits()), broken);
    assert!(matches!(host, Err(NotRecorded::Other(_))), "{host:?}");
    let endless = Limits {
        fuel: u64::MAX,
        fuel_max: u64::MAX,
        wall: Duration::from_millis(50),
        ..limits()
    };
    let deadline = load(&core("", "", "(loop $l (br $l)) unreachable"), endless);
    let deadline = recorded(&deadline, Arc::new(Host::default()));
    assert!(
        matches!(deadline, Err(NotRecorded::Other(_))),
        "{deadline:?}"
    );
}

/// Answers with more than a bundle may hold.
struct Endless;

impl Services for Endless {
    fn read_file(&self, _: &str) -> Result<String, String> {
        Ok("x".repeat(20 << 20))
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

#[test]
fn a_call_that_was_told_too_much_is_not_recorded() {
    let large = Limits {
        memory: 64 << 20,
        ..limits()
    };
    let told = recorded(&load(&crashing(), large), Arc::new(Endless));
    assert_eq!(told, Err(NotRecorded::TooLarge));
}

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let bundle = recorded(&load(&crashing(), limits()), Arc::new(Host::default())).unwrap();
    bundle.encode().unwrap().0
});

/// A valid bundle, changed and given a checksum that fits.
fn forged(change: impl FnOnce(&mut Bundle)) -> Result<Bundle, BundleError> {
    let mut bundle = Bundle::decode(&GOOD).unwrap();
    change(&mut bundle);
    Bundle::decode(&bundle.encode().unwrap().0)
}

#[test]
fn what_no_bundle_holds_is_refused_with_the_reason() {
    let text = String::from_utf8(GOOD.clone()).unwrap();
    let read = |text: &str| Bundle::decode(text.as_bytes()).unwrap_err();
    assert!(matches!(read(""), BundleError::Json(_)));
    assert!(matches!(read("no json"), BundleError::Json(_)));
    assert!(matches!(
        read(&text[..text.len() / 2]),
        BundleError::Json(_)
    ));
    for foreign in [
        "[]",
        "3",
        "{}",
        r#"{"format": "zip"}"#,
        r#"{"format": "buildfix-failure"}"#,
    ] {
        assert_eq!(read(foreign), BundleError::Foreign, "{foreign}");
    }
    let later = text.replace(
        &format!("\"version\":{VERSION},\"checksum\""),
        "\"version\":99,\"checksum\"",
    );
    assert_eq!(read(&later), BundleError::Version(99));
    assert_eq!(read(&text.replace("a.txt", "b.txt")), BundleError::Checksum);
    assert!(matches!(
        read(&text.replace("\"exchanges\"", "\"exchangez\"")),
        BundleError::Content(_)
    ));
    let large = vec![b' '; (16 << 20) + 1];
    assert_eq!(Bundle::decode(&large), Err(BundleError::TooLarge));
    assert!(forged(|_| ()).is_ok());
    type Change = fn(&mut Bundle);
    let changes: [(&str, Change); 7] = [
        ("digest", |b| b.plugin.digest = "../../x".to_owned()),
        ("did not fail", |b| {
            b.outcome.ending = Ending::Answered {
                fixes: Vec::new(),
                dropped: Vec::new(),
            };
        }),
        ("to something else", |b| {
            b.exchanges[0].question = Question::RealPath {
                path: String::new(),
            };
        }),
        ("`stack`", |b| b.limits.stack = usize::MAX),
        ("`memory-max`", |b| b.limits.memory_max = usize::MAX),
        ("tier", |b| b.limits.tiers = vec![1]),
        ("no capability", |b| {
            b.granted = Some(vec!["write:all".to_owned()])
        }),
    ];
    for (says, change) in changes {
        let error = forged(change).unwrap_err();
        assert!(error.to_string().contains(says), "{error}");
    }
}

proptest! {
    #[test]
    fn a_changed_byte_is_noticed(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = GOOD.clone();
        let at = at.index(bytes.len());
        let same = bytes[at] == byte;
        // White space around the document means nothing.
        let white = bytes[at].is_ascii_whitespace() && byte.is_ascii_whitespace();
        bytes[at] = byte;
        prop_assert_eq!(Bundle::decode(&bytes).is_ok(), same || white);
    }

    #[test]
    fn a_part_is_no_bundle(at in any::<prop::sample::Index>()) {
        // The last byte is a line feed.
        let cut = at.index(GOOD.len() - 1);
        prop_assert!(Bundle::decode(&GOOD[..cut]).is_err());
    }

    #[test]
    fn other_bytes_are_no_bundle(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(Bundle::decode(&bytes).is_err());
    }

    #[test]
    fn forged_limits_make_an_error_and_no_crash(
        memory in any::<usize>(), stack in any::<usize>(), instances in any::<usize>(),
        output in any::<usize>(), tables in any::<usize>(), fuel in any::<u64>(), wall in any::<u64>(),
    ) {
        let _ = forged(|bundle| {
            let limits = &mut bundle.limits;
            (limits.memory, limits.stack, limits.instances) = (memory, stack, instances);
            (limits.output, limits.table_elements) = (output, tables);
            (limits.fuel, limits.wall_ms) = (fuel, wall);
        });
    }
}

#[test]
fn the_widest_limits_that_a_bundle_may_have_make_a_sandbox() {
    for wide in [false, true] {
        let bundle = forged(|bundle| {
            let limits = &mut bundle.limits;
            limits.memory = if wide { 4 << 30 } else { 0 };
            limits.memory_max = limits.memory;
            limits.stack = if wide { 64 << 20 } else { 64 << 10 };
            limits.instances = if wide { 10_000 } else { 1 };
            limits.output = if wide { 1 << 30 } else { 0 };
            limits.table_elements = if wide { 10_000_000 } else { 0 };
            limits.fuel = if wide { u64::MAX } else { 1 };
            limits.fuel_max = limits.fuel;
        })
        .unwrap();
        let made = replay(&bundle, "guest.wasm", guest(&crashing()), None);
        // Whatever comes of it, it is told.
        match runtime().block_on(made) {
            Ok(replayed) => assert_eq!(replayed.differences(&bundle).is_empty(), wide),
            Err(error) => assert!(!wide, "{error}"),
        }
    }
}
