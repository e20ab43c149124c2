//! Declarations and exports in TypeScript and JavaScript.

use super::collect::{Collector, children};
use std::collections::HashSet;
use tree_sitter::Node;

const DECORATORS: &[&str] = &["decorator", "comment"];
const STOPS: &[&str] = &["body", ";"];
/// The longest initial value that a variable's signature shows, in bytes.
const MAX_VALUE: usize = 80;
/// How deep a destructuring pattern is looked into.
const MAX_PATTERN: usize = 16;

pub(super) fn walk(collector: &mut Collector<'_>, root: Node<'_>) {
    let context = Context {
        exported: false,
        outer: None,
    };
    list(collector, root, context);
    export_by_list(collector, root);
}

#[derive(Clone, Copy)]
struct Context<'t> {
    exported: bool,
    /// The `export` or `declare` statement around a declaration, which its
    /// range and signature include.
    outer: Option<Node<'t>>,
}

fn list<'t>(collector: &mut Collector<'_>, node: Node<'t>, context: Context<'t>) {
    for child in children(node) {
        statement(collector, child, context);
    }
}

fn statement<'t>(collector: &mut Collector<'_>, node: Node<'t>, context: Context<'t>) {
    match node.kind() {
        "export_statement" => export(collector, node, context),
        "ambient_declaration" => {
            let context = Context {
                outer: context.outer.or(Some(node)),
                ..context
            };
            for child in children(node) {
                if child.kind() == "statement_block" {
                    let inside = Context {
                        exported: true,
                        outer: None,
                    };
                    collector.deeper(|inner| list(inner, child, inside));
                } else {
                    collector.deeper(|inner| statement(inner, child, context));
                }
            }
        }
        "class_declaration" | "abstract_class_declaration" | "class" => {
            declare(collector, node, "class", context);
            body(collector, node, |inner, member| class_member(inner, member));
        }
        "interface_declaration" => {
            declare(collector, node, "interface", context);
            body(collector, node, |inner, member| {
                signature_member(inner, member)
            });
        }
        "enum_declaration" => {
            declare(collector, node, "enum", context);
            body(collector, node, |inner, member| enum_member(inner, member));
        }
        "type_alias_declaration" => type_alias(collector, node, context),
        "function_declaration"
        | "generator_function_declaration"
        | "function_signature"
        | "function_expression" => declare(collector, node, "function", context),
        "lexical_declaration" | "variable_declaration" => variables(collector, node, context),
        "internal_module" | "module" => module(collector, node, context),
        "expression_statement" | "ERROR" => {
            collector.deeper(|inner| {
                list(
                    inner,
                    node,
                    Context {
                        outer: None,
                        ..context
                    },
                )
            });
        }
        "assignment_expression" => common_js(collector, node),
        _ => {}
    }
}

/// Adds a declaration by its `name` field, with what stands around it.
fn declare<'t>(
    collector: &mut Collector<'_>,
    node: Node<'t>,
    kind: &'static str,
    context: Context<'t>,
) {
    let name = collector.field(node, "name");
    let signature = format!(
        "{}{}",
        before(collector, node, context),
        collector.head(node, DECORATORS, STOPS)
    );
    collector.add(
        context.outer.unwrap_or(node),
        name,
        kind,
        context.exported,
        &signature,
    );
}

/// `export default ` and the like, if the declaration has it.
fn before<'t>(collector: &Collector<'t>, node: Node<'_>, context: Context<'_>) -> &'t str {
    let Some(outer) = context.outer else {
        return "";
    };
    let whole = collector.head(outer, DECORATORS, &[]);
    let length = whole
        .len()
        .saturating_sub(outer.end_byte() - node.start_byte());
    whole.get(..length).unwrap_or_default()
}

fn body<'t>(
    collector: &mut Collector<'_>,
    node: Node<'t>,
    member: impl Fn(&mut Collector<'_>, Node<'t>),
) {
    let name = collector.field(node, "name").to_owned();
    let Some(body) = node.child_by_field_name("body") else {
        return;
    };
    collector.inside(&name, |inner| {
        for child in children(body) {
            member(inner, child);
        }
    });
}

fn class_member(collector: &mut Collector<'_>, node: Node<'_>) {
    let name = property_name(collector, node);
    let head = collector.head(node, DECORATORS, &["body", "value", ";"]);
    let hidden = name.starts_with('#') || modifier(collector, node) == "private";
    match node.kind() {
        "public_field_definition" | "field_definition" => {
            let name = if name.is_empty() {
                collector.field(node, "property")
            } else {
                name
            };
            collector.add(node, name, "property", !hidden, head);
        }
        "method_definition" | "method_signature" | "abstract_method_signature" => {
            let words: Vec<&str> = head
                .split(name)
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            let kind = if name == "constructor" {
                "constructor"
            } else if words.iter().any(|word| matches!(*word, "get" | "set")) {
                "property"
            } else {
                "method"
            };
            collector.add(node, name, kind, !hidden, head);
            if kind == "constructor" {
                parameter_properties(collector, node);
            }
        }
        _ => {}
    }
}

/// `constructor(private x: number)` declares a property.
fn parameter_properties(collector: &mut Collector<'_>, constructor: Node<'_>) {
    let Some(parameters) = constructor.child_by_field_name("parameters") else {
        return;
    };
    for parameter in children(parameters) {
        let head = collector.head(parameter, DECORATORS, &["value", "="]);
        let access = modifier(collector, parameter);
        if !access.is_empty() || head.starts_with("readonly ") {
            let name = collector.field(parameter, "pattern");
            collector.add(parameter, name, "property", access != "private", head);
        }
    }
}

fn modifier<'t>(collector: &Collector<'t>, node: Node<'_>) -> &'t str {
    children(node)
        .into_iter()
        .find(|child| child.kind() == "accessibility_modifier")
        .map_or("", |child| collector.text_of(child))
}

fn property_name<'t>(collector: &Collector<'t>, node: Node<'_>) -> &'t str {
    collector.field(node, "name").trim_matches(['"', '\''])
}

/// A member of an interface or of an object type.
fn signature_member(collector: &mut Collector<'_>, node: Node<'_>) {
    let kind = match node.kind() {
        "property_signature" => "property",
        "method_signature" => "method",
        "construct_signature" => "constructor",
        _ => return,
    };
    let name = if kind == "constructor" {
        "new"
    } else {
        property_name(collector, node)
    };
    collector.add(node, name, kind, true, collector.text_of(node));
}

fn enum_member(collector: &mut Collector<'_>, node: Node<'_>) {
    let name = match node.kind() {
        "enum_assignment" => property_name(collector, node),
        "property_identifier" | "string" => collector.text_of(node).trim_matches(['"', '\'']),
        _ => return,
    };
    collector.add(node, name, "enum-member", true, collector.text_of(node));
}

fn type_alias<'t>(collector: &mut Collector<'_>, node: Node<'t>, context: Context<'t>) {
    let name = collector.field(node, "name");
    let signature = format!(
        "{}{}",
        before(collector, node, context),
        collector.text_of(node)
    );
    collector.add(
        context.outer.unwrap_or(node),
        name,
        "type",
        context.exported,
        &signature,
    );
    let Some(value) = node.child_by_field_name("value") else {
        return;
    };
    if value.kind() == "object_type" {
        collector.inside(name, |inner| {
            for member in children(value) {
                signature_member(inner, member);
            }
        });
    }
}

fn variables<'t>(collector: &mut Collector<'_>, node: Node<'t>, context: Context<'t>) {
    let word = node.child(0).map_or("", |first| collector.text_of(first));
    let kind = if word == "const" {
        "constant"
    } else {
        "variable"
    };
    let declarators: Vec<_> = children(node)
        .into_iter()
        .filter(|child| child.kind() == "variable_declarator")
        .collect();
    for &declarator in &declarators {
        let Some(pattern) = declarator.child_by_field_name("name") else {
            continue;
        };
        let place = if declarators.len() == 1 {
            context.outer.unwrap_or(node)
        } else {
            declarator
        };
        let prefix = before(collector, node, context);
        if pattern.kind() == "identifier" {
            let name = collector.text_of(pattern);
            let signature = format!("{prefix}{word} {}", variable_head(collector, declarator));
            collector.add(place, name, kind, context.exported, &signature);
            if let Some(value) = declarator.child_by_field_name("value") {
                object_members(collector, name, value);
            }
        } else {
            let mut names = Vec::new();
            bound_names(pattern, &mut names, 0);
            for name in names {
                let text = collector.text_of(name);
                collector.add(
                    place,
                    text,
                    kind,
                    context.exported,
                    &format!("{prefix}{word} {text}"),
                );
            }
        }
    }
}

/// Name, type, and the value's head or, if it is short, the value.
fn variable_head<'t>(collector: &Collector<'t>, declarator: Node<'_>) -> &'t str {
    let start = declarator.start_byte();
    let Some(value) = declarator.child_by_field_name("value") else {
        return collector.text_of(declarator);
    };
    let end = match value.kind() {
        "arrow_function" | "function_expression" | "generator_function" => value
            .child_by_field_name("body")
            .map_or(value.end_byte(), |body| body.start_byte()),
        _ if value.end_byte() - value.start_byte() <= MAX_VALUE => value.end_byte(),
        _ => value.start_byte(),
    };
    collector.text.get(start..end).unwrap_or_default()
}

/// The names that a destructuring pattern binds.
fn bound_names<'t>(pattern: Node<'t>, names: &mut Vec<Node<'t>>, depth: usize) {
    match pattern.kind() {
        "identifier" | "shorthand_property_identifier_pattern" => names.push(pattern),
        "pair_pattern" => {
            if let Some(value) = pattern.child_by_field_name("value") {
                bound_names(value, names, depth + 1);
            }
        }
        "assignment_pattern" | "object_assignment_pattern" => {
            if let Some(left) = pattern.child_by_field_name("left") {
                bound_names(left, names, depth + 1);
            }
        }
        "object_pattern" | "array_pattern" | "rest_pattern" if depth < MAX_PATTERN => {
            for child in children(pattern) {
                bound_names(child, names, depth + 1);
            }
        }
        _ => {}
    }
}

/// `const api = { get() {…}, name: … }`: what can be asked of `api`.
fn object_members(collector: &mut Collector<'_>, name: &str, value: Node<'_>) {
    let value = match value.kind() {
        "as_expression" | "satisfies_expression" => value.named_child(0).unwrap_or(value),
        _ => value,
    };
    if value.kind() != "object" {
        return;
    }
    collector.inside(name, |inner| {
        for member in children(value) {
            let (name, kind) = match member.kind() {
                "method_definition" => (property_name(inner, member), "method"),
                "pair" => (
                    inner.field(member, "key").trim_matches(['"', '\'']),
                    "property",
                ),
                "shorthand_property_identifier" => (inner.text_of(member), "property"),
                _ => continue,
            };
            let head = inner.head(member, DECORATORS, &["body", "value"]);
            inner.add(
                member,
                name,
                kind,
                true,
                head.trim_end().trim_end_matches(':'),
            );
        }
    });
}

fn module<'t>(collector: &mut Collector<'_>, node: Node<'t>, context: Context<'t>) {
    let quoted = collector.field(node, "name");
    let name = quoted.trim_matches(['"', '\'']);
    let kind = if name.len() == quoted.len() {
        "namespace"
    } else {
        "module"
    };
    let signature = format!(
        "{}{}",
        before(collector, node, context),
        collector.head(node, DECORATORS, STOPS)
    );
    collector.add(
        context.outer.unwrap_or(node),
        name,
        kind,
        context.exported || kind == "module",
        &signature,
    );
    if let Some(body) = node.child_by_field_name("body") {
        let ambient = context
            .outer
            .is_some_and(|outer| outer.kind() == "ambient_declaration");
        collector.inside(name, |inner| {
            list(
                inner,
                body,
                Context {
                    exported: ambient,
                    outer: None,
                },
            )
        });
    }
}

fn export<'t>(collector: &mut Collector<'_>, node: Node<'t>, context: Context<'t>) {
    let inside = Context {
        exported: true,
        outer: context.outer.or(Some(node)),
    };
    if let Some(declaration) = node.child_by_field_name("declaration") {
        let mut name = declaration.child_by_field_name("name");
        if declaration.kind() == "lexical_declaration"
            || declaration.kind() == "ambient_declaration"
        {
            name = Some(declaration);
        }
        if name.is_some() || declaration.kind() == "variable_declaration" {
            collector.deeper(|inner| statement(inner, declaration, inside));
        } else {
            collector.add(
                node,
                "default",
                "export",
                true,
                collector.head(node, DECORATORS, STOPS),
            );
        }
        return;
    }
    let head = collector.head(node, DECORATORS, &[";"]);
    if let Some(value) = node.child_by_field_name("value") {
        let named = value.child_by_field_name("name").is_some();
        match value.kind() {
            "class" | "function_expression" if named => statement(collector, value, inside),
            _ => collector.add(node, "default", "export", true, head),
        }
        return;
    }
    let from = node.child_by_field_name("source");
    let mut listed = false;
    for child in children(node) {
        match child.kind() {
            "export_clause" => {
                listed = true;
                specifiers(collector, node, child, from);
            }
            "namespace_export" => {
                listed = true;
                let name = child
                    .named_child(0)
                    .map_or("", |name| collector.text_of(name));
                collector.add(node, name, "export", true, head);
            }
            _ => {}
        }
    }
    if !listed && from.is_some() {
        collector.add(node, "*", "export", true, head);
    } else if !listed && head.contains('=') {
        collector.add(node, "export=", "export", true, head);
    }
}

/// `export { a as b }` with or without `from`. Without, an `a` that keeps its
/// name is found by [`export_by_list`] instead.
fn specifiers(
    collector: &mut Collector<'_>,
    node: Node<'_>,
    clause: Node<'_>,
    from: Option<Node<'_>>,
) {
    for specifier in children(clause) {
        if specifier.kind() != "export_specifier" {
            continue;
        }
        let alias = collector.field(specifier, "alias");
        let name = if alias.is_empty() {
            collector.field(specifier, "name")
        } else {
            alias
        };
        if alias.is_empty() && from.is_none() && collector.container().is_empty() {
            continue;
        }
        let one = collector.text_of(specifier);
        let tail = from.map_or(String::new(), |from| {
            format!(" from {}", collector.text_of(from))
        });
        let word = if collector.text_of(node).starts_with("export type") {
            "export type"
        } else {
            "export"
        };
        collector.add(
            node,
            name,
            "export",
            true,
            &format!("{word} {{ {one} }}{tail}"),
        );
    }
}

/// Marks what `export { a }` names as exported; an `a` that the file imported
/// is a re-export.
fn export_by_list(collector: &mut Collector<'_>, root: Node<'_>) {
    let mut names = Vec::new();
    for node in children(root) {
        if node.kind() != "export_statement" || node.child_by_field_name("source").is_some() {
            continue;
        }
        for clause in children(node)
            .into_iter()
            .filter(|child| child.kind() == "export_clause")
        {
            for specifier in children(clause) {
                if specifier.child_by_field_name("alias").is_none() {
                    names.push((collector.field(specifier, "name"), specifier));
                }
            }
        }
    }
    if names.is_empty() {
        return;
    }
    let listed: HashSet<&str> = names.iter().map(|(name, _)| *name).collect();
    let mut declared = HashSet::new();
    for decl in &mut collector.decls {
        if decl.container.is_empty() && listed.contains(&*decl.name) {
            decl.exported = true;
            declared.insert(decl.name.clone());
        }
    }
    for (name, specifier) in names {
        if !declared.contains(name) {
            collector.add(
                specifier,
                name,
                "export",
                true,
                &format!("export {{ {name} }}"),
            );
        }
    }
}

/// `module.exports = { a, b }`, `exports.a = …`.
fn common_js(collector: &mut Collector<'_>, node: Node<'_>) {
    let left = collector.field(node, "left");
    let Some(right) = node.child_by_field_name("right") else {
        return;
    };
    if left == "module.exports" && right.kind() == "object" {
        for member in children(right) {
            let name = match member.kind() {
                "shorthand_property_identifier" => collector.text_of(member),
                "pair" => collector.field(member, "key"),
                "method_definition" => collector.field(member, "name"),
                _ => continue,
            };
            collector.add(
                member,
                name,
                "export",
                true,
                &format!("module.exports.{name}"),
            );
        }
    } else if let Some(name) = left
        .strip_prefix("module.exports.")
        .or_else(|| left.strip_prefix("exports."))
    {
        collector.add(node, name, "export", true, left);
    }
}
