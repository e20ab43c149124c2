//! Tests of the index; those of each language's declarations are beside it.

mod c;
mod csharp;
mod ecma;
mod go;
mod hostile;
mod incremental;
mod index;
mod java;
mod python;
mod rust;

use super::{Sources, SymbolIndex};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Files in memory.
#[derive(Default)]
pub(super) struct Files(pub Mutex<BTreeMap<String, String>>);

impl Sources for Files {
    fn paths(&self) -> Arc<[String]> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    fn read(&self, path: &str, with: &mut dyn FnMut(&str, &str)) -> Result<(), String> {
        let text = self
            .0
            .lock()
            .unwrap()
            .get(path)
            .cloned()
            .ok_or("no such file")?;
        with(&text, blake3::hash(text.as_bytes()).to_hex().as_str());
        Ok(())
    }
}

pub(super) fn index(files: &[(&str, &str)]) -> (SymbolIndex, Arc<Files>) {
    let files = files
        .iter()
        .map(|&(path, text)| (path.to_owned(), text.to_owned()))
        .collect();
    let files = Arc::new(Files(Mutex::new(files)));
    (SymbolIndex::new(files.clone()), files)
}

/// A file's declarations, one a line: `+` if exported, kind, container, name,
/// signature.
pub(super) fn declared(path: &str, text: &str) -> String {
    let (index, _) = index(&[(path, text)]);
    let mut lines = String::new();
    for symbol in index.declared_in(path).expect("a file with a grammar") {
        let seen = if symbol.exported { '+' } else { '-' };
        assert!(
            symbol.start < symbol.end && symbol.end as usize <= text.len(),
            "{symbol:?}"
        );
        lines.push_str(&format!(
            "{seen} {} [{}] {} | {}\n",
            symbol.kind, symbol.container, symbol.name, symbol.signature
        ));
    }
    lines
}
