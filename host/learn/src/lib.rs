//! What earlier runs and the project's history teach.
//!
//! [`verdicts`] counts, for every kind of fix and kind of error, how often the
//! rebuild proved it and how often it was taken back. [`template`]s are ways to
//! mend an error that this project's people used before; [`history`] and
//! [`pairs`] find them in its commits.
//!
//! Nothing here decides: what is learned changes the order in which proposals
//! are tried and adds some. Each is built and judged like any other.

pub mod history;
pub mod pairs;
pub mod template;
pub mod verdicts;
mod words;

pub use template::{Replacement, Template, TemplateError, Templates};
pub use verdicts::{Counts, Signature, Verdicts};
