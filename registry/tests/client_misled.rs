//! Registries that send the client elsewhere: to other hosts, to this machine's
//! files, in circles. A token does not go along.

#[path = "support/hostile.rs"]
mod hostile;

use buildfix_registry::client::Kind;
use buildfix_registry::index::Line;
use hostile::{
    CONFIG, FILES, HTML, Hostile, NAME, artifact, get, index, ok, options, reply, stored, told,
};

#[test]
fn a_redirect_is_followed_and_a_loop_is_not() {
    let bytes = artifact();
    let server = Hostile::registry(&bytes, |request, stream| {
        let moved = format!("{}?moved", request.path);
        match request.path.strip_suffix("?moved") {
            None => reply(stream, "302 Found", &[("location", &moved)], HTML),
            Some("/config.json") => ok(stream, CONFIG.as_bytes()),
            Some("/index/acme/x") => ok(stream, &index(&artifact(), |_| {})),
            Some(_) => ok(stream, &artifact()),
        }
        true
    });
    let dir = tempfile::tempdir().unwrap();
    let got = get(&server.url, dir.path(), options(), None);
    assert_eq!(got.unwrap(), bytes);
    for file in FILES {
        let server = Hostile::registry(&bytes, move |request, stream| {
            let odd = request.path.starts_with(file);
            if odd {
                reply(stream, "302 Found", &[("location", &request.path)], HTML);
            }
            odd
        });
        let dir = tempfile::tempdir().unwrap();
        let error = get(&server.url, dir.path(), options(), None).unwrap_err();
        let address = format!("{}{file}", server.url);
        told(
            &error,
            Kind::Answer,
            &[&address, "redirects too often"],
            "operator",
        );
        assert!(server.seen().len() < 12, "{}", server.seen().len());
        assert_eq!(stored(dir.path()), [""; 0]);
    }
}

#[test]
fn a_redirect_leads_to_no_file_of_this_machine() {
    let bytes = artifact();
    let here = tempfile::tempdir().unwrap();
    let file = here.path().join("artifact");
    std::fs::write(&file, &bytes).unwrap();
    let file = format!("file://{}", file.display());
    for to in [&file, "ftp://127.0.0.1/x", "http://", "gopher:x"] {
        for asked in FILES {
            let location = to.to_owned();
            let server = Hostile::registry(&bytes, move |request, stream| {
                let odd = request.path.starts_with(asked);
                if odd {
                    reply(stream, "302 Found", &[("location", &location)], b"");
                }
                odd
            });
            let dir = tempfile::tempdir().unwrap();
            let error = get(&server.url, dir.path(), options(), None).unwrap_err();
            // Some of these are paths of the server itself, which it does not have.
            assert!(matches!(error.kind, Kind::Answer | Kind::Absent), "{error}");
            told(&error, error.kind, &[&server.url], "");
            assert_eq!(stored(dir.path()), [""; 0]);
        }
    }
}

const TOKEN: &str = "bfx_secret";

#[test]
fn a_token_goes_to_its_registry_and_to_nobody_else() {
    let bytes = artifact();
    let own = |server: &Hostile| {
        let shown = |one: &hostile::Request| one.header("authorization").map(str::to_owned);
        server.seen().iter().map(shown).collect::<Vec<_>>()
    };
    let bearer = Some(format!("Bearer {TOKEN}"));
    let elsewhere = |bytes: &[u8]| {
        let bytes = bytes.to_vec();
        Hostile::start(move |request, stream| match request.path.as_str() {
            "/config.json" => ok(stream, CONFIG.as_bytes()),
            "/index/acme/x" => ok(stream, &index(&bytes, |_| {})),
            _ => ok(stream, &bytes),
        })
    };
    // Sent there by a redirect.
    let other = elsewhere(&bytes);
    let to = other.url.clone();
    let server = Hostile::start(move |request, stream| {
        let to = format!("{to}{}", request.path);
        reply(stream, "302 Found", &[("location", &to)], b"");
    });
    let dir = tempfile::tempdir().unwrap();
    let got = get(&server.url, dir.path(), options(), Some(TOKEN));
    assert_eq!(got.unwrap(), bytes);
    assert_eq!(own(&server), vec![bearer.clone(); 3]);
    assert_eq!(own(&other), vec![None; 3]);
    // Sent there by config.json, by the line, and by one who dresses as the
    // registry.
    for dressed in [false, true] {
        for by_line in [false, true] {
            let other = elsewhere(&bytes);
            let host = other.url.strip_prefix("http://").unwrap().to_owned();
            let server = Hostile::start(move |request, stream| {
                let me = request.header("host").unwrap();
                let address = match dressed {
                    true => format!("http://{me}@{host}/cas/{{sha256}}"),
                    false => format!("http://{host}/cas/{{sha256}}"),
                };
                match (request.path.as_str(), by_line) {
                    ("/config.json", true) => ok(stream, CONFIG.as_bytes()),
                    ("/config.json", false) => {
                        ok(
                            stream,
                            CONFIG.replace("cas/sha256/{sha256}", &address).as_bytes(),
                        );
                    }
                    (_, true) => {
                        let bytes = artifact();
                        ok(
                            stream,
                            &index(&bytes, |line| line.url = Some(address.clone())),
                        );
                    }
                    (_, false) => ok(stream, &index(&artifact(), |_| {})),
                }
            });
            let dir = tempfile::tempdir().unwrap();
            let got = get(&server.url, dir.path(), options(), Some(TOKEN));
            assert_eq!(own(&server), vec![bearer.clone(); 2]);
            for request in other.seen() {
                let shown = request.header("authorization").unwrap_or_default();
                assert!(!shown.contains(TOKEN), "{request:?}");
            }
            if !dressed {
                assert_eq!(got.unwrap(), bytes);
                assert_eq!(other.seen().len(), 1);
            }
        }
    }
}

#[test]
fn an_artifact_is_at_no_address_that_a_registry_has_no_business_with() {
    let bytes = artifact();
    for address in [
        "file:///etc/passwd",
        "file://{sha256}",
        "FILE:///etc/passwd",
        "../{sha256}",
        "cas/../../{sha256}",
        "cas\\..\\{sha256}",
        "ftp://127.0.0.1/{sha256}",
        "ssh://127.0.0.1/{sha256}",
        "://{sha256}",
        "oci://127.0.0.1/acme/x@sha256:12",
        "http://127.0.0.1/\u{1b}[2Jcas",
        "cas/\u{1b}[2J\n{sha256}",
        "http://exa mple/{sha256}",
        "http://",
        "http://b\u{fc}cher.example/{sha256}",
    ] {
        for by_line in [false, true] {
            let server = Hostile::registry(&bytes, move |request, stream| {
                match (request.path.as_str(), by_line) {
                    ("/config.json", false) => {
                        let config = serde_json::json!({ "v": 1, "dl": address });
                        ok(stream, config.to_string().as_bytes());
                    }
                    ("/index/acme/x", true) => {
                        let change = |line: &mut Line| line.url = Some(address.to_owned());
                        ok(stream, &index(&artifact(), change));
                    }
                    _ => return false,
                }
                true
            });
            let dir = tempfile::tempdir().unwrap();
            let error = get(&server.url, dir.path(), options(), Some(TOKEN)).unwrap_err();
            let culprits = [&server.url, NAME, "1.2.0", "which is no address"];
            told(&error, Kind::Answer, &culprits, "operator");
            assert_eq!(server.downloads().len(), 0);
            assert_eq!(stored(dir.path()), [""; 0]);
        }
    }
}
