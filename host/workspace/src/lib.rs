//! The files of a workspace and what is done to them.
//!
//! Knows nothing of WebAssembly, of compilers or of builds.

pub mod fix;

pub use fix::{Applicability, FileEdit, Fix, Merge, TextEdit};
