//! What a call costs, against its floor and against a process for each
//! diagnostic; what metering costs a guest that computes; what a second core
//! gains.
//!
//! All variants of a comparison run in turns within one process, and what is
//! compared is processor time (of all threads, and of children that have
//! ended), so the ratios hold on a machine that does other things as well. Only
//! what two cores gain is told in wall-clock time too, beside what they give to
//! arithmetic on the same machine at the same time. Prints the median of the
//! rounds, and the least and the most in brackets.
//!
//! `cargo bench -p buildfix-sandbox --bench calls [-- calls|metering|cores]`

#[path = "../../tests/support/mod.rs"]
mod support;

mod floor;
mod guests;

use buildfix_sandbox::{Limits, Plugin, Request, Sandbox, SandboxOptions};
use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Set for the child of the comparison with a process for each diagnostic.
const CHILD: &str = "BUILDFIX_BENCH_CHILD";

fn main() {
    if std::env::var_os(CHILD).is_some() {
        return child();
    }
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|arg| arg == name);
    if wanted("calls") {
        for guest in guests::typical() {
            calls(&guest);
        }
    }
    if wanted("metering") {
        metering();
    }
    if wanted("cores") {
        cores(&guests::typical()[0]);
    }
}

/// A variant's times, one for each round, per unit of work.
struct Times(Vec<Duration>);

impl Times {
    fn middle(&self) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        sorted[sorted.len() / 2]
    }
}

/// Runs the variants in turns and prints each one's time and its ratio to the
/// first, round by round.
fn compare(title: &str, rounds: usize, variants: &mut [(&str, &mut dyn FnMut() -> Duration)]) {
    let mut times: Vec<Times> = variants.iter().map(|_| Times(Vec::new())).collect();
    for round in 0..=rounds {
        for (variant, times) in variants.iter_mut().zip(&mut times) {
            let time = (variant.1)();
            // The first round warms up.
            if round > 0 {
                times.0.push(time);
            }
        }
    }
    println!("{title}");
    for (at, (name, _)) in variants.iter().enumerate() {
        let mut ratios: Vec<f64> = times[at]
            .0
            .iter()
            .zip(&times[0].0)
            .map(|(time, first)| time.as_secs_f64() / first.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        println!(
            "  {name:44} {:>10.2} us  {:>8.2} x  [{:.2} .. {:.2}]",
            times[at].middle().as_secs_f64() * 1e6,
            ratios[ratios.len() / 2],
            ratios[0],
            ratios[ratios.len() - 1],
        );
    }
}

/// Processor time of this process and its ended children.
fn spent() -> Duration {
    let of = |who| {
        // SAFETY: zeroes are a valid `rusage`, and getrusage(2) fills it.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(who, &raw mut usage);
            usage
        };
        let time = |t: libc::timeval| {
            Duration::from_secs(t.tv_sec as u64) + Duration::from_micros(t.tv_usec as u64)
        };
        time(usage.ru_utime) + time(usage.ru_stime)
    };
    of(libc::RUSAGE_SELF) + of(libc::RUSAGE_CHILDREN)
}

fn each(n: u32, mut work: impl FnMut()) -> Duration {
    let before = spent();
    for _ in 0..n {
        work();
    }
    (spent() - before) / n
}

fn single() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn load(guest: &guests::Guest) -> Plugin {
    let sandbox = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
    sandbox.load(guest.name, &guest.bytes).expect("a plugin")
}

fn calls(guest: &guests::Guest) {
    let plugin = load(guest);
    let floor = floor::Floor::new(&guest.bytes);
    let runtime = single();
    let answer = runtime
        .block_on(plugin.call(guest.request.clone(), Arc::new(guests::Host)))
        .expect("an answer");
    assert!(!answer.response.fixes.is_empty(), "{}", guest.name);
    assert_eq!(answer.response.fixes.len(), floor.call(&guest.request));
    let json = serde_json::to_vec(&guest.request).expect("JSON");
    compare(
        &format!(
            "{}: one warm call ({} host calls, {} K fuel)",
            guest.name,
            answer.host_calls,
            answer.fuel_used / 1_000
        ),
        30,
        &mut [
            ("bare wasmtime, no limits", &mut || {
                each(300, || {
                    floor.call(&guest.request);
                })
            }),
            ("buildfix, fresh store, all limits", &mut || {
                let host: Arc<guests::Host> = Arc::new(guests::Host);
                runtime.block_on(async {
                    let before = spent();
                    for _ in 0..300 {
                        let request = guest.request.clone();
                        let answer = plugin.call(request, host.clone()).await;
                        assert!(answer.is_ok());
                    }
                    (spent() - before) / 300
                })
            }),
            ("a process (native, JSON in and out)", &mut || {
                each(10, || process(&json))
            }),
        ],
    );
}

/// One diagnostic given to a process of its own.
fn process(json: &[u8]) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut stdin = child.stdin.take().expect("its input");
    stdin.write_all(json).expect("written");
    drop(stdin);
    let answer = child.wait_with_output().expect("its answer");
    assert!(answer.status.success() && !answer.stdout.is_empty());
}

/// What a native fixer does at the least: reads the request, makes one edit.
fn child() {
    let mut json = Vec::new();
    std::io::stdin().read_to_end(&mut json).expect("a request");
    let request: Request = serde_json::from_slice(&json).expect("JSON");
    let edits: Vec<_> = request
        .diagnostics
        .iter()
        .map(|d| (&d.span, d.arguments.first()))
        .collect();
    println!("{}", serde_json::to_string(&edits).expect("JSON"));
}

fn metering() {
    let bytes = support::guest(&guests::computing(40));
    let bare = floor::Floor::new(&bytes);
    let yielding = floor::Metered::new(&bytes, false);
    let with_epoch = floor::Metered::new(&bytes, true);
    let limits = Limits {
        fuel: 4_000_000_000,
        ..Limits::default()
    };
    let sandbox = Sandbox::new(SandboxOptions {
        limits,
        ..SandboxOptions::default()
    })
    .expect("a sandbox");
    let plugin = sandbox.load("computing", &bytes).expect("a plugin");
    let runtime = single();
    let request = support::request();
    let host: Arc<guests::Host> = Arc::new(guests::Host);
    compare(
        "edit distance of 1,000 bytes, 40 times: one call",
        15,
        &mut [
            ("unmetered", &mut || {
                each(1, || {
                    bare.call(&request);
                })
            }),
            ("fuel, yields each million", &mut || {
                each(1, || runtime.block_on(yielding.call(&request)))
            }),
            ("and the epoch", &mut || {
                each(1, || runtime.block_on(with_epoch.call(&request)))
            }),
            ("buildfix, all limits", &mut || {
                each(1, || {
                    let call = plugin.call(request.clone(), host.clone());
                    assert!(runtime.block_on(call).is_ok());
                })
            }),
        ],
    );
}

const CALLS: usize = 10_000;

fn wall() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

fn cores(guest: &guests::Guest) {
    let plugin = load(guest);
    let on = |threads: usize, clock: fn() -> Duration| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build()
            .expect("a runtime");
        let next = Arc::new(AtomicUsize::new(0));
        let before = clock();
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (plugin, next) = (plugin.clone(), Arc::clone(&next));
                let request = guest.request.clone();
                runtime.spawn(async move {
                    let host: Arc<guests::Host> = Arc::new(guests::Host);
                    while next.fetch_add(1, Ordering::Relaxed) < CALLS {
                        let answer = plugin.call(request.clone(), host.clone()).await;
                        assert!(answer.is_ok());
                    }
                })
            })
            .collect();
        for worker in workers {
            runtime.block_on(worker).expect("a worker");
        }
        (clock() - before) / CALLS as u32
    };
    // What two cores of this machine give to work that shares nothing.
    let spin = |threads: usize| {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    let mut x = 1u64;
                    for _ in 0..400_000_000 / threads {
                        x = x.rotate_left(7) ^ std::hint::black_box(x);
                    }
                    std::hint::black_box(x);
                });
            }
        });
        started.elapsed()
    };
    compare(
        &format!("{}: 10,000 calls, time for each", guest.name),
        7,
        &mut [
            ("two threads, wall", &mut || on(2, wall)),
            ("one thread, wall", &mut || on(1, wall)),
        ],
    );
    // What threads take from each other shows as processor time.
    compare(
        &format!("{}: 10,000 calls, processor time for each", guest.name),
        7,
        &mut [
            ("one thread", &mut || on(1, spent)),
            ("two threads", &mut || on(2, spent)),
        ],
    );
    compare(
        "arithmetic without memory, all of it",
        7,
        &mut [
            ("two threads", &mut || spin(2)),
            ("one thread", &mut || spin(1)),
        ],
    );
}
