//! make and ninja: where relative paths begin, and their own errors.

use super::{Context, Follow};
use crate::draft::{self, Draft};
use crate::head::Head;
use crate::text::{lossy, number};
use crate::{ColumnUnit, Diagnostic, Location, Phase, Severity};

/// Nested calls that are remembered; deeper ones keep the outer folder.
const MAX_DEPTH: usize = 256;

/// The folders that make entered and has not left.
#[derive(Debug, Default)]
pub(crate) struct Folders(Vec<String>);

impl Folders {
    pub(crate) fn current(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    pub(crate) fn observe(&mut self, line: &[u8]) -> Option<Draft> {
        let rest = ["make", "gmake", "ninja"]
            .iter()
            .find_map(|name| line.strip_prefix(name.as_bytes()))?;
        // `make[2]: `.
        let rest = match rest.strip_prefix(b"[") {
            Some(level) => number(level)?.1.strip_prefix(b"]")?,
            None => rest,
        };
        let rest = rest.strip_prefix(b": ")?;
        if let Some(folder) = rest.strip_prefix(b"Entering directory ") {
            let folder = quoted(folder);
            if self.0.len() < MAX_DEPTH {
                self.0.push(lossy(folder));
            }
        } else if let Some(folder) = rest.strip_prefix(b"Leaving directory ") {
            let folder = lossy(quoted(folder));
            // With -j the inner calls end in any order.
            if let Some(at) = self.0.iter().rposition(|known| *known == folder) {
                self.0.remove(at);
            }
        } else if let Some(said) = rest.strip_prefix(b"*** ") {
            return failure(said);
        }
        None
    }
}

/// `` `/x' ``, `'/x'`, `‘/x’`.
fn quoted(text: &[u8]) -> &[u8] {
    let text = crate::text::trim_end(text);
    for (open, close) in [("'", "'"), ("`", "'"), ("‘", "’"), ("\"", "\"")] {
        if let Some(inner) = text
            .strip_prefix(open.as_bytes())
            .and_then(|inner| inner.strip_suffix(close.as_bytes()))
        {
            return inner;
        }
    }
    text
}

/// What make itself has to say. `[all] Error 1` only repeats that a command
/// failed.
fn failure(said: &[u8]) -> Option<Draft> {
    if said.starts_with(b"[") || said.starts_with(b"Waiting for unfinished jobs") {
        return None;
    }
    let said = said.strip_suffix(b"  Stop.").unwrap_or(said);
    Some(Draft::new(own(lossy(said), None), Follow::Single))
}

/// `Makefile:3: *** missing separator.  Stop.`
pub(crate) fn begin(head: &Head<'_>, cx: &Context) -> Draft {
    let said = head
        .message
        .strip_suffix(b"  Stop.")
        .unwrap_or(head.message);
    let location = draft::location(head, ColumnUnit::Byte, cx);
    Draft::new(own(lossy(said), location), Follow::Single)
}

fn own(message: String, location: Option<Location>) -> Diagnostic {
    Diagnostic {
        tool: "make".to_owned(),
        language: "make".to_owned(),
        code: String::new(),
        class: String::new(),
        severity: Severity::Error,
        phase: Phase::Setup,
        message,
        arguments: Vec::new(),
        location,
        related: Vec::new(),
        suggestions: Vec::new(),
        targets: Vec::new(),
    }
}
