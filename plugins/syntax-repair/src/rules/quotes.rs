//! Literals that are not closed, or in the wrong quotes.

use crate::candidate::{Pool, Problem, insert, replace};
use crate::lang::Id;
use crate::lex::{Kind, Token};
use crate::source::Source;

/// Closes a literal that runs to the end of its line.
pub fn unclosed(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let near = |t: &Token| source.line_of(t.start).abs_diff(problem.line()) <= 3;
    let literals: Vec<Token> = source
        .code
        .iter()
        .filter(|t| matches!(t.kind, Kind::Str | Kind::Char) && !t.closed && near(t))
        .take(4)
        .copied()
        .collect();
    for literal in literals {
        let end = literal.end.min(source.line(source.line_of(literal.start)).end);
        let Some(quote) = source.text[literal.start..end].chars().find(|c| matches!(c, '"' | '\'' | '`'))
        else {
            continue;
        };
        close(problem, literal.start, end, quote, pool);
    }
    if source.lang.id == Id::Rust || source.code.iter().any(|t| t.kind == Kind::Str && !t.closed) {
        odd_line(problem, pool);
    }
}

/// Where literals may span lines, one that was never closed swallows code up
/// to the next quote, and the report comes from there or from further on. The
/// fault is on a line with an odd number of quotes.
fn odd_line(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let mut tried = 0;
    let strings: Vec<Token> = source.code.iter().filter(|t| t.kind == Kind::Str).copied().collect();
    for token in strings {
        let line = source.line_of(token.start);
        if source.line_of(token.end) == line || tried >= 4 {
            continue;
        }
        tried += 1;
        close(problem, token.start, source.line(line).end, '"', pool);
    }
}

/// Proposes every end that leaves code behind it, the likeliest first: names
/// that the file knows should be outside, words that it does not inside.
fn close(problem: &Problem, start: usize, end: usize, quote: char, pool: &mut Pool) {
    let source = problem.source;
    let Some(body) = source.text.get(start..end) else { return };
    let content = body.find(quote).map_or(1, |at| at + quote.len_utf8());
    let mut ends: Vec<(u32, usize)> = Vec::new();
    for (at, c) in body.char_indices().skip_while(|(at, _)| *at < content) {
        if matches!(c, ',' | ')' | ';' | ']' | '}' | ':' | ' ' | '+' | '.') {
            ends.push((strangeness(source, &body[content..at], &body[at..]), at));
        }
    }
    let trimmed = body.trim_end().len();
    if trimmed >= content {
        ends.push((strangeness(source, &body[content..trimmed], ""), trimmed));
    }
    ends.sort();
    ends.dedup_by_key(|(_, at)| *at);
    for (rank, (_, at)) in (0u32..).zip(ends.into_iter().take(16)) {
        let cost = 9 + rank + problem.distance(start);
        pool.add(insert(start + at, quote.to_string()), "close the string literal", cost);
    }
}

/// How odd it would be for a literal to end here.
fn strangeness(source: &Source, inside: &str, outside: &str) -> u32 {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|w| w.starts_with(|c: char| c.is_alphabetic() || c == '_'))
            .map(str::to_owned)
            .collect()
    };
    let count = |n: usize| u32::try_from(n.min(50)).unwrap_or(50);
    let like_code =
        |w: &String| w.contains('_') || w.chars().skip(1).any(char::is_uppercase) || source.occurrences(w) > 1;
    let strange = words(outside).iter().filter(|w| source.occurrences(w) == 0).count();
    let swallowed = words(inside).iter().filter(|w| like_code(w)).count();
    // Two words in a row are prose, not code.
    let prose = outside.split_whitespace().collect::<Vec<_>>();
    let prose = prose
        .windows(2)
        .filter(|p| p.iter().all(|w| !w.is_empty() && w.chars().all(char::is_alphanumeric)))
        .count();
    let mut open = 0i32;
    let mut unbalanced = 0;
    for c in inside.chars() {
        match c {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' if open == 0 => unbalanced += 1,
            ')' | ']' | '}' => open -= 1,
            ';' => unbalanced += 1,
            _ => {}
        }
    }
    let space_before = u32::from(inside.ends_with(' ')) + u32::from(outside.starts_with(' ')) * 2;
    count(strange) * 4 + count(swallowed) * 3 + count(prose) * 6 + unbalanced * 4
        + space_before
        + u32::try_from(open.max(0)).unwrap_or(0) * 3
}

/// A string in the quotes of a character, and the other way round, on the
/// reported line.
pub fn wrong(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    if matches!(source.lang.id, Id::Python | Id::Script) {
        return;
    }
    let line = source.on_line(problem.line());
    for token in line.clone() {
        let literal = source.code[token];
        let text = source.word(token);
        let cost = 12 + u32::try_from(token.abs_diff(source.at_or_after(problem.anchor)).min(10)).unwrap_or(10);
        match literal.kind {
            Kind::Char if literal.closed && characters(text) > 1 => {
                let title = "write a string in double quotes";
                pool.add_unseen(replace(literal.start..literal.end, as_string(text)), title, cost);
            }
            Kind::Str if literal.closed && characters(text) == 1 && text.starts_with('"') => {
                let title = "write a character in single quotes";
                pool.add(replace(literal.start..literal.end, as_char(text)), title, cost + 12);
            }
            _ => {}
        }
    }
    if source.lang.id == Id::Rust {
        // `'two words'` is a lifetime and what follows.
        let bounds = source.line(problem.line());
        let text = &source.text[bounds.clone()];
        if text.matches('\'').count() == 2 && !text.contains('"') {
            let changes = text
                .match_indices('\'')
                .flat_map(|(at, _)| replace(bounds.start + at..bounds.start + at + 1, "\""))
                .collect();
            pool.add(changes, "write a string in double quotes", 16);
        }
    }
}

/// How many characters a literal has between its quotes.
pub fn characters(literal: &str) -> usize {
    let inner = literal.trim_start_matches(|c: char| c.is_alphabetic());
    let Some(inner) = inner.get(1..inner.len().saturating_sub(1)) else { return 0 };
    let (mut count, mut chars) = (0, inner.chars());
    while let Some(c) = chars.next() {
        count += 1;
        if c == '\\' {
            match chars.next() {
                Some('u' | 'U' | 'x') => return 1 + usize::from(inner.matches('\\').count() > 1),
                Some('0'..='7') => return 1,
                _ => {}
            }
        }
    }
    count
}

/// A character literal as a string.
pub fn as_string(literal: &str) -> String {
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    format!("\"{}\"", inner.replace("\\'", "'").replace('"', "\\\""))
}

/// A string literal of one character as a character.
pub fn as_char(literal: &str) -> String {
    let inner = literal.get(1..literal.len().saturating_sub(1)).unwrap_or_default();
    match inner {
        "'" => "'\\''".to_owned(),
        "\\\"" => "'\"'".to_owned(),
        _ => format!("'{inner}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_and_changes_quotes() {
        assert_eq!((characters("\"*\""), characters("'ab'"), characters("'\\n'"), characters("\"\"")), (1, 2, 1, 0));
        assert_eq!(as_char("\"'\""), "'\\''");
        assert_eq!(as_char("\"\\\"\""), "'\"'");
        assert_eq!(as_string("'it\\'s \"so\"'"), "\"it's \\\"so\\\"\"");
    }
}
