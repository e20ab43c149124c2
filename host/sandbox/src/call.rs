//! One call, in a store of its own.

use crate::error::{CallContext, Failure};
use crate::state::{PastDeadline, Refused, ServicePanicked, State, TooManyHostCalls};
use crate::text::{tame, tame_line};
use crate::{CallError, LogLine, Plugin, Rejected, Request, Response, Services, checked};
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::{Store, Trap, UpdateDeadline, WasmBacktrace};

/// An answer, checked, and what it cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The answer, without what was dropped from it.
    pub response: Response,
    /// What was dropped, and why.
    pub rejected: Vec<Rejected>,
    /// Fuel units burned; the same for the same request and the same answers
    /// of the host.
    pub fuel_used: u64,
    /// Fuel units it could have burned.
    pub fuel_budget: u64,
    /// The most linear memory it had, in bytes.
    pub peak_memory: usize,
    /// Host calls made, log lines included.
    pub host_calls: u32,
    /// What it wrote to the log.
    pub log: Vec<LogLine>,
    /// Wall-clock time, without the wait for a slot.
    pub elapsed: Duration,
    /// Whether the answer is that of an earlier run, see [`cache`](crate::cache).
    pub cached: bool,
}

impl Plugin {
    /// Calls the fixer. Waits for a free slot first; from then on the call ends
    /// within [`Limits::wall`](crate::Limits::wall), give or take a tick of
    /// 20 ms.
    ///
    /// # Errors
    /// Names the plugin, its version, the class, the file and what happened.
    ///
    /// # Panics
    /// Outside a tokio runtime with its timer enabled.
    pub async fn call(
        &self,
        request: Request,
        services: Arc<dyn Services>,
    ) -> Result<Call, CallError> {
        let core = &self.inner.core;
        // The semaphore is never closed, so an error cannot happen; without a
        // permit the pool may be exhausted, which is an error of its own.
        let _slot = core.slots.acquire().await.ok();
        let limits = &core.limits;
        let memory = limits.memory_for(self.manifest());
        let fuel = limits.fuel_for(self.manifest(), &request);
        let started = Instant::now();
        let mut store = Store::new(&core.engine, State::new(services, limits, memory));
        let outcome = match self.prepare(&mut store, fuel, started) {
            Err(error) => Err(Failure::Start(crate::state::describe(&error))),
            Ok(()) => {
                // On its way out the timeout drops the guest's stack with all
                // that is on it.
                match tokio::time::timeout(limits.wall, self.run(&mut store, &request)).await {
                    Err(_) => Err(Failure::Deadline { limit: limits.wall }),
                    Ok(Err(error)) => Err(self.classify(&store, &error, fuel)),
                    Ok(Ok(Err(message))) => Err(Failure::Guest(tame(&message, 4_000))),
                    Ok(Ok(Ok(response))) => Ok(response),
                }
            }
        };
        let fuel_used = fuel - store.get_fuel().unwrap_or(0).min(fuel);
        let elapsed = started.elapsed();
        let state = store.into_data();
        let host_calls = state.host_calls();
        let peak_memory = state.usage.peak;
        let log = state.log.finish();
        match outcome {
            Ok(response) => {
                let (response, rejected) = checked(response, &request, limits);
                Ok(Call {
                    response,
                    rejected,
                    fuel_used,
                    fuel_budget: fuel,
                    peak_memory,
                    host_calls,
                    log,
                    elapsed,
                    cached: false,
                })
            }
            Err(failure) => Err(CallError {
                failure,
                context: Box::new(CallContext {
                    plugin: self.manifest().name.clone(),
                    version: self.manifest().version.clone(),
                    class: request.class,
                    file: request.file.path,
                    fuel_used,
                    peak_memory,
                    host_calls,
                    elapsed,
                    log,
                    cached: false,
                }),
            }),
        }
    }

    fn prepare(
        &self,
        store: &mut Store<State>,
        fuel: u64,
        started: Instant,
    ) -> wasmtime::Result<()> {
        let limits = &self.inner.core.limits;
        store.limiter(|state| &mut state.usage);
        store.set_hostcall_fuel(limits.output);
        store.set_fuel(fuel)?;
        store.fuel_async_yield_interval(Some(limits.fuel_slice))?;
        // A timeout cannot fire in a guest's loop unless the guest yields. Fuel
        // slices make it yield often; the epoch makes it yield, and past the
        // deadline trap, even with slices too long or a timer that is stuck.
        let wall = limits.wall;
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |_| {
            if started.elapsed() > wall {
                return Err(wasmtime::Error::new(PastDeadline));
            }
            Ok(UpdateDeadline::Yield(1))
        });
        Ok(())
    }

    async fn run(
        &self,
        store: &mut Store<State>,
        request: &Request,
    ) -> wasmtime::Result<Result<Response, String>> {
        let fixer = self.inner.pre.instantiate_async(&mut *store).await?;
        fixer.call_fix(store, request).await
    }

    fn classify(&self, store: &Store<State>, error: &wasmtime::Error, fuel: u64) -> Failure {
        let limits = &self.inner.core.limits;
        let usage = &store.data().usage;
        if error.is::<TooManyHostCalls>() {
            return Failure::HostCalls {
                limit: limits.host_calls,
            };
        }
        if error.is::<PastDeadline>() {
            return Failure::Deadline { limit: limits.wall };
        }
        if error.is::<ServicePanicked>() {
            return Failure::Host(ServicePanicked.to_string());
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => return Failure::OutOfFuel { used: fuel },
            Some(Trap::Interrupt) => return Failure::Deadline { limit: limits.wall },
            Some(Trap::StackOverflow) => {
                return Failure::Stack {
                    limit: limits.stack,
                };
            }
            _ => {}
        }
        let message = error.root_cause().to_string();
        // wasmtime has no public type for this one; a test holds the text.
        if message.contains("fuel allocated for hostcalls has been exhausted") {
            return Failure::OutputTooLarge {
                limit: limits.output,
            };
        }
        // A guest that handles a refused growth goes on and is not here; one
        // that crashes after it crashed because of it.
        match usage.refused {
            Some(Refused::Memory) => {
                return Failure::Memory {
                    limit: usage.max_memory,
                };
            }
            Some(Refused::Table) => {
                return Failure::Table {
                    limit: usage.max_elements,
                };
            }
            None => {}
        }
        if error.is::<wasmtime::PoolConcurrencyLimitError>() {
            return Failure::Start(tame_line(&message, 300));
        }
        Failure::Trap {
            message: tame_line(&message, 1_000),
            backtrace: backtrace(error),
        }
    }
}

/// The guest's functions, innermost first. Their names are the guest's own.
fn backtrace(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    let frame = |frame: &wasmtime::FrameInfo| match frame.func_name() {
        Some(name) => tame_line(&format!("{:#}", rustc_demangle::demangle(name)), 200),
        None => format!("function {}", frame.func_index()),
    };
    backtrace.frames().iter().map(frame).collect()
}
