//! Literals that are not closed, or in the wrong quotes.

use crate::candidate::{Pool, Problem, insert, replace};
use crate::lang::Id;
use crate::lex::{Kind, Token};
use crate::source::Source;

/// Closes a literal that runs to the end of its line.
pub fn unclosed(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let literals: Vec<usize> = (0..source.code.len())
        .filter(|i| {
            matches!(source.code[*i].kind, Kind::Str | Kind::Char) && !source.code[*i].closed
        })
        .take(4)
        .collect();
    let says = |word: &str| problem.diagnostic.message.contains(word);
    if source.lang.id == Id::Rust
        && (!literals.is_empty() || says("unterminated") || says("prefix"))
    {
        running_on(problem, pool);
    }
    for literal in literals {
        close_on_line(problem, literal, 9, pool);
    }
}

/// Where literals may span lines, one that was never closed swallows code up
/// to the next quote, and the report comes from far behind. The fault is on a
/// line where a literal begins and does not end.
fn running_on(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let spans = |t: &Token| source.line_of(t.start) != source.line_of(t.end.saturating_sub(1));
    let literals = (0..source.code.len()).filter(|i| {
        source.kind(*i) == Some(Kind::Str)
            && !source.word(*i).starts_with('r')
            && spans(&source.code[*i])
    });
    for (rank, literal) in (0u32..).zip(literals.take(4)) {
        // Another literal's fault is a worse guess than the reported one's own.
        let base = if problem.diagnostic.message.contains("double quote") {
            4
        } else {
            10
        };
        close_on_line(problem, literal, base + rank * 2, pool);
    }
}

/// On a line with several literals any of them may be the one that runs on
/// into the next.
fn close_on_line(problem: &Problem, literal: usize, base: u32, pool: &mut Pool) {
    let source = problem.source;
    let token = source.code[literal];
    let line = source.line_of(token.start);
    let end = token.end.min(source.line(line).end);
    for other in source.on_line(line).start..=literal {
        let start = source.code[other].start;
        let quote = source.text[start..end]
            .chars()
            .find(|c| matches!(c, '"' | '\'' | '`'));
        let literal = matches!(source.kind(other), Some(Kind::Str | Kind::Char));
        if let Some(quote) = quote.filter(|_| literal) {
            close(problem, start, end, quote, base, pool);
        }
    }
}

/// Proposes every end that leaves code behind it, the likeliest first: names
/// that the file knows should be outside, words that it does not inside.
fn close(problem: &Problem, start: usize, end: usize, quote: char, base: u32, pool: &mut Pool) {
    let source = problem.source;
    let Some(body) = source.text.get(start..end) else {
        return;
    };
    let content = body.find(quote).map_or(1, |at| at + quote.len_utf8());
    // Up to the next quote: that one begins another literal then.
    let interpolated = body.starts_with('$');
    let body = match body[content..].find(quote) {
        Some(at) if !interpolated => &body[..content + at],
        _ => body,
    };
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
    for (rank, (_, at)) in (0u32..).zip(ends.into_iter().take(8)) {
        let cost = base + rank + problem.distance(start).min(3);
        pool.add(
            insert(start + at, quote.to_string()),
            "close the string literal",
            cost,
        );
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
    let like_code = |w: &String| {
        w.contains('_') || w.chars().skip(1).any(char::is_uppercase) || source.occurrences(w) > 1
    };
    // A table often repeats a name in quotes: `{"tan", tan}`.
    let named = words(inside);
    let strange = words(outside)
        .iter()
        .filter(|w| source.occurrences(w) == 0 && !named.contains(w))
        .count();
    let swallowed = words(inside).iter().filter(|w| like_code(w)).count();
    // Two words in a row are prose, not code.
    let prose = outside.split_whitespace().collect::<Vec<_>>();
    let prose = prose
        .windows(2)
        .filter(|p| {
            p.iter()
                .all(|w| !w.is_empty() && w.chars().all(char::is_alphanumeric))
        })
        .count();
    // `f(` is a call.
    let calls = inside
        .as_bytes()
        .windows(2)
        .filter(|w| w[0].is_ascii_alphanumeric() && w[1] == b'(')
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
    // `"size: "` + x without the quote leaves two spaces.
    let space_before = match (inside.ends_with(' '), outside.starts_with(' ')) {
        (true, true) | (false, false) => 0,
        (true, false) => 1,
        (false, true) => 2,
    };
    let follows = outside.trim_start().chars().next();
    let space_before = space_before
        + if matches!(follows, None | Some(',' | ')' | ';' | '+' | ']' | '}')) {
            0
        } else {
            2
        };
    let commas =
        count(inside.matches(',').count()) + u32::from(inside.trim_end().ends_with(',')) * 2;
    // `'{0}'..Format(` : the first dot ends the sentence, the second one calls.
    let dots = u32::from(outside.starts_with("..")) * 6;
    commas
        + dots
        + count(strange) * 4
        + count(swallowed) * 3
        + count(prose) * 6
        + count(calls) * 4
        + unbalanced * 4
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
        let cost = 12
            + u32::try_from(token.abs_diff(source.at_or_after(problem.anchor)).min(10))
                .unwrap_or(10);
        match literal.kind {
            Kind::Char if literal.closed && characters(text) > 1 => {
                let title = "write a string in double quotes";
                pool.add_unseen(
                    replace(literal.start..literal.end, as_string(text)),
                    title,
                    cost,
                );
            }
            Kind::Str if literal.closed && characters(text) == 1 && text.starts_with('"') => {
                let title = "write a character in single quotes";
                pool.add(
                    replace(literal.start..literal.end, as_char(text)),
                    title,
                    cost + 12,
                );
            }
            _ => {}
        }
    }
    if source.lang.id == Id::Rust {
        // `'two words'` is a lifetime and what follows.
        let bounds = source.line(problem.line());
        let text = &source.text[bounds.clone()];
        let lifetimes = text.contains('<') || text.contains('&');
        if text.matches('\'').count() == 2 && !text.contains('"') && !lifetimes {
            let changes = text
                .match_indices('\'')
                .flat_map(|(at, _)| replace(bounds.start + at..bounds.start + at + 1, "\""))
                .collect();
            pool.add_unseen(changes, "write a string in double quotes", 7);
        }
    }
}

/// How many characters a literal has between its quotes.
pub fn characters(literal: &str) -> usize {
    let inner = literal.trim_start_matches(|c: char| c.is_alphabetic());
    let Some(inner) = inner.get(1..inner.len().saturating_sub(1)) else {
        return 0;
    };
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
    let inner = literal
        .get(1..literal.len().saturating_sub(1))
        .unwrap_or_default();
    format!("\"{}\"", inner.replace("\\'", "'").replace('"', "\\\""))
}

/// A string literal of one character as a character.
pub fn as_char(literal: &str) -> String {
    let inner = literal
        .get(1..literal.len().saturating_sub(1))
        .unwrap_or_default();
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
        assert_eq!(
            (
                characters("\"*\""),
                characters("'ab'"),
                characters("'\\n'"),
                characters("\"\"")
            ),
            (1, 2, 1, 0)
        );
        assert_eq!(as_char("\"'\""), "'\\''");
        assert_eq!(as_char("\"\\\"\""), "'\"'");
        assert_eq!(as_string("'it\\'s \"so\"'"), "\"it's \\\"so\\\"\"");
    }
}
