//! A file's text with its lines and tokens.

use crate::lang::Lang;
use crate::lex::{Kind, Token, lex};
use std::collections::HashMap;
use std::ops::Range;

/// A text, cut up once for every rule.
#[derive(Debug)]
pub struct Source<'a> {
    /// As the build read it.
    pub text: &'a str,
    /// Its language.
    pub lang: &'static Lang,
    /// Tokens without comments and directives.
    pub code: Vec<Token>,
    /// Preprocessor lines.
    pub directives: Vec<Token>,
    /// Comments.
    pub comments: Vec<Token>,
    lines: Vec<usize>,
    words: HashMap<&'a str, usize>,
}

impl<'a> Source<'a> {
    /// Cuts a text up.
    #[must_use]
    pub fn new(text: &'a str, lang: &'static Lang) -> Self {
        let mut source = Self {
            text,
            lang,
            code: Vec::new(),
            directives: Vec::new(),
            comments: Vec::new(),
            lines: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
            words: HashMap::new(),
        };
        for token in lex(text, lang) {
            match token.kind {
                Kind::Comment => source.comments.push(token),
                Kind::Directive => source.directives.push(token),
                kind => {
                    if kind == Kind::Word {
                        *source
                            .words
                            .entry(&text[token.start..token.end])
                            .or_default() += 1;
                    }
                    source.code.push(token);
                }
            }
        }
        source
    }

    /// The text of a code token; empty behind the last.
    #[must_use]
    pub fn word(&self, token: usize) -> &'a str {
        self.code
            .get(token)
            .map_or("", |t| &self.text[t.start..t.end])
    }

    /// The kind of a code token.
    #[must_use]
    pub fn kind(&self, token: usize) -> Option<Kind> {
        self.code.get(token).map(|t| t.kind)
    }

    /// How many lines there are, an empty last one included.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The line (from 0) of a byte.
    #[must_use]
    pub fn line_of(&self, at: usize) -> usize {
        self.lines
            .partition_point(|start| *start <= at)
            .saturating_sub(1)
    }

    /// The line (from 0) where a code token begins; the last line for one
    /// behind the end.
    #[must_use]
    pub fn token_line(&self, token: usize) -> usize {
        self.code
            .get(token)
            .map_or(self.lines.len() - 1, |t| self.line_of(t.start))
    }

    /// A line's bytes without its end; empty at the text's end for a line
    /// that there is not.
    #[must_use]
    pub fn line(&self, line: usize) -> Range<usize> {
        let Some(&start) = self.lines.get(line) else {
            return self.text.len()..self.text.len();
        };
        let end = self
            .lines
            .get(line + 1)
            .map_or(self.text.len(), |next| next - 1);
        let body = &self.text[start..end];
        start..start + body.strip_suffix('\r').unwrap_or(body).len()
    }

    /// A line's bytes with its end.
    #[must_use]
    pub fn whole_line(&self, line: usize) -> Range<usize> {
        let start = self.line(line).start;
        start..self.lines.get(line + 1).copied().unwrap_or(self.text.len())
    }

    /// Whether a line has nothing but white space.
    #[must_use]
    pub fn blank(&self, line: usize) -> bool {
        line < self.lines.len() && self.text[self.line(line)].trim().is_empty()
    }

    /// The white space that a line begins with.
    #[must_use]
    pub fn indentation(&self, line: usize) -> &'a str {
        let text = &self.text[self.line(line)];
        &text[..text.len() - text.trim_start().len()]
    }

    /// How far a line is indented, in columns; a tab counts 4.
    #[must_use]
    pub fn indent(&self, line: usize) -> usize {
        self.indentation(line)
            .chars()
            .fold(0, |n, c| if c == '\t' { n + 4 - n % 4 } else { n + 1 })
    }

    /// The first code token that ends behind `at`.
    #[must_use]
    pub fn at_or_after(&self, at: usize) -> usize {
        self.code.partition_point(|t| t.end <= at)
    }

    /// The last code token that ends at or before `at`.
    #[must_use]
    pub fn before(&self, at: usize) -> Option<usize> {
        self.at_or_after(at).checked_sub(1)
    }

    /// The code tokens that begin on a line.
    #[must_use]
    pub fn on_line(&self, line: usize) -> Range<usize> {
        let whole = self.whole_line(line);
        let first = self.code.partition_point(|t| t.start < whole.start);
        first
            ..self
                .code
                .partition_point(|t| t.start < whole.end)
                .max(first)
    }

    /// Whether a code token is the first on its line.
    #[must_use]
    pub fn first_on_line(&self, token: usize) -> bool {
        self.code.get(token).is_some_and(|t| {
            self.text[self.line(self.line_of(t.start)).start..t.start]
                .trim()
                .is_empty()
        })
    }

    /// How often a word occurs in the code.
    #[must_use]
    pub fn occurrences(&self, word: &str) -> usize {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// The code tokens of the statement around a token: from behind the last
    /// `;`, `{` or `}` to before the next.
    #[must_use]
    pub fn statement(&self, token: usize) -> Range<usize> {
        let ends = |i: usize| matches!(self.word(i), ";" | "{" | "}");
        let token = token.min(self.code.len());
        let start = (0..token)
            .rev()
            .take(400)
            .find(|i| ends(*i))
            .map_or(0, |i| i + 1);
        let start = start.max(token.saturating_sub(400));
        let end = (token..self.code.len()).take(400).find(|i| ends(*i));
        start
            ..end
                .unwrap_or_else(|| self.code.len().min(token + 400))
                .max(start)
    }
}
