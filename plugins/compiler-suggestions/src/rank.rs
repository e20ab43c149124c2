//! Which of several suggestions is most likely right.
//!
//! The order matters most where more than one of them compiles, for then the
//! rebuild cannot tell. The rules were read off from broken code whose repair
//! by a person is known.

use crate::candidate::Candidate;
use buildfix_sdk::{Diagnostic, Host, Request};

/// Sorts, best first; equals keep the compiler's order.
pub fn sort(
    candidates: &mut [Candidate],
    diagnostic: &Diagnostic,
    request: &Request,
    host: &dyn Host,
) {
    if candidates.len() < 2 {
        return;
    }
    candidates.sort_by_cached_key(|one| {
        (
            one.placeholder,
            one.hint,
            one.level != "MachineApplicable",
            score(one, diagnostic, request, host),
        )
    });
}

/// Lower is likelier; 50 where no rule speaks.
fn score(one: &Candidate, diagnostic: &Diagnostic, request: &Request, host: &dyn Host) -> u32 {
    let [edit, ..] = one.edits.as_slice() else {
        return 50;
    };
    if let Some(path) = imported(&edit.text) {
        return import(path, request, host);
    }
    if one.message.contains("similar name") {
        return similar_name(diagnostic, &edit.expect);
    }
    let text = edit.text.trim();
    match (edit.expect.as_str(), text) {
        // `...` has always been the inclusive range.
        ("...", "..=") => 10,
        ("", "&mut") => {
            if loop_writes(diagnostic, request) {
                10
            } else {
                60
            }
        }
        _ if text == "'static" => {
            if makes_owned(diagnostic, request, host) {
                60
            } else {
                40
            }
        }
        _ if diagnostic.code == "E0106" && text == "&" => 55,
        // Silences the compiler, or makes an error into a panic.
        _ if one.message.contains("silence") => 60,
        _ if text.contains(".expect(") || text.contains(".unwrap()") => 60,
        _ => 50,
    }
}

/// The path that a Rust import brings in.
fn imported(text: &str) -> Option<&str> {
    let path = text.trim().strip_prefix("use ")?.strip_suffix(';')?;
    Some(path.split(" as ").next().unwrap_or(path).trim())
}

/// An import: from a module that the file uses already, of what the workspace
/// itself declares there, from the standard library, from a crate that the
/// file uses, from any other.
fn import(path: &str, request: &Request, host: &dyn Host) -> u32 {
    let (parent, name) = path.rsplit_once("::").unwrap_or(("", path));
    let uses = |module: &str| {
        request.file.text.match_indices(module).any(|(at, _)| {
            let before = request.file.text[..at].chars().next_back();
            let after = request.file.text[at + module.len()..].trim_start_matches(':');
            let whole = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':');
            // A name or a list of names, and not a deeper module.
            whole && after.starts_with(|c: char| c == '{' || c == ';' || c.is_uppercase())
        })
    };
    if !parent.is_empty() && uses(parent) {
        return 10;
    }
    let root = path.split("::").next().unwrap_or_default();
    let local = matches!(root, "crate" | "self" | "super");
    let declared = local
        && host.find("rust", name).iter().any(|symbol| {
            symbol.origin == "workspace"
                && (symbol.container.is_empty() || symbol.container.ends_with(last(parent)))
        });
    let used = request.file.text.contains(&format!("use {root}::"));
    match root {
        _ if declared => 15,
        "std" => 20,
        "core" | "alloc" => 22,
        _ if local => 25,
        _ if used => 24,
        _ => 30,
    }
}

fn last(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// A similar name is a good guess for a variable, a poor one against an import
/// of the very name, and none at all for a single letter.
fn similar_name(diagnostic: &Diagnostic, wrong: &str) -> u32 {
    if wrong.chars().count() <= 1 {
        70
    } else if diagnostic.message.contains("find value") {
        5
    } else {
        35
    }
}

/// Whether the body of the `for` loop on the diagnostic's line assigns through
/// its variable.
fn loop_writes(diagnostic: &Diagnostic, request: &Request) -> bool {
    let text = &request.file.text;
    let at = diagnostic.span.start as usize;
    let Some(before) = text.get(..at) else {
        return false;
    };
    let line = before.rsplit('\n').next().unwrap_or_default();
    let Some(variable) = line
        .rsplit_once("for ")
        .and_then(|(_, rest)| rest.split_once(" in"))
        .map(|(pattern, _)| pattern.trim())
    else {
        return false;
    };
    let body = block(&text[at..]);
    body.match_indices(variable).any(|(at, _)| {
        let after = body[at + variable.len()..].trim_start();
        let dereferenced = body[..at].ends_with('*');
        let operator = after.trim_start_matches(['+', '-', '*', '/', '%', '&', '|', '^', '<', '>']);
        dereferenced && operator.starts_with('=') && !operator.starts_with("==")
    })
}

/// The text of the first `{ … }`.
fn block(text: &str) -> &str {
    let Some(start) = text.find('{') else {
        return "";
    };
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return &text[start..=at],
            b'}' => depth -= 1,
            _ => {}
        }
    }
    &text[start..]
}

/// Whether the function around the diagnostic makes owned strings or
/// collections: then what it returns is hardly `'static`.
fn makes_owned(diagnostic: &Diagnostic, request: &Request, host: &dyn Host) -> bool {
    let span = &diagnostic.span;
    let nodes = host
        .ancestors(&span.path, span.start, span.end)
        .unwrap_or_default();
    let Some(function) = nodes.iter().find(|node| node.kind == "function_item") else {
        return false;
    };
    let body = request
        .file
        .text
        .get(function.start as usize..function.end as usize);
    [
        "String::",
        ".to_string()",
        ".to_owned()",
        "format!",
        ".collect",
        ".into()",
        "Vec::",
        "vec!",
    ]
    .iter()
    .any(|maker| body.is_some_and(|body| body.contains(maker)))
}
