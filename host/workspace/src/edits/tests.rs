//! What selecting and composing must do, case by case.

use super::*;
use crate::files::SourceFile;
use crate::{Applicability, FileEdit, Merge, TextEdit};
use std::ops::Range;

fn files(files: &[(&str, &str)]) -> Snapshot {
    Snapshot::of(
        files
            .iter()
            .map(|(path, text)| SourceFile::decode(path, text.as_bytes()).expect("text")),
    )
}

fn edit(path: &str, range: Range<usize>, expect: &str, text: &str) -> TextEdit {
    TextEdit {
        path: path.into(),
        range,
        expect: expect.into(),
        text: text.into(),
        merge: Merge::None,
    }
}

fn set(path: &str, at: usize, text: &str) -> TextEdit {
    TextEdit {
        merge: Merge::Set,
        ..edit(path, at..at, "", text)
    }
}

fn fix(fixer: &str, edits: Vec<TextEdit>) -> Fix {
    Fix {
        fixer: fixer.into(),
        title: "mend it".into(),
        applicability: Applicability::Verified,
        edits,
        files: Vec::new(),
    }
}

fn file_fix(fixer: &str, files: Vec<FileEdit>) -> Fix {
    Fix {
        files,
        ..fix(fixer, Vec::new())
    }
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The text of `a` after all chosen fixes.
fn applied(fixes: &[Fix], sources: &Snapshot) -> String {
    let selection = select(fixes, sources);
    let chosen: Vec<&Fix> = selection
        .chosen
        .iter()
        .map(|index| &fixes[*index])
        .collect();
    let changes = compose(&chosen, sources).expect("a selection can be composed");
    sources
        .after(&changes)
        .source("a")
        .expect("it is still there")
        .text
        .clone()
}

fn reason(one: Fix, sources: &Snapshot) -> String {
    let selection = select(&[one], sources);
    assert!(selection.chosen.is_empty(), "it was chosen");
    selection.dropped[0].1.to_string()
}

#[test]
fn nothing_makes_nothing() {
    assert!(compose(&[], &files(&[])).expect("no fixes").is_empty());
    assert!(select(&[], &files(&[])).chosen.is_empty());
}

#[test]
fn edits_of_many_fixes_meet_in_one_file() {
    let fixes = [
        fix("x", vec![edit("a", 4..7, "two", "2")]),
        fix(
            "y",
            vec![edit("a", 0..3, "one", "1"), edit("a", 7..7, "", "!")],
        ),
    ];
    assert_eq!(applied(&fixes, &files(&[("a", "one two\n")])), "1 2!\n");
}

#[test]
fn unsound_fixes_say_why() {
    let sources = files(&[("a", "äb\n"), ("d/e", "x")]);
    let cases = [
        (
            fix("p", vec![edit("a", 0..2, "xx", "y")]),
            "p: `a` does not hold what the fix expects",
        ),
        (
            fix("p", vec![edit("a", 1..2, "", "y")]),
            "p: bytes 1..2 of `a` are no range",
        ),
        (
            fix("p", vec![edit("a", 2..99, "", "y")]),
            "p: bytes 2..99 of `a` are no range",
        ),
        #[expect(clippy::reversed_empty_ranges, reason = "that is the attack")]
        (
            fix("p", vec![edit("a", 3..2, "", "y")]),
            "p: bytes 3..2 of `a` are no range",
        ),
        (
            fix("p", vec![edit("../b", 0..0, "", "y")]),
            "p: `../b` leaves the workspace",
        ),
        (
            fix("p", vec![edit("/etc/passwd", 0..0, "", "y")]),
            "p: `/etc/passwd` is absolute",
        ),
        (
            fix("p", vec![edit(".git/config", 0..0, "", "y")]),
            "fixers may not touch",
        ),
        (
            fix("p", vec![edit("b", 0..0, "", "y")]),
            "p: `b` does not exist",
        ),
        (
            fix("p", vec![edit("a", 2..2, "", "\0")]),
            "p: the fix would put a NUL into `a`",
        ),
        (fix("p", vec![]), "p: the fix changes nothing"),
        (
            fix("p", vec![edit("a", 2..3, "b", "b")]),
            "p: the fix changes nothing",
        ),
        (
            fix(
                "p",
                vec![edit("a", 0..3, "äb", "y"), edit("a", 2..3, "b", "c")],
            ),
            "p: the fix has overlapping edits in `a`",
        ),
        (
            fix(
                "p",
                vec![edit("a", 0..0, "", &"y".repeat(MAX_FIX_BYTES + 1))],
            ),
            "p: the fix is larger than",
        ),
        (
            fix(
                "p",
                (0..=MAX_EDITS).map(|_| edit("a", 0..0, "", "y")).collect(),
            ),
            "p: the fix is larger than",
        ),
        (create("p", "a"), "p: `a` already exists"),
        (create("p", "d"), "p: `d` already exists"),
        (create("p", "a/b"), "p: `a/b` already exists"),
        (create("p", "../b"), "p: `../b` leaves"),
        (create("p", ".git/hooks/pre-commit"), "may not touch"),
        (
            file_fix(
                "p",
                vec![FileEdit::Delete {
                    path: "a".into(),
                    expect_hash: hash("b"),
                }],
            ),
            "p: `a` does not hold what the fix expects",
        ),
    ];
    for (fix, expected) in cases {
        let reason = reason(fix, &sources);
        assert!(
            reason.contains(expected),
            "{reason:?} should have {expected:?}"
        );
    }
}

fn create(fixer: &str, path: &str) -> Fix {
    file_fix(
        fixer,
        vec![FileEdit::Create {
            path: path.into(),
            text: "new\n".into(),
        }],
    )
}

#[test]
fn the_largest_compatible_set_wins_over_the_first() {
    // The first is in the way of both others.
    let fixes = [
        fix("wide", vec![edit("a", 0..7, "one two", "x")]),
        fix("left", vec![edit("a", 0..3, "one", "1")]),
        fix("right", vec![edit("a", 4..7, "two", "2")]),
    ];
    let sources = files(&[("a", "one two\n")]);
    let selection = select(&fixes, &sources);
    assert_eq!(selection.chosen, [1, 2]);
    let (index, dropped) = &selection.dropped[0];
    assert_eq!(*index, 0);
    assert!(dropped.is_conflict());
    assert_eq!(dropped.to_string(), "wide: overlaps the fix of left in `a`");
}

#[test]
fn among_equally_many_the_earlier_wins() {
    let fixes = [
        fix("first", vec![edit("a", 0..3, "one", "1")]),
        fix("second", vec![edit("a", 0..3, "one", "2")]),
    ];
    assert_eq!(select(&fixes, &files(&[("a", "one")])).chosen, [0]);
}

#[test]
fn a_component_past_the_bound_is_still_compatible() {
    let text = "x".repeat(400);
    // A chain in which each is in the way of the next.
    let fixes: Vec<Fix> = (0..300)
        .map(|at| {
            fix(
                "chain",
                vec![edit("a", at..at + 2, "xx", &format!("<{at}>"))],
            )
        })
        .collect();
    let sources = files(&[("a", &text)]);
    let selection = select(&fixes, &sources);
    assert_eq!(selection.chosen.len(), 150);
    let chosen: Vec<&Fix> = selection
        .chosen
        .iter()
        .map(|index| &fixes[*index])
        .collect();
    assert!(compose(&chosen, &sources).is_ok());
}

#[test]
fn equal_edits_happen_once() {
    let fixes = [
        fix(
            "x",
            vec![edit("a", 0..3, "one", "1"), edit("a", 4..4, "", "&")],
        ),
        fix("y", vec![edit("a", 4..4, "", "&")]),
        fix("z", vec![edit("a", 0..3, "one", "1")]),
    ];
    let sources = files(&[("a", "one two\n")]);
    assert_eq!(select(&fixes, &sources).chosen, [0, 1, 2]);
    assert_eq!(applied(&fixes, &sources), "1 &two\n");
}

#[test]
fn half_a_pair_of_brackets_is_no_equal_edit() {
    let fixes = [
        fix(
            "x",
            vec![edit("a", 0..0, "", "Some("), edit("a", 3..3, "", ")")],
        ),
        fix(
            "y",
            vec![edit("a", 0..0, "", "Some("), edit("a", 7..7, "", ")")],
        ),
        fix(
            "z",
            vec![edit("a", 0..0, "", "Some("), edit("a", 3..3, "", ")")],
        ),
    ];
    let sources = files(&[("a", "one two\n")]);
    assert_eq!(select(&fixes, &sources).chosen, [0, 2]);
    assert_eq!(applied(&fixes, &sources), "Some(one) two\n");
}

#[test]
fn half_a_pair_of_brackets_in_a_set_is_no_equal_edit_either() {
    let fixes = [
        fix("x", vec![edit("a", 0..0, "", "X"), set("a", 3, "(")]),
        fix("y", vec![set("a", 3, "(")]),
    ];
    assert_eq!(select(&fixes, &files(&[("a", "one\n")])).chosen, [0]);
}

#[test]
fn insertions_at_one_place_conflict_unless_both_go_into_a_set() {
    let sources = files(&[("a", "one\n")]);
    let plain = [
        fix("x", vec![edit("a", 0..0, "", "1")]),
        fix("y", vec![edit("a", 0..0, "", "2")]),
    ];
    assert_eq!(select(&plain, &sources).chosen, [0]);
    let mixed = [
        fix("x", vec![edit("a", 0..0, "", "1")]),
        fix("y", vec![set("a", 0, "2")]),
    ];
    assert_eq!(select(&mixed, &sources).chosen, [0]);
    let sets = [
        fix("x", vec![set("a", 0, "using B;\n")]),
        fix("y", vec![set("a", 0, "using A;\n")]),
        fix("z", vec![set("a", 0, "using B;\n")]),
    ];
    assert_eq!(select(&sets, &sources).chosen, [0, 1, 2]);
    assert_eq!(applied(&sets, &sources), "using A;\nusing B;\none\n");
}

#[test]
fn an_equal_edit_is_no_cover_for_another_conflict() {
    // The third equals the first, which goes with the second; but itself it
    // does not.
    let fixes = [
        fix("x", vec![set("a", 0, "X")]),
        fix("y", vec![set("a", 0, "Y")]),
        fix("z", vec![edit("a", 0..0, "", "X")]),
        fix("z", vec![edit("a", 0..0, "", "X")]),
    ];
    let sources = files(&[("a", "one\n")]);
    assert_eq!(select(&fixes, &sources).chosen, [0, 2, 3]);
    assert_eq!(applied(&fixes, &sources), "Xone\n");
}

#[test]
fn an_insertion_may_touch_a_replacement_but_not_be_inside() {
    let sources = files(&[("a", "one two\n")]);
    let touch = [
        fix("x", vec![edit("a", 0..3, "one", "1")]),
        fix("y", vec![edit("a", 0..0, "", "(")]),
        fix("z", vec![edit("a", 3..3, "", ")")]),
    ];
    assert_eq!(applied(&touch, &sources), "(1) two\n");
    let inside = [
        fix("x", vec![edit("a", 0..3, "one", "1")]),
        fix("y", vec![edit("a", 1..1, "", "!")]),
    ];
    assert_eq!(select(&inside, &sources).chosen, [0]);
}

#[test]
fn a_set_keeps_each_line_once() {
    let sources = files(&[("a", "using A;\r\nclass C\r\n{\r\n}\r\n")]);
    // Already there, at any place.
    assert_eq!(
        reason(fix("x", vec![set("a", 0, "using A;\n")]), &sources),
        "x: the fix changes nothing"
    );
    // By two fixers at different places.
    let twice = [
        fix("x", vec![set("a", 0, "using B;\n")]),
        fix("y", vec![set("a", 10, "using B;\n")]),
    ];
    assert_eq!(
        applied(&twice, &sources),
        "using B;\r\nusing A;\r\nclass C\r\n{\r\n}\r\n"
    );
    // Within a line there is no line to compare.
    let list = [
        fix("x", vec![set("a", 6, "X, ")]),
        fix("y", vec![set("a", 6, "Y, ")]),
    ];
    assert_eq!(
        applied(&list, &sources),
        "using X, Y, A;\r\nclass C\r\n{\r\n}\r\n"
    );
    // In another scope the same line is another one.
    let inner = [fix("x", vec![set("a", 22, "    using A;\n")])];
    assert_eq!(
        applied(&inner, &sources),
        "using A;\r\nclass C\r\n{\r\n    using A;\r\n}\r\n"
    );
}

#[test]
fn line_ends_are_those_of_the_file() {
    let crlf = files(&[("a", "one\r\ntwo\r\n")]);
    assert_eq!(
        applied(&[fix("x", vec![edit("a", 5..5, "", "1\n2\r\n")])], &crlf),
        "one\r\n1\r\n2\r\ntwo\r\n"
    );
    let lf = files(&[("a", "one\ntwo")]);
    assert_eq!(
        applied(&[fix("x", vec![edit("a", 4..4, "", "1\r\n")])], &lf),
        "one\n1\ntwo"
    );
}

#[test]
fn a_line_end_is_not_split() {
    let sources = files(&[("a", "one\r\ntwo\r\n")]);
    // Whoever looks for `\n` finds the end of the line behind its `\r`.
    assert_eq!(
        applied(&[fix("x", vec![edit("a", 4..4, "", ";")])], &sources),
        "one;\r\ntwo\r\n"
    );
    assert_eq!(
        applied(&[fix("x", vec![edit("a", 0..4, "one\r", "1\r")])], &sources),
        "1\r\ntwo\r\n"
    );
    assert_eq!(
        applied(&[fix("x", vec![edit("a", 4..5, "\n", ";\n")])], &sources),
        "one;\r\ntwo\r\n"
    );
}

#[test]
fn bytes_around_an_edit_stay() {
    let utf16: Vec<u8> = b"\xFF\xFE"
        .iter()
        .copied()
        .chain("a\r\nÜ".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let cases: [(&[u8], &[u8]); 4] = [
        (b"\xEF\xBB\xBFa\r\nb", b"\xEF\xBB\xBFX\r\na\r\nb"),
        (b"a\nno end", b"X\na\nno end"),
        (b"a\r\n\xE9", b"X\r\na\r\n\xE9"),
        (
            &utf16,
            &[
                0xFF, 0xFE, b'X', 0, b'\r', 0, b'\n', 0, b'a', 0, b'\r', 0, b'\n', 0, 0xDC, 0,
            ],
        ),
    ];
    for (before, after) in cases {
        let file = SourceFile::decode("a", before).expect("text");
        let sources = Snapshot::of([file]);
        let one = fix("x", vec![edit("a", 0..0, "", "X\n")]);
        let changes = compose(&[&one], &sources).expect("sound");
        assert_eq!(changes.changes["a"].after.as_deref(), Some(after));
        assert_eq!(changes.changes["a"].before.as_deref(), Some(before));
    }
}

#[test]
fn a_character_that_the_encoding_lacks_is_refused() {
    let sources = Snapshot::of([SourceFile::decode("a", &b"\xE9\n"[..]).expect("text")]);
    assert_eq!(
        reason(fix("x", vec![edit("a", 0..0, "", "λ")]), &sources),
        "x: `a`: 'λ' cannot be written in Windows-1252"
    );
}

#[test]
fn whole_files_are_made_moved_and_removed() {
    let sources = files(&[("a", "one\n"), ("b", "two\n")]);
    let fixes = [
        create("x", "src/new.rs"),
        file_fix(
            "y",
            vec![FileEdit::Delete {
                path: "b".into(),
                expect_hash: hash("two\n"),
            }],
        ),
        Fix {
            edits: vec![edit("c", 0..3, "one", "1")],
            ..file_fix(
                "z",
                vec![FileEdit::Rename {
                    path: "a".into(),
                    to: "c".into(),
                    expect_hash: hash("one\n"),
                }],
            )
        },
    ];
    let selection = select(&fixes, &sources);
    assert_eq!(selection.chosen, [0, 1, 2]);
    let all: Vec<&Fix> = fixes.iter().collect();
    let changes = compose(&all, &sources).expect("compatible");
    let bytes = |text: &str| Some(text.as_bytes().to_vec());
    let expected = [
        ("a", bytes("one\n"), None),
        ("b", bytes("two\n"), None),
        ("c", None, bytes("1\n")),
        ("src/new.rs", None, bytes("new\n")),
    ];
    let mut changeset = Changeset::default();
    for (path, before, after) in expected {
        changeset.insert(path, before, after);
    }
    assert_eq!(changes, changeset);
    assert!(changes.clone().then(&changes.invert()).is_empty());
}

#[test]
fn whole_files_conflict_with_whatever_else_touches_them() {
    let sources = files(&[("a", "one\n")]);
    let delete = || {
        file_fix(
            "d",
            vec![FileEdit::Delete {
                path: "a".into(),
                expect_hash: hash("one\n"),
            }],
        )
    };
    let change = fix("e", vec![edit("a", 0..3, "one", "1")]);
    assert_eq!(
        select(&[delete(), change, delete()], &sources).chosen,
        [0, 2]
    );
    // One wants a file where the other wants a folder.
    assert_eq!(
        select(&[create("x", "n"), create("y", "n/m")], &sources).chosen,
        [0]
    );
    assert_eq!(
        select(&[create("x", "n/m"), create("y", "n")], &sources).chosen,
        [0]
    );
    assert_eq!(
        select(&[create("x", "n"), create("y", "n")], &sources).chosen,
        [0, 1]
    );
    let both = Fix {
        files: [create("x", "n").files, create("x", "n/m").files].concat(),
        ..create("x", "n")
    };
    assert_eq!(reason(both, &sources), "x: `n/m` already exists");
}

#[test]
fn conflicting_fixes_are_not_composed() {
    let sources = files(&[("a", "one\n")]);
    let (x, y) = (
        fix("x", vec![edit("a", 0..3, "one", "1")]),
        fix("y", vec![edit("a", 0..3, "one", "2")]),
    );
    let error = compose(&[&x, &y], &sources).expect_err("they overlap");
    assert_eq!(error.to_string(), "the fixes of x and y overlap in `a`");
}

#[test]
fn fixes_that_together_grow_a_file_past_what_is_read_are_not_all_taken() {
    let sources = files(&[("a", "one\n")]);
    let large = "y".repeat(3 << 20);
    let fixes: Vec<Fix> = (0..4)
        .map(|at| fix("bomb", vec![edit("a", at..at, "", &large)]))
        .collect();
    let selection = select(&fixes, &sources);
    assert_eq!(selection.chosen, [0]);
    assert!(
        selection.dropped[0]
            .1
            .to_string()
            .contains("would become larger than 8 MiB")
    );
}
