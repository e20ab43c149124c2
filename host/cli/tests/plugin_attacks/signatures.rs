//! Signatures that are forged, missing, changed or another's.

use crate::world::{World, err, plugin};
use crate::{INSTALL, Outcome, Running, turn};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

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

pub fn a_signers_key_is_pinned() -> Outcome {
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

pub fn a_signature_that_was_changed_in_the_index_is_refused() -> Outcome {
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

pub fn a_project_may_insist_on_signatures() -> Outcome {
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
