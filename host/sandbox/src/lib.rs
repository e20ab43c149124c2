//! Loads, limits and calls fixers: WebAssembly components of the world
//! `buildfix:fixer/fixer`.
//!
//! A fixer is a stranger's code. This crate is the wall around it:
//!
//! 1. **Preflight** ([`Sandbox::preflight`]). The file is parsed, not run and
//!    not compiled: its size, its [`Manifest`], what it imports and exports,
//!    and the memories it declares. What is refused here costs microseconds.
//! 2. **Load** ([`Sandbox::load`]). Compilation in a thread of its own under a
//!    deadline, or out of wasmtime's own cache of compiled code; then the
//!    imports are resolved once, so that a call only has to instantiate.
//! 3. **Call** ([`Plugin::call`]). A fresh store per call, thrown away after
//!    it: nothing that one call leaves behind reaches the next. Fuel decides
//!    (it is deterministic), the wall clock backs it up. A call that uses up its
//!    first budget goes on with a larger one in a slow lane, see [`Tiers`].
//! 4. **Check** ([`checked`]). The answer is hostile input. What cannot be
//!    meant is dropped with a reason.
//!
//! # What stops what
//!
//! | a guest that | is stopped by |
//! |---|---|
//! | computes, or copies memory, without end | fuel, see [`Limits::fuel`] and [`Tiers`]; a byte copied costs a unit |
//! | has fuel without end, and so computes past its deadline | the wall deadline, which is looked at between slices of fuel; the epoch, if the runtime's timer cannot |
//! | waits in a host call (which burns no fuel) | the wall deadline: host calls run on other threads and are abandoned |
//! | calls the host without end | [`Limits::host_calls`] |
//! | grows memory, or tables | the limiter; a growth refused is a `-1` to the guest, and a trap after it is reported as [`Failure::Memory`] |
//! | recurses | [`Limits::stack`] |
//! | returns gigabytes | [`Limits::output`]: what crosses to the host is counted before it is copied |
//! | floods the log | [`Limits::log`]: cut, and the cut is reported |
//! | takes forever to compile | [`Limits::component`] and [`Limits::compile`] |
//!
//! What a guest may ask the host for is what its manifest declares and its user
//! granted ([`Plugin::with_grant`]); every host function looks there first.
//!
//! There is no WASI in the linker, not even an empty one: a fixer has no clock,
//! no random numbers, no environment, no files but those the host hands it, so
//! the same request gives the same answer and burns the same fuel, and the
//! answer can be cached. A component that imports WASI is refused by name. Tool
//! chains that cannot leave WASI out can be linked with a stub that grants
//! nothing when the component is built.
//!
//! A call that failed can be kept with all that decides how it ends, and made
//! again on another machine: [`replay`].
//!
//! # Runtime
//!
//! [`Plugin::call`] needs a tokio runtime with its timer enabled.

mod admission;
mod bindings;
pub mod cache;
mod call;
mod check;
mod drive;
mod engine;
mod error;
mod fuel;
mod grant;
mod lanes;
mod limits;
mod load;
pub mod replay;
mod running;
mod services;
mod state;

pub use admission::AdmissionLimits;
pub use bindings::{
    Capture, Diagnostic, FileEdit, Fix, Node, Note, ParseError, QueryMatch, Related, Request,
    Response, SourceFile, Span, Suggestion, Symbol, TextEdit,
};
pub use buildfix_component::{
    ABI, Access, Capabilities, FileLimits, LoadError, Manifest, ManifestError, Preflight, Refusal,
    RequestedLimits, class_matches,
};
pub use call::Call;
pub use check::{Rejected, checked};
pub use engine::{Sandbox, SandboxError, SandboxOptions};
pub use error::{CallContext, CallError, Failure};
pub use fuel::{Budget, Budgets, Tiers, TiersError};
pub use grant::{Denial, DeniedBy};
pub use limits::Limits;
pub use load::Plugin;
pub use running::RunningCall;
pub use services::Services;
pub use state::LogLine;
