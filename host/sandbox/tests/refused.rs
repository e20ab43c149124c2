//! Components that are refused before any of their code is compiled or run.

mod support;

use buildfix_sandbox::{LoadError, Refusal};
use support::*;

fn refused(bytes: &[u8]) -> LoadError {
    let sandbox = sandbox(limits());
    let error = sandbox.load("dir/guest.wasm", bytes).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("guest.wasm"), "names its file: {text}");
    // Judged the same without a name, and before it is compiled.
    if !matches!(error.refusal(), Refusal::Contract(_) | Refusal::Compile(_)) {
        assert_eq!(
            sandbox.preflight(bytes).unwrap_err().refusal(),
            error.refusal()
        );
    }
    error
}

#[test]
fn preflight_reports_what_it_found() {
    let bytes = guest(&good_core());
    let preflight = sandbox(limits()).preflight(&bytes).unwrap();
    assert_eq!(preflight.manifest.name, "acme/guest");
    assert_eq!(preflight.imports, ["buildfix:fixer/types@0.1.0"]);
    assert_eq!(preflight.exports, ["fix"]);
    assert_eq!(preflight.world.to_string(), "0.1.0");
    assert_eq!(preflight.digest, blake3::hash(&bytes).to_hex().to_string());
}

#[test]
fn another_abi_version_says_which_side_must_upgrade() {
    let old_core = good_core();
    for (version, side) in [
        ("0.3.0", "upgrade buildfix"),
        ("0.0.9", "older than this buildfix"),
    ] {
        let newer = |text: &str| text.replace("0.1.0", version);
        let bytes = component_of(
            &newer(&old_core),
            &newer(&wit()),
            &[newer(MANIFEST).as_bytes()],
        );
        let error = refused(&bytes);
        let expected = format!(
            "plugin `acme/guest` 1.2.3 (dir/guest.wasm) needs buildfix:fixer@{version}, \
             this buildfix provides 0.1"
        );
        assert_eq!(error.to_string(), expected);
        assert!(error.help().unwrap().contains(side), "{:?}", error.help());
    }
}

#[test]
fn a_newer_patch_version_loads_as_far_as_the_host_has_it() {
    let newer = |text: &str| text.replace("0.1.0", "0.1.4");
    let manifest = newer(MANIFEST);
    let wit = newer(&wit());
    let bytes = component_of(&good_core(), &wit, &[manifest.as_bytes()]);
    let plugin = sandbox(limits()).load("g", &bytes).unwrap();
    assert_eq!(call(&plugin).unwrap().response.fixes.len(), 1);

    // An interface of the future.
    let wit = wit.replace(
        "world fixer {",
        "interface clock { now: func() -> u64; }\nworld fixer { import clock;",
    );
    let import = r#"(import "buildfix:fixer/clock@0.1.4" "now" (func $now (result i64)))"#;
    let body = format!("(drop (call $now)) {RETURN_NOTHING}");
    let bytes = component_of(&core(import, "", &body), &wit, &[manifest.as_bytes()]);
    let error = refused(&bytes);
    assert!(matches!(error.refusal(), Refusal::TooNew { .. }), "{error}");
    assert_eq!(error.help().unwrap(), "upgrade buildfix");
}

#[test]
fn wasi_is_refused_by_name() {
    let wit = wit().replace(
        "world fixer {",
        "world fixer { import wasi:cli/environment@0.2.0;",
    ) + "\npackage wasi:cli@0.2.0 { interface environment { initial-cwd: func() -> u32; } }";
    let import = r#"(import "wasi:cli/environment@0.2.0" "initial-cwd" (func $cwd (result i32)))"#;
    let body = format!("(drop (call $cwd)) {RETURN_NOTHING}");
    let bytes = component_of(&core(import, "", &body), &wit, &[MANIFEST.as_bytes()]);
    let error = refused(&bytes);
    assert_eq!(
        error.refusal(),
        &Refusal::Wasi {
            import: "wasi:cli/environment@0.2.0".to_owned()
        }
    );
    assert!(
        error
            .to_string()
            .contains("imports `wasi:cli/environment@0.2.0`"),
        "{error}"
    );
    assert!(error.help().unwrap().contains("WASI"));
}

#[test]
fn foreign_imports_and_exports_are_refused_by_name() {
    let foreign = wit().replace("world fixer {", "world fixer { import host: func();");
    let import = r#"(import "$root" "host" (func $host))"#;
    let body = format!("(call $host) {RETURN_NOTHING}");
    let error = refused(&component_of(
        &core(import, "", &body),
        &foreign,
        &[MANIFEST.as_bytes()],
    ));
    assert_eq!(
        error.refusal(),
        &Refusal::Import {
            import: "host".to_owned()
        }
    );

    let extra = wit().replace("world fixer {", "world fixer { export spy: func();");
    let items = r#"(func (export "spy"))"#;
    let error = refused(&component_of(
        &core("", items, RETURN_NOTHING),
        &extra,
        &[MANIFEST.as_bytes()],
    ));
    assert_eq!(
        error.refusal(),
        &Refusal::Export {
            export: "spy".to_owned()
        }
    );
}

#[test]
fn a_component_without_fix_or_with_another_fix_is_refused() {
    let mut empty = b"\0asm\x0d\0\x01\0".to_vec();
    append_section(&mut empty, "buildfix:manifest", MANIFEST.as_bytes());
    assert_eq!(refused(&empty).refusal(), &Refusal::NoFix);

    // `fix` is there, but takes a number.
    let mut other = wat::parse_str(
        r#"(component
          (core module $m (func (export "fix") (param i32) (result i32) (local.get 0)))
          (core instance $i (instantiate $m))
          (func $fix (param "request" u32) (result u32) (canon lift (core func $i "fix")))
          (export "fix" (func $fix)))"#,
    )
    .unwrap();
    append_section(&mut other, "buildfix:manifest", MANIFEST.as_bytes());
    let error = refused(&other);
    assert!(matches!(error.refusal(), Refusal::Contract(_)), "{error}");

    // Interfaces of the right name with a function of another type.
    let wit = wit().replace(
        "write: func(level: string, message: string);",
        "write: func(level: u32);",
    );
    let import = r#"(import "buildfix:fixer/log@0.1.0" "write" (func $log (param i32)))"#;
    let body = format!("(call $log (i32.const 1)) {RETURN_NOTHING}");
    let error = refused(&component_of(
        &core(import, "", &body),
        &wit,
        &[MANIFEST.as_bytes()],
    ));
    assert!(matches!(error.refusal(), Refusal::Contract(_)), "{error}");
}

#[test]
fn forged_manifests_are_refused() {
    let core = good_core();
    let with = |manifests: &[&[u8]]| refused(&component_of(&core, &wit(), manifests));
    assert_eq!(with(&[]).refusal(), &Refusal::NoManifest);
    let good = MANIFEST.as_bytes();
    assert_eq!(with(&[good, good]).refusal(), &Refusal::TwoManifests);

    // A world that is not the component's.
    let error = with(&[MANIFEST.replace("fixer@0.1.0", "fixer@0.1.9").as_bytes()]);
    assert!(matches!(error.refusal(), Refusal::World { .. }), "{error}");
    let error = with(&[MANIFEST.replace("fixer@0.1.0", "fixer@2.0.0").as_bytes()]);
    assert!(matches!(error.refusal(), Refusal::World { .. }), "{error}");

    let mut huge = vec![b'#'; 10 << 20];
    huge[0] = b'\n';
    let homoglyph = MANIFEST.replace("acme/guest", "\u{430}cme/guest");
    let traversal = MANIFEST.replace("acme/guest", "../../bin/sh");
    let version = MANIFEST.replace("1.2.3", "one");
    let classes = MANIFEST.replace("rust/*", "everything");
    let unknown = MANIFEST.replace("[fixer]", "trusted = true\n[fixer]");
    for forged in [
        &huge,
        homoglyph.as_bytes(),
        traversal.as_bytes(),
        version.as_bytes(),
        classes.as_bytes(),
        unknown.as_bytes(),
        b"\xff\xfe",
        b"",
    ] {
        let error = with(&[forged]);
        assert!(matches!(error.refusal(), Refusal::Manifest(_)), "{error}");
        assert!(error.to_string().len() < 600, "{error}");
        assert!(error.help().is_some());
    }
}

#[test]
fn a_manifest_inside_a_part_is_not_the_components() {
    let mut module = wat::parse_str("(module)").unwrap();
    append_section(&mut module, "buildfix:manifest", MANIFEST.as_bytes());
    let mut component = b"\0asm\x0d\0\x01\0".to_vec();
    use wasm_encoder::{ComponentSection, Encode, RawSection};
    let section = RawSection {
        id: 1,
        data: &module,
    };
    component.push(ComponentSection::id(&section));
    section.encode(&mut component);
    assert_eq!(refused(&component).refusal(), &Refusal::NoManifest);
}

#[test]
fn a_core_module_or_anything_else_is_refused() {
    let module = wat::parse_str(good_core()).unwrap();
    let error = refused(&module);
    assert_eq!(error.refusal(), &Refusal::NotAComponent("a core module"));
    assert!(error.help().unwrap().contains("component"));
    assert!(matches!(
        refused(b"MZ\x90\0").refusal(),
        Refusal::NotAComponent(_)
    ));
}

#[test]
fn a_memory_or_table_too_large_from_the_start_is_refused() {
    let large = good_core().replace(
        "(memory (export \"memory\") 2)",
        "(memory (export \"memory\") 1100)",
    );
    let error = refused(&guest(&large));
    assert_eq!(
        error.refusal(),
        &Refusal::Memory {
            needs: 1100 * 65_536,
            limit: 64 << 20
        }
    );
    // It may ask for that much.
    let manifest = format!("{MANIFEST}[limits]\nmemory = \"128MiB\"\n");
    let bytes = component_of(&large, &wit(), &[manifest.as_bytes()]);
    assert!(call(&sandbox(limits()).load("g", &bytes).unwrap()).is_ok());

    let table = core("", "(table 200000 funcref)", RETURN_NOTHING);
    let error = refused(&guest(&table));
    assert!(matches!(error.refusal(), Refusal::Table { .. }), "{error}");
}

#[test]
fn damaged_files_are_refused_and_never_panic() {
    let sandbox = sandbox(limits());
    let good = guest(&good_core());
    for cut in (0..good.len()).step_by(7) {
        assert!(
            sandbox.load("guest.wasm", &good[..cut]).is_err(),
            "cut at {cut}"
        );
    }
    // Flipped bits may leave a component that is well-formed, and then it is
    // only as dangerous as any other: it answers or fails, in bounds.
    let (mut refusals, mut calls) = (0, 0);
    for at in (8..good.len()).step_by(11) {
        let mut damaged = good.clone();
        damaged[at] ^= 1 << (at % 8);
        match sandbox.load("guest.wasm", &damaged) {
            Err(_) => refusals += 1,
            Ok(plugin) => {
                let _ = call(&plugin);
                calls += 1;
            }
        }
    }
    assert!(calls > 10, "{calls}");
    assert!(refusals > 10, "{refusals}");
}

#[test]
fn a_component_that_compiles_too_long_is_abandoned() {
    // Many loops in one function: quick to write, slow to compile.
    let body = "(local.set $a (i32.add (i32.mul (local.get $a) (i32.load (local.get $b))) (local.get $c)))
        (if (local.get $a) (then (local.set $b (local.get $a))) (else (local.set $c (local.get $b))))"
        .repeat(30_000);
    let slow = core("", "", &format!("{body} {RETURN_NOTHING}"));
    let limits = buildfix_sandbox::Limits {
        compile: std::time::Duration::from_millis(50),
        ..limits()
    };
    let started = std::time::Instant::now();
    let bytes = guest(&slow);
    let encoded = started.elapsed();
    let error = sandbox(limits).load("guest.wasm", &bytes).unwrap_err();
    assert!(
        matches!(error.refusal(), Refusal::CompileDeadline { .. }),
        "{error}"
    );
    assert!(started.elapsed() - encoded < std::time::Duration::from_secs(10));
}

#[test]
fn components_nested_too_deeply_or_with_too_many_parts_are_refused() {
    let nested = format!("{}{}", "(component ".repeat(40), ")".repeat(40));
    let error = refused(&wat::parse_str(nested).unwrap());
    assert!(error.to_string().contains("nest too deeply"), "{error}");

    let parts = "(core instance (instantiate $m))".repeat(100);
    let mut many = wat::parse_str(format!(
        r#"(component
          (core module $m (func (export "fix") (param i32) (result i32) (local.get 0)))
          {parts}
          (core instance $i (instantiate $m))
          (func $fix (param "request" u32) (result u32) (canon lift (core func $i "fix")))
          (export "fix" (func $fix)))"#
    ))
    .unwrap();
    append_section(&mut many, "buildfix:manifest", MANIFEST.as_bytes());
    let error = refused(&many);
    assert!(
        error.to_string().contains("101 core module instances"),
        "{error}"
    );
}
