//! Packages that a `package.json` does not ask for.

use crate::workspace::{Addition, Insertion, Workspace, nearest, quoted};
use buildfix_sdk::Diagnostic;
use serde_json::{Map, Value};
use std::ops::Range;

const SECTIONS: [&str; 4] = [
    "dependencies",
    "devDependencies",
    "peerDependencies",
    "optionalDependencies",
];

/// Modules of Node.js whose types `@types/node` has.
const NODE: &[&str] = &[
    "assert",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "domain",
    "events",
    "fs",
    "http",
    "http2",
    "https",
    "inspector",
    "module",
    "net",
    "os",
    "path",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "repl",
    "stream",
    "string_decoder",
    "timers",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

pub fn missing(workspace: &Workspace<'_>, diagnostic: &Diagnostic) -> Option<Vec<Addition>> {
    let wanted = wanted(diagnostic)?;
    let files = workspace.files("**/package.json");
    let manifests: Vec<(&String, Map<String, Value>)> = files
        .iter()
        .filter_map(|file| Some((file, serde_json::from_str(&workspace.text(file)?).ok()?)))
        .collect();
    let target = nearest(&files, &diagnostic.span.path)?;
    let (_, own) = manifests.iter().find(|(file, _)| *file == target)?;
    let mut found = Vec::new();
    for name in &wanted {
        if SECTIONS
            .iter()
            .any(|section| asks(own, section, name).is_some())
        {
            continue;
        }
        found.extend(known(workspace, &manifests, target, own, name));
    }
    Some(found)
}

/// The packages of which any would do.
fn wanted(diagnostic: &Diagnostic) -> Option<Vec<String>> {
    let message = diagnostic.message.as_str();
    let types = |name: &str| {
        let plain = name.trim_start_matches('@').replace('/', "__");
        format!("@types/{plain}")
    };
    match diagnostic.code.trim_start_matches("TS") {
        "2307" => {
            let module = quoted(message)?;
            let name = package(module)?;
            let plain = module.strip_prefix("node:").unwrap_or(module);
            let is_node = module.starts_with("node:")
                || NODE.contains(&plain.split('/').next().unwrap_or_default());
            Some(vec![if is_node { types("node") } else { name }])
        }
        "7016" => Some(vec![types(&package(quoted(message)?)?)]),
        // "Try `npm i --save-dev @types/jest` or `npm i --save-dev @types/mocha`".
        _ => {
            let names = message.split("npm i --save-dev ").skip(1);
            let names = names.filter_map(|rest| rest.split(['`', '\'', ' ', '.']).next());
            Some(
                names
                    .map(str::to_owned)
                    .filter(|name| package(name).is_some())
                    .collect(),
            )
        }
    }
}

/// The package of a module; `None` for files and for what no package is called.
fn package(module: &str) -> Option<String> {
    let mut parts = module.split('/');
    let first = parts.next()?;
    let name = match first.strip_prefix('@') {
        Some("") => return None,
        Some(_) => format!("{first}/{}", parts.next().filter(|part| !part.is_empty())?),
        None => first.to_owned(),
    };
    let is_name = !first.is_empty()
        && !first.starts_with(['.', '#', '~'])
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '/' | '-' | '_' | '.' | ':'));
    is_name.then_some(name)
}

fn asks<'m>(manifest: &'m Map<String, Value>, section: &str, name: &str) -> Option<&'m str> {
    manifest.get(section)?.get(name)?.as_str()
}

fn known(
    workspace: &Workspace<'_>,
    manifests: &[(&String, Map<String, Value>)],
    target: &str,
    own: &Map<String, Value>,
    name: &str,
) -> Vec<Addition> {
    let Some(text) = workspace.text(target) else {
        return Vec::new();
    };
    let add = &|section: &str, range: &str, why: String| Addition {
        path: target.to_owned(),
        entry: format!("`\"{name}\": \"{range}\"` to {section}"),
        why,
        insertions: insert(&text, section, name, range).map(|(at, new)| {
            vec![Insertion {
                path: target.to_owned(),
                at,
                text: new,
            }]
        }),
    };
    let usual = match name.starts_with("@types/") {
        true => SECTIONS[1],
        false => SECTIONS[0],
    };
    // A package of the workspace.
    let is_named =
        |manifest: &Map<String, Value>| manifest.get("name").and_then(Value::as_str) == Some(name);
    let mut others = manifests.iter().filter(|(file, _)| *file != target);
    if let Some((file, package)) = others.clone().find(|(_, manifest)| is_named(manifest)) {
        let protocol = manifests.iter().any(|(_, manifest)| {
            SECTIONS.iter().any(|section| {
                let asked = manifest.get(*section).and_then(Value::as_object);
                asked.into_iter().flatten().any(|(_, range)| {
                    range
                        .as_str()
                        .is_some_and(|range| range.starts_with("workspace:"))
                })
            })
        });
        // Two that need each other are no way to build.
        let back = own.get("name").and_then(Value::as_str).is_some_and(|own| {
            SECTIONS
                .iter()
                .any(|section| asks(package, section, own).is_some())
        });
        if back {
            return Vec::new();
        }
        let range = if protocol { "workspace:*" } else { "*" };
        return vec![add(usual, range, format!("{file} is that package"))];
    }
    // What others ask for; a path is read from the folder that it stands in.
    let is_path = |range: &str| {
        let path = range.strip_prefix("workspace:").unwrap_or(range);
        ["file:", "link:", "portal:", ".", "/", "~/"]
            .iter()
            .any(|start| path.starts_with(start))
    };
    let by_path = others.clone().any(|(_, manifest)| {
        SECTIONS
            .iter()
            .any(|section| asks(manifest, section, name).is_some_and(is_path))
    });
    if by_path {
        return Vec::new();
    }
    let asked: Vec<Addition> = others
        .by_ref()
        .flat_map(|(file, manifest)| {
            SECTIONS[..2].iter().filter_map(move |section| {
                let range = asks(manifest, section, name)?;
                Some(add(section, range, format!("{file} asks for it so")))
            })
        })
        .collect();
    if !asked.is_empty() {
        return asked;
    }
    // What is locked, since another package needs it.
    let locks = workspace.files("**/package-lock.json");
    let lock = nearest(&locks, target).and_then(|lock| workspace.text(lock));
    let lock: Option<Value> = lock.and_then(|lock| serde_json::from_str(&lock).ok());
    let packages = lock
        .as_ref()
        .and_then(|lock| lock.get("packages")?.as_object());
    let place = format!("node_modules/{name}");
    packages
        .into_iter()
        .flatten()
        .filter(|(at, _)| {
            at.strip_suffix(&place)
                .is_some_and(|before| before.is_empty() || before.ends_with('/'))
        })
        .filter_map(|(_, package)| package.get("version")?.as_str())
        .map(|version| {
            let why = "package-lock.json has it for another package".to_owned();
            add(usual, &format!("^{version}"), why)
        })
        .collect()
}

/// Where an entry goes, and its text with the comma that it needs.
fn insert(text: &str, section: &str, name: &str, range: &str) -> Option<(usize, String)> {
    let line = format!("{}: {}", Value::from(name), Value::from(range));
    let top = object(text, text.find('{')?)?;
    let found = top.iter().find(|entry| entry.key == section);
    let (at, new) = match found {
        Some(of) => {
            let entries = object(text, of.value.start)?;
            place(text, of.value.start, &entries, name, &line)?
        }
        None => {
            // Beside its fellows, else at the end.
            let fellow = top
                .iter()
                .rfind(|entry| SECTIONS.contains(&entry.key.as_str()));
            let last = fellow.or(top.last())?;
            let outer = crate::workspace::indent(text, last.start);
            let step = if outer.is_empty() { "  " } else { outer };
            let new = format!(
                ",\n{outer}{}: {{\n{outer}{step}{line}\n{outer}}}",
                Value::from(section)
            );
            (last.value.end, new)
        }
    };
    let after: Value =
        serde_json::from_str(&format!("{}{new}{}", &text[..at], &text[at..])).ok()?;
    let got = after.get(section)?.get(name)?.as_str()?;
    (got == range).then_some((at, new))
}

/// The place among the entries of a section, in order where they are.
fn place(
    text: &str,
    open: usize,
    entries: &[Entry],
    name: &str,
    line: &str,
) -> Option<(usize, String)> {
    let Some(last) = entries.last() else {
        let outer = crate::workspace::indent(text, open);
        let step = if outer.is_empty() { "  " } else { outer };
        return Some((open + 1, format!("\n{outer}{step}{line}\n{outer}")));
    };
    let first = entries.first()?;
    let gap = match text.get(open + 1..first.start)? {
        gap if gap.trim().is_empty() => gap.replace('\r', ""),
        _ => return None,
    };
    let sorted = entries.is_sorted_by(|a, b| a.key <= b.key);
    match entries.iter().find(|entry| entry.key.as_str() > name) {
        Some(after) if sorted => Some((after.start, format!("{line},{gap}"))),
        _ => Some((last.value.end, format!(",{gap}{line}"))),
    }
}

/// An entry of an object.
struct Entry {
    key: String,
    /// Where its key begins.
    start: usize,
    value: Range<usize>,
}

/// The entries of the object that opens at a byte; `None` for what is none.
fn object(text: &str, open: usize) -> Option<Vec<Entry>> {
    let bytes = text.as_bytes();
    let mut entries = Vec::new();
    let mut at = open + 1;
    if bytes.get(open) != Some(&b'{') {
        return None;
    }
    let space = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    loop {
        at = space(at);
        match bytes.get(at)? {
            b'}' => return Some(entries),
            b',' => at += 1,
            b'"' => {
                let start = at;
                at = string(bytes, at)?;
                let key = serde_json::from_str(text.get(start..at)?).ok()?;
                at = space(at);
                if bytes.get(at) != Some(&b':') {
                    return None;
                }
                let from = space(at + 1);
                at = value(bytes, from)?;
                entries.push(Entry {
                    key,
                    start,
                    value: from..at,
                });
            }
            _ => return None,
        }
    }
}

/// The end of a string.
fn string(bytes: &[u8], open: usize) -> Option<usize> {
    let mut at = open + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// The end of a value.
fn value(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut at, mut depth) = (from, 0_usize);
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string(bytes, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return Some(at),
            c if depth == 0 && c.is_ascii_whitespace() => return Some(at),
            _ => {}
        }
        at += 1;
    }
}
