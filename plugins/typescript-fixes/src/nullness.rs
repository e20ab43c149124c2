//! Values that may be `null` or `undefined`, mended by their position: `?.`
//! where nothing needs the value, `??` where its type has a natural nothing, a
//! condition or an early exit where the statement needs it, and `!` only among
//! the placeholders.

use crate::{
    around::{conjunction, early, wrap},
    guards::{Exit, Missing, Subject, natural, takes_undefined},
    position::{Chain, Position, chain, ends_body, is_count},
};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source, context::between, style::skip_trivia, types::Ty,
};
use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};

/// How many answers a diagnostic gets.
const MOST: usize = 5;

/// `'x' is possibly 'null'.`, `Object is possibly 'undefined'.`, `Cannot invoke
/// an object which is possibly 'undefined'.`
pub fn possibly(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let missing = Missing::told(&diagnostic.message)?;
    let at = diagnostic.span.start;
    let name = diagnostic
        .message
        .starts_with('\'')
        .then(|| between(&diagnostic.message, "'", "' is possibly"))
        .flatten();
    let invoked = diagnostic.message.starts_with("Cannot invoke");
    let mut fixes = Vec::new();
    for id in subjects(context, source, at, name, invoked)? {
        let span = source.semantic.nodes().kind(id).span();
        let subject = Subject { id, span, missing };
        fixes.extend(by_position(context, diagnostic, source, subject));
    }
    finish(fixes)
}

/// The best answers, and the last of them a placeholder.
fn finish(mut fixes: Vec<Fix>) -> Option<Vec<Fix>> {
    let placeholder = fixes
        .iter()
        .position(|fix| fix.applicability == "placeholder")
        .map(|at| fixes.remove(at));
    fixes.retain(|fix| fix.applicability != "placeholder");
    fixes.truncate(MOST - 1);
    fixes.extend(placeholder);
    (!fixes.is_empty()).then_some(fixes)
}

/// Whether a node is an expression that a message may be about.
pub fn is_value(kind: AstKind) -> bool {
    matches!(
        kind,
        AstKind::IdentifierReference(_)
            | AstKind::StaticMemberExpression(_)
            | AstKind::ComputedMemberExpression(_)
            | AstKind::PrivateFieldExpression(_)
            | AstKind::CallExpression(_)
            | AstKind::ChainExpression(_)
            | AstKind::ParenthesizedExpression(_)
            | AstKind::AwaitExpression(_)
            | AstKind::ConditionalExpression(_)
            | AstKind::LogicalExpression(_)
            | AstKind::TSAsExpression(_)
    )
}

/// The nodes that a message at a byte may be about, likeliest first.
fn subjects<'a>(
    context: &Context<'_, 'a>,
    source: &Source<'a>,
    at: u32,
    name: Option<&str>,
    invoked: bool,
) -> Option<Vec<NodeId>> {
    let nodes = source.semantic.nodes();
    // The compiler names `a?.b` as `a.b`.
    let squeeze = |text: &str| -> String {
        let words: String = text.split_whitespace().collect();
        words.replace("?.", ".")
    };
    // One node for each span: the outermost, which is the chain around a member.
    let mut found: Vec<(NodeId, Span)> = Vec::new();
    for node in nodes.iter() {
        let span = node.kind().span();
        if span.start != at || !is_value(node.kind()) || found.iter().any(|(_, own)| *own == span) {
            continue;
        }
        found.push((node.id(), span));
    }
    if let Some(name) = name {
        let name = squeeze(name);
        let hit = found
            .iter()
            .find(|(_, span)| squeeze(source.slice(*span)) == name)?;
        return Some(vec![hit.0]);
    }
    let infer = context.infer()?;
    found.sort_by_key(|(_, span)| span.end);
    let mut ranked: Vec<(u8, NodeId)> = Vec::new();
    for (id, span) in found {
        let kind = nodes.kind(id);
        let used = match nodes.parent_kind(id) {
            AstKind::StaticMemberExpression(member) => {
                !invoked && member.object.span() == span && !member.optional
            }
            AstKind::ComputedMemberExpression(member) => {
                !invoked && member.object.span() == span && !member.optional
            }
            AstKind::CallExpression(call) => {
                invoked && call.callee.span() == span && !call.optional
            }
            AstKind::BinaryExpression(_)
            | AstKind::UnaryExpression(_)
            | AstKind::UpdateExpression(_)
            | AstKind::SpreadElement(_)
            | AstKind::ForOfStatement(_)
            | AstKind::ForInStatement(_)
            | AstKind::VariableDeclarator(_) => !invoked,
            AstKind::AssignmentExpression(assignment) => {
                !invoked && assignment.operator != oxc_syntax::operator::AssignmentOperator::Assign
            }
            _ => false,
        };
        // Plain names are told by name.
        if !used || (!invoked && matches!(kind, AstKind::IdentifierReference(_))) {
            continue;
        }
        let ty = infer.node(kind);
        let rank = match (&ty, kind) {
            (Some(ty), _) if nullish(ty) => 0,
            (_, AstKind::CallExpression(call))
                if may_be_missing(source.slice(call.callee.span())) =>
            {
                0
            }
            (_, AstKind::ComputedMemberExpression(_) | AstKind::ChainExpression(_)) => 1,
            (Some(_), _) => 3,
            _ => 2,
        };
        ranked.push((rank, id));
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    let best = ranked.first()?.0;
    ranked.retain(|(rank, _)| *rank <= best.max(1));
    ranked.truncate(2);
    Some(ranked.into_iter().map(|(_, id)| id).collect())
}

fn nullish(ty: &Ty) -> bool {
    ty.alternatives()
        .iter()
        .any(|ty| ty.is("null") || ty.is("undefined"))
}

/// Whether the library's function of this name gives something that may be
/// missing.
fn may_be_missing(callee: &str) -> bool {
    let name = callee.rsplit(['.', ' ']).next().unwrap_or(callee);
    matches!(
        name,
        "getElementById"
            | "querySelector"
            | "closest"
            | "getContext"
            | "getAttribute"
            | "getItem"
            | "match"
            | "exec"
            | "find"
            | "findLast"
            | "get"
            | "pop"
            | "shift"
            | "at"
    )
}

/// The answers for one value, best first.
fn by_position<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    source: &Source<'a>,
    subject: Subject,
) -> Vec<Fix> {
    let chain = chain(source, subject);
    let infer = context.infer();
    let kind = source.semantic.nodes().kind(chain.id);
    let ty = infer.as_ref().and_then(|infer| infer.node(kind));
    let expected = infer
        .as_ref()
        .and_then(|infer| infer.expected_by(chain.span));
    let access = || {
        chain
            .longer
            .then(|| optional(context, diagnostic, source, subject))
            .flatten()
    };
    let default = |value: &str| default(context, diagnostic, source, subject, &chain, value);
    let guard = || early(context, diagnostic, subject);
    // An exit that says nothing, and one that gives up.
    let (quiet, loud) = match guard() {
        Some((Exit::Throw, fix)) => (None, Some(fix)),
        Some((_, fix)) => (Some(fix), None),
        None => (None, None),
    };
    // A condition around a statement skips nothing but it.
    let around = wrap(context, diagnostic, subject);
    let quiet = match &around {
        Some(_) if !ends_body(source, subject) => around.clone(),
        _ => quiet,
    };
    let mut fixes: Vec<Fix> = Vec::new();
    let mut last = None;
    let number = is_count(source, &chain) || ty.as_ref().is_some_and(only_number);
    match chain.position {
        Position::Statement | Position::Condition if chain.longer => fixes.extend(access()),
        Position::Statement | Position::Condition => {}
        Position::Comparison(of) => {
            fixes.extend(conjunction(context, diagnostic, subject, of));
            if number {
                fixes.extend(default("0"));
            }
        }
        Position::Operand(neutral) => {
            if neutral && number {
                fixes.extend(default("0"));
            }
            fixes.extend(quiet.clone());
            // The compiler reckons with numbers only, but for `bigint`.
            if !neutral || !number {
                last = default("0");
            }
        }
        Position::List => fixes.extend(default("[]")),
        Position::Target => {
            fixes.extend(quiet.clone());
            fixes.extend(around.filter(|fix| !fixes.contains(fix)));
        }
        Position::Variable => {
            fixes.extend(quiet.clone());
            fixes.extend(access());
        }
        Position::Value => {
            if expected.as_ref().is_none_or(takes_undefined) {
                fixes.extend(access());
            }
            let value = ty
                .as_ref()
                .and_then(natural)
                .or_else(|| expected.as_ref().and_then(natural));
            if let Some(value) = value {
                fixes.extend(default(value));
            } else if is_count(source, &chain) {
                fixes.extend(default("0"));
            } else if number || expected.as_ref().is_some_and(only_number) {
                // No number is as good as none: only where all else fails.
                last = default("0");
            }
        }
    }
    for fix in quiet.into_iter().chain(loud).chain(last) {
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    if !source.is_javascript() {
        fixes.push(
            context
                .placeholder(diagnostic, "assert that it is there")
                .insert(context.file, subject.span.end, "!"),
        );
    }
    fixes
}

fn only_number(ty: &Ty) -> bool {
    let mut any = false;
    for one in ty.alternatives() {
        if one.is("undefined") || one.is("null") {
            continue;
        }
        if !one.widen().is("number") {
            return false;
        }
        any = true;
    }
    any
}

/// `?.` behind the value.
fn optional(
    context: &Context,
    diagnostic: &Diagnostic,
    source: &Source,
    subject: Subject,
) -> Option<Fix> {
    let at = skip_trivia(source.text, subject.span.end);
    let rest = source.text.get(at as usize..)?;
    let text = if rest.starts_with('.') {
        "?"
    } else if rest.starts_with(['[', '(', '<']) {
        "?."
    } else {
        return None;
    };
    Some(
        context
            .verified(
                diagnostic,
                format!("use '?.' after '{}'", source.slice(subject.span)),
            )
            .insert(context.file, at, text),
    )
}

/// `?? value` behind the chain, with `?.` in it.
pub fn default(
    context: &Context,
    diagnostic: &Diagnostic,
    source: &Source,
    subject: Subject,
    chain: &Chain,
    value: &str,
) -> Option<Fix> {
    let mut fix = context.verified(diagnostic, format!("add '?? {value}'"));
    if chain.longer {
        fix.edits = optional(context, diagnostic, source, subject)?.edits;
    }
    let whole = matches!(
        source.semantic.nodes().parent_kind(chain.id),
        AstKind::ForOfStatement(_)
            | AstKind::VariableDeclarator(_)
            | AstKind::ReturnStatement(_)
            | AstKind::AssignmentExpression(_)
            | AstKind::CallExpression(_)
            | AstKind::ObjectProperty(_)
            | AstKind::PropertyDefinition(_)
            | AstKind::ParenthesizedExpression(_)
    );
    Some(if whole {
        fix.insert(context.file, chain.span.end, format!(" ?? {value}"))
    } else {
        fix.insert(context.file, chain.span.start, "(").insert(
            context.file,
            chain.span.end,
            format!(" ?? {value})"),
        )
    })
}
