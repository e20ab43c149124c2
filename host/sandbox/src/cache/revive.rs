//! From a record back to a call, and what a run makes of it.

use super::record::{End, Fault, Record};
use super::round::Asked;
use crate::{Call, CallContext, CallError, Failure, Plugin, Request, checked};
use std::time::Duration;

/// The record as the call that it stands for.
pub(super) fn revive(
    record: Record,
    asked: &Asked,
    plugin: &Plugin,
    request: &Request,
) -> Result<Call, CallError> {
    let peak_memory = usize::try_from(record.peak_memory).unwrap_or(usize::MAX);
    let files_read = record.files_read();
    match record.end {
        End::Answer {
            response,
            mut rejected,
        } => {
            // As strict with a file as with a guest.
            let (response, more) = checked(response, request, &plugin.inner.core.limits);
            rejected.extend(more);
            Ok(Call {
                response,
                rejected,
                fuel_used: record.fuel_used,
                fuel_budget: asked.ladder.total(),
                tier: asked.ladder.tier(record.fuel_used),
                peak_memory,
                host_calls: record.host_calls,
                log: record.log,
                files_read,
                denied: Vec::new(),
                elapsed: Duration::ZERO,
                cached: true,
            })
        }
        End::Failure(fault) => {
            // One that ran out of more fuel runs out of less as well.
            let fuel_used = match fault {
                Fault::OutOfFuel => asked.ladder.total(),
                _ => record.fuel_used,
            };
            let failure = fault.revive(&asked.ladder);
            Err(CallError {
                failure,
                context: Box::new(CallContext {
                    plugin: asked.subject.plugin.clone(),
                    version: plugin.manifest().version.clone(),
                    class: asked.subject.class.clone(),
                    file: asked.subject.file.clone(),
                    fuel_used,
                    tier: asked.ladder.tier(fuel_used),
                    peak_memory,
                    host_calls: record.host_calls,
                    elapsed: Duration::ZERO,
                    log: record.log,
                    files_read,
                    denied: Vec::new(),
                    cached: true,
                }),
            })
        }
    }
}

/// What differs between a hit and a run, but for the time they took.
pub(super) fn differences(
    known: &Result<Call, CallError>,
    run: &Result<Call, CallError>,
) -> Vec<String> {
    let mut what = Vec::new();
    let mut differ = |name: &str, differs: bool| {
        if differs {
            what.push(name.to_owned());
        }
    };
    match (known, run) {
        // Not a result: the machine was slow, or the user impatient.
        (_, Err(run)) if !run.failure.is_deterministic() => {}
        (Ok(known), Ok(run)) => {
            differ(
                "answer",
                known.response != run.response || known.rejected != run.rejected,
            );
            differ("fuel", known.fuel_used != run.fuel_used);
            differ("memory", known.peak_memory != run.peak_memory);
            differ("host calls", known.host_calls != run.host_calls);
            differ("log", known.log != run.log);
        }
        (Err(known), Err(run)) => {
            differ("failure", known.failure != run.failure);
            let (a, b) = (&known.context, &run.context);
            // A record of more fuel has seen more of the same run.
            if !matches!(run.failure, Failure::OutOfFuel { .. }) {
                differ("fuel", a.fuel_used != b.fuel_used);
                differ("memory", a.peak_memory != b.peak_memory);
                differ("host calls", a.host_calls != b.host_calls);
                differ("log", a.log != b.log);
            }
        }
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => differ("answer", true),
    }
    what
}
