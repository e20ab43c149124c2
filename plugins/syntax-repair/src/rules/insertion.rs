//! Inserting the token that is missing, and removing one that is too much.

use crate::candidate::{Pool, Problem, insert, replace};
use crate::lang::Id;
use crate::lex::Kind;
use crate::source::Source;
use buildfix_sdk::ParseError;
use std::ops::Range;

/// Words that a message may ask for and that can stand in a text as they are.
const WORDS: &[&str] = &[
    "else", "in", "of", "fn", "let", "func", "while", "import", "from", "struct", "catch",
    "finally", "as", "is", "for", "class", "enum", "mut", "if", "def",
];

fn insertable(token: &str) -> bool {
    !token.is_empty()
        && (token.chars().all(|c| c.is_ascii_punctuation())
            && !matches!(token, "\"" | "'" | "`" | "?" | "!" | "#")
            || WORDS.contains(&token))
}

/// A token as it is written behind another one.
fn spaced(token: &str) -> String {
    match token {
        "{" | "=" | "=>" | "->" | "==" | "&&" | "||" | ":=" => format!(" {token}"),
        word if word.starts_with(|c: char| c.is_ascii_alphabetic()) => format!(" {word}"),
        other => other.to_owned(),
    }
}

/// Compilers report a missing token at the next one: it belongs behind the one
/// before, and in front of a comment there.
fn places(problem: &Problem) -> Vec<(usize, u32)> {
    let source = problem.source;
    let mut places = Vec::new();
    let mut add = |at: usize, cost: u32| {
        if places.iter().all(|(known, _)| *known != at) {
            places.push((at, cost));
        }
    };
    let before = source.before(problem.anchor);
    if let Some(before) = before {
        add(source.code[before].end, 10);
    }
    let line = problem.line();
    if let Some(last) = source.on_line(line).last() {
        add(source.code[last].end, 16);
    }
    // The statement may have swallowed the start of this line.
    let first = source.on_line(line).start;
    if first > 0 {
        add(source.code[first - 1].end, 18);
    }
    if let Some(before) = before.filter(|b| *b > 0) {
        add(source.code[before - 1].end, 26);
    }
    places
}

/// Whether a `;` here would be the whole body of an `if` or a loop, which
/// compiles and is hardly ever meant. `do … while (…)` ends with one.
fn empties(source: &Source, at: usize) -> bool {
    let Some(mut token) = source.before(at).filter(|t| source.word(*t) == ")") else {
        return false;
    };
    let mut depth = 0usize;
    // Conditions are short; a bound keeps broken text cheap.
    for _ in 0..400 {
        match source.word(token) {
            ")" => depth += 1,
            "(" => depth -= 1,
            _ => {}
        }
        let Some(before) = token.checked_sub(1) else {
            return false;
        };
        token = before;
        if depth == 0 {
            break;
        }
    }
    match source.word(token) {
        "if" | "for" | "foreach" | "switch" => true,
        "while" => token > 0 && source.word(token - 1) != "}",
        _ => false,
    }
}

/// The tokens that the message names.
pub fn named(problem: &Problem, pool: &mut Pool) {
    let expected: Vec<&str> = problem
        .reading
        .expected
        .iter()
        .map(String::as_str)
        .filter(|t| insertable(t))
        .take(8)
        .collect();
    let next = problem.source.at_or_after(problem.anchor);
    let new_line = problem.source.first_on_line(next);
    let next = problem.source.word(next);
    for (rank, token) in (0u32..).zip(&expected) {
        for (at, cost) in places(problem) {
            if *token == ";" && empties(problem.source, at) {
                continue;
            }
            let sure = cost == 10
                && expected.len() == 1
                && (matches!(*token, ";" | "," | ":")
                    || *token == ")" && matches!(next, ";" | "{"));
            let title = format!("insert `{token}`");
            // A list of tokens names anything that may stand there; one that
            // ends or separates is the likeliest.
            let likely = if matches!(*token, ";" | "," | ")" | ":") {
                0
            } else {
                3
            };
            let cost = cost
                + if expected.len() > 1 {
                    rank.min(3) + likely
                } else {
                    0
                };
            // What follows on a new line is another statement.
            let cost = cost + u32::from(*token == "," && new_line && expected.contains(&";")) * 3;
            // A body follows: what is before it does not end here.
            let cost = cost + u32::from(*token == ";" && next == "{") * 12;
            // Where a brace belongs, the indentation knows better.
            let cost = cost + if *token == "}" { 9 } else { 0 };
            if sure && !problem.whole_line {
                pool.add_certain(insert(at, spaced(token)), title, cost);
            } else {
                pool.add(insert(at, spaced(token)), title, cost);
            }
        }
    }
    confused(problem, &expected, pool);
}

/// One token that stands in another's place.
fn confused(problem: &Problem, expected: &[&str], pool: &mut Pool) {
    let source = problem.source;
    let here = source.at_or_after(problem.anchor);
    let mut spots = vec![here];
    spots.extend(here.checked_sub(1));
    if let Some(found) = &problem.reading.found {
        let line = source.on_line(problem.line());
        spots.extend(line.filter(|t| source.word(*t) == found).take(2));
    }
    for spot in spots {
        let (Some(token), word) = (source.code.get(spot), source.word(spot)) else {
            continue;
        };
        if token.kind != Kind::Punct {
            continue;
        }
        for (wrong, right, cost) in CONFUSED {
            let asked = expected.contains(right);
            if *wrong == word && (asked || *cost < 30) {
                let cost = if asked { 12 } else { *cost };
                let title = format!("write `{right}` for `{wrong}`");
                pool.add(replace(token.start..token.end, *right), title, cost);
            }
        }
    }
}

/// Wrong token, right token, cost; from 30 on only if the message asks for it.
const CONFUSED: &[(&str, &str, u32)] = &[
    ("=", "==", 20),
    ("->", "=>", 18),
    ("=>", "->", 22),
    (":", " ->", 24),
    (";", ",", 22),
    (",", ";", 22),
    (":", ";", 30),
    (";", ":", 28),
    (".", ",", 30),
    (",", ".", 30),
    (":", "=", 30),
    ("=", ":", 26),
    ("==", "=", 24),
    (")", "]", 28),
    ("]", ")", 28),
    ("}", ")", 28),
    (")", "}", 28),
    ("(", "{", 30),
    ("::", ".", 30),
    ("===", "==", 20),
    ("!==", "!=", 20),
    (":=", "=", 22),
    ("=>", ":", 30),
    ("->", ":", 30),
];

/// The tokens that the parser behind the syntax tree had to invent, where it
/// did so: a second opinion on what is missing.
pub fn invented(problem: &Problem, errors: &[ParseError], pool: &mut Pool) {
    let source = problem.source;
    for error in errors.iter().filter(|e| e.kind == "missing").take(8) {
        let at = (error.start as usize).min(source.text.len());
        if error.token == ";" && empties(source, at) {
            continue;
        }
        if !insertable(&error.token) || !source.text.is_char_boundary(at) || error.token == "}" {
            continue;
        }
        let at = source
            .before(at)
            .map_or(at, |before| source.code[before].end);
        let cost = 20 + problem.distance(at) * 3;
        pool.add(
            insert(at, spaced(&error.token)),
            format!("insert `{}`", error.token),
            cost,
        );
    }
    // Where the syntax tree broke may be nearer to the fault than the report.
    for error in errors.iter().filter(|e| e.kind == "error").take(3) {
        let start = (error.start as usize).min(source.text.len());
        let end = (error.end as usize).min(source.text.len());
        for at in [start, end] {
            let Some(before) = source.before(at) else {
                continue;
            };
            let at = source.code[before].end;
            // Where the compiler names a line alone, this is the place in it.
            for token in problem
                .reading
                .expected
                .iter()
                .filter(|t| problem.whole_line && insertable(t))
                .take(4)
            {
                pool.add(
                    insert(at, spaced(token)),
                    format!("insert `{token}`"),
                    12 + problem.distance(at) * 2,
                );
            }
            for (rank, token) in (0u32..).zip(source.lang.usual.iter().take(5)) {
                if *token == ";" && empties(source, at) {
                    continue;
                }
                let cost = 30 + rank * 2 + problem.distance(at) * 2;
                pool.add(insert(at, spaced(token)), format!("insert `{token}`"), cost);
            }
        }
    }
}

/// The tokens that go missing most often, where the message is silent.
pub fn usual(problem: &Problem, pool: &mut Pool) {
    for (at, cost) in places(problem) {
        for (rank, token) in (0u32..).zip(problem.source.lang.usual) {
            if *token == ";" && empties(problem.source, at) {
                continue;
            }
            pool.add(
                insert(at, spaced(token)),
                format!("insert `{token}`"),
                cost + 16 + rank * 2,
            );
        }
    }
}

/// Whether a range of code stands alone between two line ends; the range of
/// those lines then.
pub fn own_line(source: &Source, range: Range<usize>) -> Option<Range<usize>> {
    let line = source.line_of(range.start);
    let bounds = source.line(line);
    let alone = source.text[bounds.start..range.start].trim().is_empty()
        && source.text.get(range.end..bounds.end)?.trim().is_empty();
    if !alone {
        return None;
    }
    let whole = source.whole_line(line);
    if whole.end == bounds.end && line > 0 {
        // The last line has no end of its own: take the one before it.
        return Some(source.line(line - 1).end..bounds.end);
    }
    Some(whole)
}

/// A separator or bracket too much. Nothing else is ever deleted.
pub fn stray(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let here = source.at_or_after(problem.anchor);
    let found = problem.reading.found.as_deref();
    let spots = [
        Some(here),
        here.checked_sub(1),
        here.checked_sub(2),
        Some(here + 1),
    ];
    for (rank, spot) in (0u32..)
        .zip(spots)
        .filter_map(|(rank, spot)| Some((rank, spot?)))
    {
        let Some(token) = source.code.get(spot) else {
            continue;
        };
        let word = source.word(spot);
        let before_block = word == ";" && source.word(spot + 1) == "{";
        let doubled = spot > 0 && source.word(spot - 1) == word;
        if token.kind != Kind::Punct
            || !matches!(word, ";" | "," | ")" | "]" | ":" | "(" | "." | ">")
        {
            continue;
        }
        let mut cost = 36 + rank * 3;
        if before_block && source.lang.id != Id::Go {
            cost = 16 + rank;
        } else if problem.reading.surplus && found == Some(word) && rank == 0 {
            cost = 18;
        } else if doubled && matches!(word, ";" | "," | "." | ":") {
            cost = 19;
        }
        let range = own_line(source, token.start..token.end).unwrap_or(token.start..token.end);
        pool.add(replace(range, ""), format!("remove `{word}`"), cost);
    }
}
