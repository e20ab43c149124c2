//! `override`, `async`, `extends`: single words in a declaration's head.

use buildfix_sdk::{Diagnostic, Fix, SourceFile};
use buildfix_typescript_syntax::context::{Context, between, range};
use buildfix_typescript_syntax::style::{indentation, line_start, skip_trivia, word_at};
use oxc_ast::{
    AstKind,
    ast::{
        ArrowFunctionExpression, Class, ClassElement, Function, TSType, TSTypeAnnotation,
        TSTypeName,
    },
};
use oxc_span::{GetSpan, Span};

const MODIFIERS: [&str; 10] = [
    "public",
    "private",
    "protected",
    "static",
    "abstract",
    "override",
    "readonly",
    "async",
    "declare",
    "accessor",
];

/// The class member or parameter property whose name or head is at a byte:
/// its span and where its decorators end.
fn member(context: &Context, at: u32) -> Option<(Span, u32)> {
    context.source()?.enclosing(at, |kind| {
        let decorators = match kind {
            AstKind::MethodDefinition(method) => &method.decorators,
            AstKind::PropertyDefinition(property) => &property.decorators,
            AstKind::AccessorProperty(property) => &property.decorators,
            AstKind::FormalParameter(param) => &param.decorators,
            _ => return None,
        };
        let head = decorators.last().map_or(kind.span().start, |last| {
            last.span.end.max(kind.span().start)
        });
        Some((kind.span(), skip_trivia(context.text(), head)))
    })
}

/// The modifiers at the front of a member, with where each begins.
fn modifiers(text: &str, mut at: u32) -> Vec<(u32, &str)> {
    let mut found = Vec::new();
    loop {
        let word = word_at(text, at);
        let end = at + word.len() as u32;
        let next = skip_trivia(text, end);
        // `static` may itself be a name.
        if !MODIFIERS.contains(&word)
            || text[next as usize..].starts_with(['(', '=', ':', ';', '?', '!', ',', ')'])
        {
            return found;
        }
        found.push((at, word));
        at = next;
    }
}

/// `This member must have an 'override' modifier`
pub fn add_override(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let (_, head) = member(context, diagnostic.span.start)?;
    let found = modifiers(text, head);
    let after = ["abstract", "static", "public", "protected", "private"]
        .iter()
        .find_map(|wanted| found.iter().find(|(_, word)| word == wanted));
    let fix = context.verified(diagnostic, "add 'override' modifier");
    Some(vec![match after {
        Some((at, word)) => fix.insert(context.file, at + word.len() as u32, " override"),
        None => fix.insert(context.file, head, "override "),
    }])
}

/// `This member cannot have an 'override' modifier`
pub fn remove_override(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let (_, head) = member(context, diagnostic.span.start)?;
    let (at, word) = *modifiers(text, head)
        .iter()
        .find(|(_, word)| *word == "override")?;
    let end = buildfix_typescript_syntax::style::skip_blank(text, at + word.len() as u32);
    Some(vec![
        context
            .verified(diagnostic, "remove 'override' modifier")
            .replace(context.file, at..end, ""),
    ])
}

/// `This member must have a JSDoc comment with an '@override' tag`
pub fn add_override_tag(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let (span, _) = member(context, diagnostic.span.start)?;
    let indent = indentation(text, span.start);
    let fix = context.verified(diagnostic, "add '@override' tag");
    let Some(comment) = context.source()?.doc_comment_before(span.start) else {
        return Some(vec![fix.insert(
            context.file,
            span.start,
            format!("/** @override */\n{indent}"),
        )]);
    };
    let body = text.get(comment.start as usize + 3..comment.end as usize - 2)?;
    if body.contains('\n') {
        let at = line_start(text, comment.end - 2);
        return Some(vec![fix.insert(
            context.file,
            at,
            format!("{indent} * @override\n"),
        )]);
    }
    let lines = format!(
        "/**\n{indent} * {}\n{indent} * @override\n{indent} */",
        body.trim()
    );
    Some(vec![fix.replace(context.file, range(comment), lines)])
}

/// `Cannot extend an interface 'I'. Did you mean 'implements'?`
pub fn extends_to_implements(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let source = context.source()?;
    let class: &Class = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::Class(class) => Some(class),
        _ => None,
    })?;
    let heritage = class.heritage.as_ref()?;
    let start = heritage.expression.span().start;
    let keyword = text[..start as usize].rfind("extends")? as u32;
    let mut fix = context
        .verified(diagnostic, "change 'extends' to 'implements'")
        .replace(context.file, keyword..keyword + 7, "implements");
    if let Some(first) = class.implements.first() {
        let end = heritage
            .type_arguments
            .as_ref()
            .map_or(heritage.expression.span().end, |args| args.span.end);
        let second = text[..first.span.start as usize].rfind("implements")? as u32;
        let gap = buildfix_typescript_syntax::style::skip_blank(text, second + 10);
        // `extends A implements B` to `implements A, B`
        let blank = text[end as usize..second as usize].trim().is_empty();
        let from = if blank { end } else { second };
        fix = fix.replace(context.file, from..gap, ", ");
    }
    Some(vec![fix])
}

/// A function of any kind.
pub enum AnyFunction<'a> {
    /// `function`, or a method with its head's span.
    Function(&'a Function<'a>, Option<Span>),
    /// `=>`
    Arrow(&'a ArrowFunctionExpression<'a>),
}

impl<'a> AnyFunction<'a> {
    /// The innermost function around a byte.
    pub fn around(context: &Context<'_, 'a>, at: u32) -> Option<Self> {
        let around = context.source()?.around(at);
        let index = around.iter().position(|kind| {
            matches!(
                kind,
                AstKind::Function(_) | AstKind::ArrowFunctionExpression(_)
            )
        })?;
        match around[index] {
            AstKind::ArrowFunctionExpression(arrow) => Some(Self::Arrow(arrow)),
            AstKind::Function(function) => {
                let method = match around.get(index + 1) {
                    Some(AstKind::MethodDefinition(method)) => Some(method.key.span()),
                    Some(AstKind::ObjectProperty(property)) if property.method => {
                        Some(property.key.span())
                    }
                    _ => None,
                };
                Some(Self::Function(function, method))
            }
            _ => None,
        }
    }

    /// Whether it is `async`.
    pub fn is_async(&self) -> bool {
        match self {
            Self::Function(function, _) => function.r#async,
            Self::Arrow(arrow) => arrow.r#async,
        }
    }

    /// Where `async` goes.
    pub fn head(&self, text: &str) -> u32 {
        match self {
            Self::Function(_, Some(key)) => {
                // `*m()` and `[m]()` begin before their key.
                let before = text[..key.start as usize].trim_end();
                let bracket = before.len() - usize::from(before.ends_with('['));
                let star = text[..bracket].trim_end();
                if star.ends_with('*') {
                    star.len() as u32 - 1
                } else if before.ends_with('[') {
                    bracket as u32
                } else {
                    key.start
                }
            }
            Self::Function(function, None) => {
                let at = function.span.start;
                let declare = text[at as usize..]
                    .find("function")
                    .map_or(0, |offset| offset as u32);
                at + declare
            }
            Self::Arrow(arrow) => arrow.span.start,
        }
    }

    /// Its return type, if written.
    pub fn return_type(&self) -> Option<&'a TSTypeAnnotation<'a>> {
        match self {
            Self::Function(function, _) => function.return_type.as_deref(),
            Self::Arrow(arrow) => arrow.return_type.as_deref(),
        }
    }
}

/// Makes a function `async` and its return type a promise.
pub fn make_async(context: &Context, fix: Fix, function: &AnyFunction) -> Fix {
    let mut fix = fix.insert(context.file, function.head(context.text()), "async ");
    if let Some(annotation) = function.return_type()
        && !is_promise(&annotation.type_annotation)
    {
        let span = annotation.type_annotation.span();
        let ty = context.text()[span.start as usize..span.end as usize].to_owned();
        let new = match function {
            AnyFunction::Function(function, _) if function.generator => {
                let known = ["Generator", "Iterator", "Iterable"];
                let lazy = known.iter().any(|name| ty.starts_with(name));
                Some(format!("Async{ty}")).filter(|_| lazy)
            }
            _ => Some(format!("Promise<{ty}>")),
        };
        if let Some(new) = new {
            fix = fix.replace(context.file, range(span), new);
        }
    }
    fix
}

/// A member of a class, wherever the class is declared.
struct Found {
    file: SourceFile,
    span: Span,
    /// The modifiers at its front, with where each begins.
    modifiers: Vec<(u32, String)>,
    head: u32,
}

fn members_of(context: &Context, class: &str, name: &str) -> Vec<Found> {
    let mut paths = vec![context.file.path.clone()];
    for language in ["typescript", "javascript"] {
        let symbols = context.project.host.find(language, class);
        paths.extend(symbols.into_iter().map(|symbol| symbol.path));
    }
    paths.retain(|path| !path.is_empty() && !path.ends_with(".d.ts"));
    let mut seen = std::collections::BTreeSet::new();
    paths.retain(|path| seen.insert(path.clone()));
    let mut found = Vec::new();
    for path in paths.iter().take(8) {
        let (Some(file), Some(source)) = (context.other(path), context.project.source(path)) else {
            continue;
        };
        let classes = source.semantic.nodes().iter().filter_map(|node| {
            let AstKind::Class(it) = node.kind() else {
                return None;
            };
            (it.id.as_ref()?.name == class).then_some(it)
        });
        for element in classes.flat_map(|class| &class.body.body) {
            let (ClassElement::MethodDefinition(_) | ClassElement::PropertyDefinition(_)) = element
            else {
                continue;
            };
            let decorators = match element {
                ClassElement::MethodDefinition(it) => &it.decorators,
                ClassElement::PropertyDefinition(it) => &it.decorators,
                _ => continue,
            };
            if element.static_name().as_deref() != Some(name) {
                continue;
            }
            let span = element.span();
            let head = decorators
                .last()
                .map_or(span.start, |last| last.span.end.max(span.start));
            let head = skip_trivia(source.text, head);
            let words = modifiers(source.text, head);
            found.push(Found {
                file: file.clone(),
                span,
                modifiers: words
                    .into_iter()
                    .map(|(at, word)| (at, word.to_owned()))
                    .collect(),
                head,
            });
        }
    }
    found
}

/// `Property 'm' does not exist on type 'typeof C'.` It is there, but belongs
/// to the instances and makes no use of one.
pub fn make_static(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let name = between(&diagnostic.message, "Property '", "'")?;
    let class = between(&diagnostic.message, "on type 'typeof ", "'")?;
    let mut fixes = Vec::new();
    for member in members_of(context, class, name) {
        let text = &member.file.text[member.span.start as usize..member.span.end as usize];
        let words: Vec<&str> = member
            .modifiers
            .iter()
            .map(|(_, word)| word.as_str())
            .collect();
        let instance = text.contains("this.") || text.contains("super.");
        if instance || words.contains(&"static") || words.contains(&"abstract") {
            continue;
        }
        let access = ["public", "private", "protected"];
        let at = member
            .modifiers
            .iter()
            .find(|(_, word)| !access.contains(&word.as_str()))
            .map_or_else(
                || match member.modifiers.last() {
                    Some((at, word)) => skip_trivia(&member.file.text, at + word.len() as u32),
                    None => member.head,
                },
                |(at, _)| *at,
            );
        let fix = context.verified(diagnostic, format!("make '{name}' static"));
        fixes.push(fix.insert(&member.file, at, "static "));
    }
    Some(fixes)
}

/// `Property 'm' is private and only accessible within class 'C'.` and
/// `Property 'm' is private in type 'C' but not in type 'B'.`
pub fn widen_access(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let line = diagnostic
        .message
        .lines()
        .find(|line| line.contains(" is private ") || line.contains(" is protected "))?;
    let name = between(line, "Property '", "'")?;
    let class = between(line, "within class '", "'").or_else(|| between(line, "in type '", "'"))?;
    let class = class.split('<').next().unwrap_or(class);
    let mut fixes = Vec::new();
    for member in members_of(context, class, name) {
        let hidden = member
            .modifiers
            .iter()
            .find(|(_, word)| matches!(word.as_str(), "private" | "protected"));
        let Some((at, word)) = hidden else { continue };
        let end = skip_trivia(&member.file.text, at + word.len() as u32);
        let fix = context.verified(diagnostic, format!("make '{name}' public"));
        fixes.push(fix.replace(&member.file, *at..end, ""));
    }
    Some(fixes)
}

/// `'private' modifier cannot be used here.`
pub fn remove_modifier(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let at = diagnostic.span.start;
    let word = word_at(text, at);
    if !MODIFIERS.contains(&word) || between(&diagnostic.message, "'", "'") != Some(word) {
        return None;
    }
    let end = skip_trivia(text, at + word.len() as u32);
    let fix = context.verified(diagnostic, format!("remove '{word}'"));
    Some(vec![fix.replace(context.file, at..end, "")])
}

fn is_promise(ty: &TSType) -> bool {
    matches!(ty, TSType::TSTypeReference(reference)
        if matches!(&reference.type_name, TSTypeName::IdentifierReference(name) if name.name == "Promise"))
}

/// `'await' expressions are only allowed within async functions`
pub fn add_async(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let function = AnyFunction::around(context, diagnostic.span.start)?;
    if function.is_async() {
        return None;
    }
    let fix = context.verified(diagnostic, "add async modifier to containing function");
    Some(vec![make_async(context, fix, &function)])
}

/// `The return type of an async function or method must be the global
/// Promise<T> type. Did you mean to write 'Promise<void>'?`
pub fn promise_return(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let wanted = between(&diagnostic.message, "Did you mean to write '", "'?")?;
    let source = context.source()?;
    let span = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::TSTypeAnnotation(annotation) => Some(annotation.type_annotation.span()),
        _ => None,
    })?;
    let fix = context.verified(diagnostic, format!("replace with '{wanted}'"));
    Some(vec![fix.replace(context.file, range(span), wanted)])
}

/// `Cannot assign to 'x' because it is a constant.`
pub fn const_to_let(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let at = diagnostic.span.start;
    let symbol = source.lookup(at, word_at(context.text(), at))?;
    let node = source.declarations(symbol).into_iter().next()?;
    let declaration =
        source
            .semantic
            .nodes()
            .ancestor_kinds(node.id())
            .find_map(|kind| match kind {
                AstKind::VariableDeclaration(declaration) => Some(declaration.span),
                _ => None,
            })?;
    let start = declaration.start;
    let offset = source.slice(declaration).find("const")? as u32;
    let fix = context.verified(diagnostic, "convert 'const' to 'let'");
    Some(vec![fix.replace(
        context.file,
        start + offset..start + offset + 5,
        "let",
    )])
}
