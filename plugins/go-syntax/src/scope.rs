//! Which local names are in reach at a byte, and what declares them.

use crate::ast::{
    Block, Clause, Decl, DeclKind, Expr, ExprKind, Func, Ident, Param, Signature, Span, Spec, Stmt,
    StmtKind, Tree,
};
use crate::walk::{self, Node};

/// What declares a local name.
#[derive(Clone, Copy, Debug)]
pub enum Def<'t> {
    /// A parameter, result, or variable with a type.
    Typed(&'t Expr),
    /// A value; the n-th of so many that it gives.
    Value(&'t Expr, usize, usize),
    /// The index or key of a `range` over this.
    Key(&'t Expr),
    /// The element of a `range` over this.
    Element(&'t Expr),
    /// A type switch's variable, in a case of one type or in another.
    Narrowed(&'t Expr, Option<&'t Expr>),
    /// A type.
    Type(&'t Spec),
    /// A type parameter with its constraint.
    TypeParam(&'t Expr),
    /// Known to exist only.
    Opaque,
}

/// A local name.
#[derive(Clone, Copy, Debug)]
pub struct Local<'t> {
    /// As it is spelt.
    pub name: &'t str,
    /// Where it is declared.
    pub span: Span,
    /// By what.
    pub def: Def<'t>,
    /// How many blocks are around it.
    pub depth: usize,
    /// Whether it is a parameter, receiver or named result.
    pub param: bool,
}

/// The local names in reach at a byte, innermost and latest last; shadowed ones
/// are still there.
#[must_use]
pub fn locals(tree: &Tree, at: usize) -> Vec<Local<'_>> {
    let mut scope = Scope {
        at,
        depth: 0,
        found: Vec::new(),
    };
    for decl in &tree.decls {
        if !decl.span().holds(at) {
            continue;
        }
        match decl {
            Decl::Func(func) => scope.func(func),
            Decl::Gen(decl) => {
                for spec in decl.specs.iter().filter(|spec| spec.span.holds(at)) {
                    scope.type_params(&spec.type_params);
                    spec.values.iter().for_each(|value| scope.inside(value));
                }
            }
        }
    }
    scope.found
}

/// The innermost function, with a name or without, around a byte: its
/// signature and body.
#[must_use]
pub fn function(tree: &Tree, at: usize) -> Option<(&Signature, &Block)> {
    walk::around(tree, at)
        .into_iter()
        .rev()
        .find_map(|node| match node {
            Node::Func(func) => Some((&func.signature, func.body.as_ref()?)),
            Node::Expr(Expr {
                kind: ExprKind::Func(func),
                ..
            }) if func.body.span.holds(at) => Some((&func.signature, &func.body)),
            _ => None,
        })
}

struct Scope<'t> {
    at: usize,
    depth: usize,
    found: Vec<Local<'t>>,
}

impl<'t> Scope<'t> {
    fn add(&mut self, name: &'t Ident, def: Def<'t>) {
        self.push(&name.name, name.span, def, false);
    }

    fn push(&mut self, name: &'t str, span: Span, def: Def<'t>, param: bool) {
        if name != "_" && !name.is_empty() {
            self.found.push(Local {
                name,
                span,
                def,
                depth: self.depth,
                param,
            });
        }
    }

    fn params(&mut self, params: &'t [Param]) {
        for param in params {
            if let Some(name) = &param.name {
                self.push(&name.name, name.span, Def::Typed(&param.ty), true);
            }
        }
    }

    fn type_params(&mut self, params: &'t [Param]) {
        for param in params {
            if let Some(name) = &param.name {
                self.add(name, Def::TypeParam(&param.ty));
            }
        }
    }

    fn func(&mut self, func: &'t Func) {
        if let Some(receiver) = &func.receiver {
            // `func (l *List[T]) …` declares `T`.
            let mut ty = &receiver.ty;
            while let ExprKind::Star(inner) | ExprKind::Paren(inner) = &ty.kind {
                ty = inner;
            }
            if let ExprKind::Index(_, args) = &ty.kind {
                for arg in args {
                    if let ExprKind::Name(name) = &arg.kind {
                        self.push(name, arg.span, Def::TypeParam(arg), false);
                    }
                }
            }
            self.params(std::slice::from_ref(receiver));
        }
        self.type_params(&func.type_params);
        if let Some(body) = &func.body {
            self.body(&func.signature, body);
        }
    }

    fn body(&mut self, signature: &'t Signature, body: &'t Block) {
        self.depth += 1;
        self.params(&signature.params);
        self.params(&signature.results);
        if body.span.holds(self.at) {
            self.stmts(&body.stmts);
        }
    }

    fn stmts(&mut self, stmts: &'t [Stmt]) {
        for stmt in stmts {
            if stmt.span.start > self.at {
                return;
            }
            if stmt.span.end >= self.at {
                self.within(stmt);
                if stmt.span.end > self.at {
                    return;
                }
            } else {
                self.declare(stmt);
            }
        }
    }

    /// What a statement that is over has declared.
    fn declare(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Assign(assign) if assign.op == ":=" => {
                let count = assign.left.len();
                for (index, left) in assign.left.iter().enumerate() {
                    if let ExprKind::Name(name) = &left.kind {
                        let def = if assign.right.len() == count {
                            Def::Value(&assign.right[index], 0, 1)
                        } else if let [value] = &assign.right[..] {
                            Def::Value(value, index, count)
                        } else {
                            Def::Opaque
                        };
                        // Naming an old one again declares nothing.
                        let known = self
                            .found
                            .iter()
                            .any(|local| local.name == name && local.depth == self.depth);
                        if !known {
                            self.push(name, left.span, def, false);
                        }
                    }
                }
            }
            StmtKind::Decl(decl) => {
                for spec in &decl.specs {
                    self.spec(spec, decl.kind);
                }
            }
            StmtKind::Labeled(_, inner) => self.declare(inner),
            _ => {}
        }
    }

    fn spec(&mut self, spec: &'t Spec, kind: DeclKind) {
        let count = spec.names.len();
        for (index, name) in spec.names.iter().enumerate() {
            let def = match (kind, &spec.ty) {
                (DeclKind::Type, _) => Def::Type(spec),
                (_, Some(ty)) => Def::Typed(ty),
                _ if spec.values.len() == count => Def::Value(&spec.values[index], 0, 1),
                _ => match &spec.values[..] {
                    [value] => Def::Value(value, index, count),
                    _ => Def::Opaque,
                },
            };
            self.add(name, def);
        }
    }

    fn init(&mut self, init: Option<&'t Stmt>) {
        if let Some(init) = init {
            if init.span.end < self.at {
                self.declare(init);
            } else if init.span.start <= self.at {
                self.within(init);
            }
        }
    }

    fn block(&mut self, block: &'t Block) {
        if block.span.holds(self.at) {
            self.depth += 1;
            self.stmts(&block.stmts);
        }
    }

    fn clauses(&mut self, clauses: &'t [Clause], bind: Option<(&'t Ident, &'t Expr)>) {
        let at = self.at;
        for clause in clauses.iter().filter(|clause| clause.span.holds(at)) {
            self.depth += 1;
            if let Some((name, subject)) = bind {
                let one = match &clause.cases[..] {
                    [one] => Some(one),
                    _ => None,
                };
                self.add(name, Def::Narrowed(subject, one));
            }
            clause.cases.iter().for_each(|case| self.inside(case));
            self.init(clause.comm.as_ref());
            self.stmts(&clause.body);
        }
    }

    /// Goes into the statement that is around the byte.
    fn within(&mut self, stmt: &'t Stmt) {
        match &stmt.kind {
            StmtKind::Block(block) => self.block(block),
            StmtKind::Labeled(_, inner) => self.within(inner),
            StmtKind::If(of) => {
                self.depth += 1;
                self.init(of.init.as_ref());
                of.cond.iter().for_each(|cond| self.inside(cond));
                self.block(&of.body);
                if let Some(other) = &of.otherwise
                    && other.span.holds(self.at)
                {
                    self.within(other);
                }
            }
            StmtKind::Switch(of) => {
                self.depth += 1;
                self.init(of.init.as_ref());
                of.tag.iter().for_each(|tag| self.inside(tag));
                self.clauses(&of.clauses, None);
            }
            StmtKind::TypeSwitch(of) => {
                self.depth += 1;
                self.init(of.init.as_ref());
                self.inside(&of.subject);
                self.clauses(
                    &of.clauses,
                    of.bind.as_ref().map(|bind| (bind, &of.subject)),
                );
            }
            StmtKind::Select(clauses) => self.clauses(clauses, None),
            StmtKind::For(of) => {
                self.depth += 1;
                self.init(of.init.as_ref());
                of.cond.iter().for_each(|cond| self.inside(cond));
                if let Some(post) = &of.post
                    && post.span.holds(self.at)
                {
                    self.within(post);
                }
                self.block(&of.body);
            }
            StmtKind::Range(of) => {
                self.depth += 1;
                self.inside(&of.over);
                if of.body.span.holds(self.at) && of.define {
                    let defs = [
                        (&of.key, Def::Key(&of.over)),
                        (&of.value, Def::Element(&of.over)),
                    ];
                    for (expr, def) in defs {
                        if let Some(Expr {
                            kind: ExprKind::Name(name),
                            span,
                        }) = expr
                        {
                            self.push(name, *span, def, false);
                        }
                    }
                }
                self.block(&of.body);
            }
            _ => {
                let mut literal = None;
                walk::stmt(stmt, &mut |node| {
                    literal = literal.or_else(|| self.literal(node));
                    literal.is_none() && node.span().holds(self.at)
                });
                self.enter(literal);
            }
        }
    }

    /// Goes into the function literal in an expression that is around the byte.
    fn inside(&mut self, expr: &'t Expr) {
        let mut literal = None;
        walk::expr(expr, &mut |node| {
            literal = literal.or_else(|| self.literal(node));
            literal.is_none() && node.span().holds(self.at)
        });
        self.enter(literal);
    }

    fn literal(&self, node: Node<'t>) -> Option<(&'t Signature, &'t Block)> {
        match node {
            Node::Expr(Expr {
                kind: ExprKind::Func(func),
                ..
            }) if func.body.span.holds(self.at) => Some((&func.signature, &func.body)),
            _ => None,
        }
    }

    fn enter(&mut self, literal: Option<(&'t Signature, &'t Block)>) {
        if let Some((signature, body)) = literal {
            self.body(signature, body);
        }
    }
}
