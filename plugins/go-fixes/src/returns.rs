//! `return`: none where one is needed, too many values, or too few.

use crate::context::Context;
use crate::message::listed;
use crate::values::{self, choose, locals_of, unfit};
use crate::{imports, unused};
use buildfix_go_syntax::ast::{Block, Expr, ExprKind, Lit, Stmt, StmtKind};
use buildfix_go_syntax::scope;
use buildfix_go_syntax::walk::{self, Node};
use buildfix_go_syntax::{FuncTy, Ty};
use buildfix_sdk::{Diagnostic, Fix};
use std::collections::BTreeSet;

/// The values of a function's other `return`s.
fn other_returns(body: &Block) -> Vec<&Vec<Expr>> {
    let mut found = Vec::new();
    walk::block(body, &mut |node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::Return(values),
            ..
        }) => {
            found.push(values);
            false
        }
        Node::Expr(_) => false,
        _ => true,
    });
    found
}

/// `missing return`, at the function's closing brace.
pub fn missing(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let (signature, body) = scope::function(context.tree(), at)?;
    let own = context.infer.signature(signature, &context.file, true);
    let mut fixes = Vec::new();
    // `func f() int { x + 1 }`
    if let Some(last) = body.stmts.last()
        && let StmtKind::Expr(expr) = &last.kind
        && own.results.len() == 1
        && context
            .infer
            .assignable(&context.value(expr), &own.results[0].1)
            == Some(true)
    {
        let fix = context.verified(diagnostic, "return the last value");
        fixes.push(context.insert(fix, last.span.start, "return "));
    }
    let named = own.results.iter().all(|(name, _)| !name.is_empty());
    let mut imports = BTreeSet::new();
    let mut ways: Vec<String> = Vec::new();
    if named {
        ways.push(String::new());
    } else {
        let returns = other_returns(body);
        let best: Option<Vec<String>> = (0..own.results.len())
            .map(|index| {
                value(
                    context,
                    &own.results[index].1,
                    &returns,
                    index,
                    at,
                    &mut imports,
                )
            })
            .collect();
        ways.extend(best.map(|values| values.join(", ")));
        let zeros: Option<Vec<String>> = own
            .results
            .iter()
            .map(|(_, ty)| values::zero(context, ty, &mut imports))
            .collect();
        ways.extend(zeros.map(|values| values.join(", ")));
        ways.dedup();
    }
    for way in ways {
        let text = format!("return {way}");
        let text = text.trim_end();
        let fix = context.verified(diagnostic, format!("add `{text}`"));
        let fix = at_end(context, fix, body, text);
        fixes.push(with_imports(context, fix, &imports));
    }
    Some(fixes)
}

fn with_imports(context: &Context, fix: Fix, needed: &BTreeSet<String>) -> Fix {
    needed
        .iter()
        .fold(fix, |fix, path| imports::add(context, fix, path, None))
}

/// Adds a statement at a block's end.
fn at_end(context: &Context, fix: Fix, body: &Block, text: &str) -> Fix {
    let brace = body.span.end.saturating_sub(1);
    let start = context.line_start(brace);
    if context.text()[start..brace].trim().is_empty() {
        let indent = context.indent(brace);
        return context.insert(fix, start, format!("{indent}\t{text}\n"));
    }
    let gap = if context.text()[..brace].ends_with([' ', '{']) {
        ""
    } else {
        " "
    };
    let semi = if body.stmts.is_empty() { "" } else { "; " };
    let at = body.stmts.last().map_or(brace, |last| last.span.end);
    if semi.is_empty() {
        return context.insert(fix, at, format!("{gap}{text} "));
    }
    context.insert(fix, at, format!("{semi}{text}"))
}

/// What the end of a function most likely returns at a place.
fn value(
    context: &Context,
    ty: &Ty,
    returns: &[&Vec<Expr>],
    index: usize,
    at: usize,
    imports: &mut BTreeSet<String>,
) -> Option<String> {
    if ty.is("error") {
        return Some("nil".to_owned());
    }
    let others: Vec<&Expr> = returns
        .iter()
        .filter_map(|values| values.get(index))
        .collect();
    if ty.is("bool") {
        let all = |word: &str| {
            !others.is_empty() && others.iter().all(|expr| context.slice(expr.span) == word)
        };
        if all("false") {
            return Some("true".to_owned());
        }
        if all("true") {
            return Some("false".to_owned());
        }
    }
    let fits = locals_of(context, ty, at);
    // One that is returned elsewhere, then the latest of the function's own,
    // then the receiver or a parameter of a type with a name.
    let elsewhere = fits.iter().find(|fit| {
        others
            .iter()
            .any(|expr| context.slice(expr.span) == fit.name)
    });
    let own = fits.iter().find(|fit| !fit.param);
    let given = fits
        .iter()
        .find(|fit| fit.param && matches!(ty, Ty::Named(..) | Ty::Pointer(_)));
    if let Some(fit) = elsewhere.or(own).or(given) {
        return Some(fit.name.clone());
    }
    // Small numbers that mean "less" and "more" have a third.
    let sign = |text: &str| others.iter().any(|expr| context.slice(expr.span) == text);
    if ty.is_integer() && sign("0") && sign("1") && !sign("-1") {
        return Some("-1".to_owned());
    }
    if ty.is_integer() && sign("0") && sign("-1") && !sign("1") {
        return Some("1".to_owned());
    }
    values::zero(context, ty, imports)
}

/// The values of a `return` that hands an error on.
pub fn with_error(
    context: &Context,
    own: &FuncTy,
    error: &str,
    imports: &mut BTreeSet<String>,
) -> Option<String> {
    let last = own.results.len().checked_sub(1)?;
    let values: Option<Vec<String>> = own
        .results
        .iter()
        .enumerate()
        .map(|(index, (_, ty))| {
            if index == last {
                Some(error.to_owned())
            } else {
                values::zero(context, ty, imports)
            }
        })
        .collect();
    Some(values?.join(", "))
}

fn statement<'c>(context: &'c Context, at: usize) -> Option<(&'c Stmt, &'c Vec<Expr>)> {
    walk::around(context.tree(), at)
        .into_iter()
        .rev()
        .find_map(|node| match node {
            Node::Stmt(stmt) => match &stmt.kind {
                StmtKind::Return(values) => Some((stmt, values)),
                _ => None,
            },
            _ => None,
        })
}

/// `too many return values`
pub fn too_many(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let (stmt, given) = statement(context, Context::at(diagnostic))?;
    let want = listed(&diagnostic.message, "want ")?;
    if want.is_empty() {
        let fix = context.verified(diagnostic, "return without a value");
        let called: Vec<&str> = given
            .iter()
            .filter(|value| !unused::is_pure(context, value))
            .map(|value| context.slice(value.span))
            .collect();
        if called.is_empty() {
            return Some(vec![context.replace(fix, stmt.span, "return")]);
        }
        // What the values do is done still.
        let indent = context.indent(stmt.span.start);
        let text = format!("{}\n{indent}return", called.join(&format!("\n{indent}")));
        return Some(vec![context.replace(fix, stmt.span, text)]);
    }
    let have = listed(&diagnostic.message, "have ")?;
    if have.len() != given.len() {
        return None;
    }
    let span = given.first()?.span.to(given.last()?.span);
    let fixes = choose(have.len(), want.len(), &|from, place| {
        unfit(&have[from], &want[place])
    })
    .into_iter()
    .map(|kept| {
        let kept: Vec<&str> = kept
            .iter()
            .map(|index| context.slice(given[*index].span))
            .collect();
        let text = kept.join(", ");
        let fix = context.verified(diagnostic, format!("return only `{text}`"));
        context.replace(fix, span, text)
    })
    .collect();
    Some(fixes)
}

/// `not enough return values`
pub fn too_few(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let (stmt, given) = statement(context, at)?;
    let (signature, body) = scope::function(context.tree(), stmt.span.start)?;
    let own = context.infer.signature(signature, &context.file, true);
    let want = listed(&diagnostic.message, "want ")?;
    let have = listed(&diagnostic.message, "have ").unwrap_or_default();
    if have.len() != given.len() || want.len() != own.results.len() {
        return None;
    }
    let returns = other_returns(body);
    let error = current_error(context, stmt.span.start);
    let failing = error.is_some() || gives_error(context, given);
    let mut fixes = Vec::new();
    for places in choose(want.len(), have.len(), &|place, from| {
        unfit(&have[from], &want[place])
    }) {
        let mut imports = BTreeSet::new();
        let values: Option<Vec<String>> = (0..want.len())
            .map(|place| {
                if let Some(from) = places.iter().position(|known| *known == place) {
                    return Some(context.slice(given[from].span).to_owned());
                }
                let ty = &own.results[place].1;
                if ty.is("error") {
                    return Some(error.clone().unwrap_or_else(|| "nil".to_owned()));
                }
                if failing {
                    return values::zero(context, ty, &mut imports);
                }
                let at = stmt.span.start;
                value(context, ty, &returns, place, at, &mut imports)
            })
            .collect();
        let Some(values) = values else { continue };
        let text = format!("return {}", values.join(", "));
        let fix = context.verified(diagnostic, format!("return as many values: `{text}`"));
        let fix = context.replace(fix, stmt.span, text);
        fixes.push(with_imports(context, fix, &imports));
    }
    Some(fixes)
}

/// Whether one of the values is an error that is there.
fn gives_error(context: &Context, given: &[Expr]) -> bool {
    given.iter().any(|value| {
        !matches!(&value.kind, ExprKind::Name(name) if name == "nil")
            && !matches!(value.kind, ExprKind::Lit(Lit::Int | Lit::Str))
            && context.value(value).is("error")
    })
}

/// The error that an `if err != nil` around a byte has found.
fn current_error(context: &Context, at: usize) -> Option<String> {
    let path = walk::around(context.tree(), at);
    path.iter().rev().find_map(|node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::If(of),
            ..
        }) if of.body.span.holds(at) => {
            let cond = of.cond.as_ref()?;
            let bare: String = context.slice(cond.span).split_whitespace().collect();
            let name = bare.strip_suffix("!=nil")?;
            let simple = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            let ty = values::type_of_local(context, name, of.body.span.start + 1)?;
            (simple && (ty.is("error") || !ty.known() && name.starts_with("err")))
                .then(|| name.to_owned())
        }
        _ => None,
    })
}
