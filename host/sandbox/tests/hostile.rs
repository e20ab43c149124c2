//! Guests that mean harm, or are broken: each is stopped with an error that
//! names it and says why. What a component may not even be loaded for is in
//! `refused.rs`.

mod support;

use buildfix_sandbox::{Failure, Limits};
use std::sync::Arc;
use std::time::{Duration, Instant};
use support::*;

/// A second of fuel at most and a quarter of a second on the clock.
fn endless() -> Limits {
    Limits {
        fuel: u64::MAX,
        fuel_max: u64::MAX,
        wall: Duration::from_millis(250),
        ..Limits::default()
    }
}

fn deadline_of(core: &str) {
    let started = Instant::now();
    let error = failure(core, endless());
    assert_eq!(
        error.failure,
        Failure::Deadline {
            limit: Duration::from_millis(250)
        },
        "{error}"
    );
    assert!(
        error.to_string().contains("did not answer within 250 ms"),
        "{error}"
    );
    // Generous: the machine may be busy. Without a stop it would be forever.
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
}

fn trap_of(core: &str) -> (String, Vec<String>) {
    match failure(core, limits()).failure {
        Failure::Trap { message, backtrace } => (message, backtrace),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_infinite_loop_burns_its_fuel() {
    let error = failure(&core("", "", "(loop $l (br $l)) unreachable"), limits());
    let Failure::OutOfFuel { used, .. } = error.failure else {
        panic!("{error}")
    };
    assert_eq!(error.context.fuel_used, used);
    assert!(error.failure.is_deterministic());
    assert!(error.to_string().contains("ran out of fuel"), "{error}");
    assert!(error.help().unwrap().contains("fuel"));
}

#[test]
fn an_infinite_loop_with_fuel_without_end_meets_the_deadline() {
    deadline_of(&core("", "", "(loop $l (br $l)) unreachable"));
}

#[test]
fn copying_without_end_burns_fuel_by_the_byte() {
    let body = "(drop (memory.grow (i32.const 600)))
        (loop $l
          (memory.fill (i32.const 65536) (i32.const 1) (i32.const 33554432))
          (br $l))
        unreachable";
    // Less than one of the fills.
    let error = failure(&core("", "", body), limits());
    assert_eq!(
        error.failure,
        Failure::OutOfFuel {
            used: error.context.fuel_used,
            tiers: 4
        },
        "{error}"
    );
    deadline_of(&core("", "", body));
}

#[test]
fn a_guest_that_never_yields_meets_the_epoch() {
    let limits = Limits {
        fuel_slice: u64::MAX,
        ..endless()
    };
    let error = failure(&core("", "", "(loop $l (br $l)) unreachable"), limits);
    assert_eq!(
        error.failure,
        Failure::Deadline {
            limit: Duration::from_millis(250)
        },
        "{error}"
    );
}

#[test]
fn a_start_function_that_loops_meets_both_limits() {
    let looping = core(
        "",
        "(func $boot (loop $l (br $l))) (start $boot)",
        RETURN_NOTHING,
    );
    assert!(matches!(
        failure(&looping, limits()).failure,
        Failure::OutOfFuel { .. }
    ));
    deadline_of(&looping);
}

#[test]
fn a_realloc_that_loops_is_stopped() {
    let looping = good_core().replacen(
        "(local $short i32)",
        "(local $short i32) (loop $l (br $l))",
        1,
    );
    assert!(matches!(
        failure(&looping, limits()).failure,
        Failure::OutOfFuel { .. }
    ));
}

#[test]
fn a_memory_bomb_is_refused_memory() {
    let body = "(loop $l
        (if (i32.eq (i32.const -1) (memory.grow (i32.const 16))) (then unreachable))
        (br $l)) unreachable";
    let error = failure(&core("", "", body), limits());
    assert_eq!(
        error.failure,
        Failure::Memory { limit: 64 << 20 },
        "{error}"
    );
    assert!(error.context.peak_memory <= 64 << 20 && error.context.peak_memory > 60 << 20);
    assert!(
        error.to_string().contains("67108864 bytes of memory"),
        "{error}"
    );
}

#[test]
fn a_guest_that_survives_a_refusal_may_answer() {
    let body = format!("(drop (memory.grow (i32.const 60000))) {RETURN_NOTHING}");
    assert!(call(&load(&core("", "", &body), limits())).is_ok());
}

#[test]
fn a_table_bomb_is_refused_elements() {
    let body = "(loop $l
        (if (i32.eq (i32.const -1) (table.grow $t (ref.null func) (i32.const 10000)))
          (then unreachable))
        (br $l)) unreachable";
    let error = failure(&core("", "(table $t 1 funcref)", body), limits());
    assert_eq!(error.failure, Failure::Table { limit: 100_000 }, "{error}");
}

#[test]
fn deep_recursion_overflows_the_guests_own_stack() {
    let items = "(func $down (param i32) (result i32)
        (i32.add (i32.const 1) (call $down (i32.add (local.get 0) (i32.const 1)))))";
    let error = failure(&core("", items, "(call $down (i32.const 0))"), limits());
    assert_eq!(error.failure, Failure::Stack { limit: 1 << 20 }, "{error}");
}

#[test]
fn a_crash_comes_with_a_backtrace_and_the_last_log_lines() {
    let imports =
        r#"(import "buildfix:fixer/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))"#;
    let items = r#"(data (i32.const 3000) "infobefore it went wrong")
        (func $_ZN4acme6borrow4mend17h0123456789abcdefE (result i32) unreachable)"#;
    let body = "(call $log (i32.const 3000) (i32.const 4) (i32.const 3004) (i32.const 20))
        (call $_ZN4acme6borrow4mend17h0123456789abcdefE)";
    let error = failure(&core(imports, items, body), limits());
    let Failure::Trap { message, backtrace } = &error.failure else {
        panic!("{error}")
    };
    assert!(message.contains("unreachable"), "{message}");
    assert_eq!(backtrace[0], "acme::borrow::mend");
    assert_eq!(backtrace[1], "fix");
    let details = error.details();
    assert!(details.contains("at acme::borrow::mend"), "{details}");
    assert!(details.contains("before it went wrong"), "{details}");
}

/// A list of `fixes` fixes, each with the same `edits` edits of one shared text
/// of `text` bytes at 65536.
fn bomb(fixes: u32, edits: u32, text: u32) -> String {
    let fix_bytes = fixes * 48;
    let edit_bytes = edits * 40;
    let body = format!(
        r#"
    (local.set $c (call $alloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const {text})))
    (memory.fill (local.get $c) (i32.const 97) (i32.const {text}))
    (i32.store (i32.const 2000) (i32.const 7))
    {FIX_RECORD}
    ;; the edit at 2112
    (i32.store (i32.const 2112) (i32.const 3000)) (i32.store (i32.const 2116) (i32.const 10))
    (i64.store (i32.const 2120) (i64.const 0)) (i64.store (i32.const 2128) (i64.const 0))
    (i32.store (i32.const 2136) (local.get $c)) (i32.store (i32.const 2140) (i32.const {text}))
    (i64.store (i32.const 2144) (i64.const 0))
    (local.set $b (call $alloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const {edit_bytes})))
    (local.set $a (i32.const 0))
    (loop $l
      (memory.copy (i32.add (local.get $b) (local.get $a)) (i32.const 2112) (i32.const 40))
      (local.set $a (i32.add (local.get $a) (i32.const 40)))
      (br_if $l (i32.lt_u (local.get $a) (i32.const {edit_bytes}))))
    (i32.store (i32.const 2072) (local.get $b)) (i32.store (i32.const 2076) (i32.const {edits}))
    (local.set $b (call $alloc (i32.const 0) (i32.const 0) (i32.const 8) (i32.const {fix_bytes})))
    (local.set $a (i32.const 0))
    (loop $m
      (memory.copy (i32.add (local.get $b) (local.get $a)) (i32.const 2048) (i32.const 48))
      (local.set $a (i32.add (local.get $a) (i32.const 48)))
      (br_if $m (i32.lt_u (local.get $a) (i32.const {fix_bytes}))))
    (local.set $a (local.get $b)) (local.set $b (i32.const {fixes}))
    {RETURN_FIXES}"#
    );
    core("", &texts("src/lib.rs"), &body)
}

#[test]
fn a_gigabyte_of_edits_is_not_copied() {
    // 1,000 edits of one shared megabyte; and 2^20 edits of nothing, 1,000 fixes deep.
    for (fixes, edits, text) in [(1, 1_000, 1 << 20), (1_000, 1 << 20, 0), (400_000, 1, 1)] {
        let error = failure(
            &bomb(fixes, edits, text),
            Limits {
                fuel: 200_000_000,
                ..limits()
            },
        );
        assert_eq!(
            error.failure,
            Failure::OutputTooLarge { limit: 16 << 20 },
            "{error}"
        );
    }
}

#[test]
fn too_many_edits_are_dropped_fix_by_fix() {
    let plugin = load(
        &bomb(30, 1_000, 1),
        Limits {
            fuel: 200_000_000,
            ..limits()
        },
    );
    let call = call(&plugin).unwrap();
    assert_eq!((call.response.fixes.len(), call.rejected.len()), (10, 20));
    assert!(
        call.rejected[0].reason.contains("more than 10000 edits"),
        "{:?}",
        call.rejected[0]
    );
    assert_eq!(call.rejected[0].diagnostics, [7]);
}

#[test]
fn edits_outside_the_workspace_reversed_and_overlapping_pass_through() {
    // Whether they may be applied is the workspace's to say; here nothing may
    // panic, and nothing may be bent into something harmless.
    let outside = "../../etc/passwd";
    for (path, start, end) in [
        (outside, 0, 0),
        ("/etc/passwd", 5, 1),
        ("src/lib.rs", u32::MAX, 0),
        ("C:\\\\x", 0, u32::MAX),
    ] {
        let shown = path.replace("\\\\", "\\");
        let body = one_fix(&shown, start, end).replace("4294967295", "-1");
        let call = call(&load(&core("", &texts(path), &body), limits())).unwrap();
        let span = &call.response.fixes[0].edits[0].span;
        assert_eq!(
            (span.path.as_str(), span.start, span.end),
            (shown.as_str(), start, end)
        );
    }
    let overlapping = bomb(1, 2, 4);
    let call = call(&load(&overlapping, limits())).unwrap();
    assert_eq!(call.response.fixes[0].edits.len(), 2);
}

#[test]
fn lists_and_strings_outside_the_memory_are_refused() {
    let fixes_at = |at: &str, count: &str| {
        format!("(local.set $a (i32.const {at})) (local.set $b (i32.const {count})) {RETURN_FIXES}")
    };
    for (at, count) in [
        ("-8", "1"),
        ("1024", "-1"),
        ("131064", "100"),
        ("2049", "1"),
    ] {
        let (message, _) = trap_of(&core("", "", &fixes_at(at, count)));
        assert!(
            message.contains("list") || message.contains("align"),
            "{message}"
        );
    }
    let string = |at: &str, len: &str| {
        format!(
            "(i32.store8 (i32.const 1024) (i32.const 1))
             (i32.store (i32.const 1028) (i32.const {at})) (i32.store (i32.const 1032) (i32.const {len}))
             (i32.const 1024)"
        )
    };
    for (at, len) in [("-1", "5"), ("0", "-1"), ("131071", "2")] {
        let (message, _) = trap_of(&core("", "", &string(at, len)));
        assert!(message.contains("string"), "{message}");
    }
    for result in ["-4", "131060", "1025"] {
        trap_of(&core("", "", &format!("(i32.const {result})")));
    }
    // Neither ok nor err.
    trap_of(&core(
        "",
        "",
        "(i32.store8 (i32.const 1024) (i32.const 9)) (i32.const 1024)",
    ));
}

#[test]
fn text_that_is_not_utf8_is_refused() {
    let body = r#"(i32.store8 (i32.const 1024) (i32.const 1))
        (i32.store (i32.const 1028) (i32.const 3000)) (i32.store (i32.const 1032) (i32.const 4))
        (i32.const 1024)"#;
    let (message, _) = trap_of(&core("", r#"(data (i32.const 3000) "ab\ff\fe")"#, body));
    assert!(message.contains("utf-8"), "{message}");
}

#[test]
fn a_realloc_that_points_outside_is_refused() {
    let lying = good_core().replacen(
        "(local.get $at))\n  (export",
        "(i32.const -16))\n  (export",
        1,
    );
    assert_ne!(lying, good_core());
    let (message, _) = trap_of(&lying);
    assert!(message.contains("realloc"), "{message}");
}

#[test]
fn a_log_flood_is_cut_and_then_stopped() {
    let imports =
        r#"(import "buildfix:fixer/log@0.1.0" "write" (func $log (param i32 i32 i32 i32)))"#;
    let body = |times: u32| {
        format!(
            "(local.set $a (i32.const {times}))
             (loop $l
               (call $log (i32.const 3000) (i32.const 4) (i32.const 4000) (i32.const 1000))
               (local.set $a (i32.sub (local.get $a) (i32.const 1)))
               (br_if $l (local.get $a)))
             {RETURN_NOTHING}"
        )
    };
    let call = call(&load(&core(imports, "", &body(5_000)), limits())).unwrap();
    // Control characters are replaced by three bytes each.
    let bytes: usize = call.log.iter().map(|line| line.message.len()).sum();
    assert!(bytes <= 4 * 64 * 1024, "{bytes}");
    assert!(
        call.log.last().unwrap().message.contains("dropped"),
        "{:?}",
        call.log.last()
    );
    assert_eq!(call.host_calls, 5_000);

    let error = failure(
        &core(imports, "", &body(5_000)),
        Limits {
            host_calls: 4_000,
            ..limits()
        },
    );
    assert_eq!(error.failure, Failure::HostCalls { limit: 4_000 });
    assert!(error.context.log.len() > 1);
}

#[test]
fn a_host_call_flood_is_stopped() {
    let imports = r#"(import "buildfix:fixer/workspace@0.1.0" "read-file"
        (func $read (param i32 i32 i32)))"#;
    let body = "(loop $l
        (global.set $top (i32.const 65536))
        (call $read (i32.const 3000) (i32.const 8) (i32.const 4000))
        (br $l)) unreachable";
    let plugin = load(
        &core(imports, "", body),
        Limits {
            host_calls: 2_000,
            wall: Duration::from_secs(60),
            ..limits()
        },
    );
    let host = Arc::new(Host::default());
    let error = call_with(&plugin, Arc::clone(&host)).unwrap_err();
    assert_eq!(
        error.failure,
        Failure::HostCalls { limit: 2_000 },
        "{error}"
    );
    assert_eq!(host.asked.lock().unwrap().len(), 2_000);
}

#[test]
fn a_gigabyte_as_an_argument_is_not_copied() {
    let imports = r#"(import "buildfix:fixer/workspace@0.1.0" "read-file"
        (func $read (param i32 i32 i32)))"#;
    let body = "(drop (memory.grow (i32.const 900)))
        (call $read (i32.const 0) (i32.const 50000000) (i32.const 4000)) unreachable";
    let error = failure(&core(imports, "", body), limits());
    assert_eq!(
        error.failure,
        Failure::OutputTooLarge { limit: 16 << 20 },
        "{error}"
    );
}

#[test]
fn the_guests_own_error_is_tamed() {
    let body = r#"(memory.fill (i32.const 4000) (i32.const 27) (i32.const 100000))
        (i32.store8 (i32.const 1024) (i32.const 1))
        (i32.store (i32.const 1028) (i32.const 4000)) (i32.store (i32.const 1032) (i32.const 100000))
        (i32.const 1024)"#;
    let error = failure(&core("", "", body), limits());
    assert!(!error.to_string().contains('\u{1b}'));
    assert!(error.to_string().len() < 20_000);
}

#[test]
fn a_hostile_call_does_not_hold_up_the_others() {
    let limits = Limits {
        wall: Duration::from_millis(500),
        ..endless()
    };
    let sandbox = sandbox(limits);
    let hostile = sandbox
        .load("h", &guest(&core("", "", "(loop $l (br $l)) unreachable")))
        .unwrap();
    let good = sandbox.load("g", &guest(&good_core())).unwrap();
    // One thread for all: only the yields let the good ones in.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let host = Arc::new(Host::default());
        let bad = hostile.call(request(), host.clone());
        let fine = async {
            tokio::task::yield_now().await;
            let started = Instant::now();
            good.call(request(), host.clone()).await.unwrap();
            started.elapsed()
        };
        let (bad, fine) = tokio::join!(bad, fine);
        assert!(matches!(bad.unwrap_err().failure, Failure::Deadline { .. }));
        assert!(fine < Duration::from_millis(500), "{fine:?}");
    });
}
