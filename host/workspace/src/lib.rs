//! The files of a workspace and what is done to them.
//!
//! Knows nothing of WebAssembly, of compilers or of builds.

pub mod fix;
pub mod symbols;
pub mod syntax;

pub use fix::{Applicability, FileEdit, Fix, Merge, TextEdit};
