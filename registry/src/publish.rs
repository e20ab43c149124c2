//! From a plugin's file to what is sent to a registry, and to its index line.
//!
//! The publisher and the registry both come here: what `--dry-run` refuses is
//! what a registry refuses, and the line that a registry writes is the one that
//! its verification expects.

use crate::index::{Checksum, FORMAT, Line};
use crate::{Name, NameError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use buildfix_component::{FileLimits, LoadError, Preflight, inspect};
use sha2::{Digest as _, Sha256};
use std::time::SystemTime;

/// The header with the minisign public key, base64, that signed the artifact.
pub const SIGNER_HEADER: &str = "buildfix-signer";
/// The header with the signature: the `.minisig` file, base64.
pub const SIGNATURE_HEADER: &str = "buildfix-signature";
/// Bytes of a `.minisig` file, at most.
const MAX_SIGNATURE: usize = 2_048;

impl Checksum {
    /// The checksum of an artifact.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_digest(&Sha256::digest(bytes))
    }

    pub(crate) fn from_digest(digest: &[u8]) -> Self {
        use std::fmt::Write as _;
        let mut text = String::from("sha256:");
        for byte in digest {
            let _ = write!(text, "{byte:02x}");
        }
        text.try_into()
            .expect("a SHA-256 has 64 hexadecimal digits")
    }
}

/// A minisign signature that was checked against the artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    signer: String,
    text: String,
}

/// Why a plugin cannot be published, whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// No host would load it.
    #[error(transparent)]
    Refused(#[from] LoadError),
    /// Its name has no scope.
    #[error("plugin `{name}` {version} cannot be published: {source}")]
    Name {
        /// The manifest's name.
        name: String,
        /// The manifest's version.
        version: semver::Version,
        /// What is wrong with it.
        source: NameError,
    },
    /// The signature is not one of these bytes by this key.
    #[error("the signature is refused: {0}")]
    Signature(String),
}

impl PublishError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Refused(error) => error.help(),
            Self::Name { .. } => Some(
                "give the plugin a name with your scope in plugin.toml, as `name = \
                 \"your-scope/its-name\"`, and build it again"
                    .to_owned(),
            ),
            Self::Signature(_) => Some(
                "sign the very file that is published: `minisign -S -m FILE.wasm`, and give the \
                 public key of the pair that signed"
                    .to_owned(),
            ),
        }
    }
}

impl Signature {
    /// Checks `text`, a `.minisig` file, against the artifact. `signer` is the
    /// public key: the second line of a `.pub` file. Signatures of the old kind,
    /// over the file instead of its hash, are refused.
    ///
    /// # Errors
    /// Says which of the three does not fit.
    pub fn check(signer: &str, text: &str, artifact: &[u8]) -> Result<Self, PublishError> {
        let bad = PublishError::Signature;
        if text.len() > MAX_SIGNATURE {
            return Err(bad(format!("it is longer than {MAX_SIGNATURE} bytes")));
        }
        let key = minisign_verify::PublicKey::from_base64(signer)
            .map_err(|e| bad(format!("the signer is no minisign public key: {e}")))?;
        let signature = minisign_verify::Signature::decode(text)
            .map_err(|e| bad(format!("it is no .minisig file: {e}")))?;
        key.verify(artifact, &signature, false)
            .map_err(|e| bad(format!("it is not of this file by this key: {e}")))?;
        Ok(Self {
            signer: signer.to_owned(),
            text: text.to_owned(),
        })
    }

    /// Reads what [`Publication::headers`] wrote.
    ///
    /// # Errors
    /// When it is damaged, or does not fit the artifact.
    pub fn from_headers(
        signer: &str,
        signature: &str,
        artifact: &[u8],
    ) -> Result<Self, PublishError> {
        let text = STANDARD
            .decode(signature)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| {
                PublishError::Signature(format!("`{SIGNATURE_HEADER}` is not base64 of text"))
            })?;
        Self::check(signer, &text, artifact)
    }
}

impl Line {
    /// The index line of a plugin: everything that its file says, and `pubtime`
    /// (RFC 3339, UTC; see [`now`]).
    ///
    /// # Errors
    /// When the plugin's name has no scope.
    pub fn of(preflight: &Preflight, bytes: &[u8], pubtime: &str) -> Result<Self, PublishError> {
        let manifest = &preflight.manifest;
        let name: Name = manifest.name.parse().map_err(|source| PublishError::Name {
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            source,
        })?;
        Ok(Self {
            v: FORMAT,
            name,
            vers: manifest.version.clone(),
            cksum: Checksum::of(bytes),
            size: bytes.len() as u64,
            url: None,
            world: format!("buildfix:fixer@{}", preflight.world),
            imports: preflight.imports.clone(),
            classes: manifest.classes.clone(),
            capabilities: manifest.capabilities.list(),
            description: manifest.description.clone(),
            license: manifest.license.clone(),
            repository: manifest.repository.clone(),
            buildfix: None,
            pubtime: pubtime.to_owned(),
            yanked: false,
            yank_reason: None,
            signer: None,
            signature: None,
            attestation: None,
        })
    }
}

/// Now, as an index line's `pubtime`.
#[must_use]
pub fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}

/// A plugin that any registry would take, if its name and version are free and
/// the publisher may use the scope.
#[derive(Clone, Debug)]
pub struct Publication {
    line: Line,
    bytes: Vec<u8>,
}

impl Publication {
    /// Judges a plugin's file as a registry does. `label` is the file, for
    /// messages.
    ///
    /// # Errors
    /// What a registry would say.
    pub fn new(
        label: Option<&str>,
        bytes: Vec<u8>,
        limits: &FileLimits,
    ) -> Result<Self, PublishError> {
        let preflight = inspect(label, &bytes, limits)?;
        let line = Line::of(&preflight, &bytes, &now())?;
        Ok(Self { line, bytes })
    }

    /// Adds a signature.
    #[must_use]
    pub fn signed(mut self, signature: Signature) -> Self {
        self.line.signer = Some(signature.signer);
        self.line.signature = Some(signature.text);
        self
    }

    /// The index line, as a registry would write it now.
    #[must_use]
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// The request's body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The address to `PUT` it to, below `config.json`'s `api`.
    #[must_use]
    pub fn path(&self) -> String {
        version_path(&self.line.name, &self.line.vers)
    }

    /// The request's headers, beside `Authorization`.
    #[must_use]
    pub fn headers(&self) -> Vec<(&'static str, String)> {
        let mut headers = vec![("content-type", "application/wasm".to_owned())];
        if let (Some(signer), Some(signature)) = (&self.line.signer, &self.line.signature) {
            headers.push((SIGNER_HEADER, signer.clone()));
            headers.push((SIGNATURE_HEADER, STANDARD.encode(signature)));
        }
        headers
    }
}

/// A version's address below `config.json`'s `api`: `PUT` publishes it, `POST`
/// to `/yank` or `/unyank` below it does that.
#[must_use]
pub fn version_path(name: &Name, version: &semver::Version) -> String {
    // Of a version's characters only `+` is read as another by some.
    let version = version.to_string().replace('+', "%2B");
    format!("plugins/{name}/{version}")
}
