//! What the client keeps from one time to the next, answers and artifacts, and what
//! it makes of what rotted.

#[path = "support/hostile.rs"]
mod hostile;
mod support;

use buildfix_registry::client::{ClientError, Http, Kind, Quiet, Registry, Store};
use buildfix_registry::index::{Checksum, Line};
use hostile::{
    CONFIG, Hostile, NAME, Request, artifact, get, head, line, ok, options, reply, stored, told,
};
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn open(url: &str, dir: &Path, offline: bool) -> Registry {
    let http = Http::new(options());
    Registry::open(url, http, Some(&dir.join("answers")), offline, None).unwrap()
}

/// Answers with an entity tag, and with 304 to who knows it.
fn tagged(request: &Request, stream: &mut TcpStream, body: &[u8]) {
    let tag = format!("\"{}\"", Checksum::of(body).hex());
    match request.header("if-none-match") == Some(&tag) {
        true => head(stream, "304 Not Modified", &[("etag", &tag)]),
        false => reply(stream, "200 OK", &[("etag", &tag)], body),
    }
}

/// A registry with entity tags and an index that a test can change.
fn tagging(index: &'static Mutex<Vec<u8>>) -> Hostile {
    Hostile::start(move |request, stream| match request.path.as_str() {
        "/config.json" => tagged(request, stream, CONFIG.as_bytes()),
        "/index/acme/x" => tagged(request, stream, &index.lock().unwrap().clone()),
        _ => ok(stream, &artifact()),
    })
}

fn index(versions: &[&str]) -> Vec<u8> {
    let one = serde_json::to_string(&line(&artifact())).unwrap();
    let lines = versions.iter().map(|version| one.replace("1.2.0", version));
    lines.collect::<Vec<_>>().join("\n").into_bytes()
}

fn leaked(bytes: Vec<u8>) -> &'static Mutex<Vec<u8>> {
    Box::leak(Box::new(Mutex::new(bytes)))
}

fn versions(registry: &Registry) -> Result<Vec<String>, ClientError> {
    let lines = registry.lines(&NAME.parse().unwrap())?.lines;
    Ok(lines.iter().map(|line| line.vers.to_string()).collect())
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let now = leaked(index(&["1.2.0"]));
    let server = tagging(now);
    let dir = tempfile::tempdir().unwrap();
    let known = || {
        let seen = server.seen();
        let index = seen.iter().filter(|one| one.path == "/index/acme/x");
        let known = index.map(|one| one.header("if-none-match").map(str::to_owned));
        known.collect::<Vec<_>>()
    };
    assert_eq!(
        versions(&open(&server.url, dir.path(), false)).unwrap(),
        ["1.2.0"]
    );
    assert_eq!(known(), [None]);
    // Another time: asked with the tag, answered with 304, and just as well known.
    let registry = open(&server.url, dir.path(), false);
    assert_eq!(versions(&registry).unwrap(), ["1.2.0"]);
    let first = Some(format!("\"{}\"", Checksum::of(&index(&["1.2.0"])).hex()));
    assert_eq!(known(), [None, first.clone()]);
    // One registry's configuration is read once, and once more by another.
    assert_eq!(versions(&registry).unwrap(), ["1.2.0"]);
    assert_eq!(server.count("/config.json"), 2);
    // It changed.
    *now.lock().unwrap() = index(&["1.2.0", "1.3.0"]);
    assert_eq!(versions(&registry).unwrap(), ["1.2.0", "1.3.0"]);
    assert_eq!(versions(&registry).unwrap(), ["1.2.0", "1.3.0"]);
    let last = known().pop().unwrap();
    assert!(last.is_some() && last != first);
    // What is kept and rotted is asked for as if it were not there.
    for path in kept(dir.path()) {
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(versions(&registry).unwrap(), ["1.2.0", "1.3.0"]);
    assert_eq!(known().pop().unwrap(), None);
    // Without a folder for answers nothing is kept.
    let nowhere = Registry::open(&server.url, Http::new(options()), None, false, None).unwrap();
    for _ in 0..2 {
        versions(&nowhere).unwrap();
        assert_eq!(known().pop().unwrap(), None);
    }
}

/// The answers that a folder keeps.
fn kept(dir: &Path) -> Vec<PathBuf> {
    let answers = support::snapshot(&dir.join("answers"));
    answers.into_iter().map(|(path, _)| path).collect()
}

#[test]
fn two_registries_do_not_share_answers() {
    let servers = [["1.0.0"], ["2.0.0"]].map(|versions| tagging(leaked(index(&versions))));
    let dir = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        for (server, version) in servers.iter().zip(["1.0.0", "2.0.0"]) {
            assert_eq!(
                versions(&open(&server.url, dir.path(), false)).unwrap(),
                [version]
            );
            assert_eq!(
                versions(&open(&server.url, dir.path(), true)).unwrap(),
                [version]
            );
        }
    }
    assert_eq!(kept(dir.path()).len(), 4);
}

#[test]
fn unchanged_without_having_been_asked_is_odd() {
    let server = Hostile::start(|_, stream| head(stream, "304 Not Modified", &[]));
    let dir = tempfile::tempdir().unwrap();
    let error = versions(&open(&server.url, dir.path(), false)).unwrap_err();
    let address = format!("{}/config.json", server.url);
    told(
        &error,
        Kind::Answer,
        &[&address, "304"],
        "does not work as it should",
    );
}

#[test]
fn offline_works_with_what_is_here_and_asks_nobody() {
    let server = tagging(leaked(index(&["1.2.0"])));
    let dir = tempfile::tempdir().unwrap();
    let offline = open(&server.url, dir.path(), true);
    let error = versions(&offline).unwrap_err();
    let address = format!("{}/config.json", server.url);
    told(
        &error,
        Kind::Offline,
        &[&address, "never fetched"],
        "without `--offline`",
    );
    assert_eq!(server.seen().len(), 0);
    // The index was read, the artifact was not.
    versions(&open(&server.url, dir.path(), false)).unwrap();
    let asked = server.seen().len();
    assert_eq!(versions(&offline).unwrap(), ["1.2.0"]);
    let (store, bytes) = (Store::new(dir.path()), artifact());
    let fetch = || store.fetch(&offline, &line(&bytes), &Quiet);
    let error = fetch().unwrap_err();
    told(
        &error,
        Kind::Offline,
        &[NAME, "1.2.0"],
        "buildfix plugin fetch",
    );
    assert_eq!(stored(dir.path()), [""; 0]);
    assert_eq!(server.seen().len(), asked);
    // Everything was.
    get(&server.url, dir.path(), options(), None).unwrap();
    let asked = server.seen().len();
    assert_eq!(fetch().unwrap(), (bytes.clone(), false));
    // It rots: that is found, and it is not mended behind the user's back.
    std::fs::write(store.path(&Checksum::of(&bytes)), &bytes[1..]).unwrap();
    let error = fetch().unwrap_err();
    told(
        &error,
        Kind::Offline,
        &[NAME, "1.2.0"],
        "buildfix plugin fetch",
    );
    assert_eq!(stored(dir.path()), [""; 0]);
    assert_eq!(server.seen().len(), asked);
}

#[test]
fn a_damaged_artifact_is_fetched_anew() {
    let bytes = artifact();
    let server = Hostile::registry(&bytes, |_, _| false);
    let dir = tempfile::tempdir().unwrap();
    let path = Store::new(dir.path()).path(&Checksum::of(&bytes));
    let mut flipped = bytes.clone();
    flipped[7] ^= 1;
    let longer = [&bytes[..], b"x"].concat();
    let damages = [&flipped[..], &bytes[..9], &longer, b""];
    for (number, damage) in damages.into_iter().enumerate() {
        assert_eq!(
            get(&server.url, dir.path(), options(), None).unwrap(),
            bytes
        );
        assert_eq!(
            get(&server.url, dir.path(), options(), None).unwrap(),
            bytes
        );
        assert_eq!(server.downloads().len(), number + 1);
        std::fs::write(&path, damage).unwrap();
    }
    assert_eq!(
        get(&server.url, dir.path(), options(), None).unwrap(),
        bytes
    );
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn what_another_process_left_unfinished_is_never_believed() {
    let bytes = artifact();
    let sum = Checksum::of(&bytes);
    let longer = [&bytes[..], b"and more"].concat();
    for (left, from) in [
        (vec![0; 1_000], Some(1_000)),
        (bytes[..299_999].to_vec(), Some(299_999)),
        (bytes.clone(), None),
        (longer, None),
        (Vec::new(), None),
    ] {
        let body = bytes.clone();
        let server = Hostile::registry(&bytes, move |request, stream| {
            let Some(from) = request.from() else {
                return false;
            };
            let range = format!("bytes {from}-299999/300000");
            let headers = [("content-range", range.as_str())];
            reply(stream, "206 Partial Content", &headers, &body[from..]);
            true
        });
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("sha256")).unwrap();
        let path = dir.path().join(format!("sha256/{}.partial", sum.hex()));
        std::fs::write(path, &left).unwrap();
        assert_eq!(
            get(&server.url, dir.path(), options(), None).unwrap(),
            bytes
        );
        assert_eq!(server.downloads()[0].from(), from);
        assert_eq!(stored(dir.path()), [sum.hex()]);
    }
}

#[test]
fn who_waits_for_progress_is_told_where_a_download_goes_on() {
    #[derive(Default)]
    struct Told {
        begun: Mutex<Vec<(String, u64, u64)>>,
        last: AtomicUsize,
        ended: AtomicUsize,
    }
    impl buildfix_registry::client::Progress for Told {
        fn begin(&self, what: &str, have: u64, size: u64) {
            let begun = (what.to_owned(), have, size);
            self.begun.lock().unwrap().push(begun);
        }
        fn at(&self, bytes: u64) {
            self.last.store(bytes as usize, Ordering::SeqCst);
        }
        fn end(&self) {
            self.ended.fetch_add(1, Ordering::SeqCst);
        }
    }
    let bytes = artifact();
    let (body, broken) = (bytes.clone(), AtomicBool::new(false));
    let server = Hostile::registry(&bytes, move |request, stream| {
        if !request.path.starts_with("/cas/") || broken.swap(true, Ordering::SeqCst) {
            return false;
        }
        head(stream, "200 OK", &[("content-length", "300000")]);
        let _ = stream.write_all(&body[..100_000]);
        true
    });
    let dir = tempfile::tempdir().unwrap();
    let registry = open(&server.url, dir.path(), false);
    let progress = Told::default();
    let wanted: Line = line(&bytes);
    Store::new(dir.path())
        .fetch(&registry, &wanted, &progress)
        .unwrap();
    // This server does not know ranges: it begins anew.
    let what = "plugin `acme/x` 1.2.0".to_owned();
    let begun = [(what.clone(), 0, 300_000), (what, 0, 300_000)];
    assert_eq!(progress.begun.into_inner().unwrap(), begun);
    assert_eq!(progress.last.into_inner(), 300_000);
    assert_eq!(progress.ended.into_inner(), 1);
}
