//! Why a call gave no answer.
//!
//! Every text names the culprit and the fact; what to do about it is apart, in
//! `help`.

use crate::{Denial, DeniedBy, LogLine, Refusal};
use buildfix_component::text::tame_line;
use semver::Version;
use std::fmt;
use std::time::Duration;

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
    /// The files that it read, or whose tree or declarations it asked for,
    /// sorted; at most 1,000.
    pub files_read: Vec<String>,
    /// What it asked for and may not; at most 20.
    pub denied: Vec<Denial>,
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
    /// It asked for what it may not, by a function that has no error to give.
    #[error("was stopped: {0}")]
    Denied(Box<Denial>),
    /// A host service failed; not the plugin's fault.
    #[error("got no answer from the host: {0}")]
    Host(String),
}

impl Failure {
    /// Whether the plugin is to blame, and not the machine.
    #[must_use]
    pub fn is_plugins_fault(&self) -> bool {
        match self {
            Self::Start(_) | Self::Host(_) => false,
            // What a manifest declares is the author's word.
            Self::Denied(denial) => denial.by == DeniedBy::Manifest,
            _ => true,
        }
    }

    /// Whether the same request would fail the same way on any machine, so that
    /// the failure may be cached.
    #[must_use]
    pub fn is_deterministic(&self) -> bool {
        !matches!(
            self,
            Self::Deadline { .. }
                | Self::Load(_)
                | Self::Start(_)
                | Self::Host(_)
                // The next one may be allowed.
                | Self::Denied(_)
        )
    }
}

impl CallError {
    /// What the plugin's user, or its author, can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        match &self.failure {
            Failure::Denied(denial) => Some(&denial.help),
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
            let nameless = |frame: &String| frame.starts_with("function ");
            if !backtrace.is_empty() && backtrace.iter().all(nameless) {
                details.push_str(
                    "  (the component was stripped of its names: build it without `strip` to see them)\n",
                );
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
