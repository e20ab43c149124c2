//! `buildfix check`

use crate::args::{Check, Format, GREEN, IMPROVED};
use crate::terminal;
use anyhow::{Context as _, Result};
use buildfix_diagnostics::{
    Brief, Collector, Diagnostic, Item, Parser, ParserOptions, Severity, Tally,
};
use buildfix_engine::config::Config;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read;

/// Bytes read at a time: what the processor's own cache holds.
const CHUNK: usize = 128 * 1024;

/// What is found: counts, and with `--list` everything.
struct Found {
    warnings: bool,
    tally: Tally,
    list: Option<Collector>,
}

impl Found {
    fn add(&mut self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error || self.warnings {
            self.tally.add(&diagnostic);
            if let Some(list) = &mut self.list {
                list.add(diagnostic);
            }
        }
    }

    fn take(&mut self, brief: Brief<'_>) {
        match brief {
            Brief::Line(line) if line.severity() == Severity::Error || self.warnings => {
                self.tally.add_line(&line);
                if let Some(list) = &mut self.list {
                    list.add(line.to_diagnostic());
                }
            }
            Brief::Item(Item::Diagnostic(diagnostic)) => self.add(*diagnostic),
            // Repeats were counted when they were new.
            _ => {}
        }
    }
}

pub fn run(args: &Check) -> Result<u8> {
    let config = Config::load(&args.dir)?;
    let mut options = ParserOptions::default();
    options.matchers = config.matcher;
    let mut parser = Parser::new(options);
    let mut found = Found {
        warnings: args.warnings,
        tally: Tally::new(),
        list: args.list.then(Collector::new),
    };
    let mut input: Box<dyn Read> = if args.log.as_os_str() == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let file = std::fs::File::open(&args.log)
            .with_context(|| format!("cannot read the log {}", args.log.display()))?;
        Box::new(file)
    };
    let mut buffer = vec![0; CHUNK];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => parser.push_brief(&buffer[..read], &mut |brief| found.take(brief)),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error).context("cannot read the log"),
        }
    }
    parser.finish(&mut |item| found.take(Brief::Item(item)));
    let text = match args.format {
        Format::Json => json(&found)?,
        Format::Human => human(&found),
    };
    terminal::print(&text)?;
    // Like a build: errors are no success.
    Ok(if found.tally.has_errors() {
        IMPROVED
    } else {
        GREEN
    })
}

fn json(found: &Found) -> Result<String> {
    let classes: BTreeMap<&str, usize> = found
        .tally
        .classes()
        .into_iter()
        .map(|(name, class)| (name, class.count))
        .collect();
    let mut document = json!({ "total": found.tally.total(), "classes": classes });
    if let Some(list) = &found.list {
        document["diagnostics"] = serde_json::to_value(list.diagnostics())?;
    }
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}

fn human(found: &Found) -> String {
    let mut text = String::new();
    if let Some(list) = &found.list {
        for diagnostic in list.diagnostics() {
            let at = diagnostic.location.as_ref().map_or_else(String::new, |at| {
                format!("{}:{}:{}: ", at.path, at.start.line, at.start.column)
            });
            let _ = writeln!(text, "{at}{}: {}", diagnostic.class, diagnostic.message);
        }
        text.push('\n');
    }
    let mut classes: Vec<_> = found.tally.classes().into_iter().collect();
    classes.sort_by_key(|(name, class)| (std::cmp::Reverse(class.count), *name));
    for (name, class) in classes {
        let _ = writeln!(text, "{:>7}  {name:32} {}", class.count, class.example);
    }
    let _ = writeln!(
        text,
        "{:>7}  in {}",
        found.tally.total(),
        terminal::count(found.tally.files(), "file")
    );
    text
}
