//! Plugins of an OCI registry that changed, or went away.

use crate::world::{World, plugin};
use crate::{Outcome, Running, hasty};
use buildfix_registry::index::Checksum;
use libtest_mimic::Failed;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Debian's OCI registry server.
fn docker(dir: &Path) -> Result<(Running, String), Failed> {
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let config = dir.join("docker.yml");
    let data = dir.join("docker");
    std::fs::write(
        &config,
        format!(
            "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\n\
             http:\n  addr: 127.0.0.1:{port}\n",
            data.display()
        ),
    )?;
    let child = Command::new("docker-registry")
        .arg("serve")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (running, address) = (Running(child), format!("127.0.0.1:{port}"));
    let until = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(&address).is_err() {
        if Instant::now() > until {
            return Err("docker-registry does not listen".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((running, address))
}

/// Pushes a version; gives its address by digest.
fn push(world: &World, host: &str, version: &str, read: &str) -> String {
    let file = world.dir.path().join(format!("{version}.wasm"));
    std::fs::write(&file, plugin("acme/borrow", version, read)).unwrap();
    let to = format!("oci://{host}/acme/borrow");
    let file = file.to_str().unwrap();
    let pushed = world.good(&["plugin", "publish", file, "--oci", &to]);
    pushed.trim().to_owned()
}

pub fn an_oci_plugin_is_installed_again_from_its_digest() -> Outcome {
    let world = World::new();
    let (server, host) = docker(world.dir.path())?;
    let address = push(&world, &host, "1.0.0", "");
    assert!(address.starts_with(&format!("oci://{host}/acme/borrow@sha256:")));
    let shown = world.good(&["plugin", "install", &address]);
    assert_eq!(shown, "+ acme/borrow 1.0.0\n");
    let section = format!("[plugins.borrow]\noci = \"{address}\"\n");
    assert!(world.toml().ends_with(&section), "{}", world.toml());
    assert!(world.lock().contains(&format!("source = \"{address}\"")));
    // Again, each way: nothing changes.
    let before = world.state();
    for args in [&["plugin", "install", &address][..], &["plugin", "install"]] {
        world.good(args);
        assert_eq!(world.state(), before, "{args:?}");
    }
    world.good(&["plugin", "install", "--locked", "--offline"]);
    // On another machine: fetched by what is locked.
    std::fs::remove_dir_all(world.cache())?;
    let error = world.bad(&["plugin", "install", "--locked", "--offline"]);
    assert!(
        error.contains("plugin `acme/borrow` 1.0.0 is not on this machine"),
        "{error}"
    );
    world.good(&["plugin", "install", "--locked"]);
    assert_eq!(world.state(), before);
    world.good(&["run", "--yes", "--", "true"]);
    std::fs::remove_dir_all(world.cache())?;
    let fetched = world.good(&["plugin", "fetch"]);
    assert_eq!(fetched, "1 plugins are here, 1 were fetched\n");
    assert_eq!(
        world.good(&["plugin", "verify"]),
        "good  acme/borrow 1.0.0\n"
    );
    // The server's copy is another.
    let bytes = plugin("acme/borrow", "1.0.0", "");
    let sum = Checksum::of(&bytes);
    let blobs = "docker/docker/registry/v2/blobs/sha256";
    let blob = world.dir.path().join(blobs);
    let blob = blob.join(&sum.hex()[..2]).join(sum.hex()).join("data");
    let mut flipped = bytes.clone();
    flipped[99] ^= 1;
    std::fs::write(&blob, &flipped)?;
    std::fs::remove_dir_all(world.cache())?;
    let error = world.bad(&["plugin", "install"]);
    for part in [
        &address,
        &sum.to_string(),
        &Checksum::of(&flipped).to_string(),
    ] {
        assert!(error.contains(part.as_str()), "{part} in {error}");
    }
    std::fs::write(&blob, &bytes)?;
    // It is away.
    drop(server);
    let error = hasty(&world, &["plugin", "install"], "2", "0").1;
    for part in ["error: ", "help: ", &host] {
        assert!(error.contains(part), "{part} in {error}");
    }
    Ok(())
}

pub fn an_oci_plugins_next_version_takes_its_place() -> Outcome {
    let world = World::new();
    let (_server, host) = docker(world.dir.path())?;
    let first = push(&world, &host, "1.0.0", "");
    world.good(&["plugin", "install", &first]);
    let second = push(&world, &host, "1.1.0", "\"workspace\"");
    // What it wants more must be agreed to; the section that is told does it.
    let error = world.bad(&["plugin", "install", &second]);
    let more = "[plugins.borrow.allow]\nread = [\"workspace\"]";
    for part in ["wants more than 1.0.0 was granted: read:workspace", more] {
        assert!(error.contains(part), "{part} in {error}");
    }
    let toml = format!("{}\n{more}\n", world.toml());
    std::fs::write(world.project().join("buildfix.toml"), toml)?;
    let shown = world.good(&["plugin", "install", &second]);
    assert!(shown.contains("1.0.0 -> 1.1.0"), "{shown}");
    let toml = world.toml();
    assert!(!toml.contains(&first), "{toml}");
    assert_eq!(toml.matches("oci = ").count(), 1, "{toml}");
    assert!(!world.lock().contains(&first));
    world.good(&["run", "--yes", "--", "true"]);
    world.good(&["plugin", "install", "--locked"]);
    // The section may also be there before the plugin.
    world.good(&["plugin", "remove", "borrow"]);
    assert!(!world.lock().contains("acme/borrow"));
    let toml = format!("{}\n{more}\n", world.toml());
    std::fs::write(world.project().join("buildfix.toml"), toml)?;
    world.good(&["plugin", "install", &second]);
    world.good(&["run", "--yes", "--", "true"]);
    assert!(
        world.toml().contains("[plugins.borrow]\n"),
        "{}",
        world.toml()
    );
    // By its name it goes, too, from both files.
    world.good(&["plugin", "remove", "acme/borrow"]);
    assert!(!world.toml().contains("borrow"), "{}", world.toml());
    assert!(!world.lock().contains("borrow"), "{}", world.lock());
    Ok(())
}
