//! The result cache: what is a hit, and what makes a miss.

mod support;

use buildfix_sandbox::cache::{Mode, ResultCache, ResultCacheOptions, Round};
use buildfix_sandbox::{Failure, Limits, Tiers};
use std::sync::Arc;
use std::time::Duration;
use support::cached::*;
use support::*;

#[test]
fn the_second_run_is_a_hit_and_gives_the_same_call() {
    let place = Place::new();
    place.write("a.txt", "first");
    let plugin = load(
        &Script::default().log("reading").read("a.txt").answer(),
        limits(),
    );
    let run = place.ask(&plugin).miss("no record").unwrap();
    assert_eq!(edit(&run), ("first", 0));
    let mut hit = place.ask(&plugin).hit().unwrap();
    assert!(hit.cached && !run.cached && hit.elapsed.is_zero());
    hit.elapsed = run.elapsed;
    hit.cached = false;
    assert_eq!(hit, run);
    assert_eq!(hit.log.len(), 1);
}

#[test]
fn a_dependency_that_changes_is_a_miss_the_second_one_too() {
    let place = Place::new();
    place.write("a.txt", "a");
    place.write("b.txt", "b");
    let plugin = load(
        &Script::default().read("a.txt").read("b.txt").answer(),
        limits(),
    );
    place.ask(&plugin).miss("no record").unwrap();
    place.write("b.txt", "B");
    let call = place.ask(&plugin).miss("content(b.txt) changed").unwrap();
    assert_eq!(edit(&call), ("B", 0));
    assert_eq!(edit(&place.ask(&plugin).hit().unwrap()), ("B", 0));
    place.write("a.txt", "A");
    place.ask(&plugin).miss("content(a.txt) changed").unwrap();
    // What was true before is still known.
    place.write("a.txt", "a");
    place.write("b.txt", "b");
    assert_eq!(edit(&place.ask(&plugin).hit().unwrap()), ("b", 0));
}

#[test]
fn a_file_that_was_absent_and_appears_is_a_miss() {
    let place = Place::new();
    let plugin = load(&Script::default().read("new.txt").answer(), limits());
    let call = place.ask(&plugin).miss("no record").unwrap();
    assert_eq!(edit(&call).0, "`new.txt` does not exist");
    place.ask(&plugin).hit().unwrap();
    place.write("new.txt", "here");
    let call = place.ask(&plugin).miss("now exists(new.txt)").unwrap();
    assert_eq!(edit(&call).0, "here");
    place.remove("new.txt");
    // The record of its absence holds again.
    let call = place.ask(&plugin).hit().unwrap();
    assert_eq!(edit(&call).0, "`new.txt` does not exist");
}

#[test]
fn a_file_that_goes_is_a_miss() {
    let place = Place::new();
    place.write("a.txt", "a");
    let plugin = load(&Script::default().read("a.txt").answer(), limits());
    place.ask(&plugin).miss("no record").unwrap();
    place.remove("a.txt");
    place.ask(&plugin).miss("now gone(a.txt)").unwrap();
}

#[test]
fn a_new_file_in_a_listing_is_a_miss_and_another_is_not() {
    let place = Place::new();
    let plugin = load(&Script::default().list("**/*.rs").answer(), limits());
    let call = place.ask(&plugin).miss("no record").unwrap();
    assert_eq!(edit(&call).1, 1);
    place.write("notes.txt", "not in the listing");
    place.ask(&plugin).hit().unwrap();
    place.write("src/more.rs", "");
    let call = place.ask(&plugin).miss("listing(**/*.rs) changed").unwrap();
    assert_eq!(edit(&call).1, 2);
}

#[test]
fn symbols_and_syntax_are_verified() {
    let place = Place::new();
    place.write("src/a.rs", "struct A;\n");
    let finds = load(&Script::default().find("A").answer(), limits());
    let queries = load(
        &Script::default().query("src/a.rs", "struct").answer(),
        limits(),
    );
    for plugin in [&finds, &queries] {
        place.ask(plugin).miss("").unwrap();
        assert_eq!(edit(&place.ask(plugin).hit().unwrap()).1, 1);
    }
    // The declaration moves: the guest would see another place.
    place.write("src/a.rs", "\nstruct A;\n");
    place.ask(&finds).miss("find(rust, A) changed").unwrap();
    place
        .ask(&queries)
        .miss("content(src/a.rs) changed")
        .unwrap();
    place.write("src/b.rs", "struct A; struct B;\n");
    let call = place.ask(&finds).miss("find(rust, A) changed").unwrap();
    assert_eq!(edit(&call).1, 2);
    place.ask(&queries).hit().unwrap();
    place.remove("src/a.rs");
    // Why a query is refused is an answer too.
    place.ask(&queries).miss("now gone(src/a.rs)").unwrap();
    place.ask(&queries).hit().unwrap();
    place.write("src/a.rs", "struct A; struct A;");
    place.ask(&queries).miss("query(src/a.rs) changed").unwrap();
}

#[test]
fn an_edit_of_the_same_size_and_time_is_a_miss() {
    let place = Place::new();
    place.write("a.txt", "one");
    let path = place.root().join("a.txt");
    let plugin = load(&Script::default().read("a.txt").answer(), limits());
    let time = std::fs::metadata(&path).unwrap().modified().unwrap();
    place.ask(&plugin).miss("no record").unwrap();
    place.write("a.txt", "two");
    std::fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let call = place.ask(&plugin).miss("content(a.txt) changed").unwrap();
    assert_eq!(edit(&call).0, "two");
}

#[test]
fn settings_in_another_order_hit_and_another_value_misses() {
    let place = Place::new();
    let plugin = load(&good_core(), limits());
    let with = |pairs: &[(&str, &str)]| {
        let mut request = request();
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        request.config = pairs.iter().map(pair).collect();
        request
    };
    let ask = |pairs: &[(&str, &str)]| place.ask_about(&plugin, with(pairs));
    ask(&[("a", "1"), ("b", "2")]).miss("no record").unwrap();
    ask(&[("b", "2"), ("a", "1")]).hit().unwrap();
    ask(&[("a", "1"), ("b", "3")])
        .miss("changed since the last record: config(b)")
        .unwrap();
    ask(&[("a", "1")]).miss("config(b)").unwrap();
}

#[test]
fn a_workspace_that_moved_hits() {
    let place = Place::new();
    place.write("a.txt", "a");
    let plugin = load(
        &Script::default().read("a.txt").list("**/*.rs").answer(),
        limits(),
    );
    place.ask(&plugin).miss("no record").unwrap();
    let moved = place.temp.path().join("elsewhere");
    std::fs::rename(place.root(), &moved).unwrap();
    ask(&place.cache(Mode::Use), &plugin, &moved, request())
        .hit()
        .unwrap();
}

#[test]
fn diagnostics_may_be_numbered_otherwise() {
    let place = Place::new();
    let plugin = load(&good_core(), limits());
    let run = place.ask(&plugin).miss("no record").unwrap();
    assert_eq!(run.response.fixes[0].answers, [7]);
    let mut request = request();
    request.diagnostics[0].id = 123;
    let hit = place.ask_about(&plugin, request).hit().unwrap();
    assert_eq!(hit.response.fixes[0].answers, [123]);
}

#[test]
fn a_guest_cannot_tell_what_the_key_does_not() {
    // The diagnostic's id, as the guest sees it, is the edit's start.
    let body = format!(
        "{} (i32.store (i32.const 2120) (i32.load (local.get $diagnostics)))",
        one_fix("src/lib.rs", 0, 0)
    );
    let plugin = load(&core("", &texts("src/lib.rs"), &body), limits());
    let place = Place::new();
    assert_eq!(edit(&place.ask(&plugin).miss("no record").unwrap()).1, 0);
    // Without a cache it is called with the same request.
    let round = Round::new(None, Arc::new(Folder(place.root())));
    let (call, ran) = runtime().block_on(call_in(&round, &plugin, request()));
    assert!(ran);
    assert_eq!(edit(&call.unwrap()).1, 0);
}

#[test]
fn another_file_diagnostic_component_or_limit_is_a_miss() {
    let place = Place::new();
    let plugin = load(&good_core(), limits());
    place.ask(&plugin).miss("no record").unwrap();
    let mut other = request();
    other.file.text.push('\n');
    place
        .ask_about(&plugin, other)
        .miss("changed since the last record: content(src/lib.rs)")
        .unwrap();
    let mut other = request();
    other.diagnostics[0].message.push('!');
    place
        .ask_about(&plugin, other)
        .miss("changed since the last record: diagnostics")
        .unwrap();
    // The same name and version.
    let rebuilt = load(
        &format!("{}\n(;;)", good_core().replace("add a semi", "Add a semi")),
        limits(),
    );
    place
        .ask(&rebuilt)
        .miss("changed since the last record: plugin")
        .unwrap();
    let smaller = load(
        &good_core(),
        Limits {
            edits: 5,
            ..limits()
        },
    );
    place
        .ask(&smaller)
        .miss("changed since the last record: buildfix, its limits or the salt")
        .unwrap();
    let salted = ResultCache::new(ResultCacheOptions {
        salt: "another".to_owned(),
        ..options(&place.cache_dir())
    });
    ask(&salted, &plugin, &place.root(), request())
        .miss("salt")
        .unwrap();
    place.ask(&plugin).hit().unwrap();
}

#[test]
fn fuel_decides_whether_a_record_holds() {
    let place = Place::new();
    let guest = Script::default().spin(100_000).answer();
    let with = |fuel| {
        load(
            &guest,
            Limits {
                fuel,
                fuel_per_byte: 0,
                tiers: Tiers::new(&[]).unwrap(),
                ..limits()
            },
        )
    };
    let run = place.ask(&with(20_000_000)).miss("no record").unwrap();
    let used = run.fuel_used;
    assert!(used > 300_000, "{used}");
    // More, or exactly as much, changes nothing.
    assert_eq!(place.ask(&with(used)).hit().unwrap().fuel_budget, used);
    place.ask(&with(u64::MAX >> 32)).hit().unwrap();
    // Less does. (Fuel is looked at once a loop, so a few units too little may
    // do.)
    let less = used - 100;
    let error = place.ask(&with(less)).miss("budget").unwrap_err();
    assert_eq!(
        error.failure,
        Failure::OutOfFuel {
            used: less,
            tiers: 1
        }
    );
    // That it ran out is known for every budget up to that one.
    let error = place.ask(&with(less)).hit().unwrap_err();
    assert_eq!(
        error.failure,
        Failure::OutOfFuel {
            used: less,
            tiers: 1
        }
    );
    assert!(error.context.cached);
    let error = place.ask(&with(1_000)).hit().unwrap_err();
    assert_eq!(
        error.failure,
        Failure::OutOfFuel {
            used: 1_000,
            tiers: 1
        }
    );
    // And the answer is still known for those that allow it.
    place.ask(&with(used)).hit().unwrap();
}

#[test]
fn a_hit_tells_the_tier_that_it_would_end_in() {
    let place = Place::new();
    let guest = Script::default().spin(100_000).answer();
    let with = |fuel| {
        load(
            &guest,
            Limits {
                fuel,
                fuel_per_byte: 0,
                ..limits()
            },
        )
    };
    let run = place.ask(&with(200_000)).miss("no record").unwrap();
    assert_eq!((run.tier, run.fuel_budget), (3, 2_000_000));
    let hit = place.ask(&with(200_000)).hit().unwrap();
    assert_eq!((hit.tier, hit.fuel_used), (3, run.fuel_used));
    // With larger tiers it ends in an earlier one.
    assert_eq!(place.ask(&with(1_000_000)).hit().unwrap().tier, 1);
    let error = place.ask(&with(10_000)).miss("budget").unwrap_err();
    assert_eq!(error.context.tier, 4);
    assert_eq!(
        place.ask(&with(10_000)).hit().unwrap_err().failure,
        error.failure
    );
}

#[test]
fn no_fix_errors_and_crashes_are_kept() {
    let place = Place::new();
    place.write("a.txt", "why not");
    let nothing = load(&Script::default().read("a.txt").nothing(), limits());
    let fails = load(&Script::default().read("a.txt").fail(), limits());
    let crashes = load(&Script::default().log("now").crash(), limits());
    place.ask(&nothing).miss("no record").unwrap();
    assert!(place.ask(&nothing).hit().unwrap().response.fixes.is_empty());
    for (plugin, log) in [(&fails, 0), (&crashes, 1)] {
        let run = place.ask(plugin).miss("").unwrap_err();
        let hit = place.ask(plugin).hit().unwrap_err();
        assert_eq!(hit.failure, run.failure);
        assert_eq!(hit.context.fuel_used, run.context.fuel_used);
        assert_eq!(hit.context.log, run.context.log);
        assert_eq!(hit.context.log.len(), log);
        assert_eq!(hit.to_string(), run.to_string());
    }
    place.write("a.txt", "another reason");
    let error = place
        .ask(&fails)
        .miss("content(a.txt) changed")
        .unwrap_err();
    assert_eq!(error.failure, Failure::Guest("another reason".to_owned()));
}

#[test]
fn what_the_clock_or_the_host_ended_is_not_kept() {
    let place = Place::new();
    let hurried = load(
        &Script::default().spin(u32::MAX).answer(),
        Limits {
            wall: Duration::from_millis(50),
            fuel: u64::MAX >> 16,
            fuel_max: u64::MAX >> 16,
            ..limits()
        },
    );
    for _ in 0..2 {
        let error = place.ask(&hurried).miss("no record").unwrap_err();
        assert!(matches!(error.failure, Failure::Deadline { .. }), "{error}");
    }
    let reads = load(&Script::default().read("a.txt").answer(), limits());
    let broken = Arc::new(Host {
        broken: true,
        ..Host::default()
    });
    let cache = place.cache(Mode::Use);
    let round = Round::new(Some(cache.clone()), broken);
    let (result, _) = runtime().block_on(call_in(&round, &reads, request()));
    assert!(matches!(result.unwrap_err().failure, Failure::Host(_)));
    // A call that is cancelled is dropped, with all that it would have kept.
    let slow = load(&Script::default().read("a.txt").answer(), limits());
    let round = Round::new(
        Some(cache),
        Arc::new(Host {
            slow: Duration::from_millis(500),
            ..Host::default()
        }),
    );
    let runtime = runtime();
    let cancelled = runtime.block_on(async {
        tokio::time::timeout(Duration::from_millis(50), call_in(&round, &slow, request())).await
    });
    assert!(cancelled.is_err());
    drop(runtime);
    assert!(place.files().is_empty(), "{:?}", place.files());
}

#[test]
fn at_most_sixteen_records_are_kept_and_the_oldest_goes() {
    let place = Place::new();
    let plugin = load(&Script::default().read("a.txt").answer(), limits());
    for number in 0..20 {
        place.write("a.txt", &format!("text {number}"));
        place.ask(&plugin).miss("").unwrap();
    }
    for number in (4..20).rev() {
        place.write("a.txt", &format!("text {number}"));
        place.ask(&plugin).hit().unwrap();
    }
    for number in 0..4 {
        place.write("a.txt", &format!("text {number}"));
        place.ask(&plugin).miss("content(a.txt) changed").unwrap();
    }
    place.file();
}

#[test]
fn recache_runs_again_and_disowns_what_was_known() {
    let place = Place::new();
    place.write("a.txt", "a");
    let plugin = load(&Script::default().read("a.txt").answer(), limits());
    place.ask(&plugin).miss("no record").unwrap();
    place.write("a.txt", "b");
    let recache = place.cache(Mode::Recache);
    ask(&recache, &plugin, &place.root(), request())
        .miss("asked to run again")
        .unwrap();
    place.ask(&plugin).hit().unwrap();
    place.write("a.txt", "a");
    place.ask(&plugin).miss("content(a.txt) changed").unwrap();
}

#[test]
fn an_answer_in_flight_is_not_lost_to_another_one() {
    let place = Place::new();
    let plugin = load(&Script::default().read("a.txt").answer(), limits());
    let cache = place.cache(Mode::Use);
    let runtime = runtime();
    let round = Arc::new(Round::new(
        Some(cache.clone()),
        Arc::new(Folder(place.root())),
    ));
    let calls: Vec<_> = (0..50)
        .map(|id| {
            let (round, plugin) = (Arc::clone(&round), plugin.clone());
            runtime.spawn(async move {
                let mut request = request();
                request.diagnostics[0].line = id % 5;
                request.diagnostics[0].id = id;
                let (call, _) = call_in(&round, &plugin, request).await;
                (id, call.unwrap())
            })
        })
        .collect();
    for call in calls {
        let (id, call) = runtime.block_on(call).unwrap();
        assert_eq!(call.response.fixes[0].answers, [id]);
    }
    assert_eq!(place.files().len(), 5);
    let counters = cache.counters();
    assert_eq!(counters.hits + counters.missed(), 50);
    for line in 0..5 {
        let mut request = request();
        request.diagnostics[0].line = line;
        place.ask_about(&plugin, request).hit().unwrap();
    }
}
