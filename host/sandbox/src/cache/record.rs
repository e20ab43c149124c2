//! What is kept of a call, and its bytes on disk.
//!
//! ```text
//! "bfix"  4 bytes
//! version 4 bytes, little-endian
//! payload postcard of an `Entry`
//! check   the first 16 bytes of BLAKE3 of all before
//! ```
//!
//! Postcard's layout follows the types: whoever changes one that is reached
//! from [`Entry`] raises [`VERSION`], and a test with a fixed entry tells who
//! forgets. There is no migration: an entry of another version is a miss.

use super::key::{Key, Parts};
use super::trace::{Digest, Question, Read};
use crate::fuel::Ladder;
use crate::state::MAX_READS;
use crate::{Call, CallError, Failure, LogLine, Rejected, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const MAGIC: &[u8; 4] = b"bfix";
/// Of the layout.
pub(super) const VERSION: u32 = 1;
const HEAD: usize = 8;
const CHECK: usize = 16;
/// Bytes of an entry's file, at most. Larger results are not kept: they are few
/// and would push out thousands of others.
pub(super) const MAX_ENTRY: usize = 4 << 20;

/// The file of one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The key that it is filed under.
    pub key: Digest,
    /// What the key was made of.
    pub parts: Parts,
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// The class of the request.
    pub class: String,
    /// The diagnosed file.
    pub file: String,
    /// Newest first.
    pub records: Vec<Record>,
}

/// One run of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// What it asked, in this order.
    pub trace: Vec<Read>,
    /// What came of it.
    pub end: End,
    /// Fuel units burned.
    pub fuel_used: u64,
    /// The most linear memory it had, in bytes.
    pub peak_memory: u64,
    /// Host calls made.
    pub host_calls: u32,
    /// What it wrote to the log.
    pub log: Vec<LogLine>,
    /// Microseconds that it took.
    pub micros: u64,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// It answered; diagnostics are named by their place in the request.
    Answer {
        /// The answer, checked.
        response: Response,
        /// What was dropped from it.
        rejected: Vec<Rejected>,
    },
    /// It failed, and would again.
    Failure(Fault),
}

/// A [`Failure`] that the same request would end in again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fault {
    /// It burned its fuel, which was [`Record::fuel_used`].
    OutOfFuel,
    /// It failed after it was refused memory.
    Memory {
        /// Bytes it may have.
        limit: u64,
    },
    /// It failed after it was refused table elements.
    Table {
        /// Elements it may have.
        limit: u64,
    },
    /// It recursed too deeply.
    Stack {
        /// Bytes it may have.
        limit: u64,
    },
    /// It crashed.
    Trap {
        /// What happened.
        message: String,
        /// Functions of the guest.
        backtrace: Vec<String>,
    },
    /// It returned an error of its own.
    Guest(String),
    /// It handed over too much data at once.
    OutputTooLarge {
        /// Bytes it may hand over.
        limit: u64,
    },
    /// It called the host too often.
    HostCalls {
        /// Calls it may make.
        limit: u32,
    },
}

/// Why bytes are not an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// Too short, too long, or something else.
    #[error("not an entry")]
    NotAnEntry,
    /// Written by another version of buildfix.
    #[error("an entry of version {0}")]
    Version(u32),
    /// Changed since it was written.
    #[error("the checksum does not match")]
    Checksum,
    /// The checksum matches what no writer of this version writes.
    #[error("no valid content")]
    Content,
    /// It is another key's.
    #[error("it belongs to another key")]
    Misfiled,
}

impl Record {
    /// What is to be kept of a call in its normal form; `None` for what another
    /// run might not end in.
    pub(super) fn of(trace: Vec<Read>, result: &Result<Call, CallError>) -> Option<Self> {
        let micros =
            |elapsed: &std::time::Duration| u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let denied = match result {
            Ok(call) => &call.denied,
            Err(error) => &error.context.denied,
        };
        // The next run may be allowed.
        if !denied.is_empty() {
            return None;
        }
        match result {
            // Fuel is looked at now and then, so a call that ends with none may
            // have taken more than it had, and how much is not known.
            Ok(call) if call.fuel_used >= call.fuel_budget => None,
            Ok(call) => Some(Self {
                trace,
                end: End::Answer {
                    response: call.response.clone(),
                    rejected: call.rejected.clone(),
                },
                fuel_used: call.fuel_used,
                peak_memory: call.peak_memory as u64,
                host_calls: call.host_calls,
                log: call.log.clone(),
                micros: micros(&call.elapsed),
            }),
            Err(error) => Some(Self {
                trace,
                end: End::Failure(Fault::of(&error.failure)?),
                fuel_used: error.context.fuel_used,
                peak_memory: error.context.peak_memory as u64,
                host_calls: error.context.host_calls,
                log: error.context.log.clone(),
                micros: micros(&error.context.elapsed),
            }),
        }
    }

    /// The files that it read, sorted, as [`Call::files_read`].
    pub(super) fn files_read(&self) -> Vec<String> {
        let read = self.trace.iter().filter(|read| read.answer.given);
        let paths = read.filter_map(|read| match &read.question {
            Question::File { path } | Question::DeclaredIn { path } => Some(path.clone()),
            _ => None,
        });
        let paths: BTreeSet<String> = paths.collect();
        paths.into_iter().take(MAX_READS).collect()
    }

    /// Whether it ran out of fuel.
    #[must_use]
    pub fn is_out_of_fuel(&self) -> bool {
        matches!(self.end, End::Failure(Fault::OutOfFuel))
    }

    /// Whether a call with this much fuel would end the same way, if the host
    /// answers the same.
    #[must_use]
    pub fn fits(&self, budget: u64) -> bool {
        if self.is_out_of_fuel() {
            budget <= self.fuel_used
        } else {
            self.fuel_used <= budget
        }
    }

    /// Whether `newer` says the same and more.
    pub(super) fn is_replaced_by(&self, newer: &Self) -> bool {
        self.trace == newer.trace && self.is_out_of_fuel() == newer.is_out_of_fuel()
    }
}

impl Fault {
    /// `None` for what another run might not end in.
    fn of(failure: &Failure) -> Option<Self> {
        if !failure.is_deterministic() {
            return None;
        }
        Some(match failure {
            Failure::OutOfFuel { .. } => Self::OutOfFuel,
            Failure::Memory { limit } => Self::Memory {
                limit: *limit as u64,
            },
            Failure::Table { limit } => Self::Table {
                limit: *limit as u64,
            },
            Failure::Stack { limit } => Self::Stack {
                limit: *limit as u64,
            },
            Failure::Trap { message, backtrace } => Self::Trap {
                message: message.clone(),
                backtrace: backtrace.clone(),
            },
            Failure::Guest(message) => Self::Guest(message.clone()),
            Failure::OutputTooLarge { limit } => Self::OutputTooLarge {
                limit: *limit as u64,
            },
            Failure::HostCalls { limit } => Self::HostCalls { limit: *limit },
            Failure::Deadline { .. }
            | Failure::Load(_)
            | Failure::Start(_)
            | Failure::Host(_)
            | Failure::Denied(_) => return None,
        })
    }

    /// The failure of a call with this fuel.
    pub(super) fn revive(self, ladder: &Ladder) -> Failure {
        let size = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
        match self {
            Self::OutOfFuel => Failure::OutOfFuel {
                used: ladder.total(),
                tiers: ladder.tiers(),
            },
            Self::Memory { limit } => Failure::Memory { limit: size(limit) },
            Self::Table { limit } => Failure::Table { limit: size(limit) },
            Self::Stack { limit } => Failure::Stack { limit: size(limit) },
            Self::Trap { message, backtrace } => Failure::Trap { message, backtrace },
            Self::Guest(message) => Failure::Guest(message),
            Self::OutputTooLarge { limit } => Failure::OutputTooLarge { limit: size(limit) },
            Self::HostCalls { limit } => Failure::HostCalls { limit },
        }
    }
}

impl Entry {
    /// The bytes of its file; `None` if postcard has no words for it.
    #[must_use]
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(1024);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        let mut bytes = postcard::to_extend(self, bytes).ok()?;
        let check = blake3::hash(&bytes);
        bytes.extend_from_slice(&check.as_bytes()[..CHECK]);
        Some(bytes)
    }

    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`Damage`]: they are anything but what [`Entry::encode`] gave.
    pub fn decode(bytes: &[u8]) -> Result<Self, Damage> {
        if bytes.len() < HEAD + CHECK || bytes.len() > MAX_ENTRY || !bytes.starts_with(MAGIC) {
            return Err(Damage::NotAnEntry);
        }
        let version = bytes[4..HEAD].try_into().map_or(0, u32::from_le_bytes);
        if version != VERSION {
            return Err(Damage::Version(version));
        }
        let (body, check) = bytes.split_at(bytes.len() - CHECK);
        if blake3::hash(body).as_bytes()[..CHECK] != *check {
            return Err(Damage::Checksum);
        }
        match postcard::take_from_bytes::<Self>(&body[HEAD..]) {
            Ok((entry, [])) => Ok(entry),
            _ => Err(Damage::Content),
        }
    }

    /// [`Entry::decode`] of what is filed under a key.
    pub(super) fn decode_for(key: Key, bytes: &[u8]) -> Result<Self, Damage> {
        let entry = Self::decode(bytes)?;
        // An entry whose parts make another key was put there by hand.
        if entry.key != key.0 || entry.parts.key() != key {
            return Err(Damage::Misfiled);
        }
        Ok(entry)
    }
}
