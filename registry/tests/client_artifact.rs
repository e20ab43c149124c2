//! Downloads that break off, never end, or bring other bytes: what came is gone on
//! with if it may be right, and is not kept if it is wrong.

#[path = "support/hostile.rs"]
mod hostile;

use buildfix_registry::client::{HttpOptions, Kind};
use buildfix_registry::index::Checksum;
use hostile::{
    HTML, Hostile, NAME, artifact, get, head, index, ok, options, partial, path, reply, stored,
    told,
};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn a_download_that_stops_is_given_up_and_gone_on_with() {
    let bytes = artifact();
    let (body, tries) = (bytes.clone(), AtomicUsize::new(0));
    let server = Hostile::registry(&bytes, move |request, stream| {
        let Some(from) = request.path.starts_with("/cas/").then(|| request.from()) else {
            return false;
        };
        let from = from.unwrap_or(0);
        let range = format!("bytes {from}-299999/300000");
        match tries.fetch_add(1, Ordering::SeqCst) {
            // A third, then silence for longer than anybody waits.
            0 => {
                head(stream, "200 OK", &[("content-length", "300000")]);
                let _ = stream.write_all(&body[..100_000]);
                std::thread::sleep(Duration::from_secs(20));
            }
            // A third, and the line is cut.
            1 => {
                let length = (300_000 - from).to_string();
                let headers = [
                    ("content-length", length.as_str()),
                    ("content-range", &range),
                ];
                head(stream, "206 Partial Content", &headers);
                let _ = stream.write_all(&body[from..200_000]);
            }
            _ => reply(
                stream,
                "206 Partial Content",
                &[("content-range", &range)],
                &body[from..],
            ),
        }
        true
    });
    let dir = tempfile::tempdir().unwrap();
    let options = HttpOptions {
        idle: Duration::from_secs(1),
        ..options()
    };
    assert_eq!(get(&server.url, dir.path(), options, None).unwrap(), bytes);
    let asked: Vec<_> = server.downloads().iter().map(|one| one.from()).collect();
    assert_eq!(asked, [None, Some(100_000), Some(200_000)]);
    assert_eq!(stored(dir.path()), [Checksum::of(&bytes).hex()]);
}

#[test]
fn what_broke_off_in_one_process_is_gone_on_with_in_the_next() {
    let bytes = artifact();
    let (body, broken) = (bytes.clone(), AtomicUsize::new(0));
    let server = Hostile::registry(&bytes, move |request, stream| {
        if !request.path.starts_with("/cas/") {
            return false;
        }
        match request.from() {
            None => {
                broken.fetch_add(1, Ordering::SeqCst);
                head(stream, "200 OK", &[("content-length", "300000")]);
                let _ = stream.write_all(&body[..123_456]);
            }
            Some(from) => {
                let range = format!("bytes {from}-299999/300000");
                let headers = [("content-range", range.as_str())];
                reply(stream, "206 Partial Content", &headers, &body[from..]);
            }
        }
        true
    });
    let dir = tempfile::tempdir().unwrap();
    let once = HttpOptions {
        attempts: 1,
        ..options()
    };
    let error = get(&server.url, dir.path(), once.clone(), None).unwrap_err();
    let address = format!("{}{}", server.url, path(&bytes));
    told(
        &error,
        Kind::Unreachable,
        &[&address, "after 123456 of 300000 bytes", NAME, "1.2.0"],
        "goes on where it broke off",
    );
    assert_eq!(stored(dir.path()), [partial(&bytes)]);
    assert_eq!(get(&server.url, dir.path(), once, None).unwrap(), bytes);
    let asked: Vec<_> = server.downloads().iter().map(|one| one.from()).collect();
    assert_eq!(asked, [None, Some(123_456)]);
}

#[test]
fn a_flipped_byte_is_told_with_both_checksums_and_leaves_nothing() {
    let bytes = artifact();
    for at in [0, 150_000, 299_999] {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        let body = flipped.clone();
        let server = Hostile::registry(&bytes, move |request, stream| {
            let odd = request.path.starts_with("/cas/");
            if odd {
                ok(stream, &body);
            }
            odd
        });
        let dir = tempfile::tempdir().unwrap();
        let error = get(&server.url, dir.path(), options(), None).unwrap_err();
        told(
            &error,
            Kind::Mismatch,
            &[
                "checksum mismatch for plugin `acme/x` 1.2.0",
                &Checksum::of(&bytes).to_string(),
                &Checksum::of(&flipped).to_string(),
                &format!("{}{}", server.url, path(&bytes)),
            ],
            "do not go on unless its publisher explains why",
        );
        assert_eq!(stored(dir.path()), [""; 0]);
        assert_eq!(server.downloads().len(), 1);
    }
}

#[test]
fn an_endless_artifact_is_stopped_where_it_should_have_ended() {
    let bytes = artifact();
    // Without a length, in chunks, with a length that is a lie.
    for framing in [
        None,
        Some(("transfer-encoding", "chunked")),
        Some(("content-length", "10737418240")),
    ] {
        let sent = std::sync::Arc::new(AtomicUsize::new(0));
        let (body, count) = (bytes.clone(), sent.clone());
        let server = Hostile::registry(&bytes, move |request, stream| {
            if !request.path.starts_with("/cas/") {
                return false;
            }
            let headers: Vec<_> = framing.into_iter().collect();
            head(stream, "200 OK", &headers);
            let mut piece = body[..50_000].to_vec();
            if framing.is_some_and(|(_, value)| value == "chunked") {
                piece = [b"c350\r\n", &piece[..], b"\r\n"].concat();
            }
            while stream.write_all(&piece).is_ok() {
                count.fetch_add(piece.len(), Ordering::SeqCst);
            }
            true
        });
        let dir = tempfile::tempdir().unwrap();
        let error = get(&server.url, dir.path(), options(), None).unwrap_err();
        let address = format!("{}{}", server.url, path(&bytes));
        let culprits = [NAME, "1.2.0", &address, "300000 bytes"];
        told(&error, Kind::Mismatch, &culprits, "operator");
        assert_eq!(stored(dir.path()), [""; 0]);
        assert_eq!(server.downloads().len(), 1);
        // The rest is what the two sockets hold.
        let sent = sent.load(Ordering::SeqCst);
        assert!(sent < 64 << 20, "{sent} bytes were sent");
    }
}

#[test]
fn an_artifact_that_ends_early_is_told_with_both_sizes() {
    let bytes = artifact();
    let body = bytes.clone();
    // Its length says so: nothing is waited for, nothing is kept.
    let server = Hostile::registry(&bytes, move |request, stream| {
        let odd = request.path.starts_with("/cas/");
        if odd {
            ok(stream, &body[..200_000]);
        }
        odd
    });
    let dir = tempfile::tempdir().unwrap();
    let error = get(&server.url, dir.path(), options(), None).unwrap_err();
    let address = format!("{}{}", server.url, path(&bytes));
    let culprits = [NAME, "1.2.0", &address, "200000 bytes", "300000 bytes"];
    told(&error, Kind::Mismatch, &culprits, "operator");
    assert_eq!(stored(dir.path()), [""; 0]);
    assert_eq!(server.downloads().len(), 1);
    // Without a length it might be the line: tried again, then told.
    let body = bytes.clone();
    let server = Hostile::registry(&bytes, move |request, stream| {
        let odd = request.path.starts_with("/cas/");
        if odd {
            head(stream, "200 OK", &[]);
            let _ = stream.write_all(&body[..200_000]);
        }
        odd
    });
    let error = get(&server.url, dir.path(), options(), None).unwrap_err();
    let address = format!("{}{}", server.url, path(&bytes));
    told(
        &error,
        Kind::Unreachable,
        &[NAME, "1.2.0", &address, "200000 of 300000 bytes"],
        "try again",
    );
    assert_eq!(server.downloads().len(), 3);
}

/// Leaves the first half of an artifact as a killed process does.
fn half(dir: &Path, bytes: &[u8]) {
    std::fs::create_dir_all(dir.join("sha256")).unwrap();
    let path = dir.join("sha256").join(partial(bytes));
    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
}

#[test]
fn a_server_that_gets_ranges_wrong_costs_a_whole_download_and_no_more() {
    let bytes = artifact();
    type Wrong = fn(&[u8], &mut std::net::TcpStream);
    let ways: [(&str, Wrong, usize); 5] = [
        // Sends all of it.
        ("ignored", |all, stream| ok(stream, all), 1),
        (
            "another range",
            |all, stream| {
                let headers = [("content-range", "bytes 7-299999/300000")];
                reply(stream, "206 Partial Content", &headers, &all[7..]);
            },
            2,
        ),
        (
            "no range",
            |all, stream| reply(stream, "206 Partial Content", &[], &all[150_000..]),
            2,
        ),
        (
            "416",
            |_, stream| reply(stream, "416 Range Not Satisfiable", &[], HTML),
            2,
        ),
        // The right range of other bytes.
        (
            "a lie",
            |all, stream| {
                let headers = [("content-range", "bytes 150000-299999/300000")];
                reply(stream, "206 Partial Content", &headers, &all[..150_000]);
            },
            2,
        ),
    ];
    for (what, wrong, requests) in ways {
        let body = bytes.clone();
        let server = Hostile::registry(&bytes, move |request, stream| {
            let odd = request.from().is_some();
            if odd {
                wrong(&body, stream);
            }
            odd
        });
        let dir = tempfile::tempdir().unwrap();
        half(dir.path(), &bytes);
        let got = get(&server.url, dir.path(), options(), None);
        assert_eq!(got.unwrap(), bytes, "{what}");
        let asked: Vec<_> = server.downloads().iter().map(|one| one.from()).collect();
        assert_eq!(asked.len(), requests, "{what}");
        assert_eq!(asked[0], Some(150_000), "{what}");
        assert_eq!(stored(dir.path()), [Checksum::of(&bytes).hex()], "{what}");
    }
}

#[test]
fn a_part_that_was_not_asked_for_is_told_with_its_range() {
    let bytes = artifact();
    let server = Hostile::registry(&bytes, |request, stream| {
        let odd = request.path.starts_with("/cas/");
        if odd {
            let headers = [("content-range", "bytes 7-9/300000")];
            reply(stream, "206 Partial Content", &headers, b"abc");
        }
        odd
    });
    let dir = tempfile::tempdir().unwrap();
    let error = get(&server.url, dir.path(), options(), None).unwrap_err();
    let address = format!("{}{}", server.url, path(&bytes));
    let culprits = [&address, "bytes 7-9/300000", NAME, "1.2.0"];
    told(
        &error,
        Kind::Answer,
        &culprits,
        "does not work as it should",
    );
    assert_eq!(stored(dir.path()), [""; 0]);
    assert_eq!(server.downloads().len(), 3);
}

#[test]
fn a_line_that_is_larger_than_any_plugin_is_not_asked_for() {
    let server = Hostile::registry(&artifact(), |request, stream| {
        let odd = request.path.starts_with("/index/");
        if odd {
            ok(stream, &index(&artifact(), |line| line.size = 10 << 30));
        }
        odd
    });
    let dir = tempfile::tempdir().unwrap();
    let error = get(&server.url, dir.path(), options(), None).unwrap_err();
    let culprits = [NAME, "1.2.0", "10737418240 bytes"];
    told(&error, Kind::Answer, &culprits, "tell its publisher");
    assert_eq!(server.downloads().len(), 0);
}
