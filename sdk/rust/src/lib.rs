//! Write buildfix fixers in Rust.
