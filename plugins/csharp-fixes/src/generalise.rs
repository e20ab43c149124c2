//! Methods that take less than they could.
//!
//! Type arguments do not convert: a `Shelf<Book>` is no `Shelf<object>`. Where
//! a parameter says `object` for "anything", the method is made generic there,
//! and the compiler infers what each caller means.

use crate::{Context, calls};
use buildfix_fixer_support::{DeclKind, Source, replace_in, scope, symbols};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// CS1503: the argument's type has the parameter's generic type with other type
/// arguments than `object`.
pub(crate) fn parameter(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    token: usize,
    to: &str,
) -> Option<Fix> {
    let source = &context.source;
    let wanted = symbols::simple(to);
    if diagnostic.code != "CS1503" || symbols::arity(to) == 0 || !to.contains("object") {
        return None;
    }
    let (open, index) = source.argument_at(token)?;
    let count = source.arguments(open).len();
    let (owner, name) = calls::callee(source, open)?;
    for place in symbols::declarations(&context.files, &owner, Some(&name)) {
        for decl in place.decls() {
            let text = &place.source;
            let may_change = decl.kind == DeclKind::Method
                && !decl.explicit
                && !decl
                    .modifiers
                    .clone()
                    .any(|t| matches!(text.word(t), "virtual" | "override" | "abstract"))
                && decl
                    .parent
                    .is_some_and(|p| text.decls()[p].kind != DeclKind::Interface);
            if !may_change {
                continue;
            }
            let parameters = scope::parameters(text, decl.params?);
            let needed = parameters.iter().filter(|p| p.default.is_none()).count();
            let Some(parameter) = parameters.get(index) else {
                continue;
            };
            if !(needed..=parameters.len()).contains(&count)
                || symbols::simple(text.slice(parameter.ty.clone())) != wanted
            {
                continue;
            }
            let arguments = type_arguments(text, parameter.ty.clone());
            let names = declared_names(context, wanted, arguments.len());
            let start = text.bytes(decl.name..decl.name + 1).start;
            let mut taken = scope::type_parameters(text, start);
            let mut new = Vec::new();
            for (at, argument) in arguments.into_iter().enumerate() {
                if matches!(text.slice(argument.clone()), "object" | "object?") {
                    let base = names.get(at).cloned().unwrap_or_else(|| "T".to_owned());
                    let mut fresh = base.clone();
                    let mut number = 2;
                    while taken.contains(&fresh) {
                        fresh = format!("{base}{number}");
                        number += 1;
                    }
                    taken.push(fresh.clone());
                    new.push((argument, fresh));
                }
            }
            if new.is_empty() {
                continue;
            }
            let list: Vec<&str> = new.iter().map(|(_, name)| name.as_str()).collect();
            let title = format!(
                "let `{name}` take any `{wanted}`, as `{}`",
                list.join("`, `")
            );
            let (at, list) = if decl.type_params.is_empty() {
                (
                    text.bytes(decl.name..decl.name + 1).end,
                    format!("<{}>", list.join(", ")),
                )
            } else {
                let end = text.bytes(decl.type_params.clone()).end;
                (end, format!(", {}", list.join(", ")))
            };
            let mut fix = edit::fix(diagnostic, title, "verified");
            fix = replace_in(fix, &place.path, text.text(), at..at, list);
            for (argument, name) in &new {
                let bytes = text.bytes(argument.clone());
                fix = replace_in(fix, &place.path, text.text(), bytes, name);
            }
            return Some(fix);
        }
    }
    None
}

/// The token ranges of a type's own type arguments.
fn type_arguments(source: &Source, ty: Range<usize>) -> Vec<Range<usize>> {
    let last_open = ty
        .clone()
        .find(|t| source.type_args_end(*t).is_some_and(|end| end >= ty.end));
    let Some(open) = last_open else {
        return Vec::new();
    };
    let Some(end) = source.type_args_end(open) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut from = open + 1;
    for at in open + 1..end {
        match source.word(at) {
            "<" | "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            ">" if depth > 0 => depth -= 1,
            ">" | "," if depth == 0 => {
                found.push(from..at);
                from = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// What the generic type itself calls its type parameters.
fn declared_names(context: &Context<'_>, name: &str, arity: usize) -> Vec<String> {
    symbols::types(context.host, name)
        .into_iter()
        .find(|t| symbols::symbol_arity(t) == Some(arity))
        .map(|t| {
            let head = t.signature.split(" : ").next().unwrap_or_default();
            let inner = match (head.find('<'), head.rfind('>')) {
                (Some(open), Some(close)) if open < close => &head[open + 1..close],
                _ => "",
            };
            symbols::split_top(inner)
                .into_iter()
                .map(|p| p.rsplit(' ').next().unwrap_or(p).to_owned())
                .collect()
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::CsharpFixes;
    use buildfix_fixer_support::testing::{after, propose};

    const ERROR: &str = "CS1503: Argument 1: cannot convert from 'Shop' to 'IShelf<object, int>'";

    #[test]
    fn makes_a_method_generic_where_it_says_object() {
        let text = "interface IShelf<out TItem, TKey> { }\n\
            static class Helper { public static int Count(IShelf<object, int> shelf, int n = 0) => n; }\n\
            class Shop : IShelf<string, int> { int M() => Helper.Count(¦this); }\n";
        assert!(
            after::<CsharpFixes>(&[("a.cs", text)], ERROR)[0]
                .contains("int Count<TItem>(IShelf<TItem, int> shelf, int n = 0)")
        );
        let text = text.replace("Count(IShelf", "Count<TItem>(List<TItem> l, IShelf");
        let text = text.replace("Count(¦this)", "Count(l, ¦this)");
        assert!(
            after::<CsharpFixes>(
                &[("a.cs", &text)],
                &ERROR.replace("Argument 1", "Argument 2")
            )[0]
            .contains("Count<TItem, TItem2>(List<TItem> l, IShelf<TItem2, int> shelf")
        );
    }

    #[test]
    fn leaves_methods_that_others_override() {
        let text = "interface IShelf<out TItem, TKey> { }\n\
            class Helper { public virtual int Count(IShelf<object, int> shelf) => 0; }\n\
            class Shop : IShelf<string, int> { int M(Helper helper) => helper.Count(¦this); }\n";
        assert!(propose::<CsharpFixes>(&[("a.cs", text)], ERROR).is_empty());
    }
}
