//! `verify` and the lists: what a registry kept in version control relies on.

mod support;

use buildfix_registry::admin::{Folder, verify};
use support::{Registry, plugin, snapshot};

/// A registry with `acme/x` 1.0.0 and 1.1.0, and `acme/y` 1.0.0.
fn filled() -> Registry {
    let registry = Registry::new();
    let server = registry.serve();
    for (name, version) in [
        ("acme/x", "1.0.0"),
        ("acme/x", "1.1.0"),
        ("acme/y", "1.0.0"),
    ] {
        let answer = registry.put(&server, name, version, &plugin(name, version));
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    registry
}

/// Replaces text of `index/acme/x`, and gives what verification then says.
fn changed(from: &str, to: &str) -> Vec<String> {
    let registry = filled();
    let text = registry.text("index/acme/x");
    assert!(text.contains(from), "{text}");
    std::fs::write(registry.file("index/acme/x"), text.replacen(from, to, 1)).unwrap();
    let found = registry.verify();
    found.errors.iter().map(ToString::to_string).collect()
}

#[test]
fn every_lie_of_a_line_is_told_with_its_place() {
    for (from, to, said) in [
        (
            "\"size\":",
            "\"size\":1",
            "`size` is not what the artifact says",
        ),
        (
            "read:workspace",
            "read:diagnostic-files",
            "`capabilities` is not",
        ),
        ("rust/E0382", "rust/E0383", "`classes` is not"),
        ("fixer/workspace@", "fixer/log@", "`imports` is not"),
        (
            "\"buildfix:fixer@0.1.0\"",
            "\"buildfix:fixer@0.1.1\"",
            "`world` is not",
        ),
        ("Mends acme/x", "Mends all", "`description` is not"),
        ("\"MIT\"", "\"GPL\"", "`license` is not"),
        ("\"1.0.0\"", "\"1.0.1\"", "`vers` is not"),
        ("\"acme/x\"", "\"acme/y\"", "it speaks of `acme/y`"),
        ("Z\"", "\"", "`pubtime` is no RFC 3339"),
        (
            "\"yanked\":false",
            "\"yanked\":false,\"yank-reason\":\"x\"",
            "is not yanked",
        ),
        (
            "\"v\":1,",
            "\"v\":1, ",
            "not written as the registry writes it",
        ),
        (
            "\"v\":1,",
            "\"v\":1,\"x\":1,",
            "not written as the registry writes it",
        ),
        (
            "\"yanked\":false",
            "\"yanked\":false,\"signer\":\"x\"",
            "belong together",
        ),
        ("\"yanked\":false}", "\"yanked\":", "EOF"),
        (
            "\"vers\":\"1.0.0\"",
            "\"vers\":\"1.0.0\",\"vers\":\"1.0.0\"",
            "duplicate field",
        ),
    ] {
        let errors = changed(from, to);
        assert!(
            errors
                .iter()
                .any(|e| e.starts_with("index/acme/x:1: ") && e.contains(said)),
            "{said}: {errors:?}"
        );
    }
    let errors = changed("\"1.1.0\"", "\"1.0.0\"");
    assert!(
        errors
            .iter()
            .any(|e| e.starts_with("index/acme/x:2: ") && e.contains("line 1 already")),
        "{errors:?}"
    );
    assert_eq!(
        changed("\n", "\n\n"),
        Vec::<String>::new(),
        "an empty line is none"
    );
}

#[test]
fn damaged_missing_and_forgotten_artifacts_are_told() {
    let registry = filled();
    let artifact = std::fs::read_dir(registry.file("cas/sha256")).unwrap();
    let artifact = artifact.map(|entry| entry.unwrap().path()).min().unwrap();
    let mut bytes = std::fs::read(&artifact).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&artifact, &bytes).unwrap();
    let errors = registry.verify().errors;
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].message.contains("has the checksum sha256:"),
        "{errors:?}"
    );
    std::fs::remove_file(&artifact).unwrap();
    let errors = registry.verify().errors;
    assert!(errors[0].message.contains("is missing"), "{errors:?}");

    // Artifacts elsewhere need not be here.
    let config = registry.text("config.json");
    let elsewhere = config.replace("cas/sha256", "https://cdn.example/cas/sha256");
    std::fs::write(registry.file("config.json"), elsewhere).unwrap();
    assert_eq!(registry.verify().errors, []);

    std::fs::write(registry.file("cas/sha256/stray"), "x").unwrap();
    let warnings = registry.verify().warnings;
    assert_eq!(warnings[0].place, "cas/sha256/stray");
}

#[test]
fn strange_files_and_look_alike_names_are_told() {
    let registry = filled();
    std::fs::write(registry.file("index/README"), "x").unwrap();
    std::fs::write(registry.file("index/acme/UPPER"), "x").unwrap();
    let text = registry
        .text("index/acme/y")
        .replace("\"acme/y\"", "\"ac-me/y\"");
    std::fs::create_dir(registry.file("index/ac-me")).unwrap();
    std::fs::write(registry.file("index/ac-me/y"), text).unwrap();
    std::fs::write(registry.file("index/acme/empty"), "").unwrap();
    let errors: Vec<_> = registry
        .verify()
        .errors
        .iter()
        .map(ToString::to_string)
        .collect();
    for said in [
        "index/README: it is no plugin's index file",
        "index/acme/UPPER: it is no plugin's index file",
        "index/acme/y:1: the name differs from `ac-me/y` in `-` alone",
        "index/ac-me/y:1: `name` is not what the artifact says",
        "index/acme/empty: it has no versions",
    ] {
        assert!(
            errors.iter().any(|error| error == said),
            "{said}: {errors:?}"
        );
    }
}

#[test]
fn nothing_published_may_change_but_what_is_yanked() {
    let old = filled();
    let against = |change: &dyn Fn(&str) -> String| {
        let new = filled_copy(&old);
        let path = new.path().join("index/acme/x");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, change(&text)).unwrap();
        let folder = Folder::open(new.path()).unwrap();
        let found = verify(&folder, Some(&old.folder()), &Default::default()).unwrap();
        found
            .errors
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(against(&str::to_owned), Vec::<String>::new());
    let yank = |text: &str| {
        let yanked = "\"yanked\":true,\"yank-reason\":\"bad\"";
        text.replacen("\"yanked\":false", yanked, 1)
    };
    assert_eq!(against(&yank), Vec::<String>::new());
    let append = |text: &str| format!("{text}{{\"v\":2}}\n");
    assert_eq!(against(&append), Vec::<String>::new());
    let is = |errors: Vec<String>, place: &str, said: &str| {
        let found = errors
            .iter()
            .any(|e| e.starts_with(place) && e.contains(said));
        assert!(found, "{errors:?}");
    };
    let drop_last = |text: &str| text.lines().next().unwrap().to_owned() + "\n";
    is(against(&drop_last), "index/acme/x:2:", "the line is gone");
    let drop_first = |text: &str| text.lines().nth(1).unwrap().to_owned() + "\n";
    is(
        against(&drop_first),
        "index/acme/x:1:",
        "another than before",
    );
    let later = |text: &str| text.replacen("202", "203", 1);
    is(against(&later), "index/acme/x:1:", "another than before");
    let swap = |text: &str| {
        let lines: Vec<_> = text.lines().rev().collect();
        lines.join("\n") + "\n"
    };
    is(against(&swap), "index/acme/x:2:", "another than before");
}

fn filled_copy(registry: &Registry) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let root = registry.root();
    for (path, bytes) in snapshot(&root) {
        let path = copy.path().join(path.strip_prefix(&root).unwrap());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    copy
}

#[test]
fn lists_are_the_same_whatever_made_them() {
    let registry = filled();
    let before = snapshot(&registry.root());
    for list in ["catalog.json", "classes.json"] {
        std::fs::remove_file(registry.file(list)).unwrap();
    }
    assert_eq!(registry.verify().warnings.len(), 2);
    let complaints = registry.folder().lock().unwrap().rebuild().unwrap();
    assert_eq!(complaints, []);
    assert_eq!(snapshot(&registry.root()), before);
}

#[test]
fn a_folder_is_made_a_registry_once() {
    let registry = filled();
    let config = registry.folder().config().unwrap();
    let before = snapshot(&registry.root());
    let error = Folder::init(&registry.root(), &config).unwrap_err();
    assert!(error.to_string().contains("registry already"), "{error}");
    assert_eq!(snapshot(&registry.root()), before);
    let later = registry.text("config.json").replace("\"v\": 1", "\"v\": 2");
    std::fs::write(registry.file("config.json"), later).unwrap();
    let error = Folder::open(&registry.root()).unwrap_err();
    assert!(error.to_string().contains("format 2"), "{error}");
}
