//! Misspelt keywords, and keywords of another language.

use crate::candidate::{Pool, Problem, replace};
use crate::lang::Id;
use crate::lex::Kind;
use crate::source::Source;
use std::ops::Range;

/// How many tokens before the reported place are looked at: a statement's
/// first word may be what the compiler stumbled over later.
const BACK: usize = 120;
const AHEAD: usize = 8;

fn window(problem: &Problem) -> Range<usize> {
    let here = problem.source.at_or_after(problem.anchor);
    here.saturating_sub(BACK)..(here + AHEAD).min(problem.source.code.len())
}

/// `Kind.string` for `Kind.String`: a keyword cannot be a member, and C#'s
/// members begin with a capital.
pub fn member(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    if source.lang.id != Id::CSharp {
        return;
    }
    let here = source.at_or_after(problem.anchor);
    for token in here.saturating_sub(2)..here + 2 {
        let word = source.word(token);
        if token == 0 || source.word(token - 1) != "." || !source.lang.keywords.contains(&word) {
            continue;
        }
        let mut letters = word.chars();
        let Some(first) = letters.next() else {
            continue;
        };
        let capital: String = first.to_uppercase().chain(letters).collect();
        let range = source.code[token].start..source.code[token].end;
        let title = format!("write `{capital}` for `{word}`");
        // The grammar of the syntax tree is more lenient than the compiler.
        pool.add_unseen(replace(range, capital), title, 5);
    }
}

/// What a word's place says about its being the culprit.
fn cost(problem: &Problem, token: usize, base: u32) -> u32 {
    let source = problem.source;
    let here = source.at_or_after(problem.anchor);
    let at = source.code[token].start;
    let same_statement = source.statement(here).contains(&token);
    base + match token.abs_diff(here) {
        0 | 1 => 0,
        _ if source.line_of(at) == problem.line() => 2,
        _ if same_statement => 4,
        _ => 8 + problem.distance(at) * 2,
    }
}

/// A word that is a slip away from a keyword and stands nowhere else.
pub fn misspelt(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    for token in window(problem) {
        if !candidate(source, token) {
            continue;
        }
        let word = source.word(token);
        let known = source.occurrences(word);
        if known > 2 || source.lang.keywords.contains(&word) {
            continue;
        }
        let range = source.code[token].start..source.code[token].end;
        for (slip, keyword) in near(word, source.lang.keywords) {
            let rarity = if known == 1 { 0 } else { 8 };
            // The first word of a line is a keyword more often than not.
            let head = source.first_on_line(token) || token > 0 && source.word(token - 1) == "}";
            let head = u32::from(!head) * 3;
            let cost = cost(
                problem,
                token,
                4 + head + slip.saturating_sub(1) * 2 + rarity,
            );
            let title = format!("correct `{word}` to `{keyword}`");
            if word_may_be_meant(source, token, keyword) {
                pool.add_unseen(replace(range.clone(), keyword), title, cost);
            } else {
                pool.add(replace(range.clone(), keyword), title, cost + 2);
            }
        }
        // `adn` for a language that writes `&&`.
        for (slip, operator) in [("and", "&&"), ("or", "||")]
            .iter()
            .filter(|_| source.lang.id != Id::Python && word.len() > 2)
            .filter_map(|(name, op)| slip_of(word, name).map(|slip| (slip, op)))
        {
            let cost = cost(problem, token, 12 + slip);
            pool.add(
                replace(range.clone(), *operator),
                format!("write `{operator}` for `{word}`"),
                cost,
            );
        }
    }
}

/// Whether a word stands where a keyword can: it is no member and no argument.
fn candidate(source: &Source, token: usize) -> bool {
    source.kind(token) == Some(Kind::Word)
        && source.word(token).len() >= 2
        && source.word(token).is_ascii()
        && (token == 0 || !matches!(source.word(token - 1), "." | "->" | "::" | "?."))
}

/// Whether a compiler that parses the misspelt word as a name could still have
/// meant this place: it begins a statement.
fn word_may_be_meant(source: &Source, token: usize, keyword: &str) -> bool {
    let starts = token == 0
        || matches!(source.word(token - 1), ";" | "{" | "}" | ")" | ":" | "else")
        || source.first_on_line(token);
    let next = source.word(token + 1);
    starts
        && match keyword {
            "return" | "throw" | "raise" | "yield" => next != "=" && next != ".",
            "break" | "continue" | "pass" => {
                next == ";" || next == "}" || source.first_on_line(token + 1)
            }
            _ => false,
        }
}

/// The keywords near a word, with how far they are: 0 for swapped
/// neighbours, 1 for one letter missing or too much, 2 for a wrong letter.
pub fn near<'a>(word: &str, keywords: &'a [&'a str]) -> Vec<(u32, &'a str)> {
    let mut found: Vec<(u32, &str)> = keywords
        .iter()
        .filter_map(|k| slip_of(word, k).map(|slip| (slip, *k)))
        .collect();
    found.sort_unstable();
    found.truncate(4);
    found
}

fn slip_of(word: &str, keyword: &str) -> Option<u32> {
    if word == keyword || word.len().abs_diff(keyword.len()) > 1 || word.len() > 24 {
        return None;
    }
    if word.eq_ignore_ascii_case(keyword) {
        return Some(1);
    }
    let swapped = word.len() == keyword.len()
        && strsim::osa_distance(word, keyword) == 1
        && strsim::levenshtein(word, keyword) == 2;
    if swapped {
        return Some(0);
    }
    let one = strsim::osa_distance(word, keyword) == 1;
    match keyword.len() {
        // Any two letters are near any two others.
        0..=2 => None,
        3 if word.len() == keyword.len() => None,
        3 => one.then_some(3),
        _ if word.len() == keyword.len() => one.then_some(2),
        _ => one.then_some(1),
    }
}

/// A keyword of another language.
pub fn foreign(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    for token in window(problem) {
        if source.kind(token) != Some(Kind::Word) {
            continue;
        }
        let word = source.word(token);
        for (_, right) in source
            .lang
            .foreign
            .iter()
            .filter(|(wrong, _)| *wrong == word)
        {
            if token > 0 && matches!(source.word(token - 1), "." | "->" | "::" | "?.") {
                continue;
            }
            let mut range = source.code[token].start..source.code[token].end;
            if *right == "!" {
                // `not x` is `!x`.
                if let Some(next) = source.code.get(token + 1) {
                    range.end = next.start;
                }
            }
            let far = token.abs_diff(source.at_or_after(problem.anchor)) > 2;
            let head = source.first_on_line(token) || right.starts_with("else");
            let base = if right.starts_with("else") { 5 } else { 8 };
            let cost = cost(problem, token, base) + if far && !head { 8 } else { 0 };
            pool.add(
                replace(range, *right),
                format!("write `{right}` for `{word}`"),
                cost,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_few() {
        let keywords = ["return", "public", "const", "if", "for", "int"];
        assert_eq!(near("retrun", &keywords), [(0, "return")]);
        assert_eq!(near("reurn", &keywords), [(1, "return")]);
        assert_eq!(near("conts", &keywords), [(0, "const")]);
        assert_eq!(near("pubic", &keywords), [(1, "public")]);
        assert_eq!(near("fi", &keywords), [(0, "if")]);
        assert_eq!(near("inn", &keywords), []);
        assert_eq!(near("of", &keywords), []);
        assert_eq!(near("total", &keywords), []);
    }
}
