//! What the tests of installing share: plugins, a registry in a folder, a project,
//! and the real command.
#![allow(dead_code)]

use buildfix_registry::admin::Folder;
use buildfix_registry::index::{Checksum, FORMAT, Line, RegistryConfig};
use buildfix_registry::publish::Publication;
use buildfix_sandbox::FileLimits;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;
use wit_component::{StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{ManglingAndAbi, Resolve};

/// A module that fits the contract.
fn module() -> &'static [u8] {
    static MODULE: OnceLock<Vec<u8>> = OnceLock::new();
    MODULE.get_or_init(|| {
        let mut resolve = Resolve::default();
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit/fixer-0.1.0");
        let (package, _) = resolve.push_dir(wit).unwrap();
        let world = resolve.select_world(&[package], Some("fixer")).unwrap();
        let mut module = dummy_module(&resolve, world, ManglingAndAbi::Standard32);
        let utf8 = StringEncoding::UTF8;
        embed_component_metadata(&mut module, &resolve, world, utf8, true).unwrap();
        module
    })
}

pub fn plugin(name: &str, version: &str, read: &str) -> Vec<u8> {
    let manifest = format!(
        "manifest-version = 1\nname = \"{name}\"\nversion = \"{version}\"\nlicense = \"MIT\"\n\
         description = \"Mends\"\n[fixer]\nworld = \"buildfix:fixer@0.1.0\"\n\
         classes = [\"rust/E0382\"]\n[capabilities]\nread = [{read}]\n"
    );
    buildfix_component::componentize(module(), &manifest).unwrap()
}

/// A registry in a folder, and a project that uses it.
pub struct World {
    pub dir: TempDir,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let world = Self { dir };
        let config = RegistryConfig {
            v: FORMAT,
            dl: "cas/sha256/{sha256}".to_owned(),
            api: None,
            auth_required: false,
        };
        Folder::init(&world.registry(), &config).unwrap();
        std::fs::create_dir(world.project()).unwrap();
        let toml = format!(
            "# mine\n[registries]\ndefault = \"file://{}\"\n",
            world.registry().display()
        );
        std::fs::write(world.project().join("buildfix.toml"), toml).unwrap();
        world
    }

    pub fn registry(&self) -> PathBuf {
        self.dir.path().join("registry")
    }

    pub fn project(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    pub fn cache(&self) -> PathBuf {
        self.dir.path().join("cache")
    }

    pub fn publish(&self, name: &str, version: &str, read: &str) -> Line {
        let bytes = plugin(name, version, read);
        let publication = Publication::new(None, bytes, &FileLimits::default()).unwrap();
        let folder = Folder::open(&self.registry()).unwrap();
        let locked = folder.lock().unwrap();
        locked.publish(&publication).unwrap();
        publication.line().clone()
    }

    pub fn index(&self) -> PathBuf {
        self.registry().join("index/acme/borrow")
    }

    pub fn edit_index(&self, change: impl Fn(&str) -> String) {
        let text = std::fs::read_to_string(self.index()).unwrap();
        std::fs::write(self.index(), change(&text)).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_buildfix"));
        command
            .args(args)
            .current_dir(self.project())
            .env("BUILDFIX_CACHE_DIR", self.cache())
            .env("BUILDFIX_CONFIG_DIR", self.dir.path().join("config"))
            .env_remove("BUILDFIX_REGISTRY")
            .env_remove("BUILDFIX_REGISTRY_TOKEN")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// A command that must succeed; what it printed.
    pub fn good(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", err(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A command that must fail and leave everything as it was; its error.
    pub fn bad(&self, args: &[&str]) -> String {
        let before = self.state();
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {}", err(&output));
        assert_eq!(self.state(), before, "{args:?}: {}", err(&output));
        let error = err(&output);
        assert!(
            error.contains("error: ") && error.contains("help: "),
            "{error}"
        );
        error
    }

    /// The project's files and the artifacts of the store.
    pub fn state(&self) -> BTreeMap<String, String> {
        let mut state = BTreeMap::new();
        for top in [self.project(), self.cache().join("cas")] {
            for entry in walkdir::WalkDir::new(&top).into_iter().flatten() {
                let name = entry.path().display().to_string();
                // A lock's file stays for the next who waits for it.
                if entry.file_type().is_file() && !name.ends_with(".lock")
                    || name.ends_with("buildfix.lock")
                {
                    let bytes = std::fs::read(entry.path()).unwrap();
                    state.insert(name, Checksum::of(&bytes).to_string());
                }
            }
        }
        state
    }

    pub fn lock(&self) -> String {
        std::fs::read_to_string(self.project().join("buildfix.lock")).unwrap_or_default()
    }

    pub fn toml(&self) -> String {
        std::fs::read_to_string(self.project().join("buildfix.toml")).unwrap()
    }
}

pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
