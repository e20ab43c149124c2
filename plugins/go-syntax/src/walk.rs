//! Going through a tree.

use crate::ast::{
    Block, Clause, Decl, Expr, ExprKind, Field, Func, GenDecl, Method, Param, Signature, Span,
    Stmt, StmtKind, Tree,
};

/// A node that a walk visits.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "as it says")]
pub enum Node<'t> {
    Func(&'t Func),
    Decl(&'t GenDecl),
    Block(&'t Block),
    Clause(&'t Clause),
    Stmt(&'t Stmt),
    Expr(&'t Expr),
}

impl Node<'_> {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Func(func) => func.span,
            Self::Decl(decl) => decl.span,
            Self::Block(block) => block.span,
            Self::Clause(clause) => clause.span,
            Self::Stmt(stmt) => stmt.span,
            Self::Expr(expr) => expr.span,
        }
    }
}

/// Visits nodes, parents first; `visit` says whether to go on below.
pub struct Walk<'v, 't> {
    visit: &'v mut dyn FnMut(Node<'t>) -> bool,
}

/// Visits all of a file.
pub fn tree<'t>(tree: &'t Tree, visit: &mut dyn FnMut(Node<'t>) -> bool) {
    let mut walk = Walk { visit };
    for decl in &tree.decls {
        match decl {
            Decl::Func(func) => walk.func(func),
            Decl::Gen(decl) => walk.decl(decl),
        }
    }
}

/// Visits a statement.
pub fn stmt<'t>(stmt: &'t Stmt, visit: &mut dyn FnMut(Node<'t>) -> bool) {
    Walk { visit }.stmt(stmt);
}

/// Visits a block.
pub fn block<'t>(block: &'t Block, visit: &mut dyn FnMut(Node<'t>) -> bool) {
    Walk { visit }.block(block);
}

/// Visits an expression.
pub fn expr<'t>(expr: &'t Expr, visit: &mut dyn FnMut(Node<'t>) -> bool) {
    Walk { visit }.expr(expr);
}

/// The nodes around a byte, outermost first.
#[must_use]
pub fn around(of: &Tree, at: usize) -> Vec<Node<'_>> {
    let mut path = Vec::new();
    tree(of, &mut |node| {
        let inside = node.span().holds(at);
        if inside {
            path.push(node);
        }
        inside
    });
    // Two neighbours may both touch the byte; the later one's parents count.
    let mut chain: Vec<Node<'_>> = Vec::new();
    for node in path {
        while chain.last().is_some_and(|last| {
            let (last, span) = (last.span(), node.span());
            span.start < last.start || span.end > last.end
        }) {
            chain.pop();
        }
        chain.push(node);
    }
    chain
}

impl<'t> Walk<'_, 't> {
    fn func(&mut self, func: &'t Func) {
        if (self.visit)(Node::Func(func)) {
            if let Some(receiver) = &func.receiver {
                self.expr(&receiver.ty);
            }
            self.params(&func.type_params);
            self.signature(&func.signature);
            if let Some(body) = &func.body {
                self.block(body);
            }
        }
    }

    fn decl(&mut self, decl: &'t GenDecl) {
        if (self.visit)(Node::Decl(decl)) {
            for spec in &decl.specs {
                self.params(&spec.type_params);
                spec.ty.iter().for_each(|ty| self.expr(ty));
                // What a constant leaves out stands above.
                for value in spec.values.iter().filter(|v| spec.span.holds(v.span.start)) {
                    self.expr(value);
                }
            }
        }
    }

    fn params(&mut self, params: &'t [Param]) {
        for param in params {
            self.expr(&param.ty);
        }
    }

    fn signature(&mut self, signature: &'t Signature) {
        self.params(&signature.params);
        self.params(&signature.results);
    }

    fn block(&mut self, block: &'t Block) {
        if (self.visit)(Node::Block(block)) {
            self.stmts(&block.stmts);
        }
    }

    fn stmts(&mut self, stmts: &'t [Stmt]) {
        for stmt in stmts {
            self.stmt(stmt);
        }
    }

    fn clauses(&mut self, clauses: &'t [Clause]) {
        for clause in clauses {
            if (self.visit)(Node::Clause(clause)) {
                clause.cases.iter().for_each(|case| self.expr(case));
                clause.comm.iter().for_each(|comm| self.stmt(comm));
                self.stmts(&clause.body);
            }
        }
    }

    fn stmt(&mut self, stmt: &'t Stmt) {
        if !(self.visit)(Node::Stmt(stmt)) {
            return;
        }
        match &stmt.kind {
            StmtKind::Bad | StmtKind::Empty | StmtKind::Branch(_) => {}
            StmtKind::Decl(decl) => self.decl(decl),
            StmtKind::Expr(expr)
            | StmtKind::IncDec(expr)
            | StmtKind::Go(expr)
            | StmtKind::Defer(expr) => self.expr(expr),
            StmtKind::Send(to, value) => {
                self.expr(to);
                self.expr(value);
            }
            StmtKind::Assign(assign) => {
                assign.left.iter().for_each(|expr| self.expr(expr));
                assign.right.iter().for_each(|expr| self.expr(expr));
            }
            StmtKind::Return(values) => values.iter().for_each(|expr| self.expr(expr)),
            StmtKind::Block(block) => self.block(block),
            StmtKind::If(stmt) => {
                stmt.init.iter().for_each(|init| self.stmt(init));
                stmt.cond.iter().for_each(|cond| self.expr(cond));
                self.block(&stmt.body);
                stmt.otherwise.iter().for_each(|other| self.stmt(other));
            }
            StmtKind::Switch(stmt) => {
                stmt.init.iter().for_each(|init| self.stmt(init));
                stmt.tag.iter().for_each(|tag| self.expr(tag));
                self.clauses(&stmt.clauses);
            }
            StmtKind::TypeSwitch(stmt) => {
                stmt.init.iter().for_each(|init| self.stmt(init));
                self.expr(&stmt.subject);
                self.clauses(&stmt.clauses);
            }
            StmtKind::Select(clauses) => self.clauses(clauses),
            StmtKind::For(stmt) => {
                stmt.init.iter().for_each(|init| self.stmt(init));
                stmt.cond.iter().for_each(|cond| self.expr(cond));
                stmt.post.iter().for_each(|post| self.stmt(post));
                self.block(&stmt.body);
            }
            StmtKind::Range(stmt) => {
                stmt.key.iter().for_each(|key| self.expr(key));
                stmt.value.iter().for_each(|value| self.expr(value));
                self.expr(&stmt.over);
                self.block(&stmt.body);
            }
            StmtKind::Labeled(_, inner) => self.stmt(inner),
        }
    }

    fn fields(&mut self, fields: &'t [Field]) {
        for field in fields {
            self.expr(&field.ty);
        }
    }

    fn methods(&mut self, methods: &'t [Method]) {
        for method in methods {
            self.signature(&method.signature);
            method.embedded.iter().for_each(|expr| self.expr(expr));
        }
    }

    fn expr(&mut self, expr: &'t Expr) {
        if !(self.visit)(Node::Expr(expr)) {
            return;
        }
        match &expr.kind {
            ExprKind::Bad | ExprKind::Name(_) | ExprKind::Lit(_) => {}
            ExprKind::Composite { of, elements } => {
                of.iter().for_each(|of| self.expr(of));
                for element in elements {
                    element.key.iter().for_each(|key| self.expr(key));
                    self.expr(&element.value);
                }
            }
            ExprKind::Func(func) => {
                self.signature(&func.signature);
                self.block(&func.body);
            }
            ExprKind::Paren(inner)
            | ExprKind::Selector(inner, _)
            | ExprKind::Star(inner)
            | ExprKind::Unary(_, inner)
            | ExprKind::SliceType(inner)
            | ExprKind::ChanType(_, inner) => self.expr(inner),
            ExprKind::Index(of, parts) | ExprKind::Slice(of, parts) => {
                self.expr(of);
                parts.iter().for_each(|part| self.expr(part));
            }
            ExprKind::Assert(of, ty) => {
                self.expr(of);
                ty.iter().for_each(|ty| self.expr(ty));
            }
            ExprKind::Call(call) => {
                self.expr(&call.callee);
                call.args.iter().for_each(|arg| self.expr(arg));
            }
            ExprKind::Binary(binary) => {
                self.expr(&binary.left);
                self.expr(&binary.right);
            }
            ExprKind::ArrayType(length, inner) => {
                length.iter().for_each(|length| self.expr(length));
                self.expr(inner);
            }
            ExprKind::MapType(key, value) => {
                self.expr(key);
                self.expr(value);
            }
            ExprKind::FuncType(signature) => self.signature(signature),
            ExprKind::StructType(fields) => self.fields(fields),
            ExprKind::InterfaceType(methods) => self.methods(methods),
            ExprKind::Ellipsis(inner) => inner.iter().for_each(|inner| self.expr(inner)),
        }
    }
}
