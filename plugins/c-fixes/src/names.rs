//! Names and words that mean something else than what stands there.

use crate::head::Head;
use crate::includes::{is_unknown, unknown_name};
use crate::{Context, is_identifier, says};
use buildfix_fixer_support::{Source, span};
use buildfix_sdk::{Diagnostic, Fix, edit};

/// `elif` and its like, at the start of the statement or of one before it: the
/// error may only be seen at what follows.
pub fn word_of_another_language(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let found = (token.saturating_sub(40)..=token).rev().find(|at| {
        matches!(source.word(*at), "elif" | "elsif" | "elseif")
            && source.is(at + 1, "(")
            && matches!(source.word(at.wrapping_sub(1)), ";" | "}")
    });
    let Some(at) = found else {
        return Vec::new();
    };
    if !context
        .host
        .find(&context.request.language, source.word(at))
        .is_empty()
    {
        return Vec::new();
    }
    let mut fix = context.replace(diagnostic, "write `else if`", at..at + 1, "else if");
    "exact".clone_into(&mut fix.applicability);
    vec![fix]
}

/// "did you mean ‘X’" without an edit.
pub fn meant(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !diagnostic.suggestions.is_empty() {
        return Vec::new();
    }
    let asked = std::iter::once(diagnostic.message.as_str())
        .chain(diagnostic.related.iter().map(|note| note.message.as_str()))
        .find_map(|message| {
            let after = message.split_once("did you mean ")?.1;
            let after = after.strip_prefix(['‘', '\''])?;
            after.split(['’', '\'']).next()
        });
    let Some(meant) = asked else {
        return Vec::new();
    };
    let source = &context.source;
    let token = context.token(diagnostic);
    let plain = meant
        .trim_start_matches("::")
        .split("::")
        .all(is_identifier);
    if !plain || !source.is_word(token) || source.is(token, meant) {
        return Vec::new();
    }
    let mut start = token;
    if meant.contains("::") {
        while start >= 2 && source.is(start - 1, "::") && source.is_word(start - 2) {
            start -= 2;
        }
    }
    vec![context.replace(
        diagnostic,
        format!("use `{meant}`"),
        start..token + 1,
        meant,
    )]
}

/// A name that another namespace or class of the workspace declares.
pub fn qualified(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(name) = unknown_name(diagnostic).filter(|_| is_unknown(diagnostic)) else {
        return Vec::new();
    };
    let source = &context.source;
    let token = context.token(diagnostic);
    if !source.is(token, name) || matches!(source.word(token.wrapping_sub(1)), "." | "->") {
        return Vec::new();
    }
    let mut start = token;
    while start > 0 && source.is(start - 1, "::") {
        start -= 1;
        if start > 0 && source.is_word(start - 1) {
            start -= 1;
        }
    }
    let around = namespaces(source, token);
    let mut full: Vec<String> = context
        .host
        .find("cpp", name)
        .into_iter()
        .filter(|symbol| !symbol.container.is_empty() && symbol.exported)
        // What is in reach without its namespace is unknown for another reason.
        .filter(|symbol| {
            let outer = symbol.container.split("::").next().unwrap_or_default();
            !around.contains(&outer)
        })
        .map(|symbol| format!("{}::{name}", symbol.container))
        .filter(|full| full != source.slice(start..token + 1))
        .collect();
    full.sort();
    full.dedup();
    full.into_iter()
        .take(3)
        .map(|full| context.replace(diagnostic, format!("use `{full}`"), start..token + 1, full))
        .collect()
}

/// The namespaces around a token.
fn namespaces(source: &Source, token: usize) -> Vec<&str> {
    let mut found = Vec::new();
    let mut block = source.block(token);
    while let Some(open) = block {
        let words = (0..open)
            .rev()
            .take_while(|at| source.is_word(*at) || source.is(*at, "::"))
            .take(8);
        let words: Vec<&str> = words.map(|at| source.word(at)).collect();
        if words.contains(&"namespace") {
            found.extend(words);
        }
        block = open.checked_sub(1).and_then(|before| source.block(before));
    }
    found
}

/// The type parameters of a function whose `template` line is missing.
pub fn template_parameters(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !context.is_cpp() || !(is_unknown(diagnostic) || says(diagnostic, &["declared void"])) {
        return Vec::new();
    }
    let source = &context.source;
    let token = context.token(diagnostic);
    let head = if source.is(token + 1, "(") {
        Head::read(source, token)
    } else {
        source
            .opener(token, &["("])
            .and_then(|open| Head::read(source, open.checked_sub(1)?))
    };
    let Some(head) = head.filter(|head| !head.returns.is_empty() && head.has_body(source)) else {
        return Vec::new();
    };
    let mut unknown: Vec<&str> = Vec::new();
    for other in context
        .request
        .diagnostics
        .iter()
        .filter(|other| is_unknown(other))
    {
        let at = source.token_at(other.span.start as usize);
        let in_head = head.returns.contains(&at) || (head.open..head.close).contains(&at);
        if let Some(name) = unknown_name(other).filter(|name| in_head && source.is(at, name))
            && !unknown.contains(&name)
            && !declares(context, "cpp", name)
        {
            unknown.push(name);
        }
    }
    // clang stops at the first unknown type of a head: the others look alike.
    let first = unknown.first().copied().unwrap_or_default().to_owned();
    let stem = first.trim_end_matches(|c: char| c.is_ascii_digit());
    for at in head.open..head.close {
        let word = source.word(at);
        if source.is_word(at)
            && word != stem
            && word.starts_with(stem)
            && !stem.is_empty()
            && word[stem.len()..].bytes().all(|b| b.is_ascii_digit())
            && !unknown.contains(&word)
        {
            unknown.push(word);
        }
    }
    if unknown.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = unknown
        .iter()
        .map(|name| format!("typename {name}"))
        .collect();
    let title = format!("declare the template parameters {}", unknown.join(", "));
    if source.is(head.start, "template") && source.is(head.start + 1, "<") {
        let separator = if source.is(head.start + 2, ">") {
            ""
        } else {
            ", "
        };
        let new = format!("{}{separator}", names.join(", "));
        return vec![context.after(diagnostic, title, head.start + 1, new)];
    }
    let at = source.bytes(head.start..head.start + 1).start;
    let new = format!("template <{}>\n{}", names.join(", "), source.indent(at));
    vec![context.before(diagnostic, title, head.start, new)]
}

/// Aliases that many projects define for themselves.
const ALIASES: &[(&str, &str)] = &[
    ("byte uchar u8 uint8 ubyte BYTE", "unsigned char"),
    ("ushort u16 uint16 WORD", "unsigned short"),
    ("uint u32 uint32 DWORD", "unsigned int"),
    ("ulong", "unsigned long"),
    ("u64 uint64 ulonglong", "unsigned long long"),
    ("i8 s8 int8 sbyte", "signed char"),
    ("i16 s16 int16", "short"),
    ("i32 s32 int32", "int"),
    ("i64 s64 int64 longlong", "long long"),
    ("f32", "float"),
    ("f64", "double"),
];

/// Whether the workspace declares a name.
fn declares(context: &Context<'_>, language: &str, name: &str) -> bool {
    let found = context.host.find(language, name);
    found.iter().any(|symbol| symbol.origin == "workspace")
}

/// A `typedef` for a name with one usual meaning.
pub fn well_known_alias(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(name) = unknown_name(diagnostic).filter(|_| is_unknown(diagnostic)) else {
        return Vec::new();
    };
    let stem = name.strip_suffix("_t").unwrap_or(name);
    let Some((_, of)) = ALIASES
        .iter()
        .find(|(names, _)| names.split(' ').any(|known| known == stem))
    else {
        return Vec::new();
    };
    if crate::standard::c_header(name).is_some()
        || context
            .host
            .find(&context.request.language, name)
            .iter()
            .any(|s| s.kind == "type" && s.origin == "workspace")
    {
        return Vec::new();
    }
    // Before the declaration that mentions it first.
    let source = &context.source;
    let Some(first) = source
        .places(name, 0..source.text().len())
        .into_iter()
        .next()
    else {
        return Vec::new();
    };
    let head = |mut token: usize| {
        while token > 0 && !matches!(source.word(token - 1), ";" | "{" | "}") {
            token -= 1;
        }
        token
    };
    let mut start = head(source.token_at(first.start));
    // Out of the blocks that do not hold every mention.
    let all = source.places(name, 0..source.text().len());
    let last = all
        .last()
        .map_or(start, |place| source.token_at(place.start));
    while let Some(open) = source.block(start) {
        if source.partner(open).is_none_or(|close| last <= close) {
            break;
        }
        start = head(open);
    }
    let at = source.line(source.bytes(start..start + 1).start).start;
    let new = format!("{}typedef {of} {name};\n", source.indent(at));
    vec![
        edit::fix(diagnostic, format!("define `{name}`"), "verified").insert_into_set(
            &context.request.file,
            span(at..at).start,
            new,
        ),
    ]
}
