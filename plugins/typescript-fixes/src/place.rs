//! Where the type of a place is written: of a variable, a property, a parameter
//! or a result that gets a value which does not fit.

use crate::optional::annotation_of;
use buildfix_typescript_syntax::{
    Context, Source, infer::Infer, members::member, modules::declaring, types::Ty,
};
use oxc_ast::{
    AstKind,
    ast::{
        AssignmentTarget, ClassElement, Expression, FormalParameters, MethodDefinitionKind, TSType,
    },
};
use oxc_span::{GetSpan, Span};
use std::rc::Rc;

/// Where a type is written that has to take more.
pub struct Place<'a> {
    /// The file that holds it.
    pub source: Rc<Source<'a>>,
    /// The type; empty where one has to be added.
    pub span: Span,
    /// Whether the code behind the place reaches into the value.
    pub reaches: bool,
}

/// Where the type of the place is written that a message points at.
pub fn place<'a>(context: &Context<'_, 'a>, source: &Rc<Source<'a>>, at: u32) -> Option<Place<'a>> {
    let nodes = source.semantic.nodes();
    let here = |span: Span| Place {
        source: Rc::clone(source),
        span,
        reaches: false,
    };
    let found = nodes.iter().filter_map(|node| match node.kind() {
        AstKind::CallExpression(call) => {
            let index = call
                .arguments
                .iter()
                .position(|one| one.span().start == at)?;
            callee(context, source, &call.callee, index)
        }
        AstKind::NewExpression(new) => {
            let index = new
                .arguments
                .iter()
                .position(|one| one.span().start == at)?;
            constructor(context, source, &new.callee, index)
        }
        AstKind::VariableDeclarator(declarator) if declarator.span.start == at => declarator
            .type_annotation
            .as_ref()
            .map(|annotation| here(annotation.type_annotation.span())),
        AstKind::PropertyDefinition(property) if property.key.span().start == at => property
            .type_annotation
            .as_ref()
            .map(|annotation| here(annotation.type_annotation.span())),
        AstKind::FormalParameter(param) if param.pattern.span().start == at => param
            .type_annotation
            .as_ref()
            .map(|annotation| here(annotation.type_annotation.span())),
        AstKind::AssignmentExpression(assignment) if assignment.span.start == at => {
            target(context, source, &assignment.left)
        }
        AstKind::ReturnStatement(statement) if statement.span.start == at => {
            returned(source, at).map(here)
        }
        AstKind::ObjectProperty(property) if property.key.span().start == at => {
            let infer = context.infer()?;
            let name = property.key.static_name()?;
            let AstKind::ObjectExpression(object) = nodes.parent_kind(node.id()) else {
                return None;
            };
            let ty = infer.expected_by(object.span)?;
            declared(context, source, at, &ty, &name)
        }
        AstKind::ArrowFunctionExpression(arrow) => {
            let body = arrow.body.as_expression()?;
            let ret = arrow.return_type.as_ref()?;
            (body.span().start == at).then(|| here(settled(&ret.type_annotation)))
        }
        _ => None,
    });
    found
        .last()
        .filter(|place| !place.source.path.contains("node_modules/"))
}

/// The type of a function's result, which a promise may hold.
fn settled(ty: &TSType) -> Span {
    if let TSType::TSTypeReference(reference) = ty
        && let Some(args) = &reference.type_arguments
        && let [inner] = args.params.as_slice()
        && reference.type_name.is_identifier()
        && reference
            .type_name
            .get_identifier_reference()
            .is_some_and(|id| id.name == "Promise")
    {
        return inner.span();
    }
    ty.span()
}

/// The result type of the function around a byte.
fn returned(source: &Source, at: u32) -> Option<Span> {
    source
        .enclosing(at, |kind| match kind {
            AstKind::Function(function) => Some(
                function
                    .return_type
                    .as_ref()
                    .map(|ret| settled(&ret.type_annotation)),
            ),
            AstKind::ArrowFunctionExpression(arrow) => Some(
                arrow
                    .return_type
                    .as_ref()
                    .map(|ret| settled(&ret.type_annotation)),
            ),
            _ => None,
        })
        .flatten()
}

/// The declared type of a property of a type.
fn declared<'a>(
    context: &Context<'_, 'a>,
    source: &Rc<Source<'a>>,
    at: u32,
    ty: &Ty,
    name: &str,
) -> Option<Place<'a>> {
    let owned = member(context.project, source, at, ty, name)?;
    let span = annotation_of(&owned.source, owned.at, &owned.member.key)?;
    Some(Place {
        source: owned.source,
        span,
        reaches: false,
    })
}

/// The declared type of what is assigned to.
fn target<'a>(
    context: &Context<'_, 'a>,
    source: &Rc<Source<'a>>,
    target: &AssignmentTarget<'a>,
) -> Option<Place<'a>> {
    match target {
        AssignmentTarget::AssignmentTargetIdentifier(id) => {
            let (found, symbol) = declaring(context.project, source, id.span.start, &id.name)?;
            let span = found.declarations(symbol).into_iter().find_map(|node| {
                std::iter::once(node.kind())
                    .chain(found.semantic.nodes().ancestor_kinds(node.id()))
                    .take(2)
                    .find_map(|kind| match kind {
                        AstKind::VariableDeclarator(declarator)
                            if declarator.id.is_binding_identifier() =>
                        {
                            Some(match &declarator.type_annotation {
                                Some(annotation) => annotation.type_annotation.span(),
                                None => Span::empty(declarator.id.span().end),
                            })
                        }
                        AstKind::FormalParameter(param) => param
                            .type_annotation
                            .as_ref()
                            .map(|annotation| annotation.type_annotation.span()),
                        _ => None,
                    })
            })?;
            Some(Place {
                source: found,
                span,
                reaches: false,
            })
        }
        AssignmentTarget::StaticMemberExpression(member) => {
            let infer = context.infer()?;
            let at = member.span.start;
            let ty = owner(&infer, &member.object, at)?;
            declared(context, source, at, &ty, &member.property.name)
        }
        _ => None,
    }
}

/// The type of the object of an access, without what it may be instead.
fn owner<'a>(infer: &Infer<'_, 'a>, object: &Expression<'a>, at: u32) -> Option<Ty> {
    if matches!(object, Expression::ThisExpression(_)) {
        return infer.this_type(at);
    }
    let ty = infer.expression(object)?;
    Some(Ty::union(
        ty.alternatives()
            .iter()
            .filter(|ty| !ty.is("null") && !ty.is("undefined"))
            .cloned(),
    ))
}

/// The declared type of a parameter of what is called.
fn callee<'a>(
    context: &Context<'_, 'a>,
    source: &Rc<Source<'a>>,
    callee: &Expression<'a>,
    index: usize,
) -> Option<Place<'a>> {
    match callee {
        Expression::Identifier(id) => {
            let (found, symbol) = declaring(context.project, source, id.span.start, &id.name)?;
            let (span, body) =
                found
                    .declarations(symbol)
                    .into_iter()
                    .find_map(|node| match node.kind() {
                        AstKind::Function(function) => {
                            Some((parameter(&function.params, index)?, function.span))
                        }
                        AstKind::VariableDeclarator(declarator) => {
                            match declarator.init.as_ref()? {
                                Expression::ArrowFunctionExpression(arrow) => {
                                    Some((parameter(&arrow.params, index)?, arrow.span))
                                }
                                Expression::FunctionExpression(function) => {
                                    Some((parameter(&function.params, index)?, function.span))
                                }
                                _ => None,
                            }
                        }
                        _ => None,
                    })?;
            Some(at_parameter(found, span, body))
        }
        Expression::StaticMemberExpression(access) => {
            let infer = context.infer()?;
            let at = access.span.start;
            let ty = owner(&infer, &access.object, at)?;
            let name = access.property.name.as_str();
            let owned = member(context.project, source, at, &ty, name)?;
            let nodes = owned.source.semantic.nodes();
            let (span, body) = nodes.iter().find_map(|node| {
                let (key, params, span) = match node.kind() {
                    AstKind::MethodDefinition(method) => {
                        (&method.key, &method.value.params, method.span)
                    }
                    AstKind::TSMethodSignature(method) => {
                        (&method.key, &method.params, method.span)
                    }
                    _ => return None,
                };
                let fits = key.is_specific_static_name(name)
                    && nodes.parent_kind(node.id()).span().start == owned.at;
                fits.then(|| Some((parameter(params, index)?, span)))?
            })?;
            Some(at_parameter(owned.source, span, body))
        }
        _ => None,
    }
}

/// The declared type of a parameter of a class's constructor.
fn constructor<'a>(
    context: &Context<'_, 'a>,
    source: &Rc<Source<'a>>,
    class: &Expression<'a>,
    index: usize,
) -> Option<Place<'a>> {
    let Expression::Identifier(id) = class else {
        return None;
    };
    let (found, symbol) = declaring(context.project, source, id.span.start, &id.name)?;
    let (span, body) = found.declarations(symbol).into_iter().find_map(|node| {
        let AstKind::Class(class) = node.kind() else {
            return None;
        };
        class.body.body.iter().find_map(|element| match element {
            ClassElement::MethodDefinition(method)
                if method.kind == MethodDefinitionKind::Constructor =>
            {
                Some((parameter(&method.value.params, index)?, method.span))
            }
            _ => None,
        })
    })?;
    Some(at_parameter(found, span, body))
}

/// The name and the type of a parameter.
fn parameter(params: &FormalParameters, index: usize) -> Option<(Span, Span)> {
    let param = params.items.get(index)?;
    let annotation = param.type_annotation.as_ref()?;
    let name = param.pattern.get_binding_identifier()?.span;
    Some((name, annotation.type_annotation.span()))
}

fn at_parameter<'a>(source: Rc<Source<'a>>, (name, span): (Span, Span), body: Span) -> Place<'a> {
    let word = source.slice(name);
    let reaches = source.semantic.nodes().iter().any(|node| {
        let object = match node.kind() {
            AstKind::StaticMemberExpression(member) if !member.optional => &member.object,
            AstKind::ComputedMemberExpression(member) if !member.optional => &member.object,
            _ => return false,
        };
        let inside = body.start <= object.span().start && object.span().end <= body.end;
        inside && object.is_specific_id(word)
    });
    Place {
        source,
        span,
        reaches,
    }
}
