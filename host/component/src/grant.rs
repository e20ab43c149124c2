//! What a list of capabilities opens.
//!
//! | entry of `read` | opens |
//! |---|---|
//! | `diagnostic-files` | the files that the request names: the diagnosed one, and those of related places and of the compiler's own proposals |
//! | `glob:PATTERN` | the files of the workspace whose path matches; `*` stays within a folder, `**` crosses folders, letter case counts |
//! | `workspace` | every file of the workspace |
//!
//! A pattern is asked about the path that was named *and* about the one that it
//! leads to, so that a symlink opens nothing that its target's name does not.

use crate::manifest::Capabilities;
use globset::{GlobBuilder, GlobMatcher};

/// A compiled list of capabilities.
#[derive(Clone, Debug)]
pub struct Access {
    list: Vec<String>,
    diagnostic_files: bool,
    workspace: bool,
    globs: Vec<GlobMatcher>,
}

/// One pattern, as `workspace.list-files` understands it.
///
/// # Errors
/// Says what is wrong with it.
pub(crate) fn pattern(text: &str) -> Result<GlobMatcher, String> {
    GlobBuilder::new(text)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map(|glob| glob.compile_matcher())
        .map_err(|error| error.kind().to_string())
}

impl Access {
    /// What `capabilities` open. A pattern that is none opens nothing; a
    /// [`Manifest`](crate::Manifest) has none of those.
    #[must_use]
    pub fn of(capabilities: &Capabilities) -> Self {
        let read = &capabilities.read;
        let has = |what: &str| read.iter().any(|entry| entry == what);
        Self {
            list: read.clone(),
            diagnostic_files: has("diagnostic-files"),
            workspace: has("workspace"),
            globs: read
                .iter()
                .filter_map(|entry| pattern(entry.strip_prefix("glob:")?).ok())
                .collect(),
        }
    }

    /// Whether it opens nothing at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.diagnostic_files && !self.workspace && self.globs.is_empty()
    }

    /// Whether every file of the workspace is open.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.workspace
    }

    /// Whether the file is open. `named` tells whether the request names it,
    /// `real` the path that it leads to, symlinks followed; `None` for one that
    /// leaves the workspace, which nobody can read.
    pub fn opens(
        &self,
        path: &str,
        named: impl FnOnce(&str) -> bool,
        real: impl FnOnce(&str) -> Option<String>,
    ) -> bool {
        if self.workspace || self.diagnostic_files && named(path) {
            return true;
        }
        if !self.matches(path) {
            return false;
        }
        match real(path) {
            Some(real) => real == path || self.matches(&real),
            None => false,
        }
    }

    /// Whether a pattern matches the path itself. One that is not in the form
    /// in which the workspace lists its files matches none.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let plain = !path
            .split('/')
            .any(|part| part.is_empty() || part == "." || part == "..")
            && !path.contains(['\\', '\0']);
        plain && self.globs.iter().any(|glob| glob.is_match(path))
    }

    /// The line that allows `entry` too, for the `read` of a TOML table.
    #[must_use]
    pub fn line_with(&self, entry: &str) -> String {
        let mut list = self.list.clone();
        list.push(entry.to_owned());
        let array = toml::Value::Array(list.into_iter().map(toml::Value::String).collect());
        format!("read = {array}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(read: &[&str]) -> Access {
        Access::of(&Capabilities {
            read: read.iter().map(|entry| (*entry).to_owned()).collect(),
        })
    }

    fn opens(access: &Access, path: &str) -> bool {
        access.opens(
            path,
            |path| path == "named.rs",
            |path| Some(path.to_owned()),
        )
    }

    #[test]
    fn each_entry_opens_its_own() {
        let nothing = access(&[]);
        assert!(nothing.is_empty() && !opens(&nothing, "named.rs"));
        let named = access(&["diagnostic-files"]);
        assert!(opens(&named, "named.rs") && !opens(&named, "other.rs"));
        let glob = access(&["glob:src/*.rs"]);
        assert!(opens(&glob, "src/a.rs") && !opens(&glob, "src/b/a.rs"));
        assert!(!opens(&glob, "named.rs"));
        let all = access(&["workspace"]);
        assert!(opens(&all, "anything") && all.is_whole());
    }

    #[test]
    fn no_spelling_gets_around_a_pattern() {
        let glob = access(&["glob:**/*.rs"]);
        for path in [
            "../a.rs",
            "src/../../a.rs",
            "/etc/a.rs",
            "./a.rs",
            "src//a.rs",
            "SRC/A.RS",
            "src\\..\\a.rs",
            "a.rs\0",
        ] {
            assert!(!opens(&glob, path), "{path:?}");
        }
    }

    #[test]
    fn a_symlink_opens_what_its_target_would() {
        let glob = access(&["glob:**/*.rs"]);
        let to = |real: Option<&str>| {
            let real = real.map(str::to_owned);
            glob.opens("link.rs", |_| false, |_| real)
        };
        assert!(to(Some("src/real.rs")));
        assert!(!to(Some("secrets.env")));
        assert!(!to(None));
    }

    #[test]
    fn the_line_to_add_is_toml() {
        let line = access(&["diagnostic-files"]).line_with("glob:a\"b");
        let table: toml::Table = toml::from_str(&line).unwrap();
        assert_eq!(
            table["read"].as_array().unwrap(),
            &["diagnostic-files".into(), "glob:a\"b".into()]
        );
    }
}
