//! Methods that a base type asks for, and methods that override nothing.

use crate::members::{parameters, value_type};
use crate::model::{self, METHODS, TYPES};
use crate::{Context, types};
use buildfix_fixer_support::names;
use buildfix_sdk::{Diagnostic, Fix, Symbol, edit};
use std::collections::BTreeSet;

/// `A is not abstract and does not override abstract method m(int) in B`: a
/// method that was meant, else, as a placeholder, one that throws.
pub(crate) fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let Some((_, rest)) = first.split_once("abstract method ") else {
        return Vec::new();
    };
    let Some((head, owner)) = rest.rsplit_once(" in ") else {
        return Vec::new();
    };
    let at = context.caret(diagnostic);
    let mut kinds = TYPES.to_vec();
    kinds.push("object_creation_expression");
    let Some(class) = file.enclosing(at..at + 1, &kinds) else {
        return Vec::new();
    };
    let head = match head.strip_prefix('<').and_then(|h| h.find('>')) {
        Some(end) => &head[end + 2..],
        None => head,
    };
    let Some((name, list)) = head.split_once('(') else {
        return Vec::new();
    };
    let wanted = types::split(list.trim_end_matches(')'));
    let Some(owner) = context.type_named(owner) else {
        return Vec::new();
    };
    let bases = context.members_of(&owner);
    let Some(base) = bases
        .iter()
        .find(|s| s.name == name && parameters(s).is_some_and(|p| p.len() == wanted.len()))
    else {
        return Vec::new();
    };
    let own: Vec<_> = model::methods(file)
        .into_iter()
        .filter(|m| m.node.kind == METHODS[0] && class.range.contains(&m.node.range.start))
        .collect();
    let mut fixes = Vec::new();
    for method in &own {
        let written = file.slice(method.name.clone());
        let same_list = method.parameter_types.len() == wanted.len()
            && method
                .parameter_types
                .iter()
                .zip(&wanted)
                .all(|(a, b)| types::simple(a) == types::simple(b));
        let near = names::distance(written, name, names::tolerance(name)).is_some();
        let taken = bases.iter().any(|s| s.name == written);
        if written != name && near && same_list && !taken {
            let title = format!("correct `{written}` to `{name}`");
            fixes.push(context.replace(diagnostic, title, method.name.clone(), name));
        } else if written == name && !same_list && method.parameter_types.len() == wanted.len() {
            let list: Vec<String> = wanted
                .iter()
                .zip(&method.parameter_names)
                .map(|(ty, name)| format!("{} {name}", ty.replace(',', ", ")))
                .collect();
            let title = format!("take the parameters of `{}`", owner.name);
            fixes.push(context.replace(
                diagnostic,
                title,
                method.parameters.clone(),
                format!("({})", list.join(", ")),
            ));
        }
    }
    fixes.extend(stub(context, diagnostic, &class, base, &wanted));
    fixes
}

fn stub(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    class: &buildfix_fixer_support::tree::Node,
    base: &Symbol,
    wanted: &[&str],
) -> Option<Fix> {
    let file = &context.file;
    let body = file
        .field(class, "body")
        .or_else(|| file.children(class, "class_body").into_iter().next())?;
    let close = body.range.end.checked_sub(1)?;
    let mut used = BTreeSet::new();
    let list: Vec<String> = parameters(base)?
        .into_iter()
        .zip(wanted)
        .enumerate()
        .map(|(index, ((_, name), ty))| {
            let name = if name.is_empty() {
                format!("arg{index}")
            } else {
                name
            };
            used.insert(name.clone());
            format!("{} {name}", ty.replace(',', ", "))
        })
        .collect();
    let returns = value_type(base);
    let throws = base
        .signature
        .split_once(" throws ")
        .map_or(String::new(), |(_, list)| format!(" throws {list}"));
    let access = if base.signature.contains("protected ") {
        "protected"
    } else {
        "public"
    };
    let outer = file.indent(close).to_owned();
    let indent = format!("{outer}    ");
    let text = format!(
        "\n{indent}@Override\n{indent}{access} {} {}({}){throws} {{\n{indent}    throw new UnsupportedOperationException();\n{indent}}}\n{outer}",
        returns.replace(',', ", "),
        base.name,
        list.join(", "),
    );
    let start = file.slice(0..close).trim_end().len();
    let title = format!("implement `{}`", base.name);
    let mut fix = file.edit(
        edit::fix(diagnostic, title, "placeholder"),
        start..close,
        text,
    );
    for ty in wanted.iter().copied().chain([returns.as_str()]) {
        if !types::is_primitive(ty) && ty != "void" && !ty.is_empty() {
            fix = context.with_import(fix, types::simple(ty));
        }
    }
    Some(fix)
}

/// `@Override` on a method that overrides nothing: the one that was meant; if
/// there is none near, the annotation says what is not so.
pub(crate) fn nothing_overridden(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let Some(node) = file.enclosing(at..at + 1, &METHODS) else {
        return Vec::new();
    };
    let Some(method) = model::method(file, node) else {
        return Vec::new();
    };
    let Some(class) = context.types_around(at).into_iter().next() else {
        return Vec::new();
    };
    let own_name = context.declared_name(&class);
    let own = context
        .types_named(&own_name)
        .into_iter()
        .find(|s| s.path == file.path());
    let Some(own) = own else {
        return Vec::new();
    };
    let bases = context.bases(&own);
    let base_members: Vec<Symbol> = bases
        .iter()
        .skip(1)
        .flat_map(|b| {
            context
                .host
                .members(crate::JAVA, &crate::members::full_name(b))
        })
        .filter(|s| {
            s.kind == "method"
                && !s.signature.contains("static ")
                && !s.signature.contains("final ")
        })
        .collect();
    let written = file.slice(method.name.clone());
    let count = method.parameter_types.len();
    let mut fixes = Vec::new();
    let same_count: Vec<&Symbol> = base_members
        .iter()
        .filter(|s| parameters(s).is_some_and(|p| p.len() == count))
        .collect();
    for new in names::nearest(written, same_count.iter().map(|s| s.name.as_str())) {
        let title = format!("correct `{written}` to `{new}`");
        fixes.push(context.replace(diagnostic, title, method.name.clone(), new));
    }
    for base in same_count.iter().filter(|s| s.name == written) {
        let Some(list) = parameters(base) else {
            continue;
        };
        let list: Vec<String> = list
            .iter()
            .zip(&method.parameter_names)
            .map(|((ty, _), name)| format!("{} {name}", ty.replace(',', ", ")))
            .collect();
        let title = format!("take the parameters of `{written}` above");
        fixes.push(context.replace(
            diagnostic,
            title,
            method.parameters.clone(),
            format!("({})", list.join(", ")),
        ));
    }
    if fixes.is_empty() && file.slice(at..file.text().len()).starts_with("@Override") {
        let end = at + "@Override".len();
        let rest = file.slice(end..method.node.range.end);
        let blank = rest.len() - rest.trim_start().len();
        fixes.push(context.replace(diagnostic, "take `@Override` away", at..end + blank, ""));
    }
    fixes
}
