//! Errors that a program reports in its own name: `gcc: error: …`.

use super::{Context, Follow, linker};
use crate::draft::{self, Draft};
use crate::head::Head;
use crate::text::{extension, language};
use crate::{ColumnUnit, Severity};
use memchr::memmem;

pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    if head.severity != Severity::Error {
        return None;
    }
    let name =
        memchr::memrchr2(b'/', b'\\', head.path).map_or(head.path, |at| &head.path[at + 1..]);
    let name = name.strip_suffix(b".exe").unwrap_or(name);
    let said = head.message;
    let linked = memmem::find(said, b"ld returned").is_some()
        || memmem::find(said, b"linker command failed").is_some();
    if linked && cx.link_failed {
        return None;
    }
    let (tool, language) = match name {
        b"ld.lld" | b"lld" | b"ld64.lld" => return Some(linker::begin_lld(head, cx)),
        b"collect2" => ("ld", "c"),
        b"cc1" => ("gcc", "c"),
        b"cc1plus" => ("gcc", "cpp"),
        b"go" => ("go", "go"),
        b"javac" => ("javac", "java"),
        b"mypy" => ("mypy", "python"),
        b"cargo" => ("cargo", "rust"),
        b"rustc" => ("rustc", "rust"),
        _ if memmem::find(name, b"clang++").is_some() => ("clang", "cpp"),
        _ if memmem::find(name, b"clang").is_some() => ("clang", "c"),
        _ if name.ends_with(b"g++") => ("gcc", "cpp"),
        _ if name.ends_with(b"gcc") || name == b"cc" => ("gcc", "c"),
        _ if matches!(name, b"ld" | b"gold") || name.starts_with(b"ld.") => ("ld", "c"),
        // A file without a line: mypy's `a.py: error: …`.
        _ if language(head.path) == Some("python") => ("mypy", "python"),
        _ if language(head.path) == Some("java") => ("javac", "java"),
        _ => return None,
    };
    let mut diagnostic = draft::from_head(head, tool, language, ColumnUnit::Byte, cx);
    if !matches!(extension(head.path), b"py" | b"pyi" | b"java") {
        diagnostic.location = None;
    }
    Some(Draft::new(diagnostic, Follow::Single))
}
