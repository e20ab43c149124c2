//! Diagnostics placed in the workspace, and which of them are the same from
//! one build to the next.

use buildfix_diagnostics::{Diagnostic, Phase, span};
use buildfix_workspace::Workspace;
use buildfix_workspace::files::SourceFile;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The identity of a problem across builds: its class, file, message and the
/// text of its line, so that edits elsewhere in the file do not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProblemKey([u8; 16]);

/// A diagnostic with its place in the workspace.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What the compiler said.
    pub diagnostic: Diagnostic,
    /// The file, if it is one of the workspace.
    pub file: Option<Arc<SourceFile>>,
    /// Bytes of that file's text.
    pub range: Range<usize>,
    /// Line and column (in characters), both from 1; 0 without a place.
    pub place: (u32, u32),
    /// Who it is.
    pub key: ProblemKey,
}

impl Problem {
    /// The workspace-relative path, if it has one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.file.as_ref().map(|file| file.path.as_str())
    }

    /// `path:line:column` as far as known, for people.
    #[must_use]
    pub fn location(&self) -> String {
        match (&self.file, &self.diagnostic.location) {
            (Some(file), _) => format!("{}:{}:{}", file.path, self.place.0, self.place.1),
            (None, Some(location)) => {
                format!(
                    "{}:{}:{}",
                    location.path, location.start.line, location.start.column
                )
            }
            (None, None) => self.diagnostic.tool.clone(),
        }
    }

    /// How far the compiler had got.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.diagnostic.phase
    }
}

/// Places diagnostics in the workspace as it is now.
#[must_use]
pub fn place(workspace: &Workspace, diagnostics: Vec<Diagnostic>) -> Vec<Problem> {
    let mut files: BTreeMap<String, Option<Arc<SourceFile>>> = BTreeMap::new();
    diagnostics
        .into_iter()
        .map(|diagnostic| {
            let location = diagnostic.location.as_ref();
            let file = location
                .and_then(|location| workspace.map(&location.path))
                .and_then(|path| {
                    files
                        .entry(path.clone())
                        .or_insert_with(|| workspace.read(&path).ok())
                        .clone()
                });
            let range = file.as_ref().zip(location).map(|(file, location)| {
                // A line past the end (the file changed since): its end.
                span::range(&file.text, location).unwrap_or(file.text.len()..file.text.len())
            });
            let range = range.unwrap_or_default();
            let place = file.as_ref().map_or((0, 0), |file| {
                span::line_and_column(&file.text, range.start)
            });
            let key = key(&diagnostic, file.as_deref(), range.start);
            Problem {
                diagnostic,
                file,
                range,
                place,
                key,
            }
        })
        .collect()
}

fn key(diagnostic: &Diagnostic, file: Option<&SourceFile>, at: usize) -> ProblemKey {
    let mut hasher = blake3::Hasher::new();
    let line = file.map_or("", |file| line_at(&file.text, at)).trim();
    let path = match (file, &diagnostic.location) {
        (Some(file), _) => file.path.as_str(),
        (None, Some(location)) => location.path.as_str(),
        (None, None) => "",
    };
    for field in [&diagnostic.class, path, &diagnostic.message, line] {
        hasher.update(&(field.len() as u64).to_le_bytes());
        hasher.update(field.as_bytes());
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    ProblemKey(short)
}

/// The line around byte `at`, without its end.
#[must_use]
pub fn line_at(text: &str, at: usize) -> &str {
    let at = (0..=at.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    &text[start..end]
}

/// How the lines of files moved.
#[derive(Clone, Debug, Default)]
pub struct LineMap(BTreeMap<String, Lines>);

#[derive(Clone, Debug, Default)]
struct Lines {
    /// Pairs of (first old line after an edit, shift).
    shifts: Vec<(u32, i64)>,
    /// Old lines that were replaced, half-open.
    edited: Vec<Range<u32>>,
}

impl LineMap {
    /// From the texts before and after, by their common head and tail and a
    /// line diff between.
    pub fn add(&mut self, path: &str, before: &str, after: &str) {
        use buildfix_workspace::diff::{LineOp, line_ops};
        let mut lines = Lines::default();
        for op in line_ops(before, after) {
            match op {
                LineOp::Equal { old, new } => {
                    lines.shifts.push((old, i64::from(new) - i64::from(old)));
                }
                LineOp::Changed { old, removed, .. } => {
                    lines.edited.push(old..old.saturating_add(removed));
                }
            }
        }
        self.0.insert(path.to_owned(), lines);
    }

    /// Where an old line (from 1) is now. Inside an edited region: where the
    /// region begins.
    #[must_use]
    pub fn new_line(&self, path: &str, line: u32) -> u32 {
        let Some(Lines { shifts, .. }) = self.0.get(path) else {
            return line;
        };
        let shift = match shifts.partition_point(|(start, _)| *start <= line) {
            0 => 0,
            at => shifts[at - 1].1,
        };
        u32::try_from((i64::from(line) + shift).max(0)).unwrap_or(u32::MAX)
    }

    /// Whether an old line (from 1) was edited.
    #[must_use]
    pub fn is_edited(&self, path: &str, line: u32) -> bool {
        self.0
            .get(path)
            .is_some_and(|lines| lines.edited.iter().any(|edited| edited.contains(&line)))
    }
}

/// What changed between two builds.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Indices of old problems that are no longer there.
    pub gone: Vec<usize>,
    /// Indices of new problems that were not there.
    pub new: Vec<usize>,
}

/// How far an unchanged error may have moved from where the edits say it is.
const NEAR: u32 = 2;

/// File, class and message.
type Group<'a> = (Option<&'a str>, &'a str, &'a str);

/// An old error that no new one was found to be, yet.
struct Waiting {
    line: u32,
    /// Where on the line the same error would have to be.
    column: Option<u32>,
    index: usize,
}

fn take<'a>(
    waiting: &mut BTreeMap<Group<'a>, Vec<Waiting>>,
    group: &Group<'a>,
    problem: &Problem,
    near: u32,
) -> bool {
    let (line, column) = problem.place;
    let Some(olds) = waiting.get_mut(group) else {
        return false;
    };
    let found = olds.iter().position(|old| {
        old.line.abs_diff(line) <= near && old.column.is_none_or(|old| old == column)
    });
    found.map(|at| olds.remove(at)).is_some()
}

/// Compares the errors of two builds. Two errors are the same if class, file
/// and message agree and the line is where the edits moved it, give or take
/// two lines.
#[must_use]
pub fn compare(old: &[Problem], new: &[Problem], moved: &LineMap) -> Difference {
    fn group(problem: &Problem) -> Group<'_> {
        let path = problem.path().or_else(|| {
            problem
                .diagnostic
                .location
                .as_ref()
                .map(|location| location.path.as_str())
        });
        (path, &problem.diagnostic.class, &problem.diagnostic.message)
    }
    let mut waiting: BTreeMap<Group<'_>, Vec<Waiting>> = BTreeMap::new();
    for (index, problem) in old
        .iter()
        .enumerate()
        .filter(|(_, p)| p.diagnostic.is_error())
    {
        let (line, edited) = problem.path().map_or((0, false), |path| {
            let line = problem.place.0;
            (moved.new_line(path, line), moved.is_edited(path, line))
        });
        // An edited line may have had the same mistake twice.
        let column = edited.then_some(problem.place.1);
        waiting.entry(group(problem)).or_default().push(Waiting {
            line,
            column,
            index,
        });
    }
    let mut result = Difference::default();
    let mut unmatched = Vec::new();
    // Exact lines first, so that a near one does not take another's partner.
    for (index, problem) in new
        .iter()
        .enumerate()
        .filter(|(_, p)| p.diagnostic.is_error())
    {
        if !take(&mut waiting, &group(problem), problem, 0) {
            unmatched.push(index);
        }
    }
    for index in unmatched {
        let problem = &new[index];
        if !take(&mut waiting, &group(problem), problem, NEAR) {
            result.new.push(index);
        }
    }
    result.gone = waiting
        .into_values()
        .flatten()
        .map(|waiting| waiting.index)
        .collect();
    result.gone.sort_unstable();
    result
}
