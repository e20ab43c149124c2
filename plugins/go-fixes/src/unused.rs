//! What is declared and never read: variables and labels.

use crate::context::Context;
use crate::names::{is_near, near};
use crate::returns;
use buildfix_go_syntax::Ty;
use buildfix_go_syntax::ast::{
    Assign, Block, DeclKind, Expr, ExprKind, GenDecl, Span, Spec, Stmt, StmtKind,
};
use buildfix_go_syntax::scope;
use buildfix_go_syntax::walk::{self, Node};
use buildfix_sdk::{Diagnostic, Fix};

/// `declared and not used: x`, and go 1.19's `x declared but not used`
pub fn variable(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = &diagnostic.message;
    let name = message
        .strip_prefix("declared and not used: ")
        .or_else(|| message.strip_suffix(" declared and not used"))
        .or_else(|| message.strip_suffix(" declared but not used"))?
        .trim();
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let block = path.iter().rev().find_map(|node| match node {
        Node::Block(block) => Some(*block),
        _ => None,
    })?;
    // A use of it is misspelt: that is the error to mend.
    let misspelt = context
        .unresolved(block.span)
        .iter()
        .any(|(word, span)| span.start > at && is_near(word, name));
    // So it is where the `return` that reads it is missing.
    let returns_nothing = scope::function(context.tree(), at)
        .is_some_and(|(signature, body)| returns::is_missing(signature, body));
    if misspelt || returns_nothing {
        return Some(Vec::new());
    }
    let mut fixes = Vec::new();
    fixes.extend(assign_instead(context, diagnostic, &path, name, at));
    let title = format!("remove `{name}`, which nothing reads");
    let fix = if fixes.is_empty() {
        context.exact(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    let stmt = path.iter().rev().find_map(|node| match node {
        Node::Stmt(stmt) => Some(*stmt),
        _ => None,
    })?;
    let removed = match &stmt.kind {
        StmtKind::Assign(assign) => from_assign(context, fix, stmt, assign, at),
        StmtKind::Decl(decl) => from_decl(context, fix, decl, at),
        StmtKind::Range(range) => {
            let key = range.key.as_ref();
            let value = range.value.as_ref();
            if value.is_some_and(|value| value.span.start == at) {
                let key = key?;
                let blank = matches!(&key.kind, ExprKind::Name(name) if name == "_");
                if blank {
                    let span = Span::new(key.span.start, range.range_span.start);
                    Some(context.replace(fix, span, ""))
                } else {
                    let span = Span::new(key.span.end, value?.span.end);
                    Some(context.replace(fix, span, ""))
                }
            } else if value.is_some() {
                Some(context.replace(fix, key?.span, "_"))
            } else {
                let span = Span::new(key?.span.start, range.range_span.start);
                Some(context.replace(fix, span, ""))
            }
        }
        StmtKind::TypeSwitch(switch) => {
            let bind = switch.bind.as_ref()?;
            let span = Span::new(bind.span.start, switch.subject.span.start);
            Some(context.replace(fix, span, ""))
        }
        _ => None,
    };
    if let Some(removed) = removed {
        fixes.extend(without_writes(context, removed, block, name, at));
    }
    Some(fixes)
}

/// `x := …` where the `x` around it was meant: a variable of the package or a
/// result, or one that is read behind the block, and of the same type.
fn assign_instead(
    context: &Context,
    diagnostic: &Diagnostic,
    path: &[Node<'_>],
    name: &str,
    at: usize,
) -> Option<Fix> {
    let assign = path.iter().rev().find_map(|node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::Assign(assign),
            ..
        }) if assign.op == ":=" => Some(assign),
        _ => None,
    })?;
    let locals = scope::locals(context.tree(), at);
    let global = |name: &str| {
        context
            .own
            .spec(name)
            .is_some_and(|(_, decl, ..)| decl.kind == DeclKind::Var)
    };
    let all_known = assign.left.iter().all(|left| match &left.kind {
        ExprKind::Name(name) => {
            name == "_" || global(name) || locals.iter().any(|local| local.name == name)
        }
        _ => true,
    });
    let (signature, body) = scope::function(context.tree(), at)?;
    let outer = locals.iter().rev().find(|local| local.name == name);
    let ty = match outer {
        Some(outer) => {
            let result = signature.results.iter().any(|result| {
                let own = result.name.as_ref();
                own.is_some_and(|own| own.span == outer.span)
            });
            if outer.span.start == at || !(result || is_read_behind(path, body, name)) {
                return None;
            }
            context.infer.local(outer, &context.file)
        }
        None if global(name) => context.infer.of_package(&context.file.package, name),
        None => return None,
    };
    if !all_known {
        return None;
    }
    let index = assign.left.iter().position(|left| left.span.start == at)?;
    let value = match &assign.right[..] {
        [one] => context
            .infer
            .nth(one, index, assign.left.len(), &context.file),
        many => context.value(many.get(index)?),
    };
    if context.infer.assignable(&value, &ty) == Some(false) {
        return None;
    }
    let fix = context.verified(diagnostic, format!("assign to the `{name}` around it"));
    Some(context.replace(fix, assign.op_span, "="))
}

/// Whether a name stands in a function behind the innermost block of a path.
fn is_read_behind(path: &[Node<'_>], body: &Block, name: &str) -> bool {
    let block = path.iter().rev().find_map(|node| match node {
        Node::Block(block) => Some(block.span),
        Node::Clause(clause) => Some(clause.span),
        _ => None,
    });
    let end = block.map_or(usize::MAX, |block| block.end);
    let mut read = false;
    walk::block(body, &mut |node| {
        if let Node::Expr(expr) = node {
            read |=
                expr.span.start > end && matches!(&expr.kind, ExprKind::Name(word) if word == name);
        }
        node.span().end > end
    });
    read
}

fn from_assign(
    context: &Context,
    fix: Fix,
    stmt: &Stmt,
    assign: &Assign,
    at: usize,
) -> Option<Fix> {
    let index = assign.left.iter().position(|left| left.span.start == at)?;
    if assign.left.len() == 1 {
        let value = assign.right.first()?;
        return Some(match effects(context, value) {
            Effects::None if in_head(context, stmt) => {
                // `if x := f(); …`
                let text = context.text();
                let semi = text[stmt.span.end..].find(';')? + stmt.span.end + 1;
                let blanks = text[semi..].len() - text[semi..].trim_start_matches(' ').len();
                context.replace(fix, Span::new(stmt.span.start, semi + blanks), "")
            }
            Effects::None => context.replace(fix, context.whole_lines(stmt.span), ""),
            Effects::Statement => {
                let span = Span::new(stmt.span.start, value.span.start);
                context.replace(fix, span, "")
            }
            Effects::Inside => {
                let fix = context.replace(fix, assign.left[index].span, "_");
                context.replace(fix, assign.op_span, "=")
            }
        });
    }
    let others_new = assign.left.iter().enumerate().any(|(other, left)| {
        other != index
            && match &left.kind {
                ExprKind::Name(name) => name != "_" && is_new(context, stmt, name),
                _ => false,
            }
    });
    let fix = context.replace(fix, assign.left[index].span, "_");
    if others_new || assign.op != ":=" {
        return Some(fix);
    }
    Some(context.replace(fix, assign.op_span, "="))
}

/// Whether a `:=` declares the name rather than assign to an earlier one.
fn is_new(context: &Context, stmt: &Stmt, name: &str) -> bool {
    let locals = scope::locals(context.tree(), stmt.span.start);
    let depth = scope::locals(context.tree(), stmt.span.end.saturating_add(1))
        .iter()
        .filter(|local| stmt.span.holds(local.span.start))
        .map(|local| local.depth)
        .max();
    !locals
        .iter()
        .any(|local| local.name == name && depth.is_none_or(|depth| local.depth == depth))
}

fn in_head(context: &Context, stmt: &Stmt) -> bool {
    let path = walk::around(context.tree(), stmt.span.start);
    path.iter().any(|node| match node {
        Node::Stmt(around) => {
            let init = match &around.kind {
                StmtKind::If(of) => of.init.as_ref(),
                StmtKind::Switch(of) => of.init.as_ref(),
                StmtKind::TypeSwitch(of) => of.init.as_ref(),
                _ => None,
            };
            init.is_some_and(|init| init.span == stmt.span)
        }
        _ => false,
    })
}

/// What happens when a value is computed.
enum Effects {
    /// Nothing.
    None,
    /// It is a call or a receive, which may stand alone.
    Statement,
    /// A call is somewhere inside.
    Inside,
}

fn effects(context: &Context, value: &Expr) -> Effects {
    let mut inside = false;
    walk::expr(value, &mut |node| match node {
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Func(_) => false,
            ExprKind::Unary("<-", _) => {
                inside = true;
                false
            }
            ExprKind::Call(call) => {
                inside |= !pure(context, &call.callee);
                true
            }
            _ => true,
        },
        _ => true,
    });
    if !inside {
        return Effects::None;
    }
    match &value.kind {
        ExprKind::Call(call) if !pure(context, &call.callee) => Effects::Statement,
        ExprKind::Unary("<-", _) => Effects::Statement,
        _ => Effects::Inside,
    }
}

/// Whether a call of this does nothing: a conversion, or a builtin function.
fn pure(context: &Context, callee: &Expr) -> bool {
    let mut callee = callee;
    while let ExprKind::Paren(inner) = &callee.kind {
        callee = inner;
    }
    if let ExprKind::Name(name) = &callee.kind
        && matches!(
            name.as_str(),
            "append" | "cap" | "complex" | "imag" | "len" | "make" | "max" | "min" | "new" | "real"
        )
    {
        return true;
    }
    matches!(context.value(callee), Ty::Type(_))
}

fn from_decl(context: &Context, fix: Fix, decl: &GenDecl, at: usize) -> Option<Fix> {
    let holds = |spec: &&Spec| spec.names.iter().any(|name| name.span.start == at);
    let spec = decl.specs.iter().find(holds)?;
    if decl.kind != DeclKind::Var {
        return None;
    }
    let index = spec.names.iter().position(|name| name.span.start == at)?;
    if spec.names.len() == 1 {
        let effect = spec.values.first().map(|value| effects(context, value));
        return Some(match effect {
            None | Some(Effects::None) => {
                let span = if decl.specs.len() == 1 {
                    decl.span
                } else {
                    spec.span
                };
                context.replace(fix, context.whole_lines(span), "")
            }
            Some(_) => context.replace(fix, spec.names[0].span, "_"),
        });
    }
    if !spec.values.is_empty() {
        return Some(context.replace(fix, spec.names[index].span, "_"));
    }
    let span = match spec.names.get(index + 1) {
        Some(next) => Span::new(at, next.span.start),
        None => Span::new(spec.names[index - 1].span.end, spec.names[index].span.end),
    };
    Some(context.replace(fix, span, ""))
}

/// Takes away what is assigned to a variable that goes. Values that are
/// computed by calls are computed still.
fn without_writes(
    context: &Context,
    mut fix: Fix,
    block: &Block,
    name: &str,
    at: usize,
) -> Option<Fix> {
    let mut writes: Vec<(&Stmt, &Assign, usize)> = Vec::new();
    walk::block(block, &mut |node| {
        if let Node::Stmt(stmt) = node
            && let StmtKind::Assign(assign) = &stmt.kind
            && stmt.span.start > at
            && assign.op != ":="
        {
            for (index, left) in assign.left.iter().enumerate() {
                if matches!(&left.kind, ExprKind::Name(word) if word == name)
                    && declared_at(context, name, left.span.start) == Some(at)
                {
                    writes.push((stmt, assign, index));
                }
            }
        }
        true
    });
    for (stmt, assign, index) in writes {
        if assign.left.len() > 1 || assign.op != "=" {
            if assign.op != "=" {
                fix = context.replace(fix, context.whole_lines(stmt.span), "");
                continue;
            }
            fix = context.replace(fix, assign.left[index].span, "_");
            continue;
        }
        let value = assign.right.first()?;
        fix = match effects(context, value) {
            Effects::None => context.replace(fix, context.whole_lines(stmt.span), ""),
            Effects::Statement => {
                let span = Span::new(stmt.span.start, value.span.start);
                context.replace(fix, span, "")
            }
            Effects::Inside => context.replace(fix, assign.left[0].span, "_"),
        };
    }
    Some(fix)
}

fn declared_at(context: &Context, name: &str, at: usize) -> Option<usize> {
    scope::locals(context.tree(), at)
        .iter()
        .rev()
        .find(|local| local.name == name)
        .map(|local| local.span.start)
}

/// `label L defined and not used`
pub fn label(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = diagnostic
        .message
        .strip_prefix("label ")?
        .split(' ')
        .next()?;
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    let (label, inner) = path.iter().rev().find_map(|node| match node {
        Node::Stmt(Stmt {
            kind: StmtKind::Labeled(label, inner),
            ..
        }) if label.name == name => Some((label, inner)),
        _ => None,
    })?;
    let fix = context.exact(diagnostic, format!("remove the label `{name}`"));
    let colon = label.span.end + context.text()[label.span.end..].find(':')? + 1;
    let own = context.whole_lines(Span::new(label.span.start, colon));
    let span = if own.start < label.span.start || own.end > colon {
        own
    } else {
        Span::new(label.span.start, inner.span.start.max(colon))
    };
    Some(vec![context.replace(fix, span, "")])
}

/// `label L not defined`: a label of the function that is spelt almost so.
pub fn undefined_label(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let word = context.word(at);
    let name = context.slice(word).to_owned();
    let (_, body) = scope::function(context.tree(), at)?;
    let mut labels = Vec::new();
    walk::block(body, &mut |node| {
        if let Node::Stmt(Stmt {
            kind: StmtKind::Labeled(label, _),
            ..
        }) = node
        {
            labels.push(label.name.as_str());
        }
        true
    });
    let fixes = near(&name, labels)
        .into_iter()
        .map(|label| {
            let fix = context.verified(diagnostic, format!("change `{name}` to `{label}`"));
            context.replace(fix, word, label)
        })
        .collect();
    Some(fixes)
}

/// Whether an expression computes nothing but its own value.
pub fn is_pure(context: &Context, value: &Expr) -> bool {
    matches!(effects(context, value), Effects::None)
}
