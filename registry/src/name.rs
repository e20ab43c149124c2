//! Names of plugins in a registry.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Characters of a scope or of a name, at most.
const MAX: usize = 64;

/// `scope/name`. Both are of `a-z`, `0-9` and single `-`, beginning with a
/// letter, so that no two names look alike, differ in case alone, or leave the
/// folder that they are put into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name {
    text: String,
    slash: usize,
}

/// Why a name is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{shown}` is not `scope/name` of a-z, 0-9 and single `-`, beginning with a letter, at most \
     {MAX} characters each"
)]
pub struct NameError {
    shown: String,
}

impl Name {
    /// The part before the slash.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.text[..self.slash]
    }

    /// The part after the slash.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.text[self.slash + 1..]
    }

    /// The whole name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What no two plugins of a registry may share: the name without `-`, so
    /// that `rust-c/fix` and `rustc/fix` cannot both exist.
    #[must_use]
    pub fn collision_key(&self) -> String {
        self.text.replace('-', "")
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let good = |part: &str| {
            (1..=MAX).contains(&part.len())
                && part.starts_with(|c: char| c.is_ascii_lowercase())
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
                && !part.ends_with('-')
                && !part.contains("--")
        };
        match text.split_once('/') {
            Some((scope, name)) if good(scope) && good(name) => Ok(Self {
                text: text.to_owned(),
                slash: scope.len(),
            }),
            // Escaped: a look-alike letter would print like the one it imitates.
            _ => Err(NameError {
                shown: text
                    .chars()
                    .take(80)
                    .flat_map(char::escape_default)
                    .collect(),
            }),
        }
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.text
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_folder_or_look_alike() {
        for bad in [
            "", "a", "/a", "a/", "a/b/c", "../b", "a/..", "a/.", "A/b", "a/B", "a_b/c", "a/b_c",
            "a/-b", "a/b-", "a/b--c", "1a/b", "a/b\0", "a/b c", "а/b", "a\\b", "a/b\n", "con:/b",
            "a/%2e%2e",
        ] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
        let long = "x".repeat(65);
        assert!(format!("a/{long}").parse::<Name>().is_err());
        let name: Name = "acme/rustc-borrow".parse().unwrap();
        assert_eq!((name.scope(), name.name()), ("acme", "rustc-borrow"));
    }

    #[test]
    fn a_look_alike_is_shown_escaped() {
        let error = "аcme/x".parse::<Name>().unwrap_err();
        assert!(error.to_string().contains("\\u{430}"), "{error}");
    }

    #[test]
    fn hyphens_do_not_make_another_name() {
        let key = |name: &str| name.parse::<Name>().unwrap().collision_key();
        assert_eq!(key("rust-c/fix"), key("rustc/fix"));
        assert_ne!(key("rustc/fix"), key("rustc/fixes"));
    }
}
