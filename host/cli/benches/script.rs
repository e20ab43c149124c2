//! `buildfix` against a script that mends one error after the other:
//! `cargo bench -p buildfix-cli --bench script`.
//!
//! Two sets of errors: a thousand misspelt names in C as `gcc` finds them, each
//! with the name that it proposes; and those of a whole C# project, unpacked
//! from the folder `projects` of `BUILDFIX_SHARED` (by default `../shared`), for
//! which a symbol index of 1,459 files is made. Both sides read the same log and
//! edit a copy of the same tree. `buildfix run --from-log` does all of its work
//! but the builds: parse, place, index, ask every bundled fixer, resolve, write.
//! The script is `model.sh`, which does hardly anything for an error.

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{buildfix, run, setting, shared, spread};

fn main() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path();
    compare(
        "misspelt names in C",
        &misspelt(&dir.join("c")),
        &dir.join("1"),
    );
    let archive = shared().join("projects/aidotnet.tar.zst");
    if archive.is_file() {
        let unpacked = Command::new("tar")
            .args(["--zstd", "-xf"])
            .arg(&archive)
            .current_dir(dir)
            .status();
        assert!(unpacked.unwrap().success());
        compare("a C# project", &dir.join("aidotnet"), &dir.join("2"));
    } else {
        println!("no {}: no C# project", archive.display());
    }
}

/// Fifty files with twenty misspelt names each, and what gcc says of them.
fn misspelt(dir: &Path) -> PathBuf {
    std::fs::create_dir(dir).unwrap();
    let mut gcc = Command::new("gcc");
    gcc.args(["-fsyntax-only", "-fdiagnostics-parseable-fixits"]);
    for file in 0..50 {
        let mut text = "struct item { int width; int height; };\n".to_owned();
        for function in 0..20 {
            let _ = writeln!(
                text,
                "int area{function}(struct item *item) {{\n    int total = item->width;\n    \
                 return totl * item->height;\n}}\n"
            );
        }
        let name = format!("f{file:02}.c");
        std::fs::write(dir.join(&name), text).unwrap();
        gcc.arg(name);
    }
    let log = gcc
        .current_dir(dir)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
        .stderr;
    std::fs::write(dir.join("log.txt"), log).unwrap();
    dir.to_owned()
}

fn compare(name: &str, tree: &Path, dir: &Path) {
    std::fs::create_dir(dir).unwrap();
    let text = std::fs::read_to_string(tree.join("log.txt")).unwrap();
    let said = |line: &&str| line.contains(": error: ") || line.contains(": error CS");
    let errors = text.lines().filter(said).count() as f64;

    // The first run compiles the components; the second is the first of a user
    // who has them compiled.
    mend(&copy(tree, &dir.join("compile")), dir, &[]);
    let first = copy(tree, &dir.join("first"));
    let cold = mend(&first, dir, &[]);
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.join("out")).unwrap()).unwrap();
    let count = |field: &str| report[field].as_u64().unwrap();
    assert_eq!(count("errors_before") as f64, errors);
    println!(
        "\n{name}: {errors} errors, {} calls of fixers, {} mended; CPU ms for each error",
        count("calls"),
        count("errors_before") - count("errors_after")
    );
    println!(
        "{:44} {:>8.3}",
        "buildfix, nothing kept from before",
        cold * 1e3 / errors
    );

    let mut script = Vec::new();
    let (mut again, mut plan) = (Vec::new(), Vec::new());
    for _ in 0..setting("BUILDFIX_BENCH_ROUNDS", 3) {
        let scratch = copy(tree, &dir.join("scratch"));
        let mut model = Command::new("bash");
        model
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/model.sh"))
            .arg(scratch.join("log.txt"))
            .arg(&scratch);
        script.push(run(&mut model, &dir.join("out")).cpu);
        std::fs::remove_dir_all(&scratch).unwrap();
        // Back to where it was, with what buildfix keeps between runs.
        let undo = || {
            run(
                buildfix().args(["undo", "-C"]).arg(&first),
                &dir.join("out"),
            )
        };
        undo();
        again.push(mend(&first, dir, &[]));
        undo();
        plan.push(mend(&first, dir, &["--exclude", "*"]));
        mend(&first, dir, &[]);
    }
    for (name, taken) in [
        ("buildfix, as a second run", &again),
        ("buildfix without a fixer", &plan),
        ("the script", &script),
    ] {
        let (each, least, most) = spread(taken.iter().map(|cpu| cpu * 1e3 / errors));
        let (times, ..) = spread(script.iter().zip(taken).map(|(script, own)| script / own));
        println!(
            "{name:44} {each:>8.3} ({least:.3}..{most:.3})  the script takes {times:.1} times that"
        );
    }
}

/// Seconds of processor time for a whole run over the log.
fn mend(tree: &Path, dir: &Path, args: &[&str]) -> f64 {
    let mut command = buildfix();
    command
        .args([
            "run",
            "--yes",
            "--allow-dirty",
            "--format",
            "json",
            "--from-log",
        ])
        .arg(tree.join("log.txt"))
        .arg("-C")
        .arg(tree)
        .args(args)
        .env("BUILDFIX_CACHE_DIR", dir.join("cache"));
    run(&mut command, &dir.join("out")).cpu
}

fn copy(from: &Path, to: &Path) -> PathBuf {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(target).unwrap();
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
    to.to_owned()
}
