//! Brackets without a partner: where the partner belongs, and which one is too
//! much.

use crate::balance::Fault;
use crate::candidate::{Change, Pool, Problem, insert, replace};
use crate::lex::Kind;
use crate::rules::insertion::own_line;
use crate::source::Source;

/// Proposes partners for brackets that have none.
pub fn propose(problem: &Problem, faults: &[Fault], pool: &mut Pool) {
    let related = problem.related();
    for (rank, fault) in (0u32..).zip(faults) {
        match *fault {
            Fault::Unclosed { opener, before } => {
                let named = problem
                    .source
                    .code
                    .get(opener)
                    .is_some_and(|t| related.iter().any(|at| (t.start..=t.end).contains(at)));
                let base = if named { 9 } else { 11 } + rank.min(8) * 2;
                if problem.source.word(opener) == "{" {
                    close_block(problem.source, opener, before, base, pool);
                } else {
                    close_list(problem, opener, before, base, pool);
                }
            }
            Fault::Surplus { closer } => {
                let base = 11 + rank.min(8) * 2;
                if problem.source.word(closer) == "}" {
                    open_block(problem.source, closer, base, pool);
                } else {
                    open_list(problem.source, closer, base, pool);
                }
                remove(problem.source, closer, base, pool);
            }
        }
    }
}

/// The tokens before a block's brace, back to the end of the statement before.
fn head<'a>(source: &'a Source<'a>, opener: usize) -> impl Iterator<Item = &'a str> {
    (0..opener)
        .rev()
        .take(40)
        .map(|i| source.word(i))
        .take_while(|w| !matches!(*w, ";" | "{" | "}"))
}

/// A `}` for a `{`.
fn close_block(source: &Source, opener: usize, before: usize, base: u32, pool: &mut Pool) {
    let Some(last) = before.checked_sub(1) else {
        return;
    };
    let needs_semicolon = source.lang.c_family()
        && head(source, opener).any(|w| matches!(w, "struct" | "class" | "enum" | "union" | "="))
        && !head(source, opener).any(|w| w == ")")
        && source.word(before) != ";";
    let ends: &[&str] = if needs_semicolon {
        &["};", "}"]
    } else {
        &["}", "};", "})", "});"]
    };
    for (rank, end) in (0u32..).zip(ends) {
        let cost = base
            + if rank < 2 && needs_semicolon {
                rank
            } else {
                rank * 8
            };
        let title = format!("insert `{end}`");
        if let Some(changes) = place(source, opener, last, before, end) {
            pool.add(changes, title, cost);
        }
    }
}

/// Where a block's end goes: on the line behind the block's last one, at the
/// indentation of its head; into an empty line if one is there.
fn place(
    source: &Source,
    opener: usize,
    last: usize,
    before: usize,
    end: &str,
) -> Option<Vec<Change>> {
    let token = source.code.get(last)?;
    let line = source.line_of(token.end);
    let next = source.code.get(before);
    let next_line = source.token_line(before);
    if let Some(next) = next {
        if next_line == line {
            let gap = if token.end == next.start { "" } else { " " };
            return Some(insert(next.start, format!("{end}{gap}")));
        }
        let word = source.word(before);
        if matches!(word, "else" | "catch" | "finally")
            && source.indent(next_line) != source.indent(head_line(source, opener))
        {
            let bounds = source.line(next_line);
            let text = format!("{}{end} ", source.indentation(head_line(source, opener)));
            return Some(replace(bounds.start..next.start, text));
        }
        if end == "}" && matches!(word, ")" | "]" | ";" | ",") && source.first_on_line(before) {
            return Some(insert(next.start, end));
        }
    }
    if source.token_line(opener) == line && opener != last {
        // `{1, 2 ,` of a table: the separator stays outside.
        let inner = if source.word(last) == "," {
            source.code[last - 1].end
        } else {
            token.end
        };
        return Some(insert(inner, format!(" {end}")));
    }
    if opener == last
        && next.is_some()
        && source.indent(next_line) <= source.indent(line)
        && !source.blank(line + 1)
    {
        // An empty block.
        return Some(insert(token.end, end));
    }
    let text = format!("{}{end}", source.indentation(head_line(source, opener)));
    let behind = source.line(line + 1);
    let room = line + 1 < source.line_count()
        && source.blank(line + 1)
        && (next.is_none() || line + 1 < next_line)
        && (line + 2 < source.line_count() || !behind.is_empty());
    if room {
        return Some(replace(behind, text));
    }
    let at = source.line(line).end;
    Some(insert(at, format!("\n{text}")))
}

/// The line where a block's head begins: that of the parenthesis before the
/// brace where there is one.
fn head_line(source: &Source, opener: usize) -> usize {
    let line = source.token_line(opener);
    let Some(before) = opener.checked_sub(1).filter(|b| source.word(*b) == ")") else {
        return line;
    };
    if source.first_on_line(opener) {
        return line;
    }
    let mut depth = 0usize;
    for i in (0..=before).rev().take(400) {
        match source.word(i) {
            ")" => depth += 1,
            "(" => {
                depth -= 1;
                if depth == 0 {
                    return source.token_line(i);
                }
            }
            _ => {}
        }
    }
    line
}

/// A `)` or `]` for its opening one.
fn close_list(problem: &Problem, opener: usize, before: usize, base: u32, pool: &mut Pool) {
    let source = problem.source;
    let end = if source.word(opener) == "(" { ")" } else { "]" };
    let title = format!("insert `{end}`");
    let line = source.token_line(opener);
    let add = |pool: &mut Pool, at: usize, cost: u32| {
        pool.add(insert(at, end), title.clone(), base + cost)
    };
    // What cannot begin an element follows an empty list.
    if matches!(
        source.word(opener + 1),
        ">" | "<" | "=" | "==" | "!=" | "." | "," | "&&" | "||" | "/" | "%" | "?" | "+"
    ) {
        add(pool, source.code[opener].end, 0);
    }
    // Nothing but a list's own brackets may nest inside it.
    let mut depth = 0usize;
    let mut rank = 0;
    for i in opener + 1..before.min(source.code.len()).min(opener + 400) {
        let word = source.word(i);
        if source.kind(i) != Some(Kind::Punct) && !source.first_on_line(i) {
            continue;
        }
        let previous = source.code[i - 1].end;
        match word {
            ")" | "]" | "}" if depth > 0 => {
                depth -= 1;
                continue;
            }
            ")" | "]" | "}" => break,
            "{" if depth == 0 && source.token_line(i) == line => add(pool, previous, 1 + rank),
            ";" if depth == 0 => {
                add(pool, previous, rank);
                break;
            }
            // An index seldom compares or assigns.
            "=" | "==" | "!=" | "<" | ">" | "<=" | ">=" | "&&" | "||" | "?" | "+=" | "-="
                if depth == 0 && end == "]" && i > opener + 1 && rank == 0 =>
            {
                pool.add(insert(previous, end), title.clone(), base.saturating_sub(4));
                rank += 2;
            }
            ":" | "=>" | "->" | "=" if depth == 0 && source.token_line(i) == line => {
                add(pool, previous, 5 + rank)
            }
            _ => {}
        }
        if depth == 0 && source.first_on_line(i) && source.token_line(i) > line {
            let last = i - 1;
            if matches!(source.word(last), "," | ";" | ":" | "{") && last > opener {
                add(pool, source.code[last - 1].end, 2 + rank);
            }
            add(pool, previous, 2 + rank);
            rank += 3;
            if rank > 9 {
                break;
            }
        }
        if matches!(word, "(" | "[" | "{") {
            depth += 1;
        }
    }
    if let Some(last) = source.on_line(line).last() {
        add(pool, source.code[last].end, 4);
        if last > opener && matches!(source.word(last), "," | ";" | ":" | "{" | "=>" | "->") {
            add(pool, source.code[last - 1].end, 3);
        }
    }
    if let Some(last) = before.checked_sub(1).and_then(|i| source.code.get(i)) {
        add(pool, last.end, 12);
    }
    // It may have stood anywhere on the line behind an operand.
    for i in opener + 1..source.on_line(line).end.min(opener + 40) {
        let operand = matches!(source.word(i - 1), ")" | "]" | "}")
            || matches!(
                source.kind(i - 1),
                Some(Kind::Word | Kind::Number | Kind::Str | Kind::Char)
            );
        let closes = source.kind(i) == Some(Kind::Punct)
            && !matches!(source.word(i), "(" | "[" | "." | "::" | "->");
        if operand && closes {
            add(pool, source.code[i - 1].end, 9);
        }
    }
}

/// A `{` for a `}`: behind the nearest line above that is as deep as the
/// closing brace and has nothing that ends it.
fn open_block(source: &Source, closer: usize, base: u32, pool: &mut Pool) {
    let line = source.token_line(closer);
    if !source.first_on_line(closer) {
        let inline = source.on_line(line).start..closer;
        let after = |i: &usize| {
            matches!(
                source.word(*i),
                "=" | "return" | "=>" | "->" | ")" | "]" | ":" | "("
            )
        };
        for (rank, i) in (2u32..).zip(inline.rev().filter(after).take(5)) {
            let gap = if matches!(source.word(i), "(" | "]") {
                "{"
            } else {
                " {"
            };
            pool.add(insert(source.code[i].end, gap), "insert `{`", base + rank);
        }
        return;
    }
    let wanted = source.indent(line);
    let mut tried = 0;
    for above in (0..line).rev().take(2000) {
        let tokens = source.on_line(above);
        if tokens.is_empty() || source.indent(above) > wanted {
            continue;
        }
        if source.indent(above) < wanted || tried >= 3 {
            break;
        }
        tried += 1;
        // A head may go on over several lines in its own brackets.
        let Some(last) = head_end(source, tokens.start, closer) else {
            continue;
        };
        if matches!(source.word(last), "{" | ";" | "," | "}") {
            if source.word(last) == "}" && source.word(last + 1) != "else" {
                break;
            }
            continue;
        }
        let end = source.code[last].end;
        let blank = source.line_of(end) + 1;
        let own_line = allman(source);
        let cost = base + tried - 1;
        if own_line && source.blank(blank) && blank < line {
            let text = format!("{}{{", source.indentation(above));
            pool.add(replace(source.line(blank), text), "insert `{`", cost);
        } else if own_line {
            let text = format!("\n{}{{", source.indentation(above));
            pool.add(insert(end, text), "insert `{`", cost);
        }
        pool.add(
            insert(end, " {"),
            "insert `{`",
            cost + u32::from(own_line) * 2,
        );
    }
}

/// The last token of a head that begins at a token: the last one on a line
/// where no bracket is open.
fn head_end(source: &Source, from: usize, limit: usize) -> Option<usize> {
    let mut depth = 0usize;
    for i in from..limit.min(from + 200) {
        match source.word(i) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && source.token_line(i) != source.token_line(i + 1) {
            return Some(i);
        }
    }
    None
}

/// Whether this file writes its opening braces on lines of their own.
fn allman(source: &Source) -> bool {
    let (mut own, mut shared) = (0usize, 0usize);
    for i in (0..source.code.len())
        .filter(|i| source.word(*i) == "{")
        .take(200)
    {
        if source.first_on_line(i) {
            own += 1
        } else {
            shared += 1
        }
    }
    own > shared
}

/// A `(` for a `)`: behind the keyword of its statement, else behind a name.
fn open_list(source: &Source, closer: usize, base: u32, pool: &mut Pool) {
    let start = if source.word(closer) == ")" { "(" } else { "[" };
    let statement = source.statement(closer);
    let title = format!("insert `{start}`");
    let mut names = 0;
    for i in statement.start.max(closer.saturating_sub(60))..closer {
        if source.kind(i) != Some(Kind::Word) || source.word(i + 1) == start {
            continue;
        }
        let Some(next) = source.code.get(i + 1) else {
            return;
        };
        let control = matches!(
            source.word(i),
            "if" | "while"
                | "for"
                | "switch"
                | "catch"
                | "foreach"
                | "using"
                | "lock"
                | "synchronized"
        );
        if control && start == "(" {
            pool.add(insert(next.start, start), title.clone(), base);
        } else if names < 6 {
            names += 1;
            // Two operands in a row lack what stood between them; `name()` for
            // `name)` only calls what nobody called.
            let operand = matches!(
                source.kind(i + 1),
                Some(Kind::Word | Kind::Number | Kind::Str | Kind::Char)
            );
            let cost = match source.word(i + 1) {
                ")" | "]" => 14,
                _ if operand && start == "(" && !source.lang.keywords.contains(&source.word(i)) => {
                    2
                }
                _ => 6 + names,
            };
            pool.add(
                insert(source.code[i].end, start),
                title.clone(),
                base + cost,
            );
        }
    }
}

/// A closing bracket that is too much.
fn remove(source: &Source, closer: usize, base: u32, pool: &mut Pool) {
    let token = source.code[closer];
    let word = source.word(closer);
    // Twice the same brace in a row, or code that has ended: surely too much.
    let doubled = closer > 0
        && source.word(closer - 1) == word
        && source.first_on_line(closer)
        && source.first_on_line(closer - 1)
        && source.indent(source.token_line(closer)) == source.indent(source.token_line(closer - 1));
    let list = matches!(word, ")" | "]");
    let behind = closer > 0 && source.word(closer - 1) == word;
    let cost = match (doubled, list && behind) {
        (true, _) => base - 4,
        (false, true) => base + 5,
        (false, false) => base + 8,
    };
    let title = format!("remove the unmatched `{word}`");
    let own = own_line(source, token.start..token.end);
    if let (None, true) = (&own, doubled) {
        // `}` and below it `} else {`: the first one is too much.
        let before = source.code[closer - 1];
        if let Some(range) = own_line(source, before.start..before.end) {
            pool.add(replace(range, ""), title, cost);
            return;
        }
    }
    let changes = replace(own.unwrap_or(token.start..token.end), "");
    if list {
        pool.add_balancing(changes, title, cost);
    } else {
        pool.add(changes, title, cost);
    }
}
