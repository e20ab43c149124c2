//! What the registry's tests share: plugins, registries, a client.
#![allow(dead_code)]

use buildfix_registry::admin::{Folder, Verification, verify};
use buildfix_registry::index::{FORMAT, RegistryConfig};
use buildfix_registry::server::{API, Server, ServerOptions};
use buildfix_registry::tokens;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tempfile::TempDir;
use wit_component::{StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// A module that fits the fixer contract.
fn module() -> &'static [u8] {
    static MODULE: OnceLock<Vec<u8>> = OnceLock::new();
    MODULE.get_or_init(|| {
        let mut resolve = Resolve::default();
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../wit/fixer-0.1.0");
        let (package, _) = resolve.push_dir(wit).unwrap();
        core(&resolve, package)
    })
}

fn core(resolve: &Resolve, package: wit_parser::PackageId) -> Vec<u8> {
    let world = resolve.select_world(&[package], Some("fixer")).unwrap();
    let mut module = dummy_module(resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, true).unwrap();
    module
}

/// `plugin.toml` of a plugin.
pub fn manifest(name: &str, version: &str) -> String {
    format!(
        "manifest-version = 1\nname = \"{name}\"\nversion = \"{version}\"\nlicense = \"MIT\"\n\
         description = \"Mends {name}\"\n[fixer]\nworld = \"buildfix:fixer@0.1.0\"\n\
         classes = [\"rust/E0382\", \"rust/E05*\"]\n[capabilities]\nread = [\"workspace\"]\n"
    )
}

/// A plugin's file.
pub fn plugin(name: &str, version: &str) -> Vec<u8> {
    plugin_of(&manifest(name, version))
}

/// A plugin's file with a manifest of the test's own.
pub fn plugin_of(manifest: &str) -> Vec<u8> {
    buildfix_component::componentize(module(), manifest).unwrap()
}

/// A plugin whose manifest says nothing of what it imports: the network.
pub fn smuggler(name: &str, version: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = "package evil:net; interface http { get: func(url: string) -> string; } \
               world fixer { import http; export fix: func(); }";
    let package = resolve.push_str("evil.wit", wit).unwrap();
    let module = core(&resolve, package);
    buildfix_component::componentize(&module, &manifest(name, version)).unwrap()
}

/// A registry in a folder of its own, with a token for `acme` and one that
/// only reads.
pub struct Registry {
    pub dir: TempDir,
    pub acme: String,
    pub reader: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The error, after a check that it is shaped as documented.
    pub fn error(&self) -> String {
        let json = self.json();
        assert_eq!(self.header("content-type"), "application/json");
        json["error"].as_str().expect("an error").to_owned()
    }
}

impl Registry {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let config = RegistryConfig {
            v: FORMAT,
            dl: "cas/sha256/{sha256}".to_owned(),
            api: Some(API.to_owned()),
            auth_required: false,
        };
        Folder::init(&dir.path().join("registry"), &config).unwrap();
        let (acme, first) = tokens::create("acme", &["acme".to_owned()], None).unwrap();
        let (reader, second) = tokens::create("reader", &[], None).unwrap();
        std::fs::write(dir.path().join("tokens.toml"), format!("{first}\n{second}")).unwrap();
        Self { dir, acme, reader }
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("registry")
    }

    pub fn file(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.file(path)).unwrap()
    }

    pub fn folder(&self) -> Folder {
        Folder::open(&self.root()).unwrap()
    }

    pub fn options(&self) -> ServerOptions {
        ServerOptions {
            tokens: Some(self.dir.path().join("tokens.toml")),
            ..ServerOptions::default()
        }
    }

    pub fn serve(&self) -> Server {
        Server::start(&self.root(), self.options()).unwrap()
    }

    pub fn verify(&self) -> Verification {
        verify(&self.folder(), None, &Default::default()).unwrap()
    }

    /// Verifies, and fails with every complaint.
    pub fn must_be_whole(&self) {
        let found = self.verify();
        assert_eq!((&found.errors[..], &found.warnings[..]), (&[][..], &[][..]));
    }

    /// Publishes with the token of `acme`.
    pub fn put(&self, server: &Server, name: &str, version: &str, bytes: &[u8]) -> Answer {
        put(server, &self.acme, name, version, bytes, &[])
    }

    /// `POST`s with the token of `acme`.
    pub fn post(&self, server: &Server, path: &str, body: &str) -> Answer {
        let request = agent()
            .post(format!("{}api/v1/plugins/{path}", server.url()))
            .header("authorization", format!("Bearer {}", self.acme));
        answer(request.send(body).unwrap())
    }
}

pub fn put(
    server: &Server,
    token: &str,
    name: &str,
    version: &str,
    bytes: &[u8],
    headers: &[(&str, String)],
) -> Answer {
    let mut request = agent()
        .put(format!("{}api/v1/plugins/{name}/{version}", server.url()))
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    answer(request.send(bytes).unwrap())
}

pub fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = agent().get(format!("{}{path}", server.url()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    answer(request.call().unwrap())
}

pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    config.build().into()
}

pub fn answer(response: ureq::http::Response<ureq::Body>) -> Answer {
    let (head, mut body) = response.into_parts();
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.read_to_vec().unwrap(),
    }
}

/// Sends bytes as they are and gives all that comes back before the end.
pub fn raw(server: &Server, request: &[u8]) -> String {
    use std::io::{Read as _, Write as _};
    let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
    // A server that hangs up early is one of the right answers.
    let _ = stream.write_all(request);
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Every file below a folder but the lock, with its content.
pub fn snapshot(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.ends_with(".lock") => {}
                false => files.push((path.clone(), std::fs::read(path).unwrap())),
            }
        }
    }
    files.sort();
    files
}
