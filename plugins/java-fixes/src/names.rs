//! What cannot be found: a name misspelt, or one that nothing imports.

use crate::members::{full_name, is_type, parameters, value_type};
use crate::model::{self, Role};
use crate::{Context, JAVA, imports, types};
use buildfix_fixer_support::names;
use buildfix_sdk::{Diagnostic, Fix, Symbol};
use std::ops::Range;

/// What javac says of a missing symbol.
struct Missing<'m> {
    /// `class`, `variable`, `method`, `constructor`.
    kind: &'m str,
    name: &'m str,
    /// The types of a method's arguments, as far as they are known.
    arguments: Option<Vec<&'m str>>,
    /// The kind of place that was searched.
    place: &'m str,
    /// The type or package that was searched.
    owner: &'m str,
}

fn read(message: &str) -> Option<Missing<'_>> {
    let after = |label: &str| {
        message
            .lines()
            .find_map(|line| line.trim().strip_prefix(label))
            .map(str::trim)
    };
    let symbol = after("symbol:")?;
    let symbol = symbol.strip_prefix("static ").unwrap_or(symbol);
    let (kind, rest) = symbol.split_once(' ').unwrap_or(("variable", symbol));
    // `method <T>f(int)`
    let rest = match rest.strip_prefix('<').and_then(|r| r.find('>')) {
        Some(end) => &rest[end + 2..],
        None => rest,
    };
    let (name, arguments) = match rest.split_once('(') {
        Some((name, list)) => (name, list.strip_suffix(')').map(types::split)),
        None => (rest, None),
    };
    let location = after("location:").unwrap_or_default();
    let (place, owner) = location.split_once(' ').unwrap_or(("", location));
    // `variable sb of type StringBuilder`
    let owner = owner.split_once(" of type ").map_or(owner, |(_, ty)| ty);
    Some(Missing {
        kind,
        name: name.trim(),
        arguments,
        place,
        owner,
    })
}

/// `cannot find symbol`.
pub(crate) fn symbol(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(missing) = read(&diagnostic.message) else {
        return Vec::new();
    };
    let mut at = context.name_at(diagnostic);
    if context.file.slice(at.clone()) != missing.name {
        // Method references and a few others point at the expression's start.
        let line = context.file.line(at.start);
        let Some(found) = word_in(&context.file, missing.name, at.start..line.end) else {
            return Vec::new();
        };
        at = found;
    }
    let qualified = context
        .file
        .slice(0..at.start)
        .trim_end()
        .ends_with(['.', ':']);
    match missing.kind {
        "class" | "interface" | "enum" => types_named(context, diagnostic, &missing, at, qualified),
        "method" | "constructor" => methods(context, diagnostic, &missing, at, qualified),
        _ => variables(context, diagnostic, &missing, at, qualified),
    }
}

/// The first place of a whole word in a range.
fn word_in(
    file: &buildfix_fixer_support::tree::File<'_>,
    word: &str,
    range: Range<usize>,
) -> Option<Range<usize>> {
    let text = file.slice(range.clone());
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .find(|at| !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part))
        .map(|at| range.start + at..range.start + at + word.len())
}

/// Names near this one. One letter has too many neighbours.
fn nearest<'n>(name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Vec<&'n str> {
    if name.chars().count() < 2 {
        return Vec::new();
    }
    names::nearest(name, candidates)
}

fn rename(context: &Context<'_>, diagnostic: &Diagnostic, at: Range<usize>, new: &str) -> Fix {
    let old = context.file.slice(at.clone());
    let title = format!("correct `{old}` to `{new}`");
    context.replace(diagnostic, title, at, new)
}

/// A type: imported from elsewhere, or one in sight with nearly this name.
fn types_named(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    missing: &Missing<'_>,
    at: Range<usize>,
    qualified: bool,
) -> Vec<Fix> {
    let mut fixes = Vec::new();
    if qualified || missing.place == "package" {
        let members = context.host.members(JAVA, missing.owner);
        let names = members
            .iter()
            .filter(|s| is_type(s))
            .map(|s| s.name.as_str());
        for new in nearest(missing.name, names) {
            fixes.push(rename(context, diagnostic, at.clone(), new));
        }
        let import = context.file.enclosing(at.clone(), &["import_declaration"]);
        if let Some(import) = import.filter(|_| fixes.is_empty()) {
            fixes.extend(moved(context, diagnostic, missing.name, &import.range));
        }
        return fixes;
    }
    fixes.extend(import_fixes(context, diagnostic, missing.name));
    fixes.extend(near_types(context, diagnostic, missing.name, &at));
    fixes
}

/// Imports of the types of exactly this name.
fn import_fixes(context: &Context<'_>, diagnostic: &Diagnostic, name: &str) -> Vec<Fix> {
    let found = context.importable(name);
    let only = found.len() == 1;
    found
        .iter()
        .take(4)
        .map(|symbol| {
            let full = full_name(symbol);
            let tier = if only { "exact" } else { "verified" };
            let fix = buildfix_sdk::edit::fix(diagnostic, format!("import `{full}`"), tier);
            imports::add(&context.file, fix, &full, false)
        })
        .collect()
}

/// Types nearly of this name: those in sight first, then those an import
/// reaches.
fn near_types(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    name: &str,
    at: &Range<usize>,
) -> Vec<Fix> {
    let mut ranked: Vec<(usize, bool, Symbol)> = Vec::new();
    let limit = names::tolerance(name);
    for symbol in context
        .host
        .similar(JAVA, name, u32::try_from(limit).unwrap_or(1))
    {
        if !is_type(&symbol)
            || symbol.name == name
            || ranked.iter().any(|r| r.2.name == symbol.name)
        {
            continue;
        }
        let Some(distance) = names::distance(name, &symbol.name, limit) else {
            continue;
        };
        let seen = context
            .types_named(&symbol.name)
            .first()
            .is_some_and(|s| context.sees(s));
        if seen || context.can_import(&symbol) {
            ranked.push((distance, !seen, symbol));
        }
    }
    ranked.sort_by_key(|(distance, unseen, _)| (*unseen, *distance));
    let mut fixes: Vec<Fix> = type_parameters(context, name, at.start)
        .into_iter()
        .map(|new| rename(context, diagnostic, at.clone(), &new))
        .collect();
    for (_, unseen, symbol) in ranked.into_iter().take(4) {
        let fix = rename(context, diagnostic, at.clone(), &symbol.name);
        fixes.push(if unseen {
            context.with_import(fix, &symbol.name)
        } else {
            fix
        });
    }
    fixes
}

/// Type parameters in reach with nearly this name; one letter has too many
/// neighbours.
fn type_parameters(context: &Context<'_>, name: &str, at: usize) -> Vec<String> {
    let found = context
        .file
        .matches("(_ (type_parameters (type_parameter . (_) @name))) @scope");
    let near: Vec<String> = found
        .iter()
        .filter(|m| m.get("scope").is_some_and(|s| s.range.contains(&at)))
        .filter_map(|m| m.get("name").map(|n| context.file.of(n).to_owned()))
        .filter(|n| n.len() > 1)
        .collect();
    nearest(name, near.iter().map(String::as_str))
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// `package x.y does not exist`: in an import another package's type, or a
/// class that the qualifier names.
pub(crate) fn package(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.lines().next().unwrap_or_default();
    let Some(name) = message.split_whitespace().nth(1) else {
        return Vec::new();
    };
    let caret = context.caret(diagnostic);
    if let Some(import) = context
        .file
        .enclosing(caret..caret, &["import_declaration"])
    {
        let last = context.name_at(diagnostic);
        let ty = context.file.slice(last).to_owned();
        return moved_from(context, diagnostic, &ty, name, &import.range);
    }
    // `Foo.Bar x`: the package is a class that nothing imports.
    if !name.contains('.') {
        let line = context.file.line(caret);
        let Some(at) = word_in(&context.file, name, line) else {
            return Vec::new();
        };
        let mut fixes = import_fixes(context, diagnostic, name);
        fixes.extend(near_types(context, diagnostic, name, &at));
        return fixes;
    }
    let line = context.file.line(caret);
    let Some(at) = word_in(&context.file, name, line) else {
        return Vec::new();
    };
    near_packages(context, name)
        .into_iter()
        .map(|new| rename(context, diagnostic, at.clone(), &new))
        .collect()
}

/// The packages whose name is nearly this one.
fn near_packages(context: &Context<'_>, name: &str) -> Vec<String> {
    let mut found: Vec<String> = context
        .host
        .similar(JAVA, name, 2)
        .into_iter()
        .filter(|s| s.kind == "namespace" && s.name != name)
        .map(|s| s.name)
        .collect();
    found.dedup();
    let own = imports::package(&context.file);
    if names::distance(name, &own, 2).is_some() {
        found.insert(0, own);
    }
    found
}

/// An import of a type that stands in another package.
fn moved(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    ty: &str,
    import: &Range<usize>,
) -> Vec<Fix> {
    moved_from(context, diagnostic, ty, "", import)
}

fn moved_from(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    ty: &str,
    package: &str,
    import: &Range<usize>,
) -> Vec<Fix> {
    let text = context.file.slice(import.clone()).to_owned();
    let fixed = text.starts_with("import static");
    let word = if fixed { "import static " } else { "import " };
    if ty.is_empty() || fixed {
        // `import x.y.*;`, or a member of a class that is misspelt.
        return near_packages(context, package)
            .into_iter()
            .map(|new| {
                let fix = text.replacen(package, &new, 1);
                context.replace(
                    diagnostic,
                    format!("import from `{new}`"),
                    import.clone(),
                    fix,
                )
            })
            .collect();
    }
    let mut found: Vec<Symbol> = context
        .host
        .find(JAVA, ty)
        .into_iter()
        .filter(|s| is_type(s) && context.can_import(s))
        .collect();
    found.sort_by_key(|s| {
        let near = names::distance(package, &s.container, 3);
        (near.unwrap_or(9), s.origin != "workspace", full_name(s))
    });
    found.dedup_by_key(|s| full_name(s));
    let exact = found.len() == 1;
    let mut fixes: Vec<Fix> = found
        .iter()
        .take(3)
        .map(|symbol| {
            let full = full_name(symbol);
            let mut fix = context.replace(
                diagnostic,
                format!("import `{full}`"),
                import.clone(),
                format!("{word}{full};"),
            );
            if exact {
                "exact".clone_into(&mut fix.applicability);
            }
            fix
        })
        .collect();
    if fixes.is_empty() {
        // Both may be misspelt.
        for new in near_packages(context, package) {
            let fix = text.replacen(package, &new, 1);
            fixes.push(context.replace(
                diagnostic,
                format!("import from `{new}`"),
                import.clone(),
                fix,
            ));
        }
    }
    fixes
}

/// A variable: near ones in sight, a member of what qualifies it, or a class.
fn variables(
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
fn methods(
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
