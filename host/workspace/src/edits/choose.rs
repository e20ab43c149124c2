//! The largest set of fixes that go together.

use super::check::{Checked, Dropped};
use super::conflict::{Meeting, Taken, is_balanced};
use crate::{Fix, Merge};
use std::collections::{BTreeMap, BTreeSet};

/// The most fixes of one component that are searched exactly: one bit each.
const EXACT: usize = 128;

/// The most cuts of one component that are searched exactly; comparing every
/// two of its fixes looks at all of them.
const EXACT_CUTS: usize = 16_384;

/// Steps of the search in one component. Counted, not timed, so that the
/// result is the same on every machine.
const STEPS: usize = 100_000;

/// Chooses among fixes given in order of priority. Gives the chosen ones'
/// indices, ascending, and why the others were not.
pub(super) fn choose(
    valid: &[(usize, Checked)],
    fixes: &[Fix],
) -> (Vec<usize>, BTreeMap<usize, Dropped>) {
    let mut chosen = Vec::new();
    let mut dropped = BTreeMap::new();
    for component in components(valid) {
        if let [single] = component[..] {
            chosen.push(valid[single].0);
            continue;
        }
        let cuts: usize = component.iter().map(|at| cuts(&valid[*at].1)).sum();
        let preferred = if component.len() <= EXACT && cuts <= EXACT_CUTS {
            exact(&component, valid)
        } else {
            Vec::new()
        };
        // Those found first; the rest in order of priority, where the search
        // was not exact or ended early.
        let mut taken = Taken::default();
        for at in preferred.iter().copied() {
            taken.take(valid[at].0, &valid[at].1);
            chosen.push(valid[at].0);
        }
        let kept: BTreeSet<usize> = preferred.into_iter().collect();
        for at in component.into_iter().filter(|at| !kept.contains(at)) {
            let (index, fix) = &valid[at];
            match taken.meets(fix) {
                None => {
                    taken.take(*index, fix);
                    chosen.push(*index);
                }
                Some(Meeting { with, path }) => {
                    let (fixer, other) = (fixes[*index].fixer.clone(), fixes[with].fixer.clone());
                    dropped.insert(
                        *index,
                        Dropped::Overlaps {
                            fixer,
                            other,
                            with,
                            path,
                        },
                    );
                }
            }
        }
    }
    chosen.sort_unstable();
    (chosen, dropped)
}

fn cuts(fix: &Checked) -> usize {
    fix.targets.values().map(|target| target.cuts.len()).sum()
}

/// Groups fixes so that those of different groups are never in each other's
/// way. Each group ascending, groups by their first.
fn components(valid: &[(usize, Checked)]) -> Vec<Vec<usize>> {
    let mut groups = Groups::new(valid.len());
    let mut by_path: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, (_, fix)) in valid.iter().enumerate() {
        for (path, target) in &fix.targets {
            by_path.entry(path).or_default().push(at);
            if target.whole && target.file.is_some() {
                made.entry(path).or_insert(at);
            }
        }
    }
    // A file made where another fix needs a folder.
    for (path, at) in &made {
        for (slash, _) in path.match_indices('/') {
            if let Some(above) = made.get(&path[..slash]) {
                groups.join(*at, *above);
            }
        }
    }
    for (path, owners) in &by_path {
        if owners.iter().any(|at| valid[*at].1.targets[*path].whole) {
            for at in owners {
                groups.join(owners[0], *at);
            }
            continue;
        }
        let mut cuts: Vec<(usize, usize, Merge, usize)> = owners
            .iter()
            .flat_map(|at| {
                let cuts = &valid[*at].1.targets[*path].cuts;
                cuts.iter().map(|cut| {
                    // Half a pair of brackets can conflict with its equal, so
                    // it counts as one that is alone at its place.
                    let alone = !is_balanced(&cut.text);
                    let merge = if alone { Merge::None } else { cut.merge };
                    (cut.start, cut.end, merge, *at)
                })
            })
            .collect();
        // `Merge::None` sorts first, so an insertion that is alone at its
        // place joins those into a set after it.
        cuts.sort_unstable();
        let (mut reach, mut last) = (0, 0);
        let mut plain: Option<(usize, usize)> = None;
        for (start, end, merge, at) in cuts {
            if start < reach {
                groups.join(last, at);
            }
            if start == end {
                match plain {
                    Some((place, first)) if place == start => groups.join(first, at),
                    _ if merge == Merge::None => plain = Some((start, at)),
                    _ => {}
                }
            }
            if end >= reach {
                (reach, last) = (end, at);
            }
        }
    }
    groups.into_lists()
}

/// The best set of a component, by branch and bound: fixes are tried in order
/// of priority, first with and then without each, so the first set found of a
/// size is the one with the earliest fixes.
fn exact(component: &[usize], valid: &[(usize, Checked)]) -> Vec<usize> {
    let mut enemies = vec![0_u128; component.len()];
    for (a, at) in component.iter().enumerate() {
        let mut alone = Taken::default();
        alone.take(*at, &valid[*at].1);
        for (b, other) in component.iter().enumerate().skip(a + 1) {
            if alone.meets(&valid[*other].1).is_some() {
                enemies[a] |= 1 << b;
                enemies[b] |= 1 << a;
            }
        }
    }
    let all = if component.len() == EXACT {
        u128::MAX
    } else {
        (1 << component.len()) - 1
    };
    let mut search = Search {
        enemies,
        best: 0,
        size: 0,
        steps: STEPS,
    };
    search.run(0, all);
    (0..component.len())
        .filter(|a| search.best >> a & 1 == 1)
        .map(|a| component[a])
        .collect()
}

struct Search {
    enemies: Vec<u128>,
    best: u128,
    size: u32,
    steps: usize,
}

impl Search {
    /// Recursion is as deep as a component is large.
    fn run(&mut self, chosen: u128, open: u128) {
        if self.steps == 0 {
            return;
        }
        self.steps -= 1;
        if open == 0 {
            if chosen.count_ones() > self.size {
                (self.best, self.size) = (chosen, chosen.count_ones());
            }
            return;
        }
        if chosen.count_ones() + self.bound(open) <= self.size {
            return;
        }
        let next = open.trailing_zeros();
        let rest = open & !(1 << next);
        let enemies = self.enemies[next as usize];
        self.run(chosen | 1 << next, rest & !enemies);
        // Without it is only better where it keeps out one of the rest.
        if rest & enemies != 0 {
            self.run(chosen, rest);
        }
    }

    /// How many of `open` can be chosen at most: one of each clique.
    fn bound(&self, mut open: u128) -> u32 {
        let mut cliques = 0;
        while open != 0 {
            let mut candidates = open;
            while candidates != 0 {
                let next = candidates.trailing_zeros();
                open &= !(1 << next);
                candidates &= self.enemies[next as usize];
            }
            cliques += 1;
        }
        cliques
    }
}

/// Disjoint sets; the first of a set stands for it.
struct Groups(Vec<usize>);

impl Groups {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn first(&mut self, mut at: usize) -> usize {
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        let (low, high) = (a.min(b), a.max(b));
        self.0[high] = low;
    }

    fn into_lists(mut self) -> Vec<Vec<usize>> {
        let mut lists: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in 0..self.0.len() {
            lists.entry(self.first(at)).or_default().push(at);
        }
        lists.into_values().collect()
    }
}
