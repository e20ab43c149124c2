//! Finding the record of an entry that is what a run would give now.

use super::explain::Miss;
use super::record::{Entry, Record};
use super::store::Freshness;
use super::trace::{Answer, Read};
use std::iter::Peekable;
use std::vec::IntoIter;

/// The search of an entry.
pub(super) struct Search {
    /// Newest first; the first is the one that is looked at.
    records: Peekable<IntoIter<Record>>,
    /// Of its reads, those that were found to be as they were.
    reads: usize,
    /// Why the newest does not hold: it is the run that the user remembers.
    miss: Option<Miss>,
    /// Of the entry.
    pub freshness: Freshness,
}

impl Search {
    pub fn new(entry: Entry, freshness: Freshness) -> Self {
        Self {
            records: entry.records.into_iter().peekable(),
            reads: 0,
            miss: None,
            freshness,
        }
    }

    /// Goes on until a record holds or none is left; `None` where `answer` has
    /// none.
    pub fn go_on(
        &mut self,
        budget: u64,
        answer: &mut dyn FnMut(&Read) -> Option<Answer>,
    ) -> Option<Result<Box<Record>, Miss>> {
        while let Some(record) = self.records.peek() {
            let mut miss = None;
            if !record.fits(budget) {
                let used = record.fuel_used;
                miss = Some(Miss::Budget { used, budget });
            }
            // In the order of the run: a path that a later question names may
            // have come from an earlier answer.
            while miss.is_none()
                && let Some(read) = record.trace.get(self.reads)
            {
                let now = answer(read)?;
                if now == read.answer {
                    self.reads += 1;
                } else {
                    miss = Some(Miss::Read(Box::new(read.clone()), now));
                }
            }
            self.reads = 0;
            let record = self.records.next();
            match miss {
                None => return record.map(|record| Ok(Box::new(record))),
                Some(miss) => drop(self.miss.get_or_insert(miss)),
            }
        }
        Some(Err(self.miss.take().unwrap_or(Miss::NoRecord)))
    }
}
