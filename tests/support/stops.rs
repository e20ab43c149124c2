//! Runs that are stopped, watched, or kept from a plugin.

use crate::scenarios::ensure;
use crate::tool::{buildfix, tree};
use libtest_mimic::{Failed, Trial};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, Body); 4] = [
        ("ctrl_c_ends_the_build_and_all_it_started", ctrl_c),
        ("a_timeout_ends_the_run_at_the_best_state", timeout),
        ("events_are_told_line_by_line", events),
        ("plugin_list_shows_an_open_breaker", plugin_list),
    ];
    list.into_iter()
        .map(|(name, body)| {
            Trial::test(format!("stop::{name}"), move || {
                let dir = tempfile::tempdir()?;
                body(dir.path())
            })
        })
        .collect()
}

fn is_alive(pid: &str) -> bool {
    // A process that has ended and was not waited for is a zombie.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn ctrl_c(dir: &Path) -> Result<(), Failed> {
    let script = "echo 'a.c:1:1: error: odd'; sleep 600 & echo $! > pid.new; mv pid.new pid; wait";
    let child = buildfix()
        .args(["run", "--yes", "--", "sh", "-c", script])
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let pid = loop {
        match std::fs::read_to_string(dir.join("pid")) {
            Ok(pid) => break pid.trim().to_owned(),
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()?;
    assert!(killed.success());
    let output = child.wait_with_output()?;
    ensure(output.status.code() == Some(130), "exit code 130", &output)?;
    // Killed before the command returned; the kernel may need a moment.
    for _ in 0..1_000 {
        if !is_alive(&pid) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    ensure(false, "what the build started must be gone", &output)
}

const ERROR: &str = "src/a.ts(1,18): error TS2304: Cannot find name 'helper'.";

/// A project whose first build fails at once with a known error, and every
/// later one never ends.
fn project(dir: &Path) -> String {
    std::fs::create_dir(dir.join("src")).unwrap();
    std::fs::write(dir.join("tsconfig.json"), "{}\n").unwrap();
    std::fs::write(dir.join("src/a.ts"), "export const a = helper();\n").unwrap();
    std::fs::write(
        dir.join("src/b.ts"),
        "export function helper() { return 1; }\n",
    )
    .unwrap();
    format!(
        "test -e target/built && sleep 600; mkdir -p target; touch target/built; echo \"{ERROR}\"; exit 1"
    )
}

fn timeout(dir: &Path) -> Result<(), Failed> {
    let script = project(dir);
    let before = tree(dir);
    let log = dir.join("events.jsonl");
    let output = buildfix()
        .args(["run", "--yes", "--timeout", "5", "--events"])
        .arg(&log)
        .args(["--", "sh", "-c", &script])
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()?;
    ensure(output.status.code() == Some(124), "exit code 124", &output)?;
    let told = std::fs::read_to_string(&log)?;
    std::fs::remove_file(&log)?;
    ensure(tree(dir) == before, "the tree must be as it was", &output)?;
    let last: serde_json::Value = serde_json::from_str(told.lines().last().unwrap())?;
    ensure(last["event"] == "ended", "the last event", &output)?;
    let report = &last["report"];
    ensure(report["cancelled"] == true, "cancelled", &output)?;
    ensure(report["errors_after"] == 1, "one error is left", &output)
}

fn events(dir: &Path) -> Result<(), Failed> {
    project(dir);
    std::fs::write(dir.join("log.txt"), format!("{ERROR}\n"))?;
    let output = buildfix()
        .args(["run", "--yes", "--events", "-", "--from-log", "log.txt"])
        .current_dir(dir)
        .stdin(Stdio::null())
        .output()?;
    let mut kinds = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let event: serde_json::Value = serde_json::from_str(line)?;
        kinds.push(event["event"].as_str().unwrap().to_owned());
        ensure(event["time"].is_number(), "each has a time", &output)?;
    }
    let has = |kind: &str| kinds.iter().any(|k| k == kind);
    ensure(has("proposed"), "what was proposed", &output)?;
    ensure(
        kinds.last().is_some_and(|k| k == "ended"),
        "the end",
        &output,
    )
}

fn plugin_list(dir: &Path) -> Result<(), Failed> {
    project(dir);
    std::fs::write(dir.join("log.txt"), format!("{ERROR}\n"))?;
    let cache = dir.join("cache");
    let command = |args: &[&str]| {
        buildfix()
            .args(args)
            .env("BUILDFIX_CACHE_DIR", &cache)
            .current_dir(dir)
            .stdin(Stdio::null())
            .output()
    };
    let output = command(&["plugin", "list", "--format", "json"])?;
    let plugins: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout)?;
    let plugin = plugins
        .iter()
        .find(|p| p["name"] == "buildfix/typescript-imports");
    let plugin = plugin.ok_or("typescript-imports is bundled")?;
    ensure(plugin["breaker"]["state"] == "closed", "closed", &output)?;
    ensure(
        plugin["classes"].as_array().is_some_and(|c| !c.is_empty()),
        "classes",
        &output,
    )?;
    // As five failures a minute ago would have left it.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    let record = serde_json::json!({
        "format": 1,
        "plugin": "typescript-imports",
        "failures": [],
        "opened": u64::try_from(now.as_millis())? - 60_000,
        "trial": null,
        "last": "crashed: unreachable",
    });
    std::fs::create_dir_all(cache.join("breakers"))?;
    let digest = plugin["digest"].as_str().unwrap();
    let file = cache.join(format!("breakers/{digest}.json"));
    std::fs::write(file, record.to_string())?;
    let output = command(&["plugin", "list"])?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure(text.contains("left alone for"), "open", &output)?;
    let output = command(&["run", "--yes", "--from-log", "log.txt", "--format", "json"])?;
    let report: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    ensure(
        report["breakers"][0]["plugin"] == "buildfix/typescript-imports"
            && report["breakers"][0]["state"] == "open",
        "in the report",
        &output,
    )?;
    ensure(
        report["diagnostics"]
            .to_string()
            .contains("its breaker is open"),
        "the reason at the error",
        &output,
    )
}
