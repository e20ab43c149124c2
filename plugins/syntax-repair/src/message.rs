//! What a compiler's message says is missing or too much.

/// The tokens that a message names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What should stand there, in the order of the message.
    pub expected: Vec<String>,
    /// What stands there instead.
    pub found: Option<String>,
    /// The message calls what it found too much.
    pub surplus: bool,
    /// The parser met the end of the file.
    pub at_end: bool,
}

const QUOTES: [(char, char); 5] = [('‘', '’'), ('`', '`'), ('\'', '\''), ('“', '”'), ('"', '"')];

/// Reads a message, its first line alone.
#[must_use]
pub fn read(message: &str) -> Reading {
    let line = message.lines().next().unwrap_or_default();
    let mut reading = Reading {
        at_end: [
            "end of input",
            "end of file",
            "unexpected EOF",
            "end-of-file",
            "unclosed delimiter",
        ]
        .iter()
        .any(|w| line.contains(w)),
        ..Reading::default()
    };
    let cut = |words: &[&str]| {
        words
            .iter()
            .filter_map(|w| line.find(w).map(|at| (at, at + w.len())))
            .min()
    };
    let marker = cut(&[", found ", " found ", " before ", " after ", " following "]);
    let (head, tail) = marker.map_or((line, ""), |(at, end)| (&line[..at], &line[end..]));
    if marker.is_some_and(|(at, _)| {
        !line[at..].starts_with(" after") && !line[at..].starts_with(" following")
    }) {
        reading.found = tokens(tail).into_iter().next();
    }
    if let Some(at) = head.find("unexpected").or_else(|| head.find("extraneous")) {
        reading.surplus = true;
        let rest = head[at..].split_once(' ').map_or("", |(_, rest)| rest);
        let rest = rest
            .split([';', ','])
            .next()
            .filter(|r| !r.trim().is_empty())
            .unwrap_or(rest);
        reading.found = tokens(rest).into_iter().next();
    }
    if let Some(at) = ["possibly missing", "missing "]
        .iter()
        .find_map(|w| head.find(w))
    {
        reading.expected = tokens(
            head[at..]
                .split_once("missing")
                .map_or("", |(_, rest)| rest),
        );
        return reading;
    }
    if line.contains("was never closed") {
        reading.at_end = true;
        return reading;
    }
    let Some(at) = expected_at(head) else {
        return reading;
    };
    let after = &head[at + "expected".len()..];
    reading.expected = if after.trim_matches(['.', ' ']).is_empty() {
        tokens(&head[..at])
    } else {
        tokens(after)
    };
    reading.surplus &= reading.expected.is_empty();
    reading
}

/// Where `expected` stands as a word of its own.
fn expected_at(head: &str) -> Option<usize> {
    let lower = head.to_ascii_lowercase();
    lower
        .match_indices("expected")
        .map(|(at, _)| at)
        .find(|at| !lower[..*at].ends_with("un"))
}

/// The tokens that a phrase quotes; where it quotes none, the words of it that
/// are no words of a sentence.
fn tokens(phrase: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |token: &str| {
        if !token.is_empty() && token.len() <= 16 && found.iter().all(|t| t != token) {
            found.push(token.to_owned());
        }
    };
    let mut rest = phrase;
    let mut quoted = false;
    while let Some((at, open, close)) = rest.char_indices().find_map(|(at, c)| {
        QUOTES
            .iter()
            .find(|(open, _)| *open == c)
            .map(|(open, close)| (at, *open, *close))
    }) {
        let inner = &rest[at + open.len_utf8()..];
        let Some(end) = inner.find(close) else { break };
        add(&inner[..end]);
        quoted = true;
        rest = &inner[end + close.len_utf8()..];
    }
    if !quoted {
        for word in phrase.split_whitespace() {
            match word.trim_end_matches('.') {
                "comma" => add(","),
                "semicolon" => add(";"),
                "colon" => add(":"),
                w if w == "," || w.chars().all(|c| c.is_ascii_punctuation()) => {
                    // A comma that separates is no token: `}, ) or ;`.
                    add(if w.len() > 1 {
                        w.trim_end_matches(',')
                    } else {
                        w
                    });
                }
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(message: &str) -> Vec<String> {
        read(message).expected
    }

    #[test]
    fn reads_what_each_compiler_expects() {
        for (message, tokens) in [
            ("; expected", vec![";"]),
            ("Syntax error, ',' expected", vec![","]),
            ("{ or ; expected", vec!["{", ";"]),
            ("';' expected.", vec![";"]),
            ("')' or ',' expected", vec![")", ","]),
            (
                "expected ‘=’, ‘,’, ‘;’, ‘asm’ or ‘__attribute__’ before ‘*’ token",
                vec!["=", ",", ";", "asm", "__attribute__"],
            ),
            ("expected ';' after expression", vec![";"]),
            ("expected ':' after 'case'", vec![":"]),
            (
                "expected `,`, or `}`, found `remaining_blocks`",
                vec![",", "}"],
            ),
            ("expected `,` following `match` arm", vec![","]),
            ("Expected `:`, found newline", vec![":"]),
            (
                "syntax error: unexpected newline in argument list; possibly missing comma or )",
                vec![",", ")"],
            ),
            ("syntax error: unexpected EOF, expected }", vec!["}"]),
            ("reached end of file while parsing", vec![]),
        ] {
            assert_eq!(expected(message), tokens, "{message}");
        }
    }

    #[test]
    fn reads_what_was_found_and_whether_it_is_too_much() {
        let reading = read("unexpected closing delimiter: `}`");
        assert_eq!(
            (reading.found.as_deref(), reading.surplus),
            (Some("}"), true)
        );
        assert_eq!(read("Expected `:`, found `=`").found.as_deref(), Some("="));
        assert_eq!(
            read("expected ‘;’ before ‘out’").found.as_deref(),
            Some("out")
        );
        assert!(read("syntax error: unexpected EOF, expected }").at_end);
        assert_eq!(
            read("extraneous closing brace ('}')").found.as_deref(),
            Some("}")
        );
        assert_eq!(read("").expected, Vec::<String>::new());
    }
}
