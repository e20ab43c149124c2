use super::*;
use std::sync::atomic::{AtomicU64, Ordering};

const DIGEST: &str = "0123abcd";

/// Breakers with a clock that the test sets; one for each test.
macro_rules! clock {
    () => {{
        static NOW: AtomicU64 = AtomicU64::new(1_000_000_000);
        fn read() -> Millis {
            NOW.load(Ordering::Relaxed)
        }
        (&NOW, read as fn() -> Millis)
    }};
}

fn fail(breakers: &Breakers) {
    breakers.change(DIGEST, "p", |record, now| record.fail(now, "crashed"));
}

fn permit(breakers: &Breakers) -> Permit {
    breakers.permit_of(DIGEST, "p")
}

#[test]
fn five_failures_in_the_period_open_it_and_a_trial_closes_it() {
    let (now, clock) = clock!();
    let dir = tempfile::tempdir().unwrap();
    let breakers = Breakers::with_clock(Some(dir.path().join("b")), clock);
    for failures in 0..FAILURES {
        assert_eq!(breakers.state(DIGEST), BreakerState::Closed { failures });
        assert_eq!(permit(&breakers), Permit::Call);
        fail(&breakers);
        now.fetch_add(10_000, Ordering::Relaxed);
    }
    let Permit::Refused(why) = permit(&breakers) else {
        panic!()
    };
    assert!(
        why.contains("`p` is not asked") && why.contains("crashed"),
        "{why}"
    );
    assert!(why.contains("290 s"), "{why}");

    // Another run sees the same.
    let again = Breakers::with_clock(Some(dir.path().join("b")), clock);
    assert!(matches!(permit(&again), Permit::Refused(_)));

    now.fetch_add(290_000, Ordering::Relaxed);
    assert_eq!(permit(&breakers), Permit::Trial);
    // One trial at a time, over all processes.
    assert!(matches!(permit(&again), Permit::Refused(_)));
    breakers.end_trial(DIGEST, "p", true);
    assert_eq!(permit(&breakers), Permit::Call);
    assert_eq!(breakers.state(DIGEST), BreakerState::Closed { failures: 0 });
    let third = Breakers::with_clock(Some(dir.path().join("b")), clock);
    assert_eq!(permit(&third), Permit::Call);
}

#[test]
fn a_failed_trial_opens_it_again_and_a_lost_one_is_given_anew() {
    let (now, clock) = clock!();
    let breakers = Breakers::with_clock(None, clock);
    (0..FAILURES).for_each(|_| fail(&breakers));
    now.fetch_add(300_000, Ordering::Relaxed);
    assert_eq!(permit(&breakers), Permit::Trial);
    fail(&breakers);
    assert!(matches!(permit(&breakers), Permit::Refused(_)));
    now.fetch_add(300_000, Ordering::Relaxed);
    assert_eq!(permit(&breakers), Permit::Trial);
    // Its process was killed.
    now.fetch_add(60_001, Ordering::Relaxed);
    assert_eq!(permit(&breakers), Permit::Trial);
    // And one that told nothing.
    breakers.end_trial(DIGEST, "p", false);
    assert_eq!(permit(&breakers), Permit::Trial);
}

#[test]
fn failures_far_apart_do_not_open_it() {
    let (now, clock) = clock!();
    let breakers = Breakers::with_clock(None, clock);
    for _ in 0..20 {
        fail(&breakers);
        now.fetch_add(80_000, Ordering::Relaxed);
    }
    assert_eq!(permit(&breakers), Permit::Call);
    // A clock that goes back takes failures into the future: they are dropped.
    now.fetch_sub(10_000_000, Ordering::Relaxed);
    assert_eq!(breakers.state(DIGEST), BreakerState::Closed { failures: 0 });
}

#[test]
fn damaged_files_and_folders_are_no_state() {
    let dir = tempfile::tempdir().unwrap();
    let path = file(dir.path(), DIGEST);
    let broken: [&[u8]; 5] = [
        b"",
        b"{\"format\":1",
        b"\xff\xfe\x00",
        b"{\"format\":99,\"plugin\":\"p\",\"failures\":[],\"opened\":1,\"trial\":null,\"last\":\"\"}",
        b"{\"format\":1,\"plugin\":\"p\",\"failures\":[-1],\"opened\":1,\"trial\":null,\"last\":\"\"}",
    ];
    for bytes in broken {
        std::fs::write(&path, bytes).unwrap();
        let breakers = Breakers::new(Some(dir.path().to_owned()));
        assert_eq!(permit(&breakers), Permit::Call);
        fail(&breakers);
        assert_eq!(read(&path).unwrap().failures.len(), 1);
    }
    // A folder that is a file: the state lasts for the run.
    let breakers = Breakers::new(Some(path.join("b")));
    (0..FAILURES).for_each(|_| fail(&breakers));
    assert!(matches!(permit(&breakers), Permit::Refused(_)));
}

#[test]
fn two_at_once_lose_no_failure() {
    let dir = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| fail(&Breakers::new(Some(dir.path().to_owned()))));
        }
    });
    let breakers = Breakers::new(Some(dir.path().to_owned()));
    assert_eq!(breakers.state(DIGEST), BreakerState::Closed { failures: 4 });
}
