//! What is not defined: a name misspelt, one that nothing imports, or one of
//! the object's own.

use crate::imports::{self, Import};
use crate::model::{self, Function, quoted};
use crate::{Context, PYTHON};
use buildfix_fixer_support::names;
use buildfix_sdk::{Diagnostic, Fix, Symbol, edit};
use std::ops::Range;

/// Words of other languages.
const FOREIGN: [(&str, &str); 9] = [
    ("null", "None"),
    ("nil", "None"),
    ("NULL", "None"),
    ("undefined", "None"),
    ("none", "None"),
    ("true", "True"),
    ("false", "False"),
    ("this", "self"),
    ("NotImplementedException", "NotImplementedError"),
];

fn rename(context: &Context<'_>, diagnostic: &Diagnostic, at: Range<usize>, new: &str) -> Fix {
    let old = context.file.slice(at.clone());
    let title = format!("correct `{old}` to `{new}`");
    context.replace(diagnostic, title, at, new)
}

/// What a message proposes at its end: `; did you mean "x"?`, `; maybe "x" or
/// "y"?`.
fn proposed(message: &str) -> Vec<&str> {
    let message = message.lines().next().unwrap_or_default();
    ["; did you mean ", "; maybe "]
        .iter()
        .find_map(|words| message.split_once(words))
        .map_or(Vec::new(), |(_, rest)| quoted(rest))
}

/// `Name "x" is not defined`.
pub(crate) fn undefined(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let message = diagnostic.message.as_str();
    let Some(name) = quoted(message).first().copied() else {
        return Vec::new();
    };
    let Some(at) = context.word(diagnostic, name) else {
        return Vec::new();
    };
    let mut fixes = Vec::new();
    let function = model::function_at(file, at.start);
    if name == "self" || name == "cls" {
        return function
            .and_then(|f| add_self(context, diagnostic, &f, name))
            .into_iter()
            .collect();
    }
    if let Some((_, right)) = FOREIGN.iter().find(|(wrong, _)| *wrong == name) {
        let mut fix = rename(context, diagnostic, at.clone(), right);
        "exact".clone_into(&mut fix.applicability);
        return vec![fix];
    }
    if let Some(own) = owned(context, at.start, name) {
        let title = format!("write `{own}.{name}`");
        fixes.push(context.replace(diagnostic, title, at.start..at.start, format!("{own}.")));
    }
    let found = context.importable(name);
    let (sure, unsure): (Vec<_>, Vec<_>) = found.into_iter().partition(|(import, sure)| {
        *sure
            || matches!(import, Import::Module(_))
            || matches!(import, Import::From(m, _) if m == "typing")
    });
    let only = fixes.is_empty() && sure.len() == 1 && unsure.is_empty();
    for (import, _) in sure.iter().take(3) {
        let tier = if only { "exact" } else { "verified" };
        fixes.push(context.import(diagnostic, import, tier));
    }
    let mut near: Vec<String> = proposed(message).into_iter().map(str::to_owned).collect();
    let mut visible = model::visible(file, at.start);
    visible.extend(builtins(context, name));
    for new in names::nearest(name, visible.iter().map(String::as_str)) {
        if !near.iter().any(|n| n == new) {
            near.push(new.to_owned());
        }
    }
    // One letter has too many neighbours.
    if name.len() > 1 {
        fixes.extend(
            near.iter()
                .map(|new| rename(context, diagnostic, at.clone(), new)),
        );
    }
    for (import, _) in unsure.iter().take(2) {
        fixes.push(context.import(diagnostic, import, "verified"));
    }
    fixes
}

/// Names near this one that need no import.
fn builtins(context: &Context<'_>, name: &str) -> Vec<String> {
    context
        .host
        .similar(PYTHON, name, 2)
        .into_iter()
        .filter(|s| s.container == "builtins")
        .map(|s| s.name)
        .collect()
}

/// The parameter through which a method reaches a member of this name, if its
/// class or a base of it has one.
fn owned(context: &Context<'_>, at: usize, name: &str) -> Option<String> {
    let file = &context.file;
    let around = file.around(at..at + 1);
    let method = around
        .iter()
        .filter(|n| n.kind == "function_definition")
        .filter_map(|n| model::function(file, n.clone()))
        .find(|f| f.class.is_some())?;
    if !method.body.contains(&at) || method.decorators.contains("staticmethod") {
        return None;
    }
    let first = method.parameters.first().filter(|p| p.ty.is_none())?;
    let class = method.class.as_deref()?;
    let members = context.members_of(class);
    members
        .iter()
        .any(|s| s.name == name)
        .then(|| first.name.clone())
}

/// The function is a method that does not take its object.
pub(crate) fn add_self(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    function: &Function,
    name: &str,
) -> Option<Fix> {
    let file = &context.file;
    // A function inside a method uses the method's object.
    let around = file.around(function.node.range.clone());
    let method = around
        .iter()
        .filter(|n| n.kind == "function_definition")
        .filter_map(|n| model::function(file, n.clone()))
        .find(|f| f.class.is_some())?;
    if method.parameters.first().is_some_and(|p| p.name == name)
        || method.decorators.contains("staticmethod")
    {
        return None;
    }
    let at = method.list.start + 1;
    let text = if method.parameters.is_empty() {
        name.to_owned()
    } else {
        format!("{name}, ")
    };
    Some(context.replace(diagnostic, format!("take `{name}`"), at..at, text))
}

impl Context<'_> {
    /// The members of the classes of a name, and of their bases.
    pub(crate) fn members_of(&self, class: &str) -> Vec<Symbol> {
        let mut queue = vec![class.rsplit('.').next().unwrap_or(class).to_owned()];
        let mut found = Vec::new();
        let mut next = 0;
        while next < queue.len() && next < 12 {
            let name = queue[next].clone();
            next += 1;
            let mut classes = self.host.find(PYTHON, &name);
            classes.retain(|s| s.kind == "class");
            // The file's own before the project's before the library's.
            classes.sort_by_key(|s| (s.path != self.file.path(), s.origin != "workspace"));
            let Some(class) = classes.first() else {
                continue;
            };
            let full = if class.container.is_empty() {
                class.name.clone()
            } else {
                format!("{}.{}", class.container, class.name)
            };
            found.extend(self.host.members(PYTHON, &full));
            let head = class.signature.rsplit_once("class ").map_or("", |(_, h)| h);
            if let Some((_, bases)) = head.split_once('(') {
                for base in model::parts(bases.trim_end_matches(')')) {
                    let base = base.split('[').next().unwrap_or(base);
                    let base = base.rsplit('.').next().unwrap_or(base).to_owned();
                    if !base.contains('=') && !queue.contains(&base) {
                        queue.push(base);
                    }
                }
            }
        }
        found
    }
}

/// `"A" has no attribute "x"` and `Module "m" has no attribute "x"`.
pub(crate) fn attribute(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = diagnostic.message.as_str();
    if message.starts_with("\"Callable[")
        || message.starts_with("\"def (")
        || message.starts_with("\"overloaded function")
    {
        return crate::convert::call_it(context, diagnostic);
    }
    let words = quoted(message.split(';').next().unwrap_or(message));
    let Some(name) = words.last().copied() else {
        return Vec::new();
    };
    let owner = if words.len() > 1 { words[0] } else { "" };
    let span = context.span(diagnostic);
    // The attribute is what the place ends with.
    let at = if context.file.slice(span.clone()).ends_with(name) && !span.is_empty() {
        Some(span.end - name.len()..span.end)
    } else {
        context.word(diagnostic, name)
    };
    let Some(at) = at else {
        return Vec::new();
    };
    if message.contains("does not explicitly export") {
        return exported_elsewhere(context, diagnostic, name, owner);
    }
    let mut near: Vec<String> = proposed(message).into_iter().map(str::to_owned).collect();
    let members: Vec<Symbol> = if message.starts_with("Module") {
        module_members(context, owner, at.start)
    } else {
        let class = owner.trim_start_matches("type[").trim_end_matches(']');
        context.members_of(class.split('[').next().unwrap_or(class))
    };
    for new in names::nearest(name, members.iter().map(|s| s.name.as_str())) {
        if !near.iter().any(|n| n == new) {
            near.push(new.to_owned());
        }
    }
    let mut fixes: Vec<Fix> = near
        .iter()
        .map(|new| rename(context, diagnostic, at.clone(), new))
        .collect();
    fixes.extend(crate::convert::as_text(context, diagnostic, owner, name));
    fixes
}

/// What a module offers; where the message does not name it, the expression
/// does.
fn module_members(context: &Context<'_>, module: &str, at: usize) -> Vec<Symbol> {
    if !module.is_empty() {
        return context.host.members(PYTHON, module);
    }
    let file = &context.file;
    let before = file.slice(0..at.saturating_sub(1));
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))
        .map_or(0, |n| n + 1);
    context.host.members(PYTHON, &before[start..])
}

/// `from m import x` where another module declares x.
fn exported_elsewhere(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    name: &str,
    module: &str,
) -> Vec<Fix> {
    let file = &context.file;
    let span = context.span(diagnostic);
    let Some(node) = file.enclosing(span.start..span.start + 1, &["import_from_statement"]) else {
        return Vec::new();
    };
    let names = file.of(&node).split_once(" import ").map_or("", |(_, n)| n);
    let Some(written) = file.field(&node, "module_name") else {
        return Vec::new();
    };
    if names.trim() != name {
        return Vec::new();
    }
    let mut fixes = Vec::new();
    for (import, _) in context.importable(name) {
        if let Import::From(other, what) = import
            && what == name
            && other != module
            && other != file.of(&written)
        {
            let title = format!("import `{name}` from `{other}`");
            fixes.push(context.replace(diagnostic, title, written.range.clone(), other));
        }
    }
    fixes
}

/// `Cannot find implementation or library stub for module named "x.y"`.
pub(crate) fn module(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let Some(missing) = quoted(&diagnostic.message).first().copied() else {
        return Vec::new();
    };
    let parts: Vec<&str> = missing.split('.').collect();
    let mut known: Vec<String> = context
        .host
        .similar(PYTHON, missing, 2)
        .into_iter()
        .filter(|s| s.kind == "module")
        .map(|s| s.name)
        .collect();
    for path in context.host.list_files("**/*.py").unwrap_or_default() {
        known.push(imports::module_of(context, &path));
        // A folder on the path may not be a package.
        let stem = path.trim_end_matches(".py").trim_end_matches("/__init__");
        known.push(stem.replace('/', "."));
    }
    known.sort();
    known.dedup();
    let mut found: Vec<(usize, &str, &str)> = Vec::new();
    for candidate in &known {
        let other: Vec<&str> = candidate.split('.').collect();
        if other.len() != parts.len() {
            continue;
        }
        let differing: Vec<usize> = (0..parts.len())
            .filter(|i| parts[*i] != other[*i])
            .collect();
        if let [at] = differing.as_slice()
            && let Some(distance) =
                names::distance(parts[*at], other[*at], names::tolerance(parts[*at]))
        {
            found.push((distance, parts[*at], other[*at]));
        }
    }
    found.sort();
    found.dedup();
    found
        .into_iter()
        .filter_map(|(_, old, new)| {
            let at = context.word(diagnostic, old)?;
            // `import a.b` may be used by its name further on.
            let fix = rename(context, diagnostic, at, new);
            Some(elsewhere(file, fix, old, new, diagnostic))
        })
        .collect()
}

/// Where `import wrong` also wrote `wrong.x` in the file's code, those uses are
/// of the same slip.
fn elsewhere(
    file: &buildfix_fixer_support::tree::File<'_>,
    mut fix: Fix,
    old: &str,
    new: &str,
    diagnostic: &Diagnostic,
) -> Fix {
    let statement = file.enclosing(
        diagnostic.span.start as usize..diagnostic.span.start as usize + 1,
        &["import_statement"],
    );
    let plain = statement.is_some_and(|s| !file.of(&s).contains(" as "));
    if plain {
        for one in file.matches("(attribute object: (identifier) @n)").iter() {
            if let Some(node) = one.get("n").filter(|n| file.of(n) == old) {
                fix = file.edit(fix, node.range.clone(), new);
            }
        }
    }
    fix
}

/// `Function "builtins.any" is not valid as a type`, with a note that names
/// what was meant.
pub(crate) fn not_a_type(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let meant = diagnostic.related.iter().find_map(|r| {
        let rest = r.message.strip_prefix("Perhaps you meant ")?;
        let words = quoted(rest);
        Some((words.first()?.to_string(), words.get(1)?.to_string()))
    });
    let Some((right, wrong)) = meant else {
        return Vec::new();
    };
    let Some(at) = context.word(diagnostic, &wrong) else {
        return Vec::new();
    };
    let Some(name) = right.strip_prefix("typing.") else {
        return Vec::new();
    };
    let fix = edit::fix(
        diagnostic,
        format!("write `{name}` for `{wrong}`"),
        "verified",
    );
    let (fix, name) = context.typing(fix, name);
    vec![context.file.edit(fix, at, name)]
}
