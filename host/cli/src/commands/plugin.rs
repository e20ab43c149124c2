//! `buildfix plugin`

pub mod build;
pub mod check;
pub mod choose;
pub mod dev;
pub mod install;
mod manifest;
pub mod new;
pub mod registry;
pub mod replay;
pub mod test;

use super::run::breaker_text;
use crate::args::{Format, GREEN, PluginList};
use crate::{fixers, terminal};
use anyhow::Result;
use buildfix_engine::config::Config;
use serde_json::json;
use std::fmt::Write as _;

/// Classes named for one plugin before the rest is counted.
const CLASSES: usize = 8;

pub fn list(args: &PluginList) -> Result<u8> {
    let config = Config::load(&args.dir)?;
    let sandbox = fixers::sandbox(&config, None)?;
    let breakers = fixers::breakers();
    let listed = fixers::list(&sandbox, &config, &args.dir)?;
    let text = match args.format {
        Format::Json => {
            let plugins: Vec<_> = listed
                .iter()
                .map(|plugin| {
                    let manifest = &plugin.preflight.manifest;
                    json!({
                        "name": manifest.name,
                        "version": manifest.version,
                        "source": plugin.source,
                        "digest": plugin.preflight.digest,
                        "classes": manifest.classes,
                        "breaker": breakers.state(&plugin.preflight.digest),
                    })
                })
                .collect();
            format!("{}\n", serde_json::to_string_pretty(&plugins)?)
        }
        Format::Human => {
            let mut text = String::new();
            for plugin in &listed {
                let manifest = &plugin.preflight.manifest;
                let named = manifest.classes.iter().take(CLASSES);
                let mut classes: Vec<String> = named.cloned().collect();
                if manifest.classes.len() > CLASSES {
                    classes.push(format!("and {} more", manifest.classes.len() - CLASSES));
                }
                let breaker = breaker_text(&breakers.state(&plugin.preflight.digest));
                let _ = writeln!(text, "{} {}", manifest.name, manifest.version);
                let _ = writeln!(text, "  source   {}", plugin.source);
                let _ = writeln!(text, "  classes  {}", classes.join(", "));
                let _ = writeln!(text, "  breaker  {breaker}");
            }
            text
        }
    };
    terminal::print(&text)?;
    Ok(GREEN)
}
