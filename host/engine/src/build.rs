//! Running the build: spawns the command, streams what it prints through the
//! parsers, and lets the caller show it meanwhile.
//!
//! Standard output and standard error share one parser each: a compiler that
//! prints errors on one and notes on the other does not exist, but a build
//! tool whose progress on one splits the lines of the other does. At most one
//! chunk of each is in memory.

use crate::command::{Instrumented, Rewrite};
use crate::event::{Event, Events};
use crate::log::Log;
use buildfix_diagnostics::{Collector, Diagnostic, Item, Matcher, Parser, ParserOptions};
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::sync::watch;

/// Diagnostics kept of one build. A build that prints more is cut there: the
/// rest comes in a later round, when these are gone.
const MAX_DIAGNOSTICS: usize = 200_000;

/// Bytes of output kept to show when a build fails without a diagnostic.
const TAIL_BYTES: usize = 4 * 1024;

/// What one build said.
#[derive(Clone, Debug)]
pub struct BuildOutcome {
    /// Whether the command ended with status 0.
    pub success: bool,
    /// What the command's end was, for messages: `exit status: 1`, …
    pub status: String,
    /// Unique diagnostics in order of appearance.
    pub diagnostics: Vec<Diagnostic>,
    /// Error lines as printed, repeats included.
    pub raw_errors: usize,
    /// The last of what no parser knew.
    pub tail: String,
    /// How long it took.
    pub elapsed: Duration,
    /// How much of that went into parsing.
    pub parsing: Duration,
    /// All that it printed, if that is not too much.
    pub log: Option<Log>,
}

/// Why a build could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The program could not be started.
    #[error("cannot run `{program}` in {dir}: {source}")]
    Spawn {
        /// The program.
        program: String,
        /// Where.
        dir: String,
        /// Why.
        source: std::io::Error,
    },
    /// Its output could not be read.
    #[error("cannot read what `{program}` prints: {source}")]
    Read {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It took longer than allowed and was ended.
    #[error("`{program}` was ended after {} s", limit.as_secs())]
    TimedOut {
        /// The program.
        program: String,
        /// The limit.
        limit: Duration,
    },
    /// The user asked to stop.
    #[error("cancelled")]
    Cancelled,
}

/// Runs the command to its end. Tells `saw` each diagnostic at once.
///
/// # Errors
/// [`BuildError`]; a build that fails is not an error.
pub async fn run(
    command: &Instrumented,
    dir: &Path,
    matchers: &[Matcher],
    limit: Option<Duration>,
    mut cancel: watch::Receiver<bool>,
    events: &dyn Events,
    saw: &(dyn Fn(&Diagnostic) + Sync),
) -> Result<BuildOutcome, BuildError> {
    let started = Instant::now();
    let program = command.argv.first().cloned().unwrap_or_default();
    let mut child = Command::new(&program);
    child
        .args(&command.argv[1..])
        .envs(command.env.iter().map(|(k, v)| (k, v)))
        .current_dir(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    child.process_group(0);
    let mut child = child.spawn().map_err(|source| BuildError::Spawn {
        program: program.clone(),
        dir: dir.display().to_string(),
        source,
    })?;
    let group = ProcessGroup(child.id());
    let mut sink = Sink::new(events, command.rewrite, saw);
    let mut log = Some(Log::default());
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let mut out = Stream::new(stdout, matchers);
        let mut err = Stream::new(stderr, matchers);
        let mut keep = |error, bytes: &[u8]| {
            if log
                .as_mut()
                .is_some_and(|log: &mut Log| !log.push(error, bytes))
            {
                log = None;
            }
        };
        while out.open() || err.open() {
            tokio::select! {
                read = out.read(), if out.open() => {
                    let read = read?;
                    keep(false, &out.buffer[..read]);
                    out.feed(read, &mut sink);
                }
                read = err.read(), if err.open() => {
                    let read = read?;
                    keep(true, &err.buffer[..read]);
                    err.feed(read, &mut sink);
                }
            }
        }
        child.wait().await
    };
    let stop = async {
        match limit {
            Some(limit) => tokio::time::sleep(limit).await,
            None => std::future::pending().await,
        }
    };
    let status = tokio::select! {
        status = work => status.map_err(|source| BuildError::Read { program: program.clone(), source })?,
        () = stop => {
            group.kill();
            return Err(BuildError::TimedOut { program, limit: limit.unwrap_or_default() });
        }
        () = cancelled(&mut cancel) => {
            group.kill();
            return Err(BuildError::Cancelled);
        }
    };
    group.forget();
    let mut outcome = sink.finish();
    outcome.success = status.success();
    outcome.status = status.to_string();
    outcome.elapsed = started.elapsed();
    outcome.log = log;
    Ok(outcome)
}

/// Parses a recorded log as if a build had just printed it.
#[must_use]
pub fn replay(log: &[u8], matchers: &[Matcher]) -> BuildOutcome {
    let mut sink = Sink::new(&crate::event::Silent, Rewrite::None, &|_| ());
    let mut stream = Stream::<tokio::io::Empty>::new(None, matchers);
    for chunk in log.chunks(256 * 1024) {
        stream.push(chunk, &mut sink);
    }
    stream.finish(&mut sink);
    sink.finish()
}

/// Parses what a build printed as if it printed it now.
#[must_use]
pub fn again(
    log: Log,
    command: &Instrumented,
    matchers: &[Matcher],
    events: &dyn Events,
) -> BuildOutcome {
    let mut sink = Sink::new(events, command.rewrite, &|_| ());
    let mut out = Stream::<tokio::io::Empty>::new(None, matchers);
    let mut err = Stream::<tokio::io::Empty>::new(None, matchers);
    for (error, piece) in log.pieces() {
        let stream = if error { &mut err } else { &mut out };
        stream.push(piece, &mut sink);
    }
    out.finish(&mut sink);
    err.finish(&mut sink);
    let mut outcome = sink.finish();
    outcome.log = Some(log);
    outcome
}

/// Resolves when the user asks to stop, never when the sender is gone.
pub async fn cancelled(cancel: &mut watch::Receiver<bool>) {
    if cancel.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// The build and everything it started, ended together.
struct ProcessGroup(Option<u32>);

impl ProcessGroup {
    fn kill(&self) {
        #[cfg(unix)]
        if let Some(id) = self.0.and_then(|id| i32::try_from(id).ok()) {
            // SAFETY: kill(2) takes plain numbers and touches no memory.
            unsafe { libc::kill(-id, libc::SIGKILL) };
        }
    }

    fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

struct Stream<R> {
    reader: Option<R>,
    buffer: Vec<u8>,
    parser: Parser,
}

impl<R: AsyncRead + Unpin> Stream<R> {
    fn new(reader: Option<R>, matchers: &[Matcher]) -> Self {
        let mut options = ParserOptions::default();
        options.matchers = matchers.to_vec();
        Self {
            reader,
            buffer: vec![0; 64 * 1024],
            parser: Parser::new(options),
        }
    }

    fn open(&self) -> bool {
        self.reader.is_some()
    }

    async fn read(&mut self) -> std::io::Result<usize> {
        match &mut self.reader {
            Some(reader) => reader.read(&mut self.buffer).await,
            None => std::future::pending().await,
        }
    }

    fn feed(&mut self, read: usize, sink: &mut Sink<'_>) {
        if read == 0 {
            self.reader = None;
            self.finish(sink);
        } else {
            let started = Instant::now();
            self.parser
                .push(&self.buffer[..read], &mut |item| sink.take(item));
            sink.parsing += started.elapsed();
        }
    }

    fn push(&mut self, bytes: &[u8], sink: &mut Sink<'_>) {
        let started = Instant::now();
        self.parser.push(bytes, &mut |item| sink.take(item));
        sink.parsing += started.elapsed();
    }

    fn finish(&mut self, sink: &mut Sink<'_>) {
        self.parser.finish(&mut |item| sink.take(item));
    }
}

struct Sink<'a> {
    events: &'a dyn Events,
    rewrite: Rewrite,
    saw: &'a (dyn Fn(&Diagnostic) + Sync),
    parsing: Duration,
    collector: Collector,
    raw_errors: usize,
    dropped: usize,
    tail: Vec<u8>,
}

static MYPY_COLUMNS: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "a constant pattern")]
    regex::bytes::Regex::new(r"^([^\n:]+(?::\\[^\n:]+)?:\d+):\d+(?::\d+:\d+)?: (error|note): ")
        .unwrap()
});

impl<'a> Sink<'a> {
    fn new(
        events: &'a dyn Events,
        rewrite: Rewrite,
        saw: &'a (dyn Fn(&Diagnostic) + Sync),
    ) -> Self {
        Self {
            events,
            rewrite,
            saw,
            parsing: Duration::ZERO,
            collector: Collector::default(),
            raw_errors: 0,
            dropped: 0,
            tail: Vec::new(),
        }
    }

    fn take(&mut self, item: Item<'_>) {
        match item {
            Item::Diagnostic(diagnostic) => {
                (self.saw)(&diagnostic);
                self.raw_errors += usize::from(diagnostic.is_error());
                if self.collector.diagnostics().len() < MAX_DIAGNOSTICS {
                    self.collector.add(*diagnostic);
                } else {
                    self.dropped += 1;
                }
            }
            Item::Text { bytes, known } => {
                match self.rewrite {
                    Rewrite::None => self.events.emit(Event::Output(bytes)),
                    Rewrite::MypyColumns => {
                        let shown = MYPY_COLUMNS.replace(bytes, &b"$1: $2: "[..]);
                        self.events.emit(Event::Output(&shown));
                    }
                }
                if !known {
                    self.keep_tail(bytes);
                }
            }
        }
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        self.tail
            .extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL_BYTES)..]);
        if self.tail.len() > 4 * TAIL_BYTES {
            self.tail.drain(..self.tail.len() - TAIL_BYTES);
        }
    }

    fn finish(self) -> BuildOutcome {
        if self.dropped > 0 {
            tracing::warn!(
                dropped = self.dropped,
                "more diagnostics than one round can take"
            );
        }
        let start = self.tail.len().saturating_sub(TAIL_BYTES);
        BuildOutcome {
            success: false,
            status: String::new(),
            diagnostics: self.collector.into_diagnostics(),
            raw_errors: self.raw_errors,
            tail: String::from_utf8_lossy(&self.tail[start..]).into_owned(),
            elapsed: Duration::ZERO,
            parsing: self.parsing,
            log: None,
        }
    }
}
