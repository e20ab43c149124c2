//! More errors than anybody reads: samples first.
//!
//! The compiler is a script that finds two wrong words in the sources and
//! proposes another for each, as gcc does. One proposal is right; the other
//! brings a worse error.

use crate::scenarios::{ensure, run};
use crate::tool::{absent, tree};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use std::path::Path;

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, Body); 4] = [
        ("a_kind_that_fails_its_sample_is_held_back", held_back),
        ("no_sample_tries_every_proposal", no_sample),
        ("a_thousand_errors_are_tried_at_once", at_the_limit),
        ("a_right_kind_takes_one_more_build", all_right),
    ];
    let missing = absent(&["sh", "awk"]);
    list.into_iter()
        .map(|(name, body)| {
            Trial::test(name, move || {
                let temp = tempfile::tempdir()?;
                let dir = temp.path().canonicalize()?.join("project");
                std::fs::create_dir_all(dir.join("src"))?;
                std::fs::write(dir.join("compile.sh"), COMPILER)?;
                body(&dir)
            })
            .with_ignored_flag(!missing.is_empty())
        })
        .collect()
}

const COMPILER: &str = r#"
for file in src/*.c; do
    awk -v file="$file" '
        function say(word, message) {
            printf "%s:%d:%d: error: %s\n", file, FNR, index($0, word), message
            n++
        }
        function propose(word, other) {
            at = index($0, word)
            printf "fix-it:\"%s\":{%d:%d-%d:%d}:\"%s\"\n", \
                file, FNR, at, FNR, at + length(word), other
        }
        /colour/ {
            say("colour", "unknown type name ‘colour’; did you mean ‘color’?")
            propose("colour", "color")
        }
        /widht/ {
            say("widht", "‘widht’ undeclared here (not in a function); did you mean ‘wide’?")
            propose("widht", "wide")
        }
        /wide/ { say("wide", "expected ‘;’ before ‘wide’") }
        END { exit n > 0 }
    ' "$file" || failed=1
done
exit ${failed:-0}
"#;

const FILES: usize = 30;

/// So many lines of each kind in each file.
fn sources(dir: &Path, colours: usize, widths: usize) {
    for file in 0..FILES {
        let colours = (0..colours).map(|n| format!("colour c{n};\n"));
        let widths = (0..widths).map(|n| format!("int w{n} = widht;\n"));
        let text: String = colours.chain(widths).collect();
        std::fs::write(dir.join(format!("src/f{file:02}.c")), text).unwrap();
    }
}

fn fixed(dir: &Path, args: &[&str], exit: i32) -> Result<Value, Failed> {
    let args = [
        &["run", "--yes", "--format", "json"],
        args,
        &["--", "sh", "compile.sh"],
    ]
    .concat();
    let output = run(dir, &args);
    ensure(output.status.code() == Some(exit), "the exit code", &output)?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// How many diagnostics of a class ended in a state.
fn ended(report: &Value, message: &str, state: &str) -> usize {
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let is = |d: &&Value| d["message"].as_str().unwrap().contains(message) && d["state"] == state;
    diagnostics.iter().filter(is).count()
}

fn held_back(dir: &Path) -> Result<(), Failed> {
    sources(dir, 20, 20);
    let report = fixed(dir, &[], 1)?;
    assert_eq!(report["errors_before"], 1200);
    assert_eq!(ended(&report, "colour", "fixed"), 600);
    assert_eq!(ended(&report, "widht", "reverted"), 5);
    assert_eq!(ended(&report, "widht", "not-by-default"), 595);
    // The first, the sample, and the rest of the kind that held.
    assert_eq!(report["builds"], 3);
    assert!(
        tree(dir)
            .values()
            .all(|text| !text.starts_with(b"colour c")),
        "the right kind must be mended everywhere"
    );
    let told = report["diagnostics"].to_string();
    assert!(told.contains("of 5 like it that were tried none held; `--no-sample`"));
    Ok(())
}

fn no_sample(dir: &Path) -> Result<(), Failed> {
    sources(dir, 20, 20);
    let report = fixed(dir, &["--no-sample", "--max-builds", "4"], 1)?;
    assert_eq!(ended(&report, "colour", "fixed"), 600);
    assert_eq!(ended(&report, "widht", "reverted"), 600);
    Ok(())
}

fn at_the_limit(dir: &Path) -> Result<(), Failed> {
    // 30 times 33 is below a thousand.
    sources(dir, 33, 0);
    let report = fixed(dir, &[], 0)?;
    assert_eq!(report["errors_before"], 990);
    assert_eq!(report["builds"], 2);
    Ok(())
}

fn all_right(dir: &Path) -> Result<(), Failed> {
    sources(dir, 40, 0);
    let report = fixed(dir, &[], 0)?;
    assert_eq!(report["errors_before"], 1200);
    assert_eq!(report["builds"], 3);
    Ok(())
}
