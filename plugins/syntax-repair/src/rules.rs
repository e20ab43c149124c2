//! The rules that propose repairs, a file each. A rule looks at the message
//! and at the tokens and proposes; whether a proposal is any good, the syntax
//! tree decides.

pub mod brackets;
pub mod idioms;
pub mod insertion;
pub mod quotes;
pub mod semantic;
pub mod words;

use crate::balance;
use crate::candidate::{Pool, Problem};
use buildfix_sdk::ParseError;

/// All that a syntax error may call for.
pub fn propose(problem: &Problem, errors: &[ParseError], pool: &mut Pool) {
    let faults = balance::faults(problem.source);
    insertion::named(problem, pool);
    words::misspelt(problem, pool);
    words::foreign(problem, pool);
    quotes::unclosed(problem, pool);
    quotes::wrong(problem, pool);
    idioms::propose(problem, pool);
    brackets::propose(problem, &faults, pool);
    insertion::invented(problem, errors, pool);
    insertion::usual(problem, pool);
    insertion::stray(problem, pool);
}

/// Whether a diagnostic is about the grammar, rather than about a type or a
/// name. What a class is called follows from what a message says, except where
/// a compiler has codes.
#[must_use]
pub fn syntactic(class: &str, message: &str) -> bool {
    let code = class.rsplit('/').next().unwrap_or_default();
    if let Some(number) = code.strip_prefix("CS").or_else(|| code.strip_prefix("TS")) {
        return number.len() == 4 && number.starts_with('1') && !SEMANTIC.contains(&code)
            || SYNTACTIC.contains(&code);
    }
    if code == "syntax" || code.starts_with("syntax-error") {
        return true;
    }
    let rust_code = code.len() == 5 && code.starts_with('E') && code[1..].bytes().all(|b| b.is_ascii_digit());
    if rust_code {
        return matches!(code, "E0762" | "E0763" | "E0765" | "E0766" | "E0758" | "E0586" | "E0748");
    }
    let lower = message.to_ascii_lowercase();
    let types = ["incompatible", "mismatched types", "conversion", "undeclared", "not declared", "type required"];
    if types.iter().any(|w| lower.contains(w)) {
        return false;
    }
    WORDS.iter().any(|w| lower.contains(w))
}

/// Codes among the thousands of C# and TypeScript that are about the grammar
/// although they do not begin with 1.
const SYNTACTIC: &[&str] = &["CS0116", "CS8124", "CS0106", "CS0065", "CS0073", "CS0230", "CS0443", "CS7017", "CS8803"];

/// C#'s codes from 1000 on about types.
const SEMANTIC: &[&str] = &[
    "CS1061", "CS1503", "CS1501", "CS1502", "CS1540", "CS1579", "CS1593", "CS1594", "CS1597", "CS1604", "CS1605",
    "CS1612", "CS1615", "CS1620", "CS1621", "CS1623", "CS1624", "CS1643", "CS1654", "CS1656", "CS1657", "CS1660",
    "CS1661", "CS1662", "CS1674", "CS1686", "CS1688", "CS1691", "CS1705", "CS1708", "CS1721", "CS1729", "CS1739",
    "CS1744", "CS1750", "CS1763", "CS1769", "CS1929", "CS1935", "CS1936", "CS1955", "CS1988", "CS1996", "CS1998",
    "CS1520", "CS1510", "CS1589", "CS1591",
];

/// What a parser says.
const WORDS: &[&str] = &[
    "expected", "unexpected", "not a statement", "unclosed", "unterminated", "delimiter", "end of file",
    "end of input", "extraneous", "stray", "illegal start", "syntax error", "without", "unbalanced", "unmatched",
    "missing terminating", "unknown start of token", "unknown prefix", "is unknown", "empty character",
    "character literal", "increment operator", "decrement operator", "orphaned", "invalid expression",
    "rune literal", "newline in", "string not terminated", "no `", "missing",
    "return types are denoted", "non-declaration statement", "invalid syntax", "was never closed", "unindent",
    "parameter", "declaration", "illegal", "not allowed here",
];

#[cfg(test)]
#[path = "tests/repairs.rs"]
mod tests;
