//! Declarations that too few may see or change.

use crate::Context;
use buildfix_fixer_support::{Decl, DeclKind, Source, replace_in, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};

const ACCESS: [&str; 4] = ["public", "private", "protected", "internal"];

/// CS0122 and CS0737: the member that the message names becomes as visible as
/// most of its siblings, or else public.
pub(crate) fn widen(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let named = if diagnostic.code == "CS0737" {
        diagnostic.arguments.get(2)
    } else {
        diagnostic.arguments.first()
    };
    let Some(named) = named
        .cloned()
        .or_else(|| diagnostic.arguments.first().cloned())
    else {
        return Vec::new();
    };
    let member = symbols::member_ref(&named);
    let mut fixes = Vec::new();
    if let Some(member) = &member {
        let count = member.parameters.as_ref().map(Vec::len);
        for place in symbols::declarations(&context.files, &member.owner, Some(&member.name)) {
            for decl in place.decls() {
                let parameters = decl.params.map(|open| place.source.arguments(open).len());
                if count.is_some() && parameters.is_some() && count != parameters {
                    continue;
                }
                // Never narrower: what is public already is hidden by its type.
                if decl.modifiers.clone().any(|t| place.source.is(t, "public")) {
                    continue;
                }
                for access in levels(&place.source, decl, diagnostic.code == "CS0737") {
                    fixes.extend(with_access(
                        diagnostic,
                        &place.path,
                        &place.source,
                        decl,
                        access,
                    ));
                }
            }
        }
    }
    if fixes.is_empty() {
        fixes = types_named(context, diagnostic, symbols::simple(&named));
    }
    if let Some(member) = member.filter(|_| fixes.is_empty()) {
        fixes = types_named(context, diagnostic, &member.owner);
    }
    fixes
}

/// CS1527: a type of a namespace is public or internal.
pub(crate) fn namespace_level(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(decl) = source.type_at(diagnostic.span.start as usize) else {
        return Vec::new();
    };
    let path = &context.request.file.path;
    ["public", "internal"]
        .into_iter()
        .filter_map(|access| with_access(diagnostic, path, source, decl, access))
        .collect()
}

/// CS0050 and its kin: a type that is less visible than what shows it.
pub(crate) fn widen_type(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(named) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    // `List<Hidden>`: the hidden one may be an argument.
    let mut fixes = Vec::new();
    for name in named
        .split(['<', '>', ',', '[', ']', '?', ' '])
        .map(symbols::simple)
        .filter(|n| !n.is_empty())
    {
        fixes.extend(types_named(context, diagnostic, name));
    }
    fixes
}

fn types_named(context: &Context<'_>, diagnostic: &Diagnostic, name: &str) -> Vec<Fix> {
    let mut fixes = Vec::new();
    for place in symbols::declarations(&context.files, name, None) {
        for decl in place.decls() {
            fixes.extend(with_access(
                diagnostic,
                &place.path,
                &place.source,
                decl,
                "public",
            ));
        }
    }
    fixes
}

/// The levels to try, best first.
pub(crate) fn levels(source: &Source, decl: &Decl, only_public: bool) -> Vec<&'static str> {
    if only_public {
        return vec!["public"];
    }
    let siblings = source
        .decls()
        .iter()
        .filter(|d| d.parent == decl.parent && d.name != decl.name);
    let (mut public, mut internal) = (0, 0);
    for sibling in siblings {
        for token in sibling.modifiers.clone() {
            public += usize::from(source.is(token, "public"));
            internal += usize::from(source.is(token, "internal"));
        }
    }
    if internal > public {
        vec!["internal", "public"]
    } else {
        vec!["public", "internal"]
    }
}

/// Gives a declaration this access; nothing if it has it.
pub(crate) fn with_access(
    diagnostic: &Diagnostic,
    path: &str,
    source: &Source,
    decl: &Decl,
    access: &str,
) -> Option<Fix> {
    let written: Vec<usize> = decl
        .modifiers
        .clone()
        .filter(|t| ACCESS.contains(&source.word(*t)))
        .collect();
    if written.iter().any(|t| source.is(*t, access)) && written.len() == 1 {
        return None;
    }
    let title = format!("make `{}` {access}", source.name(decl));
    let fix = edit::fix(diagnostic, title, "verified");
    Some(match (written.first(), written.last()) {
        (Some(first), Some(last)) => {
            let bytes = source.bytes(*first..*last + 1);
            replace_in(fix, path, source.text(), bytes, access)
        }
        _ => {
            let at = source
                .bytes(decl.modifiers.start..decl.modifiers.start + 1)
                .start;
            replace_in(fix, path, source.text(), at..at, format!("{access} "))
        }
    })
}

/// CS0191 and CS0198: a field that is assigned later is not `readonly`.
pub(crate) fn writable_field(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let end = source.expression_end(context.token(diagnostic));
    let Some(owner) = source.type_at(diagnostic.span.start as usize) else {
        return Vec::new();
    };
    let owner = source.name(owner).to_owned();
    let mut fixes = Vec::new();
    for token in context.token(diagnostic)..end {
        if source.is(token, "=") || !fixes.is_empty() {
            break;
        }
        for place in symbols::declarations(&context.files, &owner, Some(source.word(token))) {
            for decl in place.decls().filter(|d| d.kind == DeclKind::Field) {
                let Some(modifier) = decl
                    .modifiers
                    .clone()
                    .find(|t| place.source.is(*t, "readonly"))
                else {
                    continue;
                };
                let bytes = place.source.bytes(modifier..modifier + 1).start
                    ..place.source.bytes(modifier + 1..modifier + 2).start;
                let fix = edit::fix(
                    diagnostic,
                    format!("make `{}` writable", place.source.name(decl)),
                    "verified",
                );
                fixes.push(replace_in(fix, &place.path, place.source.text(), bytes, ""));
            }
        }
    }
    fixes
}

/// CS0200, CS0272, CS8852: an automatic property gets a setter that the
/// assignment may use.
pub(crate) fn writable_property(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(member) = diagnostic
        .arguments
        .first()
        .and_then(|a| symbols::member_ref(a))
    else {
        return Vec::new();
    };
    let byte = diagnostic.span.start as usize;
    let token = source.token_at(byte);
    let inside = source
        .type_at(byte)
        .is_some_and(|t| source.name(t) == member.owner);
    let in_initialiser = source
        .block(token)
        .is_some_and(|open| source.is(source.primary_start(open), "new"));
    let mut fixes = Vec::new();
    for place in symbols::declarations(&context.files, &member.owner, Some(&member.name)) {
        for decl in place.decls().filter(|d| d.kind == DeclKind::Property) {
            let s = &place.source;
            let Some((open, close)) = decl.body.and_then(|b| Some((b, s.partner(b)?))) else {
                continue;
            };
            let setter = (open..close).find(|t| matches!(s.word(*t), "set" | "init"));
            let fix = edit::fix(
                diagnostic,
                format!("make `{}` writable", s.name(decl)),
                "verified",
            );
            fixes.push(match setter {
                Some(setter) => {
                    let from = (open + 1..setter)
                        .rev()
                        .take_while(|t| ACCESS.contains(&s.word(*t)))
                        .last()
                        .unwrap_or(setter);
                    let new = if s.is(setter, "init") && !in_initialiser {
                        "set"
                    } else {
                        s.word(setter)
                    };
                    if from == setter && s.is(setter, new) {
                        continue;
                    }
                    replace_in(fix, &place.path, s.text(), s.bytes(from..setter + 1), new)
                }
                // Only an automatic getter has a field behind it.
                None if s.is(open + 1, "get") && s.is(open + 2, ";") && close == open + 3 => {
                    let accessor = if inside && !in_initialiser {
                        " private set;"
                    } else if in_initialiser {
                        " init;"
                    } else {
                        " set;"
                    };
                    let end = s.bytes(open + 2..open + 3).end;
                    replace_in(fix, &place.path, s.text(), end..end, accessor)
                }
                None => continue,
            });
        }
    }
    fixes
}
