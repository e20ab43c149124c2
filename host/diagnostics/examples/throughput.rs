//! How many megabytes of log a second one thread reads:
//! `cargo run --release -p buildfix-diagnostics --example throughput -- big.log`.

use buildfix_diagnostics::{Brief, Item, Parser, ParserOptions, Tally};
use std::io::Read as _;

fn main() -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        let start = std::time::Instant::now();
        let mut tally = Tally::new();
        let (mut text, mut reports) = (0u64, 0u64);
        let mut sink = |brief: Brief<'_>| match brief {
            Brief::Item(Item::Text { bytes, .. }) => text += bytes.len() as u64,
            Brief::Item(Item::Diagnostic(diagnostic)) => {
                reports += 1;
                tally.add(&diagnostic);
            }
            Brief::Line(line) => {
                reports += 1;
                tally.add_line(&line);
            }
            Brief::Repeats { errors, warnings } => reports += errors + warnings,
            _ => {}
        };
        let mut parser = Parser::new(ParserOptions::default());
        let mut file = std::fs::File::open(&path)?;
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let length = file.read(&mut buffer)?;
            if length == 0 {
                break;
            }
            parser.push_brief(&buffer[..length], &mut sink);
        }
        parser.finish(&mut |item| sink(Brief::Item(item)));
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{}: {:.0} MB/s, {} reports, {} diagnostics",
            path.to_string_lossy(),
            text as f64 / 1e6 / seconds,
            reports,
            tally.total()
        );
    }
    Ok(())
}
