//! Indentation, quotes and semicolons: new code looks like its neighbours.

use crate::Source;
use oxc_ast::{AstKind, ast::Statement};
use oxc_span::{GetSpan, Span};

/// One level, where a file gives no other: the TypeScript formatter's default.
pub const INDENT: &str = "    ";

/// Where the line of a byte begins.
#[must_use]
pub fn line_start(text: &str, at: u32) -> u32 {
    text[..at as usize]
        .rfind('\n')
        .map_or(0, |newline| newline + 1) as u32
}

/// Where the line of a byte ends, its line end not included.
#[must_use]
pub fn line_end(text: &str, at: u32) -> u32 {
    text[at as usize..].find('\n').map_or(text.len(), |offset| {
        let end = at as usize + offset;
        if text[..end].ends_with('\r') {
            end - 1
        } else {
            end
        }
    }) as u32
}

/// The blank space that the line of a byte begins with.
#[must_use]
pub fn indentation(text: &str, at: u32) -> &str {
    let line = &text[line_start(text, at) as usize..];
    let end = line
        .find(|c: char| c != ' ' && c != '\t')
        .unwrap_or(line.len());
    &line[..end]
}

/// Whether nothing but blank space stands before a byte on its line.
#[must_use]
pub fn first_on_line(text: &str, at: u32) -> bool {
    text[line_start(text, at) as usize..at as usize]
        .trim()
        .is_empty()
}

/// The first byte at or after `at` that is not blank space.
#[must_use]
pub fn skip_blank(text: &str, at: u32) -> u32 {
    let rest = &text[at as usize..];
    at + (rest.len() - rest.trim_start().len()) as u32
}

/// The first byte at or after `at` that is neither blank space nor comment.
#[must_use]
pub fn skip_trivia(text: &str, mut at: u32) -> u32 {
    loop {
        at = skip_blank(text, at);
        let rest = &text[at as usize..];
        if rest.starts_with("//") {
            at = line_end(text, at);
        } else if rest.starts_with("/*") {
            at = rest
                .find("*/")
                .map_or(text.len() as u32, |end| at + end as u32 + 2);
        } else {
            return at;
        }
    }
}

/// The identifier that begins at a byte, `#` included.
#[must_use]
pub fn word_at(text: &str, at: u32) -> &str {
    let Some(rest) = text.get(at as usize..) else {
        return "";
    };
    let end = rest
        .char_indices()
        .find(|(index, c)| {
            !(c.is_alphanumeric() || matches!(c, '_' | '$') || *index == 0 && *c == '#')
        })
        .map_or(rest.len(), |(index, _)| index);
    &rest[..end]
}

/// Whether a text is an identifier.
#[must_use]
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$'))
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
}

/// The quotation mark of the file's first import or re-export; `"` without one.
#[must_use]
pub fn quote(source: &Source) -> char {
    let mut first = None;
    for node in source.semantic.nodes().iter() {
        let span = match node.kind() {
            AstKind::ImportDeclaration(import) => import.source.span,
            AstKind::ExportFromDeclaration(export) => export.source.span,
            AstKind::ExportAllDeclaration(export) => export.source.span,
            AstKind::TSExternalModuleReference(reference) => reference.expression.span,
            AstKind::CallExpression(call) => match call.common_js_require() {
                Some(literal) => literal.span,
                None => continue,
            },
            _ => continue,
        };
        if first.is_none_or(|known: Span| span.start < known.start) {
            first = Some(span);
        }
    }
    match first.map(|span| source.slice(span)) {
        Some(literal) if literal.starts_with('\'') => '\'',
        _ => '"',
    }
}

/// Whether statements of the file end in semicolons, so far as can be told:
/// when in doubt, they do.
#[must_use]
pub fn semicolons(source: &Source) -> bool {
    let (mut with, mut without) = (0, 0);
    for node in source.semantic.nodes().iter() {
        let span = match node.kind() {
            AstKind::ExpressionStatement(_)
            | AstKind::ReturnStatement(_)
            | AstKind::ImportDeclaration(_)
            | AstKind::ExportFromDeclaration(_)
            | AstKind::ExportAllDeclaration(_)
            | AstKind::TSExportAssignment(_)
            | AstKind::TSImportEqualsDeclaration(_)
            | AstKind::TSTypeAliasDeclaration(_)
            | AstKind::PropertyDefinition(_)
            | AstKind::ThrowStatement(_) => node.kind().span(),
            AstKind::VariableDeclaration(declaration)
                if !matches!(
                    source.semantic.nodes().parent_kind(node.id()),
                    AstKind::ForStatement(_)
                        | AstKind::ForInStatement(_)
                        | AstKind::ForOfStatement(_)
                ) =>
            {
                declaration.span
            }
            _ => continue,
        };
        let rest = source.text[span.end as usize..].trim_start_matches([' ', '\t']);
        if source.slice(span).ends_with(';') || rest.starts_with(';') {
            with += 1;
        } else if rest.is_empty() || rest.starts_with(['\r', '\n', '/']) {
            without += 1;
        }
        if with + without >= 5 {
            break;
        }
    }
    if with == 0 && without <= 1 {
        true
    } else {
        with * 5 > without
    }
}

/// `;` or nothing, as the file has it.
#[must_use]
pub fn semicolon(source: &Source) -> &'static str {
    if semicolons(source) { ";" } else { "" }
}

/// Where a statement's text really ends: after the line's trailing blank space
/// and its line end, if it stands alone on its lines.
#[must_use]
pub fn whole_lines(text: &str, span: Span) -> Span {
    if !first_on_line(text, span.start) {
        return span;
    }
    let end = line_end(text, span.end);
    if !text[span.end as usize..end as usize].trim().is_empty() {
        return span;
    }
    let after = &text[end as usize..];
    let newline = if after.starts_with("\r\n") {
        2
    } else {
        u32::from(after.starts_with('\n'))
    };
    Span::new(line_start(text, span.start), end + newline)
}

/// The last import of a file's leading statements, if it has any import.
#[must_use]
pub fn is_import(statement: &Statement) -> bool {
    match statement {
        Statement::ImportDeclaration(_) => true,
        Statement::TSImportEqualsDeclaration(import) => {
            matches!(
                import.module_reference,
                oxc_ast::ast::TSModuleReference::ExternalModuleReference(_)
            )
        }
        _ => false,
    }
}
