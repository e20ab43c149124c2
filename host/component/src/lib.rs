//! A plugin as a file: a WebAssembly component that carries its manifest.
//!
//! One `.wasm` file is the whole plugin, wherever it is stored. This crate makes
//! such files ([`package`]), reads what they say about themselves
//! ([`Manifest`]) and judges them without compiling or running a byte of them
//! ([`inspect`]). The sandbox, the registry and the author's tools share it.

mod encode;
pub mod grant;
mod manifest;
pub mod preflight;
mod refusal;
pub mod text;

pub use encode::{EncodeError, STUB, WIT, componentize, describe, package};
pub use grant::Access;
pub use manifest::{
    Capabilities, Manifest, ManifestError, RequestedLimits, SECTION, class_matches,
};
pub use preflight::{FileLimits, Preflight, inspect, subject};
pub use refusal::{LoadError, Refusal};

/// The version of the contract `buildfix:fixer` that this host speaks. A
/// component built against another patch version of it loads as long as the
/// host has what the component uses.
pub const ABI: semver::Version = semver::Version::new(0, 1, 0);
