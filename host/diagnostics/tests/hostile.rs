//! Inputs that broke other tools, each by name.

use buildfix_diagnostics::{Diagnostic, Item, Matcher, Parser, ParserOptions};
use std::time::{Duration, Instant};

fn read_with(options: ParserOptions, log: &[u8]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut text = Vec::new();
    let mut sink = |item: Item<'_>| match item {
        Item::Diagnostic(d) => found.push(*d),
        Item::Text { bytes, .. } => text.extend_from_slice(bytes),
    };
    let mut parser = Parser::new(options);
    for chunk in log.chunks(8192) {
        parser.push(chunk, &mut sink);
    }
    parser.finish(&mut sink);
    assert!(text == log, "the text is not the log");
    found
}

fn read(log: &[u8]) -> Vec<Diagnostic> {
    read_with(ParserOptions::default(), log)
}

fn paths(log: &[u8]) -> Vec<String> {
    read(log)
        .into_iter()
        .map(|d| d.location.unwrap().path)
        .collect()
}

const ERROR: &[u8] = b"a.cs(1,2): error CS0103: The name 'x' does not exist\n";

#[test]
fn one_nul_byte() {
    let log = [
        b"before\0after\n",
        ERROR,
        b"\0\n",
        ERROR,
        b"a\0b.c:1:2: error: x\0y\n",
    ]
    .concat();
    let found = read(&log);
    assert_eq!(found.len(), 3);
    assert_eq!(found[2].message, "x\0y");
    assert_eq!(found[2].location.as_ref().unwrap().path, "a\0b.c");
}

#[test]
fn a_line_of_a_million_characters() {
    for filler in [
        b'x', b':', b'\'', b'`', b'(', b' ', b'^', b'"', b'{', b'[', 0x1b, 0xe2, b'\r', b'1',
    ] {
        let long = vec![filler; 1_000_000];
        let log = [
            ERROR,
            &long,
            b"\n",
            ERROR,
            b"a.c:1:2: error: ",
            &long,
            b"\n",
            ERROR,
            &long,
        ]
        .concat();
        let start = Instant::now();
        let found = read(&log);
        // A second each even without optimisation; quadratic would be hours.
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{filler}: {:?}",
            start.elapsed()
        );
        let errors = found.iter().filter(|d| d.code == "CS0103").count();
        assert_eq!(errors, 3, "{}", char::from(filler));
    }
}

#[test]
fn a_long_line_is_read_by_its_head() {
    let mut options = ParserOptions::default();
    options.max_line_bytes = 100;
    let log = [&b"a.c:1:2: error: "[..], &[b'y'; 5000], b"\n", ERROR].concat();
    let found = read_with(options, &log);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].message.len(), 100 - "a.c:1:2: error: ".len());
    assert_eq!(found[1].code, "CS0103");
}

#[test]
fn invalid_utf8() {
    let log = b"caf\xe9.c:1:2: error: bad \xff byte in '\xe9'\n\xff\xfe\n";
    let found = read(log);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].location.as_ref().unwrap().path, "caf\u{fffd}.c");
    assert_eq!(found[0].arguments, ["\u{fffd}"]);
}

#[test]
fn odd_paths_in_every_notation() {
    for path in [
        "a b",
        "a (b) c",
        "x[1]",
        "c++",
        "$HOME",
        "Привет мир",
        "日本",
        "a'b",
        "a,b",
        "-x",
        "a=b",
        "a#b",
        "%20",
    ] {
        let log = format!(
            "{path}.cs(1,2): error CS0103: x\n\
             /r {path}/{path}.cs(1,2): error CS0103: x [/p {path}/q.csproj]\n\
             {path}.c:1:2: error: x\n\
             {path}.ts:1:2 - error TS2304: x\n\n\n\n\
             ./{path}.go:1:2: undefined: x\n\
             {path}.java:1: error: x\n\
             [ERROR] /r {path}/A.java:[1,2] x\n\
             {path}.py:1:2: error: x  [misc]\n\
             error[E0425]: x\n --> {path}.rs:1:2\n"
        );
        let want = [
            format!("{path}.cs"),
            format!("/r {path}/{path}.cs"),
            format!("{path}.c"),
            format!("{path}.ts"),
            format!("./{path}.go"),
            format!("{path}.java"),
            format!("/r {path}/A.java"),
            format!("{path}.py"),
            format!("{path}.rs"),
        ];
        assert_eq!(paths(log.as_bytes()), want, "{path}");
    }
}

#[test]
fn a_windows_path_with_x86() {
    let log = b"C:\\Program Files (x86)\\My App\\a.cs(12,34): error CS0103: x [C:\\Program Files (x86)\\My App\\a.csproj::TargetFramework=net8.0]\r\n\
        C:\\Program Files (x86)\\a.c:1:2: error: x\r\n\
        C:/Program Files (x86)/a.ts:1:2 - error TS2304: x\r\n";
    let found = read(log);
    assert_eq!(
        found
            .iter()
            .map(|d| d.location.as_ref().unwrap().path.as_str())
            .collect::<Vec<_>>(),
        [
            "C:\\Program Files (x86)\\My App\\a.cs",
            "C:\\Program Files (x86)\\a.c",
            "C:/Program Files (x86)/a.ts",
        ]
    );
    assert_eq!(
        found[0].targets,
        ["C:\\Program Files (x86)\\My App\\a.csproj::TargetFramework=net8.0"]
    );
    assert_eq!(found[0].location.as_ref().unwrap().start.line, 12);
}

#[test]
fn a_byte_order_mark_and_carriage_returns() {
    let log = [
        b"\xef\xbb\xbf",
        ERROR,
        b"a.c:1:2: error: y\r\n  1 | int\r\n",
    ]
    .concat();
    let found = read(&log);
    assert_eq!(found[0].location.as_ref().unwrap().path, "a.cs");
    assert_eq!(found[1].message, "y");
}

#[test]
fn numbers_too_large() {
    // No number that fits: no place. What is shown is the text as it came.
    let log = [
        &b"a.c:99999999999:99999999999: error: x\na.cs(99999999999,1): error CS1: x\n"[..],
        ERROR,
    ]
    .concat();
    let lines: Vec<u32> = read(&log)
        .iter()
        .map(|d| d.location.as_ref().map_or(0, |l| l.start.line))
        .collect();
    assert_eq!(lines, [0, 1]);
}

#[test]
fn endless_continuations_are_cut() {
    let mut log = b"a.ts(1,2): error TS2322: x\n".to_vec();
    for _ in 0..100_000 {
        log.extend_from_slice(b"  more reasons, and more\n");
    }
    log.extend_from_slice(ERROR);
    let found = read(&log);
    assert_eq!(found.len(), 2);
    assert!(found[0].message.len() < 300 * 1024);
}

#[test]
fn many_notes_are_bounded() {
    let mut log = b"a.c:1:2: error: x\n".to_vec();
    for _ in 0..100_000 {
        log.extend_from_slice(b"a.c:1:2: note: y\n");
    }
    let found = read(&log);
    assert_eq!(found.len(), 1);
    assert!(found[0].related.len() < 1000);
}

#[test]
fn a_document_without_end_is_let_go() {
    let mut options = ParserOptions::default();
    options.max_document_bytes = 10_000;
    let mut log = b"{\n\"runs\": [\n".to_vec();
    for _ in 0..10_000 {
        log.extend_from_slice(b"[\n");
    }
    log.extend_from_slice(ERROR);
    assert_eq!(read_with(options, &log).len(), 1);
}

#[test]
fn deep_json_does_not_overflow_the_stack() {
    let deep = [
        b"[{".to_vec(),
        vec![b'['; 500_000],
        b"\n".to_vec(),
        b"{\"reason\":".to_vec(),
        vec![b'['; 500_000],
        b"\n".to_vec(),
        ERROR.to_vec(),
    ]
    .concat();
    assert_eq!(read(&deep).len(), 1);
}

#[test]
fn a_sarif_message_cannot_be_blown_up() {
    let argument = "y".repeat(60_000);
    let log = format!(
        "{{\"version\":\"2.1.0\",\"runs\":[{{\"results\":[{{\"level\":\"error\",\"message\":{{\"text\":\"{}\",\"arguments\":[\"{argument}\"]}}}}]}}]}}\n",
        "{0}".repeat(10_000)
    );
    let found = read(log.as_bytes());
    assert_eq!(found.len(), 1);
    assert!(found[0].message.len() < 200_000);
}

#[test]
fn a_slow_pattern_is_still_linear() {
    let mut options = ParserOptions::default();
    options
        .matchers
        .push(Matcher::new("m", None, r"^(?<file>(a+)+)+:(?<line>\d+): (?<message>.*)$").unwrap());
    let log = [&vec![b'a'; 200_000][..], b"\naaa:12: found\n"].concat();
    let found = read_with(options, &log);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].tool, "m");
    assert_eq!(found[0].location.as_ref().unwrap().start.line, 12);
}
