//! What cannot be found: a name misspelt, or one that nothing imports.

use crate::members::{full_name, is_type};
use crate::{Context, JAVA, imports, types, values};
use buildfix_fixer_support::names;
use buildfix_sdk::{Diagnostic, Fix, Symbol};
use std::ops::Range;

/// What javac says of a missing symbol.
pub(crate) struct Missing<'m> {
    /// `class`, `variable`, `method`, `constructor`.
    pub kind: &'m str,
    pub name: &'m str,
    /// The types of a method's arguments, as far as they are known.
    pub arguments: Option<Vec<&'m str>>,
    /// The kind of place that was searched.
    pub place: &'m str,
    /// The type or package that was searched.
    pub owner: &'m str,
}

pub(crate) fn read(message: &str) -> Option<Missing<'_>> {
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
        "method" | "constructor" => values::methods(context, diagnostic, &missing, at, qualified),
        _ => values::variables(context, diagnostic, &missing, at, qualified),
    }
}

/// The first place of a whole word in a range.
pub(crate) fn word_in(
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
pub(crate) fn nearest<'n>(
    name: &str,
    candidates: impl IntoIterator<Item = &'n str>,
) -> Vec<&'n str> {
    if name.chars().count() < 2 {
        return Vec::new();
    }
    names::nearest(name, candidates)
}

pub(crate) fn rename(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    at: Range<usize>,
    new: &str,
) -> Fix {
    let old = context.file.slice(at.clone());
    let title = format!("correct `{old}` to `{new}`");
    context.replace(diagnostic, title, at, new)
}

/// A type: imported from elsewhere, or one in sight with nearly this name.
pub(crate) fn types_named(
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
    // An import of it that leads nowhere is reported by itself.
    let imported = imports::of(&context.file);
    let suffix = format!(".{}", missing.name);
    if imported
        .iter()
        .any(|i| !i.fixed && i.name.ends_with(&suffix))
    {
        return fixes;
    }
    fixes.extend(import_fixes(context, diagnostic, missing.name));
    fixes.extend(near_types(context, diagnostic, missing.name, &at));
    fixes
}

/// Imports of the types of exactly this name.
pub(crate) fn import_fixes(context: &Context<'_>, diagnostic: &Diagnostic, name: &str) -> Vec<Fix> {
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
pub(crate) fn near_types(
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
