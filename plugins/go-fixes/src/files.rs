//! A file's package clause.

use crate::context::Context;
use buildfix_go_syntax::parse::parse;
use buildfix_go_syntax::project::folder;
use buildfix_sdk::{Diagnostic, Fix};

/// `expected 'package', found 'func'`: what the files beside it say, or `main`
/// where the file has a `main`, or the folder's name.
pub fn package_clause(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    // The rest has to be Go, or the clause is not what is missing.
    if parse(&format!("package p\n{text}")).errors > 0 {
        return None;
    }
    let host = context.project.host();
    let own = folder(&context.file.path);
    let mut names: Vec<String> = host
        .list_files(&format!("{own}*.go"))
        .unwrap_or_default()
        .into_iter()
        .filter(|path| *path != context.file.path)
        .filter_map(|path| host.read_file(&path).ok())
        .map(|text| parse(&text).package.name)
        .filter(|name| !name.is_empty())
        .collect();
    names.sort();
    let has_main = parse(&format!("package p\n{text}"))
        .funcs()
        .any(|func| func.name.name == "main" && func.receiver.is_none());
    let name = match names.first() {
        Some(name) => name.clone(),
        None if has_main => "main".to_owned(),
        None => {
            let path = context.project.path_of(own);
            let name = buildfix_go_syntax::project::guessed_name(&path);
            let good = name.chars().next().is_some_and(char::is_alphabetic);
            if good { name } else { "main".to_owned() }
        }
    };
    let at = Context::at(diagnostic);
    let at = context.line_start(at);
    let fix = context.verified(diagnostic, format!("add `package {name}`"));
    Some(vec![context.insert(fix, at, format!("package {name}\n\n"))])
}
