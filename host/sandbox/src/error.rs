//! Why a component is not loaded, and why a call gave no answer.
//!
//! Every text names the culprit and the fact; what to do about it is apart, in
//! `help`.

use crate::text::tame_line;
use crate::{LogLine, ManifestError};
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
    pub(crate) fn new(plugin: String, refusal: Refusal) -> Self {
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

/// A call gave no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallError {
    /// Why.
    pub failure: Failure,
    /// Where, and what it used until then.
    pub context: Box<CallContext>,
}

/// The call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallContext {
    /// The plugin's name.
    pub plugin: String,
    /// Its version.
    pub version: Version,
    /// The request's error class.
    pub class: String,
    /// The request's file.
    pub file: String,
    /// Fuel units burned.
    pub fuel_used: u64,
    /// The tier of fuel it ended in; the first is 1, and 0 says that it never
    /// ran.
    pub tier: u32,
    /// The largest linear memory, in bytes.
    pub peak_memory: usize,
    /// Host calls made.
    pub host_calls: u32,
    /// Wall-clock time.
    pub elapsed: Duration,
    /// What it wrote to the log.
    pub log: Vec<LogLine>,
    /// Whether it is an earlier run that failed, see [`cache`](crate::cache).
    pub cached: bool,
}

/// Why a call failed; each prints as what the plugin did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// It burned its fuel.
    #[error("ran out of fuel after {used} units, in the last of {tiers} tiers")]
    OutOfFuel {
        /// Units burned, which are all it had.
        used: u64,
        /// Tiers it went through.
        tiers: u32,
    },
    /// It ran longer than it may.
    #[error("did not answer within {} ms", .limit.as_millis())]
    Deadline {
        /// The time it had.
        limit: Duration,
    },
    /// It failed after it was refused memory.
    #[error("needed more than {limit} bytes of memory")]
    Memory {
        /// Bytes it may have.
        limit: usize,
    },
    /// It failed after it was refused table elements.
    #[error("needed more than {limit} table elements")]
    Table {
        /// Elements it may have.
        limit: usize,
    },
    /// It recursed too deeply.
    #[error("overflowed its stack of {limit} bytes")]
    Stack {
        /// Bytes it may have.
        limit: usize,
    },
    /// It crashed, or broke the rules of the component model.
    #[error("crashed: {message}")]
    Trap {
        /// What happened.
        message: String,
        /// Functions of the guest, innermost first, demangled; at most 20.
        backtrace: Vec<String>,
    },
    /// It returned an error of its own.
    #[error("failed: {0}")]
    Guest(String),
    /// It handed over too much data at once.
    #[error("returned, or passed to the host, more than {limit} bytes at once")]
    OutputTooLarge {
        /// Bytes it may hand over.
        limit: usize,
    },
    /// It called the host too often.
    #[error("made more than {limit} host calls")]
    HostCalls {
        /// Calls it may make.
        limit: u32,
    },
    /// It was refused when it was compiled, which happens at its first call.
    #[error("{0}")]
    Load(Refusal),
    /// It could not be started: no room for another instance.
    #[error("could not be started: {0}")]
    Start(String),
    /// A host service failed; not the plugin's fault.
    #[error("got no answer from the host: {0}")]
    Host(String),
}

impl Failure {
    /// Whether the plugin is to blame, and not the machine.
    #[must_use]
    pub fn is_plugins_fault(&self) -> bool {
        !matches!(self, Self::Start(_) | Self::Host(_))
    }

    /// Whether the same request would fail the same way on any machine, so that
    /// the failure may be cached.
    #[must_use]
    pub fn is_deterministic(&self) -> bool {
        !matches!(
            self,
            Self::Deadline { .. } | Self::Load(_) | Self::Start(_) | Self::Host(_)
        )
    }
}

impl CallError {
    /// What the plugin's user, or its author, can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self.failure {
            Failure::OutOfFuel { .. } => Some(
                "its author can ask for more with `fuel` under `[limits]` in the manifest, its \
                 user with `fuel` or `tiers` under `[plugins.NAME.limits]` in buildfix.toml",
            ),
            Failure::Memory { .. } => {
                Some("its author can ask for more with `memory` under `[limits]` in the manifest")
            }
            Failure::Trap { .. } | Failure::Stack { .. } | Failure::OutputTooLarge { .. } => {
                Some("this is a bug in the plugin: report it to its author")
            }
            _ => None,
        }
    }

    /// The backtrace, if it crashed, and its last log lines; empty if there is
    /// neither.
    #[must_use]
    pub fn details(&self) -> String {
        let mut details = String::new();
        if let Failure::Trap { backtrace, .. } = &self.failure {
            for frame in backtrace {
                details.push_str("  at ");
                details.push_str(frame);
                details.push('\n');
            }
        }
        let log = &self.context.log;
        for line in &log[log.len().saturating_sub(5)..] {
            details.push_str(&format!("  log {}: {}\n", line.level, line.message));
        }
        details
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CallContext {
            plugin,
            version,
            class,
            file,
            ..
        } = &*self.context;
        // It has nothing to do with what it was to be called for.
        if let Failure::Load(refusal) = &self.failure {
            return write!(f, "plugin `{plugin}` {version} {refusal}");
        }
        // The guest's own words last: they may hold anything.
        write!(
            f,
            "plugin `{plugin}` {version}, on {} in {}: {}",
            tame_line(class, 100),
            tame_line(file, 300),
            self.failure
        )
    }
}

impl std::error::Error for CallError {}
