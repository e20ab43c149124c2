//! Values that are missing or of the wrong kind.

use crate::Context;
use buildfix_fixer_support::types::{self, TypeClass};
use buildfix_fixer_support::{DeclKind, Source, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix};

/// CS0165: the variable gets the first value that is natural for its type.
pub(crate) fn unassigned(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let Some(name) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let Some(local) = scope::declaration(source, byte, name).filter(|n| n.init.is_none()) else {
        return Vec::new();
    };
    if !matches!(source.word(local.token + 1), ";" | ",") {
        return Vec::new();
    }
    let ty = source.slice(local.ty.clone()).to_owned();
    initial_values(context, &ty, byte)
        .into_iter()
        .map(|value| {
            context.insert_after(
                diagnostic,
                format!("start `{name}` as `{value}`"),
                local.token,
                format!(" = {value}"),
            )
        })
        .collect()
}

/// Natural first values of a type, best first.
fn initial_values(context: &Context<'_>, ty: &str, byte: usize) -> Vec<String> {
    let source = &context.source;
    let class = types::classify(ty, source, byte, context.host);
    if ty.ends_with('?') {
        return vec!["null".into()];
    }
    let modern = source.text().contains("= []") || source.text().contains("=> []");
    let explicit = match class {
        TypeClass::String => return vec!["string.Empty".into()],
        TypeClass::Value => {
            return vec![match ty {
                "bool" => "false".into(),
                "int" | "long" | "short" | "byte" | "uint" | "ulong" | "ushort" | "sbyte" => {
                    "0".into()
                }
                "double" | "float" | "decimal" => "0".into(),
                _ => "default".into(),
            }];
        }
        TypeClass::TypeParameter => return vec!["default!".into()],
        TypeClass::Array => ty
            .strip_suffix("[]")
            .filter(|e| !e.ends_with(']'))
            .map(|e| format!("System.Array.Empty<{e}>()")),
        TypeClass::Collection => Some(format!("new {ty}()")),
        TypeClass::CollectionInterface => ty.find('<').map(|at| format!("new List{}()", &ty[at..])),
        TypeClass::Reference => None,
    };
    let mut found = Vec::new();
    if let Some(explicit) = explicit {
        if modern {
            found.push("[]".to_owned());
        }
        found.push(explicit);
        if !modern {
            found.push("[]".to_owned());
        }
    } else if class == TypeClass::Reference && makes_itself(context, ty) {
        found.push(format!("new {ty}()"));
    }
    found
}

/// Whether the type has a constructor without parameters, as far as the
/// declarations tell.
fn makes_itself(context: &Context<'_>, ty: &str) -> bool {
    symbols::types(context.host, symbols::simple(ty))
        .iter()
        .any(|t| {
            let members = context
                .host
                .members(symbols::CSHARP, &symbols::full_name(t));
            let mut constructors = members
                .iter()
                .filter(|m| m.kind == "constructor")
                .peekable();
            let open = t.kind == "class"
                && !t.signature.contains("abstract ")
                && !t.signature.contains("static ");
            open && (constructors.peek().is_none()
                || constructors.any(|c| c.signature.ends_with("()")))
        })
}

/// CS0201: a statement that is a mere value has lost its other half: the call's
/// parentheses or the assigned value; `==` was meant as `=`.
pub(crate) fn statement(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let statement = source.statement(context.token(diagnostic));
    if statement.len() < 2 || !source.is(statement.end - 1, ";") {
        return Vec::new();
    }
    let value = statement.start..statement.end - 1;
    let last = value.end - 1;
    if let Some(sign) = value.clone().find(|t| source.is(*t, "==")) {
        return vec![context.replace(
            diagnostic,
            "assign instead of comparing",
            sign..sign + 1,
            "=",
        )];
    }
    if !source.is_primary(value.clone()) {
        return Vec::new();
    }
    if source.is(last, "]") {
        return element(context, diagnostic, last, byte);
    }
    let name = source.word(last);
    let declared = member_or_name(context, last, byte);
    match declared {
        Some((NameIs::Method, _)) => {
            vec![context.insert_after(diagnostic, format!("call `{name}`"), last, "()")]
        }
        Some((NameIs::Data, ty)) if !ty.is_empty() => initial_values(context, &ty, byte)
            .into_iter()
            .map(|value| {
                context.insert_after(
                    diagnostic,
                    format!("assign `{value}` to `{name}`"),
                    last,
                    format!(" = {value}"),
                )
            })
            .collect(),
        _ => vec![context.insert_after(diagnostic, format!("call `{name}`"), last, "()")],
    }
}

enum NameIs {
    Method,
    Data,
}

/// What the name at `token` stands for, and its type as written.
fn member_or_name(context: &Context<'_>, token: usize, byte: usize) -> Option<(NameIs, String)> {
    let source = &context.source;
    let dotted = source.is(token.wrapping_sub(1), ".") && !source.is(token.wrapping_sub(2), "this");
    let of_kind = |kind: DeclKind| {
        if kind == DeclKind::Method {
            NameIs::Method
        } else {
            NameIs::Data
        }
    };
    if !dotted {
        let found = scope::declaration(source, byte, source.word(token))?;
        let kind = match found.kind {
            scope::NameKind::Member(kind) => of_kind(kind),
            _ => NameIs::Data,
        };
        return Some((kind, source.slice(found.ty).to_owned()));
    }
    let receiver = scope::declaration(source, byte, source.word(token.wrapping_sub(2)))?;
    let owner = symbols::simple(source.slice(receiver.ty)).to_owned();
    let place = symbols::declarations(&context.files, &owner, Some(source.word(token)))
        .into_iter()
        .next()?;
    let decl = place.decls().next()?;
    Some((
        of_kind(decl.kind),
        place.source.slice(decl.ty.clone()).to_owned(),
    ))
}

/// `items[i];` lost what is put there: for a cleared slot, the default.
fn element(context: &Context<'_>, diagnostic: &Diagnostic, close: usize, byte: usize) -> Vec<Fix> {
    let source = &context.source;
    let Some(open) = source.partner(close) else {
        return Vec::new();
    };
    let Some((NameIs::Data, ty)) = open
        .checked_sub(1)
        .and_then(|t| member_or_name(context, t, byte))
    else {
        return Vec::new();
    };
    let bare = ty.trim_end_matches('?');
    let element = bare
        .strip_suffix("[]")
        .or_else(|| bare.strip_suffix("[,]"))
        .or_else(|| {
            symbols::split_top(bare.split_once('<')?.1.strip_suffix('>')?)
                .last()
                .copied()
        });
    let Some(element) = element else {
        return Vec::new();
    };
    let value = match types::classify(element, source, byte, context.host) {
        _ if element.ends_with('?') => "null",
        TypeClass::Value => "default",
        _ => "default!",
    };
    vec![context.insert_after(
        diagnostic,
        format!("clear the element with `{value}`"),
        close,
        format!(" = {value}"),
    )]
}

/// CS0037 and CS0403: `null` where a value type or type parameter is wanted.
/// A local that was made and never used is what was meant; else the default.
pub(crate) fn null_for_value(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    if !source.is(token, "null") {
        return Vec::new();
    }
    let Some(ty) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    if source.is(token.wrapping_sub(1), "return") {
        for name in unread_locals(source, token) {
            fixes.push(context.replace(
                diagnostic,
                format!("return `{name}`"),
                token..token + 1,
                name,
            ));
        }
    }
    let value = match ty.as_str() {
        "bool" => "false",
        "int" | "long" | "short" | "byte" | "uint" | "ulong" | "ushort" | "sbyte" | "double"
        | "float" | "decimal" => "0",
        _ => "default",
    };
    fixes.push(context.replace(
        diagnostic,
        format!("use `{value}` for null"),
        token..token + 1,
        value,
    ));
    if value == "default" && diagnostic.code == "CS0403" {
        fixes.push(context.replace(
            diagnostic,
            "use `default!` for null",
            token..token + 1,
            "default!",
        ));
    }
    fixes
}

/// Locals in reach of a token that are assigned and never read, the last first.
fn unread_locals(source: &Source, token: usize) -> Vec<String> {
    let byte = source.bytes(token..token + 1).start;
    let Some(member) = source.member_at(byte) else {
        return Vec::new();
    };
    let whole = source.bytes(member.tokens.clone());
    let mut found = Vec::new();
    for local in scope::locals(source, member).into_iter().rev() {
        let in_reach = local.token < token
            && source
                .block(local.token)
                .is_some_and(|b| source.partner(b).is_some_and(|c| c > token));
        if local.kind != scope::NameKind::Local || !in_reach {
            continue;
        }
        let name = source.word(local.token);
        let reads = source.places(name, whole.clone()).into_iter().filter(|p| {
            let t = source.token_at(p.start);
            t != local.token
                && !matches!(source.word(t + 1), "=" | "+=" | "|=" | "&=" | "-=" | "*=")
        });
        if reads.count() == 0 {
            found.push(name.to_owned());
        }
    }
    found.truncate(2);
    found
}

/// CS1750: the parameter's type becomes that of its default value.
pub(crate) fn default_value(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(ty) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let byte = diagnostic.span.start as usize;
    let token = context.token(diagnostic);
    let parameters = source
        .decl_at(byte)
        .and_then(|d| d.params)
        .map(|open| scope::parameters(source, open))
        .unwrap_or_default();
    let Some(parameter) = parameters.into_iter().find(|p| p.tokens.contains(&token)) else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    let is_null = ty == "<null>" || ty == "null";
    if is_null {
        let end = parameter.ty.end - 1;
        if !source.is(end, "?") {
            fixes.push(context.insert_after(diagnostic, "let the parameter be null", end, "?"));
        }
    } else {
        let short = types::shorten(ty, &context.visible);
        let title = format!("declare `{}` as `{short}`", source.word(parameter.name));
        fixes.push(context.replace(diagnostic, title, parameter.ty, short));
    }
    fixes
}

/// CS8978: a type that cannot be made nullable loses its `?`.
pub(crate) fn not_nullable(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let token = context.token(diagnostic);
    let end = source.expression_end(token);
    let mark = (token..end.max(token + 4)).find(|t| source.is(*t, "?") || source.is(*t, "?."));
    match mark {
        Some(mark) if source.is(mark, "?") => {
            vec![context.replace(diagnostic, "drop the `?`", mark..mark + 1, "")]
        }
        Some(mark) => vec![context.replace(diagnostic, "reach it with `.`", mark..mark + 1, ".")],
        None => Vec::new(),
    }
}
