//! Running a program and asking the kernel what it took.

#![allow(dead_code, reason = "each bench uses a part")]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// What one run of a program took.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Seconds of processor time, of it and of what it waited for.
    pub cpu: f64,
    /// Seconds on the clock.
    pub wall: f64,
    /// The most memory it held, in MiB. Never less than what this bench held
    /// when it started it.
    pub mib: f64,
}

/// Runs a program to its end, its standard output into a file: some do less
/// work for `/dev/null`.
pub fn run(command: &mut Command, output: &Path) -> Usage {
    command.stdout(File::create(output).unwrap());
    let started = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    // SAFETY: both pointers are to live locals of the types that wait4 fills;
    // the child is not waited for anywhere else.
    let usage = unsafe {
        assert_eq!(
            libc::wait4(pid, &raw mut status, 0, usage.as_mut_ptr()),
            pid
        );
        usage.assume_init()
    };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    Usage {
        cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime),
        wall: started.elapsed().as_secs_f64(),
        mib: usage.ru_maxrss as f64 / 1024.0,
    }
}

/// The program under test.
pub fn buildfix() -> Command {
    Command::new(env!("CARGO_BIN_EXE_buildfix"))
}

/// The folder that lies beside the repository, or where `BUILDFIX_SHARED` says.
pub fn shared() -> PathBuf {
    std::env::var_os("BUILDFIX_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    )
}

/// A number from the environment.
pub fn setting(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|value| value.parse().ok())
        .unwrap_or(default)
}

/// Median, least and most.
pub fn spread(values: impl Iterator<Item = f64>) -> (f64, f64, f64) {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    (
        values[values.len() / 2],
        values[0],
        values[values.len() - 1],
    )
}
