//! Recorded builds of a real project against an independent count.
//!
//! The recordings are large and live beside the repository: in the folder
//! that `BUILDFIX_SHARED` names, else in `../shared`. Without them the test
//! says so and checks nothing.

use buildfix_diagnostics::{
    Brief, Collector, Diagnostic, Item, Parser, ParserOptions, Severity, Tally,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn shared_logs() -> Option<PathBuf> {
    let root = std::env::var_os("BUILDFIX_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let logs = root.join("logs");
    logs.join("counts.tsv").is_file().then_some(logs)
}

fn collect(log: &[u8], mut chunk: impl FnMut() -> usize) -> (Vec<Diagnostic>, u64) {
    let mut collector = Collector::new();
    let mut text = Vec::with_capacity(log.len());
    let mut raw_errors = 0;
    let mut sink = |item: Item<'_>| match item {
        Item::Diagnostic(d) => {
            raw_errors += u64::from(d.is_error());
            collector.add(*d);
        }
        Item::Text { bytes, .. } => text.extend_from_slice(bytes),
    };
    let mut parser = Parser::new(ParserOptions::default());
    let mut rest = log;
    while !rest.is_empty() {
        let (now, later) = rest.split_at(chunk().clamp(1, rest.len()));
        parser.push(now, &mut sink);
        rest = later;
    }
    parser.finish(&mut sink);
    assert!(text == log, "the text is not the log");
    (collector.into_diagnostics(), raw_errors)
}

/// The errors as `buildfix check` counts them.
fn count(log: &[u8]) -> (usize, usize) {
    let mut tally = Tally::new();
    let mut sink = |brief: Brief<'_>| match brief {
        Brief::Item(Item::Diagnostic(d)) if d.is_error() => {
            tally.add(&d);
        }
        Brief::Line(line) if line.severity() == Severity::Error => {
            tally.add_line(&line);
        }
        _ => {}
    };
    let mut parser = Parser::new(ParserOptions::default());
    // Twice, for repeats of whole logs.
    for chunk in log.chunks(10_007).chain(log.chunks(4_099)) {
        parser.push_brief(chunk, &mut sink);
    }
    parser.finish(&mut |item| sink(Brief::Item(item)));
    (tally.total(), tally.classes().len())
}

fn by_code(diagnostics: &[Diagnostic]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for d in diagnostics.iter().filter(|d| d.is_error()) {
        let code = if d.code.is_empty() { "(none)" } else { &d.code };
        *counts.entry(code.to_owned()).or_default() += 1;
    }
    counts
}

#[test]
fn every_shared_log_has_the_errors_that_were_counted() {
    let Some(folder) = shared_logs() else {
        println!("skipped every_shared_log_has_the_errors_that_were_counted: no shared logs");
        return;
    };
    let counts = std::fs::read_to_string(folder.join("counts.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut logs = 0;
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    for row in counts.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let log = std::fs::read(folder.join(columns[0])).unwrap();
        let (whole, _) = collect(&log, || 64 * 1024);
        let (pieces, _) = collect(&log, || {
            // xorshift: chunks of 1 to 5000 bytes.
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            usize::try_from(seed % 5000).unwrap() + 1
        });
        if whole != pieces {
            wrong.push(format!("{}: chunks change the result", columns[0]));
        }
        let errors: Vec<_> = whole.iter().filter(|d| d.is_error()).collect();
        let warnings = whole
            .iter()
            .filter(|d| d.severity == Severity::Warning)
            .count();
        let files: std::collections::BTreeSet<_> = errors
            .iter()
            // The count takes MSBuild for a file where it names none.
            .map(|d| d.location.as_ref().map(|l| &l.path))
            .collect();
        let got = (
            errors.len().to_string(),
            warnings.to_string(),
            files.len().to_string(),
        );
        let want = (
            columns[3].to_owned(),
            columns[7].to_owned(),
            columns[5].to_owned(),
        );
        if got != want {
            wrong.push(format!(
                "{}: (errors, warnings, files) {got:?}, want {want:?}",
                columns[0]
            ));
        }
        let want: BTreeMap<String, usize> = columns[8]
            .split_whitespace()
            .map(|entry| {
                let (code, count) = entry.split_once('=').unwrap();
                (code.to_owned(), count.parse().unwrap())
            })
            .collect();
        let counted = count(&log);
        let classes: std::collections::BTreeSet<_> = errors.iter().map(|d| &d.class).collect();
        if counted != (errors.len(), classes.len()) {
            wrong.push(format!("{}: counted {counted:?}", columns[0]));
        }
        let got = by_code(&whole);
        if got != want {
            wrong.push(format!("{}: {got:?}, want {want:?}", columns[0]));
        }
        logs += 1;
    }
    assert!(logs > 0, "counts.tsv lists no logs");
    assert!(
        wrong.is_empty(),
        "{} of {logs}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
