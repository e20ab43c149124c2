//! Patches must do what they say when `patch` and `git apply` read them.

use super::*;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Path, content before and after.
type Case<'a> = (&'a str, Option<&'a [u8]>, Option<&'a [u8]>);

fn changes(list: &[Case<'_>]) -> Changeset {
    let mut changes = Changeset::default();
    for (path, before, after) in list {
        changes.insert(*path, before.map(<[u8]>::to_vec), after.map(<[u8]>::to_vec));
    }
    changes
}

#[test]
fn a_patch_looks_like_gits() {
    let patch = unified(&changes(&[
        (
            "a b.rs",
            Some(b"1\n2\n3\n4\n5\n6\n7\n8\n9"),
            Some(b"1\n2\n3\n4\nfive\n6\n7\n8\n9"),
        ),
        ("end", Some(b"x"), Some(b"x\n")),
        ("new", None, Some(b"n\n")),
        ("same", Some(b"s"), Some(b"s")),
        ("wide", Some(b"\xFF\xFEa\0"), Some(b"\xFF\xFEb\0")),
    ]));
    let expected = "\
diff --git a/a b.rs b/a b.rs
--- a/a b.rs\t
+++ b/a b.rs\t
@@ -2,7 +2,7 @@
 2
 3
 4
-5
+five
 6
 7
 8
diff --git a/end b/end
--- a/end
+++ b/end
@@ -1 +1 @@
-x
\\ No newline at end of file
+x
diff --git a/new b/new
new file mode 100644
--- /dev/null
+++ b/new
@@ -0,0 +1 @@
+n
diff --git a/wide b/wide
Binary files a/wide and b/wide differ
";
    assert_eq!(patch, expected);
    assert_eq!(unified(&Changeset::default()), "");
}

#[test]
fn odd_names_are_quoted() {
    assert_eq!(quoted("a/", "Проект [1].cs"), "a/Проект [1].cs");
    assert_eq!(quoted("a/", "q\"\\\n\u{1}"), "\"a/q\\\"\\\\\\n\\001\"");
}

#[test]
fn lines_are_followed() {
    let ops = line_ops("a\nb\nc\n", "a\nx\ny\nc\n");
    let expected = [
        LineOp::Equal { old: 1, new: 1 },
        LineOp::Changed {
            old: 2,
            removed: 1,
            new: 2,
            added: 2,
        },
        LineOp::Equal { old: 3, new: 4 },
    ];
    assert_eq!(ops, expected);
}

fn write(root: &Path, path: &str, content: Option<&[u8]>) {
    let full = root.join(path);
    if let Some(content) = content {
        fs::create_dir_all(full.parent().expect("has a parent")).expect("made");
        fs::write(full, content).expect("written");
    }
}

/// Whether the tool turns `before` into `after` with the patch.
fn applies(tool: &[&str], changes: &Changeset) {
    let dir = TempDir::new().expect("temporary directory");
    for (path, change) in &changes.changes {
        write(dir.path(), path, change.before.as_deref());
    }
    let patch = dir.path().join("the.patch");
    fs::write(&patch, unified_bytes(changes)).expect("written");
    let output = Command::new(tool[0])
        .args(&tool[1..])
        .current_dir(dir.path())
        .env(
            "GIT_CEILING_DIRECTORIES",
            dir.path().parent().expect("has a parent"),
        )
        .stdin(fs::File::open(&patch).expect("just written"))
        .stderr(Stdio::piped())
        .output();
    let Ok(output) = output else {
        // Not installed here; the other tool reads the same patch.
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{tool:?}: {said}");
    for (path, change) in &changes.changes {
        let now = fs::read(dir.path().join(path)).ok();
        assert_eq!(now, change.after, "{tool:?}: {path}: {said}");
    }
}

#[test]
fn patches_apply() {
    let mut long = (1..200).map(|n| format!("line {n}\n")).collect::<Vec<_>>();
    let before = long.concat();
    long[3] = "changed\n".into();
    long[150].push_str("inserted\nand more\n");
    long.remove(100);
    let changes = changes(&[
        (
            "src/long.c",
            Some(before.as_bytes()),
            Some(long.concat().as_bytes()),
        ),
        ("crlf.cs", Some(b"a\r\nb\r\n"), Some(b"a\r\nc\r\nb\r\n")),
        ("lone cr.txt", Some(b"a\rb\nc"), Some(b"a\rb\nd")),
        ("latin", Some(b"\xE9\n"), Some(b"\xE9\nx\n")),
        ("Проект (x86)/[a]+$.cs", Some(b"1\n"), Some(b"2")),
        ("made/here", None, Some(b"new\nfile")),
        ("gone", Some(b"old\n"), None),
        ("bom", Some(b"\xEF\xBB\xBFa\n"), Some(b"\xEF\xBB\xBFu\na\n")),
    ]);
    applies(&["patch", "-p1", "--binary"], &changes);
    applies(&["git", "apply", "-p1"], &changes);
    applies(&["patch", "-p1", "--binary"], &changes.invert());
}
