//! Names that are to be declared: a variable that is only assigned, a function
//! that is only called.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context,
    style::{skip_trivia, word_at},
    types::Ty,
};
use oxc_ast::{
    AstKind,
    ast::{Argument, AssignmentTarget, Expression, ForStatementLeft},
};
use oxc_span::GetSpan;
use oxc_syntax::operator::AssignmentOperator;

/// `x = 0` where nothing declares `x`.
pub fn missing_const(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let start = source.around(at).into_iter().find_map(|kind| match kind {
        AstKind::ForInStatement(each) => left(source, at, &each.left),
        AstKind::ForOfStatement(each) => left(source, at, &each.left),
        AstKind::ExpressionStatement(statement) => Some(match &statement.expression {
            Expression::AssignmentExpression(assignment) => {
                let fits = assignment.operator == AssignmentOperator::Assign
                    && assignment.left.span().start <= at
                    && at < assignment.left.span().end
                    && declarable(source, &assignment.left);
                fits.then_some(statement.span.start)
            }
            Expression::SequenceExpression(sequence) => {
                let fits = sequence.expressions.iter().all(|part| match part {
                    Expression::AssignmentExpression(assignment) => {
                        assignment.operator == AssignmentOperator::Assign
                            && declarable(source, &assignment.left)
                    }
                    _ => false,
                });
                let named = sequence.expressions.iter().any(|part| match part {
                    Expression::AssignmentExpression(assignment) => {
                        let span = assignment.left.span();
                        span.start <= at && at < span.end
                    }
                    _ => false,
                });
                (fits && named).then_some(statement.span.start)
            }
            _ => None,
        }),
        AstKind::Function(_) | AstKind::ArrowFunctionExpression(_) | AstKind::Program(_) => {
            Some(None)
        }
        _ => None,
    })??;
    let name = word_at(context.text(), at);
    let fix = |keyword: &str| {
        context
            .verified(
                diagnostic,
                format!("add '{keyword}' to unresolved variable '{name}'"),
            )
            .insert(context.file, start, format!("{keyword} "))
    };
    Some(vec![fix("const"), fix("let")])
}

fn left(
    source: &buildfix_typescript_syntax::Source,
    at: u32,
    left: &ForStatementLeft,
) -> Option<Option<u32>> {
    let target = left.as_assignment_target()?;
    let span = target.span();
    if !(span.start <= at && at < span.end) {
        return None;
    }
    Some(declarable(source, target).then_some(span.start))
}

/// Whether a target is made of names alone, none of which is declared.
fn declarable(source: &buildfix_typescript_syntax::Source, target: &AssignmentTarget) -> bool {
    let span = target.span();
    let mut any = false;
    for node in source.semantic.nodes().iter() {
        let own = node.kind().span();
        if own.start < span.start || own.end > span.end {
            continue;
        }
        match node.kind() {
            AstKind::IdentifierReference(id) => {
                any = true;
                if source.lookup(id.span.start, &id.name).is_some() {
                    return false;
                }
            }
            AstKind::StaticMemberExpression(_)
            | AstKind::ComputedMemberExpression(_)
            | AstKind::PrivateFieldExpression(_)
            | AstKind::CallExpression(_)
            | AstKind::AssignmentTargetWithDefault(_) => return false,
            _ => {}
        }
    }
    any
}

/// `foo(1)` where nothing declares `foo`.
pub fn missing_function(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let call = source.enclosing(at, |kind| match kind {
        AstKind::CallExpression(call)
            if call.callee.span().start == at
                && matches!(call.callee, Expression::Identifier(_)) =>
        {
            Some(call)
        }
        _ => None,
    })?;
    let name = word_at(context.text(), at);
    let infer = context.infer()?;
    let mut names: Vec<String> = Vec::new();
    let mut params = Vec::new();
    let mut type_params: Vec<String> = Vec::new();
    let javascript = source.is_javascript();
    let explicit = call
        .type_arguments
        .as_ref()
        .map_or(0, |args| args.params.len());
    type_params.extend(
        ["T", "U", "V", "W"]
            .iter()
            .cycle()
            .take(explicit.min(4))
            .map(|name| (*name).to_owned()),
    );
    for (index, argument) in call.arguments.iter().enumerate() {
        let base = match argument {
            Argument::Identifier(id) => id.name.to_string(),
            Argument::StaticMemberExpression(member) => member.property.name.to_string(),
            Argument::SpreadElement(_) => return None,
            _ => format!("arg{index}"),
        };
        let mut unique = base.clone();
        let mut count = 1;
        while names.contains(&unique) {
            unique = format!("{base}{count}");
            count += 1;
        }
        let ty = argument
            .as_expression()
            .and_then(|argument| infer.expression(argument))
            .map_or_else(Ty::any, |ty| ty.widen());
        if let Ty::Named(name, args) = &ty
            && args.is_empty()
            && is_type_param(source, argument.span().start, name)
            && !type_params.contains(name)
        {
            type_params.push(name.clone());
        }
        params.push(if javascript {
            unique.clone()
        } else {
            format!("{unique}: {ty}")
        });
        names.push(unique);
    }
    let ret = source
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            AstKind::VariableDeclarator(declarator)
                if declarator
                    .init
                    .as_ref()
                    .is_some_and(|init| init.span() == call.span) =>
            {
                Ty::annotation(source.text, declarator.type_annotation.as_deref())
            }
            _ => None,
        });
    let ret = ret
        .filter(|_| !javascript)
        .map(|ty| format!(": {ty}"))
        .unwrap_or_default();
    let type_params = if type_params.is_empty() || javascript {
        String::new()
    } else {
        format!("<{}>", type_params.join(", "))
    };
    let text = context.text();
    let end = text.trim_end().len() as u32;
    let gap = if skip_trivia(text, end) as usize >= text.len() {
        "\n\n"
    } else {
        "\n"
    };
    let function = format!(
        "{gap}function {name}{type_params}({}){ret} {{\n    throw new Error(\"Function not implemented.\");\n}}",
        params.join(", ")
    );
    let tail = if text[end as usize..].is_empty() {
        "\n"
    } else {
        ""
    };
    Some(vec![
        context
            .placeholder(
                diagnostic,
                format!("add missing function declaration '{name}'"),
            )
            .insert(context.file, end, format!("{function}{tail}")),
    ])
}

fn is_type_param(source: &buildfix_typescript_syntax::Source, at: u32, name: &str) -> bool {
    source.lookup(at, name).is_some_and(|symbol| {
        source
            .declarations(symbol)
            .iter()
            .any(|node| matches!(node.kind(), AstKind::TSTypeParameter(_)))
    })
}
