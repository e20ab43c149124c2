//! Guards as they are written: a statement that runs only where a value is
//! there, or an exit in front of the statement that takes it for granted.

use crate::guards::{Exit, Subject, exit, node_is_reference, statement, unconditional};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::range,
    style::{INDENT, indentation, is_identifier, quote, semicolon},
};
use oxc_ast::{AstKind, ast::Expression};
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};

/// The guard's name for a value, and the fix with the value held in a variable
/// where the compiler would not follow it otherwise.
struct Held {
    name: String,
    /// The declaration, its line end and indentation included.
    declaration: String,
}

fn hold(context: &Context, source: &Source, subject: Subject, indent: &str) -> Option<Held> {
    let value = source.slice(subject.span);
    if node_is_reference(source.semantic.nodes().kind(subject.id)) {
        return Some(Held {
            name: value.to_owned(),
            declaration: String::new(),
        });
    }
    let wanted = match source.semantic.nodes().kind(subject.id) {
        AstKind::CallExpression(call) => match &call.callee {
            Expression::StaticMemberExpression(member) => {
                result_name(&member.property.name).to_owned()
            }
            Expression::Identifier(id) => result_name(&id.name).to_owned(),
            _ => "value".to_owned(),
        },
        AstKind::ComputedMemberExpression(member) => {
            let object = match &member.object {
                Expression::Identifier(id) => id.name.as_str(),
                Expression::StaticMemberExpression(inner) => inner.property.name.as_str(),
                _ => "",
            };
            match object.strip_suffix('s') {
                Some(one) if is_identifier(one) && !one.ends_with('s') && one.len() > 1 => {
                    one.to_owned()
                }
                _ => "value".to_owned(),
            }
        }
        _ => return None,
    };
    let name = free_name(context.text(), &wanted)?;
    let end = semicolon(source);
    Some(Held {
        declaration: format!("const {name} = {value}{end}\n{indent}"),
        name,
    })
}

/// What a function's result is called.
fn result_name(function: &str) -> &str {
    match function {
        "getElementById" | "querySelector" | "closest" => "element",
        "getContext" => "context",
        "match" | "exec" => "match",
        "find" | "findLast" => "found",
        _ => "value",
    }
}

/// A name that the file has no word like.
fn free_name(text: &str, wanted: &str) -> Option<String> {
    let taken = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            // A property of that name is no variable.
            !before.is_some_and(|c| word(c) || c == '.') && !after.is_some_and(word)
        })
    };
    std::iter::once(wanted.to_owned())
        .chain((2..9).map(|number| format!("{wanted}{number}")))
        .find(|name| !taken(name))
}

/// An exit in front of the statement: `if (x === undefined) { return; }`.
pub fn early(context: &Context, diagnostic: &Diagnostic, subject: Subject) -> Option<(Exit, Fix)> {
    let source = context.source()?;
    let place = unconditional(source, subject.id)?;
    let start = place.statement.span().start;
    let indent = indentation(source.text, start).to_owned();
    let held = hold(context, source, subject, &indent)?;
    let exit = exit(source, place.id);
    let end = semicolon(source);
    let leave = match &exit {
        Exit::Return => format!("return{end}"),
        Exit::ReturnValue(value) => format!("return {value}{end}"),
        Exit::Continue => format!("continue{end}"),
        Exit::Throw => {
            let mark = quote(source);
            let value: String = source
                .slice(subject.span)
                .replace('\\', "\\\\")
                .replace(mark, &format!("\\{mark}"));
            if value.contains('\n') {
                return None;
            }
            let word = subject.missing.word();
            format!("throw new Error({mark}{value} is {word}{mark}){end}")
        }
    };
    let step = step(source.text, &indent);
    let guard = format!(
        "{}if ({}) {{\n{indent}{step}{leave}\n{indent}}}\n{indent}",
        held.declaration,
        subject.missing.absent(&held.name)
    );
    let mut fix = context
        .verified(
            diagnostic,
            format!(
                "leave early where '{}' is {}",
                held.name,
                subject.missing.word()
            ),
        )
        .insert(context.file, start, guard);
    if !held.declaration.is_empty() {
        fix = fix.replace(context.file, range(subject.span), held.name);
    }
    Some((exit, fix))
}

/// One level of indentation, as the file has it: tabs where the line has some.
fn step(text: &str, indent: &str) -> &'static str {
    let tabs = indent.contains('\t') || (indent.is_empty() && text.contains("\n\t"));
    let two = |spaces: &str| spaces.len() % 4 == 2;
    if tabs {
        "\t"
    } else if two(indent)
        || text
            .lines()
            .any(|line| line.len() > 2 && line.starts_with("  ") && !line.starts_with("   "))
    {
        "  "
    } else {
        INDENT
    }
}

/// The statements from this one on that need the value, inside of
/// `if (x) { … }`.
pub fn wrap(context: &Context, diagnostic: &Diagnostic, subject: Subject) -> Option<Fix> {
    let source = context.source()?;
    let text = source.text;
    let place = statement(source, subject.id)?;
    let AstKind::ExpressionStatement(first) = place.statement else {
        return None;
    };
    // What lies in a branch of the expression is not always reached.
    let nodes = source.semantic.nodes();
    let branches = nodes
        .ancestors(subject.id)
        .take_while(|node| node.id() != place.id)
        .any(|node| {
            matches!(
                node.kind(),
                AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_)
            )
        });
    if branches {
        return None;
    }
    let indent = indentation(text, first.span.start).to_owned();
    let held = hold(context, source, subject, &indent)?;
    let mut end = first.span.end;
    if place.listed && held.declaration.is_empty() {
        end = together(source, place.id, &held.name).unwrap_or(end);
    }
    let span = Span::new(first.span.start, end);
    let mut body = text.get(span.start as usize..span.end as usize)?.to_owned();
    if !held.declaration.is_empty() {
        let from = (subject.span.start - span.start) as usize;
        let to = (subject.span.end - span.start) as usize;
        body.get(from..to)?;
        body.replace_range(from..to, &held.name);
    }
    let step = step(text, &indent);
    let body = body.replace('\n', &format!("\n{step}"));
    let condition = subject.missing.present(&held.name);
    let declaration = &held.declaration;
    let text = if place.listed {
        format!("{declaration}if ({condition}) {{\n{indent}{step}{body}\n{indent}}}")
    } else if declaration.is_empty() {
        format!("{{ if ({condition}) {{ {body} }} }}")
    } else {
        return None;
    };
    Some(
        context
            .verified(diagnostic, format!("only where '{}' is there", held.name))
            .replace(context.file, range(span), text),
    )
}

/// Where the run of expression statements ends that begins at a node and whose
/// statements all reach into the value.
fn together(source: &Source, first: NodeId, name: &str) -> Option<u32> {
    let nodes = source.semantic.nodes();
    let list = nodes.parent_kind(first);
    let statements = match list {
        AstKind::Program(program) => &program.body,
        AstKind::BlockStatement(block) => &block.body,
        AstKind::FunctionBody(body) => &body.statements,
        AstKind::SwitchCase(case) => &case.consequent,
        _ => return None,
    };
    let start = nodes.kind(first).span();
    let mut end = None;
    for statement in statements.iter().skip_while(|s| s.span() != start) {
        let oxc_ast::ast::Statement::ExpressionStatement(expression) = statement else {
            break;
        };
        let slice = source.slice(expression.span);
        if !slice.starts_with(name) || !slice[name.len()..].starts_with(['.', '[']) {
            break;
        }
        end = Some(expression.span.end);
    }
    end
}

/// The condition in front of a comparison: `x !== undefined && x.length > 0`.
pub fn conjunction(
    context: &Context,
    diagnostic: &Diagnostic,
    subject: Subject,
    of: NodeId,
) -> Option<Fix> {
    let source = context.source()?;
    if !node_is_reference(source.semantic.nodes().kind(subject.id)) {
        return None;
    }
    let nodes = source.semantic.nodes();
    let span = nodes.kind(of).span();
    let present = subject.missing.present(source.slice(subject.span));
    let bare = match nodes.parent_kind(of) {
        AstKind::BinaryExpression(_)
        | AstKind::UnaryExpression(_)
        | AstKind::TSAsExpression(_)
        | AstKind::AwaitExpression(_)
        | AstKind::TSNonNullExpression(_) => false,
        AstKind::LogicalExpression(logical) => {
            logical.operator != oxc_syntax::operator::LogicalOperator::Coalesce
        }
        _ => true,
    };
    let fix = context.verified(diagnostic, format!("ask for '{present}' first"));
    Some(if bare {
        fix.insert(context.file, span.start, format!("{present} && "))
    } else {
        fix.insert(context.file, span.start, format!("({present} && "))
            .insert(context.file, span.end, ")")
    })
}
