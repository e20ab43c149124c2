//! Rust: `cargo build --release` for `wasm32-unknown-unknown`, with rustup's target,
//! or else with Debian's rustc-web, cargo-web and rust-web-src and a standard library
//! built on the spot.

use super::tool;
use crate::problem::Problem;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";

/// Bytes of heap that a plugin has before it first asks for more.
const INITIAL_HEAP: u32 = 1 << 20;

/// What builds for the target on this machine.
struct Chain {
    cargo: Command,
    /// Flags behind `cargo build`.
    flags: Vec<String>,
    sysroot: String,
}

pub fn build(dir: &Path) -> Result<PathBuf, Problem> {
    let mut chain = chain(dir)?;
    // The stack is that of a call without deep recursion; the host clears it before each
    // call, so it is small. The heap is there from the start, for growing costs more than
    // having: pages that are not written cost nothing.
    let mut flags = vec![
        "-Clink-arg=-zstack-size=65536".to_owned(),
        format!("-Clink-arg=--initial-heap={INITIAL_HEAP}"),
    ];
    // Paths of this machine must not reach the binary.
    let mut remap = |from: &Path, to: &str| {
        flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    };
    remap(dir, "/plugin");
    remap(
        &Path::new(&chain.sysroot).join("lib/rustlib/src/rust"),
        "/rust",
    );
    if let Some(home) = cargo_home() {
        remap(&home, "/cargo");
    }
    // Cargo tells where the module is, whatever target folder is configured.
    chain
        .cargo
        .current_dir(dir)
        .args(["build", "--release", "--lib", "--target", TARGET])
        .arg("--message-format=json-render-diagnostics")
        .args(&chain.flags)
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    let output = tool::output(&mut chain.cargo)?;
    if !output.status.success() {
        return Err(Problem::new(format!("cargo failed ({})", output.status))
            .help("what it printed is above; buildfix changed nothing"));
    }
    module(&String::from_utf8_lossy(&output.stdout), dir).ok_or_else(|| {
        Problem::new("cargo made no WebAssembly module")
            .help("set `crate-type = [\"cdylib\"]` under `[lib]` in Cargo.toml")
    })
}

/// The module among the artifacts that cargo lists, which is that of the folder's own
/// package.
fn module(messages: &str, dir: &Path) -> Option<PathBuf> {
    let own = dir.join("Cargo.toml");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| {
            message["reason"] == "compiler-artifact"
                && message["manifest_path"].as_str().map(Path::new) == Some(&own)
        })
        .flat_map(|message| message["filenames"].as_array().cloned().unwrap_or_default())
        .filter_map(|file| file.as_str().map(PathBuf::from))
        .rfind(|file| {
            file.extension()
                .is_some_and(|extension| extension == "wasm")
        })
}

fn chain(dir: &Path) -> Result<Chain, Problem> {
    let ask = |rustc: &Path, arguments: &[&str]| {
        let mut command = Command::new(rustc);
        let output = command.current_dir(dir).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let install = "`rustup target add wasm32-unknown-unknown`, or Debian's rustc-web, cargo-web \
                   and rust-web-src";
    let rustc = tool::find("RUSTC", &["rustc"]).ok_or_else(|| tool::missing("Rust", install))?;
    let libdir = ask(&rustc, &["--print", "target-libdir", "--target", TARGET]);
    if libdir.is_some_and(|dir| Path::new(&dir).is_dir()) {
        let cargo = tool::find("CARGO", &["cargo"])
            .ok_or_else(|| tool::missing("cargo", "https://rustup.rs"))?;
        return Ok(Chain {
            cargo: Command::new(cargo),
            flags: Vec::new(),
            sysroot: ask(&rustc, &["--print", "sysroot"]).unwrap_or_default(),
        });
    }
    let (debian, cargo) = (Path::new("/usr/bin/rustc"), Path::new("/usr/bin/cargo"));
    if !cargo.is_file() || !Path::new("/usr/lib/rustlib/src/rust/library").is_dir() {
        return Err(tool::missing(&format!("Rust's target {TARGET}"), install));
    }
    let mut cargo = Command::new(cargo);
    // A stable compiler; this lets it accept -Zbuild-std.
    cargo.env("RUSTC", debian).env("RUSTC_BOOTSTRAP", "1");
    // rust-lld is with rustup's tool chains; Debian's lld has the same linker.
    let linker = ask(&rustc, &["--print", "sysroot"])
        .and_then(|sysroot| rust_lld(Path::new(&sysroot)))
        .or_else(|| tool::find("", &["wasm-ld"]))
        .ok_or_else(|| tool::missing("wasm-ld", "`apt-get install lld`"))?;
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    Ok(Chain {
        cargo,
        flags: vec!["-Zbuild-std=std,panic_abort".to_owned()],
        sysroot: ask(debian, &["--print", "sysroot"]).unwrap_or_default(),
    })
}

fn rust_lld(sysroot: &Path) -> Option<PathBuf> {
    let hosts = std::fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    hosts
        .filter_map(Result::ok)
        .map(|host| host.path().join("bin/rust-lld"))
        .find(|file| file.is_file())
}

fn cargo_home() -> Option<PathBuf> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    #[allow(deprecated, reason = "right on every system since Rust 1.85")]
    set.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}
