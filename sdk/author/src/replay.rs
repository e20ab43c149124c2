//! Making a recorded call again: `buildfix plugin replay`.
//!
//! A run of buildfix records a call that failed by its plugin's fault as a
//! *bundle* ([`buildfix_sandbox::replay`]). It has the request, the limits and the
//! host's answers, so an author needs neither the user's project nor its compiler.

use crate::problem::{Problem, io};
use buildfix_sandbox::replay::{self, Bundle, BundleError, MAX_BUNDLE, Replayed};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What a bundle's file is called.
const FILE: &str = "bundle.json";
/// The state folder of a project.
const STATE: &str = ".buildfix";

/// Where a bundle is: the file itself, or that of its folder.
#[must_use]
pub fn file(bundle: &Path) -> PathBuf {
    match bundle.is_dir() {
        true => bundle.join(FILE),
        false => bundle.to_owned(),
    }
}

/// Reads a bundle.
///
/// # Errors
/// When it cannot be read, or is none of this version of buildfix.
pub fn read(path: &Path) -> Result<Bundle, Problem> {
    let failed = |error| io("read", path, &error);
    let metadata = path.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(Problem::new(format!("{} is no file", path.display())));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    // One byte more tells a larger one.
    let mut file = file.take(MAX_BUNDLE as u64 + 1);
    file.read_to_end(&mut bytes).map_err(failed)?;
    Bundle::decode(&bytes).map_err(|error| {
        let problem = Problem::new(format!("cannot replay {}: {error}", path.display()));
        match error {
            BundleError::Version(_) => problem.help("use the buildfix that recorded it, or a newer one"),
            BundleError::Foreign => problem.help(
                "a bundle is the `bundle.json` of a folder in `.buildfix/failures/`; the message of a \
                 call that failed names it",
            ),
            _ => problem.help("have it recorded anew: run buildfix where the call failed"),
        }
    })
}

/// The project that a bundle lies in, where `run` left it.
#[must_use]
pub fn project(bundle: &Path) -> Option<PathBuf> {
    let path = bundle.canonicalize().ok()?;
    // PROJECT/.buildfix/failures/NAME/bundle.json
    let state = path.ancestors().nth(3)?;
    let found = state.file_name().is_some_and(|name| name == STATE);
    state.parent().filter(|_| found).map(Path::to_owned)
}

/// Calls a component with what a bundle holds; `label` is its file, for messages.
/// Compiled code is kept in `cache_dir`.
///
/// # Errors
/// When no host would load the component, or there is no room for it.
pub fn run(
    bundle: &Bundle,
    label: &str,
    component: Vec<u8>,
    cache_dir: Option<PathBuf>,
) -> Result<Replayed, Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Problem::new(format!("cannot start threads: {error}")))?;
    let replayed = runtime.block_on(replay::replay(bundle, label, component, cache_dir));
    runtime.shutdown_background();
    replayed.map_err(|error| Problem::new(error.to_string()))
}
