//! The type of something without annotation, by what is done with it.

use buildfix_typescript_syntax::{
    infer::Infer,
    types::{Member, MemberKind, Param, Signature, Ty},
};
use oxc_ast::{
    AstKind,
    ast::{Argument, AssignmentTarget, Expression},
};
use oxc_semantic::{NodeId, SymbolId};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, LogicalOperator};

/// How deep members of members are looked at.
const DEPTH: u32 = 4;

/// What is done with a value.
#[derive(Default)]
pub struct Usage {
    number: bool,
    string: bool,
    number_or_string: bool,
    candidates: Vec<Ty>,
    calls: Vec<(Vec<Ty>, Ty)>,
    members: Vec<(String, Usage)>,
    string_index: bool,
    number_index: Option<Box<Usage>>,
}

/// What is done with a symbol, the places inside `except` left out.
pub fn of_symbol(infer: &Infer, symbol: SymbolId) -> Usage {
    let mut usage = Usage::default();
    let source = &infer.source;
    for reference in source.semantic.symbol_references(symbol) {
        at(infer, reference.node_id(), &mut usage, DEPTH);
    }
    usage
}

/// What is done with the members `this.name` of a class, or any `.name`.
pub fn of_member(infer: &Infer, name: &str, declared: Span) -> Usage {
    let mut usage = Usage::default();
    for node in infer.source.semantic.nodes().iter() {
        let named = match node.kind() {
            AstKind::StaticMemberExpression(member) => member.property.name == name,
            AstKind::PrivateFieldExpression(member) => {
                name.strip_prefix('#') == Some(member.field.name.as_str())
            }
            _ => false,
        };
        let span = node.kind().span();
        if named && !(declared.start <= span.start && span.end <= declared.end) {
            at(infer, node.id(), &mut usage, DEPTH);
        }
    }
    usage
}

/// Adds what the node around an expression does with it.
pub fn at(infer: &Infer, id: NodeId, usage: &mut Usage, depth: u32) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    let nodes = infer.source.semantic.nodes();
    let span = nodes.kind(id).span();
    let parent_id = nodes.parent_id(id);
    match nodes.kind(parent_id) {
        AstKind::ParenthesizedExpression(_)
        | AstKind::TSNonNullExpression(_)
        | AstKind::ChainExpression(_) => {
            at(infer, parent_id, usage, depth);
        }
        AstKind::UpdateExpression(_) => usage.number = true,
        AstKind::UnaryExpression(unary)
            if unary.operator.is_arithmetic() || unary.operator.is_bitwise() =>
        {
            usage.number = true;
        }
        AstKind::BinaryExpression(binary) => {
            let other = if binary.left.span() == span {
                &binary.right
            } else {
                &binary.left
            };
            binary_usage(infer, binary.operator, other, usage);
        }
        AstKind::LogicalExpression(logical)
            if logical.left.span() == span && logical.operator != LogicalOperator::And =>
        {
            if let Some(ty) = infer.expression(&logical.right) {
                usage.candidates.push(ty.widen());
            }
        }
        AstKind::AssignmentExpression(assignment) if assignment.left.span() == span => {
            match assignment.operator {
                AssignmentOperator::Assign => usage
                    .candidates
                    .extend(infer.expression(&assignment.right).map(|ty| ty.widen())),
                AssignmentOperator::Addition => plus(infer, &assignment.right, usage),
                operator if operator.is_logical() => {
                    usage
                        .candidates
                        .extend(infer.expression(&assignment.right).map(|ty| ty.widen()));
                }
                _ => usage.number = true,
            }
        }
        AstKind::AssignmentExpression(assignment) => {
            if let AssignmentTarget::AssignmentTargetIdentifier(_)
            | AssignmentTarget::StaticMemberExpression(_) = &assignment.left
            {
                usage.candidates.extend(infer.target(&assignment.left));
            }
        }
        AstKind::CallExpression(call) if call.callee.span() == span => {
            let arguments = arguments(infer, &call.arguments);
            let ignored = matches!(
                nodes.parent_kind(parent_id),
                AstKind::ExpressionStatement(_)
            );
            let ret = if ignored {
                Ty::word("void")
            } else {
                result(infer, parent_id, depth)
            };
            usage.calls.push((arguments, ret));
        }
        AstKind::CallExpression(call) => {
            if let Some(index) = call
                .arguments
                .iter()
                .position(|argument| argument.span() == span)
                && let Some(Ty::Function(signature)) = infer.expression(&call.callee)
                && let Some(ty) = signature
                    .params
                    .get(index)
                    .and_then(|param| param.ty.clone())
                && signature.type_params.is_empty()
            {
                usage.candidates.push(ty);
            }
        }
        AstKind::StaticMemberExpression(member) if member.object.span() == span => {
            let name = member.property.name.to_string();
            let index = match usage.members.iter().position(|(known, _)| *known == name) {
                Some(index) => index,
                None => {
                    usage.members.push((name, Usage::default()));
                    usage.members.len() - 1
                }
            };
            at(infer, parent_id, &mut usage.members[index].1, depth);
        }
        AstKind::ComputedMemberExpression(member) if member.object.span() == span => {
            let key = infer.expression(&member.expression).map(|ty| ty.widen());
            if key.as_ref().is_some_and(|ty| ty.is("number")) {
                at(
                    infer,
                    parent_id,
                    usage.number_index.get_or_insert_default(),
                    depth,
                );
            } else {
                usage.string_index = true;
            }
        }
        AstKind::ComputedMemberExpression(_) => usage.number_or_string = false,
        AstKind::VariableDeclarator(declarator) => {
            usage.candidates.extend(Ty::annotation(
                infer.source.text,
                declarator.type_annotation.as_deref(),
            ));
        }
        AstKind::ReturnStatement(_) => {
            let ret = nodes.ancestor_kinds(id).find_map(|kind| match kind {
                AstKind::Function(function) => Some(Ty::annotation(
                    infer.source.text,
                    function.return_type.as_deref(),
                )),
                AstKind::ArrowFunctionExpression(arrow) => Some(Ty::annotation(
                    infer.source.text,
                    arrow.return_type.as_deref(),
                )),
                _ => None,
            });
            usage.candidates.extend(ret.flatten());
        }
        _ => {}
    }
}

/// What the result of a call is used as.
fn result(infer: &Infer, call: NodeId, depth: u32) -> Ty {
    let mut usage = Usage::default();
    at(infer, call, &mut usage, depth);
    usage.ty().unwrap_or_else(Ty::any)
}

/// The types of a call's arguments.
pub fn arguments(infer: &Infer, arguments: &[Argument]) -> Vec<Ty> {
    // The arguments' lifetimes are those of the file: look them up again by
    // place.
    arguments
        .iter()
        .map(|argument| at_span(infer, argument.span()).map_or_else(Ty::any, |ty| ty.widen()))
        .collect()
}

fn at_span(infer: &Infer, span: Span) -> Option<Ty> {
    infer
        .source
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            AstKind::CallExpression(call) => call
                .arguments
                .iter()
                .find(|argument| argument.span() == span)
                .and_then(|argument| infer.expression(argument.as_expression()?)),
            AstKind::NewExpression(new) => new
                .arguments
                .iter()
                .find(|argument| argument.span() == span)
                .and_then(|argument| infer.expression(argument.as_expression()?)),
            _ => None,
        })
}

fn plus<'a>(infer: &Infer<'_, 'a>, other: &Expression<'a>, usage: &mut Usage) {
    match infer.expression(other).map(|ty| ty.widen()) {
        Some(ty) if ty.is("number") => usage.number = true,
        Some(ty) if ty.is("string") => usage.string = true,
        Some(ty) if !ty.is("any") => usage.number_or_string = true,
        _ => {}
    }
}

fn binary_usage<'a>(
    infer: &Infer<'_, 'a>,
    operator: BinaryOperator,
    other: &Expression<'a>,
    usage: &mut Usage,
) {
    match operator {
        BinaryOperator::Addition => plus(infer, other, usage),
        operator if operator.is_equality() => {
            let ty = infer.expression(other).map(|ty| ty.widen());
            usage
                .candidates
                .extend(ty.filter(|ty| !ty.is("null") && !ty.is("undefined")));
        }
        operator if operator.is_compare() => match infer.expression(other).map(|ty| ty.widen()) {
            Some(ty) if ty.is("bigint") || ty.is("string") => usage.candidates.push(ty),
            _ => usage.number = true,
        },
        operator if operator.is_arithmetic() || operator.is_bitwise() => usage.number = true,
        _ => {}
    }
}

const STRING: [&str; 24] = [
    "length",
    "charAt",
    "charCodeAt",
    "concat",
    "indexOf",
    "lastIndexOf",
    "localeCompare",
    "match",
    "replace",
    "search",
    "slice",
    "split",
    "substring",
    "toLowerCase",
    "toUpperCase",
    "trim",
    "substr",
    "startsWith",
    "endsWith",
    "includes",
    "repeat",
    "padStart",
    "padEnd",
    "codePointAt",
];
const ARRAY: [&str; 24] = [
    "length",
    "concat",
    "indexOf",
    "lastIndexOf",
    "slice",
    "includes",
    "push",
    "pop",
    "join",
    "reverse",
    "shift",
    "sort",
    "splice",
    "unshift",
    "every",
    "some",
    "forEach",
    "map",
    "filter",
    "reduce",
    "reduceRight",
    "find",
    "findIndex",
    "fill",
];
const NUMBER: [&str; 4] = ["toFixed", "toExponential", "toPrecision", "toLocaleString"];
const PROMISE: [&str; 3] = ["then", "catch", "finally"];

impl Usage {
    /// Adds a type that is known to go in.
    pub fn takes(&mut self, ty: Ty) {
        self.candidates.push(ty);
    }

    /// The type that fits all of it; `None` where nothing can be told.
    pub fn ty(&self) -> Option<Ty> {
        let mut types = self
            .candidates
            .iter()
            .filter(|ty| !ty.is("any"))
            .cloned()
            .collect::<Vec<_>>();
        if self.number {
            types.push(Ty::word("number"));
        }
        if self.string {
            types.push(Ty::word("string"));
        }
        if self.number_or_string && types.is_empty() {
            types.extend([Ty::word("string"), Ty::word("number")]);
        }
        if !self.members.is_empty() {
            types.extend(self.structure(types.is_empty()));
        } else if !self.calls.is_empty() {
            types.push(function(&self.calls));
        }
        if types.is_empty() {
            if let Some(inner) = &self.number_index {
                types.push(Ty::Array(Box::new(inner.ty().unwrap_or_else(Ty::any))));
            } else if self.string_index {
                types.push(Ty::Object(vec![Member {
                    kind: MemberKind::Index("x".to_owned(), Ty::word("string"), Ty::any()),
                    ..Member::property("", Ty::any())
                }]));
            }
        }
        // `void` and `undefined` say little beside something else.
        if types
            .iter()
            .any(|ty| !ty.is("void") && !ty.is("undefined") && !ty.is("null"))
        {
            types.retain(|ty| !ty.is("void"));
        }
        (!types.is_empty()).then(|| Ty::union(types))
    }

    /// A type that has the members which are used.
    fn structure(&self, alone: bool) -> Vec<Ty> {
        if !alone {
            return Vec::new();
        }
        let all = |known: &[&str]| {
            self.members
                .iter()
                .all(|(name, _)| known.contains(&name.as_str()))
        };
        let mut types = Vec::new();
        if all(&STRING) {
            types.push(Ty::word("string"));
        }
        if all(&NUMBER) {
            types.push(Ty::word("number"));
        }
        if all(&ARRAY) {
            types.push(Ty::Array(Box::new(self.element().unwrap_or_else(Ty::any))));
        }
        if all(&PROMISE) {
            types.push(Ty::Named(
                "Promise".to_owned(),
                vec![self.resolved().unwrap_or_else(Ty::any)],
            ));
        }
        if types.is_empty() {
            let members = self.members.iter().map(|(name, usage)| {
                Member::property(name.clone(), usage.ty().unwrap_or_else(Ty::any))
            });
            types.push(Ty::Object(members.collect()));
        }
        types
    }

    /// What goes into an array.
    fn element(&self) -> Option<Ty> {
        let mut types = Vec::new();
        for (name, usage) in &self.members {
            if matches!(
                name.as_str(),
                "push" | "unshift" | "indexOf" | "lastIndexOf" | "includes" | "fill"
            ) {
                types.extend(
                    usage
                        .calls
                        .iter()
                        .flat_map(|(arguments, _)| arguments.iter().cloned()),
                );
            }
        }
        if let Some(inner) = &self.number_index {
            types.extend(inner.ty());
        }
        types.retain(|ty| !ty.is("any"));
        (!types.is_empty()).then(|| Ty::union(types))
    }

    /// What a promise resolves to: what its `then` takes.
    fn resolved(&self) -> Option<Ty> {
        let (_, then) = self.members.iter().find(|(name, _)| name == "then")?;
        let (arguments, _) = then.calls.first()?;
        match arguments.first()? {
            Ty::Function(signature) => signature.params.first()?.ty.clone(),
            _ => None,
        }
    }
}

fn function(calls: &[(Vec<Ty>, Ty)]) -> Ty {
    let longest = calls
        .iter()
        .map(|(arguments, _)| arguments.len())
        .max()
        .unwrap_or(0);
    let least = calls
        .iter()
        .map(|(arguments, _)| arguments.len())
        .min()
        .unwrap_or(0);
    let params = (0..longest)
        .map(|index| Param {
            name: format!("arg{index}"),
            ty: Some(Ty::union(
                calls
                    .iter()
                    .filter_map(|(arguments, _)| arguments.get(index).cloned()),
            )),
            optional: index >= least,
            rest: false,
        })
        .collect();
    let rets: Vec<Ty> = calls.iter().map(|(_, ret)| ret.clone()).collect();
    let ret = if rets.iter().any(|ty| !ty.is("void")) {
        Ty::union(rets.into_iter().filter(|ty| !ty.is("void")))
    } else {
        Ty::word("void")
    };
    Ty::Function(Box::new(Signature {
        type_params: Vec::new(),
        params,
        ret: Some(ret),
    }))
}
