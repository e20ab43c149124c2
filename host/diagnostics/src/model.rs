//! What a compiler said, in one form for every compiler.

use serde::{Deserialize, Serialize};

/// How bad it is. What a tool calls fatal is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// The build cannot succeed with it.
    Error,
    /// The build succeeds all the same.
    Warning,
    /// Belongs to an error or warning, or informs.
    Note,
}

/// How far a compiler got before it said so. Errors of an early phase hide
/// those of a later one: a missing brace hides type errors, and a type error
/// hides borrow errors. A fix is judged by phase, not by the count of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// The build tool itself: a missing project file, a bad option.
    Setup,
    /// Tokens and grammar.
    Syntax,
    /// Names, imports, declarations.
    Resolve,
    /// Types, members, signatures.
    Type,
    /// Flow: borrows, definite assignment, nullability, unreachable code.
    Flow,
    /// Lints and warnings turned into errors.
    Lint,
    /// The linker.
    Link,
}

/// What a column counts. Every tool has its own idea.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ColumnUnit {
    /// UTF-8 bytes: gcc and clang, go.
    Byte,
    /// UTF-16 code units: csc, MSBuild, tsc, javac's caret, SARIF by default.
    Utf16,
    /// UTF-16 code units, but a tab goes on to the next tab stop, every 8:
    /// javac's own column numbers, which Maven prints.
    Utf16Tabs,
    /// Unicode scalar values: rustc, mypy.
    Char,
    /// Screen columns with tab stops every 8, wide characters counting two:
    /// gcc since 11, and every tool's caret lines.
    Display,
}

/// A point in a file as a tool prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Counts from 1; 0 where the tool named none.
    pub line: u32,
    /// Counts from 1, in the location's [`ColumnUnit`]; 0 where the tool named
    /// none.
    pub column: u32,
}

/// A place as a tool names it: not yet a byte range, for that needs the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Location {
    /// As printed, before it is mapped into the workspace.
    pub path: String,
    /// Where it begins.
    pub start: Position,
    /// Where it ends (exclusive), if the tool said so.
    pub end: Option<Position>,
    /// What the columns count.
    pub unit: ColumnUnit,
    /// The byte range, where the tool gives it (rustc's JSON). It counts from
    /// the start of the file as it is on disk; rustc includes a byte-order
    /// mark, so that lines and columns are the better source.
    pub bytes: Option<(u32, u32)>,
}

/// A second place that belongs to a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// What the tool said about it.
    pub message: String,
    /// Where, if it said so.
    pub location: Option<Location>,
}

/// One text range that a compiler proposes to replace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Replacement {
    /// What to replace; empty for an insertion. `end` is always set.
    pub location: Location,
    /// What to put there.
    pub text: String,
}

/// A compiler's own proposal: its replacements belong together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Suggestion {
    /// What the tool said of it.
    pub message: String,
    /// The tool's own word for its confidence (see `wit/`).
    pub applicability: String,
    /// All of them or none.
    pub replacements: Vec<Replacement>,
}

/// One error or warning of a build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// `rustc`, `csc`, `msbuild`, `tsc`, `gcc`, `clang`, `go`, `javac`,
    /// `mypy`, …
    pub tool: String,
    /// `rust`, `csharp`, `typescript`, … ; by the file's ending where the tool
    /// serves several.
    pub language: String,
    /// The tool's own code (`CS0246`, `E0308`, `-Wunused-variable`,
    /// `arg-type`); empty if it has none.
    pub code: String,
    /// `language/code`, or `language/` and a slug of the message without what
    /// it quotes.
    pub class: String,
    /// How bad.
    pub severity: Severity,
    /// How far the compiler had got.
    pub phase: Phase,
    /// Without ANSI codes; the lines of a long one joined by `\n`.
    pub message: String,
    /// What the message quotes, in order.
    pub arguments: Vec<String>,
    /// Where. `None` for errors of the build as a whole.
    pub location: Option<Location>,
    /// Notes and labels that belong to it.
    pub related: Vec<Related>,
    /// What the compiler would do.
    pub suggestions: Vec<Suggestion>,
    /// The projects and target frameworks that reported it, sorted.
    pub targets: Vec<String>,
}

impl Diagnostic {
    /// Whether the build fails because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
