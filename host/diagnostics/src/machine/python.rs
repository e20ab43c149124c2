//! `mypy --output json` and `pyright --outputjson`.

use super::Reading;
use crate::draft::{complete, path};
use crate::tools::Context;
use crate::{ColumnUnit, Diagnostic, Location, Position, Related, Severity};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Mypy {
    file: String,
    line: i64,
    column: i64,
    message: String,
    hint: Option<String>,
    code: Option<String>,
    severity: String,
}

pub(super) fn mypy_line(line: &[u8], cx: &Context) -> Option<Reading> {
    let said: Mypy = serde_json::from_slice(line).ok()?;
    let severity = match said.severity.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => Severity::Note,
    };
    let column = u32::try_from(said.column).map_or(0, |c| c.saturating_add(1));
    let mut d = super::new("mypy", "python", severity);
    d.code = said.code.unwrap_or_default();
    d.message = said.message;
    d.location = Some(Location {
        path: path(said.file.as_bytes(), cx).into_owned(),
        start: Position {
            line: u32::try_from(said.line).unwrap_or(0),
            column,
        },
        end: None,
        unit: ColumnUnit::Char,
        bytes: None,
    });
    if let Some(hint) = said.hint {
        d.related.push(Related {
            message: hint,
            location: None,
        });
    }
    complete(&mut d);
    let code = if d.code.is_empty() {
        String::new()
    } else {
        format!("  [{}]", d.code)
    };
    let shown = format!(
        "{}:{}: {}: {}{code}\n",
        said.file, said.line, said.severity, d.message
    );
    let diagnostics = if severity == Severity::Note {
        Vec::new()
    } else {
        vec![d]
    };
    Some(Reading {
        diagnostics,
        shown: Some(shown),
    })
}

/// A whole document of `pyright --outputjson`.
pub(super) fn pyright(document: &Value) -> Option<Vec<Diagnostic>> {
    let list = document.get("generalDiagnostics")?.as_array()?;
    Some(list.iter().filter_map(pyright_one).collect())
}

fn pyright_one(said: &Value) -> Option<Diagnostic> {
    let severity = match said.get("severity")?.as_str()? {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        _ => return None,
    };
    let mut d = super::new("pyright", "python", severity);
    d.message = said.get("message")?.as_str()?.to_owned();
    d.code = said
        .get("rule")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let point = |name: &str| -> Option<Position> {
        let point = said.get("range")?.get(name)?;
        // These count from 0.
        let number = |key| {
            let value = point.get(key)?.as_u64()?;
            u32::try_from(value).ok()?.checked_add(1)
        };
        Some(Position {
            line: number("line")?,
            column: number("character")?,
        })
    };
    if let (Some(file), Some(start)) = (said.get("file").and_then(Value::as_str), point("start")) {
        d.location = Some(Location {
            path: file.to_owned(),
            start,
            end: point("end"),
            unit: ColumnUnit::Utf16,
            bytes: None,
        });
    }
    complete(&mut d);
    Some(d)
}
