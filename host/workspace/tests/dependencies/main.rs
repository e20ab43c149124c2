//! What the symbol index knows of a project's dependencies, over real trees.

mod dotnet;
mod go;
mod java;
mod npm;
mod python;

use buildfix_workspace::Workspace;
use buildfix_workspace::files::Stamp;
use buildfix_workspace::symbols::{Sources, Store, Surroundings, Symbol, SymbolIndex};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// A workspace on disk, in a folder of its own beside what is installed.
pub(crate) struct Project {
    folder: TempDir,
    pub(crate) variables: Vec<(&'static str, String)>,
}

struct Files(Workspace);

impl Sources for Files {
    fn paths(&self) -> Arc<[String]> {
        self.0.files()
    }

    fn read(&self, path: &str, with: &mut dyn FnMut(&str, &str)) -> Result<(), String> {
        let file = self.0.read(path).map_err(|error| error.to_string())?;
        with(&file.text, &file.hash);
        Ok(())
    }

    fn stamp(&self, path: &str) -> Option<Stamp> {
        self.0.stamp(path)
    }
}

impl Project {
    /// Files by their paths relative to the workspace; `../` is beside it.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self {
            variables: vec![("HOME", folder.path().join("home").display().to_string())],
            folder,
        };
        std::fs::create_dir_all(project.root()).unwrap();
        std::fs::create_dir_all(project.folder.path().join("store")).unwrap();
        for (path, text) in files {
            project.write(path, text.as_bytes());
        }
        project
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("project")
    }

    pub(crate) fn at(&self, path: &str) -> PathBuf {
        match path.strip_prefix("../") {
            Some(beside) => self.folder.path().canonicalize().unwrap().join(beside),
            None => self.root().join(path),
        }
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.at(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }

    pub(crate) fn surroundings(&self) -> Surroundings {
        let variables = self.variables.iter();
        Surroundings {
            root: self.root(),
            variables: variables
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }

    /// A fresh index, with what earlier ones kept.
    pub(crate) fn index(&self) -> SymbolIndex {
        let sources = Arc::new(Files(Workspace::open(self.root()).unwrap()));
        let store = Store {
            dir: self.folder.path().join("store"),
            maker: "test".to_owned(),
            read_only: false,
        };
        SymbolIndex::with_store(sources, Some(store)).with_dependencies(self.surroundings())
    }

    /// Declarations of a name, one a line: origin, kind, container, signature.
    pub(crate) fn find(&self, language: &str, name: &str) -> String {
        lines(&self.index().find(language, name))
    }

    /// What stands in a container, likewise, sorted by these lines.
    pub(crate) fn members(&self, language: &str, container: &str) -> String {
        let found = lines(&self.index().members(language, container));
        let mut found: Vec<&str> = found.split_inclusive('\n').collect();
        found.sort_unstable();
        found.concat()
    }
}

pub(crate) fn lines(symbols: &[Symbol]) -> String {
    symbols
        .iter()
        .map(|one| {
            let Symbol {
                origin,
                kind,
                container,
                name,
                signature,
                ..
            } = one;
            format!("{origin} {kind} [{container}] {name} | {signature}\n")
        })
        .collect()
}

/// Waits until stamps taken now stand for the content: the times of a change
/// cannot be set.
pub(crate) fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(2_100));
}
