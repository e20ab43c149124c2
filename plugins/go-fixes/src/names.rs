//! Names that mean nothing: misspelt, or of a declaration that is not there.

use crate::context::{Context, PREDECLARED};
use crate::message::between;
use buildfix_fixer_support::names;
use buildfix_go_syntax::ast::{DeclKind, Expr, ExprKind, Span};
use buildfix_go_syntax::project::Place;
use buildfix_go_syntax::types::BASIC;
use buildfix_go_syntax::walk::{self, Node};
use buildfix_go_syntax::{Package, Ty, scope};
use buildfix_sdk::{Diagnostic, Fix};

/// Candidates that are worth a build each.
const TRIES: usize = 4;

/// The names that a misspelt one may be meant for, nearest first, and of equally
/// near ones those that a slip of the fingers explains. One or two letters have
/// every other such name near them: there the case alone may differ.
pub fn near<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let candidates = candidates.into_iter();
    let mut found = names::nearest(
        name,
        candidates.filter(|candidate| is_near(name, candidate)),
    );
    found.sort_by_key(|candidate| {
        let far = names::distance(name, candidate, names::tolerance(name));
        (far, slip(name, candidate))
    });
    found
}

/// How unlikely a slip is: letters swapped, one doubled, one too few or too many,
/// another one.
fn slip(name: &str, other: &str) -> usize {
    let sorted = |name: &str| {
        let mut letters: Vec<char> = name.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    let single = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.dedup();
        letters
    };
    match () {
        () if sorted(name) == sorted(other) => 0,
        () if single(name) == single(other) => 1,
        () if name.len() != other.len() => 2,
        () => 3,
    }
}

/// Whether a function takes as many arguments as the call of what stands at a
/// span gives: 0 if so, or if that cannot be told.
fn unfit_arguments(context: &Context, span: Span, ty: &Ty) -> usize {
    let Ty::Func(func) = ty else {
        return 0;
    };
    let given = walk::around(context.tree(), span.start)
        .into_iter()
        .rev()
        .find_map(|node| match node {
            Node::Expr(Expr {
                kind: ExprKind::Call(call),
                ..
            }) if call.callee.span.end == span.end => Some(&call.args),
            _ => None,
        });
    let Some(given) = given else {
        return 0;
    };
    let forwarded = matches!(&given[..], [one] if matches!(one.kind, ExprKind::Call(_)));
    let fits = if func.variadic {
        given.len() + 1 >= func.params.len()
    } else {
        given.len() == func.params.len()
    };
    if fits || forwarded { 0 } else { 3 }
}

/// Whether a name may be a misspelt form of another.
pub fn is_near(name: &str, other: &str) -> bool {
    let short = name.len() < 3 || other.len() < 3;
    names::distance(name, other, names::tolerance(name)).is_some_and(|far| far > 0)
        && (!short || name.eq_ignore_ascii_case(other))
}

/// How a name is used where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Call,
    Base,
    Type,
    Value,
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Local,
    Func,
    Type,
    Value,
    Import,
}

fn use_at(context: &Context, span: Span) -> Use {
    let path = walk::around(context.tree(), span.start);
    // In a head, or after a name that it is the type of.
    let in_body = path
        .iter()
        .rev()
        .find_map(|node| match node {
            Node::Block(_) => Some(true),
            Node::Func(_) => Some(false),
            _ => None,
        })
        .unwrap_or(true);
    let after = context.text()[span.end..].trim_start_matches([' ', '\t']);
    if after.starts_with('.') {
        return Use::Base;
    }
    if !in_body {
        return Use::Type;
    }
    match after.chars().next() {
        Some('(') => Use::Call,
        Some('{') if context.text()[span.end..].starts_with('{') => Use::Type,
        _ => Use::Value,
    }
}

/// How well what a name stands for fits a use; less is better.
fn unfit(is: Is, used: Use) -> usize {
    match (used, is) {
        (Use::Call, Is::Func) | (Use::Type, Is::Type) => 0,
        (Use::Call, Is::Local | Is::Type) => 1,
        (Use::Base, Is::Local) | (Use::Value, Is::Local) => 0,
        (Use::Base, Is::Import | Is::Value) => 1,
        (Use::Value, Is::Value) => 1,
        (Use::Value | Use::Base, Is::Func | Is::Type) => 3,
        _ => 4,
    }
}

fn kind_of(package: &Package, name: &str) -> Is {
    match package.members.get(name) {
        Some(Place::Func(..)) => Is::Func,
        Some(Place::Spec(..)) => match package.spec(name) {
            Some((_, decl, ..)) if decl.kind == DeclKind::Type => Is::Type,
            _ => Is::Value,
        },
        None => Is::Value,
    }
}

/// `undefined: x`: a name in reach that is spelt almost so.
pub fn misspelt(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = diagnostic.message.strip_prefix("undefined: ")?.trim();
    if name.contains(['.', ' ']) {
        return None;
    }
    let at = Context::at(diagnostic);
    let span = context.word(at);
    if context.slice(span) != name {
        return None;
    }
    let used = use_at(context, span);
    let mut reach: Vec<(String, Is)> = Vec::new();
    for local in scope::locals(context.tree(), at).iter().rev() {
        let is = match local.def {
            scope::Def::Type(_) | scope::Def::TypeParam(_) => Is::Type,
            _ => Is::Local,
        };
        reach.push((local.name.to_owned(), is));
    }
    for member in context.own.members.keys() {
        reach.push((member.clone(), kind_of(&context.own, member)));
    }
    for import in context.tree().imports() {
        reach.push((context.project.import_name(import), Is::Import));
    }
    reach.extend(BASIC.iter().map(|name| ((*name).to_owned(), Is::Type)));
    for name in PREDECLARED {
        let value = matches!(name, "nil" | "true" | "false" | "iota");
        reach.push((name.to_owned(), if value { Is::Value } else { Is::Func }));
    }
    let near = near(name, reach.iter().map(|(name, _)| name.as_str()));
    let mut ranked: Vec<(usize, usize, &str)> = near
        .into_iter()
        .filter_map(|candidate| {
            let (_, is) = reach.iter().find(|(known, _)| known == candidate)?;
            let far = names::distance(name, candidate, 3).unwrap_or(3);
            let arguments = match is {
                Is::Func => {
                    let ty = context.infer.of_package(&context.file.package, candidate);
                    unfit_arguments(context, span, &ty)
                }
                _ => 0,
            };
            Some((unfit(*is, used) + arguments + 2 * far, far, candidate))
        })
        .filter(|(unfit, far, _)| unfit - 2 * far < 7)
        .collect();
    ranked.sort_by_key(|(rank, ..)| *rank);
    // Other languages' words for it.
    let known = match name {
        "null" | "NULL" | "None" | "nullptr" => Some("nil"),
        "True" | "TRUE" => Some("true"),
        "False" | "FALSE" => Some("false"),
        "boolean" => Some("bool"),
        "str" => Some("string"),
        "float" | "double" => Some("float64"),
        "char" => Some("rune"),
        "object" => Some("any"),
        _ => None,
    };
    let fixes = known
        .into_iter()
        .chain(ranked.into_iter().map(|(_, _, name)| name))
        .take(TRIES)
        .map(|candidate| rename(context, diagnostic, span, candidate))
        .collect();
    Some(fixes)
}

fn rename(context: &Context, diagnostic: &Diagnostic, span: Span, to: &str) -> Fix {
    let from = context.slice(span);
    let fix = context.verified(diagnostic, format!("change `{from}` to `{to}`"));
    context.replace(fix, span, to)
}

/// `undefined: x` where packages that the file imports, or others of the
/// workspace, have an exported `x`.
pub fn qualify(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = diagnostic.message.strip_prefix("undefined: ")?.trim();
    let exported = name.chars().next().is_some_and(char::is_uppercase);
    let at = Context::at(diagnostic);
    let span = context.word(at);
    if !exported || context.slice(span) != name {
        return None;
    }
    let mut fixes = Vec::new();
    for import in context.tree().imports() {
        let called = context.project.import_name(import);
        let has = context
            .project
            .package(&import.path)
            .is_some_and(|package| package.members.contains_key(name));
        if has && called != "_" && called != "." {
            let fix = context.verified(diagnostic, format!("qualify as `{called}.{name}`"));
            fixes.push(context.insert(fix, at, format!("{called}.")));
        }
    }
    fixes.truncate(TRIES);
    Some(fixes)
}

/// `undefined: strings.Foo`, `undefined: big.newInt (but have NewInt)`,
/// `name foo not exported by package p`
pub fn package_member(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.lines().next()?;
    let (base, name) = match message.strip_prefix("undefined: ") {
        Some(rest) => rest.split([' ', '(']).next()?.split_once('.')?,
        None => {
            let name = between(message, "name ", " not exported by package ")?;
            (message.rsplit(' ').next()?, name)
        }
    };
    let span = member_span(context, Context::at(diagnostic), name)?;
    if let Some(have) = between(message, "(but have ", ")") {
        let fix = context.exact(diagnostic, format!("change `{name}` to `{have}`"));
        return Some(vec![context.replace(fix, span, have)]);
    }
    let path = context.project.imported(&context.file, base)?;
    let mut fixes = Vec::new();
    if let Some(package) = context.project.package(&path) {
        let used = match use_at(context, span) {
            Use::Base => Use::Value,
            other => other,
        };
        let exported = |name: &str| name.chars().next().is_some_and(char::is_uppercase);
        let members = package.members.keys().map(String::as_str);
        let mut near: Vec<(usize, &str)> = near(name, members.filter(|m| exported(m)))
            .into_iter()
            .map(|member| {
                let far = names::distance(name, member, 3).unwrap_or(3);
                let ty = context.infer.of_package(&path, member);
                let arguments = unfit_arguments(context, span, &ty);
                let unfit = unfit(kind_of(&package, member), used) + arguments;
                (2 * far + unfit, member)
            })
            .collect();
        near.sort_by_key(|(rank, _)| *rank);
        for (_, member) in near.into_iter().take(TRIES) {
            fixes.push(rename(context, diagnostic, span, member));
        }
    }
    fixes.extend(other_package(context, diagnostic, base, name, &path));
    Some(fixes)
}

/// The wrong one of several packages of a name is imported.
fn other_package(
    context: &Context,
    diagnostic: &Diagnostic,
    base: &str,
    name: &str,
    path: &str,
) -> Option<Fix> {
    let other = context
        .project
        .library_named(base)
        .into_iter()
        .find(|other| {
            other != path
                && context
                    .project
                    .package(other)
                    .is_some_and(|package| package.members.contains_key(name))
        })?;
    let import = context.tree().imports().find(|i| i.path == path)?;
    let text = context.slice(import.span);
    let quoted = text.find(['"', '`'])? + import.span.start;
    let fix = context.verified(diagnostic, format!("import \"{other}\" instead"));
    let span = Span::new(quoted, import.span.end);
    Some(context.replace(fix, span, format!("\"{other}\"")))
}

/// Where a member's name stands: the compiler points at it or at what is in
/// front of the dot.
fn member_span(context: &Context, at: usize, name: &str) -> Option<Span> {
    let here = context.word(at);
    if context.slice(here) == name {
        return Some(here);
    }
    let path = walk::around(context.tree(), at);
    path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Selector(_, member) if member.name == name => Some(member.span),
            _ => None,
        },
        _ => None,
    })
}

/// `x.foo undefined (type T has no field or method foo)`, which may go on with
/// `, but does have method Foo`
pub fn member(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.lines().next()?;
    let (head, reason) = message.split_once(" undefined (")?;
    let name = head.rsplit('.').next()?;
    let span = member_span(context, Context::at(diagnostic), name)?;
    for mark in ["but does have field ", "but does have method "] {
        if let Some(at) = reason.find(mark) {
            let have = reason[at + mark.len()..].trim_end_matches(')');
            let fix = context.exact(diagnostic, format!("change `{name}` to `{have}`"));
            return Some(vec![context.replace(fix, span, have)]);
        }
    }
    if reason.contains("is pointer to interface") {
        return through_pointer(context, diagnostic, span);
    }
    let shown = between(reason, "type ", " has no field or method")?;
    let ty = context.type_named(shown);
    let call = context.text()[span.end..].starts_with('(');
    let members = context.infer.members(&ty);
    let own = matches!(&ty, Ty::Pointer(inner) if is_own(context, inner)) || is_own(context, &ty);
    let seen = |name: &str| own || name.chars().next().is_some_and(char::is_uppercase);
    let near = near(
        name,
        members
            .iter()
            .map(|member| member.name.as_str())
            .filter(|name| seen(name)),
    );
    let mut ranked: Vec<(usize, &str)> = near
        .into_iter()
        .map(|candidate| {
            let far = names::distance(name, candidate, 3).unwrap_or(3);
            let unfit = members.iter().find(|m| m.name == candidate).map_or(0, |m| {
                let fits = (m.method || matches!(m.ty, Ty::Func(_))) == call;
                usize::from(!fits) + unfit_arguments(context, span, &m.ty)
            });
            (2 * far + unfit, candidate)
        })
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let fixes = ranked
        .into_iter()
        .take(TRIES)
        .map(|(_, candidate)| rename(context, diagnostic, span, candidate))
        .collect();
    Some(fixes)
}

fn is_own(context: &Context, ty: &Ty) -> bool {
    matches!(ty, Ty::Named(package, ..) if *package == context.file.package)
}

/// `x.M` where `x` points to an interface: `(*x).M`.
fn through_pointer(context: &Context, diagnostic: &Diagnostic, name: Span) -> Option<Vec<Fix>> {
    let path = walk::around(context.tree(), name.start);
    let base = path.iter().rev().find_map(|node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Selector(of, member) if member.span == name => Some(of.span),
            _ => None,
        },
        _ => None,
    })?;
    let fix = context.verified(diagnostic, "take the interface that the pointer points to");
    let text = format!("(*{})", context.slice(base));
    Some(vec![context.replace(fix, base, text)])
}

/// `unknown field foo in struct literal of type T`
pub fn field(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.lines().next()?;
    let name = between(message, "unknown field ", " in struct literal")?;
    let span = context.word(Context::at(diagnostic));
    if context.slice(span) != name {
        return None;
    }
    if let Some(at) = message.find("but does have ") {
        let have = message[at + "but does have ".len()..].trim_end_matches(')');
        let have = have.rsplit(' ').next()?;
        let fix = context.exact(diagnostic, format!("change `{name}` to `{have}`"));
        return Some(vec![context.replace(fix, span, have)]);
    }
    let shown = message.rsplit_once(" of type ")?.1;
    let shown = shown.split(", but").next()?;
    let ty = context.type_named(shown);
    let members = context.infer.members(&ty);
    let fields = members.iter().filter(|m| !m.method && m.depth == 0);
    // What the literal sets already cannot be meant.
    let path = walk::around(context.tree(), span.start);
    let set: Vec<&str> = path
        .iter()
        .rev()
        .find_map(|node| match node {
            Node::Expr(expr) => match &expr.kind {
                ExprKind::Composite { elements, .. } => Some(
                    elements
                        .iter()
                        .filter_map(|e| Some(context.slice(e.key.as_ref()?.span)))
                        .collect(),
                ),
                _ => None,
            },
            _ => None,
        })
        .unwrap_or_default();
    let near = near(
        name,
        fields
            .map(|field| field.name.as_str())
            .filter(|name| !set.contains(name)),
    );
    let fixes = near
        .into_iter()
        .take(TRIES)
        .map(|candidate| rename(context, diagnostic, span, candidate))
        .collect();
    Some(fixes)
}
