//! Declarations in C#.

use super::collect::{Collector, children};
use tree_sitter::Node;

const ATTRIBUTES: &[&str] = &["attribute_list", "comment"];
const TYPE_STOPS: &[&str] = &["body", ";"];
const MEMBER_STOPS: &[&str] = &[
    "body",
    "accessors",
    "value",
    "block",
    "arrow_expression_clause",
    "constructor_initializer",
    ";",
];

pub(super) fn walk(collector: &mut Collector<'_>, root: Node<'_>) {
    list(collector, root, &Owner::Namespace);
}

/// What the declarations of a list stand in, which decides who sees them.
enum Owner<'n> {
    Namespace,
    Type,
    Interface,
    /// Members are as visible as those of an interface.
    Enum(&'n str),
}

fn list(collector: &mut Collector<'_>, node: Node<'_>, owner: &Owner<'_>) {
    let nodes = children(node);
    for (index, &child) in nodes.iter().enumerate() {
        if child.kind() == "file_scoped_namespace_declaration" {
            let name = namespace(collector, child);
            collector.add(
                child,
                &name,
                "namespace",
                true,
                &format!("namespace {name}"),
            );
            // The declarations after it belong to it, whether the grammar
            // makes them its children or its siblings.
            collector.inside(&name, |inner| {
                list(inner, child, owner);
                for &rest in &nodes[index + 1..] {
                    declaration(inner, rest, owner);
                }
            });
            return;
        }
        declaration(collector, child, owner);
    }
}

fn declaration(collector: &mut Collector<'_>, node: Node<'_>, owner: &Owner<'_>) {
    match node.kind() {
        "namespace_declaration" => {
            let name = namespace(collector, node);
            collector.add(node, &name, "namespace", true, &format!("namespace {name}"));
            if let Some(body) = node.child_by_field_name("body") {
                collector.inside(&name, |inner| list(inner, body, owner));
            }
        }
        "class_declaration" => type_declaration(collector, node, "class", owner),
        "struct_declaration" => type_declaration(collector, node, "struct", owner),
        "interface_declaration" => type_declaration(collector, node, "interface", owner),
        "record_declaration" | "record_struct_declaration" => {
            type_declaration(collector, node, "record", owner);
        }
        "enum_declaration" => type_declaration(collector, node, "enum", owner),
        "enum_member_declaration" => {
            let Owner::Enum(name) = owner else { return };
            let signature = format!("{name} {}", collector.head(node, ATTRIBUTES, &[]));
            collector.add(
                node,
                collector.field(node, "name"),
                "enum-member",
                true,
                &signature,
            );
        }
        "delegate_declaration" => named(collector, node, "delegate", owner),
        "method_declaration" => {
            let kind = if is_extension(collector, node) {
                "extension-method"
            } else {
                "method"
            };
            named(collector, node, kind, owner);
        }
        "constructor_declaration" => named(collector, node, "constructor", owner),
        "property_declaration" | "event_declaration" => property(collector, node, owner),
        "field_declaration" | "event_field_declaration" => fields(collector, node, owner),
        // Statements of the file itself declare nothing that others see; a
        // broken text puts what follows the mistake under an error.
        "ERROR" | "preproc_if" | "preproc_elif" | "preproc_else" | "preproc_region"
        | "declaration_list" | "declaration" => {
            collector.deeper(|inner| list(inner, node, owner));
        }
        _ => {}
    }
}

fn namespace(collector: &Collector<'_>, node: Node<'_>) -> String {
    collector.field(node, "name").split_whitespace().collect()
}

fn type_declaration(
    collector: &mut Collector<'_>,
    node: Node<'_>,
    kind: &'static str,
    owner: &Owner<'_>,
) {
    let name = collector.field(node, "name");
    let exported = visible(collector, node, owner);
    let signature = collector.head(node, ATTRIBUTES, TYPE_STOPS);
    collector.add(node, name, kind, exported, signature);
    let inner_owner = match kind {
        "interface" => Owner::Interface,
        "enum" => Owner::Enum(name),
        _ => Owner::Type,
    };
    collector.inside(name, |inner| {
        if kind == "record" {
            positional_properties(inner, node);
        }
        if let Some(body) = node.child_by_field_name("body") {
            list(inner, body, &inner_owner);
        }
    });
}

/// The parameters of `record P(int X)` are properties.
fn positional_properties(collector: &mut Collector<'_>, record: Node<'_>) {
    let parameters = children(record)
        .into_iter()
        .find(|child| child.kind() == "parameter_list");
    for parameter in parameters.into_iter().flat_map(children) {
        if parameter.kind() == "parameter" {
            let name = collector.field(parameter, "name");
            let signature = format!(
                "public {} {name} {{ get; init; }}",
                collector.field(parameter, "type")
            );
            collector.add(parameter, name, "property", true, &signature);
        }
    }
}

fn named(collector: &mut Collector<'_>, node: Node<'_>, kind: &'static str, owner: &Owner<'_>) {
    let exported = visible(collector, node, owner);
    let signature = collector.head(node, ATTRIBUTES, MEMBER_STOPS);
    collector.add(
        node,
        collector.field(node, "name"),
        kind,
        exported,
        signature,
    );
}

fn property(collector: &mut Collector<'_>, node: Node<'_>, owner: &Owner<'_>) {
    let exported = visible(collector, node, owner);
    let mut signature = collector
        .head(node, ATTRIBUTES, MEMBER_STOPS)
        .trim()
        .to_owned();
    if let Some(accessors) = node.child_by_field_name("accessors") {
        signature.push_str(" {");
        for accessor in children(accessors) {
            if accessor.kind() == "accessor_declaration" {
                signature.push(' ');
                signature.push_str(collector.head(accessor, ATTRIBUTES, MEMBER_STOPS).trim());
                signature.push(';');
            }
        }
        signature.push_str(" }");
    } else {
        signature.push_str(" { get; }");
    }
    let kind = if node.kind() == "event_declaration" {
        "event"
    } else {
        "property"
    };
    collector.add(
        node,
        collector.field(node, "name"),
        kind,
        exported,
        &signature,
    );
}

fn fields(collector: &mut Collector<'_>, node: Node<'_>, owner: &Owner<'_>) {
    let exported = visible(collector, node, owner);
    let kind = if node.kind() == "event_field_declaration" {
        "event"
    } else if modifiers(collector, node).contains(&"const") {
        "constant"
    } else {
        "field"
    };
    for variables in children(node) {
        if variables.kind() != "variable_declaration" {
            continue;
        }
        let declarators: Vec<_> = children(variables)
            .into_iter()
            .filter(|child| child.kind() == "variable_declarator")
            .collect();
        let Some(first) = declarators.first() else {
            continue;
        };
        let head = collector.head(node, ATTRIBUTES, &[]);
        // Everything before the first name: modifiers and type.
        let before = head
            .len()
            .saturating_sub(node.end_byte() - first.start_byte());
        let head = head.get(..before).unwrap_or(head);
        for &declarator in &declarators {
            let name = collector.field(declarator, "name");
            let place = if declarators.len() == 1 {
                node
            } else {
                declarator
            };
            collector.add(place, name, kind, exported, &format!("{head} {name}"));
        }
    }
}

fn modifiers<'t>(collector: &Collector<'t>, node: Node<'_>) -> Vec<&'t str> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() == "modifier")
        .map(|child| collector.text_of(child))
        .collect()
}

fn visible(collector: &Collector<'_>, node: Node<'_>, owner: &Owner<'_>) -> bool {
    let modifiers = modifiers(collector, node);
    if modifiers.contains(&"file") {
        return false;
    }
    if modifiers
        .iter()
        .any(|word| matches!(*word, "public" | "internal" | "protected"))
    {
        return true;
    }
    if modifiers.contains(&"private") {
        return false;
    }
    !matches!(owner, Owner::Type)
}

/// A static method whose first parameter is marked `this`.
fn is_extension(collector: &Collector<'_>, method: Node<'_>) -> bool {
    let Some(parameters) = method.child_by_field_name("parameters") else {
        return false;
    };
    children(parameters)
        .into_iter()
        .find(|child| child.kind() == "parameter")
        .is_some_and(|first| modifiers(collector, first).contains(&"this"))
}
