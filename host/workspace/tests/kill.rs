//! `kill -9` at random moments: every file is whole, recovery leaves the old or
//! the new state of the tree and nothing between, and undo works afterwards.
#![cfg(unix)]

use buildfix_workspace::Workspace;
use buildfix_workspace::edits::Changeset;
use buildfix_workspace::journal::{Journal, undo};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Set for the process that is going to be killed.
const ROLE: &str = "BUILDFIX_KILL_TEST_ROLE";
const DIRECTORY: &str = "BUILDFIX_KILL_TEST_DIRECTORY";

const KILLS: u64 = 200;
const UNDO_KILLS: u64 = 60;
const FILES: usize = 6;

/// What file `file` holds in version `version`; `None` where it has no such
/// file. Large enough that a write in place would be caught half done.
fn content(file: usize, version: u64) -> Option<Vec<u8>> {
    let gone = match file {
        4 => !version.is_multiple_of(2),
        5 => !version.is_multiple_of(3),
        _ => false,
    };
    if gone {
        return None;
    }
    let line = format!("file {file} version {version}\r\n");
    Some(
        line.repeat(4000 + 500 * (version % 5) as usize)
            .into_bytes(),
    )
}

fn name(file: usize) -> String {
    match file {
        4 => "made and gone/deep/[4]".to_owned(),
        5 => "five".to_owned(),
        _ => format!("src/{file}.cs"),
    }
}

fn step(from: u64, to: u64) -> Changeset {
    let mut changes = Changeset::default();
    for file in 0..FILES {
        changes.insert(name(file), content(file, from), content(file, to));
    }
    changes
}

fn write_version(root: &Path, version: u64) {
    for file in 0..FILES {
        if let Some(bytes) = content(file, version) {
            let path = root.join(name(file));
            fs::create_dir_all(path.parent().expect("has a parent")).expect("made");
            fs::write(path, bytes).expect("written");
        }
    }
}

/// The version of one file as it is on disk; panics if it is none.
fn version_of(root: &Path, file: usize) -> Option<u64> {
    let bytes = fs::read(root.join(name(file))).ok()?;
    let text = str::from_utf8(&bytes).expect("whole");
    let line = text.lines().next().expect("not empty");
    let version = line
        .rsplit(' ')
        .next()
        .expect("words")
        .parse()
        .expect("a number");
    assert_eq!(
        content(file, version).as_deref(),
        Some(bytes.as_slice()),
        "file {file} is torn"
    );
    Some(version)
}

/// The one version that all files are of.
fn version(root: &Path) -> u64 {
    let version = version_of(root, 0).expect("file 0 is always there");
    for file in 1..FILES {
        let expected = content(file, version).map(|_| version);
        assert_eq!(
            version_of(root, file),
            expected,
            "file {file} is of another version"
        );
    }
    version
}

/// Not a test of its own: what the killed process does.
#[test]
fn victim() {
    let (Ok(role), Ok(directory)) = (std::env::var(ROLE), std::env::var(DIRECTORY)) else {
        return;
    };
    let workspace = Workspace::open(&directory).expect("a directory");
    if role == "undo" {
        println!("ready");
        let report = undo(&workspace, None, None, false).expect("undone");
        assert!(report.left.is_empty(), "{report:?}");
        return;
    }
    let journal = Journal::open(&workspace, None).expect("free");
    let mut run = journal.start("victim").expect("started");
    let mut now = version(Path::new(&directory));
    println!("ready");
    loop {
        run.apply(&step(now, now + 1)).expect("applied");
        now += 1;
    }
}

fn victim_process(root: &Path, role: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "victim", "--nocapture", "--test-threads=1"])
        .env(ROLE, role)
        .env(DIRECTORY, root)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started");
    // Until it is about to write.
    let mut said = Vec::new();
    let mut byte = [0];
    let output = child.stdout.as_mut().expect("piped");
    while !said.ends_with(b"ready\n") && output.read(&mut byte).expect("readable") == 1 {
        said.push(byte[0]);
    }
    child
}

/// A small generator, so that a failure can be had again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

fn no_leftovers(root: &Path) {
    let entries = walkdir::WalkDir::new(root).into_iter();
    for entry in entries
        .filter_entry(|entry| entry.file_name() != ".buildfix")
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(!name.ends_with(".tmp"), "{name} was left behind");
    }
}

#[test]
fn killed_while_applying() {
    let dir = tempfile::TempDir::new().expect("temporary directory");
    let root = dir.path();
    write_version(root, 0);
    let workspace = Workspace::open(root).expect("a directory");
    let mut random = Random(2026);
    let (mut interrupted, mut moved) = (0, 0);
    for kill in 0..KILLS {
        let mut child = victim_process(root, "apply");
        std::thread::sleep(Duration::from_micros(random.below(100_000)));
        child.kill().expect("killed");
        child.wait().expect("waited for");
        // Even before recovery each file is whole.
        let torn: Vec<_> = (0..FILES).map(|file| version_of(root, file)).collect();
        let journal = Journal::open(&workspace, None).expect("the lock died with the process");
        interrupted += u32::from(!journal.recovered().is_empty());
        for one in journal.recovered() {
            assert!(one.left.is_empty(), "kill {kill}, {torn:?}: {one:?}");
        }
        moved += u32::from(version(root) > 0);
        no_leftovers(root);
        drop(journal);
        let report = undo(&workspace, None, None, false).expect("undone");
        assert!(report.left.is_empty(), "kill {kill}: {report:?}");
        assert_eq!(version(root), 0, "kill {kill}");
        no_leftovers(root);
    }
    println!("{interrupted} of {KILLS} kills hit a changeset, {moved} came after one");
    // Else the moments were not in the middle of anything.
    assert!(
        interrupted >= 20,
        "only {interrupted} kills hit a changeset"
    );
    assert!(
        moved >= 20,
        "only {moved} kills came after a first changeset"
    );
}

#[test]
fn killed_while_undoing() {
    let dir = tempfile::TempDir::new().expect("temporary directory");
    let root = dir.path();
    write_version(root, 0);
    let workspace = Workspace::open(root).expect("a directory");
    let mut random = Random(1);
    for kill in 0..UNDO_KILLS {
        let journal = Journal::open(&workspace, None).expect("free");
        let mut run = journal.start("to undo").expect("started");
        run.apply(&step(0, 1)).expect("applied");
        run.apply(&step(1, 2)).expect("applied");
        run.finish().expect("finished");
        drop((run, journal));
        let mut child = victim_process(root, "undo");
        std::thread::sleep(Duration::from_micros(random.below(12_000)));
        child.kill().expect("killed or done");
        child.wait().expect("waited for");
        for file in 0..FILES {
            version_of(root, file);
        }
        let report = undo(&workspace, None, None, false).expect("undone");
        assert!(report.left.is_empty(), "kill {kill}: {report:?}");
        assert_eq!(version(root), 0, "kill {kill}");
        no_leftovers(root);
    }
}
