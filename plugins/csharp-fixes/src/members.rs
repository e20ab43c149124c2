//! Members that do not fit what they implement, override or hide.

use crate::{Context, access, calls};
use buildfix_fixer_support::{Decl, DeclKind, symbols, types};
use buildfix_sdk::{Diagnostic, Fix};

/// CS0738: the return type that the interface wants, which the message names.
pub(crate) fn return_type(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let (Some(mine), Some(wanted)) = (diagnostic.arguments.get(2), diagnostic.arguments.last())
    else {
        return Vec::new();
    };
    let Some(member) = symbols::member_ref(mine) else {
        return Vec::new();
    };
    let named: Vec<&Decl> = source
        .decls()
        .iter()
        .filter(|d| d.kind.is_member() && source.name(d) == member.name)
        .collect();
    // An explicit implementation that the compiler could not read is what is
    // wrong, not this member.
    if named.iter().any(|d| d.explicit) {
        return Vec::new();
    }
    let [only] = named.as_slice() else {
        return Vec::new();
    };
    if only.ty.is_empty() {
        return Vec::new();
    }
    let ty = types::shorten(wanted, &context.visible);
    vec![context.replace(diagnostic, format!("return `{ty}`"), only.ty.clone(), ty)]
}

/// CS0535: the member is there, but not public or under a near name.
pub(crate) fn hidden_implementation(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(member) = diagnostic
        .arguments
        .get(1)
        .and_then(|a| symbols::member_ref(a))
    else {
        return Vec::new();
    };
    let Some((owner, _)) = source
        .decls()
        .iter()
        .enumerate()
        .rev()
        .find(|(_, d)| d.kind.is_type() && d.tokens.contains(&context.token(diagnostic)))
    else {
        return Vec::new();
    };
    // An explicit implementation that does not agree is what is wrong.
    if source
        .decls()
        .iter()
        .any(|d| d.parent == Some(owner) && d.explicit && source.name(d) == member.name)
    {
        return Vec::new();
    }
    let count = member.parameters.as_ref().map(Vec::len);
    let fits = |d: &&Decl| {
        d.parent == Some(owner)
            && !d.explicit
            && d.params.map(|open| source.arguments(open).len()) == count
            && matches!(d.kind, DeclKind::Method | DeclKind::Property)
    };
    let mut fixes = Vec::new();
    for decl in source.decls().iter().filter(fits) {
        let name = source.name(decl);
        if name == member.name {
            fixes.extend(access::with_access(
                diagnostic,
                &context.request.file.path,
                source,
                decl,
                "public",
            ));
        } else if buildfix_fixer_support::names::distance(
            name,
            &member.name,
            buildfix_fixer_support::names::tolerance(name),
        )
        .is_some()
        {
            fixes.push(context.replace(
                diagnostic,
                format!("rename it `{}`", member.name),
                decl.name..decl.name + 1,
                member.name.clone(),
            ));
        }
    }
    fixes
}

/// CS0115, CS0507, CS0108, CS0114: overriding and hiding. Where a member of
/// the base is `meant`, not to override is no repair.
pub(crate) fn overriding(context: &Context<'_>, diagnostic: &Diagnostic, meant: bool) -> Vec<Fix> {
    let source = &context.source;
    let byte = diagnostic.span.start as usize;
    let Some(member) = source.member_at(byte) else {
        return Vec::new();
    };
    let word = |w: &str| member.modifiers.clone().find(|t| source.is(*t, w));
    let mut fixes = Vec::new();
    match diagnostic.code.as_str() {
        "CS0115" => {
            if let Some(name) = source
                .type_at(byte)
                .and_then(|owner| calls::nearest_member(context, owner, source.name(member)))
            {
                fixes.push(context.replace(
                    diagnostic,
                    format!("override `{name}`"),
                    member.name..member.name + 1,
                    name,
                ));
            }
            if let Some(keyword) = word("override").filter(|_| !meant) {
                fixes.push(drop_word(context, diagnostic, keyword));
            }
        }
        "CS0507" => {
            let wanted = diagnostic.arguments.iter().find(|a| {
                matches!(
                    a.as_str(),
                    "public"
                        | "protected"
                        | "internal"
                        | "protected internal"
                        | "private protected"
                )
            });
            if let Some(wanted) = wanted {
                fixes.extend(access::with_access(
                    diagnostic,
                    &context.request.file.path,
                    source,
                    member,
                    wanted,
                ));
            }
        }
        _ => {
            let at = member
                .modifiers
                .clone()
                .find(|t| {
                    !matches!(
                        source.word(*t),
                        "public" | "private" | "protected" | "internal" | "static"
                    )
                })
                .unwrap_or(member.modifiers.end);
            if diagnostic.code == "CS0114" {
                let fix = match word("virtual") {
                    Some(keyword) => context.replace(
                        diagnostic,
                        "override the base's member",
                        keyword..keyword + 1,
                        "override",
                    ),
                    None => context.insert_before(
                        diagnostic,
                        "override the base's member",
                        at,
                        "override ",
                    ),
                };
                fixes.push(fix);
            }
            fixes.push(context.insert_before(
                diagnostic,
                "say that it hides the base's member",
                at,
                "new ",
            ));
        }
    }
    fixes
}

fn drop_word(context: &Context<'_>, diagnostic: &Diagnostic, token: usize) -> Fix {
    let source = &context.source;
    let bytes = source.bytes(token..token + 1).start..source.bytes(token + 1..token + 2).start;
    let fix = buildfix_sdk::edit::fix(
        diagnostic,
        format!("drop `{}`", source.word(token)),
        "verified",
    );
    buildfix_fixer_support::replace_in(fix, &context.request.file.path, source.text(), bytes, "")
}

/// CS0106: a modifier that does not belong; CS0260: a part without `partial`.
pub(crate) fn modifier(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let Some(named) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let token = context.token(diagnostic);
    if diagnostic.code == "CS0260" {
        let decl = source
            .decls()
            .iter()
            .find(|d| d.kind.is_type() && d.name == token);
        // Right before `class`, `struct`, `record` or `interface`.
        return decl
            .map(|d| {
                context.insert_before(
                    diagnostic,
                    format!("make it a part of `{named}`"),
                    d.modifiers.end,
                    "partial ",
                )
            })
            .into_iter()
            .collect();
    }
    let Some(decl) = source.decl_at(diagnostic.span.start as usize) else {
        return Vec::new();
    };
    let Some(keyword) = decl.modifiers.clone().find(|t| source.is(*t, named)) else {
        return Vec::new();
    };
    vec![drop_word(context, diagnostic, keyword)]
}
