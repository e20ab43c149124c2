//! What must hold for every log, whatever is in it.

use buildfix_diagnostics::{Collector, Diagnostic, Item, Parser, ParserOptions, span};

/// What one run over a log gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Run {
    /// All diagnostics, repeats included.
    pub diagnostics: Vec<Diagnostic>,
    /// All text.
    pub text: Vec<u8>,
}

/// Runs a parser over `log`, cut at every `chunk` bytes.
#[must_use]
pub fn run(options: &ParserOptions, log: &[u8], chunk: usize) -> Run {
    let mut out = Run {
        diagnostics: Vec::new(),
        text: Vec::new(),
    };
    let mut sink = |item: Item<'_>| match item {
        Item::Diagnostic(d) => out.diagnostics.push(*d),
        Item::Text { bytes, .. } => out.text.extend_from_slice(bytes),
    };
    let mut parser = Parser::new(options.clone());
    for part in log.chunks(chunk.max(1)) {
        parser.push(part, &mut sink);
    }
    parser.finish(&mut sink);
    out
}

/// The first byte chooses how the rest is cut, and small limits now and then.
/// Nothing panics, chunks make no difference, text is kept, diagnostics are
/// well formed.
pub fn check(data: &[u8]) {
    check_with(data, ParserOptions::default());
}

/// As [`check`], with a frame that the mutations cannot lose: the log is put
/// between `before` and `after`.
pub fn check_between(before: &[u8], data: &[u8], after: &[u8]) {
    check(&[&data[..data.len().min(1)], before, data.get(1..).unwrap_or_default(), after].concat());
}

/// As [`check`], with options.
pub fn check_with(data: &[u8], mut options: ParserOptions) {
    let Some((&how, log)) = data.split_first() else {
        return;
    };
    if how & 0x40 != 0 {
        options.max_line_bytes = 64;
        options.max_document_bytes = 512;
    }
    let whole = run(&options, log, usize::MAX);
    let pieces = run(&options, log, usize::from(how & 0x3f) + 1);
    assert_eq!(whole, pieces);
    if is_plain(log) {
        assert!(whole.text == log, "text was lost");
    }
    let mut collector = Collector::new();
    for d in whole.diagnostics {
        well_formed(&d);
        collector.add(d);
    }
    let again: Vec<_> = collector.diagnostics().to_vec();
    for d in again {
        assert!(!collector.add(d), "a repeat was taken for new");
    }
}

/// Whether no line of it can be meant for a machine.
fn is_plain(log: &[u8]) -> bool {
    !log.iter().any(|b| matches!(b, b'{' | b'['))
}

fn well_formed(d: &Diagnostic) {
    assert!(d.class.starts_with(&d.language) && d.class.len() > d.language.len() + 1);
    assert!(d.targets.is_sorted());
    assert_eq!(d.fingerprint(), d.clone().fingerprint());
    let text = "a\tbé日😀\r\n\nx";
    let places = d.location.iter().chain(d.related.iter().filter_map(|r| r.location.as_ref()));
    let edits = d.suggestions.iter().flat_map(|s| &s.replacements);
    for place in places.chain(edits.clone().map(|r| &r.location)) {
        if let Some(range) = span::range(text, place) {
            assert!(text.get(range).is_some());
        }
    }
    for edit in edits {
        assert!(edit.location.end.is_some());
    }
    for s in &d.suggestions {
        assert!(!s.replacements.is_empty());
        assert!(!s.applicability.is_empty());
    }
}
