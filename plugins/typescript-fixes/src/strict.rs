//! What strict checks find besides missing values: indexes of an open type,
//! variables read too early, and functions that end without a result.

use crate::{
    around::{early, wrap},
    guards::{Missing, Subject, is_reference, natural},
    nullness::is_value,
    widen::with,
};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::{between, range},
    style::{INDENT, first_on_line, indentation, is_identifier, semicolon},
    types::{Ty, literal_kind},
};
use oxc_ast::{
    AstKind,
    ast::{ArrowFunctionBody, ClassElement, Expression, FunctionBody, Statement, TSType},
};
use oxc_semantic::SymbolId;
use oxc_span::GetSpan;

/// `Type 'undefined' cannot be used as an index type.`
pub fn index(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let nodes = source.semantic.nodes();
    let at = diagnostic.span.start;
    let missing = match between(&diagnostic.message, "Type '", "'")? {
        "undefined" => Missing::Undefined,
        "null" => Missing::Null,
        _ => return None,
    };
    let (id, member) = nodes.iter().find_map(|node| match node.kind() {
        AstKind::ComputedMemberExpression(member) if member.expression.span().start == at => {
            Some((node.id(), member))
        }
        _ => None,
    })?;
    let key = member.expression.span();
    let key_node = nodes
        .iter()
        .find(|node| node.kind().span() == key && is_value(node.kind()))?;
    let subject = Subject {
        id: key_node.id(),
        span: key,
        missing,
    };
    let assigned = matches!(nodes.parent_kind(id),
        AstKind::AssignmentExpression(assignment) if assignment.left.span() == member.span);
    let mut fixes = Vec::new();
    if let Some(fix) = wrap(context, diagnostic, subject) {
        fixes.push(fix);
    } else if !assigned && is_reference(&member.expression) {
        let present = missing.present(source.slice(key));
        fixes.push(
            context
                .verified(diagnostic, format!("ask for '{present}' first"))
                .replace(
                    context.file,
                    range(member.span),
                    conditional(
                        nodes.parent_kind(id),
                        &format!("{present} ? {} : undefined", source.slice(member.span)),
                    ),
                ),
        );
    }
    fixes.extend(early(context, diagnostic, subject).map(|(_, fix)| fix));
    (!fixes.is_empty()).then_some(fixes)
}

/// A conditional as it has to be written below a node.
fn conditional(parent: AstKind, text: &str) -> String {
    if matches!(
        parent,
        AstKind::ReturnStatement(_)
            | AstKind::VariableDeclarator(_)
            | AstKind::ArrowFunctionExpression(_)
            | AstKind::AssignmentExpression(_)
            | AstKind::ObjectProperty(_)
            | AstKind::TemplateLiteral(_)
    ) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

/// `Variable 'x' is used before being assigned.`
pub fn unassigned(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let name = between(&diagnostic.message, "Variable '", "'")?;
    let symbol = source.lookup(diagnostic.span.start, name)?;
    let declarator = source.declarations(symbol).into_iter().find_map(|node| {
        std::iter::once(node.kind())
            .chain(source.semantic.nodes().ancestor_kinds(node.id()))
            .take(2)
            .find_map(|kind| match kind {
                AstKind::VariableDeclarator(declarator) if declarator.init.is_none() => {
                    Some(declarator)
                }
                _ => None,
            })
    })?;
    let annotation = declarator.type_annotation.as_ref()?;
    let span = annotation.type_annotation.span();
    let ty = Ty::read(source.text, &annotation.type_annotation);
    let widened = context
        .verified(
            diagnostic,
            format!("add 'undefined' to the type of '{name}'"),
        )
        .replace(
            context.file,
            range(span),
            with(source.slice(span), " | undefined"),
        );
    let value = natural(&ty).or_else(|| ty.is("number").then_some("0"));
    let initial = value.map(|value| {
        context
            .verified(diagnostic, format!("begin '{name}' with '{value}'"))
            .insert(context.file, span.end, format!(" = {value}"))
    });
    // What is added to has to begin with something.
    let grows = source.references(symbol).into_iter().any(|span| {
        let rest = source.text.get(span.end as usize..).unwrap_or_default();
        let rest = rest.trim_start();
        ["+=", "-=", "++", "--", ".push("]
            .iter()
            .any(|mark| rest.starts_with(mark))
    });
    let mut fixes = vec![widened];
    if let Some(initial) = initial {
        fixes.insert(usize::from(!grows), initial);
    }
    Some(fixes)
}

/// The body and the result type of a function.
struct Function<'s, 'a> {
    body: &'s FunctionBody<'a>,
    ret: Option<&'s TSType<'a>>,
}

/// The function whose head holds a byte.
fn function_at<'s, 'a>(source: &'s Source<'a>, at: u32) -> Option<Function<'s, 'a>> {
    source.enclosing(at, |kind| match kind {
        AstKind::Function(function) => Some(Function {
            body: function.body.as_deref()?,
            ret: function
                .return_type
                .as_ref()
                .map(|ret| &ret.type_annotation),
        }),
        AstKind::ArrowFunctionExpression(arrow) => match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => Some(Function {
                body,
                ret: arrow.return_type.as_ref().map(|ret| &ret.type_annotation),
            }),
            _ => None,
        },
        // The head of a method is its own node's.
        AstKind::MethodDefinition(method) => Some(Function {
            body: method.value.body.as_deref()?,
            ret: method
                .value
                .return_type
                .as_ref()
                .map(|ret| &ret.type_annotation),
        }),
        AstKind::VariableDeclarator(declarator) => match declarator.init.as_ref()? {
            Expression::ArrowFunctionExpression(arrow) => match &arrow.body {
                ArrowFunctionBody::FunctionBody(body) => Some(Function {
                    body,
                    ret: arrow.return_type.as_ref().map(|ret| &ret.type_annotation),
                }),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    })
}

/// A statement at the end of a body.
fn at_end(context: &Context, source: &Source, fix: Fix, body: &FunctionBody, text: &str) -> Fix {
    let close = body.span.end.saturating_sub(1);
    let end = semicolon(source);
    if !first_on_line(source.text, close) {
        return fix.insert(context.file, close, format!("{text}{end} "));
    }
    let indent = indentation(source.text, close).to_owned();
    let inner = body.statements.first().map_or_else(
        || format!("{indent}{INDENT}"),
        |first| indentation(source.text, first.span().start).to_owned(),
    );
    let line = close.saturating_sub(indent.len() as u32);
    fix.insert(context.file, line, format!("{inner}{text}{end}\n"))
}

/// `Not all code paths return a value.`
pub fn some_return(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let nodes = source.semantic.nodes();
    let bare = nodes.iter().find_map(|node| match node.kind() {
        AstKind::ReturnStatement(statement)
            if statement.span.start == at && statement.argument.is_none() =>
        {
            Some(statement.span)
        }
        _ => None,
    });
    let fix = context.verified(diagnostic, "return 'undefined'");
    if let Some(span) = bare {
        let end = span.start + "return".len() as u32;
        return Some(vec![fix.insert(context.file, end, " undefined")]);
    }
    let function = function_at(source, at)?;
    Some(vec![at_end(
        context,
        source,
        fix,
        function.body,
        "return undefined",
    )])
}

/// `Function lacks ending return statement and return type does not include
/// 'undefined'.`
pub fn no_end(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let function = function_at(source, diagnostic.span.start)?;
    let ret = function.ret?;
    let ty = Ty::read(source.text, ret);
    let (span, ty) = match (&ty, ret) {
        (Ty::Named(name, args), TSType::TSTypeReference(reference))
            if name == "Promise" && args.len() == 1 =>
        {
            let inner = reference.type_arguments.as_ref()?.params.first()?.span();
            (inner, args.first()?.clone())
        }
        _ => (ret.span(), ty.clone()),
    };
    let null = ty.alternatives().iter().any(|ty| ty.is("null"));
    let mut fixes = Vec::new();
    if null {
        let fix = context.verified(diagnostic, "return 'null' at the end");
        fixes.push(at_end(context, source, fix, function.body, "return null"));
    }
    let fix = context
        .verified(diagnostic, "let the function return 'undefined'")
        .replace(
            context.file,
            range(span),
            with(source.slice(span), " | undefined"),
        );
    let widened = at_end(context, source, fix, function.body, "return undefined");
    // All cases are there, so far as the author thought: what follows is an error.
    let cases = matches!(
        function.body.statements.last(),
        Some(Statement::SwitchStatement(_))
    );
    let mark = buildfix_typescript_syntax::style::quote(source);
    let fix = context.verified(diagnostic, "throw where no case fits");
    let throwing = at_end(
        context,
        source,
        fix,
        function.body,
        &format!("throw new Error({mark}no case fits{mark})"),
    );
    let falsy = ty.is("boolean").then(|| {
        let fix = context.verified(diagnostic, "return 'false' at the end");
        at_end(context, source, fix, function.body, "return false")
    });
    if cases {
        fixes.extend([throwing, widened]);
    } else {
        fixes.extend(falsy);
        fixes.push(widened);
    }
    Some(fixes)
}

/// `Element implicitly has an 'any' type because expression of type 'string'
/// can't be used to index type 'T'.`
pub fn open_index(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let first = diagnostic.message.lines().next()?;
    let (_, rest) = first.split_once("because expression of type '")?;
    let (key_type, rest) = rest.split_once("' can't be used to index type '")?;
    let owner = rest.strip_suffix("'.").unwrap_or(rest);
    if literal_kind(key_type).is_some() {
        return None;
    }
    let at = diagnostic.span.start;
    // The innermost index at the place: `a[i][j]` begins where `a[i]` does.
    let member = source.starting_at(at, |kind| match kind {
        AstKind::ComputedMemberExpression(member) => Some(member),
        _ => None,
    })?;
    let object = source.slice(member.object.span());
    let key = &member.expression;
    if owner == "{}" {
        return annotate_record(context, diagnostic, source, &member.object, key_type);
    }
    let of = if is_reference(&member.object) && !object.contains(['!', '[', '(', '#']) {
        format!("keyof typeof {object}")
    } else if is_identifier(owner) {
        format!("keyof {owner}")
    } else {
        return None;
    };
    let fix = context.verified(diagnostic, format!("use the index as '{of}'"));
    let loose = matches!(
        key,
        Expression::LogicalExpression(_)
            | Expression::ConditionalExpression(_)
            | Expression::BinaryExpression(_)
            | Expression::AssignmentExpression(_)
    );
    let span = key.span();
    Some(vec![if loose {
        fix.insert(context.file, span.start, "(").insert(
            context.file,
            span.end,
            format!(") as {of}"),
        )
    } else {
        fix.insert(context.file, span.end, format!(" as {of}"))
    }])
}

/// Where the name ends of a variable that begins with an object and has no type.
fn untyped_object(source: &Source, symbol: SymbolId) -> Option<u32> {
    source.declarations(symbol).into_iter().find_map(|node| {
        std::iter::once(node.kind())
            .chain(source.semantic.nodes().ancestor_kinds(node.id()))
            .take(2)
            .find_map(|kind| match kind {
                AstKind::VariableDeclarator(declarator) if declarator.type_annotation.is_none() => {
                    matches!(declarator.init, Some(Expression::ObjectExpression(_)))
                        .then(|| declarator.id.span().end)
                }
                _ => None,
            })
    })
}

/// `const o = {}` that is filled by index becomes a record.
fn annotate_record<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    source: &Source<'a>,
    object: &Expression,
    key_type: &str,
) -> Option<Vec<Fix>> {
    let (end, name) = match object {
        Expression::Identifier(id) => {
            let symbol = source.lookup(id.span.start, &id.name)?;
            (untyped_object(source, symbol)?, id.name.as_str())
        }
        Expression::StaticMemberExpression(member)
            if matches!(member.object, Expression::ThisExpression(_)) =>
        {
            let name = member.property.name.as_str();
            let end = source.enclosing(member.span.start, |kind| match kind {
                AstKind::Class(class) => class.body.body.iter().find_map(|element| match element {
                    ClassElement::PropertyDefinition(property)
                        if property.key.is_specific_static_name(name)
                            && property.type_annotation.is_none()
                            && matches!(property.value, Some(Expression::ObjectExpression(_))) =>
                    {
                        Some(property.key.span().end)
                    }
                    _ => None,
                }),
                _ => None,
            })?;
            (end, source.slice(member.span))
        }
        _ => return None,
    };
    let infer = context.infer()?;
    let mut values = Vec::new();
    for node in source.semantic.nodes().iter() {
        let AstKind::AssignmentExpression(assignment) = node.kind() else {
            continue;
        };
        let target = source.slice(assignment.left.span());
        if target
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('['))
        {
            values.push(infer.expression(&assignment.right).map(|ty| ty.widen()));
        }
    }
    let values: Option<Vec<Ty>> = values.into_iter().collect();
    let value = values.filter(|values| !values.is_empty()).map(Ty::union);
    let key = if key_type == "number" {
        "number"
    } else {
        "string"
    };
    let title = format!("declare '{name}' as a record");
    let (fix, value) = match value.filter(|ty| !ty.is("any")) {
        Some(ty) => (context.verified(diagnostic, title), ty.to_string()),
        None => (context.placeholder(diagnostic, title), "any".to_owned()),
    };
    Some(vec![fix.insert(
        context.file,
        end,
        format!(": Record<{key}, {value}>"),
    )])
}

/// `Element implicitly has an 'any' type because index expression is not of
/// type 'number'.`
pub fn number_index(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let key = source
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            AstKind::ComputedMemberExpression(member) if member.expression.span().start == at => {
                Some(&member.expression)
            }
            _ => None,
        })?;
    // A literal names a property that is not there.
    if !is_reference(key) {
        return None;
    }
    let text = format!("Number({})", source.slice(key.span()));
    Some(vec![
        context
            .verified(diagnostic, format!("use '{text}'"))
            .replace(context.file, range(key.span()), text),
    ])
}
