//! The index from one run to the next: a file of each family's declarations.
//!
//! A file's declarations follow from its language and text alone, so they are
//! kept under the content's hash, and each path under its stamp with that hash:
//! a file whose stamp is unchanged is not read, one whose content is unchanged
//! is not parsed.

use super::collect::Decl;
use crate::files::Stamp;
use crate::kept::Kind;
use crate::syntax::Language;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts up with every change of [`Kept`], or of what is in a [`Decl`].
const VERSION: u32 = 1;

/// Kinds that a file may bring in beside each other; a language has about ten.
const MAX_KINDS: usize = 256;

/// Where the index is kept.
#[derive(Clone, Debug)]
pub struct Store {
    /// A folder that is there and nobody else's.
    pub dir: PathBuf,
    /// What read and parsed the files: the program's version or build. What
    /// another one kept is of no use.
    pub maker: String,
    /// Never write.
    pub read_only: bool,
}

/// One file as it was last seen.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    pub stamp: Stamp,
    pub language: Language,
    pub hash: String,
    /// By the last run, rather than ahead in this one.
    pub kept: bool,
}

/// One file's declarations, by content alone.
pub(super) type Decls = Arc<Vec<Decl>>;

/// What was kept of one family.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub files: HashMap<String, Remembered>,
    pub contents: Vec<((Language, String), Decls)>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    maker: String,
    contents: Vec<KeptContent>,
    files: Vec<KeptFile>,
}

#[derive(Serialize, Deserialize)]
struct KeptFile {
    path: String,
    stamp: Stamp,
    /// The content's number.
    content: u32,
}

#[derive(Serialize, Deserialize)]
struct KeptContent {
    language: Language,
    hash: String,
    decls: Vec<KeptDecl>,
}

#[derive(Serialize, Deserialize)]
struct KeptDecl {
    name: Box<str>,
    kind: Box<str>,
    /// `None`: the one before's.
    container: Option<Box<str>>,
    start: u32,
    end: u32,
    exported: bool,
    signature: Box<str>,
}

/// A file that the index holds now.
pub(super) struct Held<'a> {
    pub path: &'a str,
    /// `None` where it says nothing of the content yet.
    pub stamp: Option<Stamp>,
    pub language: Language,
    pub hash: &'a str,
    pub decls: &'a Decls,
}

impl Store {
    fn path(&self, family: &str) -> PathBuf {
        self.dir.join(format!("symbols-{family}"))
    }

    fn kind() -> Kind {
        Kind {
            name: "symbols",
            version: VERSION,
        }
    }

    pub(super) fn load(&self, family: &str) -> Loaded {
        let Some(kept) = Self::kind().read::<Kept>(&self.path(family)) else {
            return Loaded::default();
        };
        if kept.maker != self.maker {
            return Loaded::default();
        }
        let contents: Option<Vec<_>> = kept.contents.into_iter().map(content).collect();
        let Some(contents) = contents else {
            return Loaded::default();
        };
        let files = kept.files.into_iter().filter_map(|file| {
            let ((language, hash), _) = contents.get(file.content as usize)?;
            let remembered = Remembered {
                stamp: file.stamp,
                language: *language,
                hash: hash.clone(),
                kept: true,
            };
            Some((file.path, remembered))
        });
        Loaded {
            files: files.collect(),
            contents,
        }
    }

    pub(super) fn save<'a>(&self, family: &str, held: impl Iterator<Item = Held<'a>>) {
        if self.read_only {
            return;
        }
        let mut kept = Kept {
            maker: self.maker.clone(),
            contents: Vec::new(),
            files: Vec::new(),
        };
        let mut numbers: HashMap<(Language, &str), u32> = HashMap::new();
        for file in held {
            let content = *numbers
                .entry((file.language, file.hash))
                .or_insert_with(|| {
                    kept.contents.push(KeptContent {
                        language: file.language,
                        hash: file.hash.to_owned(),
                        decls: kept_decls(file.decls),
                    });
                    u32::try_from(kept.contents.len() - 1).unwrap_or(u32::MAX)
                });
            if let Some(stamp) = file.stamp {
                kept.files.push(KeptFile {
                    path: file.path.to_owned(),
                    stamp,
                    content,
                });
            }
        }
        Self::kind().write(&self.path(family), &kept);
    }
}

fn kept_decls(decls: &Decls) -> Vec<KeptDecl> {
    let mut before: Option<&Arc<str>> = None;
    decls
        .iter()
        .map(|decl| {
            let same = before == Some(&decl.container);
            before = Some(&decl.container);
            KeptDecl {
                name: decl.name.clone(),
                kind: decl.kind.into(),
                container: (!same).then(|| decl.container.as_ref().into()),
                start: decl.start,
                end: decl.end,
                exported: decl.exported,
                signature: decl.signature.clone(),
            }
        })
        .collect()
}

fn content(kept: KeptContent) -> Option<((Language, String), Decls)> {
    let mut container: Arc<str> = Arc::from("");
    let mut decls = Vec::with_capacity(kept.decls.len());
    for decl in kept.decls {
        if let Some(new) = decl.container {
            container = new.into();
        }
        decls.push(Decl {
            name: decl.name,
            kind: kind(&decl.kind)?,
            container: container.clone(),
            start: decl.start,
            end: decl.end,
            exported: decl.exported,
            signature: decl.signature,
        });
    }
    Some(((kept.language, kept.hash), Arc::new(decls)))
}

/// The one text of a kind. The languages' walks name kinds by literals, so the
/// few that there are live as long as the program; a damaged or hostile file
/// does not add any number of them.
pub(super) fn kind(name: &str) -> Option<&'static str> {
    static KINDS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut kinds = KINDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kinds.get(name) {
        return Some(known);
    }
    if kinds.len() >= MAX_KINDS || name.len() > 64 {
        return None;
    }
    let new: &'static str = Box::leak(name.into());
    kinds.insert(new);
    Some(new)
}
