//! `buildfix plugin build`

use crate::args::{GREEN, author::PluginBuild};
use crate::terminal;
use anyhow::Result;
use buildfix_author::build::{Build, build};
use std::fmt::Write as _;

pub fn run(args: &PluginBuild) -> Result<u8> {
    let built = build(&Build {
        dir: args.dir.clone(),
        out: args.out.clone(),
        lang: args.lang,
        module: args.module.clone(),
    })?;
    let manifest = &built.preflight.manifest;
    let none_or = |list: &[String]| match list {
        [] => "none".to_owned(),
        list => list.join(", "),
    };
    let mut text = format!("{} {}\n", manifest.name, manifest.version);
    let _ = writeln!(text, "  file     {}", built.file.display());
    let _ = writeln!(text, "  size     {} bytes", built.size);
    let _ = writeln!(text, "  classes  {}", none_or(&manifest.classes));
    let _ = writeln!(text, "  imports  {}", none_or(&built.preflight.imports));
    let _ = writeln!(
        text,
        "  may      {}",
        none_or(&manifest.capabilities.list())
    );
    terminal::print(&text)?;
    Ok(GREEN)
}
