//! Names that are nearly another.

use super::{MAX_SIMILAR, Symbol};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// How far apart two names are: Damerau-Levenshtein, and 1 for names that
/// differ in case alone. `None` if that is more than `limit`.
pub(super) fn distance(wanted: &Wanted, name: &str, mask: u64, limit: usize) -> Option<usize> {
    // A replaced character changes at most two bits of the mask. Case is
    // folded in it, so names that differ in case alone pass.
    if (wanted.mask ^ mask).count_ones() as usize > 2 * limit {
        return None;
    }
    let edits = strsim::damerau_levenshtein(wanted.name, name);
    if edits <= limit {
        return Some(edits.min(if edits > 0 && wanted.same_folded(name) {
            1
        } else {
            edits
        }));
    }
    wanted.same_folded(name).then_some(1)
}

/// A name that is looked for.
pub(super) struct Wanted<'n> {
    name: &'n str,
    folded: String,
    mask: u64,
    length: usize,
}

impl<'n> Wanted<'n> {
    pub fn new(name: &'n str) -> Self {
        Self {
            name,
            folded: name.to_lowercase(),
            mask: mask(name),
            length: name.chars().count(),
        }
    }

    fn same_folded(&self, name: &str) -> bool {
        name.len() == self.name.len() && name.to_lowercase() == self.folded
    }

    /// The lengths, in characters, that a name within `limit` can have.
    pub fn lengths(&self, limit: usize) -> std::ops::RangeInclusive<usize> {
        self.length.saturating_sub(limit)..=self.length + limit
    }
}

/// Which characters a name has, case folded: one bit for a letter or digit,
/// the rest share bits.
pub(super) fn mask(name: &str) -> u64 {
    name.chars()
        .flat_map(char::to_lowercase)
        .fold(0, |mask, character| {
            mask | 1
                << match character {
                    'a'..='z' => u32::from(character) - u32::from('a'),
                    '0'..='9' => u32::from(character) - u32::from('0') + 26,
                    other => 36 + u32::from(other) % 28,
                }
        })
}

/// Distinct names by their length, for the search of near ones.
#[derive(Debug, Default)]
pub(super) struct Lengths {
    names: BTreeMap<usize, HashMap<Arc<str>, u64>>,
}

impl Lengths {
    pub fn insert(&mut self, name: Arc<str>) {
        let mask = mask(&name);
        self.names
            .entry(name.chars().count())
            .or_default()
            .insert(name, mask);
    }

    pub fn remove(&mut self, name: &str) {
        if let Some(names) = self.names.get_mut(&name.chars().count()) {
            names.remove(name);
        }
    }

    /// The names within `limit` of the wanted one, with their distance.
    pub fn near(&self, wanted: &Wanted<'_>, limit: usize) -> Vec<(usize, Arc<str>)> {
        let mut found = Vec::new();
        for (_, names) in self.names.range(wanted.lengths(limit)) {
            for (name, &mask) in names {
                if let Some(distance) = distance(wanted, name, mask, limit) {
                    found.push((distance, name.clone()));
                }
            }
        }
        found
    }
}

/// The most declarations of one name, so that the many members that share one
/// leave room for other names.
const OF_ONE_NAME: usize = 10;

/// Of declarations with their distance, the nearest; at one distance the
/// workspace's own first, then types, then by name. Overloads count once.
pub(super) fn nearest(mut found: Vec<(usize, Symbol)>) -> Vec<Symbol> {
    found.sort_by(|(left_distance, left), (right_distance, right)| {
        // The workspace, the library, the dependencies.
        let far = |symbol: &Symbol| [1, 0, 2][usize::from(symbol.place())];
        let key = |symbol: &Symbol| (far(symbol), rank(symbol.kind));
        left_distance
            .cmp(right_distance)
            .then_with(|| key(left).cmp(&key(right)))
            .then_with(|| left.name.cmp(&right.name))
            .then_with(|| left.cmp(right))
    });
    let mut overloads = HashSet::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut nearest = Vec::new();
    for (_, symbol) in found {
        if nearest.len() >= MAX_SIMILAR {
            break;
        }
        let Symbol {
            name,
            kind,
            container,
            path,
            ..
        } = symbol.clone();
        let count = counts.entry(name.clone()).or_default();
        if *count < OF_ONE_NAME && overloads.insert((name, kind, container, path)) {
            *count += 1;
            nearest.push(symbol);
        }
    }
    nearest
}

/// Types before what only stands inside them.
fn rank(kind: &str) -> u8 {
    match kind {
        "class" | "struct" | "interface" | "enum" | "record" | "delegate" | "trait" | "type" => 0,
        "function" | "extension-method" | "constant" | "variable" | "macro" | "module"
        | "namespace" | "export" => 1,
        _ => 2,
    }
}
