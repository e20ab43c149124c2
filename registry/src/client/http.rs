//! The one HTTP client: pooled connections, limits, retries, a proxy if the
//! environment names one (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).

use super::{ClientError, Kind};
use buildfix_component::text::tame_line;
use std::io::Read;
use std::time::{Duration, Instant};
use ureq::http::{HeaderMap, Response};
use ureq::{Agent, Body};

/// Bytes of an answer's head, at most.
const MAX_HEAD: usize = 64 * 1024;
/// What to do about an answer that no registry gives.
const WHOSE: &str = "is that the address of a registry? If it is, tell its operator";

/// How patient the client is.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// To connect.
    pub connect: Duration,
    /// Between two pieces of an answer.
    pub idle: Duration,
    /// For all of a small answer, and for the head of a large one.
    pub small: Duration,
    /// Bytes a second under which a download is given up, once `small` is over.
    pub rate: u64,
    /// How often something is tried that may succeed the next time; at least 1.
    pub attempts: u32,
    /// Before the second try; doubled before each further one.
    pub backoff: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(20),
            small: Duration::from_secs(30),
            rate: 4_096,
            attempts: 4,
            backoff: Duration::from_millis(300),
        }
    }
}

/// Connections to every registry. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    agent: Agent,
    pub(crate) options: HttpOptions,
}

/// An answer's head, and its body to be read.
pub(crate) struct Answer {
    pub status: u16,
    headers: HeaderMap,
    body: Body,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body; ends with an error past `limit` bytes.
    pub fn reader(self, limit: u64) -> impl Read {
        self.body.into_with_config().limit(limit).reader()
    }

    /// The whole body. A server that drips is given up at `until`.
    fn bytes(self, url: &str, limit: u64, until: Instant) -> Result<Vec<u8>, ClientError> {
        let mut bytes = Vec::new();
        let mut reader = self.reader(limit.saturating_add(2));
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok(bytes),
                Ok(read) => bytes.extend_from_slice(&buffer[..read]),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(broken(url, &error.to_string())),
            }
            if bytes.len() as u64 > limit {
                let message = format!("{url} answers with more than {limit} bytes");
                return Err(ClientError::new(Kind::Answer, message).help_is(WHOSE));
            }
            if Instant::now() > until {
                return Err(broken(url, "it is too slow"));
            }
        }
    }
}

/// A small answer, read to its end.
pub(crate) struct Small {
    pub status: u16,
    headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Small {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn broken(url: &str, why: &str) -> ClientError {
    let message = format!("{url} broke off: {}", tame_line(why, 200));
    ClientError::new(Kind::Unreachable, message)
        .help_is("try again; if a proxy is between, name it in `HTTPS_PROXY`")
}

/// What to send.
#[derive(Clone, Copy)]
pub(crate) enum Send<'a> {
    Get,
    Head,
    Put(&'a [u8]),
    Post(&'a [u8]),
}

impl Default for Http {
    fn default() -> Self {
        Self::new(HttpOptions::default())
    }
}

impl Http {
    /// A client; opens nothing yet.
    #[must_use]
    pub fn new(options: HttpOptions) -> Self {
        let mut tls = ureq::tls::TlsConfig::builder();
        tls = tls.root_certs(ureq::tls::RootCerts::PlatformVerifier);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .tls_config(tls.build())
            .user_agent(concat!("buildfix/", env!("CARGO_PKG_VERSION")))
            .max_redirects(5)
            .timeout_connect(Some(options.connect))
            .timeout_recv_response(Some(options.small))
            .timeout_per_read(Some(options.idle))
            .max_response_header_size(MAX_HEAD)
            .build();
        Self {
            agent: config.into(),
            options,
        }
    }

    /// One exchange with a small answer, tried again where that may help: when
    /// the connection fails or breaks off, and when the server says that it is
    /// its own fault.
    pub(crate) fn small(
        &self,
        url: &str,
        headers: &[(&str, String)],
        send: Send<'_>,
        limit: u64,
    ) -> Result<Small, ClientError> {
        let attempt = || -> Result<Small, ClientError> {
            let until = Instant::now() + self.options.small;
            let answer = self.once(url, headers, send)?;
            let (status, headers) = (answer.status, answer.headers.clone());
            let body = answer.bytes(url, limit, until)?;
            Ok(Small {
                status,
                headers,
                body,
            })
        };
        self.trying(|last| match attempt() {
            Ok(answer) if retryable(answer.status) && !last => Ok(None),
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.kind == Kind::Unreachable && !last => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// Does something until it gives a result or must not be tried again.
    pub(crate) fn trying<T>(
        &self,
        mut attempt: impl FnMut(bool) -> Result<Option<T>, ClientError>,
    ) -> Result<T, ClientError> {
        let attempts = self.options.attempts.max(1);
        for number in 1..=attempts {
            if let Some(done) = attempt(number == attempts)? {
                return Ok(done);
            }
            std::thread::sleep(self.options.backoff * 2_u32.saturating_pow(number - 1));
        }
        Err(ClientError::new(Kind::Unreachable, "no answer"))
    }

    /// The proxy that an address is asked through, for messages; never its user.
    fn through(&self, url: &str) -> String {
        let proxy = self.agent.config().proxy();
        let asked = |proxy: &&ureq::Proxy| url.parse().is_ok_and(|url| !proxy.is_no_proxy(&url));
        match proxy.filter(asked) {
            Some(proxy) => format!(" through the proxy {}:{}", proxy.host(), proxy.port()),
            None => String::new(),
        }
    }

    pub(crate) fn once(
        &self,
        url: &str,
        headers: &[(&str, String)],
        send: Send<'_>,
    ) -> Result<Answer, ClientError> {
        let method = match send {
            Send::Get => "GET",
            Send::Head => "HEAD",
            Send::Put(_) => "PUT",
            Send::Post(_) => "POST",
        };
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let failed = |error: &dyn std::fmt::Display| {
            let (url, why) = (tame_line(url, 300), tame_line(&error.to_string(), 200));
            ClientError::new(Kind::Address, format!("cannot ask {url}: {why}"))
                .help_is("check the address")
        };
        if !usable(url) {
            return Err(failed(&"it is not an address of HTTP"));
        }
        let outcome = match send {
            Send::Get | Send::Head => self.agent.run(request.body(()).map_err(|e| failed(&e))?),
            Send::Put(body) | Send::Post(body) => {
                self.agent.run(request.body(body).map_err(|e| failed(&e))?)
            }
        };
        let misled = |what: String| {
            ClientError::new(Kind::Answer, format!("{url} {what}"))
                .help_is("check the address; if it is right, tell the registry's operator")
        };
        match outcome {
            Ok(response) => Ok(answer(response)),
            Err(ureq::Error::TooManyRedirects) => Err(misled("redirects too often".to_owned())),
            // The address itself was judged before: this is where it led to.
            Err(ureq::Error::BadUri(why)) => {
                let why = tame_line(&why, 200);
                Err(misled(format!("redirects to no address: {why}")))
            }
            Err(error @ ureq::Error::RedirectFailed) => {
                Err(misled(format!("redirects what cannot be: {error}")))
            }
            Err(ureq::Error::LargeResponseHeader(..)) => {
                let message = format!("{url} answers with a head of more than {MAX_HEAD} bytes");
                Err(ClientError::new(Kind::Answer, message).help_is(WHOSE))
            }
            Err(ureq::Error::Protocol(why)) => {
                let why = tame_line(&why.to_string(), 200);
                let message = format!("{url} answers with what is not HTTP: {why}");
                Err(ClientError::new(Kind::Answer, message).help_is(WHOSE))
            }
            Err(error) => {
                let why = tame_line(&error.to_string(), 200);
                let through = self.through(url);
                let message = format!("cannot reach {url}{through}: {why}");
                Err(ClientError::new(Kind::Unreachable, message).help_is(
                    "check the address and the network; behind a proxy set `HTTPS_PROXY`; what is \
                     locked and was fetched works with `--offline`",
                ))
            }
        }
    }
}

/// Whether this can be asked at all: `http://` or `https://`, a host, and nothing
/// that a terminal would take for a command.
pub(crate) fn usable(url: &str) -> bool {
    let plain = url.bytes().all(|b| b.is_ascii_graphic());
    let web = |uri: &ureq::http::Uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    };
    plain && url.parse().is_ok_and(|uri| web(&uri))
}

/// Whether the same question may be answered the next time.
pub(crate) fn retryable(status: u16) -> bool {
    matches!(status, 429 | 500 | 502 | 503 | 504)
}

fn answer(response: Response<Body>) -> Answer {
    let (head, body) = response.into_parts();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body,
    }
}
