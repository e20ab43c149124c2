//! Ways of writing that another language has and this one has not.

use crate::candidate::{Change, Pool, Problem, insert, replace};
use crate::lang::Id;
use crate::lex::Kind;
use crate::source::Source;
use std::ops::Range;

/// Proposes what this language writes instead.
pub fn propose(problem: &Problem, pool: &mut Pool) {
    compare(problem, pool, false);
    match problem.source.lang.id {
        Id::Rust => {
            typed_local(problem, pool);
            ternary(problem, pool);
            increment(problem, pool);
        }
        Id::Go => increment_value(problem, pool),
        Id::Python => {
            else_if(problem, pool);
            header_colon(problem, pool);
            increment(problem, pool);
        }
        Id::C | Id::Cpp | Id::CSharp | Id::Java | Id::Script => case_colon(problem, pool),
    }
    macro_statement(problem, pool);
}

/// `=` for `==` in a condition. Where the grammar allows the assignment, as
/// Rust's does, `unseen` says that the parse errors will not tell.
pub fn compare(problem: &Problem, pool: &mut Pool, unseen: bool) {
    let source = problem.source;
    let line = source.on_line(problem.line());
    let Some(head) = line.clone().find(|i| {
        matches!(
            source.word(*i),
            "if" | "elif" | "while" | "assert" | "until"
        ) && (source.first_on_line(*i)
            || matches!(source.word(i.wrapping_sub(1)), "else" | "}" | "{" | ";"))
    }) else {
        return;
    };
    let mut lets = false;
    for i in head + 1..line.end {
        let token = source.code[i];
        match source.word(i) {
            "let" => lets = true,
            "{" | ";" => break,
            ":" if source.lang.id == Id::Python => break,
            "&&" | "||" => lets = false,
            "=" if token.kind == Kind::Punct && !lets => {
                let title = "compare with `==` instead of assigning";
                let changes = replace(token.start..token.end, "==");
                if unseen {
                    pool.add_unseen(changes, title, 8)
                } else {
                    pool.add(changes, title, 8)
                }
            }
            _ => {}
        }
    }
}

/// The range of code tokens from behind the last opening bracket or statement
/// end before `at` up to `at`.
fn operand_start(source: &Source, at: usize) -> usize {
    let mut depth = 0usize;
    for i in (0..at).rev().take(200) {
        match source.word(i) {
            ")" | "]" | "}" => depth += 1,
            "(" | "[" | "{" if depth == 0 => return i + 1,
            "(" | "[" | "{" => depth -= 1,
            ";" | "," | "=" | "=>" | "return" | "+=" | "-=" if depth == 0 => return i + 1,
            _ => {}
        }
    }
    at
}

fn operand_end(source: &Source, from: usize) -> usize {
    let mut depth = 0usize;
    for i in from..source.code.len().min(from + 200) {
        match source.word(i) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" if depth == 0 => return i,
            ")" | "]" | "}" => depth -= 1,
            ";" | "," if depth == 0 => return i,
            _ => {}
        }
    }
    from
}

/// `c ? a : b` in Rust.
fn ternary(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let line = problem.line();
    for i in source.on_line(line.saturating_sub(1)).start..source.on_line(line).end {
        if source.word(i) != "?" {
            continue;
        }
        let (start, end) = (operand_start(source, i), operand_end(source, i + 1));
        let mut depth = 0usize;
        let colon = (i + 1..end).find(|j| {
            match source.word(*j) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && source.word(*j) == ":"
        });
        let Some(colon) = colon.filter(|c| start < i && i + 1 < *c && c + 1 < end) else {
            continue;
        };
        let at = |token: usize| source.code[token].start;
        let until = |token: usize| source.code[token].end;
        let changes = vec![
            Change {
                range: at(start)..at(start),
                text: "if ".to_owned(),
            },
            Change {
                range: until(i - 1)..at(i + 1),
                text: " { ".to_owned(),
            },
            Change {
                range: until(colon - 1)..at(colon + 1),
                text: " } else { ".to_owned(),
            },
            Change {
                range: until(end - 1)..until(end - 1),
                text: " }".to_owned(),
            },
        ];
        pool.add(changes, "write `if … { … } else { … }` for `? :`", 6);
    }
}

/// `u32 x = …` for `let x: u32 = …`.
fn typed_local(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let statement = source.statement(source.at_or_after(problem.anchor));
    let Some(equals) = statement.clone().take(24).find(|i| source.word(*i) == "=") else {
        return;
    };
    if equals < statement.start + 2 || source.kind(equals - 1) != Some(Kind::Word) {
        return;
    }
    let name = source.word(equals - 1);
    let first = source.code[statement.start];
    let ty = source.text[first.start..source.code[equals - 2].end].trim();
    if matches!(
        source.word(statement.start),
        "let" | "const" | "static" | "pub" | "use" | "type"
    ) {
        return;
    }
    let range = first.start..source.code[equals - 1].end;
    let mutable = assigned_later(source, equals, name);
    // A word of the languages that have no types here stands for `let`.
    let binding = matches!(
        ty,
        "var" | "auto" | "val" | "const" | "int" | "float" | "string" | "mut"
    );
    for (rank, mutable) in (0u32..).zip([mutable, !mutable]) {
        let mutable = if mutable { "mut " } else { "" };
        if binding {
            let text = format!("let {mutable}{name}");
            pool.add(
                replace(range.clone(), text),
                format!("declare `{name}` with `let`"),
                7 + rank,
            );
        }
        let text = format!("let {mutable}{name}: {ty}");
        pool.add(
            replace(range.clone(), text),
            format!("declare `{name}` with `let`"),
            6 + rank * 6,
        );
    }
}

/// Whether a name is assigned or borrowed mutably behind a token.
pub fn assigned_later(source: &Source, from: usize, name: &str) -> bool {
    let mut depth = 0i32;
    for i in from..source.code.len().min(from + 3000) {
        match source.word(i) {
            "{" => depth += 1,
            "}" => depth -= 1,
            word if word == name && i > 0 && source.word(i - 1) != "." => {
                let next = source.word(i + 1);
                let assigns = next.len() >= 2
                    && next.ends_with('=')
                    && !matches!(next, "==" | "!=" | "<=" | ">=");
                let again = next == "=" && source.word(i.wrapping_sub(1)) != "let";
                let borrowed = source.word(i - 1) == "mut" && source.word(i.wrapping_sub(2)) == "&";
                let pushes = next == "."
                    && matches!(
                        source.word(i + 2),
                        "push"
                            | "insert"
                            | "push_str"
                            | "extend"
                            | "pop"
                            | "clear"
                            | "next"
                            | "remove"
                            | "sort"
                    );
                if assigns || again || borrowed || pushes {
                    return true;
                }
            }
            _ => {}
        }
        if depth < 0 {
            break;
        }
    }
    false
}

/// `x++` where there is none.
fn increment(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    for i in source.on_line(problem.line()) {
        let word = source.word(i);
        // Python reads `++` as two signs.
        if !matches!(word, "++" | "--") {
            continue;
        }
        let token = source.code[i];
        let sign = &word[..1];
        let title = format!("write `{sign}= 1` for `{word}`");
        let operand = |i: usize| source.kind(i) == Some(Kind::Word) || source.word(i) == "]";
        if i > 0 && operand(i - 1) {
            let range = source.code[i - 1].end..token.end;
            pool.add_unseen(replace(range, format!(" {sign}= 1")), title.clone(), 9);
        }
        if source.kind(i + 1) == Some(Kind::Word) && source.first_on_line(i) {
            let end = source.code[operand_end(source, i + 1).saturating_sub(1)].end;
            let changes = vec![
                Change {
                    range: token.start..token.end,
                    text: String::new(),
                },
                Change {
                    range: end..end,
                    text: format!(" {sign}= 1"),
                },
            ];
            pool.add(changes, title, 9);
        }
    }
}

/// `++x` in Go, which has only `x++`.
fn increment_value(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    for i in source.on_line(problem.line()) {
        let word = source.word(i);
        if !matches!(word, "++" | "--") || !source.first_on_line(i) {
            continue;
        }
        let Some(last) = source
            .on_line(problem.line())
            .last()
            .filter(|last| *last > i)
        else {
            continue;
        };
        let (token, end) = (source.code[i], source.code[last].end);
        let changes = vec![
            Change {
                range: token.start..token.end,
                text: String::new(),
            },
            Change {
                range: end..end,
                text: word.to_owned(),
            },
        ];
        pool.add(changes, format!("write `{word}` behind the variable"), 9);
    }
}

/// The `:` that ends a header in Python.
fn header_colon(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let line = problem.line();
    for line in [line, line.saturating_sub(1)] {
        let tokens = source.on_line(line);
        let header = matches!(
            source.word(tokens.start),
            "if" | "elif"
                | "else"
                | "for"
                | "while"
                | "def"
                | "class"
                | "try"
                | "except"
                | "finally"
                | "with"
                | "async"
                | "match"
                | "case"
        );
        let Some(last) = tokens
            .last()
            .filter(|last| header && source.word(*last) != ":")
        else {
            continue;
        };
        let cost = 9 + problem.distance(source.code[last].start) * 4;
        pool.add(insert(source.code[last].end, ":"), "insert `:`", cost);
        if matches!(source.word(last), ";" | "{" | "=") {
            let range = source.code[last].start..source.code[last].end;
            let range =
                range.start - usize::from(source.text[..range.start].ends_with(' '))..range.end;
            pool.add(replace(range, ":"), "end the header with `:`", cost);
        }
    }
}

/// `else if` in Python.
fn else_if(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let line = problem.line();
    for line in (line.saturating_sub(3)..=line).rev() {
        let first = source.on_line(line).start;
        if source.word(first) == "else"
            && source.word(first + 1) == "if"
            && source.token_line(first + 1) == line
        {
            let range = source.code[first].start..source.code[first + 1].end;
            pool.add(replace(range, "elif"), "write `elif` for `else if`", 5);
        }
    }
}

/// The `:` of a `case`: the compiler reads on over the line's end and stumbles
/// later.
fn case_colon(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let line = problem.line();
    for line in (line.saturating_sub(2)..=line).rev() {
        let tokens: Range<usize> = source.on_line(line);
        let Some(last) = tokens.clone().last() else {
            continue;
        };
        let first = source.word(tokens.start);
        if matches!(first, "case" | "default")
            && !tokens
                .clone()
                .any(|i| matches!(source.word(i), ":" | "=>" | "->"))
        {
            pool.add(insert(source.code[last].end, ":"), "insert `:`", 9);
            // `case 2 return x;`
            if last > tokens.start + 1 {
                let at = source.code[tokens.start + usize::from(first == "case")].end;
                pool.add(insert(at, ":"), "insert `:`", 12);
            }
        }
    }
}

/// A call or declaration on the line before that lacks what ends it: a macro
/// hides it from the syntax tree.
fn macro_statement(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    if source.lang.line_ends_statement() || !problem.reading.expected.iter().any(|t| t == ";") {
        return;
    }
    let Some(before) = source.before(problem.anchor) else {
        return;
    };
    // A body on the next line belongs to what stands here.
    let last_of_line = source.token_line(before) != source.token_line(before + 1)
        && source.word(before + 1) != "{";
    if last_of_line && matches!(source.word(before), ")" | "]" | "\"" | "}") {
        pool.add_unseen(insert(source.code[before].end, ";"), "insert `;`", 11);
    }
}
