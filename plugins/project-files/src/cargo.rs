//! Crates that a `Cargo.toml` does not ask for.

use crate::workspace::{
    Addition, Insertion, Workspace, folder, is_inside, join, nearest, quoted, relative,
};
use buildfix_sdk::Diagnostic;
use std::collections::BTreeSet;
use toml::{Table, Value};

const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// A package of the workspace.
struct Package {
    manifest: String,
    name: String,
    /// What code calls it.
    krate: String,
    table: Table,
}

pub fn missing(workspace: &Workspace<'_>, diagnostic: &Diagnostic) -> Option<Vec<Addition>> {
    let krate = krate(&diagnostic.message)?;
    let manifests = workspace.files("**/Cargo.toml");
    let tables: Vec<(&String, Table)> = manifests
        .iter()
        .filter_map(|path| Some((path, workspace.text(path)?.parse().ok()?)))
        .collect();
    let packages: Vec<Package> = tables
        .iter()
        .filter_map(|(path, table)| Package::of(path, table))
        .collect();
    let with_package: Vec<String> = packages.iter().map(|p| p.manifest.clone()).collect();
    let target = nearest(&with_package, &diagnostic.span.path)?;
    let target = packages.iter().find(|p| p.manifest == *target)?;
    // Its programs and tests have its library without asking for it.
    if target.krate == krate {
        return None;
    }
    let home = folder(&target.manifest);
    let section = section(
        diagnostic
            .span
            .path
            .get(home.len()..)?
            .trim_start_matches('/'),
    );
    // Tests and examples have what the library asks for, too.
    let theirs: &[&str] = match section {
        "dev-dependencies" => &SECTIONS[..2],
        section => &[section],
    };
    if theirs.iter().any(|s| target.asks(s, krate).is_some()) {
        return None;
    }
    let text = workspace.text(&target.manifest)?;
    let add = |key: &str, value: &str, why: String| Addition {
        path: target.manifest.clone(),
        entry: format!("`{key} = {value}` to [{section}]"),
        why,
        insertions: insert(&text, section, key, value).map(|(at, line)| {
            vec![Insertion {
                path: target.manifest.clone(),
                at,
                text: line,
            }]
        }),
    };
    // What the workspace keeps for all of its members.
    let roots = tables.iter().filter(|(path, table)| {
        table.contains_key("workspace") && is_inside(&target.manifest, folder(path))
    });
    let root = roots.max_by_key(|(path, _)| folder(path).len());
    let shared =
        root.and_then(|(_, table)| table.get("workspace")?.get("dependencies")?.as_table());
    if let Some((key, _)) = shared.and_then(|shared| entry(shared, krate)) {
        let why = "the workspace's [workspace.dependencies] have it".to_owned();
        return Some(vec![add(key, "{ workspace = true }", why)]);
    }
    // A member of the workspace; what is only a program is no crate to use.
    let libraries = workspace.files("**/src/lib.rs");
    let members: Vec<&Package> = packages
        .iter()
        .filter(|p| p.krate == krate && p.manifest != target.manifest)
        .filter(|p| {
            let usual = join(folder(&p.manifest), "src/lib.rs");
            p.table.contains_key("lib") || usual.is_some_and(|lib| libraries.contains(&lib))
        })
        .collect();
    if !members.is_empty() {
        let found = members.iter().filter(|p| !reaches(&packages, p, target));
        return Some(
            found
                .map(|p| {
                    let path = relative(home, folder(&p.manifest));
                    let why = format!("{} is that package", p.manifest);
                    add(&p.name, &format!("{{ path = {} }}", quote(&path)), why)
                })
                .collect(),
        );
    }
    // What other members, or this one elsewhere, ask for.
    let asked: Vec<Addition> = packages
        .iter()
        .flat_map(|p| SECTIONS.map(|section| (p, section)))
        .filter_map(|(p, section)| {
            let (key, value) = p.asks(section, krate)?;
            let value = requirement(value, folder(&p.manifest), home)?;
            let why = format!("{} asks for it so", p.manifest);
            Some(add(key, &value, why))
        })
        .collect();
    if !asked.is_empty() {
        return Some(asked);
    }
    // What is locked already, since another crate needs it.
    let locks = workspace.files("**/Cargo.lock");
    let lock: Table = workspace
        .text(nearest(&locks, &target.manifest)?)?
        .parse()
        .ok()?;
    let locked = lock.get("package")?.as_array()?.iter();
    Some(
        locked
            .filter_map(|package| {
                let name = package.get("name")?.as_str()?;
                let version = package.get("version")?.as_str()?;
                (called(name) == krate && package.get("source").is_some()).then(|| {
                    let why = "Cargo.lock has it for another crate".to_owned();
                    add(name, &quote(version), why)
                })
            })
            .collect(),
    )
}

/// The crate that a message misses.
fn krate(message: &str) -> Option<&str> {
    let line = message.lines().next()?;
    let wanted = [
        "unresolved import `",
        "can't find crate for `",
        "cannot find module or crate `",
        "unlinked crate `",
        "undeclared crate or module `",
        "missing crate `",
    ];
    let from = wanted
        .iter()
        .find_map(|w| Some(line.find(w)? + w.len() - 1))?;
    // Of a crate that is there and lacks an item the compiler says `a::b`.
    let name = quoted(&line[from..])?;
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let known = [
        "crate",
        "self",
        "super",
        "std",
        "core",
        "alloc",
        "proc_macro",
        "",
    ];
    (is_name && !known.contains(&name)).then_some(name)
}

fn called(name: &str) -> String {
    name.replace('-', "_")
}

fn quote(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Where a file's dependencies stand.
fn section(path: &str) -> &'static str {
    match path {
        "build.rs" => SECTIONS[2],
        _ if ["tests/", "examples/", "benches/"]
            .iter()
            .any(|f| path.starts_with(f)) =>
        {
            SECTIONS[1]
        }
        _ => SECTIONS[0],
    }
}

fn entry<'t>(table: &'t Table, krate: &str) -> Option<(&'t String, &'t Value)> {
    table.iter().find(|(key, _)| called(key) == krate)
}

impl Package {
    fn of(manifest: &str, table: &Table) -> Option<Self> {
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        let lib = table.get("lib").and_then(|lib| lib.get("name")?.as_str());
        Some(Self {
            manifest: manifest.to_owned(),
            krate: lib.map_or_else(|| called(&name), str::to_owned),
            name,
            table: table.clone(),
        })
    }

    fn asks(&self, section: &str, krate: &str) -> Option<(&String, &Value)> {
        entry(self.table.get(section)?.as_table()?, krate)
    }
}

/// Whether a package needs another one, directly or through others: Cargo
/// refuses circles.
fn reaches(packages: &[Package], from: &Package, to: &Package) -> bool {
    let (mut queue, mut seen) = (vec![from], BTreeSet::new());
    while let Some(package) = queue.pop() {
        if package.manifest == to.manifest {
            return true;
        }
        if !seen.insert(&package.manifest) {
            continue;
        }
        for section in [SECTIONS[0], SECTIONS[2]] {
            let asked = package.table.get(section).and_then(Value::as_table);
            queue.extend(asked.into_iter().flatten().filter_map(|(key, _)| {
                packages
                    .iter()
                    .find(|p| p.name == *key || p.krate == called(key))
            }));
        }
    }
    false
}

/// Another's requirement, as it reads from this folder.
fn requirement(value: &Value, from: &str, to: &str) -> Option<String> {
    let mut value = value.clone();
    if let Some(table) = value.as_table_mut() {
        table.remove("optional");
        if let Some(path) = table.get("path").and_then(Value::as_str) {
            let path = relative(to, &join(from, path)?);
            table.insert("path".to_owned(), Value::String(path));
        }
    }
    Some(value.to_string())
}

/// Where a line goes, and the line: in order where the section is sorted, else
/// at its end, else in a section of its own at the file's end.
fn insert(text: &str, section: &str, key: &str, value: &str) -> Option<(usize, String)> {
    let line = format!("{key} = {value}\n");
    let header = format!("[{section}]");
    let mut at = 0;
    let mut inside = false;
    // Where the comments begin that stand right above a line.
    let mut comment = None;
    let mut keys: Vec<(String, usize)> = Vec::new();
    let mut end = None;
    for whole in text.split_inclusive('\n') {
        let plain = whole.split('#').next().unwrap_or_default().trim();
        if plain.starts_with('[') && (plain.ends_with(']') || inside) {
            if plain == header {
                inside = true;
                end = Some(at + whole.len());
            } else if !plain.ends_with(',') {
                inside = false;
            }
        } else if inside && !whole.trim().is_empty() {
            end = Some(at + whole.len());
            let name: String = plain
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
                .collect();
            let rest = plain[name.len()..].trim_start();
            if !name.is_empty() && (rest.starts_with('=') || rest.starts_with('.')) {
                keys.push((name, comment.unwrap_or(at)));
            }
        }
        comment = whole
            .trim_start()
            .starts_with('#')
            .then(|| comment.unwrap_or(at));
        at += whole.len();
    }
    let sorted = keys.is_sorted_by(|a, b| a.0 <= b.0);
    let after = keys.iter().find(|(name, _)| name.as_str() > key);
    let (at, line) = match (end, after) {
        (Some(_), Some((_, at))) if sorted => (*at, line),
        (Some(end), _) if text[..end].ends_with('\n') => (end, line),
        (Some(end), _) => (end, format!("\n{line}")),
        (None, _) => {
            let gap = match text {
                "" => "",
                _ if text.ends_with('\n') => "\n",
                _ => "\n\n",
            };
            (text.len(), format!("{gap}{header}\n{line}"))
        }
    };
    // Whatever the file is like, this must be what it says afterwards.
    let after: Table = format!("{}{line}{}", &text[..at], &text[at..])
        .parse()
        .ok()?;
    let wanted: Table = format!("{key} = {value}").parse().ok()?;
    let got = after.get(section)?.as_table()?.get(key)?;
    (Some(got) == wanted.get(key)).then_some((at, line))
}
