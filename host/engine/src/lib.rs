//! The round: build, parse, plan, dispatch, apply, verify — and again.
//!
//! Knows nothing of how a step is done: parsing is `buildfix-diagnostics`',
//! calling fixers `buildfix-sandbox`'s, changing files `buildfix-workspace`'s.
//! Prints nothing: what happens is told as [`event::Event`]s while it happens
//! and as a [`report::RunReport`] at the end.

mod ahead;
pub mod breaker;
pub mod build;
pub mod command;
pub mod config;
pub mod dispatch;
pub mod event;
pub mod failures;
mod first;
mod judge;
mod learned;
mod ledger;
mod limits;
mod log;
pub mod problem;
pub mod report;
mod reuse;
mod routes;
mod run;
mod sample;
mod search;
mod services;
mod session;
pub mod steps;

pub use learned::{LearnOptions, PastBuilds, PastBuildsError, learn_from_builds};
pub use run::{RunError, RunOptions, Source, run};
pub use search::SearchOptions;
pub use session::StepError;
