//! Python 2's ways of writing. The host's grammar still takes most of them, so
//! the syntax tree shows no fault: what CPython says is what there is to go by.
//! A file of Python 2 has each habit many times, and CPython stops at the
//! first, so all of one kind are mended in one step.

use crate::candidate::{Change, Pool, Problem};
use crate::lang::Id;
use crate::lex::Kind;
use crate::source::Source;

/// What the message makes likely: no more than a parse error says so surely.
const COST: u32 = 3;

/// Proposes what Python 3 writes instead.
pub fn propose(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    if source.lang.id != Id::Python {
        return;
    }
    let message = problem.diagnostic.message.as_str();
    let mut add = |changes: Vec<Change>, title: &str| {
        if !changes.is_empty() {
            pool.add_unseen(changes, title, COST);
        }
    };
    if message.contains("Missing parentheses in call to") {
        add(statements(source), "call `print` and `exec` as functions");
    }
    let vague = message.contains("invalid syntax");
    if vague || message.contains("multiple exception types must be parenthesized") {
        add(excepts(source), "name the exception with `as`");
    }
    if vague {
        add(raises(source), "make the exception before raising it");
        add(unequal(source), "write `!=`");
        add(backticks(source), "write `repr()`");
        add(
            raw_unicode(source),
            "leave the `u` out: every string is Unicode",
        );
    }
    if message.contains("leading zeros in decimal integer") {
        add(numbers(source, octal), "write octal numbers with `0o`");
    }
    if message.contains(" literal") {
        add(
            numbers(source, long),
            "leave the `L` out: every integer is long",
        );
    }
}

fn change(range: std::ops::Range<usize>, text: impl Into<String>) -> Change {
    Change {
        range,
        text: text.into(),
    }
}

/// The tokens up to the end of the logical line that token `from` is on, or to
/// the `;` before it.
fn line_end(source: &Source, from: usize) -> usize {
    let mut depth = 0usize;
    for i in from..source.code.len() {
        if depth == 0 && i > from {
            let gap = source
                .text
                .get(source.code[i - 1].end..source.code[i].start)
                .unwrap_or_default();
            if gap.contains('\n') && !gap.contains("\\\n") && !gap.contains("\\\r\n") {
                return i;
            }
        }
        match source.word(i) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            ";" if depth == 0 => return i,
            _ => {}
        }
    }
    source.code.len()
}

/// The tokens of these words that stand outside brackets in a range.
fn outside(source: &Source, range: std::ops::Range<usize>, word: &str) -> Vec<usize> {
    let mut depth = 0usize;
    let mut found = Vec::new();
    for i in range {
        match source.word(i) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            w if depth == 0 && w == word => found.push(i),
            _ => {}
        }
    }
    found
}

fn starts_statement(source: &Source, token: usize) -> bool {
    source.first_on_line(token)
        || token
            .checked_sub(1)
            .is_some_and(|i| matches!(source.word(i), ":" | ";"))
}

/// `print x, y`, `print >>f, x`, `exec code in names`.
fn statements(source: &Source) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut depth = 0usize;
    let mut i = 0;
    while i < source.code.len() {
        let word = source.word(i);
        match word {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 || !matches!(word, "print" | "exec") || !starts_statement(source, i) {
            i += 1;
            continue;
        }
        let end = line_end(source, i);
        let begins = source.word(i + 1);
        if end > i + 1 && !matches!(begins, "(" | "=" | "." | "," | ":" | "[") {
            changes.extend(called(source, word, i, end));
        }
        i = end.max(i + 1);
    }
    changes
}

fn called(source: &Source, word: &str, head: usize, end: usize) -> Option<Change> {
    let slice = |from: usize, to: usize| -> Option<&str> {
        source
            .text
            .get(source.code.get(from)?.start..source.code.get(to.checked_sub(1)?)?.end)
    };
    let (mut first, mut last) = (head + 1, end);
    let mut more = String::new();
    if word == "print" {
        if source.word(last - 1) == "," {
            last -= 1;
            more.push_str(", end=\" \"");
        }
        let into = match (source.word(first), source.word(first + 1)) {
            (">>", _) => 1,
            (">", ">") => 2,
            _ => 0,
        };
        if into > 0 {
            let comma = outside(source, first..last, ",").first().copied();
            let target = slice(first + into, comma.unwrap_or(last))?;
            more = format!("{more}, file={target}");
            first = comma.map_or(last, |c| c + 1);
        }
        let text = if first < last {
            slice(first, last)?
        } else {
            ""
        };
        let inner = format!("{text}{more}");
        let inner = inner.strip_prefix(", ").unwrap_or(&inner);
        let range = source.code.get(head)?.start..source.code.get(end - 1)?.end;
        return Some(change(range, format!("print({inner})")));
    }
    let inside = outside(source, first..last, "in").first().copied();
    let text = match inside {
        Some(at) => format!("{}, {}", slice(first, at)?, slice(at + 1, last)?),
        None => slice(first, last)?.to_owned(),
    };
    let range = source.code.get(head)?.start..source.code.get(end - 1)?.end;
    Some(change(range, format!("exec({text})")))
}

/// `except E, e:`; where the second is a class too, both in brackets.
fn excepts(source: &Source) -> Vec<Change> {
    let mut changes = Vec::new();
    for i in 0..source.code.len() {
        if source.word(i) != "except" || !source.first_on_line(i) {
            continue;
        }
        let end = line_end(source, i);
        let Some(colon) = outside(source, i..end, ":").first().copied() else {
            continue;
        };
        let commas = outside(source, i..colon, ",");
        let (Some(&comma), Some(&last)) = (commas.first(), commas.last()) else {
            continue;
        };
        let (Some(open), Some(behind)) = (source.code.get(i + 1), source.code.get(last + 1)) else {
            continue;
        };
        let class = source.word(last + 1).starts_with(char::is_uppercase);
        if commas.len() == 1 && last + 2 == colon && !class {
            let before = source.code[comma - 1].end;
            changes.push(change(before..behind.start, " as "));
        } else if class {
            let close = source.code[colon - 1].end;
            changes.push(change(open.start..open.start, "("));
            changes.push(change(close..close, ")"));
        }
    }
    changes
}

/// `raise E, "text"` and `raise E, "text", traceback`.
fn raises(source: &Source) -> Vec<Change> {
    let mut changes = Vec::new();
    for i in 0..source.code.len() {
        if source.word(i) != "raise" || !starts_statement(source, i) {
            continue;
        }
        let end = line_end(source, i);
        let commas = outside(source, i..end, ",");
        let name = (i + 1..commas.first().copied().unwrap_or(i + 1))
            .all(|t| source.kind(t) == Some(Kind::Word) || source.word(t) == ".");
        let Some(&first) = commas.first().filter(|c| name && **c > i + 1) else {
            continue;
        };
        let until = commas.get(1).copied().unwrap_or(end);
        if commas.len() > 2
            || until <= first + 1
            || end <= until + usize::from(commas.len() == 2) && commas.len() == 2
        {
            continue;
        }
        let start = source.code[first - 1].end;
        let value = &source.text[source.code[first + 1].start..source.code[until - 1].end];
        let value = if value == "None" { "" } else { value };
        let stop = source.code[end - 1].end;
        let trace = if commas.len() == 2 {
            let trace = &source.text[source.code[until + 1].start..stop];
            format!(".with_traceback({trace})")
        } else {
            String::new()
        };
        changes.push(change(start..stop, format!("({value}){trace}")));
    }
    changes
}

/// `a <> b`.
fn unequal(source: &Source) -> Vec<Change> {
    let mut changes = Vec::new();
    for (i, token) in source.code.iter().enumerate() {
        if token.kind != Kind::Punct {
            continue;
        }
        if source.word(i) == "<>" {
            changes.push(change(token.start..token.end, "!="));
        } else if source.word(i) == "<"
            && source.word(i + 1) == ">"
            && source.code.get(i + 1).is_some_and(|t| t.start == token.end)
        {
            changes.push(change(token.start..token.end + 1, "!="));
        }
    }
    changes
}

/// `` `x` ``, on lines that have pairs of them.
fn backticks(source: &Source) -> Vec<Change> {
    let mut changes = Vec::new();
    for line in 0..source.line_count() {
        let marks: Vec<usize> = source
            .on_line(line)
            .filter(|i| source.word(*i) == "`")
            .collect();
        if marks.len() % 2 == 1 {
            return Vec::new();
        }
        for (n, mark) in marks.into_iter().enumerate() {
            let token = source.code[mark];
            let new = if n % 2 == 0 { "repr(" } else { ")" };
            changes.push(change(token.start..token.end, new));
        }
    }
    changes
}

/// `ur"…"`.
fn raw_unicode(source: &Source) -> Vec<Change> {
    let quoted = |at: usize| source.text[at..].starts_with(['"', '\'']);
    source
        .code
        .iter()
        .filter(|t| {
            source
                .text
                .get(t.start..t.start + 2)
                .is_some_and(|p| p.eq_ignore_ascii_case("ur") && quoted(t.start + 2))
        })
        .map(|t| change(t.start..t.start + 1, ""))
        .collect()
}

/// Each number that a function writes otherwise.
fn numbers(source: &Source, of: fn(&str, &str) -> Option<(usize, String)>) -> Vec<Change> {
    let mut changes = Vec::new();
    for (i, token) in source.code.iter().enumerate() {
        if token.kind != Kind::Number {
            continue;
        }
        // What stands right behind may have been read as a word.
        let behind = source
            .code
            .get(i + 1)
            .filter(|next| next.start == token.end)
            .map_or("", |_| source.word(i + 1));
        if let Some((surplus, new)) = of(source.word(i), behind) {
            changes.push(change(token.start..token.end + surplus, new));
        }
    }
    changes
}

fn octal(number: &str, _: &str) -> Option<(usize, String)> {
    let digits = number.strip_prefix('0')?;
    let fits = !digits.is_empty() && digits.bytes().all(|b| matches!(b, b'0'..=b'7'));
    fits.then(|| (0, format!("0o{digits}")))
}

fn long(number: &str, behind: &str) -> Option<(usize, String)> {
    if let Some(rest) = number.strip_suffix(['L', 'l']) {
        return Some((0, rest.to_owned()));
    }
    matches!(behind, "L" | "l").then(|| (1, number.to_owned()))
}
