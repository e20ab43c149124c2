//! From problems to proposals: groups them by class and file into chunks, asks
//! the fixers whose classes match, and checks what they answer.

use crate::problem::{Problem, line_at};
use crate::services::RoundServices;
use buildfix_diagnostics::{Related, Suggestion, span};
use buildfix_sandbox as wasm;
use buildfix_workspace::files::SourceFile;
use buildfix_workspace::{Applicability, FileEdit, Fix, Merge, TextEdit, Workspace};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Diagnostics in one request, at most.
const CHUNK: usize = 50;

/// A plugin ready to be called, with the user's settings for it.
#[derive(Clone)]
pub struct Fixer {
    /// The plugin.
    pub plugin: wasm::Plugin,
    /// Handed to every call.
    pub config: Vec<(String, String)>,
}

impl Fixer {
    /// The plugin's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.plugin.manifest().name
    }

    /// The plugin's version.
    #[must_use]
    pub fn version(&self) -> String {
        self.plugin.manifest().version.to_string()
    }
}

/// The identity of a proposal across rounds: what it puts where, by the text
/// of the lines and not by offsets, which shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FixKey([u8; 16]);

/// A checked proposal.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What would be done.
    pub fix: Fix,
    /// The proposing plugin's version.
    pub version: String,
    /// Indices of the problems it answers, sorted.
    pub targets: Vec<usize>,
    /// Who it is.
    pub key: FixKey,
}

/// Everything the fixers said in one round.
#[derive(Debug, Default)]
pub struct Proposals {
    /// Best first for each problem.
    pub candidates: Vec<Candidate>,
    /// What fixers said about problems they did not fix.
    pub notes: BTreeMap<usize, Vec<String>>,
    /// Who was asked about a problem.
    pub asked: BTreeMap<usize, Vec<String>>,
    /// Calls that failed, by problem.
    pub failures: BTreeMap<usize, Vec<String>>,
    /// Distinct failure messages, in order.
    pub failure_messages: Vec<String>,
    /// Calls made.
    pub calls: usize,
}

struct Job {
    fixer: usize,
    problems: Vec<usize>,
    request: wasm::Request,
}

/// Asks every fixer whose classes match about every problem that has a file.
pub async fn propose(
    problems: &[Problem],
    fixers: &[Fixer],
    services: Arc<RoundServices>,
    workspace: &Workspace,
    jobs: usize,
) -> Proposals {
    let mut result = Proposals::default();
    let work = plan(problems, fixers, workspace, &mut result);
    result.calls = work.len();
    let slots = Arc::new(Semaphore::new(jobs.max(1)));
    let calls: Vec<_> = work
        .into_iter()
        .map(|job| {
            let (plugin, slots) = (fixers[job.fixer].plugin.clone(), slots.clone());
            let services: Arc<dyn wasm::Services> = services.clone();
            let request = job.request;
            let call = tokio::spawn(async move {
                let _slot = slots.acquire().await;
                plugin.call(request, services).await
            });
            (job.fixer, job.problems, call)
        })
        .collect();
    // In the order of the plan, whatever the order in which they end.
    for (fixer, ids, call) in calls {
        let fixer = &fixers[fixer];
        match call.await {
            Ok(Ok(call)) => accept(&mut result, fixer, &ids, call, problems),
            Ok(Err(error)) => fail(&mut result, &ids, &error.to_string()),
            Err(error) => {
                fail(
                    &mut result,
                    &ids,
                    &format!("plugin `{}`: the call failed: {error}", fixer.name()),
                );
            }
        }
    }
    coalesce(&mut result.candidates);
    // Surest first; within a tier, the order of the fixers and of their answers.
    result
        .candidates
        .sort_by_key(|candidate| candidate.fix.applicability);
    result
}

fn plan(
    problems: &[Problem],
    fixers: &[Fixer],
    workspace: &Workspace,
    result: &mut Proposals,
) -> Vec<Job> {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
    for (index, problem) in problems.iter().enumerate() {
        if let Some(path) = problem.path().filter(|_| problem.diagnostic.is_error()) {
            let d = &problem.diagnostic;
            groups
                .entry((&d.class, path, &d.tool))
                .or_default()
                .push(index);
        }
    }
    let mut work = Vec::new();
    for (number, fixer) in fixers.iter().enumerate() {
        for ((class, _, tool), all) in &groups {
            if !fixer.plugin.manifest().matches(class) {
                continue;
            }
            for chunk in all.chunks(CHUNK) {
                for index in chunk {
                    result
                        .asked
                        .entry(*index)
                        .or_default()
                        .push(fixer.name().to_owned());
                }
                let Some(file) = problems[chunk[0]].file.as_ref() else {
                    continue;
                };
                let request = wasm::Request {
                    class: (*class).to_owned(),
                    language: problems[chunk[0]].diagnostic.language.clone(),
                    tool: (*tool).to_owned(),
                    file: wasm::SourceFile {
                        path: file.path.clone(),
                        text: file.text.clone(),
                        hash: file.hash.clone(),
                    },
                    diagnostics: chunk
                        .iter()
                        .map(|index| diagnostic(&problems[*index], *index, file, workspace))
                        .collect(),
                    config: fixer.config.clone(),
                };
                work.push(Job {
                    fixer: number,
                    problems: chunk.to_vec(),
                    request,
                });
            }
        }
    }
    work
}

fn to_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn diagnostic(
    problem: &Problem,
    id: usize,
    file: &Arc<SourceFile>,
    workspace: &Workspace,
) -> wasm::Diagnostic {
    let d = &problem.diagnostic;
    let place = |location: &buildfix_diagnostics::Location| -> Option<(Arc<SourceFile>, std::ops::Range<usize>)> {
        let path = workspace.map(&location.path)?;
        let file = if path == file.path { file.clone() } else { workspace.read(&path).ok()? };
        let range = span::range(&file.text, location)?;
        Some((file, range))
    };
    let to_span = |file: &SourceFile, range: std::ops::Range<usize>| wasm::Span {
        path: file.path.clone(),
        start: to_u32(range.start),
        end: to_u32(range.end),
    };
    let related = |related: &Related| wasm::Related {
        message: related.message.clone(),
        span: related
            .location
            .as_ref()
            .and_then(place)
            .map(|(file, range)| to_span(&file, range)),
    };
    let suggestion = |suggestion: &Suggestion| {
        let edits: Option<Vec<_>> = suggestion
            .replacements
            .iter()
            .map(|replacement| {
                let (file, range) = place(&replacement.location)?;
                Some(wasm::TextEdit {
                    expect: file.text[range.clone()].to_owned(),
                    span: to_span(&file, range),
                    text: replacement.text.clone(),
                    merge: String::new(),
                })
            })
            .collect();
        Some(wasm::Suggestion {
            message: suggestion.message.clone(),
            applicability: suggestion.applicability.clone(),
            edits: edits?,
        })
    };
    wasm::Diagnostic {
        id: to_u32(id),
        class: d.class.clone(),
        code: d.code.clone(),
        severity: if d.is_error() { "error" } else { "warning" }.to_owned(),
        message: d.message.clone(),
        arguments: d.arguments.clone(),
        span: to_span(file, problem.range.clone()),
        line: problem.place.0,
        column: problem.place.1,
        related: d.related.iter().map(related).collect(),
        suggestions: d.suggestions.iter().filter_map(suggestion).collect(),
    }
}

fn fail(result: &mut Proposals, ids: &[usize], message: &str) {
    for id in ids {
        result
            .failures
            .entry(*id)
            .or_default()
            .push(message.to_owned());
    }
    if !result.failure_messages.iter().any(|known| known == message) {
        result.failure_messages.push(message.to_owned());
    }
}

fn accept(
    result: &mut Proposals,
    fixer: &Fixer,
    ids: &[usize],
    call: wasm::Call,
    problems: &[Problem],
) {
    for line in &call.log {
        tracing::debug!(target: "fixer", plugin = fixer.name(), level = line.level, "{}", line.message);
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

fn key(fix: &Fix, problems: &[Problem], target: usize) -> FixKey {
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
fn coalesce(candidates: &mut Vec<Candidate>) {
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
