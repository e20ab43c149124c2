//! What holds for every log: no panic, no loss of text, and nothing depends on
//! how the stream was cut.

use buildfix_diagnostics::{
    Brief, Collector, Diagnostic, Item, Parser, ParserOptions, Severity, Tally,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, PartialEq)]
struct Run {
    diagnostics: Vec<Diagnostic>,
    /// Each byte of text with whether it was known.
    text: Vec<(u8, bool)>,
}

fn run<'a>(options: &ParserOptions, chunks: impl Iterator<Item = &'a [u8]>) -> Run {
    let mut out = Run {
        diagnostics: Vec::new(),
        text: Vec::new(),
    };
    let mut sink = |item: Item<'_>| match item {
        Item::Diagnostic(d) => out.diagnostics.push(*d),
        Item::Text { bytes, known } => out.text.extend(bytes.iter().map(|b| (*b, known))),
    };
    let mut parser = Parser::new(options.clone());
    for chunk in chunks {
        parser.push(chunk, &mut sink);
    }
    parser.finish(&mut sink);
    out
}

fn options(small: bool) -> ParserOptions {
    let mut options = ParserOptions::default();
    if small {
        options.max_line_bytes = 40;
        options.max_document_bytes = 400;
    }
    options
}

/// Fragments of real output, and of what comes between: put together at random
/// they reach more of the parsers than random bytes do.
fn fragment() -> impl Strategy<Value = Vec<u8>> {
    let texts: &[&str] = &[
        "a.c:1:2: error: expected ‘;’ before ‘}’ token",
        "x y.cpp:3: note: here",
        "    3 | int x;",
        "      |   ^~~ ~",
        "      |   foo",
        "  +++ |+#include <x>",
        "src.c: In function ‘f’:",
        "a.cs(1,2): error CS0103: The name 'x' does not exist [/p/q.csproj::TargetFramework=net8.0]",
        "MSBUILD : error :    at A.B() [/p/q.csproj]",
        "MSBUILD : error : unhandled exception [/p/q.csproj]",
        "a.ts(1,2): error TS2304: Cannot find name 'x'.",
        "  reason",
        "a.ts:1:2 - error TS2304: x",
        "1 let x;",
        "    ~",
        "  a.ts:3:4",
        "error[E0308]: mismatched types",
        " --> src/a.rs:1:2",
        "  |",
        "1 | code",
        "  = note: `#[deny(unused)]` on by default",
        "help: try",
        "error: aborting due to 1",
        "./a.go:1:2: undefined: x",
        "\thave (int)",
        "# pkg",
        "A.java:1: error: ';' expected",
        "  x",
        "    ^",
        "  symbol: class X",
        "[ERROR] /a/B.java:[1,2] cannot find symbol",
        "[ERROR]   symbol: x",
        "a.py:1:2: error: bad \"x\"  [arg-type]",
        "a.py:1: note: see",
        "  File \"a.py\", line 3",
        "SyntaxError: invalid",
        "   Compiling a v1.0.0",
        "In file included from a.hpp:1,",
        "12:30:11 ready",
        "  a -> /b/c.dll",
        "\r",
        "make[1]: Entering directory '/x'",
        "make[1]: Leaving directory '/x'",
        "make: *** no rule",
        "/usr/bin/ld: a.o: undefined reference to `f'",
        ">>> referenced by a.c:1",
        "\u{1b}[31merror\u{1b}[0m: x",
        "error",
        ":",
        "::::",
        "'",
        "`",
        "‘",
        "(",
        ")",
        "1,2",
        "\0",
        "\u{feff}",
        " ",
        "  ",
        "\t",
        "日本",
        "[/a/b.csproj]",
        ": error ",
        "C:\\Program Files (x86)\\a.cs(1,2)",
    ];
    let texts: Vec<&str> = texts.to_vec();
    prop_oneof![
        6 => proptest::sample::select(texts).prop_map(|t| t.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..8),
        4 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
    ]
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    vec(fragment(), 0..40).prop_map(|parts| parts.concat())
}

/// Lines that are meant for machines, whole and damaged.
fn machine_log() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&str> = vec![
        include_str!("data/rustc.jsonl"),
        include_str!("data/gcc-json.log"),
        include_str!("data/analyser.sarif"),
        include_str!("data/clang-fixits.log"),
        "{\n\"version\": \"2.1.0\",\n\"runs\": [{\"results\": [{\"level\":\"error\",\"message\":{\"text\":\"m\"}}]}]}\n",
        "[]\n",
        "{\"file\":\"a.py\",\"line\":1,\"column\":0,\"message\":\"m\",\"hint\":null,\"code\":\"x\",\"severity\":\"error\"}\n",
    ];
    (
        vec(proptest::sample::select(lines), 0..4),
        vec((any::<usize>(), fragment()), 0..4),
    )
        .prop_map(|(lines, damage)| {
            let mut log = lines.concat().into_bytes();
            for (at, bytes) in damage {
                let at = at % (log.len() + 1);
                log.splice(at..at, bytes);
            }
            log
        })
}

/// Cuts a log at random places.
fn cut<'a>(log: &'a [u8], sizes: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = log;
    let mut sizes = sizes.iter().cycle();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let size = sizes.next().copied().unwrap_or(1).clamp(1, rest.len());
        let (now, later) = rest.split_at(size);
        rest = later;
        Some(now)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn text_is_lossless_and_chunks_do_not_matter(
        log in log(), sizes in vec(1usize..20, 1..8), small: bool,
    ) {
        let options = options(small);
        let whole = run(&options, std::iter::once(log.as_slice()));
        let pieces = run(&options, cut(&log, &sizes));
        prop_assert_eq!(&whole, &pieces);
        let text: Vec<u8> = whole.text.iter().map(|(b, _)| *b).collect();
        prop_assert_eq!(text, log);
    }

    #[test]
    fn counting_agrees_with_collecting(
        log in log(), times in 1usize..5, sizes in vec(1usize..200, 1..8),
    ) {
        let mut log = log;
        log.push(b'\n');
        let log = log.repeat(times);
        let mut collector = Collector::new();
        let mut errors = 0;
        for d in run(&ParserOptions::default(), std::iter::once(log.as_slice())).diagnostics {
            errors += u64::from(d.is_error());
            collector.add(d);
        }
        let mut tally = Tally::new();
        let (mut text, mut reports, mut error_reports) = (Vec::new(), 0, 0);
        let mut sink = |brief: Brief<'_>| match brief {
            Brief::Item(Item::Text { bytes, .. }) => text.extend_from_slice(bytes),
            Brief::Item(Item::Diagnostic(d)) => {
                reports += 1;
                error_reports += u64::from(d.is_error());
                tally.add(&d);
            }
            Brief::Line(line) => {
                reports += 1;
                error_reports += u64::from(line.severity() == Severity::Error);
                tally.add_line(&line);
                assert_eq!(line.to_diagnostic().class.split_once('/').unwrap().0, line.language());
            }
            Brief::Repeats { errors, warnings } => {
                reports += errors + warnings;
                error_reports += errors;
            }
            other => panic!("{other:?}"),
        };
        let mut parser = Parser::new(ParserOptions::default());
        for chunk in cut(&log, &sizes) {
            parser.push_brief(chunk, &mut sink);
        }
        parser.finish(&mut |item| sink(Brief::Item(item)));
        prop_assert_eq!(text, log);
        prop_assert_eq!((reports, error_reports), (collector.total(), errors));
        prop_assert_eq!(tally.total(), collector.len());
        let mut classes: BTreeMap<&str, usize> = BTreeMap::new();
        for d in collector.diagnostics() {
            *classes.entry(&d.class).or_default() += 1;
        }
        let counted = tally.classes().into_iter().map(|(name, class)| (name, class.count));
        prop_assert_eq!(counted.collect::<BTreeMap<_, _>>(), classes);
    }

    #[test]
    fn machine_readable_lines_in_any_state(
        log in machine_log(), sizes in vec(1usize..300, 1..8), small: bool,
    ) {
        let options = options(small);
        let whole = run(&options, std::iter::once(log.as_slice()));
        let pieces = run(&options, cut(&log, &sizes));
        prop_assert_eq!(whole, pieces);
    }

    #[test]
    fn arbitrary_bytes_never_panic(log in vec(any::<u8>(), 0..2000), small: bool) {
        let whole = run(&options(small), std::iter::once(log.as_slice()));
        // Without a brace or bracket there is no JSON and no fix-it.
        if !log.iter().any(|b| matches!(b, b'{' | b'[')) {
            let text: Vec<u8> = whole.text.iter().map(|(b, _)| *b).collect();
            prop_assert_eq!(text, log);
        }
    }

    #[test]
    fn diagnostics_are_well_formed(log in log()) {
        for d in run(&ParserOptions::default(), std::iter::once(log.as_slice())).diagnostics {
            let (language, name) = d.class.split_once('/').unwrap();
            prop_assert_eq!(language, &d.language);
            prop_assert!(!name.is_empty());
            prop_assert!(!d.message.contains('\u{1b}'), "{:?}", d.message);
            for argument in &d.arguments {
                prop_assert!(d.message.contains(argument.as_str()));
            }
            for s in &d.suggestions {
                prop_assert!(!s.replacements.is_empty());
                prop_assert!(s.replacements.iter().all(|r| r.location.end.is_some()));
            }
            prop_assert_eq!(d.fingerprint(), d.clone().fingerprint());
        }
    }

    #[test]
    fn collecting_twice_changes_nothing_but_counts(log in log()) {
        let all = run(&ParserOptions::default(), std::iter::once(log.as_slice())).diagnostics;
        let mut once = Collector::new();
        once.extend(all.clone());
        let mut twice = Collector::new();
        twice.extend(all.clone());
        twice.extend(all);
        prop_assert_eq!(once.diagnostics(), twice.diagnostics());
        prop_assert_eq!(once.total() * 2, twice.total());
        let sum: u64 = twice.repeats().iter().sum();
        prop_assert_eq!(sum, twice.total());
    }
}
