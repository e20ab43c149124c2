//! E0432 and E0433: paths to modules that exist and are not declared, and to
//! items of the crate without `crate::`.

use crate::{Context, tree};
use buildfix_sdk::{Diagnostic, Fix};

/// What an unresolved path may have meant.
pub fn unresolved(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let mut fixes = Vec::new();
    for path in &diagnostic.arguments {
        fixes.extend(undeclared(context, diagnostic, path));
    }
    fixes.extend(crate_path(context, diagnostic));
    fixes
}

/// A file of the module's folder that no `mod` names.
fn undeclared(context: &Context<'_>, diagnostic: &Diagnostic, path: &str) -> Option<Fix> {
    let name = path
        .trim_start_matches("self::")
        .trim_start_matches("crate::")
        .split("::")
        .next()?;
    let root = matches!(
        context.request.file.path.rsplit('/').next()?,
        "lib.rs" | "main.rs"
    );
    if path.starts_with("crate::") && !root {
        return None;
    }
    let folder = module_folder(&context.request.file.path);
    let exists = [
        format!("{folder}{name}.rs"),
        format!("{folder}{name}/mod.rs"),
    ]
    .iter()
    .any(|file| {
        context
            .host
            .list_files(file)
            .is_ok_and(|found| !found.is_empty())
    });
    let text = context.text();
    if !exists || text.contains(&format!("mod {name};")) {
        return None;
    }
    let others: Vec<usize> = text
        .match_indices("\nmod ")
        .chain(text.match_indices("\npub mod "))
        .map(|(at, _)| at + 1)
        .filter(|at| {
            text[*at..]
                .lines()
                .next()
                .is_some_and(|line| line.trim_end().ends_with(';'))
        })
        .collect();
    let at = others.into_iter().max().map_or_else(
        || first_item(text),
        |last| last + text[last..].find('\n').map_or(text.len() - last, |n| n + 1),
    );
    Some(context.insert(
        diagnostic,
        format!("declare the module `{name}`"),
        at,
        format!("mod {name};\n"),
    ))
}

/// The folder in which a file's submodules are.
fn module_folder(file: &str) -> String {
    let (folder, name) = file.rsplit_once('/').map_or(("", file), |(f, n)| (f, n));
    let folder = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    match name {
        "lib.rs" | "main.rs" | "mod.rs" => folder,
        _ => format!("{folder}{}/", name.trim_end_matches(".rs")),
    }
}

/// Past the inner attributes, comments and imports at a file's start.
fn first_item(text: &str) -> usize {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let opening = content.is_empty()
            || content.starts_with("//")
            || content.starts_with("#![")
            || content.starts_with("extern crate")
            || content.starts_with("#[macro_use]");
        if !opening {
            break;
        }
        at += line.len();
    }
    at
}

/// `use {A, B};` and `use a::B;` of what the crate's root declares.
fn crate_path(context: &Context<'_>, diagnostic: &Diagnostic) -> Option<Fix> {
    let nodes = context.around(diagnostic);
    let import = tree::find(&nodes, &["use_declaration"])?;
    let range = tree::range(import);
    let text = context.slice(range.clone());
    let path = text.find("use ")? + 4;
    let first: String = text[path..]
        .trim_start_matches(['{', ' ', '\n'])
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if matches!(
        first.as_str(),
        "crate" | "self" | "super" | "std" | "core" | "alloc" | ""
    ) {
        return None;
    }
    let declared = context
        .host
        .find("rust", &first)
        .into_iter()
        .any(|symbol| !symbol.path.is_empty());
    declared.then(|| {
        context.insert(
            diagnostic,
            "import it from the crate's root",
            range.start + path,
            "crate::",
        )
    })
}
