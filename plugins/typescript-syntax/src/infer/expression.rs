//! Expressions.

use super::{
    Infer,
    flow::{Flow, returns},
    library,
};
use crate::{
    members,
    types::{Member, MemberKind, Signature, Substitution, Ty},
};
use oxc_ast::{
    AstKind,
    ast::{
        Argument, ArrayExpressionElement, ArrowFunctionBody, ArrowFunctionExpression,
        CallExpression, ChainElement, Expression, Function, FunctionBody, NewExpression,
        ObjectExpression, ObjectPropertyKind, PropertyKind,
    },
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{BinaryOperator, LogicalOperator, UnaryOperator};

impl<'a> Infer<'_, 'a> {
    /// The type of an expression; literals keep theirs.
    #[must_use]
    pub fn expression(&self, expression: &Expression<'a>) -> Option<Ty> {
        let this = self.deeper()?;
        let text = self.source.text;
        let slice = |span: Span| self.source.slice(span).to_owned();
        Some(match expression {
            Expression::StringLiteral(literal) => Ty::Word(format!("\"{}\"", literal.value)),
            Expression::NumericLiteral(_)
            | Expression::BooleanLiteral(_)
            | Expression::BigIntLiteral(_) => Ty::Word(slice(expression.span())),
            Expression::NullLiteral(_) => Ty::word("null"),
            Expression::RegExpLiteral(_) => Ty::named("RegExp"),
            Expression::TemplateLiteral(_) => Ty::word("string"),
            Expression::ParenthesizedExpression(inner) => this.expression(&inner.expression)?,
            Expression::Identifier(id) if id.name == "undefined" => Ty::word("undefined"),
            Expression::Identifier(id) => this.name(id.span.start, &id.name)?,
            Expression::ThisExpression(this_expression) => self
                .this_type(this_expression.span.start)
                .map(|_| Ty::word("this"))?,
            Expression::ObjectExpression(object) => this.object(object, false)?,
            Expression::ArrayExpression(array) => {
                let mut types = Vec::new();
                for element in &array.elements {
                    match element {
                        ArrayExpressionElement::SpreadElement(spread) => {
                            match this.expression(&spread.argument)? {
                                Ty::Array(inner) => types.push(*inner),
                                _ => return None,
                            }
                        }
                        ArrayExpressionElement::Elision(_) => types.push(Ty::word("undefined")),
                        other => types.push(this.expression(other.as_expression()?)?.widen()),
                    }
                }
                if types.is_empty() {
                    return Some(Ty::Array(Box::new(Ty::any())));
                }
                Ty::Array(Box::new(Ty::union(types)))
            }
            Expression::ArrowFunctionExpression(arrow) => Ty::Function(Box::new(this.arrow(arrow))),
            Expression::FunctionExpression(function) => {
                Ty::Function(Box::new(this.function(function)))
            }
            Expression::ClassExpression(_) => return None,
            Expression::TSAsExpression(cast) => {
                let ty = Ty::read(text, &cast.type_annotation);
                if ty == Ty::named("const") {
                    this.constant(&cast.expression)?
                } else {
                    ty
                }
            }
            Expression::TSTypeAssertion(cast) => Ty::read(text, &cast.type_annotation),
            Expression::TSSatisfiesExpression(cast) => this.expression(&cast.expression)?,
            Expression::TSNonNullExpression(inner) => {
                let ty = this.expression(&inner.expression)?;
                Ty::union(
                    ty.alternatives()
                        .iter()
                        .filter(|ty| !ty.is("null") && !ty.is("undefined"))
                        .cloned(),
                )
            }
            Expression::AwaitExpression(inner) => match this.expression(&inner.argument)? {
                Ty::Named(name, mut args) if name == "Promise" && args.len() == 1 => args.remove(0),
                other => other,
            },
            Expression::UnaryExpression(unary) => match unary.operator {
                UnaryOperator::LogicalNot | UnaryOperator::Delete => Ty::word("boolean"),
                UnaryOperator::Typeof => Ty::word("string"),
                UnaryOperator::Void => Ty::word("undefined"),
                UnaryOperator::UnaryNegation
                    if matches!(
                        unary.argument,
                        Expression::NumericLiteral(_) | Expression::BigIntLiteral(_)
                    ) =>
                {
                    Ty::Word(slice(unary.span))
                }
                _ => Ty::word("number"),
            },
            Expression::UpdateExpression(_) => Ty::word("number"),
            Expression::PrivateInExpression(_) => Ty::word("boolean"),
            Expression::BinaryExpression(binary) => match binary.operator {
                BinaryOperator::Addition => {
                    let (left, right) = (
                        this.expression(&binary.left)?.widen(),
                        this.expression(&binary.right)?.widen(),
                    );
                    if left.is("string") || right.is("string") {
                        Ty::word("string")
                    } else if left == right && (left.is("number") || left.is("bigint")) {
                        left
                    } else {
                        return None;
                    }
                }
                operator if operator.is_arithmetic() || operator.is_bitwise() => {
                    match this.expression(&binary.left).map(|ty| ty.widen()) {
                        Some(ty) if ty.is("bigint") => ty,
                        _ => Ty::word("number"),
                    }
                }
                _ => Ty::word("boolean"),
            },
            Expression::LogicalExpression(logical) => {
                let (left, right) = (
                    this.expression(&logical.left)?,
                    this.expression(&logical.right)?,
                );
                match logical.operator {
                    LogicalOperator::And if left.is("boolean") && right.widen().is("boolean") => {
                        Ty::word("boolean")
                    }
                    LogicalOperator::And => return None,
                    LogicalOperator::Or | LogicalOperator::Coalesce => Ty::union([
                        Ty::union(
                            left.alternatives()
                                .iter()
                                .filter(|ty| !ty.is("null") && !ty.is("undefined"))
                                .cloned(),
                        ),
                        right,
                    ]),
                }
            }
            Expression::ConditionalExpression(conditional) => Ty::union([
                this.expression(&conditional.consequent)?,
                this.expression(&conditional.alternate)?,
            ]),
            Expression::AssignmentExpression(assignment) => this.expression(&assignment.right)?,
            Expression::SequenceExpression(sequence) => {
                this.expression(sequence.expressions.last()?)?
            }
            Expression::NewExpression(new) => this.new_expression(new)?,
            Expression::CallExpression(call) => this.call(call)?,
            Expression::ChainExpression(chain) => {
                let inner = match &chain.expression {
                    ChainElement::CallExpression(call) => this.call(call)?,
                    _ => return None,
                };
                Ty::union([inner, Ty::word("undefined")])
            }
            Expression::StaticMemberExpression(member) => {
                this.property(&member.object, &member.property.name, member.span.start)?
            }
            Expression::ComputedMemberExpression(member) => {
                let object = this.expression(&member.object)?;
                match (&object, &member.expression) {
                    (Ty::Array(inner), _) => (**inner).clone(),
                    (_, Expression::StringLiteral(key)) => {
                        this.property(&member.object, &key.value, member.span.start)?
                    }
                    _ => return None,
                }
            }
            _ => return None,
        })
    }

    /// The type of a node of the tree, of the kinds that stand for a value
    /// which may be missing.
    #[must_use]
    pub fn node(&self, kind: AstKind<'a>) -> Option<Ty> {
        let this = self.deeper()?;
        match kind {
            AstKind::IdentifierReference(id) => this.name(id.span.start, &id.name),
            AstKind::StaticMemberExpression(member) => {
                this.property(&member.object, &member.property.name, member.span.start)
            }
            AstKind::ComputedMemberExpression(member) => match this.expression(&member.object)? {
                Ty::Array(inner) => Some(*inner),
                Ty::Named(name, mut args) if name == "Record" && args.len() == 2 => args.pop(),
                _ => None,
            },
            AstKind::CallExpression(call) => this.call(call),
            AstKind::ParenthesizedExpression(inner) => this.expression(&inner.expression),
            AstKind::TSNonNullExpression(inner) => this.expression(&inner.expression),
            AstKind::AwaitExpression(inner) => match this.expression(&inner.argument)? {
                Ty::Named(name, mut args) if name == "Promise" && args.len() == 1 => args.pop(),
                other => Some(other),
            },
            AstKind::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => this.call(call),
                ChainElement::StaticMemberExpression(member) => {
                    this.property(&member.object, &member.property.name, member.span.start)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The class or object type that `this` is at a place.
    #[must_use]
    pub fn this_type(&self, at: u32) -> Option<Ty> {
        let mut function_seen = false;
        for kind in self.source.around(at) {
            match kind {
                AstKind::Function(_) if function_seen => return None,
                AstKind::Function(_) => function_seen = true,
                AstKind::MethodDefinition(_) => function_seen = false,
                AstKind::Class(class) => {
                    return class.id.as_ref().map(|id| Ty::named(id.name.as_str()));
                }
                _ => {}
            }
        }
        None
    }

    fn object(&self, object: &ObjectExpression<'a>, constant: bool) -> Option<Ty> {
        let mut list: Vec<Member> = Vec::new();
        for property in &object.properties {
            let property = match property {
                ObjectPropertyKind::ObjectProperty(property) => property,
                ObjectPropertyKind::SpreadProperty(spread) => {
                    let Ty::Object(inner) = self.expression(&spread.argument)? else {
                        return None;
                    };
                    for member in inner {
                        list.retain(|known| known.name() != member.name());
                        list.push(member);
                    }
                    continue;
                }
            };
            if property.computed {
                return None;
            }
            let key = self.source.slice(property.key.span()).to_owned();
            let ty = match (&property.value, property.kind) {
                (Expression::FunctionExpression(function), PropertyKind::Init)
                    if property.method =>
                {
                    list.push(Member {
                        kind: MemberKind::Method(self.function(function)),
                        ..Member::property(key, Ty::any())
                    });
                    continue;
                }
                (Expression::FunctionExpression(function), PropertyKind::Get) => {
                    self.function(function).ret?
                }
                (_, PropertyKind::Set) => continue,
                (value, _) if constant => self.constant(value)?,
                (value, _) => match self.expression(value)?.widen() {
                    ty if ty.is("null") || ty.is("undefined") => Ty::any(),
                    ty => ty,
                },
            };
            list.push(Member {
                readonly: constant,
                ..Member::property(key, ty)
            });
        }
        Some(Ty::Object(list))
    }

    /// The type of an expression under `as const`.
    fn constant(&self, expression: &Expression<'a>) -> Option<Ty> {
        match expression {
            Expression::ObjectExpression(object) => self.object(object, true),
            Expression::ParenthesizedExpression(inner) => self.constant(&inner.expression),
            Expression::Identifier(id) => self.name(id.span.start, &id.name).map(|ty| match ty {
                Ty::Operator("unique", _) => Ty::Query(id.name.to_string()),
                ty => ty,
            }),
            Expression::ArrayExpression(array) => {
                let mut items = Vec::new();
                let mut spread = false;
                for element in &array.elements {
                    match element {
                        ArrayExpressionElement::SpreadElement(inner) => {
                            match self.expression(&inner.argument)? {
                                Ty::Array(ty) => {
                                    spread = true;
                                    items.push(*ty);
                                }
                                _ => return None,
                            }
                        }
                        other => items.push(self.constant(other.as_expression()?)?),
                    }
                }
                let inner = if spread {
                    Ty::Array(Box::new(Ty::union(items)))
                } else {
                    Ty::Tuple(
                        items
                            .into_iter()
                            .map(|ty| crate::types::Element {
                                label: None,
                                optional: false,
                                rest: false,
                                ty,
                            })
                            .collect(),
                    )
                };
                Some(Ty::Operator("readonly", Box::new(inner)))
            }
            other => self.expression(other),
        }
    }

    /// An arrow function's head; what is not written is inferred where it can be.
    #[must_use]
    pub fn arrow(&self, arrow: &ArrowFunctionExpression<'a>) -> Signature {
        let mut signature = Signature::read(
            self.source.text,
            arrow.type_parameters.as_deref(),
            None,
            &arrow.params,
            arrow.return_type.as_deref(),
        );
        self.defaults(&mut signature, &arrow.params);
        if signature.ret.is_none() {
            signature.ret = self.arrow_return(arrow);
        }
        signature
    }

    /// What an arrow function returns.
    #[must_use]
    pub fn arrow_return(&self, arrow: &ArrowFunctionExpression<'a>) -> Option<Ty> {
        let ret = match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => self.body_return(body)?,
            body => self.expression(body.as_expression()?)?.widen(),
        };
        Some(if arrow.r#async { promise(ret) } else { ret })
    }

    /// A function's head; what is not written is inferred where it can be.
    #[must_use]
    pub fn function(&self, function: &Function<'a>) -> Signature {
        let mut signature = Signature::of(self.source.text, function);
        self.defaults(&mut signature, &function.params);
        if signature.ret.is_none() {
            signature.ret = self.function_return(function);
        }
        signature
    }

    /// What a function returns.
    #[must_use]
    pub fn function_return(&self, function: &Function<'a>) -> Option<Ty> {
        if function.generator {
            return None;
        }
        let ret = self.body_return(function.body.as_ref()?)?;
        Some(if function.r#async { promise(ret) } else { ret })
    }

    fn defaults(&self, signature: &mut Signature, params: &oxc_ast::ast::FormalParameters<'a>) {
        let offset = signature
            .params
            .len()
            .saturating_sub(params.items.len() + usize::from(params.rest.is_some()));
        for (index, item) in params.items.iter().enumerate() {
            if let (Some(param), Some(initializer)) =
                (signature.params.get_mut(index + offset), &item.initializer)
                && param.ty.is_none()
            {
                param.ty = self.expression(initializer).map(|ty| ty.widen());
            }
        }
    }

    /// The union of what the `return`s of a body give; `void` without one.
    #[must_use]
    pub fn body_return(&self, body: &FunctionBody<'a>) -> Option<Ty> {
        let this = self.deeper()?;
        let mut types = Vec::new();
        let complete = returns(&body.statements, &mut |argument| {
            types.push(match argument {
                None => Some(Ty::word("undefined")),
                Some(expression) => this.expression(expression),
            });
        });
        if types.is_empty() {
            return Some(Ty::word(if complete == Flow::Throws {
                "never"
            } else {
                "void"
            }));
        }
        let mut types = types.into_iter().collect::<Option<Vec<_>>>()?;
        if types.iter().all(|ty| ty.is("undefined")) && complete == Flow::FallsThrough {
            return Some(Ty::word("void"));
        }
        if complete == Flow::FallsThrough {
            types.push(Ty::word("undefined"));
        }
        // One literal is widened; several stay.
        let union = Ty::union(types);
        Some(if matches!(union, Ty::Union(_)) {
            union
        } else {
            union.widen()
        })
    }

    /// The type of `object.name`.
    #[must_use]
    pub fn property(&self, object: &Expression<'a>, name: &str, at: u32) -> Option<Ty> {
        let this = self.deeper()?;
        if let Expression::Identifier(id) = object
            && let Some(ty) = this.enum_member(id.span.start, &id.name, name)
        {
            return Some(ty);
        }
        let ty = match object {
            Expression::ThisExpression(_) => this.this_type(at)?,
            other => match this.expression(other) {
                Some(ty) if ty.is("this") => this.this_type(at)?,
                Some(ty) => ty,
                None => return library::global(self.source.slice(other.span()), name),
            },
        };
        this.property_of(&ty, name, at)
    }

    /// The type of a member of a type.
    #[must_use]
    pub fn property_of(&self, ty: &Ty, name: &str, at: u32) -> Option<Ty> {
        if let Some(found) = library::member(ty, name) {
            return Some(found);
        }
        if let Ty::Query(class) = ty {
            return self.static_member(at, class, name);
        }
        let owned = members::member(self.project, &self.source, at, ty, name)?;
        let ty = match owned.member.kind {
            MemberKind::Property(ty) | MemberKind::Getter(ty) | MemberKind::Setter(_, ty) => {
                match ty {
                    Some(ty) => ty,
                    None => self.elsewhere(&owned.source)?.initialized(owned.at, name)?,
                }
            }
            MemberKind::Method(signature) => Ty::Function(Box::new(match signature.ret {
                Some(_) => signature,
                None => self
                    .elsewhere(&owned.source)?
                    .method(owned.at, name)
                    .unwrap_or(signature),
            })),
            _ => return None,
        };
        Some(if owned.member.optional {
            Ty::union([ty, Ty::word("undefined")])
        } else {
            ty
        })
    }

    fn call(&self, call: &CallExpression<'a>) -> Option<Ty> {
        if let Some(ty) = self.library_call(call) {
            return Some(ty);
        }
        let Ty::Function(signature) = self.expression(&call.callee)? else {
            return None;
        };
        let explicit = call.type_arguments.as_ref();
        let explicit = explicit.map(|args| {
            args.params
                .iter()
                .map(|ty| Ty::read(self.source.text, ty))
                .collect::<Vec<_>>()
        });
        let with = self.infer_arguments(&signature, explicit.as_deref(), &call.arguments);
        let ret = signature.ret.as_ref()?;
        if let Ty::Predicate { .. } = ret {
            return Some(Ty::word("boolean"));
        }
        let ret = ret.substitute(&with);
        // A type parameter that nothing was found for must not leak.
        let mut leaks = false;
        ret.names(&mut |name| {
            leaks |= signature.type_params.iter().any(|param| param.name == name)
        });
        (!leaks).then_some(ret)
    }

    fn library_call(&self, call: &CallExpression<'a>) -> Option<Ty> {
        let arguments: Vec<_> = call
            .arguments
            .iter()
            .filter_map(Argument::as_expression)
            .collect();
        match &call.callee {
            Expression::Identifier(id) if self.source.lookup(id.span.start, &id.name).is_none() => {
                library::function(&id.name)
            }
            Expression::StaticMemberExpression(member) => {
                let object = member.object.without_parentheses();
                if let Expression::Identifier(id) = object
                    && id.name == "Promise"
                    && member.property.name == "resolve"
                {
                    let inner = match arguments.first() {
                        Some(argument) => self.expression(argument)?.widen(),
                        None => Ty::word("void"),
                    };
                    return Some(promise(inner));
                }
                None
            }
            _ => None,
        }
    }

    fn new_expression(&self, new: &NewExpression<'a>) -> Option<Ty> {
        let name = match &new.callee {
            Expression::Identifier(_) | Expression::StaticMemberExpression(_) => {
                self.source.slice(new.callee.span())
            }
            _ => return None,
        };
        if let Some(args) = &new.type_arguments {
            let args = args
                .params
                .iter()
                .map(|ty| Ty::read(self.source.text, ty))
                .collect();
            return Some(Ty::Named(name.to_owned(), args));
        }
        let Some((params, signature)) = self.constructor(new.span.start, name) else {
            return (!matches!(
                name,
                "Map" | "Set" | "Promise" | "WeakMap" | "WeakSet" | "Array"
            ))
            .then(|| Ty::named(name));
        };
        if params.is_empty() {
            return Some(Ty::named(name));
        }
        let with = self.infer_arguments(
            &Signature {
                type_params: params.clone(),
                ..signature
            },
            None,
            &new.arguments,
        );
        let args = params.iter().map(|param| {
            with.get(&param.name)
                .cloned()
                .or_else(|| param.default.clone())
                .unwrap_or_else(|| Ty::word("unknown"))
        });
        Some(Ty::Named(name.to_owned(), args.collect()))
    }

    /// What the type parameters of a signature stand for in a call.
    fn infer_arguments(
        &self,
        signature: &Signature,
        explicit: Option<&[Ty]>,
        arguments: &[Argument<'a>],
    ) -> Substitution {
        let mut with = Substitution::new();
        if let Some(explicit) = explicit {
            for (param, ty) in signature.type_params.iter().zip(explicit) {
                with.insert(param.name.clone(), ty.clone());
            }
            return with;
        }
        if signature.type_params.is_empty() {
            return with;
        }
        for (param, argument) in signature.params.iter().zip(arguments) {
            if let (Some(ty), Some(expression)) = (&param.ty, argument.as_expression())
                && let Some(actual) = self.expression(expression)
            {
                unify(ty, &actual.widen(), &signature.type_params, &mut with);
            }
        }
        with
    }
}

fn unify(pattern: &Ty, actual: &Ty, params: &[crate::types::TypeParam], with: &mut Substitution) {
    match (pattern, actual) {
        (Ty::Named(name, args), _)
            if args.is_empty() && params.iter().any(|param| param.name == *name) =>
        {
            with.entry(name.clone()).or_insert_with(|| actual.clone());
        }
        (Ty::Named(a, left), Ty::Named(b, right)) if a == b => {
            for (left, right) in left.iter().zip(right) {
                unify(left, right, params, with);
            }
        }
        (Ty::Array(left), Ty::Array(right)) => unify(left, right, params, with),
        _ => {}
    }
}

/// `Promise<T>`; a promise is itself.
#[must_use]
fn promise(ty: Ty) -> Ty {
    match ty {
        Ty::Named(ref name, _) if name == "Promise" => ty,
        other => Ty::Named("Promise".to_owned(), vec![other]),
    }
}
