//! Recognising the first line of a diagnostic by its shape.
//!
//! No regular expression: a log is mostly lines that say nothing, and those
//! are passed after one look for colons. At each colon the bytes beside it
//! decide whether a place or a severity stands there.

mod paren;

use crate::text::{extension, number, trim_end, trim_start};
use crate::{Position, Severity};
use memchr::{memchr, memchr_iter, memmem};
use paren::{paren, subcategory};

/// Colons that are looked at; a head further on in a line is none.
const MAX_COLONS: usize = 64;

/// How a tool writes the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `path:1:2: error: message`, also without the column or the place.
    Gnu,
    /// `path(1,2): error X1: message [project]`, `MSBUILD : error X1: …`.
    Paren,
    /// `path:1:2 - error X1: message`.
    Dash,
    /// `path:1:2: message`.
    Plain,
    /// `error[X1]: message`; the place follows, or there is none.
    Bare,
    /// `path:[1,2] message` after `[ERROR]`.
    Maven,
    /// `undefined reference to` and its kin.
    Linker,
    /// `Makefile:3: *** message.  Stop.`
    Make,
}

/// The parts of such a line.
#[derive(Clone, Debug)]
pub(crate) struct Head<'a> {
    pub(crate) shape: Shape,
    /// The file, or the program that speaks.
    pub(crate) path: &'a [u8],
    pub(crate) start: Position,
    pub(crate) end: Option<Position>,
    pub(crate) severity: Severity,
    pub(crate) code: &'a [u8],
    pub(crate) message: &'a [u8],
    /// MSBuild's project, without its brackets.
    pub(crate) project: &'a [u8],
}

const NOWHERE: Position = Position { line: 0, column: 0 };

/// Reads a cleaned line.
pub(crate) fn find(line: &[u8]) -> Option<Head<'_>> {
    let start = match line.first()? {
        b'e' | b'w' | b'n' | b'h' => bare(line),
        b'[' => maven(line),
        _ => None,
    };
    if start.is_some() {
        return start;
    }
    for colon in memchr_iter(b':', line).take(MAX_COLONS) {
        let after = &line[colon + 1..];
        let found = match after.first() {
            Some(b' ') => spoken(&line[..colon], &after[1..]),
            Some(b'0'..=b'9') => numbered(&line[..colon], after),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether [`find`] may see a head by how a line begins. Neither this nor
/// [`may_stand`] is ever wrong when it says no, and both only look at what is
/// next to the place.
pub(crate) fn may_begin(line: &[u8]) -> bool {
    match line.first() {
        Some(b'e' | b'w' | b'n' | b'h') => severity(line).is_some(),
        Some(b'[') => line.starts_with(b"[ERROR]") || line.starts_with(b"[WARNING]"),
        _ => false,
    }
}

/// Whether [`find`] may see a head at a colon, by what stands before and after
/// it.
pub(crate) fn may_stand(before: &[u8], after: &[u8]) -> bool {
    match after.first() {
        Some(b' ') => {
            let after = trim_start(after);
            severity(after).is_some() || is_linker(after) || before.ends_with(b")")
        }
        Some(b'0'..=b'9') => {
            let digits = after
                .iter()
                .take_while(|b| matches!(b, b'0'..=b'9' | b':'))
                .count();
            after[..digits].ends_with(b":") || after[digits..].starts_with(b" - ")
        }
        _ => false,
    }
}

/// A severity at the start, and what follows the word.
pub(crate) fn severity(bytes: &[u8]) -> Option<(Severity, &[u8])> {
    const WORDS: [(&[u8], Severity); 14] = [
        (b"error", Severity::Error),
        (b"warning", Severity::Warning),
        (b"note", Severity::Note),
        (b"fatal error", Severity::Error),
        (b"Error", Severity::Error),
        (b"Warning", Severity::Warning),
        (b"info", Severity::Note),
        (b"information", Severity::Note),
        (b"remark", Severity::Note),
        (b"help", Severity::Note),
        (b"hint", Severity::Note),
        (b"internal compiler error", Severity::Error),
        (b"sorry, unimplemented", Severity::Error),
        (b"fatal", Severity::Error),
    ];
    // Most lines are told by their first letter.
    if !matches!(
        bytes.first()?,
        b'e' | b'w' | b'n' | b'f' | b'E' | b'W' | b'i' | b'r' | b'h' | b's'
    ) {
        return None;
    }
    WORDS.iter().find_map(|(word, severity)| {
        let rest = bytes.strip_prefix(*word)?;
        matches!(rest.first(), Some(b':' | b' ' | b'[')).then_some((*severity, rest))
    })
}

/// After the severity: ` X1: message`, `[X1]: message`, `: message`, ` :
/// message`.
fn code_and_message(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    match rest.first()? {
        b':' => Some((b"", one_space(&rest[1..]))),
        b'[' => {
            let end = memchr(b']', rest)?;
            let message = rest[end + 1..].strip_prefix(b":")?;
            is_code(&rest[1..end]).then(|| (&rest[1..end], one_space(message)))
        }
        b' ' => {
            let rest = trim_start(rest);
            let end = memchr(b':', rest)?;
            let code = trim_end(&rest[..end]);
            (code.is_empty() || is_code(code)).then(|| (code, one_space(&rest[end + 1..])))
        }
        _ => None,
    }
}

fn one_space(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b" ").unwrap_or(bytes)
}

fn is_code(code: &[u8]) -> bool {
    (1..=64).contains(&code.len())
        && code
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'.' | b'/'))
}

/// `error[E0308]: …`, `error: …`, `error TS5023: …` at the line's start.
fn bare(line: &[u8]) -> Option<Head<'_>> {
    let (severity, rest) = severity(line)?;
    let (code, message) = code_and_message(rest)?;
    // `error : x` and `error on line 3: x` are somebody's prose.
    if rest.starts_with(b" ") && !(code.starts_with(b"TS") && code.len() > 2) {
        return None;
    }
    Some(Head {
        shape: Shape::Bare,
        path: b"",
        start: NOWHERE,
        end: None,
        severity,
        code,
        message,
        project: b"",
    })
}

/// `[ERROR] /x/A.java:[12,8] message`, and Maven's other errors.
fn maven(line: &[u8]) -> Option<Head<'_>> {
    let end = memchr(b']', line)?;
    let severity = match &line[1..end] {
        b"ERROR" => Severity::Error,
        b"WARNING" => Severity::Warning,
        _ => return None,
    };
    let rest = line[end + 1..].strip_prefix(b" ")?;
    let mut head = Head {
        shape: Shape::Maven,
        path: b"",
        start: NOWHERE,
        end: None,
        severity,
        code: b"",
        message: rest,
        project: b"",
    };
    if let Some(at) = memmem::find(rest, b":[") {
        let place = number(&rest[at + 2..])
            .and_then(|(line, after)| Some((line, number(after.strip_prefix(b",")?)?)));
        if let Some((line, (column, after))) = place
            && let Some(after) = after.strip_prefix(b"]")
        {
            head.path = &rest[..at];
            head.start = Position { line, column };
            head.message = one_space(after);
        }
    }
    Some(head)
}

/// At `path:` before a digit: `12: `, `12:8: `, `12:8:12:9: `, `12:8 - `.
fn numbered<'a>(before: &'a [u8], after: &'a [u8]) -> Option<Head<'a>> {
    let mut numbers = [0; 4];
    let mut count = 0;
    let mut rest = after;
    loop {
        let (value, tail) = number(rest)?;
        numbers[count] = value;
        count += 1;
        match tail {
            [b':', b'0'..=b'9', ..] if count < 4 => rest = &tail[1..],
            _ => {
                rest = tail;
                break;
            }
        }
    }
    let path = place_name(before)?;
    let start = Position {
        line: numbers[0],
        column: numbers[1],
    };
    let end = match count {
        4 => Some(Position {
            line: numbers[2],
            column: numbers[3],
        }),
        _ => None,
    };
    let head = |shape, severity, code, message| Head {
        shape,
        path,
        start,
        end,
        severity,
        code,
        message,
        project: b"",
    };
    if let Some(rest) = rest.strip_prefix(b" - ") {
        let (severity, rest) = severity(rest)?;
        let (code, message) = code_and_message(rest)?;
        return Some(head(Shape::Dash, severity, code, message));
    }
    let rest = rest.strip_prefix(b":")?;
    let said = trim_start(rest);
    if let Some((severity, rest)) = severity(said)
        && let Some((code, message)) = code_and_message(rest)
    {
        return Some(head(Shape::Gnu, severity, code, message));
    }
    if !rest.starts_with(b" ") || count == 4 {
        return None;
    }
    if is_linker(said) {
        return Some(head(Shape::Linker, Severity::Error, b"", said));
    }
    if rest.starts_with(b" *** ") && count == 1 {
        return Some(head(Shape::Make, Severity::Error, b"", &rest[5..]));
    }
    // Without a severity only those files count whose compilers print none:
    // anything else is a stack trace, a test's output or a grep.
    match extension(path) {
        b"go" | b"mod" | b"py" | b"pyi" => {
            Some(head(Shape::Plain, Severity::Error, b"", one_space(rest)))
        }
        _ => None,
    }
}

/// The file's name in front of `:12:8`. Some tools say who speaks first.
fn place_name(before: &[u8]) -> Option<&[u8]> {
    let name = match memmem::rfind(before, b": ") {
        Some(at) => &before[at + 2..],
        None => before,
    };
    let name = trim_start(name);
    if matches!(name, [] | [b':', ..])
        || memmem::find(name, b"://").is_some_and(|_| !name.starts_with(b"file://"))
    {
        return None;
    }
    Some(name)
}

/// At `before: ` with words behind: `path(1,2): error X1: …`, `MSBUILD : error
/// : …`, `cc1: error: …`.
fn spoken<'a>(before: &'a [u8], after: &'a [u8]) -> Option<Head<'a>> {
    let after = trim_start(after);
    let Some((severity, rest)) = severity(after) else {
        if is_linker(after) {
            return Some(Head {
                shape: Shape::Linker,
                path: before,
                start: NOWHERE,
                end: None,
                severity: Severity::Error,
                code: b"",
                message: after,
                project: b"",
            });
        }
        return subcategory(before, after);
    };
    let (code, message) = code_and_message(rest)?;
    let origin = trim_start(trim_end(before));
    if rest.starts_with(b" ") || origin.ends_with(b")") {
        return paren(origin, severity, code, message);
    }
    // A program or a file without a place.
    let name = place_name(origin)?;
    if memchr(b' ', name).is_some() && extension(name).is_empty() {
        return None;
    }
    Some(Head {
        shape: Shape::Gnu,
        path: name,
        start: NOWHERE,
        end: None,
        severity,
        code,
        message,
        project: b"",
    })
}

fn is_linker(said: &[u8]) -> bool {
    matches!(said.first(), Some(b'u' | b'm' | b'c' | b'r' | b'd'))
        && [
            &b"undefined reference to "[..],
            b"multiple definition of ",
            b"cannot find -l",
            b"cannot find ",
            b"undefined symbol: ",
            b"duplicate symbol: ",
            b"relocation R_",
        ]
        .iter()
        .any(|words| said.starts_with(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(line: &str) -> String {
        let Some(h) = find(line.as_bytes()) else {
            return "none".to_owned();
        };
        let s = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
        let end = h
            .end
            .map_or(String::new(), |e| format!("-{}:{}", e.line, e.column));
        format!(
            "{:?} {}@{}:{}{end} {:?} {}|{}|{}",
            h.shape,
            s(h.path),
            h.start.line,
            h.start.column,
            h.severity,
            s(h.code),
            s(h.message),
            s(h.project)
        )
    }

    #[test]
    fn shapes() {
        for (line, want) in [
            ("a b.c:1:2: error: x: y", "Gnu a b.c@1:2 Error |x: y|"),
            ("a.c:1: fatal error: x", "Gnu a.c@1:0 Error |x|"),
            (
                "C:\\a (b)\\c.c:1:2: warning: x",
                "Gnu C:\\a (b)\\c.c@1:2 Warning |x|",
            ),
            (
                "a.py:1:2:3:4: error: x  [a-b]",
                "Gnu a.py@1:2-3:4 Error |x  [a-b]|",
            ),
            ("a.rs:1:2: error[E0308]: x", "Gnu a.rs@1:2 Error E0308|x|"),
            ("cc1: error: x", "Gnu cc1@0:0 Error |x|"),
            ("a.cs(1,2): error CS1: x", "Paren a.cs@1:2 Error CS1|x|"),
            (
                "  3>a.cs(1,2,3,4): warning CS1: x [/p/q.csproj]",
                "Paren a.cs@1:2-3:4 Warning CS1|x|/p/q.csproj",
            ),
            (
                "C:\\Program Files (x86)\\a.targets(1,5): error : x [C:\\q [r]\\s.csproj::TargetFramework=net8.0]",
                "Paren C:\\Program Files (x86)\\a.targets@1:5 Error |x|C:\\q [r]\\s.csproj::TargetFramework=net8.0",
            ),
            (
                "MSBUILD : error :    at X.Y() [/a/b.csproj]",
                "Paren MSBUILD@0:0 Error |   at X.Y()|/a/b.csproj",
            ),
            (
                "MSBUILD : error MSB1003: x",
                "Paren MSBUILD@0:0 Error MSB1003|x|",
            ),
            (
                "a.xaml(1,2): XamlC error XFC0000: x",
                "Paren a.xaml@1:2 Error XFC0000|x|",
            ),
            (
                "a.cs(1,2-7): error A1: x[0]",
                "Paren a.cs@1:2-1:7 Error A1|x[0]|",
            ),
            ("a.ts:1:2 - error TS1: x", "Dash a.ts@1:2 Error TS1|x|"),
            (
                "  /a/b.py:1:2 - error: x (reportX)",
                "Dash /a/b.py@1:2 Error |x (reportX)|",
            ),
            ("vet: ./a.go:1:2: x", "Plain ./a.go@1:2 Error |x|"),
            ("error[E0308]: x", "Bare @0:0 Error E0308|x|"),
            ("error TS5023: x", "Bare @0:0 Error TS5023|x|"),
            ("[ERROR] /a/B.java:[1,2] x", "Maven /a/B.java@1:2 Error |x|"),
            (
                "a.c:(.text+0x5): undefined reference to `f'",
                "Linker a.c:(.text+0x5)@0:0 Error |undefined reference to `f'|",
            ),
            ("error in line 3: x", "none"),
            ("http://a:80: error: x", "none"),
            ("main.c:12: something", "none"),
            ("12:30:11 ready", "none"),
            (
                "a.cs(99999999999,2): error CS1: x",
                "Paren a.cs(99999999999,2)@0:0 Error CS1|x|",
            ),
            (":1:2: error: x", "none"),
        ] {
            assert_eq!(show(line), want, "{line}");
        }
    }
}
