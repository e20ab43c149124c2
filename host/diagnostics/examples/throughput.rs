//! How many megabytes of log a second one thread reads:
//! `cargo run --release -p buildfix-diagnostics --example throughput -- big.log`.

use buildfix_diagnostics::{Collector, Item, Parser, ParserOptions};
use std::io::Read as _;

fn main() -> std::io::Result<()> {
    for path in std::env::args_os().skip(1) {
        let start = std::time::Instant::now();
        let mut collector = Collector::new();
        let mut text = 0u64;
        let mut sink = |item: Item<'_>| match item {
            Item::Diagnostic(d) => {
                collector.add(*d);
            }
            Item::Text { bytes, .. } => text += bytes.len() as u64,
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
        let seconds = start.elapsed().as_secs_f64();
        println!(
            "{}: {:.0} MB/s, {} reports, {} diagnostics",
            path.to_string_lossy(),
            text as f64 / 1e6 / seconds,
            collector.total(),
            collector.len()
        );
    }
    Ok(())
}
