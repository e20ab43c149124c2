//! `buildfix.toml`: what a project tells buildfix.

mod plugins;
mod suggest;

pub use crate::limits::{BudgetConfig, LimitsConfig, PluginLimits};
pub use crate::routes::Routes;
pub use plugins::{Origin, PluginConfig};

use buildfix_diagnostics::Matcher;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    /// `[plugins]`, by key; a bundled fixer's name configures that one.
    #[serde(default)]
    pub plugins: BTreeMap<String, PluginConfig>,
    /// `[routes]`: which plugins are asked about which classes.
    #[serde(default)]
    pub routes: Routes,
    /// `[registries]`: addresses by name; `default` is the one that is asked
    /// where none is named, an address or another's name.
    #[serde(default)]
    pub registries: BTreeMap<String, String>,
    /// `[policy]`
    #[serde(default)]
    pub policy: PolicyConfig,
    /// `[cache]`
    #[serde(default)]
    pub cache: CacheConfig,
    /// `[learn]`
    #[serde(default)]
    pub learn: LearnConfig,
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

/// `[learn]`: what a run uses of what was learned.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LearnConfig {
    /// Whether `buildfix.templates.toml` is used.
    pub templates: bool,
    /// Whether verdicts of earlier runs order proposals, and new ones are kept.
    pub verdicts: bool,
}

impl Default for LearnConfig {
    fn default() -> Self {
        Self {
            templates: true,
            verdicts: true,
        }
    }
}

/// `[policy]`: what may be installed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PolicyConfig {
    /// Only plugins that are signed.
    #[serde(default)]
    pub require_signature: bool,
    /// Only versions that have been public for so long: `"7 days"`, `"12h"`.
    #[serde(default, deserialize_with = "plugins::duration")]
    pub minimum_age: Option<Duration>,
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
    #[error("{}: {source}{}", path.display(), suggest::nearest(source.message()))]
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
        Self::parse(&text, path)
    }

    /// Reads a file's text; `path` is for messages.
    ///
    /// # Errors
    /// [`ConfigError::Parse`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        toml::from_str(text).map_err(|source| ConfigError::Parse {
            path: path.to_owned(),
            source: Box::new(source),
        })
    }

    /// The address of a registry: that of the name, or of `default`, or what
    /// `BUILDFIX_REGISTRY` says where nothing is configured. A name that looks
    /// like an address is one.
    #[must_use]
    pub fn registry(&self, name: Option<&str>) -> Option<String> {
        let named = |name: &str| -> Option<String> {
            match self.registries.get(name) {
                Some(address) => Some(address.clone()),
                None => {
                    (name.contains("://") || Path::new(name).is_absolute()).then(|| name.to_owned())
                }
            }
        };
        match name {
            Some(name) => named(name),
            None => match self.registries.get("default") {
                Some(default) => named(default).or_else(|| Some(default.clone())),
                None => std::env::var("BUILDFIX_REGISTRY")
                    .ok()
                    .filter(|address| !address.is_empty()),
            },
        }
    }

    /// The key under which a plugin of a registry is configured.
    #[must_use]
    pub fn key_of(&self, name: &str) -> Option<&str> {
        let short = name.rsplit_once('/').map_or(name, |(_, short)| short);
        let is = |key: &str, plugin: &PluginConfig| match &plugin.plugin {
            Some(plugin) => plugin == name,
            // A section that is there only to allow or to configure.
            None => {
                key == name
                    || (key == short
                        && matches!(
                            plugin.origin(key),
                            Origin::Bundled | Origin::Registry { .. }
                        ))
            }
        };
        let exact = self
            .plugins
            .iter()
            .find(|(key, plugin)| plugin.plugin.as_deref() == Some(name) || *key == name);
        exact
            .or_else(|| self.plugins.iter().find(|(key, plugin)| is(key, plugin)))
            .map(|(key, _)| key.as_str())
    }
}
