//! Variables and methods that cannot be found.

use crate::members::{full_name, is_type, parameters, value_type};
use crate::model::{self, Role};
use crate::names::{
    Missing, import_fixes, near_types, nearest, read, rename, types_named, word_in,
};
use crate::{Context, JAVA, imports};
use buildfix_sdk::{Diagnostic, Fix, Symbol};
use std::ops::Range;

/// A variable: near ones in sight, a member of what qualifies it, or a class.
pub(crate) fn variables(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    missing: &Missing<'_>,
    at: Range<usize>,
    qualified: bool,
) -> Vec<Fix> {
    let file = &context.file;
    let mut fixes = Vec::new();
    if qualified {
        if missing.place == "package" {
            return types_named(context, diagnostic, missing, at, true);
        }
        let members = owner_members(context, missing.owner);
        // A method without its parentheses, or what another type calls so.
        if let Some(called) = accessor(missing, &members) {
            let title = format!("call `{called}()`");
            fixes.push(context.replace(diagnostic, title, at.clone(), format!("{called}()")));
        }
        let values = members
            .iter()
            .filter(|s| matches!(s.kind.as_str(), "field" | "constant" | "enum-member"));
        for new in nearest(missing.name, values.map(|s| s.name.as_str())) {
            fixes.push(rename(context, diagnostic, at.clone(), new));
        }
        return fixes;
    }
    let is_qualifier = file
        .slice(at.end..file.text().len())
        .trim_start()
        .starts_with(['.', ':']);
    if missing.name.starts_with(char::is_uppercase) && is_qualifier {
        fixes.extend(import_fixes(context, diagnostic, missing.name));
    }
    fixes.extend(static_import(
        context,
        diagnostic,
        missing.name,
        &["constant", "enum-member"],
    ));
    let visible = model::visible(file, at.start);
    let mut near: Vec<String> = visible.iter().map(|v| v.name.clone()).collect();
    near.extend(
        context
            .around_members(at.start)
            .into_iter()
            .filter(|s| matches!(s.kind.as_str(), "field" | "constant" | "enum-member"))
            .map(|s| s.name),
    );
    for new in nearest(missing.name, near.iter().map(String::as_str)) {
        fixes.push(rename(context, diagnostic, at.clone(), new));
    }
    if is_qualifier {
        fixes.extend(near_types(context, diagnostic, missing.name, &at));
    }
    if fixes.is_empty() {
        fixes.extend(declare(context, diagnostic, missing.name, &at));
    }
    fixes
}

/// `x = value;` as the first that the method says of `x`.
fn declare(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    name: &str,
    at: &Range<usize>,
) -> Option<Fix> {
    let file = &context.file;
    let around = file.around(at.clone());
    let assignment = around.iter().find(|n| n.kind == "assignment_expression")?;
    let statement = around.iter().find(|n| n.kind == "expression_statement")?;
    if assignment.range.start != at.start || statement.range.start != at.start {
        return None;
    }
    let method = context.method_at(at.start)?;
    let first = word_in(file, name, method.body?)?;
    let value = file.field(assignment, "right")?;
    let value_text = file.of(&value);
    if first != *at || value_text == "null" {
        return None;
    }
    let ty = match value.kind.as_str() {
        "decimal_integer_literal" => "int".to_owned(),
        "decimal_floating_point_literal" => "double".to_owned(),
        "string_literal" => "String".to_owned(),
        "character_literal" => "char".to_owned(),
        "true" | "false" => "boolean".to_owned(),
        "object_creation_expression" => file.of(&file.field(&value, "type")?).to_owned(),
        "lambda_expression" | "method_reference" | "array_initializer" => return None,
        _ => "var".to_owned(),
    };
    let ty = if ty.ends_with("<>") {
        "var".to_owned()
    } else {
        ty
    };
    let title = format!("declare `{name}`");
    let mut fix = context.replace(diagnostic, title, at.start..at.start, format!("{ty} "));
    // Its later uses are the same mistake.
    for other in &context.request.diagnostics {
        if other.id != diagnostic.id && method_range_contains(context, other, at.start) {
            let same = read(&other.message).is_some_and(|m| m.name == name && m.kind == "variable");
            if same {
                fix.answers.push(other.id);
            }
        }
    }
    Some(fix)
}

fn method_range_contains(context: &Context<'_>, other: &Diagnostic, at: usize) -> bool {
    let there = context.caret(other);
    context
        .method_at(at)
        .is_some_and(|m| m.node.range.contains(&there))
}

/// A method: what the type calls so, near names of its own and inherited ones.
pub(crate) fn methods(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    missing: &Missing<'_>,
    at: Range<usize>,
    qualified: bool,
) -> Vec<Fix> {
    let count = missing.arguments.as_ref().map(Vec::len);
    let members = if qualified {
        owner_members(context, missing.owner)
    } else {
        context.around_members(at.start)
    };
    let mut fixes = Vec::new();
    if qualified && let Some(fix) = other_word(context, diagnostic, missing, &members, &at) {
        fixes.push(fix);
    }
    if !qualified {
        fixes.extend(static_import(
            context,
            diagnostic,
            missing.name,
            &["method"],
        ));
    }
    let mut near: Vec<(bool, &str)> = Vec::new();
    let all = members.iter().filter(|s| s.kind == "method");
    for symbol in all {
        let other_count = parameters(symbol).is_none_or(|p| {
            let variable = p.last().is_some_and(|(ty, _)| ty.ends_with("..."));
            count.is_some_and(|c| c != p.len() && !(variable && c + 1 >= p.len()))
        });
        near.push((other_count, &symbol.name));
    }
    near.sort();
    let best: Vec<&str> = near.iter().filter(|n| !n.0).map(|n| n.1).collect();
    let rest: Vec<&str> = near.iter().filter(|n| n.0).map(|n| n.1).collect();
    let mut chosen = nearest(missing.name, best);
    for new in nearest(missing.name, rest) {
        if !chosen.contains(&new) {
            chosen.push(new);
        }
    }
    for new in chosen {
        fixes.push(rename(context, diagnostic, at.clone(), new));
    }
    fixes
}

/// The members of the type or variable's type that javac names.
fn owner_members(context: &Context<'_>, owner: &str) -> Vec<Symbol> {
    context
        .type_named(owner)
        .map(|symbol| context.members_of(&symbol))
        .unwrap_or_default()
}

/// A method that gives what a field of this name would: `length` of a string,
/// `name` of `getName`.
fn accessor(missing: &Missing<'_>, members: &[Symbol]) -> Option<String> {
    let name = missing.name;
    let mut capital = name.to_owned();
    if let Some(first) = capital.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    let mut wanted = vec![
        name.to_owned(),
        format!("get{capital}"),
        format!("is{capital}"),
    ];
    if matches!(name, "length" | "size" | "count") {
        wanted.extend(["length".to_owned(), "size".to_owned()]);
    }
    wanted.into_iter().find(|w| {
        members.iter().any(|s| {
            s.kind == "method" && s.name == *w && parameters(s).is_some_and(|p| p.is_empty())
        })
    })
}

/// The word that Java's own types have for what another one calls otherwise.
fn other_word(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    missing: &Missing<'_>,
    members: &[Symbol],
    at: &Range<usize>,
) -> Option<Fix> {
    let name = missing.name;
    // `array.length()`
    if missing.owner.ends_with(']') {
        if !matches!(name, "length" | "size" | "count") {
            return None;
        }
        let call = context.file.slice(at.end..at.end + 2);
        let end = if call == "()" { at.end + 2 } else { at.end };
        return Some(context.replace(diagnostic, "read `length`", at.start..end, "length"));
    }
    const WORDS: [(&str, &str); 16] = [
        ("length", "size"),
        ("size", "length"),
        ("count", "size"),
        ("add", "put"),
        ("add", "append"),
        ("put", "add"),
        ("append", "add"),
        ("push", "add"),
        ("contains", "containsKey"),
        ("has", "contains"),
        ("has", "containsKey"),
        ("includes", "contains"),
        ("toUpper", "toUpperCase"),
        ("toLower", "toLowerCase"),
        ("get", "charAt"),
        ("at", "get"),
    ];
    let new = WORDS
        .iter()
        .filter(|(from, _)| *from == name)
        .map(|(_, to)| *to)
        .find(|to| members.iter().any(|s| s.kind == "method" && s.name == *to))?;
    Some(rename(context, diagnostic, at.clone(), new))
}

/// A static member of a class from which the file imports others already, or
/// of one of which other files import just this.
fn static_import(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    name: &str,
    kinds: &[&str],
) -> Vec<Fix> {
    let mut fixes = Vec::new();
    let mut classes: Vec<String> = imports::of(&context.file)
        .into_iter()
        .filter(|i| i.fixed && !i.name.ends_with('*'))
        .filter_map(|i| i.name.rsplit_once('.').map(|(class, _)| class.to_owned()))
        .collect();
    classes.sort();
    classes.dedup();
    for symbol in context.host.find(JAVA, name) {
        let known = classes.contains(&symbol.container);
        let fixed = symbol.kind == "enum-member" || symbol.signature.contains("static ");
        if known && fixed && kinds.contains(&symbol.kind.as_str()) && symbol.exported {
            let full = full_name(&symbol);
            let title = format!("import `{full}`");
            let fix = buildfix_sdk::edit::fix(diagnostic, title, "verified");
            let fix = imports::add(&context.file, fix, &full, true);
            if !fixes.contains(&fix) {
                fixes.push(fix);
            }
        }
    }
    fixes
}

impl Context<'_> {
    /// The members of the types around a byte, their base types' included.
    pub(crate) fn around_members(&self, at: usize) -> Vec<Symbol> {
        let mut found = Vec::new();
        for node in self.types_around(at) {
            let name = self.declared_name(&node);
            let own = self
                .host
                .find(JAVA, &name)
                .into_iter()
                .find(|s| is_type(s) && s.path == self.request.file.path);
            if let Some(own) = own {
                found.extend(self.members_of(&own));
            }
        }
        found
    }

    /// What type an expression has, if it is a name in sight or says so itself.
    pub(crate) fn type_of(&self, text: &str, at: usize) -> Option<String> {
        let text = text.trim();
        let is_name = text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if let Some(rest) = text
            .strip_prefix("this.")
            .filter(|r| r.chars().all(|c| c.is_alphanumeric()))
        {
            let fields = model::visible(&self.file, at);
            let field = fields
                .into_iter()
                .find(|v| v.role == Role::Field && v.name == rest);
            return field.map(|v| v.ty);
        }
        if text.starts_with('"') {
            return Some("String".to_owned());
        }
        if is_name && text.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            if let Some(variable) = model::variable(&self.file, at, text) {
                return Some(variable.ty).filter(|t| t != "var" && !t.is_empty());
            }
            let inherited = self
                .around_members(at)
                .into_iter()
                .find(|s| s.name == text)?;
            return Some(value_type(&inherited)).filter(|t| !t.is_empty());
        }
        None
    }
}
