//! A template: a way to mend one error that this project's people used before.
//!
//! Templates live in `buildfix.templates.toml` beside `buildfix.toml`, so that
//! they are read, reviewed and shared like any other file of the project.

use crate::words;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The file's name, in the workspace's top folder.
pub const FILE: &str = "buildfix.templates.toml";

/// The name under which templates propose.
pub const FIXER: &str = "learned/template";

/// Bytes of the file, at most.
const MAX_FILE: u64 = 4 << 20;

/// Templates in the file, at most.
pub const MAX_TEMPLATES: usize = 2_000;

/// One way to mend an error. It either replaces `from` by `to` in the error's
/// line, or inserts the line `insert` among those that begin alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Template {
    /// What is replaced: whole words that the error's message names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is replaced by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The line that is inserted, without its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insert: Option<String>,
    /// Only for errors of this class, such as `csharp/CS0246`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Only for errors with this message (its first line).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Only in files with one of these extensions.
    pub extensions: Vec<String>,
    /// Lines of the history that were changed so.
    #[serde(default)]
    pub seen: u32,
    /// The commits that did it, newest first: the short hash and the subject.
    #[serde(default)]
    pub commits: Vec<String>,
}

/// One replacement that a template asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Bytes of the file's text.
    pub range: Range<usize>,
    /// What is put there.
    pub text: String,
}

/// The error that a template is held against.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its class.
    pub class: &'a str,
    /// Its message.
    pub message: &'a str,
    /// Its file, relative to the workspace.
    pub path: &'a str,
    /// The file's text.
    pub text: &'a str,
    /// Where in the text it is.
    pub range: &'a Range<usize>,
}

impl Template {
    /// A short name that is the same for the same rule.
    #[must_use]
    pub fn id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let rule = [
            &self.from,
            &self.to,
            &self.insert,
            &self.class,
            &self.message,
        ];
        let extensions = Some(self.extensions.join(","));
        for field in rule.into_iter().chain([&extensions]) {
            let text = field.as_deref().unwrap_or_default();
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.finalize().to_hex()[..8].to_owned()
    }

    /// What it does, in the imperative.
    #[must_use]
    pub fn title(&self) -> String {
        let by = match self.commits.first() {
            Some(commit) => {
                let hash = commit.split(' ').next().unwrap_or_default();
                format!(", as {hash} did")
            }
            None => String::new(),
        };
        match (&self.from, &self.to, &self.insert) {
            (Some(from), Some(to), None) => format!("replace `{from}` by `{to}`{by}"),
            (_, _, Some(line)) => format!("add `{}`{by}", line.trim()),
            _ => String::new(),
        }
    }

    /// Why it is not a rule, if it is not.
    fn fault(&self) -> Option<&'static str> {
        let one_line = |text: &str| !text.contains(['\n', '\r']);
        match (&self.from, &self.to, &self.insert) {
            (Some(from), Some(to), None) => {
                let names = words::split(from)
                    .first()
                    .is_some_and(|w| words::is_name(w));
                if !names {
                    Some("`from` must begin with a name")
                } else if to.trim().is_empty() {
                    Some("`to` is empty; a template may not only delete")
                } else if from == to {
                    Some("`from` and `to` are equal")
                } else {
                    (!one_line(from) || !one_line(to)).then_some("`from` and `to` are of one line")
                }
            }
            (None, None, Some(line)) if line.trim().is_empty() => Some("`insert` is empty"),
            (None, None, Some(line)) if !one_line(line) => Some("`insert` is one line"),
            (None, None, Some(_)) if self.message.is_none() => {
                Some("`insert` needs the `message` that it answers")
            }
            (None, None, Some(_)) => None,
            _ => Some("it needs `from` and `to`, or `insert`"),
        }
    }

    /// What it would change to mend this error; `None` where it does not apply.
    #[must_use]
    pub fn apply(&self, subject: Subject<'_>) -> Option<Replacement> {
        let extension = Path::new(subject.path).extension()?.to_str()?;
        let first = subject.message.lines().next().unwrap_or_default();
        let meant = self.extensions.iter().any(|known| known == extension)
            && self
                .class
                .as_deref()
                .is_none_or(|class| class == subject.class)
            && self
                .message
                .as_deref()
                .is_none_or(|message| message == first);
        if !meant {
            return None;
        }
        match (&self.from, &self.to, &self.insert) {
            (Some(from), Some(to), _) => replace(subject, from, to),
            (_, _, Some(line)) => insert(subject.text, line),
            _ => None,
        }
    }
}

/// The place of `from` in the error's lines: where the error is, else within
/// it, else the first of the line.
fn replace(subject: Subject<'_>, from: &str, to: &str) -> Option<Replacement> {
    let Subject { text, range, .. } = subject;
    let named = words::split(from)
        .into_iter()
        .filter(|part| words::is_name(part))
        .any(|name| words::whole(subject.message, name).next().is_some());
    let start = text.get(..range.start)?.rfind('\n').map_or(0, |at| at + 1);
    let end = text
        .get(range.end.max(range.start)..)?
        .find('\n')
        .map_or(text.len(), |at| range.end.max(range.start) + at);
    let found: Vec<Range<usize>> = words::whole(&text[start..end], from)
        .map(|found| start + found.start..start + found.end)
        .collect();
    let best = found
        .iter()
        .find(|found| found.start == range.start)
        .or_else(|| found.iter().find(|found| range.contains(&found.start)))
        .or_else(|| found.first())?;
    named.then(|| Replacement {
        range: best.clone(),
        text: to.to_owned(),
    })
}

/// After the last line that begins with the same word, if there is one.
fn insert(text: &str, line: &str) -> Option<Replacement> {
    let first = words::split(line)
        .into_iter()
        .find(|part| words::is_name(part))?;
    let mut at = 0;
    let mut after = None;
    for known in text.split_inclusive('\n') {
        at += known.len();
        let known = known.trim_end();
        if known.trim() == line.trim() {
            return None;
        }
        let begins = words::split(known)
            .into_iter()
            .find(|part| words::is_name(part));
        if begins == Some(first) && known.starts_with(|c: char| !c.is_whitespace()) {
            after = Some(at);
        }
    }
    let after = after?;
    // The last line may have no end.
    let text = match text[..after].ends_with('\n') {
        true => format!("{line}\n"),
        false => format!("\n{line}"),
    };
    Some(Replacement {
        range: after..after,
        text,
    })
}

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// In the file's order.
    #[serde(default, rename = "template")]
    pub templates: Vec<Template>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// It cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It does not say what it should.
    #[error("{}: {message}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// What, and where.
        message: String,
    },
}

impl Templates {
    /// Reads the file of a workspace; none where there is none.
    ///
    /// # Errors
    /// [`TemplateError`].
    pub fn load(dir: &Path) -> Result<Self, TemplateError> {
        let path = dir.join(FILE);
        let io = |source| TemplateError::Io {
            path: path.clone(),
            source,
        };
        match std::fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(io(error)),
            Ok(metadata) if metadata.len() > MAX_FILE => {
                return Err(TemplateError::Parse {
                    path,
                    message: format!("it has more than {} MiB", MAX_FILE >> 20),
                });
            }
            Ok(_) => {}
        }
        let text = std::fs::read_to_string(&path).map_err(io)?;
        Self::parse(&text, &path)
    }

    /// Reads the file's text; `path` is for messages.
    ///
    /// # Errors
    /// [`TemplateError::Parse`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, TemplateError> {
        let wrong = |message: String| TemplateError::Parse {
            path: path.to_owned(),
            message,
        };
        let read: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if read.templates.len() > MAX_TEMPLATES {
            return Err(wrong(format!("it has more than {MAX_TEMPLATES} templates")));
        }
        for (at, template) in read.templates.iter().enumerate() {
            if let Some(fault) = template.fault() {
                return Err(wrong(format!("template {}: {fault}", at + 1)));
            }
        }
        Ok(read)
    }

    /// Adds those that are new and brings the evidence of the others up to
    /// date. How many were new.
    pub fn add(&mut self, found: Vec<Template>) -> usize {
        let before = self.templates.len();
        for template in found.into_iter().filter(|found| found.fault().is_none()) {
            let known = self.templates.iter().position(|t| t.id() == template.id());
            match known {
                Some(at) => self.templates[at] = template,
                None if self.templates.len() < MAX_TEMPLATES => self.templates.push(template),
                None => {}
            }
        }
        self.templates.len() - before
    }

    /// The file's text.
    ///
    /// # Panics
    /// Never: strings and numbers are always TOML.
    #[must_use]
    pub fn text(&self) -> String {
        let body = toml::to_string_pretty(self).expect("templates are TOML");
        format!(
            "# Ways to mend errors that this project's history shows. `buildfix run` tries them\n\
             # and keeps what the build proves; delete what is wrong.\n\n{body}"
        )
    }

    /// Writes the file: as before or as after, whatever happens meanwhile.
    ///
    /// # Errors
    /// [`TemplateError::Io`].
    pub fn save(&self, dir: &Path) -> Result<PathBuf, TemplateError> {
        let path = dir.join(FILE);
        write(&path, self.text().as_bytes()).map_err(|source| TemplateError::Io {
            path: path.clone(),
            source,
        })?;
        Ok(path)
    }
}

/// Replaces a file by a rename.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(mode)?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rename() -> Template {
        Template {
            from: Some("get_user".into()),
            to: Some("fetch_user".into()),
            extensions: vec!["c".into()],
            seen: 3,
            commits: vec!["abc1234 rename".into()],
            ..Template::default()
        }
    }

    fn applied(template: &Template, message: &str, text: &str, at: usize) -> Option<String> {
        let subject = Subject {
            class: "gcc/x",
            message,
            path: "src/a.c",
            text,
            range: &(at..at),
        };
        let found = template.apply(subject)?;
        let mut text = text.to_owned();
        text.replace_range(found.range, &found.text);
        Some(text)
    }

    #[test]
    fn it_replaces_what_the_message_names() {
        let text = "int a;\nx = get_user(get_user(1));\n";
        let message = "implicit declaration of function ‘get_user’";
        let inner = text.rfind("get_user").unwrap();
        assert_eq!(
            applied(&rename(), message, text, inner).unwrap(),
            "int a;\nx = get_user(fetch_user(1));\n"
        );
        assert_eq!(applied(&rename(), "something else", text, inner), None);
        assert_eq!(applied(&rename(), message, text, 0), None);
    }

    #[test]
    fn it_inserts_among_its_like() {
        let template = Template {
            insert: Some("using New.Place;".into()),
            message: Some("no 'X'".into()),
            extensions: vec!["c".into()],
            ..Template::default()
        };
        let text = "using A;\nusing B;\n\nclass C {\n    using (x) {}\n}\n";
        assert_eq!(
            applied(&template, "no 'X'", text, 20).unwrap(),
            "using A;\nusing B;\nusing New.Place;\n\nclass C {\n    using (x) {}\n}\n"
        );
        assert_eq!(applied(&template, "no 'Y'", text, 20), None);
        assert_eq!(applied(&template, "no 'X'", "using New.Place;\n", 0), None);
        assert_eq!(
            applied(&template, "no 'X'", "using A;", 0).unwrap(),
            "using A;\nusing New.Place;"
        );
    }

    #[test]
    fn the_file_is_read_as_it_was_written() {
        let mut templates = Templates::default();
        assert_eq!(templates.add(vec![rename(), rename()]), 1);
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Templates::load(dir.path()).unwrap(), Templates::default());
        templates.save(dir.path()).unwrap();
        assert_eq!(Templates::load(dir.path()).unwrap(), templates);
    }

    #[test]
    fn what_is_no_rule_is_refused_by_its_number() {
        for (text, want) in [
            ("[[template]]\nextensions = []\n", "template 1: it needs"),
            (
                "[[template]]\nfrom = \"a\"\nto = \"\"\nextensions = []\n",
                "may not only delete",
            ),
            (
                "[[template]]\ninsert = \"a\"\nextensions = []\n",
                "needs the `message`",
            ),
            ("[[template]]\nfrm = \"a\"\n", "unknown field `frm`"),
            ("x", "TOML parse error"),
        ] {
            let error = Templates::parse(text, Path::new("t.toml")).unwrap_err();
            assert!(error.to_string().contains(want), "{error}");
        }
    }

    proptest! {
        #[test]
        fn any_place_of_any_text(
            text in "[a-z_ü\n ]{0,60}", message in "[a-z_ ]{0,20}", from in "[a-zü]{1,2}",
            start in 0_usize..70, length in 0_usize..10,
        ) {
            let template = Template { from: Some(from), ..rename() };
            let subject = Subject {
                class: "", message: &message, path: "a.c", text: &text,
                range: &(start..start + length),
            };
            if let Some(found) = template.apply(subject) {
                prop_assert_eq!(text.get(found.range), template.from.as_deref());
            }
        }
    }
}
