//! Dependencies that a `pom.xml` does not name.

use crate::workspace::{Addition, Insertion, Workspace, folder, indent, is_inside, nearest};
use buildfix_sdk::Diagnostic;
use roxmltree::{Document, Node};
use std::collections::BTreeSet;

/// What a `pom.xml` says.
struct Pom {
    file: String,
    group: String,
    artifact: String,
    /// Its own, or its parent's.
    version: Option<String>,
    dependencies: Vec<Dependency>,
    properties: Vec<String>,
}

#[derive(Clone)]
struct Dependency {
    group: String,
    artifact: String,
    version: Option<String>,
    scope: Option<String>,
    /// Neither a classifier nor a type: these are of no use to another module
    /// without knowing what it needs.
    plain: bool,
}

pub fn missing(workspace: &Workspace<'_>, diagnostic: &Diagnostic) -> Option<Vec<Addition>> {
    let line = diagnostic.message.lines().next()?;
    let package = line
        .strip_prefix("package ")?
        .split_once(" does not exist")?
        .0;
    let files = workspace.files("**/pom.xml");
    let target = nearest(&files, &diagnostic.span.path)?;
    let poms: Vec<Pom> = files
        .iter()
        .filter_map(|file| Pom::read(file, &workspace.text(file)?))
        .collect();
    let own = poms.iter().find(|pom| pom.file == *target)?;
    let mut wanted: Vec<(Dependency, String)> = Vec::new();
    let mut modules = BTreeSet::new();
    let mut tests = BTreeSet::new();
    for symbol in workspace.host.members("java", package) {
        let mut parts = symbol.origin.split(':');
        match (parts.next(), parts.next(), parts.next()) {
            // Tests are not in a module's jar.
            (Some("workspace"), ..) if is_of_tests(&symbol.path) => {
                tests.extend(nearest(&files, &symbol.path));
            }
            (Some("workspace"), ..) => modules.extend(nearest(&files, &symbol.path)),
            (Some("maven"), Some(group), Some(artifact)) => {
                for pom in &poms {
                    let named = pom
                        .dependencies
                        .iter()
                        .find(|d| d.group == group && d.artifact == artifact && d.plain);
                    if let Some(named) = named {
                        wanted.push((named.clone(), format!("{} depends on it so", pom.file)));
                    }
                }
            }
            _ => {}
        }
    }
    if modules.contains(target) || tests.contains(target) {
        return None;
    }
    if !modules.is_empty() {
        wanted = modules
            .into_iter()
            .filter_map(|file| poms.iter().find(|pom| pom.file == *file))
            .filter(|pom| !reaches(&poms, pom, own))
            .map(|pom| {
                let dependency = Dependency {
                    group: pom.group.clone(),
                    artifact: pom.artifact.clone(),
                    version: Some(match &pom.version {
                        Some(version) if pom.version != own.version => version.clone(),
                        _ => "${project.version}".to_owned(),
                    }),
                    scope: None,
                    plain: true,
                };
                (
                    dependency,
                    format!("{} is the module that declares it", pom.file),
                )
            })
            .collect();
    }
    let text = workspace.text(target)?;
    let is_test = is_of_tests(&diagnostic.span.path);
    Some(
        wanted
            .into_iter()
            .filter(|(d, _)| {
                !own.dependencies
                    .iter()
                    .any(|o| o.group == d.group && o.artifact == d.artifact)
            })
            .filter(|(d, _)| d.version.as_deref().is_none_or(|v| is_known(v, own, &poms)))
            .map(|(mut dependency, why)| {
                if !is_test && dependency.scope.as_deref() == Some("test") {
                    dependency.scope = None;
                }
                Addition {
                    path: target.clone(),
                    entry: dependency.said(),
                    insertions: insert(target, &text, &dependency),
                    why,
                }
            })
            .collect(),
    )
}

fn is_of_tests(path: &str) -> bool {
    path.starts_with("src/test/") || path.contains("/src/test/")
}

/// Whether the properties of a version are those of this project, or of one in
/// a folder above it.
fn is_known(version: &str, own: &Pom, poms: &[Pom]) -> bool {
    version.split("${").skip(1).all(|rest| {
        let name = rest.split('}').next().unwrap_or_default();
        name == "project.version"
            || poms
                .iter()
                .filter(|pom| is_inside(&own.file, folder(&pom.file)))
                .any(|pom| pom.properties.iter().any(|property| property == name))
    })
}

fn child<'d>(node: Node<'d, 'd>, name: &str) -> Option<Node<'d, 'd>> {
    node.children()
        .find(|child| child.tag_name().name() == name)
}

fn text_of(node: Node<'_, '_>, name: &str) -> Option<String> {
    let found = node
        .children()
        .find(|child| child.tag_name().name() == name)?;
    Some(found.text()?.trim().to_owned())
}

impl Pom {
    fn read(file: &str, text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let project = document.root_element();
        let parent = child(project, "parent");
        let group = text_of(project, "groupId").or_else(|| text_of(parent?, "groupId"));
        let version = text_of(project, "version").or_else(|| text_of(parent?, "version"));
        let dependencies = child(project, "dependencies");
        let properties = child(project, "properties");
        Some(Self {
            file: file.to_owned(),
            group: group.unwrap_or_default(),
            artifact: text_of(project, "artifactId")?,
            version,
            dependencies: dependencies
                .into_iter()
                .flat_map(|all| all.children())
                .filter_map(|one| {
                    Some(Dependency {
                        group: text_of(one, "groupId")?,
                        artifact: text_of(one, "artifactId")?,
                        version: text_of(one, "version"),
                        scope: text_of(one, "scope"),
                        plain: child(one, "classifier").is_none() && child(one, "type").is_none(),
                    })
                })
                .collect(),
            properties: properties
                .into_iter()
                .flat_map(|all| all.children())
                .map(|one| one.tag_name().name().to_owned())
                .collect(),
        })
    }
}

/// Whether a module depends on another one, directly or through others.
fn reaches(poms: &[Pom], from: &Pom, to: &Pom) -> bool {
    let (mut queue, mut seen) = (vec![from], BTreeSet::new());
    while let Some(pom) = queue.pop() {
        if pom.file == to.file {
            return true;
        }
        if seen.insert(&pom.file) {
            queue.extend(pom.dependencies.iter().filter_map(|d| {
                let group = |pom: &Pom| d.group == pom.group || d.group == "${project.groupId}";
                poms.iter()
                    .find(|pom| group(pom) && d.artifact == pom.artifact)
            }));
        }
    }
    false
}

impl Dependency {
    fn said(&self) -> String {
        let version = self.version.iter().map(|v| format!(":{v}"));
        let scope = self.scope.iter().map(|s| format!(", scope {s}"));
        let rest: String = version.chain(scope).collect();
        format!("`{}:{}{rest}`", self.group, self.artifact)
    }

    fn element(&self, outer: &str, step: &str) -> String {
        let field =
            |name: &str, value: &str| format!("\n{outer}{step}<{name}>{}</{name}>", escape(value));
        let mut text = format!("{outer}<dependency>");
        text += &field("groupId", &self.group);
        text += &field("artifactId", &self.artifact);
        for (name, value) in [("version", &self.version), ("scope", &self.scope)] {
            if let Some(value) = value {
                text += &field(name, value);
            }
        }
        format!("{text}\n{outer}</dependency>")
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn insert(file: &str, text: &str, dependency: &Dependency) -> Option<Vec<Insertion>> {
    let document = Document::parse(text).ok()?;
    let project = document.root_element();
    let last_of = |node: Node<'_, '_>| node.children().rfind(Node::is_element).map(|n| n.range());
    let (at, new) = match child(project, "dependencies") {
        Some(all) => {
            let list = indent(text, all.range().start);
            match last_of(all) {
                Some(last) => {
                    let outer = indent(text, last.start);
                    let step = outer.strip_prefix(list).filter(|step| !step.is_empty());
                    (
                        last.end,
                        format!("\n{}", dependency.element(outer, step.unwrap_or("  "))),
                    )
                }
                // `<dependencies/>` or one without elements.
                None => return None,
            }
        }
        None => {
            let last = last_of(project)?;
            let outer = match indent(text, last.start) {
                "" => "  ",
                outer => outer,
            };
            let inner = dependency.element(&outer.repeat(2), outer);
            (
                last.end,
                format!("\n{outer}<dependencies>\n{inner}\n{outer}</dependencies>"),
            )
        }
    };
    Document::parse(&format!("{}{new}{}", &text[..at], &text[at..])).ok()?;
    Some(vec![Insertion {
        path: file.to_owned(),
        at,
        text: new,
    }])
}
