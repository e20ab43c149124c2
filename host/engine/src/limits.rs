//! `[limits]` and `[plugins.NAME.limits]` of `buildfix.toml`.
//!
//! ```toml
//! [limits]
//! fuel = "50M"               # of a call's first tier, before its input counts
//! fuel-per-byte = 1000       # added for each byte of its input
//! tiers = [2, 4, 10]         # multiples of the first tier's fuel
//! fuel-max = "4G"            # over all tiers, whatever anybody asks for
//! call-timeout = 10          # seconds that one call may run
//! slow-call = 2              # seconds after which a call is told of
//! free-memory = "512M"       # bytes below which no other call starts
//! load = 16                  # runnable threads a core past which none starts
//!
//! [plugins.typescript-fixes.limits]
//! fuel = "200M"
//! tiers = [2, 8]
//!
//! [plugins.typescript-fixes.limits.classes."typescript/TS2322"]
//! call-timeout = 30
//! ```
//!
//! Numbers may be texts with a unit: `K`, `M` or `G`, powers of a thousand.

use buildfix_sandbox::{AdmissionLimits, Budget, Budgets, Limits, Tiers};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::time::Duration;

/// Seconds after which a call is told of, unless the user says.
const SLOW_CALL: Duration = Duration::from_secs(2);

/// `[limits]`; what is not named stays as it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitsConfig {
    /// Fuel of a call's first tier before its input is counted.
    pub fuel: Option<Amount>,
    /// Fuel added to it for each byte of its input.
    pub fuel_per_byte: Option<Amount>,
    /// The tiers after the first.
    pub tiers: Option<TiersConfig>,
    /// The most fuel over all tiers.
    pub fuel_max: Option<Amount>,
    /// Seconds that one call may run.
    pub call_timeout: Option<Seconds>,
    /// Seconds after which a call is told of.
    pub slow_call: Option<Seconds>,
    /// Bytes of memory that have to be free for another call to start.
    pub free_memory: Option<Amount>,
    /// Runnable threads for each core past which no other call starts.
    pub load: Option<Load>,
}

/// `[plugins.NAME.limits]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PluginLimits {
    /// Fuel of a call's first tier before its input is counted.
    pub fuel: Option<Amount>,
    /// The tiers after it.
    pub tiers: Option<TiersConfig>,
    /// Seconds that one call may run.
    pub call_timeout: Option<Seconds>,
    /// By pattern of error classes (`*` stands for any characters); of several
    /// that match, the last in alphabetical order wins.
    #[serde(default)]
    pub classes: BTreeMap<String, BudgetConfig>,
}

/// `[plugins.NAME.limits.classes.PATTERN]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BudgetConfig {
    /// As for the plugin.
    pub fuel: Option<Amount>,
    /// As for the plugin.
    pub tiers: Option<TiersConfig>,
    /// As for the plugin.
    pub call_timeout: Option<Seconds>,
}

impl LimitsConfig {
    /// The sandbox's limits, with what the user changed.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let known = Limits::default();
        let amount = |set: &Option<Amount>, known: u64| set.map_or(known, |Amount(n)| n);
        Limits {
            fuel: amount(&self.fuel, known.fuel),
            fuel_per_byte: amount(&self.fuel_per_byte, known.fuel_per_byte),
            fuel_max: amount(&self.fuel_max, known.fuel_max),
            tiers: match &self.tiers {
                Some(TiersConfig(tiers)) => tiers.clone(),
                None => known.tiers.clone(),
            },
            wall: self.call_timeout.map_or(known.wall, |Seconds(time)| time),
            ..known
        }
    }

    /// When new calls wait.
    #[must_use]
    pub fn admission(&self) -> AdmissionLimits {
        let known = AdmissionLimits::default();
        AdmissionLimits {
            free_memory: self.free_memory.map_or(known.free_memory, |Amount(n)| n),
            load: self.load.map_or(known.load, |Load(load)| load),
        }
    }

    /// How long a call takes before it is told of.
    #[must_use]
    pub fn slow_call(&self) -> Duration {
        self.slow_call.map_or(SLOW_CALL, |Seconds(time)| time)
    }
}

fn budget(fuel: Option<Amount>, tiers: &Option<TiersConfig>, timeout: Option<Seconds>) -> Budget {
    Budget {
        fuel: fuel.map(|Amount(n)| n),
        tiers: tiers.clone().map(|TiersConfig(tiers)| tiers),
        wall: timeout.map(|Seconds(time)| time),
    }
}

impl PluginLimits {
    /// For [`buildfix_sandbox::Plugin::with_budgets`].
    #[must_use]
    pub fn budgets(&self) -> Budgets {
        let class = |(pattern, set): (&String, &BudgetConfig)| {
            (
                pattern.clone(),
                budget(set.fuel, &set.tiers, set.call_timeout),
            )
        };
        Budgets {
            plugin: budget(self.fuel, &self.tiers, self.call_timeout),
            classes: self.classes.iter().map(class).collect(),
        }
    }
}

/// A number above zero: `50000000` or `"50M"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(pub u64);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::Value::deserialize(deserializer)?;
        let amount = match &value {
            toml::Value::Integer(n) => u64::try_from(*n).ok(),
            toml::Value::String(text) => amount(text),
            _ => None,
        };
        match amount {
            Some(n) if n > 0 => Ok(Self(n)),
            _ => Err(D::Error::custom(format!(
                "`{value}` is no amount: a number above zero is, such as 50000000 or \"50M\""
            ))),
        }
    }
}

fn amount(text: &str) -> Option<u64> {
    let text = text.trim();
    let unit = match text.chars().last()? {
        'K' => 1_000,
        'M' => 1_000_000,
        'G' => 1_000_000_000,
        _ => return text.parse().ok(),
    };
    let number: u64 = text[..text.len() - 1].trim_end().parse().ok()?;
    number.checked_mul(unit)
}

/// Seconds, from a thousandth to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds(pub Duration);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        if !(0.001..=86_400.0).contains(&seconds) {
            let unexpected = Unexpected::Float(seconds);
            return Err(D::Error::invalid_value(
                unexpected,
                &"0.001 to 86400 seconds",
            ));
        }
        Ok(Self(Duration::from_secs_f64(seconds)))
    }
}

/// Runnable threads for each core; above zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load(pub f64);

impl<'de> Deserialize<'de> for Load {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let load = f64::deserialize(deserializer)?;
        if load.is_nan() || load <= 0.0 {
            let unexpected = Unexpected::Float(load);
            return Err(D::Error::invalid_value(unexpected, &"a load above zero"));
        }
        Ok(Self(load))
    }
}

/// Multiples of the first tier's fuel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TiersConfig(pub Tiers);

impl<'de> Deserialize<'de> for TiersConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let multiples = Vec::<u32>::deserialize(deserializer)?;
        Tiers::new(&multiples).map(Self).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use buildfix_sandbox::Tiers;
    use std::time::Duration;

    fn read(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("buildfix.toml"), text).unwrap();
        Config::load(dir.path()).map_err(|error| error.to_string())
    }

    #[test]
    fn limits_are_read_for_all_for_a_plugin_and_for_a_class() {
        let config = read(
            "[limits]\nfuel = '2M'\ntiers = [3]\ncall-timeout = 1.5\nload = 4\nfree-memory = '1G'\n\
             [plugins.x.limits]\nfuel = 7\n\
             [plugins.x.limits.classes.\"rust/*\"]\ntiers = []\ncall-timeout = 30",
        )
        .unwrap();
        let limits = config.limits.limits();
        assert_eq!((limits.fuel, limits.fuel_per_byte), (2_000_000, 1_000));
        assert_eq!(limits.tiers, Tiers::new(&[3]).unwrap());
        assert_eq!(limits.wall, Duration::from_millis(1_500));
        let admission = config.limits.admission();
        assert_eq!(
            (admission.load, admission.free_memory),
            (4.0, 1_000_000_000)
        );
        let budgets = config.plugins["x"].limits.budgets();
        assert_eq!(budgets.plugin.fuel, Some(7));
        let (pattern, class) = &budgets.classes[0];
        assert_eq!(pattern, "rust/*");
        assert_eq!(class.tiers, Some(Tiers::new(&[]).unwrap()));
        assert_eq!(class.wall, Some(Duration::from_secs(30)));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place_and_reason() {
        for (text, says) in [
            ("[limits]\ntiers = [4, 2]", "must be more than 4"),
            ("[limits]\ntiers = [1]", "from 2 to 1000"),
            ("[limits]\nfuel = 0", "above zero"),
            ("[limits]\nfuel = '5X'", "is no amount"),
            ("[limits]\nfuel = -5", "is no amount"),
            ("[limits]\nfuel = '99999999999999999999G'", "is no amount"),
            ("[limits]\ncall-timeout = 0", "0.001 to 86400"),
            ("[limits]\nload = nan", "above zero"),
            ("[limits]\nfuell = 1", "fuell"),
            ("[plugins.x.limits]\ntiers = [2,2]", "must be more than 2"),
            ("[plugins.x.limits.classes.'a/b']\nfule = 1", "fule"),
        ] {
            let error = read(text).unwrap_err();
            assert!(
                error.contains(says) && error.contains("buildfix.toml"),
                "{error}"
            );
            assert!(error.contains("line 2"), "{error}");
        }
    }
}
