//! Why a component is refused.
//!
//! Every text names the culprit and the fact; what to do about it is apart, in
//! `help`.

use crate::ManifestError;
use semver::Version;
use std::fmt;
use std::time::Duration;

/// A component was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    plugin: String,
    refusal: Refusal,
}

/// Why a component was refused; each prints as what the plugin does wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Its file is larger than the limit.
    #[error("has {size} bytes, at most {limit} are allowed")]
    TooLarge {
        /// Bytes of the file.
        size: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// It is something other than a component.
    #[error("is {0}, not a WebAssembly component")]
    NotAComponent(&'static str),
    /// It cannot be parsed.
    #[error("is not well-formed: {0}")]
    Malformed(String),
    /// It has no manifest section.
    #[error("has no manifest (custom section `buildfix:manifest`)")]
    NoManifest,
    /// It has more than one manifest section.
    #[error("has more than one manifest (custom section `buildfix:manifest`)")]
    TwoManifests,
    /// Its manifest is wrong.
    #[error("has a manifest that is refused: {0}")]
    Manifest(#[from] ManifestError),
    /// It was built against another track of the contract.
    #[error("needs buildfix:fixer@{needs}, this buildfix provides {}.{}", .has.major, .has.minor)]
    Abi {
        /// What the component imports.
        needs: Version,
        /// What the host has.
        has: Version,
    },
    /// It imports an interface that only a newer patch version has.
    #[error("needs `{import}`, which this buildfix does not have yet")]
    TooNew {
        /// The import's name.
        import: String,
    },
    /// It imports WASI.
    #[error("imports `{import}`; fixers get no WASI")]
    Wasi {
        /// The import's name.
        import: String,
    },
    /// It imports something that is not the host's.
    #[error("imports `{import}`, which is not part of buildfix:fixer")]
    Import {
        /// The import's name.
        import: String,
    },
    /// Its manifest names another world than its imports do.
    #[error("claims the world buildfix:fixer@{claims} and is built against {uses}")]
    World {
        /// The manifest's version.
        claims: Version,
        /// The imports' version.
        uses: Version,
    },
    /// It does not export `fix`.
    #[error("does not export the function `fix`")]
    NoFix,
    /// It exports something that the world does not have.
    #[error("exports `{export}`, which the world `fixer` does not have")]
    Export {
        /// The export's name.
        export: String,
    },
    /// It declares a memory that starts larger than it may become.
    #[error("declares a memory of {needs} bytes, it may have {limit}")]
    Memory {
        /// Bytes at the start.
        needs: u64,
        /// Bytes allowed.
        limit: usize,
    },
    /// It declares a table that starts larger than it may become.
    #[error("declares a table of {needs} elements, it may have {limit}")]
    Table {
        /// Elements at the start.
        needs: u64,
        /// Elements allowed.
        limit: usize,
    },
    /// An import or export has another type than in the contract.
    #[error("does not fit buildfix:fixer: {0}")]
    Contract(String),
    /// wasmtime refuses to compile it.
    #[error("cannot be compiled: {0}")]
    Compile(String),
    /// It takes too long to compile.
    #[error("did not compile within {} s", .limit.as_secs())]
    CompileDeadline {
        /// The time it had.
        limit: Duration,
    },
}

impl LoadError {
    /// `plugin` is how messages name it, see [`subject`](crate::subject).
    #[must_use]
    pub fn new(plugin: String, refusal: Refusal) -> Self {
        Self { plugin, refusal }
    }

    /// Why.
    #[must_use]
    pub fn refusal(&self) -> &Refusal {
        &self.refusal
    }

    /// What its user can do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        let help = match &self.refusal {
            Refusal::TooLarge { .. } => "strip debug information, or raise the host's limit",
            Refusal::NotAComponent(_) => {
                "make a component of it with `wasm-tools component new` or the SDK's build command"
            }
            Refusal::Malformed(_) | Refusal::Compile(_) => {
                "if its file may be damaged, install the plugin again; else report it to its author"
            }
            Refusal::NoManifest | Refusal::TwoManifests | Refusal::Manifest(_) => {
                "build the plugin from a `plugin.toml` with the SDK's build command"
            }
            Refusal::Abi { needs, has } if needs > has => {
                return Some(format!(
                    "upgrade buildfix, or install a version of the plugin built for \
                     buildfix:fixer@{}.{}",
                    has.major, has.minor
                ));
            }
            Refusal::Abi { has, .. } => {
                return Some(format!(
                    "the plugin is older than this buildfix: install a newer version of it, or \
                     rebuild it against buildfix:fixer@{has}"
                ));
            }
            Refusal::TooNew { .. } => "upgrade buildfix",
            Refusal::Wasi { .. } => {
                "build the plugin without WASI, or link the stub that grants nothing"
            }
            Refusal::Import { .. } => "a fixer may import only the interfaces of buildfix:fixer",
            Refusal::World { .. } => {
                "the manifest does not belong to this component: build the plugin again"
            }
            Refusal::NoFix | Refusal::Export { .. } | Refusal::Contract(_) => {
                "build the plugin for the world `fixer` of buildfix:fixer"
            }
            Refusal::Memory { .. } => {
                "ask for more with `memory` under `[limits]` in the manifest, up to the host's limit"
            }
            Refusal::Table { .. } | Refusal::CompileDeadline { .. } => return None,
        };
        Some(help.to_owned())
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "plugin {} {}", self.plugin, self.refusal)
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.refusal {
            Refusal::Manifest(source) => Some(source),
            _ => None,
        }
    }
}
