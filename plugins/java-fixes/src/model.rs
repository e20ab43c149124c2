//! What the diagnosed file declares, and where the caret points.

use crate::{Context, types};
use buildfix_fixer_support::tree::{File, Node};
use buildfix_sdk::Diagnostic;
use std::ops::Range;

/// Kinds of nodes that are methods.
pub(crate) const METHODS: [&str; 3] = [
    "method_declaration",
    "constructor_declaration",
    "compact_constructor_declaration",
];
/// Kinds of nodes that are types.
pub(crate) const TYPES: [&str; 5] = [
    "class_declaration",
    "interface_declaration",
    "enum_declaration",
    "record_declaration",
    "annotation_type_declaration",
];

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Local,
    Parameter,
    Field,
}

/// A variable of the file.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub role: Role,
    pub name: String,
    /// As written; empty where it is implied.
    pub ty: String,
    pub name_at: Range<usize>,
    pub ty_at: Range<usize>,
    /// The declaration with its modifiers and, for a local or field, its `;`.
    pub declaration: Range<usize>,
    /// The node in which the name can be seen.
    pub scope: Range<usize>,
}

/// Patterns with the role of what they find. `@scope` is where the name holds,
/// `@decl` all of the declaration.
const VARIABLES: [(Role, &str); 8] = [
    (
        Role::Local,
        "(_ (local_variable_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @name)) @decl) @scope",
    ),
    (
        Role::Field,
        "(_ [(field_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @name)) \
         (constant_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @name))] @decl) @scope",
    ),
    (
        Role::Parameter,
        "(_ parameters: (formal_parameters (formal_parameter type: (_) @type name: (identifier) @name) @decl)) @scope",
    ),
    (
        Role::Parameter,
        "(_ parameters: (formal_parameters (spread_parameter (_) @type (variable_declarator name: (identifier) @name)) @decl)) @scope",
    ),
    (
        Role::Parameter,
        "(lambda_expression parameters: [(identifier) @name (inferred_parameters (identifier) @name)] @decl) @scope",
    ),
    (
        Role::Local,
        "(enhanced_for_statement type: (_) @type name: (identifier) @name) @scope @decl",
    ),
    (
        Role::Local,
        "(catch_clause (catch_formal_parameter (catch_type) @type name: (identifier) @name) @decl) @scope",
    ),
    (
        Role::Local,
        "(try_with_resources_statement (resource_specification (resource type: (_) @type name: (identifier) @name) @decl)) @scope",
    ),
];

/// The variables that a file declares.
pub(crate) fn variables(file: &File<'_>) -> Vec<Variable> {
    let mut found = Vec::new();
    for (role, query) in VARIABLES {
        for one in file.matches(query).iter() {
            let (Some(name), Some(declaration), Some(scope)) =
                (one.get("name"), one.get("decl"), one.get("scope"))
            else {
                continue;
            };
            let ty = one.get("type");
            found.push(Variable {
                role,
                name: file.of(name).to_owned(),
                ty: ty.map_or(String::new(), |ty| types::squeezed(file.of(ty))),
                name_at: name.range.clone(),
                ty_at: ty.map_or(0..0, |ty| ty.range.clone()),
                declaration: declaration.range.clone(),
                scope: scope.range.clone(),
            });
        }
    }
    found
}

/// The variables that code at a byte can name, nearest declarations first.
pub(crate) fn visible(file: &File<'_>, at: usize) -> Vec<Variable> {
    let mut found: Vec<Variable> = variables(file)
        .into_iter()
        .filter(|v| v.scope.contains(&at))
        .filter(|v| v.role == Role::Field || v.name_at.start < at)
        // Not in its own initial value.
        .filter(|v| {
            v.role != Role::Local || !v.declaration.contains(&at) || v.scope == v.declaration
        })
        .collect();
    found.sort_by_key(|v| {
        (
            v.role == Role::Field,
            v.scope.len(),
            usize::MAX - v.name_at.start,
        )
    });
    found
}

/// The declaration of a name as seen from a byte.
pub(crate) fn variable(file: &File<'_>, at: usize, name: &str) -> Option<Variable> {
    visible(file, at).into_iter().find(|v| v.name == name)
}

/// A method or constructor of a file.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub node: Node,
    pub name: Range<usize>,
    /// With both parentheses.
    pub parameters: Range<usize>,
    /// Types as written, squeezed.
    pub parameter_types: Vec<String>,
    pub parameter_names: Vec<String>,
    /// None for constructors.
    pub returns: Option<Range<usize>>,
    pub body: Option<Range<usize>>,
    pub throws: Option<Range<usize>>,
    pub modifiers: Option<Range<usize>>,
}

/// The method that is this node.
pub(crate) fn method(file: &File<'_>, node: Node) -> Option<Method> {
    let part = |name: &str| file.field(&node, name).map(|n| n.range);
    let child = |kind: &str| file.children(&node, kind).first().map(|n| n.range.clone());
    let parameters = part("parameters").unwrap_or(node.range.start..node.range.start);
    let mut parameter_types = Vec::new();
    let mut parameter_names = Vec::new();
    for list in types::split(
        file.slice(parameters.clone())
            .trim_start_matches('(')
            .trim_end_matches(')'),
    ) {
        let (ty, name) = parameter(list);
        parameter_types.push(ty);
        parameter_names.push(name);
    }
    Some(Method {
        name: part("name")?,
        parameters,
        parameter_types,
        parameter_names,
        returns: part("type"),
        body: part("body"),
        throws: child("throws"),
        modifiers: child("modifiers"),
        node,
    })
}

/// Type and name of a parameter as written or as in a signature, where the
/// name may be missing.
pub(crate) fn parameter(written: &str) -> (String, String) {
    let plain = types::squeezed(written);
    let plain = plain.trim_start_matches("final ");
    let mut depth = 0usize;
    let mut cut = None;
    for (at, c) in plain.char_indices() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            ' ' if depth == 0 => cut = Some(at),
            _ => {}
        }
    }
    match cut {
        Some(at) => (plain[..at].trim().to_owned(), plain[at + 1..].to_owned()),
        None => (plain.to_owned(), String::new()),
    }
}

/// All methods of a file.
pub(crate) fn methods(file: &File<'_>) -> Vec<Method> {
    METHODS[..2]
        .iter()
        .flat_map(|kind| file.all(kind))
        .filter_map(|node| method(file, node))
        .collect()
}

/// The expression whose place javac names by this byte: for a call its `(`, for
/// an operation its operator, else where it begins.
pub(crate) fn expression_at(file: &File<'_>, at: usize) -> Option<Node> {
    let mut around = file.around(at..at + 1).into_iter();
    let first = around.next()?;
    match first.kind.as_str() {
        "argument_list" => around.next(),
        // `new X()`, `new int[1]` begin with `new`, a literal may be inside.
        _ => Some(first),
    }
}

/// Whether an operator can stand before an expression without parentheses.
pub(crate) fn is_tight(node: &Node) -> bool {
    !matches!(
        node.kind.as_str(),
        "binary_expression"
            | "ternary_expression"
            | "assignment_expression"
            | "lambda_expression"
            | "instanceof_expression"
            | "switch_expression"
            | "cast_expression"
            | "unary_expression"
            | "update_expression"
    )
}

/// The parent of a node.
pub(crate) fn parent(file: &File<'_>, node: &Node) -> Option<Node> {
    let around = file.around(node.range.clone());
    let at = around
        .iter()
        .rposition(|n| n.range == node.range && n.kind == node.kind)?;
    around.get(at + 1).cloned()
}

impl Context<'_> {
    /// Where javac's caret stands.
    pub(crate) fn caret(&self, diagnostic: &Diagnostic) -> usize {
        diagnostic.span.start as usize
    }

    /// The name that the caret stands at or, for a qualified one, before.
    pub(crate) fn name_at(&self, diagnostic: &Diagnostic) -> Range<usize> {
        let text = self.file.text();
        let mut at = self.caret(diagnostic);
        let rest = |at: usize| text.get(at..).unwrap_or_default();
        if rest(at).starts_with("::") {
            at += 2;
        } else if rest(at).starts_with(['.', '@']) {
            at += 1;
        }
        at += rest(at).len() - rest(at).trim_start().len();
        self.file.word(at)
    }

    /// The type declarations around a byte, innermost first.
    pub(crate) fn types_around(&self, at: usize) -> Vec<Node> {
        let mut around = self.file.around(at..at);
        around.retain(|node| TYPES.contains(&node.kind.as_str()));
        around
    }

    /// The method around a byte.
    pub(crate) fn method_at(&self, at: usize) -> Option<Method> {
        let node = self.file.enclosing(at..at, &METHODS)?;
        method(&self.file, node)
    }

    /// The name of a declaration.
    pub(crate) fn declared_name(&self, node: &Node) -> String {
        let name = self.file.field(node, "name");
        name.map_or(String::new(), |n| self.file.of(&n).to_owned())
    }
}
