//! Values.

use super::Infer;
use crate::ast::{Call, DeclKind, Expr, ExprKind, Lit};
use crate::project::{File, Package, Place};
use crate::scope::{self, Def, Local};
use crate::types::{BASIC, FuncTy, Ty};

impl Infer<'_, '_> {
    /// The type of an expression that stands in a file. [`Ty::Type`] if it is
    /// itself a type.
    #[must_use]
    pub fn value(&self, expr: &Expr, file: &File) -> Ty {
        self.deeper(Ty::Unknown, || self.value_inner(expr, file))
    }

    fn value_inner(&self, expr: &Expr, file: &File) -> Ty {
        match &expr.kind {
            ExprKind::Name(name) => self.name(name, expr.span.start, file),
            ExprKind::Lit(lit) => Ty::Untyped(match lit {
                Lit::Int => "int",
                Lit::Float => "float64",
                Lit::Imag => "complex128",
                Lit::Char => "rune",
                Lit::Str => "string",
            }),
            ExprKind::Composite { of: Some(of), .. } => self.named(of, file, true),
            ExprKind::Func(func) => Ty::Func(Box::new(self.signature(&func.signature, file, true))),
            ExprKind::Paren(inner) => self.value(inner, file),
            ExprKind::Selector(of, name) => match self.value(of, file) {
                Ty::Package(path) => self.of_package(&path, &name.name),
                Ty::Type(_) | Ty::Unknown => Ty::Unknown,
                ty => self
                    .member(&ty, &name.name)
                    .map_or(Ty::Unknown, |member| member.ty),
            },
            ExprKind::Index(of, args) => self.index(of, args, file),
            ExprKind::Slice(of, _) => {
                let ty = self.value(of, file);
                match self.underlying(&ty) {
                    Ty::Array(_, inner) => Ty::Slice(inner),
                    Ty::Pointer(inner) => match self.underlying(&inner) {
                        Ty::Array(_, inner) => Ty::Slice(inner),
                        _ => Ty::Unknown,
                    },
                    Ty::Untyped(_) => Ty::basic("string"),
                    _ => ty,
                }
            }
            ExprKind::Assert(_, Some(ty)) => self.named(ty, file, true),
            ExprKind::Call(call) => self.call(call, file),
            ExprKind::Star(inner) => match self.value(inner, file) {
                Ty::Type(ty) => Ty::Type(Box::new(Ty::Pointer(ty))),
                ty => match self.underlying(&ty) {
                    Ty::Pointer(inner) => *inner,
                    _ => Ty::Unknown,
                },
            },
            ExprKind::Unary(op, inner) => match (*op, self.value(inner, file)) {
                (_, Ty::Unknown) => Ty::Unknown,
                ("&", ty) => Ty::Pointer(Box::new(ty)),
                ("<-", ty) => match self.underlying(&ty) {
                    Ty::Chan(_, inner) => *inner,
                    _ => Ty::Unknown,
                },
                (_, ty) => ty,
            },
            ExprKind::Binary(binary) => match &*binary.op {
                "==" | "!=" | "<" | "<=" | ">" | ">=" => Ty::Untyped("bool"),
                "<<" | ">>" => self.value(&binary.left, file),
                _ => {
                    let left = self.value(&binary.left, file);
                    let right = self.value(&binary.right, file);
                    operation(left, right)
                }
            },
            ExprKind::SliceType(_)
            | ExprKind::ArrayType(..)
            | ExprKind::MapType(..)
            | ExprKind::ChanType(..)
            | ExprKind::FuncType(_)
            | ExprKind::StructType(_)
            | ExprKind::InterfaceType(_) => Ty::Type(Box::new(self.named(expr, file, true))),
            _ => Ty::Unknown,
        }
    }

    fn name(&self, name: &str, at: usize, file: &File) -> Ty {
        let locals = scope::locals(&file.tree, at);
        if let Some(local) = locals.iter().rev().find(|local| local.name == name) {
            return self.local(local, file);
        }
        if let Some(package) = self.project.package(&file.package)
            && package.members.contains_key(name)
        {
            return self.declared(&package, name);
        }
        if let Some(path) = self.project.imported(file, name) {
            return Ty::Package(path);
        }
        match name {
            "true" | "false" => Ty::Untyped("bool"),
            "iota" => Ty::Untyped("int"),
            "nil" => Ty::Nil,
            _ if BASIC.contains(&name) => Ty::Type(Box::new(Ty::basic(name))),
            _ => Ty::Unknown,
        }
    }

    /// The type of a local name.
    #[must_use]
    pub fn local(&self, local: &Local<'_>, file: &File) -> Ty {
        self.deeper(Ty::Unknown, || match local.def {
            Def::Typed(ty) => self.named(ty, file, true),
            Def::Value(value, index, count) => self.nth(value, index, count, file).defaulted(),
            Def::Key(over) => self.ranged(over, file).0,
            Def::Element(over) => self.ranged(over, file).1,
            Def::Narrowed(_, Some(case)) => match &case.kind {
                ExprKind::Name(name) if name == "nil" => Ty::Unknown,
                _ => self.named(case, file, true),
            },
            Def::Narrowed(subject, None) => self.value(subject, file),
            Def::Type(_) => {
                let ty = Ty::Named(String::new(), local.name.to_owned(), Vec::new());
                Ty::Type(Box::new(ty))
            }
            Def::TypeParam(_) => Ty::Type(Box::new(Ty::Param(local.name.to_owned()))),
            Def::Opaque => Ty::Unknown,
        })
    }

    /// The n-th of the values that an expression gives.
    #[must_use]
    pub fn nth(&self, value: &Expr, index: usize, count: usize, file: &File) -> Ty {
        if count == 1 {
            return self.value(value, file);
        }
        match self.value(value, file) {
            Ty::Tuple(parts) => parts.get(index).cloned().unwrap_or(Ty::Unknown),
            // `v, ok := m[k]`
            ty if index == 0 => ty,
            _ if matches!(
                value.kind,
                ExprKind::Index(..) | ExprKind::Assert(..) | ExprKind::Unary("<-", _)
            ) =>
            {
                Ty::basic("bool")
            }
            _ => Ty::Unknown,
        }
    }

    fn ranged(&self, over: &Expr, file: &File) -> (Ty, Ty) {
        let ty = self.value(over, file);
        let int = Ty::basic("int");
        let under = match self.underlying(&ty) {
            Ty::Pointer(inner) => self.underlying(&inner),
            other => other,
        };
        match under {
            Ty::Slice(inner) | Ty::Array(_, inner) => (int, *inner),
            Ty::Map(key, value) => (*key, *value),
            Ty::Chan(_, inner) => (*inner, Ty::Unknown),
            Ty::Untyped("string") => (int, Ty::basic("rune")),
            Ty::Basic(name) if name == "string" => (int, Ty::basic("rune")),
            _ if ty.is_integer() => (ty.defaulted(), Ty::Unknown),
            Ty::Func(iterator) => match iterator.params.first() {
                Some((_, Ty::Func(each))) => {
                    let at =
                        |n: usize| each.params.get(n).map_or(Ty::Unknown, |(_, ty)| ty.clone());
                    (at(0), at(1))
                }
                _ => (Ty::Unknown, Ty::Unknown),
            },
            _ => (Ty::Unknown, Ty::Unknown),
        }
    }

    /// The type of what a package has under a name.
    #[must_use]
    pub fn of_package(&self, path: &str, name: &str) -> Ty {
        match self.project.package(path) {
            Some(package) => self.declared(&package, name),
            None => Ty::Unknown,
        }
    }

    fn declared(&self, package: &Package, name: &str) -> Ty {
        match package.members.get(name) {
            Some(Place::Func(f, d)) => match package.func_at(*f, *d) {
                Some((file, func)) => {
                    Ty::Func(Box::new(self.signature(&func.signature, file, true)))
                }
                None => Ty::Unknown,
            },
            Some(Place::Spec(..)) => {
                let Some((file, decl, spec, n)) = package.spec(name) else {
                    return Ty::Unknown;
                };
                match (&spec.ty, decl.kind) {
                    (_, DeclKind::Type) => {
                        Ty::Type(Box::new(self.member_type(&package.path, name)))
                    }
                    (Some(ty), _) => self.named(ty, file, true),
                    (None, kind) => {
                        let count = spec.names.len();
                        let ty = if spec.values.len() == count {
                            self.value(&spec.values[n], file)
                        } else {
                            match &spec.values[..] {
                                [value] => self.nth(value, n, count, file),
                                _ => Ty::Unknown,
                            }
                        };
                        if kind == DeclKind::Var {
                            ty.defaulted()
                        } else {
                            ty
                        }
                    }
                }
            }
            None => Ty::Unknown,
        }
    }

    fn index(&self, of: &Expr, args: &[Expr], file: &File) -> Ty {
        match self.value(of, file) {
            Ty::Type(inner) => {
                if let Ty::Named(package, name, _) = *inner {
                    let args = args.iter().map(|arg| self.named(arg, file, true)).collect();
                    return Ty::Type(Box::new(Ty::Named(package, name, args)));
                }
                Ty::Unknown
            }
            Ty::Func(func) => Ty::Func(func),
            ty => {
                let under = match self.underlying(&ty) {
                    Ty::Pointer(inner) => self.underlying(&inner),
                    other => other,
                };
                match under {
                    Ty::Slice(inner) | Ty::Array(_, inner) | Ty::Map(_, inner) => *inner,
                    Ty::Untyped("string") => Ty::basic("byte"),
                    Ty::Basic(name) if name == "string" => Ty::basic("byte"),
                    _ => Ty::Unknown,
                }
            }
        }
    }

    fn call(&self, call: &Call, file: &File) -> Ty {
        match self.value(&call.callee, file) {
            Ty::Type(ty) => *ty,
            Ty::Func(func) => {
                let mut with = Vec::new();
                for (index, arg) in call.args.iter().enumerate() {
                    if let Some(param) = parameter(&func, index) {
                        unify(&param, &self.value(arg, file), &mut with);
                    }
                }
                func.substitute(&with).result()
            }
            Ty::Unknown => match &call.callee.kind {
                ExprKind::Name(name) => self.builtin(name, call, file),
                _ => Ty::Unknown,
            },
            ty => match self.underlying(&ty) {
                Ty::Func(func) => func.result(),
                _ => Ty::Unknown,
            },
        }
    }

    fn builtin(&self, name: &str, call: &Call, file: &File) -> Ty {
        let first = || call.args.first();
        match name {
            "len" | "cap" | "copy" => Ty::basic("int"),
            "make" => first().map_or(Ty::Unknown, |ty| self.named(ty, file, true)),
            "new" => first().map_or(Ty::Unknown, |ty| {
                Ty::Pointer(Box::new(self.named(ty, file, true)))
            }),
            "append" | "min" | "max" => first().map_or(Ty::Unknown, |arg| self.value(arg, file)),
            "recover" => Ty::basic("any"),
            "real" | "imag" => Ty::basic("float64"),
            "complex" => Ty::basic("complex128"),
            _ => Ty::Unknown,
        }
    }
}

/// The type of a function's n-th parameter, the last of a variadic one's again
/// and again.
#[must_use]
pub fn parameter(func: &FuncTy, index: usize) -> Option<Ty> {
    let last = func.params.len().checked_sub(1)?;
    match &func.params.get(index.min(last))?.1 {
        Ty::Slice(inner) if func.variadic && index >= last => Some((**inner).clone()),
        ty if index <= last => Some(ty.clone()),
        _ => None,
    }
}

/// Finds what type parameters stand for.
fn unify(param: &Ty, arg: &Ty, with: &mut Vec<(String, Ty)>) {
    match (param, arg) {
        (_, Ty::Unknown | Ty::Nil) => {}
        (Ty::Param(name), arg) if !with.iter().any(|(known, _)| known == name) => {
            with.push((name.clone(), arg.clone().defaulted()));
        }
        (Ty::Pointer(a), Ty::Pointer(b))
        | (Ty::Slice(a), Ty::Slice(b))
        | (Ty::Array(_, a), Ty::Array(_, b))
        | (Ty::Chan(_, a), Ty::Chan(_, b)) => unify(a, b, with),
        (Ty::Map(k, a), Ty::Map(l, b)) => {
            unify(k, l, with);
            unify(a, b, with);
        }
        (Ty::Named(p, m, a), Ty::Named(q, n, b)) if p == q && m == n => {
            for (a, b) in a.iter().zip(b) {
                unify(a, b, with);
            }
        }
        (Ty::Func(a), Ty::Func(b)) => {
            for ((_, a), (_, b)) in a.params.iter().zip(&b.params) {
                unify(a, b, with);
            }
            for ((_, a), (_, b)) in a.results.iter().zip(&b.results) {
                unify(a, b, with);
            }
        }
        _ => {}
    }
}

/// The type of an arithmetic or logical operation.
fn operation(left: Ty, right: Ty) -> Ty {
    const RANKS: [&str; 4] = ["int", "rune", "float64", "complex128"];
    match (left, right) {
        (Ty::Untyped(a), Ty::Untyped(b)) => {
            let rank = |name| RANKS.iter().position(|known| *known == name);
            Ty::Untyped(if rank(b) > rank(a) { b } else { a })
        }
        (Ty::Untyped(_), right) => right,
        (Ty::Unknown, right) => match right {
            Ty::Untyped(_) => Ty::Unknown,
            typed => typed,
        },
        (left, _) => left,
    }
}
