//! The one wasmtime engine, and what all plugins share.

use crate::admission::Admission;
use crate::bindings::Fixer;
use crate::lanes::Lanes;
use crate::running::Registry;
use crate::state::State;
use crate::{AdmissionLimits, Limits, LoadError};
use buildfix_component::text::tame_line;
use buildfix_component::{Preflight, preflight};
use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{
    Cache, CacheConfig, Config, Enabled, Engine, InstanceAllocationStrategy,
    PoolingAllocationConfig, WasmBacktraceDetails,
};

/// Memories in one component. A composed one has a memory for each part.
pub const MAX_MEMORIES: u32 = 4;
/// Tables in one component. Python's tool chain makes about 10.
pub const MAX_TABLES: u32 = 32;
/// How often running guests are looked at.
pub const TICK: Duration = Duration::from_millis(20);
/// Bytes of stack that host functions may use on top of the guest's.
const HOST_STACK: usize = 1 << 20;
/// Bytes of a memory that a pool's slot keeps for its next user. More would
/// cost a one-shot command line more than it saves (it is cleared on return).
const KEEP_RESIDENT: usize = 256 << 10;
/// Bytes of compiled code at which wasmtime's cache starts to delete.
const CACHE_SIZE: u64 = 1 << 30;

/// How to make a [`Sandbox`].
#[derive(Clone, Debug)]
pub struct SandboxOptions {
    /// Where compiled code is kept; made if it is missing, readable by its
    /// owner alone. Code found there is run as it is, so nobody else may write
    /// to it. `None`: compile every time.
    pub cache_dir: Option<PathBuf>,
    /// What components and calls may use.
    pub limits: Limits,
    /// Reserve address space for all slots at the start, which makes a call
    /// several times cheaper. Where that much cannot be reserved, the sandbox
    /// does without.
    pub pooling: bool,
    /// Calls that are alive at once, each with its memory: those that run and
    /// those that wait in the slow lane. Others have not started. At least 1.
    pub slots: usize,
    /// Calls that run at once. At least 1.
    pub workers: usize,
    /// When new calls wait for the machine.
    pub admission: AdmissionLimits,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            cache_dir: None,
            limits: Limits::default(),
            pooling: true,
            // Room for a dozen slow calls beside the fast ones.
            slots: (4 * threads).clamp(16, 64),
            // A call that waits for the host leaves its thread to another.
            workers: (2 * threads).clamp(4, 64),
            admission: AdmissionLimits::default(),
        }
    }
}

/// The sandbox could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot set up the WebAssembly sandbox: {0}")]
pub struct SandboxError(String);

/// Loads plugins and holds what they share. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    pub(crate) core: Arc<Core>,
}

/// Lives as long as the sandbox or a plugin of it.
pub struct Core {
    pub engine: Engine,
    pub linker: Linker<State>,
    pub limits: Limits,
    pub lanes: Arc<Lanes>,
    pub registry: Registry,
    pooled: bool,
    cache_problem: Option<String>,
    /// Where it is noted what the cache of compiled code has: beside the
    /// cache, for wasmtime deletes what it does not know.
    pub marks: Option<PathBuf>,
    _ticker: Ticker,
}

impl Sandbox {
    /// Sets up the engine.
    ///
    /// # Errors
    /// When the limits contradict each other or the machine is not supported. A
    /// cache that cannot be used is no error, see
    /// [`Sandbox::cache_problem`].
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let SandboxOptions {
            cache_dir,
            limits,
            pooling,
            slots,
            workers,
            admission,
        } = options;
        if limits.fuel_slice == 0 || slots == 0 || workers == 0 {
            return Err(SandboxError(
                "fuel_slice, slots and workers must be at least 1".to_owned(),
            ));
        }
        let (cache, cache_problem) = match cache_dir.as_deref().map(open_cache) {
            None => (None, None),
            Some(Ok(cache)) => (Some(cache), None),
            Some(Err(problem)) => (None, Some(problem)),
        };
        let cached = cache.is_some();
        let mut config = config(&limits, cache);
        let failed = |e: wasmtime::Error| SandboxError(crate::state::describe(&e));
        let mut engine = None;
        if pooling {
            let pool = InstanceAllocationStrategy::Pooling(pool(&limits, slots));
            config.allocation_strategy(pool);
            engine = Engine::new(&config).ok();
        }
        let pooled = engine.is_some();
        let engine = match engine {
            Some(engine) => engine,
            None => {
                config.allocation_strategy(InstanceAllocationStrategy::OnDemand);
                Engine::new(&config).map_err(failed)?
            }
        };
        let mut linker = Linker::new(&engine);
        Fixer::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state).map_err(failed)?;
        let ticker = Ticker::start(&engine)
            .map_err(|e| SandboxError(format!("no thread for the clock: {e}")))?;
        let marks = cache_dir.filter(|_| cached).map(|dir| marks(&dir, &engine));
        let lanes = Lanes::new(workers, slots, Admission::new(admission));
        let core = Core {
            engine,
            linker,
            limits,
            lanes: Arc::new(lanes),
            registry: Registry::default(),
            pooled,
            cache_problem,
            marks,
            _ticker: ticker,
        };
        Ok(Self {
            core: Arc::new(core),
        })
    }

    /// The limits it was made with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.core.limits
    }

    /// How many calls are worth having under way at once: as many as can be
    /// alive, and one more for each worker, ready to start.
    #[must_use]
    pub fn window(&self) -> usize {
        self.core.lanes.window()
    }

    /// Whether address space could be reserved for all slots.
    #[must_use]
    pub fn is_pooled(&self) -> bool {
        self.core.pooled
    }

    /// Why compiled code is not kept although a folder for it was named.
    #[must_use]
    pub fn cache_problem(&self) -> Option<&str> {
        self.core.cache_problem.as_deref()
    }

    /// Judges a component by its sections, without compiling or running it.
    ///
    /// # Errors
    /// Names the plugin, if it has a readable manifest, and why it is refused.
    pub fn preflight(&self, bytes: &[u8]) -> Result<Preflight, LoadError> {
        preflight::inspect(None, bytes, &self.core.limits.file())
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("limits", &self.core.limits)
            .field("pooled", &self.core.pooled)
            .finish_non_exhaustive()
    }
}

fn config(limits: &Limits, cache: Option<Cache>) -> Config {
    let mut config = Config::new();
    config
        .cache(cache)
        .consume_fuel(true)
        .epoch_interruption(true)
        // No fixer of this contract is asynchronous inside, and each store
        // would pay for it.
        .concurrency_support(false)
        .max_wasm_stack(limits.stack)
        .async_stack_size(limits.stack.saturating_add(HOST_STACK))
        // A stranger's DWARF is parsed for nobody.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_backtrace_max_frames(NonZeroUsize::new(20))
        // The same bits on every machine, so that answers can be cached.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // What no tool chain for fixers needs only widens the attack surface.
        // Several memories in one module are not among it: what passes values between the
        // parts of a component (as those of the JavaScript runtime) is such a module.
        .wasm_memory64(false);
    config
}

fn pool(limits: &Limits, slots: usize) -> PoolingAllocationConfig {
    let slots = u32::try_from(slots).unwrap_or(u32::MAX);
    let instances = u32::try_from(limits.instances).unwrap_or(u32::MAX);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_stacks(slots)
        .total_core_instances(slots.saturating_mul(instances))
        .total_memories(slots.saturating_mul(MAX_MEMORIES))
        .total_tables(slots.saturating_mul(MAX_TABLES))
        .max_core_instances_per_component(instances)
        .max_memories_per_component(MAX_MEMORIES)
        .max_tables_per_component(MAX_TABLES)
        .max_tables_per_module(MAX_TABLES)
        .max_memory_size(limits.memory_max)
        .table_elements(limits.table_elements)
        // Metadata of a 20 MiB guest; allocated per instance, not reserved.
        .max_component_instance_size(16 << 20)
        .max_core_instance_size(16 << 20)
        .linear_memory_keep_resident(KEEP_RESIDENT)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Opens wasmtime's own cache, or says why it cannot be used.
fn open_cache(dir: &Path) -> Result<Cache, String> {
    let dir = std::path::absolute(dir).map_err(|e| e.to_string())?;
    make_private(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let mut config = CacheConfig::new();
    config
        .with_directory(dir)
        .with_files_total_size_soft_limit(CACHE_SIZE);
    Cache::new(config).map_err(|e| tame_line(&format!("{e:#}"), 300))
}

/// Code compiled by another engine is of no use, so each has marks of its own.
fn marks(cache: &Path, engine: &Engine) -> PathBuf {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    cache
        .with_extension("compiled")
        .join(format!("{:016x}", hasher.finish()))
}

/// Makes a folder that only its owner can read, and finds out whether it can be
/// written.
fn make_private(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(dir)?;
    let probe = dir.join(format!(".probe-{}", std::process::id()));
    std::fs::write(&probe, b"")?;
    match std::fs::remove_file(&probe) {
        // The cache's own cleaner, in this process or in another, takes away
        // what it does not know.
        Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Advances the epoch until it is dropped.
struct Ticker {
    /// Dropping it wakes the thread, which then ends.
    _stop: mpsc::Sender<()>,
}

impl Ticker {
    fn start(engine: &Engine) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let engine = engine.clone();
        std::thread::Builder::new()
            .name("buildfix-epoch".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
                    engine.increment_epoch();
                }
            })?;
        Ok(Self { _stop: stop })
    }
}
