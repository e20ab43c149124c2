//! A question of a guest and the host's whole answer.

use crate::{Node, ParseError, QueryMatch, Symbol};
use buildfix_component::text::tame_line;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a guest can ask, and what the host asks itself to decide whether it may.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Question {
    /// Where a path leads when symlinks are followed.
    RealPath {
        /// Relative to the workspace, as all paths here.
        path: String,
    },
    /// A file's text.
    ReadFile {
        /// Which.
        path: String,
    },
    /// The files that match a glob.
    ListFiles {
        /// The glob.
        glob: String,
    },
    /// The matches of a tree-sitter query.
    Query {
        /// The file.
        path: String,
        /// The query.
        query: String,
    },
    /// The syntax nodes around a range.
    Ancestors {
        /// The file.
        path: String,
        /// The range's first byte.
        start: u32,
        /// The byte after its last.
        end: u32,
    },
    /// The parse errors of a file or of a text.
    ParseErrors {
        /// The file.
        path: String,
        /// The text, if it is not the file's.
        text: Option<String>,
    },
    /// Declarations of a name.
    Find {
        /// Of this language.
        language: String,
        /// The name.
        name: String,
    },
    /// Declarations with a name close to this one.
    Similar {
        /// Of this language.
        language: String,
        /// The name.
        name: String,
        /// The greatest edit distance.
        distance: u32,
    },
    /// What stands inside a container.
    Members {
        /// Of this language.
        language: String,
        /// The container.
        container: String,
    },
    /// What a file declares.
    DeclaredIn {
        /// Which.
        path: String,
    },
}

/// What the host said: an error is a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To [`Question::RealPath`]; `None` if it leaves the workspace.
    Real(Option<String>),
    /// To [`Question::ReadFile`]
    Text(Result<String, String>),
    /// To [`Question::ListFiles`]
    Paths(Result<Vec<String>, String>),
    /// To [`Question::Query`]
    Matches(Result<Vec<QueryMatch>, String>),
    /// To [`Question::Ancestors`]
    Nodes(Result<Vec<Node>, String>),
    /// To [`Question::ParseErrors`]
    Errors(Result<Vec<ParseError>, String>),
    /// To [`Question::Find`], [`Question::Similar`] and [`Question::Members`]
    Symbols(Vec<Symbol>),
    /// To [`Question::DeclaredIn`]
    Declared(Result<Vec<Symbol>, String>),
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// What was asked.
    pub question: Question,
    /// What was said.
    pub answer: Answer,
}

impl Exchange {
    /// Whether the answer is one to the question.
    #[must_use]
    pub fn fits(&self) -> bool {
        matches!(
            (&self.question, &self.answer),
            (Question::RealPath { .. }, Answer::Real(_))
                | (Question::ReadFile { .. }, Answer::Text(_))
                | (Question::ListFiles { .. }, Answer::Paths(_))
                | (Question::Query { .. }, Answer::Matches(_))
                | (Question::Ancestors { .. }, Answer::Nodes(_))
                | (Question::ParseErrors { .. }, Answer::Errors(_))
                | (
                    Question::Find { .. } | Question::Similar { .. } | Question::Members { .. },
                    Answer::Symbols(_)
                )
                | (Question::DeclaredIn { .. }, Answer::Declared(_))
        )
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::RealPath { path } => format!("where `{path}` leads"),
            Self::ReadFile { path } => format!("workspace.read-file(`{path}`)"),
            Self::ListFiles { glob } => format!("workspace.list-files(`{glob}`)"),
            Self::Query { path, query } => format!("syntax.query(`{path}`, `{query}`)"),
            Self::Ancestors { path, start, end } => {
                format!("syntax.ancestors(`{path}`, {start}, {end})")
            }
            Self::ParseErrors { path, text: None } => format!("syntax.parse-errors(`{path}`)"),
            Self::ParseErrors { path, .. } => {
                format!("syntax.parse-errors(`{path}`, a text of its own)")
            }
            Self::Find { language, name } => format!("symbols.find({language}, `{name}`)"),
            Self::Similar {
                language,
                name,
                distance,
            } => format!("symbols.similar({language}, `{name}`, {distance})"),
            Self::Members {
                language,
                container,
            } => format!("symbols.members({language}, `{container}`)"),
            Self::DeclaredIn { path } => format!("symbols.declared-in(`{path}`)"),
        };
        // The guest's own words.
        f.write_str(&tame_line(&text, 300))
    }
}
