//! When components are compiled, and when they are not.

mod support;

use buildfix_sandbox::{Failure, Limits, Refusal, Sandbox, SandboxOptions};
use std::path::Path;
use std::time::Duration;
use support::*;

fn cached(dir: &Path) -> Sandbox {
    let options = SandboxOptions {
        cache_dir: Some(dir.join("code")),
        limits: limits(),
        ..SandboxOptions::default()
    };
    let sandbox = Sandbox::new(options).unwrap();
    assert_eq!(sandbox.cache_problem(), None);
    sandbox
}

#[test]
fn the_first_call_loads_a_plugin() {
    let plugin = sandbox(limits())
        .open("guest.wasm", guest(&good_core()))
        .unwrap();
    assert_eq!(plugin.manifest().name, "acme/guest");
    assert!(!plugin.is_loaded());
    assert!(call(&plugin).is_ok());
    assert!(plugin.is_loaded());
    assert!(call(&plugin.clone()).is_ok());
}

#[test]
fn a_plugin_that_cannot_be_compiled_is_named_when_it_is_called() {
    let limits = Limits {
        compile: Duration::ZERO,
        ..limits()
    };
    let plugin = sandbox(limits)
        .open("guest.wasm", guest(&good_core()))
        .expect("its sections are in order");
    assert!(!plugin.compile_ahead());
    for _ in 0..2 {
        let error = call(&plugin).unwrap_err();
        assert!(
            matches!(
                error.failure,
                Failure::Load(Refusal::CompileDeadline { .. })
            ),
            "{error:?}"
        );
        assert_eq!(
            error.to_string(),
            "plugin `acme/guest` 1.2.3 did not compile within 0 s"
        );
        assert!(!error.failure.is_deterministic());
    }
}

#[test]
fn what_is_compiled_ahead_is_not_compiled_again() {
    let dir = tempfile::tempdir().unwrap();
    let open = || {
        cached(dir.path())
            .open("guest.wasm", guest(&good_core()))
            .unwrap()
    };
    let plugin = open();
    assert!(plugin.compile_ahead());
    assert!(!plugin.is_loaded(), "nobody has asked for it");
    assert!(!plugin.compile_ahead());
    let next = open();
    assert!(!next.compile_ahead(), "an earlier process did");
    assert!(call(&next).is_ok());
    // Without a cache there is nothing to compile into.
    let bare = sandbox(limits())
        .open("guest.wasm", guest(&good_core()))
        .unwrap();
    assert!(!bare.compile_ahead());
}

#[test]
fn a_loaded_plugin_counts_as_compiled() {
    let dir = tempfile::tempdir().unwrap();
    let first = cached(dir.path())
        .load("guest.wasm", &guest(&good_core()))
        .unwrap();
    assert!(first.is_loaded());
    let next = cached(dir.path())
        .open("guest.wasm", guest(&good_core()))
        .unwrap();
    assert!(!next.compile_ahead());
}
