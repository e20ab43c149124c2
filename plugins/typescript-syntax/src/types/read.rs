//! Types from syntax trees.

use super::{Element, Mapped, Member, MemberKind, Param, Signature, Ty, TypeParam};
use oxc_ast::ast::{
    Class, ClassElement, FormalParameters, Function, MethodDefinitionKind, MethodDefinitionType,
    PropertyDefinitionType, PropertyKey, TSAccessibility, TSMappedTypeModifierOperator,
    TSMethodSignatureKind, TSSignature, TSThisParameter, TSTupleElement, TSType, TSTypeAnnotation,
    TSTypeOperatorOperator, TSTypeParameterDeclaration, TSTypePredicateName,
};
use oxc_span::{GetSpan, Span};

fn slice(text: &str, span: Span) -> String {
    text.get(span.start as usize..span.end as usize)
        .unwrap_or_default()
        .to_owned()
}

impl Ty {
    /// Reads a type; `text` is that of its file.
    #[must_use]
    pub fn read(text: &str, ty: &TSType) -> Self {
        let read = |ty: &TSType| Self::read(text, ty);
        let boxed = |ty: &TSType| Box::new(Self::read(text, ty));
        match ty {
            TSType::TSArrayType(array) => Self::Array(boxed(&array.element_type)),
            TSType::TSParenthesizedType(inner) => read(&inner.type_annotation),
            TSType::TSUnionType(union) => Self::Union(union.types.iter().map(read).collect()),
            TSType::TSIntersectionType(types) => {
                Self::Intersection(types.types.iter().map(read).collect())
            }
            TSType::TSTypeReference(reference) => {
                let name = slice(text, reference.type_name.span());
                let args = reference.type_arguments.as_ref();
                let mut args: Vec<Self> = args
                    .map(|args| args.params.iter().map(read).collect())
                    .unwrap_or_default();
                match (name.as_str(), args.len()) {
                    ("Array", 1) => Self::Array(Box::new(args.remove(0))),
                    ("ReadonlyArray", 1) => {
                        Self::Operator("readonly", Box::new(Self::Array(Box::new(args.remove(0)))))
                    }
                    _ => Self::Named(name, args),
                }
            }
            TSType::TSTypeLiteral(literal) => {
                let members: Vec<Member> = literal
                    .members
                    .iter()
                    .map(|member| Member::read(text, member))
                    .collect();
                // An object type that can only be called is a function type.
                match members.as_slice() {
                    [
                        Member {
                            kind: MemberKind::Call(signature),
                            ..
                        },
                    ] => Self::Function(Box::new(signature.clone())),
                    [
                        Member {
                            kind: MemberKind::Construct(signature),
                            ..
                        },
                    ] => Self::Constructor(Box::new(signature.clone())),
                    _ => Self::Object(members),
                }
            }
            TSType::TSFunctionType(function) => Self::Function(Box::new(Signature::read(
                text,
                function.type_parameters.as_deref(),
                function.this_param.as_deref(),
                &function.params,
                Some(&function.return_type),
            ))),
            TSType::TSConstructorType(function) => Self::Constructor(Box::new(Signature::read(
                text,
                function.type_parameters.as_deref(),
                None,
                &function.params,
                Some(&function.return_type),
            ))),
            TSType::TSTupleType(tuple) => Self::Tuple(
                tuple
                    .element_types
                    .iter()
                    .map(|item| element(text, item))
                    .collect(),
            ),
            TSType::TSTypeOperatorType(operator) => Self::Operator(
                match operator.operator {
                    TSTypeOperatorOperator::Keyof => "keyof",
                    TSTypeOperatorOperator::Unique => "unique",
                    TSTypeOperatorOperator::Readonly => "readonly",
                },
                boxed(&operator.type_annotation),
            ),
            TSType::TSIndexedAccessType(access) => {
                Self::Index(boxed(&access.object_type), boxed(&access.index_type))
            }
            TSType::TSConditionalType(conditional) => Self::Conditional(Box::new([
                read(&conditional.check_type),
                read(&conditional.extends_type),
                read(&conditional.true_type),
                read(&conditional.false_type),
            ])),
            TSType::TSMappedType(mapped) => Self::Mapped(Box::new(Mapped {
                readonly: match mapped.readonly {
                    None => "",
                    Some(TSMappedTypeModifierOperator::True) => "readonly ",
                    Some(TSMappedTypeModifierOperator::Plus) => "+readonly ",
                    Some(TSMappedTypeModifierOperator::Minus) => "-readonly ",
                },
                key: mapped.key.name.to_string(),
                over: read(&mapped.constraint),
                name: mapped.name_type.as_ref().map(read),
                optional: match mapped.optional {
                    None => "",
                    Some(TSMappedTypeModifierOperator::True) => "?",
                    Some(TSMappedTypeModifierOperator::Plus) => "+?",
                    Some(TSMappedTypeModifierOperator::Minus) => "-?",
                },
                value: mapped.type_annotation.as_ref().map(read),
            })),
            TSType::TSTypeQuery(query) => Self::Query(slice(text, query.expr_name.span())),
            TSType::TSTypePredicate(predicate) => Self::Predicate {
                asserts: predicate.asserts,
                name: match &predicate.parameter_name {
                    TSTypePredicateName::Identifier(name) => name.name.to_string(),
                    TSTypePredicateName::This(_) => "this".to_owned(),
                },
                ty: predicate
                    .type_annotation
                    .as_ref()
                    .map(|ty| boxed(&ty.type_annotation)),
            },
            TSType::TSImportType(_)
            | TSType::TSInferType(_)
            | TSType::TSTemplateLiteralType(_)
            | TSType::JSDocNullableType(_)
            | TSType::JSDocNonNullableType(_)
            | TSType::JSDocUnknownType(_) => Self::Raw(slice(text, ty.span())),
            _ => Self::Word(slice(text, ty.span())),
        }
    }

    /// Reads an annotation's type.
    #[must_use]
    pub fn annotation(text: &str, annotation: Option<&TSTypeAnnotation>) -> Option<Self> {
        annotation.map(|annotation| Self::read(text, &annotation.type_annotation))
    }
}

fn element(text: &str, item: &TSTupleElement) -> Element {
    let plain = |ty: &TSType| Element {
        label: None,
        optional: false,
        rest: false,
        ty: Ty::read(text, ty),
    };
    match item {
        TSTupleElement::TSOptionalType(ty) => Element {
            optional: true,
            ..plain(&ty.type_annotation)
        },
        TSTupleElement::TSRestType(rest) => match &rest.type_annotation {
            TSType::TSNamedTupleMember(named) => Element {
                label: Some(named.label.name.to_string()),
                rest: true,
                ..element(text, &named.element_type)
            },
            ty => Element {
                rest: true,
                ..plain(ty)
            },
        },
        TSTupleElement::TSNamedTupleMember(named) => Element {
            label: Some(named.label.name.to_string()),
            optional: named.optional,
            ..element(text, &named.element_type)
        },
        other => match other.as_ts_type() {
            Some(ty) => plain(ty),
            None => Element {
                label: None,
                optional: false,
                rest: false,
                ty: Ty::Raw(slice(text, other.span())),
            },
        },
    }
}

/// A key as written, brackets included.
#[must_use]
pub(crate) fn key_text(text: &str, key: &PropertyKey, computed: bool) -> String {
    let inner = slice(text, key.span());
    if computed {
        format!("[{inner}]")
    } else {
        inner
    }
}

impl Signature {
    /// Reads a function's head.
    #[must_use]
    pub fn read(
        text: &str,
        type_params: Option<&TSTypeParameterDeclaration>,
        this: Option<&TSThisParameter>,
        params: &FormalParameters,
        ret: Option<&TSTypeAnnotation>,
    ) -> Self {
        let mut all = Vec::new();
        if let Some(this) = this {
            all.push(Param {
                name: "this".to_owned(),
                ty: Ty::annotation(text, this.type_annotation.as_deref()),
                optional: false,
                rest: false,
            });
        }
        for param in &params.items {
            all.push(Param {
                name: slice(text, param.pattern.span()),
                ty: Ty::annotation(text, param.type_annotation.as_deref()),
                optional: param.optional || param.initializer.is_some(),
                rest: false,
            });
        }
        if let Some(rest) = &params.rest {
            all.push(Param {
                name: slice(text, rest.rest.argument.span()),
                ty: Ty::annotation(text, rest.type_annotation.as_deref()),
                optional: false,
                rest: true,
            });
        }
        Self {
            type_params: type_params
                .map(|params| read_type_params(text, params))
                .unwrap_or_default(),
            params: all,
            ret: Ty::annotation(text, ret),
        }
    }

    /// Reads the head of a function or method.
    #[must_use]
    pub fn of(text: &str, function: &Function) -> Self {
        Self::read(
            text,
            function.type_parameters.as_deref(),
            function.this_param.as_deref(),
            &function.params,
            function.return_type.as_deref(),
        )
    }
}

/// Reads a list of type parameters.
#[must_use]
pub fn read_type_params(text: &str, params: &TSTypeParameterDeclaration) -> Vec<TypeParam> {
    params
        .params
        .iter()
        .map(|param| TypeParam {
            name: param.name.name.to_string(),
            constraint: param.constraint.as_ref().map(|ty| Ty::read(text, ty)),
            default: param.default.as_ref().map(|ty| Ty::read(text, ty)),
        })
        .collect()
}

impl Member {
    fn new(key: String, kind: MemberKind) -> Self {
        Self {
            key,
            kind,
            optional: false,
            readonly: false,
            is_static: false,
            is_abstract: false,
            access: "",
        }
    }

    /// Reads a member of an interface or object type.
    #[must_use]
    pub fn read(text: &str, member: &TSSignature) -> Self {
        match member {
            TSSignature::TSIndexSignature(index) => Self {
                readonly: index.readonly,
                ..Self::new(
                    String::new(),
                    MemberKind::Index(
                        index.parameter.name.to_string(),
                        Ty::read(text, &index.parameter.type_annotation.type_annotation),
                        Ty::read(text, &index.type_annotation.type_annotation),
                    ),
                )
            },
            TSSignature::TSPropertySignature(property) => Self {
                optional: property.optional,
                readonly: property.readonly,
                ..Self::new(
                    key_text(text, &property.key, property.computed),
                    MemberKind::Property(Ty::annotation(text, property.type_annotation.as_deref())),
                )
            },
            TSSignature::TSCallSignatureDeclaration(call) => Self::new(
                String::new(),
                MemberKind::Call(Signature::read(
                    text,
                    call.type_parameters.as_deref(),
                    call.this_param.as_deref(),
                    &call.params,
                    call.return_type.as_deref(),
                )),
            ),
            TSSignature::TSConstructSignatureDeclaration(call) => Self::new(
                String::new(),
                MemberKind::Construct(Signature::read(
                    text,
                    call.type_parameters.as_deref(),
                    None,
                    &call.params,
                    call.return_type.as_deref(),
                )),
            ),
            TSSignature::TSMethodSignature(method) => {
                let signature = Signature::read(
                    text,
                    method.type_parameters.as_deref(),
                    method.this_param.as_deref(),
                    &method.params,
                    method.return_type.as_deref(),
                );
                let kind = match method.kind {
                    TSMethodSignatureKind::Method => MemberKind::Method(signature),
                    TSMethodSignatureKind::Get => MemberKind::Getter(signature.ret),
                    TSMethodSignatureKind::Set => setter(signature),
                };
                Self {
                    optional: method.optional,
                    ..Self::new(key_text(text, &method.key, method.computed), kind)
                }
            }
        }
    }

    /// Reads a class's members; constructors, private `#names` and static
    /// blocks are left out, parameter properties are in.
    #[must_use]
    pub fn of_class(text: &str, class: &Class) -> Vec<Self> {
        let access = |access: Option<TSAccessibility>| match access {
            Some(TSAccessibility::Private) => "private ",
            Some(TSAccessibility::Protected) => "protected ",
            _ => "",
        };
        let mut members = Vec::new();
        for element in &class.body.body {
            match element {
                ClassElement::MethodDefinition(method)
                    if method.kind == MethodDefinitionKind::Constructor =>
                {
                    for param in method
                        .value
                        .params
                        .items
                        .iter()
                        .filter(|param| param.has_modifier())
                    {
                        members.push(Self {
                            access: access(param.accessibility),
                            readonly: param.readonly,
                            optional: param.optional,
                            ..Self::new(
                                slice(text, param.pattern.span()),
                                MemberKind::Property(Ty::annotation(
                                    text,
                                    param.type_annotation.as_deref(),
                                )),
                            )
                        });
                    }
                }
                ClassElement::MethodDefinition(method) => {
                    let signature = Signature::of(text, &method.value);
                    let kind = match method.kind {
                        MethodDefinitionKind::Get => MemberKind::Getter(signature.ret),
                        MethodDefinitionKind::Set => setter(signature),
                        _ => MemberKind::Method(signature),
                    };
                    members.push(Self {
                        optional: method.optional,
                        is_static: method.r#static,
                        is_abstract: method.r#type
                            == MethodDefinitionType::TSAbstractMethodDefinition,
                        access: access(method.accessibility),
                        ..Self::new(key_text(text, &method.key, method.computed), kind)
                    });
                }
                ClassElement::PropertyDefinition(property) => members.push(Self {
                    optional: property.optional,
                    readonly: property.readonly,
                    is_static: property.r#static,
                    is_abstract: property.r#type
                        == PropertyDefinitionType::TSAbstractPropertyDefinition,
                    access: access(property.accessibility),
                    ..Self::new(
                        key_text(text, &property.key, property.computed),
                        MemberKind::Property(Ty::annotation(
                            text,
                            property.type_annotation.as_deref(),
                        )),
                    )
                }),
                ClassElement::AccessorProperty(property) => members.push(Self {
                    is_static: property.r#static,
                    access: access(property.accessibility),
                    ..Self::new(
                        key_text(text, &property.key, property.computed),
                        MemberKind::Property(Ty::annotation(
                            text,
                            property.type_annotation.as_deref(),
                        )),
                    )
                }),
                ClassElement::TSIndexSignature(index) => members.push(Self {
                    readonly: index.readonly,
                    is_static: index.r#static,
                    ..Self::new(
                        String::new(),
                        MemberKind::Index(
                            index.parameter.name.to_string(),
                            Ty::read(text, &index.parameter.type_annotation.type_annotation),
                            Ty::read(text, &index.type_annotation.type_annotation),
                        ),
                    )
                }),
                ClassElement::StaticBlock(_) => {}
            }
        }
        members
    }
}

fn setter(signature: Signature) -> MemberKind {
    match signature.params.into_iter().next() {
        Some(param) => MemberKind::Setter(param.name, param.ty),
        None => MemberKind::Setter("value".to_owned(), None),
    }
}
