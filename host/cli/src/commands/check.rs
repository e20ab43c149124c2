//! `buildfix check`

use crate::args::{Check, Format, GREEN, IMPROVED};
use crate::terminal;
use anyhow::{Context as _, Result};
use buildfix_diagnostics::{Collector, Diagnostic, Item, Parser, ParserOptions};
use buildfix_engine::config::Config;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;

pub fn run(args: &Check) -> Result<u8> {
    let config = Config::load(&args.dir)?;
    let mut options = ParserOptions::default();
    options.matchers = config.matcher;
    let mut parser = Parser::new(options);
    let mut collector = Collector::default();
    let mut take = |item: Item<'_>| {
        if let Item::Diagnostic(diagnostic) = item
            && (diagnostic.is_error() || args.warnings)
        {
            collector.add(*diagnostic);
        }
    };
    let mut input: Box<dyn Read> = if args.log.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let file = std::fs::File::open(&args.log)
            .with_context(|| format!("cannot read the log {}", args.log.display()))?;
        Box::new(file)
    };
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match input.read(&mut buffer).context("cannot read the log")? {
            0 => break,
            n => parser.push(&buffer[..n], &mut take),
        }
    }
    parser.finish(&mut take);
    let diagnostics = collector.into_diagnostics();
    let text = match args.format {
        Format::Json => json(&diagnostics, args)?,
        Format::Human => human(&diagnostics, args),
    };
    terminal::print(&text)?;
    // Like a build: errors are no success.
    Ok(if diagnostics.iter().any(Diagnostic::is_error) {
        IMPROVED
    } else {
        GREEN
    })
}

fn by_class(diagnostics: &[Diagnostic]) -> Vec<(&str, usize, &str)> {
    let mut classes: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for diagnostic in diagnostics {
        classes
            .entry(&diagnostic.class)
            .or_insert((0, &diagnostic.message))
            .0 += 1;
    }
    let mut list: Vec<_> = classes
        .into_iter()
        .map(|(class, (n, example))| (class, n, example))
        .collect();
    list.sort_by_key(|(class, n, _)| (std::cmp::Reverse(*n), *class));
    list
}

fn json(diagnostics: &[Diagnostic], args: &Check) -> Result<String> {
    let classes: BTreeMap<&str, usize> = by_class(diagnostics)
        .into_iter()
        .map(|(class, n, _)| (class, n))
        .collect();
    let mut document = json!({ "total": diagnostics.len(), "classes": classes });
    if args.list {
        document["diagnostics"] = serde_json::to_value(diagnostics)?;
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn human(diagnostics: &[Diagnostic], args: &Check) -> String {
    let mut text = String::new();
    if args.list {
        for diagnostic in diagnostics {
            let at = diagnostic.location.as_ref().map_or_else(String::new, |at| {
                format!("{}:{}:{}: ", at.path, at.start.line, at.start.column)
            });
            let _ = writeln!(text, "{at}{}: {}", diagnostic.class, diagnostic.message);
        }
        text.push('\n');
    }
    for (class, n, example) in by_class(diagnostics) {
        let example = example.lines().next().unwrap_or_default();
        let _ = writeln!(text, "{n:>7}  {class:32} {example}");
    }
    let files: std::collections::BTreeSet<&str> = diagnostics
        .iter()
        .filter_map(|diagnostic| diagnostic.location.as_ref())
        .map(|location| location.path.as_str())
        .collect();
    let _ = writeln!(
        text,
        "{:>7}  in {}",
        diagnostics.len(),
        terminal::count(files.len(), "file")
    );
    text
}
