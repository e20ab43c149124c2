//! What a hit saves: the same calls dispatched without a cache, into an empty
//! one, and out of it, in turns within one process.
//!
//! `cargo bench -p buildfix-sandbox --bench result_cache [-- CALLS TURNS]`

#[path = "../tests/support/mod.rs"]
mod support;

use buildfix_sandbox::cache::{Mode, ResultCache, ResultCacheOptions, Round};
use buildfix_sandbox::{Limits, Plugin, Request, Response};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::cached::{Folder, Place, Script, call_in, options};
use support::{load, request};
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

/// Diagnosed files; each has the calls divided by this.
const FILES: usize = 100;
/// Bytes of each.
const SIZE: usize = 10_000;

fn main() {
    let numbers: Vec<usize> = std::env::args()
        .filter_map(|arg| arg.parse().ok())
        .collect();
    let calls = numbers.first().copied().unwrap_or(1_000);
    let turns = numbers.get(1).copied().unwrap_or(5);
    let place = Place::new();
    for file in 0..FILES {
        place.write(
            &format!("src/{file}.rs"),
            &"fn main() {} // text\n".repeat(SIZE / 21),
        );
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let plugin = guest(&runtime, &place.root());
    let requests: Vec<Request> = (0..calls).map(|call| about(&place.root(), call)).collect();
    let cache = |dir: &str| {
        Some(ResultCache::new(ResultCacheOptions {
            mode: Mode::Use,
            explain: false,
            ..options(&place.temp.path().join(dir))
        }))
    };
    let run = |cache| dispatch(&runtime, &plugin, &place.root(), &requests, cache);

    let mut times: [Vec<Duration>; 3] = Default::default();
    let (expected, _, _) = run(cache("warm"));
    for turn in 0..turns {
        for (kind, cache) in [None, cache(&format!("cold {turn}")), cache("warm")]
            .into_iter()
            .enumerate()
        {
            let (answers, ran, time) = run(cache);
            assert!(
                answers == expected,
                "a hit must give the bytes that a run gives"
            );
            assert_eq!(ran, if kind == 2 { 0 } else { calls });
            times[kind].push(time);
        }
    }
    println!(
        "{calls} calls about {FILES} files of {SIZE} bytes, {turns} turns; median (least, most) a call"
    );
    let names = [
        "every call runs, no cache",
        "every call runs and is kept",
        "every call is a hit",
    ];
    let mut medians = Vec::new();
    for (name, times) in names.iter().zip(&mut times) {
        times.sort();
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / calls as f64;
        let median = micros(times[times.len() / 2]);
        println!(
            "  {name:28} {median:8.1} µs ({:.1}, {:.1})",
            micros(times[0]),
            micros(times[times.len() - 1])
        );
        medians.push(median);
    }
    println!(
        "  hits are {:.1} times faster; keeping costs {:.1} %",
        medians[0] / medians[2],
        (medians[1] / medians[0] - 1.0) * 100.0
    );
}

/// A fixer that reads a file, asks for a symbol and then computes, so that one
/// call takes about a millisecond.
fn guest(runtime: &Runtime, root: &Path) -> Plugin {
    let with = |turns: u32| {
        let script = Script::default()
            .read("src/0.rs")
            .query("src/1.rs", "main")
            .spin(turns);
        load(
            &script.fixed(),
            Limits {
                fuel: 1_000_000_000,
                ..Limits::default()
            },
        )
    };
    let mut turns = 100_000;
    loop {
        let plugin = with(turns);
        let round = Round::new(None, Arc::new(Folder(root.to_owned())));
        let mut times: Vec<Duration> = (0..20)
            .map(|_| {
                let started = Instant::now();
                let (result, _) = runtime.block_on(call_in(&round, &plugin, about(root, 0)));
                result.unwrap();
                started.elapsed()
            })
            .collect();
        times.sort();
        let median = times[times.len() / 2].as_secs_f64() * 1e3;
        if (0.9..1.1).contains(&median) || turns > 100_000_000 {
            println!("one call alone takes {median:.2} ms");
            return plugin;
        }
        turns = (f64::from(turns) * (1.0 / median).clamp(0.5, 4.0)) as u32 + 1;
    }
}

fn about(root: &Path, call: usize) -> Request {
    let mut request = request();
    request.file.path = format!("src/{}.rs", call % FILES);
    request.file.text = std::fs::read_to_string(root.join(&request.file.path)).unwrap();
    request.diagnostics[0].id = u32::try_from(call).unwrap();
    request.diagnostics[0].line = u32::try_from(call / FILES).unwrap() + 1;
    request
}

/// As the engine does it: one task a call, as many at work as there are cores.
fn dispatch(
    runtime: &Runtime,
    plugin: &Plugin,
    root: &Path,
    requests: &[Request],
    cache: Option<ResultCache>,
) -> (Vec<Response>, usize, Duration) {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let slots = Arc::new(Semaphore::new(cores));
    let round = Arc::new(Round::new(cache, Arc::new(Folder(root.to_owned()))));
    let requests = requests.to_vec();
    let started = Instant::now();
    let tasks: Vec<_> = requests
        .into_iter()
        .map(|request| {
            let (round, plugin, slots) = (Arc::clone(&round), plugin.clone(), Arc::clone(&slots));
            runtime.spawn(async move {
                let mut ran = false;
                let run = async |request, services| {
                    ran = true;
                    let _slot = slots.acquire().await;
                    plugin.call(request, services).await
                };
                let call = round.call(&plugin, request, run).await.unwrap();
                (call.response, ran)
            })
        })
        .collect();
    let answers: Vec<_> = tasks
        .into_iter()
        .map(|task| runtime.block_on(task).unwrap())
        .collect();
    let time = started.elapsed();
    let ran = answers.iter().filter(|(_, ran)| *ran).count();
    (
        answers.into_iter().map(|(response, _)| response).collect(),
        ran,
        time,
    )
}
