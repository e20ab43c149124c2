//! What one run leaves for the next, and what is done while a build runs.

use crate::scenarios::ensure;
use crate::tool::{absent, buildfix, tree};
use libtest_mimic::{Failed, Trial};
use std::path::Path;
use std::process::Output;

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, Body); 6] = [
        ("an_unchanged_failing_build_is_not_run_again", reused),
        ("what_a_run_ends_with_is_not_built_again", end_is_kept),
        ("a_reused_build_out_of_date_lowers_no_bar", out_of_date),
        ("a_tree_touched_by_its_build_is_built_again", touched),
        ("a_green_run_loads_no_plugin", green_loads_nothing),
        ("plugins_are_compiled_while_the_build_runs", compiled_ahead),
    ];
    list.into_iter()
        .map(|(name, body)| {
            let missing = absent(&["gcc"]);
            let name = if missing.is_empty() {
                name.to_owned()
            } else {
                format!("{name} (needs gcc)")
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

/// A build outside of the workspace that counts how often it is run.
const BUILD: &str = "echo x >> ../count\nexec gcc -I../inc -fsyntax-only main.c\n";
const RUN: [&str; 5] = ["run", "--yes", "--", "sh", "../build.sh"];
const JSON: [&str; 7] = [
    "run",
    "--yes",
    "--format",
    "json",
    "--",
    "sh",
    "../build.sh",
];

fn project(dir: &Path, source: &str) {
    std::fs::write(dir.join("../build.sh"), BUILD).unwrap();
    std::fs::write(dir.join("main.c"), source).unwrap();
}

fn run(dir: &Path, args: &[&str]) -> Output {
    buildfix().args(args).current_dir(dir).output().unwrap()
}

fn builds(dir: &Path) -> usize {
    std::fs::read_to_string(dir.join("../count")).map_or(0, |text| text.lines().count())
}

fn report(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn says(output: &Output, text: &str) -> bool {
    String::from_utf8_lossy(&output.stderr).contains(text)
}

fn reused(dir: &Path) -> Result<(), Failed> {
    project(dir, "#error mine\n#error more\n");
    let first = run(dir, &JSON);
    ensure(first.status.code() == Some(2), "unchanged", &first)?;
    ensure(report(&first)["reused"].is_null(), "built", &first)?;
    ensure(builds(dir) == 1, "one build", &first)?;

    let second = run(dir, &RUN);
    ensure(builds(dir) == 1, "not built again", &second)?;
    ensure(
        second.status.code() == Some(2),
        "with the same end",
        &second,
    )?;
    ensure(
        says(&second, "reusing the failing build of"),
        "it is said",
        &second,
    )?;
    ensure(
        says(&second, "#error mine"),
        "what it printed is shown",
        &second,
    )?;
    let json = run(dir, &JSON);
    let (before, now) = (report(&first), report(&json));
    ensure(
        now["reused"]["seconds"].is_f64(),
        "in the report, too",
        &json,
    )?;
    ensure(now["builds"] == 0, "none was run", &json)?;
    ensure(
        now["diagnostics"] == before["diagnostics"],
        "same errors",
        &json,
    )?;

    let source = std::fs::read(dir.join("main.c"))?;
    std::fs::write(dir.join("main.c"), &source)?;
    let terminal = buildfix()
        .args(RUN)
        .current_dir(dir)
        .env("TERM", "other")
        .output()?;
    ensure(
        builds(dir) == 1,
        "the same content, another terminal",
        &terminal,
    )?;

    let refused = run(
        dir,
        &["run", "--yes", "--no-reuse", "--", "sh", "../build.sh"],
    );
    ensure(builds(dir) == 2, "--no-reuse builds", &refused)?;
    let flags = buildfix()
        .args(RUN)
        .current_dir(dir)
        .env("CPPFLAGS", "-DX")
        .output()?;
    ensure(builds(dir) == 3, "another environment", &flags)?;
    let back = run(dir, &RUN);
    ensure(builds(dir) == 4, "and back", &back)?;
    let command = run(dir, &["run", "--yes", "--", "sh", "../build.sh", "x"]);
    ensure(builds(dir) == 5, "another command", &command)?;
    run(dir, &RUN);
    std::fs::write(dir.join("../build.sh"), BUILD)?;
    let program = run(dir, &RUN);
    ensure(
        builds(dir) == 7,
        "another program of the same name",
        &program,
    )?;
    std::fs::write(dir.join("other.h"), "")?;
    let file = run(dir, &RUN);
    ensure(builds(dir) == 8, "a new file", &file)?;
    std::fs::write(dir.join("main.c"), "#error mine\n#error MORE\n")?;
    let content = run(dir, &RUN);
    ensure(
        builds(dir) == 9,
        "another content of the same size",
        &content,
    )?;
    ensure(
        says(&content, "MORE"),
        "its errors are the new ones",
        &content,
    )?;

    let kept = dir.join(".buildfix/last-build");
    let whole = std::fs::read(&kept)?;
    let text = String::from_utf8_lossy(&whole);
    ensure(
        !text.contains("/usr/bin"),
        "the environment is not stored",
        &content,
    )?;
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for (count, damaged) in [(10, &whole[..whole.len() / 2]), (11, &flipped), (12, b"")] {
        std::fs::write(&kept, damaged)?;
        let again = run(dir, &RUN);
        ensure(builds(dir) == count, "damage is no build", &again)?;
        ensure(again.status.code() == Some(2), "and no error", &again)?;
    }
    Ok(())
}

const TYPO: &str = "struct p { int abscissa; };\n\
    #error mine\n\
    int f(struct p *p) { return p->abscisa; }\n";

fn end_is_kept(dir: &Path) -> Result<(), Failed> {
    project(dir, TYPO);
    let improved = run(dir, &RUN);
    ensure(improved.status.code() == Some(1), "improved", &improved)?;
    let count = builds(dir);
    let again = run(dir, &JSON);
    ensure(builds(dir) == count, "the end is known", &again)?;
    ensure(
        report(&again)["errors_before"] == 1,
        "with its errors",
        &again,
    )?;

    std::fs::write(dir.join("main.c"), TYPO.replace("#error mine\n", ""))?;
    let green = run(dir, &RUN);
    ensure(green.status.code() == Some(0), "green", &green)?;
    let count = builds(dir);
    let green = run(dir, &RUN);
    ensure(
        builds(dir) == count + 1,
        "a green build is no failing one",
        &green,
    )
}

/// The header is outside of the workspace, so its change is not seen.
fn out_of_date(dir: &Path) -> Result<(), Failed> {
    project(
        dir,
        "#include <x.h>\n#error mine\nint f(struct p *p) { return p->abscisa; }\n",
    );
    let header = dir.join("../inc/x.h");
    std::fs::create_dir(dir.join("../inc"))?;
    std::fs::write(
        &header,
        "struct p { int abscissa; };\n#error one\n#error two\n",
    )?;
    let one = [
        "run",
        "--yes",
        "--max-builds",
        "1",
        "--",
        "sh",
        "../build.sh",
    ];
    run(dir, &one);
    std::fs::write(&header, "struct p { int abscissa, abscisa; };\n")?;
    let before = tree(dir);
    let output = run(dir, &RUN);
    ensure(
        says(&output, "reusing the failing build"),
        "reused",
        &output,
    )?;
    ensure(says(&output, "out of date"), "found out", &output)?;
    ensure(
        output.status.code() == Some(2),
        "no better than it was",
        &output,
    )?;
    ensure(tree(dir) == before, "nothing was kept", &output)?;
    let count = builds(dir);
    let after = run(dir, &JSON);
    ensure(builds(dir) == count, "the real build is kept", &after)?;
    ensure(
        report(&after)["errors_before"] == 1,
        "with its errors",
        &after,
    )
}

fn touched(dir: &Path) -> Result<(), Failed> {
    project(dir, "#error mine\n");
    let build = "echo x >> ../count; echo x >> log.txt; gcc -fsyntax-only main.c";
    let args = ["run", "--yes", "--", "sh", "-c", build];
    run(dir, &args);
    let again = run(dir, &args);
    ensure(builds(dir) == 2, "who wrote it is not known", &again)?;
    std::fs::write(dir.join(".gitignore"), "log.txt\n")?;
    run(dir, &args);
    let ignored = run(dir, &args);
    ensure(
        builds(dir) == 3,
        "an ignored file is the build's own",
        &ignored,
    )
}

fn green_loads_nothing(dir: &Path) -> Result<(), Failed> {
    project(dir, "int main(void) { return 0; }\n");
    let loaded = |output: &Output| -> Vec<String> {
        serde_json::from_value(report(output)["plugins_loaded"].clone()).unwrap()
    };
    let green = run(dir, &JSON);
    ensure(green.status.code() == Some(0), "green", &green)?;
    ensure(loaded(&green).is_empty(), "nothing to load", &green)?;
    std::fs::write(dir.join("main.c"), TYPO)?;
    // Another test's answers would do for the same file: then nothing is loaded.
    let uncached = [&JSON[..1], &["--no-cache"], &JSON[1..]].concat();
    let red = run(dir, &uncached);
    let names = loaded(&red);
    ensure(!names.is_empty(), "those of the classes", &red)?;
    let foreign = |name: &String| name.contains("csharp") || name.contains("typescript");
    ensure(!names.iter().any(foreign), "and only those", &red)
}

/// The build waits for the compiled code, which only something that works
/// beside it can make.
fn compiled_ahead(dir: &Path) -> Result<(), Failed> {
    std::fs::write(dir.join("main.c"), "int main(void) { return 0; }\n")?;
    let cache = dir.join("../cache");
    let build = "for i in $(seq 1200); do \
        if ls ../cache/wasmtime.compiled/*/* >/dev/null 2>&1; then gcc -fsyntax-only main.c; exit; fi; \
        sleep 0.1; done; exit 1";
    let output = buildfix()
        .args(["run", "--yes", "--format", "json", "--", "sh", "-c", build])
        .current_dir(dir)
        .env("BUILDFIX_CACHE_DIR", &cache)
        .output()?;
    ensure(
        output.status.code() == Some(0),
        "it came while it waited",
        &output,
    )?;
    let none = report(&output)["plugins_loaded"] == serde_json::json!([]);
    ensure(none, "compiled, and not loaded for nobody", &output)
}
