//! Go's tokens, with the semicolons that line ends stand for.

use crate::ast::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier.
    Ident,
    /// One of the 25 keywords.
    Keyword,
    /// An integer literal.
    Int,
    /// A floating-point literal.
    Float,
    /// An imaginary literal.
    Imag,
    /// A rune literal.
    Char,
    /// A string literal, raw or not.
    Str,
    /// An operator or a bracket.
    Op,
    /// A semicolon; an empty span where a line end stands for it.
    Semi,
    /// The end of the text.
    End,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub span: Span,
}

const KEYWORDS: [&str; 25] = [
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

/// Longest first.
const OPERATORS: [&str; 47] = [
    "<<=", ">>=", "&^=", "...", "&&", "||", "<-", "++", "--", "==", "!=", "<=", ">=", ":=", "+=",
    "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<", ">>", "&^", "+", "-", "*", "/", "%", "&", "|",
    "^", "<", ">", "=", "!", "(", ")", "[", "]", "{", "}", ",", ".", ":", "~",
];

/// Whether a word is a keyword.
#[must_use]
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// The tokens of a text, the last being [`Kind::End`], and its comments. What
/// is no Go at all is skipped.
#[must_use]
pub fn lex(text: &str) -> (Vec<Token>, Vec<Span>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
        comments: Vec::new(),
    };
    while lexer.next() {}
    lexer.line_end(text.len());
    lexer.push(Kind::End, text.len());
    (lexer.tokens, lexer.comments)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    comments: Vec<Span>,
}

impl Lexer<'_> {
    fn push(&mut self, kind: Kind, end: usize) {
        let span = Span::new(self.at, end);
        self.tokens.push(Token { kind, span });
        self.at = end;
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// A line end after these tokens is a semicolon.
    fn line_end(&mut self, at: usize) {
        let Some(last) = self.tokens.last() else {
            return;
        };
        let word = self.text.get(last.span.range()).unwrap_or_default();
        let ends = match last.kind {
            Kind::Ident | Kind::Int | Kind::Float | Kind::Imag | Kind::Char | Kind::Str => true,
            Kind::Keyword => matches!(word, "break" | "continue" | "fallthrough" | "return"),
            Kind::Op => matches!(word, "++" | "--" | ")" | "]" | "}"),
            Kind::Semi | Kind::End => false,
        };
        if ends {
            self.tokens.push(Token {
                kind: Kind::Semi,
                span: Span::new(at, at),
            });
        }
    }

    fn next(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        if first == '\n' {
            self.line_end(self.at);
            self.at += 1;
        } else if first.is_whitespace() {
            self.at += first.len_utf8();
        } else if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            self.comments.push(Span::new(self.at, self.at + end));
            self.at += end;
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
            let many = rest[..end].contains('\n');
            self.comments.push(Span::new(self.at, self.at + end));
            if many {
                self.line_end(self.at);
            }
            self.at += end;
        } else if first.is_alphabetic() || first == '_' {
            let end = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            let kind = if is_keyword(&rest[..end]) {
                Kind::Keyword
            } else {
                Kind::Ident
            };
            self.push(kind, self.at + end);
        } else if first.is_ascii_digit()
            || (first == '.' && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            self.number();
        } else if first == '`' {
            let end = rest[1..].find('`').map_or(rest.len(), |end| end + 2);
            self.push(Kind::Str, self.at + end);
        } else if first == '"' || first == '\'' {
            let end = quoted(rest, first);
            let kind = if first == '"' { Kind::Str } else { Kind::Char };
            self.push(kind, self.at + end);
        } else if first == ';' {
            self.push(Kind::Semi, self.at + 1);
        } else if let Some(op) = OPERATORS.iter().find(|op| rest.starts_with(**op)) {
            self.push(Kind::Op, self.at + op.len());
        } else {
            self.at += first.len_utf8();
        }
        true
    }

    fn number(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let hex = rest.starts_with("0x") || rest.starts_with("0X");
        let mut end = 0;
        let mut float = false;
        while let Some(&byte) = bytes.get(end) {
            match byte {
                b'.' => float = true,
                b'p' | b'P' if hex => float = true,
                b'e' | b'E' if !hex => float = true,
                b'+' | b'-'
                    if end > 0
                        && (matches!(bytes[end - 1], b'p' | b'P')
                            || (!hex && matches!(bytes[end - 1], b'e' | b'E'))) => {}
                _ if byte.is_ascii_alphanumeric() || byte == b'_' => {}
                _ => break,
            }
            end += 1;
        }
        let kind = if rest[..end].ends_with('i') {
            Kind::Imag
        } else if float {
            Kind::Float
        } else {
            Kind::Int
        };
        self.push(kind, self.at + end);
    }
}

/// How far a literal reaches: to its quote, or to the line's end.
fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
