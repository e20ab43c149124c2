//! Rules of a line or two each.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::{between, range},
    style::{quote, semicolon, whole_lines, word_at},
    types::Ty,
};
use oxc_ast::{
    AstKind,
    ast::{Expression, ImportDeclaration, ImportDeclarationSpecifier, Statement},
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::BinaryOperator;

/// `'x' refers to a value, but is being used as a type here. Did you mean
/// 'typeof x'?`
pub fn add_typeof(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let wanted = between(&diagnostic.message, "Did you mean 'typeof ", "'?")?;
    let at = diagnostic.span.start;
    context
        .text()
        .get(at as usize..)?
        .starts_with(wanted.split('.').next()?)
        .then(|| {
            vec![
                context
                    .verified(diagnostic, format!("add 'typeof' before '{wanted}'"))
                    .insert(context.file, at, "typeof "),
            ]
        })
}

/// Import specifiers that are types but not marked so, where the module syntax
/// is kept verbatim.
pub fn mark_type_import(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let fix = context.verified(diagnostic, "use 'type'");
    source
        .enclosing(at, |kind| match kind {
            AstKind::ExportSpecifier(_) => Some(fix.clone().insert(context.file, at, "type ")),
            AstKind::ImportDeclaration(import) => {
                let specifiers = import.specifiers.as_ref()?;
                let all = specifiers.len() == 1;
                let named = specifiers
                    .iter()
                    .find(|specifier| specifier.span().start <= at && at < specifier.span().end);
                let keyword = import.span.start + "import".len() as u32;
                match named? {
                    ImportDeclarationSpecifier::ImportSpecifier(specifier) if !all => Some(
                        fix.clone()
                            .insert(context.file, specifier.span.start, "type "),
                    ),
                    _ => Some(fix.clone().insert(context.file, keyword, " type")),
                }
            }
            _ => None,
        })
        .map(|fix| vec![fix])
}

/// `Module './a' does not refer to a type, but is used as a type here. Did you
/// mean 'typeof import('./a')'?`
pub fn typeof_import(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = diagnostic.span.start;
    context
        .text()
        .get(at as usize..)?
        .starts_with("import")
        .then(|| {
            vec![context.verified(diagnostic, "add missing 'typeof'").insert(
                context.file,
                at,
                "typeof ",
            )]
        })
}

/// `Property 'x' will overwrite the base property in 'B'. … add a 'declare'
/// modifier`
pub fn declare_property(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let property = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::PropertyDefinition(property) if property.value.is_none() => Some(property),
        _ => None,
    })?;
    let head = property
        .decorators
        .last()
        .map_or(property.span.start, |last| {
            buildfix_typescript_syntax::style::skip_blank(context.text(), last.span.end)
        });
    Some(vec![
        context
            .verified(diagnostic, "prefix with 'declare'")
            .insert(context.file, head, "declare "),
    ])
}

/// `'await' expressions are only allowed at the top level of a file when that
/// file is a module`
pub fn empty_export(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let end = context.text().trim_end().len() as u32;
    let fix = context.verified(
        diagnostic,
        "add 'export {}' to make this file into a module",
    );
    let tail = if context.text()[end as usize..].is_empty() {
        "\n"
    } else {
        ""
    };
    Some(vec![fix.insert(
        context.file,
        end,
        format!("\n\nexport {{ }}{}{tail}", semicolon(source)),
    )])
}

/// `'super' must be called before accessing 'this' in the constructor of a
/// derived class.`
pub fn super_first(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let body = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::MethodDefinition(method) => method.value.body.as_deref(),
        _ => None,
    })?;
    let call = body
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::ExpressionStatement(statement)
                if statement.expression.is_super_call_expression() =>
            {
                Some(statement.span)
            }
            _ => None,
        })?;
    // What the call itself uses of `this` cannot come first.
    if source.slice(call).contains("this") {
        return None;
    }
    let first = body.statements.first()?.span();
    if first == call {
        return None;
    }
    let indent = buildfix_typescript_syntax::style::indentation(text, first.start);
    Some(vec![
        context
            .verified(
                diagnostic,
                "make 'super()' call the first statement in the constructor",
            )
            .insert(
                context.file,
                first.start,
                format!("{}\n{indent}", source.slice(call)),
            )
            .replace(context.file, range(whole_lines(text, call)), ""),
    ])
}

/// `Unexpected token. Did you mean `{'>'}` or `&gt;`?`
pub fn jsx_character(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = diagnostic.span.start;
    let (character, entity) = match context.text().get(at as usize..)?.chars().next()? {
        '>' => ('>', "&gt;"),
        '}' => ('}', "&rbrace;"),
        _ => return None,
    };
    let mark = context.source().map_or('"', |source| quote(source));
    let replace = |text: String| {
        context
            .verified(
                diagnostic,
                format!("replace invalid character with '{text}'"),
            )
            .replace(context.file, at..at + 1, text)
    };
    Some(vec![
        replace(format!("{{{mark}{character}{mark}}}")),
        replace(entity.to_owned()),
    ])
}

/// `This condition will always return 'false'. Did you mean '!Number.isNaN(x)'?`
pub fn nan(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let binary = source.enclosing(at, |kind| match kind {
        AstKind::BinaryExpression(binary) if binary.operator.is_equality() => Some(binary),
        _ => None,
    })?;
    let other = match (&binary.left, &binary.right) {
        (other, nan) if nan.is_nan() || nan.is_specific_id("NaN") => other,
        (nan, other) if nan.is_nan() || nan.is_specific_id("NaN") => other,
        _ => return None,
    };
    let not = matches!(
        binary.operator,
        BinaryOperator::Inequality | BinaryOperator::StrictInequality
    );
    let text = format!(
        "{}Number.isNaN({})",
        if not { "!" } else { "" },
        source.slice(other.span())
    );
    Some(vec![
        context
            .verified(diagnostic, format!("use '{text}'"))
            .replace(context.file, range(binary.span), text),
    ])
}

/// `Expression must be enclosed in parentheses to be used as a decorator.`
pub fn wrap_decorator(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let span = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::Decorator(decorator) => Some(decorator.expression.span()),
        _ => None,
    })?;
    let text = format!("({})", source.slice(span));
    Some(vec![
        context.verified(diagnostic, "wrap in parentheses").replace(
            context.file,
            range(span),
            text,
        ),
    ])
}

/// `A type referenced in a decorated signature must be imported with 'import
/// type' or a namespace import`
pub fn import_as_type(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let name = word_at(context.text(), at);
    let import = import_of(source, name)?;
    let fix = context.verified(diagnostic, format!("import '{name}' as a type"));
    let specifiers = import.specifiers.as_ref()?;
    if let (1, Some(_)) = (specifiers.len(), specifiers.first()) {
        return Some(vec![fix.insert(
            context.file,
            import.span.start + "import".len() as u32,
            " type",
        )]);
    }
    specifiers.iter().find_map(|specifier| match specifier {
        ImportDeclarationSpecifier::ImportSpecifier(specifier) if specifier.local.name == name => {
            Some(vec![fix.clone().insert(
                context.file,
                specifier.span.start,
                "type ",
            )])
        }
        _ => None,
    })
}

fn import_of<'a>(source: &Source<'a>, name: &str) -> Option<&'a ImportDeclaration<'a>> {
    let symbol = source.top(name)?;
    let node = source.declarations(symbol).into_iter().next()?;
    source
        .semantic
        .nodes()
        .ancestor_kinds(node.id())
        .find_map(|kind| match kind {
            AstKind::ImportDeclaration(import) => Some(import),
            _ => None,
        })
}

/// An attribute's or property's misspelling that is told further down in the
/// message: `Property 'a' does not exist on type 'P'. Did you mean 'b'?`
pub fn nested_spelling(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let at = diagnostic.span.start;
    let name = word_at(context.text(), at);
    diagnostic.message.lines().find_map(|line| {
        let written = between(line, "Property '", "'")?;
        let wanted = between(line, "Did you mean '", "'?")?;
        (written == name).then(|| {
            let end = at + name.len() as u32;
            let fix = context.verified(diagnostic, format!("change spelling to '{wanted}'"));
            vec![fix.replace(context.file, at..end, wanted)]
        })
    })
}

/// `Expected 1 arguments, but got 2.`: the function takes another parameter.
pub fn add_parameter(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let expected: usize = between(&diagnostic.message, "Expected ", " argument")?
        .parse()
        .ok()?;
    let got: usize = between(&diagnostic.message, "but got ", ".")?
        .parse()
        .ok()?;
    if got <= expected {
        return None;
    }
    let call = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::CallExpression(call) if call.arguments.len() == got => Some(call),
        _ => None,
    })?;
    let Expression::Identifier(id) = &call.callee else {
        return None;
    };
    let (found, symbol) = buildfix_typescript_syntax::modules::declaring(
        context.project,
        source,
        id.span.start,
        &id.name,
    )?;
    if found.is_javascript() || found.path.contains("node_modules/") {
        return None;
    }
    let params = found
        .declarations(symbol)
        .into_iter()
        .find_map(|node| match node.kind() {
            AstKind::Function(function) => Some(&*function.params),
            AstKind::VariableDeclarator(declarator) => match declarator.init.as_ref()? {
                Expression::ArrowFunctionExpression(arrow) => Some(&*arrow.params),
                Expression::FunctionExpression(function) => Some(&*function.params),
                _ => None,
            },
            _ => None,
        })?;
    if params.items.len() != expected
        || params.rest.is_some()
        || !found.slice(params.span).starts_with('(')
    {
        return None;
    }
    let mut new = Vec::new();
    for (index, argument) in call.arguments.iter().skip(expected).enumerate() {
        let name = match argument.as_expression()? {
            Expression::Identifier(id) if id.name != "undefined" => id.name.to_string(),
            _ => format!("p{index}"),
        };
        let ty = infer
            .expression(argument.as_expression()?)
            .map_or_else(Ty::any, |ty| ty.widen());
        new.push((name, ty));
    }
    let unsure = new.iter().any(|(_, ty)| ty.is("any"));
    let text: Vec<String> = new
        .into_iter()
        .map(|(name, ty)| format!("{name}: {ty}"))
        .collect();
    let text = text.join(", ");
    let file = context.other(&found.path)?;
    let title = format!("add missing parameter to '{}'", id.name);
    let fix = if unsure {
        context.placeholder(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    Some(vec![match params.items.last() {
        Some(last) => fix.insert(&file, last.span.end, format!(", {text}")),
        None => {
            let span = Span::new(params.span.start + 1, params.span.end - 1);
            fix.replace(&file, range(span), text)
        }
    }])
}
