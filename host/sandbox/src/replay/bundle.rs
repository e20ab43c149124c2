//! The file of a recorded call.
//!
//! ```text
//! {"format": "buildfix-failure", "version": 1, "checksum": "HEX", "call": {…}}
//! ```
//!
//! `checksum` is the BLAKE3 of `call` as it is written here: without white space,
//! the fields in the order of the types. Whoever changes a type that is reached from [`Bundle`] raises [`VERSION`]; there is
//! no migration.

use super::exchange::Exchange;
use super::outcome::{Ending, Outcome};
use crate::{Limits, Request, Tiers};
use buildfix_component::Capabilities;
use buildfix_component::text::tame_line;
use semver::Version;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const FORMAT: &str = "buildfix-failure";
/// Of the form of the file.
pub const VERSION: u64 = 1;
/// The largest bundle, in bytes (16 MiB); a larger one is neither written nor
/// read.
pub const MAX_BUNDLE: usize = 16 << 20;

/// A failed call, with all that it takes to make it again but the component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Bundle {
    /// The version of buildfix that recorded it.
    pub buildfix: String,
    /// Who failed.
    pub plugin: Component,
    /// What it was granted; `None`: all that it declares.
    pub granted: Option<Vec<String>>,
    /// What it had.
    pub limits: BundleLimits,
    /// What it was asked.
    pub request: Request,
    /// How it ended.
    pub outcome: Outcome,
    /// What it asked the host, each once, in this order, and what it was told.
    pub exchanges: Vec<Exchange>,
}

/// The component of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Component {
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Lower-case hex BLAKE3 of its file.
    pub digest: String,
}

/// What a recorded call had, see [`Limits`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of `Limits`")]
pub struct BundleLimits {
    /// Of the first tier before the input is counted, whoever set it.
    pub fuel: u64,
    pub fuel_per_byte: u64,
    /// Multiples of the first tier, whoever set them.
    pub tiers: Vec<u32>,
    pub fuel_max: u64,
    pub memory: usize,
    pub memory_max: usize,
    pub table_elements: usize,
    pub stack: usize,
    pub instances: usize,
    pub output: usize,
    pub edits: usize,
    pub log: usize,
    pub host_calls: u32,
    /// Milliseconds that it could run.
    pub wall_ms: u64,
}

/// Why bytes are no bundle that can be replayed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Too many bytes.
    #[error("it has more than {MAX_BUNDLE} bytes, which no bundle has")]
    TooLarge,
    /// No JSON, or the beginning of some.
    #[error("it is no whole JSON document: {0}")]
    Json(String),
    /// JSON of somebody else.
    #[error("it is no recorded call: it has not `\"format\": \"{FORMAT}\"`")]
    Foreign,
    /// From another time.
    #[error("it is of version {0}, and this buildfix reads version {VERSION}")]
    Version(u64),
    /// Other bytes than were written.
    #[error("it was changed since it was written: its checksum does not fit")]
    Checksum,
    /// Whole, and not what a version 1 holds.
    #[error("its content is not valid: {0}")]
    Content(String),
}

#[derive(Deserialize)]
struct Head {
    format: Option<serde_json::Value>,
    version: Option<serde_json::Value>,
}

/// Read, and written with a `&Bundle`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<B> {
    format: String,
    version: u64,
    checksum: String,
    call: B,
}

impl Bundle {
    fn checksum(&self) -> Result<String, serde_json::Error> {
        let call = serde_json::to_vec(self)?;
        Ok(blake3::hash(&call).to_hex().to_string())
    }

    /// The bytes of its file, and a name that two bundles share only if they are
    /// the same. `None` if that is more than [`MAX_BUNDLE`].
    #[must_use]
    pub fn encode(&self) -> Option<(Vec<u8>, String)> {
        let checksum = self.checksum().ok()?;
        let name = checksum[..16].to_owned();
        let envelope = Envelope {
            format: FORMAT.to_owned(),
            version: VERSION,
            checksum,
            call: self,
        };
        let mut bytes = serde_json::to_vec(&envelope).ok()?;
        bytes.push(b'\n');
        (bytes.len() <= MAX_BUNDLE).then_some((bytes, name))
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`BundleError`]: they are anything but what [`Bundle::encode`] gives.
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE {
            return Err(BundleError::TooLarge);
        }
        let head: Head = serde_json::from_slice(bytes).map_err(|error| {
            if error.is_data() {
                // JSON, and no object.
                return BundleError::Foreign;
            }
            BundleError::Json(error.to_string())
        })?;
        if head.format.as_ref().and_then(|format| format.as_str()) != Some(FORMAT) {
            return Err(BundleError::Foreign);
        }
        match head.version.and_then(|version| version.as_u64()) {
            Some(VERSION) => {}
            Some(other) => return Err(BundleError::Version(other)),
            None => return Err(BundleError::Foreign),
        }
        let content =
            |error: serde_json::Error| BundleError::Content(tame_line(&error.to_string(), 300));
        let envelope: Envelope<Self> = serde_json::from_slice(bytes).map_err(content)?;
        if envelope.call.checksum().map_err(content)? != envelope.checksum {
            return Err(BundleError::Checksum);
        }
        envelope.call.check()?;
        Ok(envelope.call)
    }

    fn check(&self) -> Result<(), BundleError> {
        let wrong = |what: &str| Err(BundleError::Content(what.to_owned()));
        let digest = self.plugin.digest.as_bytes();
        if digest.len() != 64 || !digest.iter().all(u8::is_ascii_hexdigit) {
            return wrong("its component's digest is none");
        }
        if !matches!(self.outcome.ending, Ending::Failed { .. }) {
            return wrong("its call did not fail");
        }
        if let Some(bad) = self.exchanges.iter().find(|exchange| !exchange.fits()) {
            return wrong(&format!(
                "the answer to {} is to something else",
                bad.question
            ));
        }
        self.limits.limits()?;
        self.capabilities().map(drop)
    }

    /// What was granted; `None`: all that is declared.
    pub(super) fn capabilities(&self) -> Result<Option<Capabilities>, BundleError> {
        let Some(granted) = &self.granted else {
            return Ok(None);
        };
        let capabilities = Capabilities::from_list(granted).map_err(|bad| {
            let bad = tame_line(&bad.to_string(), 100);
            BundleError::Content(format!("it grants `{bad}`, which is no capability"))
        })?;
        Ok(Some(capabilities))
    }
}

impl BundleLimits {
    /// As the sandbox takes them.
    pub(super) fn limits(&self) -> Result<Limits, BundleError> {
        const GIB: usize = 1 << 30;
        let size = |what: &str, value: usize, least: usize, most: usize| {
            if (least..=most).contains(&value) {
                return Ok(value);
            }
            let text = format!("its limit `{what}` is {value}; from {least} to {most} is possible");
            Err(BundleError::Content(text))
        };
        let tiers =
            Tiers::new(&self.tiers).map_err(|error| BundleError::Content(error.to_string()))?;
        if self.fuel == 0 || self.fuel_max == 0 {
            return Err(BundleError::Content("its call had no fuel".to_owned()));
        }
        let wall = usize::try_from(self.wall_ms).unwrap_or(usize::MAX);
        Ok(Limits {
            fuel: self.fuel,
            fuel_per_byte: self.fuel_per_byte,
            tiers,
            fuel_max: self.fuel_max,
            memory: size("memory", self.memory, 0, 4 * GIB)?,
            memory_max: size("memory-max", self.memory_max, 0, 4 * GIB)?,
            table_elements: size("table-elements", self.table_elements, 0, 10_000_000)?,
            stack: size("stack", self.stack, 64 << 10, 64 << 20)?,
            instances: size("instances", self.instances, 1, 10_000)?,
            output: size("output", self.output, 0, GIB)?,
            edits: size("edits", self.edits, 0, 10_000_000)?,
            log: size("log", self.log, 0, 64 << 20)?,
            host_calls: self.host_calls,
            wall: Duration::from_millis(size("wall-ms", wall, 1, 86_400_000)? as u64),
            ..Limits::default()
        })
    }
}
