//! Jars: those that the project's `pom.xml` files name, in Maven's local
//! repository, and those that lie in its own `lib`, `libs` and
//! `target/dependency`.

use super::reader::Reader;
use super::{Found, Offer, Search, classfile, offer};
use roxmltree::{Document, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest jar that is read, in bytes (64 MiB).
const MAX_JAR: u64 = 64 << 20;
/// The most entries of a jar that are looked at.
const MAX_ENTRIES: usize = 100_000;
/// The largest class file that is read, in bytes (1 MiB), unpacked.
const MAX_CLASS: u64 = 1 << 20;
/// The most bytes that one jar may unpack to (256 MiB).
const MAX_UNPACKED: u64 = 256 << 20;
/// How many parents of a `pom.xml` are read.
const MAX_PARENTS: usize = 8;

/// The jars of the project.
pub(super) fn find(search: &Search<'_>, reader: &mut Reader) -> Vec<Found> {
    let root = &search.surroundings.root;
    let mut found = Vec::new();
    let mut folders = BTreeSet::from([root.clone()]);
    let repository = repository(search, reader);
    for path in search.manifests(|name| name == "pom.xml") {
        let pom = root.join(path);
        folders.extend(pom.parent().map(Path::to_owned));
        for [group, artifact, version] in dependencies(&pom, reader) {
            let jar = repository
                .as_ref()
                .and_then(|repository| jar(repository, &group, &artifact, &version, reader));
            if let Some(jar) = jar {
                found.push(unit(&format!("maven:{group}:{artifact}"), jar));
            }
        }
    }
    for path in search.manifests(|name| name.starts_with("build.gradle")) {
        folders.extend(root.join(path).parent().map(Path::to_owned));
    }
    for folder in folders {
        for place in ["lib", "libs", "target/dependency"] {
            let place = folder.join(place);
            for entry in reader.list(&place) {
                if let Some(name) = entry.name.strip_suffix(".jar").filter(|_| !entry.is_folder) {
                    found.push(unit(&format!("jar:{name}"), place.join(&entry.name)));
                }
            }
        }
    }
    found
}

fn unit(origin: &str, jar: PathBuf) -> Found {
    Found {
        id: format!("{origin}:{}", jar.display()),
        origin: origin.to_owned(),
        read: Box::new(move |reader| read(&jar, reader)),
    }
}

/// Maven's local repository.
fn repository(search: &Search<'_>, reader: &mut Reader) -> Option<PathBuf> {
    let home = search.surroundings.home()?;
    let settings = reader.text(&home.join(".m2/settings.xml"));
    let named = settings.as_deref().and_then(|text| {
        let document = Document::parse(text).ok()?;
        let path = child(document.root_element(), "localRepository")?;
        Some(path.text()?.trim().replace("${user.home}", home.to_str()?))
    });
    Some(named.map_or_else(|| home.join(".m2/repository"), PathBuf::from))
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Option<Node<'a, 'i>> {
    node.children()
        .find(|child| child.tag_name().name() == name)
}

fn text(node: Node<'_, '_>, name: &str) -> Option<String> {
    Some(child(node, name)?.text()?.trim().to_owned())
}

/// What the `pom.xml` and its parents within reach say.
#[derive(Default)]
struct Pom {
    properties: HashMap<String, String>,
    /// Versions by group and artifact, from `dependencyManagement`.
    managed: BTreeMap<(String, String), String>,
    /// Group, artifact, version; the last may be empty.
    direct: Vec<[String; 3]>,
}

fn dependencies(path: &Path, reader: &mut Reader) -> Vec<[String; 3]> {
    let mut pom = Pom::default();
    let mut next = Some(path.to_owned());
    for _ in 0..MAX_PARENTS {
        let Some(path) = next.take() else { break };
        let Some(text) = reader.text(&path) else {
            break;
        };
        match Document::parse(&text) {
            Ok(document) => {
                next = pom
                    .add(document.root_element())
                    .and_then(|parent| Some(path.parent()?.join(parent)));
            }
            Err(error) => reader.skip(&path, &error.to_string()),
        }
        if let Some(path) = &mut next
            && reader.is_folder(path)
        {
            path.push("pom.xml");
        }
    }
    let managed = |group: &String, artifact: &String| {
        let version = pom.managed.get(&(group.clone(), artifact.clone()));
        version.map_or_else(String::new, |version| pom.filled(version))
    };
    let mut found = Vec::new();
    for [group, artifact, version] in &pom.direct {
        let (group, artifact) = (pom.filled(group), pom.filled(artifact));
        let version = match version.as_str() {
            "" => managed(&group, &artifact),
            version => pom.filled(version),
        };
        // Each is a part of a path.
        let sound = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+'))
                && !text.split('.').any(str::is_empty)
        };
        if sound(&group) && sound(&artifact) && (version.is_empty() || sound(&version)) {
            found.push([group, artifact, version]);
        }
    }
    found
}

impl Pom {
    /// Takes in a project; gives the path of its parent.
    fn add(&mut self, project: Node<'_, '_>) -> Option<String> {
        let parent = child(project, "parent");
        for (name, field) in [
            ("project.version", "version"),
            ("project.groupId", "groupId"),
        ] {
            let value = text(project, field).or_else(|| text(parent?, field));
            if let Some(value) = value {
                self.properties.entry(name.to_owned()).or_insert(value);
            }
        }
        for property in child(project, "properties")
            .into_iter()
            .flat_map(|p| p.children())
        {
            if let Some(value) = property.text() {
                let name = property.tag_name().name().to_owned();
                let value = value.trim().to_owned();
                self.properties.entry(name).or_insert(value);
            }
        }
        let listed = |node: Node<'_, '_>| -> Vec<[String; 3]> {
            let all = child(node, "dependencies");
            all.into_iter()
                .flat_map(|all| all.children())
                .filter_map(|one| {
                    let version = text(one, "version").unwrap_or_default();
                    Some([text(one, "groupId")?, text(one, "artifactId")?, version])
                })
                .collect()
        };
        if let Some(managed) = child(project, "dependencyManagement") {
            for [group, artifact, version] in listed(managed) {
                let key = (self.filled(&group), self.filled(&artifact));
                self.managed.entry(key).or_insert(version);
            }
        }
        // A module has its parents' dependencies as well.
        self.direct.extend(listed(project));
        let parent = parent?;
        Some(text(parent, "relativePath").unwrap_or_else(|| "../pom.xml".to_owned()))
            .filter(|path| !path.is_empty())
    }

    /// With the values of `${property}` filled in.
    fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        // A property may name others; a circle ends.
        for _ in 0..4 {
            let Some((before, rest)) = filled.split_once("${") else {
                break;
            };
            let Some((name, after)) = rest.split_once('}') else {
                break;
            };
            let value = self.properties.get(name).map_or("", String::as_str);
            filled = format!("{before}{value}{after}");
            if filled.len() > 512 {
                return String::new();
            }
        }
        filled
    }
}

/// The jar of an artifact. A version that only a bill of materials knows is the
/// newest that was fetched.
fn jar(
    repository: &Path,
    group: &str,
    artifact: &str,
    version: &str,
    reader: &mut Reader,
) -> Option<PathBuf> {
    let folder = repository.join(group.replace('.', "/")).join(artifact);
    let versions = match version {
        "" => {
            let mut all: Vec<String> = reader
                .list(&folder)
                .into_iter()
                .filter(|entry| entry.is_folder)
                .map(|entry| entry.name)
                .collect();
            all.sort_by_cached_key(|name| {
                let parts = name.split(['.', '-']);
                parts
                    .map(|part| part.parse::<u64>().map_err(|_| part.to_owned()))
                    .map(|part| (part.is_ok(), part.clone().unwrap_or(0), part.err()))
                    .collect::<Vec<_>>()
            });
            all.into_iter().rev().collect()
        }
        version => vec![version.to_owned()],
    };
    versions
        .into_iter()
        .map(|version| {
            folder
                .join(&version)
                .join(format!("{artifact}-{version}.jar"))
        })
        .find(|jar| reader.is_file(jar))
}

fn read(jar: &Path, reader: &mut Reader) -> Vec<Offer> {
    let Some(bytes) = reader.bytes(jar, MAX_JAR) else {
        return Vec::new();
    };
    let mut archive = match zip::ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            reader.skip(jar, &error.to_string());
            return Vec::new();
        }
    };
    if archive.len() > MAX_ENTRIES {
        reader.skip(jar, "it has too many entries");
        return Vec::new();
    }
    let mut offers = Vec::new();
    let mut room = MAX_UNPACKED;
    let mut containers: HashMap<String, Arc<str>> = HashMap::new();
    let mut packages = BTreeSet::new();
    for number in 0..archive.len() {
        let class = archive.by_index(number).map_err(|error| error.to_string());
        let class = class.and_then(|entry| class_of(entry, &mut room));
        match class {
            Ok(Some(class)) => {
                packages.insert(class.container.clone());
                let container = containers
                    .entry(class.container)
                    .or_insert_with_key(|name| Arc::from(name.as_str()));
                offers.push(offer(&class.name, class.kind, container, &class.signature));
            }
            Ok(None) => {}
            Err(reason) => reader.skip(jar, &reason),
        }
        if room == 0 {
            reader.skip(jar, "it unpacks to too much");
            return Vec::new();
        }
    }
    // A nested type of one that cannot be named cannot either.
    let types: BTreeSet<String> = offers
        .iter()
        .map(|offer| format!("{}.{}", offer.container, offer.name))
        .collect();
    let is_package = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or(name);
        last.chars().next().is_some_and(|c| !c.is_uppercase())
    };
    offers.retain(|offer| is_package(&offer.container) || types.contains(&*offer.container));
    packages.retain(|package| is_package(package) && !types.contains(package));
    let root: Arc<str> = Arc::from("");
    for package in packages {
        offers.push(offer(
            &package,
            "namespace",
            &root,
            &format!("package {package}"),
        ));
    }
    offers
}

/// The type of an entry that is a class file.
fn class_of<R: std::io::Read>(
    entry: zip::read::ZipFile<'_, R>,
    room: &mut u64,
) -> Result<Option<classfile::Class>, String> {
    let name = entry
        .name()
        .map_err(|error| error.to_string())?
        .into_owned();
    let Some(stem) = name.strip_suffix(".class") else {
        return Ok(None);
    };
    let last = stem.rsplit('/').next().unwrap_or(stem);
    let anonymous = last
        .rsplit_once('$')
        .is_some_and(|(_, name)| name.starts_with(|c: char| c.is_ascii_digit()));
    // Other versions' variants, and what is no type.
    if stem.starts_with("META-INF/") || anonymous || last.ends_with("-info") {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let limit = MAX_CLASS.min(*room);
    let read = entry.take(limit + 1).read_to_end(&mut bytes);
    *room = room.saturating_sub(bytes.len() as u64);
    read.map_err(|error| format!("{name}: {error}"))?;
    if bytes.len() as u64 > limit {
        return Err(format!("{name}: larger than a class file that is read"));
    }
    classfile::read(&bytes).map_err(|reason| format!("{name}: {reason}"))
}
