//! Small readings that several tools share.

use std::borrow::Cow;
use std::ops::Range;

/// More arguments than any real message has; a bound for hostile ones.
const MAX_ARGUMENTS: usize = 64;

/// The first byte of every curly quote.
const CURLY: u8 = 0xe2;

/// One quoted part of a message: with its quotes, and what stands in them.
pub(crate) struct Quote {
    pub(crate) outer: Range<usize>,
    pub(crate) inner: Range<usize>,
}

/// The outermost quoted parts of a message, in order: `` `…` ``, `'…'`, `‘…’`,
/// `“…”`, `"…"`, and the linker's `` `…' ``. An apostrophe inside a word opens
/// nothing, and one followed by a letter closes nothing.
pub(crate) fn quotes(message: &str) -> Vec<Quote> {
    // The linker's quotes open with a backtick and close with an apostrophe;
    // everybody else's backticks come in pairs.
    let paired = message.bytes().filter(|b| *b == b'`').count() % 2 == 0;
    let mut out = Vec::new();
    let mut at = 0;
    // Quotes that have no partner in the rest of their line have none further
    // on either: looking again for each one would be quadratic.
    let mut alone = Vec::new();
    while let Some(skip) = message.as_bytes()[at..]
        .iter()
        .position(|b| matches!(*b, b'`' | b'\'' | b'"' | b'\n' | CURLY))
    {
        let start = at + skip;
        let Some(open) = message[start..].chars().next() else {
            break;
        };
        at = start + open.len_utf8();
        let close = match open {
            '\n' => {
                alone.clear();
                continue;
            }
            _ if alone.contains(&open) => continue,
            '`' if paired => message[at..].find('`'),
            '`' => closing_apostrophe(&message[at..]),
            // An apostrophe.
            '\'' if message[..start].ends_with(is_word) => continue,
            '\'' => closing_apostrophe(&message[at..]),
            '‘' => closing_nested(&message[at..], '‘', '’'),
            '“' => closing_nested(&message[at..], '“', '”'),
            '"' => message[at..].find('"'),
            _ => continue,
        };
        let Some(length) = close else {
            alone.push(open);
            continue;
        };
        if out.len() == MAX_ARGUMENTS {
            break;
        }
        let inner = at..at + length;
        at = inner.end
            + message[inner.end..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        out.push(Quote {
            outer: start..at,
            inner,
        });
    }
    out
}

/// What a message quotes, in order.
pub(crate) fn arguments(message: &str) -> Vec<String> {
    quotes(message)
        .into_iter()
        .map(|quote| message[quote.inner].to_owned())
        .collect()
}

fn closing_apostrophe(rest: &str) -> Option<usize> {
    let line = rest.split('\n').next().unwrap_or_default();
    let mut found = line
        .match_indices('\'')
        .filter(|(at, _)| !line[at + 1..].chars().next().is_some_and(is_word));
    let (at, _) = found.next()?;
    // `'''` quotes an apostrophe.
    if at == 0 && line.starts_with("''") {
        return Some(1);
    }
    Some(at)
}

fn closing_nested(rest: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    // An unbalanced inner one (a quoted quote): the first close will do.
    rest.find(close)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// For the fields of a diagnostic only: what is not UTF-8 becomes U+FFFD.
pub(crate) fn utf8(bytes: &[u8]) -> Cow<'_, str> {
    // The test alone is several times faster than the repair.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// As [`utf8`], copied.
pub(crate) fn lossy(bytes: &[u8]) -> String {
    utf8(bytes).into_owned()
}

/// A decimal number at the start, and what follows it.
pub(crate) fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let digits = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    // Ten digits can overflow, eleven always do.
    if digits == 0 || digits > 10 {
        return None;
    }
    let value = bytes[..digits]
        .iter()
        .fold(0u64, |n, b| n * 10 + u64::from(b - b'0'));
    Some((u32::try_from(value).ok()?, &bytes[digits..]))
}

/// Without the spaces and tabs in front.
pub(crate) fn trim_start(bytes: &[u8]) -> &[u8] {
    let blank = bytes
        .iter()
        .take_while(|b| matches!(b, b' ' | b'\t'))
        .count();
    &bytes[blank..]
}

/// Without the spaces and tabs behind.
pub(crate) fn trim_end(bytes: &[u8]) -> &[u8] {
    let mut bytes = bytes;
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Whether a path stands on its own: `/x`, `C:\x`, `C:/x`, `\\server\x`.
pub(crate) fn is_absolute(path: &[u8]) -> bool {
    match path {
        [b'/' | b'\\', ..] => true,
        [drive, b':', b'/' | b'\\', ..] => drive.is_ascii_alphabetic(),
        _ => false,
    }
}

/// A path that a tool printed relative to `folder`, as seen from where
/// `folder` is meaningful.
pub(crate) fn join(folder: &str, path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let windows = folder.contains('\\') && !folder.contains('/');
    let path = if windows {
        path.strip_prefix(".\\").unwrap_or(path)
    } else {
        path
    };
    let folder = folder.trim_end_matches(['/', '\\']);
    let separator = if windows { '\\' } else { '/' };
    format!("{folder}{separator}{path}")
}

/// What stands before the last separator.
pub(crate) fn parent(path: &str) -> Option<&str> {
    path.rfind(['/', '\\']).map(|at| &path[..at])
}

/// The ending of the file's name, without the dot.
pub(crate) fn extension(path: &[u8]) -> &[u8] {
    let name = memchr::memrchr2(b'/', b'\\', path).map_or(path, |at| &path[at + 1..]);
    memchr::memrchr(b'.', name).map_or(&[], |at| &name[at + 1..])
}

/// The language of a file by its ending; `None` for one that is not known, or
/// that several languages share (`.h`).
pub(crate) fn language(path: &[u8]) -> Option<&'static str> {
    Some(match extension(path) {
        b"rs" => "rust",
        b"cs" | b"csx" | b"razor" | b"cshtml" => "csharp",
        b"vb" => "visualbasic",
        b"fs" | b"fsx" | b"fsi" => "fsharp",
        b"ts" | b"tsx" | b"mts" | b"cts" => "typescript",
        b"js" | b"jsx" | b"mjs" | b"cjs" => "javascript",
        b"c" | b"i" => "c",
        b"cc" | b"cpp" | b"cxx" | b"c++" | b"C" | b"CPP" | b"cp" | b"ii" | b"hpp" | b"hh"
        | b"hxx" | b"h++" | b"H" | b"ipp" | b"tpp" | b"inl" | b"cppm" | b"ixx" | b"tcc" => "cpp",
        b"m" => "objective-c",
        b"mm" => "objective-cpp",
        b"go" => "go",
        b"java" => "java",
        b"kt" | b"kts" => "kotlin",
        b"scala" => "scala",
        b"swift" => "swift",
        b"py" | b"pyi" | b"pyw" => "python",
        b"zig" => "zig",
        b"f90" | b"f95" | b"f03" | b"f08" | b"f" | b"F90" => "fortran",
        b"d" => "d",
        b"adb" | b"ads" => "ada",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_messages_quote() {
        let check =
            |message: &str, want: &[&str]| assert_eq!(arguments(message), want, "{message}");
        check("cannot find value `y` in this scope", &["y"]);
        check("expected ‘;’ before ‘}’ token", &[";", "}"]);
        check(
            "undefined reference to `foo(char const*)'",
            &["foo(char const*)"],
        );
        check("The name 'x' does not exist", &["x"]);
        check("can't use 'x', it doesn't own 'y'", &["x", "y"]);
        check("Type '\"a\" | \"b\"' is not \"c\"", &["\"a\" | \"b\"", "c"]);
        check("lifetime `'a` and `&'b str`", &["'a", "&'b str"]);
        check("expected ''' here", &["'"]);
        check("‘operator‘x’’ and ‘y’", &["operator‘x’", "y"]);
        check("unclosed 'abc", &[]);
        check("“a”", &["a"]);
    }

    #[test]
    fn joins() {
        assert_eq!(join("/a/b", "./c.c"), "/a/b/c.c");
        assert_eq!(join("/a/b/", "../c.c"), "/a/b/../c.c");
        assert_eq!(join("C:\\a", "b\\c.cs"), "C:\\a\\b\\c.cs");
    }
}
