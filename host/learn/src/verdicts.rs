//! How often each kind of fix held, as the rebuild said.
//!
//! A *signature* is what stays of an error and of a proposal when what they
//! quote and count is taken away: class, message, fixer and title. The book is
//! kept in the project's state folder and speaks of this project alone. A
//! damaged book is an empty one; it costs nothing but the order of trials.

use crate::template::write;
use buildfix_diagnostics::slug;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's name, in the state folder.
pub const FILE: &str = "verdicts.json";

/// The format's number.
const FORMAT: u32 = 1;

/// Signatures kept, at most; those with the fewest verdicts go first.
pub const MAX_SIGNATURES: usize = 5_000;

/// Bytes of the file, at most.
const MAX_FILE: u64 = 8 << 20;

/// Counts stop there, so that a book of years can still change its mind.
const MAX_COUNT: u32 = 1_000;

/// A kind of fix for a kind of error.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signature {
    /// The error's class.
    pub class: String,
    /// Its message without what it quotes and counts.
    pub message: String,
    /// The fixer.
    pub fixer: String,
    /// The title likewise.
    pub title: String,
}

impl Signature {
    /// Of an error and a proposal for it.
    #[must_use]
    pub fn new(class: &str, code: &str, message: &str, fixer: &str, title: &str) -> Self {
        Self {
            class: class.to_owned(),
            // Without a code the class already is the message's shape.
            message: match code.is_empty() {
                true => String::new(),
                false => shape(message),
            },
            fixer: fixer.to_owned(),
            title: shape(title),
        }
    }
}

/// A text without what it quotes and counts.
#[must_use]
pub fn shape(text: &str) -> String {
    let mut shape = slug(text);
    shape.retain(|c| !c.is_ascii_digit());
    shape
}

/// What the builds said of one signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Fixes that were kept.
    pub held: u32,
    /// Fixes that were taken back.
    pub reverted: u32,
}

impl Counts {
    /// How likely the next one holds, in thousandths: Laplace's rule of
    /// succession, (held + 1) / (tried + 2); 500 where nothing is known.
    #[must_use]
    pub fn likelihood(self) -> u32 {
        let (held, reverted) = (u64::from(self.held), u64::from(self.reverted));
        u32::try_from((held + 1) * 1000 / (held + reverted + 2)).unwrap_or(0)
    }
}

/// The book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts(BTreeMap<Signature, Counts>);

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    verdicts: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    signature: Signature,
    #[serde(flatten)]
    counts: Counts,
}

impl Verdicts {
    /// Reads the book of a state folder. The second is why it was not believed,
    /// where one is there.
    #[must_use]
    pub fn load(state: &Path) -> (Self, Option<String>) {
        let path = state.join(FILE);
        match std::fs::metadata(&path) {
            Err(_) => return (Self::default(), None),
            Ok(metadata) if metadata.len() > MAX_FILE || !metadata.is_file() => {
                let why = format!("{} is too large, or no file", path.display());
                return (Self::default(), Some(why));
            }
            Ok(_) => {}
        }
        let read = std::fs::read(&path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| {
                serde_json::from_slice::<File>(&bytes).map_err(|error| error.to_string())
            });
        match read {
            Ok(File {
                format: FORMAT,
                verdicts,
            }) => {
                let known = verdicts.into_iter().map(|e| (e.signature, e.counts));
                (Self(known.collect()), None)
            }
            Ok(file) => {
                let why = format!("{} has format {}", path.display(), file.format);
                (Self::default(), Some(why))
            }
            Err(error) => (
                Self::default(),
                Some(format!("{}: {error}", path.display())),
            ),
        }
    }

    /// What is known of a signature.
    #[must_use]
    pub fn of(&self, signature: &Signature) -> Counts {
        self.0.get(signature).copied().unwrap_or_default()
    }

    /// One more verdict.
    pub fn add(&mut self, signature: Signature, held: bool) {
        let counts = self.0.entry(signature).or_default();
        let count = match held {
            true => &mut counts.held,
            false => &mut counts.reverted,
        };
        *count += 1;
        if *count > MAX_COUNT {
            counts.held /= 2;
            counts.reverted /= 2;
        }
    }

    /// All of it, most verdicts first.
    #[must_use]
    pub fn list(&self) -> Vec<(&Signature, Counts)> {
        let mut list: Vec<_> = self.0.iter().map(|(s, c)| (s, *c)).collect();
        list.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.held + counts.reverted));
        list
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the book by a rename.
    ///
    /// # Errors
    /// The file system's.
    pub fn save(&self, state: &Path) -> std::io::Result<()> {
        let verdicts = self
            .list()
            .into_iter()
            .take(MAX_SIGNATURES)
            .map(|(signature, counts)| Entry {
                signature: signature.clone(),
                counts,
            })
            .collect();
        let mut bytes = serde_json::to_vec_pretty(&File {
            format: FORMAT,
            verdicts,
        })?;
        bytes.push(b'\n');
        write(&state.join(FILE), &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn signature(name: &str) -> Signature {
        Signature::new(
            "csharp/CS0246",
            "CS0246",
            &format!("The type '{name}' could not be found"),
            "buildfix/csharp-imports",
            &format!("add `using {name};`"),
        )
    }

    #[test]
    fn names_make_no_other_signature() {
        assert_eq!(signature("Foo"), signature("Bar2"));
        assert_eq!(signature("Foo").message, "the-type-could-not-be-found");
    }

    #[test]
    fn likelihood_follows_the_verdicts() {
        let of = |held, reverted| Counts { held, reverted }.likelihood();
        assert_eq!(of(0, 0), 500);
        assert!(of(3, 0) > of(1, 0) && of(1, 0) > of(0, 0) && of(0, 0) > of(0, 1));
        assert_eq!(of(u32::MAX, u32::MAX), 500);
    }

    #[test]
    fn the_book_is_read_as_it_was_written_and_stays_small() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Verdicts::load(dir.path()), (Verdicts::default(), None));
        let mut book = Verdicts::default();
        for _ in 0..3_000 {
            book.add(signature("A"), true);
        }
        book.add(signature("A"), false);
        assert!(book.of(&signature("B")).held <= MAX_COUNT);
        book.save(dir.path()).unwrap();
        assert_eq!(Verdicts::load(dir.path()), (book, None));
    }

    #[test]
    fn a_damaged_book_is_an_empty_one_and_is_told_of() {
        let dir = tempfile::tempdir().unwrap();
        for bytes in [
            b"".as_slice(),
            b"{",
            b"{\"format\":9,\"verdicts\":[]}",
            b"{\"format\":1,\"verdicts\":[{\"held\":-1}]}",
            b"\xff\xfe",
        ] {
            std::fs::write(dir.path().join(FILE), bytes).unwrap();
            let (book, why) = Verdicts::load(dir.path());
            assert!(book.is_empty());
            assert!(why.unwrap().contains("verdicts.json"));
        }
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let dir = tempfile::tempdir().unwrap();
            std::fs::write(dir.path().join(FILE), bytes).unwrap();
            let _ = Verdicts::load(dir.path());
        }
    }
}
