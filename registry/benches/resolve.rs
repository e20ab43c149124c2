//! Resolving in a registry of 10,000 plugins with 20 versions each, in a folder:
//! `cargo bench -p buildfix-registry --bench resolve`.
//!
//! What a name costs (read its file, take every line apart, choose), what all of
//! them cost, and a search through the whole catalog. Beside them, as the floor,
//! reading the same files.

use buildfix_registry::client::{Http, Registry, Rules, resolve};
use buildfix_registry::index::{Catalog, CatalogEntry, FORMAT, RegistryConfig};
use buildfix_registry::{Name, index::Line};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

const PLUGINS: usize = 10_000;
const VERSIONS: u64 = 20;

fn main() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = make(dir.path());
    let registry = || {
        let url = dir.path().display().to_string();
        Registry::open(&url, Http::default(), None, false, None).expect("a registry")
    };
    let requirement = "^1.5".parse().expect("a requirement");
    let rules = Rules::default();
    let choose = |registry: &Registry, name: &Name| {
        let lines = registry.lines(name).expect("lines");
        let line = resolve(name, &requirement, &lines, &rules).expect("a version");
        assert_eq!(line.vers.to_string(), "1.19.0");
    };
    println!("{PLUGINS} plugins, {VERSIONS} versions each");
    report("read one name's file", 300, || {
        let path = dir.path().join(format!("index/{}", names[4_711]));
        assert!(!std::fs::read(path).expect("a file").is_empty());
    });
    report("open the registry, resolve one name", 300, || {
        choose(&registry(), &names[4_711]);
    });
    let open = registry();
    report("resolve 100 names", 30, || {
        names
            .iter()
            .step_by(PLUGINS / 100)
            .for_each(|name| choose(&open, name));
    });
    report("read all names' files", 5, || {
        for name in &names {
            let path = dir.path().join(format!("index/{name}"));
            assert!(!std::fs::read(path).expect("a file").is_empty());
        }
    });
    report("resolve all names", 5, || {
        names.iter().for_each(|name| choose(&open, name));
    });
    report("search the catalog", 15, || {
        let catalog = open.catalog().expect("a catalog");
        let found = catalog
            .plugins
            .keys()
            .filter(|name| name.as_str().contains("4711"));
        assert_eq!(found.count(), 1);
    });
}

/// Prints the median, the least and the most of some rounds.
fn report(what: &str, rounds: usize, mut work: impl FnMut()) {
    work();
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "  {what:38} {:>9.3} ms  [{:.3} .. {:.3}]",
        ms(times[rounds / 2]),
        ms(times[0]),
        ms(times[rounds - 1])
    );
}

fn make(root: &Path) -> Vec<Name> {
    let config = RegistryConfig {
        v: FORMAT,
        dl: "cas/sha256/{sha256}".to_owned(),
        api: None,
        auth_required: false,
    };
    let json = serde_json::to_string(&config).expect("JSON");
    std::fs::write(root.join("config.json"), json).expect("written");
    let mut plugins = BTreeMap::new();
    let mut names = Vec::new();
    for number in 0..PLUGINS {
        let name: Name = format!("scope{}/plugin{number}", number % 97)
            .parse()
            .expect("a name");
        let path = root.join(format!("index/{name}"));
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        let lines: String = (0..VERSIONS)
            .map(|minor| {
                let line = line(&name, minor);
                format!("{}\n", serde_json::to_string(&line).expect("JSON"))
            })
            .collect();
        std::fs::write(path, lines).expect("written");
        plugins.insert(
            name.clone(),
            CatalogEntry {
                vers: semver::Version::new(1, VERSIONS - 1, 0),
                description: Some("Mends what is broken".to_owned()),
                classes: vec![format!("rust/E{number:04}")],
            },
        );
        names.push(name);
    }
    let catalog = Catalog { v: FORMAT, plugins };
    let json = serde_json::to_string(&catalog).expect("JSON");
    std::fs::write(root.join("catalog.json"), json).expect("written");
    names
}

fn line(name: &Name, minor: u64) -> Line {
    Line {
        v: FORMAT,
        name: name.clone(),
        vers: semver::Version::new(1, minor, 0),
        cksum: format!("sha256:{:064x}", minor)
            .parse()
            .expect("a checksum"),
        size: 100_000,
        url: None,
        world: "buildfix:fixer@0.1.0".to_owned(),
        imports: ["types", "log", "workspace", "syntax", "symbols"]
            .map(|interface| format!("buildfix:fixer/{interface}@0.1.0"))
            .to_vec(),
        classes: (0..12).map(|n| format!("csharp/CS{n:04}")).collect(),
        capabilities: vec!["read:diagnostic-files".to_owned()],
        description: Some("Mends what is broken".to_owned()),
        license: Some("MIT".to_owned()),
        repository: None,
        buildfix: None,
        pubtime: "2026-01-01T00:00:00Z".to_owned(),
        yanked: false,
        yank_reason: None,
        signer: None,
        signature: None,
        attestation: None,
    }
}
