//! Values that may be `null` or `undefined`, mended by their position: `?.`
//! where nothing needs the value, `??` where its type has a natural nothing, a
//! condition or an early exit where the statement needs it, and `!` only among
//! the placeholders.

use crate::guards::{
    Exit, Missing, Subject, conjunction, early, natural, statement, takes_undefined, wrap,
};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source, context::between, style::skip_trivia, types::Ty,
};
use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{BinaryOperator, UnaryOperator};

/// How many answers a diagnostic gets.
const MOST: usize = 5;

/// Where a chain of accesses ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    /// A statement of its own: nobody reads the result.
    Statement,
    /// A truth value or an equality: `undefined` is as good as any other.
    Condition,
    /// An operand of this comparison.
    Comparison(NodeId),
    /// An operand of arithmetic; whether `0` leaves the other one as it is.
    Operand(bool),
    /// What a loop runs over, or a list that is spread or taken apart.
    List,
    /// The left side of an assignment, or another place where `?.` is illegal.
    Target,
    /// What a variable without annotation begins with.
    Variable,
    /// Anything else.
    Value,
}

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
    let squeeze = |text: &str| -> String { text.split_whitespace().collect() };
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

/// The end of the accesses that begin with a node, and what is made of it.
struct Chain {
    /// The outermost node.
    id: NodeId,
    /// Its text.
    span: Span,
    /// Whether the node itself is accessed or called.
    longer: bool,
    position: Position,
}

fn chain(source: &Source, subject: Subject) -> Chain {
    let nodes = source.semantic.nodes();
    let (mut id, mut span, mut longer) = (subject.id, subject.span, false);
    for node in nodes.ancestors(subject.id) {
        let kind = node.kind();
        let goes_on = match kind {
            AstKind::StaticMemberExpression(member) => member.object.span() == span,
            AstKind::PrivateFieldExpression(member) => member.object.span() == span,
            AstKind::ComputedMemberExpression(member) => member.object.span() == span,
            AstKind::CallExpression(call) => call.callee.span() == span,
            AstKind::ChainExpression(_) => {
                id = node.id();
                continue;
            }
            AstKind::TSNonNullExpression(_) => longer,
            _ => false,
        };
        if !goes_on {
            break;
        }
        (id, span, longer) = (node.id(), kind.span(), true);
    }
    Chain {
        id,
        span,
        longer,
        position: position(source, id, span),
    }
}

/// What the expression around a node makes of it.
fn position(source: &Source, id: NodeId, span: Span) -> Position {
    let nodes = source.semantic.nodes();
    let mut span = span;
    for node in nodes.ancestors(id) {
        let kind = node.kind();
        match kind {
            AstKind::ParenthesizedExpression(inner) => span = inner.span,
            AstKind::AwaitExpression(inner) => span = inner.span,
            AstKind::ExpressionStatement(_) => return Position::Statement,
            AstKind::UnaryExpression(unary) => {
                return match unary.operator {
                    UnaryOperator::LogicalNot | UnaryOperator::Typeof => Position::Condition,
                    UnaryOperator::Void | UnaryOperator::Delete => Position::Statement,
                    _ => Position::Operand(false),
                };
            }
            AstKind::IfStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::DoWhileStatement(_)
            | AstKind::ForStatement(_)
            | AstKind::SwitchStatement(_) => return Position::Condition,
            AstKind::ConditionalExpression(conditional) => {
                if conditional.test.span() == span {
                    return Position::Condition;
                }
                return Position::Value;
            }
            AstKind::LogicalExpression(logical) => {
                if logical.left.span() == span {
                    return Position::Condition;
                }
                span = logical.span;
            }
            AstKind::BinaryExpression(binary) => {
                return match binary.operator {
                    operator if operator.is_equality() => Position::Condition,
                    BinaryOperator::LessThan
                    | BinaryOperator::LessEqualThan
                    | BinaryOperator::GreaterThan
                    | BinaryOperator::GreaterEqualThan
                    | BinaryOperator::In => Position::Comparison(node.id()),
                    BinaryOperator::Instanceof => Position::Condition,
                    BinaryOperator::Addition | BinaryOperator::Subtraction => {
                        Position::Operand(true)
                    }
                    _ => Position::Operand(false),
                };
            }
            AstKind::AssignmentExpression(assignment) => {
                if assignment.left.span() == span {
                    return Position::Target;
                }
                use oxc_syntax::operator::AssignmentOperator;
                return match assignment.operator {
                    AssignmentOperator::Addition | AssignmentOperator::Subtraction => {
                        Position::Operand(true)
                    }
                    operator if operator.is_arithmetic() || operator.is_bitwise() => {
                        Position::Operand(false)
                    }
                    _ => Position::Value,
                };
            }
            AstKind::UpdateExpression(_)
            | AstKind::NewExpression(_)
            | AstKind::TaggedTemplateExpression(_)
            | AstKind::ArrayAssignmentTarget(_)
            | AstKind::AssignmentTargetPropertyProperty(_)
            | AstKind::AssignmentTargetWithDefault(_) => {
                if let AstKind::NewExpression(new) = kind
                    && new.callee.span() != span
                {
                    return Position::Value;
                }
                return Position::Target;
            }
            AstKind::ForOfStatement(each) if each.right.span() == span => return Position::List,
            AstKind::ForOfStatement(_) | AstKind::ForInStatement(_) => return Position::Target,
            AstKind::SpreadElement(_) => {
                return match nodes.parent_kind(node.id()) {
                    AstKind::ObjectExpression(_) => Position::Condition,
                    _ => Position::List,
                };
            }
            AstKind::VariableDeclarator(declarator) => {
                return if declarator.id.is_array_pattern() {
                    Position::List
                } else if declarator.type_annotation.is_none()
                    && declarator.id.is_binding_identifier()
                {
                    Position::Variable
                } else {
                    Position::Value
                };
            }
            AstKind::TemplateLiteral(_) => return Position::Value,
            _ => return Position::Value,
        }
    }
    Position::Value
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

/// Whether a chain ends in a count: what has no elements has none of them.
fn is_count(source: &Source, chain: &Chain) -> bool {
    let text = source.slice(chain.span);
    chain.longer && (text.ends_with(".length") || text.ends_with(".size"))
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

/// Whether the statement around a value is one of those at the end of a
/// function that all reach into it: an exit in front of them skips nothing
/// else.
fn ends_body(source: &Source, subject: Subject) -> bool {
    let Some(place) = statement(source, subject.id).filter(|place| place.listed) else {
        return false;
    };
    let nodes = source.semantic.nodes();
    let AstKind::FunctionBody(body) = nodes.parent_kind(place.id) else {
        return false;
    };
    let name = source.slice(subject.span);
    let start = place.statement.span().start;
    let rest: Vec<_> = body
        .statements
        .iter()
        .filter(|statement| statement.span().start > start)
        .collect();
    !rest.is_empty()
        && rest
            .iter()
            .all(|statement| source.slice(statement.span()).contains(name))
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
fn default(
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

/// `Type 'string[] | undefined' must have a '[Symbol.iterator]()'`: a list that
/// may be missing is none.
pub fn missing_list(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let ty = between(&diagnostic.message, "Type '", "' must")?;
    let (list, missing) = if let Some(list) = ty.strip_suffix(" | undefined") {
        (list, Missing::Undefined)
    } else if let Some(list) = ty.strip_suffix(" | null") {
        (list, Missing::Null)
    } else {
        return None;
    };
    let nodes = source.semantic.nodes();
    let at = diagnostic.span.start;
    // In a pattern the message is about the pattern, not the value.
    let value = nodes.iter().find_map(|node| match node.kind() {
        AstKind::VariableDeclarator(declarator) if declarator.id.span().start == at => {
            declarator.init.as_ref().map(GetSpan::span)
        }
        _ => None,
    });
    let start = value.map_or(at, |span| span.start);
    let mut found: Option<(NodeId, Span)> = None;
    for node in nodes.iter() {
        let span = node.kind().span();
        let fits = match value {
            Some(value) => span == value,
            None => span.start == start,
        };
        if fits && is_value(node.kind()) && found.is_none_or(|(_, known)| known.end < span.end) {
            found = Some((node.id(), span));
        }
    }
    let (id, span) = found?;
    let subject = Subject { id, span, missing };
    let chain = chain(source, subject);
    let mut fixes = Vec::new();
    if list.ends_with("[]") || list.starts_with('[') || list.starts_with("readonly ") {
        fixes.extend(default(context, diagnostic, source, subject, &chain, "[]"));
    }
    fixes.extend(early(context, diagnostic, subject).map(|(_, fix)| fix));
    Some(fixes)
}

/// `Property 'a' does not exist on type 'T | undefined'`, where a pattern takes
/// the value apart.
pub fn missing_pattern(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let first = diagnostic.message.lines().next()?;
    let ty = between(first, "does not exist on type '", "'.")?;
    let missing = match (ty.ends_with(" | undefined"), ty.ends_with(" | null")) {
        (true, _) if ty.contains(" | null |") => Missing::Both,
        (true, _) => Missing::Undefined,
        (_, true) => Missing::Null,
        _ => return None,
    };
    let at = diagnostic.span.start;
    let value = source.enclosing(at, |kind| match kind {
        AstKind::VariableDeclarator(declarator)
            if declarator.id.is_object_pattern() && declarator.id.span().end > at =>
        {
            declarator.init.as_ref().map(GetSpan::span)
        }
        _ => None,
    })?;
    let node = source
        .semantic
        .nodes()
        .iter()
        .find(|node| node.kind().span() == value && is_value(node.kind()))?;
    let subject = Subject {
        id: node.id(),
        span: value,
        missing,
    };
    early(context, diagnostic, subject).map(|(_, fix)| vec![fix])
}
