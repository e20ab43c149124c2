//! Where new members of a class, interface or object type go.

use buildfix_sdk::{Diagnostic, Fix, SourceFile};
use buildfix_typescript_syntax::{
    Context, Source,
    style::{INDENT, first_on_line, indentation},
};
use oxc_ast::{
    AstKind,
    ast::{Class, ClassElement},
};
use oxc_span::{GetSpan, Span};

/// A `{ … }` that members go into.
#[derive(Clone)]
pub struct Body {
    /// With its braces.
    pub span: Span,
    /// What is in it.
    pub members: Vec<Span>,
}

impl Body {
    /// A class's.
    pub fn of_class(class: &Class) -> Self {
        Self {
            span: class.body.span,
            members: class.body.body.iter().map(GetSpan::span).collect(),
        }
    }

    /// That of a class, interface or object type.
    pub fn of(kind: AstKind) -> Option<Self> {
        Some(match kind {
            AstKind::Class(class) => Self::of_class(class),
            AstKind::TSInterfaceDeclaration(interface) => Self {
                span: interface.body.span,
                members: interface.body.body.iter().map(GetSpan::span).collect(),
            },
            AstKind::TSTypeLiteral(literal) => Self {
                span: literal.span,
                members: literal.members.iter().map(GetSpan::span).collect(),
            },
            _ => return None,
        })
    }

    /// How far its members are indented: as those that are there, else one
    /// level more than its line.
    pub fn indent(&self, text: &str) -> String {
        let first = self
            .members
            .iter()
            .find(|member| first_on_line(text, member.start));
        match first {
            Some(member) => indentation(text, member.start).to_owned(),
            None => format!("{}{INDENT}", indentation(text, self.span.start)),
        }
    }

    /// Puts lines in front of everything else. Each is indented already.
    pub fn at_start(&self, fix: Fix, file: &SourceFile, lines: &str) -> Fix {
        let text = &file.text;
        let (start, end) = (self.span.start + 1, self.span.end - 1);
        let inner = text.get(start as usize..end as usize).unwrap_or_default();
        if inner.trim().is_empty() {
            let close = indentation(text, self.span.start);
            return fix.replace(file, start..end, format!("\n{lines}\n{close}"));
        }
        let gap = if inner
            .trim_start_matches([' ', '\t'])
            .starts_with(['\n', '\r'])
        {
            ""
        } else {
            "\n"
        };
        fix.insert(file, start, format!("\n{lines}{gap}"))
    }

    /// Puts lines after one of its members.
    pub fn after(fix: Fix, file: &SourceFile, member: Span, lines: &str) -> Fix {
        fix.insert(file, member.end, format!("\n{lines}"))
    }

    /// Puts lines behind everything else.
    pub fn at_end(&self, fix: Fix, file: &SourceFile, lines: &str) -> Fix {
        match self.members.last() {
            Some(last) => Self::after(fix, file, *last, lines),
            None => self.at_start(fix, file, lines),
        }
    }
}

/// The class around a byte.
pub fn class_at<'a>(source: &Source<'a>, at: u32) -> Option<&'a Class<'a>> {
    source.enclosing(at, |kind| match kind {
        AstKind::Class(class) => Some(class),
        _ => None,
    })
}

/// The names that a class declares itself.
pub fn own_names(source: &Source, class: &Class) -> Vec<String> {
    class
        .body
        .body
        .iter()
        .filter_map(|element| match element {
            ClassElement::MethodDefinition(method) => Some((&method.key, method.computed)),
            ClassElement::PropertyDefinition(property) => Some((&property.key, property.computed)),
            ClassElement::AccessorProperty(property) => Some((&property.key, property.computed)),
            _ => None,
        })
        .map(|(key, computed)| match key.static_name() {
            Some(name) if !computed || !source.slice(key.span()).contains('.') => name.to_string(),
            _ => source.slice(key.span()).to_owned(),
        })
        .chain(class.body.body.iter().flat_map(|element| {
            match element {
                ClassElement::MethodDefinition(method) => method
                    .value
                    .params
                    .items
                    .iter()
                    .filter(|param| param.has_modifier())
                    .map(|param| source.slice(param.pattern.span()).to_owned())
                    .collect::<Vec<_>>(),
                _ => Vec::new(),
            }
        }))
        .collect()
}

/// Whether a class has no bodies: declared only.
pub fn is_ambient(source: &Source, class: &Class) -> bool {
    class.declare
        || source.is_declaration()
        || source
            .around(class.span.start)
            .iter()
            .any(|kind| match kind {
                AstKind::TSNamespaceDeclaration(namespace) => namespace.declare,
                AstKind::TSExternalModuleDeclaration(_) | AstKind::TSGlobalDeclaration(_) => true,
                _ => false,
            })
}

/// In JavaScript a property exists once it is assigned.
#[expect(
    clippy::too_many_arguments,
    reason = "all of it is needed to write one line"
)]
pub fn in_javascript<'a>(
    context: &Context<'_, 'a>,
    diagnostic: &Diagnostic,
    found: &Source<'a>,
    class: &Class<'a>,
    file: &SourceFile,
    name: &str,
    is_static: bool,
    private: bool,
) -> Option<Fix> {
    let body = Body::of_class(class);
    let indent = body.indent(found.text);
    if private {
        let fix = context.verified(
            diagnostic,
            format!("declare a private field named '{name}'"),
        );
        return Some(body.at_start(fix, file, &format!("{indent}{name};")));
    }
    let fix = context.verified(diagnostic, format!("initialize property '{name}'"));
    if is_static {
        let class_name = class.id.as_ref()?.name.as_str();
        let end = class.span.end;
        return Some(fix.insert(file, end, format!("\n\n{class_name}.{name} = undefined;\n")));
    }
    let constructor = class.body.body.iter().find_map(|element| match element {
        ClassElement::MethodDefinition(method)
            if method.kind == oxc_ast::ast::MethodDefinitionKind::Constructor =>
        {
            method.value.body.as_ref()
        }
        _ => None,
    });
    match constructor {
        Some(constructor) => {
            let close = indentation(found.text, constructor.span.start);
            let inner = format!("{close}{INDENT}");
            let start = constructor.span.start + 1;
            if constructor.statements.is_empty() {
                return Some(fix.replace(
                    file,
                    start..constructor.span.end - 1,
                    format!("\n{inner}this.{name} = undefined;\n{close}"),
                ));
            }
            let last = constructor.statements.last()?.span().end;
            Some(fix.insert(file, last, format!("\n{inner}this.{name} = undefined;")))
        }
        None => Some(body.at_start(
            fix,
            file,
            &format!(
                "{indent}constructor() {{\n{indent}{INDENT}this.{name} = undefined;\n{indent}}}"
            ),
        )),
    }
}
