//! One call, in a store of its own.

use crate::bindings::FixerPre;
use crate::drive::{PastWall, drive};
use crate::error::{CallContext, Failure};
use crate::fuel::Allowance;
use crate::grant::{self, Denial};
use crate::state::{Denied, PastDeadline, Refused, ServicePanicked, State, TooManyHostCalls};
use crate::{CallError, Limits, LogLine, Plugin, Rejected, Request, Response, Services, checked};
use buildfix_component::text::{tame, tame_line};
use std::sync::Arc;
use std::time::Duration;
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
    /// Fuel units it could have burned, all tiers together.
    pub fuel_budget: u64,
    /// The tier of fuel it ended in, the first is 1; as the fuel, the same for
    /// the same input.
    pub tier: u32,
    /// The most linear memory it had, in bytes.
    pub peak_memory: usize,
    /// Host calls made, log lines included.
    pub host_calls: u32,
    /// What it wrote to the log.
    pub log: Vec<LogLine>,
    /// The files that it read, or whose tree or declarations it asked for,
    /// sorted; at most 1,000.
    pub files_read: Vec<String>,
    /// What it asked for and may not; at most 20.
    pub denied: Vec<Denial>,
    /// Wall-clock time from when it started, waits in the slow lane included.
    pub elapsed: Duration,
    /// Whether the answer is that of an earlier run, see [`cache`](crate::cache).
    pub cached: bool,
}

impl Plugin {
    /// Calls the fixer. Waits until it may start; from then on the call runs
    /// for at most [`Limits::wall`](crate::Limits::wall), give or take a tick
    /// of 20 ms, and as long as its [`Tiers`](crate::Tiers) of fuel last.
    /// Dropping the future ends the call.
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
        let pre = match self.ready().await {
            Ok(pre) => pre,
            Err(failure) => return Err(self.never_ran(failure, request)),
        };
        let limits = &core.limits;
        let Allowance { ladder, wall, .. } =
            Allowance::of(limits, self.manifest(), &self.budgets, &request);
        // Locals are dropped from the last to the first: a call that is dropped
        // ends its guest before it leaves its seat to another.
        let (_seat, place) = core.lanes.enter().await;
        let slice = limits.fuel_slice.min(ladder.first());
        let subject = (request.class.clone(), request.file.path.clone());
        let registered = core.registry.add(&self.inner, subject, ladder, slice);
        let call = &registered.call;
        let memory = limits.file().memory_for(self.manifest());
        let rights = (Arc::clone(&self.grant), grant::named(&request));
        let state = State::new(services, Arc::clone(call), limits, memory, rights);
        let mut store = Store::new(&core.engine, state);
        let outcome = match prepare(&mut store, limits, wall) {
            Err(error) => Err(Failure::Start(crate::state::describe(&error))),
            Ok(()) => {
                // Past its deadline the guest's stack is dropped with all that
                // is on it.
                let driven = {
                    let run = std::pin::pin!(self.run(pre, &mut store, &request));
                    drive(run, call, &core.lanes, place, wall).await
                };
                match driven {
                    Err(PastWall) => Err(Failure::Deadline { limit: wall }),
                    Ok(Err(error)) => Err(self.classify(&store, &error, wall)),
                    Ok(Ok(Err(message))) => Err(Failure::Guest(tame(&message, 4_000))),
                    Ok(Ok(Ok(response))) => Ok(response),
                }
            }
        };
        let fuel_budget = call.ladder.total();
        let fuel_used = fuel_budget - store.get_fuel().unwrap_or(0).min(fuel_budget);
        let tier = call.ladder.tier(fuel_used);
        let elapsed = call.started.elapsed();
        let mut state = store.into_data();
        let (files_read, denied) = state.take_notes();
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
                    fuel_budget,
                    tier,
                    peak_memory,
                    host_calls,
                    log,
                    files_read,
                    denied,
                    elapsed,
                    cached: false,
                })
            }
            Err(failure) => Err(CallError {
                failure,
                context: Box::new(CallContext {
                    fuel_used,
                    tier,
                    peak_memory,
                    host_calls,
                    elapsed,
                    log,
                    files_read,
                    denied,
                    ..self.before_running(request)
                }),
            }),
        }
    }

    /// Loads the component unless it is, on a thread that may block.
    async fn ready(&self) -> Result<&FixerPre<State>, Failure> {
        if !self.is_loaded() {
            let plugin = self.clone();
            let loading = tokio::task::spawn_blocking(move || plugin.load().is_ok());
            if let Err(error) = loading.await {
                return Err(Failure::Start(error.to_string()));
            }
        }
        self.loaded()
            .map_err(|error| Failure::Load(error.refusal().clone()))
    }

    fn never_ran(&self, failure: Failure, request: Request) -> CallError {
        CallError {
            failure,
            context: Box::new(self.before_running(request)),
        }
    }

    /// The context of a call that has cost nothing yet.
    fn before_running(&self, request: Request) -> CallContext {
        CallContext {
            plugin: self.manifest().name.clone(),
            version: self.manifest().version.clone(),
            class: request.class,
            file: request.file.path,
            fuel_used: 0,
            tier: 0,
            peak_memory: 0,
            host_calls: 0,
            elapsed: Duration::ZERO,
            log: Vec::new(),
            files_read: Vec::new(),
            denied: Vec::new(),
            cached: false,
        }
    }

    async fn run(
        &self,
        pre: &FixerPre<State>,
        store: &mut Store<State>,
        request: &Request,
    ) -> wasmtime::Result<Result<Response, String>> {
        let fixer = pre.instantiate_async(&mut *store).await?;
        fixer.call_fix(store, request).await
    }

    fn classify(&self, store: &Store<State>, error: &wasmtime::Error, wall: Duration) -> Failure {
        let limits = &self.inner.core.limits;
        let ladder = &store.data().call.ladder;
        let usage = &store.data().usage;
        if error.is::<TooManyHostCalls>() {
            return Failure::HostCalls {
                limit: limits.host_calls,
            };
        }
        if error.is::<Denied>()
            && let Some(denial) = store.data().last_denial()
        {
            return Failure::Denied(Box::new(denial.clone()));
        }
        if error.is::<PastDeadline>() {
            return Failure::Deadline { limit: wall };
        }
        if error.is::<ServicePanicked>() {
            return Failure::Host(ServicePanicked.to_string());
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => {
                return Failure::OutOfFuel {
                    used: ladder.total(),
                    tiers: ladder.tiers(),
                };
            }
            Some(Trap::Interrupt) => return Failure::Deadline { limit: wall },
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

/// Sets a store's limits.
fn prepare(store: &mut Store<State>, limits: &Limits, wall: Duration) -> wasmtime::Result<()> {
    let call = Arc::clone(&store.data().call);
    store.limiter(|state| &mut state.usage);
    store.set_hostcall_fuel(limits.output);
    store.set_fuel(call.ladder.total())?;
    store.fuel_async_yield_interval(Some(call.slice))?;
    // A timeout cannot fire in a guest's loop unless the guest yields. Fuel
    // slices make it yield often; the epoch makes it yield, and past the
    // deadline trap, even with slices too long or a timer that is stuck.
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |store| {
        if call.started.elapsed().saturating_sub(call.waited()) > wall {
            return Err(wasmtime::Error::new(PastDeadline));
        }
        let left = store.get_fuel().unwrap_or(0);
        call.tick(call.ladder.total().saturating_sub(left));
        Ok(UpdateDeadline::Yield(1))
    });
    Ok(())
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
