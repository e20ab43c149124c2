//! Methods that an interface demands of a type.

use crate::context::Context;
use crate::imports;
use crate::message::{between, cannot_use};
use crate::names::is_near;
use buildfix_go_syntax::project::File;
use buildfix_go_syntax::{FuncTy, Project, Ty};
use buildfix_sdk::{Diagnostic, Fix, SourceFile};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// `T does not implement I (missing method M)`, alone or as the reason of
/// another error
pub fn missing(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let message = diagnostic.message.as_str();
    let first = message.lines().next()?;
    let reason = cannot_use(first).map_or(first, |said| said.reason);
    let (ty, rest) = reason.split_once(" does not implement ")?;
    let (interface, why) = rest.split_once(" (")?;
    let ty = ty.rsplit(": ").next()?;
    let of = context.type_named(ty.trim());
    let wanted = context.type_named(interface);
    let (Ty::Named(package, name, args), pointer) = (match &of {
        Ty::Pointer(inner) => ((**inner).clone(), true),
        other => (other.clone(), false),
    }) else {
        return None;
    };
    // What is not the workspace's cannot be changed.
    context.project.folder_of(&package)?;
    let mut fixes = Vec::new();
    if let Some(method) = between(why, "missing method ", ")") {
        fixes.extend(renamed(
            context, diagnostic, &package, &name, method, &wanted,
        ));
    }
    if why.starts_with("missing method") {
        let target = Target {
            package,
            name,
            args,
            pointer,
        };
        fixes.extend(target.implement(context, diagnostic, &wanted, interface));
    }
    Some(fixes)
}

/// A method of the type that is spelt almost like the one wanted, and has its
/// signature.
fn renamed(
    context: &Context,
    diagnostic: &Diagnostic,
    package: &str,
    name: &str,
    method: &str,
    interface: &Ty,
) -> Option<Fix> {
    let wanted = context.infer.methods_wanted(interface);
    let (_, shape) = wanted.iter().find(|(name, _)| name == method)?;
    let found = context.project.package(package)?;
    let near: Vec<_> = found
        .methods_of(name)
        .filter(|(file, func)| {
            let own = &func.name.name;
            let shape_fits = context
                .infer
                .signature(&func.signature, file, true)
                .params
                .len()
                == shape.params.len();
            shape_fits && !wanted.iter().any(|(other, _)| other == own) && is_near(own, method)
        })
        .collect();
    let [(file, func)] = &near[..] else {
        return None;
    };
    let own = &func.name.name;
    let fix = context.verified(
        diagnostic,
        format!("rename the method `{own}` to `{method}`"),
    );
    Some(buildfix_fixer_support::replace_in(
        fix,
        &file.path,
        &file.text,
        func.name.span.range(),
        method,
    ))
}

/// The type that gets methods.
struct Target {
    package: String,
    name: String,
    args: Vec<Ty>,
    pointer: bool,
}

impl Target {
    fn implement(
        &self,
        context: &Context,
        diagnostic: &Diagnostic,
        interface: &Ty,
        shown: &str,
    ) -> Option<Fix> {
        let of = Ty::Named(self.package.clone(), self.name.clone(), self.args.clone());
        let have = context.infer.members(&of);
        let wanted: Vec<(String, FuncTy)> = context
            .infer
            .methods_wanted(interface)
            .into_iter()
            .filter(|(name, _)| {
                !have
                    .iter()
                    .any(|member| member.method && member.name == *name)
            })
            .collect();
        if wanted.is_empty() {
            return None;
        }
        let title = format!("add the methods of `{shown}`, with bodies that panic");
        let fix = context.placeholder(diagnostic, title);
        add_methods(
            context,
            fix,
            &self.package,
            &self.name,
            self.pointer,
            |name| {
                let doc = format!("// {name} implements [{shown}].\n");
                let func = wanted.iter().find(|(own, _)| own == name)?;
                Some((doc, func.1.clone()))
            },
            &wanted
                .iter()
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>(),
        )
    }
}

/// Adds methods behind the declaration of a type, wherever it stands; `of` gives
/// a method's comment and type.
pub fn add_methods(
    context: &Context,
    fix: Fix,
    package: &str,
    name: &str,
    pointer: bool,
    of: impl Fn(&str) -> Option<(String, FuncTy)>,
    methods: &[&str],
) -> Option<Fix> {
    let found = context.project.package(package)?;
    let (file, decl, spec, _) = found.spec(name)?;
    let at = if decl.grouped {
        decl.span.end
    } else {
        spec.span.end
    };
    let known = found
        .methods_of(name)
        .find_map(|(_, func)| Some(func.receiver.as_ref()?.name.as_ref()?.name.clone()));
    let receiver = known
        .filter(|name| name != "_")
        .unwrap_or_else(|| name.chars().take(1).flat_map(char::to_lowercase).collect());
    let params: Vec<&str> = spec
        .type_params
        .iter()
        .filter_map(|param| Some(param.name.as_ref()?.name.as_str()))
        .collect();
    let params = if params.is_empty() {
        String::new()
    } else {
        format!("[{}]", params.join(", "))
    };
    let star = if pointer { "*" } else { "" };
    let write = |context: &Context, imports: &mut BTreeSet<String>| -> Option<String> {
        let mut text = String::new();
        for method in methods {
            let (doc, func) = of(method)?;
            let shape = func.print(&mut |path| context.qualify(path, imports));
            let clash = func
                .params
                .iter()
                .chain(&func.results)
                .any(|(name, _)| *name == receiver);
            let this = if clash {
                format!("({star}{name}{params})")
            } else {
                format!("({receiver} {star}{name}{params})")
            };
            let _ = write!(
                text,
                "\n\n{doc}func {this} {method}{shape} {{\n\tpanic(\"unimplemented\")\n}}"
            );
        }
        Some(text)
    };
    in_file(context, fix, file, |context, fix| {
        let mut needed = BTreeSet::new();
        let text = write(context, &mut needed)?;
        // Behind what else stands on the line.
        let end = context.line_end(at);
        let end = if context.text()[..end].ends_with('\n') {
            end - 1
        } else {
            end
        };
        let mut fix = context.insert(fix, end.max(at), text);
        for path in &needed {
            fix = imports::add(context, fix, path, None);
        }
        Some(fix)
    })
}

/// Makes edits in another file of the project as if it were the one that the
/// request is about.
pub fn in_file(
    context: &Context,
    fix: Fix,
    file: &File,
    edit: impl FnOnce(&Context, Fix) -> Option<Fix>,
) -> Option<Fix> {
    if file.path == context.file.path {
        return edit(context, fix);
    }
    let project = Project::new(context.project.host(), &file.path, &file.text);
    let source = SourceFile {
        path: file.path.clone(),
        text: file.text.clone(),
        hash: String::new(),
    };
    edit(&Context::new(&project, &source), fix)
}
