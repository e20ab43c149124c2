//! Fuel in tiers: a call begins on a small budget and goes on, with its state,
//! on larger ones.
//!
//! A call's first budget is a base and a share for each byte of its input. The
//! [`Tiers`] after it are multiples of that. Which tier a call ends in follows
//! from the fuel it burned, so it is the same for the same input.
//!
//! Who says what, the last one wins: the host's [`Limits`], the manifest, the
//! user's [`Budgets`] for the plugin, those for the class. A manifest asks for
//! fuel *in all*, because its author knows what the hardest input takes; its
//! first tier is the share of that which the tiers leave to it.
//! [`Limits::fuel_max`] bounds every tier of everybody.

use crate::limits::{Limits, request_bytes};
use crate::{Manifest, Plugin, Request};
use buildfix_component::class_matches;
use std::sync::Arc;
use std::time::Duration;

/// Multiples of the first tier's fuel at which the following tiers end: each
/// from 2 to 1,000, each more than the one before it, at most eight. Without
/// any, a call has its first tier alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tiers(Vec<u32>);

/// Why a list is not one of [`Tiers`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TiersError {
    /// More than eight.
    #[error("{0} tiers are too many, at most 8 can follow the first")]
    TooMany(usize),
    /// Not from 2 to 1,000.
    #[error("{0} is no multiple for a tier; from 2 to 1000 are")]
    Range(u32),
    /// Not more than the one before.
    #[error("tier {1} must be more than {0}, which is before it")]
    Order(u32, u32),
}

impl Tiers {
    /// Checks the multiples.
    ///
    /// # Errors
    /// [`TiersError`]
    pub fn new(multiples: &[u32]) -> Result<Self, TiersError> {
        if multiples.len() > 8 {
            return Err(TiersError::TooMany(multiples.len()));
        }
        for multiple in multiples {
            if !(2..=1_000).contains(multiple) {
                return Err(TiersError::Range(*multiple));
            }
        }
        for pair in multiples.windows(2) {
            if pair[1] <= pair[0] {
                return Err(TiersError::Order(pair[0], pair[1]));
            }
        }
        Ok(Self(multiples.to_vec()))
    }

    /// The multiples.
    #[must_use]
    pub fn multiples(&self) -> &[u32] {
        &self.0
    }

    fn last(&self) -> u64 {
        self.0.last().map_or(1, |last| u64::from(*last))
    }
}

impl Default for Tiers {
    fn default() -> Self {
        Self(vec![2, 4, 10])
    }
}

/// What a user sets for calls; what is `None` stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Fuel of the first tier before its input is counted; at least 1.
    pub fuel: Option<u64>,
    /// The tiers after it.
    pub tiers: Option<Tiers>,
    /// Wall-clock time per call.
    pub wall: Option<Duration>,
}

/// What a user sets for one plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budgets {
    /// For all its calls.
    pub plugin: Budget,
    /// For those of classes that match a pattern (`*` stands for any
    /// characters); of several that match, the last one wins.
    pub classes: Vec<(String, Budget)>,
}

/// The fuel at which each tier ends, from the first on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder(Vec<u64>);

impl Ladder {
    /// All that a call can burn.
    pub fn total(&self) -> u64 {
        self.0.last().copied().unwrap_or(0)
    }

    /// What the first tier has.
    pub fn first(&self) -> u64 {
        self.0.first().copied().unwrap_or(0)
    }

    /// How many tiers there are.
    pub fn tiers(&self) -> u32 {
        self.0.len() as u32
    }

    /// The tier, from 1, of a call that has burned so much.
    pub fn tier(&self, used: u64) -> u32 {
        let below = self.0.partition_point(|end| *end < used) as u32;
        (below + 1).min(self.tiers())
    }
}

/// What one call may take.
pub struct Allowance {
    pub ladder: Ladder,
    pub wall: Duration,
    /// Fuel of the first tier before the input is counted.
    pub base: u64,
    pub tiers: Tiers,
}

impl Allowance {
    pub fn of(limits: &Limits, manifest: &Manifest, budgets: &Budgets, request: &Request) -> Self {
        let mut fuel = None;
        let mut tiers = &limits.tiers;
        let mut wall = limits.wall;
        let class = budgets
            .classes
            .iter()
            .filter(|(pattern, _)| class_matches(pattern, &request.class))
            .map(|(_, budget)| budget);
        for budget in std::iter::once(&budgets.plugin).chain(class) {
            fuel = budget.fuel.or(fuel);
            tiers = budget.tiers.as_ref().unwrap_or(tiers);
            wall = budget.wall.unwrap_or(wall);
        }
        let asked = manifest.limits.fuel.map(|all| all / tiers.last());
        let base = fuel.or(asked).unwrap_or(limits.fuel).max(1);
        let bytes = request_bytes(request) as u64;
        let first = base.saturating_add(bytes.saturating_mul(limits.fuel_per_byte));
        let multiples = std::iter::once(1).chain(tiers.0.iter().map(|n| u64::from(*n)));
        let mut rungs: Vec<u64> = multiples
            .map(|multiple| first.saturating_mul(multiple).min(limits.fuel_max))
            .collect();
        rungs.dedup();
        Self {
            ladder: Ladder(rungs),
            wall,
            base,
            tiers: tiers.clone(),
        }
    }
}

impl Plugin {
    /// The same plugin under what its user set for it.
    #[must_use]
    pub fn with_budgets(mut self, budgets: Budgets) -> Self {
        self.budgets = Arc::new(budgets);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tier_ends_with_its_last_unit() {
        let ladder = Ladder(vec![100, 200, 400, 1_000]);
        let tiers: Vec<u32> = [0, 100, 101, 200, 401, 1_000, 1_001]
            .iter()
            .map(|used| ladder.tier(*used))
            .collect();
        assert_eq!(tiers, [1, 1, 2, 2, 4, 4, 4]);
    }

    #[test]
    fn tiers_that_make_no_sense_are_refused() {
        assert_eq!(Tiers::new(&[2, 4, 10]), Ok(Tiers::default()));
        assert!(Tiers::new(&[]).is_ok());
        assert_eq!(Tiers::new(&[1]), Err(TiersError::Range(1)));
        assert_eq!(Tiers::new(&[2, 1_001]), Err(TiersError::Range(1_001)));
        assert_eq!(Tiers::new(&[4, 4]), Err(TiersError::Order(4, 4)));
        assert_eq!(Tiers::new(&[2; 9]), Err(TiersError::TooMany(9)));
    }
}
