//! Fields and methods.

use super::Infer;
use crate::ast::{ExprKind, Func, base_name};
use crate::project::File;
use crate::types::{FuncTy, Ty};

/// A field or method of a type.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its type; a method's without its receiver.
    pub ty: Ty,
    /// Whether it is a method.
    pub method: bool,
    /// Whether the method needs a pointer.
    pub by_pointer: bool,
    /// How many embedded types are on the way.
    pub depth: usize,
}

impl Infer<'_, '_> {
    /// A member of a type by its name.
    #[must_use]
    pub fn member(&self, ty: &Ty, name: &str) -> Option<Member> {
        self.members(ty)
            .into_iter()
            .filter(|member| member.name == name)
            .min_by_key(|member| member.depth)
    }

    /// All members of a type, those of embedded types included.
    #[must_use]
    pub fn members(&self, ty: &Ty) -> Vec<Member> {
        let mut found = Vec::new();
        self.collect(ty, 0, &mut found);
        found
    }

    fn collect(&self, ty: &Ty, depth: usize, found: &mut Vec<Member>) {
        if depth > 4 {
            return;
        }
        match ty {
            Ty::Pointer(inner) => self.collect(inner, depth, found),
            Ty::Named(package, name, args) => {
                let Some(package) = self.project.package(package) else {
                    return;
                };
                for (file, func) in package.methods_of(name) {
                    let with: Vec<(String, Ty)> = receiver_params(func)
                        .into_iter()
                        .zip(args.iter().cloned())
                        .collect();
                    let of = self.signature(&func.signature, file, true);
                    found.push(Member {
                        name: func.name.name.clone(),
                        ty: Ty::Func(Box::new(of.substitute(&with))),
                        method: true,
                        by_pointer: func.by_pointer(),
                        depth,
                    });
                }
                let Some((file, _, spec, _)) = package.spec(name) else {
                    return;
                };
                let Some(of) = &spec.ty else { return };
                let with: Vec<(String, Ty)> = spec
                    .type_params
                    .iter()
                    .filter_map(|param| Some(param.name.as_ref()?.name.clone()))
                    .zip(args.iter().cloned())
                    .collect();
                self.of_form(of, file, &with, depth, found);
            }
            Ty::Struct(fields) => {
                for (name, ty) in fields {
                    found.push(field(name, ty.clone(), depth));
                }
            }
            Ty::Interface(methods) => {
                for (name, func) in methods {
                    found.push(method(name, func.clone(), depth));
                }
            }
            Ty::Basic(name) if name == "error" => found.push(method("Error", error(), depth)),
            _ => {}
        }
    }

    fn of_form(
        &self,
        of: &crate::ast::Expr,
        file: &File,
        with: &[(String, Ty)],
        depth: usize,
        found: &mut Vec<Member>,
    ) {
        match &of.kind {
            ExprKind::StructType(fields) => {
                for one in fields {
                    let ty = self.named(&one.ty, file, true).substitute(with);
                    match &one.name {
                        Some(name) => found.push(field(&name.name, ty, depth)),
                        None => {
                            let name = base_name(&one.ty).unwrap_or_default();
                            found.push(field(name, ty.clone(), depth));
                            self.collect(&ty, depth + 1, found);
                        }
                    }
                }
            }
            ExprKind::InterfaceType(methods) => {
                for one in methods {
                    if let Some(name) = &one.name {
                        let of = self.signature(&one.signature, file, true).substitute(with);
                        found.push(method(&name.name, of, depth));
                    } else if let Some(embedded) = &one.embedded {
                        let ty = self.named(embedded, file, true).substitute(with);
                        self.collect(&ty, depth + 1, found);
                    }
                }
            }
            // `type A B` has B's fields, and an interface's methods.
            _ => {
                let ty = self.named(of, file, true).substitute(with);
                if let Ty::Named(package, name, _) = &ty
                    && let Some(package) = self.project.package(package)
                    && let Some((file, _, spec, _)) = package.spec(name)
                    && let Some(inner) = &spec.ty
                    && depth < 4
                    && matches!(
                        inner.kind,
                        ExprKind::StructType(_) | ExprKind::InterfaceType(_)
                    )
                {
                    self.of_form(inner, file, &[], depth, found);
                }
            }
        }
    }

    /// The methods that an interface type wants.
    #[must_use]
    pub fn methods_wanted(&self, interface: &Ty) -> Vec<(String, FuncTy)> {
        let mut wanted: Vec<(String, FuncTy)> = Vec::new();
        for member in self.members(interface) {
            if let (true, Ty::Func(func)) = (member.method, member.ty)
                && !wanted.iter().any(|(name, _)| *name == member.name)
            {
                wanted.push((member.name, *func));
            }
        }
        wanted
    }

    /// Whether a type has an interface's methods; `None` if that is not known.
    #[must_use]
    pub fn implements(&self, ty: &Ty, interface: &Ty) -> Option<bool> {
        let wanted = self.methods_wanted(interface);
        if wanted.is_empty() {
            return match self.underlying(interface) {
                Ty::Interface(_) => Some(true),
                other => other.is("any").then_some(true),
            };
        }
        if let Ty::Named(package, ..) = ty {
            self.project.package(package)?;
        }
        let pointer = matches!(ty, Ty::Pointer(_)) || self.is_interface(ty);
        let have = self.members(ty);
        Some(wanted.iter().all(|(name, _)| {
            have.iter().any(|member| {
                member.method && member.name == *name && (pointer || !member.by_pointer)
            })
        }))
    }
}

/// The names that a method's receiver gives to the type's parameters.
#[must_use]
pub fn receiver_params(func: &Func) -> Vec<String> {
    let mut ty = func.receiver.as_ref().map(|receiver| &receiver.ty);
    while let Some(of) = ty {
        match &of.kind {
            ExprKind::Star(inner) | ExprKind::Paren(inner) => ty = Some(inner),
            ExprKind::Index(_, args) => {
                return args
                    .iter()
                    .map(|arg| base_name(arg).unwrap_or_default().to_owned())
                    .collect();
            }
            _ => break,
        }
    }
    Vec::new()
}

fn field(name: &str, ty: Ty, depth: usize) -> Member {
    Member {
        name: name.to_owned(),
        ty,
        method: false,
        by_pointer: false,
        depth,
    }
}

fn method(name: &str, func: FuncTy, depth: usize) -> Member {
    Member {
        name: name.to_owned(),
        ty: Ty::Func(Box::new(func)),
        method: true,
        by_pointer: false,
        depth,
    }
}

/// `error` has this one method.
fn error() -> FuncTy {
    FuncTy {
        params: Vec::new(),
        variadic: false,
        results: vec![(String::new(), Ty::basic("string"))],
    }
}
