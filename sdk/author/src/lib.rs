//! The author's side of buildfix, as a library: begin a plugin from a template
//! ([`new`]) and make its one file ([`build`]). The command line only parses
//! arguments and prints.

pub mod build;
pub mod new;
