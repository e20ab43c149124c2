//! Names.

use super::Infer;
use crate::{
    modules::declaring,
    types::{Signature, Ty, TypeParam, read_type_params},
};
use oxc_ast::{
    AstKind,
    ast::{
        BindingPattern, ClassElement, Expression, MethodDefinitionKind, VariableDeclarationKind,
    },
};
use oxc_semantic::{NodeId, SymbolId};
use std::rc::Rc;

impl<'a> Infer<'_, 'a> {
    /// The type of what a name stands for at a place.
    #[must_use]
    pub fn name(&self, at: u32, name: &str) -> Option<Ty> {
        let (source, symbol) = declaring(self.project, &self.source, at, name)?;
        self.elsewhere(&source)?.symbol(symbol)
    }

    /// The type of a symbol of this file.
    #[must_use]
    pub fn symbol(&self, symbol: SymbolId) -> Option<Ty> {
        let text = self.source.text;
        let name = self.source.semantic.scoping().symbol_name(symbol);
        let nodes: Vec<_> = self
            .source
            .declarations(symbol)
            .into_iter()
            .map(|node| (node.id(), node.kind()))
            .collect();
        for (id, kind) in nodes {
            // A symbol's node may be the identifier itself or what declares it.
            let kinds = std::iter::once((id, kind));
            let outer = self
                .source
                .semantic
                .nodes()
                .ancestors(id)
                .map(|node| (node.id(), node.kind()));
            for (id, kind) in kinds.chain(outer) {
                match kind {
                    AstKind::BindingIdentifier(_) => {}
                    AstKind::VariableDeclarator(declarator) => {
                        let BindingPattern::BindingIdentifier(_) = &declarator.id else {
                            return None;
                        };
                        if let Some(ty) =
                            Ty::annotation(text, declarator.type_annotation.as_deref())
                        {
                            return Some(ty);
                        }
                        if let Some(ty) = self.loop_variable(id) {
                            return Some(ty);
                        }
                        let ty = self.expression(declarator.init.as_ref()?)?;
                        let constant = self.is_const(id);
                        return Some(if constant { ty } else { ty.widen() });
                    }
                    AstKind::FormalParameter(param) => {
                        let BindingPattern::BindingIdentifier(_) = &param.pattern else {
                            return None;
                        };
                        let ty = Ty::annotation(text, param.type_annotation.as_deref());
                        let ty = ty.or_else(|| {
                            Some(self.expression(param.initializer.as_deref()?)?.widen())
                        })?;
                        return Some(if param.optional {
                            Ty::union([ty, Ty::word("undefined")])
                        } else {
                            ty
                        });
                    }
                    AstKind::FormalParameterRest(rest) => {
                        return Ty::annotation(text, rest.type_annotation.as_deref());
                    }
                    AstKind::Function(function) => {
                        return Some(Ty::Function(Box::new(self.function(function))));
                    }
                    AstKind::Class(_)
                    | AstKind::TSEnumDeclaration(_)
                    | AstKind::TSNamespaceDeclaration(_) => {
                        return Some(Ty::Query(name.to_owned()));
                    }
                    AstKind::BindingProperty(_)
                    | AstKind::ArrayPattern(_)
                    | AstKind::ObjectPattern(_) => return None,
                    _ => break,
                }
            }
        }
        None
    }

    fn is_const(&self, declarator: NodeId) -> bool {
        matches!(self.source.semantic.nodes().parent_kind(declarator),
            AstKind::VariableDeclaration(declaration) if declaration.kind == VariableDeclarationKind::Const)
    }

    fn loop_variable(&self, declarator: NodeId) -> Option<Ty> {
        let nodes = self.source.semantic.nodes();
        match nodes.ancestor_kinds(declarator).nth(1)? {
            AstKind::ForInStatement(_) => Some(Ty::word("string")),
            AstKind::ForOfStatement(each) => match self.expression(&each.right)? {
                Ty::Array(inner) => Some(*inner),
                Ty::Word(text) if text == "string" => Some(Ty::word("string")),
                _ => None,
            },
            _ => None,
        }
    }

    /// The type of `E.member`, if `E` is an enum.
    pub(super) fn enum_member(&self, at: u32, name: &str, member: &str) -> Option<Ty> {
        let (source, symbol) = declaring(self.project, &self.source, at, name)?;
        source
            .declarations(symbol)
            .into_iter()
            .find_map(|node| match node.kind() {
                AstKind::TSEnumDeclaration(declaration) => {
                    let has = declaration
                        .body
                        .members
                        .iter()
                        .any(|own| own.id.static_name() == member);
                    has.then(|| Ty::named(name))
                }
                _ => None,
            })
    }

    /// The type of a static member of a class, or of a namespace's export.
    pub(super) fn static_member(&self, at: u32, class: &str, name: &str) -> Option<Ty> {
        let (source, symbol) = declaring(self.project, &self.source, at, class)?;
        let here = self.elsewhere(&source)?;
        source
            .declarations(symbol)
            .into_iter()
            .find_map(|node| match node.kind() {
                AstKind::Class(class) => class.body.body.iter().find_map(|element| match element {
                    ClassElement::MethodDefinition(method)
                        if method.r#static && method.key.is_specific_static_name(name) =>
                    {
                        Some(Ty::Function(Box::new(here.function(&method.value))))
                    }
                    ClassElement::PropertyDefinition(property)
                        if property.r#static && property.key.is_specific_static_name(name) =>
                    {
                        Ty::annotation(source.text, property.type_annotation.as_deref())
                            .or_else(|| Some(here.expression(property.value.as_ref()?)?.widen()))
                    }
                    _ => None,
                }),
                AstKind::TSNamespaceDeclaration(namespace) => {
                    let scope = namespace.scope_id.get()?;
                    here.symbol(source.semantic.scoping().get_binding(scope, name.into())?)
                }
                _ => None,
            })
    }

    /// The type parameters and constructor of a class.
    pub(super) fn constructor(&self, at: u32, name: &str) -> Option<(Vec<TypeParam>, Signature)> {
        let (source, symbol) = declaring(self.project, &self.source, at, name)?;
        source.declarations(symbol).into_iter().find_map(|node| {
            let AstKind::Class(class) = node.kind() else {
                return None;
            };
            let params = class
                .type_parameters
                .as_deref()
                .map(|params| read_type_params(source.text, params));
            let signature = class.body.body.iter().find_map(|element| match element {
                ClassElement::MethodDefinition(method)
                    if method.kind == MethodDefinitionKind::Constructor =>
                {
                    Some(Signature::of(source.text, &method.value))
                }
                _ => None,
            });
            Some((params.unwrap_or_default(), signature.unwrap_or_default()))
        })
    }

    /// The type of a property without annotation of the class around a place:
    /// what it is initialized with.
    pub(super) fn initialized(&self, at: u32, name: &str) -> Option<Ty> {
        let source = Rc::clone(&self.source);
        source.enclosing(at, |kind| match kind {
            AstKind::Class(class) => class.body.body.iter().find_map(|element| match element {
                ClassElement::PropertyDefinition(property)
                    if property.key.is_specific_static_name(name) =>
                {
                    let ty = self.expression(property.value.as_ref()?)?;
                    Some(if property.readonly { ty } else { ty.widen() })
                }
                ClassElement::MethodDefinition(method)
                    if method.kind == MethodDefinitionKind::Get
                        && method.key.is_specific_static_name(name) =>
                {
                    self.function_return(&method.value)
                }
                _ => None,
            }),
            _ => None,
        })
    }

    /// A method of the class around a place, its return type inferred.
    pub(super) fn method(&self, at: u32, name: &str) -> Option<Signature> {
        let source = Rc::clone(&self.source);
        source.enclosing(at, |kind| match kind {
            AstKind::Class(class) => class.body.body.iter().find_map(|element| match element {
                ClassElement::MethodDefinition(method)
                    if method.key.is_specific_static_name(name) =>
                {
                    Some(self.function(&method.value))
                }
                _ => None,
            }),
            _ => None,
        })
    }

    /// The type that the place of an expression asks for: an annotation, a
    /// parameter's or return type.
    #[must_use]
    pub fn expected(&self, expression: &Expression<'a>) -> Option<Ty> {
        use oxc_span::GetSpan;
        self.expected_by(expression.span())
    }

    /// [`Self::expected`] for the expression with this span.
    #[must_use]
    pub fn expected_by(&self, span: oxc_span::Span) -> Option<Ty> {
        use oxc_span::GetSpan;
        let text = self.source.text;
        let around = self.source.around(span.start);
        let start = around.iter().position(|kind| kind.span() == span)?;
        let mut inner = span;
        for kind in &around[start + 1..] {
            match kind {
                AstKind::ParenthesizedExpression(_) => inner = kind.span(),
                AstKind::VariableDeclarator(declarator) => {
                    return Ty::annotation(text, declarator.type_annotation.as_deref());
                }
                AstKind::PropertyDefinition(property) => {
                    return Ty::annotation(text, property.type_annotation.as_deref());
                }
                AstKind::TSSatisfiesExpression(cast) => {
                    return Some(Ty::read(text, &cast.type_annotation));
                }
                AstKind::TSAsExpression(cast) => {
                    return Some(Ty::read(text, &cast.type_annotation));
                }
                AstKind::AssignmentExpression(assignment) if assignment.right.span() == inner => {
                    return self.target(&assignment.left);
                }
                AstKind::CallExpression(call) => {
                    let index = call
                        .arguments
                        .iter()
                        .position(|argument| argument.span() == inner)?;
                    let Ty::Function(signature) = self.expression(&call.callee)? else {
                        return None;
                    };
                    return signature.params.get(index)?.ty.clone();
                }
                AstKind::NewExpression(new) => {
                    let index = new
                        .arguments
                        .iter()
                        .position(|argument| argument.span() == inner)?;
                    let (_, signature) =
                        self.constructor(new.span.start, self.source.slice(new.callee.span()))?;
                    return signature.params.get(index)?.ty.clone();
                }
                AstKind::ObjectProperty(property) => {
                    let name = property.key.static_name()?;
                    let object = around.iter().find_map(|kind| match kind {
                        AstKind::ObjectExpression(object)
                            if object.span.start <= property.span.start
                                && object.span.end >= property.span.end =>
                        {
                            Some(object)
                        }
                        _ => None,
                    })?;
                    return self.expected_of_object(object.span, &name);
                }
                AstKind::ReturnStatement(_) => {
                    return around.iter().find_map(|kind| match kind {
                        AstKind::Function(function) => {
                            Some(Ty::annotation(text, function.return_type.as_deref()))
                        }
                        AstKind::ArrowFunctionExpression(arrow) => {
                            Some(Ty::annotation(text, arrow.return_type.as_deref()))
                        }
                        _ => None,
                    })?;
                }
                AstKind::ArrowFunctionExpression(arrow) => {
                    return Ty::annotation(text, arrow.return_type.as_deref());
                }
                _ => return None,
            }
        }
        None
    }

    fn expected_of_object(&self, object: oxc_span::Span, name: &str) -> Option<Ty> {
        let this = self.deeper()?;
        let expression =
            self.source
                .semantic
                .nodes()
                .iter()
                .find_map(|node| match node.kind() {
                    AstKind::ObjectExpression(found) if found.span == object => Some(found),
                    _ => None,
                })?;
        // `expected` goes by spans alone.
        let ty = this.expected_at(expression.span)?;
        this.property_of(&ty, name, object.start)
    }

    fn expected_at(&self, span: oxc_span::Span) -> Option<Ty> {
        use oxc_span::GetSpan;
        let text = self.source.text;
        let around = self.source.around(span.start);
        let start = around.iter().position(|kind| kind.span() == span)?;
        match around.get(start + 1)? {
            AstKind::VariableDeclarator(declarator) => {
                Ty::annotation(text, declarator.type_annotation.as_deref())
            }
            AstKind::PropertyDefinition(property) => {
                Ty::annotation(text, property.type_annotation.as_deref())
            }
            _ => None,
        }
    }

    /// The type of what is assigned to.
    #[must_use]
    pub fn target(&self, target: &oxc_ast::ast::AssignmentTarget<'a>) -> Option<Ty> {
        use oxc_ast::ast::AssignmentTarget;
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(id) => self.name(id.span.start, &id.name),
            AssignmentTarget::StaticMemberExpression(member) => {
                self.property(&member.object, &member.property.name, member.span.start)
            }
            _ => None,
        }
    }
}
