//! What makes two diagnostics the same, and what they are called.

use crate::Diagnostic;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fmt;
use std::sync::LazyLock;

/// The longest slug, in bytes.
const MAX_SLUG: usize = 48;

/// An identity that survives edits above the place: class, path, message and
/// arguments, but no line and no column. Two equal errors of one file have the
/// same fingerprint; whoever must tell them apart adds the text around them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The bytes, the same in every run and on every machine.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl Diagnostic {
    /// See [`Fingerprint`]. The path counts as it stands in `location`.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let path = self.location.as_ref().map_or("", |l| l.path.as_str());
        self.fingerprint_with_path(path)
    }

    /// As [`Diagnostic::fingerprint`], with the file named as the caller knows
    /// it, for instance relative to the workspace.
    #[must_use]
    pub fn fingerprint_with_path(&self, path: &str) -> Fingerprint {
        let mut hash = blake3::Hasher::new();
        let mut add = |part: &str| {
            // The length in front keeps ("ab", "c") apart from ("a", "bc").
            hash.update(&(part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        };
        add(&self.class);
        add(path);
        add(&without_line_numbers(&self.message));
        for argument in &self.arguments {
            add(&without_line_numbers(argument));
        }
        let mut bytes = [0; 16];
        hash.finalize_xof().fill(&mut bytes);
        Fingerprint(bytes)
    }
}

/// Messages name places too: `[closure@src/main.rs:3:5: 3:8]`, `at line 12`.
fn without_line_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut number = false;
    for c in text.chars() {
        if number && c.is_ascii_digit() {
            continue;
        }
        out.push(c);
        number = c == ':' || (c == ' ' && (out.ends_with("line ") || out.ends_with(": ")));
    }
    out
}

/// A name for the class of a message whose tool has no codes: the message
/// without what it quotes, in lower case, its words (`[a-z0-9]+`) joined by
/// `-`, at most 48 bytes. Only the first line counts, and neither gcc's
/// `{aka …}` nor a `did you mean` at the end make another class. `other` where
/// nothing is left.
#[must_use]
pub fn slug(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    // `foo.h: No such file or directory`: a file's name is an argument.
    let line = match line.split_once(": ") {
        Some((file, rest)) if file.contains('.') && !file.contains([' ', '‘', '`', '\'']) => rest,
        _ => line,
    };
    let line = line.find("did you mean").map_or(line, |at| &line[..at]);
    let mut plain = String::with_capacity(line.len());
    let mut end = 0;
    for quote in crate::text::quotes(line) {
        plain.push_str(&line[end..quote.outer.start]);
        plain.push(' ');
        end = quote.outer.end;
    }
    plain.push_str(&line[end..]);
    let plain = plain.replace("{aka ", "{ ");
    let mut out = String::new();
    for word in plain.split(|c: char| !c.is_ascii_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('-');
        }
        out.push_str(&word.to_ascii_lowercase());
        if out.len() >= MAX_SLUG {
            out.truncate(MAX_SLUG);
            break;
        }
    }
    out.truncate(out.trim_end_matches('-').len());
    if out.is_empty() {
        "other".to_owned()
    } else {
        out
    }
}

/// The name of a message's class, for tools whose messages do not quote:
/// javac's and go's name types and variables like any other word. There only
/// words of the compilers' own vocabulary count. A linker's name stands behind
/// a colon or a dash.
pub(crate) fn class_slug(tool: &str, language: &str, message: &str) -> String {
    match (tool, language) {
        ("ld", _) => {
            // `cannot find -lx: …`, `undefined symbol: f`.
            let end = message.find([':', '-', '\n']).unwrap_or(message.len());
            slug(&message[..end])
        }
        (_, "go" | "java") => slug(&own_words(message)),
        _ => slug(message),
    }
}

fn own_words(message: &str) -> String {
    static WORDS: LazyLock<HashSet<&str>> =
        LazyLock::new(|| include_str!("vocabulary.txt").split_whitespace().collect());
    let line = message.lines().next().unwrap_or_default();
    // go puts the name behind: `undefined: x`.
    let line = match line.split_once(": ") {
        Some((what @ ("undefined" | "declared and not used"), _)) => what,
        _ => line,
    };
    // `string` alone is a type.
    let line = line.replace("string literal", "string-literal");
    let mut out = String::new();
    for word in line.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        // The first word may be in upper case; other such words are names.
        let lower = if out.is_empty() {
            bare.to_lowercase()
        } else {
            bare.to_owned()
        };
        let quoted = word.starts_with(['\'', '"', '`']);
        let known = WORDS.contains(&*lower) || lower.split('-').all(|part| WORDS.contains(part));
        if !quoted && !lower.is_empty() && known {
            out.push_str(&lower);
            out.push(' ');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        for (message, want) in [
            ("expected ‘;’ before ‘}’ token", "expected-before-token"),
            ("expected ';' after expression", "expected-after-expression"),
            (
                "‘foo’ was not declared in this scope; did you mean ‘fo’?",
                "was-not-declared-in-this-scope",
            ),
            (
                "invalid conversion from ‘A*’ {aka ‘int*’} to ‘B’ {aka ‘int’}",
                "invalid-conversion-from-to",
            ),
            (
                "mismatched closing delimiter: `)`",
                "mismatched-closing-delimiter",
            ),
            ("can't find 'x'", "can-t-find"),
            ("‘’", "other"),
            (
                "foo.h: No such file or directory",
                "no-such-file-or-directory",
            ),
            ("", "other"),
            (
                "non-static method create(String) cannot be referenced from a static context",
                "non-static-method-create-string-cannot-be-refere",
            ),
        ] {
            assert_eq!(slug(message), want, "{message}");
        }
    }

    #[test]
    fn words_of_compilers_that_do_not_quote() {
        for (language, message, want) in [
            ("go", "undefined: fooBar", "undefined"),
            ("go", "declared and not used: x", "declared-and-not-used"),
            (
                "go",
                "\"time\" imported and not used",
                "imported-and-not-used",
            ),
            (
                "go",
                "syntax error: unexpected newline, expected comma or )",
                "syntax-error-unexpected-newline-expected-comma-o",
            ),
            (
                "go",
                "x.foo undefined (type *T has no field or method foo)",
                "undefined-type-has-no-field-or-method",
            ),
            (
                "java",
                "incompatible types: String cannot be converted to char",
                "incompatible-types-cannot-be-converted-to",
            ),
            (
                "java",
                "method resize(int,double) is already defined in class Foo",
                "method-is-already-defined-in-class",
            ),
            (
                "java",
                "cannot find symbol\n  symbol:   class Foo",
                "cannot-find-symbol",
            ),
            ("java", "';' expected", "expected"),
            ("java", "not a statement", "not-a-statement"),
            ("java", "unclosed string literal", "unclosed-string-literal"),
            ("go", "undefined: errors", "undefined"),
        ] {
            assert_eq!(class_slug("", language, message), want, "{message}");
        }
    }

    #[test]
    fn numbers_of_places_do_not_count() {
        assert_eq!(
            without_line_numbers("closure@src/main.rs:3:15: 3:18 x1"),
            "closure@src/main.rs::: : x1"
        );
    }
}
