//! Parsing under a time limit.

use super::{Language, MAX_TEXT, PARSE_TIME, SyntaxError};
use std::ops::ControlFlow;
use std::time::Instant;
use tree_sitter::{ParseOptions, Parser};

pub(crate) use tree_sitter::Tree;

/// Parses `text`, whose language is known.
pub(crate) fn parse(language: Language, path: &str, text: &str) -> Result<Tree, SyntaxError> {
    if text.len() > MAX_TEXT {
        return Err(SyntaxError::TooLarge {
            path: path.to_owned(),
            bytes: text.len(),
        });
    }
    let mut parser = Parser::new();
    parser
        .set_language(&language.grammar())
        .map_err(|_| SyntaxError::NoGrammar(path.to_owned()))?;
    let deadline = Instant::now() + PARSE_TIME;
    // Called every 100 parse steps.
    let mut stop_late = |_: &_| {
        if Instant::now() > deadline {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    parser
        .parse_with_options(
            &mut |at, _| text.as_bytes().get(at..).unwrap_or_default(),
            None,
            Some(ParseOptions::new().progress_callback(&mut stop_late)),
        )
        .ok_or_else(|| SyntaxError::ParseTime(path.to_owned()))
}
