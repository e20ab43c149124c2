//! `buildfix explain`

use crate::args::{Explain, GREEN, UNCHANGED};
use crate::{fixers, terminal};
use anyhow::Result;
use buildfix_engine::config::Config;
use std::fmt::Write as _;

/// Languages a bare code is looked up in.
const LANGUAGES: [&str; 9] = [
    "csharp",
    "rust",
    "typescript",
    "javascript",
    "c",
    "cpp",
    "go",
    "java",
    "python",
];

pub fn run(args: &Explain) -> Result<u8> {
    let config = Config::load(&args.dir)?;
    let sandbox = fixers::sandbox(&config, None)?;
    let manifests = fixers::manifests(&sandbox, &config, &args.dir)?;
    let classes: Vec<String> = if args.class.contains('/') {
        vec![args.class.clone()]
    } else {
        LANGUAGES
            .iter()
            .map(|language| format!("{language}/{}", args.class))
            .collect()
    };
    let mut text = String::new();
    for class in &classes {
        let handling: Vec<_> = manifests.iter().filter(|m| m.matches(class)).collect();
        // A fixer of every class says nothing about a guessed language.
        let specific = handling
            .iter()
            .any(|m| !m.classes.iter().any(|c| c.starts_with('*')));
        if handling.is_empty() || (classes.len() > 1 && !specific) {
            continue;
        }
        let _ = writeln!(text, "{class}");
        for manifest in handling {
            let _ = writeln!(
                text,
                "  {} {}: {}",
                manifest.name,
                manifest.version,
                manifest.description.as_deref().unwrap_or_default()
            );
        }
    }
    if text.is_empty() {
        terminal::warn(&format!(
            "no fixer handles `{}`\nhelp: a class is language/code, such as csharp/CS0246; \
             `buildfix check LOG` lists those of a log",
            args.class
        ));
        return Ok(UNCHANGED);
    }
    terminal::print(&text)?;
    Ok(GREEN)
}
