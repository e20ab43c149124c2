//! `buildfix.lock`: exactly which plugins a project uses, and what each may do.
//!
//! ```toml
//! # Written by buildfix; keep it in version control.
//! version = 1
//!
//! [[plugin]]
//! name = "acme/rustc-borrow"
//! version = "1.2.0"
//! source = "registry+https://registry.example/"
//! checksum = "sha256:9f…"
//! size = 183204
//! world = "buildfix:fixer@0.1.0"
//! capabilities = ["read:diagnostic-files", "read:glob:**/Cargo.toml"]
//! ```
//!
//! What is granted is bound to a content: other bytes under the same name and
//! version have no grant. Plugins named by `path` are not locked.

use crate::client::OciReference;
use crate::index::{Checksum, Line};
use buildfix_component::text::tame_line;
use semver::Version;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::Write as _;
use std::path::Path;

/// The file's name, beside `buildfix.toml`.
pub const FILE: &str = "buildfix.lock";
/// The version of the format.
pub const VERSION: u32 = 1;

/// The whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    plugins: Vec<Locked>,
}

/// One locked plugin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Locked {
    /// As its manifest has it.
    pub name: String,
    /// Exactly this one.
    pub version: Version,
    /// Where it came from.
    pub source: Source,
    /// The artifact's.
    pub checksum: Checksum,
    /// The artifact's bytes.
    pub size: u64,
    /// The contract that it was built against.
    pub world: String,
    /// What it was granted, sorted.
    pub capabilities: Vec<String>,
    /// The minisign public key that signed the first version used; another one
    /// later is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
}

/// Where a locked plugin came from: `registry+ADDRESS` or an `oci://` address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// A registry's address.
    Registry(String),
    /// An artifact in an OCI registry, by digest.
    Oci(OciReference),
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if let Some(url) = text.strip_prefix("registry+") {
            return Ok(Self::Registry(url.to_owned()));
        }
        text.parse().map(Self::Oci).map_err(|_| {
            let shown = tame_line(&text, 200);
            format!("source `{shown}` is neither `registry+ADDRESS` nor `oci://…@sha256:…`")
        })
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(url) => write!(f, "registry+{url}"),
            Self::Oci(reference) => reference.fmt(f),
        }
    }
}

/// Why a lock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// It cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A later buildfix wrote it.
    #[error("{path} has version {found}, this buildfix reads {VERSION}: upgrade buildfix")]
    Newer {
        /// The file.
        path: String,
        /// Its version.
        found: u64,
    },
    /// It does not say what it should.
    #[error("{path} is damaged: {why}")]
    Damaged {
        /// The file.
        path: String,
        /// What, and where.
        why: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "version")]
    _version: u32,
    #[serde(default)]
    plugin: Vec<Locked>,
}

#[derive(Deserialize)]
struct Format {
    version: u64,
}

impl Lock {
    /// One without a plugin.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            plugins: Vec::new(),
        }
    }

    /// Reads a project's lock; an empty one where there is none.
    ///
    /// # Errors
    /// When there is one that cannot be used.
    pub fn read(dir: &Path) -> Result<Self, LockError> {
        let path = dir.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text, &path.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::empty()),
            Err(source) => Err(LockError::Io {
                path: path.display().to_string(),
                source,
            }),
        }
    }

    /// Reads a lock's text; `path` is for messages.
    ///
    /// # Errors
    /// Says what is wrong with it, and where.
    pub fn parse(text: &str, path: &str) -> Result<Self, LockError> {
        let damaged = |why: String| LockError::Damaged {
            path: path.to_owned(),
            why,
        };
        let format: Format =
            toml::from_str(text).map_err(|e| damaged(tame_line(&e.to_string(), 500)))?;
        if format.version > u64::from(VERSION) {
            return Err(LockError::Newer {
                path: path.to_owned(),
                found: format.version,
            });
        }
        let raw: Raw = toml::from_str(text).map_err(|e| damaged(tame_line(&e.to_string(), 500)))?;
        let mut lock = Self::empty();
        for plugin in raw.plugin {
            if lock.get(&plugin.name).is_some() {
                let name = tame_line(&plugin.name, 100);
                return Err(damaged(format!("it has `{name}` twice")));
            }
            lock.set(plugin);
        }
        Ok(lock)
    }

    /// A plugin's entry.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Locked> {
        self.plugins.iter().find(|plugin| plugin.name == name)
    }

    /// Adds an entry, or replaces that of the same name.
    pub fn set(&mut self, mut plugin: Locked) {
        plugin.capabilities.sort();
        plugin.capabilities.dedup();
        self.plugins.retain(|other| other.name != plugin.name);
        let at = self
            .plugins
            .partition_point(|other| other.name < plugin.name);
        self.plugins.insert(at, plugin);
    }

    /// Removes an entry. Gives it, if there was one.
    pub fn remove(&mut self, name: &str) -> Option<Locked> {
        let at = self.plugins.iter().position(|plugin| plugin.name == name)?;
        Some(self.plugins.remove(at))
    }

    /// Every entry, by name.
    #[must_use]
    pub fn plugins(&self) -> &[Locked] {
        &self.plugins
    }

    /// Writes a project's lock, whole or not at all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, dir: &Path) -> Result<(), LockError> {
        let path = dir.join(FILE);
        let write = || -> std::io::Result<()> {
            let mut file = tempfile::Builder::new()
                .prefix(".buildfix.lock.")
                .tempfile_in(dir)?;
            file.write_all(self.to_string().as_bytes())?;
            file.as_file().sync_all()?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = std::fs::metadata(&path).map_or(0o644, |meta| meta.permissions().mode());
                file.as_file()
                    .set_permissions(std::fs::Permissions::from_mode(mode))?;
            }
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|source| LockError::Io {
            path: path.display().to_string(),
            source,
        })
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[derive(Serialize)]
        struct Tables<'a> {
            version: u32,
            plugin: &'a [Locked],
        }
        let tables = Tables {
            version: VERSION,
            plugin: &self.plugins,
        };
        let text = match self.plugins.is_empty() {
            true => format!("version = {VERSION}\n"),
            false => toml::to_string(&tables).map_err(|_| fmt::Error)?,
        };
        write!(
            f,
            "# Written by buildfix; keep it in version control.\n{text}"
        )
    }
}

impl Locked {
    /// What of the index line contradicts what is locked: the line of a version
    /// never changes, so somebody changed it.
    #[must_use]
    pub fn contradiction(&self, line: &Line) -> Option<String> {
        let differs = |what: &str, locked: &dyn fmt::Display, now: &dyn fmt::Display| {
            Some(format!(
                "the {what} of plugin `{}` {} is {locked} in {FILE} and {} in the registry",
                self.name,
                self.version,
                tame_line(&now.to_string(), 300)
            ))
        };
        if self.checksum != line.cksum {
            return differs("checksum", &self.checksum, &line.cksum);
        }
        if self.size != line.size {
            return differs("size", &self.size, &line.size);
        }
        if self.world != line.world {
            return differs("world", &self.world, &line.world);
        }
        let mut now = line.capabilities.clone();
        now.sort();
        now.dedup();
        if self.capabilities != now {
            let list = |all: &[String]| format!("`{}`", all.join(", "));
            return differs(
                "list of capabilities",
                &list(&self.capabilities),
                &list(&now),
            );
        }
        if self.signer != line.signer {
            let name = |key: &Option<String>| key.clone().unwrap_or_else(|| "nobody".to_owned());
            return differs("signer", &name(&self.signer), &name(&line.signer));
        }
        None
    }

    /// What a later version wants that this one was not granted.
    #[must_use]
    pub fn grown(&self, wanted: &[String]) -> Vec<String> {
        wanted
            .iter()
            .filter(|capability| !self.capabilities.contains(capability))
            .cloned()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn locked(name: &str) -> Locked {
        Locked {
            name: name.to_owned(),
            version: Version::new(1, 2, 0),
            source: Source::Registry("https://registry.example/".to_owned()),
            checksum: format!("sha256:{}", "0a".repeat(32)).parse().unwrap(),
            size: 7,
            world: "buildfix:fixer@0.1.0".to_owned(),
            capabilities: vec!["read:workspace".to_owned(), "read:glob:*".to_owned()],
            signer: None,
        }
    }

    #[test]
    fn what_is_written_is_read_and_the_order_does_not_matter() {
        let (mut one, mut other) = (Lock::empty(), Lock::empty());
        for name in ["b/x", "a/x", "c/x"] {
            one.set(locked(name));
        }
        for name in ["c/x", "b/x", "a/x", "a/x"] {
            other.set(locked(name));
        }
        assert_eq!(one.to_string(), other.to_string());
        assert_eq!(Lock::parse(&one.to_string(), "x").unwrap(), one);
        assert_eq!(
            Lock::parse(&Lock::empty().to_string(), "x").unwrap(),
            Lock::empty()
        );
        let dir = tempfile::tempdir().unwrap();
        one.write(dir.path()).unwrap();
        assert_eq!(Lock::read(dir.path()).unwrap(), one);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_lock_of_the_future_and_a_damaged_one_are_told_apart() {
        let error = |text: &str| Lock::parse(text, "buildfix.lock").unwrap_err().to_string();
        assert!(error("version = 2\n[new]\n").ends_with("upgrade buildfix"));
        for bad in [
            "",
            "version = 1\nmore = 2",
            "version = 1\n[[plugin]]\nname = \"x\"",
            "version = \"1\"",
            "nonsense",
        ] {
            assert!(error(bad).starts_with("buildfix.lock is damaged"), "{bad}");
        }
        let mut lock = Lock::empty();
        lock.set(locked("a/x"));
        let text = lock.to_string();
        let twice = format!("{text}\n{}", &text[text.find("[[").unwrap()..]);
        assert!(error(&twice).contains("`a/x` twice"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
            let _ = Lock::parse(&text, "x");
        }
    }
}
