//! Reading a registry over HTTP.

mod support;

use buildfix_registry::index::{Checksum, Lines};
use buildfix_registry::server::{Server, ServerOptions};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use support::{Registry, get, plugin, raw};

#[test]
fn files_have_strong_tags_and_are_sent_once() {
    let registry = Registry::new();
    let server = registry.serve();
    registry.put(&server, "acme/x", "1.0.0", &plugin("acme/x", "1.0.0"));
    for path in [
        "config.json",
        "catalog.json",
        "classes.json",
        "index/acme/x",
    ] {
        let first = get(&server, path, &[]);
        assert_eq!(first.status, 200, "{path}");
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() == 66, "{path}: {tag}");
        assert_eq!(first.header("cache-control"), "no-cache");
        let second = get(&server, path, &[("if-none-match", &tag)]);
        assert_eq!((second.status, second.body.len()), (304, 0), "{path}");
        assert_eq!(second.header("etag"), tag);
        let other = get(&server, path, &[("if-none-match", "\"0\", W/\"1\"")]);
        assert_eq!((other.status, &other.body), (200, &first.body), "{path}");
    }
    // Another version is another tag.
    let before = get(&server, "index/acme/x", &[]).header("etag").to_owned();
    registry.put(&server, "acme/x", "1.0.1", &plugin("acme/x", "1.0.1"));
    let after = get(&server, "index/acme/x", &[("if-none-match", &before)]);
    assert_eq!(after.status, 200);
    let lines = Lines::parse(
        &"acme/x".parse().unwrap(),
        std::str::from_utf8(&after.body).unwrap(),
    );
    assert_eq!((lines.lines.len(), lines.broken.len()), (2, 0));
}

#[test]
fn artifacts_can_be_resumed() {
    let registry = Registry::new();
    let server = registry.serve();
    let bytes = plugin("acme/x", "1.0.0");
    registry.put(&server, "acme/x", "1.0.0", &bytes);
    let path = format!("cas/sha256/{}", Checksum::of(&bytes).hex());
    let whole = get(&server, &path, &[]);
    assert_eq!((whole.status, &whole.body), (200, &bytes));
    assert_eq!(whole.header("content-type"), "application/wasm");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert!(whole.header("cache-control").contains("immutable"));
    let tag = whole.header("etag").to_owned();

    let size = bytes.len();
    for (range, from, to) in [
        ("bytes=100-", 100, size),
        ("bytes=0-9", 0, 10),
        ("bytes=-7", size - 7, size),
        ("bytes=5-5", 5, 6),
    ] {
        let part = get(&server, &path, &[("range", range), ("if-range", &tag)]);
        assert_eq!(part.status, 206, "{range}");
        assert_eq!(part.body, bytes[from..to], "{range}");
        let said = format!("bytes {from}-{}/{size}", to - 1);
        assert_eq!(part.header("content-range"), said);
    }
    // Of other content than the client has: all of it.
    let other = get(
        &server,
        &path,
        &[("range", "bytes=5-"), ("if-range", "\"x\"")],
    );
    assert_eq!((other.status, other.body.len()), (200, size));
    // Past the end, and what is no range.
    let past = format!("bytes={size}-");
    let past = get(&server, &path, &[("range", &past)]);
    assert_eq!(past.status, 416);
    assert_eq!(past.header("content-range"), format!("bytes */{size}"));
    let odd = get(&server, &path, &[("range", "pages=1-2")]);
    assert_eq!((odd.status, odd.body.len()), (200, size));
    let head = raw(
        &server,
        format!("HEAD /{path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes(),
    );
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(
        head.contains(&format!("content-length: {size}\r\n")),
        "{head}"
    );
    assert!(head.ends_with("\r\n\r\n"), "a HEAD has no body: {head}");
}

#[test]
fn no_address_leaves_the_registry() {
    let registry = Registry::new();
    std::fs::write(registry.file("secret"), "hush").unwrap();
    std::fs::create_dir_all(registry.file("index/acme")).unwrap();
    std::fs::write(registry.file("index/acme/UPPER"), "hush").unwrap();
    let server = registry.serve();
    for path in [
        "/secret",
        "/.lock",
        "/../tokens.toml",
        "/index/../../tokens.toml",
        "/index/acme/../../secret",
        "/index/..%2f..%2f/tokens.toml",
        "/index/%2e%2e/secret",
        "/index/acme/%2e%2e%2f%2e%2e%2fsecret",
        "/index/acme/..%5csecret",
        "/index/acme/UPPER",
        "/index/acme",
        "/index/acme/",
        "/index//acme",
        "/index/acme/x%00",
        "/index/acme/x%0a",
        "/index/acme/%ff%fe",
        "/index/%C0%AE%C0%AE/secret",
        "/index/acme/.tmp-abc",
        "/index/%D0%B0cme/x",
        "/cas/sha256/..%2f..%2fsecret",
        "/cas/sha256/",
        "/cas",
        "/cas/sha256/ABCDEF",
        "//etc/passwd",
        "/index/acme/x/1.0.0",
        "/%",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = raw(&server, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(answer.contains("{\"error\":"), "{path}: {answer}");
        assert!(!answer.contains("hush"), "{path}: {answer}");
    }
    let long = format!("/index/acme/{}", "x".repeat(8_000));
    let request = format!("GET {long} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let answer = raw(&server, request.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let wrong = raw(
        &server,
        b"DELETE /config.json HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    assert!(wrong.starts_with("HTTP/1.1 405"), "{wrong}");
}

#[test]
fn giant_and_broken_requests_are_hung_up_on() {
    let registry = Registry::new();
    let server = registry.serve();
    let giant = format!(
        "GET /config.json HTTP/1.1\r\nx: {}\r\n\r\n",
        "y".repeat(1 << 20)
    );
    let answer = raw(&server, giant.as_bytes());
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    let many = "a: b\r\n".repeat(1_000);
    let answer = raw(
        &server,
        format!("GET /config.json HTTP/1.1\r\n{many}\r\n").as_bytes(),
    );
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 431"),
        "{answer}"
    );
    let answer = raw(
        &server,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n",
    );
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 400"),
        "{answer}"
    );
    // And it still serves.
    assert_eq!(get(&server, "config.json", &[]).status, 200);
}

#[test]
fn a_client_that_never_finishes_is_hung_up_on() {
    let registry = Registry::new();
    let options = ServerOptions {
        header_timeout: Duration::from_millis(200),
        body_timeout: Duration::from_millis(200),
        max_connections: 1,
        ..registry.options()
    };
    let server = Server::start(&registry.root(), options).unwrap();
    // The only place is taken by one that sends half a head, then by one that
    // announces a body and never sends it. Reads end only because the server
    // hangs up.
    let mut slow = TcpStream::connect(server.address()).unwrap();
    slow.write_all(b"GET /config.json HTTP/1.1\r\nhos").unwrap();
    let mut end = Vec::new();
    slow.read_to_end(&mut end).unwrap();
    let answer = raw(
        &server,
        format!(
            "PUT /api/v1/plugins/acme/x/1.0.0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             content-length: 1000\r\nconnection: close\r\n\r\n",
            registry.acme
        )
        .as_bytes(),
    );
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(
        get(&server, "config.json", &[("connection", "close")]).status,
        200
    );
    registry.must_be_whole();
}

#[test]
fn a_private_registry_asks_for_a_token() {
    let registry = Registry::new();
    let options = ServerOptions {
        private: true,
        ..registry.options()
    };
    let server = Server::start(&registry.root(), options).unwrap();
    let path = format!("cas/sha256/{}", "a".repeat(64));
    for path in [
        "config.json",
        "catalog.json",
        "classes.json",
        "index/acme/x",
        &path,
    ] {
        for headers in [&[][..], &[("authorization", "Bearer nonsense")]] {
            let answer = get(&server, path, headers);
            assert_eq!(answer.status, 401, "{path}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            answer.error();
        }
    }
    let bearer = format!("Bearer {}", registry.reader);
    let config = get(&server, "config.json", &[("authorization", &bearer)]);
    assert_eq!(config.status, 200);
    assert_eq!(config.json()["auth-required"], true);
    let gone = get(&server, &path, &[("authorization", &bearer)]);
    assert_eq!(gone.status, 404);

    let without = ServerOptions {
        private: true,
        ..ServerOptions::default()
    };
    let error = Server::start(&registry.root(), without).unwrap_err();
    assert!(error.to_string().contains("no token file"), "{error}");
}

#[test]
fn a_server_needs_a_registry_and_a_free_address() {
    let empty = tempfile::tempdir().unwrap();
    let error = Server::start(empty.path(), ServerOptions::default()).unwrap_err();
    assert!(error.to_string().contains("config.json"), "{error}");
    assert!(error.help().unwrap().contains("registry init"));
    let registry = Registry::new();
    let server = registry.serve();
    let options = ServerOptions {
        listen: server.address(),
        ..ServerOptions::default()
    };
    let error = Server::start(&registry.root(), options).unwrap_err();
    assert!(
        error.to_string().contains(&server.address().to_string()),
        "{error}"
    );
}
