//! `[plugins]`: which plugins a project uses, and what they get.

use crate::limits::PluginLimits;
use buildfix_sandbox::Capabilities;
use semver::VersionReq;
use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// One plugin. A text in place of the table is the version of a registry's
/// plugin whose name is the key.
#[derive(Clone, Debug, Default)]
pub struct PluginConfig {
    /// A component's file, relative to `buildfix.toml`.
    pub path: Option<PathBuf>,
    /// `oci://HOST/REPOSITORY@sha256:…`
    pub oci: Option<String>,
    /// The plugin's name in the registry, `scope/name`; the key where it is not
    /// given.
    pub plugin: Option<String>,
    /// The versions of it that will do.
    pub version: Option<VersionReq>,
    /// The registry's name or address; `default` where it is not given.
    pub registry: Option<String>,
    /// `false` leaves the plugin out.
    pub enabled: Option<bool>,
    /// Handed to the plugin with every call.
    pub config: BTreeMap<String, String>,
    /// What it may ask the host, in place of all that it declares or was
    /// granted when it was installed.
    pub allow: Option<Capabilities>,
    /// What its calls may take.
    pub limits: PluginLimits,
}

/// Where a plugin comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// It is part of buildfix.
    Bundled,
    /// A file.
    Path(&'a PathBuf),
    /// An artifact of an OCI registry.
    Oci(&'a str),
    /// A registry's plugin.
    Registry {
        /// Its name.
        name: &'a str,
        /// Which versions will do.
        version: VersionReq,
    },
}

impl PluginConfig {
    /// Where the plugin under this key comes from.
    #[must_use]
    pub fn origin<'a>(&'a self, key: &'a str) -> Origin<'a> {
        if let Some(path) = &self.path {
            return Origin::Path(path);
        }
        if let Some(oci) = &self.oci {
            return Origin::Oci(oci);
        }
        if self.plugin.is_none() && self.version.is_none() {
            return Origin::Bundled;
        }
        Origin::Registry {
            name: self.plugin.as_deref().unwrap_or(key),
            version: self.version.clone().unwrap_or(VersionReq::STAR),
        }
    }
}

/// The table. Each field is one of [`PluginConfig`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    path: Option<PathBuf>,
    oci: Option<String>,
    plugin: Option<String>,
    #[serde(default, deserialize_with = "requirement")]
    version: Option<VersionReq>,
    registry: Option<String>,
    enabled: Option<bool>,
    #[serde(default)]
    config: BTreeMap<String, String>,
    allow: Option<Capabilities>,
    #[serde(default)]
    limits: PluginLimits,
}

impl<'de> Deserialize<'de> for PluginConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrTable;
        impl<'de> Visitor<'de> for TextOrTable {
            type Value = PluginConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a version such as \"1.2\", or a table")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PluginConfig, E> {
                Ok(PluginConfig {
                    version: Some(parse_requirement(text)?),
                    ..PluginConfig::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PluginConfig, A::Error> {
                let table = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let origins = [
                    ("path", table.path.is_some()),
                    ("oci", table.oci.is_some()),
                    ("version", table.version.is_some() || table.plugin.is_some()),
                ];
                let named: Vec<&str> = origins
                    .iter()
                    .filter(|(_, given)| *given)
                    .map(|(name, _)| *name)
                    .collect();
                if named.len() > 1 {
                    let named = named.join("` and `");
                    return Err(de::Error::custom(format!(
                        "`{named}` exclude each other: a plugin has one origin"
                    )));
                }
                if table.registry.is_some() && named != ["version"] {
                    return Err(de::Error::custom(
                        "`registry` needs `version`, and no other origin",
                    ));
                }
                Ok(PluginConfig {
                    path: table.path,
                    oci: table.oci,
                    plugin: table.plugin,
                    version: table.version,
                    registry: table.registry,
                    enabled: table.enabled,
                    config: table.config,
                    allow: table.allow,
                    limits: table.limits,
                })
            }
        }
        deserializer.deserialize_any(TextOrTable)
    }
}

fn parse_requirement<E: de::Error>(text: &str) -> Result<VersionReq, E> {
    VersionReq::parse(text)
        .map_err(|error| E::custom(format!("`{text}` is no version requirement: {error}")))
}

fn requirement<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<VersionReq>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_requirement(&text).map(Some)
}

/// A time such as `7 days`.
pub(super) fn duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text).map(Some).map_err(|error| {
        de::Error::custom(format!("`{text}` is no time such as \"7 days\": {error}"))
    })
}
