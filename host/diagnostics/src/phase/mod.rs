//! How far a compiler had got when it said so, by tool.
//!
//! These tables are about the compilers, not about fixes: they only say which
//! errors can hide which. A code that is not listed is taken for a type error,
//! since most errors are, and a warning for a lint.

mod c_family;
mod csharp;
mod rust;
mod typescript;

use crate::{Diagnostic, Phase, Severity};

pub(crate) fn of(d: &Diagnostic) -> Phase {
    match d.tool.as_str() {
        "csc" | "vbc" => csharp::phase(d),
        "msbuild" | "cargo" | "maven" | "make" => Phase::Setup,
        "tsc" => typescript::phase(d),
        "rustc" => rust::phase(d),
        "gcc" | "clang" | "msvc" => c_family::phase(d),
        "ld" => Phase::Link,
        "go" => go(d),
        "javac" => java(d),
        "mypy" | "pyright" | "ruff" | "python" => python(d),
        _ => other(d),
    }
}

/// One of the words stands in the message.
fn says(d: &Diagnostic, words: &[&str]) -> bool {
    words.iter().any(|word| d.message.contains(word))
}

/// The message outside its quotes begins with one of these.
fn begins(d: &Diagnostic, words: &[&str]) -> bool {
    words.iter().any(|word| d.message.starts_with(word))
}

fn by_severity(d: &Diagnostic) -> Phase {
    if d.severity == Severity::Error {
        Phase::Type
    } else {
        Phase::Lint
    }
}

/// A tool that is not known: only what every tool calls alike.
fn other(d: &Diagnostic) -> Phase {
    let message = d.message.to_lowercase();
    if d.location.is_none() {
        Phase::Setup
    } else if [
        "syntax error",
        "parse error",
        "unexpected token",
        "unterminated",
    ]
    .iter()
    .any(|word| message.contains(word))
    {
        Phase::Syntax
    } else if [
        "undefined",
        "undeclared",
        "not found",
        "unresolved",
        "unknown",
    ]
    .iter()
    .any(|word| message.contains(word))
    {
        Phase::Resolve
    } else {
        by_severity(d)
    }
}

fn go(d: &Diagnostic) -> Phase {
    if begins(
        d,
        &[
            "syntax error",
            "expected ",
            "illegal ",
            "invalid character",
            "newline in ",
            "string not terminated",
            "string literal not terminated",
            "rune literal not",
            "raw string literal",
            "comment not terminated",
            "unexpected ",
        ],
    ) || says(d, &["not terminated", "expected 'package'"])
    {
        Phase::Syntax
    } else if d.location.is_none()
        || says(
            d,
            &[
                "no required module provides",
                "is not in std",
                "cannot find package",
                "cannot find module",
                "import cycle not allowed",
                "missing go.sum entry",
                "could not import",
            ],
        )
    {
        Phase::Setup
    } else if begins(d, &["undefined: ", "undeclared name"])
        || says(
            d,
            &[
                "imported and not used",
                "redeclared",
                "imported as ",
                "other declaration of",
                "not exported by package",
                "undefined (type",
            ],
        )
    {
        Phase::Resolve
    } else if says(
        d,
        &[
            "declared and not used",
            "declared but not used",
            "missing return",
            "label ",
            "is not used",
        ],
    ) {
        Phase::Flow
    } else {
        Phase::Type
    }
}

fn java(d: &Diagnostic) -> Phase {
    if d.severity != Severity::Error || !d.code.is_empty() {
        Phase::Lint
    } else if d.location.is_none() {
        Phase::Setup
    } else if says(
        d,
        &[
            "expected",
            "illegal start of",
            "not a statement",
            "unclosed ",
            "reached end of file",
            "illegal character",
            "orphaned ",
            "without 'if'",
            "without 'try'",
            "without 'catch'",
            "return type required",
            "malformed ",
            "illegal line end",
            "empty character literal",
            "illegal escape character",
            "illegal unicode escape",
            "else without if",
            "unnamed classes are a preview",
            "integer number too large",
        ],
    ) && !says(d, &["formal parameter", "type argument"])
    {
        Phase::Syntax
    } else if says(
        d,
        &[
            "cannot find symbol",
            "does not exist",
            "is already defined",
            "duplicate class",
            "should be declared in a file named",
            "cannot be accessed from outside package",
            "is not visible",
            "cyclic inheritance",
            "cannot inherit from final",
        ],
    ) {
        Phase::Resolve
    } else if says(
        d,
        &[
            "unreachable statement",
            "might not have been initialized",
            "missing return statement",
            "unreported exception",
            "might already have been assigned",
            "is never thrown in body",
            "has already been caught",
            "effectively final",
            "might be assigned in loop",
            "not initialized in the default constructor",
        ],
    ) {
        Phase::Flow
    } else {
        Phase::Type
    }
}

fn python(d: &Diagnostic) -> Phase {
    match d.code.as_str() {
        "syntax" | "SyntaxError" | "IndentationError" | "TabError" | "E999" => Phase::Syntax,
        "name-defined"
        | "import"
        | "import-not-found"
        | "import-untyped"
        | "no-redef"
        | "used-before-def"
        | "reportUndefinedVariable"
        | "reportMissingImports"
        | "reportMissingModuleSource"
        | "reportAttributeAccessIssue"
        | "F821"
        | "F822"
        | "F823" => Phase::Resolve,
        "possibly-undefined"
        | "return"
        | "unreachable"
        | "reportPossiblyUnbound"
        | "reportPossiblyUnboundVariable"
        | "reportUnboundVariable"
        | "has-type" => Phase::Flow,
        "unused-ignore" | "unused-coroutine" | "redundant-cast" | "redundant-expr"
        | "deprecated" | "no-untyped-def" | "no-untyped-call" => Phase::Lint,
        // pyright has no rule for what its parser says.
        "" if d.tool == "pyright" => Phase::Syntax,
        _ if d.tool == "ruff" => Phase::Lint,
        _ if d.location.is_none() => Phase::Setup,
        _ => by_severity(d),
    }
}
