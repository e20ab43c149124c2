//! Questions about a tree that need no query.
//!
//! Trees of hostile texts are as deep as the text is long, so everything here
//! walks with a cursor and never recurses.

use super::{MAX_NODES, Node, ParseError, Tree};
use std::ops::Range;
use tree_sitter::TreeCursor;

/// The nodes around `range`, innermost first.
pub(super) fn ancestors(tree: &Tree, range: Range<usize>) -> Vec<Node> {
    let mut cursor = tree.walk();
    let mut nodes = Vec::new();
    loop {
        let node = cursor.node();
        nodes.push(Node {
            kind: node.kind().to_owned(),
            field: cursor.field_name().unwrap_or_default().to_owned(),
            start: offset(node.start_byte()),
            end: offset(node.end_byte()),
        });
        if !goto_child_around(&mut cursor, &range) {
            break;
        }
    }
    nodes.reverse();
    nodes.truncate(MAX_NODES);
    nodes
}

/// Moves to the child that covers `range`; stays and says `false` if there is
/// none.
fn goto_child_around(cursor: &mut TreeCursor<'_>, range: &Range<usize>) -> bool {
    let parent = cursor.node();
    let mut at_end = None;
    let mut inside = false;
    if cursor.goto_first_child() {
        let mut index = 0_u32;
        loop {
            let child = cursor.node().byte_range();
            if child.start > range.start {
                break;
            }
            // A point at a border belongs to what follows it.
            if range.start < child.end && range.end <= child.end {
                inside = true;
                break;
            }
            if range.is_empty() && child.end == range.start && !child.is_empty() {
                at_end = Some(index);
            }
            index += 1;
            if !cursor.goto_next_sibling() {
                break;
            }
        }
        if inside {
            return true;
        }
        cursor.goto_parent();
    }
    let Some(index) = at_end else {
        debug_assert_eq!(cursor.node().id(), parent.id());
        return false;
    };
    cursor.goto_first_child();
    for _ in 0..index {
        cursor.goto_next_sibling();
    }
    true
}

/// The tree's error and missing nodes, in order of place.
pub(super) fn errors(tree: &Tree) -> Vec<ParseError> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    'walk: loop {
        let node = cursor.node();
        if node.is_missing() {
            found.push(ParseError {
                kind: "missing",
                token: node.kind().to_owned(),
                start: offset(node.start_byte()),
                end: offset(node.end_byte()),
            });
        } else if node.is_error() {
            found.push(ParseError {
                kind: "error",
                token: String::new(),
                start: offset(node.start_byte()),
                end: offset(node.end_byte()),
            });
        }
        if found.len() >= MAX_NODES {
            break;
        }
        // Whole subtrees without an error are skipped.
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'walk;
            }
        }
    }
    found
}

pub(super) fn offset(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}
