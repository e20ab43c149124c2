//! Makes the planned calls, several at a time.

use super::answer::{accept, fail};
use super::plan::Job;
use super::{Fixer, Proposals};
use crate::problem::Problem;
use buildfix_sandbox::cache::Round;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Makes every call and takes the answers in the order of the plan, whatever
/// the order in which they end.
pub(super) async fn run(
    work: Vec<Job>,
    fixers: &[Fixer],
    round: Round,
    jobs: usize,
    result: &mut Proposals,
    problems: &[Problem],
) {
    let round = Arc::new(round);
    let slots = Arc::new(Semaphore::new(jobs.max(1)));
    let calls: Vec<_> = work
        .into_iter()
        .map(|job| {
            let (plugin, slots) = (fixers[job.fixer].plugin.clone(), slots.clone());
            let (round, request) = (round.clone(), job.request);
            let call = tokio::spawn(async move {
                // What the cache knows needs no slot.
                let run = async |request, services| {
                    let _slot = slots.acquire().await;
                    plugin.call(request, services).await
                };
                round.call(&plugin, request, run).await
            });
            (job.fixer, job.problems, call)
        })
        .collect();
    for (fixer, ids, call) in calls {
        let fixer = &fixers[fixer];
        match call.await {
            Ok(Ok(call)) => accept(result, fixer, &ids, call, problems),
            Ok(Err(error)) => fail(result, &ids, &error.to_string()),
            Err(error) => {
                fail(
                    result,
                    &ids,
                    &format!("plugin `{}`: the call failed: {error}", fixer.name()),
                );
            }
        }
    }
}
