//! `buildfix plugin new` and `buildfix plugin build`.

use buildfix_author::Lang;
use clap::Args as Group;
use std::path::PathBuf;

/// `buildfix plugin new`
#[derive(Debug, Group)]
pub struct PluginNew {
    /// The plugin's name: `name` or `scope/name`, lower-case words joined by `-`.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The language: rust, c, javascript, typescript or python.
    #[arg(long, value_name = "LANGUAGE")]
    pub lang: Lang,
    /// Where; an empty or new folder [default: the name without its scope].
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Use the crate buildfix-sdk in this folder, not the published one (Rust).
    #[arg(long, value_name = "DIR", env = "BUILDFIX_SDK_PATH")]
    pub sdk_path: Option<PathBuf>,
}

/// `buildfix plugin build`
#[derive(Debug, Group)]
pub struct PluginBuild {
    /// The folder with plugin.toml.
    #[arg(value_name = "DIR", default_value = ".")]
    pub dir: PathBuf,
    /// Where the plugin goes [default: DIR/NAME.wasm, DIR/SCOPE-NAME.wasm for
    /// `scope/name`].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The language, where the folder's files do not tell.
    #[arg(long, value_name = "LANGUAGE", conflicts_with = "module")]
    pub lang: Option<Lang>,
    /// A core module or component that another tool made of the source: any other
    /// language.
    #[arg(long, value_name = "FILE.wasm")]
    pub module: Option<PathBuf>,
}
