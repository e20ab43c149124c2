//! The command line.

pub mod author;
pub mod author_dev;
pub mod author_test;
pub mod learn;
pub mod plugin;
pub mod registry;

use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Exit code: the build is green (or there was nothing to do).
pub const GREEN: u8 = 0;
/// Exit code: still red, but better than before.
pub const IMPROVED: u8 = 1;
/// Exit code: still red, and nothing was changed.
pub const UNCHANGED: u8 = 2;
/// Exit code: buildfix could not do its work: a bad argument, a build that
/// cannot be run, an unreadable file.
pub const FAILED: u8 = 3;
/// Exit code: stopped by `--timeout`; the tree is at the best state proved.
pub const TIMED_OUT: u8 = 124;
/// Exit code: stopped by Ctrl-C; the tree is at the best state proved.
pub const CANCELLED: u8 = 130;

const AFTER: &str = "\
Exit codes:
    0    green: the build passes
    1    improved: it fails with fewer or later errors than before
    2    unchanged: it fails as before, and no file was changed
    3    failed: buildfix could not do its work
    124  stopped by --timeout; the tree is whole, at the best state proved
    130  stopped by Ctrl-C; the tree is whole, at the best state proved";

/// Turns a red build green: runs it, hands its errors to sandboxed fixers,
/// keeps what the next build proves.
#[derive(Debug, Parser)]
#[command(name = "buildfix", version, after_help = AFTER)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Say more; twice for everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build, fix, and build again until green or nothing is left to try.
    Run(Box<Run>),
    /// Read a build's output and list its errors by class; change nothing.
    Check(Check),
    /// Restore what the last run changed, byte for byte.
    Undo(Undo),
    /// Tell what is known of an error class and who fixes it.
    Explain(Explain),
    /// Find in the project's git history how errors were mended before.
    Learn(Box<learn::Learn>),
    /// Look after what fixers answered and what was compiled of them.
    #[command(subcommand)]
    Cache(Cache),
    /// Look after plugins.
    #[command(subcommand)]
    Plugin(Plugin),
    /// Make, check and serve a registry of plugins.
    #[command(subcommand)]
    Registry(registry::Registry),
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// One JSON document.
    Json,
}

/// `buildfix run`
#[derive(Debug, Group)]
#[command(after_help = AFTER)]
pub struct Run {
    /// Work in this folder.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
    /// Read a recorded build log instead of building (`-`: standard input).
    /// Nothing can be proved then: what is applied by default is applied once.
    #[arg(long, value_name = "FILE", conflicts_with = "build")]
    pub from_log: Option<PathBuf>,
    /// Run the whole loop on a copy, print the diff, change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Only these classes, codes or fixers (`*` stands for anything).
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    pub only: Vec<String>,
    /// Not these classes, codes or fixers.
    #[arg(long, value_name = "PATTERN", value_delimiter = ',')]
    pub exclude: Vec<String>,
    /// Rounds, at most.
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub max_rounds: usize,
    /// Builds, at most, the first included [default: 60; 20 from 100 errors on].
    #[arg(long, value_name = "N")]
    pub max_builds: Option<usize>,
    /// Fixers at work at a time [default: twice the number of cores].
    #[arg(short, long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// End the run after this time, at the best state proved by then.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<Duration>,
    /// Write what happens as it happens to this file (`-`: standard output),
    /// one JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// End a build that takes longer than this.
    #[arg(long, value_name = "SECONDS")]
    pub build_timeout: Option<u64>,
    /// Build even where nothing has changed since the last failing build, whose
    /// errors would be taken instead.
    #[arg(long)]
    pub no_reuse: bool,
    /// Also apply fixes that compile but are not correct: `todo!()`, throwing
    /// stubs, `null!`.
    #[arg(long)]
    pub placeholders: bool,
    /// Also touch files with changes that version control does not have.
    #[arg(long)]
    pub allow_dirty: bool,
    /// Try every proposal at once, however many errors there are. Without it, a
    /// build with more than 1,000 errors has a few of each kind tried first,
    /// and of kinds that fail no more.
    #[arg(long)]
    pub no_sample: bool,
    /// Use nothing of what was learned: neither buildfix.templates.toml nor the
    /// verdicts of earlier runs, and keep no verdicts of this one.
    #[arg(long)]
    pub no_learned: bool,
    /// Do not ask before changing files.
    #[arg(short, long)]
    pub yes: bool,
    /// Load one more plugin.
    #[arg(long, value_name = "FILE.wasm")]
    pub plugin: Vec<PathBuf>,
    /// The plugin manifest [default: DIR/buildfix.toml].
    #[arg(long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,
    /// Use installed plugins that are on this machine, and no network. (Builds
    /// are another matter.)
    #[arg(long)]
    pub offline: bool,
    /// Leave the bundled fixers out.
    #[arg(long)]
    pub no_bundled: bool,
    /// Keep the journal there instead of in DIR/.buildfix.
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Call every fixer, and keep no result.
    #[arg(long, conflicts_with_all = ["recache", "verify_cache", "explain"])]
    pub no_cache: bool,
    /// Call every fixer, and replace what the cache knows.
    #[arg(long, conflicts_with = "verify_cache")]
    pub recache: bool,
    /// Call every fixer, and compare what the cache knows; a difference is an
    /// error.
    #[arg(long)]
    pub verify_cache: bool,
    /// Do not keep the calls of fixers that fail for `buildfix plugin replay`
    /// (in DIR/.buildfix/failures).
    #[arg(long)]
    pub no_record: bool,
    /// Tell for every diagnostic whether the cache knew the answer, or why not.
    #[arg(long)]
    pub explain: bool,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// The build; without it, `[build] command` of buildfix.toml, or what the
    /// folder looks like: cargo, dotnet, csc, tsc, go, Maven, Gradle, CMake,
    /// make, mypy or pyright.
    #[arg(
        trailing_var_arg = true,
        allow_hyphen_values = true,
        value_name = "COMMAND"
    )]
    pub build: Vec<String>,
}

/// `buildfix check`
#[derive(Debug, Group)]
pub struct Check {
    /// The log (`-`: standard input).
    #[arg(value_name = "LOG", default_value = "-")]
    pub log: PathBuf,
    /// Map paths into this folder and read its buildfix.toml for matchers.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
    /// List every diagnostic, not only the classes.
    #[arg(long)]
    pub list: bool,
    /// Warnings too.
    #[arg(long)]
    pub warnings: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// `buildfix undo`
#[derive(Debug, Group)]
pub struct Undo {
    /// Work in this folder.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
    /// Which run; the last one that changed something by default.
    #[arg(value_name = "RUN")]
    pub run: Option<String>,
    /// Restore files even if they were edited since.
    #[arg(long)]
    pub force: bool,
    /// List the runs that can be undone.
    #[arg(long)]
    pub list: bool,
    /// Where the journal is, if not in DIR/.buildfix.
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
}

/// `buildfix explain`
#[derive(Debug, Group)]
pub struct Explain {
    /// A class such as `csharp/CS0246`, or a bare code.
    #[arg(value_name = "CLASS")]
    pub class: String,
    /// Read this folder's buildfix.toml for more plugins.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
}

/// `buildfix cache`
#[derive(Debug, Subcommand)]
pub enum Cache {
    /// Print the folder: `BUILDFIX_CACHE_DIR`, or the user's cache folder.
    Dir,
    /// Count entries, bytes, hits and misses.
    Stats {
        /// How to print.
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Print what is known under a key: what was asked, and what came of it.
    Show {
        /// The key's first hexadecimal digits, as `run --explain` prints them.
        #[arg(value_name = "KEY")]
        key: String,
    },
    /// Read every entry, and delete those that are damaged.
    Verify,
    /// Delete the oldest entries of a cache that is too large.
    Prune,
    /// Delete all of it.
    Clean,
}

/// `buildfix plugin`
#[derive(Debug, Subcommand)]
pub enum Plugin {
    /// List the plugins that a run here would use: version, origin, error
    /// classes, and whether one is left alone because it failed too often.
    List(PluginList),
    /// Bring in a registry's plugin, or all that buildfix.toml names, and lock
    /// them.
    Install(plugin::PluginInstall),
    /// Name a registry's plugin in buildfix.toml, and bring nothing in.
    Add(plugin::PluginAdd),
    /// Take the newest versions that buildfix.toml allows.
    Update(plugin::PluginUpdate),
    /// Take a plugin out of buildfix.toml and buildfix.lock.
    Remove(plugin::PluginRemove),
    /// Tell all that a registry knows of a plugin.
    Info(plugin::PluginInfo),
    /// Look for plugins by words, or by the error class that they fix.
    Search(plugin::PluginSearch),
    /// Bring what is locked to this machine.
    Fetch(plugin::PluginLocked),
    /// Hold what is locked against its bytes, signatures and registries.
    Verify(plugin::PluginLocked),
    /// Publish a plugin's file.
    Publish(plugin::PluginPublish),
    /// Keep a version from being chosen anew.
    Yank(plugin::PluginYank),
    /// Keep a token for a registry.
    Login(plugin::PluginLogin),
    /// Begin a plugin: a folder with a fixer that builds and passes its own test.
    New(author::PluginNew),
    /// Make the plugin's one file of its source and plugin.toml.
    Build(author::PluginBuild),
    /// Run a plugin's cases: folders of `log.txt`, `tree/` and `expected.diff`.
    Test(author_test::Test),
    /// Tell what would keep a plugin from being published, and what looks wrong.
    Check(author_test::Check),
    /// Build and test a plugin, and again whenever one of its files is saved.
    Dev(author_dev::Dev),
    /// Make a call that failed in a run again, with what the host answered then.
    Replay(author_dev::Replay),
}

/// `buildfix plugin list`
#[derive(Debug, Group)]
pub struct PluginList {
    /// Read this folder's buildfix.toml.
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = "."
    )]
    pub dir: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// A time in seconds, with or without a fraction.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "it is no number of seconds".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
