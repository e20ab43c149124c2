//! Which plugins a command works with: the bundled ones, those of
//! buildfix.toml, those of the command line — all loaded the same way.

use anyhow::{Context as _, Result};
use buildfix_engine::breaker::Breakers;
use buildfix_engine::config::Config;
use buildfix_engine::dispatch::Fixer;
use buildfix_sandbox::{Budgets, Preflight, Sandbox, SandboxOptions};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// A sandbox that keeps compiled code in the user's cache folder.
///
/// # Errors
/// When no engine can be made on this machine.
pub fn sandbox(config: &Config, jobs: Option<NonZeroUsize>) -> Result<Sandbox> {
    let defaults = SandboxOptions::default();
    let workers = jobs.map_or(defaults.workers, NonZeroUsize::get);
    let options = SandboxOptions {
        cache_dir: cache_dir().map(|dir| dir.join(COMPILED)),
        limits: config.limits.limits(),
        admission: config.limits.admission(),
        slots: defaults.slots.max(workers),
        workers,
        ..defaults
    };
    Ok(Sandbox::new(options)?)
}

/// Where compiled code is, below [`cache_dir`].
pub const COMPILED: &str = "wasmtime";

/// `BUILDFIX_CACHE_DIR`, or else the user's cache folder for buildfix; `None`
/// for a user without a home.
pub fn cache_dir() -> Option<PathBuf> {
    std::env::var_os("BUILDFIX_CACHE_DIR")
        .filter(|dir| !dir.is_empty())
        .map(PathBuf::from)
        .or_else(|| {
            directories::ProjectDirs::from("", "", "buildfix")
                .map(|dirs| dirs.cache_dir().to_owned())
        })
}

/// The plugins' circuit breakers, kept from run to run.
pub fn breakers() -> Breakers {
    Breakers::new(cache_dir().map(|dir| dir.join("breakers")))
}

/// A plugin's bytes before they are looked at.
struct Found {
    label: String,
    bytes: std::borrow::Cow<'static, [u8]>,
    config: Vec<(String, String)>,
    budgets: Budgets,
}

fn find(
    config: &Config,
    config_dir: &Path,
    extra: &[PathBuf],
    bundled: bool,
) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for (name, bytes) in buildfix_bundled::components() {
        let settings = config
            .plugins
            .get(*name)
            .filter(|settings| settings.path.is_none());
        if bundled && settings.and_then(|settings| settings.enabled) != Some(false) {
            let pairs = settings
                .map(|settings| settings.config.clone())
                .unwrap_or_default();
            found.push(Found {
                label: format!("bundled {name}"),
                bytes: (*bytes).into(),
                config: pairs.into_iter().collect(),
                budgets: settings
                    .map(|settings| settings.limits.budgets())
                    .unwrap_or_default(),
            });
        }
    }
    for (name, settings) in &config.plugins {
        match &settings.path {
            Some(path) if settings.enabled != Some(false) => {
                let path = config_dir.join(path);
                let bytes = std::fs::read(&path).with_context(|| {
                    format!("cannot read plugin `{name}` from {}", path.display())
                })?;
                found.push(Found {
                    label: path.display().to_string(),
                    bytes: bytes.into(),
                    config: settings.config.clone().into_iter().collect(),
                    budgets: settings.limits.budgets(),
                });
            }
            Some(_) => {}
            None => {
                let known = buildfix_bundled::components()
                    .iter()
                    .any(|(bundled, _)| bundled == name);
                anyhow::ensure!(
                    known,
                    "[plugins.{name}] names no bundled fixer and has no `path`\n\
                     help: add `path = \"…/{name}.wasm\"` to it"
                );
            }
        }
    }
    for path in extra {
        let bytes = std::fs::read(path)
            .with_context(|| format!("cannot read plugin {}", path.display()))?;
        found.push(Found {
            label: path.display().to_string(),
            bytes: bytes.into(),
            config: Vec::new(),
            budgets: Budgets::default(),
        });
    }
    Ok(found)
}

/// Looks at every plugin without compiling any: each is loaded when one of its
/// classes occurs.
///
/// # Errors
/// The first that is refused, with its name and the reason.
pub fn open(
    sandbox: &Sandbox,
    config: &Config,
    config_dir: &Path,
    extra: &[PathBuf],
    bundled: bool,
) -> Result<Vec<Fixer>> {
    find(config, config_dir, extra, bundled)?
        .into_iter()
        .map(|found| {
            Ok(Fixer {
                plugin: sandbox
                    .open(&found.label, found.bytes)?
                    .with_budgets(found.budgets),
                config: found.config,
            })
        })
        .collect()
}

/// A plugin that was looked at and not compiled.
pub struct Listed {
    /// Where it comes from.
    pub source: String,
    /// What it says about itself, and its digest.
    pub preflight: Preflight,
}

/// Every plugin that a run would use.
///
/// # Errors
/// The first that is refused, with its name and the reason.
pub fn list(sandbox: &Sandbox, config: &Config, config_dir: &Path) -> Result<Vec<Listed>> {
    find(config, config_dir, &[], true)?
        .into_iter()
        .map(|found| {
            Ok(Listed {
                preflight: sandbox.preflight(&found.bytes)?,
                source: found.label,
            })
        })
        .collect()
}

/// The manifests of every plugin, without compiling any.
///
/// # Errors
/// The first that is refused, with its name and the reason.
pub fn manifests(
    sandbox: &Sandbox,
    config: &Config,
    config_dir: &Path,
) -> Result<Vec<buildfix_sandbox::Manifest>> {
    let listed = list(sandbox, config, config_dir)?;
    Ok(listed
        .into_iter()
        .map(|listed| listed.preflight.manifest)
        .collect())
}
