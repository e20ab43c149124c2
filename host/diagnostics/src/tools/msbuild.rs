//! MSBuild, and the compilers that write as it does: csc, tsc, msvc.

use super::{Context, Follow, typescript};
use crate::draft::{self, Draft, Taken, append};
use crate::head::{Head, Shape};
use crate::text::{extension, is_absolute, join, language, lossy, parent};
use crate::{ColumnUnit, Diagnostic, Location};
use std::borrow::Cow;

/// MSBuild prints each line of an exception as an error of its own, with the
/// same place and code. They are one.
#[derive(Debug)]
pub(crate) struct Crash {
    /// Whether the first line says that what follows is an exception.
    announced: bool,
}

/// A head, and who speaks.
#[derive(Clone, Debug)]
pub(crate) struct Spoken<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) tool: &'static str,
    pub(crate) language: &'static str,
}

/// `None` for what only informs. The language is not filled in for tsc, which
/// has a reader of its own.
fn spoken<'a>(head: &Head<'a>) -> Option<Spoken<'a>> {
    if !draft::stands_alone(head.severity) {
        return None;
    }
    let tool = tool(head);
    let language = match (tool, language(head.path)) {
        ("csc", _) => "csharp",
        ("vbc", _) => "visualbasic",
        ("fsc", _) => "fsharp",
        ("msvc", Some(language @ ("c" | "cpp"))) => language,
        ("msvc", _) => "cpp",
        (_, Some(language)) => language,
        _ => "msbuild",
    };
    Some(Spoken {
        head: head.clone(),
        tool,
        language,
    })
}

/// A diagnostic that one line says whole: of a compiler that MSBuild runs.
pub(crate) fn one_line<'a>(head: &Head<'a>) -> Option<Spoken<'a>> {
    spoken(head).filter(|spoken| !matches!(spoken.tool, "msbuild" | "tsc"))
}

impl<'a> Spoken<'a> {
    pub(crate) fn diagnostic(&self, cx: &Context) -> Diagnostic {
        let head = &self.head;
        let mut diagnostic =
            draft::from_head(head, self.tool, self.language, ColumnUnit::Utf16, cx);
        diagnostic.location = location(head, cx);
        if !head.project.is_empty() {
            diagnostic.targets.push(lossy(head.project));
        }
        diagnostic
    }

    /// The file, as it stands in the diagnostic's location.
    pub(crate) fn path(&self, cx: &Context) -> Option<Cow<'a, str>> {
        path(&self.head, cx)
    }
}

pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    let spoken = spoken(head)?;
    if spoken.tool == "tsc" {
        return typescript::begin(head, cx);
    }
    let follow = if spoken.tool == "msbuild" {
        let said = head.message;
        Follow::MsBuild(Crash {
            announced: said.ends_with(b"failed unexpectedly.")
                || memchr::memmem::find(said, b"unhandled exception").is_some(),
        })
    } else {
        Follow::Single
    };
    Some(Draft::new(spoken.diagnostic(cx), follow))
}

impl Crash {
    pub(crate) fn take(
        &mut self,
        d: &mut Diagnostic,
        head: Option<&Head<'_>>,
        cx: &Context,
    ) -> Taken {
        let Some(head) = head.filter(|h| h.shape == Shape::Paren) else {
            return Taken::No;
        };
        let more = self.announced || head.message.starts_with(b" ");
        let same = more
            && head.severity == d.severity
            && head.code == d.code.as_bytes()
            && location(head, cx) == d.location
            && match d.targets.as_slice() {
                [] => head.project.is_empty(),
                [project] => head.project == project.as_bytes(),
                _ => false,
            };
        // The same first line again is the same crash again.
        if !same || d.message.lines().next().map(str::as_bytes) == Some(head.message) {
            return Taken::No;
        }
        append(&mut d.message, head.message);
        Taken::Yes
    }
}

/// Whose error it is, by its code, else by the file.
fn tool(head: &Head<'_>) -> &'static str {
    let letters = head
        .code
        .iter()
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let (prefix, digits) = head.code.split_at(letters);
    let numbered = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    match prefix {
        b"CS" if numbered => "csc",
        b"TS" if numbered => "tsc",
        b"BC" if numbered => "vbc",
        b"FS" if numbered => "fsc",
        b"C" | b"LNK" | b"D" | b"RC" if numbered => "msvc",
        b"MSB" | b"NETSDK" | b"NU" if numbered => "msbuild",
        // Analyzers run inside the compiler and have codes of their own.
        _ => match extension(head.path) {
            b"cs" => "csc",
            b"vb" => "vbc",
            b"ts" | b"tsx" => "tsc",
            _ if head.path == b"CSC" => "csc",
            _ => "msbuild",
        },
    }
}

fn location(head: &Head<'_>, cx: &Context) -> Option<Location> {
    Some(Location {
        path: path(head, cx)?.into_owned(),
        start: head.start,
        end: head.end,
        unit: ColumnUnit::Utf16,
        bytes: None,
    })
}

fn path<'a>(head: &Head<'a>, cx: &Context) -> Option<Cow<'a, str>> {
    // `MSBUILD : error` and `CSC : error` name the program.
    if head.path.is_empty() || head.start.line == 0 && extension(head.path).is_empty() {
        return None;
    }
    // Compilers get relative paths from MSBuild, which are relative to the
    // project's folder.
    if !is_absolute(head.path) && !head.project.is_empty() {
        let project = String::from_utf8_lossy(head.project);
        let project = project.split("::").next().unwrap_or_default();
        if let Some(folder) = parent(project) {
            return Some(join(folder, &String::from_utf8_lossy(head.path)).into());
        }
    }
    Some(draft::path(head.path, cx))
}
