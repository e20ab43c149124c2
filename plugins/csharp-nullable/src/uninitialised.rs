//! CS8618: a field or property that no constructor fills.

use crate::Context;
use buildfix_fixer_support::types::{self, TypeClass};
use buildfix_fixer_support::{Decl, DeclKind, Source, assign, replace_in, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

pub(crate) fn repair(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let source = &context.source;
    let byte = Context::byte(diagnostic);
    let Some(name) = diagnostic.arguments.first() else {
        return Vec::new();
    };
    let Some((owner, _)) = source
        .decls()
        .iter()
        .enumerate()
        .rev()
        .find(|(_, d)| d.kind.is_type() && d.tokens.contains(&source.token_at(byte)))
    else {
        return Vec::new();
    };
    let member = source
        .decls()
        .iter()
        .find(|d| d.parent == Some(owner) && source.name(d) == name && carries(d));
    let Some(member) = member else {
        return elsewhere(context, diagnostic, owner, name);
    };
    let ty = source.slice(member.ty.clone()).to_owned();
    let class = types::classify(&ty, source, byte, context.host);
    let mut fixes = Vec::new();
    // A constructor that takes the value and forgets it.
    let constructor = source.enclosing(byte, |d| d.kind == DeclKind::Constructor);
    if let Some(constructor) = constructor {
        let fix = edit::fix(
            diagnostic,
            format!("assign the parameter to `{name}`"),
            "verified",
        );
        fixes.extend(assign::parameter(
            fix,
            &context.request.file,
            source,
            constructor,
            member,
        ));
    }
    let nullable = context.nullable(diagnostic, &context.here(member.ty.clone(), name));
    let initial: Vec<Fix> = initial_values(source, &ty, class)
        .into_iter()
        .filter_map(|value| initialise(context, diagnostic, member, &value, "verified"))
        .collect();
    if tested_for_null(context, source.name(member)) {
        fixes.extend(nullable);
        fixes.extend(initial);
    } else {
        fixes.extend(initial);
        fixes.extend(nullable);
    }
    if member.kind != DeclKind::Event {
        fixes.extend(initialise(
            context,
            diagnostic,
            member,
            "null!",
            "placeholder",
        ));
    }
    fixes
}

fn carries(decl: &Decl) -> bool {
    matches!(
        decl.kind,
        DeclKind::Field | DeclKind::Property | DeclKind::Event
    )
}

/// A partial type's member in another file, or a base type's.
fn elsewhere(context: &Context<'_>, diagnostic: &Diagnostic, owner: usize, name: &str) -> Vec<Fix> {
    let source = &context.source;
    let owner = source.name(&source.decls()[owner]).to_owned();
    let targets = context.members_of(&owner, name, |k| {
        matches!(k, DeclKind::Field | DeclKind::Property | DeclKind::Event)
    });
    targets
        .iter()
        .filter_map(|t| context.nullable(diagnostic, t))
        .collect()
}

/// Natural first values of a type, best first.
fn initial_values(source: &Source, ty: &str, class: TypeClass) -> Vec<String> {
    let modern = source.text().contains("= []") || source.text().contains("=> []");
    let short = source.text().contains("= new()");
    let arguments = ty.find('<').map_or("", |at| &ty[at..]);
    let explicit = match class {
        TypeClass::String => return vec!["string.Empty".to_owned()],
        TypeClass::Array => {
            let element = ty.strip_suffix("[]");
            element
                .filter(|e| !e.ends_with(']'))
                .map(|e| format!("System.Array.Empty<{e}>()"))
        }
        TypeClass::Collection => Some(format!("new {ty}()")),
        TypeClass::CollectionInterface if symbols::simple(ty).ends_with("Set") => {
            Some(format!("new HashSet{arguments}()"))
        }
        TypeClass::CollectionInterface => Some(format!("new List{arguments}()")),
        _ if symbols::simple(ty) == "IDictionary"
            || symbols::simple(ty) == "IReadOnlyDictionary" =>
        {
            Some(format!("new Dictionary{arguments}()"))
        }
        _ => None,
    };
    let Some(explicit) = explicit else {
        return Vec::new();
    };
    match class {
        TypeClass::Collection if short && !modern => vec!["new()".to_owned(), explicit],
        TypeClass::Collection | TypeClass::CollectionInterface | TypeClass::Array if modern => {
            vec!["[]".to_owned(), explicit]
        }
        _ => vec![explicit],
    }
}

/// Gives a member an initial value.
fn initialise(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    member: &Decl,
    value: &str,
    tier: &str,
) -> Option<Fix> {
    let source = &context.source;
    if member.init.is_some()
        || member.arrow.is_some()
        || member.modifiers.clone().any(|t| source.is(t, "abstract"))
    {
        return None;
    }
    let (at, text) = match member.kind {
        DeclKind::Field => (after(source, member.name), format!(" = {value}")),
        DeclKind::Property => (
            after(source, source.partner(member.body?)?),
            format!(" = {value};"),
        ),
        _ => return None,
    };
    let fix = edit::fix(
        diagnostic,
        format!("start `{}` as `{value}`", source.name(member)),
        tier,
    );
    Some(replace_in(
        fix,
        &context.request.file.path,
        source.text(),
        at,
        text,
    ))
}

fn after(source: &Source, token: usize) -> Range<usize> {
    let end = source.bytes(token..token + 1).end;
    end..end
}

/// Whether code treats the member as one that can be null: in this file or in
/// those beside it.
fn tested_for_null(context: &Context<'_>, name: &str) -> bool {
    const MOST_FILES: usize = 24;
    if mentions_null(&context.source, name) {
        return true;
    }
    let path = &context.request.file.path;
    let folder = path
        .rsplit_once('/')
        .map_or(String::new(), |(f, _)| format!("{f}/"));
    let beside = context
        .host
        .list_files(&format!("{folder}*.cs"))
        .unwrap_or_default();
    beside
        .iter()
        .filter(|p| *p != path)
        .take(MOST_FILES)
        .any(|p| {
            let Ok(text) = context.host.read_file(p) else {
                return false;
            };
            text.contains(name) && mentions_null(&Source::new(&text), name)
        })
}

fn mentions_null(source: &Source, name: &str) -> bool {
    (0..source.tokens().len())
        .filter(|t| source.is(*t, name))
        .any(|t| match source.word(t + 1) {
            "=" | "==" | "!=" => source.is(t + 2, "null"),
            "is" => source.is(t + 2, "null") || source.is(t + 3, "null") || source.is(t + 2, "{"),
            "?." | "??" | "??=" => true,
            "!" => matches!(source.word(t + 2), "." | "," | ")" | ";" | "["),
            "?" => source.is(t + 2, "["),
            _ => false,
        })
}
