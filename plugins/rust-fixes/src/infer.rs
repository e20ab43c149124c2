//! The type of an expression, as far as its text tells.

use crate::scope::{self, Variable};
use crate::{Context, tree};
use buildfix_sdk::Diagnostic;

/// How many bindings are followed.
const DEPTH: usize = 4;

/// The possible types of an expression, likeliest first.
pub fn types(context: &Context<'_>, diagnostic: &Diagnostic, expression: &str) -> Vec<String> {
    let variables = scope::variables(context, diagnostic);
    infer(context, &variables, expression.trim(), DEPTH)
}

fn infer(
    context: &Context<'_>,
    variables: &[Variable],
    expression: &str,
    depth: usize,
) -> Vec<String> {
    let one = |of: &str| vec![of.to_owned()];
    if let Some((_, of)) = expression.rsplit_once(" as ") {
        return one(of.trim_end_matches(')').trim());
    }
    if let Some(suffix) = [
        "u8", "u16", "u32", "u64", "usize", "i32", "i64", "f32", "f64",
    ]
    .iter()
    .find(|suffix| expression.ends_with(**suffix) && starts_with_digit(expression))
    {
        return one(suffix);
    }
    if starts_with_digit(expression) && expression.contains('.') {
        return one("f64");
    }
    if starts_with_digit(expression) {
        return ["usize", "u32", "i32", "u64", "u8"]
            .map(str::to_owned)
            .to_vec();
    }
    if [".to_string()", ".to_owned()", ".into_string()"]
        .iter()
        .any(|end| expression.ends_with(end))
    {
        return one("String");
    }
    match expression {
        "true" | "false" => return one("bool"),
        _ if expression.starts_with("b\"") => return one("&'static [u8]"),
        _ if expression.starts_with('"') => return one("&'static str"),
        _ if expression.starts_with('\'') => return one("char"),
        _ if expression.starts_with("format!") => return one("String"),
        _ => {}
    }
    if let Some(variable) = variables.iter().rev().find(|v| v.name == expression) {
        if !variable.of.is_empty() {
            return one(&variable.of);
        }
        return match depth.checked_sub(1) {
            Some(depth) if !variable.value.is_empty() => {
                infer(context, variables, &variable.value, depth)
            }
            _ => Vec::new(),
        };
    }
    if let Some(inner) = expression
        .strip_prefix("Some(")
        .and_then(|e| e.strip_suffix(')'))
    {
        let inner = match depth.checked_sub(1) {
            Some(depth) => infer(context, variables, inner, depth),
            None => Vec::new(),
        };
        return inner
            .into_iter()
            .map(|of| format!("Option<{of}>"))
            .collect();
    }
    if let Some(of) = field(context, expression) {
        return one(&of);
    }
    called(context, expression)
}

/// `a.b`: the type that every field named `b` has.
fn field(context: &Context<'_>, expression: &str) -> Option<String> {
    let (owner, name) = expression.rsplit_once('.')?;
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    };
    if !plain(owner) || !plain(name) {
        return None;
    }
    let mut types: Vec<String> = context
        .host
        .find("rust", name)
        .into_iter()
        .filter(|symbol| symbol.kind == "field" && !symbol.path.is_empty())
        .filter_map(|symbol| Some(symbol.signature.split_once(':')?.1.trim().to_owned()))
        .collect();
    types.sort();
    types.dedup();
    match &mut types[..] {
        [only] => Some(std::mem::take(only)),
        _ => None,
    }
}

fn starts_with_digit(expression: &str) -> bool {
    expression
        .trim_start_matches('-')
        .starts_with(|c: char| c.is_ascii_digit())
}

/// `Type::new(…)` is a `Type`; a function of the workspace says what it returns.
fn called(context: &Context<'_>, expression: &str) -> Vec<String> {
    let Some((path, _)) = expression.split_once('(') else {
        return Vec::new();
    };
    let is_path = path
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '<' | '>' | '&' | ' '));
    if !is_path || !expression.ends_with(')') || expression.matches(").").count() > 0 {
        return Vec::new();
    }
    if let Some((owner, function)) = path.rsplit_once("::") {
        let last = owner.rsplit("::").next().unwrap_or_default();
        let is_type = last.starts_with(|c: char| c.is_ascii_uppercase());
        let makes = ["new", "from", "default", "with_capacity", "with"]
            .iter()
            .any(|name| function.starts_with(name));
        if is_type && makes {
            return vec![owner.replace("::<", "<")];
        }
    }
    let name = path.rsplit("::").next().unwrap_or(path).trim();
    context
        .host
        .find("rust", name)
        .into_iter()
        .filter(|symbol| !symbol.path.is_empty())
        .filter_map(|symbol| tree::returned(&symbol.signature).map(str::to_owned))
        .take(1)
        .collect()
}
