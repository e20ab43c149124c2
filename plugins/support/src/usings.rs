//! Using directives: which there are, and where a new one goes.

use crate::decl::DeclKind;
use crate::source::Source;
use crate::{offset, span};
use buildfix_sdk::{Fix, Host, SourceFile};
use std::ops::Range;

/// A using directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Using {
    /// The namespace or type, without white space.
    pub name: String,
    /// The alias of `using A = B;`.
    pub alias: Option<String>,
    /// `using static`.
    pub is_static: bool,
    /// `global using`.
    pub global: bool,
    /// Its tokens, `;` included.
    pub tokens: Range<usize>,
    /// The tokens of the name.
    pub name_tokens: Range<usize>,
}

/// The using directives of a file, in order. Using statements and
/// declarations inside code are none.
#[must_use]
pub fn of(source: &Source) -> Vec<Using> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < source.tokens().len() {
        match source.word(at) {
            "using" if !source.is(at + 1, "(") => match directive(source, at) {
                Some(using) => {
                    at = using.tokens.end;
                    found.push(using);
                    continue;
                }
                None => at += 1,
            },
            // Directives stand before the declarations of their namespace.
            "{" if !opens_namespace(source, at) => at = source.partner(at).unwrap_or(at) + 1,
            _ => at += 1,
        }
    }
    found
}

fn opens_namespace(source: &Source, token: usize) -> bool {
    source
        .decls()
        .iter()
        .any(|d| d.kind == DeclKind::Namespace && d.body == Some(token))
}

fn directive(source: &Source, at: usize) -> Option<Using> {
    let global = at > 0 && source.is(at - 1, "global");
    let first = if global { at - 1 } else { at };
    let mut name = at + 1;
    let is_static = source.is(name, "static");
    name += usize::from(is_static);
    name += usize::from(source.is(name, "unsafe"));
    let mut alias = None;
    if source.is_word(name) && source.is(name + 1, "=") {
        alias = Some(source.word(name).to_owned());
        name += 2;
    }
    let end =
        (name..source.tokens().len()).find(|i| matches!(source.word(*i), ";" | "{" | "}" | "="))?;
    if !source.is(end, ";") || end == name {
        return None;
    }
    let text = (name..end).map(|i| source.word(i)).collect();
    Some(Using {
        name: text,
        alias,
        is_static,
        global,
        tokens: first..end + 1,
        name_tokens: name..end,
    })
}

/// The namespaces whose types the file sees by their simple names: its plain
/// usings, those that are `extra` (global usings of other files), and its own
/// namespaces with all that enclose them.
#[must_use]
pub fn visible(source: &Source, extra: &[String]) -> Vec<String> {
    let mut found: Vec<String> = of(source)
        .into_iter()
        .filter(|u| u.alias.is_none() && !u.is_static)
        .map(|u| u.name)
        .chain(extra.iter().cloned())
        .collect();
    for name in own_namespaces(source) {
        for (dot, _) in name.match_indices('.') {
            found.push(name[..dot].to_owned());
        }
        found.push(name);
    }
    found.sort();
    found.dedup();
    found
}

/// The namespaces that global usings bring into every file. By convention they
/// stand in a file named for them; others are not looked for.
#[must_use]
pub fn global(host: &dyn Host) -> Vec<String> {
    const MOST_FILES: usize = 8;
    let files = host.list_files("**/*Usings*.cs").unwrap_or_default();
    let mut found = Vec::new();
    for path in files.into_iter().take(MOST_FILES) {
        let Ok(text) = host.read_file(&path) else {
            continue;
        };
        let usings = of(&Source::new(&text));
        found.extend(
            usings
                .into_iter()
                .filter(|u| u.global && u.alias.is_none() && !u.is_static)
                .map(|u| u.name),
        );
    }
    found
}

/// The namespaces that the file declares, in full.
#[must_use]
pub fn own_namespaces(source: &Source) -> Vec<String> {
    let name = |i: usize| -> String {
        source.decls()[i]
            .ty
            .clone()
            .map(|t| source.word(t))
            .collect()
    };
    (0..source.decls().len())
        .filter(|i| source.decls()[*i].kind == DeclKind::Namespace)
        .map(|i| {
            let mut parts = vec![name(i)];
            let mut parent = source.decls()[i].parent;
            while let Some(p) = parent {
                parts.push(name(p));
                parent = source.decls()[p].parent;
            }
            parts.reverse();
            parts.join(".")
        })
        .collect()
}

/// Adds `using NAMESPACE;` to a fix at the place where the file keeps such
/// lines: in order among the existing ones, else at the top.
#[must_use]
pub fn insert(fix: Fix, file: &SourceFile, source: &Source, namespace: &str) -> Fix {
    let line = format!("using {namespace};\n");
    let plain: Vec<Using> = of(source)
        .into_iter()
        .filter(|u| u.alias.is_none() && !u.is_static && !u.global)
        .collect();
    if let Some(last) = plain.last() {
        let system_first = plain.iter().any(|u| is_system(&u.name)) && {
            let first_other = plain
                .iter()
                .position(|u| !is_system(&u.name))
                .unwrap_or(plain.len());
            plain[first_other..].iter().all(|u| !is_system(&u.name))
        };
        let key = |name: &str| (system_first && !is_system(name), name.to_lowercase());
        let after = plain.iter().find(|u| key(&u.name) > key(namespace));
        let neighbour = source.bytes(after.unwrap_or(last).tokens.clone());
        let at = match after {
            Some(_) => source.line(neighbour.start).start,
            None => (source.line(neighbour.end).end + 1).min(source.text().len()),
        };
        let indent = source.indent(neighbour.start);
        let line_break = if after.is_none() && !source.text()[..at].ends_with('\n') {
            "\n"
        } else {
            ""
        };
        return fix.insert_into_set(file, offset(at), format!("{line_break}{indent}{line}"));
    }
    let first = source
        .tokens()
        .first()
        .map_or(source.text().len(), |t| t.start);
    let mut at = source.line(first).start;
    // A doc comment or attribute belongs to what it precedes.
    while at > 0 {
        let line = source.line(at - 1);
        if !source.text()[line.clone()].trim_start().starts_with("///") {
            break;
        }
        at = line.start;
    }
    fix.insert_into_set(file, offset(at), format!("{line}\n"))
}

/// Adds to a fix the removal of a whole using directive.
#[must_use]
pub fn remove(fix: Fix, file: &SourceFile, source: &Source, using: &Using) -> Fix {
    let bytes = source.bytes(using.tokens.clone());
    let line = source.line(bytes.start);
    let alone = source.text()[line.start..bytes.start].trim().is_empty()
        && source.text()[bytes.end..line.end.max(bytes.end)]
            .trim()
            .is_empty();
    let range = if alone {
        line.start..(line.end + 1).min(source.text().len())
    } else {
        bytes
    };
    fix.replace(file, span(range), "")
}

fn is_system(name: &str) -> bool {
    name == "System" || name.starts_with("System.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inserted(text: &str, namespace: &str) -> String {
        let source = Source::new(text);
        let file = SourceFile {
            path: "a.cs".into(),
            text: text.into(),
            hash: String::new(),
        };
        let fix = Fix {
            answers: vec![],
            title: String::new(),
            applicability: String::new(),
            edits: vec![],
            files: vec![],
            options: vec![],
        };
        let fix = insert(fix, &file, &source, namespace);
        let edit = &fix.edits[0];
        assert_eq!(edit.merge, "set");
        format!(
            "{}{}{}",
            &text[..edit.span.start as usize],
            edit.text,
            &text[edit.span.end as usize..]
        )
    }

    #[test]
    fn keeps_the_files_order() {
        assert_eq!(
            inserted("using System;\nusing Zed;\n\nnamespace A;", "System.Text"),
            "using System;\nusing System.Text;\nusing Zed;\n\nnamespace A;"
        );
        assert_eq!(
            inserted("using System;\n\nnamespace A;", "B.C"),
            "using System;\nusing B.C;\n\nnamespace A;"
        );
        assert_eq!(
            inserted("// c\nnamespace A;", "B"),
            "// c\nusing B;\n\nnamespace A;"
        );
        assert_eq!(
            inserted("namespace A\n{\n    using X;\n\n    class C { }\n}", "Y"),
            "namespace A\n{\n    using X;\n    using Y;\n\n    class C { }\n}"
        );
    }

    #[test]
    fn reads_directives_and_no_statements() {
        let source = Source::new(
            "global using A;\nusing static B.C;\nusing X = Y.Z<int>;\nnamespace N;\nclass K { void F() { using var z = G(); using (q) { } } }",
        );
        let names: Vec<_> = of(&source).into_iter().map(|u| u.name).collect();
        assert_eq!(names, ["A", "B.C", "Y.Z<int>"]);
        assert_eq!(
            visible(&Source::new("using Q;\nnamespace A.B;"), &[]),
            ["A", "A.B", "Q"]
        );
    }
}
