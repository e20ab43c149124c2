//! A family's files and their declarations by name, by container and by length.

use super::collect::Decl;
use super::near::Lengths;
use super::store::{Decls, Held};
use super::{Symbol, module};
use crate::files::Stamp;
use crate::syntax::Language;
use std::collections::HashMap;
use std::sync::Arc;

/// A declaration: its file's number, and its place among the file's.
type Place = (u32, u32);

pub(super) struct File {
    pub path: String,
    /// `None` where it does not stand for the content.
    pub stamp: Option<Stamp>,
    pub hash: String,
    pub language: Language,
    /// What the path makes of the file: the module's name.
    pub module: String,
    pub decls: Decls,
}

#[derive(Default)]
pub(super) struct Names {
    /// The generation of the files that it shows; 0 before the first.
    pub generation: u64,
    pub files: Vec<Option<File>>,
    free: Vec<u32>,
    pub by_path: HashMap<String, u32>,
    pub by_name: HashMap<Arc<str>, Vec<Place>>,
    pub by_container: HashMap<String, Vec<Place>>,
    pub lengths: Lengths,
}

pub(super) fn module_of(language: Language, path: &str, paths: &[String]) -> String {
    let exists = |file: &str| {
        paths
            .binary_search_by(|path| path.as_str().cmp(file))
            .is_ok()
    };
    module::of_path(language, path, exists)
}

impl File {
    pub fn held(&self) -> Held<'_> {
        Held {
            path: &self.path,
            stamp: self.stamp,
            language: self.language,
            hash: &self.hash,
            decls: &self.decls,
        }
    }

    fn container(&self, decl: &Decl) -> String {
        match (self.module.is_empty(), decl.container.is_empty()) {
            (true, _) => decl.container.to_string(),
            (false, true) => self.module.clone(),
            (false, false) => {
                let separator = if self.language == Language::Rust {
                    "::"
                } else {
                    "."
                };
                format!("{}{separator}{}", self.module, decl.container)
            }
        }
    }

    /// What a header keeps to the file that includes it, every file can have.
    fn is_header(&self) -> bool {
        matches!(self.language, Language::C | Language::Cpp)
            && self
                .path
                .rsplit('.')
                .next()
                .is_some_and(|ending| ending.starts_with(['h', 'H']))
    }

    pub fn symbol(&self, decl: &Decl) -> Symbol {
        Symbol {
            origin: "workspace".into(),
            container: self.container(decl),
            path: self.path.clone(),
            start: decl.start,
            end: decl.end,
            name: decl.name.to_string(),
            kind: decl.kind,
            language: self.language.name(),
            exported: decl.exported || self.is_header() && decl.signature.starts_with("static "),
            signature: decl.signature.to_string(),
        }
    }
}

impl Names {
    fn file(&self, path: &str) -> Option<&File> {
        let number = *self.by_path.get(path)?;
        self.files[number as usize].as_ref()
    }

    /// Whether the file is known by this stamp, as the same module.
    pub fn is_unchanged(&self, path: &str, stamp: Option<Stamp>, paths: &[String]) -> bool {
        stamp.is_some()
            && self.file(path).is_some_and(|file| {
                file.stamp == stamp && file.module == module_of(file.language, path, paths)
            })
    }

    /// Takes in a file as it is now.
    pub fn put(&mut self, file: File) {
        let same = self.file(&file.path).is_some_and(|known| {
            known.hash == file.hash
                && known.language == file.language
                && known.module == file.module
        });
        if !same {
            self.remove(&file.path);
            self.insert(file);
        } else if let Some(&number) = self.by_path.get(&file.path)
            && let Some(known) = &mut self.files[number as usize]
        {
            known.stamp = file.stamp;
        }
    }

    /// C asked for shows nothing of C++; C++ shows both.
    pub fn symbols(&self, places: &[Place], language: &str) -> Vec<Symbol> {
        places
            .iter()
            .filter_map(|&(file, decl)| {
                let file = self.files[file as usize].as_ref()?;
                let seen = file.language.name() == language
                    || language == "cpp"
                    || file.path.ends_with(".h");
                seen.then(|| file.symbol(&file.decls[decl as usize]))
            })
            .collect()
    }

    fn insert(&mut self, file: File) {
        let number = self.free.pop().unwrap_or_else(|| {
            self.files.push(None);
            u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
        });
        for (index, decl) in (0_u32..).zip(file.decls.iter()) {
            if let Some(places) = self.by_name.get_mut(&*decl.name) {
                places.push((number, index));
            } else {
                let name: Arc<str> = Arc::from(&*decl.name);
                self.by_name.insert(name.clone(), vec![(number, index)]);
                self.lengths.insert(name);
            }
            self.by_container
                .entry(file.container(decl))
                .or_default()
                .push((number, index));
        }
        self.by_path.insert(file.path.clone(), number);
        self.files[number as usize] = Some(file);
    }

    /// Forgets a file. Whether it was there.
    pub fn remove(&mut self, path: &str) -> bool {
        let Some(number) = self.by_path.remove(path) else {
            return false;
        };
        let Some(file) = self.files[number as usize].take() else {
            return false;
        };
        self.free.push(number);
        for decl in file.decls.iter() {
            if let Some(places) = self.by_name.get_mut(&*decl.name) {
                places.retain(|place| place.0 != number);
                if places.is_empty() {
                    self.by_name.remove(&*decl.name);
                    self.lengths.remove(&decl.name);
                }
            }
            let container = file.container(decl);
            if let Some(places) = self.by_container.get_mut(&container) {
                places.retain(|place| place.0 != number);
                if places.is_empty() {
                    self.by_container.remove(&container);
                }
            }
        }
        true
    }
}
