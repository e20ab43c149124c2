//! `static`, `final`, access, and what an override owes the method it
//! overrides.

use crate::members::{full_name, package_of};
use crate::model::{self, METHODS, TYPES};
use crate::{Context, JAVA, imports, types};
use buildfix_fixer_support::tree::{File, Node};
use buildfix_sdk::{Diagnostic, Fix, Symbol, edit};
use std::ops::Range;
use std::rc::Rc;

const ACCESS: [&str; 3] = ["public", "protected", "private"];
/// Kinds of nodes that have modifiers.
const DECLARATIONS: [&str; 10] = [
    "method_declaration",
    "constructor_declaration",
    "field_declaration",
    "local_variable_declaration",
    "formal_parameter",
    "class_declaration",
    "interface_declaration",
    "enum_declaration",
    "record_declaration",
    "constant_declaration",
];

/// The words of a declaration's modifiers, annotations left out, with their
/// places.
fn words(file: &File<'_>, node: &Node) -> Vec<(String, Range<usize>)> {
    let Some(modifiers) = file.children(node, "modifiers").into_iter().next() else {
        return Vec::new();
    };
    let mut at = modifiers.range.start;
    let annotations: Vec<Range<usize>> = ["marker_annotation", "annotation"]
        .iter()
        .flat_map(|kind| file.children(&modifiers, kind))
        .map(|n| n.range)
        .collect();
    let mut found = Vec::new();
    while at < modifiers.range.end {
        if let Some(annotation) = annotations.iter().find(|a| a.start == at) {
            at = annotation.end;
            continue;
        }
        let word = file.word(at);
        if word.is_empty() {
            at += file
                .slice(at..modifiers.range.end)
                .chars()
                .next()
                .map_or(1, char::len_utf8);
            continue;
        }
        at = word.end;
        found.push((file.slice(word.clone()).to_owned(), word));
    }
    found
}

/// Where a declaration's type or keyword begins, behind annotations.
fn start(file: &File<'_>, node: &Node) -> usize {
    let Some(modifiers) = file.children(node, "modifiers").into_iter().next() else {
        return node.range.start;
    };
    let rest = file.slice(modifiers.range.end..node.range.end);
    let blank = rest.len() - rest.trim_start().len();
    match words(file, node).first() {
        Some((_, first)) => first.start,
        None => modifiers.range.end + blank,
    }
}

/// Gives a declaration another access; none is that of its package.
fn set_access(file: &File<'_>, fix: Fix, node: &Node, access: &str) -> Fix {
    let written = words(file, node);
    match written
        .iter()
        .find(|(word, _)| ACCESS.contains(&word.as_str()))
    {
        Some((_, range)) if access.is_empty() => {
            let rest = file.slice(range.end..node.range.end);
            let blank = rest.len() - rest.trim_start().len();
            file.edit(fix, range.start..range.end + blank, "")
        }
        Some((_, range)) => file.edit(fix, range.clone(), access),
        None if access.is_empty() => fix,
        None => {
            let at = start(file, node);
            file.edit(fix, at..at, format!("{access} "))
        }
    }
}

/// Adds a modifier behind the access.
fn add_word(file: &File<'_>, fix: Fix, node: &Node, word: &str) -> Fix {
    let written = words(file, node);
    let behind = written
        .iter()
        .filter(|(w, _)| ACCESS.contains(&w.as_str()) || w == "abstract")
        .map(|(_, range)| range.end)
        .max();
    match behind {
        Some(at) => file.edit(fix, at..at, format!(" {word}")),
        None => {
            let at = start(file, node);
            file.edit(fix, at..at, format!("{word} "))
        }
    }
}

/// Takes a modifier away.
pub(crate) fn remove_word(file: &File<'_>, fix: Fix, node: &Node, word: &str) -> Option<Fix> {
    let (_, range) = words(file, node).into_iter().rfind(|(w, _)| w == word)?;
    let rest = file.slice(range.end..node.range.end);
    let blank = rest.len() - rest.trim_start().len();
    Some(file.edit(fix, range.start..range.end + blank, ""))
}

impl<'a> Context<'a> {
    /// The declaration that a symbol of the workspace is, and its file.
    pub(crate) fn declaration(&self, symbol: &Symbol) -> Option<(Rc<File<'a>>, Node)> {
        if symbol.path.is_empty() {
            return None;
        }
        let file = self.trees.get(&symbol.path)?;
        let range = symbol.start as usize..symbol.end as usize;
        let node = file
            .around(range.clone())
            .into_iter()
            .find(|n| DECLARATIONS.contains(&n.kind.as_str()))?;
        Some((file, node))
    }
}

/// `name(types)` of a message, or a name alone.
fn signature(text: &str) -> (&str, Option<Vec<&str>>) {
    let text = text.trim();
    let text = match text.strip_prefix('<').and_then(|r| r.find('>')) {
        Some(end) => &text[end + 2..],
        None => text,
    };
    match text.split_once('(') {
        Some((name, list)) => {
            let list = list.rsplit_once(')').map_or(list, |(l, _)| l);
            (name, Some(types::split(list)))
        }
        None => (text.split(' ').next().unwrap_or(text), None),
    }
}

/// Whether a symbol has these parameter types.
fn has_parameters(symbol: &Symbol, wanted: &[&str]) -> bool {
    crate::members::parameters(symbol).is_some_and(|own| {
        own.len() == wanted.len()
            && own.iter().zip(wanted).all(|((ty, _), wanted)| {
                types::simple(ty) == types::simple(wanted)
                    && ty.contains('[') == wanted.contains('[')
            })
    })
}

/// `non-static X cannot be referenced from a static context`: X becomes
/// static, or the method that uses it stops being so.
pub(crate) fn add_static(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let Some(what) = first
        .strip_prefix("non-static ")
        .and_then(|rest| rest.split(" cannot be referenced").next())
    else {
        return Vec::new();
    };
    let (kind, rest) = what.split_once(' ').unwrap_or(("", what));
    let mut fixes = Vec::new();
    if rest == "this" || rest == "super" {
        // `new Inner()` of an inner class.
        let created = file.enclosing(at..at + 1, &["object_creation_expression"]);
        let ty = created.and_then(|n| file.field(&n, "type"));
        if let Some(ty) = ty {
            let name = types::simple(file.of(&ty)).to_owned();
            let inner = context
                .types_named(&name)
                .into_iter()
                .find(|s| s.path == file.path());
            if let Some((other, node)) = inner.and_then(|s| context.declaration(&s)) {
                let fix = edit::fix(diagnostic, format!("make `{name}` static"), "verified");
                fixes.push(add_word(&other, fix, &node, "static"));
            }
        }
    } else {
        let (name, parameters) = signature(rest);
        let mut found: Vec<Symbol> = context.around_members(at);
        let line = context.name_at(diagnostic);
        // `Type.method()`
        let before = file.slice(0..line.start).trim_end();
        if let Some(before) = before.strip_suffix('.') {
            let from = before
                .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
                .map_or(0, |n| n + 1);
            if let Some(ty) = context.type_named(&before[from..]) {
                found = context.members_of(&ty);
            }
        }
        found.retain(|s| s.name == name && s.origin == "workspace");
        if let Some(parameters) = &parameters {
            found.retain(|s| has_parameters(s, parameters));
        }
        found.retain(|s| (s.kind == "method") == (kind == "method"));
        if let Some((other, node)) = found.first().and_then(|s| context.declaration(s)) {
            let fix = edit::fix(diagnostic, format!("make `{name}` static"), "verified");
            fixes.push(add_word(&other, fix, &node, "static"));
        }
    }
    if let Some(method) = context.method_at(at) {
        let name = file.slice(method.name.clone()).to_owned();
        let fix = edit::fix(
            diagnostic,
            format!("make `{name}` an instance method"),
            "verified",
        );
        if name != "main"
            && let Some(fix) = remove_word(file, fix, &method.node, "static")
        {
            fixes.push(fix);
        }
    }
    fixes
}

/// A value that is set again: what declares it is not `final`.
pub(crate) fn not_final(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let mut names = first.split_whitespace();
    // `… final variable x`, `final parameter x may not …`, `variable x might …`
    let Some(name) = names
        .find(|w| matches!(*w, "variable" | "parameter"))
        .and(names.next())
    else {
        return Vec::new();
    };
    let at = context.caret(diagnostic);
    let title = format!("let `{name}` change");
    let after = file.slice(at..file.line(at).end).trim_start();
    let qualified = after.starts_with('.') && !file.slice(0..at).trim_end().ends_with("this");
    if !qualified && let Some(variable) = model::variable(file, at, name) {
        let node = file
            .around(variable.declaration.clone())
            .into_iter()
            .find(|n| n.range == variable.declaration);
        let fix = edit::fix(diagnostic, title, "verified");
        let fixed = node.and_then(|n| remove_word(file, fix, &n, "final"));
        return fixed.into_iter().collect();
    }
    let mut found = context.around_members(at);
    if qualified {
        found = context.host.find(JAVA, name);
    }
    found.retain(|s| {
        s.name == name && s.origin == "workspace" && matches!(s.kind.as_str(), "field" | "constant")
    });
    found
        .iter()
        .filter_map(|symbol| {
            let (other, node) = context.declaration(symbol)?;
            remove_word(
                &other,
                edit::fix(diagnostic, title.clone(), "verified"),
                &node,
                "final",
            )
        })
        .take(1)
        .collect()
}

/// `X has private access in Y`: what it keeps gets the least access that
/// reaches; a method that gives it, where there is one.
pub(crate) fn widen(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let (what, owner) = if let Some((what, owner)) = first.split_once(" has private access in ") {
        (what, owner)
    } else if let Some((what, owner)) = first.split_once(" has protected access in ") {
        (what, owner)
    } else if let Some((what, rest)) = first.split_once(" is not public in ") {
        (what, rest.split(';').next().unwrap_or(rest))
    } else {
        return Vec::new();
    };
    let (name, parameters) = signature(what);
    let owner_name = types::simple(owner);
    // Of types of one name the one in sight, if it keeps such a thing to itself.
    let mut owners = context.types_named(owner_name);
    owners.retain(|s| s.origin == "workspace");
    let keeps = |ty: &Symbol| {
        let members = context.host.members(JAVA, &full_name(ty));
        let open = first.contains(" is not public in ");
        members.iter().any(|s| {
            s.name == name
                && (open || s.signature.contains("private ") || s.signature.contains("protected "))
        })
    };
    let Some(ty) = owners
        .iter()
        .find(|ty| keeps(ty))
        .or_else(|| owners.first())
        .cloned()
    else {
        return Vec::new();
    };
    let members = context.host.members(JAVA, &full_name(&ty));
    let mut fixes = Vec::new();
    let at = context.name_at(diagnostic);
    let qualified = file.slice(0..at.start).trim_end().ends_with('.');
    // A field's reader; not where the field is set.
    let set = file.slice(at.end..file.line(at.end).end).trim_start();
    let is_set = set.starts_with('=') && !set.starts_with("==");
    if parameters.is_none() && qualified && !is_set {
        let mut capital = name.to_owned();
        if let Some(first) = capital.get_mut(0..1) {
            first.make_ascii_uppercase();
        }
        let readers = [
            format!("get{capital}"),
            format!("is{capital}"),
            name.to_owned(),
        ];
        let reader = readers.iter().find(|r| {
            members.iter().any(|s| {
                s.kind == "method" && s.name == **r && s.exported && s.signature.contains("()")
            })
        });
        if let Some(reader) = reader {
            let title = format!("call `{reader}()`");
            fixes.push(context.replace(diagnostic, title, at.clone(), format!("{reader}()")));
        }
    }
    let mut symbols: Vec<Symbol> = members.into_iter().filter(|s| s.name == name).collect();
    if name == owner_name && parameters.is_some() {
        symbols.retain(|s| s.kind == "constructor");
    }
    if let Some(parameters) = &parameters {
        symbols.retain(|s| has_parameters(s, parameters));
    }
    let symbol = symbols.into_iter().next().unwrap_or(ty.clone());
    let Some((other, node)) = context.declaration(&symbol) else {
        return fixes;
    };
    let same_package = package_of(&ty.container) == imports::package(file);
    let derived = context.types_around(at.start).iter().any(|n| {
        let own = context
            .types_named(&context.declared_name(n))
            .into_iter()
            .next();
        own.is_some_and(|own| {
            context
                .bases(&own)
                .iter()
                .skip(1)
                .any(|b| full_name(b) == full_name(&ty))
        })
    });
    let mut access = if derived {
        vec!["protected"]
    } else if same_package {
        vec![""]
    } else {
        vec!["public"]
    };
    if same_package && derived {
        access.push("");
    }
    for access in access {
        let title = match access {
            "" => format!("open `{name}` to its package"),
            _ => format!("make `{name}` {access}"),
        };
        fixes.push(set_access(
            &other,
            edit::fix(diagnostic, title, "verified"),
            &node,
            access,
        ));
    }
    fixes
}

/// A method that does not keep what the one it overrides promises.
pub(crate) fn overriding(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let message = diagnostic.message.as_str();
    let Some(node) = file.enclosing(at..at + 1, &METHODS[..1]) else {
        return Vec::new();
    };
    let Some(method) = model::method(file, node.clone()) else {
        return Vec::new();
    };
    let detail = message.lines().nth(1).unwrap_or_default().trim();
    if let Some(was) = detail.split("; was ").nth(1) {
        let access = was.trim();
        let access = if access == "package" { "" } else { access };
        let fix = edit::fix(diagnostic, format!("make it {}", was.trim()), "exact");
        return vec![set_access(file, fix, &node, access)];
    }
    if let Some((_, wanted)) = detail.split_once(" is not compatible with ") {
        let Some(returns) = method.returns else {
            return Vec::new();
        };
        let title = format!("return `{wanted}` as the overridden method does");
        let fix = context.replace(diagnostic, title, returns, wanted.trim().replace(',', ", "));
        return vec![context.with_import(fix, types::simple(wanted))];
    }
    if let Some((_, exception)) = detail.split_once("overridden method does not throw ") {
        let exception = types::simple(exception);
        let Some(throws) = method.throws else {
            return Vec::new();
        };
        let listed = file.slice(throws.clone()).trim_start_matches("throws");
        let rest: Vec<&str> = types::split(listed)
            .into_iter()
            .filter(|t| types::simple(t) != exception)
            .collect();
        let blank = throws.start - file.slice(0..throws.start).trim_end().len();
        let new = if rest.is_empty() {
            String::new()
        } else {
            format!(" throws {}", rest.join(", "))
        };
        let title = format!("do not declare `{exception}`");
        return vec![context.replace(diagnostic, title, throws.start - blank..throws.end, new)];
    }
    if detail.contains("overriding method is static") {
        let fix = edit::fix(diagnostic, "make it an instance method", "verified");
        return remove_word(file, fix, &node, "static")
            .into_iter()
            .collect();
    }
    Vec::new()
}

/// The declaration that has the modifier at a byte.
pub(crate) fn declaration_at(file: &File<'_>, at: usize) -> Option<Node> {
    let kinds: Vec<&str> = DECLARATIONS.iter().chain(&TYPES).copied().collect();
    file.enclosing(at..at + 1, &kinds)
}
