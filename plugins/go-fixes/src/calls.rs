//! Calls with too many or too few arguments.

use crate::context::Context;
use crate::imports;
use crate::message::{between, listed};
use crate::values::{self, choose, locals_of, unfit};
use buildfix_go_syntax::ast::{Binary, Call, Expr, ExprKind, Span, Stmt, StmtKind};
use buildfix_go_syntax::scope;
use buildfix_go_syntax::walk::{self, Node};
use buildfix_go_syntax::{FuncTy, Ty};
use buildfix_sdk::{Diagnostic, Fix};
use std::collections::BTreeSet;

/// Candidates that are worth a build each.
const TRIES: usize = 4;

/// The innermost call for which `is` holds around a byte.
fn call_at<'c>(
    context: &'c Context,
    at: usize,
    is: impl Fn(&Call) -> bool,
) -> Option<(&'c Expr, &'c Call)> {
    walk::around(context.tree(), at)
        .into_iter()
        .rev()
        .find_map(|node| match node {
            Node::Expr(expr) => match &expr.kind {
                ExprKind::Call(call) if is(call) => Some((expr, &**call)),
                _ => None,
            },
            _ => None,
        })
}

/// Leaves of a call's arguments only these.
fn keep(context: &Context, fix: Fix, call: &Call, kept: &[usize]) -> Option<Fix> {
    let last = call.args.last()?;
    let first = call.args.first()?;
    if kept.iter().enumerate().all(|(place, from)| place == *from) {
        let start = match kept.last() {
            Some(index) => call.args[*index].span.end,
            None => first.span.start,
        };
        return Some(context.replace(fix, Span::new(start, last.span.end), ""));
    }
    let texts: Vec<&str> = kept
        .iter()
        .map(|index| context.slice(call.args[*index].span))
        .collect();
    Some(context.replace(fix, first.span.to(last.span), texts.join(", ")))
}

/// `too many arguments in call to f`
pub fn too_many(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let have = listed(&diagnostic.message, "have ")?;
    let want = listed(&diagnostic.message, "want ")?;
    let (_, call) = call_at(context, at, |call| {
        call.args.iter().any(|arg| arg.span.start == at) && call.args.len() == have.len()
    })?;
    let ways = choose(have.len(), want.len(), &|from, place| {
        unfit(&have[from], &want[place])
    });
    let fixes = ways
        .into_iter()
        .filter_map(|kept| {
            let fix = context.verified(diagnostic, "leave out the argument that has no parameter");
            keep(context, fix, call, &kept)
        })
        .collect();
    Some(fixes)
}

/// `not enough arguments in call to f`, at the last argument or, without any,
/// somewhere at the call
pub fn too_few(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let have = listed(&diagnostic.message, "have ").unwrap_or_default();
    let want = listed(&diagnostic.message, "want ")?;
    let (expr, call) = call_at(context, at, |call| {
        call.args.len() == have.len()
            && !call.spread
            && call.args.last().is_none_or(|last| last.span.start == at)
    })?;
    let required = want.iter().filter(|ty| !ty.starts_with("...")).count();
    let callee = match context.value(&call.callee) {
        Ty::Func(func) => Some(*func),
        _ => None,
    };
    let ways = choose(required, have.len(), &|place, from| {
        unfit(&have[from], &want[place])
    });
    let mut fixes: Vec<(usize, Fix)> = Vec::new();
    for (way, places) in ways.iter().enumerate() {
        for turn in 0..TRIES {
            let mut imports = BTreeSet::new();
            let mut made = Vec::new();
            let mut more = false;
            for (place, shown) in want.iter().take(required).enumerate() {
                if let Some(from) = places.iter().position(|known| *known == place) {
                    made.push(context.slice(call.args[from].span).to_owned());
                    continue;
                }
                let wanted = Wanted {
                    call,
                    place,
                    count: required,
                    ty: parameter_type(context, callee.as_ref(), place, shown),
                    name: callee
                        .as_ref()
                        .and_then(|func| func.params.get(place))
                        .map_or("", |(name, _)| name),
                };
                let values = wanted.values(context, expr.span.start, &mut imports);
                more |= values.len() > turn + 1;
                let value = values.get(turn).or_else(|| values.first())?;
                made.push(value.clone());
            }
            let text = made.join(", ");
            let fix = context.verified(diagnostic, format!("call with `{text}`"));
            let span = Span::new(call.parens.start + 1, call.parens.end - 1);
            let mut fix = context.replace(fix, span, text);
            for path in &imports {
                fix = imports::add(context, fix, path, None);
            }
            fixes.push((turn * 2 + way, fix));
            if !more {
                break;
            }
        }
    }
    fixes.sort_by_key(|(rank, _)| *rank);
    Some(fixes.into_iter().map(|(_, fix)| fix).take(TRIES).collect())
}

fn parameter_type(context: &Context, callee: Option<&FuncTy>, place: usize, shown: &str) -> Ty {
    match callee.and_then(|func| func.params.get(place)) {
        Some((_, ty)) if ty.known() => ty.clone(),
        _ => context.type_named(shown),
    }
}

/// An argument that is missing.
struct Wanted<'w> {
    call: &'w Call,
    place: usize,
    count: usize,
    ty: Ty,
    name: &'w str,
}

impl Wanted<'_> {
    /// Values for it, best first: one called like the parameter, what other
    /// calls of the function give, one of the same type, nothing at all.
    fn values(&self, context: &Context, at: usize, imports: &mut BTreeSet<String>) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let given = |name: &str| {
            self.call
                .args
                .iter()
                .any(|arg| context.slice(arg.span) == name)
        };
        if !self.name.is_empty() && self.name != "_" {
            let ty = values::type_of_local(context, self.name, at);
            let fits = ty.is_some_and(|ty| context.infer.assignable(&ty, &self.ty) != Some(false));
            if fits && !given(self.name) {
                found.push(self.name.to_owned());
            }
        }
        found.extend(self.elsewhere(context, at));
        for fit in locals_of(context, &self.ty, at) {
            if !given(&fit.name) {
                found.push(fit.name);
            }
        }
        if matches!(&self.ty, Ty::Named(package, name, _) if package == "context" && name == "Context")
        {
            let base = context.qualify("context", imports);
            found.push(format!("{base}.Background()"));
        }
        found.extend(values::zero(context, &self.ty, imports));
        let mut seen = BTreeSet::new();
        found.retain(|value| seen.insert(value.clone()));
        found
    }

    /// What the nearest calls of the same function give there.
    fn elsewhere(&self, context: &Context, at: usize) -> Vec<String> {
        let called = |callee: &Expr| match &callee.kind {
            ExprKind::Name(name) => name.clone(),
            ExprKind::Selector(_, name) => name.name.clone(),
            _ => String::new(),
        };
        let own = called(&self.call.callee);
        let mut found: Vec<(usize, String)> = Vec::new();
        walk::tree(context.tree(), &mut |node| {
            if let Node::Expr(expr) = node
                && let ExprKind::Call(call) = &expr.kind
                && !own.is_empty()
                && called(&call.callee) == own
                && call.args.len() == self.count
                && let Some(arg) = call.args.get(self.place)
                && shareable(context, arg, at)
            {
                let far = expr.span.start.abs_diff(at);
                found.push((far, context.slice(arg.span).to_owned()));
            }
            true
        });
        found.sort();
        found.into_iter().map(|(_, text)| text).take(2).collect()
    }
}

/// Whether an argument means the same at another place.
fn shareable(context: &Context, arg: &Expr, at: usize) -> bool {
    match &arg.kind {
        ExprKind::Lit(_) => true,
        ExprKind::Name(name) => context.resolves(name, at),
        ExprKind::Selector(of, _) => shareable(context, of, at),
        _ => false,
    }
}

/// `invalid operation: too many arguments for len(a, 0) (expected 1, found 2)`
pub fn builtin_too_many(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.lines().next()?;
    let expected: usize = between(message, "(expected ", ",")?.parse().ok()?;
    let found: usize = between(message, "found ", ")")?.parse().ok()?;
    let at = Context::at(diagnostic);
    let (_, call) = call_at(context, at, |call| call.args.len() == found)?;
    let kept: Vec<usize> = (0..expected).collect();
    let fix = context.verified(diagnostic, "leave out the arguments that are too many");
    Some(vec![keep(context, fix, call, &kept)?])
}

/// `invalid operation: make([]T) expects 2 or 3 arguments; found 1`
pub fn make_without_length(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let (expr, call) = call_at(context, at, |call| {
        matches!(&call.callee.kind, ExprKind::Name(name) if name == "make") && call.args.len() == 1
    })?;
    let mut lengths: Vec<String> = Vec::new();
    lengths.extend(length_by_loop(context, expr));
    let int = Ty::basic("int");
    let mut ints = locals_of(context, &int, expr.span.start);
    // The first parameter before the last local.
    ints.reverse();
    ints.sort_by_key(|fit| !fit.param);
    lengths.extend(ints.into_iter().map(|fit| fit.name));
    lengths.push("0".to_owned());
    lengths.dedup();
    let fixes = lengths
        .into_iter()
        .take(TRIES)
        .map(|length| {
            let fix = context.verified(diagnostic, format!("make it with the length `{length}`"));
            context.insert(fix, call.args[0].span.end, format!(", {length}"))
        })
        .collect();
    Some(fixes)
}

/// The bound of the loop that fills what is made: `for i := 0; i < n; i++ {
/// x[i] = … }`, `for i := range y { x[i] = … }`.
fn length_by_loop(context: &Context, made: &Expr) -> Option<String> {
    let path = walk::around(context.tree(), made.span.start);
    let name = path.iter().rev().find_map(|node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::Assign(assign),
            ..
        }) => Some(context.slice(assign.left.first()?.span).to_owned()),
        _ => None,
    })?;
    let (_, body) = scope::function(context.tree(), made.span.start)?;
    let mut bound = None;
    walk::block(body, &mut |node| {
        if let Node::Stmt(stmt) = node
            && stmt.span.start > made.span.end
            && bound.is_none()
        {
            let (index, length) = match &stmt.kind {
                StmtKind::For(of) => match of.cond.as_ref().map(|cond| &cond.kind) {
                    Some(ExprKind::Binary(binary)) if binary.op == "<" => {
                        let Binary { left, right, .. } = &**binary;
                        (
                            context.slice(left.span),
                            context.slice(right.span).to_owned(),
                        )
                    }
                    _ => return true,
                },
                StmtKind::Range(of) => match &of.key {
                    Some(key) => {
                        let over = context.slice(of.over.span);
                        (context.slice(key.span), format!("len({over})"))
                    }
                    None => return true,
                },
                _ => return true,
            };
            let filled = format!("{name}[{index}]");
            if context.slice(stmt.span).contains(&filled) && !length.contains(&name) {
                bound = Some(length);
            }
        }
        true
    });
    bound
}

/// `too many arguments in conversion to T`
pub fn conversion(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let (_, call) = call_at(context, at, |call| {
        call.args.len() > 1 && call.args.iter().any(|arg| arg.span.holds(at))
    })?;
    let fix = context.verified(diagnostic, "convert the first value alone");
    Some(vec![keep(context, fix, call, &[0])?])
}
