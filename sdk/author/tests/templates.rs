//! Every template, begun, built with its language's tool chain and called in the real
//! sandbox. A test whose tool chain is absent is listed as ignored, with what it needs
//! in its name. `npm install` and `pip install` ask their registries, so those two tests
//! need either the network or a warm cache; `COMPONENTIZE_PY` and
//! `BUILDFIX_NODE_MODULES` name tools that are installed already.

#[path = "support/mod.rs"]
mod support;

use buildfix_author::Lang;
use buildfix_author::build::{Build, build};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn works(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).output();
    output.is_ok_and(|output| output.status.success())
}

fn clang() -> bool {
    works("clang", &["--version"]) && works("wasm-ld", &["--version"])
}

/// wasi-libc and what clang's own library adds to it, which come in two packages.
fn wasi_libc() -> bool {
    let builtins = Command::new("clang")
        .args(["--target=wasm32-wasi", "-print-libgcc-file-name"])
        .output();
    Path::new("/usr/include/wasm32-wasi/stdio.h").is_file()
        && builtins
            .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_file())
}

fn rust() -> bool {
    let target = Command::new("rustc")
        .args([
            "--print",
            "target-libdir",
            "--target",
            "wasm32-unknown-unknown",
        ])
        .output()
        .is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir());
    target
        || (Path::new("/usr/lib/rustlib/src/rust/library").is_dir()
            && works("/usr/bin/cargo", &["-V"]))
}

fn componentize_py() -> Option<PathBuf> {
    match std::env::var_os("COMPONENTIZE_PY") {
        Some(own) => Some(own.into()),
        None => works("componentize-py", &["--version"]).then(|| "componentize-py".into()),
    }
}

/// Installed packages, for a project that would have to ask the registry otherwise.
fn node_modules() -> Option<PathBuf> {
    std::env::var_os("BUILDFIX_NODE_MODULES").map(PathBuf::from)
}

fn answers(lang: Lang, prepare: impl FnOnce(&Path)) {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    support::begin(lang, &dir);
    prepare(&dir);
    support::answers_its_case(&dir);
}

/// One target folder for all runs, so that the standard library is built once.
fn shared_target(dir: &Path) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("templates");
    let text = format!("[build]\ntarget-dir = {:?}\n", target.display().to_string());
    fs::create_dir_all(dir.join(".cargo")).unwrap();
    fs::write(dir.join(".cargo/config.toml"), text).unwrap();
}

/// Stack and heap are there from the start, so that a small call does not grow memory.
fn rust_has_its_heap() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    support::begin(Lang::Rust, &dir);
    shared_target(&dir);
    let built = support::build_in(&dir).unwrap_or_else(|problem| panic!("{problem}"));
    let bytes = fs::read(&built.file).unwrap();
    let memories = wasmparser::Parser::new(0)
        .parse_all(&bytes)
        .filter_map(|payload| match payload.unwrap() {
            wasmparser::Payload::MemorySection(section) => Some(section),
            _ => None,
        })
        .flat_map(|section| section.into_iter().map(|memory| memory.unwrap().initial))
        .collect::<Vec<_>>();
    assert_eq!(memories.len(), 1);
    // 64 KiB of stack and 1 MiB of heap, in pages of 64 KiB.
    assert!(memories[0] > 16, "{} pages", memories[0]);
}

fn install_npm(dir: &Path) {
    match node_modules() {
        #[cfg(unix)]
        Some(modules) => std::os::unix::fs::symlink(modules, dir.join("node_modules")).unwrap(),
        _ => {
            let status = Command::new("npm")
                .args(["install", "--prefer-offline", "--no-audit", "--no-fund"])
                .current_dir(dir)
                .status()
                .unwrap();
            assert!(status.success());
        }
    }
}

fn c_with_wasi_libc() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    support::begin(Lang::C, dir);
    fs::write(
        dir.join("compile_flags.txt"),
        "--target=wasm32-wasi\n-Os\n-Isdk\n",
    )
    .unwrap();
    fs::write(dir.join("src/fixer.c"), include_str!("data/wasi.c")).unwrap();
    let built = support::build_in(dir).unwrap_or_else(|problem| panic!("{problem}"));
    assert!(
        built
            .preflight
            .imports
            .iter()
            .all(|i| i.starts_with("buildfix:fixer/"))
    );
    // As the guest sees it: no file, no environment, a clock that stands still.
    let said = support::call(&built.file).unwrap_err();
    assert!(
        said.contains("file no, env no, time 946684800 946684800, random yes, printed 5"),
        "{said}"
    );
}

fn a_compile_error_fails_and_leaves_the_old_file() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    support::begin(Lang::C, dir);
    let built = support::build_in(dir).unwrap_or_else(|problem| panic!("{problem}"));
    let before = fs::read(&built.file).unwrap();
    fs::write(dir.join("src/fixer.c"), "not C").unwrap();
    let problem = support::build_in(dir).unwrap_err();
    assert!(problem.to_string().starts_with("clang failed"), "{problem}");
    assert_eq!(fs::read(&built.file).unwrap(), before);
    // A module that does not export what the world has.
    fs::write(dir.join("src/fixer.c"), "int x;").unwrap();
    fs::write(dir.join("sdk/buildfix.c"), "").unwrap();
    let problem = support::build_in(dir).unwrap_err();
    assert!(
        problem
            .next_step()
            .is_some_and(|help| help.contains("world `fixer`")),
        "{problem}"
    );
    assert_eq!(fs::read(&built.file).unwrap(), before);
    // Nothing half-made is left.
    let left = fs::read_dir(dir).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".part")
    });
    assert_eq!(left.count(), 0);
}

fn the_same_c_source_gives_the_same_bytes() {
    let builds = [(); 2].map(|()| {
        let dir = tempfile::tempdir().unwrap();
        support::begin(Lang::C, dir.path());
        let built = build(&Build {
            dir: dir.path().to_owned(),
            out: Some(dir.path().join("out.wasm")),
            ..Build::default()
        });
        fs::read(built.unwrap_or_else(|problem| panic!("{problem}")).file).unwrap()
    });
    assert!(builds[0] == builds[1]);
}

/// A test's name, what it needs, whether that is there, and the test.
type Row = (&'static str, &'static str, bool, fn());

fn main() {
    let arguments = Arguments::from_args();
    let npm = node_modules().is_some() || works("npm", &["--version"]);
    let wasi = clang() && wasi_libc();
    let rows: [Row; 9] = [
        ("rust", "wasm32-unknown-unknown", rust(), || {
            answers(Lang::Rust, shared_target)
        }),
        (
            "rust_has_its_heap",
            "wasm32-unknown-unknown",
            rust(),
            rust_has_its_heap,
        ),
        ("c", "clang and wasm-ld", clang(), || {
            answers(Lang::C, |_| ())
        }),
        (
            "c_with_wasi_libc",
            "clang and wasi-libc",
            wasi,
            c_with_wasi_libc,
        ),
        (
            "c_compile_error",
            "clang and wasm-ld",
            clang(),
            a_compile_error_fails_and_leaves_the_old_file,
        ),
        (
            "c_same_bytes",
            "clang and wasm-ld",
            clang(),
            the_same_c_source_gives_the_same_bytes,
        ),
        ("javascript", "npm", npm, || {
            answers(Lang::JavaScript, install_npm)
        }),
        ("typescript", "npm", npm, || {
            answers(Lang::TypeScript, install_npm)
        }),
        (
            "python",
            "componentize-py",
            componentize_py().is_some(),
            || {
                answers(Lang::Python, |_| ());
            },
        ),
    ];
    let trials = rows
        .into_iter()
        .map(|(name, needs, there, test)| {
            let name = if there {
                format!("template::{name}")
            } else {
                format!("template::{name} (needs {needs})")
            };
            Trial::test(name, move || {
                test();
                Ok::<(), Failed>(())
            })
            .with_ignored_flag(!there)
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}
