//! Cases of real components: the bundled one that repairs syntax errors, and
//! guests in text form that misbehave.

use buildfix_author::case::{Case, CaseError};
use buildfix_author::check::check;
use buildfix_author::test::{self, Figures};
use buildfix_sandbox::{Plugin, Sandbox, SandboxOptions};
use std::path::Path;
use wit_component::{StringEncoding, embed_component_metadata};

const LOG: &str = "main.c:3:17: error: expected ';' before 'return'\n";
const SOURCE: &str = "int f(void)\n{\n\tint width = 1\n\treturn width;\n}\n";
const DIFF: &str = "\
diff --git a/main.c b/main.c
--- a/main.c
+++ b/main.c
@@ -1,5 +1,5 @@
 int f(void)
 {
-\tint width = 1
+\tint width = 1;
 \treturn width;
 }
";

fn sandbox() -> Sandbox {
    Sandbox::new(SandboxOptions::default()).unwrap()
}

fn bundled(name: &str) -> (Plugin, Vec<u8>) {
    let dist = concat!(env!("CARGO_MANIFEST_DIR"), "/../../plugins/dist");
    let bytes = std::fs::read(format!("{dist}/{name}.wasm")).unwrap();
    (sandbox().load(name, &bytes).unwrap(), bytes)
}

/// A plugin whose `fix` is `body`, after `imports`.
fn guest(imports: &str, body: &str, manifest: &str) -> (Plugin, Vec<u8>) {
    let core = format!(
        r#"(module {imports}
          (memory (export "memory") 2)
          (func $alloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $top (i32.add (global.get $top) (local.get 3)))
            (i32.and (i32.sub (global.get $top) (local.get 3)) (i32.const -8)))
          (global $top (mut i32) (i32.const 65536))
          (data (i32.const 8000) "main.c") (data (i32.const 8010) "info")
          (func $mend (result i32) {body})
          (func (export "fix")
            (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
            (call $mend)))"#
    );
    let mut resolve = wit_parser::Resolve::default();
    let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/fixer-0.1.0");
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("fixer")).unwrap();
    let mut module = wat::parse_str(&core).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    let bytes = buildfix_component::componentize(&module, manifest).unwrap();
    (sandbox().load("guest.wasm", &bytes).unwrap(), bytes)
}

const MANIFEST: &str = r#"
manifest-version = 1
name = "acme/guest"
version = "1.2.3"
[fixer]
world = "buildfix:fixer@0.1.0"
classes = ["c/*"]
"#;

/// Answers nothing.
const NOTHING: &str = "(i32.store8 (i32.const 1024) (i32.const 0))
    (i64.store (i32.const 1028) (i64.const 0)) (i64.store (i32.const 1036) (i64.const 0))
    (i32.const 1024)";

fn write(dir: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// A plugin's folder with one case.
fn plugin_dir(expected: Option<&str>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    write(
        dir.path(),
        &[
            ("tests/semicolon/log.txt", LOG),
            ("tests/semicolon/tree/main.c", SOURCE),
        ],
    );
    if let Some(expected) = expected {
        write(dir.path(), &[("tests/semicolon/expected.diff", expected)]);
    }
    dir
}

fn cases(dir: &tempfile::TempDir) -> Vec<Case> {
    test::cases(dir.path(), None).unwrap()
}

#[test]
fn a_case_passes_with_its_diff_and_tells_what_it_cost() {
    let dir = plugin_dir(Some(DIFF));
    let (plugin, _) = bundled("syntax-repair");
    let reports = test::run(&plugin, &cases(&dir), false).unwrap();
    let [report] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert_eq!(report.diff, DIFF);
    assert!(report.passed && !report.updated, "{report:?}");
    assert_eq!(report.difference, "");
    assert_eq!(report.applied.len(), 1);
    let [call] = &report.calls[..] else {
        panic!("{report:?}")
    };
    assert!(call.fuel > 0 && call.fuel < call.budget && call.memory > 0);
    assert_eq!((call.tier, call.diagnostics), (1, 1));
    assert!(call.place.starts_with("main.c:3:"), "{}", call.place);
    assert!(call.denied.is_empty(), "{:?}", call.denied);
    // A diff by hand has no such line.
    let by_hand = DIFF.split_once('\n').unwrap().1;
    let dir_by_hand = plugin_dir(Some(by_hand));
    assert!(test::run(&plugin, &cases(&dir_by_hand), false).unwrap()[0].passed);
    let figures = Figures::of(&report.calls);
    assert_eq!((figures.fuel_p50, figures.fuel_max), (call.fuel, call.fuel));
    // The tree is as it was, and holds nothing new.
    let tree = dir.path().join("tests/semicolon/tree");
    assert_eq!(std::fs::read_dir(&tree).unwrap().count(), 1);
    assert_eq!(
        std::fs::read_to_string(tree.join("main.c")).unwrap(),
        SOURCE
    );
}

#[test]
fn another_diff_fails_and_update_writes_it() {
    let dir = plugin_dir(None);
    let (plugin, _) = bundled("syntax-repair");
    let reports = test::run(&plugin, &cases(&dir), false).unwrap();
    assert!(!reports[0].passed);
    assert!(
        reports[0].difference.contains("+++ actual\n"),
        "{}",
        reports[0].difference
    );
    let file = dir.path().join("tests/semicolon/expected.diff");
    assert!(!file.exists());
    let reports = test::run(&plugin, &cases(&dir), true).unwrap();
    assert!(reports[0].passed && reports[0].updated);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), DIFF);
    let reports = test::run(&plugin, &cases(&dir), true).unwrap();
    assert!(reports[0].passed && !reports[0].updated);
}

#[test]
fn a_crash_fails_its_case_and_tells_where() {
    let dir = plugin_dir(Some(""));
    let (plugin, _) = guest("", "unreachable", MANIFEST);
    // `--update` makes no crash an expectation.
    let reports = test::run(&plugin, &cases(&dir), true).unwrap();
    assert!(!reports[0].passed && !reports[0].updated);
    assert_eq!(
        reports[0].calls[0].failure.as_deref().unwrap(),
        "plugin `acme/guest` 1.2.3, on c/expected-before in main.c: crashed: wasm trap: wasm \
         `unreachable` instruction executed\n  \
         for main.c:3:15: expected ';' before 'return'\n  \
         at mend\n  \
         at function 2\n\
         help: this is a bug in the plugin: report it to its author"
    );
}

#[test]
fn a_refused_question_is_told_even_if_the_guest_says_nothing() {
    let dir = plugin_dir(None);
    let imports = r#"(import "buildfix:fixer/workspace@0.1.0" "read-file"
        (func $read (param i32 i32 i32)))"#;
    let body = format!("(call $read (i32.const 8000) (i32.const 6) (i32.const 4000)) {NOTHING}");
    let (plugin, _) = guest(imports, &body, MANIFEST);
    let reports = test::run(&plugin, &cases(&dir), false).unwrap();
    assert!(reports[0].passed, "{reports:?}");
    let [denied] = &reports[0].calls[0].denied[..] else {
        panic!("{reports:?}")
    };
    assert_eq!(
        denied,
        "plugin `acme/guest` asked to read `main.c` (workspace.read-file), which its manifest does \
         not declare\nhelp: its author can declare it in plugin.toml: `read = [\"glob:main.c\"]` \
         under `[capabilities]`"
    );
}

#[test]
fn what_is_no_case_says_what_it_lacks() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(test::cases(dir.path(), None).unwrap().len(), 0);
    write(
        dir.path(),
        &[("tests/a/log.txt", LOG), ("tests/README", "")],
    );
    let lacks = |dir: &Path| Case::all(&dir.join("tests")).unwrap_err();
    assert!(matches!(lacks(dir.path()), CaseError::NoTree(_)));
    std::fs::create_dir(dir.path().join("tests/a/tree")).unwrap();
    assert_eq!(test::cases(dir.path(), None).unwrap().len(), 1);
    assert_eq!(test::cases(dir.path(), Some("b")).unwrap().len(), 0);
    write(dir.path(), &[("tests/a/case.toml", "placeholder = true")]);
    let error = lacks(dir.path()).to_string();
    assert!(
        error.contains("case.toml") && error.contains("placeholder"),
        "{error}"
    );
    std::fs::remove_file(dir.path().join("tests/a/log.txt")).unwrap();
    assert!(matches!(lacks(dir.path()), CaseError::NoLog(_)));
}

#[test]
fn a_check_tells_what_a_registry_would_refuse() {
    let dir = plugin_dir(Some(DIFF));
    let (plugin, bytes) = bundled("syntax-repair");
    let findings = check(&plugin, &bytes, &cases(&dir)).unwrap();
    assert_eq!(findings.refusals, Vec::<String>::new());

    let manifest = format!(
        "{}[capabilities]\nread = [\"glob:**/*.h\"]\n",
        MANIFEST.replace("c/*", "*/*")
    );
    let (plugin, bytes) = guest("", NOTHING, &manifest);
    let findings = check(&plugin, &bytes, &cases(&dir)).unwrap();
    assert_eq!(
        findings.refusals,
        [
            "plugin.toml has no `license`",
            "plugin.toml has no `description`",
            "case `semicolon` fails",
        ]
    );
    for part in ["no `repository`", "class `*/*` is broad", "`glob:**/*.h`"] {
        let told = findings
            .warnings
            .iter()
            .any(|warning| warning.contains(part));
        assert!(told, "{part}: {:?}", findings.warnings);
    }
}
