//! All that the dependencies of a language offer, by name and by container;
//! and how it is kept from run to run.

use super::reader::{Inputs, Seen};
use super::{MAX_OFFERS, Offer, Unit};
use crate::kept::Kind;
use crate::symbols::near::{Lengths, Wanted};
use crate::symbols::store::{Store, kind};
use crate::symbols::{MAX_FOUND, Symbol};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Counts up with every change of [`Kept`], or of what an offer says.
const VERSION: u32 = 1;
/// A longer name, in bytes, is no name.
const MAX_NAME: usize = 256;
/// A longer container, in bytes, is none that is written in a source.
const MAX_CONTAINER: usize = 1_024;

/// An offer: its unit's number, and its place there.
type Place = (u32, u32);

/// What the dependencies of a language offer.
#[derive(Debug, Default)]
pub(in crate::symbols) struct Table {
    units: Vec<Arc<Unit>>,
    by_name: HashMap<Arc<str>, Vec<Place>>,
    by_container: HashMap<Arc<str>, Vec<Place>>,
    lengths: Lengths,
}

/// Whether a name and what is around it can be written in a source.
pub(super) fn is_sound(offer: &Offer) -> bool {
    let printable = |text: &str| !text.chars().any(char::is_control);
    !offer.name.is_empty()
        && offer.name.len() <= MAX_NAME
        && offer.container.len() <= MAX_CONTAINER
        && printable(&offer.name)
        && printable(&offer.container)
}

impl Table {
    pub(super) fn new(units: impl Iterator<Item = Arc<Unit>>) -> Self {
        let mut table = Self::default();
        let mut room = MAX_OFFERS;
        for (number, unit) in (0_u32..).zip(units) {
            if unit.offers.len() > room {
                tracing::debug!(
                    origin = &*unit.origin,
                    "dependencies offer more than {MAX_OFFERS} names; the rest is not indexed"
                );
                break;
            }
            room -= unit.offers.len();
            for (index, offer) in (0_u32..).zip(&unit.offers) {
                let place = (number, index);
                if let Some(places) = table.by_name.get_mut(&*offer.name) {
                    places.push(place);
                } else {
                    let name: Arc<str> = Arc::from(&*offer.name);
                    table.by_name.insert(name.clone(), vec![place]);
                    table.lengths.insert(name);
                }
                let container = table.by_container.entry(offer.container.clone());
                container.or_default().push(place);
            }
            table.units.push(unit);
        }
        table
    }

    pub fn find(&self, language: &str, name: &str) -> Vec<Symbol> {
        self.symbols(language, self.by_name.get(name))
    }

    pub fn members(&self, language: &str, container: &str) -> Vec<Symbol> {
        self.symbols(language, self.by_container.get(container))
    }

    pub fn near(&self, wanted: &Wanted<'_>, limit: usize) -> Vec<(usize, Arc<str>)> {
        self.lengths.near(wanted, limit)
    }

    fn symbols(&self, language: &str, places: Option<&Vec<Place>>) -> Vec<Symbol> {
        let language = match language {
            "csharp" => "csharp",
            "go" => "go",
            "java" => "java",
            "python" => "python",
            // What declares the packages of both.
            _ => "typescript",
        };
        let places = places.map_or(&[][..], Vec::as_slice);
        let symbol = |&(unit, index): &Place| {
            let unit = self.units.get(unit as usize)?;
            let offer = unit.offers.get(index as usize)?;
            Some(Symbol {
                origin: Cow::Owned(unit.origin.to_string()),
                container: offer.container.to_string(),
                path: String::new(),
                start: 0,
                end: 0,
                name: offer.name.to_string(),
                kind: offer.kind,
                language,
                exported: true,
                signature: offer.signature.to_string(),
            })
        };
        places.iter().take(MAX_FOUND).filter_map(symbol).collect()
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    maker: String,
    units: Vec<KeptUnit>,
}

#[derive(Serialize, Deserialize)]
struct KeptUnit {
    id: String,
    origin: String,
    inputs: Vec<(String, Seen)>,
    offers: Vec<KeptOffer>,
}

#[derive(Serialize, Deserialize)]
struct KeptOffer {
    name: Box<str>,
    kind: Box<str>,
    /// `None`: the one before's.
    container: Option<Box<str>>,
    signature: Box<str>,
}

fn path(store: &Store, language: &str) -> PathBuf {
    store.dir.join(format!("dependencies-{language}"))
}

fn form() -> Kind {
    Kind {
        name: "dependencies",
        version: VERSION,
    }
}

/// What an earlier run kept, by the units' ids.
pub(super) fn load(store: &Store, language: &str) -> HashMap<String, Arc<Unit>> {
    let Some(kept) = form().read::<Kept>(&path(store, language)) else {
        return HashMap::new();
    };
    if kept.maker != store.maker {
        return HashMap::new();
    }
    kept.units.into_iter().filter_map(unit).collect()
}

fn unit(kept: KeptUnit) -> Option<(String, Arc<Unit>)> {
    let mut container: Arc<str> = Arc::from("");
    let mut offers = Vec::with_capacity(kept.offers.len());
    for offer in kept.offers {
        if let Some(new) = offer.container {
            container = new.into();
        }
        offers.push(Offer {
            name: offer.name,
            kind: kind(&offer.kind)?,
            container: container.clone(),
            signature: offer.signature,
        });
    }
    let inputs: Inputs = kept
        .inputs
        .into_iter()
        .map(|(path, seen)| (PathBuf::from(path), seen))
        .collect();
    let unit = Unit {
        origin: kept.origin.into(),
        offers,
        inputs,
        settled: true,
    };
    Some((kept.id, Arc::new(unit)))
}

/// Keeps the units that will be known by their stamps.
pub(super) fn save(store: &Store, language: &str, units: &HashMap<String, Arc<Unit>>) {
    if store.read_only {
        return;
    }
    let mut kept = Kept {
        maker: store.maker.clone(),
        units: units
            .iter()
            .filter(|(_, unit)| unit.settled)
            .filter_map(|(id, unit)| keep(id, unit))
            .collect(),
    };
    kept.units.sort_by(|left, right| left.id.cmp(&right.id));
    form().write(&path(store, language), &kept);
}

/// `None` for one with a path that is not UTF-8.
fn keep(id: &str, unit: &Unit) -> Option<KeptUnit> {
    let inputs: Option<Vec<_>> = unit
        .inputs
        .iter()
        .map(|(path, seen)| Some((path.to_str()?.to_owned(), *seen)))
        .collect();
    let mut before: Option<&Arc<str>> = None;
    let offers = unit.offers.iter().map(|offer| {
        let same = before == Some(&offer.container);
        before = Some(&offer.container);
        KeptOffer {
            name: offer.name.clone(),
            kind: offer.kind.into(),
            container: (!same).then(|| offer.container.as_ref().into()),
            signature: offer.signature.clone(),
        }
    });
    Some(KeptUnit {
        id: id.to_owned(),
        origin: unit.origin.to_string(),
        inputs: inputs?,
        offers: offers.collect(),
    })
}
