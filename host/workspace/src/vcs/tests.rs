//! Asked of real repositories; where git is not installed, only that this is
//! told apart from "nothing is dirty".

use super::*;
use std::fs;
use tempfile::TempDir;

fn git(dir: &Path, arguments: &[&str]) -> bool {
    Command::new("git")
        .args([
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .is_ok_and(|output| output.status.success())
}

fn paths(list: &[&str]) -> Vec<String> {
    list.iter().map(|&path| path.to_owned()).collect()
}

#[test]
fn a_tree_without_git_has_no_guard() {
    let dir = TempDir::new().expect("temporary directory");
    fs::write(dir.path().join("a"), "x").expect("written");
    assert_eq!(
        guard(dir.path(), &paths(&["a"])).expect("no error"),
        Guard::NoVcs
    );
    assert_eq!(
        dirty(dir.path(), &paths(&["a"])).expect("no error"),
        Vec::<String>::new()
    );
}

#[test]
fn dirty_files_are_named() {
    let dir = TempDir::new().expect("temporary directory");
    let root = dir.path();
    let write = |path: &str, text: &str| {
        let full = root.join(path);
        fs::create_dir_all(full.parent().expect("has a parent")).expect("made");
        fs::write(full, text).expect("written");
    };
    if !git(root, &["init", "-q"]) {
        return;
    }
    let names = [
        "clean",
        "sub/Проект [1] $+.cs",
        "sub/staged",
        "sub/other",
        "sub/dir/new",
        "sub/a*",
    ];
    for name in names {
        write(name, "1\n");
    }
    // Before the first commit everything is new, and nothing can be lost that
    // a commit would have.
    let all = paths(&names);
    assert_eq!(
        guard(root, &all).expect("git"),
        Guard::Git { dirty: Vec::new() }
    );
    assert!(git(
        root,
        &[
            "add",
            "clean",
            "sub/Проект [1] $+.cs",
            "sub/staged",
            "sub/other"
        ]
    ));
    assert!(git(root, &["commit", "-q", "-m", "first"]));
    write("sub/Проект [1] $+.cs", "2\n");
    write("sub/staged", "2\n");
    assert!(git(root, &["add", "sub/staged"]));
    write("sub/other", "2\n");
    let asked = paths(&[
        "clean",
        "sub/Проект [1] $+.cs",
        "sub/staged",
        "sub/dir/new",
        "sub/a*",
    ]);
    let expected = paths(&[
        "sub/a*",
        "sub/dir/new",
        "sub/staged",
        "sub/Проект [1] $+.cs",
    ]);
    assert_eq!(
        guard(root, &asked).expect("git"),
        Guard::Git { dirty: expected }
    );
    // A workspace below the repository's top.
    let asked = paths(&["staged", "dir/new"]);
    let expected = paths(&["dir/new", "staged"]);
    assert_eq!(
        guard(&root.join("sub"), &asked).expect("git"),
        Guard::Git { dirty: expected }
    );
    // More than fit into one command.
    let many: Vec<String> = (0..3000)
        .map(|n| format!("{n:050}"))
        .chain(["sub/other".to_owned()])
        .collect();
    assert_eq!(dirty(root, &many).expect("git"), ["sub/other"]);
}

#[test]
fn a_nested_repository_is_asked_itself() {
    let dir = TempDir::new().expect("temporary directory");
    let inner = dir.path().join("vendor/lib");
    fs::create_dir_all(inner.join("src")).expect("made");
    if !git(dir.path(), &["init", "-q"]) {
        return;
    }
    assert!(git(&inner, &["init", "-q"]));
    fs::write(inner.join("src/a"), "1").expect("written");
    fs::write(inner.join("b"), "1").expect("written");
    assert!(git(&inner, &["add", "."]) && git(&inner, &["commit", "-q", "-m", "first"]));
    fs::write(inner.join("src/a"), "2").expect("written");
    let asked = paths(&["vendor/lib/src/a", "vendor/lib/b"]);
    assert_eq!(
        dirty(dir.path(), &asked).expect("git"),
        ["vendor/lib/src/a"]
    );
}
