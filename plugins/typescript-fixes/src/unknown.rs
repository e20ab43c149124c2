//! Values of type `unknown`, which is what `catch` gives: asked whether they
//! are errors before they are read as such.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::{between, range},
};
use oxc_ast::{AstKind, ast::BindingPattern};
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};

/// `'e' is of type 'unknown'.`, `Object is of type 'unknown'.`
pub fn access(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let nodes = source.semantic.nodes();
    let at = diagnostic.span.start;
    let (member, object, name) = nodes.iter().find_map(|node| match node.kind() {
        AstKind::StaticMemberExpression(member)
            if member.span.start == at
                && member.object.is_identifier_reference()
                && !member.optional =>
        {
            Some((
                node.id(),
                member.object.span(),
                member.property.name.as_str(),
            ))
        }
        _ => None,
    })?;
    let value = source.slice(object);
    let span = nodes.kind(member).span();
    let parent = nodes.parent_kind(member);
    let called = matches!(parent, AstKind::CallExpression(call) if call.callee.span() == span);
    let assigned = match parent {
        AstKind::AssignmentExpression(assignment) => assignment.left.span() == span,
        AstKind::UpdateExpression(_) => true,
        _ => false,
    };
    let mut fixes = Vec::new();
    if !called && !assigned {
        fixes.push(read(context, diagnostic, source, member, value, name));
    }
    if let Some(end) = catch_parameter(source, at, value)
        && !source.is_javascript()
    {
        fixes.push(
            context
                .placeholder(diagnostic, format!("let '{value}' be anything"))
                .insert(context.file, end, ": any"),
        );
    }
    (!fixes.is_empty()).then_some(fixes)
}

/// A property that is read where the value is an error.
fn read(
    context: &Context,
    diagnostic: &Diagnostic,
    source: &Source,
    member: NodeId,
    value: &str,
    name: &str,
) -> Fix {
    let nodes = source.semantic.nodes();
    let span = nodes.kind(member).span();
    let fix = context.verified(
        diagnostic,
        format!("ask whether '{value}' is an 'Error' first"),
    );
    // Every error has these; the others have to be asked for.
    let own = matches!(name, "message" | "name" | "stack" | "cause");
    let condition = if own {
        format!("{value} instanceof Error")
    } else {
        format!("{value} instanceof Error && \"{name}\" in {value}")
    };
    // In a truth value a condition is enough.
    if let Some((whole, bare)) = truth(source, member) {
        return if bare {
            fix.insert(context.file, whole.start, format!("{condition} && "))
        } else {
            fix.insert(context.file, whole.start, format!("({condition} && "))
                .insert(context.file, whole.end, ")")
        };
    }
    let other = if name == "message" {
        format!("String({value})")
    } else {
        "undefined".to_owned()
    };
    let text = format!("{condition} ? {value}.{name} : {other}");
    let text = if stands_alone(nodes.parent_kind(member), span) {
        text
    } else {
        format!("({text})")
    };
    fix.replace(context.file, range(span), text)
}

/// The truth value that a read is part of, and whether `a && …` can stand there
/// without parentheses.
fn truth(source: &Source, member: NodeId) -> Option<(Span, bool)> {
    let nodes = source.semantic.nodes();
    let mut span = nodes.kind(member).span();
    let mut compared = false;
    for kind in nodes.ancestor_kinds(member) {
        match kind {
            AstKind::BinaryExpression(binary) if binary.operator.is_equality() && !compared => {
                compared = true;
                span = binary.span;
            }
            AstKind::StaticMemberExpression(inner) if inner.object.span() == span && !compared => {
                span = inner.span;
            }
            AstKind::CallExpression(inner) if inner.callee.span() == span && !compared => {
                span = inner.span;
            }
            AstKind::IfStatement(inner) => {
                return (inner.test.span() == span).then_some((span, true));
            }
            AstKind::WhileStatement(_) => return Some((span, true)),
            AstKind::ConditionalExpression(inner) => {
                return (inner.test.span() == span).then_some((span, true));
            }
            AstKind::LogicalExpression(inner) => {
                use oxc_syntax::operator::LogicalOperator;
                // Only where the whole is asked for its truth as well.
                if inner.operator == LogicalOperator::Coalesce
                    || !compared && inner.left.span() != span
                {
                    return None;
                }
                return Some((span, true));
            }
            AstKind::UnaryExpression(inner) => {
                return (inner.operator == oxc_syntax::operator::UnaryOperator::LogicalNot)
                    .then_some((span, false));
            }
            AstKind::ParenthesizedExpression(_) => return compared.then_some((span, true)),
            _ => return compared.then_some((span, true)),
        }
    }
    None
}

/// Whether a conditional can take the place of an expression as it is.
fn stands_alone(parent: AstKind, span: Span) -> bool {
    match parent {
        AstKind::CallExpression(call) => call.callee.span() != span,
        AstKind::NewExpression(new) => new.callee.span() != span,
        AstKind::AssignmentExpression(assignment) => assignment.right.span() == span,
        AstKind::VariableDeclarator(_)
        | AstKind::ReturnStatement(_)
        | AstKind::TemplateLiteral(_)
        | AstKind::ObjectProperty(_)
        | AstKind::ArrayExpression(_)
        | AstKind::ParenthesizedExpression(_)
        | AstKind::ArrowFunctionExpression(_)
        | AstKind::ExpressionStatement(_)
        | AstKind::JSXExpressionContainer(_) => true,
        _ => false,
    }
}

/// Where the parameter of the `catch` clause ends that a name stands for.
fn catch_parameter(source: &Source, at: u32, name: &str) -> Option<u32> {
    source.enclosing(at, |kind| match kind {
        AstKind::CatchClause(clause) => match clause.param.as_ref() {
            Some(param) if param.type_annotation.is_none() => match &param.pattern {
                BindingPattern::BindingIdentifier(id) if id.name == name => Some(id.span.end),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// `'unknown' is not assignable to type 'Error'`: an error as it is, anything
/// else in one; and a text of whatever it is.
pub fn given(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let first = diagnostic.message.lines().next()?;
    if !first.contains("ype 'unknown' is not assignable") {
        return None;
    }
    let (_, rest) = first.split_once("assignable to ")?;
    let target = between(rest, "type '", "'")?;
    let span = value_at(source, diagnostic.span.start)?;
    let value = source.slice(span);
    let wanted = |word: &str| target.split(" | ").any(|one| one == word);
    let text = if wanted("Error") {
        format!("{value} instanceof Error ? {value} : new Error(String({value}))")
    } else if wanted("string") {
        format!("String({value})")
    } else {
        return None;
    };
    Some(vec![
        context
            .verified(diagnostic, format!("make '{value}' fit '{target}'"))
            .replace(context.file, range(span), text),
    ])
}

/// The name that is given where a message points: the argument itself, or the
/// value of the variable, property or `return` there.
fn value_at(source: &Source, at: u32) -> Option<Span> {
    let nodes = source.semantic.nodes();
    nodes.iter().find_map(|node| {
        let expression = match node.kind() {
            AstKind::CallExpression(call) => call
                .arguments
                .iter()
                .find(|argument| argument.span().start == at)?
                .as_expression()?,
            AstKind::NewExpression(new) => new
                .arguments
                .iter()
                .find(|argument| argument.span().start == at)?
                .as_expression()?,
            AstKind::VariableDeclarator(declarator) if declarator.span.start == at => {
                declarator.init.as_ref()?
            }
            AstKind::AssignmentExpression(assignment) if assignment.span.start == at => {
                &assignment.right
            }
            AstKind::ReturnStatement(statement) if statement.span.start == at => {
                statement.argument.as_ref()?
            }
            AstKind::ObjectProperty(property)
                if property.span.start == at && !property.shorthand =>
            {
                &property.value
            }
            _ => return None,
        };
        expression
            .is_identifier_reference()
            .then(|| expression.span())
    })
}
