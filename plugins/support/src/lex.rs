//! C# tokens.
//!
//! Comments, white space and preprocessor lines are dropped. A string literal,
//! interpolated or not, is one token; the words inside an interpolated one's
//! holes are listed apart, since code there can use a name too.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An identifier or keyword.
    Word,
    /// A number.
    Number,
    /// A string or character literal.
    Text,
    /// An operator, bracket or separator.
    Punct,
}

/// A token's kind and byte range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it begins.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
}

/// The tokens of a text and the words inside interpolated strings.
pub(crate) struct Lexed {
    pub tokens: Vec<Token>,
    pub holes: Vec<Token>,
}

const OPERATORS: [&str; 25] = [
    "<<=", "??=", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=",
    "*=", "/=", "%=", "&=", "|=", "^=", "::", "->", "<<", "..",
];

pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        holes: Vec::new(),
    };
    let tokens = lexer.run(0, text.len());
    Lexed {
        tokens,
        holes: lexer.holes,
    }
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    holes: Vec<Token>,
}

fn word_start(c: char) -> bool {
    c == '_' || c == '@' || c.is_alphabetic()
}

fn word_part(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

impl Lexer<'_> {
    fn run(&mut self, mut at: usize, end: usize) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut line_begins = true;
        while at < end {
            let Some(c) = self.text[at..].chars().next() else {
                break;
            };
            if c == '\n' {
                line_begins = true;
                at += 1;
                continue;
            }
            if c.is_whitespace() || c == '\u{feff}' {
                at += c.len_utf8();
                continue;
            }
            if c == '#' && line_begins {
                at = self.line_end(at);
                continue;
            }
            line_begins = false;
            let start = at;
            let kind = if self.rest(at).starts_with("//") {
                at = self.line_end(at);
                continue;
            } else if self.rest(at).starts_with("/*") {
                at = self.text[at + 2..]
                    .find("*/")
                    .map_or(end, |n| at + 2 + n + 2);
                continue;
            } else if let Some(after) = self.string(at) {
                at = after;
                TokenKind::Text
            } else if word_start(c) {
                at += c.len_utf8();
                at += self.text[at..].find(|c| !word_part(c)).unwrap_or(end - at);
                TokenKind::Word
            } else if c.is_ascii_digit() {
                at = self.number(at);
                TokenKind::Number
            } else {
                at += OPERATORS
                    .iter()
                    .find(|op| self.rest(at).starts_with(**op))
                    .map_or(c.len_utf8(), |op| op.len());
                TokenKind::Punct
            };
            tokens.push(Token {
                kind,
                start,
                end: at.min(end),
            });
        }
        tokens
    }

    fn rest(&self, at: usize) -> &str {
        &self.text[at..]
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |n| at + n)
    }

    fn number(&self, mut at: usize) -> usize {
        let hex = matches!(self.bytes.get(at + 1), Some(b'x' | b'X' | b'b' | b'B'));
        while let Some(&b) = self.bytes.get(at) {
            let digit_follows = self.bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
            let exponent = !hex && matches!(b, b'e' | b'E');
            if exponent && matches!(self.bytes.get(at + 1), Some(b'+' | b'-')) {
                at += 2;
            } else if b.is_ascii_alphanumeric() || b == b'_' || (b == b'.' && digit_follows) {
                at += 1;
            } else {
                break;
            }
        }
        at
    }

    /// The end of the string or character literal at `at`, if one is there.
    fn string(&mut self, at: usize) -> Option<usize> {
        if self.bytes[at] == b'\'' {
            return Some(self.quoted(at + 1, b'\''));
        }
        let mut p = at;
        let mut dollars = 0;
        let mut verbatim = false;
        while let Some(&b) = self.bytes.get(p) {
            match b {
                b'$' => dollars += 1,
                b'@' if !verbatim => verbatim = true,
                _ => break,
            }
            p += 1;
        }
        if self.bytes.get(p) != Some(&b'"') {
            return None;
        }
        let quotes = self.bytes[p..].iter().take_while(|b| **b == b'"').count();
        if quotes >= 3 && !verbatim {
            return Some(self.raw(p + quotes, quotes, dollars));
        }
        p += 1;
        if dollars > 0 {
            return Some(self.interpolated(p, verbatim));
        }
        if !verbatim {
            return Some(self.quoted(p, b'"'));
        }
        while let Some(&b) = self.bytes.get(p) {
            p += 1;
            if b == b'"' {
                if self.bytes.get(p) != Some(&b'"') {
                    break;
                }
                p += 1;
            }
        }
        Some(p)
    }

    /// Past the end of an ordinary literal; an unclosed one ends with its line.
    fn quoted(&self, mut p: usize, quote: u8) -> usize {
        while let Some(&b) = self.bytes.get(p) {
            match b {
                b'\\' => p += 2,
                b'\n' => return p,
                _ if b == quote => return p + 1,
                _ => p += 1,
            }
        }
        self.text.len()
    }

    fn raw(&mut self, from: usize, quotes: usize, dollars: usize) -> usize {
        let close = "\"".repeat(quotes);
        let end = self.text[from..]
            .find(&close)
            .map_or(self.text.len(), |n| from + n + quotes);
        if dollars > 0 {
            // Whatever looks like a word may be one of a hole; a name too many
            // only makes a fixer more careful.
            self.words(from, end);
        }
        end
    }

    fn interpolated(&mut self, mut p: usize, verbatim: bool) -> usize {
        while let Some(&b) = self.bytes.get(p) {
            match b {
                b'\\' if !verbatim => p += 2,
                b'"' if verbatim && self.bytes.get(p + 1) == Some(&b'"') => p += 2,
                b'"' => return p + 1,
                b'\n' if !verbatim => return p,
                b'{' if self.bytes.get(p + 1) == Some(&b'{') => p += 2,
                b'{' => p = self.hole(p + 1),
                _ => p += 1,
            }
        }
        self.text.len()
    }

    /// Past the `}` of a hole that begins at `from`.
    fn hole(&mut self, from: usize) -> usize {
        let mut depth = 0usize;
        let mut p = from;
        while let Some(&b) = self.bytes.get(p) {
            match b {
                b'(' | b'[' | b'{' => depth += 1,
                b'}' if depth == 0 => {
                    self.words(from, p);
                    return p + 1;
                }
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                b'\n' => return p,
                b'"' | b'$' | b'@' | b'\'' => {
                    if let Some(end) = self.nested(p) {
                        p = end;
                        continue;
                    }
                }
                _ => {}
            }
            p += 1;
        }
        self.text.len()
    }

    /// A string inside a hole. Only plain ones are followed inwards, so that
    /// nesting costs no stack.
    fn nested(&self, at: usize) -> Option<usize> {
        let p = at
            + self.bytes[at..]
                .iter()
                .take_while(|b| matches!(b, b'$' | b'@'))
                .count();
        match self.bytes.get(p) {
            Some(&quote @ (b'"' | b'\'')) => Some(self.quoted(p + 1, quote)),
            _ => None,
        }
    }

    fn words(&mut self, from: usize, to: usize) {
        let mut p = from;
        while p < to {
            let Some(c) = self.text.get(p..to).and_then(|t| t.chars().next()) else {
                break;
            };
            let start = p;
            p += c.len_utf8();
            if word_start(c) {
                p += self.text[p..to].find(|c| !word_part(c)).unwrap_or(to - p);
                self.holes.push(Token {
                    kind: TokenKind::Word,
                    start,
                    end: p,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        lex(text)
            .tokens
            .iter()
            .map(|t| &text[t.start..t.end])
            .collect()
    }

    #[test]
    fn splits_code() {
        assert_eq!(
            words("x ??= a?.b >> 1.5e-3f;"),
            ["x", "??=", "a", "?.", "b", ">", ">", "1.5e-3f", ";"]
        );
        assert_eq!(
            words("#if A\n  // c\n @class /* x */ 'a' 1..2"),
            ["@class", "'a'", "1", "..", "2"]
        );
    }

    #[test]
    fn keeps_strings_whole_and_lists_their_holes() {
        let text = r#"F($"a {x.Y + "}"} {{no}}", @"c:\", """raw " text""")"#;
        assert_eq!(
            words(text),
            [
                "F",
                "(",
                r#"$"a {x.Y + "}"} {{no}}""#,
                ",",
                r#"@"c:\""#,
                ",",
                r#""""raw " text""""#,
                ")"
            ]
        );
        let holes: Vec<_> = lex(text)
            .holes
            .iter()
            .map(|t| &text[t.start..t.end])
            .collect();
        assert_eq!(holes, ["x", "Y"]);
    }

    #[test]
    fn survives_unclosed_and_odd_text() {
        for text in [
            "\"abc",
            "$\"{a",
            "/* x",
            "'",
            "$@\"{",
            "\u{0}é→",
            "\"\"\"a",
            "1e",
            "@",
            "\\",
        ] {
            let lexed = lex(text);
            assert!(
                lexed
                    .tokens
                    .iter()
                    .all(|t| t.start < t.end && text.get(t.start..t.end).is_some()),
                "{text:?}"
            );
        }
    }
}
