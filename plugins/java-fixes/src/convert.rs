//! Values of the wrong type: a conversion, another declared type, or another
//! return type.

use crate::model::{self, Role};
use crate::{Context, types};
use buildfix_fixer_support::tree::Node;
use buildfix_sdk::{Diagnostic, Fix};
use std::ops::Range;

/// `incompatible types: …`.
pub(crate) fn repair(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    if message.contains("unexpected return value") {
        return unexpected_value(context, diagnostic);
    }
    if message.contains("missing return value") {
        return crate::flow::missing_return(context, diagnostic);
    }
    let Some((from, to)) = pair(message) else {
        return Vec::new();
    };
    let Some(expression) = model::expression_at(&context.file, context.caret(diagnostic)) else {
        return Vec::new();
    };
    // `x = 1` where a condition stands.
    if to == "boolean" && expression.kind == "assignment_expression" {
        return Vec::new();
    }
    let mut fixes: Vec<Fix> = conversions(context, &expression, from, to)
        .into_iter()
        .map(|new| wrap(context, diagnostic, &expression, &new))
        .collect();
    let lossy = message.contains("possible lossy conversion");
    let retyped = retype(context, diagnostic, &expression, from);
    let literal = expression.kind.ends_with("_literal");
    // What is computed may well be meant; a literal is easily slipped.
    let at = if lossy || literal {
        fixes.len()
    } else {
        fixes.len().min(1)
    };
    for (rank, fix) in retyped.into_iter().enumerate() {
        fixes.insert(at + rank, fix);
    }
    fixes
}

/// The types that a message names: what there is, and what is wanted.
fn pair(message: &str) -> Option<(&str, &str)> {
    for line in message.lines() {
        let line = line.trim().trim_end_matches(')');
        if let Some((from, to)) = line.split_once(" cannot be converted to ") {
            let from = from.rsplit_once(": ").map_or(from, |(_, f)| f);
            let from = from.rsplit_once("; ").map_or(from, |(_, f)| f);
            return Some((from.trim(), to.trim()));
        }
        if let Some((_, pair)) = line.split_once("possible lossy conversion from ") {
            return pair
                .split_once(" to ")
                .map(|(from, to)| (from.trim(), to.trim()));
        }
        if let Some((_, rest)) = line.split_once(" exist so that ") {
            return rest
                .split_once(" conforms to ")
                .map(|(from, to)| (from.trim(), to.trim()));
        }
    }
    None
}

/// How an expression becomes a value of another type.
enum Change {
    /// Text before and behind; the expression needs parentheses unless it is
    /// tight.
    Around(String, String),
    /// Text before and behind it, whatever it is.
    Call(String, String),
    /// Another expression.
    Instead(String),
    /// As the others, with a type to import.
    Importing(Box<Change>, &'static str),
}

fn before(text: impl Into<String>) -> Change {
    Change::Around(text.into(), String::new())
}

fn behind(text: impl Into<String>) -> Change {
    Change::Around(String::new(), text.into())
}

fn call(function: &str) -> Change {
    Change::Call(format!("{function}("), ")".to_owned())
}

fn wrap(context: &Context<'_>, diagnostic: &Diagnostic, expression: &Node, change: &Change) -> Fix {
    let text = context.file.of(expression).to_owned();
    let (new, import) = rewritten(&text, expression, change);
    let title = format!("write `{}`", shortened(&new));
    let fix = context.replace(diagnostic, title, expression.range.clone(), new);
    match import {
        Some(name) => context.with_import(fix, name),
        None => fix,
    }
}

fn shortened(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn rewritten(text: &str, expression: &Node, change: &Change) -> (String, Option<&'static str>) {
    match change {
        Change::Around(left, right) if model::is_tight(expression) => {
            (format!("{left}{text}{right}"), None)
        }
        Change::Around(left, right) => (format!("{left}({text}){right}"), None),
        Change::Call(left, right) => (format!("{left}{text}{right}"), None),
        Change::Instead(new) => (new.clone(), None),
        Change::Importing(inner, name) => (rewritten(text, expression, inner).0, Some(name)),
    }
}

fn conversions(context: &Context<'_>, expression: &Node, from: &str, to: &str) -> Vec<Change> {
    let text = context.file.of(expression);
    let (from_name, to_name) = (types::simple(from), types::simple(to));
    let array = |ty: &str| ty.ends_with("[]");
    let mut found = Vec::new();
    // Numbers.
    if let (Some(a), Some(b)) = (types::primitive(from), types::primitive(to)) {
        numbers(
            expression,
            text,
            (a, b),
            types::is_primitive(to),
            &mut found,
        );
        return found;
    }
    let parsed = match to {
        "int" | "Integer" => Some("Integer.parseInt"),
        "long" | "Long" => Some("Long.parseLong"),
        "double" | "Double" => Some("Double.parseDouble"),
        "float" | "Float" => Some("Float.parseFloat"),
        "short" | "Short" => Some("Short.parseShort"),
        "byte" | "Byte" => Some("Byte.parseByte"),
        "boolean" | "Boolean" => Some("Boolean.parseBoolean"),
        "BigDecimal" => Some("new BigDecimal"),
        "BigInteger" => Some("new BigInteger"),
        "StringBuilder" => Some("new StringBuilder"),
        "File" => Some("new File"),
        "Path" => Some("Path.of"),
        "URI" => Some("URI.create"),
        _ => None,
    };
    if from == "String" {
        let inner = text.trim_matches('"');
        let is_literal = text.starts_with('"') && text.len() > 2;
        if is_literal && types::primitive(to).is_some() && inner.parse::<f64>().is_ok() {
            found.push(Change::Instead(inner.to_owned()));
        }
        if is_literal
            && matches!(inner, "true" | "false")
            && types::primitive(to) == Some("boolean")
        {
            found.push(Change::Instead(inner.to_owned()));
        }
        match to {
            "char" | "Character" if one_character(text).is_some() => {
                found.extend(one_character(text).map(Change::Instead));
            }
            "char" | "Character" => found.push(behind(".charAt(0)")),
            "char[]" => found.push(behind(".toCharArray()")),
            "byte[]" => found.push(behind(".getBytes()")),
            _ => {}
        }
        found.extend(parsed.map(call));
        return found;
    }
    if to == "String" {
        found.push(match from {
            "char[]" => call("new String"),
            "byte[]" => call("new String"),
            "StringBuilder" | "StringBuffer" | "Path" | "File" | "URI" | "UUID"
            | "CharSequence" => behind(".toString()"),
            _ if from_name == "Optional" && types::arguments(from) == ["String"] => {
                behind(".orElseThrow()")
            }
            "Object" => before("(String) "),
            _ => call("String.valueOf"),
        });
        if from == "Object" {
            found.push(call("String.valueOf"));
        }
        if from == "int" && expression.kind == "decimal_integer_literal" {
            found.push(Change::Instead(format!("\"{text}\"")));
        }
        return found;
    }
    match (from_name, to_name) {
        ("Optional", _) if to_name != "Optional" => {
            found.extend([
                behind(".orElseThrow()"),
                behind(".orElse(null)"),
                behind(".get()"),
            ]);
        }
        (_, "Optional") if text == "null" => {
            found.push(Change::Instead("Optional.empty()".to_owned()))
        }
        (_, "Optional") => found.extend([call("Optional.of"), call("Optional.ofNullable")]),
        ("int" | "long", "BigInteger" | "BigDecimal") => {
            found.push(call(&format!("{to_name}.valueOf")))
        }
        ("double", "BigDecimal") => found.push(call("BigDecimal.valueOf")),
        ("Path", "File") => found.push(behind(".toFile()")),
        ("File", "Path") => found.push(behind(".toPath()")),
        ("AtomicInteger" | "AtomicLong" | "AtomicBoolean" | "AtomicReference", _) => {
            found.push(behind(".get()"))
        }
        ("int" | "long" | "boolean", "AtomicInteger" | "AtomicLong" | "AtomicBoolean") => {
            found.push(call(&format!("new {to_name}")));
        }
        ("Stream", "List") => {
            let change = behind(".collect(Collectors.toList())");
            found.push(Change::Importing(Box::new(change), "Collectors"));
        }
        ("Stream", "Set") => {
            let change = behind(".collect(Collectors.toSet())");
            found.push(Change::Importing(Box::new(change), "Collectors"));
        }
        ("List" | "ArrayList" | "Set" | "Collection" | "HashSet", _) if array(to) => {
            found.push(behind(format!(".toArray(new {to_name}[0])")));
        }
        (_, "List" | "Collection" | "Iterable")
            if array(from) && !types::is_primitive(from_name) =>
        {
            found.push(Change::Importing(Box::new(call("Arrays.asList")), "Arrays"));
        }
        (
            "List" | "Set" | "Collection" | "Queue" | "Deque",
            "ArrayList" | "LinkedList" | "HashSet" | "TreeSet",
        )
        | ("Set" | "Collection" | "Queue" | "Deque" | "HashSet", "List") => {
            let class = types::implementation(to_name).unwrap_or(to_name);
            let change = call(&format!("new {class}<>"));
            found.push(Change::Importing(Box::new(change), static_name(class)));
        }
        ("List" | "Collection" | "Queue" | "Deque" | "ArrayList", "Set") => {
            found.push(Change::Importing(
                Box::new(call("new HashSet<>")),
                "HashSet",
            ));
        }
        _ => {}
    }
    if from_name == "Supplier" && types::arguments(from).first() == Some(&to) {
        found.push(behind(".get()"));
    }
    // A cast can only help between types of which one may be the other.
    let generic = from.contains('<') && to.contains('<');
    let plain = !types::is_primitive(from)
        && !types::is_primitive(to)
        && from != "<null>"
        && from != "void";
    if plain
        && !generic
        && array(from) == array(to)
        && expression.kind != "object_creation_expression"
    {
        found.push(before(format!("({to}) ")));
    }
    if plain && types::primitive(from).is_none() && types::is_primitive(to)
        || from == "Object" && types::is_primitive(to)
    {
        found.push(before(format!("({}) ", types::boxed(to).unwrap_or(to))));
    }
    found
}

/// A string's literal of one character, as a character's.
fn one_character(text: &str) -> Option<String> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let escaped = inner.starts_with('\\');
    if inner.chars().count() != 1 + usize::from(escaped) {
        return None;
    }
    Some(match inner {
        "'" => "'\\''".to_owned(),
        "\\\"" => "'\"'".to_owned(),
        other => format!("'{other}'"),
    })
}

/// The names of [`types::implementation`], which live as long as the program.
fn static_name(class: &str) -> &'static str {
    ["ArrayList", "LinkedList", "HashSet", "TreeSet"]
        .into_iter()
        .find(|known| *known == class)
        .unwrap_or("ArrayList")
}

fn numbers(
    expression: &Node,
    text: &str,
    (from, to): (&str, &str),
    plain: bool,
    found: &mut Vec<Change>,
) {
    let literal = expression.kind.ends_with("_literal");
    let suffix = match to {
        "long" => Some("L"),
        "float" => Some("f"),
        "double" => Some("d"),
        _ => None,
    };
    if to == "boolean" {
        found.push(behind(" != 0"));
        return;
    }
    if from == "boolean" {
        found.push(behind(" ? 1 : 0"));
        return;
    }
    if literal && let Some(suffix) = suffix {
        // `1` for a Long, `1.5` for a float.
        let digits = text.trim_end_matches(['f', 'F', 'd', 'D', 'l', 'L']);
        if to != "long" || !digits.contains('.') {
            found.push(Change::Instead(format!("{digits}{suffix}")));
        }
    }
    if plain || literal || matches!(from, "int" | "long" | "double" | "float" | "short" | "byte") {
        found.push(before(format!("({to}) ")));
    }
}

/// The declared type of what the expression becomes the value of: a variable's
/// or, of a returned one, the method's.
fn retype(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    expression: &Node,
    from: &str,
) -> Vec<Fix> {
    let file = &context.file;
    if matches!(from, "<null>" | "void")
        || from.contains(['#', '?', '&'])
        || from.contains("capture")
    {
        return Vec::new();
    }
    let Some(parent) = model::parent(file, expression) else {
        return Vec::new();
    };
    let change = |at: Range<usize>, what: &str| {
        let title = format!("make {what} `{from}`");
        let fix = context.replace(diagnostic, title, at, spaced(from));
        context.with_import(fix, types::simple(from))
    };
    match parent.kind.as_str() {
        "variable_declarator" => {
            let variables = model::variables(file);
            let variable = variables
                .iter()
                .find(|v| parent.range.start == v.name_at.start);
            variable
                .filter(|v| v.role == Role::Local && file.slice(v.ty_at.clone()) != "var")
                .map(|v| change(v.ty_at.clone(), "the variable"))
                .into_iter()
                .collect()
        }
        "return_statement" => {
            let inner = file.enclosing(
                parent.range.clone(),
                &["lambda_expression", "method_declaration"],
            );
            let method = inner.filter(|n| n.kind == "method_declaration");
            let ty = method.and_then(|m| file.field(&m, "type"));
            ty.map(|ty| change(ty.range, "the method return"))
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

/// As sources write a type that javac prints without blanks.
fn spaced(ty: &str) -> String {
    ty.replace(',', ", ")
}

/// A `void` method that returns something.
fn unexpected_value(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let inner = file.enclosing(
        at..at + 1,
        &[
            "lambda_expression",
            "method_declaration",
            "constructor_declaration",
        ],
    );
    let Some(node) = inner.filter(|n| n.kind == "method_declaration") else {
        return Vec::new();
    };
    let Some(expression) = model::expression_at(file, at) else {
        return Vec::new();
    };
    let text = file.of(&expression);
    let ty = match expression.kind.as_str() {
        "decimal_integer_literal" => Some("int".to_owned()),
        "decimal_floating_point_literal" => Some("double".to_owned()),
        "true" | "false" => Some("boolean".to_owned()),
        "character_literal" => Some("char".to_owned()),
        "object_creation_expression" => file
            .field(&expression, "type")
            .map(|t| file.of(&t).to_owned()),
        "binary_expression" => {
            let operator = file.slice(at..at + 2);
            let compares = operator.starts_with(['<', '>'])
                && !operator.starts_with("<<")
                && !operator.starts_with(">>");
            (compares || matches!(operator, "==" | "!=" | "&&" | "||"))
                .then(|| "boolean".to_owned())
        }
        _ => context.type_of(text, at),
    };
    let Some(returns) = file.field(&node, "type") else {
        return Vec::new();
    };
    ty.filter(|ty| !ty.ends_with("<>"))
        .map(|ty| {
            let title = format!("let the method return `{ty}`");
            context.replace(diagnostic, title, returns.range.clone(), ty)
        })
        .into_iter()
        .collect()
}
