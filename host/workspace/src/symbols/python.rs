//! Declarations in Python.
//!
//! Containers are relative to the file; `module` puts the file's own module in
//! front.

use super::collect::{Collector, children};
use std::collections::HashSet;
use tree_sitter::Node;

/// The longest assigned value that a signature shows, in bytes.
const MAX_VALUE: usize = 80;
/// How deep tuples of targets are looked into.
const MAX_TARGETS: usize = 16;

pub(super) fn walk(collector: &mut Collector<'_>, root: Node<'_>) {
    list(collector, root, false);
}

fn list(collector: &mut Collector<'_>, node: Node<'_>, in_class: bool) {
    for child in children(node) {
        statement(collector, child, in_class);
    }
}

fn statement(collector: &mut Collector<'_>, node: Node<'_>, in_class: bool) {
    match node.kind() {
        "function_definition" => function(collector, node, node, in_class),
        "class_definition" => class(collector, node, node),
        "decorated_definition" => match node.child_by_field_name("definition") {
            Some(inner) if inner.kind() == "class_definition" => class(collector, inner, node),
            Some(inner) => function(collector, inner, node, in_class),
            None => {}
        },
        "assignment" => {
            let Some(left) = node.child_by_field_name("left") else {
                return;
            };
            let mut names = Vec::new();
            targets(left, &mut names, 0);
            let signature = assigned(collector, node);
            for name in names {
                if name.kind() == "identifier" {
                    let text = collector.text_of(name);
                    let kind = match text {
                        _ if in_class => "field",
                        _ if is_constant(text) => "constant",
                        _ => "variable",
                    };
                    collector.add(node, text, kind, exported(text), signature);
                }
            }
        }
        "type_alias_statement" => {
            let name = collector.field(node, "left");
            let name = name.split('[').next().unwrap_or_default();
            collector.add(node, name, "type", exported(name), collector.text_of(node));
        }
        "import_from_statement" if !in_class => reexports(collector, node),
        // What stands under a condition is still the module's or the class's.
        "expression_statement"
        | "if_statement"
        | "else_clause"
        | "elif_clause"
        | "try_statement"
        | "except_clause"
        | "finally_clause"
        | "with_statement"
        | "block"
        | "ERROR" => collector.deeper(|inner| list(inner, node, in_class)),
        _ => {}
    }
}

fn exported(name: &str) -> bool {
    !name.starts_with('_') || (name.starts_with("__") && name.ends_with("__"))
}

fn is_constant(name: &str) -> bool {
    name.chars().any(char::is_uppercase) && !name.chars().any(char::is_lowercase)
}

fn head<'t>(collector: &Collector<'t>, definition: Node<'_>, whole: Node<'_>) -> &'t str {
    let end = definition
        .child_by_field_name("body")
        .map_or(definition.end_byte(), |body| body.start_byte());
    let head = collector
        .text
        .get(whole.start_byte()..end)
        .unwrap_or_default();
    // A comment may stand between the colon and the body.
    head.rfind(':')
        .filter(|_| head.contains(':'))
        .map_or(head, |colon| &head[..colon])
}

fn function(collector: &mut Collector<'_>, node: Node<'_>, whole: Node<'_>, in_class: bool) {
    let name = collector.field(node, "name");
    let head = head(collector, node, whole);
    let property = head.starts_with('@')
        && head.lines().any(|line| {
            let line = line.trim();
            matches!(
                line,
                "@property" | "@cached_property" | "@functools.cached_property"
            ) || line.ends_with(".setter")
        });
    let kind = match (in_class, name, property) {
        (false, ..) => "function",
        (true, "__init__", _) => "constructor",
        (true, _, true) => "property",
        (true, ..) => "method",
    };
    collector.add(whole, name, kind, exported(name), head);
}

fn class(collector: &mut Collector<'_>, node: Node<'_>, whole: Node<'_>) {
    let name = collector.field(node, "name");
    collector.add(
        whole,
        name,
        "class",
        exported(name),
        head(collector, node, whole),
    );
    let Some(body) = node.child_by_field_name("body") else {
        return;
    };
    collector.inside(name, |inner| {
        list(inner, body, true);
        let mut known = HashSet::new();
        for member in children(body) {
            let method = member.child_by_field_name("definition").unwrap_or(member);
            if method.kind() == "function_definition" {
                attributes(inner, method, &mut known);
            }
        }
    });
}

/// What a method assigns to attributes of its first parameter.
fn attributes<'t>(collector: &mut Collector<'t>, method: Node<'_>, known: &mut HashSet<&'t str>) {
    let itself = method
        .child_by_field_name("parameters")
        .and_then(|parameters| parameters.named_child(0))
        .map_or("", |first| collector.text_of(first));
    let Some(body) = method.child_by_field_name("body") else {
        return;
    };
    let mut cursor = body.walk();
    'walk: loop {
        let node = cursor.node();
        if node.kind() == "assignment" {
            let mut names = Vec::new();
            if let Some(left) = node.child_by_field_name("left") {
                targets(left, &mut names, 0);
            }
            let signature = assigned(collector, node);
            for target in names {
                if target.kind() == "attribute" && collector.field(target, "object") == itself {
                    let name = collector.field(target, "attribute");
                    if known.insert(name) {
                        collector.add(node, name, "field", exported(name), signature);
                    }
                }
            }
        }
        // Assignments stand in statements: expressions and inner scopes are
        // not entered.
        let statements = node.kind() == "expression_statement"
            || node.kind().ends_with("_statement") && node.kind() != "return_statement"
            || node.kind().ends_with("_clause")
            || matches!(node.kind(), "block" | "ERROR");
        if statements && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                break 'walk;
            }
        }
    }
}

/// The single targets of an assignment's left side.
fn targets<'t>(left: Node<'t>, names: &mut Vec<Node<'t>>, depth: usize) {
    match left.kind() {
        "identifier" | "attribute" => names.push(left),
        "pattern_list" | "tuple_pattern" | "list_pattern" | "list_splat_pattern"
            if depth < MAX_TARGETS =>
        {
            for child in children(left) {
                targets(child, names, depth + 1);
            }
        }
        _ => {}
    }
}

/// Target, type, and the value if it is short.
fn assigned<'t>(collector: &Collector<'t>, node: Node<'_>) -> &'t str {
    match node.child_by_field_name("right") {
        Some(right) if right.end_byte() - right.start_byte() > MAX_VALUE => collector
            .text
            .get(node.start_byte()..right.start_byte())
            .unwrap_or_default(),
        _ => collector.text_of(node),
    }
}

/// `from .part import name`: how packages offer what their modules declare.
/// Other imports are no declarations.
fn reexports(collector: &mut Collector<'_>, node: Node<'_>) {
    let module = collector.field(node, "module_name");
    if !module.starts_with('.') {
        return;
    }
    let mut cursor = node.walk();
    for name in node.children_by_field_name("name", &mut cursor) {
        let alias = collector.field(name, "alias");
        let text = collector.text_of(name);
        let visible = if alias.is_empty() { text } else { alias };
        let signature = format!("from {module} import {text}");
        collector.add(name, visible, "export", exported(visible), &signature);
    }
    if children(node)
        .iter()
        .any(|child| child.kind() == "wildcard_import")
    {
        collector.add(node, "*", "export", true, collector.text_of(node));
    }
}
