//! Adding names to a file's imports, in the place and form in which
//! TypeScript's own editor support does it.

mod insert;
mod place;

use crate::{Source, modules::Config, style};
use buildfix_sdk::{SourceFile, Span as FileSpan, TextEdit};
use oxc_ast::ast::{ImportDeclaration, ImportDeclarationSpecifier, ImportOrExportKind, Statement};
use oxc_span::Span;

/// What of a module is wanted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// The default export under this name.
    Default(String),
    /// An export under its name.
    Named(String),
    /// The whole module under this name.
    Namespace(String),
    /// What the module is assigned to: `import x = require("m")`.
    Equals(String),
}

/// A name to import.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The module, as it is written.
    pub specifier: String,
    /// What of it.
    pub want: Want,
    /// Whether only its type is used.
    pub type_only: bool,
}

/// The edits that import these names.
#[must_use]
pub fn add(
    source: &Source,
    file: &SourceFile,
    config: &Config,
    imports: &[Import],
) -> Vec<TextEdit> {
    let mut imports = imports.to_vec();
    imports.sort();
    imports.dedup();
    let mut specifiers: Vec<&str> = imports
        .iter()
        .map(|import| import.specifier.as_str())
        .collect();
    specifiers.dedup();
    specifiers.sort_unstable();
    specifiers.dedup();
    let mut edits = Vec::new();
    let mut lines: Vec<place::Line> = Vec::new();
    let common_js = common_js(source, config);
    for specifier in specifiers {
        let wanted: Vec<&Import> = imports
            .iter()
            .filter(|import| import.specifier == specifier)
            .collect();
        if common_js {
            lines.push(place::require(source, specifier, &wanted));
            continue;
        }
        let rest = insert::into_existing(source, config, specifier, &wanted, &mut edits);
        lines.extend(place::lines(source, config, specifier, &rest));
    }
    edits.extend(place::insert(source, lines));
    edits
        .into_iter()
        .map(|edit| edit.into_text_edit(file))
        .collect()
}

/// One replacement, before it is tied to its file.
pub(crate) struct Edit {
    pub(crate) span: Span,
    pub(crate) text: String,
    pub(crate) set: bool,
}

impl Edit {
    fn into_text_edit(self, file: &SourceFile) -> TextEdit {
        let (start, end) = (self.span.start, self.span.end);
        let expect = file
            .text
            .get(start as usize..end as usize)
            .unwrap_or_default()
            .to_owned();
        TextEdit {
            span: FileSpan {
                path: file.path.clone(),
                start,
                end,
            },
            expect,
            text: self.text,
            merge: if self.set {
                "set".to_owned()
            } else {
                String::new()
            },
        }
    }
}

/// Whether names come in by `require` here: a JavaScript file that does so
/// already, or that a CommonJS package holds, and has no `import`.
fn common_js(source: &Source, config: &Config) -> bool {
    if !source.is_javascript() || source.path.ends_with(".mjs") {
        return false;
    }
    let mut requires = source.path.ends_with(".cjs");
    for statement in &source.program.body {
        match statement {
            Statement::ImportDeclaration(_)
            | Statement::ExportDeclaration(_)
            | Statement::ExportNamedDeclaration(_)
            | Statement::ExportFromDeclaration(_)
            | Statement::ExportDefaultDeclaration(_)
            | Statement::ExportAllDeclaration(_) => return false,
            Statement::VariableDeclaration(variables) => {
                requires |= variables.declarations.iter().any(|declarator| {
                    declarator
                        .init
                        .as_ref()
                        .is_some_and(oxc_ast::ast::Expression::is_require_call)
                });
            }
            Statement::ExpressionStatement(statement) => {
                requires |= source.slice(statement.span).starts_with("module.exports")
                    || source.slice(statement.span).starts_with("exports.");
            }
            _ => {}
        }
    }
    requires || config.module == "commonjs"
}

/// A file's import declarations, in order.
pub(crate) fn declarations<'s, 'a>(
    source: &'s Source<'a>,
) -> impl Iterator<Item = &'s ImportDeclaration<'a>> {
    source
        .program
        .body
        .iter()
        .filter_map(|statement| match statement {
            Statement::ImportDeclaration(import) => Some(&**import),
            _ => None,
        })
}

/// Whether a whole import is `import type`.
pub(crate) fn is_type(import: &ImportDeclaration) -> bool {
    import.import_kind == ImportOrExportKind::Type
}

/// The named specifiers of an import, and whether it has braces at all.
pub(crate) fn named<'s, 'a>(
    import: &'s ImportDeclaration<'a>,
) -> Vec<&'s oxc_ast::ast::ImportSpecifier<'a>> {
    import
        .specifiers
        .iter()
        .flatten()
        .filter_map(|specifier| match specifier {
            ImportDeclarationSpecifier::ImportSpecifier(specifier) => Some(&**specifier),
            _ => None,
        })
        .collect()
}

/// The order in which TypeScript keeps names.
#[must_use]
pub fn sort_key(name: &str) -> (String, String) {
    (name.to_lowercase(), name.to_owned())
}

/// Whether type-only names are marked so in this project.
pub(crate) fn marks_types(config: &Config) -> bool {
    config.verbatim
}

/// A specifier in the file's quotation marks.
pub(crate) fn quoted(source: &Source, specifier: &str) -> String {
    let quote = style::quote(source);
    format!("{quote}{specifier}{quote}")
}

#[cfg(test)]
mod tests;
