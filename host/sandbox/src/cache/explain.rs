//! Why a call was a hit or a miss.

use super::evict;
use super::key::{Key, Parts};
use super::record::{Damage, Entry};
use super::store::{self, Store, Subject};
use super::trace::{Answer, Read};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt;

/// A call that was looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lookup {
    /// Which round of the run, from 1.
    pub round: usize,
    /// The diagnosed file.
    pub file: String,
    /// The request's diagnostics.
    pub places: Vec<Place>,
    /// Their class.
    pub class: String,
    /// The plugin.
    pub plugin: String,
    /// The entry's key.
    pub key: String,
    /// What was found.
    pub verdict: Verdict,
}

/// A diagnostic's place in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Counts from 1.
    pub line: u32,
    /// Counts characters from 1.
    pub column: u32,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A record that still holds.
    Hit,
    /// None, and why.
    Miss(String),
}

/// Why there is no record that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Miss {
    /// Nothing is filed under the key.
    NoRecord,
    /// As [`Miss::NoRecord`]; but there is an entry of the same plugin, class
    /// and file, and this is what it differs in.
    Changed(Vec<String>),
    /// The host would answer a question otherwise.
    Read(Box<Read>, Answer),
    /// A record needs other fuel than there is.
    Budget { used: u64, budget: u64 },
    /// The entry could not be read.
    Damaged(Damage),
    /// Looking up failed.
    Fault,
    /// The user does not want one.
    Recache,
}

impl Miss {
    /// What it is counted as.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoRecord | Self::Changed(_) => "no-record",
            Self::Read(..) => "changed",
            Self::Budget { .. } => "budget",
            Self::Damaged(_) => "damaged",
            Self::Fault => "fault",
            Self::Recache => "recache",
        }
    }
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRecord => f.write_str("no record"),
            Self::Changed(parts) => {
                write!(f, "changed since the last record: {}", parts.join(", "))
            }
            Self::Read(read, now) => match (&read.question, read.answer.given, now.given) {
                (super::Question::File { path }, false, true) => write!(f, "now exists({path})"),
                (super::Question::File { path }, true, false) => write!(f, "now gone({path})"),
                (question, ..) => write!(f, "{question} changed"),
            },
            Self::Budget { used, budget } => {
                write!(
                    f,
                    "budget: the record burned {used} units of fuel, this call has {budget}"
                )
            }
            Self::Damaged(damage) => write!(f, "the record was damaged: {damage}"),
            Self::Fault => f.write_str("it could not be looked up"),
            Self::Recache => f.write_str("asked to run again"),
        }
    }
}

/// What is known of calls like one that has no entry.
#[derive(Debug, Default)]
pub(super) struct Relatives(HashMap<(String, String, String), Vec<Parts>>);

impl Relatives {
    /// Reads every entry of a store, which takes a while: only for those who
    /// ask why.
    pub fn read(store: &Store) -> Self {
        let mut all = Self::default();
        for item in evict::shards(store).flat_map(|shard| evict::items(&shard)) {
            if let Ok((bytes, _)) = store::read(&item.path)
                && let Ok(entry) = Entry::decode(&bytes)
            {
                let subject = (entry.plugin, entry.class, entry.file);
                all.0.entry(subject).or_default().push(entry.parts);
            }
        }
        all
    }

    /// Takes a new entry in.
    pub fn add(&mut self, subject: &Subject, parts: &Parts) {
        let known = self.0.entry(name(subject)).or_default();
        if !known.contains(parts) {
            known.push(parts.clone());
        }
    }

    /// What the nearest relative differs in.
    pub fn compare(&self, subject: &Subject, parts: &Parts) -> Miss {
        let known = self.0.get(&name(subject)).into_iter().flatten();
        let differences = known.map(|old| differences(old, parts, &subject.file));
        match differences.min_by_key(Vec::len) {
            Some(differences) if !differences.is_empty() => Miss::Changed(differences),
            _ => Miss::NoRecord,
        }
    }
}

fn name(subject: &Subject) -> (String, String, String) {
    (
        subject.plugin.clone(),
        subject.class.clone(),
        subject.file.clone(),
    )
}

fn differences(old: &Parts, new: &Parts, file: &str) -> Vec<String> {
    let mut differences = Vec::new();
    if old.plugin != new.plugin {
        differences.push("plugin".to_owned());
    }
    let value = |parts: &Parts, name: &str| {
        let setting = parts.config.iter().find(|(known, _)| known == name);
        setting.map(|(_, digest)| *digest)
    };
    let mut names: Vec<&String> = old
        .config
        .iter()
        .chain(&new.config)
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names.dedup();
    names.retain(|name| value(old, name) != value(new, name));
    differences.extend(names.iter().map(|name| format!("config({name})")));
    if old.file != new.file {
        differences.push(format!("content({file})"));
    }
    if old.rest != new.rest {
        differences.push("diagnostics".to_owned());
    }
    if old.host != new.host {
        differences.push("buildfix, its limits or the salt".to_owned());
    }
    differences
}

impl Lookup {
    /// `path:line:column` of its first diagnostic.
    #[must_use]
    pub fn location(&self) -> String {
        match self.places.first() {
            Some(Place { line, column }) => format!("{}:{line}:{column}", self.file),
            None => self.file.clone(),
        }
    }
}

impl Key {
    /// For a line that people read.
    pub(super) fn short(self) -> String {
        self.to_string()[..16].to_owned()
    }
}
