//! Guards: a statement that runs only where a value is there, or an exit in
//! front of the statement that takes it for granted.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::range,
    style::{INDENT, indentation, is_identifier, quote, semicolon},
    types::Ty,
};
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

    fn word(self) -> &'static str {
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
fn node_is_reference(kind: AstKind) -> bool {
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

/// The guard's name for a value, and the fix with the value held in a variable
/// where the compiler would not follow it otherwise.
struct Held {
    name: String,
    /// The declaration, its line end and indentation included.
    declaration: String,
}

fn hold(context: &Context, source: &Source, subject: Subject, indent: &str) -> Option<Held> {
    let value = source.slice(subject.span);
    if node_is_reference(source.semantic.nodes().kind(subject.id)) {
        return Some(Held {
            name: value.to_owned(),
            declaration: String::new(),
        });
    }
    let wanted = match source.semantic.nodes().kind(subject.id) {
        AstKind::CallExpression(call) => match &call.callee {
            Expression::StaticMemberExpression(member) => {
                result_name(&member.property.name).to_owned()
            }
            Expression::Identifier(id) => result_name(&id.name).to_owned(),
            _ => "value".to_owned(),
        },
        AstKind::ComputedMemberExpression(member) => {
            let object = match &member.object {
                Expression::Identifier(id) => id.name.as_str(),
                Expression::StaticMemberExpression(inner) => inner.property.name.as_str(),
                _ => "",
            };
            match object.strip_suffix('s') {
                Some(one) if is_identifier(one) && !one.ends_with('s') && one.len() > 1 => {
                    one.to_owned()
                }
                _ => "value".to_owned(),
            }
        }
        _ => return None,
    };
    let name = free_name(context.text(), &wanted)?;
    let end = semicolon(source);
    Some(Held {
        declaration: format!("const {name} = {value}{end}\n{indent}"),
        name,
    })
}

/// What a function's result is called.
fn result_name(function: &str) -> &str {
    match function {
        "getElementById" | "querySelector" | "closest" => "element",
        "getContext" => "context",
        "match" | "exec" => "match",
        "find" | "findLast" => "found",
        _ => "value",
    }
}

/// A name that the file has no word like.
fn free_name(text: &str, wanted: &str) -> Option<String> {
    let taken = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
            let before = text[..at].chars().next_back();
            let after = text[at + name.len()..].chars().next();
            // A property of that name is no variable.
            !before.is_some_and(|c| word(c) || c == '.') && !after.is_some_and(word)
        })
    };
    std::iter::once(wanted.to_owned())
        .chain((2..9).map(|number| format!("{wanted}{number}")))
        .find(|name| !taken(name))
}

/// An exit in front of the statement: `if (x === undefined) { return; }`.
pub fn early(context: &Context, diagnostic: &Diagnostic, subject: Subject) -> Option<(Exit, Fix)> {
    let source = context.source()?;
    let place = unconditional(source, subject.id)?;
    let start = place.statement.span().start;
    let indent = indentation(source.text, start).to_owned();
    let held = hold(context, source, subject, &indent)?;
    let exit = exit(source, place.id);
    let end = semicolon(source);
    let leave = match &exit {
        Exit::Return => format!("return{end}"),
        Exit::ReturnValue(value) => format!("return {value}{end}"),
        Exit::Continue => format!("continue{end}"),
        Exit::Throw => {
            let mark = quote(source);
            let value: String = source
                .slice(subject.span)
                .replace('\\', "\\\\")
                .replace(mark, &format!("\\{mark}"));
            if value.contains('\n') {
                return None;
            }
            let word = subject.missing.word();
            format!("throw new Error({mark}{value} is {word}{mark}){end}")
        }
    };
    let step = step(source.text, &indent);
    let guard = format!(
        "{}if ({}) {{\n{indent}{step}{leave}\n{indent}}}\n{indent}",
        held.declaration,
        subject.missing.absent(&held.name)
    );
    let mut fix = context
        .verified(
            diagnostic,
            format!(
                "leave early where '{}' is {}",
                held.name,
                subject.missing.word()
            ),
        )
        .insert(context.file, start, guard);
    if !held.declaration.is_empty() {
        fix = fix.replace(context.file, range(subject.span), held.name);
    }
    Some((exit, fix))
}

/// One level of indentation, as the file has it: tabs where the line has some.
fn step(text: &str, indent: &str) -> &'static str {
    let tabs = indent.contains('\t') || (indent.is_empty() && text.contains("\n\t"));
    let two = |spaces: &str| spaces.len() % 4 == 2;
    if tabs {
        "\t"
    } else if two(indent)
        || text
            .lines()
            .any(|line| line.len() > 2 && line.starts_with("  ") && !line.starts_with("   "))
    {
        "  "
    } else {
        INDENT
    }
}

/// The statements from this one on that need the value, inside of
/// `if (x) { … }`.
pub fn wrap(context: &Context, diagnostic: &Diagnostic, subject: Subject) -> Option<Fix> {
    let source = context.source()?;
    let text = source.text;
    let place = statement(source, subject.id)?;
    let AstKind::ExpressionStatement(first) = place.statement else {
        return None;
    };
    // What lies in a branch of the expression is not always reached.
    let nodes = source.semantic.nodes();
    let branches = nodes
        .ancestors(subject.id)
        .take_while(|node| node.id() != place.id)
        .any(|node| {
            matches!(
                node.kind(),
                AstKind::LogicalExpression(_) | AstKind::ConditionalExpression(_)
            )
        });
    if branches {
        return None;
    }
    let indent = indentation(text, first.span.start).to_owned();
    let held = hold(context, source, subject, &indent)?;
    let mut end = first.span.end;
    if place.listed && held.declaration.is_empty() {
        end = together(source, place.id, &held.name).unwrap_or(end);
    }
    let span = Span::new(first.span.start, end);
    let mut body = text.get(span.start as usize..span.end as usize)?.to_owned();
    if !held.declaration.is_empty() {
        let from = (subject.span.start - span.start) as usize;
        let to = (subject.span.end - span.start) as usize;
        body.get(from..to)?;
        body.replace_range(from..to, &held.name);
    }
    let step = step(text, &indent);
    let body = body.replace('\n', &format!("\n{step}"));
    let condition = subject.missing.present(&held.name);
    let declaration = &held.declaration;
    let text = if place.listed {
        format!("{declaration}if ({condition}) {{\n{indent}{step}{body}\n{indent}}}")
    } else if declaration.is_empty() {
        format!("{{ if ({condition}) {{ {body} }} }}")
    } else {
        return None;
    };
    Some(
        context
            .verified(diagnostic, format!("only where '{}' is there", held.name))
            .replace(context.file, range(span), text),
    )
}

/// Where the run of expression statements ends that begins at a node and whose
/// statements all reach into the value.
fn together(source: &Source, first: NodeId, name: &str) -> Option<u32> {
    let nodes = source.semantic.nodes();
    let list = nodes.parent_kind(first);
    let statements = match list {
        AstKind::Program(program) => &program.body,
        AstKind::BlockStatement(block) => &block.body,
        AstKind::FunctionBody(body) => &body.statements,
        AstKind::SwitchCase(case) => &case.consequent,
        _ => return None,
    };
    let start = nodes.kind(first).span();
    let mut end = None;
    for statement in statements.iter().skip_while(|s| s.span() != start) {
        let oxc_ast::ast::Statement::ExpressionStatement(expression) = statement else {
            break;
        };
        let slice = source.slice(expression.span);
        if !slice.starts_with(name) || !slice[name.len()..].starts_with(['.', '[']) {
            break;
        }
        end = Some(expression.span.end);
    }
    end
}

/// The condition in front of a comparison: `x !== undefined && x.length > 0`.
pub fn conjunction(
    context: &Context,
    diagnostic: &Diagnostic,
    subject: Subject,
    of: NodeId,
) -> Option<Fix> {
    let source = context.source()?;
    if !node_is_reference(source.semantic.nodes().kind(subject.id)) {
        return None;
    }
    let nodes = source.semantic.nodes();
    let span = nodes.kind(of).span();
    let present = subject.missing.present(source.slice(subject.span));
    let bare = match nodes.parent_kind(of) {
        AstKind::BinaryExpression(_)
        | AstKind::UnaryExpression(_)
        | AstKind::TSAsExpression(_)
        | AstKind::AwaitExpression(_)
        | AstKind::TSNonNullExpression(_) => false,
        AstKind::LogicalExpression(logical) => {
            logical.operator != oxc_syntax::operator::LogicalOperator::Coalesce
        }
        _ => true,
    };
    let fix = context.verified(diagnostic, format!("ask for '{present}' first"));
    Some(if bare {
        fix.insert(context.file, span.start, format!("{present} && "))
    } else {
        fix.insert(context.file, span.start, format!("({present} && "))
            .insert(context.file, span.end, ")")
    })
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
