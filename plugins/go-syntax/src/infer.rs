//! What type an expression has, as far as the code that can be seen tells.
//!
//! No checker: it answers [`Ty::Unknown`] where it would have to guess, and
//! nothing it says is more than a reason to try one fix before another.

pub mod member;
pub mod value;

use crate::ast::{Expr, ExprKind, Param, Signature};
use crate::project::{File, Project};
use crate::scope::{self, Def};
use crate::types::{BASIC, FuncTy, Ty};
use std::cell::Cell;

pub use member::Member;

/// How far an answer may lead to the next question.
const DEPTH: usize = 24;

/// Tells types.
pub struct Infer<'p, 'h> {
    /// What can be seen.
    pub project: &'p Project<'h>,
    depth: Cell<usize>,
}

impl<'p, 'h> Infer<'p, 'h> {
    /// For a project.
    #[must_use]
    pub fn new(project: &'p Project<'h>) -> Self {
        Self {
            project,
            depth: Cell::new(0),
        }
    }

    /// Asks one question deeper, unless it leads nowhere.
    fn deeper<T>(&self, otherwise: T, ask: impl FnOnce() -> T) -> T {
        if self.depth.get() >= DEPTH {
            return otherwise;
        }
        self.depth.set(self.depth.get() + 1);
        let answer = ask();
        self.depth.set(self.depth.get() - 1);
        answer
    }

    /// The type that a type expression of a file names. `local`: whether the
    /// expression stands in the file, so that local types count.
    #[must_use]
    pub fn named(&self, expr: &Expr, file: &File, local: bool) -> Ty {
        self.deeper(Ty::Unknown, || self.named_inner(expr, file, local))
    }

    fn named_inner(&self, expr: &Expr, file: &File, local: bool) -> Ty {
        let inner = |of: &Expr| Box::new(self.named(of, file, local));
        match &expr.kind {
            ExprKind::Name(name) => self.type_name(name, file, local.then_some(expr.span.start)),
            ExprKind::Paren(of) => self.named(of, file, local),
            ExprKind::Star(of) => Ty::Pointer(inner(of)),
            ExprKind::SliceType(of) => Ty::Slice(inner(of)),
            ExprKind::Ellipsis(Some(of)) => Ty::Slice(inner(of)),
            ExprKind::ArrayType(length, of) => {
                let length = length
                    .as_ref()
                    .and_then(|length| file.text.get(length.span.range()))
                    .unwrap_or("...");
                Ty::Array(length.to_owned(), inner(of))
            }
            ExprKind::MapType(key, value) => Ty::Map(inner(key), inner(value)),
            ExprKind::ChanType(direction, of) => Ty::Chan(direction, inner(of)),
            ExprKind::FuncType(signature) => {
                Ty::Func(Box::new(self.signature(signature, file, local)))
            }
            ExprKind::StructType(fields) => Ty::Struct(
                fields
                    .iter()
                    .map(|field| {
                        let name = match &field.name {
                            Some(name) => name.name.clone(),
                            None => crate::ast::base_name(&field.ty)
                                .unwrap_or_default()
                                .to_owned(),
                        };
                        (name, self.named(&field.ty, file, local))
                    })
                    .collect(),
            ),
            ExprKind::InterfaceType(methods) => Ty::Interface(
                methods
                    .iter()
                    .filter_map(|method| {
                        let name = method.name.as_ref()?.name.clone();
                        Some((name, self.signature(&method.signature, file, local)))
                    })
                    .collect(),
            ),
            ExprKind::Selector(of, name) => {
                let ExprKind::Name(package) = &of.kind else {
                    return Ty::Unknown;
                };
                // A message may name a package by its path.
                let path = self
                    .project
                    .imported(file, package)
                    .or_else(|| self.project.library_named(package).into_iter().next());
                match path {
                    Some(path) => self.member_type(&path, &name.name),
                    None => Ty::Unknown,
                }
            }
            ExprKind::Index(of, args) => match self.named(of, file, local) {
                Ty::Named(package, name, _) => {
                    let args = args.iter().map(|arg| self.named(arg, file, local));
                    Ty::Named(package, name, args.collect())
                }
                _ => Ty::Unknown,
            },
            _ => Ty::Unknown,
        }
    }

    fn type_name(&self, name: &str, file: &File, at: Option<usize>) -> Ty {
        if let Some(at) = at {
            let locals = scope::locals(&file.tree, at);
            if let Some(local) = locals.iter().rev().find(|local| local.name == name) {
                return match local.def {
                    Def::TypeParam(_) => Ty::Param(name.to_owned()),
                    Def::Type(_) => Ty::Named(String::new(), name.to_owned(), Vec::new()),
                    _ => Ty::Unknown,
                };
            }
        }
        match self.member_type(&file.package, name) {
            Ty::Unknown if BASIC.contains(&name) => Ty::basic(name),
            found => found,
        }
    }

    /// The type that a package declares under a name; aliases are followed.
    #[must_use]
    pub fn member_type(&self, package: &str, name: &str) -> Ty {
        let Some(found) = self.project.package(package) else {
            // Nothing is known of it but that it is there.
            return Ty::Named(package.to_owned(), name.to_owned(), Vec::new());
        };
        match found.spec(name) {
            Some((file, decl, spec, _)) if decl.kind == crate::ast::DeclKind::Type => {
                if let (true, Some(ty)) = (spec.alias, &spec.ty) {
                    return self.named(ty, file, true);
                }
                Ty::Named(package.to_owned(), name.to_owned(), Vec::new())
            }
            _ => Ty::Unknown,
        }
    }

    /// A function's type.
    #[must_use]
    pub fn signature(&self, signature: &Signature, file: &File, local: bool) -> FuncTy {
        let each = |params: &[Param]| {
            params
                .iter()
                .map(|param| {
                    let name = param.name.as_ref().map(|name| name.name.clone());
                    (name.unwrap_or_default(), self.named(&param.ty, file, local))
                })
                .collect()
        };
        FuncTy {
            params: each(&signature.params),
            variadic: signature
                .params
                .last()
                .is_some_and(|last| matches!(last.ty.kind, ExprKind::Ellipsis(_))),
            results: each(&signature.results),
        }
    }

    /// What a type is made of: the right-hand side of its declaration.
    #[must_use]
    pub fn underlying(&self, ty: &Ty) -> Ty {
        self.deeper(Ty::Unknown, || match ty {
            Ty::Named(package, name, args) => {
                let Some(package) = self.project.package(package) else {
                    return Ty::Unknown;
                };
                let Some((file, _, spec, _)) = package.spec(name) else {
                    return Ty::Unknown;
                };
                let Some(of) = &spec.ty else {
                    return Ty::Unknown;
                };
                let with: Vec<(String, Ty)> = spec
                    .type_params
                    .iter()
                    .filter_map(|param| Some(param.name.as_ref()?.name.clone()))
                    .zip(args.iter().cloned())
                    .collect();
                let of = self.named(of, file, true).substitute(&with);
                self.underlying(&of)
            }
            other => other.clone(),
        })
    }

    /// Whether a value of one type may be given where another is wanted; `None`
    /// where that is not known.
    #[must_use]
    pub fn assignable(&self, from: &Ty, to: &Ty) -> Option<bool> {
        if !from.known() || !to.known() {
            return None;
        }
        if from.same(to) {
            return Some(true);
        }
        let under = self.underlying(to);
        match from {
            Ty::Nil => Some(
                matches!(
                    under,
                    Ty::Pointer(_)
                        | Ty::Slice(_)
                        | Ty::Map(..)
                        | Ty::Chan(..)
                        | Ty::Func(_)
                        | Ty::Interface(_)
                ) || under.is("error")
                    || under.is("any"),
            ),
            Ty::Untyped(kind) => {
                if self.is_interface(to) {
                    return Some(self.methods_wanted(to).is_empty());
                }
                Some(match *kind {
                    "bool" | "string" => under.is(kind),
                    "int" | "rune" => under.is_number(),
                    _ => under.is_float(),
                })
            }
            _ if self.is_interface(to) => self.implements(from, to),
            _ => {
                let named = |ty: &Ty| matches!(ty, Ty::Named(..) | Ty::Basic(_) | Ty::Param(_));
                if named(from) && named(to) {
                    return Some(false);
                }
                let own = self.underlying(from);
                if !own.known() || !under.known() {
                    return None;
                }
                if let (Ty::Chan("chan", a), Ty::Chan(_, b)) = (&own, &under) {
                    return Some(a.same(b));
                }
                Some(own.same(&under))
            }
        }
    }

    /// Whether it is an interface type.
    #[must_use]
    pub fn is_interface(&self, ty: &Ty) -> bool {
        ty.is("error")
            || ty.is("any")
            || matches!(self.underlying(ty), Ty::Interface(_) if !matches!(ty, Ty::Param(_)))
    }

    /// A value of a type that says nothing, as source.
    #[must_use]
    pub fn zero(&self, ty: &Ty, qualify: &mut dyn FnMut(&str) -> String) -> Option<String> {
        let of = match ty {
            Ty::Param(name) => return Some(format!("*new({name})")),
            _ if ty.is("error") || ty.is("any") => return Some("nil".to_owned()),
            _ => self.underlying(ty),
        };
        Some(match of {
            Ty::Basic(name) if name == "bool" => "false".to_owned(),
            Ty::Basic(name) if name == "string" => "\"\"".to_owned(),
            Ty::Basic(name) if name == "error" || name == "any" => "nil".to_owned(),
            Ty::Basic(_) => "0".to_owned(),
            Ty::Struct(_) | Ty::Array(..) => format!("{}{{}}", ty.print(qualify)),
            Ty::Unknown => return None,
            _ => "nil".to_owned(),
        })
    }
}
