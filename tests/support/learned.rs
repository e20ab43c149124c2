//! What a project's history and its earlier runs teach.

use crate::scenarios::{ensure, git, run, stderr};
use crate::tool::absent;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use std::fs;
use std::path::Path;

type Body = fn(&Path) -> Result<(), Failed>;

pub fn all() -> Vec<Trial> {
    let list: [(&str, Body); 4] = [
        ("a_rename_of_the_history_mends_what_a_merge_broke", merged),
        ("old_builds_teach_which_import_an_error_wants", built),
        ("verdicts_are_kept_shown_forgotten_and_left_alone", verdicts),
        ("a_wrong_template_is_taken_back", wrong),
    ];
    let missing = absent(&["cargo", "git"]);
    list.into_iter()
        .map(|(name, body)| {
            let name = match missing.is_empty() {
                true => name.to_owned(),
                false => format!("{name} (needs {})", missing.join(", ")),
            };
            Trial::test(name, move || {
                let temp = tempfile::tempdir()?;
                let dir = temp.path().canonicalize()?.join("project");
                fs::create_dir_all(dir.join("src"))?;
                body(&dir)
            })
            .with_ignored_flag(!missing.is_empty())
        })
        .collect()
}

fn project(dir: &Path) {
    let manifest = "[package]\nname = \"p\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    fs::write(dir.join("Cargo.toml"), manifest).unwrap();
    fs::write(dir.join(".gitignore"), "target\n").unwrap();
    git(dir, &["init", "-q", "-b", "main"]);
}

fn commit(dir: &Path, files: &[(&str, &str)], message: &str) {
    for (path, text) in files {
        fs::write(dir.join(path), text).unwrap();
    }
    git(dir, &["add", "."]);
    git(dir, &["commit", "-q", "-m", message]);
}

const CHECK: [&str; 3] = ["--", "cargo", "check"];

/// A branch uses what main has renamed meanwhile to a name that no likeness of
/// words finds.
fn merged(dir: &Path) -> Result<(), Failed> {
    project(dir);
    let store = "pub fn obtain(id: u32) -> u32 {\n    id\n}\n";
    let uses = "use crate::store::obtain;\n\npub fn all() -> u32 {\n    obtain(1)\n        + obtain(2)\n}\n";
    let lib = "pub mod store;\npub mod uses;\n";
    let files = [
        ("src/lib.rs", lib),
        ("src/store.rs", store),
        ("src/uses.rs", uses),
    ];
    commit(dir, &files, "begin");
    git(dir, &["checkout", "-q", "-b", "feature"]);
    let new = "pub fn more() -> u32 {\n    crate::store::obtain(7)\n}\n";
    let with = "pub mod more;\npub mod store;\npub mod uses;\n";
    commit(dir, &[("src/more.rs", new), ("src/lib.rs", with)], "more");
    git(dir, &["checkout", "-q", "main"]);
    let store = store.replace("obtain", "fetch_row");
    let uses = uses.replace("obtain", "fetch_row");
    let files = [
        ("src/store.rs", store.as_str()),
        ("src/uses.rs", uses.as_str()),
    ];
    commit(dir, &files, "rename obtain to fetch_row");
    git(dir, &["merge", "-q", "-m", "merge", "feature"]);

    let before = run(dir, &[&["run", "--yes"][..], &CHECK].concat());
    ensure(
        before.status.code() == Some(2),
        "nobody else knows it",
        &before,
    )?;
    let found = run(dir, &["learn"]);
    ensure(found.status.code() == Some(0), "it is found", &found)?;
    let text = String::from_utf8_lossy(&found.stdout);
    ensure(
        text.contains("replace `obtain` by `fetch_row`") && text.contains("rename obtain"),
        "with its evidence",
        &found,
    )?;
    ensure(
        !dir.join("buildfix.templates.toml").exists(),
        "nothing is written unasked",
        &found,
    )?;
    let saved = run(dir, &["learn", "--save"]);
    ensure(saved.status.code() == Some(0), "it is written", &saved)?;
    let refused = run(
        dir,
        &[&["run", "--yes", "--no-learned"][..], &CHECK].concat(),
    );
    ensure(
        refused.status.code() == Some(2),
        "it can be left out",
        &refused,
    )?;
    let fixed = run(dir, &[&["run", "--yes"][..], &CHECK].concat());
    ensure(fixed.status.code() == Some(0), "it mends the merge", &fixed)?;
    ensure(
        fs::read_to_string(dir.join("src/more.rs"))?.contains("crate::store::fetch_row(7)"),
        "as main did",
        &fixed,
    )?;
    let again = run(dir, &["learn", "--save"]);
    ensure(
        stderr(&again).contains("0 new of 1 template"),
        "what is known is not written twice",
        &again,
    )
}

/// A commit that does not build, and the one that mended it.
fn built(dir: &Path) -> Result<(), Failed> {
    project(dir);
    let kit = "pub mod one {\n    pub trait Twice {\n        fn twice(&self) -> u32;\n    }\n    impl Twice for u32 {\n        fn twice(&self) -> u32 {\n            self * 2\n        }\n    }\n}\npub mod two {\n    pub struct Gauge;\n}\npub mod three {\n    pub struct Gauge;\n}\n";
    let uses = "use std::fmt::Debug;\n\npub fn f(_: &dyn Debug) -> Gauge {\n    loop {}\n}\n";
    let lib = "pub mod kit;\npub mod uses;\n";
    let files = [
        ("src/lib.rs", lib),
        ("src/kit.rs", kit),
        ("src/uses.rs", uses),
    ];
    commit(dir, &files, "broken");
    let mended = format!("use crate::kit::three::Gauge;\n{uses}");
    commit(dir, &[("src/uses.rs", &mended)], "import Gauge");
    // The same again in a new file.
    let more = "use std::fmt::Display;\n\npub fn g(_: &dyn Display) -> Gauge {\n    loop {}\n}\n";
    fs::write(dir.join("src/more.rs"), more)?;
    fs::write(dir.join("src/lib.rs"), format!("{lib}pub mod more;\n"))?;
    let head = fs::read(dir.join(".git/HEAD"))?;
    let learned = run(
        dir,
        &[&["learn", "--builds", "5", "--save"][..], &CHECK].concat(),
    );
    ensure(learned.status.code() == Some(0), "it is found", &learned)?;
    ensure(
        fs::read_to_string(dir.join("buildfix.templates.toml"))?
            .contains("insert = \"use crate::kit::three::Gauge;\""),
        "as a line to insert",
        &learned,
    )?;
    ensure(
        fs::read(dir.join(".git/HEAD"))? == head
            && fs::read_to_string(dir.join("src/more.rs"))? == more,
        "the project is as it was",
        &learned,
    )?;
    let args = ["run", "--yes", "--allow-dirty", "--no-bundled"];
    let fixed = run(dir, &[&args[..], &CHECK].concat());
    ensure(
        fixed.status.code() == Some(0),
        "it mends the new file",
        &fixed,
    )?;
    ensure(
        fs::read_to_string(dir.join("src/more.rs"))?.contains("use crate::kit::three::Gauge;"),
        "with the project's own choice of two",
        &fixed,
    )
}

fn verdicts(dir: &Path) -> Result<(), Failed> {
    project(dir);
    let broken = "pub fn f() -> u32 {\n    let long_name = 1;\n    lnog_name\n}\n";
    fs::write(dir.join("src/lib.rs"), broken)?;
    let none = run(dir, &["learn", "--show"]);
    ensure(none.status.code() == Some(2), "nothing is known", &none)?;
    let kept_out = run(
        dir,
        &[&["run", "--yes", "--no-learned"][..], &CHECK].concat(),
    );
    ensure(kept_out.status.code() == Some(0), "it is mended", &kept_out)?;
    ensure(
        !dir.join(".buildfix/verdicts.json").exists(),
        "and nothing kept",
        &kept_out,
    )?;
    fs::write(dir.join("src/lib.rs"), broken)?;
    let fixed = run(dir, &[&["run", "--yes"][..], &CHECK].concat());
    ensure(fixed.status.code() == Some(0), "it is mended", &fixed)?;
    let shown = run(dir, &["learn", "--show", "--format", "json"]);
    let document: Value = serde_json::from_slice(&shown.stdout)?;
    let verdict = &document["verdicts"][0];
    ensure(
        verdict["held"] == 1
            && verdict["reverted"] == 0
            && verdict["signature"]["class"] == "rust/E0425"
            && !verdict.to_string().contains("lnog"),
        "one verdict, without names",
        &shown,
    )?;
    // A damaged book is told of and costs nothing.
    fs::write(dir.join(".buildfix/verdicts.json"), "{")?;
    fs::write(dir.join("src/lib.rs"), broken)?;
    let damaged = run(dir, &[&["run", "--yes"][..], &CHECK].concat());
    ensure(damaged.status.code() == Some(0), "it is mended", &damaged)?;
    ensure(
        stderr(&damaged).contains("begin anew"),
        "and told",
        &damaged,
    )?;
    let gone = run(dir, &["learn", "--forget", "verdicts"]);
    ensure(gone.status.code() == Some(0), "forgotten", &gone)?;
    let none = run(dir, &["learn", "--show"]);
    ensure(none.status.code() == Some(2), "nothing is known", &none)
}

/// What is learned proves nothing.
fn wrong(dir: &Path) -> Result<(), Failed> {
    project(dir);
    let broken = "pub fn f() -> u32 {\n    obtain(1)\n}\n";
    fs::write(dir.join("src/lib.rs"), broken)?;
    let template =
        "[[template]]\nfrom = \"obtain\"\nto = \"nothing_of_the_kind\"\nextensions = [\"rs\"]\n";
    fs::write(dir.join("buildfix.templates.toml"), template)?;
    let red = run(dir, &[&["run", "--yes"][..], &CHECK].concat());
    ensure(red.status.code() == Some(2), "it stays red", &red)?;
    ensure(
        fs::read_to_string(dir.join("src/lib.rs"))? == broken,
        "and as it was",
        &red,
    )?;
    let shown = run(dir, &["learn", "--show", "--format", "json"]);
    let document: Value = serde_json::from_slice(&shown.stdout)?;
    ensure(
        document["verdicts"][0]["reverted"] == 1,
        "the book knows",
        &shown,
    )?;
    fs::write(
        dir.join("buildfix.templates.toml"),
        "[[template]]\nfrm = 1\n",
    )?;
    let refused = run(dir, &[&["run", "--yes"][..], &CHECK].concat());
    ensure(
        refused.status.code() == Some(3) && stderr(&refused).contains("unknown field `frm`"),
        "a broken file is an error with its place",
        &refused,
    )
}
