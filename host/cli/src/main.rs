//! The `buildfix` command.
fn main() {}
