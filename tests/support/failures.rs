//! Calls of fixers that fail: what the user is told, what is recorded, and what
//! `plugin replay` makes of it.

use crate::cases::compare;
use crate::scenarios::ensure;
use crate::tool::{buildfix, root, transcript, tree};
use libtest_mimic::{Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::Output;
use wit_component::{StringEncoding, embed_component_metadata};

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, Body); 11] = [
        ("a_crash_is_told_whole_and_replayed", crash),
        ("every_kind_of_failure_is_replayed", kinds),
        (
            "a_bundle_needs_neither_the_project_nor_its_files",
            elsewhere,
        ),
        ("a_bundled_fixer_is_found_by_its_digest", bundled),
        ("a_mended_plugin_gives_another_outcome", mended),
        (
            "the_command_names_the_plugin_of_a_command_line",
            command_line,
        ),
        ("bundles_hold_no_absolute_path", no_paths),
        ("nothing_is_recorded_unless_it_is_to_be", not_recorded),
        (
            "few_calls_of_a_run_are_recorded_and_few_bundles_kept",
            bounded,
        ),
        ("a_planted_symlink_is_not_followed", planted),
        ("a_bad_bundle_is_refused_by_name", bad_bundles),
    ];
    list.into_iter()
        .map(|(name, body)| {
            Trial::test(format!("failure::{name}"), move || {
                let dir = tempfile::tempdir()?;
                let dir = dir.path().canonicalize()?.join("project");
                std::fs::create_dir(&dir)?;
                body(&dir)
            })
        })
        .collect()
}

/// A plugin whose `fix` calls `mend`, which has `body`. It reads its own file to
/// address 4000 and logs two lines before that.
fn guest(name: &str, body: &str) -> Vec<u8> {
    let core = format!(
        r#"(module
          (import "buildfix:fixer/workspace@0.1.0" "read-file" (func $read (param i32 i32 i32)))
          (import "buildfix:fixer/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))
          (memory (export "memory") 2)
          (global $top (mut i32) (i32.const 65536))
          (func $alloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $top (i32.and (i32.add (global.get $top)
              (i32.add (local.get 3) (i32.const 7))) (i32.const -8)))
            (i32.sub (global.get $top) (i32.and (i32.add (local.get 3) (i32.const 7)) (i32.const -8))))
          (data (i32.const 3000) "src/lib.rs") (data (i32.const 3020) "info")
          (data (i32.const 3030) "looking for a semicolon") (data (i32.const 3060) "found none")
          (func $_ZN9semicolon4mend17h0123456789abcdefE (result i32)
            (call $log (i32.const 3020) (i32.const 4) (i32.const 3030) (i32.const 23))
            (call $read (i32.const 3000) (i32.const 10) (i32.const 4000))
            (call $log (i32.const 3020) (i32.const 4) (i32.const 3060) (i32.const 10))
            {body})
          (func $fix (export "fix")
            (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)
            (call $_ZN9semicolon4mend17h0123456789abcdefE)))"#
    );
    let manifest = format!(
        r#"
manifest-version = 1
name = "acme/{name}"
version = "1.2.3"
[fixer]
world = "buildfix:fixer@0.1.0"
classes = ["rust/*"]
[capabilities]
read = ["workspace"]
"#
    );
    let mut resolve = wit_parser::Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit/fixer-0.1.0")).unwrap();
    let world = resolve.select_world(&[package], Some("fixer")).unwrap();
    let mut module = wat::parse_str(&core).unwrap_or_else(|error| panic!("{error}\n{core}"));
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false).unwrap();
    buildfix_component::componentize(&module, &manifest).unwrap()
}

/// Answers nothing.
const NOTHING: &str = "(i32.store8 (i32.const 1024) (i32.const 0))
    (i64.store (i32.const 1028) (i64.const 0)) (i64.store (i32.const 1036) (i64.const 0))
    (i32.const 1024)";

/// A project with one error, and a plugin that does `body` about it.
fn project(dir: &Path, body: &str) {
    std::fs::create_dir(dir.join("src")).unwrap();
    std::fs::write(dir.join("src/lib.rs"), "fn a() -> u8 { 1 2 }\n").unwrap();
    let path = dir.join("src/lib.rs");
    let log = format!(
        "error[E0001]: expected `;` in {0}\n --> src/lib.rs:1:18\n  |\n1 | x\n  | ^\n\n",
        path.display()
    );
    std::fs::write(dir.join("log.txt"), log).unwrap();
    std::fs::write(dir.join("semicolon.wasm"), guest("semicolon", body)).unwrap();
    std::fs::write(
        dir.join("buildfix.toml"),
        "[plugins.semicolon]\npath = \"semicolon.wasm\"\n",
    )
    .unwrap();
}

const RUN: [&str; 6] = [
    "run",
    "--yes",
    "--no-bundled",
    "--no-cache",
    "--from-log",
    "log.txt",
];

/// With a cache of its own: the breaker that other tests' failures of the same
/// component opened would keep it from being called.
fn run(dir: &Path, args: &[&str]) -> Output {
    buildfix()
        .args(args)
        .env("BUILDFIX_CACHE_DIR", dir.with_file_name("cache"))
        .current_dir(dir)
        .output()
        .unwrap()
}

fn fail(dir: &Path) -> Result<Output, Failed> {
    // A breaker that many failures opened would keep the plugin from its call.
    let output = buildfix()
        .args(RUN)
        .env("BUILDFIX_CACHE_DIR", dir.join("../cache"))
        .current_dir(dir)
        .output()?;
    ensure(output.status.code() == Some(2), "unchanged", &output)?;
    Ok(output)
}

fn bundles(dir: &Path) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(dir.join(".buildfix/failures"));
    let mut found: Vec<PathBuf> = folders
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join("bundle.json"))
        .collect();
    found.sort();
    found
}

fn only(dir: &Path, output: &Output) -> Result<PathBuf, Failed> {
    let found = bundles(dir);
    ensure(found.len() == 1, "one bundle", output)?;
    Ok(found[0].clone())
}

fn replay(dir: &Path, bundle: &Path, more: &[&str]) -> Result<Output, Failed> {
    Ok(buildfix()
        .args(["plugin", "replay"])
        .arg(bundle)
        .args(more)
        .env("BUILDFIX_CACHE_DIR", dir.join("../cache"))
        .current_dir(dir)
        .output()?)
}

/// A transcript without what follows from the component's bytes.
fn plain(output: &Output, dir: &Path) -> String {
    let hex = regex::Regex::new(r"\b[0-9a-f]{64}\b|failures/[0-9a-f]{16}\b").unwrap();
    let text = transcript(output, dir);
    let text = hex.replace_all(&text, |found: &regex::Captures<'_>| match found[0].len() {
        64 => "[DIGEST]",
        _ => "failures/[NAME]",
    });
    text.into_owned()
}

fn snapshot(name: &str, actual: &str) -> Result<(), Failed> {
    compare(&root().join("tests/support/failures").join(name), actual)
}

fn crash(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    let output = fail(dir)?;
    snapshot("run.txt", &plain(&output, dir))?;
    // The command that the message ends with.
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let command = text.split("make this call again with `buildfix ").nth(1);
    let command = command.and_then(|rest| rest.split('`').next());
    let command: Vec<&str> = command.ok_or("no command")?.split(' ').collect();
    snapshot("replay.txt", &plain(&run(dir, &command), dir))
}

fn kinds(dir: &Path) -> Result<(), Failed> {
    let list = [
        ("ran out of fuel after", "(loop $l (br $l)) unreachable"),
        (
            "needed more than",
            "(loop $l (if (i32.eq (i32.const -1) (memory.grow (i32.const 16))) (then unreachable))
               (br $l)) unreachable",
        ),
        // A list of fixes that is as long as an address space.
        (
            "crashed:",
            "(i32.store8 (i32.const 1024) (i32.const 0)) (i32.store (i32.const 1028) (i32.const 8))
             (i32.store (i32.const 1032) (i32.const 0x7fffffff)) (i32.const 1024)",
        ),
        (
            "made more than 100000 host calls",
            "(loop $l (call $log (i32.const 3020) (i32.const 4) (i32.const 3060) (i32.const 0))
               (br $l)) unreachable",
        ),
        (
            "failed: found none",
            "(i32.store8 (i32.const 1024) (i32.const 1)) (i32.store (i32.const 1028) (i32.const 3060))
             (i32.store (i32.const 1032) (i32.const 10)) (i32.const 1024)",
        ),
    ];
    for (number, (says, body)) in list.into_iter().enumerate() {
        let dir = dir.join(number.to_string());
        std::fs::create_dir(&dir)?;
        project(&dir, body);
        let output = fail(&dir)?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure(told.contains(says), says, &output)?;
        let replayed = replay(&dir, &only(&dir, &output)?, &[])?;
        ensure(replayed.status.code() == Some(0), says, &replayed)?;
        let text = String::from_utf8_lossy(&replayed.stdout).into_owned();
        ensure(text.contains(says), says, &replayed)?;
    }
    Ok(())
}

fn elsewhere(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    let output = fail(dir)?;
    let other = dir.with_file_name("other");
    std::fs::create_dir(&other)?;
    std::fs::copy(only(dir, &output)?, other.join("bundle.json"))?;
    std::fs::rename(dir.join("semicolon.wasm"), other.join("it.wasm"))?;
    std::fs::remove_dir_all(dir)?;
    let bundle = Path::new("bundle.json");
    let lost = replay(&other, bundle, &[])?;
    ensure(lost.status.code() == Some(3), "exit code 3", &lost)?;
    let told = String::from_utf8_lossy(&lost.stderr).into_owned();
    ensure(
        told.contains("acme/semicolon 1.2.3")
            && told.contains("help: name its file with `--plugin"),
        "who is missing, and what to do",
        &lost,
    )?;
    let named = replay(&other, bundle, &["--plugin", "it.wasm"])?;
    ensure(named.status.code() == Some(0), "named", &named)?;
    // Or by another project's buildfix.toml.
    let third = other.join("third");
    std::fs::create_dir(&third)?;
    std::fs::write(
        third.join("buildfix.toml"),
        "[plugins.x]\npath = \"../it.wasm\"\n",
    )?;
    let found = replay(&other, bundle, &["-C", "third"])?;
    ensure(found.status.code() == Some(0), "found", &found)?;
    // Or among the installed ones.
    let sum = buildfix_registry::index::Checksum::of(&std::fs::read(other.join("it.wasm"))?);
    let store = other.with_file_name("cache").join("cas/sha256");
    std::fs::create_dir_all(&store)?;
    std::fs::rename(other.join("it.wasm"), store.join(sum.hex()))?;
    let installed = replay(&other, bundle, &[])?;
    ensure(installed.status.code() == Some(0), "installed", &installed)
}

fn bundled(dir: &Path) -> Result<(), Failed> {
    std::fs::create_dir(dir.join("src"))?;
    std::fs::write(dir.join("tsconfig.json"), "{}\n")?;
    std::fs::write(dir.join("src/a.ts"), "export const a = helper();\n")?;
    let log = "src/a.ts(1,18): error TS2304: Cannot find name 'helper'.\n";
    std::fs::write(dir.join("log.txt"), log)?;
    // Nobody can answer with so little.
    let limits = "[limits]\nfuel = 100\nfuel-per-byte = 1\ntiers = [2]\n";
    std::fs::write(dir.join("buildfix.toml"), limits)?;
    let args: Vec<&str> = RUN
        .into_iter()
        .filter(|arg| *arg != "--no-bundled")
        .collect();
    let output = run(dir, &args);
    let found = bundles(dir);
    ensure(!found.is_empty(), "bundles", &output)?;
    // Neither the limits nor the breaker of the project count any more.
    std::fs::remove_file(dir.join("buildfix.toml"))?;
    let replayed = replay(dir, &found[0], &[])?;
    let text = String::from_utf8_lossy(&replayed.stdout).into_owned();
    ensure(
        replayed.status.code() == Some(0) && text.contains("file     bundled "),
        "found by its digest",
        &replayed,
    )
}

fn command_line(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    std::fs::remove_file(dir.join("buildfix.toml"))?;
    let top = dir.parent().ok_or("no parent")?;
    std::fs::rename(dir.join("semicolon.wasm"), top.join("it's.wasm"))?;
    let output = run(dir, &[&RUN[..], &["--plugin", "../it's.wasm"]].concat());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let command = text.split("make this call again with `").nth(1);
    let command = command.and_then(|rest| rest.split('`').next());
    // As a user pastes it.
    let rest = command.and_then(|command| command.strip_prefix("buildfix "));
    let command = format!(
        "'{}' {}",
        env!("CARGO_BIN_EXE_buildfix"),
        rest.ok_or("no command")?
    );
    let replayed = std::process::Command::new("sh")
        .args(["-c", &command])
        .env("BUILDFIX_CACHE_DIR", top.join("cache"))
        .current_dir(dir)
        .output()?;
    ensure(replayed.status.code() == Some(0), &command, &replayed)
}

fn mended(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    let output = fail(dir)?;
    let bundle = only(dir, &output)?;
    std::fs::write(dir.join("new.wasm"), guest("semicolon", NOTHING))?;
    let before = tree(dir);
    let replayed = replay(dir, &bundle, &["--plugin", "new.wasm"])?;
    ensure(replayed.status.code() == Some(1), "exit code 1", &replayed)?;
    let text = String::from_utf8_lossy(&replayed.stdout).into_owned();
    for part in [
        "answered with 0 fixes",
        "note: this is not the component that the call was recorded of",
        "another outcome than recorded:\n  recorded: it crashed:",
    ] {
        ensure(text.contains(part), part, &replayed)?;
    }
    ensure(tree(dir) == before, "a replay changes nothing", &replayed)
}

fn no_paths(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    let output = fail(dir)?;
    let text = std::fs::read_to_string(only(dir, &output)?)?;
    let top = dir.parent().ok_or("no parent")?.display().to_string();
    ensure(!text.contains(&top), "no path of the user", &output)?;
    // What the compiler said of it is there in another form.
    ensure(text.contains("in ./src/lib.rs"), "a stand-in", &output)
}

fn not_recorded(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    for more in ["--no-record", "--dry-run"] {
        let output = run(dir, &[&RUN[..], &[more]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure(told.contains("crashed: "), "it failed", &output)?;
        ensure(!told.contains("make this call again"), more, &output)?;
        ensure(bundles(dir).is_empty(), more, &output)?;
    }
    // The user did not allow it, which is no fault of the plugin.
    std::fs::write(dir.join("semicolon.wasm"), guest("semicolon", NOTHING))?;
    let output = fail(dir)?;
    ensure(bundles(dir).is_empty(), "it did not fail", &output)
}

fn bounded(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    // Three plugins that fail, about two files of each of ten classes.
    let mut config = String::new();
    for name in ["one", "two", "three"] {
        std::fs::write(dir.join(format!("{name}.wasm")), guest(name, "unreachable"))?;
        config.push_str(&format!("[plugins.{name}]\npath = \"{name}.wasm\"\n"));
    }
    std::fs::write(dir.join("buildfix.toml"), config)?;
    let mut log = String::new();
    std::fs::copy(dir.join("src/lib.rs"), dir.join("src/b.rs"))?;
    for class in 0..10 {
        for file in ["lib", "b"] {
            log.push_str(&format!(
                "error[E000{class}]: odd\n --> src/{file}.rs:1:18\n  |\n1 | x\n  | ^\n\n"
            ));
        }
    }
    std::fs::write(dir.join("log.txt"), log)?;
    let output = fail(dir)?;
    let names = bundles(dir);
    let recorded: std::collections::BTreeSet<String> = names
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            let bundle: serde_json::Value = serde_json::from_str(&text).unwrap();
            let call = &bundle["call"];
            format!("{} {}", call["plugin"]["name"], call["request"]["class"])
        })
        .collect();
    ensure(names.len() == 8, "eight of one run", &output)?;
    ensure(recorded.len() == 8, "one of a plugin and class", &output)?;
    // Thirty older ones, and what is none of ours.
    let failures = dir.join(".buildfix/failures");
    std::fs::remove_dir_all(&failures)?;
    std::fs::create_dir(&failures)?;
    for number in 0..30 {
        let old = failures.join(format!("{number:016x}"));
        std::fs::create_dir(&old)?;
        std::fs::write(old.join("bundle.json"), "{}")?;
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000 + number);
        std::fs::File::options()
            .append(true)
            .open(old.join("bundle.json"))?
            .set_modified(long_ago)?;
    }
    std::fs::create_dir(failures.join("of-the-user"))?;
    std::fs::write(
        dir.join("log.txt"),
        "error[E0001]: odd\n --> src/lib.rs:1:18\n  |\n1 | x\n  | ^\n\n",
    )?;
    std::fs::remove_dir_all(dir.join("../cache"))?;
    let output = fail(dir)?;
    let kept: Vec<PathBuf> = bundles(dir)
        .into_iter()
        .filter(|path| path.is_file())
        .collect();
    ensure(kept.len() == 20, "twenty are kept", &output)?;
    let gone = (0..11).all(|n| !failures.join(format!("{n:016x}")).exists());
    ensure(gone, "the oldest are gone", &output)?;
    ensure(
        failures.join("of-the-user").is_dir(),
        "nothing else is",
        &output,
    )
}

#[cfg(unix)]
fn planted(dir: &Path) -> Result<(), Failed> {
    use std::os::unix::fs::symlink;
    let outside = dir.join("../outside");
    std::fs::create_dir(&outside)?;
    project(dir, "unreachable");
    std::fs::create_dir(dir.join(".buildfix"))?;
    symlink(&outside, dir.join(".buildfix/failures"))?;
    let output = fail(dir)?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure(told.contains("crashed: "), "the run goes on", &output)?;
    ensure(
        !told.contains("make this call again"),
        "no command",
        &output,
    )?;
    ensure(
        outside.read_dir()?.next().is_none(),
        "nothing outside",
        &output,
    )?;
    // The folder of the very bundle, and then its file.
    std::fs::remove_file(dir.join(".buildfix/failures"))?;
    let output = fail(dir)?;
    let bundle = only(dir, &output)?;
    let own = bundle.parent().ok_or("no folder")?;
    std::fs::remove_dir_all(own)?;
    symlink(&outside, own)?;
    let output = fail(dir)?;
    ensure(
        outside.read_dir()?.next().is_none(),
        "not through the folder",
        &output,
    )?;
    std::fs::remove_file(own)?;
    std::fs::create_dir(own)?;
    std::fs::write(outside.join("precious"), "mine")?;
    symlink(outside.join("precious"), &bundle)?;
    let output = fail(dir)?;
    let precious = std::fs::read_to_string(outside.join("precious"))?;
    ensure(precious == "mine", "not through the file", &output)?;
    let replaced = bundle.symlink_metadata()?.is_file();
    ensure(replaced, "the link is replaced", &output)
}

#[cfg(not(unix))]
fn planted(_: &Path) -> Result<(), Failed> {
    Ok(())
}

fn bad_bundles(dir: &Path) -> Result<(), Failed> {
    project(dir, "unreachable");
    let output = fail(dir)?;
    let good = std::fs::read_to_string(only(dir, &output)?)?;
    let list = [
        ("", "no whole JSON document"),
        (&good[..good.len() / 2], "no whole JSON document"),
        ("{\"name\": \"left-pad\"}", "no recorded call"),
        (
            &good.replace("\"version\":1,\"ch", "\"version\":2,\"ch"),
            "of version 2",
        ),
        (
            &good.replace("expected `;`", "expected `,`"),
            "changed since",
        ),
    ];
    for (text, says) in list {
        std::fs::write(dir.join("bad.json"), text)?;
        let output = replay(dir, Path::new("bad.json"), &[])?;
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure(output.status.code() == Some(3), says, &output)?;
        let whole = told.starts_with("error: cannot replay bad.json: ")
            && told.contains(says)
            && told.contains("\nhelp: ");
        ensure(whole, says, &output)?;
    }
    let output = replay(dir, Path::new("none.json"), &[])?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure(
        output.status.code() == Some(3) && told.contains("cannot read none.json"),
        "a file that is not there",
        &output,
    )
}
