//! The file's imports, and where another one goes.

use crate::{Context, PYTHON};
use buildfix_fixer_support::tree::{File, Node};
use buildfix_sdk::{Diagnostic, Fix, Symbol, edit};

/// How many of the project's files are looked at for what it imports.
const MOST_FILES: usize = 150;

/// A statement that would bind a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Import {
    /// `import module` or `import module as alias`.
    Module(String),
    /// `from module import name`, with an alias if it has one.
    From(String, String),
}

impl Import {
    fn line(&self) -> String {
        match self {
            Self::Module(what) => format!("import {what}"),
            Self::From(module, name) => format!("from {module} import {name}"),
        }
    }
}

/// The import statements at the top of a file, in order.
fn statements(file: &File<'_>) -> Vec<Node> {
    let mut found: Vec<Node> = [
        "import_statement",
        "import_from_statement",
        "future_import_statement",
    ]
    .iter()
    .flat_map(|kind| {
        let all = file.matches(&format!("(module ({kind}) @n)"));
        let nodes: Vec<Node> = all.iter().filter_map(|m| m.get("n").cloned()).collect();
        nodes
    })
    .collect();
    found.sort_by_key(|n| n.range.start);
    found
}

/// The names that imports bind, anywhere in the file.
pub(crate) fn bound(file: &File<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for kind in ["import_statement", "import_from_statement"] {
        for node in file.all(kind) {
            for name in file.children(&node, "_") {
                let text = file.of(&name);
                match name.kind.as_str() {
                    "aliased_import" => {
                        found.extend(text.rsplit(' ').next().map(str::to_owned));
                    }
                    "dotted_name"
                        if kind == "import_statement" || is_imported(file, &node, &name) =>
                    {
                        found.extend(text.split('.').next().map(str::to_owned));
                    }
                    _ => {}
                }
            }
        }
    }
    found
}

/// Whether a part of `from m import a` is not `m`.
fn is_imported(file: &File<'_>, node: &Node, name: &Node) -> bool {
    file.field(node, "module_name")
        .is_none_or(|module| module.range != name.range)
}

/// The lines of a text that import, and what each binds, parentheses around
/// lists of names undone.
fn lines(text: &str) -> Vec<Import> {
    let mut found = Vec::new();
    let mut rest = text.lines();
    while let Some(line) = rest.next() {
        let line = line.trim();
        if let Some(modules) = line.strip_prefix("import ") {
            found.extend(modules.split(',').map(|m| Import::Module(plain(m))));
        } else if let Some((module, names)) = line
            .strip_prefix("from ")
            .and_then(|l| l.split_once(" import "))
        {
            let mut names = names.to_owned();
            while names.contains('(') && !names.contains(')') {
                match rest.next() {
                    Some(more) => {
                        names.push(' ');
                        names.push_str(more.split('#').next().unwrap_or_default());
                    }
                    None => break,
                }
            }
            let names = names.replace(['(', ')'], "");
            let names = names.split(',').map(plain).filter(|n| !n.is_empty());
            found.extend(names.map(|n| Import::From(module.trim().to_owned(), n)));
        }
    }
    found
}

fn plain(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Import {
    fn binds(&self, name: &str) -> bool {
        let what = match self {
            Self::Module(what) | Self::From(_, what) => what,
        };
        match what.split_once(" as ") {
            Some((_, alias)) => alias == name,
            None => what == name,
        }
    }
}

/// The dotted name of the module that a path is.
pub(crate) fn module_of(context: &Context<'_>, path: &str) -> String {
    let stem = path.trim_end_matches(".pyi").trim_end_matches(".py");
    let mut parts: Vec<&str> = stem.split('/').collect();
    let mut first = parts.len().saturating_sub(1);
    while first > 0 {
        let folder = parts[..first].join("/");
        let exists = |name: &str| {
            context
                .host
                .list_files(&format!("{folder}/{name}"))
                .is_ok_and(|l| !l.is_empty())
        };
        if !exists("__init__.py") && !exists("__init__.pyi") {
            break;
        }
        first -= 1;
    }
    if parts.last() == Some(&"__init__") {
        parts.pop();
    }
    parts.get(first..).unwrap_or_default().join(".")
}

/// A module as a file names it: relative where the file's other imports of
/// its own package are.
fn named_from(context: &Context<'_>, module: &str) -> String {
    let file = &context.file;
    let relative = statements(file)
        .iter()
        .any(|n| file.of(n).starts_with("from ."));
    let own = module_of(context, file.path());
    let is_package = file.path().ends_with("__init__.py");
    let mut home: Vec<&str> = own.split('.').collect();
    if !is_package {
        home.pop();
    }
    let parts: Vec<&str> = module.split('.').collect();
    let shared = home.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    if !relative || shared == 0 {
        return module.to_owned();
    }
    let dots = ".".repeat(home.len() - shared + 1);
    format!("{dots}{}", parts[shared..].join("."))
}

impl Context<'_> {
    /// Ways to bring a name into the file, likeliest first: what the project
    /// declares, what its other files import under this name, then the standard
    /// library's. With `true` where the project itself speaks for it.
    pub(crate) fn importable(&self, name: &str) -> Vec<(Import, bool)> {
        let own_path = self.file.path();
        let mut found: Vec<(Import, bool)> = Vec::new();
        let mut add = |import: Import, sure: bool| {
            if !found.iter().any(|(known, _)| *known == import) {
                found.push((import, sure));
            }
        };
        // What others import, the most frequent first.
        let own_module = module_of(self, own_path);
        let mut seen: Vec<(usize, Import)> = Vec::new();
        for path in self
            .host
            .list_files("**/*.py")
            .unwrap_or_default()
            .iter()
            .take(MOST_FILES)
        {
            if path == own_path {
                continue;
            }
            let Ok(text) = self.host.read_file(path) else {
                continue;
            };
            if !text.contains(name) {
                continue;
            }
            for import in lines(&text).into_iter().filter(|i| i.binds(name)) {
                let import = match import {
                    Import::From(module, what) if module.starts_with('.') => {
                        let Some(absolute) = absolute(self, path, &module) else {
                            continue;
                        };
                        if absolute == own_module {
                            continue;
                        }
                        Import::From(named_from(self, &absolute), what)
                    }
                    other => other,
                };
                match seen.iter_mut().find(|(_, known)| *known == import) {
                    Some((count, _)) => *count += 1,
                    None => seen.push((1, import)),
                }
            }
        }
        seen.sort_by_key(|(count, _)| usize::MAX - count);
        let symbols = self.host.find(PYTHON, name);
        let top_level = |s: &&Symbol| {
            matches!(
                s.kind.as_str(),
                "class" | "function" | "variable" | "constant" | "type"
            )
        };
        for symbol in symbols.iter().filter(top_level) {
            if symbol.origin == "workspace" && symbol.path != own_path {
                let module = module_of(self, &symbol.path);
                // Not what stands in a class.
                if module == symbol.container && !module.is_empty() {
                    add(
                        Import::From(named_from(self, &module), name.to_owned()),
                        true,
                    );
                }
            }
        }
        for (_, import) in seen {
            add(import, true);
        }
        let mut library: Vec<&Symbol> = symbols
            .iter()
            .filter(top_level)
            .filter(|s| {
                // Of the library's, not what stands in a class.
                let lower = s.container.chars().all(|c| !c.is_uppercase());
                is_installed(s) || (s.origin != "workspace" && lower)
            })
            .filter(|s| s.container != "builtins")
            .collect();
        library.sort_by_key(|s| (is_installed(s), rank(&s.container), s.container.clone()));
        if symbols
            .iter()
            .any(|s| s.kind == "module" && s.container.is_empty() && s.origin != "workspace")
        {
            add(Import::Module(name.to_owned()), false);
        }
        for symbol in library {
            add(
                Import::From(symbol.container.clone(), name.to_owned()),
                false,
            );
        }
        found
    }

    /// A fix that imports a name.
    pub(crate) fn import(&self, diagnostic: &Diagnostic, import: &Import, tier: &str) -> Fix {
        let fix = edit::fix(diagnostic, format!("add `{}`", import.line()), tier);
        add(&self.file, fix, import)
    }

    /// Adds to a fix the import of a name of `typing` unless the file has it.
    /// Gives the name as the file is to write it.
    pub(crate) fn typing(&self, fix: Fix, name: &str) -> (Fix, String) {
        let file = &self.file;
        let bound = bound(file);
        if bound.iter().any(|b| b == name) {
            return (fix, name.to_owned());
        }
        for node in statements(file) {
            for import in lines(file.of(&node)) {
                if let Import::Module(what) = import {
                    match what.split_once(" as ") {
                        Some(("typing", alias)) => return (fix, format!("{alias}.{name}")),
                        None if what == "typing" => return (fix, format!("typing.{name}")),
                        _ => {}
                    }
                }
            }
        }
        let import = Import::From("typing".to_owned(), name.to_owned());
        (add(file, fix, &import), name.to_owned())
    }
}

/// Whether a distribution of the project's environment declares it.
fn is_installed(symbol: &Symbol) -> bool {
    symbol.origin.starts_with("pypi:")
}

/// How seldom a module of the library is what is meant.
fn rank(module: &str) -> u8 {
    match module {
        "typing" => 0,
        "collections.abc" | "collections" | "dataclasses" | "pathlib" | "functools"
        | "itertools" | "enum" | "abc" | "datetime" | "contextlib" | "string" | "re" | "os"
        | "sys" | "json" => 1,
        "typing_extensions" | "tkinter" | "turtle" | "posixpath" | "ntpath" | "posix" | "nt" => 9,
        other if other.contains("._") || other.starts_with('_') => 9,
        other => 3 + u8::try_from(other.matches('.').count().min(4)).unwrap_or(4),
    }
}

/// The dotted name of what a file names relatively.
fn absolute(context: &Context<'_>, path: &str, module: &str) -> Option<String> {
    let dots = module.len() - module.trim_start_matches('.').len();
    let own = module_of(context, path);
    let mut home: Vec<&str> = own.split('.').collect();
    if !path.ends_with("__init__.py") {
        home.pop();
    }
    let kept = home.len().checked_sub(dots - 1)?;
    home.truncate(kept);
    let rest = &module[dots..];
    if !rest.is_empty() {
        home.push(rest);
    }
    Some(home.join("."))
}

/// Adds an import to a fix: to a statement that imports from the module
/// already, else as a line among those of its sort.
pub(crate) fn add(file: &File<'_>, fix: Fix, import: &Import) -> Fix {
    let all = statements(file);
    if let Import::From(module, name) = import {
        let same = all.iter().find(|n| {
            n.kind == "import_from_statement"
                && file
                    .field(n, "module_name")
                    .is_some_and(|m| file.of(&m) == module)
                && !file.of(n).contains('*')
        });
        if let Some(node) = same {
            return extend(file, fix, node, name);
        }
    }
    let line = import.line();
    let relative = line.starts_with("from .");
    let sort = |n: &&Node| {
        let text = file.of(n);
        n.kind != "future_import_statement" && text.starts_with("from .") == relative
    };
    let alike: Vec<&Node> = all.iter().filter(sort).collect();
    let same_word = |n: &&&Node| file.of(n).starts_with("from ") == line.starts_with("from ");
    let behind = alike
        .iter()
        .filter(same_word)
        .rfind(|n| file.of(n) < line.as_str())
        .copied();
    // A line of its sort that sorts after it, if none sorts before.
    let first = alike.iter().find(same_word).copied();
    if let Some(node) = behind {
        let at = (file.line(node.range.end).end + 1).min(file.text().len());
        return file.insert_into_set(fix, at, format!("{line}\n"));
    }
    if let Some(node) = first {
        return file.insert_into_set(fix, node.range.start, format!("{line}\n"));
    }
    if let Some(node) = alike.last().copied().or_else(|| all.last()) {
        let at = (file.line(node.range.end).end + 1).min(file.text().len());
        let gap = if alike.is_empty() { "\n" } else { "" };
        return file.edit(fix, at..at, format!("{gap}{line}\n"));
    }
    let at = after_docstring(file);
    let before = if at == 0 { "" } else { "\n" };
    let behind = if file.slice(at..at + 1) == "\n" {
        ""
    } else {
        "\n"
    };
    file.edit(fix, at..at, format!("{before}{line}\n{behind}"))
}

/// Behind a module's documentation string, or its first comments.
fn after_docstring(file: &File<'_>) -> usize {
    let found = file.matches("(module . (expression_statement (string) @doc))");
    if let Some(doc) = found.first().and_then(|m| m.get("doc")) {
        return (file.line(doc.range.end).end + 1).min(file.text().len());
    }
    let mut at = 0;
    for line in file.text().split_inclusive('\n') {
        if !line.starts_with('#') {
            break;
        }
        at += line.len();
    }
    at
}

/// Adds a name to `from m import a, b`.
fn extend(file: &File<'_>, fix: Fix, node: &Node, name: &str) -> Fix {
    let module = file.field(node, "module_name");
    let names: Vec<Node> = file
        .children(node, "_")
        .into_iter()
        .filter(|n| module.as_ref().is_none_or(|m| m.range != n.range))
        .filter(|n| matches!(n.kind.as_str(), "dotted_name" | "aliased_import"))
        .collect();
    let Some(last) = names.last() else {
        return fix;
    };
    let key = |text: &str| text.to_lowercase();
    let sorted = names
        .windows(2)
        .all(|w| key(file.of(&w[0])) <= key(file.of(&w[1])));
    let next = names.iter().find(|n| key(file.of(n)) > key(name));
    let one_a_line = names.len() > 1
        && file.line(names[0].range.start) != file.line(names[1].range.start)
        || file.of(node).contains("(\n") && names.len() == 1;
    match next.filter(|_| sorted) {
        Some(next) => {
            let gap = if one_a_line {
                format!("\n{}", file.indent(next.range.start))
            } else {
                " ".to_owned()
            };
            file.edit(
                fix,
                next.range.start..next.range.start,
                format!("{name},{gap}"),
            )
        }
        None => {
            let gap = if one_a_line {
                format!("\n{}", file.indent(last.range.start))
            } else {
                " ".to_owned()
            };
            file.edit(fix, last.range.end..last.range.end, format!(",{gap}{name}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_import_lines() {
        let text =
            "import os, typing as t\nfrom .a import (\n    b as c,  # why\n    d,\n)\nx = 1\n";
        let found = lines(text);
        assert!(found.iter().any(|i| i.binds("t")) && found.iter().any(|i| i.binds("c")));
        assert!(found.contains(&Import::From(".a".into(), "d".into())));
        assert!(!found.iter().any(|i| i.binds("b")));
        assert_eq!(found.len(), 4);
    }
}
