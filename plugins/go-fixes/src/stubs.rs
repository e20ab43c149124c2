//! Functions and methods that are called and not declared: their signatures
//! told from the calls. The bodies panic, so that they are placeholders.

use crate::context::Context;
use crate::implement::add_methods;
use crate::imports;
use crate::message::between;
use buildfix_go_syntax::ast::{Call, Expr, ExprKind, Stmt, StmtKind};
use buildfix_go_syntax::infer::value::parameter;
use buildfix_go_syntax::scope;
use buildfix_go_syntax::walk::{self, Node};
use buildfix_go_syntax::{FuncTy, Ty};
use buildfix_sdk::{Diagnostic, Fix};
use std::collections::BTreeSet;

/// `undefined: f` in `f(x)`
pub fn function(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = diagnostic.message.strip_prefix("undefined: ")?.trim();
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let (place, call) = path
        .iter()
        .enumerate()
        .rev()
        .find_map(|(place, node)| match node {
            Node::Expr(Expr {
                kind: ExprKind::Call(call),
                ..
            }) if matches!(&call.callee.kind, ExprKind::Name(word) if word == name)
                && call.callee.span.start == at =>
            {
                Some((place, &**call))
            }
            _ => None,
        })?;
    let func = signature(context, &path, place, call)?;
    let around = path.iter().find_map(|node| match node {
        Node::Func(func) => Some(func.span),
        Node::Decl(decl) => Some(decl.span),
        _ => None,
    })?;
    let mut needed = BTreeSet::new();
    let shape = func.print(&mut |path| context.qualify(path, &mut needed));
    let fix = context.placeholder(
        diagnostic,
        format!("declare `{name}`, with a body that panics"),
    );
    let text = format!("\n\nfunc {name}{shape} {{\n\tpanic(\"unimplemented\")\n}}");
    let mut fix = context.insert(fix, around.end, text);
    for path in &needed {
        fix = imports::add(context, fix, path, None);
    }
    Some(vec![fix])
}

/// `x.f undefined (type T has no field or method f)` in `x.f(y)`
pub fn method(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.lines().next()?;
    let shown = between(message, "(type ", " has no field or method")?;
    let name = between(message, "has no field or method ", ")")?;
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let (place, call) = path.iter().enumerate().rev().find_map(|(place, node)| match node {
        Node::Expr(Expr {
            kind: ExprKind::Call(call),
            ..
        }) if matches!(&call.callee.kind, ExprKind::Selector(_, member) if member.span.start == at || member.name == name) => {
            Some((place, &**call))
        }
        _ => None,
    })?;
    let func = signature(context, &path, place, call)?;
    let (of, pointer) = match context.type_named(shown) {
        Ty::Pointer(inner) => (*inner, true),
        other => (other, false),
    };
    let Ty::Named(package, ty, _) = &of else {
        return None;
    };
    if context.infer.is_interface(&of) {
        return None;
    }
    context.project.folder_of(package)?;
    let title = format!("declare the method `{name}` of `{ty}`, with a body that panics");
    let fix = context.placeholder(diagnostic, title);
    let fix = add_methods(
        context,
        fix,
        package,
        ty,
        pointer,
        |_| Some((String::new(), func.clone())),
        &[name],
    )?;
    Some(vec![fix])
}

/// What a function would have to look like for a call of it to be right.
fn signature(context: &Context, path: &[Node<'_>], place: usize, call: &Call) -> Option<FuncTy> {
    let mut params: Vec<(String, Ty)> = Vec::new();
    let values: Vec<(Option<&Expr>, Ty)> = match &call.args[..] {
        [one] => match context.value(one) {
            // `f(g())` with several results.
            Ty::Tuple(parts) => parts.into_iter().map(|ty| (None, ty)).collect(),
            ty => vec![(Some(one), ty)],
        },
        many => many
            .iter()
            .map(|arg| (Some(arg), context.value(arg)))
            .collect(),
    };
    for (arg, ty) in values {
        let ty = match ty.defaulted() {
            Ty::Unknown | Ty::Nil => Ty::basic("any"),
            Ty::Tuple(_) | Ty::Type(_) | Ty::Package(_) => return None,
            known => known,
        };
        let base = arg.and_then(named_like).unwrap_or_else(|| named_by(&ty));
        let mut name = base.clone();
        let mut turn = 1;
        while params.iter().any(|(known, _)| *known == name) {
            turn += 1;
            name = format!("{base}{turn}");
        }
        params.push((name, ty));
    }
    let results = expected(context, path, place)?;
    Some(FuncTy {
        params,
        variadic: false,
        results: results.into_iter().map(|ty| (String::new(), ty)).collect(),
    })
}

fn named_like(arg: &Expr) -> Option<String> {
    match &arg.kind {
        ExprKind::Name(name) if !matches!(name.as_str(), "nil" | "true" | "false" | "_") => {
            Some(name.clone())
        }
        ExprKind::Unary("&", inner) | ExprKind::Star(inner) => named_like(inner),
        _ => None,
    }
}

/// A parameter's name after its type: `d` for `time.Duration`.
fn named_by(ty: &Ty) -> String {
    let name = match ty {
        Ty::Named(_, name, _) | Ty::Basic(name) => name.as_str(),
        Ty::Pointer(inner) => return named_by(inner),
        Ty::Slice(_) | Ty::Array(..) => "list",
        Ty::Map(..) => "m",
        Ty::Chan(..) => "ch",
        Ty::Func(_) => "f",
        _ => "v",
    };
    let lower = name.to_lowercase();
    match ty {
        Ty::Basic(_) => lower.chars().take(1).collect(),
        _ if buildfix_go_syntax::lex::is_keyword(&lower) => "v".to_owned(),
        _ => lower,
    }
}

/// The types of the values that are wanted where a node stands; none for a
/// statement. `None` if that cannot be told.
fn expected(context: &Context, path: &[Node<'_>], place: usize) -> Option<Vec<Ty>> {
    let own = path[place].span();
    let one = |ty: Ty| {
        let ty = ty.defaulted();
        ty.known().then(|| vec![ty])
    };
    match path.get(place.checked_sub(1)?)? {
        Node::Stmt(Stmt { kind, .. }) => match kind {
            StmtKind::Expr(_) | StmtKind::Go(_) | StmtKind::Defer(_) => Some(Vec::new()),
            StmtKind::If(_) | StmtKind::For(_) => one(Ty::basic("bool")),
            StmtKind::Return(values) => {
                let (signature, _) = scope::function(context.tree(), own.start)?;
                let func = context.infer.signature(signature, &context.file, true);
                if values.len() == 1 {
                    return Some(func.results.into_iter().map(|(_, ty)| ty).collect());
                }
                let index = values.iter().position(|value| value.span == own)?;
                one(func.results.get(index)?.1.clone())
            }
            StmtKind::Assign(assign) if assign.op != ":=" => {
                if assign.right.len() == assign.left.len() {
                    let index = assign.right.iter().position(|value| value.span == own)?;
                    return one(context.value(&assign.left[index]));
                }
                let all: Vec<Ty> = assign.left.iter().map(|left| context.value(left)).collect();
                all.iter().all(Ty::known).then_some(all)
            }
            StmtKind::Assign(assign) if assign.left.len() == 1 => Some(vec![Ty::basic("any")]),
            _ => None,
        },
        Node::Decl(decl) => {
            let spec = decl.specs.iter().find(|spec| spec.span.holds(own.start))?;
            one(context.infer.named(spec.ty.as_ref()?, &context.file, true))
        }
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Paren(_) => expected(context, path, place - 1),
            ExprKind::Unary("!", _) => one(Ty::basic("bool")),
            ExprKind::Unary("-" | "+" | "^", _) => {
                expected(context, path, place - 1).or_else(|| one(Ty::basic("int")))
            }
            ExprKind::Binary(binary) => {
                if matches!(&*binary.op, "&&" | "||") {
                    return one(Ty::basic("bool"));
                }
                let other = if binary.left.span == own {
                    &binary.right
                } else {
                    &binary.left
                };
                one(context.value(other))
            }
            ExprKind::Index(of, _) if of.span != own => one(Ty::basic("int")),
            ExprKind::Call(call) => {
                let index = call.args.iter().position(|arg| arg.span == own)?;
                match context.value(&call.callee) {
                    Ty::Func(func) if call.args.len() == 1 && func.params.len() > 1 => {
                        Some(func.params.into_iter().map(|(_, ty)| ty).collect())
                    }
                    Ty::Func(func) => one(parameter(&func, index)?),
                    _ => None,
                }
            }
            _ => None,
        },
        _ => None,
    }
}
