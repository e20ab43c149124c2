//! Installing plugins, as a user does and as somebody attacks it: the real
//! command, a registry in a folder or on loopback, and after each failure the
//! project and the store as they were.
#![cfg(unix)]

mod world;

use buildfix_registry::admin::Folder;
use buildfix_registry::index::Checksum;
use buildfix_registry::publish::Publication;
use buildfix_sandbox::FileLimits;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use world::{World, err, plugin};

const INSTALL: [&str; 3] = ["plugin", "install", "acme/borrow"];

#[test]
fn what_is_installed_is_locked_and_what_the_user_wrote_stays() {
    let world = World::new();
    let line = world.publish("acme/borrow", "1.2.0", "\"diagnostic-files\"");
    world.publish("acme/borrow", "2.0.0", "");
    assert_eq!(
        world.good(&["plugin", "install", "acme/borrow@1"]),
        "+ acme/borrow 1.2.0\n"
    );
    assert!(
        world.toml().starts_with("# mine\n[registries]\n"),
        "{}",
        world.toml()
    );
    assert!(
        world
            .toml()
            .ends_with("[plugins.borrow]\nplugin = \"acme/borrow\"\nversion = \"1\"\n")
    );
    let lock = world.lock();
    for part in [
        "name = \"acme/borrow\"",
        "version = \"1.2.0\"",
        &format!("checksum = \"{}\"", line.cksum),
        "capabilities = [\"read:diagnostic-files\"]",
    ] {
        assert!(lock.contains(part), "{part} in {lock}");
    }
    // Again, from the lock, without a registry.
    std::fs::rename(world.registry(), world.dir.path().join("away")).unwrap();
    let before = world.state();
    world.good(&["plugin", "install", "--locked", "--offline"]);
    assert_eq!(world.state(), before);
    let list = world.good(&["plugin", "list", "--format", "json"]);
    assert!(list.contains("\"acme/borrow\""), "{list}");
    world.good(&["plugin", "verify", "--offline"]);
    // And away.
    world.good(&["plugin", "remove", "acme/borrow"]);
    assert!(!world.toml().contains("borrow") && !world.lock().contains("borrow"));
}

#[test]
fn what_a_plugin_wants_must_be_agreed_to_and_the_line_to_add_is_told() {
    let world = World::new();
    world.publish(
        "acme/borrow",
        "1.0.0",
        "\"diagnostic-files\", \"workspace\"",
    );
    let error = world.bad(&INSTALL);
    for part in [
        "plugin `acme/borrow` 1.0.0 wants to be allowed read:workspace, and nobody is here to ask",
        "[plugins.borrow.allow]\nread = [\"diagnostic-files\", \"workspace\"]",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    let allowed = format!(
        "{}\n[plugins.borrow.allow]\nread = [\"diagnostic-files\", \"workspace\"]\n",
        world.toml()
    );
    std::fs::write(world.project().join("buildfix.toml"), allowed).unwrap();
    world.good(&INSTALL);
    assert!(world.lock().contains("\"read:workspace\""));
    for consent in [&["--yes"][..], &["--allow", "read:workspace"]] {
        let world = World::new();
        world.publish("acme/borrow", "1.0.0", "\"workspace\"");
        world.good(&[&INSTALL[..], consent].concat());
    }
}

#[test]
fn a_capability_that_grew_is_a_change_that_must_be_agreed_to() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "\"diagnostic-files\"");
    world.good(&["plugin", "install", "acme/borrow@1"]);
    world.publish(
        "acme/borrow",
        "1.1.0",
        "\"diagnostic-files\", \"glob:**/*\"",
    );
    let lock = world.lock();
    let shown = world.good(&["plugin", "update", "--dry-run"]);
    assert_eq!(
        shown,
        "  acme/borrow 1.0.0 -> 1.1.0, now also read:glob:**/*\n"
    );
    let output = world.run(&["plugin", "update"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        err(&output).contains(
            "plugin `acme/borrow` 1.1.0 wants more than 1.0.0 was granted: read:glob:**/*"
        ),
        "{}",
        err(&output)
    );
    assert_eq!(world.lock(), lock);
    world.good(&["plugin", "update", "--yes"]);
    assert!(world.lock().contains("version = \"1.1.0\""));
}

#[test]
fn a_flipped_byte_is_found_before_anything_is_parsed() {
    let world = World::new();
    let line = world.publish("acme/borrow", "1.0.0", "");
    let path = world.registry().join("cas/sha256").join(line.cksum.hex());
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let error = world.bad(&INSTALL);
    for part in [
        "checksum mismatch for plugin `acme/borrow` 1.0.0",
        &line.cksum.to_string(),
        &Checksum::of(&bytes).to_string(),
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    // One that rots in the store is fetched again.
    bytes[100] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    world.good(&INSTALL);
    let stored = world.cache().join("cas/sha256").join(line.cksum.hex());
    std::fs::write(&stored, b"rot").unwrap();
    assert_eq!(
        world.good(&["plugin", "fetch"]),
        "1 plugins are here, 1 were fetched\n"
    );
    assert_eq!(std::fs::read(stored).unwrap(), bytes);
}

#[test]
fn an_index_that_changed_after_it_was_locked_is_named() {
    let changed = |what: &str, change: &dyn Fn(&str) -> String| {
        let world = World::new();
        world.publish("acme/borrow", "1.0.0", "\"diagnostic-files\"");
        world.good(&INSTALL);
        world.publish("acme/borrow", "1.1.0", "\"diagnostic-files\"");
        world.edit_index(change);
        // What is here goes on; what needs the registry finds out.
        world.good(&["plugin", "install", "--locked"]);
        let error = world.bad(&["plugin", "update"]);
        assert!(
            error.contains("plugin `acme/borrow` 1.0.0") && error.contains(what),
            "{error}"
        );
        let output = world.run(&["plugin", "verify"]);
        assert_eq!(output.status.code(), Some(3));
        assert!(err(&output).contains(what), "{}", err(&output));
    };
    let first = |text: &str, from: &str, to: &str| text.replacen(from, to, 1);
    changed("checksum", &|text| {
        let at = text.find("sha256:").unwrap() + 7;
        format!("{}{}{}", &text[..at], "0".repeat(64), &text[at + 64..])
    });
    changed("capabilities", &|text| {
        first(text, "read:diagnostic-files", "read:workspace")
    });
    changed("world", &|text| first(text, "fixer@0.1.0", "fixer@0.1.1"));
    changed("no longer in the registry", &|text| {
        text.split_once('\n').unwrap().1.to_owned()
    });
}

#[test]
fn a_yanked_version_is_not_chosen_and_a_locked_one_stays() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "");
    world.publish("acme/borrow", "1.1.0", "");
    let folder = Folder::open(&world.registry()).unwrap();
    let yank = |version: &str| {
        let name = "acme/borrow".parse().unwrap();
        let version = version.parse().unwrap();
        let locked = folder.lock().unwrap();
        locked
            .set_yanked(&name, &version, Some("it deletes code"))
            .unwrap();
    };
    yank("1.1.0");
    assert_eq!(world.good(&INSTALL), "+ acme/borrow 1.0.0\n");
    yank("1.0.0");
    world.good(&["plugin", "install"]);
    world.good(&["plugin", "fetch"]);
    world.good(&["plugin", "remove", "acme/borrow"]);
    let error = world.bad(&INSTALL);
    assert!(
        error.contains("1.1.0 is yanked: it deletes code; 1.0.0 is yanked"),
        "{error}"
    );
}

#[test]
fn names_that_look_alike_or_leave_their_folder_are_refused() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "");
    for name in [
        "acme/Borrow",
        "acme/borrow_",
        "acme/bоrrow",
        "../../etc/passwd",
        "acme/..",
        "borrow",
    ] {
        let output = world.run(&["plugin", "install", name]);
        assert_eq!(output.status.code(), Some(3), "{name}");
        assert!(
            err(&output).contains("is not `scope/name`"),
            "{}",
            err(&output)
        );
    }
    // The registry has one of the two and not the other.
    let error = world.bad(&["plugin", "install", "acme/bor-row"]);
    assert!(error.contains("has no plugin `acme/bor-row`"), "{error}");
    let bytes = plugin("acme/bor-row", "1.0.0", "");
    let publication = Publication::new(None, bytes, &FileLimits::default()).unwrap();
    let folder = Folder::open(&world.registry()).unwrap();
    let refused = folder.lock().unwrap().publish(&publication).unwrap_err();
    assert!(refused.to_string().contains("acme/borrow"), "{refused}");
}

#[test]
fn an_index_that_lies_about_the_artifact_is_named() {
    for (what, from, to) in [
        ("capabilities", "read:workspace", "read:diagnostic-files"),
        ("classes", "rust/E0382", "rust/E0383"),
        (
            "imports",
            "buildfix:fixer/log@0.1.0",
            "buildfix:fixer/lag@0.1.0",
        ),
        ("version", "\"vers\":\"1.0.0\"", "\"vers\":\"1.0.1\""),
    ] {
        let world = World::new();
        world.publish("acme/borrow", "1.0.0", "\"workspace\"");
        world.edit_index(|text| text.replacen(from, to, 1));
        let error = world.bad(&[&INSTALL[..], &["--yes"]].concat());
        assert!(
            error.contains("the registry says that its") && error.contains(what),
            "{error}"
        );
    }
}

#[test]
fn a_version_for_another_contract_says_who_has_to_upgrade() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "");
    world.edit_index(|text| {
        text.replacen(
            "\"world\":\"buildfix:fixer@0.1.0\"",
            "\"world\":\"buildfix:fixer@0.3.0\"",
            1,
        )
    });
    let error = world.bad(&INSTALL);
    assert!(
        error.contains("1.0.0 needs buildfix:fixer@0.3.0, this buildfix provides 0.1"),
        "{error}"
    );
}

#[test]
fn two_installs_at_once_both_succeed() {
    let world = World::new();
    for name in ["acme/borrow", "acme/lend"] {
        world.publish(name, "1.0.0", "");
    }
    for _ in 0..5 {
        let spawn = |name: &str| {
            let mut command = world.command(&["plugin", "install", name]);
            command
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let children = ["acme/borrow", "acme/lend", "acme/borrow"].map(spawn);
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", err(&output));
        }
        for name in ["acme/borrow", "acme/lend"] {
            assert!(world.lock().contains(name) && world.toml().contains(name));
            world.good(&["plugin", "remove", name]);
        }
    }
}

/// A server that has the registry's files, but sends an artifact a piece at a
/// time; gives its address.
fn dripping(root: PathBuf) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let root = root.clone();
            std::thread::spawn(move || {
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                let path = head
                    .split(' ')
                    .nth(1)
                    .unwrap_or("/")
                    .trim_start_matches('/')
                    .to_owned();
                let Ok(bytes) = std::fs::read(root.join(&path)) else {
                    let _ =
                        stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
                    return;
                };
                let length = bytes.len();
                let ok = format!(
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
                );
                let _ = stream.write_all(ok.as_bytes());
                let slow = path.starts_with("cas/");
                for piece in bytes.chunks(64) {
                    if stream.write_all(piece).is_err() {
                        return;
                    }
                    if slow {
                        std::thread::sleep(std::time::Duration::from_millis(2));
                    }
                }
            });
        }
    });
    address
}

#[test]
fn killed_at_any_moment_the_project_is_whole_and_the_next_install_succeeds() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "");
    let address = dripping(world.registry());
    let toml = format!("[registries]\ndefault = \"{address}\"\n");
    std::fs::write(world.project().join("buildfix.toml"), &toml).unwrap();
    let mut interrupted = 0;
    for round in 0..20 {
        let mut child = world
            .command(&INSTALL)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20 * round));
        child.kill().unwrap();
        interrupted += usize::from(!child.wait().unwrap().success());
        // Each file is as before or as after, and what is named is locked.
        let (now, lock) = (world.toml(), world.lock());
        assert!(
            now == toml || now.contains("plugin = \"acme/borrow\""),
            "{now}"
        );
        assert!(
            lock.is_empty() || lock.contains("name = \"acme/borrow\""),
            "{lock}"
        );
        assert!(now == toml || !lock.is_empty());
    }
    assert!(interrupted > 0);
    world.good(&INSTALL);
    world.good(&["plugin", "verify"]);
    let left: Vec<_> = walkdir::WalkDir::new(world.cache().join("cas"))
        .into_iter()
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "partial"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn an_artifact_larger_than_any_plugin_is_not_even_asked_for() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "");
    world.edit_index(|text| {
        let at = text.find("\"size\":").unwrap() + 7;
        let end = at + text[at..].find(',').unwrap();
        format!("{}10737418240{}", &text[..at], &text[end..])
    });
    let error = world.bad(&INSTALL);
    assert!(
        error.contains("plugin `acme/borrow` 1.0.0 has 10737418240 bytes"),
        "{error}"
    );
}

#[test]
fn a_projects_registry_does_not_get_the_users_token() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut head = [0; 4096];
        let read = stream.read(&mut head).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    let toml = format!("[registries]\ndefault = \"{address}\"\n");
    std::fs::write(world.project().join("buildfix.toml"), toml).unwrap();
    let output = world
        .command(&INSTALL)
        .env("BUILDFIX_REGISTRY_TOKEN", "bfx_secret")
        .env("BUILDFIX_REGISTRY", "https://mine.example")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    let head = seen.join().unwrap();
    assert!(
        head.starts_with("GET /config.json") && !head.contains("bfx_secret"),
        "{head}"
    );
}

#[test]
fn what_is_configured_and_not_installed_is_not_run() {
    let world = World::new();
    world.publish("acme/borrow", "1.0.0", "");
    world.publish("acme/borrow", "2.0.0", "");
    let toml = format!("{}[plugins]\n\"acme/borrow\" = \"1\"\n", world.toml());
    std::fs::write(world.project().join("buildfix.toml"), &toml).unwrap();
    let run = ["run", "--yes", "--", "true"];
    assert!(
        world
            .bad(&run)
            .contains("plugin `acme/borrow` of buildfix.toml is not installed")
    );
    let error = world.bad(&["plugin", "install", "--locked"]);
    assert!(error.contains("+ acme/borrow 1.0.0"), "{error}");
    world.good(&["plugin", "install"]);
    world.good(&run);
    std::fs::write(
        world.project().join("buildfix.toml"),
        toml.replace("= \"1\"", "= \"2\""),
    )
    .unwrap();
    assert!(
        world
            .bad(&run)
            .contains("is to be `^2`, and buildfix.lock has 1.0.0")
    );
    // A slip of the pen.
    std::fs::write(world.project().join("buildfix.toml"), "[plugin]\nx = 1\n").unwrap();
    let error = world.bad(&run);
    assert!(
        error.contains("buildfix.toml")
            && error.contains("line 1")
            && error.contains("did you mean `plugins`?"),
        "{error}"
    );
}
