//! `buildfix registry` as a process: made, served, killed, verified.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use wit_component::{StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

fn buildfix(args: &[&str], dir: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_buildfix"));
    command.arg("registry").args(args).current_dir(dir);
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A server and where it listens.
fn serve(dir: &Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_buildfix"))
        .args(["registry", "serve", "reg", "--token-file", "tokens.toml"])
        .current_dir(dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.as_mut().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("http://").unwrap();
    let address = address.strip_suffix('/').unwrap().to_owned();
    (child, address)
}

fn module() -> Vec<u8> {
    let mut resolve = Resolve::default();
    let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/fixer-0.1.0");
    let (package, _) = resolve.push_dir(wit).unwrap();
    let world = resolve.select_world(&[package], Some("fixer")).unwrap();
    let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, true).unwrap();
    module
}

/// Publishes, and gives the status line; empty if the server went away.
fn publish(address: &str, token: &str, module: &[u8], name: &str, version: &str) -> String {
    let manifest = format!(
        "manifest-version = 1\nname = \"{name}\"\nversion = \"{version}\"\n[fixer]\n\
         world = \"buildfix:fixer@0.1.0\"\nclasses = [\"rust/E0382\"]\n"
    );
    let body = buildfix_component::componentize(module, &manifest).unwrap();
    let head = format!(
        "PUT /api/v1/plugins/{name}/{version} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut answer = Vec::new();
    if let Ok(mut stream) = TcpStream::connect(address) {
        let sent = stream.write_all(head.as_bytes());
        let _ = sent.and_then(|()| stream.write_all(&body));
        let _ = stream.read_to_end(&mut answer);
    }
    text(&answer).lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_killed_server_leaves_a_whole_registry() {
    let dir = tempfile::tempdir().unwrap();
    let made = buildfix(&["init", "reg"], dir.path());
    assert!(made.status.success(), "{made:?}");
    let token = [
        "token",
        "t",
        "--scope",
        "acme",
        "--token-file",
        "tokens.toml",
    ];
    let token = text(&buildfix(&token, dir.path()).stdout);
    let (token, module) = (token.trim(), module());
    let mut told = Vec::new();
    for round in 0..6 {
        let (mut child, address) = serve(dir.path());
        let (sender, answers) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            for publisher in 0..4 {
                let (sender, address, module) = (sender.clone(), &address, &module);
                scope.spawn(move || {
                    let name = format!("acme/p{}", publisher % 2);
                    for patch in 0.. {
                        let version = format!("{round}.{publisher}.{patch}");
                        let answer = publish(address, token, module, &name, &version);
                        if !answer.contains(" 201 ") {
                            // What was in flight when the server died.
                            assert_eq!(answer, "", "{name} {version}");
                            break;
                        }
                        sender.send((name.clone(), version)).unwrap();
                    }
                });
            }
            // Killed while the others are at work, after more each time.
            for _ in 0..=round {
                told.push(answers.recv().unwrap());
            }
            child.kill().unwrap();
            child.wait().unwrap();
        });
        drop(sender);
        told.extend(answers);
        let verified = buildfix(&["verify", "reg"], dir.path());
        assert!(verified.status.success(), "{verified:?}");
    }
    // What a publisher was told is published is there.
    for (name, version) in &told {
        let index = std::fs::read_to_string(dir.path().join("reg/index").join(name)).unwrap();
        assert!(
            index.contains(&format!("\"vers\":\"{version}\"")),
            "{name} {version}"
        );
    }
    // A start mends the lists; SIGTERM ends in peace.
    let (mut child, address) = serve(dir.path());
    let (name, version) = &told[0];
    let again = publish(&address, token, &module, name, version);
    assert!(again.contains(" 200 "), "{again}");
    let sent = unsafe { libc::kill(child.id().cast_signed(), libc::SIGTERM) };
    assert_eq!(sent, 0);
    assert!(child.wait().unwrap().success());
    let verified = buildfix(&["verify", "reg"], dir.path());
    let said = text(&verified.stderr);
    let orphans = said.lines().all(|line| line.contains("an orphan"));
    assert!(verified.status.success() && orphans, "{said}");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let none = buildfix(&["verify", "reg"], dir.path());
    let said = text(&none.stderr);
    assert_eq!(none.status.code(), Some(3));
    assert!(
        said.starts_with("error: ") && said.contains("\nhelp: "),
        "{said}"
    );
    buildfix(&["init", "reg"], dir.path());
    std::fs::create_dir_all(dir.path().join("reg/index/acme")).unwrap();
    std::fs::write(dir.path().join("reg/index/acme/x"), "{\"v\":1}\n").unwrap();
    let broken = buildfix(&["verify", "reg"], dir.path());
    assert_eq!(broken.status.code(), Some(3));
    let said = text(&broken.stderr);
    assert!(
        said.contains("error: index/acme/x:1: missing field"),
        "{said}"
    );
    let index = buildfix(&["index", "reg"], dir.path());
    assert_eq!(index.status.code(), Some(3));
}
