//! What is declared twice.

use crate::context::Context;
use buildfix_go_syntax::ast::{Decl, Expr, ExprKind, Func, Span};
use buildfix_go_syntax::walk::{self, Node};
use buildfix_sdk::{Diagnostic, Fix};

/// `method T.M already declared at f.go:1:2`, `f redeclared in this block` with
/// the other's place in the next line. The later of two that are equal goes.
pub fn declaration(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let own = declared(context, at)?;
    let text = bare(&own.1);
    let mut twins = 0;
    for file in &context.own.files {
        for decl in &file.tree.decls {
            let found = match decl {
                Decl::Func(func) => vec![head_and_body(&file.text, func)],
                Decl::Gen(decl) => decl
                    .specs
                    .iter()
                    .map(|spec| slice(&file.text, spec.span).to_owned())
                    .collect(),
            };
            twins += found.iter().filter(|one| bare(one) == text).count();
        }
    }
    if twins < 2 {
        return None;
    }
    let fix = context.exact(diagnostic, "remove the second of two equal declarations");
    Some(vec![context.replace(fix, with_gap(context, own.0), "")])
}

/// The declaration whose name stands at a byte: what goes with it, and what it
/// says.
fn declared(context: &Context, at: usize) -> Option<(Span, String)> {
    for decl in &context.tree().decls {
        match decl {
            Decl::Func(func) if func.name.span.start == at => {
                return Some((func.span, head_and_body(context.text(), func)));
            }
            Decl::Gen(decl) => {
                let spec = decl
                    .specs
                    .iter()
                    .find(|spec| spec.names.iter().any(|name| name.span.start == at));
                if let Some(spec) = spec {
                    if spec.names.len() > 1 {
                        return None;
                    }
                    let span = if decl.specs.len() == 1 {
                        decl.span
                    } else {
                        spec.span
                    };
                    return Some((span, context.slice(spec.span).to_owned()));
                }
            }
            Decl::Func(_) => {}
        }
    }
    None
}

/// A function's text; a receiver's name counts, for the body uses it.
fn head_and_body(text: &str, func: &Func) -> String {
    slice(text, func.span).to_owned()
}

fn slice(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or_default()
}

/// Without what does not count.
fn bare(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With the comment in front of it, which is about it, and one blank line.
fn with_gap(context: &Context, span: Span) -> Span {
    let mut start = context.line_start(span.start);
    // Its own comment: lines right in front that begin with `//`.
    while start > 0 {
        let before = context.line_start(start - 1);
        if !context.text()[before..start].trim_start().starts_with("//") {
            break;
        }
        start = before;
    }
    let mut end = context.line_end(span.end);
    let text = context.text();
    if text[end..].starts_with('\n') {
        end += 1;
    } else if text[..start].ends_with("\n\n") {
        start -= 1;
    }
    Span::new(start, end)
}

/// `duplicate key "a" in map literal`, `duplicate case 1 in expression switch`,
/// `duplicate field name x in struct literal`: one that is wholly the same goes.
pub fn element(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = Context::at(diagnostic);
    let path = walk::around(context.tree(), at);
    for node in path.iter().rev() {
        match node {
            Node::Expr(Expr {
                kind: ExprKind::Composite { elements, .. },
                ..
            }) => {
                let index = elements
                    .iter()
                    .position(|e| e.key.as_ref().is_some_and(|key| key.span.start == at))?;
                let own = &elements[index];
                let key = own.key.as_ref()?;
                let whole = bare(context.slice(key.span.to(own.value.span)));
                let twin = elements[..index].iter().any(|other| {
                    other.key.as_ref().is_some_and(|key| {
                        bare(context.slice(key.span.to(other.value.span))) == whole
                    })
                });
                if !twin {
                    return None;
                }
                let mut span = key.span.to(own.value.span);
                let rest = &context.text()[span.end..];
                if rest.trim_start_matches([' ', '\t']).starts_with(',') {
                    span.end += rest.find(',')? + 1;
                }
                let fix = context.exact(diagnostic, "remove the second of two equal entries");
                return Some(vec![context.replace(fix, context.whole_lines(span), "")]);
            }
            Node::Clause(clause) => {
                let index = clause.cases.iter().position(|case| case.span.start == at)?;
                if clause.cases.len() > 1 {
                    let span = if index == 0 {
                        Span::new(at, clause.cases[1].span.start)
                    } else {
                        Span::new(
                            clause.cases[index - 1].span.end,
                            clause.cases[index].span.end,
                        )
                    };
                    let fix = context.verified(diagnostic, "remove the case that is there already");
                    return Some(vec![context.replace(fix, span, "")]);
                }
                return None;
            }
            _ => {}
        }
    }
    None
}
