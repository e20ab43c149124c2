//! What NullAway says: a value may be null where the declaration says that it
//! is not. The declaration is annotated; where that moves the question on, the
//! next build asks it there.

use crate::imports;
use crate::model::{self, Method};
use crate::types;
use crate::{Context, JAVA};
use buildfix_fixer_support::tree::{File, Node};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// The annotation's simple name, whosever it is.
const NULLABLE: &str = "Nullable";

/// Whose it is where the project uses none yet.
const USUAL: [&str; 3] = [
    "org.jspecify.annotations.Nullable",
    "javax.annotation.Nullable",
    "org.jetbrains.annotations.Nullable",
];

/// What NullAway says in a message's first line, if it is NullAway's.
pub(crate) fn said(first: &str) -> Option<&str> {
    first.strip_prefix("[NullAway] ")
}

/// The repairs of a `[NullAway]` error.
pub(crate) fn annotate(context: &Context<'_>, diagnostic: &Diagnostic, first: &str) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    if first.starts_with("returning @Nullable expression") {
        let ty = context.method_at(at).and_then(|m| m.returns);
        return ty.map_or(Vec::new(), |ty| nullable(context, diagnostic, file, &[ty]));
    }
    if first.starts_with("passing @Nullable parameter") {
        return passed(context, diagnostic, at);
    }
    if first.starts_with("assigning @Nullable expression") {
        let left = file
            .enclosing(at..at + 1, &["assignment_expression"])
            .and_then(|n| file.field(&n, "left"))
            .or_else(|| {
                let own = file.enclosing(at..at + 1, &["variable_declarator"])?;
                file.field(&own, "name")
            });
        let name = left.map_or("", |n| file.of(&n).rsplit('.').next().unwrap_or_default());
        return fields(context, diagnostic, at, &[name]);
    }
    if first.contains("@NonNull field") || first.contains("@NonNull static field") {
        return fields(context, diagnostic, at, &named(first));
    }
    if let Some(rest) = first.strip_prefix("parameter ")
        && first.contains("in superclass method")
    {
        let name = rest.split(' ').next().unwrap_or_default();
        let ty = context.method_at(at).and_then(|m| {
            let position = m.parameter_names.iter().position(|p| p == name)?;
            parameter_type(file, &m, position)
        });
        return ty.map_or(Vec::new(), |ty| nullable(context, diagnostic, file, &[ty]));
    }
    Vec::new()
}

/// The fields that a message names: `field a`, `fields a (line 3), b (line 4)`.
fn named(message: &str) -> Vec<&str> {
    let Some((_, rest)) = message.split_once(" field") else {
        return Vec::new();
    };
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    let end = [" not initialized", " is initialized", " are initialized"]
        .iter()
        .filter_map(|w| rest.find(w))
        .min()
        .unwrap_or(rest.len());
    rest[..end]
        .split(',')
        .filter_map(|part| part.split_whitespace().next())
        .map(|name| name.rsplit('.').next().unwrap_or(name))
        .collect()
}

/// The fields of these names in the innermost type around a place.
fn fields(context: &Context<'_>, diagnostic: &Diagnostic, at: usize, names: &[&str]) -> Vec<Fix> {
    let file = &context.file;
    let Some(home) = context.types_around(at).into_iter().next() else {
        return Vec::new();
    };
    let found = file.matches(
        "(field_declaration type: (_) @type declarator: (variable_declarator name: (identifier) @name))",
    );
    let mut types = Vec::new();
    for name in names {
        let mut own = found.iter().filter_map(|m| {
            let (ty, of) = (m.get("type")?, m.get("name")?);
            let inside = context
                .types_around(of.range.start)
                .first()
                .is_some_and(|t| t.range == home.range);
            (inside && file.of(of) == *name).then(|| ty.range.clone())
        });
        let (Some(ty), None) = (own.next(), own.next()) else {
            return Vec::new();
        };
        types.push(ty);
    }
    nullable(context, diagnostic, file, &types)
}

/// An argument that may be null: the parameter is annotated, where there is
/// one method of the name that takes as many.
fn passed(context: &Context<'_>, diagnostic: &Diagnostic, at: usize) -> Vec<Fix> {
    let file = &context.file;
    let call = file.around(at..at + 1).into_iter().find(|n| {
        let list = file.field(n, "arguments");
        list.is_some_and(|l| l.range.contains(&at))
    });
    let Some((call, list)) = call.and_then(|c| {
        let list = file.field(&c, "arguments")?;
        Some((c, list))
    }) else {
        return Vec::new();
    };
    let mut arguments = file.children(&list, "_");
    arguments.retain(|n| !n.kind.ends_with("comment"));
    arguments.sort_by_key(|n| n.range.start);
    let Some(position) = arguments
        .iter()
        .position(|n| n.range.contains(&at) || n.range.start == at)
    else {
        return Vec::new();
    };
    let callee = callee(file, &call);
    let fits = |f: &File<'_>| -> Vec<Method> {
        let all = model::methods(f).into_iter();
        all.filter(|m| {
            f.slice(m.name.clone()) == callee && m.parameter_names.len() == arguments.len()
        })
        .collect()
    };
    let mut homes = vec![file.path().to_owned()];
    if fits(file).is_empty() {
        let found = context.host.find(JAVA, callee);
        homes = found.into_iter().map(|s| s.path).collect();
        homes.retain(|path| path.ends_with(".java"));
        homes.sort();
        homes.dedup();
    }
    let [home] = homes.as_slice() else {
        return Vec::new();
    };
    let Some(there) = context.trees.get(home) else {
        return Vec::new();
    };
    let methods = fits(&there);
    let [method] = methods.as_slice() else {
        return Vec::new();
    };
    parameter_type(&there, method, position).map_or(Vec::new(), |ty| {
        nullable(context, diagnostic, &there, &[ty])
    })
}

/// The simple name of what a call calls.
fn callee<'f>(file: &'f File<'_>, call: &Node) -> &'f str {
    let name = file
        .field(call, "name")
        .or_else(|| file.field(call, "type"))
        .map_or("", |n| file.slice(n.range));
    let name = name.split('<').next().unwrap_or_default();
    name.rsplit('.').next().unwrap_or_default()
}

fn parameter_type(file: &File<'_>, method: &Method, position: usize) -> Option<Range<usize>> {
    let found = file.matches("(formal_parameter type: (_) @type name: (identifier) @name)");
    let name = method.parameter_names.get(position)?;
    found.iter().find_map(|m| {
        let (ty, of) = (m.get("type")?, m.get("name")?);
        let inside =
            method.parameters.start < of.range.start && of.range.end < method.parameters.end;
        (inside && file.of(of) == name.as_str()).then(|| ty.range.clone())
    })
}

/// `@Nullable` before these types, imported as the project does.
fn nullable(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    file: &File<'_>,
    places: &[Range<usize>],
) -> Vec<Fix> {
    let fits = |ty: &Range<usize>| {
        let text = file.slice(ty.clone());
        // Before an array's type it would be said of the elements, before a
        // qualified one of the package.
        !text.is_empty() && !text.contains(['[', '.']) && !types::is_primitive(text)
    };
    if places.is_empty() || !places.iter().all(fits) {
        return Vec::new();
    }
    let imported = imports::of(file)
        .iter()
        .any(|i| !i.fixed && i.name.ends_with(".Nullable"));
    let whose: Vec<Option<String>> = if imported {
        vec![None]
    } else {
        let used = context.imported_elsewhere(NULLABLE);
        let most = used
            .iter()
            .max_by_key(|name| (used.iter().filter(|u| u == name).count(), *name));
        match most {
            Some(name) => vec![Some(name.clone())],
            None => USUAL.iter().map(|n| Some((*n).to_owned())).collect(),
        }
    };
    whose
        .into_iter()
        .map(|import| {
            let title = "say that it may be null: `@Nullable`";
            let mut fix = edit::fix(diagnostic, title, "verified");
            for place in places {
                fix = file.edit(fix, place.start..place.start, "@Nullable ");
            }
            match import {
                Some(name) => imports::add(file, fix, &name, false),
                None => fix,
            }
        })
        .collect()
}
