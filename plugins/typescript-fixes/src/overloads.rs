//! Heads that do not agree: overloads of which some are exported, generic
//! types without their arguments.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context,
    context::between,
    style::{line_start, word_at},
};
use oxc_ast::{AstKind, ast::TSTypeParameterDeclaration};

/// `Overload signatures must all be exported or non-exported.`
pub fn export_too(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let start = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::Function(function) => Some(function.span.start),
        _ => None,
    })?;
    let text = context.text();
    // Those that are exported follow the keyword.
    let before = text.get(line_start(text, start) as usize..start as usize)?;
    if !before.trim().is_empty() {
        return None;
    }
    let fix = context.verified(diagnostic, "export it like its other overloads");
    Some(vec![fix.insert(context.file, start, "export ")])
}

/// `Function implementation is missing or not immediately following the
/// declaration.` What follows has nearly the name of the signature.
pub fn implemented_name(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let text = context.text();
    let name = word_at(text, at);
    let next = source
        .semantic
        .nodes()
        .iter()
        .filter_map(|node| match node.kind() {
            AstKind::Function(it) if it.is_function_declaration() => it.id.as_ref(),
            _ => None,
        })
        .filter(|id| id.span.start > at)
        .min_by_key(|id| id.span.start)?;
    let distance = strsim::osa_distance(name, &next.name);
    if name.len() < 3 || distance == 0 || distance > 2 {
        return None;
    }
    let title = format!("change spelling to '{}'", next.name);
    let fix = context.verified(diagnostic, title);
    let end = at + name.len() as u32;
    Some(vec![fix.replace(context.file, at..end, next.name.as_str())])
}

/// `Generic type 'C<T>' requires 1 type argument(s).` The type parameters
/// around the place, the innermost first; of more than are asked for, the last
/// ones, which is where results stand.
pub fn type_arguments(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let at = diagnostic.span.start;
    let wanted: usize = between(&diagnostic.message, "requires ", " type argument")?
        .parse()
        .ok()?;
    let mut end = at + word_at(text, at).len() as u32;
    while text[end as usize..].starts_with('.') {
        end += 1 + word_at(text, end + 1).len() as u32;
    }
    if end == at || text[end as usize..].trim_start().starts_with('<') {
        return None;
    }
    let mut found: Vec<String> = Vec::new();
    for kind in source.around(at) {
        let Some(list) = parameters_of(kind) else {
            continue;
        };
        let names: Vec<&str> = list.params.iter().map(|p| p.name.name.as_str()).collect();
        let Some(surplus) = names.len().checked_sub(wanted) else {
            continue;
        };
        let arguments = format!("<{}>", names[surplus..].join(", "));
        if !found.contains(&arguments) {
            found.push(arguments);
        }
    }
    let fixes = found.into_iter().take(2).map(|arguments| {
        context
            .verified(diagnostic, format!("write '{arguments}'"))
            .insert(context.file, end, arguments)
    });
    Some(fixes.collect())
}

/// The type parameters that a declaration brings.
fn parameters_of<'a>(kind: AstKind<'a>) -> Option<&'a TSTypeParameterDeclaration<'a>> {
    match kind {
        AstKind::Function(it) => it.type_parameters.as_deref(),
        AstKind::ArrowFunctionExpression(it) => it.type_parameters.as_deref(),
        AstKind::Class(it) => it.type_parameters.as_deref(),
        AstKind::TSInterfaceDeclaration(it) => it.type_parameters.as_deref(),
        AstKind::TSTypeAliasDeclaration(it) => it.type_parameters.as_deref(),
        AstKind::TSFunctionType(it) => it.type_parameters.as_deref(),
        AstKind::TSConstructorType(it) => it.type_parameters.as_deref(),
        AstKind::TSMethodSignature(it) => it.type_parameters.as_deref(),
        AstKind::TSCallSignatureDeclaration(it) => it.type_parameters.as_deref(),
        AstKind::TSConstructSignatureDeclaration(it) => it.type_parameters.as_deref(),
        _ => None,
    }
}
