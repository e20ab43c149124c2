//! End to end: the real binary, real compilers, real components.
//!
//! Every folder of `cases/` is one test: a broken project, the command, and a
//! snapshot of the whole result (exit code, both outputs, and the diff of the
//! tree). `BUILDFIX_UPDATE=1 cargo test -p buildfix-cli --test end_to_end`
//! writes the snapshots anew. What does not fit that form is in `scenarios`.
//!
//! A test whose compiler is absent is listed as ignored, with what it needs in
//! its name.

#[path = "support/cached_runs.rs"]
mod cached_runs;
#[path = "support/cases.rs"]
mod cases;
#[path = "support/dependencies.rs"]
mod dependencies;
#[path = "support/failures.rs"]
mod failures;
#[path = "support/learned.rs"]
mod learned;
#[path = "support/project_files.rs"]
mod project_files;
#[path = "support/reuse.rs"]
mod reuse;
#[path = "support/samples.rs"]
mod samples;
#[path = "support/scenarios.rs"]
mod scenarios;
#[path = "support/stops.rs"]
mod stops;
#[path = "support/tool.rs"]
mod tool;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let args = Arguments::from_args();
    // Compiled components stay from run to run; what fixers answered must not.
    let _ = std::fs::remove_dir_all(tool::cache_dir().join("results"));
    let mut trials: Vec<Trial> = cases::all();
    trials.extend(scenarios::all());
    trials.extend(dependencies::all());
    trials.extend(project_files::all());
    trials.extend(reuse::all());
    trials.extend(cached_runs::all());
    trials.extend(learned::all());
    trials.extend(samples::all());
    trials.extend(stops::all());
    trials.extend(failures::all());
    libtest_mimic::run(&args, trials).exit();
}
