//! Servers that drip, and servers that answer with pages.

use crate::world::World;
use crate::{INSTALL, Outcome, hasty, turn};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const PAGE: &[u8] = b"<!DOCTYPE html><html><body><h1>Not here</h1></body></html>";

/// What a server does with a request for a file, instead of sending it.
#[derive(Clone, Copy, PartialEq)]
enum Odd {
    DripHead,
    DripBody,
    Page(&'static str),
}

/// A server of a registry's files that does odd things to some of them; gives its
/// address and counts the odd ones.
fn odd(root: PathBuf, file: &'static str, odd: Option<Odd>) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let (root, seen) = (root.clone(), seen.clone());
            std::thread::spawn(move || answer(&mut stream, &root, file, odd, &seen));
        }
    });
    (address, count)
}

fn answer(
    stream: &mut TcpStream,
    root: &Path,
    file: &str,
    odd: Option<Odd>,
    seen: &AtomicUsize,
) -> Option<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let whole = |status: &str, body: &[u8]| {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n");
        [format!("{head}connection: close\r\n\r\n").as_bytes(), body].concat()
    };
    let bytes = std::fs::read(root.join(&path)).ok();
    let good = match &bytes {
        Some(bytes) => whole("200 OK", bytes),
        None => whole("404 Not Found", PAGE),
    };
    let odd = odd.filter(|_| path.starts_with(file));
    if odd.is_some() {
        seen.fetch_add(1, Ordering::SeqCst);
    }
    match odd {
        None => stream.write_all(&good).ok()?,
        Some(Odd::Page(status)) => stream.write_all(&whole(status, PAGE)).ok()?,
        Some(drip) => {
            let body = good.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
            let at_once = if drip == Odd::DripHead { 0 } else { body };
            stream.write_all(&good[..at_once]).ok()?;
            for byte in &good[at_once..] {
                stream.write_all(&[*byte]).ok()?;
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
    Some(())
}

/// A world with one plugin installed from its folder, and the address of another
/// registry for the next.
fn besieged(address: &str) -> World {
    let world = World::new();
    world.publish("acme/lend", "1.0.0", "");
    world.publish("acme/borrow", "1.0.0", "");
    world.good(&["plugin", "install", "acme/lend"]);
    assert!(world.lock().contains("acme/lend"));
    if !address.is_empty() {
        turn(&world, address);
    }
    world
}

/// What is in the store but for what a later download goes on with.
fn whole(world: &World) -> Vec<(String, String)> {
    let mut state: Vec<_> = world.state().into_iter().collect();
    state.retain(|(name, _)| !name.ends_with(".partial"));
    state
}

const FILES: [&str; 3] = ["config.json", "index/acme/borrow", "cas/"];

pub fn a_server_that_drips_is_given_up_and_named() -> Outcome {
    for file in FILES {
        for kind in [Odd::DripHead, Odd::DripBody] {
            let world = besieged("");
            let (address, asked) = odd(world.registry(), file, Some(kind));
            turn(&world, &address);
            let before = whole(&world);
            let (code, error) = hasty(&world, &INSTALL, "1", "0");
            assert_eq!(code, Some(3), "{error}");
            let culprit = format!("{address}/{file}");
            for part in ["error: ", "help: ", &culprit] {
                assert!(error.contains(part), "{part} in {error}");
            }
            assert_eq!(asked.load(Ordering::SeqCst), 1);
            assert_eq!(whole(&world), before, "{error}");
            // And nothing is in the way of a better one.
            let (better, _) = odd(world.registry(), "", None);
            let toml = world.toml().replace(&address, &better);
            std::fs::write(world.project().join("buildfix.toml"), toml)?;
            world.good(&INSTALL);
            assert!(!world.state().keys().any(|name| name.ends_with(".partial")));
        }
    }
    Ok(())
}

pub fn a_page_in_place_of_a_file_is_told() -> Outcome {
    for (file, status, culprit) in [
        ("config.json", "404 Not Found", "there is no registry at"),
        (
            "index/acme/borrow",
            "404 Not Found",
            "has no plugin `acme/borrow`",
        ),
        (
            "cas/",
            "404 Not Found",
            "the index has plugin `acme/borrow` 1.0.0",
        ),
        ("config.json", "200 OK", "config.json of the registry"),
        (
            "index/acme/borrow",
            "200 OK",
            "index/acme/borrow of the registry",
        ),
        ("cas/", "200 OK", "plugin `acme/borrow` 1.0.0 has"),
    ] {
        let world = besieged("");
        let (address, _) = odd(world.registry(), file, Some(Odd::Page(status)));
        turn(&world, &address);
        let error = world.bad(&INSTALL);
        for part in [culprit, &address] {
            assert!(error.contains(part), "{part} in {error}");
        }
        // The plugin that is here works on.
        world.good(&["run", "--yes", "--", "true"]);
    }
    Ok(())
}

pub fn patience_is_the_users_choice() -> Outcome {
    let world = besieged("");
    let (address, asked) = odd(
        world.registry(),
        "config.json",
        Some(Odd::Page("503 Service Unavailable")),
    );
    turn(&world, &address);
    for (retries, times) in [("0", 1), ("2", 3)] {
        asked.store(0, Ordering::SeqCst);
        let (code, error) = hasty(&world, &INSTALL, "", retries);
        assert_eq!(code, Some(3), "{error}");
        assert!(error.contains("status 503"), "{error}");
        assert_eq!(asked.load(Ordering::SeqCst), times);
    }
    for (timeout, retries, culprit) in [
        ("0", "", "BUILDFIX_HTTP_TIMEOUT is `0`"),
        ("soon", "", "BUILDFIX_HTTP_TIMEOUT is `soon`"),
        ("3601", "", "from 1 to 3600"),
        ("", "11", "BUILDFIX_NET_RETRY is `11`"),
        ("", "-1", "from 0 to 10"),
    ] {
        asked.store(0, Ordering::SeqCst);
        let (code, error) = hasty(&world, &INSTALL, timeout, retries);
        assert_eq!(code, Some(3), "{error}");
        assert!(
            error.contains(culprit) && error.contains("help: "),
            "{error}"
        );
        assert_eq!(asked.load(Ordering::SeqCst), 0);
    }
    Ok(())
}
