//! Artifacts in an OCI registry: Debian's `docker-registry` on loopback. Listed as
//! ignored where it is absent.

use buildfix_registry::client::{
    ClientError, Http, HttpOptions, Kind, OciReference, Quiet, Store, push_oci,
};
use buildfix_registry::index::Checksum;
use libtest_mimic::{Arguments, Failed, Trial};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A registry server that ends with the test.
struct Server {
    child: Child,
    address: String,
    dir: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(auth: Option<&str>) -> Result<Server, Failed> {
    let dir = tempfile::tempdir()?;
    // A free port; another process may take it first, which the loop would tell.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let auth = match auth {
        None => String::new(),
        Some(users) => {
            let path = dir.path().join("users");
            std::fs::write(&path, users)?;
            format!(
                "auth:\n  htpasswd:\n    realm: test\n    path: {}\n",
                path.display()
            )
        }
    };
    let config = format!(
        "version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: \
         127.0.0.1:{port}\n{auth}",
        dir.path().join("data").display()
    );
    let path = dir.path().join("config.yml");
    std::fs::write(&path, config)?;
    let child = Command::new("docker-registry")
        .arg("serve")
        .arg(&path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let address = format!("127.0.0.1:{port}");
    let server = Server {
        child,
        address,
        dir,
    };
    let until = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(&server.address).is_err() {
        if Instant::now() > until {
            return Err("docker-registry does not listen".into());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(server)
}

fn http() -> Http {
    Http::new(HttpOptions {
        attempts: 2,
        backoff: Duration::from_millis(10),
        ..HttpOptions::default()
    })
}

/// Any bytes will do: what is in an artifact is not the transport's business.
fn component(seed: u8) -> Vec<u8> {
    (0..200_000_u32)
        .map(|n| (n as u8).wrapping_mul(seed))
        .collect()
}

fn reference(server: &Server) -> OciReference {
    format!("oci://{}/acme/borrow", server.address)
        .parse()
        .unwrap()
}

fn fetch(store: &Path, from: &OciReference) -> Result<Vec<u8>, ClientError> {
    let (checksum, size) = from.artifact(&http(), 1 << 20)?;
    let store = Store::new(store);
    Ok(store.fetch_oci(from, &checksum, size, &http(), &Quiet)?.0)
}

fn pushed_and_fetched_by_digest() -> Result<(), Failed> {
    let server = serve(None)?;
    let (one, other) = (component(3), component(7));
    let first = push_oci(&http(), &reference(&server), &one, "borrow.wasm", "1.0.0")?;
    // The tag is moved; the digest is not.
    let second = push_oci(&http(), &reference(&server), &other, "borrow.wasm", "1.0.0")?;
    let again = push_oci(&http(), &reference(&server), &one, "borrow.wasm", "other")?;
    assert_eq!(first, again);
    assert_ne!(first, second);
    let store = server.dir.path().join("store");
    assert_eq!(fetch(&store, &first)?, one);
    assert_eq!(fetch(&store, &second)?, other);
    let named: OciReference = first.to_string().parse()?;
    assert_eq!(named.digest(), first.digest());
    Ok(())
}

fn what_is_not_there_or_not_a_plugin_is_named() -> Result<(), Failed> {
    let server = serve(None)?;
    let pushed = push_oci(
        &http(),
        &reference(&server),
        &component(3),
        "borrow.wasm",
        "1",
    )?;
    let store = server.dir.path().join("store");
    let absent: OciReference =
        format!("{}@sha256:{}", reference(&server), "0".repeat(64)).parse()?;
    let error = fetch(&store, &absent).unwrap_err();
    assert_eq!(error.kind, Kind::Absent, "{error}");
    assert!(error.to_string().contains(&absent.to_string()), "{error}");
    let error = fetch(&store, &reference(&server)).unwrap_err();
    assert!(error.to_string().contains("names no digest"), "{error}");
    assert!(
        error.help().is_some_and(|help| help.contains("@sha256:")),
        "{error}"
    );
    // Larger than is allowed.
    let error = pushed.artifact(&http(), 1_000).unwrap_err();
    assert!(error.to_string().contains("200000 bytes"), "{error}");
    // A blob that was changed on the server's disk.
    let blob = Checksum::of(&component(3));
    let path = server.dir.path().join(format!(
        "data/docker/registry/v2/blobs/sha256/{}/{}/data",
        &blob.hex()[..2],
        blob.hex()
    ));
    let mut bytes = std::fs::read(&path)?;
    bytes[9] ^= 1;
    std::fs::write(&path, &bytes)?;
    let error = fetch(&store, &pushed).unwrap_err();
    assert_eq!(error.kind, Kind::Mismatch, "{error}");
    for part in [
        blob.to_string(),
        Checksum::of(&bytes).to_string(),
        pushed.to_string(),
    ] {
        assert!(error.to_string().contains(&part), "{part} in {error}");
    }
    let left: Vec<_> = std::fs::read_dir(store.join("sha256"))?
        .flatten()
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    assert_eq!(left, [""; 0]);
    Ok(())
}

/// Set for the process that has a user's name and password in its environment.
const CHILD: &str = "BUILDFIX_OCI_TEST";

fn a_user_is_let_in_and_nobody_else() -> Result<(), Failed> {
    let users = Command::new("htpasswd")
        .args(["-nbB", "writer", "secret"])
        .output()?;
    let server = serve(Some(&String::from_utf8_lossy(&users.stdout)))?;
    let to = reference(&server);
    let error = push_oci(&http(), &to, &component(3), "borrow.wasm", "1").unwrap_err();
    assert_eq!(error.kind, Kind::Unauthorized, "{error}");
    assert!(
        error
            .help()
            .is_some_and(|help| help.contains("BUILDFIX_OCI_USER"))
    );
    let child = |host: &str, password: &str| {
        Command::new(std::env::current_exe().unwrap())
            .env(CHILD, to.to_string())
            .env("BUILDFIX_OCI_HOST", host)
            .env("BUILDFIX_OCI_USER", "writer")
            .env("BUILDFIX_OCI_PASSWORD", password)
            .status()
    };
    assert!(child(&server.address, "secret")?.success());
    assert!(!child(&server.address, "wrong")?.success());
    // A password for another host stays at home.
    assert!(!child("ghcr.io", "secret")?.success());
    Ok(())
}

/// Pushes and fetches, as the environment's user.
fn child(to: &str) {
    let to: OciReference = to.parse().unwrap();
    let pushed = push_oci(&http(), &to, &component(3), "borrow.wasm", "1").unwrap();
    let store = tempfile::tempdir().unwrap();
    assert_eq!(fetch(store.path(), &pushed).unwrap(), component(3));
}

fn main() {
    if let Ok(to) = std::env::var(CHILD) {
        return child(&to);
    }
    let args = Arguments::from_args();
    let there = |program: &str, arg: &str| {
        let output = Command::new(program).arg(arg).output();
        output.is_ok()
    };
    let registry = there("docker-registry", "--version");
    let users = registry && there("htpasswd", "-h");
    let test = |name: &str, needs: &str, there: bool, body: fn() -> Result<(), Failed>| {
        let name = match there {
            true => name.to_owned(),
            false => format!("{name} (needs {needs})"),
        };
        Trial::test(name, body).with_ignored_flag(!there)
    };
    let trials = vec![
        test(
            "pushed_and_fetched_by_digest",
            "docker-registry",
            registry,
            pushed_and_fetched_by_digest,
        ),
        test(
            "what_is_not_there_or_not_a_plugin_is_named",
            "docker-registry",
            registry,
            what_is_not_there_or_not_a_plugin_is_named,
        ),
        test(
            "a_user_is_let_in_and_nobody_else",
            "docker-registry and htpasswd",
            users,
            a_user_is_let_in_and_nobody_else,
        ),
    ];
    libtest_mimic::run(&args, trials).exit();
}
