//! From fixes that go together to the bytes of the files.

use super::check::{self, Checked, Cut, Dropped};
use super::conflict::{Meeting, Taken};
use super::{Changeset, Sources};
use crate::files::{EncodeError, MAX_FILE_SIZE, SourceFile};
use crate::{Fix, Merge};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why fixes cannot be applied together.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// One cannot be applied at all.
    #[error(transparent)]
    Invalid(#[from] Dropped),
    /// Two are in each other's way.
    #[error("the fixes of {} and {} overlap in `{path}`", fixers.0, fixers.1)]
    Conflict {
        /// Who proposed them.
        fixers: (String, String),
        /// Where.
        path: String,
    },
    /// The new text has a character that the file's encoding lacks.
    #[error("`{path}`: {source}")]
    Encode {
        /// Which file.
        path: String,
        /// Which character.
        source: EncodeError,
    },
    /// A file would become larger than what can be read again.
    #[error("`{path}` would become larger than {} MiB", MAX_FILE_SIZE >> 20)]
    TooLarge {
        /// Which file.
        path: String,
    },
}

/// What all fixes together make of the files. Line ends, encoding and
/// byte-order mark are those of each file.
///
/// # Errors
/// [`ComposeError`] where the fixes are no selection of
/// [`select`](super::select) over the same sources.
pub fn compose(fixes: &[&Fix], sources: &dyn Sources) -> Result<Changeset, ComposeError> {
    let checked = fixes
        .iter()
        .map(|fix| check::check(fix, sources))
        .collect::<Result<Vec<_>, _>>()?;
    let mut taken = Taken::default();
    for (index, fix) in checked.iter().enumerate() {
        if let Some(Meeting { with, path }) = taken.meets(fix) {
            let fixers = (fixes[with].fixer.clone(), fixes[index].fixer.clone());
            return Err(ComposeError::Conflict { fixers, path });
        }
        taken.take(index, fix);
    }
    let mut changes = Changeset::default();
    for (path, Work { file, whole, cuts }) in gather(&checked) {
        let before = if whole {
            sources.source(path).ok().map(|file| file.bytes.to_vec())
        } else {
            file.as_ref().map(|file| file.bytes.to_vec())
        };
        let after = match file {
            None => None,
            Some(file) if cuts.is_empty() => Some(file.bytes.to_vec()),
            Some(file) => {
                let text = apply(&file.text, cuts);
                let bytes = file.encode(&text).map_err(|source| ComposeError::Encode {
                    path: path.to_owned(),
                    source,
                })?;
                if bytes.len() as u64 > MAX_FILE_SIZE {
                    return Err(ComposeError::TooLarge {
                        path: path.to_owned(),
                    });
                }
                Some(bytes)
            }
        };
        if before != after {
            changes.insert(path, before, after);
        }
    }
    Ok(changes)
}

/// All that is done to one file.
struct Work<'a> {
    file: Option<Arc<SourceFile>>,
    whole: bool,
    cuts: Vec<&'a Cut>,
}

fn gather(checked: &[Checked]) -> BTreeMap<&str, Work<'_>> {
    let mut work: BTreeMap<&str, Work<'_>> = BTreeMap::new();
    for fix in checked {
        for (path, target) in &fix.targets {
            let this = work.entry(path).or_insert_with(|| Work {
                file: target.file.clone(),
                whole: target.whole,
                cuts: Vec::new(),
            });
            this.cuts.extend(&target.cuts);
        }
    }
    work
}

fn apply(text: &str, mut cuts: Vec<&Cut>) -> String {
    // At one place: what goes into a set, sorted, then what belongs to what
    // follows. The sort is stable, so it depends on the fixes alone.
    cuts.sort_by(|a, b| {
        (a.start, a.end)
            .cmp(&(b.start, b.end))
            .then_with(|| match (a.merge, b.merge) {
                (Merge::Set, Merge::Set) => a.text.cmp(&b.text),
                (Merge::Set, Merge::None) => Ordering::Less,
                (Merge::None, Merge::Set) => Ordering::Greater,
                (Merge::None, Merge::None) => Ordering::Equal,
            })
    });
    cuts.dedup_by(|a, b| a.same(b));
    let grown: usize = cuts.iter().map(|cut| cut.text.len()).sum();
    let mut result = String::with_capacity(text.len() + grown);
    let mut lines = BTreeSet::new();
    let mut at = 0;
    for cut in cuts {
        if cut.set_line(text).is_some_and(|line| !lines.insert(line)) {
            continue;
        }
        result.push_str(&text[at..cut.start]);
        result.push_str(&cut.text);
        at = cut.end;
    }
    result.push_str(&text[at..]);
    result
}
