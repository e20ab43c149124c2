//! Lines as words and signs, in whatever language they are.

use std::ops::Range;

/// The words (letters, digits and `_`) and the other characters of a line that
/// are not blank, in order.
pub(crate) fn split(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut word: Option<usize> = None;
    for (at, c) in line.char_indices() {
        if is_word(c) {
            word.get_or_insert(at);
            continue;
        }
        if let Some(start) = word.take() {
            parts.push(&line[start..at]);
        }
        if !c.is_whitespace() {
            parts.push(&line[at..at + c.len_utf8()]);
        }
    }
    if let Some(start) = word {
        parts.push(&line[start..]);
    }
    parts
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether it is a name: a word that does not begin with a digit.
pub(crate) fn is_name(part: &str) -> bool {
    part.chars()
        .next()
        .is_some_and(|c| is_word(c) && !c.is_numeric())
}

/// Where `what` stands in `text`, whole words only.
pub(crate) fn whole<'t>(text: &'t str, what: &'t str) -> impl Iterator<Item = Range<usize>> + 't {
    let joins = |a: Option<char>, b: Option<char>| a.is_some_and(is_word) && b.is_some_and(is_word);
    text.match_indices(what)
        .map(|(at, found)| at..at + found.len())
        .filter(move |range| {
            !what.is_empty()
                && !joins(text[..range.start].chars().next_back(), what.chars().next())
                && !joins(what.chars().next_back(), text[range.end..].chars().next())
        })
}

/// What a line's change comes to, where it is one: the words that went and
/// those that came in their place. Parts that differ must be adjacent, begin
/// with a name and end in a word on either side. `None` where nothing or
/// something else has changed.
pub(crate) fn replaced(before: &str, after: &str) -> Option<(String, String)> {
    const LONGEST: usize = 7;
    let (old, new) = (split(before), split(after));
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(room)
        .take_while(|(a, b)| a == b)
        .count();
    let gone = &old[head..old.len() - tail];
    let came = &new[head..new.len() - tail];
    let fits = |parts: &[&str]| {
        (1..=LONGEST).contains(&parts.len())
            && is_name(parts[0])
            && parts.last().is_some_and(|part| part.chars().all(is_word))
    };
    if !fits(gone) || !fits(came) {
        return None;
    }
    Some((text(before, gone)?, text(after, came)?))
}

/// The text from the first to the last of some parts of a line.
fn text(line: &str, parts: &[&str]) -> Option<String> {
    let (first, last) = (parts.first()?, parts.last()?);
    let start = first.as_ptr() as usize - line.as_ptr() as usize;
    let end = last.as_ptr() as usize - line.as_ptr() as usize + last.len();
    line.get(start..end).map(str::to_owned)
}

/// The words that two lines with the same signs differ in.
pub(crate) fn word_for_word<'l>(before: &'l str, after: &'l str) -> Vec<(&'l str, &'l str)> {
    let (old, new) = (split(before), split(after));
    if old.len() != new.len() {
        return Vec::new();
    }
    let changed: Vec<(&str, &str)> = old
        .into_iter()
        .zip(new)
        .filter(|(old, new)| old != new)
        .collect();
    match changed
        .iter()
        .all(|(old, new)| is_name(old) && is_name(new))
    {
        true => changed,
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_change_of_a_line() {
        let of = |a, b| replaced(a, b).map(|(a, b)| format!("{a} -> {b}"));
        assert_eq!(
            of("  x = get_user(1);", "  x = fetch_user(1);").unwrap(),
            "get_user -> fetch_user"
        );
        assert_eq!(
            of("new Old.Name()", "new Better.Kept.Name()").unwrap(),
            "Old -> Better.Kept"
        );
        assert_eq!(of("f(a)", "f(a, b)"), None);
        assert_eq!(of("f(a)", "f(a)"), None);
        assert_eq!(of("x = 1", "x = 2"), None);
    }

    #[test]
    fn whole_words_only() {
        assert_eq!(whole("ab abc ab", "ab").collect::<Vec<_>>(), [0..2, 7..9]);
        assert_eq!(whole("a.b", "a.b").count(), 1);
        assert_eq!(whole("", "").count(), 0);
    }

    proptest! {
        #[test]
        fn any_two_lines(before in ".{0,40}", after in ".{0,40}") {
            if let Some((gone, came)) = replaced(&before, &after) {
                prop_assert!(before.contains(&gone) && after.contains(&came));
            }
            prop_assert!(split(&before).concat().chars().eq(
                before.chars().filter(|c| !c.is_whitespace())
            ));
        }
    }
}
