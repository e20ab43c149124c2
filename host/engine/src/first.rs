//! The first build: run, or taken from the last run where nothing has changed
//! since ([`crate::reuse`]); and the last failing one, kept for the next run.

use crate::ahead::Ahead;
use crate::command;
use crate::dispatch::Fixer;
use crate::report::ReusedBuild;
use crate::reuse::Reuse;
use crate::run::Found;
use crate::search::Node;
use crate::session::{Built, Session, State, StepError};
use crate::steps::add;
use buildfix_workspace::files::Survey;
use std::path::Path;
use std::time::Instant;

/// How the run begins, and what is needed to keep its end.
pub struct First {
    reuse: Option<Reuse>,
    allowed: bool,
    /// What the tree held during the first build; `None` where it is not
    /// known.
    base: Option<Survey>,
    reused: Option<ReusedBuild>,
    /// The reused build turned out to be of another time.
    stale: bool,
}

impl First {
    /// Builds are kept in the state directory. `keeps`: whether any are, for a
    /// copy of the workspace has no next run. `allowed`: whether one may stand
    /// for the first.
    pub fn new(session: &Session<'_>, state: &Path, keeps: bool, allowed: bool) -> Self {
        let reuse = || Reuse::new(state, &session.command, &session.dir, &session.matchers);
        Self {
            reuse: keeps.then(reuse),
            allowed,
            base: None,
            reused: None,
            stale: false,
        }
    }

    /// What stood for the first build.
    pub fn reused(&self) -> Option<ReusedBuild> {
        self.reused
    }

    /// The build of the tree as it is.
    pub async fn run(
        &mut self,
        session: &mut Session<'_>,
        fixers: &[Fixer],
    ) -> Result<Built, StepError> {
        let started = Instant::now();
        let (before, kept) = match &self.reuse {
            Some(reuse) => reuse.find(&session.workspace),
            None => (None, None),
        };
        add(&mut session.steps.survey, started.elapsed());
        if let Some(kept) = kept.filter(|_| self.allowed) {
            self.base = before;
            self.reused = Some(ReusedBuild {
                age_seconds: kept.age().as_secs(),
                seconds: kept.elapsed.as_secs_f64(),
            });
            return Ok(session.reuse(kept));
        }
        let languages = command::languages(&session.command.argv);
        session.ahead = Some(Ahead::start(fixers, session.symbols.clone(), &languages));
        let built = session.build(State::new(), "the build as it is").await?;
        if !built.success {
            let started = Instant::now();
            self.base = before.and_then(|before| {
                let after = Survey::take(&session.workspace)?;
                let after = after.complete(&session.workspace, Some(&before))?;
                before.is_untouched(&after).then_some(after)
            });
            add(&mut session.steps.survey, started.elapsed());
        }
        Ok(built)
    }

    /// An end with fewer errors than a reused build is compared with a real
    /// one: what that build depends on unseen may have changed.
    pub async fn confirm(
        &mut self,
        session: &mut Session<'_>,
        found: &mut Found,
        warnings: &mut Vec<String>,
    ) {
        let best = &found.best;
        if self.reused.is_none() || best.built.success || best.chain.is_empty() {
            return;
        }
        match session
            .build(State::new(), "the start, to compare with")
            .await
        {
            Ok(start) if best.built.better_than(&start, &start) => {}
            Ok(start) => {
                self.stale = true;
                warnings.push(
                    "the reused build was out of date, so nothing was kept; \
                     run again with --no-reuse"
                        .to_owned(),
                );
                found.start = start.clone();
                found.best = Node {
                    built: start,
                    chain: Vec::new(),
                };
            }
            Err(error) => {
                warnings.push(format!(
                    "nothing was kept, for it cannot be compared: {error}"
                ));
                found.best = Node {
                    built: found.start.clone(),
                    chain: Vec::new(),
                };
            }
        }
    }

    /// Keeps the build of the state that the tree was left in.
    pub fn keep(&self, session: &mut Session<'_>, last: &Built) {
        let Some(reuse) = &self.reuse else {
            return;
        };
        if self.reused.is_some() && !self.stale && last.state.is_empty() {
            // It is what is kept already.
            return;
        }
        let started = Instant::now();
        let survey = self
            .base
            .as_ref()
            .filter(|_| !last.success)
            .and_then(|base| {
                let now = Survey::take(&session.workspace)?;
                let now = now.complete(&session.workspace, Some(base))?;
                base.leads_to(&now, |path| session.expected(&last.state, path))
                    .then_some(now)
            });
        match (survey, &last.log) {
            (Some(survey), Some(log)) => {
                reuse.keep(survey, last.status.clone(), last.elapsed, (**log).clone());
            }
            _ => reuse.forget(),
        }
        add(&mut session.steps.survey, started.elapsed());
    }
}
