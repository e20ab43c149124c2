//! The arguments of `buildfix learn`.

use super::Format;
use clap::Args as Group;
use std::path::PathBuf;

/// `buildfix learn`
#[derive(Debug, Group)]
#[command(after_help = "\
Exit codes:
    0    templates were found, shown or forgotten
    2    there was nothing of the kind
    3    buildfix could not do its work")]
pub struct Learn {
    /// Work in this folder.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
    /// Look for renames in so many commits, the newest first. Nothing is built.
    #[arg(long, value_name = "N", default_value_t = 500)]
    pub commits: usize,
    /// Also build so many of the last commits and the one before them, in a copy
    /// of the repository, and see how the errors of one went away in the next.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub builds: usize,
    /// End a build that takes longer than this, and leave its commit out.
    #[arg(long, value_name = "SECONDS")]
    pub build_timeout: Option<u64>,
    /// Write what is found to buildfix.templates.toml; without it, it is only
    /// printed.
    #[arg(long)]
    pub save: bool,
    /// Show what is known: the templates of the file and the verdicts of
    /// earlier runs.
    #[arg(long, conflicts_with_all = ["save", "forget", "builds"])]
    pub show: bool,
    /// Forget a template by its id, all `templates`, or all `verdicts`.
    #[arg(long, value_name = "WHAT", conflicts_with_all = ["save", "builds"])]
    pub forget: Option<String>,
    /// Where the verdicts are, if not in DIR/.buildfix.
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// The build, for `--builds`; without it as for `buildfix run`.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    pub build: Vec<String>,
}
