//! Names that are nearly those of something.

use crate::{Context, imports};
use buildfix_fixer_support::{names, scope, span, symbols, usings};
use buildfix_sdk::{Diagnostic, Fix, Symbol};

/// A shorter name has too many neighbours among the members of all types.
const LONG_NAME: usize = 5;

/// A name that may have been meant. Lower ranks are better among equals in
/// distance.
struct Near {
    name: String,
    rank: usize,
    /// A namespace to import with it.
    import: Option<String>,
}

/// Types with nearly the missing name.
pub(crate) fn types(context: &Context<'_>, group: &[&Diagnostic]) -> Vec<Fix> {
    let Some(written) = group[0].arguments.first() else {
        return Vec::new();
    };
    let name = symbols::simple(written);
    let arity = symbols::arity(written);
    let mut near = Vec::new();
    for parameter in scope::type_parameters(&context.source, group[0].span.start as usize) {
        near.push(Near {
            name: parameter,
            rank: 0,
            import: None,
        });
    }
    for keyword in [
        "string", "object", "bool", "int", "long", "short", "byte", "char", "double", "float",
        "decimal", "uint", "ulong", "sbyte", "ushort", "dynamic",
    ] {
        near.push(Near {
            name: keyword.to_owned(),
            rank: 0,
            import: None,
        });
    }
    for decl in context.source.decls().iter().filter(|d| d.kind.is_type()) {
        near.push(Near {
            name: context.source.name(decl).to_owned(),
            rank: 0,
            import: None,
        });
    }
    for symbol in context.host.similar(symbols::CSHARP, name, 2) {
        if symbols::is_type(&symbol) && symbols::symbol_arity(&symbol).is_none_or(|a| a == arity) {
            near.push(as_type(context, &symbol));
        }
    }
    replace(context, group, name, near)
}

fn as_type(context: &Context<'_>, symbol: &Symbol) -> Near {
    let seen = context.sees(&symbol.container);
    let workspace = symbol.origin == "workspace";
    Near {
        name: symbol.name.clone(),
        rank: if seen {
            1
        } else if workspace {
            3
        } else {
            4
        },
        import: (!seen).then(|| symbol.container.clone()),
    }
}

/// Names of any kind in reach with nearly the missing name.
pub(crate) fn names(context: &Context<'_>, group: &[&Diagnostic]) -> Vec<Fix> {
    let Some(name) = group[0].arguments.first() else {
        return Vec::new();
    };
    let byte = group[0].span.start as usize;
    let source = &context.source;
    let token = source.token_at(byte);
    let mut near: Vec<Near> = scope::names_at(source, byte)
        .into_iter()
        .filter(|n| scope::reaches(source, n, token))
        .map(|n| {
            let rank = if matches!(n.kind, scope::NameKind::Member(_)) {
                1
            } else {
                0
            };
            Near {
                name: source.word(n.token).to_owned(),
                rank,
                import: None,
            }
        })
        .collect();
    if let Some(owner) = source.type_at(byte) {
        for at in owner.bases.clone().filter(|t| source.is_word(*t)) {
            for member in symbols::members(context.host, source.word(at)) {
                near.push(Near {
                    name: member.name,
                    rank: 2,
                    import: None,
                });
            }
        }
        // The other parts of a partial type.
        for member in symbols::members(context.host, source.name(owner)) {
            near.push(Near {
                name: member.name,
                rank: 1,
                import: None,
            });
        }
    }
    for symbol in context.host.similar(symbols::CSHARP, name, 2) {
        if symbols::is_type(&symbol) {
            let mut candidate = as_type(context, &symbol);
            candidate.rank += 2;
            near.push(candidate);
        }
    }
    // `true` and the like, in another case.
    for keyword in [
        "true", "false", "null", "this", "base", "nameof", "default", "string", "object",
    ] {
        near.push(Near {
            name: keyword.to_owned(),
            rank: 3,
            import: None,
        });
    }
    replace(context, group, name, near)
}

/// Members of the receiver's type, and extension methods, with nearly the
/// missing name.
pub(crate) fn members(context: &Context<'_>, group: &[&Diagnostic]) -> Vec<Fix> {
    let [receiver, name, ..] = group[0].arguments.as_slice() else {
        return Vec::new();
    };
    let source = &context.source;
    let receiver_name = symbols::simple(receiver);
    let is_array = receiver.trim_end_matches('?').ends_with(']');
    let mut near = Vec::new();
    for (index, decl) in source.decls().iter().enumerate() {
        if decl.kind.is_type() && source.name(decl) == receiver_name && !is_array {
            for member in scope::members(source, index) {
                near.push(Near {
                    name: source.word(member.token).to_owned(),
                    rank: 0,
                    import: None,
                });
            }
        }
    }
    let owner = if is_array { "Array" } else { receiver_name };
    let known = symbols::members(context.host, owner);
    let receiver_known = !known.is_empty() || !near.is_empty();
    for member in known {
        if member.kind != "constructor" {
            near.push(Near {
                name: member.name,
                rank: 1,
                import: None,
            });
        }
    }
    for symbol in context.host.similar(symbols::CSHARP, name, 2) {
        let namespace = symbols::qualifier(&symbol.container).to_owned();
        match symbol.kind.as_str() {
            "extension-method" if group[0].code == "CS1061" && symbol.exported => {
                let seen = context.sees(&namespace);
                let rank =
                    2 + usize::from(!imports::extends(&symbol, receiver)) + 2 * usize::from(!seen);
                near.push(Near {
                    name: symbol.name,
                    rank,
                    import: (!seen).then_some(namespace),
                });
            }
            "method" | "property" | "field" | "event" | "constant" | "enum-member" => {
                // A member of another type: perhaps a base that was not found.
                let related = symbols::simple(&symbol.container) == receiver_name;
                if related || (!receiver_known && name.len() >= LONG_NAME) {
                    near.push(Near {
                        name: symbol.name,
                        rank: if related { 1 } else { 5 },
                        import: None,
                    });
                }
            }
            _ => {}
        }
    }
    replace(context, group, name, near)
}

/// Fixes that put the near names in the place of the missing one.
fn replace(context: &Context<'_>, group: &[&Diagnostic], name: &str, near: Vec<Near>) -> Vec<Fix> {
    let max = names::tolerance(name);
    let mut found: Vec<(usize, Near)> = Vec::new();
    for candidate in near {
        if candidate.name == name {
            continue;
        }
        let Some(distance) = names::distance(name, &candidate.name, max) else {
            continue;
        };
        // Swapped, lost and doubled letters are likelier than a wrong one.
        match found.iter_mut().find(|(_, f)| f.name == candidate.name) {
            Some((_, known)) if known.rank <= candidate.rank => {}
            Some((_, known)) => *known = candidate,
            None => found.push((distance, candidate)),
        }
    }
    found.sort_by(|(d, a), (e, b)| (d, a.rank, &a.name).cmp(&(e, b.rank, &b.name)));
    let file = &context.request.file;
    let source = &context.source;
    let mut fixes = Vec::new();
    for (_, candidate) in found.into_iter().take(4) {
        let title = format!("replace `{name}` with `{}`", candidate.name);
        let Some(mut fix) = context.fix(group, title, "verified") else {
            continue;
        };
        let mut complete = true;
        for diagnostic in group {
            let Some(place) = place_of(context, diagnostic, name) else {
                complete = false;
                continue;
            };
            fix = fix.replace(file, span(place), candidate.name.clone());
        }
        if fix.edits.is_empty() {
            continue;
        }
        if !complete {
            fix.answers.truncate(1);
        }
        if let Some(namespace) = &candidate.import {
            fix = usings::insert(fix, file, source, namespace);
        }
        fixes.push(fix);
    }
    fixes
}

/// Where the diagnostic's name stands: at its point, or, where the compiler
/// points at the expression, the first place behind it on its line.
fn place_of(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    name: &str,
) -> Option<std::ops::Range<usize>> {
    let source = &context.source;
    let start = diagnostic.span.start as usize;
    if let Some(place) = source
        .name_at(start)
        .filter(|p| &source.text()[p.clone()] == name)
    {
        return Some(place);
    }
    let end = source.line(start).end;
    source.places(name, start..end).into_iter().next()
}
