//! Runs fixers natively, without a sandbox, against a folder and a build log.
//!
//! [`LocalHost`] answers a fixer's questions with the host's own syntax trees
//! and symbol index.

mod host;

pub use host::LocalHost;
