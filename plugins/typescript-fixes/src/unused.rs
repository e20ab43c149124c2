//! Declarations that nothing reads.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::context::{Context, range};
use buildfix_typescript_syntax::{
    Source,
    style::{first_on_line, line_end, skip_blank, whole_lines, word_at},
};
use oxc_ast::{
    AstKind,
    ast::{BindingPattern, FormalParameters, Statement},
};
use oxc_span::{GetSpan, Span};

/// Takes one element out of a list that is separated by commas.
fn from_list(text: &str, elements: &[Span], index: usize) -> Span {
    match (
        index.checked_sub(1).map(|before| elements[before]),
        elements.get(index + 1),
    ) {
        (_, Some(next)) if index == 0 => Span::new(elements[0].start, next.start),
        (Some(before), _) => Span::new(before.end, elements[index].end),
        (None, _) => {
            // The only one: a trailing comma goes too, and the blank before it.
            let end = elements[index].end;
            let next = skip_blank(text, end);
            let end = if text[next as usize..].starts_with(',') {
                next + 1
            } else {
                end
            };
            Span::new(elements[index].start, end)
        }
    }
}

/// A statement or member with its documentation, as whole lines if it has them
/// to itself.
fn with_doc(source: &Source, span: Span) -> Span {
    let start = match source.doc_comment_before(span.start) {
        Some(comment) if first_on_line(source.text, comment.start) => comment.start,
        _ => span.start,
    };
    whole_lines(source.text, Span::new(start, span.end))
}

/// The statement around a declaration, `export` included.
fn statement<'a>(around: &[AstKind<'a>]) -> Option<Span> {
    let index = around.iter().position(|kind| {
        matches!(
            kind,
            AstKind::VariableDeclaration(_)
                | AstKind::Function(_)
                | AstKind::Class(_)
                | AstKind::TSInterfaceDeclaration(_)
                | AstKind::TSTypeAliasDeclaration(_)
                | AstKind::TSEnumDeclaration(_)
                | AstKind::TSNamespaceDeclaration(_)
                | AstKind::TSImportEqualsDeclaration(_)
        )
    })?;
    match around.get(index + 1) {
        Some(AstKind::ExportDeclaration(export)) => Some(export.span),
        Some(
            AstKind::ForStatement(_) | AstKind::ForInStatement(_) | AstKind::ForOfStatement(_),
        ) => None,
        _ => Some(around[index].span()),
    }
}

/// All unused declarations.
pub fn unused(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let name = word_at(context.text(), at);
    let around = source.around(at);
    let remove = |title: &str, span: Span| {
        context
            .verified(diagnostic, title.to_owned())
            .replace(context.file, range(span), "")
    };
    let one = |fix: Fix| Some(vec![fix]);
    let mut imports = None;
    for (index, kind) in around.iter().enumerate() {
        match kind {
            AstKind::ImportSpecifier(specifier) => imports = Some(specifier.span),
            AstKind::ImportDefaultSpecifier(specifier) => imports = Some(specifier.span),
            AstKind::ImportNamespaceSpecifier(specifier) => imports = Some(specifier.span),
            AstKind::ImportDeclaration(import) => {
                let specifiers: Vec<Span> = import
                    .specifiers
                    .iter()
                    .flatten()
                    .map(GetSpan::span)
                    .collect();
                let whole = whole_lines(context.text(), import.span);
                let Some(own) = imports.filter(|_| specifiers.len() > 1) else {
                    return one(remove("remove unused import", whole));
                };
                return one(remove(
                    &format!("remove unused import of '{name}'"),
                    import_specifier(source, import.span, &specifiers, own)?,
                ));
            }
            AstKind::TSImportEqualsDeclaration(import) => {
                return one(remove(
                    "remove unused import",
                    whole_lines(context.text(), import.span),
                ));
            }
            AstKind::TSInferType(infer) => {
                let fix =
                    context.verified(diagnostic, format!("replace 'infer {name}' with 'unknown'"));
                return one(fix.replace(context.file, range(infer.span), "unknown"));
            }
            AstKind::TSTypeParameter(param) => {
                if matches!(around.get(index + 1), Some(AstKind::TSInferType(_))) {
                    continue;
                }
                let AstKind::TSTypeParameterDeclaration(list) = around.get(index + 1)? else {
                    return None;
                };
                let spans: Vec<Span> = list.params.iter().map(GetSpan::span).collect();
                let own = spans.iter().position(|span| *span == param.span)?;
                if spans.len() == 1 {
                    return one(remove("remove type parameters", list.span));
                }
                return one(remove(
                    &format!("remove unused declaration for '{name}'"),
                    from_list(source.text, &spans, own),
                ));
            }
            AstKind::TSTypeParameterDeclaration(list) => {
                return one(remove("remove type parameters", list.span));
            }
            AstKind::BindingProperty(_)
            | AstKind::BindingRestElement(_)
            | AstKind::ArrayPattern(_)
            | AstKind::ObjectPattern(_) => {
                if diagnostic.code == "TS6198" {
                    continue;
                }
                if let Some(span) = pattern_element(source, &around[..], at) {
                    return one(remove(
                        &format!("remove unused declaration for '{name}'"),
                        span,
                    ));
                }
            }
            AstKind::CatchParameter(_) => return None,
            AstKind::FormalParameter(param) => {
                if diagnostic.code == "TS6138" {
                    return parameter_property(context, diagnostic, &around[..], param.span);
                }
                return parameter(
                    context,
                    diagnostic,
                    &around[index..],
                    param.span,
                    &param.pattern,
                );
            }
            AstKind::FormalParameterRest(rest) => {
                return parameter(
                    context,
                    diagnostic,
                    &around[index..],
                    rest.span,
                    &rest.rest.argument,
                );
            }
            AstKind::VariableDeclarator(declarator) => {
                return variable(context, diagnostic, &around[index..], declarator.span, name);
            }
            AstKind::VariableDeclaration(_) => {
                let span = statement(&around[index..])?;
                return one(remove("remove unused declarations", with_doc(source, span)));
            }
            AstKind::MethodDefinition(_)
            | AstKind::PropertyDefinition(_)
            | AstKind::AccessorProperty(_) => {
                let fix = remove(
                    &format!("remove unused declaration for '{name}'"),
                    with_doc(source, kind.span()),
                );
                return one(with_writes(context, fix, name, kind.span()));
            }
            AstKind::Function(_)
            | AstKind::Class(_)
            | AstKind::TSInterfaceDeclaration(_)
            | AstKind::TSTypeAliasDeclaration(_)
            | AstKind::TSEnumDeclaration(_)
            | AstKind::TSNamespaceDeclaration(_) => {
                let span = statement(&around[index..])?;
                return one(remove(
                    &format!("remove unused declaration for '{name}'"),
                    with_doc(source, span),
                ));
            }
            AstKind::BlockStatement(_) | AstKind::FunctionBody(_) | AstKind::Program(_) => {
                return None;
            }
            _ => {}
        }
    }
    None
}

fn import_specifier(source: &Source, import: Span, specifiers: &[Span], own: Span) -> Option<Span> {
    let index = specifiers.iter().position(|span| *span == own)?;
    let text = source.text;
    let braced: Vec<Span> = specifiers
        .iter()
        .copied()
        .filter(|span| {
            let open = text[import.start as usize..import.end as usize]
                .find('{')
                .map(|at| at as u32 + import.start);
            open.is_some_and(|open| span.start > open)
        })
        .collect();
    if let Some(inner) = braced.iter().position(|span| *span == own) {
        if braced.len() > 1 {
            return Some(from_list(text, &braced, inner));
        }
        // The only name in the braces: they go, with the comma before them.
        let open =
            text[import.start as usize..own.start as usize].rfind('{')? as u32 + import.start;
        let close = text[own.end as usize..].find('}')? as u32 + own.end + 1;
        let before = specifiers[index.saturating_sub(1)];
        let from = text[..open as usize]
            .trim_end()
            .strip_suffix(',')
            .map_or(before.end, |head| head.len() as u32);
        return Some(Span::new(from, close));
    }
    // A default or namespace import beside others.
    if index == 0 {
        let comma = text[own.end as usize..].find(',')? as u32 + own.end + 1;
        return Some(Span::new(own.start, skip_blank(text, comma)));
    }
    let before = text[..own.start as usize].trim_end();
    let comma = before.strip_suffix(',')?.len() as u32;
    Some(Span::new(comma, own.end))
}

/// The element of a destructuring pattern at a byte, with its comma.
fn pattern_element(source: &Source, around: &[AstKind], at: u32) -> Option<Span> {
    for kind in around {
        match kind {
            AstKind::ObjectPattern(pattern) => {
                // A rest element's type depends on the others.
                if pattern
                    .rest
                    .as_ref()
                    .is_some_and(|rest| !(rest.span.start <= at && at < rest.span.end))
                {
                    return None;
                }
                let mut spans: Vec<Span> = pattern.properties.iter().map(GetSpan::span).collect();
                spans.extend(pattern.rest.as_ref().map(|rest| rest.span));
                let index = spans
                    .iter()
                    .position(|span| span.start <= at && at < span.end)?;
                return (spans.len() > 1).then(|| from_list(source.text, &spans, index));
            }
            AstKind::ArrayPattern(pattern) => {
                let span = pattern
                    .elements
                    .iter()
                    .flatten()
                    .map(GetSpan::span)
                    .find(|span| span.start <= at && at < span.end)?;
                return Some(span);
            }
            AstKind::VariableDeclarator(_) | AstKind::FormalParameter(_) => return None,
            _ => {}
        }
    }
    None
}

fn parameter(
    context: &Context,
    diagnostic: &Diagnostic,
    around: &[AstKind],
    own: Span,
    pattern: &BindingPattern,
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let list: &FormalParameters = around.iter().find_map(|kind| match kind {
        AstKind::FormalParameters(list) => Some(*list),
        _ => None,
    })?;
    let mut spans: Vec<Span> = list.items.iter().map(|item| item.span).collect();
    spans.extend(list.rest.as_ref().map(|rest| rest.span));
    let index = spans.iter().position(|span| *span == own)?;
    let name = word_at(text, pattern.span().start).to_owned();
    let fix = context.verified(
        diagnostic,
        format!("remove unused declaration for '{name}'"),
    );
    let remove = if spans.len() == 1 {
        if source.slice(list.span).starts_with('(') {
            let span = from_list(text, &spans, 0);
            let open = text[..span.start as usize].rfind('(')? as u32 + 1;
            fix.replace(context.file, open..span.end, "")
        } else {
            fix.replace(context.file, range(own), "()")
        }
    } else {
        fix.replace(context.file, range(from_list(text, &spans, index)), "")
    };
    let mut fixes = vec![remove];
    if matches!(pattern, BindingPattern::BindingIdentifier(_)) && !name.starts_with('_') {
        fixes.push(
            context
                .verified(diagnostic, format!("prefix '{name}' with an underscore"))
                .insert(context.file, pattern.span().start, "_"),
        );
    }
    // A parameter before a used one has a position to keep.
    let last = index + 1 == spans.len();
    let callback = around.iter().find_map(|kind| match kind {
        AstKind::ArrowFunctionExpression(_) => Some(true),
        AstKind::Function(function) => Some(function.is_expression()),
        _ => None,
    });
    if !last && callback == Some(true) {
        fixes.reverse();
    }
    Some(fixes)
}

/// `private x` in a constructor's head that is never read as a property.
fn parameter_property(
    context: &Context,
    diagnostic: &Diagnostic,
    around: &[AstKind],
    own: Span,
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let name = word_at(text, diagnostic.span.start);
    let symbol = source.lookup(diagnostic.span.start, name);
    let used = match symbol {
        Some(symbol) => !source.references(symbol).is_empty(),
        None => true,
    };
    let param = around.iter().find_map(|kind| match kind {
        AstKind::FormalParameter(param) => Some(*param),
        _ => None,
    })?;
    if !used {
        let index = around
            .iter()
            .position(|kind| matches!(kind, AstKind::FormalParameter(_)))?;
        return parameter(context, diagnostic, &around[index..], own, &param.pattern);
    }
    let start = param
        .decorators
        .last()
        .map_or(own.start, |last| skip_blank(text, last.span.end));
    let fix = context.verified(diagnostic, format!("remove unused property '{name}'"));
    Some(vec![fix.replace(
        context.file,
        start..param.pattern.span().start,
        "",
    )])
}

fn variable(
    context: &Context,
    diagnostic: &Diagnostic,
    around: &[AstKind],
    own: Span,
    name: &str,
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let declaration = around.iter().find_map(|kind| match kind {
        AstKind::VariableDeclaration(declaration) => Some(*declaration),
        _ => None,
    })?;
    let fix = context.verified(
        diagnostic,
        format!("remove unused declaration for '{name}'"),
    );
    let spans: Vec<Span> = declaration
        .declarations
        .iter()
        .map(|one| one.span)
        .collect();
    let span = if spans.len() == 1 {
        with_doc(source, statement(around)?)
    } else {
        from_list(
            source.text,
            &spans,
            spans.iter().position(|span| *span == own)?,
        )
    };
    let mut fix = fix.replace(context.file, range(span), "");
    // What is only ever written to goes with its writes.
    if let Some(symbol) = source.lookup(diagnostic.span.start, name) {
        for reference in source.references(symbol) {
            if let Some(statement) = write_statement(source, reference) {
                let whole = whole_lines(source.text, statement);
                if whole.start >= span.end || whole.end <= span.start {
                    fix = fix.replace(context.file, range(whole), "");
                }
            }
        }
    }
    Some(vec![fix])
}

/// The statement that does nothing but assign to what is at a span.
fn write_statement(source: &Source, target: Span) -> Option<Span> {
    source
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            AstKind::ExpressionStatement(statement) => match &statement.expression {
                oxc_ast::ast::Expression::AssignmentExpression(assignment)
                    if assignment.left.span() == target =>
                {
                    Some(statement.span)
                }
                _ => None,
            },
            _ => None,
        })
}

/// Removes the assignments `this.name = …` too.
fn with_writes(context: &Context, mut fix: Fix, name: &str, declared: Span) -> Fix {
    let Some(source) = context.source() else {
        return fix;
    };
    for node in source.semantic.nodes().iter() {
        if let AstKind::StaticMemberExpression(member) = node.kind()
            && member.property.name == name
            && matches!(member.object, oxc_ast::ast::Expression::ThisExpression(_))
            && !(declared.start <= member.span.start && member.span.end <= declared.end)
            && let Some(statement) = write_statement(source, member.span)
        {
            fix = fix.replace(context.file, range(whole_lines(source.text, statement)), "");
        }
    }
    fix
}

/// `Unreachable code detected.`
pub fn unreachable(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let around = source.around(at);
    let list = around.iter().find_map(|kind| {
        let body: &[Statement] = match kind {
            AstKind::FunctionBody(body) => &body.statements,
            AstKind::BlockStatement(block) => &block.body,
            AstKind::SwitchCase(case) => &case.consequent,
            AstKind::Program(program) => &program.body,
            _ => return None,
        };
        body.iter()
            .any(|statement| statement.span().start == at)
            .then_some(body)
    })?;
    let rest: Vec<&Statement> = list
        .iter()
        .skip_while(|statement| statement.span().start < at)
        .take_while(|statement| !matches!(statement, Statement::FunctionDeclaration(_)))
        .collect();
    let (first, last) = (rest.first()?, rest.last()?);
    let span = whole_lines(source.text, Span::new(first.span().start, last.span().end));
    Some(vec![
        context
            .verified(diagnostic, "remove unreachable code")
            .replace(context.file, range(span), ""),
    ])
}

/// `Unused label.`
pub fn label(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let labeled = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::LabeledStatement(labeled) => Some(labeled),
        _ => None,
    })?;
    let start = labeled.span.start;
    let body = labeled.body.span().start;
    // A body on its own line moves up only when the label shares its line.
    let end = if first_on_line(source.text, body) && line_end(source.text, start) < body {
        labeled.label.span.end + 1
    } else {
        body
    };
    Some(vec![
        context
            .verified(diagnostic, "remove unused label")
            .replace(context.file, start..end, ""),
    ])
}
