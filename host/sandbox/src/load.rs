//! Compiling a component and resolving its imports: when it is first needed,
//! or ahead of that, and once.

use crate::Refusal;
use crate::bindings::FixerPre;
use crate::engine::Core;
use crate::grant::Grant;
use crate::state::{State, describe};
use crate::{Budgets, LoadError, Manifest, Sandbox};
use buildfix_component::{Preflight, preflight};
use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};
use wasmtime::Engine;
use wasmtime::component::Component;

/// A component that passed preflight. It is compiled when it is first called,
/// or by [`Plugin::load`] before that. Cheap to clone; calls may run at once.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) inner: Arc<Inner>,
    pub(crate) budgets: Arc<Budgets>,
    pub(crate) grant: Arc<Grant>,
}

pub struct Inner {
    pub core: Arc<Core>,
    pub preflight: Preflight,
    label: String,
    bytes: Cow<'static, [u8]>,
    loaded: OnceLock<Result<FixerPre<State>, LoadError>>,
    load_time: OnceLock<Duration>,
}

impl Sandbox {
    /// Judges a component without compiling it. `label` is its file, for
    /// messages.
    ///
    /// # Errors
    /// Names the plugin and why it is refused.
    pub fn open(
        &self,
        label: &str,
        bytes: impl Into<Cow<'static, [u8]>>,
    ) -> Result<Plugin, LoadError> {
        let bytes = bytes.into();
        let preflight = preflight::inspect(Some(label), &bytes, &self.core.limits.file())?;
        let declared = preflight.manifest.capabilities.clone();
        Ok(Plugin {
            grant: Arc::new(Grant::new(declared, None)),
            inner: Arc::new(Inner {
                core: Arc::clone(&self.core),
                preflight,
                label: label.to_owned(),
                bytes,
                loaded: OnceLock::new(),
                load_time: OnceLock::new(),
            }),
            budgets: Arc::default(),
        })
    }

    /// Like [`Sandbox::open`], and loads it at once.
    ///
    /// # Errors
    /// Names the plugin and why it is refused.
    pub fn load(&self, label: &str, bytes: &[u8]) -> Result<Plugin, LoadError> {
        let plugin = self.open(label, bytes.to_vec())?;
        plugin.load()?;
        Ok(plugin)
    }
}

impl Plugin {
    /// Compiles the component (or finds it in the cache) and resolves its
    /// imports, so that a call need not. Blocks until it is done, about a
    /// millisecond per KiB the first time; waits for another thread that is at
    /// it, and does nothing where it has been done.
    ///
    /// # Errors
    /// Names the plugin and why it is refused, the same each time. A
    /// compilation that misses its deadline is abandoned: its thread ends when
    /// the compiler does.
    pub fn load(&self) -> Result<(), LoadError> {
        self.loaded().map(drop).map_err(LoadError::clone)
    }

    /// Whether [`Plugin::load`] was called, by a call or ahead of one, and is
    /// done.
    #[must_use]
    pub fn is_loaded(&self) -> bool {
        self.inner.loaded.get().is_some()
    }

    /// How long that took; zero before.
    #[must_use]
    pub fn load_time(&self) -> Duration {
        self.inner.load_time.get().copied().unwrap_or_default()
    }

    /// Compiles the component into the cache of compiled code unless it is
    /// there, without loading it: for a thread that has nothing better to do
    /// while a build runs. Gives whether it compiled anything. A component that
    /// cannot be compiled is not reported before it is needed.
    #[must_use]
    pub fn compile_ahead(&self) -> bool {
        let Some(mark) = self.mark() else {
            return false;
        };
        if self.is_loaded() || mark.exists() || self.inner.compile().is_err() {
            return false;
        }
        set(&mark);
        true
    }

    pub(crate) fn loaded(&self) -> Result<&FixerPre<State>, &LoadError> {
        let inner = &self.inner;
        let load = || {
            let started = Instant::now();
            let pre = inner.link().map_err(|refusal| {
                let name = preflight::subject(&inner.preflight.manifest, Some(&inner.label));
                LoadError::new(name, refusal)
            });
            if pre.is_ok()
                && let Some(mark) = self.mark()
                && !mark.exists()
            {
                set(&mark);
            }
            let _ = inner.load_time.set(started.elapsed());
            pre
        };
        inner.loaded.get_or_init(load).as_ref()
    }

    /// An empty file that says that the compiled code was put into the cache.
    /// The cache may have dropped it since; that costs a wait and no more.
    fn mark(&self) -> Option<PathBuf> {
        let dir = self.inner.core.marks.as_ref()?;
        Some(dir.join(&self.inner.preflight.digest))
    }

    /// What it says about itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.inner.preflight.manifest
    }

    /// Lower-case hex BLAKE3 of its file.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.inner.preflight.digest
    }

    /// The sandbox it was loaded into.
    #[must_use]
    pub fn sandbox(&self) -> Sandbox {
        Sandbox {
            core: Arc::clone(&self.inner.core),
        }
    }

    /// All that was found out before it was compiled.
    #[must_use]
    pub fn preflight(&self) -> &Preflight {
        &self.inner.preflight
    }
}

/// A mark that cannot be made is made the next time.
fn set(mark: &std::path::Path) {
    let made = mark.parent().map(std::fs::create_dir_all);
    if made.is_some_and(|made| made.is_ok()) {
        let _ = std::fs::write(mark, b"");
    }
}

impl Inner {
    fn link(&self) -> Result<FixerPre<State>, Refusal> {
        let component = self.compile()?;
        let contract = |e: wasmtime::Error| Refusal::Contract(describe(&e));
        let pre = self.core.linker.instantiate_pre(&component);
        FixerPre::new(pre.map_err(contract)?).map_err(contract)
    }

    /// In a thread of its own: a component can be made to compile for minutes,
    /// and a fault of the compiler must not take the caller along.
    fn compile(&self) -> Result<Component, Refusal> {
        let limit = self.core.limits.compile;
        let (sender, receiver) = mpsc::channel();
        let engine: Engine = self.core.engine.clone();
        let bytes = self.bytes.clone();
        std::thread::Builder::new()
            .name("buildfix-compile".to_owned())
            .spawn(move || {
                // Nobody listens after the deadline.
                let _ = sender.send(Component::new(&engine, &bytes));
            })
            .map_err(|e| Refusal::Compile(format!("no thread for the compiler: {e}")))?;
        match receiver.recv_timeout(limit) {
            Ok(component) => component.map_err(|e| Refusal::Compile(describe(&e))),
            Err(mpsc::RecvTimeoutError::Timeout) => Err(Refusal::CompileDeadline { limit }),
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                Err(Refusal::Compile("the compiler failed".to_owned()))
            }
        }
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Manifest { name, version, .. } = self.manifest();
        write!(f, "Plugin({name} {version} {})", self.digest())
    }
}
