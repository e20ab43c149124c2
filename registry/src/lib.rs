//! The plugin registry: a sparse index of static files, as cargo's is.
//!
//! ```text
//! config.json              where artifacts are, and whether reading needs a token
//! catalog.json             every plugin's newest version: for search
//! classes.json             who fixes CS0246? patterns of classes, and the plugins that answer them
//! index/SCOPE/NAME         one JSON line per version; only `yanked` ever changes
//! cas/sha256/HEX           the artifacts, by the SHA-256 of their content
//! ```
//!
//! Any static file host can serve these; a folder (`file://`) will do too.

pub mod admin;
pub mod client;
pub mod index;
pub mod lock;
mod name;
pub mod publish;
#[cfg(feature = "server")]
pub mod server;
pub mod tokens;

pub use name::{Name, NameError};
