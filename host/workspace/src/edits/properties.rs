//! Whatever fixers propose: no panic, and the largest set that goes together.

use super::*;
use crate::files::SourceFile;
use crate::{Applicability, FileEdit, Merge, TextEdit};
use proptest::prelude::*;
use proptest::sample::select as one_of;

/// Texts that have multi-byte characters, both line ends and no final newline.
const FILES: [(&str, &str); 4] = [
    ("a", "one two three\nfour five\n"),
    ("b", "äö\r\nλ😀\r\nx"),
    ("c", "using A;\nusing B;\n\nclass C {}\n"),
    ("d/e", ""),
];

fn sources() -> Snapshot {
    Snapshot::of(
        FILES
            .iter()
            .map(|(path, text)| SourceFile::decode(path, text.as_bytes()).expect("text")),
    )
}

/// Mostly sound edits, for unsound ones are dropped before they can meet.
fn text_edit() -> impl Strategy<Value = TextEdit> {
    let paths = prop_oneof![
        20 => one_of(vec!["a", "b", "c", "d/e"]),
        1 => one_of(vec!["new", "x", "../a", ".git/a", "/a", "", "d"]),
    ];
    let texts = one_of(vec![
        "",
        "X",
        "(",
        "()",
        "using Z;\n",
        "using A;\n",
        "\r\n",
        "λ",
        "{\n}\n",
    ]);
    let merges = prop_oneof![3 => Just(Merge::None), 1 => Just(Merge::Set)];
    (paths, 0..30_usize, 0..6_usize, texts, merges, 0..40_u8).prop_map(
        |(path, start, length, text, merge, wrong)| {
            let known = FILES
                .iter()
                .find(|(known, _)| *known == path)
                .map_or("", |(_, text)| text);
            let range = match wrong {
                0 => start + length..start,
                _ => start.min(known.len())..(start + length).min(known.len()),
            };
            let expect = match wrong {
                1 => "something else",
                _ => known.get(range.clone()).unwrap_or_default(),
            };
            TextEdit {
                path: path.to_owned(),
                range,
                expect: expect.to_owned(),
                text: text.to_owned(),
                merge,
            }
        },
    )
}

fn file_edit() -> impl Strategy<Value = FileEdit> {
    let hashes =
        FILES.map(|(path, text)| (path, blake3::hash(text.as_bytes()).to_hex().to_string()));
    let free = one_of(vec!["new", "new/x", "x/y", "a/z", "c", "../o"]);
    (0..3_u8, one_of(hashes.to_vec()), free).prop_map(|(op, (path, expect_hash), to)| {
        let path = path.to_owned();
        match op {
            0 => FileEdit::Create {
                path: to.to_owned(),
                text: "new\n".to_owned(),
            },
            1 => FileEdit::Delete { path, expect_hash },
            _ => FileEdit::Rename {
                path,
                to: to.to_owned(),
                expect_hash,
            },
        }
    })
}

fn fix() -> impl Strategy<Value = Fix> {
    let files = prop_oneof![
        9 => Just(Vec::new()),
        1 => proptest::collection::vec(file_edit(), 1..3),
    ];
    (proptest::collection::vec(text_edit(), 0..4), files).prop_map(|(edits, files)| Fix {
        fixer: "any".to_owned(),
        title: "change something".to_owned(),
        applicability: Applicability::Verified,
        edits,
        files,
    })
}

fn pick<'a>(fixes: &'a [Fix], indices: &[usize]) -> Vec<&'a Fix> {
    indices.iter().map(|index| &fixes[*index]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_selection_is_the_largest_and_earliest(fixes in proptest::collection::vec(fix(), 0..9)) {
        let sources = sources();
        let selection = select(&fixes, &sources);
        // Every subset, by size and then by who comes first.
        let best = (0..1_u32 << fixes.len())
            .map(|set| (0..fixes.len()).filter(|at| set >> at & 1 == 1).collect::<Vec<_>>())
            .filter(|set| compose(&pick(&fixes, set), &sources).is_ok())
            .min_by_key(|set| (std::cmp::Reverse(set.len()), set.clone()))
            .expect("the empty set");
        prop_assert_eq!(&selection.chosen, &best);
        // Each fix is accounted for, and each reason is true.
        prop_assert_eq!(selection.chosen.len() + selection.dropped.len(), fixes.len());
        for (index, dropped) in &selection.dropped {
            let alone = compose(&[&fixes[*index]], &sources);
            prop_assert_eq!(alone.is_ok(), dropped.is_conflict(), "{}", dropped);
            if let Dropped::Overlaps { with, .. } = dropped {
                prop_assert!(selection.chosen.contains(with));
                prop_assert!(compose(&pick(&fixes, &[*with, *index]), &sources).is_err());
            }
        }
    }

    #[test]
    fn composing_is_repeatable_and_reversible(fixes in proptest::collection::vec(fix(), 0..40)) {
        let sources = sources();
        let selection = select(&fixes, &sources);
        let again = select(&fixes, &sources);
        prop_assert_eq!(&selection.chosen, &again.chosen);
        let chosen = pick(&fixes, &selection.chosen);
        let changes = compose(&chosen, &sources).expect("a selection can be composed");
        prop_assert_eq!(&changes, &compose(&chosen, &sources).expect("again"));
        for (path, change) in &changes.changes {
            let before = sources.source(path).ok().map(|file| file.bytes.to_vec());
            prop_assert_eq!(&change.before, &before);
        }
        let after = sources.after(&changes);
        let back = after.after(&changes.invert());
        for (path, text) in FILES {
            prop_assert_eq!(&back.source(path).expect("is back").text, text);
        }
        // Line ends stay of one kind where they were.
        if let Ok(file) = after.source("b") {
            prop_assert!(!file.text.replace("\r\n", "").contains('\n'));
        }
    }
}
