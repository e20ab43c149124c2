//! A constructor that takes a value and forgets to keep it.

use crate::decl::Decl;
use crate::source::Source;
use crate::{names, offset, scope};
use buildfix_sdk::{Fix, SourceFile};

/// Adds to a fix `member = parameter;` in the constructor, for its parameter
/// that is named like the member and has its type; `None` if there is none, or
/// if the constructor's code mentions the member already.
#[must_use]
pub fn parameter(
    fix: Fix,
    file: &SourceFile,
    source: &Source,
    constructor: &Decl,
    member: &Decl,
) -> Option<Fix> {
    let name = source.name(member);
    let body = constructor.body?;
    let close = source.partner(body)?;
    if (body..close).any(|t| source.is(t, name) && source.is(t + 1, "=")) {
        return None;
    }
    let plain = |n: &str| {
        n.trim_start_matches(['_', '@'])
            .trim_start_matches("m_")
            .to_lowercase()
    };
    let bare = |t: &str| t.trim_end_matches('?').to_owned();
    let ty = bare(source.slice(member.ty.clone()));
    let parameter = scope::parameters(source, constructor.params?)
        .into_iter()
        .find(|p| {
            let same_type = bare(source.slice(p.ty.clone())) == ty;
            same_type
                && (plain(source.word(p.name)) == plain(name)
                    || names::distance(&plain(source.word(p.name)), &plain(name), 1) == Some(0))
        })?;
    let value = source.word(parameter.name);
    let target = if value == name {
        format!("this.{name}")
    } else {
        name.to_owned()
    };
    // After the checks and assignments that the body begins with: what follows
    // may use the member already.
    let mut at = body + 1;
    let uses = |range: std::ops::Range<usize>| {
        range
            .into_iter()
            .any(|t| source.is(t, name) && name != value)
    };
    while at < close
        && !matches!(
            source.word(at),
            "for" | "foreach" | "while" | "switch" | "try" | "using" | "lock"
        )
    {
        let end = statement_end(source, at, close);
        if uses(at..end) {
            break;
        }
        at = end;
    }
    let first = source.tokens().get(body + 1).filter(|_| body + 1 < close);
    let indent = match first {
        Some(token) => source.indent(token.start).to_owned(),
        None => format!(
            "{}    ",
            source.indent(source.bytes(close..close + 1).start)
        ),
    };
    let before = source.bytes(at - 1..at).end;
    Some(fix.insert(
        file,
        offset(before),
        format!("\n{indent}{target} = {value};"),
    ))
}

/// Past the statement at `at`, its blocks and `else` branches included.
fn statement_end(source: &Source, at: usize, close: usize) -> usize {
    let mut end = at;
    while end < close {
        match source.word(end) {
            ";" => return end + 1,
            "{" => {
                end = source.partner(end).map_or(close, |p| p + 1);
                if !matches!(
                    source.word(end),
                    "else" | "catch" | "finally" | ";" | "." | ")" | ","
                ) {
                    return end.min(close);
                }
            }
            _ => end = source.partner(end).filter(|p| *p > end).unwrap_or(end) + 1,
        }
    }
    close
}
