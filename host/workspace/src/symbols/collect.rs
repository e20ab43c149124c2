//! What the walks over the languages' trees have in common.

use super::MAX_SIGNATURE;
use crate::syntax::Language;
use std::sync::Arc;
use tree_sitter::{Node, Tree};

/// Types and namespaces nest no deeper than this; walks stop here, so that
/// their recursion is bounded whatever the text.
const MAX_DEPTH: usize = 48;
/// The most declarations taken from one file.
const MAX_DECLS: usize = 50_000;
/// A longer name, in bytes, is no name.
const MAX_NAME: usize = 256;
/// A longer container, in bytes, is not entered: each declaration in it costs
/// its length.
const MAX_CONTAINER: usize = 1024;
/// How much of a declaration's text is looked at for its signature, in bytes.
const MAX_HEAD: usize = 8 * MAX_SIGNATURE;

/// A declaration as a file has it, whatever the file's path.
#[derive(Debug)]
pub(super) struct Decl {
    pub name: Box<str>,
    pub kind: &'static str,
    /// Inside the file, without the module that its path gives it.
    pub container: Arc<str>,
    pub start: u32,
    pub end: u32,
    pub exported: bool,
    pub signature: Box<str>,
}

/// The declarations of a parsed text.
pub(super) fn declarations(language: Language, tree: &Tree, text: &str) -> Vec<Decl> {
    let (walk, separator): (fn(&mut Collector<'_>, Node<'_>), _) = match language {
        Language::CSharp => (super::csharp::walk, "."),
        Language::TypeScript | Language::Tsx | Language::JavaScript => (super::ecma::walk, "."),
        Language::C | Language::Cpp => (super::c::walk, "::"),
        Language::Go => (super::go::walk, "."),
        Language::Java => (super::java::walk, "."),
        Language::Python => (super::python::walk, "."),
        Language::Rust => (super::rust::walk, "::"),
    };
    let mut collector = Collector::new(text, separator);
    walk(&mut collector, tree.root_node());
    collector.decls.sort_by_key(|decl| (decl.start, decl.end));
    collector.decls
}

/// Gathers declarations during a walk and knows where the walk stands.
pub(super) struct Collector<'t> {
    pub text: &'t str,
    pub decls: Vec<Decl>,
    separator: &'static str,
    container: Arc<str>,
    depth: usize,
}

impl<'t> Collector<'t> {
    fn new(text: &'t str, separator: &'static str) -> Self {
        Self {
            text,
            decls: Vec::new(),
            separator,
            container: Arc::from(""),
            depth: 0,
        }
    }

    pub fn container(&self) -> &str {
        &self.container
    }

    pub fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The text of the child in `field`, or nothing.
    pub fn field(&self, node: Node<'_>, field: &str) -> &'t str {
        node.child_by_field_name(field)
            .map_or("", |child| self.text_of(child))
    }

    pub fn add(
        &mut self,
        node: Node<'_>,
        name: &str,
        kind: &'static str,
        exported: bool,
        signature: &str,
    ) {
        if name.is_empty() || name.len() > MAX_NAME || self.decls.len() >= MAX_DECLS {
            return;
        }
        let offset = |byte| u32::try_from(byte).unwrap_or(u32::MAX);
        self.decls.push(Decl {
            name: name.into(),
            kind,
            container: self.container.clone(),
            start: offset(node.start_byte()),
            end: offset(node.end_byte()),
            exported,
            signature: squeeze(signature).into(),
        });
    }

    /// Walks on inside the container `name`.
    pub fn inside(&mut self, name: &str, walk: impl FnOnce(&mut Self)) {
        let name: Arc<str> = if self.container.is_empty() {
            name.into()
        } else {
            format!("{}{}{name}", self.container, self.separator).into()
        };
        if name.len() > MAX_CONTAINER {
            return;
        }
        let outer = std::mem::replace(&mut self.container, name);
        self.deeper(walk);
        self.container = outer;
    }

    /// Walks on one level deeper, in the same container.
    pub fn deeper(&mut self, walk: impl FnOnce(&mut Self)) {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            walk(self);
            self.depth -= 1;
        }
    }

    /// The text from `node`'s first child that is no attribute up to the first
    /// of its children whose kind or field is in `stop`, or to its end.
    pub fn head(&self, node: Node<'_>, skip: &[&str], stop: &[&str]) -> &'t str {
        let mut cursor = node.walk();
        let mut start = None;
        let mut end = node.end_byte();
        if cursor.goto_first_child() {
            loop {
                let child = cursor.node();
                let field = cursor.field_name().unwrap_or_default();
                if start.is_some() && (stop.contains(&child.kind()) || stop.contains(&field)) {
                    end = child.start_byte();
                    break;
                }
                if start.is_none() && !skip.contains(&child.kind()) {
                    start = Some(child.start_byte());
                }
                if !cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        self.text
            .get(start.unwrap_or(node.start_byte())..end)
            .unwrap_or_default()
    }
}

/// The children of a node, named ones only.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// One line, one space between words, no `{`, `;` or `=` left over at the end,
/// at most [`MAX_SIGNATURE`] characters.
pub(super) fn squeeze(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(MAX_HEAD)];
    let mut line = String::with_capacity(text.len().min(MAX_SIGNATURE));
    let mut characters = 0;
    'words: for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
            characters += 1;
        }
        for character in word.chars() {
            if characters >= MAX_SIGNATURE {
                break 'words;
            }
            line.push(character);
            characters += 1;
        }
    }
    let end = line.trim_end_matches([' ', '{', ';', '=', ',']).len();
    line.truncate(end);
    line
}
