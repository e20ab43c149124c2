//! Hits and misses, over one run and over all of them.

use super::explain::Miss;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

/// Bytes of the file, at most.
const MAX_FILE: u64 = 64 << 10;

/// How often the cache was of use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Counters {
    /// Calls answered without running.
    pub hits: u64,
    /// Microseconds that these took when they ran.
    pub saved_micros: u64,
    /// Results written.
    pub written: u64,
    /// Calls that ran, by reason: `no-record`, `changed`, `budget`, `damaged`,
    /// `fault`, `recache`.
    pub misses: BTreeMap<String, u64>,
}

impl Counters {
    /// Misses for any reason.
    #[must_use]
    pub fn missed(&self) -> u64 {
        self.misses.values().sum()
    }

    pub(super) fn miss(&mut self, miss: &Miss) {
        *self.misses.entry(miss.kind().to_owned()).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        self.hits = self.hits.saturating_add(other.hits);
        self.saved_micros = self.saved_micros.saturating_add(other.saved_micros);
        self.written = self.written.saturating_add(other.written);
        for (kind, count) in &other.misses {
            let sum = self.misses.entry(kind.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
    }

    /// Those kept in a file; zeros where it cannot be read.
    pub(super) fn load(path: &Path) -> Self {
        let text = match fs::metadata(path) {
            Ok(metadata) if metadata.len() <= MAX_FILE => fs::read_to_string(path),
            _ => return Self::default(),
        };
        text.ok()
            .and_then(|text| toml::from_str(&text).ok())
            .unwrap_or_default()
    }

    /// Adds these to those in a file, which other processes do as well.
    pub(super) fn add_to(&self, path: &Path) -> std::io::Result<()> {
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        file.lock()?;
        let mut text = String::new();
        // What cannot be understood counts for nothing and is written anew.
        let read = (&file).take(MAX_FILE).read_to_string(&mut text);
        let mut all: Self = read
            .ok()
            .and_then(|_| toml::from_str(&text).ok())
            .unwrap_or_default();
        all.add(self);
        let text = toml::to_string(&all).map_err(std::io::Error::other)?;
        file.rewind()?;
        file.set_len(0)?;
        file.write_all(text.as_bytes())
    }
}
