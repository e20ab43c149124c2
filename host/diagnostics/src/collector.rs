//! Many reports, one diagnostic.

use crate::{Diagnostic, Position};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Merges what is reported more than once: MSBuild repeats every error in its
/// summary and once for each target framework, cargo once for each target,
/// Maven in its closing list.
///
/// Two reports are one when path, line, column, code and message are equal.
/// The first one's place in the order is kept.
#[derive(Debug, Default)]
pub struct Collector {
    diagnostics: Vec<Diagnostic>,
    repeats: Vec<u64>,
    // By hash, so that no key is kept twice; equal hashes are compared.
    seen: HashMap<u64, Vec<u32>>,
    total: u64,
}

impl Collector {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one report. Returns whether it was new.
    pub fn add(&mut self, diagnostic: Diagnostic) -> bool {
        self.total += 1;
        let mut hasher = DefaultHasher::new();
        key(&diagnostic).hash(&mut hasher);
        let bucket = self.seen.entry(hasher.finish()).or_default();
        for &index in bucket.iter() {
            let index = index as usize;
            if key(&self.diagnostics[index]) == key(&diagnostic) {
                self.repeats[index] += 1;
                merge(&mut self.diagnostics[index], diagnostic);
                return false;
            }
        }
        let Ok(index) = u32::try_from(self.diagnostics.len()) else {
            return false;
        };
        bucket.push(index);
        self.diagnostics.push(diagnostic);
        self.repeats.push(1);
        true
    }

    /// The merged diagnostics in order of first appearance.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// As [`Collector::diagnostics`], by value.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// How often each of [`Collector::diagnostics`] was reported, from 1.
    #[must_use]
    pub fn repeats(&self) -> &[u64] {
        &self.repeats
    }

    /// How many reports there were, repeats counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many different ones.
    #[must_use]
    pub fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Whether there was none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }
}

impl Extend<Diagnostic> for Collector {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, iter: T) {
        for diagnostic in iter {
            self.add(diagnostic);
        }
    }
}

fn key(d: &Diagnostic) -> (&str, Option<Position>, &str, &str) {
    let place = d.location.as_ref();
    (
        place.map_or("", |l| l.path.as_str()),
        place.map(|l| l.start),
        &d.code,
        &d.message,
    )
}

fn merge(into: &mut Diagnostic, from: Diagnostic) {
    // A warning in one project can be an error in another.
    if from.severity < into.severity {
        into.severity = from.severity;
        into.phase = from.phase;
    }
    for target in from.targets {
        if let Err(at) = into.targets.binary_search(&target) {
            into.targets.insert(at, target);
        }
    }
    for suggestion in from.suggestions {
        if !into.suggestions.contains(&suggestion) {
            into.suggestions.push(suggestion);
        }
    }
    for related in from.related {
        if !into.related.contains(&related) {
            into.related.push(related);
        }
    }
    if let (Some(old), Some(new)) = (&mut into.location, from.location)
        && old.end.is_none()
    {
        *old = new;
    }
}
