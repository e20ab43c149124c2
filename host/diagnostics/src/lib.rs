//! Compiler output in, [`Diagnostic`]s out.
//!
//! Pure: no I/O, no async, nothing about WebAssembly or about how a build is
//! run. A parser takes bytes as they stream by, in chunks of any size, holds a
//! bounded window of them, and passes on unchanged what it does not know.
//!
//! # How a log is read
//!
//! ```text
//! chunks ─▶ lines ─▶ clean (ANSI, CR, BOM) ─▶ head? ─▶ draft ─▶ Diagnostic
//!                                              │         ▲
//!                                              └─ else: ─┘ one more line of the draft?
//! ```
//!
//! `lines` cuts the stream into lines without ever holding more than a fixed
//! number of bytes. `head` recognises the first line of a diagnostic by its
//! shape (`path:1:2: error: …`, `path(1,2): error X1: …`, …) without a regular
//! expression: it looks at each colon and at what stands beside it. A module
//! of `tools` turns the head into a draft and decides which of the following
//! lines belong to it. `machine` reads what is not text at all: rustc's,
//! gcc's, mypy's and pyright's JSON, and SARIF.
//!
//! Most lines of a log never come that far: between diagnostics `quiet` passes
//! over lines that no parser would look at. And who only counts
//! ([`Parser::push_brief`], [`Tally`]) gets a one-line diagnostic without a copy
//! and a repeated line as a number, which `repeats` tells by one comparison.

mod brief;
mod clean;
mod collector;
mod draft;
mod head;
mod identity;
mod lines;
mod machine;
mod matcher;
mod model;
mod parser;
mod phase;
mod quiet;
mod repeats;
pub mod span;
mod tally;
mod text;
mod tools;

pub use brief::{Brief, Line};
pub use collector::Collector;
pub use identity::{Fingerprint, slug};
pub use matcher::{Matcher, MatcherError};
pub use model::{
    ColumnUnit, Diagnostic, Location, Phase, Position, Related, Replacement, Severity, Suggestion,
};
pub use parser::{Item, Parser, ParserOptions};
pub use tally::{Class, Tally};
