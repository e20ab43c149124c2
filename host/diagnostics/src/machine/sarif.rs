//! SARIF 2.1 with `fixes`: the format that analysers of every language share.

use crate::draft::complete;
use crate::text::language;
use crate::{
    ColumnUnit, Diagnostic, Location, Position, Related, Replacement, Severity, Suggestion,
};
use serde_json::Value;

/// The word for a SARIF fix, which has no confidence.
const SARIF: &str = "sarif";

/// Bytes up to which arguments are put into a message: a small document must
/// not become a huge one.
const MAX_MESSAGE: usize = 64 * 1024;

pub(super) fn read(text: &[u8]) -> Option<Vec<Diagnostic>> {
    from_value(&serde_json::from_slice(text).ok()?)
}

/// `None` if the document is no SARIF.
pub(super) fn from_value(document: &Value) -> Option<Vec<Diagnostic>> {
    if !str_at(document, &["version"])?.starts_with("2.") {
        return None;
    }
    let runs = document.get("runs")?.as_array()?;
    let mut out = Vec::new();
    for run in runs {
        let run = Run::new(run);
        for result in array_at(run.value, "results") {
            out.extend(run.diagnostic(result));
        }
    }
    Some(out)
}

/// One tool's run, and what its results refer to.
struct Run<'a> {
    value: &'a Value,
    unit: ColumnUnit,
}

impl<'a> Run<'a> {
    fn new(value: &'a Value) -> Self {
        let unit = match str_at(value, &["columnKind"]) {
            Some("unicodeCodePoints") => ColumnUnit::Char,
            _ => ColumnUnit::Utf16,
        };
        Self { value, unit }
    }

    fn diagnostic(&self, result: &Value) -> Option<Diagnostic> {
        let suppressed = array_at(result, "suppressions")
            .iter()
            .any(|s| !matches!(str_at(s, &["status"]), Some("underReview" | "rejected")));
        if suppressed {
            return None;
        }
        let rule = self.rule(result);
        let level = str_at(result, &["level"])
            .or_else(|| str_at(rule?, &["defaultConfiguration", "level"]))
            .unwrap_or("warning");
        let kind = str_at(result, &["kind"]).unwrap_or("fail");
        let severity = match level {
            _ if kind != "fail" => return None,
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            // `note` and `none` ask for nothing.
            _ => return None,
        };
        let location = array_at(result, "locations")
            .first()
            .and_then(|l| self.location(l));
        let path = location.as_ref().map_or("", |l| l.path.as_str());
        let mut d = super::new(
            SARIF,
            language(path.as_bytes()).unwrap_or("unknown"),
            severity,
        );
        d.code = str_at(result, &["ruleId"])
            .or_else(|| str_at(result, &["rule", "id"]))
            .or_else(|| str_at(rule?, &["id"]))
            .unwrap_or_default()
            .to_owned();
        d.message = self.message(result.get("message"), rule);
        d.location = location;
        for related in array_at(result, "relatedLocations") {
            d.related.push(Related {
                message: self.message(related.get("message"), None),
                location: self.location(related),
            });
        }
        for fix in array_at(result, "fixes") {
            d.suggestions.extend(self.suggestion(fix, &d.message));
        }
        complete(&mut d);
        Some(d)
    }

    fn rule(&self, result: &Value) -> Option<&'a Value> {
        let rules = array_at(self.value.get("tool")?.get("driver")?, "rules");
        let index = result
            .get("ruleIndex")
            .or_else(|| result.get("rule")?.get("index"))
            .and_then(Value::as_u64)
            .and_then(|index| usize::try_from(index).ok());
        if let Some(rule) = index.and_then(|index| rules.get(index)) {
            return Some(rule);
        }
        let id = str_at(result, &["ruleId"])?;
        rules.iter().find(|rule| str_at(rule, &["id"]) == Some(id))
    }

    /// A message is its text, or names one of its rule's.
    fn message(&self, message: Option<&Value>, rule: Option<&Value>) -> String {
        let Some(message) = message else {
            return String::new();
        };
        let text = str_at(message, &["text"]).or_else(|| {
            let id = str_at(message, &["id"])?;
            str_at(rule?, &["messageStrings", id, "text"])
        });
        fill_in(text.unwrap_or_default(), array_at(message, "arguments"))
    }

    fn location(&self, location: &Value) -> Option<Location> {
        let physical = location.get("physicalLocation")?;
        let path = self.path(physical.get("artifactLocation")?)?;
        Some(self.region(path, physical.get("region")))
    }

    fn region(&self, path: String, region: Option<&Value>) -> Location {
        let number = |key| {
            let value = region?.get(key)?.as_u64()?;
            u32::try_from(value).ok()
        };
        let line = number("startLine").unwrap_or(0);
        let column = number("startColumn").unwrap_or(if line > 0 { 1 } else { 0 });
        let end_line = number("endLine").unwrap_or(line);
        // Without an end column the region goes to the end of its last line.
        let end_column = number("endColumn").unwrap_or(u32::MAX);
        let bytes = number("byteOffset")
            .and_then(|start| Some((start, start.checked_add(number("byteLength").unwrap_or(0))?)));
        Location {
            path,
            start: Position { line, column },
            end: (line > 0).then_some(Position {
                line: end_line,
                column: end_column,
            }),
            unit: self.unit,
            bytes,
        }
    }

    fn suggestion(&self, fix: &Value, message: &str) -> Option<Suggestion> {
        let mut replacements = Vec::new();
        for change in array_at(fix, "artifactChanges") {
            let path = self.path(change.get("artifactLocation")?)?;
            for replacement in array_at(change, "replacements") {
                let mut location = self.region(path.clone(), replacement.get("deletedRegion"));
                if location.start.line == 0 && location.bytes.is_none() {
                    // Only character offsets, or nothing: no place we know.
                    return None;
                }
                // An insertion is a region that ends where it starts.
                let deleted = replacement.get("deletedRegion")?;
                if deleted.get("endColumn").is_none()
                    && deleted.get("endLine").is_none()
                    && deleted.get("charLength").and_then(Value::as_u64) == Some(0)
                {
                    location.end = Some(location.start);
                }
                location.end.get_or_insert(location.start);
                let text = str_at(replacement, &["insertedContent", "text"]).unwrap_or_default();
                replacements.push(Replacement {
                    location,
                    text: text.to_owned(),
                });
            }
        }
        (!replacements.is_empty()).then(|| Suggestion {
            message: match fix.get("description") {
                Some(description) => self.message(Some(description), None),
                None => message.to_owned(),
            },
            applicability: SARIF.to_owned(),
            replacements,
        })
    }

    /// The file's path; a URI base that is a folder is put in front.
    fn path(&self, artifact: &Value) -> Option<String> {
        let artifact = match artifact.get("uri") {
            Some(_) => artifact,
            None => {
                let index = usize::try_from(artifact.get("index")?.as_u64()?).ok()?;
                array_at(self.value, "artifacts")
                    .get(index)?
                    .get("location")?
            }
        };
        let uri = str_at(artifact, &["uri"])?;
        let path = from_uri(uri);
        if crate::text::is_absolute(path.as_bytes()) {
            return Some(path);
        }
        let base = str_at(artifact, &["uriBaseId"])
            .and_then(|id| str_at(self.value, &["originalUriBaseIds", id, "uri"]))
            .filter(|base| base.starts_with("file:"));
        Some(match base {
            Some(base) => crate::text::join(&from_uri(base), &path),
            None => path,
        })
    }
}

/// Puts the arguments in place of `{0}`, `{1}`, …, in one pass: an argument's
/// own braces stay.
fn fill_in(text: &str, arguments: &[Value]) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let argument = rest.find('}').and_then(|end| {
            let index: usize = rest[1..end].parse().ok()?;
            Some((arguments.get(index)?.as_str()?, end + 1))
        });
        match argument {
            Some((argument, end)) if out.len() + argument.len() <= MAX_MESSAGE => {
                out.push_str(argument);
                rest = &rest[end..];
            }
            _ => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// `file:///C:/a%20b.cs` → `C:/a b.cs`.
fn from_uri(uri: &str) -> String {
    let path = match uri.strip_prefix("file://") {
        // `file://host/x`: the host is this one.
        Some(rest) => rest.find('/').map_or(rest, |at| &rest[at..]),
        None => uri.strip_prefix("file:").unwrap_or(uri),
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = |b: u8| {
            char::from(b)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        rest = tail;
        if *first == b'%'
            && let [high, low, tail @ ..] = tail
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push(high * 16 + low);
            rest = tail;
            continue;
        }
        bytes.push(*first);
    }
    // `/C:/x` is a Windows path.
    if let [b'/', drive, b':', ..] = bytes.as_slice()
        && drive.is_ascii_alphabetic()
    {
        bytes.remove(0);
    }
    crate::text::lossy(&bytes)
}

fn str_at<'v>(value: &'v Value, keys: &[&str]) -> Option<&'v str> {
    keys.iter()
        .try_fold(value, |value, key| value.get(key))?
        .as_str()
}

fn array_at<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
