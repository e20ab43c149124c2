//! Everything that is printed goes through here.

use buildfix_engine::event::{Event, Events};
use buildfix_engine::report::FixRecord;
use buildfix_sandbox::RunningCall;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::Instant;

/// Prints an error with its causes, and what to do about it where that is
/// known.
pub fn error(error: &anyhow::Error) {
    let mut text = format!("error: {error}");
    for cause in error.chain().skip(1) {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    if let Some(help) = error
        .downcast_ref::<buildfix_sandbox::LoadError>()
        .and_then(|e| e.help())
        .or_else(|| crate::project::help(error))
        .or_else(|| {
            let problem = error.downcast_ref::<buildfix_author::Problem>()?;
            problem.next_step().map(str::to_owned)
        })
    {
        text.push_str("\nhelp: ");
        text.push_str(&help);
    }
    warn(&text);
}

/// Prints a line on standard error; a closed one is nobody's loss.
pub fn warn(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Prints on standard output.
///
/// # Errors
/// When it cannot be written, except to a reader that has gone away.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether output for people may be coloured.
#[must_use]
pub fn colour() -> bool {
    std::io::stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Shows a run as it happens: the first build's output as the tool prints it,
/// later builds as one line each, and on a terminal what is going on now.
pub struct Progress {
    live: bool,
    quiet: bool,
    verbose: u8,
    state: Mutex<State>,
}

struct State {
    build: usize,
    /// The first build runs, and what it prints is shown.
    first: bool,
    started: Instant,
    line: String,
    shown: bool,
}

impl Progress {
    /// `quiet`: standard output belongs to a machine-readable report.
    #[must_use]
    pub fn new(quiet: bool, verbose: u8) -> Self {
        let state = State {
            build: 0,
            first: false,
            started: Instant::now(),
            line: String::new(),
            shown: false,
        };
        let live = std::io::stderr().is_terminal();
        Self {
            live,
            quiet,
            verbose,
            state: Mutex::new(state),
        }
    }

    /// Redraws the line that tells what is going on; called by a timer.
    pub fn tick(&self) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.live && !state.line.is_empty() && !state.first {
            let text = format!(
                "\r\x1b[2K{} {} s",
                state.line,
                state.started.elapsed().as_secs()
            );
            let mut err = std::io::stderr().lock();
            let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
            state.shown = true;
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Self::clear_line(&mut state);
        state.line.clear();
    }

    fn clear_line(state: &mut State) {
        if state.shown {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[2K");
            state.shown = false;
        }
    }

    fn line(&self, state: &mut State, text: &str) {
        Self::clear_line(state);
        warn(&format!("buildfix: {text}"));
    }
}

impl Events for Progress {
    fn emit(&self, event: Event<'_>) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match event {
            Event::BuildStarted { number, purpose } => {
                state.build = number;
                state.first = number == 1;
                state.started = Instant::now();
                state.line = format!("buildfix: build {number}: {purpose}");
                if self.verbose > 0 && number > 1 {
                    self.line(&mut state, &format!("build {number}: {purpose}"));
                }
            }
            Event::BuildReused { age, .. } => {
                state.build = 1;
                let text = format!(
                    "reusing the failing build of {} ago; --no-reuse builds again",
                    ago(age)
                );
                self.line(&mut state, &text);
            }
            Event::Output(bytes) if state.build <= 1 && !self.quiet => {
                let _ = std::io::stderr().lock().write_all(bytes);
            }
            Event::Output(_) => {}
            Event::BuildFinished {
                number,
                success,
                errors,
                elapsed,
            } => {
                state.line.clear();
                state.first = false;
                let result = if success {
                    "green".to_owned()
                } else {
                    count(errors, "error")
                };
                self.line(
                    &mut state,
                    &format!("build {number}: {result} ({:.1} s)", elapsed.as_secs_f64()),
                );
            }
            Event::RoundStarted { round, errors } => {
                state.line = format!(
                    "buildfix: round {round}: asking the fixers about {}",
                    count(errors, "error")
                );
                state.started = Instant::now();
            }
            Event::Heartbeat {
                running,
                ended,
                calls,
            } => {
                state.line = format!("buildfix: {ended} of {}", count(calls, "call"));
                if let Some(call) = running.first() {
                    let _ = write!(state.line, "; {}", longest(call));
                }
            }
            Event::SlowCall(call) => {
                let text = format!("warning: a call takes long: {}", longest(call));
                self.line(&mut state, &text);
            }
            Event::Proposed {
                fixes,
                calls,
                elapsed,
            } if self.verbose > 0 => {
                let text = format!(
                    "{} from {} in {:.2} s",
                    count(fixes, "proposal"),
                    count(calls, "call"),
                    elapsed.as_secs_f64()
                );
                self.line(&mut state, &text);
            }
            Event::Kept(fix) => self.line(&mut state, &format!("  + {}", describe(fix))),
            Event::Reverted(fix) if self.verbose > 0 => {
                self.line(
                    &mut state,
                    &format!("  - {}: {}", describe(fix), fix.reason),
                );
            }
            Event::FixerFailed { message } => self.line(&mut state, &format!("warning: {message}")),
            Event::Warning(message) => self.line(&mut state, &format!("warning: {message}")),
            _ => {}
        }
    }
}

/// What one call is at.
fn longest(call: &RunningCall) -> String {
    format!(
        "{} {} on {} in {} for {} s, tier {} of {}{}",
        call.plugin,
        call.version,
        call.class,
        call.file,
        call.elapsed.as_secs(),
        call.tier,
        call.tiers,
        if call.waiting { ", waiting" } else { "" }
    )
}

fn describe(fix: &FixRecord) -> String {
    let at = fix.answers.first().map_or("", String::as_str);
    format!("{at}: {} [{}, {}]", fix.title, fix.fixer, fix.tier.as_str())
}

/// `40 s`, `3 min`, `2 h`.
#[must_use]
pub fn ago(age: std::time::Duration) -> String {
    match age.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3600),
    }
}

/// `1 error`, `2 errors`.
#[must_use]
pub fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
