//! A project's plugins: what buildfix.toml asks for, what is locked, and the
//! registries that they come from.

use crate::fixers;
use anyhow::{Context as _, Result, anyhow, bail};
use buildfix_engine::config::{Config, FILE};
use buildfix_registry::client::{ClientError, Http, HttpOptions, Progress, Registry, Rules, Store};
use buildfix_registry::lock::Lock;
use indicatif::{ProgressBar, ProgressStyle};
use std::cell::RefCell;
use std::io::{IsTerminal as _, Write as _};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Artifacts, below the cache folder.
const STORE: &str = "cas";
/// Answers of registries, below the cache folder.
const ANSWERS: &str = "registries";
/// A token in place of a kept one, for the registry that the user named outside
/// of the project: an address that a project names must not get it.
const TOKEN: &str = "BUILDFIX_REGISTRY_TOKEN";

/// Seconds that a server may take to connect, to answer, and between two pieces of
/// an answer.
const TIMEOUT: &str = "BUILDFIX_HTTP_TIMEOUT";
/// How often what failed is asked for again.
const RETRY: &str = "BUILDFIX_NET_RETRY";

/// A project and what it takes to change its plugins.
pub struct Project {
    pub dir: PathBuf,
    pub config: Config,
    pub lock: Lock,
    pub http: Http,
    offline: bool,
    registry: Option<String>,
    cache: PathBuf,
}

impl Project {
    /// Reads buildfix.toml and buildfix.lock. `registry` counts in place of the
    /// default one.
    pub fn open(dir: &Path, registry: Option<&str>, offline: bool) -> Result<Self> {
        let dir = std::path::absolute(dir).with_context(|| dir.display().to_string())?;
        anyhow::ensure!(dir.is_dir(), "{} is not a folder", dir.display());
        Ok(Self {
            config: Config::load(&dir)?,
            lock: Lock::read(&dir)?,
            http: Http::new(patience()?),
            offline,
            registry: registry.map(str::to_owned),
            cache: cache()?,
            dir,
        })
    }

    /// The registry of this name or address; the default one for `None`.
    pub fn registry(&self, name: Option<&str>) -> Result<Registry> {
        let name = name.or(self.registry.as_deref());
        let Some(url) = self.config.registry(name) else {
            match name {
                Some(name) => bail!(
                    "there is no registry `{name}`\n\
                     help: write `{name} = \"https://…\"` under `[registries]` in {FILE}, or give an \
                     address"
                ),
                None => bail!(
                    "no registry is known here\n\
                     help: write `default = \"https://…\"` under `[registries]` in {FILE}, set \
                     BUILDFIX_REGISTRY, or pass `--registry`"
                ),
            }
        };
        self.registry_at(&url)
    }

    /// The registry at an address.
    pub fn registry_at(&self, url: &str) -> Result<Registry> {
        let answers = self.cache.join(ANSWERS);
        let token = Credentials::read()?.token(url).or_else(|| {
            let given = std::env::var("BUILDFIX_REGISTRY").ok();
            let own = [given.as_deref(), self.registry.as_deref()];
            let same = |own: &str| own.trim_end_matches('/') == url.trim_end_matches('/');
            let token = std::env::var(TOKEN).ok().filter(|token| !token.is_empty());
            token.filter(|_| own.into_iter().flatten().any(same))
        });
        let http = self.http.clone();
        Ok(Registry::open(
            url,
            http,
            Some(&answers),
            self.offline,
            token,
        )?)
    }

    /// This machine's artifacts.
    pub fn store(&self) -> Store {
        Store::new(&self.cache.join(STORE))
    }

    pub fn is_offline(&self) -> bool {
        self.offline
    }

    /// What a version must satisfy here.
    pub fn rules(&self) -> Rules {
        Rules {
            minimum_age: self.config.policy.minimum_age,
            ..Rules::default()
        }
    }

    /// Keeps every other buildfix from changing this project's plugins until the
    /// file is dropped, and reads what they changed until now.
    pub fn hold(&mut self) -> Result<std::fs::File> {
        let dir =
            std::fs::canonicalize(&self.dir).with_context(|| self.dir.display().to_string())?;
        let name = buildfix_registry::index::Checksum::of(dir.as_os_str().as_encoded_bytes());
        let dir = self.cache.join("projects");
        let path = dir.join(format!("{}.lock", &name.hex()[..16]));
        let hold = || -> std::io::Result<std::fs::File> {
            std::fs::create_dir_all(&dir)?;
            let file = std::fs::File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)?;
            file.lock()?;
            Ok(file)
        };
        let held = hold().with_context(|| path.display().to_string())?;
        self.config = Config::load(&self.dir)?;
        self.lock = Lock::read(&self.dir)?;
        Ok(held)
    }
}

/// How patient the user wants the client to be.
fn patience() -> Result<HttpOptions> {
    let mut options = HttpOptions::default();
    if let Some(seconds) = number(TIMEOUT, 1..=3_600)? {
        let time = Duration::from_secs(seconds.into());
        (options.connect, options.idle, options.small) = (time, time, time);
    }
    if let Some(retries) = number(RETRY, 0..=10)? {
        options.attempts = retries + 1;
    }
    Ok(options)
}

/// A variable's number; `None` where it is not set, or empty.
fn number(variable: &str, range: RangeInclusive<u32>) -> Result<Option<u32>> {
    let Some(text) = std::env::var_os(variable).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let value = text.to_str().and_then(|text| text.parse().ok());
    match value.filter(|value| range.contains(value)) {
        Some(value) => Ok(Some(value)),
        None => bail!(
            "{variable} is `{}`\nhelp: set it to a whole number from {} to {}, or not at all",
            buildfix_component::text::tame_line(&text.to_string_lossy(), 40),
            range.start(),
            range.end()
        ),
    }
}

fn cache() -> Result<PathBuf> {
    fixers::cache_dir().ok_or_else(|| {
        anyhow!(
            "there is no folder to keep plugins in\n\
             help: set BUILDFIX_CACHE_DIR"
        )
    })
}

/// Tokens for registries, in the user's configuration folder.
#[derive(Default)]
pub struct Credentials {
    tokens: std::collections::BTreeMap<String, String>,
}

impl Credentials {
    fn path() -> Option<PathBuf> {
        std::env::var_os("BUILDFIX_CONFIG_DIR")
            .filter(|dir| !dir.is_empty())
            .map(PathBuf::from)
            .or_else(|| {
                directories::ProjectDirs::from("", "", "buildfix")
                    .map(|dirs| dirs.config_dir().to_owned())
            })
            .map(|dir| dir.join("credentials.toml"))
    }

    /// What was kept; nothing where nothing was.
    pub fn read() -> Result<Self> {
        let Some(path) = Self::path() else {
            return Ok(Self::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self {
                tokens: toml::from_str(&text).with_context(|| path.display().to_string())?,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// The token for a registry's address, exactly as it is written.
    fn token(&self, url: &str) -> Option<String> {
        self.tokens.get(url.trim_end_matches('/')).cloned()
    }

    /// Keeps a token, or forgets it. Readable by nobody else.
    pub fn keep(mut self, url: &str, token: Option<String>) -> Result<PathBuf> {
        let path = Self::path().ok_or_else(|| {
            anyhow!("there is no folder for credentials\nhelp: set BUILDFIX_CONFIG_DIR")
        })?;
        let url = url.trim_end_matches('/').to_owned();
        match token {
            Some(token) => self.tokens.insert(url, token),
            None => self.tokens.remove(&url),
        };
        let write = || -> Result<()> {
            let dir = path.parent().unwrap_or(&path);
            std::fs::create_dir_all(dir)?;
            // Made with mode 0600.
            let mut file = tempfile::NamedTempFile::new_in(dir)?;
            file.write_all(toml::to_string(&self.tokens)?.as_bytes())?;
            file.persist(&path)?;
            Ok(())
        };
        write().with_context(|| path.display().to_string())?;
        Ok(path)
    }
}

/// A bar on a terminal; nothing elsewhere.
#[derive(Default)]
pub struct Bar(RefCell<Option<ProgressBar>>);

impl Progress for Bar {
    fn begin(&self, what: &str, have: u64, size: u64) {
        if !std::io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::new(size);
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {eta}")
        {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.set_position(have);
        self.0.replace(Some(bar));
    }

    fn at(&self, bytes: u64) {
        if let Some(bar) = &*self.0.borrow() {
            bar.set_position(bytes);
        }
    }

    fn end(&self) {
        if let Some(bar) = self.0.borrow_mut().take() {
            bar.finish_and_clear();
        }
    }
}

/// What to do about an error of a registry.
pub fn help(error: &anyhow::Error) -> Option<String> {
    let error = error.downcast_ref::<ClientError>()?;
    error.help().map(str::to_owned)
}
