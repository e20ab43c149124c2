//! What can be done while the first build runs, so that nobody waits for it
//! afterwards: compiling plugins that were never compiled on this machine,
//! loading those whose classes the build reports, and indexing the language's
//! files.
//!
//! One thread does it, one thing after the other, and with a lower priority
//! than the compiler's. Nothing here decides anything: whoever needs a plugin
//! or the index takes what is done and does the rest.

use crate::dispatch::Fixer;
use buildfix_diagnostics::Diagnostic;
use buildfix_workspace::symbols::SymbolIndex;
use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;

/// The thread's work; it ends when this is dropped, after what it is doing.
pub struct Ahead {
    shared: Arc<Shared>,
    thread: Option<Thread>,
    fixers: Vec<Fixer>,
}

struct Shared {
    queue: Mutex<Queue>,
    /// Something more urgent than indexing has come up.
    interrupt: AtomicBool,
    symbols: Arc<SymbolIndex>,
}

#[derive(Default)]
struct Queue {
    classes: BTreeSet<String>,
    load: VecDeque<Fixer>,
    compile: VecDeque<Fixer>,
    index: BTreeSet<String>,
    indexed: BTreeSet<String>,
    ended: bool,
}

enum Work {
    Load(Fixer),
    Compile(Fixer),
    Index(String),
    Wait,
}

impl Ahead {
    /// Begins with what the languages of the command make likely.
    #[must_use]
    pub fn start(fixers: &[Fixer], symbols: Arc<SymbolIndex>, languages: &[&str]) -> Self {
        let mut queue = Queue::default();
        for fixer in fixers {
            if languages.iter().any(|language| serves(fixer, language)) {
                queue.compile.push_back(fixer.clone());
            }
        }
        for language in languages {
            queue.wants_index(fixers, language);
        }
        let shared = Arc::new(Shared {
            queue: Mutex::new(queue),
            interrupt: AtomicBool::new(false),
            symbols,
        });
        let worker = shared.clone();
        let thread = std::thread::Builder::new()
            .name("buildfix-ahead".to_owned())
            .spawn(move || worker.run());
        Self {
            shared,
            // Without a thread, everything is done when it is needed.
            thread: thread.ok().map(|handle| handle.thread().clone()),
            fixers: fixers.to_vec(),
        }
    }

    /// The build has reported this.
    pub fn saw(&self, diagnostic: &Diagnostic) {
        if !diagnostic.is_error() {
            return;
        }
        let mut queue = self.shared.queue();
        if !queue.classes.insert(diagnostic.class.clone()) {
            return;
        }
        for fixer in &self.fixers {
            if fixer.plugin.manifest().matches(&diagnostic.class) && !fixer.plugin.is_loaded() {
                queue.load.push_back(fixer.clone());
            }
        }
        queue.wants_index(&self.fixers, &diagnostic.language);
        drop(queue);
        self.wake();
    }

    fn wake(&self) {
        self.shared.interrupt.store(true, Ordering::Relaxed);
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.queue().ended = true;
        self.wake();
    }
}

/// Whether a plugin handles a class of the language.
fn serves(fixer: &Fixer, language: &str) -> bool {
    fixer.plugin.manifest().classes.iter().any(|pattern| {
        let family = pattern.split('/').next().unwrap_or_default();
        family == language || family.contains('*')
    })
}

impl Queue {
    /// Indexes a language if there is somebody to ask for its declarations.
    fn wants_index(&mut self, fixers: &[Fixer], language: &str) {
        let asks = |fixer: &Fixer| {
            let imports = &fixer.plugin.preflight().imports;
            imports.iter().any(|import| import.contains("/symbols@"))
        };
        if !self.indexed.contains(language) && fixers.iter().any(|f| serves(f, language) && asks(f))
        {
            self.index.insert(language.to_owned());
        }
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<Work> {
        let mut queue = self.queue();
        self.interrupt.store(false, Ordering::Relaxed);
        if queue.ended {
            return None;
        }
        let work = if let Some(fixer) = queue.load.pop_front() {
            Work::Load(fixer)
        } else if let Some(fixer) = queue.compile.pop_front() {
            Work::Compile(fixer)
        } else if let Some(language) = queue.index.first() {
            Work::Index(language.clone())
        } else {
            Work::Wait
        };
        Some(work)
    }

    fn run(&self) {
        yield_to_the_compiler();
        while let Some(work) = self.next() {
            match work {
                // Whoever calls it is told what is wrong with it.
                Work::Load(fixer) => drop(fixer.plugin.load()),
                Work::Compile(fixer) => drop(fixer.plugin.compile_ahead()),
                Work::Index(language) => {
                    self.symbols.prepare(&language, &self.interrupt);
                    // Interrupted, it goes on where it was.
                    if !self.interrupt.load(Ordering::Relaxed) {
                        let mut queue = self.queue();
                        queue.index.remove(&language);
                        queue.indexed.insert(language);
                    }
                }
                Work::Wait => std::thread::park(),
            }
        }
    }
}

/// Lowers this thread's priority, and that of the threads that it starts.
fn yield_to_the_compiler() {
    #[cfg(target_os = "linux")]
    // SAFETY: setpriority(2) takes plain numbers and touches no memory. On
    // Linux, 0 means the calling thread. A failure changes nothing.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, 10);
    }
}
