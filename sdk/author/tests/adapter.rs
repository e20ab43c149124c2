//! The WASI that a plugin is linked with grants nothing: a guest that imports every
//! function of `wasi_snapshot_preview1` becomes a plugin without WASI, and each function
//! gives what it must.

#[path = "support/mod.rs"]
mod support;

use buildfix_component::{FileLimits, inspect, package};
use std::fmt::Write as _;

const MANIFEST: &str = r#"
manifest-version = 1
name = "acme/wasi"
version = "1.0.0"
[fixer]
world = "buildfix:fixer@0.1.0"
classes = ["csharp/CS1002"]
"#;

/// Every function but the two that end the guest: its parameters (`i`: 32 bits, `l`: 64)
/// and the errno it gives to a call with zeros (8: EBADF, 28: EINVAL).
const FUNCTIONS: [(&str, &str, u8); 44] = [
    ("args_get", "ii", 0),
    ("args_sizes_get", "ii", 0),
    ("environ_get", "ii", 0),
    ("environ_sizes_get", "ii", 0),
    ("clock_res_get", "ii", 0),
    ("clock_time_get", "ili", 0),
    ("fd_advise", "illi", 8),
    ("fd_allocate", "ill", 8),
    ("fd_close", "i", 8),
    ("fd_datasync", "i", 8),
    ("fd_fdstat_get", "ii", 8),
    ("fd_fdstat_set_flags", "ii", 8),
    ("fd_fdstat_set_rights", "ill", 8),
    ("fd_filestat_get", "ii", 8),
    ("fd_filestat_set_size", "il", 8),
    ("fd_filestat_set_times", "illi", 8),
    ("fd_pread", "iiili", 8),
    ("fd_prestat_get", "ii", 8),
    ("fd_prestat_dir_name", "iii", 8),
    ("fd_pwrite", "iiili", 8),
    ("fd_read", "iiii", 8),
    ("fd_readdir", "iiili", 8),
    ("fd_renumber", "ii", 8),
    ("fd_seek", "ilii", 8),
    ("fd_sync", "i", 8),
    ("fd_tell", "ii", 8),
    ("fd_write", "iiii", 8),
    ("path_create_directory", "iii", 8),
    ("path_filestat_get", "iiiii", 8),
    ("path_filestat_set_times", "iiiilli", 8),
    ("path_link", "iiiiiii", 8),
    ("path_open", "iiiiillii", 8),
    ("path_readlink", "iiiiii", 8),
    ("path_remove_directory", "iii", 8),
    ("path_rename", "iiiiii", 8),
    ("path_symlink", "iiiii", 8),
    ("path_unlink_file", "iii", 8),
    ("poll_oneoff", "iiii", 28),
    ("random_get", "ii", 0),
    ("sched_yield", "", 0),
    ("sock_accept", "iii", 8),
    ("sock_recv", "iiiiii", 8),
    ("sock_send", "iiiii", 8),
    ("sock_shutdown", "ii", 8),
];

fn types(parameters: &str) -> String {
    let types: Vec<_> = parameters
        .chars()
        .map(|p| if p == 'l' { "i64" } else { "i32" })
        .collect();
    types.join(" ")
}

/// A guest whose `fix` fails with one letter a function: `a` and its errno.
fn guest(imports: &str, body: &str) -> Vec<u8> {
    let text = format!(
        r#"(module
  {imports}
  (memory (export "memory") 2)
  (global $top (mut i32) (i32.const 65536))
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (global.set $top (i32.and (i32.const -8)
      (i32.add (i32.const 7) (i32.add (global.get $top) (local.get 3)))))
    (i32.sub (global.get $top) (i32.and (i32.const -8) (i32.add (i32.const 7) (local.get 3)))))
  (func (export "fix") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (result i32)
    {body}
    (i32.store8 (i32.const 1024) (i32.const 1))
    (i32.store (i32.const 1028) (i32.const 4096))
    (i32.const 1024)))"#
    );
    let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let plugin = package(&module, MANIFEST).unwrap_or_else(|error| panic!("{error}"));
    let preflight = inspect(None, &plugin, &FileLimits::default()).unwrap();
    assert!(
        preflight
            .imports
            .iter()
            .all(|import| !import.contains("wasi")),
        "{:?}",
        preflight.imports
    );
    plugin
}

fn message(plugin: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&file, plugin).unwrap();
    support::call(file.path()).unwrap_err()
}

#[test]
fn every_function_grants_nothing() {
    let (mut imports, mut body, mut expected) = (String::new(), String::new(), String::new());
    for (at, (name, parameters, errno)) in FUNCTIONS.iter().enumerate() {
        let types = types(parameters);
        let _ = writeln!(
            imports,
            r#"(import "wasi_snapshot_preview1" "{name}" (func $f{at} (param {types}) (result i32)))"#
        );
        let zeros: String = parameters
            .chars()
            .map(|p| {
                if p == 'l' {
                    "(i64.const 0)"
                } else {
                    "(i32.const 0)"
                }
            })
            .collect();
        let _ = writeln!(
            body,
            "(i32.store8 (i32.const {}) (i32.add (i32.const 97) (call $f{at} {zeros})))",
            4096 + at
        );
        expected.push(char::from(b'a' + errno));
    }
    let _ = writeln!(
        body,
        "(i32.store (i32.const 1032) (i32.const {}))",
        FUNCTIONS.len()
    );
    let said = message(&guest(&imports, &body));
    assert!(said.contains(&expected), "{said}\n{expected}");
}

#[test]
fn leaving_is_a_trap() {
    for (name, result) in [("proc_exit", ""), ("proc_raise", "(result i32)")] {
        let imports =
            format!(r#"(import "wasi_snapshot_preview1" "{name}" (func $f (param i32) {result}))"#);
        let drop = if result.is_empty() { "" } else { "drop" };
        let said = message(&guest(&imports, &format!("(call $f (i32.const 0)) {drop}")));
        assert!(said.contains("unreachable"), "{name}: {said}");
    }
}

#[test]
fn output_is_swallowed_a_wait_is_over_and_random_bytes_are_always_the_same() {
    let imports = r#"
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))"#;
    // Two buffers of 3 and 4 bytes on standard error; two waits, the second for a file;
    // eight random bytes, as letters.
    let mut body = r#"
      (i32.store (i32.const 2004) (i32.const 3)) (i32.store (i32.const 2012) (i32.const 4))
      (i32.store8 (i32.const 4096) (i32.add (i32.const 97)
        (call $write (i32.const 2) (i32.const 2000) (i32.const 2) (i32.const 2100))))
      (i32.store8 (i32.const 4097) (i32.add (i32.const 97) (i32.load (i32.const 2100))))
      (i32.store8 (i32.const 3056) (i32.const 1))
      (i32.store8 (i32.const 4098) (i32.add (i32.const 97)
        (call $poll (i32.const 3000) (i32.const 3200) (i32.const 2) (i32.const 3300))))
      (i32.store8 (i32.const 4099) (i32.add (i32.const 97) (i32.load (i32.const 3300))))
      (i32.store8 (i32.const 4100) (i32.add (i32.const 97) (i32.load16_u (i32.const 3208))))
      (i32.store8 (i32.const 4101) (i32.add (i32.const 97) (i32.load16_u (i32.const 3240))))
      (drop (call $random (i32.const 4102) (i32.const 8)))"#
        .to_owned();
    for at in 4102..4110 {
        let _ = write!(
            body,
            "(i32.store8 (i32.const {at}) (i32.add (i32.const 97)
               (i32.and (i32.const 15) (i32.load8_u (i32.const {at})))))"
        );
    }
    body.push_str("(i32.store (i32.const 1032) (i32.const 14))");
    let plugin = guest(imports, &body);
    let first = message(&plugin);
    assert!(first.contains("ahacai"), "{first}");
    assert_eq!(first, message(&plugin));
}
