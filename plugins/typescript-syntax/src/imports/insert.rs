//! Names that fit into an import which is there already.

use super::{Edit, Import, Want, declarations, is_type, marks_types, named, sort_key};
use crate::{
    Source,
    modules::Config,
    style::{first_on_line, indentation},
};
use oxc_ast::ast::{ImportDeclaration, ImportDeclarationSpecifier};
use oxc_span::{GetSpan, Span};

/// Adds what fits to the file's imports of a module and returns the rest.
pub(super) fn into_existing<'i>(
    source: &Source,
    config: &Config,
    specifier: &str,
    wanted: &[&'i Import],
    edits: &mut Vec<Edit>,
) -> Vec<&'i Import> {
    let own: Vec<&ImportDeclaration> = declarations(source)
        .filter(|import| import.source.value == specifier)
        .collect();
    let mut rest = wanted.to_vec();
    for import in &own {
        let types = rest.iter().all(|want| want.type_only);
        if is_type(import) && !types || import.specifiers.is_none() || rest.is_empty() {
            continue;
        }
        let specifiers = import
            .specifiers
            .as_ref()
            .map_or(&[][..], |list| list.as_slice());
        let has_namespace = specifiers
            .iter()
            .any(|one| matches!(one, ImportDeclarationSpecifier::ImportNamespaceSpecifier(_)));
        let has_default = specifiers
            .iter()
            .any(|one| matches!(one, ImportDeclarationSpecifier::ImportDefaultSpecifier(_)));
        let mut names = Vec::new();
        let mut default = None;
        rest.retain(|want| match &want.want {
            Want::Named(name) if !(has_namespace || is_type(import) && has_default) => {
                names.push((name.clone(), want.type_only));
                false
            }
            Want::Default(name) if !has_default && !is_type(import) && default.is_none() => {
                default = Some(name.clone());
                false
            }
            _ => true,
        });
        names.sort_by_key(|(name, _)| sort_key(name));
        add(source, config, import, default.as_deref(), &names, edits);
    }
    rest
}

fn add(
    source: &Source,
    config: &Config,
    import: &ImportDeclaration,
    default: Option<&str>,
    names: &[(String, bool)],
    edits: &mut Vec<Edit>,
) {
    let text = source.text;
    let marked = |name: &str, type_only: bool| {
        if type_only && !is_type(import) && marks_types(config) {
            format!("type {name}")
        } else {
            name.to_owned()
        }
    };
    let specifiers = import
        .specifiers
        .as_ref()
        .map_or(&[][..], |list| list.as_slice());
    let existing = named(import);
    let head = import.span.start + "import".len() as u32;
    // `import { } from`, and `import d from` without braces.
    if existing.is_empty() {
        let list: Vec<String> = names
            .iter()
            .map(|(name, types)| marked(name, *types))
            .collect();
        let braces = format!("{{ {} }}", list.join(", "));
        let clause = &text[head as usize..import.source.span.start as usize];
        if let (Some(open), Some(close)) = (clause.find('{'), clause.find('}')) {
            let mut new = default.map(|name| format!("{name}, ")).unwrap_or_default();
            new.push_str(if list.is_empty() { "{ }" } else { &braces });
            let span = Span::new(head + open as u32, head + close as u32 + 1);
            edits.push(Edit {
                span,
                text: new,
                set: false,
            });
            return;
        }
        if !list.is_empty()
            && let Some(last) = specifiers.last()
        {
            let end = last.span().end;
            edits.push(Edit {
                span: Span::new(end, end),
                text: format!(", {braces}"),
                set: false,
            });
        }
    }
    if let Some(default) = default {
        let at = specifiers.first().map_or(head, |first| match first {
            ImportDeclarationSpecifier::ImportSpecifier(_) => text[head as usize..]
                .find('{')
                .map_or(head, |open| head + open as u32),
            other => text[..other.span().start as usize].trim_end().len() as u32 + 1,
        });
        edits.push(Edit {
            span: Span::new(at, at),
            text: format!("{default}, "),
            set: false,
        });
    }
    if existing.is_empty() {
        return;
    }
    let keys: Vec<_> = existing
        .iter()
        .map(|one| sort_key(&one.imported.name()))
        .collect();
    let sorted = keys.is_sorted();
    let last = existing.len();
    // Names that go to one place go there in one edit.
    let mut groups: Vec<(usize, Vec<String>)> = Vec::new();
    for (name, types) in names {
        let key = sort_key(name);
        let index = if sorted {
            keys.iter().position(|other| *other > key).unwrap_or(last)
        } else {
            last
        };
        let name = marked(name, *types);
        match groups.iter_mut().find(|(at, _)| *at == index) {
            Some((_, group)) => group.push(name),
            None => groups.push((index, vec![name])),
        }
    }
    for (index, group) in groups {
        if index < last {
            let at = existing[index].span.start;
            let separator = if first_on_line(text, at) {
                format!(",\n{}", indentation(text, at))
            } else {
                ", ".to_owned()
            };
            let new = group
                .iter()
                .map(|name| format!("{name}{separator}"))
                .collect();
            edits.push(Edit {
                span: Span::new(at, at),
                text: new,
                set: false,
            });
        } else {
            let before = existing[last - 1].span;
            let separator = if first_on_line(text, before.start) {
                format!(",\n{}", indentation(text, before.start))
            } else {
                ", ".to_owned()
            };
            let new = group
                .iter()
                .map(|name| format!("{separator}{name}"))
                .collect();
            edits.push(Edit {
                span: Span::new(before.end, before.end),
                text: new,
                set: false,
            });
        }
    }
}
