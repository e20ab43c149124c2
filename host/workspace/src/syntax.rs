//! Syntax trees of the workspace's files, parsed once for every fixer.
//!
//! [`Syntax`] backs the `syntax` interface of the fixer contract: queries, the
//! nodes around a range, and the errors a parser met. Everything works on the
//! `(path, text, hash)` of a file that the caller has already read, so nothing
//! here touches the disk.
//!
//! *Caching.* A tree depends on the grammar and the text alone, so trees are
//! kept under (language, content hash), the least recently used leaving first.
//! Two threads that ask for one tree wait for one parse. A file that could not
//! be parsed is remembered as well, or a hostile file would cost its whole time
//! limit again at every call. Compiled queries are kept under (language, text).
//!
//! *Limits.* Texts and queries come from strangers: a text is at most
//! [`MAX_TEXT`] bytes and parsed for at most [`PARSE_TIME`], a query is at most
//! [`MAX_QUERY`] bytes, nests at most 64 deep and runs for at most
//! [`QUERY_TIME`]. The times are far above what real files need (a parse takes
//! about 100 ms a MiB), so they decide nothing but attacks.

mod language;
mod parse;
mod query;
#[cfg(test)]
mod tests;
mod tree;

pub use language::Language;
pub(crate) use parse::{Tree, parse as parse_text};

use lru::LruCache;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

/// The largest text that is parsed, in bytes: 8 MiB.
pub const MAX_TEXT: usize = 8 << 20;
/// The longest query, in bytes: 64 KiB.
pub const MAX_QUERY: usize = 64 << 10;
/// The most matches that a query gives.
pub const MAX_MATCHES: usize = 10_000;
/// The most captures that a query gives over all its matches.
pub const MAX_CAPTURES: usize = 200_000;
/// The most parse errors or ancestors that are listed.
pub const MAX_NODES: usize = 10_000;
/// How long one text may be parsed.
pub const PARSE_TIME: Duration = Duration::from_secs(5);
/// How long one query may run over one tree.
pub const QUERY_TIME: Duration = Duration::from_secs(2);

/// Trees are kept while the texts below them come to no more than this. A tree
/// takes about ten times its text.
const CACHED_TEXT: usize = 24 << 20;
const CACHED_QUERIES: NonZeroUsize = NonZeroUsize::new(256).unwrap();

/// A node that a query captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The capture's name in the query, without `@`.
    pub name: String,
    /// The node's kind in the grammar.
    pub kind: String,
    /// First byte in the text.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// One match of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryMatch {
    /// In the order of the query's captures, then of place.
    pub captures: Vec<Capture>,
}

/// A node around a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// The node's kind in the grammar; for a token without a name, its text.
    pub kind: String,
    /// The field name under its parent; empty if it has none.
    pub field: String,
    /// First byte in the text.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

/// A place where the text is not what the grammar allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// `error` for a range the parser skipped, `missing` for a token it had to
    /// invent.
    pub kind: &'static str,
    /// For `missing`, the token, or its name in the grammar where it has no
    /// fixed text (`identifier`); else empty.
    pub token: String,
    /// First byte in the text.
    pub start: u32,
    /// Byte after the last; equal to `start` for `missing`.
    pub end: u32,
}

/// Why a question about syntax has no answer. The texts end in nothing and
/// start in lower case, for a sentence around them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxError {
    /// The path's ending belongs to no language with a grammar.
    #[error("no grammar for `{0}`")]
    NoGrammar(String),
    /// Over [`MAX_TEXT`].
    #[error("`{path}` has {bytes} bytes, more than the {MAX_TEXT} that are parsed")]
    TooLarge {
        /// The file.
        path: String,
        /// Its size.
        bytes: usize,
    },
    /// The parser gave up after [`PARSE_TIME`].
    #[error("parsing `{0}` took longer than {limit} s", limit = PARSE_TIME.as_secs())]
    ParseTime(String),
    /// The query is not one, or names what the grammar lacks.
    #[error("invalid query at line {line}, column {column}: {message}")]
    Query {
        /// Counts from 1.
        line: usize,
        /// In bytes; counts from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The query is too long or nests too deep.
    #[error("the query is too large: {0}")]
    QuerySize(String),
    /// The query ran longer than [`QUERY_TIME`] over this file, or tried too
    /// many matches at once.
    #[error("the query is too costly over `{0}`")]
    QueryCost(String),
    /// The range is reversed or ends behind the text.
    #[error("range {start}..{end} is not inside `{path}`")]
    Range {
        /// The file.
        path: String,
        /// The range's first byte.
        start: u32,
        /// The byte after its last.
        end: u32,
    },
}

type TreeSlot = Arc<OnceLock<Result<Arc<Tree>, SyntaxError>>>;
type QuerySlot = Arc<OnceLock<Result<Arc<tree_sitter::Query>, SyntaxError>>>;

struct Trees {
    slots: LruCache<(Language, String), (TreeSlot, usize)>,
    bytes: usize,
}

/// Parses texts and answers questions about them; for use by many threads at
/// once.
pub struct Syntax {
    trees: Mutex<Trees>,
    queries: Mutex<LruCache<(Language, String), QuerySlot>>,
    parses: AtomicU64,
}

impl Default for Syntax {
    fn default() -> Self {
        Self::new()
    }
}

impl Syntax {
    /// With empty caches.
    #[must_use]
    pub fn new() -> Self {
        Self {
            trees: Mutex::new(Trees {
                slots: LruCache::unbounded(),
                bytes: 0,
            }),
            queries: Mutex::new(LruCache::new(CACHED_QUERIES)),
            parses: AtomicU64::new(0),
        }
    }

    /// How many texts were parsed so far, rather than found in the cache.
    #[must_use]
    pub fn parses(&self) -> u64 {
        self.parses.load(Ordering::Relaxed)
    }

    /// The matches of a tree-sitter query over a file, in order of place; the
    /// first [`MAX_MATCHES`]. `hash` is the text's content hash.
    ///
    /// # Errors
    /// A path without a grammar, a text that cannot be parsed within the
    /// limits, an invalid query (with the place of the mistake), or one that
    /// runs too long.
    pub fn query(
        &self,
        path: &str,
        text: &str,
        hash: &str,
        query: &str,
    ) -> Result<Vec<QueryMatch>, SyntaxError> {
        let language = language_of(path, text)?;
        let query = self.compiled(language, query)?;
        let tree = self.tree(language, path, text, hash)?;
        query::run(&query, &tree, path, text)
    }

    /// The nodes around `start..end`, innermost first, tokens without a name
    /// included. At a point between two tokens, the one that starts there is
    /// meant, or else the one that ends there.
    ///
    /// # Errors
    /// As [`Syntax::query`]; also a range that is not inside the text.
    pub fn ancestors(
        &self,
        path: &str,
        text: &str,
        hash: &str,
        start: u32,
        end: u32,
    ) -> Result<Vec<Node>, SyntaxError> {
        let language = language_of(path, text)?;
        if start > end || end as usize > text.len() {
            return Err(SyntaxError::Range {
                path: path.to_owned(),
                start,
                end,
            });
        }
        let tree = self.tree(language, path, text, hash)?;
        Ok(tree::ancestors(&tree, start as usize..end as usize))
    }

    /// The parse errors of a text, in order of place, at most [`MAX_NODES`].
    /// Give no `hash` for a text that is tried out and not to be kept.
    ///
    /// # Errors
    /// As [`Syntax::query`].
    pub fn parse_errors(
        &self,
        path: &str,
        text: &str,
        hash: Option<&str>,
    ) -> Result<Vec<ParseError>, SyntaxError> {
        let language = language_of(path, text)?;
        let tree = match hash {
            Some(hash) => self.tree(language, path, text, hash)?,
            None => Arc::new(self.parse(language, path, text)?),
        };
        Ok(tree::errors(&tree))
    }

    fn parse(&self, language: Language, path: &str, text: &str) -> Result<Tree, SyntaxError> {
        self.parses.fetch_add(1, Ordering::Relaxed);
        parse::parse(language, path, text)
    }

    fn tree(
        &self,
        language: Language,
        path: &str,
        text: &str,
        hash: &str,
    ) -> Result<Arc<Tree>, SyntaxError> {
        let slot = {
            let mut trees = self.trees.lock().unwrap_or_else(PoisonError::into_inner);
            let key = (language, hash.to_owned());
            if let Some((slot, _)) = trees.slots.get(&key) {
                slot.clone()
            } else {
                let slot = TreeSlot::default();
                trees.slots.put(key, (slot.clone(), text.len()));
                trees.bytes += text.len();
                while trees.bytes > CACHED_TEXT && trees.slots.len() > 1 {
                    if let Some((_, (_, bytes))) = trees.slots.pop_lru() {
                        trees.bytes -= bytes;
                    }
                }
                slot
            }
        };
        // Outside the lock: others may parse other files meanwhile.
        slot.get_or_init(|| self.parse(language, path, text).map(Arc::new))
            .clone()
    }

    fn compiled(
        &self,
        language: Language,
        query: &str,
    ) -> Result<Arc<tree_sitter::Query>, SyntaxError> {
        query::check_size(query)?;
        let slot = {
            let mut queries = self.queries.lock().unwrap_or_else(PoisonError::into_inner);
            queries
                .get_or_insert((language, query.to_owned()), QuerySlot::default)
                .clone()
        };
        slot.get_or_init(|| query::compile(language, query).map(Arc::new))
            .clone()
    }
}

fn language_of(path: &str, text: &str) -> Result<Language, SyntaxError> {
    Language::of_source(path, text).ok_or_else(|| SyntaxError::NoGrammar(path.to_owned()))
}
