//! The registry's files, as data.

use crate::Name;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// The version of the formats here. A line of another version is skipped, so
/// that new kinds of lines do not break old clients.
pub const FORMAT: u32 = 1;

/// A SHA-256: `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Checksum(String);

/// Why a checksum is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a checksum is not `sha256:` and 64 lower-case hexadecimal digits")]
pub struct ChecksumError;

impl Checksum {
    /// The digits.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0["sha256:".len()..]
    }
}

impl TryFrom<String> for Checksum {
    type Error = ChecksumError;

    fn try_from(text: String) -> Result<Self, ChecksumError> {
        let digits = text.strip_prefix("sha256:").ok_or(ChecksumError)?;
        let good = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        match digits.len() == 64 && digits.bytes().all(good) {
            true => Ok(Self(text)),
            false => Err(ChecksumError),
        }
    }
}

impl std::str::FromStr for Checksum {
    type Err = ChecksumError;

    fn from_str(text: &str) -> Result<Self, ChecksumError> {
        text.to_owned().try_into()
    }
}

impl From<Checksum> for String {
    fn from(checksum: Checksum) -> Self {
        checksum.0
    }
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One version of a plugin: a line of `index/SCOPE/NAME`. Fields that are not
/// here are ignored. A line never changes but for `yanked` and `yank_reason`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Line {
    /// [`FORMAT`].
    pub v: u32,
    /// The plugin.
    pub name: Name,
    /// The version.
    pub vers: Version,
    /// The artifact's.
    pub cksum: Checksum,
    /// The artifact's bytes.
    pub size: u64,
    /// Where the artifact is, in place of `config.json`'s `dl`: `https:`,
    /// `http:`, `file:`, or `oci://HOST/REPOSITORY@sha256:…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The contract: `buildfix:fixer@` and a version.
    pub world: String,
    /// What the component imports.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Patterns of the error classes it answers.
    pub classes: Vec<String>,
    /// What it wants to be allowed, as `read:workspace`; sorted.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// One line for listings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// An SPDX expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Where its source is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The versions of buildfix that it works with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buildfix: Option<VersionReq>,
    /// When it was published: RFC 3339, UTC.
    pub pubtime: String,
    /// No longer chosen; a lock that has it keeps it.
    #[serde(default)]
    pub yanked: bool,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yank_reason: Option<String>,
    /// The minisign public key, base64, that `signature` was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    /// A minisign signature of the artifact: the text of the `.minisig` file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The address of an attestation, for tools that read such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<String>,
}

/// `config.json`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct RegistryConfig {
    /// [`FORMAT`].
    pub v: u32,
    /// An artifact's address, `{sha256}` standing for the digits; relative to
    /// the registry's own address if it has no scheme.
    pub dl: String,
    /// The address below which `PUT plugins/SCOPE/NAME/VERSION` publishes;
    /// relative to the registry's own address if it has no scheme; absent where
    /// nothing can be published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<String>,
    /// Whether reading, too, needs a token.
    #[serde(default)]
    pub auth_required: bool,
}

/// `catalog.json`: what can be found without knowing a name. Made from the
/// index; of each plugin the newest version that is not yanked, prereleases
/// only where there is nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// [`FORMAT`].
    pub v: u32,
    /// By name.
    pub plugins: BTreeMap<Name, CatalogEntry>,
}

/// One plugin of the [`Catalog`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogEntry {
    /// Its newest version.
    pub vers: Version,
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Patterns of the error classes it answers.
    pub classes: Vec<String>,
}

/// `classes.json`: who answers an error class. Made from the index, of the same
/// versions as the [`Catalog`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classes {
    /// [`FORMAT`].
    pub v: u32,
    /// By pattern, the plugins whose manifest has it; sorted.
    pub classes: BTreeMap<String, Vec<Name>>,
}

/// The lines of an index file, oldest first, and how many were skipped: those
/// of another format, and, with a reason, those that are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// What could be read.
    pub lines: Vec<Line>,
    /// Lines of a later format.
    pub newer: usize,
    /// Line numbers, from 1, and what is wrong with them.
    pub broken: Vec<(usize, String)>,
}

impl Lines {
    /// Reads an index file of `name`. A line that speaks of another plugin is
    /// broken.
    #[must_use]
    pub fn parse(name: &Name, text: &str) -> Self {
        #[derive(Deserialize)]
        struct Format {
            v: u32,
        }
        let (mut lines, mut known) = (Self::default(), HashSet::new());
        let written = text.lines().enumerate();
        for (number, text) in written.filter(|(_, text)| !text.trim().is_empty()) {
            let line = match serde_json::from_str::<Format>(text) {
                Ok(format) if format.v > FORMAT => {
                    lines.newer += 1;
                    continue;
                }
                Ok(_) => serde_json::from_str::<Line>(text),
                Err(error) => Err(error),
            };
            match line {
                Ok(line) if line.name == *name && !known.insert(line.vers.clone()) => lines
                    .broken
                    .push((number + 1, format!("it has version {} again", line.vers))),
                Ok(line) if line.name == *name => lines.lines.push(line),
                Ok(line) => lines
                    .broken
                    .push((number + 1, format!("it speaks of `{}`", line.name))),
                Err(error) => lines.broken.push((number + 1, error.to_string())),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(version: &str) -> String {
        format!(
            r#"{{"v":1,"name":"acme/x","vers":"{version}","cksum":"sha256:{}","size":3,"world":"buildfix:fixer@0.1.0","classes":["rust/E0382"],"pubtime":"2026-01-01T00:00:00Z","yanked":false,"of-the-future":[1]}}"#,
            "a".repeat(64)
        )
    }

    #[test]
    fn what_cannot_be_read_is_skipped_and_told() {
        let text = format!(
            "{}\n{{\"v\":9,\"what\":1}}\n\n{}\nnonsense\n{}\n",
            line("1.0.0"),
            line("1.1.0"),
            line("1.2.0").replace("acme/x", "acme/y"),
        );
        let lines = Lines::parse(&"acme/x".parse().unwrap(), &text);
        let versions: Vec<_> = lines.lines.iter().map(|l| l.vers.to_string()).collect();
        assert_eq!(versions, ["1.0.0", "1.1.0"]);
        assert_eq!(lines.newer, 1);
        let numbers: Vec<_> = lines.broken.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [5, 6]);
    }

    #[test]
    fn checksums_have_one_spelling() {
        let good = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(good.parse::<Checksum>().unwrap().hex(), &good[7..]);
        for bad in [
            &good[7..],
            &good[..70],
            &good.to_uppercase(),
            &format!("{good}0"),
        ] {
            assert!(bad.parse::<Checksum>().is_err(), "{bad}");
        }
    }
}
