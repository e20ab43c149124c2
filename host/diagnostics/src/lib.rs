//! Compiler output in, [`Diagnostic`]s out.
//!
//! Pure: no I/O, no async, nothing about WebAssembly or about how a build is
//! run. A parser takes bytes as they stream by, in chunks of any size, holds a
//! bounded window of them, and passes on unchanged what it does not know.

mod model;
pub mod span;

pub use model::{
    ColumnUnit, Diagnostic, Location, Phase, Position, Related, Replacement, Severity, Suggestion,
};
