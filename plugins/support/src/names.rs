//! How close two names are.

/// The edit distance (insert, delete, replace, swap neighbours) of two names,
/// or `None` beyond `max`. Two names that differ in case alone are 1 apart.
#[must_use]
pub fn distance(a: &str, b: &str, max: usize) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    if a.eq_ignore_ascii_case(b) {
        return (max >= 1).then_some(1);
    }
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    // Names are short; a longer one is no typo, and a bound keeps the cost low.
    if a.len().abs_diff(b.len()) > max || a.len().max(b.len()) > 128 {
        return None;
    }
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row[j] = best;
        }
        before = std::mem::replace(&mut last, row);
    }
    let found = last[b.len()];
    (found <= max).then_some(found)
}

/// How far a misspelling may reasonably be from the name that was meant: short
/// names have too many neighbours for two slips.
#[must_use]
pub fn tolerance(name: &str) -> usize {
    match name.chars().count() {
        0..=2 => 1,
        3..=5 => 1,
        _ => 2,
    }
}

/// The candidates within reach of `name`, nearest first, ties in the order
/// given, each name once and never `name` itself.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let max = tolerance(name);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for candidate in candidates {
        if candidate == name || found.iter().any(|(_, seen)| *seen == candidate) {
            continue;
        }
        if let Some(d) = distance(name, candidate, max) {
            found.push((d, candidate));
        }
    }
    found.sort_by_key(|(d, _)| *d);
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_slips() {
        assert_eq!(distance("Reisze", "Resize", 2), Some(1));
        assert_eq!(distance("Whree", "Where", 2), Some(1));
        assert_eq!(distance("curent", "current", 2), Some(1));
        assert_eq!(distance("select", "Select", 2), Some(1));
        assert_eq!(distance("kitten", "sitting", 2), None);
    }

    #[test]
    fn short_names_tolerate_one_slip() {
        assert_eq!(nearest("Lit", ["List", "Set", "Lint"]), ["List", "Lint"]);
        assert!(nearest("ab", ["xy"]).is_empty());
    }
}
