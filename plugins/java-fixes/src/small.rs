//! Rules of a few lines each.

use crate::model::{self, TYPES};
use crate::modifiers::{declaration_at, remove_word};
use crate::{Context, types};
use buildfix_fixer_support::names;
use buildfix_sdk::{Diagnostic, FileEdit, Fix, edit};

/// `unexpected type`: a primitive type as a type argument.
pub(crate) fn primitive_argument(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let found = diagnostic
        .message
        .lines()
        .find_map(|line| line.trim().strip_prefix("found:"))
        .map(str::trim);
    let Some((ty, class)) = found.and_then(|ty| Some((ty, types::boxed(ty)?))) else {
        return Vec::new();
    };
    let at = context.caret(diagnostic);
    let word = context.file.word(at);
    if context.file.slice(word.clone()) != ty {
        return Vec::new();
    }
    let fix = edit::fix(diagnostic, format!("write `{class}` for `{ty}`"), "exact");
    vec![context.file.edit(fix, word, class)]
}

/// `bad operand types`: numbers that are objects, and strings by their order.
pub(crate) fn operands(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let message = diagnostic.message.as_str();
    let of = |label: &str| {
        message
            .lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .map(str::trim)
    };
    let Some((left_type, right_type)) = of("first type:").zip(of("second type:")) else {
        return Vec::new();
    };
    let Some(node) = file
        .around(at..at + 1)
        .into_iter()
        .find(|n| n.kind == "binary_expression")
    else {
        return Vec::new();
    };
    let (Some(left), Some(right)) = (file.field(&node, "left"), file.field(&node, "right")) else {
        return Vec::new();
    };
    let operator = file.slice(left.range.end..right.range.start).trim();
    let big = matches!(left_type, "BigInteger" | "BigDecimal");
    let method = match operator {
        "+" => "add",
        "-" => "subtract",
        "*" => "multiply",
        "/" => "divide",
        "%" => "remainder",
        _ => "",
    };
    let text = |n: &buildfix_fixer_support::tree::Node| {
        let text = file.of(n);
        if model::is_tight(n) {
            text.to_owned()
        } else {
            format!("({text})")
        }
    };
    let ordered = left_type == right_type
        && !types::is_primitive(left_type)
        && matches!(operator, "<" | ">" | "<=" | ">=");
    let new = if big && left_type == right_type && !method.is_empty() {
        format!("{}.{method}({})", text(&left), file.of(&right))
    } else if big && !method.is_empty() && matches!(right_type, "int" | "long") {
        format!(
            "{}.{method}({left_type}.valueOf({}))",
            text(&left),
            file.of(&right)
        )
    } else if ordered {
        format!(
            "{}.compareTo({}) {operator} 0",
            text(&left),
            file.of(&right)
        )
    } else {
        return Vec::new();
    };
    vec![context.replace(diagnostic, format!("write `{new}`"), node.range, new)]
}

/// `int cannot be dereferenced`: a method of an object, called on a number.
pub(crate) fn dereferenced(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let Some(ty) = first.split(' ').next().filter(|t| types::is_primitive(t)) else {
        return Vec::new();
    };
    let Some(call) = file
        .around(at..at + 1)
        .into_iter()
        .find(|n| n.kind == "method_invocation")
    else {
        return Vec::new();
    };
    let (Some(object), Some(name), Some(list)) = (
        file.field(&call, "object"),
        file.field(&call, "name"),
        file.field(&call, "arguments"),
    ) else {
        return Vec::new();
    };
    let value = file.of(&object);
    let argument = file.of(&list).trim_start_matches('(').trim_end_matches(')');
    let class = types::boxed(ty).unwrap_or("Object");
    let new = match (file.of(&name), argument.is_empty()) {
        ("toString", true) => format!("String.valueOf({value})"),
        ("hashCode", true) => format!("{class}.hashCode({value})"),
        ("equals", false) => format!("{value} == {argument}"),
        ("compareTo", false) => format!("{class}.compare({value}, {argument})"),
        (
            "intValue" | "longValue" | "doubleValue" | "floatValue" | "charValue" | "booleanValue",
            true,
        ) => {
            let to = file.of(&name).trim_end_matches("Value");
            if to == ty {
                value.to_owned()
            } else {
                format!("({to}) {value}")
            }
        }
        _ => return Vec::new(),
    };
    let negated = file.slice(0..call.range.start).trim_end().ends_with('!');
    let new = if negated && new.contains("==") {
        format!("({new})")
    } else {
        new
    };
    vec![context.replace(diagnostic, format!("write `{new}`"), call.range, new)]
}

/// `array required, but X found`: an element of a list, map or string.
pub(crate) fn indexed(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let Some(ty) = first
        .split_once("but ")
        .and_then(|(_, rest)| rest.strip_suffix(" found"))
    else {
        return Vec::new();
    };
    let Some(node) = file
        .around(at..at + 1)
        .into_iter()
        .find(|n| n.kind == "array_access")
    else {
        return Vec::new();
    };
    let (Some(array), Some(index)) = (file.field(&node, "array"), file.field(&node, "index"))
    else {
        return Vec::new();
    };
    let (array, index) = (file.of(&array), file.of(&index));
    let Some(owner) = context.type_named(ty) else {
        return Vec::new();
    };
    let members = context.members_of(&owner);
    let has = |name: &str| members.iter().any(|s| s.kind == "method" && s.name == name);
    let parent = model::parent(file, &node);
    let assignment =
        parent.filter(|p| p.kind == "assignment_expression" && p.range.start == node.range.start);
    if let Some(assignment) = assignment {
        let Some(value) = file.field(&assignment, "right") else {
            return Vec::new();
        };
        let setter = ["set", "put", "setCharAt"].into_iter().find(|m| has(m));
        let operator = file.slice(node.range.end..value.range.start).trim();
        return setter
            .filter(|_| operator == "=")
            .map(|setter| {
                let new = format!("{array}.{setter}({index}, {})", file.of(&value));
                context.replace(
                    diagnostic,
                    format!("write `{new}`"),
                    assignment.range.clone(),
                    new,
                )
            })
            .into_iter()
            .collect();
    }
    let getter = ["get", "charAt"].into_iter().find(|m| has(m));
    getter
        .map(|getter| {
            let new = format!("{array}.{getter}({index})");
            context.replace(
                diagnostic,
                format!("write `{new}`"),
                node.range.clone(),
                new,
            )
        })
        .into_iter()
        .collect()
}

/// `List is abstract; cannot be instantiated`: the class that mostly is made.
pub(crate) fn instantiated(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let Some(name) = first.split(' ').next() else {
        return Vec::new();
    };
    let Some(class) = types::implementation(name) else {
        return Vec::new();
    };
    let start = at + file.slice(at..file.line(at).end).find(name).unwrap_or(0);
    let word = file.word(start);
    if file.slice(word.clone()) != name {
        return Vec::new();
    }
    let fix = context.replace(diagnostic, format!("make a `{class}`"), word, class);
    vec![context.with_import(fix, class)]
}

/// An enumeration's constant with its type in front of it, as a case's label.
pub(crate) fn enum_label(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let Some(node) = file
        .around(at..at + 1)
        .into_iter()
        .find(|n| n.kind == "field_access")
    else {
        return Vec::new();
    };
    let Some(name) = file.field(&node, "field") else {
        return Vec::new();
    };
    let fix = edit::fix(diagnostic, "name the constant alone", "exact");
    vec![file.edit(fix, node.range.start..name.range.start, "")]
}

/// `class X is public, should be declared in a file named X.java`: the class
/// has a slip, or the file another name.
pub(crate) fn file_name(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let Some(node) = file.enclosing(at..at + 1, &TYPES) else {
        return Vec::new();
    };
    let Some(name) = file.field(&node, "name") else {
        return Vec::new();
    };
    let (folder, stem) = match file.path().rsplit_once('/') {
        Some((folder, name)) => (format!("{folder}/"), name),
        None => (String::new(), file.path()),
    };
    let stem = stem.trim_end_matches(".java");
    let written = file.of(&name).to_owned();
    let mut fixes = Vec::new();
    let used = context
        .host
        .find(crate::JAVA, stem)
        .iter()
        .any(crate::members::is_type);
    if names::distance(&written, stem, names::tolerance(stem)).is_some() && !used {
        fixes.push(context.replace(
            diagnostic,
            format!("correct `{written}` to `{stem}`"),
            name.range.clone(),
            stem,
        ));
    }
    let mut fix = edit::fix(
        diagnostic,
        format!("name the file `{written}.java`"),
        "verified",
    );
    fix.files.push(FileEdit {
        op: "rename".to_owned(),
        path: file.path().to_owned(),
        to: Some(format!("{folder}{written}.java")),
        text: None,
        expect_hash: Some(context.request.file.hash.clone()),
    });
    fixes.push(fix);
    fixes
}

/// `modifier private not allowed here`, `repeated modifier`.
pub(crate) fn surplus_modifier(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let Some(node) = declaration_at(file, at) else {
        return Vec::new();
    };
    let word = match first.strip_prefix("modifier ") {
        Some(rest) => rest.split([' ', ',']).next().unwrap_or_default().to_owned(),
        None => file.slice(file.word(at)).to_owned(),
    };
    let fix = edit::fix(diagnostic, format!("take `{word}` away"), "verified");
    remove_word(file, fix, &node, &word).into_iter().collect()
}

/// `interface abstract methods cannot have body`.
pub(crate) fn default_method(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let Some(node) = file.enclosing(at..at + 1, &["method_declaration"]) else {
        return Vec::new();
    };
    if diagnostic.message.starts_with("abstract") {
        let fix = edit::fix(diagnostic, "take `abstract` away", "verified");
        return remove_word(file, fix, &node, "abstract")
            .into_iter()
            .collect();
    }
    let Some(ty) = file.field(&node, "type") else {
        return Vec::new();
    };
    let at = ty.range.start;
    vec![context.replace(diagnostic, "make it a default method", at..at, "default ")]
}
