//! gcc and clang go on after every kind of error, but a syntax error drops
//! declarations and so makes names unknown.

use crate::{Diagnostic, Phase};

pub(super) fn phase(d: &Diagnostic) -> Phase {
    if let Some(flag) = d.code.strip_prefix("-W") {
        // Front-end checks that newer compilers make errors by themselves.
        return match flag {
            "implicit-function-declaration" => Phase::Resolve,
            "int-conversion"
            | "incompatible-pointer-types"
            | "implicit-int"
            | "narrowing"
            | "c++11-narrowing"
            | "discarded-qualifiers"
            | "incompatible-function-pointer-types" => Phase::Type,
            "return-type" | "uninitialized" | "maybe-uninitialized" | "sometimes-uninitialized" => {
                Phase::Flow
            }
            _ => Phase::Lint,
        };
    }
    if !d.is_error() {
        return Phase::Lint;
    }
    let syntax = super::begins(
        d,
        &[
            "expected ",
            "extraneous ",
            "stray ",
            "missing ",
            "unterminated ",
            "unbalanced ",
            "unmatched ",
            "invalid preprocessing",
            "#",
        ],
    ) || super::says(
        d,
        &[
            "unterminated",
            "stray ‘",
            "at end of input",
            "extraneous closing",
            "missing terminating",
            "empty declaration",
            "‘else’ without a previous",
            "invalid suffix",
            "null character",
            "syntax error",
        ],
    );
    if syntax
        && !super::begins(
            d,
            &[
                "expected class-name",
                "expected a type",
                "expected namespace name",
            ],
        )
    {
        return Phase::Syntax;
    }
    if super::says(
        d,
        &[
            "undeclared",
            "was not declared",
            "unknown type name",
            "does not name a type",
            "has not been declared",
            "No such file or directory",
            "file not found",
            "not a member of",
            "no member named",
            "has no member",
            "redefinition",
            "redeclar",
            "redefined",
            "conflicting types",
            "conflicting declaration",
            "expected class-name",
            "expected namespace name",
            "is not a class",
            "no type named",
            "no template named",
            "previously declared",
            "implicit declaration",
            "must use '",
            "undefined label",
            "expected a type",
            "multiple definition",
        ],
    ) {
        Phase::Resolve
    } else if d.location.is_none() {
        Phase::Setup
    } else if super::says(
        d,
        &[
            "control reaches end",
            "may be used uninitialized",
            "is used uninitialized",
        ],
    ) {
        Phase::Flow
    } else {
        Phase::Type
    }
}
