//! What becomes of a value where it stands: whether somebody reads it, and
//! whether it may be missing there.

use crate::guards::{Subject, statement};
use buildfix_typescript_syntax::Source;
use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, UnaryOperator};

/// Where a chain of accesses ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// A statement of its own: nobody reads the result.
    Statement,
    /// A truth value or an equality: `undefined` is as good as any other.
    Condition,
    /// An operand of this comparison.
    Comparison(NodeId),
    /// An operand of arithmetic; whether `0` leaves the other one as it is.
    Operand(bool),
    /// What a loop runs over, or a list that is spread or taken apart.
    List,
    /// The left side of an assignment, or another place where `?.` is illegal.
    Target,
    /// What a variable without annotation begins with.
    Variable,
    /// Anything else.
    Value,
}

/// The end of the accesses that begin with a node, and what is made of it.
pub struct Chain {
    /// The outermost node.
    pub id: NodeId,
    /// Its text.
    pub span: Span,
    /// Whether the node itself is accessed or called.
    pub longer: bool,
    /// What becomes of it.
    pub position: Position,
}

pub fn chain(source: &Source, subject: Subject) -> Chain {
    let nodes = source.semantic.nodes();
    let (mut id, mut span, mut longer) = (subject.id, subject.span, false);
    for node in nodes.ancestors(subject.id) {
        let kind = node.kind();
        let goes_on = match kind {
            AstKind::StaticMemberExpression(member) => member.object.span() == span,
            AstKind::PrivateFieldExpression(member) => member.object.span() == span,
            AstKind::ComputedMemberExpression(member) => member.object.span() == span,
            AstKind::CallExpression(call) => call.callee.span() == span,
            AstKind::ChainExpression(_) => {
                id = node.id();
                continue;
            }
            AstKind::TSNonNullExpression(_) => longer,
            _ => false,
        };
        if !goes_on {
            break;
        }
        (id, span, longer) = (node.id(), kind.span(), true);
    }
    Chain {
        id,
        span,
        longer,
        position: position(source, id, span),
    }
}

/// What the expression around a node makes of it.
pub fn position(source: &Source, id: NodeId, span: Span) -> Position {
    let nodes = source.semantic.nodes();
    let mut span = span;
    for node in nodes.ancestors(id) {
        let kind = node.kind();
        match kind {
            AstKind::ParenthesizedExpression(inner) => span = inner.span,
            AstKind::AwaitExpression(inner) => span = inner.span,
            AstKind::ExpressionStatement(_) => return Position::Statement,
            AstKind::UnaryExpression(unary) => {
                return match unary.operator {
                    UnaryOperator::LogicalNot | UnaryOperator::Typeof => Position::Condition,
                    UnaryOperator::Void | UnaryOperator::Delete => Position::Statement,
                    _ => Position::Operand(false),
                };
            }
            AstKind::IfStatement(_)
            | AstKind::WhileStatement(_)
            | AstKind::DoWhileStatement(_)
            | AstKind::ForStatement(_)
            | AstKind::SwitchStatement(_) => return Position::Condition,
            AstKind::ConditionalExpression(conditional) => {
                if conditional.test.span() == span {
                    return Position::Condition;
                }
                return Position::Value;
            }
            AstKind::LogicalExpression(logical) => {
                if logical.left.span() == span {
                    return Position::Condition;
                }
                span = logical.span;
            }
            AstKind::BinaryExpression(binary) => {
                return match binary.operator {
                    operator if operator.is_equality() => Position::Condition,
                    BinaryOperator::LessThan
                    | BinaryOperator::LessEqualThan
                    | BinaryOperator::GreaterThan
                    | BinaryOperator::GreaterEqualThan
                    | BinaryOperator::In => Position::Comparison(node.id()),
                    BinaryOperator::Instanceof => Position::Condition,
                    BinaryOperator::Addition | BinaryOperator::Subtraction => {
                        Position::Operand(true)
                    }
                    _ => Position::Operand(false),
                };
            }
            AstKind::AssignmentExpression(assignment) => {
                if assignment.left.span() == span {
                    return Position::Target;
                }
                return match assignment.operator {
                    AssignmentOperator::Addition | AssignmentOperator::Subtraction => {
                        Position::Operand(true)
                    }
                    operator if operator.is_arithmetic() || operator.is_bitwise() => {
                        Position::Operand(false)
                    }
                    _ => Position::Value,
                };
            }
            AstKind::UpdateExpression(_)
            | AstKind::NewExpression(_)
            | AstKind::TaggedTemplateExpression(_)
            | AstKind::ArrayAssignmentTarget(_)
            | AstKind::AssignmentTargetPropertyProperty(_)
            | AstKind::AssignmentTargetWithDefault(_) => {
                if let AstKind::NewExpression(new) = kind
                    && new.callee.span() != span
                {
                    return Position::Value;
                }
                return Position::Target;
            }
            AstKind::ForOfStatement(each) if each.right.span() == span => return Position::List,
            AstKind::ForOfStatement(_) | AstKind::ForInStatement(_) => return Position::Target,
            AstKind::SpreadElement(_) => {
                return match nodes.parent_kind(node.id()) {
                    AstKind::ObjectExpression(_) => Position::Condition,
                    _ => Position::List,
                };
            }
            AstKind::VariableDeclarator(declarator) => {
                return if declarator.id.is_array_pattern() {
                    Position::List
                } else if declarator.type_annotation.is_none()
                    && declarator.id.is_binding_identifier()
                {
                    Position::Variable
                } else {
                    Position::Value
                };
            }
            AstKind::TemplateLiteral(_) => return Position::Value,
            _ => return Position::Value,
        }
    }
    Position::Value
}

/// Whether a chain ends in a count: what has no elements has none of them.
pub fn is_count(source: &Source, chain: &Chain) -> bool {
    let text = source.slice(chain.span);
    chain.longer && (text.ends_with(".length") || text.ends_with(".size"))
}

/// Whether the statement around a value is one of those at the end of a
/// function that all reach into it: an exit in front of them skips nothing
/// else.
pub fn ends_body(source: &Source, subject: Subject) -> bool {
    let Some(place) = statement(source, subject.id).filter(|place| place.listed) else {
        return false;
    };
    let nodes = source.semantic.nodes();
    let AstKind::FunctionBody(body) = nodes.parent_kind(place.id) else {
        return false;
    };
    let name = source.slice(subject.span);
    let start = place.statement.span().start;
    let rest: Vec<_> = body
        .statements
        .iter()
        .filter(|statement| statement.span().start > start)
        .collect();
    !rest.is_empty()
        && rest
            .iter()
            .all(|statement| source.slice(statement.span()).contains(name))
}
