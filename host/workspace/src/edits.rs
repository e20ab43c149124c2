//! From fixes to the bytes of files: which fixes go together, and what the
//! files hold afterwards.
//!
//! [`select`] takes fixes in order of priority, drops those that cannot be
//! applied to the [`Sources`] as they are, and keeps the largest set of which
//! no two are in each other's way. [`compose`] makes one [`Changeset`] of such
//! a set. Both depend on nothing but their arguments: the same fixes in the
//! same order give the same bytes.
//!
//! Two edits are in each other's way if their ranges overlap, if one inserts
//! inside of what the other replaces, or if both insert at the same place.
//! They are not if they are equal (both say the same; it is done once), or if
//! both insert into a set ([`Merge::Set`](crate::Merge::Set)). Equal
//! insertions that open a bracket without closing it are only one half of
//! something, so they count as equal only if the fixes are equal as a whole.

mod changeset;
mod check;
mod choose;
mod compose;
mod conflict;
mod snapshot;

pub use changeset::{Change, Changeset};
pub use check::{Dropped, MAX_EDITS, MAX_FIX_BYTES};
pub use compose::{ComposeError, compose};
pub use snapshot::{Snapshot, Sources};

use crate::Fix;
use check::Checked;
use std::collections::BTreeMap;

/// What [`select`] made of the fixes.
#[derive(Debug, Default)]
pub struct Selection {
    /// Indices of the fixes to apply together, ascending.
    pub chosen: Vec<usize>,
    /// Indices of the others, ascending, and why.
    pub dropped: Vec<(usize, Dropped)>,
}

/// Keeps the largest set of fixes that can be applied together: as many as
/// possible, and among sets of that size the one with the earliest fixes.
///
/// The set is exact where at most 128 fixes get in each other's way directly
/// or through others, and the search stays within a bound; beyond that a fix
/// is taken if it goes with all taken before it.
#[must_use]
pub fn select(fixes: &[Fix], sources: &dyn Sources) -> Selection {
    let mut dropped = BTreeMap::new();
    let mut valid: Vec<(usize, Checked)> = Vec::new();
    for (index, fix) in fixes.iter().enumerate() {
        match check::check(fix, sources) {
            Ok(checked) => valid.push((index, checked)),
            Err(reason) => {
                dropped.insert(index, reason);
            }
        }
    }
    let (mut chosen, losers) = choose::choose(&valid, fixes);
    dropped.extend(losers);
    // Each fix alone is within bounds; together they may not be.
    let mut growth: BTreeMap<&str, u64> = BTreeMap::new();
    chosen.retain(|index| {
        let Ok(at) = valid.binary_search_by_key(index, |(index, _)| *index) else {
            return false;
        };
        let added = valid[at].1.growth();
        let too_large = added.iter().find(|(path, (base, added))| {
            let before = growth.get(*path).copied().unwrap_or(*base);
            before.saturating_add(*added) > crate::files::MAX_FILE_SIZE
        });
        if let Some((path, _)) = too_large {
            let reason = Dropped::TooLarge {
                fixer: fixes[*index].fixer.clone(),
                path: (*path).to_owned(),
            };
            dropped.insert(*index, reason);
            return false;
        }
        for (path, (base, added)) in added {
            *growth.entry(path).or_insert(base) += added;
        }
        true
    });
    Selection {
        chosen,
        dropped: dropped.into_iter().collect(),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
