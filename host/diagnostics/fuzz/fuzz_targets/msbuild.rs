//! MSBuild, csc and what else writes `path(1,2): error X1: …`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| buildfix_diagnostics_fuzz::check(data));
