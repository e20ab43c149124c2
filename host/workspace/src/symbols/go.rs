//! Declarations in Go.

use super::collect::{Collector, children};
use tree_sitter::Node;

pub(super) fn walk(collector: &mut Collector<'_>, root: Node<'_>) {
    let package = children(root)
        .into_iter()
        .find(|child| child.kind() == "package_clause")
        .and_then(|clause| clause.named_child(0))
        .map_or("", |name| collector.text_of(name));
    collector.inside(package, |inner| list(inner, root));
}

fn list(collector: &mut Collector<'_>, node: Node<'_>) {
    for child in children(node) {
        match child.kind() {
            "function_declaration" => {
                let name = collector.field(child, "name");
                let signature = collector.head(child, &[], &["body"]);
                collector.add(child, name, "function", exported(name), signature);
            }
            "method_declaration" => method(collector, child),
            "type_declaration" => {
                for spec in children(child) {
                    type_spec(collector, child, spec);
                }
            }
            "const_declaration" => specs(collector, child, "constant", "const"),
            "var_declaration" => specs(collector, child, "variable", "var"),
            "ERROR" => collector.deeper(|inner| list(inner, child)),
            _ => {}
        }
    }
}

fn exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

fn method(collector: &mut Collector<'_>, node: Node<'_>) {
    let receiver = collector.field(node, "receiver");
    // `(p *Point)`, `(l List[T])`, `(Point)`
    let receiver = receiver.trim_matches(['(', ')', ' ', ',']);
    let receiver = receiver.split('[').next().unwrap_or_default();
    let receiver = receiver.rsplit([' ', '*', '\t']).next().unwrap_or_default();
    let name = collector.field(node, "name");
    let signature = collector.head(node, &[], &["body"]);
    collector.inside(receiver, |inner| {
        inner.add(node, name, "method", exported(name), signature);
    });
}

fn type_spec(collector: &mut Collector<'_>, declaration: Node<'_>, spec: Node<'_>) {
    if !matches!(spec.kind(), "type_spec" | "type_alias") {
        return;
    }
    let name = collector.field(spec, "name");
    let Some(value) = spec.child_by_field_name("type") else {
        return;
    };
    let kind = match value.kind() {
        "struct_type" => "struct",
        "interface_type" => "interface",
        _ => "type",
    };
    let place = if declaration.named_child_count() == 1 {
        declaration
    } else {
        spec
    };
    let head = if kind == "type" {
        collector.text_of(spec).to_owned()
    } else {
        format!(
            "{}{kind}",
            collector
                .text
                .get(spec.start_byte()..value.start_byte())
                .unwrap_or_default()
        )
    };
    collector.add(place, name, kind, exported(name), &format!("type {head}"));
    collector.inside(name, |inner| match kind {
        "struct" => {
            for list in children(value) {
                for field in children(list) {
                    fields(inner, field);
                }
            }
        }
        "interface" => {
            for method in children(value) {
                if matches!(method.kind(), "method_elem" | "method_spec") {
                    let name = inner.field(method, "name");
                    inner.add(
                        method,
                        name,
                        "method",
                        exported(name),
                        inner.text_of(method),
                    );
                }
            }
        }
        _ => {}
    });
}

fn fields(collector: &mut Collector<'_>, field: Node<'_>) {
    if field.kind() != "field_declaration" {
        return;
    }
    let of_type = collector.field(field, "type");
    let mut cursor = field.walk();
    let names: Vec<_> = field
        .children_by_field_name("name", &mut cursor)
        .filter(Node::is_named)
        .collect();
    for &name in &names {
        let place = if names.len() == 1 { field } else { name };
        let name = collector.text_of(name);
        collector.add(
            place,
            name,
            "field",
            exported(name),
            &format!("{name} {of_type}"),
        );
    }
    if names.is_empty() {
        // An embedded type is a field of its own name.
        let name = of_type.split('[').next().unwrap_or_default();
        let name = name.rsplit(['.', '*', ' ']).next().unwrap_or_default();
        collector.add(field, name, "field", exported(name), of_type);
    }
}

fn specs(collector: &mut Collector<'_>, node: Node<'_>, kind: &'static str, word: &str) {
    for spec in children(node) {
        match spec.kind() {
            "var_spec_list" => collector.deeper(|inner| specs(inner, spec, kind, word)),
            "const_spec" | "var_spec" => {
                let mut cursor = spec.walk();
                let names: Vec<_> = spec
                    .children_by_field_name("name", &mut cursor)
                    .filter(Node::is_named)
                    .collect();
                let signature = format!("{word} {}", collector.text_of(spec));
                for &name in &names {
                    let place = if names.len() > 1 {
                        name
                    } else if node.named_child_count() == 1 && node.kind() != "var_spec_list" {
                        node
                    } else {
                        spec
                    };
                    let name = collector.text_of(name);
                    collector.add(place, name, kind, exported(name), &signature);
                }
            }
            _ => {}
        }
    }
}
