//! `buildfix plugin test` and `buildfix plugin check`

use super::Format;
use clap::Args as Group;
use std::path::PathBuf;

const AFTER: &str = "\
Exit codes:
    0    every case passed
    1    a case failed
    3    the cases could not be run";

const AFTER_CHECK: &str = "\
Exit codes:
    0    a registry would take it (there may be warnings)
    1    a registry would refuse it, or a case fails
    3    it could not be looked at";

/// `buildfix plugin test`
#[derive(Debug, Group)]
#[command(after_help = AFTER)]
pub struct Test {
    /// The plugin's folder, of which the component is tested that `plugin build`
    /// leaves there (DIR/NAME.wasm; SCOPE-NAME.wasm for `scope/name`); or a
    /// component.
    #[arg(value_name = "DIR|FILE.wasm", default_value = ".")]
    pub plugin: PathBuf,
    /// The folder that has `tests/` [default: the plugin's, or that of the file].
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// Write `expected.diff` anew where it differs.
    #[arg(long)]
    pub update: bool,
    /// Only cases whose name holds this.
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `buildfix plugin check`
#[derive(Debug, Group)]
#[command(after_help = AFTER_CHECK)]
pub struct Check {
    /// The plugin's folder, of which the component is looked at that `plugin
    /// build` leaves there (DIR/NAME.wasm; SCOPE-NAME.wasm for `scope/name`); or
    /// a component.
    #[arg(value_name = "DIR|FILE.wasm", default_value = ".")]
    pub plugin: PathBuf,
    /// The folder that has `tests/` [default: the plugin's, or that of the file].
    #[arg(long, value_name = "DIR")]
    pub cases: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
