//! The head of a function: its return type, name and parameters, as tokens.

use buildfix_fixer_support::Source;
use std::ops::Range;

/// Words before a return type that are not part of it.
const STORAGE: &[&str] = &[
    "static",
    "inline",
    "extern",
    "virtual",
    "explicit",
    "constexpr",
    "friend",
    "typedef",
    "register",
    "_Noreturn",
    "__inline",
    "__extension__",
];

/// Words that can end a type, so that the last one of a parameter is no name.
const TYPE_WORDS: &[&str] = &[
    "void", "bool", "_Bool", "char", "short", "int", "long", "float", "double", "signed",
    "unsigned", "const", "volatile", "auto", "size_t", "wchar_t",
];

/// A function's declaration or definition, up to its parameters' end.
#[derive(Clone, Debug)]
pub struct Head {
    /// The return type, without storage words and macros in front of it.
    pub returns: Range<usize>,
    /// The first token of the declaration, storage words included.
    pub start: usize,
    /// The name's token; qualifiers stand before it.
    pub name: usize,
    /// The `(`.
    pub open: usize,
    /// The `)`.
    pub close: usize,
    /// The parameters.
    pub parameters: Vec<Parameter>,
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// All of it, default value included.
    pub tokens: Range<usize>,
    /// Its name's token, if it has one.
    pub name: Option<usize>,
    /// Its end without the default value.
    pub end: usize,
}

impl Head {
    /// Reads the head of the function whose name is the token `name`.
    pub fn read(source: &Source, name: usize) -> Option<Self> {
        let open = name + 1;
        if !source.is_word(name) || !source.is(open, "(") {
            return None;
        }
        let close = source.partner(open)?;
        let mut start = name;
        while start > 0
            && !matches!(
                source.word(start - 1),
                ";" | "{" | "}" | "" | ")" | "=" | ","
            )
        {
            // `public:` ends what comes before, `a::b` does not.
            if source.is(start - 1, ":") {
                break;
            }
            start -= 1;
        }
        let mut qualified = name;
        while qualified >= start + 2 && source.is(qualified - 1, "::") {
            qualified -= 2;
        }
        let mut first = start;
        if source.is(first, "template") && source.is(first + 1, "<") {
            first = past_template(source, first + 1).min(qualified);
        }
        while first < qualified
            && (STORAGE.contains(&source.word(first))
                || (is_macro(source.word(first)) && first + 1 < qualified))
        {
            first += 1;
        }
        let parameters = source
            .arguments(open)
            .into_iter()
            .map(|tokens| parameter(source, tokens))
            .collect();
        Some(Self {
            returns: first..qualified,
            start,
            name,
            open,
            close,
            parameters,
        })
    }

    /// Whether a body follows.
    pub fn has_body(&self, source: &Source) -> bool {
        let mut at = self.close + 1;
        while matches!(
            source.word(at),
            "const" | "noexcept" | "override" | "final" | "&" | "&&"
        ) {
            at += 1;
        }
        matches!(source.word(at), "{" | ":")
    }

    /// The tokens inside the body's braces.
    pub fn body(&self, source: &Source) -> Option<Range<usize>> {
        let open = (self.close + 1..source.tokens().len())
            .take_while(|t| !source.is(*t, ";"))
            .find(|t| source.is(*t, "{"))?;
        Some(open + 1..source.partner(open)?)
    }
}

/// The heads of every function with this name in a file.
pub fn named(source: &Source, name: &str) -> Vec<Head> {
    (0..source.tokens().len())
        .filter(|token| source.is(*token, name))
        .filter_map(|token| Head::read(source, token))
        .filter(|head| is_declaration(source, head))
        .collect()
}

/// The head of the function whose body holds a token.
pub fn around(source: &Source, token: usize) -> Option<Head> {
    let mut block = source.block(token);
    let mut found = None;
    while let Some(open) = block {
        // Back over `const`, `noexcept` and a constructor's initialisers.
        let mut at = open;
        while at > 0 && !matches!(source.word(at - 1), ")" | ";" | "{" | "}") {
            at -= 1;
        }
        if at > 0
            && source.is(at - 1, ")")
            && let Some(paren) = source.partner(at - 1)
            && paren > 0
            && let Some(head) = Head::read(source, paren - 1)
            && !is_control(source.word(head.name))
        {
            found = Some(head);
        }
        block = open.checked_sub(1).and_then(|before| source.block(before));
    }
    found
}

fn is_control(word: &str) -> bool {
    matches!(
        word,
        "if" | "for" | "while" | "switch" | "catch" | "sizeof" | "return"
    )
}

/// Whether this is a declaration and no call: a type stands before the name and
/// no statement is under way.
fn is_declaration(source: &Source, head: &Head) -> bool {
    let types = &head.returns;
    !types.is_empty()
        && types.clone().all(|token| {
            source.is_word(token)
                || matches!(source.word(token), "*" | "&" | "::" | "<" | ">" | ",")
        })
        && !types.clone().any(|token| {
            matches!(
                source.word(token),
                "return" | "else" | "new" | "throw" | "case"
            )
        })
}

fn parameter(source: &Source, tokens: Range<usize>) -> Parameter {
    let end = tokens
        .clone()
        .find(|token| source.is(*token, "="))
        .unwrap_or(tokens.end);
    let last = (tokens.start..end).rev().find(|token| {
        !matches!(source.word(*token), "]" | "[")
            && !source
                .word(*token)
                .starts_with(|c: char| c.is_ascii_digit())
    });
    let name = last.filter(|last| {
        *last > tokens.start
            && source.is_word(*last)
            && !TYPE_WORDS.contains(&source.word(*last))
            && !matches!(
                source.word(last - 1),
                "::" | "struct" | "enum" | "union" | "class"
            )
            && (source.word(last - 1) != "const" || *last > tokens.start + 1)
    });
    Parameter { tokens, name, end }
}

/// A parameter's type: its text without the name.
pub fn type_of(source: &Source, parameter: &Parameter) -> String {
    (parameter.tokens.start..parameter.end)
        .filter(|token| Some(*token) != parameter.name)
        .map(|token| source.word(token))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The text of a token range, with single spaces.
pub fn spelled(source: &Source, tokens: Range<usize>) -> String {
    tokens
        .map(|token| source.word(token))
        .collect::<Vec<_>>()
        .join(" ")
}

fn past_template(source: &Source, open: usize) -> usize {
    let mut depth = 0usize;
    for token in open..source.tokens().len() {
        match source.word(token) {
            "<" => depth += 1,
            ">" => {
                depth -= 1;
                if depth == 0 {
                    return token + 1;
                }
            }
            ";" | "{" => break,
            _ => {}
        }
    }
    open
}

/// `API_EXPORT` and its like, which stand before return types.
fn is_macro(word: &str) -> bool {
    word.len() > 3
        && word.contains('_')
        && word
            .chars()
            .all(|c| c == '_' || c.is_ascii_uppercase() || c.is_ascii_digit())
}
