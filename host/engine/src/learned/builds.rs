//! Builds old commits in a copy of the repository, to learn how errors were
//! mended.

use crate::build::{self, BuildError};
use crate::command::instrument;
use crate::event::Events;
use crate::problem;
use buildfix_diagnostics::Matcher;
use buildfix_learn::Template;
use buildfix_learn::history::{self, HistoryError};
use buildfix_learn::pairs::{self, Error, Pairs};
use buildfix_workspace::Workspace;
use buildfix_workspace::files::WorkspaceError;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;

/// What is built.
#[derive(Clone, Debug)]
pub struct PastBuilds {
    /// The workspace, in a git repository.
    pub dir: PathBuf,
    /// Pairs of commits that are looked at, at most: so many and one more are
    /// built.
    pub commits: usize,
    /// The build.
    pub command: Vec<String>,
    /// The user's matchers.
    pub matchers: Vec<Matcher>,
    /// Ends any build that takes longer; that commit is left out.
    pub build_limit: Option<Duration>,
}

/// Why nothing was learned.
#[derive(Debug, thiserror::Error)]
pub enum PastBuildsError {
    /// The history cannot be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The build cannot be run at all, or the user asked to stop.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The copy cannot be used.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// There is no room for a copy.
    #[error("cannot make a folder for the copy: {0}")]
    Io(#[from] std::io::Error),
}

/// Builds the last commits, newest first, and makes templates of how errors of
/// one went away in the next. `told` hears of each commit and its errors.
/// Neither the workspace nor its repository is changed.
///
/// # Errors
/// [`PastBuildsError`].
pub async fn learn_from_builds(
    options: &PastBuilds,
    cancel: watch::Receiver<bool>,
    events: &dyn Events,
    told: &(dyn Fn(&str, usize) + Sync),
) -> Result<Vec<Template>, PastBuildsError> {
    let commits = pairs::line_of_commits(&options.dir, options.commits)?;
    let prefix = history::git(&options.dir, &["rev-parse", "--show-prefix"])?;
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("copy");
    pairs::copy(&options.dir, &copy)?;
    let dir = copy.join(prefix.trim_end_matches('\n'));
    let mut pairs = Pairs::default();
    let mut newer: Option<(&str, Vec<Error>)> = None;
    for commit in &commits {
        history::git(
            &copy,
            &["checkout", "--quiet", "--force", "--detach", commit],
        )?;
        let built = errors(&dir, options, cancel.clone(), events).await;
        let errors = match built {
            Ok(errors) => errors,
            Err(PastBuildsError::Build(BuildError::TimedOut { .. })) => {
                newer = None;
                continue;
            }
            Err(error) => return Err(error),
        };
        told(commit, errors.len());
        if let Some((commit_after, after)) = &newer {
            pairs.learn(&dir, commit, commit_after, &errors, after)?;
        }
        newer = Some((commit, errors));
    }
    Ok(pairs.templates())
}

async fn errors(
    dir: &Path,
    options: &PastBuilds,
    cancel: watch::Receiver<bool>,
    events: &dyn Events,
) -> Result<Vec<Error>, PastBuildsError> {
    let workspace = Workspace::open(dir)?;
    let command = instrument(&options.command, false);
    let outcome = build::run(
        &command,
        workspace.root(),
        &options.matchers,
        options.build_limit,
        cancel,
        events,
        &|_| (),
    )
    .await?;
    let mut errors: Vec<Error> = problem::place(&workspace, outcome.diagnostics)
        .into_iter()
        .filter(|problem| problem.diagnostic.is_error())
        .filter_map(|problem| {
            Some(Error {
                path: problem.path()?.to_owned(),
                line: problem.place.0,
                message: problem
                    .diagnostic
                    .message
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                class: problem.diagnostic.class,
            })
        })
        .collect();
    errors.sort();
    errors.dedup();
    Ok(errors)
}
