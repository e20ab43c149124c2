//! Statements and operators that do not go with their operands.

use crate::context::Context;
use crate::message::between;
use buildfix_go_syntax::Ty;
use buildfix_go_syntax::ast::{Expr, ExprKind, Stmt, StmtKind};
use buildfix_go_syntax::walk::{self, Node};
use buildfix_sdk::{Diagnostic, Fix};

/// `x == 1 (untyped bool value) is not used`, `f (value of type func()) is not used`
pub fn not_used(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let expr = path.iter().rev().find_map(|node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::Expr(expr),
            ..
        }) => Some(expr),
        _ => None,
    })?;
    let mut fixes = Vec::new();
    match &expr.kind {
        ExprKind::Binary(binary) if binary.op == "==" => {
            let fix = context.verified(diagnostic, "assign instead of comparing");
            fixes.push(context.replace(fix, binary.op_span, "="));
        }
        _ => match context.value(expr) {
            Ty::Func(func) if func.params.is_empty() => {
                let fix = context.verified(diagnostic, "call the function");
                fixes.push(context.insert(fix, expr.span.end, "()"));
            }
            // `append(xs, x)` alone does nothing.
            ty => {
                if let ExprKind::Call(call) = &expr.kind
                    && matches!(&call.callee.kind, ExprKind::Name(name) if name == "append")
                    && let Some(first) = call.args.first()
                    && ty.known()
                {
                    let target = context.slice(first.span);
                    let fix =
                        context.verified(diagnostic, format!("assign the result to `{target}`"));
                    fixes.push(context.insert(fix, expr.span.start, format!("{target} = ")));
                }
            }
        },
    }
    Some(fixes)
}

/// `non-boolean condition in if statement`, and `invalid operation: operator !
/// not defined on x (variable of type int)`
pub fn condition(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let message = diagnostic.message.lines().next()?;
    if message.starts_with("non-boolean condition") {
        let path = walk::around(context.tree(), at);
        let cond = path.iter().rev().find_map(|node| match node {
            Node::Stmt(Stmt {
                kind: StmtKind::If(of),
                ..
            }) => of.cond.as_ref(),
            Node::Stmt(Stmt {
                kind: StmtKind::For(of),
                ..
            }) => of.cond.as_ref(),
            _ => None,
        })?;
        let test = compared(context, cond, "!=")?;
        let fix = context.verified(diagnostic, format!("compare: `{test}`"));
        return Some(vec![context.replace(fix, cond.span, test)]);
    }
    let not = context
        .exprs_at(at)
        .into_iter()
        .find_map(|expr| match &expr.kind {
            ExprKind::Unary("!", inner) => Some((expr, &**inner)),
            _ => None,
        });
    let (expr, inner) = not.or_else(|| {
        walk::around(context.tree(), at)
            .into_iter()
            .rev()
            .find_map(|node| match node {
                Node::Expr(expr) => match &expr.kind {
                    ExprKind::Unary("!", inner) => Some((expr, &**inner)),
                    _ => None,
                },
                _ => None,
            })
    })?;
    let test = compared(context, inner, "==")?;
    let fix = context.verified(diagnostic, format!("compare: `{test}`"));
    Some(vec![context.replace(fix, expr.span, test)])
}

fn compared(context: &Context, expr: &Expr, op: &str) -> Option<String> {
    let ty = context.value(expr);
    let nothing = match context.infer.underlying(&ty) {
        under if under.is("string") => "\"\"",
        under if under.is_number() => "0",
        under if under.is("bool") || !under.known() => return None,
        _ => "nil",
    };
    Some(format!("{} {op} {nothing}", context.slice(expr.span)))
}

/// `invalid operation: cannot call non-function x (variable of type int)`
pub fn not_callable(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let shown = between(&diagnostic.message, "cannot call non-function ", " (")?;
    let at = Context::at(diagnostic);
    let callee = context.shown(at, shown)?;
    let call = walk::around(context.tree(), at)
        .into_iter()
        .rev()
        .find_map(|node| match node {
            Node::Expr(expr) => match &expr.kind {
                ExprKind::Call(call) if call.callee.span == callee.span => Some(call),
                _ => None,
            },
            _ => None,
        })?;
    if !call.args.is_empty() {
        return None;
    }
    let fix = context.verified(diagnostic, "take the value: it is no function");
    Some(vec![context.replace(fix, call.parens, "")])
}

/// `invalid indirect of x`, `invalid operation: cannot indirect x (variable of type int)`
pub fn indirect(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let (span, inner) = walk::around(context.tree(), at)
        .into_iter()
        .rev()
        .find_map(|node| match node {
            Node::Expr(Expr {
                kind: ExprKind::Star(inner),
                span,
            }) => Some((*span, inner.span)),
            _ => None,
        })?;
    let fix = context.verified(diagnostic, "take the value: it is no pointer");
    let text = context.slice(inner).to_owned();
    Some(vec![context.replace(fix, span, text)])
}
