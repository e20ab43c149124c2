//! Values of the wrong type, mended where they are used or made.

use crate::model::{self, is_primary, quoted};
use crate::{Context, optional};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// A change to an expression.
pub(crate) fn rewritten(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    node: &Node,
    new: String,
) -> Fix {
    let line: Vec<&str> = new.split_whitespace().collect();
    let mut title = line.join(" ");
    if let Some((end, _)) = title.char_indices().nth(60) {
        title.truncate(end);
        title.push('…');
    }
    context.replace(
        diagnostic,
        format!("write `{title}`"),
        node.range.clone(),
        new,
    )
}

fn is_callable(ty: &str) -> bool {
    ty.starts_with("Callable[") || ty.starts_with("def ") || ty == "overloaded function"
}

/// What an expression of type `from` can be made to be of type `to`, best
/// first.
pub(crate) fn conversions(context: &Context<'_>, node: &Node, from: &str, to: &str) -> Vec<String> {
    let text = context.file.of(node);
    let plain = if is_primary(node) {
        text.to_owned()
    } else {
        format!("({text})")
    };
    let wanted = model::union(to);
    let wants = |ty: &str| wanted.contains(&ty);
    let mut found = Vec::new();
    if is_callable(from) && !to.contains("Callable") && node.kind != "lambda" {
        found.push(format!("{plain}()"));
    }
    if from.starts_with("Coroutine[") || from.starts_with("Awaitable[") {
        found.push(format!("await {plain}"));
    }
    let bytes = wanted.iter().any(|t| {
        matches!(
            *t,
            "bytes" | "Buffer" | "ReadableBuffer" | "bytearray" | "Sequence[bytes]"
        )
    });
    let is_text = matches!(from, "str") || from.starts_with("Literal['");
    let is_bytes = from == "bytes" || from.starts_with("Literal[b'");
    if bytes && is_text && !wants("str") {
        found.extend(literal(text, true));
        if found.is_empty() {
            found.push(format!("{plain}.encode()"));
        }
    }
    if wants("str") && is_bytes {
        found.extend(literal(text, false));
        if found.is_empty() {
            found.push(format!("{plain}.decode()"));
        }
    }
    let optional = model::without_none(from).is_some();
    if wants("str") && !is_bytes && !is_text && !optional && !is_callable(from) && from != "None" {
        found.push(format!("str({text})"));
    }
    let number = |ty: &str| {
        matches!(
            ty,
            "str" | "float" | "SupportsInt" | "bool" | "SupportsIndex" | "Decimal" | "int"
        )
    };
    let digits = text.trim_matches(['"', '\'']);
    let is_literal = node.kind == "string" && digits.parse::<f64>().is_ok();
    for ty in ["int", "float"] {
        if wants(ty) && from != ty && model::union(from).iter().all(|f| number(f)) {
            if is_literal {
                found.push(digits.to_owned());
            }
            found.push(format!("{ty}({text})"));
        }
    }
    let head = |ty: &str| ty.split('[').next().unwrap_or(ty).to_owned();
    for target in &wanted {
        let sequence = ["list", "tuple", "set", "frozenset"];
        let source = head(from);
        let many = sequence.contains(&source.as_str())
            || matches!(
                source.as_str(),
                "Sequence"
                    | "Iterable"
                    | "Iterator"
                    | "Generator"
                    | "map"
                    | "filter"
                    | "zip"
                    | "dict_keys"
                    | "dict_values"
                    | "KeysView"
                    | "ValuesView"
                    | "Collection"
                    | "reversed"
                    | "range"
            );
        let target = head(target);
        if sequence.contains(&target.as_str()) && many && source != target {
            found.push(format!("{target}({text})"));
        }
        if target == "Path" && from == "str" {
            found.push(format!("Path({text})"));
        }
    }
    found
}

/// A string literal with the `b` that it lacks, or without the one too many.
fn literal(text: &str, to_bytes: bool) -> Option<String> {
    let quote = text.find(['"', '\''])?;
    let (prefix, rest) = text.split_at(quote);
    let raw = prefix
        .chars()
        .all(|c| matches!(c, 'r' | 'R' | 'b' | 'B' | 'u' | 'U'));
    if !raw || prefix.len() > 2 || !rest.is_ascii() {
        return None;
    }
    let has = prefix.contains(['b', 'B']);
    if to_bytes && !has {
        Some(format!("b{}{rest}", prefix.replace(['u', 'U'], "")))
    } else if !to_bytes && has {
        Some(format!("{}{rest}", prefix.replace(['b', 'B'], "")))
    } else {
        None
    }
}

/// `Argument 1 to "f" has incompatible type "X"; expected "Y"`.
pub(crate) fn argument(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    let Some((from, to)) = message
        .split_once("has incompatible type \"")
        .and_then(|(_, rest)| rest.split_once("\"; expected \""))
    else {
        return Vec::new();
    };
    let to = to.split('"').next().unwrap_or(to);
    let Some(node) = context.expression(diagnostic) else {
        return Vec::new();
    };
    let mut fixes: Vec<Fix> = Vec::new();
    let narrows = model::without_none(from).is_some() && !model::union(to).contains(&"None");
    if narrows {
        fixes.extend(optional::assert(context, diagnostic, &node));
    }
    fixes.extend(
        conversions(context, &node, from.trim_start_matches('*'), to)
            .into_iter()
            .map(|new| rewritten(context, diagnostic, &node, new)),
    );
    fixes
}

/// Lists, dictionaries and comparisons with a literal of the wrong sort.
pub(crate) fn literals(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    let words = quoted(message);
    let span = context.span(diagnostic);
    if diagnostic.code == "list-item" {
        let (Some(from), Some(to), Some(node)) =
            (words.first(), words.get(1), context.expression(diagnostic))
        else {
            return Vec::new();
        };
        return conversions(context, &node, from, to)
            .into_iter()
            .map(|new| rewritten(context, diagnostic, &node, new))
            .collect();
    }
    if diagnostic.code == "dict-item" {
        // `"str": "str"; expected "str": "int"`
        let [key, value, wanted_key, wanted_value] = words.as_slice() else {
            return Vec::new();
        };
        let around = context.file.around(span);
        let Some(pair) = around.iter().find(|n| n.kind == "pair") else {
            return Vec::new();
        };
        let (part, from, to) = if key == wanted_key {
            ("value", value, wanted_value)
        } else {
            ("key", key, wanted_key)
        };
        let Some(node) = context.file.field(pair, part) else {
            return Vec::new();
        };
        return conversions(context, &node, from, to)
            .into_iter()
            .map(|new| rewritten(context, diagnostic, &node, new))
            .collect();
    }
    // `left operand type: "bytes", right operand type: "str"`
    let Some(node) = comparison(context, span) else {
        return Vec::new();
    };
    let operands = context.file.children(&node, "_");
    let texts: Vec<&str> = words.iter().rev().take(2).copied().collect();
    let [right, left] = texts.as_slice() else {
        return Vec::new();
    };
    mixed(context, diagnostic, &operands, left, right)
}

fn comparison(context: &Context<'_>, span: Range<usize>) -> Option<Node> {
    let around = context.file.around(span);
    around
        .into_iter()
        .find(|n| matches!(n.kind.as_str(), "comparison_operator" | "binary_operator"))
}

/// A literal among two operands, one of text and one of bytes.
fn mixed(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    operands: &[Node],
    left: &str,
    right: &str,
) -> Vec<Fix> {
    let [first, second] = operands else {
        return Vec::new();
    };
    let bytes = |ty: &str| ty.contains("bytes") || ty.contains("Literal[b'");
    if bytes(left) == bytes(right) {
        return Vec::new();
    }
    let mut fixes = Vec::new();
    for (node, to_bytes) in [(first, bytes(right)), (second, bytes(left))] {
        if node.kind == "string"
            && let Some(new) = literal(context.file.of(node), to_bytes)
        {
            fixes.push(rewritten(context, diagnostic, node, new));
        }
    }
    fixes
}

/// The operands of the operation at a place: of a binary one both, of an
/// augmented assignment target and value.
fn operands(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<(Node, Node)> {
    let span = context.span(diagnostic);
    let around = context.file.around(span.clone());
    let kinds = [
        "binary_operator",
        "comparison_operator",
        "augmented_assignment",
    ];
    around
        .iter()
        .filter(|n| kinds.contains(&n.kind.as_str()))
        .find_map(|node| {
            let left = context.file.field(node, "left");
            let pair = match left.zip(context.file.field(node, "right")) {
                Some(pair) => pair,
                None => {
                    let children = context.file.children(node, "_");
                    let mut children = children.into_iter().filter(|n| n.kind != "comment");
                    (children.next()?, children.next()?)
                }
            };
            // The place is that of the operation or of one of its operands.
            let at = [&pair.0, &pair.1].map(|n| n.range.start);
            at.contains(&span.start).then_some(pair)
        })
}

/// `Unsupported operand types for + ("int" and "str")`.
pub(crate) fn operator(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    let words = quoted(message);
    let Some((left, right)) = operands(context, diagnostic) else {
        return Vec::new();
    };
    // A note tells of a union: `Left operand is of type "int | None"`.
    for note in &diagnostic.related {
        let node = match note.message.split(' ').next() {
            Some("Left") => &left,
            Some("Right") => &right,
            _ => continue,
        };
        if quoted(&note.message)
            .first()
            .is_some_and(|ty| model::without_none(ty).is_some())
        {
            return optional::assert(context, diagnostic, node);
        }
    }
    let is_left = message.starts_with("Unsupported left operand type");
    if is_left || message.starts_with("Unsupported right operand type") {
        let node = if is_left { &left } else { &right };
        let overloaded = message.contains("(overloaded function)");
        return match words.first() {
            Some(ty) if is_callable(ty) => {
                vec![rewritten(
                    context,
                    diagnostic,
                    node,
                    format!("{}()", context.file.of(node)),
                )]
            }
            None if overloaded => {
                vec![rewritten(
                    context,
                    diagnostic,
                    node,
                    format!("{}()", context.file.of(node)),
                )]
            }
            Some(ty) if model::without_none(ty).is_some() => {
                optional::assert(context, diagnostic, node)
            }
            _ => Vec::new(),
        };
    }
    let [left_type, right_type] = words.as_slice() else {
        return Vec::new();
    };
    for (node, ty) in [(&left, left_type), (&right, right_type)] {
        if ty.starts_with("Coroutine[") && node.kind == "call" {
            let new = format!("await {}", context.file.of(node));
            return vec![rewritten(context, diagnostic, node, new)];
        }
    }
    if is_callable(left_type) != is_callable(right_type) {
        let node = if is_callable(left_type) {
            &left
        } else {
            &right
        };
        let new = format!("{}()", context.file.of(node));
        return vec![rewritten(context, diagnostic, node, new)];
    }
    let mut fixes = mixed(
        context,
        diagnostic,
        &[left.clone(), right.clone()],
        left_type,
        right_type,
    );
    if *left_type == "str" && *right_type != "str" {
        fixes.extend(made_text(context, diagnostic, &right, right_type, "str"));
    } else if *right_type == "str" && *left_type != "str" {
        fixes.extend(made_text(context, diagnostic, &left, left_type, "str"));
    } else if *left_type == "SupportsInt" || *right_type == "SupportsInt" {
        // A comparison may be told the other way round.
        let is_number = |n: &Node| matches!(n.kind.as_str(), "integer" | "float");
        let node = if *left_type == "SupportsInt" && !is_number(&left) || is_number(&right) {
            &left
        } else {
            &right
        };
        fixes.extend(made_text(context, diagnostic, node, "SupportsInt", "int"));
    }
    fixes
}

/// An operand converted where the name it is got its value, or in place.
fn made_text(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    node: &Node,
    from: &str,
    to: &str,
) -> Vec<Fix> {
    let file = &context.file;
    let mut fixes = Vec::new();
    let assigned = model::parent_is(file, node, "augmented_assignment");
    if node.kind == "identifier" {
        let name = file.of(node);
        let home =
            model::function_at(file, node.range.start).map_or(0..file.text().len(), |f| f.body);
        let last = model::bindings(file, &home)
            .into_iter()
            .rfind(|b| b.name == name && b.at.start < node.range.start && b.ty.is_none());
        if let Some(value) = last.and_then(|b| b.value)
            && !matches!(
                value.kind.as_str(),
                "integer" | "float" | "true" | "false" | "none"
            )
        {
            let new = format!("{to}({})", file.of(&value));
            fixes.push(rewritten(context, diagnostic, &value, new));
        }
    }
    if !assigned {
        let more = conversions(context, node, from, to);
        // A name that is put right where it is made needs it nowhere else.
        let at = if fixes.is_empty() { 0 } else { 1 };
        for (rank, new) in more.into_iter().enumerate() {
            fixes.insert(at + rank, rewritten(context, diagnostic, node, new));
        }
    }
    fixes
}

/// `"int" has no attribute "upper"`: text was meant, and has it.
pub(crate) fn as_text(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    owner: &str,
    name: &str,
) -> Option<Fix> {
    if !matches!(
        owner,
        "int" | "float" | "bool" | "Path" | "UUID" | "datetime"
    ) {
        return None;
    }
    let node = context
        .expression(diagnostic)
        .filter(|n| n.kind == "attribute")?;
    let object = context.file.field(&node, "object")?;
    let known = context.host.members(crate::PYTHON, "builtins.str");
    if !known.iter().any(|s| s.name == name) {
        return None;
    }
    let new = format!("str({})", context.file.of(&object));
    Some(rewritten(context, diagnostic, &object, new))
}

/// A method that is used as if it had been called.
pub(crate) fn call_it(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let span = context.span(diagnostic);
    if span.is_empty() {
        return Vec::new();
    }
    let Some(node) = context.expression(diagnostic) else {
        return Vec::new();
    };
    // `f.x` where `f()` has x; `for a in f`.
    let iterates =
        diagnostic.message.contains("__iter__") || diagnostic.message.contains("__getitem__");
    let target = if node.kind == "attribute" && !iterates {
        file.field(&node, "object")
    } else if node.kind == "subscript" {
        file.field(&node, "value")
    } else {
        Some(node)
    };
    target
        .filter(|n| matches!(n.kind.as_str(), "attribute" | "identifier"))
        .map(|n| rewritten(context, diagnostic, &n, format!("{}()", file.of(&n))))
        .into_iter()
        .collect()
}
