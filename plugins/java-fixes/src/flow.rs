//! What is declared twice, never reached, never returned, or never set.

use crate::model::{self, METHODS, Role, TYPES, Variable};
use crate::{Context, types};
use buildfix_fixer_support::tree::{File, Node};
use buildfix_sdk::{Diagnostic, Fix, edit};
use std::ops::Range;

/// A text without white space and comments, to compare code by.
fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else {
            if c == '"' || c == '\'' {
                let end = literal_end(rest, c);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            if !c.is_whitespace() {
                out.push(c);
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

fn literal_end(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A fix that takes an element away with the blank line in front of it.
fn delete(
    context: &Context<'_>,
    diagnostic: &Diagnostic,
    title: &str,
    element: Range<usize>,
) -> Fix {
    let file = &context.file;
    let mut lines = file.whole_lines(element.clone());
    if lines != element && lines.start > 0 {
        let before = file.line(lines.start - 1);
        let after = file
            .slice(lines.end..file.line(lines.end).end)
            .trim()
            .to_owned();
        let blank_behind = after.is_empty() || after.starts_with('}');
        if file.slice(before.clone()).trim().is_empty() && blank_behind {
            lines.start = before.start;
        }
    }
    context.replace(diagnostic, title, lines, "")
}

/// A name that is declared twice. Only a copy is taken away.
pub(crate) fn duplicate(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let at = context.caret(diagnostic);
    if first.starts_with("variable ") {
        return duplicate_variable(context, diagnostic, at);
    }
    let kinds: &[&str] = if first.starts_with("method ") || first.starts_with("constructor ") {
        &METHODS
    } else {
        &TYPES
    };
    let file = &context.file;
    let Some(node) = file.enclosing(at..at + 1, kinds) else {
        return Vec::new();
    };
    let Some(home) = model::parent(file, &node) else {
        return Vec::new();
    };
    let copy = bare(file.of(&node));
    let other = file.all(&node.kind).into_iter().find(|other| {
        other.range != node.range
            && home.range.contains(&other.range.start)
            && bare(file.of(other)) == copy
    });
    let Some(other) = other else {
        return Vec::new();
    };
    // The one that is documented stays.
    let (doc, other_doc) = (comment(file, &node), comment(file, &other));
    let (gone, doc) = if doc.is_some() && other_doc.is_none() {
        (other, other_doc)
    } else {
        (node, doc)
    };
    let start = doc.map_or(gone.range.start, |doc| doc.start);
    vec![delete(
        context,
        diagnostic,
        "delete the copy",
        start..gone.range.end,
    )]
}

/// The documentation comment right before a declaration.
fn comment(file: &File<'_>, node: &Node) -> Option<Range<usize>> {
    let before = file.slice(0..node.range.start).trim_end();
    if !before.ends_with("*/") {
        return None;
    }
    let start = before.rfind("/*")?;
    Some(start..before.len())
}

fn duplicate_variable(context: &Context<'_>, diagnostic: &Diagnostic, at: usize) -> Vec<Fix> {
    let file = &context.file;
    let all = model::variables(file);
    let Some(second) = all.iter().find(|v| v.name_at.contains(&at)) else {
        return Vec::new();
    };
    let same = |v: &&Variable| v.name == second.name && v.name_at != second.name_at;
    let earlier = if second.role == Role::Field {
        all.iter()
            .filter(same)
            .find(|v| v.role == Role::Field && v.scope == second.scope)
    } else {
        all.iter()
            .filter(same)
            .filter(|v| v.role != Role::Field && v.name_at.start < at && v.scope.contains(&at))
            .max_by_key(|v| v.name_at.start)
    };
    let Some(earlier) = earlier else {
        return Vec::new();
    };
    let text = |v: &Variable| bare(file.slice(v.declaration.clone()));
    if text(earlier) == text(second) && second.role != Role::Parameter {
        return vec![delete(
            context,
            diagnostic,
            "delete the copy",
            second.declaration.clone(),
        )];
    }
    // `int x = 1; … int x = 2;`
    let declaration = file.slice(second.declaration.clone());
    let single = second.role == Role::Local
        && declaration.contains('=')
        && types::split(declaration).len() == 1
        && second.declaration.end <= second.scope.end
        && second.scope != second.declaration;
    if single && (earlier.ty == second.ty || second.ty == "var") {
        let title = format!("assign to the `{}` there is", second.name);
        return vec![context.replace(
            diagnostic,
            title,
            second.declaration.start..second.name_at.start,
            "",
        )];
    }
    Vec::new()
}

const STATEMENTS: [&str; 20] = [
    "expression_statement",
    "local_variable_declaration",
    "return_statement",
    "throw_statement",
    "break_statement",
    "continue_statement",
    "if_statement",
    "while_statement",
    "for_statement",
    "enhanced_for_statement",
    "do_statement",
    "try_statement",
    "try_with_resources_statement",
    "switch_expression",
    "switch_statement",
    "synchronized_statement",
    "yield_statement",
    "labeled_statement",
    "assert_statement",
    "block",
];

/// A statement that nothing reaches: the copy of the jump before it, or a jump
/// that another one already made.
pub(crate) fn unreachable(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let mut around = file.around(at..at + 1);
    around.retain(|n| STATEMENTS.contains(&n.kind.as_str()));
    // The place is the statement's own: of an expression statement its operator.
    let Some(node) = around.into_iter().next() else {
        return Vec::new();
    };
    let Some(home) = model::parent(file, &node) else {
        return Vec::new();
    };
    let siblings = file.children(&home, "_");
    let Some(before) = siblings
        .iter()
        .rfind(|s| !s.kind.ends_with("comment") && s.range.end <= node.range.start)
    else {
        return Vec::new();
    };
    let is_jump = |n: &Node| {
        matches!(
            n.kind.as_str(),
            "return_statement"
                | "break_statement"
                | "continue_statement"
                | "throw_statement"
                | "yield_statement"
        )
    };
    let lines = file.whole_lines(node.range.clone());
    if bare(file.of(&node)) == bare(file.of(before)) {
        return vec![context.replace(
            diagnostic,
            "delete the copy that is never reached",
            lines,
            "",
        )];
    }
    if is_jump(&node) {
        return vec![context.replace(
            diagnostic,
            "delete the jump that is never reached",
            lines,
            "",
        )];
    }
    Vec::new()
}

/// A method that ends without its value: a local that it has made for it, or,
/// as a placeholder, an exception.
pub(crate) fn missing_return(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let at = context.caret(diagnostic);
    let inner = file.enclosing(at..at + 1, &["lambda_expression", "method_declaration"]);
    let Some(method) = inner
        .filter(|n| n.kind == "method_declaration")
        .and_then(|n| model::method(file, n))
    else {
        return Vec::new();
    };
    let (Some(returns), Some(body)) = (method.returns.clone(), method.body.clone()) else {
        return Vec::new();
    };
    let wanted = types::squeezed(file.slice(returns));
    let bare_return = file.slice(at..at + 6) == "return";
    let end = if bare_return { at } else { body.end - 1 };
    let mut candidates: Vec<Variable> = model::visible(file, end)
        .into_iter()
        .filter(|v| v.role == Role::Field || v.scope.contains(&end))
        .filter(|v| {
            v.ty == wanted
                || v.ty != "var" && !v.ty.is_empty() && context.assignable(&v.ty, &wanted)
        })
        .collect();
    // What the method made, or was given, before what the object has; of the
    // former what is used last.
    let used = |v: &Variable| file.slice(body.clone()).rfind(v.name.as_str()).unwrap_or(0);
    let named = |v: &Variable| {
        matches!(
            v.name.as_str(),
            "result" | "res" | "ret" | "answer" | "ans" | "out" | "output"
        )
    };
    candidates.sort_by_key(|v| {
        let role = match v.role {
            Role::Local => 0,
            Role::Parameter => 1,
            Role::Field => 2,
        };
        (role, v.ty != wanted, !named(v), usize::MAX - used(v))
    });
    candidates.dedup_by(|a, b| a.name == b.name);
    if file.slice(body.start..end).trim_end().ends_with('}') || !candidates.is_empty() {
        candidates.retain(|v| {
            v.role != Role::Field || file.slice(body.clone()).contains(v.name.as_str())
        });
    }
    // A value that was given, and stays as it was, is no result.
    candidates.retain(|v| {
        let fixed = types::primitive(&v.ty).is_some() || v.ty == "String";
        let inside = file.slice(body.clone());
        let set = ["=", "+=", "-=", "*=", "/=", "++", "--"];
        v.role != Role::Parameter || !fixed || set.iter().any(|o| assigns(inside, &v.name, o))
    });
    let insert = |statement: &str, title: String, tier: &str| {
        let mut fix = edit::fix(diagnostic, title, tier);
        fix = if bare_return {
            file.edit(fix, at..at + 6, statement.trim_end_matches(';').to_owned())
        } else {
            insert_last(file, fix, &body, statement)
        };
        fix
    };
    let mut fixes: Vec<Fix> = candidates
        .iter()
        .take(3)
        .map(|v| {
            let title = format!("return `{}`", v.name);
            insert(&format!("return {};", v.name), title, "verified")
        })
        .collect();
    let own = context
        .types_around(at)
        .first()
        .map(|n| context.declared_name(n));
    let is_static = method
        .modifiers
        .is_some_and(|m| file.slice(m).contains("static"));
    if fixes.is_empty() && own.as_deref() == Some(types::simple(&wanted)) && !is_static {
        fixes.push(insert(
            "return this;",
            "return `this`".to_owned(),
            "verified",
        ));
    }
    if let Some(value) =
        usual(context, &body, &wanted, file.slice(method.name.clone())).filter(|_| !bare_return)
    {
        let at = if candidates.is_empty() { 0 } else { 1 };
        let title = format!("return `{value}`");
        fixes.insert(
            at.min(fixes.len()),
            insert(&format!("return {value};"), title, "verified"),
        );
    } else if !bare_return {
        let value = types::default_value(&wanted);
        fixes.push(insert(
            &format!("return {value};"),
            format!("return `{value}`"),
            "placeholder",
        ));
    }
    fixes
}

/// What a search that found nothing returns: of `true` and `false` the other
/// one, and no index.
fn usual(
    context: &Context<'_>,
    body: &Range<usize>,
    wanted: &str,
    name: &str,
) -> Option<&'static str> {
    let file = &context.file;
    let returned: Vec<String> = file
        .all("return_statement")
        .iter()
        .filter(|n| body.contains(&n.range.start))
        .map(|n| bare(file.of(n)))
        .collect();
    let all = |text: &str| !returned.is_empty() && returned.iter().all(|r| r == text);
    let name = name.to_lowercase();
    let searches = ["find", "search", "index"]
        .iter()
        .any(|word| name.contains(word));
    match wanted {
        "boolean" | "Boolean" if all("returntrue;") => Some("false"),
        "boolean" | "Boolean" if all("returnfalse;") => Some("true"),
        "int" if searches && !returned.is_empty() => Some("-1"),
        _ => None,
    }
}

/// Inserts a statement at the end of a block.
fn insert_last(file: &File<'_>, fix: Fix, body: &Range<usize>, statement: &str) -> Fix {
    let close = body.end - 1;
    let line = file.line(close);
    if file.slice(line.start..close).trim().is_empty() && line.start > body.start {
        let last = file.slice(body.start + 1..close).trim_end();
        let indent = if last.is_empty() {
            format!("{}    ", file.indent(close))
        } else {
            statement_indent(file, body)
        };
        file.edit(
            fix,
            line.start..line.start,
            format!("{indent}{statement}\n"),
        )
    } else {
        file.edit(fix, close..close, format!("{statement} "))
    }
}

/// The indentation of a block's first line.
fn statement_indent(file: &File<'_>, body: &Range<usize>) -> String {
    let inside = file.slice(body.start + 1..body.end);
    let skipped = inside.len() - inside.trim_start().len();
    file.indent(body.start + 1 + skipped).to_owned()
}

/// A variable that may be read before it has a value: it begins with its
/// type's empty one.
pub(crate) fn uninitialised(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    let file = &context.file;
    let first = diagnostic.message.lines().next().unwrap_or_default();
    let Some(name) = first.split_whitespace().nth(1) else {
        return Vec::new();
    };
    let at = context.caret(diagnostic);
    let Some(variable) = model::variable(file, at, name).filter(|v| v.role == Role::Local) else {
        return Vec::new();
    };
    let declaration = file.slice(variable.declaration.clone());
    if declaration.contains('=') || !declaration.ends_with(';') {
        return Vec::new();
    }
    let scope = file.slice(variable.declaration.end..variable.scope.end);
    let assigned = assigns(scope, name, "=");
    let counted = ["+=", "-=", "*=", "/=", "++", "--", "|=", "&=", "^="]
        .iter()
        .any(|operator| assigns(scope, name, operator));
    let class = types::implementation(&variable.ty);
    let fix = |value: &str, tier: &str| {
        let title = format!("begin `{name}` with `{value}`");
        let fix = edit::fix(diagnostic, title, tier);
        file.edit(
            fix,
            variable.name_at.end..variable.name_at.end,
            format!(" = {value}"),
        )
    };
    if !assigned
        && let Some(class) =
            class.or(Some(types::simple(&variable.ty)).filter(|c| types::has_empty(c)))
    {
        let angles = if variable.ty.contains('<') { "<>" } else { "" };
        let made = fix(&format!("new {class}{angles}()"), "verified");
        return vec![context.with_import(made, class)];
    }
    // A variable that is nowhere set has lost a value that nobody can tell.
    let known = assigned || counted;
    let tier = if known { "verified" } else { "placeholder" };
    let empty = if counted && variable.ty == "String" {
        "\"\""
    } else {
        types::default_value(&variable.ty)
    };
    vec![fix(empty, tier)]
}

/// Whether a text applies an assignment's operator to a name.
fn assigns(text: &str, name: &str, operator: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    text.match_indices(name).any(|(at, _)| {
        let after = text[at + name.len()..].trim_start();
        let before = &text[..at];
        let applied = after.starts_with(operator) && !(operator == "=" && after.starts_with("=="));
        let prefixed = operator.len() == 2 && before.trim_end().ends_with(operator);
        !before.ends_with(part) && (applied || prefixed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_code_without_its_layout() {
        assert_eq!(bare("int  a /* x */ = 1; // y\n"), bare("int a=1;"));
        assert_ne!(bare("f(\"a b\")"), bare("f(\"ab\")"));
        assert_eq!(bare("'\\'' //"), "'\\''");
    }

    #[test]
    fn tells_assignments() {
        assert!(assigns("x = 1;", "x", "=") && assigns("++x;", "x", "++"));
        assert!(!assigns("x == 1; y.x = 2; xx = 3;", "x", "="));
    }
}
