//! Members that are used but not declared: of a class, interface or object
//! type, an enum, a namespace or another module.

use crate::{
    class::{Body, in_javascript, is_ambient},
    names::Names,
    usage,
};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::between,
    infer::Infer,
    modules::{declaring, resolve},
    style::{INDENT, indentation, is_identifier, quote},
    types::{Param, Signature, Ty},
};
use oxc_ast::{
    AstKind,
    ast::{Argument, CallExpression, Class, ClassElement, Expression, TSEnumDeclaration},
};
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};
use std::rc::Rc;

/// The access of an undeclared member.
struct Access<'s, 'a> {
    id: NodeId,
    name: String,
    private: bool,
    object: &'s Expression<'a>,
    call: Option<&'s CallExpression<'a>>,
    /// Whether the call is what `yield*` gives.
    delegated: bool,
    awaited: bool,
}

fn access<'s, 'a>(source: &'s Source<'a>, at: u32) -> Option<Access<'s, 'a>> {
    let nodes = source.semantic.nodes();
    nodes.iter().find_map(|node| {
        let (name, object, private) = match node.kind() {
            AstKind::StaticMemberExpression(member) if member.property.span.start == at => {
                (member.property.name.to_string(), &member.object, false)
            }
            AstKind::PrivateFieldExpression(member) if member.field.span.start == at => {
                (format!("#{}", member.field.name), &member.object, true)
            }
            _ => return None,
        };
        let span = node.kind().span();
        let call = match nodes.parent_kind(node.id()) {
            AstKind::CallExpression(call) if call.callee.span() == span => Some(call),
            _ => None,
        };
        let outer = nodes.ancestor_kinds(node.id()).nth(1);
        let delegated = call.is_some()
            && matches!(outer, Some(AstKind::YieldExpression(inner)) if inner.delegate);
        let awaited = call.is_some() && matches!(outer, Some(AstKind::AwaitExpression(_)));
        Some(Access {
            id: node.id(),
            name,
            private,
            object,
            call,
            delegated,
            awaited,
        })
    })
}

/// `Property 'x' does not exist on type 'T'.`
pub fn member(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let access = access(source, at)?;
    let first = diagnostic.message.lines().next()?;
    let owner = between(first, "does not exist on type '", "'.")?;
    if let Some(of) = owner.strip_prefix("typeof ") {
        if of.starts_with("import(") {
            return in_module(context, diagnostic, &access);
        }
        let (found, symbol) = declaring(context.project, source, at, of)?;
        return found
            .declarations(symbol)
            .into_iter()
            .find_map(|node| match node.kind() {
                AstKind::TSEnumDeclaration(declaration) => {
                    in_enum(context, diagnostic, &found, declaration, &access.name)
                }
                AstKind::TSNamespaceDeclaration(namespace) => {
                    in_namespace(context, diagnostic, &found, namespace.span, &access)
                }
                AstKind::Class(class) => {
                    in_class(context, diagnostic, &found, class, &access, true)
                }
                _ => None,
            });
    }
    let name = owner.split('<').next()?;
    if owner == "this" || !is_identifier(name) {
        return None;
    }
    let (found, symbol) = declaring(context.project, source, at, name)?;
    if found.path.contains("node_modules/") {
        return None;
    }
    found
        .declarations(symbol)
        .into_iter()
        .find_map(|node| match node.kind() {
            AstKind::Class(class) => in_class(context, diagnostic, &found, class, &access, false),
            AstKind::TSInterfaceDeclaration(_) => in_type(
                context,
                diagnostic,
                &found,
                &Body::of(node.kind())?,
                &access,
            ),
            AstKind::TSTypeAliasDeclaration(alias) => match &alias.type_annotation {
                oxc_ast::ast::TSType::TSTypeLiteral(literal) => in_type(
                    context,
                    diagnostic,
                    &found,
                    &Body::of(AstKind::TSTypeLiteral(literal))?,
                    &access,
                ),
                _ => None,
            },
            _ => None,
        })
}

/// The type that the member would have.
fn type_of(infer: &Infer, access: &Access) -> Option<Ty> {
    let nodes = infer.source.semantic.nodes();
    let span = nodes.kind(access.id).span();
    let written = match nodes.parent_kind(access.id) {
        AstKind::AssignmentExpression(assignment)
            if assignment.left.span() == span && assignment.operator.is_assign() =>
        {
            infer.expression(&assignment.right).map(|ty| ty.widen())
        }
        AstKind::VariableDeclarator(declarator) => {
            Ty::annotation(infer.source.text, declarator.type_annotation.as_deref())
        }
        _ => None,
    };
    written.or_else(|| {
        let mut used = usage::Usage::default();
        usage::at(infer, access.id, &mut used, 3);
        used.ty()
    })
}

/// The head of the method that a call asks for.
fn signature(infer: &Infer, access: &Access, call: &CallExpression, keep: bool) -> Signature {
    let mut names: Vec<String> = Vec::new();
    let types = usage::arguments(infer, &call.arguments);
    let params = call
        .arguments
        .iter()
        .zip(types)
        .enumerate()
        .map(|(index, (argument, ty))| {
            let base = match argument {
                Argument::Identifier(id) => id.name.to_string(),
                Argument::StaticMemberExpression(member) => member.property.name.to_string(),
                _ => format!("arg{index}"),
            };
            let mut name = base.clone();
            let mut count = 1;
            while names.contains(&name) {
                name = format!("{base}{count}");
                count += 1;
            }
            names.push(name.clone());
            Param {
                name,
                ty: Some(ty),
                optional: false,
                rest: false,
            }
        })
        .collect();
    let nodes = infer.source.semantic.nodes();
    let id = nodes.parent_id(access.id);
    let ret = match nodes.parent_kind(id) {
        AstKind::VariableDeclarator(declarator) => {
            Ty::annotation(infer.source.text, declarator.type_annotation.as_deref())
        }
        _ => None,
    };
    let explicit = call
        .type_arguments
        .as_ref()
        .map_or(0, |args| args.params.len());
    let type_params = ["T", "U", "V", "W"]
        .iter()
        .take(explicit)
        .map(|name| buildfix_typescript_syntax::types::TypeParam {
            name: (*name).to_owned(),
            constraint: None,
            default: None,
        })
        .collect();
    Signature {
        type_params,
        params,
        ret: ret.or_else(|| keep.then(|| Ty::word("unknown"))),
    }
}

fn in_class<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    found: &Rc<Source<'a>>,
    class: &Class<'a>,
    access: &Access<'_, 'a>,
    is_static: bool,
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let file = context.other(&found.path)?;
    let body = Body::of_class(class);
    let indent = body.indent(found.text);
    let modifier = if is_static { "static " } else { "" };
    let name = &access.name;
    let mut fixes = Vec::new();
    if let Some(call) = access.call {
        if found.is_javascript() {
            return None;
        }
        let signature = signature(&infer, access, call, false);
        let mut names = Names::new(context, found, class.body.span.start);
        let member = buildfix_typescript_syntax::types::Member {
            kind: buildfix_typescript_syntax::types::MemberKind::Method(signature),
            ..buildfix_typescript_syntax::types::Member::property(name.clone(), Ty::any())
        };
        let member = names.member(&member, source, diagnostic.span.start);
        let buildfix_typescript_syntax::types::MemberKind::Method(signature) = member.kind else {
            return None;
        };
        let star = if access.delegated { "*" } else { "" };
        let wait = if access.awaited { "async " } else { "" };
        let head = format!(
            "{indent}{modifier}{wait}{star}{name}{}",
            signature.print(": ", None)
        );
        let ambient = is_ambient(found, class);
        let text = if ambient {
            format!("{head};")
        } else {
            format!(
                "{head} {{\n{indent}{INDENT}throw new Error(\"Method not implemented.\");\n{indent}}}"
            )
        };
        let title = format!("declare method '{name}'");
        let fix = if ambient {
            context.verified(diagnostic, title)
        } else {
            context.placeholder(diagnostic, title)
        };
        // Beside the member that calls it.
        let around = body.members.iter().find(|member| {
            found.path == source.path
                && member.start <= diagnostic.span.start
                && diagnostic.span.start < member.end
        });
        let fix = match around {
            Some(member) => Body::after(fix, &file, *member, &text),
            None => body.at_start(fix, &file, &text),
        };
        fixes.push(names.finish(fix, &file));
        return Some(fixes);
    }
    if found.is_javascript() {
        fixes.extend(in_javascript(
            context,
            diagnostic,
            found,
            class,
            &file,
            name,
            is_static,
            access.private,
        ));
        return Some(fixes);
    }
    let ty = type_of(&infer, access);
    let title = format!("declare property '{name}'");
    let fix = match &ty {
        Some(ty) if !ty.is("any") => context.verified(diagnostic, title),
        _ => context.placeholder(diagnostic, title),
    };
    let ty = ty.unwrap_or_else(Ty::any);
    let mut names = Names::new(context, found, class.body.span.start);
    let ty = names.ty(&ty, source, diagnostic.span.start);
    let line = format!("{indent}{modifier}{name}: {ty};");
    // Beside the properties, if the class begins with some.
    let properties = class
        .body
        .body
        .iter()
        .take_while(|element| matches!(element, ClassElement::PropertyDefinition(_)))
        .last()
        .map(GetSpan::span);
    let fix = match properties {
        Some(last) => Body::after(fix, &file, last, &line),
        None => body.at_start(fix, &file, &line),
    };
    fixes.push(names.finish(fix, &file));
    Some(fixes)
}

fn in_type<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    found: &Rc<Source<'a>>,
    body: &Body,
    access: &Access<'_, 'a>,
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let file = context.other(&found.path)?;
    let indent = body.indent(found.text);
    let name = &access.name;
    if access.private {
        return None;
    }
    let mut names = Names::new(context, found, body.span.start);
    let (text, unsure) = match access.call {
        Some(call) => {
            let signature = signature(&infer, access, call, true);
            let unsure = signature
                .params
                .iter()
                .any(|param| param.ty.as_ref().is_some_and(|ty| ty.is("any")));
            (
                format!("{indent}{name}{};", signature.print(": ", None)),
                unsure,
            )
        }
        None => {
            let ty = type_of(&infer, access).unwrap_or_else(Ty::any);
            let ty = names.ty(&ty, source, diagnostic.span.start);
            (format!("{indent}{name}: {ty};"), ty.is("any"))
        }
    };
    let title = format!("declare '{name}'");
    let fix = if unsure {
        context.placeholder(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    let fix = if access.call.is_some() && !body.members.is_empty() {
        body.at_end(fix, &file, &text)
    } else {
        body.at_start(fix, &file, &text)
    };
    Some(vec![names.finish(fix, &file)])
}

fn in_enum(
    context: &Context,
    diagnostic: &Diagnostic,
    found: &Source,
    declaration: &TSEnumDeclaration,
    name: &str,
) -> Option<Vec<Fix>> {
    let file = context.other(&found.path)?;
    let members = &declaration.body.members;
    let strings = members
        .iter()
        .any(|member| matches!(&member.initializer, Some(Expression::StringLiteral(_))));
    let mark = quote(found);
    let value = if strings {
        format!(" = {mark}{name}{mark}")
    } else {
        String::new()
    };
    let fix = context.verified(diagnostic, format!("add missing enum member '{name}'"));
    let text = found.text;
    Some(vec![match members.last() {
        Some(last) => {
            let indent = indentation(text, last.span.start);
            let end = last.span.end;
            let rest = text[end as usize..].trim_start();
            if rest.starts_with(',') {
                let comma = text[end as usize..].find(',')? as u32 + end + 1;
                fix.insert(&file, comma, format!("\n{indent}{name}{value}"))
            } else {
                fix.insert(&file, end, format!(",\n{indent}{name}{value}"))
            }
        }
        None => {
            let body = Body {
                span: declaration.body.span,
                members: Vec::new(),
            };
            body.at_start(fix, &file, &format!("{}{name}{value}", body.indent(text)))
        }
    }])
}

/// The function that a call asks for, as text.
fn function(infer: &Infer, access: &Access, indent: &str, head: &str) -> Option<String> {
    let call = access.call?;
    let signature = signature(infer, access, call, false);
    Some(format!(
        "{indent}{head}function {}{} {{\n{indent}{INDENT}throw new Error(\"Function not implemented.\");\n{indent}}}",
        access.name,
        signature.print(": ", None)
    ))
}

fn in_namespace<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    found: &Source<'a>,
    span: Span,
    access: &Access<'_, 'a>,
) -> Option<Vec<Fix>> {
    let file = context.other(&found.path)?;
    let infer = context.infer()?;
    let text = found.text;
    let indent = format!("{}{INDENT}", indentation(text, span.start));
    let function = function(&infer, access, &indent, "export ")?;
    let inner = text[..span.end as usize - 1].trim_end();
    let gap = if inner.ends_with('{') { "\n" } else { "\n\n" };
    let at = inner.len() as u32;
    let fix = context.placeholder(
        diagnostic,
        format!("add missing function declaration '{}'", access.name),
    );
    let tail = if text[at as usize..].starts_with('}') {
        format!("\n{}", indentation(text, span.start))
    } else {
        String::new()
    };
    Some(vec![fix.insert(
        &file,
        at,
        format!("{gap}{function}{tail}"),
    )])
}

fn in_module<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    access: &Access<'_, 'a>,
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let Expression::Identifier(id) = access.object else {
        return None;
    };
    let symbol = source.lookup(id.span.start, &id.name)?;
    let node = source.declarations(symbol).into_iter().next()?;
    let specifier =
        source
            .semantic
            .nodes()
            .ancestor_kinds(node.id())
            .find_map(|kind| match kind {
                AstKind::ImportDeclaration(import) => Some(import.source.value.to_string()),
                _ => None,
            })?;
    let path = resolve(context.project, &source.path, &specifier)?;
    if path.contains("node_modules/") {
        return None;
    }
    let file = context.other(&path)?;
    let infer = context.infer()?;
    let function = function(&infer, access, "", "export ")?;
    let end = file.text.trim_end().len() as u32;
    let gap = if end == 0 { "" } else { "\n\n" };
    let tail = if file.text[end as usize..].is_empty() {
        "\n"
    } else {
        ""
    };
    let fix = context.placeholder(
        diagnostic,
        format!("add missing function declaration '{}'", access.name),
    );
    Some(vec![fix.insert(
        &file,
        end,
        format!("{gap}{function}{tail}"),
    )])
}

/// `Object literal may only specify known properties, and 'x' does not exist in
/// type 'T'.`
pub fn in_expected(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let first = diagnostic.message.lines().next()?;
    let owner = between(first, "in type '", "'")?.split('<').next()?;
    let property = source.enclosing(at, |kind| match kind {
        AstKind::ObjectProperty(property) if property.key.span().start == at => Some(property),
        _ => None,
    })?;
    let (found, symbol) = declaring(context.project, source, at, owner)?;
    if found.path.contains("node_modules/") {
        return None;
    }
    let ty = context
        .infer()?
        .expression(&property.value)
        .map_or_else(Ty::any, |ty| ty.widen());
    let body = found
        .declarations(symbol)
        .into_iter()
        .find_map(|node| match node.kind() {
            AstKind::TSInterfaceDeclaration(_) => Body::of(node.kind()),
            AstKind::TSTypeAliasDeclaration(alias) => match &alias.type_annotation {
                oxc_ast::ast::TSType::TSTypeLiteral(literal) => {
                    Body::of(AstKind::TSTypeLiteral(literal))
                }
                _ => None,
            },
            _ => None,
        })?;
    let file = context.other(&found.path)?;
    let mut names = Names::new(context, &found, body.span.start);
    let unsure = ty.is("any");
    let ty = names.ty(&ty, source, at);
    let line = format!(
        "{}{}: {ty};",
        body.indent(found.text),
        source.slice(property.key.span())
    );
    let title = format!(
        "declare property '{}' in '{owner}'",
        source.slice(property.key.span())
    );
    let fix = if unsure {
        context.placeholder(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    let fix = body.at_start(fix, &file, &line);
    Some(vec![names.finish(fix, &file)])
}
