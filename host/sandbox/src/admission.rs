//! Whether the machine has room for one more call: free memory and load.
//!
//! Memory is the least of what the system has available and what each control
//! group around this process leaves of its limit (version 2 and version 1 of
//! the interface, every ancestor of the group too). Load is the number of
//! threads that want a processor now, for each core this process may use.
//!
//! Where something cannot be read, as on systems other than Linux, it is no
//! reason to wait.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long one look at the machine is good for.
const FRESH: Duration = Duration::from_millis(200);

/// When new calls wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdmissionLimits {
    /// Bytes of memory that have to be free for another call to start.
    pub free_memory: u64,
    /// Runnable threads for each core past which no other call starts.
    pub load: f64,
}

impl Default for AdmissionLimits {
    fn default() -> Self {
        Self {
            // Two calls at the most memory that a plugin can have.
            free_memory: 512 << 20,
            // A parallel build beside this one is nothing unusual.
            load: 16.0,
        }
    }
}

/// What the machine has, as far as it can be known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Machine {
    free_memory: Option<u64>,
    runnable: Option<u64>,
}

pub struct Admission {
    limits: AdmissionLimits,
    cores: f64,
    known: Mutex<Option<(Instant, bool)>>,
}

impl Admission {
    pub fn new(limits: AdmissionLimits) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            limits,
            cores: cores as f64,
            known: Mutex::new(None),
        }
    }

    /// Whether one more call may start.
    pub fn is_open(&self) -> bool {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        match *known {
            Some((at, open)) if at.elapsed() < FRESH => open,
            _ => {
                let open = self.judge(Machine::look(Path::new("/")));
                *known = Some((Instant::now(), open));
                open
            }
        }
    }

    fn judge(&self, machine: Machine) -> bool {
        let memory = machine
            .free_memory
            .is_none_or(|free| free >= self.limits.free_memory);
        let load = machine
            .runnable
            .is_none_or(|runnable| runnable as f64 <= self.limits.load * self.cores);
        memory && load
    }
}

impl Machine {
    /// `root` is the root of the file system.
    fn look(root: &Path) -> Self {
        let groups = std::fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
        let free_memory = [system_memory(root)]
            .into_iter()
            .chain(groups.lines().map(|line| group_memory(root, line)))
            .flatten()
            .min();
        Self {
            free_memory,
            runnable: runnable(root),
        }
    }
}

/// Runnable threads of the system, this one not counted.
fn runnable(root: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(root.join("proc/loadavg")).ok()?;
    let (runnable, _) = text.split_whitespace().nth(3)?.split_once('/')?;
    Some(runnable.parse::<u64>().ok()?.saturating_sub(1))
}

fn system_memory(root: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(root.join("proc/meminfo")).ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

/// What the group of one line of `/proc/self/cgroup`, and every group around
/// it, leaves of its limit.
fn group_memory(root: &Path, line: &str) -> Option<u64> {
    let mut parts = line.splitn(3, ':');
    let (number, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
    let (base, files) = if number == "0" && controllers.is_empty() {
        (
            root.join("sys/fs/cgroup"),
            ["memory.max", "memory.current", "inactive_file"],
        )
    } else if controllers.split(',').any(|name| name == "memory") {
        (
            root.join("sys/fs/cgroup/memory"),
            [
                "memory.limit_in_bytes",
                "memory.usage_in_bytes",
                "total_inactive_file",
            ],
        )
    } else {
        return None;
    };
    let mut folder: PathBuf = base.clone();
    // Within a container the path may be that of the host; the top is then all
    // that can be seen.
    let inner = Path::new(path.trim_start_matches('/'));
    let names = inner
        .components()
        .filter(|part| matches!(part, std::path::Component::Normal(_)));
    let mut free = room(&folder, files);
    for name in names {
        folder.push(name);
        free = free.into_iter().chain(room(&folder, files)).min();
    }
    free
}

/// The limit of one group less what it uses; the page cache that it could drop
/// does not count as used.
fn room(folder: &Path, [limit, usage, cache]: [&str; 3]) -> Option<u64> {
    let number = |name: &str| -> Option<u64> {
        let text = std::fs::read_to_string(folder.join(name)).ok()?;
        text.trim().parse().ok()
    };
    let (limit, usage) = (number(limit)?, number(usage)?);
    let stat = std::fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
    let cache = stat
        .lines()
        .find_map(|line| line.strip_prefix(cache)?.trim().parse::<u64>().ok());
    Some(limit.saturating_sub(usage.saturating_sub(cache.unwrap_or(0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        dir
    }

    const SYSTEM: (&str, &str) = ("proc/meminfo", "MemTotal: 9 kB\nMemAvailable:    2048 kB\n");

    #[test]
    fn the_tightest_group_around_the_process_decides() {
        let dir = tree(&[
            SYSTEM,
            ("proc/loadavg", "0.52 0.58 0.59 7/1234 5678\n"),
            ("proc/self/cgroup", "0::/outer/inner\n"),
            ("sys/fs/cgroup/outer/memory.max", "1000000\n"),
            ("sys/fs/cgroup/outer/memory.current", "900000\n"),
            (
                "sys/fs/cgroup/outer/memory.stat",
                "anon 5\ninactive_file 50000\n",
            ),
            ("sys/fs/cgroup/outer/inner/memory.max", "max\n"),
            ("sys/fs/cgroup/outer/inner/memory.current", "900000\n"),
        ]);
        assert_eq!(
            Machine::look(dir.path()),
            Machine {
                free_memory: Some(150_000),
                runnable: Some(6)
            }
        );
    }

    #[test]
    fn the_first_version_of_control_groups_is_read_too() {
        let dir = tree(&[
            SYSTEM,
            ("proc/self/cgroup", "4:cpu,cpuacct:/a\n9:memory:/docker/x\n"),
            // The path is the host's; in the container only the top is there.
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "500000\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "600000\n"),
        ]);
        assert_eq!(Machine::look(dir.path()).free_memory, Some(0));
    }

    #[test]
    fn what_cannot_be_read_is_no_reason_to_wait() {
        let dir = tree(&[("proc/meminfo", "nonsense"), ("proc/loadavg", "1 2")]);
        let machine = Machine::look(dir.path());
        assert_eq!(machine, Machine::default());
        assert!(Admission::new(AdmissionLimits::default()).judge(machine));
    }

    #[test]
    fn either_limit_closes_it() {
        let admission = Admission::new(AdmissionLimits {
            free_memory: 100,
            load: 2.0,
        });
        let machine = |free_memory, runnable| Machine {
            free_memory: Some(free_memory),
            runnable: Some(runnable),
        };
        assert!(admission.judge(machine(100, 0)));
        assert!(!admission.judge(machine(99, 0)));
        assert!(!admission.judge(machine(100, 1_000_000)));
    }
}
