//! Makes the planned calls: as many at a time as the sandbox can use, none of a
//! plugin whose breaker is open.
//!
//! Requests are made one by one as calls end, so that memory is bounded by the
//! calls under way and not by the diagnostics. Which of them runs when is the
//! sandbox's: it has the lanes, and waits for free memory.

use super::answer::{accept, fail, failed, told};
use super::plan::Job;
use super::request::request;
use super::{Cancelled, Dispatch, Fixer, Proposals};
use crate::breaker::Permit;
use crate::build::cancelled;
use crate::event::{CallEnd, Event};
use crate::problem::Problem;
use buildfix_sandbox as wasm;
use buildfix_sandbox::cache::Round;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

/// How often is told what runs.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How a job ended.
enum Ended {
    Answered(wasm::Call),
    /// With what the plugin did, if it was called.
    Failed(String, Option<Box<wasm::CallError>>),
    /// As it did in an earlier run; it must not be called now.
    Known(String, Box<wasm::CallError>),
}

/// A call, or only the question whether its answer is known.
struct Running {
    job: usize,
    /// Why the plugin must not be called.
    refused: Option<String>,
}

/// What a task gives; `None` if the plugin was not to be called and the cache
/// does not know its answer.
type Outcome = Option<Result<wasm::Call, wasm::CallError>>;

struct Schedule<'a, 'd> {
    dispatch: &'a mut Dispatch<'d>,
    problems: &'a [Problem],
    jobs: Vec<Job>,
    round: Arc<Round>,
    /// Not begun yet.
    waiting: VecDeque<usize>,
    /// By fixer: jobs that wait for the end of its trial call.
    on_trial: BTreeMap<usize, Vec<usize>>,
    tasks: JoinSet<Outcome>,
    running: BTreeMap<Id, Running>,
    /// Ended before an earlier job of the plan.
    ended: BTreeMap<usize, Ended>,
    /// The first job whose end has not been taken.
    next: usize,
    told: BTreeSet<u64>,
}

/// Makes every call and takes the answers in the order of the plan, whatever
/// the order in which they end.
pub(super) async fn run(
    dispatch: &mut Dispatch<'_>,
    jobs: Vec<Job>,
    problems: &[Problem],
    result: &mut Proposals,
) -> Result<(), Cancelled> {
    let Some(sandbox) = dispatch.fixers.first().map(|fixer| fixer.plugin.sandbox()) else {
        return Ok(());
    };
    let window = sandbox.window();
    let mut cancel = dispatch.cancel.clone();
    let services: Arc<dyn wasm::Services> = dispatch.services.clone();
    let round = Arc::new(Round::new(dispatch.cache.clone(), services));
    let mut schedule = Schedule {
        round,
        waiting: (0..jobs.len()).collect(),
        dispatch,
        problems,
        jobs,
        on_trial: BTreeMap::new(),
        tasks: JoinSet::new(),
        running: BTreeMap::new(),
        ended: BTreeMap::new(),
        next: 0,
        told: BTreeSet::new(),
    };
    let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + HEARTBEAT, HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        while schedule.tasks.len() < window
            && let Some(job) = schedule.waiting.pop_front()
        {
            schedule.begin(job, result);
            result.most_at_once = result.most_at_once.max(schedule.tasks.len());
        }
        tokio::select! {
            biased;
            () = cancelled(&mut cancel) => return Err(Cancelled),
            () = schedule.take(result) => {}
        }
        tokio::select! {
            biased;
            // Dropping the tasks ends the calls.
            () = cancelled(&mut cancel) => return Err(Cancelled),
            ended = schedule.tasks.join_next_with_id() => match ended {
                Some(ended) => schedule.end(ended),
                None => return Ok(()),
            },
            _ = beat.tick() => schedule.beat(&sandbox),
        }
    }
}

impl Schedule<'_, '_> {
    fn begin(&mut self, number: usize, result: &mut Proposals) {
        let job = &self.jobs[number];
        if let Some(queue) = self.on_trial.get_mut(&job.fixer) {
            queue.push(number);
            return;
        }
        let fixer = &self.dispatch.fixers[job.fixer];
        let refused = match self.dispatch.breakers.permit(&fixer.plugin) {
            Permit::Call => None,
            Permit::Trial => {
                self.on_trial.insert(job.fixer, Vec::new());
                None
            }
            Permit::Refused(why) => Some(why),
        };
        let Some(request) = request(job, fixer, self.problems, self.dispatch.workspace) else {
            if refused.is_none() {
                self.dispatch.breakers.inconclusive(&fixer.plugin);
                self.on_trial.remove(&job.fixer);
            }
            let gone = Ended::Failed("its file is gone".to_owned(), None);
            self.ended.insert(number, gone);
            return;
        };
        let plugin = fixer.plugin.clone();
        let round = Arc::clone(&self.round);
        let task = match refused {
            None => {
                result.calls += 1;
                self.tasks.spawn(async move {
                    let run = async |request, services| plugin.call(request, services).await;
                    Some(round.call(&plugin, request, run).await)
                })
            }
            // What it answered before it began to fail is as good as ever.
            Some(_) => self
                .tasks
                .spawn(async move { round.known(&plugin, request).await }),
        };
        let running = Running {
            job: number,
            refused,
        };
        self.running.insert(task.id(), running);
    }

    fn end(&mut self, ended: Result<(Id, Outcome), JoinError>) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let Some(Running { job, refused }) = self.running.remove(&id) else {
            return;
        };
        let fixer = &self.dispatch.fixers[self.jobs[job].fixer];
        let called = refused.is_none();
        if called {
            self.tell_breaker(&ended, fixer);
        }
        let ended = match (ended, refused) {
            (Ok((_, Some(Ok(call)))), _) => Ended::Answered(call),
            (Ok((_, Some(Err(error)))), None) => {
                Ended::Failed(error.to_string(), Some(Box::new(error)))
            }
            (Ok((_, Some(Err(error)))), Some(_)) => {
                Ended::Known(error.to_string(), Box::new(error))
            }
            (_, Some(why)) => Ended::Failed(why, None),
            (Ok((_, None)), None) => Ended::Failed("it was not asked".to_owned(), None),
            (Err(error), None) => {
                let message = format!("plugin `{}`: the call failed: {error}", fixer.name());
                Ended::Failed(message, None)
            }
        };
        self.ended.insert(job, ended);
        if !called {
            return;
        }
        // What waited for the trial asks again.
        let waited = self.on_trial.remove(&self.jobs[job].fixer);
        for number in waited.into_iter().flatten().rev() {
            self.waiting.push_front(number);
        }
    }

    /// What the end of a call says about its plugin. What the cache tells of
    /// was counted when it happened.
    fn tell_breaker(&self, ended: &Result<(Id, Outcome), JoinError>, fixer: &Fixer) {
        let breakers = self.dispatch.breakers;
        match ended {
            Ok((_, Some(Ok(call)))) if !call.cached => breakers.answered(&fixer.plugin),
            Ok((_, Some(Err(error))))
                if error.failure.is_plugins_fault() && !error.context.cached =>
            {
                breakers.failed(&fixer.plugin, &error.failure.to_string());
            }
            _ => breakers.inconclusive(&fixer.plugin),
        }
    }

    /// Takes what has ended, as far as the plan's order allows.
    /// A failure that is to be recorded is made again meanwhile: here and not
    /// when it ends, so that every run records the same ones.
    async fn take(&mut self, result: &mut Proposals) {
        while let Some(ended) = self.ended.remove(&self.next) {
            let job = &self.jobs[self.next];
            let fixer = &self.dispatch.fixers[job.fixer];
            let end = match &ended {
                Ended::Answered(call) => Some(Ok(call)),
                Ended::Failed(_, Some(error)) | Ended::Known(_, error) => Some(Err(&**error)),
                Ended::Failed(_, None) => None,
            };
            if let Some(end) = end {
                let first = &self.problems[job.problems[0]];
                self.dispatch.events.emit(Event::Called(&CallEnd {
                    plugin: fixer.name(),
                    class: &first.diagnostic.class,
                    place: &first.location(),
                    message: &first.diagnostic.message,
                    diagnostics: job.problems.len(),
                    result: end,
                }));
            }
            match ended {
                Ended::Answered(call) => accept(result, fixer, &job.problems, call, self.problems),
                Ended::Failed(message, None) => fail(result, &job.problems, &message),
                Ended::Failed(message, Some(error)) => {
                    let replay = self.record(job, fixer, &error).await;
                    self.tell(result, job, &message, &error, replay.as_deref());
                }
                Ended::Known(message, error) => self.tell(result, job, &message, &error, None),
            }
            self.next += 1;
        }
    }

    fn tell(
        &self,
        result: &mut Proposals,
        job: &Job,
        message: &str,
        error: &wasm::CallError,
        replay: Option<&str>,
    ) {
        let first = &self.problems[job.problems[0]];
        let told = told(error, &first.location(), &first.diagnostic.message, replay);
        failed(result, &job.problems, message, error, &told);
    }

    /// Makes a call that failed once more to record it. Gives the command that
    /// replays it.
    async fn record(&self, job: &Job, fixer: &Fixer, error: &wasm::CallError) -> Option<String> {
        let dispatch = &self.dispatch;
        let failures = dispatch.failures.filter(|f| f.wants(fixer, error))?;
        let request = request(job, fixer, self.problems, dispatch.workspace)?;
        failures
            .record(fixer, request, dispatch.services.clone())
            .await
    }

    fn beat(&mut self, sandbox: &wasm::Sandbox) {
        let running = sandbox.running();
        let events = self.dispatch.events;
        for call in &running {
            if call.elapsed >= self.dispatch.slow && self.told.insert(call.id) {
                events.emit(Event::SlowCall(call));
            }
        }
        events.emit(Event::Heartbeat {
            running: &running,
            ended: self.next + self.ended.len(),
            calls: self.jobs.len(),
        });
    }
}
