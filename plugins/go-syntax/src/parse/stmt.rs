//! Statements.

use super::Parser;
use crate::ast::{
    Assign, Block, Clause, Expr, ExprKind, For, If, RangeStmt, Span, Stmt, StmtKind, Switch,
    TypeSwitch,
};
use crate::lex::Kind;

const ASSIGNMENTS: [&str; 13] = [
    "=", ":=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "&^=",
];

impl Parser<'_> {
    pub(super) fn block(&mut self) -> Block {
        let start = self.start();
        self.expect("{");
        let stmts = self.stmts();
        self.expect("}");
        Block {
            stmts,
            span: self.since(start),
        }
    }

    fn stmts(&mut self) -> Vec<Stmt> {
        let mut stmts = Vec::new();
        if !self.deeper() {
            return stmts;
        }
        while !self.is("}") && !self.is("case") && !self.is("default") && self.kind() != Kind::End {
            let before = self.at;
            let stmt = self.stmt();
            if !matches!(stmt.kind, StmtKind::Empty) {
                stmts.push(stmt);
            }
            if self.kind() == Kind::Semi {
                self.advance();
            } else if !self.is("}") && !self.is("case") && !self.is("default") {
                self.errors += 1;
            }
            if self.at == before {
                self.advance();
            }
        }
        self.depth -= 1;
        stmts
    }

    fn made(&self, kind: StmtKind, start: usize) -> Stmt {
        Stmt {
            kind,
            span: self.since(start),
        }
    }

    fn stmt(&mut self) -> Stmt {
        let start = self.start();
        if self.kind() == Kind::Semi {
            return Stmt {
                kind: StmtKind::Empty,
                span: Span::new(start, start),
            };
        }
        let kind = match self.word() {
            "const" | "var" | "type" => StmtKind::Decl(self.gen_decl()),
            "go" | "defer" => {
                let go = self.is("go");
                self.advance();
                let call = self.expr();
                if go {
                    StmtKind::Go(call)
                } else {
                    StmtKind::Defer(call)
                }
            }
            "return" => {
                self.advance();
                let values = if self.kind() == Kind::Semi || self.is("}") {
                    Vec::new()
                } else {
                    self.exprs()
                };
                StmtKind::Return(values)
            }
            "break" | "continue" | "goto" | "fallthrough" => {
                self.advance();
                let label = (self.kind() == Kind::Ident).then(|| self.ident());
                StmtKind::Branch(label)
            }
            "{" if self.kind() == Kind::Op => StmtKind::Block(self.block()),
            "if" => return self.if_stmt(),
            "switch" => self.switch_stmt(),
            "select" => {
                self.advance();
                StmtKind::Select(self.clauses(true))
            }
            "for" => self.for_stmt(),
            _ => {
                if self.kind() == Kind::Ident && self.is_at(1, ":") {
                    let label = self.ident();
                    self.advance();
                    let inner = if self.is("}") {
                        None
                    } else {
                        Some(self.stmt())
                    };
                    let inner = inner.unwrap_or(Stmt {
                        kind: StmtKind::Empty,
                        span: Span::new(self.end(), self.end()),
                    });
                    return self.made(StmtKind::Labeled(label, Box::new(inner)), start);
                }
                return self.simple();
            }
        };
        self.made(kind, start)
    }

    fn simple(&mut self) -> Stmt {
        let start = self.start();
        let mut left = self.exprs();
        let kind = if self.kind() == Kind::Op && ASSIGNMENTS.contains(&self.word()) {
            let op = self.word().to_owned();
            let op_span = self.token(0).span;
            self.advance();
            let right = self.exprs();
            StmtKind::Assign(Assign {
                left,
                op,
                op_span,
                right,
            })
        } else if left.len() == 1 {
            let first = left.remove(0);
            if self.eat("++") || self.eat("--") {
                StmtKind::IncDec(first)
            } else if self.eat("<-") {
                let value = self.expr();
                StmtKind::Send(first, value)
            } else if matches!(first.kind, ExprKind::Bad) {
                StmtKind::Bad
            } else {
                StmtKind::Expr(first)
            }
        } else {
            self.errors += 1;
            StmtKind::Bad
        };
        self.made(kind, start)
    }

    /// In a head, where `{` opens the body.
    fn in_head<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let head = std::mem::replace(&mut self.head, true);
        let value = read(self);
        self.head = head;
        value
    }

    fn body(&mut self) -> Block {
        self.inner(Self::block)
    }

    fn if_stmt(&mut self) -> Stmt {
        let start = self.start();
        self.advance();
        if !self.deeper() {
            return self.made(StmtKind::Bad, start);
        }
        let (init, cond) = self.in_head(|p| {
            let mut init = None;
            let mut last = None;
            if p.kind() != Kind::Semi && !p.is("{") {
                last = Some(p.simple());
            }
            if p.kind() == Kind::Semi {
                p.advance();
                init = last.take();
                if !p.is("{") {
                    last = Some(p.simple());
                }
            }
            (init, last)
        });
        let cond = match cond {
            Some(Stmt {
                kind: StmtKind::Expr(expr),
                ..
            }) => Some(expr),
            _ => {
                self.errors += 1;
                None
            }
        };
        let body = self.body();
        let otherwise = if self.eat("else") {
            if self.is("if") {
                Some(self.if_stmt())
            } else {
                let from = self.start();
                let block = self.body();
                Some(self.made(StmtKind::Block(block), from))
            }
        } else {
            None
        };
        self.depth -= 1;
        let stmt = If {
            init,
            cond,
            body,
            otherwise,
        };
        self.made(StmtKind::If(Box::new(stmt)), start)
    }

    fn switch_stmt(&mut self) -> StmtKind {
        self.advance();
        let (init, tag) = self.in_head(|p| {
            let mut init = None;
            let mut tag = None;
            if p.kind() != Kind::Semi && !p.is("{") {
                tag = Some(p.simple());
            }
            if p.kind() == Kind::Semi {
                p.advance();
                init = tag.take();
                if !p.is("{") {
                    tag = Some(p.simple());
                }
            }
            (init, tag)
        });
        let clauses = self.clauses(false);
        let kind = tag.map(|stmt| stmt.kind);
        match kind {
            Some(StmtKind::Assign(mut assign))
                if assign.left.len() == 1 && assign.right.len() == 1 && assign.op == ":=" =>
            {
                let left = assign.left.remove(0);
                let right = assign.right.remove(0);
                match (left.kind, right.kind) {
                    (ExprKind::Name(name), ExprKind::Assert(subject, None)) => {
                        StmtKind::TypeSwitch(Box::new(TypeSwitch {
                            init,
                            bind: Some(crate::ast::Ident {
                                name,
                                span: left.span,
                            }),
                            subject: *subject,
                            clauses,
                        }))
                    }
                    _ => StmtKind::Bad,
                }
            }
            Some(StmtKind::Expr(Expr {
                kind: ExprKind::Assert(subject, None),
                ..
            })) => StmtKind::TypeSwitch(Box::new(TypeSwitch {
                init,
                bind: None,
                subject: *subject,
                clauses,
            })),
            Some(StmtKind::Expr(tag)) => StmtKind::Switch(Box::new(Switch {
                init,
                tag: Some(tag),
                clauses,
            })),
            _ => StmtKind::Switch(Box::new(Switch {
                init,
                tag: None,
                clauses,
            })),
        }
    }

    fn clauses(&mut self, comm: bool) -> Vec<Clause> {
        self.expect("{");
        let head = std::mem::replace(&mut self.head, false);
        let mut clauses = Vec::new();
        while !self.is("}") && self.kind() != Kind::End {
            let start = self.start();
            let before = self.at;
            let mut clause = Clause {
                cases: Vec::new(),
                comm: None,
                body: Vec::new(),
                is_default: false,
                span: Span::default(),
            };
            if self.eat("default") {
                clause.is_default = true;
            } else {
                self.expect("case");
                if comm {
                    clause.comm = Some(self.simple());
                } else {
                    clause.cases = self.exprs();
                }
            }
            self.expect(":");
            clause.body = self.stmts();
            clause.span = self.since(start);
            clauses.push(clause);
            if self.at == before {
                self.advance();
            }
        }
        self.head = head;
        self.expect("}");
        clauses
    }

    fn for_stmt(&mut self) -> StmtKind {
        self.advance();
        let head = std::mem::replace(&mut self.head, true);
        let kind = self.for_head();
        self.head = head;
        match kind {
            Ok(mut range) => {
                range.body = self.body();
                StmtKind::Range(range)
            }
            Err(mut plain) => {
                plain.body = self.body();
                StmtKind::For(plain)
            }
        }
    }

    fn for_head(&mut self) -> Result<Box<RangeStmt>, Box<For>> {
        if self.is("range") {
            let at = self.token(0).span;
            return Ok(self.range(Vec::new(), false, Span::new(at.start, at.start)));
        }
        let mut plain = For {
            init: None,
            cond: None,
            post: None,
            body: Block::default(),
        };
        if self.is("{") {
            return Err(Box::new(plain));
        }
        let mut first = None;
        if self.kind() != Kind::Semi {
            let start = self.start();
            let left = self.exprs();
            if (self.is(":=") || self.is("=")) && self.is_at(1, "range") {
                let define = self.is(":=");
                let op_span = self.token(0).span;
                self.advance();
                return Ok(self.range(left, define, op_span));
            }
            first = Some(self.rest_of_simple(left, start));
        }
        if self.kind() == Kind::Semi {
            self.advance();
            plain.init = first;
            if self.kind() != Kind::Semi && !self.is("{") {
                plain.cond = Some(self.expr());
            }
            if self.kind() == Kind::Semi {
                self.advance();
            }
            if !self.is("{") {
                plain.post = Some(self.simple());
            }
        } else if let Some(Stmt {
            kind: StmtKind::Expr(cond),
            ..
        }) = first
        {
            plain.cond = Some(cond);
        }
        Err(Box::new(plain))
    }

    fn rest_of_simple(&mut self, mut left: Vec<Expr>, start: usize) -> Stmt {
        let kind = if self.kind() == Kind::Op && ASSIGNMENTS.contains(&self.word()) {
            let op = self.word().to_owned();
            let op_span = self.token(0).span;
            self.advance();
            let right = self.exprs();
            StmtKind::Assign(Assign {
                left,
                op,
                op_span,
                right,
            })
        } else {
            let first = left.remove(0);
            if self.eat("++") || self.eat("--") {
                StmtKind::IncDec(first)
            } else {
                StmtKind::Expr(first)
            }
        };
        self.made(kind, start)
    }

    fn range(&mut self, left: Vec<Expr>, define: bool, op_span: Span) -> Box<RangeStmt> {
        let range_span = self.token(0).span;
        self.advance();
        let over = self.expr();
        let mut left = left.into_iter();
        Box::new(RangeStmt {
            key: left.next(),
            value: left.next(),
            define,
            op_span,
            range_span,
            over,
            body: Block::default(),
        })
    }
}
