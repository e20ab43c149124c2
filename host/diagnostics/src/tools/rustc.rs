//! rustc's and cargo's text for people.

use super::rustc_patch::{Patch, beside_caret};
use super::{Bare, Context, Follow};
use crate::draft::{self, Draft, Taken, append};
use crate::head::{Head, Shape};
use crate::text::{lossy, number, trim_start};
use crate::{
    ColumnUnit, Diagnostic, Location, Position, Related, Replacement, Severity, Suggestion,
};
use memchr::memrchr;
use std::collections::HashMap;

/// What has been seen below the head.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// A place or a gutter: only rustc draws those.
    drawn: bool,
    /// The note or help that the lines now belong to.
    part: Option<usize>,
    /// Whether a wrapped note may go on.
    wraps: bool,
    /// The last source line shown, with its number.
    source: Option<(u32, Vec<u8>)>,
    /// What is drawn below a `help:`.
    help: Option<Patch>,
}

/// The names of lints that were told once: rustc names a lint only at its
/// first warning. Keyed by the message's slug.
#[derive(Debug, Default)]
pub(crate) struct Lints(HashMap<String, String>);

/// Far more than there are lints.
const MAX_LINTS: usize = 2048;

/// The note above an attribute that sets a lint's level.
const LINT_LEVEL: &str = "the lint level is defined here";

/// Lines that only sum up.
const SUMMARIES: [&str; 4] = [
    "aborting due to",
    "could not compile",
    "build failed",
    "could not document",
];

pub(crate) fn is_summary(message: &str) -> bool {
    SUMMARIES.iter().any(|start| message.starts_with(start))
        || message.ends_with("emitted") && message.starts_with(|c: char| c.is_ascii_digit())
        || message.starts_with('`')
            && message.contains(" generated ")
            && message.contains(" warning")
}

/// `error[E0308]: …`, or `error: …`, which javac and others write too.
pub(crate) fn begin_bare(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    if !draft::stands_alone(head.severity) {
        return None;
    }
    if is_summary(&String::from_utf8_lossy(head.message)) {
        cx.bare = Some(Bare::Cargo);
        return None;
    }
    let diagnostic = draft::from_head(head, "rustc", "rust", ColumnUnit::Char, cx);
    Some(Draft::new(diagnostic, Follow::Rustc(Box::default())))
}

/// `src/main.rs:3:5: error[E0425]: …`, from `--error-format=short`.
pub(crate) fn begin_short(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    if !draft::stands_alone(head.severity) {
        return None;
    }
    let diagnostic = draft::from_head(head, "rustc", "rust", ColumnUnit::Char, cx);
    Some(Draft::new(diagnostic, Follow::Single))
}

impl Lines {
    pub(crate) fn take(
        &mut self,
        d: &mut Diagnostic,
        line: &[u8],
        head: Option<&Head<'_>>,
        cx: &Context,
    ) -> Taken {
        if let Some(head) = head
            && head.shape == Shape::Bare
        {
            return self.section(d, head, line.starts_with(b"help"));
        }
        let text = trim_start(line);
        if text.is_empty() {
            return Taken::No;
        }
        if let Some(place) = text
            .strip_prefix(b"--> ")
            .or_else(|| text.strip_prefix(b"::: "))
        {
            self.drawn = true;
            self.wraps = false;
            if let Some(place) = place_of(place, cx)
                && text.starts_with(b"-->")
            {
                let target = match self.part {
                    Some(part) => d.related.get_mut(part).map(|r| &mut r.location),
                    None => Some(&mut d.location),
                };
                if let Some(target) = target {
                    target.get_or_insert(place);
                }
            }
            return Taken::Yes;
        }
        if let Some(said) = text.strip_prefix(b"= ") {
            self.drawn = true;
            self.wraps = true;
            let note = note_text(said);
            if let Some(lint) = lint(&note) {
                d.code = lint;
            }
            self.patched(d);
            self.help = None;
            self.push(d, note);
            return Taken::Yes;
        }
        if is_gutter(line) {
            self.drawn = true;
            self.wraps = false;
            self.draw(d, text);
            return Taken::Yes;
        }
        // A message or a note of several lines is indented below its first.
        if line.starts_with(b"  ") {
            match self.part {
                None if !self.drawn => append(&mut d.message, text),
                Some(part) if self.wraps => append(&mut d.related[part].message, text),
                _ => return Taken::No,
            }
            return Taken::Yes;
        }
        Taken::No
    }

    /// `note: …` and `help: …` at the margin go on with the diagnostic.
    fn section(&mut self, d: &mut Diagnostic, head: &Head<'_>, help: bool) -> Taken {
        if head.severity != Severity::Note || !self.drawn {
            return Taken::No;
        }
        self.patched(d);
        self.wraps = true;
        self.push(d, lossy(head.message));
        self.help = help.then(Patch::default);
        Taken::Yes
    }

    /// A row with a number or a bar.
    fn draw(&mut self, d: &mut Diagnostic, text: &[u8]) {
        if self.help.as_ref().is_some_and(|patch| patch.restarts(text)) {
            self.patched(d);
        }
        if let Some(patch) = &mut self.help {
            if patch.row(text) {
                self.patched(d);
            }
            return;
        }
        let Some(bar) = memchr::memchr(b'|', text) else {
            return;
        };
        let row = &text[bar + 1..];
        let row = row.strip_prefix(b" ").unwrap_or(row);
        if let Some((line, _)) = number(text) {
            self.source = Some((line, row[..row.len().min(1024)].to_vec()));
        } else if let Some((line, source)) = &self.source {
            match self.part.and_then(|part| d.related.get(part)) {
                Some(part) if part.message == LINT_LEVEL && d.code.is_empty() => {
                    if let Some(name) = pointed_at(source, row) {
                        d.code = lossy(name);
                    }
                }
                Some(_) => {}
                None => {
                    let (source, row) = (
                        String::from_utf8_lossy(source),
                        String::from_utf8_lossy(row),
                    );
                    if let Some((start, end, message, text)) = beside_caret(&source, &row)
                        && let Some(place) = &d.location
                    {
                        let at = |column: usize| Position {
                            line: *line,
                            column: u32::try_from(column + 1).unwrap_or(u32::MAX),
                        };
                        let location = Location {
                            start: at(start),
                            end: Some(at(end)),
                            ..place.clone()
                        };
                        d.suggestions
                            .push(suggestion(message, vec![Replacement { location, text }]));
                    }
                }
            }
        }
    }

    /// Ends the proposal that was drawn; another may follow it.
    fn patched(&mut self, d: &mut Diagnostic) {
        let Some(patch) = &mut self.help else {
            return;
        };
        let part = self.part.and_then(|part| d.related.get(part));
        let place = part
            .and_then(|p| p.location.as_ref())
            .or(d.location.as_ref());
        let Some(path) = place.map(|place| place.path.clone()) else {
            return;
        };
        let replacements = patch.finish(&path);
        if !replacements.is_empty() {
            let message = part.map(|p| p.message.clone()).unwrap_or_default();
            d.suggestions.push(suggestion(message, replacements));
        }
    }

    fn push(&mut self, d: &mut Diagnostic, message: String) {
        d.related.push(Related {
            message,
            location: None,
        });
        self.part = Some(d.related.len() - 1);
    }

    /// Decides whose error it was.
    pub(crate) fn finish(&mut self, d: &mut Diagnostic, cx: &mut Context) -> bool {
        self.patched(d);
        if self.drawn || !d.code.is_empty() {
            cx.lints.name(d);
            return true;
        }
        let (tool, language) = match cx.bare {
            Some(Bare::Javac) => ("javac", "java"),
            Some(Bare::Cargo) => ("cargo", "rust"),
            None => ("unknown", "unknown"),
        };
        d.tool = tool.to_owned();
        d.language = language.to_owned();
        // A warning without a place of a tool that nobody knows is noise.
        d.severity == Severity::Error || cx.bare.is_some()
    }
}

impl Lints {
    /// Remembers the name of a lint, or recalls it.
    fn name(&mut self, d: &mut Diagnostic) {
        if d.code.starts_with('E') {
            return;
        }
        let slug = crate::slug(&d.message);
        if !d.code.is_empty() {
            if self.0.len() < MAX_LINTS {
                self.0.entry(slug).or_insert_with(|| d.code.clone());
            }
        } else if let Some(name) = self.0.get(&slug) {
            d.code.clone_from(name);
        }
    }
}

/// The lint in `` `#[warn(x)]` on by default ``, `` `#[warn(x)]` implied by
/// `#[warn(y)]` `` and ``requested on the command line with `-D x` ``.
fn lint(note: &str) -> Option<String> {
    let quoted = crate::text::arguments(note);
    let first = quoted.first()?;
    let name = if note.starts_with("`#[") {
        first.split_once('(')?.1.strip_suffix(")]")?
    } else if note.starts_with("requested on the command line with") {
        first.split_once(' ')?.1
    } else {
        return None;
    };
    is_lint_name(name.as_bytes()).then(|| name.replace('-', "_"))
}

fn is_lint_name(name: &[u8]) -> bool {
    !name.is_empty()
        && name
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':'))
}

/// rustc's text does not say how sure it is.
fn suggestion(message: String, replacements: Vec<Replacement>) -> Suggestion {
    Suggestion {
        message,
        applicability: "Unspecified".to_owned(),
        replacements,
    }
}

/// The lint's name that carets stand under.
fn pointed_at<'a>(source: &'a [u8], row: &[u8]) -> Option<&'a [u8]> {
    let start = row.iter().take_while(|b| **b == b' ').count();
    let length = row[start..].iter().take_while(|b| **b == b'^').count();
    let name = source.get(start..start + length)?;
    is_lint_name(name).then_some(name)
}

fn note_text(said: &[u8]) -> String {
    let said = said
        .strip_prefix(b"note: ")
        .or_else(|| said.strip_prefix(b"help: "))
        .unwrap_or(said);
    lossy(said)
}

/// `src/main.rs:12:8`.
fn place_of(text: &[u8], cx: &Context) -> Option<Location> {
    let colon = memrchr(b':', text)?;
    let (column, []) = number(&text[colon + 1..])? else {
        return None;
    };
    let before = &text[..colon];
    let colon = memrchr(b':', before)?;
    let (line, []) = number(&before[colon + 1..])? else {
        return None;
    };
    (colon > 0).then(|| Location {
        path: draft::path(&before[..colon], cx).into_owned(),
        start: Position { line, column },
        end: None,
        unit: ColumnUnit::Char,
        bytes: None,
    })
}

/// `   |`, `12 | code`, `12 - old`, `12 + new`, `12 ~ new`, `...`.
fn is_gutter(line: &[u8]) -> bool {
    let text = trim_start(line);
    if text == b"..." {
        return true;
    }
    let (numbered, rest) = match number(text) {
        Some((_, rest)) => (true, trim_start(rest)),
        None => (false, text),
    };
    match rest {
        [b'|'] | [b'|', b' ' | b'/' | b'\\' | b'_' | b'|', ..] => {
            numbered || text.len() < line.len()
        }
        [b'-' | b'+' | b'~'] | [b'-' | b'+' | b'~', b' ', ..] => numbered,
        _ => false,
    }
}
