//! Properties that an object or element has to have, and what they are
//! initialized with.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::{
    Context, Source,
    context::range,
    members::{Owned, members},
    modules::declaring,
    style::{INDENT, first_on_line, indentation},
    types::{MemberKind, Signature, Ty, literal_kind},
};
use oxc_ast::{
    AstKind,
    ast::{Expression, JSXAttributeItem, JSXAttributeName, ObjectExpression, ObjectPropertyKind},
};
use oxc_span::GetSpan;
use std::rc::Rc;

/// How deep default values nest.
const DEPTH: u32 = 6;

/// The type whose properties are missing, by the message.
pub fn missing_type(message: &str) -> Option<&str> {
    if let Some((_, rest)) = message.split_once("but required in type '") {
        return rest.split_once("'.").map(|(ty, _)| ty);
    }
    let (_, rest) = message.split_once("is missing the following properties from type '")?;
    rest.split_once("': ").map(|(ty, _)| ty)
}

/// Reads a type that a message names.
pub fn read_type(context: &Context, text: &str) -> Option<Ty> {
    let fragment = context.project.fragment(&format!("type X = {text}"))?;
    fragment
        .semantic
        .nodes()
        .iter()
        .find_map(|node| match node.kind() {
            AstKind::TSTypeAliasDeclaration(alias) => {
                Some(Ty::read(fragment.text, &alias.type_annotation))
            }
            _ => None,
        })
}

/// `Type '{}' is missing the following properties from type 'T': a, b` and its
/// like, for object literals and for elements.
pub fn add_missing(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let ty = read_type(context, missing_type(&diagnostic.message)?)?;
    let all = members(context.project, source, at, &ty)?;
    if let Some(element) = source.enclosing(at, |kind| match kind {
        AstKind::JSXOpeningElement(element) if element.name.span().start == at => Some(element),
        _ => None,
    }) {
        return attributes(context, diagnostic, element, &all);
    }
    let object = object_at(source, at)?;
    let present = keys(object);
    let indent = indentation(source.text, object.span.start).to_owned();
    let inner = format!("{indent}{INDENT}");
    let values = Values {
        context,
        depth: DEPTH,
    };
    let (mut lines, mut throws) = (Vec::new(), false);
    for owned in required(&all, &present) {
        let (value, placeholder) = values.of_member(owned, &inner);
        throws |= placeholder;
        lines.push(format!("{inner}{}: {value}", owned.member.key));
    }
    if lines.is_empty() {
        return None;
    }
    let title = "add missing properties";
    let fix = if throws {
        context.placeholder(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    let multi = object
        .properties
        .first()
        .is_some_and(|first| first_on_line(source.text, first.span().start));
    if let (Some(last), true) = (object.properties.last(), multi) {
        let end = last.span().end;
        let own = indentation(source.text, last.span().start);
        let lines: Vec<String> = lines
            .iter()
            .map(|line| format!("{own}{}", line.trim_start()))
            .collect();
        return Some(vec![fix.insert(
            context.file,
            end,
            format!(",\n{}", lines.join(",\n")),
        )]);
    }
    let existing = object
        .properties
        .iter()
        .map(|property| format!("{inner}{}", source.slice(property.span())));
    let lines: Vec<String> = existing.chain(lines).collect();
    Some(vec![fix.replace(
        context.file,
        range(object.span),
        format!("{{\n{}\n{indent}}}", lines.join(",\n")),
    )])
}

fn required<'o, 'a>(all: &'o [Owned<'a>], present: &[String]) -> Vec<&'o Owned<'a>> {
    let mut found: Vec<&Owned> = Vec::new();
    for owned in all {
        let member = &owned.member;
        let fits = !member.optional
            && !member.is_static
            && !member.key.is_empty()
            && member.access.is_empty();
        let name = member.name();
        if fits
            && !present.iter().any(|own| own == name)
            && !found.iter().any(|own| own.member.name() == name)
        {
            found.push(owned);
        }
    }
    found
}

fn keys(object: &ObjectExpression) -> Vec<String> {
    let mut found = Vec::new();
    for property in &object.properties {
        match property {
            ObjectPropertyKind::ObjectProperty(property) => {
                found.extend(property.key.static_name().map(|name| name.to_string()));
            }
            ObjectPropertyKind::SpreadProperty(spread) => {
                if let Expression::ObjectExpression(inner) = &spread.argument {
                    found.extend(keys(inner));
                }
            }
        }
    }
    found
}

/// The object literal that an error at a byte is about.
fn object_at<'a>(source: &Source<'a>, at: u32) -> Option<&'a ObjectExpression<'a>> {
    let here = source.starting_at(at, |kind| match kind {
        AstKind::ObjectExpression(object) => Some(object),
        _ => None,
    });
    here.or_else(|| {
        source.enclosing(at, |kind| {
            let value = match kind {
                AstKind::VariableDeclarator(declarator) => declarator.init.as_ref()?,
                AstKind::PropertyDefinition(property) => property.value.as_ref()?,
                AstKind::ObjectProperty(property) => &property.value,
                AstKind::AssignmentExpression(assignment) => &assignment.right,
                AstKind::ReturnStatement(statement) => statement.argument.as_ref()?,
                AstKind::TSSatisfiesExpression(cast) => &cast.expression,
                _ => return None,
            };
            match value.get_inner_expression() {
                Expression::ObjectExpression(object) => Some(&**object),
                _ => None,
            }
        })
    })
}

fn attributes<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    element: &oxc_ast::ast::JSXOpeningElement<'a>,
    all: &[Owned<'a>],
) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let infer = context.infer()?;
    let mut present = Vec::new();
    let mut spread = false;
    for item in &element.attributes {
        match item {
            JSXAttributeItem::Attribute(attribute) => match &attribute.name {
                JSXAttributeName::Identifier(name) => present.push(name.name.to_string()),
                JSXAttributeName::NamespacedName(name) => {
                    present.push(source.slice(name.span).to_owned())
                }
            },
            JSXAttributeItem::SpreadAttribute(attribute) => {
                spread = true;
                if let Some(found) = infer
                    .expression(&attribute.argument)
                    .and_then(|ty| members(context.project, source, attribute.span.start, &ty))
                {
                    present.extend(found.iter().map(|owned| owned.member.name().to_owned()));
                }
            }
        }
    }
    let values = Values {
        context,
        depth: DEPTH,
    };
    let mut throws = false;
    let mut parts = Vec::new();
    for owned in required(all, &present) {
        let (value, placeholder) = values.of_member(owned, "");
        throws |= placeholder;
        parts.push(format!("{}={{{value}}}", owned.member.key));
    }
    if parts.is_empty() || parts.iter().any(|part| part.starts_with(['"', '\'', '['])) {
        return None;
    }
    let title = "add missing attributes";
    let fix = if throws {
        context.placeholder(diagnostic, title)
    } else {
        context.verified(diagnostic, title)
    };
    let parts = parts.join(" ");
    Some(vec![
        match (element.attributes.first(), element.attributes.last()) {
            (Some(first), _) if spread => {
                fix.insert(context.file, first.span().start, format!("{parts} "))
            }
            (_, Some(last)) => fix.insert(context.file, last.span().end, format!(" {parts}")),
            _ => {
                let end = element
                    .type_arguments
                    .as_ref()
                    .map_or(element.name.span().end, |args| args.span.end);
                fix.insert(context.file, end, format!(" {parts}"))
            }
        },
    ])
}

/// Tells the plainest value of a type.
struct Values<'c, 'p, 'a> {
    context: &'c Context<'p, 'a>,
    depth: u32,
}

impl<'a> Values<'_, '_, 'a> {
    /// The value of a member, and whether it throws when used.
    fn of_member(&self, owned: &Owned<'a>, indent: &str) -> (String, bool) {
        match &owned.member.kind {
            MemberKind::Property(Some(ty))
            | MemberKind::Getter(Some(ty))
            | MemberKind::Setter(_, Some(ty)) => self.of(&owned.source, owned.at, ty, indent),
            MemberKind::Method(signature) => (function(signature, indent), true),
            _ => ("undefined".to_owned(), false),
        }
    }

    fn of(&self, source: &Rc<Source<'a>>, at: u32, ty: &Ty, indent: &str) -> (String, bool) {
        let plain = |text: &str| (text.to_owned(), false);
        let Some(depth) = self.depth.checked_sub(1) else {
            return plain("undefined");
        };
        let inner = Values { depth, ..*self };
        match ty {
            Ty::Word(word) => match word.as_str() {
                "string" => plain("\"\""),
                "number" => plain("0"),
                "boolean" => plain("false"),
                "bigint" => plain("0n"),
                "null" => plain("null"),
                "object" => plain("{}"),
                text if literal_kind(text).is_some() => plain(text),
                _ => plain("undefined"),
            },
            Ty::Array(_) | Ty::Tuple(_) => plain("[]"),
            Ty::Operator("readonly", ty) => inner.of(source, at, ty, indent),
            Ty::Named(name, _) if matches!(name.as_str(), "Array" | "ReadonlyArray") => plain("[]"),
            Ty::Named(name, _)
                if matches!(
                    name.as_str(),
                    "Map" | "Set" | "Date" | "WeakMap" | "WeakSet"
                ) =>
            {
                plain(&format!("new {name}()"))
            }
            Ty::Union(types) => types
                .iter()
                .map(|ty| inner.of(source, at, ty, indent))
                .find(|(value, _)| value != "undefined")
                .unwrap_or_else(|| plain("undefined")),
            Ty::Function(signature) => (function(signature, indent), true),
            Ty::Object(_) => inner.object(source, at, ty, indent),
            Ty::Named(name, _) => match declaring(self.context.project, source, at, name) {
                Some((found, symbol)) => {
                    let kinds: Vec<AstKind> = found
                        .declarations(symbol)
                        .into_iter()
                        .map(|node| node.kind())
                        .collect();
                    for kind in kinds {
                        match kind {
                            AstKind::TSEnumDeclaration(declaration) => {
                                return match declaration.body.members.first() {
                                    Some(first) => {
                                        plain(&format!("{name}.{}", first.id.static_name()))
                                    }
                                    None => plain("0"),
                                };
                            }
                            AstKind::Class(class) if !class.r#abstract => {
                                let arguments = class.body.body.iter().any(|element| {
                                    matches!(element, oxc_ast::ast::ClassElement::MethodDefinition(method)
                                        if method.kind == oxc_ast::ast::MethodDefinitionKind::Constructor
                                            && method.value.params.items.iter().any(|param| !param.optional && param.initializer.is_none()))
                                });
                                return if arguments {
                                    plain("undefined")
                                } else {
                                    plain(&format!("new {name}()"))
                                };
                            }
                            AstKind::TSTypeAliasDeclaration(alias) => {
                                let ty = Ty::read(found.text, &alias.type_annotation);
                                return inner.of(&found, alias.span.start, &ty, indent);
                            }
                            AstKind::TSInterfaceDeclaration(_) => {
                                return inner.object(source, at, ty, indent);
                            }
                            _ => {}
                        }
                    }
                    plain("undefined")
                }
                None => plain("undefined"),
            },
            _ => plain("undefined"),
        }
    }

    fn object(&self, source: &Rc<Source<'a>>, at: u32, ty: &Ty, indent: &str) -> (String, bool) {
        let Some(all) = members(self.context.project, source, at, ty) else {
            return ("undefined".to_owned(), false);
        };
        let inner = format!("{indent}{INDENT}");
        let mut throws = false;
        let mut lines = Vec::new();
        for owned in required(&all, &[]) {
            let (value, placeholder) = self.of_member(owned, &inner);
            throws |= placeholder;
            lines.push(format!("{inner}{}: {value}", owned.member.key));
        }
        if lines.is_empty() {
            return ("{}".to_owned(), false);
        }
        (format!("{{\n{}\n{indent}}}", lines.join(",\n")), throws)
    }
}

fn function(signature: &Signature, indent: &str) -> String {
    format!(
        "function{} {{\n{indent}{INDENT}throw new Error(\"Function not implemented.\");\n{indent}}}",
        signature.print(": ", None)
    )
}
