//! Repairs to try.

use crate::message::Reading;
use crate::source::Source;
use buildfix_sdk::Diagnostic;
use std::ops::Range;

/// One replacement. An insertion has an empty range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// What to put there.
    pub text: String,
}

/// What a candidate must do to the file's parse errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Leave fewer or smaller ones.
    Shrink,
    /// Leave no more than there are: for faults that the grammar of the syntax
    /// tree does not see, but the compiler does.
    Keep,
    /// Leave fewer or smaller ones, though it takes a bracket away: the bracket
    /// has no partner. The rest of the file may hold what the grammar does not
    /// know, such as conditional compilation.
    Balance,
}

/// A repair to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// In order of place, without overlaps.
    pub changes: Vec<Change>,
    /// What it does, in the imperative.
    pub title: String,
    /// How unlikely it is before it was tried; 10 is what the compiler asks
    /// for, at the place that it names.
    pub cost: u32,
    /// The message names the token and the place is the only one.
    pub certain: bool,
    /// What it must do to the parse errors.
    pub demand: Demand,
}

impl Candidate {
    /// The text after the repair; `None` if a change lies outside the text or
    /// they overlap.
    #[must_use]
    pub fn apply(&self, text: &str) -> Option<String> {
        let mut result = String::with_capacity(text.len() + 64);
        let mut at = 0;
        for change in &self.changes {
            result.push_str(text.get(at..change.range.start)?);
            text.get(change.range.clone())?;
            result.push_str(&change.text);
            at = change.range.end;
        }
        result.push_str(text.get(at..)?);
        Some(result)
    }
}

/// The candidates for one diagnostic, each once.
#[derive(Debug, Default)]
pub struct Pool {
    candidates: Vec<Candidate>,
}

/// More are never tried.
const MOST: usize = 400;

impl Pool {
    /// Adds a candidate that must shrink the parse errors.
    pub fn add(&mut self, changes: Vec<Change>, title: impl Into<String>, cost: u32) {
        self.push(changes, title.into(), cost, false, Demand::Shrink);
    }

    /// Adds one for a fault that the syntax tree may not show.
    pub fn add_unseen(&mut self, changes: Vec<Change>, title: impl Into<String>, cost: u32) {
        self.push(changes, title.into(), cost, false, Demand::Keep);
    }

    /// Adds one that takes an unmatched bracket away.
    pub fn add_balancing(&mut self, changes: Vec<Change>, title: impl Into<String>, cost: u32) {
        self.push(changes, title.into(), cost, false, Demand::Balance);
    }

    /// Adds one of which the message leaves no doubt.
    pub fn add_certain(&mut self, changes: Vec<Change>, title: impl Into<String>, cost: u32) {
        self.push(changes, title.into(), cost, true, Demand::Shrink);
    }

    fn push(
        &mut self,
        changes: Vec<Change>,
        title: String,
        cost: u32,
        certain: bool,
        demand: Demand,
    ) {
        if let Some(known) = self.candidates.iter_mut().find(|c| c.changes == changes) {
            known.certain |= certain;
            if demand != Demand::Shrink {
                known.demand = demand;
            }
            if cost < known.cost {
                known.cost = cost;
                known.title = title;
            }
        } else if self.candidates.len() < MOST {
            self.candidates.push(Candidate {
                changes,
                title,
                cost,
                certain,
                demand,
            });
        }
    }

    /// Likeliest first; those of equal cost in the order in which they came.
    #[must_use]
    pub fn into_sorted(mut self) -> Vec<Candidate> {
        self.candidates.sort_by_key(|c| c.cost);
        self.candidates
    }
}

/// Puts `text` before the byte `at`.
#[must_use]
pub fn insert(at: usize, text: impl Into<String>) -> Vec<Change> {
    vec![Change {
        range: at..at,
        text: text.into(),
    }]
}

/// Puts `text` in the place of a range.
#[must_use]
pub fn replace(range: Range<usize>, text: impl Into<String>) -> Vec<Change> {
    vec![Change {
        range,
        text: text.into(),
    }]
}

/// One diagnostic and what it is about.
#[derive(Debug)]
pub struct Problem<'a> {
    /// The file.
    pub source: &'a Source<'a>,
    /// What the compiler said.
    pub diagnostic: &'a Diagnostic,
    /// What its message says is missing.
    pub reading: Reading,
    /// The byte that it points at; the last code byte of the line where it
    /// names a line alone.
    pub anchor: usize,
    /// Whether it names a line alone.
    pub whole_line: bool,
}

impl<'a> Problem<'a> {
    /// Places a diagnostic in its file.
    #[must_use]
    pub fn new(source: &'a Source<'a>, diagnostic: &'a Diagnostic) -> Self {
        let mut anchor = (diagnostic.span.start as usize).min(source.text.len());
        while !source.text.is_char_boundary(anchor) {
            anchor -= 1;
        }
        let line = source.line_of(anchor);
        let tokens = source.on_line(line);
        // A tool that gives no column leaves the line's start.
        let whole_line = diagnostic.column <= 1
            && anchor == source.line(line).start
            && (source.indent(line) > 0 || source.lang.line_ends_statement());
        if whole_line {
            anchor = tokens
                .clone()
                .last()
                .map_or(anchor, |last| source.code[last].end);
        }
        Self {
            source,
            diagnostic,
            reading: crate::message::read(&diagnostic.message),
            anchor,
            whole_line,
        }
    }

    /// The same problem at another place; `None` if that is the same one.
    #[must_use]
    pub fn moved(&self, at: usize) -> Option<Self> {
        if at == self.anchor || !self.source.text.is_char_boundary(at) {
            return None;
        }
        Some(Self {
            source: self.source,
            diagnostic: self.diagnostic,
            reading: Reading::default(),
            anchor: at,
            whole_line: false,
        })
    }

    /// The line (from 0) that the diagnostic names.
    #[must_use]
    pub fn line(&self) -> usize {
        self.source.line_of(self.anchor)
    }

    /// The bytes that the diagnostic's notes point at in this file.
    #[must_use]
    pub fn related(&self) -> Vec<usize> {
        self.diagnostic
            .related
            .iter()
            .filter_map(|r| r.span.as_ref())
            .filter(|s| {
                s.path == self.diagnostic.span.path && s.start as usize <= self.source.text.len()
            })
            .map(|s| s.start as usize)
            .collect()
    }

    /// What is added to a candidate's cost for its distance, in lines.
    #[must_use]
    pub fn distance(&self, at: usize) -> u32 {
        let lines = self.source.line_of(at).abs_diff(self.line());
        u32::try_from(lines.min(12)).unwrap_or(12) / 2
    }
}
