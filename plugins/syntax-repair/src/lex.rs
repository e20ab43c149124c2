//! Tokens of broken text, in any of the languages.
//!
//! A single pass without backtracking and without recursion: a literal that is
//! never closed ends with its line or with the text, and says so. Every token
//! begins and ends at a character boundary, whatever the text.

use crate::lang::{Id, Lang};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword; in Rust a lifetime too.
    Word,
    /// A number.
    Number,
    /// A string literal.
    Str,
    /// A character literal.
    Char,
    /// An operator, bracket or separator.
    Punct,
    /// A comment.
    Comment,
    /// A preprocessor line.
    Directive,
}

/// A token's place and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
    /// Whether a literal or comment ends as it should.
    pub closed: bool,
}

const OPERATORS: &[&str] = &[
    "...", "..=", "<<=", ">>=", "===", "!==", "**=", "??=", "&&=", "||=", "->", "=>", "==", "!=",
    "<=", ">=", "::", "&&", "||", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", ":=",
    "<-", "??", "?.", "..", "**", "<<",
];

/// The tokens of a text, comments and directives included.
#[must_use]
pub fn lex(text: &str, lang: &Lang) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        lang,
        tokens: Vec::new(),
        templates: Vec::new(),
    };
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    lang: &'a Lang,
    tokens: Vec<Token>,
    /// Open braces inside each `${…}` hole that encloses this point.
    templates: Vec<usize>,
}

fn word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80
}

impl Lexer<'_> {
    fn run(&mut self) {
        let mut at = 0;
        let mut line_begins = true;
        while let Some(&b) = self.bytes.get(at) {
            if b == b'\n' {
                line_begins = true;
                at += 1;
                continue;
            }
            if b.is_ascii_whitespace() || b == 0x0b || b == 0 {
                at += 1;
                continue;
            }
            let (kind, end, closed) = if b == b'#' && line_begins && self.lang.directives() {
                (Kind::Directive, self.directive_end(at), true)
            } else {
                self.token(at)
            };
            line_begins = false;
            let mut end = end.clamp(at + 1, self.bytes.len());
            while !self.text.is_char_boundary(end) {
                end += 1;
            }
            self.tokens.push(Token {
                kind,
                start: at,
                end,
                closed,
            });
            at = end;
        }
    }

    fn token(&mut self, at: usize) -> (Kind, usize, bool) {
        let rest = &self.bytes[at..];
        let b = rest[0];
        if let Some((end, closed)) = self.comment(at) {
            return (Kind::Comment, end, closed);
        }
        if let Some(found) = self.literal(at) {
            return found;
        }
        if b == b'@' && rest.get(1).is_some_and(|n| word_byte(*n)) && self.lang.id == Id::CSharp
            || b == b'$' && matches!(self.lang.id, Id::Script | Id::Java | Id::Rust)
            || word_byte(b) && !b.is_ascii_digit()
        {
            let dollar = matches!(self.lang.id, Id::Script | Id::Java);
            let tail = rest[1..]
                .iter()
                .take_while(|b| word_byte(**b) || dollar && **b == b'$');
            return (Kind::Word, at + 1 + tail.count(), true);
        }
        if b.is_ascii_digit() {
            return (Kind::Number, self.number(at), true);
        }
        if let Some(depth) = self.templates.last_mut() {
            match b {
                b'{' => *depth += 1,
                b'}' if *depth == 0 => {
                    self.templates.pop();
                    let (end, closed) = self.template(at + 1);
                    return (Kind::Str, end, closed);
                }
                b'}' => *depth -= 1,
                _ => {}
            }
        }
        let text = &self.text[at..];
        let length = OPERATORS
            .iter()
            .find(|op| text.starts_with(**op))
            .map_or_else(
                || text.chars().next().map_or(1, char::len_utf8),
                |op| op.len(),
            );
        (Kind::Punct, at + length, true)
    }

    fn line_end(&self, at: usize) -> usize {
        let end = self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |n| at + n);
        if end > at && self.bytes[end - 1] == b'\r' {
            end - 1
        } else {
            end
        }
    }

    /// A directive with its continuation lines, without a comment behind it.
    fn directive_end(&self, at: usize) -> usize {
        let mut from = at;
        loop {
            let end = self.line_end(from);
            let line = &self.text[from..end];
            if let Some(comment) = line.find("//").or_else(|| line.find("/*")) {
                return from + comment;
            }
            if !line.ends_with('\\') || end >= self.text.len() {
                return end;
            }
            from = self.text[end..]
                .find('\n')
                .map_or(self.text.len(), |n| end + n + 1);
        }
    }

    fn comment(&self, at: usize) -> Option<(usize, bool)> {
        let text = &self.text[at..];
        if self.lang.id == Id::Python {
            return text.starts_with('#').then(|| (self.line_end(at), true));
        }
        if text.starts_with("//") {
            return Some((self.line_end(at), true));
        }
        if !text.starts_with("/*") {
            return None;
        }
        if self.lang.id != Id::Rust {
            return Some(
                text[2..]
                    .find("*/")
                    .map_or((self.text.len(), false), |n| (at + n + 4, true)),
            );
        }
        let (mut depth, mut p) = (1usize, at + 2);
        while p + 1 < self.bytes.len() {
            match &self.bytes[p..p + 2] {
                b"/*" => (depth, p) = (depth + 1, p + 2),
                b"*/" => {
                    (depth, p) = (depth - 1, p + 2);
                    if depth == 0 {
                        return Some((p, true));
                    }
                }
                _ => p += 1,
            }
        }
        Some((self.text.len(), false))
    }

    fn number(&self, at: usize) -> usize {
        let hex = matches!(self.bytes.get(at + 1), Some(b'x' | b'X'));
        let mut p = at;
        while let Some(&b) = self.bytes.get(p) {
            let next = self.bytes.get(p + 1).copied().unwrap_or(b' ');
            let exponent = !hex && matches!(b, b'e' | b'E') && matches!(next, b'+' | b'-');
            // `1.` is a number, `1..2` is a range, and `x.1.2` two fields.
            let point = b == b'.' && p > at && next != b'.';
            let digits = next.is_ascii_digit();
            let last = point && !word_byte(next) && !self.bytes[at..p].contains(&b'.');
            let separator = b == b'\'' && self.lang.c_family() && next.is_ascii_alphanumeric();
            if exponent {
                p += 2;
            } else if word_byte(b) || point && (digits || last) || separator {
                p += 1;
            } else {
                break;
            }
        }
        p
    }

    /// The literal at `at`, if one begins there.
    fn literal(&mut self, at: usize) -> Option<(Kind, usize, bool)> {
        let prefix = self.bytes[at..]
            .iter()
            .take(4)
            .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'@' | b'$' | b'8' | b'#'))
            .count();
        let (word, q) = (&self.text[at..at + prefix], at + prefix);
        let quote = *self.bytes.get(q)?;
        if !matches!(quote, b'"' | b'\'' | b'`' | b'/') {
            return None;
        }
        let str = |(end, closed)| Some((Kind::Str, end, closed));
        let triple = self.text[q..].starts_with("\"\"\"");
        match self.lang.id {
            Id::Python => {
                let lower = word.to_ascii_lowercase();
                if !matches!(
                    lower.as_str(),
                    "" | "r" | "b" | "f" | "u" | "t" | "rb" | "br" | "fr" | "rf"
                ) || !matches!(quote, b'"' | b'\'')
                {
                    return None;
                }
                for close in ["\"\"\"", "'''"] {
                    if self.text[q..].starts_with(close) {
                        return str(self.until(q + 3, close, true));
                    }
                }
                str(self.line(q + 1, quote))
            }
            Id::C | Id::Cpp => {
                let raw = word.ends_with('R') && quote == b'"' && self.lang.id == Id::Cpp;
                if !matches!(word.trim_end_matches('R'), "" | "L" | "u" | "U" | "u8") {
                    return None;
                }
                match quote {
                    b'"' if raw => {
                        let open = self.text[q + 1..].find('(')?;
                        if open > 16 {
                            return str(self.line(q + 1, quote));
                        }
                        let close = format!("){}\"", &self.text[q + 1..q + 1 + open]);
                        str(self.until(q + 2 + open, &close, false))
                    }
                    b'"' => str(self.line(q + 1, quote)),
                    b'\'' => Some(self.char(q)),
                    _ => None,
                }
            }
            Id::Java if word.is_empty() => match quote {
                b'"' if triple => str(self.until(q + 3, "\"\"\"", true)),
                b'"' => str(self.line(q + 1, quote)),
                b'\'' => Some(self.char(q)),
                _ => None,
            },
            Id::Go if word.is_empty() => match quote {
                b'"' => str(self.line(q + 1, quote)),
                b'`' => str(self.until(q + 1, "`", false)),
                b'\'' => Some(self.char(q)),
                _ => None,
            },
            Id::CSharp => match (word, quote) {
                ("", b'\'') => Some(self.char(q)),
                ("" | "$" | "$$" | "$$$", b'"') if triple => {
                    let quotes = self.bytes[q..].iter().take_while(|b| **b == b'"').count();
                    str(self.until(q + quotes, &"\"".repeat(quotes), false))
                }
                ("", b'"') => str(self.line(q + 1, quote)),
                ("@" | "$@" | "@$", b'"') => str(self.verbatim(q + 1)),
                ("$", b'"') => str(self.interpolated(q + 1)),
                _ => None,
            },
            Id::Script if word.is_empty() => match quote {
                b'"' | b'\'' => str(self.line(q + 1, quote)),
                b'`' => str(self.template(q + 1)),
                b'/' if self.regex_may_begin() => {
                    self.regex(q + 1).and_then(|end| str((end, true)))
                }
                _ => None,
            },
            Id::Rust => match (word, quote) {
                ("" | "b" | "c", b'"') => str(self.until(q + 1, "\"", true)),
                (w, b'"') if matches!(w.trim_end_matches('#'), "r" | "br" | "cr") => {
                    let close = format!("\"{}", "#".repeat(w.matches('#').count()));
                    str(self.until(q + 1, &close, false))
                }
                ("b", b'\'') => Some(self.char(q)),
                ("", b'\'') => Some(self.rust_quote(q)),
                _ => None,
            },
            _ => None,
        }
    }

    /// Past the next `close`.
    fn until(&self, mut p: usize, close: &str, escapes: bool) -> (usize, bool) {
        while p < self.bytes.len() {
            if escapes && self.bytes[p] == b'\\' {
                p += 2;
            } else if self.bytes[p..].starts_with(close.as_bytes()) {
                return (p + close.len(), true);
            } else {
                p += 1;
            }
        }
        (self.bytes.len(), false)
    }

    /// A literal that cannot leave its line, unless a backslash ends it.
    fn line(&self, mut p: usize, quote: u8) -> (usize, bool) {
        while let Some(&b) = self.bytes.get(p) {
            match b {
                b'\\' => p += 2,
                b'\n' => break,
                _ if b == quote => return (p + 1, true),
                _ => p += 1,
            }
        }
        let p = p.min(self.bytes.len());
        (
            if p > 0 && self.bytes[p - 1] == b'\r' {
                p - 1
            } else {
                p
            },
            false,
        )
    }

    fn char(&self, q: usize) -> (Kind, usize, bool) {
        let (end, closed) = self.line(q + 1, b'\'');
        (Kind::Char, end, closed)
    }

    /// A character, a lifetime, or a quote astray.
    fn rust_quote(&self, q: usize) -> (Kind, usize, bool) {
        let mut chars = self.text[q + 1..].chars();
        match chars.next() {
            Some('\\') => self.char(q),
            Some(c) if chars.next() == Some('\'') => (Kind::Char, q + 2 + c.len_utf8(), true),
            Some(c) if c == '_' || c.is_alphabetic() => {
                let tail = self.bytes[q + 1..]
                    .iter()
                    .take_while(|b| word_byte(**b))
                    .count();
                (Kind::Word, q + 1 + tail, true)
            }
            _ => (Kind::Char, q + 1, false),
        }
    }

    fn verbatim(&self, mut p: usize) -> (usize, bool) {
        while let Some(&b) = self.bytes.get(p) {
            p += 1;
            if b == b'"' {
                if self.bytes.get(p) != Some(&b'"') {
                    return (p, true);
                }
                p += 1;
            }
        }
        (self.bytes.len(), false)
    }

    /// C#'s `$"…"`: quotes inside its holes do not end it.
    fn interpolated(&self, mut p: usize) -> (usize, bool) {
        let mut depth = 0usize;
        while let Some(&b) = self.bytes.get(p) {
            let next = self.bytes.get(p + 1);
            match b {
                b'\n' => break,
                b'\\' if depth == 0 => p += 1,
                b'{' if depth == 0 && next == Some(&b'{') => p += 1,
                b'{' => depth += 1,
                b'}' => depth = depth.saturating_sub(1),
                b'"' if depth == 0 => return (p + 1, true),
                b'"' => match self.line(p + 1, b'"') {
                    (end, true) => p = end - 1,
                    _ => break,
                },
                _ => {}
            }
            p += 1;
        }
        (self.line_end(p.min(self.bytes.len())), false)
    }

    /// A piece of a template string: up to its end or its next hole.
    fn template(&mut self, mut p: usize) -> (usize, bool) {
        while let Some(&b) = self.bytes.get(p) {
            match b {
                b'\\' => p += 2,
                b'`' => return (p + 1, true),
                b'$' if self.bytes.get(p + 1) == Some(&b'{') => {
                    self.templates.push(0);
                    return (p + 2, true);
                }
                _ => p += 1,
            }
        }
        (self.bytes.len(), false)
    }

    /// Whether a `/` here begins a regular expression rather than divides.
    fn regex_may_begin(&self) -> bool {
        let Some(last) = self.tokens.iter().rev().find(|t| t.kind != Kind::Comment) else {
            return true;
        };
        let text = &self.text[last.start..last.end];
        match last.kind {
            Kind::Word => matches!(
                text,
                "return" | "typeof" | "case" | "in" | "of" | "delete" | "void"
            ),
            Kind::Punct => !matches!(text, ")" | "]" | "}" | "++" | "--" | "<"),
            _ => false,
        }
    }

    fn regex(&self, mut p: usize) -> Option<usize> {
        let mut set = false;
        while let Some(&b) = self.bytes.get(p) {
            match b {
                b'\n' => return None,
                b'\\' => p += 1,
                b'[' => set = true,
                b']' => set = false,
                b'/' if !set => {
                    let flags = self.bytes[p + 1..]
                        .iter()
                        .take_while(|b| word_byte(**b))
                        .count();
                    return Some(p + 1 + flags);
                }
                _ => {}
            }
            p += 1;
        }
        None
    }
}

#[cfg(test)]
#[path = "tests/lex.rs"]
mod tests;
