//! Python's lines that stand at the wrong depth, and its statements that stand
//! in the wrong function: what only CPython's compiler sees.

use crate::candidate::{Change, Pool, Problem};
use crate::lang::Id;
use crate::source::Source;

/// The levels that are tried for a line that fits none.
const LEVELS: usize = 3;

/// Proposes another depth, or another kind of function.
pub fn propose(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    if source.lang.id != Id::Python {
        return;
    }
    let message = problem.diagnostic.message.as_str();
    let line = problem.line();
    let says = |words: &str| message.contains(words);
    if says("outside async function") || says("outside of an asynchronous function") {
        if let Some(changes) = asynchronous(source, line) {
            pool.add_unseen(changes, "make the function `async`", 3);
        }
    } else if says("'return' outside function") || says("unexpected indent") {
        if let Some(above) = above(source, line) {
            let to = source.indentation(above);
            pool.add_unseen(shifted(source, line, to), "indent as the line above", 4);
        }
    } else if says("unindent does not match") {
        for (rank, to) in (0u32..).zip(levels(source, line)) {
            pool.add_unseen(
                shifted(source, line, to),
                "indent as a line above",
                4 + rank,
            );
        }
    } else if says("inconsistent use of tabs") {
        for (cost, width) in [(4, 4), (6, 8)] {
            pool.add_unseen(spaces(source, width), "indent with spaces alone", cost);
        }
    } else if says("expected an indented block after")
        && let Some(above) = above(source, line)
        && source.indent(line) <= source.indent(above)
        && !defines(source, line)
    {
        let to = format!("{}{}", source.indentation(above), unit(source));
        let range =
            source.line(line).start..source.line(line).start + source.indentation(line).len();
        let change = Change { range, text: to };
        pool.add_unseen(vec![change], "indent the statement", 4);
    }
}

/// The line with code before a line.
fn above(source: &Source, line: usize) -> Option<usize> {
    (0..line).rev().find(|l| !source.on_line(*l).is_empty())
}

/// Whether a line begins a definition of its own: no body of the one above.
fn defines(source: &Source, line: usize) -> bool {
    matches!(
        source.word(source.on_line(line).start),
        "def" | "class" | "@" | "async"
    )
}

/// What the file indents by: its shallowest indentation.
fn unit<'a>(source: &Source<'a>) -> &'a str {
    (0..source.line_count())
        .filter(|l| source.indent(*l) > 0 && !source.on_line(*l).is_empty())
        .map(|l| source.indentation(l))
        .find(|i| matches!(i.len(), 1..=8))
        .filter(|i| i.bytes().all(|b| b == b'\t') || i.len() > 1)
        .unwrap_or("    ")
}

/// Puts a line, and those after it that stand as deep or deeper, at another
/// depth.
fn shifted(source: &Source, line: usize, to: &str) -> Vec<Change> {
    let from = source.indentation(line);
    let mut changes = Vec::new();
    for l in line..source.line_count() {
        if source.blank(l) {
            continue;
        }
        let own = source.indentation(l);
        if l > line && (own.len() < from.len() || from.is_empty()) {
            break;
        }
        if !own.starts_with(from) {
            break;
        }
        let start = source.line(l).start;
        changes.push(Change {
            range: start..start + from.len(),
            text: to.to_owned(),
        });
    }
    changes
}

/// The depths of the blocks around a line, the nearest to its own first.
fn levels<'a>(source: &Source<'a>, line: usize) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    let mut least = usize::MAX;
    for l in (0..line).rev() {
        if source.on_line(l).is_empty() || source.indent(l) >= least {
            continue;
        }
        least = source.indent(l);
        found.push(source.indentation(l));
        if least == 0 {
            break;
        }
    }
    let own = source.indent(line);
    let depth = |i: &str| {
        i.chars()
            .map(|c| if c == '\t' { 4 } else { 1 })
            .sum::<usize>()
    };
    found.sort_by_key(|i| depth(i).abs_diff(own));
    found.truncate(LEVELS);
    found
}

/// Every indentation in spaces.
fn spaces(source: &Source, width: usize) -> Vec<Change> {
    let mut changes = Vec::new();
    for line in 0..source.line_count() {
        let own = source.indentation(line);
        if !own.contains('\t') || source.on_line(line).is_empty() {
            continue;
        }
        let columns = own.chars().fold(0, |n, c| {
            if c == '\t' {
                n + width - n % width
            } else {
                n + 1
            }
        });
        let start = source.line(line).start;
        changes.push(Change {
            range: start..start + own.len(),
            text: " ".repeat(columns),
        });
    }
    changes
}

/// `async` before the `def` around a line.
fn asynchronous(source: &Source, line: usize) -> Option<Vec<Change>> {
    let mut depth = source.indent(line);
    for l in (0..line).rev() {
        let tokens = source.on_line(l);
        if tokens.is_empty() || source.indent(l) >= depth {
            continue;
        }
        depth = source.indent(l);
        match source.word(tokens.start) {
            "def" => {
                let at = source.code.get(tokens.start)?.start;
                return Some(crate::candidate::insert(at, "async "));
            }
            "class" => return None,
            _ => {}
        }
    }
    None
}
