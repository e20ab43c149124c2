//! What a changeset does, as a patch and line by line.

use crate::edits::{Change, Changeset};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline, group_diff_ops};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// Lines around a change.
const CONTEXT: usize = 3;

/// How long one file may be searched for the shortest diff. Past that the diff
/// is still right, only longer.
const PATIENCE: Duration = Duration::from_secs(2);

/// A run of lines in two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOp {
    /// The same from here, until the next operation.
    Equal {
        /// The first such line of the old text; counts from 1.
        old: u32,
        /// The first such line of the new text; counts from 1.
        new: u32,
    },
    /// Lines of the old text that were replaced, removed or, if there are
    /// none, had others put in front of them.
    Changed {
        /// The first line of the old text; counts from 1.
        old: u32,
        /// How many lines of the old text.
        removed: u32,
        /// The first line of the new text; counts from 1.
        new: u32,
        /// How many lines of the new text.
        added: u32,
    },
}

/// How the lines of one text became those of another, in order.
#[must_use]
pub fn line_ops(before: &str, after: &str) -> Vec<LineOp> {
    let (old, new) = (lines(before.as_bytes()), lines(after.as_bytes()));
    let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    compare(&old, &new)
        .into_iter()
        .map(|op| {
            let (old, new) = (op.old_range(), op.new_range());
            match op {
                DiffOp::Equal { .. } => LineOp::Equal {
                    old: number(old.start + 1),
                    new: number(new.start + 1),
                },
                _ => LineOp::Changed {
                    old: number(old.start + 1),
                    removed: number(old.len()),
                    new: number(new.start + 1),
                    added: number(new.len()),
                },
            }
        })
        .collect()
}

/// The changes as a patch for `patch -p1` or `git apply`. Bytes that are not
/// UTF-8 are shown as `�`; use [`unified_bytes`] to apply such a patch.
#[must_use]
pub fn unified(changes: &Changeset) -> String {
    String::from_utf8(unified_bytes(changes))
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The changes as a patch for `patch -p1` or `git apply`, byte for byte. Of a
/// file with a NUL (binary, or UTF-16) it only says that it differs.
#[must_use]
pub fn unified_bytes(changes: &Changeset) -> Vec<u8> {
    let mut patch = Vec::new();
    for (path, change) in &changes.changes {
        if change.before != change.after {
            file(&mut patch, path, change);
        }
    }
    patch
}

fn file(patch: &mut Vec<u8>, path: &str, Change { before, after }: &Change) {
    let (a, b) = (quoted("a/", path), quoted("b/", path));
    let mut head = format!("diff --git {a} {b}\n");
    // Without a mode line git would not know that the file is new or gone.
    match (before, after) {
        (None, Some(_)) => head.push_str("new file mode 100644\n"),
        (Some(_), None) => head.push_str("deleted file mode 100644\n"),
        _ => {}
    }
    let old = before.as_deref().unwrap_or_default();
    let new = after.as_deref().unwrap_or_default();
    // A name with a space is ended by a tab, as git does, so that `patch`
    // does not take the rest for a date.
    let end = if path.contains(' ') { "\t\n" } else { "\n" };
    let (a, b) = (
        if before.is_some() {
            a
        } else {
            "/dev/null".to_owned()
        },
        if after.is_some() {
            b
        } else {
            "/dev/null".to_owned()
        },
    );
    if memchr::memchr(0, old)
        .or_else(|| memchr::memchr(0, new))
        .is_some()
    {
        let _ = writeln!(head, "Binary files {a} and {b} differ");
        patch.extend_from_slice(head.as_bytes());
        return;
    }
    let (old, new) = (lines(old), lines(new));
    if old.is_empty() && new.is_empty() {
        patch.extend_from_slice(head.as_bytes());
        return;
    }
    let tab = |name: &str| if name == "/dev/null" { "\n" } else { end };
    let _ = write!(head, "--- {a}{}+++ {b}{}", tab(&a), tab(&b));
    patch.extend_from_slice(head.as_bytes());
    for hunk in group_diff_ops(compare(&old, &new), CONTEXT) {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
            continue;
        };
        let range = |start: usize, end: usize| match end - start {
            // The line in front of an empty range, counting from 1.
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            count => format!("{},{count}", start + 1),
        };
        let head = format!(
            "@@ -{} +{} @@\n",
            range(first.old_range().start, last.old_range().end),
            range(first.new_range().start, last.new_range().end),
        );
        patch.extend_from_slice(head.as_bytes());
        for op in hunk {
            if matches!(op, DiffOp::Equal { .. }) {
                put(patch, b' ', &old[op.old_range()]);
            } else {
                put(patch, b'-', &old[op.old_range()]);
                put(patch, b'+', &new[op.new_range()]);
            }
        }
    }
}

fn put(patch: &mut Vec<u8>, sign: u8, lines: &[&[u8]]) {
    for line in lines {
        patch.push(sign);
        patch.extend_from_slice(line);
        if !line.ends_with(b"\n") {
            patch.extend_from_slice(b"\n\\ No newline at end of file\n");
        }
    }
}

fn compare(old: &[&[u8]], new: &[&[u8]]) -> Vec<DiffOp> {
    capture_diff_slices_deadline(Algorithm::Myers, old, new, Some(Instant::now() + PATIENCE))
}

/// Lines with their ends. Only `\n` ends one: `patch` counts so too.
fn lines(text: &[u8]) -> Vec<&[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The name as git writes it: in quotes, with C's escapes, where it holds
/// quotes, backslashes or control characters.
fn quoted(prefix: &str, path: &str) -> String {
    if !path
        .chars()
        .any(|c| c.is_control() || matches!(c, '"' | '\\'))
    {
        return format!("{prefix}{path}");
    }
    let mut name = format!("\"{prefix}");
    for character in path.chars() {
        match character {
            '"' | '\\' => name.extend(['\\', character]),
            '\n' => name.push_str("\\n"),
            '\t' => name.push_str("\\t"),
            _ if character.is_control() => {
                let mut buffer = [0; 4];
                for byte in character.encode_utf8(&mut buffer).bytes() {
                    let _ = write!(name, "\\{byte:03o}");
                }
            }
            _ => name.push(character),
        }
    }
    name.push('"');
    name
}

#[cfg(test)]
mod tests;
