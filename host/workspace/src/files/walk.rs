//! Lists the files of a project.

use super::path::RESERVED;
use ignore::WalkBuilder;
use std::path::Path;

/// The most files that are listed; the rest of a larger tree is not seen.
pub const MAX_FILES: usize = 500_000;

/// The most files that one glob may match.
pub const MAX_GLOB: usize = 20_000;

/// What a cache directory's tag begins with (<https://bford.info/cachedir/>).
const CACHE_TAG: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// What marks a folder as a virtual environment of Python (PEP 405).
const VIRTUAL_ENVIRONMENT: &str = "pyvenv.cfg";

/// Why a glob has no answer.
#[derive(Debug, thiserror::Error)]
pub enum GlobError {
    /// It cannot be parsed.
    #[error("invalid glob: {0}")]
    Invalid(#[from] globset::Error),
    /// It matches more than [`MAX_GLOB`] files.
    #[error("the glob `{0}` matches more than {MAX_GLOB} files")]
    TooMany(String),
}

/// Everything of the project below `root`, folders included, in no order.
pub(super) fn entries(root: &Path) -> ignore::Walk {
    let mut builder = WalkBuilder::new(root);
    builder
        .hidden(false)
        // The same list for everybody: not from the user's own settings.
        .git_global(false)
        .require_git(false)
        // Ignore files above the root speak for it only if it is a part of
        // the repository that they are in.
        .parents(is_inside_repository(root))
        .filter_entry(|entry| {
            if entry.depth() == 0 {
                return true;
            }
            let name = entry.file_name();
            if RESERVED
                .iter()
                .any(|reserved| name.eq_ignore_ascii_case(reserved))
            {
                return false;
            }
            let directory = entry.file_type().is_some_and(|kind| kind.is_dir());
            !directory
                || (name != "node_modules"
                    && !is_cache(entry.path())
                    && !entry.path().join(VIRTUAL_ENVIRONMENT).exists())
        });
    builder.build()
}

pub(super) fn files(root: &Path) -> Vec<String> {
    let mut files: Vec<String> = entries(root)
        // A folder that may not be read is as good as absent.
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .filter_map(|entry| relative(root, entry.path()))
        .take(MAX_FILES)
        .collect();
    files.sort_unstable();
    files
}

pub(super) fn glob(files: &[String], pattern: &str) -> Result<Vec<String>, GlobError> {
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let matcher = globset::GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()?
        .compile_matcher();
    let found: Vec<String> = files
        .iter()
        .filter(|path| matcher.is_match(path))
        .take(MAX_GLOB + 1)
        .cloned()
        .collect();
    if found.len() > MAX_GLOB {
        return Err(GlobError::TooMany(pattern.to_owned()));
    }
    Ok(found)
}

/// The `/`-separated path below `root`; `None` if it is not UTF-8.
pub(super) fn relative(root: &Path, path: &Path) -> Option<String> {
    let mut relative = String::new();
    for component in path.strip_prefix(root).ok()?.components() {
        if !relative.is_empty() {
            relative.push('/');
        }
        relative.push_str(component.as_os_str().to_str()?);
    }
    (!relative.is_empty()).then_some(relative)
}

fn is_inside_repository(root: &Path) -> bool {
    !root.join(".git").exists()
        && root
            .ancestors()
            .skip(1)
            .any(|above| above.join(".git").exists())
}

/// Whether a tool has tagged the folder as a cache, as cargo does its `target`.
pub(crate) fn is_cache(folder: &Path) -> bool {
    use std::io::Read;
    let mut start = [0; CACHE_TAG.len()];
    std::fs::File::open(folder.join("CACHEDIR.TAG"))
        .and_then(|mut tag| tag.read_exact(&mut start))
        .is_ok_and(|()| start == CACHE_TAG)
}
