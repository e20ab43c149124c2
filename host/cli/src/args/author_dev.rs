//! `buildfix plugin dev` and `buildfix plugin replay`

use buildfix_author::Lang;
use clap::Args as Group;
use std::path::PathBuf;

const AFTER: &str = "\
Exit codes:
    3    DIR is no plugin's folder, or cannot be watched
    130  ended by Ctrl-C, after the build or test that runs; a second Ctrl-C ends
         it at once";

const AFTER_REPLAY: &str = "\
Exit codes:
    0    the same outcome as recorded
    1    another outcome
    3    it could not be replayed";

/// `buildfix plugin dev`
#[derive(Debug, Group)]
#[command(after_help = AFTER)]
pub struct Dev {
    /// The folder with plugin.toml; the plugin goes to NAME.wasm in it.
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// The language, where the folder's files do not tell.
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Option<Lang>,
}

/// `buildfix plugin replay`
#[derive(Debug, Group)]
#[command(after_help = AFTER_REPLAY)]
pub struct Replay {
    /// The recorded call: `bundle.json`, or its folder.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The component, which may be another than the recorded one [default: the
    /// recorded one, of the bundled plugins, of buildfix.toml's, or of those that
    /// are installed on this machine].
    #[arg(long, value_name = "FILE.wasm")]
    pub plugin: Option<PathBuf>,
    /// Look in this folder's buildfix.toml for the component [default: the project
    /// that the bundle lies in, or else this folder].
    #[arg(short = 'C', long = "directory", value_name = "DIR")]
    pub dir: Option<PathBuf>,
}
