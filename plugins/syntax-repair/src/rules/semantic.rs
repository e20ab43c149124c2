//! Slips that leave a text which parses: the compiler complains of a type or
//! a name, but what is wrong is a token.

use crate::candidate::{Pool, Problem, insert, replace};
use crate::lang::Id;
use crate::lex::Kind;
use crate::rules::{idioms, quotes, words};
use crate::source::Source;

/// Whether a message may be about such a slip; the classes of the manifest
/// are wider than that.
pub fn propose(problem: &Problem, pool: &mut Pool) {
    let mut message = problem.diagnostic.message.clone();
    for related in &problem.diagnostic.related {
        message.push(' ');
        message.push_str(&related.message);
    }
    let lower = message
        .to_ascii_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let says = |phrases: &[&str]| phrases.iter().any(|p| lower.contains(p));
    if says(&[
        "mismatched types",
        "incompatible types",
        "cannot convert",
        "cannot implicitly",
        "cannot be used as a condition",
        "used as value",
    ]) {
        idioms::compare(problem, pool, true);
    }
    if says(&[
        "mismatched types",
        "incompatible types",
        "bad operand types",
        "cannot convert",
        "cannot implicitly",
        "can't compare",
        "invalid conversion",
        "pointer",
        "does not reduce to an integer",
        "cannot be applied",
        "not an integer constant",
        "integral constant",
        "cannot use",
        "mismatched",
        "invalid operation",
    ]) {
        literal(problem, pool, &lower);
    }
    if says(&[
        "cannot find value",
        "undeclared",
        "not declared",
        "undefined",
        "cannot find symbol",
        "does not exist",
        "could not be found",
        "cannot find name",
        "unknown type name",
        "does not name a type",
        "not found",
        "is not defined",
        "implicit declaration",
    ]) {
        unknown_word(problem, pool);
    }
    if says(&[
        "return type required",
        "must have a return type",
        "type specifier missing",
        "return type defaults",
        "requires a type specifier",
        "with no type",
        "defaults to",
    ]) {
        return_type(problem, pool);
    }
    if says(&[
        "old-style parameter declarations",
        "storage class specified for parameter",
    ]) {
        prototype(problem, pool);
    }
    if says(&[
        "control reaches end",
        "does not return a value",
        "no return statement",
        "not all code paths",
        "missing return statement",
        "missing return",
    ]) {
        returned(problem, pool);
    }
}

/// A character in the quotes of a string, or the other way round.
fn literal(problem: &Problem, pool: &mut Pool, message: &str) {
    let source = problem.source;
    let to_char = [
        "to char",
        "to 'char'",
        "expected `char`",
        "type: char",
        "`u8`",
        "reduce",
        "integer",
        "integral",
        "constant",
        "byte",
        "rune",
        "u8",
        "bad operand types",
        "int cannot",
        "cannot be converted to int",
    ]
    .iter()
    .any(|w| message.contains(w));
    let to_string = ["string", "&str", "const char", "pointer"]
        .iter()
        .any(|w| message.contains(w));
    // C's characters are numbers, and it says so of anything.
    let one_to_string = to_string && !to_char && !source.lang.c_family();
    let here = source.at_or_after(problem.anchor);
    for token in source.on_line(problem.line()) {
        let literal = source.code[token];
        let text = source.word(token);
        let far = u32::try_from(token.abs_diff(here).min(12)).unwrap_or(12);
        // The place may be the operator's or the statement's.
        let cost = 10 + far + u32::from(token < here) * 2;
        match literal.kind {
            Kind::Str if to_char && text.starts_with('"') && quotes::characters(text) == 1 => {
                let title = "write a character in single quotes";
                pool.add_unseen(
                    replace(literal.start..literal.end, quotes::as_char(text)),
                    title,
                    cost,
                );
            }
            Kind::Char
                if literal.closed
                    && (quotes::characters(text) > 1 || one_to_string && token == here) =>
            {
                let title = "write a string in double quotes";
                pool.add_unseen(
                    replace(literal.start..literal.end, quotes::as_string(text)),
                    title,
                    cost,
                );
            }
            _ => {}
        }
    }
}

/// A word that nothing declares: a misspelt keyword, one of another language,
/// or a local without its `let`.
fn unknown_word(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let token = source.at_or_after(problem.anchor);
    if source.kind(token) != Some(Kind::Word) || source.code[token].start > problem.anchor {
        return;
    }
    let (word, range) = (
        source.word(token),
        source.code[token].start..source.code[token].end,
    );
    let starts = source.first_on_line(token)
        || token > 0 && matches!(source.word(token - 1), ";" | "{" | "}" | ":" | "else" | ")");
    for (_, right) in source
        .lang
        .foreign
        .iter()
        .filter(|(wrong, _)| *wrong == word)
    {
        let title = format!("write `{right}` for `{word}`");
        pool.add_unseen(replace(range.clone(), *right), title, 10);
    }
    if starts && source.occurrences(word) <= 2 {
        for (slip, keyword) in words::near(word, source.lang.keywords) {
            let title = format!("correct `{word}` to `{keyword}`");
            pool.add_unseen(replace(range.clone(), keyword), title, 10 + slip);
        }
    }
    if starts && source.lang.id == Id::Rust && source.word(token + 1) == "=" {
        let mutable = idioms::assigned_later(source, token + 2, word);
        for (rank, mutable) in (0u32..).zip([mutable, !mutable]) {
            let text = if mutable { "let mut " } else { "let " };
            pool.add_unseen(
                insert(range.start, text),
                format!("declare `{word}` with `let`"),
                12 + rank,
            );
        }
    }
}

/// A prototype that nothing ends: C takes what follows for declarations of its
/// parameters in the old style.
fn prototype(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let here = source.at_or_after(problem.anchor);
    let Some(open) = (here..source.code.len().min(here + 8)).find(|i| source.word(*i) == "(")
    else {
        return;
    };
    let Some(close) = closing(source, open) else {
        return;
    };
    if !matches!(source.word(close + 1), ";" | "{" | "," | "=") {
        pool.add_unseen(
            insert(source.code[close].end, ";"),
            "end the prototype with `;`",
            9,
        );
    }
}

/// A function without its return type.
fn return_type(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    let name = source.at_or_after(problem.anchor);
    if source.kind(name) != Some(Kind::Word) || source.word(name + 1) != "(" {
        return;
    }
    let at = source.code[name].start;
    let word = source.word(name);
    let Some(open) = (name + 1..source.code.len().min(name + 200))
        .find(|i| matches!(source.word(*i), "{" | ";"))
    else {
        return;
    };
    // A constructor whose name has a slip.
    if matches!(source.lang.id, Id::Java | Id::CSharp) {
        let types = (1..source.code.len())
            .filter(|i| matches!(source.word(i - 1), "class" | "record" | "enum"));
        for class in types.map(|i| source.word(i)) {
            if strsim::osa_distance(word, class) == 1 && class.len() > 3 {
                let range = at..source.code[name].end;
                pool.add_unseen(
                    replace(range, class),
                    format!("correct `{word}` to `{class}`"),
                    9,
                );
            }
        }
    }
    let mut types = returned_types(source, open);
    if let Some(declared) = declared_elsewhere(source, name) {
        types.insert(0, declared);
    }
    for (rank, ty) in (0u32..).zip(types.iter().take(4)) {
        pool.add_unseen(
            insert(at, format!("{ty} ")),
            format!("give `{word}` the return type `{ty}`"),
            10 + rank,
        );
    }
}

/// The type that a prototype of this function names, with what stands before.
fn declared_elsewhere(source: &Source, name: usize) -> Option<String> {
    let word = source.word(name);
    let other = (1..source.code.len()).find(|i| {
        *i != name
            && source.word(*i) == word
            && source.word(i + 1) == "("
            && source.statement(*i).end == closing(source, i + 1).map_or(0, |c| c + 1)
            && source.kind(i - 1) == Some(Kind::Word)
            && source.word(i - 1) != "return"
    })?;
    let start = source.statement(other).start;
    Some(source.text[source.code[start].start..source.code[other - 1].end].to_owned())
        .filter(|t| t.len() < 80)
}

fn closing(source: &Source, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    (open..source.code.len().min(open + 4000)).find(|i| {
        match source.word(*i) {
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// What a body returns, as far as its literals and names tell.
fn returned_types(source: &Source, open: usize) -> Vec<String> {
    let end = if source.word(open) == "{" {
        closing(source, open).unwrap_or(open)
    } else {
        open
    };
    let mut types: Vec<String> = Vec::new();
    let mut add = |ty: &str| {
        if types.iter().all(|t| t != ty) {
            types.push(ty.to_owned());
        }
    };
    let returns: Vec<usize> = (open..end)
        .filter(|i| source.word(*i) == "return" && source.word(i + 1) != ";")
        .collect();
    if returns.is_empty() {
        return vec!["void".to_owned()];
    }
    let (string, boolean) = match source.lang.id {
        Id::Java => ("String", "boolean"),
        Id::CSharp => ("string", "bool"),
        Id::Cpp => ("std::string", "bool"),
        _ => ("const char *", "int"),
    };
    for i in returns {
        let value = source.word(i + 1);
        match source.kind(i + 1) {
            Some(Kind::Str) => add(string),
            Some(Kind::Char) => add("char"),
            Some(Kind::Number) => add(if value.contains('.') { "double" } else { "int" }),
            Some(Kind::Word) => match value {
                "true" | "false" => add(boolean),
                "NAN" | "INFINITY" | "HUGE_VAL" => add("double"),
                "NULL" | "nullptr" => add("void *"),
                "new" => add(source.word(i + 2)),
                "this" => {
                    let class = (1..i).rev().find(|j| source.word(j - 1) == "class");
                    if let Some(class) = class {
                        add(source.word(class));
                    }
                }
                // The type that a local or a parameter of that name has.
                name => {
                    let declared = (1..i).rev().take(4000).find(|j| {
                        source.word(*j) == name
                            && matches!(source.word(j + 1), "=" | ";" | "," | ")" | ":")
                            && source.kind(j - 1) == Some(Kind::Word)
                            && !matches!(
                                source.word(j - 1),
                                "return" | "new" | "else" | "in" | "throw"
                            )
                    });
                    if let Some(declared) = declared.filter(|_| source.word(i + 2) == ";") {
                        add(source.word(declared - 1));
                    }
                }
            },
            _ if value == "!" => add(boolean),
            _ => {}
        }
    }
    types
}

/// A function whose last statement computes what it should return.
fn returned(problem: &Problem, pool: &mut Pool) {
    let source = problem.source;
    // gcc and clang point at the closing brace, javac too; csc at the name.
    let here = source.at_or_after(problem.anchor);
    let close = if source.word(here) == "}" {
        here
    } else {
        let Some(open) = (here..source.code.len().min(here + 300)).find(|i| source.word(*i) == "{")
        else {
            return;
        };
        let Some(close) = closing(source, open) else {
            return;
        };
        close
    };
    let Some(last) = close.checked_sub(1).filter(|i| source.word(*i) == ";") else {
        return;
    };
    let mut depth = 0usize;
    let mut start = None;
    for i in (0..last).rev().take(400) {
        match source.word(i) {
            ")" | "]" => depth += 1,
            "}" if depth == 0 && source.word(i + 1) != "." && source.word(i + 1) != ")" => {
                start = Some(i + 1);
                break;
            }
            "}" => depth += 1,
            "{" if depth == 0 => {
                start = Some(i + 1);
                break;
            }
            "(" | "[" | "{" => depth = depth.saturating_sub(1),
            ";" | ":" if depth == 0 && source.word(i.wrapping_sub(1)) != ":" => {
                start = Some(i + 1);
                break;
            }
            _ => {}
        }
    }
    let Some(start) = start.filter(|s| *s < last) else {
        return;
    };
    let mut outside = 0usize;
    let plain = (start..last).all(|i| {
        match source.word(i) {
            "(" | "[" | "{" => outside += 1,
            ")" | "]" | "}" => outside = outside.saturating_sub(1),
            _ => {}
        }
        let word = source.word(i);
        let assigns = outside == 0
            && (word == "="
                || word.len() >= 2
                    && word.ends_with('=')
                    && !matches!(word, "==" | "!=" | "<=" | ">="));
        !assigns && !matches!(word, "++" | "--")
    });
    let statement = matches!(
        source.word(start),
        "if" | "for"
            | "while"
            | "return"
            | "throw"
            | "switch"
            | "do"
            | "break"
            | "continue"
            | "goto"
            | "try"
            | "var"
            | "const"
            | "else"
            | "case"
            | "yield"
            | "foreach"
            | "using"
    );
    // Two words in a row declare something.
    let declares = source.kind(start) == Some(Kind::Word)
        && source.kind(start + 1) == Some(Kind::Word)
        && !matches!(
            source.word(start),
            "new" | "await" | "sizeof" | "static_cast"
        );
    if plain && !statement && !declares {
        pool.add_unseen(
            insert(source.code[start].start, "return "),
            "return the value",
            12,
        );
    }
}
