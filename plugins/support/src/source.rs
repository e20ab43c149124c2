//! A C# file as tokens with paired brackets.

use crate::decl::{self, Decl};
use crate::lex::{Token, TokenKind, lex};
use std::ops::Range;

/// A C# file, read. Positions named `token` index [`Source::tokens`].
#[derive(Debug)]
pub struct Source {
    text: String,
    tokens: Vec<Token>,
    holes: Vec<Token>,
    partner: Vec<Option<usize>>,
    decls: Vec<Decl>,
}

impl Source {
    /// Reads a file's text. Any text will do; what cannot be read is skipped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let lexed = lex(text);
        let mut source = Self {
            text: text.to_owned(),
            partner: pair(text, &lexed.tokens),
            tokens: lexed.tokens,
            holes: lexed.holes,
            decls: Vec::new(),
        };
        source.decls = decl::read(&source);
        source
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tokens, without comments, white space and preprocessor lines.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// What the file declares, outer before inner, in order of place.
    #[must_use]
    pub fn decls(&self) -> &[Decl] {
        &self.decls
    }

    /// A token's text; empty past the end.
    #[must_use]
    pub fn word(&self, token: usize) -> &str {
        self.tokens
            .get(token)
            .map_or("", |t| &self.text[t.start..t.end])
    }

    /// Whether a token is this text.
    #[must_use]
    pub fn is(&self, token: usize, text: &str) -> bool {
        self.word(token) == text
    }

    /// Whether a token is an identifier or keyword.
    #[must_use]
    pub fn is_word(&self, token: usize) -> bool {
        self.tokens
            .get(token)
            .is_some_and(|t| t.kind == TokenKind::Word)
    }

    /// The bracket that belongs to this one.
    #[must_use]
    pub fn partner(&self, token: usize) -> Option<usize> {
        self.partner.get(token).copied().flatten()
    }

    /// The token that covers a byte, or else the first after it.
    #[must_use]
    pub fn token_at(&self, byte: usize) -> usize {
        self.tokens.partition_point(|t| t.end <= byte)
    }

    /// The text of a token range (exclusive end), comments inside included.
    #[must_use]
    pub fn slice(&self, tokens: Range<usize>) -> &str {
        let bytes = self.bytes(tokens);
        &self.text[bytes]
    }

    /// The byte range of a token range (exclusive end).
    #[must_use]
    pub fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        if tokens.start >= tokens.end || tokens.end > self.tokens.len() {
            let at = self
                .tokens
                .get(tokens.start)
                .map_or(self.text.len(), |t| t.start);
            return at..at;
        }
        self.tokens[tokens.start].start..self.tokens[tokens.end - 1].end
    }

    /// The identifier that covers or begins at a byte, wherever it stands: in
    /// code or inside an interpolated string.
    #[must_use]
    pub fn name_at(&self, byte: usize) -> Option<Range<usize>> {
        let token = self
            .tokens
            .get(self.token_at(byte))
            .filter(|t| t.start <= byte);
        let token = match token {
            Some(t) if t.kind == TokenKind::Word => Some(t),
            Some(t) if t.kind == TokenKind::Text => {
                self.holes.iter().find(|h| h.start <= byte && byte < h.end)
            }
            _ => None,
        };
        token.map(|t| t.start..t.end)
    }

    /// Every place of an identifier within a byte range, holes of
    /// interpolated strings included.
    #[must_use]
    pub fn places(&self, name: &str, within: Range<usize>) -> Vec<Range<usize>> {
        let mut found: Vec<_> = self
            .tokens
            .iter()
            .chain(&self.holes)
            .filter(|t| t.kind == TokenKind::Word)
            .filter(|t| within.start <= t.start && t.end <= within.end)
            .filter(|t| self.text[t.start..t.end].trim_start_matches('@') == name)
            .map(|t| t.start..t.end)
            .collect();
        found.sort_by_key(|r| r.start);
        found
    }

    /// The innermost declaration around a byte.
    #[must_use]
    pub fn decl_at(&self, byte: usize) -> Option<&Decl> {
        let token = self.token_at(byte);
        self.decls.iter().rev().find(|d| d.tokens.contains(&token))
    }

    /// The declaration around a byte that satisfies a condition, innermost
    /// first.
    pub fn enclosing(&self, byte: usize, keep: impl Fn(&Decl) -> bool) -> Option<&Decl> {
        let token = self.token_at(byte);
        self.decls
            .iter()
            .rev()
            .find(|d| d.tokens.contains(&token) && keep(d))
    }

    /// The method, property or other code-bearing member around a byte.
    #[must_use]
    pub fn member_at(&self, byte: usize) -> Option<&Decl> {
        self.enclosing(byte, |d| d.kind.is_member())
    }

    /// The type around a byte.
    #[must_use]
    pub fn type_at(&self, byte: usize) -> Option<&Decl> {
        self.enclosing(byte, |d| d.kind.is_type())
    }

    /// A declaration's name.
    #[must_use]
    pub fn name(&self, decl: &Decl) -> &str {
        self.word(decl.name)
    }

    /// The line around a byte, without its line end.
    #[must_use]
    pub fn line(&self, byte: usize) -> Range<usize> {
        let byte = byte.min(self.text.len());
        let start = self.text.as_bytes()[..byte]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |n| n + 1);
        let end = self.text.as_bytes()[byte..]
            .iter()
            .position(|b| *b == b'\n')
            .map_or(self.text.len(), |n| byte + n);
        start..end
    }

    /// The white space that a byte's line begins with.
    #[must_use]
    pub fn indent(&self, byte: usize) -> &str {
        let line = &self.text[self.line(byte)];
        &line[..line.len() - line.trim_start().len()]
    }

    /// The range of whole lines that an element fills, with the comment and
    /// blank lines that lead up to it; only the element itself where it shares
    /// its line with something else. Deleting this leaves no hole.
    #[must_use]
    pub fn with_lines(&self, element: Range<usize>) -> Range<usize> {
        let first = self.line(element.start);
        let last = self.line(element.end);
        if !self.text[first.start..element.start].trim().is_empty()
            || !self.text[element.end..last.end].trim().is_empty()
        {
            return element;
        }
        let mut start = first.start;
        let mut blank_taken = false;
        while start > 0 {
            let line = self.line(start - 1);
            let content = self.text[line.clone()].trim();
            if content.is_empty() && !blank_taken {
                blank_taken = true;
            } else if !content.starts_with("//") || blank_taken {
                break;
            }
            start = line.start;
            if blank_taken {
                break;
            }
        }
        start..(last.end + 1).min(self.text.len())
    }
}

/// Pairs the brackets. A closer that fits no opener is left alone; an opener
/// that another closer runs over stays unpaired.
fn pair(text: &str, tokens: &[Token]) -> Vec<Option<usize>> {
    let mut partner = vec![None; tokens.len()];
    let mut open: Vec<(usize, u8)> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        if token.kind != TokenKind::Punct || token.end - token.start != 1 {
            continue;
        }
        let close = match text.as_bytes()[token.start] {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            c @ (b')' | b']' | b'}') => {
                if let Some(at) = open.iter().rposition(|(_, want)| *want == c) {
                    // A `)` cannot close across an open block.
                    if c == b'}' || !open[at..].iter().any(|(_, want)| *want == b'}') {
                        partner[i] = Some(open[at].0);
                        partner[open[at].0] = Some(i);
                        open.truncate(at);
                    }
                }
                continue;
            }
            _ => continue,
        };
        open.push((i, close));
    }
    partner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_brackets_and_survives_missing_ones() {
        let source = Source::new("class A { void F( { x[1]; } }");
        let open = source.token_at(8);
        assert_eq!(source.partner(open), Some(source.tokens().len() - 1));
        assert_eq!(source.partner(source.token_at(16)), None);
    }

    #[test]
    fn finds_names_in_code_and_in_strings() {
        let text = "class A { string F(int x) => $\"{x}\"; }";
        let source = Source::new(text);
        assert_eq!(source.places("x", 0..text.len()).len(), 2);
        let hole = text.find("{x").unwrap() + 1;
        assert_eq!(source.name_at(hole), Some(hole..hole + 1));
    }

    #[test]
    fn takes_the_lines_of_an_element() {
        let text = "a;\n\n// about b\nb;\nc; d;\n";
        let source = Source::new(text);
        assert_eq!(&text[source.with_lines(15..17)], "\n// about b\nb;\n");
        assert_eq!(&text[source.with_lines(18..20)], "c;");
    }
}
