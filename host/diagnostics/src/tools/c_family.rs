//! gcc and clang: heads, and the lines that come before them.

use super::{Context, Follow, snippet};
use crate::draft::{self, Draft};
use crate::head::Head;
use crate::text::{extension, language, lossy, trim_end, trim_start};
use crate::{ColumnUnit, Diagnostic};
use memchr::{memchr, memmem, memrchr};

/// Which of the two it is. They write alike, but count columns differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Gcc,
    Clang,
}

/// What the lines before said about the file being compiled.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// Of the translation unit, for headers, whose ending says nothing.
    language: Option<&'static str>,
    pub(crate) tool: Option<Tool>,
    /// Whether gcc was seen to write JSON.
    pub(crate) json: bool,
}

impl Memory {
    pub(crate) fn language(&self) -> Option<&'static str> {
        self.language
    }

    /// The language of a file, remembered for the headers to come. A header
    /// before any other file shows by what is said of it.
    pub(crate) fn language_of(&mut self, path: &[u8], message: &[u8]) -> &'static str {
        if let Some(known) = language(path) {
            self.language = Some(known);
            return known;
        }
        let says_cpp = || {
            [&b"::"[..], b"template", b"class"]
                .iter()
                .any(|word| memmem::find(message, word).is_some())
                || memmem::find(path, b"/c++/").is_some()
        };
        match self.language {
            Some(known) => known,
            None if says_cpp() => "cpp",
            None => "c",
        }
    }
}

/// `In file included from a.h:3,`, `                 from b.cpp:1:`,
/// `a.c: In function ‘f’:`.
pub(crate) fn observe(line: &[u8], cx: &mut Context) {
    if !matches!(line.last(), Some(b':' | b',')) {
        return;
    }
    let text = trim_start(line);
    let file = if let Some(rest) = text
        .strip_prefix(b"In file included from ")
        .or_else(|| text.strip_prefix(b"from "))
    {
        memchr(b':', rest).map(|end| &rest[..end])
    } else if let Some(at) = memmem::find(text, b": In ").or_else(|| memmem::find(text, b": At ")) {
        // Only gcc says in which function it is.
        cx.c.tool = Some(Tool::Gcc);
        Some(&text[..at])
    } else {
        None
    };
    if let Some(language) = file.and_then(language) {
        cx.c.language = Some(language);
    }
}

pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    if !draft::stands_alone(head.severity) {
        return None;
    }
    let known = language(head.path);
    let is_c = matches!(known, Some("c" | "cpp" | "objective-c" | "objective-cpp"));
    let header = matches!(
        extension(head.path),
        b"h" | b"" | b"def" | b"inc" | b"y" | b"l" | b"re"
    );
    if !is_c && !header {
        return Some(other(head, cx));
    }
    let language = cx.c.language_of(head.path, head.message);
    let mut diagnostic = draft::from_head(head, "gcc", language, ColumnUnit::Byte, cx);
    let tool = strip_flag(&mut diagnostic, head.message);
    Some(Draft::new(
        diagnostic,
        Follow::C(Box::new(snippet::Snippet::new(tool))),
    ))
}

/// A compiler that writes as GNU's standard says, of another language.
fn other(head: &Head<'_>, cx: &Context) -> Draft {
    let language = match language(head.path) {
        Some(language) => language.to_owned(),
        None => match lossy(extension(head.path)).to_ascii_lowercase() {
            ending if !ending.is_empty() && ending.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                ending
            }
            _ => "unknown".to_owned(),
        },
    };
    let tool = match language.as_str() {
        "kotlin" => "kotlinc",
        "scala" => "scalac",
        "swift" => "swiftc",
        "s" => "as",
        "typescript" | "javascript" => "tsc",
        "fortran" | "d" | "ada" => "gcc",
        _ => "unknown",
    };
    let diagnostic = draft::from_head(head, tool, &language, ColumnUnit::Char, cx);
    Draft::new(diagnostic, Follow::Single)
}

/// Takes `[-Wfoo]`, `[-Werror=foo]`, `[-Werror,-Wfoo]` or `[-fpermissive]` off
/// the end of a message; the warning's name is the code. Returns whose
/// spelling it is, as far as that shows.
fn strip_flag(d: &mut Diagnostic, message: &[u8]) -> Option<Tool> {
    let message = trim_end(message);
    let mut tool = None;
    let mut kept = message;
    if let Some(inner) = message.strip_suffix(b"]")
        && let Some(at) = memrchr(b'[', inner)
        && inner[at + 1..].starts_with(b"-")
        && memchr(b' ', &inner[at..]).is_none()
    {
        let flag = &inner[at + 1..];
        kept = trim_end(&message[..at]);
        let name = if let Some(name) = flag.strip_prefix(b"-Werror,") {
            tool = Some(Tool::Clang);
            name.to_vec()
        } else if let Some(name) = flag.strip_prefix(b"-Werror=") {
            tool = Some(Tool::Gcc);
            [b"-W", name].concat()
        } else {
            flag.to_vec()
        };
        if name.starts_with(b"-W") {
            d.code = lossy(&name);
        }
    }
    d.message = lossy(kept);
    if tool.is_none() && d.message.contains('‘') {
        tool = Some(Tool::Gcc);
    }
    tool
}
