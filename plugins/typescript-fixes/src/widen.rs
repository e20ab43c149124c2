//! `X | undefined` where `X` is asked for: the place is declared to take what
//! it gets, or what it gets has a natural value instead of nothing.

use crate::{
    around::early,
    guards::{Missing, Subject, natural},
    place::place,
    properties::read_type,
};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::{between, range},
};
use oxc_ast::{AstKind, ast::ArrowFunctionBody};
use oxc_span::{GetSpan, Span};

/// What a message says of the value and of its place.
struct Told {
    missing: Missing,
    /// What has to be added to the place.
    add: &'static str,
    target: String,
}

fn told(message: &str) -> Option<Told> {
    let mut lines = message.lines();
    let first = lines.next()?;
    let given = between(first, "ype '", "' is not assignable to ")?;
    let (_, rest) = first.split_once("' is not assignable to ")?;
    let target = between(rest, "type '", "'")?.to_owned();
    let has = |ty: &str, word: &str| ty.split(" | ").any(|one| one == word);
    let null = has(given, "null") && !has(&target, "null");
    let undefined = has(given, "undefined") && !has(&target, "undefined");
    let alone = given == "null" || given == "undefined";
    // Something else may be what does not fit.
    let nothing_else = alone
        || lines.next().is_some_and(|line| {
            let line = line.trim_start();
            line.starts_with("Type 'undefined' is not") || line.starts_with("Type 'null' is not")
        });
    if !nothing_else {
        return None;
    }
    let (missing, add) = match (null, undefined) {
        (true, true) => (Missing::Both, " | null | undefined"),
        (true, false) => (Missing::Null, " | null"),
        (false, true) => (Missing::Undefined, " | undefined"),
        (false, false) => return None,
    };
    Some(Told {
        missing,
        add,
        target,
    })
}

/// `Type 'string | undefined' is not assignable to type 'string'.`
pub fn missing(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    if source.is_javascript() {
        return None;
    }
    let told = told(&diagnostic.message)?;
    let at = diagnostic.span.start;
    let value = value(source, at);
    let place = place(context, source, at);
    let declared = place.as_ref().and_then(|place| {
        let file = context.other(&place.source.path)?;
        let fix = context.verified(
            diagnostic,
            format!("add '{}'", told.add.trim_start_matches(" | ")),
        );
        let written = place.source.slice(place.span);
        if place.span.is_empty() {
            return Some(fix.insert(
                &file,
                place.span.start,
                format!(": {}{}", told.target, told.add),
            ));
        }
        if written == "any" || written == "unknown" {
            return None;
        }
        Some(fix.replace(&file, range(place.span), with(written, told.add)))
    });
    let mut fixes = Vec::new();
    let reaches = place.is_some_and(|place| place.reaches);
    let mut last = None;
    if reaches {
        last = declared;
    } else {
        fixes.extend(declared);
    }
    if let Some(span) = value {
        let literal = matches!(source.slice(span), "null" | "undefined");
        if let Some(nothing) = read_type(context, &told.target).as_ref().and_then(natural)
            && !literal
        {
            fixes.push(coalesce(context, diagnostic, source, span, nothing));
        }
        let node = source.semantic.nodes().iter().find(|node| {
            node.kind().span() == span
                && matches!(
                    node.kind(),
                    AstKind::IdentifierReference(_)
                        | AstKind::StaticMemberExpression(_)
                        | AstKind::ComputedMemberExpression(_)
                )
        });
        if let Some(node) = node
            && !literal
        {
            let subject = Subject {
                id: node.id(),
                span,
                missing: told.missing,
            };
            fixes.extend(early(context, diagnostic, subject).map(|(_, fix)| fix));
        }
        fixes.extend(last);
        if !literal {
            fixes.push(
                context
                    .placeholder(diagnostic, "assert that it is there")
                    .insert(context.file, span.end, "!"),
            );
        }
    } else {
        fixes.extend(last);
    }
    Some(fixes)
}

/// A type with an alternative more.
pub fn with(written: &str, add: &str) -> String {
    if written.contains("=>") || written.contains(" extends ") {
        format!("({written}){add}")
    } else {
        format!("{written}{add}")
    }
}

fn coalesce(
    context: &Context,
    diagnostic: &Diagnostic,
    source: &Source,
    span: Span,
    nothing: &str,
) -> Fix {
    let fix = context.verified(diagnostic, format!("add '?? {nothing}'"));
    let loose = source.semantic.nodes().iter().any(|node| {
        node.kind().span() == span
            && matches!(
                node.kind(),
                AstKind::LogicalExpression(_)
                    | AstKind::ConditionalExpression(_)
                    | AstKind::AwaitExpression(_)
                    | AstKind::ArrowFunctionExpression(_)
                    | AstKind::AssignmentExpression(_)
            )
    });
    if loose {
        fix.insert(context.file, span.start, "(").insert(
            context.file,
            span.end,
            format!(") ?? {nothing}"),
        )
    } else {
        fix.insert(context.file, span.end, format!(" ?? {nothing}"))
    }
}

/// The value that does not fit, by where a message about it points.
fn value(source: &Source, at: u32) -> Option<Span> {
    let nodes = source.semantic.nodes();
    nodes
        .iter()
        .filter_map(|node| match node.kind() {
            AstKind::CallExpression(call) => call
                .arguments
                .iter()
                .map(GetSpan::span)
                .find(|span| span.start == at),
            AstKind::NewExpression(new) => new
                .arguments
                .iter()
                .map(GetSpan::span)
                .find(|span| span.start == at),
            AstKind::ArrayExpression(array) => array
                .elements
                .iter()
                .map(GetSpan::span)
                .find(|span| span.start == at),
            AstKind::VariableDeclarator(declarator) if declarator.span.start == at => {
                declarator.init.as_ref().map(GetSpan::span)
            }
            AstKind::PropertyDefinition(property) if property.key.span().start == at => {
                property.value.as_ref().map(GetSpan::span)
            }
            AstKind::AssignmentExpression(assignment) if assignment.span.start == at => {
                Some(assignment.right.span())
            }
            AstKind::ReturnStatement(statement) if statement.span.start == at => {
                statement.argument.as_ref().map(GetSpan::span)
            }
            AstKind::ObjectProperty(property)
                if property.span.start == at && !property.shorthand =>
            {
                Some(property.value.span())
            }
            AstKind::ArrowFunctionExpression(arrow) => match &arrow.body {
                ArrowFunctionBody::FunctionBody(_) => None,
                body => body
                    .as_expression()
                    .map(GetSpan::span)
                    .filter(|span| span.start == at),
            },
            _ => None,
        })
        .last()
}
