//! What the journal promises, and what goes wrong around it.

use super::*;
use crate::edits::Changeset;
use std::collections::BTreeMap;
use std::fs;
use tempfile::TempDir;

pub(super) fn tree(files: &[(&str, &str)]) -> (TempDir, Workspace) {
    let dir = TempDir::new().expect("temporary directory");
    for (path, text) in files {
        let full = dir.path().join(path);
        fs::create_dir_all(full.parent().expect("has a parent")).expect("made");
        fs::write(full, text).expect("written");
    }
    let workspace = Workspace::open(dir.path()).expect("a directory");
    (dir, workspace)
}

/// Everything in the tree but the journal.
pub(super) fn contents(root: &Path) -> BTreeMap<String, Option<Vec<u8>>> {
    walkdir::WalkDir::new(root)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".buildfix")
        .map(|entry| {
            let entry = entry.expect("readable");
            let path = entry
                .path()
                .strip_prefix(root)
                .expect("inside")
                .display()
                .to_string();
            let bytes = entry
                .file_type()
                .is_file()
                .then(|| fs::read(entry.path()).expect("read"));
            (path, bytes)
        })
        .collect()
}

fn changes(list: &[(&str, Option<&str>, Option<&str>)]) -> Changeset {
    let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
    let mut changes = Changeset::default();
    for (path, before, after) in list {
        changes.insert(*path, bytes(*before), bytes(*after));
    }
    changes
}

fn start(workspace: &Workspace) -> RunLog {
    Journal::open(workspace, None)
        .expect("free")
        .start("make")
        .expect("started")
}

fn undo_last(workspace: &Workspace) -> UndoReport {
    undo(workspace, None, None, false).expect("undone")
}

#[test]
fn a_run_is_undone_byte_for_byte() {
    let odd = "src/Проект (x86)/a [1]+$.cs";
    let files = [
        ("a", "1\r\n"),
        (odd, "\u{FEFF}x"),
        ("gone", "g"),
        ("other", "o"),
    ];
    let (dir, workspace) = tree(&files);
    let before = contents(dir.path());
    let mut run = start(&workspace);
    let first = [
        ("a", Some("1\r\n"), Some("2\r\n")),
        (odd, Some("\u{FEFF}x"), Some("\u{FEFF}y")),
        ("new/deep/file", None, Some("n")),
        ("gone", Some("g"), None),
    ];
    let applied = run.apply(&changes(&first)).expect("applied");
    assert_eq!(applied.paths, ["a", "gone", "new/deep/file", odd]);
    run.apply(&changes(&[
        ("a", Some("2\r\n"), Some("3\r\n")),
        ("new/deep/file", Some("n"), Some("m")),
    ]))
    .expect("applied");
    let id = run.finish().expect("finished").expect("changed something");
    drop(run);
    assert_eq!(fs::read(dir.path().join("a")).expect("there"), b"3\r\n");
    assert!(!dir.path().join("gone").exists());
    assert_eq!(
        fs::read(dir.path().join(".buildfix/.gitignore")).expect("there"),
        b"*\n"
    );
    let listed = runs(&workspace, None).expect("readable");
    assert_eq!(listed.len(), 1);
    assert!(
        listed[0].to_string().starts_with("000001  20"),
        "{}",
        listed[0]
    );
    assert!(
        listed[0].to_string().ends_with("4 files  make"),
        "{}",
        listed[0]
    );
    // Another file's edits do not matter.
    fs::write(dir.path().join("other"), "mine").expect("written");
    let report = undo_last(&workspace);
    assert_eq!((report.run.as_str(), report.left.len()), (id.as_str(), 0));
    assert_eq!(report.restored, ["a", "gone", "new/deep/file", odd]);
    let mut expected = before;
    expected.insert("other".into(), Some(b"mine".to_vec()));
    assert_eq!(contents(dir.path()), expected);
    // Once more does nothing.
    let report = undo_last(&workspace);
    assert_eq!((report.restored.len(), report.left.len()), (0, 0));
    assert_eq!(contents(dir.path()), expected);
    assert!(runs(&workspace, None).expect("readable")[0].undone);
}

#[test]
fn a_run_without_effect_leaves_no_trace() {
    let (dir, workspace) = tree(&[("a", "1")]);
    let mut run = start(&workspace);
    run.apply(&changes(&[("a", Some("1"), Some("2"))]))
        .expect("applied");
    run.apply(&changes(&[("a", Some("2"), Some("1"))]))
        .expect("applied");
    run.apply(&changes(&[("new/deep/b", None, Some("1"))]))
        .expect("applied");
    run.apply(&changes(&[("new/deep/b", Some("1"), None)]))
        .expect("applied");
    assert!(!dir.path().join("new").exists());
    assert_eq!(run.finish().expect("finished"), None);
    drop(run);
    assert!(runs(&workspace, None).expect("readable").is_empty());
    assert_eq!(undo_last(&workspace), UndoReport::default());
}

#[test]
fn nothing_to_undo_makes_no_state_directory() {
    let (dir, workspace) = tree(&[("a", "1")]);
    assert_eq!(undo_last(&workspace), UndoReport::default());
    assert!(runs(&workspace, None).expect("readable").is_empty());
    let error = undo(&workspace, None, Some("7"), false).expect_err("none");
    assert_eq!(error.to_string(), "there is no run `7`");
    assert!(!dir.path().join(".buildfix").exists());
}

#[test]
fn files_edited_since_are_left_alone() {
    let (dir, workspace) = tree(&[("a", "1"), ("b", "1"), ("c", "1")]);
    let mut run = start(&workspace);
    let all = ["a", "b", "c"].map(|path| (path, Some("1"), Some("2")));
    run.apply(&changes(&all)).expect("applied");
    run.finish().expect("finished");
    drop(run);
    fs::write(dir.path().join("b"), "mine").expect("written");
    fs::remove_file(dir.path().join("c")).expect("removed");
    let report = undo_last(&workspace);
    assert_eq!(report.restored, ["a"]);
    let left = [("b", "it was edited since"), ("c", "it was removed since")];
    assert_eq!(
        report.left,
        left.map(|(path, why)| (path.to_owned(), why.to_owned()))
    );
    assert_eq!(fs::read(dir.path().join("b")).expect("there"), b"mine");
    let report = undo(&workspace, None, Some("1"), true).expect("undone");
    assert_eq!(report.restored, ["b", "c"]);
    for path in ["a", "b", "c"] {
        assert_eq!(fs::read(dir.path().join(path)).expect("there"), b"1");
    }
}

#[test]
fn an_older_run_does_not_take_back_a_newer_one() {
    let (dir, workspace) = tree(&[("a", "1"), ("b", "1")]);
    for (path, before, after) in [("a", "1", "2"), ("a", "2", "3"), ("b", "1", "2")] {
        let mut run = start(&workspace);
        run.apply(&changes(&[(path, Some(before), Some(after))]))
            .expect("applied");
        run.finish().expect("finished");
    }
    let report = undo(&workspace, None, Some("000001"), false).expect("no error");
    assert_eq!((report.restored.len(), report.left.len()), (0, 1));
    assert_eq!(undo_last(&workspace).restored, ["b"]);
    assert_eq!(
        undo_last(&workspace).restored,
        Vec::<String>::new(),
        "only the last run"
    );
    assert_eq!(
        undo(&workspace, None, Some("2"), false)
            .expect("undone")
            .restored,
        ["a"]
    );
    assert_eq!(
        undo(&workspace, None, Some("1"), false)
            .expect("undone")
            .restored,
        ["a"]
    );
    assert_eq!(fs::read(dir.path().join("a")).expect("there"), b"1");
}

#[test]
fn a_file_changed_under_our_feet_stops_the_changeset() {
    let (dir, workspace) = tree(&[("a", "1"), ("b", "mine"), ("d", "1")]);
    let before = contents(dir.path());
    let mut run = start(&workspace);
    let wanted = [
        ("a", Some("1"), Some("2")),
        ("b", Some("1"), Some("2")),
        ("c", Some("1"), Some("2")),
        ("d", None, Some("2")),
        ("e/f", None, Some("2")),
    ];
    let error = run.apply(&changes(&wanted)).expect_err("three differ");
    assert_eq!(
        error.to_string(),
        "changed under our feet, so left alone: b, c, d"
    );
    assert_eq!(contents(dir.path()), before);
    // The run goes on.
    run.apply(&changes(&wanted[..1])).expect("this one is fine");
    run.finish().expect("finished");
    drop(run);
    assert_eq!(undo_last(&workspace).restored, ["a"]);
    assert_eq!(contents(dir.path()), before);
}

#[test]
fn a_failure_puts_back_what_was_written() {
    let (dir, workspace) = tree(&[("a", "1"), ("b", "1"), ("z", "1"), ("dir/x", "1")]);
    let before = contents(dir.path());
    let mut run = start(&workspace);
    // A directory in place of a temporary file.
    let blocked = dir.path().join(".buildfix-000001-1-3.tmp");
    fs::create_dir(&blocked).expect("made");
    let wanted = [
        ("a", Some("1"), Some("2")),
        ("b", Some("1"), None),
        ("n/new", None, Some("2")),
        ("z", Some("1"), Some("2")),
    ];
    let error = run.apply(&changes(&wanted)).expect_err("blocked");
    assert!(
        error.to_string().starts_with("cannot write `z`: "),
        "{error}"
    );
    fs::remove_dir(&blocked).expect("empty");
    assert_eq!(contents(dir.path()), before);
    // A folder where a file is to be: found when `a` has been written.
    let nested = [
        ("a", Some("1"), Some("2")),
        ("b", Some("1"), None),
        ("n", None, Some("2")),
        ("n/new", None, Some("2")),
    ];
    let error = run.apply(&changes(&nested)).expect_err("a folder");
    assert!(
        error.to_string().starts_with("cannot write `n`: "),
        "{error}"
    );
    assert_eq!(contents(dir.path()), before);
    let in_the_way = [("a", Some("1"), Some("2")), ("dir", None, Some("2"))];
    let error = run.apply(&changes(&in_the_way)).expect_err("a directory");
    assert_eq!(
        error.to_string(),
        "cannot write `dir`: it is not a regular file"
    );
    assert_eq!(contents(dir.path()), before);
    run.apply(&changes(&wanted)).expect("now it goes");
    run.finish().expect("finished");
    drop(run);
    undo_last(&workspace);
    assert_eq!(contents(dir.path()), before);
}

#[cfg(unix)]
#[test]
fn modes_are_kept_and_read_only_files_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, workspace) = tree(&[("a", "1"), ("ro", "1"), ("gone", "1")]);
    let set = |path: &str, mode| {
        fs::set_permissions(dir.path().join(path), fs::Permissions::from_mode(mode)).expect("mine");
    };
    let mode = |path: &str| {
        fs::metadata(dir.path().join(path))
            .expect("there")
            .permissions()
            .mode()
            & 0o7777
    };
    set("a", 0o751);
    set("gone", 0o640);
    set("ro", 0o444);
    let mut run = start(&workspace);
    // By its bits, so that root is refused too.
    let error = run
        .apply(&changes(&[
            ("a", Some("1"), Some("2")),
            ("ro", Some("1"), Some("2")),
        ]))
        .expect_err("read-only");
    assert_eq!(
        error.to_string(),
        "cannot write `ro`: the file is read-only"
    );
    assert_eq!(fs::read(dir.path().join("a")).expect("there"), b"1");
    run.apply(&changes(&[
        ("a", Some("1"), Some("2")),
        ("gone", Some("1"), None),
    ]))
    .expect("applied");
    assert_eq!(mode("a"), 0o751);
    run.finish().expect("finished");
    drop(run);
    assert_eq!(undo_last(&workspace).restored, ["a", "gone"]);
    assert_eq!((mode("a"), mode("gone")), (0o751, 0o640));
}

/// Only where this is not root, who may write everywhere.
#[cfg(unix)]
#[test]
fn a_folder_without_the_right_to_write_stops_the_changeset() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, workspace) = tree(&[("a", "1"), ("locked/x", "1")]);
    let locked = dir.path().join("locked");
    let before = contents(dir.path());
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("mine");
    if fs::write(locked.join("probe"), "").is_err() {
        let wanted = [
            ("a", Some("1"), Some("2")),
            ("locked/x", Some("1"), Some("2")),
        ];
        let error = start(&workspace)
            .apply(&changes(&wanted))
            .expect_err("locked");
        assert!(
            error.to_string().starts_with("cannot write `locked/x`: "),
            "{error}"
        );
        assert_eq!(contents(dir.path()), before);
    } else {
        eprintln!("not tested: this user may write everywhere");
    }
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("mine");
}

#[cfg(unix)]
#[test]
fn a_symlink_is_written_through_and_never_twice() {
    let (dir, workspace) = tree(&[("real", "1")]);
    std::os::unix::fs::symlink("real", dir.path().join("link")).expect("linked");
    let mut run = start(&workspace);
    let both = [
        ("link", Some("1"), Some("2")),
        ("real", Some("1"), Some("3")),
    ];
    let error = run.apply(&changes(&both)).expect_err("one file");
    assert_eq!(error.to_string(), "`link` and `real` are the same file");
    run.apply(&changes(&both[..1])).expect("applied");
    assert!(dir.path().join("link").is_symlink());
    assert_eq!(fs::read(dir.path().join("real")).expect("there"), b"2");
}

#[test]
fn paths_outside_are_refused() {
    let (dir, workspace) = tree(&[("a", "1")]);
    let before = contents(dir.path());
    let mut run = start(&workspace);
    for path in ["../x", "/tmp/x", ".git/hooks/x", ".buildfix/lock"] {
        let wanted = [("a", Some("1"), Some("2")), (path, None, Some("2"))];
        assert!(
            matches!(run.apply(&changes(&wanted)), Err(ApplyError::Path(_))),
            "{path}"
        );
        assert_eq!(contents(dir.path()), before);
    }
}

#[test]
fn only_one_process_works_in_a_tree() {
    let (_dir, workspace) = tree(&[("a", "1")]);
    let journal = Journal::open(&workspace, None).expect("free");
    let run = journal.start("make").expect("started");
    drop(journal);
    let error = Journal::open(&workspace, None).expect_err("the run holds it");
    let pid = std::process::id();
    let expected = format!("another buildfix (process {pid}) is at work in `");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert!(matches!(
        undo(&workspace, None, None, false),
        Err(UndoError::Journal(JournalError::Locked { .. }))
    ));
    drop(run);
    Journal::open(&workspace, None).expect("free again");
}

#[test]
fn a_state_directory_elsewhere_serves_many_trees() {
    let state = TempDir::new().expect("temporary directory");
    let at = Some(state.path());
    let trees = [tree(&[("a", "1")]), tree(&[("a", "1")])];
    for (_, workspace) in &trees {
        let journal = Journal::open(workspace, at).expect("free");
        let mut run = journal.start("make").expect("started");
        run.apply(&changes(&[("a", Some("1"), Some("2"))]))
            .expect("applied");
        run.finish().expect("finished");
    }
    let (dir, workspace) = &trees[0];
    assert!(!dir.path().join(".buildfix").exists());
    assert_eq!(
        undo(workspace, at, None, false).expect("undone").restored,
        ["a"]
    );
    assert_eq!(fs::read(dir.path().join("a")).expect("there"), b"1");
    assert_eq!(fs::read(trees[1].0.path().join("a")).expect("there"), b"2");
}

#[test]
fn old_runs_are_forgotten() {
    let (_dir, workspace) = tree(&[("a", "0")]);
    for n in 0..MAX_RUNS + 5 {
        let mut run = start(&workspace);
        let (before, after) = (n.to_string(), (n + 1).to_string());
        run.apply(&changes(&[("a", Some(&before), Some(&after))]))
            .expect("applied");
        run.finish().expect("finished");
    }
    let listed = runs(&workspace, None).expect("readable");
    assert_eq!((listed.len(), listed[0].id.as_str()), (MAX_RUNS, "000006"));
}

#[test]
fn a_torn_or_forged_log_does_no_harm() {
    let (dir, workspace) = tree(&[("a", "1")]);
    let mut run = start(&workspace);
    run.apply(&changes(&[("a", Some("1"), Some("2"))]))
        .expect("applied");
    drop(run);
    let log = dir.path().join(".buildfix/runs/000001/log");
    let whole = fs::read(&log).expect("there");
    // Cut at every byte, as if the machine had stopped there.
    for length in 0..whole.len() {
        fs::write(dir.path().join("a"), "2").expect("written");
        fs::write(&log, &whole[..length]).expect("written");
        let journal = Journal::open(&workspace, None).expect("opens");
        let text = fs::read(dir.path().join("a")).expect("there");
        // Once the `begin` is whole, it is rolled back.
        assert_eq!(
            text == b"1",
            !journal.recovered().is_empty(),
            "cut at {length}"
        );
        drop(journal);
        assert!(undo(&workspace, None, None, false).is_ok());
    }
    // Paths out of the tree, hashes that are paths.
    let outside = dir.path().join("../buildfix-forged");
    for (path, before) in [
        ("../buildfix-forged", "0".repeat(64)),
        ("b", "../../../a".into()),
    ] {
        let record = format!(
            r#"{{"record":"begin","sequence":9,"files":[{{"path":"{path}","before":"{before}","after":null,"mode":null}}],"folders":["../x"],"undo":false}}"#
        );
        let sum = &blake3::hash(record.as_bytes()).to_hex()[..16];
        fs::write(&log, format!("{sum} {record}\n")).expect("written");
        let journal = Journal::open(&workspace, None).expect("opens");
        let recovered = journal.recovered();
        assert_eq!((recovered.len(), recovered[0].left.len()), (1, 1));
        assert!(!outside.exists() && !dir.path().join("b").exists());
    }
    fs::write(&log, vec![0xFF; 1000]).expect("written");
    assert!(
        Journal::open(&workspace, None)
            .expect("opens")
            .recovered()
            .is_empty()
    );
}

#[cfg(unix)]
#[test]
fn a_state_directory_that_is_a_symlink_is_refused() {
    let elsewhere = TempDir::new().expect("temporary directory");
    let (dir, workspace) = tree(&[("a", "1")]);
    std::os::unix::fs::symlink(elsewhere.path(), dir.path().join(".buildfix")).expect("linked");
    let error = Journal::open(&workspace, None).expect_err("a symlink");
    assert!(error.to_string().contains("is not a directory"), "{error}");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("there").count(), 0);
}
