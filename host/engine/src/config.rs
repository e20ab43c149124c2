//! `buildfix.toml`: what a project tells buildfix.

pub use crate::limits::{BudgetConfig, LimitsConfig, PluginLimits};
use buildfix_diagnostics::Matcher;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file's name, in the workspace's top folder.
pub const FILE: &str = "buildfix.toml";

/// The whole file. An unknown key is an error with its place.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// `[build]`
    #[serde(default)]
    pub build: BuildConfig,
    /// `[limits]`
    #[serde(default)]
    pub limits: LimitsConfig,
    /// `[plugins.NAME]`, by the name of the section; a bundled fixer's name
    /// configures that one.
    #[serde(default)]
    pub plugins: BTreeMap<String, PluginConfig>,
    /// `[cache]`
    #[serde(default)]
    pub cache: CacheConfig,
    /// `[[matcher]]`: how to read a tool that buildfix does not know.
    #[serde(default)]
    pub matcher: Vec<Matcher>,
}

/// `[build]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BuildConfig {
    /// The command and its arguments, when none is given on the command line.
    pub command: Option<Vec<String>>,
    /// Seconds after which a build is ended.
    pub timeout: Option<u64>,
}

/// `[cache]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CacheConfig {
    /// Part of every result's key: a new salt disowns all results that this
    /// project has in the cache.
    #[serde(default)]
    pub salt: String,
}

/// `[plugins.NAME]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PluginConfig {
    /// A component's file, relative to `buildfix.toml`. Without it the name
    /// means a bundled fixer.
    pub path: Option<PathBuf>,
    /// `false` leaves the plugin out.
    pub enabled: Option<bool>,
    /// Handed to the plugin with every call.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// `[plugins.NAME.limits]`: what its calls may take.
    #[serde(default)]
    pub limits: PluginLimits,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It does not say what it should.
    #[error("{}: {source}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What, and where.
        source: Box<toml::de::Error>,
    },
}

impl Config {
    /// Reads the file of a workspace; all defaults where there is none.
    ///
    /// # Errors
    /// [`ConfigError`] with the place of what is wrong.
    pub fn load(dir: &Path) -> Result<Self, ConfigError> {
        Self::read(&dir.join(FILE), true)
    }

    /// Reads a file that the user named.
    ///
    /// # Errors
    /// [`ConfigError`]; also when it does not exist, unless `optional`.
    pub fn read(path: &Path, optional: bool) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(source) if optional && source.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => {
                return Err(ConfigError::Read {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        toml::from_str(&text).map_err(|source| ConfigError::Parse {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }
}
