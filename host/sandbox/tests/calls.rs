//! Well-behaved guests: what goes in, what comes out, and what it costs.

mod support;

use buildfix_sandbox::{Failure, Limits, Sandbox, SandboxOptions};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use support::*;

const READ_FILE: &str =
    r#"(import "buildfix:fixer/workspace@0.1.0" "read-file" (func $read (param i32 i32 i32)))"#;
const LOG: &str =
    r#"(import "buildfix:fixer/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))"#;

#[test]
fn a_fix_comes_back() {
    let plugin = load(&good_core(), limits());
    assert_eq!(plugin.manifest().name, "acme/guest");
    assert_eq!(plugin.digest().len(), 64);
    let call = call(&plugin).unwrap();
    let [fix] = &call.response.fixes[..] else {
        panic!("{call:?}")
    };
    assert_eq!(
        (fix.answers.as_slice(), fix.title.as_str()),
        ([7].as_slice(), "add a semi")
    );
    assert_eq!(fix.applicability, "exact");
    let [edit] = &fix.edits[..] else {
        panic!("{fix:?}")
    };
    assert_eq!(
        (edit.span.path.as_str(), edit.span.start, edit.span.end),
        ("src/lib.rs", 3, 3)
    );
    assert_eq!((edit.expect.as_str(), edit.text.as_str()), ("", ";"));
    assert!(call.rejected.is_empty() && call.log.is_empty() && call.host_calls == 0);
    assert!(call.fuel_used > 0 && call.fuel_used < call.fuel_budget);
    assert_eq!(call.peak_memory, 2 * 65_536);
}

#[test]
fn the_same_request_burns_the_same_fuel() {
    let plugin = load(&good_core(), limits());
    let first = call(&plugin).unwrap();
    for _ in 0..5 {
        let next = call(&plugin).unwrap();
        assert_eq!(next.fuel_used, first.fuel_used);
        assert_eq!(next.response, first.response);
    }
    // Nor does the way in which instances are made matter.
    let options = SandboxOptions {
        limits: limits(),
        pooling: false,
        ..SandboxOptions::default()
    };
    let other = Sandbox::new(options).unwrap();
    assert!(!other.is_pooled());
    let plugin = other.load("guest.wasm", &guest(&good_core())).unwrap();
    assert_eq!(call(&plugin).unwrap().fuel_used, first.fuel_used);
}

#[test]
fn calls_run_at_once_and_share_nothing() {
    // The global would tell if a store was used twice.
    let items = format!(
        "{} (global $calls (mut i32) (i32.const 0))",
        texts("src/lib.rs")
    );
    let body = format!(
        "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))
         (if (i32.ne (global.get $calls) (i32.const 1)) (then unreachable))
         {}",
        one_fix("src/lib.rs", 3, 3)
    );
    let plugin = load(&core("", &items, &body), limits());
    let runtime = runtime();
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let plugin = plugin.clone();
            runtime.spawn(async move { plugin.call(request(), Arc::new(Host::default())).await })
        })
        .collect();
    let mut fuel = std::collections::BTreeSet::new();
    for task in tasks {
        let call = runtime.block_on(task).unwrap().unwrap();
        assert_eq!(call.response.fixes.len(), 1);
        fuel.insert(call.fuel_used);
    }
    assert_eq!(fuel.len(), 1);
}

#[test]
fn a_plugin_outlives_its_sandbox_and_moves_between_threads() {
    let plugin = load(&good_core(), limits());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let plugin = plugin.clone();
            std::thread::spawn(move || {
                // A runtime with one thread must do.
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .unwrap();
                runtime
                    .block_on(plugin.call(request(), Arc::new(Host::default())))
                    .unwrap()
            })
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap().response.fixes.len(), 1);
    }
}

#[test]
fn services_are_asked_and_answer() {
    // Returns what it read as its error.
    let body = r#"
        (call $read (i32.const 3000) (i32.const 8) (i32.const 4000))
        (i32.store8 (i32.const 1024) (i32.const 1))
        (i32.store (i32.const 1028) (i32.load (i32.const 4004)))
        (i32.store (i32.const 1032) (i32.load (i32.const 4008)))
        (i32.const 1024)"#;
    let plugin = load(
        &core(READ_FILE, r#"(data (i32.const 3000) "../a.txt")"#, body),
        limits(),
    );
    let host = Arc::new(Host::default());
    let error = call_with(&plugin, Arc::clone(&host)).unwrap_err();
    // The sandbox hands paths on as they are; refusing one is the services'.
    assert_eq!(error.failure, Failure::Guest("text of ../a.txt".to_owned()));
    assert_eq!(*host.asked.lock().unwrap(), ["read ../a.txt"]);
    assert_eq!(error.context.host_calls, 1);
    assert!(
        error.to_string().contains("failed: text of ../a.txt"),
        "{error}"
    );
}

#[test]
fn log_lines_come_back() {
    let items = r#"(data (i32.const 3000) "warnlook\1b[2Jhere")"#;
    let body = format!(
        "(call $log (i32.const 3000) (i32.const 4) (i32.const 3004) (i32.const 12)) {RETURN_NOTHING}"
    );
    let call = call(&load(&core(LOG, items, &body), limits())).unwrap();
    let [line] = &call.log[..] else {
        panic!("{call:?}")
    };
    assert_eq!(
        (line.level.as_str(), line.message.as_str()),
        ("warn", "look\u{fffd}[2Jhere")
    );
}

#[test]
fn a_slow_service_cannot_outlast_the_deadline() {
    let body =
        format!("(call $read (i32.const 3000) (i32.const 1) (i32.const 4000)) {RETURN_NOTHING}");
    let plugin = load(
        &core(READ_FILE, "", &body),
        Limits {
            wall: Duration::from_millis(200),
            ..limits()
        },
    );
    let host = Arc::new(Host {
        slow: Duration::from_secs(20),
        ..Host::default()
    });
    let started = Instant::now();
    let error = call_with(&plugin, host).unwrap_err();
    assert_eq!(
        error.failure,
        Failure::Deadline {
            limit: Duration::from_millis(200)
        }
    );
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn a_broken_service_ends_the_call_alone() {
    let body =
        format!("(call $read (i32.const 3000) (i32.const 1) (i32.const 4000)) {RETURN_NOTHING}");
    let plugin = load(&core(READ_FILE, "", &body), limits());
    for quick in [false, true] {
        let broken = Arc::new(Host {
            broken: true,
            quick,
            ..Host::default()
        });
        let error = call_with(&plugin, broken).unwrap_err();
        assert!(matches!(error.failure, Failure::Host(_)), "{error}");
        assert!(!error.failure.is_deterministic());
    }
    let host = Arc::new(Host::default());
    call_with(&plugin, Arc::clone(&host)).unwrap();
    assert_eq!(host.reads.load(Ordering::Relaxed), 1);
}

#[test]
fn a_manifest_may_ask_for_more_and_is_clamped() {
    let manifest = format!("{MANIFEST}\n[limits]\nfuel = \"1G\"\nmemory = \"3GiB\"\n");
    let bytes = component_of(&good_core(), &wit(), &[manifest.as_bytes()]);
    let limits = Limits {
        fuel_max: 500_000_000,
        ..limits()
    };
    let plugin = sandbox(limits).load("guest.wasm", &bytes).unwrap();
    assert_eq!(call(&plugin).unwrap().fuel_budget, 500_000_000);
}

#[test]
fn fuel_grows_with_the_request() {
    let plugin = load(&good_core(), limits());
    let small = call(&plugin).unwrap();
    let mut large = request();
    large.file.text = "x".repeat(1_000_000);
    let runtime = runtime();
    let large = runtime
        .block_on(plugin.call(large, Arc::new(Host::default())))
        .unwrap();
    assert!(large.fuel_budget >= small.fuel_budget + 900_000_000);
    assert!(large.peak_memory > 1_000_000);
}

#[test]
fn compiled_code_is_kept_and_a_bad_folder_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    let cache = dir.path().join("a/b");
    let options = || SandboxOptions {
        cache_dir: Some(cache.clone()),
        limits: limits(),
        ..SandboxOptions::default()
    };
    let bytes = guest(&good_core());
    for _ in 0..2 {
        let sandbox = Sandbox::new(options()).unwrap();
        assert_eq!(sandbox.cache_problem(), None);
        assert_eq!(
            call(&sandbox.load("g", &bytes).unwrap())
                .unwrap()
                .response
                .fixes
                .len(),
            1
        );
    }
    let files = |dir: &std::path::Path| {
        let mut files = Vec::new();
        let mut dirs = vec![dir.to_owned()];
        while let Some(dir) = dirs.pop() {
            for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
                match entry.file_type().unwrap().is_dir() {
                    true => dirs.push(entry.path()),
                    false => files.push(entry.path()),
                }
            }
        }
        files
    };
    let kept = files(&cache);
    assert!(!kept.is_empty());
    // Damaged entries are compiled anew.
    for file in &kept {
        std::fs::write(file, b"damaged").unwrap();
    }
    let sandbox = Sandbox::new(options()).unwrap();
    assert!(call(&sandbox.load("g", &bytes).unwrap()).is_ok());

    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let bad = SandboxOptions {
        cache_dir: Some(file),
        ..SandboxOptions::default()
    };
    let sandbox = Sandbox::new(bad).unwrap();
    assert!(sandbox.cache_problem().is_some());
    assert!(call(&sandbox.load("g", &bytes).unwrap()).is_ok());
}

#[test]
fn without_address_space_for_a_pool_the_sandbox_does_without() {
    // A million slots are 16 PiB.
    let options = SandboxOptions {
        slots: 1_000_000,
        limits: limits(),
        ..SandboxOptions::default()
    };
    let sandbox = Sandbox::new(options).unwrap();
    assert!(!sandbox.is_pooled());
    assert!(call(&sandbox.load("g", &guest(&good_core())).unwrap()).is_ok());
}

#[test]
fn limits_that_make_no_sense_are_refused() {
    for limits in [
        Limits {
            fuel_slice: 0,
            ..Limits::default()
        },
        Limits {
            stack: 0,
            ..Limits::default()
        },
    ] {
        let error = Sandbox::new(SandboxOptions {
            limits,
            ..SandboxOptions::default()
        })
        .unwrap_err();
        assert!(error.to_string().contains("cannot set up"), "{error}");
    }
}
