//! go build and go vet.

use super::{Context, Follow};
use crate::draft::{self, Draft, Taken, append, related};
use crate::head::{Head, Shape};
use crate::text::trim_start;
use crate::{ColumnUnit, Diagnostic, Severity};

pub(crate) fn begin(head: &Head<'_>, cx: &mut Context) -> Option<Draft> {
    // Its last word on a package with more than ten errors.
    if head.message == b"too many errors" || !draft::stands_alone(head.severity) {
        return None;
    }
    let diagnostic = draft::from_head(head, "go", "go", ColumnUnit::Byte, cx);
    Some(Draft::new(diagnostic, Follow::Go))
}

pub(crate) fn take(
    d: &mut Diagnostic,
    line: &[u8],
    head: Option<&Head<'_>>,
    cx: &Context,
) -> Taken {
    // `\thave (int)`, `\t./b.go:3:6: other declaration of f`.
    if !line.starts_with(b"\t") || trim_start(line).is_empty() {
        return Taken::No;
    }
    match head {
        Some(head) if head.shape == Shape::Plain => {
            let note = Head {
                severity: Severity::Note,
                ..head.clone()
            };
            d.related.push(related(&note, ColumnUnit::Byte, cx));
        }
        _ => append(&mut d.message, line),
    }
    Taken::Yes
}
