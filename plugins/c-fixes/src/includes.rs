//! `#include` lines: missing ones, and names of headers with a slip.

use crate::{Context, is_identifier, quoted, says, standard};
use buildfix_fixer_support::{names, span};
use buildfix_sdk::{Diagnostic, Fix, edit};

const HEADERS: &[&str] = &["h", "hh", "hpp", "hxx", "inl"];

/// Whether the message says that a name is not known.
pub fn is_unknown(diagnostic: &Diagnostic) -> bool {
    says(
        diagnostic,
        &[
            "unknown type name",
            "undeclared",
            "was not declared in this scope",
            "has not been declared",
            "does not name a type",
            "implicit declaration of function",
            "implicitly declaring library function",
            "is not a member of",
            "no member named",
            "no type named",
            "no template named",
        ],
    )
}

/// The name that is not known, without its qualifiers.
pub fn unknown_name(diagnostic: &Diagnostic) -> Option<&str> {
    let name = quoted(diagnostic).rsplit("::").next()?.trim();
    is_identifier(name).then_some(name)
}

/// The header of the workspace or of the standard library that declares the
/// unknown name.
pub fn missing(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !is_unknown(diagnostic) {
        return Vec::new();
    }
    let Some(name) = unknown_name(diagnostic) else {
        return Vec::new();
    };
    let in_std = diagnostic
        .arguments
        .iter()
        .any(|a| a == "std" || a == "namespace 'std'")
        || quoted(diagnostic).starts_with("std::");
    let mut targets: Vec<String> = Vec::new();
    if !in_std {
        targets.extend(headers_of(context, name));
    }
    // clang names the header in a note, without an edit.
    targets.extend(diagnostic.related.iter().filter_map(|note| {
        let after = note.message.split_once("include the header ")?.1;
        let header = after.split_inclusive('>').next()?;
        header.starts_with('<').then(|| header.to_owned())
    }));
    let using_std = context.source.text().contains("using namespace std");
    if context.is_cpp() && (in_std || using_std) {
        targets.extend(standard::cpp_header(name).map(|header| format!("<{header}>")));
    }
    targets.extend(standard::c_header(name).map(|header| {
        let header = match header.strip_suffix(".h") {
            Some(stem) if context.is_cpp() && in_std => format!("c{stem}"),
            _ => header.to_owned(),
        };
        format!("<{header}>")
    }));
    if targets.is_empty() {
        targets = shipped(context, name, in_std, in_std || using_std);
    }
    targets.dedup();
    targets
        .into_iter()
        .filter(|target| !includes(context.source.text()).any(|(_, known)| known == *target))
        .map(|target| {
            let line = format!("#include {target}\n");
            let at = place(context.source.text(), target.starts_with('"'));
            let at = span(at..at).start;
            edit::fix(
                diagnostic,
                format!("insert `#include {target}`"),
                "verified",
            )
            .insert_into_set(&context.request.file, at, line)
        })
        .collect()
}

/// More headers that declare a name are guesses.
const MOST_SHIPPED: usize = 3;

/// The headers of the C and the C++ library that declare a name, as the host
/// knows them.
fn shipped(context: &Context<'_>, name: &str, in_std: bool, std_visible: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut add = |language: &str, origin: &str| {
        for symbol in context.host.find(language, name) {
            if symbol.origin != origin || symbol.container.is_empty() {
                continue;
            }
            let header = match symbol.container.strip_suffix(".h") {
                Some(stem) if in_std && !stem.contains('/') => format!("<c{stem}>"),
                _ => format!("<{}>", symbol.container),
            };
            if !found.contains(&header) && found.len() < MOST_SHIPPED {
                found.push(header);
            }
        }
    };
    if context.is_cpp() && std_visible {
        add("cpp", "libstdc++");
    }
    add("c", "libc");
    found
}

/// The workspace's headers that declare a name, as an include line names them.
fn headers_of(context: &Context<'_>, name: &str) -> Vec<String> {
    let here = &context.request.file.path;
    let mut found = Vec::new();
    for language in ["c", "cpp"] {
        for symbol in context.host.find(language, name) {
            let header = symbol
                .path
                .rsplit_once('.')
                .is_some_and(|(_, extension)| HEADERS.contains(&extension));
            if header && symbol.path != *here && symbol.container.is_empty() {
                let target = format!("\"{}\"", relative(here, &symbol.path));
                if !found.contains(&target) {
                    found.push(target);
                }
            }
        }
    }
    found
}

/// `to` as seen from the folder of `from`.
fn relative(from: &str, to: &str) -> String {
    let from: Vec<&str> = from.split('/').collect();
    let to: Vec<&str> = to.split('/').collect();
    let folders = from.len() - 1;
    let shared = from[..folders]
        .iter()
        .zip(&to[..to.len() - 1])
        .take_while(|(a, b)| a == b)
        .count();
    let mut path: Vec<&str> = vec![".."; folders - shared];
    path.extend(&to[shared..]);
    path.join("/")
}

/// The include lines of a file: where each ends, and what it names with its
/// quotes or angle brackets.
fn includes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').filter_map(move |line| {
        at += line.len();
        let rest = line
            .trim_start()
            .strip_prefix('#')?
            .trim_start()
            .strip_prefix("include")?;
        let rest = rest.trim();
        let close = match rest.chars().next()? {
            '"' => '"',
            '<' => '>',
            _ => return None,
        };
        let end = rest[1..].find(close)? + 2;
        Some((at, &rest[..end]))
    })
}

/// Where a new include line goes: after the last of its kind, else after the
/// last of the other, else after the leading comment and the guard.
fn place(text: &str, local: bool) -> usize {
    let mut same = None;
    let mut other = None;
    for (end, target) in includes(text) {
        // Those inside a conditional further down are not for everybody.
        if target.starts_with('"') == local {
            same = same.max(Some(end));
        } else {
            other = other.max(Some(end));
        }
    }
    same.or(other).unwrap_or_else(|| top(text))
}

fn top(text: &str) -> usize {
    let mut at = 0;
    let mut in_comment = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let guard = content.starts_with("#pragma once")
            || content.starts_with("#ifndef")
            || content.starts_with("#define");
        if in_comment || content.starts_with("/*") {
            in_comment = !content.contains("*/");
        } else if !(content.starts_with("//") || guard || (content.is_empty() && at > 0)) {
            break;
        }
        at += line.len();
    }
    at
}

/// "'strng.h' file not found": the nearest header that exists.
pub fn misspelt(context: &Context<'_>, diagnostic: &Diagnostic) -> Vec<Fix> {
    if !says(diagnostic, &["file not found", "No such file or directory"]) {
        return Vec::new();
    }
    let source = context.source.text();
    let at = diagnostic.span.start as usize;
    let line = context.source.line(at);
    let Some((_, target)) = includes(&source[line.clone()]).next() else {
        return Vec::new();
    };
    let wanted = &target[1..target.len() - 1];
    let (folder, file) = wanted
        .rsplit_once('/')
        .map_or(("", wanted), |(f, n)| (f, n));
    let mut known: Vec<String> = Vec::new();
    for extension in HEADERS {
        for path in context
            .host
            .list_files(&format!("**/*.{extension}"))
            .unwrap_or_default()
        {
            if let Some(name) = path.rsplit('/').next() {
                known.push(name.to_owned());
            }
        }
    }
    known.sort();
    known.dedup();
    if folder.is_empty() {
        known.extend(standard::headers(context.is_cpp()).map(str::to_owned));
    }
    for language in ["c", "cpp"].iter().take(1 + usize::from(context.is_cpp())) {
        for symbol in context.host.similar(language, wanted, 2) {
            let (of, name) = symbol.name.rsplit_once('/').unwrap_or(("", &symbol.name));
            if symbol.kind == "header" && of == folder && !known.iter().any(|k| k == name) {
                known.push(name.to_owned());
            }
        }
    }
    names::nearest(file, known.iter().map(String::as_str))
        .into_iter()
        .take(3)
        .map(|name| {
            let offset = line.start
                + source[line.clone()].find(target).unwrap_or_default()
                + 1
                + wanted.len()
                - file.len();
            context.replace_bytes(
                diagnostic,
                format!("include `{name}`"),
                offset..offset + file.len(),
                name,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_including_file() {
        assert_eq!(relative("src/log.c", "src/log.h"), "log.h");
        assert_eq!(relative("tests/a/t.c", "src/log.h"), "../../src/log.h");
        assert_eq!(relative("main.c", "include/x/log.h"), "include/x/log.h");
    }

    #[test]
    fn a_new_include_goes_with_its_kind() {
        let text = "/* licence */\n#include <a.h>\n#include \"b.h\"\nint x;\n";
        assert_eq!(
            &text[..place(text, true)],
            "/* licence */\n#include <a.h>\n#include \"b.h\"\n"
        );
        assert_eq!(
            &text[..place(text, false)],
            "/* licence */\n#include <a.h>\n"
        );
        assert_eq!(&"// c\nint x;"[..place("// c\nint x;", true)], "// c\n");
    }
}
