//! Imports: which package a name means, where its line goes, and taking one out.

use crate::context::Context;
use crate::message::between;
use crate::names::is_near;
use buildfix_go_syntax::ast::{ExprKind, Import, ImportDecl, Span};
use buildfix_go_syntax::lex::{Kind, lex};
use buildfix_go_syntax::project::guessed_name;
use buildfix_go_syntax::walk::{self, Node};
use buildfix_sdk::{Diagnostic, Fix};
use std::collections::{BTreeMap, BTreeSet};

/// Files whose imports are looked at to learn what the project uses, at most.
const SAMPLE: usize = 300;

/// How much of a file's start holds its imports.
const HEAD: usize = 8192;

/// `undefined: strings`: the packages that have all members which the file
/// takes from it.
pub fn missing(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = diagnostic.message.strip_prefix("undefined: ")?.trim();
    let used = members_used(context, name);
    if used.is_empty() {
        return None;
    }
    let fixes = candidates(context, name, &used)
        .into_iter()
        .map(|path| {
            let fix = context.verified(diagnostic, format!("import \"{path}\""));
            let alias = (context.project.name_of(&path) != name).then_some(name);
            add(context, fix, &path, alias)
        })
        .collect();
    Some(fixes)
}

/// What the file takes from an undefined name: `x.Member`.
fn members_used(context: &Context, name: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    walk::tree(context.tree(), &mut |node| {
        if let Node::Expr(expr) = node
            && let ExprKind::Selector(of, member) = &expr.kind
            && matches!(&of.kind, ExprKind::Name(base) if base == name)
            && !context.resolves(name, of.span.start)
        {
            used.insert(member.name.clone());
        }
        true
    });
    used
}

/// Import paths that the name may stand for, best first.
fn candidates(context: &Context, name: &str, used: &BTreeSet<String>) -> Vec<String> {
    let mut ranked: BTreeMap<String, i64> = BTreeMap::new();
    for (path, alias, count) in project_imports(context) {
        let called = alias.unwrap_or_else(|| guessed_name(&path));
        if called == name || context.project.name_of(&path) == name {
            ranked.insert(path, 1000 + count);
        }
    }
    for path in context.project.library_named(name) {
        // The safe random numbers, where they do; else what most people mean.
        let taste = match path.as_str() {
            "crypto/rand" => 40,
            "text/template" => 30,
            "math/rand" => 20,
            _ => 10 - i64::try_from(path.len()).unwrap_or(99).min(99) / 10,
        };
        ranked.entry(path).or_insert(taste);
    }
    for path in context.project.required_named(name) {
        ranked.entry(path).or_insert(-100);
    }
    for path in own_packages(context, name) {
        ranked.entry(path).or_insert(500);
    }
    ranked.remove(&context.file.package);
    let has_all = |path: &str| match context.project.package(path) {
        Some(package) => used
            .iter()
            .filter(|member| !package.members.contains_key(*member))
            .count(),
        // Nothing is known of a dependency but that others import it.
        None => 0,
    };
    let mut found: Vec<(usize, i64, String)> = ranked
        .into_iter()
        .map(|(path, rank)| (has_all(&path), -rank, path))
        // Some of its members may be misspelt, but not all.
        .filter(|(missing, _, _)| *missing == 0 || *missing < used.len())
        .collect();
    found.sort();
    found.into_iter().take(4).map(|(_, _, path)| path).collect()
}

/// The workspace's packages with this name, by their folders.
fn own_packages(context: &Context, name: &str) -> BTreeSet<String> {
    let files = context
        .project
        .host()
        .list_files(&format!("**/{name}/*.go"))
        .unwrap_or_default();
    files
        .iter()
        .filter(|path| !path.contains("/testdata/") && !path.contains("vendor/"))
        .map(|path| {
            context
                .project
                .path_of(buildfix_go_syntax::project::folder(path))
        })
        .collect()
}

/// What the project's other files import, under which name, how often.
fn project_imports(context: &Context) -> Vec<(String, Option<String>, i64)> {
    let host = context.project.host();
    let mut counts: BTreeMap<(String, Option<String>), i64> = BTreeMap::new();
    let files = host.list_files("**/*.go").unwrap_or_default();
    for path in files.iter().take(SAMPLE) {
        if path == &context.file.path {
            continue;
        }
        let Ok(text) = host.read_file(path) else {
            continue;
        };
        for (path, alias) in import_lines(&text) {
            *counts.entry((path, alias)).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|((path, alias), count)| (path, alias, count))
        .collect()
}

/// The imports at the start of a file, without reading the rest.
fn import_lines(text: &str) -> Vec<(String, Option<String>)> {
    let mut end = text.len().min(HEAD);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = &text[..end];
    let (tokens, _) = lex(head);
    let word = |at: usize| {
        tokens
            .get(at)
            .map_or("", |token| head.get(token.span.range()).unwrap_or_default())
    };
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Keyword && matches!(word(at), "func" | "type" | "var" | "const") {
            break;
        }
        if token.kind == Kind::Str {
            let alias = at
                .checked_sub(1)
                .filter(|before| tokens[*before].kind == Kind::Ident)
                .map(|before| word(before).to_owned());
            found.push((word(at).trim_matches(['"', '`']).to_owned(), alias));
        }
    }
    found
}

/// Adds to a fix the import of a package.
pub fn add(context: &Context, fix: Fix, path: &str, alias: Option<&str>) -> Fix {
    let spec = match alias {
        Some(alias) => format!("{alias} \"{path}\""),
        None => format!("\"{path}\""),
    };
    let tree = context.tree();
    let usable = |decl: &&ImportDecl| !decl.imports.iter().any(|import| import.path == "C");
    let grouped = tree
        .import_decls
        .iter()
        .filter(usable)
        .find(|decl| decl.grouped && context.slice(decl.span).contains('\n'));
    if let Some(decl) = grouped {
        let (at, text) = place_in_group(context, decl, path, &spec);
        return fix.insert_into_set(context.source, byte(at), text);
    }
    if let Some(last) = tree.import_decls.iter().rfind(usable) {
        let at = context.line_end(last.span.end);
        return fix.insert_into_set(context.source, byte(at), format!("import {spec}\n"));
    }
    let at = context.line_end(tree.package.span.end);
    let before = if context.text()[..at].ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    // A blank line after it, as one stands there before a declaration.
    let after = if context.text()[at..].starts_with('\n') || at == context.text().len() {
        ""
    } else {
        "\n"
    };
    fix.insert_into_set(
        context.source,
        byte(at),
        format!("{before}import {spec}\n{after}"),
    )
}

fn byte(at: usize) -> u32 {
    buildfix_fixer_support::offset(at)
}

/// Whether a path is the standard library's: its first part has no dot.
fn is_library(path: &str) -> bool {
    !path.split('/').next().unwrap_or_default().contains('.')
}

/// The line of a new import in a group: among those of its kind, in order.
fn place_in_group(context: &Context, decl: &ImportDecl, path: &str, spec: &str) -> (usize, String) {
    let own = context.project.folder_of(path).is_some();
    let kind = |path: &str| {
        (
            is_library(path) && context.project.folder_of(path).is_none(),
            context.project.folder_of(path).is_some(),
        )
    };
    let wanted = (is_library(path) && !own, own);
    let same: Vec<&Import> = decl
        .imports
        .iter()
        .filter(|import| kind(&import.path) == wanted)
        .collect();
    let line = format!("\t{spec}\n");
    if let Some(next) = same.iter().find(|import| *import.path > *path) {
        return (context.line_start(next.span.start), line);
    }
    if let Some(last) = same.last() {
        return (context.line_end(last.span.end), line);
    }
    match decl.imports.first() {
        // The library's come first, in a paragraph of their own.
        Some(first) if wanted.0 => (context.line_start(first.span.start), format!("{line}\n")),
        _ => match decl.imports.last() {
            Some(last) => (context.line_end(last.span.end), format!("\n{line}")),
            None => (context.line_end(decl.span.start), line),
        },
    }
}

/// `"os" imported and not used`, `"a/b" imported as c and not used`
pub fn unused(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let path = between(&diagnostic.message, "\"", "\"")?;
    let at = Context::at(diagnostic);
    let (decl, import) = context.tree().import_decls.iter().find_map(|decl| {
        let import = decl
            .imports
            .iter()
            .find(|import| import.path == path && import.span.holds(at))?;
        Some((decl, import))
    })?;
    let name = context.project.import_name(import);
    // `fmtt.Println` elsewhere is why it is unused.
    let whole = Span::new(0, context.text().len());
    let misspelt = context.unresolved(whole).iter().any(|(word, _)| {
        is_near(word, &name)
            && !members_used(context, word).is_empty()
            && context.project.library_named(word).is_empty()
    });
    if misspelt {
        return Some(Vec::new());
    }
    let fix = context.exact(diagnostic, format!("remove the import of \"{path}\""));
    Some(vec![remove(context, fix, decl, import)])
}

fn remove(context: &Context, fix: Fix, decl: &ImportDecl, import: &Import) -> Fix {
    if decl.imports.len() > 1 {
        return context.replace(fix, context.whole_lines(import.span), "");
    }
    let lines = context.whole_lines(decl.span);
    // With the blank line behind, if one is in front as well.
    let text = context.text();
    let before = text[..lines.start].ends_with("\n\n");
    let end = if before && text[lines.end..].starts_with('\n') {
        lines.end + 1
    } else {
        lines.end
    };
    context.replace(fix, Span::new(lines.start, end), "")
}
