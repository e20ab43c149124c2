//! What a component says about itself.
//!
//! The manifest is TOML in the custom section `buildfix:manifest`:
//!
//! ```toml
//! manifest-version = 1
//! name = "acme/rustc-borrow"
//! version = "1.2.0"
//! license = "MIT OR Apache-2.0"
//! description = "Mends borrow errors"
//! repository = "https://example.org/rustc-borrow"
//! [fixer]
//! world = "buildfix:fixer@0.1.0"
//! classes = ["rust/E0382", "rust/E05*"]
//! [capabilities]
//! read = ["diagnostic-files", "glob:**/Cargo.toml"]
//! [limits]
//! fuel = "50M"
//! memory = "64MiB"
//! ```
//!
//! It is read without running the component. Every field is checked here, so
//! that a `Manifest` in hand can be printed, used in a path and compared: names
//! are lower-case ASCII without dots, texts hold no control characters, and an
//! unknown key is an error and not a typo that does nothing.

use crate::text::{hostile, tame_line};
use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// The custom section's name.
pub const SECTION: &str = "buildfix:manifest";
/// Bytes of a manifest. A thousand classes take about 20 KiB.
const MAX_SECTION: usize = 256 * 1024;
const MAX_CLASSES: usize = 1_000;
const MAX_PATTERN: usize = 128;
const MAX_NAME: usize = 64;
const MAX_TEXT: usize = 1_000;

/// A component's own description, checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// `name` or `scope/name`; each of `[a-z][a-z0-9]*`, joined by single `-`.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// An SPDX expression.
    pub license: Option<String>,
    /// One line for listings.
    pub description: Option<String>,
    /// Where its source is.
    pub repository: Option<String>,
    /// The version of `buildfix:fixer` that it was built against.
    pub world: Version,
    /// Patterns of the error classes it answers: `*` stands for any characters.
    pub classes: Vec<String>,
    /// What it wants to be allowed.
    pub capabilities: Capabilities,
    /// What it wants in place of the default limits.
    pub limits: RequestedLimits,
}

/// What a fixer wants to be allowed, or is allowed; their meaning is told in
/// [`grant`](crate::grant).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Capabilities {
    /// `diagnostic-files`, `workspace`, or `glob:` and a pattern.
    #[serde(default)]
    pub read: Vec<String>,
}

impl Capabilities {
    /// One string for each, as in a registry's index and a lock file
    /// (`read:workspace`): sorted, each once.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        let mut list: Vec<String> = self
            .read
            .iter()
            .map(|what| format!("read:{what}"))
            .collect();
        list.sort();
        list.dedup();
        list
    }
}

/// Limits that a fixer asks for; the host clamps them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestedLimits {
    /// Fuel units per call: an integer, or a string with `K`, `M` or `G`
    /// (thousands).
    #[serde(default, deserialize_with = "quantity")]
    pub fuel: Option<u64>,
    /// Bytes: an integer, or a string with `KiB`, `MiB` or `GiB`.
    #[serde(default, deserialize_with = "quantity")]
    pub memory: Option<u64>,
}

/// Why a manifest is refused; a lower-case fragment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ManifestError(String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    manifest_version: u64,
    name: String,
    version: String,
    license: Option<String>,
    description: Option<String>,
    repository: Option<String>,
    fixer: RawFixer,
    #[serde(default)]
    capabilities: Capabilities,
    #[serde(default)]
    limits: RequestedLimits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawFixer {
    world: String,
    classes: Vec<String>,
}

/// Only the version, so that a manifest from the future is told apart from a
/// broken one.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RawVersion {
    manifest_version: Option<toml::Value>,
}

impl Manifest {
    /// Reads and checks a manifest.
    ///
    /// # Errors
    /// Says which key is wrong and how.
    pub fn parse(bytes: &[u8]) -> Result<Self, ManifestError> {
        if bytes.len() > MAX_SECTION {
            let size = bytes.len();
            return Err(bad(format!(
                "it has {size} bytes, at most {MAX_SECTION} are allowed"
            )));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| bad("it is not UTF-8"))?;
        let broken = |e: toml::de::Error| bad(tame_line(e.message(), 300));
        let future: RawVersion = toml::from_str(text).map_err(broken)?;
        match future.manifest_version {
            Some(toml::Value::Integer(1)) => {}
            Some(toml::Value::Integer(n)) if n > 1 => {
                return Err(bad(format!(
                    "it has manifest-version {n}, this buildfix reads 1"
                )));
            }
            _ => return Err(bad("`manifest-version = 1` is missing")),
        }
        Self::check(toml::from_str(text).map_err(broken)?)
    }

    fn check(raw: Raw) -> Result<Self, ManifestError> {
        debug_assert_eq!(raw.manifest_version, 1);
        check_name(&raw.name)?;
        let version = Version::parse(&raw.version).map_err(|e| {
            bad(format!(
                "version `{}` is not a semantic version: {e}",
                tame_line(&raw.version, 60)
            ))
        })?;
        for (key, value) in [
            ("license", &raw.license),
            ("description", &raw.description),
            ("repository", &raw.repository),
        ] {
            if let Some(value) = value {
                check_text(key, value)?;
            }
        }
        let world = raw
            .fixer
            .world
            .strip_prefix("buildfix:fixer@")
            .and_then(|v| Version::parse(v).ok())
            .ok_or_else(|| {
                let world = tame_line(&raw.fixer.world, 60);
                bad(format!(
                    "fixer.world is `{world}`, not `buildfix:fixer@` and a version"
                ))
            })?;
        let classes = raw.fixer.classes;
        if classes.is_empty() || classes.len() > MAX_CLASSES {
            let n = classes.len();
            return Err(bad(format!(
                "fixer.classes has {n} entries, 1 to {MAX_CLASSES} are allowed"
            )));
        }
        classes.iter().try_for_each(|c| check_pattern(c))?;
        if raw.capabilities.read.len() > MAX_CLASSES {
            return Err(bad(format!(
                "capabilities.read has more than {MAX_CLASSES} entries"
            )));
        }
        for read in &raw.capabilities.read {
            check_text("capabilities.read", read)?;
            let known = matches!(read.as_str(), "diagnostic-files" | "workspace")
                || read
                    .strip_prefix("glob:")
                    .is_some_and(|glob| !glob.is_empty());
            if !known {
                return Err(bad(format!(
                    "capabilities.read has `{}`, not `diagnostic-files`, `workspace` or `glob:…`",
                    tame_line(read, 60)
                )));
            }
            if let Some(glob) = read.strip_prefix("glob:")
                && let Err(why) = crate::grant::pattern(glob)
            {
                return Err(bad(format!(
                    "capabilities.read has `{}`: {why}",
                    tame_line(read, 60)
                )));
            }
        }
        if raw.limits.fuel == Some(0) || raw.limits.memory == Some(0) {
            return Err(bad("limits must be greater than 0"));
        }
        Ok(Self {
            name: raw.name,
            version,
            license: raw.license,
            description: raw.description,
            repository: raw.repository,
            world,
            classes,
            capabilities: raw.capabilities,
            limits: raw.limits,
        })
    }

    /// Whether the fixer answers this error class.
    #[must_use]
    pub fn matches(&self, class: &str) -> bool {
        self.classes
            .iter()
            .any(|pattern| class_matches(pattern, class))
    }
}

/// Whether a class matches a pattern, in which `*` stands for any characters.
#[must_use]
pub fn class_matches(pattern: &str, class: &str) -> bool {
    glob(pattern.as_bytes(), class.as_bytes())
}

fn bad(message: impl Into<String>) -> ManifestError {
    ManifestError(message.into())
}

/// Names become paths, table keys and terminal output: one alphabet without
/// look-alikes, no dots, no upper case.
fn check_name(name: &str) -> Result<(), ManifestError> {
    let good_part = |part: &str| {
        part.len() <= MAX_NAME
            && part.starts_with(|c: char| c.is_ascii_lowercase())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !part.ends_with('-')
            && !part.contains("--")
    };
    let parts: Vec<&str> = name.split('/').collect();
    if parts.len() <= 2 && parts.iter().all(|part| good_part(part)) {
        return Ok(());
    }
    // Escaped: a look-alike letter would print like the one it imitates.
    let shown: String = name
        .chars()
        .take(80)
        .flat_map(char::escape_default)
        .collect();
    Err(bad(format!(
        "name `{shown}` is not `name` or `scope/name` of a-z, 0-9 and single `-`, \
         at most {MAX_NAME} characters each"
    )))
}

fn check_text(key: &str, value: &str) -> Result<(), ManifestError> {
    if value.len() > MAX_TEXT {
        return Err(bad(format!("{key} is longer than {MAX_TEXT} bytes")));
    }
    if value.chars().any(|c| hostile(c) || c == '\n' || c == '\t') {
        return Err(bad(format!(
            "{key} has control characters or is not one line"
        )));
    }
    Ok(())
}

fn check_pattern(pattern: &str) -> Result<(), ManifestError> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"-_.+*:#@/".contains(&b);
    let shaped = pattern
        .split_once('/')
        .is_some_and(|(language, rest)| !language.is_empty() && !rest.is_empty());
    let well_formed = shaped && !pattern.contains("//") && !pattern.ends_with('/');
    if pattern.len() <= MAX_PATTERN && well_formed && pattern.bytes().all(good) {
        return Ok(());
    }
    Err(bad(format!(
        "class `{}` is not `language/class`, with `*` for any characters",
        tame_line(pattern, 60)
    )))
}

/// Whether `text` matches `pattern`, in which `*` stands for any bytes. Walks
/// back to the last `*` only, so the time is at most the product of the
/// lengths.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            p = star_p + 1;
            t = star_t + 1;
            star = Some((star_p, t));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|b| *b == b'*')
}

fn quantity<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Quantity;
    impl de::Visitor<'_> for Quantity {
        type Value = Option<u64>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number, or a string such as \"50M\" or \"64MiB\"")
        }

        fn visit_i64<E: de::Error>(self, n: i64) -> Result<Self::Value, E> {
            u64::try_from(n)
                .map(Some)
                .map_err(|_| E::custom("a limit is negative"))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            let unit: u64 = match text[digits..].trim() {
                "" => 1,
                "K" => 1_000,
                "M" => 1_000_000,
                "G" => 1_000_000_000,
                "KiB" => 1 << 10,
                "MiB" => 1 << 20,
                "GiB" => 1 << 30,
                _ => return Err(de::Error::invalid_value(de::Unexpected::Str(text), &self)),
            };
            let number = text[..digits]
                .parse::<u64>()
                .ok()
                .and_then(|n| n.checked_mul(unit));
            number
                .map(Some)
                .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(text), &self))
        }
    }
    deserializer.deserialize_any(Quantity)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
manifest-version = 1
name = "acme/rustc-borrow"
version = "1.2.0"
license = "MIT OR Apache-2.0"
description = "Mends borrow errors"
[fixer]
world = "buildfix:fixer@0.1.0"
classes = ["rust/E0382", "csharp/CS05*", "*/syntax*"]
[capabilities]
read = ["diagnostic-files", "glob:**/Cargo.toml"]
[limits]
fuel = "50M"
memory = "64MiB"
"#;

    fn with(from: &str, to: &str) -> Result<Manifest, ManifestError> {
        assert!(GOOD.contains(from), "{from}");
        Manifest::parse(GOOD.replacen(from, to, 1).as_bytes())
    }

    fn refusal(from: &str, to: &str) -> String {
        match with(from, to) {
            Ok(_) => panic!("accepted with {to}"),
            Err(e) => e.to_string(),
        }
    }

    #[test]
    fn reads_a_full_manifest() {
        let manifest = Manifest::parse(GOOD.as_bytes()).unwrap();
        assert_eq!(manifest.name, "acme/rustc-borrow");
        assert_eq!(manifest.version, Version::new(1, 2, 0));
        assert_eq!(manifest.world, Version::new(0, 1, 0));
        assert_eq!(manifest.limits.fuel, Some(50_000_000));
        assert_eq!(manifest.limits.memory, Some(64 << 20));
        assert_eq!(manifest.capabilities.read.len(), 2);
    }

    #[test]
    fn limits_are_numbers_or_words() {
        assert_eq!(with("\"50M\"", "7").unwrap().limits.fuel, Some(7));
        assert_eq!(
            with("\"50M\"", "\"2 G\"").unwrap().limits.fuel,
            Some(2_000_000_000)
        );
        for bad in [
            "-1",
            "\"50X\"",
            "\"\"",
            "\"99999999999999999999\"",
            "\"99999999999G\"",
            "0",
            "1.5",
        ] {
            refusal("\"50M\"", bad);
        }
    }

    #[test]
    fn classes_match_by_stars() {
        let manifest = Manifest::parse(GOOD.as_bytes()).unwrap();
        for class in [
            "rust/E0382",
            "csharp/CS05",
            "csharp/CS0535",
            "java/syntax-error",
            "c/syntax",
        ] {
            assert!(manifest.matches(class), "{class}");
        }
        for class in [
            "rust/E038",
            "rust/E03820",
            "Rust/E0382",
            "csharp/CS0246",
            "syntax",
            "",
        ] {
            assert!(!manifest.matches(class), "{class}");
        }
        assert!(glob(b"*", b"") && glob(b"a*b*c", b"aXbYbc") && !glob(b"a*b*c", b"aXbYb"));
    }

    #[test]
    fn a_hostile_pattern_costs_no_more_than_the_product() {
        let pattern = "*a".repeat(60) + "/*b";
        let started = std::time::Instant::now();
        assert!(!glob(pattern.as_bytes(), "a".repeat(100_000).as_bytes()));
        assert!(started.elapsed().as_secs() < 5);
    }

    #[test]
    fn names_have_one_alphabet() {
        for good in ["a", "a/b", "rust-1", "x9/y-z"] {
            with("acme/rustc-borrow", good).unwrap();
        }
        let long = "a".repeat(65);
        for bad in [
            "",
            "/",
            "a/",
            "/a",
            "a/b/c",
            "../a",
            "a/..",
            "a.b",
            "A",
            "a_b",
            "-a",
            "a-",
            "a--b",
            "1a",
            "a b",
            "a\\u0000b",
            "\\u0430cme",
            "ac\\u200bme",
            "a\\\\b",
            "con/\\u001b[31m",
            &long,
        ] {
            let message = refusal("acme/rustc-borrow", bad);
            assert!(message.starts_with("name `"), "{message}");
            assert!(message.is_ascii(), "shows the look-alike itself: {message}");
        }
    }

    #[test]
    fn forged_fields_are_refused() {
        assert!(refusal("1.2.0", "1.2").contains("semantic version"));
        assert!(refusal("buildfix:fixer@0.1.0", "wasi:cli/run@0.2.0").contains("fixer.world"));
        assert!(refusal("buildfix:fixer@0.1.0", "buildfix:fixer@latest").contains("fixer.world"));
        for class in [
            "E0382",
            "rust/",
            "/E0382",
            "rust/E 1",
            "rust/[ab]",
            "rust/\\u0435",
            "a//b",
        ] {
            assert!(refusal("rust/E0382", class).contains("class `"), "{class}");
        }
        assert!(refusal("rust/E0382", &format!("rust/{}", "E".repeat(200))).contains("class `"));
        assert!(refusal("Mends borrow errors", "a\\u001b[2Jb").contains("control"));
        assert!(refusal("Mends borrow errors", &"x".repeat(2_000)).contains("longer"));
        assert!(refusal("\"diagnostic-files\"", "\"network\"").contains("network"));
    }

    #[test]
    fn unknown_and_missing_keys_are_named() {
        assert!(refusal("license", "licence").contains("licence"));
        assert!(refusal("[limits]", "[limit]").contains("limit"));
        assert!(refusal("name = \"acme/rustc-borrow\"", "").contains("name"));
        assert!(refusal("fuel", "fule").contains("fule"));
        assert!(refusal("manifest-version = 1", "").contains("manifest-version"));
        assert!(refusal("manifest-version = 1", "manifest-version = 2").contains("reads 1"));
    }

    #[test]
    fn size_and_shape_are_bounded() {
        let huge = vec![b'#'; 10 << 20];
        assert!(
            Manifest::parse(&huge)
                .unwrap_err()
                .to_string()
                .contains("bytes")
        );
        assert!(
            Manifest::parse(&[0xff, 0xfe])
                .unwrap_err()
                .to_string()
                .contains("UTF-8")
        );
        assert!(Manifest::parse(b"\0").is_err());
        let deep = format!("a = {}1{}", "[".repeat(50_000), "]".repeat(50_000));
        assert!(Manifest::parse(deep.as_bytes()).is_err());
    }
}
