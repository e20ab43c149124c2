//! Declarations in Java.

use super::collect::{Collector, children};
use tree_sitter::Node;

const STOPS: &[&str] = &["body", ";"];

pub(super) fn walk(collector: &mut Collector<'_>, root: Node<'_>) {
    let package = children(root)
        .into_iter()
        .find(|child| child.kind() == "package_declaration")
        .and_then(|package| {
            children(package)
                .into_iter()
                .find(|name| name.kind().ends_with("identifier"))
        })
        .map_or("", |name| collector.text_of(name));
    if package.is_empty() {
        list(collector, root, "");
    } else {
        collector.inside(package, |inner| list(inner, root, ""));
    }
}

/// `owner` is the enclosing type's name; empty outside types.
fn list(collector: &mut Collector<'_>, node: Node<'_>, owner: &str) {
    for child in children(node) {
        declaration(collector, child, owner);
    }
}

fn declaration(collector: &mut Collector<'_>, node: Node<'_>, owner: &str) {
    match node.kind() {
        "class_declaration" => type_declaration(collector, node, "class"),
        "interface_declaration" | "annotation_type_declaration" => {
            type_declaration(collector, node, "interface");
        }
        "enum_declaration" => type_declaration(collector, node, "enum"),
        "record_declaration" => type_declaration(collector, node, "record"),
        "method_declaration" | "annotation_type_element_declaration" => {
            named(collector, node, "method");
        }
        "constructor_declaration" | "compact_constructor_declaration" => {
            named(collector, node, "constructor");
        }
        "enum_constant" => {
            let name = collector.field(node, "name");
            let signature = format!("{owner} {}", collector.head(node, &["modifiers"], STOPS));
            collector.add(node, name, "enum-member", true, &signature);
        }
        "field_declaration" | "constant_declaration" => fields(collector, node),
        "enum_body_declarations" | "ERROR" => {
            collector.deeper(|inner| list(inner, node, owner));
        }
        _ => {}
    }
}

/// The modifiers without annotations, then the rest of the head.
fn head(collector: &Collector<'_>, node: Node<'_>) -> String {
    let mut head = modifiers(collector, node).join(" ");
    head.push(' ');
    head.push_str(collector.head(node, &["modifiers", "line_comment", "block_comment"], STOPS));
    head
}

fn modifiers<'t>(collector: &Collector<'t>, node: Node<'_>) -> Vec<&'t str> {
    let Some(list) = children(node)
        .into_iter()
        .find(|child| child.kind() == "modifiers")
    else {
        return Vec::new();
    };
    let mut cursor = list.walk();
    list.children(&mut cursor)
        .filter(|child| !child.is_named())
        .map(|child| collector.text_of(child))
        .collect()
}

fn exported(collector: &Collector<'_>, node: Node<'_>) -> bool {
    !modifiers(collector, node).contains(&"private")
}

fn named(collector: &mut Collector<'_>, node: Node<'_>, kind: &'static str) {
    let signature = head(collector, node);
    let exported = exported(collector, node);
    collector.add(
        node,
        collector.field(node, "name"),
        kind,
        exported,
        &signature,
    );
}

fn type_declaration(collector: &mut Collector<'_>, node: Node<'_>, kind: &'static str) {
    named(collector, node, kind);
    let name = collector.field(node, "name");
    collector.inside(name, |inner| {
        if let (true, Some(parameters)) = (kind == "record", node.child_by_field_name("parameters"))
        {
            // A component's accessor is what others see of it.
            for parameter in children(parameters) {
                let name = inner.field(parameter, "name");
                let signature = format!("public {} {name}()", inner.field(parameter, "type"));
                inner.add(parameter, name, "method", true, &signature);
            }
        }
        if let Some(body) = node.child_by_field_name("body") {
            list(inner, body, name);
        }
    });
}

fn fields(collector: &mut Collector<'_>, node: Node<'_>) {
    let modifiers = modifiers(collector, node);
    let constant = node.kind() == "constant_declaration"
        || (modifiers.contains(&"static") && modifiers.contains(&"final"));
    let kind = if constant { "constant" } else { "field" };
    let exported = !modifiers.contains(&"private");
    let before = format!("{} {}", modifiers.join(" "), collector.field(node, "type"));
    let mut cursor = node.walk();
    let declarators: Vec<_> = node
        .children_by_field_name("declarator", &mut cursor)
        .collect();
    for &declarator in &declarators {
        let name = collector.field(declarator, "name");
        let place = if declarators.len() == 1 {
            node
        } else {
            declarator
        };
        let dimensions = collector.field(declarator, "dimensions");
        collector.add(
            place,
            name,
            kind,
            exported,
            &format!("{before} {name}{dimensions}"),
        );
    }
}
