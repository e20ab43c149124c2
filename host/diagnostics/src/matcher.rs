//! Tools that only the user knows: a regular expression with names.

use crate::draft::{complete, path};
use crate::text::{language, lossy};
use crate::tools::Context;
use crate::{ColumnUnit, Diagnostic, Location, Phase, Position, Severity};
use regex::bytes::{Captures, Regex, RegexBuilder};
use serde::Deserialize;

/// The names that a pattern may give to its groups.
const GROUPS: [&str; 8] = [
    "file",
    "line",
    "column",
    "end_line",
    "end_column",
    "severity",
    "code",
    "message",
];

/// A compiled pattern may take this much memory.
const MAX_REGEX_BYTES: usize = 8 * 1024 * 1024;

/// Bytes of a line that are matched; messages are shorter.
const MAX_MATCHED: usize = 64 * 1024;

/// Recognises the diagnostics of one tool, a line each.
///
/// In `buildfix.toml`:
///
/// ```toml
/// [[matcher]]
/// name = "asciidoctor"
/// language = "asciidoc"
/// regex = '^asciidoctor: (?<severity>ERROR|WARNING): (?<file>.+): line (?<line>\d+): (?<message>.+)$'
/// column-unit = "char"
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Table")]
pub struct Matcher {
    name: String,
    language: Option<String>,
    regex: Regex,
    column_unit: ColumnUnit,
    severity: Severity,
    phase: Option<Phase>,
}

/// Why a matcher cannot be used.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum MatcherError {
    /// The pattern does not compile, or would be too large.
    #[error("matcher `{name}`: invalid regex: {reason}")]
    Regex {
        /// The matcher.
        name: String,
        /// What the regex crate said.
        reason: String,
    },
    /// A group has a name that means nothing here.
    #[error(
        "matcher `{name}`: unknown group `{group}`; known are file, line, column, end_line, \
         end_column, severity, code and message"
    )]
    UnknownGroup {
        /// The matcher.
        name: String,
        /// The group.
        group: String,
    },
    /// Without a message there is no diagnostic.
    #[error("matcher `{name}`: the regex has no group `message`")]
    NoMessage {
        /// The matcher.
        name: String,
    },
    /// It needs a name: that is the diagnostics' tool.
    #[error("a matcher has no name")]
    NoName,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    name: String,
    language: Option<String>,
    regex: String,
    column_unit: Option<ColumnUnit>,
    severity: Option<Severity>,
    phase: Option<Phase>,
}

impl TryFrom<Table> for Matcher {
    type Error = MatcherError;

    fn try_from(table: Table) -> Result<Self, MatcherError> {
        let mut matcher = Self::new(&table.name, table.language.as_deref(), &table.regex)?;
        matcher.column_unit = table.column_unit.unwrap_or(matcher.column_unit);
        matcher.severity = table.severity.unwrap_or(matcher.severity);
        matcher.phase = table.phase;
        Ok(matcher)
    }
}

impl Matcher {
    /// `name` becomes the diagnostics' tool. Without a `language` the file's
    /// ending tells it. `regex` is matched against each line without ANSI
    /// codes and terminator, and is not anchored by itself.
    ///
    /// # Errors
    /// If the regex does not compile, takes more than 8 MiB compiled, names a
    /// group that is not known, or has no group `message`.
    pub fn new(name: &str, language: Option<&str>, regex: &str) -> Result<Self, MatcherError> {
        if name.is_empty() {
            return Err(MatcherError::NoName);
        }
        let regex = RegexBuilder::new(regex)
            .size_limit(MAX_REGEX_BYTES)
            .build()
            .map_err(|error| MatcherError::Regex {
                name: name.to_owned(),
                reason: error.to_string(),
            })?;
        for group in regex.capture_names().flatten() {
            if !GROUPS.contains(&group) {
                return Err(MatcherError::UnknownGroup {
                    name: name.to_owned(),
                    group: group.to_owned(),
                });
            }
        }
        if !regex
            .capture_names()
            .flatten()
            .any(|group| group == "message")
        {
            return Err(MatcherError::NoMessage {
                name: name.to_owned(),
            });
        }
        Ok(Self {
            name: name.to_owned(),
            language: language.map(str::to_owned),
            regex,
            column_unit: ColumnUnit::Char,
            severity: Severity::Error,
            phase: None,
        })
    }

    /// What the tool's columns count; characters if this is not called.
    #[must_use]
    pub fn with_column_unit(mut self, unit: ColumnUnit) -> Self {
        self.column_unit = unit;
        self
    }

    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn read(&self, line: &[u8], cx: &Context) -> Option<Diagnostic> {
        let line = &line[..line.len().min(MAX_MATCHED)];
        let captures = self.regex.captures(line)?;
        let text = |group| captures.name(group).map(|m| lossy(m.as_bytes()));
        let file = text("file").filter(|file| !file.is_empty());
        let language = match (&self.language, &file) {
            (Some(language), _) => language,
            (None, Some(file)) => language(file.as_bytes()).unwrap_or("unknown"),
            (None, None) => "unknown",
        };
        let mut d = Diagnostic {
            tool: self.name.clone(),
            language: language.to_owned(),
            code: text("code").unwrap_or_default(),
            class: String::new(),
            severity: text("severity").map_or(self.severity, |word| self.severity_of(&word)),
            phase: Phase::Type,
            message: text("message").unwrap_or_default(),
            arguments: Vec::new(),
            location: file.map(|file| self.location(&file, &captures, cx)),
            related: Vec::new(),
            suggestions: Vec::new(),
            targets: Vec::new(),
        };
        complete(&mut d);
        d.phase = self.phase.unwrap_or(d.phase);
        Some(d)
    }

    fn location(&self, file: &str, captures: &Captures<'_>, cx: &Context) -> Location {
        let number = |group| {
            let text = std::str::from_utf8(captures.name(group)?.as_bytes()).ok()?;
            text.parse::<u32>().ok()
        };
        let start = Position {
            line: number("line").unwrap_or(0),
            column: number("column").unwrap_or(0),
        };
        let end = match (number("end_line"), number("end_column")) {
            (None, None) => None,
            (line, column) => Some(Position {
                line: line.unwrap_or(start.line),
                column: column.unwrap_or(0),
            }),
        };
        Location {
            path: path(file.as_bytes(), cx).into_owned(),
            start,
            end,
            unit: self.column_unit,
            bytes: None,
        }
    }

    fn severity_of(&self, word: &str) -> Severity {
        match word.to_lowercase().as_str() {
            "error" | "err" | "e" | "fatal" | "fatal error" | "critical" | "severe" | "failure" => {
                Severity::Error
            }
            "warning" | "warn" | "w" => Severity::Warning,
            "note" | "info" | "information" | "hint" | "help" | "i" | "n" | "style" => {
                Severity::Note
            }
            _ => self.severity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_patterns_are_explained() {
        let error = |regex| Matcher::new("m", None, regex).unwrap_err().to_string();
        assert!(error("(").starts_with("matcher `m`: invalid regex: "));
        assert!(error("(?<x>a)(?<message>b)").starts_with("matcher `m`: unknown group `x`"));
        assert_eq!(error("a"), "matcher `m`: the regex has no group `message`");
        assert!(error("(?<message>(a{1000}){1000})").contains("exceeds size limit"));
        assert_eq!(
            Matcher::new("", None, "a").unwrap_err(),
            MatcherError::NoName
        );
    }

    #[test]
    fn a_table_of_the_configuration() {
        let matcher: Matcher = serde_json::from_str(
            r#"{"name": "lint", "language": "css", "column-unit": "utf16", "severity": "warning",
                "phase": "syntax",
                "regex": "^(?<file>.+) line (?<line>\\d+), col (?<column>\\d+)-(?<end_column>\\d+), (?:(?<severity>[A-Z]\\w+) - )?(?<message>.+?)(?: \\((?<code>.+)\\))?$"}"#,
        )
        .unwrap();
        let cx = Context::default();
        let d = matcher.read(
            "a b.css line 3, col 4-9, Error - Unexpected 'x' (no-x)".as_bytes(),
            &cx,
        );
        let d = d.unwrap();
        assert_eq!(
            (d.class.as_str(), d.severity, d.phase),
            ("css/no-x", Severity::Error, Phase::Syntax)
        );
        assert_eq!(
            (d.message.as_str(), d.arguments.as_slice()),
            ("Unexpected 'x'", &["x".to_owned()][..])
        );
        let place = d.location.unwrap();
        assert_eq!(place.path, "a b.css");
        assert_eq!(place.unit, ColumnUnit::Utf16);
        assert_eq!(place.start, Position { line: 3, column: 4 });
        assert_eq!(place.end, Some(Position { line: 3, column: 9 }));
        let d = matcher.read(b"x.css line 1, col 1-1, odd", &cx).unwrap();
        assert_eq!((d.severity, d.tool.as_str()), (Severity::Warning, "lint"));
        assert!(matcher.read(b"nothing", &cx).is_none());
        let error = serde_json::from_str::<Matcher>(r#"{"name": "m", "regex": "("}"#).unwrap_err();
        assert!(error.to_string().contains("matcher `m`: invalid regex"));
        let error = serde_json::from_str::<Matcher>(r#"{"name": "m", "regexp": "x"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `regexp`"));
    }
}
