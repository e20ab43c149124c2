//! Runs fixers natively, without a sandbox, against a folder and a build log.
//!
//! [`LocalHost`] answers a fixer's questions with the host's own syntax trees
//! and symbol index. [`requests_from_log`] reads a compiler's output the way
//! the engine does and makes the requests that a fixer would get. [`run`] puts
//! both together, [`apply`] does what a fix says, and [`report`] prints it all
//! for reading. In a fixer's tests:
//!
//! ```no_run
//! # struct MyFixer;
//! # impl buildfix_sdk::Fixer for MyFixer {
//! #     fn fix(_: &buildfix_sdk::Request, _: &dyn buildfix_sdk::Host)
//! #         -> Result<buildfix_sdk::Response, String> { unimplemented!() }
//! # }
//! use buildfix_sdk_testing::{LocalHost, apply, run};
//!
//! let host = LocalHost::new("tests/case/before");
//! let log = std::fs::read("tests/case/log.txt").unwrap();
//! let answers = run::<MyFixer>(&host, &log, |class, _path| class == "csharp/CS0246");
//! let first = &answers[0].response.as_ref().unwrap().fixes[0];
//! assert_eq!(apply(&host, first).unwrap()["Program.cs"], "using System;\n");
//! ```
//!
//! While `BUILDFIX_EXAMPLES` names a folder, the fixes of tests are also written
//! there as JSON lines, to be shown in documentation.

mod apply;
mod examples;
mod host;
mod log;
mod run;
#[cfg(test)]
mod tests;

pub use apply::apply;
pub use examples::{Example, example};
pub use host::LocalHost;
pub use log::{diagnostics, requests_from_log};
pub use run::{Answer, report, run, try_fixer};
