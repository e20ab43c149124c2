//! Keeping the index up to date: which files must be read, which parsed, and
//! what is kept for the next run.

use super::SymbolIndex;
use super::index::{Family, lock};
use super::names::{File, Names, module_of};
use super::store::Remembered;
use crate::files::Stamp;
use crate::syntax::Language;
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

impl SymbolIndex {
    /// Reads and parses a language's files ahead of the first question, on this
    /// thread alone, until `stop` is set: worth a thread while a build runs,
    /// for a large project takes seconds. Questions need not wait for it; they
    /// take what is done and do the rest.
    pub fn prepare(&self, language: &str, stop: &AtomicBool) {
        let Some(family) = Family::of(language) else {
            return;
        };
        self.recall(family);
        let paths = self.sources.paths();
        for path in of_family(family, &paths) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let (now, stamp) = (SystemTime::now(), self.sources.stamp(path));
            if let Ok(file) = self.look(family, path, &paths, stamp, now)
                && let Some(stamp) = file.stamp
            {
                let file = Remembered {
                    stamp,
                    language: file.language,
                    hash: file.hash,
                    kept: false,
                };
                let mut remembered = lock(&self.remembered);
                let known = remembered.entry(family).or_default();
                if known.get(path).is_none_or(|known| known.stamp != stamp) {
                    known.insert(path.clone(), file);
                }
            }
        }
        self.with_names(language, |_| ());
        self.table(language, Some(stop));
    }

    /// Keeps what was learned for the next run.
    pub fn save(&self) {
        let Some(store) = &self.store else {
            return;
        };
        if let Some(dependencies) = &self.dependencies {
            dependencies.save(store);
        }
        let families: Vec<_> = {
            let families = self.families.read().unwrap_or_else(PoisonError::into_inner);
            families
                .iter()
                .map(|(family, names)| (*family, names.clone()))
                .collect()
        };
        for (family, names) in families {
            if lock(&self.unsaved).insert(family, false) == Some(true) {
                let names = names.read().unwrap_or_else(PoisonError::into_inner);
                store.save(family.0, names.files.iter().flatten().map(File::held));
            }
        }
    }

    /// Looks at every file of a family and takes in those that changed.
    pub(super) fn update(&self, family: Family, names: &mut Names) {
        self.recall(family);
        let paths = self.sources.paths();
        let mine: Vec<&String> = of_family(family, &paths).collect();
        let next = AtomicUsize::new(0);
        let changed = Mutex::new(Vec::new());
        let gone = Mutex::new(Vec::new());
        let known = &*names;
        let work = || {
            while let Some(path) = mine.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (now, stamp) = (SystemTime::now(), self.sources.stamp(path));
                if known.is_unchanged(path, stamp, &paths) {
                    continue;
                }
                match self.look(family, path, &paths, stamp, now) {
                    Ok(file) => lock(&changed).push(file),
                    Err(reason) => {
                        tracing::debug!(
                            path = path.as_str(),
                            reason,
                            "left out of the symbol index"
                        );
                        lock(&gone).push((*path).clone());
                    }
                }
            }
        };
        let threads = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(mine.len());
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut changed = changed.into_inner().unwrap_or_else(PoisonError::into_inner);
        changed.sort_by(|left, right| left.path.cmp(&right.path));
        let mut gone = gone.into_inner().unwrap_or_else(PoisonError::into_inner);
        let present: HashSet<&str> = mine.iter().map(|path| path.as_str()).collect();
        gone.extend(
            names
                .by_path
                .keys()
                .filter(|path| !present.contains(path.as_str()))
                .cloned(),
        );
        let remembered = lock(&self.remembered).remove(&family).unwrap_or_default();
        let kept = |path: &str| remembered.get(path).filter(|file| file.kept);
        let mut differs = remembered
            .iter()
            .any(|(path, file)| file.kept && !present.contains(path.as_str()));
        for path in gone {
            differs |= names.remove(&path) || kept(&path).is_some();
        }
        for file in changed {
            differs |= kept(&file.path).is_none_or(|kept| file.stamp != Some(kept.stamp));
            names.put(file);
        }
        *lock(&self.unsaved).entry(family).or_default() |= differs;
        self.forget_spare_contents();
    }

    /// Takes in what the last run kept of a family.
    fn recall(&self, family: Family) {
        let mut unsaved = lock(&self.unsaved);
        if unsaved.contains_key(&family) {
            return;
        }
        if let Some(store) = &self.store {
            let loaded = store.load(family.0);
            let mut contents = lock(&self.contents);
            for (key, decls) in loaded.contents {
                contents.entry(key).or_insert(Ok(decls));
            }
            lock(&self.remembered).insert(family, loaded.files);
        }
        // Only now: others waited for the lock.
        unsaved.insert(family, false);
    }

    /// A file as it is now, read only if its stamp, taken at `now`, does not
    /// tell.
    fn look(
        &self,
        family: Family,
        path: &str,
        paths: &[String],
        stamp: Option<Stamp>,
        now: SystemTime,
    ) -> Result<File, String> {
        let remembered = lock(&self.remembered)
            .get(&family)
            .and_then(|files| files.get(path))
            .filter(|remembered| Some(remembered.stamp) == stamp)
            .cloned();
        if let Some(Remembered { language, hash, .. }) = remembered
            && let Some(Ok(decls)) = lock(&self.contents).get(&(language, hash.clone()))
        {
            return Ok(File {
                path: path.to_owned(),
                stamp,
                hash,
                language,
                module: module_of(language, path, paths),
                decls: decls.clone(),
            });
        }
        let mut loaded = Err(String::new());
        self.sources.read(path, &mut |text, hash| {
            loaded = self
                .load(path, text, hash, paths)
                .map_err(|error| error.to_string());
        })?;
        let mut file = loaded?;
        file.stamp = stamp.filter(|stamp| stamp.is_settled(now));
        Ok(file)
    }
}

fn of_family(family: Family, paths: &[String]) -> impl Iterator<Item = &String> {
    paths.iter().filter(move |path| {
        Language::of_path(path).is_some_and(|language| Family::of(language.name()) == Some(family))
    })
}
