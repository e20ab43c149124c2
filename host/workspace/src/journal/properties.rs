//! Undo after apply is nothing, whatever the tree and the changes.

use super::tests::contents;
use super::*;
use crate::edits::Changeset;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeMap;
use std::fs;
use tempfile::TempDir;

const PATHS: [&str; 7] = [
    "a",
    "b c",
    "d/e",
    "d/f",
    "g/h/i",
    "Проект (x86)/[1]+$.cs",
    "d/e.tmp",
];

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"\xEF\xBB\xBFa\r\nb\r\n".to_vec()),
        Just(b"\xFF\xFEa\0\r\0\n\0".to_vec()),
        Just(b"no end".to_vec()),
        Just(Vec::new()),
        proptest::collection::vec(any::<u8>(), 0..40),
    ]
}

type Content = BTreeMap<&'static str, Option<Vec<u8>>>;

fn state() -> impl Strategy<Value = Content> {
    let file = proptest::option::of(bytes());
    proptest::collection::btree_map(select(PATHS.to_vec()), file, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn undo_after_apply_is_nothing(
        first in state(),
        steps in proptest::collection::vec(state(), 0..5),
        finish: bool,
    ) {
        let dir = TempDir::new().expect("temporary directory");
        let mut now = Content::new();
        for (path, content) in first {
            if let Some(content) = content {
                let full = dir.path().join(path);
                fs::create_dir_all(full.parent().expect("has a parent")).expect("made");
                fs::write(full, &content).expect("written");
                now.insert(path, Some(content));
            }
        }
        let workspace = Workspace::open(dir.path()).expect("a directory");
        let before = contents(dir.path());
        let journal = Journal::open(&workspace, None).expect("free");
        let mut run = journal.start("steps").expect("started");
        for step in steps {
            let mut changes = Changeset::default();
            for (path, after) in step {
                changes.insert(path, now.get(path).cloned().flatten(), after.clone());
                now.insert(path, after);
            }
            run.apply(&changes).expect("applied");
            for (path, content) in &now {
                prop_assert_eq!(&fs::read(dir.path().join(path)).ok(), content);
            }
        }
        if finish {
            run.finish().expect("finished");
        }
        drop((run, journal));
        let report = undo(&workspace, None, None, false).expect("undone");
        prop_assert!(report.left.is_empty());
        prop_assert_eq!(contents(dir.path()), before);
    }
}
