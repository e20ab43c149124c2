//! Lists and objects that may be missing where they are run through, spread or
//! taken apart.

use crate::{
    around::early,
    guards::{Missing, Subject},
    nullness::{default, is_value},
    position::chain,
};
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{Context, context::between};
use oxc_ast::AstKind;
use oxc_semantic::NodeId;
use oxc_span::{GetSpan, Span};

/// `Type 'string[] | undefined' must have a '[Symbol.iterator]()'`: a list that
/// may be missing is none.
pub fn missing_list(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let ty = between(&diagnostic.message, "Type '", "' must")?;
    let (list, missing) = if let Some(list) = ty.strip_suffix(" | undefined") {
        (list, Missing::Undefined)
    } else if let Some(list) = ty.strip_suffix(" | null") {
        (list, Missing::Null)
    } else {
        return None;
    };
    let nodes = source.semantic.nodes();
    let at = diagnostic.span.start;
    // In a pattern the message is about the pattern, not the value.
    let value = nodes.iter().find_map(|node| match node.kind() {
        AstKind::VariableDeclarator(declarator) if declarator.id.span().start == at => {
            declarator.init.as_ref().map(GetSpan::span)
        }
        _ => None,
    });
    let start = value.map_or(at, |span| span.start);
    let mut found: Option<(NodeId, Span)> = None;
    for node in nodes.iter() {
        let span = node.kind().span();
        let fits = match value {
            Some(value) => span == value,
            None => span.start == start,
        };
        if fits && is_value(node.kind()) && found.is_none_or(|(_, known)| known.end < span.end) {
            found = Some((node.id(), span));
        }
    }
    let (id, span) = found?;
    let subject = Subject { id, span, missing };
    let chain = chain(source, subject);
    let mut fixes = Vec::new();
    if list.ends_with("[]") || list.starts_with('[') || list.starts_with("readonly ") {
        fixes.extend(default(context, diagnostic, source, subject, &chain, "[]"));
    }
    fixes.extend(early(context, diagnostic, subject).map(|(_, fix)| fix));
    Some(fixes)
}

/// `Property 'a' does not exist on type 'T | undefined'`, where a pattern takes
/// the value apart.
pub fn missing_pattern(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let first = diagnostic.message.lines().next()?;
    let ty = between(first, "does not exist on type '", "'.")?;
    let missing = match (ty.ends_with(" | undefined"), ty.ends_with(" | null")) {
        (true, _) if ty.contains(" | null |") => Missing::Both,
        (true, _) => Missing::Undefined,
        (_, true) => Missing::Null,
        _ => return None,
    };
    let at = diagnostic.span.start;
    let value = source.enclosing(at, |kind| match kind {
        AstKind::VariableDeclarator(declarator)
            if declarator.id.is_object_pattern() && declarator.id.span().end > at =>
        {
            declarator.init.as_ref().map(GetSpan::span)
        }
        _ => None,
    })?;
    let node = source
        .semantic
        .nodes()
        .iter()
        .find(|node| node.kind().span() == value && is_value(node.kind()))?;
    let subject = Subject {
        id: node.id(),
        span: value,
        missing,
    };
    early(context, diagnostic, subject).map(|(_, fix)| vec![fix])
}
