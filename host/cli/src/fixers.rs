//! Which plugins a command works with: the bundled ones, those of
//! buildfix.toml, those of the command line — all loaded the same way.

use crate::commands::kept;
use crate::project::Project;
use anyhow::{Context as _, Result, anyhow};
use buildfix_engine::breaker::Breakers;
use buildfix_engine::config::{Config, FILE as CONFIG, Origin, PluginConfig};
use buildfix_engine::dispatch::Fixer;
use buildfix_registry::lock::FILE as LOCK;
use buildfix_sandbox::{Budgets, Capabilities, Preflight, Sandbox, SandboxOptions};
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
    /// What it was allowed; all that it declares if nothing was said.
    grant: Option<Capabilities>,
}

impl Found {
    fn new(
        label: String,
        bytes: impl Into<std::borrow::Cow<'static, [u8]>>,
        settings: Option<&PluginConfig>,
    ) -> Self {
        let config = settings.map(|settings| settings.config.clone());
        Self {
            label,
            bytes: bytes.into(),
            config: config.unwrap_or_default().into_iter().collect(),
            budgets: settings
                .map(|settings| settings.limits.budgets())
                .unwrap_or_default(),
            grant: settings.and_then(|settings| settings.allow.clone()),
        }
    }
}

fn find(
    config: &Config,
    config_dir: &Path,
    extra: &[PathBuf],
    bundled: bool,
    offline: bool,
) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let in_use = |settings: &PluginConfig| settings.enabled != Some(false);
    for (name, bytes) in buildfix_bundled::components() {
        let settings = config
            .plugins
            .get(*name)
            .filter(|settings| settings.origin(name) == Origin::Bundled);
        if bundled && settings.is_none_or(in_use) {
            found.push(Found::new(format!("bundled {name}"), *bytes, settings));
        }
    }
    let mut project = None;
    for (key, settings) in &config.plugins {
        let origin = settings.origin(key);
        if origin == Origin::Bundled {
            let known = buildfix_bundled::components()
                .iter()
                .any(|(bundled, _)| bundled == key);
            anyhow::ensure!(
                known,
                "[plugins.{key}] names no bundled fixer and has no origin\n\
                 help: add `path = \"…/{key}.wasm\"` to it, or `plugin = \"scope/name\"` and \
                 `version = \"1\"`, and then `buildfix plugin install`"
            );
        }
        if origin == Origin::Bundled || !in_use(settings) {
            continue;
        }
        if let Origin::Path(path) = origin {
            let path = config_dir.join(path);
            let bytes = std::fs::read(&path)
                .with_context(|| format!("cannot read plugin `{key}` from {}", path.display()))?;
            found.push(Found::new(
                path.display().to_string(),
                bytes,
                Some(settings),
            ));
            continue;
        }
        let project = match &mut project {
            Some(project) => project,
            none => none.insert(Project::open(config_dir, None, offline)?),
        };
        found.push(installed(project, key, settings)?);
    }
    for path in extra {
        let bytes = std::fs::read(path)
            .with_context(|| format!("cannot read plugin {}", path.display()))?;
        found.push(Found::new(path.display().to_string(), bytes, None));
    }
    warn_of_routes(config, &found);
    Ok(found)
}

/// A plugin of a registry, exactly as it is locked.
fn installed(project: &Project, key: &str, settings: &PluginConfig) -> Result<Found> {
    let not_locked = |what: &str| {
        anyhow!(
            "plugin `{key}` of {CONFIG} {what}\n\
             help: run `buildfix plugin install`"
        )
    };
    let locked = match settings.origin(key) {
        Origin::Registry { name, version } => {
            let locked = project.lock.get(name);
            let locked = locked.ok_or_else(|| not_locked("is not installed"))?;
            if !version.matches(&locked.version) {
                let has = &locked.version;
                return Err(not_locked(&format!(
                    "is to be `{version}`, and {LOCK} has {has}"
                )));
            }
            locked
        }
        Origin::Oci(address) => {
            let all = project.lock.plugins().iter();
            let mut same = all.filter(|locked| locked.source.to_string() == address);
            same.next().ok_or_else(|| not_locked("is not installed"))?
        }
        Origin::Bundled | Origin::Path(_) => return Err(not_locked("has no registry")),
    };
    let one = kept(project, locked)?;
    let granted = Capabilities::from_list(&locked.capabilities)
        .map_err(|bad| anyhow!("{LOCK} grants `{bad}`, which is no capability"))?;
    let mut found = Found::new(
        format!("{} {}", locked.name, locked.version),
        one.bytes,
        Some(settings),
    );
    // What buildfix.toml allows may be less than what was agreed to, and not
    // more.
    found.grant = Some(match &settings.allow {
        None => granted,
        Some(allow) => Capabilities {
            read: granted
                .read
                .into_iter()
                .filter(|what| allow.read.contains(what))
                .collect(),
        },
    });
    Ok(found)
}

/// A route that names nobody is a slip of the pen.
fn warn_of_routes(config: &Config, found: &[Found]) {
    if config.routes.plugins().next().is_none() {
        return;
    }
    let names: Vec<String> = found
        .iter()
        .filter_map(|one| {
            let limits = buildfix_sandbox::FileLimits::default();
            let preflight = buildfix_component::inspect(None, &one.bytes, &limits).ok()?;
            Some(preflight.manifest.name)
        })
        .collect();
    for (pattern, plugin) in config.routes.plugins() {
        let known = |name: &String| {
            let short = name
                .rsplit_once('/')
                .map_or(name.as_str(), |(_, short)| short);
            name == plugin || short == plugin
        };
        if !names.iter().any(known) {
            crate::terminal::warn(&format!(
                "warning: the route of `{pattern}` names `{plugin}`, which is no plugin of this run"
            ));
        }
    }
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
    offline: bool,
) -> Result<Vec<Fixer>> {
    find(config, config_dir, extra, bundled, offline)?
        .into_iter()
        .map(|found| {
            let plugin = sandbox
                .open(&found.label, found.bytes)?
                .with_budgets(found.budgets);
            Ok(Fixer {
                plugin: match found.grant {
                    Some(grant) => plugin.with_grant(grant),
                    None => plugin,
                },
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
    find(config, config_dir, &[], true, false)?
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
