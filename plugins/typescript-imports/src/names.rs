//! `Cannot find name 'x'.`

use crate::{
    candidates::{Candidate, Need, candidates, offers},
    declare,
    exported::near,
};
use buildfix_sdk::{Diagnostic, Fix, Response, edit};
use buildfix_typescript_syntax::{
    Context,
    context::between,
    imports::{self, Import},
    modules::resolve,
    spelling,
    style::word_at,
};
use oxc_ast::{
    AstKind,
    ast::{ImportDeclarationSpecifier, Statement},
};
use oxc_span::GetSpan;
use std::collections::BTreeMap;

/// Every way to answer the diagnostics: first one fix for all names whose best
/// way is an import, then each name's ways by themselves.
pub fn missing(context: &Context, diagnostics: &[Diagnostic], response: &mut Response) {
    let mut known: BTreeMap<(String, bool), Vec<Candidate>> = BTreeMap::new();
    let mut best: Vec<(u32, Import)> = Vec::new();
    let mut single: Vec<Fix> = Vec::new();
    for diagnostic in diagnostics {
        let mut fixes = Vec::new();
        let at = diagnostic.span.start;
        // Of a JSX tag, the message alone tells what it needs.
        let name = match diagnostic.code.as_str() {
            "TS2686" | "TS2874" => between(&diagnostic.message, "'", "'")
                .unwrap_or_default()
                .to_owned(),
            _ => word_at(context.text(), at).to_owned(),
        };
        if name.is_empty() {
            response.note(diagnostic, "no name stands at this place");
            continue;
        }
        // Imported already, but for a slip: a second import would keep the first
        // one's error.
        if let Some(fix) = misspelt_import(context, diagnostic, &name) {
            single.push(fix);
            continue;
        }
        // What the compiler itself suggests is nearer than a new variable.
        let spelling = spelling::did_you_mean(context, diagnostic);
        if spelling.is_none()
            && let Some(own) = declare::missing_const(context, diagnostic)
        {
            fixes.extend(own);
        }
        let declares = !fixes.is_empty();
        let need = need(context, at);
        let in_comment = in_comment(context, at);
        let ways = known
            .entry((name.clone(), need == Need::Type))
            .or_insert_with(|| candidates(context, &name, need));
        for (index, way) in ways.iter().enumerate() {
            match way {
                Candidate::Qualify(namespace) => {
                    let title = format!("change '{name}' to '{namespace}.{name}'");
                    fixes.push(context.verified(diagnostic, title).insert(
                        context.file,
                        at,
                        format!("{namespace}."),
                    ));
                }
                Candidate::Import(import) if in_comment => {
                    let text = format!("import(\"{}\").", import.specifier);
                    fixes.push(
                        context
                            .verified(diagnostic, format!("change '{name}' to '{text}{name}'"))
                            .insert(context.file, at, text),
                    );
                }
                Candidate::Import(import) => {
                    if index == 0 && !declares {
                        best.push((diagnostic.id, import.clone()));
                    }
                    fixes.extend(import_fix(
                        context,
                        diagnostic,
                        std::slice::from_ref(import),
                    ));
                }
            }
        }
        fixes.extend(spelling.into_iter().flatten().map(|mut fix| {
            if need == Need::Value && is_class_for_value(context, at, &name, &fix) {
                fix.applicability = "suggest".to_owned();
            }
            fix
        }));
        if let Some(own) = declare::missing_function(context, diagnostic) {
            fixes.extend(own);
        }
        if fixes.is_empty() {
            response.note(
                diagnostic,
                format!("nothing that can be imported is called '{name}'"),
            );
        }
        single.extend(fixes);
    }
    if best.len() > 1
        && let Some(fix) = together(context, &best)
    {
        response.fixes.push(fix);
    }
    response.fixes.extend(single);
}

/// Whether `request` would become `Request`, a class, where a value is read:
/// that compiles more often than it is meant.
fn is_class_for_value(context: &Context, at: u32, name: &str, fix: &Fix) -> bool {
    let text = context.text();
    let [edit] = fix.edits.as_slice() else {
        return false;
    };
    let capital = edit.text != name
        && edit.text.eq_ignore_ascii_case(name)
        && edit.text.starts_with(|c: char| c.is_ascii_uppercase());
    let behind = text[at as usize + name.len()..].trim_start();
    let before = text[..at as usize].trim_end();
    capital
        && !behind.starts_with(['.', '(', '<', '`', '['])
        && !["new", "instanceof", "extends"]
            .iter()
            .any(|word| before.ends_with(word))
}

/// Corrects an import of nearly this name from a module that has this one and
/// not that one.
fn misspelt_import(context: &Context, diagnostic: &Diagnostic, name: &str) -> Option<Fix> {
    let source = context.source()?;
    for statement in &source.program.body {
        let Statement::ImportDeclaration(import) = statement else {
            continue;
        };
        for specifier in import.specifiers.iter().flatten() {
            let ImportDeclarationSpecifier::ImportSpecifier(specifier) = specifier else {
                continue;
            };
            let imported = specifier.imported.name();
            if specifier.local.name != imported || !near(&imported, name) {
                continue;
            }
            let Some(file) = resolve(context.project, &source.path, &import.source.value) else {
                continue;
            };
            if offers(context, &file, &imported, 0).is_none()
                && offers(context, &file, name, 0).is_some()
            {
                let span = specifier.imported.span();
                let fix = context.verified(diagnostic, format!("change spelling to '{name}'"));
                return Some(fix.replace(context.file, span.start..span.end, name));
            }
        }
    }
    None
}

/// One fix for several names, so that they share statements and braces.
fn together(context: &Context, best: &[(u32, Import)]) -> Option<Fix> {
    let mut wanted: Vec<Import> = best.iter().map(|(_, import)| import.clone()).collect();
    wanted.sort();
    wanted.dedup();
    // The same name as a value and as a type is one name.
    let values: Vec<Import> = wanted
        .iter()
        .filter(|import| !import.type_only)
        .cloned()
        .collect();
    wanted.retain(|import| {
        !import.type_only
            || !values
                .iter()
                .any(|value| value.specifier == import.specifier && value.want == import.want)
    });
    let edits = edits(context, &wanted)?;
    let mut fix = Fix {
        answers: best.iter().map(|(id, _)| *id).collect(),
        title: "add missing imports".to_owned(),
        applicability: "verified".to_owned(),
        edits,
        files: Vec::new(),
        options: Vec::new(),
    };
    fix.answers.sort_unstable();
    fix.answers.dedup();
    Some(fix)
}

fn edits(context: &Context, wanted: &[Import]) -> Option<Vec<buildfix_sdk::TextEdit>> {
    let source = context.source()?;
    Some(imports::add(source, context.file, &context.config, wanted))
}

fn import_fix(context: &Context, diagnostic: &Diagnostic, wanted: &[Import]) -> Option<Fix> {
    let specifier = &wanted.first()?.specifier;
    let mut fix = edit::fix(
        diagnostic,
        format!("add import from '{specifier}'"),
        "verified",
    );
    fix.edits = edits(context, wanted)?;
    Some(fix)
}

/// What the name at a byte is needed for.
fn need(context: &Context, at: u32) -> Need {
    if in_comment(context, at) {
        return Need::Type;
    }
    let Some(source) = context.source() else {
        return Need::Value;
    };
    for kind in source.around(at) {
        match kind {
            AstKind::TSTypeReference(_)
            | AstKind::TSInterfaceHeritage(_)
            | AstKind::TSClassImplements(_) => return Need::Type,
            AstKind::IdentifierReference(_) | AstKind::TSQualifiedName(_) => {}
            _ => return Need::Value,
        }
    }
    Need::Value
}

/// Whether a byte lies in a comment: there, JavaScript keeps its types.
fn in_comment(context: &Context, at: u32) -> bool {
    context
        .source()
        .is_some_and(|source| source.semantic.is_inside_comment(at))
}
