//! Constraints of type parameters, and the type of `this`.

use crate::properties::read_type;
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{Context, context::between, style::is_identifier, types::Ty};
use oxc_ast::AstKind;

/// A type parameter that is used as if it had a constraint.
pub fn constrain(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let mut found = None;
    for line in diagnostic.message.lines() {
        let line = line.trim();
        let name = between(line, "ype '", "'");
        let wanted = between(line, "satisfy the constraint '", "'.")
            .or_else(|| between(line, "assignable to type '", "'."))
            .or_else(|| between(line, "assignable to parameter of type '", "'."));
        if let (Some(name), Some(wanted)) = (name, wanted)
            && is_identifier(name)
            && let Some(symbol) = source.lookup(at, name)
        {
            let param =
                source
                    .declarations(symbol)
                    .into_iter()
                    .find_map(|node| match node.kind() {
                        AstKind::TSTypeParameter(param) if param.constraint.is_none() => {
                            Some(param.name.span.end)
                        }
                        _ => None,
                    });
            if let Some(end) = param {
                found = Some((end, name.to_owned(), wanted.to_owned()));
                break;
            }
        }
    }
    let (end, name, wanted) = found?;
    read_type(context, &wanted)?;
    Some(vec![
        context
            .verified(
                diagnostic,
                format!("add 'extends {wanted}' to type parameter '{name}'"),
            )
            .insert(context.file, end, format!(" extends {wanted}")),
    ])
}

/// `'this' implicitly has type 'any'`
pub fn this(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let around = source.around(at);
    let index = around
        .iter()
        .position(|kind| matches!(kind, AstKind::Function(_)))?;
    let AstKind::Function(function) = around[index] else {
        return None;
    };
    if matches!(around.get(index + 1), Some(AstKind::MethodDefinition(_))) {
        return None;
    }
    let text = source.text;
    function.body.as_ref()?;
    let inside_class = around[index + 1..].iter().any(|kind| {
        matches!(
            kind,
            AstKind::MethodDefinition(_) | AstKind::PropertyDefinition(_)
        )
    });
    if inside_class && !function.generator {
        let fix = context.verified(diagnostic, "convert function to arrow function");
        let keyword =
            text[function.span.start as usize..].find("function")? as u32 + function.span.start;
        let open = function
            .type_parameters
            .as_ref()
            .map_or(function.params.span.start, |params| params.span.start);
        let head_end = function
            .return_type
            .as_ref()
            .map_or(function.params.span.end, |ty| ty.span.end);
        let declared = function.is_function_declaration();
        let name = function.id.as_ref().map(|id| id.name.to_string());
        let start = match (&name, declared) {
            (Some(name), true) => format!("const {name} = "),
            (Some(_), false)
                if function
                    .id
                    .as_ref()
                    .and_then(|id| id.symbol_id.get())
                    .is_some_and(|symbol| !source.references(symbol).is_empty()) =>
            {
                return None;
            }
            _ => String::new(),
        };
        let start = if function.r#async {
            format!("{start}async ")
        } else {
            start
        };
        let from = if function.r#async {
            function.span.start
        } else {
            keyword
        };
        return Some(vec![fix.replace(context.file, from..open, start).insert(
            context.file,
            head_end,
            " =>",
        )]);
    }
    let id = function.id.as_ref()?;
    let infer = context.infer()?;
    let mut ty = None;
    if let Some(symbol) = id.symbol_id.get() {
        for reference in source.semantic.symbol_references(symbol) {
            let nodes = source.semantic.nodes();
            let object = nodes
                .ancestor_kinds(reference.node_id())
                .take(2)
                .find_map(|kind| match kind {
                    AstKind::ObjectExpression(object) => Some(object),
                    _ => None,
                });
            if let Some(object) = object {
                ty = nodes
                    .ancestor_kinds(object.node_id.get())
                    .find_map(|kind| match kind {
                        AstKind::VariableDeclarator(declarator) => Some(
                            Ty::annotation(text, declarator.type_annotation.as_deref())
                                .or_else(|| infer.expression(declarator.init.as_ref()?)),
                        ),
                        _ => None,
                    })?;
            }
        }
    }
    let title = format!("infer 'this' type of '{}' from usage", id.name);
    let unsure = ty.as_ref().is_none_or(|ty| ty.to_string().contains("any"));
    let fix = if unsure {
        context.placeholder(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    let ty = ty.unwrap_or_else(Ty::any);
    let after = if function.params.items.is_empty() && function.params.rest.is_none() {
        ""
    } else {
        ", "
    };
    Some(vec![fix.insert(
        context.file,
        function.params.span.start + 1,
        format!("this: {ty}{after}"),
    )])
}
