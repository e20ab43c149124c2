//! What one command over one folder cannot tell.

use crate::tool::{absent, buildfix, copy, root, tree};
use libtest_mimic::{Failed, Trial};
use std::path::Path;
use std::process::{Command, Output};

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, &[&str], Body); 16] = [
        (
            "undo_restores_every_byte",
            &["cargo"],
            undo_restores_every_byte,
        ),
        (
            "undo_leaves_files_edited_since_alone",
            &["cargo"],
            undo_leaves_edited_files,
        ),
        (
            "dry_run_changes_nothing_and_prints_the_diff",
            &["cargo", "patch"],
            dry_run,
        ),
        (
            "the_same_run_twice_gives_the_same_tree",
            &["cargo"],
            deterministic,
        ),
        ("a_log_from_standard_input_is_enough", &[], from_log),
        ("check_lists_classes", &[], check),
        ("a_dirty_file_is_left_alone", &["cargo", "git"], dirty),
        ("ctrl_c_leaves_a_whole_tree", &["cargo"], ctrl_c),
        (
            "a_build_that_cannot_start_is_an_error",
            &[],
            no_such_program,
        ),
        (
            "a_build_without_a_readable_error_is_an_error",
            &[],
            unreadable,
        ),
        ("a_folder_without_a_build_is_an_error", &[], no_build),
        (
            "an_unknown_key_of_the_manifest_is_an_error",
            &[],
            unknown_key,
        ),
        (
            "a_plugin_that_is_no_component_is_refused_by_name",
            &[],
            no_component,
        ),
        ("a_matcher_of_the_user_feeds_the_fixers", &[], matcher),
        ("odd_paths_are_fixed_like_any_other", &["gcc"], odd_paths),
        ("hostile_output_is_survived", &[], hostile_output),
    ];
    list.into_iter()
        .map(|(name, needs, body)| {
            let missing = absent(needs);
            let name = if missing.is_empty() {
                name.to_owned()
            } else {
                format!("{name} (needs {})", missing.join(", "))
            };
            Trial::test(name, move || {
                let temp = tempfile::tempdir()?;
                let dir = temp.path().canonicalize()?.join("project");
                std::fs::create_dir(&dir)?;
                body(&dir)
            })
            .with_ignored_flag(!missing.is_empty())
        })
        .collect()
}

fn example(dir: &Path) {
    copy(&root().join("examples/broken-rust"), dir);
    let _ = std::fs::remove_dir_all(dir.join("target"));
}

pub fn run(dir: &Path, args: &[&str]) -> Output {
    buildfix().args(args).current_dir(dir).output().unwrap()
}

pub fn ensure(condition: bool, what: &str, output: &Output) -> Result<(), Failed> {
    if condition {
        return Ok(());
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Err(format!(
        "{what}\n{:?}\nstdout:\n{}\nstderr:\n{}",
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    )
    .into())
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn undo_restores_every_byte(dir: &Path) -> Result<(), Failed> {
    example(dir);
    let before = tree(dir);
    let fixed = run(dir, &["run", "--yes"]);
    ensure(
        fixed.status.code() == Some(0),
        "the example must end green",
        &fixed,
    )?;
    ensure(tree(dir) != before, "something must have changed", &fixed)?;
    let undone = run(dir, &["undo"]);
    ensure(undone.status.code() == Some(0), "undo must work", &undone)?;
    ensure(tree(dir) == before, "every byte must be as before", &undone)
}

fn undo_leaves_edited_files(dir: &Path) -> Result<(), Failed> {
    example(dir);
    let before = tree(dir);
    run(dir, &["run", "--yes"]);
    let edited = dir.join("src/main.rs");
    let mut text = std::fs::read(&edited)?;
    text.extend_from_slice(b"// mine\n");
    std::fs::write(&edited, &text)?;
    std::fs::write(dir.join("other.txt"), "mine too")?;
    let undone = run(dir, &["undo"]);
    ensure(
        stderr(&undone).contains("src/main.rs"),
        "the edited file must be named",
        &undone,
    )?;
    ensure(
        std::fs::read(&edited)? == text,
        "the edited file must be left alone",
        &undone,
    )?;
    let inventory = std::fs::read(dir.join("src/inventory.rs"))?;
    ensure(
        inventory == before["src/inventory.rs"],
        "the other file must be restored",
        &undone,
    )?;
    let forced = run(dir, &["undo", "--force"]);
    ensure(
        std::fs::read(&edited)? == before["src/main.rs"],
        "--force must restore it",
        &forced,
    )
}

fn dry_run(dir: &Path) -> Result<(), Failed> {
    example(dir);
    let before = tree(dir);
    let dry = run(dir, &["run", "--dry-run"]);
    ensure(
        dry.status.code() == Some(0),
        "the copy must end green",
        &dry,
    )?;
    ensure(tree(dir) == before, "nothing may have changed", &dry)?;
    std::fs::write(dir.join("fix.diff"), &dry.stdout)?;
    let patched = Command::new("patch")
        .args(["-p1", "-i", "fix.diff"])
        .current_dir(dir)
        .output()?;
    ensure(patched.status.success(), "the diff must apply", &patched)?;
    let built = Command::new("cargo")
        .args(["build", "--offline"])
        .current_dir(dir)
        .output()?;
    ensure(
        built.status.success(),
        "the patched tree must build",
        &built,
    )
}

fn deterministic(dir: &Path) -> Result<(), Failed> {
    let (one, two) = (dir.join("one"), dir.join("two"));
    example(&one);
    example(&two);
    let first = run(&one, &["run", "--yes", "--jobs", "1"]);
    let second = run(&two, &["run", "--yes", "--jobs", "7"]);
    ensure(
        first.status.success() && tree(&one) == tree(&two),
        "the trees must be equal",
        &second,
    )
}

/// What tsc prints of [`missing_import`].
pub const TSC_LOG: &str = "src/a.ts(1,16): error TS2304: Cannot find name 'helper'.\n";

/// A project whose only error takes a look at its other files.
pub fn missing_import(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir.join("src"))?;
    std::fs::write(dir.join("tsconfig.json"), "{}\n")?;
    std::fs::write(dir.join("src/a.ts"), "const aaaaaa = helper();\n")?;
    std::fs::write(
        dir.join("src/b.ts"),
        "export function helper(): number {\n    return 1;\n}\n",
    )
}

fn from_log(dir: &Path) -> Result<(), Failed> {
    use std::io::Write as _;
    missing_import(dir)?;
    let mut child = buildfix()
        .args(["run", "--yes", "--from-log", "-"])
        .current_dir(dir)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    child.stdin.take().unwrap().write_all(TSC_LOG.as_bytes())?;
    let output = child.wait_with_output()?;
    let text = std::fs::read_to_string(dir.join("src/a.ts"))?;
    ensure(
        text.contains("import { helper } from"),
        "the import must be there",
        &output,
    )
}

fn check(dir: &Path) -> Result<(), Failed> {
    std::fs::write(dir.join("build.log"), TSC_LOG.repeat(3))?;
    let output = run(dir, &["check", "build.log", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    ensure(
        document["classes"]["typescript/TS2304"] == 1,
        "repeats are one error",
        &output,
    )?;
    ensure(
        output.status.code() == Some(1),
        "errors are no success",
        &output,
    )
}

pub fn git(dir: &Path, args: &[&str]) {
    let identity = [
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@example.invalid",
    ];
    let output = Command::new("git")
        .args(identity)
        .args(args)
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
}

fn dirty(dir: &Path) -> Result<(), Failed> {
    example(dir);
    std::fs::write(dir.join(".gitignore"), "target\n")?;
    git(dir, &["init", "-q"]);
    git(dir, &["add", "."]);
    git(dir, &["commit", "-q", "-m", "as it was"]);
    let main = dir.join("src/main.rs");
    let mine = format!("{}\n// not committed\n", std::fs::read_to_string(&main)?);
    std::fs::write(&main, &mine)?;
    let careful = run(dir, &["run", "--yes"]);
    ensure(
        std::fs::read_to_string(&main)? == mine,
        "the dirty file must be left alone",
        &careful,
    )?;
    ensure(
        stderr(&careful).contains("--allow-dirty"),
        "the way out must be told",
        &careful,
    )?;
    let bold = run(dir, &["run", "--yes", "--allow-dirty"]);
    ensure(
        bold.status.code() == Some(0),
        "--allow-dirty must end green",
        &bold,
    )
}

fn ctrl_c(dir: &Path) -> Result<(), Failed> {
    example(dir);
    let before = tree(dir);
    // A build that never ends.
    let child = buildfix()
        .args([
            "run",
            "--yes",
            "--",
            "sh",
            "-c",
            "cargo build --offline; sleep 600",
        ])
        .current_dir(dir)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()?;
    std::thread::sleep(std::time::Duration::from_secs(3));
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()?;
    assert!(killed.success());
    let started = std::time::Instant::now();
    let output = child.wait_with_output()?;
    ensure(started.elapsed().as_secs() < 60, "it must stop", &output)?;
    ensure(tree(dir) == before, "the tree must be whole", &output)
}

fn no_such_program(dir: &Path) -> Result<(), Failed> {
    let output = run(dir, &["run", "--yes", "--", "no-such-program-anywhere"]);
    ensure(output.status.code() == Some(3), "exit code 3", &output)?;
    ensure(
        stderr(&output).contains("no-such-program-anywhere"),
        "it must be named",
        &output,
    )
}

fn unreadable(dir: &Path) -> Result<(), Failed> {
    let output = run(
        dir,
        &[
            "run",
            "--yes",
            "--",
            "sh",
            "-c",
            "echo the disk is on fire; exit 7",
        ],
    );
    ensure(output.status.code() == Some(3), "exit code 3", &output)?;
    ensure(
        stderr(&output).contains("the disk is on fire"),
        "its last words must be shown",
        &output,
    )
}

fn no_build(dir: &Path) -> Result<(), Failed> {
    let output = run(dir, &["run", "--yes"]);
    ensure(output.status.code() == Some(3), "exit code 3", &output)?;
    ensure(
        stderr(&output).contains("help:"),
        "the next step must be told",
        &output,
    )
}

fn unknown_key(dir: &Path) -> Result<(), Failed> {
    std::fs::write(dir.join("buildfix.toml"), "[build]\ncomand = [\"make\"]\n")?;
    let output = run(dir, &["run", "--yes"]);
    ensure(output.status.code() == Some(3), "exit code 3", &output)?;
    let text = stderr(&output);
    ensure(
        text.contains("comand") && text.contains("line 2"),
        "key and line must be told",
        &output,
    )
}

fn no_component(dir: &Path) -> Result<(), Failed> {
    std::fs::write(dir.join("bad.wasm"), b"\0asm\x01\0\0\0")?;
    std::fs::write(
        dir.join("buildfix.toml"),
        "[plugins.bad]\npath = \"bad.wasm\"\n",
    )?;
    let output = run(dir, &["run", "--yes", "--", "false"]);
    ensure(output.status.code() == Some(3), "exit code 3", &output)?;
    let text = stderr(&output);
    ensure(
        text.contains("bad.wasm") && text.contains("component"),
        "who and why must be told",
        &output,
    )
}

/// A tool that buildfix has never heard of, over a language that it knows.
fn matcher(dir: &Path) -> Result<(), Failed> {
    let manifest = r#"
[build]
command = ["sh", "build.sh"]
[[matcher]]
name = "oddlint"
language = "rust"
regex = '^(?P<severity>error) at (?P<file>[^ ]+) line (?P<line>\d+) col (?P<column>\d+) (?P<message>.*)$'
"#;
    std::fs::write(dir.join("buildfix.toml"), manifest)?;
    std::fs::write(dir.join("a.rs"), "fn a() {\n")?;
    std::fs::write(
        dir.join("build.sh"),
        "echo 'error at a.rs line 1 col 9 an odd thing'; exit 1\n",
    )?;
    let output = run(dir, &["run", "--yes", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    ensure(
        report["diagnostics"][0]["class"] == "rust/an-odd-thing",
        "its class",
        &output,
    )?;
    ensure(
        report["diagnostics"][0]["location"] == "a.rs:1:9",
        "its place",
        &output,
    )
}

fn odd_paths(dir: &Path) -> Result<(), Failed> {
    let names = [
        "with space.c",
        "par(en)s.c",
        "br[ack]et.c",
        "pl+us.c",
        "dol$ar.c",
        "кириллица.c",
    ];
    for name in names {
        std::fs::write(
            dir.join(name),
            "int main(void) {\n    int x = 0;\n    return x\n}\n",
        )?;
    }
    let script = "for f in *.c; do gcc -fsyntax-only \"$f\" || bad=1; done; test -z \"$bad\"";
    let output = run(dir, &["run", "--yes", "--", "sh", "-c", script]);
    ensure(
        output.status.code() == Some(0),
        "every file must be mended",
        &output,
    )
}

fn hostile_output(dir: &Path) -> Result<(), Failed> {
    let mut log = Vec::new();
    log.extend_from_slice(b"a.c:1:1: error: \0 nul \xff\xfe not utf-8\n");
    log.extend(std::iter::repeat_n(b'x', 1_000_000));
    log.extend_from_slice(
        b"\r\n../../etc/passwd:1:1: error: outside\n/etc/passwd:1:1: error: outside\n",
    );
    log.extend_from_slice(
        b"a.c:99999999999999999999:1: error: far\na.c:4294967295:4294967295: error: far\n",
    );
    std::fs::write(dir.join("log"), &log)?;
    std::fs::write(dir.join("a.c"), "int main(void) { return 0; }\n")?;
    let before = tree(dir);
    let output = run(dir, &["run", "--yes", "--", "sh", "-c", "cat log; exit 1"]);
    ensure(output.status.code() == Some(2), "unchanged", &output)?;
    ensure(tree(dir) == before, "nothing may have changed", &output)
}
