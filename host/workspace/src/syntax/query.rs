//! Compiling and running tree-sitter queries that strangers wrote.

use super::tree::offset;
use super::{
    Capture, Language, MAX_CAPTURES, MAX_MATCHES, MAX_QUERY, QUERY_TIME, QueryMatch, SyntaxError,
    Tree,
};
use std::cell::Cell;
use std::ops::ControlFlow;
use std::time::Instant;
use tree_sitter::{Query, QueryCursor, QueryCursorOptions, QueryErrorKind, StreamingIterator as _};

/// tree-sitter's query compiler recurses once for each of these, on a stack of
/// perhaps 2 MiB; no real query comes near.
const MAX_NESTING: usize = 64;
/// `a: b: c:` recurses as well.
const MAX_FIELD_CHAIN: usize = 8;
/// Matches in progress at once; over this tree-sitter would silently drop some.
const MAX_IN_PROGRESS: u32 = 16_384;

/// Refuses what the query compiler must not see.
pub(super) fn check_size(query: &str) -> Result<(), SyntaxError> {
    if query.len() > MAX_QUERY {
        return Err(SyntaxError::QuerySize(format!(
            "{} bytes, more than {MAX_QUERY}",
            query.len()
        )));
    }
    let mut depth = 0_usize;
    let mut chain = 0_usize;
    let mut bytes = query.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                chain = 0;
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            b';' => while bytes.next().is_some_and(|byte| byte != b'\n') {},
            b'(' | b'[' => {
                chain = 0;
                depth += 1;
            }
            b')' | b']' => {
                chain = 0;
                depth = depth.saturating_sub(1);
            }
            b':' => chain += 1,
            b'@' | b'#' => chain = 0,
            _ => {}
        }
        if depth > MAX_NESTING || chain > MAX_FIELD_CHAIN {
            return Err(SyntaxError::QuerySize(format!(
                "nested deeper than {MAX_NESTING}"
            )));
        }
    }
    Ok(())
}

/// Compiles a query that [`check_size`] let through.
pub(super) fn compile(language: Language, text: &str) -> Result<Query, SyntaxError> {
    if let Some(at) = text.find('\0') {
        return Err(invalid(text, at, "a NUL byte"));
    }
    let query = Query::new(&language.grammar(), text).map_err(|error| {
        let message = match error.kind {
            QueryErrorKind::NodeType => {
                format!("no node kind `{}`", error.message.trim_matches('"'))
            }
            QueryErrorKind::Field => format!("no field `{}`", error.message.trim_matches('"')),
            QueryErrorKind::Capture => format!("no capture `{}`", error.message.trim_matches('"')),
            QueryErrorKind::Predicate => error.message,
            QueryErrorKind::Structure => "this structure cannot occur".to_owned(),
            QueryErrorKind::Syntax => "syntax error".to_owned(),
            QueryErrorKind::Language => "the grammar does not fit".to_owned(),
        };
        SyntaxError::Query {
            line: error.row + 1,
            column: error.column + 1,
            message,
        }
    })?;
    // tree-sitter hands predicates it does not know to its caller; to ignore
    // them would give matches that the query's author ruled out.
    for pattern in 0..query.pattern_count() {
        if let Some(predicate) = query.general_predicates(pattern).first() {
            let at = query.start_byte_for_pattern(pattern);
            return Err(invalid(
                text,
                at,
                &format!("unknown predicate `#{}`", predicate.operator),
            ));
        }
    }
    Ok(query)
}

fn invalid(text: &str, at: usize, message: &str) -> SyntaxError {
    let before = text.get(..at).unwrap_or(text);
    SyntaxError::Query {
        line: before.matches('\n').count() + 1,
        column: before.len() - before.rfind('\n').map_or(0, |newline| newline + 1) + 1,
        message: message.to_owned(),
    }
}

/// Runs a query over a whole tree.
pub(super) fn run(
    query: &Query,
    tree: &Tree,
    path: &str,
    text: &str,
) -> Result<Vec<QueryMatch>, SyntaxError> {
    let deadline = Instant::now() + QUERY_TIME;
    let late = Cell::new(false);
    // Called every 100 steps. A step over a node with very many children can
    // take a millisecond, so the clock is looked at each time.
    let mut stop_late = |_: &_| {
        if Instant::now() > deadline {
            late.set(true);
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let mut cursor = QueryCursor::new();
    cursor.set_match_limit(MAX_IN_PROGRESS);
    let mut found = Vec::new();
    let mut captures = 0;
    {
        let mut matches = cursor.matches_with_options(
            query,
            tree.root_node(),
            text.as_bytes(),
            QueryCursorOptions::new().progress_callback(&mut stop_late),
        );
        while let Some(one) = matches.next() {
            captures += one.captures().len();
            // Text predicates run between callbacks, so the time is looked at
            // here too.
            if found.len() % 256 == 255 && Instant::now() > deadline {
                late.set(true);
                break;
            }
            if found.len() >= MAX_MATCHES || captures > MAX_CAPTURES {
                break;
            }
            found.push(QueryMatch {
                captures: one
                    .captures()
                    .iter()
                    .map(|capture| Capture {
                        name: query.capture_names()[capture.index as usize].to_owned(),
                        kind: capture.node.kind().to_owned(),
                        start: offset(capture.node.start_byte()),
                        end: offset(capture.node.end_byte()),
                    })
                    .collect(),
            });
        }
    }
    if late.get() || cursor.did_exceed_match_limit() {
        return Err(SyntaxError::QueryCost(path.to_owned()));
    }
    // They come in the order in which they were completed.
    found.sort_by_key(|one| one.captures.iter().map(|capture| capture.start).min());
    Ok(found)
}
