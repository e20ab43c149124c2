//! C: every `src/*.c` and `sdk/*.c` in one call of clang, with the flags of
//! `compile_flags.txt` (one a line), which is where clangd and other editors look too.
//! With `--target=wasm32-wasi` among them wasi-libc is linked, and its imports of WASI
//! are replaced later.

use super::{scratch, tool};
use crate::problem::{Problem, io};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const INSTALL: &str = "`apt-get install clang lld`, or a release of LLVM 14 or later; `CC` may \
                       name another clang";

pub fn build(dir: &Path) -> Result<PathBuf, Problem> {
    let clang = tool::find("CC", &["clang"]).ok_or_else(|| tool::missing("clang", INSTALL))?;
    let path = dir.join("compile_flags.txt");
    let text = fs::read_to_string(&path).map_err(|error| io("read", &path, &error))?;
    let flags: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let wasi = flags
        .iter()
        .any(|flag| flag.starts_with("--target=wasm32") && flag.contains("wasi"));
    let mut sources = sources(&dir.join("src"))?;
    sources.extend(self::sources(&dir.join("sdk"))?);
    if sources.is_empty() {
        return Err(Problem::new(format!("no src/*.c in {}", dir.display())));
    }
    let out = scratch(dir)?.join("module.wasm");
    let mut command = Command::new(clang);
    command.current_dir(dir).args(&flags);
    // A newer clang's default set, named so that an older one has it too.
    command.args(["-mbulk-memory", "-fno-ident"]);
    if wasi {
        command.arg("-mexec-model=reactor");
    } else {
        command.args(["-nostdlib", "-Wl,--no-entry"]);
    }
    // The host clears the stack before each call: a small one makes calls faster, and
    // its overflow is a trap and not an overwritten heap.
    command.args([
        "-Wl,-z,stack-size=65536",
        "-Wl,--stack-first",
        "-Wl,--strip-debug",
        "-Wl,--fatal-warnings",
    ]);
    command.args(&sources).arg("-o").arg(&out);
    tool::run(&mut command, "clang").map_err(|problem| {
        if tool::find("", &["wasm-ld"]).is_none() {
            return problem.help(format!("clang needs wasm-ld; install it: {INSTALL}"));
        }
        problem
    })?;
    Ok(out)
}

/// The `.c` files of a folder, sorted: the same order gives the same module.
fn sources(dir: &Path) -> Result<Vec<PathBuf>, Problem> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| io("list", dir, &error))?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
