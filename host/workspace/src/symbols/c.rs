//! Declarations in C and C++.

use super::collect::{Collector, children};
use tree_sitter::Node;

const STOPS: &[&str] = &[
    "body",
    "field_initializer_list",
    "field_declaration_list",
    "enumerator_list",
    ";",
];
/// How deep a declarator is unwrapped.
const MAX_DECLARATOR: usize = 32;

pub(super) fn walk(collector: &mut Collector<'_>, root: Node<'_>) {
    list(
        collector,
        root,
        Owner {
            seen: true,
            class: "",
            in_class: false,
        },
    );
}

/// What declarations stand in.
#[derive(Clone, Copy)]
struct Owner<'n> {
    /// Not private.
    seen: bool,
    /// The class's name; empty outside one, and for one without a name.
    class: &'n str,
    in_class: bool,
}

fn list(collector: &mut Collector<'_>, node: Node<'_>, mut owner: Owner<'_>) {
    for child in children(node) {
        if child.kind() == "access_specifier" {
            owner.seen = collector.text_of(child) != "private";
        } else {
            declaration(collector, child, child, owner);
        }
    }
}

/// `whole` is the template around the declaration, or the declaration.
fn declaration(collector: &mut Collector<'_>, node: Node<'_>, whole: Node<'_>, owner: Owner<'_>) {
    match node.kind() {
        "preproc_def" | "preproc_function_def" => {
            let name = collector.field(node, "name");
            let signature = format!(
                "#define {name}{} {}",
                collector.field(node, "parameters"),
                collector.field(node, "value")
            );
            collector.add(
                node,
                name,
                "macro",
                true,
                &signature.replace("\\\n", " ").replace("\\\r\n", " "),
            );
        }
        "namespace_definition" => {
            let name: String = collector.field(node, "name").split_whitespace().collect();
            let Some(body) = node.child_by_field_name("body") else {
                return;
            };
            if name.is_empty() {
                // Only this file sees what is in it.
                collector.deeper(|inner| {
                    list(
                        inner,
                        body,
                        Owner {
                            seen: false,
                            ..owner
                        },
                    )
                });
            } else {
                collector.add(node, &name, "namespace", true, &format!("namespace {name}"));
                collector.inside(&name, |inner| list(inner, body, owner));
            }
        }
        "struct_specifier" | "union_specifier" | "class_specifier" | "enum_specifier" => {
            specifier(collector, node, whole, "", owner);
        }
        "type_definition" => type_definition(collector, node, owner),
        "alias_declaration" | "concept_definition" => {
            let name = collector.field(node, "name");
            collector.add(whole, name, "type", owner.seen, text(collector, whole));
        }
        "function_definition" => {
            if let Some(declarator) = node.child_by_field_name("declarator") {
                declared(collector, node, whole, whole, declarator, owner);
            }
        }
        "declaration" | "field_declaration" => {
            if let Some(inner) = node.child_by_field_name("type") {
                specifier(collector, inner, inner, "", owner);
            }
            let mut cursor = node.walk();
            let declarators: Vec<_> = node
                .children_by_field_name("declarator", &mut cursor)
                .collect();
            for &declarator in &declarators {
                let place = if declarators.len() == 1 {
                    whole
                } else {
                    declarator
                };
                declared(collector, node, whole, place, declarator, owner);
            }
        }
        "template_declaration" => {
            for inner in children(node) {
                collector.deeper(|collector| declaration(collector, inner, whole, owner));
            }
        }
        "linkage_specification" => match node.child_by_field_name("body") {
            Some(body) if body.kind() == "declaration_list" => {
                collector.deeper(|inner| list(inner, body, owner));
            }
            Some(body) => collector.deeper(|inner| declaration(inner, body, whole, owner)),
            None => {}
        },
        "preproc_if" | "preproc_ifdef" | "preproc_else" | "preproc_elif" | "preproc_elifdef"
        | "ERROR" => collector.deeper(|inner| list(inner, node, owner)),
        _ => {}
    }
}

fn text<'t>(collector: &Collector<'t>, node: Node<'_>) -> &'t str {
    collector.head(node, &["attribute_declaration", "comment"], STOPS)
}

/// A class, struct, union or enum with a body; without one nothing is declared.
/// `other` is the name that a `typedef` gives one that has none of its own.
fn specifier(
    collector: &mut Collector<'_>,
    node: Node<'_>,
    whole: Node<'_>,
    other: &str,
    owner: Owner<'_>,
) {
    let Some(body) = node.child_by_field_name("body") else {
        return;
    };
    let (kind, seen) = match node.kind() {
        "struct_specifier" | "union_specifier" => ("struct", true),
        "class_specifier" => ("class", false),
        "enum_specifier" => ("enum", true),
        _ => return,
    };
    let named = node.child_by_field_name("name");
    // `hash<int>` specialises `hash`.
    let name = named
        .and_then(|name| name.child_by_field_name("name"))
        .or(named)
        .map_or(other, |name| collector.text_of(name));
    // The head of a template includes its parameters.
    let head = collector
        .text
        .get(whole.start_byte()..body.start_byte())
        .unwrap_or_default();
    if named.is_some() {
        collector.add(whole, name, kind, owner.seen, head);
    }
    let walk = |inner: &mut Collector<'_>| {
        if kind == "enum" {
            for member in children(body) {
                if member.kind() == "enumerator" {
                    let signature = format!("{name} {}", inner.text_of(member));
                    inner.add(
                        member,
                        inner.field(member, "name"),
                        "enum-member",
                        owner.seen,
                        &signature,
                    );
                }
            }
        } else {
            list(
                inner,
                body,
                Owner {
                    seen,
                    class: name,
                    in_class: true,
                },
            );
        }
    };
    if name.is_empty() {
        collector.deeper(walk);
    } else {
        collector.inside(name, walk);
    }
}

fn type_definition(collector: &mut Collector<'_>, node: Node<'_>, owner: Owner<'_>) {
    let mut cursor = node.walk();
    let declarators: Vec<_> = node
        .children_by_field_name("declarator", &mut cursor)
        .collect();
    let names: Vec<_> = declarators.iter().filter_map(|&one| unwrap(one)).collect();
    let mut head = collector.text_of(node).to_owned();
    if let Some(inner) = node.child_by_field_name("type") {
        let other = names
            .first()
            .map_or("", |name| collector.text_of(name.node));
        specifier(collector, inner, inner, other, owner);
        if let Some(body) = inner.child_by_field_name("body") {
            let before = collector
                .text
                .get(node.start_byte()..body.start_byte())
                .unwrap_or_default();
            let after = collector
                .text
                .get(body.end_byte()..node.end_byte())
                .unwrap_or_default();
            head = format!("{before} {after}");
        }
    }
    for name in names {
        collector.add(
            node,
            collector.text_of(name.node),
            "type",
            owner.seen,
            &head,
        );
    }
}

/// What a declarator declares.
struct Declared<'t> {
    node: Node<'t>,
    function: bool,
    /// The outermost scope of a qualified name to the last, as written.
    scopes: Vec<Node<'t>>,
}

fn unwrap(mut node: Node<'_>) -> Option<Declared<'_>> {
    let mut function = false;
    let mut scopes = Vec::new();
    for _ in 0..MAX_DECLARATOR {
        node = match node.kind() {
            "identifier" | "field_identifier" | "type_identifier" | "destructor_name" => {
                return Some(Declared {
                    node,
                    function,
                    scopes,
                });
            }
            "qualified_identifier" => {
                scopes.extend(node.child_by_field_name("scope"));
                node.child_by_field_name("name")?
            }
            "template_function" | "template_method" => node.child_by_field_name("name")?,
            "function_declarator" => {
                // `int (*callback)(int)` declares no function.
                function = node
                    .child_by_field_name("declarator")
                    .is_some_and(|inner| inner.kind() != "parenthesized_declarator");
                node.child_by_field_name("declarator")?
            }
            "parenthesized_declarator" | "reference_declarator" | "attributed_declarator" => node
                .child_by_field_name("declarator")
                .or_else(|| node.named_child(0))?,
            // Operators have no name that could be misspelt.
            "operator_name" | "operator_cast" => return None,
            _ => node.child_by_field_name("declarator")?,
        };
    }
    None
}

/// Adds what one declarator of a declaration declares.
fn declared(
    collector: &mut Collector<'_>,
    node: Node<'_>,
    whole: Node<'_>,
    place: Node<'_>,
    declarator: Node<'_>,
    owner: Owner<'_>,
) {
    let Some(found) = unwrap(declarator) else {
        return;
    };
    let name = collector.text_of(found.node);
    // Between the two may stand a body.
    let mut separator = "";
    let mut before = collector
        .text
        .get(whole.start_byte()..declarator.start_byte())
        .unwrap_or_default();
    if let Some(body) = node
        .child_by_field_name("type")
        .and_then(|inner| inner.child_by_field_name("body"))
    {
        before = collector
            .text
            .get(whole.start_byte()..body.start_byte())
            .unwrap_or_default();
        separator = " ";
    }
    // A definition inside another declarator list has only its own part.
    let own = if declarator.kind() == "init_declarator" {
        collector.field(declarator, "declarator")
    } else {
        collector.text_of(declarator)
    };
    let first = node
        .child_by_field_name("declarator")
        .map_or(whole.start_byte(), |first| first.start_byte());
    let before = if first < declarator.start_byte() {
        collector
            .text
            .get(whole.start_byte()..first)
            .unwrap_or(before)
    } else {
        before
    };
    let gap = if before.ends_with(char::is_whitespace) {
        ""
    } else {
        separator
    };
    let signature = format!("{before}{gap}{own}");
    let words: Vec<&str> = before.split_whitespace().collect();
    let scope: Vec<&str> = found
        .scopes
        .iter()
        .map(|scope| collector.text_of(*scope))
        .collect();
    let class = scope.last().copied().unwrap_or(owner.class);
    let kind = if found.function {
        let same = !class.is_empty() && class.split('<').next() == Some(name);
        match owner.in_class || !scope.is_empty() {
            true if same => "constructor",
            true => "method",
            false => "function",
        }
    } else if owner.in_class {
        "field"
    } else if words
        .iter()
        .any(|word| matches!(*word, "const" | "constexpr" | "constinit"))
        && !own.starts_with('*')
    {
        "constant"
    } else {
        "variable"
    };
    // Outside a class, `static` keeps a name to its file.
    let seen = owner.seen && (owner.in_class || !words.contains(&"static"));
    if scope.is_empty() {
        collector.add(place, name, kind, seen, &signature);
    } else {
        collector.inside(&scope.join("::"), |inner| {
            inner.add(place, name, kind, seen, &signature)
        });
    }
}
