//! From one run to the next: what is read, what is parsed.

use crate::Workspace;
use crate::files::Stamp;
use crate::symbols::{Sources, Store, SymbolIndex};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// A workspace that counts what is asked of it.
struct Counting {
    workspace: Workspace,
    reads: AtomicUsize,
    stamps: AtomicUsize,
}

impl Sources for Counting {
    fn paths(&self) -> Arc<[String]> {
        self.workspace.files()
    }

    fn read(&self, path: &str, with: &mut dyn FnMut(&str, &str)) -> Result<(), String> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let file = self.workspace.read(path).map_err(|e| e.to_string())?;
        with(&file.text, &file.hash);
        Ok(())
    }

    fn stamp(&self, path: &str) -> Option<Stamp> {
        self.stamps.fetch_add(1, Ordering::Relaxed);
        self.workspace.stamp(path)
    }
}

struct Run {
    index: SymbolIndex,
    sources: Arc<Counting>,
}

/// A run of its own, with nothing in memory.
fn run(root: &Path, state: &Path, maker: &str) -> Run {
    let sources = Arc::new(Counting {
        workspace: Workspace::open(root).unwrap(),
        reads: AtomicUsize::new(0),
        stamps: AtomicUsize::new(0),
    });
    let store = Store {
        dir: state.to_owned(),
        maker: maker.to_owned(),
        read_only: false,
    };
    let index = SymbolIndex::with_store(sources.clone(), Some(store));
    Run { index, sources }
}

impl Run {
    /// Files read and texts parsed so far.
    fn cost(&self) -> (usize, u64) {
        (
            self.sources.reads.load(Ordering::Relaxed),
            self.index.parses(),
        )
    }

    fn found(&self, name: &str) -> Vec<String> {
        let found = self.index.find("go", name);
        found
            .into_iter()
            .map(|s| {
                format!(
                    "{} {} {} {}..{} {}",
                    s.path, s.kind, s.container, s.start, s.end, s.signature
                )
            })
            .collect()
    }
}

fn tree(root: &Path, files: usize) {
    for number in 0..files {
        let dir = root.join(format!("d{}", number / 100));
        fs::create_dir_all(&dir).unwrap();
        let text = format!(
            "package p\n\ntype T{number} struct{{ Field int }}\n\nfunc (t T{number}) Marked() {{}}\n"
        );
        fs::write(dir.join(format!("f{number}.go")), text).unwrap();
    }
}

/// Until the file system's time step is over, see [`Stamp::is_settled`].
fn settle() {
    std::thread::sleep(Duration::from_millis(2_100));
}

#[test]
fn a_second_run_over_ten_thousand_files_asks_for_stamps_alone() {
    let (tree_dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, state) = (tree_dir.path(), state.path());
    tree(root, 10_000);
    settle();

    let first = run(root, state, "a");
    let answer = first.found("Marked");
    assert_eq!(answer.len(), 2_000, "as many as one answer lists");
    assert_eq!(first.cost(), (10_000, 10_000));
    first.index.refresh();
    assert_eq!(first.found("Marked"), answer);
    assert_eq!(
        first.cost(),
        (10_000, 10_000),
        "nor is one read again in a run"
    );
    first.index.save();

    let second = run(root, state, "a");
    assert_eq!(second.found("Marked"), answer);
    assert_eq!(second.cost(), (0, 0));
    assert_eq!(second.sources.stamps.load(Ordering::Relaxed), 10_000);

    // Another content, the same content written again, one file less.
    fs::write(root.join("d0/f7.go"), "package p\n\nfunc Renewed() {}\n").unwrap();
    let same = fs::read(root.join("d0/f8.go")).unwrap();
    fs::write(root.join("d0/f8.go"), same).unwrap();
    fs::remove_file(root.join("d0/f9.go")).unwrap();
    let third = run(root, state, "a");
    assert_eq!(third.found("Renewed").len(), 1);
    assert!(third.found("T7").is_empty());
    assert!(third.found("T9").is_empty());
    assert_eq!(third.found("T8").len(), 1);
    assert_eq!(third.cost(), (2, 1));
}

#[test]
fn a_file_changed_within_a_time_step_is_read_again() {
    let (tree_dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, state) = (tree_dir.path(), state.path());
    fs::write(root.join("a.go"), "package p\nfunc Alone() {}\n").unwrap();
    let first = run(root, state, "a");
    assert_eq!(first.found("Alone").len(), 1);
    first.index.save();
    let second = run(root, state, "a");
    assert_eq!(second.found("Alone").len(), 1);
    assert_eq!(
        second.cost(),
        (1, 0),
        "read, because its stamp proves nothing"
    );
}

#[test]
fn what_is_damaged_or_from_another_program_is_made_anew() {
    let (tree_dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, state) = (tree_dir.path(), state.path());
    tree(root, 20);
    settle();
    let first = run(root, state, "a");
    let answer = first.found("Marked");
    first.index.save();
    let path = state.join("symbols-go");
    let whole = fs::read(&path).unwrap();
    assert_eq!(run(root, state, "a").found("Marked"), answer);

    let middle = whole.len() / 2;
    let mut flipped = whole.clone();
    flipped[middle] ^= 1;
    let mut version = whole.clone();
    version[17] ^= 1;
    for damaged in [&whole[..middle], &flipped, &version, b"", &whole[1..]] {
        fs::write(&path, damaged).unwrap();
        let run = run(root, state, "a");
        assert_eq!(run.found("Marked"), answer);
        assert_eq!(run.cost(), (20, 20));
    }
    fs::write(&path, &whole).unwrap();
    let other = run(root, state, "b");
    assert_eq!(other.found("Marked"), answer);
    assert_eq!(
        other.cost(),
        (20, 20),
        "another program may see other declarations"
    );
    other.index.save();
    let again = run(root, state, "b");
    assert_eq!(again.found("Marked"), answer);
    assert_eq!(again.cost(), (0, 0), "and what it kept replaces the old");
}

#[test]
fn every_language_survives_being_kept() {
    let (tree_dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, state) = (tree_dir.path(), state.path());
    let files = [
        (
            "a.cs",
            "csharp",
            "namespace N; public class A<T> { public int P { get; } event E e; }",
        ),
        (
            "a.rs",
            "rust",
            "pub mod m { pub struct A; impl A { pub fn f(&self) {} } }",
        ),
        ("a.ts", "typescript", "export interface A { b: string }"),
        ("a.tsx", "typescript", "export const B = () => <p/>;"),
        ("a.js", "javascript", "export function A() {}"),
        ("a.py", "python", "class A:\n    def f(self): pass\n"),
        ("a.java", "java", "package p; enum A { X; void f() {} }"),
        (
            "a.h",
            "cpp",
            "namespace n { class A { int f(); }; }\n#define M 1\n",
        ),
        ("a.c", "c", "struct A { int x; };\n"),
    ];
    for (path, _, text) in files {
        fs::write(root.join(path), text).unwrap();
    }
    settle();
    let all = |run: &Run| -> Vec<_> {
        files
            .iter()
            .flat_map(|(_, language, _)| run.index.similar(language, "A", 1))
            .filter(|symbol| symbol.origin == "workspace")
            .collect()
    };
    let first = run(root, state, "a");
    let answer = all(&first);
    assert!(answer.len() >= files.len(), "{answer:?}");
    first.index.save();
    let second = run(root, state, "a");
    assert_eq!(all(&second), answer);
    assert_eq!(second.cost(), (0, 0));
}

#[test]
fn preparing_stops_when_told_and_is_not_lost() {
    let (tree_dir, state) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (root, state) = (tree_dir.path(), state.path());
    tree(root, 50);
    settle();
    let stopped = run(root, state, "a");
    stopped.index.prepare("go", &AtomicBool::new(true));
    assert_eq!(stopped.cost(), (0, 0));
    let ahead = run(root, state, "a");
    ahead.index.prepare("go", &AtomicBool::new(false));
    assert_eq!(ahead.cost(), (50, 50));
    assert_eq!(ahead.found("Marked").len(), 50);
    assert_eq!(ahead.cost(), (50, 50));
    ahead.index.save();
    let next = run(root, state, "a");
    assert_eq!(next.found("Marked").len(), 50);
    assert_eq!(next.cost(), (0, 0), "what was prepared is kept as well");
}
