//! `run --events`: what happens, as it happens, one JSON object a line.
//!
//! Each object has `event` (its kind) and `time` (seconds since the stream was
//! opened). New kinds and new fields may come with any version; readers skip
//! what they do not know. The last line is `ended`, unless the process was
//! killed.

use crate::terminal::{self, Progress};
use anyhow::{Context as _, Result};
use buildfix_engine::event::{Event, Events};
use buildfix_engine::report::RunReport;
use buildfix_sandbox::RunningCall;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Between two heartbeats of a build; those of calls come from the engine.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// The stream.
pub struct EventStream {
    started: Instant,
    state: Mutex<State>,
}

struct State {
    /// `None` after it could not be written.
    out: Option<Box<dyn Write + Send>>,
    /// The build that runs: its number, and since when.
    build: Option<(usize, Instant)>,
    beat: Instant,
}

impl EventStream {
    /// Opens the file, or standard output for `-`.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn open(path: &Path) -> Result<Self> {
        let out: Box<dyn Write + Send> = if path.as_os_str() == "-" {
            Box::new(std::io::stdout())
        } else {
            let file = std::fs::File::create(path)
                .with_context(|| format!("cannot write events to {}", path.display()))?;
            Box::new(file)
        };
        Ok(Self {
            started: Instant::now(),
            state: Mutex::new(State {
                out: Some(out),
                build: None,
                beat: Instant::now(),
            }),
        })
    }

    fn tell(&self, state: &mut State, event: &str, mut fields: Value) {
        let Some(out) = &mut state.out else { return };
        fields["event"] = event.into();
        fields["time"] = seconds(self.started.elapsed());
        let line = format!("{fields}\n");
        if let Err(error) = out.write_all(line.as_bytes()).and_then(|()| out.flush()) {
            state.out = None;
            // A reader that has had enough is nobody's loss.
            if error.kind() != std::io::ErrorKind::BrokenPipe {
                terminal::warn(&format!("buildfix: warning: no more events: {error}"));
            }
        }
    }

    /// The run is over.
    pub fn ended(&self, report: &RunReport) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let report = serde_json::to_value(report).unwrap_or_default();
        self.tell(&mut state, "ended", json!({ "report": report }));
    }

    /// Tells of a build that runs, now and then.
    pub fn tick(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((number, since)) = state.build
            && state.beat.elapsed() >= HEARTBEAT
        {
            state.beat = Instant::now();
            let fields = json!({ "build": number, "elapsed": seconds(since.elapsed()) });
            self.tell(&mut state, "heartbeat", fields);
        }
    }
}

fn seconds(time: Duration) -> Value {
    // Milliseconds are enough for everybody.
    ((time.as_secs_f64() * 1e3).round() / 1e3).into()
}

fn call(call: &RunningCall) -> Value {
    json!({
        "id": call.id,
        "plugin": call.plugin,
        "version": call.version,
        "class": call.class,
        "file": call.file,
        "elapsed": seconds(call.elapsed),
        "tier": call.tier,
        "tiers": call.tiers,
        "fuel": call.fuel_used,
        "waiting": call.waiting,
    })
}

impl Events for EventStream {
    fn emit(&self, event: Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (kind, fields) = match event {
            Event::BuildStarted { number, purpose } => {
                state.build = Some((number, Instant::now()));
                let fields = json!({ "build": number, "purpose": purpose });
                ("build-started", fields)
            }
            Event::BuildFinished {
                number,
                success,
                errors,
                elapsed,
            } => {
                state.build = None;
                let fields = json!({
                    "build": number,
                    "success": success,
                    "errors": errors,
                    "elapsed": seconds(elapsed),
                });
                ("build-finished", fields)
            }
            Event::RoundStarted { round, errors } => {
                ("round-started", json!({ "round": round, "errors": errors }))
            }
            Event::Proposed {
                fixes,
                calls,
                elapsed,
            } => {
                let elapsed = seconds(elapsed);
                let fields = json!({ "fixes": fixes, "calls": calls, "elapsed": elapsed });
                ("proposed", fields)
            }
            Event::Heartbeat {
                running,
                ended,
                calls,
            } => {
                let running: Vec<Value> = running.iter().map(call).collect();
                let fields = json!({ "running": running, "ended": ended, "calls": calls });
                ("heartbeat", fields)
            }
            Event::SlowCall(slow) => ("slow-call", json!({ "call": call(slow) })),
            Event::Kept(fix) => ("kept", json!({ "fix": fix })),
            Event::Reverted(fix) => ("reverted", json!({ "fix": fix })),
            Event::FixerFailed { message } => ("fixer-failed", json!({ "message": message })),
            Event::Warning(message) => ("warning", json!({ "message": message })),
            // The build's output has its own place.
            _ => return,
        };
        self.tell(&mut state, kind, fields);
    }
}

/// Everybody who listens to a run.
pub struct Listeners<'a> {
    /// The terminal.
    pub progress: &'a Progress,
    /// `--events`.
    pub stream: Option<&'a EventStream>,
}

impl Listeners<'_> {
    /// Called a few times a second.
    pub fn tick(&self) {
        self.progress.tick();
        if let Some(stream) = self.stream {
            stream.tick();
        }
    }
}

impl Events for Listeners<'_> {
    fn emit(&self, event: Event<'_>) {
        self.progress.emit(event);
        if let Some(stream) = self.stream {
            stream.emit(event);
        }
    }
}
