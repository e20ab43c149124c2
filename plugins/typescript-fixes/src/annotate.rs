//! Annotations where a type is `any` only because nobody said what it is: from
//! a JSDoc comment, from what is done with the value, from who calls.

use crate::{syntax::from_jsdoc, usage};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    infer::Infer,
    style::{indentation, word_at},
    types::Ty,
};
use oxc_ast::{
    AstKind,
    ast::{Argument, BindingPattern, Expression, FormalParameters},
};
use oxc_span::{GetSpan, Span};
use std::rc::Rc;

/// A function whose head can be annotated.
struct Head<'a> {
    params: &'a FormalParameters<'a>,
    /// Of the whole function, method or accessor, modifiers included.
    span: Span,
    /// What it is called: a name to look calls up by.
    name: Option<String>,
    /// Whether it is called as a member.
    member: bool,
    arrow: bool,
    typed_return: bool,
    /// Where the body begins, if it has one.
    body: Option<u32>,
}

/// The function whose parameter is at a byte.
fn head<'a>(source: &Source<'a>, at: u32) -> Option<Head<'a>> {
    let around = source.around(at);
    let index = around
        .iter()
        .position(|kind| matches!(kind, AstKind::FormalParameters(_)))?;
    let AstKind::FormalParameters(params) = around[index] else {
        return None;
    };
    let (arrow, typed_return, body, own) = match around.get(index + 1)? {
        AstKind::Function(function) => (
            false,
            function.return_type.is_some(),
            function.body.as_ref().map(|body| body.span.start),
            function.id.as_ref().map(|id| id.name.to_string()),
        ),
        AstKind::ArrowFunctionExpression(arrow) => (
            true,
            arrow.return_type.is_some(),
            Some(arrow.body.span().start),
            None,
        ),
        _ => return None,
    };
    let mut head = Head {
        params,
        span: around[index + 1].span(),
        name: own,
        member: false,
        arrow,
        typed_return,
        body,
    };
    match around.get(index + 2) {
        Some(AstKind::MethodDefinition(method)) => {
            head.span = method.span;
            head.member = true;
            head.name = if method.kind == oxc_ast::ast::MethodDefinitionKind::Constructor {
                None
            } else {
                method.key.static_name().map(|name| name.to_string())
            };
        }
        Some(AstKind::PropertyDefinition(property)) => {
            head.span = property.span;
            head.member = true;
            head.name = property.key.static_name().map(|name| name.to_string());
        }
        Some(AstKind::ObjectProperty(property)) => {
            head.member = true;
            if property.method {
                head.span = property.span;
            }
            head.name = property.key.static_name().map(|name| name.to_string());
        }
        Some(AstKind::VariableDeclarator(declarator)) => {
            head.name = declarator
                .id
                .get_identifier_name()
                .map(|name| name.to_string());
        }
        _ => {}
    }
    Some(head)
}

/// The lists of argument types with which a function is called in this file.
fn calls(infer: &Infer, head: &Head) -> Vec<Vec<Ty>> {
    let Some(name) = &head.name else {
        return Vec::new();
    };
    let nodes = infer.source.semantic.nodes();
    let mut found = Vec::new();
    for node in nodes.iter() {
        let (callee, arguments): (&Expression, &[Argument]) = match node.kind() {
            AstKind::CallExpression(call) => (&call.callee, &call.arguments),
            _ => continue,
        };
        let matches = match callee.without_parentheses() {
            Expression::Identifier(id) => !head.member && id.name == name.as_str(),
            Expression::StaticMemberExpression(member) => {
                head.member && member.property.name == name.as_str()
            }
            _ => false,
        };
        if matches {
            found.push(usage::arguments(infer, arguments));
        }
    }
    found
}

/// `Parameter 'x' implicitly has an 'any' type.`: all parameters of the
/// function that lack one are annotated together.
pub fn parameters(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let head = head(source, diagnostic.span.start)?;
    let mut fixes = Vec::new();
    fixes.extend(from_comment(context, diagnostic, source, &head));
    let infer = context.infer()?;
    let calls = calls(&infer, &head);
    let setter = assigned(&infer, source, diagnostic.span.start);
    let mut types: Vec<(Span, String, Option<Ty>, bool)> = Vec::new();
    let mut known = false;
    for (index, param) in head.params.items.iter().enumerate() {
        if param.type_annotation.is_some() || param.initializer.is_some() {
            continue;
        }
        let BindingPattern::BindingIdentifier(id) = &param.pattern else {
            continue;
        };
        let mut usage = id
            .symbol_id
            .get()
            .map(|symbol| usage::of_symbol(&infer, symbol))
            .unwrap_or_default();
        let body_type = usage.ty();
        for call in &calls {
            if let Some(ty) = call.get(index) {
                usage.takes(ty.clone());
            }
        }
        let from_calls = Ty::union(
            calls
                .iter()
                .filter_map(|call| call.get(index))
                .filter(|ty| !ty.is("any"))
                .cloned(),
        );
        if let Some(ty) = &setter {
            usage.takes(ty.clone());
        }
        // What callers give is surer than a shape.
        let ty = if !from_calls.is("never")
            && body_type
                .as_ref()
                .is_none_or(|ty| matches!(ty, Ty::Object(_)))
        {
            Some(from_calls)
        } else {
            usage.ty()
        };
        let optional = !calls.is_empty() && calls.iter().any(|call| call.len() <= index);
        known |= ty.is_some();
        types.push((id.span, id.name.to_string(), ty, optional));
    }
    if let Some(rest) = &head.params.rest
        && rest.type_annotation.is_none()
        && let BindingPattern::BindingIdentifier(id) = &rest.rest.argument
    {
        let first = head.params.items.len();
        let mut elements: Vec<Ty> = calls
            .iter()
            .flat_map(|call| call.iter().skip(first))
            .cloned()
            .collect();
        if elements.is_empty()
            && let Some(Ty::Array(inner)) = id
                .symbol_id
                .get()
                .and_then(|symbol| usage::of_symbol(&infer, symbol).ty())
        {
            elements.push(*inner);
        }
        elements.retain(|ty| !ty.is("any"));
        let ty = (!elements.is_empty()).then(|| Ty::Array(Box::new(Ty::union(elements))));
        known |= ty.is_some();
        types.push((id.span, id.name.to_string(), ty, false));
    }
    if types.is_empty() {
        return Some(fixes);
    }
    let title = "infer parameter types from usage";
    let fix = if known {
        context.verified(diagnostic, title)
    } else {
        context.placeholder(diagnostic, title)
    };
    fixes.push(if source.is_javascript() {
        in_jsdoc(context, fix, source, &head, &types)
    } else {
        in_place(context, fix, source, &head, &types)
    });
    Some(fixes)
}

fn in_place(
    context: &Context,
    mut fix: Fix,
    source: &Source,
    head: &Head,
    types: &[(Span, String, Option<Ty>, bool)],
) -> Fix {
    let bare = head.arrow && !source.slice(head.params.span).starts_with('(');
    for (span, _, ty, optional) in types {
        let ty = ty.clone().unwrap_or_else(Ty::any);
        let mark = if *optional { "?" } else { "" };
        if bare {
            fix = fix.insert(context.file, span.start, "(").insert(
                context.file,
                span.end,
                format!("{mark}: {ty})"),
            );
        } else {
            fix = fix.insert(context.file, span.end, format!("{mark}: {ty}"));
        }
    }
    fix
}

fn in_jsdoc(
    context: &Context,
    mut fix: Fix,
    source: &Source,
    head: &Head,
    types: &[(Span, String, Option<Ty>, bool)],
) -> Fix {
    if head.arrow {
        let bare = !source.slice(head.params.span).starts_with('(');
        for (span, _, ty, _) in types {
            let ty = ty.clone().unwrap_or_else(Ty::any);
            let open = if bare { "(" } else { "" };
            fix = fix.insert(
                context.file,
                span.start,
                format!("{open}/** @type {{{ty}}} */ "),
            );
            if bare {
                fix = fix.insert(context.file, span.end, ")");
            }
        }
        return fix;
    }
    let indent = indentation(source.text, head.span.start);
    let comment = source.doc_comment_before(head.span.start);
    let tags: Vec<String> = types
        .iter()
        .filter(|(_, name, _, _)| {
            comment.is_none_or(|comment| param_type(source.slice(comment), name).is_none())
        })
        .map(|(_, name, ty, optional)| {
            let ty = ty.clone().unwrap_or_else(Ty::any);
            if *optional {
                format!("@param {{{ty}}} [{name}]")
            } else {
                format!("@param {{{ty}}} {name}")
            }
        })
        .collect();
    let lines = |tags: &[String]| -> String {
        tags.iter()
            .map(|tag| format!("{indent} * {tag}\n"))
            .collect()
    };
    match comment {
        Some(comment) => {
            let body = source
                .slice(comment)
                .trim_start_matches("/**")
                .trim_end_matches("*/")
                .trim();
            if body.contains('\n') {
                let at = source.text[..comment.end as usize - 2]
                    .trim_end_matches([' ', '\t'])
                    .len() as u32;
                fix.insert(context.file, at, lines(&tags))
            } else {
                let mut all = vec![body.to_owned()];
                all.extend(tags);
                fix.replace(
                    context.file,
                    comment.start..comment.end,
                    format!("/**\n{}{indent} */", lines(&all)),
                )
            }
        }
        None => fix.insert(
            context.file,
            head.span.start,
            format!("/**\n{}{indent} */\n{indent}", lines(&tags)),
        ),
    }
}

/// What is assigned to the property whose setter is around a byte.
fn assigned(infer: &Infer, source: &Rc<Source>, at: u32) -> Option<Ty> {
    let (name, span) = source.enclosing(at, |kind| match kind {
        AstKind::MethodDefinition(method)
            if method.kind == oxc_ast::ast::MethodDefinitionKind::Set =>
        {
            method
                .key
                .static_name()
                .map(|name| (name.to_string(), method.span))
        }
        _ => None,
    })?;
    usage::of_member(infer, &name, span).ty()
}

/// The types that the function's JSDoc comment gives.
fn from_comment(
    context: &Context,
    diagnostic: &Diagnostic,
    source: &Source,
    head: &Head,
) -> Option<Fix> {
    if source.is_javascript() {
        return None;
    }
    let start = source
        .around(head.span.start)
        .into_iter()
        .find_map(|kind| match kind {
            AstKind::ExportDeclaration(export) => Some(export.span.start),
            AstKind::ExportDefaultDeclaration(export) => Some(export.span.start),
            AstKind::VariableDeclaration(declaration) => Some(declaration.span.start),
            _ => None,
        })
        .filter(|start| *start <= head.span.start)
        .unwrap_or(head.span.start);
    let comment = source
        .doc_comment_before(start)
        .or_else(|| source.doc_comment_before(head.span.start))?;
    let text = source.slice(comment);
    let fix = context.verified(diagnostic, "annotate with type from JSDoc");
    if let Some(ty) = tag_type(text, "@type") {
        let declarator = source.enclosing(head.span.start, |kind| match kind {
            AstKind::VariableDeclarator(declarator) if declarator.type_annotation.is_none() => {
                Some(declarator.id.span().end)
            }
            _ => None,
        })?;
        return Some(fix.insert(context.file, declarator, format!(": {}", from_jsdoc(&ty)?)));
    }
    let mut fix = fix;
    let mut any = false;
    let bare = head.arrow && !source.slice(head.params.span).starts_with('(');
    let all = head
        .params
        .items
        .iter()
        .map(|param| (&param.pattern, param.type_annotation.is_some()));
    let rest = head
        .params
        .rest
        .iter()
        .map(|rest| (&rest.rest.argument, rest.type_annotation.is_some()));
    for (pattern, typed) in all.chain(rest) {
        let BindingPattern::BindingIdentifier(id) = pattern else {
            continue;
        };
        let Some((ty, optional)) = param_type(text, &id.name) else {
            continue;
        };
        if typed {
            continue;
        }
        any = true;
        let ty = from_jsdoc(&ty)?;
        let mark = if optional { "?" } else { "" };
        if bare {
            fix = fix.insert(context.file, id.span.start, "(").insert(
                context.file,
                id.span.end,
                format!("{mark}: {ty})"),
            );
        } else {
            fix = fix.insert(context.file, id.span.end, format!("{mark}: {ty}"));
        }
    }
    let returned = tag_type(text, "@returns").or_else(|| tag_type(text, "@return"));
    if let (Some(ty), false, Some(_)) = (returned, head.typed_return, head.body) {
        fix = fix.insert(
            context.file,
            head.params.span.end,
            format!(": {}", from_jsdoc(&ty)?),
        );
    }
    any.then_some(fix)
}

/// The braces after a tag.
fn tag_type(comment: &str, tag: &str) -> Option<String> {
    let at = comment.find(tag)? + tag.len();
    let rest = comment[at..].trim_start();
    braces(rest).map(|(ty, _)| ty)
}

/// The type of a parameter, and whether it is optional.
fn param_type(comment: &str, name: &str) -> Option<(String, bool)> {
    for (at, tag) in comment.match_indices("@param") {
        let rest = comment[at + tag.len()..].trim_start();
        let Some((ty, rest)) = braces(rest) else {
            continue;
        };
        let rest = rest.trim_start();
        let (own, optional) = match rest.strip_prefix('[') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        if word_at(own, 0) == name {
            let optional = optional || ty.ends_with('=');
            return Some((ty.trim_end_matches('=').to_owned(), optional));
        }
    }
    None
}

fn braces(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('{')?;
    let mut depth = 0;
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some((inner[..at].to_owned(), &inner[at + 1..])),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `Variable 'x' implicitly has type 'any'`, `Member 'p' implicitly has an
/// 'any' type`.
pub fn variable(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let at = diagnostic.span.start;
    let name = word_at(context.text(), at);
    let title = format!("infer type of '{name}' from usage");
    let property = source.enclosing(at, |kind| match kind {
        AstKind::PropertyDefinition(property)
            if property.key.span().start <= at && at < property.key.span().end =>
        {
            Some((property.key.span(), property.span))
        }
        AstKind::TSPropertySignature(property) => Some((property.key.span(), property.span)),
        _ => None,
    });
    if let Some((key, span)) = property {
        let ty = usage::of_member(&infer, name, span).ty();
        let fix = if ty.is_some() {
            context.verified(diagnostic, title)
        } else {
            context.placeholder(diagnostic, title)
        };
        let ty = ty.unwrap_or_else(Ty::any);
        let optional = if context.text()[key.end as usize..].starts_with('?') {
            1
        } else {
            0
        };
        if source.is_javascript() {
            return Some(vec![fix.insert(
                context.file,
                span.start,
                format!(
                    "/** @type {{{ty}}} */\n{}",
                    indentation(source.text, span.start)
                ),
            )]);
        }
        return Some(vec![fix.insert(
            context.file,
            key.end + optional,
            format!(": {ty}"),
        )]);
    }
    // The declaration, wherever in the project the name was used.
    let (found, symbol) =
        buildfix_typescript_syntax::modules::declaring(context.project, source, at, name)?;
    let infer = Infer::new(context.project, &found);
    let ty = usage::of_symbol(&infer, symbol).ty();
    let fix = if ty.is_some() {
        context.verified(diagnostic, title)
    } else {
        context.placeholder(diagnostic, title)
    };
    let ty = ty.unwrap_or_else(Ty::any);
    let end = found.declarations(symbol).into_iter().find_map(|node| {
        std::iter::once(node.kind())
            .chain(found.semantic.nodes().ancestor_kinds(node.id()))
            .take(2)
            .find_map(|kind| match kind {
                AstKind::VariableDeclarator(declarator) if declarator.type_annotation.is_none() => {
                    Some(declarator.id.span().end + u32::from(declarator.definite))
                }
                _ => None,
            })
    })?;
    let file = context.other(&found.path)?;
    // The `!` may stand apart from the name.
    let rest = &found.text[end as usize..];
    let gap = rest.len() - rest.trim_start_matches('!').len();
    Some(vec![fix.insert(&file, end + gap as u32, format!(": {ty}"))])
}

/// `'x', which lacks return-type annotation, implicitly has an 'any' return
/// type.`, and setters without a parameter type.
pub fn setter(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let param = source.enclosing(at, |kind| match kind {
        AstKind::MethodDefinition(method)
            if method.kind == oxc_ast::ast::MethodDefinitionKind::Set =>
        {
            method
                .value
                .params
                .items
                .first()
                .map(|param| param.span.start)
        }
        _ => None,
    })?;
    let mut moved = diagnostic.clone();
    moved.span.start = param;
    parameters(context, &moved)
}
