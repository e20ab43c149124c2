//! Properties that are not always there: initialized, made optional, or marked
//! as assigned elsewhere.

use crate::properties::read_type;
use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::{between, range},
    members::members,
    types::{Ty, literal_kind},
};
use oxc_ast::AstKind;
use oxc_span::{GetSpan, Span};
use std::rc::Rc;

/// `Property 'a' has no initializer and is not definitely assigned in the
/// constructor.`
pub fn initialize(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let property = source.enclosing(at, |kind| match kind {
        AstKind::PropertyDefinition(property) => Some(property),
        _ => None,
    })?;
    let name = source.slice(property.key.span());
    if source.is_javascript() {
        let comment = source.doc_comment_before(property.span.start)?;
        let text = source.slice(comment);
        let open = text.find("@type")? + text[text.find("@type")?..].find('{')?;
        let close = text.rfind('}')? as u32 + comment.start;
        let inner = text[open + 1..].trim_start();
        if inner.is_empty() {
            return None;
        }
        return Some(vec![
            context
                .verified(
                    diagnostic,
                    format!("add 'undefined' type to property '{name}'"),
                )
                .insert(context.file, close, " | undefined"),
        ]);
    }
    let annotation = property.type_annotation.as_ref()?;
    let ty = Ty::read(source.text, &annotation.type_annotation);
    let mut fixes = Vec::new();
    if let Some(value) = initial(&ty) {
        fixes.push(
            context
                .verified(diagnostic, format!("add initializer to property '{name}'"))
                .insert(context.file, annotation.span.end, format!(" = {value}")),
        );
    }
    let written = source.slice(annotation.type_annotation.span());
    let wrapped = matches!(
        ty,
        Ty::Function(_) | Ty::Constructor(_) | Ty::Conditional(_)
    );
    fixes.push(
        context
            .verified(
                diagnostic,
                format!("add 'undefined' type to property '{name}'"),
            )
            .replace(
                context.file,
                range(annotation.type_annotation.span()),
                if wrapped {
                    format!("({written}) | undefined")
                } else {
                    format!("{written} | undefined")
                },
            ),
    );
    fixes.push(
        context
            .verified(
                diagnostic,
                format!("add definite assignment assertion to property '{name}'"),
            )
            .insert(context.file, property.key.span().end, "!"),
    );
    Some(fixes)
}

/// The value that a property of this type begins with, where there is one that
/// says nothing of its own.
fn initial(ty: &Ty) -> Option<String> {
    match ty {
        Ty::Word(word) if word == "boolean" => Some("false".to_owned()),
        Ty::Word(word) if literal_kind(word).is_some() => Some(word.clone()),
        Ty::Array(_) => Some("[]".to_owned()),
        Ty::Union(types) => types.iter().find_map(initial),
        Ty::Named(name, args)
            if matches!(name.as_str(), "Array" | "Map" | "Set") && !args.is_empty() =>
        {
            Some(if name == "Array" {
                "[]".to_owned()
            } else {
                format!("new {name}()")
            })
        }
        _ => None,
    }
}

/// `Consider adding 'undefined' to the types of the target's properties.`
pub fn exact_optional(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let title = "add 'undefined' to optional property type";
    let first = diagnostic.message.lines().next()?;
    let target = between(first, "assignable to type '", "' with 'exactOptional")
        .and_then(|text| read_type(context, text));
    let mut found: Vec<(Rc<Source>, Span)> = Vec::new();
    let mut collect = |ty: &Ty| {
        for owned in members(context.project, source, at, ty).unwrap_or_default() {
            if owned.member.optional
                && let Some(span) = annotation_of(&owned.source, owned.at, &owned.member.key)
            {
                found.push((Rc::clone(&owned.source), span));
            }
        }
    };
    if diagnostic.code == "TS2412" {
        let infer = context.infer()?;
        let object = source
            .semantic
            .nodes()
            .iter()
            .find_map(|node| match node.kind() {
                AstKind::StaticMemberExpression(member) if member.span.start == at => {
                    Some(&member.object)
                }
                _ => None,
            })?;
        collect(&infer.expression(object)?);
    } else if let Some(target) = &target {
        collect(target);
    }
    if found.is_empty() {
        // A target without a name: the property itself, if there is only one so
        // called.
        let name = between(&diagnostic.message, "Types of property '", "'")?;
        let spans: Vec<Span> = source
            .semantic
            .nodes()
            .iter()
            .filter_map(|node| match node.kind() {
                AstKind::TSPropertySignature(property)
                    if property.optional && property.key.is_specific_static_name(name) =>
                {
                    property
                        .type_annotation
                        .as_ref()
                        .map(|annotation| annotation.type_annotation.span())
                }
                _ => None,
            })
            .collect();
        let [span] = spans.as_slice() else {
            return None;
        };
        found.push((Rc::clone(source), *span));
    }
    let mut fix = context.verified(diagnostic, title);
    let mut any = false;
    for (source, span) in found {
        let written = source.slice(span);
        if written.contains("undefined")
            || written == "any"
            || written == "unknown"
            || source.path.contains("node_modules/")
        {
            continue;
        }
        any = true;
        let text = if written.contains("=>") {
            format!("({written}) | undefined")
        } else {
            format!("{written} | undefined")
        };
        fix = fix.replace(&context.other(&source.path)?, range(span), text);
    }
    any.then(|| vec![fix])
}

/// The type annotation of a property in the body that begins at a byte.
pub fn annotation_of(source: &Source, body: u32, key: &str) -> Option<Span> {
    source.semantic.nodes().iter().find_map(|node| {
        let annotation = match node.kind() {
            AstKind::TSPropertySignature(property) if source.slice(property.key.span()) == key => {
                property.type_annotation.as_ref()?
            }
            AstKind::PropertyDefinition(property) if source.slice(property.key.span()) == key => {
                property.type_annotation.as_ref()?
            }
            _ => return None,
        };
        let parent = source.semantic.nodes().parent_kind(node.id()).span();
        (parent.start == body).then(|| annotation.type_annotation.span())
    })
}
