//! Paths, listings and encodings, with the attacks on them.

use super::*;
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

fn tree(files: &[(&str, &[u8])]) -> (TempDir, Workspace) {
    let dir = TempDir::new().expect("temporary directory");
    for (path, bytes) in files {
        let full = dir.path().join(path);
        fs::create_dir_all(full.parent().expect("has a parent")).expect("made");
        fs::write(full, bytes).expect("written");
    }
    let workspace = Workspace::open(dir.path()).expect("a directory");
    (dir, workspace)
}

fn refused(workspace: &Workspace, path: &str) -> String {
    workspace.resolve(path).expect_err(path).to_string()
}

#[test]
fn a_workspace_is_a_directory() {
    let (dir, _) = tree(&[("a", b"")]);
    let error = Workspace::open(dir.path().join("a")).expect_err("a file");
    assert!(error.to_string().ends_with("not a directory"), "{error}");
    assert!(matches!(
        Workspace::open(dir.path().join("b")),
        Err(WorkspaceError::Io { .. })
    ));
}

#[test]
fn paths_that_leave_the_workspace_are_refused() {
    let (_dir, workspace) = tree(&[("src/a", b"x")]);
    for path in [
        "..",
        "../x",
        "src/../../x",
        "src/..",
        "a/b/../../../x",
        "a\\..\\..\\x",
    ] {
        assert!(
            refused(&workspace, path).contains("leaves the workspace through `..`"),
            "{path}"
        );
    }
    for path in [
        "/etc/passwd",
        "/",
        "C:\\x",
        "c:/x",
        "\\\\server\\share\\x",
        "//x",
    ] {
        assert!(refused(&workspace, path).contains("is absolute"), "{path}");
    }
    for path in ["", ".", "./a", "a//b", "a/", "a\0b", "a/./b"] {
        assert!(
            refused(&workspace, path).contains("not a plain relative path"),
            "{path:?}"
        );
    }
    for path in [
        ".git/hooks/pre-commit",
        "sub/.git/config",
        ".GIT/config",
        ".buildfix/lock",
        ".git",
    ] {
        assert!(
            refused(&workspace, path).contains("may not touch"),
            "{path}"
        );
    }
    assert!(refused(&workspace, "src/a/b").contains("not a directory"));
    assert!(refused(&workspace, &"x/".repeat(5000)).len() < 400);
}

#[cfg(unix)]
#[test]
fn symlinks_that_leave_the_workspace_are_refused() {
    use std::os::unix::fs::symlink;
    let outside = TempDir::new().expect("temporary directory");
    fs::write(outside.path().join("secret"), "s").expect("written");
    let (dir, workspace) = tree(&[("src/a", b"x"), (".git/config", b"c")]);
    let at = |name: &str| dir.path().join(name);
    symlink(outside.path(), at("folder")).expect("linked");
    symlink(outside.path().join("secret"), at("file")).expect("linked");
    symlink("../nowhere", at("dangling")).expect("linked");
    symlink("folder", at("twice")).expect("linked");
    symlink(".git", at("git")).expect("linked");
    symlink("loop", at("loop")).expect("linked");
    symlink("src", at("inside")).expect("linked");
    for path in [
        "folder/secret",
        "file",
        "folder/new/deep/file",
        "dangling",
        "dangling/x",
        "twice/secret",
        "loop",
    ] {
        assert!(
            refused(&workspace, path).contains("through a symlink"),
            "{path}"
        );
        assert!(workspace.read(path).is_err());
        assert!(workspace.exists(path), "nothing can be made at {path}");
    }
    assert!(refused(&workspace, "git/config").contains("may not touch"));
    // One that stays inside leads to its target.
    assert_eq!(
        workspace.resolve("inside/a").expect("inside"),
        workspace.root().join("src/a")
    );
    assert_eq!(
        workspace.resolve("inside/new/b").expect("inside"),
        workspace.root().join("src/new/b")
    );
    assert_eq!(&workspace.files()[..], ["src/a"], "symlinks are not listed");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_read() {
    let (dir, workspace) = tree(&[("d/a", b"x"), ("nul", b"a\0b"), ("utf16", b"\xFF\xFEa")]);
    let fifo = dir.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    if made.is_ok_and(|status| status.success()) {
        // Opening it would wait for ever.
        let error = workspace.read("fifo").expect_err("a pipe");
        assert_eq!(error.to_string(), "`fifo` is not a regular file");
    }
    assert_eq!(
        workspace.read("d").expect_err("dir").to_string(),
        "`d` is not a regular file"
    );
    assert_eq!(
        workspace.read("x").expect_err("none").to_string(),
        "`x` does not exist"
    );
    assert_eq!(
        workspace.read("nul").expect_err("binary").to_string(),
        "`nul` is not text: it has a NUL at byte 1"
    );
    assert_eq!(
        workspace.read("utf16").expect_err("odd").to_string(),
        "`utf16` is not text: it is not valid UTF-16LE"
    );
    let large = fs::File::create(dir.path().join("large")).expect("made");
    large.set_len(MAX_FILE_SIZE + 1).expect("sparse");
    assert_eq!(
        workspace.read("large").expect_err("large").to_string(),
        "`large` is larger than 8 MiB"
    );
}

#[test]
fn ignored_files_are_not_listed_with_or_without_git() {
    let files: [(&str, &[u8]); 9] = [
        (".gitignore", b"*.log\n/out/\n"),
        ("a.log", b""),
        ("out/x", b""),
        ("src/b.rs", b""),
        (".github/ci.yml", b""),
        (".buildfix/lock", b""),
        (
            "target/CACHEDIR.TAG",
            b"Signature: 8a477f597d28d172789f06886806bc55\n",
        ),
        ("target/debug/x.d", b""),
        ("node_modules/m/index.js", b""),
    ];
    let expected = [".github/ci.yml", ".gitignore", "src/b.rs"];
    let (dir, workspace) = tree(&files);
    assert_eq!(&workspace.files()[..], expected);
    fs::create_dir_all(dir.path().join(".git/objects")).expect("made");
    fs::write(dir.path().join(".git/HEAD"), "ref: refs/heads/main\n").expect("written");
    workspace.refresh();
    assert_eq!(&workspace.files()[..], expected);
}

#[test]
fn ignore_files_above_count_only_within_a_repository() {
    let (dir, _) = tree(&[
        (".gitignore", b"*.gen\n/sub/\n"),
        ("sub/a.gen", b""),
        ("sub/b", b""),
    ]);
    let sub = Workspace::open(dir.path().join("sub")).expect("a directory");
    assert_eq!(&sub.files()[..], ["a.gen", "b"]);
    fs::create_dir(dir.path().join(".git")).expect("made");
    sub.refresh();
    assert_eq!(&sub.files()[..], ["b"]);
}

#[test]
fn globs_stay_in_a_folder_unless_told() {
    let (_dir, workspace) = tree(&[
        ("a.rs", b""),
        ("src/b.rs", b""),
        ("src/c.ts", b""),
        ("src/x y/[d].rs", b""),
    ]);
    let glob = |pattern: &str| workspace.glob(pattern).expect("valid");
    assert_eq!(glob("*.rs"), ["a.rs"]);
    assert_eq!(glob("**/*.rs"), ["a.rs", "src/b.rs", "src/x y/[d].rs"]);
    assert_eq!(glob("src/*.{rs,ts}"), ["src/b.rs", "src/c.ts"]);
    assert_eq!(glob("**/[[]d].rs"), ["src/x y/[d].rs"]);
    assert!(matches!(workspace.glob("a{b"), Err(GlobError::Invalid(_))));
}

#[test]
fn printed_paths_are_found() {
    let odd = "src/Проект (x86)/a [1]+$.cs";
    let (dir, workspace) = tree(&[
        ("src/A.cs", b""),
        ("lib/A.cs", b""),
        ("src/deep/Only.cs", b""),
        (odd, b""),
        ("Main.cs", b""),
    ]);
    let root = workspace.root().display().to_string();
    let map = |printed: &str| workspace.map(printed);
    let found = |path: &str| Some(path.to_owned());
    // Here, in each way to write it.
    assert_eq!(map("src/A.cs"), found("src/A.cs"));
    assert_eq!(map("./src/../lib/A.cs"), found("lib/A.cs"));
    assert_eq!(map("src\\A.cs"), found("src/A.cs"));
    assert_eq!(map(&format!("{root}/src/A.cs")), found("src/A.cs"));
    assert_eq!(map(&format!("{root}/src/./x/../A.cs")), found("src/A.cs"));
    assert_eq!(map(&format!("file://{root}/src/A.cs")), found("src/A.cs"));
    assert_eq!(
        map("file:///C:/agent/src/deep/Only%2Ecs"),
        found("src/deep/Only.cs")
    );
    assert_eq!(map(odd), found(odd));
    assert_eq!(map(&format!("{root}/{odd}")), found(odd));
    // Removed since the build.
    assert_eq!(map(&format!("{root}/src/Gone.cs")), found("src/Gone.cs"));
    // Elsewhere.
    assert_eq!(map("C:\\Users\\x\\proj\\src\\A.cs"), found("src/A.cs"));
    assert_eq!(
        map("C:\\Program Files (x86)\\Jenkins\\proj\\lib\\A.cs"),
        found("lib/A.cs")
    );
    assert_eq!(map("/home/runner/work/proj/src/A.cs"), found("src/A.cs"));
    assert_eq!(map("D:/a/1/s/Main.cs"), found("Main.cs"));
    assert_eq!(
        map(&format!("C:\\p\\{}", odd.replace('/', "\\"))),
        found(odd)
    );
    // Relative to a folder that is not known.
    assert_eq!(map("deep/Only.cs"), found("src/deep/Only.cs"));
    assert_eq!(map("../deep/Only.cs"), found("src/deep/Only.cs"));
    assert_eq!(workspace.map_in("lib", "A.cs"), found("lib/A.cs"));
    assert_eq!(workspace.map_in("lib", "../src/A.cs"), found("src/A.cs"));
    // By case only where nothing else matches.
    assert_eq!(map("C:\\proj\\SRC\\a.CS"), found("src/A.cs"));
    // Not at all.
    assert_eq!(map("A.cs"), None, "there are two");
    assert_eq!(
        map("other/A.cs"),
        None,
        "a relative path must match as a whole"
    );
    assert_eq!(map("C:\\proj\\other\\A.cs"), None, "there are two");
    assert_eq!(
        map("/usr/include/c++/12/Only.cs"),
        None,
        "not the project's"
    );
    assert_eq!(map("C:\\proj\\src\\moved\\Only.cs"), None, "a name alone");
    assert_eq!(map("/build/deep/Only.cs"), found("src/deep/Only.cs"));
    assert_eq!(map("/rustc/0123abc/library/src/A.cs"), None);
    assert_eq!(map(""), None);
    assert_eq!(map("a\0b"), None);
    assert_eq!(map(&"../".repeat(3000)), None);
    assert_eq!(map("../../../../../../../../etc/passwd"), None);
    assert_eq!(map("/etc/passwd"), None);
    assert_eq!(map(".git/config"), None);
    // A file made later is seen after a refresh.
    assert_eq!(map("new/File.cs"), None);
    fs::create_dir(dir.path().join("new")).expect("made");
    fs::write(dir.path().join("new/File.cs"), "").expect("written");
    workspace.refresh();
    assert_eq!(map("new/File.cs"), found("new/File.cs"));
}

#[cfg(unix)]
#[test]
fn a_root_behind_a_symlink_is_known_by_both_names() {
    let (dir, _) = tree(&[("real/src/a.c", b"")]);
    std::os::unix::fs::symlink("real", dir.path().join("link")).expect("linked");
    let workspace = Workspace::open(dir.path().join("link")).expect("a directory");
    for name in ["link", "real"] {
        let printed = dir.path().join(name).join("src/a.c").display().to_string();
        assert_eq!(
            workspace.map(&printed).as_deref(),
            Some("src/a.c"),
            "{name}"
        );
    }
}

#[test]
fn a_file_outside_is_not_taken_for_one_with_its_name() {
    let (_other, elsewhere) = tree(&[("src/a.c", b"")]);
    let (_dir, workspace) = tree(&[("src/a.c", b"")]);
    let printed = elsewhere.root().join("src/a.c").display().to_string();
    assert_eq!(workspace.map(&printed), None);
}

#[test]
fn encodings_are_told_apart() {
    let cases: [(&[u8], &str, Encoding, Eol); 8] = [
        (b"a\nb", "a\nb", Encoding::Utf8, Eol::Lf),
        (b"", "", Encoding::Utf8, Eol::Lf),
        (
            "\u{FEFF}ä\r\n".as_bytes(),
            "ä\r\n",
            Encoding::Utf8Bom,
            Eol::CrLf,
        ),
        (b"\xFF\xFEa\0\n\0", "a\n", Encoding::Utf16Le, Eol::Lf),
        (
            b"\xFE\xFF\0a\0\r\0\n",
            "a\r\n",
            Encoding::Utf16Be,
            Eol::CrLf,
        ),
        (
            b"caf\xE9\r\na\nb\r\n",
            "café\r\na\nb\r\n",
            Encoding::Windows1252,
            Eol::CrLf,
        ),
        (b"\x80\x81\x9F", "€\u{81}Ÿ", Encoding::Windows1252, Eol::Lf),
        (b"a\rb\r\nc\nd", "a\rb\r\nc\nd", Encoding::Utf8, Eol::Lf),
    ];
    for (bytes, text, encoding, eol) in cases {
        let file = SourceFile::decode("a", bytes).expect("text");
        assert_eq!(
            (file.text.as_str(), file.encoding, file.eol),
            (text, encoding, eol)
        );
        assert_eq!(file.encode(text).as_deref(), Ok(bytes));
        assert_eq!(file.hash, blake3::hash(text.as_bytes()).to_hex().as_str());
    }
    let invalid = SourceFile::decode("a", &b"\xEF\xBB\xBF\xFF"[..]).expect_err("no UTF-8");
    assert_eq!(invalid, NotText::Invalid(Encoding::Utf8Bom));
    let lone = SourceFile::decode("a", &b"\xFF\xFE\x00\xD8"[..]).expect_err("half a pair");
    assert_eq!(lone, NotText::Invalid(Encoding::Utf16Le));
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let marks = prop_oneof![
        Just(&b""[..]),
        Just(&b"\xEF\xBB\xBF"[..]),
        Just(&b"\xFF\xFE"[..]),
        Just(&b"\xFE\xFF"[..]),
    ];
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..64),
        proptest::collection::vec(1..=255_u8, 0..64),
        "[a-zäλ😀\r\n]{0,24}".prop_map(String::into_bytes),
        "[a-zäλ😀\r\n]{0,24}"
            .prop_map(|text| text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ];
    (marks, bytes).prop_map(|(mark, bytes)| [mark, &bytes].concat())
}

proptest! {
    #[test]
    fn what_is_decoded_is_encoded_exactly(bytes in content()) {
        if let Ok(file) = SourceFile::decode("a", bytes.as_slice()) {
            prop_assert_eq!(file.encode(&file.text).expect("its own text"), bytes);
        }
    }

    #[test]
    fn no_printed_path_panics_or_leads_out(printed in "\\PC{0,40}|[./\\\\a:%]{0,24}") {
        let (_dir, workspace) = tree(&[("a", b""), ("b/a", b"")]);
        if let Some(path) = workspace.map(&printed) {
            prop_assert!(workspace.resolve(&path).expect("allowed").starts_with(workspace.root()));
        }
    }

    #[test]
    fn no_path_resolves_outside(path in "\\PC{0,40}|[./\\\\a:\0]{0,24}") {
        let (_dir, workspace) = tree(&[("a", b""), ("b/a", b"")]);
        if let Ok(full) = workspace.resolve(&path) {
            prop_assert!(full.starts_with(workspace.root()));
            prop_assert!(full.components().all(|c| c.as_os_str() != ".."));
        }
    }
}

#[cfg(unix)]
#[test]
fn the_real_path_of_a_link_is_its_targets() {
    let (dir, workspace) = tree(&[("src/a.rs", b""), ("secrets.env", b"")]);
    let link = |from: &str, to: &str| {
        std::os::unix::fs::symlink(to, dir.path().join(from)).unwrap();
    };
    link("src/secret.rs", "../secrets.env");
    link("src/out.rs", "/etc/hostname");
    link("deep", "src");
    let real = |path: &str| workspace.real(path);
    assert_eq!(real("src/a.rs").as_deref(), Some("src/a.rs"));
    assert_eq!(real("src/secret.rs").as_deref(), Some("secrets.env"));
    assert_eq!(real("deep/a.rs").as_deref(), Some("src/a.rs"));
    assert_eq!(real("deep/new.rs").as_deref(), Some("src/new.rs"));
    for outside in ["src/out.rs", "../a.rs", "/etc/hostname", "src/../a.rs"] {
        assert_eq!(real(outside), None, "{outside}");
    }
}
