//! Whether fixes are in each other's way.

use super::check::{Checked, Cut, Target};
use crate::Merge;
use std::collections::BTreeMap;

/// The edits of fixes that go together, by place.
#[derive(Debug, Default)]
pub(super) struct Taken<'a> {
    files: BTreeMap<&'a str, File<'a>>,
}

/// A cut with the fix that it is from, and all that this does to the file.
type Owned<'a> = (usize, &'a Cut, &'a Target);

#[derive(Debug, Default)]
struct File<'a> {
    /// The first fix that touches the file, and what it does.
    first: Option<(usize, &'a Target)>,
    /// Cuts by range: those of one range are equal, or insertions into a set.
    cuts: BTreeMap<(usize, usize), Vec<Owned<'a>>>,
}

/// Where a fix meets another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Meeting {
    /// The other fix.
    pub(super) with: usize,
    /// In this file.
    pub(super) path: String,
}

impl<'a> Taken<'a> {
    /// Takes the edits of a fix that [`meets`](Self::meets) none taken before.
    pub(super) fn take(&mut self, index: usize, fix: &'a Checked) {
        for (path, target) in &fix.targets {
            let file = self.files.entry(path).or_default();
            file.first.get_or_insert((index, target));
            if target.whole {
                continue;
            }
            for cut in &target.cuts {
                let same = file.cuts.entry((cut.start, cut.end)).or_default();
                // How it merges matters to the next one at this place.
                if !same.iter().any(|(_, known, _)| *known == cut) {
                    same.push((index, cut, target));
                }
            }
        }
    }

    /// A taken fix that this one is in the way of.
    pub(super) fn meets(&self, fix: &Checked) -> Option<Meeting> {
        fix.targets.iter().find_map(|(path, target)| {
            let with = self.meets_in(path, target)?;
            Some(Meeting {
                with,
                path: path.clone(),
            })
        })
    }

    fn meets_in(&self, path: &str, target: &Target) -> Option<usize> {
        if target.whole
            && target.file.is_some()
            && let Some(with) = self.above_or_below(path)
        {
            return Some(with);
        }
        let file = self.files.get(path)?;
        if let Some((index, first)) = file.first
            && (first.whole || target.whole)
        {
            return (!first.same(target)).then_some(index);
        }
        target.cuts.iter().find_map(|cut| file.meets(cut, target))
    }

    /// A fix that makes a file where this path has a folder, or the reverse.
    fn above_or_below(&self, path: &str) -> Option<usize> {
        let made = |file: &File<'_>| {
            file.first
                .filter(|(_, first)| first.whole && first.file.is_some())
                .map(|(i, _)| i)
        };
        let above = path
            .match_indices('/')
            .find_map(|(slash, _)| self.files.get(&path[..slash]).and_then(made));
        let folder = format!("{path}/");
        above.or_else(|| {
            self.files
                .range(folder.as_str()..)
                .take_while(|(other, _)| other.starts_with(&folder))
                .find_map(|(_, file)| made(file))
        })
    }
}

impl File<'_> {
    fn meets(&self, cut: &Cut, target: &Target) -> Option<usize> {
        // Of what begins earlier only the last can reach here, since those
        // taken do not overlap each other.
        let before = self.cuts.range(..(cut.start, cut.start)).next_back();
        if let Some(((_, end), owners)) = before
            && *end > cut.start
        {
            return owners.first().map(|(index, _, _)| *index);
        }
        for ((start, end), owners) in self.cuts.range((cut.start, cut.start)..) {
            if *start > cut.end || (*start == cut.end && !(cut.is_insertion() && start == end)) {
                break;
            }
            for (index, known, of) in owners {
                let fine = if cut.same(known) {
                    is_balanced(&cut.text) || !cut.is_insertion() || of.same(target)
                } else if cut.is_insertion() && known.is_insertion() {
                    cut.merge == Merge::Set && known.merge == Merge::Set
                } else {
                    // An insertion in front of what the other replaces.
                    (cut.is_insertion() || known.is_insertion()) && cut.start == known.start
                };
                if !fine {
                    return Some(*index);
                }
            }
        }
        None
    }
}

impl Target {
    /// Whether both do the same to their file.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.whole == other.whole
            && self.file.as_ref().map(|f| &f.text) == other.file.as_ref().map(|f| &f.text)
            && self.cuts.len() == other.cuts.len()
            && self.cuts.iter().zip(&other.cuts).all(|(a, b)| a.same(b))
    }
}

/// Whether every bracket that is opened is closed. Quotes and comments are not
/// looked at: a wrong "no" only keeps two fixes apart for a round.
pub(super) fn is_balanced(text: &str) -> bool {
    let mut open = Vec::new();
    for character in text.chars() {
        match character {
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            ')' | ']' | '}' if open.pop() != Some(character) => return false,
            _ => {}
        }
    }
    open.is_empty()
}
