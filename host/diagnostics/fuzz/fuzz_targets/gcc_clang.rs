//! gcc, clang, ld and make.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| buildfix_diagnostics_fuzz::check(data));
