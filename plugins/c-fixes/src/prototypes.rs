//! Declarations and definitions of one function that disagree, and missing
//! ones.

use crate::head::{self, Head, Parameter};
use crate::includes::{is_unknown, unknown_name};
use crate::{Context, quoted, says, scope};
use buildfix_fixer_support::{Source, replace_in};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;
use std::rc::Rc;

/// A head and the file it is in.
struct Place {
    path: String,
    source: Rc<Source>,
    head: Head,
}

/// "conflicting types", "no declaration matches": one of the two takes the
/// other's types. The compiler proves which.
pub fn disagreeing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(
        diagnostic,
        &[
            "conflicting types for",
            "conflicting declaration of",
            "does not match any declaration",
            "no declaration matches",
            "ambiguating new declaration",
            "functions that differ only in their return type",
            "return type of out-of-line definition",
        ],
    ) || says(diagnostic, &["implicit"])
    {
        return Vec::new();
    }
    let Some(here) = diagnosed(context, diagnostic) else {
        return Vec::new();
    };
    let name = here.source.word(here.head.name).to_owned();
    let mut fixes = Vec::new();
    for there in others(context, &here, &name) {
        let adopt = differences(&there, &here);
        if adopt.is_empty() {
            continue;
        }
        let other = apply(
            diagnostic,
            &there,
            &adopt,
            format!("declare `{name}` as it is defined"),
        );
        let this = apply(
            diagnostic,
            &here,
            &differences(&here, &there),
            format!("define `{name}` as it is declared"),
        );
        // The side whose type nobody uses elsewhere is the wrong one: a body
        // that returns numbers does not return a pointer.
        if suspicious(&here) {
            fixes.extend([this, other]);
        } else {
            fixes.extend([other, this]);
        }
    }
    fixes
}

/// A parameter whose type nobody declares, of a function that is declared
/// elsewhere with another one.
pub fn incomplete_parameter(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(diagnostic, &["has incomplete type"]) || says(diagnostic, &["array has", "field has"])
    {
        return Vec::new();
    }
    let token = context.token(diagnostic);
    let holds = |head: &Head| {
        head.parameters
            .iter()
            .any(|parameter| parameter.tokens.contains(&token))
    };
    let Some(head) = (token.saturating_sub(40)..token)
        .rev()
        .filter_map(|name| Head::read(&context.source, name))
        .find(holds)
    else {
        return Vec::new();
    };
    let name = context.source.word(head.name).to_owned();
    let here = Place {
        path: context.request.file.path.clone(),
        source: Rc::clone(&context.source),
        head,
    };
    others(context, &here, &name)
        .iter()
        .map(|there| differences(&here, there))
        .filter(|edits| !edits.is_empty())
        .map(|edits| {
            let title = format!("define `{name}` as it is declared");
            apply(diagnostic, &here, &edits, title)
        })
        .collect()
}

/// The function that the diagnostic points at.
fn diagnosed(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<Place> {
    let token = context.token(diagnostic);
    let quoted = quoted(diagnostic);
    let head = (token..token + 12).find_map(|token| {
        let head = Head::read(&context.source, token)?;
        quoted.contains(context.source.word(token)).then_some(head)
    })?;
    Some(Place {
        path: context.request.file.path.clone(),
        source: Rc::clone(&context.source),
        head,
    })
}

/// The other declarations of a function, with as many parameters.
fn others(context: &Context<'_>, here: &Place, name: &str) -> Vec<Place> {
    let mut paths = vec![here.path.clone()];
    for language in ["c", "cpp"] {
        for symbol in context.host.find(language, name) {
            if !symbol.path.is_empty() && !paths.contains(&symbol.path) {
                paths.push(symbol.path);
            }
        }
    }
    let mut found = Vec::new();
    for path in paths {
        let Some(source) = context.files.get(&path) else {
            continue;
        };
        for head in head::named(&source, name) {
            let same = path == here.path && head.name == here.head.name;
            if !same && head.parameters.len() == here.head.parameters.len() {
                found.push(Place {
                    path: path.clone(),
                    source: Rc::clone(&source),
                    head,
                });
            }
        }
    }
    // Of overloads the one that differs least is meant.
    found.sort_by_key(|there| differences(there, here).len());
    found.truncate(2);
    found
}

/// What has to change in `target` so that it says what `model` says.
fn differences(target: &Place, model: &Place) -> Vec<(Range<usize>, String)> {
    let mut edits = Vec::new();
    let returns = |place: &Place| head::spelled(&place.source, place.head.returns.clone());
    // A constructor has none, and in a class a definition may qualify it.
    if unqualified(&returns(target)) != unqualified(&returns(model))
        && !returns(target).is_empty()
        && !returns(model).is_empty()
    {
        let model = model.source.slice(model.head.returns.clone());
        edits.push(return_type(target, model));
    }
    for (old, new) in target.head.parameters.iter().zip(&model.head.parameters) {
        let types = [
            head::type_of(&target.source, old),
            head::type_of(&model.source, new),
        ];
        if unqualified(&types[0]) != unqualified(&types[1]) {
            let bytes = target.source.bytes(old.tokens.start..old.end);
            let text = renamed(&model.source, new, &target.source, old);
            edits.push((bytes, qualified_like(&text, &types[0])));
        }
    }
    edits
}

/// The edit that gives a function another return type: the gap before the name
/// goes with it, unless the name stands on a line of its own.
fn return_type(place: &Place, of: &str) -> (Range<usize>, String) {
    let types = place.source.bytes(place.head.returns.clone());
    let name = place.head.returns.end;
    let name = place.source.bytes(name..name + 1).start;
    if place.source.text()[types.end..name].contains('\n') {
        return (types, of.to_owned());
    }
    let space = if of.ends_with(['*', '&']) { "" } else { " " };
    (types.start..name, format!("{of}{space}"))
}

/// A type without the namespaces in front of its names: the two files may be
/// in different ones.
fn unqualified(of: &str) -> String {
    let words: Vec<&str> = of.split(' ').collect();
    let kept = |at: usize| words[at] != "::" && words.get(at + 1) != Some(&"::");
    (0..words.len())
        .filter(|at| kept(*at))
        .map(|at| words[at])
        .collect::<Vec<_>>()
        .join(" ")
}

/// The namespaces of a name, added to a type's names that stand bare in one
/// file and qualified in the other.
fn qualified_like(text: &str, old: &str) -> String {
    let mut text = text.to_owned();
    let words: Vec<&str> = old.split(' ').collect();
    for at in words.windows(3) {
        if at[1] == "::" && !text.contains("::") {
            text = text.replacen(at[2], &format!("{}::{}", at[0], at[2]), 1);
        }
    }
    text
}

/// A parameter of one head under the name it has in the other.
fn renamed(model: &Source, new: &Parameter, target: &Source, old: &Parameter) -> String {
    let text = model.slice(new.tokens.start..new.end);
    match (new.name, old.name) {
        (Some(new_name), Some(old_name)) => {
            let whole = model.bytes(new.tokens.start..new.end);
            let name = model.bytes(new_name..new_name + 1);
            let (head, tail) = (
                &text[..name.start - whole.start],
                &text[name.end - whole.start..],
            );
            format!("{head}{}{tail}", target.word(old_name))
        }
        (Some(new_name), None) => {
            let whole = model.bytes(new.tokens.start..new.end);
            let name = model.bytes(new_name..new_name + 1);
            text[..name.start - whole.start].trim_end().to_owned()
        }
        (None, Some(old_name)) if !text.ends_with(['*', '&']) => {
            format!("{text} {}", target.word(old_name))
        }
        (None, Some(old_name)) => format!("{text}{}", target.word(old_name)),
        (None, None) => text.to_owned(),
    }
}

fn apply(
    diagnostic: &Diagnostic,
    place: &Place,
    edits: &[(Range<usize>, String)],
    title: String,
) -> Fix {
    edits.iter().fold(
        edit::fix(diagnostic, title, "verified"),
        |fix, (bytes, text)| {
            replace_in(
                fix,
                &place.path,
                place.source.text(),
                bytes.clone(),
                text.clone(),
            )
        },
    )
}

/// A body that returns other numbers than 0 from a function that returns a
/// pointer.
fn suspicious(place: &Place) -> bool {
    let source = &place.source;
    let pointer = place
        .head
        .returns
        .clone()
        .any(|token| source.is(token, "*"));
    pointer
        && place.head.body(source).is_some_and(|body| {
            body.clone().any(|token| {
                let value = source.word(token + 1);
                let number = value == "-" || value.starts_with(|c: char| c.is_ascii_digit());
                source.is(token, "return") && number && value != "0"
            })
        })
}

/// The two types of a message about a value that does not fit the return type:
/// what is returned, and what should be.
fn returning(diagnostic: &Diagnostic) -> Option<(&str, &str)> {
    let arguments = &diagnostic.arguments;
    let returned = says(
        diagnostic,
        &[
            "from a function with result type",
            "from a function with return type",
            "from a function with incompatible",
        ],
    );
    match (returned, arguments.first(), arguments.get(1)) {
        (true, Some(found), Some(declared)) => Some((found, declared)),
        _ => None,
    }
}

/// A return type that none of the function's returns fits, changed in all its
/// declarations.
pub fn returned_type(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some((found, declared)) = returning(diagnostic) else {
        return Vec::new();
    };
    let source = &context.source;
    let Some(function) = scope::function(source, context.token(diagnostic)) else {
        return Vec::new();
    };
    let plain = |of: &str| {
        of.chars()
            .all(|c| c.is_alphanumeric() || " _*:".contains(c))
    };
    if head::spelled(source, function.returns.clone()).replace(' ', "") != declared.replace(' ', "")
        || !plain(found)
    {
        return Vec::new();
    }
    let name = source.word(function.name).to_owned();
    let here = Place {
        path: context.request.file.path.clone(),
        source: Rc::clone(source),
        head: function,
    };
    let mut places = others(context, &here, &name);
    places.push(here);
    let spelling = found.replace(" *", "*").replace('*', " *");
    let fix = places.iter().fold(
        edit::fix(
            diagnostic,
            format!("let `{name}` return `{found}`"),
            "verified",
        ),
        |fix, place| {
            let (bytes, text) = return_type(place, &spelling);
            replace_in(fix, &place.path, place.source.text(), bytes, text)
        },
    );
    vec![fix]
}

/// A function that is used before the place where the same file defines it.
pub fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let name = unknown_name(diagnostic).filter(|_| is_unknown(diagnostic));
    let implicit = says(diagnostic, &["conflicting types for"])
        && diagnostic
            .related
            .iter()
            .any(|note| note.message.contains("implicit"));
    let Some(name) = name.or_else(|| implicit.then(|| quoted(diagnostic))) else {
        return Vec::new();
    };
    let source = &context.source;
    let Some(definition) = head::named(source, name)
        .into_iter()
        .find(|head| head.has_body(source) && source.block(head.name).is_none())
    else {
        return Vec::new();
    };
    let heads: Vec<Head> = (0..definition.name)
        .filter(|token| source.block(*token).is_none())
        .filter_map(|token| Head::read(source, token))
        .filter(|head| !head.returns.is_empty())
        .collect();
    let Some(first) = heads.iter().find(|head| head.has_body(source)) else {
        return Vec::new();
    };
    // With its fellows, or else before the first function.
    let fellow = heads
        .iter()
        .rfind(|head| !head.has_body(source) && source.is(head.close + 1, ";"));
    let declaration = source.bytes(definition.start..definition.close + 1);
    let text = source.text()[declaration]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let at = match fellow {
        Some(head) => {
            let end = source.bytes(head.close + 1..head.close + 2).end;
            (source.line(end).end + 1).min(source.text().len())
        }
        None => {
            source
                .line(source.bytes(first.start..first.start + 1).start)
                .start
        }
    };
    let gap = if fellow.is_some() { "" } else { "\n" };
    vec![context.replace_bytes(
        diagnostic,
        format!("declare `{name}` before it is used"),
        at..at,
        format!("{text};\n{gap}"),
    )]
}
