//! Files as they were at one moment.

use super::Changeset;
use crate::files::{ReadError, SourceFile, Workspace, check_relative};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Where edits find the files that they are about.
pub trait Sources {
    /// A file's text.
    ///
    /// # Errors
    /// As [`Workspace::read`].
    fn source(&self, path: &str) -> Result<Arc<SourceFile>, ReadError>;

    /// Whether something is at this path. A path where nothing can be made
    /// counts as taken.
    fn exists(&self, path: &str) -> bool;
}

impl Sources for Workspace {
    fn source(&self, path: &str) -> Result<Arc<SourceFile>, ReadError> {
        self.read(path)
    }

    fn exists(&self, path: &str) -> bool {
        Self::exists(self, path)
    }
}

/// The files of a workspace as they were when each was first asked for, and
/// what has been laid over them.
#[derive(Debug, Default)]
pub struct Snapshot {
    below: Option<Arc<Workspace>>,
    /// `None` where there is no file.
    files: Mutex<BTreeMap<String, Option<Arc<SourceFile>>>>,
}

impl Snapshot {
    /// Over a workspace. What is read later but changed earlier is seen as
    /// changed; [`load`](Self::load) reads ahead.
    #[must_use]
    pub fn new(workspace: Arc<Workspace>) -> Self {
        Self {
            below: Some(workspace),
            files: Mutex::default(),
        }
    }

    /// Of nothing but these files.
    #[must_use]
    pub fn of(files: impl IntoIterator<Item = SourceFile>) -> Self {
        let files = files
            .into_iter()
            .map(|file| (file.path.clone(), Some(Arc::new(file))));
        Self {
            below: None,
            files: Mutex::new(files.collect()),
        }
    }

    /// Reads these files now. One that cannot be read is asked for again when
    /// it is needed.
    pub fn load<P: AsRef<str>>(&self, paths: impl IntoIterator<Item = P>) {
        for path in paths {
            // An error belongs to whoever needs the file.
            let _ = self.source(path.as_ref());
        }
    }

    /// Lays a file over what is there; `None` removes it.
    pub fn set(&self, path: &str, file: Option<Arc<SourceFile>>) {
        self.files().insert(path.to_owned(), file);
    }

    /// The snapshot after these changes. Content that is not text is left as
    /// it is below.
    #[must_use]
    pub fn after(&self, changes: &Changeset) -> Self {
        let mut files = self.files().clone();
        for (path, change) in &changes.changes {
            let file = match &change.after {
                None => None,
                Some(bytes) => match SourceFile::decode(path, bytes.as_slice()) {
                    Ok(file) => Some(Arc::new(file)),
                    Err(_) => continue,
                },
            };
            files.insert(path.clone(), file);
        }
        Self {
            below: self.below.clone(),
            files: Mutex::new(files),
        }
    }

    fn files(&self) -> MutexGuard<'_, BTreeMap<String, Option<Arc<SourceFile>>>> {
        // Whole at every step, so a panic elsewhere does not spoil it.
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sources for Snapshot {
    fn source(&self, path: &str) -> Result<Arc<SourceFile>, ReadError> {
        check_relative(path)?;
        if let Some(known) = self.files().get(path) {
            return known.clone().ok_or_else(|| ReadError::NotFound {
                path: path.to_owned(),
            });
        }
        let Some(below) = &self.below else {
            return Err(ReadError::NotFound {
                path: path.to_owned(),
            });
        };
        let read = below.read(path);
        match &read {
            Ok(file) => {
                self.files().insert(path.to_owned(), Some(file.clone()));
            }
            Err(ReadError::NotFound { .. }) => {
                self.files().insert(path.to_owned(), None);
            }
            Err(_) => {}
        }
        read
    }

    fn exists(&self, path: &str) -> bool {
        if check_relative(path).is_err() {
            return true;
        }
        let removed = {
            let files = self.files();
            match files.get(path) {
                Some(Some(_)) => return true,
                _ if is_folder_of(&files, path) => return true,
                known => known.is_some(),
            }
        };
        match &self.below {
            None => false,
            // Noted as no file, so only a folder can be there.
            Some(workspace) if removed => {
                workspace.resolve(path).map_or(true, |full| full.is_dir())
            }
            Some(workspace) => workspace.exists(path),
        }
    }
}

fn is_folder_of(files: &BTreeMap<String, Option<Arc<SourceFile>>>, path: &str) -> bool {
    let folder = format!("{path}/");
    files
        .range(folder.clone()..)
        .take_while(|(inside, _)| inside.starts_with(&folder))
        .any(|(_, file)| file.is_some())
}
