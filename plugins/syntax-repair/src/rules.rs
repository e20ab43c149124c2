//! The rules that propose repairs, a file each. A rule looks at the message
//! and at the tokens and proposes; whether a proposal is any good, the syntax
//! tree decides.

pub mod brackets;
pub mod idioms;
pub mod insertion;
pub mod layout;
pub mod python2;
pub mod quotes;
pub mod semantic;
pub mod words;

use crate::balance::Fault;
use crate::candidate::{Change, Pool, Problem};
use buildfix_sdk::ParseError;

/// All that a syntax error may call for.
pub fn propose(problem: &Problem, faults: &[Fault], errors: &[ParseError], pool: &mut Pool) {
    suggested(problem, pool);
    insertion::named(problem, pool);
    words::misspelt(problem, pool);
    words::member(problem, pool);
    words::foreign(problem, pool);
    quotes::unclosed(problem, pool);
    quotes::wrong(problem, pool);
    idioms::propose(problem, pool);
    brackets::propose(problem, faults, pool);
    insertion::invented(problem, errors, pool);
    insertion::usual(problem, pool);
    insertion::stray(problem, pool);
}

/// What the compiler itself would do: ranked among the rest, so that no other
/// edit is preferred to one of its own that makes the file parse.
fn suggested(problem: &Problem, pool: &mut Pool) {
    let path = &problem.diagnostic.span.path;
    for suggestion in &problem.diagnostic.suggestions {
        let local = suggestion.edits.iter().all(|e| e.span.path == *path);
        if suggestion.edits.is_empty() || !local || suggestion.applicability.starts_with("hint") {
            continue;
        }
        let mut changes: Vec<Change> = suggestion
            .edits
            .iter()
            .map(|e| Change {
                range: e.span.start as usize..(e.span.end as usize).max(e.span.start as usize),
                text: e.text.clone(),
            })
            .collect();
        changes.sort_by_key(|c| (c.range.start, c.range.end));
        // gcc's and clang's are right about the token more often than about
        // its place, and rustc says itself how sure it is.
        let cost = match suggestion.applicability.as_str() {
            "MachineApplicable" => 7,
            _ if changes.iter().all(|c| c.range.is_empty()) => 10,
            _ => 13,
        };
        let message = suggestion.message.as_str();
        let title = if message.is_empty() || problem.diagnostic.message.starts_with(message) {
            "apply the compiler's suggestion"
        } else {
            message
        };
        pool.add(changes, title, cost);
    }
}

/// Whether a diagnostic is about the grammar, rather than about a type or a
/// name. Where a compiler has codes, they tell; else what the message says.
#[must_use]
pub fn syntactic(class: &str, message: &str) -> bool {
    let code = class.rsplit('/').next().unwrap_or_default();
    let numbered = |prefix: &str| {
        code.strip_prefix(prefix)
            .and_then(|n| n.parse::<u32>().ok())
    };
    if let Some(number) = numbered("CS") {
        return CSHARP.contains(&number);
    }
    if let Some(number) = numbered("TS") {
        return TYPESCRIPT.contains(&number);
    }
    if let Some(number) = numbered("E") {
        return RUST.contains(&number);
    }
    if CPYTHON.contains(&code) || code == "syntax" || code.starts_with("syntax-error") {
        return true;
    }
    let lower = message.to_ascii_lowercase();
    !TYPES.iter().any(|w| lower.contains(w)) && PARSERS.iter().any(|w| lower.contains(w))
}

/// The codes of csc's parser and lexer.
const CSHARP: &[u32] = &[
    65, 73, 106, 116, 230, 443, 742, 743, 744, 745, 746, 1001, 1002, 1003, 1004, 1007, 1009, 1010,
    1011, 1012, 1013, 1014, 1015, 1016, 1017, 1019, 1020, 1021, 1022, 1023, 1024, 1025, 1026, 1027,
    1028, 1029, 1031, 1035, 1037, 1038, 1039, 1040, 1041, 1043, 1044, 1055, 1056, 1057, 1073, 1100,
    1513, 1514, 1515, 1517, 1518, 1519, 1521, 1524, 1525, 1526, 1528, 1529, 1534, 1535, 1547, 1552,
    1553, 1560, 1575, 1585, 1611, 1646, 1730, 1733, 7000, 7002, 8076, 8086, 8087, 8088, 8089, 8091,
    8096, 8097, 8098, 8124, 8180, 8504, 8505, 8635, 8641, 8652, 8803, 8805, 8861, 8997, 8998, 8999,
    9000,
];

/// The codes of tsc's parser and scanner.
const TYPESCRIPT: &[u32] = &[
    1002, 1003, 1005, 1007, 1009, 1010, 1011, 1012, 1014, 1015, 1016, 1017, 1109, 1110, 1121, 1123,
    1124, 1125, 1126, 1127, 1128, 1129, 1130, 1131, 1132, 1134, 1135, 1136, 1137, 1138, 1139, 1140,
    1141, 1142, 1144, 1145, 1146, 1157, 1160, 1161, 1164, 1178, 1179, 1180, 1181, 1184, 1185, 1198,
    1199, 1351, 1353, 1357, 1359, 1381, 1382, 1389, 1390, 1434, 1435, 1436, 1437, 1438, 1440, 1441,
    1442, 1443, 1465, 1472, 1477, 17002, 17008,
];

/// The numbered errors of rustc's lexer and parser.
const RUST: &[u32] = &[586, 748, 753, 758, 762, 763, 765, 766];

/// What CPython calls its own, and ruff and flake8 after it.
const CPYTHON: &[&str] = &[
    "SyntaxError",
    "IndentationError",
    "TabError",
    "E999",
    "invalid-syntax",
];

/// What is said of types and names, in whatever words else.
const TYPES: &[&str] = &[
    "incompatible",
    "mismatched types",
    "conversion",
    "undeclared",
    "not declared",
    "type required",
    "undefined",
    "type specifier",
    "cannot find",
    "not found",
    "expected type",
    "arguments",
    "no member",
    "prototype",
    "incomplete",
    "invalid operation",
    "cannot convert",
    "has no",
    "reduce to an integer",
];

/// What a parser says.
const PARSERS: &[&str] = &[
    "expected",
    "unexpected",
    "not a statement",
    "unclosed",
    "unterminated",
    "delimiter",
    "end of file",
    "end of input",
    "extraneous",
    "stray",
    "illegal start",
    "illegal character",
    "syntax error",
    "without 'if'",
    "without 'try'",
    "without 'catch'",
    "without a previous",
    "unbalanced",
    "unmatched",
    "missing terminating",
    "unknown start of token",
    "is unknown",
    "empty character",
    "character literal",
    "increment operator",
    "decrement operator",
    "orphaned",
    "rune literal",
    "newline in",
    "not terminated",
    "missing `",
    "missing '",
    "missing comma",
    "possibly missing",
    "return types are denoted",
    "non-declaration statement",
    "invalid syntax",
    "never closed",
    "unindent",
    "storage class specified for parameter",
];

#[cfg(test)]
#[path = "tests/repairs.rs"]
mod tests;

#[cfg(test)]
mod manifest {
    use super::{CSHARP, RUST, TYPESCRIPT, syntactic};

    #[test]
    fn names_every_code_that_is_repaired() {
        let manifest = include_str!("../plugin.toml");
        let codes = CSHARP.iter().map(|n| format!("csharp/CS{n:04}"));
        let codes = codes.chain(TYPESCRIPT.iter().map(|n| format!("typescript/TS{n}")));
        for class in codes.chain(RUST.iter().map(|n| format!("rust/E{n:04}"))) {
            assert!(manifest.contains(&format!("\"{class}\"")), "{class}");
            assert!(syntactic(&class, ""), "{class}");
        }
        assert!(!syntactic("csharp/CS1061", "; expected"));
        assert!(!syntactic("c/undeclared", "‘x’ undeclared; expected"));
    }
}
