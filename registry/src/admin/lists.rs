//! `catalog.json` and `classes.json`, made from the index.

use super::{AdminError, Complaint, Folder, Locked};
use crate::Name;
use crate::index::{Catalog, CatalogEntry, Classes, FORMAT, Line, Lines};
use std::collections::BTreeMap;
use std::fs;

/// The version that the lists speak of: the newest that is not yanked, a
/// prerelease only where there is nothing else, since that is what an install
/// without a requirement takes.
fn listed(lines: &[Line]) -> Option<&Line> {
    lines
        .iter()
        .filter(|line| !line.yanked)
        .max_by_key(|line| (line.vers.pre.is_empty(), &line.vers))
}

fn entry(line: &Line) -> CatalogEntry {
    CatalogEntry {
        vers: line.vers.clone(),
        description: line.description.clone(),
        classes: line.classes.clone(),
    }
}

/// The classes of a catalog, turned around.
fn classes(catalog: &Catalog) -> Classes {
    let mut classes = BTreeMap::<String, Vec<Name>>::new();
    for (name, entry) in &catalog.plugins {
        for pattern in &entry.classes {
            let names = classes.entry(pattern.clone()).or_default();
            // Plugins come in order; a manifest may say a pattern twice.
            if names.last() != Some(name) {
                names.push(name.clone());
            }
        }
    }
    Classes { v: FORMAT, classes }
}

impl Folder {
    /// What both lists should be by the index, and the lines that could not be
    /// read.
    ///
    /// # Errors
    /// When a file cannot be read at all.
    pub fn lists(&self) -> Result<(Catalog, Classes, Vec<Complaint>), AdminError> {
        let mut plugins = BTreeMap::new();
        let mut complaints = Vec::new();
        for name in self.names()?.0 {
            let lines = Lines::parse(&name, &self.index_text(&name)?);
            complaints.extend(lines.broken.iter().map(|(number, reason)| Complaint {
                place: format!("index/{name}:{number}"),
                message: reason.clone(),
            }));
            if let Some(line) = listed(&lines.lines) {
                plugins.insert(name, entry(line));
            }
        }
        let catalog = Catalog { v: FORMAT, plugins };
        let classes = classes(&catalog);
        Ok((catalog, classes, complaints))
    }
}

impl Locked<'_> {
    /// Makes both lists anew. Files that are right already are left alone, so
    /// that their readers' caches stay warm. Gives the lines that could not be
    /// read, which are left out.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn rebuild(&self) -> Result<Vec<Complaint>, AdminError> {
        let (catalog, classes, complaints) = self.folder.lists()?;
        self.store(&catalog, &classes)?;
        Ok(complaints)
    }

    /// Brings one plugin's entries up to date. The rest is taken from the
    /// catalog that is there, since reading every index file for each
    /// publication would cost more the more plugins there are.
    pub(super) fn refresh(&self, name: &Name) -> Result<(), AdminError> {
        let there = fs::read(self.folder.root().join("catalog.json"));
        let known = there
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Catalog>(&bytes).ok())
            .filter(|catalog| catalog.v == FORMAT);
        let Some(mut catalog) = known else {
            return self.rebuild().map(drop);
        };
        let lines = Lines::parse(name, &self.folder.index_text(name)?);
        match listed(&lines.lines) {
            Some(line) => catalog.plugins.insert(name.clone(), entry(line)),
            None => catalog.plugins.remove(name),
        };
        self.store(&catalog, &classes(&catalog))
    }

    fn store(&self, catalog: &Catalog, classes: &Classes) -> Result<(), AdminError> {
        self.write_if_changed("catalog.json", catalog)?;
        self.write_if_changed("classes.json", classes)
    }

    fn write_if_changed<T>(&self, file: &str, value: &T) -> Result<(), AdminError>
    where
        T: serde::Serialize + serde::de::DeserializeOwned + PartialEq,
    {
        let there = fs::read(self.folder.root().join(file)).ok();
        let same = there
            .and_then(|bytes| serde_json::from_slice::<T>(&bytes).ok())
            .is_some_and(|there| there == *value);
        match same {
            true => Ok(()),
            false => self.write_json(file, value),
        }
    }
}
