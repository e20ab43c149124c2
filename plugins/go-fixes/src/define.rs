//! `=` where `:=` is meant, and the other way round; how many values stand on
//! each side.

use crate::context::Context;
use crate::returns;
use buildfix_go_syntax::ast::{Assign, Expr, ExprKind, Span, Stmt, StmtKind};
use buildfix_go_syntax::scope;
use buildfix_go_syntax::walk::{self, Node};
use buildfix_go_syntax::{FuncTy, Ty};
use buildfix_sdk::{Diagnostic, Fix};
use std::collections::BTreeSet;

/// `no new variables on left side of :=`
pub fn no_new(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let op = path.iter().rev().find_map(|node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::Assign(assign),
            ..
        }) if assign.op == ":=" => Some(assign.op_span),
        Node::Stmt(Stmt {
            kind: StmtKind::Range(range),
            ..
        }) if range.define => Some(range.op_span),
        _ => None,
    })?;
    let fix = context.exact(diagnostic, "assign with `=`: nothing new is declared");
    Some(vec![context.replace(fix, op, "=")])
}

/// `undefined: x` where the first that happens to it is `x = …`.
pub fn first_assignment(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = diagnostic.message.strip_prefix("undefined: ")?.trim();
    let at = Context::at(diagnostic);
    let (_, body) = outermost(context, at)?;
    let uses: Vec<Span> = context
        .unresolved(body)
        .into_iter()
        .filter(|(word, _)| *word == name)
        .map(|(_, span)| span)
        .collect();
    // A single one is more likely a misspelt name, and would be unused.
    if uses.len() < 2 {
        return None;
    }
    let mut first: Option<(&Stmt, &Assign)> = None;
    walk::tree(context.tree(), &mut |node| {
        if let Node::Stmt(stmt) = node
            && let StmtKind::Assign(assign) = &stmt.kind
            && assign.op == "="
            && first.is_none()
            && stmt.span.start <= at
            && assign
                .left
                .iter()
                .any(|left| uses.contains(&left.span) && names_it(left, name))
        {
            first = Some((stmt, assign));
        }
        first.is_none() && node.span().end >= body.start && node.span().start <= body.end
    });
    let (_, assign) = first?;
    if !assign
        .left
        .iter()
        .all(|left| matches!(left.kind, ExprKind::Name(_)))
    {
        return None;
    }
    let fix = context.verified(diagnostic, format!("declare `{name}` with `:=`"));
    Some(vec![context.replace(fix, assign.op_span, ":=")])
}

/// `undefined: i` in `for i = range x`.
pub fn range_assignment(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = diagnostic.message.strip_prefix("undefined: ")?.trim();
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let op = path.iter().rev().find_map(|node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::Range(range),
            ..
        }) if !range.define => {
            let mut names = range.key.iter().chain(&range.value);
            names
                .any(|left| names_it(left, name))
                .then_some(range.op_span)
        }
        _ => None,
    })?;
    let fix = context.verified(diagnostic, format!("declare `{name}` with `:=`"));
    Some(vec![context.replace(fix, op, ":=")])
}

fn names_it(expr: &Expr, name: &str) -> bool {
    matches!(&expr.kind, ExprKind::Name(word) if word == name)
}

/// The declared function around a byte: all of it and its body.
fn outermost(context: &Context, at: usize) -> Option<(Span, Span)> {
    walk::around(context.tree(), at)
        .into_iter()
        .find_map(|node| match node {
            Node::Func(func) => Some((func.span, func.body.as_ref()?.span)),
            _ => None,
        })
}

/// `assignment mismatch: 2 variables but f returns 1 value`
pub fn mismatch(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let (stmt, assign) = path.iter().rev().find_map(|node| match node {
        Node::Stmt(stmt) => match &stmt.kind {
            StmtKind::Assign(assign) => Some((*stmt, assign)),
            _ => None,
        },
        _ => None,
    })?;
    let [value] = &assign.right[..] else {
        return uneven(context, diagnostic, assign);
    };
    let given = match context.value(value) {
        Ty::Tuple(parts) => parts,
        Ty::Unknown => return None,
        one => vec![one],
    };
    let mut fixes = Vec::new();
    if assign.left.len() > given.len() && !given.is_empty() {
        // Of `v, err := f()` with one value the error's name goes.
        let keep: Vec<&str> = assign.left[..given.len()]
            .iter()
            .map(|left| context.slice(left.span))
            .collect();
        let span = assign.left.first()?.span.to(assign.left.last()?.span);
        let fix = context.verified(diagnostic, "take only the values that there are");
        let mut fix = context.replace(fix, span, keep.join(", "));
        let dropped = &assign.left[given.len()..];
        if let Some(check) = check_of(context, stmt, dropped) {
            fix = context.replace(fix, context.whole_lines(check), "");
        }
        fixes.push(fix);
    } else if assign.left.len() < given.len() {
        fixes.extend(take_more(context, diagnostic, stmt, assign, &given).unwrap_or_default());
    }
    Some(fixes)
}

/// `if err != nil { return … }` right behind a statement, about names that it
/// no longer declares.
fn check_of(context: &Context, stmt: &Stmt, dropped: &[Expr]) -> Option<Span> {
    let [
        Expr {
            kind: ExprKind::Name(name),
            ..
        },
    ] = dropped
    else {
        return None;
    };
    let known = scope::locals(context.tree(), stmt.span.start)
        .iter()
        .any(|local| local.name == name);
    if known {
        return None;
    }
    let mut found = None;
    walk::tree(context.tree(), &mut |node| {
        if let Node::Stmt(next) = node
            && let StmtKind::If(of) = &next.kind
            && next.span.start > stmt.span.end
            && context.text()[stmt.span.end..next.span.start]
                .trim()
                .is_empty()
            && of.cond.as_ref().is_some_and(|cond| {
                let bare: String = context.slice(cond.span).split_whitespace().collect();
                bare == format!("{name}!=nil")
            })
        {
            found = Some(next.span);
        }
        true
    });
    found
}

/// More values than names: the error goes to the caller where it can, the rest
/// to `_`.
fn take_more(
    context: &Context,
    diagnostic: &Diagnostic,
    stmt: &Stmt,
    assign: &Assign,
    given: &[Ty],
) -> Option<Vec<Fix>> {
    let last = assign.left.last()?;
    let missing = &given[assign.left.len()..];
    let after: Vec<(&str, Span)> = context.unresolved(Span::new(
        stmt.span.end,
        outermost(context, stmt.span.start)?.1.end,
    ));
    let is_error = missing.last()?.is("error");
    let err_is_used = is_error && after.iter().any(|(name, _)| *name == "err");
    let names: Vec<&str> = missing
        .iter()
        .map(|ty| if ty.is("error") { "err" } else { "_" })
        .collect();
    let blanks = vec!["_"; missing.len()];
    let mut fixes = Vec::new();
    let with = |fix: Fix, names: &[&str]| {
        context.insert(fix, last.span.end, format!(", {}", names.join(", ")))
    };
    let (signature, _) = scope::function(context.tree(), stmt.span.start)?;
    let own: FuncTy = context.infer.signature(signature, &context.file, true);
    let in_block = context.text()[..stmt.span.start]
        .trim_end_matches([' ', '\t'])
        .ends_with('\n');
    if err_is_used {
        let fix = context.verified(diagnostic, "take the error as well");
        fixes.push(with(fix, &names));
    } else if is_error && own.results.last().is_some_and(|(_, ty)| ty.is("error")) && in_block {
        let mut imports = BTreeSet::new();
        let values = returns::with_error(context, &own, "err", &mut imports)?;
        let indent = context.indent(stmt.span.start);
        let text = format!("\n{indent}if err != nil {{\n{indent}\treturn {values}\n{indent}}}");
        let fix = context.verified(diagnostic, "take the error and return it");
        let fix = context.insert(with(fix, &names), stmt.span.end, text);
        fixes.push(fix);
    }
    if !err_is_used {
        let fix = context.verified(diagnostic, "leave the other values out with `_`");
        fixes.push(with(fix, &blanks));
    }
    Some(fixes)
}

/// As many expressions as names, but not the same number.
fn uneven(context: &Context, diagnostic: &Diagnostic, assign: &Assign) -> Option<Vec<Fix>> {
    let (left, right) = (assign.left.len(), assign.right.len());
    if right <= left || left == 0 {
        return None;
    }
    let span = Span::new(
        assign.right[left - 1].span.end,
        assign.right[right - 1].span.end,
    );
    let fix = context.verified(diagnostic, "assign only as many values as there are names");
    Some(vec![context.replace(fix, span, "")])
}
