//! Strangers' text on its way to a terminal.

/// Cuts at `max` bytes (at a character's boundary, with an ellipsis) and
/// replaces control characters, so that a plugin can neither flood a report nor
/// send escape sequences to a terminal. Line feeds and tabs stay.
#[must_use]
pub fn tame(text: &str, max: usize) -> String {
    let cut = text.floor_char_boundary(max);
    let mut tame: String = text[..cut]
        .chars()
        .map(|c| if hostile(c) { '\u{fffd}' } else { c })
        .collect();
    if cut < text.len() {
        tame.push('…');
    }
    tame
}

/// [`tame`], on one line.
#[must_use]
pub fn tame_line(text: &str, max: usize) -> String {
    tame(text, max).replace(['\n', '\t'], " ")
}

/// Control characters, and those that reorder or hide the text around them.
#[must_use]
pub fn hostile(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_between_characters() {
        assert_eq!(tame("жжж", 3), "ж…");
        assert_eq!(tame("жжж", 6), "жжж");
        assert_eq!(tame("", 0), "");
    }

    #[test]
    fn disarms_escape_sequences_and_bidi() {
        assert_eq!(
            tame("a\x1b[31mb\u{202e}c\nd", 100),
            "a\u{fffd}[31mb\u{fffd}c\nd"
        );
        assert_eq!(tame_line("a\nb\tc", 100), "a b c");
    }
}
