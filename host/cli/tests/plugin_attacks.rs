//! More attacks on `buildfix plugin install`: servers that drip or answer with
//! pages, forged and missing signatures, OCI registries that changed. What needs a
//! program that is absent is listed as ignored, with its name.
#![cfg(unix)]

mod world;

use buildfix_registry::index::Checksum;
use libtest_mimic::{Arguments, Failed, Trial};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use world::{World, err, plugin};

type Outcome = Result<(), Failed>;

const INSTALL: [&str; 3] = ["plugin", "install", "acme/borrow"];
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

/// Has the project's registry be another.
fn turn(world: &World, address: &str) {
    let from = format!("file://{}", world.registry().display());
    let toml = world.toml().replace(&from, address);
    std::fs::write(world.project().join("buildfix.toml"), toml).unwrap();
}

/// The world's command, with little patience.
fn hasty(world: &World, args: &[&str], timeout: &str, retries: &str) -> (Option<i32>, String) {
    let mut command = world.command(args);
    command.env("BUILDFIX_HTTP_TIMEOUT", timeout);
    let output = command.env("BUILDFIX_NET_RETRY", retries).output().unwrap();
    (output.status.code(), err(&output))
}

/// What is in the store but for what a later download goes on with.
fn whole(world: &World) -> Vec<(String, String)> {
    let mut state: Vec<_> = world.state().into_iter().collect();
    state.retain(|(name, _)| !name.ends_with(".partial"));
    state
}

const FILES: [&str; 3] = ["config.json", "index/acme/borrow", "cas/"];

fn a_server_that_drips_is_given_up_and_named() -> Outcome {
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

fn a_page_in_place_of_a_file_is_told() -> Outcome {
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

fn patience_is_the_users_choice() -> Outcome {
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

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `buildfix registry serve`, a token for `acme`, and the project turned to it.
fn serve(world: &World) -> (Running, String, String) {
    let tokens = world.dir.path().join("tokens.toml");
    let tokens = tokens.to_str().unwrap();
    let make = [
        "registry",
        "token",
        "t",
        "--scope",
        "acme",
        "--token-file",
        tokens,
    ];
    let token = world.good(&make).trim().to_owned();
    let root = world.registry();
    let root = root.to_str().unwrap();
    let mut child = world
        .command(&["registry", "serve", root, "--token-file", tokens])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.as_mut().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line.trim().trim_end_matches('/').to_owned();
    turn(world, &address);
    (Running(child), address, token)
}

/// A pair of keys, and what the author's files are.
struct Author {
    keys: minisign::KeyPair,
    dir: tempfile::TempDir,
}

impl Author {
    fn new() -> Self {
        let keys = minisign::KeyPair::generate_unencrypted_keypair().unwrap();
        let dir = tempfile::tempdir().unwrap();
        let key = keys.pk.to_box().unwrap().into_string();
        std::fs::write(dir.path().join("author.pub"), key).unwrap();
        Self { keys, dir }
    }

    fn key(&self) -> String {
        self.keys.pk.to_base64()
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// Builds a version, signs it, and gives the arguments that publish it.
    fn signed(&self, version: &str) -> Vec<String> {
        let bytes = plugin("acme/borrow", version, "");
        let file = self.file(&format!("{version}.wasm"));
        std::fs::write(&file, &bytes).unwrap();
        let signature = minisign::sign(None, &self.keys.sk, &bytes[..], Some("it"), None).unwrap();
        std::fs::write(format!("{file}.minisig"), signature.into_string()).unwrap();
        let (signature, key) = (format!("{file}.minisig"), self.file("author.pub"));
        [
            "plugin",
            "publish",
            &file,
            "--signature",
            &signature,
            "--public-key",
            &key,
        ]
        .map(str::to_owned)
        .to_vec()
    }
}

fn publish(world: &World, address: &str, token: &str, args: &[String]) -> (bool, String) {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let mut command = world.command(&args);
    command
        .env("BUILDFIX_REGISTRY", address)
        .env("BUILDFIX_REGISTRY_TOKEN", token);
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.success(), stdout + &err(&output))
}

fn a_signers_key_is_pinned() -> Outcome {
    let world = World::new();
    let (_server, address, token) = serve(&world);
    let (author, thief) = (Author::new(), Author::new());
    let good = |args: &[String]| {
        let (good, text) = publish(&world, &address, &token, args);
        assert!(good, "{text}");
    };
    good(&author.signed("1.0.0"));
    let output = world.run(&INSTALL);
    assert!(output.status.success(), "{}", err(&output));
    assert!(err(&output).contains(&format!("signer   {}", author.key())));
    let pinned = format!("signer = \"{}\"", author.key());
    assert!(world.lock().contains(&pinned), "{}", world.lock());
    assert_eq!(
        world.good(&["plugin", "verify"]),
        "good  acme/borrow 1.0.0\n"
    );
    // A signature of other bytes is not even published.
    let mut forged = author.signed("1.1.0");
    forged[2] = author.file("1.0.0.wasm");
    let (good_one, text) = publish(&world, &address, &token, &forged);
    assert!(
        !good_one && text.contains("signature") && text.contains("help: "),
        "{text}"
    );
    // The next version by the same key.
    good(&author.signed("1.1.0"));
    let toml = world
        .toml()
        .replace("version = \"1.0.0\"", "version = \"1\"");
    std::fs::write(world.project().join("buildfix.toml"), toml)?;
    let shown = world.good(&["plugin", "update"]);
    assert_eq!(shown, "  acme/borrow 1.0.0 -> 1.1.0\n");
    assert!(world.lock().contains(&pinned));
    // By another.
    good(&thief.signed("1.2.0"));
    let error = world.bad(&["plugin", "update"]);
    for part in [
        "plugin `acme/borrow` 1.2.0 is signed by",
        &thief.key(),
        &author.key(),
        "announced the new key",
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    // By nobody.
    let mut unsigned = author.signed("1.3.0");
    unsigned.truncate(3);
    good(&unsigned);
    let error = world.bad(&["plugin", "update"]);
    for part in ["1.3.0 is signed by nobody", &author.key()] {
        assert!(error.contains(part), "{part} in {error}");
    }
    // Who wants the other key, and says so, gets it.
    world.good(&["plugin", "remove", "acme/borrow"]);
    world.good(&["plugin", "install", "acme/borrow@=1.2.0"]);
    assert!(
        world
            .lock()
            .contains(&format!("signer = \"{}\"", thief.key()))
    );
    Ok(())
}

fn a_signature_that_was_changed_in_the_index_is_refused() -> Outcome {
    let world = World::new();
    let (_server, address, token) = serve(&world);
    let (author, thief) = (Author::new(), Author::new());
    let (good, text) = publish(&world, &address, &token, &author.signed("1.0.0"));
    assert!(good, "{text}");
    let line: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(world.index())?)?;
    let change = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut line = line.clone();
        change(&mut line);
        std::fs::write(world.index(), format!("{line}\n")).unwrap();
        let error = world.bad(&INSTALL);
        assert!(error.contains("plugin `acme/borrow` 1.0.0"), "{error}");
        error
    };
    // Another's key, another's signature, half of the pair, nonsense.
    let error = change(&|line| line["signer"] = thief.key().into());
    assert!(error.contains("signature"), "{error}");
    thief.signed("1.1.0");
    let other = std::fs::read_to_string(thief.file("1.1.0.wasm.minisig"))?;
    let error = change(&|line| line["signature"] = other.clone().into());
    assert!(error.contains("signature"), "{error}");
    for half in ["signer", "signature"] {
        let error = change(&|line| drop(line.as_object_mut().unwrap().remove(half)));
        assert!(error.contains("without"), "{error}");
    }
    for nonsense in ["signer", "signature"] {
        change(&|line| line[nonsense] = "\u{1b}[2Jnonsense".into());
    }
    // As it was, and locked; then the signature goes.
    std::fs::write(world.index(), format!("{line}\n"))?;
    world.good(&INSTALL);
    let mut bare = line.clone();
    for field in ["signer", "signature"] {
        bare.as_object_mut().unwrap().remove(field);
    }
    std::fs::write(world.index(), format!("{bare}\n"))?;
    let error = world.bad(&["plugin", "update"]);
    for part in [
        "the signer of plugin `acme/borrow` 1.0.0",
        "nobody",
        &author.key(),
    ] {
        assert!(error.contains(part), "{part} in {error}");
    }
    Ok(())
}

fn a_project_may_insist_on_signatures() -> Outcome {
    let world = World::new();
    let (_server, address, token) = serve(&world);
    let author = Author::new();
    world.publish("acme/lend", "1.0.0", "");
    world.good(&["plugin", "install", "acme/lend"]);
    let toml = format!("{}\n[policy]\nrequire-signature = true\n", world.toml());
    std::fs::write(world.project().join("buildfix.toml"), &toml)?;
    // What is locked without one is not run either.
    for args in [&["plugin", "install"][..], &["run", "--yes", "--", "true"]] {
        let error = world.bad(args);
        for part in [
            "plugin `acme/lend` 1.0.0 is not signed",
            "require-signature",
        ] {
            assert!(error.contains(part), "{part} in {error}");
        }
    }
    world.good(&["plugin", "remove", "acme/lend"]);
    let error = world.bad(&["plugin", "install", "acme/lend"]);
    assert!(
        error.contains("plugin `acme/lend` 1.0.0 is not signed"),
        "{error}"
    );
    let (good, text) = publish(&world, &address, &token, &author.signed("1.0.0"));
    assert!(good, "{text}");
    world.good(&INSTALL);
    world.good(&["run", "--yes", "--", "true"]);
    assert_eq!(
        world.good(&["plugin", "verify"]),
        "good  acme/borrow 1.0.0\n"
    );
    Ok(())
}

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

fn an_oci_plugin_is_installed_again_from_its_digest() -> Outcome {
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

fn an_oci_plugins_next_version_takes_its_place() -> Outcome {
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

fn main() {
    let args = Arguments::from_args();
    let docker = Command::new("docker-registry").arg("--version").output();
    let docker = docker.is_ok();
    let mut trials = Vec::new();
    macro_rules! trials {
        ($there:expr, $needs:literal, [$($name:ident),* $(,)?]) => {
            $({
                let name = match $there {
                    true => stringify!($name).to_owned(),
                    false => format!("{} (needs {})", stringify!($name), $needs),
                };
                trials.push(Trial::test(name, $name).with_ignored_flag(!$there));
            })*
        };
    }
    trials!(
        true,
        "nothing",
        [
            a_server_that_drips_is_given_up_and_named,
            a_page_in_place_of_a_file_is_told,
            patience_is_the_users_choice,
            a_signers_key_is_pinned,
            a_signature_that_was_changed_in_the_index_is_refused,
            a_project_may_insist_on_signatures,
        ]
    );
    trials!(
        docker,
        "docker-registry",
        [
            an_oci_plugin_is_installed_again_from_its_digest,
            an_oci_plugins_next_version_takes_its_place,
        ]
    );
    libtest_mimic::run(&args, trials).exit();
}
