//! Projects and packages that a C# project does not reference.

use crate::workspace::{
    Addition, Insertion, Workspace, folder, indent, join, nearest, quoted, relative,
};
use buildfix_sdk::{Diagnostic, Request};
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, BTreeSet};

/// What a project references.
struct Project {
    file: String,
    /// Paths of other projects.
    projects: Vec<String>,
    /// Names and versions of packages.
    packages: Vec<(String, Option<String>)>,
}

pub fn missing(
    workspace: &Workspace<'_>,
    request: &Request,
    diagnostic: &Diagnostic,
) -> Option<Vec<Addition>> {
    let name = name(request, diagnostic)?;
    let files = workspace.files("**/*.csproj");
    let target = nearest(&files, &diagnostic.span.path)?;
    let projects: BTreeMap<&String, Project> = files
        .iter()
        .filter_map(|file| Some((file, Project::read(file, &workspace.text(file)?)?)))
        .collect();
    let own = projects.get(target)?;
    // Who declares it, as a type or as a namespace.
    let last = name.rsplit('.').next()?;
    let declared = workspace
        .host
        .find("csharp", last)
        .into_iter()
        .filter(|symbol| {
            let full = match symbol.container.is_empty() {
                true => symbol.name.clone(),
                false => format!("{}.{}", symbol.container, symbol.name),
            };
            symbol.exported
                && (!name.contains('.') || full == name || full.ends_with(&format!(".{name}")))
        });
    let inside = workspace.host.members("csharp", &name);
    let declarers: BTreeSet<&String> = declared
        .chain(inside)
        .filter(|symbol| symbol.origin == "workspace" && !symbol.path.is_empty())
        .filter_map(|symbol| nearest(&files, &symbol.path))
        .collect();
    if declarers
        .iter()
        .any(|file| *file == target || own.projects.contains(*file))
    {
        return None;
    }
    if !declarers.is_empty() {
        let found = declarers
            .into_iter()
            .filter(|file| !reaches(&projects, file, target));
        return Some(
            found
                .filter_map(|file| reference(workspace, target, file))
                .collect(),
        );
    }
    packages(workspace, target, own, &projects, &name)
}

/// The dotted name that stands at the diagnostic, as far as it is missing.
fn name(request: &Request, diagnostic: &Diagnostic) -> Option<String> {
    let text = &request.file.text;
    let missed = quoted(&diagnostic.message)?.split('<').next()?;
    let at = diagnostic.span.start as usize;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let before = text.get(..at)?;
    let start = before.len()
        - before
            .chars()
            .rev()
            .take_while(|c| is_name(*c))
            .map(char::len_utf8)
            .sum::<usize>();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let whole: String = text
        .get(start..)?
        .chars()
        .take_while(|c| is_name(*c))
        .collect();
    // A directive names a namespace; elsewhere a type begins the name.
    let directive = text.get(line_start..start)?.trim_start();
    let is_directive = directive.starts_with("using ") || directive.starts_with("global using ");
    let name = match is_directive {
        true => whole.trim_matches('.'),
        false if diagnostic.code == "CS0246" => missed,
        false => return None,
    };
    (!name.is_empty()).then(|| name.to_owned())
}

impl Project {
    fn read(file: &str, text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let included = |kind: &'static str| {
            document
                .descendants()
                .filter(move |node| node.tag_name().name() == kind)
        };
        Some(Self {
            file: file.to_owned(),
            projects: included("ProjectReference")
                .filter_map(|node| join(folder(file), node.attribute("Include")?))
                .collect(),
            packages: included("PackageReference")
                .filter_map(|node| {
                    let version = node.attribute("Version").map(str::to_owned);
                    let inner = node.children().find(|c| c.tag_name().name() == "Version");
                    let version = version.or_else(|| Some(inner?.text()?.trim().to_owned()));
                    Some((node.attribute("Include")?.to_owned(), version))
                })
                .collect(),
        })
    }
}

/// Whether a project references another one, directly or through others.
fn reaches(projects: &BTreeMap<&String, Project>, from: &String, to: &String) -> bool {
    let (mut queue, mut seen) = (vec![from], BTreeSet::new());
    while let Some(file) = queue.pop() {
        if file == to {
            return true;
        }
        if seen.insert(file) {
            queue.extend(projects.get(file).into_iter().flat_map(|p| &p.projects));
        }
    }
    false
}

fn reference(workspace: &Workspace<'_>, target: &str, other: &str) -> Option<Addition> {
    let text = workspace.text(target)?;
    let slash = text.contains("<ProjectReference") && !text.contains('\\');
    let path = relative(folder(target), other);
    let path = if slash { path } else { path.replace('/', "\\") };
    let element = format!("<ProjectReference Include=\"{}\" />", escape(&path));
    Some(Addition {
        path: target.to_owned(),
        entry: format!("`{element}`"),
        why: format!("{other} declares it"),
        insertions: insert(target, &text, "ProjectReference", &element),
    })
}

/// Packages that other projects reference and whose name the namespace begins
/// with.
fn packages(
    workspace: &Workspace<'_>,
    target: &str,
    own: &Project,
    projects: &BTreeMap<&String, Project>,
    name: &str,
) -> Option<Vec<Addition>> {
    let provides = |package: &str| {
        let (package, name) = (package.to_lowercase(), name.to_lowercase());
        name.strip_prefix(&package)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    if own.packages.iter().any(|(package, _)| provides(package)) {
        return None;
    }
    let mut known: Vec<(String, Option<String>, String)> = Vec::new();
    for project in projects.values() {
        for (package, version) in project.packages.iter().filter(|(p, _)| provides(p)) {
            let why = format!("{} references it so", project.file);
            known.push((package.clone(), version.clone(), why));
        }
    }
    // Versions that one file keeps for all projects below it.
    let central = workspace.files("**/Directory.Packages.props");
    let central = nearest(&central, target);
    let text = central
        .and_then(|file| workspace.text(file))
        .unwrap_or_default();
    if let (Some(file), Ok(document)) = (central, Document::parse(&text)) {
        let listed = document
            .descendants()
            .filter(|n| n.tag_name().name() == "PackageVersion");
        for package in listed
            .filter_map(|node| node.attribute("Include"))
            .filter(|p| provides(p))
        {
            known.push((package.to_owned(), None, format!("{file} has its version")));
        }
    }
    let longest = known.iter().map(|(package, ..)| package.len()).max()?;
    known.retain(|(package, ..)| package.len() == longest);
    let text = workspace.text(target)?;
    Some(
        known
            .into_iter()
            .map(|(package, version, why)| {
                let version = version.map(|v| format!(" Version=\"{}\"", escape(&v)));
                let element = format!(
                    "<PackageReference Include=\"{}\"{} />",
                    escape(&package),
                    version.unwrap_or_default()
                );
                Addition {
                    path: target.to_owned(),
                    entry: format!("`{element}`"),
                    why,
                    insertions: insert(target, &text, "PackageReference", &element),
                }
            })
            .collect(),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}

/// Behind its fellows, else in a group of its own at the project's end.
fn insert(file: &str, text: &str, kind: &str, element: &str) -> Option<Vec<Insertion>> {
    let document = Document::parse(text).ok()?;
    let root = document.root_element();
    let plain = |node: &Node<'_, '_>| {
        node.attribute("Condition").is_none()
            && node
                .parent()
                .is_some_and(|p| p.attribute("Condition").is_none())
    };
    let fellow = root
        .descendants()
        .rfind(|node| node.tag_name().name() == kind && plain(node));
    let (at, new) = match fellow {
        Some(fellow) => {
            let range = fellow.range();
            (
                range.end,
                format!("\n{}{element}", indent(text, range.start)),
            )
        }
        None => {
            let last = root.children().rfind(Node::is_element)?.range();
            let outer = match indent(text, last.start) {
                "" => "  ",
                outer => outer,
            };
            let group =
                format!("\n{outer}<ItemGroup>\n{outer}{outer}{element}\n{outer}</ItemGroup>");
            (last.end, group)
        }
    };
    Document::parse(&format!("{}{new}{}", &text[..at], &text[at..])).ok()?;
    Some(vec![Insertion {
        path: file.to_owned(),
        at,
        text: new,
    }])
}
