//! Fields that an initialiser leaves out, or that no struct declares.

use crate::{Context, infer, scope, tree};
use buildfix_fixer_support::replace_in;
use buildfix_sdk::{Diagnostic, Fix, Symbol, edit};

/// E0063: the missing fields are in scope under their own names, or the only
/// variable of a field's type is.
pub fn uninitialised(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = &diagnostic.message;
    // "missing fields `a`, `b` and 2 other fields" does not name all.
    if message.contains(" other field") {
        return Vec::new();
    }
    let Some((names, owner)) = diagnostic.arguments.split_last().map(|(o, n)| (n, o)) else {
        return Vec::new();
    };
    let nodes = context.around(diagnostic);
    let Some(expression) = tree::find(&nodes, &["struct_expression"]) else {
        return Vec::new();
    };
    let range = tree::range(expression);
    let text = context.slice(range.clone());
    let Some(open) = text.find('{') else {
        return Vec::new();
    };
    let variables = scope::variables(context, diagnostic);
    let mut added: Vec<String> = Vec::new();
    for name in names {
        if variables.iter().any(|variable| variable.name == *name) {
            added.push(name.clone());
            continue;
        }
        let wanted = field_type(context, owner, name);
        let fitting: Vec<_> = variables
            .iter()
            .filter(|variable| !wanted.is_empty() && variable.of == wanted)
            .collect();
        match fitting[..] {
            [only] => added.push(format!("{name}: {}", only.name)),
            _ => return Vec::new(),
        }
    }
    let body = text[open + 1..text.len() - 1].trim_end();
    let end = range.start + open + 1 + body.len();
    let comma = if body.trim().is_empty() || body.ends_with(',') {
        ""
    } else {
        ","
    };
    let several_lines = text.contains('\n');
    let new = if several_lines {
        let last = end.saturating_sub(1).max(range.start + open + 1);
        let indent = tree::indent(context.text(), last);
        let fields: Vec<String> = added
            .iter()
            .map(|field| format!("\n{indent}{field},"))
            .collect();
        format!("{comma}{}", fields.concat())
    } else {
        format!("{comma} {}", added.join(", "))
    };
    vec![context.insert(
        diagnostic,
        format!("initialise {}", added.join(", ")),
        end,
        new,
    )]
}

/// The type of a struct's field, as declared.
fn field_type(context: &Context<'_>, owner: &str, name: &str) -> String {
    let owner = owner.split('<').next().unwrap_or(owner);
    context
        .host
        .find("rust", name)
        .into_iter()
        .find(|symbol| symbol.kind == "field" && symbol.container.ends_with(owner))
        .and_then(|symbol| Some(symbol.signature.split_once(':')?.1.trim().to_owned()))
        .unwrap_or_default()
}

/// E0560 and E0609: the struct gets the field, with the type of what it is
/// initialised with.
pub fn undeclared(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let message = &diagnostic.message;
    // E0560 names the struct first, E0609 the field.
    let (owner, field) = match (&diagnostic.arguments[..], diagnostic.code.as_str()) {
        ([owner, field, ..], "E0560") => (owner, field),
        ([field, owner, ..], "E0609") => (owner, field),
        _ => return Vec::new(),
    };
    if message.contains("variant")
        || !field.starts_with(|c: char| c == '_' || c.is_ascii_lowercase())
    {
        return Vec::new();
    }
    let owner = owner.trim_start_matches('&').trim_start_matches("mut ");
    let owner = owner.split('<').next().unwrap_or(owner);
    let owner = owner.rsplit("::").next().unwrap_or(owner);
    let structs: Vec<Symbol> = context
        .host
        .find("rust", owner)
        .into_iter()
        .filter(|symbol| symbol.kind == "struct" && !symbol.path.is_empty())
        .collect();
    let [declared] = &structs[..] else {
        return Vec::new();
    };
    let Some((value, before)) = initialiser(context, owner, field) else {
        return Vec::new();
    };
    let at = Diagnostic {
        span: value.span,
        ..diagnostic.clone()
    };
    let mut types = infer::types(context, &at, &value.text);
    let Ok(text) = context.host.read_file(&declared.path) else {
        return Vec::new();
    };
    let Some(list) = field_list(context, declared) else {
        return Vec::new();
    };
    let fields = text.get(list.clone()).unwrap_or_default();
    // Of several number types, the one that the other fields have.
    types.sort_by_key(|of| std::cmp::Reverse(fields.matches(&format!(": {of}")).count()));
    let Some((at, indent)) = place(&text, list, before.as_deref()) else {
        return Vec::new();
    };
    types
        .into_iter()
        .take(3)
        .map(|of| {
            let title = format!("declare `{field}: {of}` in `{owner}`");
            replace_in(
                edit::fix(diagnostic, title, "verified"),
                &declared.path,
                &text,
                at..at,
                format!("\n{indent}{field}: {of},"),
            )
        })
        .collect()
}

struct Value {
    text: String,
    span: buildfix_sdk::Span,
}

/// What an initialiser of the struct in this file gives the field, and the
/// field before it there.
fn initialiser(context: &Context<'_>, owner: &str, field: &str) -> Option<(Value, Option<String>)> {
    let query = "(struct_expression name: (_) @name body: (field_initializer_list) @list)";
    let path = &context.request.file.path;
    let found = context.host.query(path, query).ok()?;
    for item in found {
        let part = |name: &str| item.captures.iter().find(|c| c.name == name);
        let (name, list) = (part("name")?, part("list")?);
        let named = context.slice(name.start as usize..name.end as usize);
        let plain = named.split('<').next().unwrap_or_default();
        let own = match named {
            "Self" => implements(context, list.start, owner),
            _ => plain.trim_end_matches("::") == owner,
        };
        if !own {
            continue;
        }
        let body = context.slice(list.start as usize + 1..(list.end as usize).saturating_sub(1));
        let parts = tree::split(body);
        let own = |part: &str| part.split(':').next().unwrap_or_default().trim().to_owned();
        if let Some(at) = parts.iter().position(|part| own(part) == field) {
            let text = match parts[at].split_once(':') {
                Some((_, value)) if value.trim() == "None" => later(context, field)?,
                Some((_, value)) => value.trim().to_owned(),
                None => field.to_owned(),
            };
            let before = at.checked_sub(1).map(|at| own(parts[at]));
            let span = buildfix_sdk::Span {
                path: path.clone(),
                start: list.start,
                end: list.start,
            };
            return Some((Value { text, span }, before));
        }
    }
    None
}

/// What is assigned to a field that begins as `None`.
fn later(context: &Context<'_>, field: &str) -> Option<String> {
    let text = context.text();
    let lead = format!(".{field} = Some(");
    let at = text.find(&lead)? + lead.len() - "Some(".len();
    let end = text[at..].find(';')?;
    Some(text[at..at + end].trim().to_owned())
}

/// Whether the `impl` around a byte is one of this type.
fn implements(context: &Context<'_>, at: u32, owner: &str) -> bool {
    let path = &context.request.file.path;
    let nodes = context.host.ancestors(path, at, at).unwrap_or_default();
    let Some(item) = tree::find(&nodes, &["impl_item"]) else {
        return false;
    };
    let head = context.slice(tree::range(item)).split('{').next();
    let of = head
        .unwrap_or_default()
        .rsplit(" for ")
        .next()
        .unwrap_or_default();
    of.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| word == owner)
}

/// The byte range between a struct's braces, in its own file.
fn field_list(context: &Context<'_>, declared: &Symbol) -> Option<std::ops::Range<usize>> {
    let query = "(struct_item body: (field_declaration_list) @list) @item";
    let found = context.host.query(&declared.path, query).ok()?;
    found.iter().find_map(|item| {
        let part = |name: &str| item.captures.iter().find(|c| c.name == name);
        let (whole, list) = (part("item")?, part("list")?);
        let inside = whole.start <= declared.start && declared.start < whole.end;
        inside.then(|| list.start as usize + 1..list.end as usize - 1)
    })
}

/// Where the field goes, and its indentation: after the field that comes before
/// it in the initialiser, or else at the end.
fn place(
    text: &str,
    list: std::ops::Range<usize>,
    before: Option<&str>,
) -> Option<(usize, String)> {
    let body = text.get(list.clone())?;
    if !body.contains('\n') {
        return None;
    }
    let mut last = None;
    let mut after = None;
    let mut offset = list.start;
    for line in body.split_inclusive('\n') {
        let content = line.trim();
        let name = content
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub ")
            .split(':')
            .next()
            .unwrap_or_default();
        if content.ends_with(',') && content.contains(':') && !content.starts_with('/') {
            let indent = line[..line.len() - line.trim_start().len()].to_owned();
            last = Some((offset + line.trim_end().len(), indent));
            if Some(name) == before {
                after.clone_from(&last);
            }
        }
        offset += line.len();
    }
    after.or(last)
}
