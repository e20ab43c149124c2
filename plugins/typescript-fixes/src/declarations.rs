//! What `--isolatedDeclarations` asks for: types that a file's exports tell
//! without looking at another file.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context,
    context::range,
    infer::Infer,
    style::{indentation, semicolon},
    types::Ty,
};
use oxc_ast::{
    AstKind,
    ast::{BindingPattern, Class, Expression, MethodDefinitionKind, Statement},
};
use oxc_span::{GetSpan, Span};

/// Annotates the innermost declaration around the error that lacks a type.
pub fn annotate(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let at = diagnostic.span.start;
    let around = source.around(at);
    let mut fixes = Vec::new();
    let annotated = |title: &str, at: u32, ty: &Ty| {
        let indent = indentation(source.text, at);
        let ty = ty.multiline(indent);
        let short: String = ty.chars().take(60).collect();
        let mut has_any = false;
        for word in ty.split(|c: char| !c.is_alphanumeric()) {
            has_any |= word == "any";
        }
        let title = format!("{title} '{short}'");
        let fix = if has_any {
            context.placeholder(diagnostic, title)
        } else {
            context.verified(diagnostic, title)
        };
        fix.insert(context.file, at, format!(": {ty}"))
    };
    for (index, kind) in around.iter().enumerate() {
        match kind {
            AstKind::Function(function) if function.return_type.is_none() => {
                // Inside its parameters or body the error is about something else.
                let body = function.body.as_ref().map(|body| body.span);
                let params = function.params.span;
                let inside = |span: Span| span.start < at && at < span.end;
                if inside(params)
                    && !matches!(around.get(index + 1), Some(AstKind::MethodDefinition(method)) if method.kind == MethodDefinitionKind::Get)
                {
                    continue;
                }
                let _ = body;
                if let Some(AstKind::MethodDefinition(method)) = around.get(index + 1)
                    && matches!(
                        method.kind,
                        MethodDefinitionKind::Constructor | MethodDefinitionKind::Set
                    )
                {
                    continue;
                }
                if let Some(ty) = infer.function_return(function) {
                    fixes.push(annotated("add return type", params.end, &ty));
                }
            }
            AstKind::ArrowFunctionExpression(arrow) if arrow.return_type.is_none() => {
                if !(arrow.params.span.start < at && at < arrow.params.span.end)
                    && let Some(ty) = infer.arrow_return(arrow)
                    && source.slice(arrow.params.span).starts_with('(')
                {
                    fixes.push(annotated("add return type", arrow.params.span.end, &ty));
                }
            }
            AstKind::MethodDefinition(method)
                if method.value.return_type.is_none()
                    && method.key.span().start <= at
                    && at < method.key.span().end =>
            {
                if let Some(ty) = infer.function_return(&method.value) {
                    fixes.push(annotated(
                        "add return type",
                        method.value.params.span.end,
                        &ty,
                    ));
                }
            }
            AstKind::ObjectProperty(property)
                if property.key.span().start <= at && at < property.key.span().end =>
            {
                if let Expression::FunctionExpression(function) = &property.value
                    && function.return_type.is_none()
                    && let Some(ty) = infer.function_return(function)
                {
                    fixes.push(annotated("add return type", function.params.span.end, &ty));
                }
            }
            AstKind::FormalParameter(param) if param.type_annotation.is_none() => {
                if let Some(ty) = param
                    .initializer
                    .as_ref()
                    .and_then(|value| infer.expression(value))
                {
                    fixes.push(annotated(
                        "add annotation of type",
                        param.pattern.span().end,
                        &ty.widen(),
                    ));
                }
            }
            AstKind::PropertyDefinition(property) if property.type_annotation.is_none() => {
                if let Some(ty) = property
                    .value
                    .as_ref()
                    .and_then(|value| infer.expression(value))
                {
                    let ty = if property.readonly { ty } else { ty.widen() };
                    fixes.push(annotated(
                        "add annotation of type",
                        property.key.span().end,
                        &ty,
                    ));
                }
            }
            AstKind::VariableDeclarator(declarator) if declarator.type_annotation.is_none() => {
                if let (BindingPattern::BindingIdentifier(id), Some(init)) =
                    (&declarator.id, &declarator.init)
                    && let Some(ty) = of_variable(&infer, init, id.symbol_id.get())
                {
                    fixes.push(annotated("add annotation of type", id.span.end, &ty));
                }
            }
            AstKind::ExportDefaultDeclaration(export) => {
                fixes.extend(default_export(
                    context,
                    diagnostic,
                    &infer,
                    export.span,
                    &export.declaration,
                ));
            }
            AstKind::BlockStatement(_) | AstKind::Program(_) => break,
            _ => {}
        }
    }
    if fixes.is_empty() {
        // The error may name the export, not the declaration: `export = a`.
        let name = buildfix_typescript_syntax::style::word_at(source.text, at);
        let symbol = source.lookup(at, name)?;
        let declarator =
            source
                .declarations(symbol)
                .into_iter()
                .find_map(|node| match node.kind() {
                    AstKind::VariableDeclarator(declarator)
                        if declarator.type_annotation.is_none() =>
                    {
                        Some(declarator)
                    }
                    _ => None,
                })?;
        let ty = of_variable(&infer, declarator.init.as_ref()?, Some(symbol))?;
        let end = declarator.id.span().end;
        fixes.push(
            context
                .verified(diagnostic, format!("add annotation of type '{ty}'"))
                .insert(
                    context.file,
                    end,
                    format!(": {}", ty.multiline(indentation(source.text, end))),
                ),
        );
    }
    Some(fixes)
}

fn of_variable<'a>(
    infer: &Infer<'_, 'a>,
    init: &Expression<'a>,
    symbol: Option<oxc_semantic::SymbolId>,
) -> Option<Ty> {
    // A copy of a variable that is not annotated has that variable's type.
    if let Expression::Identifier(id) = init
        && let Some(found) = infer.source.lookup(id.span.start, &id.name)
    {
        let annotated =
            infer
                .source
                .declarations(found)
                .into_iter()
                .any(|node| match node.kind() {
                    AstKind::VariableDeclarator(declarator) => declarator.type_annotation.is_some(),
                    AstKind::FormalParameter(param) => param.type_annotation.is_some(),
                    _ => false,
                });
        if !annotated {
            return Some(Ty::Query(id.name.to_string()));
        }
    }
    let _ = symbol;
    infer.expression(init).map(|ty| match ty {
        Ty::Word(_) => ty.widen(),
        other => other,
    })
}

fn default_export<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    infer: &Infer<'_, 'a>,
    span: Span,
    declaration: &oxc_ast::ast::ExportDefaultDeclarationKind<'a>,
) -> Option<Fix> {
    let source = context.source()?;
    let expression = declaration.as_expression()?;
    let ty = infer.expression(expression)?;
    let end = semicolon(source);
    let written = source.slice(expression.span());
    Some(
        context
            .verified(diagnostic, "extract default export to variable")
            .replace(
                context.file,
                range(span),
                format!(
                    "const _default: {} = {written}{end}\nexport default _default{end}",
                    ty.multiline("")
                ),
            ),
    )
}

/// `Extends clause can't contain an expression with --isolatedDeclarations.`
pub fn extract_base(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let at = diagnostic.span.start;
    let around = source.around(at);
    let class: &Class = around.iter().find_map(|kind| match kind {
        AstKind::Class(class) => Some(*class),
        _ => None,
    })?;
    let base = &class.heritage.as_ref()?.expression;
    let ty = infer.expression(base)?;
    let id = class.id.as_ref()?;
    let name = format!("{}Base", id.name);
    let statement = around
        .iter()
        .find_map(|kind| match kind {
            AstKind::ExportDeclaration(export) => Some(export.span.start),
            AstKind::ExportDefaultDeclaration(export) => Some(export.span.start),
            _ => None,
        })
        .unwrap_or(class.span.start);
    let text = source.text;
    let keyword =
        text[..base.span().start as usize].rfind("extends")? as u32 + "extends".len() as u32;
    // Comments between the keyword and the expression go along.
    let between = &text[keyword as usize..base.span().start as usize];
    let (gap, start) = if between.trim().is_empty() {
        (" ", base.span().start)
    } else {
        (between, base.span().start)
    };
    let end = semicolon(source);
    let indent = indentation(text, statement);
    let variable = format!(
        "const {name}: {ty} ={gap}{}{end}\n{indent}",
        source.slice(base.span())
    );
    Some(vec![
        context
            .verified(diagnostic, "extract base class to variable")
            .insert(context.file, statement, variable)
            .replace(
                context.file,
                if gap == " " { start } else { keyword }..base.span().end,
                if gap == " " { name } else { format!(" {name}") },
            ),
    ])
}

/// `Assigning properties to functions without declaring them is not supported
/// with --isolatedDeclarations.`
pub fn expando(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let at = diagnostic.span.start;
    let name = buildfix_typescript_syntax::style::word_at(source.text, at).to_owned();
    let mut properties: Vec<(String, Ty)> = Vec::new();
    for statement in &source.program.body {
        let Statement::ExpressionStatement(statement) = statement else {
            continue;
        };
        let Expression::AssignmentExpression(assignment) = &statement.expression else {
            continue;
        };
        let Some(member) = assignment.left.as_member_expression() else {
            continue;
        };
        if !member.object().is_specific_id(&name) {
            continue;
        }
        let key = member.static_property_name()?.to_string();
        if !buildfix_typescript_syntax::style::is_identifier(&key) {
            return None;
        }
        if !properties.iter().any(|(known, _)| *known == key) {
            properties.push((key, infer.expression(&assignment.right)?.widen()));
        }
    }
    let (span, exported) = source
        .program
        .body
        .iter()
        .find_map(|statement| match statement {
            Statement::FunctionDeclaration(function)
                if function
                    .id
                    .as_ref()
                    .is_some_and(|id| id.name.as_str() == name) =>
            {
                Some((function.span, false))
            }
            Statement::ExportDeclaration(export) => match &export.declaration {
                oxc_ast::ast::Declaration::FunctionDeclaration(function)
                    if function
                        .id
                        .as_ref()
                        .is_some_and(|id| id.name.as_str() == name) =>
                {
                    Some((export.span, true))
                }
                _ => None,
            },
            _ => None,
        })?;
    if properties.is_empty() {
        return None;
    }
    let lines: String = properties
        .iter()
        .map(|(key, ty)| format!("    export var {key}: {ty};\n"))
        .collect();
    let head = if exported {
        "export declare"
    } else {
        "declare"
    };
    Some(vec![
        context
            .verified(
                diagnostic,
                "annotate types of properties expando function in a namespace",
            )
            .insert(
                context.file,
                span.end,
                format!("\n{head} namespace {name} {{\n{lines}}}"),
            ),
    ])
}

/// `Binding elements can't be exported directly with --isolatedDeclarations.`
pub fn extract_bindings(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let around = source.around(diagnostic.span.start);
    let declaration = around.iter().find_map(|kind| match kind {
        AstKind::VariableDeclaration(declaration) => Some(*declaration),
        _ => None,
    })?;
    let span = around.iter().find_map(|kind| match kind {
        AstKind::ExportDeclaration(export) => Some(export.span),
        _ => None,
    })?;
    let [declarator] = declaration.declarations.as_slice() else {
        return None;
    };
    let BindingPattern::ObjectPattern(pattern) = &declarator.id else {
        return None;
    };
    let init = declarator.init.as_ref()?;
    let end = semicolon(source);
    let (object, mut lines) = match init {
        Expression::Identifier(id) => (id.name.to_string(), Vec::new()),
        other => (
            "dest".to_owned(),
            vec![format!("const dest = {}{end}", source.slice(other.span()))],
        ),
    };
    let ty = infer.expression(init)?;
    if pattern.rest.is_some() {
        return None;
    }
    for property in &pattern.properties {
        let key = property.key.static_name()?.to_string();
        let of = infer.property_of(&ty, &key, declarator.span.start)?;
        match &property.value {
            BindingPattern::BindingIdentifier(id) => lines.push(format!(
                "export const {}: {of} = {object}.{key}{end}",
                id.name
            )),
            BindingPattern::AssignmentPattern(assignment) => {
                let BindingPattern::BindingIdentifier(id) = &assignment.left else {
                    return None;
                };
                let value = infer.expression(&assignment.right)?;
                let default = source.slice(assignment.right.span());
                lines.push(format!("const temp = {object}.{key}{end}"));
                lines.push(format!(
                    "export const {}: {} = temp === undefined ? {default} : {object}.{key}{end}",
                    id.name,
                    Ty::union([value, of])
                ));
            }
            _ => return None,
        }
    }
    Some(vec![
        context
            .verified(diagnostic, "extract binding expressions to variable")
            .replace(context.file, range(span), lines.join("\n")),
    ])
}
