//! Recorded outputs of the real tools, and what is read from them.
//!
//! `data/<name>` is a log, `data/<name>.want` what must come out of it, in the
//! form that `show` writes. To add one, put the log there and run the tests
//! with `BUILDFIX_BLESS=1`, which writes the missing and changed `.want` files;
//! then read them.

use buildfix_diagnostics::{Collector, Diagnostic, Item, Location, Parser, ParserOptions};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn parse(log: &[u8], chunk: usize) -> (Collector, String) {
    let mut collector = Collector::new();
    let mut text = Vec::new();
    let mut sink = |item: Item<'_>| match item {
        Item::Diagnostic(d) => {
            collector.add(*d);
        }
        Item::Text { bytes, .. } => text.extend_from_slice(bytes),
    };
    let mut parser = Parser::new(ParserOptions::default());
    for part in log.chunks(chunk) {
        parser.push(part, &mut sink);
    }
    parser.finish(&mut sink);
    (collector, String::from_utf8_lossy(&text).into_owned())
}

fn place(location: Option<&Location>) -> String {
    let Some(l) = location else {
        return "-".to_owned();
    };
    let mut out = format!("{}:{}:{}", l.path, l.start.line, l.start.column);
    if let Some(end) = l.end {
        let _ = write!(out, "-{}:{}", end.line, end.column);
    }
    let _ = write!(out, " {:?}", l.unit);
    if let Some((start, end)) = l.bytes {
        let _ = write!(out, " {start}..{end}");
    }
    out
}

fn show(d: &Diagnostic, repeats: u64) -> String {
    let mut out = format!(
        "{:?} {} {} {:?} x{repeats}\n  at {}\n",
        d.severity,
        d.tool,
        d.class,
        d.phase,
        place(d.location.as_ref())
    );
    for line in d.message.lines() {
        let _ = writeln!(out, "  | {line}");
    }
    for argument in &d.arguments {
        let _ = writeln!(out, "  argument {argument:?}");
    }
    for target in &d.targets {
        let _ = writeln!(out, "  target {target}");
    }
    for related in &d.related {
        let _ = writeln!(
            out,
            "  related {} {:?}",
            place(related.location.as_ref()),
            related.message
        );
    }
    for suggestion in &d.suggestions {
        let _ = writeln!(
            out,
            "  suggestion {} {:?}",
            suggestion.applicability, suggestion.message
        );
        for part in &suggestion.replacements {
            let _ = writeln!(
                out,
                "    {} -> {:?}",
                place(Some(&part.location)),
                part.text
            );
        }
    }
    out
}

fn logs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut logs: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|e| e != "want"))
        .collect();
    logs.sort();
    logs
}

#[test]
fn recorded_logs_are_read_as_they_were_before() {
    let bless = std::env::var_os("BUILDFIX_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in logs() {
        let log = std::fs::read(&path).unwrap();
        let (collector, _) = parse(&log, usize::MAX);
        let got: String = collector
            .diagnostics()
            .iter()
            .zip(collector.repeats())
            .map(|(d, repeats)| show(d, *repeats))
            .collect();
        let want_path = PathBuf::from(format!("{}.want", path.display()));
        let want = std::fs::read_to_string(&want_path).unwrap_or_default();
        if got != want {
            if bless {
                std::fs::write(&want_path, &got).unwrap();
            } else {
                let at = got.lines().zip(want.lines()).position(|(a, b)| a != b);
                wrong.push(format!(
                    "{} differs (line {at:?}); got:\n{got}",
                    path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn chunks_make_no_difference() {
    for path in logs() {
        let log = std::fs::read(&path).unwrap();
        let (whole, text) = parse(&log, usize::MAX);
        for chunk in [1, 2, 3, 7, 64, 1000] {
            let (pieces, pieces_text) = parse(&log, chunk);
            assert_eq!(
                whole.diagnostics(),
                pieces.diagnostics(),
                "{} by {chunk}",
                path.display()
            );
            assert_eq!(text, pieces_text, "{} by {chunk}", path.display());
        }
    }
}

#[test]
fn the_text_is_the_log_but_for_lines_meant_for_machines() {
    for path in logs() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let log = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        let (_, text) = parse(log.as_bytes(), 512);
        match name.as_str() {
            // The text that rustc would have printed without JSON.
            "rustc.jsonl" => {
                assert!(
                    text.starts_with("error: Rust has no postfix increment operator\n --> src")
                );
                assert!(!text.contains("\"reason\""));
            }
            "gcc-json.log" => {
                assert!(
                    text.contains("g2.cpp:3:42: error: ‘struct Point’ has no member named ‘widht’")
                );
                assert!(!text.contains("byte-column"));
            }
            _ => {
                let want: String = log
                    .split_inclusive('\n')
                    .map(|line| line.find("fix-it:\"").map_or(line, |at| &line[..at]))
                    .collect();
                assert_eq!(text, want, "{name}");
            }
        }
    }
}

#[test]
fn text_and_json_of_a_tool_say_the_same() {
    for (text, json) in [
        ("rustc.log", "rustc.jsonl"),
        ("gcc-fixits.log", "gcc-json.log"),
    ] {
        let read = |name: &str| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/data")
                .join(name);
            let (collector, _) = parse(&std::fs::read(path).unwrap(), usize::MAX);
            let mut all: Vec<_> = collector
                .into_diagnostics()
                .into_iter()
                .filter(|d| d.is_error())
                .map(|d| {
                    let line = d.location.map(|l| l.start.line);
                    (line, d.class, d.message, d.arguments, d.phase)
                })
                .collect();
            all.sort();
            all
        };
        assert_eq!(read(text), read(json));
    }
}
