//! Servers that misbehave: raw sockets on loopback, each answer written by the
//! test byte by byte, each request kept.
#![allow(dead_code)]

use buildfix_registry::client::{ClientError, Http, HttpOptions, Kind, Quiet, Registry, Store};
use buildfix_registry::index::{Checksum, Line};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The plugin that these registries have.
pub const NAME: &str = "acme/x";

/// What a client sent, without a body.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// As it stands in the request: a path, or a host and a port to a proxy.
    pub path: String,
    head: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).map(|line| line.split_once(':'));
        lines.find_map(|line| match line {
            Some((field, value)) if field.eq_ignore_ascii_case(name) => Some(value.trim()),
            _ => None,
        })
    }

    /// The first byte that was asked for.
    pub fn from(&self) -> Option<usize> {
        let range = self.header("range")?.strip_prefix("bytes=")?;
        range.strip_suffix('-')?.parse().ok()
    }
}

/// A server; it answers until the test's process ends.
pub struct Hostile {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Hostile {
    /// `answer` writes to the connection whatever it likes; then that is closed.
    pub fn start(answer: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (answer, kept) = (Arc::new(answer), seen.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let (answer, kept) = (answer.clone(), kept.clone());
                std::thread::spawn(move || {
                    let Some(request) = read(&mut stream) else {
                        return;
                    };
                    kept.lock().unwrap().push(request.clone());
                    answer(&request, &mut stream);
                });
            }
        });
        Self { url, seen }
    }

    /// A registry that has one plugin, but for the paths that `odd` answers and
    /// says so.
    pub fn registry(
        bytes: &[u8],
        odd: impl Fn(&Request, &mut TcpStream) -> bool + Send + Sync + 'static,
    ) -> Self {
        let (bytes, line) = (bytes.to_vec(), line(bytes));
        Self::start(move |request, stream| {
            if odd(request, stream) {
                return;
            }
            let text = serde_json::to_string(&line).unwrap();
            let artifact = format!("/cas/sha256/{}", line.cksum.hex());
            match request.path.as_str() {
                "/config.json" => ok(stream, CONFIG.as_bytes()),
                "/index/acme/x" => ok(stream, text.as_bytes()),
                path if path == artifact => ok(stream, &bytes),
                _ => reply(stream, "404 Not Found", &[], b""),
            }
        })
    }

    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// The requests for an artifact.
    pub fn downloads(&self) -> Vec<Request> {
        let mut seen = self.seen();
        seen.retain(|request| request.path.contains("/cas/"));
        seen
    }

    /// How often a path was asked for.
    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|one| one.path == path).count()
    }
}

pub const CONFIG: &str = r#"{"v":1,"dl":"cas/sha256/{sha256}"}"#;

fn read(stream: &mut TcpStream) -> Option<Request> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    Some(Request { method, path, head })
}

/// A whole answer. A client that hung up is one of the right ones.
pub fn reply(stream: &mut TcpStream, status: &str, headers: &[(&str, &str)], body: &[u8]) {
    let length = body.len().to_string();
    let more = [("content-length", length.as_str())];
    head(stream, status, &[headers, &more[..]].concat());
    let _ = stream.write_all(body);
}

pub fn ok(stream: &mut TcpStream, body: &[u8]) {
    reply(stream, "200 OK", &[], body);
}

/// The head of an answer whose body the caller writes.
pub fn head(stream: &mut TcpStream, status: &str, headers: &[(&str, &str)]) {
    let mut text = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let _ = stream.write_all(format!("{text}\r\n").as_bytes());
}

/// A byte at a time until nobody listens any more; how many were sent.
pub fn drip(stream: &mut TcpStream, bytes: impl IntoIterator<Item = u8>) {
    for byte in bytes {
        if stream.write_all(&[byte]).is_err() {
            return;
        }
        std::thread::sleep(Duration::from_millis(40));
    }
}

/// An artifact: what is in it is not the transport's business.
pub fn artifact() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..300_000).map(|_| next()).collect()
}

/// The index line of an artifact.
pub fn line(bytes: &[u8]) -> Line {
    serde_json::from_value(serde_json::json!({
        "v": 1,
        "name": NAME,
        "vers": "1.2.0",
        "cksum": Checksum::of(bytes),
        "size": bytes.len(),
        "world": "buildfix:fixer@0.1.0",
        "classes": ["rust/E0382"],
        "pubtime": "2026-01-01T00:00:00Z",
    }))
    .unwrap()
}

/// A page in place of what was asked for.
pub const HTML: &[u8] =
    b"<!DOCTYPE html><html><body><h1>Sign in to the hotel's network</h1></body></html>";

/// How the addresses begin of every file that a client asks for.
pub const FILES: [&str; 3] = ["/config.json", "/index/acme/x", "/cas/"];

/// An artifact's path in the registry.
pub fn path(bytes: &[u8]) -> String {
    format!("/cas/sha256/{}", Checksum::of(bytes).hex())
}

/// An unfinished download's name in the store.
pub fn partial(bytes: &[u8]) -> String {
    format!("{}.partial", Checksum::of(bytes).hex())
}

/// An index of one line, changed.
pub fn index(bytes: &[u8], change: impl Fn(&mut Line)) -> Vec<u8> {
    let mut line = line(bytes);
    change(&mut line);
    serde_json::to_vec(&line).unwrap()
}

/// Patient enough for a busy machine, and quick to try again.
pub fn options() -> HttpOptions {
    HttpOptions {
        attempts: 3,
        backoff: Duration::from_millis(1),
        ..HttpOptions::default()
    }
}

/// What the client gets from a registry: the plugin's index, and the artifact of
/// its last version into the store of a folder.
pub fn get(
    url: &str,
    dir: &Path,
    options: HttpOptions,
    token: Option<&str>,
) -> Result<Vec<u8>, ClientError> {
    let registry = Registry::open(
        url,
        Http::new(options),
        Some(&dir.join("answers")),
        false,
        token.map(str::to_owned),
    )?;
    let lines = registry.lines(&NAME.parse().unwrap())?;
    let line = lines.lines.last().expect("a version");
    let (bytes, _) = Store::new(dir).fetch(&registry, line, &Quiet)?;
    Ok(bytes)
}

/// The files of a folder's store but for its locks.
pub fn stored(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir.join("sha256")) else {
        return Vec::new();
    };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.ends_with(".lock")).collect();
    names.sort();
    names
}

/// An error must be of this kind, name each of the culprits, and say what to do.
#[track_caller]
pub fn told(error: &ClientError, kind: Kind, culprits: &[&str], help: &str) {
    let text = error.to_string();
    assert_eq!(error.kind, kind, "{text}");
    for culprit in culprits {
        assert!(text.contains(culprit), "`{culprit}` in: {text}");
    }
    let said = error.help().unwrap_or_else(|| panic!("no help: {text}"));
    assert!(said.contains(help), "`{help}` in: {said}");
    let tame = |text: &str| !text.chars().any(char::is_control);
    assert!(tame(&text) && tame(said), "{text:?} {said:?}");
}
