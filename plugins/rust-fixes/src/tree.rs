//! Small helpers on syntax nodes and text.

use buildfix_sdk::Node;
use std::ops::Range;

/// A node's byte range.
pub fn range(node: &Node) -> Range<usize> {
    node.start as usize..node.end as usize
}

/// The innermost node of one of these kinds.
pub fn find<'n>(nodes: &'n [Node], kinds: &[&str]) -> Option<&'n Node> {
    nodes
        .iter()
        .find(|node| kinds.contains(&node.kind.as_str()))
}

/// The white space at the start of the line that holds a byte.
pub fn indent(text: &str, at: usize) -> &str {
    let start = line_start(text, at);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Where the line that holds a byte begins.
pub fn line_start(text: &str, at: usize) -> usize {
    text.get(..at)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |newline| newline + 1)
}

/// The part of a function before its body: `fn f<T>(a: A) -> B where …`.
pub fn head(function: &str) -> &str {
    let mut depth = 0usize;
    for (at, c) in function.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '{' | ';' if depth == 0 => return &function[..at],
            _ => {}
        }
    }
    function
}

/// Splits at top-level commas, brackets of every kind respected.
pub fn split(list: &str) -> Vec<&str> {
    let mut depth = 0usize;
    let mut start = 0;
    let mut parts = Vec::new();
    let bytes = list.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b'>' if at > 0 && bytes[at - 1] == b'-' => {}
            b')' | b']' | b'}' | b'>' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// The parameters (name, type) of a function's head; a receiver is left out.
pub fn parameters(head: &str) -> Vec<(String, String)> {
    let Some(open) = parameters_open(head) else {
        return Vec::new();
    };
    let mut depth = 0usize;
    let close = head[open..]
        .char_indices()
        .find(|(_, c)| {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            depth == 0
        })
        .map_or(head.len(), |(at, _)| open + at);
    split(&head[open + 1..close.max(open + 1)])
        .into_iter()
        .filter_map(|part| {
            let (name, of) = part.split_once(':')?;
            let name = name.trim().trim_start_matches("mut ").trim();
            (name != "self").then(|| (name.to_owned(), of.trim().to_owned()))
        })
        .collect()
}

/// The `(` of a head's parameters, past its generics.
pub fn parameters_open(head: &str) -> Option<usize> {
    let from = head.find("fn ")?;
    let mut depth = 0usize;
    let bytes = head.as_bytes();
    (from..head.len()).find(|at| {
        match bytes[*at] {
            b'<' => depth += 1,
            b'>' if bytes[at - 1] != b'-' => depth = depth.saturating_sub(1),
            b'(' if depth == 0 => return true,
            _ => {}
        }
        false
    })
}

/// A function head's return type.
pub fn returned(head: &str) -> Option<&str> {
    let arrow = head.rfind("->")?;
    let of = head[arrow + 2..].trim();
    Some(of.split(" where ").next().unwrap_or(of).trim())
}
