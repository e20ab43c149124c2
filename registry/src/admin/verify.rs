//! `buildfix registry verify`: whether a registry's folder is what it should be.
//!
//! Made to run on each change of a registry that is kept in version control,
//! where the change may come from a stranger.

use super::{AdminError, Folder, TEMP, encode, entries};
use crate::Name;
use crate::index::{Catalog, Checksum, Classes, Line, Lines};
use crate::publish::Signature;
use buildfix_component::text::tame_line;
use buildfix_component::{FileLimits, Refusal, inspect};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;

/// Something wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// `file:line` or a file, relative to the registry.
    pub place: String,
    /// What.
    pub message: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Both come from files that a stranger may have written.
        let (place, message) = (tame_line(&self.place, 300), tame_line(&self.message, 600));
        write!(f, "{place}: {message}")
    }
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    /// Plugins.
    pub plugins: usize,
    /// Versions: lines that could be read.
    pub versions: usize,
    /// Artifacts that were read.
    pub artifacts: usize,
    /// What must not be.
    pub errors: Vec<Complaint>,
    /// What an interruption can leave, or what this buildfix cannot judge.
    pub warnings: Vec<Complaint>,
}

impl Verification {
    fn error(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.errors.push(Complaint {
            place: place.into(),
            message: message.into(),
        });
    }

    fn warn(&mut self, place: impl Into<String>, message: impl Into<String>) {
        self.warnings.push(Complaint {
            place: place.into(),
            message: message.into(),
        });
    }
}

/// Reads all of a registry. With `against`, an earlier state of the same
/// registry, nothing of that may be gone or changed but for what is yanked.
///
/// # Errors
/// When it is no registry or cannot be read; what is wrong with its content is
/// in the [`Verification`].
pub fn verify(
    folder: &Folder,
    against: Option<&Folder>,
    limits: &FileLimits,
) -> Result<Verification, AdminError> {
    let config = folder.config()?;
    let mut found = Verification::default();
    if !config.dl.contains("{sha256}") {
        found.error("config.json", "`dl` has no `{sha256}`");
    }
    // With a relative address the artifacts are this folder's to have.
    let local = !config.dl.contains("://");
    let (names, strange) = folder.names()?;
    for path in strange {
        found.error(path, "it is no plugin's index file");
    }
    let mut keys = BTreeMap::<String, &Name>::new();
    let mut named = BTreeSet::new();
    for name in &names {
        if let Some(other) = keys.insert(name.collision_key(), name) {
            found.error(
                format!("index/{name}:1"),
                format!("the name differs from `{other}` in `-` alone"),
            );
        }
        verify_plugin(folder, name, local, limits, &mut named, &mut found)?;
    }
    found.plugins = names.len();
    for artifact in entries(&folder.root().join("cas/sha256"))? {
        if !named.contains(&artifact) {
            found.warn(
                format!("cas/sha256/{artifact}"),
                "an orphan: no index line names this artifact",
            );
        }
    }
    verify_lists(folder, &mut found)?;
    leftovers(folder, &mut found)?;
    if let Some(old) = against {
        append_only(folder, old, &mut found)?;
    }
    Ok(found)
}

fn verify_plugin(
    folder: &Folder,
    name: &Name,
    local: bool,
    limits: &FileLimits,
    named: &mut BTreeSet<String>,
    found: &mut Verification,
) -> Result<(), AdminError> {
    let file = format!("index/{name}");
    let text = folder.index_text(name)?;
    if !text.is_empty() && !text.ends_with('\n') {
        let last = text.lines().count();
        found.error(
            format!("{file}:{last}"),
            "the last line has no end: cut short?",
        );
    }
    let all = Lines::parse(name, &text);
    for (number, reason) in &all.broken {
        found.error(format!("{file}:{number}"), reason.clone());
    }
    if all.newer > 0 {
        found.warn(
            file.clone(),
            format!("{} lines of a later format were not judged", all.newer),
        );
    }
    let mut versions = BTreeMap::new();
    for (number, text) in text.lines().enumerate() {
        let Ok(line) = serde_json::from_str::<Line>(text) else {
            continue;
        };
        if line.v > crate::index::FORMAT || line.name != *name {
            continue;
        }
        let place = format!("{file}:{}", number + 1);
        found.versions += 1;
        named.insert(line.cksum.hex().to_owned());
        let plain = semver::Version {
            build: semver::BuildMetadata::EMPTY,
            ..line.vers.clone()
        };
        // One that is the same to the last character is broken already.
        let known = versions.insert(plain, (number + 1, line.vers.clone()));
        if let Some((first, _)) = known.filter(|(_, vers)| *vers != line.vers) {
            found.error(
                &place,
                format!("version {} is in line {first} already", line.vers),
            );
        }
        if encode(&line) != text {
            found.error(
                &place,
                "it is not written as the registry writes it: fields in order, no other ones, no \
                 spaces",
            );
        }
        if !line.capabilities.is_sorted() {
            found.error(&place, "`capabilities` is not sorted");
        }
        if humantime::parse_rfc3339(&line.pubtime).is_err() {
            found.error(&place, "`pubtime` is no RFC 3339 time in UTC");
        }
        if line.signer.is_some() != line.signature.is_some() {
            found.error(&place, "`signer` and `signature` belong together");
        }
        if !line.yanked && line.yank_reason.is_some() {
            found.error(&place, "it has a `yank-reason` and is not yanked");
        }
        verify_artifact(folder, &line, &place, local, limits, found)?;
    }
    if versions.is_empty() && all.newer == 0 {
        found.error(file, "it has no versions");
    }
    Ok(())
}

fn verify_artifact(
    folder: &Folder,
    line: &Line,
    place: &str,
    local: bool,
    limits: &FileLimits,
    found: &mut Verification,
) -> Result<(), AdminError> {
    let path = folder.artifact_path(&line.cksum);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if local && line.url.is_none() {
                found.error(
                    place,
                    format!("its artifact cas/sha256/{} is missing", line.cksum.hex()),
                );
            }
            return Ok(());
        }
        Err(error) => return Err(super::io_error("read", &path)(error)),
    };
    found.artifacts += 1;
    let actual = Checksum::of(&bytes);
    if actual != line.cksum {
        found.error(
            place,
            format!(
                "its artifact cas/sha256/{} has the checksum {actual}",
                line.cksum.hex()
            ),
        );
        return Ok(());
    }
    if let (Some(signer), Some(signature)) = (&line.signer, &line.signature)
        && let Err(error) = Signature::check(signer, signature, &bytes)
    {
        found.error(place, error.to_string());
    }
    match inspect(None, &bytes, limits) {
        Ok(preflight) => match Line::of(&preflight, &bytes, &line.pubtime) {
            Ok(says) => {
                for field in disagreements(line, &says) {
                    found.error(place, format!("`{field}` is not what the artifact says"));
                }
            }
            Err(error) => found.error(place, error.to_string()),
        },
        // An older or newer contract: a buildfix of that time judged it.
        Err(error)
            if matches!(
                error.refusal(),
                Refusal::Abi { .. } | Refusal::TooNew { .. }
            ) =>
        {
            found.warn(place, error.to_string());
        }
        Err(error) => found.error(place, error.to_string()),
    }
    Ok(())
}

/// The fields in which a line is not what its artifact says.
fn disagreements(line: &Line, says: &Line) -> Vec<&'static str> {
    [
        ("name", line.name == says.name),
        ("vers", line.vers == says.vers),
        ("size", line.size == says.size),
        ("world", line.world == says.world),
        ("imports", line.imports == says.imports),
        ("classes", line.classes == says.classes),
        ("capabilities", line.capabilities == says.capabilities),
        ("description", line.description == says.description),
        ("license", line.license == says.license),
        ("repository", line.repository == says.repository),
    ]
    .into_iter()
    .filter_map(|(field, agrees)| (!agrees).then_some(field))
    .collect()
}

fn verify_lists(folder: &Folder, found: &mut Verification) -> Result<(), AdminError> {
    let (catalog, classes, _) = folder.lists()?;
    let read = |file: &str| fs::read(folder.root().join(file)).unwrap_or_default();
    let stale = "it is not what the index says; `buildfix registry index DIR` makes it anew";
    if serde_json::from_slice::<Catalog>(&read("catalog.json")).ok() != Some(catalog) {
        found.warn("catalog.json", stale);
    }
    if serde_json::from_slice::<Classes>(&read("classes.json")).ok() != Some(classes) {
        found.warn("classes.json", stale);
    }
    Ok(())
}

/// Files of interrupted writes.
fn leftovers(folder: &Folder, found: &mut Verification) -> Result<(), AdminError> {
    let mut folders = vec![String::new(), "cas/sha256/".to_owned(), "index/".to_owned()];
    for scope in entries(&folder.root().join("index"))? {
        folders.push(format!("index/{scope}/"));
    }
    for part in folders {
        let Ok(read) = fs::read_dir(folder.root().join(&part)) else {
            continue;
        };
        for entry in read.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(TEMP) {
                found.warn(
                    format!("{part}{name}"),
                    "left by an interrupted write; a server deletes it when it starts",
                );
            }
        }
    }
    Ok(())
}

/// Nothing published may be gone or changed but for what is yanked.
fn append_only(folder: &Folder, old: &Folder, found: &mut Verification) -> Result<(), AdminError> {
    for name in old.names()?.0 {
        let (before, now) = (old.index_text(&name)?, folder.index_text(&name)?);
        let mut now = now.lines();
        for (number, before) in before.lines().enumerate() {
            let place = format!("index/{name}:{}", number + 1);
            let Some(now) = now.next() else {
                found.error(
                    place,
                    "the line is gone; lines are never removed, only yanked",
                );
                continue;
            };
            if unyanked(before) != unyanked(now) {
                found.error(
                    place,
                    "the line is another than before; only `yanked` and `yank-reason` may change",
                );
            }
        }
    }
    Ok(())
}

/// A line without what may change; what cannot be read is compared as text.
fn unyanked(text: &str) -> serde_json::Value {
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Object(mut fields)) => {
            fields.remove("yanked");
            fields.remove("yank-reason");
            fields.into()
        }
        _ => text.into(),
    }
}
