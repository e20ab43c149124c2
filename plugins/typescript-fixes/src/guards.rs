//! What guards ask about and where they may stand: a value that may be missing,
//! the statement that needs it, and how to leave from there.

use buildfix_typescript_syntax::{Source, types::Ty};
use oxc_ast::{
    AstKind,
    ast::{ArrowFunctionBody, Expression, FunctionBody, MethodDefinitionKind},
};
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};

/// What a value may be instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// `null`
    Null,
    /// `undefined`
    Undefined,
    /// Either.
    Both,
}

impl Missing {
    /// What a message says: `is possibly 'null' or 'undefined'`.
    pub fn told(message: &str) -> Option<Self> {
        let line = message.lines().next()?;
        let (_, rest) = line.split_once("possibly ")?;
        match (rest.contains("'null'"), rest.contains("'undefined'")) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Null),
            (false, true) => Some(Self::Undefined),
            (false, false) => None,
        }
    }

    /// The condition that holds where the value is missing.
    pub fn absent(self, value: &str) -> String {
        match self {
            Self::Null => format!("{value} === null"),
            Self::Undefined => format!("{value} === undefined"),
            Self::Both => format!("{value} == null"),
        }
    }

    /// The condition that holds where the value is there.
    pub fn present(self, value: &str) -> String {
        match self {
            Self::Null => format!("{value} !== null"),
            Self::Undefined => format!("{value} !== undefined"),
            Self::Both => format!("{value} != null"),
        }
    }

    /// How a message calls it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Undefined => "undefined",
            Self::Both => "missing",
        }
    }
}

/// The value that a guard asks about.
#[derive(Clone, Copy)]
pub struct Subject {
    /// Its node.
    pub id: NodeId,
    /// Its text.
    pub span: Span,
    /// What it may be instead.
    pub missing: Missing,
}

/// How a guard leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Without a result, from a function that has none.
    Return,
    /// With the result that the function declares for nothing.
    ReturnValue(&'static str),
    /// To the loop's next turn.
    Continue,
    /// As the program does now, but with a name for it.
    Throw,
}

/// The statement around a node that stands in a list of statements.
pub struct Place<'a> {
    /// The statement.
    pub statement: AstKind<'a>,
    /// Its node.
    pub id: NodeId,
    /// Whether it is an element of a block, body or file.
    pub listed: bool,
}

/// Whether a node holds a list of statements.
fn holds_statements(kind: AstKind) -> bool {
    matches!(
        kind,
        AstKind::Program(_)
            | AstKind::BlockStatement(_)
            | AstKind::FunctionBody(_)
            | AstKind::SwitchCase(_)
            | AstKind::StaticBlock(_)
            | AstKind::TSModuleBlock(_)
    )
}

fn is_function(kind: AstKind) -> bool {
    matches!(
        kind,
        AstKind::Function(_) | AstKind::ArrowFunctionExpression(_)
    )
}

/// The statement that a node belongs to, where the node is reached each time
/// the statement runs: not behind `&&`, not in a branch, not in a loop's head.
pub fn unconditional<'a>(source: &Source<'a>, id: NodeId) -> Option<Place<'a>> {
    let nodes = source.semantic.nodes();
    let mut inner = nodes.kind(id).span();
    let mut last = id;
    for node in nodes.ancestors(id) {
        let kind = node.kind();
        if holds_statements(kind) {
            return (last != id).then(|| Place {
                statement: nodes.kind(last),
                id: last,
                listed: true,
            });
        }
        let reached = match kind {
            AstKind::LogicalExpression(logical) => logical.left.span() == inner,
            AstKind::ConditionalExpression(conditional) => conditional.test.span() == inner,
            AstKind::IfStatement(branch) => branch.test.span() == inner,
            AstKind::SwitchStatement(switch) => switch.discriminant.span() == inner,
            AstKind::ForOfStatement(each) => each.right.span() == inner,
            AstKind::ForInStatement(each) => each.right.span() == inner,
            AstKind::ForStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::DoWhileStatement(_)
            | AstKind::Class(_)
            | AstKind::TSEnumDeclaration(_)
            | AstKind::FormalParameters(_)
            | AstKind::LabeledStatement(_) => false,
            // What follows `?.` is reached only sometimes.
            AstKind::ComputedMemberExpression(member) => {
                member.object.span() == inner
                    || !optional_inside(source.slice(member.object.span()))
            }
            AstKind::CallExpression(call) => {
                call.callee.span() == inner || !optional_inside(source.slice(call.callee.span()))
            }
            kind => !is_function(kind),
        };
        if !reached {
            return None;
        }
        inner = kind.span();
        last = node.id();
    }
    None
}

fn optional_inside(text: &str) -> bool {
    text.contains("?.")
}

/// The statement that a node is part of, whatever lies between within the same
/// function.
pub fn statement<'a>(source: &Source<'a>, id: NodeId) -> Option<Place<'a>> {
    let nodes = source.semantic.nodes();
    let mut last = id;
    for node in nodes.ancestors(id) {
        let kind = node.kind();
        let listed = holds_statements(kind);
        let branch = matches!(
            kind,
            AstKind::IfStatement(_)
                | AstKind::ForStatement(_)
                | AstKind::ForOfStatement(_)
                | AstKind::ForInStatement(_)
                | AstKind::WhileStatement(_)
        ) && matches!(nodes.kind(last), AstKind::ExpressionStatement(_));
        if listed || branch {
            return (last != id).then(|| Place {
                statement: nodes.kind(last),
                id: last,
                listed,
            });
        }
        if is_function(kind) {
            return None;
        }
        last = node.id();
    }
    None
}

/// How to leave from a statement where a value is missing.
pub fn exit(source: &Source, id: NodeId) -> Exit {
    let nodes = source.semantic.nodes();
    for node in nodes.ancestors(id) {
        match node.kind() {
            // Without an update, `continue` might never come to an end.
            AstKind::ForStatement(each) if each.update.is_some() => return Exit::Continue,
            AstKind::ForOfStatement(_) | AstKind::ForInStatement(_) => return Exit::Continue,
            AstKind::ForStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::DoWhileStatement(_) => {
                return Exit::Throw;
            }
            AstKind::Function(function) => {
                if let AstKind::MethodDefinition(method) = nodes.parent_kind(node.id())
                    && method.kind != MethodDefinitionKind::Method
                {
                    return Exit::Throw;
                }
                let ret = Ty::annotation(source.text, function.return_type.as_deref());
                return leave(source, ret, function.body.as_deref());
            }
            AstKind::ArrowFunctionExpression(arrow) => {
                let ret = Ty::annotation(source.text, arrow.return_type.as_deref());
                let body = match &arrow.body {
                    ArrowFunctionBody::FunctionBody(body) => Some(&**body),
                    _ => None,
                };
                return leave(source, ret, body);
            }
            _ => {}
        }
    }
    Exit::Throw
}

fn leave(source: &Source, ret: Option<Ty>, body: Option<&FunctionBody>) -> Exit {
    let Some(ret) = ret else {
        // What an unannotated function gives is inferred from its returns.
        return match body {
            Some(body) if !returns_value(source, body.span) => Exit::Return,
            _ => Exit::Throw,
        };
    };
    let ret = match ret {
        Ty::Named(name, mut args) if name == "Promise" && args.len() == 1 => args.remove(0),
        ret => ret,
    };
    let has = |word: &str| ret.alternatives().iter().any(|ty| ty.is(word));
    if ret.is("void") {
        Exit::Return
    } else if has("undefined") || has("void") {
        Exit::ReturnValue("undefined")
    } else if has("null") {
        Exit::ReturnValue("null")
    } else {
        Exit::Throw
    }
}

/// Whether the function with this body returns something.
fn returns_value(source: &Source, body: Span) -> bool {
    let nodes = source.semantic.nodes();
    nodes.iter().any(|node| match node.kind() {
        AstKind::ReturnStatement(statement) => {
            statement.argument.is_some()
                && body.start <= statement.span.start
                && statement.span.end <= body.end
                && nodes.ancestor_kinds(node.id()).find_map(|kind| match kind {
                    AstKind::FunctionBody(inner) => Some(inner.span),
                    _ => None,
                }) == Some(body)
        }
        _ => false,
    })
}

/// Whether the compiler narrows an expression once it has been asked about:
/// names, `this`, and properties of those.
pub fn is_reference(expression: &Expression) -> bool {
    match expression {
        Expression::Identifier(_) | Expression::ThisExpression(_) => true,
        Expression::TSNonNullExpression(inner) => is_reference(&inner.expression),
        Expression::ParenthesizedExpression(inner) => is_reference(&inner.expression),
        Expression::StaticMemberExpression(member) => {
            !member.optional && is_reference(&member.object)
        }
        Expression::PrivateFieldExpression(member) => {
            !member.optional && is_reference(&member.object)
        }
        Expression::ComputedMemberExpression(member) => {
            !member.optional
                && is_reference(&member.object)
                && matches!(
                    member.expression,
                    Expression::StringLiteral(_) | Expression::NumericLiteral(_)
                )
        }
        _ => false,
    }
}

/// [`is_reference`] of a node.
pub fn node_is_reference(kind: AstKind) -> bool {
    match kind {
        AstKind::IdentifierReference(_) | AstKind::ThisExpression(_) => true,
        AstKind::StaticMemberExpression(member) => !member.optional && is_reference(&member.object),
        AstKind::PrivateFieldExpression(member) => !member.optional && is_reference(&member.object),
        AstKind::ComputedMemberExpression(member) => {
            !member.optional
                && is_reference(&member.object)
                && matches!(
                    member.expression,
                    Expression::StringLiteral(_) | Expression::NumericLiteral(_)
                )
        }
        _ => false,
    }
}

/// The natural value of nothing for a type, where there is one: an empty text,
/// an empty list, no.
pub fn natural(ty: &Ty) -> Option<&'static str> {
    let mut found = None;
    for one in ty.alternatives() {
        let value = match one {
            ty if ty.is("undefined") || ty.is("null") => continue,
            Ty::Word(word) if word == "string" => "\"\"",
            Ty::Word(word) if word == "boolean" => "false",
            Ty::Array(_) => "[]",
            Ty::Operator("readonly", inner) if matches!(**inner, Ty::Array(_)) => "[]",
            Ty::Named(name, _) if matches!(name.as_str(), "Array" | "ReadonlyArray") => "[]",
            _ => return None,
        };
        if found.is_some_and(|known| known != value) {
            return None;
        }
        found = Some(value);
    }
    found
}

/// Whether a type takes `undefined`.
pub fn takes_undefined(ty: &Ty) -> bool {
    ty.alternatives().iter().any(|ty| {
        ["undefined", "any", "unknown", "void"]
            .iter()
            .any(|word| ty.is(word))
    })
}
