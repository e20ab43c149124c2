//! Files and declarations.

use super::Parser;
use crate::ast::{Decl, DeclKind, Func, GenDecl, Ident, Import, ImportDecl, Spec, Tree};
use crate::lex::Kind;

impl Parser<'_> {
    pub(super) fn file(&mut self) -> Tree {
        let mut tree = Tree::default();
        if self.eat("package") {
            tree.package = self.ident();
            self.semi();
        } else {
            self.errors += 1;
        }
        while self.kind() != Kind::End {
            let before = self.at;
            match self.word() {
                "import" => {
                    let decl = self.import();
                    tree.import_decls.push(decl);
                }
                "func" => {
                    let func = self.func();
                    tree.decls.push(Decl::Func(Box::new(func)));
                }
                "const" | "var" | "type" => {
                    let decl = self.gen_decl();
                    tree.decls.push(Decl::Gen(decl));
                }
                _ => {
                    self.errors += 1;
                    self.skip_to_declaration();
                }
            }
            if self.kind() == Kind::Semi {
                self.advance();
            }
            if self.at == before {
                self.advance();
            }
        }
        tree
    }

    /// To the next keyword that opens a declaration at the start of a line.
    fn skip_to_declaration(&mut self) {
        loop {
            self.advance();
            let opens = matches!(self.word(), "func" | "const" | "var" | "type" | "import");
            let start = self.start();
            let first = start == 0 || self.text.as_bytes().get(start - 1) == Some(&b'\n');
            if self.kind() == Kind::End || (opens && first) {
                return;
            }
        }
    }

    fn import(&mut self) -> ImportDecl {
        let start = self.start();
        self.advance();
        let mut imports = Vec::new();
        let grouped = self.eat("(");
        loop {
            if grouped && (self.is(")") || self.kind() == Kind::End) {
                break;
            }
            let from = self.start();
            let alias = if self.kind() == Kind::Ident {
                Some(self.ident())
            } else if self.is(".") {
                let span = self.token(0).span;
                self.advance();
                Some(Ident {
                    name: ".".to_owned(),
                    span,
                })
            } else {
                None
            };
            if self.kind() != Kind::Str {
                self.errors += 1;
                if !grouped {
                    break;
                }
                self.advance();
                continue;
            }
            let path = self.word().trim_matches(['"', '`']).to_owned();
            self.advance();
            imports.push(Import {
                alias,
                path,
                span: self.since(from),
            });
            if !grouped {
                break;
            }
            self.semi();
        }
        if grouped {
            self.expect(")");
        }
        ImportDecl {
            imports,
            grouped,
            span: self.since(start),
        }
    }

    fn func(&mut self) -> Func {
        let start = self.start();
        self.advance();
        let receiver = if self.is("(") {
            self.params("(", ")").into_iter().next()
        } else {
            None
        };
        let name = self.ident();
        let type_params = if self.is("[") {
            self.params("[", "]")
        } else {
            Vec::new()
        };
        let signature = self.signature();
        let body = self.is("{").then(|| self.inner(Self::block));
        Func {
            receiver,
            name,
            type_params,
            signature,
            body,
            span: self.since(start),
        }
    }

    pub(super) fn gen_decl(&mut self) -> GenDecl {
        let start = self.start();
        let kind = match self.word() {
            "const" => DeclKind::Const,
            "type" => DeclKind::Type,
            _ => DeclKind::Var,
        };
        self.advance();
        let grouped = self.eat("(");
        let mut specs: Vec<Spec> = Vec::new();
        self.inner(|p| {
            if !grouped {
                let spec = p.spec(kind);
                specs.push(spec);
                return;
            }
            while !p.is(")") && p.kind() != Kind::End {
                let before = p.at;
                let mut spec = p.spec(kind);
                if kind == DeclKind::Const
                    && spec.ty.is_none()
                    && spec.values.is_empty()
                    && let Some(last) = specs.last()
                {
                    // What is left out is as above.
                    spec.ty.clone_from(&last.ty);
                    spec.values.clone_from(&last.values);
                }
                specs.push(spec);
                p.semi();
                if p.at == before {
                    p.advance();
                }
            }
        });
        if grouped {
            self.expect(")");
        }
        GenDecl {
            kind,
            specs,
            grouped,
            span: self.since(start),
        }
    }

    fn spec(&mut self, kind: DeclKind) -> Spec {
        let start = self.start();
        let mut names = vec![self.ident()];
        let mut type_params = Vec::new();
        let mut alias = false;
        let mut ty = None;
        let mut values = Vec::new();
        if kind == DeclKind::Type {
            // `T[P any] U`, but `T []U` and `T [n]U`.
            if self.is("[") && self.token(1).kind == Kind::Ident && !self.is_at(2, "]") {
                let (at, errors) = (self.at, self.errors);
                type_params = self.params("[", "]");
                if self.errors > errors {
                    (self.at, self.errors) = (at, errors);
                    type_params = Vec::new();
                }
            }
            alias = self.eat("=");
            ty = Some(self.ty());
        } else {
            while self.eat(",") {
                names.push(self.ident());
            }
            if !self.is("=") && self.kind() != Kind::Semi && !self.is(")") {
                ty = Some(self.ty());
            }
            if self.eat("=") {
                values = self.exprs();
            }
        }
        Spec {
            names,
            type_params,
            ty,
            values,
            alias,
            span: self.since(start),
        }
    }
}
