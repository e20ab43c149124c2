//! A word or a pair of parentheses that an expression lacks: `new`, `await`,
//! `()`, `return`, a cast over `unknown`.

use crate::modifiers::{AnyFunction, make_async};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Source,
    context::{Context, between, range},
    style::{quote, semicolon},
};
use oxc_ast::{
    AstKind,
    ast::{ArrowFunctionBody, Expression, FunctionBody, Statement},
};
use oxc_span::{GetSpan, Span};

/// `This condition will always return true since this function is always
/// defined. Did you mean to call it instead?`
pub fn call(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let span = reference(source, diagnostic.span.start)?;
    Some(vec![
        context
            .verified(diagnostic, "add missing call parentheses")
            .insert(context.file, span.end, "()"),
    ])
}

/// The longest chain of names that begins at a byte: `a`, `a.b`, `this.#c`.
fn reference(source: &Source, at: u32) -> Option<Span> {
    let mut longest: Option<Span> = None;
    for node in source.semantic.nodes().iter() {
        let fits = matches!(
            node.kind(),
            AstKind::IdentifierReference(_)
                | AstKind::StaticMemberExpression(_)
                | AstKind::ComputedMemberExpression(_)
                | AstKind::PrivateFieldExpression(_)
        );
        let span = node.kind().span();
        if fits && span.start == at && longest.is_none_or(|known| span.end > known.end) {
            longest = Some(span);
        }
    }
    longest
}

/// `Value of type 'typeof C' is not callable. Did you mean to include 'new'?`
pub fn add_new(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let call = source
        .semantic
        .nodes()
        .iter()
        .filter_map(|node| match node.kind() {
            AstKind::CallExpression(call) if call.span.start == at => Some(call),
            _ => None,
        })
        .max_by_key(|call| call.span.end)?;
    let fix = context
        .verified(diagnostic, "add missing 'new' operator to call")
        .insert(context.file, at, "new ");
    Some(vec![match call.callee.without_parentheses() {
        Expression::CallExpression(_)
            if !matches!(call.callee, Expression::ParenthesizedExpression(_)) =>
        {
            let end = call.callee.span().end;
            context
                .verified(diagnostic, "add missing 'new' operator to call")
                .insert(context.file, at, "new (")
                .insert(context.file, end, ")")
        }
        _ => fix,
    }])
}

/// `Conversion of type 'A' to type 'B' may be a mistake`
pub fn over_unknown(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let fix = context.verified(
        diagnostic,
        "add 'unknown' conversion for non-overlapping types",
    );
    source
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            AstKind::TSAsExpression(cast) if cast.span.start == at => {
                Some(vec![fix.clone().insert(
                    context.file,
                    cast.expression.span().end,
                    " as unknown",
                )])
            }
            AstKind::TSTypeAssertion(cast) if cast.span.start == at => {
                Some(vec![fix.clone().insert(
                    context.file,
                    cast.expression.span().start,
                    "<unknown>",
                )])
            }
            _ => None,
        })
}

/// Whether `await` may stand at a byte.
fn may_await(context: &Context, at: u32) -> bool {
    match AnyFunction::around(context, at) {
        Some(function) => function.is_async(),
        None => context
            .source()
            .is_some_and(|source| buildfix_typescript_syntax::modules::exports(source).is_module),
    }
}

/// Something that has a value only once a promise is awaited.
pub fn add_await(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let promise = ["Promise<", "PromiseLike<"]
        .iter()
        .any(|name| diagnostic.message.contains(name));
    if !promise && diagnostic.code != "TS2801" {
        return None;
    }
    let source = context.source()?;
    let at = diagnostic.span.start;
    // `const { a } = promise;`
    let taken_apart = source.enclosing(at, |kind| match kind {
        AstKind::VariableDeclarator(it) if it.id.is_destructuring_pattern() => {
            let start = it.init.as_ref()?.span().start;
            (at < start).then_some(start)
        }
        _ => None,
    });
    if let Some(start) = taken_apart.filter(|_| diagnostic.code == "TS2339") {
        return may_await(context, start).then(|| {
            let fix = context.verified(diagnostic, "add 'await' to initializer");
            vec![fix.insert(context.file, start, "await ")]
        });
    }
    let subject = if diagnostic.code == "TS2339" {
        member_object(source, at)?
    } else {
        subject(source, at)?
    };
    if !may_await(context, subject.start) {
        return None;
    }
    let mut fixes = Vec::new();
    if let Some(initializer) = initializer(context, subject) {
        fixes.push(
            context
                .verified(diagnostic, "add 'await' to initializer")
                .insert(context.file, initializer.start, "await "),
        );
    }
    fixes.push(await_in_place(context, source, diagnostic, subject));
    Some(fixes)
}

/// The object of the member access whose property is at a byte.
fn member_object(source: &Source, at: u32) -> Option<Span> {
    source
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            AstKind::StaticMemberExpression(member) if member.property.span.start == at => {
                Some(member.object.span())
            }
            _ => None,
        })
}

/// The expression that an error at a byte is about: the callee of `a()`, the
/// class of `new C()`, else the whole operand.
fn subject(source: &Source, at: u32) -> Option<Span> {
    let mut best: Option<Span> = None;
    for node in source.semantic.nodes().iter() {
        let span = node.kind().span();
        if span.start != at {
            continue;
        }
        let fits = matches!(
            node.kind(),
            AstKind::IdentifierReference(_)
                | AstKind::StaticMemberExpression(_)
                | AstKind::CallExpression(_)
                | AstKind::NewExpression(_)
                | AstKind::ComputedMemberExpression(_)
        );
        if !fits {
            continue;
        }
        let parent = source.semantic.nodes().parent_kind(node.id());
        match parent {
            AstKind::CallExpression(call) if call.callee.span() == span => return Some(span),
            AstKind::StaticMemberExpression(_) | AstKind::ComputedMemberExpression(_) => continue,
            _ => {}
        }
        if let AstKind::NewExpression(new) = node.kind()
            && best.is_none()
        {
            best = Some(new.callee.span());
        } else if best.is_none_or(|known| span.end > known.end) {
            best = Some(span);
        }
    }
    best
}

/// What the variable at a span was initialized with, if awaiting that instead
/// is possible.
fn initializer(context: &Context, subject: Span) -> Option<Span> {
    let source = context.source()?;
    let name = source.slice(subject);
    let symbol = source.lookup(subject.start, name)?;
    source.declarations(symbol).into_iter().find_map(|node| {
        std::iter::once(node.kind())
            .chain(source.semantic.nodes().ancestor_kinds(node.id()))
            .take(3)
            .find_map(|kind| match kind {
                AstKind::VariableDeclarator(declarator) if declarator.type_annotation.is_none() => {
                    let init = declarator.init.as_ref()?;
                    let fits = !matches!(init, Expression::AwaitExpression(_))
                        && may_await(context, init.span().start);
                    fits.then(|| init.span())
                }
                _ => None,
            })
    })
}

fn await_in_place(
    context: &Context,
    source: &Source,
    diagnostic: &Diagnostic,
    subject: Span,
) -> Fix {
    let fix = context.verified(diagnostic, "add 'await'");
    let parent = source.semantic.nodes().iter().find_map(|node| {
        (node.kind().span() == subject).then(|| source.semantic.nodes().parent_kind(node.id()))
    });
    let wrap = match parent {
        Some(AstKind::CallExpression(call)) => call.callee.span() == subject,
        Some(AstKind::NewExpression(new)) => new.callee.span() == subject,
        Some(
            AstKind::StaticMemberExpression(_)
            | AstKind::ComputedMemberExpression(_)
            | AstKind::TSNonNullExpression(_)
            | AstKind::TaggedTemplateExpression(_),
        ) => true,
        _ => false,
    };
    if !wrap {
        return fix.insert(context.file, subject.start, "await ");
    }
    let open = if needs_semicolon(source, subject.start) {
        ";(await "
    } else {
        "(await "
    };
    fix.insert(context.file, subject.start, open)
        .insert(context.file, subject.end, ")")
}

/// Whether a `(` at a byte would continue the statement before it.
fn needs_semicolon(source: &Source, at: u32) -> bool {
    let text = source.text;
    let starts = source
        .semantic
        .nodes()
        .iter()
        .any(|node| match node.kind() {
            AstKind::ExpressionStatement(statement) => statement.span.start == at,
            _ => false,
        });
    let before = text[..at as usize].trim_end();
    starts && !before.is_empty() && !before.ends_with([';', '{', '}', '/'])
}

/// An arrow function that gives `T` where `Promise<T>` is asked for.
pub fn async_body(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let first = diagnostic.message.lines().next()?;
    let wanted = between(first, "to type '", "'")?;
    if !wanted.contains("Promise<") || between(first, "Type '", "'")?.contains("Promise<") {
        return None;
    }
    let function = AnyFunction::around(context, diagnostic.span.start)?;
    if function.is_async() {
        return None;
    }
    let fix = context.verified(diagnostic, "add async modifier to containing function");
    Some(vec![make_async(context, fix, &function)])
}

/// A body of one expression that is not returned.
pub fn add_return(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let body = source
        .enclosing(at, |kind| body_of(kind).map(Some))
        .flatten()
        .filter(|body| body.statements.len() == 1 && body.span.start >= at)
        .or_else(|| {
            // The error may name the variable or property that holds it.
            source.enclosing(at, |kind| match kind {
                AstKind::VariableDeclarator(declarator) => {
                    expression_body(declarator.init.as_ref()?)
                }
                AstKind::PropertyDefinition(property) => expression_body(property.value.as_ref()?),
                AstKind::ObjectProperty(property) => expression_body(&property.value),
                AstKind::AssignmentExpression(assignment) => expression_body(&assignment.right),
                AstKind::JSXAttribute(attribute) => match attribute.value.as_ref()? {
                    oxc_ast::ast::JSXAttributeValue::ExpressionContainer(container) => {
                        expression_body(container.expression.as_expression()?)
                    }
                    _ => None,
                },
                _ => None,
            })
        })?;
    let [statement] = body.statements.as_slice() else {
        return None;
    };
    let fix = context.verified(diagnostic, "add a return statement");
    Some(vec![match statement {
        Statement::ExpressionStatement(expression) => {
            fix.insert(context.file, expression.span.start, "return ")
        }
        Statement::LabeledStatement(labeled) => {
            let end = labeled.span.end;
            let text = source.slice(labeled.span);
            let (inner, tail) = text
                .strip_suffix(';')
                .map_or((text, ""), |inner| (inner, ";"));
            fix.replace(
                context.file,
                labeled.span.start..end,
                format!("return {{ {inner} }}{tail}"),
            )
        }
        Statement::BlockStatement(block)
            if block
                .body
                .iter()
                .all(|inner| matches!(inner, Statement::LabeledStatement(_)))
                && !block.body.is_empty() =>
        {
            fix.insert(context.file, block.span.start, "return ")
        }
        _ => return None,
    }])
}

fn body_of<'a>(kind: AstKind<'a>) -> Option<&'a FunctionBody<'a>> {
    match kind {
        AstKind::Function(function) => function.body.as_deref(),
        AstKind::ArrowFunctionExpression(arrow) => match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => Some(body),
            _ => None,
        },
        _ => None,
    }
}

fn expression_body<'a>(expression: &'a Expression<'a>) -> Option<&'a FunctionBody<'a>> {
    match expression.without_parentheses() {
        Expression::ArrowFunctionExpression(arrow) => match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => Some(body),
            _ => None,
        },
        Expression::FunctionExpression(function) => function.body.as_deref(),
        _ => None,
    }
}

/// A module namespace that is called: `import * as f` should be the default
/// import, or `import f = require()`.
pub fn called_namespace(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let name = buildfix_typescript_syntax::style::word_at(context.text(), at);
    let symbol = source.lookup(at, name)?;
    let node = source.declarations(symbol).into_iter().next()?;
    if !matches!(node.kind(), AstKind::ImportNamespaceSpecifier(_)) {
        return None;
    }
    let import = source
        .semantic
        .nodes()
        .ancestor_kinds(node.id())
        .find_map(|kind| match kind {
            AstKind::ImportDeclaration(import) => Some(import),
            _ => None,
        })?;
    let from = source.slice(import.source.span);
    let end = semicolon(source);
    let replace = |text: String| {
        let span = Span::new(import.span.start, import.span.end);
        context
            .verified(diagnostic, format!("replace import with '{text}'"))
            .replace(context.file, range(span), text)
    };
    let default = replace(format!("import {name} from {from}{end}"));
    let require = replace(format!("import {name} = require({from}){end}"));
    Some(
        if context.config.module == "commonjs" && !context.config.interop {
            vec![require, default]
        } else {
            vec![default, require]
        },
    )
}

/// `Expected 1 arguments, but got 0. Did you forget to include 'void' in your
/// type argument to 'Promise'?`
pub fn void_promise(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let new = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::NewExpression(new) if new.callee.is_specific_id("Promise") => Some(new),
        _ => None,
    })?;
    let fix = context.verified(diagnostic, "add 'void' to Promise resolved without a value");
    if source.is_javascript() {
        let before = text[..new.span.start as usize]
            .trim_end()
            .trim_end_matches('(')
            .trim_end();
        let comment = before.strip_suffix("*/")?;
        let open = comment.rfind("/**")?;
        let close = comment[open..].rfind('>')? + open;
        let start = comment[open..close].find("Promise<")? + open + "Promise<".len();
        let inner = &comment[start..close];
        let replacement = if inner.contains("=>") || inner.starts_with("function") {
            format!("({inner}) | void")
        } else {
            format!("{inner} | void")
        };
        return Some(vec![fix.replace(
            context.file,
            start as u32..close as u32,
            replacement,
        )]);
    }
    Some(vec![match new
        .type_arguments
        .as_ref()
        .and_then(|args| args.params.first())
    {
        Some(argument) => {
            let written = source.slice(argument.span());
            let replacement = if written.contains("=>") {
                format!("({written}) | void")
            } else {
                format!("{written} | void")
            };
            fix.replace(context.file, range(argument.span()), replacement)
        }
        None => fix.insert(context.file, new.callee.span().end, "<void>"),
    }])
}

/// `'x' is defined as an accessor in class 'A', but is overridden here in 'B'
/// as an instance property.`
pub fn accessors(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let property = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::PropertyDefinition(property) => Some(property),
        _ => None,
    })?;
    let name = property.key.static_name()?;
    let key = property.key.span();
    let indent = buildfix_typescript_syntax::style::indentation(text, property.span.start);
    let end = if source.slice(property.span).ends_with(';') {
        ";"
    } else {
        ""
    };
    let ty = property
        .type_annotation
        .as_ref()
        .map_or("", |annotation| source.slice(annotation.span));
    let parameter = ty;
    let backing = if buildfix_typescript_syntax::style::is_identifier(&name) {
        format!("_{name}")
    } else {
        let mark = quote(source);
        format!("{mark}_{name}{mark}")
    };
    let access = if backing.starts_with('_') {
        format!("this.{backing}")
    } else {
        format!("this[{backing}]")
    };
    let written = source.slice(key);
    let head = "private ";
    let start = property
        .decorators
        .last()
        .map_or(property.span.start, |last| last.span.end);
    let start = buildfix_typescript_syntax::style::skip_blank(text, start);
    let modifiers = text[start as usize..key.start as usize].trim();
    let kept = if modifiers.contains("static") {
        "static "
    } else {
        ""
    };
    let visible = ["private", "protected"]
        .iter()
        .find(|word| modifiers.contains(**word))
        .copied()
        .unwrap_or("public");
    let accessors = format!(
        "\n{indent}{visible} {kept}get {written}(){ty} {{\n{indent}    return {access}{end}\n{indent}}}\n\
         {indent}{visible} {kept}set {written}(value{parameter}) {{\n{indent}    {access} = value{end}\n{indent}}}"
    );
    Some(vec![
        context
            .verified(diagnostic, "generate 'get' and 'set' accessors")
            .replace(
                context.file,
                start..key.end,
                format!("{head}{kept}{backing}"),
            )
            .insert(context.file, property.span.end, accessors),
    ])
}
