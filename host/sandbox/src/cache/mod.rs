//! The result cache: what a fixer answered, kept for as long as everything it
//! looked at would look the same.
//!
//! A call is a pure function of the component, the request and what the host
//! answers while it runs: there is no clock, no random number, no file but
//! through [`Services`](crate::Services). So a call is looked up in two steps, as ccache's
//! direct mode and Salsa do it:
//!
//! 1. The **action key** ([`Key`]) is a hash of all that is known before the
//!    call. It names a file, the [`Entry`].
//! 2. The entry holds up to [`MAX_RECORDS`] **records**, newest first. Each has
//!    the **trace** of one run — every question that the guest asked the host
//!    and a digest of what it was told, "no such file" included — and what came
//!    of it. A record whose every question would be answered the same now *is*
//!    the call's result.
//!
//! # What enters the key
//!
//! | part | holds |
//! |---|---|
//! | host | this format, the crate's version, the versions of the engine and the grammars, the contract's version, every limit that a result depends on[^1], the user's salt |
//! | plugin | BLAKE3 of the component's file, which carries its manifest, and what the user granted |
//! | config | each setting's name and value, sorted by name[^2] |
//! | file | the diagnosed file's text and hash |
//! | rest | class, language, tool, the file's path, the diagnostics[^2] |
//!
//! Not in it: the workspace's root (a moved one still hits, unless a compiler
//! wrote it into a message), time, thread count, output options.
//!
//! [^1]: Not fuel: a record knows the fuel it took and is valid for every
//! budget that allows as much, and one that ran out for every budget that
//! allows no more. Not the wall clock: what it ends is not kept.
//!
//! [^2]: In a normal form, which the guest is also called with: settings sorted
//! by name, diagnostics numbered from 0. Else a guest could tell apart what the
//! key does not.
//!
//! # What is kept
//!
//! Answers, "no fix", errors that the guest reports, crashes, and exhausted
//! fuel, memory and the like: all that the same
//! request would end in again ([`Failure::is_deterministic`](crate::Failure::is_deterministic)). Never a deadline, a cancelled call, or a
//! fault of the host, or a call that was refused anything ([`Denial`](crate::Denial)).
//!
//! # On disk
//!
//! ```text
//! <dir>/CACHEDIR.TAG
//! <dir>/results/v1/ab/ab01…      an entry, by its key's hexadecimal digits
//! <dir>/results/v1/ab/.new-…     an entry being written
//! <dir>/results/v1/collect.lock  its modification time: when garbage was last collected
//! <dir>/results/v1/counters.toml hits and misses of all runs
//! ```
//!
//! Folders are for their owner alone. An entry is written to a temporary file
//! and renamed, without fsync: what a crash leaves is whole, absent, or fails
//! its checksum. Two processes may use one folder; both read an entry before
//! they replace it, the last one wins, and what is lost that way is only a
//! later hit. Nothing is locked on the way to a result, and there is no daemon.
//!
//! **Invariant: the cache cannot fail a run.** Whatever is wrong with it — a
//! damaged entry, one of a later format, a full disk, a folder that cannot be
//! written — is a miss and a line at debug level; a damaged entry is deleted.
//!
//! # Eviction
//!
//! A shard (one of 256 folders) may hold 1/256 of the cap. Now and then, on
//! average once per 1/16 of that written, its oldest entries are deleted down
//! to 80 %. A hit makes an entry young again, at most once an hour. Once a day a
//! run does the same for every shard and sweeps abandoned temporary files.

mod answers;
mod counters;
mod evict;
mod explain;
mod inspect;
mod key;
mod normal;
mod record;
mod recorder;
mod result_cache;
mod revive;
mod round;
mod search;
mod store;
mod trace;

pub use counters::Counters;
pub use explain::{Lookup, Place, Verdict};
pub use inspect::{Checked, Stats};
pub use key::{Key, Parts};
pub(crate) use normal::normalise;
pub use record::{Damage, End, Entry, Fault, Record};
pub use result_cache::{CacheReport, Difference, Mode, ResultCache, ResultCacheOptions};
pub use round::Round;
pub use trace::{Answer, Digest, Question, Read};

/// Records of one key, at most.
pub const MAX_RECORDS: usize = 16;
/// Bytes of all entries together, by default.
pub const DEFAULT_SIZE: u64 = 512 << 20;
