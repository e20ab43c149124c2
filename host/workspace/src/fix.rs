//! A fix: edits that belong together, and what they expect to find.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How sure a fixer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Applicability {
    /// The only reading of the error.
    Exact,
    /// A good candidate, kept only if the rebuild proves it.
    Verified,
    /// Makes it compile, not correct; never applied by default.
    Placeholder,
    /// Shown, never applied.
    Suggest,
}

impl Applicability {
    /// The word used in plugins' answers and in reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Verified => "verified",
            Self::Placeholder => "placeholder",
            Self::Suggest => "suggest",
        }
    }
}

/// What happens where several edits meet.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Merge {
    /// Overlapping edits conflict, unless they are equal.
    #[default]
    None,
    /// An insertion into a set: several at one place are all kept.
    Set,
}

/// One replacement in one file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TextEdit {
    /// Relative to the workspace, `/`-separated.
    pub path: String,
    /// Bytes of the text as UTF-8 without byte-order mark.
    pub range: Range<usize>,
    /// What must stand there.
    pub expect: String,
    /// What to put there, with `\n` line ends.
    pub text: String,
    /// How it meets other edits.
    pub merge: Merge,
}

/// A change to a whole file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum FileEdit {
    /// Makes a file; it must not exist.
    Create {
        /// Where.
        path: String,
        /// What it holds.
        text: String,
    },
    /// Removes a file.
    Delete {
        /// Which.
        path: String,
        /// Hex BLAKE3 that its text must have.
        expect_hash: String,
    },
    /// Moves a file to a path that must be free.
    Rename {
        /// From.
        path: String,
        /// To.
        to: String,
        /// Hex BLAKE3 that its text must have.
        expect_hash: String,
    },
}

/// Edits that are applied together or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fix {
    /// Who proposed it: the plugin's name.
    pub fixer: String,
    /// What it does, in the imperative.
    pub title: String,
    /// How sure the fixer is.
    pub applicability: Applicability,
    /// In any order.
    pub edits: Vec<TextEdit>,
    /// In the order in which they happen, before the text edits.
    pub files: Vec<FileEdit>,
}
