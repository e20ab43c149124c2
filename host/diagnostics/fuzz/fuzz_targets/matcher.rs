//! User matchers: the pattern is the first line, the log the rest.
#![no_main]

use buildfix_diagnostics::{Matcher, ParserOptions};
use buildfix_diagnostics_fuzz::check_with;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let end = data.iter().position(|b| *b == b'\n').unwrap_or(data.len());
    let (pattern, log) = data.split_at(end);
    let Ok(pattern) = std::str::from_utf8(pattern) else {
        return;
    };
    let mut options = ParserOptions::default();
    // A pattern that is refused must be refused with words.
    match Matcher::new("fuzz", None, pattern) {
        Ok(matcher) => options.matchers.push(matcher),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let fixed = r"^(?<severity>\w+) at (?<file>.+?):(?<line>\d+):(?<column>\d+) - (?<message>.*)$";
    options.matchers.extend(Matcher::new("fixed", None, fixed));
    check_with(log.get(1..).unwrap_or_default(), options);
});
