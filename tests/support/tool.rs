//! Running the binary and looking at a tree.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository's top folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The cache of these tests.
pub fn cache_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// `buildfix` with a PATH that also has the tool chains which `.ci/run` and the
/// suites install into the user's cache.
pub fn buildfix() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buildfix"));
    command
        .env("PATH", path())
        .env("NO_COLOR", "1")
        .env("BUILDFIX_CACHE_DIR", cache_dir())
        .env("LC_ALL", "C.UTF-8");
    for (key, _) in std::env::vars() {
        // What the test run itself was started with must not reach the builds.
        if key.starts_with("CARGO") && key != "CARGO_HOME" || key == "RUSTFLAGS" {
            command.env_remove(key);
        }
    }
    command
}

fn path() -> std::ffi::OsString {
    let mut dirs: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    if let Some(home) = std::env::var_os("HOME").map(PathBuf::from) {
        let chains = home.join(".cache/buildfix-toolchains");
        dirs.push(chains.join("csharp"));
        dirs.push(chains.join("ts-go-java/ts-5.9/node_modules/.bin"));
        dirs.push(chains.join("ts-go-java/go/bin"));
    }
    std::env::join_paths(dirs).unwrap()
}

/// Whether a program can be found.
pub fn has(program: &str) -> bool {
    std::env::split_paths(&path()).any(|dir| dir.join(program).is_file())
}

/// What of `needs` is absent.
pub fn absent(needs: &[&str]) -> Vec<String> {
    needs
        .iter()
        .filter(|need| !has(need))
        .map(|need| (*need).to_owned())
        .collect()
}

/// The files of a tree by relative path, without what builds and buildfix
/// leave behind.
pub fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let skip = ["target", ".buildfix", ".git", "out", ".mypy_cache"];
    walkdir::WalkDir::new(dir)
        .into_iter()
        .filter_entry(|entry| !skip.iter().any(|skip| entry.file_name() == *skip))
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| entry.path().extension().is_none_or(|ending| ending != "o"))
        .map(|entry| {
            let path = entry
                .path()
                .strip_prefix(dir)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            (path, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Copies a tree.
pub fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten() {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Exit code and outputs as one text, with what differs from run to run
/// redacted.
pub fn transcript(output: &Output, dir: &Path) -> String {
    let seconds = regex::Regex::new(r"\b\d+\.\d+ s\b|\b\d+\.\d+s\b").unwrap();
    let clean = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).replace(&dir.display().to_string(), "[DIR]");
        let text = seconds.replace_all(&text, "[TIME]");
        text.lines()
            .map(|line| format!("{}\n", line.trim_end()))
            .collect::<String>()
    };
    format!(
        "exit: {}\n--- stdout\n{}--- stderr\n{}",
        output
            .status
            .code()
            .map_or("signal".to_owned(), |code| code.to_string()),
        clean(&output.stdout),
        clean(&output.stderr),
    )
}

/// A unified diff of two trees.
pub fn diff(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> String {
    let mut text = String::new();
    let paths: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for path in paths {
        let side = |tree: &BTreeMap<String, Vec<u8>>| {
            tree.get(path)
                .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
                .unwrap_or_default()
        };
        let (old, new) = (side(before), side(after));
        if old != new {
            let diff = similar::TextDiff::from_lines(&old, &new);
            text.push_str(
                &diff
                    .unified_diff()
                    .context_radius(1)
                    .header(path, path)
                    .to_string(),
            );
        }
    }
    text
}
