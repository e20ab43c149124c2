//! What a fix makes of the files.

use crate::LocalHost;
use buildfix_sdk::{Fix, TextEdit};
use std::collections::BTreeMap;

/// The new texts of the files that `fix` edits, by path. Nothing is written.
/// Set edits are inserted as they are, without the host's merging; changes to
/// whole files are not looked at.
///
/// # Errors
/// What the host would refuse: a file that cannot be read, a range that is not
/// one of its text, another text there than expected, overlapping edits.
pub fn apply(host: &LocalHost, fix: &Fix) -> Result<BTreeMap<String, String>, String> {
    let mut by_path: BTreeMap<&str, Vec<&TextEdit>> = BTreeMap::new();
    for edit in &fix.edits {
        by_path.entry(&edit.span.path).or_default().push(edit);
    }
    let mut texts = BTreeMap::new();
    for (path, mut edits) in by_path {
        let mut text = host.source(path)?.text;
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        if edits
            .windows(2)
            .any(|pair| pair[1].span.start < pair[0].span.end)
        {
            return Err(format!("edits of `{path}` overlap"));
        }
        for edit in edits.iter().rev() {
            let range = edit.span.start as usize..edit.span.end as usize;
            let there = text
                .get(range.clone())
                .ok_or_else(|| format!("{range:?} is not a range of `{path}`"))?;
            if there != edit.expect {
                return Err(format!(
                    "{range:?} of `{path}` is `{there}`, not `{}`",
                    edit.expect
                ));
            }
            text.replace_range(range, &edit.text);
        }
        texts.insert(path.to_owned(), text);
    }
    Ok(texts)
}
