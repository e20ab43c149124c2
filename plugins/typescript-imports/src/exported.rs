//! What is wrong with an import that is there: the name is not exported, or
//! under another form; the module is called otherwise.

use crate::candidates::parsed;
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::{between, range},
    modules::{exports, folder, join, resolve, specifiers},
    style::{quote, semicolon, word_at},
};
use oxc_ast::{
    AstKind,
    ast::{ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind, Statement},
};
use oxc_span::{GetSpan, Span};

/// `Module '"./a"' declares 'x' locally, but it is not exported.`
pub fn export_it(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let (module, name) = module_and_name(context, diagnostic)?;
    let path = resolve(context.project, &context.file.path, &module)?;
    export_in(context, diagnostic, &path, &name).map(|fix| vec![fix])
}

/// The module that an import at the diagnostic names, and the name in it.
fn module_and_name(context: &Context, diagnostic: &Diagnostic) -> Option<(String, String)> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let module = source.enclosing(at, |kind| match kind {
        AstKind::ImportDeclaration(import) => Some(import.source.value.to_string()),
        AstKind::ExportFromDeclaration(export) => Some(export.source.value.to_string()),
        _ => None,
    })?;
    Some((module, word_at(context.text(), at).to_owned()))
}

fn export_in(context: &Context, diagnostic: &Diagnostic, path: &str, name: &str) -> Option<Fix> {
    if path.contains("node_modules/") {
        return None;
    }
    let source = parsed(context, path)?;
    let file = context.other(path)?;
    let fix = context.verified(diagnostic, format!("export '{name}' from '{path}'"));
    // A list of exports that is there takes it.
    let list = source
        .program
        .body
        .iter()
        .rev()
        .find_map(|statement| match statement {
            Statement::ExportNamedDeclaration(export)
                if export.export_kind == ImportOrExportKind::Value =>
            {
                Some(export)
            }
            _ => None,
        });
    if let Some(list) = list {
        return Some(match list.specifiers.last() {
            Some(last) => fix.insert(&file, last.span.end, format!(", {name}")),
            None => {
                let open = source.slice(list.span).find('{')? as u32 + list.span.start;
                let close = source.slice(list.span).find('}')? as u32 + list.span.start;
                fix.replace(&file, open..close + 1, format!("{{ {name} }}"))
            }
        });
    }
    for statement in &source.program.body {
        let declared = match statement {
            Statement::VariableDeclaration(variables) => {
                let own = variables.declarations.iter().any(|declarator| {
                    declarator
                        .id
                        .get_binding_identifiers()
                        .iter()
                        .any(|id| id.name == name)
                });
                if own && variables.declarations.len() > 1 {
                    let end = source.text.trim_end().len() as u32;
                    return Some(fix.insert(
                        &file,
                        end,
                        format!("\n\nexport {{ {name} }}{}", semicolon(&source)),
                    ));
                }
                own
            }
            other => other
                .as_declaration()
                .and_then(|declaration| declaration.id())
                .is_some_and(|id| id.name == name),
        };
        if declared {
            return Some(fix.insert(&file, statement.span().start, "export "));
        }
    }
    None
}

/// `Module '"./a"' has no exported member 'x'.`
pub fn no_such_export(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let (module, name) = module_and_name(context, diagnostic)?;
    let path = resolve(context.project, &context.file.path, &module)?;
    let source = parsed(context, &path)?;
    let all = exports(&source);
    let mut fixes = Vec::new();
    fixes.extend(export_in(context, diagnostic, &path, &name));
    // The module that it re-exports from may hide it.
    for star in &all.stars {
        if let Some(inner) = resolve(context.project, &path, star) {
            fixes.extend(export_in(context, diagnostic, &inner, &name));
        }
    }
    let own = context.source()?;
    if all
        .names
        .iter()
        .any(|export| export.name == "default" && export.local.as_deref() == Some(&*name))
    {
        let import = import_at(own, diagnostic.span.start)?;
        fixes.extend(as_default(context, own, diagnostic, import, &name));
    }
    // It may live in another module.
    for candidate in crate::candidates::candidates(context, &name, crate::candidates::Need::Type) {
        let crate::candidates::Candidate::Import(found) = candidate else {
            continue;
        };
        let Some(import) = import_at(own, diagnostic.span.start) else {
            break;
        };
        let specifiers = import.specifiers.as_ref()?;
        if specifiers.len() == 1
            && found.specifier != module
            && matches!(
                found.want,
                buildfix_typescript_syntax::imports::Want::Named(_)
            )
        {
            let mark = quote(own);
            fixes.push(
                context
                    .verified(
                        diagnostic,
                        format!("import '{name}' from '{}'", found.specifier),
                    )
                    .replace(
                        context.file,
                        range(import.source.span),
                        format!("{mark}{}{mark}", found.specifier),
                    ),
            );
        }
    }
    Some(fixes)
}

fn import_at<'a>(source: &Source<'a>, at: u32) -> Option<&'a ImportDeclaration<'a>> {
    source.enclosing(at, |kind| match kind {
        AstKind::ImportDeclaration(import) => Some(import),
        _ => None,
    })
}

/// Did you mean to use `import x from "./a"` (or `import { x } from "./a"`)
/// instead?
pub fn other_form(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let import = import_at(source, at)?;
    let message = &diagnostic.message;
    let wanted = between(message, "'import ", " from ")
        .or_else(|| between(message, "using 'import ", " from "));
    let name = word_at(context.text(), at);
    let braced = wanted.map_or(diagnostic.code == "TS2613", |wanted| {
        wanted.trim_start().starts_with('{')
    });
    if braced {
        let specifiers = import.specifiers.as_ref()?;
        let first = specifiers.first()?;
        if specifiers.len() > 1 {
            // `import d, { a }`: the name moves into the braces.
            let ImportDeclarationSpecifier::ImportDefaultSpecifier(_) = first else {
                return None;
            };
            let open = source.slice(import.span).find('{')? as u32 + import.span.start + 1;
            let fix = context.verified(diagnostic, format!("import '{name}' by name"));
            return Some(vec![fix.replace(
                context.file,
                first.span().start..open,
                format!("{{ {name},"),
            )]);
        }
        let fix = context.verified(diagnostic, format!("import '{name}' by name"));
        return Some(vec![fix.replace(
            context.file,
            range(first.span()),
            format!("{{ {name} }}"),
        )]);
    }
    Some(
        as_default(context, source, diagnostic, import, name)
            .into_iter()
            .collect(),
    )
}

/// Turns `{ name }` into a default import.
fn as_default(
    context: &Context,
    source: &Source,
    diagnostic: &Diagnostic,
    import: &ImportDeclaration,
    name: &str,
) -> Option<Fix> {
    let specifiers = import.specifiers.as_ref()?;
    let own = specifiers.iter().find(|specifier| {
        specifier.span().start <= diagnostic.span.start
            && diagnostic.span.start < specifier.span().end
    })?;
    let local = own.local().name.as_str();
    let clause = source.slice(import.span);
    let open = clause.find('{')? as u32 + import.span.start;
    let close = clause.find('}')? as u32 + import.span.start + 1;
    let others: Vec<&str> = specifiers
        .iter()
        .filter(|specifier| specifier.span() != own.span())
        .map(|specifier| source.slice(specifier.span()))
        .collect();
    let text = if others.is_empty() {
        local.to_owned()
    } else {
        format!("{local}, {{ {} }}", others.join(", "))
    };
    Some(
        context
            .verified(diagnostic, format!("import '{name}' as the default export"))
            .replace(context.file, open..close, text),
    )
}

/// `'x' cannot be used as a value because it was imported using 'import type'.`
pub fn not_only_type(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let name = word_at(context.text(), diagnostic.span.start);
    let symbol = source.top(name)?;
    let node = source.declarations(symbol).into_iter().next()?;
    let mut specifier: Option<(Span, ImportOrExportKind)> = None;
    if let AstKind::ImportSpecifier(own) = node.kind() {
        specifier = Some((own.span, own.import_kind));
    }
    let import = source
        .semantic
        .nodes()
        .ancestor_kinds(node.id())
        .find_map(|kind| match kind {
            AstKind::ImportDeclaration(import) => Some(import),
            _ => None,
        })?;
    let fix = context.verified(diagnostic, format!("remove 'type' from import of '{name}'"));
    if let Some((span, ImportOrExportKind::Type)) = specifier {
        let rest = source.slice(span).strip_prefix("type")?;
        let end = span.start + 4 + (rest.len() - rest.trim_start().len()) as u32;
        return Some(vec![fix.replace(context.file, span.start..end, "")]);
    }
    if import.import_kind != ImportOrExportKind::Type {
        return None;
    }
    let keyword = import.span.start + "import".len() as u32;
    let at = source.text[keyword as usize..].find("type")? as u32 + keyword;
    let end = buildfix_typescript_syntax::style::skip_blank(source.text, at + 4);
    let mut fix = fix.replace(context.file, at..end, "");
    // The others stay types where that matters.
    if context.config.verbatim {
        for other in import.specifiers.iter().flatten() {
            if let ImportDeclarationSpecifier::ImportSpecifier(other) = other
                && other.local.name != name
            {
                fix = fix.insert(context.file, other.span.start, "type ");
            }
        }
    }
    Some(vec![fix])
}

/// `Cannot find module './b'`, `Relative import paths need explicit file
/// extensions`, `An import path can only end with a '.ts' extension when …`.
pub fn other_specifier(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let (span, written) = source.starting_at(at, |kind| match kind {
        AstKind::StringLiteral(literal) => Some((literal.span, literal.value.to_string())),
        _ => None,
    })?;
    let mark = &source.slice(span)[..1];
    let replace = |text: &str| {
        context
            .verified(diagnostic, format!("change module specifier to '{text}'"))
            .replace(context.file, range(span), format!("{mark}{text}{mark}"))
    };
    if written.is_empty() {
        let import = source.enclosing(at, |kind| match kind {
            AstKind::ImportDeclaration(import) => Some(import.span),
            AstKind::TSImportEqualsDeclaration(import) => Some(import.span),
            _ => None,
        })?;
        let whole = buildfix_typescript_syntax::style::whole_lines(source.text, import);
        return Some(vec![
            context
                .verified(diagnostic, "remove import from ''")
                .replace(context.file, range(whole), ""),
        ]);
    }
    if let Some(wanted) = between(&diagnostic.message, "Did you mean '", "'?") {
        return Some(vec![replace(wanted)]);
    }
    if diagnostic.code == "TS5097" {
        let (stem, ending) = written.rsplit_once('.')?;
        let js = match ending {
            "mts" => ".mjs",
            "cts" => ".cjs",
            _ if context.config.resolution.starts_with("node1")
                || context.config.resolution == "nodenext" =>
            {
                ".js"
            }
            _ => "",
        };
        return Some(vec![replace(&format!("{stem}{js}"))]);
    }
    if !written.starts_with('.') {
        return None;
    }
    if let Some(path) = join(folder(&source.path), &written).and_then(|path| {
        resolve(context.project, &source.path, &format!("./{path}")).or(Some(path))
    }) && context.project.exists(&path)
    {
        let better = specifiers(context.project, &source.path, &path, &context.config);
        return Some(
            better
                .into_iter()
                .map(|specifier| replace(&specifier.text))
                .collect(),
        );
    }
    // A file of this name somewhere else, or of nearly this name here.
    let base = written.rsplit('/').next()?;
    let base = buildfix_typescript_syntax::modules::without_ending(base);
    let mut found = Vec::new();
    let mut paths = context
        .project
        .host
        .list_files(&format!("**/{base}.*"))
        .unwrap_or_default();
    paths.extend(
        context
            .project
            .host
            .list_files(&format!("**/{base}/index.*"))
            .unwrap_or_default(),
    );
    if paths.is_empty() {
        let here = join(folder(&source.path), folder(&written)).unwrap_or_default();
        let glob = if here.is_empty() {
            "*".to_owned()
        } else {
            format!("{here}/*")
        };
        for path in context.project.host.list_files(&glob).unwrap_or_default() {
            let stem = buildfix_typescript_syntax::modules::without_ending(&path);
            let name = stem.rsplit('/').next().unwrap_or(stem);
            if near(name, base) {
                paths.push(path);
            }
        }
    }
    for path in paths {
        let stem = buildfix_typescript_syntax::modules::without_ending(&path);
        if stem == path || path == source.path {
            continue;
        }
        let better = specifiers(context.project, &source.path, &path, &context.config);
        found.extend(
            better
                .into_iter()
                .filter(|specifier| specifier.relative)
                .map(|specifier| replace(&specifier.text)),
        );
    }
    Some(found)
}

/// Whether two names differ in case, or in one letter of at least four.
pub(crate) fn near(a: &str, b: &str) -> bool {
    if a.eq_ignore_ascii_case(b) {
        return true;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().min(b.len()) < 4 || a.len().abs_diff(b.len()) > 1 {
        return false;
    }
    let front = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let back = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let longest = a.len().max(b.len());
    // One letter put in, left out or replaced, or two neighbours swapped.
    front + back + 1 >= longest
        || (a.len() == b.len()
            && front + back + 2 == longest
            && a[front] == b[front + 1]
            && a[front + 1] == b[front])
}
