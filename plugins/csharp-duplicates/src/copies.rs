//! Where the other declaration is, and which of the two goes.

use buildfix_fixer_support::{Decl, DeclKind, Source, span, symbols};
use buildfix_sdk::{FileEdit, Fix, Host, SourceFile, Span, TextEdit};

/// What to delete.
pub(crate) enum Copy {
    /// The declaration at this place of the diagnosed file.
    Here(usize),
    /// A declaration in another file.
    There(Other),
    /// The whole diagnosed file, of this hash: nothing else is in it.
    ThisFile(String),
}

/// A declaration in another file.
pub(crate) struct Other {
    path: String,
    text: String,
    range: std::ops::Range<usize>,
}

impl Other {
    pub(crate) fn delete(self, mut fix: Fix) -> Fix {
        let bytes = span(self.range.clone());
        fix.edits.push(TextEdit {
            span: Span {
                path: self.path,
                start: bytes.start,
                end: bytes.end,
            },
            expect: self.text.get(self.range).unwrap_or_default().to_owned(),
            text: String::new(),
            merge: String::new(),
        });
        fix
    }
}

pub(crate) fn delete_file(path: &str, hash: String) -> FileEdit {
    FileEdit {
        op: "delete".into(),
        path: path.into(),
        to: None,
        text: None,
        expect_hash: Some(hash),
    }
}

/// Finds a declaration that is the same as `decl`, and says which to delete.
pub(crate) fn copy_of(
    file: &SourceFile,
    source: &Source,
    decl: &Decl,
    host: &dyn Host,
) -> Option<Copy> {
    if has_modifier(source, decl, "partial") && decl.kind.is_type() {
        return None;
    }
    let scope = path_of(source, decl);
    let decls = source.decls();
    let twin = |d: &&(usize, &Decl)| {
        d.1.tokens != decl.tokens
            && d.1.kind == decl.kind
            && same_words(source, d.1, source, decl)
            && path_of(source, d.1) == scope
    };
    let indexed: Vec<(usize, &Decl)> = decls.iter().enumerate().collect();
    if let Some((other, _)) = indexed.iter().find(twin) {
        let here = decls.iter().position(|d| std::ptr::eq(d, decl))?;
        return Some(Copy::Here(here.max(*other)));
    }
    if !decl.kind.is_type() {
        return None;
    }
    elsewhere(file, source, decl, &scope, host)
}

fn elsewhere(
    file: &SourceFile,
    source: &Source,
    decl: &Decl,
    scope: &[String],
    host: &dyn Host,
) -> Option<Copy> {
    let name = source.name(decl);
    let mut paths: Vec<String> = symbols::types(host, name)
        .into_iter()
        .map(|s| s.path)
        .filter(|p| !p.is_empty() && *p != file.path)
        .collect();
    paths.sort();
    paths.dedup();
    for path in paths.into_iter().take(8) {
        let Ok(text) = host.read_file(&path) else {
            continue;
        };
        let other = Source::new(&text);
        let Some(twin) = other.decls().iter().find(|d| {
            d.kind == decl.kind
                && same_words(&other, d, source, decl)
                && path_of(&other, d) == *scope
        }) else {
            continue;
        };
        let keeps_other =
            file_is_named(&path, name) || (!file_is_named(&file.path, name) && path < file.path);
        if !keeps_other {
            let bytes = other.bytes(twin.tokens.clone());
            let range = other.with_lines(bytes);
            return Some(Copy::There(Other { path, text, range }));
        }
        if only_declaration(source, decl) {
            return Some(Copy::ThisFile(file.hash.clone()));
        }
        return source
            .decls()
            .iter()
            .position(|d| std::ptr::eq(d, decl))
            .map(Copy::Here);
    }
    None
}

fn same_words(a: &Source, x: &Decl, b: &Source, y: &Decl) -> bool {
    x.tokens.len() == y.tokens.len()
        && x.tokens
            .clone()
            .zip(y.tokens.clone())
            .all(|(i, j)| a.word(i) == b.word(j))
}

fn has_modifier(source: &Source, decl: &Decl, modifier: &str) -> bool {
    decl.modifiers.clone().any(|t| source.is(t, modifier))
}

/// The names of what stands around a declaration, outermost first.
fn path_of(source: &Source, decl: &Decl) -> Vec<String> {
    let mut path = Vec::new();
    let mut parent = decl.parent;
    while let Some(index) = parent {
        let around = &source.decls()[index];
        path.push(if around.kind == DeclKind::Namespace {
            around.ty.clone().map(|t| source.word(t)).collect()
        } else {
            source.name(around).to_owned()
        });
        parent = around.parent;
    }
    path.reverse();
    path
}

/// Whether the file holds nothing but this declaration and its namespace.
fn only_declaration(source: &Source, decl: &Decl) -> bool {
    source.decls().iter().all(|d| {
        d.kind == DeclKind::Namespace
            || (d.tokens.start >= decl.tokens.start && d.tokens.end <= decl.tokens.end)
    })
}

fn file_is_named(path: &str, name: &str) -> bool {
    path.rsplit('/').next().and_then(|f| f.strip_suffix(".cs")) == Some(name)
}
