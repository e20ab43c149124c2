//! The client against servers that are slow, broken, or no registries: every
//! question comes to an end, and the error names who is to blame.

#[path = "support/hostile.rs"]
mod hostile;

use buildfix_registry::client::{HttpOptions, Kind};
use buildfix_registry::index::Checksum;
use hostile::{
    FILES, HTML, Hostile, NAME, artifact, drip, get, head, index, ok, options, partial, path,
    reply, stored, told,
};
use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Gives up soon.
fn hasty() -> HttpOptions {
    HttpOptions {
        idle: Duration::from_millis(400),
        small: Duration::from_millis(400),
        rate: 1 << 20,
        attempts: 2,
        ..options()
    }
}

#[test]
fn a_head_that_drips_is_given_up() {
    for file in FILES {
        let server = Hostile::registry(&artifact(), move |request, stream| {
            let slow = request.path.starts_with(file);
            if slow {
                let endless = b"HTTP/1.1 200 OK\r\nx-slow: ".iter().copied();
                drip(stream, endless.chain(std::iter::repeat(b'a')));
            }
            slow
        });
        let dir = tempfile::tempdir().unwrap();
        let error = get(&server.url, dir.path(), hasty(), None).unwrap_err();
        let address = format!("{}{file}", server.url);
        told(&error, Kind::Unreachable, &[&address], "network");
        let asked = server.seen();
        let asked = asked.iter().filter(|one| one.path.starts_with(file));
        assert_eq!(asked.count(), 2, "{file}");
        assert_eq!(stored(dir.path()), [""; 0]);
    }
}

#[test]
fn a_body_that_drips_is_given_up_however_steadily() {
    let bytes = artifact();
    for file in FILES {
        let body = bytes.clone();
        let server = Hostile::registry(&bytes, move |request, stream| {
            let slow = request.path.starts_with(file);
            if slow {
                head(stream, "200 OK", &[("content-length", "300000")]);
                drip(stream, body.iter().copied());
            }
            slow
        });
        let dir = tempfile::tempdir().unwrap();
        // No two bytes are far enough apart for this one.
        let steady = HttpOptions {
            idle: Duration::from_secs(60),
            ..hasty()
        };
        let error = get(&server.url, dir.path(), steady, None).unwrap_err();
        let address = format!("{}{file}", server.url);
        told(
            &error,
            Kind::Unreachable,
            &[&address, "broke off", "too slow"],
            "try again",
        );
        if file == "/cas/" {
            told(&error, error.kind, &["of 300000 bytes", NAME, "1.2.0"], "");
            // What came is good for the next time.
            assert_eq!(stored(dir.path()), [partial(&bytes)]);
        }
    }
}

#[test]
fn what_is_not_there_is_named_whatever_the_body_says() {
    for status in ["404 Not Found", "410 Gone"] {
        for (file, culprit, help) in [
            (
                "/config.json",
                "there is no registry at",
                "check the address",
            ),
            ("/index/acme/x", "has no plugin `acme/x`", "plugin search x"),
            ("/cas/", "the index has plugin `acme/x` 1.2.0", "operator"),
        ] {
            let server = Hostile::registry(&artifact(), move |request, stream| {
                let odd = request.path.starts_with(file);
                if odd {
                    reply(stream, status, &[("content-type", "text/html")], HTML);
                }
                odd
            });
            let dir = tempfile::tempdir().unwrap();
            let error = get(&server.url, dir.path(), options(), None).unwrap_err();
            told(&error, Kind::Absent, &[culprit, &server.url], help);
            assert_eq!(stored(dir.path()), [""; 0]);
            // It is asked for once: it will not be there the next moment.
            let seen = server.seen();
            let asked = seen.iter().filter(|one| one.path.starts_with(file));
            assert_eq!(asked.count(), 1, "{file}");
        }
    }
}

#[test]
fn a_page_in_place_of_a_file_is_no_registry() {
    let bytes = artifact();
    for (file, culprit, help) in [
        (
            "/config.json",
            "config.json of the registry",
            "is that the address of a registry?",
        ),
        (
            "/index/acme/x",
            "index/acme/x of the registry",
            "is that the address of a registry?",
        ),
    ] {
        let server = Hostile::registry(&bytes, move |request, stream| {
            let odd = request.path.starts_with(file);
            if odd {
                ok(stream, HTML);
            }
            odd
        });
        let dir = tempfile::tempdir().unwrap();
        let error = get(&server.url, dir.path(), options(), None).unwrap_err();
        let culprits = [culprit, &server.url, "cannot be read"];
        told(&error, Kind::Answer, &culprits, help);
    }
    // In place of an artifact: shorter, as long, longer.
    let page = |size: usize| -> Vec<u8> { HTML.iter().copied().cycle().take(size).collect() };
    for size in [HTML.len(), bytes.len(), bytes.len() + 1] {
        let body = page(size);
        let sum = Checksum::of(&body).to_string();
        let server = Hostile::registry(&bytes, move |request, stream| {
            let odd = request.path.starts_with("/cas/");
            if odd {
                ok(stream, &body);
            }
            odd
        });
        let dir = tempfile::tempdir().unwrap();
        let error = get(&server.url, dir.path(), options(), None).unwrap_err();
        let address = format!("{}{}", server.url, path(&bytes));
        let culprits = [NAME, "1.2.0", &address, "300000 bytes"];
        told(&error, Kind::Mismatch, &culprits, "was published");
        if size == bytes.len() {
            told(&error, error.kind, &[&sum], "");
        }
        assert_eq!(stored(dir.path()), [""; 0], "{size}");
        assert_eq!(server.downloads().len(), 1, "{size}");
    }
}

#[test]
fn a_servers_own_fault_is_tried_again_and_no_other() {
    let bytes = artifact();
    for file in FILES {
        for status in [
            "500 Oops",
            "502 Oops",
            "503 Oops",
            "504 Oops",
            "429 Slow Down",
        ] {
            let tries = AtomicUsize::new(0);
            let server = Hostile::registry(&bytes, move |request, stream| {
                let odd =
                    request.path.starts_with(file) && tries.fetch_add(1, Ordering::SeqCst) < 2;
                if odd {
                    reply(stream, status, &[], HTML);
                }
                odd
            });
            let dir = tempfile::tempdir().unwrap();
            let got = get(&server.url, dir.path(), options(), None);
            assert_eq!(got.unwrap(), bytes, "{file} {status}");
        }
        for (status, kind, times) in [
            ("503 Oops", Kind::Unreachable, 3),
            ("501 Never", Kind::Answer, 1),
            ("418 Teapot", Kind::Answer, 1),
        ] {
            let server = Hostile::registry(&bytes, move |request, stream| {
                let odd = request.path.starts_with(file);
                if odd {
                    reply(stream, status, &[], HTML);
                }
                odd
            });
            let dir = tempfile::tempdir().unwrap();
            let error = get(&server.url, dir.path(), options(), None).unwrap_err();
            let address = format!("{}{file}", server.url);
            let code = format!("status {}", &status[..3]);
            told(&error, kind, &[&address, &code], "try again later");
            let seen = server.seen();
            let asked = seen.iter().filter(|one| one.path.starts_with(file));
            assert_eq!(asked.count(), times, "{file} {status}");
        }
    }
}

#[test]
fn a_head_without_end_is_not_read_to_its_end() {
    let bytes = artifact();
    for file in FILES {
        for kind in ["one", "many"] {
            let server = Hostile::registry(&bytes, move |request, stream| {
                let odd = request.path.starts_with(file);
                if odd {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-one: ");
                    let piece: &[u8] = match kind {
                        "one" => &[b'a'; 1_000],
                        _ => b"aaaaaaaaaaaaaaaaaaaaaaa\r\nx-many: ",
                    };
                    while stream.write_all(piece).is_ok() {}
                }
                odd
            });
            let dir = tempfile::tempdir().unwrap();
            let error = get(&server.url, dir.path(), options(), None).unwrap_err();
            let address = format!("{}{file}", server.url);
            told(
                &error,
                Kind::Answer,
                &[&address],
                "is that the address of a registry?",
            );
            assert_eq!(stored(dir.path()), [""; 0]);
        }
    }
}

#[test]
fn an_index_without_end_is_not_read_to_its_end() {
    let bytes = artifact();
    for (file, limit) in [("/config.json", "262144"), ("/index/acme/x", "16777216")] {
        for status in ["200 OK", "404 Not Found"] {
            let server = Hostile::registry(&bytes, move |request, stream| {
                let odd = request.path.starts_with(file);
                if odd {
                    head(stream, status, &[]);
                    while stream.write_all(&[b' '; 65_536]).is_ok() {}
                }
                odd
            });
            let dir = tempfile::tempdir().unwrap();
            let error = get(&server.url, dir.path(), options(), None).unwrap_err();
            let address = format!("{}{file}", server.url);
            told(
                &error,
                Kind::Answer,
                &[&address, &format!("more than {limit} bytes")],
                "is that the address of a registry?",
            );
        }
    }
}

#[test]
fn an_index_of_sixty_thousand_lines_is_read() {
    let bytes = artifact();
    let server = Hostile::registry(&bytes, |request, stream| {
        let odd = request.path.starts_with("/index/");
        if odd {
            let one = String::from_utf8(index(&artifact(), |_| {})).unwrap();
            let versions = (0..60_000).map(|n| one.replace("1.2.0", &format!("1.2.{n}")));
            let all: Vec<String> = versions.collect();
            ok(stream, all.join("\n").as_bytes());
        }
        odd
    });
    let dir = tempfile::tempdir().unwrap();
    let got = get(&server.url, dir.path(), options(), None);
    assert_eq!(got.unwrap(), bytes);
}

#[test]
fn what_does_not_speak_http_is_told_apart_from_what_is_away() {
    let server = Hostile::start(|_, stream| {
        let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.6\r\nProtocol mismatch.\r\n");
    });
    let dir = tempfile::tempdir().unwrap();
    let error = get(&server.url, dir.path(), options(), None).unwrap_err();
    let address = format!("{}/config.json", server.url);
    told(
        &error,
        Kind::Answer,
        &[&address],
        "is that the address of a registry?",
    );
    // Hangs up at once.
    let server = Hostile::start(|_, _| {});
    let error = get(&server.url, dir.path(), options(), None).unwrap_err();
    let address = format!("{}/config.json", server.url);
    told(&error, Kind::Unreachable, &[&address], "network");
    assert_eq!(server.seen().len(), 3);
    // Nobody is there.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let error = get(&url, dir.path(), options(), None).unwrap_err();
    told(&error, Kind::Unreachable, &[&url], "network");
}
