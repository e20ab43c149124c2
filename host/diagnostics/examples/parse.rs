//! Reads logs and prints their diagnostics, one JSON object a line:
//! `cargo run -p buildfix-diagnostics --example parse -- [--raw] build.log …`.
//! Repeats are merged unless `--raw` is given.

use buildfix_diagnostics::{Collector, Item, Parser, ParserOptions};
use std::io::{Read as _, Write as _};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut raw = false;
    for path in std::env::args_os().skip(1) {
        if path == "--raw" {
            raw = true;
            continue;
        }
        let mut collector = Collector::new();
        let mut all = Vec::new();
        let mut sink = |item: Item<'_>| {
            if let Item::Diagnostic(d) = item {
                if raw {
                    all.push(*d);
                } else {
                    collector.add(*d);
                }
            }
        };
        let mut parser = Parser::new(ParserOptions::default());
        let mut file = std::fs::File::open(&path)?;
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let length = file.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            parser.push(&buffer[..length], &mut sink);
        }
        parser.finish(&mut sink);
        writeln!(out, "{{\"log\":{:?}}}", path.to_string_lossy())?;
        for d in collector.diagnostics().iter().chain(&all) {
            serde_json::to_writer(&mut out, d)?;
            writeln!(out)?;
        }
    }
    out.flush()
}
