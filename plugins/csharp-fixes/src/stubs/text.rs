//! The text of a stub, from the declaration it answers.

use super::{Wanted, declared, written};
use crate::Context;
use buildfix_fixer_support::{DeclKind, Source, scope};

const THROW: &str = "throw new System.NotImplementedException();";

/// The parameters of the declaration.
pub(crate) fn parameters(wanted: &Wanted) -> Vec<scope::Parameter> {
    declared(wanted)
}

/// Each parameter's type with its `ref` or `out`, the owner's type parameters
/// replaced, names as the declaration writes them.
pub(crate) fn parameter_types(wanted: &Wanted) -> Vec<String> {
    let source = &wanted.source;
    let replaced = |range: std::ops::Range<usize>| -> String {
        range
            .map(|t| {
                let word = source.word(t);
                let new = wanted.map.iter().find(|(name, _)| name == word);
                new.map_or(word, |(_, n)| n.as_str()).to_owned()
            })
            .collect::<Vec<_>>()
            .join(" ")
    };
    declared(wanted)
        .into_iter()
        .map(|p| format!("{} {}", replaced(p.modifiers), replaced(p.ty)))
        .collect()
}

/// Whether two printed types are one, whatever qualifies them and however
/// nullable they are.
pub(crate) fn same(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(ty: &str) -> String {
    let source = Source::new(ty);
    (0..source.tokens().len())
        .filter(|t| !(source.is(*t + 1, ".") || source.is(*t, ".")))
        .map(|t| keyword(source.word(t)))
        .filter(|w| !matches!(*w, "?" | "params" | "scoped" | "this" | "readonly"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// What the language calls a type of the library.
fn keyword(name: &str) -> &str {
    match name {
        "Boolean" => "bool",
        "Byte" => "byte",
        "Char" => "char",
        "Decimal" => "decimal",
        "Double" => "double",
        "Int16" => "short",
        "Int32" => "int",
        "Int64" => "long",
        "IntPtr" => "nint",
        "Object" => "object",
        "SByte" => "sbyte",
        "Single" => "float",
        "String" => "string",
        "UInt16" => "ushort",
        "UInt32" => "uint",
        "UInt64" => "ulong",
        "UIntPtr" => "nuint",
        _ => name,
    }
}

/// What two members of one type may not share.
pub(super) fn key(wanted: &Wanted) -> String {
    let types: Vec<String> = parameter_types(wanted).iter().map(|t| plain(t)).collect();
    format!("{}({})", wanted.source.name(&wanted.decl), types.join(","))
}

/// The return type as it is written here.
pub(super) fn return_type(context: &Context<'_>, wanted: &Wanted) -> String {
    written(
        context,
        wanted,
        wanted.decl.ty.clone(),
        &own_parameters(wanted),
    )
}

fn own_parameters(wanted: &Wanted) -> Vec<String> {
    wanted
        .decl
        .type_params
        .clone()
        .filter(|t| wanted.source.is_word(*t))
        .map(|t| wanted.source.word(t).to_owned())
        .collect()
}

/// A member that throws.
pub(super) fn stub(
    context: &Context<'_>,
    wanted: &Wanted,
    overriding: bool,
    explicit: bool,
) -> String {
    let (source, decl) = (&wanted.source, &wanted.decl);
    let own = own_parameters(wanted);
    let mut head = modifiers(wanted, overriding, explicit);
    if decl.kind == DeclKind::Event {
        head.push_str("event ");
    }
    head.push_str(&return_type(context, wanted));
    head.push(' ');
    if explicit {
        let owner = Source::new(&wanted.owner);
        let named = Wanted {
            source: owner.into(),
            path: None,
            map: Vec::new(),
            decl: decl.clone(),
            owner: String::new(),
            generic_owner: false,
            printed: Vec::new(),
        };
        let end = named.source.tokens().len();
        head.push_str(&written(context, &named, 0..end, &[]));
        head.push('.');
    }
    head.push_str(source.name(decl));
    if !own.is_empty() {
        head.push_str(&format!("<{}>", own.join(", ")));
    }
    if let Some(open) = decl.params {
        let close = if source.is(open, "[") { "]" } else { ")" };
        let list: Vec<String> = declared(wanted)
            .iter()
            .enumerate()
            .map(|(index, p)| parameter(context, wanted, p, index, explicit, &own))
            .collect();
        head.push_str(&format!("{}{}{close}", source.word(open), list.join(", ")));
    }
    head.push_str(&constraints(context, wanted, overriding || explicit, &own));
    head + &body(wanted)
}

fn modifiers(wanted: &Wanted, overriding: bool, explicit: bool) -> String {
    let (source, decl) = (&wanted.source, &wanted.decl);
    let mut words: Vec<&str> = Vec::new();
    if overriding {
        let access = ["public", "private", "protected", "internal"];
        let given = decl.modifiers.clone().map(|t| source.word(t));
        words.extend(given.filter(|w| access.contains(w)));
        words.push("override");
    } else if !explicit {
        words.push("public");
    }
    for word in ["static", "unsafe"] {
        if decl.modifiers.clone().any(|t| source.is(t, word)) {
            words.push(word);
        }
    }
    words.iter().map(|w| format!("{w} ")).collect()
}

/// One parameter as it is written here.
pub(crate) fn parameter(
    context: &Context<'_>,
    wanted: &Wanted,
    parameter: &scope::Parameter,
    index: usize,
    explicit: bool,
    own: &[String],
) -> String {
    let source = &wanted.source;
    let mut text = String::new();
    for token in parameter.modifiers.clone() {
        text.push_str(source.word(token));
        text.push(' ');
    }
    let ty = written(context, wanted, parameter.ty.clone(), own);
    text.push_str(&ty);
    // A library's signature does not say what may be null; the message does.
    let nullable = wanted.printed.get(index).is_some_and(|p| p.ends_with('?'));
    if nullable && !ty.ends_with('?') {
        text.push('?');
    }
    text.push(' ');
    text.push_str(source.word(parameter.name));
    if let Some(default) = parameter.default.filter(|_| !explicit) {
        let value = default + 1..parameter.tokens.end;
        text.push_str(&format!(" = {}", written(context, wanted, value, own)));
    }
    text
}

/// An override inherits its constraints and says only what `T?` needs.
fn constraints(context: &Context<'_>, wanted: &Wanted, inherits: bool, own: &[String]) -> String {
    let (source, decl) = (&wanted.source, &wanted.decl);
    let Some(close) = decl.params.and_then(|open| source.partner(open)) else {
        return String::new();
    };
    if own.is_empty() {
        return String::new();
    }
    let end = (close + 1..decl.tokens.end)
        .find(|t| matches!(source.word(*t), "{" | "=>" | ";"))
        .unwrap_or(decl.tokens.end);
    let clause = close + 1..end;
    if !inherits {
        let text = written(context, wanted, clause.clone(), own);
        return if text.is_empty() {
            text
        } else {
            format!(" {text}")
        };
    }
    let head = decl.tokens.start..close + 1;
    let mut text = String::new();
    for name in own {
        let nullable = head
            .clone()
            .any(|t| source.is(t, name) && source.is(t + 1, "?"));
        if !nullable {
            continue;
        }
        let given = clause
            .clone()
            .find(|t| source.is(*t, "where") && source.is(*t + 1, name))
            .map(|t| source.word(t + 3))
            .filter(|word| matches!(*word, "struct" | "class"));
        let word = given.unwrap_or("default");
        text.push_str(&format!(" where {name} : {word}"));
    }
    text
}

fn body(wanted: &Wanted) -> String {
    let (source, decl) = (&wanted.source, &wanted.decl);
    // A reference cannot be thrown through `=>`.
    let by_ref = source.is(decl.ty.start, "ref");
    let code = |accessor: &str| match (by_ref, accessor) {
        (true, "") => format!(" {{ {THROW} }}"),
        (true, _) => format!(" {accessor} {{ {THROW} }}"),
        (false, "") => format!(" => {THROW}"),
        (false, _) => format!(" {accessor} => {THROW}"),
    };
    match decl.kind {
        DeclKind::Event => format!(" {{{}{} }}", code("add"), code("remove")),
        DeclKind::Property | DeclKind::Indexer => {
            let accessors = accessors(wanted);
            if accessors == ["get"] || accessors.is_empty() {
                return if by_ref {
                    format!(" {{{} }}", code("get"))
                } else {
                    code("")
                };
            }
            let all: String = accessors.iter().map(|a| code(a)).collect();
            format!(" {{{all} }}")
        }
        _ => code(""),
    }
}

/// `get`, `protected set`, … as declared.
fn accessors(wanted: &Wanted) -> Vec<String> {
    let (source, decl) = (&wanted.source, &wanted.decl);
    let Some(open) = decl.body else {
        return Vec::new();
    };
    let inner = source
        .partner(open)
        .map_or(open..open, |close| open + 1..close);
    let mut found = Vec::new();
    let mut access = String::new();
    for token in inner {
        match source.word(token) {
            word @ ("get" | "set" | "init") if source.is(token + 1, ";") => {
                found.push(format!("{access}{word}"));
                access.clear();
            }
            word @ ("public" | "protected" | "private" | "internal") => {
                access.push_str(word);
                access.push(' ');
            }
            _ => {}
        }
    }
    found
}
