//! Calls that failed, kept so that they can be made again elsewhere.
//!
//! A call is a function of its component, its request, its limits and what the
//! host answered. A [`Bundle`] holds all of that but the component, which it
//! names by its digest, and how the call ended. [`record`] makes one by making
//! the failed call once more; [`replay`] runs a component against one, without
//! the project that it came from: what the guest asks is answered out of the
//! bundle and out of nothing else.
//!
//! A bundle comes from a stranger as easily as a component does. Reading one
//! checks all that it says, and its limits are no wider than a host could be
//! configured to have.

mod bundle;
mod exchange;
mod outcome;
mod services;

pub use bundle::{Bundle, BundleError, BundleLimits, Component, MAX_BUNDLE, VERSION};
pub use exchange::{Answer, Exchange, Question};
pub use outcome::{Ending, Outcome};

use crate::cache::normalise;
use crate::fuel::Allowance;
use crate::{
    Budget, Budgets, Call, CallError, Failure, LoadError, Plugin, Request, Sandbox, SandboxError,
    SandboxOptions, Services,
};
use services::{Recorder, Script};
use std::path::PathBuf;
use std::sync::Arc;

/// Whether a failed call can be made again with the same end, by which a bundle
/// of it is of use: the plugin is to blame, and the clock is not.
#[must_use]
pub fn is_recordable(failure: &Failure) -> bool {
    failure.is_plugins_fault()
        && (failure.is_deterministic() || matches!(failure, Failure::Denied(_)))
}

/// Why there is no bundle of a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRecorded {
    /// Made again, it gave an answer.
    #[error("it did not fail again")]
    Answered,
    /// Made again, it failed in a way that says nothing.
    #[error("made again, it {0}")]
    Other(String),
    /// The host's answers, or all of it, are too much.
    #[error("it takes more than {MAX_BUNDLE} bytes, or the host gave two answers to one question")]
    TooLarge,
}

/// Makes a call that failed once more, and notes all that decides how it ends.
///
/// # Errors
/// [`NotRecorded`]
///
/// # Panics
/// As [`Plugin::call`].
pub async fn record(
    plugin: &Plugin,
    mut request: Request,
    services: Arc<dyn Services>,
) -> Result<Bundle, NotRecorded> {
    // As every call of a run is.
    let _ = normalise(&mut request);
    let recorder = Arc::new(Recorder::new(services));
    let kept = request.clone();
    let result = plugin.call(request, Arc::clone(&recorder) as _).await;
    match &result {
        Ok(_) => return Err(NotRecorded::Answered),
        Err(error) if !is_recordable(&error.failure) => {
            return Err(NotRecorded::Other(error.failure.to_string()));
        }
        Err(_) => {}
    }
    let exchanges = recorder.finish().ok_or(NotRecorded::TooLarge)?;
    Ok(Bundle {
        buildfix: env!("CARGO_PKG_VERSION").to_owned(),
        plugin: Component {
            name: plugin.manifest().name.clone(),
            version: plugin.manifest().version.clone(),
            digest: plugin.digest().to_owned(),
        },
        granted: plugin
            .grant
            .given()
            .map(buildfix_component::Capabilities::list),
        limits: limits_of(plugin, &kept),
        outcome: Outcome::of(&result),
        request: kept,
        exchanges,
    })
}

fn limits_of(plugin: &Plugin, request: &Request) -> BundleLimits {
    let limits = &plugin.inner.core.limits;
    let allowance = Allowance::of(limits, plugin.manifest(), &plugin.budgets, request);
    BundleLimits {
        fuel: allowance.base,
        fuel_per_byte: limits.fuel_per_byte,
        tiers: allowance.tiers.multiples().to_vec(),
        fuel_max: limits.fuel_max,
        memory: limits.memory,
        memory_max: limits.memory_max,
        table_elements: limits.table_elements,
        stack: limits.stack,
        instances: limits.instances,
        output: limits.output,
        edits: limits.edits,
        log: limits.log,
        host_calls: limits.host_calls,
        wall_ms: u64::try_from(allowance.wall.as_millis()).unwrap_or(u64::MAX),
    }
}

/// Why a bundle could not be replayed; an outcome that differs is none.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The bundle's limits make no sandbox.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// No host would load the component.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The bundle makes no sense.
    #[error(transparent)]
    Bundle(#[from] BundleError),
}

/// What came of a bundle.
#[derive(Debug)]
pub struct Replayed {
    /// The component that ran.
    pub plugin: Plugin,
    /// Its answer, or why it gave none.
    pub result: Result<Call, CallError>,
    /// The same, as a bundle has it.
    pub outcome: Outcome,
    /// What it asked and the recorded call did not; each once, in order, at
    /// most 100.
    pub unrecorded: Vec<Question>,
}

impl Replayed {
    /// Whether it is the component that the bundle is of.
    #[must_use]
    pub fn is_recorded_component(&self, bundle: &Bundle) -> bool {
        self.plugin.digest() == bundle.plugin.digest
    }

    /// What is other than recorded, a line each; none if all is as it was.
    #[must_use]
    pub fn differences(&self, bundle: &Bundle) -> Vec<String> {
        let mut differences = bundle.outcome.differences(&self.outcome);
        let asked = self.unrecorded.iter();
        differences
            .extend(asked.map(|question| format!("it asked {question}, which was not recorded")));
        differences
    }
}

/// Calls a component with what a bundle holds. `cache_dir` is for compiled
/// code, see [`SandboxOptions`].
///
/// # Errors
/// [`ReplayError`]
///
/// # Panics
/// As [`Plugin::call`].
pub async fn replay(
    bundle: &Bundle,
    label: &str,
    component: Vec<u8>,
    cache_dir: Option<PathBuf>,
) -> Result<Replayed, ReplayError> {
    let sandbox = Sandbox::new(SandboxOptions {
        cache_dir,
        limits: bundle.limits.limits()?,
        pooling: false,
        slots: 1,
        workers: 1,
        ..SandboxOptions::default()
    })?;
    let budget = Budget {
        fuel: Some(bundle.limits.fuel),
        ..Budget::default()
    };
    let mut plugin = sandbox.open(label, component)?.with_budgets(Budgets {
        plugin: budget,
        classes: Vec::new(),
    });
    if let Some(granted) = bundle.capabilities()? {
        plugin = plugin.with_grant(granted);
    }
    plugin.load()?;
    let script = Arc::new(Script::new(&bundle.exchanges));
    let services = Arc::clone(&script) as Arc<dyn Services>;
    let result = plugin.call(bundle.request.clone(), services).await;
    Ok(Replayed {
        outcome: Outcome::of(&result),
        unrecorded: script.unrecorded(),
        plugin,
        result,
    })
}
