//! The folders of `tests/cases`, each a broken project.

use crate::tool::{absent, buildfix, copy, diff, root, transcript, tree};
use libtest_mimic::{Failed, Trial};
use std::path::{Path, PathBuf};

/// `case.toml`
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The arguments after `buildfix`; `{dir}` is the copy.
    args: Vec<String>,
    /// Programs without which the test cannot run.
    #[serde(default)]
    needs: Vec<String>,
    /// Leave standard error out of the snapshot: it holds a compiler's own
    /// words, which differ from version to version.
    #[serde(default)]
    quiet: bool,
}

pub fn all() -> Vec<Trial> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("tests/cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("case.toml").is_file())
        .collect();
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let case: Case =
                toml::from_str(&std::fs::read_to_string(folder.join("case.toml")).unwrap())
                    .unwrap();
            let name = folder.file_name().unwrap().to_string_lossy().into_owned();
            let needs: Vec<&str> = case.needs.iter().map(String::as_str).collect();
            let missing = absent(&needs);
            let name = if missing.is_empty() {
                format!("case::{name}")
            } else {
                format!("case::{name} (needs {})", missing.join(", "))
            };
            Trial::test(name, move || run(&folder, &case)).with_ignored_flag(!missing.is_empty())
        })
        .collect()
}

fn run(folder: &Path, case: &Case) -> Result<(), Failed> {
    let temp = tempfile::tempdir()?;
    let dir = temp.path().canonicalize()?.join("project");
    copy(&folder.join("before"), &dir);
    let before = tree(&dir);
    let args = case
        .args
        .iter()
        .map(|arg| arg.replace("{dir}", &dir.display().to_string()));
    let output = buildfix().args(args).current_dir(&dir).output()?;
    let mut result = transcript(&output, &dir);
    if case.quiet {
        result.truncate(result.find("--- stderr\n").unwrap_or(result.len()));
    }
    result.push_str("--- tree\n");
    let after = tree(&dir);
    result.push_str(&diff(&before, &after));
    compare(&folder.join("result.txt"), &result)?;
    // Twice over a mended tree changes nothing.
    let again = case
        .args
        .iter()
        .map(|arg| arg.replace("{dir}", &dir.display().to_string()));
    if output.status.success() {
        buildfix().args(again).current_dir(&dir).output()?;
        let third = tree(&dir);
        if third != after {
            return Err(format!("a second run changed the tree:\n{}", diff(&after, &third)).into());
        }
    }
    Ok(())
}

/// Holds a text against the snapshot in a file.
pub fn compare(path: &Path, actual: &str) -> Result<(), Failed> {
    if std::env::var_os("BUILDFIX_UPDATE").is_some() {
        std::fs::write(path, actual)?;
        return Ok(());
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    let diff = similar::TextDiff::from_lines(expected.as_str(), actual);
    let diff = diff.unified_diff().header("expected", "actual").to_string();
    Err(format!(
        "{} differs (BUILDFIX_UPDATE=1 writes it anew):\n{diff}",
        path.display()
    )
    .into())
}
