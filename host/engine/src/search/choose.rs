//! Which proposals may be tried, which of them are, and what they make of the
//! tree together.

use super::{Node, Search};
use crate::dispatch::Candidate;
use crate::event::Event;
use crate::ledger::NotTried;
use crate::problem::Problem;
use crate::session::{Session, State};
use buildfix_diagnostics::Phase;
use buildfix_workspace::edits::{self, Snapshot};
use buildfix_workspace::{Applicability, FileEdit, Fix};
use std::collections::{BTreeMap, BTreeSet};

impl Search<'_, '_> {
    /// Why a candidate is not tried, if it is not.
    pub(super) fn hold_back(
        &self,
        candidate: &Candidate,
        problems: &[Problem],
        dirty: &BTreeSet<String>,
    ) -> Option<NotTried> {
        if self.refuted.contains_key(&candidate.key) {
            return Some(NotTried::Refuted);
        }
        match candidate.fix.applicability {
            Applicability::Exact | Applicability::Verified => {}
            Applicability::Placeholder if self.options.placeholders => {}
            tier => return Some(NotTried::Tier(tier)),
        }
        let matches = |patterns: &[String]| {
            named(patterns, &candidate.fix.fixer)
                || candidate.targets.iter().any(|target| {
                    let diagnostic = &problems[*target].diagnostic;
                    named(patterns, &diagnostic.class) || named(patterns, &diagnostic.code)
                })
        };
        if matches(&self.options.exclude)
            || (!self.options.only.is_empty() && !matches(&self.options.only))
        {
            return Some(NotTried::Filtered);
        }
        touched(&candidate.fix)
            .find(|path| dirty.contains(*path))
            .map(|_| NotTried::Dirty)
    }

    /// Resolves overlaps and composes; bans what cannot be applied. `None`
    /// where nothing is left to try.
    pub(super) fn compose(
        &mut self,
        here: &Node,
        problems: &[Problem],
        candidates: &[Candidate],
        mut picked: Vec<usize>,
        base: &Snapshot,
        banned: &mut BTreeSet<usize>,
    ) -> Option<(Vec<usize>, State)> {
        loop {
            if picked.is_empty() {
                return None;
            }
            let fixes: Vec<Fix> = picked
                .iter()
                .map(|index| candidates[*index].fix.clone())
                .collect();
            let selection = edits::select(&fixes, base);
            for (at, dropped) in &selection.dropped {
                let index = picked[*at];
                if dropped.is_conflict() {
                    self.ledger
                        .overlapped(problems, &candidates[index], &dropped.to_string());
                } else {
                    banned.insert(index);
                    self.refute(problems, &candidates[index], &dropped.to_string(), false);
                }
            }
            let chosen: Vec<usize> = selection.chosen.iter().map(|at| picked[*at]).collect();
            if chosen.is_empty() {
                return None;
            }
            match composed(self.session, here, candidates, &chosen, base) {
                Some(state) if state != here.built.state => return Some((chosen, state)),
                _ => {
                    // Such as an import that the file already has.
                    for index in &chosen {
                        banned.insert(*index);
                        self.refute(
                            problems,
                            &candidates[*index],
                            "it would change nothing",
                            false,
                        );
                    }
                    picked.retain(|index| !banned.contains(index));
                }
            }
        }
    }

    /// What may not be tried, told to the ledger.
    pub(super) fn banned(
        &mut self,
        problems: &[Problem],
        candidates: &[Candidate],
    ) -> BTreeSet<usize> {
        let dirty = self.dirty(candidates);
        let mut banned = BTreeSet::new();
        for (index, candidate) in candidates.iter().enumerate() {
            if let Some(why) = self.hold_back(candidate, problems, &dirty) {
                self.ledger.not_tried(problems, candidate, why);
                banned.insert(index);
            }
        }
        banned
    }

    /// The files that the candidates touch, as they are now.
    pub(super) fn base(&self, candidates: &[Candidate]) -> Snapshot {
        let base = Snapshot::new(self.session.workspace.clone());
        base.load(
            candidates
                .iter()
                .flat_map(|candidate| touched(&candidate.fix)),
        );
        base
    }

    /// Files that version control would lose changes of.
    pub(super) fn dirty(&mut self, candidates: &[Candidate]) -> BTreeSet<String> {
        if self.options.allow_dirty {
            return BTreeSet::new();
        }
        let mut paths: Vec<String> = candidates
            .iter()
            .flat_map(|c| touched(&c.fix))
            .map(str::to_owned)
            .collect();
        paths.sort();
        paths.dedup();
        // What this run itself changed is not somebody's unsaved work.
        paths.retain(|path| !self.session.has_touched(path));
        match buildfix_workspace::vcs::dirty(self.session.workspace.root(), &paths) {
            Ok(dirty) => dirty.into_iter().collect(),
            Err(error) => {
                self.session.events.emit(Event::Warning(&error.to_string()));
                BTreeSet::new()
            }
        }
    }
}

pub(super) fn composed(
    session: &mut Session<'_>,
    here: &Node,
    candidates: &[Candidate],
    chosen: &[usize],
    base: &Snapshot,
) -> Option<State> {
    let fixes: Vec<&Fix> = chosen.iter().map(|index| &candidates[*index].fix).collect();
    match edits::compose(&fixes, base) {
        Ok(changes) => {
            session.remember(&changes);
            Some(Session::after(&here.built.state, &changes))
        }
        Err(error) => {
            tracing::warn!(%error, "fixes that were compatible cannot be composed");
            None
        }
    }
}

/// The best proposal for every error that none of `keep` answers.
///
/// Of a file's errors only those of the earliest phase are taken, and of its
/// syntax errors only the first: what follows is mostly its echo.
pub(super) fn pick(
    problems: &[Problem],
    candidates: &[Candidate],
    banned: &BTreeSet<usize>,
    keep: &[usize],
    within: Option<&BTreeSet<usize>>,
    limit: usize,
) -> Vec<usize> {
    let mut queues: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, candidate) in candidates.iter().enumerate() {
        let open = !banned.contains(&index) && within.is_none_or(|within| within.contains(&index));
        if open {
            for target in &candidate.targets {
                queues.entry(*target).or_default().push(index);
            }
        }
    }
    let mut earliest: BTreeMap<&str, (Phase, usize, usize)> = BTreeMap::new();
    for target in queues.keys() {
        let problem = &problems[*target];
        if let Some(path) = problem.path() {
            let this = (problem.phase(), problem.range.start, *target);
            let known = earliest.entry(path).or_insert(this);
            *known = (*known).min(this);
        }
    }
    let mut picked = keep.to_vec();
    let mut known: BTreeSet<usize> = keep.iter().copied().collect();
    let mut answered: BTreeSet<usize> = keep
        .iter()
        .flat_map(|index| &candidates[*index].targets)
        .copied()
        .collect();
    for (target, queue) in &queues {
        if picked.len() >= limit.max(keep.len()) {
            break;
        }
        let problem = &problems[*target];
        let Some((phase, _, first)) = problem.path().and_then(|path| earliest.get(path)) else {
            continue;
        };
        let due = problem.phase() == *phase && (*phase != Phase::Syntax || target == first);
        if due
            && !answered.contains(target)
            && let Some(best) = queue.first()
        {
            answered.extend(&candidates[*best].targets);
            if known.insert(*best) {
                picked.push(*best);
            }
        }
    }
    picked
}

/// The files a fix touches, in no order, perhaps repeated.
pub(super) fn touched(fix: &Fix) -> impl Iterator<Item = &str> {
    let files = fix.files.iter().flat_map(|edit| match edit {
        FileEdit::Create { path, .. } | FileEdit::Delete { path, .. } => [Some(path), None],
        FileEdit::Rename { path, to, .. } => [Some(path), Some(to)],
    });
    fix.edits
        .iter()
        .map(|edit| edit.path.as_str())
        .chain(files.flatten().map(String::as_str))
}

/// Whether a pattern with `*` names it.
pub(super) fn named(patterns: &[String], name: &str) -> bool {
    patterns.iter().any(|pattern| {
        let short = name.rsplit_once('/').map_or(name, |(_, short)| short);
        glob(pattern, name) || glob(pattern, short)
    })
}

pub(super) fn glob(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, rest)) => text.strip_prefix(head).is_some_and(|text| {
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .any(|at| glob(rest, &text[at..]))
        }),
    }
}
