//! Bundles of failed calls, kept in the state folder for `plugin replay`.
//!
//! ```text
//! STATE/failures/NAME/bundle.json    NAME: sixteen digits of its checksum
//! ```
//!
//! A call that failed by its plugin's fault is made once more with a host that
//! notes its answers ([`buildfix_sandbox::replay`]). In one run that is done for
//! the first failure of each plugin and class, in the order of the plan, for at
//! most [`MAX_A_RUN`] of them. The oldest of more than [`MAX_BUNDLES`] are
//! deleted.
//!
//! A project that was cloned may bring a state folder of its own along: what is
//! no folder there, a symlink above all, is neither followed nor replaced.
//!
//! **Invariant: recording cannot fail a run.** Any fault is no bundle and a line
//! at debug level.

use crate::dispatch::Fixer;
use buildfix_sandbox as wasm;
use buildfix_sandbox::replay::{Bundle, is_recordable, record};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// Bundles that are kept.
pub const MAX_BUNDLES: usize = 20;
/// Calls that one run makes again, at most.
pub const MAX_A_RUN: usize = 8;
/// The folder of the bundles, in the state folder.
pub const FOLDER: &str = "failures";
/// The file of each.
pub const FILE: &str = "bundle.json";

/// How failed calls are recorded.
#[derive(Clone, Debug, Default)]
pub struct RecordOptions {
    /// Components that were named for this run alone: where each is, by its
    /// digest. Whoever makes the call again has to name it too.
    pub named: BTreeMap<String, PathBuf>,
}

/// The recorder of one run.
#[derive(Debug)]
pub struct Failures {
    dir: PathBuf,
    private: Vec<(String, &'static str)>,
    options: RecordOptions,
    /// Plugin and class of what was recorded, or tried.
    done: Mutex<BTreeSet<(String, String)>>,
}

impl Failures {
    /// Into a state folder that is there. `root` is the workspace, whose own
    /// place no bundle tells.
    #[must_use]
    pub fn new(state: &Path, root: &Path, options: RecordOptions) -> Self {
        let mut private = vec![(root.display().to_string(), ".")];
        if let Some(home) = std::env::var_os("HOME").filter(|home| !home.is_empty()) {
            private.push((PathBuf::from(home).display().to_string(), "~"));
        }
        // `/` is nobody's.
        private.retain(|(path, _)| path.len() > 1);
        Self {
            dir: state.join(FOLDER),
            private,
            options,
            done: Mutex::default(),
        }
    }

    /// Whether this failure is to be recorded; says so once for each plugin and
    /// class.
    pub(crate) fn wants(&self, fixer: &Fixer, error: &wasm::CallError) -> bool {
        if !is_recordable(&error.failure) {
            return false;
        }
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (
            fixer.plugin.digest().to_owned(),
            error.context.class.clone(),
        );
        done.len() < MAX_A_RUN && done.insert(key)
    }

    /// Makes the call once more and keeps it. Gives the command that replays it.
    pub(crate) async fn record(
        &self,
        fixer: &Fixer,
        mut request: wasm::Request,
        services: Arc<dyn wasm::Services>,
    ) -> Option<String> {
        self.redact(&mut request);
        let kept = match record(&fixer.plugin, request, services).await {
            Ok(bundle) => self.keep(&bundle).map_err(|error| error.to_string()),
            Err(why) => Err(why.to_string()),
        };
        match kept {
            Ok(path) => Some(self.command(&path, fixer)),
            Err(why) => {
                tracing::debug!(plugin = fixer.name(), why, "a failed call is not recorded");
                None
            }
        }
    }

    fn command(&self, bundle: &Path, fixer: &Fixer) -> String {
        let mut command = format!("buildfix plugin replay {}", word(bundle));
        if let Some(file) = self.options.named.get(fixer.plugin.digest()) {
            command.push_str(&format!(" --plugin {}", word(file)));
        }
        command
    }

    /// Takes the user's folders out of what compilers said and what was
    /// configured. Not out of the file, which offsets point into.
    fn redact(&self, request: &mut wasm::Request) {
        let clean = |text: &mut String| {
            for (path, stand_in) in &self.private {
                if text.contains(path.as_str()) {
                    *text = without(text, path, stand_in);
                }
            }
        };
        for (_, value) in &mut request.config {
            clean(value);
        }
        for diagnostic in &mut request.diagnostics {
            clean(&mut diagnostic.message);
            diagnostic.arguments.iter_mut().for_each(clean);
            for related in &mut diagnostic.related {
                clean(&mut related.message);
            }
            for suggestion in &mut diagnostic.suggestions {
                clean(&mut suggestion.message);
            }
        }
    }

    /// Writes a bundle, whole or not at all, and forgets the oldest.
    fn keep(&self, bundle: &Bundle) -> io::Result<PathBuf> {
        let (bytes, name) = bundle
            .encode()
            .ok_or_else(|| io::Error::other("it is too large"))?;
        folder(&self.dir)?;
        let own = self.dir.join(name);
        folder(&own)?;
        let path = own.join(FILE);
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&own)?;
        file.write_all(&bytes)?;
        // A symlink there is replaced, not followed.
        file.persist(&path)?;
        if let Err(error) = prune(&self.dir, &own) {
            tracing::debug!(%error, "old recorded calls stay");
        }
        Ok(path)
    }
}

/// Makes a folder; what is there already must be one, and no symlink.
fn folder(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match path.symlink_metadata()?.is_dir() {
                true => Ok(()),
                false => Err(io::Error::other(format!("{} is no folder", path.display()))),
            }
        }
        made => made,
    }
}

/// Deletes the oldest, but not `newest`.
fn prune(dir: &Path, newest: &Path) -> io::Result<()> {
    let mut bundles = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = name
            .to_str()
            .is_some_and(|n| n.len() == 16 && n.bytes().all(|b| b.is_ascii_hexdigit()));
        // Of a symlink, the type is that of the link.
        if ours && entry.file_type()?.is_dir() {
            let written = entry.path().join(FILE).symlink_metadata();
            let time = written.and_then(|file| file.modified());
            bundles.push((time.unwrap_or(SystemTime::UNIX_EPOCH), entry.path()));
        }
    }
    bundles.sort();
    let old = bundles.len().saturating_sub(MAX_BUNDLES);
    for (_, path) in bundles.iter().filter(|(_, path)| path != newest).take(old) {
        fs::remove_dir_all(path)?;
    }
    Ok(())
}

/// `text` with `stand_in` for each mention of `path` and what is below it.
fn without(text: &str, path: &str, stand_in: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(path) {
        let (before, found) = rest.split_at(at);
        let after = &found[path.len()..];
        // `/home/ann` is no part of `/home/anna`, or of `/old/home/ann`.
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        let apart = !after.starts_with(goes_on) && !before.ends_with(goes_on);
        clean.push_str(before);
        clean.push_str(if apart { stand_in } else { path });
        rest = after;
    }
    clean.push_str(rest);
    clean
}

/// A path as a shell reads it, from here if it is below.
fn word(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let here = here.and_then(|here| here.canonicalize().ok());
    let path = here
        .and_then(|here| path.strip_prefix(here).ok())
        .unwrap_or(path);
    let text = path.display().to_string();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+:@%".contains(&b);
    if text.bytes().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_taken_out_and_its_namesakes_are_not() {
        let text = "/home/ann/a.c: /home/anna/b.c, `/home/ann`, /old/home/ann";
        assert_eq!(
            without(text, "/home/ann", "~"),
            "~/a.c: /home/anna/b.c, `~`, /old/home/ann"
        );
    }

    #[test]
    fn a_word_is_what_a_shell_reads() {
        assert_eq!(word(Path::new("/a/b-1.wasm")), "/a/b-1.wasm");
        assert_eq!(word(Path::new("/it's here")), r"'/it'\''s here'");
    }
}
