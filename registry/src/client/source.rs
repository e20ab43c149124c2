//! One registry: its configuration, its index, its lists.

use super::http::{Http, Send, retryable, usable};
use super::kept::Kept;
use super::{ClientError, Kind};
use crate::Name;
use crate::admin::MAX_INDEX_FILE;
use crate::index::{Catalog, Checksum, Classes, FORMAT, Line, Lines, RegistryConfig};
use crate::publish::{Publication, version_path};
use buildfix_component::text::tame_line;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Bytes of `catalog.json` and `classes.json`, at most.
const MAX_LIST: u64 = 64 * 1024 * 1024;
/// Bytes of `config.json`, and of an answer to a publication.
const MAX_SMALL: u64 = 256 * 1024;

/// What to do about an answer that is against the rules of HTTP, or tells of a
/// fault.
pub(crate) const FAULTY: &str =
    "the registry, or something between, does not work as it should; try again later";

/// A registry, by its address.
#[derive(Debug)]
pub struct Registry {
    url: String,
    base: Base,
    http: Http,
    /// Where answers are kept for the next time.
    cache: Option<PathBuf>,
    offline: bool,
    token: Option<String>,
    config: OnceLock<RegistryConfig>,
}

#[derive(Debug)]
enum Base {
    /// Ends with `/`.
    Http(String),
    Folder(PathBuf),
}

/// Where an artifact is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The address, and the token to show there.
    Http(String, Option<String>),
    File(PathBuf),
    Oci(super::OciReference),
}

impl Registry {
    /// A registry at `http://…`, `https://…`, `file://…` or a folder's absolute
    /// path. Answers are kept below `cache`, if it is given; with `offline` only
    /// those are used.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn open(
        url: &str,
        http: Http,
        cache: Option<&Path>,
        offline: bool,
        token: Option<String>,
    ) -> Result<Self, ClientError> {
        let shown = tame_line(url, 300);
        let base = if let Some(path) = url.strip_prefix("file://") {
            Base::Folder(PathBuf::from(path))
        } else if url.starts_with("https://") || url.starts_with("http://") {
            Base::Http(format!("{}/", url.trim_end_matches('/')))
        } else if Path::new(url).is_absolute() {
            Base::Folder(PathBuf::from(url))
        } else {
            let message = format!(
                "`{shown}` is not the address of a registry: `https://…`, `http://…`, `file://…` \
                 or a folder's absolute path"
            );
            return Err(ClientError::new(Kind::Address, message).help_is("check the address"));
        };
        if let Base::Folder(folder) = &base
            && !folder.is_absolute()
        {
            let message = format!("`{shown}` is not absolute");
            return Err(ClientError::new(Kind::Address, message)
                .help_is("give the whole path: `file:///…` has three slashes"));
        }
        if let Base::Http(base) = &base
            && origin(base).contains('@')
        {
            return Err(ClientError::new(
                Kind::Address,
                "the address of a registry has a user or a password in it".to_owned(),
            )
            .help_is("take it out, and `buildfix plugin login`"));
        }
        if let Base::Http(base) = &base
            && !usable(base)
        {
            let message = format!("`{shown}` is not an address of HTTP");
            return Err(ClientError::new(Kind::Address, message)
                .help_is("check it: a host's name of other letters is written `xn--…`"));
        }
        // One spelling, for the lock.
        let url = match &base {
            Base::Http(base) => base.trim_end_matches('/').to_owned(),
            Base::Folder(folder) => format!("file://{}", folder.display()),
        };
        let digest: String = Checksum::of(url.as_bytes()).hex()[..16].to_owned();
        Ok(Self {
            url,
            base,
            http,
            cache: cache.map(|dir| dir.join(digest)),
            offline,
            token,
            config: OnceLock::new(),
        })
    }

    /// Its address, in one spelling.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `config.json`.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn config(&self) -> Result<&RegistryConfig, ClientError> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config: RegistryConfig = self.json("config.json", MAX_SMALL)?.ok_or_else(|| {
            let message = format!("there is no registry at {}: no config.json", self.url);
            ClientError::new(Kind::Absent, message).help_is("check the address")
        })?;
        if config.v > FORMAT {
            let (url, v) = (&self.url, config.v);
            let message =
                format!("the registry {url} has the format {v}, this buildfix reads {FORMAT}");
            return Err(ClientError::new(Kind::Answer, message).help_is("upgrade buildfix"));
        }
        Ok(self.config.get_or_init(|| config))
    }

    /// The versions of a plugin.
    ///
    /// # Errors
    /// When the registry does not have it, or cannot be asked.
    pub fn lines(&self, name: &Name) -> Result<Lines, ClientError> {
        self.config()?;
        let path = format!("index/{name}");
        let Some(bytes) = self.read(&path, MAX_INDEX_FILE)? else {
            let message = format!("the registry {} has no plugin `{name}`", self.url);
            return Err(ClientError::new(Kind::Absent, message).help_is(format!(
                "look for it: `buildfix plugin search {}`",
                name.name()
            )));
        };
        let text = String::from_utf8_lossy(&bytes);
        let lines = Lines::parse(name, &text);
        if let (true, 0, Some((number, why))) =
            (lines.lines.is_empty(), lines.newer, lines.broken.first())
        {
            let (url, why) = (&self.url, tame_line(why, 200));
            let message =
                format!("{path} of the registry {url} cannot be read: line {number}: {why}");
            return Err(ClientError::new(Kind::Answer, message)
                .help_is("is that the address of a registry? Tell its operator"));
        }
        for (number, why) in &lines.broken {
            let (url, why) = (&self.url, tame_line(why, 200));
            tracing::warn!("{url}/{path}:{number} is skipped: {why}");
        }
        Ok(lines)
    }

    /// What can be searched.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn catalog(&self) -> Result<Catalog, ClientError> {
        self.list("catalog.json")
    }

    /// Who answers which error class.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn classes(&self) -> Result<Classes, ClientError> {
        self.list("classes.json")
    }

    fn list<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.config()?;
        self.json(path, MAX_LIST)?.ok_or_else(|| {
            let message = format!("the registry {} has no {path}", self.url);
            ClientError::new(Kind::Absent, message)
                .help_is("its operator makes it with `buildfix registry index`")
        })
    }

    fn json<T: DeserializeOwned>(&self, path: &str, limit: u64) -> Result<Option<T>, ClientError> {
        let Some(bytes) = self.read(path, limit)? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            let why = tame_line(&error.to_string(), 200);
            let message = format!("{path} of the registry {} cannot be read: {why}", self.url);
            ClientError::new(Kind::Answer, message).help_is(
                "is that the address of a registry? It may also be newer than this buildfix",
            )
        })
    }

    /// One of the registry's files; `None` if it does not have it.
    fn read(&self, path: &str, limit: u64) -> Result<Option<Vec<u8>>, ClientError> {
        match &self.base {
            Base::Folder(folder) => read_file(&folder.join(path), limit),
            Base::Http(base) => self.fetch(&format!("{base}{path}"), path, limit),
        }
    }

    fn fetch(&self, url: &str, path: &str, limit: u64) -> Result<Option<Vec<u8>>, ClientError> {
        let known = self.cache.as_ref().map(|dir| dir.join(path));
        let known = known.as_deref().and_then(Kept::read);
        if self.offline {
            return match known {
                Some(known) => Ok(Some(known.body)),
                None => Err(ClientError::new(
                    Kind::Offline,
                    format!("{url} was never fetched, and the network may not be used"),
                )
                .help_is("run it once without `--offline`")),
            };
        }
        let mut headers = self.authorization();
        if let Some(known) = &known {
            headers.push(("if-none-match", known.etag.clone()));
        }
        let answer = self.http.small(url, &headers, Send::Get, limit)?;
        match answer.status {
            200 => {
                if let (Some(dir), Some(etag)) = (&self.cache, answer.header("etag")) {
                    Kept::write(&dir.join(path), etag, &answer.body);
                }
                Ok(Some(answer.body))
            }
            304 => match known {
                Some(known) => Ok(Some(known.body)),
                None => Err(odd(url, 304)),
            },
            404 | 410 | 451 => Ok(None),
            status => Err(self.status(url, status)),
        }
    }

    fn authorization(&self) -> Vec<(&'static str, String)> {
        let token = self.token.iter();
        token
            .map(|token| ("authorization", format!("Bearer {token}")))
            .collect()
    }

    fn status(&self, url: &str, status: u16) -> ClientError {
        match status {
            401 | 403 => {
                let what = match (&self.token, status) {
                    (None, _) => "wants a token",
                    (Some(_), 401) => "does not know the token",
                    (Some(_), _) => "does not allow that with this token",
                };
                let message = format!("the registry {} {what} ({status} for {url})", self.url);
                ClientError::new(Kind::Unauthorized, message).help_is(format!(
                    "`buildfix plugin login --registry {}`, or set BUILDFIX_REGISTRY_TOKEN",
                    self.url
                ))
            }
            _ => odd(url, status),
        }
    }

    /// Where a version's artifact is.
    pub(crate) fn place(&self, line: &Line) -> Result<Place, ClientError> {
        let address = match &line.url {
            Some(url) => url.clone(),
            None => self.config()?.dl.replace("{sha256}", line.cksum.hex()),
        };
        let wrong = || {
            let address = tame_line(&address, 300);
            let message = format!(
                "the registry {} says that plugin `{}` {} is at `{address}`, which is no address",
                self.url, line.name, line.vers
            );
            ClientError::new(Kind::Answer, message).help_is(
                "tell its operator: `dl` of config.json and `url` of a line are `https://…`, \
                 `oci://…@sha256:…`, or a path below the registry",
            )
        };
        if address.chars().any(char::is_control) {
            return Err(wrong());
        }
        let web = |address: String, token: Option<String>| match usable(&address) {
            true => Ok(Place::Http(address, token)),
            false => Err(wrong()),
        };
        if address.starts_with("oci://") {
            return address.parse().map(Place::Oci).map_err(|_| wrong());
        }
        if address.starts_with("https://") || address.starts_with("http://") {
            // The token is for this registry and for nobody else.
            let own = matches!(&self.base, Base::Http(base) if origin(base) == origin(&address));
            let token = self.token.clone().filter(|_| own);
            return web(address.clone(), token);
        }
        let local = matches!(self.base, Base::Folder(_));
        if let Some(path) = address.strip_prefix("file://") {
            // A registry on the network has no business with this machine's files.
            return match local && Path::new(path).is_absolute() {
                true => Ok(Place::File(PathBuf::from(path))),
                false => Err(wrong()),
            };
        }
        if address.contains("://") || address.split(['/', '\\']).any(|part| part == "..") {
            return Err(wrong());
        }
        match &self.base {
            Base::Http(base) => web(
                format!("{base}{}", address.trim_start_matches('/')),
                self.token.clone(),
            ),
            Base::Folder(folder) => Ok(Place::File(folder.join(address.trim_start_matches('/')))),
        }
    }

    pub(crate) fn http(&self) -> &Http {
        &self.http
    }

    pub(crate) fn is_folder(&self) -> bool {
        matches!(self.base, Base::Folder(_))
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.offline
    }

    /// Publishes a plugin. Gives the line that the registry wrote, and whether it
    /// is new there.
    ///
    /// # Errors
    /// What the registry says against it.
    pub fn publish(&self, publication: &Publication) -> Result<(Line, bool), ClientError> {
        let url = self.api(&publication.path())?;
        let mut headers = self.authorization();
        headers.extend(publication.headers());
        let send = Send::Put(publication.bytes());
        let answer = self.http.small(&url, &headers, send, MAX_SMALL)?;
        let (status, body) = (answer.status, answer.body);
        if !matches!(status, 200 | 201) {
            return Err(self.refusal(&url, status, &body));
        }
        let line = serde_json::from_slice(&body).map_err(|_| odd(&url, status))?;
        Ok((line, status == 201))
    }

    /// Yanks a version, or takes that back.
    ///
    /// # Errors
    /// What the registry says against it.
    pub fn set_yanked(
        &self,
        name: &Name,
        version: &semver::Version,
        yanked: bool,
        reason: Option<&str>,
    ) -> Result<(), ClientError> {
        let action = if yanked { "yank" } else { "unyank" };
        let url = self.api(&format!("{}/{action}", version_path(name, version)))?;
        let body = match reason {
            Some(reason) => serde_json::json!({ "reason": reason }).to_string(),
            None => "{}".to_owned(),
        };
        let mut headers = self.authorization();
        headers.push(("content-type", "application/json".to_owned()));
        let send = Send::Post(body.as_bytes());
        let answer = self.http.small(&url, &headers, send, MAX_SMALL)?;
        let (status, body) = (answer.status, answer.body);
        match status {
            200 | 204 => Ok(()),
            _ => Err(self.refusal(&url, status, &body)),
        }
    }

    fn api(&self, path: &str) -> Result<String, ClientError> {
        let api = self.config()?.api.clone();
        match (&self.base, api) {
            (Base::Http(base), Some(api)) if api.contains("://") => {
                // The token goes there: not in the clear, if it does not now.
                if base.starts_with("https://") && !api.starts_with("https://") {
                    let (url, api) = (&self.url, tame_line(&api, 300));
                    let message = format!("the registry {url} publishes at {api}, without TLS");
                    return Err(ClientError::new(Kind::Answer, message)
                        .help_is("its operator can mend `api` in its config.json"));
                }
                Ok(format!("{}/{path}", api.trim_end_matches('/')))
            }
            (Base::Http(base), Some(api)) => Ok(format!("{base}{}/{path}", api.trim_matches('/'))),
            _ => {
                let message = format!("nothing can be published to the registry {}", self.url);
                Err(ClientError::new(Kind::Answer, message).help_is(
                    "it has no `api` in its config.json: publish to the registry that it mirrors, or \
                     serve it with `buildfix registry serve DIR --token-file FILE`",
                ))
            }
        }
    }

    /// What a registry says against a publication.
    fn refusal(&self, url: &str, status: u16, body: &[u8]) -> ClientError {
        #[derive(serde::Deserialize)]
        struct Said {
            error: String,
            help: Option<String>,
        }
        let Ok(said) = serde_json::from_slice::<Said>(body) else {
            return self.status(url, status);
        };
        let kind = match status {
            401 | 403 => Kind::Unauthorized,
            404 => Kind::Absent,
            _ => Kind::Answer,
        };
        let message = format!(
            "the registry {} refuses: {}",
            self.url,
            tame_line(&said.error, 1_000)
        );
        let error = ClientError::new(kind, message);
        match said.help {
            Some(help) => error.help_is(tame_line(&help, 1_000)),
            None => error,
        }
    }
}

/// Scheme, host and port.
fn origin(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find('/').map_or(url.len(), |at| after + at);
    &url[..end]
}

pub(crate) fn odd(url: &str, status: u16) -> ClientError {
    let kind = match retryable(status) {
        true => Kind::Unreachable,
        false => Kind::Answer,
    };
    ClientError::new(kind, format!("{url} answers with the status {status}")).help_is(FAULTY)
}

fn read_file(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, ClientError> {
    let failed = |error: &std::io::Error| ClientError::local(path, error);
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(&error)),
    };
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| failed(&error))?;
    if bytes.len() as u64 > limit {
        let message = format!("{} has more than {limit} bytes", path.display());
        return Err(ClientError::new(Kind::Answer, message)
            .help_is("is that the folder of a registry? If it is, tell its operator"));
    }
    Ok(Some(bytes))
}

/// The SHA-256 of what passes through.
#[derive(Default)]
pub(crate) struct Hashing(Sha256);

impl Hashing {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> Checksum {
        Checksum::from_digest(&self.0.finalize())
    }
}
