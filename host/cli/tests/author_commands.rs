//! `plugin test`, `plugin check` and `plugin dev` through the binary, over a C
//! template that `plugin build` made a component of.
//!
//! Without clang and wasm-ld all are listed as ignored, with what they need in
//! their names.

use libtest_mimic::{Arguments, Failed, Trial};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

fn buildfix(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buildfix"));
    command
        .args(args)
        .current_dir(dir)
        .env("BUILDFIX_CACHE_DIR", dir.join("cache"))
        .stdin(Stdio::null());
    command
}

fn run(dir: &Path, args: &[&str], code: i32) -> Result<String, Failed> {
    let output = buildfix(dir, args).output()?;
    let text = both(&output);
    match output.status.code() == Some(code) {
        true => Ok(text),
        false => Err(format!("{args:?}: {}, not {code}\n{text}", output.status).into()),
    }
}

fn both(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

fn has(text: &str, parts: &[&str]) -> Result<(), Failed> {
    match parts.iter().find(|part| !text.contains(*part)) {
        None => Ok(()),
        Some(part) => Err(format!("`{part}` is missing in:\n{text}").into()),
    }
}

const CASE: &str = "plugin/tests/missing-semicolon";

/// `plugin/` below `dir`: the C template, built.
fn template(dir: &Path) -> Result<(), Failed> {
    run(
        dir,
        &["plugin", "new", "acme/semicolon", "--lang", "c", "plugin"],
        0,
    )?;
    let built = run(dir, &["plugin", "build", "plugin"], 0)?;
    has(&built, &["plugin/acme-semicolon.wasm"])
}

fn replace(path: &Path, old: &str, new: &str) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    if !text.contains(old) {
        return Err(format!("`{old}` is missing in:\n{text}").into());
    }
    Ok(std::fs::write(path, text.replace(old, new))?)
}

fn test(dir: &Path) -> Result<(), Failed> {
    template(dir)?;
    let report = run(dir, &["plugin", "test", "plugin"], 0)?;
    has(
        &report,
        &[
            "ok       missing-semicolon",
            "1 case, 0 failed",
            "fix: insert `;`",
        ],
    )?;
    run(dir, &["plugin", "test", "plugin/acme-semicolon.wasm"], 0)?;
    // A case that expects something else.
    let expected = dir.join(CASE).join("expected.diff");
    let good = std::fs::read_to_string(&expected)?;
    std::fs::write(&expected, "")?;
    let report = run(dir, &["plugin", "test", "plugin"], 1)?;
    has(
        &report,
        &[
            "FAILED   missing-semicolon",
            "+++ actual",
            "1 case, 1 failed",
        ],
    )?;
    // It fails alone, and another one passes.
    let filtered = run(dir, &["plugin", "test", "plugin", "--filter", "nobody"], 3)?;
    has(&filtered, &["there is no case to run", "help: "])?;
    // A test that is not asked to does not write.
    if !std::fs::read_to_string(&expected)?.is_empty() {
        return Err("expected.diff was written without --update".into());
    }
    let report = run(dir, &["plugin", "test", "plugin", "--update"], 0)?;
    has(&report, &["updated  missing-semicolon"])?;
    run(dir, &["plugin", "test", "plugin"], 0)?;
    // What is written is what the template has, but for git's own line.
    let written = std::fs::read_to_string(&expected)?;
    let without: String = written
        .split_inclusive('\n')
        .filter(|l| !l.starts_with("diff --git"))
        .collect();
    let good: String = good
        .split_inclusive('\n')
        .filter(|l| !l.starts_with("diff --git"))
        .collect();
    if without != good {
        return Err(format!("not what the template has:\n{written}").into());
    }
    Ok(())
}

fn test_json(dir: &Path) -> Result<(), Failed> {
    template(dir)?;
    let json = ["plugin", "test", "plugin", "--format", "json"];
    let report: serde_json::Value = serde_json::from_str(&run(dir, &json, 0)?)?;
    let call = &report["cases"][0]["calls"][0];
    let good = report["plugin"] == "acme/semicolon"
        && report["version"] == "0.1.0"
        && report["digest"]
            .as_str()
            .is_some_and(|digest| digest.len() == 64)
        && report["passed"] == true
        && report["total"]["calls"] == 1
        && report["total"]["fuel-p50"] == report["total"]["fuel-max"]
        && report["cases"][0]["name"] == "missing-semicolon"
        && report["cases"][0]["difference"] == ""
        && call["class"] == "csharp/CS1002"
        && call["fuel"].as_u64().is_some_and(|fuel| fuel > 0)
        && call["memory"].as_u64().is_some_and(|bytes| bytes >= 65_536)
        && call["failure"].is_null();
    if !good {
        return Err(format!("{report:#}").into());
    }
    std::fs::write(dir.join(CASE).join("expected.diff"), "")?;
    let report: serde_json::Value = serde_json::from_str(&run(dir, &json, 1)?)?;
    let difference = report["cases"][0]["difference"]
        .as_str()
        .unwrap_or_default();
    has(difference, &["--- expected.diff\n+++ actual"])?;
    match report["passed"] == false && report["cases"][0]["updated"] == false {
        true => Ok(()),
        false => Err(format!("{report:#}").into()),
    }
}

fn cannot_be_tested(dir: &Path) -> Result<(), Failed> {
    template(dir)?;
    // An incomplete case.
    std::fs::remove_file(dir.join(CASE).join("log.txt"))?;
    let told = run(dir, &["plugin", "test", "plugin"], 3)?;
    has(
        &told,
        &[
            "error: ",
            "missing-semicolon has neither log.txt nor log.jsonl",
        ],
    )?;
    // Not built.
    std::fs::remove_file(dir.join("plugin/acme-semicolon.wasm"))?;
    for command in ["test", "check"] {
        let told = run(dir, &["plugin", command, "plugin"], 3)?;
        has(
            &told,
            &[
                "error: plugin/acme-semicolon.wasm is not there",
                "help: build it with `buildfix plugin build plugin`",
            ],
        )?;
        run(dir, &["plugin", command, "nothing-here"], 3)?;
        // The help says where the file is looked for.
        let help = run(dir, &["plugin", command, "--help"], 0)?;
        has(&help, &["SCOPE-NAME.wasm", "Exit codes:"])?;
    }
    std::fs::write(dir.join("plugin/acme-semicolon.wasm"), "no component")?;
    let told = run(dir, &["plugin", "test", "plugin"], 3)?;
    has(&told, &["error: ", "acme-semicolon.wasm"])
}

/// Every case with its call that fails.
fn test_of_a_plugin_that_fails(dir: &Path) -> Result<(), Failed> {
    template(dir)?;
    replace(
        &dir.join("plugin/src/fixer.c"),
        "    return true;\n",
        "    __builtin_trap();\n    return true;\n",
    )?;
    run(dir, &["plugin", "build", "plugin"], 0)?;
    let expected = dir.join(CASE).join("expected.diff");
    std::fs::write(&expected, "")?;
    // What a crash leaves is not what is to be expected.
    let report = run(dir, &["plugin", "test", "plugin", "--update"], 1)?;
    has(
        &report,
        &["FAILED   missing-semicolon", "crashed: ", "at buildfix_fix"],
    )
}

fn check(dir: &Path) -> Result<(), Failed> {
    template(dir)?;
    let told = run(dir, &["plugin", "check", "plugin"], 0)?;
    has(
        &told,
        &["plugin/acme-semicolon.wasm: a registry would take it"],
    )?;
    let json = ["plugin", "check", "plugin", "--format", "json"];
    let found: serde_json::Value = serde_json::from_str(&run(dir, &json, 0)?)?;
    if found["refusals"] != serde_json::json!([]) || !found["warnings"].is_array() {
        return Err(format!("{found:#}").into());
    }
    // A case that fails, and no licence.
    std::fs::write(dir.join(CASE).join("expected.diff"), "")?;
    replace(
        &dir.join("plugin/plugin.toml"),
        "license = \"MIT OR Apache-2.0\"\n",
        "",
    )?;
    run(dir, &["plugin", "build", "plugin"], 0)?;
    let told = run(dir, &["plugin", "check", "plugin"], 1)?;
    has(
        &told,
        &[
            "error: plugin.toml has no `license`",
            "error: case `missing-semicolon` fails",
            "a registry would refuse it for 2 reasons",
        ],
    )?;
    let found: serde_json::Value = serde_json::from_str(&run(dir, &json, 1)?)?;
    if found["refusals"].as_array().map(Vec::len) != Some(2) {
        return Err(format!("{found:#}").into());
    }
    // Without a case there is a warning, and no refusal.
    std::fs::remove_dir_all(dir.join("plugin/tests"))?;
    replace(
        &dir.join("plugin/plugin.toml"),
        "\nversion = ",
        "\nlicense = \"MIT\"\nversion = ",
    )?;
    run(dir, &["plugin", "build", "plugin"], 0)?;
    let told = run(dir, &["plugin", "check", "plugin"], 0)?;
    has(&told, &["warning: it has no cases"])?;
    // What no host would load, no registry takes.
    std::fs::write(dir.join("plugin/acme-semicolon.wasm"), "no component")?;
    let told = run(dir, &["plugin", "check", "plugin"], 1)?;
    has(&told, &["a registry would refuse it for 1 reason"])
}

/// A process that ends with the test, and what it prints.
struct Dev {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Dev {
    fn start(dir: &Path) -> Result<Self, Failed> {
        let mut child = buildfix(dir, &["plugin", "dev", "plugin"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().ok_or("no output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            lines,
            seen: Vec::new(),
        })
    }

    /// What it prints until it waits for the next change.
    fn cycle(&mut self) -> Result<String, Failed> {
        let mut cycle = Vec::new();
        // Not a measurement: a machine that takes this long has hung.
        let end = Instant::now() + Duration::from_secs(120);
        while let Ok(line) = self
            .lines
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            self.seen.push(line.clone());
            if line.starts_with("waiting for a change") {
                return Ok(cycle.join("\n"));
            }
            cycle.push(line);
        }
        Err(format!("it does not go on:\n{}", self.seen.join("\n")).into())
    }
}

fn dev(dir: &Path) -> Result<(), Failed> {
    run(
        dir,
        &["plugin", "new", "acme/semicolon", "--lang", "c", "plugin"],
        0,
    )?;
    let source = dir.join("plugin/src/fixer.c");
    let good = std::fs::read_to_string(&source)?;
    let mut dev = Dev::start(dir)?;
    has(
        &dev.cycle()?,
        &[
            "built: plugin/acme-semicolon.wasm",
            "ok       missing-semicolon",
        ],
    )?;
    // Another text than the case expects.
    std::fs::write(&source, good.replace("at, BF(\";\"));", "at, BF(\",\"));"))?;
    let broken = dev.cycle()?;
    has(
        &broken,
        &[
            "changed: src/fixer.c",
            "FAILED   missing-semicolon",
            "1 case, 1 failed",
        ],
    )?;
    // What does not compile is survived.
    std::fs::write(&source, "no C at all\n")?;
    has(&dev.cycle()?, &["changed: src/fixer.c", "error: "])?;
    std::fs::write(&source, &good)?;
    has(
        &dev.cycle()?,
        &["ok       missing-semicolon", "1 case, 0 failed"],
    )?;
    // Neither its own output, nor what a tool leaves, nor a file saved as it was
    // starts anything: the next cycle is that of the new case.
    std::fs::write(dir.join("plugin/other.wasm"), "x")?;
    std::fs::create_dir_all(dir.join("plugin/node_modules/x"))?;
    std::fs::write(dir.join("plugin/node_modules/x/index.js"), "x")?;
    std::fs::write(&source, &good)?;
    let case = dir.join("plugin/tests/second");
    std::fs::create_dir_all(case.join("tree"))?;
    std::fs::write(case.join("tree/a.txt"), "x\n")?;
    std::fs::write(case.join("log.txt"), "nothing is wrong\n")?;
    // The folder and its files may be seen one after the other.
    let mut told = dev.cycle()?;
    while !told.contains("2 cases, 0 failed") {
        has(&told, &["changed: tests/second"])?;
        told = dev.cycle()?;
    }
    has(&told, &["changed: tests/second", "ok       second"])?;
    stop(dev)
}

#[cfg(unix)]
fn stop(mut dev: Dev) -> Result<(), Failed> {
    let kill = Command::new("kill")
        .args(["-INT", &dev.child.id().to_string()])
        .status()?;
    if !kill.success() {
        return Err("no signal could be sent".into());
    }
    let status = dev.child.wait()?;
    match status.code() {
        Some(130) => Ok(()),
        _ => Err(format!("{status}, not 130").into()),
    }
}

#[cfg(not(unix))]
fn stop(_: Dev) -> Result<(), Failed> {
    Ok(())
}

fn dev_of_nothing(dir: &Path) -> Result<(), Failed> {
    let mut child = buildfix(dir, &["plugin", "dev"])
        .stderr(Stdio::piped())
        .spawn()?;
    let mut told = String::new();
    child
        .stderr
        .take()
        .ok_or("no output")?
        .read_to_string(&mut told)?;
    if child.wait()?.code() != Some(3) {
        return Err(told.into());
    }
    has(&told, &["plugin.toml", "help: name a plugin's folder"])
}

fn works(program: &str) -> bool {
    let output = Command::new(program).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

fn main() {
    let args = Arguments::from_args();
    let there = works("clang") && works("wasm-ld");
    type Body = fn(&Path) -> Result<(), Failed>;
    let list: [(&str, bool, Body); 7] = [
        ("test_passes_fails_and_updates", true, test),
        ("test_reports_in_json", true, test_json),
        (
            "test_of_a_plugin_that_crashes_fails",
            true,
            test_of_a_plugin_that_fails,
        ),
        ("what_cannot_be_tested_is_told", true, cannot_be_tested),
        ("check_tells_what_a_registry_would_refuse", true, check),
        ("dev_builds_and_tests_at_every_save", true, dev),
        ("dev_needs_a_plugins_folder", false, dev_of_nothing),
    ];
    let trials = list.into_iter().map(|(name, needs, body)| {
        let ignored = needs && !there;
        let name = match ignored {
            true => format!("{name} (needs clang and wasm-ld)"),
            false => name.to_owned(),
        };
        Trial::test(name, move || {
            let temp = tempfile::tempdir()?;
            let dir: PathBuf = temp.path().canonicalize()?;
            body(&dir)
        })
        .with_ignored_flag(ignored)
    });
    libtest_mimic::run(&args, trials.collect()).exit();
}
