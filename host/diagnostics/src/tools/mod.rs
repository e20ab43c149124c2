//! The tools that print text: which one speaks, and which lines follow.

pub(crate) mod c_family;
mod go;
mod java;
mod linker;
mod make;
pub(crate) mod msbuild;
mod program;
mod python;
mod rustc;
mod rustc_patch;
pub(crate) use rustc::is_summary as is_rustc_summary;
mod sketch;
pub(crate) mod snippet;
mod typescript;

use crate::Diagnostic;
use crate::draft::{Draft, Taken};
use crate::head::{Head, Shape};
use crate::text::{extension, language, trim_start};

/// What earlier lines said that later ones need.
#[derive(Debug, Default)]
pub(crate) struct Context {
    folders: make::Folders,
    pub(crate) c: c_family::Memory,
    /// Whose `error: …` without a place it would be.
    pub(crate) bare: Option<Bare>,
    /// Whether a linker has said why it failed.
    pub(crate) link_failed: bool,
    /// Whether Maven has named a file.
    pub(crate) maven_named: bool,
    lints: rustc::Lints,
    python: python::Memory,
}

/// The tools whose errors without a place look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bare {
    Cargo,
    Javac,
}

impl Context {
    /// Where relative paths begin, as far as make said so.
    pub(crate) fn folder(&self) -> Option<&str> {
        self.folders.current()
    }

    /// Whether the next line means nothing by what came before it alone.
    pub(crate) fn expects_nothing(&self) -> bool {
        self.python.expects_nothing()
    }

    /// Whether [`Self::observe`] may learn something from a line by how it
    /// begins. Never wrong when it says no, as long as nothing is expected.
    pub(crate) fn may_begin(line: &[u8]) -> bool {
        let starts = |words: &[&[u8]]| {
            let text = trim_start(line);
            words.iter().any(|word| text.starts_with(word))
        };
        match line.first() {
            Some(b'm' | b'g' | b'n') => starts(&[b"make", b"gmake", b"ninja"]),
            Some(b'S') => starts(&[b"Sorry: "]),
            Some(b' ') => starts(&[b"File \"", b"Compiling ", b"Checking "]),
            _ => false,
        }
    }

    /// The same by the line's last byte.
    pub(crate) fn may_end(last: u8) -> bool {
        matches!(last, b':' | b',')
    }

    /// Looks at a line that is neither a head nor part of a diagnostic.
    /// Returns the diagnostic that it is after all.
    pub(crate) fn observe(&mut self, line: &[u8]) -> Option<Draft> {
        match line.first()? {
            b'm' | b'g' | b'n' => return self.folders.observe(line),
            b' ' | b'T' | b'S' | b'I' => {
                if line.starts_with(b"   Compiling ") || line.starts_with(b"    Checking ") {
                    self.bare = Some(Bare::Cargo);
                } else {
                    return python::observe(line, self);
                }
            }
            _ => {}
        }
        c_family::observe(line, self);
        None
    }
}

/// What may follow a head, by tool.
#[derive(Debug)]
pub(crate) enum Follow {
    /// Nothing.
    Single,
    MsBuild(msbuild::Crash),
    TypeScript(typescript::Lines),
    Pyright,
    C(Box<snippet::Snippet>),
    Javac(java::Lines),
    Maven,
    Go,
    Rustc(Box<rustc::Lines>),
    Mypy,
    Lld,
}

impl Follow {
    pub(crate) fn take(
        &mut self,
        d: &mut Diagnostic,
        line: &[u8],
        head: Option<&Head<'_>>,
        cx: &mut Context,
    ) -> Taken {
        match self {
            Self::Single => Taken::No,
            Self::MsBuild(crash) => crash.take(d, head, cx),
            Self::TypeScript(lines) => lines.take(d, line, head, cx),
            Self::Pyright => python::take_pyright(d, line, head),
            Self::C(snippet) => snippet.take(d, line, head, cx),
            Self::Javac(lines) => lines.take(d, line, head, cx),
            Self::Maven => java::take_maven(d, line, head),
            Self::Go => go::take(d, line, head, cx),
            Self::Rustc(lines) => lines.take(d, line, head, cx),
            Self::Mypy => python::take_mypy(d, head, cx),
            Self::Lld => linker::take_lld(d, line, cx),
        }
    }

    /// A last look; `false` drops the diagnostic.
    pub(crate) fn finish(&mut self, d: &mut Diagnostic, cx: &mut Context) -> bool {
        match self {
            Self::C(snippet) => snippet.finish(d, cx),
            Self::Rustc(lines) => lines.finish(d, cx),
            _ => true,
        }
    }
}

/// Begins a diagnostic. `None` for a head that is only a summary, a note of
/// nothing, or no compiler's.
pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    match head.shape {
        Shape::Paren => msbuild::begin(head, cx),
        Shape::Dash if head.code.starts_with(b"TS") => typescript::begin_pretty(head, cx),
        Shape::Dash => python::begin_pyright(head, cx),
        Shape::Maven => java::begin_maven(head, cx),
        Shape::Linker => linker::begin(head, cx),
        Shape::Make => Some(make::begin(head, cx)),
        Shape::Plain => match extension(head.path) {
            b"go" | b"mod" => go::begin(head, cx),
            _ => python::begin_coded(head, cx),
        },
        Shape::Bare if head.code.starts_with(b"TS") => typescript::begin_global(head, cx),
        Shape::Bare => rustc::begin_bare(head, cx),
        Shape::Gnu if head.start.line == 0 => program::begin(head, cx),
        Shape::Gnu => match language(head.path) {
            Some("python") => python::begin_mypy(head, cx),
            Some("java") => java::begin(head, cx),
            Some("go") => go::begin(head, cx),
            Some("rust") => rustc::begin_short(head, cx),
            _ => c_family::begin(head, cx),
        },
    }
}
