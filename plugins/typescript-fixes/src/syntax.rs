//! Slips of notation that the compiler understands: JSDoc types in code, `=`
//! for `:`, modifiers in the wrong place.

use buildfix_sdk::{Diagnostic, Fix};
use buildfix_typescript_syntax::context::{Context, between, range};
use buildfix_typescript_syntax::style::{is_identifier, line_end, skip_blank, word_at};
use oxc_ast::AstKind;
use oxc_span::GetSpan;

/// The end of the type that begins at a byte, by brackets and operators alone:
/// good for files that hold JSDoc types, which no TypeScript parser accepts.
fn type_end(text: &str, at: u32) -> u32 {
    let mut depth = 0;
    let bytes = text.as_bytes();
    let mut index = at as usize;
    while let Some(byte) = bytes.get(index) {
        match byte {
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => break,
            b'>' if index > 0 && bytes[index - 1] == b'=' => {}
            b'>' if depth == 0 => break,
            b')' | b']' | b'}' | b'>' => depth -= 1,
            b',' | b';' | b'\n' | b'\r' if depth == 0 => break,
            b'=' if depth == 0 && bytes.get(index + 1) != Some(&b'>') => break,
            _ => {}
        }
        index += 1;
    }
    let end = at as usize + text[at as usize..index].trim_end().len();
    end as u32
}

/// A JSDoc type in TypeScript's notation.
pub fn from_jsdoc(ty: &str) -> Option<String> {
    let ty = ty.trim();
    if matches!(ty, "*" | "?") {
        return Some("any".to_owned());
    }
    if let Some(inner) = ty.strip_prefix('?').or_else(|| ty.strip_suffix('?')) {
        return Some(format!("{} | null", from_jsdoc(inner)?));
    }
    if let Some(inner) = ty.strip_prefix('!').or_else(|| ty.strip_suffix('!')) {
        return from_jsdoc(inner);
    }
    if let Some(inner) = ty.strip_suffix('=') {
        return Some(format!("{} | undefined", from_jsdoc(inner)?));
    }
    if let Some(inner) = ty.strip_prefix("...") {
        return Some(format!("{}[]", from_jsdoc(inner)?));
    }
    if let Some(rest) = ty.strip_prefix("function(") {
        let close = matching(rest)?;
        let ret = rest[close + 1..]
            .trim()
            .strip_prefix(':')
            .map_or(Some("any".to_owned()), from_jsdoc)?;
        let mut params = Vec::new();
        let list: Vec<_> = split_list(&rest[..close])
            .into_iter()
            .filter(|param| !param.trim().is_empty())
            .collect();
        for (index, param) in list.iter().enumerate() {
            let param = param.trim();
            let last = index + 1 == list.len();
            params.push(
                match (param.strip_prefix("this:"), param.strip_prefix("...")) {
                    (Some(this), _) => format!("this: {}", from_jsdoc(this)?),
                    (_, Some(inner)) if last => format!("...rest: {}[]", from_jsdoc(inner)?),
                    _ => format!("arg{index}: {}", from_jsdoc(param)?),
                },
            );
        }
        return Some(format!("({}) => {ret}", params.join(", ")));
    }
    Some(
        match ty {
            "String" => "string",
            "Number" => "number",
            "Boolean" => "boolean",
            "Object" | "object" => "any",
            "Array" => "any[]",
            "Void" => "void",
            other => {
                if let Some(inner) = other
                    .strip_prefix("Array.<")
                    .and_then(|rest| rest.strip_suffix('>'))
                {
                    return Some(format!("{}[]", from_jsdoc(inner)?));
                }
                return Some(other.replace(".<", "<"));
            }
        }
        .to_owned(),
    )
}

fn matching(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn split_list(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '<' | '{' | '[' => depth += 1,
            ')' | '>' | '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// `JSDoc types can only be used inside documentation comments.`
pub fn jsdoc_type(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let at = diagnostic.span.start;
    text.get(at as usize..)?;
    let mut end = type_end(text, at);
    if !text[at as usize..].starts_with("function")
        && matches!(text.as_bytes().get(at as usize)?, b'*' | b'?')
    {
        let next = skip_blank(text, at + 1);
        // A lone `*` or `?` ends before the body of a function.
        if !text[next as usize..].starts_with(|c: char| c.is_alphanumeric() || c == '(' || c == '[')
        {
            end = at + 1;
        }
    }
    if let Some(brace) = text[at as usize..end as usize]
        .find('{')
        .filter(|brace| *brace > 0)
    {
        let head = text[at as usize..at as usize + brace].trim_end();
        if !head.ends_with([':', '(', ',', '|', '&', '<', '>', '=']) {
            end = at + head.len() as u32;
        }
    }
    let written = &text[at as usize..end as usize];
    let ty = from_jsdoc(written)?;
    if ty == written {
        return None;
    }
    let mut fixes = vec![
        context
            .verified(diagnostic, format!("change '{written}' to '{ty}'"))
            .replace(context.file, at..end, &ty),
    ];
    if let Some(inner) = ty.strip_suffix(" | null") {
        let ty = format!("{inner} | null | undefined");
        fixes.push(
            context
                .verified(diagnostic, format!("change '{written}' to '{ty}'"))
                .replace(context.file, at..end, ty),
        );
    }
    Some(fixes)
}

/// `Did you mean to use a ':'?` after `{ x = 1 }`.
pub fn colon_for_equals(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let at = diagnostic.span.start;
    if !text.get(at as usize..)?.starts_with('=') {
        return None;
    }
    let start = text[..at as usize].trim_end().len() as u32;
    Some(vec![
        context
            .verified(diagnostic, "change '=' to ':'")
            .replace(context.file, start..at + 1, ":"),
    ])
}

/// `A labeled tuple element is declared as optional with a question mark after
/// the name` and its like for rest elements.
pub fn tuple_modifier(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let at = diagnostic.span.start;
    // The error points at the type, or at the `...` in front of it.
    let colon = text.get(..at as usize)?.trim_end().strip_suffix(':')?.len() as u32;
    let label = text[..colon as usize].trim_end();
    let label_start = label
        .rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')))
        .map_or(0, |at| {
            at + label[at..].chars().next().map_or(1, char::len_utf8)
        }) as u32;
    let fix = context.verified(diagnostic, "move labeled tuple element modifiers to labels");
    if text[at as usize..].starts_with("...") {
        return Some(vec![fix.insert(context.file, label_start, "...").replace(
            context.file,
            at..at + 3,
            "",
        )]);
    }
    let end = type_end(text, at);
    let mark = text[at as usize..end as usize].rfind('?')? as u32 + at;
    Some(vec![
        fix.insert(context.file, label.len() as u32, "?")
            .replace(context.file, mark..mark + 1, ""),
    ])
}

/// `'foo' accepts too few arguments to be used as a decorator here. Did you
/// mean to call it first and write '@foo()'?`
pub fn call_decorator(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let span = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::Decorator(decorator) => Some(decorator.expression.span()),
        _ => None,
    })?;
    Some(vec![
        context
            .verified(diagnostic, "call decorator expression")
            .insert(context.file, span.end, "()"),
    ])
}

/// `A type-only import can specify a default import or named bindings, but not
/// both.`
pub fn split_type_import(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let at = diagnostic.span.start;
    let start = text[..at as usize].rfind("import")? as u32;
    let end = line_end(text, text[at as usize..].find("from")? as u32 + at);
    let statement = &text[start as usize..end as usize];
    let from = statement.rfind("from")?;
    let clause = statement
        .get("import".len()..from)?
        .trim()
        .strip_prefix("type")?
        .trim();
    let (default, rest) = clause.split_once(',')?;
    if !is_identifier(default.trim()) {
        return None;
    }
    let tail = &statement[from..];
    let (first, second) = (default.trim(), rest.trim());
    let fix = context.verified(diagnostic, "split into two separate import declarations");
    Some(vec![fix.replace(
        context.file,
        start..end,
        format!("import type {first} {tail}\nimport type {second} {tail}"),
    )])
}

/// `JSDoc '@param' tag has name 'b', but there is no parameter with that name.`
pub fn unmatched_param(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let text = context.text();
    let at = diagnostic.span.start;
    let open = text.get(..at as usize)?.rfind("/**")? as u32;
    let close = text[at as usize..].find("*/")? as u32 + at;
    let tag = text[open as usize..at as usize]
        .rfind("@param")
        .or_else(|| text[open as usize..at as usize].rfind("@arg"))?;
    let tag = open + tag as u32;
    let next = text[at as usize..close as usize]
        .find("\n")
        .map_or(close, |_| {
            let mut line = line_end(text, at) + 1;
            // The tag lasts until the next one.
            while line < close
                && !text[line as usize..]
                    .trim_start_matches([' ', '\t', '*'])
                    .starts_with('@')
            {
                let end = line_end(text, line) + 1;
                if end > close {
                    return close;
                }
                line = end;
            }
            line.min(close)
        });
    let fix = context.verified(diagnostic, "delete unused '@param' tag");
    let line = buildfix_typescript_syntax::style::line_start(text, tag);
    let body = format!(
        "{}{}",
        &text[open as usize + 3..line.max(open + 3) as usize],
        &text[next as usize..close as usize]
    );
    if body.trim_matches([' ', '\t', '\r', '\n', '*']).is_empty() {
        return Some(vec![fix.replace(context.file, open..close + 2, "/** */")]);
    }
    // The blank before `*/` stays.
    let end = if next == close {
        buildfix_typescript_syntax::style::line_start(text, close).max(line)
    } else {
        next
    };
    Some(vec![fix.replace(context.file, line..end, "")])
}

/// `'K' only refers to a type, but is being used as a value here. Did you mean
/// to use 'P in K'?`
pub fn mapped_key(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let wanted = between(&diagnostic.message, "Did you mean to use '", "'?")?;
    let at = diagnostic.span.start;
    let word = word_at(context.text(), at);
    let fix = context.verified(diagnostic, format!("convert '{word}' to '{wanted}'"));
    Some(vec![fix.replace(
        context.file,
        at..at + word.len() as u32,
        wanted,
    )])
}

/// `An index signature parameter type cannot be a literal type or generic
/// type. Consider using a mapped object type instead.`
pub fn mapped_object_type(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let around = source.around(diagnostic.span.start);
    let index = around.iter().find_map(|kind| match kind {
        AstKind::TSIndexSignature(index) => Some(*index),
        _ => None,
    })?;
    let key = &index.parameter;
    let over = source.slice(key.type_annotation.type_annotation.span());
    let value = source.slice(index.type_annotation.type_annotation.span());
    let readonly = if index.readonly { "readonly " } else { "" };
    let mapped = |optional: &str| format!("{readonly}[{} in {over}]{optional}: {value}", key.name);
    let members = |all: &[oxc_ast::ast::TSSignature]| -> Vec<String> {
        all.iter()
            .filter(|member| member.span() != index.span)
            .map(|member| {
                source
                    .slice(member.span())
                    .trim_end_matches([';', ','])
                    .to_owned()
            })
            .collect()
    };
    let others = |list: Vec<String>| {
        if list.is_empty() {
            String::new()
        } else {
            let list: String = list
                .iter()
                .map(|member| format!("    {member};\n"))
                .collect();
            format!(" & {{\n{list}}}")
        }
    };
    let fix = context.verified(diagnostic, "convert to mapped object type");
    for kind in around {
        match kind {
            AstKind::TSTypeLiteral(literal) if literal.members.len() == 1 => {
                return Some(vec![fix.replace(context.file, range(index.span), {
                    let tail = if source.slice(index.span).ends_with(';') {
                        ";"
                    } else {
                        ""
                    };
                    format!("{}{tail}", mapped(""))
                })]);
            }
            AstKind::TSTypeLiteral(literal) => {
                let rest = others(members(&literal.members));
                return Some(vec![fix.replace(
                    context.file,
                    range(literal.span),
                    format!("{{\n    {};\n}}{rest}", mapped("")),
                )]);
            }
            AstKind::TSInterfaceDeclaration(interface) => {
                let params = interface
                    .type_parameters
                    .as_ref()
                    .map_or("", |params| source.slice(params.span));
                let bases: String = interface
                    .extends
                    .iter()
                    .map(|base| format!("{} & ", source.slice(base.span)))
                    .collect();
                let rest = others(members(&interface.body.body));
                let start = text[..interface.id.span.start as usize].rfind("interface")? as u32;
                return Some(vec![fix.replace(
                    context.file,
                    start..interface.span.end,
                    format!(
                        "type {}{params} = {bases}{{\n    {};\n}}{rest};",
                        interface.id.name,
                        mapped("")
                    ),
                )]);
            }
            _ => {}
        }
    }
    None
}

/// `Parameter has a name but no type. Did you mean 'arg0: boolean'?`
pub fn name_parameter(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let wanted = between(&diagnostic.message, "Did you mean '", "'?")?;
    let (name, _) = wanted.split_once(':')?;
    let source = context.source()?;
    let span = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::FormalParameter(param) => Some(param.span),
        AstKind::FormalParameterRest(param) => Some(param.span),
        _ => None,
    })?;
    let fix = context.verified(diagnostic, "add parameter name");
    let at = if context.text()[span.start as usize..].starts_with("...") {
        span.start
    } else {
        diagnostic.span.start
    };
    Some(vec![fix.insert(context.file, at, format!("{name}: "))])
}

/// `Constructors for derived classes must contain a 'super' call.`
pub fn super_call(context: &Context, diagnostic: &Diagnostic) -> Option<Vec<Fix>> {
    let source = context.source()?;
    let text = context.text();
    let (body, first, start) = source.enclosing(diagnostic.span.start, |kind| match kind {
        AstKind::MethodDefinition(method) => {
            let body = method.value.body.as_ref()?;
            Some((
                body.span,
                body.statements.first().map(GetSpan::span),
                method.span.start,
            ))
        }
        _ => None,
    })?;
    let indent = buildfix_typescript_syntax::style::indentation(text, start);
    let inner = first
        .filter(|first| buildfix_typescript_syntax::style::first_on_line(text, first.start))
        .map_or(format!("{indent}    "), |first| {
            buildfix_typescript_syntax::style::indentation(text, first.start).to_owned()
        });
    let fix = context.verified(diagnostic, "add missing 'super()' call");
    if first.is_none()
        && text[body.start as usize + 1..body.end as usize - 1]
            .trim()
            .is_empty()
    {
        return Some(vec![fix.replace(
            context.file,
            range(body),
            format!("{{\n{inner}super();\n{indent}}}"),
        )]);
    }
    Some(vec![fix.insert(
        context.file,
        body.start + 1,
        format!("\n{inner}super();"),
    )])
}
