//! How far types, expressions, arguments and statements reach.

use crate::lex::TokenKind;
use crate::source::Source;
use std::ops::Range;

impl Source {
    /// Past the `>` that closes the `<` at `token`, if what stands between can
    /// be type arguments or type parameters.
    #[must_use]
    pub fn type_args_end(&self, token: usize) -> Option<usize> {
        if !self.is(token, "<") {
            return None;
        }
        // Longer ones do not occur; the bound keeps `a<a<a<…` linear.
        const LONGEST: usize = 400;
        let mut depth = 0usize;
        let mut at = token;
        while at < token + LONGEST {
            let kind = self.tokens().get(at)?.kind;
            match self.word(at) {
                "<" => depth += 1,
                ">" => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                "(" | "[" => at = self.partner(at).filter(|p| *p > at)?,
                "." | "," | "?" | "::" | "*" => {}
                _ if kind == TokenKind::Word => {}
                _ => return None,
            }
            at += 1;
        }
        None
    }

    /// Past the type that begins at `token`, if one does.
    #[must_use]
    pub fn type_end(&self, token: usize) -> Option<usize> {
        let mut at = token;
        while matches!(self.word(at), "ref" | "scoped")
            || (self.is(at, "readonly") && self.is_word(at + 1))
        {
            at += 1;
        }
        if self.is(at, "(") {
            at = self.partner(at)? + 1;
        } else {
            loop {
                if !self.is_word(at) {
                    return None;
                }
                at += 1;
                at = self.type_args_end(at).unwrap_or(at);
                if !matches!(self.word(at), "." | "::") {
                    break;
                }
                at += 1;
            }
        }
        loop {
            match self.word(at) {
                "?" | "*" => at += 1,
                "[" if (at + 1..)
                    .find(|i| !self.is(*i, ","))
                    .is_some_and(|i| self.is(i, "]")) =>
                {
                    at = self.partner(at)? + 1;
                }
                _ => return Some(at),
            }
        }
    }

    /// Past the expression that begins at `token`: up to the `;`, `,`, `)`,
    /// `]`, `}`, or the `:` of a conditional around it.
    #[must_use]
    pub fn expression_end(&self, token: usize) -> usize {
        let mut at = token;
        let mut conditionals = 0usize;
        while at < self.tokens().len() {
            match self.word(at) {
                ";" | "," | ")" | "]" | "}" => break,
                ":" if conditionals == 0 => break,
                ":" => conditionals -= 1,
                "?" if !matches!(self.word(at + 1), "[" | ")" | ">" | "," | ";" | "." | "=") => {
                    conditionals += 1
                }
                _ => {}
            }
            at = match self.generic_call(at) {
                Some(end) => end,
                None => self.partner(at).filter(|p| *p > at).unwrap_or(at) + 1,
            };
        }
        at
    }

    /// Past the type arguments after the name at `token`, where `<` opens type
    /// arguments and is no comparison.
    fn generic_call(&self, token: usize) -> Option<usize> {
        if !self.is_word(token) {
            return None;
        }
        let end = self.type_args_end(token + 1)?;
        matches!(
            self.word(end),
            "(" | ")"
                | "]"
                | "{"
                | "}"
                | "."
                | "?."
                | ","
                | ";"
                | "["
                | ":"
                | ">"
                | "?"
                | "??"
                | "&&"
                | "||"
                | "=="
                | "!="
                | "=>"
                | ""
        )
        .then_some(end)
    }

    /// Whether an expression is a primary one: a name, call, literal or `new`,
    /// with no operator outside its brackets.
    #[must_use]
    pub fn is_primary(&self, tokens: Range<usize>) -> bool {
        let mut at = tokens.start;
        let mut operand_before = false;
        while at < tokens.end {
            let word = self.word(at);
            let kind = self.tokens()[at].kind;
            match word {
                "." | "?." | "::" | "!" if operand_before => operand_before = word == "!",
                "new" if !operand_before => {}
                "(" | "[" | "{" => {
                    let Some(close) = self.partner(at).filter(|p| *p < tokens.end) else {
                        return false;
                    };
                    // `(T)x` is a cast.
                    if word == "("
                        && !operand_before
                        && close + 1 < tokens.end
                        && self.is_word(close + 1)
                    {
                        return false;
                    }
                    operand_before = true;
                    at = close + 1;
                    continue;
                }
                "await" | "is" | "as" | "with" | "switch" | "throw" | "async" | "in" => {
                    return false;
                }
                _ if kind == TokenKind::Punct => return false,
                _ if operand_before && !self.is(at.wrapping_sub(1), "new") => return false,
                _ => {
                    operand_before = true;
                    if let Some(end) = self.generic_call(at) {
                        at = end;
                        continue;
                    }
                }
            }
            at += 1;
        }
        operand_before
    }

    /// The arguments between the bracket at `open` and its partner.
    #[must_use]
    pub fn arguments(&self, open: usize) -> Vec<Range<usize>> {
        let Some(close) = self.partner(open) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut from = open + 1;
        let mut at = from;
        while at < close {
            if self.is(at, ",") {
                found.push(from..at);
                from = at + 1;
            }
            at = match self.generic_call(at) {
                Some(end) => end,
                None => self.partner(at).filter(|p| *p > at).unwrap_or(at) + 1,
            };
        }
        if from < close {
            found.push(from..close);
        }
        found
    }

    /// The bracket whose contents hold `token`, searching outwards for one of
    /// these.
    #[must_use]
    pub fn opener(&self, token: usize, which: &[&str]) -> Option<usize> {
        let mut at = token;
        while at > 0 {
            at -= 1;
            match self.partner(at) {
                Some(p) if p < at => at = p,
                Some(_) if which.contains(&self.word(at)) => return Some(at),
                _ => {}
            }
        }
        None
    }

    /// The innermost argument list around `token`: its bracket and the index
    /// of the argument that holds the token.
    #[must_use]
    pub fn argument_at(&self, token: usize) -> Option<(usize, usize)> {
        let open = self.opener(token, &["(", "[", "{"])?;
        if self.is(open, "{") {
            return None;
        }
        let index = self
            .arguments(open)
            .iter()
            .position(|a| a.contains(&token))?;
        Some((open, index))
    }

    /// The first token of the primary expression that ends before `token`:
    /// for `a.b(c)[d]` the token of `a`.
    #[must_use]
    pub fn primary_start(&self, token: usize) -> usize {
        let mut at = token;
        loop {
            // One operand, backwards.
            let mut operand = at;
            loop {
                let Some(before) = operand.checked_sub(1) else {
                    return at;
                };
                match self.partner(before) {
                    Some(open) if open < before => operand = open,
                    _ if self.is(before, "!") => operand = before,
                    _ => break,
                }
            }
            if self.is(operand.wrapping_sub(1), ">") {
                // Type arguments are short; a bound keeps broken text cheap.
                let start = (operand.saturating_sub(64)..operand)
                    .rev()
                    .find(|i| self.type_args_end(*i) == Some(operand));
                operand = start.unwrap_or(operand);
            }
            let word = operand.wrapping_sub(1);
            let kind = self.tokens().get(word).map(|t| t.kind);
            match kind {
                Some(TokenKind::Word) if !is_operator_word(self.word(word)) => operand = word,
                Some(TokenKind::Text | TokenKind::Number) => operand = word,
                _ => {}
            }
            if operand == at {
                return at;
            }
            at = operand;
            if matches!(self.word(at.wrapping_sub(1)), "." | "?." | "::") {
                at -= 1;
            } else {
                return if self.is(at.wrapping_sub(1), "new") {
                    at - 1
                } else {
                    at
                };
            }
        }
    }

    /// The statement around `token`, its `;` included; a statement that ends
    /// with a block ends before the block.
    #[must_use]
    pub fn statement(&self, token: usize) -> Range<usize> {
        let mut start = token;
        while let Some(before) = start.checked_sub(1) {
            match self.word(before) {
                ";" | "{" => break,
                "}" => match self.partner(before) {
                    // The block of an expression (`new X { } .Y`) goes on.
                    Some(open)
                        if matches!(self.word(start), "." | "?." | ")" | "," | ";" | "??") =>
                    {
                        start = open
                    }
                    _ => break,
                },
                ":" if self.is_label(before) => break,
                ")" | "]" => match self.partner(before) {
                    Some(open) => start = open,
                    None => break,
                },
                _ => start = before,
            }
        }
        let mut end = token;
        while end < self.tokens().len() {
            match self.word(end) {
                ";" => return start..end + 1,
                "}" | ")" | "]" if self.partner(end).is_none_or(|p| p < start) => break,
                _ => end = self.partner(end).filter(|p| *p > end).unwrap_or(end) + 1,
            }
        }
        start..end
    }

    /// Whether the `:` at `token` ends a `case` or `default` label.
    fn is_label(&self, token: usize) -> bool {
        let mut at = token;
        while let Some(before) = at.checked_sub(1) {
            match self.word(before) {
                "case" | "default" => return true,
                ";" | "{" | "}" | "?" => return false,
                _ => {
                    at = self
                        .partner(before)
                        .filter(|p| *p < before)
                        .unwrap_or(before)
                }
            }
        }
        false
    }

    /// The block around `token`: its `{`.
    #[must_use]
    pub fn block(&self, token: usize) -> Option<usize> {
        self.opener(token, &["{"])
    }
}

fn is_operator_word(word: &str) -> bool {
    matches!(
        word,
        "return"
            | "is"
            | "as"
            | "in"
            | "await"
            | "throw"
            | "case"
            | "when"
            | "new"
            | "out"
            | "ref"
            | "and"
            | "or"
            | "not"
            | "if"
            | "while"
            | "switch"
            | "foreach"
            | "for"
            | "lock"
            | "using"
            | "yield"
            | "else"
            | "do"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(source: &Source, what: &str) -> usize {
        source.token_at(source.text().find(what).unwrap())
    }

    #[test]
    fn types_end_where_they_end() {
        for (text, ty) in [
            ("List<int>? x", "List<int>?"),
            ("(int A, T[] B)[] x", "(int A, T[] B)[]"),
            ("A.B<C<D>, E>.F x", "A.B<C<D>, E>.F"),
            ("int[,][] x", "int[,][]"),
        ] {
            let source = Source::new(text);
            assert_eq!(source.slice(0..source.type_end(0).unwrap()), ty);
        }
        assert!(Source::new("; x").type_end(0).is_none());
    }

    #[test]
    fn expressions_end_at_the_delimiter() {
        for (text, from, want) in [
            ("x = a ? b : c;", "a", "a ? b : c"),
            ("x = p ? b + 1 : c;", "b", "b + 1"),
            ("f(new D<int, string>(), 2)", "new", "new D<int, string>()"),
            ("f(a < b, c > d)", "a ", "a < b"),
            ("f(x?.Y ?? z)", "x", "x?.Y ?? z"),
            (
                "y = x as A<B, C> ?? throw z;",
                "x",
                "x as A<B, C> ?? throw z",
            ),
        ] {
            let source = Source::new(text);
            let start = at(&source, from);
            assert_eq!(source.slice(start..source.expression_end(start)), want);
        }
    }

    #[test]
    fn tells_primary_expressions() {
        for (text, want) in [
            ("Math.Log(a, b + c)", true),
            ("new int[n]", true),
            ("a.B[1]!.C<int>()", true),
            ("a + b", false),
            ("-a", false),
            ("(int)a", false),
            ("a ? b : c", false),
            ("await F()", false),
            ("x is null", false),
        ] {
            let source = Source::new(text);
            assert_eq!(source.is_primary(0..source.tokens().len()), want, "{text}");
        }
    }

    #[test]
    fn walks_back_over_a_receiver() {
        for (text, dot, want) in [
            ("x = a.b(c)[d].Foo;", ".Foo", "a"),
            ("return F<int>(1).Foo;", ".Foo", "F"),
            ("y + (a + b).Foo", ".Foo", "("),
            ("await x.Foo", ".Foo", "x"),
        ] {
            let source = Source::new(text);
            assert_eq!(
                source.word(source.primary_start(at(&source, dot))),
                want,
                "{text}"
            );
        }
    }

    #[test]
    fn finds_statements() {
        for (text, inside, want) in [
            ("{ a(); b(c, d); }", "c", "b(c, d);"),
            ("switch (x) { case 1: y = 2; break; }", "y", "y = 2;"),
            (
                "{ if (q) { } z = new A { B = 1 }.C; }",
                "z",
                "z = new A { B = 1 }.C;",
            ),
        ] {
            let source = Source::new(text);
            assert_eq!(source.slice(source.statement(at(&source, inside))), want);
        }
    }
}
