//! `--verify-cache`: what is known against what a run gives.

mod support;

use buildfix_sandbox::cache::{End, Fault, Mode};
use std::fs;
use support::cached::*;
use support::*;

#[test]
fn a_hit_that_is_right_is_run_and_told_nothing_of() {
    let place = Place::new();
    place.write("a.txt", "a");
    let plugin = load(&Script::default().read("a.txt").answer(), limits());
    place.ask(&plugin).miss("no record").unwrap();
    let cache = place.cache(Mode::Verify);
    let asked = ask(&cache, &plugin, &place.root(), request());
    assert!(asked.ran && cache.differences().is_empty());
    assert_eq!(cache.counters().hits, 1);
}

#[test]
fn a_hit_that_is_wrong_is_told_and_replaced() {
    let place = Place::new();
    place.write("a.txt", "a");
    let plugin = load(
        &Script::default().read("a.txt").log("so").answer(),
        limits(),
    );
    place.ask(&plugin).miss("no record").unwrap();
    // An entry as a host that is not deterministic would have written it.
    let cache = place.cache(Mode::Verify);
    let key = cache.find("")[0];
    let mut entry = cache.entry(key).unwrap();
    let record = &mut entry.records[0];
    let End::Answer { response, .. } = &mut record.end else {
        panic!("{record:?}")
    };
    response.fixes[0].edits[0].text = "b".to_owned();
    record.fuel_used += 1;
    record.log.clear();
    fs::write(place.file(), entry.encode().unwrap()).unwrap();
    assert_eq!(edit(&place.ask(&plugin).hit().unwrap()).0, "b");

    let call = ask(&cache, &plugin, &place.root(), request())
        .result
        .unwrap();
    assert_eq!(edit(&call).0, "a");
    let [difference] = &cache.differences()[..] else {
        panic!("{:?}", cache.differences())
    };
    assert_eq!(difference.what, ["answer", "fuel", "log"]);
    assert_eq!(difference.plugin, "acme/guest");
    assert!(key.to_string().starts_with(&difference.key));
    assert_eq!(edit(&place.ask(&plugin).hit().unwrap()).0, "a");
}

#[test]
fn a_failure_is_compared_too() {
    let place = Place::new();
    place.write("a.txt", "a");
    let plugin = load(&Script::default().read("a.txt").fail(), limits());
    place.ask(&plugin).miss("no record").unwrap_err();
    let cache = place.cache(Mode::Verify);
    ask(&cache, &plugin, &place.root(), request())
        .result
        .unwrap_err();
    assert!(cache.differences().is_empty());
    let mut entry = cache.entry(cache.find("")[0]).unwrap();
    entry.records[0].end = End::Failure(Fault::Guest("b".to_owned()));
    fs::write(place.file(), entry.encode().unwrap()).unwrap();
    ask(&cache, &plugin, &place.root(), request())
        .result
        .unwrap_err();
    assert_eq!(cache.differences()[0].what, ["failure"]);
}
