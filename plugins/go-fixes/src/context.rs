//! What a rule sees of the file it mends, and the edits that rules share.

use buildfix_go_syntax::ast::{Expr, ExprKind, Ident, Import, ImportDecl, Span, StmtKind, Tree};
use buildfix_go_syntax::walk::{self, Node};
use buildfix_go_syntax::{File, Infer, Package, Project, Ty, scope};
use buildfix_sdk::{Diagnostic, Fix, SourceFile, edit};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// The file, its tree and its project.
pub struct Context<'p, 'h> {
    /// Other files.
    pub project: &'p Project<'h>,
    /// Tells types.
    pub infer: Infer<'p, 'h>,
    /// What edits refer to.
    pub source: &'p SourceFile,
    /// The same file with its tree.
    pub file: Rc<File>,
    /// The package that it belongs to.
    pub own: Rc<Package>,
    import_names: OnceCell<BTreeSet<String>>,
}

impl<'p, 'h> Context<'p, 'h> {
    /// For the file of a request.
    pub fn new(project: &'p Project<'h>, source: &'p SourceFile) -> Self {
        Self {
            project,
            infer: Infer::new(project),
            source,
            file: project.file().clone(),
            own: project.own(),
            import_names: OnceCell::new(),
        }
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.file.text
    }

    /// The file's tree.
    pub fn tree(&self) -> &Tree {
        &self.file.tree
    }

    /// The text of a range.
    pub fn slice(&self, span: Span) -> &str {
        self.text().get(span.range()).unwrap_or_default()
    }

    /// A fix that the rebuild has to prove.
    pub fn verified(&self, diagnostic: &Diagnostic, title: impl Into<String>) -> Fix {
        edit::fix(diagnostic, title, "verified")
    }

    /// The only reading of the error.
    pub fn exact(&self, diagnostic: &Diagnostic, title: impl Into<String>) -> Fix {
        edit::fix(diagnostic, title, "exact")
    }

    /// A fix that compiles and leaves the work to the user.
    pub fn placeholder(&self, diagnostic: &Diagnostic, title: impl Into<String>) -> Fix {
        edit::fix(diagnostic, title, "placeholder")
    }

    /// Adds to a fix a replacement in this file.
    pub fn replace(&self, fix: Fix, span: Span, text: impl Into<String>) -> Fix {
        fix.replace(self.source, span.bytes(), text)
    }

    /// Adds to a fix an insertion in this file.
    pub fn insert(&self, fix: Fix, at: usize, text: impl Into<String>) -> Fix {
        self.replace(fix, Span::new(at, at), text)
    }

    /// Where a diagnostic points.
    pub fn at(diagnostic: &Diagnostic) -> usize {
        diagnostic.span.start as usize
    }

    /// The word at a byte.
    pub fn word(&self, at: usize) -> Span {
        let rest = self.text().get(at..).unwrap_or_default();
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        Span::new(at, at + end)
    }

    /// The white space that the line of a byte begins with.
    pub fn indent(&self, at: usize) -> &str {
        let start = self.line_start(at);
        let line = &self.text()[start..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Where the line of a byte begins.
    pub fn line_start(&self, at: usize) -> usize {
        let before = self.text().get(..at).unwrap_or_default();
        before.rfind('\n').map_or(0, |end| end + 1)
    }

    /// Where the next line begins.
    pub fn line_end(&self, at: usize) -> usize {
        let rest = self.text().get(at..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.text().len(), |end| at + end + 1)
    }

    /// A range, made longer to the whole lines if nothing else stands on them.
    pub fn whole_lines(&self, span: Span) -> Span {
        let start = self.line_start(span.start);
        let end = self.line_end(span.end);
        let before = self.text().get(start..span.start).unwrap_or_default();
        let after = self.text().get(span.end..end).unwrap_or_default();
        let bare = after.trim_start_matches([' ', '\t', ';']);
        if before.trim().is_empty() && (bare.trim().is_empty() || bare.starts_with("//")) {
            return Span::new(start, end);
        }
        span
    }

    /// The expressions that begin at a byte, outermost first.
    pub fn exprs_at(&self, at: usize) -> Vec<&Expr> {
        let mut found = Vec::new();
        walk::tree(self.tree(), &mut |node| {
            if let Node::Expr(expr) = node
                && expr.span.start == at
            {
                found.push(expr);
            }
            node.span().holds(at)
        });
        found
    }

    /// The expression at a byte that a message shows like this. Messages leave
    /// bodies out (`{…}`) and set blanks in their own way.
    pub fn shown(&self, at: usize, text: &str) -> Option<&Expr> {
        let bare = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
        let wanted = bare(text);
        let exprs = self.exprs_at(at);
        let exact = exprs
            .iter()
            .find(|expr| bare(self.slice(expr.span)) == wanted);
        if let Some(expr) = exact {
            return Some(expr);
        }
        let head = wanted.split('…').next().unwrap_or_default();
        if head.len() == wanted.len() {
            return None;
        }
        exprs.into_iter().find(|expr| {
            bare(self.slice(expr.span)).starts_with(head)
                && (!wanted.ends_with("…}") || self.slice(expr.span).ends_with('}'))
        })
    }

    /// The type that a message names.
    pub fn type_named(&self, text: &str) -> Ty {
        // A package that the file does not import is named by its path:
        // `"sync".Mutex`.
        let mut import_decls = self.tree().import_decls.clone();
        let mut plain = String::new();
        for (index, part) in text.split('"').enumerate() {
            if index % 2 == 0 {
                plain.push_str(part);
                continue;
            }
            let name = format!("path{index}");
            plain.push_str(&name);
            import_decls.push(ImportDecl {
                imports: vec![Import {
                    alias: Some(Ident {
                        name,
                        span: Span::default(),
                    }),
                    path: part.to_owned(),
                    span: Span::default(),
                }],
                grouped: false,
                span: Span::default(),
            });
        }
        match buildfix_go_syntax::parse::parse_expr(&plain) {
            Some(expr) => {
                // Its names stand in the text of the message.
                let file = File {
                    path: self.file.path.clone(),
                    text: plain,
                    tree: Tree {
                        package: self.tree().package.clone(),
                        import_decls,
                        ..Tree::default()
                    },
                    package: self.file.package.clone(),
                };
                self.infer.named(&expr, &file, false)
            }
            None => Ty::Unknown,
        }
    }

    /// The type of an expression of the file.
    pub fn value(&self, expr: &Expr) -> Ty {
        self.infer.value(expr, &self.file)
    }

    /// Prints a type for this file; what has to be imported for it goes to
    /// `imports`.
    pub fn print(&self, ty: &Ty, imports: &mut BTreeSet<String>) -> String {
        ty.print(&mut |path| self.qualify(path, imports))
    }

    /// What stands before the names of a package in this file.
    pub fn qualify(&self, path: &str, imports: &mut BTreeSet<String>) -> String {
        if path.is_empty() || path == self.file.package {
            return String::new();
        }
        let known = self.tree().imports().find(|import| import.path == path);
        match known {
            Some(import) if import.alias.as_ref().is_none_or(|a| a.name != "_") => {
                match self.project.import_name(import) {
                    name if name == "." => String::new(),
                    name => name,
                }
            }
            _ => {
                imports.insert(path.to_owned());
                self.project.name_of(path)
            }
        }
    }

    /// What the file's imports are called.
    fn import_names(&self) -> &BTreeSet<String> {
        self.import_names.get_or_init(|| {
            let imports = self.tree().imports();
            imports
                .map(|import| self.project.import_name(import))
                .collect()
        })
    }

    /// Whether a name means something at a byte: a local, a declaration of the
    /// package, an import, or a predeclared name.
    pub fn resolves(&self, name: &str, at: usize) -> bool {
        name == "_"
            || PREDECLARED.contains(&name)
            || buildfix_go_syntax::types::BASIC.contains(&name)
            || self.import_names().contains(name)
            || self.own.members.contains_key(name)
            || scope::locals(self.tree(), at)
                .iter()
                .any(|local| local.name == name)
    }

    /// The places in a range where a name stands that means nothing there.
    pub fn unresolved(&self, within: Span) -> Vec<(&str, Span)> {
        let mut found: Vec<(&str, Span)> = Vec::new();
        // Names that are being declared, and the keys of struct literals.
        let mut other: BTreeSet<usize> = BTreeSet::new();
        walk::tree(self.tree(), &mut |node| {
            let span = node.span();
            if span.end < within.start || span.start > within.end {
                return false;
            }
            match node {
                Node::Stmt(stmt) => match &stmt.kind {
                    StmtKind::Assign(assign) if assign.op == ":=" => {
                        other.extend(assign.left.iter().map(|left| left.span.start));
                    }
                    StmtKind::Range(range) if range.define => {
                        let names = range.key.iter().chain(&range.value);
                        other.extend(names.map(|name| name.span.start));
                    }
                    _ => {}
                },
                Node::Expr(expr) => match &expr.kind {
                    ExprKind::Composite { elements, .. } => {
                        let keys = elements.iter().filter_map(|e| e.key.as_ref());
                        other.extend(keys.map(|key| key.span.start));
                    }
                    ExprKind::Name(name)
                        if !other.contains(&expr.span.start)
                            && !found.iter().any(|(_, known)| *known == expr.span)
                            && !self.resolves(name, expr.span.start) =>
                    {
                        found.push((name, expr.span));
                    }
                    _ => {}
                },
                _ => {}
            }
            true
        });
        found
    }
}

/// The predeclared names that are no types.
pub const PREDECLARED: [&str; 22] = [
    "append", "cap", "clear", "close", "complex", "copy", "delete", "false", "imag", "iota", "len",
    "make", "max", "min", "new", "nil", "panic", "print", "println", "real", "recover", "true",
];
