//! What was meant by a key that does not exist.

/// `\nhelp: …` for serde's words about an unknown field or variant; empty where
/// nothing is near.
pub(super) fn nearest(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown ") {
        return String::new();
    }
    let Some(found) = quoted.next() else {
        return String::new();
    };
    let known: Vec<&str> = quoted.collect();
    let near = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(found, known), *known))
        .filter(|(distance, known)| *distance <= 1 + known.len() / 3)
        .min();
    match near {
        Some((_, known)) => format!("help: did you mean `{known}`?"),
        None if known.is_empty() => String::new(),
        None => format!("help: known here: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_key_is_proposed() {
        let message = "unknown field `comand`, expected `command` or `timeout`";
        assert_eq!(nearest(message), "help: did you mean `command`?");
        let message = "unknown field `xyzzy`, expected one of `build`, `limits`";
        assert_eq!(nearest(message), "help: known here: build, limits");
        assert_eq!(nearest("invalid type: `x`"), "");
        assert_eq!(nearest("unknown field `x`, there are no fields"), "");
    }
}
