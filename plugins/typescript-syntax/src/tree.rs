//! Parsed files, places in them, and what a name is bound to.

use buildfix_sdk::Host;
use oxc_allocator::Allocator;
use oxc_ast::{AstKind, ast::Program};
use oxc_parser::Parser;
use oxc_semantic::{AstNode, NodeId, ScopeId, Semantic, SemanticBuilder, SymbolId};
use oxc_span::{GetSpan, SourceType, Span};
use std::{cell::RefCell, collections::HashMap, rc::Rc};

/// A parsed file.
pub struct Source<'a> {
    /// Relative to the workspace.
    pub path: String,
    /// All spans count its bytes.
    pub text: &'a str,
    /// Nodes with their parents, scopes, symbols and references.
    pub semantic: Semantic<'a>,
    /// The root.
    pub program: &'a Program<'a>,
}

impl<'a> Source<'a> {
    /// Parses `text`. `None` where the parser gives up.
    #[must_use]
    pub fn parse(allocator: &'a Allocator, path: &str, text: &str) -> Option<Self> {
        let text = allocator.alloc_str(text);
        let kind = SourceType::from_path(path).ok()?;
        // JavaScript files may hold JSX under any ending.
        let kind = if kind.is_javascript() {
            kind.with_jsx(true)
        } else {
            kind
        };
        let parsed = Parser::new(allocator, text, kind).parse();
        if parsed.panicked {
            return None;
        }
        let program = allocator.alloc(parsed.program);
        let semantic = SemanticBuilder::new()
            .with_build_nodes(true)
            .build(program)
            .semantic;
        Some(Self {
            path: path.to_owned(),
            text,
            semantic,
            program,
        })
    }

    /// The innermost node around a byte.
    #[must_use]
    pub fn innermost(&self, at: u32) -> NodeId {
        let mut found = None;
        for node in self.semantic.nodes().iter() {
            let span = node.kind().span();
            if span.start <= at && at < span.end {
                found = Some(node.id());
            }
        }
        found.unwrap_or_else(|| self.semantic.nodes().program().node_id.get())
    }

    /// The innermost node that begins at a byte and for which `pick` answers.
    pub fn starting_at<T>(
        &self,
        at: u32,
        mut pick: impl FnMut(AstKind<'a>) -> Option<T>,
    ) -> Option<T> {
        let mut found = None;
        for node in self.semantic.nodes().iter() {
            if node.kind().span().start == at
                && let Some(value) = pick(node.kind())
            {
                found = Some(value);
            }
        }
        found
    }

    /// The node itself and those around it, innermost first, for which `pick`
    /// answers.
    pub fn enclosing<T>(&self, at: u32, pick: impl FnMut(AstKind<'a>) -> Option<T>) -> Option<T> {
        self.around(at).into_iter().find_map(pick)
    }

    /// The nodes around a byte, innermost first.
    #[must_use]
    pub fn around(&self, at: u32) -> Vec<AstKind<'a>> {
        let id = self.innermost(at);
        let nodes = self.semantic.nodes();
        std::iter::once(nodes.kind(id))
            .chain(nodes.ancestor_kinds(id))
            .collect()
    }

    /// A node's text.
    #[must_use]
    pub fn slice(&self, span: Span) -> &'a str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// The scope that a byte lies in.
    #[must_use]
    pub fn scope_at(&self, at: u32) -> ScopeId {
        self.semantic
            .nodes()
            .get_node(self.innermost(at))
            .scope_id()
    }

    /// What a name means at a place.
    #[must_use]
    pub fn lookup(&self, at: u32, name: &str) -> Option<SymbolId> {
        let scoping = self.semantic.scoping();
        let mut scope = Some(self.scope_at(at));
        while let Some(id) = scope {
            if let Some(symbol) = scoping.get_binding(id, name.into()) {
                return Some(symbol);
            }
            scope = scoping.scope_parent_id(id);
        }
        None
    }

    /// What a name means at the top of the file.
    #[must_use]
    pub fn top(&self, name: &str) -> Option<SymbolId> {
        self.semantic.scoping().get_root_binding(name.into())
    }

    /// The nodes that declare a symbol.
    #[must_use]
    pub fn declarations(&self, symbol: SymbolId) -> Vec<&AstNode<'a>> {
        let scoping = self.semantic.scoping();
        let mut ids = vec![scoping.symbol_declaration(symbol)];
        for id in scoping.symbol_declarations(symbol) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids.into_iter()
            .map(|id| self.semantic.nodes().get_node(id))
            .collect()
    }

    /// Where a symbol is used, as spans of the identifiers.
    #[must_use]
    pub fn references(&self, symbol: SymbolId) -> Vec<Span> {
        self.semantic
            .symbol_references(symbol)
            .map(|reference| self.semantic.reference_span(reference))
            .collect()
    }

    /// The comment that ends right before a byte but for blank space, as the
    /// span with its delimiters.
    #[must_use]
    pub fn doc_comment_before(&self, at: u32) -> Option<Span> {
        self.program
            .comments
            .iter()
            .rfind(|comment| comment.span.end <= at)
            .filter(|comment| {
                self.slice(comment.span).starts_with("/**")
                    && self
                        .text
                        .get(comment.span.end as usize..at as usize)
                        .is_some_and(|between| between.trim().is_empty())
            })
            .map(|comment| comment.span)
    }

    /// Whether the file is JavaScript.
    #[must_use]
    pub fn is_javascript(&self) -> bool {
        is_javascript(&self.path)
    }

    /// Whether the file is a declaration file.
    #[must_use]
    pub fn is_declaration(&self) -> bool {
        [".d.ts", ".d.mts", ".d.cts"]
            .iter()
            .any(|ending| self.path.ends_with(ending))
    }
}

/// Whether a path is a JavaScript file's.
#[must_use]
pub fn is_javascript(path: &str) -> bool {
    [".js", ".jsx", ".mjs", ".cjs"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// The files that a fixer has looked at, each parsed once.
pub struct Project<'a> {
    /// Where files come from.
    pub host: &'a dyn Host,
    allocator: &'a Allocator,
    files: RefCell<HashMap<String, Option<Rc<Source<'a>>>>>,
    texts: RefCell<HashMap<String, Option<Rc<str>>>>,
}

impl<'a> Project<'a> {
    /// An empty cache over a host.
    #[must_use]
    pub fn new(host: &'a dyn Host, allocator: &'a Allocator) -> Self {
        Self {
            host,
            allocator,
            files: RefCell::default(),
            texts: RefCell::default(),
        }
    }

    /// Enters a file whose text is at hand.
    #[must_use]
    pub fn enter(&self, path: &str, text: &str) -> Option<Rc<Source<'a>>> {
        let source = Source::parse(self.allocator, path, text).map(Rc::new);
        self.texts
            .borrow_mut()
            .insert(path.to_owned(), Some(text.into()));
        self.files
            .borrow_mut()
            .insert(path.to_owned(), source.clone());
        source
    }

    /// Parses a piece of text that is not a file, for its types.
    #[must_use]
    pub fn fragment(&self, text: &str) -> Option<Source<'a>> {
        Source::parse(self.allocator, "fragment.ts", text)
    }

    /// A file's text.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<Rc<str>> {
        // The folder of the workspace itself is no file.
        if path.is_empty() {
            return None;
        }
        if let Some(text) = self.texts.borrow().get(path) {
            return text.clone();
        }
        let text: Option<Rc<str>> = self.host.read_file(path).ok().map(Into::into);
        self.texts
            .borrow_mut()
            .insert(path.to_owned(), text.clone());
        text
    }

    /// A file of the workspace, parsed.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<Rc<Source<'a>>> {
        if let Some(source) = self.files.borrow().get(path) {
            return source.clone();
        }
        let text = self.text(path)?;
        let source = Source::parse(self.allocator, path, &text).map(Rc::new);
        self.files
            .borrow_mut()
            .insert(path.to_owned(), source.clone());
        source
    }

    /// Whether a file can be read.
    #[must_use]
    pub fn exists(&self, path: &str) -> bool {
        self.text(path).is_some()
    }
}
