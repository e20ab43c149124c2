//! `buildfix plugin new`

use crate::args::{GREEN, author::PluginNew};
use crate::terminal;
use anyhow::Result;
use buildfix_author::Lang;
use buildfix_author::new::{New, new};
use std::fmt::Write as _;
use std::path::PathBuf;

pub fn run(args: &PluginNew) -> Result<u8> {
    let folder = args.name.rsplit('/').next().unwrap_or(&args.name);
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from(folder));
    let written = new(&New {
        name: args.name.clone(),
        lang: args.lang,
        dir: dir.clone(),
        sdk: args.sdk_path.clone(),
    })?;
    let mut text = format!("{} begun in {}\n", args.name, dir.display());
    for file in &written {
        let file = file.strip_prefix(&dir).unwrap_or(file);
        let _ = writeln!(text, "  {}", file.display());
    }
    let before = match args.lang {
        Lang::JavaScript | Lang::TypeScript => "npm install && ",
        Lang::Python => "pip install -r requirements.txt && ",
        _ => "",
    };
    let _ = writeln!(
        text,
        "next: cd {} && {before}buildfix plugin build && buildfix plugin test",
        dir.display()
    );
    terminal::print(&text)?;
    Ok(GREEN)
}
