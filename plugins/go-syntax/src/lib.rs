//! What the bundled Go fixers share.
//!
//! * [`parse`]: syntax trees ([`ast`]), also of files with errors
//! * [`walk`]: going through them
//! * [`scope`]: which local names are in reach
//! * [`project`]: files, packages, modules, the standard library
//! * [`infer`]: types ([`types`]), as far as they can be told
//!
//! Everything reads; nothing here makes an edit.

pub mod ast;
pub mod infer;
pub mod lex;
pub mod parse;
pub mod project;
pub mod scope;
pub mod types;
pub mod walk;

pub use infer::Infer;
pub use project::{File, Package, Place, Project};
pub use types::{FuncTy, Ty};

#[cfg(test)]
mod tests;
