//! A parser that reads what it can: a place that is no Go is counted and
//! skipped, and what stands around it is read all the same.
//!
//! Recursive descent with one token of lookahead and, where parameters leave it
//! open what is a name and what a type, a step back. Nesting is bounded.

mod decl;
mod expr;
mod stmt;

use crate::ast::{Expr, ExprKind, Ident, Span, Tree};
use crate::lex::{Kind, Token, lex};

/// Deeper code is not written by people, and the stack is small.
const NESTING: usize = 120;

/// Parses a file.
#[must_use]
pub fn parse(text: &str) -> Tree {
    let (tokens, comments) = lex(text);
    let mut parser = Parser::new(text, tokens);
    let mut tree = parser.file();
    tree.comments = comments;
    tree.errors = parser.errors;
    tree
}

/// Parses a lone type or expression, such as a message quotes.
#[must_use]
pub fn parse_expr(text: &str) -> Option<Expr> {
    let (tokens, _) = lex(text);
    let mut parser = Parser::new(text, tokens);
    let ty = parser.type_or_expr();
    (parser.errors == 0 && matches!(parser.kind(), Kind::Semi | Kind::End)).then_some(ty)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    errors: usize,
    depth: usize,
    /// In a statement's head, where `T {` is no literal.
    head: bool,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, tokens: Vec<Token>) -> Self {
        Self {
            text,
            tokens,
            at: 0,
            errors: 0,
            depth: 0,
            head: false,
        }
    }

    fn token(&self, ahead: usize) -> Token {
        let last = self.tokens.len().saturating_sub(1);
        self.tokens[(self.at + ahead).min(last)]
    }

    fn kind(&self) -> Kind {
        self.token(0).kind
    }

    fn word_at(&self, ahead: usize) -> &'t str {
        self.text
            .get(self.token(ahead).span.range())
            .unwrap_or_default()
    }

    fn word(&self) -> &'t str {
        self.word_at(0)
    }

    /// Whether an operator or keyword stands here.
    fn is(&self, word: &str) -> bool {
        matches!(self.kind(), Kind::Op | Kind::Keyword) && self.word() == word
    }

    fn is_at(&self, ahead: usize, word: &str) -> bool {
        matches!(self.token(ahead).kind, Kind::Op | Kind::Keyword) && self.word_at(ahead) == word
    }

    fn start(&self) -> usize {
        self.token(0).span.start
    }

    /// Where the last token taken ends.
    fn end(&self) -> usize {
        match self.at.checked_sub(1).and_then(|at| self.tokens.get(at)) {
            Some(token) => token.span.end,
            None => 0,
        }
    }

    fn since(&self, start: usize) -> Span {
        Span::new(start, self.end().max(start))
    }

    fn advance(&mut self) {
        if self.kind() != Kind::End {
            self.at += 1;
        }
    }

    fn eat(&mut self, word: &str) -> bool {
        let here = self.is(word);
        if here {
            self.advance();
        }
        here
    }

    fn expect(&mut self, word: &str) {
        if !self.eat(word) {
            self.errors += 1;
        }
    }

    fn semi(&mut self) {
        if self.kind() == Kind::Semi {
            self.advance();
        } else if !self.is(")") && !self.is("}") && self.kind() != Kind::End {
            self.errors += 1;
        }
    }

    fn ident(&mut self) -> Ident {
        if self.kind() == Kind::Ident {
            let name = self.word().to_owned();
            let span = self.token(0).span;
            self.advance();
            return Ident { name, span };
        }
        self.errors += 1;
        Ident {
            name: String::new(),
            span: Span::new(self.start(), self.start()),
        }
    }

    fn bad(&mut self) -> Expr {
        self.errors += 1;
        Expr {
            kind: ExprKind::Bad,
            span: Span::new(self.start(), self.start()),
        }
    }

    /// Goes one level down, or gives up on the whole text.
    fn deeper(&mut self) -> bool {
        self.depth += 1;
        if self.depth > NESTING {
            self.errors += 1;
            self.at = self.tokens.len().saturating_sub(1);
            return false;
        }
        true
    }
}
