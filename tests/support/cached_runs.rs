//! The result cache, as its user meets it.

use crate::scenarios::{TSC_LOG, missing_import};
use crate::tool::{buildfix, tree};
use libtest_mimic::{Failed, Trial};
use std::path::{Path, PathBuf};
use std::process::Output;

pub fn all() -> Vec<Trial> {
    vec![Trial::test("the_cache_answers_the_second_run", || {
        let temp = tempfile::tempdir()?;
        second_run(&temp.path().canonicalize()?)
    })]
}

/// The project, with the log of its build.
fn project(dir: PathBuf) -> std::io::Result<PathBuf> {
    missing_import(&dir)?;
    std::fs::write(dir.join("build.log"), TSC_LOG)?;
    Ok(dir)
}

fn second_run(temp: &Path) -> Result<(), Failed> {
    let cache = temp.join("cache");
    std::fs::create_dir(&cache)?;
    let command = |dir: &Path, args: &[&str]| -> Result<(Output, String), Failed> {
        let mut command = buildfix();
        // Compiled code is shared with the other tests; results are not.
        #[cfg(unix)]
        if !cache.join("wasmtime").exists() {
            let compiled = crate::tool::cache_dir().join("wasmtime");
            std::fs::create_dir_all(&compiled)?;
            std::os::unix::fs::symlink(compiled, cache.join("wasmtime"))?;
        }
        command.env("BUILDFIX_CACHE_DIR", &cache);
        let output = command.args(args).current_dir(dir).output()?;
        let text = [&output.stdout[..], &output.stderr].concat();
        Ok((output, String::from_utf8_lossy(&text).into_owned()))
    };
    let log = ["run", "--yes", "--from-log", "build.log"];
    let run = |dir: &Path, flags: &[&str]| command(dir, &[&log, flags].concat());

    let first = project(temp.join("first"))?;
    let (_, text) = run(&first, &["--no-cache"])?;
    ensure(
        !cache.join("results").exists(),
        "--no-cache must keep nothing",
        &text,
    )?;
    let fixed = tree(&first);
    let first = project(temp.join("again"))?;
    let (_, text) = run(&first, &["--explain"])?;
    ensure(
        text.contains("src/a.ts:1:16: typescript/TS2304"),
        "the diagnostic must be named",
        &text,
    )?;
    ensure(
        text.contains("miss: no record") && !text.contains("] hit"),
        "nothing is known yet",
        &text,
    )?;
    ensure(
        tree(&first) == fixed,
        "a miss must give what no cache gives",
        &text,
    )?;

    // In another folder, and nothing runs.
    let second = project(temp.join("second/deeper"))?;
    let (_, text) = run(&second, &["--explain"])?;
    ensure(
        text.contains("] hit") && !text.contains("miss"),
        "all must be known",
        &text,
    )?;
    ensure(
        tree(&second) == fixed,
        "a hit must give what a run gives",
        &text,
    )?;
    let (output, text) = run(&project(temp.join("third"))?, &["--verify-cache"])?;
    ensure(output.status.code() != Some(3), "nothing may differ", &text)?;

    // A dependency changes.
    let changed = project(temp.join("changed"))?;
    std::fs::write(
        changed.join("src/b.ts"),
        "export const helper = (): number => 1;\n",
    )?;
    let (_, text) = run(&changed, &["--explain"])?;
    ensure(
        text.contains("miss: ") && text.contains(" changed"),
        "the change must be named",
        &text,
    )?;
    let (_, text) = run(
        &project(temp.join("recached"))?,
        &["--recache", "--explain"],
    )?;
    ensure(
        text.contains("miss: asked to run again"),
        "--recache must run all",
        &text,
    )?;

    let (_, text) = command(temp, &["cache", "dir"])?;
    ensure(
        text.trim() == cache.display().to_string(),
        "the folder",
        &text,
    )?;
    let (_, text) = command(temp, &["cache", "stats", "--format", "json"])?;
    let stats: serde_json::Value = serde_json::from_str(&text)?;
    let entries = stats["entries"].as_u64().unwrap_or(0);
    let hits = stats["counters"]["hits"].as_u64().unwrap_or(0);
    ensure(
        entries > 0 && hits > 0,
        "entries and hits must be counted",
        &text,
    )?;
    let (_, text) = command(temp, &["cache", "stats"])?;
    ensure(
        text.contains("asked") || text.contains("recache"),
        "reasons must be counted",
        &text,
    )?;

    // An entry of the fixer that mended it, and one that is damaged.
    let mut keys: Vec<PathBuf> = files(&cache.join("results/v1"));
    keys.retain(|path| path.extension().is_none());
    keys.sort();
    let mut shown = String::new();
    for key in &keys {
        let name = key
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        shown += &command(temp, &["cache", "show", &name[..20]])?.1;
    }
    ensure(
        shown.contains("request  typescript/TS2304 in src/a.ts")
            && shown.contains("`add import from './b'` [verified]"),
        "what is known must be shown",
        &shown,
    )?;
    let (output, text) = command(temp, &["cache", "show", "zz"])?;
    ensure(output.status.code() == Some(3), "no such key", &text)?;
    std::fs::write(&keys[0], "damaged")?;
    let (_, text) = command(temp, &["cache", "verify"])?;
    ensure(
        text.contains("1 damaged and deleted"),
        "damage must be told",
        &text,
    )?;
    let (output, text) = command(temp, &["cache", "prune"])?;
    ensure(
        output.status.success() && text.contains("deleted 0 files"),
        "nothing to prune",
        &text,
    )?;
    #[cfg(unix)]
    std::fs::remove_file(cache.join("wasmtime"))?;
    let (output, text) = command(temp, &["cache", "clean"])?;
    ensure(
        output.status.success() && files(&cache.join("results")).is_empty(),
        "all must go",
        &text,
    )
}

fn files(dir: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

fn ensure(condition: bool, what: &str, text: &str) -> Result<(), Failed> {
    match condition {
        true => Ok(()),
        false => Err(format!("{what}\n{text}").into()),
    }
}
