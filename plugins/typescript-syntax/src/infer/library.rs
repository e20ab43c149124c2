//! The few members of the standard library that come up again and again.

use crate::types::{Signature, Ty};

fn returning(ty: Ty) -> Ty {
    Ty::Function(Box::new(Signature {
        ret: Some(ty),
        ..Signature::default()
    }))
}

/// A global function's return type.
pub(super) fn function(name: &str) -> Option<Ty> {
    Some(Ty::word(match name {
        "parseInt" | "parseFloat" | "Number" => "number",
        "String" | "encodeURIComponent" | "decodeURIComponent" | "encodeURI" | "decodeURI" => {
            "string"
        }
        "Boolean" | "isNaN" | "isFinite" => "boolean",
        "Symbol" => "symbol",
        "BigInt" => "bigint",
        _ => return None,
    }))
}

/// A member of a global object.
pub(super) fn global(object: &str, name: &str) -> Option<Ty> {
    Some(match (object, name) {
        ("Math", "PI" | "E" | "LN2" | "LN10" | "SQRT2") => Ty::word("number"),
        ("Math", _) | ("Date", "now") => returning(Ty::word("number")),
        ("JSON", "stringify") => returning(Ty::word("string")),
        ("JSON", "parse") => returning(Ty::any()),
        ("Object", "keys") => returning(Ty::Array(Box::new(Ty::word("string")))),
        ("Number", "isInteger" | "isNaN" | "isFinite") | ("Array", "isArray") => {
            returning(Ty::word("boolean"))
        }
        ("console", _) => returning(Ty::word("void")),
        _ => return None,
    })
}

/// A member of a string, number or array.
pub(super) fn member(ty: &Ty, name: &str) -> Option<Ty> {
    let widened = ty.widen();
    if widened.is("string") {
        return Some(match name {
            "length" => Ty::word("number"),
            "charAt" | "toUpperCase" | "toLowerCase" | "trim" | "trimStart" | "trimEnd"
            | "slice" | "substring" | "substr" | "replace" | "replaceAll" | "repeat"
            | "padStart" | "padEnd" | "concat" | "normalize" | "toString" | "valueOf" => {
                returning(Ty::word("string"))
            }
            "indexOf" | "lastIndexOf" | "charCodeAt" | "search" | "localeCompare" => {
                returning(Ty::word("number"))
            }
            "startsWith" | "endsWith" | "includes" => returning(Ty::word("boolean")),
            "split" => returning(Ty::Array(Box::new(Ty::word("string")))),
            _ => return None,
        });
    }
    if widened.is("number") {
        return Some(match name {
            "toFixed" | "toString" | "toPrecision" | "toExponential" => {
                returning(Ty::word("string"))
            }
            "valueOf" => returning(Ty::word("number")),
            _ => return None,
        });
    }
    if let Ty::Array(inner) = ty {
        return Some(match name {
            "length" => Ty::word("number"),
            "push" | "unshift" | "indexOf" | "lastIndexOf" => returning(Ty::word("number")),
            "includes" | "some" | "every" => returning(Ty::word("boolean")),
            "join" | "toString" => returning(Ty::word("string")),
            "pop" | "shift" | "find" | "at" => {
                returning(Ty::union([(**inner).clone(), Ty::word("undefined")]))
            }
            "slice" | "concat" | "filter" | "reverse" | "sort" => returning(ty.clone()),
            "forEach" => returning(Ty::word("void")),
            _ => return None,
        });
    }
    None
}
