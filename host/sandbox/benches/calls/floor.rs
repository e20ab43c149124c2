//! The floor: the same component in wasmtime itself, called synchronously,
//! without a limit but what the instance pool needs.

use crate::guests;
use buildfix_sandbox::Request;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

#[allow(missing_docs, unused_qualifications, reason = "generated")]
mod generated {
    wasmtime::component::bindgen!({
        path: "wit/fixer-0.1.0",
        world: "fixer",
        imports: { default: trappable },
    });
}

#[allow(missing_docs, unused_qualifications, reason = "generated")]
mod generated_async {
    wasmtime::component::bindgen!({
        path: "wit/fixer-0.1.0",
        world: "fixer",
        imports: { default: trappable },
        exports: { default: async },
        with: { "buildfix:fixer": super::generated::buildfix::fixer },
    });
}

use generated::buildfix::fixer as wit;

struct Host;

fn symbol() -> wit::symbols::Symbol {
    let s = guests::symbol();
    wit::symbols::Symbol {
        name: s.name,
        kind: s.kind,
        container: s.container,
        language: s.language,
        origin: s.origin,
        path: s.path,
        start: s.start,
        end: s.end,
        exported: s.exported,
        signature: s.signature,
    }
}

impl wit::types::Host for Host {}

impl wit::log::Host for Host {
    fn write(&mut self, _: String, _: String) -> wasmtime::Result<()> {
        Ok(())
    }
}

impl wit::workspace::Host for Host {
    fn read_file(&mut self, _: String) -> wasmtime::Result<Result<String, String>> {
        Ok(Err(guests::NOT_THERE.to_owned()))
    }
    fn list_files(&mut self, _: String) -> wasmtime::Result<Result<Vec<String>, String>> {
        Ok(Ok(Vec::new()))
    }
}

impl wit::syntax::Host for Host {
    fn query(
        &mut self,
        _: String,
        _: String,
    ) -> wasmtime::Result<Result<Vec<wit::syntax::QueryMatch>, String>> {
        Ok(Ok(Vec::new()))
    }
    fn ancestors(
        &mut self,
        _: String,
        _: u32,
        _: u32,
    ) -> wasmtime::Result<Result<Vec<wit::syntax::Node>, String>> {
        Ok(Ok(Vec::new()))
    }
    fn parse_errors(
        &mut self,
        _: String,
        _: Option<String>,
    ) -> wasmtime::Result<Result<Vec<wit::syntax::ParseError>, String>> {
        Ok(Ok(Vec::new()))
    }
}

impl wit::symbols::Host for Host {
    fn find(&mut self, _: String, _: String) -> wasmtime::Result<Vec<wit::symbols::Symbol>> {
        Ok(vec![symbol()])
    }
    fn similar(
        &mut self,
        _: String,
        _: String,
        _: u32,
    ) -> wasmtime::Result<Vec<wit::symbols::Symbol>> {
        Ok(Vec::new())
    }
    fn members(&mut self, _: String, _: String) -> wasmtime::Result<Vec<wit::symbols::Symbol>> {
        Ok(Vec::new())
    }
    fn declared_in(
        &mut self,
        _: String,
    ) -> wasmtime::Result<Result<Vec<wit::symbols::Symbol>, String>> {
        Ok(Ok(Vec::new()))
    }
}

fn request(request: &Request) -> wit::types::Request {
    let span = |s: &buildfix_sandbox::Span| wit::types::Span {
        path: s.path.clone(),
        start: s.start,
        end: s.end,
    };
    wit::types::Request {
        class: request.class.clone(),
        language: request.language.clone(),
        tool: request.tool.clone(),
        file: wit::types::SourceFile {
            path: request.file.path.clone(),
            text: request.file.text.clone(),
            hash: request.file.hash.clone(),
        },
        diagnostics: request
            .diagnostics
            .iter()
            .map(|d| wit::types::Diagnostic {
                id: d.id,
                class: d.class.clone(),
                code: d.code.clone(),
                severity: d.severity.clone(),
                message: d.message.clone(),
                arguments: d.arguments.clone(),
                span: span(&d.span),
                line: d.line,
                column: d.column,
                related: Vec::new(),
                suggestions: d
                    .suggestions
                    .iter()
                    .map(|s| wit::types::Suggestion {
                        message: s.message.clone(),
                        applicability: s.applicability.clone(),
                        edits: s
                            .edits
                            .iter()
                            .map(|e| wit::types::TextEdit {
                                span: span(&e.span),
                                expect: e.expect.clone(),
                                text: e.text.clone(),
                                merge: e.merge.clone(),
                            })
                            .collect(),
                    })
                    .collect(),
            })
            .collect(),
        config: request.config.clone(),
    }
}

fn engine(change: impl FnOnce(&mut Config)) -> Engine {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(16)
        .total_stacks(16)
        .total_core_instances(64)
        .total_memories(16)
        .total_tables(64)
        .max_core_instances_per_component(16)
        .max_tables_per_component(8)
        .max_memory_size(256 << 20)
        .table_elements(100_000)
        .linear_memory_keep_resident(guests::KEEP_RESIDENT)
        .table_keep_resident(64 << 10)
        .pagemap_scan(wasmtime::Enabled::Auto);
    let mut config = Config::new();
    config
        .concurrency_support(false)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    change(&mut config);
    Engine::new(&config).expect("an engine")
}

fn linked(engine: &Engine, bytes: &[u8]) -> wasmtime::component::InstancePre<Host> {
    let mut linker = Linker::new(engine);
    generated::Fixer::add_to_linker::<_, HasSelf<Host>>(&mut linker, |host| host).expect("links");
    let component = Component::new(engine, bytes).expect("compiles");
    linker.instantiate_pre(&component).expect("fits")
}

/// No limits.
pub struct Floor {
    engine: Engine,
    pre: generated::FixerPre<Host>,
}

impl Floor {
    pub fn new(bytes: &[u8]) -> Self {
        let engine = engine(|_| {});
        let pre = generated::FixerPre::new(linked(&engine, bytes)).expect("a fixer");
        Self { engine, pre }
    }

    /// The number of fixes.
    pub fn call(&self, r: &Request) -> usize {
        let mut store = Store::new(&self.engine, Host);
        let fixer = self.pre.instantiate(&mut store).expect("an instance");
        let answer = fixer.call_fix(&mut store, &request(r)).expect("no trap");
        answer.expect("an answer").fixes.len()
    }
}

/// Fuel with yields, and the epoch behind it or not.
pub struct Metered {
    engine: Engine,
    pre: generated_async::FixerPre<Host>,
    epoch: bool,
}

impl Metered {
    pub fn new(bytes: &[u8], epoch: bool) -> Self {
        let engine = engine(|config| {
            config.consume_fuel(true).epoch_interruption(epoch);
        });
        let pre = generated_async::FixerPre::new(linked(&engine, bytes)).expect("a fixer");
        if epoch {
            let engine = engine.weak();
            std::thread::spawn(move || {
                while let Some(engine) = engine.upgrade() {
                    engine.increment_epoch();
                    std::thread::sleep(std::time::Duration::from_millis(20));
                }
            });
        }
        Self { engine, pre, epoch }
    }

    pub async fn call(&self, r: &Request) {
        let mut store = Store::new(&self.engine, Host);
        store.set_fuel(u64::MAX).expect("fuel");
        store
            .fuel_async_yield_interval(Some(1_000_000))
            .expect("yields");
        if self.epoch {
            store.set_epoch_deadline(1);
            store.epoch_deadline_async_yield_and_update(1);
        }
        let fixer = self.pre.instantiate_async(&mut store).await;
        let fixer = fixer.expect("an instance");
        let answer = fixer.call_fix(&mut store, &request(r)).await;
        assert!(answer.expect("no trap").is_ok());
    }
}
