//! Fuel in tiers: a call goes on with its state, its tier is the same every
//! time, and slow calls do not stand in the way of fast ones.

mod support;

use buildfix_sandbox::{
    AdmissionLimits, Budget, Budgets, Failure, Limits, Plugin, Request, Sandbox, SandboxOptions,
    Tiers,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use support::*;

const READ: &str =
    r#"(import "buildfix:fixer/workspace@0.1.0" "read-file" (func $read (param i32 i32 i32)))"#;

/// Asks for a file (the side effect), then counts to `n`, then answers.
fn counting(n: u32) -> String {
    let body = format!(
        "(call $read (i32.const 3000) (i32.const 1) (i32.const 4000))
         (loop $l
           (local.set $c (i32.add (local.get $c) (i32.const 1)))
           (br_if $l (i32.lt_u (local.get $c) (i32.const {n}))))
         {RETURN_NOTHING}"
    );
    core(READ, "", &body)
}

/// Small tiers: 1, 2, 4 and 10 times a hundred thousand, in slices of a
/// thousand.
fn tiered() -> Limits {
    Limits {
        fuel: 100_000,
        fuel_per_byte: 0,
        fuel_slice: 1_000,
        ..limits()
    }
}

#[test]
fn a_call_goes_on_in_the_next_tier_and_repeats_nothing() {
    // A turn of the loop burns 8 units.
    let mut last = 0;
    for (turns, tier) in [(1_000, 1), (20_000, 2), (40_000, 3), (110_000, 4)] {
        let plugin = load(&counting(turns), tiered());
        let host = Arc::new(Host::default());
        let first = call_with(&plugin, Arc::clone(&host)).unwrap();
        assert_eq!(first.tier, tier, "{turns}: {first:?}");
        assert!(first.fuel_used > last && first.fuel_used <= first.fuel_budget);
        last = first.fuel_used;
        // Had it been run again from the start, it would have asked again.
        assert_eq!(host.reads.load(Ordering::Relaxed), 1);
        for _ in 0..3 {
            let again = call(&plugin).unwrap();
            assert_eq!((again.tier, again.fuel_used), (first.tier, first.fuel_used));
            assert_eq!(again.response, first.response);
        }
    }
}

#[test]
fn past_the_last_tier_the_error_tells_all() {
    let host = Arc::new(Host::default());
    let plugin = load(&counting(u32::MAX), tiered());
    let error = call_with(&plugin, Arc::clone(&host)).unwrap_err();
    assert_eq!(
        error.failure,
        Failure::OutOfFuel {
            used: 1_000_000,
            tiers: 4
        }
    );
    assert_eq!(
        (error.context.tier, error.context.fuel_used),
        (4, 1_000_000)
    );
    assert_eq!(host.reads.load(Ordering::Relaxed), 1);
    assert_eq!(
        error.to_string(),
        "plugin `acme/guest` 1.2.3, on rust/E0001 in src/lib.rs: \
         ran out of fuel after 1000000 units, in the last of 4 tiers"
    );
}

fn ended(plugin: &Plugin, class: &str) -> (u64, u32) {
    let request = Request {
        class: class.to_owned(),
        ..request()
    };
    let ended = runtime().block_on(plugin.call(request, Arc::new(Host::default())));
    let Err(error) = ended else {
        panic!("an endless guest answered")
    };
    (error.context.fuel_used, error.context.tier)
}

#[test]
fn a_user_sets_fuel_and_tiers_for_a_plugin_and_for_a_class() {
    let plugin = load(&counting(u32::MAX), tiered()).with_budgets(Budgets {
        plugin: Budget {
            fuel: Some(50_000),
            tiers: Some(Tiers::new(&[3]).unwrap()),
            wall: None,
        },
        classes: vec![
            (
                "rust/E1*".to_owned(),
                Budget {
                    tiers: Some(Tiers::new(&[]).unwrap()),
                    ..Budget::default()
                },
            ),
            (
                "rust/E11".to_owned(),
                Budget {
                    fuel: Some(70_000),
                    ..Budget::default()
                },
            ),
        ],
    });
    assert_eq!(ended(&plugin, "rust/E0001"), (150_000, 2));
    assert_eq!(ended(&plugin, "rust/E10"), (50_000, 1));
    // Of several patterns that match, each sets what it names.
    assert_eq!(ended(&plugin, "rust/E11"), (70_000, 1));
}

#[test]
fn a_class_may_have_another_deadline() {
    let limits = Limits {
        fuel_max: u64::MAX,
        fuel: u64::MAX,
        ..limits()
    };
    let plugin = load(&counting(u32::MAX).replace("i32.lt_u", "i32.le_u"), limits);
    let plugin = plugin.with_budgets(Budgets {
        classes: vec![(
            "rust/*".to_owned(),
            Budget {
                wall: Some(Duration::from_millis(50)),
                ..Budget::default()
            },
        )],
        ..Budgets::default()
    });
    let error = call(&plugin).unwrap_err();
    assert_eq!(
        error.failure,
        Failure::Deadline {
            limit: Duration::from_millis(50)
        }
    );
}

#[test]
fn what_a_manifest_asks_for_is_for_all_tiers_together() {
    let manifest = format!("{MANIFEST}\n[limits]\nfuel = \"1M\"\n");
    let bytes = component_of(&counting(u32::MAX), &wit(), &[manifest.as_bytes()]);
    let plugin = sandbox(tiered()).load("guest.wasm", &bytes).unwrap();
    assert_eq!(ended(&plugin, "rust/E1"), (1_000_000, 4));
}

fn small_sandbox(workers: usize, slots: usize, limits: Limits) -> Sandbox {
    Sandbox::new(SandboxOptions {
        limits,
        workers,
        slots,
        ..SandboxOptions::default()
    })
    .unwrap()
}

/// A guest whose first tier ends after some milliseconds and whose second one
/// lasts for minutes.
fn endless(sandbox: &Sandbox) -> Plugin {
    let core = counting(u32::MAX).replace("i32.lt_u", "i32.le_u");
    let plugin = sandbox.load("endless.wasm", &guest(&core)).unwrap();
    plugin.with_budgets(Budgets {
        plugin: Budget {
            fuel: Some(20_000_000),
            tiers: Some(Tiers::new(&[1_000]).unwrap()),
            wall: Some(Duration::from_secs(600)),
        },
        ..Budgets::default()
    })
}

fn unbounded() -> Limits {
    Limits {
        fuel_max: u64::MAX,
        fuel_slice: 100_000,
        ..limits()
    }
}

/// Ten calls that do not end are started first, and a thousand quick ones
/// after them: the thousand are answered while all of the ten are still at
/// work.
fn quick_ones_pass(workers: usize) {
    let sandbox = small_sandbox(workers, 16, unbounded());
    let slow = endless(&sandbox);
    let quick = sandbox.load("quick.wasm", &guest(&good_core())).unwrap();
    let runtime = runtime();
    runtime.block_on(async {
        let host = Arc::new(Host::default());
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (plugin, host) = (slow.clone(), host.clone());
            tasks.spawn(async move { plugin.call(request(), host).await.map(|_| ()) });
        }
        while sandbox
            .running()
            .iter()
            .filter(|call| call.tier > 1)
            .count()
            < 10
        {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let done = Arc::new(AtomicUsize::new(0));
        let quick_ones: Vec<_> = (0..4)
            .map(|_| {
                let (plugin, done, host) = (quick.clone(), done.clone(), host.clone());
                tokio::spawn(async move {
                    while done.fetch_add(1, Ordering::Relaxed) < 1_000 {
                        let call = plugin.call(request(), host.clone()).await.unwrap();
                        assert_eq!((call.tier, call.response.fixes.len()), (1, 1));
                    }
                })
            })
            .collect();
        for task in quick_ones {
            task.await.unwrap();
        }
        assert!(tasks.try_join_next().is_none(), "a slow call has ended");
        let running = sandbox.running();
        assert_eq!(running.len(), 10);
        assert!(running.iter().all(|call| (call.tier, call.tiers) == (2, 2)));
        assert_eq!(host.reads.load(Ordering::Relaxed), 10);
        tasks.shutdown().await;
    });
    assert!(sandbox.running().is_empty());
}

#[test]
fn ten_slow_calls_do_not_delay_a_thousand_quick_ones() {
    quick_ones_pass(4);
}

#[test]
fn not_even_where_there_is_one_worker() {
    quick_ones_pass(1);
}

#[test]
fn while_quick_calls_come_the_slow_lane_keeps_to_its_share() {
    let sandbox = small_sandbox(4, 16, unbounded());
    let slow = endless(&sandbox);
    // Its read takes longer than this test.
    let waits = sandbox.load("waits.wasm", &guest(&counting(1))).unwrap();
    let runtime = runtime();
    let running = |waiting: bool| {
        let calls = sandbox.running();
        let slow = calls.iter().filter(|call| call.tiers == 2);
        slow.filter(|call| call.waiting == waiting && call.tier == 2)
            .count()
    };
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (plugin, host) = (slow.clone(), Arc::new(Host::default()));
            tasks.spawn(async move { plugin.call(request(), host).await.map(|_| ()) });
        }
        // All workers are the slow lane's while nobody else wants them.
        while (running(false), running(true)) != (4, 4) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let host = Arc::new(Host {
            slow: Duration::from_secs(3),
            ..Host::default()
        });
        for _ in 0..6 {
            let (plugin, host) = (waits.clone(), host.clone());
            tasks.spawn(async move { plugin.call(request(), host).await.map(|_| ()) });
        }
        // Three of the four workers go to the new calls, one stays.
        while (running(false), running(true)) != (1, 7) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tasks.shutdown().await;
    });
    runtime.shutdown_background();
}

#[test]
fn without_free_memory_calls_run_one_at_a_time_and_all_of_them_do() {
    let sandbox = Sandbox::new(SandboxOptions {
        limits: limits(),
        admission: AdmissionLimits {
            free_memory: u64::MAX,
            load: f64::INFINITY,
        },
        ..SandboxOptions::default()
    })
    .unwrap();
    let plugin = sandbox.load("g", &guest(&counting(1))).unwrap();
    let most = Arc::new(AtomicUsize::new(0));
    let runtime = runtime();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..20 {
            let (plugin, sandbox, most) = (plugin.clone(), sandbox.clone(), most.clone());
            tasks.spawn(async move {
                let host = Arc::new(Host {
                    slow: Duration::from_millis(2),
                    ..Host::default()
                });
                let answer = plugin.call(request(), host).await;
                most.fetch_max(sandbox.running().len() + 1, Ordering::Relaxed);
                answer
            });
        }
        while let Some(answer) = tasks.join_next().await {
            answer.unwrap().unwrap();
        }
    });
    // The one that has just ended, and the one that was let in after it.
    assert!(most.load(Ordering::Relaxed) <= 2, "{most:?}");
}

#[test]
fn what_runs_is_told() {
    let sandbox = small_sandbox(4, 8, limits());
    let plugin = sandbox.load("g", &guest(&counting(1))).unwrap();
    let host = Arc::new(Host {
        slow: Duration::from_secs(2),
        ..Host::default()
    });
    let runtime = runtime();
    let task = runtime.spawn({
        let plugin = plugin.clone();
        async move { plugin.call(request(), host).await.map(|_| ()) }
    });
    let told = loop {
        match &sandbox.running()[..] {
            [] => std::thread::yield_now(),
            [call] => break call.clone(),
            more => panic!("{more:?}"),
        }
    };
    assert_eq!(
        (
            told.plugin.as_str(),
            told.class.as_str(),
            told.file.as_str()
        ),
        ("acme/guest", "rust/E0001", "src/lib.rs")
    );
    assert_eq!((told.tier, told.tiers, told.waiting), (1, 4, false));
    // A call that is dropped is gone.
    task.abort();
    assert!(runtime.block_on(task).unwrap_err().is_cancelled());
    assert!(sandbox.running().is_empty());
    runtime.shutdown_background();
}
