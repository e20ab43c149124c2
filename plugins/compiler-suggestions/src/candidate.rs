//! From a diagnostic's suggestions to edits that could be made.

use crate::placeholder;
use buildfix_sdk::{Diagnostic, SourceFile, Suggestion, TextEdit};

/// A suggestion may take away at most this many lines: what removes more hides
/// the error together with the code.
const MAX_LOST_LINES: usize = 8;

/// One way to follow a compiler's suggestion.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub title: String,
    /// The compiler's words.
    pub message: String,
    /// Its confidence, without `hint:`.
    pub level: String,
    /// Whether another compiler said it.
    pub hint: bool,
    pub placeholder: bool,
    pub edits: Vec<TextEdit>,
}

/// The edits that `diagnostic` suggests, in the compiler's order and each once.
/// `dropped` gets the reason of the last one left out.
pub fn of(
    diagnostic: &Diagnostic,
    file: &SourceFile,
    dropped: &mut Option<String>,
) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for suggestion in &diagnostic.suggestions {
        for edits in placeholder::fill(diagnostic, file, suggestion.edits.clone()) {
            match usable(&edits) {
                Ok(()) => candidates.push(candidate(suggestion, file, edits)),
                Err(reason) => *dropped = Some(reason),
            }
        }
    }
    let mut seen: Vec<Vec<TextEdit>> = Vec::new();
    candidates.retain(|one| {
        let new = !seen.contains(&one.edits);
        seen.push(one.edits.clone());
        new
    });
    combine_missing_items(&mut candidates, diagnostic);
    name_apart(&mut candidates);
    candidates
}

/// Follows all suggestions at once, for a compiler lists parts of one repair the
/// same way as alternatives. `None` where they cannot be parts of one: there is
/// only one, two change the same place, or something is left to fill in.
pub fn all_together(candidates: &[Candidate]) -> Option<Candidate> {
    let parts: Vec<&Candidate> = candidates
        .iter()
        .filter(|one| !is_alternative(one))
        .collect();
    together(&parts)
}

/// The same, with the alternative in place of what it follows. `None` where
/// there is none. Needs the compiler's order.
pub fn alternatives_together(candidates: &[Candidate]) -> Option<Candidate> {
    let mut parts: Vec<&Candidate> = Vec::new();
    for one in candidates {
        if is_alternative(one) {
            parts.pop();
        }
        parts.push(one);
    }
    (parts.iter().any(|one| is_alternative(one))).then(|| together(&parts))?
}

fn together(parts: &[&Candidate]) -> Option<Candidate> {
    let [first, _, ..] = parts else {
        return None;
    };
    let mut edits: Vec<TextEdit> = Vec::new();
    for part in parts {
        for edit in &part.edits {
            if part.placeholder || edits.iter().any(|known| overlap(known, edit)) {
                return None;
            }
            edits.push(edit.clone());
        }
    }
    usable(&edits).ok()?;
    let titles: Vec<&str> = parts.iter().map(|part| part.title.as_str()).collect();
    Some(Candidate {
        title: titles.join("; "),
        level: "MaybeIncorrect".to_owned(),
        edits,
        ..(*first).clone()
    })
}

/// Whether the compiler calls it another way to do what it said before.
fn is_alternative(one: &Candidate) -> bool {
    let message = one
        .message
        .trim_start_matches('.')
        .trim_start()
        .to_ascii_lowercase();
    ["alternatively", "or ", "instead"]
        .iter()
        .any(|word| message.starts_with(word))
}

/// Whether two edits change the same text, or insert at the same place.
fn overlap(a: &TextEdit, b: &TextEdit) -> bool {
    let (a, b) = (&a.span, &b.span);
    a.path == b.path && (a.start == b.start || (a.start < b.end && b.start < a.end))
}

fn candidate(suggestion: &Suggestion, file: &SourceFile, mut edits: Vec<TextEdit>) -> Candidate {
    for edit in &mut edits {
        if is_import(edit, file) {
            "set".clone_into(&mut edit.merge);
        }
    }
    let (hint, level) = match suggestion.applicability.strip_prefix("hint:") {
        Some(level) => (true, level),
        None => (false, suggestion.applicability.as_str()),
    };
    let message = suggestion.message.lines().next().unwrap_or_default().trim();
    // gcc's and clang's fix-its have no words of their own.
    let title = match (level, message.trim_end_matches([':', '.'])) {
        ("fix-it", _) | (_, "") => describe(&edits),
        (_, message) => message.to_owned(),
    };
    Candidate {
        title,
        message: message.to_owned(),
        level: level.to_owned(),
        hint,
        placeholder: placeholder::holds(level, &edits),
        edits,
    }
}

fn usable(edits: &[TextEdit]) -> Result<(), String> {
    if edits.iter().all(|edit| edit.text == edit.expect) {
        return Err("the compiler's suggestion changes nothing".to_owned());
    }
    if let Some(edit) = edits.iter().find(|edit| is_outside(&edit.span.path)) {
        return Err(format!(
            "the compiler suggests an edit outside the workspace: {}",
            edit.span.path
        ));
    }
    let lines = |text: &str| text.matches('\n').count();
    let (old, new) = edits.iter().fold((0, 0), |(old, new), edit| {
        (old + lines(&edit.expect), new + lines(&edit.text))
    });
    let lost = old.saturating_sub(new);
    if lost > MAX_LOST_LINES {
        return Err(format!("the compiler suggests to remove {lost} lines"));
    }
    Ok(())
}

fn is_outside(path: &str) -> bool {
    path.is_empty()
        || path.starts_with(['/', '\\'])
        || path.as_bytes().get(1) == Some(&b':')
        || path.split(['/', '\\']).any(|part| part == "..")
        || path.contains(".cargo/registry/")
}

/// Whether the edit inserts whole import lines that the file has nowhere. (In
/// an inner module it may have them further out: then the line is needed all
/// the same, and the host must not take it for a repeat.)
fn is_import(edit: &TextEdit, file: &SourceFile) -> bool {
    let at = edit.span.start as usize;
    let starts_line = edit.span.path != file.path
        || file
            .text
            .get(..at)
            .is_some_and(|before| before.is_empty() || before.ends_with('\n'));
    let import = |line: &str| {
        ["use ", "pub use ", "#include", "import ", "using "]
            .iter()
            .any(|w| line.starts_with(w))
    };
    edit.span.start == edit.span.end
        && starts_line
        && edit.text.ends_with('\n')
        && edit
            .text
            .lines()
            .filter(|line| !line.is_empty())
            .all(import)
        && !file
            .text
            .lines()
            .any(|line| line.trim() == edit.text.trim())
}

/// E0046 names every missing item by a suggestion of its own: they are parts of
/// one repair and not alternatives.
fn combine_missing_items(candidates: &mut Vec<Candidate>, diagnostic: &Diagnostic) {
    let one_place = |all: &[Candidate]| {
        all.iter().all(|one| {
            matches!((one.edits.as_slice(), all[0].edits.as_slice()), ([a], [b]) if a.span == b.span)
                && one.message.starts_with("implement the missing item")
        })
    };
    if diagnostic.code != "E0046" || candidates.len() < 2 || !one_place(candidates) {
        return;
    }
    let text: String = candidates
        .iter()
        .map(|one| one.edits[0].text.as_str())
        .collect();
    candidates.truncate(1);
    let all = &mut candidates[0];
    all.edits[0].text = text;
    "implement the missing items".clone_into(&mut all.title);
}

/// Alternatives under one heading get their text into the title.
fn name_apart(candidates: &mut [Candidate]) {
    let titles: Vec<String> = candidates.iter().map(|one| one.title.clone()).collect();
    for (index, one) in candidates.iter_mut().enumerate() {
        let shared = titles
            .iter()
            .enumerate()
            .any(|(i, title)| i != index && *title == one.title);
        if shared {
            one.title = format!("{}: {}", one.title, describe(&one.edits));
        }
    }
}

/// What the edits do, in the imperative, in a few words.
fn describe(edits: &[TextEdit]) -> String {
    let words: Vec<String> = edits.iter().take(3).map(describe_one).collect();
    let more = if edits.len() > 3 { ", …" } else { "" };
    words.join(", ") + more
}

fn describe_one(edit: &TextEdit) -> String {
    let (old, new) = (short(&edit.expect), short(&edit.text));
    match (edit.expect.trim().is_empty(), edit.text.trim().is_empty()) {
        (_, true) => format!("remove {old}"),
        (true, false) => format!("insert {new}"),
        (false, false) => format!("replace {old} by {new}"),
    }
}

fn short(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(40).collect();
    if shown.len() < text.trim().len() {
        shown.push('…');
    }
    format!("`{shown}`")
}
