//! What the compiler's messages say.

/// What stands between two marks of a message.
pub fn between<'m>(message: &'m str, before: &str, after: &str) -> Option<&'m str> {
    let start = message.find(before)? + before.len();
    let end = message[start..].find(after)?;
    Some(&message[start..start + end])
}

/// `cannot use X (variable of type T) as U value in argument to f: reason`
#[derive(Debug, PartialEq, Eq)]
pub struct CannotUse<'m> {
    /// The expression as it is shown.
    pub shown: &'m str,
    /// What it is said to be: `variable of type T`.
    pub what: &'m str,
    /// Its type, if the message names one.
    pub from: Option<&'m str>,
    /// The type that is wanted.
    pub to: &'m str,
    /// Where it stands: `argument to f`, `assignment`.
    pub place: &'m str,
    /// Why not.
    pub reason: &'m str,
}

/// Takes such a message apart.
pub fn cannot_use(message: &str) -> Option<CannotUse<'_>> {
    let rest = message.strip_prefix("cannot use ")?;
    let value_in = rest.find(" value in ")?;
    let (head, tail) = (&rest[..value_in], &rest[value_in + " value in ".len()..]);
    let (place, reason) = match tail.split_once(": ") {
        Some((place, reason)) => (place, reason),
        None => (tail, ""),
    };
    if let Some(as_at) = head.rfind(") as ") {
        let to = &head[as_at + ") as ".len()..];
        let open = opening(&head[..=as_at])?;
        let what = &head[open + 1..as_at];
        return Some(CannotUse {
            shown: head[..open].trim_end(),
            what,
            from: type_of(what),
            to,
            place,
            reason,
        });
    }
    // `cannot use nil as string value in assignment`
    let (shown, to) = head.rsplit_once(" as ")?;
    Some(CannotUse {
        shown,
        what: "",
        from: None,
        to,
        place,
        reason,
    })
}

/// Where the bracket opens that a text ends with.
fn opening(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The type in `variable of type T`, `value of struct type T`.
fn type_of(what: &str) -> Option<&str> {
    let at = what.find("type ")? + "type ".len();
    let of = &what[at..];
    // `constrained by …`, `in …`
    Some(of.split(" constrained by ").next().unwrap_or(of).trim())
}

/// The types in `\thave (int, error)` or `\twant (int)`.
pub fn listed(message: &str, word: &str) -> Option<Vec<String>> {
    let line = message
        .lines()
        .find_map(|line| line.trim_start().strip_prefix(word))?;
    let inner = line.trim().strip_prefix('(')?.strip_suffix(')')?;
    Some(split(inner))
}

/// Splits at the commas outside of brackets.
pub fn split(text: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = text[start..].trim();
    if !last.is_empty() {
        parts.push(last.to_owned());
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfitting_value_is_taken_apart() {
        let found = cannot_use(
            "cannot use f(a, (b)) (value of type int64) as int value in argument to strconv.Itoa",
        )
        .unwrap();
        assert_eq!(found.shown, "f(a, (b))");
        assert_eq!(found.from, Some("int64"));
        assert_eq!((found.to, found.place), ("int", "argument to strconv.Itoa"));
        let found = cannot_use("cannot use x (variable of type func(int) (string, error)) as fmt.Stringer value in assignment: T does not implement fmt.Stringer (missing method String)").unwrap();
        assert_eq!(found.shown, "x");
        assert_eq!(found.from, Some("func(int) (string, error)"));
        assert!(found.reason.ends_with("(missing method String)"));
        let found = cannot_use("cannot use nil as string value in return statement").unwrap();
        assert_eq!((found.shown, found.to), ("nil", "string"));
    }

    #[test]
    fn listed_types_are_split_outside_of_brackets() {
        let message = "not enough arguments in call to f\n\thave (int)\n\twant (int, map[string]int, func(a, b int))";
        assert_eq!(
            listed(message, "want").unwrap(),
            ["int", "map[string]int", "func(a, b int)"]
        );
        assert_eq!(listed(message, "have").unwrap(), ["int"]);
        assert!(listed("x", "have").is_none());
    }
}
