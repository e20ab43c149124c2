//! What files hold before and after.

use std::collections::BTreeMap;

/// One file's content; `None` where there is no file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// What must be there.
    pub before: Option<Vec<u8>>,
    /// What is to be there.
    pub after: Option<Vec<u8>>,
}

/// Changes to files that are made together or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changeset {
    /// By path relative to the workspace.
    pub changes: BTreeMap<String, Change>,
}

impl Changeset {
    /// Adds a change of one file, in place of an earlier one of the same file.
    pub fn insert(
        &mut self,
        path: impl Into<String>,
        before: Option<Vec<u8>>,
        after: Option<Vec<u8>>,
    ) {
        self.changes.insert(path.into(), Change { before, after });
    }

    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes
            .values()
            .all(|change| change.before == change.after)
    }

    /// The files that are changed, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.changes.keys().map(String::as_str)
    }

    /// The way back.
    #[must_use]
    pub fn invert(&self) -> Self {
        let changes = self.changes.iter().map(|(path, change)| {
            let Change { before, after } = change.clone();
            (
                path.clone(),
                Change {
                    before: after,
                    after: before,
                },
            )
        });
        Self {
            changes: changes.collect(),
        }
    }

    /// This and then `next`, as one; files that end as they began are left
    /// out.
    #[must_use]
    pub fn then(mut self, next: &Self) -> Self {
        for (path, change) in &next.changes {
            self.changes
                .entry(path.clone())
                .and_modify(|known| known.after.clone_from(&change.after))
                .or_insert_with(|| change.clone());
        }
        self.changes
            .retain(|_, change| change.before != change.after);
        self
    }

    /// What leads from one state to another. A file that only one of them
    /// names is taken to be unchanged.
    #[must_use]
    pub fn between<B: AsRef<[u8]>>(
        from: &BTreeMap<String, Option<B>>,
        to: &BTreeMap<String, Option<B>>,
    ) -> Self {
        let bytes = |content: &Option<B>| content.as_ref().map(|bytes| bytes.as_ref().to_vec());
        let mut changes = Self::default();
        for (path, after) in to {
            if let Some(before) = from.get(path) {
                let (before, after) = (bytes(before), bytes(after));
                if before != after {
                    changes.insert(path, before, after);
                }
            }
        }
        changes
    }
}
