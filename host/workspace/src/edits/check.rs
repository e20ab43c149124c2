//! Whether a fix can be applied at all, and what it comes to.

use super::Sources;
use crate::files::{EncodeError, Eol, MAX_FILE_SIZE, ReadError, SourceFile, check_relative};
use crate::{FileEdit, Fix, Merge, TextEdit};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The most bytes that the texts of one fix may have together (4 MiB).
pub const MAX_FIX_BYTES: usize = 4 << 20;

/// The most edits that one fix may have.
pub const MAX_EDITS: usize = 4096;

/// Why a fix is not applied. Every message names the fixer.
#[derive(Debug, thiserror::Error)]
pub enum Dropped {
    /// A path is refused, or its file cannot be read.
    #[error("{fixer}: {source}")]
    Unreadable {
        /// Who proposed the fix.
        fixer: String,
        /// Why.
        source: Box<ReadError>,
    },
    /// A range is reversed, ends past the file, or cuts a character.
    #[error("{fixer}: bytes {}..{} of `{path}` are no range of its text ({length} bytes)", range.start, range.end)]
    BadRange {
        /// Who proposed the fix.
        fixer: String,
        /// In which file.
        path: String,
        /// The range.
        range: Range<usize>,
        /// The text's length in bytes.
        length: usize,
    },
    /// The file does not hold what the fix expects.
    #[error("{fixer}: `{path}` does not hold what the fix expects at byte {at}")]
    Stale {
        /// Who proposed the fix.
        fixer: String,
        /// In which file.
        path: String,
        /// Where, in bytes.
        at: usize,
    },
    /// The fix is in its own way.
    #[error("{fixer}: the fix has overlapping edits in `{path}`")]
    SelfOverlap {
        /// Who proposed the fix.
        fixer: String,
        /// In which file.
        path: String,
    },
    /// A file is to be made where something is.
    #[error("{fixer}: `{path}` already exists")]
    Exists {
        /// Who proposed the fix.
        fixer: String,
        /// Where.
        path: String,
    },
    /// It has more than [`MAX_EDITS`] edits or [`MAX_FIX_BYTES`] of text.
    #[error("{fixer}: the fix is larger than {MAX_EDITS} edits or {} MiB", MAX_FIX_BYTES >> 20)]
    TooMuch {
        /// Who proposed the fix.
        fixer: String,
    },
    /// A file would grow past what can be read again.
    #[error("{fixer}: `{path}` would become larger than {} MiB", MAX_FILE_SIZE >> 20)]
    TooLarge {
        /// Who proposed the fix.
        fixer: String,
        /// Which file.
        path: String,
    },
    /// The new text has a NUL.
    #[error("{fixer}: the fix would put a NUL into `{path}`")]
    Nul {
        /// Who proposed the fix.
        fixer: String,
        /// Which file.
        path: String,
    },
    /// The new text has a character that the file's encoding lacks.
    #[error("{fixer}: `{path}`: {source}")]
    Unencodable {
        /// Who proposed the fix.
        fixer: String,
        /// Which file.
        path: String,
        /// Which character.
        source: EncodeError,
    },
    /// It has no edits, or the files already are as it would make them.
    #[error("{fixer}: the fix changes nothing")]
    Empty {
        /// Who proposed the fix.
        fixer: String,
    },
    /// Another fix is in its way.
    #[error("{fixer}: overlaps the fix of {other} in `{path}`")]
    Overlaps {
        /// Who proposed the fix.
        fixer: String,
        /// Who proposed the one that was taken instead.
        other: String,
        /// That one's index.
        with: usize,
        /// Where they meet.
        path: String,
    },
}

impl Dropped {
    /// Whether the fix is sound and only met another one: it may be tried
    /// again without that.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Overlaps { .. })
    }
}

/// An edit of a file's text, line ends as in the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
    pub(super) merge: Merge,
}

impl Cut {
    pub(super) fn is_insertion(&self) -> bool {
        self.start == self.end
    }

    /// The line that this adds to a set of lines; `None` if it does something
    /// else. Indentation counts, for what is indented otherwise mostly is in
    /// another scope; what follows the line does not.
    pub(super) fn set_line(&self, text: &str) -> Option<&str> {
        let at_start = self.start == 0 || text.as_bytes().get(self.start - 1) == Some(&b'\n');
        let line = self.text.strip_suffix('\n')?.trim_end();
        let whole = self.merge == Merge::Set && self.is_insertion() && at_start;
        (whole && !line.is_empty() && !line.contains('\n')).then_some(line)
    }

    /// Whether the set of lines already has this one.
    fn is_in_set(&self, text: &str) -> bool {
        let Some(line) = self.set_line(text) else {
            return false;
        };
        // Most lines are nowhere, which is faster seen without counting lines.
        memchr::memmem::find(text.as_bytes(), line.as_bytes()).is_some()
            && text.lines().any(|existing| existing.trim_end() == line)
    }

    /// Whether both do the same.
    pub(super) fn same(&self, other: &Self) -> bool {
        (self.start, self.end, &self.text) == (other.start, other.end, &other.text)
    }
}

/// What a fix does to one path.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The file before the text edits; `None` where it is removed.
    pub(super) file: Option<Arc<SourceFile>>,
    /// Whether the file is made, moved or removed.
    pub(super) whole: bool,
    /// Sorted by place; those at one place in the fix's order.
    pub(super) cuts: Vec<Cut>,
}

/// A fix that can be applied.
#[derive(Clone, Debug, Default)]
pub(super) struct Checked {
    pub(super) targets: BTreeMap<String, Target>,
}

impl Checked {
    /// By path: the bytes before, and those inserted.
    pub(super) fn growth(&self) -> BTreeMap<&str, (u64, u64)> {
        self.targets
            .iter()
            .filter_map(|(path, target)| {
                let base = target.file.as_ref()?.bytes.len() as u64;
                let added: usize = target.cuts.iter().map(|cut| cut.text.len()).sum();
                // UTF-16 takes two bytes for what UTF-8 says in one.
                Some((path.as_str(), (base, 2 * added as u64)))
            })
            .collect()
    }
}

/// What a fix comes to.
///
/// # Errors
/// Why it cannot be applied.
pub(super) fn check(fix: &Fix, sources: &dyn Sources) -> Result<Checked, Dropped> {
    let fixer = || fix.fixer.clone();
    let size = fix
        .edits
        .iter()
        .map(|edit| edit.text.len() + edit.expect.len())
        .chain(fix.files.iter().map(|edit| match edit {
            FileEdit::Create { text, .. } => text.len(),
            FileEdit::Delete { .. } | FileEdit::Rename { .. } => 0,
        }));
    if fix.edits.len() + fix.files.len() > MAX_EDITS
        || size.fold(0, usize::saturating_add) > MAX_FIX_BYTES
    {
        return Err(Dropped::TooMuch { fixer: fixer() });
    }
    if fix.edits.is_empty() && fix.files.is_empty() {
        return Err(Dropped::Empty { fixer: fixer() });
    }
    let mut checked = Checked::default();
    for edit in &fix.files {
        move_file(fix, edit, sources, &mut checked)?;
    }
    for edit in &fix.edits {
        cut(fix, edit, sources, &mut checked)?;
    }
    if checked.targets.is_empty() {
        return Err(Dropped::Empty { fixer: fixer() });
    }
    for (path, target) in &mut checked.targets {
        // Stable: what is inserted at one place stays in the fix's order.
        target.cuts.sort_by_key(|cut| (cut.start, cut.end));
        target.cuts.dedup_by(|later, earlier| {
            if earlier.is_insertion() && later.start == earlier.start && later.is_insertion() {
                let plain = earlier.merge == Merge::None && later.merge == Merge::None;
                if plain {
                    earlier.text.push_str(&later.text);
                }
                return plain || later.same(earlier);
            }
            later.same(earlier)
        });
        let mut end = 0;
        for cut in &target.cuts {
            if cut.start < end {
                return Err(Dropped::SelfOverlap {
                    fixer: fixer(),
                    path: path.clone(),
                });
            }
            end = cut.end;
        }
    }
    for (path, (base, added)) in checked.growth() {
        if base.saturating_add(added) > MAX_FILE_SIZE {
            return Err(Dropped::TooLarge {
                fixer: fixer(),
                path: path.to_owned(),
            });
        }
    }
    Ok(checked)
}

fn move_file(
    fix: &Fix,
    edit: &FileEdit,
    sources: &dyn Sources,
    checked: &mut Checked,
) -> Result<(), Dropped> {
    let made = |path: &str, file: SourceFile| {
        (
            path.to_owned(),
            Target {
                file: Some(Arc::new(file)),
                whole: true,
                cuts: Vec::new(),
            },
        )
    };
    let removed = |path: &str| {
        (
            path.to_owned(),
            Target {
                file: None,
                whole: true,
                cuts: Vec::new(),
            },
        )
    };
    match edit {
        FileEdit::Create { path, text } => {
            free(fix, path, sources, checked)?;
            if text.contains('\0') {
                return Err(Dropped::Nul {
                    fixer: fix.fixer.clone(),
                    path: path.clone(),
                });
            }
            let file = SourceFile::decode(path, text.as_bytes()).map_err(|_| Dropped::Nul {
                fixer: fix.fixer.clone(),
                path: path.clone(),
            })?;
            checked.targets.extend([made(path, file)]);
        }
        FileEdit::Delete { path, expect_hash } => {
            expected(fix, path, expect_hash, sources, checked)?;
            checked.targets.extend([removed(path)]);
        }
        FileEdit::Rename {
            path,
            to,
            expect_hash,
        } => {
            let file = expected(fix, path, expect_hash, sources, checked)?;
            free(fix, to, sources, checked)?;
            let file = SourceFile {
                path: to.clone(),
                ..SourceFile::clone(&file)
            };
            checked.targets.extend([removed(path), made(to, file)]);
        }
    }
    Ok(())
}

/// The file as the fix's earlier file edits left it.
fn current(
    fix: &Fix,
    path: &str,
    sources: &dyn Sources,
    checked: &Checked,
) -> Result<Arc<SourceFile>, Dropped> {
    let unreadable = |source| Dropped::Unreadable {
        fixer: fix.fixer.clone(),
        source: Box::new(source),
    };
    match checked.targets.get(path) {
        Some(Target {
            file: Some(file), ..
        }) => Ok(file.clone()),
        Some(Target { file: None, .. }) => Err(unreadable(ReadError::NotFound {
            path: path.to_owned(),
        })),
        None => {
            check_relative(path).map_err(|error| unreadable(error.into()))?;
            sources.source(path).map_err(unreadable)
        }
    }
}

fn expected(
    fix: &Fix,
    path: &str,
    hash: &str,
    sources: &dyn Sources,
    checked: &Checked,
) -> Result<Arc<SourceFile>, Dropped> {
    let file = current(fix, path, sources, checked)?;
    if !file.hash.eq_ignore_ascii_case(hash) {
        return Err(Dropped::Stale {
            fixer: fix.fixer.clone(),
            path: path.to_owned(),
            at: 0,
        });
    }
    Ok(file)
}

/// Refuses a path where something is, or that goes through a file.
fn free(fix: &Fix, path: &str, sources: &dyn Sources, checked: &Checked) -> Result<(), Dropped> {
    check_relative(path).map_err(|error| Dropped::Unreadable {
        fixer: fix.fixer.clone(),
        source: Box::new(error.into()),
    })?;
    let taken = || Dropped::Exists {
        fixer: fix.fixer.clone(),
        path: path.to_owned(),
    };
    let occupied = match checked.targets.get(path) {
        Some(target) => target.file.is_some(),
        None => sources.exists(path),
    };
    let folder = format!("{path}/");
    let mut made = checked
        .targets
        .iter()
        .filter(|(_, target)| target.file.is_some());
    if occupied
        || made.any(|(other, _)| {
            other.starts_with(&folder)
                || path
                    .strip_prefix(other.as_str())
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    {
        return Err(taken());
    }
    for (slash, _) in path.match_indices('/') {
        let above = &path[..slash];
        if !checked.targets.contains_key(above) && sources.source(above).is_ok() {
            return Err(taken());
        }
    }
    Ok(())
}

fn cut(
    fix: &Fix,
    edit: &TextEdit,
    sources: &dyn Sources,
    checked: &mut Checked,
) -> Result<(), Dropped> {
    let file = current(fix, &edit.path, sources, checked)?;
    let (fixer, path) = (|| fix.fixer.clone(), || edit.path.clone());
    let Some(found) = file.text.get(edit.range.clone()) else {
        return Err(Dropped::BadRange {
            fixer: fixer(),
            path: path(),
            range: edit.range.clone(),
            length: file.text.len(),
        });
    };
    if found != edit.expect {
        return Err(Dropped::Stale {
            fixer: fixer(),
            path: path(),
            at: edit.range.start,
        });
    }
    if edit.text.contains('\0') {
        return Err(Dropped::Nul {
            fixer: fixer(),
            path: path(),
        });
    }
    let cut = in_file(edit, &file);
    if file.text[cut.start..cut.end] == cut.text || cut.is_in_set(&file.text) {
        return Ok(());
    }
    if let Err(source) = file.encode(&cut.text) {
        return Err(Dropped::Unencodable {
            fixer: fixer(),
            path: path(),
            source,
        });
    }
    let target = checked
        .targets
        .entry(edit.path.clone())
        .or_insert_with(|| Target {
            file: Some(file),
            whole: false,
            cuts: Vec::new(),
        });
    target.cuts.push(cut);
    Ok(())
}

/// The edit with the file's line ends. A range that begins or ends between the
/// two bytes of a `\r\n` is moved in front of it: whoever looked for the end
/// of the line by its `\n` means the line's end.
fn in_file(edit: &TextEdit, file: &SourceFile) -> Cut {
    let splits = |at: usize| {
        let bytes = file.text.as_bytes();
        at > 0 && bytes.get(at) == Some(&b'\n') && bytes[at - 1] == b'\r'
    };
    let Range { mut start, mut end } = edit.range;
    let mut text = edit.text.as_str();
    if splits(end) {
        end -= 1;
        text = text.strip_suffix('\r').unwrap_or(text);
    }
    if splits(start) {
        start -= 1;
    }
    let mut text = text.replace("\r\n", "\n");
    if file.eol == Eol::CrLf {
        text = text.replace('\n', "\r\n");
    }
    Cut {
        start,
        end: end.max(start),
        text,
        merge: edit.merge,
    }
}
