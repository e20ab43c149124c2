//! `return`: none where one is needed, too many values, or too few.

use crate::context::Context;
use crate::message::listed;
use crate::values::{self, choose, locals_of, unfit};
use crate::{imports, unused};
use buildfix_go_syntax::ast::{Block, Expr, ExprKind, Lit, Signature, Stmt, StmtKind};
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

/// Whether a function with results ends with a statement behind which the end of
/// its body can be reached.
pub fn is_missing(signature: &Signature, body: &Block) -> bool {
    let ends = body.stmts.last().is_some_and(|last| match &last.kind {
        StmtKind::Return(_)
        | StmtKind::Branch(_)
        | StmtKind::Block(_)
        | StmtKind::Switch(_)
        | StmtKind::TypeSwitch(_)
        | StmtKind::Select(_)
        | StmtKind::Labeled(..) => true,
        StmtKind::If(of) => of.otherwise.is_some(),
        StmtKind::For(of) => of.cond.is_none(),
        StmtKind::Expr(Expr {
            kind: ExprKind::Call(call),
            ..
        }) => matches!(&call.callee.kind, ExprKind::Name(name) if name == "panic"),
        _ => false,
    });
    !signature.results.is_empty() && !ends
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
                    (&returns, body),
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
        // An empty body has nothing to tell what its result should be.
        let title = format!("add `{text}`");
        let fix = if body.stmts.is_empty() && !named {
            context.placeholder(diagnostic, title)
        } else {
            context.verified(diagnostic, title)
        };
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
    (returns, body): (&[&Vec<Expr>], &Block),
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
    if let Some(opposite) = fall_through(context, ty, body, index) {
        return Some(opposite);
    }
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
    if let Some(third) = third_of_three(context, ty, &others) {
        return Some(third.to_owned());
    }
    // One that is returned elsewhere, then the latest of the function's own,
    // then the receiver or a parameter of a type with a name.
    let fits = locals_of(context, ty, at);
    let elsewhere = fits.iter().find(|fit| {
        others
            .iter()
            .any(|expr| context.slice(expr.span) == fit.name)
    });
    // A function that returns constants does not end with a variable. What it
    // returns beside an error says nothing.
    let sound: Vec<&Expr> = returns
        .iter()
        .filter(|values| {
            values.len() < 2
                || values
                    .last()
                    .is_some_and(|last| context.slice(last.span) == "nil")
        })
        .filter_map(|values| values.get(index))
        .collect();
    let constants = !sound.is_empty()
        && sound
            .iter()
            .all(|expr| matches!(context.value(expr), Ty::Untyped(_) | Ty::Nil));
    let own = fits.iter().find(|fit| !fit.param && !constants);
    let given = fits
        .iter()
        .find(|fit| fit.param && matches!(ty, Ty::Named(..) | Ty::Pointer(_)));
    if let Some(fit) = elsewhere.or(own).or(given) {
        return Some(fit.name.clone());
    }
    // `return v.(T)` of a `v` that may be anything.
    let anything = Ty::Interface(Vec::new());
    if let Some(fit) = locals_of(context, &anything, at)
        .into_iter()
        .find(|fit| !fit.param && !constants)
    {
        let ty = context.print(ty, imports);
        return Some(format!("{}.({ty})", fit.name));
    }
    if let Some(last) = last_filled(context, ty, body, at) {
        return Some(last);
    }
    values::zero(context, ty, imports)
}

/// Of a function that compares, whose results are -1, 0 and 1, the one that no
/// other `return` gives.
fn third_of_three(context: &Context, ty: &Ty, others: &[&Expr]) -> Option<&'static str> {
    let given = |text: &str| others.iter().any(|expr| context.slice(expr.span) == text);
    if !ty.is_integer() {
        return None;
    }
    match (given("-1"), given("0"), given("1")) {
        (false, true, true) => Some("-1"),
        (true, false, true) => Some("0"),
        (true, true, false) => Some("1"),
        _ => None,
    }
}

/// The opposite of what the function's last `if` returns: `false` for `true`, -1
/// for 1.
fn fall_through(context: &Context, ty: &Ty, body: &Block, index: usize) -> Option<String> {
    let mut last = body.stmts.last()?;
    let returned = loop {
        match &last.kind {
            StmtKind::If(of) => {
                last = match &of.otherwise {
                    Some(other) => other,
                    None => of.body.stmts.last()?,
                }
            }
            StmtKind::Return(values) => break context.slice(values.get(index)?.span),
            _ => return None,
        }
    };
    let opposite = match returned {
        "true" if ty.is("bool") => "false",
        "false" if ty.is("bool") => "true",
        "1" if ty.is_integer() => "-1",
        "-1" if ty.is_integer() => "1",
        _ => return None,
    };
    Some(opposite.to_owned())
}

/// The last element of a slice that the function itself makes and fills, as
/// tables of partial results are.
fn last_filled(context: &Context, ty: &Ty, body: &Block, at: usize) -> Option<String> {
    let slice = Ty::Slice(Box::new(ty.clone()));
    locals_of(context, &slice, at)
        .into_iter()
        .filter(|fit| !fit.param)
        .find(|fit| {
            let mut filled = false;
            walk::block(body, &mut |node| {
                if let Node::Stmt(Stmt {
                    kind: StmtKind::Assign(assign),
                    ..
                }) = node
                {
                    filled |= assign.left.iter().any(|left| match &left.kind {
                        ExprKind::Index(of, _) => context.slice(of.span) == fit.name,
                        _ => false,
                    });
                }
                true
            });
            filled
        })
        .map(|fit| format!("{0}[len({0})-1]", fit.name))
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
                value(context, ty, (&returns, body), place, at, &mut imports)
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
