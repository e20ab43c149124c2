//! Expressions and types.

use super::Parser;
use crate::ast::{
    Binary, Call, Element, Expr, ExprKind, Field, FuncLit, Ident, Lit, Method, Param, Signature,
    Span,
};
use crate::lex::Kind;

fn precedence(op: &str) -> usize {
    match op {
        "||" => 1,
        "&&" => 2,
        "==" | "!=" | "<" | "<=" | ">" | ">=" => 3,
        "+" | "-" | "|" | "^" => 4,
        "*" | "/" | "%" | "<<" | ">>" | "&" | "&^" => 5,
        _ => 0,
    }
}

const UNARY: [&str; 7] = ["+", "-", "!", "^", "&", "<-", "~"];

impl Parser<'_> {
    fn node(&self, kind: ExprKind, start: usize) -> Expr {
        Expr {
            kind,
            span: self.since(start),
        }
    }

    /// In brackets, where literals are allowed again.
    pub(super) fn inner<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let head = std::mem::replace(&mut self.head, false);
        let value = read(self);
        self.head = head;
        value
    }

    pub(super) fn type_or_expr(&mut self) -> Expr {
        self.expr()
    }

    pub(super) fn expr(&mut self) -> Expr {
        if !self.deeper() {
            return self.bad();
        }
        let expr = self.binary(1);
        self.depth -= 1;
        expr
    }

    pub(super) fn exprs(&mut self) -> Vec<Expr> {
        let mut list = vec![self.expr()];
        while self.eat(",") {
            list.push(self.expr());
        }
        list
    }

    fn binary(&mut self, least: usize) -> Expr {
        let mut left = self.unary();
        while self.kind() == Kind::Op {
            let of = precedence(self.word());
            if of < least || of == 0 {
                break;
            }
            let op = self.word().to_owned();
            let op_span = self.token(0).span;
            self.advance();
            let right = self.binary(of + 1);
            let span = left.span.to(right.span);
            left = Expr {
                kind: ExprKind::Binary(Box::new(Binary {
                    op,
                    op_span,
                    left,
                    right,
                })),
                span,
            };
        }
        left
    }

    fn unary(&mut self) -> Expr {
        let start = self.start();
        if self.is("<-") && self.is_at(1, "chan") {
            return self.chan_type();
        }
        if self.kind() == Kind::Op {
            if let Some(op) = UNARY.iter().find(|op| **op == self.word()) {
                self.advance();
                if !self.deeper() {
                    return self.bad();
                }
                let inner = self.unary();
                self.depth -= 1;
                return self.node(ExprKind::Unary(op, Box::new(inner)), start);
            }
            if self.is("*") {
                self.advance();
                if !self.deeper() {
                    return self.bad();
                }
                let inner = self.unary();
                self.depth -= 1;
                return self.node(ExprKind::Star(Box::new(inner)), start);
            }
        }
        self.primary()
    }

    fn operand(&mut self) -> Expr {
        let start = self.start();
        let lit = match self.kind() {
            Kind::Int => Some(Lit::Int),
            Kind::Float => Some(Lit::Float),
            Kind::Imag => Some(Lit::Imag),
            Kind::Char => Some(Lit::Char),
            Kind::Str => Some(Lit::Str),
            _ => None,
        };
        if let Some(lit) = lit {
            self.advance();
            return self.node(ExprKind::Lit(lit), start);
        }
        if self.kind() == Kind::Ident {
            let name = self.word().to_owned();
            self.advance();
            return self.node(ExprKind::Name(name), start);
        }
        if self.eat("(") {
            let inner = self.inner(Self::type_or_expr);
            self.expect(")");
            return self.node(ExprKind::Paren(Box::new(inner)), start);
        }
        if self.is("func") {
            self.advance();
            let signature = self.signature();
            if self.is("{") {
                let body = self.inner(Self::block);
                let func = FuncLit { signature, body };
                return self.node(ExprKind::Func(Box::new(func)), start);
            }
            return self.node(ExprKind::FuncType(Box::new(signature)), start);
        }
        match self.word() {
            "[" if self.kind() == Kind::Op => self.array_type(),
            "map" | "chan" | "struct" | "interface" => self.ty(),
            _ => self.bad(),
        }
    }

    fn primary(&mut self) -> Expr {
        let mut expr = self.operand();
        let start = expr.span.start;
        loop {
            if self.is(".") {
                self.advance();
                if self.eat("(") {
                    let of = if self.eat("type") {
                        None
                    } else {
                        Some(Box::new(self.inner(Self::ty)))
                    };
                    self.expect(")");
                    expr = self.node(ExprKind::Assert(Box::new(expr), of), start);
                } else {
                    let name = self.ident();
                    expr = self.node(ExprKind::Selector(Box::new(expr), name), start);
                }
            } else if self.is("[") {
                expr = self.index(expr, start);
            } else if self.is("(") {
                expr = self.call(expr, start);
            } else if self.is("{") && self.takes_literal(&expr) {
                let elements = self.elements();
                let of = Some(Box::new(expr));
                expr = self.node(ExprKind::Composite { of, elements }, start);
            } else {
                return expr;
            }
        }
    }

    fn takes_literal(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::SliceType(_)
            | ExprKind::ArrayType(..)
            | ExprKind::MapType(..)
            | ExprKind::StructType(_) => true,
            ExprKind::Name(_) => !self.head,
            ExprKind::Selector(of, _) => !self.head && matches!(of.kind, ExprKind::Name(_)),
            ExprKind::Index(of, _) => {
                !self.head && matches!(of.kind, ExprKind::Name(_) | ExprKind::Selector(..))
            }
            _ => false,
        }
    }

    fn index(&mut self, of: Expr, start: usize) -> Expr {
        self.advance();
        let of = Box::new(of);
        let kind = self.inner(|p| {
            let mut parts = Vec::new();
            let mut slice = false;
            while !p.is("]") && p.kind() != Kind::End && p.kind() != Kind::Semi {
                if p.eat(":") {
                    slice = true;
                } else {
                    parts.push(p.type_or_expr());
                    if !p.eat(",") && !p.is(":") {
                        break;
                    }
                }
            }
            if slice {
                ExprKind::Slice(of, parts)
            } else {
                ExprKind::Index(of, parts)
            }
        });
        self.expect("]");
        self.node(kind, start)
    }

    fn call(&mut self, callee: Expr, start: usize) -> Expr {
        let open = self.start();
        self.advance();
        let mut args = Vec::new();
        let mut spread = false;
        self.inner(|p| {
            while !p.is(")") && p.kind() != Kind::End && p.kind() != Kind::Semi {
                args.push(p.type_or_expr());
                spread |= p.eat("...");
                if !p.eat(",") {
                    break;
                }
            }
        });
        self.expect(")");
        let call = Call {
            callee,
            args,
            spread,
            parens: self.since(open),
        };
        self.node(ExprKind::Call(Box::new(call)), start)
    }

    fn elements(&mut self) -> Vec<Element> {
        self.expect("{");
        let mut list = Vec::new();
        if !self.deeper() {
            return list;
        }
        self.inner(|p| {
            while !p.is("}") && p.kind() != Kind::End && p.kind() != Kind::Semi {
                let mut value = p.element();
                let mut key = None;
                if p.eat(":") {
                    key = Some(value);
                    value = p.element();
                }
                list.push(Element { key, value });
                if !p.eat(",") {
                    break;
                }
            }
        });
        self.expect("}");
        self.depth -= 1;
        list
    }

    fn element(&mut self) -> Expr {
        if self.is("{") {
            let start = self.start();
            let elements = self.elements();
            return self.node(ExprKind::Composite { of: None, elements }, start);
        }
        self.expr()
    }

    pub(super) fn ty(&mut self) -> Expr {
        if !self.deeper() {
            return self.bad();
        }
        let ty = self.ty_inner();
        self.depth -= 1;
        ty
    }

    fn ty_inner(&mut self) -> Expr {
        let start = self.start();
        if self.kind() == Kind::Ident {
            let name = self.word().to_owned();
            self.advance();
            let mut ty = self.node(ExprKind::Name(name), start);
            if self.eat(".") {
                let name = self.ident();
                ty = self.node(ExprKind::Selector(Box::new(ty), name), start);
            }
            if self.is("[") && !self.is_at(1, "]") {
                ty = self.index(ty, start);
            }
            return ty;
        }
        match self.word() {
            "*" => {
                self.advance();
                let inner = self.ty();
                self.node(ExprKind::Star(Box::new(inner)), start)
            }
            "(" => {
                self.advance();
                let inner = self.inner(Self::ty);
                self.expect(")");
                self.node(ExprKind::Paren(Box::new(inner)), start)
            }
            "[" => self.array_type(),
            "map" => {
                self.advance();
                self.expect("[");
                let key = self.inner(Self::ty);
                self.expect("]");
                let value = self.ty();
                self.node(ExprKind::MapType(Box::new(key), Box::new(value)), start)
            }
            "chan" | "<-" => self.chan_type(),
            "func" => {
                self.advance();
                let signature = self.signature();
                self.node(ExprKind::FuncType(Box::new(signature)), start)
            }
            "struct" => self.struct_type(),
            "interface" => self.interface_type(),
            _ => self.bad(),
        }
    }

    fn array_type(&mut self) -> Expr {
        let start = self.start();
        self.advance();
        if self.eat("]") {
            let inner = self.ty();
            return self.node(ExprKind::SliceType(Box::new(inner)), start);
        }
        let length = if self.eat("...") {
            None
        } else {
            Some(Box::new(self.inner(Self::expr)))
        };
        self.expect("]");
        let inner = self.ty();
        self.node(ExprKind::ArrayType(length, Box::new(inner)), start)
    }

    fn chan_type(&mut self) -> Expr {
        let start = self.start();
        let mut direction = "chan";
        if self.eat("<-") {
            direction = "<-chan";
        }
        self.expect("chan");
        if direction == "chan" && self.eat("<-") {
            direction = "chan<-";
        }
        let inner = self.ty();
        self.node(ExprKind::ChanType(direction, Box::new(inner)), start)
    }

    fn struct_type(&mut self) -> Expr {
        let start = self.start();
        self.advance();
        self.expect("{");
        let mut fields = Vec::new();
        self.inner(|p| {
            while !p.is("}") && p.kind() != Kind::End {
                let before = p.at;
                p.fields(&mut fields);
                if p.kind() == Kind::Str {
                    p.advance();
                }
                p.semi();
                if p.at == before {
                    p.advance();
                }
            }
        });
        self.expect("}");
        self.node(ExprKind::StructType(fields), start)
    }

    /// Whether a name here is a field's rather than an embedded type's.
    fn names_field(&self) -> bool {
        if self.kind() != Kind::Ident {
            return false;
        }
        let next = self.token(1);
        match next.kind {
            Kind::Semi | Kind::Str | Kind::End => false,
            Kind::Op => match self.word_at(1) {
                "." | "}" => false,
                // `a []T` and `a [n]T`, but `T[P]` embedded.
                "[" => {
                    let mut depth = 0;
                    for ahead in 1..200 {
                        match self.word_at(ahead) {
                            "[" => depth += 1,
                            "]" => depth -= 1,
                            _ => {}
                        }
                        if depth == 0 {
                            let after = self.token(ahead + 1).kind;
                            return !matches!(after, Kind::Semi | Kind::Str | Kind::End)
                                && self.word_at(ahead + 1) != "}";
                        }
                    }
                    true
                }
                _ => true,
            },
            _ => true,
        }
    }

    fn fields(&mut self, fields: &mut Vec<Field>) {
        if !self.names_field() {
            let ty = self.ty();
            fields.push(Field { name: None, ty });
            return;
        }
        let mut names = vec![self.ident()];
        while self.eat(",") {
            names.push(self.ident());
        }
        let ty = self.ty();
        for name in names {
            let ty = ty.clone();
            fields.push(Field {
                name: Some(name),
                ty,
            });
        }
    }

    fn interface_type(&mut self) -> Expr {
        let start = self.start();
        self.advance();
        self.expect("{");
        let mut methods = Vec::new();
        self.inner(|p| {
            while !p.is("}") && p.kind() != Kind::End {
                let before = p.at;
                if p.kind() == Kind::Ident && p.is_at(1, "(") {
                    let name = Some(p.ident());
                    let signature = p.signature();
                    methods.push(Method {
                        name,
                        signature,
                        embedded: None,
                    });
                } else {
                    methods.push(Method {
                        name: None,
                        signature: Signature::default(),
                        embedded: Some(p.expr()),
                    });
                }
                p.semi();
                if p.at == before {
                    p.advance();
                }
            }
        });
        self.expect("}");
        self.node(ExprKind::InterfaceType(methods), start)
    }

    pub(super) fn signature(&mut self) -> Signature {
        let start = self.start();
        let params = self.params("(", ")");
        let results = if self.is("(") {
            self.params("(", ")")
        } else if self.starts_type() {
            let ty = self.ty();
            vec![Param { name: None, ty }]
        } else {
            Vec::new()
        };
        Signature {
            params,
            results,
            span: self.since(start),
        }
    }

    fn starts_type(&self) -> bool {
        match self.kind() {
            Kind::Ident => true,
            Kind::Op => matches!(self.word(), "*" | "[" | "<-" | "("),
            Kind::Keyword => matches!(
                self.word(),
                "map" | "chan" | "func" | "struct" | "interface"
            ),
            _ => false,
        }
    }

    /// A list in which either every entry has a name or none.
    pub(super) fn params(&mut self, open: &str, close: &str) -> Vec<Param> {
        self.expect(open);
        let mut entries: Vec<(Option<Ident>, Option<Expr>)> = Vec::new();
        self.inner(|p| {
            while !p.is(close) && p.kind() != Kind::End && p.kind() != Kind::Semi {
                entries.push(p.entry(close));
                if !p.eat(",") {
                    break;
                }
            }
        });
        self.expect(close);
        let named = entries
            .iter()
            .any(|(name, ty)| name.is_some() && ty.is_some());
        let mut params: Vec<Param> = Vec::new();
        let mut next: Option<Expr> = None;
        for (name, ty) in entries.into_iter().rev() {
            let param = match (name, ty) {
                (Some(name), None) if named => match &next {
                    Some(ty) => Param {
                        name: Some(name),
                        ty: ty.clone(),
                    },
                    None => continue,
                },
                (Some(name), None) => Param {
                    ty: Expr {
                        span: name.span,
                        kind: ExprKind::Name(name.name),
                    },
                    name: None,
                },
                (name, Some(ty)) => {
                    next = Some(ty.clone());
                    Param { name, ty }
                }
                (None, None) => continue,
            };
            params.push(param);
        }
        params.reverse();
        params
    }

    /// A name alone, a type alone, or both.
    fn entry(&mut self, close: &str) -> (Option<Ident>, Option<Expr>) {
        if self.kind() == Kind::Ident {
            if self.is_at(1, ",") || self.is_at(1, close) {
                return (Some(self.ident()), None);
            }
            if self.is_at(1, ".") {
                return (None, Some(self.param_type()));
            }
            if self.is_at(1, "[") && !self.is_at(2, "]") {
                let (at, errors) = (self.at, self.errors);
                let ty = self.ty();
                if self.errors == errors && (self.is(",") || self.is(close)) {
                    return (None, Some(ty));
                }
                (self.at, self.errors) = (at, errors);
            }
            let name = self.ident();
            return (Some(name), Some(self.param_type()));
        }
        (None, Some(self.param_type()))
    }

    fn param_type(&mut self) -> Expr {
        let start = self.start();
        if self.eat("...") {
            let inner = self.starts_type().then(|| Box::new(self.ty()));
            return self.node(ExprKind::Ellipsis(inner), start);
        }
        // A constraint may be a union: `~int | string`.
        if self.is("~") {
            return self.expr();
        }
        let ty = self.ty();
        if self.is("|") {
            let mut last = ty.span;
            while self.eat("|") {
                self.eat("~");
                last = self.ty().span;
            }
            return Expr {
                kind: ExprKind::InterfaceType(Vec::new()),
                span: Span::new(start, last.end),
            };
        }
        ty
    }
}
