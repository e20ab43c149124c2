//! How a call ended, in words that can be compared.

use crate::{Call, CallError, Failure, LogLine};
use serde::{Deserialize, Serialize};

/// How a call ended and what it cost, but for its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Outcome {
    /// How it ended.
    pub ending: Ending,
    /// Fuel units burned.
    pub fuel: u64,
    /// The tier of fuel it ended in; the first is 1.
    pub tier: u32,
    /// The most linear memory it had, in bytes.
    pub peak_memory: usize,
    /// Host calls made, log lines included.
    pub host_calls: u32,
    /// What it wrote to the log.
    pub log: Vec<LogLine>,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ending {
    /// With an answer.
    Answered {
        /// The titles of its fixes.
        fixes: Vec<String>,
        /// Fixes that were dropped, each with the reason.
        dropped: Vec<String>,
    },
    /// Without one.
    Failed {
        /// One word for it: `trap`, `out-of-fuel`.
        kind: String,
        /// What it did: `crashed: …`.
        text: String,
        /// Functions of the guest, innermost first, if it crashed.
        backtrace: Vec<String>,
    },
}

impl Outcome {
    /// Of a call.
    #[must_use]
    pub fn of(result: &Result<Call, CallError>) -> Self {
        match result {
            Ok(call) => Self {
                ending: Ending::Answered {
                    fixes: call
                        .response
                        .fixes
                        .iter()
                        .map(|f| f.title.clone())
                        .collect(),
                    dropped: call
                        .rejected
                        .iter()
                        .map(|r| format!("`{}`: {}", r.what, r.reason))
                        .collect(),
                },
                fuel: call.fuel_used,
                tier: call.tier,
                peak_memory: call.peak_memory,
                host_calls: call.host_calls,
                log: call.log.clone(),
            },
            Err(error) => Self {
                ending: Ending::of(&error.failure),
                fuel: error.context.fuel_used,
                tier: error.context.tier,
                peak_memory: error.context.peak_memory,
                host_calls: error.context.host_calls,
                log: error.context.log.clone(),
            },
        }
    }

    /// What is other in `now`, a line each.
    #[must_use]
    pub fn differences(&self, now: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.ending.text() != now.ending.text() {
            lines.push(format!(
                "recorded: it {}; now: it {}",
                self.ending.text(),
                now.ending.text()
            ));
        } else if self.ending != now.ending {
            lines.push("the backtrace is another".to_owned());
        }
        let numbers = [
            ("fuel", self.fuel, now.fuel),
            ("tier", self.tier.into(), now.tier.into()),
            ("memory", self.peak_memory as u64, now.peak_memory as u64),
            ("host calls", self.host_calls.into(), now.host_calls.into()),
        ];
        for (what, before, after) in numbers {
            if before != after {
                lines.push(format!("{what}: {before} recorded, {after} now"));
            }
        }
        if self.log != now.log {
            lines.push("the log is another".to_owned());
        }
        lines
    }
}

impl Ending {
    fn of(failure: &Failure) -> Self {
        let kind = match failure {
            Failure::OutOfFuel { .. } => "out-of-fuel",
            Failure::Deadline { .. } => "deadline",
            Failure::Memory { .. } => "memory",
            Failure::Table { .. } => "table",
            Failure::Stack { .. } => "stack",
            Failure::Trap { .. } => "trap",
            Failure::Guest(_) => "guest",
            Failure::OutputTooLarge { .. } => "output-too-large",
            Failure::HostCalls { .. } => "host-calls",
            Failure::Load(_) => "load",
            Failure::Start(_) => "start",
            Failure::Denied(_) => "denied",
            Failure::Host(_) => "host",
        };
        Self::Failed {
            kind: kind.to_owned(),
            text: failure.to_string(),
            backtrace: match failure {
                Failure::Trap { backtrace, .. } => backtrace.clone(),
                _ => Vec::new(),
            },
        }
    }

    /// What it did, as in "the plugin …".
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Failed { text, .. } => text.clone(),
            Self::Answered { fixes, dropped } => {
                let count =
                    |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "es" });
                let mut text = format!("answered with {}", count(fixes.len(), "fix"));
                if !dropped.is_empty() {
                    text.push_str(&format!("; {} dropped", count(dropped.len(), "fix")));
                }
                text
            }
        }
    }
}
