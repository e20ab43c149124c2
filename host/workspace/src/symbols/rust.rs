//! Declarations in Rust.
//!
//! Containers are relative to the file; `module` puts the file's own module in
//! front.

use super::collect::{Collector, children};
use tree_sitter::Node;

const ATTRIBUTES: &[&str] = &["attribute_item", "line_comment", "block_comment"];
/// How deep a `use` tree is followed.
const MAX_USE: usize = 16;

pub(super) fn walk(collector: &mut Collector<'_>, root: Node<'_>) {
    list(collector, root, Owner::Module);
}

#[derive(Clone, Copy)]
enum Owner {
    Module,
    /// Items of a trait, or of its implementation, are as visible as it is.
    Trait,
    Type,
}

fn list(collector: &mut Collector<'_>, node: Node<'_>, owner: Owner) {
    for child in children(node) {
        item(collector, child, owner);
    }
}

fn item(collector: &mut Collector<'_>, node: Node<'_>, owner: Owner) {
    match node.kind() {
        "function_item" | "function_signature_item" => {
            let kind = if matches!(owner, Owner::Module) {
                "function"
            } else {
                "method"
            };
            named(collector, node, kind, &["body", ";"], owner);
        }
        "struct_item" | "union_item" => {
            // A tuple's fields belong to the head.
            named(
                collector,
                node,
                "struct",
                &["field_declaration_list", ";"],
                owner,
            );
            inside(collector, node, fields);
        }
        "enum_item" => {
            named(collector, node, "enum", &["body"], owner);
            inside(collector, node, variants);
        }
        "trait_item" => {
            named(collector, node, "trait", &["body"], owner);
            inside(collector, node, |inner, body| {
                list(inner, body, Owner::Trait)
            });
        }
        "impl_item" => {
            let of_trait = node.child_by_field_name("trait").is_some();
            let owner = if of_trait { Owner::Trait } else { Owner::Type };
            let name = node
                .child_by_field_name("type")
                .map_or("", |node| type_name(collector, node));
            if let (false, Some(body)) = (name.is_empty(), node.child_by_field_name("body")) {
                collector.inside(name, |inner| list(inner, body, owner));
            }
        }
        "type_item" | "associated_type" => named(collector, node, "type", &[";"], owner),
        "const_item" => named(collector, node, "constant", &["value", ";"], owner),
        "static_item" => named(collector, node, "variable", &["value", ";"], owner),
        "macro_definition" => {
            let name = collector.field(node, "name");
            collector.add(node, name, "macro", true, &format!("macro_rules! {name}"));
        }
        "mod_item" => {
            named(collector, node, "module", &["body", ";"], owner);
            inside(collector, node, |inner, body| {
                list(inner, body, Owner::Module)
            });
        }
        "foreign_mod_item" => {
            if let Some(body) = node.child_by_field_name("body") {
                collector.deeper(|inner| list(inner, body, owner));
            }
        }
        "use_declaration" => {
            if let (true, Some(tree)) = (
                visible(collector, node),
                node.child_by_field_name("argument"),
            ) {
                let before = collector.head(node, ATTRIBUTES, &["argument"]);
                reexports(collector, tree, before, "", 0);
            }
        }
        "ERROR" => collector.deeper(|inner| list(inner, node, owner)),
        _ => {}
    }
}

fn named(
    collector: &mut Collector<'_>,
    node: Node<'_>,
    kind: &'static str,
    stop: &[&str],
    owner: Owner,
) {
    let exported = matches!(owner, Owner::Trait) || visible(collector, node);
    let signature = collector.head(node, ATTRIBUTES, stop);
    collector.add(
        node,
        collector.field(node, "name"),
        kind,
        exported,
        signature,
    );
}

fn inside(
    collector: &mut Collector<'_>,
    node: Node<'_>,
    walk: impl FnOnce(&mut Collector<'_>, Node<'_>),
) {
    let name = collector.field(node, "name");
    if let Some(body) = node.child_by_field_name("body") {
        collector.inside(name, |inner| walk(inner, body));
    }
}

fn visible(collector: &Collector<'_>, node: Node<'_>) -> bool {
    children(node)
        .into_iter()
        .find(|child| child.kind() == "visibility_modifier")
        .is_some_and(|word| !collector.text_of(word).contains("self"))
}

fn fields(collector: &mut Collector<'_>, body: Node<'_>) {
    for field in children(body) {
        if field.kind() == "field_declaration" {
            let exported = visible(collector, field);
            let signature = collector.head(field, ATTRIBUTES, &[]);
            collector.add(
                field,
                collector.field(field, "name"),
                "field",
                exported,
                signature,
            );
        }
    }
}

fn variants(collector: &mut Collector<'_>, body: Node<'_>) {
    for variant in children(body) {
        if variant.kind() == "enum_variant" {
            let name = collector.field(variant, "name");
            collector.add(
                variant,
                name,
                "enum-member",
                true,
                collector.text_of(variant),
            );
        }
    }
}

/// `Point` of `geo::Point<T>`, `&Point` and the like.
fn type_name<'t>(collector: &Collector<'t>, mut node: Node<'_>) -> &'t str {
    // Each step goes one level down, so a crafted type costs its own depth.
    loop {
        let inner = match node.kind() {
            "scoped_type_identifier" => node.child_by_field_name("name"),
            "generic_type" | "reference_type" | "pointer_type" => node.child_by_field_name("type"),
            "type_identifier" | "primitive_type" => return collector.text_of(node),
            "dynamic_type" | "abstract_type" => node.child_by_field_name("trait"),
            _ => None,
        };
        let Some(inner) = inner else { return "" };
        node = inner;
    }
}

/// The names that a `pub use` makes.
fn reexports(
    collector: &mut Collector<'_>,
    tree: Node<'_>,
    before: &str,
    prefix: &str,
    depth: usize,
) {
    if depth > MAX_USE {
        return;
    }
    let join = |path: &str| {
        if prefix.is_empty() {
            path.to_owned()
        } else {
            format!("{prefix}::{path}")
        }
    };
    match tree.kind() {
        "scoped_use_list" => {
            let path = join(collector.field(tree, "path"));
            if let Some(list) = tree.child_by_field_name("list") {
                reexports(collector, list, before, &path, depth + 1);
            }
        }
        "use_list" => {
            for child in children(tree) {
                reexports(collector, child, before, prefix, depth + 1);
            }
        }
        "use_as_clause" | "use_wildcard" | "identifier" | "scoped_identifier" | "self" => {
            let path = join(collector.text_of(tree));
            let name = path.rsplit(" as ").next().unwrap_or_default();
            let name = name
                .trim_end_matches("::self")
                .rsplit("::")
                .next()
                .unwrap_or_default();
            collector.add(
                tree,
                name.trim(),
                "export",
                true,
                &format!("{before} {path}"),
            );
        }
        _ => {}
    }
}
