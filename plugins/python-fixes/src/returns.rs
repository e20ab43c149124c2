//! Functions that end without the value that they promise.

use crate::Context;
use crate::model::{self, Function};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// What a type's name says of what it is: `Mapping` and `dict` are one, and so
/// on.
fn sort(ty: &str) -> &str {
    let head = ty.split('[').next().unwrap_or(ty).trim_matches(['"', '\'']);
    match head.rsplit('.').next().unwrap_or(head) {
        "Dict" | "dict" | "Mapping" | "MutableMapping" | "defaultdict" | "OrderedDict" => "dict",
        "List" | "list" | "Sequence" | "MutableSequence" => "list",
        "Set" | "set" | "AbstractSet" | "MutableSet" => "set",
        "Tuple" | "tuple" => "tuple",
        other => other,
    }
}

/// The alternatives of an annotation, `Optional` undone.
fn alternatives(ty: &str) -> Vec<&str> {
    let ty = ty.trim_matches(['"', '\'']);
    if let Some(inner) = ty
        .split_once("Optional[")
        .and_then(|(_, i)| i.strip_suffix(']'))
    {
        return vec![inner, "None"];
    }
    if let Some(inner) = ty
        .split_once("Union[")
        .and_then(|(_, i)| i.strip_suffix(']'))
    {
        return model::parts(inner);
    }
    model::union(ty)
}

/// A type with the names that mean the same made one.
fn normal(ty: &str) -> String {
    let mut out = String::new();
    for part in ty.split_inclusive(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))) {
        let name =
            part.trim_end_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')));
        let rest = &part[name.len()..];
        out.push_str(sort(name));
        out.push_str(rest.trim());
    }
    out
}

/// Whether a value of one type is of another, as far as the names tell.
fn fits(from: &str, to: &str) -> bool {
    if from == to {
        return true;
    }
    alternatives(to).iter().any(|one| {
        let iterable = matches!(sort(one), "Iterable" | "Collection" | "Iterator");
        from == *one
            || sort(from) == sort(one)
            || iterable && matches!(sort(from), "list" | "set" | "dict" | "tuple")
            || *one == "float" && from == "int"
    })
}

/// The type of an expression, if it says so itself or a name in sight does.
pub(crate) fn type_of(context: &Context<'_>, function: &Function, node: &Node) -> Option<String> {
    let file = &context.file;
    let text = file.of(node);
    Some(match node.kind.as_str() {
        "string" if text.starts_with(['b', 'B']) => "bytes".to_owned(),
        "string" | "concatenated_string" => "str".to_owned(),
        "integer" => "int".to_owned(),
        "float" => "float".to_owned(),
        "true" | "false" | "not_operator" | "comparison_operator" => "bool".to_owned(),
        "parenthesized_expression" | "conditional_expression" => {
            let mut values = file.children(node, "_").into_iter();
            let first = type_of(context, function, &values.next()?)?;
            let last = values.next_back();
            match last {
                Some(last) if type_of(context, function, &last)? != first => return None,
                _ => first,
            }
        }
        "none" => "None".to_owned(),
        "identifier" if text == "self" => function.class.clone()?,
        "identifier" => {
            let parameter = function.parameters.iter().find(|p| p.name == text);
            if let Some(parameter) = parameter {
                return parameter.ty.clone().map(|ty| file.slice(ty).to_owned());
            }
            let all = model::bindings(file, &function.body);
            let mut same = all.iter().filter(|b| b.name == text);
            let first = same.next()?;
            if let Some(ty) = &first.ty {
                return Some(ty.clone());
            }
            let value = first.value.as_ref().filter(|v| v.kind != "identifier")?;
            return type_of(context, function, value);
        }
        "attribute" => {
            let rest = text.strip_prefix("self.")?;
            let members = context.members_of(function.class.as_deref()?);
            let member = members.iter().find(|s| s.name == rest)?;
            if member.kind == "property" {
                return member
                    .signature
                    .rsplit_once(" -> ")
                    .map(|(_, ty)| ty.to_owned());
            }
            let (_, ty) = member.signature.split_once(": ")?;
            return Some(ty.split(" = ").next().unwrap_or(ty).to_owned());
        }
        "call" => {
            let callee = file.field(node, "function")?;
            let name = file.of(&callee);
            if matches!(
                name,
                "str" | "int" | "float" | "bool" | "bytes" | "len" | "repr"
            ) {
                return Some(match name {
                    "len" => "int".to_owned(),
                    "repr" => "str".to_owned(),
                    other => other.to_owned(),
                });
            }
            if callee.kind == "attribute" {
                let object = file.field(&callee, "object")?;
                let method = file.field(&callee, "attribute")?;
                let ty = type_of(context, function, &object)?;
                let members = context.members_of(ty.split('[').next().unwrap_or(&ty));
                let all: Vec<&str> = members
                    .iter()
                    .filter(|s| s.name == file.of(&method) && s.kind == "method")
                    .filter_map(|s| s.signature.rsplit_once(" -> ").map(|(_, ty)| ty))
                    .collect();
                let first = all.first().filter(|ty| plain(ty))?;
                return all
                    .iter()
                    .all(|ty| ty == first)
                    .then(|| (*first).to_owned());
            }
            let found = context.host.find(crate::PYTHON, name);
            if let Some(ty) = found
                .iter()
                .find(|s| s.container == "builtins" && s.kind == "function")
                .and_then(|s| s.signature.rsplit_once(" -> "))
                .map(|(_, ty)| ty)
            {
                return plain(ty).then(|| ty.to_owned());
            }
            let own = found.iter().find(|s| s.origin == "workspace")?;
            match own.kind.as_str() {
                "class" => name.to_owned(),
                "function" => own
                    .signature
                    .rsplit_once(" -> ")
                    .map(|(_, ty)| ty.to_owned())?,
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// Whether a type means the same wherever it is written.
fn plain(ty: &str) -> bool {
    matches!(
        ty,
        "str" | "int" | "bool" | "float" | "bytes" | "None" | "list[str]" | "list[bytes]"
    )
}

/// What sort of thing a name holds, where its type is not written.
fn sort_of(context: &Context<'_>, function: &Function, binding: &model::Binding) -> Option<String> {
    if let Some(ty) = &binding.ty {
        return Some(ty.clone());
    }
    let value = binding.value.as_ref()?;
    match value.kind.as_str() {
        "list" | "list_comprehension" => Some("list".to_owned()),
        "dictionary" | "dictionary_comprehension" => Some("dict".to_owned()),
        "set" | "set_comprehension" => Some("set".to_owned()),
        "tuple" => Some("tuple".to_owned()),
        _ => type_of(context, function, value),
    }
}

/// `Missing return statement`.
pub(crate) fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let Some(function) = model::function_at(file, diagnostic.span.start as usize) else {
        return Vec::new();
    };
    let Some(wanted) = function.returns.clone().map(|r| file.slice(r).to_owned()) else {
        return Vec::new();
    };
    let wanted = wanted.trim_matches(['"', '\'']);
    let block = Node {
        kind: "block".to_owned(),
        field: String::new(),
        range: function.body.clone(),
    };
    let statements = file.children(&block, "_");
    let Some(last) = statements.iter().rfind(|n| n.kind != "comment") else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    let mut push = |value: &str, tier: &str| {
        let title = format!("return `{value}`");
        let fix = edit::fix(diagnostic, title, tier);
        fixes.push(insert(context, fix, last, &format!("return {value}")));
    };
    let values = candidates(context, &function, wanted);
    for value in values.iter().take(3) {
        push(value, "verified");
    }
    if let Some(value) = other_truth(context, &function, wanted) {
        push(value, "verified");
    }
    if alternatives(wanted).contains(&"None") {
        push("None", "verified");
    }
    // The last thing that it computes, and throws away.
    if last.kind == "expression_statement" {
        let value = file.children(last, "_").into_iter().next();
        if let Some(value) = value.filter(|v| {
            !matches!(
                v.kind.as_str(),
                "assignment" | "augmented_assignment" | "string" | "ellipsis" | "yield" | "await"
            )
        }) {
            let at = value.range.start;
            let fix = context.replace(diagnostic, "return the value", at..at, "return ");
            fixes.insert(0, fix);
        }
    }
    let title = "raise `NotImplementedError`";
    let fix = edit::fix(diagnostic, title, "placeholder");
    fixes.push(insert(context, fix, last, "raise NotImplementedError"));
    fixes
}

/// Where every return so far says the one truth value, the end says the other.
fn other_truth(context: &Context<'_>, function: &Function, wanted: &str) -> Option<&'static str> {
    let file = &context.file;
    let returned: Vec<Node> = file
        .all("return_statement")
        .into_iter()
        .filter(|n| function.body.contains(&n.range.start))
        .collect();
    let all = |text: &str| !returned.is_empty() && returned.iter().all(|n| file.of(n) == text);
    match wanted {
        "bool" if all("return True") => Some("False"),
        "bool" if all("return False") => Some("True"),
        _ => None,
    }
}

/// Puts a statement at the end of a body; a lone `pass` there gives way.
fn insert(context: &Context<'_>, fix: Fix, last: &Node, statement: &str) -> Fix {
    let file = &context.file;
    let text = file.of(last).trim_end();
    if last.kind == "pass_statement" || text == "..." {
        let range: Range<usize> = last.range.start..last.range.start + text.len();
        return file.edit(fix, range, statement);
    }
    let end = last.range.start + text.len();
    let indent = file.indent(last.range.start).to_owned();
    file.edit(fix, end..end, format!("\n{indent}{statement}"))
}

/// What the function has at its end that is of the type.
fn candidates(context: &Context<'_>, function: &Function, wanted: &str) -> Vec<String> {
    let file = &context.file;
    let mut all = model::bindings(file, &function.body);
    // A name counts once, by the first that is said of it.
    let mut seen: Vec<String> = Vec::new();
    all.retain(|b| {
        let fresh = !seen.contains(&b.name);
        seen.push(b.name.clone());
        fresh
    });
    let typed: Vec<(String, String)> = all
        .iter()
        .filter_map(|b| Some((b.name.clone(), sort_of(context, function, b)?)))
        .collect();
    let mut found: Vec<String> = Vec::new();
    if sort(wanted) == "tuple"
        && let Some(list) = wanted
            .split_once('[')
            .and_then(|(_, l)| l.strip_suffix(']'))
    {
        let parts = model::parts(list);
        let mut used: Vec<&str> = Vec::new();
        for part in &parts {
            let exact = typed
                .iter()
                .find(|(name, ty)| normal(ty) == normal(part) && !used.contains(&name.as_str()));
            let near = || {
                typed
                    .iter()
                    .find(|(name, ty)| fits(ty, part) && !used.contains(&name.as_str()))
            };
            if let Some((name, _)) = exact.or_else(near) {
                used.push(name);
            }
        }
        if used.len() == parts.len() && !parts.contains(&"...") {
            found.push(used.join(", "));
        }
    }
    let named = |name: &str| {
        matches!(
            name,
            "result" | "results" | "res" | "ret" | "out" | "output" | "rv" | "value"
        )
    };
    let mut whole: Vec<&(String, String)> =
        typed.iter().filter(|(_, ty)| fits(ty, wanted)).collect();
    // What is set last is what is done last.
    whole.reverse();
    whole.sort_by_key(|(name, ty)| (ty != wanted, !named(name)));
    found.extend(whole.into_iter().map(|(name, _)| name.clone()));
    // What the code built without its type being known: the one name that a
    // function without returns works on.
    let only = |kind: &str| -> Vec<&str> {
        all.iter()
            .filter(|b| b.value.as_ref().is_some_and(|v| v.kind == kind))
            .map(|b| b.name.as_str())
            .collect()
    };
    if found.is_empty()
        && let [name] = only("call").as_slice()
    {
        found.push((*name).to_owned());
    }
    if found.is_empty() {
        found.extend(parameters(context, function, wanted));
        found.extend(own_attributes(context, function, wanted));
    }
    found.dedup();
    found
}

/// A parameter of exactly the type that is promised, in a body that does
/// something with it.
fn parameters(context: &Context<'_>, function: &Function, wanted: &str) -> Vec<String> {
    let file = &context.file;
    let body = file.slice(function.body.clone());
    function
        .parameters
        .iter()
        .filter(|p| p.ty.clone().is_some_and(|ty| file.slice(ty) == wanted))
        .filter(|p| body.contains(&p.name))
        // What cannot be changed in place is given back only if it is set.
        .filter(|p| {
            let set = model::bindings(file, &function.body);
            !plain(wanted) || set.iter().any(|b| b.name == p.name)
        })
        .map(|p| p.name.clone())
        .collect()
}

/// What the object has of the type: the attribute that the method is named
/// after, or the only one.
fn own_attributes(context: &Context<'_>, function: &Function, wanted: &str) -> Vec<String> {
    let file = &context.file;
    let (Some(class), Some(own)) = (&function.class, function.parameters.first()) else {
        return Vec::new();
    };
    let name = file.slice(function.name.clone());
    let inits: Vec<Function> = model::functions(file)
        .into_iter()
        .filter(|f| f.class.as_ref() == Some(class) && file.slice(f.name.clone()) == "__init__")
        .collect();
    let mut found: Vec<(bool, String)> = Vec::new();
    for one in file
        .matches("(assignment left: (attribute) @left) @whole")
        .iter()
    {
        let (Some(left), Some(whole)) = (one.get("left"), one.get("whole")) else {
            continue;
        };
        let Some(init) = inits.iter().find(|f| f.body.contains(&left.range.start)) else {
            continue;
        };
        let Some(attribute) = file.of(left).split_once('.').map(|(_, a)| a.to_owned()) else {
            continue;
        };
        let annotated = file.field(whole, "type").map(|t| file.of(&t).to_owned());
        let ty = annotated.or_else(|| type_of(context, init, &file.field(whole, "right")?));
        if ty.as_deref() == Some(wanted) {
            let same = attribute.trim_start_matches('_') == name;
            found.push((same, format!("{}.{attribute}", own.name)));
        }
    }
    if let Some((_, value)) = found.iter().find(|(same, _)| *same) {
        return vec![value.clone()];
    }
    match found.as_slice() {
        [(_, value)] => vec![value.clone()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_types_by_sort() {
        assert!(fits(
            "dict[str, dict[str, str]]",
            "Mapping[str, Mapping[str, str]]"
        ));
        assert!(
            fits("str", "Optional[str]")
                && fits("int", "str | int")
                && fits("list", "Iterable[int]")
        );
        assert_eq!(
            normal("Mapping[str, t.List[int]]"),
            normal("dict[str, Sequence[int]]")
        );
        assert!(!fits("list[int]", "dict[str, int]") && !fits("str", "int"));
    }
}
