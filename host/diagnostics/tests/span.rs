//! Every tool's way to count columns, on lines where they differ.

use buildfix_diagnostics::{ColumnUnit, Location, Position, span};

/// A tab, a two-byte letter, a wide one of three bytes, one of four that is two
/// UTF-16 units, and a combining accent.
const LINE: &str = "\té日😀e\u{301}x";

fn at(unit: ColumnUnit, column: u32) -> Option<&'static str> {
    let offset = span::offset(LINE, Position { line: 1, column }, unit)?;
    Some(&LINE[offset..])
}

#[test]
fn the_x_is_found_by_every_unit() {
    for (unit, column) in [
        (ColumnUnit::Byte, 14),
        (ColumnUnit::Utf16, 8),
        (ColumnUnit::Char, 7),
        // The tab to 8, é 9, 日 10-11, 😀 12-13, e 14 with its accent, x 15.
        (ColumnUnit::Display, 15),
        // The tab to 8, é 9, 日 10, 😀 11-12, e 13, the accent 14, x 15.
        (ColumnUnit::Utf16Tabs, 15),
    ] {
        assert_eq!(at(unit, column), Some("x"), "{unit:?}");
        assert_eq!(at(unit, column + 1), Some(""), "{unit:?}");
        assert_eq!(at(unit, column + 100), Some(""), "{unit:?}");
        assert_eq!(at(unit, 0), Some(LINE), "{unit:?}");
        assert_eq!(at(unit, 1), Some(LINE), "{unit:?}");
    }
}

#[test]
fn a_column_inside_a_character_is_its_start() {
    assert_eq!(at(ColumnUnit::Byte, 6), at(ColumnUnit::Byte, 4));
    assert_eq!(at(ColumnUnit::Utf16, 5), at(ColumnUnit::Utf16, 4));
    assert_eq!(at(ColumnUnit::Display, 4), Some(LINE));
    assert_eq!(at(ColumnUnit::Display, 11), at(ColumnUnit::Display, 10));
}

#[test]
fn what_real_compilers_said_of_real_lines() {
    // As gcc 12, clang 14, javac 17 and rustc printed them for these sources.
    for (source, unit, column, want) in [
        (
            "\tconst char *t = \"日é\"; return p->widht;",
            ColumnUnit::Display,
            42,
            "widht;",
        ),
        (
            "\tconst char *t = \"日é\"; return p->widht;",
            ColumnUnit::Byte,
            37,
            "widht;",
        ),
        (
            "\tint é = 日本 + x; return y;",
            ColumnUnit::Display,
            24,
            "x; return y;",
        ),
        (
            "\tint é = 日本 + x; return y;",
            ColumnUnit::Byte,
            20,
            "x; return y;",
        ),
        (
            "\tvoid price() { String s = \"日本😀\"; x = 1; Strin t; }",
            ColumnUnit::Utf16,
            36,
            "x = 1; Strin t; }",
        ),
        (
            "    let s: String = \"日本\"; let t = undefined_name;",
            ColumnUnit::Char,
            35,
            "undefined_name;",
        ),
    ] {
        let offset = span::offset(source, Position { line: 1, column }, unit).unwrap();
        assert_eq!(&source[offset..], want, "{unit:?}");
    }
}

#[test]
fn lines_and_their_ends() {
    let text = "ab\r\ncd\n\nef";
    let at = |line, column| span::offset(text, Position { line, column }, ColumnUnit::Char);
    assert_eq!(at(0, 1), None);
    assert_eq!(at(1, 9), Some(2), "before the carriage return");
    assert_eq!(at(2, 1), Some(4));
    assert_eq!(at(3, 5), Some(7));
    assert_eq!(at(4, 3), Some(10));
    assert_eq!(at(5, 1), None);
    assert_eq!(
        span::offset("", Position { line: 1, column: 1 }, ColumnUnit::Char),
        Some(0)
    );
    assert_eq!(span::line_and_column(text, 8), (4, 1));
    assert_eq!(span::line_and_column("é日x", 5), (1, 3));
}

#[test]
fn ranges() {
    let text = "let a = b;\n";
    let location = |start, end, bytes| Location {
        path: String::new(),
        start: Position {
            line: 1,
            column: start,
        },
        end: Some(Position {
            line: 1,
            column: end,
        }),
        unit: ColumnUnit::Char,
        bytes,
    };
    assert_eq!(span::range(text, &location(5, 6, None)), Some(4..5));
    // rustc counts a byte-order mark, which the text has not: columns win.
    assert_eq!(span::range(text, &location(5, 6, Some((7, 8)))), Some(4..5));
    // Reversed: empty.
    assert_eq!(span::range(text, &location(6, 5, None)), Some(5..5));
    let mut only_bytes = location(0, 0, Some((4, 5)));
    only_bytes.start.line = 0;
    assert_eq!(span::range(text, &only_bytes), Some(4..5));
    only_bytes.bytes = Some((4, 500));
    assert_eq!(span::range(text, &only_bytes), None);
    let mut point = location(5, 0, None);
    point.end = None;
    assert_eq!(span::range(text, &point), Some(4..4));
}
