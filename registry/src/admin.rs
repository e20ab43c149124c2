//! A registry's folder: making one, adding to it, yanking.
//!
//! Every file is replaced by a rename, in the order artifact, index line, lists,
//! so that a reader sees each whole and an interruption leaves at most an
//! artifact that no line names or a list that is a version behind. Whoever
//! writes holds a lock on `.lock`; readers need none.

mod error;
mod lists;
mod verify;

pub use error::AdminError;
pub use verify::{Complaint, Verification, verify};

use crate::index::{Checksum, FORMAT, Line, Lines, RegistryConfig};
use crate::{Name, publish::Publication};
use error::io_error;
use semver::Version;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Bytes of an index file, at most. A version takes about 1 KiB.
pub const MAX_INDEX_FILE: u64 = 16 * 1024 * 1024;
/// Bytes of a reason to yank.
pub const MAX_REASON: usize = 500;
/// What the names of files that are being written begin with.
const TEMP: &str = ".tmp-";

/// A registry's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

/// What became of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is new.
    New(Line),
    /// The very same bytes were there: a repeated request.
    Same(Line),
}

impl Folder {
    /// Makes a registry of an empty or absent folder.
    ///
    /// # Errors
    /// When it is one already, or cannot be written.
    pub fn init(root: &Path, config: &RegistryConfig) -> Result<Self, AdminError> {
        let folder = Self {
            root: root.to_owned(),
        };
        if folder.root.join("config.json").exists() {
            return Err(AdminError::Initialized(root.to_owned()));
        }
        for part in ["index", "cas/sha256"] {
            let path = root.join(part);
            fs::create_dir_all(&path).map_err(io_error("make", &path))?;
        }
        let locked = folder.lock()?;
        locked.rebuild()?;
        // Last: a folder is a registry once it has this.
        locked.write_json("config.json", config)?;
        drop(locked);
        Ok(folder)
    }

    /// A registry's folder, if it is one.
    ///
    /// # Errors
    /// When `config.json` is missing, broken or of a later format.
    pub fn open(root: &Path) -> Result<Self, AdminError> {
        let folder = Self {
            root: root.to_owned(),
        };
        folder.config()?;
        Ok(folder)
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `config.json`
    ///
    /// # Errors
    /// When it is missing, broken or of a later format.
    pub fn config(&self) -> Result<RegistryConfig, AdminError> {
        let path = self.root.join("config.json");
        let no = |reason: String| AdminError::NoRegistry {
            path: path.clone(),
            reason,
        };
        let text = fs::read(&path).map_err(|error| no(error.to_string()))?;
        let config: RegistryConfig =
            serde_json::from_slice(&text).map_err(|error| no(error.to_string()))?;
        match config.v {
            FORMAT => Ok(config),
            v => Err(no(format!(
                "it has the format {v}, this buildfix has {FORMAT}"
            ))),
        }
    }

    /// Where a plugin's lines are.
    #[must_use]
    pub fn index_path(&self, name: &Name) -> PathBuf {
        self.root.join("index").join(name.scope()).join(name.name())
    }

    /// Where an artifact is.
    #[must_use]
    pub fn artifact_path(&self, checksum: &Checksum) -> PathBuf {
        self.root.join("cas/sha256").join(checksum.hex())
    }

    /// The text of a plugin's index file; empty if there is none.
    fn index_text(&self, name: &Name) -> Result<String, AdminError> {
        let path = self.index_path(name);
        match fs::metadata(&path) {
            Ok(meta) if meta.len() > MAX_INDEX_FILE => Err(AdminError::Broken {
                file: format!("index/{name}"),
                line: 1,
                reason: format!("the file has more than {MAX_INDEX_FILE} bytes"),
            }),
            Ok(_) => fs::read_to_string(&path).map_err(io_error("read", &path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(io_error("read", &path)(error)),
        }
    }

    /// Every plugin, sorted, and files of `index/` that are no plugin's.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn names(&self) -> Result<(Vec<Name>, Vec<String>), AdminError> {
        let (mut names, mut strange) = (Vec::new(), Vec::new());
        for scope in entries(&self.root.join("index"))? {
            let path = self.root.join("index").join(&scope);
            if !path.is_dir() {
                strange.push(format!("index/{scope}"));
                continue;
            }
            for plugin in entries(&path)? {
                match format!("{scope}/{plugin}").parse() {
                    Ok(name) if path.join(&plugin).is_file() => names.push(name),
                    _ => strange.push(format!("index/{scope}/{plugin}")),
                }
            }
        }
        names.sort();
        strange.sort();
        Ok((names, strange))
    }

    /// Waits until nobody else writes.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn lock(&self) -> Result<Locked<'_>, AdminError> {
        let path = self.root.join(".lock");
        let mut options = File::options();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(io_error("open", &path))?;
        file.lock().map_err(io_error("lock", &path))?;
        Ok(Locked {
            folder: self,
            _file: file,
        })
    }
}

/// The names in a folder; none if it is missing. What is being written is left
/// out, and so are names that are no Unicode, which no plugin has.
fn entries(path: &Path) -> Result<Vec<String>, AdminError> {
    let read = match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(io_error("list", path))?,
    };
    let mut names = Vec::new();
    for entry in read {
        let entry = entry.map_err(io_error("list", path))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with(TEMP) {
            names.push(name);
        }
    }
    Ok(names)
}

/// The right to change a registry's folder.
#[derive(Debug)]
pub struct Locked<'a> {
    folder: &'a Folder,
    /// Unlocked by being closed, also when the process is killed.
    _file: File,
}

impl Locked<'_> {
    /// Adds a version. The publisher's right to do so was checked before.
    ///
    /// # Errors
    /// When the name or the version is taken; nothing is changed then.
    pub fn publish(&self, publication: &Publication) -> Result<Published, AdminError> {
        let line = publication.line();
        let text = self.folder.index_text(&line.name)?;
        if text.is_empty()
            && let Some(existing) = self.look_alike(&line.name)?
        {
            return Err(AdminError::Collision {
                wanted: line.name.clone(),
                existing,
            });
        }
        if let Some((existing, known)) = taken(&line.name, &line.vers, &text)? {
            return match known {
                Some(known) if known.vers == line.vers && known.cksum == line.cksum => {
                    Ok(Published::Same(known))
                }
                _ => Err(AdminError::Exists {
                    name: line.name.clone(),
                    version: line.vers.clone(),
                    existing,
                    offered: line.cksum.clone(),
                }),
            };
        }
        self.write_artifact(&line.cksum, publication.bytes())?;
        let mut text = text;
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&encode(line));
        text.push('\n');
        self.write(&self.folder.index_path(&line.name), text.as_bytes())?;
        self.refresh(&line.name)?;
        Ok(Published::New(line.clone()))
    }

    /// Yanks a version, with a reason, or takes that back with `None`. Doing so
    /// again changes nothing but the reason.
    ///
    /// # Errors
    /// When there is no such version.
    pub fn set_yanked(
        &self,
        name: &Name,
        version: &Version,
        yanked: Option<&str>,
    ) -> Result<Line, AdminError> {
        let hostile = |reason: &str| {
            reason.len() > MAX_REASON
                || buildfix_component::text::tame_line(reason, MAX_REASON) != reason
        };
        if yanked.is_some_and(hostile) {
            return Err(AdminError::Reason);
        }
        let text = self.folder.index_text(name)?;
        let not_found = || AdminError::NotFound {
            name: name.clone(),
            version: version.clone(),
        };
        let mut written: Vec<String> = text.lines().map(str::to_owned).collect();
        for (number, old) in written.iter_mut().enumerate() {
            let Ok(mut line) = serde_json::from_str::<Line>(old) else {
                continue;
            };
            if line.vers != *version || line.name != *name || line.v != FORMAT {
                continue;
            }
            if encode(&line) != *old {
                // Writing it again would lose what is not understood.
                return Err(AdminError::Broken {
                    file: format!("index/{name}"),
                    line: number + 1,
                    reason: "the line has fields or an order that this buildfix would not write"
                        .to_owned(),
                });
            }
            line.yanked = yanked.is_some();
            line.yank_reason = yanked.filter(|r| !r.is_empty()).map(str::to_owned);
            *old = encode(&line);
            let mut text = written.join("\n");
            text.push('\n');
            self.write(&self.folder.index_path(name), text.as_bytes())?;
            self.refresh(name)?;
            return Ok(line);
        }
        Err(not_found())
    }

    /// Another plugin whose name reads like this one.
    fn look_alike(&self, name: &Name) -> Result<Option<Name>, AdminError> {
        let index = self.folder.root.join("index");
        let plain = |text: &str| text.replace('-', "");
        for scope in entries(&index)? {
            if plain(&scope) != plain(name.scope()) {
                continue;
            }
            for plugin in entries(&index.join(&scope))? {
                if let Ok(other) = format!("{scope}/{plugin}").parse::<Name>()
                    && other != *name
                    && other.collision_key() == name.collision_key()
                {
                    return Ok(Some(other));
                }
            }
        }
        Ok(None)
    }

    fn write_artifact(&self, checksum: &Checksum, bytes: &[u8]) -> Result<(), AdminError> {
        let path = self.folder.artifact_path(checksum);
        // Left by an interrupted publication, or damaged since.
        let whole = fs::read(&path).is_ok_and(|there| there == bytes);
        match whole {
            true => Ok(()),
            false => self.write(&path, bytes),
        }
    }

    fn write_json<T: serde::Serialize>(&self, file: &str, value: &T) -> Result<(), AdminError> {
        let mut text = serde_json::to_vec_pretty(value).expect("registry files are plain data");
        text.push(b'\n');
        self.write(&self.folder.root.join(file), &text)
    }

    /// Replaces a file, whole or not at all, and makes sure it stays.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), AdminError> {
        let parent = path.parent().expect("a file of the registry has a folder");
        fs::create_dir_all(parent).map_err(io_error("make", parent))?;
        let write = || -> io::Result<()> {
            let mut temp = tempfile::Builder::new().prefix(TEMP).tempfile_in(parent)?;
            temp.write_all(bytes)?;
            // A temporary file is its owner's alone; these are for everybody,
            // another web server's user included.
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                temp.as_file()
                    .set_permissions(fs::Permissions::from_mode(0o644))?;
            }
            temp.as_file().sync_all()?;
            temp.persist(path).map_err(|error| error.error)?;
            #[cfg(unix)]
            File::open(parent)?.sync_all()?;
            Ok(())
        };
        write().map_err(io_error("write", path))
    }

    /// Deletes what an interrupted write left. Nobody else can be writing.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn sweep(&self) -> Result<(), AdminError> {
        let root = &self.folder.root;
        let mut folders = vec![root.clone(), root.join("cas/sha256"), root.join("index")];
        let scopes = entries(&root.join("index"))?;
        folders.extend(scopes.iter().map(|scope| root.join("index").join(scope)));
        for folder in folders {
            let Ok(read) = fs::read_dir(&folder) else {
                continue;
            };
            for entry in read.flatten() {
                if entry.file_name().to_string_lossy().starts_with(TEMP) {
                    let path = entry.path();
                    fs::remove_file(&path).map_err(io_error("delete", &path))?;
                }
            }
        }
        Ok(())
    }
}

/// A line as the registry writes it, without its line feed.
pub(crate) fn encode(line: &Line) -> String {
    serde_json::to_string(line).expect("a line is plain data")
}

/// Whether a version is in an index file, also in a line of a later format or
/// with other build metadata, which cannot be told apart when resolving: what
/// to call it, and its line if this buildfix can read it. A file with a line
/// that nobody can read is not added to.
#[allow(clippy::type_complexity)]
fn taken(
    name: &Name,
    version: &Version,
    text: &str,
) -> Result<Option<(String, Option<Line>)>, AdminError> {
    let lines = Lines::parse(name, text);
    if let Some((line, reason)) = lines.broken.first() {
        return Err(AdminError::Broken {
            file: format!("index/{name}"),
            line: *line,
            reason: reason.clone(),
        });
    }
    let plain = |version: &Version| Version {
        build: semver::BuildMetadata::EMPTY,
        ..version.clone()
    };
    if let Some(line) = lines
        .lines
        .into_iter()
        .find(|line| plain(&line.vers) == plain(version))
    {
        let shown = match line.vers == *version {
            true => line.cksum.to_string(),
            false => format!("as {}", line.vers),
        };
        return Ok(Some((shown, Some(line))));
    }
    #[derive(serde::Deserialize)]
    struct Later {
        vers: Version,
    }
    let later = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Later>(line).ok())
        .any(|later| plain(&later.vers) == plain(version));
    Ok(later.then(|| ("a line of a later format".to_owned(), None)))
}
