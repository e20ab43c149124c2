//! From lines and columns to bytes, and back.
#![no_main]

use buildfix_diagnostics::{ColumnUnit, Location, Position, span};

libfuzzer_sys::fuzz_target!(|input: (u32, u32, u32, u32, u8, Option<(u32, u32)>, &str)| {
    let (line, column, end_line, end_column, unit, bytes, text) = input;
    let unit = match unit % 5 {
        0 => ColumnUnit::Byte,
        1 => ColumnUnit::Utf16,
        2 => ColumnUnit::Utf16Tabs,
        3 => ColumnUnit::Char,
        _ => ColumnUnit::Display,
    };
    let start = Position { line, column };
    let location = Location {
        path: String::new(),
        start,
        end: Some(Position { line: end_line, column: end_column }),
        unit,
        bytes,
    };
    if let Some(range) = span::range(text, &location) {
        assert!(text.get(range).is_some(), "not on character boundaries");
    }
    let lines = text.split('\n').count();
    let offset = span::offset(text, start, unit);
    assert_eq!(offset.is_some(), line > 0 && line as usize <= lines);
    // Every boundary inside a line's text is found again by its characters.
    if let Some(offset) = offset {
        let (line, column) = span::line_and_column(text, offset);
        assert_eq!(span::offset(text, Position { line, column }, ColumnUnit::Char), Some(offset));
    }
});
