//! What a guest asked the host, and a digest of what it was told.

use super::key::Hasher;
use crate::Services;
use serde::{Deserialize, Serialize};
use std::fmt;

/// BLAKE3.
pub type Digest = [u8; 32];

/// A question to the host.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Question {
    /// A file's text. Also stands for what the syntax service said about the
    /// file: with the host's revision, its trees are a function of the text.
    File {
        /// Relative to the workspace.
        path: String,
    },
    /// The files that match a glob.
    Listing {
        /// The glob.
        glob: String,
    },
    /// A syntax query that was refused. The reason need not be the text: the
    /// query may be wrong, or have run out of time.
    Query {
        /// Relative to the workspace.
        path: String,
        /// The query.
        query: String,
    },
    /// A question for the nodes around a range that was refused.
    Ancestors {
        /// Relative to the workspace.
        path: String,
        /// The range's first byte.
        start: u32,
        /// The byte after its last.
        end: u32,
    },
    /// A question for parse errors that was refused.
    ParseErrors {
        /// Relative to the workspace.
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
        /// Relative to the workspace.
        path: String,
    },
}

/// What the host said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Whether it answered; else it said why not.
    pub given: bool,
    /// Of the answer, or of the reason.
    pub digest: Digest,
}

/// One entry of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// What was asked.
    pub question: Question,
    /// What was said.
    pub answer: Answer,
}

impl Answer {
    /// The digest of a value.
    pub(super) fn given<T: Serialize + ?Sized>(value: &T) -> Self {
        let mut hasher = Hasher::new("answer");
        hasher.value(value);
        let digest = hasher.finish();
        Self {
            given: true,
            digest,
        }
    }

    /// The digest of an answer or a reason.
    pub(super) fn of<T: Serialize>(answer: &Result<T, String>) -> Self {
        match answer {
            Ok(value) => Self::given(value),
            Err(reason) => Self {
                given: false,
                ..Self::given(reason)
            },
        }
    }
}

impl Question {
    /// What the host says now.
    pub(super) fn ask(&self, services: &dyn Services) -> Answer {
        match self {
            Self::File { path } => Answer::of(&services.read_file(path)),
            Self::Listing { glob } => Answer::of(&services.list_files(glob)),
            Self::Query { path, query } => Answer::of(&services.query(path, query)),
            Self::Ancestors { path, start, end } => {
                Answer::of(&services.ancestors(path, *start, *end))
            }
            Self::ParseErrors { path, text } => {
                Answer::of(&services.parse_errors(path, text.as_deref()))
            }
            Self::Find { language, name } => Answer::given(&services.find(language, name)),
            Self::Similar {
                language,
                name,
                distance,
            } => Answer::given(&services.similar(language, name, *distance)),
            Self::Members {
                language,
                container,
            } => Answer::given(&services.members(language, container)),
            Self::DeclaredIn { path } => Answer::of(&services.declared_in(path)),
        }
    }

    /// Bytes that it takes in memory, about.
    pub(super) fn size(&self) -> usize {
        let text = match self {
            Self::File { path } | Self::DeclaredIn { path } => path.len(),
            Self::Ancestors { path, .. } => path.len(),
            Self::Listing { glob } => glob.len(),
            Self::Query { path, query } => path.len() + query.len(),
            Self::ParseErrors { path, text } => path.len() + text.as_ref().map_or(0, String::len),
            Self::Find { language, name } | Self::Similar { language, name, .. } => {
                language.len() + name.len()
            }
            Self::Members {
                language,
                container,
            } => language.len() + container.len(),
        };
        size_of::<Read>() + text
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path } => write!(f, "content({path})"),
            Self::Listing { glob } => write!(f, "listing({glob})"),
            Self::Query { path, .. } => write!(f, "query({path})"),
            Self::Ancestors { path, start, end } => write!(f, "ancestors({path}, {start}..{end})"),
            Self::ParseErrors { path, .. } => write!(f, "parse-errors({path})"),
            Self::Find { language, name } => write!(f, "find({language}, {name})"),
            Self::Similar {
                language,
                name,
                distance,
            } => write!(f, "similar({language}, {name}, {distance})"),
            Self::Members {
                language,
                container,
            } => write!(f, "members({language}, {container})"),
            Self::DeclaredIn { path } => write!(f, "declared-in({path})"),
        }
    }
}
