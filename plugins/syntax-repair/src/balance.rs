//! Which brackets have no partner.
//!
//! Two readings. The plain one pairs brackets by nesting alone: it says for
//! certain *that* something is missing, seldom where, since a missing brace
//! shows only where the file ends. The other one trusts the indentation: a line
//! that stands no deeper than the head of the block around it is outside that
//! block, so the block's brace is missing before it; a closing brace deeper than
//! any open block's head has lost its opening one. It is asked only when the
//! plain reading found a fault, so that an unusual layout alone never speaks.

use crate::lex::Kind;
use crate::source::Source;

/// A bracket without a partner. Numbers are places in [`Source::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An opening bracket that should have been closed before a token; the
    /// token's place is the number of tokens where that is the text's end.
    Unclosed {
        /// The bracket.
        opener: usize,
        /// The first token that it must not enclose.
        before: usize,
    },
    /// A closing bracket that closes nothing.
    Surplus {
        /// The bracket.
        closer: usize,
    },
}

/// No file needs more guesses than this.
const MOST: usize = 24;

/// What is unbalanced: by indentation first, then by nesting alone.
#[must_use]
pub fn faults(source: &Source) -> Vec<Fault> {
    let plain = plain(source);
    if plain.is_empty() || !source.lang.braces() {
        return plain;
    }
    let mut found = by_indentation(source);
    for fault in plain {
        if !found.contains(&fault) {
            found.push(fault);
        }
    }
    found
}

fn partner(opener: &str) -> &'static str {
    match opener {
        "(" => ")",
        "[" => "]",
        "{" | "${" => "}",
        _ => "",
    }
}

/// Whether a token opens a bracket.
fn opens(source: &Source, token: usize) -> bool {
    source.kind(token) == Some(Kind::Punct) && matches!(source.word(token), "(" | "[" | "{")
}

fn closes(source: &Source, token: usize) -> bool {
    source.kind(token) == Some(Kind::Punct) && matches!(source.word(token), ")" | "]" | "}")
}

/// Walks over tokens and directives together. Of the branches of an `#if` each
/// begins with the brackets that were open before it.
fn conditional<T: Clone>(
    source: &Source,
    next: &mut usize,
    token: usize,
    saved: &mut Vec<T>,
    state: &mut T,
) {
    let at = source
        .code
        .get(token)
        .map_or(source.text.len(), |t| t.start);
    while let Some(directive) = source.directives.get(*next).filter(|d| d.start < at) {
        let text = source.text[directive.start..directive.end]
            .trim_start_matches('#')
            .trim_start();
        if text.starts_with("if") {
            if saved.len() < 200 {
                saved.push(state.clone());
            }
        } else if text.starts_with("el") {
            if let Some(before) = saved.last() {
                *state = before.clone();
            }
        } else if text.starts_with("endif") {
            saved.pop();
        }
        *next += 1;
    }
}

fn plain(source: &Source) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let (mut saved, mut next) = (Vec::new(), 0);
    for token in 0..source.code.len() {
        conditional(source, &mut next, token, &mut saved, &mut open);
        if opens(source, token) {
            open.push(token);
        } else if closes(source, token) {
            let wanted = source.word(token);
            match open
                .iter()
                .rposition(|o| partner(source.word(*o)) == wanted)
            {
                Some(at) => {
                    for opener in open.drain(at..).skip(1) {
                        found.push(Fault::Unclosed {
                            opener,
                            before: token,
                        });
                    }
                }
                None => found.push(Fault::Surplus { closer: token }),
            }
        }
        if found.len() >= MOST {
            return found;
        }
    }
    let before = source.code.len();
    found.extend(
        open.into_iter()
            .rev()
            .map(|opener| Fault::Unclosed { opener, before }),
    );
    found.truncate(MOST);
    found
}

#[derive(Clone)]
struct Frame {
    opener: usize,
    brace: bool,
    /// The indentation of the line that the bracket stands on and of the line
    /// where its statement's head begins.
    base: [usize; 2],
    /// Whether a line inside was seen yet.
    entered: bool,
    /// The contents are not indented, as those of a C++ namespace.
    flat: bool,
}

impl Frame {
    fn outer(&self) -> usize {
        self.base[0].min(self.base[1])
    }
}

fn by_indentation(source: &Source) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut open: Vec<Frame> = Vec::new();
    let (mut saved, mut next) = (Vec::new(), 0);
    // Where the parenthesis that was closed last had been opened.
    let mut head_line = 0;
    for token in 0..source.code.len() {
        if found.len() >= MOST {
            return found;
        }
        conditional(source, &mut next, token, &mut saved, &mut open);
        let line = source.token_line(token);
        let first = source.first_on_line(token);
        let indent = if first { source.indent(line) } else { 0 };
        if first && !(closes(source, token) && source.word(token) == "}") {
            leave(source, token, indent, &mut open, &mut found);
        }
        if opens(source, token) {
            let brace = source.word(token) == "{";
            let head = if brace && token > 0 && source.word(token - 1) == ")" {
                head_line
            } else {
                line
            };
            open.push(Frame {
                opener: token,
                brace,
                base: [source.indent(line), source.indent(head)],
                entered: false,
                flat: false,
            });
        } else if closes(source, token) {
            let indent = first.then_some(indent);
            let opener = close(source, token, indent, &mut open, &mut found);
            if let (")", Some(opener)) = (source.word(token), opener) {
                head_line = source.token_line(opener);
            }
        }
    }
    let before = source.code.len();
    found.extend(open.iter().rev().map(|f| Fault::Unclosed {
        opener: f.opener,
        before,
    }));
    found.truncate(MOST);
    found
}

/// Leaves the blocks that a line at this indentation cannot be inside of.
fn leave(
    source: &Source,
    token: usize,
    indent: usize,
    open: &mut Vec<Frame>,
    found: &mut Vec<Fault>,
) {
    let line = source.token_line(token);
    while let Some(frame) = open.last_mut() {
        if !frame.brace {
            return;
        }
        if !frame.entered && line > source.token_line(frame.opener) {
            frame.entered = true;
            frame.flat = indent <= frame.outer() && unindented(source, frame.opener);
        }
        let follows = matches!(
            source.word(token),
            "else" | "catch" | "finally" | "elif" | "except"
        );
        let slack = usize::from(follows) * 2;
        // Rows of a table begin alike.
        let row = source.word(token) == "{"
            && source.first_on_line(frame.opener)
            && source.token_line(frame.opener) < line
            && indent == frame.base[0]
            && token > frame.opener + 1;
        let goes_on = !row && continues(source, token);
        if frame.flat || indent > frame.outer() + slack || goes_on || label(source, token) {
            return;
        }
        found.push(Fault::Unclosed {
            opener: frame.opener,
            before: token,
        });
        open.pop();
    }
}

/// Takes a closing bracket's partner off the stack and gives it.
fn close(
    source: &Source,
    token: usize,
    indent: Option<usize>,
    open: &mut Vec<Frame>,
    found: &mut Vec<Fault>,
) -> Option<usize> {
    let wanted = source.word(token);
    loop {
        let fits = |f: &Frame| partner(source.word(f.opener)) == wanted;
        let Some(frame) = open.last() else {
            found.push(Fault::Surplus { closer: token });
            return None;
        };
        if !fits(frame) {
            if !open.iter().any(fits) {
                found.push(Fault::Surplus { closer: token });
                return None;
            }
            found.push(Fault::Unclosed {
                opener: frame.opener,
                before: token,
            });
            open.pop();
            continue;
        }
        if let (true, Some(indent)) = (frame.brace, indent)
            && !frame.base.contains(&indent)
        {
            if indent > frame.base[0].max(frame.base[1]) && !frame.flat {
                found.push(Fault::Surplus { closer: token });
                return None;
            }
            if open.iter().any(|f| f.brace && f.base.contains(&indent)) {
                found.push(Fault::Unclosed {
                    opener: frame.opener,
                    before: token,
                });
                open.pop();
                continue;
            }
        }
        return open.pop().map(|f| f.opener);
    }
}

/// Whether it is customary to leave a block's contents at the depth of its
/// head.
fn unindented(source: &Source, opener: usize) -> bool {
    (opener.saturating_sub(8)..opener).any(|i| {
        matches!(
            source.word(i),
            "namespace" | "extern" | "module" | "function" | "switch" | "select"
        )
    })
}

/// Whether a token carries on the line before it.
fn continues(source: &Source, token: usize) -> bool {
    let operator = |i: usize| {
        source.kind(i) == Some(Kind::Punct)
            && !matches!(
                source.word(i),
                ";" | "," | "{" | "}" | ")" | "]" | "#" | "@" | "~" | "(" | "[" | ":" | ">"
            )
    };
    token > 0
        && matches!(
            source.word(token - 1),
            "(" | "[" | "=" | "&&" | "||" | "+" | "=>" | "->"
        )
        || operator(token)
            && !matches!(
                source.word(token),
                "*" | "&" | "::" | "&&" | "--" | "++" | "<-" | "!"
            )
        || source.word(token) == "{"
        || source.word(token) == "where"
}

/// Whether a token begins a label, which stands where it likes.
fn label(source: &Source, token: usize) -> bool {
    let word = source.word(token);
    matches!(word, "case" | "default")
        || source.kind(token) == Some(Kind::Word)
            && (source.word(token + 1) == ":"
                || matches!(word, "public" | "private" | "protected" | "signals")
                    && source.word(token + 2) == ":")
}

#[cfg(test)]
#[path = "tests/balance.rs"]
mod tests;
