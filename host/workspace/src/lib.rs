//! The files of a workspace and what is done to them.
//!
//! Knows nothing of WebAssembly, of compilers or of builds.

pub mod diff;
pub mod edits;
pub mod files;
pub mod fix;
pub mod journal;
pub mod kept;
pub mod shadow;
pub mod symbols;
pub mod syntax;
pub mod vcs;

pub use files::{SourceFile, Workspace};
pub use fix::{Applicability, FileEdit, Fix, Merge, TextEdit};
