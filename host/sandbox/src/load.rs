//! Compiling a component and resolving its imports.

use crate::bindings::FixerPre;
use crate::engine::Core;
use crate::error::Refusal;
use crate::preflight::{self, Preflight};
use crate::state::{State, describe};
use crate::{Budgets, LoadError, Manifest, Sandbox};
use std::fmt;
use std::sync::{Arc, mpsc};
use wasmtime::Engine;
use wasmtime::component::Component;

/// A component ready to be called. Cheap to clone; calls may run at once.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) inner: Arc<Inner>,
    pub(crate) budgets: Arc<Budgets>,
}

pub struct Inner {
    pub core: Arc<Core>,
    pub preflight: Preflight,
    pub pre: FixerPre<State>,
}

impl Sandbox {
    /// Judges a component, compiles it (or finds it in the cache) and resolves
    /// its imports. `label` is its file, for messages. Blocks until it is done,
    /// about a millisecond per KiB the first time.
    ///
    /// # Errors
    /// Names the plugin and why it is refused. A compilation that misses its
    /// deadline is abandoned: its thread ends when the compiler does.
    pub fn load(&self, label: &str, bytes: &[u8]) -> Result<Plugin, LoadError> {
        let preflight = preflight::inspect(Some(label), bytes, &self.core.limits)?;
        let refuse = |refusal| {
            LoadError::new(
                preflight::subject(&preflight.manifest, Some(label)),
                refusal,
            )
        };
        let component = self.compile(bytes).map_err(refuse)?;
        let contract = |e: wasmtime::Error| refuse(Refusal::Contract(describe(&e)));
        let pre = self
            .core
            .linker
            .instantiate_pre(&component)
            .map_err(contract)?;
        let pre = FixerPre::new(pre).map_err(contract)?;
        Ok(Plugin {
            inner: Arc::new(Inner {
                core: Arc::clone(&self.core),
                preflight,
                pre,
            }),
            budgets: Arc::default(),
        })
    }

    /// In a thread of its own: a component can be made to compile for minutes,
    /// and a fault of the compiler must not take the caller along.
    fn compile(&self, bytes: &[u8]) -> Result<Component, Refusal> {
        let limit = self.core.limits.compile;
        let (sender, receiver) = mpsc::channel();
        let engine: Engine = self.core.engine.clone();
        let bytes = bytes.to_vec();
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

impl Plugin {
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

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Manifest { name, version, .. } = self.manifest();
        write!(f, "Plugin({name} {version} {})", self.digest())
    }
}
