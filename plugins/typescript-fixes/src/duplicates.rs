//! Declarations that are written twice. Where both are the same, word for word,
//! one is enough.

use buildfix_sdk::{Diagnostic, Fix, edit};
use buildfix_typescript_syntax::{
    Context, Source,
    context::range,
    style::{skip_blank, whole_lines},
};
use oxc_ast::{
    AstKind,
    ast::{ObjectPropertyKind, VariableDeclaration},
};
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};

/// How many lists around a duplicate are looked through.
const LISTS: usize = 3;

/// Whether two pieces of code are the same but for blank space.
fn same(source: &Source, a: Span, b: Span) -> bool {
    let words = |span: Span| {
        source
            .slice(span)
            .trim_end_matches([',', ';'])
            .split_whitespace()
            .collect::<Vec<_>>()
    };
    words(a) == words(b)
}

/// What goes when an element of a list goes: its separator, and its lines if it
/// has them to itself.
fn element(text: &str, span: Span) -> Span {
    let after = skip_blank(text, span.end);
    let rest = text.get(after as usize..).unwrap_or_default();
    let span = if rest.starts_with([',', ';']) {
        Span::new(span.start, after + 1)
    } else {
        span
    };
    let whole = whole_lines(text, span);
    if whole != span {
        return whole;
    }
    // On a line with others, the blank space behind it goes as well.
    let rest = text.get(span.end as usize..).unwrap_or_default();
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    Span::new(span.start, span.end + blank as u32)
}

fn name_of(property: &ObjectPropertyKind) -> Option<String> {
    match property {
        ObjectPropertyKind::ObjectProperty(property) => {
            property.key.static_name().map(|name| name.to_string())
        }
        ObjectPropertyKind::SpreadProperty(_) => None,
    }
}

/// `An object literal cannot have multiple properties with the same name.`
pub fn property(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let (name, earlier, later) = source.enclosing(at, |kind| match kind {
        AstKind::ObjectExpression(object) => {
            let index = object
                .properties
                .iter()
                .position(|property| property.span().start == at)?;
            let later = object.properties.get(index)?;
            let name = name_of(later)?;
            let earlier = object
                .properties
                .iter()
                .take(index)
                .rfind(|property| name_of(property).as_ref() == Some(&name))?;
            Some((name, earlier.span(), later.span()))
        }
        _ => None,
    })?;
    if same(source, earlier, later) {
        return Some(vec![
            context
                .verified(diagnostic, format!("drop the first of two equal '{name}'"))
                .delete(context.file, range(element(source.text, earlier))),
        ]);
    }
    // Only the last one counts, but the first may be the one that was meant.
    Some(vec![
        edit::fix(
            diagnostic,
            format!("drop the first '{name}', which the second overwrites"),
            "suggest",
        )
        .delete(context.file, range(element(source.text, earlier))),
    ])
}

/// Whether a node declares something.
fn is_declaration(kind: AstKind) -> bool {
    matches!(
        kind,
        AstKind::Function(_)
            | AstKind::Class(_)
            | AstKind::VariableDeclaration(_)
            | AstKind::TSInterfaceDeclaration(_)
            | AstKind::TSTypeAliasDeclaration(_)
            | AstKind::TSEnumDeclaration(_)
            | AstKind::ImportDeclaration(_)
            | AstKind::ExportDeclaration(_)
            | AstKind::MethodDefinition(_)
            | AstKind::PropertyDefinition(_)
            | AstKind::TSPropertySignature(_)
            | AstKind::TSMethodSignature(_)
            | AstKind::TSEnumMember(_)
            | AstKind::ImportSpecifier(_)
    )
}

fn is_list(kind: AstKind) -> bool {
    matches!(
        kind,
        AstKind::Program(_)
            | AstKind::BlockStatement(_)
            | AstKind::FunctionBody(_)
            | AstKind::TSModuleBlock(_)
            | AstKind::ClassBody(_)
            | AstKind::TSInterfaceBody(_)
            | AstKind::TSTypeLiteral(_)
            | AstKind::TSEnumBody(_)
            | AstKind::ImportDeclaration(_)
    )
}

/// Whether dropping a declaration would drop something that it does.
fn acts(source: &Source, kind: AstKind) -> bool {
    let calls = |declaration: &VariableDeclaration| {
        declaration.declarations.iter().any(|declarator| {
            declarator
                .init
                .as_ref()
                .is_some_and(|init| source.slice(init.span()).contains(['(', '`']))
        })
    };
    match kind {
        AstKind::VariableDeclaration(declaration) => calls(declaration),
        AstKind::ExportDeclaration(export) => source
            .slice(export.span)
            .split_once('=')
            .is_some_and(|(head, init)| !head.contains('{') && init.contains(['(', '`'])),
        _ => false,
    }
}

/// `Duplicate identifier 'x'.`, `Cannot redeclare block-scoped variable 'x'.`,
/// `Duplicate function implementation.`
pub fn declaration(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let nodes = source.semantic.nodes();
    let at = diagnostic.span.start;
    let mut lists = 0;
    let mut inner: NodeId = source.innermost(at);
    for node in nodes.ancestors(inner) {
        if is_list(node.kind()) {
            lists += 1;
            if let Some(span) = twin(source, inner, node.id()) {
                let kind = nodes.kind(inner);
                let title = "drop the second of two equal declarations";
                let fix = if acts(source, kind) {
                    edit::fix(diagnostic, title, "suggest")
                } else {
                    context.verified(diagnostic, title)
                };
                let gone = range(element(source.text, span));
                return Some(vec![fix.delete(context.file, gone)]);
            }
        }
        if lists >= LISTS {
            return None;
        }
        inner = node.id();
    }
    None
}

/// The later one of an element of a list and its equal in there.
fn twin(source: &Source, element: NodeId, list: NodeId) -> Option<Span> {
    let nodes = source.semantic.nodes();
    let kind = nodes.kind(element);
    if !is_declaration(kind) {
        return None;
    }
    let span = kind.span();
    let other = nodes.iter().find(|node| {
        node.id() != element
            && nodes.parent_id(node.id()) == list
            && is_declaration(node.kind())
            && node.kind().span() != span
            && same(source, node.kind().span(), span)
    })?;
    let other = other.kind().span();
    Some(if other.start > span.start {
        other
    } else {
        span
    })
}
