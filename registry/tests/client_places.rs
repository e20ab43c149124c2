//! Registries of every kind: private ones, a real server, folders, and artifacts
//! that are elsewhere.

#[path = "support/hostile.rs"]
mod hostile;
mod support;

use buildfix_registry::client::{Http, Kind, Quiet, Registry, Store};
use buildfix_registry::index::Checksum;
use buildfix_registry::server::{Server, ServerOptions};
use hostile::{Hostile, NAME, artifact, get, options, reply, stored, told};
use std::path::Path;

fn open(url: &str, dir: &Path, offline: bool) -> Registry {
    let http = Http::new(options());
    Registry::open(url, http, Some(&dir.join("answers")), offline, None).unwrap()
}

/// A real server with one plugin.
fn served(private: bool) -> (support::Registry, Server, Vec<u8>) {
    let registry = support::Registry::new();
    let server = Server::start(
        &registry.root(),
        ServerOptions {
            private,
            ..registry.options()
        },
    )
    .unwrap();
    let bytes = support::plugin(NAME, "1.0.0");
    assert_eq!(registry.put(&server, NAME, "1.0.0", &bytes).status, 201);
    (registry, server, bytes)
}

#[test]
fn a_private_registry_lets_in_who_has_a_token() {
    let (registry, server, bytes) = served(true);
    for token in [&registry.reader, &registry.acme] {
        let dir = tempfile::tempdir().unwrap();
        let got = get(&server.url(), dir.path(), options(), Some(token)).unwrap();
        assert_eq!(got, bytes);
    }
    let url = server.url().trim_end_matches('/').to_owned();
    let login = format!("buildfix plugin login --registry {url}");
    for (token, culprit) in [
        (None, "wants a token"),
        (Some("bfx_wrong"), "does not know the token"),
        (Some(""), "does not know the token"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let error = get(&url, dir.path(), options(), token).unwrap_err();
        told(&error, Kind::Unauthorized, &[&url, culprit, "401"], &login);
        let text = format!("{error} {:?}", error.help());
        assert!(!text.contains("bfx_wrong"), "{text}");
        assert_eq!(stored(dir.path()), [""; 0]);
    }
    // What was read with a token is not asked for with a wrong one: the store is
    // this user's own.
    let dir = tempfile::tempdir().unwrap();
    get(&url, dir.path(), options(), Some(&registry.reader)).unwrap();
    let error = get(&url, dir.path(), options(), Some("bfx_wrong")).unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized, "{error}");
}

#[test]
fn an_artifact_that_wants_a_token_of_its_own_is_told() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let server = Hostile::registry(&artifact(), move |request, stream| {
            let odd = request.path.starts_with("/cas/");
            if odd {
                reply(stream, status, &[], b"");
            }
            odd
        });
        let dir = tempfile::tempdir().unwrap();
        let error = get(&server.url, dir.path(), options(), Some("bfx_x")).unwrap_err();
        let address = format!("{}/cas/sha256/", server.url);
        told(
            &error,
            Kind::Unauthorized,
            &[&address, NAME, "1.2.0"],
            "plugin login",
        );
        assert_eq!(server.downloads().len(), 1);
    }
}

#[test]
fn the_real_server_resumes_and_tags() {
    let (_registry, server, bytes) = served(false);
    let dir = tempfile::tempdir().unwrap();
    let sum = Checksum::of(&bytes);
    std::fs::create_dir(dir.path().join("sha256")).unwrap();
    let path = dir.path().join(format!("sha256/{}.partial", sum.hex()));
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(
        get(&server.url(), dir.path(), options(), None).unwrap(),
        bytes
    );
    assert_eq!(support::snapshot(&dir.path().join("answers")).len(), 2);
    let url = server.url();
    server.stop();
    let error = get(&url, dir.path(), options(), None).unwrap_err();
    told(&error, Kind::Unreachable, &[&url], "--offline");
    let offline = open(&url, dir.path(), true);
    let lines = offline.lines(&NAME.parse().unwrap()).unwrap().lines;
    assert_eq!(lines[0].vers.to_string(), "1.0.0");
}

#[test]
fn a_folder_is_a_registry_too() {
    let (registry, server, bytes) = served(false);
    server.stop();
    let root = registry.root().display().to_string();
    for url in [root.clone(), format!("file://{root}")] {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(get(&url, dir.path(), options(), None).unwrap(), bytes);
        assert_eq!(
            open(&url, dir.path(), false).url(),
            format!("file://{root}")
        );
        // A folder is no network.
        let dir = tempfile::tempdir().unwrap();
        let offline = open(&url, dir.path(), true);
        let lines = offline.lines(&NAME.parse().unwrap()).unwrap().lines;
        let got = Store::new(dir.path())
            .fetch(&offline, &lines[0], &Quiet)
            .unwrap();
        assert_eq!(got, (bytes.clone(), true));
    }
    let culprit = |url: &str| {
        let dir = tempfile::tempdir().unwrap();
        let error = get(url, dir.path(), options(), None).unwrap_err();
        assert_eq!(stored(dir.path()), [""; 0]);
        error
    };
    let absent = format!("{root}/absent");
    told(
        &culprit(&absent),
        Kind::Absent,
        &[&absent],
        "check the address",
    );
    for bad in [
        "registry",
        "file://registry",
        "ftp://x",
        "",
        "http://",
        "https://a b/",
    ] {
        let error = Registry::open(bad, Http::new(options()), None, false, None).unwrap_err();
        told(&error, Kind::Address, &[&format!("`{bad}`")], "");
    }
    let error = Registry::open(
        "https://me:secret@registry.example/",
        Http::new(options()),
        None,
        false,
        None,
    );
    let error = error.unwrap_err();
    told(
        &error,
        Kind::Address,
        &["a user or a password"],
        "plugin login",
    );
    assert!(!error.to_string().contains("secret"));
    // The artifact is another, too short, too long, gone.
    let path = registry.file(&format!("cas/sha256/{}", Checksum::of(&bytes).hex()));
    let shown = path.display().to_string();
    let size = format!("{} bytes", bytes.len());
    let mut flipped = bytes.clone();
    flipped[9] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    let sums = [Checksum::of(&bytes), Checksum::of(&flipped)].map(|sum| sum.to_string());
    let culprits = [NAME, "1.0.0", &shown, &sums[0], &sums[1]];
    told(&culprit(&root), Kind::Mismatch, &culprits, "publisher");
    for other in [&bytes[1..], &[&bytes[..], b"x"].concat()] {
        std::fs::write(&path, other).unwrap();
        let other = format!("{} bytes", other.len());
        let culprits = [NAME, "1.0.0", &shown, &size, &other];
        told(&culprit(&root), Kind::Mismatch, &culprits, "operator");
    }
    std::fs::remove_file(&path).unwrap();
    told(
        &culprit(&root),
        Kind::Absent,
        &[NAME, "1.0.0", &shown],
        "operator",
    );
    // An index that is too large, and one that is a folder.
    let path = registry.file("index/acme/x");
    let shown = path.display().to_string();
    std::fs::File::create(&path)
        .unwrap()
        .set_len(17 << 20)
        .unwrap();
    told(
        &culprit(&root),
        Kind::Answer,
        &[&shown, "16777216 bytes"],
        "operator",
    );
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    told(&culprit(&root), Kind::Local, &[&shown], "check that file");
}

#[test]
fn a_folders_artifacts_are_where_it_says() {
    let (registry, server, bytes) = served(false);
    server.stop();
    let root = registry.root().display().to_string();
    let moved = registry.dir.path().join("moved");
    std::fs::write(&moved, &bytes).unwrap();
    let config = |dl: &str| {
        let text = serde_json::json!({ "v": 1, "dl": dl }).to_string();
        std::fs::write(registry.file("config.json"), text).unwrap();
        let dir = tempfile::tempdir().unwrap();
        get(&root, dir.path(), options(), None)
    };
    assert_eq!(
        config(&format!("file://{}", moved.display())).unwrap(),
        bytes
    );
    let server = Hostile::registry(&bytes, |_, _| false);
    assert_eq!(
        config(&format!("{}/cas/sha256/{{sha256}}", server.url)).unwrap(),
        bytes
    );
    assert_eq!(server.downloads()[0].header("authorization"), None);
    for bad in [
        "../moved",
        "cas/../../moved",
        "file://moved",
        "ftp://moved",
        "a\u{7}b",
    ] {
        let culprits = [NAME, "1.0.0", root.as_str(), "which is no address"];
        told(
            &config(bad).unwrap_err(),
            Kind::Answer,
            &culprits,
            "operator",
        );
    }
    // An absolute path is one below the registry.
    let error = config(&moved.display().to_string()).unwrap_err();
    told(&error, Kind::Absent, &[&root, NAME, "1.0.0"], "operator");
}
