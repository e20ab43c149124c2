//! What one call, and one component, may use.

use crate::{FileLimits, Request, Tiers};
use std::time::Duration;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The host's limits. A manifest may ask for other fuel and memory than the
/// defaults here; the maxima here bound what it gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Fuel of a call's first tier before its input is counted; about one unit
    /// a WebAssembly instruction. Compiled guests answer in 1 M to 10 M.
    pub fuel: u64,
    /// Fuel added to the first tier for each byte of the request's text. A
    /// compiled guest scans a byte for about 8, and parses one with tree-sitter
    /// for about 6,000.
    pub fuel_per_byte: u64,
    /// The tiers after the first.
    pub tiers: Tiers,
    /// The most fuel per call over all tiers, whatever anybody asks for.
    /// Interpreted guests (JavaScript) need about 1 G.
    pub fuel_max: u64,
    /// Fuel between two yields to the async runtime; at least 1. A million is
    /// about a millisecond, so that calls sharing a thread take turns.
    pub fuel_slice: u64,
    /// Bytes of linear memory per call, over all of the component's memories.
    pub memory: usize,
    /// The most memory, whatever the manifest asks for.
    pub memory_max: usize,
    /// Elements of all tables of a call together.
    pub table_elements: usize,
    /// Bytes of stack for guest code. Fixed when the sandbox is made.
    pub stack: usize,
    /// Core instances in one component. Python's tool chain makes about 20.
    pub instances: usize,
    /// Bytes that a guest may hand to the host at once: as its response, or as
    /// the arguments of one host call. Counted as the host would hold them.
    pub output: usize,
    /// Text and file edits in one response; fixes past it are dropped.
    pub edits: usize,
    /// Bytes of log kept per call.
    pub log: usize,
    /// Host calls per call, log lines included.
    pub host_calls: u32,
    /// Wall-clock time per call, from when it starts to run; its waits in the
    /// slow lane do not count.
    pub wall: Duration,
    /// Bytes of a component's file.
    pub component: usize,
    /// Wall-clock time to compile one component.
    pub compile: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let file = FileLimits::default();
        Self {
            fuel: 50_000_000,
            fuel_per_byte: 1_000,
            tiers: Tiers::default(),
            fuel_max: 4_000_000_000,
            fuel_slice: 1_000_000,
            memory: file.memory,
            memory_max: file.memory_max,
            table_elements: file.table_elements,
            stack: MIB,
            instances: 64,
            output: 16 * MIB,
            edits: 10_000,
            log: 64 * KIB,
            host_calls: 100_000,
            wall: Duration::from_secs(10),
            component: file.component,
            compile: Duration::from_secs(120),
        }
    }
}

impl Limits {
    /// What a component's file may declare.
    #[must_use]
    pub fn file(&self) -> FileLimits {
        FileLimits {
            component: self.component,
            memory: self.memory,
            memory_max: self.memory_max,
            table_elements: self.table_elements,
        }
    }
}

/// The bytes of text that a guest has to look at.
pub(crate) fn request_bytes(request: &Request) -> usize {
    let suggestions = |d: &crate::Diagnostic| -> usize {
        let edits = d.suggestions.iter().flat_map(|s| &s.edits);
        edits.map(|e| e.expect.len() + e.text.len()).sum()
    };
    let diagnostics = request
        .diagnostics
        .iter()
        .map(|d| d.message.len() + suggestions(d));
    request.file.text.len() + diagnostics.sum::<usize>()
}
