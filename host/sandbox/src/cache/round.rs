//! Calls through the cache.

use super::answers::Answers;
use super::explain::{Miss, Place};
use super::key::{Key, Parts};
use super::normal::normalise;
use super::record::Record;
use super::recorder::Recorder;
use super::result_cache::{Inner, Mode, ResultCache};
use super::revive::revive;
use super::store::Subject;
use super::trace::Read;
use crate::fuel::{Allowance, Ladder};
use crate::{Call, CallError, Plugin, Request, Services};
use std::sync::Arc;

/// The calls of one round, during which the host's answers do not change.
pub struct Round {
    cache: Option<ResultCache>,
    services: Arc<dyn Services>,
    answers: Arc<Answers>,
    number: usize,
}

/// What is known of a call before it runs.
pub(super) struct Asked {
    pub parts: Parts,
    pub key: Key,
    pub subject: Subject,
    /// Of its diagnostics, for those who ask why.
    pub places: Vec<Place>,
    /// Fuel that it may burn.
    pub ladder: Ladder,
}

impl Round {
    /// A round over these services; without a cache every call runs.
    #[must_use]
    pub fn new(cache: Option<ResultCache>, services: Arc<dyn Services>) -> Self {
        Self {
            number: cache.as_ref().map_or(0, |cache| cache.inner.next_round()),
            cache,
            services,
            answers: Arc::default(),
        }
    }

    /// The call's result, out of the cache or from `run`, which is given the
    /// request in its normal form and the services to call the plugin with.
    ///
    /// # Errors
    /// As [`Plugin::call`].
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn call<F, R>(
        &self,
        plugin: &Plugin,
        mut request: Request,
        run: F,
    ) -> Result<Call, CallError>
    where
        F: FnOnce(Request, Arc<dyn Services>) -> R,
        R: Future<Output = Result<Call, CallError>>,
    {
        let ids = normalise(&mut request);
        let mut result = match &self.cache {
            None => run(request, Arc::clone(&self.services)).await,
            Some(cache) => self.through(cache, plugin, request, run).await,
        };
        if let Ok(call) = &mut result {
            ids.restore(call);
        }
        result
    }

    /// The answer of an earlier run, if it still holds: for a plugin that must
    /// not be called now. `None` without a cache, and where hits are not to be
    /// used.
    pub async fn known(
        &self,
        plugin: &Plugin,
        mut request: Request,
    ) -> Option<Result<Call, CallError>> {
        let cache = self.cache.as_ref()?;
        if cache.inner.options.mode != Mode::Use {
            return None;
        }
        let ids = normalise(&mut request);
        let asked = Arc::new(Asked::new(cache, plugin, &request));
        let found = self.look_up(cache, &asked).await;
        cache.inner.count(&asked, &found, self.number);
        let mut result = revive(*found.ok()?, &asked, plugin, &request);
        if let Ok(call) = &mut result {
            ids.restore(call);
        }
        Some(result)
    }

    async fn through<F, R>(
        &self,
        cache: &ResultCache,
        plugin: &Plugin,
        request: Request,
        run: F,
    ) -> Result<Call, CallError>
    where
        F: FnOnce(Request, Arc<dyn Services>) -> R,
        R: Future<Output = Result<Call, CallError>>,
    {
        let asked = Arc::new(Asked::new(cache, plugin, &request));
        let mode = cache.inner.options.mode;
        let found = match mode {
            Mode::Recache => Err(Miss::Recache),
            Mode::Use | Mode::Verify => self.look_up(cache, &asked).await,
        };
        cache.inner.count(&asked, &found, self.number);
        let known = match found {
            Ok(record) if mode == Mode::Use => return revive(*record, &asked, plugin, &request),
            Ok(record) => Some(revive(*record, &asked, plugin, &request)),
            Err(_) => None,
        };
        let recorder = Arc::new(Recorder::new(
            Arc::clone(&self.services),
            Arc::clone(&self.answers),
        ));
        let result = run(request, Arc::clone(&recorder) as Arc<dyn Services>).await;
        let refuted = match known {
            Some(known) if !cache.inner.differs(&asked, &known, &result) => return result,
            known => known.is_some(),
        };
        let record = recorder
            .finish()
            .and_then(|trace| Record::of(trace, &result));
        if let Some(record) = record {
            let cache = cache.clone();
            // What is known beside a wrong record is not to be trusted either.
            let alone = refuted || mode == Mode::Recache;
            // To its end, or the next run may come before it. A panic there
            // costs a later hit.
            let _ =
                tokio::task::spawn_blocking(move || cache.inner.put(&asked, record, alone)).await;
        }
        result
    }

    /// A record that still holds.
    async fn look_up(&self, cache: &ResultCache, asked: &Arc<Asked>) -> Result<Box<Record>, Miss> {
        // Reading a small file and comparing it with what the round knows takes
        // less time than to hand it to another thread.
        let mut search = match cache.inner.load(asked) {
            Ok(search) => search,
            Err(Miss::NoRecord) if cache.inner.options.explain => {
                return self.blocking(cache, asked, Inner::nearest).await;
            }
            Err(miss) => return Err(miss),
        };
        let (freshness, budget) = (search.freshness, asked.ladder.total());
        let mut known = |read: &Read| self.answers.get(&read.question);
        let found = match search.go_on(budget, &mut known) {
            Some(found) => found,
            None => {
                let (services, answers) = (Arc::clone(&self.services), Arc::clone(&self.answers));
                self.blocking(cache, asked, move |_, _| {
                    let mut ask = |read: &Read| Some(answers.ask(&read.question, &*services));
                    let found = search.go_on(budget, &mut ask);
                    found.unwrap_or(Err(Miss::Fault))
                })
                .await
            }
        };
        if found.is_ok() {
            cache.inner.store.renew(asked.key, freshness);
        }
        found
    }

    /// Does what may take a while: asking the host, which may have to build its
    /// index, or reading the whole cache.
    async fn blocking(
        &self,
        cache: &ResultCache,
        asked: &Arc<Asked>,
        work: impl FnOnce(&Inner, &Asked) -> Result<Box<Record>, Miss> + Send + 'static,
    ) -> Result<Box<Record>, Miss> {
        // The semaphore is never closed.
        let _slot = cache.inner.slots.acquire().await.ok();
        let (inner, asked) = (Arc::clone(&cache.inner), Arc::clone(asked));
        tokio::task::spawn_blocking(move || work(&inner, &asked))
            .await
            .unwrap_or(Err(Miss::Fault))
    }
}

impl Asked {
    fn new(cache: &ResultCache, plugin: &Plugin, request: &Request) -> Self {
        let options = &cache.inner.options;
        let parts = Parts::of(plugin, request, &options.salt);
        let (limits, manifest) = (&plugin.inner.core.limits, plugin.manifest());
        let place = |d: &crate::Diagnostic| Place {
            line: d.line,
            column: d.column,
        };
        Self {
            key: parts.key(),
            parts,
            subject: Subject {
                plugin: manifest.name.clone(),
                version: manifest.version.to_string(),
                class: request.class.clone(),
                file: request.file.path.clone(),
            },
            places: match options.explain {
                true => request.diagnostics.iter().map(place).collect(),
                false => Vec::new(),
            },
            ladder: Allowance::of(limits, manifest, &plugin.budgets, request).ladder,
        }
    }
}
