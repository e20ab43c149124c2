//! `buildfix undo`

use crate::args::{GREEN, IMPROVED, UNCHANGED, Undo};
use crate::terminal;
use anyhow::Result;
use buildfix_workspace::{Workspace, journal};

pub fn run(args: &Undo) -> Result<u8> {
    let workspace = Workspace::open(&args.dir)?;
    let state_dir = args.state_dir.as_deref();
    if args.list {
        for run in journal::runs(&workspace, state_dir)? {
            terminal::print(&format!("{run}\n"))?;
        }
        return Ok(GREEN);
    }
    let report = journal::undo(&workspace, state_dir, args.run.as_deref(), args.force)?;
    for path in &report.restored {
        terminal::print(&format!("restored {path}\n"))?;
    }
    for (path, why) in &report.left {
        terminal::warn(&format!("warning: {path} was left alone: {why}"));
    }
    if !report.left.is_empty() {
        terminal::warn(
            "help: `buildfix undo --force` restores these too; their changes since then are lost",
        );
        return Ok(IMPROVED);
    }
    if report.restored.is_empty() {
        terminal::warn("buildfix: nothing to undo");
        return Ok(UNCHANGED);
    }
    Ok(GREEN)
}
