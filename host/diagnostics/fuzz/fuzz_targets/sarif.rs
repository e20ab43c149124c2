//! SARIF, on one line and on many. Half of the inputs get a valid frame, for a
//! mutation seldom keeps one.
#![no_main]

use buildfix_diagnostics_fuzz::{check, check_between};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    check(data);
    check_between(
        b"{\n\"version\": \"2.1.0\", \"runs\": [ { \"results\": [\n{ \"level\": \"error\", ",
        data,
        b"}\n] } ]\n}\n",
    );
});
