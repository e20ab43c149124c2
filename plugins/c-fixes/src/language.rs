//! What the chosen edition of the language does not have, and names that are
//! there in another form: macros that are defined too late, names in another
//! case.

use crate::includes::{is_unknown, unknown_name};
use crate::{Context, quoted, says};
use buildfix_fixer_support::span;
use buildfix_sdk::{Diagnostic, Fix};

/// `1LL` where the build denies `long long`: `long` is as wide wherever it has
/// 64 bits, and the number must fit 32 where it has not.
pub fn long_long(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "long long integer constant",
            "'long long' is an extension",
            "‘long long’ is an extension",
        ],
    ) {
        return Vec::new();
    }
    let token = context.token(diagnostic);
    let number = context.source.word(token);
    let digits = number.trim_end_matches(['l', 'L', 'u', 'U']);
    let value = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => digits.parse::<i64>(),
    };
    if !value.is_ok_and(|value| i32::try_from(value).is_ok()) {
        return Vec::new();
    }
    let suffix = &number[digits.len()..];
    let shorter = suffix.replace("LL", "L").replace("ll", "l");
    if shorter == suffix {
        return Vec::new();
    }
    let new = format!("{digits}{shorter}");
    vec![context.replace(
        diagnostic,
        format!("write `{new}`"),
        token..token + 1,
        new.clone(),
    )]
}

/// `constexpr` before C++11: a variable of that kind is `const`.
pub fn const_for_constexpr(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    if !source.is(token, "constexpr") || !is_unknown(diagnostic) {
        return Vec::new();
    }
    // A function of that kind would need another word.
    let is_variable = source
        .statement(token)
        .find(|at| matches!(source.word(*at), "=" | "(" | "{"))
        .is_some_and(|at| source.is(at, "="));
    if !is_variable {
        return Vec::new();
    }
    vec![context.replace(
        diagnostic,
        "write `const`: this edition of C++ has no `constexpr`",
        token..token + 1,
        "const",
    )]
}

/// A macro of one line that is used before its definition: the definition moves
/// up, before the declaration that uses it.
pub fn defined_later(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let name = quoted(diagnostic);
    let told = diagnostic
        .related
        .iter()
        .any(|note| note.message.contains("had not yet been defined"));
    let source = &context.source;
    let token = context.token(diagnostic);
    if !told || name.is_empty() || !source.is(token, name) {
        return Vec::new();
    }
    let text = source.text();
    let used = source.bytes(token..token + 1).start;
    let mut at = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        let words: Vec<&str> = line
            .trim_start()
            .strip_prefix('#')
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let macro_name = words
            .get(1)
            .map(|word| word.split('(').next().unwrap_or(word));
        if at > used && words.first() == Some(&"define") && macro_name == Some(name) {
            found = Some(at..at + line.len());
            break;
        }
        at += line.len();
    }
    let Some(line) = found.filter(|line| !text[line.clone()].trim_end().ends_with('\\')) else {
        return Vec::new();
    };
    // Before the outermost declaration around the use.
    let mut start = token;
    while let Some(open) = source.block(start) {
        start = open;
    }
    let start = source.statement(start).start.min(start);
    let place = source.line(source.bytes(start..start + 1).start).start;
    let moved = format!("{}\n", text[line.clone()].trim_end());
    vec![
        context
            .replace_bytes(
                diagnostic,
                format!("define `{name}` before its use"),
                line,
                "",
            )
            .insert(&context.request.file, span(place..place).start, moved),
    ]
}

/// A name that the workspace has in another case.
pub fn other_case(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(name) = unknown_name(diagnostic).filter(|_| is_unknown(diagnostic)) else {
        return Vec::new();
    };
    let source = &context.source;
    let token = context.token(diagnostic);
    if name.len() < 3 || !source.is(token, name) || !diagnostic.suggestions.is_empty() {
        return Vec::new();
    }
    let in_file = (0..source.tokens().len())
        .filter(|at| source.is_word(*at))
        .map(|at| source.word(at).to_owned());
    let mut known: Vec<String> = context
        .host
        .similar(&context.request.language, name, 2)
        .into_iter()
        .filter(|symbol| symbol.origin == "workspace")
        .map(|symbol| symbol.name)
        .chain(in_file)
        .filter(|known| known != name && known.eq_ignore_ascii_case(name))
        .collect();
    known.sort();
    known.dedup();
    match known.as_slice() {
        [known] => vec![context.replace(
            diagnostic,
            format!("use `{known}`"),
            token..token + 1,
            known.as_str(),
        )],
        _ => Vec::new(),
    }
}

/// The bytes of an object, where they are wanted: every object may be looked at
/// as `char` (ISO/IEC 9899:2018 6.5, ISO/IEC 14882:2020 7.2.1).
pub fn as_bytes(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "cannot convert",
            "invalid conversion",
            "incompatible pointer",
        ],
    ) {
        return Vec::new();
    }
    let (Some(from), Some(to)) = (diagnostic.arguments.first(), diagnostic.arguments.get(1)) else {
        return Vec::new();
    };
    let bytes = |of: &str| {
        let plain = of.replace("const", "").replace(' ', "");
        matches!(plain.as_str(), "char*" | "unsignedchar*" | "signedchar*")
    };
    let numbers = [
        "int", "short", "long", "unsigned", "float", "double", "int8", "uint", "char",
    ];
    let plain = from.trim_end_matches('*').trim();
    let points_to_number = from.trim_end().ends_with('*')
        && from.matches('*').count() == 1
        && numbers.iter().any(|number| plain.starts_with(number));
    if !bytes(to) || !points_to_number {
        return Vec::new();
    }
    let operand = crate::convert::operand(context, diagnostic);
    let text = context.source.slice(operand.clone());
    if text.is_empty() || text.len() > 200 || !context.source.is_primary(operand.clone()) {
        return Vec::new();
    }
    let to = to.replace(" *", "*");
    let new = match context.is_cpp() {
        true => format!("reinterpret_cast<{to}>({text})"),
        false => format!("({to}){text}"),
    };
    vec![context.replace(
        diagnostic,
        format!("look at its bytes as `{to}`"),
        operand,
        new,
    )]
}
