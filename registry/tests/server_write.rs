//! Publishing and yanking over HTTP.

mod support;

use buildfix_registry::admin::Folder;
use buildfix_registry::index::{Checksum, Line};
use buildfix_registry::publish::{Publication, SIGNATURE_HEADER, SIGNER_HEADER, Signature};
use buildfix_registry::server::{Server, ServerOptions};
use support::{Registry, get, manifest, plugin, plugin_of, put, raw, smuggler, snapshot};

#[test]
fn a_publication_is_found_in_every_file() {
    let registry = Registry::new();
    let server = registry.serve();
    let bytes = plugin("acme/x", "1.2.0");
    let answer = registry.put(&server, "acme/x", "1.2.0", &bytes);
    assert_eq!(answer.status, 201, "{answer:?}");
    let line: Line = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(line.cksum, Checksum::of(&bytes));
    assert_eq!(line.size, bytes.len() as u64);
    assert_eq!(line.world, "buildfix:fixer@0.1.0");
    assert!(
        line.imports
            .contains(&"buildfix:fixer/workspace@0.1.0".to_owned())
    );
    assert_eq!(line.capabilities, ["read:workspace"]);
    assert_eq!(line.classes, ["rust/E0382", "rust/E05*"]);
    assert!(
        line.pubtime.ends_with('Z') && line.pubtime.len() == 20,
        "{}",
        line.pubtime
    );
    let index = get(&server, "index/acme/x", &[]);
    assert_eq!(serde_json::from_slice::<Line>(&index.body).unwrap(), line);
    let catalog = get(&server, "catalog.json", &[]).json();
    assert_eq!(catalog["plugins"]["acme/x"]["vers"], "1.2.0");
    let classes = get(&server, "classes.json", &[]).json();
    assert_eq!(classes["classes"]["rust/E0382"][0], "acme/x");
    registry.must_be_whole();
}

#[test]
fn a_published_version_never_changes() {
    let registry = Registry::new();
    let server = registry.serve();
    let bytes = plugin("acme/x", "1.0.0");
    let first = registry.put(&server, "acme/x", "1.0.0", &bytes);
    assert_eq!(first.status, 201);
    let before = snapshot(&registry.root());
    let again = registry.put(&server, "acme/x", "1.0.0", &bytes);
    assert_eq!(
        (again.status, &again.body),
        (200, &first.body),
        "a repeated request"
    );
    let other = plugin_of(&format!("# changed\n{}", manifest("acme/x", "1.0.0")));
    let refused = registry.put(&server, "acme/x", "1.0.0", &other);
    assert_eq!(refused.status, 409);
    let error = refused.error();
    assert!(
        error.contains("`acme/x` 1.0.0 is published already"),
        "{error}"
    );
    assert!(error.contains(&Checksum::of(&other).to_string()), "{error}");
    // Build metadata does not make another version.
    let built = registry.put(
        &server,
        "acme/x",
        "1.0.0%2Bb7",
        &plugin("acme/x", "1.0.0+b7"),
    );
    assert_eq!(built.status, 409, "{built:?}");
    assert_eq!(snapshot(&registry.root()), before);
}

#[test]
fn a_token_is_good_for_its_scopes_alone() {
    let registry = Registry::new();
    let server = registry.serve();
    let before = snapshot(&registry.root());
    let bytes = plugin("other/x", "1.0.0");
    for (token, status) in [
        ("", 401),
        ("nonsense", 401),
        (&registry.acme, 403),
        (&registry.reader, 403),
    ] {
        let answer = put(&server, token, "other/x", "1.0.0", &bytes, &[]);
        assert_eq!(answer.status, status, "{token}");
        assert!(!answer.error().contains(&registry.acme));
    }
    let none = raw(&server, b"PUT /api/v1/plugins/acme/x/1.0.0 HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    assert!(none.starts_with("HTTP/1.1 401"), "{none}");
    assert_eq!(snapshot(&registry.root()), before);

    // A token ends with its table, without a restart.
    std::fs::write(registry.dir.path().join("tokens.toml"), "").unwrap();
    let ended = registry.put(&server, "acme/x", "1.0.0", &plugin("acme/x", "1.0.0"));
    assert_eq!(ended.status, 401);
    drop(server);
    let server = Server::start(&registry.root(), ServerOptions::default()).unwrap();
    let closed = registry.put(&server, "acme/x", "1.0.0", &plugin("acme/x", "1.0.0"));
    assert_eq!(closed.status, 403);
    assert!(get(&server, "config.json", &[]).json()["api"].is_null());
}

#[test]
fn what_lies_about_itself_is_refused() {
    let registry = Registry::new();
    let server = registry.serve();
    let before = snapshot(&registry.root());
    let good = plugin("acme/x", "1.0.0");
    let mut two = good.clone();
    let section = b"buildfix:manifest";
    let mut data = vec![section.len() as u8];
    data.extend(section);
    data.extend(b"x");
    two.extend([0, data.len() as u8]);
    two.extend(data);
    let other_world = manifest("acme/x", "1.0.0").replace("fixer@0.1.0", "fixer@0.1.7");
    for (bytes, said) in [
        (
            plugin("acme/y", "1.0.0"),
            "the component's manifest says `acme/y` 1.0.0",
        ),
        (
            plugin("acme/x", "1.0.1"),
            "the component's manifest says `acme/x` 1.0.1",
        ),
        (smuggler("acme/x", "1.0.0"), "evil:net/http"),
        (plugin_of(&other_world), "0.1.7"),
        (two, "manifest"),
        (good[..good.len() - 3].to_vec(), "`acme/x 1.0.0`"),
        (b"<html>404</html>".to_vec(), "not a WebAssembly component"),
        (Vec::new(), "not a WebAssembly component"),
    ] {
        let answer = registry.put(&server, "acme/x", "1.0.0", &bytes);
        assert_eq!(answer.status, 422, "{said}: {answer:?}");
        let error = answer.error();
        assert!(error.contains(said), "{said}: {error}");
        assert!(answer.json()["help"].is_string(), "{answer:?}");
    }
    assert_eq!(snapshot(&registry.root()), before);
}

#[test]
fn addresses_that_are_no_plugins_are_refused() {
    let registry = Registry::new();
    let server = registry.serve();
    let before = snapshot(&registry.root());
    for path in [
        "acme/X/1.0.0",
        "acme/x_y/1.0.0",
        "acme/..%2f..%2fx/1.0.0",
        "%2e%2e/x/1.0.0",
        "acme/%D0%B0/1.0.0",
        "acme/x/1.0",
        "acme/x/latest",
        "acme/x/..%2f1.0.0",
        "acme/%ff/1.0.0",
    ] {
        let request = format!(
            "PUT /api/v1/plugins/{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             content-length: 0\r\nconnection: close\r\n\r\n",
            registry.acme
        );
        let answer = raw(&server, request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        assert!(answer.contains("{\"error\":"), "{path}: {answer}");
    }
    assert_eq!(snapshot(&registry.root()), before);
}

#[test]
fn names_that_read_the_same_collide() {
    let registry = Registry::new();
    let server = registry.serve();
    let first = registry.put(
        &server,
        "acme/rust-c",
        "1.0.0",
        &plugin("acme/rust-c", "1.0.0"),
    );
    assert_eq!(first.status, 201);
    let answer = registry.put(
        &server,
        "acme/rustc",
        "1.0.0",
        &plugin("acme/rustc", "1.0.0"),
    );
    assert_eq!(answer.status, 409);
    assert!(answer.error().contains("`acme/rust-c`"), "{answer:?}");
    // Yanked or not: the name stays taken.
    registry.post(&server, "acme/rust-c/1.0.0/yank", "");
    let answer = registry.put(
        &server,
        "acme/rustc",
        "1.0.0",
        &plugin("acme/rustc", "1.0.0"),
    );
    assert_eq!(answer.status, 409);
    registry.must_be_whole();
}

#[test]
fn too_much_is_refused_announced_or_not() {
    let registry = Registry::new();
    let mut options = registry.options();
    options.limits.component = 100_000;
    let server = Server::start(&registry.root(), options).unwrap();
    let answer = registry.put(&server, "acme/x", "1.0.0", &vec![0; 100_001]);
    assert_eq!(answer.status, 413);
    assert!(answer.error().contains("100000"), "{answer:?}");
    let head = format!(
        "PUT /api/v1/plugins/acme/x/1.0.0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         connection: close\r\n",
        registry.acme
    );
    // Ten gigabytes, announced and waiting to be asked for.
    let announced = format!("{head}expect: 100-continue\r\ncontent-length: 10000000000\r\n\r\n");
    let answer = raw(&server, announced.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // In chunks, whose sum nobody announces.
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000)).repeat(4);
    let chunked = format!("{head}transfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n");
    let answer = raw(&server, chunked.as_bytes());
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(!registry.file("index/acme").exists());
    registry.must_be_whole();
}

#[test]
fn a_body_that_stops_short_leaves_nothing() {
    let registry = Registry::new();
    let server = registry.serve();
    let before = snapshot(&registry.root());
    let head = format!(
        "PUT /api/v1/plugins/acme/x/1.0.0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         content-length: 1000\r\n\r\nhalf",
        registry.acme
    );
    let mut stream = std::net::TcpStream::connect(server.address()).unwrap();
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    drop(stream);
    server.stop();
    assert_eq!(snapshot(&registry.root()), before);
}

#[test]
fn a_version_is_yanked_and_brought_back() {
    let registry = Registry::new();
    let server = registry.serve();
    for version in ["1.0.0", "1.1.0", "2.0.0-rc.1"] {
        let answer = registry.put(&server, "acme/x", version, &plugin("acme/x", version));
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let newest = || get(&server, "catalog.json", &[]).json()["plugins"]["acme/x"]["vers"].clone();
    assert_eq!(newest(), "1.1.0", "a prerelease is nobody's default");
    let original = registry.text("index/acme/x");
    let yanked = registry.post(&server, "acme/x/1.1.0/yank", r#"{"reason": "eats files"}"#);
    assert_eq!(yanked.status, 200, "{yanked:?}");
    assert_eq!(yanked.json()["yank-reason"], "eats files");
    assert_eq!(newest(), "1.0.0");
    registry.must_be_whole();
    let now = registry.text("index/acme/x");
    let (now, then): (Vec<_>, Vec<_>) = (now.lines().collect(), original.lines().collect());
    assert_eq!(
        (now[0], now[2]),
        (then[0], then[2]),
        "other lines are as before"
    );
    // Yanked is not gone.
    let again = registry.put(&server, "acme/x", "1.1.0", &plugin("acme/x", "1.1.0"));
    assert_eq!((again.status, &again.json()["yanked"]), (200, &true.into()));
    let back = registry.post(&server, "acme/x/1.1.0/unyank", "");
    assert_eq!(back.status, 200);
    assert_eq!(registry.text("index/acme/x"), original);

    let absent = registry.post(&server, "acme/x/9.0.0/yank", "");
    assert_eq!(
        (absent.status, absent.error().contains("9.0.0")),
        (404, true)
    );
    let forbidden = registry.post(&server, "other/x/1.0.0/yank", "");
    assert_eq!(forbidden.status, 403);
    for (body, status) in [
        ("{", 400),
        (r#"{"why":"x"}"#, 400),
        ("{\"reason\":\"a\\nb\"}", 400),
    ] {
        assert_eq!(
            registry.post(&server, "acme/x/1.0.0/yank", body).status,
            status,
            "{body}"
        );
    }
    let long = format!("{{\"reason\":\"{}\"}}", "x".repeat(20_000));
    assert_eq!(
        registry.post(&server, "acme/x/1.0.0/yank", &long).status,
        413
    );
    assert_eq!(registry.text("index/acme/x"), original);
}

#[test]
fn of_two_at_once_one_wins() {
    let registry = Registry::new();
    // Two servers on one folder, as after a botched deployment.
    let servers = [registry.serve(), registry.serve()];
    for round in 0..5 {
        let version = format!("1.{round}.0");
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..6)
                .map(|i| {
                    let (registry, version, server) = (&registry, &version, &servers[i % 2]);
                    scope.spawn(move || {
                        let text = format!("# {i}\n{}", manifest("acme/x", version));
                        registry
                            .put(server, "acme/x", version, &plugin_of(&text))
                            .status
                    })
                })
                .collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let won = statuses.iter().filter(|status| **status == 201).count();
        let lost = statuses.iter().filter(|status| **status == 409).count();
        assert_eq!((won, lost), (1, 5), "{statuses:?}");
    }
    // Different plugins at once: no list forgets any.
    std::thread::scope(|scope| {
        for i in 0..8 {
            let (registry, server) = (&registry, &servers[i % 2]);
            scope.spawn(move || {
                let name = format!("acme/p{i}");
                assert_eq!(
                    registry
                        .put(server, &name, "1.0.0", &plugin(&name, "1.0.0"))
                        .status,
                    201
                );
            });
        }
    });
    let found = registry.verify();
    assert_eq!((found.plugins, found.versions), (9, 13));
    registry.must_be_whole();
}

#[test]
fn a_signature_is_checked_and_kept() {
    let registry = Registry::new();
    let server = registry.serve();
    let keys = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    let bytes = plugin("acme/x", "1.0.0");
    let sign = |bytes: &[u8]| {
        minisign::sign(None, &keys.sk, bytes, Some("trusted"), None)
            .unwrap()
            .into_string()
    };
    let signer = keys.pk.to_base64();
    let signature = Signature::check(&signer, &sign(&bytes), &bytes).unwrap();
    let publication = Publication::new(None, bytes.clone(), &Default::default()).unwrap();
    let publication = publication.signed(signature);
    assert_eq!(publication.path(), "plugins/acme/x/1.0.0");

    // Of other bytes, by another key, half of the pair.
    let forged = publication.headers();
    let other = plugin_of(&format!("# other\n{}", manifest("acme/x", "1.0.0")));
    let answer = put(&server, &registry.acme, "acme/x", "1.0.0", &other, &forged);
    assert_eq!(answer.status, 422, "{answer:?}");
    assert!(answer.error().contains("signature"), "{answer:?}");
    let mut stolen = publication.headers();
    let thief = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
    stolen
        .iter_mut()
        .find(|(name, _)| *name == SIGNER_HEADER)
        .unwrap()
        .1 = thief.pk.to_base64();
    let answer = put(&server, &registry.acme, "acme/x", "1.0.0", &bytes, &stolen);
    assert_eq!(answer.status, 422, "{answer:?}");
    let mut half = publication.headers();
    half.retain(|(name, _)| *name != SIGNATURE_HEADER);
    let answer = put(&server, &registry.acme, "acme/x", "1.0.0", &bytes, &half);
    assert_eq!(answer.status, 400, "{answer:?}");
    assert!(!registry.file("index/acme/x").exists());

    let answer = put(
        &server,
        &registry.acme,
        "acme/x",
        "1.0.0",
        &bytes,
        &publication.headers(),
    );
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["signer"], signer);
    registry.must_be_whole();

    // Verification sees a signature that was changed later.
    let text = registry
        .text("index/acme/x")
        .replace("trusted comment", "trusted commenT");
    std::fs::write(registry.file("index/acme/x"), text).unwrap();
    let found = registry.verify();
    assert_eq!(found.errors[0].place, "index/acme/x:1");
    assert!(found.errors[0].message.contains("signature"), "{found:?}");
}

#[test]
fn a_broken_index_is_not_added_to() {
    let registry = Registry::new();
    let server = registry.serve();
    registry.put(&server, "acme/x", "1.0.0", &plugin("acme/x", "1.0.0"));
    let text = format!("{}{{\"v\":1,\"half\n", registry.text("index/acme/x"));
    std::fs::write(registry.file("index/acme/x"), &text).unwrap();
    let answer = registry.put(&server, "acme/x", "1.1.0", &plugin("acme/x", "1.1.0"));
    assert_eq!(answer.status, 500);
    assert_eq!(registry.text("index/acme/x"), text);
    // A later format's line is kept, and its version is taken.
    let later = "{\"v\":2,\"vers\":\"1.1.0\",\"new\":true}\n";
    let text = text.lines().next().unwrap().to_owned() + "\n" + later;
    std::fs::write(registry.file("index/acme/x"), &text).unwrap();
    let taken = registry.put(&server, "acme/x", "1.1.0", &plugin("acme/x", "1.1.0"));
    assert_eq!(taken.status, 409);
    let added = registry.put(&server, "acme/x", "1.2.0", &plugin("acme/x", "1.2.0"));
    assert_eq!(added.status, 201);
    assert!(registry.text("index/acme/x").starts_with(&text));
}

#[test]
fn a_new_server_mends_what_an_interruption_left() {
    let registry = Registry::new();
    let server = registry.serve();
    registry.put(&server, "acme/x", "1.0.0", &plugin("acme/x", "1.0.0"));
    let whole = snapshot(&registry.root());
    drop(server);
    // As if killed between the line and the lists, and while writing.
    for list in ["catalog.json", "classes.json"] {
        std::fs::write(registry.file(list), "{}").unwrap();
    }
    std::fs::write(registry.file("cas/sha256/.tmp-x"), "half").unwrap();
    std::fs::write(registry.file("index/acme/.tmp-x"), "half").unwrap();
    assert_eq!(registry.verify().warnings.len(), 4);
    let _server = registry.serve();
    assert_eq!(snapshot(&registry.root()), whole);
    assert!(Folder::open(&registry.root()).is_ok());
}
