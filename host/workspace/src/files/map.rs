//! From a path that a compiler printed to a file of the workspace.

use super::{Workspace, walk};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest printed path that is looked at, in bytes.
pub(super) const MAX_PRINTED: usize = 4096;

/// How many answers are kept; a log can name any number of paths.
const MAX_ANSWERS: usize = 100_000;

/// Answers given before.
#[derive(Debug, Default)]
pub(super) struct Answers(HashMap<String, Option<String>>);

impl Answers {
    pub(super) fn get(&self, printed: &str) -> Option<Option<String>> {
        self.0.get(printed).cloned()
    }

    pub(super) fn insert(&mut self, printed: &str, answer: Option<String>) {
        if self.0.len() >= MAX_ANSWERS {
            self.0.clear();
        }
        self.0.insert(printed.to_owned(), answer);
    }
}

/// Where toolchains and package managers keep code that is not the
/// workspace's. The tail of such a path says nothing: `/rustc/…/src/option.rs`
/// is not the project's own `src/option.rs`.
const FOREIGN: [&str; 14] = [
    "/rustc/",
    "/.cargo/registry/",
    "/.cargo/git/",
    "/.rustup/toolchains/",
    "/node_modules/",
    "/.nuget/packages/",
    "/usr/include/",
    "/usr/lib/",
    "/dotnet/sdk/",
    "/pkg/mod/",
    "/site-packages/",
    "/dist-packages/",
    "/.m2/repository/",
    "/nix/store/",
];

/// Whether a path starts at a root, here or on Windows.
pub(super) fn is_absolute(printed: &str) -> bool {
    let bytes = printed.as_bytes();
    matches!(bytes.first(), Some(b'/' | b'\\'))
        || (bytes.len() > 2
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
            && matches!(bytes[2], b'/' | b'\\'))
}

pub(super) fn map(workspace: &Workspace, printed: &str) -> Option<String> {
    let decoded = printed
        .get(..5)
        .filter(|head| head.eq_ignore_ascii_case("file:"))
        .map(|_| url(printed));
    let printed = decoded.as_deref().unwrap_or(printed);
    if !is_absolute(printed)
        && let Some(path) = relative(workspace, printed)
    {
        return Some(path);
    }
    if Path::new(printed).is_absolute() {
        let clean = clean(Path::new(printed));
        for root in [&workspace.root, &workspace.named] {
            if let Some(inside) = walk::relative(root, &clean) {
                return allowed(workspace, inside);
            }
        }
        // Through a symlink that is not the root as named (`/tmp` on a Mac).
        if let Ok(real) = clean.canonicalize() {
            // It is here, so it is what was meant, and outside if not inside.
            return walk::relative(&workspace.root, &real)
                .and_then(|inside| allowed(workspace, inside));
        }
    }
    let slashed = printed.replace('\\', "/");
    if slashed != printed
        && !is_absolute(printed)
        && let Some(path) = relative(workspace, &slashed)
    {
        return Some(path);
    }
    let lower = slashed.to_ascii_lowercase();
    if FOREIGN.iter().any(|folder| lower.contains(folder)) {
        return None;
    }
    workspace.suffixes().find(&slashed)
}

/// A relative path of a file that is there, without `.` and `..`.
pub(super) fn relative(workspace: &Workspace, printed: &str) -> Option<String> {
    let joined = clean(&workspace.root.join(printed));
    let inside = walk::relative(&workspace.root, &joined)?;
    let full = workspace.resolve(&inside).ok()?;
    full.is_file().then_some(inside)
}

fn allowed(workspace: &Workspace, inside: String) -> Option<String> {
    workspace.resolve(&inside).is_ok().then_some(inside)
}

/// Takes `.` and `..` out by the letters of the path, as compilers do that put
/// it together.
fn clean(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// The path of a `file:` URL, its escapes decoded.
fn url(url: &str) -> String {
    let rest = &url[5..];
    let rest = rest.strip_prefix("//").map_or(rest, |rest| {
        // Skips a host's name.
        rest.find('/').map_or(rest, |slash| &rest[slash..])
    });
    let mut bytes = Vec::with_capacity(rest.len());
    let mut left = rest.as_bytes();
    while let Some((byte, after)) = left.split_first() {
        let escaped = (*byte == b'%')
            .then(|| after.split_at_checked(2))
            .flatten()
            .and_then(|(hex, after)| Some((str::from_utf8(hex).ok()?, after)))
            .and_then(|(hex, after)| Some((u8::from_str_radix(hex, 16).ok()?, after)));
        let (byte, after) = escaped.unwrap_or((*byte, after));
        bytes.push(byte);
        left = after;
    }
    let path = String::from_utf8_lossy(&bytes).into_owned();
    // `file:///C:/x` has a slash before the drive.
    match path.strip_prefix('/') {
        Some(drive) if is_absolute(drive) && !drive.starts_with('/') => drive.to_owned(),
        _ => path,
    }
}

/// The workspace's files by name, to find those with a given tail.
#[derive(Debug)]
pub(super) struct SuffixIndex {
    files: Arc<[String]>,
    by_name: HashMap<String, Vec<u32>>,
    by_lower_name: HashMap<String, Vec<u32>>,
}

/// How two components compare.
type Same = fn(&str, &str) -> bool;

impl SuffixIndex {
    pub(super) fn new(files: Arc<[String]>) -> Self {
        let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
        let mut by_lower_name: HashMap<String, Vec<u32>> = HashMap::new();
        for (index, path) in (0_u32..).zip(files.iter()) {
            let name = path.rsplit('/').next().unwrap_or(path);
            by_name.entry(name.to_owned()).or_default().push(index);
            by_lower_name
                .entry(name.to_lowercase())
                .or_default()
                .push(index);
        }
        Self {
            files,
            by_name,
            by_lower_name,
        }
    }

    /// The file whose path ends like `printed`, which is `/`-separated.
    fn find(&self, printed: &str) -> Option<String> {
        let mut components: Vec<&str> = Vec::new();
        for component in printed.split('/') {
            match component {
                "" | "." => {}
                // Nothing is known of what is above the first component.
                ".." => {
                    components.pop();
                }
                other => components.push(other),
            }
        }
        let name = components.last()?;
        let exact = self.by_name.get(*name).map_or(&[][..], Vec::as_slice);
        let absolute = is_absolute(printed);
        self.longest(exact, &components, absolute, |a, b| a == b)
            .or_else(|| {
                let folded = self.by_lower_name.get(&name.to_lowercase());
                let folded = folded.map_or(&[][..], Vec::as_slice);
                self.longest(folded, &components, absolute, |a, b| {
                    a.to_lowercase() == b.to_lowercase()
                })
            })
    }

    fn longest(
        &self,
        candidates: &[u32],
        printed: &[&str],
        absolute: bool,
        same: Same,
    ) -> Option<String> {
        // Whether the whole of the shorter path agrees comes before length:
        // where the log's root is the workspace's, the file's path as a whole
        // is the tail of what was printed.
        let mut best: Option<(bool, usize)> = None;
        let mut found: Option<&String> = None;
        for path in candidates.iter().map(|index| &self.files[*index as usize]) {
            let depth = path.split('/').count();
            let common = path
                .rsplit('/')
                .zip(printed.iter().rev())
                .take_while(|(a, b)| same(a, b))
                .count();
            let whole = common == depth || common == printed.len();
            // A relative path has nothing in front that could differ; and a
            // name alone often is that of a file which has moved since.
            if !whole && (!absolute || common < 2) {
                continue;
            }
            let rank = (whole, common);
            if best.is_none_or(|best| rank > best) {
                (best, found) = (Some(rank), Some(path));
            } else if best == Some(rank) {
                found = None;
            }
        }
        found.cloned()
    }
}
