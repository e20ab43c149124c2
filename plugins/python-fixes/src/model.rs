//! What the diagnosed file says around an error.

use crate::Context;
use buildfix_fixer_support::tree::{File, Node};
use buildfix_sdk::Diagnostic;
use std::ops::Range;

/// A function of a file.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub node: Node,
    pub name: Range<usize>,
    /// With both parentheses.
    pub list: Range<usize>,
    pub parameters: Vec<Parameter>,
    pub returns: Option<Range<usize>>,
    pub body: Range<usize>,
    /// The name of the class whose method it is.
    pub class: Option<String>,
    pub is_async: bool,
    pub decorators: String,
}

/// A parameter of a function.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    /// Without stars.
    pub name: String,
    pub stars: usize,
    pub name_at: Range<usize>,
    pub ty: Option<Range<usize>>,
    pub default: Option<Range<usize>>,
}

/// The parts between commas outside brackets and quotes, with their ranges.
pub(crate) fn split(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0usize, 0);
    let mut quote = None;
    let mut push = |from: usize, to: usize| {
        let part = &text[from..to];
        let start = from + part.len() - part.trim_start().len();
        let end = from + part.trim_end().len();
        if start < end {
            parts.push(start..end);
        }
    };
    for (at, c) in text.char_indices() {
        match c {
            _ if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '"' | '\'' => quote = Some(c),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                push(from, at);
                from = at + 1;
            }
            _ => {}
        }
    }
    push(from, text.len());
    parts
}

/// The same, as texts.
pub(crate) fn parts(text: &str) -> Vec<&str> {
    split(text).into_iter().map(|part| &text[part]).collect()
}

/// Where a character stands outside brackets and quotes.
fn top_level(text: &str, wanted: char) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match c {
            _ if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '"' | '\'' => quote = Some(c),
            _ if c == wanted && depth == 0 => return Some(at),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// The members of a union, `None` as `None`.
pub(crate) fn union(ty: &str) -> Vec<&str> {
    let mut rest = ty;
    let mut found = Vec::new();
    while let Some(at) = top_level(rest, '|') {
        found.push(rest[..at].trim());
        rest = &rest[at + 1..];
    }
    found.push(rest.trim());
    found
}

/// A type without `None` as one of its alternatives, if it has it.
pub(crate) fn without_none(ty: &str) -> Option<String> {
    let all = union(ty);
    let kept: Vec<&str> = all.iter().copied().filter(|t| *t != "None").collect();
    (kept.len() < all.len() && !kept.is_empty()).then(|| kept.join(" | "))
}

/// The parameters of a written list, without its parentheses; ranges count
/// from `base`.
pub(crate) fn parameters(list: &str, base: usize) -> Vec<Parameter> {
    let mut found = Vec::new();
    for part in split(list) {
        let text = &list[part.clone()];
        let stars = text.len() - text.trim_start_matches('*').len();
        let rest = &text[stars..];
        let default = top_level(rest, '=');
        let head = &rest[..default.unwrap_or(rest.len())];
        let colon = top_level(head, ':');
        let name = head[..colon.unwrap_or(head.len())].trim();
        let start = base + part.start;
        let name_at = start + stars..start + stars + name.len();
        let trimmed = |from: usize, to: usize| {
            let inner = &rest[from..to];
            let lead = inner.len() - inner.trim_start().len();
            let at = start + stars + from + lead;
            at..at + inner.trim().len()
        };
        found.push(Parameter {
            name: name.to_owned(),
            stars,
            name_at,
            ty: colon.map(|at| trimmed(at + 1, head.len())),
            default: default.map(|at| trimmed(at + 1, rest.len())),
        });
    }
    found
}

/// The function that is this node.
pub(crate) fn function(file: &File<'_>, node: Node) -> Option<Function> {
    let part = |name: &str| file.field(&node, name).map(|n| n.range);
    let list = part("parameters")?;
    let inner = list.start + 1..list.end.saturating_sub(1).max(list.start + 1);
    let around = file.around(node.range.clone());
    let own = around
        .iter()
        .position(|n| n.range == node.range && n.kind == node.kind)?;
    let mut outer = around[own + 1..].iter();
    let mut decorators = String::new();
    let mut next = outer.next();
    if let Some(decorated) = next.filter(|n| n.kind == "decorated_definition") {
        file.slice(decorated.range.start..node.range.start)
            .clone_into(&mut decorators);
        next = outer.next();
    }
    let in_class = next.is_some_and(|n| n.kind == "block");
    let class = outer
        .next()
        .filter(|n| in_class && n.kind == "class_definition")
        .and_then(|n| file.field(n, "name"))
        .map(|n| file.of(&n).to_owned());
    Some(Function {
        name: part("name")?,
        parameters: parameters(file.slice(inner.clone()), inner.start),
        list,
        returns: part("return_type"),
        body: part("body")?,
        class,
        is_async: file.of(&node).starts_with("async"),
        decorators,
        node,
    })
}

/// The function around a place, or that begins there.
pub(crate) fn function_at(file: &File<'_>, at: usize) -> Option<Function> {
    let node = file.enclosing(at..at + 1, &["function_definition"]);
    if let Some(node) = node {
        return function(file, node);
    }
    // mypy's place of a decorated function is its first decorator.
    let decorated = file.enclosing(at..at + 1, &["decorated_definition"])?;
    let inner = file.field(&decorated, "definition")?;
    (inner.kind == "function_definition").then(|| function(file, inner))?
}

/// All functions of a file.
pub(crate) fn functions(file: &File<'_>) -> Vec<Function> {
    file.all("function_definition")
        .into_iter()
        .filter_map(|node| function(file, node))
        .collect()
}

/// A name that is bound in a function or module.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    pub name: String,
    pub at: Range<usize>,
    /// As annotated.
    pub ty: Option<String>,
    pub value: Option<Node>,
}

/// The single names that assignments in a range bind, in order.
pub(crate) fn bindings(file: &File<'_>, within: &Range<usize>) -> Vec<Binding> {
    let mut found = Vec::new();
    for one in file
        .matches("(assignment left: (identifier) @name) @whole")
        .iter()
    {
        let (Some(name), Some(whole)) = (one.get("name"), one.get("whole")) else {
            continue;
        };
        if !within.contains(&whole.range.start) {
            continue;
        }
        found.push(Binding {
            name: file.of(name).to_owned(),
            at: name.range.clone(),
            ty: file.field(whole, "type").map(|t| file.of(&t).to_owned()),
            value: file.field(whole, "right"),
        });
    }
    found
}

/// Every name that code at a byte could mean, as far as the file tells.
pub(crate) fn visible(file: &File<'_>, at: usize) -> Vec<String> {
    let mut found = Vec::new();
    let around = file.around(at..at + 1);
    let functions: Vec<Function> = around
        .iter()
        .filter(|n| n.kind == "function_definition")
        .filter_map(|n| function(file, n.clone()))
        .collect();
    for function in &functions {
        found.extend(function.parameters.iter().map(|p| p.name.clone()));
    }
    const BINDERS: [&str; 9] = [
        "(assignment left: (_) @targets)",
        "(augmented_assignment left: (identifier) @targets)",
        "(for_statement left: (_) @targets)",
        "(for_in_clause left: (_) @targets)",
        "(as_pattern_target) @targets",
        "(named_expression name: (identifier) @targets)",
        "(function_definition name: (identifier) @targets)",
        "(class_definition name: (identifier) @targets)",
        "(lambda_parameters (identifier) @targets)",
    ];
    for query in BINDERS {
        for one in file.matches(query).iter() {
            let Some(targets) = one.get("targets") else {
                continue;
            };
            let home = file.enclosing(targets.range.clone(), &["function_definition"]);
            let home = match home {
                // A function's own name belongs to what is around it.
                Some(node)
                    if file
                        .field(&node, "name")
                        .is_some_and(|n| n.range == targets.range) =>
                {
                    let outside = node.range.start.saturating_sub(1);
                    file.enclosing(outside..outside + 1, &["function_definition"])
                        .filter(|outer| outer.range.contains(&node.range.start))
                }
                other => other,
            };
            let seen = home.is_none_or(|h| functions.iter().any(|f| f.node.range == h.range));
            if seen {
                let names = file
                    .of(targets)
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'));
                found.extend(names.filter(|n| !n.is_empty()).map(str::to_owned));
            }
        }
    }
    found.extend(crate::imports::bound(file));
    found.sort();
    found.dedup();
    found.retain(|name| !name.starts_with(|c: char| c.is_ascii_digit()));
    found
}

impl Context<'_> {
    /// The expression whose place a diagnostic names: the outermost that
    /// begins and ends there.
    pub(crate) fn expression(&self, diagnostic: &Diagnostic) -> Option<Node> {
        let span = self.span(diagnostic);
        if span.is_empty() {
            return None;
        }
        let around = self.file.around(span.clone());
        around
            .into_iter()
            .take_while(|n| n.range == span)
            .filter(|n| !matches!(n.kind.as_str(), "expression_statement" | "block" | "module"))
            .last()
    }

    /// The place of a word that a diagnostic names: inside its span, or else
    /// on its line.
    pub(crate) fn word(&self, diagnostic: &Diagnostic, word: &str) -> Option<Range<usize>> {
        let span = self.span(diagnostic);
        let line = self.file.line(span.start);
        let within = if span.is_empty() { line.clone() } else { span };
        whole_word(&self.file, word, within).or_else(|| whole_word(&self.file, word, line))
    }

    /// What kind of statement is around a place, innermost first.
    pub(crate) fn statement(&self, range: Range<usize>) -> Option<Node> {
        let around = self.file.around(range);
        let block = around
            .iter()
            .position(|n| matches!(n.kind.as_str(), "block" | "module"))?;
        around.get(block.checked_sub(1)?).cloned()
    }
}

/// The first place of a whole word in a range.
pub(crate) fn whole_word(file: &File<'_>, word: &str, range: Range<usize>) -> Option<Range<usize>> {
    let text = file.slice(range.clone());
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part))
        .map(|at| range.start + at..range.start + at + word.len())
}

/// Whether a node stands directly in one of a kind.
pub(crate) fn parent_is(file: &File<'_>, node: &Node, kind: &str) -> bool {
    let around = file.around(node.range.clone());
    let own = around.iter().rposition(|n| n.range == node.range);
    own.and_then(|at| around.get(at + 1))
        .is_some_and(|n| n.kind == kind)
}

/// What a message puts in double quotes, in order. Types may have quotes
/// inside; mypy never nests them.
pub(crate) fn quoted(message: &str) -> Vec<&str> {
    message.split('"').skip(1).step_by(2).collect()
}

/// Whether a call, index or attribute can follow an expression as it stands.
pub(crate) fn is_primary(node: &Node) -> bool {
    matches!(
        node.kind.as_str(),
        "identifier"
            | "attribute"
            | "call"
            | "subscript"
            | "string"
            | "parenthesized_expression"
            | "list"
            | "dictionary"
            | "tuple"
            | "set"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_parameter_lists() {
        let text = "self, a: int = 1, *args: str, b=(1, 2), **kw: dict[str, int]";
        let found = parameters(text, 0);
        let names: Vec<&str> = found.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["self", "a", "args", "b", "kw"]);
        assert_eq!(&text[found[1].ty.clone().unwrap()], "int");
        assert_eq!(&text[found[1].default.clone().unwrap()], "1");
        assert_eq!(
            (found[2].stars, &text[found[2].ty.clone().unwrap()]),
            (1, "str")
        );
        assert_eq!(&text[found[3].default.clone().unwrap()], "(1, 2)");
        assert_eq!(&text[found[4].ty.clone().unwrap()], "dict[str, int]");
    }

    #[test]
    fn reads_unions_and_quotes() {
        assert_eq!(
            union("dict[str, int | None] | None"),
            ["dict[str, int | None]", "None"]
        );
        assert_eq!(without_none("str | None").as_deref(), Some("str"));
        assert_eq!(without_none("str"), None);
        assert_eq!(quoted("Name \"a\" is; did you mean \"b\"?"), ["a", "b"]);
    }
}
