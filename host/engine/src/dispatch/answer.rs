//! What a fixer answered, as candidates; what was dropped of it, as failures.

use super::{Candidate, FixKey, Fixer, Proposals};
use crate::problem::{Problem, line_at};
use buildfix_sandbox as wasm;
use buildfix_workspace::{Applicability, FileEdit, Fix, Merge, TextEdit};
use std::collections::BTreeMap;

pub(super) fn fail(result: &mut Proposals, ids: &[usize], message: &str) {
    for id in ids {
        result
            .failures
            .entry(*id)
            .or_default()
            .push(message.to_owned());
    }
    tell(result, message);
}

/// A call that failed: in short for each problem, in full for the user.
pub(super) fn failed(
    result: &mut Proposals,
    ids: &[usize],
    message: &str,
    error: &wasm::CallError,
    told: &str,
) {
    for id in ids {
        let failures = result.failures.entry(*id).or_default();
        failures.push(message.to_owned());
    }
    tell(result, told);
    for denial in &error.context.denied {
        tell(result, &format!("{denial}\nhelp: {}", denial.help));
    }
}

/// All that is known of a failed call: who, on what, where in the guest, its
/// last words, what can be done, and the command that makes the call again.
pub(super) fn told(
    error: &wasm::CallError,
    place: &str,
    message: &str,
    replay: Option<&str>,
) -> String {
    let first = message.lines().next().unwrap_or_default();
    let mut text = format!("{error}\n  for {place}: {first}\n{}", error.details());
    if let Some(help) = error.help() {
        text.push_str(&format!("help: {help}\n"));
    }
    if let Some(command) = replay {
        text.push_str(&format!("help: make this call again with `{command}`"));
    }
    text.trim_end().to_owned()
}

/// For the user to hear, once.
fn tell(result: &mut Proposals, message: &str) {
    if !result.failure_messages.iter().any(|known| known == message) {
        result.failure_messages.push(message.to_owned());
    }
}

pub(super) fn accept(
    result: &mut Proposals,
    fixer: &Fixer,
    ids: &[usize],
    call: wasm::Call,
    problems: &[Problem],
) {
    for line in &call.log {
        tracing::debug!(target: "fixer", plugin = fixer.name(), level = line.level, cached = call.cached, "{}", line.message);
    }
    for denial in &call.denied {
        tell(result, &format!("{denial}\nhelp: {}", denial.help));
    }
    for rejected in &call.rejected {
        let targets: Vec<usize> = rejected.diagnostics.iter().map(|id| *id as usize).collect();
        let message = format!(
            "plugin `{}`: `{}` was dropped: {}",
            fixer.name(),
            rejected.what,
            rejected.reason
        );
        fail(result, &targets, &message);
    }
    for note in call.response.notes {
        if ids.contains(&(note.diagnostic as usize)) {
            result
                .notes
                .entry(note.diagnostic as usize)
                .or_default()
                .push(note.message);
        }
    }
    for fix in call.response.fixes {
        let mut targets: Vec<usize> = fix
            .answers
            .iter()
            .map(|id| *id as usize)
            .filter(|id| ids.contains(id))
            .collect();
        targets.sort_unstable();
        targets.dedup();
        if targets.is_empty() {
            continue;
        }
        match host_fix(fixer.name(), fix) {
            Ok(fix) => {
                let key = key(&fix, problems, targets[0]);
                result.candidates.push(Candidate {
                    fix,
                    version: fixer.version(),
                    targets,
                    key,
                });
            }
            Err(reason) => fail(
                result,
                &targets,
                &format!("plugin `{}`: {reason}", fixer.name()),
            ),
        }
    }
}

fn host_fix(fixer: &str, fix: wasm::Fix) -> Result<Fix, String> {
    let applicability = match fix.applicability.as_str() {
        "exact" => Applicability::Exact,
        "verified" => Applicability::Verified,
        "placeholder" => Applicability::Placeholder,
        _ => Applicability::Suggest,
    };
    let edits = fix
        .edits
        .into_iter()
        .map(|edit| TextEdit {
            path: edit.span.path,
            range: edit.span.start as usize..edit.span.end as usize,
            expect: edit.expect,
            text: edit.text,
            merge: if edit.merge == "set" {
                Merge::Set
            } else {
                Merge::None
            },
        })
        .collect();
    let files = fix
        .files
        .into_iter()
        .map(
            |edit| match (edit.op.as_str(), edit.to, edit.text, edit.expect_hash) {
                ("create", None, Some(text), None) => Ok(FileEdit::Create {
                    path: edit.path,
                    text,
                }),
                ("delete", None, None, Some(expect_hash)) => Ok(FileEdit::Delete {
                    path: edit.path,
                    expect_hash,
                }),
                ("rename", Some(to), None, Some(expect_hash)) => Ok(FileEdit::Rename {
                    path: edit.path,
                    to,
                    expect_hash,
                }),
                (op, ..) => Err(format!(
                    "file edit `{op}` of `{}` has not the fields it needs",
                    edit.path
                )),
            },
        )
        .collect::<Result<_, _>>()?;
    Ok(Fix {
        fixer: fixer.to_owned(),
        title: fix.title,
        applicability,
        edits,
        files,
    })
}

/// The identity of a proposal for the problem `target`.
pub(crate) fn key(fix: &Fix, problems: &[Problem], target: usize) -> FixKey {
    let file = problems[target].file.as_ref();
    let mut hasher = blake3::Hasher::new();
    let mut field = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    let mut edits: Vec<_> = fix.edits.iter().collect();
    edits.sort_by(|a, b| (&a.path, a.range.start, &a.text).cmp(&(&b.path, b.range.start, &b.text)));
    for edit in edits {
        field(edit.path.as_bytes());
        match file.filter(|file| {
            file.path == edit.path
                && file
                    .text
                    .is_char_boundary(edit.range.start.min(file.text.len()))
        }) {
            Some(file) => {
                let at = edit.range.start.min(file.text.len());
                let line = line_at(&file.text, at);
                let column = at - file.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                field(line.as_bytes());
                field(&(column as u64).to_le_bytes());
            }
            None => field(&(edit.range.start as u64).to_le_bytes()),
        }
        field(edit.expect.as_bytes());
        field(edit.text.as_bytes());
    }
    for file in &fix.files {
        field(format!("{file:?}").as_bytes());
    }
    let mut short = [0; 16];
    short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    FixKey(short)
}

/// The same edits from several requests or fixers are one candidate that
/// answers all their problems, at its surest tier.
pub(crate) fn coalesce(candidates: &mut Vec<Candidate>) {
    let mut first: BTreeMap<FixKey, usize> = BTreeMap::new();
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates.drain(..) {
        match first.get(&candidate.key) {
            Some(at) if kept[*at].fix.edits == candidate.fix.edits => {
                let known = &mut kept[*at];
                known.targets.extend(candidate.targets);
                known.targets.sort_unstable();
                known.targets.dedup();
                known.fix.applicability = known.fix.applicability.min(candidate.fix.applicability);
            }
            _ => {
                first.insert(candidate.key, kept.len());
                kept.push(candidate);
            }
        }
    }
    *candidates = kept;
}
