//! The action key: what a call is, before it runs.

use super::trace::Digest;
use crate::{ABI, Limits, Plugin, Request};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Raised whenever the same key could mean another result for a reason that no
/// other field shows: a change of what the host does with a request or an
/// answer, of the syntax service, or of the entries' layout.
pub(super) const REVISION: u32 = 2;

/// What decides how a guest runs and what the syntax service answers, by the
/// versions in Cargo.lock; a test compares them. (Other services need no
/// version: their answers are in the trace.)
const ENGINES: &[(&str, &str)] = &[
    ("tree-sitter", "0.27.1"),
    ("tree-sitter-c", "0.24.2"),
    ("tree-sitter-c-sharp", "0.23.5"),
    ("tree-sitter-cpp", "0.23.4"),
    ("tree-sitter-go", "0.25.0"),
    ("tree-sitter-java", "0.23.5"),
    ("tree-sitter-javascript", "0.25.0"),
    ("tree-sitter-python", "0.25.0"),
    ("tree-sitter-rust", "0.24.2"),
    ("tree-sitter-typescript", "0.23.2"),
    ("wasmtime", "48.0.8"),
];

/// The name of a call's result: BLAKE3 of its [`Parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub(super) Digest);

impl Key {
    /// The key that these 64 hexadecimal digits write.
    #[must_use]
    pub fn parse(hex: &str) -> Option<Self> {
        blake3::Hash::from_hex(hex)
            .ok()
            .map(|hash| Self(hash.into()))
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

/// What a key is made of, each part hashed on its own, so that a miss can tell
/// which of them changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parts {
    /// Format, host, limits, salt.
    pub host: Digest,
    /// The component, and what it was granted.
    pub plugin: Digest,
    /// Each setting and the hash of its value, in the order of names.
    pub config: Vec<(String, Digest)>,
    /// The diagnosed file's text.
    pub file: Digest,
    /// Class, language, tool, path, diagnostics.
    pub rest: Digest,
}

impl Parts {
    /// The parts of a call. The request must be in its normal form.
    pub(super) fn of(plugin: &Plugin, request: &Request, salt: &str) -> Self {
        let limits = &plugin.inner.core.limits;
        let mut host = Hasher::new("host");
        host.value(&(REVISION, env!("CARGO_PKG_VERSION"), ENGINES));
        host.value(&ABI.to_string());
        host.value(&limits.file().memory_for(plugin.manifest()));
        host.value(&result_limits(limits));
        host.text(salt);
        let config = |(name, value): &(String, String)| {
            let mut hasher = Hasher::new("config");
            hasher.text(value);
            (name.clone(), hasher.finish())
        };
        let mut component = Hasher::new("plugin");
        component.text(plugin.digest());
        // What it declares is in the file.
        component.value(&plugin.grant.granted());
        let mut file = Hasher::new("file");
        file.text(&request.file.text);
        file.text(&request.file.hash);
        let mut rest = Hasher::new("rest");
        rest.text(&request.class);
        rest.text(&request.language);
        rest.text(&request.tool);
        rest.text(&request.file.path);
        rest.value(&request.diagnostics);
        Self {
            host: host.finish(),
            plugin: component.finish(),
            config: request.config.iter().map(config).collect(),
            file: file.finish(),
            rest: rest.finish(),
        }
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> Key {
        let mut hasher = Hasher::new("key");
        hasher.value(self);
        Key(hasher.finish())
    }
}

/// The limits that decide what a guest ends in, besides fuel and memory.
fn result_limits(limits: &Limits) -> [usize; 7] {
    [
        limits.table_elements,
        limits.stack,
        limits.instances,
        limits.output,
        limits.edits,
        limits.log,
        limits.host_calls as usize,
    ]
}

/// BLAKE3 over fields, each with its length before it, so that no two lists of
/// fields are the same bytes.
pub(super) struct Hasher(blake3::Hasher);

impl Hasher {
    pub fn new(domain: &str) -> Self {
        let mut hasher = Self(blake3::Hasher::new());
        hasher.text("buildfix result");
        hasher.text(domain);
        hasher
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    /// A value in postcard's encoding.
    pub fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let bytes = postcard::to_allocvec(value);
        // Only sequences of unknown length have none.
        self.bytes(&bytes.expect("every type that is hashed here has an encoding"));
    }

    pub fn finish(self) -> Digest {
        self.0.finalize().into()
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grammar or engine that changes must change the keys.
    #[test]
    fn the_engines_are_those_of_the_lock_file() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
        let lock: toml::Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut locked: Vec<(String, String)> = lock["package"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| {
                let text = |key: &str| package[key].as_str().unwrap().to_owned();
                (text("name"), text("version"))
            })
            .filter(|(name, _)| {
                name == "wasmtime"
                    || name.starts_with("tree-sitter") && name != "tree-sitter-language"
            })
            .collect();
        locked.sort();
        let known: Vec<(String, String)> = ENGINES
            .iter()
            .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()))
            .collect();
        assert_eq!(locked, known, "write these versions into ENGINES");
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let of = |fields: &[&str]| {
            let mut hasher = Hasher::new("test");
            fields.iter().for_each(|field| hasher.text(field));
            hasher.finish()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["", "a"]), of(&["a", ""]));
    }
}
