//! `buildfix registry serve`: a registry's folder over plain HTTP.
//!
//! Reading is what any static file host can do, with strong ETags and ranges.
//! Writing is `PUT` and `POST` below `api/v1`, for holders of a token. The
//! server looks at what it is sent itself and believes no client. For TLS, put
//! a reverse proxy before it.
//!
//! A [`Server`] runs on threads of its own until it is stopped or dropped:
//!
//! ```no_run
//! # use buildfix_registry::server::{Server, ServerOptions};
//! let server = Server::start("/srv/registry".as_ref(), ServerOptions::default())?;
//! println!("{}", server.url());
//! # Ok::<(), buildfix_registry::server::ServerError>(())
//! ```

mod answer;
mod connection;
mod read;
mod write;

use crate::admin::{AdminError, Folder};
use crate::index::RegistryConfig;
use crate::tokens::{TokenFileError, Tokens};
use answer::Answer;
use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::routing::{get, post, put};
use buildfix_component::FileLimits;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};

/// `config.json`'s `api` of a server.
pub const API: &str = "api/v1";
/// Publications that are received or judged at a time; each may hold an
/// artifact in memory.
const WRITERS: usize = 4;

/// How to serve.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// Where to listen; port 0 is one of the system's choice.
    pub listen: SocketAddr,
    /// The token file. It is read for each request that needs it, so a token
    /// ends when its table is deleted. Without one nothing can be published.
    pub tokens: Option<PathBuf>,
    /// Whether reading needs a token too, whatever `config.json` says.
    pub private: bool,
    /// What a published component may declare; also bounds its size.
    pub limits: FileLimits,
    /// Within this time a request's headers must be there; also how long an
    /// idle connection is kept.
    pub header_timeout: Duration,
    /// Within this time a request's body must be there.
    pub body_timeout: Duration,
    /// For so long a client may take nothing of an answer.
    pub write_timeout: Duration,
    /// Connections at a time; more wait to be accepted.
    pub max_connections: usize,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tokens: None,
            private: false,
            limits: FileLimits::default(),
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(300),
            write_timeout: Duration::from_secs(30),
            max_connections: 512,
        }
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The folder is no registry.
    #[error(transparent)]
    Folder(#[from] AdminError),
    /// The token file cannot be used.
    #[error(transparent)]
    Tokens(#[from] TokenFileError),
    /// Reading needs a token, and there is no token file.
    #[error("reading this registry needs a token, but there is no token file")]
    NoTokens,
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
}

impl ServerError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Folder(error) => error.help(),
            Self::Tokens(_) | Self::NoTokens => Some(
                "make a token with `buildfix registry token NAME --scope SCOPE`, add its table to \
                 a file, and give that with `--token-file`"
                    .to_owned(),
            ),
            Self::Listen { .. } => {
                Some("choose another with `--listen HOST:PORT`; port 0 takes a free one".to_owned())
            }
        }
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What every request's handler sees.
struct State {
    folder: Folder,
    options: ServerOptions,
    writers: Semaphore,
}

impl Server {
    /// Serves a registry's folder. Before that, what an earlier interruption
    /// left is deleted and the lists are brought up to date.
    ///
    /// # Errors
    /// When the folder is no registry, the token file cannot be used, or the
    /// address is taken.
    pub fn start(root: &Path, options: ServerOptions) -> Result<Self, ServerError> {
        let folder = Folder::open(root)?;
        match &options.tokens {
            Some(path) => drop(Tokens::read(path)?),
            None if options.private || folder.config()?.auth_required => {
                return Err(ServerError::NoTokens);
            }
            None => {}
        }
        let locked = folder.lock()?;
        locked.sweep()?;
        for complaint in locked.rebuild()? {
            tracing::warn!("left out of the lists: {complaint}");
        }
        drop(locked);
        let address = options.listen;
        let listen = |source| ServerError::Listen { address, source };
        let listener = std::net::TcpListener::bind(address).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("registry")
            .enable_all()
            .build()
            .map_err(listen)?;
        let listener = {
            let _context = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(listen)?
        };
        let state = Arc::new(State {
            folder,
            options,
            writers: Semaphore::new(WRITERS),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            runtime.block_on(connection::accept(listener, state, stopped));
        });
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as a registry's: `http://HOST:PORT/`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Takes no more connections, answers the requests that are there, and
    /// returns when all is done, at the latest after some seconds.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/config.json", get(read::config))
        .route("/catalog.json", get(read::catalog))
        .route("/classes.json", get(read::classes))
        .route("/index/{scope}/{name}", get(read::index))
        .route("/cas/sha256/{hex}", get(read::artifact))
        .route(
            "/api/v1/plugins/{scope}/{name}/{version}",
            put(write::publish),
        )
        .route(
            "/api/v1/plugins/{scope}/{name}/{version}/yank",
            post(write::yank),
        )
        .route(
            "/api/v1/plugins/{scope}/{name}/{version}/unyank",
            post(write::unyank),
        )
        .fallback(async || Answer::not_found("there is nothing at this address"))
        .method_not_allowed_fallback(async || {
            Answer::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "this address does not take this method",
                None,
            )
        })
        .with_state(state)
}

impl State {
    /// `config.json` as it is true of this server.
    fn config(&self) -> Result<RegistryConfig, AdminError> {
        let mut config = self.folder.config()?;
        config.auth_required |= self.options.private;
        config.api = match (&self.options.tokens, config.api) {
            // Publishing elsewhere is the operator's arrangement.
            (_, Some(api)) if api.contains("://") => Some(api),
            (Some(_), _) => Some(API.to_owned()),
            (None, _) => None,
        };
        Ok(config)
    }

    /// Refuses who may not read.
    fn check_reader(&self, headers: &HeaderMap) -> Result<(), Answer> {
        match self.config()?.auth_required {
            true => self.token(headers).map(drop),
            false => Ok(()),
        }
    }

    /// Refuses who may not publish under a scope; gives the token's name.
    fn check_publisher(&self, headers: &HeaderMap, scope: &str) -> Result<String, Answer> {
        if self.options.tokens.is_none() {
            return Err(Answer::new(
                StatusCode::FORBIDDEN,
                "this server takes no publications",
                Some("its operator can start it with `--token-file`".to_owned()),
            ));
        }
        let token = self.token(headers)?;
        match token.may_publish(scope) {
            true => Ok(token.name),
            false => Err(Answer::new(
                StatusCode::FORBIDDEN,
                format!("this token may not publish under the scope `{scope}`"),
                Some("ask the registry's operator to add the scope to it".to_owned()),
            )),
        }
    }

    fn token(&self, headers: &HeaderMap) -> Result<crate::tokens::Token, Answer> {
        let shown = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let Some(shown) = shown else {
            return Err(Answer::unauthorized("this needs a token"));
        };
        let path = self.options.tokens.as_ref();
        let tokens = path.map(|path| Tokens::read(path)).transpose();
        let tokens = tokens.map_err(Answer::internal)?.unwrap_or_default();
        match tokens.find(shown) {
            Some(token) => Ok(token.clone()),
            None => Err(Answer::unauthorized("this token is unknown or has ended")),
        }
    }
}
