//! The file's imports, and where another one goes.

use crate::members::{full_name, is_type, package_of};
use crate::{Context, JAVA};
use buildfix_fixer_support::tree::File;
use buildfix_sdk::{Fix, Symbol};
use std::ops::Range;

/// An import declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// What it names; `a.b.*` for all of a package.
    pub name: String,
    /// `import static`.
    pub fixed: bool,
    pub range: Range<usize>,
}

/// How much of other files is looked at for what the project imports.
const MOST_FILES: usize = 150;

/// The imports of a file, in order.
pub(crate) fn of(file: &File<'_>) -> Vec<Import> {
    file.all("import_declaration")
        .into_iter()
        .map(|node| {
            let text = file.of(&node).trim_end_matches(';');
            let mut words = text.split_whitespace().skip(1).peekable();
            let fixed = words.next_if_eq(&"static").is_some();
            Import {
                name: words.collect(),
                fixed,
                range: node.range,
            }
        })
        .collect()
}

/// The package of a file; empty for the unnamed one.
pub(crate) fn package(file: &File<'_>) -> String {
    let Some(node) = file.all("package_declaration").into_iter().next() else {
        return String::new();
    };
    let text = file.of(&node).trim_end_matches(';');
    text.rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// How seldom a package of the library is what is meant; 0 for the likeliest.
pub(crate) fn popularity(package: &str) -> u8 {
    match package {
        "java.util" | "java.io" => 0,
        "java.util.function" | "java.util.stream" | "java.nio.file" | "java.util.concurrent" => 1,
        "java.time"
        | "java.math"
        | "java.net"
        | "java.util.concurrent.atomic"
        | "java.text"
        | "java.nio.charset"
        | "java.util.regex"
        | "java.nio" => 2,
        "java.awt" | "java.rmi" | "java.beans" | "java.applet" => 5,
        other if other.starts_with("java.") => 3,
        other if other.starts_with("javax.swing") => 6,
        _ => 4,
    }
}

/// Adds to a fix the import of a type or, with `fixed`, of a static member.
pub(crate) fn add(file: &File<'_>, fix: Fix, name: &str, fixed: bool) -> Fix {
    let word = if fixed { "import static " } else { "import " };
    let line = format!("{word}{name};\n");
    let imports = of(file);
    let same: Vec<&Import> = imports.iter().filter(|i| i.fixed == fixed).collect();
    // Before the first that sorts after it, else behind the last.
    if let Some(next) = same.iter().find(|i| i.name.as_str() > name) {
        // Unless the group it would open is another one.
        let at = file.line(next.range.start).start;
        let before = same.iter().take_while(|i| i.name.as_str() <= name).last();
        let first_part = |n: &str| n.split('.').next().unwrap_or_default().to_owned();
        match before {
            Some(last)
                if first_part(&last.name) == first_part(name)
                    && first_part(&next.name) != first_part(name) =>
            {
                return file.insert_into_set(fix, after_line(file, last.range.end), line);
            }
            _ => return file.insert_into_set(fix, at, line),
        }
    }
    if let Some(last) = same.last() {
        return file.insert_into_set(fix, after_line(file, last.range.end), line);
    }
    if fixed && let Some(first) = imports.first() {
        let at = file.line(first.range.start).start;
        return file.edit(fix, at..at, format!("{line}\n"));
    }
    if let Some(last) = imports.last() {
        let at = after_line(file, last.range.end);
        return file.edit(fix, at..at, format!("\n{line}"));
    }
    if let Some(package) = file.all("package_declaration").first() {
        let at = package.range.end;
        return file.edit(fix, at..at, format!("\n\n{}", line.trim_end()));
    }
    // Before the first declaration and the comments that belong to it.
    file.edit(fix, 0..0, format!("{line}\n"))
}

fn after_line(file: &File<'_>, at: usize) -> usize {
    (file.line(at).end + 1).min(file.text().len())
}

impl Context<'_> {
    /// Whether the file can name a type by its simple name.
    pub(crate) fn sees(&self, symbol: &Symbol) -> bool {
        let full = full_name(symbol);
        symbol.path == self.request.file.path
            || symbol.container == "java.lang"
            || symbol.container == package(&self.file)
            || of(&self.file)
                .iter()
                .any(|i| i.name == full || i.name.strip_suffix(".*") == Some(&symbol.container))
    }

    /// Whether another file could import a type.
    pub(crate) fn can_import(&self, symbol: &Symbol) -> bool {
        let own = package(&self.file);
        let home = package_of(&symbol.container);
        // The unnamed package cannot be imported from.
        if home.is_empty() && symbol.container.is_empty() {
            return false;
        }
        symbol.exported && (home == own || symbol.signature.contains("public "))
    }

    /// Of types of one name, those that an import reaches, likeliest first: what
    /// the project's other files import before what none does.
    pub(crate) fn importable(&self, name: &str) -> Vec<Symbol> {
        let mut found: Vec<Symbol> = self
            .host
            .find(JAVA, name)
            .into_iter()
            .filter(|s| is_type(s) && self.can_import(s) && !self.sees(s))
            .collect();
        found.dedup_by_key(|s| full_name(s));
        let used = if found.len() > 1 {
            self.imported_elsewhere(name)
        } else {
            Vec::new()
        };
        found.sort_by_key(|s| {
            let full = full_name(s);
            let uses = used.iter().filter(|u| **u == full).count();
            (
                usize::MAX - uses,
                s.origin != "workspace",
                // A dependency, behind the standard library.
                s.origin.contains(':'),
                popularity(package_of(&s.container)),
                full.matches('.').count(),
                full,
            )
        });
        found
    }

    /// What other files import under this simple name, once for each of them.
    pub(crate) fn imported_elsewhere(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        let files = self.host.list_files("**/*.java").unwrap_or_default();
        for path in files.iter().take(MOST_FILES) {
            let Ok(text) = self.host.read_file(path) else {
                continue;
            };
            for line in text.lines() {
                if let Some(import) = line.strip_prefix("import ")
                    && let Some(full) = import.trim().strip_suffix(';')
                    && full.rsplit('.').next() == Some(name)
                {
                    found.push(full.to_owned());
                }
            }
        }
        found
    }

    /// Adds to a fix the import of the type of this name that is the likeliest,
    /// unless the file sees it already.
    pub(crate) fn with_import(&self, fix: Fix, name: &str) -> Fix {
        if self.types_named(name).first().is_some_and(|s| self.sees(s)) {
            return fix;
        }
        match self.importable(name).first() {
            Some(symbol) => add(&self.file, fix, &full_name(symbol), false),
            None => fix,
        }
    }
}
