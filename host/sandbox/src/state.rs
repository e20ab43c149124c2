//! What a store carries: the services, the limiter's counts and the log.

use crate::grant::{Denial, Grant, MAX_DENIALS};
use crate::running::Tracker;
use crate::{Limits, Services};
use buildfix_component::text::{tame, tame_line};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::Arc;
use wasmtime::ResourceLimiter;

/// A message that a guest wrote to the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// `error`, `warn`, `info`, `debug` or `trace`.
    pub level: String,
    /// The message, without control characters.
    pub message: String,
}

/// The log of one call, bounded.
#[derive(Debug)]
pub struct Log {
    lines: Vec<LogLine>,
    /// Bytes that may still be kept.
    room: usize,
    /// What does not fit any more.
    dropped: u64,
}

impl Log {
    /// An empty line costs as much as this many bytes, so that a million empty
    /// lines are bounded too.
    const LINE: usize = 32;

    fn new(room: usize) -> Self {
        Self {
            lines: Vec::new(),
            room,
            dropped: 0,
        }
    }

    /// Keeps a line, or what fits of it.
    pub fn push(&mut self, level: &str, message: &str) {
        if self.dropped > 0 || self.room < Self::LINE {
            self.dropped += 1;
            return;
        }
        self.room -= Self::LINE;
        let message = tame(message, self.room);
        self.room = self.room.saturating_sub(message.len());
        let level = match level {
            "error" | "warn" | "info" | "debug" | "trace" => level.to_owned(),
            _ => "info".to_owned(),
        };
        self.lines.push(LogLine { level, message });
    }

    /// The lines, and one more that says if some were dropped.
    pub fn finish(self) -> Vec<LogLine> {
        let mut lines = self.lines;
        if self.dropped > 0 {
            let message = format!(
                "the log is full, {} more messages were dropped",
                self.dropped
            );
            lines.push(LogLine {
                level: "warn".to_owned(),
                message,
            });
        }
        lines
    }
}

/// The data of one call's store.
pub struct State {
    pub services: Arc<dyn Services>,
    pub call: Arc<Tracker>,
    pub log: Log,
    host_calls: u32,
    max_host_calls: u32,
    pub usage: Usage,
    pub grant: Arc<Grant>,
    /// The files that the request names.
    pub named: Arc<HashSet<String>>,
    denied: Vec<Denial>,
    last_denial: Option<Denial>,
    reads: BTreeSet<String>,
}

/// Files that are noted as read by one call, at most.
pub(crate) const MAX_READS: usize = 1_000;

impl State {
    pub fn new(
        services: Arc<dyn Services>,
        call: Arc<Tracker>,
        limits: &Limits,
        memory: usize,
        (grant, named): (Arc<Grant>, HashSet<String>),
    ) -> Self {
        Self {
            services,
            grant,
            named: Arc::new(named),
            denied: Vec::new(),
            last_denial: None,
            reads: BTreeSet::new(),
            call,
            log: Log::new(limits.log),
            host_calls: 0,
            max_host_calls: limits.host_calls,
            usage: Usage {
                memory: 0,
                peak: 0,
                last_growth: 0,
                max_memory: memory,
                refused: None,
                elements: 0,
                max_elements: limits.table_elements,
                max_instances: limits.instances,
            },
        }
    }

    pub fn host_calls(&self) -> u32 {
        self.host_calls
    }

    /// Notes that a file was read, or its tree or its declarations were.
    pub fn note_read(&mut self, path: String) {
        if self.reads.len() < MAX_READS {
            self.reads.insert(path);
        }
    }

    /// Notes a refusal, each once.
    pub fn note_denial(&mut self, denial: Denial) {
        if self.denied.len() < MAX_DENIALS && !self.denied.contains(&denial) {
            self.denied.push(denial.clone());
        }
        self.last_denial = Some(denial);
    }

    /// The newest refusal.
    pub fn last_denial(&self) -> Option<&Denial> {
        self.last_denial.as_ref()
    }

    /// What was read, in the order of the paths, and what was refused, in the
    /// order of the questions.
    pub fn take_notes(&mut self) -> (Vec<String>, Vec<Denial>) {
        let reads = std::mem::take(&mut self.reads).into_iter().collect();
        (reads, std::mem::take(&mut self.denied))
    }

    /// Counts one host call, and ends the guest that makes too many.
    pub fn count_host_call(&mut self) -> wasmtime::Result<()> {
        if self.host_calls >= self.max_host_calls {
            return Err(wasmtime::Error::new(TooManyHostCalls));
        }
        self.host_calls += 1;
        Ok(())
    }
}

/// Which growth the limiter refused first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    Memory,
    Table,
}

/// The limiter: counts memory and table elements over the whole store, where
/// wasmtime's own `StoreLimits` counts each memory alone.
#[derive(Debug)]
pub struct Usage {
    memory: usize,
    pub peak: usize,
    last_growth: usize,
    pub max_memory: usize,
    pub refused: Option<Refused>,
    elements: usize,
    pub max_elements: usize,
    max_instances: usize,
}

impl ResourceLimiter for Usage {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let growth = desired.saturating_sub(current);
        let total = self.memory.saturating_add(growth);
        if total > self.max_memory {
            self.refused.get_or_insert(Refused::Memory);
            self.last_growth = 0;
            return Ok(false);
        }
        self.memory = total;
        self.last_growth = growth;
        self.peak = self.peak.max(total);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        // Also called for a growth that was refused above.
        self.memory -= std::mem::take(&mut self.last_growth);
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self
            .elements
            .saturating_add(desired.saturating_sub(current));
        if total > self.max_elements {
            self.refused.get_or_insert(Refused::Table);
            return Ok(false);
        }
        self.elements = total;
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.max_instances
    }

    fn tables(&self) -> usize {
        crate::engine::MAX_TABLES as usize
    }

    fn memories(&self) -> usize {
        crate::engine::MAX_MEMORIES as usize
    }
}

/// Ends a guest that floods the host with calls.
#[derive(Debug)]
pub struct TooManyHostCalls;

impl fmt::Display for TooManyHostCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many host calls")
    }
}

impl std::error::Error for TooManyHostCalls {}

/// Ends a guest that asks a function without an error for what it may not.
#[derive(Debug)]
pub struct Denied;

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not allowed")
    }
}

impl std::error::Error for Denied {}

/// Ends a call whose service panicked.
#[derive(Debug)]
pub struct ServicePanicked;

impl fmt::Display for ServicePanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a host service failed")
    }
}

impl std::error::Error for ServicePanicked {}

/// Ends a guest at the deadline when the runtime's timer cannot.
#[derive(Debug)]
pub struct PastDeadline;

impl fmt::Display for PastDeadline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("past its deadline")
    }
}

impl std::error::Error for PastDeadline {}

/// One line for an error that wasmtime reports, with its causes.
pub fn describe(error: &wasmtime::Error) -> String {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    tame_line(&causes.join(": "), 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_keeps_what_fits_and_counts_the_rest() {
        let mut log = Log::new(100);
        log.push("info", &"x".repeat(60));
        log.push("shout", "y");
        for _ in 0..10 {
            log.push("info", "z");
        }
        let lines = log.finish();
        assert_eq!(lines[0].message.len(), 60);
        assert!(
            lines.last().unwrap().message.contains("dropped"),
            "{lines:?}"
        );
        assert!(lines.len() < 5);
    }

    #[test]
    fn an_empty_line_is_not_free() {
        let mut log = Log::new(64 * 1024);
        for _ in 0..100_000 {
            log.push("info", "");
        }
        assert!(log.finish().len() <= 64 * 1024 / Log::LINE + 1);
    }
}
