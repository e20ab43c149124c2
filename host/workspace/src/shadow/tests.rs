//! The copy must be as good as the original to a build tool.

use super::*;
use std::time::{Duration, SystemTime};

fn workspace() -> (TempDir, Workspace) {
    let dir = TempDir::new().expect("temporary directory");
    let root = dir.path().join("my project");
    for (path, text) in [
        ("src/a [1].c", "a"),
        (".git/HEAD", "x"),
        (".buildfix/lock", "1"),
        (".gitignore", "out/\n"),
        ("out/a.o", "o"),
        (
            "target/CACHEDIR.TAG",
            "Signature: 8a477f597d28d172789f06886806bc55",
        ),
        ("target/big", &"x".repeat(100_000)),
    ] {
        let full = root.join(path);
        fs::create_dir_all(full.parent().expect("has a parent")).expect("made");
        fs::write(full, text).expect("written");
    }
    let workspace = Workspace::open(&root).expect("a directory");
    (dir, workspace)
}

#[test]
fn a_copy_has_everything_a_build_needs() {
    let (dir, workspace) = workspace();
    let old = SystemTime::now() - Duration::from_secs(1_000_000);
    let set = |path: &str| {
        let file = File::open(workspace.root().join(path)).expect("there");
        file.set_times(FileTimes::new().set_modified(old))
            .expect("mine");
    };
    set("src/a [1].c");
    set("src");
    let shadow = Shadow::create(&workspace).expect("small");
    let path = shadow.path().to_owned();
    assert_eq!(path.file_name(), Some("my project".as_ref()));
    assert_eq!(fs::read(path.join("src/a [1].c")).expect("copied"), b"a");
    assert_eq!(
        fs::read(path.join("out/a.o")).expect("ignored files too"),
        b"o"
    );
    assert!(path.join("target/big").exists());
    assert!(!path.join(".git").exists() && !path.join(".buildfix").exists());
    for name in ["src/a [1].c", "src"] {
        let modified = fs::metadata(path.join(name))
            .and_then(|m| m.modified())
            .expect("there");
        let original = fs::metadata(workspace.root().join(name))
            .and_then(|m| m.modified())
            .expect("there");
        assert_eq!(modified, original, "{name}");
    }
    drop(shadow);
    assert!(!path.exists());
    drop(dir);
}

#[cfg(unix)]
#[test]
fn symlinks_lead_where_they_led() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (dir, workspace) = workspace();
    let root = workspace.root();
    fs::write(dir.path().join("beside"), "b").expect("written");
    symlink("a [1].c", root.join("src/near")).expect("linked");
    symlink(root.join("out/a.o"), root.join("src/absolute")).expect("linked");
    symlink("../../beside", root.join("src/out")).expect("linked");
    symlink("nowhere", root.join("dangling")).expect("linked");
    symlink("..", root.join("src/up")).expect("linked");
    fs::set_permissions(root.join("out/a.o"), fs::Permissions::from_mode(0o555)).expect("mine");
    fs::set_permissions(root.join("out"), fs::Permissions::from_mode(0o555)).expect("mine");
    let shadow = Shadow::create(&workspace).expect("small");
    let link = |name: &str| fs::read_link(shadow.path().join(name)).expect("a link");
    assert_eq!(link("src/near"), Path::new("a [1].c"));
    assert_eq!(link("src/absolute"), Path::new("../out/a.o"));
    assert_eq!(link("src/up"), Path::new(".."));
    assert_eq!(link("dangling"), Path::new("nowhere"));
    assert_eq!(
        fs::read(shadow.path().join("src/out")).expect("leads out"),
        b"b"
    );
    // Writing through a link changes the copy, not the original.
    let mode = fs::metadata(shadow.path().join("out/a.o"))
        .expect("copied")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o555);
    let path = shadow.path().to_owned();
    drop(shadow);
    assert!(!path.exists(), "also with folders that may not be written");
    fs::set_permissions(root.join("out"), fs::Permissions::from_mode(0o755)).expect("mine");
}

#[test]
fn what_is_too_large_is_refused_or_copied_without_caches() {
    let (dir, workspace) = workspace();
    let shadow = Shadow::within(&workspace, dir.path(), 50_000).expect("fits without caches");
    assert!(shadow.path().join("out/a.o").exists());
    assert!(!shadow.path().join("target").exists());
    let error = Shadow::within(&workspace, dir.path(), 5).expect_err("too small");
    assert!(
        error
            .to_string()
            .contains("more than 5 bytes even without its build caches")
    );
}
